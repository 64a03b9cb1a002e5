//! Merging a version of a function into its file: the function replaces the region, and what it brings along goes where it
//! belongs. Code of the file that the version repeats must be unchanged.

mod additions;
mod candidate;
mod compose;
mod lead;
mod mentions;
mod needs;
mod sibling;
mod site;

use tree_sitter::Tree;

use super::grammar::{Grammar, still_parses};
use super::items;
use super::pieces;
use super::tree::{self, N};
use super::{Misfit, Region, signature};
use additions::{Additions, Import};
use candidate::Candidate;
pub(super) use lead::with_lead;
use site::RegionSite;
pub(super) use site::{Ancestor, levels};

/// The file with a version of its function.
pub(super) fn assemble(
    region: &Region,
    grammar: Grammar,
    tree: &Tree,
    version: &str,
) -> Result<String, Misfit> {
    let Some(site) = RegionSite::of(region, grammar, tree) else {
        return Err(Misfit(format!(
            "`{}` is not in its file any more",
            region.name
        )));
    };
    let candidate = Candidate::read(&site, version)?;
    let new_tree = &candidate.tree;
    let all = items::find(grammar, new_tree, &candidate.text);
    let mut chosen = candidate.choose(&site, &all)?.clone();
    // One of several declarators: the words around it stay.
    if site.found.unit.kind() == "variable_declarator" {
        chosen.unit = chosen.definition;
    }
    let chosen = &chosen;
    signature::compare(grammar, &site.found, site.text(), chosen, &candidate.text)?;
    let mut additions = Additions::default();
    let mut own = levels(new_tree.root_node(), chosen.unit);
    if candidate.wrapped && !own.is_empty() {
        own.remove(0);
    }
    // Aligned from the function outwards: a version may begin at any level of the file.
    let skipped = site.levels.len().saturating_sub(own.len());
    let extra = own.len().saturating_sub(site.levels.len());
    for (index, level) in own.iter().enumerate() {
        let at = (index + skipped)
            .saturating_sub(extra)
            .min(site.levels.len() - 1);
        let last = index + 1 == own.len();
        if !last && index >= extra {
            same_head(&site, site.levels[at].piece, level.piece, &candidate.text)?;
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
            sibling.settle(&site, &mut additions)?;
        }
    }
    if let Some(extra) = &candidate.extra {
        for piece in pieces::of(grammar, extra.tree.root_node(), &extra.text) {
            let sibling = sibling::Sibling {
                text: &extra.text,
                piece: &piece,
                level: 0,
                bare: site.levels.len() > 1,
                wrapped: false,
                behind: false,
            };
            sibling.settle(&site, &mut additions)?;
        }
    }
    module_kind(&site, &additions.imports)?;
    needs::place(&site, &mut additions);
    let (file, placed) = compose::compose(&site, tree, &candidate, chosen, additions);
    still_parses(grammar, tree, site.text(), &file, placed)?;
    Ok(file)
}

/// The repeated head of a class, impl or module must be unchanged, or shorter: then it only says where the function belongs.
fn same_head(
    site: &RegionSite<'_, '_>,
    old: N<'_>,
    new: N<'_>,
    new_text: &str,
) -> Result<(), Misfit> {
    let head = |node: N<'_>, text| {
        let inner = pieces::inner(node);
        let end = pieces::body(node).map_or(inner.start_byte(), |b| b.start_byte());
        let words: Vec<String> = tree::words(inner, text, inner.start_byte()..end, |_| false)
            .into_iter()
            .map(str::to_owned)
            .collect();
        words
    };
    let (before, after) = (head(old, site.text()), head(new, new_text));
    let shorter = after.len() < before.len() && after.iter().all(|w| before.contains(w));
    if before == after || shorter || before.is_empty() || after.is_empty() {
        return Ok(());
    }
    Err(Misfit(format!(
        "`{}` became `{}`: only `{}` may change",
        tree::flat(&before.join(" ")),
        tree::flat(&after.join(" ")),
        site.name()
    )))
}

/// A JavaScript module uses either `import` or `require`.
fn module_kind(site: &RegionSite<'_, '_>, imports: &[Import]) -> Result<(), Misfit> {
    if site.grammar.family() != Grammar::JavaScript || imports.is_empty() {
        return Ok(());
    }
    let ending = site.region.path.extension().and_then(|e| e.to_str());
    let top = tree::named(site.root);
    let modern = matches!(ending, Some("mjs" | "mts"))
        || top
            .iter()
            .any(|n| matches!(n.kind(), "import_statement" | "export_statement"));
    let old = ending == Some("cjs")
        || !modern
            && (ending == Some("cts")
                || site.text().contains("require(")
                || site.text().contains("module.exports"));
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
