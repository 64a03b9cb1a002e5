//! What reading a tape promises.
