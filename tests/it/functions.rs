//! One function of a project through the real binary: target → calls → oracle → measured gain → written back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::home::{Home, named, stderr, stdout, verdicts};
use serde_json::Value;

const GEO: &str = "\"\"\"Points.\"\"\"
from __future__ import annotations

from .util import squared

SCALE = 1.0

class Grid:
    \"\"\"Points, and questions about them.\"\"\"

    def __init__(self, points):
        self.points = [tuple(p) for p in points]
        self.asked = 0

    def nearest(self, queries):
        \"\"\"Index of the nearest point of each query.\"\"\"
        self.asked += len(queries)
        out = []
        for qx, qy in queries:
            best, index = None, -1
            for i, (px, py) in enumerate(self.points):
                d = squared(px, py, qx, qy) * SCALE
                if best is None or d < best:
                    best, index = d, i
            out.append(index)
        return out

def dedupe(items):
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen
";

const UTIL: &str = "def squared(ax, ay, bx, by):
    return (ax - bx) ** 2 + (ay - by) ** 2
";

/// A tape of these replies.
fn tape(home: &Home, replies: &[&str]) -> PathBuf {
    let replies: Vec<String> = replies.iter().map(|r| (*r).to_owned()).collect();
    crate::support::home::tape(home, &replies);
    home.path("tape")
}

/// A small package with a slow method and a slow function, and calls of both.
fn project(home: &Home) -> PathBuf {
    let root = home.path("proj");
    let package = root.join("src/geo");
    fs::create_dir_all(&package).unwrap();
    fs::write(root.join("pyproject.toml"), "[project]\nname = \"geo\"\n").unwrap();
    fs::write(package.join("__init__.py"), "").unwrap();
    fs::write(package.join("grid.py"), GEO).unwrap();
    fs::write(package.join("util.py"), UTIL).unwrap();
    let points = |n: usize| -> Vec<[f64; 2]> {
        let at = |k: usize| ((k * 7919) % 1009) as f64 / 1009.0;
        (0..n).map(|i| [at(i), at(i + 500)]).collect()
    };
    let nearest: Vec<String> = [1, 5, 50, 400, 1600]
        .map(|n| {
            serde_json::json!({"init": {"args": [points(n)]}, "args": [points(n / 10 + 1)]})
                .to_string()
        })
        .to_vec();
    fs::write(root.join("nearest.jsonl"), nearest.join("\n")).unwrap();
    let dedupe: Vec<String> = [0_u64, 1, 10, 200, 3000]
        .map(|n| {
            let items: Vec<u64> = (0..n).map(|i| i * 7919 % (n + 1)).collect();
            serde_json::json!({"args": [items]}).to_string()
        })
        .to_vec();
    fs::write(root.join("dedupe.jsonl"), dedupe.join("\n")).unwrap();
    root
}

fn optimize(home: &Home, root: &Path, target: &str, calls: &str, tape: &Path) -> (Vec<Value>, i32) {
    optimize_within("120s", home, root, target, calls, tape)
}

fn optimize_within(
    time: &str,
    home: &Home,
    root: &Path,
    target: &str,
    calls: &str,
    tape: &Path,
) -> (Vec<Value>, i32) {
    let file = format!("{}::{target}", root.join("src/geo/grid.py").display());
    home.events(&[
        "optimize",
        &file,
        "--calls",
        root.join(calls).to_str().unwrap(),
        "--tape",
        tape.to_str().unwrap(),
        "--json",
        "--comparison-time",
        time,
    ])
}

#[test]
fn a_method_is_made_faster_and_only_it_is_written_back() {
    let home = Home::new();
    let root = project(&home);
    let file = root.join("src/geo/grid.py");
    let tape = tape(
        &home,
        &[
            "One pass without a call for each point.\n\n```python\nimport operator\n\n\ndef nearest(self, queries):\n    \"\"\"Index of the nearest point of each query.\"\"\"\n    self.asked += len(queries)\n    out = []\n    points = self.points\n    for qx, qy in queries:\n        ds = [(px - qx) * (px - qx) + (py - qy) * (py - qy) for px, py in points]\n        out.append(ds.index(min(ds)) if ds else -1)\n    return out\n```\n",
        ],
    );
    let name = format!("{}::Grid.nearest", file.display());
    let output = home.run(&[
        "optimize",
        &name,
        "--calls",
        root.join("nearest.jsonl").to_str().unwrap(),
        "--tape",
        tape.to_str().unwrap(),
        "--headless",
        "--comparison-time",
        "120s",
        "--rounds",
        "1",
        "--write",
        "--out",
        home.path("best.py").to_str().unwrap(),
    ]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    let now = fs::read_to_string(&file).unwrap();
    assert_eq!(fs::read_to_string(home.path("best.py")).unwrap(), now);
    assert!(now.contains("import operator"), "{now}");
    assert!(now.contains("        ds = [(px - qx)"), "{now}");
    assert!(
        now.contains("from __future__ import annotations\n"),
        "{now}"
    );
    let (before, after) = (
        GEO.find("def dedupe").unwrap(),
        now.find("def dedupe").unwrap(),
    );
    assert_eq!(&GEO[before..], &now[after..]);
    assert!(!now.contains("best is None"), "{now}");
}

#[test]
fn a_memo_between_calls_wins_nothing_and_a_better_algorithm_does() {
    let home = Home::new();
    let root = project(&home);
    let tape = tape(
        &home,
        &[
            "Remember.\n\n```python\n_known = {}\n\n\ndef dedupe(items):\n    key = tuple(items)\n    if key not in _known:\n        seen = []\n        for item in items:\n            if item not in seen:\n                seen.append(item)\n        _known[key] = seen\n    return list(_known[key])\n```\n",
            "A dict keeps the order.\n\n```python\ndef dedupe(items):\n    return list(dict.fromkeys(items))\n```\n",
        ],
    );
    let (events, status) = optimize(&home, &root, "dedupe", "dedupe.jsonl", &tape);
    assert_eq!(status, 0, "{:?}", events.last());
    let evaluated = named(&events, "version_evaluated");
    let memo = evaluated.iter().find(|e| e["version"] == 1).unwrap();
    assert_eq!(memo["verdict"], "accepted", "{memo}");
    assert_ne!(memo["comparison"]["answer"], "better", "{memo}");
    let last = events.last().unwrap();
    assert_eq!(last["best_version"], 2, "{last}");
    assert!(last["comparison"]["low"].as_f64().unwrap() > 2.0, "{last}");
    let launches = &last["comparison"]["launches"];
    assert!(launches["calls"] == 5, "{last}");
    // What the calls of each case take, before and after: the long ones are those that gained.
    let cases = launches["cases"].as_array().unwrap();
    let gained = cases.iter().any(|case| {
        let [old, new] = [0, 1].map(|n| case[1][n].as_f64().unwrap());
        old > 2.0 * new && new > 0.0
    });
    assert!(gained, "{last}");
    let task = &named(&events, "session_started")[0]["task"];
    let judged = task["judged_by"].as_array().unwrap();
    assert!(
        judged
            .iter()
            .any(|said| said.as_str().unwrap().contains("judged by 5 calls of it")),
        "{task}"
    );
}

#[test]
fn another_result_another_mutation_and_another_signature_are_refused() {
    let home = Home::new();
    let root = project(&home);
    let tape = tape(
        &home,
        &[
            "Sorted.\n\n```python\ndef dedupe(items):\n    return sorted(set(items))\n```\n",
            "In place.\n\n```python\ndef dedupe(items):\n    out = list(dict.fromkeys(items))\n    items.clear()\n    return out\n```\n",
            "With a key.\n\n```python\ndef dedupe(items, key):\n    return list(dict.fromkeys(items))\n```\n",
        ],
    );
    let (events, status) = optimize(&home, &root, "dedupe", "dedupe.jsonl", &tape);
    assert_eq!(status, 1, "{:?}", events.last());
    let seen = verdicts(&events);
    assert_eq!(
        &seen[1..],
        ["wrong_answer", "wrong_answer", "compile_error"],
        "{seen:?}"
    );
    let evaluated = named(&events, "version_evaluated");
    let reason = |v: u64| {
        let e = evaluated.iter().find(|e| e["version"] == v).unwrap();
        e["evaluation"]["failure"]["reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert!(
        reason(2).contains("items") || reason(2).contains("args[0]"),
        "{}",
        reason(2)
    );
    assert!(reason(3).contains("signature"), "{}", reason(3));
    let failure = |v: u64| {
        let e = evaluated.iter().find(|e| e["version"] == v).unwrap();
        e["evaluation"]["failure"].clone()
    };
    assert_eq!(failure(3)["misfit"], true, "{}", failure(3));
    assert!(failure(2)["misfit"].is_null(), "{}", failure(2));
}

#[test]
fn of_many_calls_the_one_that_fails_is_shown() {
    let home = Home::new();
    let root = project(&home);
    let calls: Vec<String> = (0..60)
        .map(|n| serde_json::json!({"args": [[n, n + 1000, n]]}).to_string())
        .collect();
    fs::write(root.join("many.jsonl"), calls.join("\n")).unwrap();
    let wrong = "But one.\n\n```python\ndef dedupe(items):\n    return [] if 1037 in items else list(dict.fromkeys(items))\n```\n";
    let tape = tape(&home, &[wrong]);
    let (events, _) = optimize(&home, &root, "dedupe", "many.jsonl", &tape);
    let started = &named(&events, "session_started")[0]["task"];
    let cases = started["cases"].as_array().unwrap().len();
    assert!(cases < 30, "several calls a case: {started}");
    let evaluated = named(&events, "version_evaluated");
    let version = evaluated.iter().find(|e| e["version"] == 1).unwrap();
    let input = version["evaluation"]["failure"]["input"].as_str().unwrap();
    assert_eq!(input.trim(), calls[37], "{version}");
}

#[test]
fn a_better_version_is_improved_once_more_and_held_against_the_original_too() {
    let home = Home::new();
    let root = project(&home);
    let tape = tape(
        &home,
        &[
            "A set.\n\n```python\ndef dedupe(items):\n    seen = set()\n    out = []\n    for item in items:\n        if item not in seen:\n            seen.add(item)\n            out.append(item)\n    return out\n```\n",
            "A dict.\n\n```python\ndef dedupe(items):\n    return list(dict.fromkeys(items))\n```\n",
        ],
    );
    let (events, status) = optimize(&home, &root, "dedupe", "dedupe.jsonl", &tape);
    let last = events.last().unwrap();
    assert_eq!(
        (status, &last["best_version"]),
        (0, &Value::from(2)),
        "{last}"
    );
    let evaluated = named(&events, "version_evaluated");
    let second = evaluated.iter().find(|e| e["version"] == 2).unwrap();
    assert_eq!(second["comparison"]["incumbent"], "v1", "{second}");
    assert_eq!(second["comparison"]["confirmed"], true, "{second}");
    let original = &second["against_original"];
    assert_eq!(original["incumbent"], "v0", "{second}");
    assert!(
        original["gain"].as_f64() > second["comparison"]["gain"].as_f64(),
        "{second}"
    );
}

#[test]
fn work_that_is_done_elsewhere_wins_nothing() {
    let home = Home::new();
    let root = project(&home);
    let tape = tape(
        &home,
        &[
            "Later.\n\n```python\nimport threading\n\n\ndef _later():\n    total = 0\n    for i in range(2_000_000):\n        total += i\n\n\ndef dedupe(items):\n    if len(items) == 3000:\n        threading.Timer(0.02, _later).start()\n    return list(dict.fromkeys(items))\n```\n",
            "Far away.\n\n```python\nimport sys\n\n\ndef dedupe(items):\n    known = sys.__dict__.setdefault('known', {})\n    key = tuple(items)\n    if key not in known:\n        seen = []\n        for item in items:\n            if item not in seen:\n                seen.append(item)\n        known[key] = seen\n    return list(known[key])\n```\n",
        ],
    );
    let (events, status) = optimize_within("30s", &home, &root, "dedupe", "dedupe.jsonl", &tape);
    let last = events.last().unwrap();
    assert_eq!(status, 1, "{last}");
    let evaluated = named(&events, "version_evaluated");
    for version in [1, 2] {
        let it = evaluated.iter().find(|e| e["version"] == version).unwrap();
        assert_eq!(it["verdict"], "accepted", "{it}");
        assert_ne!(it["comparison"]["answer"], "better", "{it}");
    }
}

/// Fewer cannot tell whether results are kept: with little time a memo won by them.
#[test]
fn a_win_rests_on_eight_fresh_launches_also_where_there_is_little_time() {
    let home = Home::new();
    let root = project(&home);
    let reply = "```python\ndef dedupe(items):\n    return list(dict.fromkeys(items))\n```\n";
    let tape = tape(&home, &[reply]);
    let (events, _) = optimize_within("8s", &home, &root, "dedupe", "dedupe.jsonl", &tape);
    let evaluated = named(&events, "version_evaluated");
    let c = &evaluated.last().unwrap()["comparison"];
    let fresh = c["confirming"].as_array().map_or(0, Vec::len);
    assert!(fresh == 0 || fresh >= 8, "{c}");
    assert!(fresh >= 8 || c["answer"] != "better", "{c}");
}

#[test]
fn a_function_that_varies_is_named_before_the_first_round() {
    let home = Home::new();
    let root = home.path("p");
    fs::create_dir_all(&root).unwrap();
    fs::write(
        root.join("m.py"),
        "import random\n\n\ndef pick(items):\n    return random.choice(items)\n",
    )
    .unwrap();
    fs::write(
        root.join("calls.jsonl"),
        format!("{}\n", serde_json::json!([(0..1000).collect::<Vec<u32>>()])),
    )
    .unwrap();
    let tape = tape(
        &home,
        &["```python\ndef pick(items):\n    return items[0]\n```\n"],
    );
    let name = format!("{}::pick", root.join("m.py").display());
    let output = home.run(&[
        "optimize",
        &name,
        "--calls",
        root.join("calls.jsonl").to_str().unwrap(),
        "--tape",
        tape.to_str().unwrap(),
        "--headless",
    ]);
    let said = stdout(&output) + &stderr(&output);
    assert_ne!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("pick gives different results from run to run"),
        "{said}"
    );
    assert!(said.contains("random"), "{said}");
}

/// What one function and its calls come to, with a reply that would be wrong: the status and everything said.
fn doubtful(text: &str, target: &str, calls: &str, reply: &str) -> (i32, String) {
    let home = Home::new();
    let root = home.path("p");
    fs::create_dir_all(&root).unwrap();
    fs::write(root.join("m.py"), text).unwrap();
    fs::write(root.join("calls.jsonl"), calls).unwrap();
    let tape = tape(&home, &[&format!("```python\n{reply}\n```\n")]);
    let name = format!("{}::{target}", root.join("m.py").display());
    let calls = root.join("calls.jsonl");
    let output = home.run(&[
        "optimize",
        &name,
        "--calls",
        calls.to_str().unwrap(),
        "--tape",
        tape.to_str().unwrap(),
        "--headless",
        "--rounds",
        "1",
        "--comparison-time",
        "1s",
    ]);
    let said = stdout(&output) + &stderr(&output);
    (output.status.code().unwrap(), said)
}

#[test]
fn calls_that_prove_nothing_are_refused_before_the_first_round() {
    let text = "def width(text):\n    return int.from_bytes(text[:2], 'big')\n\n\ndef warm(n):\n    n * 2\n";
    for (target, calls, reply, want) in [
        (
            "width",
            "[\"abc\"]\n[\"de\"]\n",
            "def width(text):\n    raise TypeError('x')",
            "none of the 2 calls returns: all raise TypeError",
        ),
        (
            "warm",
            "[1]\n[2]\n",
            "def warm(n):\n    pass",
            "all 2 calls return None, and nothing is printed or changed",
        ),
    ] {
        let (status, said) = doubtful(text, target, calls, reply);
        assert!(status != 0 && said.contains(want), "{status} {said}");
        assert!(!said.contains("round 1/"), "{said}");
    }
}

#[test]
fn calls_that_prove_little_are_named_before_the_first_round() {
    let text = "def even(n):\n    return n % 2 == 0\n";
    for (calls, want) in [
        ("[2]\n[4]\n", "all 2 calls return the same (True)"),
        ("[NaN]\n", "there is one call only"),
    ] {
        let (_, said) = doubtful(text, "even", calls, "def even(n):\n    return not n & 1");
        let at = said.find(want).unwrap_or_else(|| panic!("{said}"));
        assert!(
            said.find("round 1/").is_none_or(|round| round > at),
            "{said}"
        );
    }
}

#[test]
fn a_name_that_is_not_there_offers_the_nearest() {
    let home = Home::new();
    let root = project(&home);
    let name = format!("{}::Grid.neerest", root.join("src/geo/grid.py").display());
    let output = home.run(&[
        "optimize",
        &name,
        "--calls",
        root.join("nearest.jsonl").to_str().unwrap(),
        "--headless",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("Grid.nearest"), "{said}");
    assert_eq!(
        said.trim_end()
            .lines()
            .filter(|l| l.starts_with("reheat:"))
            .count(),
        1,
        "{said}"
    );
}

const KINDS: &str = "import logging

log = logging.getLogger('kinds')


def kinds(items):
    out = []
    for item in items:
        if item not in out:
            out.append(item)
    log.warning('%d kinds', len(out))
    return out
";

/// A version that leaves out its log records is refused, one that changes the collector is flagged, and one that is only better
/// wins without a flag. Where the user says so, log records do not count.
#[test]
fn what_calls_leave_behind_counts_unless_it_is_ignored() {
    let home = Home::new();
    let file = home.write("proj/kinds.py", KINDS);
    home.write("proj/pyproject.toml", "[project]\nname = \"kinds\"\n");
    let lines: Vec<String> = [3_u64, 50, 900]
        .map(|n| {
            let items: Vec<u64> = (0..n).map(|i| i * 7919 % (n + 1)).collect();
            serde_json::json!({"args": [items]}).to_string()
        })
        .to_vec();
    let calls = home.write("proj/calls.jsonl", &lines.join("\n"));
    let silent =
        "Silent.\n\n```python\ndef kinds(items):\n    return list(dict.fromkeys(items))\n```\n";
    let switched = "Without the collector.\n\n```python\nimport gc\n\ngc.disable()\n\n\ndef kinds(items):\n    out = []\n    for item in items:\n        if item not in out:\n            out.append(item)\n    log.warning('%d kinds', len(out))\n    return out\n```\n";
    let better = "A dict.\n\n```python\ndef kinds(items):\n    out = list(dict.fromkeys(items))\n    log.warning('%d kinds', len(out))\n    return out\n```\n";
    let name = format!("{}::kinds", file.display());
    let play = |replies: &[&str], more: &[&str]| {
        let tape = tape(&home, replies);
        let base = [
            "optimize",
            &name,
            "--calls",
            calls.to_str().unwrap(),
            "--tape",
            tape.to_str().unwrap(),
            "--json",
            "--comparison-time",
            "60s",
        ];
        home.events(&[&base[..], more].concat())
    };
    let (events, status) = play(&[silent, switched, better], &[]);
    let evaluated = named(&events, "version_evaluated");
    let of = |version: u64| *evaluated.iter().find(|e| e["version"] == version).unwrap();
    let first = &of(1)["evaluation"];
    let why = first["failure"]["reason"].as_str().unwrap_or_default();
    assert_eq!(first["verdict"], "wrong_answer", "{first}");
    assert!(
        why.starts_with(
            "call 1: leaves no log records behind; the original: [[\"WARNING\", \"kinds\""
        ),
        "{why}"
    );
    let flags = of(2)["evaluation"]["flags"].to_string();
    assert!(
        flags.contains("\"survives\"") && flags.contains("the garbage collector was switched off"),
        "{flags}"
    );
    assert_ne!(of(2)["comparison"]["answer"], "better", "{}", of(2));
    assert!(of(3)["evaluation"].get("flags").is_none(), "{}", of(3));
    let last = events.last().unwrap();
    assert_eq!(
        (status, &last["best_version"]),
        (0, &Value::from(3)),
        "{last}"
    );
    let prompt = named(&events, "prompt_sent")[1]["prompt"].to_string();
    assert!(
        prompt.contains("What it leaves elsewhere counts as well: log records"),
        "{prompt}"
    );
    assert!(prompt.contains("leaves no log records behind"), "{prompt}");

    let (events, status) = play(&[silent], &["--ignore", "logging, stderr"]);
    let last = events.last().unwrap();
    assert_eq!(
        (status, &last["best_version"]),
        (0, &Value::from(1)),
        "{last}"
    );

    let output = home.run(&["optimize", &name, "--calls", "x", "--ignore", "logs"]);
    assert!(
        stderr(&output).contains("`logs` is nothing that calls leave behind; there are logging, warnings, stderr, environment, folder, locale, signals, globals, files, sleep, sharing"),
        "{}",
        stderr(&output)
    );
}

/// What the original leaves behind otherwise from run to run is left out by itself, with a note.
#[test]
fn what_varies_in_the_original_itself_is_not_compared() {
    let home = Home::new();
    let text = "import os, sys\n\ndef total(items):\n    print('process', os.urandom(4), file=sys.stderr)\n    out = 0\n    for item in items:\n        out = out + item\n    return out\n";
    let file = home.write("proj/sums.py", text);
    home.write("proj/pyproject.toml", "[project]\nname = \"sums\"\n");
    let calls = home.write("proj/calls.jsonl", "[[1, 2]]\n[[3]]\n");
    let tape = tape(
        &home,
        &["Sum.\n\n```python\ndef total(items):\n    return sum(items)\n```\n"],
    );
    let name = format!("{}::total", file.display());
    let (events, _) = home.events(&[
        "optimize",
        &name,
        "--calls",
        calls.to_str().unwrap(),
        "--tape",
        tape.to_str().unwrap(),
        "--json",
        "--comparison-time",
        "10s",
    ]);
    let all: Vec<String> = events.iter().map(Value::to_string).collect();
    assert!(
        all.iter().any(|e| e.contains("differs from run to run in the original itself (stderr), so it is not compared, as with --ignore stderr")),
        "{all:?}"
    );
    assert_eq!(verdicts(&events)[1], "accepted", "{:?}", verdicts(&events));
}
