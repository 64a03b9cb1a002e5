//! The context that a model needs besides the region: the class around the function, the types it needs, what it calls.

use std::collections::HashSet;

use super::grammar::Grammar;
use super::merge::{Ancestor, levels};
use super::pieces::{self, Piece, PieceKind};
use super::tree::{self, N};
use super::{Region, RegionKind};

/// What is left out, where something is.
const GAP: &str = "...";

/// How many steps from the region are followed: what it calls, what that calls, and so on.
const STEPS: usize = 3;

/// A part of the file that may be shown.
struct ContextBlock {
    /// Where it stands in the file.
    start: usize,
    end: usize,
    /// Smaller ranks are needed more.
    rank: usize,
    full: String,
    /// Its head alone, where the whole is too long.
    brief: Option<String>,
}

impl Region {
    /// What of the file, besides the region, helps to understand and to change it: imports, the head and the fields of
    /// its class, types, constants and functions that it names, and what those name. At most `budget` bytes, in the order
    /// of the file, with `...` for what is left out. `also` is a function that is shown too, since it is called in the region's
    /// place. Empty where there is nothing, or the language has no grammar.
    #[must_use]
    pub fn context<'s>(&'s self, budget: usize, also: Option<&'s str>) -> String {
        let Some((grammar, tree)) = self.grammar.and_then(|g| Some((g, g.parse(&self.file)?)))
        else {
            return String::new();
        };
        let root = tree.root_node();
        let (start, end) = (self.span.start, self.span.end.max(self.span.start + 1) - 1);
        let Some(own) = root.descendant_for_byte_range(start, end) else {
            return String::new();
        };
        let mut way = levels(root, own);
        if Grammar::is_container(own) {
            // Lines inside a block: the code around them counts as a neighbour.
            way.push(Ancestor {
                container: own,
                piece: own,
            });
        }
        let mut named = HashSet::new();
        names_in(
            root,
            &self.file,
            &|n| n.start_byte() >= self.span.start && n.end_byte() <= self.span.end,
            &mut named,
        );
        if let RegionKind::Function(callee) = &self.kind {
            named.extend(callee.path.iter().rev().skip(1).map(String::as_str));
        }
        named.extend(
            also.into_iter()
                .flat_map(|name| name.split(['.', ' ', '#'])),
        );
        let mut gather = Gather {
            grammar,
            text: &self.file,
            span: (self.span.start, self.span.end),
            blocks: Vec::new(),
            taken: HashSet::new(),
        };
        gather.heads(&way);
        for step in 0..STEPS {
            let more = gather.named(&way, &named, 2 + step);
            if more.is_empty() {
                break;
            }
            named = more;
        }
        chosen(gather.blocks, budget, &self.file)
    }
}

/// The names that are used in a part of a tree.
fn names_in<'s>(
    node: N<'_>,
    text: &'s str,
    within: &dyn Fn(N<'_>) -> bool,
    names: &mut HashSet<&'s str>,
) {
    tree::each(node, |n| {
        if n.child_count() == 0 && within(n) {
            let kind = n.kind();
            if kind.contains("identifier")
                || kind == "constant"
                || kind == "name"
                || kind == "instance_variable"
            {
                names.insert(tree::text(n, text));
            }
        }
        !Grammar::is_comment(n)
    });
}

struct Gather<'a> {
    grammar: Grammar,
    text: &'a str,
    span: (usize, usize),
    blocks: Vec<ContextBlock>,
    /// Starts of blocks that were collected already.
    taken: HashSet<usize>,
}

impl<'a> Gather<'a> {
    /// The class or module around the region, with fields and constructors, and the imports.
    fn heads(&mut self, way: &[Ancestor<'_>]) {
        for (index, level) in way.iter().enumerate() {
            if index + 1 < way.len() {
                let piece = level.piece;
                if let Some(body) = pieces::body(piece) {
                    let start = piece.start_byte();
                    let head = self
                        .since_line(start, body.start_byte())
                        .trim_end()
                        .to_owned();
                    let open = if tree::text(body, self.text).starts_with('{') {
                        " {"
                    } else {
                        ""
                    };
                    self.push(start, body.start_byte(), 0, format!("{head}{open}"), None);
                }
            }
            let in_class = index > 0 && holds_members(way[index - 1].piece);
            for piece in pieces::of(self.grammar, level.container, self.text) {
                if self.is_region(&piece) || piece.node.id() == level.piece.id() {
                    continue;
                }
                match piece.kind {
                    PieceKind::Import => self.add(&piece, 1),
                    PieceKind::Definition
                        if in_class && (is_field(&piece) || is_constructor(&piece)) =>
                    {
                        self.add(&piece, 1);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Adds the pieces that define one of these names, and returns the names that those use.
    fn named(
        &mut self,
        way: &[Ancestor<'_>],
        names: &HashSet<&'a str>,
        rank: usize,
    ) -> HashSet<&'a str> {
        let mut more = HashSet::new();
        for level in way {
            for piece in pieces::of(self.grammar, level.container, self.text) {
                let on_the_way =
                    piece.node.id() == level.piece.id() && level.piece.id() != level.container.id();
                if piece.kind != PieceKind::Definition || on_the_way || self.is_region(&piece) {
                    continue;
                }
                if !piece.keys.iter().any(|k| names.contains(last_word(k))) {
                    continue;
                }
                if self.taken.contains(&piece.node.start_byte()) {
                    continue;
                }
                self.add(&piece, rank);
                names_in(piece.node, self.text, &|_| true, &mut more);
            }
        }
        more
    }

    fn is_region(&self, piece: &Piece<'_>) -> bool {
        piece.node.end_byte() > self.span.0 && piece.start < self.span.1
    }

    fn add(&mut self, piece: &Piece<'_>, rank: usize) {
        let (start, end) = (piece.start, piece.node.end_byte());
        let full = self.since_line(start, end).trim_end().to_owned();
        let brief = self.brief(piece.node);
        self.push(start, end, rank, full, brief);
        self.taken.insert(piece.node.start_byte());
    }

    fn push(&mut self, start: usize, end: usize, rank: usize, full: String, brief: Option<String>) {
        if self.blocks.iter().all(|b| b.start != start) {
            self.blocks.push(ContextBlock {
                start,
                end,
                rank,
                full,
                brief,
            });
        }
    }

    /// The text with the indentation of its first line.
    fn since_line(&self, start: usize, end: usize) -> &'a str {
        let from = if tree::begins_line(self.text, start) {
            tree::line_start(self.text, start)
        } else {
            start
        };
        self.text
            .get(from..end)
            .unwrap_or_default()
            .trim_start_matches('\u{feff}')
    }

    /// The head of a function; the head, the fields and the heads of the functions of a class.
    fn brief(&self, node: N<'_>) -> Option<String> {
        let body = pieces::body(node)?;
        let braced = tree::text(body, self.text).starts_with('{');
        let head = self
            .since_line(node.start_byte(), body.start_byte())
            .trim_end();
        if !holds_members(node) {
            let short = if braced {
                format!("{head} {{ {GAP} }}")
            } else {
                format!("{head} {GAP}")
            };
            return Some(short);
        }
        let mut lines = vec![if braced {
            format!("{head} {{")
        } else {
            head.to_owned()
        }];
        for member in pieces::of(self.grammar, body, self.text) {
            let full = self
                .since_line(member.node.start_byte(), member.node.end_byte())
                .trim_end();
            let inner = pieces::body(member.node);
            lines.push(match inner {
                Some(b) if !is_field(&member) => {
                    let head = self
                        .since_line(member.node.start_byte(), b.start_byte())
                        .trim_end();
                    if braced {
                        format!("{head} {{ {GAP} }}")
                    } else {
                        format!("{head} {GAP}")
                    }
                }
                _ => full.to_owned(),
            });
        }
        if braced {
            lines.push(format!(
                "{}}}",
                tree::indent_at(self.text, node.start_byte())
            ));
        }
        Some(lines.join("\n"))
    }
}

/// The blocks that fit, in the order of the file.
fn chosen(mut blocks: Vec<ContextBlock>, budget: usize, file: &str) -> String {
    blocks.sort_by_key(|b| (b.rank, b.full.len()));
    let mut left = budget;
    let mut kept: Vec<(usize, usize, String)> = Vec::new();
    // A gap may stand before each, and one at the end.
    let extra = GAP.len() + 14;
    for block in blocks {
        let fitting = [Some(block.full), block.brief]
            .into_iter()
            .flatten()
            .find(|t| t.len() + extra <= left);
        if let Some(text) = fitting {
            left -= text.len() + extra;
            kept.push((block.start, block.end, text));
        }
    }
    kept.sort();
    let mut out = String::new();
    let mut at: Option<usize> = None;
    for (start, end, text) in kept {
        // It lies inside of a block that is shown already.
        if at.is_some_and(|a| start < a) {
            continue;
        }
        if let Some(at) = at {
            let between = file.get(at..start).unwrap_or_default();
            let lead = between.trim_matches(['{', ':', '}', ';', ',', ' ', '\t', '\r', '\n']);
            if lead.is_empty() {
                let blank = between.matches('\n').count() > 1;
                out.push_str(if blank { "\n\n" } else { "\n" });
            } else {
                let width = text.len() - text.trim_start_matches([' ', '\t']).len();
                let indent: String = text.chars().take(width.min(10)).collect();
                out.push_str(&format!("\n{indent}{GAP}\n"));
            }
        }
        out.push_str(&text);
        at = Some(end);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// `Stack.Push`, `ns::f`, `impl X for Parser`, `get size`, `f()`: the word that code uses.
fn last_word(key: &str) -> &str {
    let key = key.trim_end_matches("()");
    key.rsplit(['.', ':', ' ']).next().unwrap_or(key)
}

fn holds_members(node: N<'_>) -> bool {
    matches!(
        pieces::inner(node).kind(),
        "class_definition"
            | "class_declaration"
            | "class"
            | "impl_item"
            | "trait_item"
            | "mod_item"
            | "module"
            | "interface_declaration"
            | "enum_declaration"
            | "record_declaration"
            | "class_specifier"
            | "struct_specifier"
            | "namespace_definition"
            | "struct_item"
            | "enum_item"
    )
}

fn is_field(piece: &Piece<'_>) -> bool {
    let kind = pieces::inner(piece.node).kind();
    !kind.contains("function")
        && !kind.contains("method")
        && !kind.contains("class")
        && !kind.contains("constructor")
}

fn is_constructor(piece: &Piece<'_>) -> bool {
    let kind = pieces::inner(piece.node).kind();
    kind.starts_with("constructor")
        || piece.keys.iter().any(|k| {
            matches!(
                k.as_str(),
                "__init__" | "__new__" | "__slots__" | "constructor" | "initialize" | "new"
            )
        })
}
