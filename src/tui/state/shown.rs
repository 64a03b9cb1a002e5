//! What is shown: which version, in which pane, beside which other one. The developer's choice, else what fits the moment.

use crate::session::Session;
use crate::session::event::{Stage, VersionId};
use crate::tui::core::tab::Tab;
use crate::tui::state::{Against, State};

impl State {
    /// The version that is looked at.
    #[must_use]
    pub fn version(&self, session: &Session) -> Option<VersionId> {
        let over = session.finished.is_some() && matches!(session.stage, Stage::Aside { .. });
        let busy = !over && !matches!(session.stage, Stage::Finished | Stage::Preparing);
        self.nav
            .selected
            .filter(|id| session.version(*id).is_some())
            .or(session.live.version.filter(|_| busy))
            .or(session.incumbent.filter(|_| !busy))
            .or(session.versions.last().map(|v| v.id))
    }

    /// The pane that is shown: the chosen one, or the one that fits the moment.
    #[must_use]
    pub fn pane(&self, session: &Session) -> Tab {
        if let Some(tab) = self.nav.tab {
            return tab;
        }
        if self.nav.selected.is_some() {
            return Tab::Diff;
        }
        let charts_stand_beside = self.layout().memory.is_some();
        match &session.stage {
            Stage::Preparing => Tab::Task,
            Stage::Asking | Stage::Streaming | Stage::Retrying { .. } => Tab::Stream,
            Stage::Building { .. } | Stage::Checking { .. } => Tab::Cases,
            Stage::Comparing { .. } | Stage::Confirming { .. } if charts_stand_beside => Tab::Diff,
            Stage::Comparing { .. } | Stage::Confirming { .. } => Tab::Charts,
            Stage::Finished => Tab::Summary,
            Stage::Aside { .. } if session.finished.is_some() => Tab::Summary,
            Stage::Waiting | Stage::Paused | Stage::Aside { .. } => self.after_the_fact(session),
        }
    }

    fn after_the_fact(&self, session: &Session) -> Tab {
        // A version of the developer's own may have come since.
        let failed = session.round().is_some_and(|r| r.failed.is_some());
        if failed && session.live.version.is_none() {
            return Tab::Stream;
        }
        // Of several candidates the last one need not be the one that it came to.
        let last = self.version(session).and_then(|id| session.version(id));
        match last.and_then(|v| v.verdict()) {
            Some(verdict) if !verdict.accepted() => Tab::Cases,
            Some(_) if last.is_some_and(|v| v.id.0 > 0) => Tab::Diff,
            _ => Tab::Task,
        }
    }

    /// The two versions that a diff shows: what it is compared with, and the selected one.
    #[must_use]
    pub fn diff_pair(&self, session: &Session) -> Option<(VersionId, VersionId)> {
        let version = session.version(self.version(session)?)?;
        let old = match self.nav.against {
            Against::Parent => version.parent?,
            Against::Original => VersionId::ORIGINAL,
            Against::Best => session.incumbent?,
            Against::Marked => self.panes.diff.marked?,
            Against::Version(id) => id,
        };
        (old != version.id && session.version(old).is_some()).then_some((old, version.id))
    }

    /// The round that the stream and prompt panes show.
    #[must_use]
    pub fn round<'s>(&self, session: &'s Session) -> Option<&'s crate::session::fold::Round> {
        let chosen = |n: &u32| session.rounds.iter().find(|r| r.number == *n);
        if let Some(round) = self.nav.round.as_ref().and_then(chosen) {
            return Some(round);
        }
        match self.nav.selected.and_then(|id| session.version(id)) {
            Some(version) => session.rounds.iter().find(|r| r.number == version.round),
            // After the end it is the best version that is looked at.
            None if session.stage == Stage::Finished
                && session.round().is_some_and(|r| r.failed.is_none()) =>
            {
                let shown = self.version(session).and_then(|id| session.version(id));
                let of =
                    |r: &&crate::session::fold::Round| shown.is_some_and(|v| v.round == r.number);
                session.rounds.iter().find(of).or(session.round())
            }
            None => session.round(),
        }
    }
}
