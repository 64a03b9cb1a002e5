//! The machine that figures are measured on: what stands beside them so that they mean something later.

use serde::{Deserialize, Serialize};

/// Plain facts about this machine; an empty text or 0 where it does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Processor model.
    pub cpu: String,
    /// Cores that may be used.
    pub cores: usize,
    /// Memory in all, bytes.
    pub memory_bytes: u64,
    /// Operating system and kernel.
    pub system: String,
}

/// Reads them.
#[must_use]
pub(crate) fn facts() -> Machine {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    let system = match kernel.trim() {
        "" => std::env::consts::OS.to_owned(),
        release => format!("Linux {release}"),
    };
    Machine {
        cpu: field(&read("/proc/cpuinfo"), "model name")
            .unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        memory_bytes: field(&read("/proc/meminfo"), "MemTotal")
            .and_then(|v| v.trim_end_matches("kB").trim().parse::<u64>().ok())
            .map_or(0, |kib| kib * 1024),
        system,
    }
}

/// The value behind `name … :` in a text of such lines.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_a_core_and_a_system() {
        let facts = facts();
        assert!(facts.cores >= 1 && !facts.system.is_empty() && !facts.cpu.is_empty());
        assert_eq!(
            field("MemTotal:       16 kB\n", "MemTotal").as_deref(),
            Some("16 kB")
        );
    }
}
