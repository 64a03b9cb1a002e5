//! What the loop itself costs in a round: everything but the model and the runs. `cargo bench --bench round`.
//!
//! A provider that answers at once with a new wrong program each round is asked for many rounds. A round's cost is its
//! wall time; the judge's own part is measured in the same run by having a judge of its own do the same evaluations
//! without any loop. What is left is the engine, the journal, the prompt and the channels.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures::stream::{self, BoxStream, StreamExt};
use reheat::engine::{self, Command, Setup};
use reheat::measure::Judge;
use reheat::model::prompt::Template;
use reheat::model::{Delta, End, Provider, Question};
use reheat::sandbox::{self, CancelToken};
use reheat::session::Library;
use reheat::session::event::{Event, Finish, Goal, Mode, Origin, Usage};
use reheat::task::load::TaskFlags;
use reheat::task::{Languages, Source, Task};

const ROUNDS: u32 = 60;

/// Answers at once with a program that is new and wrong.
struct Instantly(AtomicU32);

impl Provider for Instantly {
    fn name(&self) -> String {
        "instantly".into()
    }

    fn ask(&self, _question: Question) -> BoxStream<'static, Delta> {
        let n = self.0.fetch_add(1, Ordering::SeqCst);
        let text = format!("An idea.\n\n```python\n{}```\n", program(n));
        let end = End {
            finish: Finish::Stop,
            usage: Usage::default(),
            error: String::new(),
            again: true,
        };
        stream::iter([Delta::Text(text), Delta::End(end)]).boxed()
    }
}

fn program(n: u32) -> String {
    format!("raise SystemExit({}) # {n}\n", 1 + n % 100)
}

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    std::fs::write(path("a.py"), "print(1)\n").unwrap();
    std::fs::create_dir(path("cases")).unwrap();
    std::fs::write(path("cases/1.in"), "").unwrap();
    std::fs::write(path("cases/1.out"), "1\n").unwrap();
    let flags = TaskFlags {
        file: Some(path("a.py")),
        cases: Some(path("cases")),
        ..TaskFlags::default()
    };
    let task = flags.load(&Languages::load(None).unwrap()).unwrap();
    let sandbox = sandbox::Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        ..sandbox::Settings::default()
    };

    let mut rounds = rounds(&task, &sandbox, dir.path());
    let mut alone = alone(&task, &sandbox, &path("builds-alone"));
    let (round, judge) = (median(&mut rounds), median(&mut alone));
    println!("rounds {ROUNDS}, medians on this machine, now");
    println!(
        "a whole round with an instant model   {:>8.2} ms",
        ms(round)
    );
    println!(
        "the same evaluation without the loop  {:>8.2} ms",
        ms(judge)
    );
    println!(
        "the loop's own cost                   {:>8.2} ms   ({:.2} of the evaluation)",
        ms(round.saturating_sub(judge)),
        ms(round) / ms(judge) - 1.0
    );
}

fn rounds(task: &Task, sandbox: &sandbox::Settings, dir: &std::path::Path) -> Vec<Duration> {
    let setup = Setup {
        task: task.clone(),
        origin: Origin::Kept,
        provider: Arc::new(Instantly(AtomicU32::new(0))),
        reached_by: Default::default(),
        mode: Mode::Auto,
        goal: Goal {
            rounds: ROUNDS,
            ..Goal::default()
        },
        library: Library::new(dir),
        resume: None,
        candidates: None,
        strict: false,
        temperature: None,
        sandbox: sandbox.clone(),
        cache: Some(dir.join("builds")),
        template: Template::load("default", None).unwrap(),
        comparison_budget: Duration::from_secs(5),
        comparison_clock: None,
        demo_pause: Duration::ZERO,
        script: Vec::new(),
    };
    let handle = engine::start(setup).unwrap();
    let (mut began, mut times) = (None, Vec::new());
    for happened in &handle.events {
        match happened.event {
            Event::RoundStarted { .. } => began = Some(Instant::now()),
            Event::Decided { .. } => times.extend(began.take().map(|b| b.elapsed())),
            Event::SessionFinished { .. } => handle.send(Command::Quit),
            _ => {}
        }
    }
    assert_eq!(times.len(), ROUNDS as usize);
    times
}

fn alone(task: &Task, sandbox: &sandbox::Settings, cache: &std::path::Path) -> Vec<Duration> {
    let mut judge = Judge::open(sandbox.clone(), Some(cache)).unwrap();
    let cancel = CancelToken::new();
    (0..ROUNDS)
        .map(|n| {
            let source = Source {
                file_name: "a.py".into(),
                text: program(n).into(),
            };
            let began = Instant::now();
            let built = judge
                .build(&source, &task.language, None, &cancel, &mut |_| {})
                .unwrap();
            judge.evaluate(&built, task, &cancel, &mut |_| {}).unwrap();
            began.elapsed()
        })
        .collect()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
