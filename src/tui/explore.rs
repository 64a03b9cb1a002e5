//! Looking around: panes, versions, cases, scrolling. Changes only what is looked at, never the session.

use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::act::Effect;
use crate::tui::app::{Against, App, Tab};
use crate::tui::files;
use crate::tui::keys::Action;
use crate::tui::layout::Part;

/// Actions that only change what is looked at.
pub fn look_around(app: &mut App, session: &Session, action: Action) -> Vec<Effect> {
    if !app.at_work {
        return at_home(app, action);
    }
    if moves(action) {
        app.look_again(session);
    }
    let pane = app.pane(session);
    let page = app.seen.room.saturating_sub(1).max(1) as isize;
    match action {
        Action::Show(tab) => show(app, tab),
        Action::NextTab => show(app, neighbour(pane, 1)),
        Action::PreviousTab => show(app, neighbour(pane, Tab::ALL.len() - 1)),
        Action::Follow => {
            app.tab = None;
            app.selected = None;
            app.case = None;
            app.scroll.clear();
        }
        Action::Older | Action::Newer if pane == Tab::Charts && app.panes.charts.one.is_some() => {
            let by = if action == Action::Older { -1 } else { 1 };
            app.panes.charts.step(by, app.seen.chart_cells);
        }
        Action::Older | Action::Newer
            if pane == Tab::Stream && app.step_reply(session, action == Action::Newer) => {}
        Action::Older | Action::Newer => {
            let at = app
                .version(session)
                .and_then(|id| session.versions.iter().position(|v| v.id == id))
                .unwrap_or(0);
            let next = if action == Action::Older {
                at.checked_sub(1)
            } else {
                Some(at + 1)
            };
            if let Some(version) = next.and_then(|n| session.versions.get(n)) {
                select(app, version.id);
            }
        }
        Action::Up if app.zoomed == Some(Part::Tree) => {
            return look_around(app, session, Action::Older);
        }
        Action::Down if app.zoomed == Some(Part::Tree) => {
            return look_around(app, session, Action::Newer);
        }
        Action::Open if app.zoomed == Some(Part::Tree) => app.zoomed = None,
        Action::Up if pane == Tab::Cases => app.step_case(session, -1),
        Action::Down if pane == Tab::Cases => app.step_case(session, 1),
        Action::Up => scroll(app, pane, -1),
        Action::Down => scroll(app, pane, 1),
        Action::PageUp => scroll(app, pane, -page),
        Action::PageDown => scroll(app, pane, page),
        Action::HalfUp => scroll(app, pane, -(page / 2).max(1)),
        Action::HalfDown => scroll(app, pane, (page / 2).max(1)),
        Action::Top => scroll_to(app, pane, 0),
        Action::Bottom => scroll_to(app, pane, usize::MAX),
        Action::NextChange => app.step_change(1),
        Action::PreviousChange => app.step_change(-1),
        Action::NextFold => app.step_fold(1),
        Action::PreviousFold => app.step_fold(-1),
        Action::AllFolds => app.toggle_all_folds(),
        Action::Columns => app.toggle_columns(session),
        Action::Wrap => app.toggle_wrap(),
        Action::Mark => app.mark_version(session),
        Action::FindVersion => app.start_finding(),
        Action::HideFailures => app.panes.tree.collapsed = !app.panes.tree.collapsed,
        Action::SortCases => app.panes.cases.next_order(),
        Action::Against => {
            app.against = match app.against {
                Against::Parent => Against::Original,
                Against::Original => Against::Best,
                Against::Best if app.panes.diff.marked.is_some() => Against::Marked,
                Against::Best | Against::Marked | Against::Version(_) => Against::Parent,
            };
            show(app, Tab::Diff);
        }
        Action::Open => app.toggle_fold(session, pane, None),
        Action::Left => app.shift = app.shift.saturating_sub(8),
        Action::Right => app.shift = (app.shift + 8).min(2_000),
        _ => {}
    }
    Vec::new()
}

/// Whether an action moves within what was seen last, which must then be what is shown now.
fn moves(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::Up
            | A::Down
            | A::PageUp
            | A::PageDown
            | A::HalfUp
            | A::HalfDown
            | A::Top
            | A::Bottom
            | A::NextChange
            | A::PreviousChange
    )
}

/// What an action does on the start screen.
pub fn at_home(app: &mut App, action: Action) -> Vec<Effect> {
    let Some(home) = &mut app.home else {
        return Vec::new();
    };
    match action {
        Action::Up => home.step(-1),
        Action::Down => home.step(1),
        Action::PageUp => home.step(-8),
        Action::PageDown => home.step(8),
        Action::Top => home.cursor = 0,
        Action::Bottom => home.step(isize::MAX),
        Action::Open if home.opening.is_none() => match home.chosen() {
            Ok(choice) => {
                home.opening = Some(choice.name());
                app.stage_since = app.now;
                return vec![Effect::Open(choice)];
            }
            Err(why) => app.say(why, true),
        },
        Action::OpenFile => files::open(app),
        Action::TakeModel => match home.offer() {
            Some(server) => return vec![Effect::TakeModel(server.clone())],
            None if home.models.iter().any(|m| m.ready) => {
                app.say("a model is ready already; , changes it", false);
            }
            None => app.say(
                "no server answers on the usual ports of this machine; , sets a model up",
                true,
            ),
        },
        _ => {}
    }
    Vec::new()
}

/// Shows a pane.
pub fn show(app: &mut App, tab: Tab) {
    app.tab = Some(tab);
    app.shift = 0;
    if app.zoomed.is_some() {
        app.zoomed = Some(Part::Main);
    }
}

/// Looks at a version.
pub fn select(app: &mut App, version: VersionId) {
    app.selected = Some(version);
    app.case = None;
    for tab in [Tab::Code, Tab::Diff, Tab::Cases, Tab::Stream, Tab::Prompt] {
        app.scroll.remove(&tab);
    }
}

fn neighbour(tab: Tab, by: usize) -> Tab {
    let at = Tab::ALL.iter().position(|t| *t == tab).unwrap_or(0);
    Tab::ALL[(at + by) % Tab::ALL.len()]
}

/// Moves from the place that was seen last, within what there is.
pub(super) fn scroll(app: &mut App, pane: Tab, by: isize) {
    scroll_to(app, pane, app.seen.first.saturating_add_signed(by));
}

fn scroll_to(app: &mut App, pane: Tab, row: usize) {
    let last = app.seen.total.saturating_sub(app.seen.room);
    // The next key may come before the next drawing.
    app.seen.first = row.min(last);
    // To the end stays to the end: more may come, and what was asked of the desk is not there yet.
    let to = if row == usize::MAX {
        row
    } else {
        row.min(last)
    };
    app.scroll.insert(pane, to);
    if pane == Tab::Stream && row >= last {
        // At the end again: the reply is followed as it grows.
        app.scroll.remove(&pane);
    }
}
