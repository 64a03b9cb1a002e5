//! Drawing: a function of the session and the app, and of nothing else. One file a part of the screen.
//!
//! Nothing here changes anything; what was drawn where comes back as [`Seen`].

pub mod begun;
pub mod card;
pub mod cases;
pub mod charts;
pub mod code;
pub mod diff;
pub mod header;
pub mod interval;
pub mod keyline;
pub mod main_pane;
pub mod mark;
pub mod overlay;
pub mod press;
pub mod progress;
pub mod replies;
pub mod settings;
pub mod start;
pub mod state;
pub mod steer;
pub mod stream;
pub mod summary;
pub mod tips;
pub mod tree;
pub mod word;
pub mod wrapped;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};

use crate::session::Session;
use crate::tui::app::{App, Seen};
use crate::tui::text::{cut, pad, width};
use crate::tui::theme::{Role, Theme};

/// What every part of the screen is drawn from.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What is shown.
    pub session: &'a Session,
    /// How it is looked at.
    pub app: &'a App,
    /// In which colours.
    pub theme: &'a Theme,
}

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, session: &Session, app: &App) -> Seen {
    paint(frame.buffer_mut(), session, app)
}

/// Draws the whole screen into a buffer.
pub fn paint(buffer: &mut Buffer, session: &Session, app: &App) -> Seen {
    let area = buffer.area;
    let cx = Context {
        session,
        app,
        theme: &app.theme,
    };
    buffer.set_style(area, cx.theme.base());
    let mut seen = Seen::default();
    if area.is_empty() {
        return seen;
    }
    if app.at_work {
        let below = workbench(cx, area, buffer, &mut seen);
        let plan = crate::tui::layout::plan(area, cx.app.look());
        tips::draw(cx, area, below, Some(&plan), buffer, &mut seen);
    } else {
        let below = start::draw(cx, area, buffer, &mut seen);
        tips::draw(cx, area, 2 + below, None, buffer, &mut seen);
    }
    overlay::draw(cx, area, buffer, &mut seen);
    if app.ascii {
        crate::tui::glyphs::to_ascii(buffer);
    }
    seen
}

/// Draws the workbench; gives the rows above the state line that a long word lies on.
fn workbench(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) -> u16 {
    let plan = crate::tui::layout::plan(area, cx.app.look());
    if let Some(area) = plan.header {
        header::draw(cx, area, buffer);
    }
    if let Some(area) = plan.banner {
        let text = format!(
            " {}",
            cut(&cx.app.banner, usize::from(area.width).saturating_sub(2))
        );
        buffer.set_stringn(
            area.x,
            area.y,
            text,
            area.width.into(),
            cx.theme.fg(Role::Info),
        );
    }
    if let Some(area) = plan.tree {
        tree::draw(cx, area, buffer, seen);
    }
    main_pane::draw(cx, &plan, buffer, seen);
    seen.pane = Some((cx.app.pane(cx.session), cx.app.version(cx.session)));
    if !plan.main.is_empty() {
        crate::tui::search::draw(cx, plan.main, plan.main_inner(), seen, buffer);
    }
    if let Some(area) = plan.card {
        card::draw(cx, area, buffer);
    }
    if let Some(area) = plan.memory {
        charts::memory(cx, area, buffer);
    }
    if let Some(area) = plan.interval {
        interval::draw(cx, area, buffer);
    }
    if let Some(area) = plan.gains {
        charts::gains(cx, area, buffer);
    }
    if let Some(area) = plan.steer {
        steer::draw(cx, area, buffer, seen);
    }
    if let Some(area) = plan.mini {
        tree::mini(cx, area, buffer, seen);
    }
    let above = state::draw(cx, plan.state, buffer, seen);
    begun::draw(cx, area, buffer, seen);
    above
}

impl<'a> Context<'a> {
    /// Writing in a role.
    #[must_use]
    pub fn span(&self, text: impl Into<String>, role: Role) -> Span<'a> {
        Span::styled(text.into(), self.theme.fg(role))
    }

    /// A frame with a title; lit when it has the keyboard.
    #[must_use]
    pub fn block(&self, title: Line<'a>, lit: bool) -> Block<'a> {
        let role = if lit { Role::BorderFocus } else { Role::Border };
        Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(self.theme.fg(role))
            .title(title)
    }

    /// A frame around a part, drawn; gives the room inside.
    pub fn framed(&self, title: &str, area: Rect, buffer: &mut Buffer) -> Rect {
        let title = Line::from(vec![
            Span::raw(" "),
            self.span(title, Role::Title),
            Span::raw(" "),
        ]);
        let block = self.block(title, false);
        let inner = block.inner(area);
        block.render(area, buffer);
        inner
    }
}

/// Writes a line and cuts it at the edge of the area, with a sign that there is more.
pub fn put(buffer: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    if row >= area.height || area.width == 0 {
        return;
    }
    let y = area.y + row;
    let room = usize::from(area.width);
    let too_long = line.spans.iter().map(|s| width(&s.content)).sum::<usize>() > room;
    let mut x = area.x;
    let end = area.x + area.width;
    for span in &line.spans {
        let left = usize::from(end.saturating_sub(x));
        if left == 0 {
            break;
        }
        x = buffer
            .set_stringn(x, y, &span.content, left, line.style.patch(span.style))
            .0;
    }
    if too_long && let Some(cell) = buffer.cell_mut((end - 1, y)) {
        cell.set_symbol("…");
    }
}

/// Left and right parts on one row; the right part goes first when there is no room for both.
pub fn put_both(buffer: &mut Buffer, area: Rect, row: u16, left: &Line<'_>, right: &Line<'_>) {
    let (l, r) = (line_width(left), line_width(right));
    let room = usize::from(area.width);
    if r > 0 && l + r < room {
        let at = Rect {
            x: area.x + (room - r) as u16,
            width: r as u16,
            ..area
        };
        put(buffer, at, row, right);
    }
    put(buffer, area, row, left);
}

/// Cells that a line takes.
#[must_use]
pub fn line_width(line: &Line<'_>) -> usize {
    line.spans.iter().map(|s| width(&s.content)).sum()
}

/// A span of exactly so many cells.
#[must_use]
pub fn cell<'a>(text: &str, cells: usize, style: Style) -> Span<'a> {
    Span::styled(pad(text, cells), style)
}
