//! What the original does for the sake of safety or of others, and the version does not: a lock, a check, a log record. No
//! output shows it, and a benchmark only shows that without it all is faster.
//!
//! Families are compared, not words: a lock that is taken another way, an exception that is raised in a helper which the version
//! brings along, a record of the same logger under another name are still there. One is gone where the original has some and the
//! version has neither any nor more of what can stand for it; one of several, where the version names fewer of them.

mod does;
mod families;

use std::collections::{HashMap, HashSet};

use families::{FAMILIES, Family, Several};

use super::code::{Code, Word};
use super::{MOST, left_alone};
use crate::measure::{Flag, FlagKind};
use crate::task::calls::LeftKind;
use crate::task::region::{self};
use crate::task::{Checker, Harness, Task};

/// Where a version or the original does something: the line, from 0, and what it does it to or by.
type Places = Vec<(usize, String)>;

/// At most [`MOST`] flags.
pub(super) fn find(
    task: &Task,
    (original, old): (&str, &Code),
    (text, new): (&str, &Code),
) -> Vec<Flag> {
    let (old_words, new_words) = (old.words(), new.words());
    // What the user does not want to be compared is not missed either.
    let ignored = |kind: LeftKind| matches!(&task.checker, Checker::Results { ignore, .. } if ignore.has(kind));
    let looked_for = |family: &&Family| match task.harness {
        // A program that ends gives its files back.
        Harness::Program if family.ends_with_program => false,
        // What is shared instead of copied is seen where calls are driven.
        Harness::Calls(_) if family.driver_sees => false,
        _ => !family.ignored_as.is_some_and(ignored),
    };
    // A function of the version that is called like that of a library does what it likes.
    let brought = new.defined.difference(&old.defined);
    let brought: HashSet<&str> = brought.map(String::as_str).collect();
    let mut found: Vec<Flag> = Vec::new();
    for family in FAMILIES.iter().filter(looked_for) {
        let had = places(family, old, &old_words, &HashSet::new());
        let Some(first) = had.first() else {
            continue;
        };
        let has = places(family, new, &new_words, &brought);
        let stands_for = (family.instead)(new, &new_words) > (family.instead)(old, &old_words);
        let gone = if has.is_empty() {
            (!stands_for).then_some(first)
        } else {
            let in_function = || gone_from_a_function(task, (original, &had), (text, &has));
            let one = || match family.several {
                Several::Alike => None,
                _ if stands_for => None,
                Several::Named => name_gone(&had, &has, &new_words),
                Several::Each => one_gone(&had, &has),
            };
            let each = family.everywhere.then(in_function).flatten();
            each.or_else(one)
        };
        found.extend(gone.map(|(line, _)| flag(old, *line, family.does)));
    }
    if !ignored(LeftKind::Globals) {
        found.extend(left_alone::find(task, old, new));
    }
    found.truncate(MOST);
    found
}

/// `but`: names that do not count, since the text that they stand in brings them along.
fn places(family: &Family, code: &Code, words: &[Word<'_>], but: &HashSet<&str>) -> Places {
    let is = words
        .iter()
        .filter(|w| (family.is)(w, code) && (w.is_member() || !but.contains(w.text)));
    let name = |w: &Word<'_>| match family.several {
        Several::Each => object(w),
        _ => w.text.to_owned(),
    };
    is.map(|w| (w.line, name(w))).collect()
}

/// What a lock or a file that is synced is called: what the call is given, else what it is a member of.
fn object(word: &Word<'_>) -> String {
    let inside = word.after.trim_start().strip_prefix('(');
    let mut depth = 1_usize;
    let end = inside.and_then(|i| {
        i.find(|c| {
            depth = match c {
                '(' => depth + 1,
                ')' => depth - 1,
                _ => depth,
            };
            depth == 0
        })
    });
    let given = inside.zip(end).and_then(|(i, end)| i.get(..end));
    let given = given.unwrap_or_default().trim();
    let after = word.after.trim_start();
    let name = match (given, word.owner()) {
        // What makes a lock takes none, nor does its type.
        ("", "threading" | "multiprocessing") => "",
        ("", owner) if inside.is_some() => owner,
        ("", _) if after.starts_with(['<', '>', ':']) && !word.before.contains("with") => "",
        ("", _) => word.text,
        (given, _) => given,
    };
    super::code::squeezed(name)
}

fn flag(original: &Code, line: usize, does: &str) -> Flag {
    Flag {
        kind: FlagKind::Dropped,
        reason: format!(
            "the original {does} (its line {}: {}), and this version does not",
            line + 1,
            super::super::text::clean(&original.quote(line))
        ),
    }
}

/// A place of a family in a function of the original that has none in the version's function of that name, where nothing else of
/// the version has more than before.
fn gone_from_a_function<'o>(
    task: &Task,
    (original, had): (&str, &'o Places),
    (code, has): (&str, &Places),
) -> Option<&'o (usize, String)> {
    if has.len() >= had.len() {
        return None;
    }
    // Places are in the order of their lines.
    let counts = |text: &str, places: &Places| -> Vec<(String, usize, usize)> {
        let functions = region::list(text, &task.language).into_iter();
        let counted = functions.map(|f| {
            let before = |line: usize| places.partition_point(|(l, _)| l + 1 < line);
            let inside = before(f.lines.1 + 1) - before(f.lines.0);
            (f.name, inside, f.lines.0)
        });
        counted.collect()
    };
    let (before, now) = (counts(original, had), counts(code, has));
    let of: HashMap<&str, usize> = before.iter().map(|(n, c, _)| (n.as_str(), *c)).collect();
    let in_version: HashMap<&str, usize> = now.iter().map(|(n, c, _)| (n.as_str(), *c)).collect();
    let more = |(name, count): (&&str, &usize)| *count > of.get(*name).copied().unwrap_or(0);
    if in_version.iter().any(more) {
        return None;
    }
    let lost = before
        .iter()
        .find(|(name, count, _)| *count > 0 && in_version.get(name.as_str()) == Some(&0))?;
    had.iter().find(|(line, _)| line + 1 >= lost.2)
}

/// One of several checks or escapes by name: gone where the version has fewer of its family in all.
fn name_gone<'o>(had: &'o Places, has: &Places, words: &[Word<'_>]) -> Option<&'o (usize, String)> {
    if has.len() >= had.len() {
        return None;
    }
    let left: HashSet<&str> = words.iter().map(|w| w.text).collect();
    had.iter().find(|(_, name)| !left.contains(name.as_str()))
}

/// One of several locks that are taken or files that are synced: gone where the version has no other one in its place.
fn one_gone<'o>(had: &'o Places, has: &Places) -> Option<&'o (usize, String)> {
    let [before, now] = [had, has].map(|places| -> HashSet<&str> {
        let names = places.iter().map(|(_, name)| name.as_str());
        names.filter(|name| !name.is_empty()).collect()
    });
    if now.is_empty() || !now.is_subset(&before) {
        return None;
    }
    had.iter()
        .find(|(_, name)| !name.is_empty() && !now.contains(name.as_str()))
}

#[cfg(test)]
mod tests;
