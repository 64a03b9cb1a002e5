//! Sessions that others play: written as one file, carried elsewhere, checked there, and played with figures of their own.

mod attacks;
mod export;
mod play;
#[cfg(unix)]
mod stand;

use std::sync::OnceLock;

use serde_json::Value;

use crate::support::ENOUGH;
use crate::support::home::{FAST, Home, WRONG, reply, squares, stderr, stdout, tape};

/// A tape of a real session over `slow.py`, recorded once for all tests: a reply that is wrong, and one that is faster.
pub(crate) fn recorded() -> &'static str {
    static TAPE: OnceLock<String> = OnceLock::new();
    TAPE.get_or_init(|| {
        let home = recorded_home();
        let output = home.run(&["tape", "export", "last", "-"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    })
}

/// A home with that session in it.
pub(crate) fn recorded_home() -> Home {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG), reply(FAST)]);
    let args = [
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "2",
        "--json",
        "--comparison-time",
        ENOUGH,
    ];
    let (_, status) = home.events(&args);
    assert_eq!(status, 0);
    home
}

/// The lines of a tape.
pub(crate) fn lines(tape: &str) -> Vec<Value> {
    tape.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

/// A tape of these lines; the last one counts them.
pub(crate) fn text(lines: &[Value]) -> String {
    let mut lines = lines.to_vec();
    let count = lines.len() - 1;
    if let Some(last) = lines.last_mut().filter(|l| l["is"] == "end") {
        last["lines"] = count.into();
    }
    lines.iter().map(|l| format!("{l}\n")).collect()
}

/// The recorded tape with something changed in its lines.
pub(crate) fn changed(change: impl FnOnce(&mut Vec<Value>)) -> String {
    let mut all = lines(recorded());
    change(&mut all);
    text(&all)
}

/// The first line of a kind.
pub(crate) fn first<'a>(lines: &'a mut [Value], is: &str) -> &'a mut Value {
    lines.iter_mut().find(|l| l["is"] == is).unwrap()
}
