//! How long a guest wanted to run and was not let: the run delay that the scheduler keeps for its first thread.
//!
//! Read while the guest runs, a few hundred times a second at most; what happens after the last reading is not in it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::base::units::Nanos;

/// Between two readings, at least.
const EVERY: Duration = Duration::from_millis(3);

/// The run delay of one guest.
#[derive(Debug, Default)]
pub(super) struct RunDelay {
    file: Option<File>,
    looked: Option<Instant>,
    last: Option<Nanos>,
}

impl RunDelay {
    /// Takes a reading if it is time for one. `init` is the parent of the guest in this `/proc`.
    pub(super) fn read(&mut self, proc: &Path, init: u32) {
        if self.looked.is_some_and(|t| t.elapsed() < EVERY) {
            return;
        }
        self.looked = Some(Instant::now());
        if self.file.is_none() {
            let children = proc.join(format!("{init}/task/{init}/children"));
            let children = std::fs::read_to_string(children);
            let guest = children.ok().and_then(|c| {
                let first = c.split_whitespace().next()?;
                first.parse::<u32>().ok()
            });
            self.file =
                guest.and_then(|pid| File::open(proc.join(format!("{pid}/schedstat"))).ok());
        }
        let mut text = [0_u8; 96];
        let read = self.file.as_ref().map(|f| f.read_at(&mut text, 0));
        if let Some(Ok(n)) = read
            && let Some(delay) = parse(&text[..n])
        {
            self.last = Some(delay);
        }
    }

    /// The last reading; `None` where the machine does not tell, or the guest was too short to be asked.
    pub(super) fn last(&self) -> Option<Nanos> {
        self.last
    }
}

/// The second number of `time-on-cpu run-delay timeslices`.
pub(super) fn parse(text: &[u8]) -> Option<Nanos> {
    let text = std::str::from_utf8(text).ok()?;
    let delay = text.split_whitespace().nth(1)?;
    delay.parse().ok().map(Nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedulers_words_are_understood() {
        assert_eq!(parse(b"52543 43207 2\n"), Some(Nanos(43207)));
        assert_eq!(parse(b"52543"), None);
        assert_eq!(parse(b""), None);
    }
}
