//! Why a run ended as it did, in words for the user: which limit, how far it got, and what to raise.
//!
//! Every sentence about a limit ends with the option that raises it; the key of a task file is the same name.

use super::{Limits, RunVerdict};
use crate::base::units::{Bytes, Nanos};

/// A limit that was broken and ends the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breach {
    /// Of wall-clock time.
    Time,
    /// Of memory: how much it had.
    Memory(Bytes),
    Output {
        /// Standard error rather than standard output.
        errors: bool,
    },
    /// Of its disk, where nothing but watching keeps it: how much was there.
    Disk(Bytes),
    /// Of what a folder that it may write in may hold: how much was there.
    Tree {
        /// What was there.
        reached: Bytes,
        /// What may be there.
        most: Bytes,
    },
    /// Of how many files may be in such a folder.
    TreeFiles(u64),
    /// Of files on its disk, where nothing but watching keeps it.
    Files,
    /// Of processes and threads, where nothing but watching keeps it: how many there were.
    Processes(u32),
    /// Of the machine's own memory, where nothing but watching keeps it.
    Machine {
        /// By how much what is left has fallen during the run.
        fell: Bytes,
        /// What is left.
        left: Bytes,
    },
}

impl Breach {
    /// The verdict on a run that was stopped for it.
    pub(crate) fn verdict(self) -> RunVerdict {
        match self {
            Self::Time => RunVerdict::TimeLimit,
            Self::Memory(_) | Self::Machine { .. } => RunVerdict::MemoryLimit,
            Self::Output { .. } => RunVerdict::OutputLimit,
            Self::Disk(_)
            | Self::Files
            | Self::Tree { .. }
            | Self::TreeFiles(_)
            | Self::Processes(_) => RunVerdict::RuntimeError,
        }
    }

    /// The sentence about it.
    pub(crate) fn in_words(self, limits: &Limits, cpu: Nanos) -> String {
        match self {
            Self::Time => format!(
                "stopped after {}, the limit of time; used {cpu} of CPU time (--time-limit)",
                Nanos::from(limits.time)
            ),
            Self::Memory(reached) => format!(
                "reached {} of memory; the limit is {} (--memory-limit)",
                reached.max(limits.memory),
                limits.memory
            ),
            Self::Output { errors } => format!(
                "wrote more than {} to its standard {}, the limit of output (--output-limit)",
                limits.output,
                if errors { "error" } else { "output" }
            ),
            Self::Disk(reached) => format!(
                "its files took {}; the limit of its disk is {} (--disk)",
                reached.max(limits.disk),
                limits.disk
            ),
            Self::Tree { reached, most } => format!(
                "the private copy of its work tree grew to {}; the limit is {most} (--disk)",
                reached.max(most)
            ),
            Self::TreeFiles(most) => {
                format!("the private copy of its work tree may hold {most} files; there were more")
            }
            Self::Machine { fell, left } => format!(
                "stopped because the machine's free memory fell by {fell} to {left} while it ran; without a cgroup nothing else holds back what a program makes the kernel keep (its own limit is {}, --memory-limit)",
                limits.memory
            ),
            Self::Processes(reached) => format!(
                "had {reached} processes and threads at once; the limit is {} (--processes)",
                limits.processes
            ),
            Self::Files => format!(
                "made more files than its disk of {} may hold (--disk)",
                limits.disk
            ),
        }
    }
}

/// Files and folders that a disk of the size may hold.
pub(crate) fn most_files(disk: Bytes) -> u64 {
    (disk.0 / 4096).clamp(1_024, 65_536)
}

/// Limits that a program ran into without being stopped: a call was refused, and many programs fail because of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LimitsReached {
    /// It wanted more processes and threads than it may have.
    pub(crate) processes: bool,
    /// Its files filled its disk.
    pub(crate) disk: bool,
    /// It has as many files as its disk may hold.
    pub(crate) files: bool,
}

impl LimitsReached {
    /// What a failed run may have failed because of, if anything.
    pub(crate) fn in_words(self, limits: &Limits) -> Option<String> {
        let mut parts = Vec::new();
        if self.processes {
            parts.push(format!(
                "wanted more than {} processes and threads at once, the limit (--processes)",
                limits.processes
            ));
        }
        if self.disk {
            parts.push(format!(
                "wrote {}, the limit of its disk (--disk)",
                limits.disk
            ));
        } else if self.files {
            parts.push(format!(
                "made as many files as its disk of {} may hold (--disk)",
                limits.disk
            ));
        }
        (!parts.is_empty()).then(|| format!("it {}", parts.join(", and ")))
    }
}

/// Verdict and reason of a program that ended by itself.
pub(crate) fn verdict_of(
    exit_code: Option<i32>,
    signal: Option<i32>,
) -> (RunVerdict, Option<String>) {
    match (exit_code, signal) {
        (Some(0), _) => (RunVerdict::Ok, None),
        (Some(code), _) => (
            RunVerdict::RuntimeError,
            Some(format!("exit status {code}")),
        ),
        (None, Some(signal)) => (
            RunVerdict::RuntimeError,
            Some(format!("ended by {}", signal_name(signal))),
        ),
        (None, None) => (
            RunVerdict::RuntimeError,
            Some("ended in an unknown way".into()),
        ),
    }
}

/// A signal in words a person knows.
pub(crate) fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL (illegal instruction)",
        5 => "SIGTRAP",
        6 => "SIGABRT (aborted)",
        7 => "SIGBUS (bad memory access)",
        8 => "SIGFPE (arithmetic error, such as a division by zero)",
        9 => "SIGKILL",
        11 => "SIGSEGV (bad memory access, or the stack ran out)",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ (file too large)",
        31 => "SIGSYS (forbidden system call)",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_named_with_how_far_it_got_and_what_to_raise() {
        let limits = Limits::default();
        let cases = [
            (
                Breach::Time,
                "stopped after 10.0 s, the limit of time; used 20.0 ms of CPU time (--time-limit)",
            ),
            (
                Breach::Memory(Bytes(600_000_000)),
                "reached 600 MB of memory; the limit is 537 MB (--memory-limit)",
            ),
            (
                Breach::Output { errors: true },
                "wrote more than 67.1 MB to its standard error, the limit of output (--output-limit)",
            ),
            (
                Breach::Disk(Bytes(70_000_000)),
                "its files took 70.0 MB; the limit of its disk is 67.1 MB (--disk)",
            ),
        ];
        for (breach, words) in cases {
            assert_eq!(breach.in_words(&limits, Nanos(20_000_000)), words);
        }
        let all = LimitsReached {
            processes: true,
            disk: true,
            files: true,
        };
        assert_eq!(
            all.in_words(&limits).unwrap(),
            "it wanted more than 64 processes and threads at once, the limit (--processes), and wrote 67.1 MB, the limit of its disk (--disk)"
        );
        assert_eq!(LimitsReached::default().in_words(&limits), None);
    }
}
