//! Commands that take the same time whatever the code is like, as a benchmark that measures for a second does.

use super::{Answer, Comparison, Metric};
use crate::base::units::Nanos;
use crate::task::harness::BENCH;

/// Such times are multiples of half a second …
const ROUND: f64 = 0.5;
/// … and what it takes to start and end a program, in seconds. Of other times one in eight is within it by chance.
const STARTS_WITHIN: f64 = 0.06;
/// By how many seconds pairs of them differ at most, however long they take: the clock ends them. What work takes differs by a
/// share of it.
const JITTER: f64 = 0.005;
/// By how much they differ at most where they are short.
const ALIKE: f64 = 0.005;

/// What is said of a bench without a figure whose time is round and the same with both versions; empty for others.
pub(super) fn remark(c: &Comparison) -> String {
    let of_commands = matches!(&c.per_case[..], [(name, _)] if name == BENCH);
    let timed = matches!(c.metric, Metric::Wall | Metric::Cpu);
    let told = matches!(c.answer, Answer::Better | Answer::Worse);
    if !of_commands || !timed || told || c.pairs == 0 {
        return String::new();
    }
    let walls = [&c.incumbent_figures, &c.candidate_figures].map(|f| f.wall_ns);
    if !alike(c.gain.0.ln(), &c.log_ratios, walls[0]) || !walls.into_iter().all(is_round) {
        return String::new();
    }
    format!(
        "; the bench takes {} with both, which is a round number: its time does not seem to depend on the code. Let it print what it measures (METRIC name=value), or do a fixed amount of work",
        walls[1]
    )
}

/// Whether most pairs differ by no more than what a clock leaves open.
fn alike(gain: f64, log_ratios: &[f64], wall: Nanos) -> bool {
    let most = (JITTER / wall.seconds()).min(ALIKE);
    let near = log_ratios.iter().filter(|z| z.abs() < most).count();
    gain.abs() < most && near * 4 >= log_ratios.len() * 3
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
        assert!(round(1.002) && round(0.53) && round(5.05));
        assert!(!round(0.04) && !round(0.74) && !round(1.2) && !round(0.97));
        // Times between are mostly no multiples.
        let hit = (0_u32..5000).filter(|i| round(0.5 + f64::from(*i) / 1000.0));
        assert!(hit.count() <= 625);
    }

    #[test]
    fn what_a_clock_ends_differs_by_milliseconds_and_what_work_takes_by_a_share() {
        let alike = |ratio: f64, seconds: f64| {
            let ratios: Vec<f64> = (0..12)
                .map(|i| if i % 2 == 0 { ratio } else { -ratio })
                .collect();
            super::alike(0.0, &ratios, Nanos::from_seconds(seconds))
        };
        assert!(alike(0.002, 1.0) && alike(0.0004, 10.0));
        assert!(!alike(0.01, 0.5) && !alike(0.004, 10.0));
    }
}
