//! The same work for many things, on all processors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// What `work` makes of each, in their order.
pub(super) fn in_parallel<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // One at a time and not in equal shares: one session may be as large as a thousand others.
    let next = AtomicUsize::new(0);
    let (done, results) = mpsc::channel();
    let all = |done: mpsc::Sender<(usize, R)>| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(at) else {
                return;
            };
            let _ = done.send((at, work(thing)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 1..threads.min(things.len()) {
            let done = done.clone();
            // What cannot be had is no loss: this thread does whatever is left.
            let _ = thread::Builder::new().spawn_scoped(scope, || all(done));
        }
        all(done);
    });
    let mut results: Vec<(usize, R)> = results.into_iter().collect();
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
