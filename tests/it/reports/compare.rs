//! `reheat compare`: what is recorded of two versions or two sessions, and what of it can be held against one another.

use serde_json::{Value, json};

use super::journals::{ID, fabricated_home, fabricated_lines, golden_home, put};
use crate::support::home::{Home, stderr, stdout};

fn compared(home: &Home, args: &[&str]) -> String {
    let output = home.run(&[&["compare"], args].concat());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{args:?}: {}",
        stderr(&output)
    );
    stdout(&output)
}

fn object(home: &Home, a: &str, b: &str) -> Value {
    serde_json::from_str(&compared(home, &[a, b, "--json"])).unwrap()
}

#[test]
fn two_versions_stand_side_by_side_with_the_figures_that_were_recorded() {
    let home = fabricated_home();
    let text = compared(&home, &["v2", "v5"]);
    for words in [
        "v2 and v5 of session",
        "4.22× [4.03–4.42]",
        "6.85× [6.54–7.17]",
        "CPU time, 12 fresh pairs",
        "Measured against one another: v5 against v2: faster 1.63× [1.55–1.70]",
        "v5 is ahead of v2: the intervals of their gains over v0 do not meet.",
        "@@ -",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let json = object(&home, "v2", "v5");
    let show: Value = serde_json::from_slice(&home.run(&["show", "--json"]).stdout).unwrap();
    let over = |v: usize| &show["versions"][v]["comparison"];
    assert_eq!(json["kind"], "versions");
    assert_eq!(
        (&json["comparable"], &json["ahead"], &json["why_not"]),
        (&json!(true), &json!("b"), &json!([]))
    );
    assert_eq!(json["direct"], *over(5));
    assert_eq!(
        json["b"]["over_original"]["gain"],
        show["versions"][5]["against_original"]["gain"]
    );
    assert_eq!(json["a"]["over_original"]["gain"], over(2)["gain"]);
    assert_eq!(json["a"]["cpu_ns"], show["versions"][2]["cpu_ns"]);
    assert_eq!(json["cases"].as_array().unwrap().len(), 7);
    assert!(
        json["diff"]
            .as_str()
            .unwrap()
            .starts_with("--- solution.py (v2)\n+++ solution.py (v5)\n")
    );
    // The other way round it is the same.
    assert_eq!(object(&home, "v5", "v2")["ahead"], "a");
    let md = compared(&home, &["v2", "v5", "--md"]);
    assert!(
        md.contains("| gain over v0 | 4.22× \\[4.03–4.42\\] | 6.85× \\[6.54–7.17\\] |")
            && md.contains("```diff"),
        "{md}"
    );
}

#[test]
fn what_has_no_gain_is_not_ranked() {
    let home = fabricated_home();
    let json = object(&home, "v1", "v5");
    assert_eq!(
        (&json["comparable"], &json["ahead"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        json["why_not"],
        json!(["v1 has no gain over v0: wrong answer, case 04"])
    );
    let text = compared(&home, &["v1", "v5"]);
    assert!(
        text.contains("Their gains over v0 cannot be compared:\n- v1 has no gain"),
        "{text}"
    );
    assert_eq!(object(&home, "v0", "v5")["direct"]["candidate"], "v5");
    assert!(compared(&home, &["v5", "v5"]).contains("The two texts are the same."));
}

/// The fabricated session under another id, changed.
fn other(home: &Home, id: &str, change: impl Fn(&mut Value)) {
    let mut lines = fabricated_lines();
    for line in lines.iter_mut().skip(1) {
        if line["session"].is_string() {
            line["session"] = json!(id);
        }
        change(line);
    }
    put(home, id, &lines);
}

#[test]
fn of_two_sessions_it_is_said_what_differs_and_then_nothing_is_ranked() {
    let home = fabricated_home();
    let whole = format!("{ID}:v5");
    other(&home, "same", |_| {});
    let same = object(&home, &whole, "same:v2");
    assert_eq!(
        (&same["comparable"], &same["ahead"], &same["direct"]),
        (&json!(true), &json!("a"), &Value::Null)
    );
    let text = compared(&home, &[&whole, "same:v2"]);
    assert!(
        text.contains("They were not measured against one another; `reheat measure` does that."),
        "{text}"
    );
    for (id, why) in [
        (
            "workload",
            "another workload: 7 cases, 2 held out and 6 cases, 2 held out",
        ),
        ("machine", "another machine: A fabricated processor"),
        ("toolchain", "another toolchain: Python 3.12.3 and Python 9"),
        (
            "metric",
            "another metric: CPU time on all cases and wall time on all cases",
        ),
        ("original", "another original: the texts of v0 differ"),
        ("isolation", "another isolation: "),
    ] {
        other(&home, id, |line| {
            match (id, line["event"].as_str().unwrap()) {
                ("workload", "session_started") => {
                    drop(line["task"]["cases"].as_array_mut().unwrap().pop())
                }
                ("machine", "session_started") => line["machine"]["cpu"] = json!("Another"),
                ("toolchain", "session_started") => line["task"]["toolchain"] = json!("Python 9"),
                ("isolation", "session_started") => line["guards"]["tier"] = json!("weak"),
                ("original", "version_created") if line["version"] == 0 => {
                    line["source"]["text"] = json!("print(1)\n")
                }
                ("metric", "version_evaluated") => {
                    for c in ["comparison", "against_original"] {
                        if line[c].is_object() {
                            line[c]["metric"] = json!("wall");
                        }
                    }
                }
                _ => {}
            }
        });
        let json = object(&home, &whole, &format!("{id}:v5"));
        assert_eq!(
            (&json["comparable"], &json["ahead"]),
            (&json!(false), &Value::Null),
            "{id}"
        );
        let all = json["why_not"].as_array().unwrap();
        assert!(
            all.iter().any(|w| w.as_str().unwrap().starts_with(why)),
            "{id}: {all:?}"
        );
    }
}

#[test]
fn two_sessions_stand_side_by_side_round_by_round() {
    let home = fabricated_home();
    other(&home, "other", |line| {
        if line["event"] == "session_started" {
            line["model"] = json!("another model");
        }
    });
    let text = compared(&home, &[ID, "other"]);
    for words in [
        "another model",
        "v5 6.85× [6.54–7.17]",
        "best so far",
        "Neither is ahead",
        "v1 wrong answer, case 04",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let json = object(&home, ID, "other");
    assert_eq!(
        (&json["kind"], &json["ahead"], &json["comparable"]),
        (&json!("sessions"), &json!("level"), &json!(true))
    );
    let rounds = json["a"]["rounds"].as_array().unwrap();
    let best: Vec<String> = rounds
        .iter()
        .map(|r| format!("{:.2}", r["best_so_far"].as_f64().unwrap()))
        .collect();
    assert_eq!(best, ["1.00", "4.22", "4.22", "4.22", "6.85"]);
    assert_eq!(json["a"]["best"]["version"], 5);
    assert!(compared(&home, &[ID, "other", "--md"]).contains(&format!(
        "| round | {ID} | best so far | other | best so far |"
    )));
}

#[test]
fn every_golden_session_can_be_held_against_every_other() {
    let (home, names) = golden_home();
    for pair in names.windows(2) {
        let json = object(&home, &pair[0], &pair[1]);
        assert_eq!(json["comparable"], false, "{pair:?}");
        compared(&home, &[&pair[0], &pair[1], "--md"]);
        compared(
            &home,
            &[&format!("{}:v0", pair[0]), &format!("{}:v0", pair[1])],
        );
    }
}

#[test]
fn what_does_not_exist_is_one_sentence() {
    let home = fabricated_home();
    for (a, b, why) in [
        ("v2", "v9", "there is no v9 in session"),
        ("v2", ID, "one of the two is a version, the other a session"),
        ("v2", "nothing:v1", "no session `nothing`"),
        (
            "v2",
            "pairs:best",
            "`pairs:best` is neither a version nor a session",
        ),
    ] {
        let output = home.run(&["compare", a, b]);
        assert_eq!(output.status.code(), Some(2), "{a} {b}");
        assert!(
            stderr(&output).contains(why) && stderr(&output).lines().count() == 1,
            "{}",
            stderr(&output)
        );
    }
}
