//! Comments that say which part of a file may change: `reheat: begin [name]` and `reheat: end [name]`, in the comment of
//! any language.

use std::ops::Range;

/// A part of a file between two markers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marked {
    pub name: Option<String>,
    /// The line of the opening marker, from 1.
    pub line: usize,
    /// What stands between, in bytes: from the start of the first line to the end of the last, without its line end.
    pub(crate) between: Range<usize>,
}

enum Marker {
    Begin(Option<String>),
    End(Option<String>),
}

/// Whether a text is such a marker.
pub(super) fn is_marker(line: &str) -> bool {
    read(line).is_some()
}

/// Whether a text has such a marker.
pub(super) fn has_any(text: &str) -> bool {
    text.lines().any(is_marker)
}

/// Whether a text has a marker that opens a part.
pub(super) fn has_begin(text: &str) -> bool {
    text.lines()
        .any(|l| matches!(read(l), Some(Marker::Begin(_))))
}

/// What a version has between the markers of that name; one of them may be missing, and then the version begins or ends with it.
///
/// # Errors
/// A sentence: the markers stand there several times, or not at all under this name.
pub(super) fn cut(text: &str, name: Option<&str>) -> Result<Range<usize>, String> {
    let (mut opened, mut closed) = (Vec::new(), Vec::new());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        match read(line) {
            Some(Marker::Begin(own)) => opened.push((own, at)),
            Some(Marker::End(own)) => closed.push((own, start)),
            None => {}
        }
    }
    let ours = |all: Vec<(Option<String>, usize)>| -> Vec<usize> {
        let of = |name: Option<&str>| {
            let own = all.iter().filter(move |(own, _)| own.as_deref() == name);
            own.map(|(_, at)| *at).collect::<Vec<usize>>()
        };
        // The name is easily left out where a marker is repeated.
        let own = of(name);
        if own.is_empty() { of(None) } else { own }
    };
    let (opened, closed) = (ours(opened), ours(closed));
    let from = match opened.as_slice() {
        [] => 0,
        [one] => *one,
        several => {
            return Err(format!(
                "`reheat: begin` stands in it {} times; leave the markers out",
                several.len()
            ));
        }
    };
    let to = match closed.as_slice() {
        [] => text.len(),
        [one] => *one,
        several => {
            return Err(format!(
                "`reheat: end` stands in it {} times; leave the markers out",
                several.len()
            ));
        }
    };
    if opened.is_empty() && closed.is_empty() {
        return Err("its markers are those of another part; leave the markers out".to_owned());
    }
    let between = text
        .get(from..to)
        .ok_or("`reheat: end` stands before `reheat: begin`")?;
    Ok(from..from + between.trim_end_matches(['\r', '\n']).len())
}

fn read(line: &str) -> Option<Marker> {
    let line = line.trim_start_matches('\u{feff}').trim();
    // Whatever opens a comment: `#`, `//`, `--`, `/*`, `<!--`, `;`, `%`.
    let said = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    if said.len() == line.len() {
        return None;
    }
    let rest = said.strip_prefix("reheat:")?.trim_start();
    let word = |w: &str| {
        let rest = rest.strip_prefix(w)?;
        (rest.is_empty() || rest.starts_with(|c: char| !c.is_alphanumeric())).then_some(rest)
    };
    let name = |rest: &str| {
        let name = rest
            .trim()
            .trim_end_matches("*/")
            .trim_end_matches("-->")
            .trim();
        (!name.is_empty()).then(|| name.to_owned())
    };
    if let Some(rest) = word("begin") {
        return Some(Marker::Begin(name(rest)));
    }
    word("end").map(|rest| Marker::End(name(rest)))
}

/// All marked parts of a text, in order.
///
/// # Errors
/// A sentence: a marker without its other half.
pub(super) fn read_all(text: &str) -> Result<Vec<Marked>, String> {
    let mut open: Vec<(Option<String>, usize, usize)> = Vec::new();
    let mut parts = Vec::new();
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let (number, start) = (index + 1, at);
        at += line.len();
        match read(line) {
            None => {}
            Some(Marker::Begin(name)) => open.push((name, number, at)),
            Some(Marker::End(name)) => {
                let which = match &name {
                    Some(_) => open.iter().rposition(|(n, ..)| *n == name),
                    None => open.len().checked_sub(1),
                };
                let Some(which) = which else {
                    return Err(format!(
                        "line {number} says `reheat: end{}`, but no `reheat: begin` is open before it",
                        name.map(|n| format!(" {n}")).unwrap_or_default()
                    ));
                };
                let (name, line, from) = open.remove(which);
                let to = text.get(from..start).map_or(from, |between| {
                    let between = between.strip_suffix('\n').unwrap_or(between);
                    from + between.strip_suffix('\r').unwrap_or(between).len()
                });
                parts.push(Marked {
                    name,
                    line,
                    between: from..to,
                });
            }
        }
    }
    match open.first() {
        Some((_, line, _)) => Err(format!(
            "line {line} says `reheat: begin`, but no `reheat: end` follows"
        )),
        None => {
            parts.sort_by_key(|p| p.line);
            Ok(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn any_comment_marks() {
        for (open, close) in [
            ("# ", ""),
            ("// ", ""),
            ("/* ", " */"),
            ("<!-- ", " -->"),
            ("  -- ", ""),
        ] {
            let text = format!(
                "a\n{open}reheat: begin hot{close}\nb\r\nc\r\n{open}reheat: end{close}\nd\n"
            );
            let parts = read_all(&text).unwrap();
            assert_eq!(parts.len(), 1, "{text}");
            assert_eq!(parts[0].name.as_deref(), Some("hot"));
            assert_eq!(&text[parts[0].between.clone()], "b\r\nc");
        }
        assert!(!has_any("reheat: begin"), "not a comment");
        assert!(!has_any("# reheat: beginning"));
    }

    #[test]
    fn a_lonely_marker_is_told() {
        assert!(
            read_all("# reheat: begin\n")
                .unwrap_err()
                .contains("line 1")
        );
        assert!(
            read_all("x\n# reheat: end\n")
                .unwrap_err()
                .contains("line 2")
        );
        let nested = "# reheat: begin a\n# reheat: begin b\nx\n# reheat: end a\n# reheat: end b";
        assert_eq!(read_all(nested).unwrap().len(), 2);
    }
}
