//! Runs `git`. Nothing here touches the work tree or the user's index.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Variables that would make git use another repository than the file's own.
const ELSEWHERE: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_SHALLOW_FILE",
];

/// A repository seen from a folder in it, with an index file of our own.
#[derive(Debug)]
pub(super) struct Git {
    folder: PathBuf,
    scratch: tempfile::TempDir,
}

/// Why git did not answer.
#[derive(Debug)]
pub(super) enum GitError {
    /// There is no git on this machine.
    Missing,
    /// It failed; its message.
    Refused(String),
}

impl Git {
    pub(super) fn at(folder: &Path) -> std::io::Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            scratch: tempfile::Builder::new().prefix("reheat-git-").tempdir()?,
        })
    }

    /// Moves to another folder of the repository.
    pub(super) fn go_to(&mut self, folder: PathBuf) {
        self.folder = folder;
    }

    /// Runs git and returns its standard output unchanged.
    pub(super) fn bytes(&self, args: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).args(args);
        for name in ELSEWHERE {
            command.env_remove(name);
        }
        command
            .env("GIT_INDEX_FILE", self.scratch.path().join("index"))
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => GitError::Missing,
            _ => GitError::Refused(e.to_string()),
        })?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // Written on another thread while reading, so that neither blocks the other.
            scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input)));
            child.wait_with_output()
        });
        let output = output.map_err(|e| GitError::Refused(e.to_string()))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said
            .lines()
            .map(str::trim)
            .find(|l| !l.is_empty() && !l.starts_with("***"));
        let said = said.unwrap_or("it ended without a message");
        let said = said
            .trim_start_matches("fatal: ")
            .trim_start_matches("error: ");
        Err(GitError::Refused(said.to_owned()))
    }

    /// As [`Git::bytes`], as text without its last newline.
    pub(super) fn line(&self, args: &[&str]) -> Result<String, GitError> {
        self.said(args, b"")
    }

    /// As [`Git::line`], with something on its standard input.
    pub(super) fn said(&self, args: &[&str], input: &[u8]) -> Result<String, GitError> {
        let bytes = self.bytes(args, input)?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end_matches(['\n', '\r']).to_owned())
    }
}
