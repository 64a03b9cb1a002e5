//! What several tests share.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reheat::session::{EventRecord, journal};

pub(crate) mod cheat_table;
pub(crate) mod chromium;
pub(crate) mod home;
pub(crate) mod live;
pub(crate) mod server;
pub(crate) mod truth;

/// Time for a comparison that has a clear winner: it takes a few seconds of it, on a busy machine more.
pub(crate) const ENOUGH: &str = "60s";

/// [`ENOUGH`] for a session that a test starts itself.
pub(crate) const COMPARISON: Duration = Duration::from_secs(60);

/// How long a test waits for something that must happen: long, since it costs nothing where it does happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// The events of the fabricated session that the room of the screen draws its own tests from, as a journal keeps them.
pub(crate) fn fabricated() -> Vec<EventRecord> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fabricated");
    journal::read(&folder).unwrap().events
}

/// The name that the test `name` of a module (`module_path!()`) has on the command line.
pub(crate) fn test_name(module: &str, name: &str) -> String {
    let (_, module) = module.split_once("::").unwrap();
    format!("{module}::{name}")
}

/// This program again with that one test alone, ignored elsewhere: for what needs a process of its own.
pub(crate) fn in_own_process(module: &str, name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", &test_name(module, name)]);
    command
}
