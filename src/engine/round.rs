//! A round: prompt → replies → candidates → evaluation → decision; and of several candidates, which one is confirmed.
//!
//! All candidates of a round have the same parent. Those that pass are compared with the incumbent; of several that look
//! better the one with the largest lower bound is measured again on fresh pairs, and only it can win. However many are
//! tried, a round therefore confirms once, and its chance of a false win stays that of one confirmation.

use crate::engine::ask::Answers;
use crate::engine::event_loop::{Interrupt, Loop};
use crate::engine::jobs::VersionUnderTest;
use crate::engine::judging::Settlement;
use crate::measure::judge::JudgeError;
use crate::measure::{Answer, Comparison, Evaluation, FirstStageOutcome, Promising};
use crate::session::Event;
use crate::session::event::{Author, Stage, VersionId};

/// A candidate that passes, with what is known of it.
struct PassingCandidate {
    subject: VersionUnderTest,
    evaluation: Evaluation,
}

impl Loop {
    /// prompt → replies → candidates → evaluation → decision.
    pub(super) async fn round(&mut self) {
        self.asked_for = self.asked_for.saturating_sub(1);
        self.halted = false;
        let round = self.session.rounds.last().map_or(1, |r| r.number + 1);
        self.follow_script(round);
        let parent = self.session.next_parent();
        let (objective, hint) = (self.session.objective, self.session.hint.clone());
        let candidates = self.session.asks_for().min(self.setup.provider.at_once());
        self.emit(Event::RoundStarted {
            round,
            parent,
            objective,
            hint,
            candidates,
        });
        self.demo_pause(1).await;
        let answers = self.answers(round, parent, candidates).await;
        self.conclude_round(round, parent, candidates, answers)
            .await;
    }

    /// Goes on with the last round where an earlier sitting was killed in it: of replies that had come versions are made, one
    /// that had not come is given up.
    pub(super) async fn take_up_round(&mut self) {
        let Some(last) = self.session.rounds.last().filter(|r| r.failed.is_none()) else {
            return;
        };
        let made: Vec<u32> = (last.versions.iter())
            .filter_map(|v| self.session.version(*v))
            .filter(|v| !matches!(v.author, Author::Hand))
            .map(|v| v.candidate)
            .collect();
        let left: Vec<u32> = (last.numbers())
            .filter(|n| !made.contains(n) && !last.reply_failures.contains_key(n))
            .collect();
        if left.is_empty() {
            return;
        }
        let (round, parent, candidates) = (last.number, last.parent, last.candidates);
        let (mut came, mut lost) = (Vec::new(), Vec::new());
        for number in left {
            match last.reply(number) {
                Some(reply) => came.push((number, reply.clone())),
                None => lost.push((number, "Reheat ended before the reply had come".to_owned())),
            }
        }
        let mut answers = self.answers_kept(parent, came);
        answers.nothing.extend(lost);
        self.conclude_round(round, parent, candidates, answers)
            .await;
    }

    /// Replies → candidates → evaluation → decision.
    async fn conclude_round(
        &mut self,
        round: u32,
        parent: VersionId,
        candidates: u32,
        answers: Answers,
    ) {
        let cut_short = answers.cut_short;
        let mut nothing = answers.nothing;
        // A round that is done again keeps its replies in the journal, but makes no versions.
        let codes = if self.interrupt == Some(Interrupt::Retry) {
            Vec::new()
        } else {
            answers.codes
        };
        let (versions, twins) = self.versions_of(round, parent, codes, &mut nothing);
        if candidates > 1 {
            for (candidate, reason) in &nothing {
                let (candidate, reason) = (*candidate, reason.clone());
                self.emit(Event::CandidateFailed {
                    round,
                    candidate,
                    reason,
                });
            }
        }
        if versions.is_empty() {
            let reason = why_no_version(&nothing);
            self.emit(Event::RoundFailed { round, reason });
            for twin in twins {
                self.judge_if_new(twin).await;
            }
        } else {
            if let Some(version) = versions.first().copied() {
                self.stage(Stage::Building { version });
            }
            self.demo_pause(1).await;
            match versions[..] {
                _ if self.interrupt.is_some() => self.unmeasured(&versions),
                [only] => self.judge(only).await,
                _ => self.judge_several(&versions).await,
            }
            self.demo_pause(1).await;
        }
        self.demo_pause(1).await;
        self.halted |= cut_short;
    }

    /// Makes a version of each code that is new; of the others says which version they are.
    fn versions_of(
        &mut self,
        round: u32,
        parent: VersionId,
        codes: Vec<(u32, String)>,
        nothing: &mut Vec<(u32, String)>,
    ) -> (Vec<VersionId>, Vec<VersionId>) {
        let name = self.setup.provider.name();
        let author = if self.setup.provider.recorded() {
            Author::Tape { name }
        } else {
            Author::Model { name }
        };
        let (mut made, mut twins) = (Vec::new(), Vec::new());
        for (candidate, code) in codes {
            let code = match &self.setup.task.region {
                Some(region) => region.with_lead(code),
                None => code,
            };
            if let Some((same, how)) = self.same_code(parent, &code) {
                nothing.push((
                    candidate,
                    format!("the reply is the same code as {same}, {how}; nothing to measure"),
                ));
                if !made.contains(&same) {
                    twins.push(same);
                }
            } else {
                made.push(self.create(Some(parent), (round, candidate), author.clone(), code));
            }
        }
        nothing.sort_by_key(|n| n.0);
        (made, twins)
    }

    /// The version that a code is once more, and how exactly.
    fn same_code(&mut self, parent: VersionId, code: &str) -> Option<(VersionId, &'static str)> {
        let known = &self.session.versions;
        if let Some(same) = known.iter().find(|v| v.source.text.trim() == code.trim()) {
            return Some((same.id, "word for word"));
        }
        // Putting a version into its file takes longer than reading it: only those that the model was asked to improve are put.
        let asked = [
            Some(parent),
            self.session.incumbent,
            Some(VersionId::ORIGINAL),
        ];
        let task = &self.setup.task;
        let same = [false, true].into_iter().find_map(|in_place| {
            let new = task.fingerprint(code, in_place)?;
            known.iter().find(|v| {
                let fingerprint = || task.fingerprint(&v.source.text, in_place);
                let kept = &mut self.fingerprints;
                (!in_place || asked.contains(&Some(v.id)))
                    && *kept.entry((v.id, in_place)).or_insert_with(fingerprint) == Some(new)
            })
        })?;
        Some((same.id, "white space and comments aside"))
    }

    /// Checks all, compares those that pass, confirms the most promising one.
    async fn judge_several(&mut self, versions: &[VersionId]) {
        let mut passing = Vec::new();
        for (n, version) in versions.iter().enumerate() {
            match self.evaluate(*version).await {
                Ok((subject, evaluation)) => {
                    if evaluation.verdict.accepted()
                        && self.session.incumbent.is_some()
                        && !self.refuses(&evaluation)
                    {
                        passing.push(PassingCandidate {
                            subject,
                            evaluation,
                        });
                    } else {
                        self.settle(*version, evaluation, Settlement::Alone);
                    }
                }
                Err(error) => {
                    let over = !matches!(error, JudgeError::Task(_));
                    self.judge_failed(*version, error);
                    if over {
                        let rest = versions.iter().skip(n + 1).copied();
                        let left: Vec<VersionId> =
                            passing.iter().map(|p| p.subject.id).chain(rest).collect();
                        return self.unmeasured(&left);
                    }
                }
            }
        }
        if passing.len() == 1
            && let Some(only) = passing.pop()
        {
            self.demo_pause(1).await;
            return self.contest(only.subject, only.evaluation).await;
        }
        self.rank(passing).await;
    }

    /// Compares several candidates with the incumbent; the best of those that look better is confirmed.
    async fn rank(&mut self, passing: Vec<PassingCandidate>) {
        let Some(incumbent) = self.session.incumbent.and_then(|id| self.subject(id)) else {
            return;
        };
        let mut promising: Vec<(PassingCandidate, Promising)> = Vec::new();
        let mut waiting = passing.into_iter();
        while let Some(PassingCandidate {
            subject,
            evaluation,
        }) = waiting.next()
        {
            self.demo_pause(1).await;
            let version = subject.id;
            match self.first_stage(&subject, &incumbent).await {
                Ok(FirstStageOutcome::Promising(looks_better)) => {
                    let candidate = PassingCandidate {
                        subject,
                        evaluation,
                    };
                    promising.push((candidate, looks_better));
                }
                Ok(FirstStageOutcome::Settled(outcome)) => {
                    self.conclude(version, evaluation, &incumbent, outcome);
                }
                Err(error) => {
                    self.judge_failed(version, error);
                    let left: Vec<VersionId> = promising
                        .iter()
                        .map(|(p, _)| p.subject.id)
                        .chain(waiting.map(|p| p.subject.id))
                        .collect();
                    return self.unmeasured(&left);
                }
            }
        }
        let low = |p: &Promising| p.comparison().low.0;
        let best = (0..promising.len()).max_by(|a, b| {
            let order = low(&promising[*a].1).total_cmp(&low(&promising[*b].1));
            // Of equally good candidates take the first.
            order.then(b.cmp(a))
        });
        let Some(best) = best else {
            return;
        };
        let (best, looks_better) = promising.remove(best);
        for (other, looked_better) in promising {
            let by = best.subject.id;
            let standing = Settlement::Outdone {
                comparison: outdone(looked_better.comparison().clone(), by),
                by,
            };
            self.settle(other.subject.id, other.evaluation, standing);
        }
        self.demo_pause(1).await;
        let version = best.subject.id;
        match self.confirm(&best.subject, &incumbent, looks_better).await {
            Ok(outcome) => self.conclude(version, best.evaluation, &incumbent, outcome),
            Err(error) => self.judge_failed(version, error),
        }
    }

    /// Notes that versions are kept but have no verdict.
    fn unmeasured(&mut self, versions: &[VersionId]) {
        let names: Vec<String> = versions.iter().map(ToString::to_string).collect();
        let (are, them) = match names.len() {
            0 => return,
            1 => ("is", "it"),
            _ => ("are", "them"),
        };
        self.note(
            format!(
                "{} {are} kept but not measured: stopped (`reheat resume` measures {them})",
                names.join(", ")
            ),
            false,
        );
    }
}

/// Why a round gave no version, in one sentence.
fn why_no_version(nothing: &[(u32, String)]) -> String {
    match nothing {
        [] => "the round was stopped".into(),
        [(_, why)] => why.clone(),
        [(_, first), rest @ ..] if rest.iter().all(|(_, why)| why == first) => {
            format!("none of {} replies can be used: {first}", nothing.len())
        }
        // The reasons differ; each was reported with its candidate.
        all => format!("none of {} replies gave a new version", all.len()),
    }
}

/// The comparison of a promising candidate that lost to another one of its round: better than the incumbent, and second to that one.
fn outdone(comparison: Comparison, by: VersionId) -> Comparison {
    Comparison {
        answer: Answer::Undecided,
        second_to: Some(by.to_string()),
        note: format!(
            "looks better ({} after {} pairs), but {by} of the same round looks better still and was measured again instead",
            comparison.gain, comparison.pairs
        ),
        ..comparison
    }
}
