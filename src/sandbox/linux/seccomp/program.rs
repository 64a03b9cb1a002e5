//! A small assembler for the filter, and the search by which the filter finds the rule for a call.
//!
//! Rules are written with labels, never with distances: a wrong distance is a rule that lets calls through.

use std::collections::BTreeMap;

use libc::{c_long, sock_filter};

/// `struct seccomp_data`: number at 0, architecture at 4, arguments from 16 on (low half first).
pub(crate) const NUMBER: u32 = 0;
pub(crate) const ARCHITECTURE: u32 = 4;
/// Where the low half of an argument is; `^ 4` gives the other half.
pub(crate) const fn argument(n: u32) -> u32 {
    16 + 8 * n + if cfg!(target_endian = "big") { 4 } else { 0 }
}

/// This machine's architecture as the kernel names it.
#[cfg(target_arch = "x86_64")]
pub(crate) const OURS: u32 = 0xc000_003e;
/// This machine's architecture as the kernel names it.
#[cfg(target_arch = "aarch64")]
pub(crate) const OURS: u32 = 0xc000_00b7;
/// This machine's architecture as the kernel names it.
#[cfg(target_arch = "riscv64")]
pub(crate) const OURS: u32 = 0xc000_00f3;

/// Asks the run's init, which refuses or lets through.
pub(crate) const ASK: u32 = libc::SECCOMP_RET_USER_NOTIF;
/// Ends the process.
pub(crate) const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
/// Lets the call through.
pub(crate) const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
/// The call is not made, and gives this error; with 0 it seems to have worked.
pub(crate) const fn error(number: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | number as u32
}

/// One step of a rule. Jumps go forward to a label of the same rule; where they do not jump, the next step follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Loads 32 bits of what is known of the call.
    Load(u32),
    /// Keeps only these bits of what was loaded.
    Mask(u32),
    /// Jumps if what was loaded is this value.
    IfEqual(u32, &'static str),
    /// Jumps if what was loaded is another value.
    IfNotEqual(u32, &'static str),
    /// Jumps if none of these bits is set.
    IfNoBit(u32, &'static str),
    /// Ends with an answer to the call.
    Answer(u32),
    /// A place to jump to; no instruction.
    Label(&'static str),
}

/// The instructions of a rule. A jump to a label that is not there, or is more than 255 instructions away, kills the process
/// that makes the call: a mistake in a rule must not let anything through.
fn assemble(ops: &[Op]) -> Vec<sock_filter> {
    let mut labels = BTreeMap::new();
    let mut length = 0;
    for op in ops {
        match op {
            Op::Label(name) => drop(labels.insert(*name, length)),
            _ => length += 1,
        }
    }
    let mut program: Vec<sock_filter> = Vec::with_capacity(length + 1);
    let mut lost = false;
    for op in ops {
        let next = program.len() + 1;
        let mut distance = |label: &str| {
            let to = labels.get(label).and_then(|at| at.checked_sub(next));
            to.and_then(|d| u8::try_from(d).ok()).unwrap_or_else(|| {
                lost = true;
                u8::try_from(length - next).unwrap_or(u8::MAX)
            })
        };
        program.push(match *op {
            Op::Load(offset) => instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset),
            Op::Mask(bits) => instruction(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, bits),
            Op::Answer(answer) => instruction(libc::BPF_RET | libc::BPF_K, answer),
            Op::IfEqual(value, label) => jump(libc::BPF_JEQ, value, distance(label), 0),
            Op::IfNotEqual(value, label) => jump(libc::BPF_JEQ, value, 0, distance(label)),
            Op::IfNoBit(bits, label) => jump(libc::BPF_JSET, bits, 0, distance(label)),
            Op::Label(_) => continue,
        });
    }
    if lost {
        program.push(instruction(libc::BPF_RET | libc::BPF_K, KILL));
    }
    program
}

const fn instruction(code: u32, k: u32) -> sock_filter {
    sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k,
    }
}

/// A comparison with its two distances, counted from the next instruction.
const fn jump(test: u32, k: u32, yes: u8, no: u8) -> sock_filter {
    sock_filter {
        code: (libc::BPF_JMP | test | libc::BPF_K) as u16,
        jt: yes,
        jf: no,
        k,
    }
}

/// One answer when the argument is any of the values; for every other value `otherwise` goes on, which must end with an
/// answer of its own.
pub(crate) fn if_any(which: u32, values: &[u32], then: u32, otherwise: &[Op]) -> Vec<Op> {
    let mut ops = vec![Op::Load(argument(which))];
    ops.extend(
        values
            .iter()
            .map(|value| Op::IfEqual(*value, "one of them")),
    );
    ops.extend_from_slice(otherwise);
    ops.extend([Op::Label("one of them"), Op::Answer(then)]);
    ops
}

/// What is done about each call: pieces of program that begin with nothing loaded and all end with an answer.
///
/// The kernel tries the program with every number when it is put on, so its way to an answer is kept short: the number is
/// searched for by halving.
#[derive(Debug, Default)]
pub(crate) struct FilterRules(BTreeMap<u32, Vec<sock_filter>>);

impl FilterRules {
    /// What is done about one call. What was said first holds.
    pub(crate) fn on(&mut self, number: c_long, rule: impl AsRef<[Op]>) {
        if let Ok(number) = u32::try_from(number) {
            let rule = rule.as_ref();
            self.0.entry(number).or_insert_with(|| assemble(rule));
        }
    }

    /// The same answer for several calls.
    pub(crate) fn all(&mut self, numbers: &[c_long], k: u32) {
        for number in numbers {
            self.on(*number, [Op::Answer(k)]);
        }
    }

    /// The whole program: every call without a rule is let through, those of other architectures end the process.
    pub(crate) fn program(self) -> Vec<sock_filter> {
        let answer = |k| assemble(&[Op::Answer(k)]);
        let mut stretches: Vec<(u32, Vec<sock_filter>)> = vec![(0, answer(ALLOW))];
        let mut add = |from: u32, piece: Vec<sock_filter>| match stretches.last_mut() {
            Some((at, last)) if *at == from => *last = piece,
            Some((_, last)) if same(last, &piece) => {}
            _ => stretches.push((from, piece)),
        };
        let mut next = 0;
        for (number, piece) in self.0 {
            if number > next {
                add(next, answer(ALLOW));
            }
            add(number, piece);
            next = number + 1;
        }
        add(next, answer(ALLOW));
        if cfg!(target_arch = "x86_64") {
            // x32 calls share the architecture and differ by one bit of the number.
            add(0x4000_0000, answer(KILL));
        }
        let mut program = assemble(&[
            Op::Load(ARCHITECTURE),
            Op::IfEqual(OURS, "ours"),
            Op::Answer(KILL),
            Op::Label("ours"),
            Op::Load(NUMBER),
        ]);
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
