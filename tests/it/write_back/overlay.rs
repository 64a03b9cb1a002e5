//! `w` in the workbench: what would be done is shown first, at every size, and nothing happens without a key for it.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::Event as Terminals;
use reheat::engine::Command;
use reheat::engine::write_requests::WriteRequest;
use reheat::session::event::{Event, Origin, VersionId};
use reheat::session::written::{Standing, WriteMethod, WritePlan, WriteRecord};
use reheat::session::{EventRecord, Session};
use reheat::tui::app::App;
use reheat::tui::core::theme::{Depth, Theme};
use reheat::tui::dialogs::write::Write;
use reheat::tui::input::terminal_event;
use reheat::tui::sample;
use reheat::tui::state::effect::Effect;

use super::bed::{NEW, OLD};
use crate::support::screen;

/// Sizes from the smallest to a large one.
const SIZES: [(u16, u16); 5] = [(40, 12), (60, 16), (80, 24), (120, 40), (200, 60)];

struct Bench {
    session: Session,
    app: App,
    terminal: Terminal<TestBackend>,
}

impl Bench {
    fn new((width, height): (u16, u16)) -> Self {
        let mut events = sample::events();
        for happened in &mut events {
            if let Event::SessionStarted { task, .. } = &mut happened.event {
                task.origin = Origin::Kept;
            }
        }
        let session = Session::of(&events);
        let mut app = App::new(Theme::dark(Depth::True), None, session.last_at.unwrap());
        app.observe(&session);
        Self {
            session,
            app,
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
        }
    }

    fn happen(&mut self, event: Event) {
        let at = self.session.last_at.unwrap();
        self.session.apply(&EventRecord { at, event });
        self.app.observe(&self.session);
    }

    fn text(&mut self) -> String {
        screen::text(screen::draw(
            &self.session,
            &mut self.app,
            &mut self.terminal,
        ))
    }

    fn press(&mut self, keys: &str) -> Vec<WriteRequest> {
        let mut wishes = Vec::new();
        for name in keys.split_whitespace() {
            self.text();
            let event = Terminals::Key(screen::key(name));
            for effect in terminal_event(&mut self.app, &self.session, &event) {
                match effect {
                    Effect::Send(Command::Write(wish)) => wishes.push(wish),
                    other => panic!("{other:?}"),
                }
            }
        }
        wishes
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
        let mut bench = Bench::new(size);
        assert_eq!(bench.press("w"), [WriteRequest::Plan(None)]);
        assert!(bench.text().contains("looking at the file"), "{size:?}");
        // Nothing can be asked for before the answer is there.
        assert_eq!(bench.press("enter m u p b"), []);
        bench.planned(Standing::Ready, &[]);
        let text = bench.text();
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
        bench.press("j pgdn G g k");
        assert_eq!(bench.press("esc"), []);
        assert!(!bench.is_open());
        assert_eq!(bench.press("w"), [WriteRequest::Plan(None)]);
        bench.planned(Standing::Ready, &[]);
        assert_eq!(bench.press("enter"), [WRITE], "{size:?}");
        assert!(!bench.is_open());
    }
}

#[test]
fn a_chosen_version_is_meant_and_an_old_plan_is_not_taken_for_the_new_one() {
    let mut bench = Bench::new((120, 40));
    bench.press("w");
    bench.planned(Standing::Ready, &[]);
    bench.press("esc K");
    let selected = bench.app.nav.selected.expect("a version was selected");
    assert_eq!(bench.press("w"), [WriteRequest::Plan(Some(selected))]);
    assert!(bench.text().contains("looking at the file"));
    assert_eq!(bench.press("enter"), []);
}

#[test]
fn what_should_be_looked_at_first_needs_a_second_enter() {
    let mut bench = Bench::new((100, 30));
    bench.press("w");
    bench.planned(
        Standing::Ready,
        &["line 3 holds the expected output of case 04"],
    );
    let text = bench.text();
    assert!(
        text.contains("⚑ line 3 holds the expected output"),
        "{text}"
    );
    assert_eq!(bench.press("enter"), []);
    let text = bench.text();
    assert!(text.contains("enter once more"), "{text}");
    assert_eq!(bench.press("enter"), [WRITE]);
}

#[test]
fn a_changed_file_is_merged_by_m_and_conflicts_leave_a_patch() {
    let mut bench = Bench::new((100, 30));
    bench.press("w");
    bench.planned(Standing::Changed, &[]);
    assert!(
        bench
            .text()
            .contains("has changed since the session began. m merges")
    );
    assert_eq!(bench.press("enter"), []);
    let merge = WriteRequest::File {
        version: VersionId(5),
        merge: true,
    };
    assert_eq!(bench.press("m"), [merge]);

    bench.press("w");
    bench.planned(Standing::Conflicts { lines: vec![4, 9] }, &[]);
    let text = bench.text();
    assert!(
        text.contains("in the same places") && text.contains("4, 9"),
        "{text}"
    );
    assert_eq!(bench.press("enter m"), []);
    let patch = |to: &str| WriteRequest::Patch {
        version: VersionId(5),
        to: to.into(),
    };
    bench.press("p");
    assert!(
        bench.text().contains("patch pairs.v5.patch"),
        "{}",
        bench.text()
    );
    assert_eq!(bench.press("ctrl-u x . p enter"), [patch("x.p")]);
    bench.press("w");
    bench.planned(Standing::Ready, &[]);
    let branch = WriteRequest::Branch {
        version: VersionId(5),
        name: "reheat/pairs-v5".into(),
        merge: false,
    };
    assert_eq!(bench.press("b enter"), [branch]);
}

#[test]
fn what_was_done_is_said_and_u_takes_it_back() {
    for size in SIZES {
        let mut bench = Bench::new(size);
        let done = |undone| Event::WrittenBack {
            record: record(),
            undone,
            reason: "by hand".into(),
        };
        bench.press("w");
        bench.planned(Standing::Written, &[]);
        assert_eq!(bench.press("u enter"), [], "nothing was written by us");
        bench.press("esc");
        bench.happen(done(false));
        let said = bench.app.messages.last.as_ref().unwrap().text.clone();
        assert!(
            said.contains("v5 written to") && said.contains("w, then u"),
            "{said}"
        );
        bench.press("w");
        bench.planned(Standing::Written, &[]);
        let text = bench.text();
        assert!(text.contains("u take back"), "{size:?}:\n{text}");
        assert_eq!(bench.press("u"), [WriteRequest::TakeBack]);
        bench.happen(done(true));
        let said = bench.app.messages.last.as_ref().unwrap().text.clone();
        assert!(said.contains("taken back (by hand)"), "{said}");
        assert!(bench.session.last_written().is_none());
    }
}

#[test]
fn a_refusal_says_why_and_the_end_of_a_session_offers_the_key() {
    let mut bench = Bench::new((100, 30));
    let text = bench.text();
    assert!(text.contains("w write it into your file"), "{text}");
    bench.press("w");
    let why = "the file is read-only; chmod u+w it \u{1b}[31m".to_owned();
    bench.planned(Standing::Refused { why }, &[]);
    let text = bench.text();
    assert!(text.contains("the file is read-only"), "{text}");
    assert_eq!(bench.press("enter m"), []);
    assert!(bench.is_open());
    // The sample's own task is bundled: there is no file of anybody's to offer.
    let mut bundled = Bench::new((100, 30));
    bundled.session = Session::of(&sample::events());
    let text = bundled.text();
    assert!(!text.contains("write it into your file"), "{text}");
}
