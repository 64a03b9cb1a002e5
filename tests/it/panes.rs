//! The panes of the workbench: diffs of any size, the reply as it grows, charts, the version tree, the cases.

use crate::support::screen;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use reheat::session::event::{Author, Event as E, Finish, Stage, Usage, VersionId};
use reheat::session::{EventRecord, Session};
use reheat::task::Source;
use reheat::tui::app::App;
use reheat::tui::core::tab::Tab;
use reheat::tui::core::theme::{Depth, Theme};
use reheat::tui::input::terminal_event;
use reheat::tui::sample::{Moment, session};

/// A screen on which a person could type.
struct Bench {
    session: Session,
    app: App,
    terminal: Terminal<TestBackend>,
}

impl Bench {
    fn new(width: u16, height: u16, session: Session) -> Self {
        let mut app = App::new(Theme::dark(Depth::True), None, session.last_at.unwrap());
        app.observe(&session);
        Self {
            session,
            app,
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
        }
    }

    fn happen(&mut self, event: E) {
        let at = self.session.last_at.unwrap();
        self.session.apply(&EventRecord { at, event });
    }

    fn version(&mut self, id: u32, parent: u32, text: &str) {
        self.happen(E::VersionCreated {
            version: VersionId(id),
            parent: Some(VersionId(parent)),
            round: 0,
            candidate: 0,
            author: Author::Hand,
            source: Source {
                file_name: "a.py".into(),
                text: text.into(),
            },
        });
    }

    fn draw(&mut self) -> &Buffer {
        screen::draw(&self.session, &mut self.app, &mut self.terminal)
    }

    fn text(&mut self) -> String {
        screen::text(self.draw())
    }

    fn press(&mut self, keys: &[&str]) -> &mut Self {
        for key in keys {
            self.draw();
            let key = screen::key(key);
            terminal_event(&mut self.app, &self.session, &Event::Key(key));
        }
        self
    }

    fn click(&mut self, words: &str) {
        let shown = self.text();
        let (row, line) = shown
            .lines()
            .enumerate()
            .find(|(_, l)| l.contains(words))
            .unwrap_or_else(|| panic!("{words} in\n{shown}"));
        let column = reheat::tui::core::text::width(&line[..line.find(words).unwrap()]);
        let mouse = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: column as u16,
            row: row as u16,
            modifiers: KeyModifiers::NONE,
        };
        terminal_event(&mut self.app, &self.session, &Event::Mouse(mouse));
    }
}

fn lines(count: usize) -> String {
    (0..count)
        .map(|i| format!("value_{i} = compute({i}, \"text\") + {i}\n"))
        .collect()
}

/// Two versions of a text of so many lines, a few of them changed, and the diff on the screen.
fn long_diff(count: usize, width: u16, height: u16) -> Bench {
    let mut bench = Bench::new(width, height, session(Moment::Finished));
    let old = lines(count);
    let new = old
        .replace("value_20 = compute", "other_20 = reckon")
        .replace("value_60 = compute", "other_60 = reckon")
        .replace("value_90 = compute", "other_90 = reckon");
    bench.version(100, 5, &old);
    bench.version(101, 100, &new);
    bench.app.nav.selected = Some(VersionId(101));
    bench.app.nav.tab = Some(Tab::Diff);
    bench
}

#[test]
fn a_diff_in_both_layouts_with_folds_map_and_numbers() {
    for (width, height) in [(160, 45), (80, 24)] {
        let mut bench = long_diff(400, width, height);
        insta::assert_snapshot!(format!("diff_{width}x{height}"), bench.text());
        bench.press(&["D", "enter"]);
        insta::assert_snapshot!(format!("diff_other_{width}x{height}"), bench.text());
    }
}

#[test]
fn a_fold_opens_by_key_or_click_and_all_by_one_key() {
    let mut bench = long_diff(120, 160, 45);
    assert!(!bench.text().contains("value_40 ="));
    bench.press(&["}", "enter"]);
    assert!(bench.text().contains("value_40 ="), "{}", bench.text());
    bench.press(&["enter"]);
    assert!(!bench.text().contains("value_40 ="));
    bench.click("33 unchanged lines");
    assert!(bench.text().contains("value_40 ="));
    bench.click("33 unchanged lines");
    bench.press(&["F", "g"]);
    let shown = bench.text();
    assert!(
        shown.contains("value_0 =") && shown.contains("value_10 ="),
        "{shown}"
    );
}

#[test]
fn changes_are_counted_and_stepped_through() {
    let mut bench = long_diff(400, 160, 30);
    assert!(bench.text().contains("change 1/3"));
    for told in ["change 1/3", "change 2/3", "change 3/3", "change 3/3"] {
        bench.press(&["]"]);
        assert!(bench.text().contains(told), "{told}\n{}", bench.text());
    }
    bench.press(&["["]);
    let shown = bench.text();
    assert!(
        shown.contains("change 2/3") && shown.contains("other_60"),
        "{shown}"
    );
}

#[test]
fn any_two_versions_are_compared() {
    let mut bench = long_diff(120, 160, 45);
    bench.app.nav.selected = Some(VersionId(2));
    bench.press(&["M"]);
    bench.app.nav.selected = Some(VersionId(101));
    assert!(
        bench.text().contains("v2 → v101 (marked)"),
        "{}",
        bench.text()
    );
    bench.press(&["d"]);
    assert!(bench.text().contains("v100 → v101"));
    bench.press(&["d", "d", "d"]);
    assert!(bench.text().contains("v2 → v101 (marked)"));
}

/// What a frame costs is counted in lines of text that it reads and in layouts that it makes, not in time.
#[test]
fn a_frame_reads_the_lines_that_are_seen_whatever_stands_behind_them() {
    let mut read = Vec::new();
    for count in [200, 100_000] {
        let mut bench = long_diff(count, 160, 45);
        for keys in [&["F"][..], &["D"], &["W"], &["G"], &["pgdn"], &["3"]] {
            bench.press(keys);
            bench.draw();
            let made = bench.app.panes.diff.layouts_made;
            bench.draw();
            assert_eq!(bench.app.panes.diff.layouts_made, made, "nothing changed");
            let room = usize::from(bench.app.layout().main_inner().height);
            assert!(
                bench.app.hits.lines <= room * 2,
                "{keys:?} {}",
                bench.app.hits.lines
            );
            read.push((count, bench.app.hits.lines));
        }
    }
    // The heads of folds that happen to be in sight take a row or two from the lines.
    let (short, long) = read.split_at(read.len() / 2);
    for (a, b) in short.iter().zip(long) {
        assert!(b.1 <= a.1 + 4, "{read:?}");
    }
}

#[test]
fn a_line_of_a_megabyte_does_no_harm() {
    for piece in ["x", "日本 ", "e\u{301}"] {
        let long = piece.repeat((1 << 20) / piece.len());
        let mut bench = Bench::new(120, 36, session(Moment::Finished));
        bench.version(100, 5, &format!("a\n{long}\nb\n"));
        bench.version(101, 100, &format!("a\n{long}!\nc\n"));
        bench.app.nav.selected = Some(VersionId(101));
        for tab in [Tab::Diff, Tab::Code] {
            bench.app.nav.tab = Some(tab);
            bench.press(&["G"]);
            let end = bench.text();
            assert!(end.contains('c'), "{end}");
            bench.press(&["W", ">", ">"]);
            assert!(bench.text().contains('…'), "{}", bench.text());
            bench.press(&["W"]);
        }
    }
}

fn reply(bench: &mut Bench, text: &str) {
    bench.happen(E::StageChanged {
        stage: Stage::Streaming,
    });
    bench.happen(E::ReplyDelta {
        round: 1,
        candidate: 0,
        reasoning: false,
        text: text.into(),
    });
}

#[test]
fn a_growing_reply_is_followed_until_it_is_scrolled_away_from() {
    let mut bench = Bench::new(120, 36, session(Moment::Asking));
    reply(&mut bench, &lines(200));
    assert!(bench.text().contains("value_199"));
    bench.press(&["k", "k", "k", "k", "k"]);
    bench.draw();
    let before = bench.app.hits.first;
    reply(&mut bench, &lines(50));
    let shown = bench.text();
    assert_eq!(bench.app.hits.first, before);
    assert!(shown.contains("rows of new text · f follows"), "{shown}");
    bench.press(&["f"]);
    assert!(bench.text().contains("value_49"));
}

#[test]
fn markdown_is_rendered_lightly_and_nothing_is_lost() {
    let mut bench = Bench::new(100, 30, session(Moment::Asking));
    let text = "## Why\n\n- the **inner** loop runs `n` times, and this item is long enough to go on in a second row, and a third\n1. first\n\n```python\nx = 1  # a comment that is so long that it does not fit into the pane at all, and goes on and on to the end\n```\nDone.\n";
    reply(&mut bench, text);
    insta::assert_snapshot!("markdown_100x30", bench.text());
}

#[test]
fn reasoning_is_folded_once_the_answer_comes_and_opens_at_a_click() {
    let mut bench = Bench::new(120, 36, session(Moment::Streaming));
    let shown = bench.text();
    assert!(shown.contains("▸ reasoning") && !shown.contains("nested loop compares"));
    bench.click("▸ reasoning");
    assert!(
        bench.text().contains("nested loop compares"),
        "{}",
        bench.text()
    );
    bench.press(&["enter"]);
    assert!(!bench.text().contains("nested loop compares"));
}

#[test]
fn an_ended_reply_says_how_it_came() {
    let mut bench = Bench::new(160, 45, session(Moment::Asking));
    bench.happen(E::ReplyEnded {
        round: 1,
        candidate: 0,
        model: "m".into(),
        text: "hello".into(),
        reasoning: "".into(),
        chunks: vec![(1_200, 2), (3_200, 5)],
        usage: Usage {
            prompt_tokens: 1,
            reply_tokens: 200,
            counted: true,
            cost: None,
        },
        finish: Finish::Stop,
        error: String::new(),
    });
    bench.app.nav.tab = Some(Tab::Stream);
    let shown = bench.text();
    assert!(
        shown.contains("200 tok · 100 tok/s · first after 1.20 s"),
        "{shown}"
    );
}

#[test]
fn one_chart_alone_shows_values_under_a_cursor() {
    let mut bench = Bench::new(160, 45, session(Moment::Finished));
    bench.press(&["7"]);
    insta::assert_snapshot!("charts_160x45", bench.text());
    bench.press(&["enter", "right"]);
    let shown = bench.text();
    assert!(
        shown.contains(" at ") && shown.contains("v0") && shown.contains("MB"),
        "{shown}"
    );
    insta::assert_snapshot!("chart_memory_160x45", shown);
    for _ in 0..300 {
        bench.press(&["right"]);
    }
    assert!(bench.text().contains("ended at"), "{}", bench.text());
    bench.press(&["enter", "enter", "left"]);
    insta::assert_snapshot!("chart_times_160x45", bench.text());
    bench.press(&["enter", "left", "left", "left", "left", "left", "left"]);
    assert!(bench.text().contains("v0 ● original"), "{}", bench.text());
}

#[test]
fn plain_ascii_is_plain_ascii_everywhere() {
    for moment in [
        Moment::Streaming,
        Moment::Comparing,
        Moment::Failed,
        Moment::Finished,
    ] {
        for (width, height) in [(160, 45), (80, 24), (40, 12)] {
            let mut bench = Bench::new(width, height, session(moment));
            bench.app.prefs.ascii = true;
            for tab in Tab::ALL {
                bench.app.nav.tab = Some(tab);
                let shown = bench.text();
                let odd: String = shown.chars().filter(|c| !c.is_ascii()).collect();
                assert!(odd.is_empty(), "{odd:?}");
                let unknown = bench.session.versions.is_empty() || !shown.contains('?');
                assert!(unknown || shown.contains("? help"), "{shown}");
            }
        }
    }
    let mut bench = Bench::new(120, 36, session(Moment::Comparing));
    bench.app.prefs.ascii = true;
    insta::assert_snapshot!("ascii_120x36", bench.text());
}

#[test]
fn a_large_tree_keeps_the_selected_version_in_view_and_finds_by_words() {
    let mut bench = Bench::new(160, 45, session(Moment::Finished));
    for n in 100..300 {
        bench.version(n, if n % 3 == 0 { 5 } else { n - 1 }, "x = 1\n");
    }
    for id in [5, 150, 299, 101] {
        bench.app.nav.selected = Some(VersionId(id));
        let shown = bench.text();
        let word = format!("v{id} ");
        let word = if id >= 100 { format!("v{id}✎") } else { word };
        assert!(shown.contains(&word), "{id}\n{shown}");
    }
    bench.press(&["v", "c", "r", "a", "s", "h"]);
    assert_eq!(bench.app.version(&bench.session), Some(VersionId(3)));
    assert!(bench.text().contains("1 found"), "{}", bench.text());
    bench.press(&["esc"]);
    assert_eq!(bench.app.version(&bench.session), Some(VersionId(101)));
    bench.press(&["v", "v", "2", "down", "enter", "V"]);
    let shown = bench.text();
    assert!(shown.contains("✗ 2 hidden"), "{shown}");
}

#[test]
fn cases_are_sorted_and_outputs_stand_side_by_side() {
    let mut bench = Bench::new(120, 36, session(Moment::Failed));
    bench.press(&["5"]);
    insta::assert_snapshot!("cases_failed_120x36", bench.text());
    let mut bench = Bench::new(120, 36, session(Moment::Finished));
    bench.press(&["5", "S", "S"]);
    let shown = bench.text();
    assert!(shown.contains("CPU▾"), "{shown}");
    let at = |name: &str| {
        shown
            .lines()
            .position(|l| l.contains(&format!("✓ {name}")))
            .unwrap()
    };
    assert!(at("07") < at("01"), "{shown}");
    bench.app.nav.case = Some(6);
    bench.press(&["down"]);
    assert_ne!(
        bench.app.nav.case,
        Some(6),
        "down goes to the row below, not to the next number"
    );
}

#[test]
fn the_gain_of_each_case_is_that_of_the_newest_comparison_with_the_original() {
    let mut bench = Bench::new(160, 45, session(Moment::Finished));
    let version = bench
        .session
        .versions
        .iter()
        .position(|v| v.comparison.as_ref().is_some_and(|c| c.incumbent == "v0"));
    let version = &mut bench.session.versions[version.unwrap()];
    let mut fresh = version.comparison.clone().unwrap();
    let name = version.evaluation.as_ref().unwrap().cases[0].case.clone();
    let gain = |g: f64| vec![(name.clone(), reheat::base::units::Gain(g))];
    version.comparison.as_mut().unwrap().per_case = gain(3.21);
    fresh.per_case = gain(7.89);
    version.against_original = Some(fresh);
    bench.app.nav.selected = Some(version.id);
    bench.press(&["5"]);
    let shown = bench.text();
    assert!(
        shown.contains("7.89×") && !shown.contains("3.21×"),
        "{shown}"
    );
}

#[test]
fn the_charts_say_why_a_version_has_no_pairs() {
    use reheat::session::event::Stage;
    let mut bench = Bench::new(160, 45, session(Moment::Checking));
    let id = bench.session.versions.last().unwrap().id;
    bench.app.nav.selected = Some(id);
    for (stage, words) in [
        (Stage::Building { version: id }, "it is being built"),
        (
            Stage::Checking {
                version: id,
                done: 1,
                total: 7,
            },
            "its cases are being checked",
        ),
        (Stage::Asking, "it was not judged yet"),
        (Stage::Finished, "it was not judged"),
    ] {
        bench.session.stage = stage;
        let shown = bench.text();
        assert!(shown.contains(words), "{words}: {shown}");
        assert!(!shown.contains("it was not timed"), "{shown}");
    }
    let mut bench = Bench::new(160, 45, session(Moment::Failed));
    assert!(bench.text().contains("it was not timed"));
}

#[test]
fn the_editor_colours_what_is_typed_and_stays_where_it_was_scrolled_to() {
    let mut bench = Bench::new(100, 30, session(Moment::Finished));
    bench.press(&["e"]);
    let role = |bench: &mut Bench, word: &str| {
        let colour = bench
            .app
            .prefs
            .theme
            .fg(reheat::tui::core::theme::Role::Keyword)
            .fg;
        let buffer = bench.draw();
        let found = (0..buffer.area.height).find_map(|y| {
            let row: String = (0..buffer.area.width)
                .map(|x| buffer[(x, y)].symbol())
                .collect();
            let at = row.find(word)?;
            let x = u16::try_from(row[..at].chars().count()).unwrap();
            Some((y, Some(buffer[(x, y)].fg) == colour))
        });
        found.unwrap_or_else(|| panic!("{word} is not on the screen"))
    };
    assert!(role(&mut bench, "def ").1, "{}", bench.text());
    bench.press(&["w", "h", "i", "l", "e", " "]);
    assert!(role(&mut bench, "while ").1, "{}", bench.text());
    // Moving up within what is seen moves the cursor, not the text.
    for _ in 0..60 {
        bench.press(&["down"]);
    }
    let before = bench.text();
    bench.press(&["up"]);
    assert_eq!(bench.text(), before);
}

#[test]
fn a_hidden_part_leaves_a_sign_with_the_key_that_brings_it_back() {
    let parts = [
        (160, 45, "t", "hidden: ctrl-w t versions"),
        (120, 36, "c", "hidden: ctrl-w c charts"),
        (120, 36, "d", "hidden: ctrl-w d verdict"),
        (120, 36, "h", "hidden: ctrl-w h hint box"),
        (80, 24, "t", "hidden: ctrl-w t versions"),
        (40, 12, "t", "hidden:"),
    ];
    for (width, height, key, sign) in parts {
        let mut bench = Bench::new(width, height, session(Moment::Comparing));
        assert!(!bench.text().contains("hidden:"));
        bench.press(&["ctrl-w", key]);
        // The word that says so once lies over the edge of a small screen for some seconds.
        bench.app.messages.last = None;
        let shown = bench.text();
        assert!(shown.contains(sign), "{width}×{height} {sign}\n{shown}");
        if width > 40 {
            bench.click(&sign["hidden: ".len()..]);
            bench.app.messages.last = None;
            assert!(!bench.text().contains("hidden:"), "{}", bench.text());
        }
    }
    // Where there would be no room for it anyway nothing is said.
    let mut bench = Bench::new(80, 24, session(Moment::Comparing));
    let shown = bench.press(&["ctrl-w", "c", "ctrl-w", "d"]).text();
    assert!(!shown.contains("hidden:"), "{shown}");
}

#[test]
fn a_click_on_the_head_of_a_column_sorts_the_cases_and_another_one_leaves_it() {
    use reheat::tui::core::parts::CaseOrder;
    let mut bench = Bench::new(160, 45, session(Moment::Finished));
    bench.press(&["5"]);
    for (title, order) in [
        ("verdict ", CaseOrder::Verdict),
        ("CPU", CaseOrder::Cpu),
        ("peak", CaseOrder::Peak),
        ("wall", CaseOrder::Wall),
    ] {
        let shown = bench.text();
        let row = shown
            .lines()
            .position(|l| l.contains("CPU") && l.contains("wall"))
            .unwrap();
        let line = shown.lines().nth(row).unwrap();
        let column = reheat::tui::core::text::width(&line[..line.find(title).unwrap()]);
        let click = Event::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: column as u16,
            row: row as u16,
            modifiers: KeyModifiers::NONE,
        });
        terminal_event(&mut bench.app, &bench.session, &click);
        assert_eq!(bench.app.panes.cases.order, order);
        let mark = format!("{}▾", title.trim());
        assert!(bench.text().contains(&mark), "{}", bench.text());
        bench.draw();
        terminal_event(&mut bench.app, &bench.session, &click);
        assert_eq!(bench.app.panes.cases.order, CaseOrder::Own);
    }
}
