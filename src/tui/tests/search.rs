//! Searching what is shown: marks, counts, and every pane.

use super::TestScreen;
use crate::engine::Command;
use crate::tui::core::tab::Tab;
use crate::tui::core::theme::{Depth, Role, Theme};
use crate::tui::sample::Moment;
use crate::tui::state::effect::Effect;

#[test]
fn a_search_marks_counts_and_goes_round() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("3 /");
    screen.types("count");
    let shown = screen.text();
    assert!(shown.contains("/count▏ 1 of "), "{shown}");
    screen.press("enter");
    let marked = |screen: &mut TestScreen| {
        let buffer = screen.draw().clone();
        let reversed = ratatui::style::Modifier::REVERSED;
        let cells = buffer
            .content()
            .iter()
            .filter(|c| c.modifier.contains(reversed));
        cells.count()
    };
    assert_eq!(marked(&mut screen), 5, "the match that was gone to");
    assert_eq!(
        screen.press("n"),
        [],
        "n is the next match, not the next round"
    );
    assert!(screen.text().contains("/count 2 of "), "{}", screen.text());
    screen.press("N N");
    let shown = screen.text();
    assert!(shown.contains("on from the end"), "{shown}");
    insta::assert_snapshot!("search_120x36", screen.text());
    screen.press("esc");
    assert_eq!(marked(&mut screen), 0);
    assert!(matches!(
        screen.press("n")[..],
        [Effect::Send(Command::NextRound)]
    ));
}

#[test]
fn a_search_reaches_what_is_far_below_and_every_pane_can_be_searched() {
    let mut screen = TestScreen::at(80, 24, Moment::Finished);
    for tab in Tab::ALL {
        screen.app.state.search = None;
        screen.app.state.nav.tab = Some(tab);
        screen.draw();
        // Something that stands at the end of the pane, which may be far below.
        screen.press("G");
        let shown = screen.text();
        let main = screen.app.state.layout().main_inner();
        let rows: Vec<&str> = shown
            .lines()
            .skip(main.y.into())
            .take(main.height.into())
            .collect();
        let word = rows
            .iter()
            .rev()
            .flat_map(|r| r.split(|c: char| !c.is_ascii_alphabetic()))
            .find(|w| w.len() > 3);
        let Some(word) = word.map(str::to_lowercase) else {
            continue;
        };
        // Backwards from the first match is the last one.
        screen.press("g /");
        screen.types(&word);
        screen.press("enter N");
        let reversed = ratatui::style::Modifier::REVERSED;
        let buffer = screen.draw().clone();
        let marked = buffer
            .content()
            .iter()
            .any(|c| c.modifier.contains(reversed));
        let shown = screen.text();
        assert!(!shown.contains("no match"), "{tab:?} {word}\n{shown}");
        assert!(marked, "{tab:?} {word} is not in sight\n{shown}");
    }
}

#[test]
fn leaving_a_search_goes_back_to_where_it_began() {
    let mut screen = TestScreen::at(80, 24, Moment::Finished);
    screen.press("6 j j");
    let before = screen.text();
    screen.press("/");
    screen.types("e");
    screen.press("up");
    assert_ne!(screen.text(), before);
    screen.press("esc");
    assert_eq!(screen.text(), before);
    screen.press("/");
    screen.types("no such words");
    assert!(screen.text().contains("no match"));
}

#[test]
fn marks_of_a_search_are_seen_without_colours() {
    let mut screen = TestScreen::at(80, 24, Moment::Finished);
    screen.app.state.prefs.theme = Theme::dark(Depth::None);
    screen.press("3 /");
    screen.types("def");
    screen.press("enter");
    let buffer = screen.draw().clone();
    let plain = screen.app.state.prefs.theme.fg(Role::Text);
    assert!(
        buffer
            .content()
            .iter()
            .any(|c| !c.modifier.is_empty() && c.style() != plain)
    );
}

#[test]
fn a_theme_whose_colours_are_all_equal_changes_no_search() {
    let found = |depth, pane: &str| {
        let mut screen = TestScreen::at(160, 45, Moment::Finished);
        screen.app.state.prefs.theme = Theme::dark(depth);
        screen.press(pane);
        screen.press("/");
        screen.types("1");
        screen.app.state.search.as_ref().unwrap().count()
    };
    // The numbers of lines are no part of the text, in whatever colour they are drawn.
    for pane in ["3", "4"] {
        let count = found(Depth::True, pane);
        assert!(count.contains(" of "), "{count}");
        assert_eq!(found(Depth::None, pane), count);
    }
}
