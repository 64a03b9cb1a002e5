//! A stamped run, seen from the workbench: requests go out, bursts come back, limits are kept meanwhile.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::run::Going;
use super::{LauncherHandle, RunFailure, stamps};
use crate::sandbox::burst::Burst;
use crate::sandbox::{CancelToken, Limits, Outcome, Program, SandboxError, capture};

/// Between two readings of the memory of a program that works. A reading takes time on a core, and bursts are short.
const READING: Duration = Duration::from_millis(4);

/// A program that is alive.
#[derive(Debug)]
pub(crate) struct Alive<'a> {
    handle: &'a mut LauncherHandle,
    /// `None` once it has been brought to its end.
    going: Option<Going<'a>>,
    line: OwnedFd,
    /// Init has closed its end.
    silent: bool,
    cancel: &'a CancelToken,
    read: Instant,
}

impl LauncherHandle {
    /// Starts a program that answers requests.
    ///
    /// # Errors
    /// As [`super::super::Sandbox::start`].
    pub(crate) fn start<'a>(
        &'a mut self,
        program: &'a Program,
        limits: &'a Limits,
        cancel: &'a CancelToken,
        core: Option<usize>,
    ) -> Result<Alive<'a>, SandboxError> {
        let (line, theirs) = stamps::connection()
            .map_err(|e| SandboxError::Failed(format!("making a connection: {e}")))?;
        let begun = match self.begin(program, limits, Some((theirs.as_fd(), core)), cancel) {
            // Nothing was asked yet, so nothing is lost by beginning again.
            Err(RunFailure::Died(_)) => {
                self.restart()?;
                self.begin(program, limits, Some((theirs.as_fd(), core)), cancel)
            }
            begun => begun,
        };
        let going = match begun {
            Ok(going) => going,
            Err(trouble) => return Err(self.failed(trouble)),
        };
        drop(theirs);
        Ok(Alive {
            handle: self,
            going: Some(going),
            line,
            silent: false,
            cancel,
            read: Instant::now(),
        })
    }

    /// The launcher is replaced where it may have suffered.
    fn failed(&mut self, trouble: RunFailure) -> SandboxError {
        let error = match trouble {
            RunFailure::Final(
                error @ (SandboxError::Stopped | SandboxError::CannotStart { .. }),
            ) => {
                return error;
            }
            RunFailure::Final(error) => error,
            RunFailure::Died(why) => SandboxError::Failed(format!("the launcher died ({why})")),
        };
        // Where there can be no other launcher the next run says so.
        drop(self.restart());
        error
    }
}

impl Alive<'_> {
    /// Hands a request on. A program that has ended is found out by [`burst`](Self::burst).
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<(), SandboxError> {
        if let Some(going) = &mut self.going {
            going.live.restart_clock();
        }
        match send(&self.line, request, SendFlags::NOSIGNAL) {
            Err(rustix::io::Errno::MSGSIZE) => {
                Err(SandboxError::Failed("a request is too long".into()))
            }
            _ => Ok(()),
        }
    }

    /// Waits for the burst that was asked for.
    pub(crate) fn burst(&mut self) -> Result<Option<Burst>, SandboxError> {
        let mut bytes = vec![0u8; stamps::MOST + 64];
        loop {
            if !self.silent && capture::ready(self.line.as_fd()) {
                match recv(&self.line, &mut bytes[..], RecvFlags::DONTWAIT) {
                    Ok((0, _)) => self.silent = true,
                    Ok((n, _)) => {
                        return Burst::unpack(&bytes[..n.min(bytes.len())])
                            .map(Some)
                            .ok_or_else(|| SandboxError::Failed("a burst cannot be read".into()));
                    }
                    Err(_) => {}
                }
            }
            if !self.step()? {
                return Ok(None);
            }
        }
    }

    /// Waits a little, reads outputs and figures; whether the program is still alive.
    fn step(&mut self) -> Result<bool, SandboxError> {
        let Some(going) = &mut self.going else {
            return Ok(false);
        };
        if going.over() {
            return Ok(false);
        }
        let mut others = Vec::with_capacity(2);
        others.extend((!self.silent).then(|| self.line.as_fd()));
        others.extend(self.handle.socket.as_ref().map(|s| s.as_fd()));
        capture::wait(&[&going.live.out, &going.live.err], &others, READING);
        let heard = self
            .handle
            .socket
            .as_ref()
            .is_some_and(|s| capture::ready(s.as_fd()));
        let spoken = !self.silent && capture::ready(self.line.as_fd());
        if spoken && !heard && self.read.elapsed() < READING * 5 {
            return Ok(true);
        }
        self.read = Instant::now();
        match self.handle.look(going, &mut |_| {}, self.cancel) {
            Ok(()) => Ok(!going.over()),
            Err(trouble) => {
                self.going = None;
                Err(self.handle.failed(trouble))
            }
        }
    }

    /// Waits for the end of the program.
    pub(crate) fn finish(mut self) -> Result<Outcome, SandboxError> {
        while self.step()? {}
        let Some(going) = self.going.take() else {
            return Err(SandboxError::Failed("the program was lost".into()));
        };
        self.handle
            .conclude(going)
            .map_err(|trouble| self.handle.failed(trouble))
    }
}

impl Drop for Alive<'_> {
    fn drop(&mut self) {
        if self.going.take().is_some() {
            self.handle.abandon();
        }
    }
}
