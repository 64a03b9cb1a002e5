//! What calls of one function promise: through the real drivers, interpreters and sandbox.

mod bad;
mod driven;
mod javascript;
mod python;
