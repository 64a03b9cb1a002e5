//! What workbench and launcher say to each other over their socket.
//!
//! One message is a length and a body in postcard's encoding, sent with its descriptors in one piece. Both ends are the
//! same binary, so there is no versioning; a message that does not parse ends the launcher.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use serde::{Deserialize, Serialize};

use crate::sandbox::Attempt;

/// Descriptors that one message carries at most.
pub(crate) const MOST_DESCRIPTORS: usize = 64;

/// What the launcher has to know once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LauncherSetup {
    /// The workbench is root: the guest gets another real user id.
    pub(crate) root: bool,
    /// That id, as it is outside of every namespace.
    pub(crate) outside: u32,
    /// Enter a user namespace.
    pub(crate) user: bool,
    /// Enter all other namespaces and build a root; without it the tier is weak.
    pub(crate) namespaces: bool,
    pub(crate) landlock: bool,
    /// Filter system calls.
    pub(crate) filter: bool,
}

/// A file or folder of this machine and where the program sees it. Paths are bytes: not all of them are UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BindMount {
    pub(crate) host: Vec<u8>,
    pub(crate) guest: Vec<u8>,
    /// It comes as a descriptor of a detached mount, in [`Message::Mounts`]; `host` is then only its name.
    pub(crate) handed: bool,
}

/// What a program may do with a path that it reaches where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Access {
    #[default]
    Read,
    /// Only the names in a folder and below.
    List,
    /// Reading as well.
    Write,
}

/// A path of this machine that a program of the weak tier may use where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PathGrant {
    pub(crate) path: Vec<u8>,
    pub(crate) access: Access,
}

/// Everything about one run that the launcher's side has to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunRequest {
    /// Program and arguments.
    pub(crate) argv: Vec<Vec<u8>>,
    /// `NAME=value` each.
    pub(crate) environment: Vec<Vec<u8>>,
    /// Current folder inside.
    pub(crate) folder: Vec<u8>,
    /// Files and folders that are mounted read-only; none in the weak tier.
    pub(crate) mounts: Vec<BindMount>,
    /// Folders that are mounted writable and outlive the run; none in the weak tier.
    pub(crate) trees: Vec<BindMount>,
    /// The weak tier, which cannot mount: what Landlock lets the program reach.
    pub(crate) grants: Vec<PathGrant>,
    /// Whether it may write to any folder that stays.
    pub(crate) may_keep: bool,
    /// Size of the private folders in bytes.
    pub(crate) disk: u64,
    /// Largest file in bytes.
    pub(crate) file_size: u64,
    /// Size of the shared memory's folder in bytes.
    pub(crate) shared: u64,
    /// `RLIMIT_NPROC`.
    pub(crate) processes: u64,
    /// RLIMIT_DATA, where no cgroup limits memory.
    pub(crate) data: Option<u64>,
    /// Also note attempts to open files that it should not read.
    pub(crate) watched: bool,
    /// The processor that a stamped run stays on.
    pub(crate) core: Option<usize>,
}

/// How one run ended, as its init saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GuestFinished {
    /// Monotonic clock when the program was reaped.
    pub(crate) at_ns: u64,
    /// Its status word.
    pub(crate) status: i32,
    /// CPU time of all that was waited for.
    pub(crate) waited_cpu_ns: u64,
    /// CPU counter of the cgroup after everything was reaped, if there is one.
    pub(crate) cgroup_cpu_ns: Option<u64>,
    /// Largest resident set of one process.
    pub(crate) maxrss: u64,
    /// Processes that were still alive when the program ended.
    pub(crate) left: u32,
}

/// The program was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GuestStarted {
    /// Monotonic clock right before exec.
    pub(crate) at_ns: u64,
    /// CPU counter of the cgroup right before exec.
    pub(crate) cgroup_cpu_ns: Option<u64>,
    /// Memory of the cgroup right before exec: what the sandbox itself needs.
    pub(crate) memory: Option<u64>,
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Message {
    /// → launcher, once, first. Descriptors: the cgroup's CPU counter and memory statistics, if there is a cgroup.
    Setup(LauncherSetup),
    /// ← launcher: it is in its own user namespace, whose id maps are to be written now.
    Unshared,
    /// → launcher: the maps are written, or why not.
    Mapped(Option<String>),
    /// ← launcher: ready; the guards that are on.
    Ready(Vec<String>),
    /// ← launcher: it cannot do its work.
    Unable(String),
    /// → launcher, before a run: descriptors of its mounts and then of its trees, in as many messages as it takes.
    Mounts,
    /// → launcher: run this. Descriptors: stdin, stdout, stderr.
    Run(RunRequest),
    /// → launcher: kill what runs.
    Kill,
    /// ← launcher: the run's init exists; its process id. Only where there is no cgroup.
    Born(i32),
    /// ← init: the program runs. Descriptor: the private file system.
    Started(GuestStarted),
    /// ← init: the program could not be started: error number, what was being done.
    CannotStart(i32, String),
    /// ← init: the program has ended, and all others with it.
    Finished(GuestFinished),
    /// ← init: what the program has tried and was refused, each with how often so far.
    Tried(Vec<Attempt>),
    /// ← launcher: nothing of the run is left.
    Gone,
}

/// Sends one message with its descriptors.
///
/// # Errors
/// What the system said; `BrokenPipe` when the other side is gone.
pub(crate) fn send(
    socket: BorrowedFd<'_>,
    message: &Message,
    fds: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let mut bytes = postcard::to_extend(message, vec![0; 4]).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len() - 4)
        .map_err(|_| io::Error::other("a message of more than 4 GiB"))?;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::Error::other("too many descriptors in a message"));
    }
    let mut sent = retry(|| {
        sendmsg(
            socket,
            &[IoSlice::new(&bytes)],
            &mut ancillary,
            SendFlags::NOSIGNAL,
        )
    })?;
    while sent < bytes.len() {
        sent += retry(|| rustix::net::send(socket, &bytes[sent..], SendFlags::NOSIGNAL))?;
    }
    Ok(())
}

/// Receives one message; `Ok(None)` when the other side has closed.
///
/// # Errors
/// What the system said, or `InvalidData`.
pub(crate) fn receive(socket: BorrowedFd<'_>) -> io::Result<Option<(Message, Vec<OwnedFd>)>> {
    let mut header = [0u8; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let got = retry(|| {
        recvmsg(
            socket,
            &mut [IoSliceMut::new(&mut header)],
            &mut ancillary,
            RecvFlags::CMSG_CLOEXEC,
        )
        .map(|m| m.bytes)
    })?;
    if got == 0 {
        return Ok(None);
    }
    let mut fds = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            fds.extend(received);
        }
    }
    read_exact(socket, &mut header[got..])?;
    let mut body = vec![0; u32::from_le_bytes(header) as usize];
    read_exact(socket, &mut body)?;
    let message = postcard::from_bytes(&body)
        .map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why))?;
    Ok(Some((message, fds)))
}

fn read_exact(socket: BorrowedFd<'_>, mut buffer: &mut [u8]) -> io::Result<()> {
    while !buffer.is_empty() {
        let n = retry(|| rustix::io::read(socket.as_fd(), &mut *buffer))?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[n..];
    }
    Ok(())
}

fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(rustix::io::Errno::INTR) => {}
            other => return other.map_err(io::Error::from),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::sandbox::AttemptKind;

    #[test]
    fn every_message_arrives_as_it_was_sent() {
        let (a, b) = std::os::unix::net::UnixStream::pair().unwrap();
        let messages = [
            Message::Setup(LauncherSetup {
                root: true,
                namespaces: true,
                ..LauncherSetup::default()
            }),
            Message::Unshared,
            Message::Mapped(None),
            Message::Mapped(Some("no".into())),
            Message::Ready(vec!["pid".into()]),
            Message::Unable("x".into()),
            Message::Run(RunRequest {
                argv: vec![vec![0xff; 300_000]],
                data: Some(7),
                trees: vec![BindMount {
                    host: b"/a".to_vec(),
                    guest: b"/b".to_vec(),
                    handed: true,
                }],
                grants: vec![PathGrant {
                    path: b"/c".to_vec(),
                    access: Access::Write,
                }],
                may_keep: true,
                shared: 9,
                disk: 1,
                ..RunRequest::default()
            }),
            Message::Mounts,
            Message::Kill,
            Message::Born(12),
            Message::Started(GuestStarted {
                at_ns: u64::MAX,
                cgroup_cpu_ns: Some(2),
                memory: None,
            }),
            Message::CannotStart(2, "exec".into()),
            Message::Finished(GuestFinished {
                status: 0xff00,
                left: 3,
                ..GuestFinished::default()
            }),
            Message::Gone,
            Message::Tried(vec![Attempt {
                kind: AttemptKind::Clock,
                what: "settimeofday".into(),
                times: 3,
            }]),
        ];
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for m in &messages {
                    send(a.as_fd(), m, &[a.as_fd()]).unwrap();
                }
            });
            for m in &messages {
                let (got, fds) = receive(b.as_fd()).unwrap().unwrap();
                assert_eq!(&got, m);
                assert_eq!(fds.len(), 1);
            }
        });
        drop(a);
        assert!(receive(b.as_fd()).unwrap().is_none());
        assert!(postcard::from_bytes::<Message>(&[0x7f, 0, 0]).is_err());
    }
}
