//! Putting a version of a function into its file: the function into the region's place, what it brings along to where it
//! belongs. Everything that the version repeats of the file must be as it is there.

mod candidate;
mod compose;
mod sibling;

use tree_sitter::Tree;

use super::assemble::still_parses;
use super::grammar::Grammar;
use super::items::{self, Found};
use super::pieces::{self, Piece, Sort};
use super::tree::{self, N};
use super::{Misfit, Target, signature};
use candidate::Candidate;
use compose::{Additions, Import};

/// One step on the way from the top of a file to a function: where it stands, and what of that it is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level<'t> {
    pub container: N<'t>,
    pub piece: N<'t>,
}

/// The way from the top to a node.
pub(super) fn levels<'t>(root: N<'t>, node: N<'t>) -> Vec<Level<'t>> {
    // The root is one in any case: where a file hardly parses, it is called an error.
    tree::lineage(root, node)
        .windows(2)
        .enumerate()
        .filter(|(index, pair)| *index == 0 || Grammar::is_container(pair[0]))
        .map(|(_, pair)| Level {
            container: pair[0],
            piece: pair[1],
        })
        .collect()
}

/// A parsed file and the function in it that is the region.
pub(super) struct Home<'a, 't> {
    pub target: &'a Target,
    pub grammar: Grammar,
    pub tree: &'t Tree,
    pub root: N<'t>,
    pub found: Found<'t>,
    /// The how-manieth (from 0) of how many functions of its name it is.
    pub of_the_name: (usize, usize),
    pub levels: Vec<Level<'t>>,
    /// What stands side by side at each of the levels.
    pub pieces: Vec<Vec<Piece<'t>>>,
}

impl<'a, 't> Home<'a, 't> {
    pub(super) fn of(target: &'a Target, grammar: Grammar, tree: &'t Tree) -> Option<Self> {
        let all = items::find(grammar, tree, &target.file);
        let found = all
            .iter()
            .find(|f| {
                super::find::region_end(f.unit, &target.file) == target.region.end
                    && f.start(grammar, &target.file) == target.region.start
            })?
            .clone();
        let namesakes = all.iter().filter(|f| f.path == found.path);
        let of_the_name = (
            namesakes
                .clone()
                .take_while(|f| f.definition.id() != found.definition.id())
                .count(),
            namesakes.count(),
        );
        let root = tree.root_node();
        let levels = levels(root, found.unit);
        if levels.is_empty() {
            return None;
        }
        let pieces = levels
            .iter()
            .map(|l| pieces::of(grammar, l.container, &target.file))
            .collect();
        Some(Self {
            target,
            grammar,
            tree,
            root,
            found,
            of_the_name,
            levels,
            pieces,
        })
    }

    /// The file's text.
    pub(super) fn text(&self) -> &'a str {
        &self.target.file
    }

    /// The name for sentences.
    pub(super) fn name(&self) -> &'a str {
        &self.target.name
    }
}

/// The file with a version of its function.
pub(super) fn assemble(
    target: &Target,
    grammar: Grammar,
    tree: &Tree,
    version: &str,
) -> Result<String, Misfit> {
    let Some(home) = Home::of(target, grammar, tree) else {
        return Err(Misfit(format!(
            "`{}` is not in its file any more",
            target.name
        )));
    };
    let candidate = Candidate::read(&home, version)?;
    let new_tree = &candidate.tree;
    let all = items::find(grammar, new_tree, &candidate.text);
    let mut chosen = candidate.choose(&home, &all)?.clone();
    // One of several declarators: the words around it stay.
    if home.found.unit.kind() == "variable_declarator" {
        chosen.unit = chosen.definition;
    }
    let chosen = &chosen;
    signature::compare(grammar, &home.found, home.text(), chosen, &candidate.text)?;
    let mut additions = Additions::default();
    let mut own = levels(new_tree.root_node(), chosen.unit);
    if candidate.wrapped && !own.is_empty() {
        own.remove(0);
    }
    // Aligned from the function outwards: a version may begin at any level of the file.
    let skipped = home.levels.len().saturating_sub(own.len());
    let extra = own.len().saturating_sub(home.levels.len());
    for (index, level) in own.iter().enumerate() {
        let at = (index + skipped)
            .saturating_sub(extra)
            .min(home.levels.len() - 1);
        let last = index + 1 == own.len();
        if !last && index >= extra {
            same_head(&home, home.levels[at].piece, level.piece, &candidate.text)?;
        }
        let bare = index == 0 && at > 0;
        let mut behind = false;
        for piece in pieces::of(grammar, level.container, &candidate.text) {
            if piece.node.id() == level.piece.id() {
                behind = true;
                continue;
            }
            let sibling = sibling::Sibling {
                text: &candidate.text,
                piece: &piece,
                level: at,
                bare,
                wrapped: candidate.wrapped,
                behind: behind && last,
            };
            sibling.settle(&home, &mut additions)?;
        }
    }
    if let Some(extra) = &candidate.extra {
        for piece in pieces::of(grammar, extra.tree.root_node(), &extra.text) {
            let sibling = sibling::Sibling {
                text: &extra.text,
                piece: &piece,
                level: 0,
                bare: home.levels.len() > 1,
                wrapped: false,
                behind: false,
            };
            sibling.settle(&home, &mut additions)?;
        }
    }
    module_kind(&home, &additions.imports)?;
    let (file, placed) = compose::compose(&home, tree, &candidate, chosen, additions);
    still_parses(grammar, tree, home.text(), &file, placed)?;
    Ok(file)
}

/// The head of a class, impl or module that is repeated must be as it is, or shorter: then it only says where.
fn same_head(home: &Home<'_, '_>, old: N<'_>, new: N<'_>, new_text: &str) -> Result<(), Misfit> {
    let head = |node: N<'_>, text| {
        let inner = pieces::inner(node);
        let end = pieces::body(node).map_or(inner.start_byte(), |b| b.start_byte());
        let words: Vec<String> = tree::words(inner, text, inner.start_byte()..end, |_| false)
            .into_iter()
            .map(str::to_owned)
            .collect();
        words
    };
    let (before, after) = (head(old, home.text()), head(new, new_text));
    let shorter = after.len() < before.len() && after.iter().all(|w| before.contains(w));
    if before == after || shorter || before.is_empty() || after.is_empty() {
        return Ok(());
    }
    Err(Misfit(format!(
        "`{}` became `{}`: only `{}` may change",
        tree::flat(&before.join(" ")),
        tree::flat(&after.join(" ")),
        home.name()
    )))
}

/// A module of JavaScript imports in one way or in the other.
fn module_kind(home: &Home<'_, '_>, imports: &[Import]) -> Result<(), Misfit> {
    if home.grammar != Grammar::JavaScript || imports.is_empty() {
        return Ok(());
    }
    let ending = home.target.path.extension().and_then(|e| e.to_str());
    let top = tree::named(home.root);
    let modern = ending == Some("mjs")
        || top
            .iter()
            .any(|n| matches!(n.kind(), "import_statement" | "export_statement"));
    let old = ending == Some("cjs")
        || !modern && (home.text().contains("require(") || home.text().contains("module.exports"));
    let is_import = |i: &&Import| i.text.starts_with("import");
    if old && imports.iter().any(|i| is_import(&i)) {
        return Err(Misfit(
            "the file is a CommonJS module: use `require(…)` in place of `import`".to_owned(),
        ));
    }
    if modern && !imports.iter().all(|i| is_import(&i)) {
        return Err(Misfit(
            "the file is an ES module: use `import` in place of `require(…)`".to_owned(),
        ));
    }
    Ok(())
}

/// Whether a piece is a function or a type rather than a value or a statement.
pub(super) fn is_block_like(node: N<'_>, sort: Sort) -> bool {
    let rows = node
        .end_position()
        .row
        .saturating_sub(node.start_position().row);
    let kind = pieces::inner(node).kind();
    sort == Sort::Definition
        && (kind.contains("function")
            || kind.contains("class")
            || kind.contains("method")
            || rows > 0)
}
