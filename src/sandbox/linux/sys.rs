//! The system calls that no safe crate offers, each wrapped so that its caller needs no `unsafe`.
//!
//! All `unsafe` of the program lives in this file, in `guest.rs` and in `seccomp.rs`. Nothing here decides anything.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// A child that was cloned, seen from its parent.
#[derive(Debug)]
pub(crate) struct ClonedChild {
    /// In the parent's pid namespace.
    pub(crate) pid: i32,
    /// Becomes readable when it ends; stays valid however pids are reused.
    pub(crate) pidfd: OwnedFd,
}

/// What `waitpid` says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    pub(crate) pid: i32,
    /// Its status word.
    pub(crate) status: i32,
}

/// Turns the -1 convention into a result.
fn check(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// Forks with new namespaces; `None` in the child.
///
/// Must only be called from a single-threaded process: the child goes on with ordinary code.
#[allow(unsafe_code)]
pub(crate) fn clone_with(namespaces: i32) -> io::Result<Option<ClonedChild>> {
    let mut pidfd: libc::c_int = -1;
    let flags = libc::c_long::from(namespaces | libc::CLONE_PIDFD | libc::SIGCHLD);
    // SAFETY: without CLONE_VM and without a new stack this is fork(); the only memory the kernel writes is `pidfd`, which outlives the call.
    let pid = check(unsafe {
        libc::syscall(
            libc::SYS_clone,
            flags,
            0usize,
            &raw mut pidfd,
            0usize,
            0usize,
        )
    })?;
    if pid == 0 {
        return Ok(None);
    }
    // SAFETY: the kernel has just made this descriptor for us and nobody else knows of it.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    Ok(Some(ClonedChild {
        pid: i32::try_from(pid).unwrap_or(-1),
        pidfd,
    }))
}

/// Waits for a child (`-1`: any); `Ok(None)` if there is none left, or none has ended and `block` is false.
#[allow(unsafe_code)]
pub(crate) fn wait(pid: i32, block: bool) -> io::Result<Option<Waited>> {
    let mut status = 0;
    let options = libc::__WALL | if block { 0 } else { libc::WNOHANG };
    loop {
        // SAFETY: the pointer is to a live, writable value of the right type.
        let got = unsafe { libc::waitpid(pid, &raw mut status, options) };
        if got > 0 {
            return Ok(Some(Waited { pid: got, status }));
        }
        if got == 0 {
            return Ok(None);
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) => {}
            Some(libc::ECHILD) => return Ok(None),
            _ => return Err(error),
        }
    }
}

/// CPU time and largest resident set of all children that were waited for.
#[allow(unsafe_code)]
pub(crate) fn usage_of_children() -> (u64, u64) {
    // SAFETY: an all-zero rusage is a valid value of this plain C structure.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live, writable value of the right type.
    unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) };
    (cpu_ns(&usage), maxrss(&usage))
}

fn cpu_ns(usage: &libc::rusage) -> u64 {
    let of = |t: libc::timeval| t.tv_sec as u64 * 1_000_000_000 + t.tv_usec as u64 * 1_000;
    of(usage.ru_utime) + of(usage.ru_stime)
}

fn maxrss(usage: &libc::rusage) -> u64 {
    usage.ru_maxrss as u64 * 1024
}

/// `CLOCK_MONOTONIC` in nanoseconds: the same clock in every namespace of this machine.
pub(crate) fn now_ns() -> u64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// CPU time of this process in nanoseconds.
pub(crate) fn own_cpu_ns() -> u64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// CPU time of another process with all its threads, in nanoseconds. Of threads that are on a core it is behind by up to
/// a tick.
#[allow(unsafe_code)]
pub(crate) fn cpu_ns_of(pid: i32) -> Option<u64> {
    // As clock_getcpuclockid makes it: the process's clock that the scheduler keeps.
    let clock = (!pid << 3) | 2;
    let mut t = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a live, writable value of the right type.
    let done = unsafe { libc::clock_gettime(clock, &raw mut t) };
    (done == 0).then(|| t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64)
}

/// Kills every process that this one may signal, but not itself: as pid 1, its whole namespace.
#[allow(unsafe_code)]
pub(crate) fn kill_everyone() {
    // Anywhere else this would be a disaster.
    if std::process::id() != 1 {
        return;
    }
    // SAFETY: sends signals, touches no memory.
    unsafe { libc::kill(-1, libc::SIGKILL) };
}

/// Ends this process at once, without anything that the workbench's code may have registered.
#[allow(unsafe_code)]
pub(crate) fn exit_now(status: i32) -> ! {
    // SAFETY: never returns, touches no memory.
    unsafe { libc::_exit(status) }
}

/// Marks every descriptor from `first` on to be closed at exec, or closes it now.
#[allow(unsafe_code)]
pub(crate) fn close_from(first: u32, only_at_exec: bool) -> io::Result<()> {
    let flags = if only_at_exec {
        libc::CLOSE_RANGE_CLOEXEC
    } else {
        0
    };
    // SAFETY: callers own no descriptor above `first` in any live value when they close for good.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, flags) }).map(drop)
}

/// Enters the namespaces of the descriptor; the process must be single-threaded.
#[allow(unsafe_code)]
pub(crate) fn enter(namespace: BorrowedFd<'_>, kind: i32) -> io::Result<()> {
    // SAFETY: changes kernel state of this process only.
    check(libc::c_long::from(unsafe {
        libc::setns(namespace.as_raw_fd(), kind)
    }))
    .map(drop)
}

/// Leaves the named namespaces for new ones; the process must be single-threaded.
#[allow(unsafe_code)]
pub(crate) fn unshare(kinds: i32) -> io::Result<()> {
    // SAFETY: no CLONE_FILES or CLONE_VM among the kinds used here, so no Rust invariant depends on what is left.
    check(libc::c_long::from(unsafe { libc::unshare(kinds) })).map(drop)
}

/// Sets attributes (`MOUNT_ATTR_*`) on a detached or attached mount and, if `recursive`, everything mounted below it.
/// With `map`, a user namespace, owners of files are seen as it maps them; that only works on a detached mount, once.
#[allow(unsafe_code)]
pub(crate) fn set_mount_attributes(
    mount: BorrowedFd<'_>,
    path: &CStr,
    recursive: bool,
    set: u64,
    map: Option<BorrowedFd<'_>>,
) -> io::Result<()> {
    #[repr(C)]
    struct MountAttr {
        set: u64,
        clear: u64,
        propagation: u64,
        userns: u64,
    }
    let attr = MountAttr {
        set: set | if map.is_some() { MOUNT_ATTR_IDMAP } else { 0 },
        clear: 0,
        propagation: 0,
        userns: map.map_or(0, |fd| u64::from(fd.as_raw_fd().unsigned_abs())),
    };
    let flags = libc::AT_EMPTY_PATH | if recursive { AT_RECURSIVE } else { 0 };
    // SAFETY: the path is NUL-terminated, the structure is as large as the size says; the kernel only reads both.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            path.as_ptr(),
            flags,
            &raw const attr,
            size_of::<MountAttr>(),
        )
    })
    .map(drop)
}

const AT_RECURSIVE: i32 = 0x8000;
const MOUNT_ATTR_IDMAP: u64 = 0x0010_0000;

/// Every signal acts as it does in a fresh process, and none is blocked.
#[allow(unsafe_code)]
pub(crate) fn reset_signals() {
    // SAFETY: default dispositions run no code of ours; all zero is what the kernel takes for one; the signal set is a
    // live local value.
    unsafe {
        let default = [0u64; 4];
        for signal in 1..=64 {
            // The plain call: libc's wrapper leaves out two signals that it uses itself; they would stay as they were inherited.
            let none = std::ptr::null_mut::<u64>();
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                default.as_ptr(),
                none,
                8usize,
            );
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

/// Sets the host name of this UTS namespace.
#[allow(unsafe_code)]
pub(crate) fn set_host_name(name: &str) {
    // SAFETY: pointer and length describe one live string; a refusal does no harm.
    unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) };
}

/// Removes every capability from the bounding set, so that no exec can ever gain one.
#[allow(unsafe_code)]
pub(crate) fn drop_bounding_set() {
    for capability in 0..64 {
        // SAFETY: prctl with integer arguments only; fails with EINVAL beyond the last capability.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) } != 0 {
            break;
        }
    }
}

/// Orphans of this process's descendants become its own children.
#[allow(unsafe_code)]
pub(crate) fn become_subreaper() {
    // SAFETY: prctl with integer arguments only.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
}

/// Whether the process is allowed to be inspected by others of the same user; off for everything here.
#[allow(unsafe_code)]
pub(crate) fn not_dumpable() {
    // SAFETY: prctl with integer arguments only.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
}

/// This process dies when its parent does.
#[allow(unsafe_code)]
pub(crate) fn die_with_parent() {
    // SAFETY: prctl with integer arguments only.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) };
}

/// No exec below this process can gain rights, for ever.
#[allow(unsafe_code)]
pub(crate) fn no_new_privileges() -> io::Result<()> {
    // SAFETY: prctl with integer arguments only.
    check(libc::c_long::from(unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    }))
    .map(drop)
}

/// Version of the kernel's Landlock; 0 where there is none.
#[allow(unsafe_code)]
pub(crate) fn landlock_version() -> i64 {
    const ASK_VERSION: usize = 1;
    let none = std::ptr::null::<u8>();
    // SAFETY: with this flag nothing is read or made; the answer is a number.
    let n = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, none, 0usize, ASK_VERSION) };
    n.max(0)
}

/// Blocks the signals and gives a descriptor from which they can be read. A process forked from this one reads its own.
#[allow(unsafe_code)]
pub(crate) fn signal_channel(signals: &[i32]) -> io::Result<OwnedFd> {
    // SAFETY: the set is a live local value throughout; the new descriptor is ours alone.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in signals {
            libc::sigaddset(&raw mut set, *signal);
        }
        check(libc::c_long::from(libc::sigprocmask(
            libc::SIG_BLOCK,
            &raw const set,
            std::ptr::null_mut(),
        )))?;
        let fd = libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK);
        check(libc::c_long::from(fd))?;
        Ok(OwnedFd::from_raw_fd(fd))
    }
}

/// Takes all signals that wait in the channel; whether `wanted` is among them.
#[allow(unsafe_code)]
pub(crate) fn take_signals(channel: BorrowedFd<'_>, wanted: i32) -> bool {
    const SIZE: usize = size_of::<libc::signalfd_siginfo>();
    let mut found = false;
    let mut bytes = [0u8; 8 * SIZE];
    while let Ok(n) = rustix::io::read(channel, &mut bytes[..]) {
        found |= bytes[..n]
            .chunks_exact(SIZE)
            .any(|one| one[..4] == wanted.cast_unsigned().to_ne_bytes());
        if n < bytes.len() {
            break;
        }
    }
    found
}

/// Takes over a descriptor that the guest has left in our table.
#[allow(unsafe_code)]
pub(crate) fn own(fd: i32) -> OwnedFd {
    // SAFETY: the guest made it in the table that it shared with this process, and has gone on to a table of its own.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// This process is sent the signal when its parent ends.
#[allow(unsafe_code)]
pub(crate) fn tell_of_parents_end(signal: i32) {
    // SAFETY: prctl with integer arguments only.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal, 0, 0, 0) };
}

/// A system call that waits for an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PendingCall {
    id: u64,
    /// The thread that makes it, in our pid namespace.
    pub(crate) pid: u32,
    pub(crate) number: i64,
    pub(crate) args: [u64; 6],
}

/// Takes the next call that waits; `None` if it has been given up meanwhile.
#[allow(unsafe_code)]
pub(crate) fn asked(listener: BorrowedFd<'_>) -> Option<PendingCall> {
    // SAFETY: an all-zero value is valid for this plain C structure, and what the kernel wants to find.
    let mut heard: libc::seccomp_notif = unsafe { std::mem::zeroed() };
    // SAFETY: the request's size is that of the structure, which is live and writable.
    let done = unsafe {
        libc::ioctl(
            listener.as_raw_fd(),
            libc::SECCOMP_IOCTL_NOTIF_RECV,
            &raw mut heard,
        )
    };
    (done == 0).then_some(PendingCall {
        id: heard.id,
        pid: heard.pid,
        number: i64::from(heard.data.nr),
        args: heard.data.args,
    })
}

/// Answers a call: with an error number, or by letting it through. Nothing happens if its caller is gone.
#[allow(unsafe_code)]
pub(crate) fn answer(listener: BorrowedFd<'_>, asked: &PendingCall, refuse: Option<i32>) {
    let response = libc::seccomp_notif_resp {
        id: asked.id,
        val: 0,
        error: -refuse.unwrap_or(0),
        flags: if refuse.is_none() {
            libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32
        } else {
            0
        },
    };
    // SAFETY: the request's size is that of the structure; the kernel only reads it.
    unsafe {
        libc::ioctl(
            listener.as_raw_fd(),
            libc::SECCOMP_IOCTL_NOTIF_SEND,
            &raw const response,
        )
    };
}

/// Reads memory of another process as far as it goes; the number of bytes read.
#[allow(unsafe_code)]
pub(crate) fn read_memory(pid: u32, address: u64, buffer: &mut [u8]) -> usize {
    let local = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    let remote = libc::iovec {
        iov_base: address as usize as *mut libc::c_void,
        iov_len: buffer.len(),
    };
    // SAFETY: the local vector describes the buffer; a bad remote address is an error of the call, not a fault.
    let n = unsafe {
        libc::process_vm_readv(
            pid.cast_signed(),
            &raw const local,
            1,
            &raw const remote,
            1,
            0,
        )
    };
    usize::try_from(n).unwrap_or(0)
}
