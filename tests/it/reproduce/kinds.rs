//! Every kind of session is measured again: of commands, of calls that a function makes, of a part of a program, and without an original
//! that passes.

use std::fs;

use serde_json::json;

use super::{REAL, contents, folder, measured, object};
use crate::support::ENOUGH;
use crate::support::home::{FAST, Home, WRONG, reply, squares, stderr, stdout, tape};

/// Runs the loop until a better version stands.
fn optimised(home: &Home, args: &[&str]) {
    let rest = ["--tape", "tape", "--json", "--comparison-time", ENOUGH];
    let output = home.run(&[&["optimize"], args, &rest].concat());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{args:?}: {}",
        stderr(&output)
    );
}

fn holds(home: &Home, name: &str) {
    let (found, status) = object(home, &["verify", name]);
    assert_eq!((status, &found["holds"]), (0, &json!(true)), "{found}");
}

fn packs(home: &Home) {
    let output = home.run(&["pack", "last", "packed"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    holds(home, "packed");
}

#[cfg(target_os = "linux")]
#[test]
fn commands_are_run_again_where_their_project_is_and_not_packed() {
    let home = Home::new();
    home.write("proj/pyproject.toml", "[project]\nname = \"p\"\n");
    home.write(
        "proj/p.py",
        "def total(n):\n    t = 0\n    for i in range(n):\n        t += i\n    return t\n",
    );
    home.write(
        "proj/check.py",
        "import p\nassert p.total(10) == 45\nassert p.total(0) == 0\n",
    );
    home.write("proj/bench.py", "import p\np.total(6_000_000)\n");
    tape(
        &home,
        &[reply("def total(n):\n    return n * (n - 1) // 2\n")],
    );
    optimised(
        &home,
        &[
            "proj/p.py::total",
            "--check",
            "python3 check.py",
            "--bench",
            "python3 bench.py",
        ],
    );
    holds(&home, "last");
    let output = home.run(&["pack", "last", "packed"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("need the project as a whole"),
        "{}",
        stderr(&output)
    );
    assert!(!home.path("packed").exists());
    fs::rename(home.path("proj"), home.path("away")).unwrap();
    let output = home.run(&["verify"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("its commands run in a copy of the project, and")
            && stderr(&output).contains("proj is gone"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_function_that_makes_the_calls_goes_with_them() {
    let home = Home::new();
    home.write(
        "one.py",
        "def unique(items):\n    seen = []\n    for item in items:\n        if item not in seen:\n            seen.append(item)\n    return seen\n",
    );
    home.write(
        "made/gen.py",
        "def calls(seed):\n    n = 400 * (seed + 1)\n    return [{\"args\": [[i * 7919 % (n + seed) for i in range(n)]]}]\n",
    );
    tape(
        &home,
        &[reply(
            "def unique(items):\n    return list(dict.fromkeys(items))\n",
        )],
    );
    // In a folder of their own, so that no project is around them.
    fs::create_dir(home.path("alone")).unwrap();
    fs::rename(home.path("one.py"), home.path("alone/one.py")).unwrap();
    optimised(
        &home,
        &["alone/one.py::unique", "--calls", "made/gen.py::calls"],
    );
    packs(&home);
    let names: Vec<String> = contents(&home.path("packed"))
        .iter()
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(names.contains(&"gen.py".to_owned()), "{names:?}");
    fs::remove_file(home.path("made/gen.py")).unwrap();
    holds(&home, "packed");
    let output = home.run(&["verify"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("gen.py is gone"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_part_of_a_program_is_judged_by_its_cases() {
    let home = Home::new();
    squares(&home);
    home.write(
        "alone/slow.py",
        "import sys\n\ndef total(n):\n    for _ in range(40):\n        t = 0\n        for i in range(n):\n            t += i * i\n    return t\n\nprint(total(int(sys.stdin.readline())))\n",
    );
    tape(
        &home,
        &[reply(
            "def total(n):\n    return (n - 1) * n * (2 * n - 1) // 6 if n else 0\n",
        )],
    );
    optimised(&home, &["alone/slow.py::total", "--cases", "cases"]);
    holds(&home, "last");
    packs(&home);
    let best = fs::read_to_string(home.path("packed/best/slow.py")).unwrap();
    assert!(
        best.starts_with("import sys\n") && best.ends_with("readline())))\n"),
        "{best}"
    );
}

#[test]
fn without_an_original_that_passes_being_right_is_all() {
    let home = Home::new();
    squares(&home);
    home.write(
        "problem.md",
        "Print the sum of the squares below a number.\n",
    );
    tape(&home, &[reply(FAST)]);
    let args = [
        "--statement",
        "problem.md",
        "--language",
        "python",
        "--cases",
        "cases",
    ];
    home.run(&[&["optimize"], &args[..], &["--tape", "tape", "--json"]].concat());
    let (found, status) = object(&home, &["remeasure"]);
    assert_eq!((status, &found["original"]), (0, &json!(null)), "{found}");
    assert_eq!(found["versions"][0]["finding"], "holds", "{found}");
    assert!(
        stdout(&home.run(&["verify"]))
            .starts_with("v1 holds: every case is right; there is no original"),
    );
    packs(&home);

    home.write("slow.py", WRONG);
    home.run(&[
        "optimize", "slow.py", "--cases", "cases", "--tape", "tape", "--json",
    ]);
    let (found, status) = object(&home, &["verify"]);
    assert_eq!(status, 0, "{found}");
    assert_eq!(found["original"]["verdict"], "wrong_answer");
    let why = found["why"].as_str().unwrap();
    assert!(
        why.contains("the original does not pass, then as now"),
        "{why}"
    );
}

#[test]
fn a_bundled_task_is_packed_with_its_cases() {
    let home = Home::new();
    let output = home.run(&[
        "demo",
        "coins",
        "--json",
        "--speed",
        "1000",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let session = home.sessions().pop().unwrap();
    let (found, status) = object(&home, &["remeasure"]);
    assert_eq!(status, 0, "{found}");
    let rows = found["versions"].as_array().unwrap();
    assert!(
        rows.len() > 1 && rows.iter().all(|r| r["right"] == true),
        "{found}"
    );
    assert!(
        !session.join("task").exists(),
        "the task is part of the program"
    );
    packs(&home);
    let task = fs::read_to_string(home.path("packed/task.toml")).unwrap();
    assert!(task.contains("held_out = [\"04\"]"), "{task}");
}

#[test]
fn cases_that_were_added_in_the_session_count_again() {
    let home = measured();
    let journal = folder(&home, REAL).join("journal.jsonl");
    let mut text = fs::read_to_string(&journal).unwrap();
    let at = "2026-11-30T12:00:00.000Z";
    let added =
        json!({"at": at, "event": "case_added", "name": "03", "input": "5\n", "expected": "30\n"});
    text += &format!("{added}\n");
    fs::write(&journal, text).unwrap();
    let output = home.run(&["verify", "--md", "-"]);
    let md = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        md.contains("| cases that are right | 2 of 2 | 3 of 3 |"),
        "{md}"
    );
    assert!(!md.contains("another workload"), "{md}");
    packs(&home);
    assert_eq!(fs::read(home.path("packed/cases/03.out")).unwrap(), b"30\n");
}
