//! What lies on top: help and palette in one, the editor, and the few questions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};
use tui_textarea::TextArea;

use crate::tui::act::help_rows;
use crate::tui::app::Overlay;
use crate::tui::keys::shown;
use crate::tui::layout::centred;
use crate::tui::text::{cut, pad, visible};
use crate::tui::theme::Role;
use crate::tui::view::{Context, put, settings};

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
        Overlay::Help { filter, cursor } => help(cx, area, filter, *cursor, buffer),
        Overlay::Edit { parent, area: text } => {
            let title = format!("{parent} by your hand");
            editor(cx, area, &title, text, buffer);
        }
        Overlay::Themes { names, cursor, .. } => themes(cx, area, names, *cursor, buffer),
        Overlay::Settings(open) => settings::settings(cx, area, open, buffer),
        Overlay::Files(open) => settings::files(cx, area, open, buffer),
        Overlay::Save { name } => save(cx, area, name, buffer),
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

fn help(cx: Context<'_>, area: Rect, filter: &str, cursor: usize, buffer: &mut Buffer) {
    let found = help_rows(cx.app, filter);
    let mut lines: Vec<(Line<'_>, Option<usize>)> = Vec::new();
    let mut group = "";
    let key_room = 17;
    let wide = area.width.min(92);
    for (n, binding) in found.iter().enumerate() {
        if binding.group != group {
            if !group.is_empty() {
                lines.push((Line::default(), None));
            }
            group = binding.group;
            lines.push((
                Line::from(Span::styled(
                    group,
                    cx.theme.fg(Role::Heat2).add_modifier(Modifier::BOLD),
                )),
                None,
            ));
        }
        let keys: Vec<String> = binding.keys.iter().map(|k| shown(k)).collect();
        let style = if n == cursor {
            cx.theme.bg(Role::Selection)
        } else {
            Style::new()
        };
        let help = pad(binding.help, usize::from(wide).saturating_sub(key_room + 4));
        lines.push((
            Line::from(vec![
                Span::styled(
                    format!(" {}", pad(&keys.join("  "), key_room - 1)),
                    cx.theme.fg(Role::Key).patch(style),
                ),
                Span::styled(help, cx.theme.fg(Role::Text).patch(style)),
            ]),
            Some(n),
        ));
    }
    if found.is_empty() {
        lines.push((
            Line::from(cx.span(" nothing is called so", Role::Muted)),
            None,
        ));
    }
    let height = (lines.len() as u16 + 4).min(area.height);
    let inner = sheet(cx, centred(area, wide, height), "help", buffer);
    if inner.height < 2 {
        return;
    }
    let typed = if filter.is_empty() {
        vec![cx.span(" type to search · ⏎ does it", Role::Faint)]
    } else {
        vec![
            cx.span(" / ", Role::Key),
            cx.span(visible(filter).into_owned(), Role::Text),
            cx.span("▏", Role::Key),
        ]
    };
    put(buffer, inner, 0, &Line::from(typed));
    let rows = Rect {
        y: inner.y + 1,
        height: inner.height - 1,
        ..inner
    };
    let at = lines.iter().position(|l| l.1 == Some(cursor)).unwrap_or(0);
    let room = usize::from(rows.height);
    let first = if at < 2 {
        0
    } else {
        (at + 2)
            .saturating_sub(room)
            .min(lines.len().saturating_sub(room))
    };
    for (n, (line, _)) in lines.iter().skip(first).take(room).enumerate() {
        put(buffer, rows, n as u16, line);
    }
}

fn editor(cx: Context<'_>, area: Rect, title: &str, text: &TextArea<'static>, buffer: &mut Buffer) {
    let inner = sheet(
        cx,
        centred(area, area.width.min(120), area.height),
        title,
        buffer,
    );
    let mut shown = text.clone();
    shown.set_style(cx.theme.fg(Role::Text));
    shown.set_line_number_style(cx.theme.fg(Role::Faint));
    shown.set_cursor_line_style(cx.theme.bg(Role::Selection));
    if cx.theme.depth() <= crate::tui::theme::Depth::Ansi {
        shown.set_cursor_line_style(Style::new());
    }
    shown.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
    shown.render(inner, buffer);
}

/// The list stands at the side, so that the screen behind it shows what the theme does.
fn themes(cx: Context<'_>, area: Rect, names: &[String], cursor: usize, buffer: &mut Buffer) {
    let wide = 30.min(area.width);
    let high = (names.len() as u16 + 3).min(area.height);
    let place = Rect {
        x: area.x + area.width - wide,
        y: area.y + (area.height - high) / 2,
        width: wide,
        height: high,
    };
    let inner = sheet(cx, place, "theme", buffer);
    if inner.height < 2 {
        return;
    }
    let rows = usize::from(inner.height - 1);
    let first = (cursor + 1).saturating_sub(rows);
    for (n, name) in names.iter().skip(first).take(rows).enumerate() {
        let chosen = first + n == cursor;
        let own = !crate::tui::theme::BUNDLED.iter().any(|(b, _)| b == name);
        let style = if chosen {
            cx.theme.fg(Role::Title).patch(cx.theme.bg(Role::Selection))
        } else {
            cx.theme.fg(Role::Text)
        };
        let words = format!(
            "{} {}{}",
            if chosen { "▸" } else { " " },
            cut(&visible(name), 16),
            if own { " (yours)" } else { "" }
        );
        let line = Line::from(Span::styled(pad(&words, inner.width.into()), style));
        put(buffer, inner, n as u16, &line);
    }
    let heat = [Role::Heat1, Role::Heat2, Role::Heat3, Role::Heat4].map(|role| cx.span("▇▇", role));
    let mut line = vec![cx.span("gain ", Role::Muted)];
    line.extend(heat);
    line.extend([cx.span(" + ", Role::Added), cx.span("− ", Role::Removed)]);
    line.push(cx.span("✗ fail", Role::Fail));
    put(buffer, inner, inner.height - 1, &Line::from(line));
}

fn save(cx: Context<'_>, area: Rect, name: &TextArea<'static>, buffer: &mut Buffer) {
    let best = cx
        .session
        .incumbent
        .map_or(String::new(), |b| format!(" {b}"));
    let inner = sheet(
        cx,
        centred(area, 64, 5),
        &format!("save{best}, the best version, as"),
        buffer,
    );
    if inner.height == 0 {
        return;
    }
    let mut shown = name.clone();
    shown.set_style(cx.theme.fg(Role::Text));
    shown.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
    shown.render(Rect { height: 1, ..inner }, buffer);
    let folder = std::env::current_dir()
        .map(|d| format!("in {}", d.display()))
        .unwrap_or_default();
    put(
        buffer,
        inner,
        1,
        &Line::from(cx.span(
            cut(&visible(&folder), inner.width.into()).into_owned(),
            Role::Faint,
        )),
    );
    put(
        buffer,
        inner,
        2,
        &Line::from(vec![
            cx.span("⏎", Role::Key),
            cx.span(" save   ", Role::Muted),
            cx.span("esc", Role::Key),
            cx.span(" leave", Role::Muted),
        ]),
    );
}

fn question(
    cx: Context<'_>,
    area: Rect,
    words: &str,
    answers: &[(&str, &str)],
    buffer: &mut Buffer,
) {
    let wide = area.width.min(66);
    let lines = crate::tui::text::wrap(words, usize::from(wide).saturating_sub(4));
    let inner = sheet(
        cx,
        centred(area, wide, lines.len() as u16 + 4),
        "a question",
        buffer,
    );
    for (n, line) in lines.iter().enumerate() {
        put(
            buffer,
            inner,
            n as u16,
            &Line::from(cx.span(line.clone(), Role::Text)),
        );
    }
    let mut spans = Vec::new();
    for (key, word) in answers {
        spans.push(cx.span(*key, Role::Key));
        spans.push(cx.span(format!(" {word}   "), Role::Muted));
    }
    put(buffer, inner, lines.len() as u16 + 1, &Line::from(spans));
}
