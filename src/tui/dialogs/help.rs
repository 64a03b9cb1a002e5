//! The help of what is being done: the keys in force that mean something here, searched by what is typed; enter does what
//! is chosen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::tui::component::{Context, Dialog, List, Outcome, View};
use crate::tui::core::action::{Scope, TypingKeys};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, KeySequence, key};
use crate::tui::core::keymap::Bound;
use crate::tui::core::layout::centred;
use crate::tui::core::text::{cut, pad, visible, width, wrap};
use crate::tui::core::theme::Role;
use crate::tui::core::typing::TYPING;
use crate::tui::state::State;
use crate::tui::state::hits::HitMap;
use crate::tui::state::version_status::MARKS;
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{choose, sheet};

/// The open help.
pub(crate) struct Help {
    /// The keys of every place where text is typed.
    typing: &'static [TypingKeys],
    /// What was typed to search it.
    filter: String,
    /// The chosen row among those that match.
    cursor: usize,
}

impl Help {
    /// The help, with the keys of every place where text is typed.
    #[must_use]
    pub(crate) fn new(typing: &'static [TypingKeys]) -> Self {
        Self {
            typing,
            filter: String::new(),
            cursor: 0,
        }
    }
}

impl Dialog for Help {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "do it"),
            Hint::up_down("choose"),
            Hint::new(key!(esc), "close"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        let found = rows(cx.state, self.typing, &self.filter);
        let last = found.len().saturating_sub(1);
        match key {
            key!(esc) | key!(ctrl - 'c') => return Outcome::close(),
            key!('?') if self.filter.is_empty() => return Outcome::close(),
            key!(enter) => {
                let bound = found.get(self.cursor).and_then(|row| row.bound);
                return match bound {
                    Some(bound) => Outcome::perform(bound.row.action),
                    None => Outcome::close(),
                };
            }
            key!(up) => self.cursor = self.cursor.saturating_sub(1),
            key!(down) => self.cursor = (self.cursor + 1).min(last),
            key!(pgup) => self.cursor = self.cursor.saturating_sub(10),
            key!(pgdn) => self.cursor = (self.cursor + 10).min(last),
            key!(backspace) => {
                self.filter.pop();
                self.cursor = 0;
            }
            _ => {
                if let Some(c) = key.typed() {
                    self.filter.push(c);
                    self.cursor = 0;
                }
            }
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        self.filter.push_str(text.trim());
        self.cursor = 0;
    }

    fn list(&mut self, cx: &Context<'_>) -> Option<List<'_>> {
        Some(List {
            rows: rows(cx.state, self.typing, &self.filter).len(),
            cursor: &mut self.cursor,
        })
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let wide = area.width.min(96);
        let room = usize::from(wide).saturating_sub(4);
        // Where there is little room the sentences need it more than the keys.
        let keys = if room >= 60 { 19 } else { 11 };
        let lines = lines(cx, self, keys, room);
        let height = (lines.len() as u16 + 3).min(area.height);
        let inner = sheet(cx, centred(area, wide, height), "help", buffer, hits);
        if inner.height < 2 {
            return;
        }
        let typed = if self.filter.is_empty() {
            vec![cx.span(" type to search · ⏎ does it", Role::Faint)]
        } else {
            vec![
                cx.span(" / ", Role::Key),
                cx.span(visible(&self.filter).into_owned(), Role::Text),
                cx.span("▏", Role::Key),
            ]
        };
        put(buffer, inner, 0, &Line::from(typed));
        let place = Rect {
            y: inner.y + 1,
            height: inner.height - 1,
            ..inner
        };
        let room = usize::from(place.height);
        let at = lines
            .iter()
            .position(|l| l.1 == Some(self.cursor))
            .unwrap_or(0);
        let end = lines
            .iter()
            .rposition(|l| l.1 == Some(self.cursor))
            .unwrap_or(0)
            + 1;
        let first = if at < 2 {
            0
        } else {
            (end + 1)
                .saturating_sub(room)
                .min(lines.len().saturating_sub(room))
        };
        for (n, (line, number)) in lines.iter().skip(first).take(room).enumerate() {
            put(buffer, place, n as u16, line);
            if let Some(number) = number {
                choose(place, n, *number, hits);
            }
        }
    }
}

/// One row of the help.
#[derive(Clone, Debug)]
struct Row<'a> {
    /// The heading that it stands under.
    group: &'static str,
    /// Its keys, two spaces between them.
    keys: String,
    /// What they do.
    help: &'static str,
    /// The action; none where the keys only help in typing.
    bound: Option<&'a Bound>,
}

/// Rows of the help that match what was typed and mean something here, those of the moment first.
fn rows<'a>(state: &'a State, typing: &'static [TypingKeys], filter: &str) -> Vec<Row<'a>> {
    let scopes = state.scopes();
    let searching = scopes.contains(&Scope::Search);
    let table = state.prefs.keys.rows();
    let mut found: Vec<&Bound> = table
        .iter()
        .filter(|b| scopes.contains(&b.row.scope) && state.means_something(b.row.action))
        .collect();
    // The table need not be written in the order of its headings.
    let own = |group: &str| {
        let mut of_group = table.iter().filter(|t| t.row.group == group);
        of_group.any(|t| t.row.scope == Scope::Start)
    };
    found.sort_by_key(|b| {
        let elsewhere = (searching && b.row.scope != Scope::Search)
            || (state.playback.is_some() && b.row.scope != Scope::Recorded);
        // What only the start screen has comes before the ways to move in it.
        let common = state.home.is_some() && !own(b.row.group);
        let place = table.iter().position(|t| t.row.group == b.row.group);
        (elsewhere, common, place)
    });
    let actions = found.into_iter().map(|b| Row {
        group: b.row.group,
        keys: match b.keys.iter().map(|k| k.symbols()).collect::<Vec<_>>() {
            keys if keys.is_empty() => "–".to_owned(),
            keys => keys.join("  "),
        },
        help: b.row.help,
        bound: Some(b),
    });
    // Before there is a session there is nothing to hint at and nothing to edit.
    let here = |group: &str| state.home.is_none() || group == TYPING.0;
    let typing = typing.iter().chain([&MARKS]);
    let typing = typing.filter(|(group, _)| here(group));
    let typing = typing.flat_map(|(group, rows)| {
        rows.iter().map(|(keys, help)| Row {
            group,
            keys: symbols(keys),
            help,
            bound: None,
        })
    });
    let all: Vec<Row<'a>> = if state.hint_box.active {
        typing.chain(actions).collect()
    } else {
        actions.chain(typing).collect()
    };
    let words: Vec<String> = filter
        .to_lowercase()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let matches = |row: &Row<'_>| {
        let action = row.bound.map(|b| (b.row.short, b.row.action.name()));
        let (short, name) = action.unwrap_or_default();
        let text = format!("{} {} {short} {name}", row.keys, row.help).to_lowercase();
        words.iter().all(|w| text.contains(w))
    };
    all.into_iter().filter(|r| matches(r)).collect()
}

/// Keys of the table, divided by two spaces, as the screen writes them.
fn symbols(keys: &str) -> String {
    let all: Vec<String> = keys
        .split("  ")
        .map(|k| {
            k.parse()
                .map_or_else(|_| k.to_owned(), |k: KeySequence| k.symbols())
        })
        .collect();
    all.join("  ")
}

/// One line of the help, and which of the rows that can be chosen it belongs to.
type Numbered<'a> = (Line<'a>, Option<usize>);

fn lines<'a>(cx: View<'a>, help: &Help, keys: usize, room: usize) -> Vec<Numbered<'a>> {
    let mut lines: Vec<Numbered<'a>> = Vec::new();
    let mut group = "";
    for (n, row) in rows(cx.state, help.typing, &help.filter).iter().enumerate() {
        if row.group != group {
            if !group.is_empty() {
                lines.push((Line::default(), None));
            }
            group = row.group;
            let style = cx.theme.fg(Role::Heat2).add_modifier(Modifier::BOLD);
            lines.push((Line::from(Span::styled(group, style)), None));
        }
        push(cx, row, n == help.cursor, (keys, room), n, &mut lines);
    }
    if lines.is_empty() {
        let words = Line::from(cx.span(" nothing is called so", Role::Muted));
        lines.push((words, None));
    }
    lines
}

/// A row of keys and a sentence, on as many lines as the sentence needs.
fn push<'a>(
    cx: View<'a>,
    row: &Row<'_>,
    chosen: bool,
    (keys, room): (usize, usize),
    number: usize,
    lines: &mut Vec<Numbered<'a>>,
) {
    let style = if chosen {
        cx.theme.bg(Role::Selection)
    } else {
        Style::new()
    };
    let sentence = room.saturating_sub(keys + 1).max(8);
    // More keys than there is room for: the first ones, whole.
    let mut fitting = row.keys.clone();
    while width(&fitting) > keys - 2 && fitting.contains("  ") {
        let end = fitting.rfind("  ").unwrap_or(0);
        fitting.truncate(end);
    }
    for (n, piece) in wrap(row.help, sentence).iter().enumerate() {
        let first = if n == 0 {
            cut(&fitting, keys - 1).into_owned()
        } else {
            String::new()
        };
        lines.push((
            Line::from(vec![
                Span::styled(
                    format!(" {}", pad(&first, keys)),
                    cx.theme.fg(Role::Key).patch(style),
                ),
                Span::styled(pad(piece, sentence), cx.theme.fg(Role::Text).patch(style)),
            ]),
            Some(number),
        ));
    }
}
