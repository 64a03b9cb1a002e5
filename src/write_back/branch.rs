//! A new branch with one commit on top of HEAD. The work tree, the index and HEAD stay as they are.

use std::path::PathBuf;

use super::git::{Git, Trouble};
use super::place::Place;
use super::plan::{State, state};
use super::text;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Name of the branch.
    pub name: &'a str,
    /// The file's whole text when the session began.
    pub base: &'a str,
    /// Its whole text with the version in place.
    pub new: &'a str,
    /// Whether the version is merged into the file of HEAD where that is another one than the base.
    pub merge: bool,
    /// First line of the commit's message.
    pub subject: &'a str,
    /// The rest of it.
    pub body: &'a str,
}

/// The branch that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its name.
    pub name: String,
    /// Its commit, in short.
    pub commit: String,
    /// Top of the work tree.
    pub root: PathBuf,
    /// What should be said: that it was merged, that the work tree has changes of its own.
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
    /// Git does not take the name.
    #[error("`{0}` cannot be the name of a branch; try for example `faster`")]
    Name(String),
    /// The branch is there.
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
    /// HEAD's file is another one, and a merge would do.
    #[error(
        "{0} in HEAD is not what the session began with; no branch is made. The two go together: say --merge, or commit your file first"
    )]
    Differs(String),
    /// HEAD's file is another one in the same places.
    #[error(
        "{0} in HEAD is not what the session began with, and differs in the same places as the version; commit your file first, or take a patch (--patch)"
    )]
    Conflicts(String),
    /// HEAD has it already.
    #[error("{0} in HEAD holds this version already; there is nothing to commit")]
    Already(String),
    /// Git does not know who commits.
    #[error(
        "git does not know who you are; tell it with `git config --global user.name NAME` and `git config --global user.email ADDRESS`"
    )]
    Nobody,
    /// Git refused.
    #[error("git did not {doing}: {why}")]
    Git {
        /// `write the commit`.
        doing: &'static str,
        /// Its words.
        why: String,
    },
}

fn refused(doing: &'static str) -> impl FnOnce(Trouble) -> NoBranch {
    move |trouble| match trouble {
        Trouble::Missing => NoBranch::NoGit,
        Trouble::Refused(why) => NoBranch::Git { doing, why },
    }
}

/// Makes the branch.
///
/// # Errors
/// There is none; nothing was changed but for loose objects that nobody refers to.
pub fn make(place: &Place, wanted: Wanted<'_>) -> Result<Made, NoBranch> {
    let mut git = Git::at(place.folder()).map_err(|e| NoBranch::Git {
        doing: "get a temporary folder",
        why: e.to_string(),
    })?;
    let root = match git.line(&["rev-parse", "--show-toplevel"]) {
        Ok(root) => PathBuf::from(root),
        Err(Trouble::Missing) => return Err(NoBranch::NoGit),
        Err(Trouble::Refused(why)) if why.contains("dubious ownership") => {
            return Err(NoBranch::Git {
                doing: "trust the repository",
                why,
            });
        }
        Err(Trouble::Refused(_)) => return Err(NoBranch::NoRepository(place.asked.clone())),
    };
    let Some(relative) = place.real.strip_prefix(&root).ok().and_then(|p| p.to_str()) else {
        return Err(NoBranch::NoRepository(place.asked.clone()));
    };
    git.go_to(root.clone());
    let name = wanted.name;
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
    let (text, merged) = content(&git, &blob, relative, wanted)?;
    let write = |args: &[&str], input: &[u8]| git.said(args, input);
    // The user's own filters (line endings, for one) do to it what they do to every file that is committed.
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
    let message = format!("{}\n\n{}", wanted.subject, wanted.body);
    let commit = write(
        &["commit-tree", &tree, "-p", &head, "-F", "-"],
        message.as_bytes(),
    )
    .map_err(|trouble| match trouble {
        Trouble::Refused(why) if nobody(&why) => NoBranch::Nobody,
        other => refused("write the commit")(other),
    })?;
    // The empty old value: only if nobody has made it meanwhile.
    let zeros = "0".repeat(commit.len());
    let why = format!("reheat: {}", wanted.subject);
    write(&["update-ref", "-m", &why, &full, &commit, &zeros], b"")
        .map_err(refused("make the branch"))?;
    let mut notes = Vec::new();
    if merged {
        notes.push(format!("the version was merged with {relative} as it is in HEAD; nobody has measured the two together"));
    }
    notes.extend(unsaved(&root));
    Ok(Made {
        name: name.to_owned(),
        commit: commit.chars().take(10).collect(),
        root,
        notes,
    })
}

/// Whether these are git's words for not knowing who commits.
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

/// The file's text on the branch as the work tree would have it, and whether it was merged.
fn content(
    git: &Git,
    blob: &str,
    relative: &str,
    wanted: Wanted<'_>,
) -> Result<(String, bool), NoBranch> {
    let path = format!("--path={relative}");
    let bytes = git
        .bytes(&["cat-file", "--filters", &path, blob], b"")
        .map_err(refused("read the file in HEAD"))?;
    let name = || relative.to_owned();
    let there = String::from_utf8(bytes).map_err(|_| NoBranch::Differs(name()))?;
    let base = text::plain(wanted.base);
    let new = text::end_like(&text::plain(wanted.new), &base);
    match state(&base, &there, &new) {
        State::Ready(text) => Ok((text, false)),
        State::Changed(text) if wanted.merge => Ok((text, true)),
        State::Changed(_) => Err(NoBranch::Differs(name())),
        State::Conflicts(_) => Err(NoBranch::Conflicts(name())),
        State::Written => Err(NoBranch::Already(name())),
    }
}

/// Says that the work tree has changes which are not on the branch, if it has.
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
