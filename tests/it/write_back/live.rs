//! Writing back while a session is on: the loop does it, tells it by events, and the journal keeps it.

use std::fs;

use reheat::engine::write_requests::WriteRequest;
use reheat::engine::{Command, Setup};
use reheat::session::Library;
use reheat::session::event::{Event, Goal, Mode, VersionId};
use reheat::session::written::{Standing, WriteMethod};
use reheat::task::HoldOut;

use crate::support::home::{FAST, Home, SLOW, reply, squares, wait_for};
use crate::support::live::{self, LiveSession};

fn start() -> LiveSession {
    let home = Home::new();
    squares(&home);
    let mut task = live::task(&home, Some(HoldOut::default()));
    task.path = Some(home.path("slow.py"));
    let setup = Setup {
        mode: Mode::Auto,
        goal: Goal {
            rounds: 1,
            ..Goal::default()
        },
        ..live::setup(&home, task, live::on_tape(&[reply(FAST)], 1.0))
    };
    LiveSession::start(home, setup)
}

impl LiveSession {
    fn ask_to_write(&self, request: WriteRequest) {
        self.handle.send(Command::Write(request));
    }

    fn plan(&mut self) -> Standing {
        self.ask_to_write(WriteRequest::Plan(None));
        self.until("it is planned", |e, _| {
            matches!(e, Event::WritePlanned { .. })
        });
        self.session.write_plan.as_ref().unwrap().standing.clone()
    }

    fn now(&self) -> String {
        fs::read_to_string(self.home.path("slow.py")).unwrap()
    }
}

#[test]
fn the_loop_plans_writes_takes_back_and_the_journal_remembers() {
    let mut it = start();
    it.until("v0 is there", |e, _| {
        matches!(e, Event::VersionCreated { .. })
    });
    // Nothing better yet, whatever the moment.
    let early = it.plan();
    assert!(
        matches!(early, Standing::Refused { .. })
            || it.session.incumbent > Some(VersionId::ORIGINAL)
    );
    it.until("it is over", |e, _| {
        matches!(e, Event::SessionFinished { .. })
    });
    assert_eq!(it.session.incumbent, Some(VersionId(1)));
    assert_eq!(it.now(), SLOW);
    assert_eq!(it.plan(), Standing::Ready);
    let plan = it.session.write_plan.clone().unwrap();
    assert_eq!((&*plan.old, &*plan.new), (SLOW, FAST));
    assert!(plan.gain.ends_with("faster"), "{}", plan.gain);

    let request = || WriteRequest::File {
        version: VersionId(1),
        merge: false,
    };
    it.ask_to_write(request());
    it.until("it is written", |e, _| {
        matches!(e, Event::WrittenBack { undone: false, .. })
    });
    // It is recorded first.
    wait_for(|| it.now() == FAST);
    assert_eq!(it.plan(), Standing::Written);
    it.ask_to_write(WriteRequest::TakeBack);
    it.until("it is taken back", |e, _| {
        matches!(e, Event::WrittenBack { undone: true, .. })
    });
    assert_eq!(it.now(), SLOW);

    // The same line is another one now: no, and the file stays.
    let mine = SLOW.replace("range(40)", "range(41)");
    fs::write(it.home.path("slow.py"), &mine).unwrap();
    assert!(matches!(it.plan(), Standing::Conflicts { .. }));
    it.ask_to_write(WriteRequest::File {
        version: VersionId(1),
        merge: true,
    });
    let told = it.until("it is refused", |e, _| {
        matches!(e, Event::Noted { error: true, .. })
    });
    let Event::Noted { text, .. } = told else {
        unreachable!()
    };
    assert!(text.contains("in the same places"), "{text}");
    assert_eq!(it.now(), mine);

    // A patch never replaces a file unasked.
    let to = it.home.write("there.patch", "mine\n");
    let patch = |to| WriteRequest::Patch {
        version: VersionId(1),
        to,
    };
    it.ask_to_write(patch(to.clone()));
    it.until("it is refused", |e, _| {
        matches!(e, Event::Noted { error: true, .. })
    });
    assert_eq!(fs::read_to_string(&to).unwrap(), "mine\n");
    it.ask_to_write(patch(it.home.path("new.patch")));
    it.until("it is made", |e, _| matches!(e, Event::WrittenBack { .. }));
    assert!(it.home.path("new.patch").exists());

    // What is begun before the end is finished and kept.
    fs::write(it.home.path("slow.py"), SLOW).unwrap();
    it.ask_to_write(request());
    it.handle.send(Command::Quit);
    while let Ok(happened) = it.handle.events.recv() {
        it.session.apply(&happened);
    }
    assert_eq!(it.now(), FAST);
    let kept = Library::new(&it.home.path("data"))
        .read(&it.session.id)
        .unwrap();
    let hows: Vec<(WriteMethod, bool)> = kept
        .written
        .iter()
        .map(|w| (w.record.how, w.undone.is_some()))
        .collect();
    assert_eq!(
        hows,
        [
            (WriteMethod::File, true),
            (WriteMethod::Patch, false),
            (WriteMethod::File, false)
        ]
    );
    assert!(kept.write_plan.is_none(), "plans are of the moment");
}
