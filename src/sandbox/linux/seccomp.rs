//! The filter of system calls: one small program for the kernel, built once, put on last before exec.
//!
//! Written by hand because one filter must give several answers (refuse, "no such call", kill), and
//! because arguments that the kernel reads as 32 bits must be compared as 32 bits: a wider compare is
//! passed by setting the upper half.

use std::io;
use std::os::fd::RawFd;

use libc::{c_long, sock_filter};

use crate::sandbox::AttemptKind::{self, Clock, Processes, System};

/// `struct seccomp_data`: number at 0, architecture at 4, arguments from 16 on (low half first).
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const fn argument(n: u32) -> u32 {
    16 + 8 * n + if cfg!(target_endian = "big") { 4 } else { 0 }
}

#[cfg(target_arch = "x86_64")]
const OURS: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const OURS: u32 = 0xc000_00b7;
#[cfg(target_arch = "riscv64")]
const OURS: u32 = 0xc000_00f3;

/// Calls that look as if the kernel did not have them, so that runtimes fall back to older ways.
const ABSENT: &[c_long] = &[
    libc::SYS_clone3,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    447, // memfd_secret: memory that nobody can count
];

/// Memory that belongs to no process: where no cgroup counts it, there must be none.
const UNCOUNTED: &[c_long] = &[libc::SYS_memfd_create, libc::SYS_shmget];

/// Means of talking to whoever is on the machine, where there is no IPC namespace to keep them apart.
const SHARED: &[c_long] = &[
    libc::SYS_shmget,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
];

/// What else stands between the guest and the machine; where something is missing, the filter is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// A cgroup counts memory that belongs to no process.
    pub cgroup: bool,
    /// Namespaces of its own: network, IPC, mounts, processes.
    pub namespaces: bool,
    /// Who is told of what is refused.
    pub listening: Listening,
}

/// Who is told of what is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listening {
    /// Nobody: this kernel cannot tell.
    #[default]
    Nobody,
    /// The run's init answers what is refused or doubtful. Costs nothing until something is.
    Refusals,
    /// It is asked about every file that is opened as well, which slows the opening down.
    Files,
}

impl Listening {
    fn is_on(self) -> bool {
        self != Self::Nobody
    }
}

/// Calls that are refused whatever their arguments: number, name, what whoever makes it is after.
pub const REFUSED: &[(c_long, &str, AttemptKind)] = &[
    (libc::SYS_ptrace, "ptrace", Processes),
    (libc::SYS_process_vm_readv, "process_vm_readv", Processes),
    (libc::SYS_process_vm_writev, "process_vm_writev", Processes),
    (libc::SYS_pidfd_getfd, "pidfd_getfd", Processes),
    (libc::SYS_kcmp, "kcmp", Processes),
    (libc::SYS_mount, "mount", System),
    (libc::SYS_umount2, "umount2", System),
    (libc::SYS_pivot_root, "pivot_root", System),
    (libc::SYS_chroot, "chroot", System),
    (libc::SYS_open_tree, "open_tree", System),
    (libc::SYS_move_mount, "move_mount", System),
    (libc::SYS_fsopen, "fsopen", System),
    (libc::SYS_fsconfig, "fsconfig", System),
    (libc::SYS_fsmount, "fsmount", System),
    (libc::SYS_fspick, "fspick", System),
    (libc::SYS_mount_setattr, "mount_setattr", System),
    (libc::SYS_setns, "setns", System),
    (libc::SYS_unshare, "unshare", System),
    (libc::SYS_open_by_handle_at, "open_by_handle_at", System),
    (libc::SYS_fanotify_init, "fanotify_init", System),
    (libc::SYS_quotactl, "quotactl", System),
    (443, "quotactl_fd", System),
    (libc::SYS_swapon, "swapon", System),
    (libc::SYS_swapoff, "swapoff", System),
    (libc::SYS_bpf, "bpf", System),
    (libc::SYS_perf_event_open, "perf_event_open", System),
    (libc::SYS_userfaultfd, "userfaultfd", System),
    (libc::SYS_keyctl, "keyctl", System),
    (libc::SYS_add_key, "add_key", System),
    (libc::SYS_request_key, "request_key", System),
    (libc::SYS_init_module, "init_module", System),
    (libc::SYS_finit_module, "finit_module", System),
    (libc::SYS_delete_module, "delete_module", System),
    (libc::SYS_kexec_load, "kexec_load", System),
    (libc::SYS_reboot, "reboot", System),
    (libc::SYS_syslog, "syslog", System),
    (libc::SYS_acct, "acct", System),
    (libc::SYS_vhangup, "vhangup", System),
    (libc::SYS_sethostname, "sethostname", System),
    (libc::SYS_setdomainname, "setdomainname", System),
    (libc::SYS_settimeofday, "settimeofday", Clock),
    (libc::SYS_clock_settime, "clock_settime", Clock),
    (libc::SYS_clock_adjtime, "clock_adjtime", Clock),
    (libc::SYS_adjtimex, "adjtimex", Clock),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_kexec_file_load, "kexec_file_load", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_iopl, "iopl", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_ioperm, "ioperm", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_modify_ldt, "modify_ldt", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_uselib, "uselib", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_sysfs, "sysfs", System),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_ustat, "ustat", System),
];

/// Calls that are refused without a word: runtimes and libraries try them and go on without.
const QUIETLY: &[c_long] = &[
    libc::SYS_process_madvise,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_name_to_handle_at,
];

/// Calls that change how another process is scheduled, and which argument names it.
const OF_OTHERS: &[(c_long, u32)] = &[
    (libc::SYS_setpriority, 1),
    (libc::SYS_ioprio_set, 1),
    (libc::SYS_sched_setscheduler, 0),
    (libc::SYS_sched_setparam, 0),
    (libc::SYS_sched_setattr, 0),
    (libc::SYS_sched_setaffinity, 0),
];

/// Calls that open a file by its name.
#[cfg(target_arch = "x86_64")]
pub const OPENING: &[c_long] = &[libc::SYS_openat, libc::SYS_open, libc::SYS_openat2];
/// Calls that open a file by its name.
#[cfg(not(target_arch = "x86_64"))]
pub const OPENING: &[c_long] = &[libc::SYS_openat, libc::SYS_openat2];

/// Requests of `fcntl` that lock a file: `F_SETLK`, `F_SETLKW`, `F_OFD_SETLK`, `F_OFD_SETLKW`, `F_SETLEASE`.
const LOCKING: [u32; 5] = [6, 7, 37, 38, 1024];

/// Any of these makes a `clone` one that wants new namespaces.
const NEW_NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u32;

/// The internet's families of sockets.
pub const INTERNET: [i32; 2] = [libc::AF_INET, libc::AF_INET6];

/// Requests by which a terminal can be made to type for the guest.
const TERMINAL_INJECTION: [u32; 2] = [0x5412, 0x541c];

/// Asks the run's init, which refuses or lets through.
const ASK: u32 = libc::SECCOMP_RET_USER_NOTIF;
const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const fn error(number: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | number as u32
}

fn load(offset: u32) -> sock_filter {
    sock_filter {
        code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16,
        jt: 0,
        jf: 0,
        k: offset,
    }
}

fn jump(kind: u32, k: u32, yes: u8, no: u8) -> sock_filter {
    sock_filter {
        code: (libc::BPF_JMP | kind | libc::BPF_K) as u16,
        jt: yes,
        jf: no,
        k,
    }
}

fn answer(k: u32) -> sock_filter {
    sock_filter {
        code: (libc::BPF_RET | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k,
    }
}

/// The whole program.
#[must_use]
pub fn build(around: Around) -> Vec<sock_filter> {
    let (equal, least, bits) = (libc::BPF_JEQ, libc::BPF_JGE, libc::BPF_JSET);
    let asking = around.listening.is_on();
    // What is refused, is refused by init where it can count it, and by the kernel alone where it cannot.
    let refuse = |number: i32| answer(if asking { ASK } else { error(number) });
    // What is only noted needs somebody to note it.
    let note = answer(if asking { ASK } else { ALLOW });
    let mut p = vec![
        load(ARCHITECTURE),
        jump(equal, OURS, 1, 0),
        answer(KILL),
        load(NUMBER),
    ];
    if cfg!(target_arch = "x86_64") {
        // x32 calls share the architecture and differ by one bit of the number.
        p.extend([jump(least, 0x4000_0000, 0, 1), answer(KILL)]);
    }
    let call = |n: c_long, skip: u8| jump(equal, u32::try_from(n).unwrap_or(u32::MAX), 0, skip);

    p.extend([
        call(libc::SYS_clone, 4),
        load(argument(0)),
        jump(bits, NEW_NAMESPACES, 0, 1),
        refuse(libc::EPERM),
        answer(ALLOW),
    ]);
    p.extend([
        call(libc::SYS_ioctl, 5),
        load(argument(1)),
        jump(equal, TERMINAL_INJECTION[0], 1, 0),
        jump(equal, TERMINAL_INJECTION[1], 0, 1),
        refuse(libc::EPERM),
        answer(ALLOW),
    ]);
    p.extend(sockets(around, note));
    // Limits of others: even lowering those of its init would be a way to cripple it.
    p.extend([
        call(libc::SYS_prlimit64, 8),
        load(argument(0)),
        jump(equal, 0, 5, 0),
        load(argument(2)),
        jump(equal, 0, 0, 2),
        load(argument(2) ^ 4),
        jump(equal, 0, 1, 0),
        refuse(libc::EPERM),
        answer(ALLOW),
    ]);
    if !around.namespaces {
        // The user's other processes are in sight; a thread may only be told by its own, as zero.
        for (n, who) in OF_OTHERS {
            p.extend([
                call(*n, 4),
                load(argument(*who)),
                jump(equal, 0, 1, 0),
                answer(error(libc::EPERM)),
                answer(ALLOW),
            ]);
        }
    }
    if asking {
        p.extend([call(libc::SYS_flock, 1), answer(ASK)]);
        p.extend([call(libc::SYS_fcntl, 8), load(argument(1))]);
        for (i, request) in LOCKING.iter().enumerate() {
            p.push(jump(equal, *request, (LOCKING.len() - i) as u8, 0));
        }
        p.extend([answer(ALLOW), answer(ASK)]);
    }
    if around.listening == Listening::Files {
        for n in OPENING {
            p.extend([call(*n, 1), answer(ASK)]);
        }
    }

    let uncounted = if around.cgroup { &[] } else { UNCOUNTED };
    let shared = if around.namespaces { &[] } else { SHARED };
    for n in ABSENT.iter().chain(uncounted).chain(shared) {
        p.extend([call(*n, 1), answer(error(libc::ENOSYS))]);
    }
    for n in QUIETLY {
        p.extend([call(*n, 1), answer(error(libc::EPERM))]);
    }
    for (n, _, _) in REFUSED {
        p.extend([call(*n, 1), refuse(libc::EPERM)]);
    }
    p.push(answer(ALLOW));
    p
}

/// What may be done with sockets. In an empty network those of the internet are harmless, and worth a note. Where the
/// network is this machine's own, nothing may be had that reaches anybody: no call in front of it could look at an
/// address safely, because the guest can change it while it is being looked at.
fn sockets(around: Around, note: sock_filter) -> Vec<sock_filter> {
    let equal = libc::BPF_JEQ;
    let call = |n: c_long, skip: u8| jump(equal, u32::try_from(n).unwrap_or(u32::MAX), 0, skip);
    let refuse = |number: i32| {
        answer(if around.listening.is_on() {
            ASK
        } else {
            error(number)
        })
    };
    let number = |n: i32| n.cast_unsigned();
    if !around.namespaces {
        return vec![
            // Resolvers look for a cache daemon and for the interfaces before anything else, and do without.
            call(libc::SYS_socket, 5),
            load(argument(0)),
            jump(equal, number(libc::AF_UNIX), 1, 0),
            jump(equal, number(libc::AF_NETLINK), 0, 1),
            answer(error(libc::EAFNOSUPPORT)),
            refuse(libc::EACCES),
            call(libc::SYS_connect, 1),
            refuse(libc::EACCES),
            // A pair that keeps messages apart can be turned to any address.
            call(libc::SYS_socketpair, 5),
            load(argument(1)),
            sock_filter {
                code: (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16,
                jt: 0,
                jf: 0,
                k: 0xf,
            },
            jump(equal, number(libc::SOCK_DGRAM), 0, 1),
            answer(error(libc::EACCES)),
            answer(ALLOW),
        ];
    }
    let mut p = vec![
        call(libc::SYS_socket, 8),
        load(argument(0)),
        jump(equal, number(libc::AF_UNIX), 0, 1),
        answer(ALLOW),
        jump(equal, number(INTERNET[0]), 1, 0),
        jump(equal, number(INTERNET[1]), 0, 1),
        note,
        jump(equal, number(libc::AF_NETLINK), 1, 0),
        refuse(libc::EAFNOSUPPORT),
        answer(error(libc::EAFNOSUPPORT)),
    ];
    // The jump over the block must land behind its last line.
    p[0].jf = (p.len() - 1) as u8;
    if around.listening.is_on() {
        p.extend([call(libc::SYS_connect, 1), answer(ASK)]);
        // Only a message with an address of its own says where it goes.
        let other_half = argument(4) ^ 4;
        p.extend([
            call(libc::SYS_sendto, 5),
            load(argument(4)),
            jump(equal, 0, 0, 2),
            load(other_half),
            jump(equal, 0, 1, 0),
            answer(ASK),
            answer(ALLOW),
        ]);
        let at = p.len() - 7;
        p[at].jf = 6;
    }
    p
}

/// Whether this kernel can tell the run's init of refused calls and let it pass some of them on (since 5.7).
#[must_use]
#[allow(unsafe_code)]
pub fn can_listen() -> bool {
    // The kernel looks at the flags before it looks at the program: with flags that it knows the null pointer is the fault.
    const NEWER: libc::c_ulong = 1 << 4;
    let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | NEWER;
    // SAFETY: a null program is refused; nothing is read or changed.
    let done = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags | 1,
            std::ptr::null::<libc::sock_fprog>(),
        )
    };
    done < 0 && io::Error::last_os_error().raw_os_error() == Some(libc::EFAULT)
}

/// Puts the filter on this process, for ever. `no_new_privs` must be set. Gives the listener, where one is wanted.
///
/// Only makes system calls: it is called between vfork and exec.
///
/// # Errors
/// What the system said.
#[allow(unsafe_code)]
pub fn install(program: &[sock_filter], listen: bool) -> io::Result<Option<RawFd>> {
    /// Once its init has heard of it, a call waits for the answer and is not begun again by every signal (since 5.19).
    const WAIT_KILLABLE: libc::c_ulong = 1 << 5;
    let prog = libc::sock_fprog {
        len: program.len() as u16,
        filter: program.as_ptr().cast_mut(),
    };
    // Without SPEC_ALLOW older kernels switch a mitigation on that slows the measured program down.
    let plain = libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    let listening = plain | libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
    let tries: &[libc::c_ulong] = if listen {
        &[listening | WAIT_KILLABLE, listening]
    } else {
        &[plain]
    };
    for flags in tries {
        // SAFETY: `prog` describes a live slice; the kernel copies it during the call.
        let done = unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                *flags,
                &raw const prog,
            )
        };
        if done >= 0 {
            return Ok(listen.then_some(done as RawFd));
        }
    }
    Err(io::Error::last_os_error())
}

#[cfg(test)]
mod tests;
