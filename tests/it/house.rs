//! The house as its files import one another: rooms from the ground up, files without circles, and the layers of the screen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module by its path from the root of the crate: `["tui", "core", "key"]`. Also the path of a name in one.
type Module = Vec<String>;

/// Layers of the screen, each of which imports only those before it. A file that is no layer's is one by itself.
const LAYERS: &[&str] = &[
    "core",
    "state",
    "component",
    "widgets",
    "dialogs",
    "panes",
    "app",
    "draw",
    "search",
    "clipboard",
    "typing_keys",
    "actions",
    "update",
    "mouse",
    "input",
    "run",
];

/// Rooms from the ground up, each of which imports only those before it: as ARCHITECTURE.md has them. What many write into, the log,
/// lies below all.
const ROOMS: &[&str] = &[
    "log",
    "base",
    "sandbox",
    "task",
    "measure",
    "session",
    "model",
    "write_back",
    "config",
    "engine",
    "report",
    "tui",
    "cli",
];

/// Files that import one another all the same, and why.
const CIRCLES: &[(&[&str], &str)] = &[
    (
        &[
            "measure::build",
            "measure::check",
            "measure::checker_runs",
            "measure::commands",
            "measure::compile",
            "measure::contender",
            "measure::judge",
        ],
        "the judge owns what each of these keeps from one version to the next, and each of them is a part of the judge",
    ),
    (
        &["measure::launches", "measure::pairs"],
        "where calls are timed a sweep of the paired runner is a launch: what the runner does then is written in `launches`",
    ),
    (
        &[
            "sandbox::linux",
            "sandbox::plain",
            "sandbox::program",
            "sandbox::writable_tree",
        ],
        "`unsafe` is in `linux` alone: the others ask it for what only the system knows, and it runs what they describe",
    ),
];

#[test]
fn a_room_imports_only_those_below_it() {
    let place = |module: &[String]| {
        (ROOMS.iter()).position(|room| Some(*room) == module.first().map(String::as_str))
    };
    let house = House::read();
    let (mut wrong, mut imports) = (Vec::new(), 0);
    for (module, code) in &house.codes {
        let own = place(module).unwrap_or_else(|| panic!("{} is in no room", module.join("::")));
        for path in house.paths(module, code) {
            let Some(other) = place(&path) else {
                continue;
            };
            imports += 1;
            if other > own {
                wrong.push(format!("{} imports {}", module.join("::"), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(imports > 1000, "imports are no longer found: {imports}");
}

#[test]
fn a_layer_of_the_screen_imports_only_those_before_it() {
    let place = |module: &Module| {
        let name = module.get(1).filter(|_| module[0] == "tui")?;
        LAYERS.iter().position(|layer| layer == name)
    };
    let mut wrong = Vec::new();
    for (module, imports) in House::read().imports() {
        for import in imports {
            let (Some(from), Some(to)) = (place(&module), place(&import)) else {
                continue;
            };
            if to > from {
                wrong.push(format!(
                    "{} imports {}",
                    module.join("::"),
                    import.join("::")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_import_one_another_in_no_circle() {
    let mut found = circles(&House::read().imports());
    for (known, why) in CIRCLES {
        let known: BTreeSet<String> = known.iter().map(|f| (*f).to_owned()).collect();
        let before = found.len();
        found.retain(|circle| !circle.is_subset(&known));
        assert!(
            found.len() < before,
            "this circle is gone, take it off the list: {why}"
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn an_import_is_seen_wherever_it_stands_and_nothing_else_is_one() {
    let mut house = House::read();
    let module = ["sandbox", "planted"].map(str::to_owned).to_vec();
    let mut screen = |text: &str| {
        house.codes.insert(module.clone(), Code::of(&module, text));
        let code = &house.codes[&module];
        (house.paths(&module, code).iter()).any(|path| path.first().is_some_and(|p| p == "tui"))
    };
    for text in [
        "use crate::tui as _;",
        "use crate::{base::units, tui};",
        "pub(crate) use crate::{base, tui::{self, draw}};",
        "use super::super::tui::App;",
        "use crate::tui::*;",
        "#[cfg(test)] mod tests { use crate::base; } use crate::tui::App;",
        "#[cfg(test)] use crate::base::{units}; use crate::tui::App;",
        "struct A { #[cfg(test)] a: B<C, D>, app: crate::tui::App }",
        "fn f() { let x = crate::tui::draw::<u8>(); }",
        "mod inner { fn f() { super::super::super::tui::draw() } }",
        "macro_rules! m { () => { $crate::tui::draw() } }",
        "use crate as house; fn f() { house::tui::draw() }",
    ] {
        assert!(screen(text), "not seen: {text}");
    }
    for text in [
        "// use crate::tui;",
        "/* use crate::tui; */ /// [`crate::tui`]\nfn f() {}",
        "const A: &str = \"use crate::tui;\";",
        "use ratatui::tui; fn f() { other::crate_::tui() }",
        "#[cfg(test)] use crate::{base, tui};",
        "#[cfg(all(test, unix))] use crate::{base, tui};",
        "#[cfg(test)] #[allow(unused)] mod tests { use crate::tui::App; }",
        "#[cfg(test)] pub(crate) const fn f<A, B>() -> A { crate::tui::draw() }",
        "#![cfg(test)] use crate::tui::App;",
        "struct A { #[cfg(test)] app: crate::tui::App, b: u8 }",
    ] {
        assert!(!screen(text), "seen: {text}");
    }
}

/// All modules with what their code says.
struct House {
    codes: BTreeMap<Module, Code>,
}

/// What the code of a module says, without what only its tests have.
#[derive(Default)]
struct Code {
    imports: Vec<Import>,
    /// All other paths of two names and more, with the module that they are in: this one, or one that stands inside it.
    paths: Vec<(Module, Module)>,
    /// All names outside of imports.
    names: BTreeSet<String>,
    /// Modules in files of their own that only tests have.
    for_tests: Vec<Module>,
}

/// One name that a module imports.
struct Import {
    within: Module,
    path: Module,
    /// What it is called here.
    name: String,
    /// Whether it is passed on to others.
    public: bool,
}

impl House {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        walk(&root, &mut files);
        let mut codes: BTreeMap<Module, Code> = (files.into_iter())
            .map(|file| (module_of(&root, &file), file))
            .filter(|(module, _)| !is_for_tests(module))
            .map(|(module, file)| {
                let code = Code::of(&module, &std::fs::read_to_string(file).unwrap());
                (module, code)
            })
            .collect();
        let for_tests: Vec<Module> = (codes.values())
            .flat_map(|code| code.for_tests.iter().cloned())
            .collect();
        codes.retain(|module, _| !for_tests.iter().any(|tests| module.starts_with(tests)));
        Self { codes }
    }

    /// The modules with what they import of one another; a module in a folder of its own is one with what is inside.
    ///
    /// Who imports a name from a module that only passes it on imports it from where it is defined. A module that passes
    /// names on imports them only if its own code uses them.
    fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let mut graph: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for (module, code) in &self.codes {
            let unused = |import: &Import| import.public && !code.names.contains(&import.name);
            let used = (code.imports.iter())
                .filter(|import| !unused(import))
                .filter_map(|import| self.path_from_root(&import.within, &import.path))
                .chain(self.code_paths(code));
            let imports = graph.entry(unit(module)).or_default();
            for path in used {
                if let Some((import, is_whole)) = self.defined_in(path)
                    && unit(&import) != unit(module)
                    // Who names a module around itself as a whole uses what is inside, which is seen where it is used.
                    && !(is_whole && module.starts_with(&import))
                    // The head of the screen holds what its caller hands in and gets back, for the files that run it.
                    && !(import == ["tui"] && module[0] == "tui")
                {
                    imports.insert(unit(&import));
                }
            }
        }
        graph
    }

    /// All paths of a module from the root of the crate, as they stand there.
    fn paths(&self, module: &Module, code: &Code) -> Vec<Module> {
        debug_assert!(self.codes.contains_key(module));
        (code.imports.iter())
            .filter_map(|import| self.path_from_root(&import.within, &import.path))
            .chain(self.code_paths(code))
            .collect()
    }

    fn code_paths(&self, code: &Code) -> impl Iterator<Item = Module> {
        (code.paths.iter()).filter_map(|(within, path)| self.path_from_root(within, path))
    }

    /// A path from the root of the crate; none for one into another crate, and for one that begins with a name that is no module.
    fn path_from_root(&self, within: &[String], path: &[String]) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        let mut start = match first.as_str() {
            "crate" => Vec::new(),
            "self" => within.to_vec(),
            "super" => within[..within.len().saturating_sub(1)].to_vec(),
            name => {
                let child = child(within, name);
                if self.codes.contains_key(&child) {
                    child
                } else {
                    let file = (1..=within.len()).rev().map(|n| &within[..n]);
                    let code = file.filter_map(|f| self.codes.get(f)).next()?;
                    let named = |i: &&Import| i.name == name && i.path.first() != Some(first);
                    let import = code.imports.iter().find(named)?;
                    self.path_from_root(&import.within, &import.path)?
                }
            }
        };
        let mut rest = rest;
        while let Some((name, further)) = rest.split_first()
            && name == "super"
        {
            start.pop();
            rest = further;
        }
        start.extend(rest.iter().cloned());
        Some(start)
    }

    /// The module that a path leads to, through all that pass its name on, and whether the path names the whole module.
    fn defined_in(&self, mut path: Module) -> Option<(Module, bool)> {
        for _ in 0..8 {
            let known = |n: &usize| self.codes.contains_key(&path[..*n]);
            let length = (1..=path.len()).rev().find(known)?;
            let (module, rest) = path.split_at(length);
            let passes_on = |import: &&Import| Some(&import.name) == rest.first();
            let further = (self.codes[module].imports.iter().find(passes_on))
                .and_then(|import| self.path_from_root(&import.within, &import.path));
            match further {
                Some(further) => path = [&further, &rest[1..]].concat(),
                None => return Some((module.to_vec(), rest.is_empty())),
            }
        }
        None
    }
}

impl Code {
    fn of(module: &Module, text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap();
        let mut code = Self::default();
        code.read(module, tokens);
        code
    }

    /// Takes in what stands in a file, or in a pair of brackets.
    fn read(&mut self, within: &Module, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            if let [a, b, c, ..] = rest
                && is_punct(a, '#')
                && is_punct(b, '!')
                && is_cfg_test(c)
            {
                return;
            }
            if let [a, b, item @ ..] = rest
                && is_punct(a, '#')
                && is_cfg_test(b)
            {
                at += 2 + self.skip_item(within, item);
                continue;
            }
            at += match rest {
                [
                    TokenTree::Ident(word),
                    TokenTree::Ident(name),
                    TokenTree::Group(inside),
                    ..,
                ] if word == "mod" => {
                    self.read(&child(within, &name.to_string()), inside.stream());
                    3
                }
                [TokenTree::Ident(word), next, ..] if word == "use" && !is_punct(next, '<') => {
                    let public = at
                        .checked_sub(1)
                        .is_some_and(|before| match &tokens[before] {
                            TokenTree::Ident(word) => word == "pub",
                            TokenTree::Group(group) => {
                                let word = before.checked_sub(1).map(|n| &tokens[n]);
                                group.delimiter() == Delimiter::Parenthesis
                                    && word.is_some_and(|w| is_word(w, "pub"))
                            }
                            _ => false,
                        });
                    1 + self.read_import(within, &rest[1..], &mut Vec::new(), public)
                }
                [TokenTree::Ident(word), ..] => {
                    self.names.insert(word.to_string());
                    // A method or a field is no path, and neither is what stands behind a path that began with brackets.
                    let begins = at.checked_sub(1).is_none_or(|before| {
                        !is_punct(&tokens[before], '.') && !is_punct(&tokens[before], ':')
                            || at == 1
                            || !is_punct(&tokens[at - 2], ':')
                    });
                    let mut path = vec![word.to_string()];
                    let mut length = 1;
                    while let [a, b, TokenTree::Ident(name), ..] = &rest[length..]
                        && is_punct(a, ':')
                        && is_punct(b, ':')
                    {
                        path.push(name.to_string());
                        self.names.insert(name.to_string());
                        length += 3;
                    }
                    if begins && path.len() > 1 {
                        self.paths.push((within.clone(), path));
                    }
                    length
                }
                [TokenTree::Group(group), ..] => {
                    self.read(within, group.stream());
                    1
                }
                _ => 1,
            };
        }
    }

    /// Takes in one name of an import, or all in its braces; gives how many tokens it has.
    fn read_import(
        &mut self,
        within: &Module,
        tokens: &[TokenTree],
        before: &mut Module,
        public: bool,
    ) -> usize {
        let mut path = before.clone();
        let mut name = None;
        let mut at = 0;
        loop {
            match &tokens[at..] {
                [TokenTree::Ident(word), TokenTree::Ident(new), ..] if word == "as" => {
                    name = Some(new.to_string());
                    at += 2;
                }
                [TokenTree::Ident(word), ..] => {
                    path.push(word.to_string());
                    at += 1;
                }
                [TokenTree::Group(group), ..] => {
                    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                    for one in inside.split(|token| is_punct(token, ',')) {
                        if !one.is_empty() {
                            self.read_import(within, one, &mut path, public);
                        }
                    }
                    return at + 1;
                }
                [token, ..] if is_punct(token, ':') => at += 1,
                // All names of a module: what is imported is the module.
                [token, ..] if is_punct(token, '*') => {
                    name = Some("*".to_owned());
                    at += 1;
                }
                _ => break,
            }
        }
        if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
            path.pop();
        }
        if let Some(name) = name.or_else(|| path.last().cloned()) {
            self.imports.push(Import {
                within: within.clone(),
                path,
                name,
                public,
            });
        }
        at
    }

    /// How many tokens an item has that only tests have, from its further attributes on.
    fn skip_item(&mut self, within: &Module, item: &[TokenTree]) -> usize {
        let mut at = 0;
        while let [a, TokenTree::Group(_), ..] = &item[at..]
            && is_punct(a, '#')
        {
            at += 2;
        }
        let words: Vec<String> = (item[at..].iter())
            .filter_map(|token| match token {
                TokenTree::Ident(word) => Some(word.to_string()),
                _ => None,
            })
            .take(4)
            .collect();
        let has = |word: &str| words.iter().any(|w| w == word);
        let first = words
            .iter()
            .find(|w| *w != "pub")
            .map_or("", String::as_str);
        if let Some([_, name]) = words.windows(2).find(|pair| pair[0] == "mod") {
            self.for_tests.push(child(within, name));
        }
        let is_end = |token: &TokenTree| match first {
            "use" | "static" | "type" | "let" => is_punct(token, ';'),
            "const" if !has("fn") => is_punct(token, ';'),
            "fn" | "mod" | "struct" | "enum" | "union" | "trait" | "impl" | "const" | "async"
            | "unsafe" | "extern" | "macro_rules" => {
                is_punct(token, ';')
                    || matches!(token, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace)
            }
            // A field, a variant or a branch.
            _ => is_punct(token, ','),
        };
        let rest = &item[at..];
        at + rest
            .iter()
            .position(is_end)
            .map_or(rest.len(), |end| end + 1)
    }
}

fn child(within: &[String], name: &str) -> Module {
    (within.iter().cloned()).chain([name.to_owned()]).collect()
}

fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn is_cfg_test(token: &TokenTree) -> bool {
    let TokenTree::Group(attribute) = token else {
        return false;
    };
    let attribute = attribute.stream().to_string().replace(' ', "");
    attribute == "cfg(test)" || attribute.starts_with("cfg(all(test,")
}

/// What counts as one: of the screen a file of a layer, elsewhere a file of a room; each with the folder of its name.
fn unit(module: &[String]) -> Module {
    let is_layer = |name: &String| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/tui")
            .join(name)
            .join("mod.rs")
            .exists()
    };
    let deep = if module[0] == "tui" && module.get(1).is_some_and(is_layer) {
        3
    } else {
        2
    };
    module.iter().take(deep).cloned().collect()
}

/// Whether a module is the root of a program, tests, or a session that was made up for them.
fn is_for_tests(module: &Module) -> bool {
    let tests = |name: &String| name == "tests" || name.ends_with("_tests");
    module.is_empty()
        || module.iter().any(tests)
        || matches!(module.get(1).map(String::as_str), Some("sample"))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

fn module_of(root: &Path, file: &Path) -> Module {
    let inside = file.strip_prefix(root).unwrap().with_extension("");
    let names = inside
        .components()
        .map(|c| c.as_os_str().to_str().unwrap().to_owned());
    names
        .filter(|name| !matches!(name.as_str(), "mod" | "lib" | "main"))
        .collect()
}

/// Groups of modules each of which is reached from each other.
fn circles(graph: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<BTreeSet<String>> {
    let reach = |from: &Module| {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&Module> = graph.get(from).into_iter().flatten().collect();
        while let Some(module) = next.pop() {
            if seen.insert(module.clone()) {
                next.extend(graph.get(module).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<Module>> =
        graph.keys().map(|m| (m, reach(m))).collect();
    let mut all: Vec<BTreeSet<String>> = Vec::new();
    for (module, seen) in &reached {
        let circle: BTreeSet<String> = (seen.iter())
            .filter(|other| {
                reached
                    .get(other)
                    .is_some_and(|back| back.contains(*module))
            })
            .map(|m| m.join("::"))
            .collect();
        if !circle.is_empty() && !all.contains(&circle) {
            all.push(circle);
        }
    }
    all
}
