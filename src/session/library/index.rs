//! What lists show of each session, kept in one file, so that a list need not read every journal. It can be thrown away at
//! any time: whatever is missing in it, or has changed since, is read again.
//!
//! The file: a line that names the format, the blake3 of the rest, and an entry a session: its id, its [`Stamp`], and its [`Summary`]
//! as bytes of its own, so that only those are looked into that are asked for, and the others are passed on as they are.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::Summary;
use super::parallel::in_parallel;
use crate::base::files::write_lightly;

/// The first line; a file with another one is thrown away. The number goes up with every change of [`Summary`].
const FORMAT: &[u8] = concat!("reheat ", env!("CARGO_PKG_VERSION"), ", 2\n").as_bytes();
/// Bytes of the sum of the rest.
const SUM: usize = blake3::OUT_LEN;

/// What tells whether a session has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// When its journal was written, or its folder where there is none.
    pub(super) changed: SystemTime,
    /// Length of its journal.
    pub(super) bytes: u64,
    /// When its marks were written, and as which file: two changes may fall into one tick of the clock.
    pub(super) marks: Option<(SystemTime, u64)>,
}

/// A session's folder, as it is found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) id: String,
    pub(super) stamp: Stamp,
    /// The journal's inode, by which the system names who has it open.
    pub(super) inode: u64,
}

/// The file beside the folder of sessions.
#[derive(Debug)]
pub(super) struct Index {
    path: PathBuf,
    /// The entries as they are in the file.
    kept: Vec<u8>,
    /// Those that were read anew.
    new: HashMap<String, (Stamp, Vec<u8>)>,
}

/// An entry of the file. The summary stands behind the rest, which says how long it is.
type Entry<'a> = (&'a str, Stamp, &'a [u8]);

impl Index {
    /// The index of the sessions in this folder; empty where there is none, or none that can be used.
    pub(super) fn open(sessions: &Path) -> Self {
        let path = sessions.with_extension("index");
        Self {
            kept: fs::read(&path).ok().and_then(entries).unwrap_or_default(),
            path,
            new: HashMap::new(),
        }
    }

    /// The summaries of these sessions in their order; `read` makes one that is not known and says whether it may be kept, and
    /// `tell` hears how many those are.
    pub(super) fn summaries(
        &mut self,
        found: &[Found],
        read: impl Fn(&str) -> (Summary, bool) + Sync,
        tell: &dyn Fn(usize),
    ) -> Vec<Summary> {
        let kept: HashMap<&str, (Stamp, &[u8])> = each(&self.kept)
            .map(|(id, of, summary)| (id, (of, summary)))
            .collect();
        let known = |f: &Found| -> Option<Summary> {
            let (_, bytes) = kept.get(f.id.as_str()).filter(|(of, _)| *of == f.stamp)?;
            match postcard::take_from_bytes(bytes) {
                Ok((summary, [])) => Some(summary),
                _ => None,
            }
        };
        let mut all: Vec<Option<Summary>> = found.iter().map(known).collect();
        let unknown: Vec<usize> = (0..all.len()).filter(|at| all[*at].is_none()).collect();
        if !unknown.is_empty() {
            tell(unknown.len());
        }
        let summaries = in_parallel(&unknown, |at| read(&found[*at].id));
        for (at, (summary, lasting)) in unknown.into_iter().zip(summaries) {
            let f = &found[at];
            if lasting && let Ok(bytes) = postcard::to_allocvec(&summary) {
                self.new.insert(f.id.clone(), (f.stamp, bytes));
            }
            all[at] = Some(summary);
        }
        let named = |(summary, f): (Option<Summary>, &Found)| {
            Some(Summary {
                id: f.id.clone(),
                changed: f.stamp.changed,
                ..summary?
            })
        };
        all.into_iter().zip(found).filter_map(named).collect()
    }

    /// Writes what is new, without the sessions that are no longer among `all`. What cannot be written is made again the next
    /// time; of two programs that write at once the later one wins, and what only the other knew is read again.
    pub(super) fn save(self, all: &[Found]) {
        if self.new.is_empty() {
            return;
        }
        let kept: HashMap<&str, (Stamp, &[u8])> = each(&self.kept)
            .map(|(id, of, summary)| (id, (of, summary)))
            .collect();
        let mut out = [FORMAT, &[0; SUM]].concat();
        for f in all {
            let id = f.id.as_str();
            let new = self.new.get(id).map(|(of, bytes)| (*of, bytes.as_slice()));
            if let Some((stamp, bytes)) = new.or_else(|| kept.get(id).copied())
                && let Ok(head) = postcard::to_allocvec(&(id, stamp, bytes.len()))
            {
                out.extend(head);
                out.extend(bytes);
            }
        }
        let (head, rest) = out.split_at_mut(FORMAT.len() + SUM);
        head[FORMAT.len()..].copy_from_slice(blake3::hash(rest).as_bytes());
        let _ = write_lightly(&self.path, &out);
    }
}

/// The entries of a file as it was written, if it was written by this program and is whole.
fn entries(mut file: Vec<u8>) -> Option<Vec<u8>> {
    let rest = file.strip_prefix(FORMAT)?;
    let (sum, entries) = rest.split_at_checked(SUM)?;
    if blake3::hash(entries).as_bytes() != sum {
        return None;
    }
    file.drain(..FORMAT.len() + SUM);
    Some(file)
}

fn each(mut entries: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    std::iter::from_fn(move || {
        let head = postcard::take_from_bytes::<(&str, Stamp, usize)>(entries);
        let ((id, stamp, length), rest) = head.ok()?;
        let summary;
        (summary, entries) = rest.split_at_checked(length)?;
        Some((id, stamp, summary))
    })
}
