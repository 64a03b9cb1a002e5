//! A newcomer gets three tips, each at its moment, each once; whoever knows the program never sees one.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use crate::engine::Command;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::app::App;
use crate::tui::core::key::Key;
use crate::tui::core::memory::Memory;
use crate::tui::core::theme::{Depth, Theme};
use crate::tui::core::tip::Tip;
use crate::tui::dialogs::quit::Quit;
use crate::tui::draw::paint;
use crate::tui::input::terminal_event;
use crate::tui::sample::{Moment, session};
use crate::tui::state::effect::Effect;
use crate::tui::state::tips::{now, tick};
use crate::tui::{Home, TaskEntry};

fn app(home: Option<Home>, at: Moment, size: (u16, u16)) -> App {
    let now = session(at).last_at.unwrap();
    let mut app = App::new(Theme::dark(Depth::True), home, now);
    app.state.prefs.tips = true;
    app.state.size = Rect::new(0, 0, size.0, size.1);
    app
}

fn at_home() -> Home {
    Home {
        tasks: vec![TaskEntry {
            name: "pairs".into(),
            title: "a task".into(),
            language: "python".into(),
            kind: "quadratic → linear".into(),
            available: Ok(()),
        }],
        ..Home::default()
    }
}

fn press(app: &mut App, session: &Session, key: &str) -> Vec<Effect> {
    terminal_event(
        app,
        session,
        &Event::Key(key.parse::<Key>().unwrap().into()),
    )
}

fn text(app: &mut App, session: &Session) -> String {
    let mut buffer = Buffer::empty(app.state.size);
    app.state.hits = paint(&mut buffer, app.view(session));
    let row = |y| {
        let cells = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>() + "\n"
    };
    (0..buffer.area.height).map(row).collect()
}

#[test]
fn the_first_is_on_the_start_screen_and_goes_with_the_key_that_opens_a_task() {
    let mut app = app(Some(at_home()), Moment::Finished, (120, 36));
    let none = Session::default();
    let shown = text(&mut app, &none);
    assert!(
        shown.contains("welcome") && shown.contains("⏎ starts it"),
        "{shown}"
    );
    let effects = press(&mut app, &none, "enter");
    assert_eq!(effects[0], Effect::Remember);
    assert!(matches!(effects[1], Effect::Open(_)), "{effects:?}");
    assert_eq!(now(&app.state, &none, app.covered()), None);
}

#[test]
fn the_others_come_with_the_first_best_version_and_the_first_turn() {
    let mut app = app(None, Moment::Finished, (120, 36));
    let early = session(Moment::Comparing);
    assert_eq!(
        now(&app.state, &early, app.covered()),
        None,
        "no version is better than v0 yet"
    );
    let won = session(Moment::NoDifference);
    assert_eq!(now(&app.state, &won, app.covered()), Some(Tip::Best));
    let over = session(Moment::Finished);
    assert!(text(&mut app, &won).contains("a new best version"));
    // Escape and space do nothing but send it away: no round is stopped by it.
    assert_eq!(press(&mut app, &won, "esc"), [Effect::Remember]);
    assert_eq!(now(&app.state, &won, app.covered()), None);
    assert_eq!(now(&app.state, &over, app.covered()), Some(Tip::Turn));
    assert!(text(&mut app, &over).contains("your turn"));
    // What else is pressed does what it always does.
    assert_eq!(
        press(&mut app, &over, "n"),
        [Effect::Remember, Effect::Send(Command::NextRound)]
    );
    for moment in [Moment::NoDifference, Moment::Finished, Moment::Comparing] {
        assert_eq!(
            now(&app.state, &session(moment), app.covered()),
            None,
            "never again"
        );
    }
    assert!(press(&mut app, &won, "esc").is_empty(), "it is asked first");
    assert_eq!(press(&mut app, &won, "esc"), [Effect::Send(Command::Stop)]);
}

#[test]
fn what_was_seen_is_in_the_file_and_a_start_without_one_does_not_nag() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("screen.json");
    let over = session(Moment::Finished);
    let mut first = app(None, Moment::Finished, (120, 36));
    press(&mut first, &over, "esc");
    press(&mut first, &over, "esc");
    first.state.prefs.memory.save(&file).unwrap();
    let mut second = app(None, Moment::Finished, (120, 36));
    second.state.prefs.memory = Memory::load(&file).0;
    assert_eq!(now(&second.state, &over, second.covered()), None);
    // Nothing was kept: a second session of the same start knows it all the same.
    first.open_work();
    assert_eq!(now(&first.state, &over, first.covered()), None);
    assert!(first.state.prefs.tips);
}

#[test]
fn a_tip_never_stands_in_the_way() {
    let over = session(Moment::Finished);
    let mut it = app(None, Moment::Finished, (120, 36));
    it.dialog = Some(Box::new(Quit));
    assert_eq!(
        now(&it.state, &over, it.covered()),
        None,
        "a question is on"
    );
    it.dialog = None;
    it.state.prefs.tips = false;
    assert_eq!(
        now(&it.state, &over, it.covered()),
        None,
        "nobody wants them"
    );
    it.state.prefs.tips = true;
    // A click on it sends it away and does nothing else.
    let shown = text(&mut it, &over);
    let row = shown
        .lines()
        .position(|l| l.contains("a new best"))
        .unwrap();
    let line = shown.lines().nth(row).unwrap();
    let column = line[..line.find("a new best").unwrap()].chars().count();
    let click = Event::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: column as u16,
        row: row as u16 + 1,
        modifiers: KeyModifiers::NONE,
    });
    assert_eq!(terminal_event(&mut it, &over, &click), [Effect::Remember]);
    // The smallest screen has no room for it, the next ones show all of it.
    let it = app(None, Moment::Finished, (39, 11));
    assert_eq!(now(&it.state, &over, it.covered()), None);
    for size in [(40, 12), (80, 24), (200, 60)] {
        let mut it = app(None, Moment::Finished, size);
        let shown = text(&mut it, &over);
        assert!(shown.contains("any key: away"), "{size:?}\n{shown}");
        assert!(shown.contains("figures."), "{size:?}\n{shown}");
    }
}

#[test]
fn a_tip_lies_over_nothing_that_moves_where_there_is_another_place() {
    for size in [(80, 24), (120, 36), (160, 45), (200, 60), (300, 100)] {
        for moment in [Moment::NoDifference, Moment::Finished] {
            let now = session(moment);
            let painted = |tips: bool| {
                let mut it = app(None, moment, size);
                it.state.prefs.tips = tips;
                it.state
                    .prefs
                    .memory
                    .tips
                    .extend((moment == Moment::Finished).then(|| "best".to_owned()));
                let mut buffer = Buffer::empty(it.state.size);
                paint(&mut buffer, it.view(&now));
                (buffer, it.state.layout())
            };
            let ((with, plan), (without, _)) = (painted(true), painted(false));
            assert_ne!(with, without, "{size:?}: there is no tip");
            let moving = [
                plan.memory,
                plan.interval,
                plan.gains,
                plan.header,
                plan.card,
                plan.mini,
            ];
            for place in moving.into_iter().flatten() {
                for at in place.positions() {
                    assert_eq!(with[at], without[at], "{size:?} {moment:?} {at}");
                }
            }
        }
    }
}

#[test]
fn at_work_a_tip_goes_by_itself() {
    use jiff::SignedDuration;
    let later = |app: &mut App, seconds| app.state.now += SignedDuration::from_secs(seconds);
    let won = session(Moment::NoDifference);
    let mut it = app(None, Moment::NoDifference, (120, 36));
    assert!(!tick(&mut it.state, &won, false));
    later(&mut it, 19);
    assert!(!tick(&mut it.state, &won, false));
    assert_eq!(
        now(&it.state, &won, it.covered()),
        Some(Tip::Best),
        "there was no time to read it"
    );
    later(&mut it, 1);
    assert!(tick(&mut it.state, &won, false), "it is to be remembered");
    assert_eq!(now(&it.state, &won, it.covered()), None);
    // Where nothing else goes on as well: it lies over what one wants to read.
    let over = session(Moment::Finished);
    assert!(!tick(&mut it.state, &over, false));
    assert_eq!(now(&it.state, &over, it.covered()), Some(Tip::Turn));
    later(&mut it, 20);
    assert!(tick(&mut it.state, &over, false));
    assert_eq!(now(&it.state, &over, it.covered()), None);
}

#[test]
fn a_tip_hides_nothing_of_what_it_is_about() {
    let over = session(Moment::Finished);
    let mut it = app(None, Moment::Finished, (80, 24));
    it.state.prefs.memory.tips.push("best".into());
    let shown = text(&mut it, &over);
    assert!(shown.contains("your turn"), "{shown}");
    for whole in ["★ v5       best", "412 ms → 60.3 ms", "v4= ─ v5★"] {
        assert!(shown.contains(whole), "{whole}\n{shown}");
    }
    let mut it = app(Some(super::start::home()), Moment::Finished, (80, 24));
    let shown = text(&mut it, &Session::default());
    for whole in [
        "welcome",
        "any key: away",
        "llama.cpp on :8080",
        "cgroup v2",
    ] {
        assert!(shown.contains(whole), "{whole}\n{shown}");
    }
}

#[test]
fn nothing_offers_to_save_the_original() {
    let mut lost = session(Moment::Finished);
    lost.incumbent = Some(VersionId::ORIGINAL);
    let mut it = app(None, Moment::Finished, (120, 36));
    it.state.prefs.memory.tips.push("best".into());
    let shown = text(&mut it, &lost);
    assert!(shown.contains("your turn"), "{shown}");
    assert!(!shown.contains("save"), "{shown}");
}
