//! The cases of a version: a table, and where it fails.

mod again;
mod failure;

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::measure::{CaseResult, Failure};
use crate::session::Session;
use crate::session::event::{Stage, VersionId};
use crate::session::fold::Version;
use crate::tui::app::{App, Seen};
use crate::tui::mouse::Target;
use crate::tui::panes::CaseOrder;
use crate::tui::text::{pad, pad_left, visible};
use crate::tui::theme::Role;
use crate::tui::view::mark::spinner;
use crate::tui::view::{Context, put};

/// The case that is shown when the developer chose none: the one that runs, the one that failed, else the longest.
#[must_use]
pub fn natural_case(session: &Session, app: &App) -> usize {
    let cases = session
        .task
        .as_ref()
        .map_or(&[][..], |t| t.cases.as_slice());
    let by_name = |name: &str| cases.iter().position(|(n, _)| n == name);
    let version = app.version(session).and_then(|id| session.version(id));
    if version.is_some_and(|v| v.evaluation.is_none() && session.live.version == Some(v.id))
        && let Some(at) = by_name(&session.live.case)
    {
        return at;
    }
    let evaluation = version.and_then(|v| v.evaluation.as_ref());
    let failed = evaluation
        .and_then(|e| e.failure.as_ref())
        .and_then(|f| by_name(&f.case));
    // The baseline's longest case is the most telling one, and the same for every version.
    let baseline = session
        .version(VersionId::ORIGINAL)
        .and_then(|v| v.evaluation.as_ref());
    failed.unwrap_or_else(|| {
        let longest = baseline.and_then(|e| e.cases.iter().max_by_key(|c| c.figures.wall_ns));
        longest
            .and_then(|c| by_name(&c.case))
            .unwrap_or(cases.len().saturating_sub(1))
    })
}

/// Draws the table and, below it, the failure.
pub fn draw(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
    let Some(version) = cx
        .app
        .version(cx.session)
        .and_then(|id| cx.session.version(id))
    else {
        put(
            buffer,
            area,
            0,
            &Line::from(cx.span("no version yet", Role::Muted)),
        );
        return;
    };
    let cases = cx
        .session
        .task
        .as_ref()
        .map_or(&[][..], |t| t.cases.as_slice());
    let chosen = cx
        .app
        .case
        .unwrap_or_else(|| natural_case(cx.session, cx.app));
    let name = cases.get(chosen).map_or("", |(n, _)| n.as_str());
    let again = again::lines(cx, version, name, area.width.into());
    let failure = shown_failure(version, name);
    let below = failure.map_or(0, |f| {
        failure::lines(cx, f, area.width.into(), 40).len() + 1
    });
    let below = below + again.len() + usize::from(!again.is_empty());
    let table_room = usize::from(area.height)
        .saturating_sub(below.min(usize::from(area.height) * 2 / 3))
        .max(3);
    let columns = Columns::new(area.width.into(), cases);
    put(buffer, area, 0, &columns.head(cx));
    columns.clicks(area, seen);
    let order = order(cx.session, cx.app);
    let chosen_at = order.iter().position(|n| *n == chosen).unwrap_or(0);
    let rows = table_room.saturating_sub(1).min(cases.len());
    seen.total = cases.len();
    seen.room = rows;
    seen.first = chosen_at
        .saturating_sub(rows / 2)
        .min(cases.len().saturating_sub(rows));
    for n in 0..rows {
        let at = order.get(seen.first + n).copied().unwrap_or(usize::MAX);
        let Some((name, bytes)) = cases.get(at) else {
            break;
        };
        let place = Rect {
            y: area.y + 1 + n as u16,
            height: 1,
            ..area
        };
        if at == chosen {
            buffer.set_style(place, cx.theme.bg(Role::Selection));
        }
        put(
            buffer,
            place,
            0,
            &columns.row(cx, version, at, name, *bytes),
        );
        seen.rows.push((place, at));
    }
    let mut top = 1 + rows as u16 + 1;
    for line in &again {
        if top < area.height {
            put(buffer, area, top, line);
        }
        top += 1;
    }
    if let Some(failure) = failure {
        top += u16::from(!again.is_empty());
        let rest = Rect {
            y: area.y + top.min(area.height),
            height: area.height.saturating_sub(top),
            ..area
        };
        let lines = failure::lines(cx, failure, rest.width.into(), rest.height.into());
        for (n, line) in lines.iter().take(rest.height.into()).enumerate() {
            put(buffer, rest, n as u16, line);
        }
    }
}

/// The failure of the marked case's last single run, if it failed; else the version's own.
#[must_use]
pub fn shown_failure<'s>(version: &'s Version, case: &str) -> Option<&'s Failure> {
    let own = version.evaluation.as_ref().and_then(|e| e.failure.as_ref());
    let again = version.rerun(case).and_then(|r| r.failure.as_ref());
    again.or(own)
}

/// Which columns there is room for.
struct Columns {
    name: usize,
    input: bool,
    figures: usize,
    against: bool,
}

impl Columns {
    fn new(room: usize, cases: &[(String, u64)]) -> Self {
        let name = cases
            .iter()
            .map(|(n, _)| crate::tui::text::width(n))
            .max()
            .unwrap_or(4)
            .clamp(4, 20);
        let left = room.saturating_sub(name + 20);
        Self {
            name,
            input: left >= 56,
            figures: (left / 11).min(4),
            against: left >= 68,
        }
    }

    /// The titles by which a click sorts.
    fn clicks(&self, area: Rect, seen: &mut Seen) {
        let (verdict, figure) = (14, 11);
        let mut at = 5 + self.name;
        let mut place = |order, from: usize, cells: usize| {
            let title = Rect {
                x: area.x.saturating_add(from as u16),
                width: cells as u16,
                height: 1,
                ..area
            };
            let title = title.intersection(area);
            if !title.is_empty() {
                seen.targets.push((title, Target::Sort(order)));
            }
        };
        place(CaseOrder::Own, 0, at);
        place(CaseOrder::Verdict, at, verdict);
        at += verdict + if self.input { 9 } else { 0 };
        let figures = [CaseOrder::Cpu, CaseOrder::Peak, CaseOrder::Wall];
        for order in figures.into_iter().take(self.figures) {
            place(order, at, figure);
            at += figure;
        }
    }

    fn head<'a>(&self, cx: Context<'a>) -> Line<'a> {
        let by = cx.app.panes.cases.order;
        let title = |text: &str, of: CaseOrder| {
            let sorted = by == of && by != CaseOrder::Own;
            format!("{text}{}", if sorted { "▾" } else { "" })
        };
        let verdict = title("verdict", CaseOrder::Verdict);
        let mut text = format!("  {}   {}", pad("case", self.name), pad(&verdict, 14));
        if self.input {
            text.push_str(&pad_left("input", 9));
        }
        let figures = [
            title("CPU", CaseOrder::Cpu),
            title("peak", CaseOrder::Peak),
            title("wall", CaseOrder::Wall),
            "integral".to_owned(),
        ];
        for title in figures.iter().take(self.figures) {
            text.push_str(&pad_left(title, 11));
        }
        if self.against {
            text.push_str(&pad_left("× v0", 9));
        }
        Line::from(cx.span(text, Role::Muted))
    }

    fn row<'a>(
        &self,
        cx: Context<'a>,
        version: &Version,
        at: usize,
        name: &str,
        bytes: u64,
    ) -> Line<'a> {
        let result = result(cx.session, version, name);
        let running = version.evaluation.is_none()
            && cx.session.live.version == Some(version.id)
            && matches!(&cx.session.stage, Stage::Checking { done, .. } if *done == at);
        let (glyph, word, style) = match result {
            Some(_) if version.flaky(name) => ("≈", "flaky", cx.theme.fg(Role::Warn)),
            Some(r) if r.verdict.accepted() => ("✓", "passes", cx.theme.fg(Role::Added)),
            Some(r) => ("✗", r.verdict.in_words(), cx.theme.fg(Role::Error)),
            None if running => (spinner(cx.app), "runs", cx.theme.fg(Role::Candidate)),
            None => (
                "·",
                if version.evaluation.is_some() {
                    "not run"
                } else {
                    "waits"
                },
                cx.theme.fg(Role::Faint),
            ),
        };
        let mut spans = vec![
            Span::styled(format!("{glyph} "), style),
            Span::styled(pad(&visible(name), self.name), cx.theme.fg(Role::Text)),
            cx.span(signs(cx.session, name), Role::Info),
            Span::styled(pad(word, 14), style),
        ];
        if self.input {
            spans.push(cx.span(
                pad_left(&crate::units::Bytes(bytes).to_string(), 9),
                Role::Muted,
            ));
        }
        let figures = result.map(|r| {
            let f = r.figures;
            [
                f.cpu_ns.to_string(),
                f.peak_bytes.to_string(),
                f.wall_ns.to_string(),
                f.integral_byte_ns.to_string(),
            ]
        });
        for n in 0..self.figures {
            let text = figures.as_ref().map_or("–", |f| f[n].as_str());
            let role = if figures.is_some() {
                Role::Text
            } else {
                Role::Faint
            };
            spans.push(cx.span(pad_left(text, 11), role));
        }
        if self.against {
            let gain = version
                .comparison
                .as_ref()
                .filter(|c| c.incumbent == "v0")
                .or(version.against_original.as_ref());
            let gain = gain
                .and_then(|c| c.per_case.iter().find(|(n, _)| n == name))
                .map(|(_, g)| *g);
            let (text, style) = gain.map_or((String::new(), Style::new()), |g| {
                (g.to_string(), cx.theme.heat(g.0))
            });
            spans.push(Span::styled(pad_left(&text, 9), style));
        }
        Line::from(spans)
    }
}

/// `◎` for the only case that is timed, `⊘` for one that the model is never shown.
fn signs(session: &Session, name: &str) -> String {
    let held_out = session.task.as_ref().is_some_and(|t| t.holds_out(name));
    let timed = session.only.as_deref() == Some(name);
    let sign = |on, sign| if on { sign } else { ' ' };
    [sign(timed, '◎'), sign(held_out, '⊘'), ' ']
        .iter()
        .collect()
}

/// A version's result on a case, once known.
#[must_use]
pub fn result<'s>(
    session: &'s Session,
    version: &'s Version,
    case: &str,
) -> Option<&'s CaseResult> {
    let mut all = all_results(session, version).iter();
    all.find(|c| c.case == case)
}

/// The cases in the order in which the developer wants to see them: their numbers in the task.
#[must_use]
pub fn order(session: &Session, app: &App) -> Vec<usize> {
    let cases = session
        .task
        .as_ref()
        .map_or(&[][..], |t| t.cases.as_slice());
    let mut order: Vec<usize> = (0..cases.len()).collect();
    let by = app.panes.cases.order;
    let version = app.version(session).and_then(|id| session.version(id));
    let Some(version) = version.filter(|_| by != CaseOrder::Own) else {
        return order;
    };
    let results: HashMap<&str, &CaseResult> = all_results(session, version)
        .iter()
        .map(|r| (r.case.as_str(), r))
        .collect();
    // What there is most of comes first, what has no figure last; equals keep their own order.
    order.sort_by_key(|at| {
        let result = cases
            .get(*at)
            .and_then(|(name, _)| results.get(name.as_str()));
        let figure = result.map(|r| match by {
            CaseOrder::Own => 0,
            CaseOrder::Verdict => u64::from(!r.verdict.accepted()),
            CaseOrder::Cpu => r.figures.cpu_ns.0,
            CaseOrder::Peak => r.figures.peak_bytes.0,
            CaseOrder::Wall => r.figures.wall_ns.0,
        });
        std::cmp::Reverse(figure.map(|f| f.saturating_add(1)).unwrap_or(0))
    });
    order
}

fn all_results<'s>(session: &'s Session, version: &'s Version) -> &'s [CaseResult] {
    match &version.evaluation {
        Some(evaluation) => &evaluation.cases,
        None if session.live.version == Some(version.id) => &session.live.cases,
        None => &[],
    }
}
