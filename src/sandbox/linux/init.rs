//! The first process of a run: lays out its private file system, starts the guest, waits, reports.
//!
//! It is pid 1 of its own namespace, so its end is the end of every process of the run. It does
//! nothing while the guest runs: what it used would be counted.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, mkdirat};
use rustix::mount::{MountAttrFlags, OpenTreeFlags, open_tree};
use rustix::process::{Resource, getrlimit};

use super::guest::{self, GuestPlan};
use super::root::{self, Root};
use super::seccomp::{FilterContext, Supervision};
use super::stamps::{self, Stamps};
use super::supervisor::{OwnFiles, SyscallSupervisor};
use super::wire::{self, Access, GuestFinished, GuestStarted, Message, RunRequest};
use super::{cgroup, landlock, seccomp, sys};
use crate::base::units::Bytes;
use crate::sandbox::{Attempt, limit_breach};

/// What every program needs to read, where there is no root of its own.
const READABLE: [&str; 13] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/alternatives",
    "/etc/localtime",
    "/dev/urandom",
    "/dev/random",
];

/// Devices that every program may write to, where there is no root of its own.
const WRITABLE: [&str; 3] = ["/dev/null", "/dev/zero", "/dev/full"];

/// What the launcher has made ready and every run uses.
#[derive(Debug)]
pub(crate) struct LauncherContext {
    /// To the workbench.
    pub(crate) socket: OwnedFd,
    /// The prepared root; `None` in the weak tier.
    pub(crate) root: Option<Root>,
    /// Real id to become, as seen from inside.
    pub(crate) become_id: Option<u32>,
    /// Whether it runs as root outside, so that it may protect itself from the kernel's memory killer.
    pub(crate) privileged: bool,
    /// The cgroup's CPU counter.
    pub(crate) cpu_counter: Option<OwnedFd>,
    /// The cgroup's memory statistics.
    pub(crate) memory_statistics: Option<OwnedFd>,
    /// The Landlock ruleset that every run puts on.
    pub(crate) landlock: Option<OwnedFd>,
    /// Whether each run needs a ruleset of its own, made of paths (the weak tier).
    pub(crate) landlock_by_path: bool,
    /// Whether system calls are filtered.
    pub(crate) filter: bool,
    /// Whether refused calls are passed on to init.
    pub(crate) listen: bool,
    /// Where init reads of its children's ends, and in the weak tier of the launcher's.
    pub(crate) signals: OwnedFd,
    pub(crate) null: OwnedFd,
    /// The launcher's process id, as it sees it itself.
    pub(crate) launcher: i32,
}

/// Something that kept the guest from starting.
struct StartFailure(i32, String);

impl StartFailure {
    fn new(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |e| Self(e.raw_os_error().unwrap_or(libc::EIO), doing.into())
    }
}

/// The whole life of an init. Never returns.
///
/// `handed` has a descriptor for each of the run's mounts, and then of its trees, that came as one.
pub(crate) fn run(
    shared: &LauncherContext,
    run: &RunRequest,
    streams: [OwnedFd; 3],
    handed: Vec<Option<OwnedFd>>,
    line: Option<OwnedFd>,
) -> ! {
    if shared.root.is_some() {
        sys::die_with_parent();
    } else {
        // Without a pid namespace its death would not be the guest's: it must outlive the launcher by a moment.
        sys::tell_of_parents_end(libc::SIGTERM);
    }
    if let Err(StartFailure(errno, doing)) = live(shared, run, streams, handed, line) {
        let _ = wire::send(
            shared.socket.as_fd(),
            &Message::CannotStart(errno, doing),
            &[],
        );
    }
    sys::exit_now(0)
}

fn live(
    shared: &LauncherContext,
    run: &RunRequest,
    streams: [OwnedFd; 3],
    handed: Vec<Option<OwnedFd>>,
    line: Option<OwnedFd>,
) -> Result<(), StartFailure> {
    if shared.privileged {
        // The launcher is out of the memory killer's reach; the run is not.
        let _ = std::fs::write("/proc/self/oom_score_adj", "500");
    }
    let mut own = OwnFiles::default();
    let views = match &shared.root {
        Some(root) => {
            let LaidOut {
                private,
                shm,
                proc,
                trees,
            } = lay_out(root, run, handed, shared.become_id)?;
            own.mounts = trees;
            own.devices = [&private, &shm]
                .iter()
                .filter_map(|fd| Some(rustix::fs::fstat(fd).ok()?.st_dev))
                .collect();
            vec![private, proc]
        }
        None => {
            sys::become_subreaper();
            let writable = run
                .grants
                .iter()
                .filter(|grant| grant.access == Access::Write);
            own.folders = writable
                .map(|grant| String::from_utf8_lossy(&grant.path).into_owned())
                .collect();
            Vec::new()
        }
    };
    let mut plan = plan(shared, run, streams)?;
    let mut ours = None;
    if line.is_some() {
        let (mine, theirs) =
            stamps::connection().map_err(StartFailure::new("making a connection"))?;
        ours = Some(mine);
        plan.requests = Some(theirs);
    }
    // Kept open until the guest has put it on.
    let ruleset = if shared.landlock_by_path {
        Some(by_path(run)?)
    } else {
        None
    };
    if let Some(ruleset) = &ruleset {
        plan.landlock = Some(ruleset.as_raw_fd());
    }
    let (pid, report) = guest::start(&plan).map_err(StartFailure::new("starting a process"))?;
    // The writing ends belong to the guest alone: an output ends with its last holder.
    drop(plan);
    let listener = report.listener.map(sys::own);
    if shared.listen {
        // The guest has placed its descriptors in the table that it shared with this process.
        if ours.is_some() {
            drop(sys::own(stamps::GUEST_END));
        }
        let _ = rustix::stdio::dup2_stdin(&shared.null);
        let _ = rustix::stdio::dup2_stdout(&shared.null);
        let _ = rustix::stdio::dup2_stderr(&shared.null);
    }
    if report.failed_at != 0 || report.errno != 0 {
        let step = guest::STEPS
            .get(report.failed_at as usize)
            .copied()
            .unwrap_or("starting it");
        return Err(StartFailure(report.errno, step.to_owned()));
    }
    let started = GuestStarted {
        at_ns: report.at_ns,
        cgroup_cpu_ns: cgroup::parse_cpu(report.cpu.get()),
        memory: cgroup::parse_memory(report.memory.get()),
    };
    let views: Vec<BorrowedFd<'_>> = views.iter().map(|fd| fd.as_fd()).collect();
    if wire::send(shared.socket.as_fd(), &Message::Started(started), &views).is_err() {
        return Ok(());
    }
    let stamps = line
        .zip(ours)
        .map(|(line, ours)| Stamps::new(line, ours, pid, run.core));
    let Some((finished, attempts)) = attend(pid, shared, listener, own, stamps) else {
        return Ok(());
    };
    if !attempts.is_empty() {
        let _ = wire::send(shared.socket.as_fd(), &Message::Tried(attempts), &[]);
    }
    let _ = wire::send(shared.socket.as_fd(), &Message::Finished(finished), &[]);
    Ok(())
}

/// Waits for the guest and answers what it asks meanwhile, then ends and reaps whatever is left. `None` when the launcher
/// is gone: then there is nothing to report.
fn attend(
    guest: i32,
    shared: &LauncherContext,
    listener: Option<OwnedFd>,
    own: OwnFiles,
    mut stamps: Option<Stamps>,
) -> Option<(GuestFinished, Vec<Attempt>)> {
    let mut finished = GuestFinished::default();
    let mut listener = listener;
    let mut supervisor = SyscallSupervisor::new(own, shared.root.is_some());
    let mut orphaned;
    'waiting: loop {
        let mut fds = vec![PollFd::new(&shared.signals, PollFlags::IN)];
        fds.extend(listener.as_ref().map(|fd| PollFd::new(fd, PollFlags::IN)));
        let asked = stamps.as_ref().and_then(Stamps::next);
        fds.extend(asked.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
        let _ = poll(&mut fds, None);
        let now = sys::now_ns();
        let at = |n: usize| fds.get(n).map_or(PollFlags::empty(), PollFd::revents);
        let heard = listener.as_ref().map_or(PollFlags::empty(), |_| at(1));
        let spoken = asked.is_some() && !at(fds.len() - 1).is_empty();
        if !fds[0].revents().is_empty() {
            // Without namespaces others can send signals too; the parent's end shows in its id.
            orphaned = sys::take_signals(shared.signals.as_fd(), libc::SIGTERM)
                && shared.root.is_none()
                && rustix::process::getppid().map(|p| p.as_raw_nonzero().get())
                    != Some(shared.launcher);
            while let Ok(Some(ended)) = sys::wait(-1, false) {
                if ended.pid == guest {
                    finished.at_ns = now;
                    finished.status = ended.status;
                    break 'waiting;
                }
            }
            if orphaned {
                break;
            }
        }
        if heard.contains(PollFlags::IN) {
            if let Some(fd) = &listener
                && let Some(new) = supervisor.attend(fd.as_fd())
            {
                // Told at once: a run that is stopped has no report.
                let _ = wire::send(shared.socket.as_fd(), &Message::Tried(vec![new]), &[]);
            }
        } else if !heard.is_empty() {
            // Nobody is left who could ask.
            listener = None;
        }
        if spoken && let Some(stamps) = &mut stamps {
            stamps.attend(shared.cpu_counter.as_ref());
        }
    }
    // Processes that still wait for an answer get an error, and are killed below.
    drop(listener);
    loop {
        if std::process::id() == 1 {
            sys::kill_everyone();
        } else {
            super::kill_descendants(std::process::id());
        }
        match sys::wait(-1, true) {
            Ok(Some(_)) => finished.left += 1,
            _ => break,
        }
    }
    (finished.waited_cpu_ns, finished.maxrss) = sys::usage_of_children();
    finished.cgroup_cpu_ns = shared.cpu_counter.as_ref().and_then(|fd| {
        let mut text = [0u8; 512];
        let n = rustix::io::pread(fd, &mut text[..], 0).ok()?;
        let own = stamps.as_ref().map_or(0, Stamps::own_cpu_ns);
        Some(cgroup::parse_cpu(&text[..n])?.saturating_sub(own))
    });
    (!orphaned).then(|| (finished, supervisor.into_list()))
}

/// The file systems of a run.
struct LaidOut {
    /// The work folder's.
    private: OwnedFd,
    shm: OwnedFd,
    proc: OwnedFd,
    /// Numbers of the trees' mounts.
    trees: Vec<u64>,
}

/// Mounts the run's private file systems, its trees and the program's mounts.
fn lay_out(
    root: &Root,
    run: &RunRequest,
    handed: Vec<Option<OwnedFd>>,
    owner: Option<u32>,
) -> Result<LaidOut, StartFailure> {
    // Whatever needs a view of this machine's files comes first; then the view is given up.
    let hidden = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    let proc_attributes =
        hidden | MountAttrFlags::MOUNT_ATTR_NOEXEC | MountAttrFlags::MOUNT_ATTR_RDONLY;
    let proc =
        root::fresh("proc", &[], proc_attributes).map_err(StartFailure::new("mounting /proc"))?;
    let mut trees = Vec::with_capacity(run.mounts.len());
    let borrowed = run.mounts.iter().map(|mount| (mount, false));
    let mut handed = handed.into_iter();
    for (mount, kept) in borrowed.chain(run.trees.iter().map(|tree| (tree, true))) {
        let host = &mount.host;
        let tree = match handed.next().flatten() {
            Some(tree) => Ok(tree),
            None => root::as_path(host).and_then(if kept { root::lend } else { root::borrow }),
        };
        let guest = String::from_utf8_lossy(&mount.guest).into_owned();
        trees.push((
            tree.map_err(StartFailure::new(format!(
                "mounting {}",
                String::from_utf8_lossy(host)
            )))?,
            guest,
            kept,
        ));
    }
    // A mount inside another one comes after it.
    trees.sort_by_key(|(_, guest, _)| guest.len());

    let size = run.disk.to_string();
    let inodes = limit_breach::most_files(Bytes(run.disk)).to_string();
    let options = [
        ("size", size.as_str()),
        ("nr_inodes", inodes.as_str()),
        ("mode", "0755"),
    ];
    let private = root::fresh("tmpfs", &options, hidden)
        .map_err(StartFailure::new("making the work folder"))?;
    let shm_size = run.shared.to_string();
    let options = [
        ("size", shm_size.as_str()),
        ("nr_inodes", "1024"),
        ("mode", "1777"),
    ];
    let shm =
        root::fresh("tmpfs", &options, hidden).map_err(StartFailure::new("making /dev/shm"))?;

    sys::enter(root.namespace.as_fd(), libc::CLONE_NEWNS)
        .map_err(StartFailure::new("entering the root"))?;
    sys::unshare(libc::CLONE_NEWNS).map_err(StartFailure::new("making a mount namespace"))?;
    let place = |mount: &OwnedFd, path: &str| {
        root::attach(mount.as_fd(), rustix::fs::CWD, path)
            .map_err(StartFailure::new(format!("mounting {path}")))
    };
    place(&proc, "/proc")?;
    place(&shm, "/dev/shm")?;
    place(&private, "/work")?;
    make_private_folders(&private, owner).map_err(StartFailure::new("making the work folder"))?;
    let part = |path: &str| {
        let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
        open_tree(rustix::fs::CWD, path, flags)
            .map_err(io::Error::from)
            .map_err(StartFailure::new("making the work folder"))
    };
    // Both are taken while the whole is in sight; then the one covers it and the other goes to its own place.
    let (work, tmp) = (part("/work/work")?, part("/work/tmp")?);
    place(&work, "/work")?;
    place(&tmp, "/tmp")?;
    let mut kept_at: Vec<(&OwnedFd, &str)> = Vec::new();
    for (tree, guest, kept) in &trees {
        if root::private(guest.as_bytes()) {
            let name = Path::new(guest);
            root::make_place(
                private.as_fd(),
                name,
                root::is_folder(tree.as_fd()),
                &mut Vec::new(),
            )
            .map_err(StartFailure::new(format!("placing {guest}")))?;
        }
        let around = kept_at.iter().find_map(|(fd, place)| {
            let inside = guest.strip_prefix(place)?;
            inside.starts_with('/').then_some((*fd, inside))
        });
        if let Some((around, inside)) = around {
            // Links that a guest has made there lead nowhere but into this run's own view of files.
            root::make_place(
                around.as_fd(),
                Path::new(inside),
                root::is_folder(tree.as_fd()),
                &mut Vec::new(),
            )
            .map_err(StartFailure::new(format!("placing {guest}")))?;
        }
        place(tree, guest)?;
        if *kept {
            kept_at.push((tree, guest));
        }
    }
    let numbers = kept_at
        .iter()
        .filter_map(|(fd, _)| root::number(fd.as_fd()));
    Ok(LaidOut {
        trees: numbers.collect(),
        private,
        shm,
        proc,
    })
}

/// What the weak tier's guest may read and write, as a Landlock ruleset.
fn by_path(run: &RunRequest) -> Result<OwnedFd, StartFailure> {
    let mut read: Vec<PathBuf> = READABLE.iter().map(PathBuf::from).collect();
    read.extend(root::java_settings().map(|name| Path::new("/").join(name)));
    let mut write: Vec<PathBuf> = WRITABLE.iter().map(PathBuf::from).collect();
    let mut names = Vec::new();
    for grant in &run.grants {
        let path = root::as_path(&grant.path)
            .map_err(StartFailure::new("reading a path"))?
            .to_path_buf();
        match grant.access {
            Access::Read => read.push(path),
            Access::List => names.push(path),
            Access::Write => write.push(path),
        }
    }
    landlock::files(&read, &names, &write)
        .ok_or_else(|| StartFailure(libc::ENOSYS, "restricting it with Landlock".to_owned()))
}

/// `work` and `tmp` of the private file system, owned by the guest.
fn make_private_folders(private: &OwnedFd, owner: Option<u32>) -> io::Result<()> {
    for (name, mode) in [("work", 0o755), ("tmp", 0o777)] {
        mkdirat(private, name, Mode::from_raw_mode(mode))?;
        if let Some(id) = owner {
            let (uid, gid) = (rustix::fs::Uid::from_raw(id), rustix::fs::Gid::from_raw(id));
            rustix::fs::chownat(
                private,
                name,
                Some(uid),
                Some(gid),
                rustix::fs::AtFlags::SYMLINK_NOFOLLOW,
            )?;
        }
    }
    Ok(())
}

/// Turns the request into what the guest needs, every string ready for the kernel.
fn plan(
    shared: &LauncherContext,
    run: &RunRequest,
    streams: [OwnedFd; 3],
) -> Result<GuestPlan, StartFailure> {
    let strings = |list: &[Vec<u8>]| -> Result<Vec<CString>, StartFailure> {
        list.iter()
            .map(|s| {
                CString::new(s.clone())
                    .map_err(|_| StartFailure(libc::EINVAL, "an argument holds a zero byte".into()))
            })
            .collect()
    };
    let argv = strings(&run.argv)?;
    let Some(name) = run.argv.first().filter(|n| !n.is_empty()) else {
        return Err(StartFailure(libc::EINVAL, "no program was named".into()));
    };
    let path = run
        .environment
        .iter()
        .rev()
        .find_map(|e| e.strip_prefix(b"PATH="))
        .unwrap_or(b"/usr/bin:/bin");
    let candidates: Vec<Vec<u8>> = if name.contains(&b'/') {
        vec![name.clone()]
    } else {
        path.split(|b| *b == b':')
            .filter(|f| !f.is_empty())
            .map(|f| [f, b"/", name].concat())
            .collect()
    };
    Ok(GuestPlan {
        programs: strings(&candidates)?,
        argv,
        environment: strings(&run.environment)?,
        folder: strings(std::slice::from_ref(&run.folder))?.remove(0),
        streams,
        requests: None,
        limits: limits(run),
        become_id: shared.become_id,
        landlock: shared.landlock.as_ref().map(|fd| fd.as_raw_fd()),
        filter: shared.filter.then(|| {
            seccomp::build(FilterContext {
                cgroup: shared.memory_statistics.is_some(),
                namespaces: shared.root.is_some(),
                keeping: run.may_keep,
                listening: match (shared.listen, run.watched) {
                    (false, _) => Supervision::Nobody,
                    (true, false) => Supervision::Refusals,
                    (true, true) => Supervision::Files,
                },
            })
        }),
        listen: shared.filter && shared.listen,
        cpu_counter: shared.cpu_counter.as_ref().map(|fd| fd.as_raw_fd()),
        memory_statistics: shared.memory_statistics.as_ref().map(|fd| fd.as_raw_fd()),
    })
}

/// Resource limits: soft, hard. A hard limit cannot be raised, so a lower one that the workbench was started with holds.
fn limits(run: &RunRequest) -> Vec<(u32, u64, u64)> {
    const MIB: u64 = 1024 * 1024;
    // What descriptors hold in the kernel (sockets above all) only a cgroup counts; without one there are fewer.
    let descriptors = if run.data.is_some() { 1024 } else { 4096 };
    let mut limits = vec![
        (Resource::Core, 0, 0),
        (Resource::Nofile, 1024, descriptors),
        (Resource::Stack, 8 * MIB, 1024 * MIB),
        (Resource::Fsize, run.file_size, run.file_size),
        (Resource::Nproc, run.processes, run.processes),
        (Resource::Memlock, 8 * MIB, 8 * MIB),
        (Resource::Msgqueue, 819_200, 819_200),
        (Resource::Sigpending, 1024, 1024),
        (Resource::Rtprio, 0, 0),
        (Resource::Nice, 0, 0),
    ];
    if let Some(data) = run.data {
        limits.push((Resource::Data, data, data));
    }
    let most = |resource| getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let within = |(resource, soft, hard): (Resource, u64, u64)| {
        let most = most(resource);
        (resource as u32, soft.min(most), hard.min(most))
    };
    limits.into_iter().map(within).collect()
}
