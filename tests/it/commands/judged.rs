//! Versions judged by a check and a bench of the user's.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Duration;

use reheat::measure::{ComparisonPlan, Contender, Contest, FirstStageOutcome, Metric, Verdict};
use reheat::task::Objective;
use reheat::task::harness::Commands;

use super::project::{Bench, Project};

/// A file that other scripts run, and a check that compares what it says.
fn shell_project() -> Project {
    Project::new(&[
        ("work.sh", "echo 4\n"),
        (
            "check.sh",
            "test \"$(sh work.sh)\" = 4 || { echo 'not ok 1 - adds two numbers'; exit 1; }\n",
        ),
        (
            "bench.sh",
            "sh work.sh > /dev/null; echo 'METRIC steps=100'\n",
        ),
    ])
}

#[test]
fn a_version_that_breaks_the_check_is_wrong_and_the_work_tree_is_never_touched() {
    let project = shell_project();
    let before = project.picture();
    let task = project.task(
        "work.sh",
        Some("echo x > made; sh check.sh"),
        Some("sh bench.sh"),
    );
    let mut bench = Bench::open(&project, task);
    let (_, original) = bench.original();
    assert_eq!(original.verdict, Verdict::Accepted, "{original:?}");
    let names: Vec<&str> = original.cases.iter().map(|c| c.case.as_str()).collect();
    assert_eq!(names, ["check", "bench"]);
    assert_eq!(original.cases[1].figures.reported, Some(100.0));
    assert!(original.cases[1].figures.wall_ns.0 > 0);
    let (_, good) = bench.version("echo $((2 + 2))\n");
    assert_eq!(good.verdict, Verdict::Accepted, "{good:?}");
    let (_, wrong) = bench.version("echo 5\n");
    assert_eq!(wrong.verdict, Verdict::WrongAnswer);
    let failure = wrong.failure.unwrap();
    assert_eq!(failure.case.as_deref(), Some("check"));
    assert!(
        failure.reason.contains("the test adds two numbers fails")
            && failure.reason.contains("exit status 1"),
        "{}",
        failure.reason
    );
    assert_eq!(
        wrong.cases.len(),
        1,
        "the bench of a wrong version is not run"
    );
    assert_eq!(project.picture(), before);
    drop(bench);
    assert_eq!(left_in(project.cache()), 0);
}

/// Copies that are still there.
fn left_in(cache: &std::path::Path) -> usize {
    let copies = std::fs::read_dir(cache).unwrap().filter(|e| {
        let name = e.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("reheat-tree-")
    });
    copies.count()
}

#[test]
fn what_one_version_leaves_behind_reaches_no_other_but_the_originals_products_do() {
    let project = shell_project();
    let check = "test -e built || { echo building; touch built; }; test ! -e left; sh work.sh";
    let task = project.task(
        "work.sh",
        Some(check),
        Some("test -e built; sh work.sh; cat log || true"),
    );
    let mut bench = Bench::open(&project, task);
    bench.original();
    let (_, first) = bench.version("touch left; echo poison > log; echo 4\n");
    assert_eq!(first.verdict, Verdict::Accepted, "{first:?}");
    // It would fail if it saw what the first has left.
    let (built, second) = bench.version("test ! -e log && test ! -e left && echo 4\n");
    assert_eq!(second.verdict, Verdict::Accepted, "{second:?}");
    let case = &bench.task.workload.cases[0];
    let tree = built.program(&bench.task, case).trees[0].host.clone();
    assert!(tree.join("built").exists());
    assert_eq!(
        std::fs::read_to_string(tree.join("work.sh")).unwrap(),
        "test ! -e log && test ! -e left && echo 4\n"
    );
}

#[test]
fn changes_that_are_not_committed_read_only_files_and_links_come_along() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("data"), "far").unwrap();
    let project = shell_project();
    project.put(".git/HEAD", "ref: refs/heads/main\n");
    project.put(".gitignore", "made\n");
    project.put("new.txt", "not committed");
    project.put("made", "ignored");
    project.put("sub/run", "#!/bin/sh\necho ran\n");
    std::fs::set_permissions(project.path("sub/run"), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::set_permissions(project.path("new.txt"), PermissionsExt::from_mode(0o444)).unwrap();
    symlink("sub/run", project.path("near")).unwrap();
    symlink(outside.path(), project.path("far")).unwrap();
    let check = "set -e; test \"$(cat new.txt)\" = 'not committed'; test ! -e made; test ! -e .git; \
                 test \"$(./near)\" = ran; test -L far; test ! -e far/data; test ! -w new.txt; \
                 test \"$(pwd)\" = /project; test \"$HOME\" = /cache; test -w /cache; test -w .";
    let task = project.task("work.sh", Some(check), None);
    let mut bench = Bench::open(&project, task);
    let (_, original) = bench.original();
    assert_eq!(original.verdict, Verdict::Accepted, "{original:?}");
    let notes = bench.judge.notes().join("\n");
    assert!(
        notes.contains("far is a link out of the project"),
        "{notes}"
    );
    // What the user shows, a command sees; what lies in the project, at its place there.
    let mut task = project.task("work.sh", Some("cat made far/data .git/HEAD"), None);
    task.read = vec![
        project.path("made"),
        project.path(".git"),
        std::fs::canonicalize(outside.path()).unwrap(),
    ];
    let mut bench = Bench::open(&project, task);
    let (_, original) = bench.original();
    assert_eq!(original.verdict, Verdict::Accepted, "{original:?}");
}

#[test]
fn the_file_of_a_version_may_be_read_only_or_behind_a_link() {
    let project = shell_project();
    project.put("lib/real.sh", "echo 4\n");
    symlink("lib/real.sh", project.path("link.sh")).unwrap();
    std::fs::set_permissions(
        project.path("lib/real.sh"),
        PermissionsExt::from_mode(0o444),
    )
    .unwrap();
    let check = "test -L link.sh && test \"$(sh lib/real.sh)\" = 4 && cat lib/real.sh";
    let task = project.task("link.sh", Some(check), None);
    let mut bench = Bench::open(&project, task);
    bench.original();
    let (_, wrong) = bench.version("echo 5\n");
    assert_eq!(wrong.verdict, Verdict::WrongAnswer, "{wrong:?}");
    assert_eq!(bench.version("echo 4 # it\n").1.verdict, Verdict::Accepted);
}

#[test]
fn an_original_that_fails_is_one_clear_sentence() {
    let project = shell_project();
    for (check, bench, words) in [
        (
            "echo the end; exit 3",
            None,
            vec![
                "the original does not pass",
                "exit status 3; if status 3 is meant, say so: '(echo the end; exit 3); test $? -eq 3'",
                "the end",
            ],
        ),
        (
            "sh check.sh",
            Some("echo slow >&2; exit 1"),
            vec![
                "the original does not pass",
                "`echo slow >&2; exit 1`",
                "slow",
            ],
        ),
        (
            "frobnicate --all",
            None,
            vec![
                "`frobnicate --all` fails",
                "`frobnicate` was not found",
                "PATH",
            ],
        ),
        (
            "echo 'error: no matching package named `serde` found'; exit 101",
            None,
            vec!["--prepare \"cargo fetch\""],
        ),
        (
            "test -e seen && exit 1; touch seen",
            None,
            vec!["passes once and fails", "nothing to trust"],
        ),
    ] {
        let task = project.task("work.sh", Some(check), bench);
        let said = Bench::open(&project, task).refused();
        for word in words {
            assert!(said.contains(word), "{check}: {said}");
        }
    }
    let mut task = project.task("work.sh", Some("true"), None);
    task.path = Some("/usr/bin/env".into());
    let said = Bench::open(&project, task).refused();
    assert!(said.contains("is not in the project"), "{said}");
}

#[test]
fn a_check_that_wants_the_network_is_told_how_to_do_without() {
    let project = shell_project();
    let check = "python3 -c 'import urllib.request as r; r.urlopen(\"http://example.com\")'";
    let task = project.task("work.sh", Some(check), None);
    let said = Bench::open(&project, task).refused();
    assert!(
        said.contains("no network") && said.contains("--prepare"),
        "{said}"
    );
}

#[test]
fn a_version_that_never_ends_or_grows_without_end_is_stopped() {
    let project = shell_project();
    let mut task = project.task("work.sh", Some("sh work.sh"), None);
    task.limits.time = Duration::from_secs(5);
    task.limits.memory = reheat::base::units::Bytes::mib(64);
    let mut bench = Bench::open(&project, task);
    bench.original();
    let (_, endless) = bench.version("while :; do :; done\n");
    assert_eq!(endless.verdict, Verdict::TimeLimit, "{endless:?}");
    let (_, hungry) = bench.version("tail /dev/zero\n");
    assert_eq!(hungry.verdict, Verdict::MemoryLimit, "{hungry:?}");
    let (_, silent) = bench.version("exit 1\n");
    assert_eq!(silent.verdict, Verdict::WrongAnswer);
}

#[test]
fn a_bench_alone_is_timed_by_its_own_time() {
    let project = shell_project();
    let task = project.task("work.sh", None, Some("sh work.sh"));
    let mut bench = Bench::open(&project, task);
    let (_, original) = bench.original();
    assert_eq!(original.cases.len(), 1);
    assert_eq!(bench.judge.commands_metric(&bench.task), None);
    let (_, failing) = bench.version("exit 7\n");
    assert_eq!(failing.verdict, Verdict::RuntimeError);
}

#[test]
fn the_figure_that_the_bench_says_decides_in_its_direction() {
    let project = Project::new(&[
        ("work.sh", "steps=200\n"),
        (
            "bench.sh",
            ". ./work.sh; echo \"METRIC other=7\"; echo \"METRIC steps=$steps\"\n",
        ),
    ]);
    for (higher, metric, better) in [
        (false, Metric::Reported, "steps=100\n"),
        (true, Metric::ReportedRate, "steps=400\n"),
    ] {
        let commands = Commands {
            bench: Some("sh bench.sh".into()),
            metric: Some("steps".into()),
            higher_is_better: higher,
            ..Commands::default()
        };
        let mut bench = Bench::open(&project, project.task_with("work.sh", commands));
        let (old, old_evaluation) = bench.original();
        assert_eq!(bench.judge.commands_metric(&bench.task), Some(metric));
        assert_eq!(
            old_evaluation.figures.reported,
            Some(200.0),
            "of `steps`, not of `other`"
        );
        let (new, new_evaluation) = bench.version(better);
        let (mute, mute_evaluation) = bench.version("exit 0\n");
        assert_eq!(mute_evaluation.verdict, Verdict::RuntimeError, "{mute:?}");
        let contender = |name, built, evaluation| Contender {
            name,
            built,
            evaluation,
        };
        let plan = ComparisonPlan {
            metric: Some(metric),
            ..ComparisonPlan::new(Objective::Time, Duration::from_secs(20))
        };
        for built in [&old, &new] {
            bench
                .judge
                .prepare_commands(built, &bench.task, &bench.cancel)
                .unwrap();
        }
        let looked = bench
            .judge
            .first_stage(
                &Contest::new(
                    contender("v0", &old, &old_evaluation),
                    contender("v1", &new, &new_evaluation),
                    &bench.task,
                    &plan,
                ),
                &bench.cancel,
                &mut |_| {},
            )
            .unwrap();
        let FirstStageOutcome::Promising(promising) = looked else {
            panic!("{looked:?}")
        };
        let gain = promising.comparison().gain.0;
        assert!((gain - 2.0).abs() < 1e-9, "{gain}");
    }
}

#[test]
fn copies_are_given_up_where_there_are_many_and_made_again_where_they_are_needed() {
    let project = shell_project();
    let task = project.task("work.sh", Some("sh check.sh"), None);
    let mut bench = Bench::open(&project, task);
    bench.original();
    let built: Vec<_> = (0..12)
        .map(|i| bench.build(&format!("echo 4 # {i}\n")))
        .collect();
    // Besides the original's, and the one that they are made from.
    assert!(left_in(project.cache()) <= 10);
    let case = bench.task.workload.cases[0].clone();
    assert!(built[0].program(&bench.task, &case).trees.is_empty());
    bench
        .judge
        .prepare_commands(&built[0], &bench.task, &bench.cancel)
        .unwrap();
    let tree = &built[0].program(&bench.task, &case).trees[0];
    assert_eq!(
        std::fs::read_to_string(tree.host.join("work.sh")).unwrap(),
        "echo 4 # 0\n"
    );
}

const CRATE: [(&str, &str); 4] = [
    (
        "Cargo.toml",
        "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "src/lib.rs",
        "pub fn sum(n: u64) -> u64 {\n    let mut all = 0;\n    for i in 0..=n {\n        all += i;\n    }\n    all\n}\n",
    ),
    (
        "src/bin/bench.rs",
        "fn main() {\n    println!(\"METRIC answer={}ns\", tiny::sum(10));\n}\n",
    ),
    (
        "tests/sums.rs",
        "#[test]\nfn sums_are_right() {\n    assert_eq!(tiny::sum(4), 10);\n}\n#[test]\nfn the_tree_may_be_written_to() {\n    std::fs::write(\"target/made\", \"x\").unwrap();\n}\n",
    ),
];

#[test]
fn a_cargo_project_is_built_tested_and_timed_in_its_copy() {
    let project = Project::new(&CRATE);
    project.put(".gitignore", "/target\n");
    let task = project.task(
        "src/lib.rs",
        Some("cargo test --offline"),
        Some("cargo run --offline -q --bin bench"),
    );
    let mut bench = Bench::open(&project, task);
    let (built, original) = bench.original();
    assert_eq!(original.verdict, Verdict::Accepted, "{original:?}");
    assert_eq!(original.cases[1].figures.reported, Some(55.0));
    assert_eq!(
        bench.judge.commands_metric(&bench.task),
        Some(Metric::ReportedTime)
    );
    // Built once: the products are there for the next run, and for the next version.
    let case = bench.task.workload.cases[1].clone();
    let product = built.program(&bench.task, &case).trees[0]
        .host
        .join("target/debug/bench");
    let made = product.metadata().unwrap().modified().unwrap();
    let (_, good) = bench.version("pub fn sum(n: u64) -> u64 {\n    n * (n + 1) / 2\n}\n");
    assert_eq!(good.verdict, Verdict::Accepted, "{good:?}");
    assert_eq!(product.metadata().unwrap().modified().unwrap(), made);
    let (_, wrong) = bench.version("pub fn sum(n: u64) -> u64 {\n    n * n\n}\n");
    assert_eq!(wrong.verdict, Verdict::WrongAnswer);
    let reason = wrong.failure.unwrap().reason;
    assert!(reason.contains("the test sums_are_right fails"), "{reason}");
    let (_, broken) = bench.version("pub fn sum(n: u64) -> u64 {\n    n +\n}\n");
    assert_eq!(broken.verdict, Verdict::CompileError);
    let reason = broken.failure.unwrap().reason;
    assert!(reason.contains("it does not build: error: "), "{reason}");
    assert!(!project.path("target").exists() && !project.path("Cargo.lock").exists());
}
