//! Takes in what the developer steers.

use super::Session;
use crate::session::course::Steer;

impl Session {
    pub(super) fn steer(&mut self, steer: &Steer) {
        match steer {
            Steer::Hint { text } => self.hint.clone_from(text),
            Steer::Objective { objective } => self.objective = *objective,
            Steer::Parent { version } => self.chosen_parent = *version,
            Steer::Model { model } => self.model.clone_from(model),
            Steer::Mode { mode } => self.mode = *mode,
            Steer::Goal { goal } => self.goal = goal.clone(),
            Steer::Candidates { candidates } => self.candidates = *candidates,
            Steer::Temperature { temperature } => self.temperature = *temperature,
            Steer::Timed { case } => self.time_only(case.as_deref()),
            Steer::Pin { version, pinned } => {
                if let Some(v) = self.version_mut(*version) {
                    v.pinned = *pinned;
                }
            }
            Steer::Annotate { version, note } => {
                if let Some(v) = self.version_mut(*version) {
                    v.note.clone_from(note);
                }
            }
        }
    }
}
