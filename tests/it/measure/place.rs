//! A folder with programs and cases, and `reheat measure` in it.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder with programs and cases, and its own cache.
pub(crate) struct Place {
    pub dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(place.path("cases")).unwrap();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn with(self, name: &str, text: &str) -> Self {
        std::fs::write(self.path(name), text).unwrap();
        self
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reheat"));
        command
            .arg("measure")
            .args(args)
            .current_dir(self.dir.path())
            .env("REHEAT_CACHE_DIR", self.path("cache"))
            .env("REHEAT_CONFIG_DIR", self.path("config"));
        command
    }

    pub(crate) fn measure(&self, args: &[&str]) -> Output {
        self.command(args).stdin(Stdio::null()).output().unwrap()
    }

    /// The JSON that a measurement printed; it must have ended with this status.
    pub(crate) fn json(&self, args: &[&str], status: i32) -> Value {
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

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Says why a test is left out where a tool is missing.
pub(crate) fn missing(tool: &str) -> bool {
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
pub(crate) fn adds(times: u32) -> String {
    format!(
        "n = int(input())\nfor _ in range({times}):\n    total = 0\n    for i in range(n):\n        total += i * i % 7\nprint(total)\n"
    )
}

pub(crate) fn sums() -> Place {
    Place::new()
        .with("cases/1.in", "1000\n")
        .with("cases/2.in", "60000\n")
}
