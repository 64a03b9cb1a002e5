//! The cases of a version: a table, and where it fails.

mod failure;
mod rerun;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::base::words::count;
use crate::measure::Comparison;
use crate::session::Session;
use crate::session::event::Stage;
use crate::session::fold::Version;
use crate::tui::component::{Context, Pane, View};
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::parts::CaseOrder;
use crate::tui::core::tab::Tab;
use crate::tui::core::text::{pad, pad_left, visible};
use crate::tui::core::theme::Role;
use crate::tui::state::cases::{natural_case, order, result, shown_failure};
use crate::tui::state::hits::HitMap;
use crate::tui::state::hits::Target;
use crate::tui::state::version_status::spinner;
use crate::tui::widgets::put;

/// The cases pane.
pub(crate) struct Cases;

impl Pane for Cases {
    fn tab(&self) -> Tab {
        Tab::Cases
    }

    fn info(&self, cx: View<'_>, _: usize) -> String {
        let version = cx.state.version(cx.session);
        version.map_or_else(String::new, |v| format!(" {v} "))
    }

    fn actions(&self, cx: View<'_>) -> Vec<(Action, &'static str)> {
        // Only where the pane was chosen: one that merely follows the moment is gone before a key is pressed.
        if cx.state.nav.tab != Some(Tab::Cases) {
            return Vec::new();
        }
        vec![
            (Action::RerunCase, "run again"),
            (Action::Dialog(DialogName::AddCase), "add a case"),
            (Action::TimeCase, "time it alone"),
        ]
    }

    /// Compares the outputs of the failure that is shown; they are excerpts, so it is a matter of microseconds.
    fn prepare(&self, cx: &mut Context<'_>, _: Rect) {
        let (state, session) = (&mut *cx.state, cx.session);
        let version = state.version(session).and_then(|id| session.version(id));
        let cases = session.task.as_ref().map_or(&[][..], |t| &t.cases);
        let chosen = state
            .nav
            .case
            .unwrap_or_else(|| natural_case(session, state));
        let name = cases.get(chosen).map_or("", |(n, _)| n.as_str());
        if let Some(failure) = version.and_then(|v| shown_failure(v, name)) {
            let (expected, got) = (&failure.expected, &failure.got);
            state.panes.cases.compare_outputs(expected, got);
        }
    }

    /// To another case, in the order in which they are shown.
    fn on_rows(&self, cx: &mut Context<'_>, by: isize) -> bool {
        let (state, session) = (&mut *cx.state, cx.session);
        let order = order(session, state);
        let now = state
            .nav
            .case
            .unwrap_or_else(|| natural_case(session, state));
        let at = order.iter().position(|n| *n == now).unwrap_or(0);
        let next = at
            .saturating_add_signed(by)
            .min(order.len().saturating_sub(1));
        state.nav.case = order.get(next).copied().or(state.nav.case);
        true
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        draw(cx, area, buffer, hits);
    }
}

/// Draws the table and, below it, the failure.
fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let Some(version) = cx
        .state
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
        .state
        .nav
        .case
        .unwrap_or_else(|| natural_case(cx.session, cx.state));
    let name = cases.get(chosen).map_or("", |(n, _)| n.as_str());
    let again = rerun::lines(cx, version, name, area.width.into());
    let failure = shown_failure(version, name);
    let below = failure.map_or(0, |f| {
        failure::lines(cx, f, area.width.into(), 40).len() + 1
    });
    let below = below + again.len() + usize::from(!again.is_empty());
    let table_room = usize::from(area.height)
        .saturating_sub(below.min(usize::from(area.height) * 2 / 3))
        .max(3);
    let columns = Columns::new(area.width.into(), cases, call_times(cx.session, version));
    put(buffer, area, 0, &columns.head(cx));
    columns.clicks(area, hits);
    let order = order(cx.session, cx.state);
    let chosen_at = order.iter().position(|n| *n == chosen).unwrap_or(0);
    let rows = table_room.saturating_sub(1).min(cases.len());
    hits.total = cases.len();
    hits.room = rows;
    hits.first = chosen_at
        .saturating_sub(rows / 2)
        .min(cases.len().saturating_sub(rows));
    let free = usize::from(area.height).saturating_sub(rows + 1 + below);
    if free > 1 && columns.figures > 0 {
        let words = match columns.calls {
            Some(c) => format!(
                "  {} of the calls of each, medians of {}",
                visible(c.compared()),
                count(c.pairs, "launch")
            ),
            None => "  one run of each, from the start of its process to its end".to_owned(),
        };
        let line = Line::from(cx.span(words, Role::Faint));
        put(buffer, area, rows as u16 + 1, &line);
    }
    for n in 0..rows {
        let at = order.get(hits.first + n).copied().unwrap_or(usize::MAX);
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
        hits.rows.push((place, at));
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

/// Which columns there is room for.
struct Columns<'s> {
    name: usize,
    input: bool,
    figures: usize,
    against: bool,
    /// The comparison whose times of calls are shown in place of whole processes.
    calls: Option<&'s Comparison>,
}

/// The comparison with v0 that says what the calls of each case take; for v0 itself the best version's.
fn call_times<'s>(session: &'s Session, version: &'s Version) -> Option<&'s Comparison> {
    let times = |v: &'s Version| {
        let c = v.decided_over_original()?;
        let launches = c.launches.as_ref()?;
        (!launches.cases.is_empty()).then_some(c)
    };
    if version.id.is_original() {
        return session.best().and_then(times);
    }
    times(version)
}

impl<'s> Columns<'s> {
    fn new(room: usize, cases: &[(String, u64)], calls: Option<&'s Comparison>) -> Self {
        let name = cases
            .iter()
            .map(|(n, _)| crate::tui::core::text::width(n))
            .max()
            .unwrap_or(4)
            .clamp(4, 20);
        let left = room.saturating_sub(name + 20);
        Self {
            name,
            input: left >= 56,
            figures: (left / 11).min(if calls.is_some() { 2 } else { 4 }),
            against: left >= 62 || calls.is_some() && left >= 31,
            calls,
        }
    }

    /// The titles by which a click sorts.
    fn clicks(&self, area: Rect, hits: &mut HitMap) {
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
                hits.targets.push((title, Target::Sort(order)));
            }
        };
        place(CaseOrder::Own, 0, at);
        place(CaseOrder::Verdict, at, verdict);
        at += verdict + if self.input { 9 } else { 0 };
        let figures = [CaseOrder::Cpu, CaseOrder::Peak, CaseOrder::Wall];
        let figures = figures.iter().filter(|_| self.calls.is_none()).copied();
        for order in figures.take(self.figures) {
            place(order, at, figure);
            at += figure;
        }
    }

    fn head<'a>(&self, cx: View<'a>) -> Line<'a> {
        let by = cx.state.panes.cases.order;
        let title = |text: &str, of: CaseOrder| {
            let sorted = by == of && by != CaseOrder::Own;
            format!("{text}{}", if sorted { "▾" } else { "" })
        };
        let verdict = title("verdict", CaseOrder::Verdict);
        let mut text = format!("  {}   {}", pad("case", self.name), pad(&verdict, 14));
        if self.input {
            text.push_str(&pad_left("input", 9));
        }
        let figures = match self.calls {
            Some(c) => vec!["v0".to_owned(), c.candidate.clone()],
            None => vec![
                title("CPU", CaseOrder::Cpu),
                title("peak", CaseOrder::Peak),
                title("wall", CaseOrder::Wall),
                "integral".to_owned(),
            ],
        };
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
        cx: View<'a>,
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
            None if running => (spinner(cx.state), "runs", cx.theme.fg(Role::Candidate)),
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
                pad_left(&crate::base::units::Bytes(bytes).to_string(), 9),
                Role::Muted,
            ));
        }
        let of_case = |c: &'s Comparison| {
            let cases = &c.launches.as_ref()?.cases;
            let (_, both) = cases.iter().find(|(n, _)| n == name)?;
            Some(both.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let figures = match self.calls {
            Some(c) => of_case(c),
            None => result.map(|r| {
                let f = r.figures;
                vec![
                    f.cpu_ns.to_string(),
                    f.peak_bytes.to_string(),
                    f.wall_ns.to_string(),
                    f.integral_byte_ns.to_string(),
                ]
            }),
        };
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
            let gain = self
                .calls
                .or(version.original_comparison())
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
