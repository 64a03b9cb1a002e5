//! A session as plain text, for pipes, logs and screen readers.

use std::fmt::Write;

use crate::base::text::{harmless, harmless_line};
use crate::base::words::count;
use crate::measure::{Answer, Comparison, Evaluation, Verdict};
use crate::report::patch;
use crate::sandbox::{Guards, Tier};
use crate::session::Session;
use crate::session::event::{Author, Decision, EndReason, TaskRecord, VersionId};
use crate::session::fold::Version;

/// The comparison in one line: `faster 2.29× [2.21–2.37], CPU time, 12 fresh pairs`.
pub(crate) fn comparison(c: &Comparison) -> String {
    let word = c.word();
    let second = c.second_to.as_ref().map_or_else(String::new, |by| {
        format!(", second to {by}, which was measured again")
    });
    let pairs = count(c.pairs, if c.confirmed { "fresh pair" } else { "pair" });
    let (gain, compared) = (c.gain_in_words(), safe(c.compared()));
    format!("{word} {gain}, {compared}, {pairs}{second}")
}

/// The table of all versions.
pub(crate) fn table(session: &Session) -> String {
    let head = ["", "version", "verdict", "gain over v0", "v0's → its own"].map(String::from);
    let mut rows = vec![head];
    for version in &session.versions {
        rows.push(row(session, version));
    }
    let mut out = columns(&rows);
    if let Some(words) = session.gains_apart() {
        let _ = writeln!(out, "{}", safe(&words));
    }
    if session.versions.iter().any(|v| !v.flags().is_empty()) {
        out.push_str("⚑ look at it before you trust it: `reheat show` says why\n");
    }
    if let Some(what) = session.figures_are_of() {
        let _ = writeln!(
            out,
            "(v0's → its own: {}, medians of the pairs that gave the gain, which is the middle of their ratios)",
            safe(&what)
        );
    }
    out
}

fn row(session: &Session, version: &Version) -> [String; 5] {
    let best = session.incumbent == Some(version.id);
    let figures = session.figures_beside_gain(version);
    let figures = figures.map_or_else(
        || "–".into(),
        |(old, new)| match old {
            Some(old) => format!("{old} → {new}"),
            None => new,
        },
    );
    let apart = if session.is_gain_apart(version) {
        " *"
    } else {
        ""
    };
    [
        if best { "★" } else { " " }.into(),
        version.id.to_string(),
        format!("{}{}", verdict(version), mark(version)),
        format!("{}{apart}", gain(version)),
        figures,
    ]
}

/// ` ⚑` behind a version that a human should look at before trusting it; nothing behind the others.
pub(crate) fn mark(version: &Version) -> &'static str {
    if version.flags().is_empty() {
        ""
    } else {
        " ⚑"
    }
}

pub(crate) fn verdict(version: &Version) -> String {
    match &version.evaluation {
        None if version.source.text.trim().is_empty() => "empty start".into(),
        None => "not measured".into(),
        Some(_) if version.refused_as_flagged => "flagged, not taken".into(),
        Some(e) if e.verdict.accepted() => match (version.id, &version.comparison) {
            (VersionId::ORIGINAL, _) => "original".into(),
            (_, Some(c)) if c.answer == Answer::Better && c.confirmed => {
                format!("better than {}", c.incumbent)
            }
            (_, Some(c)) if c.answer == Answer::Better => "not confirmed".into(),
            (_, Some(c)) if c.second_to.is_some() => format!(
                "{}, second to {}",
                c.word(),
                c.second_to.as_deref().unwrap_or_default()
            ),
            (_, Some(c)) => format!("{} ({})", c.answer.in_words(), c.incumbent),
            (_, None) => e.in_words().into(),
        },
        Some(e) => failed(e),
    }
}

fn failed(evaluation: &Evaluation) -> String {
    let verdict = evaluation.in_words();
    let failure = evaluation.failure.as_ref();
    match failure.and_then(|f| Some((f.case.as_ref()?, f.held_out))) {
        Some((case, true)) => format!("{verdict}, held-out case {case}"),
        Some((case, false)) => format!("{verdict}, case {case}"),
        None => verdict.into(),
    }
}

pub(crate) fn gain(version: &Version) -> String {
    if version.id.is_original() {
        return if version.verdict() == Some(Verdict::Accepted) {
            "1.00×".into()
        } else {
            "–".into()
        };
    }
    let measured = version.decided_over_original();
    measured.map_or_else(|| "–".into(), Comparison::gain_in_words)
}

/// Lines up the columns of a table by the width that each text takes on a terminal.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    use unicode_width::UnicodeWidthStr;
    let widths: Vec<usize> = (0..N)
        .map(|c| rows.iter().map(|r| r[c].width()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let pad = " ".repeat(width.saturating_sub(cell.width()) + 2);
            let _ = write!(line, "{cell}{pad}");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Who made a version, and of which: `by qwen2.5-coder, made from v2`.
pub(crate) fn made(version: &Version) -> String {
    let author = match &version.author {
        Author::Original => "the original".to_owned(),
        Author::Model { name } => format!("by {}", safe(name)),
        Author::Tape { name } if name == "tape" => "recorded".to_owned(),
        Author::Tape { name } => format!("from the tape of {}", safe(name)),
        Author::Hand => "by hand".to_owned(),
    };
    let from = version
        .parent
        .map_or_else(String::new, |p| format!(", made from {p}"));
    format!("{author}{from}")
}

/// What a version tried, how it compared and what was decided; several lines, indented.
pub(crate) fn lesson(session: &Session, version: &Version) -> String {
    let mut out = String::new();
    let Some(evaluation) = &version.evaluation else {
        return out;
    };
    if let Some(f) = &evaluation.failure {
        let passed = format!(
            "{} of {} cases pass",
            evaluation.passed(),
            evaluation.cases_total
        );
        let _ = writeln!(
            out,
            "      {}{}",
            f.reason,
            if f.case.is_none() {
                String::new()
            } else {
                format!(" · {passed} · a wrong program is never timed")
            }
        );
        if f.held_out {
            let _ = writeln!(
                out,
                "      case {} is held out: the model is told nothing about it",
                f.case.as_deref().unwrap_or_default()
            );
        }
        for (name, text) in [
            ("input", &f.input),
            ("expected", &f.expected),
            ("got", &f.got),
            ("stderr", &f.stderr),
        ] {
            let text = text.trim_end();
            if !text.is_empty() {
                // Of a build that failed the first error tells most.
                let shown = match name {
                    "stderr" if f.case.is_none() => excerpt(from_first_error(text), false),
                    _ => excerpt(text, name == "stderr"),
                };
                let _ = writeln!(out, "      {name:<9} {}", shown.join("\n                "));
            }
        }
    } else {
        let f = evaluation.figures;
        let _ = writeln!(
            out,
            "      {} of {} cases pass · one run of each, start included: wall {} · CPU {} · peak {} · {}",
            evaluation.passed(),
            evaluation.cases_total,
            f.wall_ns,
            f.cpu_ns,
            f.peak_bytes,
            f.integral_byte_ns
        );
        // One with v0 that was measured again does not count any more.
        let replaced = |c: &Comparison| c.is_with_original() && version.against_original.is_some();
        if let Some(c) = version.comparison.as_ref().filter(|c| !replaced(c)) {
            let _ = writeln!(out, "      against {}: {}", c.incumbent, comparison(c));
            if let Some(calls) = c.by_call(|_| false) {
                let _ = writeln!(out, "      by call: {}", safe(&calls));
            }
            if c.answer != Answer::Better && !c.note.is_empty() {
                let _ = writeln!(out, "      {}", c.note);
            }
        }
        if let Some(c) = &version.against_original {
            let _ = writeln!(out, "      against v0: {}", comparison(c));
        }
        if let Some(words) = session.chain_broken(version) {
            let _ = writeln!(out, "      {}", safe(&words));
        }
    }
    for flag in &evaluation.flags {
        let _ = writeln!(out, "      ⚑ {}", safe(&flag.reason));
    }
    out
}

/// The guards of a run in one line, with the missing ones marked.
pub(crate) fn guards(guards: &Guards) -> String {
    let missing: Vec<&str> = guards
        .missing
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let marked = if missing.is_empty() {
        String::new()
    } else {
        format!(" · missing: {} (see reheat doctor)", missing.join(", "))
    };
    let strength = match guards.tier {
        Tier::None => "NOT ISOLATED: code can do whatever you can",
        Tier::Weak => "weakly isolated",
        Tier::Namespaces | Tier::Full => "isolated",
    };
    format!("{strength} ({}){marked}", guards.on.join(", "))
}

/// A sentence for the end of every report of runs that were not, or only weakly, isolated; empty where they were.
pub(crate) fn isolation(session: &Session) -> &'static str {
    match session.guards.as_ref().map(|g| g.tier) {
        Some(Tier::None) => {
            " NOT ISOLATED: this code ran with all your rights, and could have changed files or figures."
        }
        Some(Tier::Weak) => {
            " Weakly isolated: some guards were missing; `reheat doctor` says which."
        }
        _ => "",
    }
}

/// A compiler's words from its first error on.
fn from_first_error(text: &str) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.to_ascii_lowercase().contains("error") {
            return &text[at..];
        }
        at += line.len();
    }
    text
}

/// Four lines of a text, the first or the last ones; a mark stands for the rest.
fn excerpt(text: &str, end: bool) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let cut = lines.len().saturating_sub(4);
    let kept = if end {
        &lines[cut..]
    } else {
        &lines[..lines.len() - cut]
    };
    let mut shown: Vec<String> = kept.iter().map(|l| clip(l, 100)).collect();
    if cut > 0 {
        let mark = format!("… {}", count(cut, "line"));
        shown.insert(if end { 0 } else { shown.len() }, mark);
    }
    shown
}

/// The first characters of a line, control characters made visible.
pub(crate) fn clip(line: &str, most: usize) -> String {
    let start = line
        .char_indices()
        .nth(most)
        .map_or(line, |(end, _)| &line[..end]);
    let mut out = harmless_line(start).into_owned();
    if start.len() < line.len() {
        out.push('…');
    }
    out
}

/// A whole text of unknown origin, safe to print: line breaks and tabs stay, everything else that a terminal would obey is shown.
pub(crate) fn safe(text: &str) -> String {
    harmless(text).into_owned()
}

/// How the session ended, in one or two sentences.
pub(crate) fn ending(session: &Session) -> String {
    outcome(session) + isolation(session)
}

/// Why it ended, or that it did not: `Ended: all rounds are done.`
pub(crate) fn why_it_ended(session: &Session) -> String {
    let Some(finished) = &session.finished else {
        if session.running {
            return "The session is open in another reheat right now; this is how far it has come."
                .into();
        }
        return "The session was left before its end; `reheat resume` goes on with it.".into();
    };
    let why = match &finished.reason {
        EndReason::Rounds => "all rounds are done",
        EndReason::Goal => "the goal is reached",
        EndReason::Time => "the time for it is up",
        EndReason::Tokens => "the tokens for it are spent",
        EndReason::Cost => "the money for it is spent",
        EndReason::Stopped => "it was stopped",
        EndReason::TapeEnded => "the tape has ended",
        EndReason::Provider => "the model cannot be asked any more",
        EndReason::Prompt => "the prompt cannot be written",
        EndReason::Disk => "the journal can no longer be written",
        EndReason::Task => "the task cannot be judged as it is",
        EndReason::Environment => "something is missing on this machine",
        EndReason::Other(word) => &harmless_line(word),
    };
    format!("Ended: {why}.")
}

fn outcome(session: &Session) -> String {
    let first = why_it_ended(session);
    let Some(finished) = &session.finished else {
        return first;
    };
    let best = finished.best.and_then(|id| session.version(id));
    let suspicious = best
        .filter(|v| !v.id.is_original())
        .and_then(|v| v.flags().first())
        .map_or_else(String::new, |f| {
            format!(" ⚑ Look at it before you trust it: {}.", safe(&f.reason))
        });
    let told = match best {
        Some(v) if v.id.is_original() => {
            format!("{first} No better version than the original was found.")
        }
        Some(v) => match &finished.comparison {
            Some(c) => {
                let than = match c.answer {
                    Answer::Better | Answer::Worse => format!("{} than the original", c.word()),
                    _ => format!("{} against the original", c.word()),
                };
                let also = session.other_gains().into_iter();
                let also: Vec<String> = also.map(|g| format!(" Also {}.", safe(&g))).collect();
                format!(
                    "{first} Best: {}, {than}: {} ({}, {} pairs).{}",
                    v.id,
                    c.gain_in_words(),
                    safe(&session.compared_on(c)),
                    c.pairs,
                    also.concat()
                )
            }
            None if session
                .version(VersionId::ORIGINAL)
                .is_some_and(|o| o.source.text.trim().is_empty()) =>
            {
                format!(
                    "{first} Best: {}, the first version that passes or a better one after it.",
                    v.id
                )
            }
            None => format!("{first} Best: {}; the original did not pass.", v.id),
        },
        None if session.versions.iter().all(|v| v.evaluation.is_none()) => {
            format!("{first} Nothing was measured.")
        }
        None => format!("{first} No version passes every case."),
    };
    told + &suspicious + &place(session)
}

/// The rank of the best version among the reference solutions, if they were measured.
fn place(session: &Session) -> String {
    let place = session.best().and_then(|best| session.rank_in_words(best));
    place.map_or_else(String::new, |words| format!(" It is {words}."))
}

/// What was to become better, and what is now where the developer chose something else.
pub(crate) fn objectives(session: &Session, task: &TaskRecord) -> String {
    if session.objective == task.objective {
        task.objective.to_string()
    } else {
        format!("{}, now {}", task.objective, session.objective)
    }
}

/// `7 cases, 2 held out`.
#[must_use]
pub fn cases(task: &TaskRecord) -> String {
    let all = count(task.cases.len(), "case");
    match task.held_out.len() {
        0 => all,
        n => format!("{all}, {n} held out"),
    }
}

/// A finished session as text: task, versions, decisions, best code, difference from the original.
#[must_use]
pub fn session(session: &Session) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "session   {}", session.id);
    if let Some(task) = &session.task {
        let _ = writeln!(
            out,
            "task      {} ({}, {}) · {} · {}",
            safe(&task.title),
            task.name,
            task.language,
            cases(task),
            objectives(session, task)
        );
        let _ = writeln!(out, "toolchain {}", safe(&task.toolchain_in_words()));
        if !task.ok_status.is_empty() {
            let all: Vec<String> = task.ok_status.iter().map(u8::to_string).collect();
            let _ = writeln!(out, "statuses  {} (--ok-status)", all.join(","));
        }
    }
    if let Some(m) = &session.machine {
        let _ = writeln!(
            out,
            "machine   {} · {} cores · {}",
            m.cpu, m.cores, m.system
        );
    }
    if let Some(g) = &session.guards {
        let _ = writeln!(out, "sandbox   {}", guards(g));
    }
    let _ = writeln!(out, "model     {}", safe(&session.model));
    if let Some(cost) = session.bill.in_words() {
        let _ = writeln!(out, "cost      {}", safe(&cost));
    }
    if let Some(case) = &session.only {
        let _ = writeln!(out, "timed     case {} only", safe(case));
    }
    out.push('\n');
    out.push_str(&table(session));
    out.push('\n');
    for version in &session.versions {
        let made = made(version);
        let decided = version
            .decision
            .as_ref()
            .map_or_else(String::new, |(d, why)| {
                format!(
                    " — {}: {}",
                    if *d == Decision::Accepted {
                        "accepted"
                    } else {
                        "rejected"
                    },
                    safe(why)
                )
            });
        let flag = mark(version);
        let _ = writeln!(out, "{}{flag}  {made}{decided}", version.id);
        out.push_str(&lesson(session, version));
    }
    for round in session.rounds.iter().filter(|r| r.failed.is_some()) {
        let _ = writeln!(
            out,
            "round {}: {}",
            round.number,
            safe(round.failed.as_deref().unwrap_or_default())
        );
    }
    for note in &session.notes {
        let _ = writeln!(
            out,
            "{}: {}",
            if note.error { "error" } else { "note" },
            safe(&note.text)
        );
    }
    for written in &session.written {
        let undone = written
            .undone
            .as_ref()
            .map_or_else(String::new, |why| format!(" — taken back: {}", safe(why)));
        let _ = writeln!(
            out,
            "written back: {}{undone}",
            safe(&written.record.in_words())
        );
    }
    if let Some(loss) = session.loss() {
        let _ = writeln!(out, "\n{}", safe(&loss));
        return out;
    }
    let _ = writeln!(out, "\n{}", ending(session));
    if let (Some(best), Some(original)) = (
        session.best().filter(|b| !b.id.is_original()),
        session.version(VersionId::ORIGINAL),
    ) {
        let _ = writeln!(
            out,
            "\n{}{} is {}:\n\n{}",
            best.id,
            mark(best),
            safe(&best.source.file_name),
            safe(&best.source.text)
        );
        let _ = writeln!(
            out,
            "difference from the original:\n\n{}",
            safe(&patch::unified(original, best))
        );
    }
    out
}
