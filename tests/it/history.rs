//! `reheat history` in a real terminal: a session is looked into, by command and from the start screen, and followed while another
//! program goes on with it; what cannot be shown is one clear error.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use reheat::session::{Journal, journal};

use crate::manners::Terminal;

/// A home whose only session is one of the past.
fn home_with(name: &str) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data/sessions/2026-01-02-pairs-abcd");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/journals");
    copy(&source.join(name), &folder);
    (home, folder)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn history(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_reheat"))
        .arg("history")
        .args(args)
        .env("REHEAT_CONFIG_DIR", home.join("config"))
        .env("REHEAT_DATA_DIR", home.join("data"))
        .output()
        .unwrap()
}

#[test]
fn a_session_is_stepped_through_and_played_to_its_end() {
    let (home, folder) = home_with("demo");
    let before = std::fs::read(folder.join(journal::FILE)).unwrap();
    let mut terminal = Terminal::of(&["history", "last"], home, &[]);
    terminal.shows("recorded · step 1 of");
    terminal.keys("b");
    terminal.shows("against v0 in CPU time; it is the best");
    terminal.keys("x");
    terminal.shows("wrong answer");
    terminal.keys("a");
    terminal.shows("only looked at");
    terminal.keys("ss ");
    terminal.shows("the session ends");
    let home = terminal.quit();
    let after = std::fs::read(folder.join(journal::FILE)).unwrap();
    assert!(before == after, "nothing is written into what is looked at");
    drop(home);
}

#[test]
fn the_start_screen_leads_into_a_session_without_going_on_with_it() {
    let (home, folder) = home_with("demo");
    let before = std::fs::read(folder.join(journal::FILE)).unwrap();
    let mut terminal = Terminal::of(&[], home, &[]);
    terminal.shows("measured code");
    terminal.keys("h");
    terminal.shows("recorded · step 1 of");
    terminal.keys("\x1b[C");
    terminal.shows("recorded · step 2 of");
    let _home = terminal.quit();
    let after = std::fs::read(folder.join(journal::FILE)).unwrap();
    assert!(before == after, "nothing is written into what is looked at");
}

#[test]
fn what_another_program_adds_appears_and_what_is_looked_at_stays() {
    let (home, folder) = home_with("demo");
    let whole = journal::read(&folder).unwrap().events;
    // The first half of it, and a program that goes on with it.
    let text = std::fs::read_to_string(folder.join(journal::FILE)).unwrap();
    let half: Vec<&str> = text.lines().take(1 + whole.len() / 2).collect();
    std::fs::write(folder.join(journal::FILE), half.join("\n") + "\n").unwrap();
    let (mut journal, read) = Journal::reopen(&folder).unwrap();
    let mut terminal = Terminal::of(&["history"], home, &[]);
    terminal.shows("recorded · step 1 of");
    let shown = Command::new(env!("CARGO_BIN_EXE_reheat"))
        .args(["show", "last"])
        .env(
            "REHEAT_DATA_DIR",
            folder.parent().unwrap().parent().unwrap(),
        )
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        shown.contains("open in another reheat right now"),
        "{shown}"
    );
    let steps = |shown: &str| -> usize {
        let rest = shown.split("recorded · step ").nth(1).unwrap();
        rest.split_whitespace().nth(2).unwrap().parse().unwrap()
    };
    let before = steps(&terminal.shows("recorded · step 1 of"));
    journal.write(&whole[read.events.len()]).unwrap();
    journal.write(&whole[read.events.len() + 1]).unwrap();
    terminal.until("the step that was added", |s| {
        s.contains("recorded · step 1 of") && steps(s) > before
    });
    // At its end the end is shown.
    terminal.keys("\x1b[F");
    for record in &whole[read.events.len() + 2..] {
        journal.write(record).unwrap();
    }
    terminal.shows("the session ends");
    drop(journal);
    let _home = terminal.quit();
}

#[test]
fn what_cannot_be_shown_is_one_clear_error() {
    let (home, folder) = home_with("demo");
    let told = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let output = history(home.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        told(&output).contains("on a terminal; `reheat show`"),
        "{}",
        told(&output)
    );
    for (text, words) in [
        ("", "empty"),
        ("{\"reheat_journal\":9}\n", "newer"),
        ("\u{0}\u{1}garbage", "JSON"),
        ("{\"reheat_journal\":1}\n", "began"),
    ] {
        std::fs::write(folder.join(journal::FILE), text).unwrap();
        let (again, other) = home_with("demo");
        std::fs::write(other.join(journal::FILE), text).unwrap();
        let terminal = Terminal::of(&["history", "2026"], again, &[]);
        // The terminal breaks a long line wherever it ends, and a space there is lost.
        terminal.until(words, |shown| shown.replace('\n', "").contains(words));
    }
}

#[test]
fn the_screen_is_recorded_as_it_was_shown_and_over_no_other_file() {
    let (home, _) = home_with("demo");
    let args = ["history", "last", "--record", "shown.cast"];
    let mut terminal = Terminal::of(&args, home, &[]);
    terminal.shows("recorded · step 1 of");
    terminal.keys("b");
    let last = terminal.shows("against v0 in CPU time; it is the best");
    let home = terminal.quit();
    let text = std::fs::read_to_string(home.path().join("shown.cast")).unwrap();
    let mut lines = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let header = lines.next().unwrap();
    assert_eq!(
        (&header["version"], &header["width"], &header["height"]),
        (&2.into(), &80.into(), &24.into())
    );
    // Played, it shows what was shown, at times that only grow.
    let mut screen = vt100::Parser::new(24, 80, 0);
    let mut before = 0.0;
    for line in lines {
        let at = line[0].as_f64().unwrap();
        assert!(at >= before && line[1] == "o", "{line}");
        before = at;
        screen.process(line[2].as_str().unwrap().as_bytes());
    }
    assert_eq!(screen.screen().contents(), last);
    let refused = Terminal::of(&args, home, &[]);
    refused.until("a refusal", |shown| {
        shown.replace('\n', "").contains("name another")
    });
}

#[test]
fn a_large_session_is_there_at_its_beginning_and_then_whole() {
    let (home, folder) = home_with("demo");
    let file = folder.join(journal::FILE);
    let text = std::fs::read_to_string(&file).unwrap();
    let (head, rest) = text.split_at(text.match_indices('\n').nth(40).unwrap().0 + 1);
    // Between its beginning and its rest stand more notes than are read before something is shown.
    let at = head.lines().last().unwrap();
    let at: serde_json::Value = serde_json::from_str(at).unwrap();
    let note =
        serde_json::json!({"at": at["at"], "event": "noted", "text": "a note ".repeat(1_500)});
    let notes = format!("{note}\n").repeat(300);
    std::fs::write(&file, format!("{head}{notes}{rest}")).unwrap();
    assert!(std::fs::metadata(&file).unwrap().len() > 2 << 20);
    let mut terminal = Terminal::of(&["history"], home, &[]);
    let steps = |shown: &str| -> Option<usize> {
        let rest = shown.split("recorded · step 1 of ").nth(1)?;
        rest.split_whitespace().next()?.parse().ok()
    };
    terminal.until("all of it", |shown| {
        steps(shown).is_some_and(|all| all > 300)
    });
    terminal.keys("\x1b[F");
    terminal.shows("the session ends");
    terminal.keys("\x1b[H");
    terminal.shows("recorded · step 1 of");
    let _home = terminal.quit();
}
