//! Walking syntax trees without recursion (a tree may be as deep as its text is long), and comparing them.

use std::ops::Range;

use tree_sitter::Node;

use super::grammar::Grammar;

/// A node of a tree.
pub(super) type N<'t> = Node<'t>;

/// The text of a node.
pub(super) fn text<'s>(node: N<'_>, source: &'s str) -> &'s str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// Visits a node and its descendants in the order of the text; `false` skips the descendants of a node.
pub(super) fn each<'t>(root: N<'t>, mut visit: impl FnMut(N<'t>) -> bool) {
    walk(root, |node, entering| !entering || visit(node));
}

/// As [`each`], and also calls on leaving a node, with `false` as second argument. A node that was not entered is
/// not left.
pub(super) fn walk<'t>(root: N<'t>, mut visit: impl FnMut(N<'t>, bool) -> bool) {
    let mut cursor = root.walk();
    let mut depth = 0_usize;
    loop {
        let node = cursor.node();
        if visit(node, true) {
            if cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            visit(node, false);
        }
        loop {
            if depth == 0 {
                return;
            }
            if cursor.goto_next_sibling() {
                break;
            }
            cursor.goto_parent();
            depth -= 1;
            visit(cursor.node(), false);
        }
    }
}

/// The named children of a node.
pub(super) fn named<'t>(node: N<'t>) -> Vec<N<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// All children of a node.
pub(super) fn children<'t>(node: N<'t>) -> Vec<N<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

/// A child of one of these kinds.
pub(super) fn child_of_kind<'t>(node: N<'t>, kinds: &[&str]) -> Option<N<'t>> {
    children(node)
        .into_iter()
        .find(|c| kinds.contains(&c.kind()))
}

/// The nodes from the root down to this one, both included.
pub(super) fn lineage<'t>(root: N<'t>, node: N<'t>) -> Vec<N<'t>> {
    let mut all = vec![root];
    let mut here = root;
    while here.id() != node.id() {
        match here.child_with_descendant(node) {
            Some(next) => {
                all.push(next);
                here = next;
            }
            None => break,
        }
    }
    all
}

/// The tokens of a node without comments and white space, so that two texts that differ only in layout compare equal.
///
/// Significant white space (the end of a block in Python) has a token of its own. `skip` leaves nodes out.
pub(super) fn words<'s>(
    node: N<'_>,
    source: &'s str,
    within: Range<usize>,
    mut skip: impl FnMut(N<'_>) -> bool,
) -> Vec<&'s str> {
    let mut words: Vec<&'s str> = Vec::new();
    let mut at = within.start;
    walk(node, |n, entering| {
        if n.start_byte() >= within.end || n.end_byte() <= within.start {
            return false;
        }
        if !entering {
            if n.kind() == "block" {
                words.push("\u{23ce}");
            }
            return true;
        }
        let comment = Grammar::is_comment(n);
        let inner = n.child_count() > 0 && !Grammar::is_literal(n);
        if !comment && inner && !skip(n) {
            return true;
        }
        // Some grammars have no nodes for some tokens (in the arguments of macros): these are the gaps between nodes.
        words.extend(
            source
                .get(at..n.start_byte())
                .unwrap_or_default()
                .split_whitespace(),
        );
        if !comment && (!inner && !skip(n)) {
            words.push(text(n, source));
        }
        at = at.max(n.end_byte());
        false
    });
    words.extend(
        source
            .get(at..within.end)
            .unwrap_or_default()
            .split_whitespace(),
    );
    words.retain(|w| !w.is_empty());
    without_trailing_commas(words)
}

/// All words of a node.
pub(super) fn all_words<'s>(node: N<'_>, source: &'s str) -> Vec<&'s str> {
    words(node, source, node.byte_range(), |_| false)
}

fn without_trailing_commas(words: Vec<&str>) -> Vec<&str> {
    let mut kept: Vec<&str> = Vec::with_capacity(words.len());
    for word in words {
        if matches!(word, ")" | "]" | "}" | ">") && kept.last() == Some(&",") {
            kept.pop();
        }
        kept.push(word);
    }
    kept
}

/// Whether two nodes are equal but for comments and layout.
pub(super) fn same(a: N<'_>, in_a: &str, b: N<'_>, in_b: &str) -> bool {
    text(a, in_a) == text(b, in_b) || all_words(a, in_a) == all_words(b, in_b)
}

/// Line and column of a byte, from 1; the column counts characters.
pub(super) fn place(source: &str, at: usize) -> (usize, usize) {
    let before = source.get(..at).unwrap_or(source);
    let line = 1 + before.bytes().filter(|b| *b == b'\n').count();
    let column = 1 + before.chars().rev().take_while(|c| *c != '\n').count();
    (line, column)
}

/// Where the line of a byte begins.
pub(super) fn line_start(source: &str, at: usize) -> usize {
    source
        .get(..at)
        .and_then(|s| s.rfind('\n'))
        .map_or(0, |n| n + 1)
}

/// The white space that the line of a byte begins with, up to that byte.
pub(super) fn indent_at(source: &str, at: usize) -> &str {
    let start = line_start(source, at);
    let line = source.get(start..at).unwrap_or_default();
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    let width = line.len() - line.trim_start_matches([' ', '\t', '\u{c}']).len();
    line.get(..width).unwrap_or_default()
}

/// Whether only white space stands before a byte in its line.
pub(super) fn begins_line(source: &str, at: usize) -> bool {
    source
        .get(line_start(source, at)..at)
        .unwrap_or_default()
        .trim_start_matches('\u{feff}')
        .trim()
        .is_empty()
}

/// A text on one line, its white space collapsed.
pub(super) fn flat(text: &str) -> String {
    let mut flat = String::new();
    for word in text.split_whitespace() {
        let tight = flat.ends_with(['(', '[']) || word.starts_with([')', ']', ',']);
        if !flat.is_empty() && !tight {
            flat.push(' ');
        }
        flat.push_str(word);
    }
    flat.replace(",)", ")").replace(",]", "]")
}

/// A text cut to a number of characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Where a node ends without trailing white space: some grammars include the end of the line.
pub(super) fn trimmed_end(node: N<'_>, source: &str) -> usize {
    node.start_byte() + text(node, source).trim_end().len()
}
