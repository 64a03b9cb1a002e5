//! Takes in what the developer steers.

use super::Session;
use crate::session::course::Steer;

impl Session {
    pub(super) fn steer(&mut self, steer: &Steer) {
        match steer {
            Steer::Hint { text } => self.hint.clone_from(text),
            Steer::Objective { objective } => self.objective = *objective,
            Steer::Parent { version } => self.chosen_parent = *version,
            Steer::Model { model } => {
                self.model.clone_from(model);
                // So is it asked when the session is taken up again.
                for how in ["command", "model"] {
                    if let Some(by) = self.reached_by.get_mut(how) {
                        by.clone_from(model);
                        break;
                    }
                }
            }
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
