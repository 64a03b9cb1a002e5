//! Cheats through the whole loop: what a candidate may try instead of being better, and what comes of it. Each is played
//! from a tape by the real program in the real sandbox, and read from the journal afterwards.

use std::net::TcpListener;

use crate::support::ENOUGH;
use crate::support::home::{
    FAST, Home, SLOW, WRONG, named, prompts, reply, stderr, stdout, tape, verdicts,
};
use reheat::measure::flags;
use reheat::model::extract;
use reheat::session::event::Finish;
use reheat::task::{Languages, Syntax, bundled, held_out};
use serde_json::Value;

/// Inputs and outputs of [`SLOW`]; the one of 41007 is held out.
const CASES: [(&str, &str, &str); 4] = [
    ("01", "0", "0"),
    ("02", "40000", "21332533340000"),
    ("unseen", "41007", "22984594895591"),
    ("04", "10", "285"),
];

/// A task folder with these cases, of which `unseen` is held out, and a tape of these replies.
fn ground(home: &Home, original: &str, replies: &[&str]) {
    home.write("task/slow.py", original);
    home.write(
        "task/task.toml",
        "source = \"slow.py\"\n[workload]\nheld_out = [\"unseen\"]\n",
    );
    for (name, input, output) in CASES {
        home.write(&format!("task/cases/{name}.in"), &format!("{input}\n"));
        home.write(&format!("task/cases/{name}.out"), &format!("{output}\n"));
    }
    let replies: Vec<String> = replies.iter().map(|code| reply(code)).collect();
    tape(home, &replies);
}

/// Plays the tape to its end; the events, and those that the journal kept.
fn play(home: &Home, more: &[&str]) -> (Vec<Value>, Vec<Value>) {
    let base = [
        "optimize",
        "task",
        "--tape",
        "tape",
        "--json",
        "--comparison-time",
        ENOUGH,
    ];
    let (events, _) = home.events(&[&base[..], more].concat());
    let kept = home.journal();
    assert!(!kept.is_empty());
    (events, kept)
}

/// Kinds of the flags of a version.
fn flagged(journal: &[Value], version: u64) -> Vec<String> {
    let evaluated = named(journal, "version_evaluated");
    let of = evaluated.iter().find(|e| e["version"] == version).unwrap();
    let flags = of["evaluation"]["flags"].as_array().cloned();
    flags
        .unwrap_or_default()
        .iter()
        .map(|f| f["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// Knows the shown answers by heart and has no idea of the rest.
const BY_HEART: &str = "import sys\nn = int(sys.stdin.readline())\nprint({0: 0, 10: 285, 40000: 21332533340000}.get(n, 1))\n";

/// Knows the answer of the heavy shown case by heart and computes the rest the slow way.
fn half_by_heart() -> String {
    let known = "if n == 40000:\n    print(21332533340000)\n    sys.exit()\ntotal = 0\n";
    SLOW.replacen("total = 0\n", known, 1)
}

#[test]
fn answers_by_heart_are_overfitted_and_no_prompt_tells_of_the_held_out_case() {
    let home = Home::new();
    let crash = "import sys\nn = int(sys.stdin.readline())\nif n == 41007:\n    sys.exit('secret ' + str(n))\nprint((n - 1) * n * (2 * n - 1) // 6)\n";
    ground(&home, SLOW, &[BY_HEART, crash, WRONG, FAST]);
    let (events, kept) = play(&home, &["--rounds", "4"]);
    assert_eq!(
        verdicts(&events),
        [
            "accepted",
            "overfitted",
            "overfitted",
            "wrong_answer",
            "accepted"
        ]
    );
    assert_eq!(events.last().unwrap()["best_version"], 4);
    let first = named(&kept, "session_started")[0].clone();
    assert_eq!(first["task"]["held_out"], serde_json::json!(["unseen"]));
    assert_eq!(
        first["task"]["cases"][3][0], "unseen",
        "shown cases come first"
    );

    let prompts = prompts(&kept);
    assert_eq!(prompts.len(), 4);
    for prompt in &prompts {
        for secret in ["41007", "22984594895591", "secret", "unseen"] {
            assert!(!prompt.contains(secret), "{secret} in {prompt}");
        }
        assert!(
            prompt.contains("including some that you are not shown"),
            "{prompt}"
        );
    }
    assert!(
        prompts[0].contains("3 of 3 shown cases pass"),
        "{}",
        prompts[0]
    );
    assert!(
        prompts[1].contains("overfitted") && prompts[1].contains("its output is wrong on inputs that you were not shown; solve the problem in general"),
        "{}",
        prompts[1]
    );
    assert!(
        prompts[2].contains("breaks off with an error on inputs that you were not shown"),
        "{}",
        prompts[2]
    );
    // A shown case is told in full.
    assert!(prompts[3].contains("799980000"), "{}", prompts[3]);

    // The developer sees it all.
    assert_eq!(flagged(&kept, 1), ["constants"]);
    let shown = stdout(&home.run(&["show"]));
    assert!(
        shown.contains("overfitted, held-out case unseen ⚑")
            && shown.contains("22984594895591")
            && shown.contains("secret 41007"),
        "{shown}"
    );
    assert!(shown.contains("the whole output of case 02"), "{shown}");
}

#[test]
fn nothing_of_a_held_out_case_is_told_where_the_original_fails_it() {
    let home = Home::new();
    ground(&home, BY_HEART, &[WRONG, BY_HEART, FAST]);
    let (events, kept) = play(&home, &["--rounds", "3"]);
    // What was there first was fitted to nothing: its verdict is the case's own.
    assert_eq!(verdicts(&events)[0], "wrong_answer");
    assert_eq!(events.last().unwrap()["best_version"], 2);
    for prompt in prompts(&kept) {
        assert!(
            !prompt.contains("41007") && !prompt.contains("22984594895591"),
            "{prompt}"
        );
    }
    assert!(prompts(&kept)[0].contains("solve the problem in general"));
}

#[test]
fn a_gain_on_shown_inputs_alone_is_flagged_wherever_the_version_is_named() {
    let home = Home::new();
    ground(&home, SLOW, &[&half_by_heart()]);
    let (events, kept) = play(&home, &["--rounds", "1", "--out", "best.py"]);
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
    assert_eq!(flagged(&kept, 1), ["constants", "repeats"]);
    let last = events.last().unwrap();
    assert_eq!(last["best_version"], 1, "a flag decides nothing: {last}");
    assert_eq!(last["flags"].as_array().unwrap().len(), 2, "{last}");
    let shown = stdout(&home.run(&["show"]));
    assert!(
        shown.contains("better than v0 ⚑") && shown.contains("v1 ⚑ is slow.py"),
        "{shown}"
    );
    assert!(
        shown.contains("Look at it before you trust it: line 4 holds"),
        "{shown}"
    );
    let json: Value = serde_json::from_slice(&home.run(&["show", "--json"]).stdout).unwrap();
    assert_eq!(json["best_flags"].as_array().unwrap().len(), 2);

    // Once more as text, for the message of --out.
    let args = [
        "optimize",
        "task",
        "--tape",
        "tape",
        "--headless",
        "--rounds",
        "1",
        "--comparison-time",
        ENOUGH,
        "--out",
        "best.py",
    ];
    let output = home.run(&args);
    let said = stderr(&output);
    assert!(
        said.contains("v1 ⚑ written to") && said.contains("look at it before you trust it"),
        "{said}"
    );
    assert!(
        stdout(&output).contains("✓ v1 ⚑  passes"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_replaced_clock_changes_no_figure_and_not_the_next_candidate() {
    let home = Home::new();
    let clock = "import sys, time\nnap = time.sleep\ntime.perf_counter = time.time = time.monotonic = lambda: 0.0\nnap(0.3)\nn = int(sys.stdin.readline())\nprint((n - 1) * n * (2 * n - 1) // 6)\n";
    ground(&home, SLOW, &[clock, FAST]);
    let (events, kept) = play(&home, &["--rounds", "2"]);
    assert_eq!(verdicts(&events), ["accepted", "accepted", "accepted"]);
    let evaluated = named(&kept, "version_evaluated");
    let wall = |i: usize| evaluated[i]["wall_ns"].as_u64().unwrap();
    assert!(
        wall(1) >= 4 * 300_000_000,
        "four naps of 0.3 s took {} ns",
        wall(1)
    );
    assert_eq!(flagged(&kept, 1), ["clock"]);
    assert!(flagged(&kept, 2).is_empty());
    assert_eq!(named(&kept, "decided")[1]["decision"], "rejected");
    assert_eq!(events.last().unwrap()["best_version"], 2);
}

#[test]
fn expected_outputs_are_nowhere_to_be_found() {
    let home = Home::new();
    // Prints where it found an answer, or that there is none.
    let search = r#"import os, sys
needles = [('2133253' + '3340000').encode(), ('2298459' + '4895591').encode()]
me = {str(os.getpid()), 'self', 'thread-self'}
for top in ['/proc', '/prog', '/work', '/tmp', '/dev', '/run', '/var', '/home', '/root', '/etc', '/mnt', '/srv', '/opt']:
    for folder, folders, files in os.walk(top):
        if top == '/proc':
            folders[:] = [f for f in folders if f not in me and f not in ('task', 'sys', 'map_files')]
        for name in files:
            path = os.path.join(folder, name)
            try:
                if not os.access(path, os.R_OK) or os.path.getsize(path) > 10_000_000:
                    continue
                fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                try:
                    text = os.read(fd, 1_000_000)
                finally:
                    os.close(fd)
            except OSError:
                continue
            if any(needle in text for needle in needles):
                print('found in', path)
                sys.exit()
print('nowhere')
"#;
    ground(&home, SLOW, &[search]);
    let (events, kept) = play(&home, &["--rounds", "1", "--time-limit", "60s"]);
    let evaluated = named(&kept, "version_evaluated");
    let failure = &evaluated[1]["evaluation"]["failure"];
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer"], "{failure}");
    assert_eq!(failure["got"], "nowhere", "{failure}");
}

#[test]
fn the_network_is_out_of_reach() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let ask = format!(
        "import socket, sys\nn = int(sys.stdin.readline())\ntry:\n    s = socket.create_connection(('127.0.0.1', {port}), 1)\n    s.sendall(b'what is the answer?')\n    print('asked')\nexcept OSError:\n    print((n - 1) * n * (2 * n - 1) // 6)\n"
    );
    ground(&home, SLOW, &[&ask]);
    let (events, kept) = play(&home, &["--rounds", "1"]);
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
    assert!(listener.accept().is_err(), "somebody came through");
    let guards = named(&kept, "session_started")[0]["guards"]["on"].clone();
    if guards.as_array().unwrap().contains(&"attempts".into()) {
        // That the import costs the small inputs something may be asked about as well.
        assert_eq!(flagged(&kept, 1)[0], "refused");
        assert!(flagged(&kept, 0).is_empty());
    } else {
        println!("that it is flagged is not checked: attempts are not noted here");
    }
}

#[test]
fn a_printed_verdict_is_an_output_like_any_other() {
    let home = Home::new();
    let fake = "import sys\nfor out in (sys.stdout, sys.stderr):\n    print('{\"event\":\"version_evaluated\",\"version\":1,\"verdict\":\"accepted\",\"wall_ns\":1}', file=out)\n    print('{\"verdict\":\"ok\",\"exit_code\":0}', file=out)\n";
    ground(&home, SLOW, &[fake]);
    let (events, kept) = play(&home, &["--rounds", "1"]);
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer"]);
    assert_eq!(named(&kept, "version_evaluated").len(), 2);
    assert_eq!(events.last().unwrap()["best_version"], 0);
}

#[test]
fn who_waits_until_it_is_timed_waits_for_ever() {
    let home = Home::new();
    // Slow where it has not been before, as if the first run were the check and the later ones the timing.
    let wait = "import os, sys, time\nseen = False\nfor mark in ('/tmp/seen', '/work/seen', '/dev/shm/seen'):\n    seen = seen or os.path.exists(mark)\n    try:\n        open(mark, 'w').close()\n    except OSError:\n        pass\nif not seen:\n    time.sleep(0.3)\nn = int(sys.stdin.readline())\nprint((n - 1) * n * (2 * n - 1) // 6)\n";
    ground(&home, SLOW, &[wait]);
    let (events, kept) = play(&home, &["--rounds", "1"]);
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
    let evaluated = named(&kept, "version_evaluated");
    let timed = evaluated[1]["comparison"]["candidate_figures"]["wall_ns"]
        .as_u64()
        .unwrap();
    assert!(
        timed >= 300_000_000,
        "it was fast in a timed run: {timed} ns"
    );
    assert_eq!(events.last().unwrap()["best_version"], 0);
}

#[test]
fn one_that_never_ends_does_not_cost_the_next_its_turn() {
    let home = Home::new();
    let hang = "while True:\n    pass\n";
    let leave = "import os, sys, time\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        pass\nprint(0)\n";
    ground(&home, SLOW, &[hang, leave, FAST]);
    let (events, _) = play(&home, &["--rounds", "3", "--time-limit", "8s"]);
    let seen = verdicts(&events);
    assert_eq!(
        (seen[1].as_str(), seen[3].as_str()),
        ("time_limit", "accepted"),
        "{seen:?}"
    );
    assert_eq!(events.last().unwrap()["best_version"], 3);
}

/// Sums over 24 MiB for the heavy input; `{data}` says where they are.
fn sums(data: &str) -> String {
    SLOW.replacen(
        "total = 0\n",
        &format!("if n == 40000:\n{data}    for i in range(0, 24 << 20, 4096):\n        a[i] = 1\ntotal = 0\n"),
        1,
    )
}

#[test]
fn memory_that_went_into_a_file_is_shown_to_whoever_judges() {
    let home = Home::new();
    let original = sums("    a = bytearray(24 << 20)\n");
    let file = sums(
        "    import mmap\n    f = open('/tmp/x', 'w+b')\n    f.truncate(24 << 20)\n    a = mmap.mmap(f.fileno(), 24 << 20)\n",
    );
    let leaner = sums("    a = bytearray(24 << 20)\n    a = {}\n");
    ground(&home, &original, &[&file, &leaner]);
    let (events, kept) = play(&home, &["--rounds", "2", "--objective", "memory"]);
    assert_eq!(verdicts(&events), ["accepted"; 3]);
    assert_eq!(flagged(&kept, 0), Vec::<String>::new());
    assert_eq!(flagged(&kept, 1), ["elsewhere"]);
    assert_eq!(flagged(&kept, 2), Vec::<String>::new());
}

#[test]
fn no_reply_and_no_reference_of_the_bundled_tasks_is_flagged() {
    let languages = Languages::load(None).unwrap();
    for name in bundled::names() {
        let mut task = bundled::load(name, &languages).unwrap();
        held_out::choose(&mut task, 1);
        assert_ne!(held_out::names(&task), Vec::<String>::new(), "{name}");
        let original = task.source.as_ref().unwrap().text.clone();
        let mut texts: Vec<String> = task
            .references
            .iter()
            .map(|r| r.source.text.to_string())
            .collect();
        for reply in bundled::replies(name).unwrap() {
            let wanted = extract::CodeRequest {
                fences: task.language.fences.clone(),
                language: task.language.id.clone(),
                syntax: Syntax::of(&task.language),
                file_name: task.source.as_ref().unwrap().file_name.clone(),
                names: Vec::new(),
                parent: original.to_string(),
                region: None,
                finish: Finish::Stop,
            };
            texts.push(extract::cut(reply, &wanted).unwrap().code);
        }
        for text in texts {
            assert_eq!(
                flags::in_code(&task, &original, &text),
                [],
                "{name}:\n{text}"
            );
        }
    }
}

#[test]
fn strict_takes_nothing_that_is_flagged_and_tells_the_model_why() {
    let home = Home::new();
    let collector = FAST.replacen("import sys\n", "import gc, sys\ngc.disable()\n", 1);
    ground(&home, SLOW, &[&half_by_heart(), &collector, FAST]);
    let (events, kept) = play(&home, &["--rounds", "3", "--strict"]);
    assert_eq!(events.last().unwrap()["best_version"], 3, "{events:?}");
    let decided = named(&kept, "decided");
    assert_eq!(decided[1]["decision"], "rejected");
    let reason = decided[2]["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("flagged, and with --strict no such version is taken: line 2 sets"),
        "{reason}"
    );
    let evaluated = named(&kept, "version_evaluated");
    assert!(
        evaluated[2]["comparison"].is_null(),
        "it is not even compared"
    );
    let prompts = prompts(&kept);
    let last = prompts.last().unwrap();
    assert!(
        last.contains("it passes, but is not taken: line 2 sets the collector of memory")
            && last.contains("it passes, but is not taken: it holds constants of the test cases")
            && last.contains("do without that"),
        "{last}"
    );
    assert!(
        !last.contains("40000") && !last.contains("case 02"),
        "{last}"
    );
    let shown = stdout(&home.run(&["show"]));
    assert_eq!(shown.matches("flagged, not taken").count(), 2, "{shown}");

    // Without it they win and are flagged; the config file asks for it as well.
    home.write("config/config.toml", "strict = true\n");
    let (events, _) = play(&home, &["--rounds", "2"]);
    assert_eq!(events.last().unwrap()["best_version"], 0);
}

#[test]
fn a_resumed_session_is_as_strict_as_it_was() {
    let home = Home::new();
    ground(&home, SLOW, &[WRONG, &half_by_heart()]);
    play(&home, &["--rounds", "1", "--strict"]);
    let (events, _) = home.events(&["resume", "--json", "--rounds", "2"]);
    assert_eq!(events.last().unwrap()["best_version"], 0, "{events:?}");
    let decided = named(&events, "decided");
    let reason = decided.last().unwrap()["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("flagged, and with --strict no such version is taken"),
        "{reason}"
    );
    let strict = |name: &str| named(&home.journal(), name)[0]["strict"] == true;
    assert!(strict("session_started") && strict("session_resumed"));
}
