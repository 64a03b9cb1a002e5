//! A session whose loop runs inside a test.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reheat::engine::{self, Handle, Setup};
use reheat::model::Provider;
use reheat::model::prompt::Template;
use reheat::model::tape::Tape;
use reheat::sandbox;
use reheat::session::event::{Event, Goal, Mode, Origin, Stage};
use reheat::session::{Library, Session};
use reheat::task::load::TaskFlags;
use reheat::task::{HoldOut, Languages, Task};

use super::home::Home;
use super::{COMPARISON, PATIENCE};

/// A running loop and what it has come to so far.
pub(crate) struct LiveSession {
    pub(crate) handle: Handle,
    pub(crate) session: Session,
    /// All events that were taken so far.
    pub(crate) seen: Vec<Event>,
    pub(crate) home: Home,
}

impl LiveSession {
    pub(crate) fn start(home: Home, setup: Setup) -> Self {
        Self {
            handle: engine::start(setup).unwrap(),
            session: Session::default(),
            seen: Vec::new(),
            home,
        }
    }

    /// Takes events until one fits.
    pub(crate) fn until(&mut self, what: &str, fits: impl Fn(&Event, &Session) -> bool) -> Event {
        let began = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(began.elapsed());
            let happened = self.handle.events.recv_timeout(left).unwrap_or_else(|e| {
                panic!(
                    "{e} while waiting until {what}; stage {:?}, notes {:?}",
                    self.session.stage, self.session.notes
                )
            });
            self.session.apply(&happened);
            self.seen.push(happened.event.clone());
            if fits(&happened.event, &self.session) {
                return happened.event;
            }
        }
    }

    pub(crate) fn until_waiting(&mut self) {
        self.until("it waits", |e, _| {
            matches!(
                e,
                Event::StageChanged {
                    stage: Stage::Waiting
                }
            )
        });
    }
}

/// The task that `squares` put on disk.
pub(crate) fn task(home: &Home, held_out: Option<HoldOut>) -> Task {
    let flags = TaskFlags {
        file: Some(home.path("slow.py")),
        cases: Some(home.path("cases")),
        held_out,
        ..TaskFlags::default()
    };
    flags.load(&Languages::load(None).unwrap()).unwrap()
}

/// A session of two rounds at most in which nothing happens by itself.
pub(crate) fn setup(home: &Home, task: Task, provider: Arc<dyn Provider>) -> Setup {
    Setup {
        task,
        origin: Origin::Kept,
        provider,
        reached_by: Default::default(),
        mode: Mode::Manual,
        goal: Goal {
            rounds: 2,
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
        strict: false,
        comparison_budget: COMPARISON,
        comparison_clock: None,
        demo_pause: Duration::ZERO,
        script: Vec::new(),
    }
}

/// A tape of these replies, at a multiple of its natural speed.
pub(crate) fn on_tape(replies: &[String], speed: f64) -> Arc<dyn Provider> {
    let lines: Vec<String> = replies
        .iter()
        .map(|r| serde_json::json!({"model": "m", "text": r}).to_string())
        .collect();
    let tape = Tape::from_text("test", &lines.join("\n")).unwrap();
    Arc::new(tape.with_speed(speed))
}
