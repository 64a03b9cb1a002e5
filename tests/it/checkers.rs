//! A checker program of the user's own: a guest like any version, whose word on an output counts, and whose own failure
//! is never a version's.

use crate::support::ENOUGH;
use crate::support::home::{Home, ON_TAPE, named, reply, stderr, stdout, tape, verdicts};
use serde_json::Value;

/// Any divisor of the number that is neither 1 nor the number itself.
const SLOW: &str =
    "n = int(input())\ndivisors = [d for d in range(2, n) if n % d == 0]\nprint(divisors[0])\n";
/// Another answer than the original's, and right as well.
const OTHER: &str = "n = int(input())\nd = 2\nwhile n % d:\n    d += 1\nprint(n // d)\n";
const ONE: &str = "print(1)\n";
const WORDS: &str = "print('no idea')\n";

/// Reads the three files, says why something is wrong, and fails itself on what is no number.
const CHECK: &str = "import sys\nn = int(open(sys.argv[1]).read())\ngot = int(open(sys.argv[2]).read())\nexpected = int(open(sys.argv[3]).read())\nassert n % expected == 0\nif not 1 < got < n or n % got:\n    print(f'{got} is no proper divisor of {n}')\n    sys.exit(1)\n";

fn ground(home: &Home, checker: &str) {
    home.write("slow.py", SLOW);
    home.write("check.py", checker);
    for (name, n, d) in [("01", 15, 3), ("02", 77, 7), ("03", 2_400_004, 2)] {
        home.write(&format!("cases/{name}.in"), &format!("{n}\n"));
        home.write(&format!("cases/{name}.out"), &format!("{d}\n"));
    }
}

const CHECKED: &[&str] = &["--held-out", "0", "--checker-program", "check.py"];

#[test]
fn its_word_counts_and_its_reason_is_told() {
    let home = Home::new();
    ground(&home, CHECK);
    tape(&home, &[reply(ONE), reply(OTHER)]);
    let (events, status) = home.events(
        &[
            ON_TAPE,
            CHECKED,
            &["--rounds", "2", "--comparison-time", ENOUGH],
        ]
        .concat(),
    );
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer", "accepted"]);
    assert_eq!(status, 0, "{:?}", events.last());
    let prompt = named(&events, "prompt_sent")[1]["prompt"].as_str().unwrap();
    assert!(prompt.contains("1 is no proper divisor of 15"), "{prompt}");

    // The session keeps the checker: with its file gone it goes on.
    std::fs::remove_file(home.path("check.py")).unwrap();
    tape(&home, &[reply(ONE), reply(OTHER), reply("print(2)\n")]);
    let (events, _) = home.events(&["resume", "--json", "--rounds", "3"]);
    assert_eq!(verdicts(&events), ["wrong_answer"], "{events:?}");
}

#[test]
fn its_own_failure_is_no_verdict_and_the_next_version_is_judged() {
    let home = Home::new();
    ground(&home, CHECK);
    tape(&home, &[reply(WORDS), reply(OTHER)]);
    let (events, status) = home.events(
        &[
            ON_TAPE,
            CHECKED,
            &["--rounds", "2", "--comparison-time", ENOUGH],
        ]
        .concat(),
    );
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
    let note = |text: &str| {
        let all = named(&events, "noted");
        all.iter()
            .any(|n| n["text"].as_str().unwrap().contains(text))
    };
    assert!(
        note("v1 was not measured: the checker check.py failed itself on case 01 (exit status 1)"),
        "{events:?}"
    );
    assert!(note("ValueError"), "its error text is missing: {events:?}");
    assert_eq!(
        (events.last().unwrap()["best_version"].as_u64(), status),
        (Some(2), 0)
    );
}

#[test]
fn measure_asks_it_too_and_says_what_is_wrong_with_it() {
    let home = Home::new();
    ground(&home, CHECK);
    home.write("other.py", OTHER);
    home.write("one.py", ONE);
    let base = [
        "measure",
        "slow.py",
        "other.py",
        "one.py",
        "--cases",
        "cases",
        "--json",
        "--budget",
        "5s",
        "--checker-program",
    ];
    let output = home.run(&[&base[..], &["check.py"]].concat());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let verdict = |i: usize| found["versions"][i]["verdict"].clone();
    assert_eq!(
        (verdict(0), verdict(1), verdict(2)),
        ("accepted".into(), "accepted".into(), "wrong_answer".into()),
        "{found}"
    );

    home.write("broken.py", "def (:\n");
    home.write(
        "nosy.py",
        "import glob, sys\nsys.exit(3 if glob.glob('/home/*') or glob.glob('/root/*') else 0)\n",
    );
    home.write("crash.py", "raise SystemExit('out of order')\n");
    home.write("bad.c", "int main(void) { return }\n");
    home.write("what.xyz", "?");
    for (checker, wanted) in [
        (
            "broken.py",
            "the checker broken.py failed itself on case 01",
        ),
        ("crash.py", "out of order"),
        ("bad.c", "the checker bad.c does not compile"),
        ("none.py", "none.py"),
        ("what.xyz", "no language is known for .xyz"),
    ] {
        let output = home.run(&[&base[..], &[checker]].concat());
        let said = stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{checker}: {said}");
        assert!(said.contains(wanted), "{checker}: {said}");
    }
    let output = home.run(&[&base[..], &["nosy.py"]].concat());
    assert!(
        output.status.success(),
        "it saw a home: {}",
        stderr(&output)
    );
}

#[test]
fn a_checker_written_for_testlib_is_understood() {
    let home = Home::new();
    // What testlib's quitf does: the reason on standard error, status 1 for wrong, 2 for a wrong format.
    ground(
        &home,
        "import sys\ngot = open(sys.argv[2]).read().split()\nif not got[0].isdigit():\n    sys.stderr.write('wrong output format Expected integer\\n')\n    sys.exit(2)\nif int(open(sys.argv[1]).read()) % int(got[0]) or got == ['1']:\n    sys.stderr.write('wrong answer not a divisor\\n')\n    sys.exit(1)\nsys.stderr.write('ok\\n')\n",
    );
    tape(&home, &[reply(ONE), reply(WORDS)]);
    let (events, _) = home.events(&[ON_TAPE, CHECKED, &["--rounds", "2"]].concat());
    assert_eq!(
        verdicts(&events),
        ["accepted", "wrong_answer", "wrong_answer"]
    );
    let reasons: Vec<&str> = named(&events, "version_evaluated")[1..]
        .iter()
        .map(|e| e["evaluation"]["failure"]["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        reasons,
        [
            "wrong answer not a divisor",
            "wrong output format Expected integer"
        ]
    );
}

#[test]
fn a_task_file_can_name_one() {
    let home = Home::new();
    ground(&home, CHECK);
    home.write(
        "task/task.toml",
        "source = \"slow.py\"\nchecker = { program = \"check.py\" }\n[workload]\nheld_out = 0\n",
    );
    for file in ["slow.py", "check.py"] {
        std::fs::rename(home.path(file), home.path(&format!("task/{file}"))).unwrap();
    }
    std::fs::rename(home.path("cases"), home.path("task/cases")).unwrap();
    tape(&home, &[reply(ONE)]);
    let args = [
        "optimize", "task", "--tape", "tape", "--json", "--rounds", "1",
    ];
    let (events, _) = home.events(&args);
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer"]);
    for (text, wanted) in [
        (
            "checker = { progam = \"check.py\" }",
            "unknown field `progam`",
        ),
        (
            "checker = { language = \"python\" }",
            "missing field `program`",
        ),
        ("checker = \"fuzzy\"", "`fuzzy` is not a checker"),
        (
            "checker = 3",
            "the name of a checker, or { program = \"check.py\" }",
        ),
        (
            "[workload]\nheld_out = \"many\"",
            "is not a share of the cases",
        ),
        ("[workload]\nheld_out = [\"09\"]", "no such case"),
        ("[workload]\nshown = [\"09\"]", "no such case"),
    ] {
        home.write("task/task.toml", &format!("source = \"slow.py\"\n{text}\n"));
        let output = home.run(&args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{text}: {said}");
        assert!(
            said.contains(wanted) && said.contains("task.toml"),
            "{text}: {said}"
        );
    }
}
