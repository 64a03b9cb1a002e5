//! Writing a version back, as the flags of `reheat write` and of the loop ask for it.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::open_session::OpenSession;
use super::{CliError, ENVIRONMENT, NOTHING, USAGE, fail, print, print_exactly};
use crate::base::files::write_whole;
use crate::report::text::safe;
use crate::sandbox::CancelToken;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::session::written::{WriteMethod, WriteRecord};
use crate::task::Task;
use crate::write_back::branch::{self, BranchRequest, NoBranch};
use crate::write_back::check::{self, CheckOutput};
use crate::write_back::write::WriteContext;
use crate::write_back::{
    self, Chosen, FileChange, FileState, Replacement, TargetFile, WriteError, patch, table,
    worse_in_words,
};

/// How a version is written back.
#[derive(Clone, Debug, Default)]
pub(crate) struct WriteOptions {
    /// The version; `None` for the best one, if it is really better.
    pub(crate) version: Option<VersionId>,
    /// Make a patch of it; `-` is standard output.
    pub(crate) patch: Option<PathBuf>,
    /// Make a branch of it.
    pub(crate) branch: Option<String>,
    /// Where the file is now.
    pub(crate) file: Option<PathBuf>,
    /// Merge where the file changed.
    pub(crate) merge: bool,
    /// Write even if something should be reviewed first.
    pub(crate) yes: bool,
    /// Figures of the bench that may have become worse.
    pub(crate) allow_worse: Vec<String>,
    /// Command that runs after the file was written.
    pub(crate) check: Option<String>,
    /// Only say what would be done.
    pub(crate) dry_run: bool,
    /// Print difference and table on standard output; else one line on standard error.
    pub(crate) show: bool,
}

fn not_done(why: impl std::fmt::Display) -> CliError {
    CliError::new(NOTHING, why)
}

/// Prints a note on standard error.
fn note(sentence: impl std::fmt::Display) {
    let _ = fail(0, format_args!("note: {sentence}"));
}

impl WriteOptions {
    /// Writes the version back.
    ///
    /// # Errors
    /// Nothing was written, or the change was undone; the reason and the exit status.
    pub(crate) fn carry_out(
        &self,
        session: &Session,
        task: Option<&Task>,
        open_session: &mut OpenSession,
    ) -> Result<(), CliError> {
        let chosen = write_back::choose(session, self.version).map_err(not_done)?;
        for doubt in chosen.doubts() {
            note(doubt);
        }
        let file = self.file.as_deref().map(std::path::absolute);
        let file = file.transpose().map_err(|e| CliError::new(USAGE, e))?;
        let change = FileChange::of(task, &chosen, file)
            .map_err(not_done)?
            .after(&session.written);
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
        let worse = chosen.worse();
        for figure in &worse {
            note(worse_in_words(figure));
        }
        let forbidden = worse.iter().find(|w| !self.allow_worse.contains(&w.name));
        if let Some(figure) = forbidden.filter(|_| !self.dry_run) {
            return Err(not_done(format_args!(
                "{}. Nothing is done; --allow-worse '{}' does it all the same",
                worse_in_words(figure),
                figure.name
            )));
        }
        match (&self.patch, &self.branch) {
            (Some(to), _) => self.patch(to, &chosen, &change, &table, open_session),
            (_, Some(name)) => self.branch(name, &chosen, &change, &table, open_session),
            _ => self.file(&chosen, &change, &table, open_session),
        }
    }

    fn file(
        &self,
        chosen: &Chosen<'_>,
        change: &FileChange,
        table: &str,
        open_session: &mut OpenSession,
    ) -> Result<(), CliError> {
        let id = chosen.version.id;
        let path = known(change)?;
        let plan = change.replacement(path).map_err(not_done)?;
        if self.show && plan.state != FileState::Written {
            let name = plan.place.asked.display();
            let merged = match plan.state {
                FileState::Changed(_) => ", merged",
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
                FileState::Ready(_) => "would be written",
                FileState::Changed(_) if self.merge => "would be merged",
                _ => "would not be written in its present state",
            };
            if plan.state == FileState::Written {
                return Err(not_done(WriteError::Already(plan.place.asked)));
            }
            print(&format!("{id} {would}: {}\n", plan.place.asked.display()));
            return Ok(());
        }
        let root = change.project_path().root;
        let command = self.check.clone();
        // A signal ends the check, not this program, which may have to restore a file.
        let came = command
            .is_some()
            .then(|| crate::cli::stop_on_signals(&CancelToken::new()));
        let stopped = || came.as_ref().is_some_and(|c| c.load(Ordering::SeqCst) != 0);
        let mut run = |_: &Path| {
            let check = |c| check::run(c, &root, CheckOutput::Shown, &stopped);
            command.as_deref().map_or(Ok(()), check)
        };
        let backups = open_session.backups.clone();
        let context = WriteContext {
            backups: &backups,
            record: &mut |record: &WriteRecord, undone: Option<&str>| {
                open_session
                    .record(record, undone)
                    .map_err(std::io::Error::other)
            },
            check: command.is_some().then_some(&mut run),
            ready: None,
        };
        let done = write_back::write(&plan, id, self.merge, context).map_err(not_done)?;
        for sentence in done.lost {
            note(sentence);
        }
        let passes = self
            .check
            .as_ref()
            .map_or_else(String::new, |check| format!(", and `{check}` passes"));
        self.say(&format!(
            "{}{passes}; `reheat write --undo` takes it back",
            done.record.in_words()
        ));
        Ok(())
    }

    fn patch(
        &self,
        to: &Path,
        chosen: &Chosen<'_>,
        change: &FileChange,
        table: &str,
        open_session: &mut OpenSession,
    ) -> Result<(), CliError> {
        let comment = format!("{}\n\n{table}", table::subject(&change.what, chosen));
        let Some((patch, sentence)) = patch::of(change, self.merge, &comment) else {
            let path = change.path.clone().unwrap_or_default();
            return Err(not_done(WriteError::Already(path)));
        };
        if let Some(sentence) = sentence {
            note(sentence);
        }
        if to == Path::new("-") {
            print_exactly(&patch);
            return Ok(());
        }
        write_whole(to, patch.as_bytes()).map_err(|why| {
            CliError::new(
                USAGE,
                format_args!("cannot write --patch {}: {why}", to.display()),
            )
        })?;
        let record = WriteRecord {
            version: chosen.version.id,
            path: place_of(change),
            how: WriteMethod::Patch,
            name: absolute(to),
            before: String::new(),
            after: String::new(),
        };
        open_session.note(&record, None);
        let root = change.project_path().root;
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
        change: &FileChange,
        table: &str,
        open_session: &mut OpenSession,
    ) -> Result<(), CliError> {
        let place = TargetFile::read(known(change)?).map_err(not_done)?;
        let request = BranchRequest {
            name,
            base: &change.base,
            new: &change.new,
            merge: self.merge,
            subject: &table::subject(&change.what, chosen),
            body: table,
        };
        let made = branch::make(&place, request).map_err(|why| {
            let status = match why {
                NoBranch::NoGit => ENVIRONMENT,
                NoBranch::Name(_) | NoBranch::Exists(_) => USAGE,
                _ => NOTHING,
            };
            CliError::new(status, why)
        })?;
        let record = WriteRecord {
            version: chosen.version.id,
            path: place.real.display().to_string(),
            how: WriteMethod::Branch,
            name: made.name.clone(),
            before: String::new(),
            after: String::new(),
        };
        open_session.note(&record, None);
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

    /// Prints the final sentence: on standard output with the rest, else on standard error.
    fn say(&self, sentence: &str) {
        if self.show {
            print(&format!("{sentence}\n"));
        } else {
            let _ = fail(0, sentence);
        }
    }
}

/// The user's file, or an error that says how to name it.
fn known(change: &FileChange) -> Result<&Path, CliError> {
    change.path.as_deref().ok_or_else(|| {
        CliError::new(
            USAGE,
            "the session does not know which of your files this is; name it with --file, or take a patch (--patch)",
        )
    })
}

/// Shows the conflicts of a merge, or notes that there was one.
fn tell_merge(plan: &Replacement, merge: bool) {
    match &plan.state {
        FileState::Changed(_) if merge => {
            note(
                "the file has changed since the session began; the two are merged, and the result has not been measured",
            );
        }
        FileState::Conflicts(conflicts) => {
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

fn place_of(change: &FileChange) -> String {
    match &change.path {
        Some(path) => absolute(path),
        None => change.project_path().relative,
    }
}
