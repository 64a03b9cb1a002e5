//! What happens between vfork and exec: the process that becomes the guest gives up everything.
//!
//! It shares its memory with init, which stands still meanwhile. So nothing here allocates, nothing
//! locks, nothing panics: all strings and tables are ready before, and only system calls are made.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use libc::{c_char, c_int, c_void, sock_filter};

use super::sys;

/// Everything the guest needs, laid out by init beforehand.
pub(crate) struct GuestPlan {
    /// Candidates for the program, in the order of the search path.
    pub(crate) programs: Vec<CString>,
    pub(crate) argv: Vec<CString>,
    /// `NAME=value` each.
    pub(crate) environment: Vec<CString>,
    pub(crate) folder: CString,
    /// stdin, stdout, stderr; all above 2.
    pub(crate) streams: [OwnedFd; 3],
    /// Where a stamped run finds its requests.
    pub(crate) requests: Option<OwnedFd>,
    /// Resource, soft limit, hard limit.
    pub(crate) limits: Vec<(u32, u64, u64)>,
    /// Real user and group id to become, if another.
    pub(crate) become_id: Option<u32>,
    /// A Landlock ruleset to put on.
    pub(crate) landlock: Option<RawFd>,
    /// The filter of system calls.
    pub(crate) filter: Option<Vec<sock_filter>>,
    /// Whether init is to be told of what the filter refuses.
    pub(crate) listen: bool,
    /// The cgroup's CPU counter.
    pub(crate) cpu_counter: Option<RawFd>,
    /// The cgroup's memory statistics.
    pub(crate) memory_statistics: Option<RawFd>,
}

/// What the guest leaves for init to read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ExecReport {
    /// Monotonic clock right before exec.
    pub(crate) at_ns: u64,
    /// Text of the CPU counter right before exec, and its length.
    pub(crate) cpu: Text<512>,
    /// Text of the memory statistics right before exec, and its length.
    pub(crate) memory: Text<4096>,
    /// The filter's listener. The guest shares its table of descriptors with init until exec, so the number is init's too.
    pub(crate) listener: Option<RawFd>,
    /// Which step failed; 0 if exec succeeded.
    pub(crate) failed_at: u32,
    /// With which error number.
    pub(crate) errno: i32,
}

/// Bytes read from a kernel file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
        }
    }
}

impl<const N: usize> Text<N> {
    /// What was read.
    pub(crate) fn get(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The steps that can fail, in words.
pub(crate) const STEPS: [&str; 10] = [
    "starting it",
    "placing its input and output",
    "setting its limits",
    "giving it another user id",
    "entering its folder",
    "dropping its capabilities",
    "restricting it with Landlock",
    "restricting its system calls",
    "closing descriptors",
    "exec",
];

/// Step number of exec itself: a fault of the program's name, not of the sandbox.
pub(crate) const EXEC: u32 = 9;

struct VforkContext<'a> {
    plan: &'a GuestPlan,
    argv: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    programs: Vec<*const c_char>,
    report: ExecReport,
}

/// Starts the guest. Returns its process id and the report once exec has happened or failed.
///
/// # Errors
/// When there can be no further process.
#[allow(unsafe_code)]
pub(crate) fn start(plan: &GuestPlan) -> io::Result<(i32, ExecReport)> {
    let pointers = |list: &[CString]| -> Vec<*const c_char> {
        list.iter()
            .map(|s| s.as_ptr())
            .chain([std::ptr::null()])
            .collect()
    };
    let mut shared = VforkContext {
        argv: pointers(&plan.argv),
        environment: pointers(&plan.environment),
        programs: plan.programs.iter().map(|s| s.as_ptr()).collect(),
        plan,
        report: ExecReport::default(),
    };
    let mut stack = vec![0u128; 4096];
    let top = stack.as_mut_ptr_range().end;
    // With CLONE_FILES the listener that the child makes stays with this process when exec parts them; whatever else the
    // child opens or moves is this process's as well.
    let files = if plan.listen { libc::CLONE_FILES } else { 0 };
    // SAFETY: CLONE_VFORK keeps this process still until the child has called exec or _exit, so the stack and `shared` outlive
    // their use and nobody else touches them; the stack grows down from its aligned end.
    let pid = unsafe {
        libc::clone(
            child,
            top.cast::<c_void>(),
            libc::CLONE_VM | libc::CLONE_VFORK | files | libc::SIGCHLD,
            (&raw mut shared).cast::<c_void>(),
        )
    };
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok((pid, shared.report))
}

/// The child's whole life before exec.
#[allow(unsafe_code)]
extern "C" fn child(argument: *mut c_void) -> c_int {
    // SAFETY: `start` passes a pointer to a live `VforkContext` and stands still until this process is gone.
    let shared = unsafe { &mut *argument.cast::<VforkContext<'_>>() };
    let (step, errno) = prepare_and_exec(shared);
    shared.report.failed_at = step;
    shared.report.errno = errno;
    127
}

#[allow(unsafe_code)]
fn errno() -> i32 {
    // SAFETY: the address of this thread's errno is always valid.
    unsafe { *libc::__errno_location() }
}

/// Every step in its order; comes back only with the step that failed and its error.
#[allow(unsafe_code)]
fn prepare_and_exec(shared: &mut VforkContext<'_>) -> (u32, i32) {
    let plan = shared.plan;
    // SAFETY (whole function): system calls on integers, and on pointers into `shared`, which `start` keeps alive and still.
    unsafe {
        // Without a controlling terminal it can neither read from the user's nor type into it.
        libc::setsid();
        libc::umask(0o022);
        for (target, fd) in plan.streams.iter().enumerate() {
            if libc::dup2(fd.as_raw_fd(), target as c_int) < 0 {
                return (1, errno());
            }
        }
        if let Some(fd) = &plan.requests
            && libc::dup2(fd.as_raw_fd(), super::stamps::GUEST_END) < 0
        {
            return (1, errno());
        }
        // Before the id changes: root may set any hard limit, the guest may not.
        for (resource, soft, hard) in &plan.limits {
            let limit = libc::rlimit {
                rlim_cur: *soft,
                rlim_max: *hard,
            };
            if libc::setrlimit(*resource as _, &raw const limit) != 0 {
                return (2, errno());
            }
        }
        if let Some(id) = plan.become_id {
            // The plain calls: libc's own wrappers would look for other threads to change as well.
            if libc::syscall(libc::SYS_setgroups, 0usize, std::ptr::null::<libc::gid_t>()) != 0
                || libc::syscall(libc::SYS_setresgid, id, id, id) != 0
                || libc::syscall(libc::SYS_setresuid, id, id, id) != 0
            {
                return (3, errno());
            }
        }
        // As the guest: a folder that it may not enter is reported here, not as an odd error of the program.
        if libc::chdir(plan.folder.as_ptr()) != 0 {
            return (4, errno());
        }
        // Changing ids needed them; nothing below does.
        if !drop_capabilities() {
            return (5, errno());
        }
        if let Some(ruleset) = plan.landlock
            && libc::syscall(libc::SYS_landlock_restrict_self, ruleset, 0) != 0
        {
            return (6, errno());
        }
        // Only marked: the table of descriptors may be shared with init until exec, so closing would close them there too.
        if sys::close_from(3, true).is_err() {
            return (8, errno());
        }
        if plan.requests.is_some() && libc::fcntl(super::stamps::GUEST_END, libc::F_SETFD, 0) < 0 {
            return (8, errno());
        }
        // Init holds some signals back; the guest starts with none.
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
        // Last of the guards, because it refuses calls that the steps above make.
        if let Some(filter) = &plan.filter {
            match super::seccomp::install(filter, plan.listen) {
                Ok(listener) => shared.report.listener = listener,
                Err(_) => return (7, errno()),
            }
        }
        // The counters are read as late as possible, so that little of the sandbox itself counts as the program's.
        if let Some(fd) = plan.memory_statistics {
            shared.report.memory.fill(fd);
        }
        if let Some(fd) = plan.cpu_counter {
            // Giving way once makes the kernel book what this process has used so far.
            libc::sched_yield();
            shared.report.cpu.fill(fd);
        }
        shared.report.at_ns = sys::now_ns();
        let mut error = libc::ENOENT;
        for program in &shared.programs {
            libc::execve(*program, shared.argv.as_ptr(), shared.environment.as_ptr());
            // A name that is found but may not be executed says more than one that is not found later on the path.
            if error == libc::ENOENT || errno() != libc::ENOENT {
                error = errno();
            }
        }
        (EXEC, error)
    }
}

impl<const N: usize> Text<N> {
    #[allow(unsafe_code)]
    fn fill(&mut self, fd: RawFd) {
        // SAFETY: pointer and length describe this array.
        let n = unsafe { libc::pread(fd, self.bytes.as_mut_ptr().cast::<c_void>(), N, 0) };
        self.len = usize::try_from(n).unwrap_or(0);
    }
}

/// Empties the three capability sets of this process.
#[allow(unsafe_code)]
fn drop_capabilities() -> bool {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: c_int,
    }
    let header = Header {
        version: 0x2008_0522,
        pid: 0,
    };
    let empty = [0u32; 6];
    // SAFETY: both pointers are to live values of the layout that this version of the call has.
    unsafe { libc::syscall(libc::SYS_capset, &raw const header, empty.as_ptr()) == 0 }
}
