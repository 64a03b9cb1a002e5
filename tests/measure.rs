//! What `reheat measure` promises, through the real binary, the real sandbox and real programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder with programs and cases, and its own cache.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(place.path("cases")).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn with(self, name: &str, text: &str) -> Self {
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reheat"));
        command
            .arg("measure")
            .args(args)
            .current_dir(self.dir.path())
            .env("REHEAT_CACHE_DIR", self.path("cache"))
            .env("REHEAT_CONFIG_DIR", self.path("config"));
        command
    }

    fn measure(&self, args: &[&str]) -> Output {
        self.command(args).stdin(Stdio::null()).output().unwrap()
    }

    /// The JSON that a measurement printed; it must have ended with this status.
    fn json(&self, args: &[&str], status: i32) -> Value {
        let out = self.measure(&[args, &["--cases", "cases", "--json"]].concat());
        assert_eq!(
            out.status.code(),
            Some(status),
            "{}{}",
            text(&out.stdout),
            text(&out.stderr)
        );
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", text(&out.stdout)))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Says why a test is left out where a tool is missing.
fn missing(tool: &str) -> bool {
    let found = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    if !found {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "needs {tool}, and nothing may be skipped here"
        );
        println!("skipped: needs {tool}");
    }
    !found
}

/// A program that adds up `n` numbers, `times` over; its answer is the same whatever `times` is.
fn adds(times: u32) -> String {
    format!(
        "n = int(input())\nfor _ in range({times}):\n    total = 0\n    for i in range(n):\n        total += i * i % 7\nprint(total)\n"
    )
}

fn sums() -> Place {
    Place::new()
        .with("cases/1.in", "1000\n")
        .with("cases/2.in", "60000\n")
}

#[test]
fn a_program_and_its_copy_are_neither_better_nor_worse() {
    if missing("python3") {
        return;
    }
    let place = sums().with("old.py", &adds(3)).with("new.py", &adds(3));
    // Two false alarms in a row have a chance of less than 1 in 400 each time the rule holds, far less if confirmed.
    let answers: Vec<String> = (0..2)
        .map(|_| {
            place.json(&["old.py", "new.py", "--comparison-time", "6s"], 0)["comparisons"][0]["answer"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(
        answers.iter().any(|a| a != "better" && a != "worse"),
        "{answers:?}"
    );
}

#[test]
fn a_program_that_is_five_times_faster_is_better_and_confirmed_and_the_other_way_round_worse() {
    if missing("python3") {
        return;
    }
    let place = sums().with("slow.py", &adds(60)).with("fast.py", &adds(1));
    let found = place.json(
        &[
            "slow.py",
            "fast.py",
            "--expect",
            "better",
            "--comparison-time",
            "20s",
        ],
        0,
    );
    let c = &found["comparisons"][0];
    assert_eq!(
        (c["answer"].as_str(), c["confirmed"].as_bool()),
        (Some("better"), Some(true)),
        "{c}"
    );
    assert!(
        c["pairs"].as_u64().unwrap() >= 8,
        "only the fresh pairs are reported: {c}"
    );
    assert!(
        c["low"].as_f64().unwrap() > 1.2
            && c["low"].as_f64() <= c["gain"].as_f64()
            && c["gain"].as_f64() <= c["high"].as_f64(),
        "{c}"
    );
    assert_eq!(
        (c["candidate"].as_str(), c["incumbent"].as_str()),
        (Some("fast.py"), Some("slow.py"))
    );

    let found = place.json(
        &[
            "fast.py",
            "slow.py",
            "--expect",
            "better",
            "--comparison-time",
            "20s",
        ],
        1,
    );
    let c = &found["comparisons"][0];
    assert_eq!(
        (c["answer"].as_str(), c["confirmed"].as_bool()),
        (Some("worse"), Some(false)),
        "{c}"
    );
    assert!(c["high"].as_f64().unwrap() < 1.0, "{c}");
}

#[test]
fn the_json_keeps_its_contract() {
    if missing("python3") {
        return;
    }
    let place = sums()
        .with("old.py", &adds(1))
        .with("new.py", "import sys\nsys.exit(3)\n")
        .with("./third.py", &adds(1));
    let found = place.json(
        &["old.py", "new.py", "./third.py", "--comparison-time", "2s"],
        0,
    );
    let versions = found["versions"].as_array().unwrap();
    let names: Vec<_> = versions
        .iter()
        .map(|v| v["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["old.py", "new.py", "./third.py"],
        "the names are the paths as given"
    );
    let verdicts: Vec<_> = versions
        .iter()
        .map(|v| v["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["accepted", "runtime_error", "accepted"]);
    for figure in ["wall_ns", "cpu_ns", "peak_bytes"] {
        assert!(
            versions[0][figure].as_u64().unwrap() > 1000,
            "{figure} of {}",
            versions[0]
        );
    }
    assert!(versions[0]["integral_byte_ns"].as_f64().unwrap() > 0.0);
    let comparisons = found["comparisons"].as_array().unwrap();
    assert_eq!(
        comparisons.len(),
        1,
        "a program that fails is never timed: {comparisons:?}"
    );
    let c = &comparisons[0];
    assert_eq!(
        (c["incumbent"].as_str(), c["candidate"].as_str()),
        (Some("old.py"), Some("./third.py"))
    );
    assert!(["wall", "cpu"].contains(&c["metric"].as_str().unwrap()));
    assert!(
        [
            "better",
            "worse",
            "no_difference",
            "not_better",
            "undecided"
        ]
        .contains(&c["answer"].as_str().unwrap())
    );
    assert!(
        c["gain"].is_f64()
            && c["low"].is_f64()
            && c["high"].is_f64()
            && c["pairs"].is_u64()
            && c["confirmed"].is_boolean(),
        "{c}"
    );
}

#[test]
fn a_wrong_program_is_told_how_it_is_wrong_and_never_timed() {
    if missing("python3") {
        return;
    }
    let place = sums().with("old.py", &adds(1)).with(
        "new.py",
        "n = int(input())\nprint(2001 if n == 1000 else 17)\n",
    );
    let found = place.json(&["old.py", "new.py"], 1);
    let new = &found["versions"][1];
    assert_eq!(new["verdict"], "wrong_answer");
    assert_eq!(
        (
            new["failure"]["case"].as_str(),
            new["failure"]["got"].as_str().map(str::trim)
        ),
        (Some("2"), Some("17")),
        "{new}"
    );
    assert_eq!(new["cases_passed"], 1, "{new}");
    assert_eq!(found["comparisons"].as_array().unwrap().len(), 0);

    let out = place.measure(&["old.py", "new.py", "--cases", "cases"]);
    let said = text(&out.stdout);
    assert!(
        said.contains("wrong answer on case 2") && said.contains("never timed"),
        "{said}"
    );
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("nothing could be compared"));
}

#[test]
fn an_original_that_disagrees_with_itself_is_no_oracle() {
    if missing("python3") {
        return;
    }
    let place = sums()
        .with(
            "old.py",
            "import os\nn = int(input())\nprint(n if n == 1000 else os.urandom(8).hex())\n",
        )
        .with("new.py", &adds(1));
    let out = place.measure(&["old.py", "new.py", "--cases", "cases"]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(
        said.contains("case 2 gives different output on two runs")
            && said.contains("nothing to trust"),
        "{said}"
    );
}

#[test]
fn an_original_may_fail_where_outputs_are_given_but_not_where_it_must_say_them() {
    if missing("python3") {
        return;
    }
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("cases/1.out", "1\n")
        .with("old.py", "raise SystemExit('broken')\n")
        .with("new.py", "print(input())\n");
    let found = place.json(&["old.py", "new.py"], 1);
    assert_eq!(
        (
            found["versions"][0]["verdict"].as_str(),
            found["versions"][1]["verdict"].as_str()
        ),
        (Some("runtime_error"), Some("accepted"))
    );
    assert_eq!(found["comparisons"].as_array().unwrap().len(), 0);
    place.json(&["old.py", "new.py", "--expect", "better"], 1);

    let place = place.with("cases/2.in", "2\n");
    let out = place.measure(&["old.py", "new.py", "--cases", "cases"]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(
        said.contains("case 2") && said.contains("exit status 1") && said.contains("broken"),
        "{said}"
    );
}

#[test]
fn a_program_that_fails_only_in_timed_runs_is_void() {
    if missing("python3") {
        return;
    }
    // Wrong every other time, by lot: passes its check now and then, but never eleven timed runs.
    let fickle = "import os\nn = int(input())\nprint(n if os.urandom(1)[0] % 2 else -1)\n";
    let place = Place::new()
        .with("cases/1.in", "5\n")
        .with("cases/1.out", "5\n")
        .with("old.py", "print(input())\n")
        .with("new.py", fickle);
    let caught = (0..40).any(|_| {
        let found = place.json(&["old.py", "new.py", "--comparison-time", "5s"], 1);
        let new = &found["versions"][1];
        assert_eq!(new["verdict"], "wrong_answer", "{found}");
        assert_eq!(found["comparisons"].as_array().unwrap().len(), 0);
        new["failure"]["reason"]
            .as_str()
            .unwrap()
            .starts_with("in a timed run")
    });
    assert!(
        caught,
        "forty programs, and none was seen to fail while it was timed"
    );
}

const C: &str = "#include <stdio.h>\nint main(void) { long n, t = 0; if (scanf(\"%ld\", &n) != 1) return 1; for (long i = 0; i < n; i++) t += i * i % 7; printf(\"%ld\\n\", t); }\n";
const CPP: &str = "#include <iostream>\nint main() { long n, t = 0; std::cin >> n; for (long i = 0; i < n; i++) t += i * i % 7; std::cout << t << std::endl; }\n";
const RUST: &str = "fn main() { let mut s = String::new(); std::io::stdin().read_line(&mut s).unwrap(); let n: i64 = s.trim().parse().unwrap(); println!(\"{}\", (0..n).map(|i| i * i % 7).sum::<i64>()); }\n";
const JS: &str = "const n = Number(require('fs').readFileSync(0, 'utf8')); let t = 0; for (let i = 0; i < n; i++) t += i * i % 7; console.log(t);\n";

#[test]
fn programs_of_any_language_are_compared() {
    for (tool, file, source) in [
        ("gcc", "new.c", C),
        ("g++", "new.cpp", CPP),
        ("rustc", "new.rs", RUST),
        ("node", "new.js", JS),
    ] {
        if missing("python3") || missing(tool) {
            continue;
        }
        let place = sums().with("old.py", &adds(1)).with(file, source);
        let found = place.json(&["old.py", file, "--comparison-time", "1s"], 0);
        assert_eq!(found["versions"][1]["verdict"], "accepted", "{found}");
        assert_eq!(found["comparisons"].as_array().unwrap().len(), 1, "{found}");
    }
}

#[test]
fn a_build_is_told_when_it_fails_and_kept_when_it_does_not() {
    if missing("gcc") {
        return;
    }
    let place = sums()
        .with("old.c", C)
        .with("new.c", "int main(void) { return undeclared; }\n");
    let found = place.json(&["old.c", "new.c"], 1);
    let new = &found["versions"][1];
    assert_eq!(new["verdict"], "compile_error");
    assert!(new["wall_ns"].is_null(), "nothing ran: {new}");
    let said = new["failure"]["stderr"].as_str().unwrap();
    assert!(said.contains("undeclared"), "{said}");
    assert!(
        !said.contains(place.dir.path().to_str().unwrap()),
        "a path of this machine in {said}"
    );
    assert_eq!(found["versions"][0]["build"]["cached"], false, "{found}");
    let again = place.json(&["old.c", "new.c"], 1);
    assert_eq!(again["versions"][0]["build"]["cached"], true, "{again}");
    assert_eq!(
        again["versions"][1]["verdict"], "compile_error",
        "a failed build is not kept"
    );
}

#[test]
fn memory_and_integral_are_objectives_too() {
    if missing("python3") {
        return;
    }
    let hog = "n = int(input())\nx = list(range(2_000_000))\nt = 0\nfor i in range(400_000):\n    t += x[i] % 7\nprint(t)\n";
    let thrifty = "n = int(input())\nt = 0\nfor i in range(400_000):\n    t += i % 7\nprint(t)\n";
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("hog.py", hog)
        .with("thrifty.py", thrifty);
    for (objective, metric) in [("memory", "peak"), ("integral", "integral")] {
        let found = place.json(
            &[
                "hog.py",
                "thrifty.py",
                "--objective",
                objective,
                "--comparison-time",
                "20s",
            ],
            0,
        );
        let c = &found["comparisons"][0];
        assert_eq!(
            (
                c["metric"].as_str(),
                c["answer"].as_str(),
                c["confirmed"].as_bool()
            ),
            (Some(metric), Some("better"), Some(true)),
            "{c}"
        );
        assert!(c["gain"].as_f64().unwrap() > 2.0, "{c}");
    }
    let same = place.json(&["thrifty.py", "thrifty.py", "--objective", "memory"], 0);
    assert_eq!(same["comparisons"][0]["answer"], "no_difference", "{same}");
}

#[test]
fn arguments_and_data_files_reach_every_run() {
    if missing("python3") {
        return;
    }
    let reads = "import sys\ninput()\nprint(open('data.txt').read().strip(), sys.argv[1:])\n";
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("cases/1.out", "hello ['--deep', '3']\n")
        .with("data.txt", "hello\n")
        .with("old.py", reads)
        .with("new.py", reads);
    let found = place.json(
        &[
            "old.py",
            "new.py",
            "--arg",
            "--deep",
            "--arg",
            "3",
            "--file",
            "data.txt",
            "--checker",
            "exact",
            "--comparison-time",
            "1s",
        ],
        0,
    );
    assert_eq!(
        (
            found["versions"][0]["verdict"].as_str(),
            found["versions"][1]["verdict"].as_str()
        ),
        (Some("accepted"), Some("accepted")),
        "{found}"
    );
}

#[test]
fn wrong_use_and_missing_things_are_told_apart() {
    let place = sums()
        .with("old.py", &adds(1))
        .with("new.py", &adds(1))
        .with("what.xyz", "?")
        .with("empty.py", "");
    for (args, status, says) in [
        (
            &["old.py", "nowhere.py", "--cases", "cases"][..],
            2,
            "nowhere.py",
        ),
        (&["old.py", "what.xyz", "--cases", "cases"], 2, "--language"),
        (&["old.py", "empty.py", "--cases", "cases"], 2, "empty"),
        (&["old.py", "new.py", "--cases", "no/cases"], 2, "no/cases"),
        (
            &[
                "old.py",
                "new.py",
                "--cases",
                "cases",
                "--language",
                "cobol",
            ],
            2,
            "cobol",
        ),
        (
            &["old.py", "new.py", "--cases", "cases", "--checker", "vibes"],
            2,
            "vibes",
        ),
        (
            &[
                "old.py",
                "new.py",
                "--cases",
                "cases",
                "--comparison-time",
                "soon",
            ],
            2,
            "soon",
        ),
        (&["old.py", "--cases", "cases"], 2, "values"),
        (
            &[
                "old.py",
                "new.py",
                "--cases",
                "cases",
                "--tool",
                "python-of-nobody",
            ],
            3,
            "python-of-nobody",
        ),
    ] {
        let out = place.measure(args);
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(status), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
        assert!(
            out.stdout.is_empty(),
            "{args:?} printed {}",
            text(&out.stdout)
        );
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_said_and_does_no_harm() {
    if missing("python3") {
        return;
    }
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("old.py", "print(input())\n")
        .with("new.py", "print(input())\n")
        .with("cache", "a file in the way");
    let found = place.json(&["old.py", "new.py", "--comparison-time", "1s"], 0);
    assert_eq!(found["versions"][1]["verdict"], "accepted");
    assert!(
        found["notes"][0]
            .as_str()
            .unwrap()
            .contains("cannot be used"),
        "{found}"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_and_leaves_no_process_behind() {
    if missing("python3") {
        return;
    }
    let marker = format!("reheat-interrupt-{}", std::process::id());
    let sleeps = "import time\ninput()\ntime.sleep(600)\n";
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("cases/1.out", "1\n")
        .with("old.py", sleeps)
        .with("new.py", sleeps);
    let mut child = place
        .command(&[
            "old.py",
            "new.py",
            "--cases",
            "cases",
            "--arg",
            &marker,
            "--time-limit",
            "500s",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    await_that("the program runs", || running(&marker, child.id()) > 0);
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    await_that("no process is left", || running(&marker, 0) == 0);
}

/// How many processes have the marker among their arguments, apart from the one that was told of it.
#[cfg(unix)]
fn running(marker: &str, but: u32) -> usize {
    let Ok(all) = std::fs::read_dir("/proc") else {
        return 0;
    };
    all.filter_map(Result::ok)
        .filter(|e| {
            e.file_name()
                .to_str()
                .and_then(|n| n.parse::<u32>().ok())
                .is_some_and(|pid| pid != but)
        })
        .filter(|e| {
            std::fs::read(Path::new(&e.path()).join("cmdline"))
                .is_ok_and(|c| text(&c).contains(marker))
        })
        .count()
}

#[cfg(unix)]
fn await_that(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("waited 30 s in vain: {what}");
}

/// The judge without the command line: incumbent, candidate and original are three programs.
#[test]
fn a_win_is_confirmed_against_the_incumbent_and_the_original_in_the_same_runs() {
    use reheat::measure::{Answer, Contender, Contested, Judge, Plan, Progress};
    use reheat::sandbox::{Control, Settings};
    use reheat::task::load::TaskFlags;
    use reheat::task::{Languages, Objective};

    if missing("python3") {
        return;
    }
    let place = sums()
        .with("v0.py", &adds(24))
        .with("v1.py", &adds(12))
        .with("v2.py", &adds(1));
    let languages = Languages::load(None).unwrap();
    let flags = TaskFlags {
        file: Some(place.path("v0.py")),
        cases: Some(place.path("cases")),
        ..TaskFlags::default()
    };
    let mut task = flags.load(&languages).unwrap();
    let launcher = Some(PathBuf::from(env!("CARGO_BIN_EXE_reheat")));
    let mut judge = Judge::open(
        Settings {
            launcher,
            unsafe_no_isolation: false,
        },
        None,
    )
    .unwrap();
    let control = Control::new();
    judge
        .complete_with_oracle(&mut task, &control, &mut |_| {})
        .unwrap();
    let ready: Vec<_> = ["v0.py", "v1.py", "v2.py"]
        .iter()
        .map(|name| {
            let source = reheat::task::load::load_source(&place.path(name)).unwrap();
            let built = judge
                .build(&source, &task.language, None, &control, &mut |_| {})
                .unwrap();
            let evaluation = judge
                .evaluate(&built, &task, &control, &mut |_| {})
                .unwrap();
            (*name, built, evaluation)
        })
        .collect();
    assert!(
        ready.windows(2).all(|w| w[0].1.argv == w[1].1.argv),
        "every version is found at the same path"
    );
    let [v0, v1, v2] = [0, 1, 2].map(|i| Contender {
        name: ready[i].0,
        built: &ready[i].1,
        evaluation: &ready[i].2,
    });

    let mut plan = Plan::new(Objective::Time, std::time::Duration::from_secs(20));
    plan.seed = Some(1);
    let (mut first, mut fresh, mut warmed) = (0, 0, false);
    let contested = judge
        .contest(
            &v1,
            &v2,
            Some(&v0),
            &task,
            &plan,
            &control,
            &mut |p| match p {
                Progress::WarmingUp => warmed = true,
                Progress::Paired {
                    confirming: false, ..
                } => first += 1,
                Progress::Paired {
                    confirming: true, ..
                } => fresh += 1,
                _ => {}
            },
        )
        .unwrap();
    let Contested::Done {
        comparison,
        against_original: Some(original),
    } = contested
    else {
        panic!("{contested:?}")
    };
    assert!(
        warmed && first >= 5 && fresh >= 8,
        "{first} pairs, then {fresh}"
    );
    assert_eq!(
        (comparison.answer, comparison.confirmed),
        (Answer::Better, true),
        "{comparison:?}"
    );
    assert_eq!(
        (
            comparison.log_ratios.len(),
            comparison.confirming.len(),
            comparison.pairs
        ),
        (first, fresh, fresh)
    );
    assert_eq!(
        (original.incumbent.as_str(), original.candidate.as_str()),
        ("v0.py", "v2.py")
    );
    assert!(
        original.confirmed && original.pairs == fresh && original.gain > comparison.gain,
        "{original:?}"
    );

    // The same again, where the incumbent is the original: one set of figures under both names.
    let contested = judge
        .contest(&v0, &v2, Some(&v0), &task, &plan, &control, &mut |_| {})
        .unwrap();
    let Contested::Done {
        comparison,
        against_original: Some(original),
    } = contested
    else {
        panic!("{contested:?}")
    };
    assert_eq!(
        (comparison.gain, comparison.low, comparison.high),
        (original.gain, original.low, original.high)
    );

    // Stopped in the middle of the pairs: an error of its own, and the judge goes on afterwards.
    let halt = Control::new();
    let stopped = judge.contest(&v0, &v2, None, &task, &plan, &halt, &mut |p| {
        if matches!(p, Progress::Paired { .. }) {
            halt.stop();
        }
    });
    assert!(
        matches!(stopped, Err(reheat::measure::JudgeError::Stopped)),
        "{stopped:?}"
    );
    assert!(
        judge
            .evaluate(&ready[2].1, &task, &control, &mut |_| {})
            .unwrap()
            .verdict
            .accepted()
    );
}

#[test]
fn the_floor_is_known_shown_and_warned_of() {
    if missing("python3") {
        return;
    }
    let place = Place::new()
        .with("cases/1.in", "5\n")
        .with("old.py", "print(input())\n")
        .with("new.py", "print(int(input()))\n");
    let found = place.json(&["old.py", "new.py", "--comparison-time", "3s"], 0);
    let floor = &found["versions"][0]["floor"];
    assert!(floor["wall_ns"].as_u64().unwrap() > 100_000, "{floor}");
    assert!(floor["peak_bytes"].as_u64().unwrap() > 100_000, "{floor}");
    let c = &found["comparisons"][0];
    let said = c["note"].as_str().unwrap();
    assert!(
        said.contains("what an empty program takes: larger inputs"),
        "{c}"
    );
    assert!(
        c["floors"]["incumbent"]["cpu_ns"].as_u64().unwrap() > 0,
        "{c}"
    );

    let out = place.measure(&[
        "old.py",
        "new.py",
        "--cases",
        "cases",
        "--comparison-time",
        "1s",
    ]);
    assert!(
        text(&out.stdout).contains("floor: an empty Python program takes"),
        "{}",
        text(&out.stdout)
    );

    // Of two cases the one that is all floor is checked but not timed.
    let place = place
        .with("cases/2.in", "1500000\n")
        .with("old.py", &adds(2))
        .with("new.py", &adds(1));
    let found = place.json(&["old.py", "new.py", "--comparison-time", "10s"], 0);
    let c = &found["comparisons"][0];
    let timed: Vec<&str> = c["per_case"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|p| p[0].as_str())
        .collect();
    assert_eq!(timed, ["2"], "{c}");
    assert_eq!(found["versions"][0]["cases_passed"], 2);
    let (gain, beyond) = (
        c["gain"].as_f64().unwrap(),
        c["gain_beyond_floor"].as_f64().unwrap(),
    );
    assert!(beyond > gain, "{c}");
}

#[test]
fn a_budget_is_kept_where_the_fewest_pairs_allow_it() {
    if missing("python3") {
        return;
    }
    // A second a run: five pairs and six fresh ones do not fit into twice the budget of one.
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("old.py", "import time\ntime.sleep(.6)\nprint(input())\n")
        .with("new.py", "import time\ntime.sleep(.2)\nprint(input())\n");
    let found = place.json(&["old.py", "new.py", "--comparison-time", "1s"], 0);
    let c = &found["comparisons"][0];
    assert_eq!(c["answer"], "undecided", "{c}");
    assert!(c["pairs"].as_u64().unwrap() < 5, "{c}");
    assert!(
        c["note"].as_str().unwrap().contains("--comparison-time"),
        "{c}"
    );
    // Ten seconds hold eleven pairs of 0.8 s with next to nothing to spare: a win, looked at once.
    let found = place.json(&["old.py", "new.py", "--comparison-time", "7s"], 0);
    let c = &found["comparisons"][0];
    assert_eq!(
        (c["answer"].as_str(), c["confirmed"].as_bool()),
        (Some("better"), Some(true)),
        "{c}"
    );
    assert_eq!(c["pairs"], 6, "{c}");
}
