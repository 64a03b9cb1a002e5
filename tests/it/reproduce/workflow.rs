//! The example for GitHub Actions: what it runs is taken out of it and run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::{change, claim, measured};
use crate::support::home::{Home, WRONG, stderr};

/// The lines below `run: |` of the step with a name.
fn script(step: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verify.yml");
    let text = fs::read_to_string(file).unwrap();
    let (_, text) = text.split_once(&format!("- name: {step}\n")).unwrap();
    let (_, text) = text.split_once("run: |\n").unwrap();
    let indent = text.len() - text.trim_start_matches(' ').len();
    let lines = text.lines().map_while(|line| line.get(indent..));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Runs it as the service does, with this program on the path.
fn run(home: &Home, script: &str) -> (Output, String) {
    let summary = home.write("summary.md", "Of another step.\n");
    let program = Path::new(env!("CARGO_BIN_EXE_reheat"));
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    let mut command = Command::new("bash");
    for (name, value) in home.command(&[]).get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let script = home.write("script.sh", script);
    let output = command
        .args(["--noprofile", "--norc", "-e", "-o", "pipefail"])
        .arg(script)
        .current_dir(home.path("."))
        .env("PATH", path)
        .env("FOLDERS", "perf/*/")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    (output, fs::read_to_string(summary).unwrap())
}

#[test]
fn the_example_of_a_workflow_tells_gains_that_hold_from_those_that_do_not() {
    if Command::new("bash").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "bash is missing"
        );
        println!("skipped: needs bash");
        return;
    }
    let script = script("Verify");
    let home = measured();
    fs::create_dir(home.path("perf")).unwrap();
    let output = home.run(&["pack", "last", "perf/squares"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (output, summary) = run(&home, &script);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        summary.starts_with("Of another step.\n## ✅ slow.py\n"),
        "{summary}"
    );
    // One that is wrong by now fails it, and the others are still told.
    let output = home.run(&["pack", "last", "perf/a-wrong-one"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let journal = home.path("perf/a-wrong-one/recorded/journal.jsonl");
    change(&journal, |line| claim(line, WRONG));
    let (output, summary) = run(&home, &script);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        summary.contains("## ❌ slow.py\n") && summary.contains("## ✅ slow.py\n"),
        "{summary}"
    );
    fs::remove_dir_all(home.path("perf")).unwrap();
    let (output, _) = run(&home, &script);
    assert_eq!(output.status.code(), Some(2), "no folder is no success");
}
