//! A session as a tape for others: what is recorded of it ([`record`]), and what must not leave this machine ([`private`]).

mod marks;
mod private;
mod record;

pub(crate) use self::marks::Own;
pub(crate) use self::private::{Finding, clean, findings};
pub(crate) use self::record::{record, verdict_name};
