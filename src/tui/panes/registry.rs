//! Which pane belongs to which tab, and what keys do in the one that is shown.

use crate::tui::component::{Context, Pane};
use crate::tui::core::layout::ScreenPart;
use crate::tui::core::tab::Tab;
use crate::tui::panes::cases::Cases;
use crate::tui::panes::charts::Charts;
use crate::tui::panes::code::Code;
use crate::tui::panes::diff::Diff;
use crate::tui::panes::prompt::Prompt;
use crate::tui::panes::stream::Stream;
use crate::tui::panes::summary::Summary;
use crate::tui::panes::task::Task;
use crate::tui::state::navigation::{Direction, Motion};

/// The pane of a tab.
#[must_use]
pub(crate) fn pane(tab: Tab) -> &'static dyn Pane {
    match tab {
        Tab::Task => &Task,
        Tab::Stream => &Stream,
        Tab::Code => &Code,
        Tab::Diff => &Diff,
        Tab::Cases => &Cases,
        Tab::Prompt => &Prompt,
        Tab::Charts => &Charts,
        Tab::Summary => &Summary,
    }
}

fn shown(cx: &Context<'_>) -> &'static dyn Pane {
    pane(cx.state.pane(cx.session))
}

/// Moves within what is shown: the tree alone on the screen, the pane, or the start screen.
pub(crate) fn go(cx: &mut Context<'_>, motion: Motion) {
    match motion {
        Motion::Rows(by) if cx.state.at_work && cx.state.nav.zoomed == Some(ScreenPart::Tree) => {
            step(cx, Direction::of(by));
        }
        Motion::Rows(by) if cx.state.at_work && shown(cx).on_rows(cx, by) => {}
        _ => cx.state.go(cx.session, motion),
    }
}

/// To the neighbour of what is looked at: of what the pane has, else of the version.
pub(crate) fn step(cx: &mut Context<'_>, to: Direction) {
    if !shown(cx).on_step(cx, to) {
        cx.state.step_version(cx.session, to);
    }
}

/// Opens or closes what has the focus; the tree that has the whole screen gives it back.
pub(crate) fn open(cx: &mut Context<'_>) {
    if cx.state.nav.zoomed == Some(ScreenPart::Tree) {
        cx.state.nav.zoomed = None;
    } else {
        shown(cx).on_open(cx);
    }
}
