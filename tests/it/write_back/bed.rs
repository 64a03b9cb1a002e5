//! A folder with one file in it, and what writing into it comes to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use reheat::session::event::VersionId;
use reheat::session::written::WriteRecord;
use reheat::write_back::write::{WriteContext, WriteOutcome};
use reheat::write_back::{BackupStore, Check, Replacement, WriteError, write};

/// What the file holds when the session begins, and with the version in place.
pub(crate) const OLD: &str = "import sys\n\ndef slow(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total\n\n\ndef other():\n    return 1\n\n\nprint(slow(int(sys.stdin.readline())))\n";
pub(crate) const NEW: &str = "import sys\n\ndef slow(n):\n    return n * (n - 1) // 2\n\n\ndef other():\n    return 1\n\n\nprint(slow(int(sys.stdin.readline())))\n";

/// A folder of a test's own.
pub(crate) struct Bed {
    dir: tempfile::TempDir,
    pub file: PathBuf,
    pub backups: BackupStore,
}

impl Bed {
    pub(crate) fn new() -> Self {
        Self::with("slow.py", OLD)
    }

    pub(crate) fn with(name: &str, text: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("project").join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        let session = dir.path().join("session");
        fs::create_dir_all(&session).unwrap();
        fs::write(session.join("journal.jsonl"), "").unwrap();
        let backups = BackupStore::of(&session);
        Self { dir, file, backups }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn text(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }

    pub(crate) fn plan(&self) -> Replacement {
        Replacement::make(&self.file, OLD, NEW).unwrap()
    }

    /// Writes what the plan says, without a check.
    pub(crate) fn write(
        &self,
        plan: &Replacement,
        merge: bool,
    ) -> Result<WriteOutcome, WriteError> {
        self.write_and(plan, merge, None, None).0
    }

    /// Writes, and says what was told of it.
    pub(crate) fn write_and(
        &self,
        plan: &Replacement,
        merge: bool,
        check: Option<Check<'_>>,
        ready: Option<&mut dyn FnMut()>,
    ) -> (Result<WriteOutcome, WriteError>, Vec<Option<String>>) {
        let mut told = Vec::new();
        let context = WriteContext {
            backups: &self.backups,
            record: &mut |_: &WriteRecord, undone: Option<&str>| {
                told.push(undone.map(str::to_owned));
                Ok(())
            },
            // Taken out and put in again, so that their lifetimes may shrink.
            check: match check {
                Some(check) => Some(check),
                None => None,
            },
            ready: match ready {
                Some(ready) => Some(ready),
                None => None,
            },
        };
        let done = write(plan, VersionId(3), merge, context);
        (done, told)
    }

    /// Names in the file's folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.file.parent().unwrap()).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// Whether a test must be left out because a tool is missing, and says so.
pub(crate) fn lacks(tool: &str) -> bool {
    let there = Command::new(tool).arg("--version").output().is_ok();
    if !there {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "needs {tool}, and nothing may be skipped here"
        );
        println!("skipped: needs {tool}");
    }
    !there
}

/// Git in a folder, with an identity of its own and no settings of this machine.
pub(crate) fn git_in(folder: &Path, args: &[&str]) -> (bool, String) {
    let output = clean(Command::new("git").arg("-C").arg(folder).args(args))
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// As [`git_in`], and must succeed.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let (ok, said) = git_in(folder, args);
    assert!(ok, "git {args:?}: {said}");
    said.trim_end().to_owned()
}

/// Takes this machine's settings of git away from a command.
pub(crate) fn clean(command: &mut Command) -> &mut Command {
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
}

/// A repository around a file, with one commit.
pub(crate) fn repository(folder: &Path) {
    git(folder, &["init", "-q", "-b", "main"]);
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "first"]);
}
