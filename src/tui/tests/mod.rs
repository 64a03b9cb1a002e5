//! The room as a person meets it: keys, clicks and events go in, and what stands on the drawn screen is looked at.
//!
//! Every test uses [`TestScreen`], a screen without a terminal that is drawn by the very code that draws the real one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod commands;
mod figures;
mod fixture;
mod history;
mod keys;
mod mouse;
mod panes;
mod replies;
mod screens;
mod search;
mod stand;
mod start;
mod steering;
mod tips;
mod write_back;

use jiff::SignedDuration;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};

use crate::session::event::Event;
use crate::session::{EventRecord, Session};
use crate::tui::app::App;
use crate::tui::core::key::Key;
use crate::tui::core::text::width;
use crate::tui::core::theme::{Depth, Theme};
use crate::tui::core::{home::Home, workers};
use crate::tui::draw::draw;
use crate::tui::input::terminal_event;
use crate::tui::sample::{Moment, session};
use crate::tui::state::effect::Effect;
use crate::tui::update::take;

/// A screen on which a test types and clicks, and that it reads.
struct TestScreen {
    session: Session,
    app: App,
    terminal: Terminal<TestBackend>,
    /// Whether nothing went in since the last drawing.
    drawn: bool,
}

impl TestScreen {
    /// On the start screen if there is one, else at work on the session.
    fn new(width: u16, height: u16, session: Session, home: Option<Home>) -> Self {
        let now = session
            .last_at
            .unwrap_or_else(|| "2026-05-04T09:30:00Z".parse().unwrap());
        let mut app = App::new(Theme::dark(Depth::True), home, now);
        app.observe(&session);
        Self {
            session,
            app,
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
            drawn: false,
        }
    }

    /// At a moment of the fabricated session.
    fn at(width: u16, height: u16, moment: Moment) -> Self {
        Self::new(width, height, session(moment), None)
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        self.drawn = false;
    }

    /// An event of the session, at the time of the last one.
    fn happen(&mut self, event: Event) {
        self.later(0, event);
    }

    /// An event of the session, so many milliseconds after the last one.
    fn later(&mut self, after_ms: i64, event: Event) {
        let at = self.session.last_at.unwrap() + SignedDuration::from_millis(after_ms);
        self.session.apply(&EventRecord { at, event });
        self.app.state.now = at;
        self.app.observe(&self.session);
        self.drawn = false;
    }

    /// Does all that was asked of the workers, until nothing more is; gives what the event loop would have to do.
    fn settle(&mut self) -> Vec<Effect> {
        let (app, session) = (&mut self.app, &self.session);
        let mut grammars = None;
        let mut effects = Vec::new();
        loop {
            let mut jobs = Vec::new();
            app.prepare(session, &mut |job| jobs.push(job));
            if jobs.is_empty() {
                return effects;
            }
            for job in jobs {
                effects.extend(take(app, session, workers::work(job, &mut grammars)));
            }
        }
    }

    /// Draws until everything that the workers do is on the screen.
    fn draw(&mut self) -> &Buffer {
        self.app.state.size = self.terminal.backend().buffer().area;
        self.settle();
        let mut hits = None;
        self.terminal
            .draw(|frame| hits = Some(draw(frame, &self.session, &self.app)))
            .unwrap();
        self.app.state.hits = hits.unwrap();
        self.drawn = true;
        self.terminal.backend().buffer()
    }

    fn text(&mut self) -> String {
        text_of(self.draw())
    }

    /// Presses keys, by the names that the config file has for them, with the screen drawn before each.
    fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for name in keys.split_whitespace() {
            self.draw();
            effects.extend(self.at_once(name));
            effects.extend(self.settle());
        }
        effects
    }

    /// Presses keys without a drawing between them, as a flood of them comes.
    fn at_once(&mut self, keys: &str) -> Vec<Effect> {
        keys.split_whitespace()
            .flat_map(|name| self.input(&TerminalEvent::Key(key(name))))
            .collect()
    }

    /// Types a text letter by letter.
    fn types(&mut self, text: &str) {
        for c in text.chars() {
            let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
            self.input(&TerminalEvent::Key(key));
        }
    }

    fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.input(&TerminalEvent::Paste(text.into()))
    }

    fn input(&mut self, event: &TerminalEvent) -> Vec<Effect> {
        self.drawn = false;
        terminal_event(&mut self.app, &self.session, event)
    }

    /// Where a text stands on the screen; the last place if there are several.
    fn find(&mut self, text: &str) -> Option<(u16, u16)> {
        let buffer = self.draw();
        let area = buffer.area;
        let mut found = None;
        for y in 0..area.height {
            for x in 0..area.width {
                let mut cells = (x..area.width).map(|x| buffer[(x, y)].symbol());
                let here = text.chars().all(|c| {
                    let mut one = [0; 4];
                    cells.next() == Some(&*c.encode_utf8(&mut one))
                });
                if here {
                    found = Some((x, y));
                }
            }
        }
        found
    }

    fn place_of(&mut self, text: &str) -> (u16, u16) {
        let spaces = text.len() - text.trim_start().len();
        let Some((x, y)) = self.find(text) else {
            panic!("`{text}` is not on the screen:\n{}", self.text());
        };
        (x + u16::try_from(spaces).unwrap(), y)
    }

    /// What the mouse does on the screen as it was drawn last: another drawing before it could put something else there
    /// (the first one does not know yet what the panes have room for).
    fn mouse(&mut self, kind: MouseEventKind, (column, row): (u16, u16)) -> Vec<Effect> {
        if !self.drawn {
            self.draw();
        }
        let effects = self.input(&TerminalEvent::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
        self.draw();
        effects
    }

    fn click_at(&mut self, place: (u16, u16)) -> Vec<Effect> {
        let mut effects = self.mouse(MouseEventKind::Down(MouseButton::Left), place);
        effects.extend(self.mouse(MouseEventKind::Up(MouseButton::Left), place));
        effects
    }

    /// Clicks on the first letter of a text, where it stands last.
    fn click(&mut self, text: &str) -> Vec<Effect> {
        let place = self.place_of(text);
        self.click_at(place)
    }

    /// Turns the wheel by one step over a text.
    fn wheel(&mut self, down: bool, text: &str) {
        let place = self.place_of(text);
        let kind = if down {
            MouseEventKind::ScrollDown
        } else {
            MouseEventKind::ScrollUp
        };
        self.mouse(kind, place);
    }
}

/// What a drawn screen says, line by line; a wide character counts once.
fn text_of(buffer: &Buffer) -> String {
    let mut all = String::new();
    for y in 0..buffer.area.height {
        let (mut row, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap();
        }
        all.push_str(row.trim_end());
        all.push('\n');
    }
    all
}

/// A key by the name that the config file has for it; anything else is its first character.
fn key(name: &str) -> KeyEvent {
    let key: Key = name
        .parse()
        .unwrap_or_else(|_| panic!("there is no key called {name}"));
    key.into()
}
