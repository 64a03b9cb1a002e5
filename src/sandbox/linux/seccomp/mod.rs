//! The filter of system calls: one small program for the kernel, built once, put on last before exec.
//!
//! Written by hand because one filter must give several answers to one call, by its arguments (allow, refuse with an error of
//! its own, "no such call", ask init), and crates build filters with a single answer. Arguments that the kernel reads as
//! 32 bits are compared as 32 bits: a wider comparison would be passed by setting the upper half.

mod calls;
mod program;

use std::io;
use std::os::fd::RawFd;

use libc::sock_filter;

use calls::*;
pub(crate) use calls::{FCHMODAT2, INTERNET, OPENING, OWN_FILES_ONLY, REFUSED};
use program::*;

use super::sys;

/// What else stands between the guest and the machine; where something is missing, the filter is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FilterContext {
    /// A cgroup counts memory that belongs to no process.
    pub(crate) cgroup: bool,
    /// Namespaces of its own: network, IPC, mounts, processes.
    pub(crate) namespaces: bool,
    /// There is a folder that stays when the run is over.
    pub(crate) keeping: bool,
    /// What is passed on to init.
    pub(crate) listening: Supervision,
}

/// What the filter passes on to init.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Supervision {
    /// Nobody: this kernel cannot tell.
    #[default]
    Nobody,
    /// The run's init answers what is refused or doubtful. Costs nothing until something is.
    Refusals,
    /// It is asked about every file that is opened as well, which slows the opening down.
    Files,
}

impl Supervision {
    fn is_on(self) -> bool {
        self != Self::Nobody
    }
}

/// The version of Landlock from which on it keeps files from being emptied (Linux 6.2).
const EMPTYING_KEPT_OUT: i64 = 3;

/// The whole program.
pub(crate) fn build(context: FilterContext) -> Vec<sock_filter> {
    let emptying = !context.namespaces && sys::landlock_version() < EMPTYING_KEPT_OUT;
    build_for(context, emptying)
}

/// The same, for a Landlock that lets files be emptied or one that does not.
fn build_for(context: FilterContext, emptying: bool) -> Vec<sock_filter> {
    let asking = context.listening.is_on();
    // What is refused, is refused by init where it can count it, and by the kernel alone where it cannot.
    let refuse = |number: i32| if asking { ASK } else { error(number) };
    let mut rules = FilterRules::default();
    caches(&mut rules);
    rules.on(
        libc::SYS_clone,
        [
            Op::Load(argument(0)),
            Op::IfNoBit(NEW_NAMESPACES, "allow"),
            Op::Answer(refuse(libc::EPERM)),
            Op::Label("allow"),
            Op::Answer(ALLOW),
        ],
    );
    sockets(&mut rules, context);
    if context.namespaces {
        let refused = refuse(libc::EPERM);
        let p = if_any(1, &TERMINAL_INJECTION, refused, &[Op::Answer(ALLOW)]);
        rules.on(libc::SYS_ioctl, p);
    } else {
        others(&mut rules, asking);
    }
    // Limits of others: even lowering those of its init would be a way to cripple it.
    rules.on(
        libc::SYS_prlimit64,
        [
            // Its own limits, or only reading: the address of new ones, both halves, is null.
            Op::Load(argument(0)),
            Op::IfEqual(0, "allow"),
            Op::Load(argument(2)),
            Op::IfNotEqual(0, "refuse"),
            Op::Load(argument(2) ^ 4),
            Op::IfEqual(0, "allow"),
            Op::Label("refuse"),
            Op::Answer(refuse(libc::EPERM)),
            Op::Label("allow"),
            Op::Answer(ALLOW),
        ],
    );
    let allow = [Op::Answer(ALLOW)];
    let hints = || if_any(1, &HINTING, error(libc::EINVAL), &allow);
    if asking {
        rules.all(&[libc::SYS_flock], ASK);
        let locks = LOCKING.map(|request| Op::IfEqual(request, "ask"));
        let ask = [Op::Label("ask"), Op::Answer(ASK)];
        let load = [Op::Load(argument(1))];
        rules.on(
            libc::SYS_fcntl,
            [&load[..], &locks, &hints(), &ask].concat(),
        );
    } else {
        rules.on(libc::SYS_fcntl, hints());
    }
    let opening = if context.listening == Supervision::Files {
        ASK
    } else {
        ALLOW
    };
    if context.keeping {
        user_id_bits(&mut rules, emptying, opening);
    }
    if emptying {
        emptied(&mut rules, opening);
    }
    rules.all(OPENING, opening);
    rules.all(ABSENT, error(libc::ENOSYS));
    if !context.cgroup {
        rules.all(UNCOUNTED, error(libc::ENOSYS));
    }
    if !context.namespaces {
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

/// Keeps one run from passing information to the next through the page cache of shared files, and from evicting what the
/// next one needs.
fn caches(rules: &mut FilterRules) {
    let (done, allow) = (error(0), [Op::Answer(ALLOW)]);
    rules.on(libc::SYS_madvise, if_any(2, &FORGETTING, done, &allow));
    let p = if_any(3, &FORGETTING_FILES, done, &allow);
    rules.on(libc::SYS_fadvise64, p);
    for n in [libc::SYS_preadv2, libc::SYS_pwritev2] {
        rules.on(
            n,
            [
                Op::Load(argument(5)),
                Op::IfNoBit(OF_THE_CACHE, "allow"),
                Op::Answer(error(libc::EOPNOTSUPP)),
                Op::Label("allow"),
                Op::Answer(ALLOW),
            ],
        );
    }
}

/// Without namespaces the user's other processes and files are visible, and some ways to change them are stopped neither by
/// the kernel's permissions nor by Landlock.
fn others(rules: &mut FilterRules, asking: bool) {
    let refused = Op::Answer(error(libc::EPERM));
    // A process may only name itself, as zero.
    for (n, who) in OF_OTHERS {
        rules.on(*n, if_any(*who, &[0], ALLOW, &[refused]));
    }
    for (n, process) in OF_MANY {
        rules.on(
            *n,
            [
                Op::Load(argument(0)),
                Op::IfNotEqual(*process, "refuse"),
                Op::Load(argument(1)),
                Op::IfEqual(0, "allow"),
                Op::Label("refuse"),
                refused,
                Op::Label("allow"),
                Op::Answer(ALLOW),
            ],
        );
    }
    let asked = if asking { ASK } else { error(libc::EPERM) };
    rules.all(OWN_FILES_ONLY, asked);
    rules.all(ON_FILES_OF_OTHERS, error(libc::EPERM));
    rules.all(NOTES_OF_OTHERS, error(libc::EOPNOTSUPP));
    // Who watches a folder hears the names in it, and when somebody works there.
    rules.all(&[libc::SYS_inotify_add_watch], error(libc::EACCES));
    let mut by_letter = vec![Op::Mask(0xff00)];
    by_letter.extend(FILE_FLAGS.map(|letter| Op::IfEqual(letter, "flags of files")));
    by_letter.extend([
        Op::Answer(ALLOW),
        Op::Label("flags of files"),
        Op::Answer(error(libc::EOPNOTSUPP)),
    ]);
    let p = if_any(1, &TERMINAL_INJECTION, asked, &by_letter);
    rules.on(libc::SYS_ioctl, p);
}

/// Keeps files from being emptied by what needs no right to write to them.
fn emptied(rules: &mut FilterRules, opening: u32) {
    rules.all(&[libc::SYS_truncate], error(libc::EPERM));
    // The first names a folder before the path, the second, where there is one, does not.
    for (n, flags) in OPENING.iter().zip([2, 1]) {
        rules.on(*n, emptied_by_opening(flags, opening));
    }
}

fn emptied_by_opening(flags: u32, opening: u32) -> [Op; 8] {
    let (kept, left) = EMPTYING;
    [
        Op::Load(argument(flags)),
        Op::Mask(kept),
        Op::IfEqual(left[0], "emptied"),
        Op::IfNotEqual(left[1], "open"),
        Op::Label("emptied"),
        Op::Answer(error(libc::EPERM)),
        Op::Label("open"),
        Op::Answer(opening),
    ]
}

/// Keeps files that outlive the run from getting set-user-id bits: their owner may be the user. Where init sets modes itself,
/// it leaves these bits out.
fn user_id_bits(rules: &mut FilterRules, emptying: bool, opening: u32) {
    let refused = Op::Answer(error(libc::EPERM));
    for (n, mode) in SETTING_MODES {
        rules.on(
            *n,
            [
                Op::Load(argument(*mode)),
                Op::IfNoBit(USER_ID_BITS, "allow"),
                refused,
                Op::Label("allow"),
                Op::Answer(ALLOW),
            ],
        );
    }
    for (n, flags) in OPENING.iter().zip([2, 1]) {
        let mut piece = vec![
            // Only an open that makes the file gives it a mode.
            Op::Load(argument(flags)),
            Op::IfNoBit(MAKING, "no such mode"),
            Op::Load(argument(flags + 1)),
            Op::IfNoBit(USER_ID_BITS, "no such mode"),
            refused,
            Op::Label("no such mode"),
        ];
        if emptying {
            piece.extend(emptied_by_opening(flags, opening));
        } else {
            piece.push(Op::Answer(opening));
        }
        rules.on(*n, piece);
    }
}

/// What may be done with sockets. Those of the internet would reach nobody in an empty network, but all runs of a launcher
/// share that network, and it counts and keeps what is done in it: none may be had. Where the network is this machine's
/// own, nothing may be had that reaches anybody: no call in front of it could look at an address safely, because the
/// guest can change it while it is being looked at.
fn sockets(rules: &mut FilterRules, context: FilterContext) {
    let asking = context.listening.is_on();
    let refuse = |number: i32| Op::Answer(if asking { ASK } else { error(number) });
    let number = |n: i32| n.cast_unsigned();
    if !context.namespaces {
        rules.on(
            libc::SYS_socket,
            [
                Op::Load(argument(0)),
                // Resolvers look for a cache daemon and for the interfaces before anything else, and do without.
                Op::IfEqual(number(libc::AF_UNIX), "unsupported"),
                Op::IfNotEqual(number(libc::AF_NETLINK), "refuse"),
                Op::Label("unsupported"),
                Op::Answer(error(libc::EAFNOSUPPORT)),
                Op::Label("refuse"),
                refuse(libc::EACCES),
            ],
        );
        rules.on(libc::SYS_connect, [refuse(libc::EACCES)]);
        rules.on(
            libc::SYS_socketpair,
            [
                Op::Load(argument(1)),
                Op::Mask(0xf),
                // A pair of datagram sockets, raw ones too, can be connected to any address afterwards.
                Op::IfEqual(number(libc::SOCK_STREAM), "allow"),
                Op::IfEqual(number(libc::SOCK_SEQPACKET), "allow"),
                Op::Answer(error(libc::EACCES)),
                Op::Label("allow"),
                Op::Answer(ALLOW),
            ],
        );
        return;
    }
    rules.on(
        libc::SYS_socket,
        [
            Op::Load(argument(0)),
            Op::IfEqual(number(libc::AF_UNIX), "allow"),
            Op::IfEqual(number(libc::AF_NETLINK), "unsupported"),
            Op::IfEqual(number(INTERNET[0]), "internet"),
            Op::IfEqual(number(INTERNET[1]), "internet"),
            refuse(libc::EAFNOSUPPORT),
            Op::Label("internet"),
            refuse(libc::EACCES),
            Op::Label("unsupported"),
            Op::Answer(error(libc::EAFNOSUPPORT)),
            Op::Label("allow"),
            Op::Answer(ALLOW),
        ],
    );
    if asking {
        // A service of this machine may be asked for by its name; it is not there, but worth a note.
        rules.all(&[libc::SYS_connect], ASK);
        // Only a message with an address of its own says where it goes.
        rules.on(
            libc::SYS_sendto,
            [
                Op::Load(argument(4)),
                Op::IfNotEqual(0, "ask"),
                Op::Load(argument(4) ^ 4),
                Op::IfEqual(0, "allow"),
                Op::Label("ask"),
                Op::Answer(ASK),
                Op::Label("allow"),
                Op::Answer(ALLOW),
            ],
        );
    }
}

/// Whether this kernel can tell the run's init of refused calls and let it pass some of them on (since 5.7).
#[allow(unsafe_code)]
pub(crate) fn can_listen() -> bool {
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
pub(crate) fn install(program: &[sock_filter], listen: bool) -> io::Result<Option<RawFd>> {
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
