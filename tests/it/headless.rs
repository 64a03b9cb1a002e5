//! The loop through the real binary: tape or model → sandbox → comparison → decision → journal, told as text and as JSON lines.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::ENOUGH;
use crate::support::home::{
    CRASH, FAST, Home, ON_TAPE, SLOW, WRONG, events, named, reply, squares, stderr, stdout, tape,
    verdicts, wait_for,
};
use serde_json::Value;

#[test]
fn the_demo_plays_the_whole_loop_and_every_event_keeps_the_contract() {
    let home = Home::new();
    let (events, status) = home.events(&[
        "demo",
        "--json",
        "--speed",
        "1000",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(status, 0, "{:?}", events.last());
    for event in &events {
        assert!(
            event["event"].is_string() && event["at"].is_string(),
            "{event}"
        );
    }
    let rounds = named(&events, "round_started").len();
    assert!(rounds >= 5, "only {rounds} rounds");
    let seen = verdicts(&events);
    assert!(seen.iter().any(|v| v == "wrong_answer"), "{seen:?}");
    assert!(
        seen.iter()
            .any(|v| v == "runtime_error" || v == "compile_error"),
        "{seen:?}"
    );
    let evaluated = named(&events, "version_evaluated");
    for e in &evaluated {
        for field in ["wall_ns", "cpu_ns", "peak_bytes", "integral_byte_ns"] {
            assert!(e[field].is_number(), "{field} of {e}");
        }
        if e["verdict"] == "accepted" && e["version"] != 0 {
            let c = &e["comparison"];
            for field in ["gain", "low", "high", "pairs"] {
                assert!(c[field].is_number(), "{field} of {c}");
            }
            assert!(
                c["low"].as_f64() <= c["gain"].as_f64() && c["gain"].as_f64() <= c["high"].as_f64()
            );
        }
    }
    let last = events.last().unwrap();
    assert_eq!(last["event"], "session_finished");
    assert!(last["session"].is_string() && last["reason"].is_string());
    assert!(last["best_version"].as_u64().unwrap() > 0);
    assert!(last["comparison"]["low"].as_f64().unwrap() > 1.0, "{last}");
    assert_eq!(last["comparison"]["answer"], "better");
}

#[test]
fn the_demo_without_a_terminal_is_readable_and_ends_with_a_table() {
    let home = Home::new();
    let output = home.run(&[
        "demo",
        "--speed",
        "1000",
        "--rounds",
        "3",
        "--comparison-time",
        ENOUGH,
    ]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    assert!(
        text.starts_with("demo: recorded replies; every run and every figure is real"),
        "{text}"
    );
    assert!(
        text.contains("round 1/")
            && text.contains("gain over v0")
            && text.contains("Ended: all rounds are done. Best: v"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "escape codes in a pipe");
    let listed = stdout(&home.run(&["demo", "--list"]));
    assert!(listed.contains("pairs"), "{listed}");
}

#[test]
fn a_better_version_is_found_confirmed_kept_and_written_out() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG), reply(CRASH), reply(FAST)]);
    let args = [
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "3",
        "--json",
        "--out",
        "best.py",
        "--comparison-time",
        ENOUGH,
    ];
    let (events, status) = home.events(&args);
    assert_eq!(status, 0);
    assert_eq!(
        verdicts(&events),
        ["accepted", "wrong_answer", "runtime_error", "accepted"]
    );
    let parents: Vec<u64> = named(&events, "round_started")
        .iter()
        .map(|e| e["parent"].as_u64().unwrap())
        .collect();
    assert_eq!(
        parents,
        [0, 0, 0],
        "a failed candidate must not become the parent while v0 passes"
    );
    assert_eq!(events.last().unwrap()["best_version"], 3);
    assert!(
        events.last().unwrap()["comparison"]["confirmed"]
            .as_bool()
            .unwrap()
    );
    assert_eq!(fs::read_to_string(home.path("best.py")).unwrap(), FAST);

    // The second prompt tells what came of the first round.
    let prompts = named(&events, "prompt_sent");
    let second = prompts[1]["prompt"].as_str().unwrap();
    assert!(
        second.contains("wrong answer") && second.contains("799980000"),
        "{second}"
    );

    let shown = stdout(&home.run(&["show"]));
    assert!(
        shown.contains("v3")
            && shown.contains("wrong answer, case 02")
            && shown.contains("+print((n - 1)"),
        "{shown}"
    );
    let json: Value = serde_json::from_slice(&home.run(&["show", "--json"]).stdout).unwrap();
    assert_eq!(json["best_version"], 3);
    assert_eq!(json["best_code"], FAST);
}

#[test]
fn nothing_better_is_exit_status_one_and_writes_nothing() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(SLOW), reply(WRONG)]);
    let args = [
        "optimize", "slow.py", "--cases", "cases", "--tape", "tape", "--rounds", "2", "--json",
        "--out", "best.py",
    ];
    let (events, status) = home.events(&args);
    assert_eq!(status, 1);
    assert!(
        named(&events, "round_failed")[0]["reason"]
            .as_str()
            .unwrap()
            .contains("same code as v0")
    );
    assert!(events.last().unwrap().get("comparison").is_none());
    assert_eq!(events.last().unwrap()["best_version"], 0);
    assert!(!home.path("best.py").exists());
}

#[test]
fn where_outputs_are_missing_the_original_says_them_if_it_agrees_with_itself() {
    let home = Home::new();
    home.write("slow.py", SLOW);
    home.write(
        "cases.jsonl",
        "{\"input\": \"40000\\n\"}\n{\"input\": \"10\\n\"}\n",
    );
    tape(&home, &[reply(WRONG)]);
    let args = [
        "optimize",
        "slow.py",
        "--cases",
        "cases.jsonl",
        "--tape",
        "tape",
        "--rounds",
        "1",
        "--json",
    ];
    let (events, status) = home.events(&args);
    assert_eq!(status, 1);
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer"]);

    home.write("dice.py", "import os\nprint(os.urandom(8).hex())\n");
    let output = home.run(&[
        "optimize",
        "dice.py",
        "--cases",
        "cases.jsonl",
        "--tape",
        "tape",
    ]);
    let said = stdout(&output) + &stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("nothing to trust") && said.contains("case "),
        "{said}"
    );
    // A task that was refused leaves no session; what came of the one before stays.
    assert_eq!(home.sessions().len(), 1);
    assert!(!said.contains("reheat resume"), "{said}");
}

#[test]
fn a_round_that_nobody_answered_does_not_count() {
    let home = Home::new();
    squares(&home);
    home.write("answer.md", &reply(FAST));
    let [mark, answer] = ["mark", "answer.md"].map(|name| home.path(name).display().to_string());
    let flaky =
        format!("cat >/dev/null; [ -e {mark} ] && cat {answer} || {{ : >{mark}; exit 1; }}");
    let (events, status) = home.events(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--model-command",
        &flaky,
        "--rounds",
        "1",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(status, 0, "{events:?}");
    assert_eq!(named(&events, "round_failed").len(), 1);
    assert_eq!(named(&events, "round_started").len(), 2);
    assert_eq!(events.last().unwrap()["best_version"], 1);
    // One that never answers is given up all the same.
    let (events, status) = home.events(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--model-command",
        "exit 1",
        "--rounds",
        "2",
        "--json",
    ]);
    assert_eq!(status, 3);
    assert_eq!(events.last().unwrap()["reason"], "provider");
}

#[test]
fn an_original_that_fails_given_outputs_is_repaired_first() {
    let home = Home::new();
    squares(&home);
    home.write("broken.py", WRONG);
    tape(&home, &[reply(CRASH), reply(SLOW), reply(FAST)]);
    let args = [
        "optimize",
        "broken.py",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "3",
        "--json",
        "--comparison-time",
        ENOUGH,
    ];
    let (events, status) = home.events(&args);
    assert_eq!(status, 0);
    assert_eq!(
        verdicts(&events),
        ["wrong_answer", "runtime_error", "accepted", "accepted"]
    );
    assert_eq!(events.last().unwrap()["best_version"], 3);
    let parents: Vec<u64> = named(&events, "round_started")
        .iter()
        .map(|e| e["parent"].as_u64().unwrap())
        .collect();
    assert_eq!(
        parents,
        [0, 0, 2],
        "while nothing passes, the version that passes most cases is shown"
    );
}

#[test]
fn a_statement_alone_is_enough_to_begin() {
    let home = Home::new();
    squares(&home);
    home.write(
        "problem.md",
        "Print the sum of the squares of all numbers below n.",
    );
    tape(&home, &[reply(WRONG), reply(FAST)]);
    let args = [
        "optimize",
        "--statement",
        "problem.md",
        "--language",
        "python",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "2",
        "--json",
    ];
    let (events, status) = home.events(&args);
    assert_eq!(status, 0, "{:?}", events.last());
    assert_eq!(verdicts(&events), ["wrong_answer", "accepted"]);
    assert_eq!(events.last().unwrap()["best_version"], 2);
}

#[test]
fn a_command_can_be_the_model() {
    let home = Home::new();
    squares(&home);
    home.write("answer.md", &reply(FAST));
    let command = format!(
        "grep -q 'sys.stdin' && cat {}",
        home.path("answer.md").display()
    );
    let args = [
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--model-command",
        &command,
        "--rounds",
        "1",
        "--json",
        "--comparison-time",
        ENOUGH,
    ];
    let (events, status) = home.events(&args);
    assert_eq!(status, 0, "{events:?}");
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
}

#[test]
fn replies_without_code_and_with_ten_blocks_are_survived() {
    let home = Home::new();
    squares(&home);
    let mut many = String::from("Ten ideas.\n\n");
    for n in 0..9 {
        many += &format!("```\nidea {n}\n```\n\n");
    }
    many += &format!("```python\n{FAST}```\n");
    tape(
        &home,
        &["I would rather talk about the weather.".into(), many],
    );
    let args = [
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "2",
        "--json",
        "--comparison-time",
        ENOUGH,
    ];
    let (events, status) = home.events(&args);
    assert_eq!(status, 0);
    assert_eq!(named(&events, "round_failed").len(), 1);
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
}

#[test]
fn a_session_killed_mid_run_goes_on_where_it_was() {
    let home = Home::new();
    squares(&home);
    tape(
        &home,
        &[
            reply(WRONG),
            reply("import time\ntime.sleep(60)\n"),
            reply(FAST),
        ],
    );
    let args = [
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "3",
        "--json",
        "--time-limit",
        "3s",
        "--comparison-time",
        ENOUGH,
    ];
    let mut child = home.command(&args).stdout(Stdio::piped()).spawn().unwrap();
    wait_for(|| {
        home.sessions()
            .first()
            .and_then(|s| fs::read_to_string(s.join("journal.jsonl")).ok())
            .is_some_and(|j| j.contains("time.sleep(60)"))
    });
    child.kill().unwrap();
    child.wait().unwrap();
    drop(child.stdout.take());

    // What the user pointed at is gone by now; the session has kept what it needs.
    fs::remove_dir_all(home.path("cases")).unwrap();
    fs::remove_file(home.path("slow.py")).unwrap();
    let (events, status) = home.events(&["resume", "--json", "--comparison-time", ENOUGH]);
    assert_eq!(
        events
            .iter()
            .find(|e| e["event"] == "session_resumed")
            .map(|e| e["event"].is_string()),
        Some(true)
    );
    assert_eq!(status, 0, "{events:?}");
    let shown: Value = serde_json::from_slice(&home.run(&["show", "--json"]).stdout).unwrap();
    let all: Vec<&str> = shown["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["verdict"].as_str().unwrap())
        .collect();
    assert!(
        all.contains(&"time_limit") && all.last() == Some(&"accepted"),
        "{all:?}"
    );
    assert!(shown["best_version"].as_u64().unwrap() > 0);
}

#[test]
fn a_round_that_was_cut_off_by_a_kill_loses_no_reply_that_had_come() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG), reply(FAST)]);
    let (events, status) = home.events(&[ON_TAPE, &["--rounds", "2"]].concat());
    assert_eq!((status, verdicts(&events).len()), (0, 3), "{events:?}");
    let journal = home.sessions()[0].join("journal.jsonl");
    let whole = fs::read_to_string(&journal).unwrap();
    // The journal as a kill leaves it, right after the last line of that name.
    let cut_after = |event: &str| {
        let is = |line: &str| line.contains(&format!("\"event\":\"{event}\""));
        let lines: Vec<&str> = whole.lines().collect();
        let last = lines.iter().rposition(|l| is(l)).unwrap();
        fs::write(&journal, lines[..=last].join("\n") + "\n").unwrap();
        home.events(&["resume", "--json", "--comparison-time", ENOUGH])
    };
    let (events, status) = cut_after("reply_ended");
    assert_eq!(
        (status, verdicts(&events)),
        (0, vec!["accepted".to_owned()])
    );
    assert_eq!(named(&events, "prompt_sent").len(), 0, "it was asked again");
    let (events, _) = cut_after("prompt_sent");
    let failed = named(&events, "round_failed");
    assert_eq!(failed.len(), 1, "{events:?}");
    assert_eq!(
        failed[0]["reason"],
        "Reheat ended before the reply had come"
    );
}

#[test]
fn a_session_goes_on_comparing_as_it_began() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG), reply(WRONG)]);
    let terms = [
        "--comparison-time",
        "7s",
        "--clock",
        "wall",
        "--rounds",
        "1",
    ];
    home.events(&[ON_TAPE, &terms].concat());
    let resumed = |more: &[&str]| {
        let (events, _) = home.events(&[&["resume", "--json", "--rounds", "2"], more].concat());
        let event = named(&events, "session_resumed")[0].clone();
        (
            event["comparison_ns"].as_u64().unwrap(),
            event["clock"].clone(),
        )
    };
    assert_eq!(resumed(&[]), (7_000_000_000, "wall".into()));
    let other = resumed(&["--comparison-time", "9s", "--clock", "cpu"]);
    assert_eq!(other, (9_000_000_000, "cpu".into()));
    assert_eq!(resumed(&[]), other, "the last word counts");
}

#[test]
fn a_file_of_the_project_that_is_gone_meanwhile_ends_no_session() {
    let home = Home::new();
    let slow = "def once(items):\n    out = []\n    for item in items:\n        if item not in out:\n            out.append(item)\n    return out\n";
    let fast = "def once(items):\n    return list(dict.fromkeys(items))\n";
    home.write("p/lib.py", slow);
    home.write("p/pyproject.toml", "[project]\nname = \"p\"\n");
    let all: Vec<String> = (0..600).map(|n| (n * 7 % 301).to_string()).collect();
    home.write(
        "p/calls.jsonl",
        &format!("[[{}]]\n[[3, 1, 3]]\n", all.join(", ")),
    );
    // A folder with a secret is shown by its parts, each of which is looked up when a program starts.
    home.write("p/.env", "KEY=1\n");
    let scratch = home.write("p/scratch.txt", "nobody needs it");
    let said = home.write("reply.md", &reply(fast));
    let model = format!("rm -f {}; cat {}", scratch.display(), said.display());
    let (events, status) = home.events(&[
        "optimize",
        "p/lib.py::once",
        "--calls",
        "p/calls.jsonl",
        "--model-command",
        &model,
        "--rounds",
        "1",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    assert!(!scratch.exists());
    assert_eq!(
        (status, verdicts(&events)),
        (0, vec!["accepted".to_owned(); 2]),
        "{events:?}"
    );
}

#[test]
fn an_interruption_ends_the_loop_in_good_order() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply("import time\ntime.sleep(60)\n")]);
    let args = [ON_TAPE, &["--time-limit", "50s"]].concat();
    let child = home.command(&args).stdout(Stdio::piped()).spawn().unwrap();
    wait_for(|| {
        home.sessions()
            .first()
            .and_then(|s| fs::read_to_string(s.join("journal.jsonl")).ok())
            .is_some_and(|j| j.contains("time.sleep(60)"))
    });
    assert!(
        Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    let events = events(&output);
    let waited = verdicts(&events).contains(&"time_limit".to_owned());
    assert!(!waited, "it waited for the run");
    assert_eq!(events.last().unwrap()["event"], "session_finished");
    assert_eq!(events.last().unwrap()["reason"], "stopped");
}

#[test]
fn time_and_tokens_end_the_loop() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG), reply(CRASH), reply(FAST)]);
    let base = [
        "optimize", "slow.py", "--cases", "cases", "--tape", "tape", "--json", "--rounds", "3",
    ];
    let (events, _) = home.events(&[&base[..], &["--max-tokens", "300"]].concat());
    assert_eq!(events.last().unwrap()["reason"], "tokens");
    let (events, _) = home.events(&[&base[..], &["--goal", "1.5x"]].concat());
    assert_eq!(events.last().unwrap()["reason"], "goal");
    let hang = [
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--model-command",
        "sleep 600",
        "--json",
        "--max-time",
        "4s",
    ];
    let (events, status) = home.events(&hang);
    assert_eq!(
        (events.last().unwrap()["reason"].as_str(), status),
        (Some("time"), 1)
    );
}

#[test]
fn without_a_model_the_way_to_one_is_told() {
    let home = Home::new();
    squares(&home);
    let output = home.run(&["optimize", "slow.py", "--cases", "cases"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("--model-command") && said.contains("OPENAI_API_KEY"),
        "{said}"
    );
    assert!(
        home.sessions().is_empty(),
        "a session was begun without a model"
    );
}

#[test]
fn a_data_folder_that_cannot_be_written_is_one_clear_error() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(FAST)]);
    home.write("data", "a file where a folder should be");
    let output = home.run(&["optimize", "slow.py", "--cases", "cases", "--tape", "tape"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("REHEAT_DATA_DIR") && said.lines().count() <= 3,
        "{said}"
    );
}

#[test]
fn wrong_use_is_one_clear_error_and_exit_status_two() {
    let home = Home::new();
    squares(&home);
    home.write("empty.py", "");
    home.write("what.xyz", "hello");
    fs::write(home.path("binary.py"), [0x7f, b'E', 0xff, 0xfe, 0]).unwrap();
    home.write("bad.jsonl", "{\"input\": \"1\"}\nnot json\n");
    let cases: [(&[&str], &str); 8] = [
        (
            &["optimize", "missing.py", "--cases", "cases"],
            "missing.py",
        ),
        (&["optimize", "empty.py", "--cases", "cases"], "empty"),
        (&["optimize", "what.xyz", "--cases", "cases"], "--language"),
        (&["optimize", "binary.py", "--cases", "cases"], "binary.py"),
        (
            &["optimize", "slow.py", "--cases", "bad.jsonl"],
            "bad.jsonl:2",
        ),
        (&["optimize", "slow.py", "--cases", "nowhere"], "nowhere"),
        (
            &["optimize", "slow.py", "--cases", "cases", "--goal", "fast"],
            "2x",
        ),
        (&["demo", "no-such-task"], "pairs"),
    ];
    for (args, hint) in cases {
        let output = home.run(args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(hint), "{args:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let output = home.run(&["show", "nothing-like-it"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn a_reader_that_goes_away_ends_the_loop_without_a_panic() {
    let home = Home::new();
    let mut child = home
        .command(&["demo", "--speed", "1000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
}

#[test]
fn a_session_that_is_over_goes_on_when_more_rounds_are_asked_for() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG), reply(FAST)]);
    let args = [
        "optimize", "slow.py", "--cases", "cases", "--tape", "tape", "--rounds", "1", "--json",
    ];
    let (_, status) = home.events(&args);
    assert_eq!(status, 1);
    let (events, status) = home.events(&[
        "resume",
        "--rounds",
        "2",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(named(&events, "round_started").len(), 1, "{events:?}");
    assert_eq!(status, 0);
    assert_eq!(events.last().unwrap()["best_version"], 2);
}

#[test]
fn the_program_itself_is_never_written_over() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(FAST)]);
    let output = home.run(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--out",
        "./slow.py",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("the program itself"),
        "{}",
        stderr(&output)
    );
    assert_eq!(fs::read_to_string(home.path("slow.py")).unwrap(), SLOW);
}

#[test]
fn a_failing_case_is_shown_from_its_first_line_and_cuts_are_marked() {
    let home = Home::new();
    home.write(
        "head.py",
        "import sys\nprint(sys.stdin.readline().strip())\n",
    );
    home.write("cases/01.in", "first\nb\nc\nd\ne\nf\n");
    home.write("cases/01.out", "first\n");
    tape(&home, &[reply("print('last')\n")]);
    let text = stdout(&home.run(&[
        "optimize", "head.py", "--cases", "cases", "--tape", "tape", "--rounds", "1",
    ]));
    assert!(
        text.contains("input     first") && text.contains("… 2 lines"),
        "{text}"
    );
}

#[test]
fn nothing_is_left_of_the_sandbox_when_the_program_ends() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG)]);
    let args = [
        "optimize", "slow.py", "--cases", "cases", "--tape", "tape", "--rounds", "1",
    ];
    let child = home
        .command(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let name = format!("reheat-{}-", child.id());
    child.wait_with_output().unwrap();
    let left = Command::new("find")
        .args(["/sys/fs/cgroup", "-type", "d", "-name", &format!("{name}*")])
        .output()
        .unwrap();
    assert_eq!(stdout(&left), "", "cgroups were left behind");
}
