//! How far down a helper must stand: behind all that it needs when the file is loaded.
//!
//! A function needs its names when it is called, a table when it is made. What a table calls to be made needs its names then as
//! well, so these are followed.

use std::collections::{HashMap, HashSet};

use super::additions::Additions;
use super::mentions::Mentions;
use super::site::RegionSite;
use crate::task::region::grammar::Grammar;
use crate::task::region::names;
use crate::task::region::pieces::{self, Piece, is_block_like};
use crate::task::region::tree::{self, N};

/// Sets for each helper behind which byte of the file it must stand, where that is not before the function.
pub(super) fn place(site: &RegionSite<'_, '_>, additions: &mut Additions) {
    if !matches!(
        site.grammar.family(),
        Grammar::Python | Grammar::JavaScript | Grammar::Ruby
    ) {
        return;
    }
    for level in 0..site.levels.len() {
        place_level(site, level, additions);
    }
}

fn place_level(site: &RegionSite<'_, '_>, level: usize, additions: &mut Additions) {
    let own = site.levels[level].piece;
    let later: Vec<LaterPiece> = site.pieces[level]
        .iter()
        .filter(|p| p.node.start_byte() >= own.start_byte())
        .filter(|p| !is_main_guard(p.node, site.text()))
        .map(|p| LaterPiece::of(site, p, p.node.id() == own.id()))
        .collect();
    let mut bodies: HashMap<String, HashSet<String>> = HashMap::new();
    let functions = site.pieces[level]
        .iter()
        .filter(|p| is_block_like(p.node, p.kind));
    for piece in functions {
        let all = Mentions::of(piece.node, site.text()).all;
        for key in &piece.keys {
            bodies.entry(key.clone()).or_default().extend(all.clone());
        }
    }
    // What the helpers bind themselves is not the file's.
    let mut own_names: HashSet<String> = HashSet::new();
    for helper in additions.helpers.iter().filter(|h| h.level == level) {
        own_names.extend(helper.keys.iter().chain(&helper.mentions.bound).cloned());
        for key in helper.keys.iter().filter(|_| helper.block) {
            let all = helper.mentions.all.clone();
            bodies.entry(key.clone()).or_default().extend(all);
        }
    }
    let mut moved: Vec<(HashSet<String>, usize)> = Vec::new();
    for helper in additions.helpers.iter_mut().filter(|h| h.level == level) {
        let mut reached: HashSet<String> = HashSet::new();
        let mut waiting: Vec<String> = helper.mentions.at_load.iter().cloned().collect();
        while let Some(name) = waiting.pop() {
            if helper.keys.contains(&name) || !reached.insert(name.clone()) {
                continue;
            }
            waiting.extend(bodies.get(&name).into_iter().flatten().cloned());
        }
        let needed = later
            .iter()
            .filter(|l| {
                let needed = |n: &String| reached.contains(n) && !own_names.contains(n);
                l.names.iter().any(needed)
            })
            .map(|l| l.end);
        // What fills a table that has moved down goes with it.
        let with = moved
            .iter()
            .filter(|(made, _)| helper.mentions.at_load.iter().any(|n| made.contains(n)))
            .map(|(_, end)| *end);
        helper.after = needed.chain(with).max();
        if let Some(end) = helper.after {
            let mentions = &helper.mentions;
            let made = helper.keys.iter().chain(&mentions.bound);
            moved.push((made.chain(&mentions.filled).cloned().collect(), end));
        }
    }
}

/// A piece of the file at or below the function.
struct LaterPiece {
    names: HashSet<String>,
    /// Where its last line ends.
    end: usize,
}

impl LaterPiece {
    fn of(site: &RegionSite<'_, '_>, piece: &Piece<'_>, own: bool) -> Self {
        let text = site.text();
        let end = tree::trimmed_end(piece.node, text);
        let rest = text.get(end..).unwrap_or_default();
        let line = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..line).unwrap_or_default().trim_end_matches('\r');
        // Functions of JavaScript can be called above the place where they stand.
        let hoisted = site.grammar.family() == Grammar::JavaScript
            && pieces::inner(piece.node)
                .kind()
                .ends_with("function_declaration");
        let mut names = HashSet::new();
        if !hoisted {
            names = names::of(piece.node, text, |_| false).bound;
            names.extend(piece.keys.iter().cloned());
        }
        Self {
            names,
            end: if own { end } else { end + line.len() },
        }
    }
}

fn is_main_guard(node: N<'_>, text: &str) -> bool {
    node.kind() == "if_statement" && tree::text(node, text).starts_with("if __name__")
}
