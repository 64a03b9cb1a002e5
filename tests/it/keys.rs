//! Keys, palette, search, copying, panes, hints and goals: what a press comes to, on a drawn screen.

use crate::support::screen;
use std::collections::BTreeMap;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use reheat::engine::Command;
use reheat::session::event::{Event as E, Steer, VersionId};
use reheat::session::{EventRecord, Session};
use reheat::tui::app::App;
use reheat::tui::core::action::BINDINGS;
use reheat::tui::core::key::Key;
use reheat::tui::core::key_reference::markdown;
use reheat::tui::core::keymap::Keymap;
use reheat::tui::core::layout::{Room, ScreenPart};
use reheat::tui::core::memory::Memory;
use reheat::tui::core::tab::Tab;
use reheat::tui::core::theme::{Depth, Role, Theme};
use reheat::tui::dialogs::palette::Palette;
use reheat::tui::dialogs::save::Save;
use reheat::tui::input::terminal_event;
use reheat::tui::sample::{Moment, session};
use reheat::tui::state::effect::Effect;
use reheat::tui::typing_keys;
use reheat::tui::{Home, TaskEntry};

/// A screen on which a person could type.
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
        Self {
            session,
            app,
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
        }
    }

    fn happen(&mut self, event: E) {
        let at = self.session.last_at.unwrap();
        self.session.apply(&EventRecord { at, event });
    }

    fn draw(&mut self) -> &Buffer {
        screen::draw(&self.session, &mut self.app, &mut self.terminal)
    }

    fn text(&mut self) -> String {
        screen::text(self.draw())
    }

    /// Presses keys one after the other without a drawing between them, as a flood of them comes.
    fn at_once(&mut self, keys: &str) -> Vec<Effect> {
        keys.split_whitespace()
            .flat_map(|name| {
                let event = Event::Key(screen::key(name));
                terminal_event(&mut self.app, &self.session, &event)
            })
            .collect()
    }

    /// Presses keys as a person does, with the screen drawn between them.
    fn press(&mut self, keys: &str) -> Vec<Effect> {
        keys.split_whitespace()
            .flat_map(|name| {
                self.draw();
                self.at_once(name)
            })
            .collect()
    }

    fn types(&mut self, text: &str) {
        for c in text.chars() {
            let event = Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
            terminal_event(&mut self.app, &self.session, &event);
        }
    }

    fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> Vec<Effect> {
        let event = Event::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        });
        terminal_event(&mut self.app, &self.session, &event)
    }
}

#[test]
fn every_key_of_the_table_can_be_pressed_at_every_moment_and_size() {
    for (width, height) in [(160, 45), (80, 24), (40, 12), (12, 4)] {
        for moment in [Moment::Streaming, Moment::Comparing, Moment::Finished] {
            for row in BINDINGS {
                for keys in row.keys {
                    let mut bench = Bench::at(width, height, moment);
                    bench.press(keys);
                    bench.draw();
                    // And whatever it opened, a flood of others does not break it.
                    bench.at_once("j k / x enter n : a up down G g z y");
                    bench.draw();
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
        let mut slow = Bench::at(80, 24, Moment::Finished);
        let mut fast = Bench::at(80, 24, Moment::Finished);
        // What differs is known: no key can go to what is not worked out yet.
        slow.press("4 1");
        fast.press("4 1");
        slow.draw();
        fast.draw();
        slow.press(keys);
        fast.at_once(keys);
        assert_eq!(slow.text(), fast.text(), "{keys}");
    }
    let mut bench = Bench::at(80, 24, Moment::Finished);
    bench.draw();
    bench.at_once("6 G");
    let end = bench.text();
    bench.press("g");
    assert_ne!(bench.text(), end, "the prompt is longer than the screen");
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
    let mut bench = Bench::at(160, 45, Moment::NoDifference);
    bench.session.stage = reheat::session::event::Stage::Waiting;
    bench.session.mode = reheat::session::event::Mode::Step;
    let (keys, told) = Keymap::new(&wishes);
    assert!(told.is_empty(), "{told:?}");
    bench.app.prefs.keys = keys;
    assert_eq!(bench.press("n"), []);
    assert_eq!(bench.press("ctrl-n"), [Effect::Send(Command::NextRound)]);
    assert!(matches!(bench.press("Y c")[..], [Effect::Copy { .. }]));
    let shown = bench.text();
    assert!(shown.contains("ctrl-n next round"), "{shown}");
    assert!(shown.contains("waiting for you: ctrl-n starts"), "{shown}");
    bench.press("?");
    assert!(bench.text().contains("ctrl-n"), "{}", bench.text());
    bench.press("esc :");
    bench.types("next round");
    let shown = bench.text();
    let row = shown.lines().find(|l| l.contains("▸ next round")).unwrap();
    assert!(row.contains("ctrl-n"), "{shown}");
}

#[test]
fn a_key_that_was_begun_shows_what_can_follow_and_any_other_ends_it() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    assert_eq!(bench.press("y"), []);
    let shown = bench.text();
    for words in ["y … ", "c  copy code", "d  copy diff", "f  copy figures"] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert_eq!(
        bench.press("q"),
        [],
        "q does not go on with y, and does not quit"
    );
    assert!(!bench.text().contains("copy figures"));
    assert_eq!(bench.press("q"), [Effect::Quit]);
}

#[test]
fn the_palette_finds_everything_and_does_it() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press(":");
    insta::assert_snapshot!("palette_120x36", bench.text());
    bench.types("selv3");
    assert!(bench.text().contains("▸ select v3"), "{}", bench.text());
    bench.press("enter");
    assert_eq!(bench.app.nav.selected, Some(VersionId(3)));
    for (typed, done) in [
        (
            "objective mem",
            Effect::Send(Command::Objective(reheat::task::Objective::Memory)),
        ),
        (
            "mode step",
            Effect::Send(Command::Mode(reheat::session::event::Mode::Step)),
        ),
        (
            "next round from v1",
            Effect::Send(Command::Parent(Some(VersionId(1)))),
        ),
        ("theme: light", Effect::KeepTheme("light".into())),
        ("undo", Effect::Send(Command::Undo)),
    ] {
        bench.press(":");
        bench.types(typed);
        let effects = bench.press("enter");
        assert!(effects.contains(&done), "{typed}: {effects:?}");
    }
    bench.press(":");
    bench.types("compare with v1");
    bench.press("enter");
    assert_eq!(bench.app.pane(&bench.session), Tab::Diff);
    assert_eq!(
        bench.app.diff_pair(&bench.session),
        Some((VersionId(1), VersionId(3)))
    );
    // What was used lately comes first.
    bench.press(":");
    let shown = bench.text();
    assert!(shown.contains("▸ undo"), "{shown}");
    bench.types("xyzzy qqq");
    assert!(bench.text().contains("nothing is called so"));
    assert_eq!(bench.press("enter"), []);
}

#[test]
fn every_row_of_the_palette_can_be_done() {
    let mut n = 0;
    loop {
        let mut bench = Bench::at(120, 36, Moment::Finished);
        bench.press(":");
        let Some(open) = bench.app.dialog_as::<Palette>() else {
            panic!("no palette");
        };
        if n >= open.found.len() {
            assert!(n > 60, "{n} rows");
            break;
        }
        bench.at_once(&"down ".repeat(n));
        bench.press("enter");
        bench.draw();
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
    let mut bench = Bench::at(80, 24, Moment::Finished);
    let now = bench.app.now;
    bench.app = App::new(Theme::dark(Depth::True), Some(home), now);
    bench.press(":");
    bench.types("try pa");
    let effects = bench.press("enter");
    assert_eq!(
        effects,
        [Effect::Open(reheat::tui::Choice::Bundled("pairs".into()))]
    );
}

#[test]
fn a_search_marks_counts_and_goes_round() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press("3 /");
    bench.types("count");
    let shown = bench.text();
    assert!(shown.contains("/count▏ 1 of "), "{shown}");
    bench.press("enter");
    let marked = |bench: &mut Bench| {
        let buffer = bench.draw().clone();
        let reversed = ratatui::style::Modifier::REVERSED;
        let cells = buffer
            .content()
            .iter()
            .filter(|c| c.modifier.contains(reversed));
        cells.count()
    };
    assert_eq!(marked(&mut bench), 5, "the match that was gone to");
    assert_eq!(
        bench.press("n"),
        [],
        "n is the next match, not the next round"
    );
    assert!(bench.text().contains("/count 2 of "), "{}", bench.text());
    bench.press("N N");
    let shown = bench.text();
    assert!(shown.contains("on from the end"), "{shown}");
    insta::assert_snapshot!("search_120x36", bench.text());
    bench.press("esc");
    assert_eq!(marked(&mut bench), 0);
    assert!(matches!(
        bench.press("n")[..],
        [Effect::Send(Command::NextRound)]
    ));
}

#[test]
fn a_search_reaches_what_is_far_below_and_every_pane_can_be_searched() {
    let mut bench = Bench::at(80, 24, Moment::Finished);
    for tab in Tab::ALL {
        bench.app.search = None;
        bench.app.nav.tab = Some(tab);
        bench.draw();
        // Something that stands at the end of the pane, which may be far below.
        bench.press("G");
        let shown = bench.text();
        let main = bench.app.layout().main_inner();
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
        bench.press("g /");
        bench.types(&word);
        bench.press("enter N");
        let reversed = ratatui::style::Modifier::REVERSED;
        let buffer = bench.draw().clone();
        let marked = buffer
            .content()
            .iter()
            .any(|c| c.modifier.contains(reversed));
        let shown = bench.text();
        assert!(!shown.contains("no match"), "{tab:?} {word}\n{shown}");
        assert!(marked, "{tab:?} {word} is not in sight\n{shown}");
    }
}

#[test]
fn leaving_a_search_goes_back_to_where_it_began() {
    let mut bench = Bench::at(80, 24, Moment::Finished);
    bench.press("6 j j");
    let before = bench.text();
    bench.press("/");
    bench.types("e");
    bench.press("up");
    assert_ne!(bench.text(), before);
    bench.press("esc");
    assert_eq!(bench.text(), before);
    bench.press("/");
    bench.types("no such words");
    assert!(bench.text().contains("no match"));
}

#[test]
fn what_is_copied_is_what_is_looked_at() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    let mut copied = |keys: &str| match &bench.press(keys)[..] {
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
        *bench.session.version(VersionId(5)).unwrap().source.text
    );
    bench.press("K K K K y d");
    assert!(
        bench.text().contains("nothing is copied"),
        "{}",
        bench.text()
    );
}

#[test]
fn borders_are_moved_by_keys_and_by_the_mouse_and_stay_for_that_class_of_sizes() {
    let mut bench = Bench::at(160, 45, Moment::Finished);
    bench.draw();
    let usual = bench.app.layout();
    assert_eq!(bench.press("ctrl-right"), [Effect::Remember]);
    assert_eq!(bench.app.layout().main.x, usual.main.x + 2);
    bench.press("+ +");
    assert!(bench.app.layout().main.width > usual.main.width);
    // A flood against the edge is taken back by one key.
    for _ in 0..200 {
        bench.press("ctrl-left");
    }
    let least = bench.app.layout().main.x;
    bench.press("ctrl-right");
    assert_eq!(bench.app.layout().main.x, least + 2);
    bench.press("ctrl-w =");
    assert_eq!(bench.app.layout(), usual);
    let (x, y) = (usual.main.x, usual.main.y + 4);
    bench.mouse(MouseEventKind::Down(MouseButton::Left), x, y);
    bench.mouse(MouseEventKind::Drag(MouseButton::Left), x + 9, y);
    assert_eq!(bench.app.layout().main.x, x + 9);
    let effects = bench.mouse(MouseEventKind::Up(MouseButton::Left), x + 9, y);
    assert_eq!(effects, [Effect::Remember]);
    assert_eq!(
        bench.app.prefs.memory.arrangement(Room::Wide).side,
        Some(x + 9)
    );
    // Another class of sizes keeps its own.
    bench.terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
    bench.draw();
    assert_eq!(bench.app.layout().main.x, 34);
}

#[test]
fn parts_are_hidden_and_zoomed_and_come_back() {
    let mut bench = Bench::at(160, 45, Moment::Finished);
    bench.draw();
    bench.press("ctrl-w t ctrl-w c ctrl-w d ctrl-w h");
    let plan = bench.app.layout();
    assert_eq!(
        (plan.tree, plan.memory, plan.card, plan.steer),
        (None, None, None, None)
    );
    bench.press("h");
    assert!(
        bench.app.layout().steer.is_some(),
        "the hint box comes when it is used"
    );
    bench.press("esc ctrl-w =");
    bench.press("Z");
    assert_eq!(bench.app.nav.zoomed, Some(ScreenPart::Tree));
    insta::assert_snapshot!("zoomed_tree_160x45", bench.text());
    bench.press("k");
    assert_eq!(bench.app.nav.selected, Some(VersionId(4)));
    bench.press("Z");
    insta::assert_snapshot!("zoomed_charts_160x45", bench.text());
    bench.press("z");
    assert_eq!(bench.app.nav.zoomed, None);
    // One pane has room for one: there the others are reached by zooming.
    let mut small = Bench::at(80, 24, Moment::Finished);
    small.press("Z");
    assert!(small.text().contains("versions"), "{}", small.text());
}

#[test]
fn what_the_screen_remembers_survives_a_start_and_a_wrong_file_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("screen.json");
    let mut bench = Bench::at(160, 45, Moment::Finished);
    bench.press("ctrl-w c h");
    bench.types("use a counter");
    bench.press("enter");
    bench.app.prefs.memory.save(&file).unwrap();
    let mut again = Bench::at(160, 45, Moment::Finished);
    again.app.prefs.memory = Memory::load(&file).0;
    again.draw();
    assert_eq!(again.app.layout().memory, None);
    again.press("h up");
    assert!(again.text().contains("use a counter"), "{}", again.text());
    assert!(matches!(
        again.press("enter").last(),
        Some(Effect::Send(Command::Hint(hint))) if hint == "use a counter"
    ));
}

#[test]
fn the_goal_is_changed_on_the_run() {
    let mut bench = Bench::at(120, 36, Moment::Comparing);
    bench.press("ctrl-g");
    insta::assert_snapshot!("goal_120x36", bench.text());
    bench.press("ctrl-u 1 2 tab ctrl-u 3 x tab tab 9 k enter");
    let mut bench = Bench::at(120, 36, Moment::Comparing);
    let effects = bench.press("ctrl-g ctrl-u 1 2 tab ctrl-u 3 x tab tab ctrl-u 9 k enter");
    let [Effect::Send(Command::Goal(goal))] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(goal.rounds, 12);
    assert_eq!(goal.gain.unwrap().0, 3.0);
    assert_eq!(goal.tokens, Some(9_000));
    assert!(
        bench.text().contains("the goal is now 12 rounds"),
        "{}",
        bench.text()
    );
    assert_eq!(bench.press("ctrl-g ctrl-u 0 enter"), []);
    assert!(
        bench.text().contains("a whole number from 1 on"),
        "{}",
        bench.text()
    );
}

#[test]
fn retrying_never_spends_a_round_unasked() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    assert_eq!(bench.press("r"), []);
    assert!(
        bench.text().contains("n starts a new one"),
        "{}",
        bench.text()
    );
    let mut busy = Bench::at(120, 36, Moment::Streaming);
    assert_eq!(busy.press("r"), [Effect::Send(Command::Retry)]);
}

#[test]
fn typing_clears_and_moves_as_in_a_shell() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press("s ctrl-u");
    bench.types("x.py");
    let Some(open) = bench.app.dialog_as::<Save>() else {
        panic!("no box");
    };
    assert_eq!(open.name.lines().concat(), "x.py");
}

#[test]
fn long_words_leave_the_keys_in_sight_and_are_whole_below_one_key() {
    let mut bench = Bench::at(120, 36, Moment::Comparing);
    let words = "a sentence that goes on ".repeat(12);
    bench.app.say(format!("{words}to its end"), true);
    let shown = bench.text();
    let last = shown.lines().last().unwrap();
    assert!(
        last.contains("esc stop") && last.ends_with("? help"),
        "{last}"
    );
    bench.press("!");
    assert!(bench.text().contains("to its end"), "{}", bench.text());
}

#[test]
fn the_help_is_whole_where_there_is_little_room() {
    let mut bench = Bench::at(40, 12, Moment::Finished);
    bench.press("?");
    let mut all = String::new();
    for _ in 0..BINDINGS.len() + 20 {
        for line in bench.text().lines() {
            // What is said of a key, without the keys before it.
            let said: String = line.chars().skip(13).collect();
            all.push_str(said.trim_end_matches(['│', ' ']));
            all.push(' ');
        }
        bench.press("down");
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
    insta::assert_snapshot!("help_40x12", bench.text());
}

#[test]
fn a_paste_into_a_search_or_a_form_stays_there() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    bench.press("3 /");
    let paste = |bench: &mut Bench, text: &str| {
        terminal_event(&mut bench.app, &bench.session, &Event::Paste(text.into()))
    };
    assert_eq!(paste(&mut bench, "def\nmain"), []);
    assert!(bench.text().contains("/def▏"), "{}", bench.text());
    assert!(bench.app.hint_box.text.is_empty());
}

#[test]
fn names_of_keys_do_not_change_unnoticed() {
    // Somebody's config file holds these.
    let names: Vec<String> = BINDINGS.iter().map(|b| b.action.name()).collect();
    insta::assert_snapshot!("names_of_actions", names.join("\n"));
    assert_eq!(
        Key::from(screen::key("ctrl-alt-x")).to_string(),
        "ctrl-alt-x"
    );
}

#[test]
fn marks_of_a_search_are_seen_without_colours() {
    let mut bench = Bench::at(80, 24, Moment::Finished);
    bench.app.prefs.theme = Theme::dark(Depth::None);
    bench.press("3 /");
    bench.types("def");
    bench.press("enter");
    let buffer = bench.draw().clone();
    let plain = bench.app.prefs.theme.fg(Role::Text);
    assert!(
        buffer
            .content()
            .iter()
            .any(|c| !c.modifier.is_empty() && c.style() != plain)
    );
}

/// The program with a config file of this text; gives the exit status, what it printed and what it complained of.
fn reheat(config: &str, arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_reheat"));
    for name in ["CONFIG", "DATA", "CACHE"] {
        command.env(format!("REHEAT_{name}_DIR"), folder.path());
    }
    let output = command.args(arguments).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn keys_of_the_config_file_are_printed_and_what_is_wrong_with_them_is_named() {
    let (status, out, err) = reheat("[keys]\nnext-round = [\"ctrl-n\", \"f5\"]\n", &["keys"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains("ctrl-n  f5 *"), "{out}");
    let wrong = "bell = true\n[keys]\nnext-rond = \"x\"\npin = \"nokey\"\nundo = 7\n";
    let (status, out, err) = reheat(wrong, &["keys"]);
    assert_eq!(status, 2);
    assert!(out.contains("accept"), "the table is printed all the same");
    for words in [
        "config.toml: keys.next-rond: there is no such action; did you mean next-round?",
        "keys.pin: `nokey` is no key",
        "keys.undo is not a key; write for example undo = \"x\"",
    ] {
        assert!(err.contains(words), "{words}\n{err}");
    }
    // Nowhere is it fatal.
    let (status, out, _) = reheat(wrong, &["config", "--show"]);
    assert_eq!(status, 0);
    assert!(
        out.contains("keys.next-rond") && out.contains("keys.undo"),
        "{out}"
    );
    let (status, out, _) = reheat("", &["keys", "--usual", "--markdown"]);
    assert_eq!(status, 0);
    assert_eq!(out, markdown(&Keymap::default(), typing_keys::ALL));
}

#[test]
fn a_log_that_cannot_be_written_is_said_before_anything_starts() {
    let (status, out, err) = reheat("", &["keys", "--log", "/no/such/folder/log"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.contains("cannot write the log /no/such/folder/log"),
        "{err}"
    );
}

#[test]
fn a_case_is_run_again_timed_alone_and_added_by_keys() {
    use reheat::engine::side_requests::{NewCase, SideRequest};
    let sent = |effects: &[Effect]| match effects {
        [Effect::Send(Command::SideRequest(aside))] => aside.clone(),
        other => panic!("{other:?}"),
    };
    let mut bench = Bench::at(120, 36, Moment::Finished);
    assert!(bench.press("R").is_empty(), "no case is marked in sight");
    let version = bench.app.version(&bench.session).unwrap();
    let case = "03".to_owned();
    let aside = sent(&bench.press("5 k k k k k k k k j j R"));
    assert_eq!(
        aside,
        SideRequest::Rerun {
            version,
            case: case.clone()
        }
    );
    let mut result = {
        let version = bench.session.version(version).unwrap();
        version.evaluation.as_ref().unwrap().cases[2].clone()
    };
    bench.happen(E::CaseRerun {
        version,
        result: result.clone(),
        failure: None,
    });
    result.verdict = reheat::measure::Verdict::TimeLimit;
    bench.happen(E::CaseRerun {
        version,
        result,
        failure: None,
    });
    let aside = sent(&bench.press("T"));
    assert_eq!(aside, SideRequest::TimeOnly(Some(case.clone())));
    let steer = Steer::Timed { case: Some(case) };
    bench.happen(E::Steered { steer });
    insta::assert_snapshot!("case_again_120x36", bench.text());
    assert_eq!(sent(&bench.press("T")), SideRequest::TimeOnly(None));
    // The form: what was typed stays when it is left, an empty one sends nothing.
    assert!(bench.press("A ctrl-s").is_empty());
    bench.types("3 4");
    bench.press("esc");
    bench.press("A tab");
    bench.types("7");
    bench.press("tab space");
    insta::assert_snapshot!("case_form_120x36", bench.text());
    let case = NewCase {
        input: "3 4\n".into(),
        expected: Some("7\n".into()),
        held_out: true,
    };
    assert_eq!(sent(&bench.press("ctrl-s")), SideRequest::Add(case));
    let mut small = Bench::at(40, 12, Moment::Finished);
    small.press("A");
    insta::assert_snapshot!("case_form_40x12", small.text());
}

#[test]
fn references_stand_in_the_chart_of_gains() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    let best = bench.session.best().unwrap();
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
        bench.happen(E::ReferenceMeasured {
            name: name.into(),
            verdict: reheat::measure::Verdict::Accepted,
            comparison: Some(c),
        });
    }
    bench.press("7");
    insta::assert_snapshot!("references_120x36", bench.text());
    assert!(
        bench.text().contains("faster than 2 of 3 references"),
        "{}",
        bench.text()
    );
    bench.press("enter enter enter enter");
    insta::assert_snapshot!("references_alone_120x36", bench.text());
}

#[test]
fn a_note_is_written_shown_found_and_taken_back() {
    let mut bench = Bench::at(120, 36, Moment::Finished);
    let version = bench.app.version(&bench.session).unwrap();
    bench.press("c");
    bench.types("keeps the order");
    assert!(bench.text().contains(&format!("a note on {version}")));
    let effects = bench.press("enter");
    let [Effect::Send(Command::Annotate(of, note))] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!((*of, note.as_str()), (version, "keeps the order"));
    bench.happen(E::Steered {
        steer: Steer::Annotate {
            version,
            note: note.clone(),
        },
    });
    assert!(bench.text().contains("your note: keeps the order"));
    bench.press("c ctrl-u");
    let effects = bench.press("enter");
    assert_eq!(
        effects,
        [Effect::Send(Command::Annotate(version, String::new()))]
    );
}

#[test]
fn a_theme_whose_colours_are_all_equal_changes_no_search() {
    let found = |depth, pane: &str| {
        let mut bench = Bench::at(160, 45, Moment::Finished);
        bench.app.prefs.theme = Theme::dark(depth);
        bench.press(pane);
        bench.press("/");
        bench.types("1");
        bench.app.search.as_ref().unwrap().count()
    };
    // The numbers of lines are no part of the text, in whatever colour they are drawn.
    for pane in ["3", "4"] {
        let count = found(Depth::True, pane);
        assert!(count.contains(" of "), "{count}");
        assert_eq!(found(Depth::None, pane), count);
    }
}
