//! Writing back while a session is on: the loop does it, tells it by events, and the journal keeps it.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reheat::engine::write_requests::WriteRequest;
use reheat::engine::{self, Command, Handle, Setup};
use reheat::model::prompt::Template;
use reheat::model::tape::Tape;
use reheat::sandbox;
use reheat::session::event::{Event, Goal, Mode, Origin, VersionId};
use reheat::session::written::{Standing, WriteMethod};
use reheat::session::{Library, Session};
use reheat::task::load::TaskFlags;
use reheat::task::{HoldOut, Languages};

use crate::support::home::{FAST, Home, SLOW, reply, squares};

/// A running loop and what it has come to so far.
struct Watched {
    handle: Handle,
    session: Session,
    home: Home,
}

impl Watched {
    fn start() -> Self {
        let home = Home::new();
        squares(&home);
        let flags = TaskFlags {
            file: Some(home.path("slow.py")),
            cases: Some(home.path("cases")),
            held_out: Some(HoldOut::default()),
            ..TaskFlags::default()
        };
        let line = serde_json::json!({"model": "m", "text": reply(FAST)}).to_string();
        let mut task = flags.load(&Languages::load(None).unwrap()).unwrap();
        task.path = Some(home.path("slow.py"));
        let setup = Setup {
            task,
            origin: Origin::Kept,
            provider: Arc::new(Tape::from_text("test", &line).unwrap()),
            reached_by: Default::default(),
            mode: Mode::Auto,
            goal: Goal {
                rounds: 1,
                ..Goal::default()
            },
            library: Library::new(&home.path("data")),
            resume: None,
            candidates: None,
            temperature: None,
            sandbox: sandbox::Settings {
                launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
                ..sandbox::Settings::default()
            },
            cache: Some(home.path("cache")),
            template: Template::load("default", None).unwrap(),
            comparison_budget: crate::support::COMPARISON,
            demo_pause: Duration::ZERO,
        };
        Self {
            handle: engine::start(setup).unwrap(),
            session: Session::default(),
            home,
        }
    }

    fn until(&mut self, what: &str, fits: impl Fn(&Event) -> bool) -> Event {
        let began = Instant::now();
        loop {
            let left = crate::support::PATIENCE.saturating_sub(began.elapsed());
            let next = self.handle.events.recv_timeout(left);
            let happened = next.unwrap_or_else(|e| panic!("{e} while waiting until {what}"));
            self.session.apply(&happened);
            if fits(&happened.event) {
                return happened.event;
            }
        }
    }

    fn ask(&mut self, wish: WriteRequest) {
        self.handle.send(Command::Write(wish));
    }

    fn plan(&mut self) -> Standing {
        self.ask(WriteRequest::Plan(None));
        self.until("it is planned", |e| matches!(e, Event::WritePlanned { .. }));
        self.session.write_plan.as_ref().unwrap().standing.clone()
    }

    fn now(&self) -> String {
        fs::read_to_string(self.home.path("slow.py")).unwrap()
    }
}

#[test]
fn the_loop_plans_writes_takes_back_and_the_journal_remembers() {
    let mut it = Watched::start();
    it.until("v0 is there", |e| matches!(e, Event::VersionCreated { .. }));
    // Nothing better yet, whatever the moment.
    let early = it.plan();
    assert!(
        matches!(early, Standing::Refused { .. })
            || it.session.incumbent > Some(VersionId::ORIGINAL)
    );
    it.until("it is over", |e| matches!(e, Event::SessionFinished { .. }));
    assert_eq!(it.session.incumbent, Some(VersionId(1)));
    assert_eq!(it.now(), SLOW);
    assert_eq!(it.plan(), Standing::Ready);
    let plan = it.session.write_plan.clone().unwrap();
    assert_eq!((&*plan.old, &*plan.new), (SLOW, FAST));
    assert!(plan.gain.ends_with("faster"), "{}", plan.gain);

    let wish = || WriteRequest::File {
        version: VersionId(1),
        merge: false,
    };
    it.ask(wish());
    it.until("it is written", |e| {
        matches!(e, Event::WrittenBack { undone: false, .. })
    });
    assert_eq!(it.now(), FAST);
    assert_eq!(it.plan(), Standing::Written);
    it.ask(WriteRequest::TakeBack);
    it.until("it is taken back", |e| {
        matches!(e, Event::WrittenBack { undone: true, .. })
    });
    assert_eq!(it.now(), SLOW);

    // The same line is another one now: no, and the file stays.
    let mine = SLOW.replace("range(40)", "range(41)");
    fs::write(it.home.path("slow.py"), &mine).unwrap();
    assert!(matches!(it.plan(), Standing::Conflicts { .. }));
    it.ask(WriteRequest::File {
        version: VersionId(1),
        merge: true,
    });
    let told = it.until("it is refused", |e| {
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
    it.ask(patch(to.clone()));
    it.until("it is refused", |e| {
        matches!(e, Event::Noted { error: true, .. })
    });
    assert_eq!(fs::read_to_string(&to).unwrap(), "mine\n");
    it.ask(patch(it.home.path("new.patch")));
    it.until("it is made", |e| matches!(e, Event::WrittenBack { .. }));
    assert!(it.home.path("new.patch").exists());

    // What is begun before the end is finished and kept.
    fs::write(it.home.path("slow.py"), SLOW).unwrap();
    it.ask(wish());
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
