//! The workers beside the screen: one colours texts, one compares them, one reads folders and files, so that the screen never waits.
//!
//! Jobs go in by channel, answers come back through whatever the caller gave; the answers stand on a [`LruCache`] in the
//! state. Comparing never waits for colours, nor either of them
//! for a disk: each has a thread of its own.

use std::collections::HashMap;
use std::hash::Hash;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::tui::core::diff::Diff;
use crate::tui::core::files::{self, Beside, Inspected, Name};
use crate::tui::core::highlight::Syntaxes;
use crate::tui::core::highlighted::HighlightedText;
use crate::tui::core::text_id::{TextId, TextPair};

/// Something to be worked out.
#[derive(Clone, Debug)]
pub enum Job {
    /// Load the grammars and run a language once, so that later lines are fast.
    Warm {
        /// Id of the language.
        language: String,
    },
    /// Colour a text.
    Paint {
        /// Which.
        of: TextId,
        /// Its text.
        text: Arc<str>,
        /// Id of the language.
        language: String,
    },
    /// Colour a text that is being edited.
    PaintEdited {
        /// The text, its tabs expanded.
        text: Arc<str>,
        /// Id of the language.
        language: String,
    },
    /// Compare two texts.
    Compare {
        /// The older one.
        old: (TextId, Arc<str>),
        /// The newer one.
        new: (TextId, Arc<str>),
    },
    /// List a folder.
    List {
        /// Which.
        folder: PathBuf,
    },
    /// Find out what a path is.
    Inspect {
        /// Which.
        path: PathBuf,
        /// Folder with the developer's own languages.
        languages: Option<PathBuf>,
    },
    /// Find out what lies beside a file that a function of it can be judged by.
    LookBeside {
        /// The file.
        file: PathBuf,
        /// The function.
        function: String,
    },
}

/// An answer.
#[derive(Clone)]
pub enum Done {
    /// The grammars are there.
    Warm(Arc<Syntaxes>),
    /// A text is coloured.
    Painted(TextId, Arc<HighlightedText>),
    /// A text that is being edited is coloured.
    Edited(Arc<HighlightedText>),
    /// Two texts are compared.
    Compared(TextPair, Arc<Diff>),
    /// The names in a folder, or why it cannot be listed.
    Listed(PathBuf, Result<Vec<Name>, String>),
    /// What a path is.
    Inspected(PathBuf, Inspected),
    /// What lies beside a file.
    Beside(PathBuf, Beside),
}

/// Works one job; the grammars are loaded when first needed.
pub fn work(job: Job, syntaxes: &mut Option<Arc<Syntaxes>>) -> Done {
    let mut loaded = || {
        syntaxes
            .get_or_insert_with(|| Arc::new(Syntaxes::default()))
            .clone()
    };
    match job {
        Job::Warm { language } => {
            let syntaxes = loaded();
            let _ = syntaxes.paint(
                "def f(x): return \"a\" + 1\nfn f(x: u8) -> u8 { /* a */ 1 }\n",
                &language,
            );
            Done::Warm(syntaxes)
        }
        Job::Paint { of, text, language } => {
            let lines = loaded().paint(&text, &language);
            Done::Painted(of, Arc::new(HighlightedText::new(lines)))
        }
        Job::PaintEdited { text, language } => {
            let lines = loaded().paint(&text, &language);
            Done::Edited(Arc::new(HighlightedText::new(lines)))
        }
        Job::Compare { old, new } => {
            Done::Compared((old.0, new.0), Arc::new(Diff::new(&old.1, &new.1)))
        }
        Job::List { folder } => {
            let names = files::list(&folder);
            Done::Listed(folder, names)
        }
        Job::Inspect { path, languages } => {
            let found = files::inspect(&path, languages.as_deref());
            Done::Inspected(path, found)
        }
        Job::LookBeside { file, function } => {
            let beside = files::beside(&file, &function);
            Done::Beside(file, beside)
        }
    }
}

/// Where jobs are handed in; the workers end when it is dropped.
#[derive(Clone, Debug)]
pub(crate) struct WorkerPool {
    colours: Sender<Job>,
    texts: Sender<Job>,
    files: Sender<Job>,
}

impl WorkerPool {
    /// Hands in a job. Without a worker the screen stays plain; nothing else is lost.
    pub(crate) fn send(&self, job: Job) {
        let to = match job {
            Job::Compare { .. } => &self.texts,
            Job::List { .. } | Job::Inspect { .. } | Job::LookBeside { .. } => &self.files,
            Job::Warm { .. } | Job::Paint { .. } | Job::PaintEdited { .. } => &self.colours,
        };
        drop(to.send(job));
    }
}

/// Starts the workers.
pub(crate) fn start(answer: impl Fn(Done) + Clone + Send + 'static) -> WorkerPool {
    let worker = |name: &str| {
        let (jobs, inbox): (_, Receiver<Job>) = channel();
        let answer = answer.clone();
        let work_all = move || {
            let mut syntaxes = None;
            for job in inbox {
                answer(work(job, &mut syntaxes));
            }
        };
        let thread = std::thread::Builder::new().name(name.into());
        drop(thread.spawn(work_all));
        jobs
    };
    WorkerPool {
        colours: worker("colours"),
        texts: worker("texts"),
        files: worker("files"),
    }
}

/// Answers that are kept up to so many bytes. What was wanted lately stays; what goes can be asked for again.
#[derive(Clone, Debug)]
pub struct LruCache<K, V> {
    most: usize,
    clock: u64,
    /// The answer once it is there, its bytes, and when it was wanted last.
    kept: HashMap<K, (Option<Arc<V>>, usize, u64)>,
}

impl<K: Copy + Eq + Hash, V> LruCache<K, V> {
    /// An empty shelf for so many bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            clock: 0,
            kept: HashMap::new(),
        }
    }

    /// Says that an answer is looked at now. True if it must be asked for: it is neither there nor on its way.
    pub fn want(&mut self, key: &K) -> bool {
        self.clock += 1;
        match self.kept.get_mut(key) {
            Some(kept) => {
                kept.2 = self.clock;
                false
            }
            None => {
                self.kept.insert(*key, (None, 0, self.clock));
                true
            }
        }
    }

    /// The answer, if it is there.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Arc<V>> {
        self.kept.get(key).and_then(|k| k.0.as_ref())
    }

    /// Keeps an answer of so many bytes. What was not wanted for longest makes room, but never the last four wanted:
    /// they may be on the screen.
    pub fn insert(&mut self, key: K, value: Arc<V>, bytes: usize) {
        let wanted = self.kept.get(&key).map_or(self.clock, |k| k.2);
        self.kept.insert(key, (Some(value), bytes, wanted));
        while self.kept.len() > 4 && self.kept.values().map(|k| k.1).sum::<usize>() > self.most {
            let there = self.kept.iter().filter(|(_, k)| k.0.is_some());
            let Some(oldest) = there.min_by_key(|(_, k)| k.2).map(|(key, _)| *key) else {
                return;
            };
            self.kept.remove(&oldest);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_full_shelf_gives_up_what_was_not_wanted_for_longest() {
        let mut shelf: LruCache<u32, u32> = LruCache::new(100);
        for key in 0..20 {
            assert!(shelf.want(&key));
            assert!(!shelf.want(&key), "it is on its way");
            shelf.insert(key, Arc::new(key), 20);
            shelf.want(&0);
        }
        assert_eq!(shelf.get(&0).map(|v| **v), Some(0), "wanted all the time");
        assert!(shelf.get(&19).is_some() && shelf.get(&1).is_none());
        assert!(shelf.want(&1), "what went is asked for again");
    }
}
