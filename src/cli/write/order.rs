//! What is to be done with a version, and doing it.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::Book;
use crate::cli::{ENVIRONMENT, NOTHING, Refusal, USAGE, fail, print, print_exactly};
use crate::report::text::safe;
use crate::sandbox::CancelToken;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::session::journal::write_whole;
use crate::session::written::{WriteMethod, WriteRecord};
use crate::task::Task;
use crate::write_back::branch::{self, NoBranch, Wanted};
use crate::write_back::check::{self, Output};
use crate::write_back::write::Around;
use crate::write_back::{self, Chosen, Place, Plan, State, Texts, Unwritten, patch, table};

/// What is to be done with a version.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Which; none is the best, if it is really better.
    pub version: Option<VersionId>,
    /// Make a patch of it; `-` is standard output.
    pub patch: Option<PathBuf>,
    /// Make a branch of it.
    pub branch: Option<String>,
    /// Where the file is now.
    pub file: Option<PathBuf>,
    /// Merge where the file changed.
    pub merge: bool,
    /// Although something should be looked at.
    pub yes: bool,
    /// Command that runs after the file was written.
    pub check: Option<String>,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Print difference and table on standard output; else one line on standard error.
    pub show: bool,
}

fn not_done(why: impl std::fmt::Display) -> Refusal {
    Refusal::new(NOTHING, why)
}

/// One sentence beside the output.
fn note(sentence: impl std::fmt::Display) {
    let _ = fail(0, format_args!("note: {sentence}"));
}

impl Order {
    /// Does it.
    ///
    /// # Errors
    /// Nothing was done, or it was taken back; why, and the exit status.
    pub fn carry_out(
        &self,
        session: &Session,
        task: Option<&Task>,
        book: &mut Book,
    ) -> Result<(), Refusal> {
        let chosen = write_back::choose(session, self.version).map_err(not_done)?;
        for doubt in chosen.doubts() {
            note(doubt);
        }
        let file = self.file.as_deref().map(std::path::absolute);
        let file = file.transpose().map_err(|e| Refusal::new(USAGE, e))?;
        let texts = Texts::of(task, &chosen, file).map_err(not_done)?;
        let table = table::measured(session, &chosen);
        if let Some(first) = chosen
            .flags()
            .first()
            .filter(|_| !self.yes && !self.dry_run)
        {
            let more = match chosen.flags().len() {
                1 => String::new(),
                n => format!(" (and {} more, see `reheat show`)", n - 1),
            };
            return Err(not_done(format_args!(
                "look at {} before you trust it: {}{more}. Nothing is done; --yes does it all the same",
                chosen.version.id, first.reason
            )));
        }
        match (&self.patch, &self.branch) {
            (Some(to), _) => self.patch(to, &chosen, &texts, &table, book),
            (_, Some(name)) => self.branch(name, &chosen, &texts, &table, book),
            _ => self.file(&chosen, &texts, &table, book),
        }
    }

    fn file(
        &self,
        chosen: &Chosen<'_>,
        texts: &Texts,
        table: &str,
        book: &mut Book,
    ) -> Result<(), Refusal> {
        let id = chosen.version.id;
        let path = known(texts)?;
        let plan = Plan::make(path, &texts.base, &texts.new).map_err(not_done)?;
        if self.show && plan.state != State::Written {
            let name = plan.place.asked.display();
            let merged = match plan.state {
                State::Changed(_) => ", merged",
                _ => "",
            };
            print(&format!(
                "--- {name}\n+++ {name} ({id}{merged})\n{}\n{table}\n",
                plan.diff()
            ));
        }
        for sentence in plan.place.notes() {
            note(sentence);
        }
        tell_merge(&plan, self.merge);
        if self.dry_run {
            let would = match &plan.state {
                State::Ready(_) => "would be written",
                State::Changed(_) if self.merge => "would be merged",
                _ => "would not be written as things are",
            };
            if plan.state == State::Written {
                return Err(not_done(Unwritten::Already(plan.place.asked)));
            }
            print(&format!("{id} {would}: {}\n", plan.place.asked.display()));
            return Ok(());
        }
        let root = texts.named().root;
        let command = self.check.clone();
        // An interruption ends the check, not this program, which has a file to put back.
        let came = command
            .is_some()
            .then(|| crate::cli::stop_on_signals(&CancelToken::new()));
        let stopped = || came.as_ref().is_some_and(|c| c.load(Ordering::SeqCst) != 0);
        let mut run = |_: &Path| {
            let check = |c| check::run(c, &root, Output::Shown, &stopped);
            command.as_deref().map_or(Ok(()), check)
        };
        let keep = book.keep.clone();
        let around = Around {
            keep: &keep,
            tell: &mut |record: &WriteRecord, undone: Option<&str>| book.note(record, undone),
            check: command.is_some().then_some(&mut run),
            ready: None,
        };
        let done = write_back::write(&plan, id, self.merge, around).map_err(not_done)?;
        for sentence in done.lost {
            note(sentence);
        }
        self.say(&format!(
            "{}; `reheat write --undo` takes it back",
            done.record.in_words()
        ));
        Ok(())
    }

    fn patch(
        &self,
        to: &Path,
        chosen: &Chosen<'_>,
        texts: &Texts,
        table: &str,
        book: &mut Book,
    ) -> Result<(), Refusal> {
        let comment = format!("{}\n\n{table}", table::subject(&texts.what, chosen));
        let Some((patch, sentence)) = patch::of(texts, self.merge, &comment) else {
            let path = texts.path.clone().unwrap_or_default();
            return Err(not_done(Unwritten::Already(path)));
        };
        if let Some(sentence) = sentence {
            note(sentence);
        }
        if to == Path::new("-") {
            print_exactly(&patch);
            return Ok(());
        }
        write_whole(to, patch.as_bytes()).map_err(|why| {
            Refusal::new(
                USAGE,
                format_args!("cannot write --patch {}: {why}", to.display()),
            )
        })?;
        let record = WriteRecord {
            version: chosen.version.id,
            path: place_of(texts),
            how: WriteMethod::Patch,
            name: absolute(to),
            before: String::new(),
            after: String::new(),
        };
        book.note(&record, None);
        let root = texts.named().root;
        self.say(&format!(
            "patch of {} written to {}; apply it in {} with `git apply` or `patch -p1`",
            chosen.version.id,
            to.display(),
            root.display()
        ));
        Ok(())
    }

    fn branch(
        &self,
        name: &str,
        chosen: &Chosen<'_>,
        texts: &Texts,
        table: &str,
        book: &mut Book,
    ) -> Result<(), Refusal> {
        let place = Place::look(known(texts)?).map_err(not_done)?;
        let wanted = Wanted {
            name,
            base: &texts.base,
            new: &texts.new,
            merge: self.merge,
            subject: &table::subject(&texts.what, chosen),
            body: table,
        };
        let made = branch::make(&place, wanted).map_err(|why| {
            let status = match why {
                NoBranch::NoGit => ENVIRONMENT,
                NoBranch::Name(_) | NoBranch::Exists(_) => USAGE,
                _ => NOTHING,
            };
            Refusal::new(status, why)
        })?;
        let record = WriteRecord {
            version: chosen.version.id,
            path: place.real.display().to_string(),
            how: WriteMethod::Branch,
            name: made.name.clone(),
            before: String::new(),
            after: String::new(),
        };
        book.note(&record, None);
        for sentence in made.notes {
            note(sentence);
        }
        self.say(&format!(
            "{} is commit {} on the new branch {} in {}; your work tree is as it was",
            chosen.version.id,
            made.commit,
            made.name,
            made.root.display()
        ));
        Ok(())
    }

    /// The last word: on standard output where the rest is, else on standard error.
    fn say(&self, sentence: &str) {
        if self.show {
            print(&format!("{sentence}\n"));
        } else {
            let _ = fail(0, sentence);
        }
    }
}

/// The user's file, or what to do where nobody knows it.
fn known(texts: &Texts) -> Result<&Path, Refusal> {
    texts.path.as_deref().ok_or_else(|| {
        Refusal::new(
            USAGE,
            "the session does not know which file of yours this is; name it with --file, or take a patch (--patch)",
        )
    })
}

/// Shows what stands in the way of a merge, or says that there is one.
fn tell_merge(plan: &Plan, merge: bool) {
    match &plan.state {
        State::Changed(_) if merge => {
            note(
                "the file has changed since the session began; the two are merged, and nobody has measured them together",
            );
        }
        State::Conflicts(conflicts) => {
            for c in conflicts {
                let part = |name: &str, text: &str| {
                    let shown: Vec<String> =
                        text.lines().map(|l| format!("    {name} | {l}")).collect();
                    if shown.is_empty() {
                        format!("    {name} | (nothing)")
                    } else {
                        shown.join("\n")
                    }
                };
                let shown = format!(
                    "  line {}, changed by both:\n{}\n{}\n{}\n",
                    c.line,
                    part("was    ", &c.base),
                    part("is now ", &c.file),
                    part("version", &c.version)
                );
                eprint_safe(&shown);
            }
        }
        _ => {}
    }
}

fn eprint_safe(text: &str) {
    use std::io::Write;
    drop(std::io::stderr().write_all(safe(text).as_bytes()));
}

fn absolute(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole.display().to_string()
}

fn place_of(texts: &Texts) -> String {
    match &texts.path {
        Some(path) => absolute(path),
        None => texts.named().relative,
    }
}
