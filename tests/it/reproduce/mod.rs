//! A session is measured again, its best version verified, and both carried to another machine as a folder: which gains hold, by words and
//! by exit statuses.

mod kinds;
mod packed;
mod refused;
mod workflow;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::ENOUGH;
use crate::support::home::{
    FAST, Home, ON_TAPE, SLOW, WRONG, reply, squares, stderr, stdout, tape,
};

/// The id that the session of [`measured`] is given.
const REAL: &str = "2026-01-02-squares-real";

/// A home with a session whose best version is several times faster than the original, made by the loop.
fn measured() -> Home {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG), reply(FAST)]);
    let args = [ON_TAPE, &["--comparison-time", ENOUGH]].concat();
    let output = home.run(&args);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let made = home.sessions().pop().unwrap();
    fs::rename(made, folder(&home, REAL)).unwrap();
    change(&folder(&home, REAL).join("journal.jsonl"), |line| {
        if line["session"].is_string() {
            line["session"] = json!(REAL);
        }
    });
    home
}

fn folder(home: &Home, id: &str) -> PathBuf {
    home.path("data/sessions").join(id)
}

/// Every file below a folder with what is in it, in order.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

/// The lines of a journal, changed.
fn change(journal: &Path, change: impl Fn(&mut Value)) {
    let text = fs::read_to_string(journal).unwrap();
    let mut changed = String::new();
    for line in text.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        change(&mut line);
        changed += &format!("{line}\n");
    }
    fs::write(journal, changed).unwrap();
}

/// The session under another id, with a journal that says something else.
fn twin(home: &Home, id: &str, changed: impl Fn(&mut Value)) {
    let (from, to) = (folder(home, REAL), folder(home, id));
    for (path, bytes) in contents(&from) {
        let path = to.join(path.strip_prefix(&from).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    change(&to.join("journal.jsonl"), |line| {
        if line["session"].is_string() {
            line["session"] = json!(id);
        }
        changed(line);
    });
}

/// Another text for v2, whose gain was recorded.
fn claim(line: &mut Value, text: &str) {
    if line["event"] == "version_created" && line["version"] == 2 {
        line["source"]["text"] = json!(text);
    }
}

/// Runs a command with `--json`: its object and its status.
fn object(home: &Home, args: &[&str]) -> (Value, i32) {
    let output = home.run(&[args, &["--json"]].concat());
    let said = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|why| panic!("{args:?}: {why}: {}", stderr(&output)));
    (said, output.status.code().unwrap())
}

#[test]
fn a_gain_that_is_there_holds_and_the_session_stays_as_it_is() {
    let home = measured();
    let before = contents(&folder(&home, REAL));
    let (found, status) = object(&home, &["remeasure"]);
    assert_eq!(status, 0, "{found}");
    assert_eq!(found["session"], REAL);
    assert_eq!(
        (&found["comparable"], &found["differences"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(found["original"]["verdict"], "accepted");
    assert_eq!(found["versions"].as_array().unwrap().len(), 1);
    let row = &found["versions"][0];
    assert_eq!(
        (&row["version"], &row["right"], &row["better"]),
        (&json!(2), &json!(true), &json!(true))
    );
    assert!(
        ["holds", "smaller", "larger"].contains(&row["finding"].as_str().unwrap()),
        "{row}"
    );
    let show: Value = serde_json::from_slice(&home.run(&["show", "--json"]).stdout).unwrap();
    let recorded = &show["versions"][2]["against_original"];
    for end in ["gain", "low", "high", "metric", "pairs"] {
        assert_eq!(row["recorded"][end], recorded[end], "{end}");
        assert!(!row["today"][end].is_null(), "{end} of {row}");
    }
    assert_ne!(
        row["recorded"]["gain"], row["today"]["gain"],
        "measured again"
    );
    assert_eq!(row["comparison"]["confirmed"], true);

    // The other version was wrong and stays so; it is measured if it is named.
    let output = home.run(&["remeasure", "squares", "v1", "v2"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        text.contains("2 versions measured again here and now")
            && text.contains("v1: wrong now (wrong answer, case 02)\n"),
        "{text}"
    );
    assert!(
        stderr(&output).contains("v2 is built, run on every case and timed against v0"),
        "progress is told"
    );

    let output = home.run(&["verify", "last", "--md", "summary.md"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).starts_with("v2 holds: every case is right, and it is "),
        "{}",
        stdout(&output)
    );
    let md = fs::read_to_string(home.path("summary.md")).unwrap();
    for words in [
        "## ✅ slow.py\n",
        "| | recorded | today |",
        "| cases that are right | 2 of 2 | 2 of 2 |",
        "| toolchain | Python",
    ] {
        assert!(md.contains(words), "{words}\n{md}");
    }
    assert_eq!(contents(&folder(&home, REAL)), before);
    assert_eq!(home.sessions().len(), 1, "no session of its own");
}

#[test]
fn a_gain_that_is_not_so_does_not_hold() {
    let home = measured();
    let slower = SLOW.replace("range(40)", "range(90)");
    twin(&home, "slower", |line| claim(line, &slower));
    let (found, status) = object(&home, &["verify", "slower"]);
    assert_eq!(status, 1, "{found}");
    let row = &found["versions"][0];
    assert_eq!(
        (&found["holds"], &row["finding"]),
        (&json!(false), &json!("not_any_more")),
        "{row}"
    );
    assert_eq!(
        (&row["right"], &row["better"]),
        (&json!(true), &json!(false))
    );
    assert!(
        found["why"].as_str().unwrap().contains("it is slower, 0."),
        "{}",
        found["why"]
    );

    twin(&home, "wrong", |line| claim(line, WRONG));
    let output = home.run(&["verify", "wrong", "--md", "-"]);
    let md = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        md.starts_with("## ❌ slow.py\n\nv2 does not hold: wrong answer on case 02: ")
            && md.contains("expected:\n\n```\n21332533340000\n```"),
        "{md}"
    );
    assert!(
        stderr(&output).contains("v2 does not hold: wrong answer on case 02"),
        "{}",
        stderr(&output)
    );
    let (found, status) = object(&home, &["remeasure", "wrong"]);
    let row = &found["versions"][0];
    assert_eq!((status, &row["finding"]), (0, &json!("wrong_now")));
    assert_eq!(
        (&row["comparison"], &row["failure"]["case"]),
        (&Value::Null, &json!("02")),
        "never timed"
    );
}

#[test]
fn a_gain_of_another_size_than_was_recorded_is_told() {
    let home = measured();
    for (finding, recorded) in [
        ("smaller", [1000.0, 900.0, 1100.0]),
        ("larger", [1.2, 1.1, 1.3]),
    ] {
        twin(&home, finding, |line| {
            for comparison in ["comparison", "against_original"] {
                let of_it = line["event"] == "version_evaluated" && line[comparison].is_object();
                for (end, value) in ["gain", "low", "high"].into_iter().zip(recorded) {
                    if of_it {
                        line[comparison][end] = json!(value);
                    }
                }
            }
        });
        let (found, status) = object(&home, &["verify", finding]);
        assert_eq!((status, &found["holds"]), (0, &json!(true)), "{found}");
        assert_eq!(found["versions"][0]["finding"], finding, "{found}");
        let why = found["why"].as_str().unwrap();
        assert!(why.ends_with(&format!(", {finding}).")), "{why}");
    }
}

#[test]
fn figures_of_another_machine_are_not_held_against_one_another() {
    let home = measured();
    twin(&home, "elsewhere", |line| {
        if line["event"] == "session_started" {
            line["machine"]["cpu"] = json!("Z80");
            line["task"]["toolchain"] = json!("Python 1.0");
        }
    });
    let (found, status) = object(&home, &["verify", "elsewhere"]);
    assert_eq!(
        status, 0,
        "there is a gain here, which is what counts: {found}"
    );
    let row = &found["versions"][0];
    assert_eq!(
        (&found["holds"], &found["comparable"], &row["finding"]),
        (&json!(true), &json!(false), &json!("cannot_be_compared"))
    );
    let why = row["why"].as_array().unwrap();
    assert_eq!(why.len(), 2, "{why:?}");
    assert!(
        why[0]
            .as_str()
            .unwrap()
            .starts_with("another toolchain: Python 1.0 and ")
            && why[1]
                .as_str()
                .unwrap()
                .starts_with("another machine: Z80, "),
        "{why:?}"
    );
    let text = stdout(&home.run(&["remeasure", "elsewhere", "--clock", "wall"]));
    assert!(
        text.contains("cannot be held against one another:\n- another toolchain"),
        "{text}"
    );
}
