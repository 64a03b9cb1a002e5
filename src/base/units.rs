//! The quantities everything is said in: time, memory, memory over time, and gain.
//!
//! Lives below every room so that a duration, a size and a ratio can never be confused.
//! Files and JSON carry plain numbers in the unit of the type's name (`_ns`, `_bytes`, `_byte_ns`);
//! `Display` writes them for people.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A span of time in nanoseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Nanos(pub u64);

impl Nanos {
    /// The span in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The span of so many seconds; negative and absurd values saturate.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Self {
        Self((seconds * 1e9).max(0.0) as u64)
    }

    /// The difference, never below zero.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl From<Duration> for Nanos {
    fn from(value: Duration) -> Self {
        Self(u64::try_from(value.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl From<Nanos> for Duration {
    fn from(value: Nanos) -> Self {
        Duration::from_nanos(value.0)
    }
}

impl std::ops::Add for Nanos {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Nanos {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |a, b| a + b)
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ns = self.0 as f64;
        if ns >= 120e9 {
            let whole = (ns / 1e9).round() as u64;
            write!(f, "{} min {:02} s", whole / 60, whole % 60)
        } else if ns >= 1e9 {
            write!(f, "{} s", three_digits(ns / 1e9))
        } else if ns >= 1e6 {
            write!(f, "{} ms", three_digits(ns / 1e6))
        } else if ns >= 1e3 {
            write!(f, "{} µs", three_digits(ns / 1e3))
        } else {
            write!(f, "{} ns", self.0)
        }
    }
}

/// An amount of memory or data in bytes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bytes(pub u64);

impl Bytes {
    /// So many mebibytes.
    #[must_use]
    pub const fn mib(n: u64) -> Self {
        Self(n * 1024 * 1024)
    }

    /// The difference, never below zero.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let b = self.0 as f64;
        if b >= 1e9 {
            write!(f, "{} GB", three_digits(b / 1e9))
        } else if b >= 1e6 {
            write!(f, "{} MB", three_digits(b / 1e6))
        } else if b >= 1e3 {
            write!(f, "{} kB", three_digits(b / 1e3))
        } else {
            write!(f, "{} B", self.0)
        }
    }
}

/// Memory integrated over time, in byte·nanoseconds (shown as MB·s).
///
/// A float because 4 GB held for 10 s is already beyond 64 bits; it is always finite and never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Deserialize)]
#[serde(transparent)]
pub struct ByteNanos(pub f64);

impl Serialize for ByteNanos {
    /// A whole number wherever it fits, as the other figures are.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // 2^63: beyond it a float is exact enough, and every reader copes.
        if (0.0..9.2e18).contains(&self.0) {
            serializer.serialize_u64(self.0.round() as u64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl std::ops::Add for ByteNanos {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::iter::Sum for ByteNanos {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |a, b| a + b)
    }
}

impl fmt::Display for ByteNanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mbs = self.0 / 1e15;
        if mbs >= 1000.0 {
            write!(f, "{} GB·s", three_digits(mbs / 1000.0))
        } else if mbs >= 0.1 {
            write!(f, "{} MB·s", three_digits(mbs))
        } else if mbs >= 0.001 || self.0 == 0.0 {
            write!(f, "{mbs:.3} MB·s")
        } else {
            write!(f, "{} kB·s", three_digits(mbs * 1000.0))
        }
    }
}

/// How many times better: the incumbent's figure divided by the candidate's; above 1 is better, whatever the objective.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Gain(pub f64);

impl Gain {
    /// Neither better nor worse.
    pub const ONE: Self = Self(1.0);

    /// The largest gain that is told as a number. Beyond it the candidate's figure is about as small as what the clock or the
    /// start of a burst leaves open, and nobody knows how many times better it is.
    pub const TOLD: f64 = 1_000.0;

    /// `[4.10–4.33]`, with as many digits as the gain itself has; nothing where both ends are beyond what is told as a number.
    #[must_use]
    pub fn interval(low: Self, high: Self) -> String {
        if low.0 > Self::TOLD {
            return String::new();
        }
        let digits = match low.0 {
            l if (0.97..1.03).contains(&l) || (0.97..1.03).contains(&high.0) => 3,
            l if l < 10.0 => 2,
            l if l < 100.0 => 1,
            _ => 0,
        };
        let end = |gain: Self| {
            if gain.0 > Self::TOLD {
                format!(">{:.0}", Self::TOLD)
            } else {
                format!("{:.digits$}", gain.0)
            }
        };
        format!("[{}–{}]", end(low), end(high))
    }
}

impl fmt::Display for Gain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let g = self.0;
        if !g.is_finite() {
            f.write_str("–")
        } else if (0.98..1.02).contains(&g) {
            write!(f, "{g:.3}×")
        } else if g < 10.0 {
            write!(f, "{g:.2}×")
        } else if g < 100.0 {
            write!(f, "{g:.1}×")
        } else if g <= Self::TOLD {
            write!(f, "{g:.0}×")
        } else {
            write!(f, ">{:.0}×", Self::TOLD)
        }
    }
}

/// Three significant digits without an exponent: 1.23, 12.3, 123.
fn three_digits(x: f64) -> String {
    if x >= 99.95 {
        format!("{x:.0}")
    } else if x >= 9.995 {
        format!("{x:.1}")
    } else {
        format!("{x:.2}")
    }
}

/// Reads a span of time as people write it: `500ms`, `10s`, `1.5 s`, `10m`, `1h`; a bare number is seconds.
///
/// # Errors
/// A sentence that names the text and the accepted forms.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split_number(text);
    let scale = match unit {
        "ns" => 1e-9,
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "" | "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => f64::NAN,
    };
    match number.parse::<f64>() {
        Ok(n) if n.is_finite() && n >= 0.0 && !scale.is_nan() && n * scale < 1e9 => {
            Ok(Duration::from_secs_f64(n * scale))
        }
        _ => Err(format!(
            "`{text}` is not a span of time; write for example 500ms, 10s or 2m"
        )),
    }
}

/// Reads an amount of memory as people write it: `512MB` (10⁶), `512MiB` (2²⁰), `2G`; a bare number is bytes.
///
/// # Errors
/// A sentence that names the text and the accepted forms.
pub fn parse_bytes(text: &str) -> Result<Bytes, String> {
    let (number, unit) = split_number(text);
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "ki" | "kib" => 1024.0,
        "mi" | "mib" => 1024.0 * 1024.0,
        "gi" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => f64::NAN,
    };
    match number.parse::<f64>() {
        Ok(n) if n.is_finite() && n >= 0.0 && !scale.is_nan() && n * scale < 1e15 => {
            Ok(Bytes((n * scale) as u64))
        }
        _ => Err(format!(
            "`{text}` is not an amount of memory; write for example 512MB, 256MiB or 2GB"
        )),
    }
}

fn split_number(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_units_in_many_ways() {
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration(" 1.5 s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse_duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(parse_bytes("512MB"), Ok(Bytes(512_000_000)));
        assert_eq!(parse_bytes("1GiB"), Ok(Bytes::mib(1024)));
        for bad in ["", "s", "-1s", "1 parsec", "1e9s", "999999999999h"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
        for bad in ["", "MB", "-1", "12 apples"] {
            assert!(parse_bytes(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(Nanos(1_234_567).to_string(), "1.23 ms");
        assert_eq!(Nanos(125_000_000_000).to_string(), "2 min 05 s");
        assert_eq!(Bytes(61_234_567).to_string(), "61.2 MB");
        assert_eq!(ByteNanos(31.0e15).to_string(), "31.0 MB·s");
        assert_eq!(Gain(4.2134).to_string(), "4.21×");
        assert_eq!(Gain(1.004).to_string(), "1.004×");
    }
}
