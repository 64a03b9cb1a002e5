//! The floor: what a program of a language costs before it does anything.
//!
//! An empty program is built and run a few times, once for every machine, language and tool version; the medians are
//! kept in the folder of builds. A figure that is mostly floor says little about the code.

use std::time::{Duration, Instant};

use super::figures::{medians, run_figures};
use super::judge::{Judge, JudgeError};
use super::noise::{Level, NoiseMonitor};
use super::{Comparison, Figures, Metric, build, machine};
use crate::sandbox::{CancelToken, Limits, Program, RunVerdict};
use crate::task::Language;

/// Runs behind a floor, at most; fewer where they take long.
const RUNS: usize = 15;

/// Time for them, about; three are made in any case.
const TIME: Duration = Duration::from_millis(700);

/// What people should know of a comparison whose figures are mostly floor; empty where they are not.
pub(super) fn remark(c: &Comparison) -> String {
    let Some(floors) = &c.floors else {
        return String::new();
    };
    let shares = floors.shares([&c.incumbent_figures, &c.candidate_figures], c.metric);
    let share = shares[0].max(shares[1]);
    let of = if shares[0] > shares[1] { 0 } else { 1 };
    let name = [&c.incumbent, &c.candidate][of];
    if share <= 0.5 {
        return String::new();
    }
    let advice = match c.metric {
        Metric::Peak => "an input that needs more memory would tell more",
        _ => "larger inputs would tell more",
    };
    if shares[0].min(shares[1]) > 0.9 {
        return format!("; nearly all of it is what an empty program takes: {advice}");
    }
    format!(
        "; {:.0} % of {name}'s figure is what an empty program takes: {advice}",
        share * 100.0
    )
}

impl Judge {
    /// What one run of an empty program of the language takes here, as medians; measured when it is first asked for
    /// (some milliseconds to a second), then taken from the folder of builds. `None` where no empty program is known for
    /// the language or it does not run: a floor is worth knowing, but nothing fails for want of it.
    ///
    /// # Errors
    /// The sandbox failed, or stopped.
    pub fn floor(
        &mut self,
        language: &Language,
        tool: Option<&str>,
        cancel: &CancelToken,
    ) -> Result<Option<Figures>, JudgeError> {
        let Some(text) = language.empty_program.as_deref() else {
            return Ok(None);
        };
        let version = match self.toolchain(language, tool, cancel) {
            Ok(version) => version,
            Err(stop @ (JudgeError::Stopped | JudgeError::Sandbox(_))) => return Err(stop),
            Err(_) => return Ok(None),
        };
        let identity = self.floor_identity(language, tool, &version, text);
        if let Some(known) = self.floors.get(&identity) {
            return Ok(Some(*known));
        }
        let kept = self.cache.find(&identity, "floor.json");
        let kept = kept.and_then(|file| serde_json::from_slice(&std::fs::read(file).ok()?).ok());
        let mut quiet = true;
        let floor = match kept {
            Some(floor) => Some(floor),
            None => {
                let noise_monitor = NoiseMonitor::new();
                let floor = self.measure_floor(language, tool, text, cancel)?;
                quiet = noise_monitor
                    .total()
                    .is_none_or(|noise| noise.level <= Level::Quiet);
                floor
            }
        };
        if let Some(floor) = floor {
            // What was measured on a noisy machine serves for now only.
            if kept.is_none() && quiet {
                let bytes = serde_json::to_vec(&floor).unwrap_or_default();
                // Measured again next time, if it cannot be kept.
                drop(self.cache.keep(&identity, "floor.json", &bytes, ""));
            }
            self.floors.insert(identity, floor);
        }
        Ok(floor)
    }

    fn measure_floor(
        &mut self,
        language: &Language,
        tool: Option<&str>,
        text: &str,
        cancel: &CancelToken,
    ) -> Result<Option<Figures>, JudgeError> {
        let source = build::source(&language.source_file, text);
        let built = match self.build(&source, language, tool, cancel, &mut |_| {}) {
            Ok(built) if built.failure.is_none() => built,
            Err(stop @ (JudgeError::Stopped | JudgeError::Sandbox(_))) => return Err(stop),
            Ok(_) | Err(_) => return Ok(None),
        };
        let program = Program {
            argv: built.argv,
            environment: built.environment,
            mounts: built.mounts,
            ..Program::default()
        };
        let started = Instant::now();
        let mut runs: Vec<Figures> = Vec::new();
        // The first run warms up and is thrown away.
        for run in 0..=RUNS {
            let outcome = self.run(&program, &Limits::default(), &mut |_| {}, cancel)?;
            if outcome.verdict != RunVerdict::Ok {
                return Ok(None);
            }
            if run > 0 {
                runs.push(run_figures(&outcome));
            }
            if run >= 3 && started.elapsed() > TIME {
                break;
            }
        }
        Ok(Some(medians(&runs)))
    }

    /// Everything that a floor depends on.
    fn floor_identity(
        &self,
        language: &Language,
        tool: Option<&str>,
        version: &str,
        text: &str,
    ) -> String {
        let mut hasher = blake3::Hasher::new();
        let said = format!(
            "reheat floor 1\0{language:?}\0{tool:?}\0{version}\0{text}\0{:?}\0{:?}",
            machine::facts(),
            self.guards()
        );
        hasher.update(said.as_bytes());
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::Floors;
    use super::*;
    use crate::base::units::{Gain, Nanos};

    fn wall(ms: u64) -> Figures {
        Figures {
            wall_ns: Nanos(ms * 1_000_000),
            ..Figures::default()
        }
    }

    fn compared(old: u64, new: u64, floor: u64) -> Comparison {
        let [old, new, floor] = [old, new, floor].map(|ms| serde_json::to_value(wall(ms)).unwrap());
        serde_json::from_value(serde_json::json!({
            "candidate": "v1", "incumbent": "v0", "metric": "wall", "gain": 1, "low": 1, "high": 1, "pairs": 8,
            "confirmed": false, "answer": "undecided", "incumbent_figures": old, "candidate_figures": new,
            "smallest_effect": 0.01, "margin": 0.025, "floors": {"incumbent": floor, "candidate": floor},
        }))
        .unwrap()
    }

    #[test]
    fn comparisons_and_evaluations_of_older_journals_still_load() {
        let old = r#"{"candidate":"v1","incumbent":"v0","metric":"cpu","gain":1.2,"low":1.1,"high":1.3,"pairs":12,
            "confirmed":true,"answer":"better","incumbent_figures":{"wall_ns":2,"cpu_ns":2,"peak_bytes":3,"integral_byte_ns":4.0},
            "candidate_figures":{"wall_ns":1,"cpu_ns":1,"peak_bytes":3,"integral_byte_ns":4.0},"smallest_effect":0.01,"margin":0.025}"#;
        let c: Comparison = serde_json::from_str(old).unwrap();
        assert_eq!((c.repeats, c.floors, c.noise), (1, None, None));
        assert_eq!((c.gain_beyond_floor(), remark(&c)), (None, String::new()));
        let again = serde_json::to_value(&c).unwrap();
        assert!(again.get("repeats").is_none() && again.get("floors").is_none());
    }

    #[test]
    fn most_of_a_figure_being_floor_is_said_with_what_to_do() {
        let of = |old: u64, new: u64| remark(&compared(old, new, 10));
        assert_eq!(of(100, 50), "");
        assert!(of(100, 15).contains("67 % of v1's figure is what an empty program takes"));
        assert!(of(10, 10).contains("nearly all of it") && of(10, 10).contains("larger inputs"));
    }

    #[test]
    fn the_gain_beyond_the_floor_leaves_the_floor_out() {
        let gain = |gain: f64, new: u64| {
            let mut c = compared(30, new, 10);
            c.gain = Gain(gain);
            c.gain_beyond_floor().map(|g| g.0)
        };
        assert_eq!(gain(1.5, 20), Some(2.0));
        assert_eq!(gain(1.6, 20), Some(2.2), "the gain says it, not the median");
        assert_eq!(gain(3.0, 10), None, "the candidate is all floor");
        assert_eq!(gain(0.3, 30), None);
        assert_eq!(gain(1.1, 8), None, "below the floor");
        let floors = Floors {
            incumbent: wall(10),
            candidate: wall(12),
        };
        let shares = floors.shares([&wall(20), &wall(10)], Metric::Wall);
        assert_eq!(shares, [0.5, 1.0]);
        assert_eq!(floors.shares([&wall(0), &wall(0)], Metric::Cpu), [0.0, 0.0]);
    }
}
