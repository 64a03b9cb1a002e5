//! The process tree below one process, as `/proc` tells it: its memory, its CPU time, its end.
//!
//! Where there is no `/proc` (other systems) every answer is "nothing seen". Figures from here are
//! stand-ins: shared pages are counted once for every process, ticks are 10 ms wide.

use std::collections::HashSet;
use std::path::Path;

use crate::base::units::{Bytes, Nanos};

/// Where this machine shows its processes.
pub(crate) const PROC: &str = "/proc";

/// What one look at a tree saw.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TreeReading {
    pub(crate) tasks: u32,
    pub(crate) processes: u32,
    /// Σ (resident − file-backed) over the processes: counts shared pages repeatedly.
    pub(crate) memory: Bytes,
    /// Σ page tables and swapped pages: no part of any figure, but of what a limit has to hold back.
    pub(crate) beyond: Bytes,
    /// The largest single process: the tree has certainly no less.
    pub(crate) largest: Bytes,
    /// Σ CPU time of the living and of the children they have waited for.
    pub(crate) cpu: Nanos,
}

impl TreeReading {
    /// Takes in one process that holds so much memory.
    fn add(&mut self, proc: &Path, pid: u32, memory: Bytes) {
        self.processes += 1;
        self.memory.0 += memory.0;
        self.largest = self.largest.max(memory);
        let (threads, cpu) = stat_of(proc, pid).unwrap_or_default();
        self.tasks += threads;
        self.cpu = self.cpu + cpu;
    }
}

/// Looks at the process and all its descendants.
pub(crate) fn read(root: u32) -> TreeReading {
    let mut seen = TreeReading::default();
    for pid in descendants(PROC.as_ref(), root) {
        seen.add(PROC.as_ref(), pid, Bytes(memory_of(pid)));
    }
    seen
}

/// Looks at the descendants of the process, but not at itself. Anonymous and shared memory, shared pages counted repeatedly.
/// `proc`: a mounted `/proc`, whose numbers of processes are meant.
#[cfg(target_os = "linux")]
pub(crate) fn read_below(proc: &Path, root: u32) -> TreeReading {
    let mut seen = TreeReading::default();
    for pid in descendants(proc, root).into_iter().skip(1) {
        let status = proc.join(pid.to_string()).join("status");
        let status = std::fs::read_to_string(status).unwrap_or_default();
        let kib = |name: &str| {
            let line = status
                .lines()
                .find_map(|l| l.strip_prefix(name))
                .unwrap_or_default();
            line.trim()
                .trim_end_matches(" kB")
                .parse::<u64>()
                .unwrap_or(0)
        };
        let memory = Bytes((kib("RssAnon:") + kib("RssShmem:")) * 1024);
        seen.beyond.0 += (kib("VmPTE:") + kib("VmSwap:")) * 1024;
        seen.add(proc, pid, memory);
    }
    seen
}

/// CPU time of one process and of the children it has waited for; also of a zombie.
pub(crate) fn cpu_of(pid: u32) -> Nanos {
    stat_of(PROC.as_ref(), pid).unwrap_or_default().1
}

/// Whether the process is a zombie that waits to be reaped.
pub(crate) fn has_ended(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|s| s.rsplit_once(") ").map(|(_, rest)| rest.starts_with('Z')))
        .unwrap_or(false)
}

/// The process and all its descendants that can be found, parents first.
pub(crate) fn descendants(proc: &Path, root: u32) -> Vec<u32> {
    let mut found = vec![root];
    let mut known: HashSet<u32> = HashSet::from([root]);
    let mut next = 0;
    while next < found.len() {
        let Ok(tasks) = std::fs::read_dir(proc.join(found[next].to_string()).join("task")) else {
            next += 1;
            continue;
        };
        for task in tasks.flatten() {
            let children =
                std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            found.extend(
                children
                    .split_whitespace()
                    .filter_map(|w| w.parse().ok())
                    .filter(|pid| known.insert(*pid)),
            );
        }
        next += 1;
    }
    found
}

/// Kills the process's group and every descendant that can be found.
pub(crate) fn kill_all(root: u32) {
    use rustix::process::{Pid, Signal, kill_process, kill_process_group};
    let tree = descendants(PROC.as_ref(), root);
    if let Some(group) = i32::try_from(root).ok().and_then(Pid::from_raw) {
        // Fails when the group is gone already, which is what is wanted.
        let _ = kill_process_group(group, Signal::KILL);
    }
    for pid in tree.into_iter().skip(1) {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// Kills every process of this user that was started with `NAME=value` in its environment, and what those start meanwhile.
pub(crate) fn kill_marked(mark: &str) {
    use rustix::process::{Pid, Signal, kill_process};
    // A process that forks faster than it is found is given up.
    for _ in 0..20 {
        let mut found = false;
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let pid = entry.file_name().to_str().and_then(|n| n.parse().ok());
            let Some(pid) = pid.and_then(Pid::from_raw) else {
                continue;
            };
            // Of a process that has ended nothing can be read here.
            let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            if environment
                .split(|b| *b == 0)
                .any(|entry| entry == mark.as_bytes())
            {
                found = kill_process(pid, Signal::KILL).is_ok();
            }
        }
        if !found {
            return;
        }
    }
}

/// Resident bytes that are not file-backed.
fn memory_of(pid: u32) -> u64 {
    // RssAnon and RssShmem in `status` are exact but cost more than `statm`; a look happens every millisecond.
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let mut fields = statm
        .split_whitespace()
        .skip(1)
        .map(|w| w.parse::<u64>().unwrap_or(0));
    let resident = fields.next().unwrap_or(0);
    let shared = fields.next().unwrap_or(0);
    resident.saturating_sub(shared) * rustix::param::page_size() as u64
}

/// Threads and CPU time from `stat`.
fn stat_of(proc: &Path, pid: u32) -> Option<(u32, Nanos)> {
    let stat = std::fs::read_to_string(proc.join(pid.to_string()).join("stat")).ok()?;
    // The name may hold anything, blanks and brackets too: fields are counted from its end.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split_whitespace().collect();
    let number = |i: usize| {
        fields
            .get(i)
            .and_then(|w| w.parse::<u64>().ok())
            .unwrap_or(0)
    };
    let ticks = number(11) + number(12) + number(13) + number(14);
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Some((
        u32::try_from(number(17)).unwrap_or(0),
        Nanos(ticks * (1_000_000_000 / per_second)),
    ))
}
