//! The course of a session that is played from a tape: hints, objectives, numbers of replies and what prompts show come in as the
//! developer of then steered them, unless the one of now has steered otherwise.

use crate::engine::event_loop::Loop;
use crate::session::Event;
use crate::session::event::{Author, Steer, VersionId};

impl Loop {
    /// Steers what the next round is to be, where a tape says it.
    pub(super) fn follow_script(&mut self, round: u32) {
        let at = (round as usize).checked_sub(1);
        let Some(played) = at.and_then(|at| self.setup.script.get(at)).cloned() else {
            return;
        };
        let before = at.and_then(|at| self.setup.script.get(at.checked_sub(1)?));
        let before = before.map_or(self.setup.task.objective, |r| r.objective);
        if played.objective != before && played.objective != self.session.objective {
            let objective = played.objective;
            self.emit(Event::Steered {
                steer: Steer::Objective { objective },
            });
        }
        if self.session.hint.is_empty() && !played.hint.is_empty() {
            let text = played.hint;
            self.emit(Event::Steered {
                steer: Steer::Hint { text },
            });
        }
        self.choose_candidates(played.candidates);
        // What was written for one version need not fit another: replies may be changes of its text.
        if self.session.chosen_parent.is_none()
            && let Some(version) = played.parent.and_then(|place| self.made_of(place))
            && version != self.session.next_parent()
        {
            let version = Some(version);
            self.emit(Event::Steered {
                steer: Steer::Parent { version },
            });
        }
    }

    /// The version that came of a reply, by its round and number; zeros are the original.
    fn made_of(&self, (round, candidate): (u32, u32)) -> Option<VersionId> {
        if round == 0 {
            return Some(VersionId::ORIGINAL);
        }
        let of_it = |v: &&crate::session::fold::Version| {
            v.round == round && v.candidate == candidate && v.author != Author::Hand
        };
        self.session.versions.iter().find(of_it).map(|v| v.id)
    }
}
