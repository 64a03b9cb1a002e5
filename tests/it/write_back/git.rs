//! Patches that `git apply` and `patch` take, and branches that leave the work tree alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use reheat::write_back::branch::{BranchRequest, NoBranch, make};
use reheat::write_back::{FileChange, TargetFile, patch};

use super::bed::{Bed, NEW, OLD, git, lacks, repository};

/// Names that patches and git have trouble with.
const NAMES: [&str; 5] = [
    "slow.py",
    "src/deep er/slow one.py",
    "src/qu\"ote\\s.py",
    "größe/日本.py",
    "src/tab\tname.py",
];

fn texts(file: &Path, base: &str, new: &str) -> FileChange {
    FileChange {
        path: Some(file.to_owned()),
        base: base.into(),
        new: new.into(),
        name: "slow.py".into(),
        what: "slow in slow.py".into(),
        project: None,
        own: None,
    }
}

#[test]
fn git_and_patch_take_the_patch_whatever_the_file_is_called_and_however_it_ends() {
    let shapes: [&dyn Fn(&str) -> String; 3] =
        [&|t| t.to_owned(), &|t| t.replace('\n', "\r\n"), &|t| {
            t.trim_end().to_owned()
        }];
    let comment = "Make slow 3× faster\n\n--- not a header\ngain      3×\n";
    for tool in ["git", "patch"] {
        if lacks(tool) || lacks("git") {
            continue;
        }
        for name in NAMES {
            for shape in shapes {
                let bed = Bed::with(name, &shape(OLD));
                let root = bed.path("project");
                repository(&root);
                let (text, note) =
                    patch::of(&texts(&bed.file, &shape(OLD), NEW), false, comment).unwrap();
                assert_eq!(note, None);
                assert!(
                    text.starts_with("# Make slow 3× faster\n#\n# --- not a header\n"),
                    "{text}"
                );
                let file = bed.path("the.patch");
                fs::write(&file, &text).unwrap();
                let output = match tool {
                    "git" => Command::new("git")
                        .arg("apply")
                        .arg(&file)
                        .current_dir(&root)
                        .output(),
                    _ => Command::new("patch")
                        .args(["-p1", "--binary", "-i"])
                        .arg(&file)
                        .current_dir(&root)
                        .output(),
                };
                let output = output.unwrap();
                let said = String::from_utf8_lossy(&output.stderr)
                    + String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success(), "{tool} {name:?}: {said}\n{text}");
                assert_eq!(bed.text(), shape(NEW), "{tool} {name:?}");
            }
        }
    }
}

#[test]
fn a_patch_of_a_changed_file_is_against_what_it_was_or_the_merge() {
    let bed = Bed::new();
    let mine = OLD.replace("return 1", "return 2");
    fs::write(&bed.file, &mine).unwrap();
    let (text, note) = patch::of(&texts(&bed.file, OLD, NEW), false, "").unwrap();
    assert!(note.unwrap().contains("has changed since"));
    assert!(
        text.contains("     return 1\n") || !text.contains("return 2"),
        "{text}"
    );
    let (merged, note) = patch::of(&texts(&bed.file, OLD, NEW), true, "").unwrap();
    assert_eq!(note, None);
    assert!(!merged.contains("return 1"), "{merged}");
    fs::remove_file(&bed.file).unwrap();
    let (gone, note) = patch::of(&texts(&bed.file, OLD, NEW), false, "").unwrap();
    assert!(note.unwrap().contains("is gone"));
    assert!(gone.contains("+    return n * (n - 1) // 2\n"), "{gone}");
    fs::write(&bed.file, NEW).unwrap();
    assert_eq!(patch::of(&texts(&bed.file, OLD, NEW), false, ""), None);
}

fn branch(
    file: &Path,
    name: &str,
    merge: bool,
) -> Result<reheat::write_back::branch::CreatedBranch, NoBranch> {
    let wanted = BranchRequest {
        name,
        base: OLD,
        new: NEW,
        merge,
        subject: "Make slow 3× faster",
        body: "gain      3×\nMeasured by reheat\n",
    };
    make(&TargetFile::read(file).unwrap(), wanted)
}

/// A repository whose git has an identity that the branch's commit can take.
fn own(folder: &Path) {
    repository(folder);
    git(folder, &["config", "user.name", "Ada"]);
    git(folder, &["config", "user.email", "ada@example.org"]);
}

#[test]
fn a_branch_is_one_commit_and_the_work_tree_the_index_and_head_stay() {
    if lacks("git") {
        return;
    }
    for name in NAMES {
        let bed = Bed::with(name, OLD);
        let root = bed.path("project");
        fs::write(root.join("staged.txt"), "one\n").unwrap();
        fs::write(root.join("dirty.txt"), "one\n").unwrap();
        own(&root);
        fs::write(root.join("staged.txt"), "two\n").unwrap();
        git(&root, &["add", "staged.txt"]);
        fs::write(root.join("dirty.txt"), "two\n").unwrap();
        fs::write(root.join("new.txt"), "new\n").unwrap();
        let facts = || {
            [
                git(&root, &["status", "--porcelain"]),
                git(&root, &["rev-parse", "HEAD"]),
                git(&root, &["symbolic-ref", "HEAD"]),
                git(&root, &["diff", "--cached"]),
            ]
        };
        let before = facts();
        let made = branch(&bed.file, "reheat/slow", false).unwrap();
        assert_eq!(facts(), before, "{name:?}");
        assert_eq!(bed.text(), OLD);
        assert!(
            made.notes[0].starts_with("2 files of the work tree"),
            "{:?}",
            made.notes
        );
        assert_eq!(
            git(&root, &["rev-list", "--count", "main..reheat/slow"]),
            "1"
        );
        let shown = git(
            &root,
            &[
                "-c",
                "core.quotePath=false",
                "diff",
                "-z",
                "--name-only",
                "main",
                "reheat/slow",
            ],
        );
        assert_eq!(shown.trim_end_matches('\0'), name);
        let raw = git(&root, &["show", &format!("reheat/slow:{name}")]);
        assert_eq!(raw, NEW.trim_end());
        let log = git(
            &root,
            &["log", "-1", "--format=%an <%ae>%n%B", "reheat/slow"],
        );
        assert_eq!(
            log.trim_end(),
            "Ada <ada@example.org>\nMake slow 3× faster\n\ngain      3×\nMeasured by reheat"
        );
        let again = branch(&bed.file, "reheat/slow", false).unwrap_err();
        assert!(matches!(again, NoBranch::Exists(_)), "{again}");
    }
}

#[test]
fn a_branch_is_refused_where_it_would_surprise() {
    if lacks("git") {
        return;
    }
    let bed = Bed::new();
    let root = bed.path("project");
    let why = branch(&bed.file, "fast", false).unwrap_err();
    assert!(matches!(why, NoBranch::NoRepository(_)), "{why}");
    git(&root, &["init", "-q", "-b", "main"]);
    let why = branch(&bed.file, "fast", false).unwrap_err();
    assert!(matches!(why, NoBranch::NoCommit(_)), "{why}");
    git(&root, &["commit", "-q", "--allow-empty", "-m", "first"]);
    let why = branch(&bed.file, "fast", false).unwrap_err();
    assert!(matches!(why, NoBranch::NotInHead(_)), "{why}");
    own(&root);
    for name in ["-f", "two words", "a..b", "", "x.lock", "a\nb"] {
        let why = branch(&bed.file, name, false).unwrap_err();
        assert!(matches!(why, NoBranch::Name(_)), "{name:?}: {why}");
    }
    // HEAD has another text than the session began with.
    let mine = OLD.replace("return 1", "return 2");
    fs::write(&bed.file, &mine).unwrap();
    git(&root, &["commit", "-qam", "mine"]);
    let why = branch(&bed.file, "fast", false).unwrap_err();
    assert!(matches!(why, NoBranch::Differs(_)), "{why}");
    let made = branch(&bed.file, "fast", true).unwrap();
    assert!(made.notes[0].contains("merged"), "{:?}", made.notes);
    assert_eq!(
        git(&root, &["show", "fast:slow.py"]),
        NEW.replace("return 1", "return 2").trim_end()
    );
    fs::write(&bed.file, OLD.replace("total += i", "total += 1 * i")).unwrap();
    git(&root, &["commit", "-qam", "mine too"]);
    let why = branch(&bed.file, "faster", true).unwrap_err();
    assert!(matches!(why, NoBranch::Conflicts(_)), "{why}");
    fs::write(&bed.file, NEW).unwrap();
    git(&root, &["commit", "-qam", "by hand"]);
    let why = branch(&bed.file, "faster", true).unwrap_err();
    assert!(matches!(why, NoBranch::Already(_)), "{why}");
    assert_eq!(git(&root, &["branch", "--list", "faster"]), "");
}

#[test]
fn a_bare_repository_is_refused() {
    if lacks("git") {
        return;
    }
    let bed = Bed::new();
    let root = bed.path("project");
    git(&root, &["init", "-q", "--bare", "."]);
    let why = branch(&bed.file, "fast", false).unwrap_err();
    assert!(matches!(why, NoBranch::NoRepository(_)), "{why}");
}

#[test]
fn worktrees_submodules_and_line_endings_by_attribute() {
    if lacks("git") {
        return;
    }
    let bed = Bed::with("src/slow.py", OLD);
    let root = bed.path("project");
    fs::write(root.join(".gitattributes"), "*.py text eol=crlf\n").unwrap();
    own(&root);
    // A work tree beside it: the branch is seen from both.
    let beside = bed.path("beside");
    git(
        &root,
        &[
            "worktree",
            "add",
            "-q",
            "-b",
            "second",
            beside.to_str().unwrap(),
        ],
    );
    let file = beside.join("src/slow.py");
    assert!(fs::read_to_string(&file).unwrap().contains("\r\n"));
    let made = branch(&file, "fast", false).unwrap();
    assert_eq!(made.notes, Vec::<String>::new());
    assert_eq!(git(&root, &["show", "fast:src/slow.py"]), NEW.trim_end());
    assert_eq!(git(&beside, &["symbolic-ref", "--short", "HEAD"]), "second");
    git(&root, &["switch", "-q", "fast"]);
    assert_eq!(bed.text(), NEW.replace('\n', "\r\n"));

    // A repository in a repository: the inner one has the branch.
    let inner = Bed::with("outer/inner/slow.py", OLD);
    let outer = inner.path("project/outer");
    own(&outer.join("inner"));
    git(&outer, &["init", "-q", "-b", "main"]);
    let made = branch(&inner.file, "fast", false).unwrap();
    assert_eq!(made.root, outer.join("inner").canonicalize().unwrap());
    assert_eq!(git(&outer, &["branch", "--list", "fast"]), "");
}
