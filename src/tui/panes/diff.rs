//! What the selected version changed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::session::event::VersionId;
use crate::tui::component::{Context, Pane, View};
use crate::tui::core::action::Action;
use crate::tui::core::diff::pane::DiffPane;
use crate::tui::core::tab::Tab;
use crate::tui::core::text_id::TextId;
use crate::tui::core::theme::Role;
use crate::tui::state::Against;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::diff_view::draw_laid;
use crate::tui::widgets::put;

/// The diff pane.
pub(crate) struct Diff;

impl Pane for Diff {
    fn tab(&self) -> Tab {
        Tab::Diff
    }

    fn info(&self, cx: View<'_>, room: usize) -> String {
        let Some(pair) = cx.state.diff_pair(cx.session) else {
            return String::new();
        };
        let versions = format!(" {} → {}", pair.0, pair.1);
        let Some(laid) = cx.state.panes.diff.laid(TextId::versions(pair)) else {
            return format!("{versions} ");
        };
        let diff = &laid.diff;
        let pane = &cx.state.panes.diff;
        let first = DiffPane::first(laid, cx.state.nav.scroll.get(&Tab::Diff).copied(), room);
        let all = laid.layout.changes.len();
        let change = match pane.current_change(laid, first, room) {
            Some(now) if all > 1 => format!("  change {}/{all}", now + 1),
            _ => String::new(),
        };
        let against = match cx.state.nav.against {
            Against::Marked if pane.marked == Some(pair.0) => " (marked)",
            _ => "",
        };
        let coarse = if diff.coarse { "  coarse" } else { "" };
        format!(
            "{versions}{against}{change}  +{} −{}{coarse} ",
            diff.added, diff.removed
        )
    }

    fn actions(&self, cx: View<'_>) -> Vec<(Action, &'static str)> {
        if cx.state.hits.changes.is_empty() {
            Vec::new()
        } else {
            vec![(Action::NextChange, "next change")]
        }
    }

    fn prepare(&self, cx: &mut Context<'_>, area: Rect) {
        let state = &mut *cx.state;
        let Some(pair) = state.diff_pair(cx.session) else {
            return;
        };
        let pair = TextId::versions(pair);
        if let Some(diff) = state.caches.diffs.get(&pair).map(std::sync::Arc::clone) {
            let scroll = state.nav.scroll.get_mut(&Tab::Diff);
            state.panes.diff.prepare(pair, &diff, area, scroll);
        }
    }

    fn on_open(&self, cx: &mut Context<'_>) {
        let state = &mut *cx.state;
        state.hold_place(Tab::Diff);
        let (first, room) = (state.hits.first, state.hits.room);
        state.panes.diff.toggle_focused(first, room);
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let say = |words: &str, buffer: &mut Buffer| {
            put(buffer, area, 0, &Line::from(cx.span(words, Role::Muted)));
        };
        let Some(pair) = cx.state.diff_pair(cx.session) else {
            let words = match cx.state.version(cx.session) {
                Some(VersionId::ORIGINAL) => {
                    "v0 is the original: there is nothing to compare it with yet"
                }
                Some(_) => "it is compared with itself: d compares with something else",
                None => "no version yet",
            };
            return say(words, buffer);
        };
        let Some(laid) = cx.state.panes.diff.laid(TextId::versions(pair)) else {
            return say("comparing the texts …", buffer);
        };
        if laid.diff.is_empty() {
            return say(
                &format!("{} is the same text as {}", pair.1, pair.0),
                buffer,
            );
        }
        let scroll = cx.state.nav.scroll.get(&Tab::Diff).copied();
        draw_laid(
            cx,
            &cx.state.panes.diff,
            (TextId::versions(pair), laid),
            scroll,
            area,
            buffer,
            hits,
        );
    }
}
