//! The terminal itself: taken over, drawn to in whole frames, and always given back.
//!
//! [`restore`] may be called from anywhere, any number of times: on quitting, on an error, in a panic,
//! and by the thread that waits for signals.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::{Frame, Terminal};

use super::cast;

/// Alternate screen, hidden cursor, bracketed paste, word of the focus, clicks, drags and wheel (no motion without a
/// button held: it would flood).
const TAKE: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1004h\x1b[?1002h\x1b[?1006h\x1b[2J";
/// The same back again, and an open synchronised update closed.
const GIVE_BACK: &[u8] =
    b"\x1b[?2026l\x1b[0m\x1b[?1006l\x1b[?1002l\x1b[?1004l\x1b[?2004l\x1b[?25h\x1b[?1049l";
/// What a frame may have left open: the update, colours, the hidden cursor.
const FRAME_CLOSED: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?25h";
const MOUSE_OURS: &[u8] = b"\x1b[?1002h\x1b[?1006h";
const MOUSE_FREE: &[u8] = b"\x1b[?1006l\x1b[?1002l";
const CLEAR: &[u8] = b"\x1b[0m\x1b[2J";
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

static TAKEN: AtomicBool = AtomicBool::new(false);

/// Bytes of a frame, collected so that they are written at once. Of one thread: every colour and every letter of a frame
/// is a write of its own, and a lock for each would cost more than the letters.
#[derive(Clone, Default)]
struct Collected(Rc<RefCell<Vec<u8>>>);

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal while it is ours; given back when dropped.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Collected>>,
    collected: Collected,
    /// The last frame as it was written; kept for its room.
    whole: Vec<u8>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// Where there is no terminal, or it does not obey.
    pub fn take() -> io::Result<Self> {
        install_panic_hook();
        let collected = Collected::default();
        let terminal = Terminal::new(CrosstermBackend::new(collected.clone()))?;
        take_over()?;
        Ok(Self {
            terminal,
            collected,
            whole: Vec::new(),
            mouse: true,
        })
    }

    /// Draws one frame and writes it in one piece, between the marks of a synchronised update.
    /// Where nothing changed nothing is written.
    ///
    /// # Errors
    /// Where the terminal cannot be written to: it is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(draw)?;
        let mut bytes = self.collected.0.borrow_mut();
        // After a panic of another thread the terminal is not ours any more.
        let written = if says_nothing(&bytes) || !TAKEN.load(Ordering::SeqCst) {
            Ok(())
        } else {
            self.whole.clear();
            self.whole.extend_from_slice(BEGIN);
            self.whole.extend_from_slice(&bytes);
            self.whole.extend_from_slice(END);
            cast::output(&self.whole, size());
            write_out(&self.whole)
        };
        bytes.clear();
        written
    }

    /// Forgets what is on the screen, so that the next frame draws everything.
    ///
    /// # Errors
    /// Where the terminal does not obey.
    pub fn forget(&mut self) -> io::Result<()> {
        // Not `Terminal::clear`: it asks the terminal where the cursor is, and the keyboard's thread would get the answer.
        self.terminal = Terminal::new(CrosstermBackend::new(self.collected.clone()))?;
        cast::output(CLEAR, size());
        write_out(CLEAR)
    }

    /// Takes the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn mouse(&mut self, ours: bool) -> io::Result<()> {
        self.mouse = ours;
        write_out(if ours { MOUSE_OURS } else { MOUSE_FREE })
    }

    /// Sends bytes that draw nothing: a text for the clipboard, the bell.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        write_out(bytes)
    }

    /// Gives the terminal back for a while.
    pub fn lend(&mut self) {
        restore();
    }

    /// Takes it over again after [`Screen::lend`].
    ///
    /// # Errors
    /// Where the terminal does not obey.
    pub fn take_again(&mut self) -> io::Result<()> {
        take_over()?;
        if !self.mouse {
            write_out(MOUSE_FREE)?;
        }
        self.forget()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn take_over() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    write_out(TAKE)
}

/// Columns and rows of the terminal. Asked before every frame, so it is asked without opening anything where that can be.
#[must_use]
pub(crate) fn size() -> (u16, u16) {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
        && size.ws_col > 0
        && size.ws_row > 0
    {
        return (size.ws_col, size.ws_row);
    }
    ratatui::crossterm::terminal::size().unwrap_or((80, 24))
}

/// Gives the terminal back as it was, if it is ours. Safe from any thread, any number of times.
pub(crate) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        drop(write_out(GIVE_BACK));
        drop(disable_raw_mode());
    }
}

/// Whether a frame only sets attributes and hides the cursor: nothing changed.
fn says_nothing(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        if *first != 0x1b || tail.first() != Some(&b'[') {
            return false;
        }
        let Some(end) = tail[1..].iter().position(|b| (0x40..=0x7e).contains(b)) else {
            return false;
        };
        if !matches!(tail[1 + end], b'm' | b'l' | b'h') {
            return false;
        }
        rest = &tail[end + 2..];
    }
    true
}

/// Writes past the lock of `Stdout`: whoever restores must not wait for whoever draws.
#[cfg(unix)]
fn write_out(mut bytes: &[u8]) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let out = rustix::stdio::stdout();
    while !bytes.is_empty() {
        match rustix::io::write(out, bytes) {
            Ok(written) => bytes = &bytes[written.min(bytes.len())..],
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => {
                let wait = rustix::event::Timespec {
                    tv_sec: 0,
                    tv_nsec: 100_000_000,
                };
                if poll(&mut [PollFd::new(&out, PollFlags::OUT)], Some(&wait))? == 0 {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
            Err(why) => return Err(why.into()),
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn write_out(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// A panic, of whichever thread, gives the terminal back before it speaks, and ends the program: in the released program
/// nothing is unwound, and what the journal has is kept.
fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            restore();
            before(info);
            let words = "this is a fault of Reheat; the session is kept, and `reheat resume` goes on with it";
            drop(writeln!(io::stderr(), "{words}"));
            // A frame may have been on its way when the terminal was given back.
            drop(write_out(FRAME_CLOSED));
            std::process::abort();
        }));
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_without_news_is_not_written() {
        assert!(says_nothing(b""));
        assert!(says_nothing(b"\x1b[39m\x1b[49m\x1b[59m\x1b[0m\x1b[?25l"));
        assert!(!says_nothing(b"\x1b[1;1Hx\x1b[0m"));
        assert!(!says_nothing(b"\x1b[2J"));
        assert!(!says_nothing(b"x"));
    }
}
