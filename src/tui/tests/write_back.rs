//! `w` in the workbench: what would be done is shown first, at every size, and nothing happens without a key for it.

use super::TestScreen;
use crate::engine::Command;
use crate::engine::write_requests::WriteRequest;
use crate::session::Session;
use crate::session::event::{Event, Origin, VersionId};
use crate::session::written::{Standing, WriteMethod, WritePlan, WriteRecord};
use crate::tui::dialogs::write::Write;
use crate::tui::sample;
use crate::tui::state::effect::Effect;

const OLD: &str = "import sys\n\ndef slow(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total\n\n\ndef other():\n    return 1\n\n\nprint(slow(int(sys.stdin.readline())))\n";
const NEW: &str = "import sys\n\ndef slow(n):\n    return n * (n - 1) // 2\n\n\ndef other():\n    return 1\n\n\nprint(slow(int(sys.stdin.readline())))\n";

/// Sizes from the smallest to a large one.
const SIZES: [(u16, u16); 5] = [(40, 12), (60, 16), (80, 24), (120, 40), (200, 60)];

/// At the end of the fabricated session, of a task that comes from the developer's own file.
fn finished((width, height): (u16, u16)) -> TestScreen {
    let mut events = sample::events();
    for happened in &mut events {
        if let Event::SessionStarted { task, .. } = &mut happened.event {
            task.origin = Origin::Kept;
        }
    }
    TestScreen::new(width, height, Session::of(&events), None)
}

impl TestScreen {
    /// What is asked of the loop when these keys are pressed, which is about writing and nothing else.
    fn requests(&mut self, keys: &str) -> Vec<WriteRequest> {
        let request = |effect| match effect {
            Effect::Send(Command::Write(request)) => request,
            other => panic!("{other:?}"),
        };
        self.press(keys).into_iter().map(request).collect()
    }

    /// The loop's answer to `w`.
    fn planned(&mut self, standing: Standing, cautions: &[&str]) {
        let number = self.session.write_plan.as_ref().map_or(1, |p| p.number + 1);
        let nothing = standing == Standing::Written;
        let plan = WritePlan {
            number,
            version: VersionId(5),
            path: "/home/ada/project/src/slow.py".into(),
            standing,
            old: if nothing { NEW } else { OLD }.into(),
            new: NEW.into(),
            gain: "6.85× faster".into(),
            cautions: cautions.iter().map(|c| (*c).to_owned()).collect(),
            notes: Vec::new(),
            check: String::new(),
        };
        self.happen(Event::WritePlanned { plan: plan.into() });
    }

    fn is_open(&self) -> bool {
        self.app.dialog_as::<Write>().is_some()
    }
}

fn record() -> WriteRecord {
    WriteRecord {
        version: VersionId(5),
        path: "/home/ada/project/src/slow.py".into(),
        how: WriteMethod::File,
        name: String::new(),
        before: "b".repeat(64),
        after: "a".repeat(64),
    }
}

const WRITE: WriteRequest = WriteRequest::File {
    version: VersionId(5),
    merge: false,
};

#[test]
fn what_would_be_done_is_shown_at_every_size_and_done_by_enter_only() {
    for size in SIZES {
        let mut screen = finished(size);
        assert_eq!(screen.requests("w"), [WriteRequest::Plan(None)]);
        assert!(screen.text().contains("looking at the file"), "{size:?}");
        // Nothing can be asked for before the answer is there.
        assert_eq!(screen.requests("enter m u p b"), []);
        screen.planned(Standing::Ready, &[]);
        let text = screen.text();
        for words in [
            "write back v5",
            "slow.py",
            "esc leave",
            "⏎ write",
            "for i in",
        ] {
            assert!(text.contains(words), "{words} at {size:?}:\n{text}");
        }
        if size.0 >= 80 {
            assert!(text.contains("6.85× faster than the original"), "{text}");
            assert!(text.contains("return n * (n - 1) // 2"), "{text}");
        }
        // A way to look at all of it, and to leave.
        screen.requests("j pgdn G g k");
        assert_eq!(screen.requests("esc"), []);
        assert!(!screen.is_open());
        assert_eq!(screen.requests("w"), [WriteRequest::Plan(None)]);
        screen.planned(Standing::Ready, &[]);
        assert_eq!(screen.requests("enter"), [WRITE], "{size:?}");
        assert!(!screen.is_open());
    }
}

#[test]
fn a_chosen_version_is_meant_and_an_old_plan_is_not_taken_for_the_new_one() {
    let mut screen = finished((120, 40));
    screen.requests("w");
    screen.planned(Standing::Ready, &[]);
    screen.requests("esc K");
    let selected = screen
        .app
        .state
        .nav
        .selected
        .expect("a version was selected");
    assert_eq!(screen.requests("w"), [WriteRequest::Plan(Some(selected))]);
    assert!(screen.text().contains("looking at the file"));
    assert_eq!(screen.requests("enter"), []);
}

#[test]
fn what_should_be_looked_at_first_needs_a_second_enter() {
    let mut screen = finished((100, 30));
    screen.requests("w");
    screen.planned(
        Standing::Ready,
        &["line 3 holds the expected output of case 04"],
    );
    let text = screen.text();
    assert!(
        text.contains("⚑ line 3 holds the expected output"),
        "{text}"
    );
    assert_eq!(screen.requests("enter"), []);
    let text = screen.text();
    assert!(text.contains("enter once more"), "{text}");
    assert_eq!(screen.requests("enter"), [WRITE]);
}

#[test]
fn a_changed_file_is_merged_by_m_and_conflicts_leave_a_patch() {
    let mut screen = finished((100, 30));
    screen.requests("w");
    screen.planned(Standing::Changed, &[]);
    assert!(
        screen
            .text()
            .contains("has changed since the session began. m merges")
    );
    assert_eq!(screen.requests("enter"), []);
    let merge = WriteRequest::File {
        version: VersionId(5),
        merge: true,
    };
    assert_eq!(screen.requests("m"), [merge]);

    screen.requests("w");
    screen.planned(Standing::Conflicts { lines: vec![4, 9] }, &[]);
    let text = screen.text();
    assert!(
        text.contains("in the same places") && text.contains("4, 9"),
        "{text}"
    );
    assert_eq!(screen.requests("enter m"), []);
    let patch = |to: &str| WriteRequest::Patch {
        version: VersionId(5),
        to: to.into(),
    };
    screen.requests("p");
    assert!(
        screen.text().contains("patch pairs.v5.patch"),
        "{}",
        screen.text()
    );
    assert_eq!(screen.requests("ctrl-u x . p enter"), [patch("x.p")]);
    screen.requests("w");
    screen.planned(Standing::Ready, &[]);
    let branch = WriteRequest::Branch {
        version: VersionId(5),
        name: "reheat/pairs-v5".into(),
        merge: false,
    };
    assert_eq!(screen.requests("b enter"), [branch]);
}

#[test]
fn what_was_done_is_said_and_u_takes_it_back() {
    for size in SIZES {
        let mut screen = finished(size);
        let done = |undone| Event::WrittenBack {
            record: record(),
            undone,
            reason: "by hand".into(),
        };
        screen.requests("w");
        screen.planned(Standing::Written, &[]);
        assert_eq!(screen.requests("u enter"), [], "nothing was written by us");
        screen.requests("esc");
        screen.happen(done(false));
        let said = screen
            .app
            .state
            .messages
            .last
            .as_ref()
            .unwrap()
            .text
            .clone();
        assert!(
            said.contains("v5 written to") && said.contains("w, then u"),
            "{said}"
        );
        screen.requests("w");
        screen.planned(Standing::Written, &[]);
        let text = screen.text();
        assert!(text.contains("u take back"), "{size:?}:\n{text}");
        assert_eq!(screen.requests("u"), [WriteRequest::TakeBack]);
        screen.happen(done(true));
        let said = screen
            .app
            .state
            .messages
            .last
            .as_ref()
            .unwrap()
            .text
            .clone();
        assert!(said.contains("taken back (by hand)"), "{said}");
        assert!(screen.session.last_written().is_none());
    }
}

#[test]
fn a_refusal_says_why_and_the_end_of_a_session_offers_the_key() {
    let mut screen = finished((100, 30));
    let text = screen.text();
    assert!(text.contains("w write it into your file"), "{text}");
    screen.requests("w");
    let why = "the file is read-only; chmod u+w it \u{1b}[31m".to_owned();
    screen.planned(Standing::Refused { why }, &[]);
    let text = screen.text();
    assert!(text.contains("the file is read-only"), "{text}");
    assert_eq!(screen.requests("enter m"), []);
    assert!(screen.is_open());
    // The sample's own task is bundled: there is no file of anybody's to offer.
    let mut bundled = finished((100, 30));
    bundled.session = Session::of(&sample::events());
    let text = bundled.text();
    assert!(!text.contains("write it into your file"), "{text}");
}
