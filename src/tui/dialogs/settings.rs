//! The settings screen: shows what the config file says, changes one value at a time in that very file.
//!
//! A change is tried on the whole file first: what the file's reader refuses is never written.

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_textarea::{CursorMove, TextArea};

use crate::config::{self, Config, Folders};
use crate::tui::component::{Context, Dialog, List, Outcome, View};
use crate::tui::core::glyphs;
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::home::Server;
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::text::{cut, pad, visible, wrap};
use crate::tui::core::theme::{Role, Theme};
use crate::tui::core::typing::{place_cursor, text_area};
use crate::tui::state::State;
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{box_ground, choose, sheet};

/// Cells of a setting's name.
const LABEL: usize = 16;

/// How a setting is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ValueKind {
    /// A text.
    Words,
    /// A whole number.
    Number,
    /// A list of texts, divided by commas.
    List,
    /// Yes, no, or a word that leaves it open.
    Switch,
}

/// One setting.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Heading that it stands under.
    pub group: &'static str,
    /// Its name on the screen.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// What holds while it is not set.
    pub default: &'static str,
    /// Its value as the file has it; none where the file does not set it.
    pub value: Option<String>,
    key: &'static [&'static str],
    form: ValueKind,
    choices: Vec<String>,
}

/// The open settings.
pub(crate) struct Settings {
    /// The file; said on the screen.
    pub file: Option<PathBuf>,
    /// All of them.
    pub rows: Vec<Setting>,
    /// The chosen one.
    pub cursor: usize,
    /// The value that is being typed.
    pub typing: Option<TextArea<'static>>,
    /// Why the last change was refused.
    pub error: Option<String>,
}

const MODEL: &str = "Model";
const LOOP: &str = "Loop";
const LIMITS: &str = "Limits of one run";
const SCREEN: &str = "Screen";

/// Group, label, key, form, default, help.
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    ValueKind,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (MODEL, "model", &["model"], ValueKind::Words, "the one that is there", "Who is asked: local, agent (below), PROVIDER/MODEL, or a [provider.NAME] table"),
    (MODEL, "local server", &["provider", "local", "base_url"], ValueKind::Words, "none", "Base URL of an OpenAI-compatible server, for example http://localhost:8080/v1"),
    (MODEL, "local model", &["provider", "local", "model"], ValueKind::Words, "none", "The model that the local server is asked for"),
    (MODEL, "agent command", &["provider", "agent", "command"], ValueKind::Words, "none", "A command that reads a prompt and prints its answer, for example claude -p"),
    (MODEL, "template", &["template"], ValueKind::Words, "default", "The prompt's template; tab 6 of the workbench shows what it makes"),
    (LOOP, "objective", &["objective"], ValueKind::Words, "time", "What is to become better in new sessions (in a running one: o)"),
    (LOOP, "rounds", &["rounds"], ValueKind::Number, "10", "Rounds of a session"),
    (LOOP, "candidates", &["candidates"], ValueKind::Number, "1", "Replies that every round asks for side by side, 1 to 8 (in a running one: C)"),
    (LOOP, "comparison", &["comparison"], ValueKind::Words, "30s", "Time that one comparison may take; more finds smaller differences"),
    (LIMITS, "time", &["limits", "time_limit"], ValueKind::Words, "10s", "A run that takes longer is stopped"),
    (LIMITS, "memory", &["limits", "memory_limit"], ValueKind::Words, "512MiB", "A run that needs more is stopped"),
    (LIMITS, "may read", &["sandbox", "read"], ValueKind::List, "only its own", "Paths of this machine that runs may read, divided by commas"),
    (SCREEN, "theme", &["theme"], ValueKind::Words, "as the terminal says", "Colours; t chooses with a preview"),
    (SCREEN, "ascii", &["ascii"], ValueKind::Switch, "auto", "true draws with ASCII alone, for fonts that lack boxes and braille; auto asks the locale"),
];

/// Opens the settings.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let file = cx.state.prefs.config_file.clone();
    let read = read(file.as_deref());
    let (table, error) = match read {
        Ok(table) => (table, None),
        Err(why) => (toml::Table::new(), Some(why)),
    };
    let prompts = file
        .as_deref()
        .and_then(Path::parent)
        .map(|f| f.join("prompts"));
    let rows = ROWS
        .iter()
        .map(|(group, label, key, form, default, help)| Setting {
            group,
            label,
            help,
            default,
            value: value_at(&table, key),
            key,
            form: *form,
            choices: match *label {
                "ascii" => ["auto", "true", "false"].map(String::from).to_vec(),
                "objective" => ["time", "memory", "integral"].map(String::from).to_vec(),
                "theme" => Theme::names(cx.state.prefs.theme_folder.as_deref()),
                "template" => crate::model::prompt::names(prompts.as_deref()),
                _ => Vec::new(),
            },
        });
    Outcome::open(Settings {
        rows: rows.collect(),
        file,
        cursor: 0,
        typing: None,
        error,
    })
}

fn read(file: Option<&Path>) -> Result<toml::Table, String> {
    let Some(file) = file else {
        return Ok(toml::Table::new());
    };
    match std::fs::read_to_string(file) {
        Ok(text) => toml::from_str(&text).map_err(|e| {
            let why = e.message().trim().to_owned();
            format!("mend it by hand first, it cannot be read: {why}")
        }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(toml::Table::new()),
        Err(e) => Err(format!("the file cannot be read: {e}")),
    }
}

fn value_at(table: &toml::Table, key: &[&str]) -> Option<String> {
    let (last, tables) = key.split_last()?;
    let mut table = table;
    for name in tables {
        table = table.get(*name)?.as_table()?;
    }
    Some(match table.get(*last)? {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(all) => {
            let texts: Vec<String> = all
                .iter()
                .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
                .collect();
            texts.join(", ")
        }
        other => other.to_string(),
    })
}

impl Settings {
    /// A key while a value is typed.
    fn type_value(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        let Some(area) = &mut self.typing else {
            return Outcome::stay();
        };
        match key {
            key!(esc) | key!(ctrl - 'c') => {
                self.typing = None;
                self.error = None;
            }
            key!(enter) => {
                let text = area.lines().concat();
                match self.set(&text) {
                    Ok(()) => {
                        self.typing = None;
                        self.error = None;
                        let mut outcome = Outcome::stay();
                        outcome.effects = changed(cx.state, self);
                        return outcome;
                    }
                    Err(why) => self.error = Some(why),
                }
            }
            // As everywhere where one line is typed.
            key!(ctrl - 'u') => *area = text_area(""),
            _ => drop(area.input(ratatui::crossterm::event::KeyEvent::from(key))),
        }
        Outcome::stay()
    }

    /// Writes a value down; the reason where it is refused.
    fn set(&mut self, text: &str) -> Result<(), String> {
        let file = self.file.clone().ok_or("there is no config file here")?;
        let row = self
            .rows
            .get_mut(self.cursor)
            .ok_or("no setting is chosen")?;
        let text = text.trim();
        let value: toml_edit::Value = match row.form {
            ValueKind::Words => text.into(),
            ValueKind::Number => text
                .parse::<i64>()
                .map_err(|_| format!("`{text}` is not a whole number"))?
                .into(),
            ValueKind::Switch => match text.parse::<bool>() {
                Ok(on) => on.into(),
                Err(_) => text.into(),
            },
            ValueKind::List => {
                let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
                parts.collect::<toml_edit::Array>().into()
            }
        };
        keep_checked(&file, row.key, value)?;
        if row.label == "agent command" {
            // A table with a command must say that it is one.
            keep_checked(&file, &["provider", "agent", "kind"], "command".into())?;
        }
        row.value = Some(text.to_owned());
        Ok(())
    }
}

/// Writes one value if the file's reader takes the whole file with it.
fn keep_checked(file: &Path, key: &[&str], value: toml_edit::Value) -> Result<(), String> {
    let scratch = tempfile::tempdir().map_err(|e| e.to_string())?;
    let trial = scratch.path().join("config.toml");
    if file.exists() {
        std::fs::copy(file, &trial).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    }
    config::save_setting(&trial, key, value.clone()).map_err(|e| e.to_string())?;
    let folders = Folders {
        config: scratch.path().to_owned(),
        data: scratch.path().to_owned(),
        cache: scratch.path().to_owned(),
    };
    // A kind and its command are two keys: the first of them alone is no fault yet.
    let halfway = key.first() == Some(&"provider");
    if let Err(error) = Config::load(&folders)
        && !halfway
    {
        let shown = trial.display().to_string();
        return Err(error.to_string().replace(&shown, "this value"));
    }
    config::save_setting(file, key, value).map_err(|e| e.to_string())
}

/// Makes a server that was found the model from now on.
///
/// # Errors
/// Why it could not be written down.
pub(crate) fn take_model(file: &Path, server: &Server) -> Result<(), String> {
    let text = |t: &str| toml_edit::Value::from(t);
    keep_checked(
        file,
        &["provider", "local", "base_url"],
        text(&server.base_url),
    )?;
    keep_checked(file, &["provider", "local", "model"], text(&server.model))?;
    keep_checked(file, &["model"], text("local"))
}

impl Dialog for Settings {
    fn hints(&self, _: View<'_>) -> Hints {
        if self.typing.is_some() {
            vec![
                Hint::new(key!(enter), "keep"),
                Hint::new(key!(ctrl - 'u'), "clear"),
                Hint::new(key!(esc), "leave it"),
            ]
        } else {
            vec![
                Hint::new(key!(enter), "change"),
                Hint::up_down("choose"),
                Hint::new(key!(esc), "close"),
            ]
        }
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        if self.typing.is_some() {
            return self.type_value(key, cx);
        }
        let last = self.rows.len().saturating_sub(1);
        match key {
            key!(esc) | key!(ctrl - 'c') | key!('q') | key!(',') => return Outcome::close(),
            key!(up) | key!('k') => self.cursor = self.cursor.saturating_sub(1),
            key!(down) | key!('j') => self.cursor = (self.cursor + 1).min(last),
            key!(home) | key!('g') => self.cursor = 0,
            key!(end) | key!('G') => self.cursor = last,
            key!(enter) | key!(space) | key!(right) | key!(left) => {
                self.error = None;
                match self.rows.get(self.cursor) {
                    Some(row) if !row.choices.is_empty() => {
                        let next = neighbour(row, key == key!(left));
                        match self.set(&next) {
                            Ok(()) => drop(changed(cx.state, self)),
                            Err(why) => self.error = Some(why),
                        }
                    }
                    Some(row) if matches!(key, key!(enter) | key!(space)) => {
                        let mut area = text_area(row.value.as_deref().unwrap_or_default());
                        area.move_cursor(CursorMove::End);
                        self.typing = Some(area);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some(area) = &mut self.typing {
            area.insert_str(text.replace('\n', " "));
        }
    }

    /// While a value is typed the choice stays where it is.
    fn list(&mut self, _: &Context<'_>) -> Option<List<'_>> {
        self.typing.is_none().then_some(List {
            rows: self.rows.len(),
            cursor: &mut self.cursor,
        })
    }

    fn on_field(&mut self, _: usize, area: Rect, click: Position) {
        if let Some(text) = &mut self.typing {
            place_cursor(text, area, click);
        }
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let mut lines: Vec<(Line<'_>, Option<usize>)> = Vec::new();
        let wide = area.width.min(88);
        let room = usize::from(wide).saturating_sub(4);
        let mut group = "";
        for (n, row) in self.rows.iter().enumerate() {
            if row.group != group {
                if !group.is_empty() && area.height >= 24 {
                    lines.push((Line::default(), None));
                }
                group = row.group;
                let style = cx.theme.fg(Role::Heat2).add_modifier(Modifier::BOLD);
                lines.push((Line::from(Span::styled(group, style)), None));
            }
            let chosen = n == self.cursor;
            let ground = if chosen {
                cx.theme.bg(Role::Selection)
            } else {
                Style::new()
            };
            let (text, role) = match &row.value {
                Some(value) => (visible(value).into_owned(), Role::Text),
                None => (format!("{} (not set)", row.default), Role::Muted),
            };
            let sign = if chosen { " ▸ " } else { "   " };
            let rest = room.saturating_sub(LABEL + 3);
            lines.push((
                Line::from(vec![
                    Span::styled(sign, cx.theme.fg(Role::Key).patch(ground)),
                    Span::styled(
                        pad(row.label, LABEL),
                        cx.theme.fg(Role::Title).patch(ground),
                    ),
                    Span::styled(
                        pad(&cut(&text, rest), rest),
                        cx.theme.fg(role).patch(ground),
                    ),
                ]),
                Some(n),
            ));
        }
        let below = 4;
        // What a session was begun with stays, whatever is set here.
        let title = if cx.state.at_work {
            "settings for sessions to come"
        } else {
            "settings"
        };
        let height = (lines.len() as u16 + 2 + below).min(area.height);
        let inner = sheet(cx, centred(area, wide, height), title, buffer, hits);
        let rows = inner.height.saturating_sub(below);
        let at = lines
            .iter()
            .position(|l| l.1 == Some(self.cursor))
            .unwrap_or(0);
        let first = (at + 2)
            .saturating_sub(rows.into())
            .min(lines.len().saturating_sub(rows.into()));
        for (n, (line, setting)) in lines.iter().skip(first).take(rows.into()).enumerate() {
            put(buffer, inner, n as u16, line);
            if let Some(number) = setting {
                choose(inner, n, *number, hits);
            }
            if let (Some(area), true) = (&self.typing, *setting == Some(self.cursor)) {
                let mut shown = area.clone();
                shown.set_style(cx.theme.fg(Role::Text).patch(box_ground(cx)));
                shown.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
                let x = inner.x + ((LABEL + 3) as u16).min(inner.width);
                let place = Rect {
                    x,
                    y: inner.y + n as u16,
                    width: (inner.x + inner.width).saturating_sub(x),
                    height: 1,
                };
                shown.render(place, buffer);
                hits.targets.push((place, Target::Field(0)));
            }
        }
        let help = self.rows.get(self.cursor).map_or("", |r| r.help);
        let (words, role) = match &self.error {
            Some(error) => (visible(error).into_owned(), Role::Error),
            None => (help.to_owned(), Role::Info),
        };
        let foot = Rect {
            y: inner.y + rows,
            height: inner.height - rows,
            ..inner
        };
        for (n, piece) in wrap(&words, inner.width.into())
            .into_iter()
            .take(2)
            .enumerate()
        {
            put(
                buffer,
                foot,
                1 + n as u16,
                &Line::from(cx.span(piece, role)),
            );
        }
        let file = self.file.as_ref().map_or_else(
            || "kept nowhere".to_owned(),
            |f| format!("kept in {}", f.display()),
        );
        put(
            buffer,
            foot,
            3,
            &Line::from(cx.span(
                cut(&visible(&file), inner.width.into()).into_owned(),
                Role::Faint,
            )),
        );
    }
}

/// The choice beside the present one, round and round.
fn neighbour(row: &Setting, back: bool) -> String {
    let now = row.value.as_deref().unwrap_or(row.default);
    let at = row.choices.iter().position(|c| c == now);
    let n = row.choices.len();
    let next = match (at, back) {
        (Some(at), false) => (at + 1) % n,
        (Some(at), true) => (at + n - 1) % n,
        (None, _) => 0,
    };
    row.choices.get(next).cloned().unwrap_or_default()
}

/// What is on the screen shows at once; another model must be looked for.
fn changed(state: &mut State, open: &Settings) -> Vec<Effect> {
    let row = open.rows.get(open.cursor);
    let asked = |key: &[&str]| matches!(key.first(), Some(&"model" | &"provider"));
    if row.is_some_and(|r| asked(r.key)) {
        return vec![Effect::LookForModel];
    }
    match row.and_then(|r| Some((r.label, r.value.as_deref()?))) {
        Some(("theme", name)) => state.show_theme(name),
        Some(("ascii", said)) => {
            state.prefs.ascii = glyphs::chosen(said.parse().ok(), |name| std::env::var(name).ok());
        }
        _ => {}
    }
    Vec::new()
}
