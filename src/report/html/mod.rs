//! A session as one HTML page that needs nothing else: no network, no script. What it shows is gathered here and in `versions`;
//! how it looks stands in `assets/report`.
//!
//! Whatever comes from a session is escaped by the template, control characters are shown; pieces that are markup already are
//! [`Markup`], into which only literals of this program get as they are. The page forbids itself everything but its own styles.

mod versions;

use minijinja::{Environment, UndefinedBehavior, Value, escape_formatter};
use serde::Serialize;

use super::charts::{self, Size};
use super::diff;
use super::facts::{Fact, facts, reproduce};
use super::headline::{Headline, best_comparison, headline};
use super::markup::Markup;
use super::pages::Rows;
use super::text;
use crate::base::text::harmless;
use crate::base::units::Bytes;
use crate::base::words::count;
use crate::measure::{Comparison, Metric};
use crate::sandbox::Limits;
use crate::session::Session;
use crate::session::event::VersionId;

const PAGE: &str = include_str!("../../../assets/report/page.html");
const STYLES: &str = include_str!("../../../assets/report/page.css");

/// Bytes that the prompts, replies and differences of all versions take together at most: with all else on the page it stays
/// below a megabyte.
const TEXTS: usize = 450_000;
/// Bytes of one long text beside those.
const DIFFERENCE: usize = 100_000;
const CODE: usize = 60_000;
const STATEMENT: usize = 30_000;
const NOTES: usize = 16_000;

/// All that the template knows.
#[derive(Serialize)]
struct Page {
    css: Value,
    title: String,
    heading: String,
    about: String,
    headline: Head,
    figures: Vec<Beside>,
    warnings: Vec<String>,
    gains: Option<Gains>,
    panels: Vec<Panel>,
    change: Option<Change>,
    code: Option<Block>,
    ended: String,
    apart: Option<String>,
    versions: Vec<versions::Entry>,
    facts: Vec<Fact>,
    texts: Vec<Block>,
    commands: Vec<(String, &'static str)>,
    whole: String,
    version: &'static str,
    session: String,
}

#[derive(Serialize)]
struct Head {
    gain: Option<String>,
    interval: String,
    words: String,
    detail: String,
}

/// A figure of the original beside that of the best version.
#[derive(Serialize)]
struct Beside {
    name: String,
    old: String,
    new: String,
}

#[derive(Serialize)]
struct Gains {
    wide: Value,
    narrow: Value,
}

#[derive(Serialize)]
struct Panel {
    title: &'static str,
    drawing: Value,
    note: String,
}

#[derive(Serialize)]
struct Change {
    title: String,
    added: usize,
    removed: usize,
    rows: Value,
    rest: Option<String>,
}

/// A text or a difference that can be unfolded.
#[derive(Serialize)]
struct Block {
    title: String,
    /// Lines that came and went, where it is a difference.
    diff: Option<(usize, usize)>,
    open: bool,
    rows: Value,
    /// What of it is not on the page.
    rest: Option<String>,
}

impl Block {
    fn text(title: impl Into<String>, text: &str, room: usize) -> Self {
        let (rows, rest) = Rows::of_text(text).within(room);
        Self {
            title: title.into(),
            diff: None,
            open: false,
            rows: rows.value(),
            rest,
        }
    }
}

/// The whole page. Limits stand in the task, not in the session.
///
/// # Errors
/// A sentence, if the template of this program is broken.
pub(crate) fn page(session: &Session, limits: Option<&Limits>) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_keep_trailing_newline(true);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => {
            escape_formatter(out, state, &Value::from(harmless(text).into_owned()))
        }
        _ => escape_formatter(out, state, value),
    });
    // Where the name ends like this everything is escaped.
    let broken = |error: minijinja::Error| format!("the page cannot be written: {error:#}");
    environment
        .add_template("page.html", PAGE)
        .map_err(broken)?;
    let template = environment.get_template("page.html").map_err(broken)?;
    template.render(contents(session, limits)).map_err(broken)
}

fn contents(session: &Session, limits: Option<&Limits>) -> Page {
    let head = headline(session);
    let task = session.task.as_ref();
    let heading = task.map_or_else(|| session.id.clone(), |task| task.title.clone());
    let mut texts = Vec::new();
    if let Some(task) = task.filter(|t| !t.statement.trim().is_empty()) {
        texts.push(Block::text("The task in words", &task.statement, STATEMENT));
    }
    if !session.notes.is_empty() {
        let line = |n: &crate::session::fold::Note| {
            format!("{}: {}\n", if n.error { "error" } else { "note" }, n.text)
        };
        let notes: String = session.notes.iter().map(line).collect();
        texts.push(Block::text("What was noted meanwhile", &notes, NOTES));
    }
    let (change, code) = from_original_to_best(session).unzip();
    Page {
        css: Value::from_safe_string([charts::COLOURS, STYLES, charts::CSS].concat()),
        title: format!("{heading}: {}", head.sentence()),
        heading,
        about: about(session),
        figures: figures(session),
        warnings: warnings(session),
        gains: charts_of_gains(session),
        panels: panels(session),
        change,
        code,
        ended: ended(session),
        apart: session.gains_apart(),
        versions: versions::entries(session),
        facts: facts(session, limits),
        texts,
        commands: reproduce(session),
        whole: format!("`reheat show {} --json` has all of it", session.id),
        version: env!("CARGO_PKG_VERSION"),
        session: session.id.clone(),
        headline: of(head),
    }
}

fn of(head: Headline) -> Head {
    Head {
        gain: head.gain,
        interval: head.interval,
        words: head.words,
        detail: head.detail,
    }
}

/// `Python · time · 5 rounds, 6 versions · qwen2.5-coder · 2026-11-30`
fn about(session: &Session) -> String {
    let mut parts = Vec::new();
    if let Some(task) = &session.task {
        parts.push(task.language.clone());
        parts.push(format!("objective: {}", session.objective));
    }
    parts.push(format!(
        "{}, {}",
        count(session.rounds.len(), "round"),
        count(session.versions.len(), "version")
    ));
    parts.push(session.model.clone());
    parts.extend(session.bill.in_words());
    parts.extend(
        session
            .started_at
            .map(|at| at.strftime("%Y-%m-%d").to_string()),
    );
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// What was compared, first; then what else was measured in the same runs.
fn figures(session: &Session) -> Vec<Beside> {
    let Some(c) = best_comparison(session).filter(|c| c.is_decided() && session.loss().is_none())
    else {
        return Vec::new();
    };
    let row = |name: &str, [old, new]: [String; 2]| Beside {
        name: name.to_owned(),
        old,
        new,
    };
    let mut rows: Vec<Beside> = c
        .compared_figures()
        .map(|both| row(c.compared(), both))
        .into_iter()
        .collect();
    rows.extend(beside(c).into_iter().map(|(name, both)| row(name, both)));
    rows
}

/// What was measured beside the figure that was compared, where whole runs were: medians of the same pairs.
pub(super) fn beside(c: &Comparison) -> Vec<(&'static str, [String; 2])> {
    if c.metric.is_reported() || c.launches.is_some() || c.slope.is_some() {
        return Vec::new();
    }
    let (old, new) = (&c.incumbent_figures, &c.candidate_figures);
    let all = [
        (
            Metric::Wall,
            [old.wall_ns.to_string(), new.wall_ns.to_string()],
        ),
        (
            Metric::Cpu,
            [old.cpu_ns.to_string(), new.cpu_ns.to_string()],
        ),
        (
            Metric::Peak,
            [old.peak_bytes, new.peak_bytes].map(|b: Bytes| b.to_string()),
        ),
        (
            Metric::Integral,
            [
                old.integral_byte_ns.to_string(),
                new.integral_byte_ns.to_string(),
            ],
        ),
    ];
    (all.into_iter().filter(|(metric, _)| *metric != c.metric))
        .map(|(metric, both)| (metric.in_words(), both))
        .collect()
}

fn warnings(session: &Session) -> Vec<String> {
    let mut all = Vec::new();
    let isolation = text::isolation(session).trim();
    if !isolation.is_empty() {
        all.push(isolation.to_owned());
    }
    if session.finished.is_none() {
        all.push(text::why_it_ended(session));
    }
    let best = session.best().filter(|v| !v.id.is_original());
    for flag in best.map_or(&[][..], |v| v.flags()) {
        all.push(format!(
            "⚑ Look at it before you trust it: {}.",
            flag.reason
        ));
    }
    all
}

/// Why it ended; where it did not, that stands above.
fn ended(session: &Session) -> String {
    let finished = session.finished.as_ref();
    finished.map_or_else(String::new, |_| text::why_it_ended(session))
}

fn charts_of_gains(session: &Session) -> Option<Gains> {
    if session.loss().is_some() {
        return None;
    }
    let draw = |width, height| {
        let size = Size { width, height };
        charts::gains(session, size, true).map(Markup::value)
    };
    Some(Gains {
        wide: draw(912.0, 380.0)?,
        narrow: draw(358.0, 360.0)?,
    })
}

fn panels(session: &Session) -> Vec<Panel> {
    let size = Size {
        width: 430.0,
        height: 280.0,
    };
    let mut panels = Vec::new();
    let comparison = best_comparison(session).filter(|_| session.loss().is_none());
    if let Some((c, drawing)) = comparison.and_then(|c| Some((c, charts::pairs(c, size)?))) {
        let note = format!(
            "Each dot is the ratio of {} to {} within a pair{}; the line is the gain, the band its interval.",
            c.incumbent,
            c.candidate,
            if c.confirmed {
                ", of fresh pairs only"
            } else {
                ""
            }
        );
        panels.push(Panel {
            title: "How sure that is",
            drawing: drawing.value(),
            note,
        });
    }
    if let Some((c, drawing)) = comparison.and_then(|c| Some((c, charts::cases(c, size)?))) {
        let what = if c.launches.is_some() { "call" } else { "case" };
        panels.push(Panel {
            title: "Where it was gained",
            drawing: drawing.value(),
            note: format!("The gain of each timed {what}, the mean of its ratios over the pairs."),
        });
    }
    if let Some((case, drawing)) = charts::memory(session, size) {
        panels.push(Panel {
            title: "Memory over time",
            drawing: drawing.value(),
            note: format!("One run each on case {case}, the one that takes the original longest."),
        });
    }
    // Where calls are timed, or a bench says its own figure, whole runs say nothing of what was gained.
    let whole_runs = comparison.is_none_or(|c| !beside(c).is_empty());
    if let Some(drawing) = charts::plane(session, size).filter(|_| whole_runs) {
        panels.push(Panel {
            title: "Time and memory",
            drawing: drawing.value(),
            note: "One run of every case, start included: where the versions that pass stand. Gains come from pairs, not from these runs.".into(),
        });
    }
    panels
}

/// The difference from the original to the best version, and the best version whole.
fn from_original_to_best(session: &Session) -> Option<(Change, Block)> {
    let best = session.best().filter(|v| !v.id.is_original())?;
    let original = session.version(VersionId::ORIGINAL)?;
    if session.loss().is_some() {
        return None;
    }
    let made = diff::between(&original.source.text, &best.source.text);
    let (rows, rest) = made.rows.within(DIFFERENCE);
    let change = Change {
        title: format!("From the original to {}", best.id),
        added: made.added,
        removed: made.removed,
        rows: rows.value(),
        rest,
    };
    let title = format!("{} as a whole: {}", best.id, best.source.file_name);
    Some((change, Block::text(title, &best.source.text, CODE)))
}
