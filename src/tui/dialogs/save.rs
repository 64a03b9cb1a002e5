//! Saving the best version: the one file that the screen writes, whole or not at all, and never over another unasked.

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use tui_textarea::TextArea;

use crate::session::Session;
use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::text::{cut, visible};
use crate::tui::core::theme::Role;
use crate::tui::core::typing::{line, place_cursor, type_into};
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::hint_line::HintLine;
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{question, sheet, typed as text_box};

/// Asks for a file name.
pub(crate) struct Save {
    /// The name so far.
    pub name: TextArea<'static>,
}

/// Asks where the best version goes, if there is one.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    match cx.session.best() {
        Some(best) => Outcome::open(Save {
            name: line(&default_name(cx.session, &best.source.file_name)),
        }),
        None => {
            let words = "no version passes yet: there is nothing to save";
            cx.state.say(words, true);
            Outcome::close()
        }
    }
}

impl Dialog for Save {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "save"),
            Hint::new(key!(esc), "leave"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        match key {
            key!(esc) | key!(ctrl - 'c') => Outcome::close(),
            key!(enter) => {
                let path = PathBuf::from(self.name.lines().concat().trim());
                save(cx, &path, false)
            }
            _ => {
                type_into(&mut self.name, key);
                Outcome::stay()
            }
        }
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        self.name.insert_str(text.replace('\n', " "));
    }

    fn on_field(&mut self, _: usize, area: Rect, click: Position) {
        place_cursor(&mut self.name, area, click);
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let best = cx.session.incumbent;
        let best = best.map_or(String::new(), |b| format!(" {b}"));
        let flagged = cx.session.best().is_some_and(|b| !b.flags().is_empty());
        let flag = if flagged { "⚑" } else { "" };
        let title = format!("save{best}{flag}, the best version, as");
        let inner = sheet(cx, centred(area, 64, 5), &title, buffer, hits);
        if inner.height == 0 {
            return;
        }
        text_box(cx, inner, &self.name, true, buffer);
        let row = Rect { height: 1, ..inner };
        hits.targets.push((row, Target::Field(0)));
        let folder = std::env::current_dir()
            .map(|d| format!("in {}", d.display()))
            .unwrap_or_default();
        let folder = cut(&visible(&folder), inner.width.into()).into_owned();
        put(buffer, inner, 1, &Line::from(cx.span(folder, Role::Faint)));
        HintLine::of(cx, &self.hints(cx)).put(buffer, inner, 2, hits);
    }
}

/// Asks whether a file may be replaced.
struct Overwrite {
    path: PathBuf,
}

impl Dialog for Overwrite {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![Hint::new(key!('y'), "yes"), Hint::new(key!(esc), "no")]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        match key {
            key!('y') => save(cx, &self.path, true),
            _ => {
                let words = format!("{} stays as it was", self.path.display());
                cx.state.say(words, false);
                Outcome::close()
            }
        }
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let name = visible(&self.path.display().to_string()).into_owned();
        let words = format!("{name} exists already. Replace it?");
        let answers = [
            Hint::new(key!('y'), "replace it"),
            Hint::any_other("leave it"),
        ];
        question(cx, area, &words, &answers, buffer, hits);
    }
}

/// `pairs.best.py` for `solution.py` of the task `pairs`.
fn default_name(session: &Session, file_name: &str) -> String {
    let task = session.task.as_ref().map_or("program", |t| t.name.as_str());
    let stem: String = task
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect();
    match Path::new(file_name).extension().and_then(|e| e.to_str()) {
        Some(extension) => format!("{stem}.best.{extension}"),
        None => format!("{stem}.best"),
    }
}

/// Writes the best version beside its place and moves it there, so that no half file is ever seen.
fn save(cx: &mut Context<'_>, path: &Path, replace: bool) -> Outcome {
    let Some(best) = cx.session.best() else {
        return Outcome::close();
    };
    if path.as_os_str().is_empty() || path.is_dir() {
        let words = "a file name is needed: nothing was saved";
        cx.state.say(words, true);
        return Outcome::close();
    }
    if path.exists() && !replace {
        return Outcome::open(Overwrite {
            path: path.to_owned(),
        });
    }
    let write = if replace {
        crate::base::files::write_whole
    } else {
        crate::base::files::write_new
    };
    match write(path, best.source.text.as_bytes()) {
        Ok(()) => {
            let words = format!("{} was saved to {}", best.id, path.display());
            cx.state.say(words, false);
        }
        Err(why) => {
            let words = format!("cannot write {}: {why}", path.display());
            cx.state.say(words, true);
        }
    }
    Outcome::close()
}
