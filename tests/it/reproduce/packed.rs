//! A packed folder on another machine: whole programs, functions, and folders made by strangers.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{change, claim, contents, measured, object};
use crate::support::ENOUGH;
use crate::support::home::{FAST, Home, SLOW, WRONG, named, reply, stderr, stdout, tape};

/// A folder in another home.
fn carried(from: &Home, name: &str) -> Home {
    let to = Home::new();
    for (path, bytes) in contents(&from.path(name)) {
        let inside = path
            .strip_prefix(from.path("."))
            .or(path.strip_prefix(from.path("")));
        let path = to.path(inside.unwrap().to_str().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    to
}

/// Nothing in a folder names the home that it was made in.
fn says_nothing_of(home: &Home, packed: &Path) {
    let place = home.path("");
    let place = place.to_str().unwrap().trim_end_matches('/').as_bytes();
    for (path, bytes) in contents(packed) {
        let named = bytes.windows(place.len()).any(|w| w == place);
        assert!(!named, "{}", path.display());
    }
}

#[test]
fn a_packed_program_is_verified_and_optimised_in_another_home() {
    let home = measured();
    fs::create_dir(home.path("packed")).unwrap();
    let output = home.run(&["pack", "last", "packed"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).ends_with("reheat verify packed\n"),
        "{}",
        stdout(&output)
    );
    let packed = home.path("packed");
    says_nothing_of(&home, &packed);
    let names: Vec<String> = contents(&packed)
        .iter()
        .map(|(path, _)| path.strip_prefix(&packed).unwrap().display().to_string())
        .collect();
    assert_eq!(
        names,
        [
            "README.md",
            "best/slow.py",
            "cases/01.in",
            "cases/01.out",
            "cases/02.in",
            "cases/02.out",
            "recorded/journal.jsonl",
            "source/slow.py",
            "task.toml"
        ]
    );
    let read = |name: &str| fs::read_to_string(packed.join(name)).unwrap();
    assert_eq!(
        (read("best/slow.py"), read("source/slow.py")),
        (FAST.into(), SLOW.into())
    );
    let readme = read("README.md");
    assert!(
        readme.contains("reheat verify .") && readme.contains("reheat optimize ."),
        "{readme}"
    );
    assert_eq!(readme.lines().filter(|l| !l.is_empty()).count(), 5);
    let beside: Vec<_> = fs::read_dir(home.path("."))
        .unwrap()
        .map(|e| e.unwrap())
        .collect();
    assert!(
        !beside
            .iter()
            .any(|e| e.file_name().to_string_lossy().starts_with(".reheat-")),
        "{beside:?}"
    );

    let there = carried(&home, "packed");
    let (found, status) = object(&there, &["verify", "packed"]);
    assert_eq!((status, &found["holds"]), (0, &json!(true)), "{found}");
    assert!(there.sessions().is_empty(), "nothing is kept of it");
    // The same folder is a task like any other.
    tape(&there, &[reply(WRONG)]);
    let (events, status) = there.events(&["optimize", "packed", "--tape", "tape", "--json"]);
    assert_eq!(status, 1);
    let started = named(&events, "session_started")[0];
    assert_eq!(started["task"]["cases"], json!([["01", 2], ["02", 6]]));
    // What the folder claims is measured, not believed.
    change(&there.path("packed/recorded/journal.jsonl"), |line| {
        claim(line, WRONG)
    });
    let (found, status) = object(&there, &["verify", "packed"]);
    assert_eq!(
        (status, &found["versions"][0]["finding"]),
        (1, &json!("wrong_now"))
    );
    // A task without a record is none of these folders.
    fs::remove_dir_all(there.path("packed/recorded")).unwrap();
    let output = there.run(&["verify", "packed"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("nothing is recorded of it"),
        "{}",
        stderr(&output)
    );
}

/// A small package with a slow function that needs another file of it.
fn project(home: &Home) -> PathBuf {
    home.write("proj/pyproject.toml", "[project]\nname = \"geo\"\n");
    home.write("proj/src/geo/__init__.py", "");
    home.write(
        "proj/src/geo/util.py",
        "def squared(x):\n    return x * x\n",
    );
    let calls: Vec<String> = [0_u64, 1, 10, 200, 3000]
        .map(|n| {
            let items: Vec<u64> = (0..n).map(|i| i * 7919 % (n + 1)).collect();
            json!({"args": [items]}).to_string()
        })
        .to_vec();
    home.write("proj/calls.jsonl", &calls.join("\n"));
    home.write(
        "proj/src/geo/grid.py",
        "from .util import squared\n\ndef total(items):\n    seen = []\n    for item in items:\n        if item not in seen:\n            seen.append(item)\n    return sum(squared(s) for s in seen)\n",
    )
}

const FASTER: &str =
    "def total(items):\n    return sum(squared(s) for s in dict.fromkeys(items))\n";

#[test]
fn a_packed_function_runs_without_its_project() {
    let home = Home::new();
    let file = project(&home);
    tape(&home, &[reply(FASTER)]);
    let target = format!("{}::total", file.display());
    let calls = home.path("proj/calls.jsonl");
    let (_, status) = home.events(&[
        "optimize",
        &target,
        "--calls",
        calls.to_str().unwrap(),
        "--tape",
        "tape",
        "--json",
        "--write",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(status, 0);
    let (found, status) = object(&home, &["verify"]);
    assert_eq!(status, 0, "{found}");
    let notes = found["notes"].to_string();
    assert!(
        notes.contains("v1 written to ") && notes.contains("the text of the session"),
        "{notes}"
    );

    let output = home.run(&["pack", "last", "packed"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("nothing was packed: v0 does not run by itself")
            && said.contains("geo.util")
            && said.contains("name them with --with"),
        "{said}"
    );
    assert!(!home.path("packed").exists());
    let with = ["pack", "last", "packed", "--with", "src/geo/util.py"];
    let output = home.run(&with);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    says_nothing_of(&home, &home.path("packed"));
    let best = fs::read_to_string(home.path("packed/best/grid.py")).unwrap();
    assert!(best.starts_with("from .util import squared\n") && best.contains("dict.fromkeys"));

    let there = carried(&home, "packed");
    let (found, status) = object(&there, &["verify", "packed"]);
    assert_eq!((status, &found["holds"]), (0, &json!(true)), "{found}");
    tape(&there, &[reply(FASTER)]);
    let args = [
        "optimize",
        "packed",
        "--tape",
        "tape",
        "--json",
        "--comparison-time",
        ENOUGH,
    ];
    assert_eq!(
        there.events(&args).1,
        0,
        "the loop goes on from the original"
    );

    // Without its project the session itself says what is missing.
    fs::rename(home.path("proj"), home.path("away")).unwrap();
    let output = home.run(&["verify"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("proj is gone"),
        "{}",
        stderr(&output)
    );
}

/// The packed folder of a function that stands alone, and its description changed by a stranger.
fn tampered(home: &Home, change: impl Fn(&mut Value)) -> String {
    let ground = home.path("packed/ground.json");
    let whole = fs::read_to_string(&ground).unwrap();
    let mut changed: Value = serde_json::from_str(&whole).unwrap();
    change(&mut changed);
    fs::write(&ground, changed.to_string()).unwrap();
    let mut said = String::new();
    for args in [
        &["verify", "packed"][..],
        &["optimize", "packed", "--tape", "tape", "--json"],
    ] {
        let output = home.run(args);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{args:?}: {}",
            stderr(&output)
        );
        said += &stderr(&output);
    }
    fs::write(&ground, whole).unwrap();
    said
}

#[test]
fn a_folder_of_a_stranger_shows_nothing_of_this_machine_to_what_is_in_it() {
    let home = Home::new();
    home.write(
        "proj/one.py",
        "def total(items):\n    return sum(sorted(i for i in items))\n",
    );
    home.write("calls.jsonl", "[[3, 1, 2]]\n[[5]]\n");
    home.write("outside/key.txt", "mine");
    tape(&home, &[]);
    home.write("tape/01.md", "Nothing.\n");
    let args = [
        "optimize",
        "proj/one.py::total",
        "--calls",
        "calls.jsonl",
        "--tape",
        "tape",
        "--json",
    ];
    home.run(&args);
    // As reheat keeps a task itself, with places of this machine, and as a packed one would have it.
    let kept = home.sessions().pop().unwrap().join("task");
    for (path, bytes) in contents(&kept) {
        let inside = path.strip_prefix(&kept).unwrap().to_str().unwrap();
        let path = home.write(&format!("packed/{inside}"), "");
        fs::write(path, bytes).unwrap();
    }
    let journal = fs::read_to_string(home.sessions()[0].join("journal.jsonl")).unwrap();
    home.write("packed/recorded/journal.jsonl", &journal);
    let said = tampered(&home, |_| {});
    assert_eq!(
        said.matches("it names places of a machine").count(),
        2,
        "{said}"
    );
    home.write(
        "packed/project/one.py",
        &fs::read_to_string(home.path("proj/one.py")).unwrap(),
    );
    let pack = |ground: &mut Value| {
        ground["packed"] = json!(true);
        ground["path"] = json!("project/one.py");
        ground["project"]["root"] = json!("project");
    };
    std::os::unix::fs::symlink(home.path("outside"), home.path("packed/link")).unwrap();
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 7] = [
        (
            |g| g["project"]["root"] = json!("/"),
            "leads out of the folder",
        ),
        (
            |g| g["project"]["root"] = json!("project/../.."),
            "leads out of the folder",
        ),
        (
            |g| g["project"]["root"] = json!("link"),
            "leads out of the folder",
        ),
        (
            |g| g["path"] = json!("source/one.py"),
            "lies outside of its project",
        ),
        (
            |g| g["check"] = json!("touch owned"),
            "run outside of the sandbox",
        ),
        (
            |g| g["harness"] = json!({"commands": {"check": "true", "bench": null, "prepare": null, "metric": null, "higher_is_better": false}}),
            "commands judge it",
        ),
        (
            |g| g["target"]["region"]["end"] = json!(99_999),
            "does not lie in its file",
        ),
    ];
    for (change, why) in changes {
        let said = tampered(&home, |ground| {
            pack(ground);
            change(ground);
        });
        assert_eq!(said.matches(why).count(), 2, "{why}: {said}");
    }
    // A data file that is a link to something outside.
    let ground = home.path("packed/ground.json");
    let mut packed: Value = serde_json::from_str(&fs::read_to_string(&ground).unwrap()).unwrap();
    pack(&mut packed);
    fs::write(&ground, packed.to_string()).unwrap();
    let task = fs::read_to_string(home.path("packed/task.toml")).unwrap();
    home.write(
        "packed/task.toml",
        &format!("files = [\"link/key.txt\"]\n{task}"),
    );
    let output = home.run(&["verify", "packed"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("leads out of the folder"),
        "{}",
        stderr(&output)
    );
}
