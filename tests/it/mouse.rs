//! The mouse: whatever is said on the screen can be clicked, what is on top as well, and the wheel moves what is under it.

use crate::support::screen;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use reheat::engine::Command;
use reheat::session::Session;
use reheat::tui::app::App;
use reheat::tui::core::action::Action;
use reheat::tui::core::tab::Tab;
use reheat::tui::core::theme::{Depth, Theme};
use reheat::tui::dialogs::edit::Edit;
use reheat::tui::dialogs::help::Help;
use reheat::tui::dialogs::palette::Palette;
use reheat::tui::dialogs::program::Files;
use reheat::tui::dialogs::settings::Settings;
use reheat::tui::input::terminal_event;
use reheat::tui::sample::{Moment, session};
use reheat::tui::state::effect::Effect;
use reheat::tui::state::hits::Target;
use reheat::tui::{Home, ModelLine, Server, TaskEntry};

struct Bench {
    session: Session,
    app: App,
    terminal: Terminal<TestBackend>,
}

impl Bench {
    fn at(width: u16, height: u16, moment: Moment) -> Self {
        let session = session(moment);
        let mut app = App::new(Theme::dark(Depth::True), None, session.last_at.unwrap());
        app.observe(&session);
        Self::with(session, app, width, height)
    }

    /// The start screen with two tasks and a server that answers.
    fn at_home(width: u16, height: u16) -> Self {
        let task = |name: &str| TaskEntry {
            name: name.into(),
            title: "a task".into(),
            language: "python".into(),
            kind: "quadratic → linear".into(),
            available: Ok(()),
        };
        let home = Home {
            tasks: vec![task("pairs"), task("sieve")],
            models: vec![ModelLine {
                text: "none yet".into(),
                ready: false,
            }],
            servers: vec![Server {
                name: "llama.cpp".into(),
                base_url: "http://localhost:8080/v1".into(),
                model: "qwen".into(),
            }],
            ..Home::default()
        };
        let now = session(Moment::Finished).last_at.unwrap();
        let app = App::new(Theme::dark(Depth::True), Some(home), now);
        Self::with(Session::default(), app, width, height)
    }

    fn with(session: Session, app: App, width: u16, height: u16) -> Self {
        let terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut bench = Self {
            session,
            app,
            terminal,
        };
        bench.draw();
        bench
    }

    fn draw(&mut self) {
        screen::draw(&self.session, &mut self.app, &mut self.terminal);
    }

    /// Where a text stands on the screen; the last place if there are several.
    fn find(&self, text: &str) -> Option<(u16, u16)> {
        let buffer = self.terminal.backend().buffer();
        let area = buffer.area;
        let mut found = None;
        for y in 0..area.height {
            for x in 0..area.width {
                let mut cells = (x..area.width).map(|x| buffer[(x, y)].symbol());
                let here = text.chars().all(|c| {
                    let mut one = [0; 4];
                    cells.next() == Some(&*c.encode_utf8(&mut one))
                });
                if here {
                    found = Some((x, y));
                }
            }
        }
        found
    }

    fn mouse(&mut self, kind: MouseEventKind, (column, row): (u16, u16)) -> Vec<Effect> {
        let event = Event::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        });
        let effects = terminal_event(&mut self.app, &self.session, &event);
        self.draw();
        effects
    }

    fn click_at(&mut self, place: (u16, u16)) -> Vec<Effect> {
        let mut effects = self.mouse(MouseEventKind::Down(MouseButton::Left), place);
        effects.extend(self.mouse(MouseEventKind::Up(MouseButton::Left), place));
        effects
    }

    fn click(&mut self, text: &str) -> Vec<Effect> {
        let place = self.find(text);
        let place = place.unwrap_or_else(|| panic!("`{text}` is not on the screen"));
        self.click_at(place)
    }

    fn wheel(&mut self, down: bool, text: &str) {
        let place = self.find(text).unwrap();
        let kind = if down {
            MouseEventKind::ScrollDown
        } else {
            MouseEventKind::ScrollUp
        };
        self.mouse(kind, place);
    }

    fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for name in keys.split(' ') {
            let event = Event::Key(screen::key(name));
            effects.extend(terminal_event(&mut self.app, &self.session, &event));
            self.draw();
        }
        effects
    }

    fn types(&mut self, text: &str) {
        for c in text.chars() {
            let event = Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
            terminal_event(&mut self.app, &self.session, &event);
        }
        self.draw();
    }
}

#[test]
fn a_key_that_is_said_at_the_bottom_is_pressed_by_a_click() {
    for (width, height) in [(160, 45), (80, 24)] {
        let mut bench = Bench::at(width, height, Moment::Comparing);
        assert_eq!(bench.click("stop"), [Effect::Send(Command::Stop)]);
        bench.click("? help");
        assert!(bench.app.dialog_as::<Help>().is_some());
        bench.click("esc close");
        assert!(!bench.app.covered());
    }
    // Of two keys with one word each is pressed where it stands.
    let mut bench = Bench::at(200, 45, Moment::Finished);
    let newest = bench.app.version(&bench.session).unwrap();
    let (x, y) = bench.find("J K version").unwrap();
    bench.click_at((x + 2, y));
    let older = bench.app.version(&bench.session).unwrap();
    assert!(older < newest);
    let (x, y) = bench.find("J K version").unwrap();
    bench.click_at((x, y));
    assert!(bench.app.version(&bench.session).unwrap() > older);
}

#[test]
fn whatever_can_be_clicked_can_be_clicked_everywhere_without_harm() {
    for (width, height) in [(160, 45), (80, 24), (40, 12), (13, 5)] {
        for keys in [
            "?", ":", "!", "t", ",", "ctrl-g", "e", "h", "/", "y", "ctrl-w", "q",
        ] {
            let mut bench = Bench::at(width, height, Moment::Comparing);
            bench.press(keys);
            let targets = bench.app.hits.targets.clone();
            for (place, target) in targets {
                assert!(
                    bench.app.size.intersection(place) == place,
                    "{keys}: {target:?} at {place:?} is beyond the screen"
                );
                let mut fresh = Bench::at(width, height, Moment::Comparing);
                fresh.press(keys);
                fresh.click_at((place.x, place.y));
                fresh.click_at((place.right().saturating_sub(1), place.y));
            }
        }
    }
}

#[test]
fn in_the_help_a_click_chooses_and_a_second_one_does_it() {
    let mut bench = Bench::at(120, 36, Moment::Comparing);
    bench.press("?");
    bench.click("Hold everything");
    assert!(bench.app.dialog_as::<Help>().is_some());
    assert_eq!(
        bench.click("Hold everything"),
        [Effect::Send(Command::Pause(true))]
    );
    assert!(!bench.app.covered());
    // Beside it: away with it.
    bench.press("?");
    bench.click_at((0, 0));
    assert!(!bench.app.covered());
}

#[test]
fn in_the_palette_a_click_chooses_does_and_goes_into_the_box() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press(":");
    bench.types("summary");
    let (x, y) = bench.find("summary").unwrap();
    assert!(bench.find("▸").is_some(), "{x} {y}");
    bench.types(" xx");
    bench.press("backspace backspace backspace");
    // The cursor goes where the click is: what is typed goes in there.
    let area = bench
        .app
        .hits
        .targets
        .iter()
        .find_map(|(r, t)| matches!(t, Target::Field(_)).then_some(*r));
    let area = area.unwrap();
    bench.click_at((area.x, area.y));
    bench.types("show ");
    let Some(open) = bench.app.dialog_as::<Palette>() else {
        panic!("the palette is open");
    };
    assert_eq!(open.input.lines(), ["show summary"]);
    let row = bench
        .app
        .hits
        .targets
        .iter()
        .find_map(|(r, t)| matches!(t, Target::Row(0)).then_some(*r));
    let row = row.unwrap();
    bench.click_at((row.x + 4, row.y));
    assert!(!bench.app.covered());
    assert_eq!(bench.app.nav.tab, Some(Tab::Summary));
}

#[test]
fn a_theme_is_shown_by_a_click_and_kept_by_another_and_the_wheel_goes_through_them() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press("t");
    bench.click("night");
    assert_eq!(bench.app.prefs.theme.name, "night");
    bench.wheel(false, "night");
    assert_eq!(bench.app.prefs.theme.name, "light");
    for _ in 0..9 {
        bench.wheel(false, "light");
    }
    assert_eq!(bench.app.prefs.theme.name, "dark", "not beyond the first");
    bench.click("night");
    assert_eq!(bench.click("night"), [Effect::KeepTheme("night".into())]);
    assert!(!bench.app.covered());
}

#[test]
fn settings_and_files_are_chosen_by_clicks() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press(",");
    bench.click("rounds          ");
    bench.click("rounds          ");
    let Some(open) = bench.app.dialog_as::<Settings>() else {
        panic!("the settings are open");
    };
    assert!(open.typing.is_some(), "a second click changes it");
    bench.types("17");
    let field = bench
        .app
        .hits
        .targets
        .iter()
        .rev()
        .find_map(|(r, t)| matches!(t, Target::Field(_)).then_some(*r));
    let field = field.unwrap();
    bench.click_at((field.x, field.y));
    bench.types("2");
    let Some(open) = bench.app.dialog_as::<Settings>() else {
        panic!("the settings are open");
    };
    assert_eq!(open.typing.as_ref().unwrap().lines(), ["217"]);
    // The list of files, on the folder of this crate.
    let mut bench = Bench::at_home(120, 36);
    bench.press("o");
    bench.click("README.md");
    let Some(open) = bench.app.dialog_as::<Files>() else {
        panic!("the list is open");
    };
    assert_eq!(open.names[open.cursor].name, "README.md");
    bench.click("assets/");
    bench.click("assets/");
    let Some(open) = bench.app.dialog_as::<Files>() else {
        panic!("the list is open");
    };
    assert!(open.folder.ends_with("assets"), "{}", open.folder.display());
}

#[test]
fn a_click_into_a_box_of_the_goal_or_of_the_hint_puts_the_cursor_there() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press("ctrl-g");
    bench.click("in all, such as 50k");
    bench.types("50k");
    let effects = bench.press("enter");
    let Some(Effect::Send(Command::Goal(goal))) = effects.first() else {
        panic!("{effects:?}");
    };
    assert_eq!(goal.tokens, Some(50_000));
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.click("gives a hint");
    assert!(bench.app.hint_box.active);
    bench.types("try a set");
    let (x, y) = bench.find("a set").unwrap();
    bench.click_at((x, y));
    bench.types("maybe ");
    assert_eq!(bench.app.hint_box.text.lines(), ["try maybe a set"]);
    // Beyond the end of the text is its end.
    bench.click_at((x + 30, y));
    bench.types("!");
    assert_eq!(bench.app.hint_box.text.lines(), ["try maybe a set!"]);
}

#[test]
fn in_the_editor_a_click_puts_the_cursor_and_never_leaves() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press("e");
    let (x, y) = bench.find("def ").unwrap();
    bench.click_at((x + 4, y));
    bench.types("new_");
    assert!(bench.find("def new_").is_some());
    bench.click_at((0, 0));
    assert!(bench.app.dialog_as::<Edit>().is_some());
    // A question is answered by a click on the answer.
    bench.press("esc");
    assert!(bench.app.dialog_as::<Edit>().is_some_and(|e| e.leaving));
    bench.click("go on editing");
    assert!(bench.app.dialog_as::<Edit>().is_some());
    bench.press("esc");
    bench.click("throw away");
    assert!(!bench.app.covered());
}

#[test]
fn the_start_screen_is_used_by_clicks_alone() {
    let mut bench = Bench::at_home(120, 36);
    let effects = bench.click("uses its qwen");
    assert!(matches!(effects.first(), Some(Effect::TakeModel(_))));
    bench.click("chooses a program of yours");
    assert!(bench.app.dialog_as::<Files>().is_some());
    bench.click_at((0, 0));
    bench.click("sieve");
    assert!(matches!(
        bench.click("sieve").first(),
        Some(Effect::Open(_))
    ));
    let mut bench = Bench::at_home(120, 36);
    assert_eq!(bench.click("quit"), [Effect::Quit]);
}

#[test]
fn what_follows_a_begun_key_is_pressed_by_a_click() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press("y");
    let effects = bench.click("copy figures");
    assert!(
        matches!(effects.first(), Some(Effect::Copy { .. })),
        "{effects:?}"
    );
    // A tab of the main pane, too.
    bench.click("prompt");
    assert_eq!(bench.app.nav.tab, Some(Tab::Prompt));
    assert!(bench.app.prefs.keys.of(Action::Help).is_some());
}
