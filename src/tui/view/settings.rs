//! The settings and the list of files: two sheets that lie on top of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::tui::app::Seen;
use crate::tui::files::Files;
use crate::tui::layout::centred;
use crate::tui::mouse::Target;
use crate::tui::settings::Settings;
use crate::tui::text::{cut, pad, visible, wrap};
use crate::tui::theme::Role;
use crate::tui::view::overlay::{box_ground, choose, sheet};
use crate::tui::view::{Context, put};

/// Cells of a setting's name.
const LABEL: usize = 16;

/// Draws the settings.
pub fn settings(
    cx: Context<'_>,
    area: Rect,
    open: &Settings,
    buffer: &mut Buffer,
    seen: &mut Seen,
) {
    let mut lines: Vec<(Line<'_>, Option<usize>)> = Vec::new();
    let wide = area.width.min(88);
    let room = usize::from(wide).saturating_sub(4);
    let mut group = "";
    for (n, row) in open.rows.iter().enumerate() {
        if row.group != group {
            if !group.is_empty() && area.height >= 24 {
                lines.push((Line::default(), None));
            }
            group = row.group;
            let style = cx.theme.fg(Role::Heat2).add_modifier(Modifier::BOLD);
            lines.push((Line::from(Span::styled(group, style)), None));
        }
        let chosen = n == open.cursor;
        let ground = if chosen {
            cx.theme.bg(Role::Selection)
        } else {
            Style::new()
        };
        let (text, role) = match &row.value {
            Some(value) => (visible(value).into_owned(), Role::Text),
            None => (format!("{} (not set)", row.default), Role::Muted),
        };
        let sign = if chosen { " ▸ " } else { "   " };
        let rest = room.saturating_sub(LABEL + 3);
        lines.push((
            Line::from(vec![
                Span::styled(sign, cx.theme.fg(Role::Key).patch(ground)),
                Span::styled(
                    pad(row.label, LABEL),
                    cx.theme.fg(Role::Title).patch(ground),
                ),
                Span::styled(
                    pad(&cut(&text, rest), rest),
                    cx.theme.fg(role).patch(ground),
                ),
            ]),
            Some(n),
        ));
    }
    let below = 4;
    let height = (lines.len() as u16 + 2 + below).min(area.height);
    let inner = sheet(cx, centred(area, wide, height), "settings", buffer, seen);
    let rows = inner.height.saturating_sub(below);
    let at = lines
        .iter()
        .position(|l| l.1 == Some(open.cursor))
        .unwrap_or(0);
    let first = (at + 2)
        .saturating_sub(rows.into())
        .min(lines.len().saturating_sub(rows.into()));
    for (n, (line, setting)) in lines.iter().skip(first).take(rows.into()).enumerate() {
        put(buffer, inner, n as u16, line);
        if let Some(number) = setting {
            choose(inner, n, *number, seen);
        }
        if let (Some(area), true) = (&open.typing, *setting == Some(open.cursor)) {
            let mut shown = area.clone();
            shown.set_style(cx.theme.fg(Role::Text).patch(box_ground(cx)));
            shown.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
            let x = inner.x + ((LABEL + 3) as u16).min(inner.width);
            let place = Rect {
                x,
                y: inner.y + n as u16,
                width: (inner.x + inner.width).saturating_sub(x),
                height: 1,
            };
            shown.render(place, buffer);
            seen.targets.push((place, Target::Field(0)));
        }
    }
    let help = open.rows.get(open.cursor).map_or("", |r| r.help);
    let (words, role) = match &open.error {
        Some(error) => (visible(error).into_owned(), Role::Error),
        None => (help.to_owned(), Role::Info),
    };
    let foot = Rect {
        y: inner.y + rows,
        height: inner.height - rows,
        ..inner
    };
    for (n, piece) in wrap(&words, inner.width.into())
        .into_iter()
        .take(2)
        .enumerate()
    {
        put(
            buffer,
            foot,
            1 + n as u16,
            &Line::from(cx.span(piece, role)),
        );
    }
    let file = open.file.as_ref().map_or_else(
        || "kept nowhere".to_owned(),
        |f| format!("kept in {}", f.display()),
    );
    put(
        buffer,
        foot,
        3,
        &Line::from(cx.span(
            cut(&visible(&file), inner.width.into()).into_owned(),
            Role::Faint,
        )),
    );
}

/// Draws the list of files.
pub fn files(cx: Context<'_>, area: Rect, open: &Files, buffer: &mut Buffer, seen: &mut Seen) {
    let title = if open.program.is_some() {
        "its cases: a folder of NAME.in and NAME.out, or a .jsonl file"
    } else {
        "open a program"
    };
    let height = (open.names.len() as u16 + 5)
        .clamp(9, area.height.max(9))
        .min(area.height);
    let inner = sheet(
        cx,
        centred(area, area.width.min(76), height),
        title,
        buffer,
        seen,
    );
    if inner.height < 3 {
        return;
    }
    let room = usize::from(inner.width);
    let folder = visible(&open.folder.display().to_string()).into_owned();
    let mut head = vec![cx.span(
        cut(&folder, room.saturating_sub(open.filter.len() + 4)).into_owned(),
        Role::Muted,
    )];
    if !open.filter.is_empty() {
        head.push(cx.span("  / ", Role::Key));
        head.push(cx.span(visible(&open.filter).into_owned(), Role::Text));
    }
    put(buffer, inner, 0, &Line::from(head));
    let rows = usize::from(inner.height - 2);
    let first = (open.cursor + 1).saturating_sub(rows);
    for (n, name) in open.names.iter().skip(first).take(rows).enumerate() {
        let chosen = first + n == open.cursor;
        let style = cx
            .theme
            .fg(if name.folder { Role::Info } else { Role::Text });
        let style = if chosen {
            style.patch(cx.theme.bg(Role::Selection))
        } else {
            style
        };
        let sign = if chosen { "▸" } else { " " };
        let end = if name.folder { "/" } else { "" };
        let text = format!(" {sign} {}{end}", visible(&name.name));
        put(
            buffer,
            inner,
            1 + n as u16,
            &Line::from(Span::styled(pad(&cut(&text, room), room), style)),
        );
        choose(inner, 1 + n, first + n, seen);
    }
    let foot = match &open.error {
        Some(error) => cx.span(visible(error).into_owned(), Role::Error),
        None if open.names.is_empty() => cx.span("nothing here has such a name", Role::Muted),
        None if open.program.is_some() => cx.span("tab takes a whole folder", Role::Faint),
        None => cx.span(
            "type to narrow down · tab lists the functions of a file",
            Role::Faint,
        ),
    };
    put(buffer, inner, inner.height - 1, &Line::from(foot));
}
