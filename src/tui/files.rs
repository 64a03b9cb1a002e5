//! Choosing a program of the developer's, then its cases. Lists one folder at a time; reads nothing but names.

use std::path::{Path, PathBuf};

use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay};
use crate::tui::functions;
use crate::tui::home::Choice;

/// Names shown of one folder at most; typing narrows them down.
const MOST: usize = 2_000;

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As the folder has it.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
}

/// The open list.
pub struct Files {
    /// The folder that is listed.
    pub folder: PathBuf,
    /// The names in it that match what was typed, folders first.
    pub names: Vec<Name>,
    /// The chosen one.
    pub cursor: usize,
    /// What was typed to narrow them down.
    pub filter: String,
    /// The program that was chosen already; its cases are chosen next.
    pub program: Option<PathBuf>,
    /// Why the folder could not be listed.
    pub error: Option<String>,
    all: Vec<Name>,
}

/// Opens the list on the current folder.
pub fn open(app: &mut App) {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    app.overlay = Some(Overlay::Files(Box::new(Files::at(here, None))));
}

impl Files {
    /// The list of a folder; `program` is what was chosen already.
    #[must_use]
    pub fn at(folder: PathBuf, program: Option<PathBuf>) -> Self {
        let mut files = Self {
            folder,
            names: Vec::new(),
            cursor: 0,
            filter: String::new(),
            program,
            error: None,
            all: Vec::new(),
        };
        files.list();
        files
    }

    fn list(&mut self) {
        self.filter.clear();
        self.cursor = 0;
        self.error = None;
        self.all.clear();
        match std::fs::read_dir(&self.folder) {
            Ok(entries) => {
                let names = entries.flatten().take(MOST).filter_map(|e| {
                    let name = e.file_name().into_string().ok()?;
                    let folder = e.path().is_dir();
                    (!name.starts_with('.')).then_some(Name { name, folder })
                });
                self.all = names.collect();
                self.all.sort_by_key(|n| (!n.folder, n.name.to_lowercase()));
            }
            Err(why) => self.error = Some(format!("{}: {why}", self.folder.display())),
        }
        self.narrow();
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
            let from = self
                .folder
                .file_name()
                .map(|n| n.to_string_lossy().into_owned());
            self.folder = parent;
            self.list();
            self.cursor = self
                .names
                .iter()
                .position(|n| Some(&n.name) == from.as_ref())
                .unwrap_or(0);
        }
    }

    fn chosen(&self) -> Option<(PathBuf, bool)> {
        let name = self.names.get(self.cursor)?;
        Some((self.folder.join(&name.name), name.folder))
    }
}

/// Cases that lie beside a program under a usual name.
#[must_use]
pub fn cases_beside(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    let stem = program.file_stem()?.to_string_lossy();
    let names = [
        format!("{stem}_cases"),
        format!("{stem}.cases"),
        format!("{stem}.jsonl"),
        "cases".to_owned(),
        "cases.jsonl".to_owned(),
    ];
    names.iter().map(|n| folder.join(n)).find(|p| p.exists())
}

/// What a key does in the list.
pub fn key(app: &mut App, name: &str, mut open: Box<Files>) -> Vec<Effect> {
    let last = open.names.len().saturating_sub(1);
    match name {
        "esc" if !open.filter.is_empty() => {
            open.filter.clear();
            open.narrow();
        }
        "esc" | "ctrl-c" => return Vec::new(),
        "up" => open.cursor = open.cursor.saturating_sub(1),
        "down" => open.cursor = (open.cursor + 1).min(last),
        "pgup" => open.cursor = open.cursor.saturating_sub(10),
        "pgdn" => open.cursor = (open.cursor + 10).min(last),
        "home" => open.cursor = 0,
        "end" => open.cursor = last,
        "left" => open.up(),
        "backspace" => {
            if open.filter.pop().is_none() {
                open.up();
            } else {
                open.narrow();
            }
        }
        "right" | "enter" => return enter(app, open, name == "enter"),
        "space" => {
            open.filter.push(' ');
            open.narrow();
        }
        // With tab a folder of cases is chosen as a whole, which enter would go into.
        "tab" => {
            if let (Some(program), Some((path, true))) = (open.program.clone(), open.chosen()) {
                return go(app, program, Some(path));
            }
            // A program's functions, even where cases lie beside it.
            if let (None, Some((path, false))) = (&open.program, open.chosen())
                && let Some(list) = functions::of(&path, functions::own_languages(app).as_deref())
            {
                app.overlay = Some(Overlay::Functions(Box::new(list)));
                return Vec::new();
            }
        }
        one if one.chars().count() == 1 => {
            open.filter.push_str(one);
            open.cursor = 0;
            open.narrow();
        }
        _ => {}
    }
    app.overlay = Some(Overlay::Files(open));
    Vec::new()
}

fn enter(app: &mut App, mut open: Box<Files>, take: bool) -> Vec<Effect> {
    let Some((path, folder)) = open.chosen() else {
        app.overlay = Some(Overlay::Files(open));
        return Vec::new();
    };
    match (folder, open.program.clone()) {
        (true, None) if take && crate::task::load::is_task_folder(&path) => {
            return go(app, path, None);
        }
        // A folder that holds cases is the answer, not a way.
        (true, Some(program)) if take && holds_cases(&path) => {
            return go(app, program, Some(path));
        }
        (true, _) => {
            open.folder = path;
            open.list();
        }
        (false, None) if take => match cases_beside(&path) {
            Some(cases) => return go(app, path, Some(cases)),
            None => {
                if let Some(list) = functions::of(&path, functions::own_languages(app).as_deref()) {
                    app.overlay = Some(Overlay::Functions(Box::new(list)));
                    return Vec::new();
                }
                open.program = Some(path);
                open.list();
            }
        },
        (false, Some(program)) if take => return go(app, program, Some(path)),
        _ => {}
    }
    app.overlay = Some(Overlay::Files(open));
    Vec::new()
}

fn holds_cases(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .take(MOST)
            .any(|e| e.path().extension().is_some_and(|x| x == "in"))
    })
}

fn go(app: &mut App, file: PathBuf, cases: Option<PathBuf>) -> Vec<Effect> {
    begin(app, Choice::Program { file, cases })
}

/// Opens what was chosen, and says so.
pub fn begin(app: &mut App, choice: Choice) -> Vec<Effect> {
    if let Some(home) = &mut app.home {
        home.opening = Some(choice.name());
        app.stage_since = app.now;
    }
    vec![Effect::Open(choice)]
}
