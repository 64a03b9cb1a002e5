//! A number with a unit behind it, in the spellings of benchmark tools.

use super::figure::Unit;

/// A number with or without a unit behind it. It may be 0, negative, infinite or no number at all (`nan`): what that means
/// is for the reader of the figure to say.
pub(super) fn quantity(text: &str) -> Option<(f64, Unit)> {
    let (number, unit) = match special(text) {
        Some(found) => found,
        None => {
            let (number, unit) = text.split_at(end_of_number(text));
            (number.replace([',', '_'], "").parse().ok()?, unit)
        }
    };
    let (factor, unit) = factor(unit.trim());
    Some((number * factor, unit))
}

/// Where the number at the start of a text ends.
fn end_of_number(text: &str) -> usize {
    let outside = |(i, c): &(usize, char)| {
        let exponent = matches!(c, 'e' | 'E')
            && text[i + 1..].starts_with(|d: char| d.is_ascii_digit() || d == '-' || d == '+')
            && text[..*i].ends_with(|d: char| d.is_ascii_digit() || d == '.');
        let sign = matches!(c, '-' | '+') && (*i == 0 || text[..*i].ends_with(['e', 'E']));
        !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_') || exponent || sign)
    };
    let end = text.char_indices().find(outside);
    end.map_or(text.len(), |(i, _)| i)
}

/// `nan`, `-inf` and the like, and what stands behind.
fn special(text: &str) -> Option<(f64, &str)> {
    let (sign, bare) = match text.strip_prefix('-') {
        Some(bare) => (-1.0, bare),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let names = [
        ("infinity", f64::INFINITY),
        ("inf", f64::INFINITY),
        ("∞", f64::INFINITY),
        ("nan", f64::NAN),
    ];
    names.iter().find_map(|(name, value)| {
        let start = bare.get(..name.len())?;
        let rest = &bare[name.len()..];
        let whole = !rest.starts_with(|c: char| c.is_alphanumeric());
        // A unit may follow at once, as in `nanms`.
        let unit = !whole && factor(rest).1 != Unit::Plain;
        (start.eq_ignore_ascii_case(name) && (whole || unit)).then_some((sign * value, rest))
    })
}

/// By how much a unit is larger than the smallest of its kind. What is not known leaves the number as it is.
pub(super) fn factor(unit: &str) -> (f64, Unit) {
    let first = unit.split_whitespace().next().unwrap_or_default();
    let (of, per) = match first.split_once('/') {
        Some((of, per)) => (of, Some(per)),
        None => (first, None),
    };
    if let Some(second) = per.and_then(seconds) {
        let of = amount(of).or_else(|| prefix(of)).unwrap_or(1.0);
        return (of / second, Unit::Rate);
    }
    if let Some(seconds) = seconds(of) {
        return (seconds * 1e9, Unit::Time);
    }
    if let Some(bytes) = amount(of) {
        return (bytes, Unit::Bytes);
    }
    match of {
        "Hz" | "hz" | "rps" | "qps" | "fps" => (1.0, Unit::Rate),
        "kHz" => (1e3, Unit::Rate),
        "MHz" => (1e6, Unit::Rate),
        "GHz" => (1e9, Unit::Rate),
        _ => (1.0, Unit::Plain),
    }
}

/// A unit of time in seconds.
fn seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ps" => 1e-12,
        "ns" | "nsec" | "nanoseconds" => 1e-9,
        "us" | "µs" | "μs" | "usec" | "microseconds" => 1e-6,
        "ms" | "msec" | "milliseconds" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "min" | "mins" | "minutes" => 60.0,
        "h" | "hours" => 3600.0,
        _ => return None,
    })
}

/// A unit of data in bytes.
fn amount(unit: &str) -> Option<f64> {
    Some(match unit {
        "b" | "B" | "bytes" => 1.0,
        "kb" | "kB" | "KB" => 1e3,
        "mb" | "MB" => 1e6,
        "gb" | "GB" => 1e9,
        "Ki" | "KiB" => 1024.0,
        "Mi" | "MiB" => 1024.0 * 1024.0,
        "Gi" | "GiB" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    })
}

/// The prefix of something that is counted: `Mops`, `k`.
fn prefix(unit: &str) -> Option<f64> {
    let counted = |rest: &str| matches!(rest, "" | "op" | "ops" | "elem" | "item" | "items");
    let (first, rest) = unit.split_at_checked(1)?;
    let factor = match first {
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        _ => return None,
    };
    counted(rest).then_some(factor)
}
