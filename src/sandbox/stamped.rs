//! Runs that stay alive between bursts of work, with the clocks read from outside while they wait.
//!
//! What the program is asked to do, and what it replies, means nothing here; a request is a message that is handed on.

#[cfg(target_os = "linux")]
use super::linux;
use super::{CancelToken, Inner, Limits, Outcome, Program, Sandbox, SandboxError};
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
    /// For how long the program was kept waiting for a core; `None` where it has several threads, or nobody tells.
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

/// A program that is alive. Dropping it ends the program.
#[derive(Debug)]
pub struct StampedRun<'a> {
    #[cfg(target_os = "linux")]
    inner: linux::Alive<'a>,
    #[cfg(not(target_os = "linux"))]
    inner: std::convert::Infallible,
    #[cfg(not(target_os = "linux"))]
    never: std::marker::PhantomData<&'a ()>,
}

impl Sandbox {
    /// Starts a program that answers requests. Where several are to be alive at the same time, each needs a sandbox of its own.
    ///
    /// # Errors
    /// As [`Sandbox::run`]; [`SandboxError::CannotStart`] where programs run without any isolation: nobody is there to
    /// read their clocks.
    pub fn start<'a>(
        &'a mut self,
        program: &'a Program,
        limits: &'a Limits,
        cancel: &'a CancelToken,
    ) -> Result<StampedRun<'a>, SandboxError> {
        match &mut self.inner {
            #[cfg(target_os = "linux")]
            Inner::Linux(handle) => Ok(StampedRun {
                inner: handle.start(program, limits, cancel)?,
            }),
            Inner::Plain => Err(SandboxError::CannotStart {
                program: program.argv.first().cloned().unwrap_or_default(),
                why: "calls of a function are timed by clocks that the sandbox reads while the program waits, and without isolation nobody reads them; judge it by a command of yours (--bench)".into(),
            }),
        }
    }
}

#[cfg(target_os = "linux")]
impl StampedRun<'_> {
    /// Hands a request on and does not wait for anything: several programs can so be asked at once.
    ///
    /// # Errors
    /// [`SandboxError::Failed`] if the sandbox could not do its work.
    pub fn ask(&mut self, request: &[u8]) -> Result<(), SandboxError> {
        self.inner.ask(request)
    }

    /// Waits for the burst that was asked for; `None` if the program has ended instead. Preparing and working together
    /// may take as long as the limit of time allows.
    ///
    /// # Errors
    /// [`SandboxError::Failed`] if the sandbox could not do its work.
    pub fn burst(&mut self) -> Result<Option<Burst>, SandboxError> {
        self.inner.burst()
    }

    /// Waits for the end of the program, which was asked for or has come by itself. Figures and outputs are those of the
    /// whole process.
    ///
    /// # Errors
    /// As [`Sandbox::run`].
    pub fn finish(self) -> Result<Outcome, SandboxError> {
        self.inner.finish()
    }
}

#[cfg(not(target_os = "linux"))]
#[allow(missing_docs, clippy::missing_errors_doc)]
impl StampedRun<'_> {
    pub fn ask(&mut self, _: &[u8]) -> Result<(), SandboxError> {
        match self.inner {}
    }

    pub fn burst(&mut self) -> Result<Option<Burst>, SandboxError> {
        match self.inner {}
    }

    pub fn finish(self) -> Result<Outcome, SandboxError> {
        match self.inner {}
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
