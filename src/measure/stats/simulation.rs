//! What the rules promise, tried on seeded noise of every kind that a machine makes. No clock is read here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::noise::{NOISES, SPREADS, SimulatedMachine, SimulatedNoise};
use super::ranks::{cut_off, normal_distribution, normal_quantile};
use super::*;

/// The outcome of a whole contest: first stage, then fresh pairs for a promising candidate.
pub(in crate::measure) struct Contest {
    pub(in crate::measure) answer: Answer,
    /// Pairs of both stages.
    pub(in crate::measure) pairs: usize,
    /// Whether the fresh pairs were needed.
    pub(in crate::measure) promising: bool,
    /// The look that is reported.
    pub(in crate::measure) reported: Look,
}

/// One contest over pairs as they come; `most` pairs a stage at most.
pub(in crate::measure) fn contest(
    rules: Rules,
    mut pair: impl FnMut() -> f64,
    most: usize,
) -> Contest {
    let mut stage = |rules: Rules| {
        let mut run = Sequential::new(rules);
        while !run.finished() && run.pairs().len() < most {
            run.push(pair());
        }
        run
    };
    let mut first = stage(rules);
    let mut contest = Contest {
        answer: first.answer().unwrap_or(Answer::Undecided),
        pairs: first.pairs().len(),
        promising: first.answer() == Some(Answer::Better),
        reported: first.standing(),
    };
    if contest.promising {
        let mut fresh = stage(rules.confirming(most));
        contest.pairs += fresh.pairs().len();
        contest.reported = fresh.standing();
        contest.answer = match fresh.answer() {
            Some(Answer::Better) => Answer::Better,
            Some(_) => Answer::NotBetter,
            None => Answer::Undecided,
        };
    }
    contest
}

fn compared(noise: SimulatedNoise, spread: f64, gain: f64, seed: u64) -> Contest {
    let mut machine = SimulatedMachine::new(noise, spread, seed);
    contest(Rules::default(), || machine.pair(gain), 200)
}

fn alarm(answer: Answer) -> bool {
    matches!(answer, Answer::Better | Answer::Worse)
}

/// How many of some contests come to this.
fn count(
    trials: u64,
    noise: SimulatedNoise,
    spread: f64,
    gain: f64,
    holds: impl Fn(&Contest) -> bool,
) -> usize {
    (0..trials)
        .filter(|t| holds(&compared(noise, spread, gain, 1 + t * 31)))
        .count()
}

#[test]
fn two_copies_of_one_program_raise_a_false_alarm_in_at_most_five_of_a_hundred_comparisons() {
    let trials = 400;
    let (mut alarms, mut wins, mut promising) = (0, 0, 0);
    for noise in NOISES {
        for (j, spread) in SPREADS.into_iter().enumerate() {
            let mut here = 0;
            for t in 0..trials {
                let c = compared(noise, spread, 1.0, 1 + t + 10_000 * j as u64);
                here += usize::from(alarm(c.answer));
                wins += usize::from(c.answer == Answer::Better);
                promising += usize::from(c.promising);
            }
            // 400 trials at a true 2 % give more than 18 once in two thousand tries; a true 7 % nearly always.
            assert!(here <= 18, "{noise:?} at {spread}: {here} of {trials}");
            alarms += here;
        }
    }
    let all = trials as f64 * 15.0;
    assert!(alarms as f64 / all <= 0.03, "false alarms: {alarms}");
    assert!(wins as f64 / all <= 0.01, "false wins: {wins}");
    assert!(
        promising as f64 / all > 0.05,
        "a first stage that never errs proves nothing: {promising}"
    );
}

#[test]
fn looking_at_every_look_without_a_stricter_level_would_lie() {
    let naive = Rules {
        level: 0.05,
        promising: 0.05,
        same: 0.0,
        not_better: 0.0,
        ..Rules::default()
    };
    let alarms = (0..200)
        .filter(|t| {
            let mut machine = SimulatedMachine::new(SimulatedNoise::Normal, 0.14, *t);
            let mut run = Sequential::new(naive);
            while !run.finished() {
                run.push(machine.pair(1.0));
            }
            run.answer().is_some()
        })
        .count();
    assert!(alarms > 20, "the simulation sees nothing: {alarms} of 200");
}

#[test]
fn of_eight_useless_candidates_none_wins_in_nineteen_of_twenty_sessions_and_a_true_winner_is_found()
{
    for tried in [1_u64, 4, 8] {
        let sessions = 300;
        let (mut fooled, mut found) = (0, 0);
        for session in 0..sessions {
            let noise = NOISES[(session % 5) as usize];
            let spread = SPREADS[(session / 5 % 3) as usize];
            let mut machine = SimulatedMachine::new(noise, spread, 91 + session * 1_009);
            let mut try_one = |gain: f64| {
                contest(Rules::default(), || machine.pair(gain), 200).answer == Answer::Better
            };
            fooled += usize::from((0..tried).any(|_| try_one(1.0)));
            found += usize::from(try_one(1.1));
        }
        // At most 5 % of 120 is 6; eight tries are nearest to it.
        assert!(
            fooled <= 8,
            "{tried} tries: {fooled} of {sessions} sessions"
        );
        assert!(found >= 290, "{tried} tries: {found} of {sessions}");
    }
}

#[test]
fn a_true_twenty_per_cent_is_found_and_confirmed_within_a_score_of_pairs() {
    for noise in NOISES {
        let mut pairs: Vec<f64> = (0..100)
            .map(|t| {
                let c = compared(noise, 0.07, 1.2, t);
                assert_eq!(c.answer, Answer::Better, "{noise:?} {t}");
                c.pairs as f64
            })
            .collect();
        assert!(median(&mut pairs).unwrap() <= 14.0, "{noise:?}");
    }
}

#[test]
fn a_true_five_per_cent_is_found_nearly_always_and_never_turned_round() {
    for noise in NOISES {
        let found = count(100, noise, 0.07, 1.05, |c| c.answer == Answer::Better);
        assert!(found >= 97, "{noise:?}: {found}");
        let found = count(60, noise, 0.14, 1.05, |c| c.answer == Answer::Better);
        assert!(found >= 54, "{noise:?}, crowded: {found}");
        let turned = count(60, noise, 0.07, 1.0 / 1.05, |c| c.answer == Answer::Better);
        assert_eq!(turned, 0, "{noise:?}");
    }
}

#[test]
fn a_true_two_per_cent_is_found_more_often_than_not_and_never_turned_round() {
    let mut found = 0;
    for noise in NOISES {
        found += count(50, noise, 0.03, 1.02, |c| c.answer == Answer::Better);
        assert_eq!(
            count(50, noise, 0.03, 1.02, |c| c.answer == Answer::Worse),
            0
        );
    }
    assert!(found >= 175, "{found} of 250");
}

/// The interval that stands at the end, after optional stopping and after a confirmation, not at a number of pairs
/// that was fixed before.
#[test]
fn the_reported_interval_holds_the_truth_in_ninety_five_of_a_hundred_comparisons() {
    for spread in SPREADS {
        for gain in [1.0, 1.02, 1.05, 1.2, 0.9] {
            let trials = 120;
            let mut missed = 0;
            for noise in NOISES {
                missed += count(trials, noise, spread, gain, |c| {
                    !(c.reported.low.0..=c.reported.high.0).contains(&gain)
                });
            }
            // 5 % of 600 is 30, its spread 5.
            assert!(missed <= 36, "{gain} at {spread}: {missed} of 600");
        }
    }
}

#[test]
fn the_interval_of_a_fixed_number_of_pairs_holds_the_truth_as_often_as_it_says() {
    for noise in [
        SimulatedNoise::Normal,
        SimulatedNoise::Heavy,
        SimulatedNoise::TwoModes,
    ] {
        for n in [8_usize, 12, 20, 60, 61, 90] {
            let trials = 400;
            let held = (0..trials)
                .filter(|t| {
                    let mut machine = SimulatedMachine::new(noise, 0.07, 7 + t * 31);
                    let z: Vec<f64> = (0..n).map(|_| machine.pair(1.1)).collect();
                    let (_, low, high) = hodges_lehmann(&z, 0.05);
                    (low..=high).contains(&1.1_f64.ln())
                })
                .count();
            // 95 % of 400 is 380, its spread 4.4.
            assert!(held >= 365, "{noise:?}, {n} pairs: {held} of {trials}");
            assert!(
                held < trials as usize,
                "{noise:?}, {n} pairs: an interval that always holds is too wide"
            );
        }
    }
}

#[test]
fn where_there_is_time_for_few_fresh_pairs_they_are_looked_at_once() {
    let rules = Rules::default().confirming(6);
    assert_eq!((rules.looks, rules.level), (&[6_usize][..], SINGLE_LEVEL));
    assert_eq!(Rules::default().confirming(7).looks, &[7]);
    assert_eq!(Rules::default().confirming(8).looks, CONFIRMING_LOOKS);
    // Six of six in favour confirm a win, five of six do not.
    for (against, answer) in [(0, Some(Answer::Better)), (1, None)] {
        let mut run = Sequential::new(rules);
        for i in 0..6 {
            run.push(if i < against {
                -0.3
            } else {
                0.2 + 0.01 * i as f64
            });
        }
        assert_eq!(run.answer(), answer);
        assert!(run.finished());
    }
}

#[test]
fn identical_quiet_programs_are_soon_the_same() {
    let c = compared(SimulatedNoise::Normal, 0.01, 1.0, 5);
    assert_eq!(c.answer, Answer::NoDifference);
    assert!(c.pairs <= 11);
}

#[test]
fn the_same_is_not_said_of_what_differs_by_more_than_matters() {
    let mut run = Sequential::new(Rules::default());
    // Very quiet, and always the same 1.5 %: within the margin, and still a win.
    for i in 0..5 {
        run.push(0.015 + 0.0001 * f64::from(i));
    }
    assert_eq!(run.answer(), Some(Answer::Better));
}

#[test]
fn critical_values_are_those_of_the_printed_tables() {
    // Two-sided .05: 5 → none, 6 → 0, 8 → 3, 10 → 8, 20 → 52, 25 → 89 (Wilcoxon's table).
    for (n, k) in [
        (5, None),
        (6, Some(0)),
        (8, Some(3)),
        (10, Some(8)),
        (20, Some(52)),
        (25, Some(89)),
    ] {
        assert_eq!(cut_off(n, 0.05), k, "{n}");
    }
    assert_eq!(cut_off(10, 0.008), Some(2));
    assert_eq!((cut_off(7, LEVEL), cut_off(8, LEVEL)), (None, Some(0)));
    assert_eq!(cut_off(0, 0.05), None);
    // Where the two ways meet they agree.
    let (exact, next) = (cut_off(60, 0.01).unwrap(), cut_off(61, 0.01).unwrap());
    assert!(next > exact && next - exact < 30, "{exact} {next}");
}

#[test]
fn the_normal_distribution_is_right() {
    assert!((normal_quantile(0.025) + 1.959_963_985).abs() < 1e-8);
    assert!((normal_quantile(0.004) + 2.652_069_808).abs() < 1e-8);
    assert!((normal_distribution(-7.0) / 1.279_812_544e-12 - 1.0).abs() < 1e-4);
}

#[test]
fn estimate_and_interval_of_a_known_sample() {
    // Walsh averages of 1, 2, 4: 1 1.5 2 2.5 3 4.
    let (middle, low, high) = hodges_lehmann(&[4.0, 1.0, 2.0], 0.05);
    assert!(
        (middle - 2.25).abs() < 1e-12 && low == 1.0 && high == 4.0,
        "{middle} {low} {high}"
    );
    assert_eq!(hodges_lehmann(&[], 0.05), (0.0, 0.0, 0.0));
    assert_eq!(hodges_lehmann(&[3.0], 0.05), (3.0, 3.0, 3.0));
    // Against the slow way: sort all averages.
    let z: Vec<f64> = (0..41)
        .map(|i| f64::from((i * 7919) % 101) / 10.0)
        .collect();
    let mut all: Vec<f64> = z
        .iter()
        .enumerate()
        .flat_map(|(i, a)| z[i..].iter().map(move |b| (a + b) / 2.0))
        .collect();
    all.sort_by(f64::total_cmp);
    let k = cut_off(41, 0.01).unwrap();
    let m = all.len();
    let expected = (all[m / 2], all[k], all[m - 1 - k]);
    assert_eq!(m % 2, 1);
    assert_eq!(hodges_lehmann(&z, 0.01), expected);
}

#[test]
fn broken_figures_do_no_harm() {
    let mut run = Sequential::new(Rules::default());
    for i in 0..200 {
        run.push([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0][i % 4]);
    }
    let look = run.figures();
    assert!(look.gain.0.is_finite() && look.low.0.is_finite() && look.high.0.is_finite());
    assert!(
        Sequential::new(Rules::default())
            .standing()
            .gain
            .0
            .is_finite()
    );
}

#[test]
fn three_pairs_say_something_before_the_first_look_and_none_after_it() {
    let mut run = Sequential::new(Rules::default());
    let mut early = Vec::new();
    for z in [0.1, 0.2, 0.3, 0.2, 0.2, 0.2] {
        run.push(z);
        early.push(run.early());
    }
    let at: Vec<bool> = early.iter().map(Option::is_some).collect();
    assert_eq!(at, [false, false, true, true, false, false]);
    // 4.303 × 0.1 / √3, by a table of Student's t.
    let look = early[2].unwrap();
    let [gain, low, high] = [look.gain, look.low, look.high].map(|g| g.0.ln());
    assert!(
        (gain - 0.2).abs() < 1e-9 && (low + 0.04843).abs() < 1e-4,
        "{look:?}"
    );
    assert!((high - 0.44843).abs() < 1e-4, "{look:?}");
}
