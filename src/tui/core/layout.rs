//! Where everything goes, for every size of screen. Pure arithmetic: the same answer for drawing and for clicks.
//!
//! What the developer wishes (borders moved, parts hidden, one part on the whole screen) is an [`Arrangement`]; a wish
//! that would leave some part too little room is met as far as there is room, so that none can spoil a screen.

mod border;

use ratatui::layout::{Margin, Rect};
use serde::{Deserialize, Serialize};

pub(crate) use border::{Border, border_at, moved};

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// One line of state, and little else.
    Tiny,
    /// One pane at a time.
    Small,
    /// A side column with tree and charts, and the main pane.
    Medium,
    /// Tree, main pane and charts side by side.
    Wide,
}

/// A part of the screen that can be hidden, or shown alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScreenPart {
    /// The main pane.
    Main,
    /// The version tree.
    Tree,
    /// The charts beside the main pane.
    Charts,
    /// What became of the selected version.
    Card,
    /// The steering box, while it is not used.
    Steer,
}

/// What the developer wishes of one class of screen sizes. Widths and heights in cells, frames included; none is the
/// usual size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Arrangement {
    /// Width of the column at the left.
    pub side: Option<u16>,
    /// Width of the charts at the right.
    pub charts: Option<u16>,
    /// Height of the card.
    pub card: Option<u16>,
    /// Height of memory over time.
    pub memory: Option<u16>,
    /// Height of the comparison.
    pub interval: Option<u16>,
    /// Height of gain by version.
    pub gains: Option<u16>,
    /// No version tree.
    pub hide_tree: bool,
    /// No charts.
    pub hide_charts: bool,
    /// No card.
    pub hide_card: bool,
    /// No steering box while it is not used.
    pub hide_steer: bool,
}

/// Places on the screen; what does not fit is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScreenLayout {
    /// How much room there is.
    pub room: Room,
    /// The line on top.
    pub header: Option<Rect>,
    /// The standing line below it.
    pub banner: Option<Rect>,
    /// The version tree.
    pub tree: Option<Rect>,
    /// The main pane with its frame.
    pub main: Rect,
    /// What became of the selected version.
    pub card: Option<Rect>,
    /// Memory over time.
    pub memory: Option<Rect>,
    /// The comparison closing in.
    pub interval: Option<Rect>,
    /// Gain by version.
    pub gains: Option<Rect>,
    /// The steering box.
    pub steer: Option<Rect>,
    /// Tree and chart in one line, where they have no place of their own.
    pub mini: Option<Rect>,
    /// One or two lines: what is on, and the keys.
    pub state: Rect,
}

impl ScreenLayout {
    /// The parts that this screen lacks only because they are hidden, with what they are called; none where one part has
    /// the whole screen.
    pub fn hidden(
        &self,
        size: Rect,
        look: LayoutOptions,
    ) -> impl Iterator<Item = (ScreenPart, &'static str)> {
        let all = Arrangement {
            hide_tree: false,
            hide_charts: false,
            hide_card: false,
            hide_steer: false,
            ..look.arrangement
        };
        let whole = lay_out(
            size,
            LayoutOptions {
                arrangement: all,
                ..look
            },
        );
        let versions = |p: &ScreenLayout| p.tree.or(p.mini).is_some();
        [
            (
                ScreenPart::Tree,
                "versions",
                versions(self),
                versions(&whole),
            ),
            (
                ScreenPart::Charts,
                "charts",
                self.memory.is_some(),
                whole.memory.is_some(),
            ),
            (
                ScreenPart::Card,
                "verdict",
                self.card.is_some(),
                whole.card.is_some(),
            ),
            (
                ScreenPart::Steer,
                "hint box",
                self.steer.is_some(),
                whole.steer.is_some(),
            ),
        ]
        .into_iter()
        .filter(move |(_, _, here, there)| look.zoomed.is_none() && !here && *there)
        .map(|(part, word, _, _)| (part, word))
    }

    /// The main pane without its frame, with a cell of air on both sides.
    #[must_use]
    pub fn main_inner(&self) -> Rect {
        inner(self.main, self.room)
    }
}

fn inner(area: Rect, room: Room) -> Rect {
    let horizontal = if room >= Room::Medium { 2 } else { 1 };
    area.inner(Margin {
        horizontal,
        vertical: 1,
    })
}

/// What besides the size decides where things go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayoutOptions {
    /// The steering box has the keyboard.
    pub steering: bool,
    /// There is a standing line.
    pub banner: bool,
    /// The main pane shows the charts, so that they need not stand beside it as well.
    pub charts_in_main: bool,
    /// One part has the whole screen.
    pub zoomed: Option<ScreenPart>,
    /// What the developer wishes.
    pub arrangement: Arrangement,
}

/// The class of a size.
#[must_use]
pub(crate) fn room(size: Rect) -> Room {
    match (size.width, size.height) {
        (w, h) if w < 30 || h < 9 => Room::Tiny,
        (w, h) if w < 100 || h < 24 => Room::Small,
        (w, h) if w < 140 || h < 28 => Room::Medium,
        _ => Room::Wide,
    }
}

/// Cells that the main pane keeps beside the columns, whatever is wished.
const MAIN_WIDTH: u16 = 44;
/// Cells of the column at the left as a rule: on a larger screen it is never narrower.
const SIDE: u16 = 34;
/// Cells that a column keeps.
const COLUMN: u16 = 20;
/// Rows that a chart keeps; with fewer it says nothing.
const CHART: u16 = 5;
/// Rows that the main pane keeps above the card.
const MAIN_HEIGHT: u16 = 8;

/// Lays out a screen.
#[must_use]
pub(crate) fn lay_out(size: Rect, look: LayoutOptions) -> ScreenLayout {
    let LayoutOptions {
        steering,
        banner,
        charts_in_main,
        zoomed,
        arrangement: mut wish,
    } = look;
    wish.hide_charts |= charts_in_main;
    let room = room(size);
    let mut rest = size;
    let state_lines = match room {
        Room::Tiny => 1,
        Room::Small if size.width < 100 => 2,
        _ => 1,
    };
    let state = bottom(&mut rest, state_lines);
    let mut plan = ScreenLayout {
        room,
        header: None,
        banner: None,
        tree: None,
        main: rest,
        card: None,
        memory: None,
        interval: None,
        gains: None,
        steer: None,
        mini: None,
        state,
    };
    if room == Room::Tiny {
        plan.main = Rect { height: 0, ..rest };
        return plan;
    }
    plan.header = Some(top(&mut rest, 1));
    if banner && size.height >= 20 {
        plan.banner = Some(top(&mut rest, 1));
    }
    if steering {
        plan.steer = Some(bottom(&mut rest, if size.height >= 20 { 5 } else { 3 }));
    } else if size.height >= 30 && !wish.hide_steer && zoomed.is_none() {
        plan.steer = Some(bottom(&mut rest, 3));
    }
    if let Some(part) = zoomed {
        alone(&mut plan, rest, part);
        return plan;
    }
    match room {
        Room::Tiny => {}
        Room::Small => {
            if (!steering || size.height >= 16) && !wish.hide_tree {
                plan.mini = Some(bottom(&mut rest, 1));
            }
        }
        Room::Medium => medium(&mut plan, &mut rest, wish),
        Room::Wide => wide(&mut plan, &mut rest, size, wish),
    }
    if room >= Room::Medium && rest.height >= 20 && !wish.hide_card {
        let usual = if rest.height >= 30 { 7 } else { 6 };
        let lines = within(wish.card, usual, 4, rest.height - MAIN_HEIGHT);
        plan.card = Some(bottom(&mut rest, lines));
    }
    plan.main = rest;
    plan
}

/// A wished size, or the usual one, between the least and the most that there is room for.
fn within(wish: Option<u16>, usual: u16, least: u16, most: u16) -> u16 {
    wish.unwrap_or(usual).clamp(least, most.max(least))
}

/// One part has all there is; the others are one line.
fn alone(plan: &mut ScreenLayout, mut rest: Rect, part: ScreenPart) {
    if plan.room > Room::Small {
        plan.mini = Some(bottom(&mut rest, 1));
    }
    let nothing = Rect { height: 0, ..rest };
    match part {
        ScreenPart::Tree => {
            plan.tree = Some(rest);
            plan.main = nothing;
        }
        ScreenPart::Charts => {
            plan.main = nothing;
            if rest.width >= 96 && rest.height < 30 {
                let third = rest.width / 3;
                plan.memory = Some(left(&mut rest, third));
                plan.gains = Some(right(&mut rest, third));
                plan.interval = Some(rest);
            } else {
                if rest.height >= 20 {
                    let third = rest.height / 3;
                    plan.gains = Some(bottom(&mut rest, third));
                }
                let half = rest.height / 2;
                plan.interval = Some(bottom(&mut rest, half));
                plan.memory = Some(rest);
            }
        }
        ScreenPart::Main | ScreenPart::Card | ScreenPart::Steer => plan.main = rest,
    }
}

/// A column at the left: the tree, and the charts below it.
fn medium(plan: &mut ScreenLayout, rest: &mut Rect, wish: Arrangement) {
    if wish.hide_tree && wish.hide_charts {
        return;
    }
    let width = within(
        wish.side,
        SIDE,
        COLUMN,
        rest.width.saturating_sub(MAIN_WIDTH),
    );
    let mut side = left(rest, width);
    if wish.hide_charts {
        plan.tree = Some(side);
        return;
    }
    let tall = side.height >= 24;
    // The first part of the column keeps as much as a chart.
    if side.height >= 34 {
        let most = side.height - 3 * CHART;
        plan.gains = Some(bottom(&mut side, within(wish.gains, 8, CHART, most)));
    }
    let most = side.height - 2 * CHART;
    let usual = if tall { 8 } else { 6 };
    let lines = within(wish.interval, usual, CHART, most);
    plan.interval = Some(bottom(&mut side, lines));
    if wish.hide_tree {
        plan.memory = Some(side);
        return;
    }
    let most = side.height - CHART;
    let usual = if tall { 9 } else { 7 };
    let lines = within(wish.memory, usual, CHART, most);
    plan.memory = Some(bottom(&mut side, lines));
    plan.tree = Some(side);
}

/// The tree at the left, the charts at the right.
fn wide(plan: &mut ScreenLayout, rest: &mut Rect, size: Rect, wish: Arrangement) {
    if !wish.hide_tree {
        let most = rest.width.saturating_sub(MAIN_WIDTH + COLUMN);
        let usual = (size.width / 6).clamp(SIDE, 40);
        plan.tree = Some(left(rest, within(wish.side, usual, COLUMN, most)));
    }
    if !wish.hide_charts {
        let most = rest.width.saturating_sub(MAIN_WIDTH);
        let usual = (size.width * 2 / 9).clamp(34, 56);
        let mut charts = right(rest, within(wish.charts, usual, COLUMN, most));
        // What a session is about has most room: how far it has come.
        let usual = charts.height * 3 / 8;
        let most = charts.height - 2 * CHART;
        plan.gains = Some(bottom(&mut charts, within(wish.gains, usual, CHART, most)));
        let usual = (charts.height / 2).min(13);
        let most = charts.height - CHART;
        let lines = within(wish.interval, usual, CHART, most);
        plan.interval = Some(bottom(&mut charts, lines));
        plan.memory = Some(charts);
    }
}

fn top(rest: &mut Rect, lines: u16) -> Rect {
    let lines = lines.min(rest.height);
    let part = Rect {
        height: lines,
        ..*rest
    };
    rest.y += lines;
    rest.height -= lines;
    part
}

fn bottom(rest: &mut Rect, lines: u16) -> Rect {
    let lines = lines.min(rest.height);
    rest.height -= lines;
    Rect {
        y: rest.y + rest.height,
        height: lines,
        ..*rest
    }
}

fn left(rest: &mut Rect, cells: u16) -> Rect {
    let cells = cells.min(rest.width);
    let part = Rect {
        width: cells,
        ..*rest
    };
    rest.x += cells;
    rest.width -= cells;
    part
}

fn right(rest: &mut Rect, cells: u16) -> Rect {
    let cells = cells.min(rest.width);
    rest.width -= cells;
    Rect {
        x: rest.x + rest.width,
        width: cells,
        ..*rest
    }
}

/// A box in the middle, at most so large.
#[must_use]
pub(crate) fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
