//! What the screen costs: drawing each moment at two sizes, the first frame, a key with a full diff on the screen,
//! a flood of tokens and samples, a diff of a long file, a large session. Times in this machine's microseconds;
//! compare them with each other. The end says how much memory a large session takes.
//!
//! `cargo bench --features testing --bench draw`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use reheat::base::units::{Bytes, Nanos};
use reheat::measure::Progress;
use reheat::sandbox::Sample;
use reheat::session::event::{Author, Event as E, VersionId};
use reheat::session::{EventRecord, Session};
use reheat::task::Source;
use reheat::tui::testing::{
    App, Columns, Depth, Diff, Moment, Reply, Syntaxes, Tab, Theme, draw, session, take,
    terminal_event, work,
};

/// Time of this thread on a processor, so that what else the machine does is not counted; elsewhere the clock's.
fn now() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let at = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(at.tv_sec as u64, at.tv_nsec as u32)
    }
    #[cfg(not(target_os = "linux"))]
    {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}

/// Median and 99th percentile of many runs.
fn time(runs: usize, mut run: impl FnMut()) -> (Duration, Duration) {
    run();
    let mut all: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = now();
            run();
            now().saturating_sub(start)
        })
        .collect();
    all.sort_unstable();
    (all[all.len() / 2], all[all.len() * 99 / 100])
}

fn row(name: &str, (median, p99): (Duration, Duration)) {
    println!(
        "{name:<44} {:>9.1} µs   p99 {:>9.1} µs",
        median.as_secs_f64() * 1e6,
        p99.as_secs_f64() * 1e6
    );
}

fn prepared(session: &Session, width: u16, height: u16, tab: Option<Tab>) -> App {
    let mut app = App::new(Theme::dark(Depth::True), None, session.last_at.unwrap());
    app.observe(session);
    app.state.nav.tab = tab;
    app.state.size = Rect::new(0, 0, width, height);
    let mut grammars = None;
    loop {
        let mut jobs = Vec::new();
        app.prepare(session, &mut |job| jobs.push(job));
        if jobs.is_empty() {
            return app;
        }
        for job in jobs {
            take(&mut app, session, work(job, &mut grammars));
        }
    }
}

fn main() {
    // First, while nothing else has been allocated.
    large_session();
    for (width, height) in [(160, 45), (80, 24)] {
        for moment in [Moment::Streaming, Moment::Comparing, Moment::Finished] {
            let session = session(moment);
            let mut app = prepared(&session, width, height, None);
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            row(
                &format!("a frame: {moment:?} at {width}×{height}"),
                time(400, || {
                    app.prepare(&session, &mut |_| {});
                    terminal
                        .draw(|f| drop(black_box(draw(f, &session, &app))))
                        .unwrap();
                }),
            );
        }
    }
    let comparing = session(Moment::NoDifference);
    for (name, lines) in [("500", 500), ("5,000", 5_000), ("100,000", 100_000)] {
        let (session, mut app) = with_diff(lines);
        let mut terminal = Terminal::new(TestBackend::new(160, 45)).unwrap();
        row(
            &format!("a key, side by side, {name} lines, all open"),
            time(400, || {
                let key = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
                terminal_event(&mut app, &session, &Event::Key(key));
                frame(&mut app, &session, &mut terminal);
            }),
        );
        row(
            &format!("the same laid out anew, {name} lines"),
            time(40, || {
                let key = KeyEvent::new(KeyCode::Char('w'), KeyModifiers::NONE);
                terminal_event(&mut app, &session, &Event::Key(key));
                frame(&mut app, &session, &mut terminal);
            }),
        );
    }
    flood(Tab::Diff, "a diff of 5,000 lines open");
    flood(Tab::Stream, "the reply followed");
    let long: String = (0..4_000)
        .map(|i| format!("    value_{i} = compute({i}, \"text\") + {i}\n"))
        .collect();
    let text = format!("Words first.\n\n```python\n{long}");
    let grammars = std::sync::Arc::new(Syntaxes::default());
    let mut reply = Reply::default();
    let mut end = text.len() - 3_000;
    reply.update((1, 0), &text[..end], 100, "python", Some(&grammars));
    row(
        "a token at the end of a reply of 4,000 lines",
        time(500, || {
            end = (end + 5).min(text.len());
            reply.update((1, 0), &text[..end], 100, "python", Some(&grammars));
        }),
    );
    let changed = long
        .replace("value_7", "other_7")
        .replace("compute(99", "reckon(99");
    row(
        "a diff of 4,000 lines (on the worker)",
        time(20, || drop(black_box(Diff::new(&long, &changed)))),
    );
    row(
        "the first frame, from nothing",
        time(50, || {
            let session = Session::default();
            let app = App::new(Theme::dark(Depth::True), None, comparing.last_at.unwrap());
            let mut terminal = Terminal::new(TestBackend::new(160, 45)).unwrap();
            terminal
                .draw(|f| drop(black_box(draw(f, &session, &app))))
                .unwrap();
        }),
    );
}

fn frame(app: &mut App, session: &Session, terminal: &mut Terminal<TestBackend>) {
    app.prepare(session, &mut |_| {});
    let mut seen = None;
    terminal
        .draw(|f| seen = Some(black_box(draw(f, session, app))))
        .unwrap();
    app.state.hits = seen.unwrap();
}

fn code(lines: usize) -> String {
    (0..lines)
        .map(|i| format!("    value_{i} = compute({i}, \"text\") + {i}\n"))
        .collect()
}

fn add(session: &mut Session, id: u32, parent: u32, text: &str) {
    let event = E::VersionCreated {
        version: VersionId(id),
        parent: Some(VersionId(parent)),
        round: 0,
        candidate: 0,
        author: Author::Hand,
        source: Source {
            file_name: "a.py".into(),
            text: text.into(),
        },
    };
    happen(session, event);
}

fn happen(session: &mut Session, event: E) {
    let at = session.last_at.unwrap();
    session.apply(&EventRecord { at, event });
}

/// A diff of so many lines, side by side, every fold open.
fn with_diff(lines: usize) -> (Session, App) {
    let mut session = session(Moment::Streaming);
    let old = code(lines);
    let new = old.replace("7 = compute", "7 = reckon");
    add(&mut session, 100, 0, &old);
    add(&mut session, 101, 100, &new);
    let mut app = App::new(Theme::dark(Depth::True), None, session.last_at.unwrap());
    app.observe(&session);
    app.state.nav.selected = Some(VersionId(101));
    app.state.nav.tab = Some(Tab::Diff);
    app.state.size = Rect::new(0, 0, 160, 45);
    app.state.panes.diff.columns = Columns::SideBySide;
    app.state.panes.diff.toggle_all();
    settle(&mut app, &session);
    let mut terminal = Terminal::new(TestBackend::new(160, 45)).unwrap();
    frame(&mut app, &session, &mut terminal);
    (session, app)
}

/// Everything that the desk is asked for, worked out at once.
fn settle(app: &mut App, session: &Session) {
    let mut grammars = None;
    loop {
        let mut jobs = Vec::new();
        app.prepare(session, &mut |job| jobs.push(job));
        if jobs.is_empty() {
            return;
        }
        for job in jobs {
            take(app, session, work(job, &mut grammars));
        }
    }
}

/// A frame in which 2,000 tokens and 1,000 samples a second have come, at 30 frames a second.
fn flood(tab: Tab, what: &str) {
    let (mut session, mut app) = with_diff(5_000);
    app.state.nav.tab = Some(tab);
    if tab == Tab::Stream {
        app.state.nav.selected = None;
    }
    let mut terminal = Terminal::new(TestBackend::new(160, 45)).unwrap();
    let text = code(4_000);
    let mut tokens = text
        .as_bytes()
        .chunks(4)
        .map(|c| String::from_utf8_lossy(c).into_owned());
    happen(
        &mut session,
        E::ReplyDelta {
            round: 2,
            candidate: 0,
            reasoning: false,
            text: "```python\n".into(),
        },
    );
    let mut t = 0;
    let taken = time(300, || {
        for _ in 0..67 {
            let text = tokens.next().unwrap_or_default();
            let delta = E::ReplyDelta {
                round: 2,
                candidate: 0,
                reasoning: false,
                text,
            };
            happen(&mut session, delta);
        }
        for _ in 0..33 {
            t += 1_000_000;
            let sample = Sample {
                t: Nanos(t),
                memory: Bytes(t / 10),
            };
            let progress = Progress::Sampled { sample };
            let version = VersionId(101);
            happen(&mut session, E::Progressed { version, progress });
        }
        frame(&mut app, &session, &mut terminal);
    });
    row(&format!("2,000 tokens/s, 1 kHz, {what}"), taken);
    println!(
        "{:<44} {:>9.2} % of a core at 30 frames/s",
        "  of that in all",
        taken.0.as_secs_f64() * 30.0 * 100.0
    );
}

/// 200 versions of 25 kB each, all of them looked at, one after the other.
fn large_session() {
    let before = resident();
    let mut session = session(Moment::Finished);
    let text = code(600);
    for n in 0..200 {
        let own = text.replace("value_3", &format!("own{n}_3"));
        add(&mut session, 100 + n, if n == 0 { 0 } else { 99 + n }, &own);
    }
    let bytes: usize = session.versions.iter().map(|v| v.source.text.len()).sum();
    let mut app = App::new(Theme::dark(Depth::True), None, session.last_at.unwrap());
    app.observe(&session);
    app.state.size = Rect::new(0, 0, 160, 45);
    app.state.nav.tab = Some(Tab::Diff);
    let mut terminal = Terminal::new(TestBackend::new(160, 45)).unwrap();
    let mut all = Vec::new();
    for n in 0..200 {
        app.state.nav.selected = Some(VersionId(100 + n));
        settle(&mut app, &session);
        let start = now();
        frame(&mut app, &session, &mut terminal);
        all.push(now().saturating_sub(start));
    }
    all.sort_unstable();
    row(
        "another of 200 versions selected, its diff",
        (all[100], all[197]),
    );
    println!(
        "{:<44} {:>9.1} MiB more than before, with {:.1} MB of text; {:.1} MiB in all",
        "200 versions, each looked at",
        (resident().saturating_sub(before)) as f64 / 1_048_576.0,
        bytes as f64 / 1e6,
        resident() as f64 / 1_048_576.0
    );
}

/// Resident bytes of this process; 0 where nobody says.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse::<u64>().ok())
        .unwrap_or(0)
        * 1_024
}
