//! Whether anything grows in a long session: `cargo bench --bench soak`. Prints Markdown.
//!
//! The real program in a real pseudo-terminal, with a command as its model and eight candidates a round, is resized,
//! paused, stopped and sent on while it works. Of every round the least of each figure counts, so that what a moment needs
//! does not hide what stays. A line through them (least squares, without the first tenth) says what a hundred rounds add.
//! `REHEAT_BENCH_ROUNDS` says how many there are: 300, if it says nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

#[path = "soak/figures.rs"]
mod figures;
#[path = "soak/slope.rs"]
mod slope;
use figures::{Figures, NAMES};
use slope::Line;

/// The sizes of the terminal, one after the other.
const SIZES: [(u16, u16); 5] = [(45, 160), (24, 80), (12, 40), (60, 220), (1, 1)];

/// How long nothing may happen before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(300);

/// Mostly wrong, now and then right: of some rounds a version is compared, too.
const MODEL: &str = r##"cat >/dev/null
n=$(date +%s%N)
echo "Idea $n: say it another way."
sleep 0.$((n / 1000 % 10))
wrong=1
[ $((n / 10000 % 24)) -ne 0 ] || wrong=0
echo '```python'
echo "# $n"
echo "n = int(input())"
echo "print(n + n + $wrong)"
echo '```'
"##;

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let rounds = std::env::var("REHEAT_BENCH_ROUNDS").map_or(300, |n| n.parse().unwrap());
    let home = tempfile::tempdir().unwrap();
    prepare(home.path());
    let began = Instant::now();
    let mut soak = Soak::start(home.path(), rounds);
    let readings = soak.play(rounds);
    let done = &soak.done;
    println!(
        "{rounds} rounds of 8 candidates in {:.0} s: {} resizes, {} pauses, {} stops, {} events in the journal\n",
        began.elapsed().as_secs_f64(),
        done.resizes,
        done.pauses,
        done.stops,
        done.events
    );
    print!("{}", table(&readings));
    soak.end();
}

fn prepare(home: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // Programs of another user find their way through it.
    std::fs::set_permissions(home, std::fs::Permissions::from_mode(0o755)).unwrap();
    for folder in ["cases", "tmp"] {
        std::fs::create_dir(home.join(folder)).unwrap();
    }
    std::fs::write(home.join("slow.py"), "n = int(input())\nprint(2 * n)\n").unwrap();
    std::fs::write(home.join("cases/1.in"), "21\n").unwrap();
    std::fs::write(home.join("cases/1.out"), "42\n").unwrap();
    std::fs::write(home.join("model"), MODEL).unwrap();
}

/// What was done to it.
#[derive(Default)]
struct Done {
    resizes: u32,
    pauses: u32,
    stops: u32,
    events: u64,
}

struct Soak {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    journal: Journal,
    figures: Figures,
    done: Done,
}

impl Soak {
    fn start(home: &Path, rounds: u32) -> Self {
        let pair = native_pty_system().openpty(size(SIZES[0])).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_reheat"));
        let model = format!("sh {}", home.join("model").display());
        command.args([
            "optimize",
            "slow.py",
            "--cases",
            "cases",
            "--model-command",
            &model,
        ]);
        command.args(["--candidates", "8", "--comparison-time", "1s"]);
        command.args(["--rounds", &rounds.to_string()]);
        command.cwd(home);
        for (name, folder) in [
            ("REHEAT_CONFIG_DIR", "config"),
            ("REHEAT_DATA_DIR", "data"),
            ("REHEAT_CACHE_DIR", "cache"),
            ("TMPDIR", "tmp"),
        ] {
            command.env(name, home.join(folder));
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORFGBG", "15;0");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut screen = pair.master.try_clone_reader().unwrap();
        std::thread::spawn(move || {
            let mut bytes = [0_u8; 65_536];
            while let Ok(1..) = screen.read(&mut bytes) {}
        });
        let pid = child.process_id().unwrap();
        Self {
            keys: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            journal: Journal::new(home.join("data/sessions")),
            figures: Figures::new(pid, home.join("tmp")),
            done: Done::default(),
        }
    }

    /// Plays all rounds. Gives the least of each figure of every round.
    fn play(&mut self, rounds: u32) -> Vec<(f64, [f64; NAMES.len()])> {
        let mut readings = Vec::new();
        let mut round = 0;
        while round < rounds {
            self.wait_for_a_round(round);
            round = self.journal.rounds;
            readings.push((f64::from(round), self.least_of_round(round)));
        }
        readings
    }

    /// Until a round begins that comes after this one; where a stop made the loop wait it is sent on.
    fn wait_for_a_round(&mut self, after: u32) {
        let began = Instant::now();
        let mut asked = Instant::now();
        while self.journal.rounds <= after {
            assert!(
                began.elapsed() < PATIENCE,
                "nothing happens after round {after}"
            );
            self.done.events += self.journal.read();
            if self.journal.still.elapsed() > Duration::from_secs(2)
                && asked.elapsed() > Duration::from_secs(2)
            {
                self.press("n");
                asked = Instant::now();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Disturbs the round that has just begun, and reads on for a while.
    fn least_of_round(&mut self, round: u32) -> [f64; NAMES.len()] {
        let mut least = [f64::INFINITY; NAMES.len()];
        let mut held = false;
        for step in 0..20 {
            match (round % 10, step) {
                (1 | 6, 2) | (3, 1..=15) => self.resize(round + step),
                (2 | 7, 4) => {
                    self.press(" ");
                    held = true;
                }
                // A reply is stopped by the second press only.
                (4 | 9, 6 | 8) => self.press("\x1b"),
                _ => {}
            }
            if held && step == 12 {
                self.press(" ");
                self.done.pauses += 1;
                held = false;
            }
            for (least, now) in least
                .iter_mut()
                .zip(self.figures.read(&self.journal.folder))
            {
                *least = least.min(now);
            }
            self.done.events += self.journal.read();
            std::thread::sleep(Duration::from_millis(25));
        }
        self.done.stops += u32::from(matches!(round % 10, 4 | 9));
        least
    }

    fn press(&mut self, key: &str) {
        self.keys.write_all(key.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn resize(&mut self, turn: u32) {
        let next = SIZES[turn as usize % SIZES.len()];
        self.master.resize(size(next)).unwrap();
        self.done.resizes += 1;
    }

    fn end(mut self) {
        let pid = rustix::process::Pid::from_raw(self.child.process_id().unwrap() as i32).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap();
    }
}

fn size((rows, cols): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// The journal of the session, as it grows.
struct Journal {
    sessions: PathBuf,
    folder: PathBuf,
    at: u64,
    rounds: u32,
    /// When something was last written to it.
    still: Instant,
}

impl Journal {
    fn new(sessions: PathBuf) -> Self {
        Self {
            folder: PathBuf::new(),
            sessions,
            at: 0,
            rounds: 0,
            still: Instant::now(),
        }
    }

    /// Reads what is new; gives how many events that are.
    fn read(&mut self) -> u64 {
        use std::io::{BufRead, Seek};
        if self.folder.as_os_str().is_empty() {
            let Some(Ok(first)) = std::fs::read_dir(&self.sessions)
                .ok()
                .and_then(|mut d| d.next())
            else {
                return 0;
            };
            self.folder = first.path();
        }
        let Ok(mut file) = std::fs::File::open(self.folder.join("journal.jsonl")) else {
            return 0;
        };
        file.seek(std::io::SeekFrom::Start(self.at)).unwrap();
        let mut lines = std::io::BufReader::new(file);
        let (mut line, mut new) = (String::new(), 0);
        while lines.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
            self.at += line.len() as u64;
            self.rounds += u32::from(line.contains("\"event\":\"round_started\""));
            self.still = Instant::now();
            new += 1;
            line.clear();
        }
        new
    }
}

/// A row a figure: where it began, where it ended, what a hundred rounds add, and whether that is growth.
fn table(readings: &[(f64, [f64; NAMES.len()])]) -> String {
    let counted = &readings[readings.len() / 10..];
    let line = |n: usize| {
        let points: Vec<(f64, f64)> = counted.iter().map(|(round, r)| (*round, r[n])).collect();
        Line::through(&points)
    };
    let kept = line(figures::JOURNAL);
    let mut out =
        String::from("| what | first | last | in 100 rounds | verdict |\n|---|---|---|---|---|\n");
    for (n, name) in NAMES.iter().enumerate() {
        let line = line(n);
        let (first, last) = (counted[0].1[n], counted[counted.len() - 1].1[n]);
        let verdict = match n {
            figures::JOURNAL => "grows, as it should",
            // Every version is kept in memory as it is in the journal, read into what the screen shows.
            figures::MEMORY
                if line.grows(figures::PAGE)
                    && line.slope > figures::OF_THE_JOURNAL * kept.slope =>
            {
                "growing"
            }
            figures::MEMORY if line.grows(figures::PAGE) => "grows with the journal only",
            _ if line.grows(0.5) => "growing",
            _ => "flat",
        };
        out += &format!(
            "| {name} | {:.0} | {:.0} | {:+.2} ± {:.2} | {verdict} |\n",
            first,
            last,
            100.0 * line.slope,
            200.0 * line.error
        );
    }
    out
}
