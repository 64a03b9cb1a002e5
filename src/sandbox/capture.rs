//! Reading a program's output with a cap from the first byte on.
//!
//! A [`Stream`] never blocks and never holds more than its cap, however fast or endless the output is.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::Captured;
use crate::base::units::Bytes;

/// One output of a running program.
#[derive(Debug)]
pub(crate) struct Stream {
    fd: Option<OwnedFd>,
    bytes: Vec<u8>,
    cap: usize,
    truncated: bool,
}

impl Stream {
    /// Takes over the reading end of a pipe and makes it non-blocking.
    ///
    /// # Errors
    /// What the system said.
    pub(crate) fn new(fd: OwnedFd, cap: Bytes) -> std::io::Result<Self> {
        rustix::io::ioctl_fionbio(&fd, true)?;
        let cap = usize::try_from(cap.0).unwrap_or(usize::MAX);
        Ok(Self {
            fd: Some(fd),
            bytes: Vec::new(),
            cap,
            truncated: false,
        })
    }

    /// The descriptor to wait for, while there may be more.
    pub(crate) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(|fd| fd.as_fd())
    }

    /// Whether the program wrote more than the cap.
    pub(crate) fn over(&self) -> bool {
        self.truncated
    }

    /// Takes what is there now. What is beyond the cap is only noticed, never kept.
    pub(crate) fn drain(&mut self) {
        let mut chunk = [0u8; 64 * 1024];
        // Bounded, so that a flood cannot keep the caller from its clock.
        for _ in 0..64 {
            let Some(fd) = self.fd.as_ref() else { return };
            match rustix::io::read(fd, &mut chunk[..]) {
                Ok(0) => self.fd = None,
                Ok(n) => {
                    let room = self.cap - self.bytes.len();
                    self.bytes.extend_from_slice(&chunk[..n.min(room)]);
                    if n > room {
                        self.truncated = true;
                        return;
                    }
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return,
                Err(_) => self.fd = None,
            }
        }
    }

    /// Ends the reading: what was captured.
    pub(crate) fn finish(mut self) -> Captured {
        if !self.truncated {
            self.drain();
        }
        Captured {
            bytes: self.bytes,
            truncated: self.truncated,
        }
    }
}

/// Waits until one of the outputs has something, another descriptor is ready, or the time is over.
pub(crate) fn wait(streams: &[&Stream], others: &[BorrowedFd<'_>], timeout: std::time::Duration) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(streams.len() + others.len());
    for fd in streams
        .iter()
        .filter_map(|s| s.fd())
        .chain(others.iter().copied())
    {
        fds.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
    }
    let timeout = Timespec {
        tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    };
    // An interrupted or failed wait is only a shorter wait: every caller looks at its clock next.
    let _ = poll(&mut fds, Some(&timeout));
}

/// Whether the descriptor has something to read, or its other side is gone.
#[cfg(target_os = "linux")]
pub(crate) fn ready(fd: BorrowedFd<'_>) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
    poll(
        &mut fds,
        Some(&Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        }),
    )
    .is_ok_and(|n| n > 0)
}
