//! The runs behind a slope: how many passes each contender needs, pairs of processes, and whole processes for a win.

use std::time::Duration;

use super::comparison::Slope;
use super::contender::Disqualified;
use super::figures::{figure, undelayed};
use super::judge::{Judge, JudgeError};
use super::pairs::PairedRunner;
use super::slope::{self, WholeProcessRuns};
use super::sweep_figures::SweepFigures;
use super::{Figures, Metric};
use crate::base::units::Nanos;
use crate::sandbox::{CancelToken, Outcome};

impl PairedRunner<'_> {
    /// Finds for every contender (those whose passes are known already keep them) how many passes make a slope that
    /// stands out of the noise. Does nothing where whole runs are timed.
    pub(super) fn calibrate(
        &mut self,
        judge: &mut Judge,
        known: &[u32],
        budget: Duration,
        cancel: &CancelToken,
    ) -> Result<Result<(), Disqualified>, JudgeError> {
        let wanted = slope::LONG_ENOUGH
            .min(budget / 400)
            .max(Duration::from_millis(10));
        for who in 0..self.contenders.len() {
            let Some(slopes) = self.slopes.as_mut() else {
                break;
            };
            if let Some(n) = known.get(who) {
                slopes.passes[who] = *n;
                continue;
            }
            let mut n = 1;
            loop {
                let [one, two] = match self.two(judge, who, n, cancel)? {
                    Ok(both) => both,
                    Err(disqualified) => return Ok(Err(disqualified)),
                };
                let took = slope::added_cpu_ns(&one, &two);
                let longer = slope::next_passes(took, n, two.wall.0, wanted);
                if longer == n {
                    break;
                }
                n = longer;
            }
            if let Some(slopes) = self.slopes.as_mut() {
                slopes.passes[who] = n;
            }
        }
        Ok(Ok(()))
    }

    /// What a pass of a contender costs, and what was seen meanwhile.
    pub(super) fn pass(
        &mut self,
        judge: &mut Judge,
        who: usize,
        sweep: &mut SweepFigures,
        cancel: &CancelToken,
    ) -> Result<Result<Figures, Disqualified>, JudgeError> {
        let n = self.slopes.as_ref().map_or(1, |s| s.passes[who]);
        let [one, two] = match self.two(judge, who, n, cancel)? {
            Ok(both) => both,
            Err(disqualified) => return Ok(Err(disqualified)),
        };
        self.saw(&two, 0, sweep);
        let (a, b) = (undelayed(&one), undelayed(&two));
        if let Some(slopes) = self.slopes.as_mut() {
            slopes.outside[who].push(slope::outside(&a, &b));
        }
        Ok(Ok(slope::slope(&a, &b, n)))
    }

    /// A run with n and one with 2n passes, in drawn order.
    fn two(
        &mut self,
        judge: &mut Judge,
        who: usize,
        n: u32,
        cancel: &CancelToken,
    ) -> Result<Result<[Outcome; 2], Disqualified>, JudgeError> {
        let mut order = [n, 2 * n];
        self.shuffle(&mut order);
        let mut done = Vec::with_capacity(2);
        for passes in order {
            match self.passes(judge, who, passes, 2 * n, cancel)? {
                Ok(outcome) => done.push((passes, outcome)),
                Err(disqualified) => return Ok(Err(disqualified)),
            }
        }
        done.sort_by_key(|(passes, _)| *passes);
        let mut done = done.into_iter().map(|(_, outcome)| outcome);
        match (done.next(), done.next()) {
            (Some(one), Some(two)) => Ok(Ok([one, two])),
            _ => Err(JudgeError::Environment("two runs were asked for".into())),
        }
    }

    fn passes(
        &mut self,
        judge: &mut Judge,
        who: usize,
        passes: u32,
        prepare: u32,
        cancel: &CancelToken,
    ) -> Result<Result<Outcome, Disqualified>, JudgeError> {
        let place = &self.places[0];
        let program = self.contenders[who].built.program(self.task, place);
        let program = slope::with_passes(&program, self.task, place, passes, prepare);
        self.checked(judge, who, 0, &program, cancel)
    }

    /// How the calls of two contenders were timed, for the record.
    pub(super) fn slope_summary(&self, at: [usize; 2], metric: Metric) -> Option<Slope> {
        let slopes = self.slopes.as_ref()?;
        let mut outside: Vec<f64> = slopes.outside[at[0]]
            .iter()
            .map(|f| figure(f, metric))
            .collect();
        outside.sort_by(f64::total_cmp);
        // One line of the expected outcomes is their header.
        let expected = self.places[0].expected.as_deref().unwrap_or_default();
        let lines = expected.split(|b| *b == b'\n').skip(1);
        Some(Slope {
            calls: lines.filter(|line| !line.trim_ascii().is_empty()).count(),
            incumbent_passes: slopes.passes[at[0]],
            candidate_passes: slopes.passes[at[1]],
            outside_ns: Nanos(outside.get(outside.len() / 2).map_or(0.0, |f| *f) as u64),
            promised: None,
        })
    }

    /// Runs whole processes of all contenders with the incumbent's passes, so that a win by slopes can be held against
    /// what a process as a whole saves.
    pub(super) fn run_whole_processes(
        &mut self,
        judge: &mut Judge,
        cancel: &CancelToken,
    ) -> Result<Result<WholeProcessRuns, Disqualified>, JudgeError> {
        let n = self.slopes.as_ref().map_or(1, |s| s.passes[0]) * 2;
        let count = self.contenders.len();
        let mut whole = WholeProcessRuns {
            many: (n, vec![Vec::new(); count]),
            one: vec![Vec::new(); count],
        };
        let mut order: Vec<usize> = (0..count).collect();
        for _ in 0..slope::WHOLE {
            self.shuffle(&mut order);
            for who in &order {
                for (passes, runs) in [(n, &mut whole.many.1), (1, &mut whole.one)] {
                    match self.passes(judge, *who, passes, passes, cancel)? {
                        Ok(outcome) => runs[*who].push(undelayed(&outcome)),
                        Err(disqualified) => return Ok(Err(disqualified)),
                    }
                }
            }
        }
        Ok(Ok(whole))
    }
}
