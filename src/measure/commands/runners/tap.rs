//! The Test Anything Protocol, and what sums it up.

use super::{Said, fields, said};

pub(super) fn of_line(line: &str) -> Option<Said> {
    // `Files=3, Tests=12, …`
    if line.starts_with("Files=") {
        return said("prove", *fields(line).get("tests")?, None);
    }
    of_test(line)
}

/// `ok 3 - adds numbers`, `ok 4 # SKIP no network`
fn of_test(line: &str) -> Option<Said> {
    let rest = line.strip_prefix("ok ")?;
    let number = rest.split_whitespace().next()?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let skipped = rest.split_once(" # ").is_some_and(|(_, why)| {
        why.get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case("skip"))
    });
    Some(if skipped {
        ("TAP", 0, 1)
    } else {
        ("TAP", 1, 0)
    })
}
