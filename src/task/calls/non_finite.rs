//! Numbers that JSON has not and others write all the same: `NaN`, `Infinity`, `-Infinity` as Python does, and `1e400`.

use std::borrow::Cow;

/// The line with such numbers as tagged objects; as it is where there are none, or inside of texts.
pub(super) fn tagged(line: &[u8]) -> Cow<'_, [u8]> {
    let mut out: Vec<u8> = Vec::new();
    let (mut at, mut copied) = (0, 0);
    while at < line.len() {
        let rest = &line[at..];
        match rest[0] {
            b'"' => at += text_length(rest),
            b'N' | b'I' | b'-' | b'0'..=b'9' => {
                let end = rest
                    .iter()
                    .position(|b| !(b.is_ascii_alphanumeric() || b"+-.".contains(b)));
                let word = &rest[..end.unwrap_or(rest.len())];
                if let Some(tag) = tag(word) {
                    out.extend_from_slice(&line[copied..at]);
                    out.extend_from_slice(tag);
                    copied = at + word.len();
                }
                at += word.len();
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(line);
    }
    out.extend_from_slice(&line[copied..]);
    Cow::Owned(out)
}

fn tag(word: &[u8]) -> Option<&'static [u8]> {
    let (inf, minus) = (
        b"{\"$float\": \"inf\"}".as_slice(),
        b"{\"$float\": \"-inf\"}".as_slice(),
    );
    match word {
        b"NaN" => return Some(b"{\"$float\": \"nan\"}"),
        b"Infinity" => return Some(inf),
        b"-Infinity" => return Some(minus),
        _ => {}
    }
    // Whole numbers have no end: only what is written as a float can be too large.
    if !word.iter().any(|b| b"eE.".contains(b)) {
        return None;
    }
    let number: f64 = std::str::from_utf8(word).ok()?.parse().ok()?;
    (number.is_infinite()).then_some(if number > 0.0 { inf } else { minus })
}

/// The bytes of a text in quotes at the start.
fn text_length(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_outside_of_texts_are_tagged() {
        for (line, want) in [
            ("[1, NaN]", "[1, {\"$float\": \"nan\"}]"),
            (
                "[Infinity,-Infinity]",
                "[{\"$float\": \"inf\"},{\"$float\": \"-inf\"}]",
            ),
            ("[1e400]", "[{\"$float\": \"inf\"}]"),
            (
                "{\"args\":[-2.5E+999]}",
                "{\"args\":[{\"$float\": \"-inf\"}]}",
            ),
        ] {
            assert_eq!(tagged(line.as_bytes()), want.as_bytes());
        }
        for line in [
            "[1, -2, 1e30, 1.5e-400]",
            "[\"NaN\", \"a \\\" Infinity 1e400\"]",
            "{\"NaN\": 1}",
            "[nan]",
            "[\"open NaN",
            "[\"\\",
        ] {
            assert!(
                matches!(tagged(line.as_bytes()), Cow::Borrowed(_)),
                "{line}"
            );
        }
    }
}
