//! Versions of a function, by its calls.

use super::place::{Place, text};

const SLOW: &str = "def once(items):\n    out = []\n    for item in items:\n        if item not in out:\n            out.append(item)\n    return out\n";

fn place() -> Place {
    let all: Vec<String> = (0..400).map(|n| (n * 7 % 131).to_string()).collect();
    Place::new()
        .with("lib.py", &format!("SIZE = 3\n\n\n{SLOW}"))
        .with(
            "fast.py",
            "def once(items):\n    return list(dict.fromkeys(items))\n",
        )
        .with(
            "wrong.py",
            "def once(items):\n    return sorted(set(items))\n",
        )
        .with("whole.py", &format!("SIZE = 4\n\n\n{SLOW}"))
        .with(
            "calls.jsonl",
            &format!(
                "{{\"args\": [[{}]]}}\n{{\"args\": [[3, 1, 3]]}}\n",
                all.join(", ")
            ),
        )
}

#[test]
fn versions_of_a_function_are_compared_by_its_calls() {
    let place = place();
    let out = place.measure(&[
        "lib.py::once",
        "fast.py",
        "wrong.py",
        "whole.py",
        "--calls",
        "calls.jsonl",
        "--comparison-time",
        "8s",
        "--json",
    ]);
    let found: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let verdicts: Vec<&str> = (found["versions"].as_array().unwrap().iter())
        .map(|v| v["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(
        verdicts,
        ["accepted", "accepted", "wrong_answer", "compile_error"],
        "a file that changes something else fits no more than a wrong one"
    );
    let compared = found["comparisons"].as_array().unwrap();
    assert_eq!(compared.len(), 1, "{found}");
    assert_eq!(compared[0]["candidate"], "fast.py");
    assert_eq!(compared[0]["answer"], "better", "{found}");
}

#[test]
fn what_is_no_function_and_no_version_is_one_clear_error() {
    let place = place();
    for (args, says) in [
        (["lib.py::twice", "fast.py"], "once"),
        (["lib.py", "fast.py"], "lib.py::NAME"),
        (["lib.py::once", "fast.py::once"], "only OLD"),
        (["lib.py::once", "nowhere.py"], "nowhere.py"),
    ] {
        let output = place.measure(&[&args[..], &["--calls", "calls.jsonl"]].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            text(&output.stderr).contains(says),
            "{args:?}: {}",
            text(&output.stderr)
        );
    }
}
