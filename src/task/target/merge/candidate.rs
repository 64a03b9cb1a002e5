//! Reading a version: how it is to be parsed, and which function in it is the one.

use tree_sitter::Tree;

use super::Home;
use crate::task::target::grammar::{Grammar, Slip, slips};
use crate::task::target::indent::{self, Style};
use crate::task::target::items::{self, Found, ItemKind};
use crate::task::target::pieces;
use crate::task::target::tree;
use crate::task::target::{Misfit, signature};

/// A version that parses and has the function.
pub(super) struct Candidate {
    pub text: String,
    pub tree: Tree,
    /// Whether a text of ours stands around it, so that it is the member of something.
    pub wrapped: bool,
    /// What stood before it and belongs to the top of the file.
    pub extra: Option<Extra>,
}

/// A part of a version that is parsed by itself.
pub(super) struct Extra {
    pub text: String,
    pub tree: Tree,
}

const WRAPPER: &str = "ReheatWrapper";

impl Candidate {
    /// Parses a version in the way that fits it.
    pub(super) fn read(home: &Home<'_, '_>, version: &str) -> Result<Self, Misfit> {
        let grammar = home.grammar;
        let fixed = home.target.fixed_texts(Some(home.tree));
        let version = dedented(grammar, version, &fixed);
        let version = if grammar == Grammar::Python {
            realigned(version)
        } else {
            version
        };
        let version = with_step(grammar, version, &home.steps(), &fixed);
        let too_long = || Misfit("it takes too long to parse".to_owned());
        let tree = grammar.parse(&version).ok_or_else(too_long)?;
        // What the grammar cannot make sense of in the file either is no fault of the version.
        let known = slips(home.root, home.text());
        let first_slip = slips(tree.root_node(), &version)
            .into_iter()
            .find(|s| known.iter().all(|k| k.what != s.what));
        let has_function = |tree: &Tree, text: &str| {
            items::find(grammar, tree, text)
                .iter()
                .any(|f| f.last() == home.found.last() && f.kind != ItemKind::Nested)
        };
        if first_slip.is_none() && (has_function(&tree, &version) || !home.found_in_class()) {
            return Ok(Self::plain(version, tree));
        }
        // What the grammar cannot make sense of may be a macro, as it was in the original.
        if grammar.has_preprocessor() && home.has_slips() && has_function(&tree, &version) {
            return Ok(Self::plain(version, tree));
        }
        let mut furthest = first_slip.clone();
        if home.found_in_class() {
            for (before, after) in grammar.wrappers() {
                match Self::wrapped(home, before, &version, after, None) {
                    Ok(candidate) => return Ok(candidate),
                    Err(Some(mut slip)) => {
                        slip.line = slip.line.saturating_sub(1).max(1);
                        slip.at = slip.at.saturating_sub(before.len());
                        if furthest.as_ref().is_some_and(|f| f.at < slip.at)
                            && slip.at < version.len()
                        {
                            furthest = Some(slip);
                        }
                    }
                    Err(None) => {}
                }
            }
            if let Some(candidate) = Self::in_two(home, &version) {
                return Ok(candidate);
            }
        }
        match furthest {
            Some(slip) => Err(Misfit(format!(
                "it does not parse: line {}, column {}: {}",
                slip.line, slip.column, slip.what
            ))),
            // Without the function: to be told by those who look for it.
            None => Ok(Self::plain(version, tree)),
        }
    }

    fn plain(text: String, tree: Tree) -> Self {
        Self {
            text,
            tree,
            wrapped: false,
            extra: None,
        }
    }

    /// As the member of something; else where it does not parse.
    fn wrapped(
        home: &Home<'_, '_>,
        before: &str,
        version: &str,
        after: &str,
        extra: Option<Extra>,
    ) -> Result<Self, Option<Slip>> {
        let text = [before, version, after].concat();
        let tree = home.grammar.parse(&text).ok_or(None)?;
        if let Some(slip) = slips(tree.root_node(), &text).into_iter().next() {
            return Err(Some(slip));
        }
        let found = items::find(home.grammar, &tree, &text);
        if found.iter().any(|f| f.last() == home.found.last()) {
            Ok(Self {
                text,
                tree,
                wrapped: true,
                extra,
            })
        } else {
            Err(None)
        }
    }

    /// Imports and helpers first, a member behind them.
    fn in_two(home: &Home<'_, '_>, version: &str) -> Option<Self> {
        let mut seams = Vec::new();
        let mut at = 0;
        for line in version.split_inclusive('\n') {
            if at > 0 && !line.starts_with([' ', '\t', '}', ')', '\n']) {
                seams.push(at);
            }
            at += line.len();
        }
        for seam in seams.into_iter().rev().take(64) {
            let (top, rest) = (version.get(..seam)?, version.get(seam..)?);
            for (before, after) in home.grammar.wrappers() {
                if let Ok(candidate) = Self::wrapped(home, before, rest, after, None) {
                    let tree = home.grammar.parse(top)?;
                    if tree.root_node().has_error() {
                        continue;
                    }
                    return Some(Self {
                        extra: Some(Extra {
                            text: top.to_owned(),
                            tree,
                        }),
                        ..candidate
                    });
                }
            }
        }
        None
    }

    /// The function in the version that takes the region's place.
    pub(super) fn choose<'f, 't>(
        &self,
        home: &Home<'_, '_>,
        all: &'f [Found<'t>],
    ) -> Result<&'f Found<'t>, Misfit> {
        let wanted = &home.found.path;
        let name = home.name();
        let path = |f: &Found<'_>| -> Vec<String> {
            f.path.iter().filter(|n| *n != WRAPPER).cloned().collect()
        };
        let fits = |f: &&Found<'_>| {
            let own = path(f);
            !own.is_empty() && wanted.ends_with(&own)
        };
        let mut fitting: Vec<&Found<'_>> = all.iter().filter(fits).collect();
        // With its class around it, it is surely the one.
        let longest = fitting
            .iter()
            .map(|f| path(f).len())
            .max()
            .unwrap_or_default();
        fitting.retain(|f| path(f).len() == longest);
        if longest == wanted.len() && fitting.len() == home.of_the_name.1 {
            // All of the name are there again: they stand in the order of the file.
            if let Some(one) = fitting.get(home.of_the_name.0) {
                return Ok(one);
            }
        }
        if fitting.len() > 1 {
            let nested = home.found.kind == ItemKind::Nested;
            if fitting
                .iter()
                .any(|f| (f.kind == ItemKind::Nested) == nested)
            {
                fitting.retain(|f| (f.kind == ItemKind::Nested) == nested);
            }
            let same_place =
                |f: &&Found<'_>| container_key(self, home.grammar, f) == home.container_key();
            if fitting.iter().any(&same_place) {
                fitting.retain(|f| same_place(f));
            }
            let same = |f: &&Found<'_>| {
                signature::compare(home.grammar, &home.found, home.text(), f, &self.text).is_ok()
            };
            if fitting.iter().any(&same) {
                fitting.retain(|f| same(f));
            }
        }
        if let Some(one) = fitting.first() {
            return Ok(one);
        }
        let elsewhere = all.iter().find(|f| f.last() == home.found.last());
        Err(Misfit(match (elsewhere, all.len()) {
            (Some(f), _) if f.path.len() > 1 => format!(
                "the function `{name}` is missing: `{}` is another one",
                path(f).join(home.grammar.joint())
            ),
            (_, 0) => format!("the function `{name}` is missing: there is no function at all"),
            (_, n) => {
                let names: Vec<String> = all
                    .iter()
                    .take(6)
                    .map(|f| format!("`{}`", path(f).join(home.grammar.joint())))
                    .collect();
                let more = if n > 6 { ", …" } else { "" };
                format!(
                    "the function `{name}` is missing: there is {}{more}; it must keep its name",
                    names.join(", ")
                )
            }
        }))
    }
}

/// What the innermost thing around a function is called.
fn container_key(candidate: &Candidate, grammar: Grammar, found: &Found<'_>) -> Option<String> {
    let levels = super::levels(candidate.tree.root_node(), found.unit);
    let above = levels.get(levels.len().checked_sub(2)?)?.piece;
    pieces::keys(grammar, above, &candidate.text)
        .into_iter()
        .next()
}

impl Home<'_, '_> {
    fn container_key(&self) -> Option<String> {
        let above = self.levels.get(self.levels.len().checked_sub(2)?)?.piece;
        pieces::keys(self.grammar, above, self.text())
            .into_iter()
            .next()
    }

    /// Whether the function is inside of something.
    fn found_in_class(&self) -> bool {
        self.levels.len() > 1
    }

    /// The steps by which the original and its file go in.
    fn steps(&self) -> Vec<String> {
        let region = &self.target.region;
        let literals = indent::literals(self.grammar, self.root, self.text(), region, &[]);
        let lines = indent::lines(self.text(), region.clone(), &literals);
        let own = tree::indent_at(self.text(), region.start);
        let own = indent::step_of(&indent::dedent(&lines, own));
        own.into_iter().chain(Style::of(self.text()).unit).collect()
    }

    /// Whether the original itself does not parse everywhere.
    fn has_slips(&self) -> bool {
        self.found.unit.has_error()
    }
}

/// A version without the indentation that all of it has, or that all of it but its first line has.
fn dedented(grammar: Grammar, version: &str, fixed: &[String]) -> String {
    let Some(tree) = grammar.parse(version) else {
        return version.to_owned();
    };
    let literals = indent::literals(
        grammar,
        tree.root_node(),
        version,
        &(0..version.len()),
        fixed,
    );
    let lines = indent::lines(version, 0..version.len(), &literals);
    let common = indent::common(&lines);
    if !common.is_empty() {
        return indent::joined(&indent::dedent(&lines, common));
    }
    version.to_owned()
}

/// A version whose imports stand at the margin while its method has kept the indentation of the file.
fn realigned(version: String) -> String {
    let mut before = "";
    for (at, line) in version.lines().scan(0, |at, l| {
        let start = *at;
        *at += l.len() + 1;
        Some((start, l))
    }) {
        let body = line.trim_start_matches([' ', '\t']);
        let opens = ["def ", "async def ", "@"]
            .iter()
            .any(|w| body.starts_with(w));
        let own_line = !before.is_empty()
            && !before.starts_with([' ', '\t', ')', ']', '}', '@'])
            && !before.trim_end().ends_with([':', '\\', ',', '(', '[', '{']);
        if opens && body.len() < line.len() && own_line {
            let indent = line.get(..line.len() - body.len()).unwrap_or_default();
            let rest = version.get(at..).unwrap_or_default();
            let all_in = rest
                .lines()
                .all(|l| l.trim().is_empty() || l.starts_with(indent));
            if !all_in {
                return version;
            }
            let moved: Vec<&str> = rest
                .lines()
                .map(|l| l.strip_prefix(indent).unwrap_or(l))
                .collect();
            return [version.get(..at).unwrap_or_default(), &moved.join("\n")].concat();
        }
        if !body.is_empty() {
            before = line;
        }
    }
    version
}

/// A version that goes in by the first of these steps, if it goes in by none of them and then still means the same.
fn with_step(grammar: Grammar, version: String, steps: &[String], fixed: &[String]) -> String {
    let (Some(tree), Some(step)) = (grammar.parse(&version), steps.first()) else {
        return version;
    };
    let root = tree.root_node();
    let literals = indent::literals(grammar, root, &version, &(0..version.len()), fixed);
    let lines = indent::lines(&version, 0..version.len(), &literals);
    if indent::step_of(&lines).is_none_or(|own| steps.contains(&own)) {
        return version;
    }
    let changed = indent::with_step(&version, &lines, step).filter(|changed| {
        grammar.parse(changed).is_some_and(|t| {
            tree::all_words(root, &version) == tree::all_words(t.root_node(), changed)
        })
    });
    changed.unwrap_or(version)
}
