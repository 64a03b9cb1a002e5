//! Writing back while a session is on. What concerns files happens on a thread of its own, so that neither a slow disk nor
//! the user's check holds up the loop; the outcome comes back as events.

use std::path::Path;

use crate::base::files::write_new;
pub use crate::engine::command::WriteRequest;
use crate::engine::command_inbox::EventSender;
use crate::engine::event_loop::Loop;
use crate::session::Event;
use crate::session::event::{VersionId, WritePlan, WriteRecord};
use crate::session::written::{Standing, WriteMethod};
use crate::write_back::branch::{self, BranchRequest};
use crate::write_back::check::{self, CheckOutput};
use crate::write_back::write::WriteContext;
use crate::write_back::{
    self, BackupStore, FileChange, FileState, TargetFile, choose, patch, table, take_back,
    usual_check,
};

/// A version with all that is needed to write it.
struct Work {
    version: VersionId,
    texts: FileChange,
    table: String,
    subject: String,
    keep: BackupStore,
    check: Option<String>,
    events: EventSender,
}

impl Loop {
    /// Begins what is asked for.
    pub(super) fn write_back(&mut self, wish: WriteRequest) {
        let Some(events) = self.commands.event_sender() else {
            return;
        };
        let keep = BackupStore::of(&self.setup.library.folder(&self.session.id));
        if wish == WriteRequest::TakeBack {
            let Some(written) = self.session.last_written() else {
                return self.note(
                    "nothing was written that is not taken back already".into(),
                    true,
                );
            };
            let record = written.record.clone();
            return self.beside(move || undo(&record, &keep, &events));
        }
        let wanted = match &wish {
            WriteRequest::Plan(version) => *version,
            WriteRequest::File { version, .. }
            | WriteRequest::Patch { version, .. }
            | WriteRequest::Branch { version, .. } => Some(*version),
            WriteRequest::TakeBack => None,
        };
        self.plans += 1;
        let number = self.plans;
        let chosen = match choose(&self.session, wanted) {
            Ok(chosen) => chosen,
            Err(why) => return self.emit(refused(number, why)),
        };
        let texts = match FileChange::of(Some(&self.setup.task), &chosen, None) {
            Ok(texts) => texts.after(&self.session.written),
            Err(why) => return self.emit(refused(number, why)),
        };
        let cautions = (chosen.flags().iter().map(|f| f.reason.clone()))
            .chain(chosen.worse().into_iter().map(write_back::worse_in_words))
            .chain(chosen.doubts())
            .collect();
        let gain = chosen.comparison.map(table::gain_in_words);
        let work = Work {
            version: chosen.version.id,
            table: table::measured(&self.session, &chosen),
            subject: table::subject(&texts.what, &chosen),
            texts,
            keep,
            check: usual_check(&self.setup.task),
            events,
        };
        self.beside(move || match wish {
            WriteRequest::Plan(_) => work.plan(number, gain.unwrap_or_default(), cautions),
            WriteRequest::File { merge, .. } => work.file(merge),
            WriteRequest::Patch { to, .. } => work.patch(&to),
            WriteRequest::Branch { name, merge, .. } => work.branch(&name, merge),
            WriteRequest::TakeBack => {}
        });
    }

    fn beside(&mut self, work: impl FnOnce() + Send + 'static) {
        let thread = std::thread::Builder::new().name("write".into());
        if let Err(why) = thread.spawn(work) {
            self.note(format!("nothing is written: {why}"), true);
        }
    }
}

/// A plan that says why there is none.
fn refused(number: u32, why: String) -> Event {
    let plan = WritePlan {
        number,
        version: VersionId::ORIGINAL,
        path: String::new(),
        standing: Standing::Refused { why },
        old: "".into(),
        new: "".into(),
        gain: String::new(),
        cautions: Vec::new(),
        notes: Vec::new(),
        check: String::new(),
    };
    Event::WritePlanned { plan: plan.into() }
}

/// The note for a session without a file of the user.
const NO_FILE: &str =
    "this session has no file of yours to write to; s saves the version to a new file";

fn undo(record: &WriteRecord, keep: &BackupStore, events: &EventSender) {
    match take_back(record, keep) {
        Ok(lost) => {
            events.send(written(record, Some("by hand")));
            lost.into_iter().for_each(|text| note(events, text, false));
        }
        Err(why) => {
            if matches!(why, write_back::WriteError::AsBefore(_)) {
                events.send(written(record, Some("it was as before already")));
            }
            note(events, why.to_string(), true);
        }
    }
}

fn written(record: &WriteRecord, undone: Option<&str>) -> Event {
    Event::WrittenBack {
        record: record.clone(),
        undone: undone.is_some(),
        reason: undone.unwrap_or_default().to_owned(),
    }
}

fn note(events: &EventSender, text: String, error: bool) {
    events.send(Event::Noted { text, error });
}

impl Work {
    fn fail(&self, why: impl std::fmt::Display) {
        note(&self.events, why.to_string(), true);
    }

    fn plan(self, number: u32, gain: String, cautions: Vec<String>) {
        let looked = match &self.texts.path {
            Some(path) => self.texts.replacement(path),
            None => return self.events.send(refused(number, NO_FILE.into())),
        };
        let (standing, (old, new), notes) = match looked {
            Ok(plan) => {
                let standing = match &plan.state {
                    FileState::Ready(_) => Standing::Ready,
                    FileState::Changed(_) => Standing::Changed,
                    FileState::Conflicts(conflicts) => Standing::Conflicts {
                        lines: conflicts.iter().map(|c| c.line).collect(),
                    },
                    FileState::Written => Standing::Written,
                };
                (standing, plan.sides(), plan.place.notes())
            }
            Err(why) => {
                let why = why.to_string();
                let sides = (self.texts.base.clone(), self.texts.new.clone());
                (Standing::Refused { why }, sides, Vec::new())
            }
        };
        let path = self.texts.path.as_deref().unwrap_or(Path::new(""));
        let plan = WritePlan {
            number,
            version: self.version,
            path: path.display().to_string(),
            standing,
            old: old.into(),
            new: new.into(),
            gain,
            cautions,
            notes,
            check: self.check.unwrap_or_default(),
        };
        self.events.send(Event::WritePlanned { plan: plan.into() });
    }

    fn file(self, merge: bool) {
        let Some(path) = &self.texts.path else {
            return self.fail(NO_FILE);
        };
        let plan = match self.texts.replacement(path) {
            Ok(plan) => plan,
            Err(why) => return self.fail(why),
        };
        let root = self.texts.project_path().root;
        let stopped = || self.events.stopped();
        let command = self.check.as_deref();
        let mut run = |_: &Path| {
            command.map_or(Ok(()), |c| {
                check::run(c, &root, CheckOutput::Kept, &stopped)
            })
        };
        let around = WriteContext {
            backups: &self.keep,
            record: &mut |record, undone| self.events.record(written(record, undone)),
            check: command.is_some().then_some(&mut run),
            ready: None,
        };
        match write_back::write(&plan, self.version, merge, around) {
            Ok(done) => {
                for text in done.lost {
                    note(&self.events, text, false);
                }
                if let Some(check) = command {
                    let words = format!("`{check}` passes with {} in its file", self.version);
                    note(&self.events, words, false);
                }
            }
            Err(why) => self.fail(why),
        }
    }

    fn patch(self, to: &Path) {
        let comment = format!("{}\n\n{}", self.subject, self.table);
        let Some((text, sentence)) = patch::of(&self.texts, false, &comment) else {
            return self
                .fail("the file holds this version already; there is nothing to make a patch of");
        };
        if to.is_dir() || to.as_os_str().is_empty() {
            return self.fail("a file name is needed: no patch is written");
        }
        // What lies there already is not replaced unasked; the command line, which names it, does.
        if let Err(why) = write_new(to, text.as_bytes()) {
            return self.fail(format_args!("cannot write {}: {why}", to.display()));
        }
        let name = std::path::absolute(to).unwrap_or_else(|_| to.to_owned());
        self.told(WriteMethod::Patch, name.display().to_string());
        if let Some(sentence) = sentence {
            note(&self.events, sentence, false);
        }
    }

    fn branch(self, name: &str, merge: bool) {
        let Some(path) = &self.texts.path else {
            return self.fail(NO_FILE);
        };
        let place = match TargetFile::read(path) {
            Ok(place) => place,
            Err(why) => return self.fail(why),
        };
        let wanted = BranchRequest {
            name,
            base: &self.texts.base,
            new: &self.texts.new,
            merge,
            subject: &self.subject,
            body: &self.table,
        };
        match branch::make(&place, wanted) {
            Ok(made) => {
                self.told(WriteMethod::Branch, made.name);
                for text in made.notes {
                    note(&self.events, text, false);
                }
            }
            Err(why) => self.fail(why),
        }
    }

    /// Reports a patch or a branch, which leave the user's file as it was.
    fn told(&self, how: WriteMethod, name: String) {
        let path = self.texts.path.as_deref().unwrap_or(Path::new(""));
        let record = WriteRecord {
            version: self.version,
            path: path.display().to_string(),
            how,
            name,
            before: String::new(),
            after: String::new(),
        };
        self.events.send(written(&record, None));
    }
}
