//! Runs one [`Program`] under [`Limits`] and reports an [`Outcome`].
//!
//! Isolated, sampled, killed to the last descendant. Knows nothing of tasks, versions, models or
//! screens. Everything that only Linux has lives in `linux/`; `unsafe` is allowed there and nowhere else.

#![warn(unreachable_pub)]

mod capture;
mod cleanup;
mod limit_breach;
mod limits;
#[cfg(target_os = "linux")]
mod linux;
mod plain;
mod process_tree;
mod stamped;
pub mod toolchain;
mod trace;
mod writable_tree;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(crate) use self::cleanup::place_for_others;
pub use self::limits::Limits;
pub use self::stamped::{Burst, REQUESTS, Stamp, StampedRun};
pub(crate) use self::trace::thin;
pub use self::writable_tree::{TreeHolder, WritableTree};
use crate::base::units::{ByteNanos, Bytes, Nanos};

/// One program to run: everything that its run depends on.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Program and arguments; the first is a path inside the sandbox or a name to find on its `PATH`.
    pub argv: Vec<String>,
    /// Added to the sandbox's own small environment (`PATH HOME TMPDIR LANG`); later entries win.
    pub environment: Vec<(String, String)>,
    /// Standard input, served from memory.
    pub stdin: Arc<[u8]>,
    /// What it can read besides the system's toolchains.
    pub mounts: Vec<Mount>,
    /// Files and folders of this machine that it does not see although they lie in a folder that is mounted. Without
    /// isolation (tier none) nothing can be hidden.
    pub hidden: Vec<PathBuf>,
    /// Folders that it may write in, and that keep what was written.
    pub trees: Vec<WritableTree>,
    /// Current folder inside the sandbox; `None` is the private work folder.
    pub folder: Option<String>,
    /// Files of the work folder to be brought back after the run, by name (a compiler's product). A name with a slash
    /// at its end is a folder: every regular file below it is brought back by its path, and every
    /// empty folder with a slash at its end.
    pub collect: Vec<String>,
    /// Note in [`Outcome::attempts`] which files it tried to open that it should not read. Every opening of a file
    /// then takes some microseconds longer, so never for a run that is timed. What is refused is refused either way.
    pub watched: bool,
}

/// A file or folder of this machine that a run may read, never write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mount {
    /// On this machine.
    pub host: PathBuf,
    /// Inside the sandbox, absolute; the work folder is [`WORK`].
    pub guest: String,
}

/// The private, writable work folder as the guest sees it (also its `HOME`).
pub const WORK: &str = "/work";

/// Files that are brought back from a folder at most.
const COLLECT_FILES: usize = 20_000;

/// Folders within folders that are looked into when a folder is brought back.
const COLLECT_DEPTH: usize = 24;

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
    /// Files asked for with [`Program::collect`] that were regular files, with their bytes: together at most as many
    /// as the limit of disk.
    pub collected: Vec<(String, Vec<u8>)>,
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

/// Which protections a sandbox has on this machine, probed once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guards {
    /// The overall strength.
    pub tier: Tier,
    /// Guards that are on, short names: `user`, `mount`, `pid`, `network`, `ipc`, `seccomp`, `landlock`, `cgroup v1` …
    pub on: Vec<String>,
    /// Guards that are missing, each with a reason a person understands.
    pub missing: Vec<(String, String)>,
    /// Where memory figures come from.
    pub memory_source: MemorySource,
}

/// Strength of the isolation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// No isolation at all; only with `--unsafe-no-isolation`.
    None,
    /// Landlock, seccomp and resource limits only.
    Weak,
    /// Namespaces, seccomp, Landlock; no cgroup.
    Namespaces,
    /// Namespaces, seccomp, Landlock and a cgroup.
    Full,
}

/// Where memory figures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemorySource {
    /// Anonymous and shared memory as the cgroup counts it.
    Cgroup,
    /// Sum over the processes of the tree: an upper bound where pages are shared.
    ProcessTree,
    /// Resident set of single processes: a stand-in.
    ResidentSet,
}

/// Cancels work in progress, or pauses it between two runs. Clones share their state.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    stop: Arc<AtomicBool>,
    pause: Arc<AtomicBool>,
}

impl CancelToken {
    /// Neither cancelled nor paused.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels: running work checks at least every 20 ms.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Clears a cancellation before the next piece of work.
    pub fn rearm(&self) {
        self.stop.store(false, Ordering::SeqCst);
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Pauses or resumes. Only checked between runs, so that no run is ever stretched.
    pub fn pause(&self, held: bool) {
        self.pause.store(held, Ordering::SeqCst);
    }

    /// Whether it is paused.
    #[must_use]
    pub fn paused(&self) -> bool {
        self.pause.load(Ordering::SeqCst)
    }

    /// Sleeps while paused; returns at once when cancelled.
    pub fn wait_while_paused(&self) {
        while self.paused() && !self.stopped() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// How a sandbox is to be opened.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The `reheat` binary that plays the launcher; `None` is this very program.
    pub launcher: Option<PathBuf>,
    /// Allows running without any isolation where the machine offers none.
    pub unsafe_no_isolation: bool,
}

/// Runs programs, one at a time. Open one for each thread that runs programs.
#[derive(Debug)]
pub struct Sandbox {
    guards: Guards,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    #[cfg(target_os = "linux")]
    Linux(Box<linux::LauncherHandle>),
    Plain,
}

impl Sandbox {
    /// Opens the strongest sandbox that this machine allows and makes everything ready that can be made ready once.
    ///
    /// # Errors
    /// [`SandboxError::NoIsolation`] where the machine has none and it was not waived; [`SandboxError::Failed`] otherwise.
    pub fn open(settings: &Settings) -> Result<Self, SandboxError> {
        Self::open_without(settings, &[])
    }

    /// As [`Sandbox::open`], but leaves out some guards even where they are available: `user`, `namespaces`, `cgroup`,
    /// `landlock`, `seccomp`. For tests of the weaker tiers.
    ///
    /// # Errors
    /// As [`Sandbox::open`].
    #[doc(hidden)]
    pub fn open_without(settings: &Settings, forbid: &[&str]) -> Result<Self, SandboxError> {
        let why = match strongest(settings, forbid) {
            Ok(opened) => return Ok(opened),
            Err(why) => why,
        };
        if !settings.unsafe_no_isolation {
            return Err(SandboxError::NoIsolation(why));
        }
        cleanup::abandoned(&std::env::temp_dir());
        let guards = Guards {
            tier: Tier::None,
            on: vec!["limits".into()],
            missing: vec![(
                "isolation".into(),
                format!("programs run with your own rights: {why}"),
            )],
            memory_source: MemorySource::ResidentSet,
        };
        Ok(Self {
            guards,
            inner: Inner::Plain,
        })
    }

    /// Which protections are on.
    #[must_use]
    pub fn guards(&self) -> &Guards {
        &self.guards
    }

    /// The user and group that must own a [`WritableTree`], where guests are somebody else on this machine.
    #[must_use]
    pub fn guest_owner(&self) -> Option<u32> {
        match &self.inner {
            #[cfg(target_os = "linux")]
            Inner::Linux(handle) => handle.guest_owner(),
            Inner::Plain => None,
        }
    }

    /// Runs the program to its end or to a limit. `watch` is called from this thread with every reading.
    ///
    /// [`CancelToken::stop`] ends it within 100 ms; nothing is left behind.
    ///
    /// # Errors
    /// [`SandboxError::CannotStart`], [`SandboxError::Stopped`], or [`SandboxError::Failed`] if the sandbox could not do its work twice.
    pub fn run(
        &mut self,
        program: &Program,
        limits: &Limits,
        watch: &mut dyn FnMut(Sample),
        cancel: &CancelToken,
    ) -> Result<Outcome, SandboxError> {
        match &mut self.inner {
            #[cfg(target_os = "linux")]
            Inner::Linux(handle) => handle.run(program, limits, watch, cancel),
            Inner::Plain => plain::run(program, limits, watch, cancel),
        }
    }

    /// Waits until nothing is left of the last run. The next run does so by itself; benchmarks measure how long it takes.
    #[doc(hidden)]
    pub fn settle(&mut self) {
        #[cfg(target_os = "linux")]
        if let Inner::Linux(handle) = &mut self.inner {
            handle.settle_now();
        }
    }
}

/// The strongest isolation that there is, or why there is none.
#[cfg(target_os = "linux")]
fn strongest(settings: &Settings, forbid: &[&str]) -> Result<Sandbox, String> {
    let forbid: Vec<String> = forbid.iter().map(|f| (*f).to_owned()).collect();
    let (handle, guards) = linux::LauncherHandle::open(settings, &forbid)?;
    Ok(Sandbox {
        guards,
        inner: Inner::Linux(Box::new(handle)),
    })
}

/// The strongest isolation that there is, or why there is none.
#[cfg(not(target_os = "linux"))]
fn strongest(_settings: &Settings, _forbid: &[&str]) -> Result<Sandbox, String> {
    Err("isolation needs Linux".to_owned())
}

/// Whether this process was started to play the launcher; `main` asks before anything else.
#[must_use]
pub fn is_launcher() -> bool {
    std::env::args_os()
        .nth(1)
        .is_some_and(|a| a == LAUNCHER_FLAG)
}

/// The launcher's whole life. Never returns.
pub fn launcher_main() -> ! {
    #[cfg(target_os = "linux")]
    linux::launcher::main();
    #[cfg(not(target_os = "linux"))]
    std::process::exit(2)
}

/// The hidden command. Looks like an option, so that a program that is no launcher refuses it.
const LAUNCHER_FLAG: &str = "--reheat-launcher";

/// The environment that every program starts with; nothing of the workbench's own is in it.
fn base_environment() -> Vec<(String, String)> {
    [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", WORK),
        ("TMPDIR", "/tmp"),
        ("LANG", "C.UTF-8"),
    ]
    .into_iter()
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .collect()
}

/// The sandbox itself failed, or was stopped. Never a verdict on a program.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// This machine offers no isolation and it was not waived.
    #[error(
        "this machine offers no isolation: {0}; run `reheat doctor` to see what is missing, or accept the risk with --unsafe-no-isolation"
    )]
    NoIsolation(String),
    /// The program to start does not exist inside the sandbox, or may not be executed.
    #[error("cannot start {program}: {why}")]
    CannotStart {
        /// What was to be started.
        program: String,
        /// What the system said, in words.
        why: String,
    },
    /// Stopped by [`CancelToken::stop`].
    #[error("stopped")]
    Stopped,
    /// Something else went wrong in the sandbox itself.
    #[error("the sandbox failed: {0}")]
    Failed(String),
}
