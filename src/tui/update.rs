//! What keys and actions change: a key goes to the dialog on top, else to what has the keyboard, else to the action that
//! the keymap has for it; what the screen alone cannot do comes back as [`Effect`]s.

use ratatui::buffer::Buffer;

use crate::engine::Command;
use crate::session::Session;
use crate::tui::actions;
use crate::tui::app::App;
use crate::tui::component::{Context, Next, Outcome};
use crate::tui::core::action::Action;
use crate::tui::core::key::{Key, KeySequence, key};
use crate::tui::core::keymap::Lookup;
use crate::tui::core::layout::Border;
use crate::tui::core::typing::{line, type_into};
use crate::tui::core::workers::Done;
use crate::tui::dialogs;
use crate::tui::dialogs::help::Help;
use crate::tui::draw::paint;
use crate::tui::panes::registry as panes;
use crate::tui::state::arrange::STEP;
use crate::tui::state::effect::Effect;
use crate::tui::state::navigation::{Direction, Motion};
use crate::tui::state::{model_params, tips};
use crate::tui::{search, typing_keys};

/// Presses keys as if they had been typed.
pub(crate) fn press(app: &mut App, session: &Session, keys: &KeySequence) -> Vec<Effect> {
    let keys = keys.keys().iter();
    keys.flat_map(|key| on_key(app, session, *key)).collect()
}

/// Takes in a key.
pub(crate) fn on_key(app: &mut App, session: &Session, key: Key) -> Vec<Effect> {
    if key == key!(ctrl - 'z') {
        return vec![Effect::Suspend];
    }
    if let Some(mut dialog) = app.dialog.take() {
        let state = &mut app.state;
        let outcome = dialog.on_key(key, &mut Context { state, session });
        app.dialog = Some(dialog);
        return settle(app, session, outcome);
    }
    if tips::seen(&mut app.state, session) {
        // The tip goes with any key; what people press to be rid of something does nothing else.
        let mut effects = vec![Effect::Remember];
        if !matches!(key, key!(esc) | key!(space)) {
            effects.extend(on_key(app, session, key));
        }
        return effects;
    }
    if app.state.hint_box.active {
        return on_hint_key(app, session, key);
    }
    if app.state.finding_key(session, key) {
        return Vec::new();
    }
    if app.state.search.as_ref().is_some_and(|s| s.typing) {
        search::on_key(&mut app.state, session, key);
        return Vec::new();
    }
    if app.state.playback.is_some() {
        // The clock of a recorded session may stand: a word goes with the next key.
        app.state.messages.last = None;
    }
    let mut typed = std::mem::take(&mut app.state.pending.keys);
    typed.push(key);
    match app.state.prefs.keys.find(&typed, app.state.scopes()) {
        Lookup::Action(action) => perform(app, session, action),
        Lookup::Begun => {
            app.state.pending.keys = typed;
            Vec::new()
        }
        // A key that does not go on with what was begun ends it, and does nothing else.
        Lookup::Nothing => Vec::new(),
    }
}

/// Puts on top what an outcome says, and does what it asks for.
pub(crate) fn settle(app: &mut App, session: &Session, outcome: Outcome) -> Vec<Effect> {
    let mut effects = outcome.effects;
    match outcome.next {
        Next::Stay => {}
        Next::Close => app.dialog = None,
        Next::Replace(dialog) => app.dialog = Some(dialog),
        Next::Perform(action) => {
            app.dialog = None;
            effects.extend(perform(app, session, action));
        }
    }
    effects
}

/// Takes in what the workers worked out.
pub fn take(app: &mut App, session: &Session, done: Done) -> Vec<Effect> {
    let Some(done) = app.state.take(done) else {
        return Vec::new();
    };
    let Some(dialog) = &mut app.dialog else {
        return Vec::new();
    };
    let state = &mut app.state;
    let outcome = dialog.on_done(done, &mut Context { state, session });
    settle(app, session, outcome)
}

fn on_hint_key(app: &mut App, session: &Session, key: Key) -> Vec<Effect> {
    let state = &mut app.state;
    let hint = &mut state.hint_box;
    let now = hint.text.lines().join("\n");
    let hints = || state.prefs.memory.hints(session.task_name());
    let (row, rows) = (hint.text.cursor().0, hint.text.lines().len());
    match key {
        key!(esc) | key!(ctrl - 'c') => hint.active = false,
        key!(enter) => {
            let outcome = actions::give_hint(&mut Context { state, session });
            return settle(app, session, outcome);
        }
        key!(alt - enter) | key!(ctrl - 'j') => hint.text.insert_newline(),
        key!(f 1) => return perform(app, session, Action::Help),
        key!(up) | key!(ctrl - 'p') if row == 0 || key == key!(ctrl - 'p') => {
            if let Some(older) = hint.history.older(&hints(), &now) {
                hint.text = line(older);
            }
        }
        key!(down) | key!(ctrl - 'n') if row + 1 == rows || key == key!(ctrl - 'n') => {
            if let Some(newer) = hint.history.newer(&hints()) {
                hint.text = line(&newer);
            }
        }
        _ => {
            type_into(&mut hint.text, key);
            if hint.text.lines().join("\n") != now {
                hint.history.leave();
            }
        }
    }
    Vec::new()
}

/// Does what an action says, as its key would.
pub(crate) fn perform(app: &mut App, session: &Session, action: Action) -> Vec<Effect> {
    if moves(action) {
        refresh(app, session);
    }
    let state = &mut app.state;
    if !state.means_something(action) {
        state.say(actions::only_recorded(session), false);
        return Vec::new();
    }
    let outcome = outcome(action, &mut Context { state, session });
    settle(app, session, outcome)
}

/// Each action has its one line here: one that nobody handles does not compile.
fn outcome(action: Action, cx: &mut Context<'_>) -> Outcome {
    let session = cx.session;
    match action {
        // The loop.
        Action::Stop => return actions::stop(cx),
        Action::Pause => return actions::pause(cx),
        Action::NextRound => return actions::next_round(cx),
        Action::Retry => return actions::retry(cx),
        Action::Mode => return actions::next_mode(cx),
        Action::Objective => return actions::next_objective(cx),
        Action::Candidates => {
            return actions::more_candidates(cx);
        }
        Action::Temperature => {
            return actions::send(Command::Temperature(model_params::warmer(session)));
        }
        Action::Steer => actions::steer(cx),
        // The selected version.
        Action::Accept => return actions::decide(cx, Command::Accept),
        Action::Reject => return actions::decide(cx, Command::Reject),
        Action::Undo => return actions::undo(cx),
        Action::Branch => return actions::branch(cx),
        Action::Pin => return actions::pin(cx),
        Action::EditOutside => return actions::edit_outside(cx),
        Action::Copy(source) => return actions::copy(cx, source),
        // The cases.
        Action::RerunCase => return actions::rerun_case(cx),
        Action::TimeCase => return actions::time_case(cx),
        Action::References => return actions::time_references(cx),
        Action::MeasureAgain => return actions::measure_again(cx),
        Action::SortCases => cx.state.panes.cases.next_order(),
        // What is looked at.
        Action::Show(tab) => cx.state.show(tab),
        Action::NextTab => cx.state.show(cx.state.pane(session).neighbour(1)),
        Action::PreviousTab => cx.state.show(cx.state.pane(session).neighbour_back()),
        Action::Follow => cx.state.follow(),
        Action::Older => panes::step(cx, Direction::Back),
        Action::Newer => panes::step(cx, Direction::Forward),
        Action::Up => panes::go(cx, Motion::Rows(-1)),
        Action::Down => panes::go(cx, Motion::Rows(1)),
        Action::HalfUp => panes::go(cx, Motion::HalfPages(-1)),
        Action::HalfDown => panes::go(cx, Motion::HalfPages(1)),
        Action::PageUp => panes::go(cx, Motion::Pages(-1)),
        Action::PageDown => panes::go(cx, Motion::Pages(1)),
        Action::Top => panes::go(cx, Motion::Start),
        Action::Bottom => panes::go(cx, Motion::End),
        Action::Left => cx.state.shift(-8),
        Action::Right => cx.state.shift(8),
        Action::Open => return actions::open(cx),
        Action::NextChange => cx.state.step_change(1),
        Action::PreviousChange => cx.state.step_change(-1),
        Action::NextFold => cx.state.step_fold(1),
        Action::PreviousFold => cx.state.step_fold(-1),
        Action::AllFolds => cx.state.toggle_all_folds(),
        Action::Columns => cx.state.toggle_columns(session),
        Action::Wrap => cx.state.toggle_wrap(),
        Action::Against => cx.state.next_comparison(),
        Action::Mark => cx.state.mark_version(session),
        Action::FindVersion => cx.state.start_finding(),
        Action::HideFailures => {
            cx.state.panes.tree.collapsed = !cx.state.panes.tree.collapsed;
        }
        Action::Search => search::begin(cx.state, session),
        Action::NextMatch => search::step(cx.state, session, true),
        Action::PreviousMatch => search::step(cx.state, session, false),
        Action::EndSearch => cx.state.search = None,
        // Room on the screen.
        Action::Zoom => cx.state.zoom(),
        Action::ZoomNext => cx.state.zoom_next(),
        Action::Wider => return borders(cx, &[(Border::Side, -STEP), (Border::Charts, STEP)]),
        Action::Narrower => return borders(cx, &[(Border::Side, STEP), (Border::Charts, -STEP)]),
        Action::BorderLeft => return borders(cx, &[(Border::Side, -STEP)]),
        Action::BorderRight => return borders(cx, &[(Border::Side, STEP)]),
        Action::ChartsLeft => return borders(cx, &[(Border::Charts, -STEP)]),
        Action::ChartsRight => return borders(cx, &[(Border::Charts, STEP)]),
        Action::BorderUp => return borders(cx, &[(Border::Card, -1)]),
        Action::BorderDown => return borders(cx, &[(Border::Card, 1)]),
        Action::Hide(part) => {
            cx.state.hide(part);
            return Outcome::close().and(Effect::Remember);
        }
        Action::UsualSizes => {
            cx.state.usual_sizes();
            return Outcome::close().and(Effect::Remember);
        }
        // What lies on top.
        Action::Dialog(dialog) => return dialogs::open(dialog, cx),
        Action::Help => return Outcome::open(Help::new(typing_keys::ALL)),
        // Everything else.
        Action::TakeModel => return actions::take_model(cx),
        Action::LookInto => return actions::look_into(cx),
        Action::Travel(to) => return Outcome::close().and(Effect::Travel(to)),
        Action::Mouse => return actions::toggle_mouse(cx),
        Action::Redraw => return Outcome::close().and(Effect::Redraw),
        Action::Suspend => return Outcome::close().and(Effect::Suspend),
        Action::Interrupt => return actions::interrupt(cx),
        Action::Quit => return actions::quit(cx),
    }
    Outcome::close()
}

fn borders(cx: &mut Context<'_>, moves: &[(Border, i16)]) -> Outcome {
    let moved = cx.state.move_borders(moves);
    let outcome = Outcome::close();
    if moved {
        outcome.and(Effect::Remember)
    } else {
        outcome
    }
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

/// Brings what was seen last up to date where something was changed since: keys that come at once must not be judged by a
/// screen that is no more.
pub(crate) fn refresh(app: &mut App, session: &Session) {
    let pane = (app.state.pane(session), app.state.version(session));
    if !app.state.at_work || app.state.hits.pane == Some(pane) {
        return;
    }
    let mut jobs = Vec::new();
    app.prepare(session, &mut |job| jobs.push(job));
    app.state.caches.jobs.append(&mut jobs);
    let mut buffer = Buffer::empty(app.state.size);
    app.state.hits = paint(&mut buffer, app.view(session));
}
