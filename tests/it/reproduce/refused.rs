//! What cannot be measured again, and how that is said.

use std::fs;
use std::io::Write as _;

use serde_json::json;

use super::{REAL, contents, folder, measured, object, twin};
use crate::support::home::{Home, ON_TAPE, WRONG, reply, squares, stderr, stdout, tape};

/// Runs a command that must fail: its one sentence.
fn refused(home: &Home, status: i32, args: &[&str]) -> String {
    let output = home.run(args);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
    assert_eq!(stdout(&output), "", "{args:?}");
    said
}

#[test]
fn wrong_use_is_told_before_anything_runs() {
    let home = Home::new();
    assert!(refused(&home, 2, &["verify"]).contains("there is no session yet"));
    let home = measured();
    for (args, why) in [
        (
            &["verify", "nothing-like-it"][..],
            "no session `nothing-like-it`",
        ),
        (&["verify", "./none"], "there is no folder ./none"),
        (&["verify", "./cases"], "it has no task.toml"),
        (&["remeasure", "v0"], "v0 is the original"),
        (&["remeasure", "v9"], "there is no v9 in session"),
        (
            &["remeasure", "squares", "other"],
            "cannot both be the session",
        ),
        (
            &["verify", "--json", "--md", "-"],
            "JSON and Markdown cannot both",
        ),
        (
            &["verify", "--md", "none/summary.md"],
            "cannot write none/summary.md",
        ),
        (&["pack", "last", "cases"], "it is not empty"),
        (&["pack", "last", "slow.py"], "it is there, and no folder"),
        (
            &["pack", "last", "none/packed"],
            "there is no such folder to put it into",
        ),
        (&["pack", "last", "."], "it is the folder that you are in"),
        (
            &["pack", "last", "p", "--with", "slow.py"],
            "a whole program runs by itself",
        ),
    ] {
        let said = refused(&home, 2, args);
        assert!(
            said.contains(why) && !said.contains("is built"),
            "{args:?}: {said}"
        );
    }
    assert!(!home.path("p").exists());
}

#[test]
fn where_nothing_better_was_found_there_is_nothing_to_verify() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG)]);
    assert_eq!(home.run(ON_TAPE).status.code(), Some(1));
    for (args, why) in [
        (&["verify"][..], "the original stands"),
        (&["remeasure"], "no version of session"),
        (&["pack", "last", "p"], "so there is nothing to pack"),
    ] {
        assert!(refused(&home, 1, args).contains(why), "{args:?}");
    }
    assert!(!home.path("p").exists());
}

#[test]
fn what_is_gone_is_named() {
    let home = measured();
    twin(&home, "no-task", |_| {});
    fs::remove_dir_all(folder(&home, "no-task").join("task")).unwrap();
    let said = refused(&home, 3, &["verify", "no-task"]);
    assert!(
        said.contains("is not there any more") && said.contains("task.toml"),
        "{said}"
    );

    twin(&home, "no-tool", |_| {});
    let task = folder(&home, "no-tool").join("task/task.toml");
    let text = fs::read_to_string(&task).unwrap();
    fs::write(&task, format!("tool = \"nothing-like-python\"\n{text}")).unwrap();
    let said = refused(&home, 3, &["verify", "no-tool"]);
    assert!(said.contains("nothing-like-python"), "{said}");

    twin(&home, "holed", |_| {});
    let journal = folder(&home, "holed").join("journal.jsonl");
    let mut text = fs::read_to_string(&journal).unwrap();
    text = text.replacen("{\"at\"", "#{\"at\"", 3);
    fs::write(&journal, text).unwrap();
    let said = refused(&home, 1, &["verify", "holed"]);
    assert!(said.lines().count() == 1, "{said}");

    // The user's own files need not be there: the session keeps what it was measured on.
    fs::remove_file(home.path("slow.py")).unwrap();
    fs::remove_dir_all(home.path("cases")).unwrap();
    let (found, status) = object(&home, &["verify", REAL]);
    assert_eq!((status, &found["holds"]), (0, &json!(true)), "{found}");
    assert!(
        found["notes"]
            .to_string()
            .contains("slow.py cannot be read"),
        "{}",
        found["notes"]
    );
}

#[test]
fn a_key_is_not_packed_and_nothing_is_left_of_the_attempt() {
    let home = measured();
    // Put together here, so that nobody takes this file for one with a key.
    let key = format!("-----BEGIN {} KEY-----\nMIIE\n", "PRIVATE");
    let source = folder(&home, REAL).join("task/cases/03.in");
    let mut file = fs::File::create(source).unwrap();
    file.write_all(key.as_bytes()).unwrap();
    fs::write(folder(&home, REAL).join("task/cases/03.out"), "0\n").unwrap();
    let before = contents(&home.path("."));
    let said = refused(&home, 1, &["pack", "last", "packed"]);
    assert!(
        said.contains("nothing was packed: keys are kept in files such as cases/03.in"),
        "{said}"
    );
    assert_eq!(contents(&home.path(".")), before);
}
