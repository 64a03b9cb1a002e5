//! Two versions or two sessions as text and as Markdown: the same rows in both.

use std::fmt::Write as _;

use super::rounds::{RoundRow, rounds};
use super::{CaseSide, Couple, Pair, Side, Standing, cases};
use crate::report::markdown::{fenced, folded, plain};
use crate::report::{patch, text};
use crate::session::Session;
use crate::session::fold::Version;

/// Cases that are listed; of more, JSON has all.
const CASES: usize = 60;
/// Bytes of a difference in Markdown.
const DIFFERENCE: usize = 40_000;

type Row = [String; 3];

/// Two versions as text.
pub(crate) fn versions(pair: &Pair<'_>) -> String {
    let mut out = format!("{}\n\n", title(pair));
    let head = names(pair);
    let mut rows = vec![[String::new(), head[0].clone(), head[1].clone()]];
    rows.extend(figures(pair));
    out += &text::columns(&rows);
    let _ = writeln!(out, "\n{}", held_against(pair).join("\n"));
    let (table, rest) = case_rows(pair);
    if table.len() > 2 {
        let _ = write!(out, "\n{}{rest}", text::columns(&table));
    }
    let diff = patch::unified(pair.a.version, pair.b.version);
    let same = "The two texts are the same.\n";
    let _ = write!(out, "\n{}", if diff.is_empty() { same } else { &diff });
    text::safe(&out)
}

/// The same as Markdown, with the difference folded.
pub(crate) fn versions_markdown(pair: &Pair<'_>) -> String {
    let mut out = format!("## {}\n\n", plain(&title(pair)));
    let [a, b] = names(pair);
    let _ = writeln!(out, "| | {} | {} |\n|---|---|---|", plain(&a), plain(&b));
    for row in figures(pair) {
        let _ = writeln!(out, "| {} |", row.map(|cell| plain(&cell)).join(" | "));
    }
    out.push('\n');
    for line in held_against(pair) {
        let _ = writeln!(out, "{}\n", lines(&line));
    }
    let (table, rest) = case_rows(pair);
    if let [_, head, rows @ ..] = table.as_slice()
        && !rows.is_empty()
    {
        let line =
            |row: &[String; 7]| format!("| {} |\n", row.clone().map(|c| plain(&c)).join(" | "));
        let ruled = format!("{}|---|---|---|---|---|---|---|\n", line(head));
        let rows: String = rows.iter().map(line).collect();
        folded(&mut out, "Case by case", &format!("{ruled}{rows}{rest}"));
    }
    let diff = patch::unified(pair.a.version, pair.b.version);
    if !diff.is_empty() {
        let from = format!("From {a} to {b}");
        folded(&mut out, &from, &fenced("diff", &diff, DIFFERENCE));
    }
    out
}

/// Lines of Markdown, each by itself.
fn lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

fn title(pair: &Pair<'_>) -> String {
    let [a, b] = names(pair);
    if pair.a.session.id == pair.b.session.id {
        format!("{a} and {b} of session {}", pair.a.session.id)
    } else {
        format!("{a} and {b}")
    }
}

/// `v2` and `v5`; of two sessions with their ids.
fn names(pair: &Pair<'_>) -> [String; 2] {
    let same = pair.a.session.id == pair.b.session.id;
    [pair.a, pair.b].map(|side| {
        if same {
            side.version.id.to_string()
        } else {
            format!("{}:{}", side.session.id, side.version.id)
        }
    })
}

/// What is known of each of the two.
fn figures(pair: &Pair<'_>) -> Vec<Row> {
    let sides = [pair.a, pair.b];
    let row = |name: &str, of: &dyn Fn(Side<'_>) -> String| {
        let [a, b] = sides.map(of);
        [name.to_owned(), a, b]
    };
    let dash = |text: Option<String>| text.unwrap_or_else(|| "–".into());
    let run = |of: fn(&crate::measure::Figures) -> String| {
        move |side: Side<'_>| dash(side.version.evaluation.as_ref().map(|e| of(&e.figures)))
    };
    let mut rows = Vec::new();
    if pair.a.session.id != pair.b.session.id {
        rows.push(row("task", &|s| s.session.task_name().to_owned()));
        rows.push(row("model", &|s| s.session.model.clone()));
    }
    rows.extend([
        row("made", &|s| text::made(s.version)),
        row("verdict", &|s| {
            format!("{}{}", text::verdict(s.version), text::mark(s.version))
        }),
        row("gain over v0", &|s| text::gain(s.version)),
        row("measured in", &|s| dash(s.comparison().map(measured_in))),
        row("v0's → its own", &|s| {
            let figures = s.comparison().and_then(|c| c.compared_figures());
            dash(figures.map(|[old, new]| format!("{old} → {new}")))
        }),
        row("one run: wall", &run(|f| f.wall_ns.to_string())),
        row("one run: CPU", &run(|f| f.cpu_ns.to_string())),
        row("one run: peak", &run(|f| f.peak_bytes.to_string())),
        row(
            "one run: integral",
            &run(|f| f.integral_byte_ns.to_string()),
        ),
    ]);
    rows.retain(|[_, a, b]| a != "–" || b != "–");
    rows
}

fn measured_in(c: &crate::measure::Comparison) -> String {
    let fresh = if c.confirmed { "fresh pair" } else { "pair" };
    format!(
        "{}, {}",
        c.compared(),
        crate::base::words::count(c.pairs, fresh)
    )
}

/// What of it can be held against the other, in sentences.
fn held_against(pair: &Pair<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(c) = pair.direct {
        lines.push(format!(
            "Measured against one another: {} against {}: {}.",
            c.candidate,
            c.incumbent,
            text::comparison(c)
        ));
    }
    lines.extend(stands(&names(pair), pair.standing, &pair.why_not));
    if pair.direct.is_none() && pair.why_not.is_empty() {
        lines
            .push("They were not measured against one another; `reheat measure` does that.".into());
    }
    lines
}

/// Which is ahead, or why nobody can say.
fn stands([a, b]: &[String; 2], standing: Option<Standing>, why_not: &[String]) -> Vec<String> {
    let told = match standing {
        Some(Standing::A) => {
            format!("{a} is ahead of {b}: the intervals of their gains over v0 do not meet.")
        }
        Some(Standing::B) => {
            format!("{b} is ahead of {a}: the intervals of their gains over v0 do not meet.")
        }
        Some(Standing::Level) => {
            "Neither is ahead: the intervals of their gains over v0 meet.".to_owned()
        }
        None if why_not.is_empty() => return Vec::new(),
        None => {
            let mut lines = vec!["Their gains over v0 cannot be compared:".to_owned()];
            lines.extend(why_not.iter().map(|why| format!("- {why}")));
            return vec![lines.join("\n")];
        }
    };
    vec![told]
}

/// Two rows of heads and one a case; and what to know of those that are left out.
fn case_rows(pair: &Pair<'_>) -> (Vec<[String; 7]>, String) {
    let [a, b] = names(pair);
    let head = |text: &str| text.to_owned();
    let mut rows = vec![
        [head(""), a, head(""), head(""), b, head(""), head("")],
        ["case", "gain", "CPU", "peak", "gain", "CPU", "peak"].map(head),
    ];
    let all = cases(pair.a, pair.b);
    for row in all.iter().take(CASES) {
        let ([a, b, c], [d, e, f]) = (cells(&row.a), cells(&row.b));
        rows.push([row.case.to_owned(), a, b, c, d, e, f]);
    }
    let rest = match all.len().saturating_sub(CASES) {
        0 => String::new(),
        n => format!("… {n} more; --json has all\n"),
    };
    (rows, rest)
}

fn cells(side: &CaseSide<'_>) -> [String; 3] {
    let dash = || "–".to_owned();
    let gain = side.gain.map_or_else(dash, |gain| gain.to_string());
    match side.result {
        None => [gain, dash(), dash()],
        Some(r) if r.verdict.accepted() => [
            gain,
            r.figures.cpu_ns.to_string(),
            r.figures.peak_bytes.to_string(),
        ],
        Some(r) => [gain, r.verdict.in_words().to_owned(), dash()],
    }
}

/// Two sessions as text.
pub(crate) fn sessions(couple: &Couple<'_>) -> String {
    let (a, b) = (couple.a, couple.b);
    let mut out = text::columns(&about(a, b));
    let stands = stands(&best_names(a, b), couple.standing, &couple.why_not);
    let _ = writeln!(out, "\n{}", stands.join("\n"));
    let _ = write!(out, "\n{}", text::columns(&round_rows(a, b)));
    text::safe(&out)
}

/// The same as Markdown.
pub(crate) fn sessions_markdown(couple: &Couple<'_>) -> String {
    let (a, b) = (couple.a, couple.b);
    let mut out = format!("## {} and {}\n\n", plain(&a.id), plain(&b.id));
    let mut table = |rows: &[Vec<String>]| {
        for (n, row) in rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
            if n == 0 {
                let _ = writeln!(out, "|{}", "---|".repeat(row.len()));
            }
        }
        out.push('\n');
    };
    table(&about(a, b).map(Vec::from));
    table(
        &round_rows(a, b)
            .into_iter()
            .map(Vec::from)
            .collect::<Vec<_>>(),
    );
    for line in stands(&best_names(a, b), couple.standing, &couple.why_not) {
        let _ = writeln!(out, "{}\n", lines(&line));
    }
    out
}

fn best_names(a: &Session, b: &Session) -> [String; 2] {
    [a, b].map(|s| {
        let best = s.best().map_or_else(String::new, |v| format!(":{}", v.id));
        format!("{}{best}", s.id)
    })
}

/// What each of the two sessions is and came to.
fn about(a: &Session, b: &Session) -> [Row; 6] {
    let row = |name: &str, of: &dyn Fn(&Session) -> String| [name.to_owned(), of(a), of(b)];
    [
        row("", &|s| s.id.clone()),
        row("task", &|s| s.task_name().to_owned()),
        row("model", &|s| s.model.clone()),
        row("objective", &|s| s.objective.to_string()),
        row("best", &|s| match s.best().filter(|_| s.loss().is_none()) {
            Some(best) => format!("{}{} {}", best.id, text::mark(best), text::gain(best)),
            None => "–".into(),
        }),
        row("tokens of replies", &|s| s.usage.reply_tokens.to_string()),
    ]
}

fn round_rows(a: &Session, b: &Session) -> Vec<[String; 5]> {
    let mut rows = vec![["round", &a.id, "best so far", &b.id, "best so far"].map(String::from)];
    let (one, two) = (rounds(a), rounds(b));
    for n in 0..one.len().max(two.len()) {
        let ([a, b], [c, d]) = (round_cells(one.get(n)), round_cells(two.get(n)));
        let number = one.get(n).or(two.get(n)).map_or(0, |r| r.number);
        rows.push([number.to_string(), a, b, c, d]);
    }
    rows
}

fn round_cells(round: Option<&RoundRow<'_>>) -> [String; 2] {
    let Some(round) = round else {
        return [String::new(), String::new()];
    };
    let version = |v: &&Version| match text::gain(v) {
        gain if gain == "–" => format!("{} {}", v.id, text::verdict(v)),
        gain => format!("{} {gain}", v.id),
    };
    let all: Vec<String> = round.versions.iter().map(version).collect();
    let told = if all.is_empty() {
        "none".to_owned()
    } else {
        all.join(", ")
    };
    [told, round.best_so_far.to_string()]
}
