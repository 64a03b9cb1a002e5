//! What was measured again as text and as Markdown.

use std::fmt::Write as _;

use super::{Finding, Remeasured, Row, is_better};
use crate::base::words::count;
use crate::measure::Comparison;
use crate::report::markdown::{fenced, plain};
use crate::report::text;
use crate::session::Session;
use crate::session::fold::Version;

/// Bytes of what a failing version said.
const SHOWN: usize = 4_000;

/// All versions as text.
pub(crate) fn remeasured(found: &Remeasured<'_>) -> String {
    let mut rows = vec![["version", "recorded", "today", ""].map(String::from)];
    for row in &found.rows {
        let [recorded, today] = gains(row);
        let finding = row.finding.in_words().to_owned();
        rows.push([row.today.id.to_string(), recorded, today, finding]);
    }
    let mut out = format!(
        "session {}: {} measured again here and now, each against the original\n\n{}",
        found.recorded.id,
        count(found.rows.len(), "version"),
        text::columns(&rows)
    );
    for row in &found.rows {
        let verdict = match row.finding {
            Finding::WrongNow => format!(" ({})", text::verdict(row.today)),
            _ => String::new(),
        };
        let finding = row.finding.in_words();
        let _ = writeln!(out, "\n{}: {finding}{verdict}", row.today.id);
        for why in own_reasons(found, row) {
            let _ = writeln!(out, "      {why}");
        }
        out += &text::lesson(found.today, row.today);
    }
    out += &around(found);
    text::safe(&out)
}

/// The best version as text: the sentence, and what it rests on.
pub(crate) fn verified(found: &Remeasured<'_>, row: &Row<'_>) -> String {
    let mut out = format!("{}\n", sentence(found, row));
    out += &text::lesson(found.today, row.today);
    out += &around(found);
    text::safe(&out)
}

/// Whether the best version holds, in a sentence.
pub(crate) fn sentence(found: &Remeasured<'_>, row: &Row<'_>) -> String {
    let id = row.today.id;
    let known = row.recorded.decided_over_original();
    let known = known.map_or_else(String::new, |c| {
        let word = match row.finding {
            Finding::Smaller | Finding::Larger => format!(", {}", row.finding.in_words()),
            _ => String::new(),
        };
        format!(" (recorded: {}{word})", c.gain_in_words())
    });
    let now = row.today.original_comparison();
    match now {
        Some(c) if found.stands(row) => format!(
            "{id} holds: every case is right, and it is {} {} than the original{known}.",
            c.gain_in_words(),
            c.word()
        ),
        _ if found.stands(row) => {
            format!("{id} holds: every case is right; {}.", row.why.join("; "))
        }
        Some(c) if row.right() && !c.is_decided() => format!(
            "{id} is not confirmed: every case is right, but whether it is better than the original is undecided, {}{known}: {}.",
            c.gain_in_words(),
            c.note.trim_end_matches('.')
        ),
        Some(c) if row.right() => format!(
            "{id} does not hold: every case is right, but against the original it is {} now{known}.",
            compared(c)
        ),
        _ => format!(
            "{id} does not hold: {}.",
            row.why.join("; ").trim_end_matches('.')
        ),
    }
}

/// The best version as Markdown, for the summary of a workflow.
pub(crate) fn verified_markdown(found: &Remeasured<'_>, row: &Row<'_>) -> String {
    let task = found.recorded.task.as_ref();
    let title = task.map_or(found.recorded.id.as_str(), |t| t.title.as_str());
    let mark = if found.stands(row) { "✅" } else { "❌" };
    let mut out = format!(
        "## {mark} {}\n\n{}\n\n",
        plain(title),
        plain(&sentence(found, row))
    );
    let _ = writeln!(out, "| | recorded | today |\n|---|---|---|");
    for [name, recorded, today] in table(found, row) {
        let _ = writeln!(out, "| {name} | {} | {} |", plain(&recorded), plain(&today));
    }
    out.push('\n');
    for flag in row.today.flags() {
        let _ = writeln!(
            out,
            "> ⚑ Look at it before you trust it: {}.\n",
            plain(&flag.reason)
        );
    }
    let failure = row.today.evaluation.as_ref();
    if let Some(failure) = failure.and_then(|e| e.failure.as_ref()) {
        for (name, said) in [
            ("input", &failure.input),
            ("expected", &failure.expected),
            ("got", &failure.got),
            ("stderr", &failure.stderr),
        ] {
            if !said.trim().is_empty() {
                let _ = writeln!(out, "{name}:\n\n{}", fenced("", said, SHOWN));
            }
        }
    }
    if !found.differences.is_empty() {
        let _ = writeln!(
            out,
            "Whether the gain is as large as the recorded one cannot be said: {}.\n",
            plain(&found.differences.join("; "))
        );
    }
    for note in &found.notes {
        let _ = writeln!(out, "- {}", plain(note));
    }
    let _ = writeln!(
        out,
        "\nMeasured by reheat {}, session {}.",
        env!("CARGO_PKG_VERSION"),
        plain(&found.recorded.id)
    );
    out
}

fn table(found: &Remeasured<'_>, row: &Row<'_>) -> Vec<[String; 3]> {
    let [recorded, today] = gains(row);
    let sides = [(found.recorded, row.recorded), (found.today, row.today)];
    let each = |name: &str, of: &dyn Fn(&Session, &Version) -> String| {
        let [a, b] = sides.map(|(session, version)| of(session, version));
        [name.to_owned(), a, b]
    };
    let dash = |text: Option<String>| text.unwrap_or_else(|| "–".into());
    let mut rows = vec![
        ["gain over the original".to_owned(), recorded, today],
        each("measured in", &|session, v| {
            dash(
                v.original_comparison()
                    .map(|c| format!("{}, {}", session.compared_on(c), pairs(c))),
            )
        }),
        each("original → version", &|_, v| {
            let figures = v.original_comparison().and_then(|c| c.compared_figures());
            dash(figures.map(|[old, new]| format!("{old} → {new}")))
        }),
        each("cases that are right", &|_, v| {
            let evaluation = v.evaluation.as_ref();
            dash(evaluation.map(|e| format!("{} of {}", e.passed(), e.cases_total)))
        }),
        each("toolchain", &|s, _| {
            dash(s.task.as_ref().map(|t| t.toolchain.clone()))
        }),
        each("machine", &|s, _| {
            dash(s.machine.as_ref().map(crate::report::compare::machine))
        }),
        each("isolation", &|s, _| {
            dash(s.guards.as_ref().map(text::guards))
        }),
    ];
    rows.retain(|[_, a, b]| a != "–" || b != "–");
    rows
}

fn pairs(c: &Comparison) -> String {
    count(c.pairs, if c.confirmed { "fresh pair" } else { "pair" })
}

/// The two gains over the original: `[recorded, today]`.
fn gains(row: &Row<'_>) -> [String; 2] {
    let told = |c: &Comparison| match is_better(c) {
        true => c.gain_in_words(),
        false => compared(c),
    };
    let today = row.today.original_comparison().filter(|_| row.right());
    [row.recorded.decided_over_original(), today].map(|c| c.map_or_else(|| "–".into(), told))
}

/// `no difference, 1.00× [0.98–1.02]`
fn compared(c: &Comparison) -> String {
    format!("{}, {}", c.word(), c.gain_in_words())
}

/// Reasons that are not those of all versions, and do not stand below anyway.
fn own_reasons<'f>(found: &'f Remeasured<'_>, row: &'f Row<'_>) -> impl Iterator<Item = &'f str> {
    let told = matches!(row.finding, Finding::WrongNow | Finding::NotAnyMore);
    let of_all = |why: &&String| !found.differences.contains(why);
    let why = row.why.iter().filter(of_all).filter(move |_| !told);
    why.map(String::as_str)
}

/// What concerns all versions.
fn around(found: &Remeasured<'_>) -> String {
    let mut out = String::new();
    if !found.differences.is_empty() {
        out += "\nWhat was recorded and what is measured now cannot be held against one another:\n";
    }
    for why in &found.differences {
        let _ = writeln!(out, "- {why}");
    }
    if !found.notes.is_empty() {
        out.push('\n');
    }
    for note in &found.notes {
        let _ = writeln!(out, "note: {note}");
    }
    let isolation = text::isolation(found.today).trim();
    if !isolation.is_empty() {
        let _ = writeln!(out, "\n{isolation}");
    }
    out
}

/// The five lines that stand in a packed folder.
pub(crate) fn readme(title: &str, recorded: &Session, best: &Version, file: &str) -> String {
    let gain = best.decided_over_original();
    let gain = gain.map_or_else(String::new, |c| {
        format!(": {} {}", c.gain_in_words(), c.word())
    });
    let id = best.id;
    format!(
        "# {}\n\n{id} of session {} ({file}) beside its original, with the cases that both are judged by. Packed by reheat {}.\n\n- `reheat verify .` runs both here: is {id} still right, and still better? (exit status 0 or 1)\n- `reheat optimize . --model NAME` goes on from the original with a model of yours; `reheat optimize --help` has the ways to name one.\n- `recorded/` holds what was measured, as the journal of a session.\n",
        plain(&format!("{title}{gain}")),
        plain(&recorded.id),
        env!("CARGO_PKG_VERSION"),
    )
}
