//! How much memory the machine has left while a run is on, where no cgroup holds the run back.
//!
//! What a program makes the kernel hold (buffers of sockets, tables of many kinds) is seen in no figure of its processes.
//! Only the machine as a whole tells, and there others take part as well: so it counts only in plain distress, or where
//! far more has gone than the run may have and than others usually take in that time; and what does not come back with
//! the end of the run was not its doing.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use crate::base::units::Bytes;
use crate::sandbox::Limits;
use crate::sandbox::limit_breach::Breach;

/// Between two readings, at least.
const EVERY: Duration = Duration::from_millis(20);

/// A fall is no accident if it is so many times the limit of memory …
const TIMES: u64 = 2;
/// … and this much on top.
const MARGIN: Bytes = Bytes::mib(1024);

/// In distress the machine has less than this part of its memory left (one in so many), and the run may be why.
const DISTRESS: u64 = 20;

/// What is seen of the machine's memory during one run.
#[derive(Debug, Default)]
pub(super) struct MemoryHeadroom {
    file: Option<File>,
    looked: Option<Instant>,
    first: Option<Bytes>,
}

impl MemoryHeadroom {
    /// Takes a reading if it is time for one, and says whether the run must end for it.
    pub(super) fn breached(&mut self, limits: &Limits) -> Option<Breach> {
        if self.looked.is_some_and(|t| t.elapsed() < EVERY) {
            return None;
        }
        self.looked = Some(Instant::now());
        let (total, left) = self.look()?;
        let first = *self.first.get_or_insert(left);
        judge(limits.memory, total, first, left)
    }

    /// Whether the run was the cause, asked when nothing is left of it: then what had gone has come back.
    pub(super) fn was_the_cause(&mut self, fell: Bytes, left: Bytes) -> bool {
        // The kernel gives some of it back a moment later.
        for _ in 0..20 {
            match self.look() {
                Some((_, now)) if now.0 < left.0 + fell.0 / 2 => {}
                _ => return true,
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// All memory of the machine, and what is left of it.
    fn look(&mut self) -> Option<(Bytes, Bytes)> {
        if self.file.is_none() {
            self.file = File::open("/proc/meminfo").ok();
        }
        let mut text = [0_u8; 256];
        let n = self.file.as_ref()?.read_at(&mut text, 0).ok()?;
        parse(&text[..n])
    }
}

/// Whether the machine's memory, of which `first` was left when the run began, has gone where it cannot go on.
fn judge(limit: Bytes, total: Bytes, first: Bytes, left: Bytes) -> Option<Breach> {
    let fell = first.saturating_sub(left);
    let gone = fell.0 > limit.0.saturating_mul(TIMES).saturating_add(MARGIN.0);
    let distress = left.0 < total.0 / DISTRESS && fell.0 > limit.0 / 2;
    (gone || distress).then_some(Breach::Machine { fell, left })
}

/// `MemTotal` and `MemAvailable` of `/proc/meminfo`.
fn parse(text: &[u8]) -> Option<(Bytes, Bytes)> {
    let text = std::str::from_utf8(text).ok()?;
    let value = |name: &str| {
        let line = text.lines().find_map(|l| l.strip_prefix(name))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(Bytes(kib * 1024))
    };
    Some((value("MemTotal:")?, value("MemAvailable:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_understood() {
        let text =
            b"MemTotal:       16384 kB\nMemFree:        100 kB\nMemAvailable:   8192 kB\nBuff";
        assert_eq!(parse(text), Some((Bytes::mib(16), Bytes::mib(8))));
        assert_eq!(parse(b"MemTotal: 16384 kB\n"), None);
        assert_eq!(parse(b"\xff"), None);
    }

    #[test]
    fn a_run_ends_in_distress_or_after_a_fall_that_is_no_accident() {
        let (limit, total) = (Bytes::mib(512), Bytes::mib(32_000));
        let judged = |first: u64, left: u64| {
            judge(limit, total, Bytes::mib(first), Bytes::mib(left)).is_some()
        };
        assert!(!judged(16_000, 16_000) && !judged(16_000, 17_000));
        assert!(!judged(16_000, 14_000), "others take memory, too");
        assert!(judged(16_000, 13_900));
        assert!(judged(2_000, 1_500), "less than a twentieth is left");
        assert!(!judged(1_500, 1_400), "that was so before");
    }
}
