//! A private home for one test, the program started in it, and a small task whose speed-up is known.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::PATIENCE;

/// A private home for one test: config, data and cache folders of its own, and a folder to work in.
pub(crate) struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reheat"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("REHEAT_CONFIG_DIR", self.path("config"))
            .env("REHEAT_DATA_DIR", self.path("data"))
            .env("REHEAT_CACHE_DIR", self.path("cache"))
            .env_remove("OPENAI_BASE_URL")
            .env_remove("OPENAI_API_KEY")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs with `--json` and reads the events.
    pub(crate) fn events(&self, args: &[&str]) -> (Vec<Value>, i32) {
        let output = self.run(args);
        let events = events(&output);
        (events, output.status.code().unwrap_or(-1))
    }

    /// What the journal of the newest session holds.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let newest = |folder: &PathBuf| {
            fs::metadata(folder.join("journal.jsonl"))
                .unwrap()
                .modified()
                .unwrap()
        };
        let folder = self.sessions().into_iter().max_by_key(newest).unwrap();
        let text = fs::read_to_string(folder.join("journal.jsonl")).unwrap();
        text.lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect()
    }

    pub(crate) fn sessions(&self) -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> = fs::read_dir(self.path("data/sessions"))
            .map(|d| d.map(|e| e.unwrap().path()).collect())
            .unwrap_or_default();
        all.sort();
        all
    }
}

/// Everything that any model was ever told.
pub(crate) fn prompts(journal: &[Value]) -> Vec<String> {
    named(journal, "prompt_sent")
        .iter()
        .map(|e| e["prompt"].as_str().unwrap().to_owned())
        .collect()
}

/// The events of a `--json` run.
pub(crate) fn events(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let parsed: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("not JSON ({e}): {l}")))
        .collect();
    assert!(
        !parsed.is_empty(),
        "no events; stderr: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    parsed
}

/// Standard output as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All events of one name.
pub(crate) fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|e| e["event"] == name).collect()
}

/// Verdicts of all versions in order.
pub(crate) fn verdicts(events: &[Value]) -> Vec<String> {
    named(events, "version_evaluated")
        .iter()
        .map(|e| e["verdict"].as_str().unwrap().to_owned())
        .collect()
}

/// A slow program that adds up the squares of the numbers it reads, again and again.
pub(crate) const SLOW: &str = "import sys\nn = int(sys.stdin.readline())\ntotal = 0\nfor _ in range(40):\n    total = 0\n    for i in range(n):\n        total += i * i\nprint(total)\n";
pub(crate) const FAST: &str = "import sys\nn = int(sys.stdin.readline())\nprint((n - 1) * n * (2 * n - 1) // 6 if n else 0)\n";
pub(crate) const WRONG: &str =
    "import sys\nn = int(sys.stdin.readline())\nprint((n - 1) * n // 2)\n";
/// The loop on `slow.py`, the cases and the tape of a home.
pub(crate) const ON_TAPE: &[&str] = &[
    "optimize", "slow.py", "--cases", "cases", "--tape", "tape", "--json",
];
pub(crate) const CRASH: &str = "raise SystemExit(3)\n";

/// A reply as a model would give it.
pub(crate) fn reply(code: &str) -> String {
    format!("<think>Let me see.</think>This is quicker.\n\n```python\n{code}```\n")
}

/// A tape of these replies, as a folder.
pub(crate) fn tape(home: &Home, replies: &[String]) {
    for (n, reply) in replies.iter().enumerate() {
        home.write(&format!("tape/{:02}.md", n + 1), reply);
    }
}

/// The task on disk: `slow.py` and two cases.
pub(crate) fn squares(home: &Home) {
    home.write("slow.py", SLOW);
    home.write("cases/01.in", "0\n");
    home.write("cases/01.out", "0\n");
    home.write("cases/02.in", "40000\n");
    home.write("cases/02.out", "21332533340000\n");
}

/// Waits until something holds; fails after a long while.
pub(crate) fn wait_for(mut ready: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(
            began.elapsed() < PATIENCE,
            "waited {PATIENCE:?} for nothing"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
