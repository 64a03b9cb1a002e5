//! The filter run as the kernel would run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

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
            c if c & 0xf0 == libc::BPF_JEQ => acc == i.k,
            c if c & 0xf0 == libc::BPF_JGE => acc >= i.k,
            _ => acc & i.k != 0,
        };
        at += usize::from(if test { i.jt } else { i.jf });
    }
}

fn around(listening: Listening) -> Around {
    Around {
        cgroup: true,
        namespaces: true,
        listening,
    }
}

const NONE: [u64; 6] = [0; 6];

#[test]
fn each_call_gets_its_answer_whatever_the_upper_half_says() {
    for listening in [Listening::Nobody, Listening::Refusals, Listening::Files] {
        let p = build(around(listening));
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
        for n in OPENING {
            let asked = listening == Listening::Files;
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
    let mut without = around(Listening::Nobody);
    without.cgroup = false;
    let p = build(without);
    assert_eq!(
        verdict(&p, OURS, libc::SYS_memfd_create as u32, NONE),
        error(libc::ENOSYS)
    );
}

#[test]
fn sockets_that_reach_nobody_may_be_had_and_are_noted() {
    for listening in [Listening::Nobody, Listening::Refusals] {
        let p = build(around(listening));
        let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
        let note = if listening.is_on() { ASK } else { ALLOW };
        for family in 0..50u64 {
            let wanted = match family as i32 {
                libc::AF_UNIX => ALLOW,
                libc::AF_INET | libc::AF_INET6 => note,
                libc::AF_NETLINK => error(libc::EAFNOSUPPORT),
                _ if listening.is_on() => ASK,
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
fn where_the_network_is_the_machines_own_there_are_no_sockets() {
    let mut weak = around(Listening::Nobody);
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
    assert_eq!(pair(libc::SOCK_STREAM), ALLOW);
    assert_ne!(pair(libc::SOCK_DGRAM), ALLOW);
}

#[test]
fn limits_of_others_may_be_read_but_not_set() {
    let p = build(around(Listening::Nobody));
    let ask = |args| verdict(&p, OURS, libc::SYS_prlimit64 as u32, args);
    for new in [1, 1 << 32] {
        assert_eq!(ask([0, 7, new, 0, 0, 0]), ALLOW);
        assert_eq!(ask([1, 7, new, 0, 0, 0]), error(libc::EPERM));
    }
    assert_eq!(ask([1, 7, 0, 1, 0, 0]), ALLOW);
    let mut weak = around(Listening::Nobody);
    let setting = |p: &[sock_filter], who| {
        verdict(p, OURS, libc::SYS_setpriority as u32, [0, who, 19, 0, 0, 0])
    };
    assert_eq!(setting(&p, 1), ALLOW);
    weak.namespaces = false;
    let p = build(weak);
    assert_eq!(
        (setting(&p, 0), setting(&p, 1)),
        (ALLOW, error(libc::EPERM))
    );
}

#[test]
fn only_locks_are_asked_about() {
    let p = build(around(Listening::Refusals));
    let ask = |n: c_long, args| verdict(&p, OURS, n as u32, args);
    assert_eq!(ask(libc::SYS_flock, NONE), ASK);
    for request in 0..2_000u64 {
        let lock = LOCKING.contains(&(request as u32));
        let wanted = if lock { ASK } else { ALLOW };
        assert_eq!(
            ask(libc::SYS_fcntl, [0, request | 1 << 32, 0, 0, 0, 0]),
            wanted
        );
    }
}
