//! Programs whose exit status other than 0 is meant: `--ok-status`, and that versions end as the original does.

use crate::support::ENOUGH;
use crate::support::home::{Home, ON_TAPE, named, prompts, reply, stderr, stdout, tape, verdicts};
use serde_json::Value;

/// Counts the lines with `nut` in them, as `grep -c` does: its status is 1 where there is none.
const SLOW: &str = "import sys\nlines = sys.stdin.read().split('\\n')\nfor _ in range(40):\n    hits = 0\n    for line in lines:\n        if any(line[i:i + 3] == 'nut' for i in range(len(line))):\n            hits += 1\nprint(hits)\nsys.exit(0 if hits else 1)\n";
const FAST: &str = "import sys\nhits = sum('nut' in line for line in sys.stdin)\nprint(hits)\nsys.exit(0 if hits else 1)\n";
/// Prints what is right, and always ends with 0.
const ALWAYS_0: &str = "import sys\nprint(sum('nut' in line for line in sys.stdin))\n";

/// Two inputs: one with a hit, one without.
fn inputs(home: &Home) {
    home.write("cases/some.in", &"a pear\na walnut\n".repeat(400));
    home.write("cases/none.in", &"a pear\nan apple\n".repeat(400));
}

fn outputs(home: &Home) {
    home.write("cases/some.out", "400\n");
    home.write("cases/none.out", "0\n");
}

/// What `reheat measure slow.py …` found, with these flags.
fn measured(home: &Home, programs: &[&str], flags: &[&str]) -> Value {
    let first = ["measure", "slow.py"];
    let last = ["--cases", "cases", "--json", "--comparison-time", ENOUGH];
    let output = home.run(&[&first[..], programs, &last, flags].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}{}", stdout(&output), stderr(&output)))
}

/// Verdict of a program, and why it failed.
fn judged(found: &Value, program: usize) -> (&str, &str) {
    let version = &found["versions"][program];
    (
        version["verdict"].as_str().unwrap(),
        version["failure"]["reason"].as_str().unwrap_or_default(),
    )
}

#[test]
fn a_status_that_is_meant_is_compared_and_another_of_the_list_is_a_wrong_answer() {
    let home = Home::new();
    inputs(&home);
    home.write("slow.py", SLOW);
    home.write("fast.py", FAST);
    home.write("always.py", ALWAYS_0);
    home.write("two.py", &FAST.replace("else 1", "else 2"));
    let found = measured(
        &home,
        &["fast.py", "always.py", "two.py"],
        &["--ok-status", "0,1"],
    );
    assert_eq!(judged(&found, 0).0, "accepted", "{found}");
    assert_eq!(judged(&found, 1).0, "accepted", "{found}");
    assert_eq!(
        judged(&found, 2),
        ("wrong_answer", "exit status 0, where 1 is expected")
    );
    assert_eq!(found["versions"][2]["failure"]["case"], "none");
    assert_eq!(
        judged(&found, 3),
        ("runtime_error", "exit status 2; --ok-status allows 0,1")
    );
    let comparisons = found["comparisons"].as_array().unwrap();
    assert_eq!(comparisons.len(), 1, "{found}");
    assert_eq!(comparisons[0]["answer"], "better", "{found}");
}

#[test]
fn no_list_allows_a_signal_or_a_limit() {
    let home = Home::new();
    home.write("cases/none.in", "a pear\n");
    home.write("slow.py", FAST);
    let print = "import os, signal, sys, time\nprint(0, flush=True)\n";
    let ended = |name: &str, end: &str| home.write(name, &format!("{print}{end}\n"));
    ended("signal.py", "os.kill(os.getpid(), signal.SIGSEGV)");
    ended("time.py", "time.sleep(60)");
    ended("memory.py", "keep = bytearray(400_000_000)");
    ended(
        "disk.py",
        "try:\n    open('/tmp/x', 'wb').write(bytes(9_000_000))\nexcept OSError:\n    pass\nsys.exit(1)",
    );
    let all = (0..=255).map(|n: u32| n.to_string()).collect::<Vec<_>>();
    let flags = [
        "--time-limit",
        "2s",
        "--memory-limit",
        "64MB",
        "--disk",
        "1MB",
    ];
    let found = measured(
        &home,
        &["signal.py", "time.py", "memory.py", "disk.py"],
        &[&flags[..], &["--ok-status", &all.join(",")]].concat(),
    );
    assert_eq!(judged(&found, 0).0, "accepted", "{found}");
    for (program, verdict) in [
        (1, "runtime_error"),
        (2, "time_limit"),
        (3, "memory_limit"),
        (4, "runtime_error"),
    ] {
        assert_eq!(judged(&found, program).0, verdict, "{found}");
    }
    assert!(judged(&found, 4).1.contains("(--disk)"), "{found}");
}

#[test]
fn given_outputs_without_a_status_take_any_of_the_list() {
    let home = Home::new();
    inputs(&home);
    outputs(&home);
    home.write("slow.py", SLOW);
    home.write("always.py", ALWAYS_0);
    let found = measured(&home, &["always.py"], &["--ok-status", "0,1"]);
    assert_eq!(
        (judged(&found, 0).0, judged(&found, 1).0),
        ("accepted", "accepted"),
        "{found}"
    );
    // 0 is not fine where the list does not have it.
    let found = measured(&home, &["always.py"], &["--ok-status", "1"]);
    assert_eq!(
        judged(&found, 1),
        ("runtime_error", "exit status 0; --ok-status allows 1")
    );
}

#[test]
fn without_the_flag_an_original_that_ends_so_every_time_names_it() {
    const WAY: &str = "if status 1 is meant: --ok-status 0,1";
    let home = Home::new();
    inputs(&home);
    home.write("slow.py", SLOW);
    home.write("fast.py", FAST);
    let said = |flags: &[&str]| {
        let first = ["measure", "slow.py", "fast.py", "--cases", "cases"];
        let output = home.run(&[&first[..], flags].concat());
        assert!(!output.status.success());
        stdout(&output) + &stderr(&output)
    };
    let missing = said(&[]);
    assert!(
        missing.contains("case none") && missing.contains(&format!("exit status 1; {WAY}")),
        "{missing}"
    );
    outputs(&home);
    let given = said(&[]);
    assert!(given.contains("exit status 1"), "{given}");
    assert_eq!(given.matches(WAY).count(), 1, "of OLD alone: {given}");
    let other = said(&["--ok-status", "0,3"]);
    assert!(
        other.contains("if status 1 is meant: --ok-status 0,1,3"),
        "{other}"
    );

    // One that comes and goes is not meant: the status follows the clock.
    home.write(
        "slow.py",
        "import sys, time\nprint(0)\ntime.sleep(0.03)\nsys.exit(1 + time.time_ns() // 10**7 % 250)\n",
    );
    let varies = said(&[]);
    assert!(
        varies.contains("exit status") && !varies.contains("is meant"),
        "{varies}"
    );
    std::fs::remove_file(home.path("cases/none.out")).unwrap();
    let all = (0..=255).map(|n: u32| n.to_string()).collect::<Vec<_>>();
    let varies = said(&["--ok-status", &all.join(",")]);
    assert!(
        varies.contains("case none ends with exit status") && varies.contains("nothing to trust"),
        "{varies}"
    );
}

#[test]
fn a_session_keeps_the_list_and_the_status_of_each_case() {
    let home = Home::new();
    inputs(&home);
    home.write("slow.py", SLOW);
    tape(&home, &[reply(ALWAYS_0), reply(FAST)]);
    let (events, status) = home.events(
        &[
            ON_TAPE,
            &[
                "--rounds",
                "2",
                "--ok-status",
                "0,1",
                "--comparison-time",
                ENOUGH,
            ],
        ]
        .concat(),
    );
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer", "accepted"]);
    assert_eq!(status, 0, "{:?}", events.last());
    let journal = home.journal();
    let task = &named(&journal, "session_started")[0]["task"];
    assert_eq!(task["ok_status"], serde_json::json!([0, 1]), "{task}");
    let prompts = prompts(&journal);
    assert!(
        prompts[0].contains("exit status is part of its output: one of 0,1"),
        "{}",
        prompts[0]
    );
    let failed = &named(&events, "version_evaluated")[1]["evaluation"]["failure"];
    assert_eq!(failed["reason"], "exit status 0, where 1 is expected");
    let shown = stdout(&home.run(&["show"]));
    assert!(shown.contains("statuses  0,1 (--ok-status)"), "{shown}");

    // It goes on with both when the program's files are gone.
    std::fs::remove_file(home.path("slow.py")).unwrap();
    std::fs::remove_dir_all(home.path("cases")).unwrap();
    let replies = [
        ALWAYS_0,
        FAST,
        &ALWAYS_0.replace("import sys\n", "import sys, os\n"),
    ];
    tape(&home, &replies.map(reply));
    let (events, _) = home.events(&["resume", "--json", "--rounds", "3"]);
    assert_eq!(verdicts(&events), ["wrong_answer"], "{events:?}");

    // The page about journals names both.
    let page = include_str!("../../docs/journal.md");
    assert!(page.contains("`ok_status`") && page.contains("`status`"));
}

#[test]
fn a_task_file_says_the_list_and_the_statuses_of_given_outputs() {
    let home = Home::new();
    inputs(&home);
    outputs(&home);
    home.write("task/slow.py", SLOW);
    std::fs::rename(home.path("cases"), home.path("task/cases")).unwrap();
    let toml =
        |text: &str| home.write("task/task.toml", &format!("source = \"slow.py\"\n{text}\n"));
    toml("ok_status = [0, 1]\n[workload]\nheld_out = 0\nstatuses = { none = 1 }");
    tape(&home, &[reply(ALWAYS_0)]);
    let args = [
        "optimize", "task", "--tape", "tape", "--json", "--rounds", "1",
    ];
    let (events, _) = home.events(&args);
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer"]);
    for (text, wanted) in [
        ("ok_status = [0, 256]", "256 is not an exit status"),
        ("ok_status = []", "an empty list"),
        ("ok_status = \"0,1\"", "task.toml:2:13"),
        (
            "ok_status = [0, 1]\n[workload]\nstatuses = { nobody = 1 }",
            "`statuses` names the case `nobody`",
        ),
        (
            "[workload]\nstatuses = { none = 1 }",
            "case none expects exit status 1, and allowed are 0",
        ),
    ] {
        toml(text);
        let output = home.run(&args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{text}: {said}");
        assert!(
            said.contains(wanted) && said.contains("task.toml"),
            "{text}: {said}"
        );
    }
}

#[test]
fn what_is_no_list_and_what_is_no_program_is_refused() {
    let home = Home::new();
    inputs(&home);
    home.write("slow.py", SLOW);
    let refused = |args: &[&str], wanted: &str| {
        let output = home.run(args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(wanted), "{args:?}: {said}");
    };
    for list in ["", "0,", "256", "-1", "0,-1", "any"] {
        for command in [
            &["measure", "slow.py", "slow.py"][..],
            &["optimize", "slow.py"],
        ] {
            let args = [command, &["--cases", "cases", "--ok-status", list]].concat();
            refused(&args, "is not a list of exit statuses");
        }
    }
    for judged_by in ["--check", "--bench"] {
        let args = [
            "optimize",
            "slow.py",
            judged_by,
            "true",
            "--ok-status",
            "0,1",
            "--tape",
            "tape",
        ];
        refused(&args, "test $? -eq 1");
    }
}
