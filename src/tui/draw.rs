//! The frame: a function of the session and the state, and of nothing else. One file a part of the screen.
//!
//! Nothing here changes anything; what was drawn where comes back as a [`HitMap`].

use std::ops::Range;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::session::Session;
use crate::tui::app::App;
use crate::tui::component::View;
use crate::tui::core::layout::ScreenLayout;
use crate::tui::core::text::cut;
use crate::tui::core::theme::Role;
use crate::tui::panes::charts::{self, comparison};
use crate::tui::panes::{
    card, header, hint_box, main_pane, pending_keys, start, state_line, timeline, tip, tree,
};
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::search_marks;

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, session: &Session, app: &App) -> HitMap {
    paint(frame.buffer_mut(), app.view(session))
}

/// Draws the whole screen into a buffer.
pub(crate) fn paint(buffer: &mut Buffer, cx: View<'_>) -> HitMap {
    let area = buffer.area;
    buffer.set_style(area, cx.theme.base());
    let mut hits = HitMap::default();
    if area.is_empty() {
        return hits;
    }
    if cx.state.at_work {
        let mut plan = crate::tui::core::layout::lay_out(area, cx.state.layout_options());
        let tip = tip::at_work(cx, &mut plan);
        let strip = tip.as_ref().map(|t| t.place);
        let word = workbench(cx, &plan, strip, buffer, &mut hits);
        if let Some(tip) = tip {
            tip::draw(cx, &tip, word, buffer, &mut hits);
        }
    } else {
        let mut list = Rect {
            height: area.height.saturating_sub(1),
            ..area
        };
        let tip = tip::at_start(cx, &mut list);
        start::draw(cx, area, list, buffer, &mut hits);
        if let Some(tip) = tip {
            tip::draw(cx, &tip, 0..0, buffer, &mut hits);
        }
    }
    dialog(cx, area, buffer, &mut hits);
    if cx.state.prefs.ascii {
        crate::tui::core::glyphs::to_ascii(buffer);
    }
    hits
}

/// Draws the dialog on top, if there is one; the lowest row keeps saying what is on and which keys there are.
fn dialog(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let area = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    if let Some(dialog) = cx.dialog
        && area.height >= 3
        && area.width >= 12
    {
        dialog.draw(cx, area, buffer, hits);
    }
}

/// Draws the workbench, beside a tip if there is one; gives the rows that a long word lies on.
fn workbench(
    cx: View<'_>,
    plan: &ScreenLayout,
    tip: Option<Rect>,
    buffer: &mut Buffer,
    hits: &mut HitMap,
) -> Range<u16> {
    if let Some(area) = plan.header {
        header::draw(cx, area, buffer);
    }
    if let Some(area) = plan.banner {
        let text = format!(
            " {}",
            cut(
                &cx.state.messages.banner,
                usize::from(area.width).saturating_sub(2)
            )
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
        tree::draw(cx, area, buffer, hits);
    }
    main_pane::draw(cx, plan, buffer, hits);
    hits.pane = Some((cx.state.pane(cx.session), cx.state.version(cx.session)));
    if !plan.main.is_empty() {
        search_marks::draw(cx, plan.main, plan.main_inner(), hits, buffer);
    }
    if let Some(area) = plan.card {
        card::draw(cx, area, buffer, hits);
    }
    if let Some(area) = plan.memory {
        charts::memory(cx, area, buffer);
    }
    if let Some(area) = plan.interval {
        comparison::draw(cx, area, buffer);
    }
    if let Some(area) = plan.gains {
        charts::gains(cx, area, buffer);
    }
    if let Some(area) = plan.steer {
        match &cx.state.playback {
            Some(playback) => timeline::draw(cx, playback, area, buffer, hits),
            None => hint_box::draw(cx, area, buffer, hits),
        }
    }
    if let Some(area) = plan.mini {
        tree::mini(cx, area, buffer, hits);
    }
    // A long word keeps off the strip of versions, and off a tip that is just above.
    let mut end = plan.state.y;
    for part in [plan.mini, tip].into_iter().flatten() {
        if part.y + part.height == end {
            end = part.y;
        }
    }
    let above = state_line::draw(cx, plan, end, buffer, hits);
    pending_keys::draw(cx, buffer.area, buffer, hits);
    end - above..end
}
