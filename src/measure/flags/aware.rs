//! Code that looks at what runs it: whoever knows that it is being measured or tested can be another one then.
//!
//! A called function that reaches for its caller is seen by `caller`; this stands for commands, where the check and the bench
//! are the callers. A program is run the same way for the check and for the clock.

use super::MOST;
use super::code::{Code, stands};
use crate::measure::{Flag, FlagKind};
use crate::task::{Harness, Task};

/// Ways to see a caller, as they look in a line without its blanks.
const WAYS: [&str; 51] = [
    "sys.argv",
    "sys.orig_argv",
    "inspect.stack(",
    "inspect.currentframe(",
    "sys._getframe",
    "_getframe(",
    "traceback.extract_stack",
    "traceback.format_stack",
    "sys.gettrace(",
    "sys.getprofile(",
    "__main__",
    "sys.modules",
    "PYTEST_",
    "pytest",
    "unittest",
    "timeit",
    "pyperf",
    "os.getppid",
    "psutil",
    "/proc/self",
    "process.argv",
    "process.execArgv",
    "process.mainModule",
    "require.main",
    "new Error().stack",
    "Error().stack",
    "captureStackTrace",
    "prepareStackTrace",
    "import.meta.main",
    "NODE_ENV",
    "JEST_",
    "VITEST",
    "VITEST_",
    "npm_lifecycle_",
    "cfg!(test)",
    "cfg(not(test))",
    "cfg(bench)",
    "env::args",
    "current_exe(",
    "Backtrace::",
    "backtrace(",
    "__builtin_return_address",
    "program_invocation_",
    "getppid(",
    "runtime.Caller",
    "os.Args",
    "testing.Testing(",
    "getStackTrace(",
    "StackWalker",
    "caller_locations",
    "$PROGRAM_NAME",
];

/// Ways to read the environment.
const ENVIRONMENT: [&str; 9] = [
    "os.environ",
    "os.getenv(",
    "process.env",
    "env::var",
    "getenv(",
    "os.Getenv(",
    "os.LookupEnv(",
    "System.getenv(",
    "ENV[",
];

/// Lines of a version that look for what runs it, where the original does not.
pub(super) fn find(task: &Task, original: &Code, code: &Code) -> Vec<Flag> {
    if !matches!(task.harness, Harness::Commands(_)) {
        return Vec::new();
    }
    let all: Vec<&str> = WAYS.iter().chain(&ENVIRONMENT).copied().collect();
    let new = original.lacks(&all);
    let lines = code.tight.iter().enumerate();
    let found = lines.filter_map(|(i, line)| {
        // The usual end of a file that can be run as well.
        if line.starts_with("if __name__==") {
            return None;
        }
        let what = new.iter().find(|what| stands(line, what))?;
        Some(Flag {
            kind: FlagKind::Aware,
            reason: format!(
                "line {} looks at what runs it ({})",
                i + 1,
                what.trim_end_matches(['(', '[', '.', ':', '_'])
            ),
        })
    });
    found.take(MOST).collect()
}
