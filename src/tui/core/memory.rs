//! What the screen remembers from one start to the next: where the borders were, which hints were given, what was
//! found in the palette lately. One small file in the data folder; losing it loses nothing that matters.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use serde::{Deserialize, Serialize};

use crate::tui::core::layout::{Arrangement, Room};

/// Hints that are kept.
const HINTS: usize = 100;
/// Things done by palette that are kept.
const USED: usize = 30;
/// Tips that a file may name: there will never be so many.
const TIPS: usize = 16;
/// A file larger than this is not ours.
const LARGEST: u64 = 1 << 20;

/// The file's content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    small: Arrangement,
    medium: Arrangement,
    wide: Arrangement,
    /// Hints with the names of their tasks, newest last: one that helped elsewhere is of no use here.
    task_hints: Vec<(String, String)>,
    /// Ids of what was done by palette, newest first.
    pub used: Vec<String>,
    /// Names of the tips for newcomers that were seen.
    pub tips: Vec<String>,
}

impl Memory {
    /// Reads the file. One that is wrong is as good as none; the sentence says so.
    #[must_use]
    pub fn load(file: &Path) -> (Self, Option<String>) {
        let read = match std::fs::metadata(file) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return (Self::default(), None),
            Ok(m) if m.len() > LARGEST => Err("it is too large".to_owned()),
            Ok(_) => std::fs::read(file).map_err(|e| e.to_string()),
            Err(e) => Err(e.to_string()),
        };
        let parsed = read
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).map_err(|e| e.to_string()));
        match parsed {
            Ok(mut memory) => {
                memory.task_hints.truncate(HINTS);
                memory.used.truncate(USED);
                memory.tips.truncate(TIPS);
                (memory, None)
            }
            Err(why) => {
                let words = format!(
                    "{} is not used, the screen starts as usual: {why}",
                    file.display()
                );
                (Self::default(), Some(words))
            }
        }
    }

    /// How parts are arranged on screens of this class.
    #[must_use]
    pub fn arrangement(&self, room: Room) -> Arrangement {
        match room {
            Room::Tiny | Room::Small => self.small,
            Room::Medium => self.medium,
            Room::Wide => self.wide,
        }
    }

    /// The same, to be changed.
    pub fn arrangement_mut(&mut self, room: Room) -> &mut Arrangement {
        match room {
            Room::Tiny | Room::Small => &mut self.small,
            Room::Medium => &mut self.medium,
            Room::Wide => &mut self.wide,
        }
    }

    /// The hints that were given for a task of this name, newest last.
    #[must_use]
    pub fn hints(&self, task: &str) -> Vec<String> {
        let of_it = self.task_hints.iter().filter(|(of, _)| of == task);
        of_it.map(|(_, hint)| hint.clone()).collect()
    }

    /// Keeps a hint as the newest of its task; the same one is kept once.
    pub fn keep_hint(&mut self, task: &str, hint: &str) {
        if hint.is_empty() {
            return;
        }
        let kept = (task.to_owned(), hint.to_owned());
        self.task_hints.retain(|h| *h != kept);
        self.task_hints.push(kept);
        let over = self.task_hints.len().saturating_sub(HINTS);
        self.task_hints.drain(..over);
    }

    /// Keeps what was done as the latest.
    pub fn keep_used(&mut self, id: &str) {
        self.used.retain(|u| u != id);
        self.used.insert(0, id.to_owned());
        self.used.truncate(USED);
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn save(&self, file: &Path) -> std::io::Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let bytes = serde_json::to_vec_pretty(self)?;
        crate::base::files::write_whole(file, &bytes)
    }
}

/// Writes the file on a thread of its own, so that the screen never waits for a disk. Dropped, it writes the last state
/// and ends.
pub(crate) struct Keeper {
    to: Option<Sender<Memory>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Keeps into this file; nowhere if there is none.
    #[must_use]
    pub(crate) fn start(file: Option<PathBuf>) -> Self {
        let (to, inbox) = channel::<Memory>();
        let thread = file.and_then(|file| {
            let keep = move || {
                while let Ok(mut memory) = inbox.recv() {
                    while let Ok(newer) = inbox.try_recv() {
                        memory = newer;
                    }
                    if let Err(why) = memory.save(&file) {
                        crate::log::line(
                            "memory",
                            &format!("cannot write {}: {why}", file.display()),
                        );
                    }
                }
            };
            std::thread::Builder::new()
                .name("memory".into())
                .spawn(keep)
                .ok()
        });
        Self {
            to: thread.is_some().then_some(to),
            thread,
        }
    }

    /// Keeps this state.
    pub(crate) fn keep(&self, memory: &Memory) {
        if let Some(to) = &self.to {
            drop(to.send(memory.clone()));
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.to = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/screen.json");
        let mut memory = Memory::default();
        memory.arrangement_mut(Room::Wide).side = Some(44);
        for (task, hint) in [
            ("a", "first"),
            ("a", "second"),
            ("b", "third"),
            ("a", "first"),
        ] {
            memory.keep_hint(task, hint);
        }
        memory.keep_used("next-round");
        memory.tips.push("start".into());
        let keeper = Keeper::start(Some(file.clone()));
        keeper.keep(&Memory::default());
        keeper.keep(&memory);
        drop(keeper);
        let (again, trouble) = Memory::load(&file);
        assert_eq!(trouble, None);
        assert_eq!(again, memory);
        assert_eq!(again.hints("a"), ["second", "first"]);
        assert_eq!(again.hints("b"), ["third"]);
        assert_eq!(again.arrangement(Room::Medium), Arrangement::default());
    }

    #[test]
    fn a_wrong_file_is_ignored_with_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("screen.json");
        for wrong in [
            "",
            "{",
            "7",
            "{\"wide\": {\"side\": -1}}",
            "{\"task_hints\": 7}",
        ] {
            std::fs::write(&file, wrong).unwrap();
            let (memory, trouble) = Memory::load(&file);
            assert_eq!(memory, Memory::default(), "{wrong}");
            assert!(
                trouble.unwrap().contains("screen.json is not used"),
                "{wrong}"
            );
        }
        // A file of a newer program may hold more.
        std::fs::write(&file, "{\"later\": 1, \"task_hints\": [[\"t\", \"x\"]]}").unwrap();
        assert_eq!(Memory::load(&file).0.hints("t"), ["x"]);
        let (memory, trouble) = Memory::load(folder.path());
        assert!(memory == Memory::default() && trouble.is_some(), "a folder");
    }
}
