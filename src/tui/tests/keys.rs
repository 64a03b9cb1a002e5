//! Keys, palette, copying, panes, hints and goals: what a press comes to, on a drawn screen.

use std::collections::BTreeMap;

use ratatui::crossterm::event::{MouseButton, MouseEventKind};

use super::{TestScreen, key};
use crate::engine::Command;
use crate::session::event::{Event as E, Steer, VersionId};
use crate::tui::app::App;
use crate::tui::core::action::BINDINGS;
use crate::tui::core::key::Key;
use crate::tui::core::key_reference::markdown;
use crate::tui::core::keymap::Keymap;
use crate::tui::core::layout::{Room, ScreenPart};
use crate::tui::core::memory::Memory;
use crate::tui::core::tab::Tab;
use crate::tui::core::theme::{Depth, Theme};
use crate::tui::dialogs::palette::Palette;
use crate::tui::dialogs::save::Save;
use crate::tui::sample::Moment;
use crate::tui::state::effect::Effect;
use crate::tui::typing_keys;
use crate::tui::{Home, TaskEntry};

#[test]
fn every_key_of_the_table_can_be_pressed_at_every_moment_and_size() {
    for (width, height) in [(160, 45), (80, 24), (40, 12), (12, 4)] {
        for moment in [Moment::Streaming, Moment::Comparing, Moment::Finished] {
            for row in BINDINGS {
                for keys in row.keys {
                    let mut screen = TestScreen::at(width, height, moment);
                    screen.press(keys);
                    screen.draw();
                    // And whatever it opened, a flood of others does not break it.
                    screen.at_once("j k / x enter n : a up down G g z y");
                    screen.draw();
                }
            }
        }
    }
}

#[test]
fn keys_that_come_at_once_do_what_they_do_one_by_one() {
    for keys in [
        "6 G",
        "6 j j j",
        "3 G k k",
        "3 pgdn j",
        "6 G g",
        "4 ] ]",
        "1 G",
        "6 G pgup 3 G",
    ] {
        let mut slow = TestScreen::at(80, 24, Moment::Finished);
        let mut fast = TestScreen::at(80, 24, Moment::Finished);
        // What differs is known: no key can go to what is not worked out yet.
        slow.press("4 1");
        fast.press("4 1");
        slow.draw();
        fast.draw();
        slow.press(keys);
        fast.at_once(keys);
        assert_eq!(slow.text(), fast.text(), "{keys}");
    }
    let mut screen = TestScreen::at(80, 24, Moment::Finished);
    screen.draw();
    screen.at_once("6 G");
    let end = screen.text();
    screen.press("g");
    assert_ne!(screen.text(), end, "the prompt is longer than the screen");
}

#[test]
fn the_readme_lists_the_keys_as_they_are() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (_, rest) = readme
        .split_once("<!-- keys -->\n")
        .expect("README.md marks its keys");
    let (section, _) = rest.split_once("<!-- /keys -->").unwrap();
    let now = markdown(&Keymap::default(), typing_keys::ALL);
    assert_eq!(
        section.trim(),
        now.trim(),
        "write the output of `reheat keys --usual --markdown` between the marks"
    );
}

#[test]
fn a_key_of_ones_own_is_in_the_handler_the_key_line_the_help_and_the_palette() {
    let wishes: BTreeMap<String, Vec<String>> = [
        ("next-round".to_owned(), vec!["ctrl-n".to_owned()]),
        ("copy-code".to_owned(), vec!["Y c".to_owned()]),
    ]
    .into();
    let mut screen = TestScreen::at(160, 45, Moment::NoDifference);
    screen.session.stage = crate::session::event::Stage::Waiting;
    screen.session.mode = crate::session::event::Mode::Step;
    let (keys, told) = Keymap::new(&wishes);
    assert!(told.is_empty(), "{told:?}");
    screen.app.state.prefs.keys = keys;
    assert_eq!(screen.press("n"), []);
    assert_eq!(screen.press("ctrl-n"), [Effect::Send(Command::NextRound)]);
    assert!(matches!(screen.press("Y c")[..], [Effect::Copy { .. }]));
    let shown = screen.text();
    assert!(shown.contains("ctrl-n next round"), "{shown}");
    assert!(shown.contains("waiting for you: ctrl-n starts"), "{shown}");
    screen.press("?");
    assert!(screen.text().contains("ctrl-n"), "{}", screen.text());
    screen.press("esc :");
    screen.types("next round");
    let shown = screen.text();
    let row = shown.lines().find(|l| l.contains("▸ next round")).unwrap();
    assert!(row.contains("ctrl-n"), "{shown}");
}

#[test]
fn a_key_that_was_begun_shows_what_can_follow_and_any_other_ends_it() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    assert_eq!(screen.press("y"), []);
    let shown = screen.text();
    for words in ["y … ", "c  copy code", "d  copy diff", "f  copy figures"] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert_eq!(
        screen.press("q"),
        [],
        "q does not go on with y, and does not quit"
    );
    assert!(!screen.text().contains("copy figures"));
    assert_eq!(screen.press("q"), [Effect::Quit]);
}

#[test]
fn the_palette_finds_everything_and_does_it() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press(":");
    insta::assert_snapshot!("palette_120x36", screen.text());
    screen.types("selv3");
    assert!(screen.text().contains("▸ select v3"), "{}", screen.text());
    screen.press("enter");
    assert_eq!(screen.app.state.nav.selected, Some(VersionId(3)));
    for (typed, done) in [
        (
            "objective mem",
            Effect::Send(Command::Objective(crate::task::Objective::Memory)),
        ),
        (
            "mode step",
            Effect::Send(Command::Mode(crate::session::event::Mode::Step)),
        ),
        (
            "next round from v1",
            Effect::Send(Command::Parent(Some(VersionId(1)))),
        ),
        ("theme: light", Effect::KeepTheme("light".into())),
        ("undo", Effect::Send(Command::Undo)),
    ] {
        screen.press(":");
        screen.types(typed);
        let effects = screen.press("enter");
        assert!(effects.contains(&done), "{typed}: {effects:?}");
    }
    screen.press(":");
    screen.types("compare with v1");
    screen.press("enter");
    assert_eq!(screen.app.state.pane(&screen.session), Tab::Diff);
    assert_eq!(
        screen.app.state.diff_pair(&screen.session),
        Some((VersionId(1), VersionId(3)))
    );
    // What was used lately comes first.
    screen.press(":");
    let shown = screen.text();
    assert!(shown.contains("▸ undo"), "{shown}");
    screen.types("xyzzy qqq");
    assert!(screen.text().contains("nothing is called so"));
    assert_eq!(screen.press("enter"), []);
}

#[test]
fn every_row_of_the_palette_can_be_done() {
    let mut n = 0;
    loop {
        let mut screen = TestScreen::at(120, 36, Moment::Finished);
        screen.press(":");
        let Some(open) = screen.app.dialog_as::<Palette>() else {
            panic!("no palette");
        };
        if n >= open.found.len() {
            assert!(n > 60, "{n} rows");
            break;
        }
        screen.at_once(&"down ".repeat(n));
        screen.press("enter");
        screen.draw();
        n += 1;
    }
}

#[test]
fn the_start_screen_has_a_palette_with_its_tasks() {
    let home = Home {
        tasks: vec![TaskEntry {
            name: "pairs".into(),
            title: "Count".into(),
            language: "Python".into(),
            kind: "quadratic".into(),
            available: Ok(()),
        }],
        ..Home::default()
    };
    let mut screen = TestScreen::at(80, 24, Moment::Finished);
    let now = screen.app.state.now;
    screen.app = App::new(Theme::dark(Depth::True), Some(home), now);
    screen.press(":");
    screen.types("try pa");
    let effects = screen.press("enter");
    assert_eq!(
        effects,
        [Effect::Open(crate::tui::Choice::Bundled("pairs".into()))]
    );
}

#[test]
fn what_is_copied_is_what_is_looked_at() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    let mut copied = |keys: &str| match &screen.press(keys)[..] {
        [Effect::Copy { text, what }] => (text.clone(), what.clone()),
        other => panic!("{keys}: {other:?}"),
    };
    let (code, what) = copied("y c");
    assert_eq!(what, "v5's code");
    let (patch, _) = copied("y d");
    assert!(patch.starts_with("---") && patch.contains("@@"), "{patch}");
    let (figures, _) = copied("y f");
    assert!(
        figures.contains("v0") && figures.contains("v5"),
        "{figures}"
    );
    let (line, _) = copied("K y s");
    assert!(line.starts_with("v4 no difference"), "{line}");
    for keys in ["y p", "y r"] {
        assert!(!copied(keys).0.is_empty());
    }
    assert_eq!(
        code,
        *screen.session.version(VersionId(5)).unwrap().source.text
    );
    screen.press("K K K K y d");
    assert!(
        screen.text().contains("nothing is copied"),
        "{}",
        screen.text()
    );
}

#[test]
fn borders_are_moved_by_keys_and_by_the_mouse_and_stay_for_that_class_of_sizes() {
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    screen.draw();
    let usual = screen.app.state.layout();
    assert_eq!(screen.press("ctrl-right"), [Effect::Remember]);
    assert_eq!(screen.app.state.layout().main.x, usual.main.x + 2);
    screen.press("+ +");
    assert!(screen.app.state.layout().main.width > usual.main.width);
    // A flood against the edge is taken back by one key.
    for _ in 0..200 {
        screen.press("ctrl-left");
    }
    let least = screen.app.state.layout().main.x;
    screen.press("ctrl-right");
    assert_eq!(screen.app.state.layout().main.x, least + 2);
    screen.press("ctrl-w =");
    assert_eq!(screen.app.state.layout(), usual);
    let (x, y) = (usual.main.x, usual.main.y + 4);
    screen.mouse(MouseEventKind::Down(MouseButton::Left), (x, y));
    screen.mouse(MouseEventKind::Drag(MouseButton::Left), (x + 9, y));
    assert_eq!(screen.app.state.layout().main.x, x + 9);
    let effects = screen.mouse(MouseEventKind::Up(MouseButton::Left), (x + 9, y));
    assert_eq!(effects, [Effect::Remember]);
    assert_eq!(
        screen.app.state.prefs.memory.arrangement(Room::Wide).side,
        Some(x + 9)
    );
    // Another class of sizes keeps its own.
    screen.resize(120, 36);
    screen.draw();
    assert_eq!(screen.app.state.layout().main.x, 34);
}

#[test]
fn parts_are_hidden_and_zoomed_and_come_back() {
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    screen.draw();
    screen.press("ctrl-w t ctrl-w c ctrl-w d ctrl-w h");
    let plan = screen.app.state.layout();
    assert_eq!(
        (plan.tree, plan.memory, plan.card, plan.steer),
        (None, None, None, None)
    );
    screen.press("h");
    assert!(
        screen.app.state.layout().steer.is_some(),
        "the hint box comes when it is used"
    );
    screen.press("esc ctrl-w =");
    screen.press("Z");
    assert_eq!(screen.app.state.nav.zoomed, Some(ScreenPart::Tree));
    insta::assert_snapshot!("zoomed_tree_160x45", screen.text());
    screen.press("k");
    assert_eq!(screen.app.state.nav.selected, Some(VersionId(4)));
    screen.press("Z");
    insta::assert_snapshot!("zoomed_charts_160x45", screen.text());
    screen.press("z");
    assert_eq!(screen.app.state.nav.zoomed, None);
    // One pane has room for one: there the others are reached by zooming.
    let mut small = TestScreen::at(80, 24, Moment::Finished);
    small.press("Z");
    assert!(small.text().contains("versions"), "{}", small.text());
}

#[test]
fn what_the_screen_remembers_survives_a_start_and_a_wrong_file_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("screen.json");
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    screen.press("ctrl-w c h");
    screen.types("use a counter");
    screen.press("enter");
    screen.app.state.prefs.memory.save(&file).unwrap();
    let mut again = TestScreen::at(160, 45, Moment::Finished);
    again.app.state.prefs.memory = Memory::load(&file).0;
    again.draw();
    assert_eq!(again.app.state.layout().memory, None);
    again.press("h up");
    assert!(again.text().contains("use a counter"), "{}", again.text());
    assert!(matches!(
        again.press("enter").last(),
        Some(Effect::Send(Command::Hint(hint))) if hint == "use a counter"
    ));
}

#[test]
fn the_goal_is_changed_on_the_run() {
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    screen.press("ctrl-g");
    insta::assert_snapshot!("goal_120x36", screen.text());
    screen.press("ctrl-u 1 2 tab ctrl-u 3 x tab tab 9 k enter");
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    let effects = screen.press("ctrl-g ctrl-u 1 2 tab ctrl-u 3 x tab tab ctrl-u 9 k enter");
    let [Effect::Send(Command::Goal(goal))] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(goal.rounds, 12);
    assert_eq!(goal.gain.unwrap().0, 3.0);
    assert_eq!(goal.tokens, Some(9_000));
    assert!(
        screen.text().contains("the goal is now 12 rounds"),
        "{}",
        screen.text()
    );
    assert_eq!(screen.press("ctrl-g ctrl-u 0 enter"), []);
    assert!(
        screen.text().contains("a whole number from 1 on"),
        "{}",
        screen.text()
    );
}

#[test]
fn a_new_line_in_the_editor_begins_where_the_one_before_it_does() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("e");
    screen.types("    for x in y:");
    screen.press("enter");
    screen.types("    pass");
    let shown = screen.text();
    assert!(
        shown.contains("    for x in y:") && shown.contains("        pass"),
        "{shown}"
    );
}

#[test]
fn typing_clears_and_moves_as_in_a_shell() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("s ctrl-u");
    screen.types("x.py");
    let Some(open) = screen.app.dialog_as::<Save>() else {
        panic!("no box");
    };
    assert_eq!(open.name.lines().concat(), "x.py");
}

#[test]
fn long_words_leave_the_keys_in_sight_and_are_whole_below_one_key() {
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    let words = "a sentence that goes on ".repeat(12);
    screen.app.state.say(format!("{words}to its end"), true);
    let shown = screen.text();
    let last = shown.lines().last().unwrap();
    assert!(
        last.contains("esc stop") && last.ends_with("? help"),
        "{last}"
    );
    screen.press("!");
    assert!(screen.text().contains("to its end"), "{}", screen.text());
}

#[test]
fn the_help_is_whole_where_there_is_little_room() {
    let mut screen = TestScreen::at(40, 12, Moment::Finished);
    screen.press("?");
    let mut all = String::new();
    for _ in 0..BINDINGS.len() + 20 {
        for line in screen.text().lines() {
            // What is said of a key, without the keys before it.
            let said: String = line.chars().skip(13).collect();
            all.push_str(said.trim_end_matches(['│', ' ']));
            all.push(' ');
        }
        screen.press("down");
    }
    let all: String = all.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "on: time, memory, integral",
        "version, whatever the rule said",
        "kept and can be resumed",
        "Put back what was deleted last",
        "Leave; a changed text is asked about",
    ] {
        assert!(all.contains(words), "{words}\n{all}");
    }
    insta::assert_snapshot!("help_40x12", screen.text());
}

#[test]
fn a_paste_into_a_search_or_a_form_stays_there() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("3 /");
    let paste = |screen: &mut TestScreen, text: &str| screen.paste(text);
    assert_eq!(paste(&mut screen, "def\nmain"), []);
    assert!(screen.text().contains("/def▏"), "{}", screen.text());
    assert!(screen.app.state.hint_box.text.is_empty());
}

#[test]
fn names_of_keys_do_not_change_unnoticed() {
    // Somebody's config file holds these.
    let names: Vec<String> = BINDINGS.iter().map(|b| b.action.name()).collect();
    insta::assert_snapshot!("names_of_actions", names.join("\n"));
    assert_eq!(Key::from(key("ctrl-alt-x")).to_string(), "ctrl-alt-x");
}

#[test]
fn a_case_is_run_again_timed_alone_and_added_by_keys() {
    use crate::engine::side_requests::{NewCase, SideRequest};
    let sent = |effects: &[Effect]| match effects {
        [Effect::Send(Command::SideRequest(aside))] => aside.clone(),
        other => panic!("{other:?}"),
    };
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    assert!(screen.press("R").is_empty(), "no case is marked in sight");
    let version = screen.app.state.version(&screen.session).unwrap();
    let case = "03".to_owned();
    let aside = sent(&screen.press("5 k k k k k k k k j j R"));
    assert_eq!(
        aside,
        SideRequest::Rerun {
            version,
            case: case.clone()
        }
    );
    let mut result = {
        let version = screen.session.version(version).unwrap();
        version.evaluation.as_ref().unwrap().cases[2].clone()
    };
    screen.happen(E::CaseRerun {
        version,
        result: result.clone(),
        failure: None,
    });
    result.verdict = crate::measure::Verdict::TimeLimit;
    screen.happen(E::CaseRerun {
        version,
        result,
        failure: None,
    });
    let aside = sent(&screen.press("T"));
    assert_eq!(aside, SideRequest::TimeOnly(Some(case.clone())));
    let steer = Steer::Timed { case: Some(case) };
    screen.happen(E::Steered { steer });
    insta::assert_snapshot!("case_again_120x36", screen.text());
    assert_eq!(sent(&screen.press("T")), SideRequest::TimeOnly(None));
    // The form: what was typed stays when it is left, an empty one sends nothing.
    assert!(screen.press("A ctrl-s").is_empty());
    screen.types("3 4");
    screen.press("esc");
    screen.press("A tab");
    screen.types("7");
    screen.press("tab space");
    insta::assert_snapshot!("case_form_120x36", screen.text());
    let case = NewCase {
        input: "3 4\n".into(),
        expected: Some("7\n".into()),
        held_out: true,
    };
    assert_eq!(sent(&screen.press("ctrl-s")), SideRequest::Add(case));
    let mut small = TestScreen::at(40, 12, Moment::Finished);
    small.press("A");
    insta::assert_snapshot!("case_form_40x12", small.text());
}

#[test]
fn references_stand_in_the_chart_of_gains() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    let best = screen.session.best().unwrap();
    let comparison = best.original_comparison().unwrap().clone();
    for (name, by) in [
        ("hash map, one pass", 1.3),
        ("sorted, two ends", 0.5),
        ("early exit", 0.3),
    ] {
        let mut c = comparison.clone();
        c.candidate = name.into();
        c.gain.0 *= by;
        c.low.0 *= by;
        c.high.0 *= by;
        screen.happen(E::ReferenceMeasured {
            name: name.into(),
            verdict: crate::measure::Verdict::Accepted,
            comparison: Some(c),
        });
    }
    screen.press("7");
    insta::assert_snapshot!("references_120x36", screen.text());
    assert!(
        screen.text().contains("faster than 2 of 3 references"),
        "{}",
        screen.text()
    );
    screen.press("enter enter enter enter");
    insta::assert_snapshot!("references_alone_120x36", screen.text());
}

#[test]
fn a_note_is_written_shown_found_and_taken_back() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    let version = screen.app.state.version(&screen.session).unwrap();
    screen.press("c");
    screen.types("keeps the order");
    assert!(screen.text().contains(&format!("a note on {version}")));
    let effects = screen.press("enter");
    let [Effect::Send(Command::Annotate(of, note))] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!((*of, note.as_str()), (version, "keeps the order"));
    screen.happen(E::Steered {
        steer: Steer::Annotate {
            version,
            note: note.clone(),
        },
    });
    assert!(screen.text().contains("your note: keeps the order"));
    screen.press("c ctrl-u");
    let effects = screen.press("enter");
    assert_eq!(
        effects,
        [Effect::Send(Command::Annotate(version, String::new()))]
    );
}
