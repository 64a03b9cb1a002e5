//! Which reply of a tape comes next: in order, and what nobody heard to its end once more.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The order of a tape that may be asked several times at once. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Order(Arc<Mutex<Next>>);

#[derive(Debug, Default)]
struct Next {
    /// The first reply that nobody has asked for.
    fresh: usize,
    /// Replies before it that were given back.
    back: BTreeSet<usize>,
}

impl Order {
    /// Goes on after so many replies.
    pub(super) fn start_at(&self, replies: usize) {
        *self.lock() = Next {
            fresh: replies,
            back: BTreeSet::new(),
        };
    }

    /// The next reply: what was given back goes first.
    pub(super) fn take(&self) -> Turn {
        let mut next = self.lock();
        let index = next.back.pop_first().unwrap_or_else(|| {
            next.fresh += 1;
            next.fresh - 1
        });
        drop(next);
        Turn {
            order: self.clone(),
            index,
            played: false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Next> {
        // Nothing is ever left half done under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives a reply back if nobody heard it to its end, so that asking again (a retry) hears the same one.
#[derive(Debug)]
pub(super) struct Turn {
    order: Order,
    /// Which reply.
    pub(super) index: usize,
    /// Whether it was heard to its end.
    pub(super) played: bool,
}

impl Drop for Turn {
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
        let order = Order::default();
        let mut three = [order.take(), order.take(), order.take()];
        three[1].played = true;
        drop(three);
        let again = [order.take(), order.take(), order.take()];
        assert_eq!(again.each_ref().map(|t| t.index), [0, 2, 3]);
        order.start_at(7);
        assert_eq!(order.take().index, 7);
    }
}
