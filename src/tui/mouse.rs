//! The mouse: the wheel moves what is under it, a click chooses, a drag moves a border. All of it can be done by keys
//! as well, and `ctrl-w m` leaves the mouse to the terminal, whose own selection then works.
//!
//! In a dialog a click chooses a row, a click on the chosen row does it, and a click beside the dialog leaves it, as escape
//! does. A key that is said on the screen is pressed by a click on it.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::session::Session;
use crate::tui::app::App;
use crate::tui::component::{Context, Dialog, NOTCH, Outcome};
use crate::tui::core::action::Action;
use crate::tui::core::key::key;
use crate::tui::core::layout::{ScreenPart, border_at, moved};
use crate::tui::core::tab::Tab;
use crate::tui::core::typing::place_cursor;
use crate::tui::panes::registry;
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::Target;
use crate::tui::state::navigation::{Direction, Motion};
use crate::tui::update::{perform, press, refresh, settle};

/// Takes in a click, a drag or the wheel.
pub(crate) fn on_mouse(app: &mut App, session: &Session, mouse: MouseEvent) -> Vec<Effect> {
    let place = Position {
        x: mouse.column,
        y: mouse.row,
    };
    let pressed = mouse.kind == MouseEventKind::Down(MouseButton::Left);
    let target = app.state.hits.target(place);
    let target = target.map(|(area, target)| (area, target.clone()));
    if let (true, Some((_, Target::Keys(keys)))) = (pressed, &target) {
        return press(app, session, keys);
    }
    if let Some(mut dialog) = app.dialog.take() {
        let outcome = match mouse.kind {
            MouseEventKind::ScrollDown => Some(wheel_over(&mut *dialog, app, session, true)),
            MouseEventKind::ScrollUp => Some(wheel_over(&mut *dialog, app, session, false)),
            _ if pressed => click_in(&mut *dialog, app, session, place, target),
            _ => None,
        };
        app.dialog = Some(dialog);
        return outcome.map_or_else(Vec::new, |o| settle(app, session, o));
    }
    if let (true, Some((area, Target::Timeline))) = (pressed, &target) {
        let share = f64::from(place.x - area.x) / f64::from(area.width.saturating_sub(1).max(1));
        return vec![Effect::GoTo(share)];
    }
    if let (true, Some((_, Target::Sort(order)))) = (pressed, &target) {
        app.state.panes.cases.sort_by(*order);
        return Vec::new();
    }
    match mouse.kind {
        MouseEventKind::ScrollDown => return wheel(app, session, place, true),
        MouseEventKind::ScrollUp => return wheel(app, session, place, false),
        MouseEventKind::Down(MouseButton::Left) => {
            if let Some((area, Target::Field(_))) = target {
                place_cursor(&mut app.state.hint_box.text, area, place);
            }
            let state = &mut app.state;
            let plan = state.layout();
            let free = state.at_work && state.nav.zoomed.is_none();
            let free = free && state.hits.tab(place).is_none();
            state.pending.drag = border_at(&plan, place).filter(|_| free);
            if state.pending.drag.is_none() {
                return on_click(app, session, place);
            }
        }
        MouseEventKind::Drag(MouseButton::Left) => {
            let state = &mut app.state;
            if let Some(border) = state.pending.drag {
                let plan = state.layout();
                let wish = moved(&plan, state.arrangement(), border, place);
                *state.arrangement_mut() = wish;
            }
        }
        MouseEventKind::Up(MouseButton::Left) if app.state.pending.drag.is_some() => {
            app.state.pending.drag = None;
            return vec![Effect::Remember];
        }
        _ => {}
    }
    Vec::new()
}

/// In lists the wheel moves the choice, as the arrow keys do, but never from the end to the start.
fn wheel_over(dialog: &mut dyn Dialog, app: &mut App, session: &Session, down: bool) -> Outcome {
    let state = &mut app.state;
    let cx = &mut Context { state, session };
    let Some(list) = dialog.list(cx) else {
        return dialog.on_wheel(if down { NOTCH } else { -NOTCH }, cx);
    };
    let before = *list.cursor;
    let last = list.rows.saturating_sub(1);
    let by = if down { 1 } else { -1 };
    *list.cursor = before.saturating_add_signed(by).min(last);
    if *list.cursor != before {
        dialog.on_chosen(cx);
    }
    Outcome::stay()
}

/// A click in a dialog, or beside it.
fn click_in(
    dialog: &mut dyn Dialog,
    app: &mut App,
    session: &Session,
    place: Position,
    target: Option<(Rect, Target)>,
) -> Option<Outcome> {
    let state = &mut app.state;
    let cx = &mut Context { state, session };
    match target {
        Some((_, Target::Row(row))) => {
            let list = dialog.list(cx)?;
            if *list.cursor == row {
                return Some(dialog.on_key(key!(enter), cx));
            }
            *list.cursor = row.min(list.rows.saturating_sub(1));
            dialog.on_chosen(cx);
        }
        Some((area, Target::Field(number))) => dialog.on_field(number, area, place),
        None if dialog.closes_at_a_click_beside() => return Some(dialog.on_key(key!(esc), cx)),
        _ => {}
    }
    None
}

/// The wheel moves what is under it: the versions, or the pane.
fn wheel(app: &mut App, session: &Session, place: Position, down: bool) -> Vec<Effect> {
    let by = if down { 1 } else { -1 };
    if !app.state.at_work {
        app.state.go(session, Motion::Rows(by));
        return Vec::new();
    }
    let over = |part: Option<Rect>| part.is_some_and(|r| r.contains(place));
    let plan = app.state.layout();
    if over(plan.tree) || over(plan.mini) {
        let state = &mut app.state;
        registry::step(&mut Context { state, session }, Direction::of(by));
        return Vec::new();
    }
    refresh(app, session);
    let pane = app.state.pane(session);
    if pane == Tab::Cases {
        let state = &mut app.state;
        registry::go(&mut Context { state, session }, Motion::Rows(by));
    } else {
        app.state.scroll(pane, by * NOTCH);
    }
    Vec::new()
}

fn on_click(app: &mut App, session: &Session, place: Position) -> Vec<Effect> {
    let state = &mut app.state;
    let row = state.hits.row(place);
    if !state.at_work {
        let Some((home, row)) = state.home.as_mut().zip(row) else {
            return Vec::new();
        };
        let again = home.cursor == row;
        home.cursor = row;
        return if again {
            perform(app, session, Action::Open)
        } else {
            Vec::new()
        };
    }
    state.hint_box.active = state.hits.steer.contains(place) && state.playback.is_none();
    let plan = state.layout();
    let over = |part: Option<Rect>| part.is_some_and(|r| r.contains(place));
    if state.nav.zoomed != Some(ScreenPart::Charts)
        && (over(plan.memory) || over(plan.interval) || over(plan.gains))
    {
        state.show(Tab::Charts);
    } else if let Some(tab) = state.hits.tab(place) {
        state.show(tab);
    } else if let Some(fold) = state.hits.fold(place) {
        state.toggle_fold(session, fold);
    } else if let Some(version) = state.hits.version(place) {
        state.select(version);
    } else if let Some(row) = row.filter(|_| state.pane(session) == Tab::Cases) {
        state.nav.case = Some(row);
    }
    Vec::new()
}
