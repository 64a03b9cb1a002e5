//! The filter of system calls: one small program for the kernel, built once, put on last before exec.
//!
//! Written by hand because one filter must give several answers (refuse, "no such call", kill), and
//! because arguments that the kernel reads as 32 bits must be compared as 32 bits: a wider compare is
//! passed by setting the upper half.

use std::io;

use libc::{c_long, sock_filter};

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
    /// An IPC namespace of its own.
    pub namespaces: bool,
}

/// Calls that are refused whatever their arguments.
const REFUSED: &[c_long] = &[
    // other processes
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    // file systems and namespaces
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    443, // quotactl_fd
    libc::SYS_swapon,
    libc::SYS_swapoff,
    // the kernel itself
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_vhangup,
    // clocks and names
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_kexec_file_load,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_uselib,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_sysfs,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ustat,
];

/// Any of these makes a `clone` one that wants new namespaces.
const NEW_NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u32;

/// Kinds of sockets that are harmless in an empty network.
const SOCKETS: [i32; 3] = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6];

/// Requests by which a terminal can be made to type for the guest.
const TERMINAL_INJECTION: [u32; 2] = [0x5412, 0x541c];

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
        answer(error(libc::EPERM)),
        answer(ALLOW),
    ]);
    p.extend([
        call(libc::SYS_ioctl, 5),
        load(argument(1)),
        jump(equal, TERMINAL_INJECTION[0], 1, 0),
        jump(equal, TERMINAL_INJECTION[1], 0, 1),
        answer(error(libc::EPERM)),
        answer(ALLOW),
    ]);
    p.extend([call(libc::SYS_socket, 6), load(argument(0))]);
    for (i, family) in SOCKETS.iter().enumerate() {
        p.push(jump(
            equal,
            family.cast_unsigned(),
            (SOCKETS.len() - i) as u8,
            0,
        ));
    }
    p.extend([answer(error(libc::EAFNOSUPPORT)), answer(ALLOW)]);

    let uncounted = if around.cgroup { &[] } else { UNCOUNTED };
    let shared = if around.namespaces { &[] } else { SHARED };
    for n in ABSENT.iter().chain(uncounted).chain(shared) {
        p.extend([call(*n, 1), answer(error(libc::ENOSYS))]);
    }
    for n in REFUSED {
        p.extend([call(*n, 1), answer(error(libc::EPERM))]);
    }
    p.push(answer(ALLOW));
    p
}

/// Puts the filter on this process, for ever. `no_new_privs` must be set.
///
/// Only makes system calls: it is called between vfork and exec.
///
/// # Errors
/// What the system said.
#[allow(unsafe_code)]
pub fn install(program: &[sock_filter]) -> io::Result<()> {
    let prog = libc::sock_fprog {
        len: program.len() as u16,
        filter: program.as_ptr().cast_mut(),
    };
    // Without SPEC_ALLOW older kernels switch a mitigation on that slows the measured program down.
    let flags = libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    // SAFETY: `prog` describes a live slice; the kernel copies it during the call.
    let done = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            &raw const prog,
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// Runs the program as the kernel would.
    fn verdict(program: &[sock_filter], arch: u32, number: u32, args: [u64; 6]) -> u32 {
        let word = |offset: u32| match offset {
            NUMBER => number,
            ARCHITECTURE => arch,
            o => {
                let arg = args[((o - 16) / 8) as usize];
                if (o - 16) % 8 == 0 {
                    arg as u32
                } else {
                    (arg >> 32) as u32
                }
            }
        };
        let (mut at, mut acc) = (0usize, 0u32);
        loop {
            let i = program[at];
            at += 1;
            let test = match u32::from(i.code) & 0xf7 {
                c if c & 7 == libc::BPF_LD => {
                    acc = word(i.k);
                    continue;
                }
                c if c & 7 == libc::BPF_RET => return i.k,
                c if c & 0xf0 == libc::BPF_JEQ => acc == i.k,
                c if c & 0xf0 == libc::BPF_JGE => acc >= i.k,
                _ => acc & i.k != 0,
            };
            at += usize::from(if test { i.jt } else { i.jf });
        }
    }

    #[test]
    fn each_call_gets_its_answer_whatever_the_upper_half_says() {
        let p = build(Around {
            cgroup: true,
            namespaces: true,
        });
        let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
        let none = [0; 6];
        for n in [
            libc::SYS_read,
            libc::SYS_execve,
            libc::SYS_mmap,
            libc::SYS_futex,
            libc::SYS_exit_group,
        ] {
            assert_eq!(ask(n, none), ALLOW);
        }
        for n in REFUSED {
            assert_eq!(ask(*n, none), error(libc::EPERM));
        }
        assert_eq!(ask(libc::SYS_memfd_create, none), ALLOW);
        assert_eq!(
            verdict(
                &build(Around {
                    cgroup: false,
                    namespaces: true
                }),
                OURS,
                libc::SYS_memfd_create as u32,
                none
            ),
            error(libc::ENOSYS)
        );
        for n in ABSENT {
            assert_eq!(ask(*n, none), error(libc::ENOSYS));
        }
        assert_eq!(verdict(&p, 0x4000_0003, 1, none), KILL);
        if cfg!(target_arch = "x86_64") {
            assert_eq!(verdict(&p, OURS, 0x4000_0001, none), KILL);
        }
        for family in 0..50u64 {
            let wanted = if [1, 2, 10].contains(&family) {
                ALLOW
            } else {
                error(libc::EAFNOSUPPORT)
            };
            assert_eq!(ask(libc::SYS_socket, [family, 1, 0, 0, 0, 0]), wanted);
            assert_eq!(
                ask(libc::SYS_socket, [family | 1 << 32, 1, 0, 0, 0, 0]),
                wanted
            );
        }
        assert_eq!(ask(libc::SYS_clone, [17, 0, 0, 0, 0, 0]), ALLOW);
        assert_eq!(
            ask(
                libc::SYS_clone,
                [17 | libc::CLONE_NEWUSER as u64, 0, 0, 0, 0, 0]
            ),
            error(libc::EPERM)
        );
        assert_eq!(
            ask(libc::SYS_ioctl, [0, 0x5412 | 1 << 32, 0, 0, 0, 0]),
            error(libc::EPERM)
        );
        assert_eq!(
            ask(libc::SYS_ioctl, [0, 0x541c, 0, 0, 0, 0]),
            error(libc::EPERM)
        );
        assert_eq!(ask(libc::SYS_ioctl, [0, 0x5401, 0, 0, 0, 0]), ALLOW);
    }
}
