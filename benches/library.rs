//! What a list of 10,000 sessions costs. `cargo bench --bench library`.
//!
//! The bench makes `REHEAT_BENCH_SESSIONS` (10,000) small sessions in a folder of its own. What is told is the time from the start of
//! `reheat ls` to its end, without an index (every journal is read) and with one (none is), and that of the start screen's list, each
//! as a ratio to what nobody can do without: reading the folder, and asking the system for the facts of every journal in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use reheat::session::event::Event;
use reheat::session::{Journal, Library, journal};

const TIMES: usize = 15;

fn main() {
    let number = |name: &str, usual| {
        let set = std::env::var(name).ok();
        set.map_or(usual, |n| n.parse().expect("a number"))
    };
    let sessions: usize = number("REHEAT_BENCH_SESSIONS", 10_000);
    let dir = tempfile::tempdir().unwrap();
    let root = Library::new(dir.path()).root().to_owned();
    let bytes = make(&root, sessions);
    let index = dir.path().join("sessions.index");

    let (mut walk, mut cold, mut warm, mut one, mut recent) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in 0..TIMES {
        walk.push(ms(|| assert_eq!(facts(&root), sessions)));
        if n < 3 {
            let _ = fs::remove_file(&index);
            cold.push(ms(|| list(dir.path(), &[])));
        }
        warm.push(ms(|| list(dir.path(), &[])));
        // One has changed: it is read again, and the index written.
        let changed = root.join(format!("s{n:05}")).join(journal::FILE);
        let text = fs::read(&changed).unwrap();
        fs::write(&changed, [text.as_slice(), b"\n"].concat()).unwrap();
        one.push(ms(|| list(dir.path(), &[])));
        fs::write(&changed, text).unwrap();
        list(dir.path(), &[]);
        let library = Library::new(dir.path());
        recent.push(ms(|| assert_eq!(library.recent(5).len(), 5)));
    }
    let walk = median(&mut walk);
    println!(
        "{sessions} sessions of {} bytes; the index has {} bytes; medians on this machine, now",
        bytes,
        fs::metadata(&index).unwrap().len()
    );
    let told = |what: &str, times: &mut [f64]| {
        let time = median(times);
        println!(
            "{what:<54} {time:>8.1} ms   {:>6.2} × the walk",
            time / walk
        );
    };
    println!(
        "{:<54} {walk:>8.1} ms",
        "read_dir and the facts of every journal, one thread"
    );
    told("reheat ls, without an index", &mut cold);
    told("reheat ls, with one", &mut warm);
    told("reheat ls, with one, and one session changed", &mut one);
    told("the start screen's five, with one", &mut recent);
    let mut json: Vec<f64> = (0..TIMES)
        .map(|_| ms(|| list(dir.path(), &["--json"])))
        .collect();
    told("reheat ls --json, with one", &mut json);
    let mut words: Vec<f64> = (0..3)
        .map(|_| ms(|| list(dir.path(), &["--find", "no such word"])))
        .collect();
    told("reheat ls --find, with one", &mut words);
    let mut help: Vec<f64> = (0..TIMES)
        .map(|_| ms(|| list(dir.path(), &["--help"])))
        .collect();
    told("the program alone (reheat ls --help)", &mut help);
    if let Some([all, alone]) = peaks(dir.path()) {
        println!("peak of reheat ls {all:.1} MiB, of the program alone {alone:.1} MiB");
    }
}

/// Small sessions: the beginning and the end of a whole one.
fn make(root: &Path, sessions: usize) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fabricated");
    let mut events = journal::read(&folder).unwrap().events;
    // Two rounds, without the traces, which would only fill the disk.
    let end = events.pop();
    events.truncate(14);
    events.extend(end);
    for record in &mut events {
        if let Event::VersionEvaluated { evaluation, .. } = &mut record.event {
            evaluation
                .cases
                .iter_mut()
                .for_each(|case| case.trace.clear());
        }
    }
    let first = root.join("s00000");
    let mut journal = Journal::create(&first).unwrap();
    events
        .iter()
        .for_each(|record| journal.write(record).unwrap());
    drop(journal);
    let text = fs::read(first.join(journal::FILE)).unwrap();
    for n in 1..sessions {
        let folder = root.join(format!("s{n:05}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(journal::FILE), &text).unwrap();
    }
    text.len()
}

fn facts(root: &Path) -> usize {
    let entries = fs::read_dir(root).unwrap();
    let lengths = entries.map(|e| {
        fs::metadata(e.unwrap().path().join(journal::FILE))
            .unwrap()
            .len()
    });
    lengths.filter(|length| *length > 0).count()
}

fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reheat"));
    command.arg("ls").args(args);
    for name in ["CONFIG", "DATA", "CACHE"] {
        command.env(format!("REHEAT_{name}_DIR"), data);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn list(data: &Path, args: &[&str]) {
    assert!(command(data, args).status().unwrap().success());
}

/// Peaks of memory as Python's `resource` says them, where there is Python: with the list, and of the program alone.
fn peaks(data: &Path) -> Option<[f64; 2]> {
    let script = "import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let peak = |args: &[&str]| -> Option<f64> {
        let usual = command(data, args);
        let mut python = Command::new("python3");
        python
            .args(["-c", script])
            .arg(usual.get_program())
            .args(usual.get_args());
        python.envs(
            usual
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let output = python.output().ok()?;
        let kib: f64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
        Some(kib / 1024.0)
    };
    Some([peak(&[])?, peak(&["--help"])?])
}

fn ms(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64() * 1e3
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
