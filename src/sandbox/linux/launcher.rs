//! The launcher: a small process that does nothing but start runs, so that the workbench's size and threads never leak into a figure.
//!
//! The same binary, started by a hidden command with an empty environment and one socket. It has a
//! single thread, keeps no descriptor that it did not open, and ends when the socket closes.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::ids::GUEST_ID;
use super::init::{self, LauncherContext};
use super::root::Root;
use super::wire::{self, LauncherSetup, Message, RunRequest};
use super::{landlock, seccomp, sys};

/// The launcher's whole life. Never returns.
pub(crate) fn main() -> ! {
    let status = match serve() {
        Ok(()) => 0,
        Err(_) => 1,
    };
    sys::exit_now(status)
}

fn serve() -> io::Result<()> {
    let (socket, null) = take_socket()?;
    let Some((Message::Setup(setup), fds)) = wire::receive(socket.as_fd())? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let shared = match prepare(&socket, null, &setup, fds) {
        Ok(shared) => shared,
        Err(why) => {
            wire::send(socket.as_fd(), &Message::Unable(why), &[])?;
            return Ok(());
        }
    };
    let shared = LauncherContext { socket, ..shared };
    let mut on = vec![
        "no new privileges".to_owned(),
        "capabilities".to_owned(),
        "limits".to_owned(),
    ];
    if shared.filter {
        on.push("seccomp".to_owned());
    }
    if shared.listen {
        on.push("attempts".to_owned());
    }
    if shared.landlock.is_some()
        || (shared.landlock_by_path && landlock::files(&[], &[], &[]).is_some())
    {
        on.push("landlock".to_owned());
    }
    wire::send(shared.socket.as_fd(), &Message::Ready(on), &[])?;
    let mut mounts = Vec::new();
    while let Some((message, fds)) = wire::receive(shared.socket.as_fd())? {
        match message {
            Message::Mounts => mounts.extend(fds),
            Message::Run(run) => {
                let handed = assign(&run, std::mem::take(&mut mounts))?;
                start(&shared, &setup, &run, fds, handed)?;
            }
            // The run it was meant for has just ended.
            Message::Kill => {}
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Ok(())
}

/// Makes the process clean: own session, no inherited descriptor or signal disposition. Gives the socket and `/dev/null`.
fn take_socket() -> io::Result<(OwnedFd, OwnedFd)> {
    sys::reset_signals();
    let _ = rustix::process::setsid();
    // A run may bring hundreds of mounts as descriptors. Guests get limits of their own.
    let most = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: most,
        maximum: most,
    };
    let _ = setrlimit(Resource::Nofile, limit);
    rustix::process::umask(Mode::empty());
    sys::close_from(3, false)?;
    let socket = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let null = openat(
        CWD,
        "/dev/null",
        OFlags::RDWR | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    Ok((socket, null))
}

/// Enters the namespaces, builds the root, gives up what can be given up. The error is a sentence.
fn prepare(
    socket: &OwnedFd,
    null: OwnedFd,
    setup: &LauncherSetup,
    fds: Vec<OwnedFd>,
) -> Result<LauncherContext, String> {
    let mut fds = fds.into_iter();
    let (cpu_counter, memory_statistics) = (fds.next(), fds.next());
    if setup.root {
        // Outside every namespace this needs a right that is about to be given up.
        let _ = std::fs::write("/proc/self/oom_score_adj", "-1000");
    }
    let others = if setup.namespaces {
        libc::CLONE_NEWNS | libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS
    } else {
        0
    };
    if setup.user {
        sys::unshare(libc::CLONE_NEWUSER | others)
            .map_err(|e| format!("no user namespace: {e}"))?;
        let said = wire::send(socket.as_fd(), &Message::Unshared, &[])
            .and_then(|()| wire::receive(socket.as_fd()));
        match said {
            Ok(Some((Message::Mapped(None), _))) => {}
            Ok(Some((Message::Mapped(Some(why)), _))) => {
                return Err(format!("no user ids in the user namespace: {why}"));
            }
            _ => return Err("the workbench did not answer".to_owned()),
        }
    } else if setup.namespaces {
        sys::unshare(others).map_err(|e| format!("no namespaces: {e}"))?;
    }
    let inside = if setup.user { GUEST_ID } else { setup.outside };
    let mut root = None;
    if setup.namespaces {
        root = Some(Root::build(inside).map_err(|e| format!("no root of its own: {e}"))?);
        sys::set_host_name("reheat");
    } else {
        sys::become_subreaper();
    }
    // The first look at the clock sets it up; later ones, right before an exec, must find it ready.
    let _ = sys::now_ns();
    sys::drop_bounding_set();
    sys::no_new_privileges().map_err(|e| format!("no_new_privs: {e}"))?;
    sys::not_dumpable();
    let landlock = (setup.landlock && setup.namespaces)
        .then(landlock::network_and_signals)
        .flatten();
    Ok(LauncherContext {
        socket: socket.try_clone().map_err(|e| e.to_string())?,
        root,
        become_id: setup.root.then_some(inside),
        privileged: setup.root,
        cpu_counter,
        memory_statistics,
        landlock,
        landlock_by_path: setup.landlock && !setup.namespaces,
        filter: setup.filter,
        listen: setup.filter && seccomp::can_listen(),
        signals: sys::signal_channel(&[libc::SIGCHLD, libc::SIGTERM])
            .map_err(|e| format!("no channel for signals: {e}"))?,
        null,
        launcher: std::process::id().cast_signed(),
    })
}

/// A descriptor for each of the run's mounts, and then of its trees, that came as one.
fn assign(run: &RunRequest, descriptors: Vec<OwnedFd>) -> io::Result<Vec<Option<OwnedFd>>> {
    let mut descriptors = descriptors.into_iter();
    let all = run.mounts.iter().chain(&run.trees);
    all.map(|mount| match mount.handed.then(|| descriptors.next()) {
        // If one has not arrived, the others would go to the wrong places.
        Some(None) => Err(io::ErrorKind::InvalidData.into()),
        descriptor => Ok(descriptor.flatten()),
    })
    .collect()
}

/// One run from its clone to the end of its init.
fn start(
    shared: &LauncherContext,
    setup: &LauncherSetup,
    run: &RunRequest,
    fds: Vec<OwnedFd>,
    handed: Vec<Option<OwnedFd>>,
) -> io::Result<()> {
    let mut fds = fds;
    // Of a stamped run.
    let line = (fds.len() == 4).then(|| fds.pop()).flatten();
    let streams: [OwnedFd; 3] = fds.try_into().map_err(|_| io::ErrorKind::InvalidData)?;
    let mount_points = match &shared.root {
        Some(root) => match root.make_places(run, &handed) {
            Ok(mount_points) => Some(mount_points),
            Err((e, doing)) => {
                let errno = e.raw_os_error().unwrap_or(libc::EINVAL);
                wire::send(
                    shared.socket.as_fd(),
                    &Message::CannotStart(errno, doing),
                    &[],
                )?;
                return wire::send(shared.socket.as_fd(), &Message::Gone, &[]);
            }
        },
        None => None,
    };
    let namespaces = if setup.namespaces {
        libc::CLONE_NEWPID | libc::CLONE_NEWIPC
    } else {
        0
    };
    let Some(child) = sys::clone_with(namespaces)? else {
        init::run(shared, run, streams, handed, line)
    };
    drop((streams, handed, line));
    // Where the process tree starts: the run delay is read there, and without a cgroup every figure.
    wire::send(shared.socket.as_fd(), &Message::Born(child.pid), &[])?;
    let outcome = watch(shared, &child);
    if let (Some(root), Some(mount_points)) = (&shared.root, mount_points) {
        root.remove(mount_points);
    }
    outcome?;
    wire::send(shared.socket.as_fd(), &Message::Gone, &[])
}

/// Waits for the init's end, or brings it about when the workbench says so or is gone.
fn watch(shared: &LauncherContext, child: &sys::ClonedChild) -> io::Result<()> {
    let mut listening = true;
    loop {
        let mut fds = vec![PollFd::new(&child.pidfd, PollFlags::IN)];
        if listening {
            fds.push(PollFd::new(&shared.socket, PollFlags::IN));
        }
        match poll(&mut fds, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
        let ended = !fds[0].revents().is_empty();
        let spoken = listening && !fds[1].revents().is_empty();
        if ended {
            sys::wait(child.pid, true)?;
            if shared.root.is_none() {
                super::kill_descendants(std::process::id());
                while let Ok(Some(_)) = sys::wait(-1, true) {
                    super::kill_descendants(std::process::id());
                }
            }
            return Ok(());
        }
        if spoken {
            // A kill, or the end of the workbench: the same to the run.
            listening = matches!(
                wire::receive(shared.socket.as_fd()),
                Ok(Some((Message::Kill, _)))
            );
            if shared.root.is_none() {
                super::kill_descendants(child.pid.unsigned_abs());
            }
            let _ = rustix::process::pidfd_send_signal(&child.pidfd, rustix::process::Signal::KILL);
        }
    }
}
