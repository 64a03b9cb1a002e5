//! How a silent command ends. One that prints nothing shows nothing when it has come to its end, so it is run once more under
//! small programs of ours that write down whether the interpreter has come to the end of its script, or where it was made to
//! end. What they write with the original is the measure.

use std::path::Path;

use super::tree_copy::GUEST_HOME;
use super::{VersionCopy, command_in};
use crate::measure::judge::{Judge, JudgeError};
use crate::sandbox::{CancelToken, RunVerdict};
use crate::task::{Case, Task};

/// The file in the home that the ends are written to.
const ENDS: &str = "reheat-ends";

/// What writes them down, by its name in the home.
const PYTHON: (&str, &str) = ("reheat-end.py", include_str!("../../../assets/ends/end.py"));
const NODE: (&str, &str) = (
    "reheat-end.cjs",
    include_str!("../../../assets/ends/end.cjs"),
);

/// The interpreters that are wrapped.
const WRAPPED: [&str; 3] = ["python3", "python", "node"];

/// The script that stands for an interpreter. One that is called with options of its own, but for plain ones of Python as
/// `-u`, or with nothing, is left alone.
fn wrapper(name: &str) -> String {
    let family = name.trim_end_matches('3');
    let how = if name == "node" {
        format!(
            "case \"$1\" in -*|'') exec \"$tool\" \"$@\";; esac\nexec \"$tool\" --require \"$HOME/{}\" \"$@\"\n",
            NODE.0
        )
    } else {
        format!(
            "plain=\nwhile :; do case \"$1\" in -*[!BdEOqsSuv]*) break;; -?*) plain=\"$plain $1\"; shift;; *) break;; esac; done\ncase \"$1\" in -m|-c|[!-]*) exec \"$tool\" $plain \"$HOME/{}\" \"$@\";; esac\nexec \"$tool\" $plain \"$@\"\n",
            PYTHON.0
        )
    };
    format!(
        "#!/bin/sh\nPATH=${{PATH#\"$HOME/bin:\"}}\nexport PATH\ncase \"${{REHEAT_TOOL##*/}}\" in {family}*) tool=$REHEAT_TOOL;; *) tool={name};; esac\n{how}"
    )
}

impl Judge {
    /// How the interpreters of a command end with a version, each end a line; `None` where the command fails under them.
    pub(super) fn ends(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        case: &Case,
        cancel: &CancelToken,
    ) -> Result<Option<Vec<String>>, JudgeError> {
        version.restore(&case.name)?;
        let laid = version.with(|laid_out| {
            let copy = &laid_out.copy;
            for (name, text) in [PYTHON, NODE] {
                copy.put_home(Path::new(name), text.as_bytes(), 0o644)?;
            }
            for name in WRAPPED {
                let path = Path::new("bin").join(name);
                copy.put_home(&path, wrapper(name).as_bytes(), 0o755)?;
            }
            Ok(())
        });
        version.or_environment(laid)?;
        let mut program = version.program(task, case);
        let place = format!("{GUEST_HOME}/{ENDS}");
        program.environment.push(("REHEAT_ENDS".to_owned(), place));
        let limits = self.limits_for(version, task, case);
        let outcome = self.run(&program, &limits, &mut |_| {}, cancel)?;
        let ends = version.with(|laid_out| Ok(laid_out.copy.read_home(Path::new(ENDS), 1 << 16)));
        let ends = version.or_environment(ends)?.flatten().unwrap_or_default();
        let mut ends: Vec<String> = ends.lines().map(str::to_owned).collect();
        ends.sort();
        Ok((outcome.verdict == RunVerdict::Ok).then_some(ends))
    }

    /// Why a silent command has not come to the end that it comes to with the original; `None` where it has, or where that is
    /// not known.
    pub(super) fn ends_early(
        &mut self,
        version: &VersionCopy,
        task: &Task,
        case: &Case,
        cancel: &CancelToken,
    ) -> Result<Option<String>, JudgeError> {
        let Some(wanted) = self.commands.ends.get(&case.name).cloned() else {
            return Ok(None);
        };
        let Some(mut found) = self.ends(version, task, case, cancel)? else {
            return Ok(None);
        };
        for end in &wanted {
            match found.iter().position(|other| other == end) {
                Some(at) => drop(found.remove(at)),
                None => {
                    let command = command_in(task, case);
                    let other = found.first().map_or_else(String::new, |other| {
                        format!(": {}", crate::measure::text::clean(other))
                    });
                    return Ok(Some(format!(
                        "`{command}` succeeds, but it does not come to its end as with the original ({end}){other}"
                    )));
                }
            }
        }
        Ok(None)
    }
}
