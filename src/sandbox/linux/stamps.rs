//! Stamps: init reads the guest's clocks while the guest waits.
//!
//! A stamped run stays alive between bursts of work. The guest holds one end of a socket ([`GUEST_END`]) and init the
//! other; init also holds a line to the workbench. One round:
//!
//! ```text
//! workbench ──request──▶ init ──request──▶ guest, which prepares
//!                        init ◀──"r"────── guest, which waits
//!      the clocks are read
//!                        init ────"g"────▶ guest, which works
//!                        init ◀──"d…"───── guest, which waits
//!      the clocks are read
//! workbench ◀──burst──── init
//! ```
//!
//! The kernel keeps the CPU time of a thread that is on its core up to date only from tick to tick (4 ms and more), so a
//! clock is read only once the guest's first thread sleeps: what `/proc/PID/stat` says. Between two looks init sleeps
//! itself; a look in a loop would keep a guest on the same core from ever getting there.
//!
//! Where a core is named, guest and init stay on it: two runs that are compared then meet the same core, and init, which runs
//! only while the guest does not, finds clocks that are up to date.
//!
//! Whatever the guest sends, init reads clocks that the guest cannot reach. A burst that is said to be done before its work is,
//! leaves that work to be seen in the gap that follows; one that is said to be done while the first thread still works is not
//! over before that thread sleeps.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair,
};

use rustix::thread::{CpuSet, sched_setaffinity};

use super::{cgroup, sys};
use crate::base::units::Nanos;
use crate::sandbox::burst::{Burst, Stamp};

/// The number of the guest's end in the guest.
pub(crate) const GUEST_END: i32 = crate::sandbox::REQUESTS;

/// Bytes of a message at most, either way.
pub(crate) const MOST: usize = 64 * 1024;

/// Pause between two looks whether the guest sleeps.
const NAP: Duration = Duration::from_micros(20);

/// So long a guest that says that it waits may go on working before its clocks are read anyway.
const PATIENCE: Duration = Duration::from_secs(1);

/// Two ends of a connection that keeps messages apart.
///
/// # Errors
/// What the system said.
pub(crate) fn connection() -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = SocketFlags::CLOEXEC;
    Ok(socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        flags,
        None,
    )?)
}

/// What the guest is doing, as far as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It waits for a request.
    Waiting,
    /// It prepares what was requested.
    Preparing,
    /// It works; its clocks were read before.
    Working(Stamp),
    /// Nobody is left to talk to.
    Over,
}

/// Init's part in a stamped run.
#[derive(Debug)]
pub(crate) struct Stamps {
    line: OwnedFd,
    guest: OwnedFd,
    pid: i32,
    state: Option<File>,
    schedule: Option<File>,
    phase: Phase,
    /// What init itself had used of its CPU clock when the guest started.
    own_before: u64,
    /// The processor to stay on from the second request on.
    core: Option<usize>,
    requests: u64,
}

impl Stamps {
    /// For a guest that was just started.
    pub(crate) fn new(line: OwnedFd, guest: OwnedFd, pid: i32, core: Option<usize>) -> Self {
        Self {
            line,
            guest,
            pid,
            state: File::open(format!("/proc/{pid}/stat")).ok(),
            schedule: File::open(format!("/proc/{pid}/schedstat")).ok(),
            phase: Phase::Waiting,
            own_before: sys::own_cpu_ns(),
            core,
            requests: 0,
        }
    }

    /// What is to be waited for now; `None` when nothing is left to be done.
    pub(crate) fn next(&self) -> Option<BorrowedFd<'_>> {
        match self.phase {
            Phase::Waiting => Some(self.line.as_fd()),
            Phase::Preparing | Phase::Working(_) => Some(self.guest.as_fd()),
            Phase::Over => None,
        }
    }

    /// What init has used since the guest started: it is counted in the cgroup, and none of the guest's.
    pub(crate) fn own_cpu_ns(&self) -> u64 {
        sys::own_cpu_ns().saturating_sub(self.own_before)
    }

    /// Takes one message from where [`next`](Self::next) said.
    pub(crate) fn attend(&mut self, counter: Option<&OwnedFd>) {
        let mut bytes = [0u8; MOST];
        self.phase = match self.phase {
            Phase::Waiting => match take(self.line.as_fd(), &mut bytes) {
                // The end of the workbench's end is the launcher's affair.
                Some(request) => {
                    self.forget();
                    self.requests += 1;
                    if self.requests == 2 {
                        self.settle();
                    }
                    if pass(self.guest.as_fd(), request) {
                        Phase::Preparing
                    } else {
                        Phase::Over
                    }
                }
                None => Phase::Over,
            },
            Phase::Preparing => match take(self.guest.as_fd(), &mut bytes) {
                Some([b'r', ..]) => self.begin(counter),
                Some(_) => Phase::Preparing,
                None => Phase::Over,
            },
            Phase::Working(before) => {
                let said = take(self.guest.as_fd(), &mut bytes);
                let wall = sys::now_ns();
                match said {
                    Some(said @ [b'd', ..]) => self.end(before, wall, said, counter),
                    Some(_) => Phase::Working(before),
                    None => Phase::Over,
                }
            }
            Phase::Over => Phase::Over,
        };
    }

    /// Guest and init share a core from now on. What was loaded before was free to be loaded beside others. Init, which
    /// can only look while the guest does not run, then finds its clock up to date. A guest that cannot be moved stays where it is.
    fn settle(&self) {
        if let Some(core) = self.core {
            let mut only = CpuSet::new();
            only.set(core);
            let _ = sched_setaffinity(rustix::process::Pid::from_raw(self.pid), &only);
            let _ = sched_setaffinity(None, &only);
        }
    }

    fn begin(&self, counter: Option<&OwnedFd>) -> Phase {
        self.wait_until_asleep();
        self.forget();
        let before = self.stamp(counter);
        if pass(self.guest.as_fd(), b"g") {
            Phase::Working(before)
        } else {
            Phase::Over
        }
    }

    /// What the guest has said too early is not taken for what is waited for next.
    fn forget(&self) {
        let mut bytes = [0u8; 64];
        while recv(&self.guest, &mut bytes[..], RecvFlags::DONTWAIT).is_ok_and(|(n, _)| n > 0) {}
    }

    fn end(&self, before: Stamp, wall: u64, said: &[u8], counter: Option<&OwnedFd>) -> Phase {
        let slept = self.wait_until_asleep();
        let mut after = self.stamp(counter);
        if !slept {
            // It went on: then that is when it was done.
            after.wall = after.wall.max(Nanos(wall));
        } else {
            after.wall = Nanos(wall);
        }
        let burst = Burst {
            before,
            after,
            reply: said.to_vec(),
        };
        if pass(self.line.as_fd(), &burst.pack()) {
            Phase::Waiting
        } else {
            Phase::Over
        }
    }

    fn stamp(&self, counter: Option<&OwnedFd>) -> Stamp {
        let own = self.own_cpu_ns();
        let group = counter.and_then(|fd| {
            let mut text = [0u8; 512];
            let n = rustix::io::pread(fd, &mut text[..], 0).ok()?;
            cgroup::parse_cpu(&text[..n])
        });
        let cpu = sys::cpu_ns_of(self.pid).unwrap_or(0);
        Stamp {
            cpu: Nanos(cpu),
            tree: group.map(|g| Nanos(g.saturating_sub(own))),
            delayed: self.delayed(),
            wall: Nanos(sys::now_ns()),
        }
    }

    /// How long the guest's first thread was kept waiting for a core. While it waits for others of its threads, that is no such time.
    fn delayed(&self) -> Option<Nanos> {
        let mut text = [0u8; 512];
        let n = self.schedule.as_ref()?.read_at(&mut text, 0).ok()?;
        super::delay::parse(&text[..n])
    }

    /// Waits until the guest's first thread is off its core, so that its clock is right. Gives whether it had to wait for long.
    fn wait_until_asleep(&self) -> bool {
        let start = sys::now_ns();
        let mut looks = 0;
        while self.awake() {
            if sys::now_ns().saturating_sub(start) > PATIENCE.as_nanos() as u64 {
                return false;
            }
            std::thread::sleep(NAP * if looks < 50 { 1 } else { 25 });
            looks += 1;
        }
        // A few looks are the way from saying something to waiting for the answer.
        looks < 50
    }

    fn awake(&self) -> bool {
        let mut text = [0u8; 512];
        let read = self.state.as_ref().map(|f| f.read_at(&mut text, 0));
        let Some(Ok(n)) = read else { return false };
        // `pid (name) state …`, and the name may hold anything.
        let text = &text[..n];
        let after = text.iter().rposition(|b| *b == b')').map(|at| at + 2);
        matches!(after.and_then(|at| text.get(at)), Some(b'R'))
    }
}

/// One message; `None` when the other side is gone. (An empty one is taken for that, too.)
fn take<'a>(from: BorrowedFd<'_>, bytes: &'a mut [u8]) -> Option<&'a [u8]> {
    loop {
        match recv(from, &mut *bytes, RecvFlags::empty()) {
            Ok((0, _)) => return None,
            Ok((n, _)) => return Some(&bytes[..n.min(MOST)]),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

fn pass(to: BorrowedFd<'_>, message: &[u8]) -> bool {
    loop {
        match send(to, message, SendFlags::NOSIGNAL) {
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
