//! A command as the model: the prompt on its standard input, the answer on its standard output.
//!
//! Made for coding agents (`claude -p`) and for any program at all. It runs as the user runs it, outside of the
//! sandbox: it is the developer's own tool. It never outlives its answer: its whole process group is killed, and whatever else
//! it has started.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdout, Command as Process};

use super::api_error::printable;
use super::split::Splitter;
use super::{Delta, DeltaStream, End, Provider, Question, answer};
use crate::base::words::estimate_tokens;
use crate::sandbox::process_tree;
use crate::session::event::{Finish, Usage};

/// What the shell does itself: such a word is no file.
const BUILTINS: &[&str] = &[
    "alias", "bg", "bind", "builtin", "case", "cd", "command", "declare", "echo", "eval", "exec",
    "exit", "export", "false", "fg", "for", "function", "getopts", "hash", "if", "let", "local",
    "printf", "pwd", "read", "readonly", "set", "shift", "shopt", "source", "test", "time", "trap",
    "true", "type", "typeset", "ulimit", "umask", "unset", "until", "wait", "while",
];

/// Longest answer in bytes.
const LONGEST: usize = 8 << 20;
/// Bytes of the end of standard error that are kept.
const TAIL: usize = 4 << 10;
/// How long to wait for the rest of the output after the command has ended.
const DRAIN: Duration = Duration::from_millis(500);

/// A provider that runs a command for each question.
#[derive(Clone, Debug)]
pub struct CommandProvider {
    line: String,
    timeout: Duration,
    /// What it starts in sessions of their own may go on when it has ended.
    daemons: bool,
}

impl CommandProvider {
    /// The command as a line for the shell.
    #[must_use]
    pub fn new(line: impl Into<String>) -> Self {
        Self {
            line: line.into(),
            timeout: Duration::from_secs(600),
            daemons: false,
        }
    }

    /// Leaves alone what the command starts in sessions of their own: a program that asks for a key may start one that keeps it.
    #[must_use]
    pub(crate) fn with_daemons(mut self) -> Self {
        self.daemons = true;
        self
    }

    /// How long one answer may take in all (default ten minutes: agents think before they print).
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn spawn(&self) -> std::io::Result<ProcessGroup> {
        let mut process = if cfg!(windows) {
            Process::new("cmd")
        } else {
            Process::new("sh")
        };
        process
            .arg(if cfg!(windows) { "/C" } else { "-c" })
            .arg(&self.line);
        process
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        process.process_group(0);
        let mark = (!self.daemons).then(|| format!("{:032x}", rand::random::<u128>()));
        process.envs(mark.iter().map(|mark| (MARK, mark)));
        Ok(ProcessGroup {
            child: process.spawn()?,
            mark: mark.map(|mark| format!("{MARK}={mark}")),
        })
    }

    async fn work(self, question: Question, mut parts: DeltaStream) -> End {
        let mut group = match self.spawn() {
            Ok(group) => group,
            Err(e) => return End::failed(format!("cannot start a shell for `{}`: {e}", self.line)),
        };
        let pipes = (
            group.child.stdin.take(),
            group.child.stdout.take(),
            group.child.stderr.take(),
        );
        let (Some(mut stdin), Some(stdout), Some(stderr)) = pipes else {
            return End::failed(format!("`{}` has no standard streams", self.line));
        };
        let prompt = question.prompt.clone();
        let feed = async move {
            // A command may answer without reading all of its input.
            drop(stdin.write_all(prompt.as_bytes()).await);
            drop(stdin.shutdown().await);
        };
        let mut said = StdoutReader {
            stdout,
            text: Utf8Decoder::default(),
            ready: Vec::new(),
            length: 0,
            binary: false,
        };
        let mut complaint = StderrTail {
            stderr,
            tail: Vec::new(),
            open: true,
        };
        let status = {
            let run = async {
                tokio::pin!(feed);
                let (mut fed, mut open) = (false, true);
                loop {
                    tokio::select! {
                        () = &mut feed, if !fed => fed = true,
                        more = said.more(), if open => open = more,
                        () = complaint.more(), if complaint.open => {}
                        status = group.ended() => break status,
                    }
                    said.hand_on(&mut parts).await;
                    if said.length > LONGEST {
                        break Err(format!(
                            "`{}` has printed more than {} MB",
                            self.line,
                            LONGEST >> 20
                        ));
                    }
                }
            };
            match tokio::time::timeout(self.timeout, run).await {
                Ok(status) => status,
                Err(_) => Err(format!(
                    "`{}` was not done after {:.0} s",
                    self.line,
                    self.timeout.as_secs_f64()
                )),
            }
        };
        group.kill();
        // No writer is left: the pipes hold all there will be.
        let rest = async {
            while said.more().await {}
            while complaint.open {
                complaint.more().await;
            }
        };
        drop(tokio::time::timeout(DRAIN, rest).await);
        drop(tokio::time::timeout(DRAIN, group.child.wait()).await);
        let last = said.text.close();
        said.ready.extend(last);
        said.hand_on(&mut parts).await;
        self.end(status, &said, &complaint, &question.prompt)
    }

    fn end(
        &self,
        status: Result<ExitStatus, String>,
        said: &StdoutReader,
        complaint: &StderrTail,
        prompt: &str,
    ) -> End {
        let usage = Usage {
            prompt_tokens: estimate_tokens(prompt.len()),
            reply_tokens: estimate_tokens(said.length),
            counted: false,
            cost: None,
        };
        let tail = complaint.words();
        let status = match status {
            Ok(status) => status,
            Err(why) => {
                return End {
                    finish: Finish::Failed,
                    usage,
                    error: format!("{why}; it was ended{tail}"),
                    again: true,
                };
            }
        };
        if !status.success() {
            let error = format!("`{}` ended with {status}{tail}", self.line);
            // The shell exits with 126 or 127 if there is no such command: trying again is pointless.
            let again = !matches!(status.code(), Some(126 | 127));
            return End {
                finish: Finish::Failed,
                usage,
                error,
                again,
            };
        }
        if said.binary {
            return End {
                finish: Finish::Failed,
                usage,
                error: format!(
                    "`{}` has printed something that is not UTF-8 text (UTF-16?){tail}",
                    self.line
                ),
                again: true,
            };
        }
        let error = if said.text.seen {
            String::new()
        } else {
            format!("`{}` has printed no answer{tail}", self.line)
        };
        End {
            finish: Finish::Stop,
            usage,
            error,
            again: true,
        }
    }
}

impl Provider for CommandProvider {
    fn name(&self) -> String {
        self.line.clone()
    }

    /// The model of a command is the command.
    fn with_model(&self, line: &str) -> Option<Arc<dyn Provider>> {
        Some(Arc::new(Self {
            line: line.to_owned(),
            ..self.clone()
        }))
    }

    fn touches_files(&self) -> bool {
        true
    }

    /// Checks that its program is on the path; a line with shell syntax cannot be checked.
    fn is_there(&self) -> Option<BoxFuture<'static, Result<(), String>>> {
        let first = self.line.split_whitespace().next()?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
        if !first.chars().all(plain) {
            return None;
        }
        if BUILTINS.contains(&first) {
            return None;
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).any(|dir| dir.join(first).is_file());
        let answer = found
            .then_some(())
            .ok_or_else(|| format!("{first} is not on the path"));
        Some(std::future::ready(answer).boxed())
    }

    fn ask(&self, question: Question) -> BoxStream<'static, Delta> {
        let this = self.clone();
        answer(move |parts| this.work(question, parts))
    }
}

/// Named in the environment of everything that a command starts, so that it is found again wherever it hides.
const MARK: &str = "REHEAT_ANSWER";

/// A child with all its descendants.
struct ProcessGroup {
    child: Child,
    /// What stands in the environment of all of them.
    mark: Option<String>,
}

impl ProcessGroup {
    /// Waits for the end of the command itself. It stays unreaped, so that its id still refers to its group.
    async fn ended(&self) -> Result<ExitStatus, String> {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        use std::os::unix::process::ExitStatusExt;
        let pid = self
            .child
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let pid = pid.ok_or_else(|| "the command is gone".to_owned())?;
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        loop {
            match waitid(WaitId::Pid(pid), options) {
                Ok(Some(status)) => {
                    let raw = status.exit_status().map_or_else(
                        || status.terminating_signal().unwrap_or(9),
                        |code| code << 8,
                    );
                    return Ok(ExitStatus::from_raw(raw));
                }
                Ok(None) => tokio::time::sleep(Duration::from_millis(10)).await,
                Err(e) => return Err(format!("the command cannot be waited for: {e}")),
            }
        }
    }

    fn kill(&mut self) {
        if let Some(pid) = self
            .child
            .id()
            .and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?))
        {
            // It may be gone already.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        drop(self.child.start_kill());
        if let Some(mark) = &self.mark {
            process_tree::kill_marked(mark);
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads the command's output as it arrives.
struct StdoutReader {
    stdout: ChildStdout,
    text: Utf8Decoder,
    ready: Vec<Delta>,
    length: usize,
    /// It holds zero bytes, as no text in UTF-8 does.
    binary: bool,
}

impl StdoutReader {
    /// Reads once; false at the end. Loses nothing when it is cancelled.
    async fn more(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        let n = self.stdout.read(&mut buffer).await.unwrap_or(0);
        self.length += n;
        self.binary |= buffer[..n].contains(&0);
        let parts = self.text.take(&buffer[..n]);
        self.ready.extend(parts);
        n > 0 && self.length <= LONGEST
    }

    async fn hand_on(&mut self, parts: &mut DeltaStream) {
        for part in self.ready.drain(..) {
            parts.give(part).await;
        }
    }
}

/// Decodes bytes to text; a character may be split between two reads.
#[derive(Default)]
struct Utf8Decoder {
    waiting: Vec<u8>,
    splitter: Splitter,
    seen: bool,
}

impl Utf8Decoder {
    fn take(&mut self, bytes: &[u8]) -> Vec<Delta> {
        self.waiting.extend_from_slice(bytes);
        // Half a character at the end may still be completed.
        let length = self.waiting.len();
        let half = |n: &usize| {
            std::str::from_utf8(&self.waiting[length - n..])
                .is_err_and(|e| e.valid_up_to() == 0 && e.error_len().is_none())
        };
        let whole = length - (1..=3.min(length)).find(half).unwrap_or(0);
        let rest = self.waiting.split_off(whole);
        let settled = std::mem::replace(&mut self.waiting, rest);
        self.push(&String::from_utf8_lossy(&settled))
    }

    fn close(&mut self) -> Vec<Delta> {
        let rest = std::mem::take(&mut self.waiting);
        let mut parts = self.push(&String::from_utf8_lossy(&rest));
        parts.extend(self.splitter.finish());
        self.seen |= parts
            .iter()
            .any(|p| matches!(p, Delta::Text(t) if !t.trim().is_empty()));
        parts
    }

    fn push(&mut self, text: &str) -> Vec<Delta> {
        let parts = self.splitter.push(text);
        self.seen |= parts
            .iter()
            .any(|p| matches!(p, Delta::Text(t) if !t.trim().is_empty()));
        parts
    }
}

/// Keeps the end of the command's standard error.
struct StderrTail {
    stderr: ChildStderr,
    tail: Vec<u8>,
    open: bool,
}

impl StderrTail {
    async fn more(&mut self) {
        let mut buffer = [0; 4 << 10];
        let n = self.stderr.read(&mut buffer).await.unwrap_or(0);
        self.open = n > 0;
        self.tail.extend_from_slice(&buffer[..n]);
        let over = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..over);
    }

    /// `: LAST LINES`; empty if there were none.
    fn words(&self) -> String {
        let text = String::from_utf8_lossy(&self.tail);
        let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
        let last = printable(&lines[lines.len().saturating_sub(4)..].join(" · "));
        if last.is_empty() {
            last
        } else {
            format!(": {last}")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn bytes_become_text_wherever_they_are_cut() {
        let bytes = "é🙂a"
            .bytes()
            .chain([0xff, b'b', 0xf0, 0x9f])
            .collect::<Vec<_>>();
        for step in 1..bytes.len() {
            let mut text = Utf8Decoder::default();
            let mut parts: Vec<Delta> = bytes.chunks(step).flat_map(|c| text.take(c)).collect();
            parts.extend(text.close());
            let joined: String = parts
                .iter()
                .map(|p| {
                    if let Delta::Text(t) = p {
                        t.as_str()
                    } else {
                        ""
                    }
                })
                .collect();
            assert_eq!(joined, "é🙂a\u{fffd}b\u{fffd}", "in steps of {step}");
        }
    }
}
