//! The end of a run, seen from the workbench: its verdict with the reason, its figures, its products.

use std::os::fd::AsFd;

use super::collect::collect;
use super::run::{CgroupBaseline, LiveRun, counted, used};
use super::{LauncherHandle, sys};
use crate::base::units::{Bytes, Nanos};
use crate::sandbox::limit_breach::{self, Breach, LimitsReached};
use crate::sandbox::plain::StagedRoot;
use crate::sandbox::{Outcome, Peak, Program, RunVerdict};

impl LauncherHandle {
    /// Everything about the run that is over.
    pub(super) fn judge(
        &mut self,
        program: &Program,
        mut live: LiveRun<'_>,
        before: CgroupBaseline,
        stage: Option<&StagedRoot>,
    ) -> Outcome {
        let started = live.started.unwrap_or_default();
        let end = live.finished.map_or_else(sys::now_ns, |f| f.at_ns);
        let wall = Nanos(end.saturating_sub(started.at_ns));
        let cpu_end = live
            .finished
            .and_then(|f| f.cgroup_cpu_ns)
            .or_else(|| self.cgroup.as_ref()?.cpu().map(|n| n.0));
        let cpu = match (started.cgroup_cpu_ns, cpu_end) {
            (Some(from), Some(to)) => Nanos(to.saturating_sub(from)),
            _ => Nanos(live.finished.map_or(0, |f| f.waited_cpu_ns)).max(live.seen_cpu),
        };
        let counted_whole = started.cgroup_cpu_ns.is_some() && cpu_end.is_some();
        let several = live.alone.1 || (self.cgroup.is_some() && live.most_tasks > 1);
        let (exit_code, signal) = live
            .finished
            .map_or((None, Some(libc::SIGKILL)), |f| ending(f.status));
        if let Some(workdir_fd) = &live.workdir_fd {
            // Once more at the end: a short program fills its disk between two readings.
            let files = used(workdir_fd.as_fd(), &mut live.reached);
            live.files = live.files.max(Bytes(files));
        }
        if let Some(stage) = stage {
            live.files = live.files.max(stage.most());
        }
        let most = self.cgroup.as_ref().and_then(super::Cgroup::kernel_peak);
        live.kernel.1 = live.kernel.1.max(counted(most, live.kernel.0));
        let stdout = live.out.finish();
        let stderr = live.err.finish();
        let starved = self
            .cgroup
            .as_ref()
            .is_some_and(|c| c.kills() > before.kills);
        let sampled = live.trace.peak();
        let limits = live.limits;
        let breach = live.breach.or_else(|| {
            if starved {
                Some(Breach::Memory(sampled))
            } else {
                let cut = stdout.truncated || stderr.truncated;
                let errors = !stdout.truncated;
                cut.then_some(Breach::Output { errors })
            }
        });
        let (verdict, mut reason) = if let Some(breach) = breach {
            (breach.verdict(), Some(breach.in_words(limits, cpu)))
        } else if signal == Some(libc::SIGSYS) {
            (
                RunVerdict::Forbidden,
                Some("used a system call that the sandbox forbids".to_owned()),
            )
        } else {
            limit_breach::verdict_of(exit_code, signal)
        };
        let reached = LimitsReached {
            processes: live.most_tasks >= limits.processes
                || self
                    .cgroup
                    .as_ref()
                    .is_some_and(|c| c.refusals() > before.refusals),
            ..live.reached
        };
        let more = reached
            .in_words(limits)
            .filter(|_| verdict == RunVerdict::RuntimeError);
        let limited = breach.is_some() || more.is_some();
        if let (Some(reason), Some(more)) = (reason.as_mut(), more) {
            reason.push_str("; ");
            reason.push_str(&more);
        }
        let peak = match live.alone {
            (largest, true) if self.cgroup.is_none() => shared_peak(sampled, largest),
            _ => {
                let single = live.finished.filter(|_| live.most_tasks == 1);
                // One process alone cannot have been larger than its own largest resident set and what the kernel held.
                let single = single.map(|f| Bytes(f.maxrss + live.kernel.1.0));
                self.peak(sampled, single, before)
            }
        };
        let delayed = live.delay.last();
        let tasks = (live.most_tasks > 0).then_some(live.most_tasks);
        let collected = match (stage, &live.workdir_fd) {
            (Some(stage), _) => stage.workdir_fd().map_or_else(
                |_| Vec::new(),
                |workdir_fd| collect(workdir_fd.as_fd(), &program.collect, limits.disk),
            ),
            (None, Some(workdir_fd)) => collect(workdir_fd.as_fd(), &program.collect, limits.disk),
            (None, None) => Vec::new(),
        };
        let (samples, integral) = live.trace.finish(wall);
        Outcome {
            verdict,
            reason,
            exit_code,
            signal,
            limited,
            wall,
            cpu,
            cpu_at_least: several && !counted_whole,
            delayed,
            peak,
            integral,
            samples,
            files: live.files,
            tasks,
            stdout,
            stderr,
            attempts: live.attempts,
            collected,
        }
    }

    /// The largest reading, with a range where something larger may have hidden between two readings.
    fn peak(&self, sampled: Bytes, single: Option<Bytes>, before: CgroupBaseline) -> Peak {
        let group = self
            .cgroup
            .as_ref()
            .and_then(super::Cgroup::peak)
            .map(|p| p.saturating_sub(before.usage));
        let high = match (group, single) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let slack = (sampled.0 / 50).max(Bytes::mib(1).0);
        match high {
            Some(high) if high.0 > sampled.0 + slack => Peak {
                bytes: sampled,
                low: Some(sampled),
                high: Some(high),
            },
            _ => Peak {
                bytes: sampled,
                low: None,
                high: None,
            },
        }
    }
}

/// The peak of several processes whose shared pages were counted in each of them: between the largest and their sum.
fn shared_peak(sum: Bytes, largest: Bytes) -> Peak {
    let apart = sum.0 > largest.0 + (largest.0 / 50).max(Bytes::mib(1).0);
    Peak {
        bytes: sum,
        low: apart.then_some(largest),
        high: apart.then_some(sum),
    }
}

/// Exit status and signal from a status word.
fn ending(status: i32) -> (Option<i32>, Option<i32>) {
    if libc::WIFEXITED(status) {
        (Some(libc::WEXITSTATUS(status)), None)
    } else if libc::WIFSIGNALED(status) {
        (None, Some(libc::WTERMSIG(status)))
    } else {
        (None, None)
    }
}
