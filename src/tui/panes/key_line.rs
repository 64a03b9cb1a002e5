//! The keys that fit the moment, as they are in force.

use crate::session::event::{Origin, Stage};
use crate::session::fold::Version;
use crate::tui::component::View;
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::hint::{Hint, Hints, Press};
use crate::tui::core::key::key;
use crate::tui::core::travel::Travel;
use crate::tui::panes::registry;
use crate::tui::state::cases::withdrawable;
use crate::tui::state::playback::Playback;
use crate::tui::widgets::hint_line::HintLine;

/// The keys that fit the moment, as many as there is room for; help always.
pub(crate) fn keys(cx: View<'_>, room: usize) -> HintLine {
    if cx.state.kiosk {
        let mut line = HintLine::default();
        line.plain(" ");
        line.push(cx, &Hint::new(key!(ctrl - 'q'), "leaves"));
        return line;
    }
    let mut line = HintLine::default();
    let mut used = 0;
    // Where letters are typed, a question mark is only a question mark.
    let searching = cx.state.search.as_ref().is_some_and(|s| s.typing);
    let typing = cx.covered() || cx.state.hint_box.active || searching;
    let reserve = if typing { 0 } else { 9 };
    let mut hints: Vec<(Hint, usize)> =
        (wanted(cx).into_iter().map(|hint| (hint, reserve))).collect();
    if !typing {
        hints.extend(
            named(cx, &[(Action::Help, "help")])
                .into_iter()
                .map(|hint| (hint, 0)),
        );
    }
    for (hint, reserve) in hints {
        let cost = hint.width() + 3;
        if used + cost + reserve > room + 1 {
            continue;
        }
        used += cost;
        line.plain(if line.width() == 0 { " " } else { "   " });
        line.push(cx, &hint);
    }
    line
}

/// What can be done while everything is held.
const HELD: [(Action, &str); 4] = [
    (Action::Pause, "go on"),
    (Action::Stop, "stop"),
    (Action::Steer, "hint"),
    (Action::Dialog(DialogName::Edit), "edit"),
];

/// The keys that fit the moment, the most needed first.
pub(super) fn wanted(cx: View<'_>) -> Hints {
    if let Some(dialog) = cx.dialog {
        return dialog.hints(cx);
    }
    if cx.state.hint_box.active {
        return vec![
            Hint::new(key!(enter), "keep the hint"),
            Hint::new(key!(alt - enter), "new line"),
            Hint::up_down("earlier hints"),
            Hint::new(key!(f 1), "keys"),
            Hint::new(key!(esc), "leave"),
        ];
    }
    if let Some(search) = &cx.state.search {
        if search.typing {
            return vec![
                Hint::new(key!(enter), "keep"),
                Hint::up_down("other matches"),
                Hint::new(key!(esc), "leave"),
            ];
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
    if let Some(playback) = &cx.state.playback {
        return named(cx, &recorded(playback));
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
            (Action::Dialog(DialogName::Edit), "edit"),
            (Action::Dialog(DialogName::Save), "save best"),
        ],
        Stage::Finished => &[
            (Action::Dialog(DialogName::Save), "save best"),
            (Action::NextRound, "one more round"),
            (Action::Steer, "hint"),
            (Action::Dialog(DialogName::Edit), "edit"),
            (Action::Quit, "quit"),
        ],
    };
    let mut all: Vec<(Action, &'static str)> = words.to_vec();
    let written = writable(cx);
    if written.is_none() {
        all.retain(|(action, _)| *action != Action::Dialog(DialogName::Save));
    }
    if matches!(cx.session.stage, Stage::Waiting | Stage::Finished) && written == Some(true) {
        all.insert(0, (Action::Dialog(DialogName::WriteBack), "write back"));
    }
    // What was decided by hand a moment ago is what one may want back.
    let by_hand = cx.session.decisions.last().is_some_and(|d| d.by_hand);
    if by_hand && cx.session.undoable().is_some() {
        all.insert(1.min(all.len()), (Action::Undo, "undo decision"));
    }
    if let Some(decision) = decision(cx) {
        all.insert(2.min(all.len()), decision);
    }
    if cx.session.stage == Stage::Waiting && cx.session.prepared.is_some() {
        all.insert(
            2.min(all.len()),
            (Action::Dialog(DialogName::EditPrompt), "edit prompt"),
        );
    }
    if cx.state.nav.zoomed.is_some() {
        all.insert(0, (Action::Zoom, "all panes"));
    }
    if cx.state.nav.tab.is_some() || cx.state.nav.selected.is_some() {
        all.insert(1.min(all.len()), (Action::Follow, "follow"));
    }
    all.extend(registry::pane(cx.state.pane(cx.session)).actions(cx));
    if withdrawable(cx.state, cx.session).is_some() {
        // There is one thing that this key does here.
        all.retain(|(action, _)| *action != Action::Undo);
        all.insert(1.min(all.len()), (Action::Undo, "take this case back"));
    }
    // Where there is no card the reason of a verdict is a key away.
    let judged = cx
        .state
        .version(cx.session)
        .and_then(|id| cx.session.version(id));
    let still = matches!(cx.session.stage, Stage::Waiting | Stage::Finished);
    let looks = still || cx.state.nav.selected.is_some();
    if looks && cx.state.layout().card.is_none() && judged.is_some_and(|v| v.evaluation.is_some()) {
        all.insert(
            1.min(all.len()),
            (Action::Dialog(DialogName::Verdict), "why"),
        );
    }
    all.push((Action::NextTab, "pane"));
    all.push((Action::Older, "version"));
    all.push((Action::Dialog(DialogName::Palette), "more"));
    let mut hints = named(cx, &all);
    if let Some(version) = hints.iter_mut().find(|h| h.word == "version")
        && let (Some(newer), Press::One(older)) =
            (cx.state.prefs.keys.key(Action::Newer), &version.press)
    {
        version.press = Press::Either(newer.clone(), older.clone());
    }
    hints
}

/// What can be done with a recorded session.
fn recorded(playback: &Playback) -> Vec<(Action, &'static str)> {
    let play = if playback.plays() { "hold" } else { "play" };
    let mut all = vec![
        (Action::Travel(Travel::On), "step"),
        (Action::Travel(Travel::Back), "back"),
        (Action::Travel(Travel::Play), play),
        (Action::Travel(Travel::NextVerdict), "next verdict"),
        (Action::Travel(Travel::NextBest), "next best"),
        (Action::Travel(Travel::NextFailure), "next failure"),
        (Action::Travel(Travel::Pace), "speed"),
        (Action::NextTab, "pane"),
        (Action::Older, "version"),
        (Action::Quit, "quit"),
    ];
    if playback.at >= playback.history.len() {
        all.retain(|(action, _)| *action != Action::Travel(Travel::On));
    }
    all
}

/// Whether the best version can be written into the developer's own file; `None` where the original stands.
fn writable(cx: View<'_>) -> Option<bool> {
    cx.session.best().filter(|best| !best.id.is_original())?;
    let task = cx.session.task.as_ref();
    Some(task.is_some_and(|t| t.origin == Origin::Kept))
}

/// What can be decided about the version that was chosen: nothing while it is measured, for there is nothing to judge yet.
fn decision(cx: View<'_>) -> Option<(Action, &'static str)> {
    let version = cx
        .state
        .nav
        .selected
        .and_then(|id| cx.session.version(id))?;
    let passes = version.verdict()?.accepted();
    match cx.session.incumbent == Some(version.id) {
        true if version.id.0 > 0 => Some((Action::Reject, "reject")),
        false if passes && undecided(version) => Some((Action::MeasureAgain, "measure again")),
        false if passes => Some((Action::Accept, "accept")),
        _ => None,
    }
}

fn undecided(version: &Version) -> bool {
    let c = version.comparison.as_ref();
    c.is_some_and(|c| !c.is_decided())
}

/// Actions with the keys in force; those without a key are not said.
fn named(cx: View<'_>, all: &[(Action, &'static str)]) -> Hints {
    let keys = &cx.state.prefs.keys;
    all.iter()
        .filter_map(|(action, word)| Some(Hint::sequence(keys.key(*action)?.clone(), word)))
        .collect()
}
