//! What lies on top: the help, the palette, the editor, the forms and the few questions. One file each.

mod case;
pub mod edit;
mod functions;
mod goal;
mod help;
mod messages;
mod note;
mod palette;
mod question;
mod save;
mod themes;
mod write;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use tui_textarea::TextArea;

use self::question::question;
use crate::tui::app::{Overlay, Seen};
use crate::tui::mouse::Target;
use crate::tui::text::visible;
use crate::tui::theme::Role;
use crate::tui::view::{Context, settings};

/// Draws it, if there is one, and says where it can be clicked.
pub fn draw(cx: Context<'_>, area: Rect, buffer: &mut Buffer, seen: &mut Seen) {
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
        Overlay::Help { filter, cursor } => help::draw(cx, area, filter, *cursor, buffer, seen),
        Overlay::Palette(open) => palette::draw(cx, area, open, buffer, seen),
        Overlay::Goal(form) => goal::draw(cx, area, form, buffer, seen),
        Overlay::Case(form) => case::draw(cx, area, form, buffer, seen),
        Overlay::Messages { back } => messages::draw(cx, area, *back, buffer, seen),
        Overlay::Edit(editor) => {
            let title = format!("{} by your hand", editor.parent);
            let inner = edit::draw(cx, area, &title, &editor.area, buffer, seen);
            edit::colour(cx, inner, editor, buffer);
            if editor.leaving {
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
                    seen,
                );
            }
        }
        Overlay::Prompt(editor) => {
            let why = if editor.late {
                let key = cx.app.keys.shown(crate::tui::keys::Action::EditPrompt);
                format!(", which you asked for with {key}")
            } else {
                String::new()
            };
            let title =
                format!("the prompt of the next round{why} · ctrl-s sends it · esc leaves it");
            edit::draw(cx, area, &title, &editor.area, buffer, seen);
            if editor.leaving {
                question(
                    cx,
                    area,
                    "Throw your changes of the prompt away?",
                    &[
                        ("y", "throw away"),
                        ("s", "send it"),
                        ("any other key", "go on editing"),
                    ],
                    buffer,
                    seen,
                );
            }
        }
        Overlay::Themes { names, cursor, .. } => {
            themes::draw(cx, area, names, *cursor, buffer, seen);
        }
        Overlay::Settings(open) => settings::settings(cx, area, open, buffer, seen),
        Overlay::Files(open) => settings::files(cx, area, open, buffer, seen),
        Overlay::Functions(open) => functions::list(cx, area, open, buffer, seen),
        Overlay::Judged(form) => functions::form(cx, area, form, buffer, seen),
        Overlay::Note(open) => note::draw(cx, area, open, buffer, seen),
        Overlay::Write(open) => write::draw(cx, area, open, buffer, seen),
        Overlay::Save { name } => save::draw(cx, area, name, buffer, seen),
        Overlay::Overwrite { path } => {
            let name = visible(&path.display().to_string()).into_owned();
            question(
                cx,
                area,
                &format!("{name} exists already. Replace it?"),
                &[("y", "replace it"), ("any other key", "leave it")],
                buffer,
                seen,
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
                seen,
            );
        }
    }
}

/// An empty sheet with a frame; gives the room inside.
pub(super) fn sheet(
    cx: Context<'_>,
    area: Rect,
    title: &str,
    buffer: &mut Buffer,
    seen: &mut Seen,
) -> Rect {
    seen.targets.push((area, Target::Sheet));
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

/// Says that a row of a list stands on this row of the area.
pub(super) fn choose(area: Rect, row: usize, number: usize, seen: &mut Seen) {
    if row < usize::from(area.height) {
        let place = Rect {
            y: area.y + row as u16,
            height: 1,
            ..area
        };
        seen.targets.push((place, Target::Row(number)));
    }
}

/// The ground of a box in which something is typed. Where a theme reverses what is chosen the box is underlined instead:
/// on a reversed ground nobody sees the cursor.
pub(super) fn box_ground(cx: Context<'_>) -> Style {
    let ground = cx.theme.bg(Role::Selection);
    if ground.add_modifier.contains(Modifier::REVERSED) {
        Style::new()
            .remove_modifier(Modifier::REVERSED)
            .add_modifier(Modifier::UNDERLINED)
    } else {
        ground
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
