//! Cutting what programs wrote down to what people and models can read: valid UTF-8, no control characters, small.

use crate::base::text::harmless;

/// The start of a text, at most so many bytes, with a mark where it was cut.
#[must_use]
pub(crate) fn head(bytes: &[u8], most: usize) -> String {
    if bytes.len() <= most {
        return clean(&String::from_utf8_lossy(bytes));
    }
    let cut = &bytes[..boundary_before(bytes, most)];
    format!(
        "{}\n… ({} bytes in all)",
        clean(&String::from_utf8_lossy(cut)).trim_end(),
        bytes.len()
    )
}

/// The end of a text, at most so many bytes, from the start of a line where that costs little.
#[must_use]
pub(crate) fn tail(bytes: &[u8], most: usize) -> String {
    if bytes.len() <= most {
        return clean(&String::from_utf8_lossy(bytes)).trim_end().to_owned();
    }
    let mut cut = &bytes[bytes.len() - most..];
    while cut.first().is_some_and(|b| b & 0xC0 == 0x80) {
        cut = &cut[1..];
    }
    if let Some(line) = cut.iter().take(cut.len() / 3).position(|b| *b == b'\n') {
        cut = &cut[line + 1..];
    }
    format!("…\n{}", clean(&String::from_utf8_lossy(cut)).trim_end())
}

/// Start and end of a text, a quarter and three quarters of at most so many bytes: some runtimes say what went wrong
/// first and where last, others the other way round.
#[must_use]
pub(crate) fn ends(bytes: &[u8], most: usize) -> String {
    if bytes.len() <= most {
        return tail(bytes, most);
    }
    let start = &bytes[..boundary_before(bytes, most / 4)];
    let line = start.iter().rposition(|b| *b == b'\n');
    let start = &start[..line.unwrap_or(start.len())];
    let start = clean(&String::from_utf8_lossy(start));
    format!("{}\n{}", start.trim_end(), tail(bytes, most - most / 4))
}

/// Makes control characters visible (line feeds and tabs stay), so that no terminal and no prompt ever obeys them.
#[must_use]
pub(crate) fn clean(text: &str) -> String {
    harmless(&text.replace("\r\n", "\n")).into_owned()
}

/// The largest end of at most `most` bytes that does not cut a UTF-8 character in two.
fn boundary_before(bytes: &[u8], most: usize) -> usize {
    let mut end = most.min(bytes.len());
    for _ in 0..3 {
        if end == 0 || bytes.get(end).is_none_or(|b| b & 0xC0 != 0x80) {
            break;
        }
        end -= 1;
    }
    end
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_both_ends_stay() {
        let long = format!("StackOverflow\n{}\nat main", "at f\n".repeat(1000));
        let cut = ends(long.as_bytes(), 400);
        assert!(cut.starts_with("StackOverflow\nat f\n") && cut.ends_with("at f\n\nat main"));
        assert!(cut.len() < 420 && cut.contains("\n…\n"), "{cut}");
        assert_eq!(ends(b"short\n", 400), "short");
        let one_line = ends("é".repeat(1000).as_bytes(), 401);
        assert!(one_line.len() < 420 && one_line.contains('…'));
    }

    #[test]
    fn cut_texts_stay_valid_and_harmless() {
        assert_eq!(head(b"short", 10), "short");
        assert_eq!(head("äöü".as_bytes(), 3), "ä\n… (6 bytes in all)");
        assert_eq!(tail("line one\nline two".as_bytes(), 12), "…\nline two");
        assert_eq!(tail("ääää".as_bytes(), 3), "…\nä");
        assert_eq!(
            clean("\u{1b}[31mred\u{7}\r\nnext\u{202e}"),
            "␛[31mred␇\nnext⟨202E⟩"
        );
        assert_eq!(head(&[0xff, 0xfe, b'a'], 10), "\u{fffd}\u{fffd}a");
        for most in 0..8 {
            let _ = head("a€😀b".as_bytes(), most);
            let _ = tail("a€😀b".as_bytes(), most);
        }
    }
}
