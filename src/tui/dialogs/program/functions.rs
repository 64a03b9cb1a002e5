//! The functions of a file, to choose the one that is to become faster; then by what it is judged.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use tui_textarea::TextArea;

use crate::task::region::FunctionItem;
use crate::tui::component::{Context, Dialog, List, Outcome, View};
use crate::tui::core::files::FileFunctions;
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::text::{pad, pad_left, visible, width};
use crate::tui::core::theme::Role;
use crate::tui::core::typing::{line, place_cursor, type_into, typed};
use crate::tui::dialogs::program::files::Files;
use crate::tui::dialogs::program::judged::Judged;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{choose, sheet, typed as text_box};

/// Rows of functions that are shown at most.
const ROWS: usize = 18;

/// The open list.
pub(crate) struct Functions {
    functions: Arc<FileFunctions>,
    /// What matches: places in the functions; none is the program as a whole.
    found: Vec<Option<usize>>,
    /// The chosen one of these.
    cursor: usize,
    /// What was typed to find one.
    input: TextArea<'static>,
}

impl Functions {
    /// The list of a file's functions.
    #[must_use]
    pub(crate) fn new(functions: Arc<FileFunctions>) -> Self {
        let mut list = Self {
            functions,
            found: Vec::new(),
            cursor: 0,
            input: line(""),
        };
        list.find();
        list
    }

    fn folder(&self) -> PathBuf {
        let parent = self.functions.file.parent();
        parent.map(Path::to_owned).unwrap_or_default()
    }

    /// What matches, the whole program first; the choice stays on the first function.
    fn find(&mut self) {
        let wanted = typed(&self.input).to_lowercase();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let fits = |item: &FunctionItem| {
            let text = format!("{} {}", item.name, item.signature).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let whole = words.is_empty().then_some(None);
        let items = self.functions.items.iter().enumerate();
        let mut found: Vec<(bool, usize)> = items
            .filter(|(_, item)| fits(item))
            .map(|(n, item)| (!item.name.to_lowercase().contains(&wanted), n))
            .collect();
        // Those that are called so come before those that only take such a thing.
        found.sort_by_key(|(elsewhere, _)| *elsewhere);
        self.found = whole
            .into_iter()
            .chain(found.into_iter().map(|(_, n)| Some(n)))
            .collect();
        self.cursor = usize::from(words.is_empty()).min(self.found.len().saturating_sub(1));
    }
}

impl Dialog for Functions {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "choose it"),
            Hint::up_down("move"),
            Hint::new(key!(esc), "back"),
        ]
    }

    fn on_key(&mut self, key: Key, _: &mut Context<'_>) -> Outcome {
        let last = self.found.len().saturating_sub(1);
        match key {
            key!(esc) if !typed(&self.input).is_empty() => {
                self.input = line("");
                self.find();
            }
            key!(esc) => return Outcome::open(Files::at(self.folder(), None)),
            key!(ctrl - 'c') => return Outcome::close(),
            key!(up) | key!(ctrl - 'p') => self.cursor = self.cursor.saturating_sub(1),
            key!(down) | key!(ctrl - 'n') => self.cursor = (self.cursor + 1).min(last),
            key!(pgup) => self.cursor = self.cursor.saturating_sub(10),
            key!(pgdn) => self.cursor = (self.cursor + 10).min(last),
            key!(enter) => match self.found.get(self.cursor) {
                Some(Some(n)) => {
                    if let Some(item) = self.functions.items.get(*n) {
                        return Outcome::open(Judged::new(&self.functions, item.clone()));
                    }
                }
                Some(None) => {
                    let program = Some(self.functions.file.clone());
                    return Outcome::open(Files::at(self.folder(), program));
                }
                None => {}
            },
            _ => {
                let before = typed(&self.input);
                type_into(&mut self.input, key);
                if typed(&self.input) != before {
                    self.find();
                }
            }
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        self.input.insert_str(text.replace('\n', " "));
        self.find();
    }

    fn list(&mut self, _: &Context<'_>) -> Option<List<'_>> {
        Some(List {
            rows: self.found.len(),
            cursor: &mut self.cursor,
        })
    }

    fn on_field(&mut self, _: usize, area: Rect, click: Position) {
        place_cursor(&mut self.input, area, click);
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let name = self
            .functions
            .file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let title = format!("which function of {}?", visible(&name));
        let high = (self.functions.items.len() + 1).min(ROWS) as u16 + 3;
        let place = centred(area, 100, high.max(6));
        let inner = sheet(cx, place, &title, buffer, hits);
        if inner.height < 2 {
            return;
        }
        let box_ = Rect { height: 1, ..inner };
        text_box(cx, box_, &self.input, true, buffer);
        hits.targets.push((box_, Target::Field(0)));
        if self.input.is_empty() && box_.width > 30 {
            let hint = Rect {
                x: box_.x + 2,
                width: box_.width - 2,
                ..box_
            };
            let words = Line::from(cx.span("type a part of its name", Role::Faint));
            put(buffer, hint, 0, &words);
        }
        let rows = Rect {
            y: inner.y + 1,
            height: inner.height - 1,
            ..inner
        };
        if self.found.is_empty() {
            let words = Line::from(cx.span("no function is called so", Role::Muted));
            return put(buffer, rows, 0, &words);
        }
        let names = self
            .functions
            .items
            .iter()
            .map(|i| width(&i.name))
            .max()
            .unwrap_or(0);
        let names = names.clamp(8, usize::from(rows.width) / 2).min(40);
        let room = usize::from(rows.height);
        let first = (self.cursor + 1).saturating_sub(room);
        for (n, found) in self.found.iter().skip(first).take(room).enumerate() {
            let chosen = first + n == self.cursor;
            let item = found.and_then(|at| self.functions.items.get(at));
            let line = row(cx, item, chosen, names, rows.width.into());
            put(buffer, rows, n as u16, &line);
            choose(rows, n, first + n, hits);
        }
    }
}

fn row<'a>(
    cx: View<'a>,
    item: Option<&FunctionItem>,
    chosen: bool,
    names: usize,
    room: usize,
) -> Line<'a> {
    let ground = if chosen {
        cx.theme.bg(Role::Selection)
    } else {
        Style::new()
    };
    let of = |role| cx.theme.fg(role).patch(ground);
    let sign = Span::styled(if chosen { "▸ " } else { "  " }, of(Role::Key));
    let Some(item) = item else {
        let words = "the program as a whole: it reads standard input and prints";
        let words = pad(words, room.saturating_sub(2));
        return Line::from(vec![sign, Span::styled(words, of(Role::Info))]);
    };
    let lines = match item.lines {
        (from, to) if from == to => format!("line {from}"),
        (from, to) => format!("{from}–{to}"),
    };
    let left = room.saturating_sub(2 + names + 2);
    let signature = visible(&item.signature).replace('␊', " ");
    Line::from(vec![
        sign,
        Span::styled(pad(&visible(&item.name), names), of(Role::Text)),
        Span::styled("  ", ground),
        Span::styled(pad(&signature, left.saturating_sub(11)), of(Role::Muted)),
        Span::styled(pad_left(&lines, left.min(11)), of(Role::Faint)),
    ])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::tui::core::files::functions;

    #[test]
    fn functions_are_found_by_what_they_are_called_first() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("geo.py");
        std::fs::write(
            &file,
            "def far(nearest):\n    return nearest\n\nclass Grid:\n    def nearest(self, p):\n        return p\n",
        )
        .unwrap();
        let mut open = Functions::new(Arc::new(functions(&file, None).unwrap()));
        let mut type_in = |text: &str| {
            open.input.insert_str(text);
            open.find();
            (open.found.clone(), open.cursor)
        };
        // The cursor is not on the program as a whole.
        assert_eq!(type_in(""), (vec![None, Some(0), Some(1)], 1));
        assert_eq!(type_in("near").0, [Some(1), Some(0)]);
        assert!(type_in(" nothing is called so").0.is_empty());
        std::fs::write(&file, "print(1)\n").unwrap();
        assert!(functions(&file, None).is_none());
        assert!(functions(&folder.path().join("none.py"), None).is_none());
        assert!(functions(folder.path(), None).is_none());
    }
}
