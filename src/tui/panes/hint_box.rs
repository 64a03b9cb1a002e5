//! The steering box: a hint in plain words, and from where the next round starts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::tui::component::View;
use crate::tui::core::action::{Action, TypingKeys};
use crate::tui::core::text::{cut, visible};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::state::hits::Target;
use crate::tui::widgets::put;

/// Its keys, for the help.
#[rustfmt::skip]
pub(crate) const TYPING: TypingKeys = (
    "While typing a hint",
    &[
        ("enter", "Send it"),
        ("alt-enter  ctrl-j", "New line"),
        ("up  down", "Earlier hints for this task, of earlier sessions too"),
        ("esc", "Leave; what was typed stays"),
    ],
);

/// Draws it.
pub(crate) fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    hits.steer = area;
    let lit = cx.state.hint_box.active;
    let title = Line::from(vec![
        Span::raw(" "),
        cx.span("steer the next round", Role::Title),
        Span::raw(" "),
    ]);
    let session = cx.session;
    let from = session.next_parent();
    let chosen = if session.chosen_parent.is_some() {
        ", chosen"
    } else {
        ""
    };
    let ground = if session.versions.is_empty() {
        String::new()
    } else {
        format!(" from {from}{chosen} · {} ", session.objective)
    };
    let block = cx
        .block(title, lit)
        .title_bottom(Line::from(cx.span(ground, Role::Muted)).right_aligned());
    let inner = block.inner(area);
    block.render(area, buffer);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    if inner.is_empty() {
        return;
    }
    if lit {
        hits.targets.push((inner, Target::Field(0)));
        let mut typed = cx.state.hint_box.text.clone();
        typed.set_style(cx.theme.fg(Role::Text));
        typed.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
        // The cursor stands before it.
        typed.set_placeholder_text(if inner.width > 40 {
            "what should it try, keep or leave alone?"
        } else {
            "what to try, keep, leave alone?"
        });
        typed.set_placeholder_style(cx.theme.fg(Role::Faint));
        typed.render(inner, buffer);
        return;
    }
    let line = if session.hint.is_empty() && cx.state.kiosk {
        let words = "here a developer says in plain words what the next round is to try";
        Line::from(cx.span(words, Role::Faint))
    } else if session.hint.is_empty() {
        Line::from(vec![
            cx.span(cx.state.prefs.keys.shown(Action::Steer), Role::Key),
            cx.span(
                if inner.width > 63 {
                    " gives a hint: what to try, what to keep, what to leave alone"
                } else {
                    " gives a hint for the next round"
                },
                Role::Faint,
            ),
        ])
    } else {
        let hint = visible(&session.hint).replace('␊', " ");
        Line::from(vec![
            cx.span("▸ ", Role::Heat2),
            cx.span(
                cut(&hint, usize::from(inner.width).saturating_sub(2)),
                Role::Text,
            ),
        ])
    };
    put(buffer, inner, 0, &line);
}
