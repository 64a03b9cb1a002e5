//! The mouse: the wheel moves what is under it, a click chooses, a drag moves a border. All of it can be done by keys
//! as well, and `ctrl-w m` leaves the mouse to the terminal, whose own selection then works.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::session::Session;
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay, Tab};
use crate::tui::explore::{at_home, look_around, scroll, select, show};
use crate::tui::keys::Action;
use crate::tui::layout::{Part, border_at, moved};

/// Takes in a click, a drag or the wheel.
pub fn on_mouse(app: &mut App, session: &Session, mouse: MouseEvent) -> Vec<Effect> {
    let place = Position {
        x: mouse.column,
        y: mouse.row,
    };
    if app.overlay.is_some() {
        on_overlay(app, mouse.kind);
        return Vec::new();
    }
    match mouse.kind {
        MouseEventKind::ScrollDown => return wheel(app, session, place, true),
        MouseEventKind::ScrollUp => return wheel(app, session, place, false),
        MouseEventKind::Down(MouseButton::Left) => {
            let plan = app.plan();
            app.dragged = border_at(&plan, place)
                .filter(|_| app.at_work && app.zoomed.is_none() && !on_tab(app, place));
            if app.dragged.is_none() {
                return on_click(app, session, place);
            }
        }
        MouseEventKind::Drag(MouseButton::Left) => {
            if let Some(border) = app.dragged {
                let plan = app.plan();
                let wish = moved(&plan, app.arrangement(), border, place);
                *app.arrangement_mut() = wish;
            }
        }
        MouseEventKind::Up(MouseButton::Left) if app.dragged.is_some() => {
            app.dragged = None;
            return vec![Effect::Remember];
        }
        _ => {}
    }
    Vec::new()
}

fn on_tab(app: &App, place: Position) -> bool {
    app.seen.tabs.iter().any(|(r, _)| r.contains(place))
}

/// In lists the wheel moves the choice, as the arrow keys do.
fn on_overlay(app: &mut App, kind: MouseEventKind) {
    let by: isize = match kind {
        MouseEventKind::ScrollDown => 1,
        MouseEventKind::ScrollUp => -1,
        _ => return,
    };
    let rows = match &app.overlay {
        Some(Overlay::Help { filter, .. }) => crate::tui::help::rows(app, filter).len(),
        _ => 0,
    };
    match &mut app.overlay {
        Some(Overlay::Help { cursor, .. }) => {
            *cursor = cursor.saturating_add_signed(by).min(rows.saturating_sub(1));
        }
        Some(Overlay::Palette(open)) => {
            let last = open.found.len().saturating_sub(1);
            open.cursor = open.cursor.saturating_add_signed(by).min(last);
        }
        Some(Overlay::Messages { back }) => *back = back.saturating_add_signed(-3 * by),
        Some(Overlay::Prompt(editor)) => {
            let by = if by > 0 { 3_i16 } else { -3 };
            editor.area.scroll((by, 0_i16));
        }
        Some(Overlay::Edit { area, .. }) => {
            area.scroll((if by > 0 { 3_i16 } else { -3 }, 0_i16));
        }
        _ => {}
    }
}

/// The wheel moves what is under it: the versions, or the pane.
fn wheel(app: &mut App, session: &Session, place: Position, down: bool) -> Vec<Effect> {
    if !app.at_work {
        return at_home(app, if down { Action::Down } else { Action::Up });
    }
    let over = |part: Option<Rect>| part.is_some_and(|r| r.contains(place));
    let plan = app.plan();
    if over(plan.tree) || over(plan.mini) {
        return look_around(
            app,
            session,
            if down { Action::Newer } else { Action::Older },
        );
    }
    app.look_again(session);
    let pane = app.pane(session);
    if pane == Tab::Cases {
        return look_around(app, session, if down { Action::Down } else { Action::Up });
    }
    scroll(app, pane, if down { 3 } else { -3 });
    Vec::new()
}

fn on_click(app: &mut App, session: &Session, place: Position) -> Vec<Effect> {
    let row = app
        .seen
        .rows
        .iter()
        .find(|(r, _)| r.contains(place))
        .map(|(_, n)| *n);
    if !app.at_work {
        let Some((home, row)) = app.home.as_mut().zip(row) else {
            return Vec::new();
        };
        let again = home.cursor == row;
        home.cursor = row;
        return if again {
            at_home(app, Action::Open)
        } else {
            Vec::new()
        };
    }
    app.steering = app.seen.steer.contains(place);
    let plan = app.plan();
    let over = |part: Option<Rect>| part.is_some_and(|r| r.contains(place));
    if app.zoomed != Some(Part::Charts)
        && (over(plan.memory) || over(plan.interval) || over(plan.gains))
    {
        show(app, Tab::Charts);
        return Vec::new();
    }
    if let Some(tab) = app
        .seen
        .tabs
        .iter()
        .find(|(r, _)| r.contains(place))
        .map(|(_, t)| *t)
    {
        show(app, tab);
    } else if let Some((_, fold)) = app.seen.folds.iter().find(|(r, _)| r.contains(place)) {
        let fold = *fold;
        app.toggle_fold(session, app.pane(session), Some(fold));
    } else if let Some(version) = app.version_at(place) {
        select(app, version);
    } else if let Some(row) = row.filter(|_| app.pane(session) == Tab::Cases) {
        app.case = Some(row);
    }
    Vec::new()
}
