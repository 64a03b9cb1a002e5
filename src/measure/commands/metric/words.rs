//! Lines taken apart into words.

/// The words of a line that are two blanks or more apart.
pub(super) fn cells(line: &str) -> Vec<&str> {
    let cells = line.split("  ").map(str::trim);
    cells.filter(|c| !c.is_empty()).collect()
}

/// The words of a line and where they start.
pub(super) fn words_at(line: &str) -> Vec<(usize, &str)> {
    let start = line.as_ptr() as usize;
    let words = line.split_whitespace();
    words.map(|w| (w.as_ptr() as usize - start, w)).collect()
}
