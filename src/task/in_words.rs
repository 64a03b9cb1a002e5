//! How a task is judged, in sentences for people.

use super::harness::{Calls, Commands};
use super::{Harness, Task};
use crate::base::text::harmless_line;
use crate::base::words::count;

/// Characters of an input that is shown.
const SHOWN: usize = 300;

impl Task {
    /// What may change, how a version is judged, and what an input looks like: a paragraph each.
    #[must_use]
    pub fn judged_in_words(&self) -> Vec<String> {
        let mut told = Vec::new();
        if let Some(region) = &self.region {
            let file = region.path.file_name().unwrap_or_default();
            told.push(format!(
                "Only `{}` of {} may change; the rest of the file stays as it is.",
                region.name,
                file.to_string_lossy()
            ));
        }
        match &self.harness {
            Harness::Program => told.push(format!(
                "A version is right if it prints what is expected on {}.",
                count(self.workload.cases.len(), "case")
            )),
            Harness::Calls(calls) => told.push(self.judged_by_calls(calls)),
            Harness::Commands(commands) => told.extend(judged_by_commands(commands)),
        }
        told.extend(self.an_input());
        told
    }

    fn judged_by_calls(&self, calls: &Calls) -> String {
        let of = match &calls.of {
            Some(function) => format!("`{function}` of the same file"),
            None => "it".to_owned(),
        };
        let how_many = match &calls.generator {
            Some(generator) => format!("calls that `{}` makes", generator.function),
            None => {
                let lines = |case: &super::Case| {
                    let lines = case.input.split(|b| *b == b'\n');
                    lines.filter(|l| !l.is_empty()).count()
                };
                let all = self.workload.cases.iter().map(lines).sum();
                count(all, "call")
            }
        };
        format!(
            "It is judged by {how_many} of {of}: a version is right if it returns, raises, prints, changes and leaves behind what \
             the original does."
        )
    }

    /// A shown input, cut; of calls it is one call.
    fn an_input(&self) -> Option<String> {
        let what = match &self.harness {
            Harness::Program => "input",
            Harness::Calls(calls) if calls.generator.is_none() => "call",
            _ => return None,
        };
        let case = self.workload.cases.iter().find(|c| !c.held_out)?;
        let line = case.input.split(|b| *b == b'\n').find(|l| !l.is_empty())?;
        let line = std::str::from_utf8(line).ok()?;
        let shown: String = line.chars().take(SHOWN).collect();
        let more = if shown.len() < case.input.len() {
            " …"
        } else {
            ""
        };
        Some(format!("One {what}: `{}`{more}", harmless_line(&shown)))
    }
}

fn judged_by_commands(commands: &Commands) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(check) = &commands.check {
        told.push(format!("A version is right if `{check}` succeeds."));
    }
    match (&commands.bench, &commands.metric) {
        (Some(bench), Some(metric)) => {
            let way = if commands.higher_is_better { "the larger the better" } else { "the smaller the better" };
            told.push(format!("What counts is {metric}, as `{bench}` prints it; {way}."));
        }
        (Some(bench), None) => told.push(format!(
            "What counts is the first figure that `{bench}` prints, or its time where it prints none."
        )),
        (None, _) => told.push("What counts is the time of that command.".to_owned()),
    }
    told
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::task::{Languages, bundled};

    #[test]
    fn a_task_says_what_judges_it() {
        let mut task = bundled::load("pairs", &Languages::load(None).unwrap()).unwrap();
        let told = task.judged_in_words();
        let cases = task.workload.cases.len();
        assert_eq!(
            told[0],
            format!("A version is right if it prints what is expected on {cases} cases.")
        );
        assert!(told[1].starts_with("One input: `"), "{told:?}");
        task.harness = Harness::Calls(Calls::default());
        for (case, input) in task.workload.cases.iter_mut().zip(["[1]\n[2]\n", "[3]"]) {
            case.input = input.as_bytes().into();
        }
        task.workload.cases.truncate(2);
        let told = task.judged_in_words();
        assert!(
            told[0].starts_with("It is judged by 3 calls of it: "),
            "{told:?}"
        );
        assert_eq!(told[1], "One call: `[1]` …");
        task.harness = Harness::Commands(Commands {
            check: Some("cargo test".into()),
            bench: Some("cargo bench".into()),
            metric: Some("parse".into()),
            ..Commands::default()
        });
        let told = task.judged_in_words();
        assert_eq!(told[0], "A version is right if `cargo test` succeeds.");
        assert!(
            told[1].contains("parse, as `cargo bench` prints it; the smaller the better"),
            "{told:?}"
        );
    }
}
