//! What stands before a function in its file (documentation, attributes) and stays when a version leaves it out.

use tree_sitter::Tree;

use super::candidate::Candidate;
use super::site::RegionSite;
use crate::task::region::Region;
use crate::task::region::grammar::Grammar;
use crate::task::region::indent;
use crate::task::region::items;
use crate::task::region::tree;

/// A version with the original's documentation and attributes before its function; `None` where it has some of its own, or the
/// original has none, or it does not fit into the file.
pub(in crate::task::region) fn with_lead(
    region: &Region,
    grammar: Grammar,
    tree: &Tree,
    version: &str,
) -> Option<String> {
    let site = RegionSite::of(region, grammar, tree)?;
    let lead = region
        .file
        .get(region.span.start..site.found.unit.start_byte())
        .filter(|lead| !lead.trim().is_empty() && lead.ends_with(['\n', ' ', '\t']))?;
    let candidate = Candidate::read(&site, version).ok()?;
    let text = &candidate.text;
    let all = items::find(grammar, &candidate.tree, text);
    let chosen = candidate.choose(&site, &all).ok()?;
    let start = chosen.unit.start_byte();
    if chosen.start(grammar, text) != start {
        return None;
    }
    let at = if *text == version {
        start
    } else {
        // It was moved, or put into a class, to be read. A method alone still begins where the version does.
        let unit = text.get(start..)?.lines().next()?.trim_end();
        version.starts_with(unit).then_some(0)?
    };
    let there = tree::indent_at(version, at);
    let own = region.own_lines(Some(tree));
    let lines = indent::dedent(&own.lines, &own.indent);
    let mut out = version.get(..at)?.to_owned();
    for line in lines.get(..lead.matches('\n').count())? {
        out.push_str(line.text.trim_end_matches('\r'));
        out.push('\n');
        out.push_str(there);
    }
    out.push_str(version.get(at..)?);
    Some(out)
}
