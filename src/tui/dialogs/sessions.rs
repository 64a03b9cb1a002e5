//! All sessions of the library: found by a few words, sorted, and looked into or gone on with.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use tui_textarea::TextArea;

use crate::base::words::count;
use crate::tui::component::{Context, Dialog, List, Outcome, View};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::home::{Choice, LibraryRow};
use crate::tui::core::key::{Key, key};
use crate::tui::core::text::{cut, pad, pad_left, visible, width};
use crate::tui::core::theme::Role;
use crate::tui::core::typing::{line, place_cursor, type_into};
use crate::tui::state::State;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{choose, sheet, typed};

/// By what the rows are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Newest,
    Gain,
    Task,
}

impl Order {
    fn next(self) -> Self {
        match self {
            Self::Newest => Self::Gain,
            Self::Gain => Self::Task,
            Self::Task => Self::Newest,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Newest => "the newest first",
            Self::Gain => "the largest gain first",
            Self::Task => "by task",
        }
    }
}

/// The list of sessions.
pub(crate) struct Sessions {
    typed: TextArea<'static>,
    order: Order,
    cursor: usize,
    /// Numbers of the rows that are shown, in their order.
    found: Vec<usize>,
    /// How many there were when it was looked.
    known: Option<usize>,
}

/// Opens the list.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let mut sessions = Sessions {
        typed: line(""),
        order: Order::Newest,
        cursor: 0,
        found: Vec::new(),
        known: None,
    };
    sessions.look(cx.state);
    Outcome::open(sessions)
}

fn library(state: &State) -> Option<&[LibraryRow]> {
    state.home.as_ref()?.library.as_deref()
}

impl Sessions {
    /// Finds the rows in which all words that are typed stand.
    fn look(&mut self, state: &State) {
        let all = library(state);
        self.known = all.map(<[LibraryRow]>::len);
        let all = all.unwrap_or_default();
        let typed = self.typed.lines().concat().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let fits = |row: &LibraryRow| words.iter().all(|word| row.words.contains(word));
        let mut found: Vec<usize> = (0..all.len()).filter(|n| fits(&all[*n])).collect();
        match self.order {
            // As the library gives them.
            Order::Newest => {}
            Order::Gain => found.sort_by(|a, b| all[*b].size.total_cmp(&all[*a].size)),
            Order::Task => found.sort_by(|a, b| all[*a].task.cmp(&all[*b].task)),
        }
        self.found = found;
        self.cursor = self.cursor.min(self.found.len().saturating_sub(1));
    }

    fn chosen<'s>(&self, state: &'s State) -> Option<&'s LibraryRow> {
        library(state)?.get(*self.found.get(self.cursor)?)
    }
}

impl Dialog for Sessions {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "look into"),
            Hint::new(key!(esc), "close"),
            Hint::new(key!(ctrl - 'r'), "go on with"),
            Hint::new(key!(tab), "sort"),
            Hint::up_down("choose"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        let last = self.found.len().saturating_sub(1);
        match key {
            key!(esc) | key!(ctrl - 'c') => return Outcome::close(),
            key!(enter) | key!(ctrl - 'r') => {
                let Some(row) = self.chosen(cx.state) else {
                    return Outcome::stay();
                };
                let id = row.id.clone();
                let choice = match key {
                    key!(enter) => Choice::LookInto(id),
                    _ => Choice::Resume(id),
                };
                let effect = cx.state.begin(choice);
                return Outcome::close().and(effect);
            }
            key!(up) | key!(ctrl - 'p') => self.cursor = self.cursor.checked_sub(1).unwrap_or(last),
            key!(down) | key!(ctrl - 'n') => {
                self.cursor = if self.cursor >= last {
                    0
                } else {
                    self.cursor + 1
                };
            }
            key!(pgup) => self.cursor = self.cursor.saturating_sub(10),
            key!(pgdn) => self.cursor = (self.cursor + 10).min(last),
            key!(home) => self.cursor = 0,
            key!(end) => self.cursor = last,
            key!(tab) => {
                self.order = self.order.next();
                self.cursor = 0;
                self.look(cx.state);
            }
            _ => {
                let before = self.typed.lines().concat();
                type_into(&mut self.typed, key);
                if self.typed.lines().concat() != before {
                    self.cursor = 0;
                    self.look(cx.state);
                }
            }
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, cx: &mut Context<'_>) {
        self.typed
            .insert_str(text.lines().next().unwrap_or_default());
        self.look(cx.state);
    }

    fn list(&mut self, _: &Context<'_>) -> Option<List<'_>> {
        Some(List {
            rows: self.found.len(),
            cursor: &mut self.cursor,
        })
    }

    fn on_field(&mut self, _: usize, area: Rect, click: Position) {
        place_cursor(&mut self.typed, area, click);
    }

    /// The list is read while the start screen is shown already.
    fn prepare(&mut self, cx: &mut Context<'_>, _: &mut dyn FnMut(crate::tui::core::workers::Job)) {
        if self.known != library(cx.state).map(<[LibraryRow]>::len) {
            self.look(cx.state);
        }
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let all = library(cx.state);
        let title = all.map_or_else(
            || "sessions".to_owned(),
            |all| {
                let all = count(all.len(), "session");
                let found = match self.typed.is_empty() {
                    true => String::new(),
                    false => format!("{} of ", self.found.len()),
                };
                format!("{found}{all} · {}", self.order.in_words())
            },
        );
        let inner = sheet(cx, area, &title, buffer, hits);
        if inner.height < 2 {
            return;
        }
        let box_ = Rect { height: 1, ..inner };
        typed(cx, box_, &self.typed, true, buffer);
        hits.targets.push((box_, Target::Field(0)));
        if self.typed.is_empty() && inner.width > 30 {
            let hint = Rect {
                x: box_.x + 2,
                width: box_.width - 2,
                ..box_
            };
            let words = "words of its task, title, tags, model, state, date";
            put(
                buffer,
                hint,
                0,
                &Line::from(cx.span(cut(words, hint.width.into()), Role::Faint)),
            );
        }
        let rows = Rect {
            y: inner.y + 1,
            height: inner.height - 1,
            ..inner
        };
        let Some(all) = all.filter(|_| !self.found.is_empty()) else {
            let words = match all {
                None => "the list is being read …",
                Some([]) => "there is no session yet",
                Some(_) => {
                    "no session has these words; `reheat ls --find` looks into code, prompts and replies too"
                }
            };
            return put(buffer, rows, 0, &Line::from(cx.span(words, Role::Muted)));
        };
        let room = usize::from(rows.height);
        let first = (self.cursor + 1).saturating_sub(room);
        let shown = self.found.iter().skip(first).take(room);
        for (n, number) in shown.enumerate() {
            let chosen = first + n == self.cursor;
            let line = row(cx, &all[*number], chosen, rows.width.into());
            put(buffer, rows, n as u16, &line);
            choose(rows, n, first + n, hits);
        }
    }
}

/// One session: what matters less goes first where there is little room.
fn row<'a>(cx: View<'a>, of: &LibraryRow, chosen: bool, room: usize) -> Line<'a> {
    let ground = if chosen {
        cx.theme.bg(Role::Selection)
    } else {
        Style::new()
    };
    let style = |role| cx.theme.fg(role).patch(ground);
    let clean = |text: &str| visible(text).replace('␊', " ");
    let mark = if chosen { "▸ " } else { "  " };
    let mut spans = vec![Span::styled(mark, style(Role::Key))];
    let mut left = room.saturating_sub(2);
    let mut add = |text: String, cells: usize, role: Role, right: bool| {
        if left < cells + 1 {
            return;
        }
        let text = match right {
            true => pad_left(&cut(&text, cells), cells),
            false => pad(&cut(&text, cells), cells),
        };
        spans.push(Span::styled(text + " ", style(role)));
        left -= cells + 1;
    };
    let task = (room / 3).clamp(12, 40);
    add(clean(&of.task), task, Role::Text, false);
    add(clean(&of.gain), 8, Role::Heat2, true);
    add(clean(&of.state), 10, Role::Muted, false);
    add(of.when.clone(), 16, Role::Muted, false);
    add(count(of.rounds, "round"), 10, Role::Muted, true);
    let model = clean(&of.model);
    let cells = width(&model);
    add(model, cells.min(28), Role::Muted, false);
    Line::from(spans)
}
