//! Arranging the screen: borders moved by keys, parts hidden, one part on the whole screen.

use ratatui::layout::{Position, Rect};

use crate::tui::act::Effect;
use crate::tui::app::App;
use crate::tui::keys::Action;
use crate::tui::layout::{Arrangement, Border, Part, Room, moved};

/// Cells that a border is moved by at once.
const STEP: i16 = 2;

/// Whether an action arranges the screen.
#[must_use]
pub fn is_arranging(action: Action) -> bool {
    matches!(
        action,
        Action::Zoom
            | Action::ZoomNext
            | Action::Hide(_)
            | Action::Wider
            | Action::Narrower
            | Action::BorderLeft
            | Action::BorderRight
            | Action::BorderUp
            | Action::BorderDown
            | Action::ChartsLeft
            | Action::ChartsRight
            | Action::UsualSizes
    )
}

/// Does it.
pub fn arrange(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Zoom => {
            app.zoomed = match app.zoomed {
                Some(_) => None,
                None => Some(Part::Main),
            };
            return Vec::new();
        }
        Action::ZoomNext => {
            app.zoomed = match app.zoomed {
                None => Some(Part::Tree),
                Some(Part::Tree) => Some(Part::Charts),
                Some(Part::Charts) => Some(Part::Main),
                Some(_) => None,
            };
            return Vec::new();
        }
        Action::Hide(part) => hide(app, part),
        Action::UsualSizes => {
            *app.arrangement_mut() = Arrangement::default();
            app.zoomed = None;
            app.say("every part has its usual place and size", false);
        }
        _ if app.plan().room < Room::Medium => {
            app.say(
                "on a screen of this size there is one pane and no border to move",
                false,
            );
            return Vec::new();
        }
        _ => move_borders(app, action),
    }
    vec![Effect::Remember]
}

fn move_borders(app: &mut App, action: Action) {
    app.zoomed = None;
    let moves: &[(Border, i16)] = match action {
        Action::Wider => &[(Border::Side, -STEP), (Border::Charts, STEP)],
        Action::Narrower => &[(Border::Side, STEP), (Border::Charts, -STEP)],
        Action::BorderLeft => &[(Border::Side, -STEP)],
        Action::BorderRight => &[(Border::Side, STEP)],
        Action::ChartsLeft => &[(Border::Charts, -STEP)],
        Action::ChartsRight => &[(Border::Charts, STEP)],
        Action::BorderUp => &[(Border::Card, -1)],
        Action::BorderDown => &[(Border::Card, 1)],
        _ => &[],
    };
    for (border, by) in moves {
        let plan = app.plan();
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
                x: x.saturating_add_signed(if *border == Border::Card { 0 } else { *by }),
                y: y.saturating_add_signed(if *border == Border::Card { *by } else { 0 }),
            };
            let before = app.arrangement();
            let wish = moved(&plan, before, *border, to);
            *app.arrangement_mut() = wish;
            if app.plan() == plan {
                // As far as it goes: a wish beyond would have to be taken back key by key.
                *app.arrangement_mut() = before;
            }
        }
    }
}

fn hide(app: &mut App, part: Part) {
    app.zoomed = None;
    let key = |app: &App| app.keys.shown(Action::Hide(part));
    let wish = app.arrangement_mut();
    let (hidden, name) = match part {
        Part::Tree => (&mut wish.hide_tree, "the versions are"),
        Part::Charts => (&mut wish.hide_charts, "the charts are"),
        Part::Card => (&mut wish.hide_card, "the verdict is"),
        Part::Steer => (&mut wish.hide_steer, "the hint box is"),
        Part::Main => return,
    };
    *hidden = !*hidden;
    let words = if *hidden {
        format!("{name} hidden; {} shows them again", key(app))
    } else {
        format!("{name} shown again")
    };
    let words = if matches!(part, Part::Card | Part::Steer) {
        words.replace("shows them", "shows it")
    } else {
        words
    };
    app.say(words, false);
}
