//! A finished session that a write-back is recorded in.

use super::{CliError, NOTHING, fail};
use crate::session::journal::JournalError;
use crate::session::written::WriteRecord;
use crate::session::{Event, EventRecord, Journal, Library};
use crate::write_back::BackupStore;

/// The journal and the backups of a session, open for as long as something is written.
pub(crate) struct OpenSession {
    journal: Journal,
    /// What files held before.
    pub(crate) backups: BackupStore,
}

impl OpenSession {
    /// Opens them, and keeps other processes out until it is dropped.
    ///
    /// # Errors
    /// Another reheat has the session open, or its folder cannot be written.
    pub(crate) fn open(library: &Library, id: &str) -> Result<Self, CliError> {
        let folder = library.folder(id);
        let (journal, _) = Journal::reopen(&folder).map_err(|e| CliError::new(NOTHING, e))?;
        Ok(Self {
            journal,
            backups: BackupStore::of(&folder),
        })
    }

    /// Records what is about to be written, or why it was undone.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub(crate) fn record(
        &mut self,
        record: &WriteRecord,
        undone: Option<&str>,
    ) -> Result<(), JournalError> {
        let at = jiff::Timestamp::now()
            .round(jiff::Unit::Millisecond)
            .unwrap_or_default();
        let event = Event::WrittenBack {
            record: record.clone(),
            undone: undone.is_some(),
            reason: undone.unwrap_or_default().to_owned(),
        };
        self.journal.write(&EventRecord { at, event })
    }

    /// As [`Self::record`], of something that is done already.
    pub(crate) fn note(&mut self, record: &WriteRecord, undone: Option<&str>) {
        if let Err(why) = self.record(record, undone) {
            let _ = fail(
                0,
                format_args!(
                    "note: the session could not record this ({why}); --undo will not know of it"
                ),
            );
        }
    }
}
