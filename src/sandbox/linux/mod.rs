//! The Linux sandbox, seen from the workbench: a [`Slot`] is one launcher process and what belongs to it.
//!
//! Who is who: the workbench (many threads) → the launcher (one thread, its own namespaces and cgroup)
//! → an init a run (pid 1 of a fresh namespace) → the guest. The workbench reads figures and outputs
//! and keeps the limits; it never forks for a run. `unsafe` is confined to three files of this folder.

mod cgroup;
mod collect;
mod delay;
pub mod disk;
mod end;
mod guest;
mod ids;
mod init;
mod input;
mod landlock;
pub mod launcher;
mod notes;
mod root;
mod run;
mod seccomp;
mod spare;
mod sys;
mod wire;

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use cgroup::Cgroup;
use wire::{Message, Setup};

use super::{
    Control, Guards, Limits, MemorySource, Outcome, Program, Sample, SandboxError, Settings, Tier,
    sweep, tree,
};

/// User and group id of a guest as it sees itself.
const GUEST_ID: u32 = 1000;

/// User and group id of a guest outside when the workbench is root: nobody's.
const OUTSIDE_ID: u32 = 64_999;

/// The version of Landlock from which on it keeps signals in.
const SCOPED_SIGNALS: i64 = 6;

/// One launcher with its cgroup.
#[derive(Debug)]
pub struct Slot {
    settings: Settings,
    setup: Setup,
    launcher: Child,
    /// Closing it ends the launcher.
    socket: Option<OwnedFd>,
    cgroup: Option<Cgroup>,
    /// The launcher has not yet said that the last run is gone.
    unsettled: bool,
}

/// Why a run did not come to an outcome.
enum Trouble {
    /// The launcher died; the run says nothing and may be repeated.
    Died(String),
    /// Final.
    Final(SandboxError),
}

impl From<SandboxError> for Trouble {
    fn from(error: SandboxError) -> Self {
        Self::Final(error)
    }
}

impl Slot {
    /// Opens the strongest sandbox that this machine allows, apart from what is forbidden (in tests).
    ///
    /// # Errors
    /// Why even the weakest is impossible, in words.
    pub fn open(settings: &Settings, forbid: &[String]) -> Result<(Self, Guards), String> {
        let root = rustix::process::geteuid().is_root() && ids::has_another();
        let allowed = |guard: &str| !forbid.iter().any(|f| f == guard);
        let (cgroup, no_cgroup) = match allowed("cgroup").then(Cgroup::create) {
            Some(Ok(cgroup)) => (Some(cgroup), None),
            Some(Err(why)) => (None, Some(why)),
            None => (None, Some("switched off".to_owned())),
        };
        let full = Setup {
            root,
            user: true,
            namespaces: true,
            landlock: allowed("landlock"),
            filter: allowed("seccomp"),
        };
        let mut tries = Vec::new();
        if allowed("user") {
            tries.push(full.clone());
        }
        if root && allowed("namespaces") {
            tries.push(Setup {
                user: false,
                ..full.clone()
            });
        }
        tries.push(Setup {
            user: false,
            namespaces: false,
            ..full
        });
        let mut reasons = Vec::new();
        let mut cgroup = cgroup;
        for setup in tries {
            match Self::launch(settings, &setup, cgroup.as_ref()) {
                Ok((launcher, socket, on)) => {
                    let guards = describe(&setup, on, cgroup.as_ref(), no_cgroup, &reasons);
                    if guards.tier == Tier::Weak
                        && !(setup.filter && guards.on.iter().any(|g| g == "landlock"))
                    {
                        reasons.push(
                            "without namespaces, Landlock and seccomp are both needed".to_owned(),
                        );
                        break;
                    }
                    if guards.tier == Tier::Weak {
                        sweep::abandoned();
                    }
                    let slot = Self {
                        settings: settings.clone(),
                        setup,
                        launcher,
                        socket: Some(socket),
                        cgroup: cgroup.take(),
                        unsettled: false,
                    };
                    return Ok((slot, guards));
                }
                Err(why) => reasons.push(why),
            }
        }
        Err(reasons.join("; "))
    }

    /// Starts a launcher and brings it to readiness. Gives its guards.
    fn launch(
        settings: &Settings,
        setup: &Setup,
        cgroup: Option<&Cgroup>,
    ) -> Result<(Child, OwnedFd, Vec<String>), String> {
        let (ours, theirs) =
            std::os::unix::net::UnixStream::pair().map_err(|e| format!("no socket: {e}"))?;
        let program = settings
            .launcher
            .clone()
            .unwrap_or_else(|| "/proc/self/exe".into());
        let mut child = Command::new(&program)
            .arg0("reheat-launcher")
            .arg(super::LAUNCHER_FLAG)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| {
                format!(
                    "{} cannot be started as the launcher: {e}",
                    program.display()
                )
            })?;
        let socket = OwnedFd::from(ours);
        match greet(&child, &socket, setup, cgroup) {
            Ok(on) => Ok((child, socket, on)),
            Err(why) => {
                drop(socket);
                let _ = child.kill();
                let _ = child.wait();
                Err(why)
            }
        }
    }

    /// Who the guests of root are outside.
    pub fn guest_owner(&self) -> Option<u32> {
        self.setup.root.then_some(OUTSIDE_ID)
    }

    /// Runs a program; if the launcher dies under it, once more with a new one.
    ///
    /// # Errors
    /// As [`super::Sandbox::run`].
    pub fn run(
        &mut self,
        program: &Program,
        limits: &Limits,
        watch: &mut dyn FnMut(Sample),
        control: &Control,
    ) -> Result<Outcome, SandboxError> {
        let mut died = String::new();
        for _ in 0..2 {
            match self.attempt(program, limits, watch, control) {
                Ok(outcome) => return Ok(outcome),
                Err(Trouble::Final(error)) => {
                    if !matches!(
                        error,
                        SandboxError::Stopped | SandboxError::CannotStart { .. }
                    ) {
                        self.restart()?;
                    }
                    return Err(error);
                }
                Err(Trouble::Died(why)) => {
                    died = why;
                    self.restart()?;
                }
            }
        }
        Err(SandboxError::Failed(format!(
            "the launcher died twice ({died})"
        )))
    }

    /// Replaces the launcher by a new one in the same cgroup.
    fn restart(&mut self) -> Result<(), SandboxError> {
        self.close();
        let (launcher, socket, _) = Self::launch(&self.settings, &self.setup, self.cgroup.as_ref())
            .map_err(SandboxError::Failed)?;
        self.launcher = launcher;
        self.socket = Some(socket);
        self.unsettled = false;
        Ok(())
    }

    /// Ends the launcher and with it everything below it.
    fn close(&mut self) {
        self.socket = None;
        // It ends by itself when the socket closes; one that does not is ended.
        for _ in 0..200 {
            if !matches!(self.launcher.try_wait(), Ok(None)) {
                return self.end_all();
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let _ = self.launcher.kill();
        let _ = self.launcher.wait();
        self.end_all();
    }

    /// Where there is no pid namespace, what a launcher that was killed has left behind is found in its cgroup.
    fn end_all(&self) {
        if !self.setup.namespaces
            && let Some(cgroup) = &self.cgroup
        {
            cgroup.end_all();
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.close();
    }
}

/// The conversation until the launcher is ready.
fn greet(
    child: &Child,
    socket: &OwnedFd,
    setup: &Setup,
    cgroup: Option<&Cgroup>,
) -> Result<Vec<String>, String> {
    let mut fds = Vec::new();
    if let Some(cgroup) = cgroup {
        cgroup
            .add(child.id())
            .map_err(|e| format!("the launcher cannot be put into its cgroup: {e}"))?;
        if let (Some(cpu), Some(memory)) = (cgroup.cpu_counter(), cgroup.memory_statistics()) {
            fds = vec![cpu, memory];
        }
    }
    let fds: Vec<_> = fds.iter().map(|f| f.as_fd()).collect();
    let lost = |e: std::io::Error| format!("the launcher ended before it was ready: {e}");
    wire::send(socket.as_fd(), &Message::Setup(setup.clone()), &fds).map_err(lost)?;
    loop {
        match wire::receive(socket.as_fd()).map_err(lost)? {
            Some((Message::Unshared, _)) => {
                let why_not = ids::map(child.id(), setup.root)
                    .err()
                    .map(|e| e.to_string());
                wire::send(socket.as_fd(), &Message::Mapped(why_not), &[]).map_err(lost)?;
            }
            Some((Message::Ready(on, _), _)) => return Ok(on),
            Some((Message::Unable(why), _)) => return Err(why),
            Some(_) => {
                return Err(
                    "the launcher speaks another language; is it another version of reheat?"
                        .to_owned(),
                );
            }
            None => return Err("the launcher ended before it was ready".to_owned()),
        }
    }
}

/// The guards of an opened slot, in words.
fn describe(
    setup: &Setup,
    on: Vec<String>,
    cgroup: Option<&Cgroup>,
    no_cgroup: Option<String>,
    reasons: &[String],
) -> Guards {
    let mut guards = Guards {
        tier: Tier::Weak,
        on: Vec::new(),
        missing: Vec::new(),
        memory_source: if cgroup.is_some() {
            MemorySource::Cgroup
        } else {
            MemorySource::ProcessTree
        },
    };
    let because = || {
        reasons
            .last()
            .cloned()
            .unwrap_or_else(|| "switched off".to_owned())
    };
    if setup.user {
        guards.on.push("user".into());
    } else {
        guards.missing.push(("user".into(), because()));
    }
    if setup.namespaces {
        guards.tier = if cgroup.is_some() {
            Tier::Full
        } else {
            Tier::Namespaces
        };
        guards
            .on
            .extend(["mount", "pid", "network", "ipc", "uts"].map(String::from));
    } else {
        guards.missing.push(("namespaces".into(), because()));
        if !setup.root && sys::landlock_version() < SCOPED_SIGNALS {
            let why = "this kernel's Landlock cannot keep a program from ending your other programs (Linux 6.12 can)";
            guards.missing.push(("signals".into(), why.into()));
        }
    }
    for (guard, wanted) in [("seccomp", setup.filter), ("landlock", setup.landlock)] {
        if !on.iter().any(|g| g == guard) {
            let why = if wanted {
                "this kernel has none"
            } else {
                "switched off"
            };
            guards.missing.push((guard.into(), why.into()));
        }
    }
    if setup.filter && !on.iter().any(|g| g == "attempts") {
        let why =
            "this kernel cannot tell of refused calls; files that all runs share can be locked";
        guards.missing.push(("attempts".into(), why.into()));
    }
    guards.on.extend(on);
    match cgroup.map(Cgroup::version) {
        Some(cgroup::Version::One) => guards.on.push("cgroup v1".into()),
        Some(cgroup::Version::Two) => guards.on.push("cgroup v2".into()),
        None => guards
            .missing
            .push(("cgroup".into(), no_cgroup.unwrap_or_default())),
    }
    guards
}

/// Kills every process below the given one, but not itself.
fn kill_descendants(pid: u32) {
    for pid in tree::descendants(pid).into_iter().skip(1) {
        if let Some(pid) = i32::try_from(pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}
