//! What the screen costs: drawing each moment at two sizes, the first frame, a token while a long reply streams,
//! a diff of a long file. Times in this machine's microseconds; compare them with each other.
//!
//! `cargo bench --bench draw`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use reheat::session::Session;
use reheat::tui::app::{App, Tab};
use reheat::tui::desk;
use reheat::tui::diff::Diff;
use reheat::tui::sample::{Moment, session};
use reheat::tui::stream::Reply;
use reheat::tui::theme::{Depth, Theme};
use reheat::tui::view::draw;

/// Median and worst of many runs.
fn time(runs: usize, mut run: impl FnMut()) -> (Duration, Duration) {
    run();
    let mut all: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
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
    app.tab = tab;
    app.size = Rect::new(0, 0, width, height);
    let mut grammars = None;
    loop {
        let mut jobs = Vec::new();
        app.prepare(session, &mut |job| jobs.push(job));
        if jobs.is_empty() {
            return app;
        }
        for job in jobs {
            app.take(desk::work(job, &mut grammars));
        }
    }
}

fn main() {
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
    let mut app = prepared(&comparing, 160, 45, Some(Tab::Diff));
    let mut terminal = Terminal::new(TestBackend::new(160, 45)).unwrap();
    row(
        "a key with a full diff on the screen",
        time(400, || {
            app.shift = (app.shift + 1) % 7;
            app.prepare(&comparing, &mut |_| {});
            terminal
                .draw(|f| drop(black_box(draw(f, &comparing, &app))))
                .unwrap();
        }),
    );
    let long: String = (0..4_000)
        .map(|i| format!("    value_{i} = compute({i}, \"text\") + {i}\n"))
        .collect();
    let text = format!("Words first.\n\n```python\n{long}");
    let grammars = std::sync::Arc::new(reheat::tui::highlight::Syntaxes::default());
    let mut reply = Reply::default();
    let mut end = text.len() - 3_000;
    reply.update(1, &text[..end], 100, "python", Some(&grammars));
    row(
        "a token at the end of a reply of 4,000 lines",
        time(500, || {
            end = (end + 5).min(text.len());
            reply.update(1, &text[..end], 100, "python", Some(&grammars));
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
