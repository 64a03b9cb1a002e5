//! What lies on top: the help, the palette, the editor, the forms and the few questions. One file each.

mod case;
mod edit;
mod goal;
mod help;
mod messages;
mod palette;
mod question;
mod save;
mod themes;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use tui_textarea::TextArea;

use self::question::question;
use crate::tui::app::Overlay;
use crate::tui::text::visible;
use crate::tui::theme::Role;
use crate::tui::view::{Context, settings};

/// Draws it, if there is one.
pub fn draw(cx: Context<'_>, area: Rect, buffer: &mut Buffer) {
    let Some(overlay) = &cx.app.overlay else {
        return;
    };
    // The lowest row keeps saying what is on and which keys there are.
    let area = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    if area.height < 3 || area.width < 12 {
        return;
    }
    match overlay {
        Overlay::Help { filter, cursor } => help::draw(cx, area, filter, *cursor, buffer),
        Overlay::Palette(open) => palette::draw(cx, area, open, buffer),
        Overlay::Goal(form) => goal::draw(cx, area, form, buffer),
        Overlay::Case(form) => case::draw(cx, area, form, buffer),
        Overlay::Messages { back } => messages::draw(cx, area, *back, buffer),
        Overlay::Edit { parent, area: text } => {
            let title = format!("{parent} by your hand");
            edit::draw(cx, area, &title, text, buffer);
        }
        Overlay::Themes { names, cursor, .. } => themes::draw(cx, area, names, *cursor, buffer),
        Overlay::Settings(open) => settings::settings(cx, area, open, buffer),
        Overlay::Files(open) => settings::files(cx, area, open, buffer),
        Overlay::Save { name } => save::draw(cx, area, name, buffer),
        Overlay::Overwrite { path } => {
            let name = visible(&path.display().to_string()).into_owned();
            question(
                cx,
                area,
                &format!("{name} exists already. Replace it?"),
                &[("y", "replace it"), ("any other key", "leave it")],
                buffer,
            );
        }
        Overlay::Quit => {
            let words = "Something is on its way. Stop it and quit? The session is kept.";
            question(
                cx,
                area,
                words,
                &[("y", "quit"), ("any other key", "stay")],
                buffer,
            );
        }
        Overlay::Discard { .. } => {
            question(
                cx,
                area,
                "Throw your edit away?",
                &[
                    ("y", "throw away"),
                    ("s", "measure it"),
                    ("any other key", "go on editing"),
                ],
                buffer,
            );
        }
    }
}

/// An empty sheet with a frame; gives the room inside.
pub(super) fn sheet(cx: Context<'_>, area: Rect, title: &str, buffer: &mut Buffer) -> Rect {
    Clear.render(area, buffer);
    buffer.set_style(area, cx.theme.base().patch(cx.theme.bg(Role::Panel)));
    let title = Line::from(vec![
        Span::raw(" "),
        Span::styled(
            title.to_owned(),
            cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD),
        ),
        Span::raw(" "),
    ]);
    let block = cx.block(title, true);
    let inner = block.inner(area);
    block.render(area, buffer);
    Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// A box of one line in which something is typed; with the cursor where it has the keyboard.
pub(super) fn typed(
    cx: Context<'_>,
    area: Rect,
    text: &TextArea<'static>,
    lit: bool,
    buffer: &mut Buffer,
) {
    let mut shown = text.clone();
    shown.set_style(cx.theme.fg(Role::Text));
    shown.set_cursor_style(if lit {
        Style::new().add_modifier(Modifier::REVERSED)
    } else {
        Style::new()
    });
    shown.render(
        Rect {
            height: area.height.min(1),
            ..area
        },
        buffer,
    );
}
