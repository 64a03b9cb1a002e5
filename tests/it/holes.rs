//! Sessions that a disk, a crash or a hand has damaged: what is left is shown, what is lost is said, nothing wrong is given.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use reheat::session::event::{Event, EventRecord};
use reheat::session::{Journal, Library, journal};
use serde_json::Value;

use crate::support::fabricated;
use crate::support::home::{Home, stderr, stdout, wait_for};

const ID: &str = "20260504-093000-pairs";

/// The fabricated session in a home of its own. Its best version is so long that its text lies beside the journal.
struct Kept {
    home: Home,
    folder: PathBuf,
    file: PathBuf,
}

impl Kept {
    fn new() -> Self {
        let home = Home::new();
        let folder = home.path("data/sessions").join(ID);
        let mut journal = Journal::create(&folder).unwrap();
        let mut original = String::new();
        for mut record in fabricated() {
            lengthen(&mut record);
            if let Event::VersionCreated {
                version, source, ..
            } = &record.event
                && version.is_original()
            {
                original = source.text.to_string();
            }
            journal.write(&record).unwrap();
        }
        let file = home.write("project/pairs.py", &original);
        Self { home, folder, file }
    }

    fn texts(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(self.folder.join("texts")).unwrap();
        all.map(|e| e.unwrap().path()).collect()
    }

    fn run(&self, args: &[&str]) -> (i32, String) {
        let output = self.home.run(args);
        said(&output)
    }

    fn write(&self, more: &[&str]) -> (i32, String) {
        let file = self.file.to_str().unwrap();
        self.run(&[&["write", "--file", file], more].concat())
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join(journal::FILE)).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn put(&self, lines: &[String]) {
        let text = lines.join("\n") + "\n";
        fs::write(self.folder.join(journal::FILE), text).unwrap();
    }
}

/// Makes the text of every version but the original too long for a line.
fn lengthen(record: &mut EventRecord) {
    if let Event::VersionCreated {
        version, source, ..
    } = &mut record.event
        && !version.is_original()
    {
        let long = "# the same again and again\n".repeat(journal::LARGE / 20);
        source.text = format!("{}{long}", source.text).into();
    }
}

fn said(output: &Output) -> (i32, String) {
    let text = stdout(output) + &stderr(output);
    (output.status.code().unwrap_or(-1), text)
}

/// What happens to a text, and how it is done; whether it could be.
type Damage<'a> = (&'a str, &'a dyn Fn(&PathBuf) -> bool);

#[test]
fn a_whole_session_is_written_whole() {
    let kept = Kept::new();
    assert!(kept.texts().len() > 3);
    let (status, said) = kept.write(&[]);
    assert_eq!(status, 0, "{said}");
    assert!(
        fs::read_to_string(&kept.file)
            .unwrap()
            .contains("the same again")
    );
}

#[test]
fn a_text_that_is_not_what_its_name_says_is_never_given() {
    let other = Kept::new()
        .texts()
        .iter()
        .map(|t| fs::read(t).unwrap())
        .min_by_key(Vec::len);
    let other = other.unwrap();
    let zero = rustix::fs::makedev(1, 5);
    let special = |kind, device| {
        move |path: &PathBuf| {
            fs::remove_file(path).unwrap();
            let mode = rustix::fs::Mode::from_raw_mode(0o666);
            rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, device).is_ok()
        }
    };
    let (pipe, device) = (
        special(rustix::fs::FileType::Fifo, 0),
        special(rustix::fs::FileType::CharacterDevice, zero),
    );
    let damages: [Damage<'_>; 9] = [
        ("halved", &|path| {
            let text = fs::read(path).unwrap();
            fs::write(path, &text[..text.len() / 2]).is_ok()
        }),
        ("emptied", &|path| fs::write(path, "").is_ok()),
        ("replaced", &|path| fs::write(path, &other).is_ok()),
        ("one letter changed", &|path| {
            let text = fs::read_to_string(path).unwrap();
            fs::write(path, text.replacen("same", "sane", 1)).is_ok()
        }),
        ("not UTF-8", &|path| fs::write(path, [0xff; 20_000]).is_ok()),
        ("gone", &|path| fs::remove_file(path).is_ok()),
        ("a folder", &|path| {
            fs::remove_file(path)
                .and_then(|()| fs::create_dir(path))
                .is_ok()
        }),
        ("a pipe", &pipe),
        ("a device without an end", &device),
    ];
    for (what, damage) in damages {
        let kept = Kept::new();
        let before = fs::read_to_string(&kept.file).unwrap();
        for text in kept.texts() {
            if !damage(&text) {
                println!("skipped: needs the right to make {what}");
                continue;
            }
        }
        let (status, said) = kept.run(&["show"]);
        assert_eq!(status, 0, "{what}: {said}");
        assert!(said.contains("This session has a hole"), "{what}: {said}");
        assert!(
            !said.contains("the same again") && !said.contains("× faster than the original"),
            "{what}: {said}"
        );
        let (status, said) = kept.run(&["show", "--json"]);
        assert_eq!(status, 0, "{what}: {said}");
        let session: Value = serde_json::from_str(&said).unwrap();
        assert!(
            session["best_code"].is_null() && session["patch"].is_null(),
            "{what}"
        );
        assert!(!session["holes"].as_array().unwrap().is_empty(), "{what}");
        for more in [
            &[][..],
            &["--version", "v5"],
            &["--merge"],
            &["--patch", "-"],
            &["--dry-run"],
            &["--yes"],
        ] {
            let (status, said) = kept.write(more);
            assert_eq!(status, 1, "{what} {more:?}: {said}");
            assert!(said.contains("has a hole"), "{what} {more:?}: {said}");
        }
        assert_eq!(fs::read_to_string(&kept.file).unwrap(), before, "{what}");
        let (status, said) = kept.run(&["resume", "--headless", "--model-command", "cat"]);
        assert!(status != 0 && said.contains("hole"), "{what}: {said}");
        let (status, said) = kept.run(&["ls"]);
        assert!(
            status == 0 && said.contains("it has a hole"),
            "{what}: {said}"
        );
    }
}

#[test]
fn what_was_written_is_taken_back_in_spite_of_a_hole() {
    let kept = Kept::new();
    let before = fs::read_to_string(&kept.file).unwrap();
    assert_eq!(kept.write(&[]).0, 0);
    for text in kept.texts() {
        fs::write(text, "").unwrap();
    }
    let (status, said) = kept.run(&["write", "--undo"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(fs::read_to_string(&kept.file).unwrap(), before);
}

#[test]
fn one_bad_line_is_set_aside_and_the_rest_is_read() {
    let whole = Kept::new();
    let lines = whole.lines();
    let rounds = |said: &str| -> usize {
        let session: Value = serde_json::from_str(said).unwrap();
        session["rounds"].as_array().unwrap().len()
    };
    let all = rounds(&whole.run(&["show", "--json"]).1);
    // A line that ends the session, one in its middle: neither begins a round.
    let places = [lines.len() - 1, lines.len() / 2];
    for at in places
        .into_iter()
        .filter(|at| !lines[*at].contains("round_started"))
    {
        for bad in [
            "{\"at\":\"2026",
            "\u{0}\u{0}\u{0}",
            "",
            "null",
            "[1,2]",
            "{\"at\":\"2026-01-01T00:00:00Z\",\"event\":\"noted\",\"text\":7}",
        ] {
            let kept = Kept::new();
            let mut lines = lines.clone();
            lines[at] = bad.to_owned();
            kept.put(&lines);
            let (status, said) = kept.run(&["show", "--json"]);
            assert_eq!(status, 0, "{bad:?}: {said}");
            assert_eq!(rounds(&said), all, "{bad:?}");
            let hole = format!("line {} cannot be read", at + 1);
            assert!(said.contains(&hole), "{bad:?}: {said}");
            assert_eq!(kept.write(&[]).0, 1, "{bad:?}");
        }
        // What a later reheat has to say is no hole.
        let kept = Kept::new();
        let mut lines = lines.clone();
        lines.push("{\"at\":\"2026-01-01T00:00:00Z\",\"event\":\"a_later_event\"}".into());
        kept.put(&lines);
        let (status, said) = kept.write(&[]);
        assert_eq!(status, 0, "{said}");
    }
}

#[test]
fn unreadable_sessions_are_listed_as_such_and_none_that_never_began_hides_a_good_one() {
    let kept = Kept::new();
    let sessions = kept.home.path("data/sessions");
    let make = |name: &str, journal: &str| {
        fs::create_dir_all(sessions.join(name)).unwrap();
        fs::write(sessions.join(name).join(journal::FILE), journal).unwrap();
    };
    make("never-began", "{\"reheat_journal\":1}\n");
    make("empty", "");
    make("cut-at-once", "{\"reheat_journal\":1}\n{\"at\":\"2026");
    fs::create_dir(sessions.join("no-journal")).unwrap();
    for asked in [
        &["show"][..],
        &["write", "--dry-run", "--file", kept.file.to_str().unwrap()],
    ] {
        let (status, said) = kept.run(asked);
        assert_eq!(status, 0, "{asked:?}: {said}");
        assert!(said.contains("pairs"), "{asked:?}: {said}");
    }
    make("newer", "{\"reheat_journal\":99}\n{}\n");
    make("no-head", "what\nis this\n");
    let pipe = sessions.join("pipe");
    fs::create_dir(&pipe).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o666);
    let at = pipe.join(journal::FILE);
    rustix::fs::mknodat(rustix::fs::CWD, &at, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let endless = sessions.join("endless");
    fs::create_dir(&endless).unwrap();
    std::os::unix::fs::symlink("/dev/zero", endless.join(journal::FILE)).unwrap();
    for _ in 0..2 {
        let (status, said) = kept.run(&["ls"]);
        assert_eq!(status, 0, "{said}");
        let row = |name: &str| {
            said.lines()
                .find(|l| l.starts_with(name))
                .unwrap_or_else(|| panic!("{name}: {said}"))
                .to_owned()
        };
        for name in ["never-began", "empty", "cut-at-once", "no-journal"] {
            assert!(row(name).contains("it never began"), "{}", row(name));
        }
        for (name, why) in [
            ("newer", "newer reheat"),
            ("no-head", "line 1"),
            ("pipe", "no regular file"),
            ("endless", "no regular file"),
        ] {
            assert!(
                row(name).contains("cannot be read") && row(name).contains(why),
                "{}",
                row(name)
            );
        }
        assert!(row(ID).contains("finished"), "{}", row(ID));
    }
    let (status, said) = kept.run(&["show", "pipe"]);
    assert!(status == 1 && said.contains("regular"), "{said}");
}

#[test]
fn ten_thousand_sessions_are_all_listed_and_the_index_is_only_a_help() {
    let kept = Kept::new();
    let sessions = kept.home.path("data/sessions");
    let many = 10_000;
    let small = kept.lines()[..2].join("\n") + "\n";
    for n in 1..many {
        let folder = sessions.join(format!("s{n:05}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(journal::FILE), &small).unwrap();
    }
    let listed = || {
        let (status, said) = kept.run(&["ls"]);
        assert_eq!(status, 0, "{said}");
        let row = |line: &&str| !line.starts_with("reheat: note: ");
        said.lines()
            .filter(row)
            .map(|line| line.to_owned() + "\n")
            .collect::<String>()
    };
    let first = listed();
    assert_eq!(first.lines().count(), many + 1);
    assert_eq!(listed(), first);
    // Thrown away, of another version, or nonsense: it is made again.
    let index = kept.home.path("data/sessions.index");
    for text in ["", "{}", "{\"format\":\"of old\",\"sessions\":{}}"] {
        fs::write(&index, text).unwrap();
        assert_eq!(listed(), first);
    }
    fs::remove_file(&index).unwrap();
    assert_eq!(Library::new(&kept.home.path("data")).recent(7).len(), 7);
    assert_eq!(listed(), first);
    // What has changed since is read again, what is gone is gone.
    fs::remove_dir_all(sessions.join("s00007")).unwrap();
    fs::write(
        sessions.join("s00008").join(journal::FILE),
        small.lines().next().unwrap().to_owned() + "\n",
    )
    .unwrap();
    let later = listed();
    assert_eq!(later.lines().count(), many);
    assert!(
        later
            .lines()
            .any(|l| l.starts_with("s00008") && l.contains("never began"))
    );
}

#[test]
fn a_session_that_loses_its_folder_says_so() {
    for lost in ["journal.jsonl", ""] {
        let home = Home::new();
        crate::support::home::squares(&home);
        let go = home.path("go");
        let waits = format!(
            "touch {0}.asked; while ! [ -e {0} ]; do sleep 0.05; done; echo nothing",
            go.display()
        );
        let run = home
            .command(&[
                "optimize",
                "slow.py",
                "--cases",
                "cases",
                "--rounds",
                "1",
                "--model-command",
                &waits,
            ])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        wait_for(|| home.path("go.asked").exists());
        let folder = home.sessions().remove(0).join(lost);
        if folder.is_dir() {
            fs::remove_dir_all(folder).unwrap()
        } else {
            fs::remove_file(folder).unwrap()
        }
        fs::write(&go, "").unwrap();
        let (status, said) = said(&run.wait_with_output().unwrap());
        assert_eq!(status, 3, "{lost:?}: {said}");
        assert!(
            said.contains("is gone") || said.contains("No such file"),
            "{lost:?}: {said}"
        );
    }
}

#[test]
fn a_cache_that_is_thrown_away_is_made_again() {
    let home = Home::new();
    crate::support::home::squares(&home);
    let quick = home.write(
        "quick.md",
        &crate::support::home::reply(crate::support::home::FAST),
    );
    let model = format!(
        "rm -rf {}; cat {}",
        home.path("cache").display(),
        quick.display()
    );
    let output = home.run(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--rounds",
        "1",
        "--comparison-time",
        crate::support::ENOUGH,
        "--model-command",
        &model,
    ]);
    let (status, said) = said(&output);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("better than v0"), "{said}");
}

#[test]
fn a_lost_evaluation_of_the_original_is_made_again() {
    // Long enough for the first version to win, and too short for it: what it was compared with is lost either way.
    for time in ["1s", crate::support::ENOUGH] {
        lost_and_made_again(time);
    }
}

fn lost_and_made_again(time: &str) {
    let home = Home::new();
    let flags = ["--headless", "--comparison-time", time, "--rounds"];
    home.run(&[&["demo"], &flags[..], &["1"]].concat());
    let journal = home.sessions().remove(0).join(journal::FILE);
    let text = fs::read_to_string(&journal).unwrap();
    let kept = text
        .lines()
        .filter(|l| !l.contains("\"event\":\"version_evaluated\""));
    fs::write(&journal, kept.map(|l| format!("{l}\n")).collect::<String>()).unwrap();
    let (_, said) = said(&home.run(&[&["resume"], &flags[..], &["2"]].concat()));
    assert!(
        !said.contains("never evaluated") && !said.contains("something is missing"),
        "{said}"
    );
    assert!(
        said.contains("accepted") && said.contains("round 2/2"),
        "{said}"
    );
}

#[test]
fn output_that_cannot_be_written_is_no_silent_failure() {
    let kept = Kept::new();
    for args in [
        &["show"][..],
        &["show", "--json"],
        &["ls"],
        &["keys"],
        &["config"],
        &["config", "--path"],
        &["doctor"],
        &["--help"],
        &["--version"],
    ] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = kept.home.command(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        assert!(
            stderr(&output).contains("No space left"),
            "{args:?}: {}",
            stderr(&output)
        );
    }
    // A reader that has had enough is no failure.
    let mut child = kept
        .home
        .command(&["show"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_limit_of_file_sizes_is_an_error_that_is_said() {
    let home = Home::new();
    crate::support::home::squares(&home);
    let reheat = env!("CARGO_BIN_EXE_reheat");
    let script = format!(
        "ulimit -f 4; exec {reheat} optimize slow.py --cases cases --rounds 1 --model-command 'yes | head -c 100000'"
    );
    let mut command = Command::new("sh");
    let usual = home.command(&[]);
    for (name, value) in usual.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.args(["-c", &script]).current_dir(home.path(""));
    let (status, said) = said(&command.output().unwrap());
    assert!(status > 0, "{status}: {said}");
    assert!(said.to_lowercase().contains("too large"), "{said}");
    std::thread::sleep(Duration::ZERO);
}
