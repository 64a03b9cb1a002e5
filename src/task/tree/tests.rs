//! Which files of a work tree are copied, tested on made-up trees.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::os::unix::fs::symlink;

use super::*;

fn put(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn names(tree: &WorkTree) -> Vec<String> {
    let files = tree.entries.iter().filter(|e| e.kind != EntryKind::Folder);
    files.map(|e| e.path.display().to_string()).collect()
}

#[test]
fn what_git_would_take_is_copied_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for (name, text) in [
        (".gitignore", "target/\n*.log\n/node_modules\n.venv\n"),
        (".git/config", "x"),
        (".hidden", "x"),
        (".github/workflows/ci.yml", "x"),
        ("src/main.rs", "x"),
        ("src/.gitignore", "made.rs\n"),
        ("src/made.rs", "x"),
        ("target/debug/x", "x"),
        ("a.log", "x"),
        (".env", "KEY=x"),
        ("node_modules/p/index.js", "x"),
        (".venv/pyvenv.cfg", "x"),
        ("env/not/one", "x"),
        (".ignore", "src\n"),
    ] {
        put(root, name, text);
    }
    std::fs::create_dir(root.join("empty")).unwrap();
    let tree = list(root, TreeBounds::default()).unwrap();
    assert_eq!(
        names(&tree),
        [
            ".github/workflows/ci.yml",
            ".gitignore",
            ".hidden",
            ".ignore",
            "env/not/one",
            "src/.gitignore",
            "src/main.rs",
        ]
    );
    assert!(tree.entries.iter().any(|e| e.path == Path::new("empty")));
    assert_eq!(
        tree.installed,
        [PathBuf::from("node_modules"), PathBuf::from(".venv")]
    );
    assert!(tree.notes[0].contains(".env"), "{:?}", tree.notes);
}

#[test]
fn the_rules_of_a_folder_above_hold_where_there_is_no_repository() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "p/.gitignore", "out\n");
    put(folder.path(), "p/out/x", "x");
    put(folder.path(), "p/in/x", "x");
    let tree = list(&folder.path().join("p"), TreeBounds::default()).unwrap();
    assert_eq!(names(&tree), [".gitignore", "in/x"]);
}

#[test]
fn links_stay_links_and_those_that_lead_out_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = std::fs::canonicalize(folder.path()).unwrap();
    put(&root, "a/b/x", "x");
    symlink("../b/x", root.join("a/b/near")).unwrap();
    symlink(root.join("a/b"), root.join("a/whole")).unwrap();
    symlink("../../elsewhere", root.join("a/out")).unwrap();
    symlink("/home/nobody/data", root.join("data")).unwrap();
    symlink("/usr/bin/env", root.join("tool")).unwrap();
    let tree = list(&root, TreeBounds::default()).unwrap();
    let link = |name: &str| {
        let entry = tree.entries.iter().find(|e| e.path == Path::new(name));
        match &entry.unwrap().kind {
            EntryKind::Link(target) => target.display().to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(link("a/b/near"), "../b/x");
    assert_eq!(link("a/whole"), "../a/b");
    assert_eq!(link("data"), "/home/nobody/data");
    assert_eq!(tree.notes.len(), 2, "{:?}", tree.notes);
    assert!(tree.notes.iter().any(|n| n.starts_with("a/out is a link")));
    assert!(
        tree.notes
            .iter()
            .any(|n| n.contains("\"/home/nobody/data\""))
    );
}

#[test]
fn too_large_a_tree_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "data/large", &"x".repeat(300_000));
    put(folder.path(), "src/small", "x");
    let most = |bytes, entries| TreeBounds {
        bytes: Bytes(bytes),
        entries,
    };
    let error = list(folder.path(), most(200_000, 100)).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("data (300 kB)") && text.contains(".gitignore"),
        "{text}"
    );
    assert!(list(folder.path(), most(400_000, 3)).is_err());
    assert!(list(folder.path(), most(400_000, 4)).is_ok());
    assert!(list(&folder.path().join("none"), most(1, 1)).is_err());
}
