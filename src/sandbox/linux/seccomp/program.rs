//! Instructions of the filter, and the search by which it finds what to do about a call.

use std::collections::BTreeMap;

use libc::{c_long, sock_filter};

/// `struct seccomp_data`: number at 0, architecture at 4, arguments from 16 on (low half first).
pub const NUMBER: u32 = 0;
/// See [`NUMBER`].
pub const ARCHITECTURE: u32 = 4;
/// Where the low half of an argument is; `^ 4` gives the other half.
pub const fn argument(n: u32) -> u32 {
    16 + 8 * n + if cfg!(target_endian = "big") { 4 } else { 0 }
}

/// This machine's architecture as the kernel names it.
#[cfg(target_arch = "x86_64")]
pub const OURS: u32 = 0xc000_003e;
/// This machine's architecture as the kernel names it.
#[cfg(target_arch = "aarch64")]
pub const OURS: u32 = 0xc000_00b7;
/// This machine's architecture as the kernel names it.
#[cfg(target_arch = "riscv64")]
pub const OURS: u32 = 0xc000_00f3;

/// Asks the run's init, which refuses or lets through.
pub const ASK: u32 = libc::SECCOMP_RET_USER_NOTIF;
/// Ends the process.
pub const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
/// Lets the call through.
pub const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
/// The call is not made, and gives this error; with 0 it seems to have worked.
pub const fn error(number: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | number as u32
}

/// Loads 32 bits of what is known of the call.
pub const fn load(offset: u32) -> sock_filter {
    sock_filter {
        code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16,
        jt: 0,
        jf: 0,
        k: offset,
    }
}

/// Compares what was loaded and goes on so many instructions further.
pub const fn jump(kind: u32, k: u32, yes: u8, no: u8) -> sock_filter {
    sock_filter {
        code: (libc::BPF_JMP | kind | libc::BPF_K) as u16,
        jt: yes,
        jf: no,
        k,
    }
}

/// Keeps only these bits of what was loaded.
pub const fn and(mask: u32) -> sock_filter {
    sock_filter {
        code: (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k: mask,
    }
}

/// Ends with an answer.
pub const fn answer(k: u32) -> sock_filter {
    sock_filter {
        code: (libc::BPF_RET | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k,
    }
}

/// One answer when the argument is any of the values; whatever else is asked goes on with `otherwise`, which answers.
pub fn if_any(
    which: u32,
    values: &[u32],
    then: sock_filter,
    otherwise: &[sock_filter],
) -> Vec<sock_filter> {
    let mut p = vec![load(argument(which))];
    for (i, value) in values.iter().enumerate() {
        let left = values.len() - i - 1 + otherwise.len();
        p.push(jump(libc::BPF_JEQ, *value, left as u8, 0));
    }
    p.extend_from_slice(otherwise);
    p.push(then);
    p
}

/// What is done about each call: pieces of program that begin with nothing loaded and all end with an answer.
///
/// The kernel tries the program with every number when it is put on, so its way to an answer is kept short: the number is
/// searched for by halving.
#[derive(Debug, Default)]
pub struct Rules(BTreeMap<u32, Vec<sock_filter>>);

impl Rules {
    /// What is done about one call. What was said first holds.
    pub fn on(&mut self, number: c_long, piece: impl Into<Vec<sock_filter>>) {
        if let Ok(number) = u32::try_from(number) {
            self.0.entry(number).or_insert_with(|| piece.into());
        }
    }

    /// The same answer for several calls.
    pub fn all(&mut self, numbers: &[c_long], k: u32) {
        for number in numbers {
            self.on(*number, [answer(k)]);
        }
    }

    /// The whole program: every call without a rule is let through, those of other architectures end the process.
    #[must_use]
    pub fn program(self) -> Vec<sock_filter> {
        let mut stretches: Vec<(u32, Vec<sock_filter>)> = vec![(0, vec![answer(ALLOW)])];
        let mut add = |from: u32, piece: Vec<sock_filter>| match stretches.last_mut() {
            Some((at, last)) if *at == from => *last = piece,
            Some((_, last)) if same(last, &piece) => {}
            _ => stretches.push((from, piece)),
        };
        let mut next = 0;
        for (number, piece) in self.0 {
            if number > next {
                add(next, vec![answer(ALLOW)]);
            }
            add(number, piece);
            next = number + 1;
        }
        add(next, vec![answer(ALLOW)]);
        if cfg!(target_arch = "x86_64") {
            // x32 calls share the architecture and differ by one bit of the number.
            add(0x4000_0000, vec![answer(KILL)]);
        }
        let mut program = vec![
            load(ARCHITECTURE),
            jump(libc::BPF_JEQ, OURS, 1, 0),
            answer(KILL),
            load(NUMBER),
        ];
        search(&stretches, &mut program);
        program
    }
}

/// Finds the stretch in which the number lies, by halving.
fn search(stretches: &[(u32, Vec<sock_filter>)], program: &mut Vec<sock_filter>) {
    let middle = stretches.len() / 2;
    let (before, behind) = stretches.split_at(middle);
    let Some((from, piece)) = behind.first() else {
        return;
    };
    if before.is_empty() {
        program.extend_from_slice(piece);
        return;
    }
    let at = program.len();
    // A conditional jump reaches 255 instructions; a search is at most three a stretch besides their pieces.
    let longest: usize = before.iter().map(|(_, piece)| piece.len() + 2).sum();
    let far = longest > 255;
    program.push(jump(libc::BPF_JGE, *from, 0, u8::from(far)));
    if far {
        program.push(jump(libc::BPF_JA, 0, 0, 0));
    }
    search(before, program);
    let behind_at = program.len();
    if far {
        program[at + 1].k = (behind_at - at - 2) as u32;
    } else {
        program[at].jt = (behind_at - at - 1) as u8;
    }
    search(behind, program);
}

fn same(a: &[sock_filter], b: &[sock_filter]) -> bool {
    let of = |i: &sock_filter| (i.code, i.jt, i.jf, i.k);
    a.iter().map(of).eq(b.iter().map(of))
}
