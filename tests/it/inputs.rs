//! Bad input never passes silently and never panics: each gets one clear complaint that names what, where, and what to do.

use std::path::{Path, PathBuf};

use reheat::task::cases::read_cases;
use reheat::task::load::{TaskFlags, load_folder, save_folder};
use reheat::task::{Languages, Objective, Task};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Flags for a file with one good case beside it.
    fn flags(&self, file: &str, bytes: impl AsRef<[u8]>) -> TaskFlags {
        self.put("good/1.in", "1\n");
        self.put("good/1.out", "1\n");
        TaskFlags {
            file: Some(self.put(file, bytes)),
            cases: Some(self.at("good")),
            ..TaskFlags::default()
        }
    }
}

fn load(flags: &TaskFlags) -> Result<Task, String> {
    flags
        .load(&Languages::load(None).unwrap())
        .map_err(|e| e.to_string())
}

fn folder(dir: &Path) -> Result<Task, String> {
    load_folder(dir, &Languages::load(None).unwrap()).map_err(|e| e.to_string())
}

fn complains(result: Result<Task, String>, wanted: &[&str]) {
    let said = result.map(|t| t.name).unwrap_err();
    for w in wanted {
        assert!(said.contains(w), "{said:?} lacks {w:?}");
    }
}

#[test]
fn good_flags_make_a_task() {
    let place = Place::new();
    let data = place.put("words.txt", "a b");
    let statement = place.put("what.md", "# Echo\n");
    let flags = TaskFlags {
        statement: Some(statement),
        objective: Some(Objective::Memory),
        args: vec!["-x".into()],
        files: vec![data],
        tool: Some("pypy3".into()),
        ..place.flags("echo.py", "\u{feff}print(input())\r\n")
    };
    let task = load(&flags).unwrap();
    assert_eq!(
        (task.name.as_str(), task.language.id.as_str()),
        ("echo", "python")
    );
    assert_eq!(&*task.source.unwrap().text, "print(input())\r\n");
    assert_eq!(
        (
            task.objective,
            task.files[0].name.as_str(),
            task.tool.as_deref()
        ),
        (Objective::Memory, "words.txt", Some("pypy3"))
    );
    assert_eq!(task.workload.cases.len(), 1);
}

#[test]
fn sources_that_cannot_be_used_say_why() {
    let place = Place::new();
    complains(load(&place.flags("a.py", "")), &["a.py", "is empty"]);
    complains(load(&place.flags("a.py", " \n\t\n")), &["is empty"]);
    complains(
        load(&place.flags("a.py", b"print(1)\n\xff\xfe")),
        &[
            "a.py",
            "not valid UTF-8",
            "offset 9",
            "line 2",
            "save the source as UTF-8",
        ],
    );
    complains(
        load(&place.flags("a.py", b"\x7fELF\x00\x01")),
        &["binary file", "offset 4"],
    );
    complains(
        load(&place.flags("a.py", vec![b'#'; 1_000_001])),
        &["too large", "1.00 MB"],
    );
    complains(
        load(&place.flags("a.cob", "x")),
        &["a.cob", ".cob", ".py", ".rs", "--language"],
    );
    complains(
        load(&place.flags("noending", "x")),
        &["without an ending", "--language"],
    );
    let cobol = TaskFlags {
        language: Some("cobol".into()),
        ..place.flags("a.py", "x")
    };
    complains(
        load(&cobol),
        &[
            "`cobol` is not known",
            "c, cpp, go, java, javascript, python, ruby, rust, tsx, typescript",
        ],
    );
    let known = TaskFlags {
        language: Some("py".into()),
        ..place.flags("noending", "print(1)")
    };
    assert_eq!(load(&known).unwrap().language.id, "python");
    let missing = TaskFlags {
        file: Some(place.at("none.py")),
        ..TaskFlags::default()
    };
    complains(load(&missing), &["none.py", "No such file"]);
    let function = TaskFlags {
        file: Some(place.at("geo.py::nearest")),
        ..TaskFlags::default()
    };
    complains(load(&function), &["--calls", "--cases", "--check"]);
    complains(
        load(&TaskFlags::default()),
        &["nothing to optimise", "--statement"],
    );
}

#[test]
fn cases_that_cannot_be_used_say_why() {
    let place = Place::new();
    let with = |cases: Option<PathBuf>| {
        load(&TaskFlags {
            cases,
            ..place.flags("a.py", "print(1)")
        })
    };
    complains(
        with(None),
        &["no cases", "--cases", "cases/01.in", "\"input\""],
    );
    complains(
        with(Some(place.at("nowhere"))),
        &["nowhere", "no such file", "cases/01.in"],
    );
    place.put("cases/1.in", "");
    complains(with(None), &["There is a folder", "add --cases"]);
    complains(
        with(Some(
            place.put("c.jsonl", "{\"input\":\"1\"}\n{\"output\":\"1\"}\n"),
        )),
        &["c.jsonl:2", "without `input`"],
    );
    complains(
        with(Some(
            place.put("c.jsonl", "{\"input\":\"1\"}\n\n{'input'}\n"),
        )),
        &["c.jsonl:3", "not JSON"],
    );
    complains(
        with(Some(
            place.put("c.jsonl", "{\"input\":\"1\",\"outptu\":\"1\"}\n"),
        )),
        &["c.jsonl:1", "`outptu` is not known", "`output`"],
    );
    place.put("half/a.out", "1");
    complains(with(Some(place.at("half"))), &["a.out", "no a.in"]);
    std::fs::create_dir(place.at("empty")).unwrap();
    complains(
        with(Some(place.at("empty"))),
        &["holds no cases", "it is empty"],
    );
}

#[test]
fn a_case_of_50_mb_is_just_a_case() {
    let place = Place::new();
    let big = vec![b'7'; 50_000_000];
    place.put("big/1.in", &big);
    assert_eq!(
        read_cases(&place.at("big")).unwrap().cases[0].input.len(),
        big.len()
    );
    let line = format!(
        "{{\"input\":\"{}\",\"output\":\"\"}}\n",
        String::from_utf8(big).unwrap()
    );
    assert_eq!(
        read_cases(&place.put("big.jsonl", line)).unwrap().cases[0]
            .input
            .len(),
        50_000_000
    );
}

#[test]
fn a_problem_without_a_source() {
    let place = Place::new();
    let cases = place.put("c.jsonl", "{\"input\":\"1\",\"output\":\"1\"}\n");
    let flags = TaskFlags {
        statement: Some(place.put("p.md", "Echo.\n")),
        cases: Some(cases),
        language: Some("rust".into()),
        ..TaskFlags::default()
    };
    let task = load(&flags).unwrap();
    assert!(task.source.is_none() && task.language.id == "rust" && task.statement == "Echo.\n");
    complains(
        load(&TaskFlags {
            language: None,
            ..flags.clone()
        }),
        &["--language", "python"],
    );
    complains(
        load(&TaskFlags {
            cases: Some(place.put("d.jsonl", "{\"input\":\"1\"}")),
            ..flags.clone()
        }),
        &["case 01 has no expected output"],
    );
    complains(
        load(&TaskFlags {
            statement: Some(place.put("e.md", "\n")),
            ..flags.clone()
        }),
        &["e.md is empty"],
    );
    complains(
        load(&TaskFlags {
            statement: Some(place.put("f.md", b"\xc3\x28")),
            ..flags
        }),
        &["f.md", "not valid UTF-8", "offset 0"],
    );
}

#[test]
fn data_files_must_be_files_with_names_of_their_own() {
    let place = Place::new();
    let (a, b) = (place.put("x/w.txt", ""), place.put("y/w.txt", ""));
    let with = |files| {
        load(&TaskFlags {
            files,
            ..place.flags("a.py", "print(1)")
        })
    };
    complains(with(vec![a, b]), &["would both be called w.txt"]);
    complains(with(vec![place.at("x")]), &["not a regular file"]);
    complains(with(vec![place.at("gone.txt")]), &["gone.txt"]);
}

#[test]
fn task_folders_golden_good_and_bad() {
    let place = Place::new();
    place.put("t/a.py", "print(input())\n");
    place.put("t/cases/1.in", "1\n");
    let toml = |text: &str| {
        place.put("t/task.toml", text);
        folder(&place.at("t"))
    };
    let task = toml("source = \"a.py\"\nchecker = \"numbers:1e-9\"\n[limits]\ntime = \"2s\"\nmemory = \"64MB\"\n").unwrap();
    assert_eq!(
        (
            task.name.as_str(),
            task.limits.time.as_secs(),
            task.limits.memory.0
        ),
        ("t", 2, 64_000_000)
    );
    assert_eq!(task.checker.to_string(), "numbers:1e-9");
    let task =
        toml("source = \"a.py\"\nchecker = \"results:1e-6\"\nignore = [\"stderr\", \"logging\"]\n")
            .unwrap();
    assert_eq!(
        task.checker.to_string(),
        "results:1e-6:ignore=logging,stderr"
    );
    complains(
        toml("source = \"a.py\"\nchecker = \"results\"\nignore = [\"logs\"]\n"),
        &["`logs` is nothing that calls leave behind", "logging"],
    );
    complains(
        toml("source = \"a.py\"\nignore = [\"logging\"]\n"),
        &["`ignore` is about what calls", "checker = \"results\""],
    );
    let task = toml("source = \"a.py\"\n[limits]\noutput_limit = \"1MB\"\nprocesses = 3\ndisk = \"2MB\"\n[build]\ntime_limit = \"5s\"\nmemory_limit = \"1GB\"\n").unwrap();
    assert_eq!(
        (
            task.limits.output.0,
            task.limits.processes,
            task.limits.disk.0
        ),
        (1_000_000, 3, 2_000_000)
    );
    assert_eq!(
        (
            task.build.time.as_secs(),
            task.build.memory.0,
            task.build.processes
        ),
        (5, 1_000_000_000, 256)
    );
    complains(
        toml("source = \"a.py\"\n[limits]\nprocesses = 0\n"),
        &[
            "task.toml:3:13",
            "0 is no limit of processes",
            "from 1 to 4096",
        ],
    );
    complains(
        toml("source = \"a.py\"\n[build]\ndisk = \"0\"\n"),
        &["task.toml:3:8", "[build]", "a limit of nothing"],
    );
    complains(
        toml("source = \"a.py\"\n[build]\ntime = \"1s\"\ntime_limit = \"2s\"\n"),
        &["task.toml:2:1", "duplicate field `time_limit`"],
    );
    complains(
        toml("sourse = \"a.py\"\n"),
        &["task.toml:1:1", "unknown field `sourse`", "`source`"],
    );
    complains(
        toml("source = \"a.py\"\n[limits]\nmemroy = \"1GB\"\n"),
        &["task.toml:3:1", "[limits]", "`memroy`"],
    );
    complains(
        toml("source = \"a.py\"\n[limits]\nmemory = \"lots\"\n"),
        &["task.toml:3:", "`lots` is not an amount of memory"],
    );
    complains(
        toml("source = \"a.py\"\n[limits]\ntime = \"0s\"\n"),
        &["task.toml:3:", "no time at all"],
    );
    complains(
        toml("source = \"a.py\"\nchecker = \"fuzzy\"\n"),
        &["task.toml:2:", "`fuzzy` is not a checker"],
    );
    complains(
        toml("source = \"a.py\"\nobjective = \"speed\"\n"),
        &["task.toml:2:", "unknown variant `speed`", "`time`"],
    );
    complains(toml("source = \"a.py\n"), &["task.toml:1:"]);
    complains(toml("source = \"b.py\"\n"), &["b.py"]);
    complains(toml("title = \"x\"\n"), &["--language"]);
    complains(
        toml("source = \"a.py\"\nname = \"../x\"\n"),
        &["name", "cannot be used"],
    );
    complains(
        toml("source = \"a.py\"\n[workload]\ncases = \"nope\"\n"),
        &["nope"],
    );
    std::fs::remove_dir_all(place.at("t/cases")).unwrap();
    complains(
        toml("source = \"a.py\"\n"),
        &["has no cases", "cases/01.in"],
    );
    complains(folder(&place.at("good")), &["good"]);
    std::fs::create_dir(place.at("bare")).unwrap();
    complains(
        folder(&place.at("bare")),
        &["is not a task", "no task.toml"],
    );
}

#[test]
fn a_task_kept_where_nothing_can_be_written() {
    let place = Place::new();
    let task = load(&place.flags("a.py", "print(1)")).unwrap();
    let blocked = place.put("file", "");
    let said = save_folder(&task, &blocked.join("task"))
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("cannot keep the task in") && said.contains("file"),
        "{said}"
    );
}
