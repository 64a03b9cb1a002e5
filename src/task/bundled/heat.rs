//! Cases of `heat`: warmth that spreads over a plate.

use std::fmt::Write as _;

use super::seeded_random::SeededRandom;
use super::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    let mut chance = SeededRandom::new(6);
    vec![
        Plate::new(3, 4, 1, 0.25, vec![(1, 1, 100.0)]).case("01"),
        Plate::new(1, 5, 3, 0.1, vec![(0, 2, 40.0)]).case("02"),
        Plate::new(7, 9, 0, 0.2, vec![(3, 3, -12.5), (0, 0, 80.0)]).case("03"),
        Plate::chance(&mut chance, 40, 25, 60, 0.2).case("04"),
        Plate::chance(&mut chance, 470, 480, 200, 0.125).case("05"),
    ]
}

struct Plate {
    rows: usize,
    columns: usize,
    steps: usize,
    rate: f64,
    spots: Vec<(usize, usize, f64)>,
}

impl Plate {
    fn new(
        rows: usize,
        columns: usize,
        steps: usize,
        rate: f64,
        spots: Vec<(usize, usize, f64)>,
    ) -> Self {
        Self {
            rows,
            columns,
            steps,
            rate,
            spots,
        }
    }

    fn chance(
        chance: &mut SeededRandom,
        rows: usize,
        columns: usize,
        steps: usize,
        rate: f64,
    ) -> Self {
        let spots = (0..rows * columns / 10)
            .map(|_| {
                let (r, c) = (
                    chance.below(rows as u32) as usize,
                    chance.below(columns as u32) as usize,
                );
                (r, c, chance.between(-400, 4000) as f64 / 4.0)
            })
            .collect();
        Self::new(rows, columns, steps, rate, spots)
    }

    fn case(&self, name: &str) -> Case {
        let mut input = format!(
            "{} {} {} {}\n{}\n",
            self.rows,
            self.columns,
            self.steps,
            self.rate,
            self.spots.len()
        );
        for (r, c, t) in &self.spots {
            let _ = writeln!(input, "{r} {c} {t}");
        }
        let plate = self.spread();
        let mut expected = String::new();
        for r in 0..self.rows {
            let row = &plate[r * self.columns..(r + 1) * self.columns];
            let _ = writeln!(expected, "{:.6}", row.iter().sum::<f64>());
        }
        case(name, input, expected)
    }

    fn spread(&self) -> Vec<f64> {
        let (rows, columns) = (self.rows, self.columns);
        let mut now = vec![0.0; rows * columns];
        for (r, c, t) in &self.spots {
            now[r * columns + c] = *t;
        }
        let mut next = now.clone();
        for _ in 0..self.steps {
            for r in 1..rows.saturating_sub(1) {
                for c in 1..columns.saturating_sub(1) {
                    let at = r * columns + c;
                    let around = now[at - columns] + now[at + columns] + now[at - 1] + now[at + 1];
                    next[at] = now[at] + self.rate * (around - 4.0 * now[at]);
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        now
    }
}
