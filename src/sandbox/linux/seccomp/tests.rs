//! The filter run as the kernel would run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use libc::c_long;

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
            c if c & 7 == libc::BPF_ALU => {
                acc &= i.k;
                continue;
            }
            c if c & 7 == libc::BPF_RET => return i.k,
            c if c & 0xf0 == libc::BPF_JA => {
                at += i.k as usize;
                continue;
            }
            c if c & 0xf0 == libc::BPF_JEQ => acc == i.k,
            c if c & 0xf0 == libc::BPF_JGE => acc >= i.k,
            _ => acc & i.k != 0,
        };
        at += usize::from(if test { i.jt } else { i.jf });
    }
}

fn context_of(listening: Supervision) -> FilterContext {
    FilterContext {
        cgroup: true,
        namespaces: true,
        keeping: false,
        listening,
    }
}

const NONE: [u64; 6] = [0; 6];

#[test]
fn each_call_gets_its_answer_whatever_the_upper_half_says() {
    for listening in [
        Supervision::Nobody,
        Supervision::Refusals,
        Supervision::Files,
    ] {
        let p = build(context_of(listening));
        let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
        let refused = |number| {
            if listening.is_on() {
                ASK
            } else {
                error(number)
            }
        };
        for n in [
            libc::SYS_read,
            libc::SYS_execve,
            libc::SYS_mmap,
            libc::SYS_futex,
            libc::SYS_exit_group,
            libc::SYS_memfd_create,
            libc::SYS_socketpair,
            libc::SYS_sendmsg,
        ] {
            assert_eq!(ask(n, NONE), ALLOW);
        }
        for (n, _, _) in REFUSED {
            assert_eq!(ask(*n, NONE), refused(libc::EPERM));
        }
        for n in QUIETLY {
            assert_eq!(ask(*n, NONE), error(libc::EPERM));
        }
        for n in ABSENT {
            assert_eq!(ask(*n, NONE), error(libc::ENOSYS));
        }
        for n in UNSUPPORTED {
            assert_eq!(ask(*n, NONE), error(libc::EOPNOTSUPP));
        }
        for n in PRETENDED {
            assert_eq!(ask(*n, NONE), error(0));
        }
        for n in OPENING {
            let asked = listening == Supervision::Files;
            assert_eq!(ask(*n, NONE), if asked { ASK } else { ALLOW });
        }
        assert_eq!(verdict(&p, 0x4000_0003, 1, NONE), KILL);
        if cfg!(target_arch = "x86_64") {
            assert_eq!(verdict(&p, OURS, 0x4000_0001, NONE), KILL);
        }
        assert_eq!(ask(libc::SYS_clone, [17, 0, 0, 0, 0, 0]), ALLOW);
        let namespace = [17 | libc::CLONE_NEWUSER as u64, 0, 0, 0, 0, 0];
        assert_eq!(ask(libc::SYS_clone, namespace), refused(libc::EPERM));
        for (request, answer) in [
            (0x5412 | 1 << 32, refused(libc::EPERM)),
            (0x541c, refused(libc::EPERM)),
            (0x5401, ALLOW),
        ] {
            assert_eq!(ask(libc::SYS_ioctl, [0, request, 0, 0, 0, 0]), answer);
        }
    }
    let mut without = context_of(Supervision::Nobody);
    without.cgroup = false;
    let p = build(without);
    assert_eq!(
        verdict(&p, OURS, libc::SYS_memfd_create as u32, NONE),
        error(libc::ENOSYS)
    );
}

#[test]
fn only_sockets_of_its_own_may_be_had_and_attempts_are_noted() {
    for listening in [Supervision::Nobody, Supervision::Refusals] {
        let p = build(context_of(listening));
        let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
        let note = if listening.is_on() { ASK } else { ALLOW };
        for family in 0..50u64 {
            let wanted = match family as i32 {
                libc::AF_UNIX => ALLOW,
                libc::AF_NETLINK => error(libc::EAFNOSUPPORT),
                _ if listening.is_on() => ASK,
                libc::AF_INET | libc::AF_INET6 => error(libc::EACCES),
                _ => error(libc::EAFNOSUPPORT),
            };
            for upper in [0, 1 << 32] {
                let args = [family | upper, 1, 0, 0, 0, 0];
                assert_eq!(ask(libc::SYS_socket, args), wanted, "{family}");
            }
        }
        assert_eq!(ask(libc::SYS_connect, NONE), note);
        assert_eq!(ask(libc::SYS_sendto, NONE), ALLOW);
        for address in [1, 1 << 32, u64::MAX] {
            assert_eq!(ask(libc::SYS_sendto, [0, 0, 0, 0, address, 0]), note);
        }
    }
}

#[test]
fn what_is_in_memory_is_neither_told_nor_thrown_out() {
    let p = build(context_of(Supervision::Nobody));
    let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
    for advice in 0..30u64 {
        let forgets = matches!(advice as i32, libc::MADV_COLD | libc::MADV_PAGEOUT);
        let wanted = if forgets { error(0) } else { ALLOW };
        let args = [0, 0, advice | 1 << 32, 0, 0, 0];
        assert_eq!(ask(libc::SYS_madvise, args), wanted);
        let forgets = matches!(
            advice as i32,
            libc::POSIX_FADV_DONTNEED | libc::POSIX_FADV_NOREUSE
        );
        let wanted = if forgets { error(0) } else { ALLOW };
        let args = [0, 0, 0, advice, 0, 0];
        assert_eq!(ask(libc::SYS_fadvise64, args), wanted);
    }
    for call in [libc::SYS_preadv2, libc::SYS_pwritev2] {
        for bit in 0..12 {
            let flag = 1u64 << bit;
            let wanted = match flag as i32 {
                libc::RWF_NOWAIT | 0x80 => error(libc::EOPNOTSUPP),
                _ => ALLOW,
            };
            assert_eq!(ask(call, [0, 0, 0, 0, 0, flag | 1 << 40]), wanted);
        }
    }
}

#[test]
fn where_the_network_is_the_machines_own_there_are_no_sockets() {
    let mut weak = context_of(Supervision::Nobody);
    weak.namespaces = false;
    let p = build(weak);
    let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
    for family in 0..50u64 {
        assert_ne!(ask(libc::SYS_socket, [family, 1, 0, 0, 0, 0]), ALLOW);
    }
    assert_ne!(ask(libc::SYS_connect, NONE), ALLOW);
    let pair = |kind: i32| {
        let flags = (kind | libc::SOCK_CLOEXEC) as u64;
        ask(libc::SYS_socketpair, [1, flags, 0, 0, 0, 0])
    };
    for kind in 0..16 {
        let apart = matches!(kind, libc::SOCK_STREAM | libc::SOCK_SEQPACKET);
        let wanted = if apart { ALLOW } else { error(libc::EACCES) };
        assert_eq!(pair(kind), wanted, "{kind}");
    }
}

#[test]
fn limits_of_others_may_be_read_but_not_set() {
    let p = build(context_of(Supervision::Nobody));
    let ask = |args| verdict(&p, OURS, libc::SYS_prlimit64 as u32, args);
    for new in [1, 1 << 32] {
        assert_eq!(ask([0, 7, new, 0, 0, 0]), ALLOW);
        assert_eq!(ask([1, 7, new, 0, 0, 0]), error(libc::EPERM));
    }
    assert_eq!(ask([1, 7, 0, 1, 0, 0]), ALLOW);
}

#[test]
fn without_namespaces_only_what_is_its_own_can_be_changed() {
    let p = build(context_of(Supervision::Nobody));
    let free = |n: c_long, args| verdict(&p, OURS, n as u32, args);
    for listening in [Supervision::Nobody, Supervision::Refusals] {
        let mut weak = context_of(listening);
        weak.namespaces = false;
        let p = build(weak);
        let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
        let refused = error(libc::EPERM);
        for (call, process) in OF_MANY {
            for which in 0..4u64 {
                for who in [0, 1, 1 << 32] {
                    let args = [which, who, 19, 0, 0, 0];
                    let own = which as u32 == *process && who as u32 == 0;
                    assert_eq!(ask(*call, args), if own { ALLOW } else { refused });
                    assert_eq!(free(*call, args), ALLOW);
                }
            }
        }
        for (call, _) in OF_OTHERS {
            assert_eq!(ask(*call, NONE), ALLOW);
            assert_eq!(ask(*call, [1, 0, 0, 0, 0, 0]), refused);
        }
        for call in ON_FILES_OF_OTHERS {
            assert_eq!(ask(*call, NONE), refused);
            assert_eq!(free(*call, NONE), ALLOW);
        }
        for call in NOTES_OF_OTHERS {
            assert_eq!(ask(*call, NONE), error(libc::EOPNOTSUPP));
            assert_eq!(free(*call, NONE), ALLOW);
        }
        let watch = libc::SYS_inotify_add_watch;
        assert_eq!(ask(watch, NONE), error(libc::EACCES));
        assert_eq!(free(watch, NONE), ALLOW);
        for call in OWN_FILES_ONLY {
            let wanted = if listening.is_on() { ASK } else { refused };
            assert_eq!(ask(*call, NONE), wanted);
            assert_eq!(free(*call, NONE), ALLOW);
        }
        // FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_ENABLE_VERITY, FICLONE; and asking a terminal.
        for request in [0x4008_6602, 0x401c_5820, 0x4028_6685, 0x4004_9409u64] {
            let args = [0, request, 0, 0, 0, 0];
            assert_eq!(ask(libc::SYS_ioctl, args), error(libc::EOPNOTSUPP));
            assert_eq!(free(libc::SYS_ioctl, args), ALLOW);
        }
        assert_eq!(ask(libc::SYS_ioctl, [0, 0x5401, 0, 0, 0, 0]), ALLOW);
        assert_ne!(ask(libc::SYS_ioctl, [0, 0x5412, 0, 0, 0, 0]), ALLOW);
    }
}

#[test]
fn only_locks_are_asked_about_and_no_hint_is_left() {
    for listening in [Supervision::Nobody, Supervision::Refusals] {
        let p = build(context_of(listening));
        let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
        let asked = if listening.is_on() { ASK } else { ALLOW };
        assert_eq!(ask(libc::SYS_flock, NONE), asked);
        for request in 0..2_000u64 {
            let wanted = match request as u32 {
                n if LOCKING.contains(&n) => asked,
                n if HINTING.contains(&n) => error(libc::EINVAL),
                _ => ALLOW,
            };
            let args = [0, request | 1 << 32, 0, 0, 0, 0];
            assert_eq!(ask(libc::SYS_fcntl, args), wanted);
        }
    }
}

#[test]
fn where_landlock_lets_files_be_emptied_the_filter_does_not() {
    for (listening, opening) in [
        (Supervision::Nobody, ALLOW),
        (Supervision::Refusals, ALLOW),
        (Supervision::Files, ASK),
    ] {
        let mut weak = context_of(listening);
        weak.namespaces = false;
        for emptying in [true, false] {
            let p = build_for(weak, emptying);
            let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
            let refused = error(libc::EPERM);
            let wanted = if emptying { refused } else { ALLOW };
            assert_eq!(ask(libc::SYS_truncate, NONE), wanted);
            for (how, empties) in [
                (libc::O_RDONLY, false),
                (libc::O_RDONLY | libc::O_CREAT | libc::O_CLOEXEC, false),
                (libc::O_WRONLY | libc::O_TRUNC, false),
                (libc::O_RDWR | libc::O_TRUNC | libc::O_CREAT, false),
                (libc::O_RDONLY | libc::O_TRUNC | libc::O_CREAT, true),
                (libc::O_ACCMODE | libc::O_TRUNC, true),
            ] {
                let wanted = if emptying && empties {
                    refused
                } else {
                    opening
                };
                let how = how as u64 | 1 << 32;
                let at = [0, 0, how, 0, 0, 0];
                assert_eq!(ask(libc::SYS_openat, at), wanted, "{how:o}");
                #[cfg(target_arch = "x86_64")]
                assert_eq!(ask(libc::SYS_open, [0, how, 0, 0, 0, 0]), wanted);
            }
        }
    }
}

#[test]
fn the_program_is_short_and_every_other_call_is_let_through() {
    for namespaces in [true, false] {
        for listening in [
            Supervision::Nobody,
            Supervision::Refusals,
            Supervision::Files,
        ] {
            let mut context = context_of(listening);
            context.namespaces = namespaces;
            let p = build(context);
            // The kernel takes ten times as much; putting it on takes time with every run.
            assert!(p.len() < 400, "{}", p.len());
            for number in [0x1000, 0x3fff_ffff] {
                assert_eq!(verdict(&p, OURS, number, NONE), ALLOW);
            }
            if cfg!(target_arch = "x86_64") {
                assert_eq!(verdict(&p, OURS, u32::MAX, NONE), KILL);
            }
        }
    }
}

#[test]
fn a_search_that_is_longer_than_a_jump_finds_each_rule() {
    let mut rules = FilterRules::default();
    let of = |number: u32| error(number.cast_signed() % 50 + 1);
    for number in (0..900).step_by(3) {
        rules.on(c_long::from(number), [Op::Answer(of(number))]);
    }
    // What was said first holds.
    rules.on(3, [Op::Answer(KILL)]);
    let p = rules.program();
    for number in 0..1_000 {
        let wanted = if number % 3 == 0 && number < 900 {
            of(number)
        } else {
            ALLOW
        };
        assert_eq!(verdict(&p, OURS, number, NONE), wanted, "{number}");
    }
}

#[test]
fn a_jump_to_nowhere_lets_nothing_through() {
    let mut rules = FilterRules::default();
    rules.on(
        1,
        [
            Op::Load(NUMBER),
            Op::IfEqual(1, "nowhere"),
            Op::Answer(ALLOW),
        ],
    );
    // Backwards is nowhere, too.
    rules.on(
        2,
        [
            Op::Load(NUMBER),
            Op::Label("back"),
            Op::IfEqual(2, "back"),
            Op::Answer(ALLOW),
        ],
    );
    let program = rules.program();
    assert_eq!(verdict(&program, OURS, 1, NONE), KILL);
    assert_eq!(verdict(&program, OURS, 2, NONE), KILL);
}
