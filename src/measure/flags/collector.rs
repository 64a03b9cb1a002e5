//! Switches and settings of the collector of memory: they hold for the whole process, so that what is saved here is paid by whoever
//! runs in it next, and a figure that stops before the collection never shows it.

use super::MOST;
use super::code::{Code, stands};
use crate::measure::{Flag, FlagKind};
use crate::task::Task;

/// What a line without its blanks says, and what switches it back.
const SETTINGS: [(&str, &str); 27] = [
    ("gc.disable", "gc.enable("),
    ("gc.freeze", "gc.unfreeze("),
    ("gc.set_threshold", ""),
    ("gc.set_debug", ""),
    ("gc.callbacks", ""),
    ("getattr(gc,", ""),
    ("vars(gc)", ""),
    ("gc.__dict__", ""),
    ("from gc import*", "enable("),
    ("PyGC_Disable", "PyGC_Enable"),
    ("--expose-gc", ""),
    ("--expose_gc", ""),
    ("setFlagsFromString", ""),
    ("global.gc", ""),
    ("globalThis.gc", ""),
    ("GOGC", ""),
    ("GOMEMLIMIT", ""),
    ("SetGCPercent", ""),
    ("SetMemoryLimit", ""),
    ("System.gc(", ""),
    ("Runtime.getRuntime().gc(", ""),
    ("GC.disable", "GC.enable"),
    ("GC.stress=", ""),
    ("GC.config", ""),
    ("GC.auto_compact=", ""),
    ("GC::Profiler", ""),
    ("GC_disable(", "GC_enable("),
];

/// Lines of a version that set the collector where the original does not. In a program of its own a setting that is taken back hurts
/// nobody.
pub(super) fn find(task: &Task, original: &Code, code: &Code) -> Vec<Flag> {
    let program = matches!(task.harness, crate::task::Harness::Program);
    let new = original.lacks(&SETTINGS.map(|(what, _)| what));
    let backs: Vec<&str> = SETTINGS.iter().map(|(_, back)| *back).collect();
    let lacking = code.lacks(&backs);
    let settings = SETTINGS.iter().filter(|(what, back)| {
        let is_back = program && !back.is_empty() && !lacking.contains(back);
        new.contains(what) && !is_back
    });
    let settings: Vec<&str> = settings.map(|(what, _)| *what).collect();
    let lines = code.tight.iter().enumerate();
    let found = lines.filter_map(|(i, line)| {
        if code.is_import(i) && !line.ends_with('*') {
            return None;
        }
        let what = settings.iter().find(|what| stands(line, what))?;
        Some(Flag {
            kind: FlagKind::Collector,
            reason: format!(
                "line {} sets the collector of memory for the whole process ({})",
                i + 1,
                what.trim_end_matches(['(', ',', '=', '*'])
            ),
        })
    });
    found.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{calls, task_for};
    use super::*;
    use crate::task::Harness;

    fn told(harness: Harness, id: &str, original: &str, text: &str) -> usize {
        let task = task_for(id, harness);
        find(&task, &Code::of(&task, original), &Code::of(&task, text)).len()
    }

    #[test]
    fn a_collector_that_is_set_is_seen_and_one_that_is_asked_is_not() {
        for (id, text) in [
            ("python", "import gc\ngc.disable()\n"),
            ("python", "import gc\ngc.set_threshold(100_000, 50, 50)\n"),
            ("python", "import gc; gc.disable()\n"),
            ("python", "import gc as g\ng.disable()\n"),
            ("python", "from gc import disable\ndisable()\n"),
            (
                "python",
                "from gc import (\n    collect,\n    disable as off,\n)\noff()\n",
            ),
            ("python", "from gc import *\ndisable()\n"),
            ("python", "import gc\ngetattr(gc, 'dis' + 'able')()\n"),
            ("python", "__import__('gc').disable()\n"),
            (
                "python",
                "def f(x):\n    import gc as g\n    g.freeze()\n    return x\n",
            ),
            ("javascript", "if (global.gc) global.gc();\n"),
            (
                "javascript",
                "const { setFlagsFromString: set } = require('v8');\nset('--no-opt');\n",
            ),
            (
                "go",
                "package p\n\nimport d \"runtime/debug\"\n\nfunc f() {\n\td.SetGCPercent(-1)\n}\n",
            ),
        ] {
            assert_eq!(told(calls(), id, "", text), 1, "{text}");
            assert_eq!(told(Harness::Program, id, "", text), 1, "{text}");
            assert_eq!(told(calls(), id, text, text), 0, "the original does it");
        }
        for (id, text) in [
            ("python", "import gc\nn = gc.get_count()\n"),
            ("python", "from gc import collect\ncollect()\n"),
            ("python", "import gc as g\ng.collect()\n"),
            ("python", "# gc.disable()\n"),
            ("python", "GOGCOUNT = 1\n"),
            ("python", "def f(g):\n    g.disable()\n"),
            ("javascript", "const d = global.gcd(4, 6);\n"),
            ("javascript", "globalThis.gcCount += 1;\n"),
        ] {
            assert_eq!(told(calls(), id, "", text), 0, "{text}");
        }
        let back = "import gc\ngc.disable()\nwork()\ngc.enable()\n";
        assert_eq!(told(Harness::Program, "python", "", back), 0);
        assert_eq!(told(calls(), "python", "", back), 1);
    }
}
