//! A function broken on purpose: what its check should notice, and what its bench should not bear.

use super::Region;
use super::grammar::Grammar;
use super::items::{self, FunctionKind};
use super::tree;

/// A number that no function gives back by chance.
const NUMBER: &str = "987654321";

/// The file of a region with its function broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// What the function does now: `raises an error at once`.
    pub(crate) how: &'static str,
    /// The whole file.
    pub(crate) text: String,
}

/// What a broken function does.
const RAISES: &str = "raises an error at once";
const CONSTANT: &str = "always returns the same number";
const NOTHING: &str = "does nothing";

impl Region {
    /// The file with the function broken, the most striking way first: it raises; where the language asks for no types, it also
    /// returns a wrong constant, or does nothing at all. Empty for lines, and where the function has no body of its own.
    pub(crate) fn broken(&self) -> Vec<Broken> {
        let Some((grammar, tree)) = self.grammar.and_then(|g| Some((g, g.parse(&self.file)?)))
        else {
            return Vec::new();
        };
        let Some(callee) = self.callee() else {
            return Vec::new();
        };
        let found = items::find(grammar, &tree, &self.file);
        let own = |f: &&items::FunctionNode<'_>| {
            f.path == callee.path && f.start(grammar, &self.file) == self.span.start
        };
        let Some(body) = found.iter().find(own).and_then(items::FunctionNode::body) else {
            return Vec::new();
        };
        let (start, end) = (body.start_byte(), body.end_byte());
        let text = |at: std::ops::Range<usize>| self.file.get(at).unwrap_or_default();
        let with = |how, inside: String| Broken {
            how,
            text: [text(0..start), &inside, text(end..self.file.len())].concat(),
        };
        let own = text(start..end);
        let is_block = own.starts_with('{');
        let inside = |first: &str| {
            let rest = own.get(1..).unwrap_or_default();
            with(RAISES, format!("{{ {first} {rest}"))
        };
        let error = "\"broken on purpose\"";
        match grammar {
            Grammar::Python if body.kind() == "block" => {
                // Before what is there: a function that yields still does.
                let raise = format!("raise RuntimeError({error})");
                let joint = if tree::begins_line(&self.file, start) {
                    format!("\n{}", tree::indent_at(&self.file, start))
                } else {
                    "; ".to_owned()
                };
                vec![
                    with(RAISES, format!("{raise}{joint}{own}")),
                    with(CONSTANT, format!("return {NUMBER}")),
                    with(NOTHING, "pass".to_owned()),
                ]
            }
            Grammar::JavaScript | Grammar::TypeScript | Grammar::Tsx if is_block => {
                let mut all = vec![inside(&format!("if (true) throw new Error({error});"))];
                let returns = !matches!(callee.kind, FunctionKind::Constructor);
                if grammar == Grammar::JavaScript && returns {
                    all.push(with(CONSTANT, format!("{{ return {NUMBER}; }}")));
                    all.push(with(NOTHING, "{}".to_owned()));
                }
                all
            }
            Grammar::Rust if is_block => vec![inside(&format!("if true {{ panic!({error}); }}"))],
            Grammar::Go if is_block => vec![inside(&format!("if true {{ panic({error}) }};"))],
            Grammar::Java if is_block && callee.kind != FunctionKind::Constructor => {
                vec![inside(&format!(
                    "if (true) throw new RuntimeException({error});"
                ))]
            }
            Grammar::C | Grammar::Cpp if is_block => vec![inside("__builtin_trap();")],
            Grammar::Ruby => vec![with(RAISES, format!("raise {error}\n{own}"))],
            _ => Vec::new(),
        }
    }
}

/// A whole file of a script that breaks when it has been read to its end, as an importer does; `None` in other languages.
pub(crate) fn broken_file(file_name: &str, text: &str) -> Option<Broken> {
    let (_, ending) = file_name.rsplit_once('.')?;
    let last = match ending {
        "py" => "raise RuntimeError(\"broken on purpose\")",
        "js" | "mjs" | "cjs" => ";throw new Error(\"broken on purpose\");",
        "rb" => "raise \"broken on purpose\"",
        _ => return None,
    };
    Some(Broken {
        how: RAISES,
        text: format!("{}\n\n{last}\n", text.trim_end()),
    })
}
