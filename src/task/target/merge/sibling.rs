//! What stands beside the function in a version: is it in the file already, is it new, or is something changed?

use super::compose::{Additions, Helper, Import};
use super::{Home, is_block_like};
use crate::task::target::Misfit;
use crate::task::target::grammar::Grammar;
use crate::task::target::items;
use crate::task::target::pieces::{self, Piece, Sort};
use crate::task::target::tree::{self, N};

/// A piece of a version that is not the function.
pub(super) struct Sibling<'a, 't> {
    pub text: &'a str,
    pub piece: &'a Piece<'t>,
    /// The level of the file that it stands at.
    pub level: usize,
    /// Whether it stands at the top of a version that begins inside of something in the file: then it is to be seen
    /// from the piece itself where it belongs.
    pub bare: bool,
    /// Whether it is a member of what is around the version.
    pub wrapped: bool,
    /// Whether the function stands before it.
    pub behind: bool,
}

impl Sibling<'_, '_> {
    /// Does with it what has to be done.
    pub(super) fn settle(
        &self,
        home: &Home<'_, '_>,
        additions: &mut Additions,
    ) -> Result<(), Misfit> {
        let node = self.piece.node;
        let said = tree::text(node, self.text);
        match self.piece.sort {
            Sort::Import => {
                let level = (!self.bare).then_some(self.level);
                let there = level.is_some_and(|l| {
                    home.pieces[l].iter().any(|p| {
                        p.sort == Sort::Import && tree::same(p.node, home.text(), node, self.text)
                    })
                });
                if !there {
                    additions.imports.push(Import {
                        text: said.trim_end().to_owned(),
                        level,
                    });
                }
                return Ok(());
            }
            Sort::Head | Sort::Export => return Ok(()),
            Sort::Definition | Sort::Statement => {}
        }
        if is_filler(node, said) {
            return Ok(());
        }
        let at = if self.bare {
            self.home_level(home)
        } else {
            self.level
        };
        // Seen from a bare version everything around it in the file is in reach.
        let reach = if self.bare {
            0..home.levels.len()
        } else {
            at..at + 1
        };
        let there: Vec<&Piece<'_>> = home.pieces[reach].iter().flatten().collect();
        let same_text = |p: &&Piece<'_>| tree::text(p.node, home.text()) == said;
        // Comparing by words takes time: only what may be the same is.
        let same_words = |p: &&Piece<'_>| {
            let related = if self.piece.keys.is_empty() {
                p.keys.is_empty() && p.node.kind() == node.kind()
            } else {
                p.keys.iter().any(|k| self.piece.keys.contains(k))
            };
            related && tree::same(p.node, home.text(), node, self.text)
        };
        if there.iter().any(same_text) || there.iter().any(same_words) {
            return Ok(());
        }
        if self.piece.keys.is_empty() {
            if is_access(node) {
                return Ok(());
            }
            self.add(home, at, additions);
            return Ok(());
        }
        let same_name: Vec<&Piece<'_>> = there
            .into_iter()
            .filter(|p| p.keys.iter().any(|k| self.piece.keys.contains(k)))
            .collect();
        let Some(first) = same_name.first() else {
            if self.is_program_of_its_own(home) {
                return Ok(());
            }
            self.not_imported(home)?;
            self.add(home, at, additions);
            return Ok(());
        };
        if is_placeholder(node, self.text) {
            return Ok(());
        }
        if self.is_overload(home, &same_name) {
            self.add(home, at, additions);
            return Ok(());
        }
        let containers: Vec<Piece<'_>> = same_name
            .iter()
            .filter(|p| members(p.node).is_some())
            .map(|p| (*p).clone())
            .collect();
        if let (false, Some(own)) = (containers.is_empty(), members(node)) {
            return self.extend(home, &containers, own, additions);
        }
        Err(self.changed(home, first))
    }

    fn add(&self, home: &Home<'_, '_>, level: usize, additions: &mut Additions) {
        additions
            .helpers
            .push(Helper::of(home.grammar, self, level));
    }

    fn changed(&self, home: &Home<'_, '_>, there: &Piece<'_>) -> Misfit {
        let (line, _) = tree::place(home.text(), there.node.start_byte());
        Misfit(format!(
            "`{}` is in the file already (line {line}), with another text: only `{}` may change. Leave it as it is, or \
             give a helper of yours another name",
            self.piece.keys.join(", "),
            home.name()
        ))
    }

    /// More members for a class, impl or module that is there.
    fn extend(
        &self,
        home: &Home<'_, '_>,
        there: &[Piece<'_>],
        own: N<'_>,
        additions: &mut Additions,
    ) -> Result<(), Misfit> {
        let known: Vec<Piece<'_>> = there
            .iter()
            .filter_map(|p| members(p.node))
            .flat_map(|m| pieces::of(home.grammar, m, home.text()))
            .collect();
        let Some(last) = there.last().and_then(|p| members(p.node)) else {
            return Ok(());
        };
        for piece in pieces::of(home.grammar, own, self.text) {
            let said = tree::text(piece.node, self.text);
            let same = known.iter().any(|k| {
                tree::text(k.node, home.text()) == said
                    || k.keys == piece.keys
                        && tree::same(k.node, home.text(), piece.node, self.text)
            });
            if same
                || is_filler(piece.node, said)
                || is_access(piece.node)
                || is_placeholder(piece.node, self.text)
            {
                continue;
            }
            if let Some(k) = known
                .iter()
                .find(|k| k.keys.iter().any(|key| piece.keys.contains(key)))
            {
                let inner = Sibling {
                    piece: &piece,
                    ..*self
                };
                return Err(inner.changed(home, k));
            }
            let member = Sibling {
                piece: &piece,
                ..*self
            };
            additions
                .members
                .push((last.byte_range(), Helper::of(home.grammar, &member, 0)));
        }
        Ok(())
    }

    /// Overloads are told apart by the types of their parameters.
    fn is_overload(&self, home: &Home<'_, '_>, there: &[&Piece<'_>]) -> bool {
        if !matches!(home.grammar, Grammar::Java | Grammar::Cpp) {
            return false;
        }
        let types = |node: N<'_>, text: &str| {
            let inner = pieces::inner(node);
            items::parameter_types_of(inner, text)
        };
        let own = types(self.piece.node, self.text);
        own.is_some() && there.iter().all(|p| types(p.node, home.text()) != own)
    }

    /// `main` that a version has only to show itself.
    fn is_program_of_its_own(&self, home: &Home<'_, '_>) -> bool {
        !matches!(
            home.grammar,
            Grammar::Python | Grammar::JavaScript | Grammar::Ruby
        ) && self.piece.keys.iter().any(|k| k == "main")
    }

    /// A helper must not take the name of something that is imported.
    fn not_imported(&self, home: &Home<'_, '_>) -> Result<(), Misfit> {
        if !matches!(home.grammar, Grammar::Python | Grammar::JavaScript) {
            return Ok(());
        }
        for import in pieces::of(home.grammar, home.root, home.text()) {
            if import.sort != Sort::Import {
                continue;
            }
            let mut names = Vec::new();
            tree::each(import.node, |n| {
                if n.child_count() == 0 && n.kind().contains("identifier") {
                    names.push(tree::text(n, home.text()));
                }
                true
            });
            if names
                .last()
                .is_some_and(|n| self.piece.keys.iter().any(|k| k == n))
            {
                return Err(self.changed(home, &import));
            }
        }
        Ok(())
    }

    /// The level at which a piece belongs that stands beside a bare member.
    fn home_level(&self, home: &Home<'_, '_>) -> usize {
        let inner = self.level;
        let outer = (0..inner)
            .rev()
            .find(|l| is_space(home.levels[*l].container))
            .unwrap_or(0);
        let beside = is_space(home.levels[inner].container);
        if beside || self.wrapped || self.belongs_inside(home) {
            inner
        } else {
            outer
        }
    }

    fn belongs_inside(&self, home: &Home<'_, '_>) -> bool {
        let container = home.levels[self.level].container;
        let node = pieces::inner(self.piece.node);
        let called = |by: &str| {
            self.piece.keys.iter().any(|k| {
                let word = format!("{by}{k}");
                self.text.match_indices(&word).any(|(at, _)| {
                    let rest = self.text.get(at + word.len()..).unwrap_or_default();
                    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                })
            })
        };
        let of_class = home
            .found
            .path
            .len()
            .checked_sub(2)
            .map(|i| home.found.path[i].clone());
        // Inside of a function its names are in reach for what stands beside it.
        if home.found.kind == items::ItemKind::Nested && !is_space(container) {
            return true;
        }
        match home.grammar {
            Grammar::Python => {
                let parameters = node.child_by_field_name("parameters");
                let first = parameters
                    .and_then(|p| p.named_child(0))
                    .map(|p| tree::text(p, self.text));
                let decorated = items::decorators(self.piece.node, self.text)
                    .iter()
                    .any(|d| matches!(*d, "staticmethod" | "classmethod" | "property"));
                decorated
                    || matches!(first, Some("self" | "cls"))
                    || called("self.")
                    || called("cls.")
                    || of_class.is_some_and(|c| called(&format!("{c}.")))
            }
            Grammar::Rust => {
                let method = node
                    .child_by_field_name("parameters")
                    .is_some_and(|p| tree::child_of_kind(p, &["self_parameter"]).is_some());
                let function = matches!(node.kind(), "function_item" | "const_item");
                method || function && (called("Self::") || called("self."))
            }
            Grammar::Java => {
                let type_ = node.kind().ends_with("_declaration")
                    && !matches!(
                        node.kind(),
                        "method_declaration" | "field_declaration" | "constructor_declaration"
                    );
                !type_
                    || items::has_modifier(node, "static", self.text)
                    || items::has_modifier(node, "private", self.text)
            }
            Grammar::Ruby => true,
            _ => false,
        }
    }
}

/// Whether functions beside a class can stand here: a file, a module, a namespace.
fn is_space(container: N<'_>) -> bool {
    match container.kind() {
        "declaration_list" => container
            .parent()
            .is_none_or(|p| !matches!(p.kind(), "impl_item" | "trait_item")),
        "block"
        | "statement_block"
        | "class_body"
        | "object"
        | "interface_body"
        | "enum_body"
        | "enum_body_declarations"
        | "annotation_type_body"
        | "field_declaration_list"
        | "compound_statement"
        | "body_statement"
        | "constructor_body" => false,
        _ => true,
    }
}

/// What a class, impl, module or namespace has inside.
fn members(node: N<'_>) -> Option<N<'_>> {
    let inner = pieces::inner(node);
    let body = inner.child_by_field_name("body")?;
    let holds = matches!(
        inner.kind(),
        "class_definition"
            | "class_declaration"
            | "class"
            | "impl_item"
            | "mod_item"
            | "namespace_definition"
            | "interface_declaration"
            | "enum_declaration"
            | "record_declaration"
            | "module"
            | "class_specifier"
            | "struct_specifier"
    );
    holds.then_some(body)
}

/// `...`, `pass` and stray documentation stand for what is left out.
fn is_filler(node: N<'_>, said: &str) -> bool {
    let said = said.trim();
    matches!(said, "..." | "pass" | ";" | "{}")
        || node.kind() == "expression_statement"
            && node.named_child_count() == 1
            && node
                .named_child(0)
                .is_some_and(|n| n.kind() == "string" || n.kind() == "ellipsis")
        || node.kind() == "if_statement" && said.starts_with("if __name__")
        || node.kind() == "ERROR"
}

fn is_access(node: N<'_>) -> bool {
    node.kind() == "access_specifier"
}

/// A function whose body is left out.
fn is_placeholder(node: N<'_>, text: &str) -> bool {
    let inner = pieces::inner(node);
    if is_block_like(node, Sort::Definition)
        && inner.kind() == "function_definition"
        && let Some(body) = inner
            .child_by_field_name("body")
            .filter(|b| b.kind() == "block")
    {
        return tree::named(body)
            .into_iter()
            .filter(|n| !Grammar::is_comment(*n))
            .all(|n| is_filler(n, tree::text(n, text)));
    }
    false
}
