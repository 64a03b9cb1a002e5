//! The keys that fit the moment, as they are in force.

use crate::session::event::Stage;
use crate::tui::act::undoable;
use crate::tui::app::{Overlay, Tab};
use crate::tui::cases::withdrawable;
use crate::tui::keys::Action;
use crate::tui::text::width;
use crate::tui::view::Context;
use crate::tui::view::press::Keys;

/// The keys that fit the moment, as many as there is room for; help always.
pub fn keys(cx: Context<'_>, room: usize) -> Keys {
    let mut keys = Keys::default();
    let mut used = 0;
    let help = (cx.app.keys.shown(Action::Help), "help");
    let wanted = wanted(cx);
    // Where letters are typed, a question mark is only a question mark.
    let searching = cx.app.search.as_ref().is_some_and(|s| s.typing);
    let typing = cx.app.overlay.is_some() || cx.app.steering || searching;
    let reserve = if typing { 0 } else { 9 };
    for (key, word) in wanted.into_iter().chain((reserve > 0).then_some(help)) {
        let cost = width(&key) + width(word) + 4;
        let last = word == "help";
        if used + cost + if last { 0 } else { reserve } > room + 1 {
            continue;
        }
        used += cost;
        keys.plain(if keys.width() == 0 { " " } else { "   " });
        keys.push(cx, &key, word);
    }
    keys
}

/// What can be done while everything is held.
const HELD: [(Action, &str); 4] = [
    (Action::Pause, "go on"),
    (Action::Stop, "stop"),
    (Action::Steer, "hint"),
    (Action::Edit, "edit"),
];

/// The keys that fit the moment, the most needed first.
pub(super) fn wanted(cx: Context<'_>) -> Vec<(String, &'static str)> {
    let fixed = |pairs: &[(&str, &'static str)]| {
        pairs
            .iter()
            .map(|(k, w)| ((*k).to_owned(), *w))
            .collect::<Vec<_>>()
    };
    match &cx.app.overlay {
        Some(Overlay::Help { .. } | Overlay::Palette(_)) => {
            return fixed(&[("⏎", "do it"), ("↑↓", "choose"), ("esc", "close")]);
        }
        Some(Overlay::Messages { .. }) => {
            return fixed(&[("↑↓", "move"), ("esc", "close")]);
        }
        Some(Overlay::Goal(_)) => {
            return fixed(&[("⏎", "take it"), ("⇥", "next box"), ("esc", "leave")]);
        }
        Some(Overlay::Case(_)) => {
            return fixed(&[("ctrl-s", "add it"), ("⇥", "next box"), ("esc", "leave")]);
        }
        Some(Overlay::Settings(open)) if open.typing.is_some() => {
            return fixed(&[("⏎", "keep"), ("ctrl-u", "clear"), ("esc", "leave it")]);
        }
        Some(Overlay::Settings(_)) => {
            return fixed(&[("⏎", "change"), ("↑↓", "choose"), ("esc", "close")]);
        }
        Some(Overlay::Files(_)) => {
            return fixed(&[("⏎", "open"), ("←", "folder above"), ("esc", "close")]);
        }
        Some(Overlay::Functions(_)) => {
            return fixed(&[("⏎", "choose it"), ("↑↓", "move"), ("esc", "back")]);
        }
        Some(Overlay::Judged(_)) => {
            return fixed(&[("⏎", "begin"), ("⇥", "next box"), ("esc", "back")]);
        }
        Some(Overlay::Themes { .. }) => {
            return fixed(&[("↑↓", "look"), ("⏎", "keep"), ("esc", "back")]);
        }
        Some(Overlay::Edit(editor)) if editor.leaving => {
            return fixed(&[("y", "throw away"), ("s", "measure it"), ("esc", "go on")]);
        }
        Some(Overlay::Edit(_)) => {
            return fixed(&[
                ("ctrl-s", "measure it"),
                ("ctrl-u", "undo"),
                ("ctrl-r", "redo"),
                ("esc", "leave"),
            ]);
        }
        Some(Overlay::Prompt(editor)) if editor.leaving => {
            return fixed(&[("y", "throw away"), ("s", "send it"), ("esc", "go on")]);
        }
        Some(Overlay::Prompt(_)) => {
            return fixed(&[
                ("ctrl-s", "send it"),
                ("ctrl-u", "undo"),
                ("ctrl-r", "redo"),
                ("esc", "leave"),
            ]);
        }
        Some(Overlay::Write(open)) => {
            return fixed(&crate::tui::write::keys(open, cx.session));
        }
        Some(Overlay::Note(_)) => return fixed(&[("⏎", "keep"), ("esc", "leave")]),
        Some(Overlay::Save { .. }) => return fixed(&[("⏎", "save"), ("esc", "leave")]),
        Some(Overlay::Quit | Overlay::Overwrite { .. }) => {
            return fixed(&[("y", "yes"), ("esc", "no")]);
        }
        None => {}
    }
    if cx.app.steering {
        return fixed(&[
            ("⏎", "send the hint"),
            ("alt-⏎", "new line"),
            ("↑↓", "earlier hints"),
            ("f1", "keys"),
            ("esc", "leave"),
        ]);
    }
    if let Some(search) = &cx.app.search {
        if search.typing {
            return fixed(&[("⏎", "keep"), ("↑↓", "other matches"), ("esc", "leave")]);
        }
        return named(
            cx,
            &[
                (Action::NextMatch, "next match"),
                (Action::PreviousMatch, "match before"),
                (Action::EndSearch, "end search"),
                (Action::Search, "search anew"),
            ],
        );
    }
    let words: &[(Action, &'static str)] = match &cx.session.stage {
        _ if cx.session.held => &HELD,
        Stage::Preparing => &[(Action::Stop, "stop"), (Action::Quit, "quit")],
        Stage::Asking | Stage::Streaming | Stage::Retrying { .. } => &[
            (Action::Stop, "stop"),
            (Action::Pause, "pause"),
            (Action::Retry, "again"),
            (Action::Steer, "hint for the next round"),
        ],
        Stage::Building { .. }
        | Stage::Checking { .. }
        | Stage::Comparing { .. }
        | Stage::Confirming { .. } => &[
            (Action::Stop, "stop"),
            (Action::Pause, "pause"),
            (Action::Steer, "hint"),
        ],
        Stage::Aside { .. } => &[(Action::Stop, "stop"), (Action::Pause, "pause")],
        Stage::Paused => &HELD,
        Stage::Waiting => &[
            (Action::NextRound, "next round"),
            (Action::Steer, "hint"),
            (Action::Edit, "edit"),
            (Action::Save, "save best"),
        ],
        Stage::Finished => &[
            (Action::Save, "save best"),
            (Action::NextRound, "one more round"),
            (Action::Steer, "hint"),
            (Action::Edit, "edit"),
            (Action::Quit, "quit"),
        ],
    };
    let mut all: Vec<(Action, &'static str)> = words.to_vec();
    // What was decided by hand a moment ago is what one may want back.
    let by_hand = cx.session.decisions.last().is_some_and(|d| d.by_hand);
    if by_hand && undoable(cx.session).is_some() {
        all.insert(1.min(all.len()), (Action::Undo, "undo decision"));
    }
    if let Some(decision) = decision(cx) {
        all.insert(2.min(all.len()), decision);
    }
    if cx.session.stage == Stage::Waiting && cx.session.prepared.is_some() {
        all.insert(2.min(all.len()), (Action::EditPrompt, "edit prompt"));
    }
    if cx.app.zoomed.is_some() {
        all.insert(0, (Action::Zoom, "all panes"));
    }
    if cx.app.tab.is_some() || cx.app.selected.is_some() {
        all.insert(1.min(all.len()), (Action::Follow, "follow"));
    }
    if cx.app.pane(cx.session) == Tab::Diff && !cx.app.seen.changes.is_empty() {
        all.push((Action::NextChange, "next change"));
    }
    // Only where the pane was chosen: one that merely follows the moment is gone before a key is pressed.
    if cx.app.tab == Some(Tab::Cases) {
        all.push((Action::RerunCase, "run again"));
        all.push((Action::AddCase, "add a case"));
        all.push((Action::TimeCase, "time it alone"));
    }
    if withdrawable(cx.app, cx.session).is_some() {
        // There is one thing that this key does here.
        all.retain(|(action, _)| *action != Action::Undo);
        all.insert(1.min(all.len()), (Action::Undo, "take this case back"));
    }
    all.push((Action::NextTab, "pane"));
    all.push((Action::Older, "version"));
    all.push((Action::Palette, "more"));
    let both = [Action::Newer, Action::Older].map(|a| cx.app.keys.shown(a));
    let mut keys = named(cx, &all);
    if let Some(version) = keys.iter_mut().find(|k| k.1 == "version") {
        version.0 = both.join(" ").trim().to_owned();
    }
    keys
}

/// What can be decided about the version that was chosen: nothing while it is measured, for there is nothing to judge yet.
fn decision(cx: Context<'_>) -> Option<(Action, &'static str)> {
    let version = cx.app.selected.and_then(|id| cx.session.version(id))?;
    let passes = version.verdict()?.accepted();
    match cx.session.incumbent == Some(version.id) {
        true if version.id.0 > 0 => Some((Action::Reject, "reject")),
        false if passes => Some((Action::Accept, "accept")),
        _ => None,
    }
}

/// Actions with the keys in force; those without a key are not said.
fn named(cx: Context<'_>, all: &[(Action, &'static str)]) -> Vec<(String, &'static str)> {
    all.iter()
        .map(|(action, word)| (cx.app.keys.shown(*action), *word))
        .filter(|(key, _)| !key.is_empty())
        .collect()
}
