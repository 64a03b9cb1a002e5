//! What is assigned, called and given back, as the tree is walked.

use super::super::tree::{self, N};
use super::imports::module_name;
use super::{NODES, Raw, Reader, STEPS, member_of};

impl<'t> Reader<'t> {
    /// Notes what a node changes.
    pub(super) fn see(&mut self, n: N<'t>, place: usize) {
        match n.kind() {
            "global_statement" | "nonlocal_statement" => {
                let names: Vec<&'t str> =
                    tree::named(n).into_iter().map(|c| self.said(c)).collect();
                let here = &mut self.places[place];
                if n.kind() == "global_statement" {
                    here.global.extend(names);
                } else {
                    here.nonlocal.extend(names);
                }
            }
            "assignment"
            | "augmented_assignment"
            | "assignment_expression"
            | "augmented_assignment_expression"
            | "assignment_statement" => {
                let value = n.child_by_field_name("right");
                if let Some(left) = n.child_by_field_name("left") {
                    let parts = matches!(
                        left.kind(),
                        "pattern_list"
                            | "tuple_pattern"
                            | "list_pattern"
                            | "expression_list"
                            | "array_pattern"
                            | "object_pattern"
                    );
                    let targets = if parts { tree::named(left) } else { vec![left] };
                    for target in targets {
                        self.changed(target, place, None, true, value, vec![]);
                    }
                }
            }
            "update_expression" | "inc_statement" | "dec_statement" => {
                let target = n.child_by_field_name("argument").or(n.named_child(0));
                if let Some(target) = target {
                    self.changed(target, place, None, true, None, vec![]);
                }
            }
            // `type(x).kept = 1` parses as the statement that names a type.
            "type_alias_statement" => {
                let left = n.child_by_field_name("left").and_then(|l| l.named_child(0));
                if let Some(target) = left.filter(|_| !self.said(n).starts_with("type ")) {
                    let value = n.child_by_field_name("right");
                    self.changed(target, place, None, true, value, vec![]);
                    if let Some(raw) = self.raw.last_mut() {
                        raw.of_class = true;
                    }
                }
            }
            "return_statement" => {
                if let Some(value) = n.named_child(0) {
                    self.returned(value, place);
                }
            }
            "call" | "call_expression" => self.call(n, place),
            "decorator" => self.decorator(n, place),
            _ => {}
        }
    }

    pub(super) fn changed(
        &mut self,
        target: N<'t>,
        place: usize,
        method: Option<&'t str>,
        alone: bool,
        value: Option<N<'t>>,
        mut needs: Vec<N<'t>>,
    ) {
        needs.extend(value);
        let mut guard = None;
        for above in self.above.iter().rev().take(STEPS) {
            if matches!(
                above.kind(),
                "if_statement" | "ternary_expression" | "conditional_expression"
            ) {
                guard = Some(*above);
                break;
            }
        }
        self.raw.push(Raw {
            target,
            of_class: false,
            place,
            method,
            alone,
            guard,
            needs,
            value,
        });
    }

    /// Notes the names that a function gives back, by themselves or as parts of something.
    pub(super) fn returned(&mut self, value: N<'t>, place: usize) {
        let function = self.places[place].function;
        let mut names = Vec::new();
        let mut left = NODES;
        tree::each(value, |n| {
            left = left.saturating_sub(1);
            if matches!(n.kind(), "identifier" | "shorthand_property_identifier") {
                names.push(tree::text(n, self.text));
            }
            let looked_into = matches!(
                n.kind(),
                "tuple"
                    | "list"
                    | "dictionary"
                    | "pair"
                    | "object"
                    | "array"
                    | "expression_list"
                    | "parenthesized_expression"
            );
            looked_into && left > 0
        });
        self.places[function].given.extend(names);
    }

    pub(super) fn arguments(n: N<'t>) -> Vec<N<'t>> {
        n.child_by_field_name("arguments")
            .map(tree::named)
            .unwrap_or_default()
    }

    pub(super) fn call(&mut self, n: N<'t>, place: usize) {
        let Some(function) = n.child_by_field_name("function") else {
            return;
        };
        let above = self.above.last().map_or("", |p| p.kind());
        let alone = above == "expression_statement";
        let arguments = Self::arguments(n);
        let at_top = self.places[place].function == 0;
        if at_top && !alone && above != "decorator" {
            let mut inner = function;
            let mut times = 1;
            while matches!(inner.kind(), "call" | "call_expression") && times < STEPS {
                let Some(next) = inner.child_by_field_name("function") else {
                    break;
                };
                (inner, times) = (next, times + 1);
            }
            if inner.kind() == "identifier" {
                let known = self.called.entry(self.said(inner)).or_default();
                *known = times.max(*known);
            }
            if let Some((root, path)) = self.chain(function) {
                let name = std::iter::once(root).chain(path.iter().map(String::as_str));
                let name = name.collect::<Vec<_>>().join(".");
                self.caches.push((n, place, name, None));
            }
        }
        if matches!(
            self.said(function),
            "require" | "__import__" | "importlib.import_module"
        ) && let Some((module, _)) = self.chain(n)
        {
            self.found
                .renamed
                .push((n.byte_range(), module_name(module)));
        }
        match function.kind() {
            "identifier" => {
                // `setattr(a, 'b', c)` is an assignment.
                if matches!(self.said(function), "setattr" | "delattr")
                    && let Some((object, rest)) = arguments.split_first()
                {
                    self.changed(
                        *object,
                        place,
                        Some("__setattr__"),
                        true,
                        None,
                        rest.to_vec(),
                    );
                }
            }
            "attribute" | "member_expression" | "selector_expression" => {
                let [object, member] = member_of(function);
                let (Some(object), Some(member)) = (object, member) else {
                    return;
                };
                let method = self.said(member);
                let owner = self.said(object);
                let of_another = matches!(owner, "Object" | "Reflect")
                    && matches!(
                        method,
                        "assign" | "defineProperty" | "defineProperties" | "set" | "setPrototypeOf"
                    )
                    || matches!(owner, "object" | "type") && method == "__setattr__";
                match arguments.split_first() {
                    Some((first, rest)) if of_another => {
                        self.changed(
                            *first,
                            place,
                            Some("__setattr__"),
                            true,
                            None,
                            rest.to_vec(),
                        );
                    }
                    _ => self.changed(object, place, Some(method), alone, None, arguments),
                }
            }
            _ => {}
        }
    }

    pub(super) fn decorator(&mut self, n: N<'t>, place: usize) {
        if self.places[place].function != 0 {
            return;
        }
        let Some(expression) = n.named_child(0) else {
            return;
        };
        let (callee, times) = match expression.kind() {
            "call" => (expression.child_by_field_name("function"), 2),
            _ => (Some(expression), 1),
        };
        let Some(callee) = callee else {
            return;
        };
        if callee.kind() == "identifier" {
            let known = self.called.entry(self.said(callee)).or_default();
            *known = times.max(*known);
        }
        if let Some((root, path)) = self.chain(callee) {
            let name = std::iter::once(root).chain(path.iter().map(String::as_str));
            let name = name.collect::<Vec<_>>().join(".");
            let decorated = self.above.last().copied();
            self.caches.push((n, place, name, decorated));
        }
    }

    /// The name that an expression begins at and the members behind it.
    pub(super) fn chain(&self, n: N<'t>) -> Option<(&'t str, Vec<String>)> {
        let mut path: Vec<String> = Vec::new();
        let mut here = n;
        for _ in 0..STEPS {
            match here.kind() {
                "identifier" | "this" | "package_identifier" => {
                    path.reverse();
                    return Some((self.said(here), path));
                }
                "attribute" | "member_expression" | "selector_expression" => {
                    let [object, member] = member_of(here);
                    let member = self.said(member?);
                    path.push(match member {
                        "__proto__" | "constructor" => "__class__".to_owned(),
                        other => other.to_owned(),
                    });
                    here = object?;
                }
                "subscript" | "subscript_expression" | "index_expression" => {
                    path.push("[]".to_owned());
                    here = ["value", "object", "operand"]
                        .iter()
                        .find_map(|f| here.child_by_field_name(f))?;
                }
                "parenthesized_expression" | "non_null_expression" | "as_expression" => {
                    here = here.named_child(0)?;
                }
                "unary_expression" => here = here.child_by_field_name("operand")?,
                "call" | "call_expression" => {
                    let function = here.child_by_field_name("function")?;
                    let arguments = Self::arguments(here);
                    let first = arguments.first().copied();
                    let member = member_of(function)[1].map_or("", |m| self.said(m));
                    match (self.said(function), member) {
                        ("vars", _) if first.is_some() => {
                            path.push("__dict__".to_owned());
                            here = first?;
                        }
                        ("globals", _) => {
                            path.reverse();
                            return Some(("globals", path));
                        }
                        ("type", _) | (_, "getPrototypeOf") => {
                            path.push("__class__".to_owned());
                            here = first?;
                        }
                        ("getattr", _) => {
                            let name = arguments.get(1).map_or("", |a| self.said(*a));
                            path.push(name.trim_matches(['"', '\'']).to_owned());
                            here = first?;
                        }
                        ("require" | "__import__", _) | (_, "import_module") => {
                            path.reverse();
                            let name = first?;
                            let said = self.text.get(name.start_byte()..name.end_byte())?;
                            let plain =
                                matches!(name.kind(), "string") && !said.contains(['{', '\\']);
                            return plain.then_some((said, path));
                        }
                        (_, "get" | "setdefault" | "at") => {
                            path.push("[]".to_owned());
                            here = member_of(function)[0]?;
                        }
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
        None
    }
}
