//! A patch of a version, for `git apply` and `patch -p1`.

use super::{FileChange, Replacement, diff, project_path};

/// The patch of a version: against the file as it is now, or against what the session began with where the file is gone,
/// cannot be read, or has changed and no merge is wanted, with a sentence about that; `None` where there
/// is nothing to change.
pub fn of(change: &FileChange, merge: bool, comment: &str) -> Option<(String, Option<String>)> {
    let relative = change.project_path().relative;
    let looked = change
        .path
        .as_deref()
        .map(|p| Replacement::of(p, &change.base, &change.new));
    let (old, new, note) = match looked {
        Some(Ok(plan)) => {
            let (old, new) = plan.patch_sides(merge)?;
            let against_now = old == plan.place.text;
            let note = || {
                "the file has changed since the session began; the patch is against what it was then".into()
            };
            (old, new, (!against_now).then(note))
        }
        Some(Err(why)) => {
            let note = format!("the patch is against what the session began with: {why}");
            (change.base.clone(), change.new.clone(), Some(note))
        }
        None => (change.base.clone(), change.new.clone(), None),
    };
    let patch = text(&relative, &old, &new, comment);
    (!patch.is_empty()).then_some((patch, note))
}

/// The whole text of a patch: a comment, the file's name from the project's root, the hunks. `old` and `new` are the
/// file's text to the byte; empty where they are the same.
#[must_use]
pub fn text(relative: &str, old: &str, new: &str, comment: &str) -> String {
    let hunks = diff::unified(old, new);
    if hunks.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for line in comment.lines() {
        // Nothing in it may look like the head of another file.
        out.push_str(format!("# {line}").trim_end());
        out.push('\n');
    }
    let (a, b) = (
        project_path::quoted(&format!("a/{relative}")),
        project_path::quoted(&format!("b/{relative}")),
    );
    format!("{out}--- {a}\n+++ {b}\n{hunks}")
}
