//! Goes through all texts of a tape: says where something stands that must not leave, and takes it out where nothing depends on it.

use std::sync::Arc;

use super::marks::{Mark, MarkKind, Own};
use crate::base::text::harmless_line;
use crate::model::tape::file::SessionTape;
use crate::task::Source;

/// Something on a tape that must not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Where it stands: `the reply of round 2, line 8`.
    pub(crate) place: String,
    /// What it is: `the path /home/ada/words.txt`.
    pub(crate) what: String,
    /// Whether [`clean`] takes it out: it stands in a text that nothing runs.
    pub(crate) removable: bool,
}

/// How much a text bears.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TextKind {
    /// Only people and models read it.
    Prose,
    /// A reply: prose, and code between fences.
    Reply,
    /// It is run, or names something that is.
    Code,
}

/// What must not leave, in the order of the file.
pub(crate) fn findings(tape: &SessionTape, own: &Own) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut tape = tape.clone();
    walk(&mut tape, &mut |place, kind, text| {
        for mark in own.marks(text) {
            let line = 1 + text[..mark.range.start].matches('\n').count();
            let line = if text.contains('\n') {
                format!(", line {line}")
            } else {
                String::new()
            };
            all.push(Finding {
                place: format!("{place}{line}"),
                what: what(&mark, text),
                removable: removable(kind, text, &mark),
            });
        }
        None
    });
    all
}

/// Takes out what stands in texts that nothing runs; gives how many there were.
pub(crate) fn clean(tape: &mut SessionTape, own: &Own) -> usize {
    let mut removed = 0;
    walk(tape, &mut |_, kind, text| {
        let marks = own.marks(text).into_iter();
        let marks: Vec<Mark> = marks.filter(|m| removable(kind, text, m)).collect();
        removed += marks.len();
        (!marks.is_empty()).then_some(Edits { marks })
    });
    removed
}

fn what(mark: &Mark, text: &str) -> String {
    let said = harmless_line(&text[mark.range.clone()]).into_owned();
    match mark.kind {
        // Not even here whole: this goes to a terminal that somebody may be watching.
        MarkKind::Key => format!(
            "what looks like a key: {}…",
            said.chars().take(4).collect::<String>()
        ),
        MarkKind::Path => format!("a path of this machine: {said}"),
        MarkKind::Name => format!("the name of a user or a machine: {said}"),
    }
}

fn stand_in(mark: &Mark, text: &str) -> String {
    match mark.kind {
        MarkKind::Key => "[removed]".into(),
        MarkKind::Path => {
            let path = &text[mark.range.clone()];
            let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
            format!("…/{last}")
        }
        MarkKind::Name => "[name]".into(),
    }
}

fn removable(kind: TextKind, text: &str, mark: &Mark) -> bool {
    match kind {
        TextKind::Prose => true,
        TextKind::Code => false,
        TextKind::Reply => !in_code(text, mark.range.start),
    }
}

/// Whether a place of a reply is, or may be, in code: between fences, or anywhere in a reply without any.
fn in_code(text: &str, at: usize) -> bool {
    let is_fence = |line: &&str| line.contains("```") || line.contains("~~~");
    let fences = text[..at].lines().filter(is_fence).count();
    let own = text[at..].lines().next().unwrap_or_default();
    let all = text.lines().filter(is_fence).count();
    all == 0 || all % 2 != 0 || fences % 2 != 0 || is_fence(&own)
}

/// What is taken out of a text.
struct Edits {
    marks: Vec<Mark>,
}

impl Edits {
    fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for mark in &self.marks {
            out.push_str(&text[from..mark.range.start]);
            out.push_str(&stand_in(mark, text));
            from = mark.range.end;
        }
        out + &text[from..]
    }

    /// Where a place of the old text is in the new one.
    fn moved(&self, text: &str, at: usize) -> usize {
        let (mut cut, mut added) = (0, 0);
        for mark in self.marks.iter().take_while(|m| m.range.start < at) {
            cut += mark.range.end.min(at) - mark.range.start;
            added += stand_in(mark, text).len();
        }
        at - cut + added
    }
}

type Visit<'a> = dyn FnMut(&str, TextKind, &str) -> Option<Edits> + 'a;

fn walk(tape: &mut SessionTape, visit: &mut Visit<'_>) {
    use TextKind::Code;
    let task = &mut tape.task;
    look("the name of the task", Code, &task.name, visit);
    edit("the title", &mut task.title, visit);
    edit("the statement", &mut task.statement, visit);
    source("the source", task.source.as_ref(), visit);
    look(
        "the region",
        Code,
        task.region.as_deref().unwrap_or_default(),
        visit,
    );
    for arg in &task.args {
        look("an argument", Code, arg, visit);
    }
    if let Some(program) = &task.checker_program {
        source("the checker", Some(&program.source), visit);
    }
    if let Some(generator) = task.calls.as_ref().and_then(|c| c.generator.as_ref()) {
        source(
            "the file that makes the calls",
            generator.source.as_ref(),
            visit,
        );
    }
    for file in &task.files {
        look("the name of a data file", Code, &file.name, visit);
        look(
            &format!("the data file {}", file.name),
            Code,
            &file.content.lossy(),
            visit,
        );
    }
    for reference in &mut task.references {
        edit("the name of a reference", &mut reference.name, visit);
        source("a reference", Some(&reference.source), visit);
    }
    for case in &tape.cases {
        look("the name of a case", Code, &case.name, visit);
        look(
            &format!("the input of case {}", case.name),
            Code,
            &case.input.lossy(),
            visit,
        );
        if let Some(expected) = &case.expected {
            look(
                &format!("the output of case {}", case.name),
                Code,
                &expected.lossy(),
                visit,
            );
        }
    }
    let recorded = &mut tape.recorded;
    edit("the name of the model", &mut recorded.model, visit);
    edit("the toolchain", &mut recorded.toolchain, visit);
    edit("the headline", &mut recorded.headline, visit);
    for round in &mut tape.rounds {
        edit(
            &format!("the hint of round {}", round.round),
            &mut round.hint,
            visit,
        );
    }
    for reply in &mut tape.replies {
        let place = match reply.candidate {
            0 => format!("round {}", reply.round),
            n => format!("round {} ({n})", reply.round),
        };
        let said = &mut reply.reply;
        edit("the name of the model", &mut said.model, visit);
        edit(
            &format!("the reasoning of {place}"),
            &mut said.reasoning,
            visit,
        );
        let old = &said.text;
        if let Some(edits) = visit(&format!("the reply of {place}"), TextKind::Reply, old) {
            for chunk in &mut said.chunks {
                chunk.1 = edits.moved(old, chunk.1);
            }
            said.text = edits.apply(old);
        }
    }
    for version in &mut tape.versions {
        edit(
            &format!("the reason of v{}", version.version),
            &mut version.reason,
            visit,
        );
    }
}

fn look(place: &str, kind: TextKind, text: &str, visit: &mut Visit<'_>) {
    drop(visit(place, kind, text));
}

fn edit(place: &str, text: &mut String, visit: &mut Visit<'_>) {
    if let Some(edits) = visit(place, TextKind::Prose, text) {
        *text = edits.apply(text);
    }
}

fn source(place: &str, source: Option<&Source>, visit: &mut Visit<'_>) {
    let Some(Source { file_name, text }) = source else {
        return;
    };
    let text: &Arc<str> = text;
    look(
        &format!("the file name of {}", place.trim_start_matches("the ")),
        TextKind::Code,
        file_name,
        visit,
    );
    look(place, TextKind::Code, text, visit);
}
