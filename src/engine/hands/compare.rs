//! Comparing on the judge's thread, in two stages: what looks better is kept until it is confirmed, or another one is.

use super::{MatchUp, Prepared, Versus, Worker};
use crate::measure::judge::JudgeError;
use crate::measure::{Comparison, Contested, FirstLook, Plan, Side, Void};
use crate::session::event::VersionId;

/// What the first stage of a comparison came to.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time crosses a channel; a box would save nothing"
)]
#[derive(Debug)]
pub(in crate::engine) enum Looked {
    /// There is nothing to confirm.
    Settled(Versus),
    /// It looks better; this is no win yet.
    Promising(Comparison),
}

/// The contenders of a comparison, built.
struct Cast {
    candidate: Prepared,
    incumbent: Prepared,
    original: Option<Prepared>,
}

impl Cast {
    /// v0, which may be the incumbent.
    fn first(&self, incumbent: VersionId) -> Option<&Prepared> {
        let same = (incumbent == VersionId(0)).then_some(&self.incumbent);
        self.original.as_ref().or(same)
    }
}

impl Worker {
    fn cast(&mut self, of: &MatchUp) -> Result<Cast, JudgeError> {
        Ok(Cast {
            candidate: self.contender(&of.candidate)?,
            incumbent: self.contender(&of.incumbent)?,
            original: (of.original.as_ref())
                .map(|o| self.contender(o))
                .transpose()?,
        })
    }

    /// Both stages, of a version that nothing else competes with.
    pub(in crate::engine) fn compare(&mut self, of: &MatchUp) -> Result<Versus, JudgeError> {
        match self.look(of)? {
            Looked::Settled(versus) => Ok(versus),
            Looked::Promising(_) => self.confirm(of),
        }
    }

    /// The first stage.
    pub(super) fn look(&mut self, of: &MatchUp) -> Result<Looked, JudgeError> {
        let cast = self.cast(of)?;
        let first = cast.first(of.incumbent.id).map(Prepared::lend);
        let plan = Plan::new(of.objective, self.budget);
        let (judge, task, mut watch, control) = self.tools(of.candidate.id)?;
        let looked = judge.first_look(
            &cast.incumbent.lend(),
            &cast.candidate.lend(),
            first.as_ref(),
            task,
            &plan,
            &control,
            &mut watch,
        )?;
        Ok(match looked {
            FirstLook::Settled(comparison) => Looked::Settled(Versus::Done {
                comparison,
                against_original: None,
            }),
            FirstLook::Voided(void) => Looked::Settled(voided(of, void)),
            FirstLook::Promising(promising) => {
                let comparison = promising.comparison().clone();
                self.promising.insert(of.candidate.id, promising);
                Looked::Promising(comparison)
            }
        })
    }

    /// The second stage. What else looked better is forgotten: of a round only one is confirmed.
    pub(super) fn confirm(&mut self, of: &MatchUp) -> Result<Versus, JudgeError> {
        let promising = self.promising.remove(&of.candidate.id);
        self.promising.clear();
        let Some(promising) = promising else {
            let why = format!("{} has not been compared", of.candidate.id);
            return Err(JudgeError::Environment(why));
        };
        let cast = self.cast(of)?;
        let first = cast.first(of.incumbent.id).map(Prepared::lend);
        let plan = Plan::new(of.objective, self.budget);
        let (judge, task, mut watch, control) = self.tools(of.candidate.id)?;
        let contested = judge.second_look(
            promising,
            &cast.incumbent.lend(),
            &cast.candidate.lend(),
            first.as_ref(),
            task,
            &plan,
            &control,
            &mut watch,
        )?;
        Ok(match contested {
            Contested::Done {
                comparison,
                against_original,
            } => Versus::Done {
                comparison,
                against_original,
            },
            Contested::Voided(void) => voided(of, void),
        })
    }
}

/// Which version failed in a timed run.
fn voided(of: &MatchUp, void: Void) -> Versus {
    let version = match void.version {
        Side::Candidate => of.candidate.id,
        Side::Incumbent => of.incumbent.id,
        Side::Original => of.original.as_ref().map_or(of.incumbent.id, |o| o.id),
    };
    Versus::Voided {
        version,
        verdict: void.verdict,
        failure: void.failure,
    }
}
