//! What a process holds, from outside: read in `/proc`, in the tree of control groups, and in its folder for temporary files.

use std::fs::read_dir;
use std::path::{Path, PathBuf};

/// The figures, in the order of [`Figures::read`].
pub(crate) const NAMES: [&str; 8] = [
    "resident memory, KiB",
    "journal and texts, KiB",
    "descriptors",
    "threads",
    "processes below it",
    "descriptors of its launcher",
    "control groups",
    "temporary files",
];

/// Where they stand in [`NAMES`].
pub(crate) const MEMORY: usize = 0;
pub(crate) const JOURNAL: usize = 1;

/// A rise of memory that is none, KiB: what an allocator keeps here and there.
pub(crate) const PAGE: f64 = 512.0;
/// A session in memory takes more than its journal takes on the disk: so much more, at most.
pub(crate) const OF_THE_JOURNAL: f64 = 4.0;

pub(crate) struct Figures {
    pid: u32,
    temporary: PathBuf,
}

impl Figures {
    pub(crate) fn new(pid: u32, temporary: PathBuf) -> Self {
        Self { pid, temporary }
    }

    /// All of them, now.
    pub(crate) fn read(&self, session: &Path) -> [f64; NAMES.len()] {
        let own = PathBuf::from(format!("/proc/{}", self.pid));
        let below = below(self.pid);
        let launcher = below
            .iter()
            .map(|pid| PathBuf::from(format!("/proc/{pid}")));
        let launcher = launcher.filter(|p| {
            std::fs::read(p.join("cmdline")).is_ok_and(|c| c.starts_with(b"reheat-launcher"))
        });
        // Init of a run has its name too; the launcher is the oldest.
        let launcher = launcher.min_by_key(|p| p.clone()).unwrap_or_default();
        [
            resident(&own),
            kib(session),
            entries(&own.join("fd")),
            entries(&own.join("task")),
            below.len() as f64,
            entries(&launcher.join("fd")),
            groups(
                Path::new("/sys/fs/cgroup"),
                &format!("reheat-{}-", self.pid),
                8,
            ),
            all_below(&self.temporary),
        ]
    }
}

fn resident(process: &Path) -> f64 {
    let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0.0)
}

fn entries(folder: &Path) -> f64 {
    read_dir(folder).map_or(0, Iterator::count) as f64
}

/// Bytes of the files in a folder, in KiB; those below it too.
fn kib(folder: &Path) -> f64 {
    let entries = read_dir(folder).into_iter().flatten().flatten();
    let size = |e: std::fs::DirEntry| match e.metadata() {
        Ok(m) if m.is_dir() => kib(&e.path()),
        Ok(m) => m.len() as f64 / 1024.0,
        Err(_) => 0.0,
    };
    entries.map(size).sum()
}

fn all_below(folder: &Path) -> f64 {
    let entries = read_dir(folder).into_iter().flatten().flatten();
    let count = |e: std::fs::DirEntry| match e.file_type() {
        Ok(kind) if kind.is_dir() => 1.0 + all_below(&e.path()),
        _ => 1.0,
    };
    // The sum of nothing is -0.
    0.0 + entries.map(count).sum::<f64>()
}

/// Groups whose name begins so.
fn groups(folder: &Path, name: &str, deep: u32) -> f64 {
    let folders = read_dir(folder).into_iter().flatten().flatten();
    let folders = folders.filter(|e| e.file_type().is_ok_and(|t| t.is_dir()));
    let count = |e: std::fs::DirEntry| {
        let own = f64::from(u8::from(e.file_name().to_string_lossy().starts_with(name)));
        own + if deep > 0 {
            groups(&e.path(), name, deep - 1)
        } else {
            0.0
        }
    };
    0.0 + folders.map(count).sum::<f64>()
}

/// Every process below this one.
fn below(pid: u32) -> Vec<u32> {
    let tasks = read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let children = tasks.filter_map(|t| std::fs::read_to_string(t.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|c| {
            c.split_whitespace()
                .filter_map(|p| p.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect();
    children
        .iter()
        .flat_map(|&child| std::iter::once(child).chain(below(child)))
        .collect()
}
