//! The main thread's stack, which is as large as whoever started us allows.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the program needs.
const NEEDED: u64 = 2 << 20;

/// What is usual.
const USUAL: u64 = 8 << 20;

/// Raises the limit of the stack where it is too low; what counts is the limit at the moment when the stack grows.
///
/// # Errors
/// One sentence where it may not be raised; to go on would end in the middle, with less said.
pub fn make_room() -> Result<(), String> {
    let limit = getrlimit(Resource::Stack);
    let Some(current) = limit.current.filter(|c| *c < NEEDED) else {
        return Ok(());
    };
    let most = limit.maximum.unwrap_or(u64::MAX);
    let raised = |maximum| {
        let current = Some(USUAL.min(maximum));
        let maximum = limit.maximum.map(|_| maximum);
        setrlimit(Resource::Stack, Rlimit { current, maximum }).is_ok()
    };
    if (most >= NEEDED && raised(most)) || raised(USUAL) {
        return Ok(());
    }
    Err(format!(
        "the stack may grow to {} KiB only here, and {} KiB are needed; raise the limit (`ulimit -s {}`) and start again",
        current / 1024,
        NEEDED / 1024,
        USUAL / 1024
    ))
}
