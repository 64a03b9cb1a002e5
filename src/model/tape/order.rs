//! Which reply of a tape comes next: in order, and again any that was not read to its end.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The order of the replies of a tape, which may be asked several times at once. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct ReplayOrder(Arc<Mutex<ReplayState>>);

#[derive(Debug, Default)]
struct ReplayState {
    /// The first reply that was never asked for.
    fresh: usize,
    /// Replies before it that were put back.
    back: BTreeSet<usize>,
}

impl ReplayOrder {
    /// Skips the first replies.
    pub(super) fn start_at(&self, replies: usize) {
        *self.lock() = ReplayState {
            fresh: replies,
            back: BTreeSet::new(),
        };
    }

    /// The next reply; one that was put back comes first.
    pub(super) fn take(&self) -> ReplayTurn {
        let mut next = self.lock();
        let index = next.back.pop_first().unwrap_or_else(|| {
            next.fresh += 1;
            next.fresh - 1
        });
        drop(next);
        ReplayTurn {
            order: self.clone(),
            index,
            played: false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, ReplayState> {
        // No code that holds this lock can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts a reply back if it was not read to its end, so that a retry gets the same one.
#[derive(Debug)]
pub(super) struct ReplayTurn {
    order: ReplayOrder,
    pub(super) index: usize,
    /// Whether it was read to its end.
    pub(super) played: bool,
}

impl Drop for ReplayTurn {
    fn drop(&mut self) {
        if !self.played {
            self.order.lock().back.insert(self.index);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_heard_comes_again_in_whatever_order_it_was_given_back() {
        let order = ReplayOrder::default();
        let mut three = [order.take(), order.take(), order.take()];
        three[1].played = true;
        drop(three);
        let again = [order.take(), order.take(), order.take()];
        assert_eq!(again.each_ref().map(|t| t.index), [0, 2, 3]);
        order.start_at(7);
        assert_eq!(order.take().index, 7);
    }
}
