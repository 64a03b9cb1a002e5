//! Where this machine keeps its control groups, and which of them the workbench is in.

use std::path::{Path, PathBuf};

/// Where this process's own groups are in the file system.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Hierarchies {
    /// Version 1: memory.
    pub(crate) memory: Option<PathBuf>,
    /// Version 1: CPU accounts.
    pub(crate) cpuacct: Option<PathBuf>,
    /// Version 1: processes.
    pub(crate) pids: Option<PathBuf>,
    pub(crate) unified: Option<PathBuf>,
}

impl Hierarchies {
    /// Reads them from `/proc/self/mountinfo` and `/proc/self/cgroup`.
    pub(crate) fn read(mountinfo: &str, own: &str) -> Self {
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
