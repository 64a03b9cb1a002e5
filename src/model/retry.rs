//! When to ask again after a [`Fault`], and how long to wait before it.

use std::time::Duration;

use super::faults::{Fault, Kind};

/// Tries after the first, for faults that pass.
const RETRIES: u32 = 4;
/// Tries while a model is being loaded: a large one may take minutes, and that is progress, not failure.
const LOADING: u32 = 300;

/// Counts tries.
#[derive(Clone, Debug)]
pub(super) struct Tries {
    pause: Duration,
    done: u32,
    loading: u32,
}

impl Tries {
    /// The first pause; doubled with each try.
    pub fn new(pause: Duration) -> Self {
        Self {
            pause,
            done: 0,
            loading: 0,
        }
    }

    /// The pause before the next try; `None` when there shall be none.
    pub fn next(&mut self, fault: &Fault) -> Option<Duration> {
        if fault.kind == Kind::Loading && self.loading < LOADING {
            self.loading += 1;
            return Some(fault.retry_after.unwrap_or(self.pause * 2));
        }
        if !fault.passes() || self.done >= RETRIES {
            return None;
        }
        self.done += 1;
        let jitter = 0.75 + 0.5 * rand::random::<f64>();
        let pause = (self.pause * 2u32.pow(self.done - 1)).mul_f64(jitter);
        // A little on top of what was asked for, so that many clients do not come back at once.
        Some(
            fault
                .retry_after
                .map_or(pause, |asked| asked + self.pause.mul_f64(jitter / 4.0)),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn faults_that_pass_are_tried_a_few_times_with_growing_pauses() {
        let mut tries = Tries::new(Duration::from_secs(1));
        let busy = Fault::new(Kind::Busy, "busy");
        let pauses: Vec<_> = std::iter::from_fn(|| tries.next(&busy)).collect();
        assert_eq!(pauses.len(), 4);
        assert!(pauses[0] < Duration::from_millis(1300) && pauses[3] > Duration::from_secs(5));
        assert_eq!(
            Tries::new(Duration::ZERO).next(&Fault::new(Kind::Key, "")),
            None
        );
    }

    #[test]
    fn what_the_server_asks_for_is_the_least_pause() {
        let mut tries = Tries::new(Duration::from_secs(1));
        let busy = Fault {
            retry_after: Some(Duration::from_secs(20)),
            ..Fault::new(Kind::Busy, "busy")
        };
        assert!(tries.next(&busy).unwrap() > Duration::from_secs(20));
        let loading = Fault::new(Kind::Loading, "");
        assert_eq!(std::iter::from_fn(|| tries.next(&loading)).count(), 303);
    }
}
