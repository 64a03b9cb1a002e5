//! The panes of the workbench: diffs of any size, the reply as it grows, charts, the version tree, the cases.

use super::TestScreen;
use crate::session::event::{Author, Event as E, Finish, Stage, Usage, VersionId};
use crate::task::Source;
use crate::tui::core::tab::Tab;
use crate::tui::sample::Moment;

impl TestScreen {
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
}

fn lines(count: usize) -> String {
    (0..count)
        .map(|i| format!("value_{i} = compute({i}, \"text\") + {i}\n"))
        .collect()
}

/// Two versions of a text of so many lines, a few of them changed, and the diff on the screen.
fn long_diff(count: usize, width: u16, height: u16) -> TestScreen {
    let mut screen = TestScreen::at(width, height, Moment::Finished);
    let old = lines(count);
    let new = old
        .replace("value_20 = compute", "other_20 = reckon")
        .replace("value_60 = compute", "other_60 = reckon")
        .replace("value_90 = compute", "other_90 = reckon");
    screen.version(100, 5, &old);
    screen.version(101, 100, &new);
    screen.app.state.nav.selected = Some(VersionId(101));
    screen.app.state.nav.tab = Some(Tab::Diff);
    screen
}

#[test]
fn a_diff_in_both_layouts_with_folds_map_and_numbers() {
    for (width, height) in [(160, 45), (80, 24)] {
        let mut screen = long_diff(400, width, height);
        insta::assert_snapshot!(format!("diff_{width}x{height}"), screen.text());
        screen.press("D enter");
        insta::assert_snapshot!(format!("diff_other_{width}x{height}"), screen.text());
    }
}

#[test]
fn a_fold_opens_by_key_or_click_and_all_by_one_key() {
    let mut screen = long_diff(120, 160, 45);
    assert!(!screen.text().contains("value_40 ="));
    screen.press("} enter");
    assert!(screen.text().contains("value_40 ="), "{}", screen.text());
    screen.press("enter");
    assert!(!screen.text().contains("value_40 ="));
    screen.click("33 unchanged lines");
    assert!(screen.text().contains("value_40 ="));
    screen.click("33 unchanged lines");
    screen.press("F g");
    let shown = screen.text();
    assert!(
        shown.contains("value_0 =") && shown.contains("value_10 ="),
        "{shown}"
    );
}

#[test]
fn changes_are_counted_and_stepped_through() {
    let mut screen = long_diff(400, 160, 30);
    assert!(screen.text().contains("change 1/3"));
    for told in ["change 1/3", "change 2/3", "change 3/3", "change 3/3"] {
        screen.press("]");
        assert!(screen.text().contains(told), "{told}\n{}", screen.text());
    }
    screen.press("[");
    let shown = screen.text();
    assert!(
        shown.contains("change 2/3") && shown.contains("other_60"),
        "{shown}"
    );
}

#[test]
fn any_two_versions_are_compared() {
    let mut screen = long_diff(120, 160, 45);
    screen.app.state.nav.selected = Some(VersionId(2));
    screen.press("M");
    screen.app.state.nav.selected = Some(VersionId(101));
    assert!(
        screen.text().contains("v2 → v101 (marked)"),
        "{}",
        screen.text()
    );
    screen.press("d");
    assert!(screen.text().contains("v100 → v101"));
    screen.press("d d d");
    assert!(screen.text().contains("v2 → v101 (marked)"));
}

/// What a frame costs is counted in lines of text that it reads and in layouts that it makes, not in time.
#[test]
fn a_frame_reads_the_lines_that_are_seen_whatever_stands_behind_them() {
    let mut read = Vec::new();
    for count in [200, 100_000] {
        let mut screen = long_diff(count, 160, 45);
        for keys in ["F", "D", "W", "G", "pgdn", "3"] {
            screen.press(keys);
            screen.draw();
            let made = screen.app.state.panes.diff.layouts_made;
            screen.draw();
            assert_eq!(
                screen.app.state.panes.diff.layouts_made, made,
                "nothing changed"
            );
            let room = usize::from(screen.app.state.layout().main_inner().height);
            assert!(
                screen.app.state.hits.lines <= room * 2,
                "{keys:?} {}",
                screen.app.state.hits.lines
            );
            read.push((count, screen.app.state.hits.lines));
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
        let mut screen = TestScreen::at(120, 36, Moment::Finished);
        screen.version(100, 5, &format!("a\n{long}\nb\n"));
        screen.version(101, 100, &format!("a\n{long}!\nc\n"));
        screen.app.state.nav.selected = Some(VersionId(101));
        for tab in [Tab::Diff, Tab::Code] {
            screen.app.state.nav.tab = Some(tab);
            screen.press("G");
            let end = screen.text();
            assert!(end.contains('c'), "{end}");
            screen.press("W > >");
            assert!(screen.text().contains('…'), "{}", screen.text());
            screen.press("W");
        }
    }
}

fn reply(screen: &mut TestScreen, text: &str) {
    screen.happen(E::StageChanged {
        stage: Stage::Streaming,
    });
    screen.happen(E::ReplyDelta {
        round: 1,
        candidate: 0,
        reasoning: false,
        text: text.into(),
    });
}

#[test]
fn a_growing_reply_is_followed_until_it_is_scrolled_away_from() {
    let mut screen = TestScreen::at(120, 36, Moment::Asking);
    reply(&mut screen, &lines(200));
    assert!(screen.text().contains("value_199"));
    screen.press("k k k k k");
    screen.draw();
    let before = screen.app.state.hits.first;
    reply(&mut screen, &lines(50));
    let shown = screen.text();
    assert_eq!(screen.app.state.hits.first, before);
    assert!(shown.contains("rows of new text · f follows"), "{shown}");
    screen.press("f");
    assert!(screen.text().contains("value_49"));
}

#[test]
fn markdown_is_rendered_lightly_and_nothing_is_lost() {
    let mut screen = TestScreen::at(100, 30, Moment::Asking);
    let text = "## Why\n\n- the **inner** loop runs `n` times, and this item is long enough to go on in a second row, and a third\n1. first\n\n```python\nx = 1  # a comment that is so long that it does not fit into the pane at all, and goes on and on to the end\n```\nDone.\n";
    reply(&mut screen, text);
    insta::assert_snapshot!("markdown_100x30", screen.text());
}

#[test]
fn reasoning_is_folded_once_the_answer_comes_and_opens_at_a_click() {
    let mut screen = TestScreen::at(120, 36, Moment::Streaming);
    let shown = screen.text();
    assert!(shown.contains("▸ reasoning") && !shown.contains("nested loop compares"));
    screen.click("▸ reasoning");
    assert!(
        screen.text().contains("nested loop compares"),
        "{}",
        screen.text()
    );
    screen.press("enter");
    assert!(!screen.text().contains("nested loop compares"));
}

#[test]
fn an_ended_reply_says_how_it_came() {
    let mut screen = TestScreen::at(160, 45, Moment::Asking);
    screen.happen(E::ReplyEnded {
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
    screen.app.state.nav.tab = Some(Tab::Stream);
    let shown = screen.text();
    assert!(
        shown.contains("200 tok · 100 tok/s · first after 1.20 s"),
        "{shown}"
    );
}

#[test]
fn one_chart_alone_shows_values_under_a_cursor() {
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    screen.press("7");
    insta::assert_snapshot!("charts_160x45", screen.text());
    screen.press("enter right");
    let shown = screen.text();
    assert!(
        shown.contains(" at ") && shown.contains("v0") && shown.contains("MB"),
        "{shown}"
    );
    insta::assert_snapshot!("chart_memory_160x45", shown);
    for _ in 0..300 {
        screen.press("right");
    }
    assert!(screen.text().contains("ended at"), "{}", screen.text());
    screen.press("enter enter left");
    insta::assert_snapshot!("chart_times_160x45", screen.text());
    screen.press("enter left left left left left left");
    assert!(screen.text().contains("v0 ● original"), "{}", screen.text());
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
            let mut screen = TestScreen::at(width, height, moment);
            screen.app.state.prefs.ascii = true;
            for tab in Tab::ALL {
                screen.app.state.nav.tab = Some(tab);
                let shown = screen.text();
                let odd: String = shown.chars().filter(|c| !c.is_ascii()).collect();
                assert!(odd.is_empty(), "{odd:?}");
                let unknown = screen.session.versions.is_empty() || !shown.contains('?');
                assert!(unknown || shown.contains("? help"), "{shown}");
            }
        }
    }
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    screen.app.state.prefs.ascii = true;
    insta::assert_snapshot!("ascii_120x36", screen.text());
}

#[test]
fn a_large_tree_keeps_the_selected_version_in_view_and_finds_by_words() {
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    for n in 100..300 {
        screen.version(n, if n % 3 == 0 { 5 } else { n - 1 }, "x = 1\n");
    }
    for id in [5, 150, 299, 101] {
        screen.app.state.nav.selected = Some(VersionId(id));
        let shown = screen.text();
        let word = format!("v{id} ");
        let word = if id >= 100 { format!("v{id}✎") } else { word };
        assert!(shown.contains(&word), "{id}\n{shown}");
    }
    screen.press("v c r a s h");
    assert_eq!(
        screen.app.state.version(&screen.session),
        Some(VersionId(3))
    );
    assert!(screen.text().contains("1 found"), "{}", screen.text());
    screen.press("esc");
    assert_eq!(
        screen.app.state.version(&screen.session),
        Some(VersionId(101))
    );
    screen.press("v v 2 down enter V");
    let shown = screen.text();
    assert!(shown.contains("✗ 2 hidden"), "{shown}");
}

#[test]
fn cases_are_sorted_and_outputs_stand_side_by_side() {
    let mut screen = TestScreen::at(120, 36, Moment::Failed);
    screen.press("5");
    insta::assert_snapshot!("cases_failed_120x36", screen.text());
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("5 S S");
    let shown = screen.text();
    assert!(shown.contains("CPU▾"), "{shown}");
    let at = |name: &str| {
        shown
            .lines()
            .position(|l| l.contains(&format!("✓ {name}")))
            .unwrap()
    };
    assert!(at("07") < at("01"), "{shown}");
    screen.app.state.nav.case = Some(6);
    screen.press("down");
    assert_ne!(
        screen.app.state.nav.case,
        Some(6),
        "down goes to the row below, not to the next number"
    );
}

#[test]
fn the_gain_of_each_case_is_that_of_the_newest_comparison_with_the_original() {
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    let version = screen
        .session
        .versions
        .iter()
        .position(|v| v.comparison.as_ref().is_some_and(|c| c.incumbent == "v0"));
    let version = &mut screen.session.versions[version.unwrap()];
    let mut fresh = version.comparison.clone().unwrap();
    let name = version.evaluation.as_ref().unwrap().cases[0].case.clone();
    let gain = |g: f64| vec![(name.clone(), crate::base::units::Gain(g))];
    version.comparison.as_mut().unwrap().per_case = gain(3.21);
    fresh.per_case = gain(7.89);
    version.against_original = Some(fresh);
    screen.app.state.nav.selected = Some(version.id);
    screen.press("5");
    let shown = screen.text();
    assert!(
        shown.contains("7.89×") && !shown.contains("3.21×"),
        "{shown}"
    );
}

#[test]
fn the_charts_say_why_a_version_has_no_pairs() {
    use crate::session::event::Stage;
    let mut screen = TestScreen::at(160, 45, Moment::Checking);
    let id = screen.session.versions.last().unwrap().id;
    screen.app.state.nav.selected = Some(id);
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
        screen.session.stage = stage;
        let shown = screen.text();
        assert!(shown.contains(words), "{words}: {shown}");
        assert!(!shown.contains("it was not timed"), "{shown}");
    }
    let mut screen = TestScreen::at(160, 45, Moment::Failed);
    assert!(screen.text().contains("it was not timed"));
}

#[test]
fn the_editor_colours_what_is_typed_and_stays_where_it_was_scrolled_to() {
    let mut screen = TestScreen::at(100, 30, Moment::Finished);
    screen.press("e");
    let role = |screen: &mut TestScreen, word: &str| {
        let colour = screen
            .app
            .state
            .prefs
            .theme
            .fg(crate::tui::core::theme::Role::Keyword)
            .fg;
        let buffer = screen.draw();
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
    assert!(role(&mut screen, "def ").1, "{}", screen.text());
    screen.press("w h i l e space");
    assert!(role(&mut screen, "while ").1, "{}", screen.text());
    // Moving up within what is seen moves the cursor, not the text.
    for _ in 0..60 {
        screen.press("down");
    }
    let before = screen.text();
    screen.press("up");
    assert_eq!(screen.text(), before);
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
        let mut screen = TestScreen::at(width, height, Moment::Comparing);
        assert!(!screen.text().contains("hidden:"));
        screen.press(&format!("ctrl-w {key}"));
        // The word that says so once lies over the edge of a small screen for some seconds.
        screen.app.state.messages.last = None;
        let shown = screen.text();
        assert!(shown.contains(sign), "{width}×{height} {sign}\n{shown}");
        if width > 40 {
            screen.click(&sign["hidden: ".len()..]);
            screen.app.state.messages.last = None;
            assert!(!screen.text().contains("hidden:"), "{}", screen.text());
        }
    }
    // Where there would be no room for it anyway nothing is said.
    let mut screen = TestScreen::at(80, 24, Moment::Comparing);
    screen.press("ctrl-w c ctrl-w d");
    let shown = screen.text();
    assert!(!shown.contains("hidden:"), "{shown}");
}

#[test]
fn a_click_on_the_head_of_a_column_sorts_the_cases_and_another_one_leaves_it() {
    use crate::tui::core::parts::CaseOrder;
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    screen.press("5");
    for (title, order) in [
        ("verdict ", CaseOrder::Verdict),
        ("CPU", CaseOrder::Cpu),
        ("peak", CaseOrder::Peak),
        ("wall", CaseOrder::Wall),
    ] {
        let shown = screen.text();
        let row = shown
            .lines()
            .position(|l| l.contains("CPU") && l.contains("wall"))
            .unwrap();
        let line = shown.lines().nth(row).unwrap();
        let column = crate::tui::core::text::width(&line[..line.find(title).unwrap()]);
        let place = (column as u16, row as u16);
        screen.click_at(place);
        assert_eq!(screen.app.state.panes.cases.order, order);
        let mark = format!("{}▾", title.trim());
        assert!(screen.text().contains(&mark), "{}", screen.text());
        screen.click_at(place);
        assert_eq!(screen.app.state.panes.cases.order, CaseOrder::Own);
    }
}

#[test]
fn a_flag_is_seen_in_tree_header_card_and_summary_and_is_no_pin() {
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    let best = screen.session.incumbent.unwrap();
    let at = screen
        .session
        .versions
        .iter()
        .position(|v| v.id == best)
        .unwrap();
    assert!(!screen.text().contains('⚑'));
    screen.session.versions[at].pinned = true;
    let row = format!("★ {best}◉");
    screen.app.state.nav.tab = Some(Tab::Summary);
    screen.drawn = false;
    let text = screen.text();
    assert!(text.contains(&row) && !text.contains('⚑'), "{text}");
    let flag = crate::measure::Flag {
        kind: crate::measure::FlagKind::Dropped,
        reason: "the original takes a lock".into(),
    };
    screen.session.versions[at]
        .evaluation
        .as_mut()
        .unwrap()
        .flags = vec![flag];
    screen.drawn = false;
    let text = screen.text();
    assert!(
        text.contains(&row.replace('◉', "◉⚑")) || text.contains(row.as_str()) && text.contains('⚑'),
        "{text}"
    );
    assert!(
        text.contains("look at it before you trust it: the original takes a lock"),
        "{text}"
    );
    // In the header, the tree and the table.
    assert!(text.matches(&format!("{best}⚑")).count() >= 2, "{text}");
    // And in the line that stands for the tree where there is little room.
    screen.resize(80, 24);
    screen.drawn = false;
    assert!(
        screen.text().contains(&format!("{best}★⚑")),
        "{}",
        screen.text()
    );
    screen.resize(160, 45);
    screen.session.versions[at].decision = Some((
        crate::session::event::Decision::Rejected,
        "flagged, and with --strict no such version is taken: x".to_owned(),
    ));
    screen.session.versions[at].refused_as_flagged = true;
    screen.session.incumbent = Some(VersionId::ORIGINAL);
    screen.drawn = false;
    let text = screen.text();
    assert!(text.contains("flagged, not taken"), "{text}");
}

#[test]
fn the_charts_pane_shows_every_chart_once_and_none_that_is_empty() {
    for (width, height, pairs) in [(160, 45, 1), (120, 36, 0)] {
        let mut screen = TestScreen::at(width, height, Moment::Finished);
        screen.app.state.nav.tab = Some(Tab::Charts);
        let shown = screen.text();
        let times = |title: &str| shown.matches(title).count();
        assert_eq!(times("memory over time"), 1, "{shown}");
        assert_eq!(times("gain over v0, by version"), 1, "{shown}");
        assert_eq!(times("of each sweep"), pairs, "{shown}");
        screen.session.live.pairs.clear();
        let shown = screen.text();
        assert!(!shown.contains("pair by pair"), "{shown}");
        assert!(!shown.contains("hidden:"), "{shown}");
    }
}

#[test]
fn one_pair_is_one_pair() {
    let mut screen = TestScreen::at(160, 45, Moment::Comparing);
    screen.session.live.pairs.truncate(1);
    let shown = screen.text();
    assert!(
        shown.contains(" 1 pair ") && !shown.contains("1 pairs"),
        "{shown}"
    );
}

#[test]
fn the_hint_box_says_what_it_is_for_at_any_width() {
    for (width, height) in [(40, 12), (40, 30), (50, 30), (80, 30)] {
        let mut screen = TestScreen::at(width, height, Moment::Finished);
        let shown = screen.text();
        assert!(height < 30 || shown.contains(" gives a hint"), "{shown}");
        screen.press("h");
        let shown = screen.text();
        assert!(shown.contains("leave alone?"), "{width}: {shown}");
    }
}
