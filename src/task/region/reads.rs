//! What a region does besides computing: reads a clock, draws random numbers, uses the network, prints, writes globals. Then
//! its results may differ from run to run, or a driver cannot call it any number of times.
//!
//! Decided by names alone, so names that are bound to something else can cause both false and missed hits.

use std::collections::{HashMap, HashSet};

use super::grammar::Grammar;
use super::pieces::{self, PieceKind};
use super::reads_tables::{self, Reads};
use super::tree::{self, N};
use super::{Region, RegionKind};

impl Region {
    /// What the region uses, in the order of its lines (from 1, of the file); each thing once.
    #[must_use]
    pub fn reads(&self) -> Vec<(Reads, usize, String)> {
        let Some((grammar, tree)) = self.grammar.and_then(|g| Some((g, g.parse(&self.file)?)))
        else {
            return Vec::new();
        };
        let root = tree.root_node();
        let look = ReadsScan {
            grammar,
            text: &self.file,
            names: imported(grammar, root, &self.file),
        };
        let mut found = Vec::new();
        let mut locals = HashSet::new();
        let span = self.span.clone();
        let mut inside = Vec::new();
        tree::each(root, |n| {
            if n.end_byte() <= span.start || n.start_byte() >= span.end {
                return false;
            }
            if n.start_byte() >= span.start {
                inside.push(n);
            }
            true
        });
        let globals = module_names(grammar, root, &self.file);
        for n in &inside {
            look.locals(*n, &mut locals);
        }
        for n in inside {
            let seen = look.call(n).or_else(|| look.global(n, &locals, &globals));
            if let Some((reads, what)) = seen
                && !found.iter().any(|(r, _, w)| *r == reads && *w == what)
            {
                found.push((reads, n.start_position().row + 1, what));
            }
        }
        // A part that is no function may well be the module itself.
        if !matches!(self.kind, RegionKind::Function(_)) {
            found.retain(|(r, ..)| *r != Reads::Global);
        }
        found
    }
}

struct ReadsScan<'a> {
    grammar: Grammar,
    text: &'a str,
    /// Names of the file and what they stand for: `np` for `numpy`.
    names: HashMap<String, String>,
}

impl ReadsScan<'_> {
    /// A call, or the mention of a thing that needs none (`os.environ`).
    fn call(&self, n: N<'_>) -> Option<(Reads, String)> {
        let callee = match n.kind() {
            "call" | "call_expression" => n.child_by_field_name("function")?,
            "new_expression" => n.child_by_field_name("constructor")?,
            "attribute" | "member_expression" | "identifier" => {
                return reads_tables::mention(self.grammar, &self.full(&self.flat(n)));
            }
            _ => return None,
        };
        let said = self.flat(callee);
        if n.kind() == "new_expression" {
            // `new Date(0)` reads no clock.
            let bare = n
                .child_by_field_name("arguments")
                .is_none_or(|a| a.named_child_count() == 0);
            return (bare && said == "Date").then(|| (Reads::Clock, "new Date()".to_owned()));
        }
        self.named(&said, n)
    }

    fn named(&self, said: &str, n: N<'_>) -> Option<(Reads, String)> {
        let full = self.full(said);
        let reads = reads_tables::call(self.grammar, &full)?;
        // A generator with a given seed is deterministic.
        let seeded = reads == Reads::Random && full.ends_with("Random") && {
            let arguments = n.child_by_field_name("arguments");
            arguments.is_some_and(|a| a.named_child_count() > 0)
        };
        (!seeded).then_some((reads, full))
    }

    fn flat(&self, n: N<'_>) -> String {
        tree::text(n, self.text).split_whitespace().collect()
    }

    /// A name with what its first part stands for.
    fn full(&self, said: &str) -> String {
        let (first, rest) = match said.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (said, None),
        };
        match (self.names.get(first), rest) {
            (Some(full), Some(rest)) => format!("{full}.{rest}"),
            (Some(full), None) => full.clone(),
            (None, _) => said.to_owned(),
        }
    }

    /// Names that are local to the region.
    fn locals(&self, n: N<'_>, locals: &mut HashSet<String>) {
        match n.kind() {
            "variable_declarator" => {
                if let Some(name) = n.child_by_field_name("name") {
                    let mut names = Vec::new();
                    pieces::bound_names(name, self.text, &mut names);
                    locals.extend(names);
                }
            }
            "formal_parameters" => {
                let mut names = Vec::new();
                pieces::bound_names(n, self.text, &mut names);
                locals.extend(names);
            }
            _ => {}
        }
    }

    fn global(
        &self,
        n: N<'_>,
        locals: &HashSet<String>,
        globals: &HashSet<String>,
    ) -> Option<(Reads, String)> {
        match (self.grammar.family(), n.kind()) {
            (Grammar::Python, "global_statement") => {
                let names = tree::text(n, self.text).trim_start_matches("global").trim();
                Some((Reads::Global, names.to_owned()))
            }
            (
                Grammar::JavaScript,
                "assignment_expression" | "augmented_assignment_expression" | "update_expression",
            ) => {
                let left = n
                    .child_by_field_name("left")
                    .or_else(|| n.child_by_field_name("argument"))?;
                let said = self.flat(left);
                let first = said.split(['.', '[']).next().unwrap_or_default();
                let whole = matches!(first, "globalThis" | "window" | "global") && first != said;
                let own = globals.contains(first) && !locals.contains(first);
                (whole || own).then_some((Reads::Global, said))
            }
            // Something of the module is written into: `CACHE[key] = value`, `CACHE.append(x)` is not looked at.
            (Grammar::Python, "subscript") => {
                let parent = n.parent()?;
                let written = matches!(parent.kind(), "assignment" | "augmented_assignment")
                    && parent
                        .child_by_field_name("left")
                        .is_some_and(|l| l.id() == n.id());
                let name = self.flat(n.child_by_field_name("value")?);
                (written && globals.contains(&name)).then_some((Reads::Global, name))
            }
            _ => None,
        }
    }
}

/// What names of the file stand for: `from time import time as t` makes `t` time.time.
fn imported(grammar: Grammar, root: N<'_>, text: &str) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for n in tree::named(root) {
        let said = tree::text(n, text);
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        match (grammar.family(), n.kind()) {
            (Grammar::Python, "import_statement") => {
                for part in flat.trim_start_matches("import ").split(',') {
                    if let Some((full, short)) = part.split_once(" as ") {
                        names.insert(short.trim().to_owned(), full.trim().to_owned());
                    }
                }
            }
            (Grammar::Python, "import_from_statement") => {
                let Some((module, list)) = flat.trim_start_matches("from ").split_once(" import")
                else {
                    continue;
                };
                for part in list.trim().trim_matches(['(', ')']).split(',') {
                    let (full, short) = part.split_once(" as ").unwrap_or((part, part));
                    names.insert(
                        short.trim().to_owned(),
                        format!("{}.{}", module.trim(), full.trim()),
                    );
                }
            }
            (
                Grammar::JavaScript,
                "import_statement" | "lexical_declaration" | "variable_declaration",
            ) => {
                javascript_import(&flat, &mut names);
            }
            _ => {}
        }
    }
    names
}

fn javascript_import(flat: &str, names: &mut HashMap<String, String>) {
    let Some(quote) = flat.find(['"', '\'']) else {
        return;
    };
    if !flat.starts_with("import ") && !flat.contains("require(") {
        return;
    }
    let module = flat.get(quote + 1..).unwrap_or_default();
    let module = module.split(['"', '\'']).next().unwrap_or_default();
    let module = module.trim_start_matches("node:");
    let list = flat.get(..quote).unwrap_or_default();
    let list = ["import ", "const ", "let ", "var "]
        .iter()
        .find_map(|w| list.strip_prefix(w))
        .unwrap_or(list);
    let list = list.split(" from").next().unwrap_or_default();
    let list = list.split('=').next().unwrap_or_default();
    let (plain, braced) = list.split_once('{').unwrap_or((list, ""));
    for name in plain.split(',') {
        let name = name.rsplit(' ').find(|w| !w.is_empty()).unwrap_or_default();
        if !name.is_empty() {
            names.insert(name.to_owned(), module.to_owned());
        }
    }
    for part in braced.trim().trim_end_matches('}').split(',') {
        let (full, short) = part
            .split_once(" as ")
            .or_else(|| part.split_once(':'))
            .unwrap_or((part, part));
        if !short.trim().is_empty() {
            names.insert(short.trim().to_owned(), format!("{module}.{}", full.trim()));
        }
    }
}

/// Names of values that the module itself defines.
fn module_names(grammar: Grammar, root: N<'_>, text: &str) -> HashSet<String> {
    pieces::of(grammar, root, text)
        .into_iter()
        .filter(|p| p.kind == PieceKind::Definition)
        .filter(|p| !pieces::inner(p.node).kind().contains("function"))
        .flat_map(|p| p.keys)
        .collect()
}
