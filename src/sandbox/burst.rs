//! One burst of work of a program that stays alive, and the clocks before and after it.

use crate::base::units::Nanos;

/// The descriptor on which a program finds its requests: a socket that keeps messages apart. It reads a request, prepares,
/// writes `r`, reads `g`, works, writes `d` and whatever it has to say, and reads the next request.
pub const REQUESTS: i32 = 100;

/// The clocks at one moment, read while the program waits. Only differences mean something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Monotonic clock.
    pub wall: Nanos,
    /// User and system time of the program's own process, with all its threads.
    pub cpu: Nanos,
    /// The same with its children; `None` where no cgroup counts them.
    pub tree: Option<Nanos>,
    /// For how long the program's first thread was kept waiting for a core; `None` where nobody tells.
    pub delayed: Option<Nanos>,
}

/// One burst of work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Burst {
    /// Read right before it.
    pub before: Stamp,
    /// Read right after it.
    pub after: Stamp,
    /// What the program had to say, its `d` included.
    pub reply: Vec<u8>,
}

/// Bytes of the stamps of a packed burst.
#[cfg(target_os = "linux")]
const HEAD: usize = 64;

impl Burst {
    /// As bytes, for the way from init to the workbench.
    #[cfg(target_os = "linux")]
    pub(super) fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD + self.reply.len());
        for stamp in [&self.before, &self.after] {
            let maybe = |n: Option<Nanos>| n.map_or(u64::MAX, |n| n.0);
            for n in [
                stamp.wall.0,
                stamp.cpu.0,
                maybe(stamp.tree),
                maybe(stamp.delayed),
            ] {
                bytes.extend_from_slice(&n.to_le_bytes());
            }
        }
        bytes.extend_from_slice(&self.reply);
        bytes
    }

    /// From bytes.
    #[cfg(target_os = "linux")]
    pub(super) fn unpack(bytes: &[u8]) -> Option<Self> {
        let (head, reply) = bytes.split_at_checked(HEAD)?;
        let mut numbers = head.chunks_exact(8).filter_map(|n| {
            let n: [u8; 8] = n.try_into().ok()?;
            Some(u64::from_le_bytes(n))
        });
        let mut stamp = || -> Option<Stamp> {
            let (wall, cpu) = (numbers.next()?, numbers.next()?);
            let mut maybe = || Some(numbers.next()?).map(|n| (n != u64::MAX).then_some(Nanos(n)));
            Some(Stamp {
                wall: Nanos(wall),
                cpu: Nanos(cpu),
                tree: maybe()?,
                delayed: maybe()?,
            })
        };
        Some(Self {
            before: stamp()?,
            after: stamp()?,
            reply: reply.to_vec(),
        })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_burst_arrives_as_it_was_sent() {
        let stamp = |n: u64, tree: Option<u64>| Stamp {
            wall: Nanos(n),
            cpu: Nanos(n / 2),
            tree: tree.map(Nanos),
            delayed: tree.map(Nanos),
        };
        let burst = Burst {
            before: stamp(10, None),
            after: stamp(20, Some(7)),
            reply: b"d{}".to_vec(),
        };
        assert_eq!(Burst::unpack(&burst.pack()), Some(burst));
        assert_eq!(Burst::unpack(b"short"), None);
    }
}
