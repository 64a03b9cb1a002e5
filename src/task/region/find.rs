//! Finding the region that somebody asks for, and saying what is wrong where it cannot be found.

use std::path::Path;

use super::grammar::{Grammar, ParseError, parse_errors};
use super::items::{self, Alias, FunctionKind, FunctionNode};
use super::searched_file::SearchedFile;
use super::spec::{FunctionQuery, asked};
use super::{Region, RegionSpec, lines, tree};
use crate::task::{Language, TaskError};

/// Larger files are refused: neither people nor models work on such files.
const MAX_FILE: u64 = 16 << 20;

/// Most names that lead from one to the next.
const MOST_STEPS: usize = 8;

/// Most names that an error message lists.
const MOST_LISTED: usize = 12;

fn invalid(sentence: String) -> TaskError {
    TaskError::Invalid(sentence)
}

impl Region {
    /// Reads a file and finds a region in it.
    ///
    /// # Errors
    /// The file cannot be read or is no text; the region is not there, there are several, or it does not parse.
    pub fn find(path: &Path, language: &Language, spec: &RegionSpec) -> Result<Self, TaskError> {
        let fail = |why| TaskError::read(path, why);
        let real = path.canonicalize().map_err(fail)?;
        let meta = std::fs::metadata(&real).map_err(fail)?;
        if meta.is_dir() {
            return Err(invalid(format!(
                "{} is a folder; name a file in it, such as {}::function",
                path.display(),
                path.join("file").display()
            )));
        }
        if !meta.is_file() {
            return Err(invalid(format!("{} is not a regular file", path.display())));
        }
        if meta.len() > MAX_FILE {
            return Err(invalid(format!(
                "{} is too large: {} MB, at most {} MB are read",
                path.display(),
                meta.len() >> 20,
                MAX_FILE >> 20
            )));
        }
        let bytes = std::fs::read(&real).map_err(fail)?;
        if let Some(offset) = bytes.iter().position(|b| *b == 0) {
            return Err(invalid(format!(
                "{} looks like a binary file (a zero byte at offset {offset}); a region must be text in UTF-8",
                path.display()
            )));
        }
        let text = String::from_utf8(bytes).map_err(|e| {
            let offset = e.utf8_error().valid_up_to();
            let line = 1 + e.as_bytes()[..offset].iter().filter(|b| **b == b'\n').count();
            invalid(format!(
                "{} is not valid UTF-8 (byte {:#04x} in line {line}); save it as UTF-8 and try again",
                path.display(),
                e.as_bytes().get(offset).copied().unwrap_or_default()
            ))
        })?;
        let mut region = Self::find_in(&real, &text, language, spec)?;
        if let Ok(leads_to) = std::fs::read_link(path) {
            region.notes.insert(
                0,
                format!(
                    "{} is a link to {}: that file is read, and changed if a version is written back",
                    path.display(),
                    leads_to.display()
                ),
            );
        }
        Ok(region)
    }

    /// Finds a region in a text that was read from `path`.
    ///
    /// # Errors
    /// The region is not there, there are several, or it does not parse.
    pub(crate) fn find_in(
        path: &Path,
        text: &str,
        language: &Language,
        spec: &RegionSpec,
    ) -> Result<Self, TaskError> {
        let place = SearchedFile::new(path, text, language);
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Err(invalid(format!("{} is empty", path.display())));
        }
        match spec {
            RegionSpec::Name(name) => place.named(name),
            RegionSpec::Lines(first, last) => lines::find(&place, *first, *last),
            RegionSpec::Markers(name) => lines::find_marked(&place, name.as_deref()),
        }
    }

    /// The name by which a driver calls a function of the region's file that need not be the region.
    ///
    /// # Errors
    /// It is not there, there are several, or nothing outside can call it.
    pub(crate) fn name_to_call(
        &self,
        name: &str,
        language: &Language,
    ) -> Result<String, TaskError> {
        let place = SearchedFile::new(&self.path, &self.file, language);
        let (region, alias) = place.named_or_alias(name)?;
        match region.uncallable() {
            Some(why) => Err(invalid(why)),
            None => Ok(alias.unwrap_or_else(|| region.name_for_driver())),
        }
    }

    /// Why nothing outside can call the function, if that is so.
    pub(crate) fn uncallable(&self) -> Option<String> {
        let callee = self.callee()?;
        let (_, around) = callee.path.split_last()?;
        (callee.kind == FunctionKind::Nested).then(|| {
            let outer = if around.is_empty() {
                String::new()
            } else {
                format!(" (`{}`)", around.join("."))
            };
            format!(
                "{} is defined inside another function, so that nothing outside can call it; name the outer one{outer}, say with --calls-of NAME which function of {} is called, or give --check and --bench",
                self.name,
                self.file_name(),
            )
        })
    }
}

impl SearchedFile<'_> {
    fn named(&self, name: &str) -> Result<Region, TaskError> {
        self.named_or_alias(name).map(|(region, _)| region)
    }

    /// The function that a name asks for, and the name itself where it is another one of that function.
    fn named_or_alias(&self, name: &str) -> Result<(Region, Option<String>), TaskError> {
        let Some(grammar) = self.grammar else {
            return Err(invalid(format!(
                "functions of {} cannot be found by name: give lines ({file}:10-20) or put the comments \
                 `reheat: begin` and `reheat: end` around the part that may change",
                if self.language.name.is_empty() {
                    "this language"
                } else {
                    &self.language.name
                },
                file = self.file
            )));
        };
        let tree = self.parsed(grammar)?;
        let parse_errors = parse_errors(tree.root_node(), self.text);
        let (all, aliases) = items::find_with_aliases(grammar, &tree, self.text);
        let (found, alias) = self.lookup(grammar, name, &all, &aliases, &parse_errors)?;
        let mut region = self.function(grammar, &tree, found, &parse_errors)?;
        let own = &region.name;
        let other_name = alias.map(|a| a.path.join(grammar.joint()));
        let note = match (alias, &other_name) {
            (Some(alias), Some(other)) => {
                let (line, made) = (found.lines().0, alias.node.start_position().row + 1);
                let made_of = tree::flat(tree::text(alias.node, self.text));
                let made_of = tree::shortened(&made_of, 80);
                Some(if alias.is_plain {
                    format!(
                        "`{other}` is another name of `{own}` (line {line}), which is the region and what is called"
                    )
                } else {
                    format!(
                        "`{other}` is made of `{own}` (line {line}) in line {made}, `{made_of}`: `{own}` is the region and what is called; with --calls-of {other} the calls go through what is around it"
                    )
                })
            }
            _ if own != "default" && asked(name).names == ["default"] => Some(format!(
                "the default export of {} is `{own}`, which is the region",
                self.file
            )),
            _ => None,
        };
        region.notes.splice(0..0, note);
        Ok((region, other_name))
    }

    /// The function that a name asks for, and the alias by which the name leads to it.
    fn lookup<'f, 't>(
        &self,
        grammar: Grammar,
        name: &str,
        all: &'f [FunctionNode<'t>],
        aliases: &'f [Alias<'t>],
        parse_errors: &[ParseError],
    ) -> Result<(&'f FunctionNode<'t>, Option<&'f Alias<'t>>), TaskError> {
        if name.trim().is_empty() {
            return Err(invalid(format!(
                "which function of {}? {}",
                self.file,
                self.listed(grammar, all, parse_errors)
            )));
        }
        let asked = asked(name);
        let matching = matching(grammar, all, &asked, self.text);
        match matching.as_slice() {
            [one] => return Ok((&all[*one], None)),
            [] => {}
            several => return Err(self.ambiguous(grammar, name, several, all)),
        }
        if let Some((found, alias)) = behind_alias(&asked.names, all, aliases, self.text) {
            return Ok((found, Some(alias)));
        }
        let exported = (asked.names == ["default"])
            .then(|| all.iter().find(|f| items::is_default_export(f, self.text)))
            .flatten();
        match exported {
            Some(found) => Ok((found, None)),
            None => Err(self.not_found(grammar, name, &asked, all, parse_errors)),
        }
    }

    fn not_found(
        &self,
        grammar: Grammar,
        name: &str,
        asked: &FunctionQuery,
        all: &[FunctionNode<'_>],
        parse_errors: &[ParseError],
    ) -> TaskError {
        let same_path = matching(
            grammar,
            all,
            &FunctionQuery {
                names: asked.names.clone(),
                raw: asked.raw.clone(),
                ..FunctionQuery::default()
            },
            self.text,
        );
        if !same_path.is_empty() {
            return self.ambiguous(grammar, name, &same_path, all);
        }
        let near = self.near(grammar, asked, all);
        let mut sentence = format!("{} has no function `{name}`", self.file);
        if near.is_empty() {
            sentence.push_str(": ");
        } else {
            sentence.push_str(&format!("; did you mean {}? ", near.join(" or ")));
        }
        sentence.push_str(&self.listed(grammar, all, parse_errors));
        invalid(sentence)
    }

    /// Similar names, for "did you mean".
    fn near(
        &self,
        grammar: Grammar,
        asked: &FunctionQuery,
        all: &[FunctionNode<'_>],
    ) -> Vec<String> {
        let last = asked.names.last().map_or("", String::as_str).to_lowercase();
        let whole = asked.names.join(".").to_lowercase();
        let mut near: Vec<(usize, usize, String)> = all
            .iter()
            .filter_map(|f| {
                let own = f.last().to_lowercase();
                let path = f.path.join(".").to_lowercase();
                let of_path = strsim::levenshtein(&whole, &path);
                let letters = strsim::levenshtein(&last, &own).min(of_path);
                let most = (last.chars().count() / 3).clamp(1, 3);
                let part = last.len() >= 3
                    && (own.contains(&last) || (own.len() >= 3 && last.contains(&own)));
                (letters <= most || part).then(|| {
                    let words = format!("`{}` (line {})", f.name(grammar), f.lines().0);
                    (
                        if letters <= most { letters } else { most + 1 },
                        of_path,
                        words,
                    )
                })
            })
            .collect();
        near.sort();
        near.dedup();
        near.into_iter().take(3).map(|(.., n)| n).collect()
    }

    /// The functions that the file does have.
    fn listed(
        &self,
        grammar: Grammar,
        all: &[FunctionNode<'_>],
        parse_errors: &[ParseError],
    ) -> String {
        let mut sentence = match all.len() {
            0 => "it has no functions".to_owned(),
            n if n <= MOST_LISTED => {
                let names: Vec<String> = items::ask_names(grammar, all, self.text)
                    .iter()
                    .zip(all)
                    .map(|(n, f)| format!("`{n}` (line {})", f.lines().0))
                    .collect();
                let count = if n == 1 {
                    "one function".to_owned()
                } else {
                    format!("{n} functions")
                };
                format!("it has {count}: {}", names.join(", "))
            }
            n => format!("it has {n} functions"),
        };
        if let Some(parse_error) = parse_errors.first() {
            sentence.push_str(&format!(
                "; line {} does not parse ({}), which may hide others",
                parse_error.line, parse_error.what
            ));
        }
        sentence
    }

    fn ambiguous(
        &self,
        grammar: Grammar,
        name: &str,
        which: &[usize],
        all: &[FunctionNode<'_>],
    ) -> TaskError {
        let names = items::ask_names(grammar, all, self.text);
        let listed: Vec<String> = which
            .iter()
            .take(MOST_LISTED)
            .map(|i| {
                format!(
                    "  {}::{}  (line {}: {})",
                    self.file,
                    names[*i],
                    all[*i].lines().0,
                    items::signature(&all[*i], self.text)
                )
            })
            .collect();
        let more = which.len().saturating_sub(MOST_LISTED);
        let more = if more > 0 {
            format!("\n  and {more} more")
        } else {
            String::new()
        };
        invalid(format!(
            "{} has {} that `{name}` may mean; ask for one of them:\n{}{more}",
            self.file,
            if which.len() == 1 {
                "one function".to_owned()
            } else {
                format!("{} functions", which.len())
            },
            listed.join("\n")
        ))
    }
}

/// The function that another name leads to, perhaps by further ones.
fn behind_alias<'f, 't>(
    names: &[String],
    all: &'f [FunctionNode<'t>],
    aliases: &'f [Alias<'t>],
    text: &str,
) -> Option<(&'f FunctionNode<'t>, &'f Alias<'t>)> {
    let of_path = |path: &[String]| {
        aliases.iter().rev().find(|a| {
            let exported = a.path == ["module", "exports"] && path == ["default"];
            a.path == path || exported
        })
    };
    let first = of_path(names)?;
    let mut here = first;
    for _ in 0..MOST_STEPS {
        let scope = here.path.get(..here.path.len().saturating_sub(1))?;
        // In its own scope first, then at the top of the file.
        let paths: Vec<Vec<String>> = here
            .stands_for
            .iter()
            .flat_map(|n| {
                let name = tree::text(*n, text).to_owned();
                [[scope, std::slice::from_ref(&name)].concat(), vec![name]]
            })
            .collect();
        let function = |path: &Vec<String>| all.iter().rev().find(|f| f.path == *path);
        if let Some(found) = paths.iter().find_map(function) {
            return Some((found, first));
        }
        here = paths.iter().find_map(|path| of_path(path))?;
    }
    None
}

/// The functions that a name may mean: those with exactly this path, else those whose path ends so.
fn matching(
    grammar: Grammar,
    all: &[FunctionNode<'_>],
    asked: &FunctionQuery,
    text: &str,
) -> Vec<usize> {
    let with = |fits: &dyn Fn(&FunctionNode<'_>) -> bool| -> Vec<usize> {
        let mut which: Vec<usize> = (0..all.len()).filter(|i| fits(&all[*i])).collect();
        let told_apart = asked.nth.is_some() || asked.line.is_some();
        if grammar == Grammar::Python && which.len() > 1 && !told_apart {
            // Declarations for type checkers come before the function itself.
            let real = |i: &usize| {
                !items::decorators(all[*i].unit, text)
                    .iter()
                    .any(|d| matches!(*d, "overload" | "typing.overload" | "t.overload"))
            };
            let kept: Vec<usize> = which.iter().copied().filter(real).collect();
            if !kept.is_empty() {
                which = kept;
            }
        }
        if let Some(parameters) = &asked.parameters {
            which.retain(|i| {
                items::parameter_types(&all[*i], text).is_some_and(|own| {
                    let own: String = own.split_whitespace().collect();
                    own.trim_matches(['(', ')']) == parameters
                })
            });
        }
        if let Some(line) = asked.line {
            which.retain(|i| {
                let (first, last) = all[*i].lines();
                (first..=last).contains(&line)
            });
        }
        match asked.nth {
            Some(nth) => which
                .get(nth.wrapping_sub(1))
                .copied()
                .into_iter()
                .collect(),
            None => which,
        }
    };
    let literal = with(&|f| f.name(grammar) == asked.raw);
    if !literal.is_empty() {
        return literal;
    }
    let exact = with(&|f| f.path == asked.names);
    if !exact.is_empty() {
        return exact;
    }
    if asked.names.is_empty() {
        return Vec::new();
    }
    with(&|f| f.path.ends_with(&asked.names))
}
