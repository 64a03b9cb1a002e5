//! Limits in the words of a task file: `[limits]` of one run, `[build]` of one build.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::base::units::{Bytes, parse_bytes, parse_duration};
use crate::sandbox::Limits;

/// A table of limits as it stands in a file. The short names are those of older files.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsFile {
    #[serde(default, alias = "time", deserialize_with = "duration")]
    time_limit: Option<String>,
    #[serde(default, alias = "memory", deserialize_with = "amount")]
    memory_limit: Option<String>,
    #[serde(default, alias = "output", deserialize_with = "amount")]
    output_limit: Option<String>,
    #[serde(default, deserialize_with = "processes")]
    processes: Option<u32>,
    #[serde(default, deserialize_with = "amount")]
    disk: Option<String>,
}

/// Reads a limit of time for a flag or a file: a span that is not zero.
///
/// # Errors
/// What is wrong, in one sentence.
pub(crate) fn parse_time_limit(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(Duration::ZERO) => {
            Err("a limit of no time at all stops every run; write for example 10s".into())
        }
        other => other,
    }
}

/// Reads a limit in bytes for a flag or a file: an amount that is not zero.
///
/// # Errors
/// What is wrong, in one sentence.
pub(crate) fn parse_size_limit(text: &str) -> Result<Bytes, String> {
    match parse_bytes(text) {
        Ok(Bytes(0)) => Err("a limit of nothing stops every run; write for example 64MiB".into()),
        Ok(small) if small < Bytes(4096) && text.trim().ends_with(|c: char| c.is_ascii_digit()) => {
            let number = text.trim();
            Err(format!(
                "`{number}` has no unit and would be {small}; write for example {number}MB"
            ))
        }
        other => other,
    }
}

/// Processes and threads that a limit may allow.
pub(crate) const PROCESSES: std::ops::RangeInclusive<u32> = 1..=4096;

/// Checks a text while its position in the file is still known.
fn checked<'de, D: Deserializer<'de>, T>(
    d: D,
    read: fn(&str) -> Result<T, String>,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(d)?;
    read(&text).map_err(de::Error::custom)?;
    Ok(Some(text))
}

fn duration<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    checked(d, parse_time_limit)
}

fn amount<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    checked(d, parse_size_limit)
}

fn processes<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u32>, D::Error> {
    let number = i64::deserialize(d)?;
    match u32::try_from(number) {
        Ok(n) if PROCESSES.contains(&n) => Ok(Some(n)),
        _ => Err(de::Error::custom(format!(
            "{number} is no limit of processes; write a number from {} to {}",
            PROCESSES.start(),
            PROCESSES.end()
        ))),
    }
}

impl LimitsFile {
    /// These limits, with the gaps filled from `others`.
    pub(super) fn over(&self, others: Limits) -> Limits {
        let bytes = |text: &Option<String>, other| {
            text.as_deref()
                .and_then(|t| parse_bytes(t).ok())
                .unwrap_or(other)
        };
        Limits {
            time: self
                .time_limit
                .as_deref()
                .and_then(|t| parse_duration(t).ok())
                .unwrap_or(others.time),
            memory: bytes(&self.memory_limit, others.memory),
            output: bytes(&self.output_limit, others.output),
            disk: bytes(&self.disk, others.disk),
            processes: self.processes.unwrap_or(others.processes),
        }
    }

    /// Limits as they are written.
    pub(super) fn of(limits: &Limits) -> Self {
        let bytes = |b: Bytes| Some(format!("{}B", b.0));
        let t = limits.time;
        let time = if t.subsec_nanos() == 0 {
            format!("{}s", t.as_secs())
        } else {
            format!("{}ns", t.as_nanos())
        };
        Self {
            time_limit: Some(time),
            memory_limit: bytes(limits.memory),
            output_limit: bytes(limits.output),
            disk: bytes(limits.disk),
            processes: Some(limits.processes),
        }
    }
}

/// Limits that flags or the config file set; the rest are defaults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LimitOverrides {
    /// Wall-clock time of a run or build.
    pub time: Option<Duration>,
    /// Memory of the whole process tree.
    pub memory: Option<Bytes>,
    /// Standard output and standard error, each.
    pub output: Option<Bytes>,
    /// Processes and threads alive at once.
    pub processes: Option<u32>,
    /// What may be written to the private folders.
    pub disk: Option<Bytes>,
}

impl LimitOverrides {
    /// These limits, with the gaps filled from `others`.
    pub(crate) fn or(&self, others: &Self) -> Self {
        Self {
            time: self.time.or(others.time),
            memory: self.memory.or(others.memory),
            output: self.output.or(others.output),
            processes: self.processes.or(others.processes),
            disk: self.disk.or(others.disk),
        }
    }

    /// Complete limits: the gaps are filled from `limits`.
    #[must_use]
    pub fn over(&self, limits: &Limits) -> Limits {
        Limits {
            time: self.time.unwrap_or(limits.time),
            memory: self.memory.unwrap_or(limits.memory),
            output: self.output.unwrap_or(limits.output),
            processes: self.processes.unwrap_or(limits.processes),
            disk: self.disk.unwrap_or(limits.disk),
        }
    }
}

/// Limits from the config file; flags and task folders override them.
#[derive(Clone, Debug, Default)]
pub struct TaskDefaults {
    /// Of one run.
    pub limits: LimitOverrides,
    /// Of one build.
    pub build: LimitOverrides,
}
