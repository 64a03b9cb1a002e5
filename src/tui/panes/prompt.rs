//! The prompt that the selected version came from, or the one that would go out next.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::component::{Context, Pane, View};
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::tab::Tab;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::long_text::long_text;

/// The prompt pane.
pub(crate) struct Prompt;

impl Pane for Prompt {
    fn tab(&self) -> Tab {
        Tab::Prompt
    }

    fn info(&self, cx: View<'_>, _: usize) -> String {
        let Some(prompt) = cx.state.shown_prompt(cx.session) else {
            return String::new();
        };
        match (prompt.round, prompt.edited) {
            (None, _) => {
                let key = cx
                    .state
                    .prefs
                    .keys
                    .shown(Action::Dialog(DialogName::EditPrompt));
                format!(" as it would go out now · {key} edits it ")
            }
            (Some(round), true) => format!(" round {round} · edited by hand "),
            (Some(round), false) => format!(" round {round} "),
        }
    }

    fn prepare(&self, cx: &mut Context<'_>, area: Rect) {
        let shown = cx.state.shown_prompt(cx.session);
        let (round, text) = shown.map_or((0, Arc::from("")), |p| {
            (p.round.unwrap_or(0), Arc::clone(p.text))
        });
        cx.state
            .caches
            .page
            .wrap((Tab::Prompt, round), &text, area.width);
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let nothing = "no prompt was sent for this version";
        long_text(cx, Tab::Prompt, nothing, area, buffer, hits);
    }
}
