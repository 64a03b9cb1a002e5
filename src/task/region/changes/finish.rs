//! From what was seen to changes, kept results and names that stand for others.

use std::collections::HashMap;

use super::super::grammar::Grammar;
use super::super::tree::{self, N};
use super::{Cached, Change, Changes, NODES, Owner, Raw, Reader, STEPS};

impl<'t> Reader<'t> {
    /// Nodes that say where in a target something is put.
    pub(super) fn indices(target: N<'t>) -> Vec<N<'t>> {
        let mut found = Vec::new();
        let mut here = Some(target);
        for _ in 0..STEPS {
            let Some(n) = here else {
                break;
            };
            found.extend(
                ["subscript", "index"]
                    .iter()
                    .filter_map(|f| n.child_by_field_name(f)),
            );
            here = ["value", "object", "operand"]
                .iter()
                .find_map(|f| n.child_by_field_name(f));
        }
        found
    }

    pub(super) fn is_array(&self, value: Option<N<'t>>) -> bool {
        let said = value.map_or("", |v| self.said(v));
        let said = said.trim_start_matches("new ");
        let name = said.split(['(', '<', '[']).next().unwrap_or(said);
        let name = name.rsplit('.').next().unwrap_or(name);
        name.ends_with("Array") && name != "Array"
            || matches!(
                name,
                "bytearray" | "array" | "empty" | "zeros" | "alloc" | "allocUnsafe"
            )
    }

    /// Whether a function is a method that is read without its class.
    pub(super) fn stands_alone(&self, function: usize) -> bool {
        let mut here = function;
        for _ in 0..STEPS {
            let around = self.places[here].parent.unwrap_or_default();
            let above = self.places[around].function;
            if above == 0 {
                let wrapped = self.places[around].name == "ReheatWrapper";
                // A function of JavaScript that is no constructor has whatever object it is called on.
                let name = &self.places[here].name;
                let plain =
                    self.grammar == Grammar::Python || name.starts_with(|c: char| c.is_lowercase());
                return function != 0 && (wrapped || around == 0 && plain);
            }
            here = above;
        }
        false
    }

    pub(super) fn change(&self, raw: &Raw<'t>, around: &HashMap<String, String>) -> Option<Change> {
        let (root, mut path, owner) = self.resolved(raw.target, raw.place, around)?;
        if raw.of_class {
            path.insert(0, "__class__".to_owned());
        }
        let function = self.places[raw.place].function;
        let indices = Self::indices(raw.target);
        let all = || indices.iter().chain(&raw.needs);
        let own = &self.places[function];
        let guarded = raw.guard.is_some_and(|guard| {
            let within = guard.byte_range();
            let condition = guard.child_by_field_name("condition");
            own.range.start <= within.start
                && condition.is_some_and(|c| {
                    self.is_free(c, raw.place, &(0..0), false) && mentions(c, self.text, &root)
                })
                && all().all(|n| self.is_free(*n, raw.place, &within, false))
        });
        let alone = function != 0
            && !own.has_parameters
            && all().all(|n| self.is_free(*n, raw.place, &own.range, false));
        let defined = self.places[0].bound.get(&*root).and_then(|b| b.value);
        let by_index = indices.iter().any(|n| self.is_given(*n, raw.place));
        let is_scratch =
            self.is_array(raw.value) || !path.is_empty() && self.is_array(defined) && !by_index;
        Some(Change {
            line: raw.target.start_position().row,
            method: raw.method.map(str::to_owned),
            in_function: function != 0,
            alone: raw.alone,
            is_table: guarded || alone,
            by_given: !all().all(|n| self.is_free(*n, raw.place, &(0..0), true)),
            is_scratch,
            in_constructor: matches!(
                &*own.name,
                "__init__" | "__new__" | "constructor" | "__post_init__"
            ),
            is_of_parameter: self
                .bound(&root, raw.place)
                .is_some_and(|(_, b)| b.is_parameter),
            is_alone: self.stands_alone(function),
            root,
            path,
            owner,
        })
    }

    pub(super) fn finish(mut self, around: &HashMap<String, String>) -> Changes {
        let mut found = std::mem::take(&mut self.found);
        self.found.imports.clone_from(&found.imports);
        found.all = self
            .raw
            .iter()
            .filter_map(|raw| self.change(raw, around))
            .collect();
        for (n, place, name, decorated) in &self.caches {
            let root = name.split('.').next().unwrap_or(name);
            let path = match self.owner(root, *place, around) {
                Owner::Imported(path) => path,
                Owner::Elsewhere if decorated.is_some() || root == "functools" => root.to_owned(),
                _ => continue,
            };
            let by = format!("{path}{}", name.get(root.len()..).unwrap_or_default());
            let keeps = ["lru_cache", "cache", "cached", "memoize", "memoized"];
            if !by
                .rsplit('.')
                .next()
                .is_some_and(|last| keeps.contains(&last))
            {
                continue;
            }
            let defined = decorated.and_then(|d| d.child_by_field_name("definition"));
            let field = |f: &str| defined.and_then(|d| d.child_by_field_name(f));
            let given = field("parameters").map_or(usize::MAX, |p| {
                let all = tree::named(p).into_iter().map(|p| self.said(p));
                all.filter(|p| !matches!(*p, "self" | "cls")).count()
            });
            // What depends on nothing is a table; a decorator in the middle of a call is no wrapper.
            if given == 0 {
                continue;
            }
            found.cached.push(Cached {
                line: n.start_position().row,
                by,
                function: field("name").map_or("", |f| self.said(f)).to_owned(),
            });
        }
        // Spans are in the order of the text; those of names within a span of imports follow it.
        let spans = std::mem::take(&mut found.import_spans);
        let is_import = |at: usize| {
            let after = spans.partition_point(|s| s.start <= at);
            let near = spans.get(after.saturating_sub(2)..after);
            near.is_some_and(|near| near.iter().any(|s| s.contains(&at)))
        };
        found.renamed.retain(|(range, _)| !is_import(range.start));
        for (n, place) in &self.uses {
            let name = self.said(*n);
            let known = found.imports.get(name).or_else(|| around.get(name));
            if let Some(path) = known
                && path != name
                && !is_import(n.start_byte())
                && (self.grammar == Grammar::Rust
                    || matches!(self.owner(name, *place, around), Owner::Imported(_)))
            {
                found.renamed.push((n.byte_range(), path.clone()));
            }
        }
        found.import_spans = spans;
        found
    }
}

fn mentions(n: N<'_>, text: &str, name: &str) -> bool {
    let mut found = false;
    let mut left = NODES;
    tree::each(n, |n| {
        left = left.saturating_sub(1);
        found |= n.kind() == "identifier" && tree::text(n, text) == name;
        !found && left > 0
    });
    found
}
