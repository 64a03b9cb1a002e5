//! The mouse: whatever is said on the screen can be clicked, what is on top as well, and the wheel moves what is under it.

use super::TestScreen;
use crate::engine::Command;
use crate::session::Session;
use crate::tui::core::action::Action;
use crate::tui::core::tab::Tab;
use crate::tui::dialogs::edit::Edit;
use crate::tui::dialogs::help::Help;
use crate::tui::dialogs::palette::Palette;
use crate::tui::dialogs::program::Files;
use crate::tui::dialogs::settings::Settings;
use crate::tui::sample::Moment;
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::Target;
use crate::tui::{Home, ModelLine, Server, TaskEntry};

/// The start screen with two tasks and a server that answers.
fn at_home(width: u16, height: u16) -> TestScreen {
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
    TestScreen::new(width, height, Session::default(), Some(home))
}

#[test]
fn a_key_that_is_said_at_the_bottom_is_pressed_by_a_click() {
    for (width, height) in [(160, 45), (80, 24)] {
        let mut screen = TestScreen::at(width, height, Moment::Checking);
        assert_eq!(screen.click("stop"), [Effect::Send(Command::Stop)]);
        screen.click("? help");
        assert!(screen.app.dialog_as::<Help>().is_some());
        screen.click("esc close");
        assert!(!screen.app.covered());
    }
    // Of two keys with one word each is pressed where it stands.
    let mut screen = TestScreen::at(200, 45, Moment::Finished);
    let newest = screen.app.state.version(&screen.session).unwrap();
    let (x, y) = screen.find("J K version").unwrap();
    screen.click_at((x + 2, y));
    let older = screen.app.state.version(&screen.session).unwrap();
    assert!(older < newest);
    let (x, y) = screen.find("J K version").unwrap();
    screen.click_at((x, y));
    assert!(screen.app.state.version(&screen.session).unwrap() > older);
}

#[test]
fn whatever_can_be_clicked_can_be_clicked_everywhere_without_harm() {
    for (width, height) in [(160, 45), (80, 24), (40, 12), (13, 5)] {
        for keys in [
            "?", ":", "!", "t", ",", "ctrl-g", "e", "h", "/", "y", "ctrl-w", "q",
        ] {
            let mut screen = TestScreen::at(width, height, Moment::Comparing);
            screen.press(keys);
            screen.draw();
            let targets = screen.app.state.hits.targets.clone();
            for (place, target) in targets {
                assert!(
                    screen.app.state.size.intersection(place) == place,
                    "{keys}: {target:?} at {place:?} is beyond the screen"
                );
                let mut fresh = TestScreen::at(width, height, Moment::Comparing);
                fresh.press(keys);
                fresh.click_at((place.x, place.y));
                fresh.click_at((place.right().saturating_sub(1), place.y));
            }
        }
    }
}

#[test]
fn in_the_help_a_click_chooses_and_a_second_one_does_it() {
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    screen.press("?");
    screen.click("Hold everything");
    assert!(screen.app.dialog_as::<Help>().is_some());
    assert_eq!(
        screen.click("Hold everything"),
        [Effect::Send(Command::Pause(true))]
    );
    assert!(!screen.app.covered());
    // Beside it: away with it.
    screen.press("?");
    screen.click_at((0, 0));
    assert!(!screen.app.covered());
}

#[test]
fn in_the_palette_a_click_chooses_does_and_goes_into_the_box() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press(":");
    screen.types("summary");
    let (x, y) = screen.find("summary").unwrap();
    assert!(screen.find("▸").is_some(), "{x} {y}");
    screen.types(" xx");
    screen.press("backspace backspace backspace");
    // The cursor goes where the click is: what is typed goes in there.
    let area = screen
        .app
        .state
        .hits
        .targets
        .iter()
        .find_map(|(r, t)| matches!(t, Target::Field(_)).then_some(*r));
    let area = area.unwrap();
    screen.click_at((area.x, area.y));
    screen.types("show ");
    let Some(open) = screen.app.dialog_as::<Palette>() else {
        panic!("the palette is open");
    };
    assert_eq!(open.input.lines(), ["show summary"]);
    let row = screen
        .app
        .state
        .hits
        .targets
        .iter()
        .find_map(|(r, t)| matches!(t, Target::Row(0)).then_some(*r));
    let row = row.unwrap();
    screen.click_at((row.x + 4, row.y));
    assert!(!screen.app.covered());
    assert_eq!(screen.app.state.nav.tab, Some(Tab::Summary));
}

#[test]
fn a_theme_is_shown_by_a_click_and_kept_by_another_and_the_wheel_goes_through_them() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("t");
    screen.click("night");
    assert_eq!(screen.app.state.prefs.theme.name, "night");
    screen.wheel(false, "night");
    assert_eq!(screen.app.state.prefs.theme.name, "light");
    for _ in 0..9 {
        screen.wheel(false, "light");
    }
    assert_eq!(
        screen.app.state.prefs.theme.name, "dark",
        "not beyond the first"
    );
    screen.click("night");
    assert_eq!(screen.click("night"), [Effect::KeepTheme("night".into())]);
    assert!(!screen.app.covered());
}

#[test]
fn settings_and_files_are_chosen_by_clicks() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press(",");
    screen.click("rounds          ");
    screen.click("rounds          ");
    let Some(open) = screen.app.dialog_as::<Settings>() else {
        panic!("the settings are open");
    };
    assert!(open.typing.is_some(), "a second click changes it");
    screen.types("17");
    let field = screen
        .app
        .state
        .hits
        .targets
        .iter()
        .rev()
        .find_map(|(r, t)| matches!(t, Target::Field(_)).then_some(*r));
    let field = field.unwrap();
    screen.click_at((field.x, field.y));
    screen.types("2");
    let Some(open) = screen.app.dialog_as::<Settings>() else {
        panic!("the settings are open");
    };
    assert_eq!(open.typing.as_ref().unwrap().lines(), ["217"]);
    // The list of files, on the folder of this crate.
    let mut screen = at_home(120, 36);
    screen.press("o");
    screen.click("README.md");
    let Some(open) = screen.app.dialog_as::<Files>() else {
        panic!("the list is open");
    };
    assert_eq!(open.names[open.cursor].name, "README.md");
    screen.click("assets/");
    screen.click("assets/");
    let Some(open) = screen.app.dialog_as::<Files>() else {
        panic!("the list is open");
    };
    assert!(open.folder.ends_with("assets"), "{}", open.folder.display());
}

#[test]
fn a_click_into_a_box_of_the_goal_or_of_the_hint_puts_the_cursor_there() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("ctrl-g");
    screen.click("in all, such as 50k");
    screen.types("50k");
    let effects = screen.press("enter");
    let Some(Effect::Send(Command::Goal(goal))) = effects.first() else {
        panic!("{effects:?}");
    };
    assert_eq!(goal.tokens, Some(50_000));
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.click("gives a hint");
    assert!(screen.app.state.hint_box.active);
    screen.types("try a set");
    let (x, y) = screen.find("a set").unwrap();
    screen.click_at((x, y));
    screen.types("maybe ");
    assert_eq!(screen.app.state.hint_box.text.lines(), ["try maybe a set"]);
    // Beyond the end of the text is its end.
    screen.click_at((x + 30, y));
    screen.types("!");
    assert_eq!(screen.app.state.hint_box.text.lines(), ["try maybe a set!"]);
}

#[test]
fn in_the_editor_a_click_puts_the_cursor_and_never_leaves() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("e");
    let (x, y) = screen.find("def ").unwrap();
    screen.click_at((x + 4, y));
    screen.types("new_");
    assert!(screen.find("def new_").is_some());
    screen.click_at((0, 0));
    assert!(screen.app.dialog_as::<Edit>().is_some());
    // A question is answered by a click on the answer.
    screen.press("esc");
    assert!(screen.app.dialog_as::<Edit>().is_some_and(|e| e.leaving));
    screen.click("go on editing");
    assert!(screen.app.dialog_as::<Edit>().is_some());
    screen.press("esc");
    screen.click("throw away");
    assert!(!screen.app.covered());
}

#[test]
fn the_start_screen_is_used_by_clicks_alone() {
    let mut screen = at_home(120, 36);
    let effects = screen.click("uses its qwen");
    assert!(matches!(effects.first(), Some(Effect::TakeModel(_))));
    screen.click("opens a program of yours");
    assert!(screen.app.dialog_as::<Files>().is_some());
    screen.click_at((0, 0));
    screen.click("sieve");
    assert!(matches!(
        screen.click("sieve").first(),
        Some(Effect::Open(_))
    ));
    let mut screen = at_home(120, 36);
    assert_eq!(screen.click("quit"), [Effect::Quit]);
}

#[test]
fn what_follows_a_begun_key_is_pressed_by_a_click() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("y");
    let effects = screen.click("copy figures");
    assert!(
        matches!(effects.first(), Some(Effect::Copy { .. })),
        "{effects:?}"
    );
    // A tab of the main pane, too.
    screen.click("prompt");
    assert_eq!(screen.app.state.nav.tab, Some(Tab::Prompt));
    assert!(screen.app.state.prefs.keys.of(Action::Help).is_some());
}
