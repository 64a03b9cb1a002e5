//! Whose a name is, once the whole text was walked.

use std::collections::HashMap;
use std::ops::Range;

use super::super::grammar::Grammar;
use super::super::tree::{self, N};
use super::imports::{MODULE, module_name};
use super::{Binding, NODES, Owner, Reader, STEPS};

impl<'t> Reader<'t> {
    /// Where a name is bound that is used in a place, with the binding.
    pub(super) fn bound(&self, name: &str, place: usize) -> Option<(usize, &Binding<'t>)> {
        let mut here = place;
        for _ in 0..STEPS {
            let at = self.places.get(here)?;
            if at.global.contains(name) {
                return Some((0, self.places[0].bound.get(name)?));
            }
            let seen = !at.is_class || here == place;
            if seen
                && !at.nonlocal.contains(name)
                && let Some(binding) = at.bound.get(name)
            {
                return Some((here, binding));
            }
            here = at.parent?;
        }
        None
    }

    pub(super) fn owner(
        &self,
        name: &str,
        place: usize,
        around: &HashMap<String, String>,
    ) -> Owner {
        let known = |name: &str| self.found.imports.get(name).or_else(|| around.get(name));
        if let Some(module) = name.strip_prefix(MODULE) {
            return Owner::Imported(module_name(module));
        }
        if matches!(name, "self" | "cls") && self.grammar == Grammar::Python || name == "this" {
            return Owner::Own;
        }
        let Some((at, binding)) = self.bound(name, place) else {
            return known(name).map_or(Owner::Elsewhere, |path| Owner::Imported(path.clone()));
        };
        if binding.imported {
            let path = known(name).cloned();
            return Owner::Imported(path.unwrap_or_else(|| name.to_owned()));
        }
        let (of, uses) = (self.places[at].function, self.places[place].function);
        if of == 0 {
            return Owner::Top;
        }
        if of != uses {
            return Owner::Enclosing {
                once: self.is_called_once(of, uses),
            };
        }
        let container = binding.value.is_some_and(|v| {
            matches!(v.kind(), "dictionary" | "list" | "set")
                || v.kind() == "call" && {
                    let function = v.child_by_field_name("function");
                    let name = function.map_or("", |f| self.said(f));
                    let name = name.rsplit('.').next().unwrap_or(name);
                    matches!(
                        name,
                        "dict" | "list" | "set" | "OrderedDict" | "defaultdict" | "bytearray"
                    )
                }
        });
        if binding.is_parameter && container && self.grammar == Grammar::Python {
            return Owner::Default;
        }
        Owner::Local
    }

    /// Whether a function runs once, while the text is loaded, and what uses its names is given back to be called again.
    pub(super) fn is_called_once(&self, function: usize, uses: usize) -> bool {
        // The function right inside of it that uses them.
        let mut inner = uses;
        for _ in 0..STEPS {
            let around = self.places[inner]
                .parent
                .map_or(0, |p| self.places[p].function);
            if around == function || around == 0 {
                break;
            }
            inner = around;
        }
        let at = &self.places[inner];
        let lives_on = at.is_returned || self.places[function].given.contains(&*at.name);
        if !lives_on && self.places[function].called == 0 {
            return false;
        }
        let times = |place: usize| {
            let at = &self.places[place];
            let around = at.parent.map_or(0, |p| self.places[p].function);
            let named = self.called.get(&*at.name).copied().unwrap_or_default();
            let outer = around == 0;
            (if outer { at.called.max(named) } else { 0 }, around)
        };
        let (own, around) = times(function);
        own >= 1 || around != 0 && times(around).0 >= 2
    }

    /// What a target is, once local names are replaced by what they stand for.
    pub(super) fn resolved(
        &self,
        target: N<'t>,
        place: usize,
        around: &HashMap<String, String>,
    ) -> Option<(String, Vec<String>, Owner)> {
        let (mut root, mut path) = self.chain(target)?;
        let mut place = place;
        for _ in 0..4 {
            let owner = self.owner(root, place, around);
            let local = matches!(owner, Owner::Local | Owner::Enclosing { .. } | Owner::Top);
            // What is assigned is the name itself, not what it stood for.
            let stands = self
                .bound(root, place)
                .filter(|(_, b)| local && b.times == 1 && !b.is_parameter && !path.is_empty());
            let next = stands.and_then(|(at, b)| Some((at, b, self.chain(b.value?)?)));
            let Some((at, binding, (next, before))) = next else {
                let root = root.trim_start_matches(MODULE).to_owned();
                return Some((root, path, owner));
            };
            (root, place) = (next, at);
            path = before
                .into_iter()
                .chain(binding.member.clone())
                .chain(path)
                .collect();
        }
        None
    }

    /// Whether a node needs nothing but names of the module and those that are bound within a range; `own`: or of the object of its method.
    pub(super) fn is_free(&self, n: N<'t>, place: usize, within: &Range<usize>, own: bool) -> bool {
        let mut free = true;
        let mut left = NODES;
        tree::each(n, |n| {
            left = left.saturating_sub(1);
            if left == 0 {
                free = false;
            }
            if n.kind() == "identifier" {
                let is_own = own && matches!(self.said(n), "self" | "cls");
                free &= match self.bound(self.said(n), place) {
                    _ if is_own => true,
                    Some((at, binding)) => {
                        self.places[at].function == 0
                            || within.contains(&binding.at) && !binding.is_parameter
                    }
                    None => true,
                };
            }
            free
        });
        free
    }

    /// Whether a node names a parameter.
    pub(super) fn is_given(&self, n: N<'t>, place: usize) -> bool {
        let mut given = false;
        let mut left = NODES;
        tree::each(n, |n| {
            left = left.saturating_sub(1);
            if n.kind() == "identifier" && !matches!(self.said(n), "self" | "cls") {
                let bound = self.bound(self.said(n), place);
                given |= bound.is_some_and(|(_, b)| b.is_parameter);
            }
            !given && left > 0
        });
        given
    }
}
