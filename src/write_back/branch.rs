//! A new branch with one commit on top of HEAD. The work tree, the index and HEAD stay as they are.

use std::path::PathBuf;

use super::git::{Git, GitError};
use super::replacement::{FileState, state};
use super::target_file::TargetFile;
use super::text;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct BranchRequest<'a> {
    /// Name of the branch.
    pub name: &'a str,
    /// The file's whole text when the session began.
    pub base: &'a str,
    /// Its whole text with the version in place.
    pub new: &'a str,
    /// Whether to merge if the file of HEAD differs from the base.
    pub merge: bool,
    /// First line of the commit message.
    pub subject: &'a str,
    /// The rest of it.
    pub body: &'a str,
}

/// The branch that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedBranch {
    /// Name of the branch.
    pub name: String,
    /// Its commit, in short.
    pub(crate) commit: String,
    /// Top of the work tree.
    pub root: PathBuf,
    /// Remarks for the user: that it was merged, that the work tree has changes of its own.
    pub notes: Vec<String>,
}

/// Why there is no branch. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NoBranch {
    /// There is no git.
    #[error("git is not on this machine's path; install it, or take a patch (--patch)")]
    NoGit,
    /// The file is in no repository with a work tree.
    #[error("{0} is in no git work tree; take a patch instead (--patch)")]
    NoRepository(PathBuf),
    /// Git refuses the name.
    #[error("`{0}` cannot be the name of a branch; try for example `faster`")]
    Name(String),
    /// The branch exists already.
    #[error("there is a branch {0} already; choose another name")]
    Exists(String),
    /// There is no commit yet.
    #[error(
        "the repository {0} has no commit yet, so there is nothing to branch from; commit first"
    )]
    NoCommit(PathBuf),
    /// HEAD does not have the file.
    #[error("{0} is not in HEAD; commit it first, so that the branch shows what changes")]
    NotInHead(String),
    /// HEAD's file differs; a merge is possible.
    #[error(
        "{0} in HEAD is not what the session began with; no branch is made. The two go together: say --merge, or commit your file first"
    )]
    Differs(String),
    /// HEAD's file differs in the same places.
    #[error(
        "{0} in HEAD is not what the session began with, and differs in the same places as the version; commit your file first, or take a patch (--patch)"
    )]
    Conflicts(String),
    /// HEAD contains the version already.
    #[error("{0} in HEAD holds this version already; there is nothing to commit")]
    Already(String),
    /// Git has no identity for the author.
    #[error(
        "git does not know who you are; tell it with `git config --global user.name NAME` and `git config --global user.email ADDRESS`"
    )]
    Nobody,
    /// A step of git failed.
    #[error("git did not {doing}: {why}")]
    Git {
        /// `write the commit`.
        doing: &'static str,
        /// Git's message.
        why: String,
    },
}

fn refused(doing: &'static str) -> impl FnOnce(GitError) -> NoBranch {
    move |trouble| match trouble {
        GitError::Missing => NoBranch::NoGit,
        GitError::Refused(why) => NoBranch::Git { doing, why },
    }
}

/// Makes the branch.
///
/// # Errors
/// Nothing was changed, apart from loose objects that nothing refers to.
pub fn make(place: &TargetFile, request: BranchRequest<'_>) -> Result<CreatedBranch, NoBranch> {
    let mut git = Git::at(place.folder()).map_err(|e| NoBranch::Git {
        doing: "get a temporary folder",
        why: e.to_string(),
    })?;
    let root = match git.line(&["rev-parse", "--show-toplevel"]) {
        Ok(root) => PathBuf::from(root),
        Err(GitError::Missing) => return Err(NoBranch::NoGit),
        Err(GitError::Refused(why)) if why.contains("dubious ownership") => {
            return Err(NoBranch::Git {
                doing: "trust the repository",
                why,
            });
        }
        Err(GitError::Refused(_)) => return Err(NoBranch::NoRepository(place.asked.clone())),
    };
    let Some(relative) = place.real.strip_prefix(&root).ok().and_then(|p| p.to_str()) else {
        return Err(NoBranch::NoRepository(place.asked.clone()));
    };
    git.go_to(root.clone());
    let name = request.name;
    let full = format!("refs/heads/{name}");
    if name.starts_with('-') || git.line(&["check-ref-format", &full]).is_err() {
        return Err(NoBranch::Name(name.to_owned()));
    }
    if git
        .line(&["rev-parse", "--verify", "--quiet", &full])
        .is_ok()
    {
        return Err(NoBranch::Exists(name.to_owned()));
    }
    let Ok(head) = git.line(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]) else {
        return Err(NoBranch::NoCommit(root));
    };
    let (mode, blob) = entry(&git, &head, relative)?;
    let (text, merged) = content(&git, &blob, relative, request)?;
    let write = |args: &[&str], input: &[u8]| git.said(args, input);
    // The user's own filters (line endings, for one) apply to it as to every committed file.
    let path = format!("--path={relative}");
    let fresh = write(&["hash-object", "-w", "--stdin", &path], text.as_bytes())
        .map_err(refused("write the file's new text"))?;
    if fresh == blob {
        return Err(NoBranch::Already(relative.to_owned()));
    }
    write(&["read-tree", &head], b"").map_err(refused("read HEAD"))?;
    let line = format!("{mode} {fresh}\t{relative}\0");
    write(&["update-index", "-z", "--index-info"], line.as_bytes())
        .map_err(refused("put the file into the commit"))?;
    let tree = write(&["write-tree"], b"").map_err(refused("write the commit's tree"))?;
    let message = format!("{}\n\n{}", request.subject, request.body);
    let commit = write(
        &["commit-tree", &tree, "-p", &head, "-F", "-"],
        message.as_bytes(),
    )
    .map_err(|trouble| match trouble {
        GitError::Refused(why) if nobody(&why) => NoBranch::Nobody,
        other => refused("write the commit")(other),
    })?;
    // The empty old value: only if it does not exist by now.
    let zeros = "0".repeat(commit.len());
    let why = format!("reheat: {}", request.subject);
    write(&["update-ref", "-m", &why, &full, &commit, &zeros], b"")
        .map_err(refused("make the branch"))?;
    let mut notes = Vec::new();
    if merged {
        notes.push(format!("the version was merged with {relative} as it is in HEAD; the result has not been measured"));
    }
    notes.extend(unsaved(&root));
    Ok(CreatedBranch {
        name: name.to_owned(),
        commit: commit.chars().take(10).collect(),
        root,
        notes,
    })
}

/// Whether git complains about a missing identity.
fn nobody(why: &str) -> bool {
    [
        "identity unknown",
        "empty ident",
        "auto-detect email",
        "no email was given",
        "no name was given",
    ]
    .iter()
    .any(|words| why.contains(words))
}

/// Mode and blob of the file in HEAD.
fn entry(git: &Git, head: &str, relative: &str) -> Result<(String, String), NoBranch> {
    let missing = || NoBranch::NotInHead(relative.to_owned());
    let line = git
        .line(&["ls-tree", "-z", head, "--", relative])
        .map_err(refused("read HEAD"))?;
    let mut words = line
        .split(['\t', '\0'])
        .next()
        .unwrap_or_default()
        .split(' ');
    match (words.next(), words.next(), words.next()) {
        (Some(mode), Some("blob"), Some(blob)) if mode.starts_with("100") => {
            Ok((mode.to_owned(), blob.to_owned()))
        }
        _ => Err(missing()),
    }
}

/// The text of the file on the branch as it would be checked out, and whether it was merged.
fn content(
    git: &Git,
    blob: &str,
    relative: &str,
    request: BranchRequest<'_>,
) -> Result<(String, bool), NoBranch> {
    let path = format!("--path={relative}");
    let bytes = git
        .bytes(&["cat-file", "--filters", &path, blob], b"")
        .map_err(refused("read the file in HEAD"))?;
    let name = || relative.to_owned();
    let there = String::from_utf8(bytes).map_err(|_| NoBranch::Differs(name()))?;
    let base = text::plain(request.base);
    let new = text::end_like(&text::plain(request.new), &base);
    match state(&base, &there, &new) {
        FileState::Ready(text) => Ok((text, false)),
        FileState::Changed(text) if request.merge => Ok((text, true)),
        FileState::Changed(_) => Err(NoBranch::Differs(name())),
        FileState::Conflicts(_) => Err(NoBranch::Conflicts(name())),
        FileState::Written => Err(NoBranch::Already(name())),
    }
}

/// A note if the work tree has changes that are not on the branch.
fn unsaved(root: &std::path::Path) -> Option<String> {
    let status = std::process::Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["status", "--porcelain", "--untracked-files=no", "-z"])
        .env("GIT_OPTIONAL_LOCKS", "0")
        .output()
        .ok()?;
    let changed = status
        .stdout
        .split(|b| *b == 0)
        .filter(|entry| entry.get(2) == Some(&b' '))
        .count();
    match changed {
        0 => None,
        1 => Some("1 file of the work tree has changes that are not committed; it is untouched, and not on the branch".into()),
        n => Some(format!("{n} files of the work tree have changes that are not committed; they are untouched, and not on the branch")),
    }
}
