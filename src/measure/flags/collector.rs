//! Switches and settings of the collector of memory: they hold for the whole process, so that what is saved here is paid by whoever
//! runs in it next, and a figure that stops before the collection never shows it.

use super::MOST;
use super::code::{Code, squeezed};
use crate::measure::{Flag, FlagKind};
use crate::task::Task;

/// What a line without its blanks says, and what switches it back.
const SETTINGS: [(&str, &str); 17] = [
    ("gc.disable", "gc.enable("),
    ("gc.freeze", "gc.unfreeze("),
    ("gc.set_threshold", ""),
    ("gc.set_debug", ""),
    ("fromgcimport", "enable("),
    ("--expose-gc", ""),
    ("--expose_gc", ""),
    ("setFlagsFromString", ""),
    ("global.gc", ""),
    ("globalThis.gc", ""),
    ("GOGC", ""),
    ("SetGCPercent", ""),
    ("SetMemoryLimit", ""),
    ("System.gc(", ""),
    ("Runtime.getRuntime().gc(", ""),
    ("GC.disable", "GC.enable"),
    ("GC.stress", ""),
];

/// Lines of a version that set the collector where the original does not. In a program of its own a setting that is taken back hurts
/// nobody.
pub(super) fn find(task: &Task, original: &Code, code: &Code) -> Vec<Flag> {
    let program = matches!(task.harness, crate::task::Harness::Program);
    let lines = code.spoken.iter().enumerate();
    let found = lines.filter_map(|(i, line)| {
        let line = squeezed(line);
        let (what, back) = SETTINGS
            .iter()
            .find(|(what, _)| line.contains(what) && !original.says(what))?;
        if program && !back.is_empty() && code.says(back) {
            return None;
        }
        Some(Flag {
            kind: FlagKind::Collector,
            reason: format!(
                "line {} sets the collector of memory for the whole process ({})",
                i + 1,
                what.trim_end_matches('(')
                    .replace("fromgcimport", "from gc import")
            ),
        })
    });
    found.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::language;
    use super::*;

    fn told(harness: crate::task::Harness, original: &str, text: &str) -> usize {
        let languages = crate::task::Languages::load(None).ok();
        let mut task = languages
            .and_then(|l| crate::task::bundled::load("pairs", &l).ok())
            .into_iter()
            .next()
            .unwrap_or_else(|| unreachable!("a bundled task"));
        task.harness = harness;
        let python = language("python");
        find(
            &task,
            &Code::of(&python, original),
            &Code::of(&python, text),
        )
        .len()
    }

    #[test]
    fn a_collector_that_is_set_is_seen_and_one_that_is_asked_is_not() {
        let calls = || crate::task::Harness::Calls(crate::task::harness::Calls::default());
        let program = || crate::task::Harness::Program;
        for text in [
            "import gc\ngc.disable()\n",
            "import gc\ngc.set_threshold(100_000, 50, 50)\n",
            "from gc import disable\ndisable()\n",
        ] {
            assert_eq!(told(calls(), "", text), 1, "{text}");
            assert_eq!(told(program(), "", text), 1, "{text}");
            assert_eq!(told(calls(), text, text), 0, "the original does it");
        }
        for text in [
            "import gc\nn = gc.get_count()\n",
            "# gc.disable()\n",
            "GOGOCOUNT = 1\n",
        ] {
            assert_eq!(told(calls(), "", text), 0, "{text}");
        }
        let back = "import gc\ngc.disable()\nwork()\ngc.enable()\n";
        assert_eq!(told(program(), "", back), 0);
        assert_eq!(told(calls(), "", back), 1);
    }
}
