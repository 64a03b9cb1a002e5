//! The bundled tasks keep their word: originals and references are right, and every recorded reply does what its
//! script says (the wrong one is wrong, the broken one breaks, the good ones pass).
//!
//! Programs are run directly, without the sandbox: what is tested here are the tasks.
//! `cargo test --test tasks -- --ignored --nocapture` also writes the tasks to files and times every text.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reheat::task::language::Placeholders;
use reheat::task::{Language, Languages, PathOrText, Task, bundled, load};
use serde::Deserialize;

/// What a text came to.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Accepted,
    WrongAnswer(String),
    CompileError,
    RuntimeError(String),
}

fn languages() -> Languages {
    Languages::load(None).unwrap()
}

/// Whether compiler or interpreter answer here.
fn available(language: &Language) -> bool {
    let argv = language.version_argv(None);
    let status = Command::new(&argv[0])
        .args(&argv[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|s| s.success())
}

/// A task if its language is there; says so if not.
fn ready(name: &str) -> Option<Task> {
    let task = bundled::load(name, &languages()).unwrap();
    if !available(&task.language) {
        let need = task.language.program(None);
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "{name} needs {need}, and nothing may be skipped here"
        );
        println!("{name} skipped: needs {need}");
        return None;
    }
    Some(task)
}

/// Writes and builds a text; the argv that runs it, or what the compiler said.
fn build(task: &Task, text: &str, dir: &Path) -> Result<Vec<String>, String> {
    let language = &task.language;
    let source = dir.join(&language.source_file);
    let product = dir.join(language.compile.as_ref().map_or("none", |c| &c.product));
    std::fs::write(&source, text).unwrap();
    let (source, product) = (source.to_str().unwrap(), product.to_str().unwrap());
    let places = Placeholders {
        source,
        product,
        ..Placeholders::default()
    };
    if let Some(argv) = language.compile_argv(None, &places) {
        let out = Command::new(&argv[0])
            .args(&argv[1..])
            .current_dir(dir)
            .output()
            .unwrap();
        if !out.status.success() {
            return Err(String::from_utf8_lossy(&out.stderr).into_owned());
        }
    }
    Ok(language.run_argv(None, &places))
}

/// Runs one case; output, or `None` if the program failed.
fn run(task: &Task, argv: &[String], dir: &Path, input: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new(&argv[0])
        .args(&argv[1..])
        .envs(&task.language.environment)
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    // A program may stop reading before the end; that is its own affair.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let out = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    out.status.success().then_some(out.stdout)
}

fn judge(task: &Task, text: &str) -> End {
    let dir = tempfile::tempdir().unwrap();
    let argv = match build(task, text, dir.path()) {
        Ok(argv) => argv,
        Err(said) => {
            println!("{}: {said}", task.name);
            return End::CompileError;
        }
    };
    for case in &task.workload.cases {
        let Some(got) = run(task, &argv, dir.path(), &case.input) else {
            return End::RuntimeError(case.name.clone());
        };
        if let Err(m) = task.checker.check(case.expected.as_ref().unwrap(), &got) {
            println!("{} case {}: {}", task.name, case.name, m.reason);
            return End::WrongAnswer(case.name.clone());
        }
    }
    End::Accepted
}

/// The code of a reply: every recorded reply has exactly one fenced block.
fn code_of(reply: &str) -> String {
    let lines: Vec<&str> = reply.lines().collect();
    let fences: Vec<usize> = (0..lines.len())
        .filter(|i| lines[*i].starts_with("```"))
        .collect();
    assert_eq!(
        fences.len(),
        2,
        "a reply must have one fenced block:\n{reply}"
    );
    lines[fences[0] + 1..fences[1]].join("\n") + "\n"
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    reply: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    verdict: String,
    case: Option<String>,
    better: Option<bool>,
}

fn script(name: &str) -> Vec<Expected> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("assets/tasks/{name}/tape/expected.toml"));
    toml::from_str::<Script>(&std::fs::read_to_string(path).unwrap())
        .unwrap()
        .reply
}

#[test]
fn there_are_tasks_of_several_kinds_and_languages() {
    let all = bundled::summary();
    assert_eq!(all.len(), bundled::names().count());
    assert_eq!(all[0].name, "pairs");
    assert!(
        all.iter()
            .all(|s| !s.title.is_empty() && !s.kind.is_empty())
    );
    let by = |f: fn(&bundled::TaskSummary) -> &str| -> BTreeMap<&str, usize> {
        all.iter().fold(BTreeMap::new(), |mut m, s| {
            *m.entry(f(s)).or_default() += 1;
            m
        })
    };
    assert!(all.len() >= 6 && by(|s| &s.kind).len() >= 5);
    let languages = by(|s| &s.language);
    assert!(
        languages.len() >= 3 && languages["python"] >= 3 && languages.contains_key("rust"),
        "{languages:?}"
    );
    let known = self::languages();
    for s in &all {
        assert!(known.get(&s.language).is_some(), "{}", s.language);
    }
    let said = bundled::load("nothing", &known).unwrap_err().to_string();
    assert!(
        said.contains("no bundled task `nothing`") && said.contains("pairs"),
        "{said}"
    );
}

#[test]
fn every_task_is_complete() {
    for name in bundled::names() {
        let task = bundled::load(name, &languages()).unwrap();
        assert!(
            !task.statement.trim().is_empty() && task.source.is_some() && task.kind.is_some(),
            "{name}"
        );
        assert!(
            task.workload.cases.len() >= 3 && !task.workload.needs_oracle(),
            "{name}"
        );
        assert!((3..=5).contains(&task.references.len()), "{name}");
        let Some(PathOrText::Text(tape)) = &task.tape else {
            panic!("{name} has no tape")
        };
        let lines: Vec<serde_json::Value> = tape
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(lines.len(), script(name).len(), "{name}");
        assert!(
            lines
                .iter()
                .all(|l| l["model"] == "recorded"
                    && l["text"].as_str().is_some_and(|t| t.len() > 50)),
            "{name}"
        );
        assert_eq!(lines.len(), bundled::replies(name).unwrap().len());
    }
}

#[test]
fn every_script_teaches() {
    for name in bundled::names() {
        let script = script(name);
        let count = |f: &dyn Fn(&Expected) -> bool| script.iter().filter(|e| f(e)).count();
        assert!(script.len() >= 5, "{name}");
        assert!(
            count(&|e| e.verdict == "wrong_answer") >= 1,
            "{name} has no wrong answer"
        );
        assert!(
            count(&|e| e.verdict == "runtime_error" || e.verdict == "compile_error") >= 1,
            "{name} has no error"
        );
        assert!(
            count(&|e| e.better == Some(false)) >= 1,
            "{name} has nothing that is no better"
        );
        assert!(
            count(&|e| e.better == Some(true)) >= 2,
            "{name} hardly improves"
        );
    }
}

#[test]
fn originals_and_references_are_right() {
    for task in bundled::names().filter_map(ready) {
        let original = task.source.as_ref().unwrap();
        assert_eq!(
            judge(&task, &original.text),
            End::Accepted,
            "the original of {}",
            task.name
        );
        for r in &task.references {
            assert_eq!(
                judge(&task, &r.source.text),
                End::Accepted,
                "{} of {}",
                r.name,
                task.name
            );
        }
    }
}

#[test]
fn replies_do_what_their_script_says() {
    for task in bundled::names().filter_map(ready) {
        let replies = bundled::replies(&task.name).unwrap();
        for (i, (reply, expected)) in replies.iter().zip(script(&task.name)).enumerate() {
            let case = || expected.case.clone().expect("a failure names its case");
            let wanted = match expected.verdict.as_str() {
                "accepted" => End::Accepted,
                "wrong_answer" => End::WrongAnswer(case()),
                "runtime_error" => End::RuntimeError(case()),
                "compile_error" => End::CompileError,
                other => panic!("{}: unknown verdict {other}", task.name),
            };
            assert_eq!(
                judge(&task, &code_of(reply)),
                wanted,
                "reply {} of {}",
                i + 1,
                task.name
            );
        }
    }
}

/// For a look by hand: every task as a folder under the target folder, and time and peak memory of every text.
#[test]
#[ignore = "a look by hand; times are not a promise"]
fn write_and_time_everything() {
    let only = std::env::var("ONLY").ok();
    for task in bundled::names()
        .filter(|n| only.as_deref().is_none_or(|o| o == *n))
        .filter_map(ready)
    {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join("tasks")
            .join(&task.name);
        load::save_folder(&task, &dir).unwrap();
        println!("\n{} ({})", task.name, dir.display());
        let mut texts = vec![(
            "original".to_owned(),
            task.source.as_ref().unwrap().text.to_string(),
        )];
        texts.extend(
            task.references
                .iter()
                .map(|r| (r.name.clone(), r.source.text.to_string())),
        );
        for (i, reply) in bundled::replies(&task.name).unwrap().iter().enumerate() {
            texts.push((format!("reply {}", i + 1), code_of(reply)));
        }
        for (name, text) in texts {
            look(&task, &name, &text);
        }
    }
}

fn look(task: &Task, name: &str, text: &str) {
    let work = tempfile::tempdir().unwrap();
    let Ok(argv) = build(task, text, work.path()) else {
        return;
    };
    let mut ms = Vec::new();
    let mut peak = 0;
    for case in &task.workload.cases {
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            if run(task, &argv, work.path(), &case.input).is_none() {
                return;
            }
            best = best.min(start.elapsed());
        }
        ms.push(best.as_secs_f64() * 1e3);
        peak = peak.max(peak_kib(&argv, work.path(), &case.input));
    }
    let each: Vec<String> = ms.iter().map(|t| format!("{t:.0}")).collect();
    println!(
        "  {name:32} {:4.0} ms {:7.1} MiB  = {}",
        ms.iter().sum::<f64>(),
        peak as f64 / 1024.0,
        each.join(" + ")
    );
}

/// Peak resident memory by the help of a small Python, 0 without one.
fn peak_kib(argv: &[String], dir: &Path, input: &[u8]) -> u64 {
    std::fs::write(dir.join("input"), input).unwrap();
    let script = "import resource,subprocess,sys\n\
                  subprocess.run(sys.argv[1:], stdin=open('input'), stdout=subprocess.DEVNULL)\n\
                  print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let out = Command::new("python3")
        .arg("-c")
        .arg(script)
        .args(argv)
        .current_dir(dir)
        .output();
    out.ok()
        .and_then(|o| String::from_utf8(o.stdout).ok()?.trim().parse().ok())
        .unwrap_or(0)
}
