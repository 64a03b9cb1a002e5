//! What it costs to look into a large session. `cargo bench --bench history`.
//!
//! The bench makes a session of about `REHEAT_BENCH_MEGABYTES` (50) in a folder of its own: the rounds of a fabricated one, again and again,
//! with longer prompts, replies and codes. What is told is the time until all of it can be stepped through (the journal is read, and what was
//! only shown is made again), that of the program until its beginning is on the screen, and that of a step forth, of one back and of a jump, each as a ratio to what nobody can do without: reading
//! the bytes of the journal and of its texts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use reheat::session::event::Event;
use reheat::session::{EventRecord, History, Journal, Session, journal};

fn main() {
    let megabytes = std::env::var("REHEAT_BENCH_MEGABYTES").ok();
    let megabytes: u64 = megabytes.map_or(50, |n| n.parse().expect("a number"));
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("sessions/large");
    let rounds = make(&folder, megabytes << 20);
    let bytes = size(&folder);
    let (mut raw, mut parsed, mut first) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        raw.push(ms(|| assert_eq!(read(&folder), bytes)));
        parsed.push(ms(|| drop(journal::read(&folder).unwrap())));
        first.push(ms(|| {
            let mut history = History::new(journal::read(&folder).unwrap().events, Vec::new());
            let at = history.first();
            assert!(history.session(at).task.is_some());
        }));
    }
    let raw = median(&mut raw);
    println!(
        "a session of {:.0} MB and {rounds} rounds; medians on this machine, now",
        bytes as f64 / 1e6
    );
    println!("{:<44} {raw:>8.2} ms", "reading its bytes");
    let told = |what: &str, times: &mut [f64]| {
        times.sort_by(f64::total_cmp);
        let (time, worst) = (times[times.len() / 2], times[times.len() - 1]);
        println!(
            "{what:<44} {time:>8.2} ms   {:>6.2} × reading   worst {worst:.2} ms",
            time / raw
        );
    };
    told("reading its journal", &mut parsed);
    told("until all of it can be stepped through", &mut first);
    let mut shown: Vec<f64> = (0..5).map(|_| ms(|| first_frame(dir.path()))).collect();
    told("from the start of the program to a first frame", &mut shown);
    let mut history = History::new(journal::read(&folder).unwrap().events, Vec::new());
    let mut at = history.first();
    let mut session = history.session(at);
    let mut forth = Vec::new();
    while at < history.len() {
        let next = history.next(at);
        forth.push(ms(|| {
            history
                .moments(at, next)
                .iter()
                .for_each(|r| session.apply(r))
        }));
        at = next;
    }
    told("a step forth", &mut forth);
    let mut end = vec![ms(|| drop(history.session(history.len())))];
    told("the first jump to the end", &mut end);
    let mut back = Vec::new();
    for _ in 0..400 {
        at = history.previous(at);
        back.push(ms(|| session = history.session(at)));
    }
    told("a step back, near the end", &mut back);
    let mut jumps: Vec<f64> = (0..100)
        .map(|n| {
            let at = history.at_share(f64::from(n * 37 % 100) / 100.0);
            ms(|| session = history.session(at))
        })
        .collect();
    told("a jump anywhere", &mut jumps);
}

/// Starts `reheat history` in a pseudo-terminal and waits until its first moment is on the screen.
fn first_frame(data: &Path) {
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_reheat"));
    command.args(["history", "large"]);
    command.env("REHEAT_DATA_DIR", data);
    command.env("REHEAT_CONFIG_DIR", data.join("config"));
    command.env("TERM", "xterm-256color");
    command.env("COLORFGBG", "15;0");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut out = pair.master.try_clone_reader().unwrap();
    let (mut seen, mut bytes) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&seen).contains("recorded") {
        let read = out.read(&mut bytes).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&bytes[..read]);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The rounds of the fabricated session, until there is enough.
fn make(folder: &Path, bytes: u64) -> u32 {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fabricated");
    let events = journal::read(&source).unwrap().events;
    let begins = |record: &EventRecord| matches!(record.event, Event::RoundStarted { .. });
    let start = events.iter().position(begins).unwrap();
    let (before, round) = events.split_at(start);
    let count = Session::of(&events).rounds.len() as u32;
    let versions = Session::of(&events).versions.len() as u32 - 1;
    let mut journal = Journal::create(folder).unwrap();
    before.iter().for_each(|r| journal.write(r).unwrap());
    let filling = "# what a longer program has beside it\n".repeat(400);
    let mut turns = 0;
    while turns == 0 || size(folder) < bytes {
        for record in round {
            let mut record = record.clone();
            shift(
                &mut record.event,
                turns * count,
                turns * versions,
                &format!("# {turns}\n{filling}"),
            );
            if !matches!(record.event, Event::SessionFinished { .. }) {
                journal.write(&record).unwrap();
            }
        }
        turns += 1;
    }
    turns * count
}

/// Moves rounds and versions on, and makes texts longer and unlike those before.
fn shift(event: &mut Event, rounds: u32, versions: u32, filling: &str) {
    let longer = |text: &mut Arc<str>| *text = format!("{text}{filling}").into();
    let id = |id: &mut reheat::session::event::VersionId| {
        if id.0 > 0 {
            id.0 += versions;
        }
    };
    match event {
        Event::VersionCreated {
            version,
            parent,
            round,
            source,
            ..
        } => {
            id(version);
            parent.iter_mut().for_each(id);
            *round += rounds;
            longer(&mut source.text);
        }
        Event::RoundStarted { round, parent, .. } => {
            *round += rounds;
            id(parent);
        }
        Event::PromptSent { round, prompt, .. } => {
            *round += rounds;
            longer(prompt);
        }
        Event::ReplyEnded { round, text, .. } => {
            *round += rounds;
            longer(text);
        }
        Event::LookTaken {
            version, against, ..
        } => {
            id(version);
            id(against);
        }
        Event::VersionEvaluated {
            version, parent, ..
        } => {
            id(version);
            parent.iter_mut().for_each(id);
        }
        Event::Decided {
            version, incumbent, ..
        } => {
            id(version);
            incumbent.iter_mut().for_each(id);
        }
        _ => {}
    }
}

fn size(folder: &Path) -> u64 {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let meta = entry.metadata().unwrap();
        bytes += if meta.is_dir() {
            size(&entry.path())
        } else {
            meta.len()
        };
    }
    bytes
}

fn read(folder: &Path) -> u64 {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes += if path.is_dir() {
            read(&path)
        } else {
            fs::read(&path).unwrap().len() as u64
        };
    }
    bytes
}

fn ms(run: impl FnOnce()) -> f64 {
    let began = Instant::now();
    run();
    began.elapsed().as_secs_f64() * 1e3
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
