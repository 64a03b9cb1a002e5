//! Borders between parts of the workbench: which one is at a place, and what moving it comes to.

use ratatui::layout::{Position, Rect};

use super::{Arrangement, Room, ScreenLayout};

/// A border that can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Between the column at the left and the main pane.
    Side,
    /// Between the main pane and the charts at the right.
    Charts,
    /// Between the main pane and the card below it.
    Card,
    /// Above memory over time (below the tree).
    Memory,
    /// Above the comparison.
    Interval,
    /// Above gain by version.
    Gains,
}

/// The border at a place, if one is there: the frames of two parts that touch.
#[must_use]
pub(crate) fn border_at(plan: &ScreenLayout, place: Position) -> Option<Border> {
    let rows = |r: Rect| (r.y..r.y + r.height).contains(&place.y);
    let main = plan.main;
    let column = plan.tree.or(plan.memory).filter(|c| c.x < main.x);
    if column.is_some() && main.x > 0 && rows_of_columns(plan).contains(&place.y) {
        // Either of the two frames.
        if place.x == main.x || place.x + 1 == main.x {
            return Some(Border::Side);
        }
    }
    if plan.room == Room::Wide
        && let Some(charts) = plan.memory
        && (place.x == charts.x || place.x + 1 == charts.x)
        && rows_of_columns(plan).contains(&place.y)
    {
        return Some(Border::Charts);
    }
    if let Some(card) = plan.card
        && (card.x..card.x + card.width).contains(&place.x)
        && (place.y == card.y || place.y + 1 == card.y)
    {
        return Some(Border::Card);
    }
    let above = |part: Option<Rect>, before: Option<Rect>| {
        part.zip(before).is_some_and(|(p, b)| {
            p.x == b.x
                && (p.x..p.x + p.width).contains(&place.x)
                && (place.y == p.y || place.y + 1 == p.y)
                && (rows(p) || rows(b))
        })
    };
    if above(plan.memory, plan.tree) {
        return Some(Border::Memory);
    }
    if above(plan.interval, plan.memory) {
        return Some(Border::Interval);
    }
    above(plan.gains, plan.interval).then_some(Border::Gains)
}

/// Rows on which the columns stand beside the main pane.
fn rows_of_columns(plan: &ScreenLayout) -> std::ops::Range<u16> {
    let bottom = plan.card.unwrap_or(plan.main);
    plan.main.y..bottom.y + bottom.height
}

/// The arrangement with a border at another place of the screen, as far as there is room ([`super::lay_out`] sees to that).
#[must_use]
pub(crate) fn moved(
    plan: &ScreenLayout,
    wish: Arrangement,
    border: Border,
    to: Position,
) -> Arrangement {
    let mut wish = wish;
    let below = |part: Option<Rect>| part.map_or(0, |r| (r.y + r.height).saturating_sub(to.y));
    // What the part above gains or loses: it must stay where it begins.
    let above = |part: Option<Rect>| part.map_or(0, |r| to.y.saturating_sub(r.y));
    match border {
        Border::Side => wish.side = Some(to.x),
        Border::Charts => {
            wish.charts = plan
                .memory
                .map(|charts| (charts.x + charts.width).saturating_sub(to.x));
        }
        Border::Card => wish.card = Some(below(plan.card)),
        Border::Memory => wish.memory = Some(below(plan.memory)),
        Border::Interval => {
            wish.interval = Some(below(plan.interval));
            if plan
                .tree
                .is_some_and(|t| plan.memory.is_some_and(|m| m.x == t.x))
            {
                wish.memory = Some(above(plan.memory));
            }
        }
        Border::Gains => {
            wish.gains = Some(below(plan.gains));
            wish.interval = Some(above(plan.interval));
        }
    }
    wish
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::{LayoutOptions, lay_out};
    use super::*;

    fn place(plan: &ScreenLayout, border: Border) -> Position {
        let at = |r: Rect| Position { x: r.x + 3, y: r.y };
        match border {
            Border::Side => Position {
                x: plan.main.x,
                y: plan.main.y + 2,
            },
            Border::Charts => Position {
                x: plan.memory.unwrap().x,
                y: plan.main.y + 2,
            },
            Border::Card => at(plan.card.unwrap()),
            Border::Memory => at(plan.memory.unwrap()),
            Border::Interval => at(plan.interval.unwrap()),
            Border::Gains => at(plan.gains.unwrap()),
        }
    }

    #[test]
    fn a_border_goes_where_it_is_dragged_and_no_part_is_lost() {
        for (size, borders) in [
            (
                Rect::new(0, 0, 120, 48),
                vec![
                    Border::Side,
                    Border::Card,
                    Border::Memory,
                    Border::Interval,
                    Border::Gains,
                ],
            ),
            (
                Rect::new(0, 0, 180, 50),
                vec![
                    Border::Side,
                    Border::Charts,
                    Border::Card,
                    Border::Interval,
                    Border::Gains,
                ],
            ),
        ] {
            for border in borders {
                let before = lay_out(size, LayoutOptions::default());
                let from = place(&before, border);
                assert_eq!(border_at(&before, from), Some(border), "{from:?}");
                for by in [-2_i16, -1, 1, 2] {
                    let to = Position {
                        x: from.x.saturating_add_signed(by),
                        y: from.y.saturating_add_signed(by),
                    };
                    let arrangement = moved(&before, Arrangement::default(), border, to);
                    let look = LayoutOptions {
                        arrangement,
                        ..LayoutOptions::default()
                    };
                    let after = place(&lay_out(size, look), border);
                    match border {
                        Border::Side | Border::Charts => assert_eq!(after.x, to.x, "{border:?}"),
                        _ => assert_eq!(after.y, to.y, "{border:?}"),
                    }
                }
                // To every corner: the plan stays whole.
                for x in [0, 5, size.width - 1] {
                    for y in [0, 9, size.height - 1] {
                        let arrangement =
                            moved(&before, Arrangement::default(), border, Position { x, y });
                        let look = LayoutOptions {
                            arrangement,
                            ..LayoutOptions::default()
                        };
                        let after = lay_out(size, look);
                        assert!(
                            after.main.width >= 40 && after.main.height >= 8,
                            "{border:?}"
                        );
                        assert!(after.memory.unwrap().height >= 5);
                    }
                }
            }
        }
    }
}
