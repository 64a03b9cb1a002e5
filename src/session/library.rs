//! All journals of this user: found, listed, opened.
#[derive(Clone, Debug)]
pub struct Library;
