//! Checks and benches that end before they have looked: what the original's runs show is the measure.

use reheat::measure::Verdict;

use super::project::{Bench, Project};
use super::tools::missing;

/// The verdict on a version, and why.
fn judged(bench: &mut Bench, code: &str) -> (Verdict, String) {
    let (_, found) = bench.version(code);
    let reason = found.failure.map(|f| f.reason).unwrap_or_default();
    (found.verdict, reason)
}

fn refused(bench: &mut Bench, cheats: &[(&str, &str)]) {
    for (code, why) in cheats {
        let (verdict, reason) = judged(bench, code);
        assert_eq!(verdict, Verdict::WrongAnswer, "{code}: {reason}");
        assert!(reason.contains(why), "{code}: {reason}");
    }
}

fn taken(bench: &mut Bench, honest: &[&str]) {
    for code in honest {
        let (verdict, reason) = judged(bench, code);
        assert_eq!(verdict, Verdict::Accepted, "{code}: {reason}");
    }
}

const TESTS: &str = "import unittest, work\n\nclass Squares(unittest.TestCase):\n    def test_one(self): self.assertEqual(work.f(1), 1)\n    def test_two(self): self.assertEqual(work.f(2), 4)\n    def test_three(self): self.assertEqual(work.f(3), 9)\n    def test_none(self): self.assertEqual(work.f(0), 0)\n";

#[test]
fn a_check_that_runs_fewer_tests_than_with_the_original_is_no_check() {
    let project = Project::new(&[
        (
            "work.py",
            "def f(n):\n    return sum(n for _ in range(n))\n",
        ),
        ("test_work.py", TESTS),
    ]);
    let task = project.task("work.py", Some("python3 -m unittest"), None);
    let mut bench = Bench::open(&project, task);
    bench.original();
    refused(
        &mut bench,
        &[
            (
                "import os\nos._exit(0)\n",
                "does not say how many tests it ran",
            ),
            (
                "import os\ndef f(n):\n    os._exit(0)\n",
                "does not say how many tests it ran",
            ),
            (
                "import unittest\nraise unittest.SkipTest('not today')\n",
                "it ran 0 tests of 4",
            ),
            (
                "import unittest\ndef f(n):\n    raise unittest.SkipTest('not today')\n",
                "it ran 0 tests of 4",
            ),
            (
                "import unittest\ndef f(n):\n    if n > 1:\n        raise unittest.SkipTest('too large')\n    return n\n",
                "it ran 2 tests of 4",
            ),
            (
                "import unittest\nunittest.TestLoader.testMethodPrefix = 'test_o'\ndef f(n):\n    return 1\n",
                "it ran 1 test of 4",
            ),
            (
                "import unittest\nunittest.TestCase.run = lambda self, result=None: None\n",
                "it ran 0 tests of 4",
            ),
        ],
    );
    taken(
        &mut bench,
        &[
            "def f(n):\n    return n * n\n",
            "def f(n):\n    print('called with', n)\n    return n * n\n",
            "import warnings\ndef f(n):\n    warnings.warn('old')\n    return n ** 2\n",
            // Random order, as a runner may have it.
            "import random, unittest\nunittest.TestLoader.sortTestMethodsUsing = lambda self, a, b: random.choice([-1, 1])\ndef f(n):\n    return n * n\n",
        ],
    );
}

#[test]
fn a_script_that_ends_before_its_last_line_is_no_check() {
    let check = "import time, work\nfor n in range(5):\n    assert work.f(n) == n * n\n    print(f'case {n}: right after {time.perf_counter()} s', flush=True)\n";
    let project = Project::new(&[
        (
            "work.py",
            "def f(n):\n    return sum(n for _ in range(n))\n",
        ),
        ("each.py", check),
        (
            "last.py",
            "import work\nprint('begin', flush=True)\nassert work.f(3) == 9\nprint('all right')\n",
        ),
    ]);
    for check in ["python3 each.py", "python3 last.py"] {
        let task = project.task("work.py", Some(check), None);
        let mut bench = Bench::open(&project, task);
        bench.original();
        refused(
            &mut bench,
            &[
                ("import os\nos._exit(0)\n", "succeeds, but it "),
                ("raise SystemExit(0)\n", "succeeds, but it "),
                (
                    "def f(n):\n    if n > 2:\n        raise SystemExit\n    return n * n\n",
                    "succeeds, but it ",
                ),
            ],
        );
        taken(
            &mut bench,
            &[
                "def f(n):\n    return n * n\n",
                "import sys\ndef f(n):\n    print('n is', n, file=sys.stderr)\n    return n * n\n",
                "print('more is said')\ndef f(n):\n    return n * n\n",
            ],
        );
    }
}

#[test]
fn a_bench_that_ends_before_its_last_line_is_not_fast() {
    let project = Project::new(&[
        (
            "work.py",
            "def f(n):\n    return sum(n for _ in range(n))\n",
        ),
        (
            "bench.py",
            "import work\nfor n in range(50):\n    work.f(n)\nprint('done')\n",
        ),
    ]);
    let task = project.task("work.py", None, Some("python3 bench.py"));
    let mut bench = Bench::open(&project, task);
    bench.original();
    refused(
        &mut bench,
        &[
            ("import os\nos._exit(0)\n", "it prints nothing"),
            ("def f(n):\n    raise SystemExit\n", "it prints nothing"),
        ],
    );
    taken(&mut bench, &["def f(n):\n    return n * n\n"]);
}

#[test]
fn a_process_that_ends_itself_passes_no_check_of_node_c_or_rust() {
    if !missing("node") {
        let project = Project::new(&[
            ("work.js", "exports.f = (n) => n * n;\n"),
            (
                "work.test.js",
                "const test = require('node:test');\nconst { f } = require('./work');\nconst assert = require('node:assert');\ntest('one', () => assert.equal(f(1), 1));\ntest('two', () => assert.equal(f(2), 4));\n",
            ),
        ]);
        let task = project.task("work.js", Some("node work.test.js"), None);
        let mut bench = Bench::open(&project, task);
        bench.original();
        refused(
            &mut bench,
            &[
                ("process.exit(0);\n", "does not say how many tests"),
                (
                    "exports.f = (n) => process.exit(0);\n",
                    "does not say how many tests",
                ),
            ],
        );
        taken(&mut bench, &["exports.f = (n) => n ** 2;\n"]);
    }
    if !missing("cc") {
        let project = Project::new(&[
            ("work.c", "int f(int n) { return n * n; }\n"),
            (
                "check.c",
                "#include <stdio.h>\nint f(int n);\nint main(void) {\n    for (int n = 0; n < 9; n++) if (f(n) != n * n) return 1;\n    puts(\"all squares are right\");\n    return 0;\n}\n",
            ),
        ]);
        let task = project.task(
            "work.c",
            Some("cc -o check check.c work.c && ./check"),
            None,
        );
        let mut bench = Bench::open(&project, task);
        bench.original();
        refused(
            &mut bench,
            &[
                (
                    "#include <stdlib.h>\nint f(int n) { exit(0); }\n",
                    "it prints nothing",
                ),
                (
                    "#include <unistd.h>\n__attribute__((constructor)) static void at_once(void) { _exit(0); }\nint f(int n) { return 0; }\n",
                    "it prints nothing",
                ),
            ],
        );
        taken(&mut bench, &["int f(int n) { return n ? n * n : 0; }\n"]);
    }
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        ),
        ("src/lib.rs", "pub fn f(n: u64) -> u64 {\n    n * n\n}\n"),
        (
            "tests/squares.rs",
            "#[test]\nfn one() {\n    assert_eq!(tiny::f(1), 1);\n}\n#[test]\nfn two() {\n    assert_eq!(tiny::f(2), 4);\n}\n",
        ),
    ]);
    let task = project.task("src/lib.rs", Some("cargo test --offline"), None);
    let mut bench = Bench::open(&project, task);
    bench.original();
    refused(
        &mut bench,
        &[(
            "pub fn f(_: u64) -> u64 {\n    std::process::exit(0)\n}\n",
            "it ran 0 tests of 2",
        )],
    );
    taken(
        &mut bench,
        &["pub fn f(n: u64) -> u64 {\n    n.pow(2)\n}\n"],
    );
}

#[test]
fn a_silent_script_must_come_to_its_end() {
    let python = Project::new(&[
        (
            "work.py",
            "def f(n):\n    return sum(n for _ in range(n))\n",
        ),
        (
            "check.py",
            "import work\nfor n in range(5):\n    assert work.f(n) == n * n\n",
        ),
        (
            "main.py",
            "import sys, work\ndef main():\n    return int(work.f(3) != 9)\nif __name__ == '__main__':\n    sys.exit(main())\n",
        ),
    ]);
    for check in [
        "python3 check.py",
        "python3 main.py",
        "python3 -m check",
        "python3 -u check.py",
        "python3 -Bu -m check",
    ] {
        let task = python.task("work.py", Some(check), None);
        let mut bench = Bench::open(&python, task);
        bench.original();
        refused(
            &mut bench,
            &[
                ("import os\nos._exit(0)\n", "does not come to its end"),
                ("raise SystemExit(0)\n", "does not come to its end"),
                (
                    "import sys\ndef f(n):\n    sys.exit(0)\n",
                    "does not come to its end",
                ),
            ],
        );
        taken(
            &mut bench,
            &[
                "def f(n):\n    return n * n\n",
                "import sys\ndef f(n):\n    return n ** 2\n",
            ],
        );
    }
    if missing("node") {
        return;
    }
    let node = Project::new(&[
        ("work.js", "exports.f = (n) => n * n;\n"),
        (
            "check.js",
            "const assert = require('node:assert');\nassert.equal(require('./work').f(3), 9);\n",
        ),
        (
            "main.js",
            "const { f } = require('./work');\nprocess.exit(f(3) === 9 ? 0 : 1);\n",
        ),
    ]);
    for check in ["node check.js", "node main.js"] {
        let task = node.task("work.js", Some(check), None);
        let mut bench = Bench::open(&node, task);
        bench.original();
        refused(
            &mut bench,
            &[
                ("process.exit(0);\n", "does not come to its end"),
                (
                    "exports.f = () => process.exit(0);\n",
                    "does not come to its end",
                ),
                ("process.reallyExit(0);\n", "does not come to its end"),
            ],
        );
        taken(&mut bench, &["exports.f = (n) => n ** 2;\n"]);
    }
}

#[test]
fn a_last_line_may_say_something_else_and_a_missing_one_is_missed() {
    let project = Project::new(&[
        (
            "work.py",
            "NAME = 'list comprehension'\ndef f(n):\n    return n\n",
        ),
        (
            "best.py",
            "import work\nassert work.f(3) == 3\nprint('best:', work.NAME)\n",
        ),
        (
            "target.py",
            "import work\nassert work.f(3) == 3\nprint('OK: within target' if len(work.NAME) < 9 else 'SLOW: exceeded it')\n",
        ),
        (
            "steps.py",
            "import work\nassert work.f(3) == 3\nprint('parse ok', flush=True)\nassert work.f(4) == 4\nprint('render ok')\n",
        ),
        (
            "varying.py",
            "import random, work\nassert work.f(3) == 3\nfor _ in range(random.randrange(3, 300)):\n    print('a round')\n",
        ),
    ]);
    for check in ["python3 best.py", "python3 target.py"] {
        let task = project.task("work.py", Some(check), None);
        let mut bench = Bench::open(&project, task);
        bench.original();
        taken(
            &mut bench,
            &[
                "NAME = 'loop'\ndef f(n):\n    return n\n",
                "NAME = 'array'\nprint('more is said')\ndef f(n):\n    return n\n",
            ],
        );
        refused(
            &mut bench,
            &[("raise SystemExit(0)\n", "it prints nothing")],
        );
    }
    let task = project.task("work.py", Some("python3 steps.py"), None);
    let mut bench = Bench::open(&project, task);
    bench.original();
    refused(
        &mut bench,
        &[(
            "def f(n):\n    if n == 4:\n        raise SystemExit\n    return n\n",
            "it ends before it prints `render ok`",
        )],
    );
    taken(&mut bench, &["def f(n):\n    return n + 0\n"]);
    let task = project.task("work.py", Some("python3 varying.py"), None);
    let mut bench = Bench::open(&project, task);
    bench.original();
    taken(&mut bench, &["def f(n):\n    return n + 0\n"; 3]);
}

#[test]
fn a_case_that_is_run_again_by_itself_must_come_to_its_end_as_well() {
    let project = Project::new(&[
        ("work.py", "def f(n):\n    return n * n\n"),
        (
            "says.py",
            "import work\nassert work.f(3) == 9\nprint('all right')\n",
        ),
        ("silent.py", "import work\nassert work.f(3) == 9\n"),
    ]);
    for (check, why) in [
        ("python3 says.py", "it prints nothing"),
        ("python3 silent.py", "does not come to its end"),
    ] {
        let task = project.task("work.py", Some(check), None);
        let mut bench = Bench::open(&project, task);
        bench.original();
        let case = bench.task.workload.cases[0].clone();
        for (code, verdict) in [
            ("raise SystemExit(0)\n", Verdict::WrongAnswer),
            ("def f(n):\n    return n ** 2\n", Verdict::Accepted),
        ] {
            let built = bench.build(code);
            let (result, failure) = bench
                .judge
                .check_one(&built, &bench.task, &case, &bench.cancel)
                .unwrap();
            assert_eq!(result.verdict, verdict, "{check}: {code}: {failure:?}");
            let reason = failure.map(|f| f.reason).unwrap_or_default();
            assert!(
                verdict == Verdict::Accepted || reason.contains(why),
                "{reason}"
            );
        }
    }
}
