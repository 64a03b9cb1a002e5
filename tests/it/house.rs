//! The house as its files import one another: rooms from the ground up, files without circles, and the layers of the screen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

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
            "measure::judge",
        ],
        "the judge owns what each of these keeps from one version to the next, and each of them is a part of the judge",
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
    let place = |module: &Module| (ROOMS.iter()).position(|room| *room == module[0]);
    let mut wrong = Vec::new();
    for (module, imports) in imports() {
        assert!(
            place(&module).is_some(),
            "{} is in no room",
            module.join("::")
        );
        for import in imports {
            if place(&import) > place(&module) {
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
fn a_layer_of_the_screen_imports_only_those_before_it() {
    let place = |module: &Module| {
        LAYERS
            .iter()
            .position(|l| Some(*l) == module.get(1).map(String::as_str))
    };
    let mut wrong = Vec::new();
    for (module, imports) in imports() {
        if module[0] != "tui" {
            continue;
        }
        for import in imports {
            let (Some(from), Some(to)) = (place(&module), place(&import)) else {
                continue;
            };
            if import[0] != "tui" {
                continue;
            }
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
    let mut found = circles(&imports());
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

/// The modules with what they import of one another; a module in a folder of its own is one with what is inside.
///
/// Who imports a name from a module that only passes it on imports it from where it is defined. A module that declares
/// others and passes on their names imports them only if its own code uses these names.
fn imports() -> BTreeMap<Module, BTreeSet<Module>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let codes: BTreeMap<Module, String> = (files.into_iter())
        .map(|file| (module_of(&root, &file), code_of(&file)))
        .filter(|(module, _)| !is_for_tests(module))
        .collect();
    let passed_on: BTreeMap<&Module, Vec<Module>> = (codes.iter())
        .map(|(module, code)| (module, passed_on(module, code, &codes)))
        .collect();
    let mut graph: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, code) in &codes {
        let mut used = paths(module, &without_passing_on(code), &codes);
        let own = without_uses(code);
        let words: BTreeSet<&str> = own
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        used.extend(
            (passed_on[module].iter())
                .filter(|p| p.last().is_some_and(|name| words.contains(name.as_str())))
                .cloned(),
        );
        let imports = graph.entry(unit(module)).or_default();
        for path in used {
            if let Some(import) = defined_in(path, &codes, &passed_on)
                && unit(&import) != unit(module)
                // The head of the screen holds what its caller hands in and gets back, for the files that run it.
                && !(import.len() == 1 && module[0] == "tui")
            {
                imports.insert(unit(&import));
            }
        }
    }
    graph
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

/// The module that a path leads to, through all that pass its name on; none where it names nothing but a module.
fn defined_in(
    mut path: Module,
    codes: &BTreeMap<Module, String>,
    passed_on: &BTreeMap<&Module, Vec<Module>>,
) -> Option<Module> {
    for _ in 0..8 {
        let length = (1..=path.len())
            .rev()
            .find(|n| codes.contains_key(&path[..*n]))?;
        let (module, rest) = path.split_at(length);
        let module = module.to_vec();
        let name = rest.first()?;
        match passed_on[&module].iter().find(|p| p.last() == Some(name)) {
            Some(further) => path = further.iter().chain(&rest[1..]).cloned().collect(),
            None => return Some(module),
        }
    }
    None
}

fn is_for_tests(module: &Module) -> bool {
    let tests = |name: &String| name == "tests" || name.ends_with("_tests");
    module.is_empty()
        || module.iter().any(tests)
        || matches!(module.get(1).map(String::as_str), Some("sample"))
}

/// The code of a file, without comments and without what only tests import.
fn code_of(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    (text.lines())
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The places of all `use` items, with whether they pass names on.
fn uses(code: &str) -> Vec<(std::ops::Range<usize>, bool)> {
    let mut all = Vec::new();
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let item = line.trim_start();
        let public = item.starts_with("pub");
        let used = item.starts_with("use ") || (public && item.contains(" use "));
        if used && let Some(length) = code[start..].find(';') {
            all.push((start..start + length + 1, public));
        }
    }
    all
}

fn without(code: &str, left_out: impl Fn(bool) -> bool) -> String {
    let mut rest = String::new();
    let mut at = 0;
    for (range, public) in uses(code) {
        if left_out(public) {
            rest.push_str(&code[at..range.start]);
            at = range.end;
        }
    }
    rest + &code[at..]
}

fn without_passing_on(code: &str) -> String {
    without(code, |public| public)
}

fn without_uses(code: &str) -> String {
    without(code, |_| true)
}

/// The paths of all names that a module passes on.
fn passed_on(module: &Module, code: &str, codes: &BTreeMap<Module, String>) -> Vec<Module> {
    (uses(code).into_iter())
        .filter(|(_, public)| *public)
        .flat_map(|(range, _)| paths(module, &code[range], codes))
        .collect()
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

/// All paths of the crate in a module's code, from the crate's root, groups in braces written out.
fn paths(module: &Module, code: &str, codes: &BTreeMap<Module, String>) -> Vec<Module> {
    let mut all = Vec::new();
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    while at < code.len() {
        let rest = &code[at..];
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        if end == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let (name, after) = rest.split_at(end);
        at += end;
        if !after.starts_with("::") {
            continue;
        }
        let mut before = match name {
            "crate" => Vec::new(),
            "self" => module.clone(),
            "super" => module[..module.len().saturating_sub(1)].to_vec(),
            child => {
                let child: Module = module.iter().cloned().chain([child.to_owned()]).collect();
                if !codes.contains_key(&child) {
                    // A name of another crate, or one that was imported: its path goes by as a whole.
                    while code[at..].starts_with("::") {
                        let next = &code[at + 2..];
                        at += 2 + next.find(|c| !is_name(c)).unwrap_or(next.len());
                    }
                    continue;
                }
                child
            }
        };
        at += 2;
        while code[at..].starts_with("super::") {
            before.pop();
            at += "super::".len();
        }
        at += expand(&code[at..], &mut before, &mut all);
    }
    all
}

/// Reads one path, and what stands in its braces; gives the bytes that were read.
fn expand(text: &str, before: &mut Module, all: &mut Vec<Module>) -> usize {
    let mut path = before.clone();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if rest.starts_with('{') {
            at += 1;
            while !text[at..].starts_with('}') {
                let skipped = text[at..].find(|c: char| !c.is_whitespace() && c != ',');
                at += skipped.unwrap_or(text.len() - at);
                if at >= text.len() {
                    return at;
                }
                if !text[at..].starts_with('}') {
                    at += expand(&text[at..], &mut path.clone(), all).max(1);
                }
            }
            return at + 1;
        }
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        path.push(rest[..end].to_owned());
        at += end;
        match text[at..].strip_prefix("::") {
            Some(_) => at += 2,
            None => break,
        }
    }
    if path.last().is_some_and(|name| name == "self") {
        path.pop();
    }
    if let Some(name) = text[at..].strip_prefix(" as ") {
        at += " as ".len() + name.find([',', '}', ';']).unwrap_or(name.len());
    }
    all.push(path);
    at
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
