//! What imported names stand for.

use super::super::grammar::Grammar;
use super::super::tree::{self, N};
use super::Reader;

impl<'t> Reader<'t> {
    pub(super) fn import(&mut self, n: N<'t>, place: usize) {
        if matches!(
            n.kind(),
            "import_statement"
                | "import_from_statement"
                | "import_declaration"
                | "use_declaration"
                | "future_import_statement"
                | "preproc_include"
        ) {
            self.found.import_spans.push(n.byte_range());
        }
        match (self.grammar.family(), n.kind()) {
            (Grammar::Python, "import_statement") => {
                for part in tree::named(n) {
                    let name = part.child_by_field_name("name").unwrap_or(part);
                    let alias = part.child_by_field_name("alias");
                    let path = self.said(name);
                    let first = path.split('.').next().unwrap_or(path);
                    match alias {
                        Some(alias) => self.imported(self.said(alias), path.to_owned(), place),
                        None => self.imported(first, first.to_owned(), place),
                    }
                }
            }
            (Grammar::Python, "import_from_statement") => {
                let module = n.child_by_field_name("module_name");
                let module = module.map_or("", |m| self.said(m)).trim_matches('.');
                let mut cursor = n.walk();
                let names: Vec<N<'t>> = n.children_by_field_name("name", &mut cursor).collect();
                for part in names {
                    let name = part.child_by_field_name("name").unwrap_or(part);
                    let alias = part.child_by_field_name("alias").unwrap_or(name);
                    let path = [module, self.said(name)].join(".");
                    self.imported(self.said(alias), path.trim_matches('.').to_owned(), place);
                }
            }
            (Grammar::JavaScript, "import_statement") => {
                let source = n.child_by_field_name("source");
                let module = module_name(source.map_or("", |s| self.said(s)));
                let clause = tree::child_of_kind(n, &["import_clause"]);
                for part in clause.map(tree::named).unwrap_or_default() {
                    match part.kind() {
                        "identifier" => self.imported(self.said(part), module.clone(), place),
                        "namespace_import" => {
                            if let Some(name) = part.named_child(0) {
                                self.imported(self.said(name), module.clone(), place);
                            }
                        }
                        _ => {
                            for one in tree::named(part) {
                                let name = one.child_by_field_name("name").unwrap_or(one);
                                let alias = one.child_by_field_name("alias").unwrap_or(name);
                                let path = format!("{module}.{}", self.said(name));
                                self.imported(self.said(alias), path, place);
                            }
                        }
                    }
                }
            }
            (Grammar::JavaScript, "variable_declarator") => self.required(n, place),
            (Grammar::Go, "import_spec") => {
                let path = n.child_by_field_name("path").map_or("", |p| self.said(p));
                let path = path.trim_matches(['"', '`']);
                let module = path.rsplit('/').next().unwrap_or(path);
                let alias = n.child_by_field_name("name").map(|a| self.said(a));
                self.imported(alias.unwrap_or(module), module.to_owned(), place);
            }
            (Grammar::Rust, "use_as_clause") => {
                let [path, alias] = ["path", "alias"]
                    .map(|f| n.child_by_field_name(f).map_or("", |p| self.said(p)));
                self.imported(alias, path.to_owned(), place);
            }
            _ => {}
        }
    }

    /// Names that are given to what `require` gives.
    pub(super) fn required(&mut self, n: N<'t>, place: usize) {
        let [name, value] = ["name", "value"].map(|f| n.child_by_field_name(f));
        let (Some(name), Some(value)) = (name, value) else {
            return;
        };
        let Some((root, path)) = self.chain(value) else {
            return;
        };
        if !root.starts_with(MODULE) {
            return;
        }
        self.found.import_spans.push(n.byte_range());
        let module: Vec<&str> = std::iter::once(root.trim_start_matches(MODULE))
            .chain(path.iter().map(String::as_str))
            .collect();
        let module = module_name(&module.join("."));
        if name.kind() == "identifier" {
            self.imported(self.said(name), module, place);
            return;
        }
        for part in tree::named(name) {
            let [key, value] =
                ["key", "value"].map(|f| part.child_by_field_name(f).unwrap_or(part));
            let path = format!("{module}.{}", self.said(key));
            self.imported(self.said(value), path, place);
        }
    }

    pub(super) fn imported(&mut self, name: &'t str, path: String, place: usize) {
        if name.is_empty() {
            return;
        }
        if let Some(here) = self.places.get_mut(place) {
            here.bound.entry(name).or_default().imported = true;
        }
        self.found.imports.insert(name.to_owned(), path);
    }
}

/// What a root begins with that is a module, imported where it is used: the quote of its name.
pub(super) const MODULE: [char; 2] = ['"', '\''];

/// The name of a module without quotes, its scheme and its folders.
pub(super) fn module_name(said: &str) -> String {
    let said = said.trim_matches(['"', '\'', '`']).replace(['"', '\''], "");
    let said = said.trim_start_matches("node:");
    said.rsplit('/').next().unwrap_or(said).to_owned()
}
