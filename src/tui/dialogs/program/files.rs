//! Choosing a program of the developer's, then its cases. Lists one folder at a time.
//!
//! Folders and files are read by the workers: a slow disk or a long file holds up the list, never the keys.

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::component::{Context, Dialog, List, Outcome, View};
use crate::tui::core::files::{Inspected, Name};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::home::Choice;
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::text::{cut, pad, visible};
use crate::tui::core::theme::Role;
use crate::tui::core::workers::{Done, Job};
use crate::tui::dialogs::program::functions::Functions;
use crate::tui::state::State;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{choose, sheet};

/// The open list.
pub(crate) struct Files {
    /// The folder that is listed.
    pub folder: PathBuf,
    /// The names in it that match what was typed, folders first.
    pub names: Vec<Name>,
    /// The chosen one.
    pub cursor: usize,
    /// What was typed to narrow them down.
    filter: String,
    /// The program that was chosen already; its cases are chosen next.
    program: Option<PathBuf>,
    /// Why the folder could not be listed.
    error: Option<String>,
    all: Vec<Name>,
    /// Whether a worker still reads the folder.
    reading: bool,
    /// The name to go to once the folder is read: the one that was come from.
    from: Option<String>,
    /// What the workers are to be asked before the next drawing.
    jobs: Vec<Job>,
    /// The path that a worker finds out about, and what then is done with it.
    inspecting: Option<(PathBuf, Wanted)>,
}

/// What is wanted of a path once it is known what it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// To open it.
    Open,
    /// To see its functions, even where cases lie beside it.
    Functions,
}

/// Opens the list on the current folder.
pub(crate) fn open(_: &mut Context<'_>) -> Outcome {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    Outcome::open(Files::at(here, None))
}

impl Files {
    /// The list of a folder; `program` is what was chosen already.
    #[must_use]
    pub(crate) fn at(folder: PathBuf, program: Option<PathBuf>) -> Self {
        let mut files = Self {
            folder: PathBuf::new(),
            names: Vec::new(),
            cursor: 0,
            filter: String::new(),
            program,
            error: None,
            all: Vec::new(),
            reading: false,
            from: None,
            jobs: Vec::new(),
            inspecting: None,
        };
        files.go_to(folder, None);
        files
    }

    /// To another folder; what is in it comes from the workers.
    fn go_to(&mut self, folder: PathBuf, from: Option<String>) {
        self.folder = folder;
        self.from = from;
        self.filter.clear();
        self.cursor = 0;
        self.error = None;
        self.all.clear();
        self.names.clear();
        self.reading = true;
        self.inspecting = None;
        self.jobs.push(Job::List {
            folder: self.folder.clone(),
        });
    }

    fn listed(&mut self, names: Result<Vec<Name>, String>) {
        self.reading = false;
        match names {
            Ok(names) => self.all = names,
            Err(why) => self.error = Some(why),
        }
        self.narrow();
        if let Some(from) = self.from.take() {
            let at = self.names.iter().position(|n| n.name == from);
            self.cursor = at.unwrap_or(0);
        }
    }

    fn narrow(&mut self) {
        let wanted = self.filter.to_lowercase();
        self.names = self
            .all
            .iter()
            .filter(|n| n.name.to_lowercase().contains(&wanted))
            .cloned()
            .collect();
        self.cursor = self.cursor.min(self.names.len().saturating_sub(1));
    }

    fn up(&mut self) {
        if let Some(parent) = self.folder.parent().map(Path::to_owned) {
            let name = self.folder.file_name();
            let from = name.map(|n| n.to_string_lossy().into_owned());
            self.go_to(parent, from);
        }
    }

    fn chosen(&self) -> Option<(PathBuf, bool)> {
        let name = self.names.get(self.cursor)?;
        Some((self.folder.join(&name.name), name.folder))
    }

    fn inspect(&mut self, path: PathBuf, wanted: Wanted, state: &State) {
        self.jobs.push(Job::Inspect {
            path: path.clone(),
            languages: state.own_languages(),
        });
        self.inspecting = Some((path, wanted));
    }

    fn enter(&mut self, cx: &mut Context<'_>) -> Outcome {
        match (self.chosen(), self.program.clone()) {
            (Some((cases, false)), Some(program)) => go(cx, program, Some(cases)),
            (Some((path, _)), _) => {
                self.inspect(path, Wanted::Open, cx.state);
                Outcome::stay()
            }
            (None, _) => Outcome::stay(),
        }
    }

    fn inspected(
        &mut self,
        path: PathBuf,
        wanted: Wanted,
        found: Inspected,
        cx: &mut Context<'_>,
    ) -> Outcome {
        match (found, self.program.clone()) {
            (Inspected::Folder { task: true, .. }, None) => return go(cx, path, None),
            // A folder that holds cases is the answer, not a way.
            (Inspected::Folder { cases: true, .. }, Some(program)) => {
                return go(cx, program, Some(path));
            }
            (Inspected::Folder { .. }, _) => self.go_to(path, None),
            (
                Inspected::File {
                    cases: Some(cases), ..
                },
                _,
            ) if wanted == Wanted::Open => {
                return go(cx, path, Some(cases));
            }
            (
                Inspected::File {
                    functions: Some(functions),
                    ..
                },
                _,
            ) => {
                return Outcome::open(Functions::new(functions));
            }
            (Inspected::File { .. }, _) if wanted == Wanted::Open => {
                self.program = Some(path);
                self.go_to(self.folder.clone(), None);
            }
            (Inspected::File { .. }, _) => {}
        }
        Outcome::stay()
    }
}

impl Dialog for Files {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "open"),
            Hint::new(key!(left), "folder above"),
            Hint::new(key!(esc), "close"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        // Any key is a change of mind about what is still looked at.
        self.inspecting = None;
        let last = self.names.len().saturating_sub(1);
        match key {
            key!(esc) if !self.filter.is_empty() => {
                self.filter.clear();
                self.narrow();
            }
            key!(esc) | key!(ctrl - 'c') => return Outcome::close(),
            key!(up) => self.cursor = self.cursor.saturating_sub(1),
            key!(down) => self.cursor = (self.cursor + 1).min(last),
            key!(pgup) => self.cursor = self.cursor.saturating_sub(10),
            key!(pgdn) => self.cursor = (self.cursor + 10).min(last),
            key!(home) => self.cursor = 0,
            key!(end) => self.cursor = last,
            key!(left) => self.up(),
            key!(backspace) => {
                if self.filter.pop().is_none() {
                    self.up();
                } else {
                    self.narrow();
                }
            }
            key!(right) => {
                if let Some((path, true)) = self.chosen() {
                    self.go_to(path, None);
                }
            }
            key!(enter) => return self.enter(cx),
            // With tab a folder of cases is chosen as a whole, which enter would go into.
            key!(tab) => match (self.program.clone(), self.chosen()) {
                (Some(program), Some((path, true))) => return go(cx, program, Some(path)),
                // A program's functions, even where cases lie beside it.
                (None, Some((path, false))) => self.inspect(path, Wanted::Functions, cx.state),
                _ => {}
            },
            _ => {
                if let Some(c) = key.typed() {
                    self.filter.push(c);
                    self.cursor = 0;
                    self.narrow();
                }
            }
        }
        Outcome::stay()
    }

    fn list(&mut self, _: &Context<'_>) -> Option<List<'_>> {
        Some(List {
            rows: self.names.len(),
            cursor: &mut self.cursor,
        })
    }

    fn prepare(&mut self, _: &mut Context<'_>, ask: &mut dyn FnMut(Job)) {
        self.jobs.drain(..).for_each(ask);
    }

    fn on_done(&mut self, done: Done, cx: &mut Context<'_>) -> Outcome {
        match done {
            Done::Listed(folder, names) if folder == self.folder => self.listed(names),
            Done::Inspected(path, found) => {
                // What was asked for and is wanted no more is let go.
                if let Some((_, wanted)) = self.inspecting.take_if(|(p, _)| *p == path) {
                    return self.inspected(path, wanted, found, cx);
                }
            }
            _ => {}
        }
        Outcome::stay()
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let title = if self.program.is_some() {
            "its cases: a folder of NAME.in and NAME.out, or a .jsonl file"
        } else {
            "open a program"
        };
        let height = (self.names.len() as u16 + 5)
            .clamp(9, area.height.max(9))
            .min(area.height);
        let place = centred(area, area.width.min(76), height);
        let inner = sheet(cx, place, title, buffer, hits);
        if inner.height < 3 {
            return;
        }
        let room = usize::from(inner.width);
        let folder = visible(&self.folder.display().to_string()).into_owned();
        let cells = room.saturating_sub(self.filter.len() + 4);
        let mut head = vec![cx.span(cut(&folder, cells).into_owned(), Role::Muted)];
        if !self.filter.is_empty() {
            head.push(cx.span("  / ", Role::Key));
            head.push(cx.span(visible(&self.filter).into_owned(), Role::Text));
        }
        put(buffer, inner, 0, &Line::from(head));
        let rows = usize::from(inner.height - 2);
        let first = (self.cursor + 1).saturating_sub(rows);
        for (n, name) in self.names.iter().skip(first).take(rows).enumerate() {
            let chosen = first + n == self.cursor;
            let role = if name.folder { Role::Info } else { Role::Text };
            let mut style = cx.theme.fg(role);
            if chosen {
                style = style.patch(cx.theme.bg(Role::Selection));
            }
            let sign = if chosen { "▸" } else { " " };
            let end = if name.folder { "/" } else { "" };
            let text = format!(" {sign} {}{end}", visible(&name.name));
            let line = Line::from(Span::styled(pad(&cut(&text, room), room), style));
            put(buffer, inner, 1 + n as u16, &line);
            choose(inner, 1 + n, first + n, hits);
        }
        let foot = match &self.error {
            Some(error) => cx.span(visible(error).into_owned(), Role::Error),
            None if self.reading => cx.span("reading the folder …", Role::Muted),
            None if self.inspecting.is_some() => cx.span("looking at it …", Role::Muted),
            None if self.names.is_empty() => cx.span("nothing here has such a name", Role::Muted),
            None if self.program.is_some() => cx.span("tab takes a whole folder", Role::Faint),
            None => cx.span(
                "type to narrow down · tab lists the functions of a file",
                Role::Faint,
            ),
        };
        put(buffer, inner, inner.height - 1, &Line::from(foot));
    }
}

fn go(cx: &mut Context<'_>, file: PathBuf, cases: Option<PathBuf>) -> Outcome {
    let effect = cx.state.begin(Choice::Program { file, cases });
    Outcome::close().and(effect)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::session::Session;
    use crate::tui::core::home::Home;
    use crate::tui::core::theme::{Depth, Theme};
    use crate::tui::core::workers;

    /// The jobs that a dialog asks the workers for.
    fn jobs(files: &mut Files, cx: &mut Context<'_>) -> Vec<Job> {
        let mut jobs = Vec::new();
        files.prepare(cx, &mut |job| jobs.push(job));
        jobs
    }

    #[test]
    fn keys_come_back_at_once_and_what_is_read_comes_from_the_desk() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        std::fs::write(folder.path().join("geo.py"), "def near(p):\n    return p\n").unwrap();
        let session = Session::default();
        let home = Some(Home::default());
        let mut state = State::new(Theme::dark(Depth::True), home, Timestamp::UNIX_EPOCH);
        let mut cx = Context {
            state: &mut state,
            session: &session,
        };
        let mut files = Files::at(folder.path().to_owned(), None);
        // Nothing was read yet: the list is empty, and keys do not wait for it.
        assert!(files.names.is_empty() && files.reading);
        drop(files.on_key(key!(down), &mut cx));
        let mut grammars = None;
        for job in jobs(&mut files, &mut cx) {
            drop(files.on_done(workers::work(job, &mut grammars), &mut cx));
        }
        let names: Vec<&str> = files.names.iter().map(|n| n.name.as_str()).collect();
        assert_eq!(names, ["inner", "geo.py"]);
        // Nor is the file read by the key that opens it.
        drop(files.on_key(key!(down), &mut cx));
        let opened = files.on_key(key!(enter), &mut cx);
        assert!(matches!(opened.next, crate::tui::component::Next::Stay));
        let asked = jobs(&mut files, &mut cx);
        assert!(matches!(asked[..], [Job::Inspect { .. }]));
        // A key pressed meanwhile is a change of mind: what comes then opens nothing.
        let done = workers::work(asked[0].clone(), &mut grammars);
        drop(files.on_key(key!(up), &mut cx));
        let late = files.on_done(done.clone(), &mut cx);
        assert!(matches!(late.next, crate::tui::component::Next::Stay));
        drop(files.on_key(key!(down), &mut cx));
        drop(files.on_key(key!(enter), &mut cx));
        let opened = files.on_done(done, &mut cx);
        assert!(matches!(
            opened.next,
            crate::tui::component::Next::Replace(_)
        ));
    }
}
