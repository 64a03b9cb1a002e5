//! `reheat screenshots` (hidden): the README's pictures as SVG, drawn from the fabricated session through the
//! very code that draws the screen. `--play` opens that session in the terminal instead.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::session::{History, Landmark, Session};
use crate::tui::Start;
use crate::tui::testing::{
    App, Depth, Moment, Role, Tab, Theme, draw, events, play as played, session as session_at,
    take, work,
};

/// Draws the README's pictures.
#[derive(Debug, clap::Args)]
pub(crate) struct ScreenshotsArgs {
    /// Where they go.
    #[arg(long, default_value = "assets/screenshots")]
    pub out: PathBuf,
    /// Open the fabricated session in the terminal instead.
    #[arg(long)]
    pub play: bool,
    /// Speed-up over the recorded session.
    #[arg(long, default_value_t = 1.0)]
    pub speed: f64,
    /// Name of a theme; the flag is that of the whole command line.
    #[arg(skip)]
    pub theme: Option<String>,
}

/// Width of a cell in the picture, in hundredths of a pixel to stay in whole numbers.
const CELL: (f64, f64) = (8.4, 18.0);

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &ScreenshotsArgs) -> ExitCode {
    let done = if args.play {
        play(args)
    } else {
        draw_all(&args.out)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("reheat: {why}");
            ExitCode::from(3)
        }
    }
}

fn play(args: &ScreenshotsArgs) -> Result<(), String> {
    let mut start = Start::running(played(args.speed.clamp(0.1, 1_000.0)));
    start.theme.clone_from(&args.theme);
    start.banner = "a fabricated session: nothing here was measured".into();
    start.demo = true;
    crate::tui::run(start).map(drop).map_err(|e| e.to_string())
}

fn draw_all(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder)
        .map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    let pictures = [
        ("comparing", Moment::Comparing, None, 160, 45, false),
        ("streaming", Moment::Streaming, None, 120, 34, false),
        ("verdict", Moment::Failed, Some(Tab::Cases), 120, 34, false),
        ("finished", Moment::Finished, None, 160, 45, false),
        (
            "light",
            Moment::NoDifference,
            Some(Tab::Diff),
            120,
            34,
            true,
        ),
    ];
    for (name, moment, tab, width, height, light) in pictures {
        let theme = if light {
            Theme::light(Depth::True)
        } else {
            Theme::dark(Depth::True)
        };
        let buffer = picture(&session_at(moment), tab, width, height, theme.clone())
            .map_err(|e| format!("cannot draw {name}: {e}"))?;
        let path = folder.join(format!("{name}.svg"));
        std::fs::write(&path, svg(&buffer, &theme))
            .map_err(|e| format!("cannot write {}: {e}", path.display()))?;
        println!("{}", path.display());
    }
    let theme = Theme::dark(Depth::True);
    let path = folder.join("history.svg");
    let drawn = looked_into(theme.clone()).map_err(|e| format!("cannot draw history: {e}"))?;
    std::fs::write(&path, svg(&drawn, &theme))
        .map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    println!("{}", path.display());
    let path = folder.join("gains.svg");
    let chart = crate::report::charts::alone(&session_at(Moment::Finished))?;
    std::fs::write(&path, chart).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

/// A session as the screen would show it.
fn picture(
    session: &Session,
    tab: Option<Tab>,
    width: u16,
    height: u16,
    theme: Theme,
) -> std::io::Result<Buffer> {
    let mut app = App::new(theme, None, session.last_at.unwrap_or_default());
    app.observe(session);
    app.state.nav.tab = tab;
    drawn(app, session, width, height)
}

/// The session as it is looked into, where its first version has failed.
fn looked_into(theme: Theme) -> std::io::Result<Buffer> {
    let mut events = events();
    events.retain(|record| record.event.durable());
    let history = History::new(events, Vec::new());
    let failed = history.landmark(0, Landmark::Failed, true);
    let mut app = App::new(theme, None, jiff::Timestamp::default());
    let mut session = Session::default();
    app.state.look_into(&mut session, history);
    app.state.go_to(&mut session, failed.unwrap_or_default());
    drawn(app, &session, 160, 45)
}

fn drawn(mut app: App, session: &Session, width: u16, height: u16) -> std::io::Result<Buffer> {
    app.state.size = ratatui::layout::Rect::new(0, 0, width, height);
    let mut grammars = None;
    loop {
        let mut jobs = Vec::new();
        app.prepare(session, &mut |job| jobs.push(job));
        if jobs.is_empty() {
            break;
        }
        for job in jobs {
            take(&mut app, session, work(job, &mut grammars));
        }
    }
    let Ok(mut terminal) = Terminal::new(TestBackend::new(width, height));
    let Ok(_) = terminal.draw(|frame| drop(draw(frame, session, &app)));
    Ok(terminal.backend().buffer().clone())
}

/// A screen as SVG: backgrounds as rectangles, text in runs of one style, each cell at its place.
fn svg(buffer: &Buffer, theme: &Theme) -> String {
    let area = buffer.area;
    let (width, height) = (
        f64::from(area.width) * CELL.0 + 24.0,
        f64::from(area.height) * CELL.1 + 24.0,
    );
    let app = hex(theme.colour(Role::Background)).unwrap_or_default();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace, 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{app}\"/>\n"
    );
    for y in 0..area.height {
        let top = 12.0 + f64::from(y) * CELL.1;
        for (x, cells, colour) in runs(buffer, y, |c| hex(c.bg).filter(|b| *b != app)) {
            let left = 12.0 + f64::from(x) * CELL.0;
            let _ = writeln!(
                out,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
                f64::from(cells) * CELL.0,
                CELL.1
            );
        }
        for (x, cells, (colour, bold, italic)) in runs(buffer, y, |c| {
            let seen = c.symbol() != " ";
            let style = (
                hex(c.fg)?,
                c.modifier.contains(Modifier::BOLD),
                c.modifier.contains(Modifier::ITALIC),
            );
            seen.then_some(style)
        }) {
            let text: String = (x..x + cells).map(|x| buffer[(x, y)].symbol()).collect();
            let weight = if bold { " font-weight=\"bold\"" } else { "" };
            let slant = if italic { " font-style=\"italic\"" } else { "" };
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{colour}\"{weight}{slant}>{}</text>",
                12.0 + f64::from(x) * CELL.0,
                top + 13.5,
                f64::from(cells) * CELL.0,
                escape(&text)
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Runs of equal cells in a row: start, length and value.
fn runs<T: PartialEq>(
    buffer: &Buffer,
    y: u16,
    of: impl Fn(&Cell) -> Option<T>,
) -> Vec<(u16, u16, T)> {
    let mut all: Vec<(u16, u16, T)> = Vec::new();
    for x in 0..buffer.area.width {
        let Some(says) = of(&buffer[(x, y)]) else {
            continue;
        };
        match all.last_mut() {
            Some((start, length, what)) if *start + *length == x && *what == says => *length += 1,
            _ => all.push((x, 1, says)),
        }
    }
    all
}

fn hex(colour: Color) -> Option<String> {
    match colour {
        Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        _ => None,
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
