//! A demo that is played again and again, with and without a screen.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::recorded;
use crate::support::home::{Home, stderr, wait_for};

#[test]
fn it_begins_again_until_it_is_stopped_and_keeps_nothing() {
    let home = Home::new();
    home.write("squares.tape", recorded());
    let mut command = home.command(&[
        "demo",
        "squares.tape",
        "--loop",
        "--json",
        "--speed",
        "1000",
        "--comparison-time",
        "1s",
    ]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut begun = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        begun += usize::from(line.contains("\"event\":\"session_started\""));
        if begun == 3 {
            kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
            begun += 1;
        }
    }
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(begun >= 4, "{begun}");
    assert!(home.sessions().is_empty());
}

#[test]
fn what_cannot_be_played_at_all_is_said_at_once() {
    let home = Home::new();
    home.write("squares.tape", recorded());
    home.write("bad.tape", "no tape");
    for (args, status, part) in [
        (&["demo", "bad.tape", "--loop"][..], 1, "this is no tape"),
        (
            &["demo", "no-such-task", "--loop"],
            2,
            "there is no bundled task `no-such-task`",
        ),
        (
            &["demo", "squares.tape", "--kiosk"],
            2,
            "--kiosk needs a terminal",
        ),
        (
            &["demo", "squares.tape", "--loop", "--out", "x.py"],
            2,
            "do not go with --loop",
        ),
    ] {
        let output = home.run(args);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{args:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(part),
            "{args:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn at_a_stand_no_key_does_anything_but_the_one_that_leaves() {
    let home = Home::new();
    home.write("squares.tape", recorded());
    let size = PtySize {
        rows: 24,
        cols: 80,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_reheat"));
    command.args([
        "demo",
        "squares.tape",
        "--kiosk",
        "--speed",
        "1000",
        "--comparison-time",
        "1s",
    ]);
    command.cwd(home.path(""));
    for (name, folder) in [
        ("REHEAT_CONFIG_DIR", "config"),
        ("REHEAT_DATA_DIR", "data"),
        ("REHEAT_CACHE_DIR", "cache"),
    ] {
        command.env(name, home.path(folder));
    }
    command.env("TERM", "xterm-256color");
    command.env("COLORFGBG", "15;0");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut reader = pair.master.try_clone_reader().unwrap();
    let heard = seen.clone();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n) = reader.read(&mut bytes) {
            if n == 0 {
                return;
            }
            heard.lock().unwrap().extend_from_slice(&bytes[..n]);
        }
    });
    let count = |part: &str| {
        String::from_utf8_lossy(&seen.lock().unwrap())
            .matches(part)
            .count()
    };
    let mut writer = pair.master.take_writer().unwrap();
    // The terminal is taken once for every turn.
    wait_for(|| count("\u{1b}[?1049h") >= 1 && count("ctrl-q") >= 1);
    writer.write_all(b"q\x03\x03\x1a:w\rn?hhello\r").unwrap();
    wait_for(|| count("\u{1b}[?1049h") >= 3);
    assert!(child.try_wait().unwrap().is_none());
    writer.write_all(b"\x11").unwrap();
    wait_for(|| {
        // Between two turns nobody reads keys; a person presses it once more.
        let _ = writer.write_all(b"\x11");
        child.try_wait().unwrap().is_some()
    });
    assert!(child.wait().unwrap().success());
    assert!(home.sessions().is_empty());
}
