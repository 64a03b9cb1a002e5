//! Seeded noise of every kind that a machine makes, for the simulations. No clock is read here.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// What disturbs a machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum SimulatedNoise {
    Normal,
    /// Laplace: heavy tails.
    Heavy,
    /// It grows slower all the time.
    Drift,
    /// It changes its speed for a while, now and then.
    Steps,
    /// Two layouts of memory, one slower.
    TwoModes,
}

pub(super) const NOISES: [SimulatedNoise; 5] = [
    SimulatedNoise::Normal,
    SimulatedNoise::Heavy,
    SimulatedNoise::Drift,
    SimulatedNoise::Steps,
    SimulatedNoise::TwoModes,
];

/// Makes the two times of a pair, in drawn order, and their z.
pub(super) struct SimulatedMachine {
    chance: Pcg64Mcg,
    noise: SimulatedNoise,
    spread: f64,
    clock: f64,
    level: f64,
}

impl SimulatedMachine {
    pub(super) fn new(noise: SimulatedNoise, spread: f64, seed: u64) -> Self {
        Self {
            chance: Pcg64Mcg::seed_from_u64(seed),
            noise,
            spread,
            clock: 0.0,
            level: 0.0,
        }
    }

    fn normal(&mut self) -> f64 {
        let (u, v): (f64, f64) = (self.chance.random(), self.chance.random());
        (-2.0 * (1.0 - u).ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
    }

    /// ln of the time of one run of a program whose true time is 1.
    pub(super) fn run(&mut self) -> f64 {
        self.clock += 1.0;
        let s = self.spread / std::f64::consts::SQRT_2;
        let common = self.normal() * s;
        match self.noise {
            SimulatedNoise::Normal => common,
            SimulatedNoise::Heavy => {
                let u: f64 = self.chance.random::<f64>() - 0.5;
                -u.signum() * (1.0 - 2.0 * u.abs()).max(1e-12).ln() * s / std::f64::consts::SQRT_2
            }
            SimulatedNoise::Drift => common + 0.01 * self.clock,
            SimulatedNoise::Steps => {
                if self.chance.random::<f64>() < 0.1 {
                    self.level = 0.5 * self.chance.random::<f64>();
                }
                common + self.level
            }
            SimulatedNoise::TwoModes => {
                common / 3.0
                    + if self.chance.random::<bool>() {
                        2.0 * s
                    } else {
                        0.0
                    }
            }
        }
    }

    /// One pair whose true gain is `gain`.
    pub(super) fn pair(&mut self, gain: f64) -> f64 {
        let (incumbent, candidate);
        if self.chance.random::<bool>() {
            incumbent = self.run();
            candidate = self.run();
        } else {
            candidate = self.run();
            incumbent = self.run();
        }
        incumbent - candidate + gain.ln()
    }
}

/// Spreads of a pair: a quiet machine, a busy one, a crowded one.
pub(super) const SPREADS: [f64; 3] = [0.03, 0.07, 0.14];
