//! What is made ready before the first turn: keys, memory, and the threads that open and look.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Sender, SyncSender};

use super::inbox::Message;
use crate::tui::app::App;
use crate::tui::core::home::Choice;
use crate::tui::core::keymap::Keymap;
use crate::tui::core::memory::Memory;
use crate::tui::core::theme::Depth;
use crate::tui::{Discoverer, Discovery, Opener};

/// Whether the terminal is asked for its ground: nobody has named a theme, nothing tells it already, and it can answer.
pub(super) fn asks_for_ground(
    theme: Option<&str>,
    depth: Depth,
    get: impl Fn(&str) -> Option<String>,
) -> bool {
    let told = get("COLORFGBG").is_some_and(|v| !v.is_empty());
    let plain = get("TERM").is_none_or(|t| matches!(t.as_str(), "" | "dumb" | "linux"));
    theme.is_none() && depth > Depth::None && !told && !plain
}

/// Takes over the developer's keys and what is remembered; gives what is wrong with them.
pub(super) fn adopt(
    app: &mut App,
    keys: &BTreeMap<String, Vec<String>>,
    bell: bool,
    file: Option<&Path>,
) -> Vec<String> {
    let (keys, mut told) = Keymap::new(keys);
    app.state.prefs.keys = keys;
    app.state.observed.bell.on = bell;
    if told.len() > 1 {
        // One line has room for one; the others stand below `!` and in the doctor's report.
        told.push(format!(
            "{} things in [keys] cannot be meant: `reheat keys` names them",
            told.len()
        ));
    }
    if let Some((memory, trouble)) = file.map(Memory::load) {
        app.state.prefs.memory = memory;
        told.extend(trouble);
    }
    told
}

/// Opens entries of the start screen on a thread of its own: loading a task may take a while.
pub(super) fn opener(mut open: Opener, to: SyncSender<Message>) -> Sender<Choice> {
    let (choices, inbox) = std::sync::mpsc::channel();
    let worker = move || {
        for choice in inbox {
            if to.send(Message::Opened(open(choice))).is_err() {
                return;
            }
        }
    };
    drop(
        std::thread::Builder::new()
            .name("open".into())
            .spawn(worker),
    );
    choices
}

/// Finds out what takes a while, now and whenever it is asked again.
pub(super) fn looker(mut late: Discoverer, to: SyncSender<Message>) -> Sender<Discovery> {
    let (looks, inbox) = std::sync::mpsc::channel();
    let _ = looks.send(Discovery::All);
    let worker = move || {
        for what in inbox {
            late(what, &mut |found| drop(to.send(Message::Discovered(found))));
        }
    };
    drop(
        std::thread::Builder::new()
            .name("late".into())
            .spawn(worker),
    );
    looks
}
