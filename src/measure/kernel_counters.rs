//! The kernel's counters, as its text files tell them. What a machine does not tell is `None`.

use std::time::Duration;

/// Counters since the machine started, or since this program did; only differences mean something.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    /// Time of all cores together.
    pub(super) whole: Option<Duration>,
    /// Of it, what anybody used.
    pub(super) busy: Option<Duration>,
    /// Of it, what the hypervisor took away.
    pub(super) stolen: Option<Duration>,
    /// What this program and all that it started have used.
    pub(super) own: Option<Duration>,
    /// Time in which something waited for a core.
    pub(super) waited: Option<Duration>,
    /// Mean frequency of the cores against their highest.
    pub(super) frequency: Option<f64>,
}

impl Counters {
    /// Reads them all.
    pub(super) fn read() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let cores = read("/proc/stat").and_then(|text| cores(&text));
        Self {
            whole: cores.map(|c| c.0),
            busy: cores.map(|c| c.1),
            stolen: cores.map(|c| c.2),
            own: own(),
            waited: read("/proc/pressure/cpu").and_then(|text| waited(&text)),
            frequency: frequency(),
        }
    }
}

fn ticks(n: u64) -> Duration {
    #[cfg(target_os = "linux")]
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    #[cfg(not(target_os = "linux"))]
    let per_second = 100;
    Duration::from_nanos(n.saturating_mul(1_000_000_000 / per_second))
}

/// All time, busy time and stolen time, of the line `cpu  user nice system idle iowait irq softirq steal …`.
fn cores(text: &str) -> Option<(Duration, Duration, Duration)> {
    let line = text.lines().find(|l| l.starts_with("cpu "))?;
    let fields: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .take(8)
        .map_while(|f| f.parse().ok())
        .collect();
    let [user, nice, system, idle, iowait, irq, softirq, steal] = fields[..] else {
        return None;
    };
    let busy = user + nice + system + irq + softirq;
    let whole = busy + idle + iowait + steal;
    Some((ticks(whole), ticks(busy), ticks(steal)))
}

/// CPU time of this program, of its children, and of all whose end they have waited for: a guest that has ended is in
/// its launcher's account.
fn own() -> Option<Duration> {
    let me = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut sum = used(&me)?;
    for thread in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
        let children = std::fs::read_to_string(thread.path().join("children")).ok()?;
        for child in children.split_whitespace() {
            let stat = std::fs::read_to_string(format!("/proc/{child}/stat"));
            sum += stat.ok().and_then(|s| used(&s)).unwrap_or(0);
        }
    }
    Some(ticks(sum))
}

/// `utime + stime + cutime + cstime` of a line of `/proc/<pid>/stat`, in ticks.
fn used(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let times = fields.split_whitespace().skip(11).take(4);
    let times: Vec<u64> = times.map_while(|f| f.parse().ok()).collect();
    (times.len() == 4).then(|| times.iter().sum())
}

/// `some … total=<µs>`.
fn waited(text: &str) -> Option<Duration> {
    let some = text.lines().find(|l| l.starts_with("some "))?;
    let total = some
        .split_whitespace()
        .find_map(|w| w.strip_prefix("total="))?;
    total.parse().ok().map(Duration::from_micros)
}

fn frequency() -> Option<f64> {
    let number = |path: std::path::PathBuf| -> Option<f64> {
        std::fs::read_to_string(path).ok()?.trim().parse().ok()
    };
    let mut shares = Vec::new();
    for core in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
        let folder = std::path::PathBuf::from(format!("/sys/devices/system/cpu/cpu{core}/cpufreq"));
        let highest = number(folder.join("cpuinfo_max_freq")).filter(|f| *f > 0.0)?;
        shares.push(number(folder.join("scaling_cur_freq"))? / highest);
    }
    let mean = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
    mean.is_finite().then_some(mean)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_understood() {
        let text = "cpu  10 0 5 80 0 0 0 5 0 0\ncpu0 1\n";
        assert_eq!(cores(text), Some((ticks(100), ticks(15), ticks(5))));
        assert_eq!(cores("cpu 1 2\n"), None);
        assert_eq!(
            waited("some avg10=12.50 avg60=0.01 avg300=0.00 total=7\nfull avg10=0.00\n"),
            Some(Duration::from_micros(7))
        );
        assert_eq!(waited("nothing"), None);
        let stat = "12 (a b) c) S 1 2 3 4 5 6 7 8 9 10 100 20 3 4 20 0";
        assert_eq!(used(stat), Some(127));
        assert_eq!(used("12 (x) S 1"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_tells() {
        let before = Counters::read();
        let mut x = 1_u64;
        for i in 0..40_000_000_u64 {
            x = std::hint::black_box(x.wrapping_mul(i | 1));
        }
        let after = Counters::read();
        assert!(after.own.unwrap() > before.own.unwrap());
        assert!(after.whole.unwrap() >= before.whole.unwrap());
    }
}
