//! The function in its file: where it is, and what is around it.

use tree_sitter::Tree;

use crate::task::region::Region;
use crate::task::region::grammar::Grammar;
use crate::task::region::items::{self, FunctionNode};
use crate::task::region::pieces::{self, Piece};
use crate::task::region::tree::{self, N};

/// An ancestor of a function: a container, and the piece of it that the function is in.
#[derive(Clone, Copy, Debug)]
pub(in crate::task::region) struct Ancestor<'t> {
    pub(crate) container: N<'t>,
    pub(crate) piece: N<'t>,
}

/// The ancestors of a node, from the top.
pub(in crate::task::region) fn levels<'t>(root: N<'t>, node: N<'t>) -> Vec<Ancestor<'t>> {
    // The root is one in any case: where a file hardly parses, it is called an error.
    tree::lineage(root, node)
        .windows(2)
        .enumerate()
        .filter(|(index, pair)| *index == 0 || Grammar::is_container(pair[0]))
        .map(|(_, pair)| Ancestor {
            container: pair[0],
            piece: pair[1],
        })
        .collect()
}

/// A parsed file and the function in it that is the region.
pub(super) struct RegionSite<'a, 't> {
    pub(crate) region: &'a Region,
    pub(crate) grammar: Grammar,
    pub(crate) tree: &'t Tree,
    pub(crate) root: N<'t>,
    pub(crate) found: FunctionNode<'t>,
    /// (Index, count) among the functions of the same name.
    pub(crate) of_the_name: (usize, usize),
    pub(crate) levels: Vec<Ancestor<'t>>,
    /// The pieces of each ancestor.
    pub(crate) pieces: Vec<Vec<Piece<'t>>>,
}

impl<'a, 't> RegionSite<'a, 't> {
    pub(super) fn of(region: &'a Region, grammar: Grammar, tree: &'t Tree) -> Option<Self> {
        let all = items::find(grammar, tree, &region.file);
        let found = all
            .iter()
            .find(|f| {
                tree::trimmed_end(f.unit, &region.file) == region.span.end
                    && f.start(grammar, &region.file) == region.span.start
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
            .map(|l| pieces::of(grammar, l.container, &region.file))
            .collect();
        Some(Self {
            region,
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
        &self.region.file
    }

    /// The name for sentences.
    pub(super) fn name(&self) -> &'a str {
        &self.region.name
    }
}
