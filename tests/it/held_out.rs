//! Held-out cases over the life of a session, and that no answers come in by the side door.

use std::fs;

use crate::support::home::{FAST, Home, ON_TAPE, SLOW, WRONG, named, prompts, reply, stderr, tape};
use serde_json::Value;

#[test]
fn a_resumed_session_holds_out_the_same_cases() {
    let home = Home::new();
    home.write("slow.py", SLOW);
    let n = |i: u64| 1_000_003 + i * 7_919;
    for i in 0..8 {
        home.write(&format!("cases/{i}.in"), &format!("{}\n", n(i)));
        let m = n(i);
        let sum = u128::from(m - 1) * u128::from(m) * u128::from(2 * m - 1) / 6;
        home.write(&format!("cases/{i}.out"), &format!("{sum}\n"));
    }
    // The original is quick enough here, and its answers are right.
    home.write("slow.py", &format!("# v0\n{FAST}"));
    tape(
        &home,
        &[reply(WRONG), reply(WRONG.replace("// 2", "// 3").as_str())],
    );
    let args = [ON_TAPE, &["--rounds", "1", "--held-out", "3"]].concat();
    home.events(&args);
    let drawn = |kept: &[Value]| named(kept, "session_started")[0]["task"]["held_out"].clone();
    let held = drawn(&home.journal());
    assert_eq!(held.as_array().unwrap().len(), 3, "{held}");
    assert!(named(&home.journal(), "session_started")[0]["task"]["held_out_seed"].is_number());
    let (events, _) = home.events(&["resume", "--json", "--rounds", "2"]);
    assert_eq!(named(&events, "round_started").len(), 1, "{events:?}");
    let prompts = prompts(&home.journal());
    assert_eq!(prompts.len(), 2);
    for i in 0..8 {
        let told = prompts.iter().any(|p| p.contains(&n(i).to_string()));
        let is_held = held
            .as_array()
            .unwrap()
            .contains(&Value::from(i.to_string()));
        assert!(!(told && is_held), "case {i} is held out and was told");
    }
    assert!(prompts[1].contains("wrong answer"), "{}", prompts[1]);
    // A session of before there were held-out cases goes on without any.
    let folder = home.sessions().pop().unwrap();
    for (file, key) in [
        ("journal.jsonl", "\"held_out\":["),
        ("task/task.toml", "held_out = "),
    ] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains(key), "{file} lacks {key}");
        let old = match file {
            "journal.jsonl" => without_field(&text, "held_out"),
            _ => text
                .lines()
                .filter(|l| !l.starts_with(key))
                .map(|l| format!("{l}\n"))
                .collect(),
        };
        fs::write(folder.join(file), old).unwrap();
    }
    tape(&home, &[reply(WRONG), reply(WRONG), reply("print(7)\n")]);
    let (events, _) = home.events(&["resume", "--json", "--rounds", "3"]);
    let prompt = named(&events, "prompt_sent")[0]["prompt"].as_str().unwrap();
    assert!(
        !prompt.contains("not shown") && prompt.contains("wrong answer"),
        "{prompt}"
    );

    // With none held out all are shown, and nothing is said of others.
    let (events, _) = home.events(&[&args[..9], &["--held-out", "0"]].concat());
    assert!(drawn(&events).is_null());
    let prompt = named(&events, "prompt_sent")[0]["prompt"].as_str().unwrap();
    assert!(!prompt.contains("not shown"), "{prompt}");
}

/// The lines of a journal, the first one's task without a field and what belongs to it.
fn without_field(journal: &str, field: &str) -> String {
    let line = |line: &str| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        if let Some(task) = event.get_mut("task").and_then(Value::as_object_mut) {
            task.retain(|key, _| !key.starts_with(field));
        }
        format!("{event}\n")
    };
    journal.lines().map(line).collect()
}

#[test]
fn answers_cannot_be_brought_in_as_data_files() {
    let home = Home::new();
    home.write("task/slow.py", SLOW);
    home.write("task/task.toml", "source = \"slow.py\"\n");
    home.write("task/cases/02.in", "40000\n");
    home.write("task/cases/02.out", "21332533340000\n");
    tape(&home, &[reply(FAST)]);
    let copy = home.write("copy.txt", "a long answer of more than sixteen bytes\n");
    home.write("task/cases/05.in", "1\n");
    home.write(
        "task/cases/05.out",
        "a long answer of more than sixteen bytes\n",
    );
    let base = ["optimize", "task", "--tape", "tape", "--headless", "--file"];
    for (file, wanted) in [
        (home.path("task/cases/02.out"), "belongs to the cases"),
        (home.path("task/cases/02.in"), "belongs to the cases"),
        (copy, "word for word the expected output of case 05"),
    ] {
        let file = file.display().to_string();
        let output = home.run(&[&base[..], &[&file]].concat());
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains(wanted) && said.contains("no version may see"),
            "{said}"
        );
    }
}
