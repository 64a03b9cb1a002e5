//! The one loop of the screen: waits, takes in everything that came, draws once.

mod away;
mod begin;
mod inbox;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::crossterm::event::Event;
use ratatui::layout::Rect;

use self::begin::{adopt, asks_for_ground, looker, opener};
use self::inbox::{Keyboard, Message};
use crate::engine::Command;
use crate::log;
use crate::session::event::Stage;
use crate::session::{EventRecord, Session};
use crate::tui::app::App;
use crate::tui::clipboard::ClipboardRoute;
use crate::tui::core::frame_limiter::{Cause, FrameLimiter};
use crate::tui::core::home::Choice;
use crate::tui::core::memory::Keeper;
use crate::tui::core::terminal::Screen;
use crate::tui::core::theme::{Depth, Theme};
use crate::tui::core::workers::WorkerPool;
use crate::tui::core::{background, cast, terminal, workers};
use crate::tui::dialogs::settings;
use crate::tui::draw::draw;
use crate::tui::input::terminal_event;
use crate::tui::state::effect::Effect;
use crate::tui::state::tips;
use crate::tui::update::take;
use crate::tui::{Discovery, Ended, Link, ModelLine, RecordedSession, Start, TuiError, clipboard};

/// Messages taken in before a frame, at most; a flood must not keep the screen from being drawn.
const BATCH: usize = 4_096;

/// Shows the screen until it ends. Blocks; gives the terminal back whatever happens.
///
/// # Errors
/// Where there is no terminal, or the theme cannot be read.
pub fn run(start: Start) -> Result<Ended, TuiError> {
    let environment = |name: &str| std::env::var(name).ok();
    let depth = Depth::detect(environment);
    let name = start
        .theme
        .clone()
        .unwrap_or_else(|| Theme::default_name(environment).to_owned());
    // A theme that cannot be used costs its colours, never the screen.
    let (theme, warnings) =
        Theme::load(&name, start.themes.as_deref(), depth).unwrap_or_else(|why| {
            let usual = Theme::default_name(environment);
            let theme = if usual == "light" {
                Theme::light(depth)
            } else {
                Theme::dark(depth)
            };
            (theme, vec![format!("{why}; `{usual}` is shown")])
        });
    inbox::ended(false);
    let mut screen = Screen::take()?;
    let (sender, receiver) = inbox::open();
    let signals = inbox::signals(sender.clone())?;
    let answers = sender.clone();
    let home = start.running.is_none().then_some(start.home);
    let mut app = App::new(theme, home, Timestamp::now());
    app.state.prefs.theme_folder = start.themes;
    app.state.prefs.theme_name = name;
    app.state.prefs.config_file = start.config_file;
    app.state.prefs.ascii = crate::tui::core::glyphs::chosen(start.habits.ascii, environment);
    app.state.prefs.tips = start.habits.tips;
    app.state.messages.banner = start.banner;
    app.state.demo = start.demo;
    app.state.kiosk = start.kiosk;
    app.state.recorded = start.recorded;
    let folder = start.habits.folder;
    let file = folder.as_ref().map(|f| f.join("screen.json"));
    let trouble = adopt(
        &mut app,
        &start.habits.keys,
        start.habits.bell,
        file.as_deref(),
    );
    let told = start.habits.told.into_iter();
    for warning in told.chain(trouble).chain(warnings) {
        app.state.say(warning, true);
    }
    if asks_for_ground(start.theme.as_deref(), depth, environment) {
        app.state.size = size();
        screen.draw(|frame| drop(draw(frame, &Session::default(), &app)))?;
        let answer = background::ask(background::PATIENCE);
        if answer.light == Some(true) {
            app.state.show_theme("light");
        }
        for key in answer.keys {
            drop(sender.try_send(Message::Terminal(Event::Key(key))));
        }
    }
    let keyboard = Keyboard::start(sender.clone())?;
    let looks = start.late.map(|late| looker(late, sender.clone()));
    let _watcher = inbox::watch_themes(
        app.state
            .prefs
            .theme_folder
            .as_deref()
            .filter(|f| f.is_dir()),
        sender.clone(),
    );
    let mut event_loop = EventLoop {
        session: Session::default(),
        copied: folder.map(|f| f.join("copied.txt")),
        keeper: Keeper::start(file),
        way: ClipboardRoute::detect(environment),
        app,
        send: None,
        screen,
        keyboard,
        jobs: workers::start(move |done| drop(answers.send(Message::Done(done)))),
        choices: opener(start.open, sender.clone()),
        looks,
        sender,
        limiter: FrameLimiter::default(),
        wanted: Some(Cause::Key),
        leaving: None,
        leave_after: start.leave_after,
        leave_at: None,
    };
    if let Some(link) = start.running {
        event_loop.connect(link);
    }
    let result = event_loop.turn(&receiver);
    let ended = event_loop.end(&receiver);
    signals.close();
    inbox::ended(true);
    result?;
    Ok(ended)
}

fn size() -> Rect {
    let (width, height) = terminal::size();
    Rect::new(0, 0, width, height)
}

enum Leaving {
    Quit,
    /// The session has ended, and was shown for as long as it is to be.
    ByItself,
    Signal(i32),
}

struct EventLoop {
    session: Session,
    /// Where what was copied last is kept.
    copied: Option<PathBuf>,
    keeper: Keeper,
    way: ClipboardRoute,
    app: App,
    send: Option<Box<dyn Fn(Command) + Send>>,
    screen: Screen,
    keyboard: Keyboard,
    jobs: WorkerPool,
    choices: Sender<Choice>,
    looks: Option<Sender<Discovery>>,
    sender: SyncSender<Message>,
    limiter: FrameLimiter,
    /// Why a frame is wanted, if one is.
    wanted: Option<Cause>,
    leaving: Option<Leaving>,
    /// How long the end of a session is shown, where the screen then leaves by itself.
    leave_after: Option<Duration>,
    /// When it does, once that is known.
    leave_at: Option<Instant>,
}

impl EventLoop {
    fn connect(&mut self, link: Link) {
        if let Some(RecordedSession { history, whole }) = link.recorded {
            self.send = None;
            self.app.state.look_into(&mut self.session, history);
            inbox::forward_recorded(whole, link.events, self.sender.clone());
            return;
        }
        inbox::forward(link.events, self.sender.clone());
        self.send = Some(link.send);
    }

    fn turn(&mut self, inbox: &Receiver<Message>) -> std::io::Result<()> {
        while self.leaving.is_none() {
            let now = Instant::now();
            let due = self.wanted.map(|cause| self.limiter.wait(cause, now));
            if due.is_some_and(|d| d.is_zero()) {
                self.draw()?;
                continue;
            }
            let beat = self
                .app
                .state
                .heartbeat(&self.session)
                .map(Duration::from_millis);
            let left = self.leave_at.map(|at| at.saturating_duration_since(now));
            if left.is_some_and(|left| left.is_zero()) {
                self.leaving = Some(Leaving::ByItself);
                continue;
            }
            let first = match [due.or(beat), left].into_iter().flatten().min() {
                Some(wait) => inbox.recv_timeout(wait),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match first {
                Ok(message) => {
                    self.take(message, inbox)?;
                    for _ in 0..BATCH {
                        let Ok(message) = inbox.try_recv() else { break };
                        self.take(message, inbox)?;
                    }
                }
                // Either the frame is due now, or something on the screen has moved on by itself.
                Err(RecvTimeoutError::Timeout) => self.want(self.news()),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
        Ok(())
    }

    /// Now; in a recorded session what the clock said then.
    fn now(&self) -> Timestamp {
        let playback = self.app.state.playback.as_ref();
        playback.map_or_else(Timestamp::now, |p| p.clock(Instant::now()))
    }

    fn news(&self) -> Cause {
        match self.session.stage {
            Stage::Comparing { .. } | Stage::Confirming { .. } => Cause::NewsWhileTiming,
            _ => Cause::News,
        }
    }

    fn want(&mut self, cause: Cause) {
        if self.wanted != Some(Cause::Key) {
            self.wanted = Some(cause);
        }
    }

    fn draw(&mut self) -> std::io::Result<()> {
        self.wanted = None;
        self.app.state.size = size();
        self.app.state.play_on(&mut self.session, Instant::now());
        self.app.state.now = self.now();
        let covered = self.app.covered();
        if tips::tick(&mut self.app.state, &self.session, covered) {
            self.keeper.keep(&self.app.state.prefs.memory);
        }
        let jobs = &self.jobs;
        self.app.prepare(&self.session, &mut |job| jobs.send(job));
        let (session, app) = (&self.session, &self.app);
        let mut seen = None;
        self.screen
            .draw(|frame| seen = Some(draw(frame, session, app)))?;
        if let Some(seen) = seen {
            self.app.state.hits = seen;
        }
        if let Some(why) = cast::trouble() {
            self.app.state.say(why, true);
        }
        self.limiter.drawn(Instant::now());
        Ok(())
    }

    fn take(&mut self, message: Message, inbox: &Receiver<Message>) -> std::io::Result<()> {
        match message {
            Message::Terminal(event) => {
                self.app.state.now = self.now();
                let (width, height) = (self.app.state.size.width, self.app.state.size.height);
                if let Event::Resize(w, h) = event
                    && (w, h) != (width, height)
                {
                    log::line("screen", &format!("{w}×{h}"));
                    // Where things were is not where they are.
                    self.app.state.hits.pane = None;
                }
                self.want(Cause::Key);
                for effect in terminal_event(&mut self.app, &self.session, &event) {
                    if log::on() {
                        log::line("effect", &log::variant(&effect));
                    }
                    self.effect(effect, inbox)?;
                }
            }
            Message::Events(all) => {
                self.app.state.now = self.now();
                if self.app.state.playback.is_some() {
                    self.app.state.grew(&mut self.session, all);
                    self.want(Cause::News);
                    return Ok(());
                }
                for happened in &all {
                    self.happened(happened);
                }
                if std::mem::take(&mut self.app.state.observed.bell.due) {
                    self.screen.send(b"\x07")?;
                }
                self.want(self.news());
            }
            Message::Read(whole) => {
                match *whole {
                    Ok(whole) => self.app.state.was_read(&mut self.session, whole),
                    Err(why) => self.app.state.say(why, true),
                }
                self.want(Cause::News);
            }
            Message::LoopEnded => {
                if self.session.finished.is_none() && self.app.state.playback.is_none() {
                    self.app.state.say("the loop has ended", true);
                }
                self.leave_soon(true);
                self.want(Cause::News);
            }
            Message::Done(done) => {
                for effect in take(&mut self.app, &self.session, done) {
                    self.effect(effect, inbox)?;
                }
                self.want(Cause::News);
            }
            Message::Opened(opened) => self.opened(opened),
            Message::Discovered(late) => {
                if let Some(home) = &mut self.app.state.home {
                    home.take(late);
                    self.want(Cause::Key);
                }
            }
            Message::ThemeChanged => {
                let name = self.app.state.prefs.theme_name.clone();
                if Theme::file(&name, self.app.state.prefs.theme_folder.as_deref()).is_some() {
                    self.app.state.now = self.now();
                    self.app.state.show_theme(&name);
                    self.want(Cause::Key);
                }
            }
            Message::HungUp => self.leaving = Some(Leaving::Signal(signal_hook::consts::SIGHUP)),
            Message::Signal(signal) => self.signal(signal)?,
        }
        Ok(())
    }

    fn happened(&mut self, happened: &EventRecord) {
        self.session.apply(happened);
        if log::on() && happened.event.durable() {
            log::line("event", &log::variant(&happened.event));
        }
        self.app.observe(&self.session);
        self.leave_soon(self.session.finished.is_some());
    }

    /// Sets when the screen leaves by itself, if it is to and the session is over. Where nobody can press a key a session that waits for
    /// one is over too.
    fn leave_soon(&mut self, over: bool) {
        let over = over || (self.app.state.kiosk && self.session.stage == Stage::Waiting);
        let at = self
            .leave_after
            .filter(|_| over)
            .map(|after| Instant::now() + after);
        self.leave_at = match (at, self.leave_at) {
            (Some(at), None) => Some(at),
            (None, _) => None,
            (_, set) => set,
        };
    }

    fn opened(&mut self, opened: Result<Link, String>) {
        self.app.state.now = self.now();
        if let Some(home) = &mut self.app.state.home {
            home.opening = None;
        }
        match opened {
            Ok(link) => {
                self.session = Session::default();
                self.app.open_work();
                self.connect(link);
            }
            Err(why) => self.app.state.say(why, true),
        }
        self.want(Cause::Key);
    }

    fn signal(&mut self, signal: i32) -> std::io::Result<()> {
        use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};
        match signal {
            SIGWINCH => self.want(Cause::Key),
            SIGTSTP => self.suspend()?,
            // Someone stopped us without asking: what is on the screen may be theirs.
            SIGCONT => {
                self.screen.take_again()?;
                self.want(Cause::Key);
            }
            other => {
                log::line("screen", &format!("signal {other} ends it"));
                self.leaving = Some(Leaving::Signal(other));
            }
        }
        Ok(())
    }

    fn effect(&mut self, effect: Effect, inbox: &Receiver<Message>) -> std::io::Result<()> {
        match effect {
            Effect::Send(command) => self.ask(command),
            Effect::Open(choice) => drop(self.choices.send(choice)),
            Effect::Travel(to) => {
                (self.app.state).travel(&mut self.session, to, Instant::now());
            }
            Effect::GoTo(share) => {
                let playback = self.app.state.playback.as_mut();
                if let Some(at) = playback.map(|p| p.hold_at(share)) {
                    self.app.state.go_to(&mut self.session, at);
                }
            }
            Effect::Quit => self.leaving = Some(Leaving::Quit),
            Effect::Suspend => self.suspend()?,
            Effect::Redraw => self.screen.forget()?,
            Effect::TakeModel(server) => {
                let words = match self.app.state.prefs.config_file.as_deref() {
                    Some(file) => settings::take_model(file, &server),
                    None => Err("there is no config file to keep it in".into()),
                };
                match words {
                    Ok(()) => {
                        let text = format!("{} at {} is ready", server.model, server.base_url);
                        self.app
                            .state
                            .say(format!("{text}; kept in the config file"), false);
                        if let Some(home) = &mut self.app.state.home {
                            home.models = vec![ModelLine { text, ready: true }];
                        }
                    }
                    Err(why) => self.app.state.say(why, true),
                }
            }
            Effect::LookForModel => {
                if let (Some(home), Some(looks)) = (&mut self.app.state.home, &self.looks)
                    && looks.send(Discovery::Model).is_ok()
                {
                    home.forget_model();
                }
            }
            Effect::Copy { text, what } => self.copy(&text, &what)?,
            Effect::Mouse(ours) => self.screen.mouse(ours)?,
            Effect::Remember => self.keeper.keep(&self.app.state.prefs.memory),
            Effect::KeepTheme(name) => {
                if let Some(file) = &self.app.state.prefs.config_file
                    && let Err(error) = crate::config::save_setting(file, &["theme"], name)
                {
                    self.app
                        .state
                        .say(format!("the theme holds until you leave: {error}"), true);
                }
            }
            Effect::Outside {
                parent,
                text,
                file_name,
            } => self.outside(parent, &text, &file_name, inbox)?,
        }
        Ok(())
    }

    /// Asks the terminal to take a text, and keeps it in a file: a clipboard never answers.
    fn copy(&mut self, text: &str, what: &str) -> std::io::Result<()> {
        let kept = self.copied.as_ref().filter(|file| {
            clipboard::keep(file, text)
                .inspect_err(|e| {
                    log::line("copy", &format!("cannot write {}: {e}", file.display()))
                })
                .is_ok()
        });
        let bytes = clipboard::sequence(text, self.way);
        if let Some(bytes) = &bytes {
            self.screen.send(bytes)?;
        }
        let kept = kept.map(PathBuf::as_path);
        let (words, error) = clipboard::told(what, text.len(), bytes.is_some(), kept);
        self.app.state.say(words, error);
        Ok(())
    }

    fn ask(&self, command: Command) {
        if let Some(send) = &self.send {
            send(command);
        }
    }
}
