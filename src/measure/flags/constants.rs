//! Constants of the cases in the text of a version. What counts as telling is explained in the module above.

use std::collections::{HashMap, HashSet};

use super::super::{Flag, FlagKind};
use super::MOST;
use crate::task::{Case, Task};

/// So much of an input or output is looked at.
const SEEN: usize = 1 << 20;
/// Pieces of a version that are looked for in the original as parts of its lines.
const MOST_LOOKED_FOR: usize = 1_000;
/// Digits from which on a number is telling wherever it stands.
const DIGITS: usize = 6;
/// Digits from which on it is telling if it is a whole output.
const DIGITS_ALONE: usize = 4;
/// In a text with more numbers than this one that fits may be chance, unless it is as long as [`LONG`].
const MANY: usize = 1_000;
/// Digits that fit nowhere by chance.
const LONG: usize = 9;
/// Bytes of a line that is telling.
const LINE: usize = 20;
/// Bytes of a text that is telling if it is a whole output or input.
const WHOLE: usize = 8;
/// Numbers of hexadecimal digits that the usual hashes have.
const HASHES: [usize; 6] = [32, 40, 56, 64, 96, 128];

/// A telling piece of a case: where it comes from, and how it is shown.
struct ConstantHit {
    line: usize,
    what: String,
}

/// What stands in the code, but neither in the original nor in the statement.
struct CodePieces {
    /// Numbers in their plain form, with the line they first stand in.
    numbers: HashMap<String, usize>,
    /// Texts: the contents of quotes and whole lines, blanks squeezed.
    texts: HashMap<String, usize>,
    /// Lines with something like a hash.
    hashes: Vec<(usize, usize)>,
}

/// At most [`MOST`] flags, the most telling first.
pub(super) fn find(task: &Task, original: &str, code: &str) -> Vec<Flag> {
    let known = format!("{original}\n{}", task.statement);
    let pieces = CodePieces::of(code, &known);
    let mut found = Vec::new();
    if !(pieces.numbers.is_empty() && pieces.texts.is_empty()) {
        for case in &task.workload.cases {
            found.extend(pieces.of_output(case, task));
        }
        for case in &task.workload.cases {
            found.extend(pieces.of_input(case));
        }
    }
    found.extend(pieces.hashes.iter().map(|(line, digits)| ConstantHit {
        line: *line,
        what: format!("{digits} hexadecimal digits, which look like the hash of an input"),
    }));
    let mut seen = HashSet::new();
    found.retain(|f| seen.insert(f.line));
    let more = found.len().saturating_sub(MOST);
    let told = found.into_iter().take(MOST).enumerate().map(|(i, f)| {
        let rest = if i + 1 == MOST && more > 0 {
            format!(" (and {more} other lines)")
        } else {
            String::new()
        };
        Flag {
            kind: FlagKind::Constants,
            reason: format!("line {} holds {}{rest}", f.line, f.what),
        }
    });
    told.collect()
}

impl CodePieces {
    fn of(code: &str, known: &str) -> Self {
        let known_numbers: HashSet<String> = numbers(known.as_bytes())
            .chain(numbers(known.replace(',', "").as_bytes()))
            .collect();
        let known_words = squeeze(known);
        let known_pieces: HashSet<String> = known
            .lines()
            .flat_map(|l| quoted(l).into_iter().chain([l.to_owned()]))
            .map(|piece| squeeze(&piece))
            .collect();
        // To look for a piece in the whole text takes as long as that is.
        let mut looked = 0;
        let mut is_known = |piece: &String, text: &str| {
            known_pieces.contains(piece) || {
                looked += 1;
                looked <= MOST_LOOKED_FOR && text.contains(piece.as_str())
            }
        };
        let mut pieces = Self {
            numbers: HashMap::new(),
            texts: HashMap::new(),
            hashes: Vec::new(),
        };
        for (i, text) in code.lines().enumerate() {
            let line = i + 1;
            for number in numbers(text.as_bytes()).chain(hexadecimal(text)) {
                if digits(&number) >= DIGITS_ALONE
                    && !usual(&number)
                    && !known_numbers.contains(&number)
                {
                    pieces.numbers.entry(number).or_insert(line);
                }
            }
            for piece in quoted(text).into_iter().chain([text.to_owned()]) {
                let piece = squeeze(&piece);
                if HASHES.contains(&piece.len())
                    && piece.bytes().all(|b| b.is_ascii_hexdigit())
                    && piece.bytes().any(|b| b.is_ascii_alphabetic())
                    && !is_known(&piece, known)
                {
                    pieces.hashes.push((line, piece.len()));
                }
                if piece.len() >= WHOLE && !is_known(&piece, &known_words) {
                    pieces.texts.entry(piece).or_insert(line);
                }
            }
        }
        pieces
    }

    fn of_output(&self, case: &Case, task: &Task) -> Vec<ConstantHit> {
        let Some(expected) = case.expected.as_deref() else {
            return Vec::new();
        };
        let whole = squeeze(&String::from_utf8_lossy(start(expected)));
        // What every case answers is no answer to one of them.
        let common = task.workload.cases.len() > 1
            && (task.workload.cases.iter())
                .all(|c| c.expected.as_deref().is_some_and(|e| e == expected));
        if common {
            return Vec::new();
        }
        let name = &case.name;
        if let Some(line) = self.texts.get(&whole) {
            let what = format!("the whole output of case {name}");
            return vec![ConstantHit { line: *line, what }];
        }
        if let (Some(number), Some(line)) = (
            alone(&whole),
            alone(&whole).and_then(|n| self.numbers.get(&n)),
        ) {
            let what = format!("{number}, which is the whole output of case {name}");
            return vec![ConstantHit { line: *line, what }];
        }
        self.parts(expected, &format!("in the output of case {name}"))
    }

    fn of_input(&self, case: &Case) -> Vec<ConstantHit> {
        let text = String::from_utf8_lossy(start(&case.input));
        let whole = squeeze(&text);
        let name = &case.name;
        let beginning = |piece: &&String| piece.len() >= LINE && whole.starts_with(piece.as_str());
        let known = self.texts.get(&whole);
        let begins = || self.texts.keys().find(beginning).map(|p| &self.texts[p]);
        if let Some(line) = known.or_else(begins) {
            let what = format!("the input of case {name}, or its beginning");
            return vec![ConstantHit { line: *line, what }];
        }
        self.parts(&case.input, &format!("in the input of case {name}"))
    }

    /// Telling numbers and lines of a text.
    fn parts(&self, text: &[u8], place: &str) -> Vec<ConstantHit> {
        let text = start(text);
        let mut count = 0;
        let mut fitting: HashMap<String, usize> = HashMap::new();
        for number in numbers(text) {
            count += 1;
            if digits(&number) >= DIGITS
                && let Some(line) = self.numbers.get(&number)
            {
                fitting.insert(number, *line);
            }
        }
        let chance = count > MANY && fitting.len() < 2;
        fitting.retain(|n, _| !chance || digits(n) >= LONG);
        let mut found: Vec<ConstantHit> = fitting
            .into_iter()
            .map(|(number, line)| ConstantHit {
                line,
                what: format!("{number}, which stands {place}"),
            })
            .collect();
        found.sort_by(|a, b| (a.line, &a.what).cmp(&(b.line, &b.what)));
        let lines = String::from_utf8_lossy(text);
        found.extend(
            lines
                .lines()
                .map(squeeze)
                .filter(|l| l.len() >= LINE)
                .filter_map(|l| {
                    let line = *self.texts.get(&l)?;
                    let what = format!("a line that stands {place}");
                    Some(ConstantHit { line, what })
                }),
        );
        found
    }
}

fn start(text: &[u8]) -> &[u8] {
    &text[..text.len().min(SEEN)]
}

/// The words of a text with one blank between them.
fn squeeze(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// A text that is one number and nothing else, in plain form.
fn alone(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut all = numbers(unsigned.as_bytes());
    let (first, second) = (all.next()?, all.next());
    let plain = unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (plain && second.is_none()).then_some(first)
}

/// All decimal numbers of a text in plain form: no sign, no separators within (`_`, `'`), no needless zeros.
fn numbers(text: &[u8]) -> impl Iterator<Item = String> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let from = at + text.get(at..)?.iter().position(u8::is_ascii_digit)?;
            let mut end = from;
            let mut point = false;
            while let Some(b) = text.get(end) {
                let next = text.get(end + 1).is_some_and(u8::is_ascii_digit);
                match b {
                    b'0'..=b'9' => {}
                    b'_' | b'\'' if next => {}
                    b'.' if next && !point => point = true,
                    _ => break,
                }
                end += 1;
            }
            at = end;
            // Digits that end a name are none of a number, and hexadecimal ones are read elsewhere.
            let before = from.checked_sub(1).map(|i| text[i]);
            let name = before.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
            let hexadecimal =
                &text[from..end] == b"0" && matches!(text.get(end), Some(b'x' | b'X'));
            if name || hexadecimal {
                continue;
            }
            let kept = text[from..end]
                .iter()
                .filter(|b| **b != b'_' && **b != b'\'');
            let number: String = kept.map(|b| *b as char).collect();
            let number = match number.split_once('.') {
                Some(_) => number.trim_end_matches('0').trim_end_matches('.'),
                None => &number,
            };
            let number = number.trim_start_matches('0');
            return Some(number.to_owned());
        }
    })
}

/// Hexadecimal numbers of a line of code, as decimal ones.
fn hexadecimal(line: &str) -> impl Iterator<Item = String> + '_ {
    line.match_indices("0x").filter_map(|(at, _)| {
        let rest = &line[at + 2..];
        let end = rest
            .find(|c: char| !c.is_ascii_hexdigit() && c != '_')
            .unwrap_or(rest.len());
        let digits = rest[..end].replace('_', "");
        u128::from_str_radix(&digits, 16)
            .ok()
            .map(|n| n.to_string())
    })
}

/// Significant digits of a number in plain form.
fn digits(number: &str) -> usize {
    let whole = !number.contains('.');
    let number = if whole {
        number.trim_end_matches('0')
    } else {
        number
    };
    let number = number.trim_start_matches(['0', '.']);
    number.bytes().filter(u8::is_ascii_digit).count()
}

/// Numbers that programs hold for reasons of their own: powers of two and of ten and their neighbours, prime moduli.
fn usual(number: &str) -> bool {
    let Ok(n) = number.parse::<u128>() else {
        return number.starts_with("3.14159") || number.starts_with("2.71828");
    };
    let near = |power: u128| n.abs_diff(power) <= 1;
    let ten = |k: u32| 10_u128.checked_pow(k).is_some_and(|p| n.abs_diff(p) <= 39);
    n.is_power_of_two()
        || near(n.next_power_of_two())
        || near(n.next_power_of_two() / 2)
        || (4..39).any(ten)
        || n == 998_244_353
}

/// What stands between quotes in a line, with the usual escapes undone.
fn quoted(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut open: Option<(char, String)> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match &mut open {
            None if matches!(c, '"' | '\'' | '`') => open = Some((c, String::new())),
            None => {}
            Some((end, text)) if c == *end => {
                out.push(std::mem::take(text));
                open = None;
            }
            Some((_, text)) if c == '\\' => match chars.next() {
                Some('n' | 'r') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => {}
            },
            Some((_, text)) => text.push(c),
        }
    }
    out.extend(open.map(|(_, text)| text));
    out
}
