//! What a run gives: its end and its figures.

use serde::{Deserialize, Serialize};

use crate::base::units::{ByteNanos, Bytes, Nanos};

/// How one program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunVerdict {
    /// Exit status 0 within all limits.
    Ok,
    /// Another exit status, or a signal.
    RuntimeError,
    /// Stopped at the limit of time.
    TimeLimit,
    /// Stopped at the limit of memory.
    MemoryLimit,
    /// Stopped at the limit of output.
    OutputLimit,
    /// Ended by a guard (a forbidden system call).
    Forbidden,
    /// The sandbox failed. This says nothing about the program.
    SandboxError,
}

impl RunVerdict {
    /// The verdict in plain words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::RuntimeError => "runtime error",
            Self::TimeLimit => "time limit",
            Self::MemoryLimit => "memory limit",
            Self::OutputLimit => "output limit",
            Self::Forbidden => "forbidden",
            Self::SandboxError => "sandbox error",
        }
    }
}

/// One reading during a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Since the program was started.
    pub t: Nanos,
    /// Memory of the whole tree at that moment.
    pub memory: Bytes,
}

/// What a program wrote to one stream, up to a cap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// The first bytes.
    pub bytes: Vec<u8>,
    /// Whether there was more.
    pub truncated: bool,
}

/// Peak memory of the whole tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peak {
    /// The best single figure.
    pub bytes: Bytes,
    /// Where only a range is known: certainly at least this much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Bytes>,
    /// Where only a range is known: certainly at most this much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Bytes>,
}

/// How a run ended, and its figures.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub verdict: RunVerdict,
    /// Why, in one sentence, where the verdict alone does not say it (which limit, how far it got).
    pub reason: Option<String>,
    /// Exit status, if it exited.
    pub exit_code: Option<i32>,
    /// Signal, if it was ended by one.
    pub signal: Option<i32>,
    /// Whether a limit ended it, or it failed after it had run into one.
    pub limited: bool,
    /// From exec to the end of the program.
    pub wall: Nanos,
    /// User and system time of the whole tree.
    pub cpu: Nanos,
    /// Whether `cpu` may be less than the truth: several processes were seen, and no cgroup counts those that nobody waits for.
    pub cpu_at_least: bool,
    /// How long its first thread was runnable but waited for a core, as far as it was seen; `None` where the kernel does
    /// not report it. Wall time without it is what an idle machine would have taken.
    pub delayed: Option<Nanos>,
    /// Peak memory of the whole tree.
    pub peak: Peak,
    /// Memory integrated over time: the trapezoid over `samples` before they were thinned.
    pub integral: ByteNanos,
    /// At most 2,000 readings, in order of time.
    pub samples: Vec<Sample>,
    /// Most bytes that its private files were seen to hold. Files are no memory in any figure, even where the folders lie
    /// in memory; who saves memory may have moved it there.
    pub files: Bytes,
    /// Most processes and threads seen alive at once, where the machine can tell.
    pub tasks: Option<u32>,
    /// Standard output.
    pub stdout: Captured,
    /// Standard error.
    pub stderr: Captured,
    /// What it tried and was refused, each kind of attempt once with how often; empty where this machine cannot tell.
    pub attempts: Vec<Attempt>,
    /// Files asked for with [`Program::collect`](super::Program::collect) that were regular files, with their bytes: together at most as many
    /// as the limit of disk.
    pub collected: Vec<(String, Vec<u8>)>,
}

impl Outcome {
    /// The exit status of a program that ended by itself with no limit in its way; `None` where a signal, a limit or a guard
    /// ended it.
    #[must_use]
    pub fn exit_status(&self) -> Option<u8> {
        match self.verdict {
            RunVerdict::Ok => Some(0),
            RunVerdict::RuntimeError if self.signal.is_none() && !self.limited => {
                self.exit_code.and_then(|code| u8::try_from(code).ok())
            }
            _ => None,
        }
    }
}

/// Something that a program tried and a guard refused. Refused calls of a runtime that falls back by itself are left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attempt {
    /// What it was after.
    pub kind: AttemptKind,
    /// What exactly, for people: `connect to 127.0.0.1:8080`, `clock_settime`, `/home/ada/.ssh/id_ed25519`.
    pub what: String,
    /// How often.
    pub times: u32,
}

/// What a refused attempt was after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptKind {
    /// The network, or a socket of another kind.
    Network,
    /// A file or folder of this machine that it should not read.
    Files,
    /// Setting a clock.
    Clock,
    /// Another process.
    Processes,
    /// The kernel, mounts, namespaces, devices.
    System,
}
