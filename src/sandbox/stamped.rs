//! Runs that stay alive between bursts of work, with the clocks read from outside while they wait.
//!
//! What the program is asked to do, and what it replies, means nothing here; a request is a message that is handed on.

#[cfg(target_os = "linux")]
use super::linux;
use super::{Burst, CancelToken, Inner, Limits, Outcome, Program, Sandbox, SandboxError};

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

/// The processors that this process may use, by the kernel's numbers; none where that cannot be known.
#[must_use]
pub fn cores() -> Vec<usize> {
    #[cfg(target_os = "linux")]
    return super::linux::cores();
    #[cfg(not(target_os = "linux"))]
    return Vec::new();
}

impl Sandbox {
    /// Starts a program that answers requests. Where several are to be alive at the same time, each needs a sandbox of its own.
    /// From its second request on it stays on the processor `core` (a number of the kernel's), with whoever reads its clocks; `None`
    /// leaves it where the kernel puts it. Cores are seldom equally fast, so what is compared belongs on the same one.
    ///
    /// # Errors
    /// As [`Sandbox::run`]; [`SandboxError::CannotStart`] where programs run without any isolation: nobody is there to
    /// read their clocks.
    pub fn start<'a>(
        &'a mut self,
        program: &'a Program,
        limits: &'a Limits,
        cancel: &'a CancelToken,
        core: Option<usize>,
    ) -> Result<StampedRun<'a>, SandboxError> {
        match &mut self.inner {
            #[cfg(target_os = "linux")]
            Inner::Linux(handle) => Ok(StampedRun {
                inner: handle.start(program, limits, cancel, core)?,
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
