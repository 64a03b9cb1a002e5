//! What keys, clicks and pastes do: they change the [`App`] and give back [`Effect`]s for the outside.

use std::path::PathBuf;

use ratatui::crossterm::event::{Event, KeyEvent, KeyEventKind};
use tui_textarea::CursorMove;

use crate::engine::Command;
use crate::session::Session;
use crate::session::event::{Decision, Mode, Stage, VersionId};
use crate::session::fold::DecisionRecord;
use crate::task::Objective;
use crate::tui::app::{App, Overlay, text_area};
use crate::tui::editor::{self, Editor};
use crate::tui::explore::look_around;
use crate::tui::home::{Choice, Server};
use crate::tui::keys::{Action, Found, name_of};
use crate::tui::mouse::on_mouse;
use crate::tui::save::{default_name, save};
use crate::tui::typing::{line, type_into};
use crate::tui::{
    arrange, asking, cases, clip, files, functions, goal, help, judged, note, palette, picker,
    prompt_edit, search, settings, tips, write,
};

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
    /// Find out whether the model that is set up now is there.
    LookForModel,
    /// Copy a text.
    Copy {
        /// The text.
        text: String,
        /// What it is, in words.
        what: String,
    },
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Write down what outlives this start.
    Remember,
    /// Keep the theme of this name from now on.
    KeepTheme(String),
}

/// Takes in one event of the terminal.
pub fn terminal_event(app: &mut App, session: &Session, event: &Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => on_key(app, session, *key),
        Event::Paste(text) => {
            paste(app, session, text);
            Vec::new()
        }
        Event::Mouse(mouse) => on_mouse(app, session, *mouse),
        Event::FocusGained => {
            app.bell.looked_at(true);
            Vec::new()
        }
        Event::FocusLost => {
            app.bell.looked_at(false);
            Vec::new()
        }
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
    if tips::seen(app, session) {
        // The tip goes with any key; what people press to be rid of something does nothing else.
        let mut effects = vec![Effect::Remember];
        if !matches!(name_of(&key).as_str(), "esc" | "space") {
            effects.extend(on_key(app, session, key));
        }
        return effects;
    }
    if app.steering {
        return on_steering_key(app, &key);
    }
    if app.finding_key(session, &name_of(&key)) {
        return Vec::new();
    }
    if app.search.as_ref().is_some_and(|s| s.typing) {
        search::key(app, session, &key);
        return Vec::new();
    }
    let mut typed = std::mem::take(&mut app.begun);
    if !typed.is_empty() {
        typed.push(' ');
    }
    typed.push_str(&name_of(&key));
    match app.keys.find(&typed, app.contexts()) {
        Found::Action(action) => act(app, session, action),
        Found::Begun => {
            app.begun = typed;
            Vec::new()
        }
        // A key that does not go on with what was begun ends it, and does nothing else.
        Found::Nothing => Vec::new(),
    }
}

/// Pasted text goes where text can go and never sends anything by itself.
fn paste(app: &mut App, session: &Session, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    match &mut app.overlay {
        Some(Overlay::Edit(editor)) => editor.insert(&text),
        Some(Overlay::Prompt(editor)) => drop(editor.area.insert_str(&text)),
        Some(Overlay::Save { name }) => drop(name.insert_str(text.replace('\n', " "))),
        Some(Overlay::Note(open)) => drop(open.text.insert_str(text.replace('\n', " "))),
        Some(Overlay::Write(open)) => open.paste(&text),
        Some(Overlay::Settings(open)) => open.paste(&text),
        Some(Overlay::Case(form)) => form.paste(&text),
        Some(Overlay::Functions(open)) => open.paste(&text),
        Some(Overlay::Judged(form)) => form.paste(&text),
        Some(Overlay::Help { filter, cursor }) => {
            filter.push_str(text.trim());
            *cursor = 0;
        }
        Some(Overlay::Palette(open)) => open.paste(&text, &app.memory.used),
        Some(Overlay::Goal(form)) => {
            if let Some(area) = form.boxes.get_mut(form.at) {
                area.insert_str(text.replace('\n', " "));
            }
        }
        Some(_) => {}
        None if app.search.as_ref().is_some_and(|s| s.typing) => {
            search::paste(app, session, &text);
        }
        None if app.at_work => {
            app.steering = true;
            app.steer.insert_str(&text);
        }
        None => {}
    }
}

fn on_steering_key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let now = app.steer.lines().join("\n");
    let (row, rows) = (app.steer.cursor().0, app.steer.lines().len());
    match name_of(key).as_str() {
        "esc" | "ctrl-c" => app.steering = false,
        "enter" => {
            let hint = now.trim().to_owned();
            app.steering = false;
            app.steer = line(&hint);
            app.history.leave();
            app.memory.keep_hint(&hint);
            app.say(
                if hint.is_empty() {
                    "the hint is taken back"
                } else {
                    "the hint goes into the next prompt"
                },
                false,
            );
            return vec![Effect::Remember, Effect::Send(Command::Hint(hint))];
        }
        "alt-enter" | "ctrl-j" => app.steer.insert_newline(),
        "f1" => return act_help(app),
        name @ ("up" | "ctrl-p") if row == 0 || name == "ctrl-p" => {
            if let Some(hint) = app.history.older(&app.memory.hints, &now) {
                app.steer = line(hint);
            }
        }
        name @ ("down" | "ctrl-n") if row + 1 == rows || name == "ctrl-n" => {
            if let Some(hint) = app.history.newer(&app.memory.hints) {
                app.steer = line(&hint);
            }
        }
        _ => {
            type_into(&mut app.steer, key);
            if app.steer.lines().join("\n") != now {
                app.history.leave();
            }
        }
    }
    Vec::new()
}

fn act_help(app: &mut App) -> Vec<Effect> {
    app.overlay = Some(Overlay::Help {
        filter: String::new(),
        cursor: 0,
    });
    Vec::new()
}

fn on_overlay_key(app: &mut App, session: &Session, key: KeyEvent) -> Vec<Effect> {
    let name = name_of(&key);
    let Some(overlay) = app.overlay.take() else {
        return Vec::new();
    };
    match overlay {
        Overlay::Help { filter, cursor } => help::key(app, session, &key, filter, cursor),
        Overlay::Palette(open) => palette::key(app, session, &key, open),
        Overlay::Goal(form) => goal::key(app, session, &key, form),
        Overlay::Case(form) => cases::key(app, &key, form),
        Overlay::Messages { back } => help::messages_key(app, &name, back),
        Overlay::Edit(editor) => editor::key(app, session, key, editor),
        Overlay::Prompt(editor) => prompt_edit::key(app, key, editor),
        Overlay::Settings(open) => settings::key(app, &key, open),
        Overlay::Files(open) => files::key(app, &name, open),
        Overlay::Functions(open) => functions::key(app, &key, open),
        Overlay::Judged(form) => judged::key(app, &key, form),
        Overlay::Themes {
            names,
            cursor,
            before,
        } => picker::key(app, &name, names, cursor, before),
        Overlay::Note(open) => note::key(app, &key, open),
        Overlay::Write(open) => write::key(app, session, &key, open),
        Overlay::Save { name: mut input } => {
            match name.as_str() {
                "esc" | "ctrl-c" => {}
                "enter" => {
                    let path = PathBuf::from(input.lines().concat().trim());
                    save(app, session, &path, false);
                }
                _ => {
                    type_into(&mut input, &key);
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
        Action::Retry if busy(session) => return send(Command::Retry),
        // It would ask the model once more, which costs: that is what the key of the next round says.
        Action::Retry => app.say(
            format!(
                "no round is on: {} starts a new one",
                app.keys.shown(Action::NextRound)
            ),
            false,
        ),
        Action::Undo => {
            if let Some(case) = cases::withdrawable(app, session) {
                return cases::withdraw(app, case);
            }
            if let Some(words) = undone(session) {
                app.say(words, false);
            }
            return send(Command::Undo);
        }
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
        Action::EditPrompt => return prompt_edit::open(app, session),
        Action::Candidates => return send(Command::Candidates(asking::more(session))),
        Action::Temperature => {
            return send(Command::Temperature(asking::warmer(session)));
        }
        Action::Accept | Action::Reject if unmeasured(session, selected).is_some() => {
            if let Some(words) = unmeasured(session, selected) {
                app.say(words, false);
            }
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
                let editor = Editor::new(version.id, &version.source.text);
                app.overlay = Some(Overlay::Edit(Box::new(editor)));
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
        Action::Help => return act_help(app),
        Action::Palette => palette::open(app, session),
        Action::Annotate => note::open(app, session),
        Action::WriteBack => return write::open(app, session),
        Action::Messages => app.overlay = Some(Overlay::Messages { back: 0 }),
        Action::Goal => goal::open(app, session),
        Action::RerunCase | Action::AddCase | Action::TimeCase | Action::References => {
            return cases::act(app, session, action);
        }
        Action::Search => search::begin(app, session),
        Action::NextMatch => search::step(app, session, true),
        Action::PreviousMatch => search::step(app, session, false),
        Action::EndSearch => app.search = None,
        Action::Copy(what) => match clip::text(app, session, what) {
            Ok((text, what)) => return vec![Effect::Copy { text, what }],
            Err(why) => app.say(format!("nothing is copied: {why}"), false),
        },
        Action::Mouse => {
            app.mouse = !app.mouse;
            app.say(
                if app.mouse {
                    "the mouse works here again; with shift held the terminal selects"
                } else {
                    "the mouse is the terminal's: select and copy with it as in any other program"
                },
                false,
            );
            return vec![Effect::Mouse(app.mouse)];
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
        _ if arrange::is_arranging(action) => return arrange::arrange(app, action),
        _ => return look_around(app, session, action),
    }
    Vec::new()
}

/// Why a version cannot be decided about yet, if so.
fn unmeasured(session: &Session, version: Option<VersionId>) -> Option<String> {
    let version = session.version(version?)?;
    let waits = version.evaluation.is_none();
    waits.then(|| {
        format!(
            "{} is not measured yet: once it is, this key decides about it",
            version.id
        )
    })
}

/// The last decision by hand that is not taken back yet.
#[must_use]
pub fn undoable(session: &Session) -> Option<&DecisionRecord> {
    let mut taken_back = 0_usize;
    for decided in session.decisions.iter().rev().filter(|d| d.by_hand) {
        match (decided.taken_back, taken_back) {
            (true, n) => taken_back = n + 1,
            (false, 0) => return Some(decided),
            (false, n) => taken_back = n - 1,
        }
    }
    None
}

/// What taking back the last decision comes to.
fn undone(session: &Session) -> Option<String> {
    let last = undoable(session)?;
    let what = match last.decision {
        Decision::Accepted => "was accepted",
        _ => "was rejected",
    };
    let now = last
        .before
        .map_or_else(String::new, |best| format!("; {best} is the best again"));
    Some(format!("taken back that {} {what}{now}", last.version))
}

fn busy(session: &Session) -> bool {
    !matches!(session.stage, Stage::Waiting | Stage::Finished)
}
