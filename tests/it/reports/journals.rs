//! Sessions to report on: the fabricated one, as it is and made longer or hostile, and those of the golden journals.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::home::Home;

/// The fabricated session's folder.
pub(super) const ID: &str = "20260504-093000-pairs";

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The lines of the fabricated session's journal, with its head.
pub(super) fn fabricated_lines() -> Vec<Value> {
    let text = fs::read_to_string(fixtures().join("fabricated/journal.jsonl")).unwrap();
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

/// A session of these lines.
pub(super) fn put(home: &Home, id: &str, lines: &[Value]) {
    let mut text = String::new();
    for line in lines {
        text += &format!("{line}\n");
    }
    home.write(&format!("data/sessions/{id}/journal.jsonl"), &text);
}

/// A home with the fabricated session.
pub(super) fn fabricated_home() -> Home {
    let home = Home::new();
    put(&home, ID, &fabricated_lines());
    home
}

/// A home with every golden journal, each under its name.
pub(super) fn golden_home() -> (Home, Vec<String>) {
    let home = Home::new();
    let mut names = Vec::new();
    for entry in fs::read_dir(fixtures().join("journals")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let to = home.path("data/sessions").join(&name);
        fs::create_dir_all(to.join("texts")).unwrap();
        fs::copy(folder.join("journal.jsonl"), to.join("journal.jsonl")).unwrap();
        for text in fs::read_dir(folder.join("texts")).into_iter().flatten() {
            let text = text.unwrap().path();
            fs::copy(&text, to.join("texts").join(text.file_name().unwrap())).unwrap();
        }
        names.push(name);
    }
    names.sort();
    (home, names)
}

/// The fabricated session with its rounds played again and again until there are so many, with prompts of so many lines.
pub(super) fn long(rounds: u32, prompt_lines: usize) -> Vec<Value> {
    let all = fabricated_lines();
    let begins = |line: &Value| line["event"] == "round_started";
    let first = all.iter().position(begins).unwrap();
    let last = all
        .iter()
        .position(|l| l["event"] == "session_finished")
        .unwrap();
    let mut made: Vec<Value> = all[..first].to_vec();
    let parts: Vec<Vec<Value>> = {
        let mut parts: Vec<Vec<Value>> = Vec::new();
        for line in &all[first..last] {
            if begins(line) {
                parts.push(Vec::new());
            }
            parts.last_mut().unwrap().push(line.clone());
        }
        parts
    };
    let prompt =
        "A line of a prompt that goes on and on & on, <as prompts do>.\n".repeat(prompt_lines);
    for round in 1..=rounds {
        // The second of the five rounds is compared with v0: that one, and those that fail, can stand anywhere.
        let part = &parts[[1, 0, 2][round as usize % 3]];
        for line in part {
            let mut line = line.clone();
            let object = line.as_object_mut().unwrap();
            for (key, value) in [("round", round), ("version", round), ("parent", 0)] {
                if object.contains_key(key) {
                    object.insert(key.to_owned(), json!(value));
                }
            }
            if object["event"] == "prompt_sent" {
                object.insert("prompt".into(), json!(format!("round {round}\n{prompt}")));
            }
            if let Some(comparison) = object.get_mut("comparison").and_then(Value::as_object_mut) {
                comparison.insert("candidate".into(), json!(format!("v{round}")));
            }
            if object["event"] == "decided" {
                let accepted = object["decision"] == "accepted";
                let best = if accepted { round } else { made.last_best() };
                object.insert("incumbent".into(), json!(best));
            }
            made.push(line);
        }
    }
    made
}

trait LastBest {
    fn last_best(&self) -> u32;
}

impl LastBest for Vec<Value> {
    /// The best version after these lines.
    fn last_best(&self) -> u32 {
        let decided = self.iter().rev().find(|l| l["event"] == "decided");
        decided.and_then(|l| l["incumbent"].as_u64()).unwrap_or(0) as u32
    }
}

/// Everything that a browser, a terminal or a renderer of Markdown might obey.
pub(super) const ATTACK: &str = "</script><script>alert(1)</script><svg onload=alert(2)>\"'><img src=x onerror=alert(3)></title></style></pre></code></details>--><b>]]>{{ 7 * 7 }}{% raw %}\u{1b}[31m\u{7}\u{202e}evil\u{200b}```|**@everyone**";

/// The fabricated session with the attack in every text that does not name something.
pub(super) fn hostile() -> Vec<Value> {
    fn attack(value: &mut Value, key: &str) {
        const NAMES: &[&str] = &[
            "at",
            "event",
            "verdict",
            "metric",
            "answer",
            "decision",
            "by",
            "finish",
            "mode",
            "objective",
            "level",
            "kind",
            "tier",
            "memory_source",
            "from",
            "reason_code",
            "candidate",
            "incumbent",
            "case",
            "language",
            "currency",
            "session",
            "steer",
        ];
        match value {
            Value::String(text) if !NAMES.contains(&key) => *text = format!("{ATTACK}\n{text}"),
            Value::Array(all) => all.iter_mut().for_each(|v| attack(v, "")),
            Value::Object(all) => all.iter_mut().for_each(|(key, v)| attack(v, key)),
            _ => {}
        }
    }
    let mut lines = fabricated_lines();
    for line in lines.iter_mut().skip(1) {
        let finished = line["event"] == "session_finished";
        let reason = line["reason"].clone();
        let (cases, held) = (
            line["task"]["cases"].clone(),
            line["task"]["held_out"].clone(),
        );
        let per_case = line["comparison"]["per_case"].clone();
        attack(line, "");
        if finished {
            line["reason"] = reason;
        }
        if cases.is_array() {
            line["task"]["cases"] = cases;
            line["task"]["held_out"] = held;
        }
        if per_case.is_array() {
            line["comparison"]["per_case"] = per_case;
        }
        if line["event"] == "version_evaluated" {
            line["evaluation"]["flags"] = json!([{"kind": "clock", "reason": ATTACK}]);
        }
    }
    lines
}
