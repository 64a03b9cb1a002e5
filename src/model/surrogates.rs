//! Joins characters whose two halves, escaped as JSON does it (`\\ud83d\\ude42`), came in two chunks of a stream.

use std::fmt::Write as _;

/// The line with a first half at its end taken away and kept, and with one that was kept put before its second half.
/// Halves without a partner stay: nobody can say what they were.
pub(super) fn joined(line: &str, kept: &mut Option<String>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (escape, after) = rest.split_at(escape_length(rest));
        match half(escape) {
            Some(Half::First)
                if matches!(half(after.get(..6).unwrap_or("")), Some(Half::Second)) =>
            {
                let _ = write!(out, "{escape}{}", &after[..6]);
                rest = &after[6..];
                continue;
            }
            // Only the end of a text can go on in the next one.
            Some(Half::First) if after.starts_with('"') && kept.is_none() => {
                *kept = Some(escape.to_owned());
            }
            Some(Half::Second) => {
                out.push_str(&kept.take().unwrap_or_default());
                out.push_str(escape);
            }
            _ => out.push_str(escape),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

enum Half {
    First,
    Second,
}

/// How long the escape is that the text begins with, in bytes.
fn escape_length(text: &str) -> usize {
    let whole = if text[1..].starts_with('u') { 6 } else { 2 };
    if text.is_char_boundary(whole) && text.len() >= whole {
        whole
    } else {
        1
    }
}

fn half(escape: &str) -> Option<Half> {
    let digits = escape.strip_prefix("\\u").filter(|d| d.len() == 4)?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..0xdc00 => Some(Half::First),
        0xdc00..0xe000 => Some(Half::Second),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_in_two_lines_become_one_character_and_everything_else_stays() {
        let mut kept = None;
        let first = joined(r#"{"content":"a\ud83d"}"#, &mut kept);
        let second = joined(r#"{"content":"\ude42 b"}"#, &mut kept);
        assert_eq!(first, r#"{"content":"a"}"#);
        assert_eq!(second, r#"{"content":"\ud83d\ude42 b"}"#);
        for same in [
            r#"{"content":"\ud83d\ude42\n\\ud83d \u00e9 é"}"#,
            r#"{"content":"\ud83d alone"}"#,
            r"{\",
            r"\u12",
            r"\ué123",
            "plain",
        ] {
            assert_eq!(joined(same, &mut kept), same);
            assert_eq!(kept, None, "{same}");
        }
    }
}
