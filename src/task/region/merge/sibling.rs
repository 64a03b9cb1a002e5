//! The pieces beside the function in a version: is each in the file already, is it new, or is it changed?

use super::additions::{Additions, Helper, Import};
use super::site::RegionSite;
use crate::task::region::Misfit;
use crate::task::region::grammar::Grammar;
use crate::task::region::items;
use crate::task::region::pieces::{self, Piece, PieceKind, is_block_like};
use crate::task::region::tree::{self, N};

/// A piece of a version that is not the function.
pub(super) struct Sibling<'a, 't> {
    pub(crate) text: &'a str,
    pub(crate) piece: &'a Piece<'t>,
    /// The level of the file that it stands at.
    pub(crate) level: usize,
    /// Whether it stands at the top of a version that begins inside of something in the file: then it is to be seen
    /// from the piece itself where it belongs.
    pub(crate) bare: bool,
    /// Whether it is a member of what is around the version.
    pub(crate) wrapped: bool,
    /// Whether the function stands before it.
    pub(crate) behind: bool,
}

impl Sibling<'_, '_> {
    /// Accepts the piece if the file has it, adds it if it is new, and refuses a change.
    pub(super) fn settle(
        &self,
        site: &RegionSite<'_, '_>,
        additions: &mut Additions,
    ) -> Result<(), Misfit> {
        let node = self.piece.node;
        let said = tree::text(node, self.text);
        match self.piece.kind {
            PieceKind::Import => {
                let level = (!self.bare).then_some(self.level);
                let there = level.is_some_and(|l| {
                    site.pieces[l].iter().any(|p| {
                        p.kind == PieceKind::Import
                            && tree::same(p.node, site.text(), node, self.text)
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
            PieceKind::Head | PieceKind::Export => return Ok(()),
            PieceKind::Definition | PieceKind::Statement => {}
        }
        if is_filler(node, said) {
            return Ok(());
        }
        let at = if self.bare {
            self.home_level(site)
        } else {
            self.level
        };
        // For a bare version every name around its place in the file is in scope.
        let reach = if self.bare {
            0..site.levels.len()
        } else {
            at..at + 1
        };
        let there: Vec<&Piece<'_>> = site.pieces[reach].iter().flatten().collect();
        let same_text = |p: &&Piece<'_>| tree::text(p.node, site.text()) == said;
        // Comparing by words takes time: only what may be the same is.
        let same_words = |p: &&Piece<'_>| {
            let related = if self.piece.keys.is_empty() {
                p.keys.is_empty() && p.node.kind() == node.kind()
            } else {
                p.keys.iter().any(|k| self.piece.keys.contains(k))
            };
            related && tree::same(p.node, site.text(), node, self.text)
        };
        if there.iter().any(same_text) || there.iter().any(same_words) {
            return Ok(());
        }
        if self.piece.keys.is_empty() {
            if is_access(node) {
                return Ok(());
            }
            self.add(site, at, additions);
            return Ok(());
        }
        let same_name: Vec<&Piece<'_>> = there
            .into_iter()
            .filter(|p| p.keys.iter().any(|k| self.piece.keys.contains(k)))
            .collect();
        let Some(first) = same_name.first() else {
            if self.is_program_of_its_own(site) {
                return Ok(());
            }
            self.not_imported(site)?;
            self.add(site, at, additions);
            return Ok(());
        };
        if is_placeholder(node, self.text) {
            return Ok(());
        }
        if self.is_overload(site, &same_name) {
            self.add(site, at, additions);
            return Ok(());
        }
        let containers: Vec<Piece<'_>> = same_name
            .iter()
            .filter(|p| members(p.node).is_some())
            .map(|p| (*p).clone())
            .collect();
        if let (false, Some(own)) = (containers.is_empty(), members(node)) {
            return self.extend(site, &containers, own, additions);
        }
        Err(self.changed(site, first))
    }

    fn add(&self, site: &RegionSite<'_, '_>, level: usize, additions: &mut Additions) {
        additions.helpers.push(Helper::of(
            site.grammar,
            self.piece,
            self.text,
            self.behind,
            level,
        ));
    }

    fn changed(&self, site: &RegionSite<'_, '_>, there: &Piece<'_>) -> Misfit {
        let (line, _) = tree::place(site.text(), there.node.start_byte());
        Misfit(format!(
            "`{}` is in the file already (line {line}), with another text: only `{}` may change. Leave it as it is, or \
             give a helper of yours another name",
            self.piece.keys.join(", "),
            site.name()
        ))
    }

    /// New members for a class, impl or module that exists.
    fn extend(
        &self,
        site: &RegionSite<'_, '_>,
        there: &[Piece<'_>],
        own: N<'_>,
        additions: &mut Additions,
    ) -> Result<(), Misfit> {
        let known: Vec<Piece<'_>> = there
            .iter()
            .filter_map(|p| members(p.node))
            .flat_map(|m| pieces::of(site.grammar, m, site.text()))
            .collect();
        let Some(last) = there.last().and_then(|p| members(p.node)) else {
            return Ok(());
        };
        for piece in pieces::of(site.grammar, own, self.text) {
            let said = tree::text(piece.node, self.text);
            let same = known.iter().any(|k| {
                tree::text(k.node, site.text()) == said
                    || k.keys == piece.keys
                        && tree::same(k.node, site.text(), piece.node, self.text)
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
                return Err(inner.changed(site, k));
            }
            // What others rely on in TypeScript: no code of the function's could stand in there.
            if site.grammar.family() == Grammar::JavaScript
                && matches!(own.kind(), "interface_body" | "enum_body")
                && let Some(type_) = there.last()
            {
                return Err(self.changed(site, type_));
            }
            let member = Sibling {
                piece: &piece,
                ..*self
            };
            additions.members.push((
                last.byte_range(),
                Helper::of(site.grammar, member.piece, member.text, member.behind, 0),
            ));
        }
        Ok(())
    }

    /// Overloads are told apart by the types of their parameters.
    fn is_overload(&self, site: &RegionSite<'_, '_>, there: &[&Piece<'_>]) -> bool {
        if !matches!(site.grammar, Grammar::Java | Grammar::Cpp) {
            return false;
        }
        let types = |node: N<'_>, text: &str| {
            let inner = pieces::inner(node);
            items::parameter_types_of(inner, text)
        };
        let own = types(self.piece.node, self.text);
        own.is_some() && there.iter().all(|p| types(p.node, site.text()) != own)
    }

    /// `main` that a version has only to show itself.
    fn is_program_of_its_own(&self, site: &RegionSite<'_, '_>) -> bool {
        !matches!(
            site.grammar.family(),
            Grammar::Python | Grammar::JavaScript | Grammar::Ruby
        ) && self.piece.keys.iter().any(|k| k == "main")
    }

    /// A helper must not take the name of something that is imported.
    fn not_imported(&self, site: &RegionSite<'_, '_>) -> Result<(), Misfit> {
        if !matches!(site.grammar.family(), Grammar::Python | Grammar::JavaScript) {
            return Ok(());
        }
        for import in pieces::of(site.grammar, site.root, site.text()) {
            if import.kind != PieceKind::Import {
                continue;
            }
            let mut names = Vec::new();
            tree::each(import.node, |n| {
                if n.child_count() == 0 && n.kind().contains("identifier") {
                    names.push(tree::text(n, site.text()));
                }
                true
            });
            if names
                .last()
                .is_some_and(|n| self.piece.keys.iter().any(|k| k == n))
            {
                return Err(self.changed(site, &import));
            }
        }
        Ok(())
    }

    /// The level to which a piece beside a bare member belongs.
    fn home_level(&self, site: &RegionSite<'_, '_>) -> usize {
        let inner = self.level;
        let outer = (0..inner)
            .rev()
            .find(|l| is_space(site.levels[*l].container))
            .unwrap_or(0);
        let beside = is_space(site.levels[inner].container);
        if beside || self.wrapped || self.belongs_inside(site) {
            inner
        } else {
            outer
        }
    }

    fn belongs_inside(&self, site: &RegionSite<'_, '_>) -> bool {
        let container = site.levels[self.level].container;
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
        let of_class = site
            .found
            .path
            .len()
            .checked_sub(2)
            .map(|i| site.found.path[i].clone());
        // Names inside of a function are in scope for the pieces beside it.
        if site.found.kind == items::FunctionKind::Nested && !is_space(container) {
            return true;
        }
        match site.grammar {
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

/// The members of a class, impl, module or namespace.
fn members(node: N<'_>) -> Option<N<'_>> {
    let inner = pieces::inner(node);
    let body = inner.child_by_field_name("body")?;
    let holds = matches!(
        inner.kind(),
        "class_definition"
            | "class_declaration"
            | "abstract_class_declaration"
            | "internal_module"
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

/// `...`, `pass` and stray documentation stand for omitted code.
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
    if is_block_like(node, PieceKind::Definition)
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
