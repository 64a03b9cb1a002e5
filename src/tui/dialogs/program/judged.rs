//! By what a function is judged: calls of it, inputs of its program, or commands. Asked after one was chosen from the list.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use tui_textarea::TextArea;

use crate::task::calls::driver;
use crate::task::region::{FunctionItem, FunctionKind};
use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::files::{Beside, FileFunctions};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::home::{Choice, Judged as JudgedBy};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::text::{cut, pad, visible, wrap};
use crate::tui::core::theme::Role;
use crate::tui::core::typing::{line, place_cursor, type_into, typed};
use crate::tui::core::workers::{Done, Job};
use crate::tui::dialogs::program::functions::Functions;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{box_ground, sheet, typed as text_box};

/// Cells of the names of the boxes.
const NAME: u16 = 8;

/// One of the boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// A file of calls, or a function that makes them.
    Calls,
    /// The function that is called, where it is another one of the file.
    Called,
    /// Inputs of the program that the function is part of.
    Cases,
    /// Exit statuses that the program may end with.
    Status,
    /// A command that says whether a version is right.
    Check,
    /// A command that is timed.
    Bench,
}

impl Field {
    /// Its name.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Called => "called",
            Self::Cases => "cases",
            Self::Status => "status",
            Self::Check => "check",
            Self::Bench => "bench",
        }
    }

    /// What may stand in it.
    #[must_use]
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Calls => {
                "a file with a call a line, or FILE.py::FUNCTION that makes them; a line:"
            }
            Self::Called => {
                "the function of the file that is called, where it is another one that uses this one"
            }
            Self::Cases => {
                "inputs of the whole program: a folder of NAME.in and NAME.out, or a .jsonl file"
            }
            Self::Status => {
                "exit statuses that the program may end with, where not only 0, such as: 0,1"
            }
            Self::Check => "a command that fails if something is broken, such as: pytest -q",
            Self::Bench => {
                "a command that is timed, or that prints METRIC name=value, such as: python bench.py"
            }
        }
    }
}

/// The open form.
pub(crate) struct Judged {
    functions: Arc<FileFunctions>,
    item: FunctionItem,
    /// The boxes that make sense here, with what stands in them.
    boxes: Vec<(Field, TextArea<'static>)>,
    /// The one that has the keyboard.
    at: usize,
    /// Files of calls that lie beside the file.
    beside: Vec<String>,
    /// A line of a file of calls.
    example: &'static str,
    /// Why functions of this language cannot be called by themselves, if so.
    uncallable: Option<&'static str>,
    /// What is wrong.
    wrong: Option<String>,
    /// What the workers are asked once: what lies beside the file.
    job: Option<Job>,
}

impl Judged {
    /// The form for a function of a file; what lies beside the file is put in as soon as a worker has looked.
    #[must_use]
    pub(crate) fn new(functions: &Arc<FileFunctions>, item: FunctionItem) -> Self {
        let uncallable = driver::for_language(&functions.language)
            .is_none()
            .then_some("calls can be made of Python, JavaScript and TypeScript only");
        let mut boxes = vec![Field::Cases, Field::Status, Field::Check, Field::Bench];
        if uncallable.is_none() {
            boxes.splice(0..0, [Field::Calls, Field::Called]);
        }
        let boxes = boxes.into_iter().map(|field| match field {
            Field::Called => (field, line(around(&functions.items, &item))),
            _ => (field, line("")),
        });
        Self {
            functions: Arc::clone(functions),
            boxes: boxes.collect(),
            at: 0,
            beside: Vec::new(),
            example: match item.kind {
                FunctionKind::Method | FunctionKind::Getter | FunctionKind::Setter => {
                    r#"{"init": {"args": [8]}, "args": [[1, 2]], "kwargs": {}}"#
                }
                _ => r#"{"args": [3, [1, 2]], "kwargs": {"key": "x"}}"#,
            },
            uncallable,
            job: Some(Job::LookBeside {
                file: functions.file.clone(),
                function: item.name.clone(),
            }),
            item,
            wrong: None,
        }
    }

    /// Puts in what lies beside the file, where nothing was typed meanwhile.
    fn put_in(&mut self, beside: &Beside) {
        let shown = |path: &PathBuf| path.display().to_string();
        self.beside = beside.calls.iter().map(shown).collect();
        let calls = self.beside.first().cloned().unwrap_or_default();
        let cases = beside.cases.as_ref().map(shown);
        let cases = cases.filter(|_| calls.is_empty() || self.uncallable.is_some());
        for (field, text) in &mut self.boxes {
            let found = match field {
                Field::Calls => calls.clone(),
                Field::Cases => cases.clone().unwrap_or_default(),
                _ => continue,
            };
            if text.is_empty() {
                *text = line(&found);
            }
        }
    }

    fn of(&self, field: Field) -> Option<String> {
        let found = self.boxes.iter().find(|(f, _)| *f == field)?;
        Some(typed(&found.1)).filter(|text| !text.is_empty())
    }

    /// A path that was typed: as seen from here, else from beside the file.
    fn path(&self, typed: &str) -> Option<PathBuf> {
        let here = PathBuf::from(typed);
        let folder = self.functions.file.parent().unwrap_or(Path::new(""));
        let beside = folder.join(typed);
        [here, beside].into_iter().find(|path| path.exists())
    }

    /// Goes on with the path in the box as far as it can only be one; whether there was anything to add.
    fn complete(&mut self) -> bool {
        let Some((Field::Calls | Field::Cases, text)) = self.boxes.get(self.at) else {
            return false;
        };
        let begun = typed(text);
        let beside = self.functions.file.parent().unwrap_or(Path::new(""));
        let whole = completed(Path::new(""), &begun).or_else(|| completed(beside, &begun));
        if let (Some(whole), Some((_, text))) = (&whole, self.boxes.get_mut(self.at)) {
            *text = line(whole);
        }
        whole.is_some()
    }

    /// What the boxes say, or what is wrong and in which box.
    fn read(&self) -> Result<JudgedBy, (Field, String)> {
        let (calls, cases) = (self.of(Field::Calls), self.of(Field::Cases));
        let (called, status) = (self.of(Field::Called), self.of(Field::Status));
        let (check, bench) = (self.of(Field::Check), self.of(Field::Bench));
        let commands = check.is_some() || bench.is_some();
        let one = || "calls, cases or commands: only one of the three".to_owned();
        if called.is_some() && calls.is_none() {
            let why = "this needs calls in the box above".to_owned();
            return Err((Field::Called, why));
        }
        if status.is_some() && cases.is_none() {
            let why = "this needs cases in the box above".to_owned();
            return Err((Field::Status, why));
        }
        match (calls, cases, commands) {
            (Some(_), None, false)
                if called.is_none() && self.item.kind == FunctionKind::Nested =>
            {
                let why = "it is inside another function, where no call reaches it: name the one that is called";
                Err((Field::Called, why.to_owned()))
            }
            (Some(calls), None, false) => {
                let (file, function) = match calls.rsplit_once("::") {
                    Some((file, function)) => (file, Some(function)),
                    None => (calls.as_str(), None),
                };
                let path = self.path(file);
                let path = path.ok_or((Field::Calls, format!("there is no file {file}")))?;
                let end = function.map_or_else(String::new, |f| format!("::{f}"));
                Ok(JudgedBy::Calls {
                    calls: format!("{}{end}", path.display()),
                    of: called,
                })
            }
            (None, Some(cases), false) => {
                let ok_status = status.map(|text| text.parse()).transpose();
                let ok_status = ok_status.map_err(|why| (Field::Status, why))?;
                match self.path(&cases) {
                    Some(path) => Ok(JudgedBy::Cases { path, ok_status }),
                    None => Err((Field::Cases, format!("there is nothing at {cases}"))),
                }
            }
            (None, None, true) => Ok(JudgedBy::Commands { check, bench }),
            (None, None, false) => {
                let first = self.boxes.first().map_or(Field::Cases, |b| b.0);
                Err((first, "one of them is needed".to_owned()))
            }
            (_, Some(_), true) | (Some(_), Some(_), false) => Err((Field::Cases, one())),
            (Some(_), None, true) => Err((Field::Calls, one())),
        }
    }
}

/// A path below a folder with what all names that begin so have in common; nothing where that is no more than was typed.
fn completed(folder: &Path, begun: &str) -> Option<String> {
    let (above, start) = begun
        .rsplit_once('/')
        .map_or(("", begun), |(a, s)| (&begun[..=a.len()], s));
    if start.is_empty() && above.is_empty() {
        return None;
    }
    let place = folder.join(above);
    let place = if place.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &place
    };
    let names = std::fs::read_dir(place).ok()?.flatten().take(MOST_NAMES);
    let names = names.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let end = if entry.path().is_dir() { "/" } else { "" };
        (name.starts_with(start) && (!start.is_empty() || !name.starts_with('.')))
            .then(|| format!("{name}{end}"))
    });
    let common = names.reduce(|a, b| {
        let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y);
        same.map(|(x, _)| x).collect()
    })?;
    (common.len() > start.len()).then(|| format!("{above}{common}"))
}

/// Names of a folder that are looked at: it may hold any number.
const MOST_NAMES: usize = 10_000;

/// The function around one that no call reaches; nothing for others.
fn around<'a>(all: &[FunctionItem], item: &'a FunctionItem) -> &'a str {
    let mut name = item.name.as_str();
    let is_nested = |name: &str| {
        let mut of_name = all.iter().filter(|i| i.name == name);
        of_name.any(|i| i.kind == FunctionKind::Nested)
    };
    while is_nested(name) {
        name = name.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
    if name == item.name { "" } else { name }
}

impl Dialog for Judged {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "begin"),
            Hint::new(key!(tab), "complete, next box"),
            Hint::new(key!(esc), "back"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        let count = self.boxes.len();
        match key {
            key!(esc) => return Outcome::open(Functions::new(Arc::clone(&self.functions))),
            key!(ctrl - 'c') => return Outcome::close(),
            key!(tab) if self.complete() => self.wrong = None,
            key!(tab) | key!(down) => self.at = (self.at + 1) % count,
            key!(backtab) | key!(up) => self.at = (self.at + count - 1) % count,
            key!(enter) => match self.read() {
                Ok(judged) => {
                    let effect = cx.state.begin(Choice::Part {
                        file: self.functions.file.clone(),
                        function: self.item.name.clone(),
                        judged,
                    });
                    return Outcome::close().and(effect);
                }
                Err((field, why)) => {
                    self.at = self.boxes.iter().position(|b| b.0 == field).unwrap_or(0);
                    self.wrong = Some(why);
                }
            },
            _ => {
                self.wrong = None;
                if let Some((_, area)) = self.boxes.get_mut(self.at) {
                    type_into(area, key);
                }
            }
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        self.wrong = None;
        if let Some((_, area)) = self.boxes.get_mut(self.at) {
            area.insert_str(text.replace('\n', " "));
        }
    }

    fn on_field(&mut self, number: usize, area: Rect, click: Position) {
        self.at = number;
        if let Some((_, text)) = self.boxes.get_mut(number) {
            place_cursor(text, area, click);
        }
    }

    fn closes_at_a_click_beside(&self) -> bool {
        false
    }

    fn prepare(&mut self, _: &mut Context<'_>, ask: &mut dyn FnMut(Job)) {
        self.job.take().into_iter().for_each(ask);
    }

    fn on_done(&mut self, done: Done, _: &mut Context<'_>) -> Outcome {
        if let Done::Beside(file, beside) = done
            && file == self.functions.file
        {
            self.put_in(&beside);
        }
        Outcome::stay()
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let title = format!("by what is {} judged?", visible(&self.item.name));
        let place = centred(area, 92, self.boxes.len() as u16 + 8);
        let inner = sheet(cx, place, &title, buffer, hits);
        for (n, (field, text)) in self.boxes.iter().enumerate() {
            let row = n as u16;
            if row >= inner.height {
                return;
            }
            let lit = n == self.at;
            let role = if lit { Role::Key } else { Role::Text };
            let name = pad(field.name(), NAME.into());
            put(buffer, inner, row, &Line::from(cx.span(name, role)));
            let place = Rect {
                x: inner.x + NAME.min(inner.width),
                y: inner.y + row,
                width: inner.width.saturating_sub(NAME),
                height: 1,
            };
            let whole = Rect {
                y: place.y,
                height: 1,
                ..inner
            };
            hits.targets.push((whole, Target::Field(n)));
            hits.targets.push((place, Target::Field(n)));
            buffer.set_style(place, box_ground(cx));
            text_box(cx, place, text, lit, buffer);
        }
        let below = Rect {
            y: inner.y + self.boxes.len() as u16,
            height: inner.height - self.boxes.len() as u16,
            ..inner
        };
        for (n, line) in help(cx, self, below.width.into())
            .iter()
            .take(usize::from(below.height).saturating_sub(1))
            .enumerate()
        {
            put(buffer, below, 1 + n as u16, line);
        }
    }
}

/// What may stand in the box that has the keyboard, and what is wrong.
fn help<'a>(cx: View<'a>, form: &Judged, room: usize) -> Vec<Line<'a>> {
    let say = |text: &str, role| -> Vec<Line<'a>> {
        let rows = wrap(&visible(text), room);
        rows.into_iter()
            .map(|row| Line::from(cx.span(row, role)))
            .collect()
    };
    let mut lines = Vec::new();
    if let Some(wrong) = &form.wrong {
        lines.extend(say(wrong, Role::Error));
    }
    if let Some((field, _)) = form.boxes.get(form.at) {
        lines.extend(say(field.about(), Role::Info));
        if *field == Field::Calls {
            let example = cut(&format!("  {}", form.example), room).into_owned();
            lines.push(Line::from(cx.span(example, Role::Text)));
            if form.beside.len() > 1 {
                let all = form.beside.join(" · ");
                lines.extend(say(&format!("beside it: {all}"), Role::Muted));
            }
        }
    }
    if let Some(why) = form.uncallable {
        lines.extend(say(&format!("(no calls: {why})"), Role::Faint));
    }
    lines
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_on_as_far_as_it_can_only_be_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("cases")).unwrap();
        for name in [
            "calls.jsonl",
            "calls-long.jsonl",
            ".calls",
            "cases/ä1.in",
            "cases/ä2.in",
        ] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let whole = |begun| completed(folder.path(), begun);
        assert_eq!(whole("c").as_deref(), Some("ca"));
        assert_eq!(whole("cal").as_deref(), Some("calls"));
        assert_eq!(whole("calls"), None, "two begin so");
        assert_eq!(whole("calls.").as_deref(), Some("calls.jsonl"));
        assert_eq!(whole("cas").as_deref(), Some("cases/"));
        assert_eq!(whole("cases/").as_deref(), Some("cases/ä"));
        assert_eq!((whole(""), whole("z"), whole("no/c")), (None, None, None));
    }
}
