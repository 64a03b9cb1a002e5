//! The filter of system calls: one small program for the kernel, built once, put on last before exec.
//!
//! Written by hand because one filter must give several answers (refuse, "no such call", kill), and
//! because arguments that the kernel reads as 32 bits must be compared as 32 bits: a wider compare is
//! passed by setting the upper half.

mod calls;
mod program;

use std::io;
use std::os::fd::RawFd;

use libc::sock_filter;

use calls::*;
pub use calls::{FCHMODAT2, INTERNET, OPENING, OWN_FILES_ONLY, REFUSED};
use program::*;

use super::sys;

/// What else stands between the guest and the machine; where something is missing, the filter is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// A cgroup counts memory that belongs to no process.
    pub cgroup: bool,
    /// Namespaces of its own: network, IPC, mounts, processes.
    pub namespaces: bool,
    /// There is a folder that stays when the run is over.
    pub keeping: bool,
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

/// The version of Landlock from which on it keeps files from being emptied (Linux 6.2).
const EMPTYING_KEPT_OUT: i64 = 3;

/// The whole program.
#[must_use]
pub fn build(around: Around) -> Vec<sock_filter> {
    let emptying = !around.namespaces && sys::landlock_version() < EMPTYING_KEPT_OUT;
    build_for(around, emptying)
}

/// The same, for a Landlock that lets files be emptied or one that does not.
fn build_for(around: Around, emptying: bool) -> Vec<sock_filter> {
    let asking = around.listening.is_on();
    // What is refused, is refused by init where it can count it, and by the kernel alone where it cannot.
    let refuse = |number: i32| if asking { ASK } else { error(number) };
    let mut rules = Rules::default();
    caches(&mut rules);
    rules.on(
        libc::SYS_clone,
        [
            load(argument(0)),
            jump(libc::BPF_JSET, NEW_NAMESPACES, 0, 1),
            answer(refuse(libc::EPERM)),
            answer(ALLOW),
        ],
    );
    sockets(&mut rules, around);
    if around.namespaces {
        let refused = answer(refuse(libc::EPERM));
        let p = if_any(1, &TERMINAL_INJECTION, refused, &[answer(ALLOW)]);
        rules.on(libc::SYS_ioctl, p);
    } else {
        others(&mut rules, asking);
    }
    // Limits of others: even lowering those of its init would be a way to cripple it.
    rules.on(
        libc::SYS_prlimit64,
        [
            load(argument(0)),
            jump(libc::BPF_JEQ, 0, 5, 0),
            load(argument(2)),
            jump(libc::BPF_JEQ, 0, 0, 2),
            load(argument(2) ^ 4),
            jump(libc::BPF_JEQ, 0, 1, 0),
            answer(refuse(libc::EPERM)),
            answer(ALLOW),
        ],
    );
    let hints = if_any(1, &HINTING, answer(error(libc::EINVAL)), &[answer(ALLOW)]);
    if asking {
        rules.all(&[libc::SYS_flock], ASK);
        rules.on(libc::SYS_fcntl, if_any(1, &LOCKING, answer(ASK), &hints));
    } else {
        rules.on(libc::SYS_fcntl, hints);
    }
    let opening = if around.listening == Listening::Files {
        ASK
    } else {
        ALLOW
    };
    if around.keeping {
        user_id_bits(&mut rules, emptying, opening);
    }
    if emptying {
        emptied(&mut rules, opening);
    }
    rules.all(OPENING, opening);
    rules.all(ABSENT, error(libc::ENOSYS));
    if !around.cgroup {
        rules.all(UNCOUNTED, error(libc::ENOSYS));
    }
    if !around.namespaces {
        rules.all(SHARED, error(libc::ENOSYS));
    }
    rules.all(QUIETLY, error(libc::EPERM));
    rules.all(UNSUPPORTED, error(libc::EOPNOTSUPP));
    rules.all(PRETENDED, error(0));
    for (n, _, _) in REFUSED {
        rules.all(&[*n], refuse(libc::EPERM));
    }
    rules.program()
}

/// What keeps one run from leaving word for the next in what the kernel keeps of shared files, and from throwing out of
/// memory what the next one needs.
fn caches(rules: &mut Rules) {
    let (done, allow) = (answer(error(0)), [answer(ALLOW)]);
    rules.on(libc::SYS_madvise, if_any(2, &FORGETTING, done, &allow));
    let p = if_any(3, &FORGETTING_FILES, done, &allow);
    rules.on(libc::SYS_fadvise64, p);
    for n in [libc::SYS_preadv2, libc::SYS_pwritev2] {
        rules.on(
            n,
            [
                load(argument(5)),
                jump(libc::BPF_JSET, OF_THE_CACHE, 0, 1),
                answer(error(libc::EOPNOTSUPP)),
                answer(ALLOW),
            ],
        );
    }
}

/// Where there are no namespaces the user's other processes and files are in sight, and there are ways to change them
/// that neither the kernel's rights nor Landlock hold back.
fn others(rules: &mut Rules, asking: bool) {
    let refused = answer(error(libc::EPERM));
    // A thread may only be told by its own, as zero.
    for (n, who) in OF_OTHERS {
        rules.on(*n, if_any(*who, &[0], answer(ALLOW), &[refused]));
    }
    for (n, process) in OF_MANY {
        rules.on(
            *n,
            [
                load(argument(0)),
                jump(libc::BPF_JEQ, *process, 0, 2),
                load(argument(1)),
                jump(libc::BPF_JEQ, 0, 1, 0),
                refused,
                answer(ALLOW),
            ],
        );
    }
    let asked = if asking { ASK } else { error(libc::EPERM) };
    rules.all(OWN_FILES_ONLY, asked);
    rules.all(ON_FILES_OF_OTHERS, error(libc::EPERM));
    rules.all(NOTES_OF_OTHERS, error(libc::EOPNOTSUPP));
    // Who watches a folder hears the names in it, and when somebody works there.
    rules.all(&[libc::SYS_inotify_add_watch], error(libc::EACCES));
    let by_letter = [
        and(0xff00),
        jump(libc::BPF_JEQ, FILE_FLAGS[0], 3, 0),
        jump(libc::BPF_JEQ, FILE_FLAGS[1], 2, 0),
        jump(libc::BPF_JEQ, FILE_FLAGS[2], 1, 0),
        jump(libc::BPF_JEQ, FILE_FLAGS[3], 0, 1),
        answer(error(libc::EOPNOTSUPP)),
        answer(ALLOW),
    ];
    let injection = answer(asked);
    let p = if_any(1, &TERMINAL_INJECTION, injection, &by_letter);
    rules.on(libc::SYS_ioctl, p);
}

/// Keeps files from being emptied by what needs no right to write to them.
fn emptied(rules: &mut Rules, opening: u32) {
    rules.all(&[libc::SYS_truncate], error(libc::EPERM));
    // The first names a folder before the path, the second, where there is one, does not.
    for (n, flags) in OPENING.iter().zip([2, 1]) {
        rules.on(*n, emptied_by_opening(flags, opening));
    }
}

fn emptied_by_opening(flags: u32, opening: u32) -> [sock_filter; 6] {
    let (kept, left) = EMPTYING;
    [
        load(argument(flags)),
        and(kept),
        jump(libc::BPF_JEQ, left[0], 1, 0),
        jump(libc::BPF_JEQ, left[1], 0, 1),
        answer(error(libc::EPERM)),
        answer(opening),
    ]
}

/// Keeps files that stay from having the bits by which whoever runs them becomes their owner: the owner may be the user.
/// Where the run's init sets modes itself, it leaves these bits out.
fn user_id_bits(rules: &mut Rules, emptying: bool, opening: u32) {
    let refused = answer(error(libc::EPERM));
    for (n, mode) in SETTING_MODES {
        rules.on(
            *n,
            [
                load(argument(*mode)),
                jump(libc::BPF_JSET, USER_ID_BITS, 0, 1),
                refused,
                answer(ALLOW),
            ],
        );
    }
    for (n, flags) in OPENING.iter().zip([2, 1]) {
        let mut piece = vec![
            load(argument(flags)),
            jump(libc::BPF_JSET, MAKING, 0, 3),
            load(argument(flags + 1)),
            jump(libc::BPF_JSET, USER_ID_BITS, 0, 1),
            refused,
        ];
        if emptying {
            piece.extend(emptied_by_opening(flags, opening));
        } else {
            piece.push(answer(opening));
        }
        rules.on(*n, piece);
    }
}

/// What may be done with sockets. Those of the internet would reach nobody in an empty network, but all runs of a launcher
/// share that network, and it counts and keeps what is done in it: none may be had. Where the network is this machine's
/// own, nothing may be had that reaches anybody: no call in front of it could look at an address safely, because the
/// guest can change it while it is being looked at.
fn sockets(rules: &mut Rules, around: Around) {
    let equal = libc::BPF_JEQ;
    let asking = around.listening.is_on();
    let refuse = |number: i32| answer(if asking { ASK } else { error(number) });
    let number = |n: i32| n.cast_unsigned();
    if !around.namespaces {
        rules.on(
            libc::SYS_socket,
            [
                load(argument(0)),
                // Resolvers look for a cache daemon and for the interfaces before anything else, and do without.
                jump(equal, number(libc::AF_UNIX), 1, 0),
                jump(equal, number(libc::AF_NETLINK), 0, 1),
                answer(error(libc::EAFNOSUPPORT)),
                refuse(libc::EACCES),
            ],
        );
        rules.on(libc::SYS_connect, [refuse(libc::EACCES)]);
        rules.on(
            libc::SYS_socketpair,
            [
                load(argument(1)),
                and(0xf),
                // A pair that keeps messages apart, which raw ones do too, can be turned to any address.
                jump(equal, number(libc::SOCK_STREAM), 2, 0),
                jump(equal, number(libc::SOCK_SEQPACKET), 1, 0),
                answer(error(libc::EACCES)),
                answer(ALLOW),
            ],
        );
        return;
    }
    rules.on(
        libc::SYS_socket,
        [
            load(argument(0)),
            jump(equal, number(libc::AF_UNIX), 6, 0),
            jump(equal, number(libc::AF_NETLINK), 4, 0),
            jump(equal, number(INTERNET[0]), 2, 0),
            jump(equal, number(INTERNET[1]), 1, 0),
            refuse(libc::EAFNOSUPPORT),
            refuse(libc::EACCES),
            answer(error(libc::EAFNOSUPPORT)),
            answer(ALLOW),
        ],
    );
    if asking {
        // A service of this machine may be asked for by its name; it is not there, but worth a note.
        rules.all(&[libc::SYS_connect], ASK);
        // Only a message with an address of its own says where it goes.
        rules.on(
            libc::SYS_sendto,
            [
                load(argument(4)),
                jump(equal, 0, 0, 2),
                load(argument(4) ^ 4),
                jump(equal, 0, 1, 0),
                answer(ASK),
                answer(ALLOW),
            ],
        );
    }
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
