//! What lists show of each session, kept in one file, so that a list need not read every journal. It can be thrown away at
//! any time: whatever is missing in it, or has changed since, is read again.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::Summary;
use crate::base::files::write_whole;

/// Written into the file; one with another word is thrown away.
const FORMAT: &str = concat!("reheat ", env!("CARGO_PKG_VERSION"), ", 1");

/// What tells whether a journal has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) changed: SystemTime,
    pub(super) bytes: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    format: String,
    sessions: HashMap<String, (Stamp, Summary)>,
}

/// The file beside the folder of sessions.
#[derive(Debug)]
pub(super) struct Index {
    path: PathBuf,
    kept: Kept,
}

impl Index {
    /// The index of the sessions in this folder; empty where there is none, or none that can be used.
    pub(super) fn open(sessions: &Path) -> Self {
        let path = sessions.with_extension("index.json");
        let kept = fs::read(&path)
            .ok()
            .and_then(|text| serde_json::from_slice::<Kept>(&text).ok())
            .filter(|kept| kept.format == FORMAT);
        Self {
            path,
            kept: kept.unwrap_or_default(),
        }
    }

    /// The summaries of these sessions in their order; `read` makes one that is not known, and `tell` hears how many those are.
    pub(super) fn summaries(
        mut self,
        stamped: Vec<(String, Stamp)>,
        read: impl Fn(&str, SystemTime) -> Summary + Sync,
        tell: &dyn Fn(usize),
    ) -> Vec<Summary> {
        let known = |(id, stamp): &&(String, Stamp)| {
            let kept = self.kept.sessions.get(id);
            kept.is_some_and(|(of, _)| of == stamp)
        };
        let new: Vec<&(String, Stamp)> = stamped.iter().filter(|s| !known(s)).collect();
        if !new.is_empty() {
            tell(new.len());
        }
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let summaries: Vec<(String, (Stamp, Summary))> = thread::scope(|scope| {
            let read = &read;
            let share = new.len().div_ceil(threads).max(1);
            let workers: Vec<_> = new
                .chunks(share)
                .map(|some| {
                    scope.spawn(move || {
                        let one = |(id, stamp): &&(String, Stamp)| {
                            (id.clone(), (*stamp, read(id, stamp.changed)))
                        };
                        some.iter().map(one).collect::<Vec<_>>()
                    })
                })
                .collect();
            let done = workers.into_iter().filter_map(|w| w.join().ok());
            done.flatten().collect()
        });
        if !summaries.is_empty() {
            self.kept.sessions.extend(summaries);
            self.write();
        }
        let mut sessions = self.kept.sessions;
        let all = stamped.into_iter().filter_map(|(id, stamp)| {
            let (_, summary) = sessions.remove(&id)?;
            let changed = stamp.changed;
            Some(Summary {
                id,
                changed,
                ..summary
            })
        });
        all.collect()
    }

    /// Without those whose folders are gone. What cannot be written is made again the next time.
    fn write(&mut self) {
        let folder = self.path.with_extension("").with_extension("");
        let there = |id: &String| folder.join(id).is_dir();
        if self.kept.sessions.len() > 100 {
            self.kept.sessions.retain(|id, _| there(id));
        }
        FORMAT.clone_into(&mut self.kept.format);
        if let Ok(text) = serde_json::to_vec(&self.kept) {
            let _ = write_whole(&self.path, &text);
        }
    }
}
