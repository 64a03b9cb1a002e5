//! The worker beside the screen: colours and compares texts, so that the screen never waits.
//!
//! Jobs go in by channel, answers come back through whatever the caller gave; the cache of answers lives in the app.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use crate::session::event::VersionId;
use crate::tui::diff::Diff;
use crate::tui::highlight::{Painted, Syntaxes};

/// Something to be worked out.
#[derive(Clone, Debug)]
pub enum Job {
    /// Load the grammars and run a language once, so that later lines are fast.
    Warm {
        /// Id of the language.
        language: String,
    },
    /// Colour a version.
    Paint {
        /// Which.
        version: VersionId,
        /// Its text.
        text: Arc<str>,
        /// Id of the language.
        language: String,
    },
    /// Compare two versions.
    Compare {
        /// The older one.
        old: (VersionId, Arc<str>),
        /// The newer one.
        new: (VersionId, Arc<str>),
    },
}

/// An answer.
#[derive(Clone)]
pub enum Done {
    /// The grammars are there.
    Warm(Arc<Syntaxes>),
    /// A version is coloured.
    Painted(VersionId, Arc<Vec<Painted>>),
    /// Two versions are compared.
    Compared(VersionId, VersionId, Arc<Diff>),
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
        Job::Paint {
            version,
            text,
            language,
        } => Done::Painted(version, Arc::new(loaded().paint(&text, &language))),
        Job::Compare { old, new } => {
            Done::Compared(old.0, new.0, Arc::new(Diff::new(&old.1, &new.1)))
        }
    }
}

/// Starts the worker; it ends when the sender is dropped.
pub fn start(answer: impl Fn(Done) + Send + 'static) -> Sender<Job> {
    let (jobs, inbox) = channel();
    let worker = move || {
        let mut syntaxes = None;
        for job in inbox {
            answer(work(job, &mut syntaxes));
        }
    };
    // Without a worker the screen stays plain; nothing else is lost.
    drop(
        std::thread::Builder::new()
            .name("desk".into())
            .spawn(worker),
    );
    jobs
}
