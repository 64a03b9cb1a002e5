//! A tape is played in a home that has never seen its session.

use super::{changed, first, lines, recorded};
use crate::support::ENOUGH;
use crate::support::home::{FAST, Home, named, prompts, reply, stderr, stdout, tape, verdicts};

fn play(file: &str) -> Vec<&str> {
    vec![
        "demo",
        file,
        "--json",
        "--speed",
        "1000",
        "--comparison-time",
        ENOUGH,
    ]
}

#[test]
fn anybody_plays_it_and_sees_the_recorded_figures_beside_his_own() {
    let home = Home::new();
    home.write("squares.tape", recorded());
    let (events, status) = home.events(&play("squares.tape"));
    assert_eq!(status, 0, "{:?}", events.last());
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer", "accepted"]);
    let ended = named(&events, "session_finished")[0];
    assert!(
        ended["comparison"]["low"].as_f64().unwrap() > 1.0,
        "{ended}"
    );
    assert_eq!(events.last().unwrap()["event"], "session_finished");
    let beside = named(&events, "recorded_beside")[0];
    assert!(beside["at"].is_string());
    assert!(beside["recorded"]["machine"]["cores"].as_u64().unwrap() > 0);
    assert!(
        beside["here"]["toolchain"]
            .as_str()
            .unwrap()
            .contains("Python")
    );
    let versions = beside["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 3);
    assert_eq!(versions[1]["recorded"]["verdict"], "wrong_answer");
    assert_eq!(versions[1]["here"]["verdict"], "wrong_answer");
    for side in ["recorded", "here"] {
        let best = &versions[2][side];
        assert!(
            best["low"].as_f64().unwrap() > 1.0 && best["accepted"] == true,
            "{best}"
        );
    }
    // The played session is one like any other.
    let shown = stdout(&home.run(&["show", "last"]));
    assert!(shown.contains("better than v0"), "{shown}");
}

#[test]
fn as_text_it_ends_with_both() {
    let home = Home::new();
    home.write("squares.tape", recorded());
    let output = home.run(&[
        "demo",
        "squares.tape",
        "--speed",
        "1000",
        "--comparison-time",
        ENOUGH,
    ]);
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{told}{}", stderr(&output));
    assert!(
        told.starts_with("tape of slow: recorded replies; every figure is real"),
        "{told}"
    );
    let beside = told.split("Recorded and here:").nth(1).unwrap();
    assert_eq!(beside.matches("better than v0").count(), 2, "{beside}");
    assert_eq!(beside.matches("wrong answer").count(), 2, "{beside}");
    assert!(
        beside.contains("recorded: 2") && beside.contains("here:  "),
        "{beside}"
    );
    assert!(!told.contains('\u{1b}'), "escape codes in a pipe");
}

#[test]
fn rounds_are_asked_for_as_they_were() {
    let home = Home::new();
    // One round of two replies side by side, then one made from the original with a hint, and of another objective.
    let tape = changed(|all| {
        let mut reply = first(all, "reply").clone();
        let rounds: Vec<usize> = (0..all.len())
            .filter(|i| all[*i]["is"] == "round")
            .collect();
        all[rounds[0]]["candidates"] = 2.into();
        all[rounds[1]]["hint"] = "a formula for sums of squares".into();
        all[rounds[1]]["objective"] = "memory".into();
        all[rounds[1]]["parent"] = 0.into();
        for line in all
            .iter_mut()
            .filter(|l| l["is"] == "reply" && l["round"] == 2)
        {
            line["text"] =
                crate::support::home::reply("print(sum(i * i for i in range(int(input()))))\n")
                    .into();
        }
        first(all, "reply")["candidate"] = 1.into();
        reply["candidate"] = 2.into();
        reply["text"] = crate::support::home::reply(FAST).into();
        let end = all.len() - 1;
        all.insert(end, reply);
    });
    home.write("t.tape", &tape);
    let (events, _) = home.events(&play("t.tape"));
    let rounds = named(&events, "round_started");
    assert_eq!(rounds.len(), 2);
    assert_eq!(rounds[0]["candidates"], 2);
    assert_eq!(rounds[1]["hint"], "a formula for sums of squares");
    assert_eq!(
        (&rounds[1]["parent"], &rounds[1]["objective"]),
        (&0.into(), &"memory".into())
    );
    assert!(rounds[1].get("candidates").is_none(), "{}", rounds[1]);
    let told = prompts(&home.journal());
    assert!(
        told[1].contains("a formula for sums of squares"),
        "{}",
        told[1]
    );
}

#[test]
fn a_function_is_played_without_its_file_and_goes_on_later() {
    let author = Home::new();
    author.write("src/slow.py", "def add(numbers):\n    total = 0\n    for _ in range(40):\n        total = 0\n        for n in numbers:\n            total += n\n    return total\n");
    author.write(
        "calls.jsonl",
        "{\"args\": [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]]}\n{\"args\": [[]]}\n",
    );
    let faster = "def add(numbers):\n    return sum(numbers)\n";
    let wrong = "def add(numbers):\n    return 105\n";
    tape(&author, &[reply(faster), reply(wrong)]);
    let (_, status) = author.events(&[
        "optimize",
        "src/slow.py::add",
        "--calls",
        "calls.jsonl",
        "--tape",
        "tape",
        "--rounds",
        "2",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(status, 0);
    let output = author.run(&["tape", "export", "last", "add.tape"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = std::fs::read_to_string(author.path("add.tape")).unwrap();
    assert!(!text.contains(author.path("").to_str().unwrap()), "{text}");
    let home = Home::new();
    home.write("add.tape", &text);
    drop(author);
    let mut once = play("add.tape");
    once.extend(["--rounds", "1"]);
    let (events, status) = home.events(&once);
    assert_eq!(status, 0, "{:?}", events.last());
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
    // It is resumed from its own journal: the tape may be gone.
    std::fs::remove_file(home.path("add.tape")).unwrap();
    let (events, _) = home.events(&["resume", "last", "--rounds", "2", "--json"]);
    assert_eq!(verdicts(&events), ["wrong_answer"]);
}

#[test]
fn its_replies_serve_as_a_tape_for_a_task_of_ones_own() {
    let home = Home::new();
    crate::support::home::squares(&home);
    home.write("squares.tape", recorded());
    let (events, status) = home.events(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--tape",
        "squares.tape",
        "--rounds",
        "2",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(status, 0);
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer", "accepted"]);
}

#[test]
fn fields_and_lines_of_a_newer_program_are_passed_over() {
    let home = Home::new();
    let newer = changed(|all| {
        all[0]["mood"] = "good".into();
        first(all, "task")["colour"] = serde_json::json!({"of": "the house"});
        first(all, "reply")["heard_by"] = 3.into();
        let end = all.len() - 1;
        all.insert(end, serde_json::json!({"is": "applause", "seconds": 12}));
    });
    home.write("newer.tape", &newer);
    let output = home.run(&["tape", "check", "newer.tape"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("1 line of kinds"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn what_is_on_it_is_said_without_running_anything() {
    let home = Home::new();
    home.write("squares.tape", recorded());
    let output = home.run(&["tape", "check", "squares.tape"]);
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for part in [
        "the task slow (python), 2 cases, 2 replies in 2 rounds, recorded figures of 3 versions",
        "faster than the original",
        "playable  yes",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!home.path("data").exists() && !home.path("cache").exists());
    assert_eq!(lines(recorded())[0]["reheat_tape"], 1);
}

#[test]
fn a_language_that_is_not_there_is_named_with_the_way_to_get_it() {
    let home = Home::new();
    home.write("empty/nothing", "");
    home.write("squares.tape", recorded());
    let strange = changed(|all| first(all, "task")["language"] = "cobol".into());
    home.write("strange.tape", &strange);
    for command in [
        &["tape", "check", "squares.tape"][..],
        &["demo", "squares.tape"],
    ] {
        let output = home
            .command(command)
            .env("PATH", home.path("empty"))
            .output()
            .unwrap();
        let why = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{why}");
        assert!(
            why.contains("the tape is in Python: needs python3, which is not on the path. "),
            "{why}"
        );
    }
    let output = home.run(&["demo", "strange.tape"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains(
            "it is in the language `cobol`, which this reheat does not know; it knows c, cpp"
        ),
        "{}",
        stderr(&output)
    );
}
