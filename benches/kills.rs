//! What a killed program loses: `cargo bench --bench kills`. Prints counts, no times.
//!
//! The loop plays the demo's recorded replies and is killed (SIGKILL) at `REHEAT_BENCH_KILLS` (200) random moments of its course. After each it is
//! looked whether everything durable that it had said on its standard output stands in the journal, in that order; after every second one the
//! journal is cut besides, between two bytes of what was written last, as a machine that loses its power may leave it; after every fifth
//! the session is gone on with to its end. At the end it is looked what the killed programs left behind: processes, temporary folders,
//! control groups.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reheat::session::{EventRecord, Library, journal};

/// What all kills came to.
#[derive(Default)]
struct Found {
    /// Durable events that were said before the kill.
    said: usize,
    /// Of them, those that the journal lacks.
    lost: usize,
    /// Journals whose last line was torn, by the kill or by cutting.
    torn: usize,
    /// Lines elsewhere that could not be read.
    holes: usize,
    /// Kills before there was a journal.
    early: usize,
    /// Sessions gone on with, and those of them that did not come to their end or lack something of before.
    resumed: usize,
    broken: usize,
    /// Processes that were there three seconds after the kill.
    processes: usize,
}

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let kills = std::env::var("REHEAT_BENCH_KILLS").ok();
    let kills: usize = kills.map_or(200, |n| n.parse().expect("a number"));
    let home = tempfile::tempdir().unwrap();
    let temporary = home.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    passable(home.path());
    let others = groups();
    let began = Instant::now();
    let whole = Command::output(&mut play(home.path(), "whole", &[])).unwrap();
    assert!(whole.status.code().is_some_and(|c| c < 2), "{whole:?}");
    let span = began.elapsed();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut found = Found::default();
    for n in 0..kills {
        let name = format!("k{n}");
        let after = span.mul_f64(chance.next());
        let said = killed(&mut play(home.path(), &name, &[]), after);
        look(home.path(), &name, n, &said, &mut chance, &mut found);
        found.processes += left_behind(home.path());
        let _ = fs::remove_dir_all(home.path().join(&name));
    }
    // The next start clears away what was left.
    let mut next = Command::new(env!("CARGO_BIN_EXE_reheat"));
    environment(&mut next, home.path(), "whole");
    let next = next.args(["run", "--", "true"]).output().unwrap();
    assert!(next.status.success(), "{next:?}");
    let folders = fs::read_dir(&temporary).unwrap().count();
    println!(
        "{kills} kills at random moments of {:.1} s",
        span.as_secs_f64()
    );
    println!(
        "durable events said before a kill         {:>6}",
        found.said
    );
    println!(
        "of them missing in the journal            {:>6}",
        found.lost
    );
    println!(
        "journals with a torn last line            {:>6}",
        found.torn
    );
    println!(
        "journals with a line lost elsewhere       {:>6}",
        found.holes
    );
    println!(
        "kills before the session began            {:>6}",
        found.early
    );
    println!(
        "sessions gone on with to their end        {:>6}",
        found.resumed
    );
    println!(
        "of them broken or with something missing  {:>6}",
        found.broken
    );
    println!(
        "processes left after three seconds        {:>6}",
        found.processes
    );
    println!("temporary folders left after the next start {:>4}", folders);
    let left = groups();
    let ours = left.difference(&others).count();
    println!("control groups left after the next start  {ours:>6}");
}

/// The demo as JSON lines, as fast as it goes, with folders of its own.
fn play(home: &Path, name: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reheat"));
    environment(&mut command, home, name);
    command.args(["demo", "pairs", "--headless", "--json", "--speed", "1000"]);
    command.args(["--comparison-time", "300ms"]).args(more);
    command
}

fn environment(command: &mut Command, home: &Path, name: &str) {
    command
        .env("REHEAT_CONFIG_DIR", home.join("config"))
        .env("REHEAT_CACHE_DIR", home.join("cache"))
        .env("REHEAT_DATA_DIR", home.join(name))
        .env("TMPDIR", home.join("tmp"))
        .stdin(Stdio::null())
        .stderr(Stdio::null());
}

/// Starts it, kills it after a while, and gives the durable events that it had said.
fn killed(command: &mut Command, after: Duration) -> Vec<EventRecord> {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        // The last line may be torn, as that of a journal.
        let lines = out.lines().map_while(Result::ok);
        let events = lines.map_while(|line| serde_json::from_str::<EventRecord>(&line).ok());
        events.filter(|record| record.event.durable()).collect()
    });
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

fn look(
    home: &Path,
    name: &str,
    n: usize,
    said: &[EventRecord],
    chance: &mut Chance,
    found: &mut Found,
) {
    let library = Library::new(&home.join(name));
    let Some((id, _)) = library.ids().into_iter().next() else {
        found.early += 1;
        found.lost += said.len();
        found.said += said.len();
        return;
    };
    let file = library.folder(&id).join(journal::FILE);
    found.said += said.len();
    match journal::read(&library.folder(&id)) {
        Ok(read) => {
            found.torn += usize::from(read.cut > 0);
            found.holes += usize::from(!read.holes.is_empty());
            let mut kept = read.events.iter();
            found.lost += said
                .iter()
                .filter(|record| !kept.any(|k| k == *record))
                .count();
        }
        // Nothing but its head, or not yet all of it.
        Err(_) if said.is_empty() => found.early += 1,
        Err(_) => found.lost += said.len(),
    }
    let mut before = None;
    if n.is_multiple_of(2)
        && let Some(cut) = cut_short(&file, chance)
    {
        let read = journal::read(&library.folder(&id)).unwrap();
        found.torn += usize::from(cut);
        found.holes += usize::from(!read.holes.is_empty());
        before = Some(read.events);
    }
    if n.is_multiple_of(5) && before.as_ref().is_none_or(|events| !events.is_empty()) {
        let before = before.or_else(|| journal::read(&library.folder(&id)).ok().map(|r| r.events));
        let Some(before) = before.filter(|events| !events.is_empty()) else {
            return;
        };
        let mut resume = Command::new(env!("CARGO_BIN_EXE_reheat"));
        environment(&mut resume, home, name);
        let output = resume
            .args(["resume", "last", "--headless", "--json"])
            .output()
            .unwrap();
        let after = journal::read(&library.folder(&id)).unwrap().events;
        let ended = output.status.code().is_some_and(|c| c < 2);
        found.resumed += 1;
        found.broken += usize::from(!ended || !after.starts_with(&before));
    }
}

/// Cuts the last line of a journal somewhere in its middle; whether there was one besides the head.
fn cut_short(file: &Path, chance: &mut Chance) -> Option<bool> {
    let bytes = fs::read(file).ok()?;
    let ended = bytes.iter().rposition(|b| *b == b'\n')?;
    let begins = bytes[..ended].iter().rposition(|b| *b == b'\n')? + 1;
    let at = begins + 1 + (chance.next() * (ended - begins - 1) as f64) as usize;
    fs::write(file, &bytes[..at]).ok()?;
    Some(true)
}

/// Processes that were started with these folders and are still there after a while.
fn left_behind(home: &Path) -> usize {
    let needle = home.to_string_lossy().into_owned();
    let count = || {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let environment = processes.filter_map(|p| fs::read(p.path().join("environ")).ok());
        let ours = environment.filter(|e| String::from_utf8_lossy(e).contains(&needle));
        ours.count()
    };
    let until = Instant::now() + Duration::from_secs(3);
    while count() > 0 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    count()
}

/// Control groups of programs that are gone.
fn groups() -> BTreeSet<PathBuf> {
    let mut folders = vec![PathBuf::from("/sys/fs/cgroup")];
    let mut left = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let pid = name
                .strip_prefix("reheat-")
                .and_then(|n| n.split('-').next()?.parse::<u32>().ok());
            if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
                left.insert(entry.path());
            }
            folders.push(entry.path());
        }
    }
    left
}

/// Programs of another user find their way through it.
fn passable(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    for path in [folder.to_owned(), folder.join("tmp")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Numbers from 0 to 1 that look like chance and are the same every time (xorshift64*).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
