//! The start screen: go on with a session, try a bundled task, and what stands ready.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::tui::component::View;
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::hint::Hint;
use crate::tui::core::home::Home;
use crate::tui::core::text::{cut, pad, visible, width, wrap};
use crate::tui::core::theme::Role;
use crate::tui::panes::state_line::elapsed;
use crate::tui::panes::{key_line, long_message};
use crate::tui::state::hits::HitMap;
use crate::tui::state::hits::Target;
use crate::tui::state::version_status::spinner;
use crate::tui::widgets::hint_line::HintLine;
use crate::tui::widgets::{line_width, put};

/// Cells of the labels at the left.
const LABEL: usize = 12;

/// A row with the entry that it stands for.
struct Row<'a> {
    line: Line<'a>,
    entry: Option<usize>,
    /// What a click on it does besides.
    action: Option<Action>,
}

/// Draws it; gives the rows above the lowest one that a long word lies on.
pub(crate) fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) -> u16 {
    let Some(home) = &cx.state.home else { return 0 };
    let wide = area.width.min(104);
    let left = (area.width - wide) / 2;
    let inner = Rect {
        x: area.x + left,
        width: wide,
        height: area.height.saturating_sub(1),
        ..area
    };
    let rows = rows(cx, home, inner.width.into(), inner.height);
    let room = usize::from(inner.height);
    let at = rows
        .iter()
        .position(|r| r.entry == Some(home.cursor))
        .unwrap_or(0);
    let first = if rows.len() <= room {
        0
    } else {
        at.saturating_sub(room / 2).min(rows.len() - room)
    };
    let air = if rows.len() + 4 <= room {
        ((room - rows.len()) / 3).min(6) as u16
    } else {
        0
    };
    for (n, row) in rows.iter().skip(first).take(room).enumerate() {
        let y = inner.y + air + n as u16;
        let place = Rect {
            y,
            height: 1,
            ..inner
        };
        if let Some(entry) = row.entry {
            let from = (LABEL as u16 + 1).min(place.width);
            let place = Rect {
                x: place.x + from,
                width: place.width - from,
                ..place
            };
            if entry == home.cursor {
                buffer.set_style(place, cx.theme.bg(Role::Selection));
            }
            hits.rows.push((place, entry));
        }
        if let Some(bound) = row.action.and_then(|a| cx.state.prefs.keys.of(a))
            && let Some(key) = bound.keys.first()
        {
            hits.targets.push((place, Target::Keys(key.clone())));
        }
        put(buffer, place, 0, &row.line);
    }
    if area.height == 0 {
        return 0;
    }
    let lowest = Rect {
        y: area.y + area.height - 1,
        height: 1,
        ..area
    };
    footer(cx, home, lowest, buffer, hits)
}

/// Cells that the keys keep beside a word.
const KEYS: usize = 40;

fn footer(cx: View<'_>, home: &Home, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) -> u16 {
    let mut word =
        (cx.state.word(cx.session)).map(|(word, error)| (visible(word).replace('␊', " "), error));
    let mut above = 0;
    let long = |text: &str| width(text) + KEYS > usize::from(area.width);
    if let Some((text, error)) = word.as_ref().filter(|w| long(&w.0))
        && !cx.covered()
    {
        let over = Rect {
            y: buffer.area.y,
            height: area.y - buffer.area.y,
            ..area
        };
        above = long_message::above(cx, over, (text, *error), buffer, hits);
        if above > 0 {
            word = None;
        }
    }
    let left = match (&home.opening, word) {
        (Some(name), _) => Line::from(vec![
            cx.span(format!(" {} ", spinner(cx.state)), Role::Candidate),
            cx.span(format!("opening {}", visible(name)), Role::Title),
            cx.span(
                elapsed(cx).map_or(String::new(), |t| format!(" · {t}")),
                Role::Muted,
            ),
        ]),
        (None, Some((word, error))) => Line::from(cx.span(
            format!(" {word}"),
            if error { Role::Error } else { Role::Info },
        )),
        (None, None) => Line::default(),
    };
    put(buffer, area, 0, &left);
    let taken = line_width(&left);
    let room = usize::from(area.width).saturating_sub(taken + 1);
    let keys = if cx.covered() {
        key_line::keys(cx, room)
    } else {
        usual_keys(cx, room)
    };
    if keys.width() == 0 {
        return above;
    }
    // Beside a word they stand at the right, as in the workbench.
    let from = if taken == 0 {
        1
    } else {
        usize::from(area.width).saturating_sub(keys.width() + 1)
    };
    let at = Rect {
        x: area.x + (from as u16).min(area.width),
        width: area.width.saturating_sub(from as u16),
        ..area
    };
    keys.put(buffer, at, 0, hits);
    above
}

/// The keys of the start screen as they are in force, as many as there is room for.
fn usual_keys(cx: View<'_>, room: usize) -> HintLine {
    let mut keys = HintLine::default();
    for (action, word) in [
        (Action::Open, "open"),
        (Action::Down, "choose"),
        (Action::Help, "help"),
        (Action::Quit, "quit"),
        (Action::Dialog(DialogName::OpenFile), "open a file"),
        (Action::Dialog(DialogName::Settings), "settings"),
        (Action::Dialog(DialogName::Theme), "theme"),
        (Action::Dialog(DialogName::Palette), "more"),
    ] {
        let hint = match (action, cx.state.prefs.keys.key(action)) {
            (Action::Down, _) => Hint::up_down(word),
            (_, Some(keys)) => Hint::sequence(keys.clone(), word),
            (_, None) => continue,
        };
        let gap = if keys.width() == 0 { 0 } else { 3 };
        if keys.width() + gap + hint.width() > room {
            continue;
        }
        keys.plain(if gap == 0 { "" } else { "   " });
        keys.push(cx, &hint);
    }
    keys
}

fn rows<'a>(cx: View<'a>, home: &'a Home, room: usize, height: u16) -> Vec<Row<'a>> {
    let airy = height >= 20;
    let mut rows = Vec::new();
    let plain = |line| Row {
        line,
        entry: None,
        action: None,
    };
    let name = Span::styled(
        "   reheat",
        cx.theme.fg(Role::Heat3).add_modifier(Modifier::BOLD),
    );
    let says = cx.span("   measured code, made faster", Role::Muted);
    rows.push(plain(Line::from(vec![name, says])));
    if !cx.state.messages.banner.is_empty() {
        rows.push(plain(Line::from(cx.span(
            format!(
                "   {}",
                cut(&cx.state.messages.banner, room.saturating_sub(4))
            ),
            Role::Info,
        ))));
    }
    let gap = |rows: &mut Vec<Row<'a>>| {
        if airy {
            rows.push(Row {
                line: Line::default(),
                entry: None,
                action: None,
            });
        }
    };
    gap(&mut rows);
    sessions(cx, home, room, &mut rows);
    if !home.sessions.is_empty() {
        gap(&mut rows);
    }
    tasks(cx, home, room, &mut rows);
    gap(&mut rows);
    let label = |text: &str| cx.span(pad(&format!("   {text}"), LABEL + 1), Role::Title);
    let key = |action| cx.span(format!(" {}", cx.state.prefs.keys.shown(action)), Role::Key);
    rows.push(Row {
        line: Line::from(vec![
            label("Open"),
            key(Action::Dialog(DialogName::OpenFile)),
            cx.span(" chooses a program of yours (or: ", Role::Muted),
            cx.span("reheat optimize solution.py --cases cases/", Role::Text),
            cx.span(")", Role::Muted),
        ]),
        entry: None,
        action: Some(Action::Dialog(DialogName::OpenFile)),
    });
    gap(&mut rows);
    for (n, model) in home.models.iter().enumerate() {
        for (m, piece) in wrap(&visible(&model.text), room.saturating_sub(LABEL + 5))
            .into_iter()
            .enumerate()
        {
            let head = if n == 0 && m == 0 {
                label("Model")
            } else {
                label("")
            };
            let sign = match (m, model.ready) {
                (0, true) => cx.span(" ● ", Role::Added),
                (0, false) => cx.span(" ○ ", Role::Muted),
                _ => Span::raw("   "),
            };
            rows.push(plain(Line::from(vec![
                head,
                sign,
                cx.span(piece, if model.ready { Role::Text } else { Role::Muted }),
            ])));
        }
    }
    if let Some(server) = home.offer() {
        let words = format!(" {} answers at {}:", server.name, server.base_url);
        rows.push(Row {
            line: Line::from(vec![
                label(""),
                cx.span(" ●", Role::Candidate),
                cx.span(visible(&words).into_owned(), Role::Text),
                key(Action::TakeModel),
                cx.span(format!(" uses its {}", visible(&server.model)), Role::Text),
            ]),
            entry: None,
            action: Some(Action::TakeModel),
        });
    }
    if !home.models.is_empty() {
        gap(&mut rows);
    }
    if !home.sandbox.is_empty() {
        let (glyph, role) = if home.sandbox_strong {
            (" ◆ ", Role::Added)
        } else {
            (" ◇ ", Role::Warn)
        };
        for (m, piece) in wrap(&visible(&home.sandbox), room.saturating_sub(LABEL + 5))
            .into_iter()
            .enumerate()
        {
            let head = if m == 0 { label("Sandbox") } else { label("") };
            let sign = if m == 0 {
                cx.span(glyph, role)
            } else {
                Span::raw("   ")
            };
            rows.push(plain(Line::from(vec![
                head,
                sign,
                cx.span(piece, Role::Muted),
            ])));
        }
    }
    rows
}

fn sessions<'a>(cx: View<'a>, home: &'a Home, room: usize, rows: &mut Vec<Row<'a>>) {
    let name = home
        .sessions
        .iter()
        .map(|s| width(&s.task))
        .max()
        .unwrap_or(0)
        .clamp(8, 26);
    for (n, session) in home.sessions.iter().enumerate() {
        let head = if n == 0 { "   Continue" } else { "" };
        let mut spans = vec![cx.span(pad(head, LABEL + 1), Role::Title)];
        spans.push(cursor(cx, home.cursor == n));
        spans.push(cx.span(pad(&visible(&session.task), name + 2), Role::Text));
        spans.push(cx.span(pad(&visible(&session.gain), 15), Role::Heat3));
        if room > LABEL + name + 36 {
            spans.push(cx.span(pad(&visible(&session.when), 19), Role::Muted));
            spans.push(cx.span(visible(&session.state).into_owned(), Role::Muted));
        }
        rows.push(Row {
            line: Line::from(spans),
            entry: Some(n),
            action: None,
        });
    }
}

fn cursor<'a>(cx: View<'a>, chosen: bool) -> Span<'a> {
    if chosen {
        cx.span(" ▸ ", Role::Key)
    } else {
        Span::raw("   ")
    }
}

fn tasks<'a>(cx: View<'a>, home: &'a Home, room: usize, rows: &mut Vec<Row<'a>>) {
    let name = home
        .tasks
        .iter()
        .map(|t| width(&t.name))
        .max()
        .unwrap_or(0)
        .clamp(8, 20);
    for (n, task) in home.tasks.iter().enumerate() {
        let entry = home.sessions.len() + n;
        let head = if n == 0 { "   Try" } else { "" };
        let ready = task.available.is_ok();
        let role = |role| if ready { role } else { Role::Faint };
        let mut spans = vec![cx.span(pad(head, LABEL + 1), Role::Title)];
        spans.push(cursor(cx, home.cursor == entry));
        spans.push(cx.span(pad(&visible(&task.name), name + 2), role(Role::Text)));
        spans.push(cx.span(pad(&visible(&task.language), 12), role(Role::Info)));
        match &task.available {
            Ok(()) => {
                let kind = room >= LABEL + name + 48;
                if kind {
                    spans.push(cx.span(pad(&visible(&task.kind), 25), Role::Heat2));
                }
                spans.push(cx.span(visible(&task.title).into_owned(), Role::Muted));
            }
            Err(why) => spans.push(cx.span(visible(why).into_owned(), Role::Faint)),
        }
        rows.push(Row {
            line: Line::from(spans),
            entry: Some(entry),
            action: None,
        });
    }
}
