//! Code that reaches for the program that calls it: a function shares its process with the driver that makes the calls,
//! and could have it repeat an outcome instead of calling again. Whole processes with a single pass show that wherever a
//! pass is long enough to be seen; this flag stands for the rest.

use super::MOST;
use super::code::{Code, stands};
use crate::measure::{Flag, FlagKind};
use crate::task::{Harness, Task};

/// Ways to get hold of a caller, as they look in a line without its blanks.
const REACHES: [&str; 21] = [
    "getattr(sys,",
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
pub(super) fn find(task: &Task, original: &Code, code: &Code) -> Vec<Flag> {
    if !matches!(task.harness, Harness::Calls(_)) {
        return Vec::new();
    }
    let new = original.lacks(&REACHES);
    let found = code.tight.iter().enumerate().filter_map(|(i, line)| {
        // The usual end of a file that can be run as well.
        if line.starts_with("if __name__==") {
            return None;
        }
        let what = new.iter().find(|reach| stands(line, reach))?;
        Some(Flag {
            kind: FlagKind::Caller,
            reason: format!(
                "line {} reaches for the program that calls it ({}), with which it shares a process",
                i + 1,
                what.trim_end_matches(['(', ','])
            ),
        })
    });
    found.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::tests::{calls, task_for};
    use super::*;

    fn told(harness: Harness, original: &str, text: &str) -> Vec<String> {
        let task = task_for("python", harness);
        let flags = find(&task, &Code::of(&task, original), &Code::of(&task, text));
        flags.into_iter().map(|f| f.reason).collect()
    }

    #[test]
    fn only_calls_share_a_process_with_their_caller() {
        let code = "import sys\ndef f(x):\n    frame = sys._getframe(1)\n    return x\n";
        assert!(told(Harness::Program, "", code).is_empty());
        let original = "def f(x):\n    return x\n";
        let found = told(calls(), original, code);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("line 3 reaches"), "{found:?}");
        assert!(
            told(calls(), code, code).is_empty(),
            "the original does it too"
        );
    }

    #[test]
    fn what_only_speaks_of_it_is_no_reach() {
        for code in [
            "def f(x):\n    \"\"\"Needs no sys.modules and no ctypes.\"\"\"\n    return x\n",
            "def f(x):\n    return x  # not by ctypes\n",
            "def f(x):\n    return x\nif __name__ == '__main__':\n    print(f(1))\n",
            "def f(buf_back):\n    return buf_back\n",
        ] {
            assert!(told(calls(), "", code).is_empty(), "{code}");
        }
        let code = "import ctypes as c\ndef f(x):\n    return c.string_at(x)\n";
        assert!(!told(calls(), "", code).is_empty());
    }
}
