//! The cases of a version: a table, and where it fails.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::measure::{CaseResult, Failure};
use crate::session::Session;
use crate::session::event::{Stage, VersionId};
use crate::session::fold::Version;
use crate::tui::app::{App, Seen};
use crate::tui::text::{pad, pad_left, visible};
use crate::tui::theme::Role;
use crate::tui::view::code::plain_lines;
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
        .version(VersionId(0))
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
    let failure = version.evaluation.as_ref().and_then(|e| e.failure.as_ref());
    let below = failure.map_or(0, |f| failure_lines(cx, f, area.width.into(), 40).len() + 1);
    let table_room = usize::from(area.height)
        .saturating_sub(below.min(usize::from(area.height) * 2 / 3))
        .max(3);
    let columns = Columns::new(area.width.into(), cases);
    put(buffer, area, 0, &columns.head(cx));
    let chosen = cx
        .app
        .case
        .unwrap_or_else(|| natural_case(cx.session, cx.app));
    let rows = table_room.saturating_sub(1).min(cases.len());
    seen.total = cases.len();
    seen.room = rows;
    seen.first = chosen
        .saturating_sub(rows / 2)
        .min(cases.len().saturating_sub(rows));
    for n in 0..rows {
        let at = seen.first + n;
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
    if let Some(failure) = failure {
        let top = 1 + rows as u16 + 1;
        let rest = Rect {
            y: area.y + top,
            height: area.height.saturating_sub(top),
            ..area
        };
        let lines = failure_lines(cx, failure, rest.width.into(), rest.height.into());
        for (n, line) in lines.iter().take(rest.height.into()).enumerate() {
            put(buffer, rest, n as u16, line);
        }
    }
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

    fn head<'a>(&self, cx: Context<'a>) -> Line<'a> {
        let mut text = format!("  {}  {}", pad("case", self.name), pad("verdict", 15));
        if self.input {
            text.push_str(&pad_left("input", 9));
        }
        for title in ["CPU", "peak", "wall", "integral"]
            .iter()
            .take(self.figures)
        {
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
            Span::styled(format!("  {}", pad(word, 15)), style),
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

/// A version's result on a case, once known.
#[must_use]
pub fn result<'s>(
    session: &'s Session,
    version: &'s Version,
    case: &str,
) -> Option<&'s CaseResult> {
    let cases = match &version.evaluation {
        Some(evaluation) => &evaluation.cases,
        None if session.live.version == Some(version.id) => &session.live.cases,
        None => return None,
    };
    cases.iter().find(|c| c.case == case)
}

fn failure_lines<'a>(
    cx: Context<'a>,
    failure: &'a Failure,
    room: usize,
    rows: usize,
) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let place = if failure.case.is_empty() {
        "it does not build".to_owned()
    } else {
        format!("case {}", visible(&failure.case))
    };
    let mut head = vec![Span::styled(
        place,
        cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD),
    )];
    if !failure.reason.is_empty() {
        head.push(cx.span(format!(": {}", visible(&failure.reason)), Role::Text));
    }
    lines.push(Line::from(head));
    let parts = [
        ("input", failure.input.as_str(), Role::Text),
        ("expected", failure.expected.as_str(), Role::Added),
        ("got", failure.got.as_str(), Role::Removed),
        ("standard error", failure.stderr.as_str(), Role::Removed),
    ];
    let filled = parts.iter().filter(|p| !p.1.is_empty()).count().max(1);
    let each = (rows.saturating_sub(2) / filled).clamp(1, 12);
    for (title, text, role) in parts {
        if text.is_empty() {
            continue;
        }
        // What went wrong stands at the end of an error text, and at the start of everything else.
        let all = plain_lines(text, 200);
        let shown = if title == "standard error" {
            &all[all.len().saturating_sub(each)..]
        } else {
            &all[..all.len().min(each)]
        };
        for (n, line) in shown.iter().enumerate() {
            let label = if n == 0 {
                pad_left(title, 14)
            } else {
                " ".repeat(14)
            };
            let text = crate::tui::text::cut(line, room.saturating_sub(16)).into_owned();
            lines.push(Line::from(vec![
                cx.span(label, Role::Muted),
                cx.span("  ", Role::Text),
                cx.span(text, role),
            ]));
        }
    }
    lines
}
