//! The control group of one launcher: limits of memory and processes, and the figures of the whole tree.
//!
//! Version 1 has a folder for each controller, version 2 one folder for all; everything above this file
//! sees one [`Cgroup`]. Folders are made below the group that the workbench itself is in, so that a limit
//! put on the workbench holds for its guests too.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::units::{Bytes, Nanos};

/// Which version of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// One hierarchy for each controller.
    One,
    /// One hierarchy.
    Two,
}

/// One control group; its folders are removed when it is dropped.
#[derive(Debug)]
pub struct Cgroup {
    version: Version,
    memory: PathBuf,
    cpu: Option<PathBuf>,
    pids: Option<PathBuf>,
    statistics: File,
    tasks: Option<File>,
    limits: Option<(u64, u64)>,
}

/// What a figure file is called in each version.
struct Names {
    limit: &'static str,
    usage: &'static str,
    peak: &'static str,
    events: &'static str,
    cpu: &'static str,
}

const ONE: Names = Names {
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    peak: "memory.max_usage_in_bytes",
    events: "memory.oom_control",
    cpu: "cpuacct.usage",
};

const TWO: Names = Names {
    limit: "memory.max",
    usage: "memory.current",
    peak: "memory.peak",
    events: "memory.events",
    cpu: "cpu.stat",
};

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Cgroup {
    /// Makes a group where this machine allows it.
    ///
    /// # Errors
    /// Why there can be none, in words.
    pub fn create() -> Result<Self, String> {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").map_err(|e| e.to_string())?;
        let own = std::fs::read_to_string("/proc/self/cgroup").map_err(|e| e.to_string())?;
        let places = Hierarchies::read(&mounts, &own);
        match (&places.memory, &places.unified) {
            (Some(memory), _) => Self::version_one(memory, &places),
            (None, Some(unified)) => Self::version_two(unified),
            (None, None) => Err("no memory controller is mounted".to_owned()),
        }
    }

    fn version_one(memory: &Path, places: &Hierarchies) -> Result<Self, String> {
        let name = fresh_name();
        let make = |parent: &Path| -> Result<PathBuf, String> {
            remove_stale(parent);
            let path = parent.join(&name);
            std::fs::create_dir(&path)
                .map(|()| path)
                .map_err(|e| refused(parent, &e))
        };
        let memory = make(memory)?;
        let cpu = places.cpuacct.as_deref().and_then(|p| make(p).ok());
        let pids = places.pids.as_deref().and_then(|p| make(p).ok());
        Self::open(Version::One, memory, cpu, pids)
    }

    /// In version 2 a group with processes may not have children with controllers: the workbench itself moves into a leaf.
    fn version_two(own: &Path) -> Result<Self, String> {
        remove_stale(own);
        let offered = std::fs::read_to_string(own.join("cgroup.controllers"))
            .map_err(|e| refused(own, &e))?;
        if !offered.split_whitespace().any(|c| c == "memory") {
            return Err("the memory controller is not delegated to this user; start with `systemd-run --user --scope -p Delegate=yes reheat`".to_owned());
        }
        // A second slot of this program finds itself in the leaf already.
        let base = if own.file_name().is_some_and(|n| n == LEAF) {
            own.parent().unwrap_or(own)
        } else {
            own
        };
        let enable = || {
            let wanted: Vec<String> = ["memory", "pids", "cpu"]
                .iter()
                .filter(|c| offered.split_whitespace().any(|o| o == **c))
                .map(|c| format!("+{c}"))
                .collect();
            std::fs::write(base.join("cgroup.subtree_control"), wanted.join(" "))
        };
        if base == own && enable().is_err() {
            let leaf = own.join(LEAF);
            let _ = std::fs::create_dir(&leaf);
            std::fs::write(leaf.join("cgroup.procs"), std::process::id().to_string())
                .map_err(|e| refused(own, &e))?;
            if let Err(e) = enable() {
                // Someone else lives in this group: leave everything as it was.
                let _ = std::fs::write(own.join("cgroup.procs"), std::process::id().to_string());
                let _ = std::fs::remove_dir(&leaf);
                return Err(format!(
                    "the group holds other programs too ({e}); start with `systemd-run --user --scope -p Delegate=yes reheat`"
                ));
            }
        }
        let path = base.join(fresh_name());
        std::fs::create_dir(&path).map_err(|e| refused(base, &e))?;
        let _ = std::fs::write(path.join("memory.oom.group"), "1");
        Self::open(Version::Two, path.clone(), Some(path.clone()), Some(path))
    }

    fn open(
        version: Version,
        memory: PathBuf,
        cpu: Option<PathBuf>,
        pids: Option<PathBuf>,
    ) -> Result<Self, String> {
        let opened = File::open(memory.join("memory.stat"));
        match opened {
            Ok(statistics) => {
                let tasks = pids
                    .as_ref()
                    .and_then(|p| File::open(p.join("pids.current")).ok());
                Ok(Self {
                    version,
                    memory,
                    cpu,
                    pids,
                    statistics,
                    tasks,
                    limits: None,
                })
            }
            Err(e) => {
                for folder in [Some(memory), cpu, pids].into_iter().flatten() {
                    let _ = std::fs::remove_dir(folder);
                }
                Err(format!("memory.stat cannot be read: {e}"))
            }
        }
    }

    /// Which version it is.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether processes are counted and limited.
    #[must_use]
    pub fn limits_processes(&self) -> bool {
        self.pids.is_some()
    }

    /// Moves a process into the group.
    ///
    /// # Errors
    /// What the system said.
    pub fn add(&self, pid: u32) -> std::io::Result<()> {
        for folder in self.folders() {
            std::fs::write(folder.join("cgroup.procs"), pid.to_string())?;
        }
        Ok(())
    }

    /// A descriptor from which the CPU counter can be read again and again.
    #[must_use]
    pub fn cpu_counter(&self) -> Option<File> {
        File::open(self.cpu.as_ref()?.join(self.names().cpu)).ok()
    }

    /// A descriptor from which the memory statistics can be read again and again.
    #[must_use]
    pub fn memory_statistics(&self) -> Option<File> {
        File::open(self.memory.join("memory.stat")).ok()
    }

    /// Limits memory (without swap) and processes; writes only what changes.
    pub fn limit(&mut self, memory: Bytes, processes: u64) {
        if self.limits == Some((memory.0, processes)) {
            return;
        }
        let write =
            |name: &str, n: u64| std::fs::write(self.memory.join(name), n.to_string()).is_ok();
        let limit = self.names().limit;
        let set = match self.version {
            Version::One => {
                // Memory may never exceed memory and swap together: which of the two goes first depends on the direction.
                write(limit, memory.0);
                write("memory.memsw.limit_in_bytes", memory.0);
                write("memory.swappiness", 0);
                write(limit, memory.0)
            }
            Version::Two => {
                write("memory.swap.max", 0);
                write(limit, memory.0)
            }
        };
        if let Some(pids) = &self.pids {
            let _ = std::fs::write(pids.join("pids.max"), processes.to_string());
        }
        self.limits = set.then_some((memory.0, processes));
    }

    /// Forgets the highest usage so far, where the kernel can.
    pub fn reset_peak(&self) {
        let _ = std::fs::write(self.memory.join(self.names().peak), "0");
    }

    /// Highest usage since the last reset, file pages and kernel memory included. `None` where it cannot be reset.
    #[must_use]
    pub fn peak(&self) -> Option<Bytes> {
        match self.version {
            Version::One => self.number(self.names().peak).map(Bytes),
            Version::Two => None,
        }
    }

    /// Usage now, file pages and kernel memory included.
    #[must_use]
    pub fn usage(&self) -> Option<Bytes> {
        self.number(self.names().usage).map(Bytes)
    }

    /// How often the kernel has killed for want of memory.
    #[must_use]
    pub fn kills(&self) -> u64 {
        let text =
            std::fs::read_to_string(self.memory.join(self.names().events)).unwrap_or_default();
        field(text.as_bytes(), b"oom_kill").unwrap_or(0)
    }

    /// Anonymous and shared memory now.
    pub fn memory(&mut self) -> Option<u64> {
        let mut text = [0u8; 8192];
        let n = read_again(&mut self.statistics, &mut text)?;
        parse_memory(&text[..n])
    }

    /// Processes and threads alive now.
    pub fn tasks(&mut self) -> Option<u32> {
        let mut text = [0u8; 32];
        let n = read_again(self.tasks.as_mut()?, &mut text)?;
        std::str::from_utf8(&text[..n]).ok()?.trim().parse().ok()
    }

    /// CPU time so far.
    #[must_use]
    pub fn cpu(&self) -> Option<Nanos> {
        let text = std::fs::read(self.cpu.as_ref()?.join(self.names().cpu)).ok()?;
        parse_cpu(&text).map(Nanos)
    }

    fn names(&self) -> &'static Names {
        match self.version {
            Version::One => &ONE,
            Version::Two => &TWO,
        }
    }

    fn number(&self, name: &str) -> Option<u64> {
        std::fs::read_to_string(self.memory.join(name))
            .ok()?
            .trim()
            .parse()
            .ok()
    }

    fn folders(&self) -> Vec<&Path> {
        let mut folders: Vec<&Path> = [Some(&self.memory), self.cpu.as_ref(), self.pids.as_ref()]
            .into_iter()
            .flatten()
            .map(PathBuf::as_path)
            .collect();
        folders.dedup();
        folders
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // A process that is just ending keeps its group busy for a moment.
        for _ in 0..100 {
            let left = self
                .folders()
                .into_iter()
                .filter(|f| f.exists() && std::fs::remove_dir(f).is_err())
                .count();
            if left == 0 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }
}

const LEAF: &str = "reheat-workbench";

fn fresh_name() -> String {
    format!(
        "reheat-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

fn refused(parent: &Path, error: &std::io::Error) -> String {
    format!("no group can be made in {}: {error}", parent.display())
}

/// Removes groups that a workbench left behind when it was killed.
fn remove_stale(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name
            .to_str()
            .and_then(|n| n.strip_prefix("reheat-"))
            .and_then(|n| n.split('-').next());
        if let Some(pid) = pid.and_then(|p| p.parse::<u32>().ok())
            && !Path::new(&format!("/proc/{pid}")).exists()
        {
            let _ = std::fs::remove_dir(entry.path());
        }
    }
}

fn read_again(file: &mut File, buffer: &mut [u8]) -> Option<usize> {
    file.rewind().ok()?;
    file.read(buffer).ok()
}

/// Value of the line that starts with the name and a blank.
fn field(text: &[u8], name: &[u8]) -> Option<u64> {
    text.split(|b| *b == b'\n').find_map(|line| {
        let value = line.strip_prefix(name)?.strip_prefix(b" ")?;
        std::str::from_utf8(value).ok()?.trim().parse().ok()
    })
}

/// Anonymous and shared memory, from either version's `memory.stat`.
#[must_use]
pub fn parse_memory(text: &[u8]) -> Option<u64> {
    let anonymous = field(text, b"total_rss").or_else(|| field(text, b"anon"))?;
    let shared = field(text, b"total_shmem")
        .or_else(|| field(text, b"shmem"))
        .unwrap_or(0);
    Some(anonymous + shared)
}

/// CPU time in nanoseconds, from `cpuacct.usage` or `cpu.stat`.
#[must_use]
pub fn parse_cpu(text: &[u8]) -> Option<u64> {
    if let Some(micros) = field(text, b"usage_usec") {
        return Some(micros * 1_000);
    }
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

/// Where this process's own groups are in the file system.
#[derive(Debug, Default, PartialEq, Eq)]
struct Hierarchies {
    memory: Option<PathBuf>,
    cpuacct: Option<PathBuf>,
    pids: Option<PathBuf>,
    unified: Option<PathBuf>,
}

impl Hierarchies {
    fn read(mountinfo: &str, own: &str) -> Self {
        let mut found = Self::default();
        for line in mountinfo.lines() {
            let Some((left, right)) = line.split_once(" - ") else {
                continue;
            };
            let left: Vec<&str> = left.split(' ').collect();
            let right: Vec<&str> = right.split(' ').collect();
            let (Some(root), Some(point)) = (left.get(3), left.get(4)) else {
                continue;
            };
            let options: Vec<&str> = right
                .get(2)
                .map(|o| o.split(',').collect())
                .unwrap_or_default();
            let take = |slot: &mut Option<PathBuf>, controller: &str| {
                slot.get_or_insert(own_folder(own, controller, root, point));
            };
            match right.first() {
                Some(&"cgroup") => {
                    if options.contains(&"memory") {
                        take(&mut found.memory, "memory");
                    }
                    if options.contains(&"cpuacct") {
                        take(&mut found.cpuacct, "cpuacct");
                    }
                    if options.contains(&"pids") {
                        take(&mut found.pids, "pids");
                    }
                }
                Some(&"cgroup2") => take(&mut found.unified, ""),
                _ => {}
            }
        }
        found
    }
}

/// The folder of the group that `/proc/self/cgroup` names, below the point where its hierarchy is mounted.
fn own_folder(own: &str, controller: &str, root: &str, point: &str) -> PathBuf {
    let path = own
        .lines()
        .find_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let controllers = parts.next()?;
            let path = parts.next()?;
            controllers
                .split(',')
                .any(|c| c == controller)
                .then_some(path)
        })
        .unwrap_or("/");
    let below = path.strip_prefix(root.trim_end_matches('/')).unwrap_or("");
    Path::new(point).join(below.trim_start_matches('/'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_both_versions_are_read() {
        assert_eq!(
            parse_memory(b"rss 1\nshmem 2\ntotal_rss 10\ntotal_shmem 20\n"),
            Some(30)
        );
        assert_eq!(parse_memory(b"anon 7\nfile 9\nshmem 2\n"), Some(9));
        assert_eq!(parse_memory(b"nonsense"), None);
        assert_eq!(parse_cpu(b"12345\n"), Some(12_345));
        assert_eq!(parse_cpu(b"usage_usec 12\nuser_usec 3\n"), Some(12_000));
        assert_eq!(
            field(
                b"oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
                b"oom_kill"
            ),
            Some(3)
        );
    }

    #[test]
    fn own_groups_are_found_in_both_worlds() {
        let mounts = "30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";
        let found = Hierarchies::read(mounts, "4:memory:/box/a\n3:cpu,cpuacct:/\n0::/\n");
        assert_eq!(found.memory, Some("/sys/fs/cgroup/memory/box/a".into()));
        assert_eq!(found.cpuacct, Some("/sys/fs/cgroup/cpu,cpuacct".into()));
        assert_eq!(found.unified, None);
        let two = "30 25 0:26 /user.slice /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
        let found = Hierarchies::read(two, "0::/user.slice/me.scope\n");
        assert_eq!(found.unified, Some("/sys/fs/cgroup/me.scope".into()));
    }
}
