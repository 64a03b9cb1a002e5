//! A screen without a terminal: drawn as the program draws it, read as a person reads it.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use reheat::session::Session;
use reheat::tui::app::App;
use reheat::tui::desk;
use reheat::tui::keys::key_of;
use reheat::tui::view;

/// Draws until all that was asked of the desk is on the screen.
pub fn draw<'a>(
    session: &Session,
    app: &mut App,
    terminal: &'a mut Terminal<TestBackend>,
) -> &'a Buffer {
    app.size = terminal.backend().buffer().area;
    let mut grammars = None;
    loop {
        let mut jobs = Vec::new();
        app.prepare(session, &mut |job| jobs.push(job));
        if jobs.is_empty() {
            break;
        }
        for job in jobs {
            app.take(desk::work(job, &mut grammars));
        }
    }
    let mut seen = None;
    terminal
        .draw(|frame| seen = Some(view::draw(frame, session, app)))
        .unwrap();
    app.seen = seen.unwrap();
    terminal.backend().buffer()
}

/// What stands there, line by line; a wide character counts once.
pub fn text(buffer: &Buffer) -> String {
    let mut all = String::new();
    for y in 0..buffer.area.height {
        let (mut row, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(reheat::tui::text::width(symbol).max(1)).unwrap();
        }
        all.push_str(row.trim_end());
        all.push('\n');
    }
    all
}

/// A key by the name that the config file has for it; anything else is its first character.
pub fn key(name: &str) -> KeyEvent {
    key_of(name).unwrap_or_else(|| panic!("there is no key called {name}"))
}
