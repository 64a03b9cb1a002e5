//! What calls of one function promise: through the real drivers, interpreters and sandbox.

mod alike;
mod bad;
mod driven;
mod javascript;
mod left;
mod meant;
mod python;
mod side_effects;
mod typescript;
