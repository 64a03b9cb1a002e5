//! Making the changes: each is looked for line by line and must be found exactly once.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::edit::{Edit, Reading};

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) why: String,
    /// Whether its lines are there at all.
    pub(super) found: bool,
}

/// A line of the text, and whether a change has made it.
struct Line {
    text: String,
    new: bool,
}

/// Where a change goes.
struct Place {
    lines: Range<usize>,
    /// What the lines of the text have before those of the change, or the other way round.
    indent: Indent,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Indent {
    Same,
    /// The text is indented by so much more.
    More(String),
    /// The text is indented by so much less.
    Less(String),
}

/// The text with all changes made, one after the other.
pub(super) fn all(text: &str, edits: &[Edit]) -> Result<String, Refusal> {
    let mut lines: Vec<Line> = text
        .lines()
        .map(|l| Line {
            text: l.to_owned(),
            new: false,
        })
        .collect();
    for edit in edits {
        make(&mut lines, edit)?;
    }
    let lines: Vec<String> = lines.into_iter().map(|l| l.text).collect();
    Ok(lines.join("\n") + "\n")
}

fn make(lines: &mut Vec<Line>, edit: &Edit) -> Result<(), Refusal> {
    let refused = |found: bool, why: String| Refusal {
        why: format!("{} cannot be applied: {why}", edit.name),
        found,
    };
    let mut fits = Vec::new();
    let mut refusal = None;
    for reading in &edit.readings {
        match find(lines, reading) {
            Ok(place) => fits.push((reading, place)),
            Err((found, why)) => {
                refusal.get_or_insert(refused(found, why));
            }
        }
    }
    let (reading, place) = match (fits.pop(), fits.is_empty()) {
        (Some(one), true) => one,
        (Some(_), false) => {
            return Err(refused(
                true,
                "several of its lines are `=======`, and it is not clear which one divides it"
                    .to_owned(),
            ));
        }
        (None, _) => {
            return Err(refusal.unwrap_or_else(|| refused(false, "it is empty".to_owned())));
        }
    };
    let mut new = Vec::new();
    for line in &reading.replace {
        let moved = match &place.indent {
            _ if line.trim().is_empty() => Some(line.clone()),
            Indent::Same => Some(line.clone()),
            Indent::More(more) => Some(format!("{more}{line}")),
            Indent::Less(less) => line.strip_prefix(less.as_str()).map(str::to_owned),
        };
        let Some(text) = moved else {
            return Err(refused(
                true,
                format!(
                    "its new line `{}` is indented less than the lines that it replaces",
                    line.trim()
                ),
            ));
        };
        new.push(Line { text, new: true });
    }
    keep_white_space(lines.get(place.lines.clone()).unwrap_or_default(), &mut new);
    drop(lines.splice(place.lines, new));
    Ok(())
}

/// Lines that stay keep the white space that they end with, and count as no change.
fn keep_white_space(old: &[Line], new: &mut [Line]) {
    fn ends(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|l| l.text.trim_end()).collect()
    }
    let ops = capture_diff_slices(Algorithm::Myers, &ends(old), &ends(new));
    for op in ops {
        let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        else {
            continue;
        };
        let stay = old.iter().skip(old_index).take(len);
        for (old, new) in stay.zip(new.iter_mut().skip(new_index)) {
            new.text.clone_from(&old.text);
            new.new = old.new;
        }
    }
}

/// Where the lines of a change stand; else whether they are there at all, and a reason.
fn find(lines: &[Line], reading: &Reading) -> Result<Place, (bool, String)> {
    let search = &reading.search;
    if search.iter().all(|l| l.trim().is_empty()) {
        return match lines.iter().all(|l| l.text.trim().is_empty()) {
            true => Ok(Place {
                lines: 0..lines.len(),
                indent: Indent::Same,
            }),
            false => Err((
                false,
                "it has no line by which its place in the code could be found".to_owned(),
            )),
        };
    }
    let starts = || 0..(lines.len() + 1).saturating_sub(search.len());
    let places: Vec<(usize, Indent)> = starts()
        .filter_map(|at| Some((at, fit(lines.get(at..at + search.len())?, search)?)))
        .collect();
    // Exact ones go first, and among several the one that no earlier change has made.
    let exact: Vec<&(usize, Indent)> = places
        .iter()
        .filter(|(_, indent)| *indent == Indent::Same)
        .collect();
    let all: Vec<&(usize, Indent)> = if exact.is_empty() {
        places.iter().collect()
    } else {
        exact
    };
    let untouched: Vec<&(usize, Indent)> = all
        .iter()
        .copied()
        .filter(|(at, _)| lines.iter().skip(*at).take(search.len()).all(|l| !l.new))
        .collect();
    let chosen = if untouched.is_empty() { all } else { untouched };
    match chosen.as_slice() {
        [(at, indent)] => Ok(Place {
            lines: *at..*at + search.len(),
            indent: indent.clone(),
        }),
        [] => Err((false, nowhere(lines, search))),
        several => {
            let at: Vec<String> = several.iter().map(|(at, _)| (at + 1).to_string()).collect();
            Err((
                true,
                format!(
                    "the lines that it replaces stand {} times in the code (from lines {}); take in more lines around them, so that they stand there once",
                    several.len(),
                    at.join(", ")
                ),
            ))
        }
    }
}

/// How lines of the text are those of a change, if they are.
fn fit(lines: &[Line], search: &[String]) -> Option<Indent> {
    let mut indent: Option<Indent> = None;
    for (line, wanted) in lines.iter().zip(search) {
        let (line, wanted) = (line.text.trim_end(), wanted.trim_end());
        if line.is_empty() || wanted.is_empty() {
            if line == wanted {
                continue;
            }
            return None;
        }
        let own = match (line.strip_suffix(wanted), wanted.strip_suffix(line)) {
            (Some(""), _) => Indent::Same,
            (Some(more), _) => Indent::More(more.to_owned()),
            (_, Some(less)) => Indent::Less(less.to_owned()),
            _ => return None,
        };
        let blank = match &own {
            Indent::Same => true,
            Indent::More(by) | Indent::Less(by) => by.trim().is_empty(),
        };
        if !blank || indent.as_ref().is_some_and(|i| *i != own) {
            return None;
        }
        indent = Some(own);
    }
    indent
}

/// Says where lines that are not in the text begin to differ from it.
fn nowhere(lines: &[Line], search: &[String]) -> String {
    let same = |line: &Line, wanted: &String| line.text.trim() == wanted.trim();
    let most = (0..lines.len())
        .map(|at| {
            let pairs = lines.iter().skip(at).zip(search);
            pairs
                .take_while(|(line, wanted)| same(line, wanted))
                .count()
        })
        .max()
        .unwrap_or_default();
    match search.get(most) {
        Some(line) if most == 0 => format!(
            "no line of the code that was shown is `{}`; copy the lines exactly as they stand there",
            line.trim()
        ),
        Some(line) => format!(
            "its first {most} {} in the code that was shown, but `{}` does not follow there; copy the lines exactly as they stand",
            if most == 1 { "line stands" } else { "lines stand" },
            line.trim()
        ),
        None => "its lines stand in the code that was shown, but with another indentation; copy them exactly as they stand".to_owned(),
    }
}
