//! The part of the fold that handles writing back.

use super::Session;
use crate::session::written::{WriteEntry, WriteRecord};

impl Session {
    /// The last time that the user's file was written and that was not taken back.
    #[must_use]
    pub fn last_written(&self) -> Option<&WriteEntry> {
        self.written
            .iter()
            .rev()
            .find(|w| w.record.touched_the_file() && w.undone.is_none())
    }

    pub(super) fn take_written(
        &mut self,
        at: jiff::Timestamp,
        record: &WriteRecord,
        undone: Option<&str>,
    ) {
        match undone {
            None => self.written.push(WriteEntry {
                record: record.clone(),
                at,
                undone: None,
            }),
            Some(why) => {
                let same = |w: &&mut WriteEntry| w.undone.is_none() && w.record == *record;
                if let Some(written) = self.written.iter_mut().rev().find(same) {
                    written.undone = Some(why.to_owned());
                }
            }
        }
    }
}
