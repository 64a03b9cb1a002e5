//! Runs one [`Program`] under [`Limits`] and reports an [`Outcome`].
//!
//! Isolated, sampled, killed to the last descendant. Knows nothing of tasks, versions, models or
//! screens. Everything that only Linux has lives in `linux/`; `unsafe` is allowed there and nowhere else.

mod burst;
mod cancel;
mod capture;
mod cleanup;
mod error;
mod guards;
mod limit_breach;
mod limits;
#[cfg(target_os = "linux")]
mod linux;
mod outcome;
mod plain;
pub(crate) mod process_tree;
mod program;
mod stamped;
pub mod toolchain;
mod trace;
mod writable_tree;

pub use self::burst::{Burst, REQUESTS, Stamp};
pub use self::cancel::CancelToken;
pub(crate) use self::cleanup::place_for_others;
pub use self::error::SandboxError;
use self::guards::LAUNCHER_FLAG;
pub use self::guards::{Guards, MemorySource, Settings, Tier};
pub use self::limits::Limits;
pub use self::outcome::{Attempt, AttemptKind, Captured, Outcome, Peak, RunVerdict, Sample};
pub use self::program::{Mount, Program, WORK};
pub use self::stamped::{StampedRun, cores};
pub(crate) use self::trace::thin;
pub use self::writable_tree::{TreeHolder, WritableTree};

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
