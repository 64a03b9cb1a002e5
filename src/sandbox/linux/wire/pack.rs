//! How a message is packed: numbers of eight bytes, and bytes behind their length.

use super::{Finished, Message, Run, Setup, Started};
use crate::sandbox::{Attempt, AttemptKind};

/// Kinds of attempts by the number that stands for them.
const KINDS: [AttemptKind; 5] = [
    AttemptKind::Network,
    AttemptKind::Files,
    AttemptKind::Clock,
    AttemptKind::Processes,
    AttemptKind::System,
];

/// Writes a message down.
pub struct Packer(pub Vec<u8>);

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

    /// Adds the message.
    pub fn message(&mut self, message: &Message) {
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
                self.list(&run.trees, |p, (host, guest)| {
                    p.bytes(host);
                    p.bytes(guest);
                });
                self.number(u64::from(run.may_keep));
                self.number(run.shared);
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

/// Reads a message; everything that is not one is `None`.
pub struct Unpacker<'a>(pub &'a [u8]);

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

    /// Takes the message.
    pub fn message(&mut self) -> Option<Message> {
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
                trees: self.list(|u| Some((u.bytes()?, u.bytes()?)))?,
                may_keep: self.flag()?,
                shared: self.number()?,
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
