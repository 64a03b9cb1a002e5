//! A text without the conventions of its file (byte-order mark, line endings, last newline), and back.

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// The byte-order mark of UTF-8.
const MARK: &str = "\u{feff}";

/// A text without byte-order mark, every line ending a plain newline.
pub(super) fn plain(text: &str) -> String {
    text.strip_prefix(MARK)
        .unwrap_or(text)
        .replace("\r\n", "\n")
}

/// Lines with their newlines; only `\n` ends one, as for git and patch.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Adds or removes the last newline, as in `like`.
pub(super) fn end_like(text: &str, like: &str) -> String {
    if text.is_empty() || like.is_empty() {
        return text.to_owned();
    }
    match (text.strip_suffix('\n'), like.ends_with('\n')) {
        (Some(cut), false) => cut.to_owned(),
        (None, true) => format!("{text}\n"),
        _ => text.to_owned(),
    }
}

/// `new` (plain) with the byte-order mark and line endings of the file. Unchanged lines keep theirs to the
/// byte; new ones get the most common one.
pub(super) fn apply_line_endings(new: &str, file: &str) -> String {
    let (mark, body) = match file.strip_prefix(MARK) {
        Some(body) => (MARK, body),
        None => ("", file),
    };
    let raw = lines(body);
    let windows = raw.iter().filter(|l| l.ends_with("\r\n")).count();
    let unix = raw.iter().filter(|l| l.ends_with('\n')).count() - windows;
    let out = match (windows, unix) {
        (0, _) => new.to_owned(),
        (_, 0) => new.replace('\n', "\r\n"),
        _ => mixed(new, &raw, windows > unix),
    };
    format!("{mark}{out}")
}

/// For a file with both kinds of line endings: every unchanged line is kept as it is.
fn mixed(new: &str, raw: &[&str], windows: bool) -> String {
    let old: Vec<String> = raw.iter().map(|l| l.replace("\r\n", "\n")).collect();
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let new = lines(new);
    let mut out = String::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if op.tag() == DiffTag::Equal {
            out.extend(raw[op.old_range()].iter().copied());
            continue;
        }
        for line in &new[op.new_range()] {
            match line.strip_suffix('\n') {
                Some(text) if windows => {
                    out.push_str(text);
                    out.push_str("\r\n");
                }
                _ => out.push_str(line),
            }
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn endings_marks_and_the_last_newline_are_the_files_own() {
        assert_eq!(apply_line_endings("a\nb\n", "x\r\ny\r\n"), "a\r\nb\r\n");
        assert_eq!(apply_line_endings("a\nb", "\u{feff}x\n"), "\u{feff}a\nb");
        assert_eq!(
            apply_line_endings("one\nTWO\nthree\nfour", "one\ntwo\r\nthree\r\nfour"),
            "one\nTWO\r\nthree\r\nfour"
        );
        assert_eq!(end_like("a\n", "x"), "a");
        assert_eq!(end_like("a", "x\n"), "a\n");
        assert_eq!(plain("\u{feff}a\r\nb\rc"), "a\nb\rc");
        for file in ["", "\u{feff}", "a", "a\r\nb\n\n\r\n", "\r\n", "a\rb\r\nc"] {
            let same = apply_line_endings(&plain(file), file);
            assert_eq!(same, file, "{file:?}");
        }
    }
}
