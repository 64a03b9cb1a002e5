//! The measurements as plain text, for a commit message, the head of a patch and the output of a command: at most
//! [`WIDTH`] columns.

use unicode_width::UnicodeWidthChar;

use super::choose::Chosen;
use crate::base::text::harmless;
use crate::measure::{Answer, Comparison, Metric};
use crate::session::Session;
use crate::session::event::VersionId;

/// Most columns of a line.
pub(crate) const WIDTH: usize = 72;
/// Columns of the names at the left.
const NAMES: usize = 10;

/// `2.29x faster`, the gain in two words; of what is undecided only between what it may be.
pub(crate) fn gain_in_words(c: &Comparison) -> String {
    if !c.is_decided() {
        return format!("undecided, {}", c.gain_in_words());
    }
    match c.answer {
        Answer::Better | Answer::Worse => format!("{} {}", c.gain, c.word()),
        _ => format!("{}, {}", c.word(), c.gain_in_words()),
    }
}

/// First line of a commit: `Make Grid.nearest 2.29× faster`.
pub(crate) fn subject(what: &str, chosen: &Chosen<'_>) -> String {
    let line = match chosen.comparison.filter(|_| chosen.better) {
        Some(c) => format!("Make {what} {}", gain_in_words(c)),
        None => format!("Rewrite {what} ({} of reheat)", chosen.version.id),
    };
    clip(&line, WIDTH)
}

/// The table: gain, metric, figures of both, memory of both, cases, how, machine, and who measured.
pub(crate) fn measured(session: &Session, chosen: &Chosen<'_>) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    match chosen.comparison {
        Some(c) => compared(&mut rows, c),
        None => rows.push(("gain", "not compared with the original".into())),
    }
    if let Some(task) = &session.task {
        let held = match task.held_out.len() {
            0 => String::new(),
            n => format!(", {n} of them held out"),
        };
        let said = match task.cases.len() {
            0 => String::new(),
            1 => "the one case is right".into(),
            n => format!("all {n} right{held}"),
        };
        rows.push(("cases", said));
        rows.push(("with", task.toolchain_in_words()));
    }
    if let Some(m) = &session.machine {
        let cores = if m.cores == 1 { "core" } else { "cores" };
        rows.push((
            "machine",
            format!("{}, {} {cores}, {}", m.cpu, m.cores, m.system),
        ));
    }
    rows.extend(chosen.flags().iter().map(|f| ("look at", f.reason.clone())));
    let id = chosen.version.id;
    rows.push(("version", format!("{id} of session {}", session.id)));
    let mut out = String::new();
    for (name, text) in rows.iter().filter(|(_, text)| !text.trim().is_empty()) {
        for (n, line) in wrap(text, WIDTH - NAMES).iter().enumerate() {
            let name = if n == 0 { name } else { "" };
            out.push_str(format!("{name:<NAMES$}{line}").trim_end());
            out.push('\n');
        }
    }
    out.push_str(concat!(
        "Measured by reheat ",
        env!("CARGO_PKG_VERSION"),
        "\n"
    ));
    out
}

fn compared(rows: &mut Vec<(&str, String)>, c: &Comparison) {
    let than = if c.incumbent == VersionId::ORIGINAL.to_string() {
        "than the original"
    } else {
        "than the one before"
    };
    rows.push(("gain", format!("{} {than}", gain_in_words(c))));
    if c.low != c.high {
        rows.push(("interval", format!("{} to {}", c.low, c.high)));
    }
    let fresh = if c.confirmed { "fresh " } else { "" };
    let pairs = if c.pairs == 1 { "pair" } else { "pairs" };
    rows.push((
        "metric",
        format!("{}, {} {fresh}{pairs}", c.compared(), c.pairs),
    ));
    let (old, new) = (&c.incumbent_figures, &c.candidate_figures);
    if let Some(text) = figure(c) {
        rows.push((
            if c.metric == Metric::Cpu {
                "CPU time"
            } else {
                "figure"
            },
            text,
        ));
    }
    if old.peak_bytes.0 > 0 && new.peak_bytes.0 > 0 {
        rows.push((
            "memory",
            format!("peak {} -> {}", old.peak_bytes, new.peak_bytes),
        ));
    }
    if let Some(only) = &c.only {
        rows.push(("timed", format!("case {only} only")));
    }
    rows.push(("how", how(c)));
}

/// How two versions were measured against one another.
pub(crate) fn how(c: &Comparison) -> String {
    let repeats = if c.repeats > 1 {
        format!(", {} runs a pair", c.repeats)
    } else {
        String::new()
    };
    match c.metric {
        Metric::Peak => "runs in turn, every output checked again".to_owned(),
        _ if c.launches.is_some() => "processes of old and new side by side, bursts of passes over the calls in turn, over and over in fresh processes, every output checked again, clock outside of the program".to_owned(),
        _ if c.slope.is_some() => "processes with n and 2n passes over the calls, old and new in turn, every output checked again, clock outside of the program".to_owned(),
        _ => format!(
            "old and new in turn in shuffled order{repeats}, every output checked again, clock outside of the program"
        ),
    }
}

/// What was compared, of both; the peak has a row of its own.
fn figure(c: &Comparison) -> Option<String> {
    let [old, new] = c.compared_figures()?;
    match c.metric {
        Metric::Peak => None,
        Metric::Cpu => Some(format!("{old} -> {new}")),
        _ => Some(format!("{} {old} -> {new}", c.compared())),
    }
}

/// Lines of limited width, broken at blanks where possible.
fn wrap(text: &str, most: usize) -> Vec<String> {
    let text = text.replace('\r', " ");
    let text = harmless(&text);
    let mut lines = vec![String::new()];
    let (mut used, mut last) = (0, 0);
    for word in text.split_whitespace() {
        let width: usize = word.chars().filter_map(UnicodeWidthChar::width).sum();
        if used > 0 && used + 1 + width > most {
            lines.push(String::new());
            last += 1;
            used = 0;
        }
        if used > 0 {
            lines[last].push(' ');
            used += 1;
        }
        for c in word.chars() {
            let width = c.width().unwrap_or(0);
            if used + width > most {
                lines.push(String::new());
                last += 1;
                used = 0;
            }
            lines[last].push(c);
            used += width;
        }
    }
    lines
}

/// The first columns of a line, marked where it was cut.
fn clip(line: &str, most: usize) -> String {
    match wrap(line, most).as_slice() {
        [one] => one.clone(),
        _ => {
            let mut cut = wrap(line, most - 1).swap_remove(0);
            cut.push('…');
            cut
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        for text in [
            "a b c d e f",
            "一二三四五六七八",
            &"x".repeat(50),
            "a\u{1b}[31mb \u{202e}c",
            "",
        ] {
            for most in [4, 7, 72] {
                for line in wrap(text, most) {
                    let width: usize = line.chars().filter_map(UnicodeWidthChar::width).sum();
                    assert!(width <= most, "{line:?}");
                    assert!(!line.contains(['\u{1b}', '\u{202e}']));
                }
            }
        }
        assert_eq!(clip("Make a thing 2× faster", 10), "Make a…");
    }
}
