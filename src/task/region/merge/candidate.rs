//! Reading a version: how it is to be parsed, and which function in it is the one.

use tree_sitter::Tree;

use super::site::RegionSite;
use crate::task::region::grammar::{Grammar, ParseError, parse_errors};
use crate::task::region::indent::{self, LineStyle};
use crate::task::region::items::{self, FunctionKind, FunctionNode};
use crate::task::region::pieces;
use crate::task::region::tree;
use crate::task::region::{Misfit, signature};

/// A version that parses and has the function.
pub(super) struct Candidate {
    pub text: String,
    pub tree: Tree,
    /// Whether a text of ours stands around it, so that it is the member of something.
    pub(crate) wrapped: bool,
    /// What stood before it and belongs to the top of the file.
    pub(crate) extra: Option<Prelude>,
}

/// A part of a version that is parsed by itself.
pub(super) struct Prelude {
    pub(crate) text: String,
    pub(crate) tree: Tree,
}

const WRAPPER: &str = "ReheatWrapper";

impl Candidate {
    /// Parses a version in the way that fits it.
    pub(super) fn read(site: &RegionSite<'_, '_>, version: &str) -> Result<Self, Misfit> {
        let grammar = site.grammar;
        let fixed = site.region.fixed_texts(Some(site.tree));
        let version = dedented(grammar, version, &fixed);
        let version = if grammar == Grammar::Python {
            realigned(version)
        } else {
            version
        };
        let version = with_step(grammar, version, &site.steps(), &fixed);
        let too_long = || Misfit("it takes too long to parse".to_owned());
        let tree = grammar.parse(&version).ok_or_else(too_long)?;
        // What the grammar cannot make sense of in the file either is no fault of the version.
        let known = parse_errors(site.root, site.text());
        let first_slip = parse_errors(tree.root_node(), &version)
            .into_iter()
            .find(|s| known.iter().all(|k| k.what != s.what));
        let has_function = |tree: &Tree, text: &str| {
            items::find(grammar, tree, text)
                .iter()
                .any(|f| f.last() == site.found.last() && f.kind != FunctionKind::Nested)
        };
        if first_slip.is_none() && (has_function(&tree, &version) || !site.found_in_class()) {
            return Ok(Self::plain(version, tree));
        }
        // What the grammar cannot make sense of may be a macro, as it was in the original.
        if grammar.has_preprocessor() && site.has_slips() && has_function(&tree, &version) {
            return Ok(Self::plain(version, tree));
        }
        let mut furthest = first_slip.clone();
        if site.found_in_class() {
            for (before, after) in grammar.wrappers() {
                match Self::wrapped(site, before, &version, after, None) {
                    Ok(candidate) => return Ok(candidate),
                    Err(Some(mut parse_error)) => {
                        parse_error.line = parse_error.line.saturating_sub(1).max(1);
                        parse_error.at = parse_error.at.saturating_sub(before.len());
                        if furthest.as_ref().is_some_and(|f| f.at < parse_error.at)
                            && parse_error.at < version.len()
                        {
                            furthest = Some(parse_error);
                        }
                    }
                    Err(None) => {}
                }
            }
            if let Some(candidate) = Self::in_two(site, &version) {
                return Ok(candidate);
            }
        }
        match furthest {
            Some(parse_error) => Err(Misfit(format!(
                "it does not parse: line {}, column {}: {}",
                parse_error.line, parse_error.column, parse_error.what
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
        site: &RegionSite<'_, '_>,
        before: &str,
        version: &str,
        after: &str,
        extra: Option<Prelude>,
    ) -> Result<Self, Option<ParseError>> {
        let text = [before, version, after].concat();
        let tree = site.grammar.parse(&text).ok_or(None)?;
        if let Some(parse_error) = parse_errors(tree.root_node(), &text).into_iter().next() {
            return Err(Some(parse_error));
        }
        let found = items::find(site.grammar, &tree, &text);
        if found.iter().any(|f| f.last() == site.found.last()) {
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
    fn in_two(site: &RegionSite<'_, '_>, version: &str) -> Option<Self> {
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
            for (before, after) in site.grammar.wrappers() {
                if let Ok(candidate) = Self::wrapped(site, before, rest, after, None) {
                    let tree = site.grammar.parse(top)?;
                    if tree.root_node().has_error() {
                        continue;
                    }
                    return Some(Self {
                        extra: Some(Prelude {
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
        site: &RegionSite<'_, '_>,
        all: &'f [FunctionNode<'t>],
    ) -> Result<&'f FunctionNode<'t>, Misfit> {
        let wanted = &site.found.path;
        let name = site.name();
        let path = |f: &FunctionNode<'_>| -> Vec<String> {
            f.path.iter().filter(|n| *n != WRAPPER).cloned().collect()
        };
        let fits = |f: &&FunctionNode<'_>| {
            let own = path(f);
            !own.is_empty() && wanted.ends_with(&own)
        };
        let mut fitting: Vec<&FunctionNode<'_>> = all.iter().filter(fits).collect();
        // With its class around it, it is surely the one.
        let longest = fitting
            .iter()
            .map(|f| path(f).len())
            .max()
            .unwrap_or_default();
        fitting.retain(|f| path(f).len() == longest);
        if longest == wanted.len() && fitting.len() == site.of_the_name.1 {
            // All of the name are there again: they stand in the order of the file.
            if let Some(one) = fitting.get(site.of_the_name.0) {
                return Ok(one);
            }
        }
        if fitting.len() > 1 {
            let nested = site.found.kind == FunctionKind::Nested;
            if fitting
                .iter()
                .any(|f| (f.kind == FunctionKind::Nested) == nested)
            {
                fitting.retain(|f| (f.kind == FunctionKind::Nested) == nested);
            }
            let same_place = |f: &&FunctionNode<'_>| {
                container_key(self, site.grammar, f) == site.container_key()
            };
            if fitting.iter().any(&same_place) {
                fitting.retain(|f| same_place(f));
            }
            let same = |f: &&FunctionNode<'_>| {
                signature::compare(site.grammar, &site.found, site.text(), f, &self.text).is_ok()
            };
            if fitting.iter().any(&same) {
                fitting.retain(|f| same(f));
            }
        }
        if let Some(one) = fitting.first() {
            return Ok(one);
        }
        let elsewhere = all.iter().find(|f| f.last() == site.found.last());
        Err(Misfit(match (elsewhere, all.len()) {
            (Some(f), _) if f.path.len() > 1 => format!(
                "the function `{name}` is missing: `{}` is another one",
                path(f).join(site.grammar.joint())
            ),
            (_, 0) => format!("the function `{name}` is missing: there is no function at all"),
            (_, n) => {
                let names: Vec<String> = all
                    .iter()
                    .take(6)
                    .map(|f| format!("`{}`", path(f).join(site.grammar.joint())))
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
fn container_key(
    candidate: &Candidate,
    grammar: Grammar,
    found: &FunctionNode<'_>,
) -> Option<String> {
    let levels = super::levels(candidate.tree.root_node(), found.unit);
    let above = levels.get(levels.len().checked_sub(2)?)?.piece;
    pieces::keys(grammar, above, &candidate.text)
        .into_iter()
        .next()
}

impl RegionSite<'_, '_> {
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
        let span = &self.region.span;
        let literals = indent::literals(self.grammar, self.root, self.text(), span, &[]);
        let lines = indent::lines(self.text(), span.clone(), &literals);
        let own = tree::indent_at(self.text(), span.start);
        let own = indent::step_of(&indent::dedent(&lines, own));
        own.into_iter()
            .chain(LineStyle::of(self.text()).unit)
            .collect()
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
