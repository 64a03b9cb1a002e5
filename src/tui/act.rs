//! What keys, clicks and pastes do: they change the [`App`] and give back [`Effect`]s for the outside.

use std::path::PathBuf;

use ratatui::crossterm::event::{Event, KeyEvent, KeyEventKind};
use tui_textarea::{CursorMove, TextArea};

use crate::engine::Command;
use crate::session::Session;
use crate::session::event::{Mode, Stage, VersionId};
use crate::task::Objective;
use crate::tui::app::{App, Overlay, text_area};
use crate::tui::explore::{look_around, on_mouse};
use crate::tui::home::{Choice, Server};
use crate::tui::keys::{Action, BINDINGS, Binding, Context, action_of, name_of};
use crate::tui::save::{default_name, save};
use crate::tui::{files, picker, settings};

/// Something that the screen alone cannot do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask something of the loop.
    Send(Command),
    /// Open an entry of the start screen.
    Open(Choice),
    /// Leave.
    Quit,
    /// Go to the shell for a while.
    Suspend,
    /// Edit a text in `$EDITOR`; what comes back is measured as a child of the version.
    Outside {
        /// What is edited.
        parent: VersionId,
        /// Its text.
        text: String,
        /// Name of its file, for the editor's colours.
        file_name: String,
    },
    /// Draw everything again.
    Redraw,
    /// Use this server as the model from now on.
    TakeModel(Server),
    /// Keep the theme of this name from now on.
    KeepTheme(String),
}

/// Takes in one event of the terminal.
pub fn terminal_event(app: &mut App, session: &Session, event: &Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => on_key(app, session, *key),
        Event::Paste(text) => {
            paste(app, text);
            Vec::new()
        }
        Event::Mouse(mouse) => on_mouse(app, session, *mouse),
        _ => Vec::new(),
    }
}

fn on_key(app: &mut App, session: &Session, key: KeyEvent) -> Vec<Effect> {
    if name_of(&key) == "ctrl-z" {
        return vec![Effect::Suspend];
    }
    if app.overlay.is_some() {
        return on_overlay_key(app, session, key);
    }
    if app.steering {
        return on_steering_key(app, &key);
    }
    if app.finding_key(session, &name_of(&key)) {
        return Vec::new();
    }
    let context = if app.at_work {
        Context::Work
    } else {
        Context::Start
    };
    match action_of(&key, context) {
        Some(action) => act(app, session, action),
        None => Vec::new(),
    }
}

/// Pasted text goes where text can go and never sends anything by itself.
fn paste(app: &mut App, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    match &mut app.overlay {
        Some(Overlay::Edit { area, .. }) => drop(area.insert_str(&text)),
        Some(Overlay::Save { name }) => drop(name.insert_str(text.replace('\n', " "))),
        Some(Overlay::Settings(open)) => open.paste(&text),
        Some(Overlay::Help { filter, cursor }) => {
            filter.push_str(text.trim());
            *cursor = 0;
        }
        Some(_) => {}
        None if app.at_work => {
            app.steering = true;
            app.steer.insert_str(&text);
        }
        None => {}
    }
}

fn on_steering_key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    match name_of(key).as_str() {
        "esc" | "ctrl-c" => app.steering = false,
        "enter" => {
            let hint = app.steer.lines().join("\n").trim().to_owned();
            app.steering = false;
            app.steer = text_area(&hint);
            app.steer.move_cursor(CursorMove::End);
            app.say(
                if hint.is_empty() {
                    "the hint is taken back"
                } else {
                    "the hint goes into the next prompt"
                },
                false,
            );
            return vec![Effect::Send(Command::Hint(hint))];
        }
        "alt-enter" | "ctrl-j" => app.steer.insert_newline(),
        _ => drop(app.steer.input(*key)),
    }
    Vec::new()
}

fn on_overlay_key(app: &mut App, session: &Session, key: KeyEvent) -> Vec<Effect> {
    let name = name_of(&key);
    let Some(overlay) = app.overlay.take() else {
        return Vec::new();
    };
    match overlay {
        Overlay::Help { filter, cursor } => on_help_key(app, session, &key, filter, cursor),
        Overlay::Edit { parent, mut area } => {
            match name.as_str() {
                "ctrl-s" => return measure(app, session, parent, area.lines().join("\n") + "\n"),
                "esc" | "ctrl-c" if unchanged(session, parent, &area) => return Vec::new(),
                "esc" | "ctrl-c" => app.overlay = Some(Overlay::Discard { parent, area }),
                _ => {
                    area.input(key);
                    app.overlay = Some(Overlay::Edit { parent, area });
                }
            }
            Vec::new()
        }
        Overlay::Discard { parent, area } => {
            match name.as_str() {
                "y" | "enter" => app.say("the edit was thrown away", false),
                "s" | "ctrl-s" => {
                    return measure(app, session, parent, area.lines().join("\n") + "\n");
                }
                _ => app.overlay = Some(Overlay::Edit { parent, area }),
            }
            Vec::new()
        }
        Overlay::Settings(open) => settings::key(app, &key, open),
        Overlay::Files(open) => files::key(app, &name, open),
        Overlay::Themes {
            names,
            cursor,
            before,
        } => picker::key(app, &name, names, cursor, before),
        Overlay::Save { name: mut input } => {
            match name.as_str() {
                "esc" | "ctrl-c" => {}
                "enter" => {
                    let path = PathBuf::from(input.lines().concat().trim());
                    save(app, session, &path, false);
                }
                _ => {
                    input.input(key);
                    app.overlay = Some(Overlay::Save { name: input });
                }
            }
            Vec::new()
        }
        Overlay::Overwrite { path } => {
            match name.as_str() {
                "y" => save(app, session, &path, true),
                _ => app.say(format!("{} stays as it was", path.display()), false),
            }
            Vec::new()
        }
        Overlay::Quit => match name.as_str() {
            "y" | "enter" | "q" | "ctrl-c" => vec![Effect::Quit],
            _ => Vec::new(),
        },
    }
}

fn on_help_key(
    app: &mut App,
    session: &Session,
    key: &KeyEvent,
    mut filter: String,
    mut cursor: usize,
) -> Vec<Effect> {
    let found = help_rows(app, &filter);
    match name_of(key).as_str() {
        "esc" | "ctrl-c" => return Vec::new(),
        "?" if filter.is_empty() => return Vec::new(),
        "enter" => {
            return match found.get(cursor) {
                Some(binding) => act(app, session, binding.action),
                None => Vec::new(),
            };
        }
        "up" => cursor = cursor.saturating_sub(1),
        "down" => cursor = (cursor + 1).min(found.len().saturating_sub(1)),
        "pgup" => cursor = cursor.saturating_sub(10),
        "pgdn" => cursor = (cursor + 10).min(found.len().saturating_sub(1)),
        "backspace" => {
            filter.pop();
            cursor = 0;
        }
        "space" => filter.push(' '),
        name if name.chars().count() == 1 => {
            filter.push_str(name);
            cursor = 0;
        }
        _ => {}
    }
    app.overlay = Some(Overlay::Help { filter, cursor });
    Vec::new()
}

/// Rows of the help that match what was typed and mean something here.
#[must_use]
pub fn help_rows(app: &App, filter: &str) -> Vec<&'static Binding> {
    let here = if app.at_work {
        Context::Work
    } else {
        Context::Start
    };
    let words: Vec<String> = filter
        .to_lowercase()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let matches = |b: &Binding| {
        let text = format!("{} {} {}", b.keys.join(" "), b.short, b.help).to_lowercase();
        words.iter().all(|w| text.contains(w))
    };
    BINDINGS
        .iter()
        .filter(|b| (b.context == here || b.context == Context::Both) && matches(b))
        .collect()
}

/// Does what an action says.
pub fn act(app: &mut App, session: &Session, action: Action) -> Vec<Effect> {
    let send = |command| vec![Effect::Send(command)];
    let selected = app.version(session);
    match action {
        Action::Stop => {
            if app.selected.is_some() && !busy(session) {
                app.selected = None;
                return Vec::new();
            }
            return send(Command::Stop);
        }
        Action::Pause => {
            app.held = !app.held;
            return send(Command::Pause(app.held));
        }
        Action::NextRound => return send(Command::NextRound),
        Action::Retry => return send(Command::Retry),
        Action::Undo => return send(Command::Undo),
        Action::Steer => app.steering = true,
        Action::Mode => {
            let next = match session.mode {
                Mode::Auto => Mode::Step,
                Mode::Step => Mode::Manual,
                Mode::Manual => Mode::Auto,
            };
            return send(Command::Mode(next));
        }
        Action::Objective => {
            let next = match session.objective {
                Objective::Time => Objective::Memory,
                Objective::Memory => Objective::Integral,
                Objective::Integral => Objective::Time,
            };
            return send(Command::Objective(next));
        }
        Action::Accept => {
            return selected
                .map(|v| send(Command::Accept(v)))
                .unwrap_or_default();
        }
        Action::Reject => {
            return selected
                .map(|v| send(Command::Reject(v)))
                .unwrap_or_default();
        }
        Action::Branch => {
            let next = selected.filter(|v| session.chosen_parent != Some(*v));
            return send(Command::Parent(next));
        }
        Action::Pin => {
            let pinned = |v: VersionId| session.version(v).is_some_and(|v| v.pinned);
            return selected
                .map(|v| send(Command::Pin(v, !pinned(v))))
                .unwrap_or_default();
        }
        Action::Edit => {
            if let Some(version) = selected.and_then(|v| session.version(v)) {
                let area = Box::new(text_area(&version.source.text));
                app.overlay = Some(Overlay::Edit {
                    parent: version.id,
                    area,
                });
            }
        }
        Action::EditOutside => {
            if let Some(version) = selected.and_then(|v| session.version(v)) {
                let (text, file_name) = (
                    version.source.text.to_string(),
                    version.source.file_name.clone(),
                );
                return vec![Effect::Outside {
                    parent: version.id,
                    text,
                    file_name,
                }];
            }
        }
        Action::Save => match session.best() {
            Some(best) => {
                let mut name = text_area(&default_name(session, &best.source.file_name));
                name.move_cursor(CursorMove::End);
                app.overlay = Some(Overlay::Save {
                    name: Box::new(name),
                });
            }
            None => app.say("no version passes yet: there is nothing to save", true),
        },
        Action::Help => {
            app.overlay = Some(Overlay::Help {
                filter: String::new(),
                cursor: 0,
            })
        }
        Action::Theme => picker::open(app),
        Action::Settings => settings::open(app),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Interrupt if app.at_work && busy(session) && !app.interrupted_lately() => {
            app.interrupted_at = Some(app.now);
            return send(Command::Stop);
        }
        Action::Interrupt => return vec![Effect::Quit],
        Action::Quit if app.at_work && busy(session) && !app.demo => {
            app.overlay = Some(Overlay::Quit)
        }
        Action::Quit => return vec![Effect::Quit],
        _ => return look_around(app, session, action),
    }
    Vec::new()
}

fn busy(session: &Session) -> bool {
    !matches!(session.stage, Stage::Waiting | Stage::Finished)
}

fn unchanged(session: &Session, parent: VersionId, area: &TextArea<'_>) -> bool {
    let text = session.version(parent).map_or("", |v| &v.source.text);
    text.lines().eq(area.lines().iter().map(String::as_str))
}

fn measure(app: &mut App, session: &Session, parent: VersionId, text: String) -> Vec<Effect> {
    if session
        .version(parent)
        .is_some_and(|v| v.evaluation.is_some() && v.source.text.trim_end() == text.trim_end())
    {
        app.say("nothing was changed, so there is nothing to measure", false);
        return Vec::new();
    }
    app.selected = None;
    app.tab = None;
    app.say(format!("your edit of {parent} is measured next"), false);
    vec![Effect::Send(Command::HandEdit { parent, text })]
}
