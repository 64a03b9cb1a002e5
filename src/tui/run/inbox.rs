//! Everything that can wake the screen, merged into one channel: keys, signals, events of the loop, answers of the workers.
//!
//! Whoever waits on it costs nothing. The thread that reads keys waits by itself rather than through
//! crossterm, because it must notice a hang-up and must let go of the terminal while an editor has it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use ratatui::crossterm::event::Event;

use crate::session::{EventRecord, History};
use crate::tui::Link;
use crate::tui::core::home::Discovered;
use crate::tui::core::terminal;
use crate::tui::core::workers::Done;

/// Something for the screen.
pub(crate) enum Message {
    /// A key, a click, a paste.
    Terminal(Event),
    /// The terminal is gone.
    HungUp,
    /// A signal came.
    Signal(i32),
    /// This happened in the session, in this order; never empty.
    Events(Vec<EventRecord>),
    /// All of a recorded session is read, or cannot be.
    Read(Box<Result<History, String>>),
    /// The loop has ended for good.
    LoopEnded,
    /// A worker has an answer.
    Done(Done),
    /// A session was opened, or could not be.
    Opened(Result<Link, String>),
    /// Something about this machine was found out.
    Discovered(Discovered),
    /// A file in the folder of the developer's own themes was changed.
    ThemeChanged,
}

/// Messages that may wait; a full channel holds back whoever sends, never loses.
const ROOM: usize = 1024;
/// After a signal to end, or a hang-up, the program is gone at the latest after this long.
const GRACE: Duration = Duration::from_millis(450);

/// Makes the channel.
#[must_use]
pub(crate) fn open() -> (SyncSender<Message>, Receiver<Message>) {
    sync_channel(ROOM)
}

/// Tells when a file in the folder of themes changes; nothing if there is no such folder. Watches until it is dropped.
#[must_use]
pub(crate) fn watch_themes(
    folder: Option<&Path>,
    to: SyncSender<Message>,
) -> Option<notify::RecommendedWatcher> {
    use notify::{EventKind, RecursiveMode, Watcher};
    let told = move |event: notify::Result<notify::Event>| {
        // Being read, by us as well, changes nothing. A full channel will bring a drawing anyway.
        if event.is_ok_and(|e| !matches!(e.kind, EventKind::Access(_))) {
            drop(to.try_send(Message::ThemeChanged));
        }
    };
    let mut watcher = notify::recommended_watcher(told).ok()?;
    watcher
        .watch(folder?, RecursiveMode::NonRecursive)
        .ok()
        .map(|()| watcher)
}

/// How long what merely streams (tokens, samples) may wait for more of it: less than a frame, and a fraction of the wake-ups.
const GATHER: Duration = Duration::from_millis(8);
/// Events that are gathered at most.
const GATHERED: usize = 256;

/// Forwards the events of a loop until it ends.
pub(crate) fn forward(events: Receiver<EventRecord>, to: SyncSender<Message>) {
    let forwarder = move || {
        while let Ok(first) = events.recv() {
            // What decides something is shown at once; between two tokens nobody sees eight milliseconds.
            if !first.event.durable() {
                std::thread::sleep(GATHER);
            }
            let mut all = vec![first];
            all.extend(events.try_iter().take(GATHERED));
            if to.send(Message::Events(all)).is_err() {
                return;
            }
        }
        drop(to.send(Message::LoopEnded));
    };
    drop(
        std::thread::Builder::new()
            .name("events".into())
            .spawn(forwarder),
    );
}

/// As [`forward`], of a recorded session: first all of it, once it is read, then what another program adds to it.
pub(crate) fn forward_recorded(
    whole: Receiver<Result<History, String>>,
    events: Receiver<EventRecord>,
    to: SyncSender<Message>,
) {
    let forwarder = move || {
        if let Ok(whole) = whole.recv()
            && to.send(Message::Read(Box::new(whole))).is_err()
        {
            return;
        }
        forward(events, to);
    };
    drop(
        std::thread::Builder::new()
            .name("recorded".into())
            .spawn(forwarder),
    );
}

/// Set when the screen has ended in good order: nobody needs to end the program by force any more.
static ENDED: AtomicBool = AtomicBool::new(false);

/// Says that the screen begins or has ended in good order.
pub(crate) fn ended(ended: bool) {
    ENDED.store(ended, Ordering::SeqCst);
}

/// Set while another program has the terminal: the keys that interrupt it are not meant for us.
static LENT: AtomicBool = AtomicBool::new(false);

/// Says that another program has the terminal, or has it no more.
pub(crate) fn lent(lent: bool) {
    LENT.store(lent, Ordering::SeqCst);
}

/// Ends the program by force, terminal given back, unless the screen ends by itself in time.
fn watch_the_end(status: i32) {
    let watcher = move || {
        std::thread::sleep(GRACE);
        if !ENDED.load(Ordering::SeqCst) {
            terminal::restore();
            std::process::exit(status);
        }
    };
    drop(
        std::thread::Builder::new()
            .name("end".into())
            .spawn(watcher),
    );
}

#[cfg(unix)]
pub(crate) use unix::{Keyboard, signals};

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, OwnedFd};
    use std::sync::{Arc, Condvar, Mutex, PoisonError};

    use ratatui::crossterm::event;
    use rustix::event::{PollFd, PollFlags, poll};
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
    use signal_hook::iterator::Signals;

    use super::{Duration, LENT, Message, Ordering, SyncSender, watch_the_end};

    /// Forwards signals. Those that end the program also start a watch, in case the screen is stuck.
    ///
    /// # Errors
    /// Where the system refuses the handlers.
    pub(crate) fn signals(
        to: SyncSender<Message>,
    ) -> std::io::Result<signal_hook::iterator::Handle> {
        let mut signals =
            Signals::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
        let handle = signals.handle();
        let waiter = move || {
            for signal in signals.forever() {
                if LENT.load(Ordering::SeqCst) && matches!(signal, SIGINT | SIGQUIT | SIGTSTP) {
                    continue;
                }
                if matches!(signal, SIGTERM | SIGINT | SIGHUP | SIGQUIT) {
                    watch_the_end(128 + signal);
                }
                // Never wait here: a full channel means that the screen is busy and will look again soon.
                drop(to.try_send(Message::Signal(signal)));
            }
        };
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(waiter)?;
        Ok(handle)
    }

    #[derive(Default)]
    struct Hold {
        held: bool,
        parked: bool,
    }

    /// The thread that reads keys, and a hand on it.
    pub(crate) struct Keyboard {
        wake: OwnedFd,
        hold: Arc<(Mutex<Hold>, Condvar)>,
    }

    impl Keyboard {
        /// Starts reading.
        ///
        /// # Errors
        /// Where there is no terminal to read from.
        pub(crate) fn start(to: SyncSender<Message>) -> std::io::Result<Self> {
            let (woken, wake) = rustix::pipe::pipe_with(
                rustix::pipe::PipeFlags::CLOEXEC | rustix::pipe::PipeFlags::NONBLOCK,
            )?;
            let hold = Arc::new((Mutex::new(Hold::default()), Condvar::new()));
            // The same choice as crossterm's, so that both look at one terminal.
            let other: Option<OwnedFd> = if rustix::termios::isatty(rustix::stdio::stdin()) {
                None
            } else {
                Some(
                    std::fs::OpenOptions::new()
                        .read(true)
                        .open("/dev/tty")?
                        .into(),
                )
            };
            let held = hold.clone();
            std::thread::Builder::new()
                .name("keyboard".into())
                .spawn(move || read(&to, other.as_ref(), &woken, &held))?;
            Ok(Self { wake, hold })
        }

        /// Lets go of the terminal; when this returns nothing reads from it.
        pub(crate) fn hold(&self) {
            let (state, changed) = &*self.hold;
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.held = true;
            let _ = rustix::io::write(&self.wake, b".");
            while !state.parked {
                let (next, late) = changed
                    .wait_timeout(state, Duration::from_millis(200))
                    .unwrap_or_else(PoisonError::into_inner);
                state = next;
                if late.timed_out() {
                    return;
                }
            }
        }

        /// Reads again.
        pub(crate) fn release(&self) {
            let (state, changed) = &*self.hold;
            state.lock().unwrap_or_else(PoisonError::into_inner).held = false;
            changed.notify_all();
        }
    }

    fn park(hold: &(Mutex<Hold>, Condvar)) {
        let (state, changed) = hold;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.held {
            state.parked = true;
            changed.notify_all();
            state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.parked = false;
    }

    fn read(
        to: &SyncSender<Message>,
        other: Option<&OwnedFd>,
        woken: &OwnedFd,
        hold: &(Mutex<Hold>, Condvar),
    ) {
        let mut nothing = 0;
        loop {
            let (gone, ready) = {
                let stdin = rustix::stdio::stdin();
                let tty = other.map_or(stdin, |t| t.as_fd());
                let mut fds = [
                    PollFd::new(&tty, PollFlags::IN),
                    PollFd::new(woken, PollFlags::IN),
                ];
                match poll(&mut fds, None) {
                    Ok(_) | Err(rustix::io::Errno::INTR) => {}
                    Err(_) => return drop(to.send(Message::HungUp)),
                }
                // The other end is closed: the screen has ended, and another one may want the keys.
                if fds[1].revents().contains(PollFlags::HUP) {
                    return;
                }
                let is = fds[0].revents();
                (
                    is.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL),
                    is.contains(PollFlags::IN),
                )
            };
            let mut bytes = [0u8; 64];
            while matches!(rustix::io::read(woken, &mut bytes), Ok(n) if n > 0) {}
            park(hold);
            if gone {
                watch_the_end(128 + SIGHUP);
                return drop(to.send(Message::HungUp));
            }
            if !ready {
                continue;
            }
            let mut any = false;
            // Zero would look at nothing at all; this returns at once when something is there.
            while event::poll(Duration::from_micros(100)).unwrap_or(false) {
                let Ok(event) = event::read() else { break };
                any = true;
                if to.send(Message::Terminal(event)).is_err() {
                    return;
                }
            }
            // Readable without a word, again and again: the end of the file.
            nothing = if any { 0 } else { nothing + 1 };
            if nothing > 200 {
                return drop(to.send(Message::HungUp));
            }
        }
    }
}
