//! The Linux sandbox. [`LauncherHandle`] is the workbench's end of it: one launcher process with its cgroup.
//!
//! # Theory of operation
//!
//! ## Processes
//!
//! ```text
//! workbench   many threads; decides limits and verdicts, reads figures and outputs; never forks for a run
//! └─ launcher     one per sandbox: this binary, started as `--reheat-launcher` with an empty environment; one thread
//!    └─ init          one per run: clone of the launcher, pid 1 of a fresh pid namespace; waits and reports
//!       └─ guest          vfork of init, then exec: the program that is measured
//! ```
//!
//! The launcher exists so that a program's figures do not depend on the workbench: at exec the kernel carries the memory
//! high-water mark of the parent into `ru_maxrss`, and a fork of a large process takes time. It also pays once for what is the
//! same in every run: namespaces, id maps, the read-only root. Init exists because the death of pid 1 is the death of its
//! whole pid namespace, so that no process outlives its run, and because somebody must reap orphans and answer the
//! seccomp listener. Init does nothing while the guest runs, since its CPU time is in the same cgroup.
//!
//! The workbench writes the id maps ([`ids`]), because only it has the right to; everything else the launcher and init do to
//! themselves.
//!
//! ## Descriptors: who holds what
//!
//! | process | holds | why |
//! |---|---|---|
//! | workbench | its end of the socket | closing it ends the launcher, and with it every run |
//! | | files of the cgroup | limits, memory, CPU, kill counters ([`cgroup`]) |
//! | | reading ends of stdout and stderr | outputs are cut off at their limit while they arrive |
//! | | `workdir_fd` and the run's own `/proc`, sent with `Started` | how full the private folders are; products are collected through it; without a cgroup the processes are counted there, as this machine's `/proc` may hide them |
//! | | for guests of root: mounts of what they are shown, until they are sent with `Mounts` | the owner's files are mapped to the guest ([`access`]), which needs rights that the launcher has given up |
//! | launcher | its end of the socket (also inherited by init, which reports through it) | messages, see [`wire`] |
//! | | the root's mount namespace and `root_fd`, a writable mount of that root | mount points for a run are made there ([`root`]) |
//! | | the cgroup's CPU counter and memory statistics | guest and init read them at exec and at the end |
//! | | a Landlock ruleset, a signal descriptor, `/dev/null` | shared by all runs |
//! | init | the run's stdin (an unnamed file), writing ends of stdout and stderr | closed as soon as the guest has them: an output ends with its last writer |
//! | | the seccomp listener | [`supervisor`] answers calls that the filter passes on |
//! | guest | 0, 1 and 2 | everything above is closed by exec |
//!
//! ## One run
//!
//! ```text
//! workbench                launcher                     init                        guest
//!   Run + 3 descriptors ──▶  makes mount points
//!                            clone(NEWPID, NEWIPC) ───▶   mounts, enters the root
//!                     ◀── Born                            vfork ───────────────────▶  gives up rights, exec
//!                     ◀────────────────────────────── Started (clock and counters read right before exec)
//!   samples, limits                                       answers the listener
//!                     ◀────────────────────────────── Tried (what was refused)
//!   Kill if a limit is broken ─▶ SIGKILL to init
//!                     ◀────────────────────────────── Finished (after everything else was killed and reaped)
//!                     ◀── Gone: mount points removed, nothing of the run is left
//! ```
//!
//! [`run`] is the workbench's side, [`launcher`], [`init`] and [`guest`] are the others, [`end`] turns what was seen into an
//! [`Outcome`]. If the launcher dies, the run is repeated once with a new one; a run that could not be started because of the
//! program itself is never repeated.
//!
//! ## Order of guards
//!
//! Each step needs rights that a later one gives up. Launcher, once: user namespace (where allowed) together with the mount,
//! network, ipc and uts namespaces → id maps → root → bounding set → `no_new_privs` → not dumpable. Init, each run: pid and
//! ipc namespace → mounts taken from this machine's files → enters the root, so that it no longer sees them → private folders.
//! Guest ([`guest`]): own session → streams → resource limits → user id → current folder → capabilities → Landlock →
//! close-on-exec on everything above 2 → seccomp, last, because it forbids calls that the steps before make → counters and
//! clock → exec.
//!
//! ## Tiers
//!
//! | tier | isolation | memory figures and limit | when |
//! |---|---|---|---|
//! | full | namespaces, root, seccomp, Landlock, cgroup | cgroup | cgroup v1 or v2 can be written |
//! | namespaces | the same without a cgroup | sum over the process tree; `RLIMIT_DATA` and [`headroom`] as a second wall | no cgroup |
//! | weak | Landlock by path and seccomp; a folder stands in for the root and guest paths are rewritten (`plain::StagedRoot`) | as above | no namespaces |
//!
//! Where memory is counted by version 2, a group that holds processes hands no controllers down: the workbench moves into a leaf of
//! its group and puts those of its launchers beside that, which works where it is alone there. The highest memory can be reset since Linux 6.12; before,
//! the readings alone tell it. `tests/containers/qemu` tries both kernels.
//!
//! Without namespaces the filter refuses more (see [`seccomp::FilterContext`]), init is a subreaper instead of pid 1, and
//! processes are found and killed by their parents. [`LauncherHandle::open`] tries user namespace, then plain namespaces as root,
//! then the same without a filter of system calls, then weak, each with guests of another id and then of its own, runs a program
//! that does nothing in it, and takes the first that works as a whole.
//!
//! ## Where to change what
//!
//! A resource limit: [`init`]'s `limits`. A system call: the tables in `seccomp/calls.rs`, or a rule in `seccomp/mod.rs` if
//! the answer depends on arguments. A path that every program may read: [`root`] and, for the weak tier, [`init`]. A new
//! message: [`wire`]; both ends are the same binary. `unsafe` is confined to [`sys`], [`guest`] and [`seccomp`].

mod access;
mod advice;
mod alive;
mod attributes;
mod cgroup;
mod collect;
mod delay;
pub(crate) mod disk;
mod end;
mod guest;
mod headroom;
mod ids;
mod init;
mod input;
mod landlock;
pub(crate) mod launcher;
mod root;
mod run;
mod run_request;
mod seccomp;
mod stamps;
mod supervisor;
mod sys;
mod tiers;
mod wire;

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use access::FileAccess;
pub(crate) use alive::Alive;
use cgroup::Cgroup;
use tiers::{Refused, combinations, describe};
pub(super) use wire::Access;
use wire::{LauncherSetup, Message};

use super::{
    CancelToken, Guards, Limits, Outcome, Program, RunVerdict, Sample, SandboxError, Settings,
    Tier, TreeHolder, cleanup, process_tree,
};

/// Said of a cgroup that cannot be used.
const OUTSIDE: &str = "the launcher cannot be put into its cgroup";

/// One launcher with its cgroup.
#[derive(Debug)]
pub(crate) struct LauncherHandle {
    settings: Settings,
    setup: LauncherSetup,
    launcher: Child,
    /// Closing it ends the launcher.
    socket: Option<OwnedFd>,
    cgroup: Option<Cgroup>,
    /// Guests are another user, to whom files of this user's may be closed.
    access: Option<FileAccess>,
    /// The launcher has not yet said that the last run is gone.
    unsettled: bool,
    /// A folder with nothing in it, which stands in the place of hidden ones; made when one is needed.
    empty: Option<TreeHolder>,
}

/// Why a run did not come to an outcome.
enum RunFailure {
    /// The launcher died; the run says nothing and may be repeated.
    Died(String),
    Final(SandboxError),
}

impl From<SandboxError> for RunFailure {
    fn from(error: SandboxError) -> Self {
        Self::Final(error)
    }
}

impl LauncherHandle {
    /// Opens the strongest sandbox that this machine allows, apart from what is forbidden (in tests).
    ///
    /// # Errors
    /// Why even the weakest is impossible, in words.
    pub(crate) fn open(settings: &Settings, forbid: &[String]) -> Result<(Self, Guards), String> {
        let root = rustix::process::geteuid().is_root() && ids::has_another();
        let allowed = |guard: &str| !forbid.iter().any(|f| f == guard);
        let (mut cgroup, no_cgroup) = match allowed("cgroup").then(Cgroup::create) {
            Some(Ok(cgroup)) => (Some(cgroup), None),
            Some(Err(why)) => (None, Some(why)),
            None => (None, Some("switched off".to_owned())),
        };
        let combinations = combinations(root, &allowed);
        let mut refused = Refused {
            cgroup: no_cgroup,
            ..Refused::default()
        };
        for setup in &combinations {
            let mut opened = Self::complete(settings, setup, &mut cgroup, allowed("idmap"));
            if let Err(why) = &opened
                && why.contains(OUTSIDE)
                && cgroup.take().is_some()
            {
                // A cgroup that nothing can be put into takes no tier down with it.
                refused.cgroup = Some(why.clone());
                opened = Self::complete(settings, setup, &mut cgroup, allowed("idmap"));
            }
            match opened {
                Ok((handle, on)) => {
                    let guards = describe(setup, root, on, handle.cgroup.as_ref(), &refused);
                    if guards.tier == Tier::Weak {
                        cleanup::abandoned(&stage_place(setup));
                    }
                    return Ok((handle, guards));
                }
                Err(why) => refused.all.push((setup.clone(), why)),
            }
        }
        Err(refused.in_words())
    }

    /// Opens one combination of guards and tries it out as a whole: that each of them works says nothing of all together.
    /// Where it does not work the cgroup is left for another one.
    fn complete(
        settings: &Settings,
        setup: &LauncherSetup,
        cgroup: &mut Option<Cgroup>,
        idmap: bool,
    ) -> Result<(Self, Vec<String>), String> {
        let (launcher, socket, on) = Self::launch(settings, setup, cgroup.as_ref())?;
        let mut handle = Self {
            access: setup
                .root
                .then(|| FileAccess::new(settings, setup.namespaces, idmap)),
            settings: settings.clone(),
            setup: setup.clone(),
            launcher,
            socket: Some(socket),
            cgroup: cgroup.take(),
            unsettled: false,
            empty: None,
        };
        let enclosed = setup.namespaces || (setup.filter && on.iter().any(|g| g == "landlock"));
        let tried = if enclosed {
            handle.try_out()
        } else {
            Err("without namespaces, Landlock and seccomp are both needed".to_owned())
        };
        if let Err(why) = tried {
            handle.close();
            *cgroup = handle.cgroup.take();
            return Err(why);
        }
        Ok((handle, on))
    }

    /// Runs a program that does nothing, once for each combination in the life of this process.
    fn try_out(&mut self) -> Result<(), String> {
        static WORKING: Mutex<Vec<(LauncherSetup, bool)>> = Mutex::new(Vec::new());
        let combination = (self.setup.clone(), self.cgroup.is_some());
        let known = || WORKING.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(&combination) {
            return Ok(());
        }
        // A run with a root of its own has its own `/proc`; otherwise its memory is counted in this machine's.
        let shown = Path::new(process_tree::PROC).join(self.launcher.id().to_string());
        if !self.setup.namespaces && self.cgroup.is_none() && !shown.exists() {
            return Err(advice::HIDDEN.to_owned());
        }
        let limits = Limits {
            time: std::time::Duration::from_secs(10),
            ..Limits::default()
        };
        let program = Program {
            argv: vec!["true".into()],
            ..Program::default()
        };
        match self.run(&program, &limits, &mut |_| {}, &CancelToken::new()) {
            Ok(outcome) if outcome.verdict == RunVerdict::Ok => {}
            // Everything before the exec was done; what is not there does not matter.
            Err(SandboxError::CannotStart { why, .. }) if why == run::NO_PROGRAM => {}
            Ok(outcome) => {
                let how = outcome.reason.unwrap_or_else(|| "no reason".into());
                return Err(format!("a program that does nothing failed in it: {how}"));
            }
            Err(SandboxError::CannotStart { why, .. } | SandboxError::Failed(why)) => {
                return Err(why);
            }
            Err(other) => return Err(other.to_string()),
        }
        known().push(combination);
        Ok(())
    }

    /// Starts a launcher and brings it to readiness. Gives its guards.
    fn launch(
        settings: &Settings,
        setup: &LauncherSetup,
        cgroup: Option<&Cgroup>,
    ) -> Result<(Child, OwnedFd, Vec<String>), String> {
        let (mut child, socket) = Self::spawn(settings)?;
        match handshake(&child, &socket, setup, cgroup) {
            Ok(on) => Ok((child, socket, on)),
            Err(why) => {
                drop(socket);
                let _ = child.kill();
                let _ = child.wait();
                Err(why)
            }
        }
    }

    /// Starts a launcher, which then waits for its setup.
    fn spawn(settings: &Settings) -> Result<(Child, OwnedFd), String> {
        let (ours, theirs) =
            std::os::unix::net::UnixStream::pair().map_err(|e| format!("no socket: {e}"))?;
        let program = settings
            .launcher
            .clone()
            .unwrap_or_else(|| "/proc/self/exe".into());
        let child = Command::new(&program)
            .arg0("reheat-launcher")
            .arg(super::guards::LAUNCHER_FLAG)
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
        Ok((child, OwnedFd::from(ours)))
    }

    /// Who the guests of root are outside.
    pub(crate) fn guest_owner(&self) -> Option<u32> {
        self.setup.root.then_some(self.setup.outside)
    }

    /// Runs a program; if the launcher dies under it, once more with a new one.
    pub(crate) fn run(
        &mut self,
        program: &Program,
        limits: &Limits,
        watch: &mut dyn FnMut(Sample),
        cancel: &CancelToken,
    ) -> Result<Outcome, SandboxError> {
        let mut died = String::new();
        for _ in 0..2 {
            match self.attempt(program, limits, watch, cancel) {
                Ok(outcome) => return Ok(outcome),
                Err(RunFailure::Final(error)) => {
                    if !matches!(
                        error,
                        SandboxError::Stopped | SandboxError::CannotStart { .. }
                    ) {
                        self.restart()?;
                    }
                    return Err(error);
                }
                Err(RunFailure::Died(why)) => {
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

impl Drop for LauncherHandle {
    fn drop(&mut self) {
        self.close();
    }
}

/// The processors that this process may use; none where the system does not say.
pub(crate) fn cores() -> Vec<usize> {
    let allowed = rustix::thread::sched_getaffinity(None);
    let all = 0..rustix::thread::CpuSet::MAX_CPU;
    allowed.map_or_else(
        |_| Vec::new(),
        |set| all.filter(|n| set.is_set(*n)).collect(),
    )
}

/// Where a run without mounts finds its files. Guests of root need a way there. Not in memory where that can be had: a cgroup counts
/// what files hold there as the program's.
fn stage_place(setup: &LauncherSetup) -> std::path::PathBuf {
    let usual = if setup.root {
        cleanup::place_for_others()
    } else {
        std::env::temp_dir()
    };
    let on_disk = Path::new("/var/tmp");
    let writable = || {
        use rustix::fs::{Access, access};
        access(on_disk, Access::WRITE_OK | Access::EXEC_OK).is_ok()
    };
    if disk::in_memory(&usual) && !disk::in_memory(on_disk) && writable() {
        on_disk.to_owned()
    } else {
        usual
    }
}

/// The conversation until the launcher is ready.
fn handshake(
    child: &Child,
    socket: &OwnedFd,
    setup: &LauncherSetup,
    cgroup: Option<&Cgroup>,
) -> Result<Vec<String>, String> {
    let mut fds = Vec::new();
    if let Some(cgroup) = cgroup {
        cgroup
            .add(child.id())
            .map_err(|e| format!("{OUTSIDE}: {e}"))?;
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
            Some((Message::Ready(on), _)) => return Ok(on),
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

/// Kills every process below the given one, but not itself.
fn kill_descendants(pid: u32) {
    for pid in process_tree::descendants(process_tree::PROC.as_ref(), pid)
        .into_iter()
        .skip(1)
    {
        if let Some(pid) = i32::try_from(pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}
