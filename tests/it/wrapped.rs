//! Functions that are made by a call, and code that is judged by the calls of another function, through the real binary.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::home::{Home, named, reply, tape, verdicts};
use serde_json::Value;

/// What `optimize` says of a target with replies that are played back.
fn optimize(home: &Home, target: &str, calls: &Path, more: &[&str]) -> (Vec<Value>, i32) {
    let (calls, tape) = (calls.to_str().unwrap(), home.path("tape"));
    let usual = [
        "optimize",
        target,
        "--calls",
        calls,
        "--tape",
        tape.to_str().unwrap(),
        "--json",
        "--held-out",
        "0",
    ];
    let brief = ["--comparison-time", "2s"];
    let brief = &brief[..if more.contains(&brief[0]) { 0 } else { 2 }];
    home.events(&[&usual[..], brief, more].concat())
}

fn target(file: &Path, part: &str) -> String {
    format!("{}{part}", file.display())
}

/// All that is said to the user.
fn said(events: &[Value]) -> String {
    let notes = named(events, "noted").into_iter();
    let texts: Vec<&str> = notes.filter_map(|e| e["text"].as_str()).collect();
    let of_task = named(events, "session_started").into_iter();
    let of_task = of_task.map(|e| e["notes"].to_string());
    of_task.collect::<String>() + &texts.join("\n")
}

const MODULE: &str = "const through = (fn) => (...given) => fn(...given);

export const reversed = through(function reversed(xs) {
  let out = [];
  for (const x of xs) out = [x, ...out];
  return out;
});

export default through((xs) => {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum = xs.slice(0, i + 1).reduce((a, b) => a + b, 0);
  return sum;
});
";

fn numbers(home: &Home, most: u64) -> PathBuf {
    let lines: Vec<String> = [3, 40, most]
        .map(|n| serde_json::json!([(0..n).collect::<Vec<u64>>()]).to_string())
        .to_vec();
    home.write("p/calls.jsonl", &lines.join("\n"))
}

#[test]
fn a_function_of_javascript_that_is_made_by_a_call_is_replaced_as_a_statement() {
    let home = Home::new();
    // A gain above a hundred would be asked about.
    let calls = numbers(&home, 70);
    for (name, wrong, right, old) in [
        (
            "::reversed",
            "export const reversed = through(function reversed(xs) {\n  return [...xs];\n});",
            "export const reversed = through(function reversed(xs) {\n  return [...xs].reverse();\n});",
            MODULE.get(
                MODULE.find("export const").unwrap()..MODULE.find("\n\nexport default").unwrap(),
            ),
        ),
        (
            "::default",
            "export default through((xs) => xs.length);",
            "export default through((xs) => xs.reduce((a, b) => a + b, 0));",
            MODULE.get(MODULE.find("export default").unwrap()..MODULE.len() - 1),
        ),
    ] {
        let file = home.write("p/m.mjs", MODULE);
        tape(
            &home,
            &[wrong, right].map(|code| format!("```js\n{code}\n```\n")),
        );
        let more = ["--rounds", "2", "--write", "--comparison-time", "60s"];
        let (events, _) = optimize(&home, &target(&file, name), &calls, &more);
        assert_eq!(
            verdicts(&events),
            ["accepted", "wrong_answer", "accepted"],
            "{name}: {}",
            said(&events)
        );
        let now = fs::read_to_string(&file).unwrap();
        let whole = MODULE.replace(old.unwrap(), right);
        assert_eq!(now, whole, "{name}: {}", said(&events));
    }
}

#[test]
fn what_commonjs_exports_is_found_by_its_own_name_and_as_the_default() {
    let home = Home::new();
    let calls = home.write("p/calls.jsonl", "[\"a b\"]\n[\"c\"]\n");
    let text = "const keep = (fn) => {\n  const known = new Map();\n  return function kept(text) {\n    if (!known.has(text)) known.set(text, fn(text));\n    return known.get(text);\n  };\n};\n\
        exports.loud = keep((text) => text + \"!\");\nmodule.exports = keep(function words(text) {\n  return text.split(\" \");\n});\nmodule.exports.loud = exports.loud;\n";
    let file = home.write("p/m.cjs", text);
    for (part, code) in [
        (
            "::words",
            "module.exports = keep(function words(text) {\n  return text.split(/ /);\n});",
        ),
        (
            "::default",
            "module.exports = keep(function words(text) {\n  return [text];\n});",
        ),
    ] {
        tape(&home, &[format!("```js\n{code}\n```\n")]);
        let (events, _) = optimize(&home, &target(&file, part), &calls, &["--rounds", "1"]);
        let last = if part == "::words" {
            "accepted"
        } else {
            "wrong_answer"
        };
        assert_eq!(verdicts(&events), ["accepted", last], "{}", said(&events));
    }
}

const PYTHON: &str = "import functools
import re

SPACE = re.compile(r\"(?:(?: )?)*b\")


def _spaces(text):
    found = 0
    for c in text:
        found = found + (c == ' ')
    return found


spaces = functools.lru_cache(None)(_spaces)


def first(text):
    return bool(SPACE.search(text))
";

#[test]
fn a_name_of_python_that_is_made_of_another_leads_to_it() {
    let home = Home::new();
    let file = home.write("p/m.py", PYTHON);
    let calls = home.write("p/calls.jsonl", "[\"a b c\"]\n[\"\"]\n");
    let code = "def _spaces(text):\n    return text.count(' ')\n";
    tape(&home, &[reply(code)]);
    for more in [&[][..], &["--calls-of", "spaces"][..]] {
        let all = [&["--rounds", "1"][..], more].concat();
        let (events, _) = optimize(&home, &target(&file, "::spaces"), &calls, &all);
        assert_eq!(verdicts(&events), ["accepted", "accepted"], "{more:?}");
        let journal = home.journal();
        let text = format!("{journal:?}{events:?}");
        assert!(
            text.contains("`spaces` is made of `_spaces` (line 7) in line 14"),
            "{text}"
        );
    }
}

#[test]
fn a_constant_is_judged_by_the_calls_of_a_function_that_uses_it() {
    let home = Home::new();
    let calls = home.write("p/calls.jsonl", "[\"a  b\"]\n[\"aa\"]\n");
    let python = home.write("p/m.py", PYTHON);
    let javascript = home.write(
        "p/m.cjs",
        "const SPACE = /(?:(?: )?)*b/;\n\nfunction first(text) {\n  return SPACE.test(text);\n}\n\nmodule.exports = { first };\n",
    );
    for (file, lines, wrong, right) in [
        (
            &python,
            ":4-4",
            "SPACE = re.compile(r\"c\")\n",
            "SPACE = re.compile(r\"b\")\n",
        ),
        (
            &javascript,
            ":1-1",
            "const SPACE = /c/;\n",
            "const SPACE = /b/;\n",
        ),
    ] {
        let fence = if file == &python { "python" } else { "js" };
        tape(
            &home,
            &[wrong, right].map(|code| format!("```{fence}\n{code}```\n")),
        );
        let more = ["--rounds", "2", "--calls-of", "first"];
        let (events, _) = optimize(&home, &target(file, lines), &calls, &more);
        assert_eq!(
            verdicts(&events),
            ["accepted", "wrong_answer", "accepted"],
            "{}",
            said(&events)
        );
        let journal = format!("{:?}", home.journal());
        assert!(journal.contains("calls of `first` in the same file"));
        assert!(journal.contains("SPACE.search(text)") || journal.contains("SPACE.test(text)"));
        let output = home.run(&[
            "optimize",
            &target(file, lines),
            "--calls",
            calls.to_str().unwrap(),
            "--headless",
        ]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("--calls-of NAME") && said.contains("first (line"),
            "{said}"
        );
    }
}

#[test]
fn an_original_that_does_not_end_is_named_with_the_call() {
    let home = Home::new();
    let calls = home.write("p/calls.jsonl", "[1]\n[0]\n");
    let file = home.write(
        "p/m.py",
        "def spin(n):\n    while n == 0:\n        pass\n    return n\n",
    );
    tape(&home, &[reply("def spin(n):\n    return n\n")]);
    let more = ["--rounds", "1", "--time-limit", "1s"];
    let (events, status) = optimize(&home, &target(&file, "::spin"), &calls, &more);
    assert_ne!(status, 0);
    let said = said(&events);
    assert!(
        said.contains("the original itself does not end within 1.00 s, the limit of time, on call 2: give a shorter call in its place, or more time with --time-limit"),
        "{said}"
    );
}

#[test]
fn where_the_original_keeps_results_all_are_timed_as_they_are_the_first_time() {
    let home = Home::new();
    let calls = home.write("p/calls.jsonl", "[3000]\n[9000]\n[5000]\n[7000]\n");
    let text = "import functools\n\n\ndef _total(n):\n    out = 0\n    for i in range(n):\n        out = out + i % 7\n    return out\n\n\ntotal = functools.lru_cache(None)(_total)\n";
    let file = home.write("p/m.py", text);
    let quick = "def _total(n):\n    whole, rest = divmod(n, 7)\n    return whole * 21 + rest * (rest - 1) // 2\n";
    tape(&home, &[reply(quick)]);
    let more = ["--rounds", "1", "--comparison-time", "60s"];
    let more = [&more[..], &["--calls-of", "total"]].concat();
    let (events, _) = optimize(&home, &target(&file, "::_total"), &calls, &more);
    let found = named(&events, "version_evaluated")[1]["comparison"].clone();
    assert_eq!(found["answer"], "better", "{found}");
    assert_eq!(found["launches"]["fresh"], true, "{found}");
    let note = found["note"].as_str().unwrap();
    assert!(
        note.contains("since the version that it is compared with keeps results"),
        "{note}"
    );
}
