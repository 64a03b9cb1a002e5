//! Arranging the screen: borders moved by keys, parts hidden, one part on the whole screen.

use ratatui::layout::{Position, Rect};

use crate::tui::core::action::Action;
use crate::tui::core::layout::{Arrangement, Border, Room, ScreenPart, moved};
use crate::tui::state::State;

/// Cells that a border is moved by at once.
pub(crate) const STEP: i16 = 2;

impl State {
    /// Gives the main pane the whole screen, or takes it back.
    pub fn zoom(&mut self) {
        self.nav.zoomed = match self.nav.zoomed {
            Some(_) => None,
            None => Some(ScreenPart::Main),
        };
    }

    /// Gives the whole screen to the next part.
    pub fn zoom_next(&mut self) {
        self.nav.zoomed = match self.nav.zoomed {
            None => Some(ScreenPart::Tree),
            Some(ScreenPart::Tree) => Some(ScreenPart::Charts),
            Some(ScreenPart::Charts) => Some(ScreenPart::Main),
            Some(_) => None,
        };
    }

    /// Every part gets its usual place and size.
    pub fn usual_sizes(&mut self) {
        *self.arrangement_mut() = Arrangement::default();
        self.nav.zoomed = None;
        self.say("every part has its usual place and size", false);
    }

    /// Moves borders by so many cells; false where there are none.
    pub fn move_borders(&mut self, moves: &[(Border, i16)]) -> bool {
        if self.layout().room < Room::Medium {
            self.say(
                "on a screen of this size there is one pane and no border to move",
                false,
            );
            return false;
        }
        self.nav.zoomed = None;
        for (border, by) in moves {
            self.move_border(*border, *by);
        }
        true
    }

    fn move_border(&mut self, border: Border, by: i16) {
        let plan = self.layout();
        let from = match border {
            Border::Side => plan
                .tree
                .or(plan.memory)
                .filter(|c| c.x < plan.main.x)
                .map(|_| plan.main),
            Border::Charts => plan.memory.filter(|m| m.x > plan.main.x),
            _ => plan.card,
        };
        if let Some(Rect { x, y, .. }) = from {
            let to = Position {
                x: x.saturating_add_signed(if border == Border::Card { 0 } else { by }),
                y: y.saturating_add_signed(if border == Border::Card { by } else { 0 }),
            };
            let before = self.arrangement();
            let wish = moved(&plan, before, border, to);
            *self.arrangement_mut() = wish;
            if self.layout() == plan {
                // As far as it goes: a wish beyond would have to be taken back key by key.
                *self.arrangement_mut() = before;
            }
        }
    }

    /// Hides a part, or shows it again, and says which key does the other.
    pub fn hide(&mut self, part: ScreenPart) {
        self.nav.zoomed = None;
        let wish = self.arrangement_mut();
        let (hidden, name, it) = match part {
            ScreenPart::Tree => (&mut wish.hide_tree, "the versions are", "them"),
            ScreenPart::Charts => (&mut wish.hide_charts, "the charts are", "them"),
            ScreenPart::Card => (&mut wish.hide_card, "the verdict is", "it"),
            ScreenPart::Steer => (&mut wish.hide_steer, "the hint box is", "it"),
            ScreenPart::Main => return,
        };
        *hidden = !*hidden;
        let words = if *hidden {
            let key = self.prefs.keys.shown(Action::Hide(part));
            format!("{name} hidden; {key} shows {it} again")
        } else {
            format!("{name} shown again")
        };
        self.say(words, false);
    }
}
