//! The start screen: go on with a session, try a bundled task, and what stands ready.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::session::event::VersionId;
use crate::tui::component::View;
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::hint::Hint;
use crate::tui::core::home::Home;
use crate::tui::core::text::{cut, pad, visible, width, wrap};
use crate::tui::core::theme::Role;
use crate::tui::panes::key_line;
use crate::tui::panes::long_message::{self, MOST};
use crate::tui::panes::state_line::elapsed;
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

/// Draws its list, and its keys on the lowest row of the screen.
pub(crate) fn draw(cx: View<'_>, area: Rect, list: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let Some(home) = &cx.state.home else { return };
    let wide = area.width.min(104);
    let left = (area.width - wide) / 2;
    let inner = Rect {
        x: area.x + left,
        width: wide,
        ..list
    };
    let rows = rows(cx, home, inner.width.into(), inner.height);
    let room = usize::from(inner.height);
    let at = rows
        .iter()
        .position(|r| r.entry == Some(home.cursor))
        .unwrap_or(0);
    // At the last entry what stands below it comes as far as the entry stays in sight; past it, all of that.
    let first = match home.cursor + 1 == home.entries() {
        _ if cx.state.nav.past_entries => rows.len(),
        true => at,
        false => at.saturating_sub(room / 2),
    };
    let first = first.min(rows.len().saturating_sub(room));
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
    let lowest = Rect {
        y: area.y + area.height - 1,
        height: 1,
        ..area
    };
    footer(cx, home, (lowest, list), buffer, hits);
}

/// Cells that the keys keep beside a word.
const KEYS: usize = 40;

/// The lowest row; a long word lies on the end of the list.
fn footer(
    cx: View<'_>,
    home: &Home,
    (area, list): (Rect, Rect),
    buffer: &mut Buffer,
    hits: &mut HitMap,
) {
    let mut word =
        (cx.state.word(cx.session)).map(|(word, error)| (visible(word).replace('␊', " "), error));
    let long = |text: &str| width(text) + KEYS > usize::from(area.width);
    if let Some((text, error)) = word.as_ref().filter(|w| long(&w.0))
        && !cx.covered()
    {
        let taken = long_message::above(cx, list, MOST, (text, *error), buffer, hits);
        if taken > 0 {
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
        return;
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
        if airy {
            rows.push(beside(cx));
        }
        gap(&mut rows);
    }
    tasks(cx, home, room, &mut rows);
    gap(&mut rows);
    let label = |text: &str| cx.span(pad(&format!("   {text}"), LABEL + 1), Role::Title);
    let key = |action| cx.span(format!(" {}", cx.state.prefs.keys.shown(action)), Role::Key);
    let mut open = Line::from(vec![
        label("Open"),
        key(Action::Dialog(DialogName::OpenFile)),
        cx.span(" opens a program of yours", Role::Muted),
    ]);
    let command = "reheat optimize solution.py --cases cases/";
    if line_width(&open) + width(command) + 7 <= room {
        open.push_span(cx.span(" (or: ", Role::Muted));
        open.push_span(cx.span(command, Role::Text));
        open.push_span(cx.span(")", Role::Muted));
    }
    rows.push(Row {
        line: open,
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
        // Where the original stands nothing was gained.
        let stands = session.state.split(' ').next() == Some(&VersionId::ORIGINAL.to_string());
        let gain = if stands {
            "–".into()
        } else {
            visible(&session.gain)
        };
        let role = if stands { Role::Muted } else { Role::Heat3 };
        if room <= LABEL + name + 36 {
            spans.push(cx.span(gain.into_owned(), role));
        } else {
            spans.push(cx.span(pad(&gain, 15), role));
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

/// What else can be done with sessions.
fn beside<'a>(cx: View<'a>) -> Row<'a> {
    let key = |action| cx.span(cx.state.prefs.keys.shown(action), Role::Key);
    let all = Action::Dialog(DialogName::Sessions);
    Row {
        line: Line::from(vec![
            Span::raw(" ".repeat(LABEL + 4)),
            key(Action::LookInto),
            cx.span(" looks into it step by step   ", Role::Muted),
            key(all),
            cx.span(" lists all", Role::Muted),
        ]),
        entry: None,
        action: Some(all),
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
        // Where there is little room, why a task cannot be opened matters more than its language, and that more than its title.
        let narrow = room < LABEL + name + 30;
        if ready || !narrow {
            spans.push(cx.span(pad(&visible(&task.language), 12), role(Role::Info)));
        }
        match &task.available {
            Ok(()) if narrow => {}
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
