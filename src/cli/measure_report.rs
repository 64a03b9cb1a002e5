//! Prints what `reheat measure` found out: one JSON object, or a table and sentences; and the line of progress.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::measure::noise::Level;
use crate::measure::{
    Answer, Built, Comparison, Evaluation, Metric, Progress, Verdict, text::clean,
};
use crate::task::{Harness, Task};

/// One of the programs, with its evaluation.
pub(super) struct MeasuredProgram {
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) built: Built,
    pub(crate) evaluation: Evaluation,
}

/// All results; the first program is OLD.
pub(super) struct MeasureReport {
    pub(crate) task: Task,
    pub(crate) entrants: Vec<MeasuredProgram>,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) notes: Vec<String>,
}

impl MeasureReport {
    /// Whether every program but the first is confirmed to be better than it.
    pub(crate) fn all_better(&self) -> bool {
        let better = self
            .comparisons
            .iter()
            .filter(|c| c.answer == Answer::Better && c.confirmed)
            .count();
        better + 1 == self.entrants.len()
    }
}

/// The machine-readable form. Fields may be added, none changes its meaning.
pub(super) fn json(findings: &MeasureReport) -> String {
    let versions: Vec<Value> = findings.entrants.iter().map(version).collect();
    let comparisons: Vec<Value> = findings.comparisons.iter().map(comparison).collect();
    let whole =
        json!({ "versions": versions, "comparisons": comparisons, "notes": findings.notes });
    format!("{whole}\n")
}

fn version(entrant: &MeasuredProgram) -> Value {
    let e = &entrant.evaluation;
    let figures = has_figures(e).then_some(e.figures);
    json!({
        "name": entrant.name,
        "verdict": e.verdict,
        "wall_ns": figures.map(|f| f.wall_ns),
        "cpu_ns": figures.map(|f| f.cpu_ns),
        "peak_bytes": figures.map(|f| f.peak_bytes),
        "integral_byte_ns": figures.map(|f| f.integral_byte_ns),
        "floor": e.floor,
        "cases_passed": e.passed(),
        "cases_total": e.cases_total,
        "failure": e.failure,
        "flags": e.flags,
        "build": e.build,
    })
}

fn comparison(c: &Comparison) -> Value {
    json!({
        "candidate": c.candidate,
        "incumbent": c.incumbent,
        "metric": c.metric,
        "gain": c.gain,
        "low": c.low,
        "high": c.high,
        "pairs": c.pairs,
        "confirmed": c.confirmed,
        "answer": c.answer,
        "incumbent_figures": c.incumbent_figures,
        "candidate_figures": c.candidate_figures,
        "per_case": c.per_case,
        "smallest_effect": c.smallest_effect,
        "margin": c.margin,
        "repeats": c.repeats,
        "floors": c.floors,
        "gain_beyond_floor": c.gain_beyond_floor(),
        "noise": c.noise,
        "note": c.note,
    })
}

/// The form for people.
pub(super) fn text(findings: &MeasureReport) -> String {
    let mut out = table(findings);
    out.push('\n');
    for (i, entrant) in findings.entrants.iter().enumerate() {
        if let Some(failure) = failure(entrant) {
            out.push_str(&failure);
            if i == 0 {
                out.push_str("       nothing to compare with: the first program must pass\n");
            }
        } else if let Some(c) = findings
            .comparisons
            .iter()
            .filter(|_| i > 0)
            .find(|c| c.candidate == entrant.name)
        {
            out.push_str(&sentence(c));
        }
        for flag in &entrant.evaluation.flags {
            let _ = writeln!(out, "       ⚑ {}", clean(&flag.reason));
        }
    }
    for note in &findings.notes {
        let _ = writeln!(out, " note: {}", clean(note));
    }
    out
}

fn table(findings: &MeasureReport) -> String {
    let head = ["program", "verdict", "wall", "CPU", "peak", "memory × time"].map(str::to_owned);
    let mut rows = vec![head];
    for entrant in &findings.entrants {
        let e = &entrant.evaluation;
        let f = e.figures;
        let figures = [
            f.wall_ns.to_string(),
            f.cpu_ns.to_string(),
            f.peak_bytes.to_string(),
            f.integral_byte_ns.to_string(),
        ];
        let [wall, cpu, peak, integral] = if has_figures(e) {
            figures
        } else {
            figures.map(|_| "–".to_owned())
        };
        rows.push([clean(&entrant.name), verdict(e), wall, cpu, peak, integral]);
    }
    let width = |column: usize| {
        rows.iter()
            .map(|r| unicode_width::UnicodeWidthStr::width(r[column].as_str()))
            .max()
            .unwrap_or(0)
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut out = String::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            let room = " ".repeat(
                widths[column].saturating_sub(unicode_width::UnicodeWidthStr::width(cell.as_str())),
            );
            let (before, after) = if column < 2 {
                ("", room.as_str())
            } else {
                (room.as_str(), "")
            };
            let _ = write!(
                out,
                "{}{before}{cell}{after}",
                if column == 0 { " " } else { "   " }
            );
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    let cases = findings.task.workload.cases.len();
    let _ = writeln!(
        out,
        " one sweep over {cases} {}; times and memory × time add up, the peak is the largest{}",
        if cases == 1 { "case" } else { "cases" },
        match findings.task.harness {
            Harness::Calls(_) =>
                "\n whole processes, from their start to their end; what the calls themselves take is said below",
            _ => "",
        }
    );
    for floor in floors(findings) {
        let _ = writeln!(out, " {floor}");
    }
    out
}

/// The floor: what an empty program takes, once for each language.
fn floors(findings: &MeasureReport) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for entrant in &findings.entrants {
        let Some(floor) = entrant.evaluation.floor else {
            continue;
        };
        let line = format!(
            "floor: an empty {} program takes {} a run (CPU {}), and {}",
            entrant.language, floor.wall_ns, floor.cpu_ns, floor.peak_bytes
        );
        if !said.contains(&line) {
            said.push(line);
        }
    }
    said
}

fn verdict(e: &Evaluation) -> String {
    match e.verdict {
        Verdict::Accepted | Verdict::CompileError => e.in_words().to_owned(),
        _ if e.passed() < e.cases.len() => format!(
            "{} ({} of {} pass)",
            e.in_words(),
            e.passed(),
            e.cases_total
        ),
        // It passed every case and failed only when it was timed.
        _ => e.in_words().to_owned(),
    }
}

fn failure(entrant: &MeasuredProgram) -> Option<String> {
    let e = &entrant.evaluation;
    let failure = e.failure.as_ref()?;
    let place = match &failure.case {
        None => String::new(),
        Some(case) => format!(" on case {}", clean(case)),
    };
    let mut out = format!(
        " ✗ {}   {}{place}: {}\n",
        clean(&entrant.name),
        e.in_words(),
        clean(&failure.reason)
    );
    if let Some(hint) = &failure.hint {
        let _ = writeln!(out, "       {}", clean(hint));
    }
    for (label, text) in [
        ("input", &failure.input),
        ("expected", &failure.expected),
        ("got", &failure.got),
        ("it said", &failure.stderr),
    ] {
        for (i, line) in text
            .trim_end()
            .lines()
            .take(if label == "it said" { 12 } else { 4 })
            .enumerate()
        {
            let line: String = line.chars().take(110).collect();
            let _ = writeln!(out, "       {:<9} {line}", if i == 0 { label } else { "" });
        }
    }
    out.push_str("       not timed: a program that fails is never timed\n");
    Some(out)
}

fn sentence(c: &Comparison) -> String {
    let mark = match c.answer {
        Answer::Better => "▲",
        Answer::Worse => "▼",
        Answer::NoDifference => "=",
        Answer::NotBetter => "≤",
        Answer::Undecided => "?",
    };
    let mut out = format!(
        " {mark} {}   {}  {}  {}\n",
        clean(&c.candidate),
        c.word(),
        c.gain_in_words(),
        clean(&c.note)
    );
    let (old, new) = (&c.incumbent_figures, &c.candidate_figures);
    let times = if c.metric == Metric::Cpu {
        ("CPU", old.cpu_ns, new.cpu_ns)
    } else {
        ("wall", old.wall_ns, new.wall_ns)
    };
    let _ = writeln!(
        out,
        "       {} {} → {} · peak {} → {} · memory × time {} → {}   (compared: {})",
        times.0,
        times.1,
        times.2,
        old.peak_bytes,
        new.peak_bytes,
        old.integral_byte_ns,
        new.integral_byte_ns,
        c.metric.in_words()
    );
    out.push_str(&beyond_floor(c));
    if let Some(noise) = c.noise.filter(|n| n.level > Level::Quiet) {
        let _ = writeln!(out, "       meanwhile {}", noise.reasons());
    }
    out
}

/// The gain beyond the floor, where the floor is a considerable part of the figures.
fn beyond_floor(c: &Comparison) -> String {
    let (Some(floors), Some(gain)) = (&c.floors, c.gain_beyond_floor()) else {
        return String::new();
    };
    let figures = [&c.incumbent_figures, &c.candidate_figures];
    let [old, new] = floors.shares(figures, c.metric);
    if old.max(new) < 0.1 {
        return String::new();
    }
    format!(
        "       beyond the floor (an empty program: {:.0} % of the one, {:.0} % of the other): about {gain}\n",
        old * 100.0,
        new * 100.0
    )
}

/// Prints to standard output.
pub(super) fn out(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// A status line on standard error; only on a terminal, and rarely updated, so that it disturbs no run.
pub(super) struct Status {
    on: bool,
    about: String,
    last: Option<Instant>,
    shown: bool,
    noise: Level,
}

impl Status {
    pub(super) fn new() -> Self {
        Self {
            on: std::io::stderr().is_terminal(),
            about: String::new(),
            last: None,
            shown: false,
            noise: Level::Unknown,
        }
    }

    /// Sets the program that the following progress is about.
    pub(super) fn about(&mut self, name: &str) {
        self.about = clean(name);
    }

    pub(super) fn tell(&mut self, progress: &Progress) {
        let line = match progress {
            Progress::Building => "building".to_owned(),
            Progress::CaseStarted { index, total, case } => {
                format!("case {} of {total} ({})", index + 1, clean(case))
            }
            Progress::WarmingUp => "warming up".to_owned(),
            Progress::Paired {
                pairs,
                confirming,
                left_ns,
                ..
            } => {
                let left = left_ns
                    .map(|ns| format!(", {ns} left at most"))
                    .unwrap_or_default();
                format!(
                    "{} {pairs}{left}",
                    if *confirming {
                        "confirming, pair"
                    } else {
                        "pair"
                    }
                )
            }
            Progress::Estimated { look, metric } | Progress::Looked { look, metric } => format!(
                "{} pairs: {} [{:.2}–{:.2}] {}",
                look.pairs,
                look.gain,
                look.low.0,
                look.high.0,
                metric.in_words()
            ),
            Progress::BeyondBudget { budget_ns, more_ns } => format!(
                "looks clearly better: confirming it takes about {more_ns} beyond the {budget_ns}"
            ),
            Progress::Sampled { .. } | Progress::CaseFinished { .. } | Progress::Heard { .. } => {
                return;
            }
        };
        let due = self
            .last
            .is_none_or(|t| t.elapsed() >= Duration::from_millis(100));
        if !self.on || !due {
            return;
        }
        self.last = Some(Instant::now());
        self.shown = true;
        let mut err = std::io::stderr().lock();
        let noise = match self.noise {
            Level::Unknown => String::new(),
            level => format!(" · {}", level.in_words()),
        };
        drop(write!(err, "\r\x1b[K{}: {line}{noise}", self.about));
        drop(err.flush());
    }

    pub(super) fn clear(&mut self) {
        if self.shown {
            eprint!("\r\x1b[K");
            self.shown = false;
        }
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Whether a version's figures mean anything.
fn has_figures(evaluation: &Evaluation) -> bool {
    evaluation.verdict != Verdict::CompileError && !evaluation.cases.is_empty()
}
