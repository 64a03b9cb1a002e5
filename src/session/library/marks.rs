//! What the developer says of a whole session: a title, tags, pinned, archived. A small file beside the journal, which is never
//! touched for it, since another program may be writing it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::files::write_whole;
use crate::base::text::is_hostile;
use crate::session::journal::open_to_read;

/// Name of the file in a session's folder.
pub(super) const FILE: &str = "marks.json";
/// Largest file that is read, in bytes.
const LARGEST: u64 = 64 << 10;
/// Longest title, and longest tag, in characters.
const LONGEST: (usize, usize) = (200, 50);
/// Most tags of a session.
const MOST_TAGS: usize = 50;

/// What the developer says of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// What it is called; empty where nobody said so.
    pub title: String,
    /// Words that it is found by.
    pub tags: BTreeSet<String>,
    /// Whether it stands before the others, and is not removed.
    pub pinned: bool,
    /// Whether lists leave it out.
    pub archived: bool,
}

/// A change of marks; what it does not name stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct MarkChange {
    /// The title; empty takes it away.
    pub(crate) title: Option<String>,
    /// Tags that are added.
    pub(crate) tag: Vec<String>,
    /// Tags that are taken away.
    pub(crate) untag: Vec<String>,
    /// Pinned or not.
    pub(crate) pinned: Option<bool>,
    /// Archived or not.
    pub(crate) archived: Option<bool>,
}

impl MarkChange {
    /// Whether it changes anything at all.
    pub(crate) fn is_none(&self) -> bool {
        let named = self.title.is_some() || self.pinned.is_some() || self.archived.is_some();
        !named && self.tag.is_empty() && self.untag.is_empty()
    }
}

impl Marks {
    /// The marks of the session in a folder; none where there is no file.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        let mut text = String::new();
        let read =
            open_to_read(&path).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
        let wrong = |why: String| format!("its marks cannot be read ({FILE}: {why})");
        match read {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            // Where nothing in the folder may be read, that is said of the journal already.
            Err(_) if fs::read_dir(folder).is_err() => return Ok(Self::default()),
            Err(why) => return Err(wrong(why.to_string())),
            Ok(_) => {}
        }
        let marks: Self = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        marks.check().map_err(wrong)?;
        Ok(marks)
    }

    /// Changes the marks of the session in a folder, and gives what they are then.
    ///
    /// # Errors
    /// A sentence: the change asks for what no mark can be, the file is damaged, or it cannot be written.
    pub(super) fn change(folder: &Path, change: &MarkChange) -> Result<Self, String> {
        let path = folder.join(FILE);
        let failed = |why: io::Error| format!("cannot write {}: {why}", path.display());
        // Two programs that change different marks at once must not lose one another's. Where a file system cannot lock folders
        // the later one wins.
        let lock = File::open(folder).map_err(failed)?;
        let _ = lock.lock();
        let mut marks = Self::read(folder)
            .map_err(|why| format!("{why}; remove {} to begin anew", path.display()))?;
        if let Some(title) = &change.title {
            title.trim().clone_into(&mut marks.title);
        }
        marks.tags.extend(change.tag.iter().cloned());
        marks.tags.retain(|tag| !change.untag.contains(tag));
        marks.pinned = change.pinned.unwrap_or(marks.pinned);
        marks.archived = change.archived.unwrap_or(marks.archived);
        marks.check()?;
        let text = serde_json::to_vec_pretty(&marks).map_err(|e| failed(e.into()))?;
        write_whole(&path, &text).map_err(failed)?;
        Ok(marks)
    }

    /// Whether it is something that a list can show on one line.
    fn check(&self) -> Result<(), String> {
        let (title, tag) = LONGEST;
        if self.title.chars().count() > title || self.title.chars().any(is_hostile) {
            return Err(format!(
                "a title is one line of at most {title} characters that can be seen"
            ));
        }
        let is_tag = |t: &String| {
            let length = t.chars().count();
            (1..=tag).contains(&length)
                && !t
                    .chars()
                    .any(|c| c.is_whitespace() || c == ',' || is_hostile(c))
        };
        if let Some(wrong) = self.tags.iter().find(|t| !is_tag(t)) {
            return Err(format!(
                "`{}` is no tag: a tag is one word of at most {tag} characters, without a comma",
                wrong.escape_debug()
            ));
        }
        if self.tags.len() > MOST_TAGS {
            return Err(format!("a session has at most {MOST_TAGS} tags"));
        }
        Ok(())
    }
}
