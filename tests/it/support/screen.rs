//! A screen without a terminal: drawn as the program draws it, read as a person reads it.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use reheat::session::Session;
use reheat::tui::app::App;
use reheat::tui::core::key::Key;
use reheat::tui::core::workers;
use reheat::tui::draw;
use reheat::tui::state::effect::Effect;
use reheat::tui::update::take;

/// Works out all that is asked of the desk, until nothing more is; gives what the outside is to do.
pub(crate) fn settle(session: &Session, app: &mut App) -> Vec<Effect> {
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

/// Draws until all that was asked of the desk is on the screen.
pub(crate) fn draw<'a>(
    session: &Session,
    app: &mut App,
    terminal: &'a mut Terminal<TestBackend>,
) -> &'a Buffer {
    app.size = terminal.backend().buffer().area;
    settle(session, app);
    let mut seen = None;
    terminal
        .draw(|frame| seen = Some(draw::draw(frame, session, app)))
        .unwrap();
    app.hits = seen.unwrap();
    terminal.backend().buffer()
}

/// What stands there, line by line; a wide character counts once.
pub(crate) fn text(buffer: &Buffer) -> String {
    let mut all = String::new();
    for y in 0..buffer.area.height {
        let (mut row, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(reheat::tui::core::text::width(symbol).max(1)).unwrap();
        }
        all.push_str(row.trim_end());
        all.push('\n');
    }
    all
}

/// A key by the name that the config file has for it; anything else is its first character.
pub(crate) fn key(name: &str) -> KeyEvent {
    let key: Key = name
        .parse()
        .unwrap_or_else(|_| panic!("there is no key called {name}"));
    key.into()
}
