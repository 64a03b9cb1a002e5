//! The terminal in other hands: the shell's for a while, an editor's, and at last its owner's again.

use std::process::Command as Process;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::inbox::Message;
use super::{EventLoop, Leaving, inbox};
use crate::engine::Command;
use crate::session::event::VersionId;
use crate::tui::Ended;
use crate::tui::core::frame_limiter::Cause;
use crate::tui::dialogs::edit::queued;

/// How long the loop may take to end in good order when the developer quits.
const FAREWELL: Duration = Duration::from_secs(3);
/// The same after a signal or a hang-up.
const SHORT_FAREWELL: Duration = Duration::from_millis(250);

impl EventLoop {
    /// Gives the terminal back and stops, as ctrl-z does everywhere; goes on when the shell says so.
    pub(super) fn suspend(&mut self) -> std::io::Result<()> {
        self.keyboard.hold();
        self.screen.lend();
        drop(signal_hook::low_level::emulate_default_handler(
            signal_hook::consts::SIGTSTP,
        ));
        self.keyboard.release();
        self.screen.take_again()?;
        self.want(Cause::Key);
        Ok(())
    }

    /// Edits a text in the developer's own editor. The session goes on meanwhile and is kept up to date.
    pub(super) fn outside(
        &mut self,
        parent: VersionId,
        text: &str,
        file_name: &str,
        messages: &Receiver<Message>,
    ) -> std::io::Result<()> {
        let extension = std::path::Path::new(file_name)
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or("txt");
        let file = tempfile::Builder::new()
            .prefix("reheat-")
            .suffix(&format!(".{extension}"))
            .tempfile()?;
        std::fs::write(file.path(), text)?;
        let editor = ["VISUAL", "EDITOR"]
            .iter()
            .find_map(|v| std::env::var(v).ok().filter(|e| !e.trim().is_empty()))
            .unwrap_or_else(|| "vi".into());
        self.keyboard.hold();
        self.screen.lend();
        inbox::lent(true);
        // Through the shell, because the variable may hold arguments.
        let child = Process::new("sh")
            .arg("-c")
            .arg(format!("{editor} \"$1\""))
            .arg("sh")
            .arg(file.path())
            .spawn();
        let ended = child.and_then(|mut child| {
            loop {
                if let Some(status) = child.try_wait()? {
                    return Ok(status);
                }
                if let Ok(Message::Events(all)) = messages.recv_timeout(Duration::from_millis(50)) {
                    for happened in &all {
                        self.session.apply(happened);
                        self.app.observe(&self.session);
                    }
                }
            }
        });
        inbox::lent(false);
        self.keyboard.release();
        self.screen.take_again()?;
        self.app.state.now = Timestamp::now();
        self.want(Cause::Key);
        let edited = std::fs::read_to_string(file.path());
        match (ended, edited) {
            (Ok(status), Ok(new)) if status.success() && new != text => {
                let words = queued(&self.session, parent);
                self.app.state.say(words, false);
                self.app.state.edit_handed_over(&self.session);
                self.ask(Command::HandEdit { parent, text: new });
            }
            (Ok(status), Ok(_)) if status.success() => self
                .app
                .state
                .say("nothing was changed, so there is nothing to measure", false),
            (Ok(status), Ok(_)) => self.app.state.say(
                format!("`{editor}` ended with {status}; nothing is measured"),
                true,
            ),
            (Err(why), _) => self
                .app
                .state
                .say(format!("cannot start `{editor}`: {why}; set EDITOR"), true),
            (_, Err(why)) => self
                .app
                .state
                .say(format!("cannot read the edited text: {why}"), true),
        }
        Ok(())
    }

    /// Gives the terminal back at once, then lets the loop end in good order.
    pub(super) fn end(mut self, inbox: &Receiver<Message>) -> Ended {
        self.screen.lend();
        let signal = match self.leaving {
            Some(Leaving::Signal(signal)) => Some(signal),
            Some(Leaving::Quit | Leaving::ByItself) | None => None,
        };
        let by_itself = matches!(self.leaving, Some(Leaving::ByItself));
        if self.send.is_some() {
            self.ask(Command::Quit);
            let until = Instant::now()
                + if signal.is_some() {
                    SHORT_FAREWELL
                } else {
                    FAREWELL
                };
            while let Ok(message) =
                inbox.recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                match message {
                    Message::Events(all) => all.iter().for_each(|h| self.session.apply(h)),
                    Message::LoopEnded => break,
                    // A second ctrl-c means now.
                    Message::Signal(_) if signal.is_none() => break,
                    _ => {}
                }
            }
        }
        // Of a session that was only looked at there is nothing to tell afterwards.
        let session = match self.app.state.playback {
            Some(_) => crate::session::Session::default(),
            None => self.session,
        };
        Ended {
            session,
            signal,
            by_itself,
        }
    }
}
