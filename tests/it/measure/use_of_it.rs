//! Wrong use, missing things, and being interrupted.

use std::path::Path;
use std::process::{Command, Stdio};

use super::place::{Place, adds, missing, sums, text};

#[test]
fn wrong_use_and_missing_things_are_told_apart() {
    let place = sums()
        .with("old.py", &adds(1))
        .with("new.py", &adds(1))
        .with("what.xyz", "?")
        .with("empty.py", "");
    for (args, status, says) in [
        (
            &["old.py", "nowhere.py", "--cases", "cases"][..],
            2,
            "nowhere.py",
        ),
        (&["old.py", "what.xyz", "--cases", "cases"], 2, "--language"),
        (&["old.py", "empty.py", "--cases", "cases"], 2, "empty"),
        (&["old.py", "new.py", "--cases", "no/cases"], 2, "no/cases"),
        (
            &[
                "old.py",
                "new.py",
                "--cases",
                "cases",
                "--language",
                "cobol",
            ],
            2,
            "cobol",
        ),
        (
            &["old.py", "new.py", "--cases", "cases", "--checker", "vibes"],
            2,
            "vibes",
        ),
        (
            &[
                "old.py",
                "new.py",
                "--cases",
                "cases",
                "--comparison-time",
                "soon",
            ],
            2,
            "soon",
        ),
        (&["old.py", "--cases", "cases"], 2, "values"),
        (
            &[
                "old.py",
                "new.py",
                "--cases",
                "cases",
                "--tool",
                "python-of-nobody",
            ],
            3,
            "python-of-nobody",
        ),
    ] {
        let out = place.measure(args);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(status), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
        assert!(
            out.stdout.is_empty(),
            "{args:?} printed {}",
            text(&out.stdout)
        );
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_said_and_does_no_harm() {
    if missing("python3") {
        return;
    }
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("old.py", "print(input())\n")
        .with("new.py", "print(input())\n")
        .with("cache", "a file in the way");
    let found = place.json(&["old.py", "new.py", "--comparison-time", "1s"], 0);
    assert_eq!(found["versions"][1]["verdict"], "accepted");
    assert!(
        found["notes"][0]
            .as_str()
            .unwrap()
            .contains("cannot be used"),
        "{found}"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_and_leaves_no_process_behind() {
    if missing("python3") {
        return;
    }
    let marker = format!("reheat-interrupt-{}", std::process::id());
    let sleeps = "import time\ninput()\ntime.sleep(600)\n";
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("cases/1.out", "1\n")
        .with("old.py", sleeps)
        .with("new.py", sleeps);
    let mut child = place
        .command(&[
            "old.py",
            "new.py",
            "--cases",
            "cases",
            "--arg",
            &marker,
            "--time-limit",
            "500s",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    await_that("the program runs", || running(&marker, child.id()) > 0);
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    await_that("no process is left", || running(&marker, 0) == 0);
}

/// How many processes have the marker among their arguments, apart from the one that was told of it.
#[cfg(unix)]
fn running(marker: &str, but: u32) -> usize {
    let Ok(all) = std::fs::read_dir("/proc") else {
        return 0;
    };
    all.filter_map(Result::ok)
        .filter(|e| {
            e.file_name()
                .to_str()
                .and_then(|n| n.parse::<u32>().ok())
                .is_some_and(|pid| pid != but)
        })
        .filter(|e| {
            std::fs::read(Path::new(&e.path()).join("cmdline"))
                .is_ok_and(|c| text(&c).contains(marker))
        })
        .count()
}

#[cfg(unix)]
fn await_that(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("waited 30 s in vain: {what}");
}
