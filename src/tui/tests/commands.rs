//! What a press asks of the loop and of the files: commands, hints, edits, and copies on the disk.

use super::TestScreen;
use crate::engine::Command;
use crate::session::event::VersionId;
use crate::tui::core::tab::Tab;
use crate::tui::sample::{Moment, session};
use crate::tui::state::effect::Effect;

#[test]
fn keys_become_commands() {
    let mut screen = TestScreen::at(160, 45, Moment::Comparing);
    let sent = |effects: Vec<Effect>| match effects.as_slice() {
        [Effect::Send(command)] => Some(command.clone()),
        _ => None,
    };
    assert_eq!(sent(screen.press("esc esc")), Some(Command::Stop));
    assert_eq!(sent(screen.press("space")), Some(Command::Pause(true)));
    assert_eq!(screen.press("r"), vec![]);
    assert_eq!(sent(screen.press("r")), Some(Command::Retry));
    // v2 is being compared: there is nothing to decide about yet.
    for key in ["a", "x"] {
        assert_eq!(screen.press(key), vec![]);
        let shown = screen.text();
        assert!(shown.contains("v2 is not measured yet"), "{shown}");
        let keys = shown.lines().last().unwrap();
        assert!(
            !keys.contains("accept") && !keys.contains("reject"),
            "{keys}"
        );
    }
    assert_eq!(
        sent(screen.press("K x")),
        Some(Command::Reject(VersionId(1)))
    );
    assert_eq!(
        sent(screen.press("K b")),
        Some(Command::Parent(Some(VersionId::ORIGINAL)))
    );
    // What it is already nobody has to decide.
    assert_eq!(screen.press("a"), vec![]);
    let shown = screen.text();
    assert!(shown.contains("v0 is the best version already"), "{shown}");
    screen.session.incumbent = Some(VersionId(1));
    assert_eq!(
        sent(screen.press("a")),
        Some(Command::Accept(VersionId::ORIGINAL))
    );
    assert_eq!(
        sent(screen.press("p")),
        Some(Command::Pin(VersionId::ORIGINAL, true))
    );
    assert_eq!(sent(screen.press("ctrl-c")), Some(Command::Stop));
    assert_eq!(screen.press("q"), vec![]);
    assert_eq!(screen.press("y"), vec![Effect::Quit]);
    screen.app.state.demo = true;
    assert_eq!(screen.press("q"), vec![Effect::Quit]);
}

#[test]
fn a_pasted_hint_waits_for_enter() {
    let mut screen = TestScreen::at(120, 36, Moment::Streaming);
    assert_eq!(screen.press("h"), vec![]);
    assert_eq!(screen.paste("first line\nsecond line\r\n"), vec![]);
    assert!(screen.text().contains("second line"));
    assert_eq!(screen.press("q"), vec![], "letters go into the box");
    assert_eq!(
        screen.press("enter"),
        vec![
            Effect::Remember,
            Effect::Send(Command::Hint("first line\nsecond line\nq".into()))
        ]
    );
}

#[test]
fn an_edit_by_hand_is_measured_when_saved() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("e");
    screen.paste("# faster\n");
    let effects = screen.press("ctrl-s");
    let [Effect::Send(Command::HandEdit { parent, text })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(*parent, VersionId(5));
    assert!(text.starts_with("# faster\n\"\"\"Counts"), "{text}");
    assert_eq!(
        screen.press("e ctrl-s"),
        vec![],
        "nothing changed, nothing to measure"
    );
    screen.press("e z esc");
    assert!(screen.text().contains("Throw your edit away?"));

    // While something is on it waits, and that stays in sight.
    let mut screen = TestScreen::at(160, 45, Moment::Comparing);
    screen.app.observe(&screen.session);
    screen.press("K e");
    screen.paste("# faster\n");
    screen.press("ctrl-s");
    let shown = screen.text();
    assert!(
        shown.contains("is measured when the round that is on is done"),
        "{shown}"
    );
    assert_eq!(screen.app.state.edits_waiting(&screen.session), 1);
    screen.session.stage = crate::session::event::Stage::Waiting;
    screen.app.observe(&screen.session);
    assert_eq!(screen.app.state.edits_waiting(&screen.session), 0);
}

#[test]
fn the_screen_follows_until_it_is_led() {
    let mut screen = TestScreen::at(160, 45, Moment::Streaming);
    screen.draw();
    assert_eq!(screen.app.state.pane(&screen.session), Tab::Stream);
    screen.session = session(Moment::Comparing);
    assert_eq!(screen.app.state.pane(&screen.session), Tab::Diff);
    screen.press("5");
    screen.session = session(Moment::Finished);
    assert_eq!(screen.app.state.pane(&screen.session), Tab::Cases);
    screen.press("f");
    assert_eq!(screen.app.state.pane(&screen.session), Tab::Summary);
}

#[test]
fn saving_never_replaces_a_file_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("best.py");
    std::fs::write(&path, "mine").unwrap();
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    let name = path.display().to_string();
    let save = |screen: &mut TestScreen| {
        screen.press("s ctrl-u");
        // Whatever the box proposed goes first.
        screen.at_once(&"backspace ".repeat(40));
        screen.paste(&name);
        screen.press("enter");
    };
    save(&mut screen);
    assert!(screen.text().contains("Replace it?"));
    screen.press("n");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    save(&mut screen);
    screen.press("y");
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        *screen.session.best().unwrap().source.text
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no temporary file stays"
    );
}

#[test]
fn a_case_that_was_added_is_taken_back_where_it_is_marked() {
    use crate::engine::side_requests::SideRequest;
    use crate::session::EventRecord;
    use crate::session::cases::AddedCase;
    use crate::session::event::Event as E;
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    let at = screen.session.last_at.unwrap();
    let case = AddedCase {
        name: "odd".into(),
        input: "1\n".into(),
        expected: "1\n".into(),
        status: None,
        held_out: false,
        by_original: true,
    };
    let event = E::CaseAdded { case };
    screen.session.apply(&EventRecord { at, event });
    screen.press("5");
    let names: Vec<String> = {
        let task = screen.session.task.as_ref().unwrap();
        task.cases.iter().map(|(name, _)| name.clone()).collect()
    };
    screen.app.state.nav.case = names.iter().position(|name| name == "odd");
    assert!(
        screen.text().contains("take this case back"),
        "{}",
        screen.text()
    );
    let back = Command::SideRequest(SideRequest::Withdraw("odd".into()));
    assert_eq!(screen.press("u"), [Effect::Send(back)]);
    // One of the task's own is not taken back: the key is that of the last decision.
    screen.app.state.nav.case = Some(0);
    assert!(!screen.text().contains("take this case back"));
    assert_eq!(screen.press("u"), [Effect::Send(Command::Undo)]);
}
