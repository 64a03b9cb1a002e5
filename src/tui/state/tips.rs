//! Three short tips for whoever is here for the first time, each at its moment, each shown until a key is pressed, or for
//! as long as it takes to read it while something goes on, and then never again: the data folder remembers it, and where
//! it cannot be written to, this start does.

use jiff::Timestamp;

use crate::session::Session;
use crate::session::event::Stage;
use crate::session::fold::Version;
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::tip::Tip;
use crate::tui::state::State;

/// Seconds that a tip stays while something goes on by itself: twice what it takes to read the longest.
const STAYS: i64 = 20;

/// A piece of a tip's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Words.
    Words(String),
    /// A key as it is in force.
    Key(String),
}

/// The text of a tip, with the keys in force.
#[must_use]
pub(crate) fn text(tip: Tip, state: &State, session: &Session) -> Vec<Piece> {
    let won = session.best().and_then(|best| best.comparison.as_ref());
    let better = won.map_or(session.objective.comparative(), |c| c.metric.comparative());
    let better_one = session.best().is_some_and(|best| !best.id.is_original());
    // A sentence with a gap for each key.
    let (sentence, keys): (String, &[Action]) = match tip {
        Tip::Start => (
            "Choose a task and watch it become faster: {} starts it, and every figure is measured here. {} opens a \
             program of yours, {} lists the keys."
                .into(),
            &[Action::Open, Action::Dialog(DialogName::OpenFile), Action::Help],
        ),
        Tip::Best => (
            format!(
                "Right on every case, {better} in paired runs, and fresh runs confirmed it: nothing less counts. {{}} \
                 shows what it changed, {{}} the figures."
            ),
            &[
                Action::Show(crate::tui::core::tab::Tab::Diff),
                Action::Show(crate::tui::core::tab::Tab::Charts),
            ],
        ),
        Tip::Turn => (
            "{} asks for another round, {} gives it a hint, {} opens the code for an edit of your own.".to_owned()
                + if better_one { " {} saves the best version." } else { "" },
            &[Action::NextRound, Action::Steer, Action::Dialog(DialogName::Edit), Action::Dialog(DialogName::Save)],
        ),
    };
    let mut pieces = Vec::new();
    let mut keys = keys.iter();
    for (n, words) in sentence.split("{}").enumerate() {
        if n > 0
            && let Some(action) = keys.next()
        {
            pieces.push(Piece::Key(match state.prefs.keys.shown(*action) {
                none if none.is_empty() => action.name(),
                key => key,
            }));
        }
        pieces.push(Piece::Words(words.to_owned()));
    }
    pieces
}

/// The tip of this moment, if there is one that was not seen yet and nothing else has the keyboard.
#[must_use]
pub(crate) fn now(state: &State, session: &Session, covered: bool) -> Option<Tip> {
    let busy = covered
        || state.playback.is_some()
        || state.hint_box.active
        || state.search.is_some()
        || state.size.width < 40
        || state.size.height < 12;
    if !state.prefs.tips || busy {
        return None;
    }
    let fits = |tip: &Tip| match tip {
        Tip::Start => !state.at_work && state.home.as_ref().is_some_and(|h| h.opening.is_none()),
        Tip::Best => state.at_work && session.best().is_some_and(won),
        Tip::Turn => {
            let waits = matches!(session.stage, Stage::Waiting | Stage::Finished);
            state.at_work && waits && session.task.is_some()
        }
    };
    Tip::ALL.into_iter().filter(fits).find(|tip| {
        !state
            .prefs
            .memory
            .tips
            .iter()
            .any(|hits| hits == tip.name())
    })
}

/// Whether a version became the best one by what was measured, not by hand or as the first that passes.
fn won(best: &Version) -> bool {
    !best.id.is_original() && best.comparison.as_ref().is_some_and(|c| c.confirmed)
}

/// Notices which tip is on, and since when. Says whether one has gone by itself: nobody pressed a key, what it tells can be
/// read by now, and it must not lie over what moves.
pub(crate) fn tick(state: &mut State, session: &Session, covered: bool) -> bool {
    let Some(tip) = now(state, session, covered) else {
        state.messages.tip = None;
        return false;
    };
    let since = match state.messages.tip {
        Some((same, since)) if same == tip => since,
        _ => {
            state.messages.tip = Some((tip, state.now));
            state.now
        }
    };
    // On the start screen nothing else is to be seen; at work it must not stay in the way of what one wants to read.
    let over = state.at_work && age(state.now, since) >= STAYS;
    if over {
        state.prefs.memory.tips.push(tip.name().to_owned());
        state.messages.tip = None;
    }
    over
}

fn age(now: Timestamp, since: Timestamp) -> i64 {
    now.duration_since(since).as_secs()
}

/// A key was pressed: the tip that is on was seen. Says whether there was one.
pub(crate) fn seen(state: &mut State, session: &Session) -> bool {
    let Some(tip) = now(state, session, false) else {
        return false;
    };
    state.prefs.memory.tips.push(tip.name().to_owned());
    true
}
