//! Programs that are wrong, cannot be built, or need something beside their input.

use super::place::{Place, adds, missing, sums, text};

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
