//! One run, seen from the workbench: send the request, read outputs and figures, enforce the limits.

use std::borrow::Cow;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::delay::RunDelay;
use super::headroom::MemoryHeadroom;
use super::wire::{self, GuestFinished, GuestStarted, Message};
use super::{LauncherHandle, RunFailure, input, sys};
use crate::base::units::{Bytes, Nanos};
use crate::sandbox::capture::{self, Stream};
use crate::sandbox::limit_breach::{Breach, LimitsReached};
use crate::sandbox::plain::{self, StagedRoot, breached};
use crate::sandbox::trace::Trace;
use crate::sandbox::writable_tree::Growth;
use crate::sandbox::{
    Attempt, CancelToken, Limits, Outcome, Program, RunVerdict, Sample, SandboxError, process_tree,
};

/// The launcher must have started a program within this time, or it counts as dead.
const PATIENCE: Duration = Duration::from_secs(20);

/// Said where there is no program of that name.
pub(super) const NO_PROGRAM: &str = "there is no such program inside the sandbox";

/// What is known of the run so far.
#[derive(Debug)]
pub(super) struct LiveRun<'a> {
    pub(super) limits: &'a Limits,
    pub(super) sent: Instant,
    /// From when on the limit of time counts, since the start.
    pub(super) since: Nanos,
    pub(super) out: Stream,
    pub(super) err: Stream,
    pub(super) born: Option<u32>,
    pub(super) started: Option<GuestStarted>,
    /// A descriptor of the private file system.
    pub(super) workdir_fd: Option<OwnedFd>,
    /// The run's own `/proc`, where it has one: this machine's may hide processes.
    pub(super) proc: Option<OwnedFd>,
    pub(super) finished: Option<GuestFinished>,
    pub(super) gone: bool,
    pub(super) killed: bool,
    pub(super) breach: Option<Breach>,
    pub(super) reached: LimitsReached,
    pub(super) trace: Trace,
    pub(super) most_tasks: u32,
    /// CPU time seen in the process tree, where no cgroup counts it.
    pub(super) seen_cpu: Nanos,
    /// Where no cgroup counts: the largest single process, and whether there was ever more than one.
    pub(super) alone: (Bytes, bool),
    pub(super) delay: RunDelay,
    pub(super) attempts: Vec<Attempt>,
    /// Most bytes that its private files held.
    pub(super) files: Bytes,
    /// What the kernel held before the run, and the most that it held for it beyond what every program needs.
    pub(super) kernel: (Option<Bytes>, Bytes),
    /// Where no cgroup counts: how the machine fares.
    pub(super) headroom: MemoryHeadroom,
}

/// What the kernel holds for any program (page tables, stacks, the mounts of its own) and is not counted as its memory;
/// what goes beyond, in pipes and sockets above all, is.
const KERNEL_FREE: u64 = Bytes::mib(4).0;

/// What of the kernel's memory counts as the program's.
pub(super) fn counted(kernel: Option<Bytes>, before: Option<Bytes>) -> Bytes {
    match (kernel, before) {
        (Some(now), Some(before)) => Bytes(now.0.saturating_sub(before.0 + KERNEL_FREE)),
        _ => Bytes(0),
    }
}

/// A run between its request and its outcome.
#[derive(Debug)]
pub(super) struct Going<'a> {
    program: Cow<'a, Program>,
    /// What stays closed to the guest, where its mounts were provided for it.
    notes: Option<Vec<String>>,
    pub(super) live: LiveRun<'a>,
    stage: Option<StagedRoot>,
    growth: Growth,
    before: CgroupBaseline,
    stopped: bool,
}

impl Going<'_> {
    /// Whether there is nothing more to wait for.
    pub(super) fn over(&self) -> bool {
        self.live.finished.is_some() || self.live.gone
    }
}

impl LiveRun<'_> {
    /// The limit of time counts from now on.
    pub(super) fn restart_clock(&mut self) {
        if let Some(started) = self.started {
            self.since = Nanos(sys::now_ns().saturating_sub(started.at_ns));
        }
    }
}

impl LauncherHandle {
    pub(super) fn attempt(
        &mut self,
        program: &Program,
        limits: &Limits,
        watch: &mut dyn FnMut(Sample),
        cancel: &CancelToken,
    ) -> Result<Outcome, RunFailure> {
        let mut going = self.begin(program, limits, None, cancel)?;
        while !going.over() {
            self.wait(&going.live)?;
            self.look(&mut going, watch, cancel)?;
        }
        self.conclude(going)
    }

    /// Sends the request. `stamped` has the line that is handed to the run's init, which then stamps, and the core to stay on.
    pub(super) fn begin<'a>(
        &mut self,
        program: &'a Program,
        limits: &'a Limits,
        stamped: Option<(BorrowedFd<'_>, Option<usize>)>,
        cancel: &CancelToken,
    ) -> Result<Going<'a>, RunFailure> {
        if cancel.stopped() {
            return Err(SandboxError::Stopped.into());
        }
        self.settle()?;
        // Covers are mounts like any other: their descriptors are handed over in the same order.
        let covered = if self.setup.namespaces && !program.hidden.is_empty() {
            let hiding = plain::failed("hiding files from the program");
            let covers = self.covers(program).map_err(hiding)?;
            let mut covered = program.clone();
            covered.mounts.extend(covers);
            Some(covered)
        } else {
            None
        };
        let program = covered.map_or(Cow::Borrowed(program), Cow::Owned);
        let mut provided = match &mut self.access {
            Some(access) => Some(access.provide(&program)?),
            None => None,
        };
        let mounts = provided
            .as_mut()
            .map(|p| std::mem::take(&mut p.descriptors));
        let (program, notes) = match provided {
            Some(provided) => (Cow::Owned(provided.program), Some(provided.notes)),
            None => (program, None),
        };
        let stage = if self.setup.namespaces {
            None
        } else {
            Some(self.stage(&program)?)
        };
        let growth = Growth::new(&program.trees);
        let before = self.prepare_cgroup(limits);
        let mut request = self.request(&program, limits, stage.as_ref());
        request.core = stamped.and_then(|(_, core)| core);
        let (out_read, out_write) = plain::pipe()?;
        let (err_read, err_write) = plain::pipe()?;
        let input = input::lay_out(&program.stdin)
            .map_err(plain::failed("laying out the standard input"))?;
        let reading = plain::failed("preparing the output");
        let live = LiveRun {
            limits,
            sent: Instant::now(),
            since: Nanos(0),
            out: Stream::new(out_read, limits.output).map_err(&reading)?,
            err: Stream::new(err_read, limits.output).map_err(&reading)?,
            born: None,
            started: None,
            workdir_fd: None,
            proc: None,
            finished: None,
            gone: false,
            killed: false,
            breach: None,
            reached: LimitsReached::default(),
            trace: Trace::new(),
            most_tasks: 0,
            seen_cpu: Nanos(0),
            alone: (Bytes(0), false),
            attempts: Vec::new(),
            delay: RunDelay::default(),
            files: Bytes(0),
            kernel: (before.kernel, Bytes(0)),
            headroom: MemoryHeadroom::default(),
        };
        self.hand_over(&mut request, mounts.unwrap_or_default())?;
        let mut fds = vec![input.as_fd(), out_write.as_fd(), err_write.as_fd()];
        fds.extend(stamped.map(|(line, _)| line));
        self.tell(&Message::Run(request), &fds)?;
        self.unsettled = true;
        drop((out_write, err_write));
        Ok(Going {
            program,
            notes,
            live,
            stage,
            growth,
            before,
            stopped: false,
        })
    }

    /// Takes what is there of outputs, messages and readings, and ends the run where a limit says so.
    pub(super) fn look(
        &mut self,
        going: &mut Going<'_>,
        watch: &mut dyn FnMut(Sample),
        cancel: &CancelToken,
    ) -> Result<(), RunFailure> {
        let Going {
            live,
            stage,
            growth,
            ..
        } = going;
        live.out.drain();
        live.err.drain();
        self.listen(&going.program, live)?;
        if live.finished.is_some() || live.gone {
            return Ok(());
        }
        self.sample(live, watch);
        if live.breach.is_none() {
            live.breach = growth.overflowing(false);
        }
        if live.breach.is_none() {
            live.breach = stage
                .as_mut()
                .and_then(|s| s.overflowing(live.limits, false));
        }
        going.stopped |= cancel.stopped();
        if !live.killed && (going.stopped || live.breach.is_some()) {
            self.tell(&Message::Kill, &[])?;
            live.killed = true;
        }
        if live.started.is_none() && live.sent.elapsed() > PATIENCE {
            return Err(RunFailure::Died(
                "it did not start the program in time".to_owned(),
            ));
        }
        Ok(())
    }

    /// Ends a run that nobody wants to know anything of any more.
    pub(super) fn abandon(&mut self) {
        // A launcher that is gone has taken its run with it.
        drop(self.tell(&Message::Kill, &[]));
    }

    /// The outcome of a run that is over.
    pub(super) fn conclude(&mut self, going: Going<'_>) -> Result<Outcome, RunFailure> {
        let Going {
            program,
            notes,
            mut live,
            mut stage,
            mut growth,
            before,
            stopped,
        } = going;
        let limits = live.limits;
        // A killed run has no report; it is over when the launcher says that nothing is left.
        if live.finished.is_none() || stopped {
            self.settle()?;
        }
        if stopped {
            return Err(SandboxError::Stopped.into());
        }
        if let Some(Breach::Machine { fell, left }) = live.breach
            && !live.headroom.was_the_cause(fell, left)
        {
            return Err(RunFailure::Died(format!(
                "another program took {fell} of the machine's memory while it ran, {left} were left"
            )));
        }
        if live.started.is_none() {
            return Err(RunFailure::Died("it lost the run".to_owned()));
        }
        if live.breach.is_none() {
            live.breach = stage.as_mut().and_then(|s| s.overflowing(limits, true));
        }
        if live.breach.is_none() {
            live.breach = growth.overflowing(true);
        }
        let mut outcome = self.judge(&program, live, before, stage.as_ref());
        if let (RunVerdict::RuntimeError, Some(notes)) = (outcome.verdict, notes) {
            // That it could not read something may be why it failed.
            let reasons = outcome.reason.take().into_iter();
            let reasons: Vec<String> = reasons.chain(notes).collect();
            outcome.reason = Some(reasons.join("; "));
        }
        Ok(outcome)
    }

    fn socket(&self) -> Result<BorrowedFd<'_>, RunFailure> {
        self.socket
            .as_ref()
            .map(|s| s.as_fd())
            .ok_or_else(|| RunFailure::Died("it is not running".to_owned()))
    }

    pub(super) fn tell(&self, message: &Message, fds: &[BorrowedFd<'_>]) -> Result<(), RunFailure> {
        wire::send(self.socket()?, message, fds).map_err(|e| RunFailure::Died(e.to_string()))
    }

    fn hear(&self) -> Result<(Message, Vec<OwnedFd>), RunFailure> {
        match wire::receive(self.socket()?) {
            Ok(Some(said)) => Ok(said),
            Ok(None) => Err(RunFailure::Died("it closed its socket".to_owned())),
            Err(e) => Err(RunFailure::Died(e.to_string())),
        }
    }

    /// As `settle`; a launcher that has died is found out by the next run.
    pub(crate) fn settle_now(&mut self) {
        let _ = self.settle();
    }

    /// Waits until the launcher has said that the last run is gone.
    fn settle(&mut self) -> Result<(), RunFailure> {
        while self.unsettled {
            if matches!(self.hear()?.0, Message::Gone) {
                self.unsettled = false;
            }
        }
        Ok(())
    }

    /// Sets the limits and notes the counters before the run.
    fn prepare_cgroup(&mut self, limits: &Limits) -> CgroupBaseline {
        let Some(cgroup) = self.cgroup.as_mut() else {
            return CgroupBaseline::default();
        };
        // Files in the private folders are charged to the same account, but are no memory in our sense; what goes
        // beyond the limit itself is caught by the readings.
        let own = Bytes::mib(8).0;
        let processes = u64::from(limits.processes) + 2;
        cgroup.limit(Bytes(limits.memory.0 + limits.disk.0 + own), processes);
        cgroup.reset_peak();
        CgroupBaseline {
            usage: cgroup.usage().unwrap_or_default(),
            kernel: cgroup.kernel(),
            kills: cgroup.kills(),
            refusals: cgroup.refusals(),
        }
    }

    /// Waits for output, for the launcher, or for the next reading.
    fn wait(&self, live: &LiveRun<'_>) -> Result<(), RunFailure> {
        let pause = if live.started.is_some() {
            plain::pace(live.sent.elapsed())
        } else {
            Duration::from_millis(10)
        };
        capture::wait(&[&live.out, &live.err], &[self.socket()?], pause);
        Ok(())
    }

    /// Takes every message that is there.
    fn listen(&mut self, program: &Program, live: &mut LiveRun<'_>) -> Result<(), RunFailure> {
        while live.finished.is_none() && !live.gone && capture::ready(self.socket()?) {
            let (message, fds) = self.hear()?;
            match message {
                Message::Born(pid) => live.born = Some(pid.unsigned_abs()),
                Message::Started(started) => {
                    live.started = Some(started);
                    let mut fds = fds.into_iter();
                    (live.workdir_fd, live.proc) = (fds.next(), fds.next());
                    live.trace.push(Sample {
                        t: Nanos(0),
                        memory: Bytes(0),
                    });
                }
                Message::Tried(tried) => {
                    for new in tried {
                        live.attempts
                            .retain(|a| (a.kind, &a.what) != (new.kind, &new.what));
                        live.attempts.push(new);
                    }
                }
                Message::Finished(finished) => live.finished = Some(finished),
                Message::CannotStart(errno, doing) => {
                    self.settle()?;
                    return Err(RunFailure::Final(cannot_start(
                        program,
                        errno,
                        &doing,
                        !self.setup.namespaces,
                    )));
                }
                Message::Gone => {
                    self.unsettled = false;
                    live.gone = true;
                }
                _ => return Err(RunFailure::Died("it said something unexpected".to_owned())),
            }
        }
        Ok(())
    }

    /// Takes one reading and looks at the limits.
    fn sample(&mut self, live: &mut LiveRun<'_>, watch: &mut dyn FnMut(Sample)) {
        let Some(started) = live.started else { return };
        // Its init is the first process there.
        let view = live.proc.as_ref().map_or_else(
            || {
                live.born
                    .map(|init| (PathBuf::from(process_tree::PROC), init))
            },
            |proc| Some((format!("/proc/self/fd/{}", proc.as_raw_fd()).into(), 1)),
        );
        if let Some((proc, init)) = &view {
            live.delay.read(proc, *init);
        }
        let t = Nanos(sys::now_ns().saturating_sub(started.at_ns));
        let files = live
            .workdir_fd
            .as_ref()
            .map_or(0, |workdir_fd| used(workdir_fd.as_fd(), &mut live.reached));
        live.files = live.files.max(Bytes(files));
        let (mut beyond, mut tasks) = (Bytes(0), 0);
        let memory = match self.cgroup.as_mut() {
            Some(cgroup) => {
                if let Some(tasks) = cgroup.tasks() {
                    live.most_tasks = live.most_tasks.max(tasks.saturating_sub(2));
                } else if let Some((proc, init)) = &view {
                    // A group for memory alone holds back no processes.
                    tasks = process_tree::read_below(proc, *init).tasks;
                    live.most_tasks = live.most_tasks.max(tasks);
                }
                let own = started.memory.unwrap_or(0) + files;
                cgroup.memory().map(|(memory, kernel)| {
                    let kernel = counted(kernel, live.kernel.0);
                    live.kernel.1 = live.kernel.1.max(kernel);
                    memory.saturating_sub(own) + kernel.0
                })
            }
            None => view.map(|(proc, init)| {
                let look = process_tree::read_below(&proc, init);
                live.most_tasks = live.most_tasks.max(look.tasks);
                live.seen_cpu = live.seen_cpu.max(look.cpu);
                live.alone.0 = live.alone.0.max(look.largest);
                live.alone.1 |= look.processes > 1;
                (beyond, tasks) = (look.beyond, look.tasks);
                look.memory.0
            }),
        };
        let sample = Sample {
            t,
            memory: Bytes(memory.unwrap_or(0)),
        };
        live.trace.push(sample);
        watch(sample);
        if live.breach.is_none() {
            let held = Bytes(sample.memory.0 + beyond.0);
            let spent = t.saturating_sub(live.since);
            live.breach = breached(live.limits, spent, held, tasks, [&live.out, &live.err]);
            if live.breach.is_none() && self.cgroup.is_none() {
                live.breach = live.headroom.breached(live.limits);
            }
        }
    }
}

/// Counters of the cgroup before a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CgroupBaseline {
    pub(super) usage: Bytes,
    pub(super) kernel: Option<Bytes>,
    pub(super) kills: u64,
    pub(super) refusals: u64,
}

/// Bytes that the private file system holds.
pub(super) fn used(workdir_fd: BorrowedFd<'_>, reached: &mut LimitsReached) -> u64 {
    rustix::fs::fstatvfs(workdir_fd).map_or(0, |s| {
        reached.disk |= s.f_bfree == 0;
        reached.files |= s.f_ffree == 0;
        s.f_blocks.saturating_sub(s.f_bfree) * s.f_frsize
    })
}

/// A program that is missing or not executable is the caller's mistake; anything else is a fault of the sandbox.
fn cannot_start(program: &Program, errno: i32, doing: &str, weak: bool) -> SandboxError {
    let error = std::io::Error::from_raw_os_error(errno);
    let name = program.argv.first().cloned().unwrap_or_default();
    let why = match errno {
        libc::ENOENT if doing == "exec" => NO_PROGRAM.to_owned(),
        libc::EACCES if doing == "exec" && weak => "it may not be executed inside the sandbox; without namespaces it must lie in a folder that every user may enter".to_owned(),
        libc::EACCES if doing == "exec" => "it is not executable inside the sandbox; chmod +x makes a file so, or name what runs it: python3 FILE".to_owned(),
        libc::ENOEXEC => "it is not a program for this machine".to_owned(),
        libc::E2BIG => "its arguments and environment are too long".to_owned(),
        _ if doing == "exec" => error.to_string(),
        _ => format!("{doing}: {error}"),
    };
    SandboxError::CannotStart { program: name, why }
}
