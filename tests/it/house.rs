//! The house as its files import one another: rooms from the ground up, and inside the screen layers without circles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module by its path: `["tui", "core", "key"]`.
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

/// Files of the screen that import one another all the same, and why.
const CIRCLES: &[(&[&str], &str)] = &[];

#[test]
fn a_room_imports_only_those_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let (mut wrong, mut imports) = (Vec::new(), 0);
    for file in files {
        let name = file.strip_prefix(&root).unwrap().with_extension("");
        let room = name.iter().next().unwrap().to_str().unwrap();
        if ["lib", "main"].contains(&room) {
            continue;
        }
        let place = |room: &str| ROOMS.iter().position(|r| *r == room);
        let own = place(room).unwrap_or_else(|| panic!("{room} is no room that is known here"));
        for path in paths(&code_of(&file)) {
            let Some(other) = path.first().and_then(|first| place(first)) else {
                continue;
            };
            imports += 1;
            if other > own {
                wrong.push(format!("{} imports {}", name.display(), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(imports > 1000, "imports are no longer found: {imports}");
}

#[test]
fn a_layer_of_the_screen_imports_only_those_before_it() {
    let place = |module: &Module| {
        LAYERS
            .iter()
            .position(|l| Some(*l) == module.get(1).map(String::as_str))
    };
    let mut wrong = Vec::new();
    for (module, imports) in screen() {
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
fn files_of_the_screen_import_one_another_in_no_circle() {
    let mut found = circles(&screen());
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

/// The modules of the screen with what they import of it; a module in a folder of its own is one with what is inside.
fn screen() -> BTreeMap<Module, BTreeSet<Module>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let modules: BTreeMap<Module, PathBuf> = files
        .into_iter()
        .map(|file| (module_of(&root, &file), file))
        .filter(|(module, _)| {
            !matches!(module.get(1).map(String::as_str), Some("tests" | "sample"))
        })
        .collect();
    let unit = |module: &[String]| module.iter().take(3).cloned().collect::<Module>();
    let mut graph: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, file) in &modules {
        let code = code_of(file);
        let imports = graph.entry(unit(module)).or_default();
        for path in paths(&code) {
            let known = (1..=path.len()).rev().map(|n| &path[..n]);
            if let Some(import) = known.into_iter().find(|p| modules.contains_key(*p))
                && unit(import) != unit(module)
                && import.len() > 1
            {
                imports.insert(unit(import));
            }
        }
    }
    graph
}

/// The text of a file without comments, and without what only its tests have.
fn code_of(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
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
    let names = names.filter(|name| name != "mod");
    std::iter::once("tui".to_owned()).chain(names).collect()
}

/// All paths of the crate in a text, groups in braces written out.
fn paths(code: &str) -> Vec<Module> {
    let mut all = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        expand(&code[at + "crate::".len()..], &mut Vec::new(), &mut all);
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
