//! The control group of one launcher: limits of memory and processes, and the figures of the whole tree.
//!
//! Version 1 has a folder for each controller, version 2 one folder for all; everything above this file
//! sees one [`Cgroup`]. Folders are made below the group that the workbench itself is in, so that a limit
//! put on the workbench holds for its guests too.

mod figures;
mod places;
#[cfg(test)]
mod pretended;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) use figures::{parse_cpu, parse_memory};

use figures::{OpenKernelFile, parse_kernel};
use places::Hierarchies;

use crate::base::units::{Bytes, Nanos};

/// Which version of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CgroupVersion {
    /// One hierarchy for each controller.
    One,
    Two,
}

/// The changes that are made to the kernel's tree of groups; tests put a pretended one in its place.
pub(crate) trait Tree: std::fmt::Debug + Send + Sync {
    /// Makes a group.
    ///
    /// # Errors
    /// What the system said.
    fn make(&self, group: &Path) -> io::Result<()>;
    /// Removes a group without processes.
    ///
    /// # Errors
    /// What the system said.
    fn remove(&self, group: &Path) -> io::Result<()>;
    /// Writes to one of its files.
    ///
    /// # Errors
    /// What the system said.
    fn write(&self, file: &Path, text: &str) -> io::Result<()>;
}

/// The kernel's own tree.
#[derive(Debug)]
struct Kernel;

impl Tree for Kernel {
    fn make(&self, group: &Path) -> io::Result<()> {
        std::fs::create_dir(group)
    }

    fn remove(&self, group: &Path) -> io::Result<()> {
        std::fs::remove_dir(group)
    }

    fn write(&self, file: &Path, text: &str) -> io::Result<()> {
        // Never created: a file that is missing here is one that the kernel does not have.
        use std::io::Write;
        File::options()
            .write(true)
            .open(file)?
            .write_all(text.as_bytes())
    }
}

/// One control group; its folders are removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Cgroup {
    tree: Arc<dyn Tree>,
    version: CgroupVersion,
    memory: PathBuf,
    cpu: Option<PathBuf>,
    pids: Option<PathBuf>,
    statistics: OpenKernelFile,
    usage: OpenKernelFile,
    peak: OpenKernelFile,
    kernel: OpenKernelFile,
    kernel_peak: OpenKernelFile,
    events: OpenKernelFile,
    tasks: OpenKernelFile,
    refused: OpenKernelFile,
    cpu_usage: OpenKernelFile,
    limits: Option<(u64, u64)>,
}

/// What a figure file is called in each version.
struct FigureFiles {
    limit: &'static str,
    usage: &'static str,
    peak: &'static str,
    /// `None`: it stands in `memory.stat`.
    kernel: Option<&'static str>,
    kernel_peak: Option<&'static str>,
    events: &'static str,
    cpu: &'static str,
}

const ONE: FigureFiles = FigureFiles {
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    peak: "memory.max_usage_in_bytes",
    kernel: Some("memory.kmem.usage_in_bytes"),
    kernel_peak: Some("memory.kmem.max_usage_in_bytes"),
    events: "memory.oom_control",
    cpu: "cpuacct.usage",
};

const TWO: FigureFiles = FigureFiles {
    limit: "memory.max",
    usage: "memory.current",
    peak: "memory.peak",
    kernel: None,
    kernel_peak: None,
    events: "memory.events",
    cpu: "cpu.stat",
};

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Cgroup {
    /// Makes a group where this machine allows it.
    ///
    /// # Errors
    /// Why there can be none, in words.
    pub(crate) fn create() -> Result<Self, String> {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").map_err(|e| e.to_string())?;
        let own = std::fs::read_to_string("/proc/self/cgroup").map_err(|e| e.to_string())?;
        Self::create_in(&Hierarchies::read(&mounts, &own), Arc::new(Kernel))
    }

    fn create_in(places: &Hierarchies, tree: Arc<dyn Tree>) -> Result<Self, String> {
        match (&places.memory, &places.unified) {
            (Some(memory), _) => Self::version_one(memory, places, tree),
            (None, Some(unified)) => Self::version_two(unified, tree),
            (None, None) => Err("no memory controller is mounted".to_owned()),
        }
    }

    fn version_one(
        memory: &Path,
        places: &Hierarchies,
        tree: Arc<dyn Tree>,
    ) -> Result<Self, String> {
        let name = fresh_name();
        let make = |parent: &Path| -> Result<PathBuf, String> {
            remove_stale(parent, tree.as_ref());
            let path = parent.join(&name);
            tree.make(&path)
                .map(|()| path)
                .map_err(|e| refused(parent, &e))
        };
        let memory = make(memory)?;
        let cpu = places.cpuacct.as_deref().and_then(|p| make(p).ok());
        let pids = places.pids.as_deref().and_then(|p| make(p).ok());
        Self::open(CgroupVersion::One, tree, memory, cpu, pids)
    }

    /// In version 2 a group with processes may not have children with controllers: the workbench itself moves into a leaf.
    fn version_two(own: &Path, tree: Arc<dyn Tree>) -> Result<Self, String> {
        // A second slot of this program finds itself in the leaf already.
        let base = if own.file_name().is_some_and(|n| n == LEAF) {
            own.parent().unwrap_or(own)
        } else {
            own
        };
        remove_stale(base, tree.as_ref());
        let offered = std::fs::read_to_string(base.join("cgroup.controllers"))
            .map_err(|e| refused(base, &e))?;
        if !offered.split_whitespace().any(|c| c == "memory") {
            return Err(format!(
                "the memory controller is not delegated to this user; start with `{}`",
                delegated()
            ));
        }
        let wanted: Vec<String> = ["memory", "pids", "cpu"]
            .iter()
            .filter(|c| offered.split_whitespace().any(|o| o == **c))
            .map(|c| format!("+{c}"))
            .collect();
        let enable = || tree.write(&base.join("cgroup.subtree_control"), &wanted.join(" "));
        match enable() {
            Ok(()) => {}
            Err(e) if base != own => return Err(not_delegated(base, &e)),
            Err(_) => {
                let leaf = own.join(LEAF);
                let me = std::process::id().to_string();
                if let Err(e) = tree.make(&leaf)
                    && e.kind() != io::ErrorKind::AlreadyExists
                {
                    return Err(not_delegated(own, &e));
                }
                if let Err(e) = tree.write(&leaf.join("cgroup.procs"), &me) {
                    let _ = tree.remove(&leaf);
                    return Err(not_delegated(own, &e));
                }
                if let Err(e) = enable() {
                    // Someone else lives in this group: leave everything as it was.
                    let _ = tree.write(&own.join("cgroup.procs"), &me);
                    let _ = tree.remove(&leaf);
                    return Err(format!(
                        "the group holds other programs too ({e}); start it alone in one: `{}`",
                        delegated()
                    ));
                }
            }
        }
        let path = base.join(fresh_name());
        tree.make(&path).map_err(|e| not_delegated(base, &e))?;
        if rustix::process::geteuid().is_root() {
            // All of a run at once. Only root's launcher can keep itself out of it.
            let _ = tree.write(&path.join("memory.oom.group"), "1");
        }
        let (cpu, pids) = (Some(path.clone()), Some(path.clone()));
        Self::open(CgroupVersion::Two, tree, path, cpu, pids)
    }

    fn open(
        version: CgroupVersion,
        tree: Arc<dyn Tree>,
        memory: PathBuf,
        cpu: Option<PathBuf>,
        pids: Option<PathBuf>,
    ) -> Result<Self, String> {
        let names = version.names();
        let of = |folder: &Option<PathBuf>, name: &str| {
            folder
                .as_ref()
                .map_or(OpenKernelFile::open(Path::new("")), |f| {
                    OpenKernelFile::open(&f.join(name))
                })
        };
        let optional = |name: Option<&str>| name.map_or_else(PathBuf::new, |n| memory.join(n));
        // From here on its folders are removed when it is dropped.
        let group = Self {
            statistics: OpenKernelFile::open(&memory.join("memory.stat")),
            usage: OpenKernelFile::open(&memory.join(names.usage)),
            peak: OpenKernelFile::open_to_write(&memory.join(names.peak)),
            kernel: OpenKernelFile::open(&optional(names.kernel)),
            kernel_peak: OpenKernelFile::open_to_write(&optional(names.kernel_peak)),
            events: OpenKernelFile::open(&memory.join(names.events)),
            tasks: of(&pids, "pids.current"),
            refused: of(&pids, "pids.events"),
            cpu_usage: of(&cpu, names.cpu),
            tree,
            version,
            memory,
            cpu,
            pids,
            limits: None,
        };
        if group.statistics.is_there() {
            Ok(group)
        } else {
            Err(format!("{} has no memory.stat", group.memory.display()))
        }
    }

    /// Which version it is.
    pub(crate) fn version(&self) -> CgroupVersion {
        self.version
    }

    /// Whether processes are counted and limited.
    pub(crate) fn limits_processes(&self) -> bool {
        self.pids.is_some()
    }

    /// Moves a process into the group.
    ///
    /// # Errors
    /// What the system said.
    pub(crate) fn add(&self, pid: u32) -> io::Result<()> {
        for folder in self.folders() {
            self.tree
                .write(&folder.join("cgroup.procs"), &pid.to_string())?;
        }
        Ok(())
    }

    /// A descriptor from which the CPU counter can be read again and again.
    pub(crate) fn cpu_counter(&self) -> Option<File> {
        File::open(self.cpu.as_ref()?.join(self.version.names().cpu)).ok()
    }

    /// A descriptor from which the memory statistics can be read again and again.
    pub(crate) fn memory_statistics(&self) -> Option<File> {
        File::open(self.memory.join("memory.stat")).ok()
    }

    /// Limits memory (without swap) and processes; writes only what changes.
    pub(crate) fn limit(&mut self, memory: Bytes, processes: u64) {
        if self.limits == Some((memory.0, processes)) {
            return;
        }
        let write = |name: &str, n: u64| {
            self.tree
                .write(&self.memory.join(name), &n.to_string())
                .is_ok()
        };
        let limit = self.version.names().limit;
        let set = match self.version {
            CgroupVersion::One => {
                // Memory may never exceed memory and swap together: which of the two goes first depends on the direction.
                write(limit, memory.0);
                write("memory.memsw.limit_in_bytes", memory.0);
                write("memory.swappiness", 0);
                write(limit, memory.0)
            }
            CgroupVersion::Two => {
                write("memory.swap.max", 0);
                write(limit, memory.0)
            }
        };
        if let Some(pids) = &self.pids {
            let _ = self
                .tree
                .write(&pids.join("pids.max"), &processes.to_string());
        }
        self.limits = set.then_some((memory.0, processes));
    }

    /// Forgets the highest usage so far, where the kernel can (version 1; version 2 since 6.12, for one open file).
    pub(crate) fn reset_peak(&mut self) {
        self.peak.write_or_close(b"0");
        self.kernel_peak.write_or_close(b"0");
    }

    /// Most memory that the kernel held for the group since the last reset. `None` where it cannot be reset.
    pub(crate) fn kernel_peak(&self) -> Option<Bytes> {
        self.kernel_peak.number().map(Bytes)
    }

    /// Highest usage since the last reset, file pages and kernel memory included. `None` where it cannot be reset.
    pub(crate) fn peak(&self) -> Option<Bytes> {
        self.peak.number().map(Bytes)
    }

    /// Usage now, file pages and kernel memory included.
    pub(crate) fn usage(&self) -> Option<Bytes> {
        self.usage.number().map(Bytes)
    }

    /// How often the kernel has killed for want of memory.
    pub(crate) fn kills(&self) -> u64 {
        self.events.field(b"oom_kill").unwrap_or(0)
    }

    /// How often a process or thread was refused because there were too many.
    pub(crate) fn refusals(&self) -> u64 {
        self.refused.field(b"max").unwrap_or(0)
    }

    /// Anonymous and shared memory now, and what the kernel holds for the group where it says so.
    pub(crate) fn memory(&self) -> Option<(u64, Option<Bytes>)> {
        let mut text = [0u8; 8192];
        let text = self.statistics.read(&mut text)?;
        let kernel = self.kernel.number().or_else(|| parse_kernel(text));
        Some((parse_memory(text)?, kernel.map(Bytes)))
    }

    /// What the kernel holds for the group now, where it says so.
    pub(crate) fn kernel(&self) -> Option<Bytes> {
        if self.version == CgroupVersion::One {
            return self.kernel.number().map(Bytes);
        }
        self.memory()?.1
    }

    /// Processes and threads alive now.
    pub(crate) fn tasks(&self) -> Option<u32> {
        self.tasks.number()?.try_into().ok()
    }

    /// CPU time so far.
    pub(crate) fn cpu(&self) -> Option<Nanos> {
        let mut text = [0u8; 1024];
        parse_cpu(self.cpu_usage.read(&mut text)?).map(Nanos)
    }

    /// Kills every process that is left in it. Only when the launcher has ended: it lives here too.
    pub(crate) fn end_all(&self) {
        if self.version == CgroupVersion::Two
            && self
                .tree
                .write(&self.memory.join("cgroup.kill"), "1")
                .is_ok()
        {
            return;
        }
        // A group that forks faster than it is read is read again.
        for _ in 0..100 {
            let list =
                std::fs::read_to_string(self.memory.join("cgroup.procs")).unwrap_or_default();
            let left: Vec<_> = list
                .lines()
                .filter_map(|l| rustix::process::Pid::from_raw(l.parse().ok()?))
                .collect();
            if left.is_empty() {
                return;
            }
            for pid in left {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
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
                .filter(|f| f.exists() && self.tree.remove(f).is_err())
                .count();
            if left == 0 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }
}

impl CgroupVersion {
    fn names(self) -> &'static FigureFiles {
        match self {
            Self::One => &ONE,
            Self::Two => &TWO,
        }
    }
}

const LEAF: &str = "reheat-workbench";

/// What the user can do to get a cgroup of version 2.
fn delegated() -> &'static str {
    // Root's own manager is the system's: after `sudo` there is no other one.
    if rustix::process::geteuid().is_root() {
        "systemd-run --scope -p Delegate=yes reheat"
    } else {
        "systemd-run --user --scope -p Delegate=yes reheat"
    }
}

fn fresh_name() -> String {
    format!(
        "reheat-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    )
}

fn refused(parent: &Path, error: &io::Error) -> String {
    format!("no group can be made in {}: {error}", parent.display())
}

/// As [`refused`], with what can be done about it where it is a matter of rights.
fn not_delegated(parent: &Path, error: &io::Error) -> String {
    let why = refused(parent, error);
    match error.kind() {
        io::ErrorKind::PermissionDenied => format!("{why}; start with `{}`", delegated()),
        _ => why,
    }
}

/// Removes groups that a workbench left behind when it was killed.
fn remove_stale(parent: &Path, tree: &dyn Tree) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name
            .to_str()
            .and_then(|n| n.strip_prefix("reheat-"))
            .and_then(|n| n.split('-').next());
        if let Some(pid) = pid.and_then(|p| p.parse::<u32>().ok())
            && !Path::new(&format!("/proc/{pid}")).exists()
        {
            let _ = tree.remove(&entry.path());
        }
    }
}
