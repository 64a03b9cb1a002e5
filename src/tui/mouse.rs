//! The mouse: the wheel moves what is under it, a click chooses, a drag moves a border. All of it can be done by keys
//! as well, and `ctrl-w m` leaves the mouse to the terminal, whose own selection then works.
//!
//! In what lies on top a click chooses a row, a click on the chosen row does it, and a click beside it leaves, as escape
//! does. A key that is said on the screen is pressed by a click on it.

use ratatui::crossterm::event::{Event, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};
use tui_textarea::{CursorMove, TextArea};

use crate::session::Session;
use crate::tui::act::{Effect, terminal_event};
use crate::tui::app::{App, Overlay, Tab};
use crate::tui::editor;
use crate::tui::explore::{at_home, look_around, scroll, select, show};
use crate::tui::keys::{Action, key_of};
use crate::tui::layout::{Part, border_at, moved};
use crate::tui::panes::CaseOrder;
use crate::tui::text::width;
use crate::tui::{help, picker};

/// Rows that one notch of the wheel moves a text.
const NOTCH: u16 = 3;

/// What a click does at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// These keys are pressed, one after the other, as the table writes them.
    Keys(Vec<String>),
    /// A row of the list on top.
    Row(usize),
    /// A box of text; it gets the keyboard and its cursor goes to the click.
    Field(usize),
    /// The cases are sorted by this; again: in their own order.
    Sort(CaseOrder),
    /// What lies on top, where it has nothing to click.
    Sheet,
}

/// Takes in a click, a drag or the wheel.
pub fn on_mouse(app: &mut App, session: &Session, mouse: MouseEvent) -> Vec<Effect> {
    let place = Position {
        x: mouse.column,
        y: mouse.row,
    };
    let pressed = mouse.kind == MouseEventKind::Down(MouseButton::Left);
    let target = app
        .seen
        .targets
        .iter()
        .rev()
        .find(|(r, _)| r.contains(place))
        .cloned();
    if let (true, Some((_, Target::Keys(keys)))) = (pressed, &target) {
        return press(app, session, keys);
    }
    if app.overlay.is_some() {
        return match mouse.kind {
            MouseEventKind::ScrollDown => wheel_on_top(app, session, true),
            MouseEventKind::ScrollUp => wheel_on_top(app, session, false),
            _ if pressed => click_on_top(app, session, place, target),
            _ => Vec::new(),
        };
    }
    if let (true, Some((_, Target::Sort(order)))) = (pressed, &target) {
        let cases = &mut app.panes.cases;
        cases.order = if cases.order == *order {
            CaseOrder::Own
        } else {
            *order
        };
        return Vec::new();
    }
    match mouse.kind {
        MouseEventKind::ScrollDown => return wheel(app, session, place, true),
        MouseEventKind::ScrollUp => return wheel(app, session, place, false),
        MouseEventKind::Down(MouseButton::Left) => {
            if let Some((area, Target::Field(_))) = target {
                caret(&mut app.steer, area, place);
            }
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

/// Presses keys as if they had been typed.
fn press(app: &mut App, session: &Session, keys: &[String]) -> Vec<Effect> {
    let events = keys.iter().filter_map(|k| key_of(k)).map(Event::Key);
    events
        .flat_map(|event| terminal_event(app, session, &event))
        .collect()
}

/// The cursor of the list on top and the number of its last row.
fn list(app: &mut App) -> Option<(&mut usize, usize)> {
    let helped = match &app.overlay {
        Some(Overlay::Help { filter, .. }) => help::rows(app, filter).len(),
        _ => 0,
    };
    let (cursor, rows) = match app.overlay.as_mut()? {
        Overlay::Help { cursor, .. } => (cursor, helped),
        Overlay::Palette(open) => (&mut open.cursor, open.found.len()),
        Overlay::Themes { names, cursor, .. } => (cursor, names.len()),
        // While a value is typed the choice stays where it is.
        Overlay::Settings(open) if open.typing.is_none() => (&mut open.cursor, open.rows.len()),
        Overlay::Files(open) => (&mut open.cursor, open.names.len()),
        Overlay::Functions(open) => (&mut open.cursor, open.found.len()),
        _ => return None,
    };
    Some((cursor, rows.saturating_sub(1)))
}

/// Shows the theme that is chosen.
fn preview(app: &mut App) {
    if let Some(Overlay::Themes { names, cursor, .. }) = &app.overlay
        && let Some(name) = names.get(*cursor).cloned()
    {
        picker::show(app, &name);
    }
}

/// In lists the wheel moves the choice, as the arrow keys do, but never from the end to the start.
fn wheel_on_top(app: &mut App, session: &Session, down: bool) -> Vec<Effect> {
    let by: isize = if down { 1 } else { -1 };
    if let Some((cursor, last)) = list(app) {
        let before = *cursor;
        *cursor = cursor.saturating_add_signed(by).min(last);
        if *cursor != before {
            preview(app);
        }
        return Vec::new();
    }
    match &mut app.overlay {
        Some(Overlay::Messages { back }) => {
            *back = back.saturating_add_signed(-by * isize::from(NOTCH as i16));
        }
        Some(Overlay::Write(open)) => {
            open.move_by(if down { 1 } else { -1 } * isize::from(NOTCH as i16))
        }
        Some(Overlay::Edit(editor)) => turn(&mut editor.area, down),
        Some(Overlay::Prompt(editor)) => turn(&mut editor.area, down),
        Some(Overlay::Goal(_)) => {
            return press(app, session, &[if down { "down" } else { "up" }.to_owned()]);
        }
        _ => {}
    }
    Vec::new()
}

/// Moves the cursor of an editor by a notch of the wheel: what is drawn is where the cursor is.
fn turn(text: &mut TextArea<'static>, down: bool) {
    let to = if down {
        CursorMove::Down
    } else {
        CursorMove::Up
    };
    (0..NOTCH).for_each(|_| text.move_cursor(to));
}

/// A click in what lies on top, or beside it.
fn click_on_top(
    app: &mut App,
    session: &Session,
    place: Position,
    target: Option<(Rect, Target)>,
) -> Vec<Effect> {
    match target {
        Some((_, Target::Row(row))) => {
            let Some((cursor, last)) = list(app) else {
                return Vec::new();
            };
            if *cursor == row {
                return press(app, session, &["enter".to_owned()]);
            }
            *cursor = row.min(last);
            preview(app);
        }
        Some((area, Target::Field(field))) => match &mut app.overlay {
            Some(Overlay::Goal(form)) => {
                form.at = field;
                if let Some(text) = form.boxes.get_mut(field) {
                    caret(text, area, place);
                }
            }
            Some(Overlay::Palette(open)) => caret(&mut open.input, area, place),
            Some(Overlay::Functions(open)) => caret(&mut open.input, area, place),
            Some(Overlay::Judged(form)) => {
                form.at = field;
                if let Some((_, text)) = form.boxes.get_mut(field) {
                    caret(text, area, place);
                }
            }
            Some(Overlay::Save { name }) => caret(name, area, place),
            Some(Overlay::Note(open)) => caret(&mut open.text, area, place),
            Some(Overlay::Write(open)) => {
                if let Some((_, text)) = &mut open.typing {
                    caret(text, area, place);
                }
            }
            Some(Overlay::Settings(open)) => {
                if let Some(text) = &mut open.typing {
                    caret(text, area, place);
                }
            }
            Some(Overlay::Edit(editor)) => editor::click(&mut editor.area, area, place),
            Some(Overlay::Prompt(editor)) => editor::click(&mut editor.area, area, place),
            _ => {}
        },
        // Text that was typed is never left by a slip of the hand.
        None if !matches!(
            app.overlay,
            Some(Overlay::Edit(_) | Overlay::Prompt(_) | Overlay::Goal(_) | Overlay::Judged(_))
        ) =>
        {
            return press(app, session, &["esc".to_owned()]);
        }
        _ => {}
    }
    Vec::new()
}

/// Puts the cursor of a text where the click is. The text was drawn from its start, moved only as far as its cursor needed
/// to be seen.
fn caret(text: &mut TextArea<'static>, area: Rect, place: Position) {
    let (row, column) = (text.cursor().0, text.cursor().1);
    let (wide, high) = (usize::from(area.width), usize::from(area.height));
    let top = (row + 1).saturating_sub(high);
    let left = (column + 1).saturating_sub(wide);
    let row = (top + usize::from(place.y.saturating_sub(area.y))).min(text.lines().len() - 1);
    let cells = usize::from(place.x.saturating_sub(area.x));
    let mut used = 0;
    let column = left
        + text.lines().get(row).map_or(0, |line| {
            line.chars()
                .skip(left)
                .take_while(|c| {
                    used += width(c.encode_utf8(&mut [0; 4]));
                    used <= cells
                })
                .count()
        });
    let at = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    text.move_cursor(CursorMove::Jump(at(row), at(column)));
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
    let by = isize::from(NOTCH as i16);
    scroll(app, pane, if down { by } else { -by });
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
