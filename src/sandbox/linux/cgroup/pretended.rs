//! A pretended tree of version 2 in a temporary folder, which keeps the kernel's rules as far as they matter here, and
//! the promises of [`super::Cgroup`] tried on it. It cannot show what a kernel does; it shows what is asked of one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::places::Hierarchies;
use super::{Cgroup, CgroupVersion, LEAF, Tree};
use crate::base::units::Bytes;

/// What the kernel puts into a new group.
const FILES: [(&str, &str); 11] = [
    ("cgroup.procs", ""),
    ("cgroup.controllers", "cpu memory pids\n"),
    ("cgroup.subtree_control", ""),
    ("cgroup.kill", ""),
    ("memory.stat", "anon 1000\nfile 5\nshmem 24\n"),
    ("memory.max", "max\n"),
    ("memory.swap.max", "max\n"),
    ("memory.current", "4096\n"),
    ("memory.peak", "9000\n"),
    (
        "memory.events",
        "low 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 1\n",
    ),
    ("cpu.stat", "usage_usec 5\nuser_usec 3\nsystem_usec 2\n"),
];

#[derive(Debug)]
struct Pretended;

/// A tree in which this user may change nothing.
#[derive(Debug)]
struct Closed;

impl Tree for Closed {
    fn make(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn write(&self, file: &Path, _: &str) -> io::Result<()> {
        match file.exists() {
            true => Err(io::ErrorKind::PermissionDenied.into()),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn fill(group: &Path) -> io::Result<()> {
    for (name, text) in FILES {
        fs::write(group.join(name), text)?;
    }
    fs::write(group.join("memory.oom.group"), "0\n")?;
    fs::write(group.join("pids.current"), "3\n")?;
    fs::write(group.join("pids.events"), "max 4\n")?;
    fs::write(group.join("pids.max"), "max\n")
}

fn processes(group: &Path) -> Vec<String> {
    let text = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

impl Tree for Pretended {
    fn make(&self, group: &Path) -> io::Result<()> {
        fs::create_dir(group)?;
        fill(group)
    }

    fn remove(&self, group: &Path) -> io::Result<()> {
        if !processes(group).is_empty() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        fs::remove_dir_all(group)
    }

    fn write(&self, file: &Path, text: &str) -> io::Result<()> {
        let group = file.parent().unwrap();
        if !file.exists() {
            return Err(io::ErrorKind::NotFound.into());
        }
        match file.file_name().unwrap().to_str().unwrap() {
            // A group with processes may not hand its controllers down.
            "cgroup.subtree_control" if !processes(group).is_empty() => {
                Err(io::ErrorKind::ResourceBusy.into())
            }
            "cgroup.procs" => {
                // A process is in one group: it leaves the one above, or beside.
                let base = if group.join("top").exists() {
                    group
                } else {
                    group.parent().unwrap()
                };
                let groups = fs::read_dir(base)?.flatten().map(|e| e.path());
                for other in groups.filter(|p| p.is_dir()).chain([base.to_owned()]) {
                    let kept: Vec<String> = processes(&other)
                        .into_iter()
                        .filter(|p| p != text)
                        .collect();
                    fs::write(other.join("cgroup.procs"), kept.join("\n"))?;
                }
                let all = [processes(group), vec![text.to_owned()]].concat();
                fs::write(file, all.join("\n"))
            }
            "cgroup.kill" => fs::write(group.join("cgroup.procs"), ""),
            _ => fs::write(file, text),
        }
    }
}

/// A delegated group in which these processes are.
fn delegated(inside: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("me.scope");
    fs::create_dir(&own).unwrap();
    fill(&own).unwrap();
    fs::write(own.join("top"), "").unwrap();
    fs::write(own.join("cgroup.procs"), inside.join("\n")).unwrap();
    (folder, own)
}

fn create(own: &Path) -> Result<Cgroup, String> {
    create_with(own, Arc::new(Pretended))
}

fn create_with(own: &Path, tree: Arc<dyn Tree>) -> Result<Cgroup, String> {
    let places = Hierarchies {
        unified: Some(own.to_owned()),
        ..Hierarchies::default()
    };
    Cgroup::create_in(&places, tree)
}

fn groups(own: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(own)
        .unwrap()
        .flatten()
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn text(path: PathBuf) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_workbench_moves_into_a_leaf_and_the_runs_get_a_group_beside_it() {
    let me = std::process::id().to_string();
    let (_folder, own) = delegated(&[&me]);
    let group = create(&own).unwrap();
    assert_eq!(group.version(), CgroupVersion::Two);
    assert_eq!(processes(&own.join(LEAF)), [me]);
    assert_eq!(
        text(own.join("cgroup.subtree_control")),
        "+memory +pids +cpu"
    );
    assert!(group.limits_processes());
    group.add(4_000_001).unwrap();
    assert_eq!(processes(&group.memory), ["4000001"]);
    // A second one finds itself in the leaf, and puts its group beside the first.
    let second = create(&own.join(LEAF)).unwrap();
    assert_eq!(second.memory.parent(), Some(own.as_path()));
    assert_eq!(groups(&own).len(), 3);
    group.end_all();
    assert!(processes(&group.memory).is_empty());
    drop((group, second));
    assert_eq!(groups(&own), [LEAF]);
}

#[test]
fn a_group_that_others_live_in_is_left_as_it_was() {
    let me = std::process::id().to_string();
    let (_folder, own) = delegated(&[&me, "4000002"]);
    let why = create(&own).unwrap_err();
    assert!(
        why.contains("other programs") && why.contains("Delegate=yes"),
        "{why}"
    );
    assert!(groups(&own).is_empty());
    let mut inside = processes(&own);
    inside.sort();
    let mut both = vec![me, "4000002".to_owned()];
    both.sort();
    assert_eq!(inside, both);
}

#[test]
fn a_workbench_that_is_started_in_the_leaf_hands_the_controllers_down_itself() {
    let me = std::process::id().to_string();
    let (_folder, own) = delegated(&[]);
    let leaf = own.join(LEAF);
    Pretended.make(&leaf).unwrap();
    fs::write(leaf.join("cgroup.procs"), &me).unwrap();
    let group = create(&leaf).unwrap();
    assert_eq!(group.memory.parent(), Some(own.as_path()));
    assert_eq!(
        text(own.join("cgroup.subtree_control")),
        "+memory +pids +cpu"
    );
}

#[test]
fn what_this_user_may_not_change_is_said_with_the_way_to_a_group_of_its_own() {
    let me = std::process::id().to_string();
    let (_folder, own) = delegated(&[&me]);
    let why = create_with(&own, Arc::new(Closed)).unwrap_err();
    assert!(
        why.contains("permission denied") && why.contains("Delegate=yes"),
        "{why}"
    );
    // After `sudo` there is no manager of root's own.
    let root = rustix::process::geteuid().is_root();
    assert_eq!(why.contains("--user"), !root, "{why}");
}

#[test]
fn what_is_not_delegated_is_said() {
    let (_folder, own) = delegated(&[]);
    fs::write(own.join("cgroup.controllers"), "cpu pids\n").unwrap();
    let why = create(&own).unwrap_err();
    assert!(
        why.contains("memory controller") && why.contains("Delegate=yes"),
        "{why}"
    );
    fs::remove_file(own.join("cgroup.controllers")).unwrap();
    let why = create(&own).unwrap_err();
    assert!(why.contains("no group can be made in"), "{why}");
    assert!(groups(&own).is_empty());
}

#[test]
fn limits_are_written_once_and_figures_read_again_and_again() {
    let (_folder, own) = delegated(&[]);
    let mut group = create(&own).unwrap();
    let folder = group.memory.clone();
    group.limit(Bytes(123), 45);
    for (file, value) in [
        ("memory.max", "123"),
        ("memory.swap.max", "0"),
        ("pids.max", "45"),
    ] {
        assert_eq!(text(folder.join(file)), value, "{file}");
    }
    fs::write(folder.join("memory.max"), "untouched").unwrap();
    group.limit(Bytes(123), 45);
    assert_eq!(text(folder.join("memory.max")), "untouched");
    group.limit(Bytes(124), 45);
    assert_eq!(text(folder.join("memory.max")), "124");

    assert_eq!(group.memory(), Some((1_024, None)));
    assert_eq!(group.usage(), Some(Bytes(4_096)));
    assert_eq!((group.kills(), group.refusals()), (2, 4));
    assert_eq!(group.tasks(), Some(3));
    assert_eq!(group.cpu().map(|n| n.0), Some(5_000));
    let statistics = "anon 5\nshmem 6\nkernel 70\nslab_reclaimable 30\n";
    fs::write(folder.join("memory.stat"), statistics).unwrap();
    fs::write(folder.join("memory.events"), "oom_kill 3\n").unwrap();
    assert_eq!(group.memory(), Some((11, Some(Bytes(40)))));
    assert_eq!(group.kills(), 3);
}

#[test]
fn the_peak_is_known_only_where_it_can_be_forgotten() {
    let (_folder, own) = delegated(&[]);
    let mut group = create(&own).unwrap();
    assert_eq!(group.peak(), Some(Bytes(9_000)));
    group.reset_peak();
    assert!(group.peak().is_some());
    // An older kernel shows the peak, but does not let go of it.
    let peak = group.memory.join("memory.peak");
    let mut read_only = create(&own).unwrap();
    fs::remove_file(&peak).unwrap();
    read_only.peak = super::figures::OpenKernelFile::open(&group.memory.join("memory.current"));
    assert_eq!(read_only.peak(), Some(Bytes(4_096)));
    read_only.reset_peak();
    assert_eq!(read_only.peak(), None);
}

#[test]
fn groups_of_the_dead_are_removed_and_those_of_the_living_stay() {
    let (_folder, own) = delegated(&[]);
    let living = format!("reheat-{}-77", std::process::id());
    for name in [
        "reheat-4194999-0",
        living.as_str(),
        "reheat-x",
        "somebody",
        "reheat-4194998-1",
    ] {
        Pretended.make(&own.join(name)).unwrap();
    }
    // One of the dead still has a process: it cannot be removed, and nothing else suffers of that.
    fs::write(own.join("reheat-4194998-1/cgroup.procs"), "4000003").unwrap();
    let group = create(&own).unwrap();
    let mine = group
        .memory
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let mut wanted = [
        living.as_str(),
        "reheat-x",
        "somebody",
        "reheat-4194998-1",
        mine.as_str(),
    ];
    wanted.sort_unstable();
    assert_eq!(groups(&own), wanted);
}
