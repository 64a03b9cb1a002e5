//! Three short tips for whoever is here for the first time, each at its moment, each shown until a key is pressed, or for
//! as long as it takes to read it while something goes on, and then never again: the data folder remembers it, and where
//! it cannot be written to, this start does.

use jiff::Timestamp;

use crate::session::Session;
use crate::session::event::Stage;
use crate::session::fold::Version;
use crate::tui::app::App;
use crate::tui::keys::Action;
use crate::tui::view::mark::working;

/// Seconds that a tip stays while something goes on by itself: twice what it takes to read the longest.
const STAYS: i64 = 20;

/// A tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tip {
    /// On the start screen: what can be done here.
    Start,
    /// The first time a version became the best one.
    Best,
    /// The first time that everything waits for the developer.
    Turn,
}

/// A piece of a tip's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Words(String),
    /// A key as it is in force.
    Key(String),
}

impl Tip {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Start, Self::Best, Self::Turn];

    /// Its name in the file of what is remembered.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Best => "best",
            Self::Turn => "turn",
        }
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Start => "welcome",
            Self::Best => "★ a new best version",
            Self::Turn => "your turn",
        }
    }

    /// Its text, with the keys in force.
    #[must_use]
    pub fn text(self, app: &App, session: &Session) -> Vec<Piece> {
        let better = session.objective.comparative();
        // A sentence with a gap for each key.
        let (sentence, keys): (String, &[Action]) = match self {
            Self::Start => (
                "Choose a task and watch it become faster: {} starts it, and every figure is measured here. {} opens a \
                 program of yours, {} lists the keys."
                    .into(),
                &[Action::Open, Action::OpenFile, Action::Help],
            ),
            Self::Best => (
                format!(
                    "Right on every case, {better} in paired runs, and fresh runs confirmed it: nothing less counts. {{}} \
                     shows what it changed, {{}} the figures."
                ),
                &[
                    Action::Show(crate::tui::app::Tab::Diff),
                    Action::Show(crate::tui::app::Tab::Charts),
                ],
            ),
            Self::Turn => (
                "{} asks for another round, {} gives it a hint, {} opens the code for an edit of your own. {} saves the \
                 best version."
                    .into(),
                &[Action::NextRound, Action::Steer, Action::Edit, Action::Save],
            ),
        };
        let mut pieces = Vec::new();
        let mut keys = keys.iter();
        for (n, words) in sentence.split("{}").enumerate() {
            if n > 0
                && let Some(action) = keys.next()
            {
                pieces.push(Piece::Key(match app.keys.shown(*action) {
                    none if none.is_empty() => action.name(),
                    key => key,
                }));
            }
            pieces.push(Piece::Words(words.to_owned()));
        }
        pieces
    }
}

/// The tip of this moment, if there is one that was not seen yet and nothing else has the keyboard.
#[must_use]
pub fn now(app: &App, session: &Session) -> Option<Tip> {
    let busy = app.overlay.is_some()
        || app.steering
        || app.search.is_some()
        || app.size.width < 40
        || app.size.height < 12;
    if !app.tips || busy {
        return None;
    }
    let fits = |tip: &Tip| match tip {
        Tip::Start => !app.at_work && app.home.as_ref().is_some_and(|h| h.opening.is_none()),
        Tip::Best => app.at_work && session.best().is_some_and(won),
        Tip::Turn => {
            let waits = matches!(session.stage, Stage::Waiting | Stage::Finished);
            app.at_work && waits && session.task.is_some()
        }
    };
    Tip::ALL
        .into_iter()
        .filter(fits)
        .find(|tip| !app.memory.tips.iter().any(|seen| seen == tip.name()))
}

/// Whether a version became the best one by what was measured, not by hand or as the first that passes.
fn won(best: &Version) -> bool {
    !best.id.is_original() && best.comparison.as_ref().is_some_and(|c| c.confirmed)
}

/// Notices which tip is on, and since when. Says whether one has gone by itself: nobody pressed a key, what it tells can be
/// read by now, and it must not lie over what moves.
pub fn tick(app: &mut App, session: &Session) -> bool {
    let Some(tip) = now(app, session) else {
        app.tip_since = None;
        return false;
    };
    let since = match app.tip_since {
        Some((same, since)) if same == tip => since,
        _ => {
            app.tip_since = Some((tip, app.now));
            app.now
        }
    };
    let goes_on = app.at_work && working(session) && !session.held;
    let over = goes_on && age(app.now, since) >= STAYS;
    if over {
        app.memory.tips.push(tip.name().to_owned());
        app.tip_since = None;
    }
    over
}

fn age(now: Timestamp, since: Timestamp) -> i64 {
    now.duration_since(since).as_secs()
}

/// A key was pressed: the tip that is on was seen. Says whether there was one.
pub fn seen(app: &mut App, session: &Session) -> bool {
    let Some(tip) = now(app, session) else {
        return false;
    };
    app.memory.tips.push(tip.name().to_owned());
    true
}
