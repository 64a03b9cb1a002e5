//! When to retry after an [`ApiError`], and how long to wait first.

use std::time::Duration;

use super::api_error::{ApiError, ApiErrorKind};

/// Retries of transient errors.
const RETRIES: u32 = 4;
/// First pauses that a model may take to be loaded: a large one takes minutes, and that is progress, not failure.
const LOADING: u32 = 600;

#[derive(Clone, Debug)]
pub(super) struct Tries {
    pause: Duration,
    done: u32,
    /// How long was waited for a model to be loaded.
    loading: Duration,
}

impl Tries {
    /// The first pause; doubled with each try.
    pub(crate) fn new(pause: Duration) -> Self {
        Self {
            pause,
            done: 0,
            loading: Duration::ZERO,
        }
    }

    /// The pause before the next try; `None` to give up.
    pub(crate) fn next(&mut self, fault: &ApiError) -> Option<Duration> {
        if fault.kind == ApiErrorKind::Loading && self.loading < self.pause * LOADING {
            let pause = fault.retry_after.unwrap_or(self.pause * 2);
            self.loading += pause.max(self.pause);
            return Some(pause);
        }
        if !fault.passes() || self.done >= RETRIES {
            return None;
        }
        self.done += 1;
        let jitter = 0.75 + 0.5 * rand::random::<f64>();
        let pause = (self.pause * 2u32.pow(self.done - 1)).mul_f64(jitter);
        // Some jitter, so that many clients do not come back at once.
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
        let busy = ApiError::new(ApiErrorKind::Busy, "busy");
        let pauses: Vec<_> = std::iter::from_fn(|| tries.next(&busy)).collect();
        assert_eq!(pauses.len(), 4);
        assert!(pauses[0] < Duration::from_millis(1300) && pauses[3] > Duration::from_secs(5));
        assert_eq!(
            Tries::new(Duration::ZERO).next(&ApiError::new(ApiErrorKind::Key, "")),
            None
        );
    }

    #[test]
    fn what_the_server_asks_for_is_the_least_pause() {
        let mut tries = Tries::new(Duration::from_secs(1));
        let busy = ApiError {
            retry_after: Some(Duration::from_secs(20)),
            ..ApiError::new(ApiErrorKind::Busy, "busy")
        };
        assert!(tries.next(&busy).unwrap() > Duration::from_secs(20));
        let loading = ApiError::new(ApiErrorKind::Loading, "");
        assert_eq!(std::iter::from_fn(|| tries.next(&loading)).count(), 303);
        let mut tries = Tries::new(Duration::from_secs(1));
        let slow = ApiError {
            retry_after: Some(Duration::from_secs(60)),
            ..loading
        };
        let waited: Duration = std::iter::from_fn(|| tries.next(&slow)).sum();
        assert!(waited < Duration::from_secs(900), "{waited:?}");
    }
}
