//! Code that reaches for the program that calls it: a function shares its process with the driver that makes the calls,
//! and could have it repeat an outcome instead of calling again. Whole processes with a single pass show that wherever a
//! pass is long enough to be seen; this flag stands for the rest.

use super::MOST;
use crate::measure::{Flag, FlagKind};
use crate::task::{Harness, Task};

/// Ways to get hold of a caller, as they look in a line without its blanks.
const REACHES: [&str; 20] = [
    "_getframe",
    "currentframe(",
    "inspect.stack(",
    "sys.modules",
    "gc.get_objects",
    "gc.get_referrers",
    "f_back",
    "f_globals",
    "tb_frame",
    "__main__",
    "ctypes",
    "settrace(",
    "setprofile(",
    "reheat_",
    "require.main",
    "process.mainModule",
    "require.cache",
    "prepareStackTrace",
    "process.argv",
    "arguments.callee.caller",
];

/// Lines of a version that reach for the driver and do not stand in the original.
pub(super) fn find(task: &Task, original: &str, code: &str) -> Vec<Flag> {
    if !matches!(task.harness, Harness::Calls(_)) {
        return Vec::new();
    }
    let found = code.lines().enumerate().filter_map(|(i, line)| {
        let bare: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        if bare.starts_with('#') || bare.starts_with("//") {
            return None;
        }
        let what = REACHES
            .iter()
            .find(|r| bare.contains(**r) && !original.contains(**r))?;
        Some(Flag {
            kind: FlagKind::Caller,
            reason: format!(
                "line {} reaches for the program that calls it ({}), with which it shares a process",
                i + 1,
                what.trim_end_matches('(')
            ),
        })
    });
    found.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn only_calls_share_a_process_with_their_caller() {
        let languages = crate::task::Languages::load(None).unwrap();
        let mut task = crate::task::bundled::load("pairs", &languages).unwrap();
        let code = "import sys\ndef f(x):\n    frame = sys._getframe(1)\n    return x\n";
        assert!(find(&task, "", code).is_empty());
        task.harness = Harness::Calls(crate::task::harness::Calls::default());
        let flags = find(&task, "def f(x):\n    return x\n", code);
        assert_eq!(flags.len(), 1);
        assert!(flags[0].reason.starts_with("line 3 reaches"), "{flags:?}");
        assert!(
            find(&task, code, code).is_empty(),
            "the original does it too"
        );
    }
}
