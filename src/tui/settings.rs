//! The settings screen: shows what the config file says, changes one value at a time in that very file.
//!
//! A change is tried on the whole file first: what the file's reader refuses is never written.

use std::path::{Path, PathBuf};

use ratatui::crossterm::event::KeyEvent;
use tui_textarea::{CursorMove, TextArea};

use crate::config::{self, Config, Folders};
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay, text_area};
use crate::tui::glyphs;
use crate::tui::home::Server;
use crate::tui::keys::name_of;
use crate::tui::picker;
use crate::tui::theme::Theme;

/// How a setting is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
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
pub struct Setting {
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
    form: Form,
    choices: Vec<String>,
}

/// The open settings.
pub struct Settings {
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
    Form,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (MODEL, "model", &["model"], Form::Words, "the one that is there", "Who is asked: local, agent (below), PROVIDER/MODEL, or a [provider.NAME] table"),
    (MODEL, "local server", &["provider", "local", "base_url"], Form::Words, "none", "Base URL of an OpenAI-compatible server, for example http://localhost:8080/v1"),
    (MODEL, "local model", &["provider", "local", "model"], Form::Words, "none", "The model that the local server is asked for"),
    (MODEL, "agent command", &["provider", "agent", "command"], Form::Words, "none", "A command that reads a prompt and prints its answer, for example claude -p"),
    (MODEL, "template", &["template"], Form::Words, "default", "The prompt's template; tab 6 of the workbench shows what it makes"),
    (LOOP, "objective", &["objective"], Form::Words, "time", "What is to become better in new sessions (in a running one: o)"),
    (LOOP, "rounds", &["rounds"], Form::Number, "10", "Rounds of a session"),
    (LOOP, "candidates", &["candidates"], Form::Number, "1", "Replies that every round asks for side by side, 1 to 8 (in a running one: C)"),
    (LOOP, "comparison", &["comparison"], Form::Words, "30s", "Time that one comparison may take; more finds smaller differences"),
    (LIMITS, "time", &["limits", "time_limit"], Form::Words, "10s", "A run that takes longer is stopped"),
    (LIMITS, "memory", &["limits", "memory_limit"], Form::Words, "512MiB", "A run that needs more is stopped"),
    (LIMITS, "may read", &["sandbox", "read"], Form::List, "only its own", "Paths of this machine that runs may read, divided by commas"),
    (SCREEN, "theme", &["theme"], Form::Words, "as the terminal says", "Colours; t chooses with a preview"),
    (SCREEN, "ascii", &["ascii"], Form::Switch, "auto", "true draws with ASCII alone, for fonts that lack boxes and braille; auto asks the locale"),
];

/// Opens the settings.
pub fn open(app: &mut App) {
    let file = app.config_file.clone();
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
                "theme" => Theme::names(app.theme_folder.as_deref()),
                "template" => crate::model::prompt::names(prompts.as_deref()),
                _ => Vec::new(),
            },
        });
    app.overlay = Some(Overlay::Settings(Box::new(Settings {
        rows: rows.collect(),
        file,
        cursor: 0,
        typing: None,
        error,
    })));
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
    /// Pasted text goes into the value that is being typed.
    pub fn paste(&mut self, text: &str) {
        if let Some(area) = &mut self.typing {
            area.insert_str(text.replace('\n', " "));
        }
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
            Form::Words => text.into(),
            Form::Number => text
                .parse::<i64>()
                .map_err(|_| format!("`{text}` is not a whole number"))?
                .into(),
            Form::Switch => match text.parse::<bool>() {
                Ok(on) => on.into(),
                Err(_) => text.into(),
            },
            Form::List => {
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
pub fn take_model(file: &Path, server: &Server) -> Result<(), String> {
    let text = |t: &str| toml_edit::Value::from(t);
    keep_checked(
        file,
        &["provider", "local", "base_url"],
        text(&server.base_url),
    )?;
    keep_checked(file, &["provider", "local", "model"], text(&server.model))?;
    keep_checked(file, &["model"], text("local"))
}

/// What a key does in the settings.
pub fn key(app: &mut App, key: &KeyEvent, mut open: Box<Settings>) -> Vec<Effect> {
    let name = name_of(key);
    if let Some(area) = &mut open.typing {
        match name.as_str() {
            "esc" | "ctrl-c" => {
                open.typing = None;
                open.error = None;
            }
            "enter" => {
                let text = area.lines().concat();
                match open.set(&text) {
                    Ok(()) => {
                        open.typing = None;
                        open.error = None;
                        let effects = changed(app, &open);
                        app.overlay = Some(Overlay::Settings(open));
                        return effects;
                    }
                    Err(why) => open.error = Some(why),
                }
            }
            // As everywhere where one line is typed.
            "ctrl-u" => *area = text_area(""),
            _ => drop(area.input(*key)),
        }
        app.overlay = Some(Overlay::Settings(open));
        return Vec::new();
    }
    let last = open.rows.len().saturating_sub(1);
    match name.as_str() {
        "esc" | "ctrl-c" | "q" | "," => return Vec::new(),
        "up" | "k" => open.cursor = open.cursor.saturating_sub(1),
        "down" | "j" => open.cursor = (open.cursor + 1).min(last),
        "home" | "g" => open.cursor = 0,
        "end" | "G" => open.cursor = last,
        "enter" | "space" | "right" | "left" => {
            open.error = None;
            let back = name == "left";
            match open.rows.get(open.cursor) {
                Some(row) if !row.choices.is_empty() => {
                    let next = neighbour(row, back);
                    match open.set(&next) {
                        Ok(()) => drop(changed(app, &open)),
                        Err(why) => open.error = Some(why),
                    }
                }
                Some(row) if matches!(name.as_str(), "enter" | "space") => {
                    let mut area = text_area(row.value.as_deref().unwrap_or_default());
                    area.move_cursor(CursorMove::End);
                    open.typing = Some(area);
                }
                _ => {}
            }
        }
        _ => {}
    }
    app.overlay = Some(Overlay::Settings(open));
    Vec::new()
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
fn changed(app: &mut App, open: &Settings) -> Vec<Effect> {
    let row = open.rows.get(open.cursor);
    let asked = |key: &[&str]| matches!(key.first(), Some(&"model" | &"provider"));
    if row.is_some_and(|r| asked(r.key)) {
        return vec![Effect::LookForModel];
    }
    match row.and_then(|r| Some((r.label, r.value.as_deref()?))) {
        Some(("theme", name)) => picker::show(app, name),
        Some(("ascii", said)) => {
            app.ascii = glyphs::chosen(said.parse().ok(), |name| std::env::var(name).ok());
        }
        _ => {}
    }
    Vec::new()
}
