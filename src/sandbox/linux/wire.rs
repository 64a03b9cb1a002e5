//! What workbench and launcher say to each other over their socket, and how it is packed.
//!
//! One message is a length, a kind and a body, sent with its descriptors in one piece. Both ends are the
//! same binary, so there is no versioning; a message that does not parse ends the launcher.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use crate::sandbox::{Attempt, AttemptKind};

/// What the launcher has to know once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// The workbench is root: the guest gets another real user id.
    pub root: bool,
    /// Enter a user namespace.
    pub user: bool,
    /// Enter all other namespaces and build a root; without it the tier is weak.
    pub namespaces: bool,
    /// Use Landlock.
    pub landlock: bool,
    /// Filter system calls.
    pub filter: bool,
}

/// Everything about one run that the launcher's side has to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Program and arguments.
    pub argv: Vec<Vec<u8>>,
    /// `NAME=value`.
    pub environment: Vec<Vec<u8>>,
    /// Current folder inside.
    pub folder: Vec<u8>,
    /// Host path, guest path. In the weak tier: path that may be read, or written if the second is `w`.
    pub mounts: Vec<(Vec<u8>, Vec<u8>)>,
    /// Size of the private folders in bytes.
    pub disk: u64,
    /// Largest file in bytes.
    pub file_size: u64,
    /// RLIMIT_NPROC.
    pub processes: u64,
    /// RLIMIT_DATA, where no cgroup limits memory.
    pub data: Option<u64>,
    /// Note files that are none of its business, too.
    pub watched: bool,
}

/// How one run ended, as its init saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Monotonic clock when the program was reaped.
    pub at_ns: u64,
    /// Its status word.
    pub status: i32,
    /// CPU time of all that was waited for.
    pub waited_cpu_ns: u64,
    /// CPU counter of the cgroup after everything was reaped, if there is one.
    pub cgroup_cpu_ns: Option<u64>,
    /// Largest resident set of one process.
    pub maxrss: u64,
    /// Processes that were still alive when the program ended.
    pub left: u32,
}

/// The program was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// Monotonic clock right before exec.
    pub at_ns: u64,
    /// CPU counter of the cgroup right before exec.
    pub cgroup_cpu_ns: Option<u64>,
    /// Memory of the cgroup right before exec: what the sandbox itself needs.
    pub memory: Option<u64>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// → launcher, once, first. Descriptors: the cgroup's CPU counter and memory statistics, if there is a cgroup.
    Setup(Setup),
    /// ← launcher: it is in its own user namespace, whose id maps are to be written now.
    Unshared,
    /// → launcher: the maps are written, or why not.
    Mapped(Option<String>),
    /// ← launcher: ready; guards that are on, and those that are not with their reasons.
    Ready(Vec<String>, Vec<(String, String)>),
    /// ← launcher: it cannot do its work.
    Unable(String),
    /// → launcher: run this. Descriptors: stdin, stdout, stderr.
    Run(Run),
    /// → launcher: kill what runs.
    Kill,
    /// ← launcher: the run's init exists; its process id.
    Born(i32),
    /// ← init: the program runs. Descriptor: the private file system.
    Started(Started),
    /// ← init: the program could not be started: error number, what was being done.
    CannotStart(i32, String),
    /// ← init: the program has ended, and all others with it.
    Finished(Finished),
    /// ← init: what the program has tried and was refused, each with how often so far.
    Tried(Vec<Attempt>),
    /// ← launcher: nothing of the run is left.
    Gone,
}

/// Sends one message with its descriptors.
///
/// # Errors
/// What the system said; `BrokenPipe` when the other side is gone.
pub fn send(socket: BorrowedFd<'_>, message: &Message, fds: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut body = Packer(vec![0; 4]);
    body.message(message);
    let mut bytes = body.0;
    let length = u32::try_from(bytes.len() - 4)
        .map_err(|_| io::Error::other("a message of more than 4 GiB"))?;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
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
pub fn receive(socket: BorrowedFd<'_>) -> io::Result<Option<(Message, Vec<OwnedFd>)>> {
    let mut header = [0u8; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
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
    let message = Unpacker(&body)
        .message()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
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

/// Kinds of attempts by the number that stands for them.
const KINDS: [AttemptKind; 5] = [
    AttemptKind::Network,
    AttemptKind::Files,
    AttemptKind::Clock,
    AttemptKind::Processes,
    AttemptKind::System,
];

struct Packer(Vec<u8>);

impl Packer {
    fn number(&mut self, n: u64) {
        self.0.extend_from_slice(&n.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn maybe(&mut self, n: Option<u64>) {
        self.number(u64::from(n.is_some()));
        self.number(n.unwrap_or(0));
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.number(items.len() as u64);
        for item in items {
            each(self, item);
        }
    }

    fn message(&mut self, message: &Message) {
        match message {
            Message::Setup(setup) => {
                self.number(0);
                for flag in [
                    setup.root,
                    setup.user,
                    setup.namespaces,
                    setup.landlock,
                    setup.filter,
                ] {
                    self.number(u64::from(flag));
                }
            }
            Message::Unshared => self.number(1),
            Message::Mapped(why_not) => {
                self.number(2);
                self.number(u64::from(why_not.is_some()));
                self.bytes(why_not.as_deref().unwrap_or_default().as_bytes());
            }
            Message::Ready(on, missing) => {
                self.number(3);
                self.list(on, |p, s| p.bytes(s.as_bytes()));
                self.list(missing, |p, (name, why)| {
                    p.bytes(name.as_bytes());
                    p.bytes(why.as_bytes());
                });
            }
            Message::Unable(why) => {
                self.number(4);
                self.bytes(why.as_bytes());
            }
            Message::Run(run) => {
                self.number(5);
                self.list(&run.argv, |p, s| p.bytes(s));
                self.list(&run.environment, |p, s| p.bytes(s));
                self.bytes(&run.folder);
                self.list(&run.mounts, |p, (host, guest)| {
                    p.bytes(host);
                    p.bytes(guest);
                });
                self.number(run.disk);
                self.number(run.file_size);
                self.number(run.processes);
                self.maybe(run.data);
                self.number(u64::from(run.watched));
            }
            Message::Kill => self.number(6),
            Message::Born(pid) => {
                self.number(7);
                self.number(u64::from(pid.unsigned_abs()));
            }
            Message::Started(started) => {
                self.number(8);
                self.number(started.at_ns);
                self.maybe(started.cgroup_cpu_ns);
                self.maybe(started.memory);
            }
            Message::CannotStart(errno, doing) => {
                self.number(9);
                self.number(u64::from(errno.unsigned_abs()));
                self.bytes(doing.as_bytes());
            }
            Message::Finished(finished) => {
                self.number(10);
                self.number(finished.at_ns);
                self.number(u64::from(finished.status.cast_unsigned()));
                self.number(finished.waited_cpu_ns);
                self.maybe(finished.cgroup_cpu_ns);
                self.number(finished.maxrss);
                self.number(u64::from(finished.left));
            }
            Message::Gone => self.number(11),
            Message::Tried(attempts) => {
                self.number(12);
                self.list(attempts, |p, a| {
                    let kind = KINDS.iter().position(|k| *k == a.kind);
                    p.number(kind.unwrap_or(0) as u64);
                    p.bytes(a.what.as_bytes());
                    p.number(u64::from(a.times));
                });
            }
        }
    }
}

struct Unpacker<'a>(&'a [u8]);

impl Unpacker<'_> {
    fn number(&mut self) -> Option<u64> {
        let (head, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*head))
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let n = usize::try_from(self.number()?).ok()?;
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head.to_vec())
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?).ok()
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.number()? != 0)
    }

    fn maybe(&mut self) -> Option<Option<u64>> {
        let there = self.flag()?;
        let n = self.number()?;
        Some(there.then_some(n))
    }

    fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let n = self.number()?;
        (0..n).map(|_| each(self)).collect()
    }

    fn message(&mut self) -> Option<Message> {
        Some(match self.number()? {
            0 => Message::Setup(Setup {
                root: self.flag()?,
                user: self.flag()?,
                namespaces: self.flag()?,
                landlock: self.flag()?,
                filter: self.flag()?,
            }),
            1 => Message::Unshared,
            2 => {
                let failed = self.flag()?;
                let why = self.text()?;
                Message::Mapped(failed.then_some(why))
            }
            3 => Message::Ready(
                self.list(Self::text)?,
                self.list(|u| Some((u.text()?, u.text()?)))?,
            ),
            4 => Message::Unable(self.text()?),
            5 => Message::Run(Run {
                argv: self.list(Self::bytes)?,
                environment: self.list(Self::bytes)?,
                folder: self.bytes()?,
                mounts: self.list(|u| Some((u.bytes()?, u.bytes()?)))?,
                disk: self.number()?,
                file_size: self.number()?,
                processes: self.number()?,
                data: self.maybe()?,
                watched: self.flag()?,
            }),
            6 => Message::Kill,
            7 => Message::Born(self.small()?.cast_signed()),
            8 => Message::Started(Started {
                at_ns: self.number()?,
                cgroup_cpu_ns: self.maybe()?,
                memory: self.maybe()?,
            }),
            9 => Message::CannotStart(self.small()?.cast_signed(), self.text()?),
            10 => Message::Finished(Finished {
                at_ns: self.number()?,
                status: self.small()?.cast_signed(),
                waited_cpu_ns: self.number()?,
                cgroup_cpu_ns: self.maybe()?,
                maxrss: self.number()?,
                left: self.small()?,
            }),
            11 => Message::Gone,
            12 => Message::Tried(self.list(|u| {
                let kind = usize::try_from(u.number()?).ok()?;
                Some(Attempt {
                    kind: *KINDS.get(kind)?,
                    what: u.text()?,
                    times: u.small()?,
                })
            })?),
            _ => return None,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn every_message_arrives_as_it_was_sent() {
        let (a, b) = std::os::unix::net::UnixStream::pair().unwrap();
        let messages = [
            Message::Setup(Setup {
                root: true,
                namespaces: true,
                ..Setup::default()
            }),
            Message::Unshared,
            Message::Mapped(None),
            Message::Mapped(Some("no".into())),
            Message::Ready(vec!["pid".into()], vec![("cgroup".into(), "none".into())]),
            Message::Unable("x".into()),
            Message::Run(Run {
                argv: vec![vec![0xff; 300_000]],
                data: Some(7),
                disk: 1,
                ..Run::default()
            }),
            Message::Kill,
            Message::Born(12),
            Message::Started(Started {
                at_ns: u64::MAX,
                cgroup_cpu_ns: Some(2),
                memory: None,
            }),
            Message::CannotStart(2, "exec".into()),
            Message::Finished(Finished {
                status: 0xff00,
                left: 3,
                ..Finished::default()
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
        assert!(Unpacker(&[5, 0, 0]).message().is_none());
    }
}
