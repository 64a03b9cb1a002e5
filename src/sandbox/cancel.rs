//! Cancelling and pausing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Cancels work in progress, or pauses it between two runs. Clones share their state.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    stop: Arc<AtomicBool>,
    pause: Arc<AtomicBool>,
}

impl CancelToken {
    /// Neither cancelled nor paused.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels: running work checks at least every 20 ms.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Clears a cancellation before the next piece of work.
    pub fn rearm(&self) {
        self.stop.store(false, Ordering::SeqCst);
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Pauses or resumes. Only checked between runs, so that no run is ever stretched.
    pub fn pause(&self, held: bool) {
        self.pause.store(held, Ordering::SeqCst);
    }

    /// Whether it is paused.
    #[must_use]
    pub fn paused(&self) -> bool {
        self.pause.load(Ordering::SeqCst)
    }

    /// Sleeps while paused; returns at once when cancelled.
    pub fn wait_while_paused(&self) {
        while self.paused() && !self.stopped() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
