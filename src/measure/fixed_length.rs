//! Commands that take the same time whatever the code is like, as a benchmark that measures for a second does.

use super::{Answer, Comparison, Metric};
use crate::base::units::Nanos;
use crate::task::harness::BENCH;

/// Such times are multiples of half a second …
const ROUND: f64 = 0.5;
/// … and what it takes to start and end a program, in seconds.
const STARTS_WITHIN: f64 = 0.15;
/// By how much pairs of them differ at most.
const ALIKE: f64 = 0.02;

/// What is said of a bench without a figure whose time is round and the same with both versions; empty for others.
pub(super) fn remark(c: &Comparison) -> String {
    let of_commands = matches!(&c.per_case[..], [(name, _)] if name == BENCH);
    let timed = matches!(c.metric, Metric::Wall | Metric::Cpu);
    let told = matches!(c.answer, Answer::Better | Answer::Worse);
    if !of_commands || !timed || told || c.pairs == 0 {
        return String::new();
    }
    let alike = (c.gain.0.ln()).abs() < ALIKE / 2.0 && {
        let near = c.log_ratios.iter().filter(|z| z.abs() < ALIKE).count();
        near * 4 >= c.log_ratios.len() * 3
    };
    let walls = [&c.incumbent_figures, &c.candidate_figures].map(|f| f.wall_ns);
    if !alike || !walls.into_iter().all(is_round) {
        return String::new();
    }
    format!(
        "; the bench takes {} with both, which is a round number: its time does not seem to depend on the code. Let it print what it measures (METRIC name=value), or do a fixed amount of work",
        walls[1]
    )
}

fn is_round(wall: Nanos) -> bool {
    let seconds = wall.seconds();
    seconds >= ROUND && seconds % ROUND < STARTS_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_seconds_and_what_a_program_needs_to_start_are_round() {
        let round = |seconds: f64| is_round(Nanos::from_seconds(seconds));
        assert!(round(1.002) && round(0.53) && round(5.1));
        assert!(!round(0.04) && !round(0.74) && !round(1.2) && !round(0.97));
    }
}
