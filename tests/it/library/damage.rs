//! A library that anything may have happened to: everything is listed, nothing hides the rest, nothing takes the machine's memory.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use reheat::session::journal;
use serde_json::Value;

use super::three;
use crate::support::home::{stderr, stdout};

fn trouble<'a>(all: &'a [Value], id: &str) -> (&'a str, &'a str) {
    let it = all.iter().find(|s| s["session"] == id);
    let it = it.unwrap_or_else(|| panic!("{id} is not listed: {all:?}"));
    (
        it["state"].as_str().unwrap(),
        it["trouble"].as_str().unwrap_or_default(),
    )
}

#[test]
fn whatever_lies_there_is_listed_with_its_trouble() {
    let shelf = three();
    let make = |id: &str, journal: &[u8]| {
        fs::create_dir_all(shelf.folder(id)).unwrap();
        fs::write(shelf.folder(id).join(journal::FILE), journal).unwrap();
    };
    make("empty", b"");
    make("garbage", &[0xff, 0x1b, 0, 7]);
    make("garbage-in-lines", b"\x00\n\xff\n\x1b[31m\n");
    make("future", b"{\"reheat_journal\":99}\n{}\n");
    let critical = "{\"at\":\"2026-01-01T00:00:00Z\",\"event\":\"of_tomorrow\",\"critical\":true}";
    make(
        "critical",
        format!("{{\"reheat_journal\":1}}\n{critical}\n").as_bytes(),
    );
    fs::create_dir(shelf.folder("no-journal")).unwrap();
    fs::create_dir_all(shelf.folder("a-folder").join(journal::FILE)).unwrap();
    fs::write(shelf.home.path("data/sessions/a-file"), "").unwrap();
    std::os::unix::fs::symlink("circle", shelf.folder("circle")).unwrap();
    for _ in 0..2 {
        let all = shelf.ls(&[]);
        for (id, state, why) in [
            ("empty", "empty", "never began"),
            ("garbage", "unreadable", "line 1"),
            ("garbage-in-lines", "unreadable", "line 1"),
            ("future", "unreadable", "newer reheat"),
            ("critical", "unreadable", "update reheat"),
            ("no-journal", "empty", "never began"),
            ("a-folder", "unreadable", "no regular file"),
        ] {
            let found = trouble(&all, id);
            assert!(found.0 == state && found.1.contains(why), "{id}: {found:?}");
        }
        assert_eq!(all.len(), 3 + 7);
        assert_eq!(shelf.ids(&["--state", "finished,open"]).len(), 3);
    }
    let (_, table) = shelf.run(&["ls"]);
    assert!(!table.contains('\u{1b}'), "{table}");
}

#[test]
fn what_may_not_be_read_says_so_and_is_read_once_it_may_be() {
    let shelf = three();
    let data = shelf.home.path("data");
    // Root may read everything: somebody else asks.
    let root = rustix::process::geteuid().is_root();
    let ls = || -> Vec<Value> {
        let mut command = shelf.home.command(&["ls", "--json"]);
        if root {
            command.uid(65534).gid(65534);
        }
        let output = command.output().unwrap();
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)))
    };
    let allow = |path: &std::path::Path, mode| {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap()
    };
    allow(data.parent().unwrap(), 0o755);
    let [a, b, c] = [super::A, super::B, super::C];
    let (folder, file) = (shelf.folder(a), shelf.folder(b).join(journal::FILE));
    allow(&folder, 0);
    allow(&file, 0);
    for _ in 0..2 {
        let all = ls();
        for id in [a, b] {
            let (state, why) = trouble(&all, id);
            assert!(
                state == "unreadable" && why.contains("Permission denied"),
                "{id}: {state}: {why}"
            );
        }
        assert_eq!(trouble(&all, c), ("finished", ""));
    }
    allow(&folder, 0o755);
    allow(&file, 0o644);
    let all = ls();
    assert_eq!(
        (trouble(&all, a).0, trouble(&all, b).0),
        ("finished", "open")
    );
    // Nothing at all may be read.
    allow(&data.join("sessions"), 0);
    let mut command = shelf.home.command(&["ls"]);
    if root {
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    allow(&data.join("sessions"), 0o755);
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    assert!(
        stderr(&output).contains("cannot read the sessions in "),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_line_or_a_journal_without_measure_is_said_and_not_read_into_memory() {
    let shelf = three();
    let head = b"{\"reheat_journal\":1}\n";
    let make = |id: &str, start: &[u8], length: u64, end: &[u8]| {
        fs::create_dir_all(shelf.folder(id)).unwrap();
        let mut file = File::create(shelf.folder(id).join(journal::FILE)).unwrap();
        file.write_all(start).unwrap();
        // A hole in the file: it has the length and not the blocks.
        file.set_len(length).unwrap();
        let mut file = File::options()
            .append(true)
            .open(shelf.folder(id).join(journal::FILE))
            .unwrap();
        file.write_all(end).unwrap();
    };
    make("huge", head, 2 << 30, b"\n");
    make("huge-from-the-start", b"", 2 << 30, b"");
    make("long-first-line", b"", 100_000_000, b"\n");
    make("never-ends", head, 100_000_000, b"");
    // A whole session with a line in it that is too long for any use.
    let whole = fs::read(shelf.folder(super::C).join(journal::FILE)).unwrap();
    let first = whole
        .split_inclusive(|b| *b == b'\n')
        .take(2)
        .flatten()
        .copied()
        .collect::<Vec<u8>>();
    let rest = [b"\n", &whole[first.len()..]].concat();
    make("long-line", &first, 100_000_000, &rest);
    // A line of so many small things that each takes many times its length.
    let many = [&first[..], b"{\"at\":[", &b"1,".repeat(20 << 20), b"1]}\n"].concat();
    make(
        "many-things",
        &many,
        many.len() as u64,
        &whole[first.len()..],
    );

    let limited = |args: &str| {
        let usual = shelf.home.command(&[]);
        let mut command = Command::new("sh");
        command.envs(
            usual
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let reheat = env!("CARGO_BIN_EXE_reheat");
        command.args(["-c", &format!("ulimit -v 1000000; exec {reheat} {args}")]);
        let output = command.current_dir(shelf.home.path("")).output().unwrap();
        assert!(
            output.status.code().is_some(),
            "{args}: {}",
            stderr(&output)
        );
        (
            output.status.code().unwrap(),
            stdout(&output) + &stderr(&output),
        )
    };
    let (status, said) = limited("ls --json");
    assert_eq!(status, 0, "{said}");
    let all: Vec<Value> = serde_json::from_str(&said).unwrap();
    for (id, state, why) in [
        ("huge", "unreadable", "are read"),
        ("huge-from-the-start", "unreadable", "are read"),
        ("long-first-line", "unreadable", "line 1"),
        ("never-ends", "empty", "never began"),
        ("long-line", "damaged", "hole"),
        ("many-things", "damaged", "hole"),
    ] {
        let found = trouble(&all, id);
        assert!(found.0 == state && found.1.contains(why), "{id}: {found:?}");
    }
    assert_eq!(shelf.ids(&["--state", "finished"]), [super::C, super::A]);
    let (status, said) = limited("ls --find dict");
    assert_eq!(status, 0, "{said}");
    let (status, said) = limited("show huge-from");
    assert!(status == 1 && said.contains("2.15 GB"), "{said}");
    let (status, said) = limited("show long-line");
    assert!(status == 0 && said.contains("longer than"), "{said}");
    let (status, said) = limited("show many-things");
    assert!(status == 0 && said.contains("values"), "{said}");
}

#[test]
fn an_index_that_is_damaged_or_written_by_several_at_once_changes_nothing() {
    let shelf = three();
    let first = shelf.ls(&[]);
    let index = shelf.home.path("data/sessions.index");
    let whole = fs::read(&index).unwrap();
    let mut damages: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"reheat".to_vec(),
        whole[..whole.len() / 2].to_vec(),
    ];
    for at in (0..whole.len()).step_by(29) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        damages.push(bytes);
    }
    for damaged in damages {
        fs::write(&index, damaged).unwrap();
        assert_eq!(shelf.ls(&[]), first);
    }
    // Each of them has something to add.
    let many: Vec<_> = (0..8)
        .map(|n| {
            shelf.put(&format!("more-{n}"), 10 + n, |_| {});
            let mut command = shelf.home.command(&["ls", "--json"]);
            command
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in many {
        let output = child.wait_with_output().unwrap();
        let _: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    }
    let all = shelf.ls(&[]);
    assert_eq!(all.len(), 3 + 8);
    fs::remove_file(&index).unwrap();
    assert_eq!(shelf.ls(&[]), all);
    // Where it cannot be written everything is read each time.
    fs::remove_file(&index).unwrap();
    fs::create_dir(&index).unwrap();
    assert_eq!(shelf.ls(&[]), all);
}
