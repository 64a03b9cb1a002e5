//! By what a function is judged: calls of it, inputs of its program, or commands. Asked after one was chosen from the list.

use std::path::{Path, PathBuf};

use ratatui::crossterm::event::KeyEvent;
use tui_textarea::TextArea;

use crate::task::calls::driver;
use crate::task::region::{FunctionItem, FunctionKind};
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay};
use crate::tui::files::{begin, cases_beside};
use crate::tui::home::{Choice, Judged};
use crate::tui::keys::name_of;
use crate::tui::typing::{line, type_into, typed};

/// One of the boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A file of calls, or a function that makes them.
    Calls,
    /// Inputs of the program that the function is part of.
    Cases,
    /// A command that says whether a version is right.
    Check,
    /// A command that is timed.
    Bench,
}

impl Field {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Cases => "cases",
            Self::Check => "check",
            Self::Bench => "bench",
        }
    }

    /// What may stand in it.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Calls => {
                "a file with a call a line, or FILE.py::FUNCTION that makes them; a line:"
            }
            Self::Cases => {
                "inputs of the whole program: a folder of NAME.in and NAME.out, or a .jsonl file"
            }
            Self::Check => "a command that fails if something is broken, such as: pytest -q",
            Self::Bench => {
                "a command that is timed, or that prints METRIC name=value, such as: python bench.py"
            }
        }
    }
}

/// The open form.
pub struct Form {
    /// The file.
    pub file: PathBuf,
    /// The function.
    pub item: FunctionItem,
    /// The boxes that make sense here, with what stands in them.
    pub boxes: Vec<(Field, TextArea<'static>)>,
    /// The one that has the keyboard.
    pub at: usize,
    /// Files of calls that lie beside the file.
    pub beside: Vec<String>,
    /// A line of a file of calls.
    pub example: &'static str,
    /// Why functions of this kind cannot be called by themselves, if so.
    pub uncallable: Option<&'static str>,
    /// What is wrong.
    pub wrong: Option<String>,
}

/// Files of calls that lie beside a program under a usual name, those that say most about the function first.
#[must_use]
pub fn calls_beside(file: &Path, function: &str) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let of = |part: &std::ffi::OsStr| part.to_string_lossy().into_owned();
    let stem = file.file_stem().map(of).unwrap_or_default();
    let whole = file.file_name().map(of).unwrap_or_default();
    let last = function.rsplit(['.', ':']).next().unwrap_or(function);
    let mut found = Vec::new();
    for name in [function, last, stem.as_str(), whole.as_str(), ""] {
        // A name of an overloaded function has its types in it, and those may hold anything.
        if name.contains(['/', '\\', '\0']) {
            continue;
        }
        let dot = if name.is_empty() { "" } else { "." };
        let path = folder.join(format!("{name}{dot}calls.jsonl"));
        if path.is_file() && !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

impl Form {
    /// The form for a function, with what lies beside its file put in.
    #[must_use]
    pub fn new(file: &Path, language: &str, item: &FunctionItem) -> Self {
        let uncallable = if item.kind == FunctionKind::Nested {
            Some("it is inside another function, where no call reaches it")
        } else if driver::for_language(language).is_none() {
            Some("calls can be made of Python and JavaScript only")
        } else {
            None
        };
        let shown = |path: &PathBuf| path.display().to_string();
        let beside: Vec<String> = calls_beside(file, &item.name).iter().map(shown).collect();
        let calls = beside.first().cloned().unwrap_or_default();
        let cases = cases_beside(file).filter(|_| calls.is_empty() || uncallable.is_some());
        let mut boxes = vec![
            (
                Field::Cases,
                line(&cases.as_ref().map(shown).unwrap_or_default()),
            ),
            (Field::Check, line("")),
            (Field::Bench, line("")),
        ];
        if uncallable.is_none() {
            boxes.insert(0, (Field::Calls, line(&calls)));
        }
        Self {
            file: file.to_owned(),
            boxes,
            at: 0,
            beside,
            example: match item.kind {
                FunctionKind::Method | FunctionKind::Getter | FunctionKind::Setter => {
                    r#"{"init": {"args": [8]}, "args": [[1, 2]], "kwargs": {}}"#
                }
                _ => r#"{"args": [3, [1, 2]], "kwargs": {"key": "x"}}"#,
            },
            uncallable,
            item: item.clone(),
            wrong: None,
        }
    }

    /// Pasted text goes where the keyboard is.
    pub fn paste(&mut self, text: &str) {
        self.wrong = None;
        if let Some((_, area)) = self.boxes.get_mut(self.at) {
            area.insert_str(text.replace('\n', " "));
        }
    }

    fn of(&self, field: Field) -> Option<String> {
        let found = self.boxes.iter().find(|(f, _)| *f == field)?;
        Some(typed(&found.1)).filter(|text| !text.is_empty())
    }

    /// A path that was typed: as seen from here, else from beside the file.
    fn path(&self, typed: &str) -> Option<PathBuf> {
        let here = PathBuf::from(typed);
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let beside = folder.join(typed);
        [here, beside].into_iter().find(|path| path.exists())
    }

    /// What the boxes say, or what is wrong and in which box.
    fn read(&self) -> Result<Judged, (Field, String)> {
        let (calls, cases) = (self.of(Field::Calls), self.of(Field::Cases));
        let (check, bench) = (self.of(Field::Check), self.of(Field::Bench));
        let commands = check.is_some() || bench.is_some();
        match (calls, cases, commands) {
            (Some(calls), None, false) => {
                let (file, function) = match calls.rsplit_once("::") {
                    Some((file, function)) => (file, Some(function)),
                    None => (calls.as_str(), None),
                };
                let path = self.path(file);
                let path = path.ok_or((Field::Calls, format!("there is no file {file}")))?;
                let end = function.map_or_else(String::new, |f| format!("::{f}"));
                Ok(Judged::Calls(format!("{}{end}", path.display())))
            }
            (None, Some(cases), false) => match self.path(&cases) {
                Some(path) => Ok(Judged::Cases(path)),
                None => Err((Field::Cases, format!("there is nothing at {cases}"))),
            },
            (None, None, true) => Ok(Judged::Commands { check, bench }),
            (None, None, false) => {
                let first = self.boxes.first().map_or(Field::Cases, |b| b.0);
                Err((first, "one of them is needed".to_owned()))
            }
            (_, Some(_), true) | (Some(_), Some(_), false) => Err((
                Field::Cases,
                "calls, cases or commands: only one of the three".to_owned(),
            )),
            (Some(_), None, true) => Err((
                Field::Calls,
                "calls, cases or commands: only one of the three".to_owned(),
            )),
        }
    }
}

/// What a key does in the form.
pub fn key(app: &mut App, key: &KeyEvent, mut form: Box<Form>) -> Vec<Effect> {
    let count = form.boxes.len();
    match name_of(key).as_str() {
        "esc" => {
            let own = crate::tui::functions::own_languages(app);
            let list = crate::tui::functions::of(&form.file, own.as_deref());
            app.overlay = list.map(|list| Overlay::Functions(Box::new(list)));
            return Vec::new();
        }
        "ctrl-c" => return Vec::new(),
        "tab" | "down" => form.at = (form.at + 1) % count,
        "backtab" | "up" => form.at = (form.at + count - 1) % count,
        "enter" => match form.read() {
            Ok(judged) => {
                return begin(
                    app,
                    Choice::Part {
                        file: form.file,
                        function: form.item.name,
                        judged,
                    },
                );
            }
            Err((field, why)) => {
                form.at = form.boxes.iter().position(|b| b.0 == field).unwrap_or(0);
                form.wrong = Some(why);
            }
        },
        _ => {
            form.wrong = None;
            let at = form.at;
            if let Some((_, area)) = form.boxes.get_mut(at) {
                type_into(area, key);
            }
        }
    }
    app.overlay = Some(Overlay::Judged(form));
    Vec::new()
}
