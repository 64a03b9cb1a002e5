//! Where everything goes, for every size of screen. Pure arithmetic: the same answer for drawing and for clicks.

use ratatui::layout::{Margin, Rect};

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

/// Places on the screen; what does not fit is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
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

impl Plan {
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
pub struct Look {
    /// The steering box has the keyboard.
    pub steering: bool,
    /// There is a standing line.
    pub banner: bool,
    /// The main pane has the whole width.
    pub zoomed: bool,
}

/// Lays out a screen.
#[must_use]
pub fn plan(size: Rect, look: Look) -> Plan {
    let Look {
        steering,
        banner,
        zoomed,
    } = look;
    let room = match (size.width, size.height) {
        (w, h) if w < 30 || h < 9 => Room::Tiny,
        (w, h) if w < 100 || h < 24 => Room::Small,
        (w, h) if w < 140 || h < 28 => Room::Medium,
        _ => Room::Wide,
    };
    let mut rest = size;
    let state_lines = match room {
        Room::Tiny => 1,
        Room::Small if size.width < 100 => 2,
        _ => 1,
    };
    let state = bottom(&mut rest, state_lines);
    let mut plan = Plan {
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
    } else if size.height >= 30 {
        plan.steer = Some(bottom(&mut rest, 3));
    }
    match room {
        Room::Tiny => {}
        _ if zoomed && room > Room::Small => plan.mini = Some(bottom(&mut rest, 1)),
        Room::Small => {
            if !steering || size.height >= 16 {
                plan.mini = Some(bottom(&mut rest, 1));
            }
        }
        Room::Medium => {
            let mut side = left(&mut rest, 34);
            if side.height >= 30 {
                plan.gains = Some(bottom(&mut side, 8));
            }
            let (interval, memory) = (
                if side.height >= 24 { 8 } else { 6 },
                if side.height >= 24 { 9 } else { 7 },
            );
            plan.interval = Some(bottom(&mut side, interval));
            plan.memory = Some(bottom(&mut side, memory));
            plan.tree = Some(side);
        }
        Room::Wide => {
            let tree = (size.width / 6).clamp(26, 38);
            plan.tree = Some(left(&mut rest, tree));
            let mut charts = right(&mut rest, (size.width * 2 / 9).clamp(34, 56));
            let third = charts.height / 3;
            plan.gains = Some(bottom(&mut charts, third.min(11)));
            let half = charts.height / 2;
            plan.interval = Some(bottom(&mut charts, half.min(13)));
            plan.memory = Some(charts);
        }
    }
    if room >= Room::Medium && rest.height >= 20 {
        let lines = if rest.height >= 30 { 7 } else { 6 };
        plan.card = Some(bottom(&mut rest, lines));
    }
    plan.main = rest;
    plan
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
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
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
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_screen_and_never_overlap() {
        for width in 0..220 {
            for height in 0..70 {
                for (steering, banner, zoomed) in [
                    (false, false, false),
                    (true, true, false),
                    (false, true, true),
                ] {
                    let plan = plan(
                        Rect::new(0, 0, width, height),
                        Look {
                            steering,
                            banner,
                            zoomed,
                        },
                    );
                    let parts = [
                        plan.header,
                        plan.banner,
                        plan.tree,
                        plan.card,
                        plan.memory,
                        plan.interval,
                        plan.gains,
                        plan.steer,
                        plan.mini,
                    ];
                    let all: Vec<Rect> = parts
                        .into_iter()
                        .flatten()
                        .chain([plan.main, plan.state])
                        .collect();
                    for (i, a) in all.iter().enumerate() {
                        for b in &all[i + 1..] {
                            assert!(
                                !a.intersects(*b) || a.is_empty() || b.is_empty(),
                                "{width}×{height}: {a:?} {b:?}"
                            );
                        }
                    }
                    let covered: u32 = all.iter().map(|r| r.area()).sum();
                    if plan.room != Room::Tiny {
                        assert_eq!(
                            covered,
                            u32::from(width) * u32::from(height),
                            "{width}×{height}"
                        );
                        assert!(plan.main.height >= 3, "{width}×{height}");
                    }
                }
            }
        }
    }
}
