//! Commands of other languages' tools, as far as they are on this machine.

use std::path::Path;
use std::process::Command;

use reheat::measure::{Metric, Verdict};

use super::project::{Bench, Project};

/// Whether a tool is missing here; where nothing may be skipped, that is a failure.
pub(super) fn missing(tool: &str) -> bool {
    let there = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(tool).is_file());
    if !there {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "needs {tool}, and nothing may be skipped here"
        );
        println!("skipped: needs {tool}");
    }
    !there
}

#[test]
fn a_go_module_is_tested_and_its_benchmark_is_read() {
    if missing("go") {
        return;
    }
    let project = Project::new(&[
        ("go.mod", "module example.org/sums\n\ngo 1.18\n"),
        (
            "sums.go",
            "package sums\n\nfunc Sum(n int) int {\n\tall := 0\n\tfor i := 0; i <= n; i++ {\n\t\tall += i\n\t}\n\treturn all\n}\n",
        ),
        (
            "sums_test.go",
            "package sums\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(4) != 10 {\n\t\tt.Fatal(Sum(4))\n\t}\n}\n\nfunc BenchmarkSum(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tSum(100)\n\t}\n}\n",
        ),
    ]);
    let task = project.task(
        "sums.go",
        Some("go vet ./... && go test ./..."),
        Some("go test -run none -bench . -benchtime 100x ./..."),
    );
    let mut bench = Bench::open(&project, task);
    let (_, original) = bench.original();
    assert_eq!(original.verdict, Verdict::Accepted, "{original:?}");
    assert!(original.cases[1].figures.reported.is_some());
    assert_eq!(
        bench.judge.commands_metric(&bench.task),
        Some(Metric::ReportedTime)
    );
    let (_, wrong) = bench.version("package sums\n\nfunc Sum(n int) int {\n\treturn n\n}\n");
    assert_eq!(wrong.verdict, Verdict::WrongAnswer);
    let reason = wrong.failure.unwrap().reason;
    assert!(reason.contains("the test TestSum fails"), "{reason}");
    let (_, broken) = bench.version("package sums\n\nfunc Sum(n int) int {\n\treturn m\n}\n");
    assert_eq!(broken.verdict, Verdict::CompileError, "{broken:?}");
}

#[test]
fn a_node_package_finds_what_is_installed_and_names_the_test_that_fails() {
    if missing("node") {
        return;
    }
    let project = Project::new(&[
        (".gitignore", "node_modules/\n"),
        (
            "package.json",
            "{\"name\": \"sums\", \"type\": \"commonjs\"}",
        ),
        ("node_modules/two/index.js", "module.exports = 2;\n"),
        (
            "sums.js",
            "const two = require('two');\nexports.double = (n) => n * two;\n",
        ),
        (
            "test/sums.test.js",
            "const test = require('node:test');\nconst assert = require('node:assert');\ntest('doubles a number', () => assert.equal(require('../sums').double(4), 8));\n",
        ),
    ]);
    let task = project.task("sums.js", Some("node --test test/"), None);
    let mut bench = Bench::open(&project, task);
    // Newer versions want a pattern, older ones a folder.
    if bench
        .try_version(&bench.task.source.clone().unwrap().text)
        .is_err()
    {
        let task = project.task("sums.js", Some("node --test"), None);
        bench = Bench::open(&project, task);
    }
    let (_, original) = bench.original();
    assert_eq!(original.verdict, Verdict::Accepted, "{original:?}");
    let (_, wrong) = bench.version("exports.double = (n) => n;\n");
    assert_eq!(wrong.verdict, Verdict::WrongAnswer);
    let reason = wrong.failure.unwrap().reason;
    assert!(reason.contains("doubles a number"), "{reason}");
}

#[test]
fn commands_of_a_virtual_environment_work_under_their_names() {
    if missing("python3") {
        return;
    }
    let project = Project::new(&[
        (".gitignore", ".venv/\n"),
        ("pyproject.toml", "[project]\nname = \"sums\"\n"),
        (
            "sums.py",
            "import helper\n\ndef double(n):\n    return n * helper.TWO\n",
        ),
        (
            "check.py",
            "import sums, sys\nsys.exit(sums.double(4) != 8)\n",
        ),
    ]);
    let venv = project.path(".venv");
    let made = Command::new("python3")
        .args(["-m", "venv", "--without-pip"])
        .arg(&venv)
        .status();
    if !made.is_ok_and(|s| s.success()) {
        println!("skipped: needs Python's venv");
        return;
    }
    let packages = std::fs::read_dir(venv.join("lib"))
        .unwrap()
        .map(|e| e.unwrap().path().join("site-packages"))
        .find(|p| p.is_dir())
        .unwrap();
    std::fs::write(packages.join("helper.py"), "TWO = 2\n").unwrap();
    std::fs::write(
        venv.join("bin/checks"),
        format!(
            "#!{}/bin/python3\nimport helper\nprint('checks', helper.TWO)\n",
            venv.display()
        ),
    )
    .unwrap();
    let run = "test \"$(command -v checks)\" = /cache/bin/checks && checks && python3 check.py && python -c 'import helper'";
    let mut task = project.task("sums.py", Some(run), None);
    task.project.tool = Some(venv.join("bin/python").display().to_string());
    let mut bench = Bench::open(&project, task);
    let (_, original) = bench.original();
    assert_eq!(original.verdict, Verdict::Accepted, "{original:?}");
    let (_, wrong) = bench.version("def double(n):\n    return n\n");
    assert_eq!(wrong.verdict, Verdict::WrongAnswer, "{wrong:?}");
}

#[test]
fn make_builds_only_what_a_version_has_changed() {
    if missing("make") || missing("cc") {
        return;
    }
    let project = Project::new(&[
        (
            "Makefile",
            "run: main.o sum.o\n\tcc -o run main.o sum.o\n%.o: %.c\n\tcc -c $< -o $@ && echo built $< >> log\n",
        ),
        (
            "main.c",
            "int sum(int);\nint main(void) { return sum(4) != 10; }\n",
        ),
        (
            "sum.c",
            "int sum(int n) { int a = 0; for (int i = 0; i <= n; i++) a += i; return a; }\n",
        ),
    ]);
    let task = project.task("sum.c", Some("make && ./run"), None);
    let mut bench = Bench::open(&project, task);
    let (_, original) = bench.original();
    assert_eq!(original.verdict, Verdict::Accepted, "{original:?}");
    let (built, better) = bench.version("int sum(int n) { return n * (n + 1) / 2; }\n");
    assert_eq!(better.verdict, Verdict::Accepted, "{better:?}");
    let case = &bench.task.workload.cases[0];
    let tree = built.program(&bench.task, case).trees[0].host.clone();
    let log = std::fs::read_to_string(Path::new(&tree).join("log")).unwrap();
    assert_eq!(log, "built main.c\nbuilt sum.c\nbuilt sum.c\n");
    let (_, broken) = bench.version("int sum(int n) { return m; }\n");
    assert_eq!(broken.verdict, Verdict::CompileError, "{broken:?}");
}
