//! One truth for a figure: a gain keeps its word, its cases and its figures wherever it stands, and decisions tell one story.

use super::TestScreen;
use crate::base::units::Gain;
use crate::base::units::Nanos;
use crate::engine::Command;
use crate::engine::side_requests::SideRequest;
use crate::measure::{Answer, Charge, ChargePlace, Comparison, Launches, Metric};
use crate::report::text;
use crate::session::event::{Decision, Event as E, Stage, Steer, VersionId};
use crate::task::Objective;
use crate::tui::core::tab::Tab;
use crate::tui::sample::Moment;
use crate::tui::state::effect::Effect;

fn finished() -> TestScreen {
    TestScreen::at(160, 45, Moment::Finished)
}

impl TestScreen {
    /// The comparison of v5, the best version, with v0.
    fn best_over_v0(&mut self) -> &mut Comparison {
        self.session.versions[5].against_original.as_mut().unwrap()
    }

    pub(super) fn decide(
        &mut self,
        version: u32,
        decision: Decision,
        incumbent: u32,
        taken_back: bool,
    ) {
        self.happen(E::Decided {
            version: VersionId(version),
            decision,
            incumbent: Some(VersionId(incumbent)),
            by_hand: true,
            taken_back,
            reason: "chosen by hand".into(),
            flagged: false,
        });
    }

    pub(super) fn line_with(&mut self, words: &str) -> String {
        let text = self.text();
        let line = text.lines().find(|l| l.contains(words));
        line.unwrap_or_else(|| panic!("no {words}: {text}"))
            .to_owned()
    }
}

#[test]
fn a_gain_keeps_the_word_of_what_it_was_measured_by() {
    let mut screen = finished();
    let asked = screen.press("o");
    assert_eq!(asked, [Effect::Send(Command::Objective(Objective::Memory))]);
    let said = "memory from the next round on; the 6.85× of v5 stays a gain of CPU time";
    assert!(screen.text().contains(said), "{}", screen.text());
    let objective = Objective::Memory;
    screen.happen(E::Steered {
        steer: Steer::Objective { objective },
    });
    let shown = screen.text();
    assert!(
        shown.contains("v5 is 6.85× faster than the original"),
        "{shown}"
    );
    assert!(
        !shown.contains("leaner") && !shown.contains("larger"),
        "{shown}"
    );
    let header = shown.lines().next().unwrap();
    assert!(header.contains("★ v5 6.85× [6.54–7.17] faster"), "{header}");
    let told = text::session(&screen.session);
    assert!(told.contains("· time, now memory"), "{told}");
    assert!(
        told.contains("Best: v5, faster than the original"),
        "{told}"
    );
}

#[test]
fn a_gain_of_other_cases_is_marked_wherever_it_stands() {
    let mut screen = finished();
    assert_eq!(screen.session.gains_apart(), None);
    let v2 = screen.session.versions[2].comparison.as_mut().unwrap();
    v2.per_case.retain(|(case, _)| case == "07");
    let why = "* not to be compared with the gain of v5, which is of CPU time on all cases (v2: CPU time on case 07)";
    assert_eq!(screen.session.gains_apart().as_deref(), Some(why));
    let table = text::table(&screen.session);
    assert!(table.contains("4.22× [4.03–4.42] *"), "{table}");
    assert!(table.contains(why), "{table}");
    let shown = screen.text();
    // In the tree and in the table.
    assert_eq!(shown.matches("4.22×*").count(), 2, "{shown}");
    assert!(!shown.contains("6.85×*"), "{shown}");
}

#[test]
fn gains_in_a_chain_that_do_not_make_the_direct_one_say_why() {
    let mut screen = finished();
    let best = screen.session.versions[5].clone();
    assert_eq!(
        screen.session.chain_broken(&best),
        None,
        "4.22 × 1.63 is 6.85"
    );
    let c = screen.best_over_v0();
    (c.gain, c.low, c.high) = (Gain(2.82), Gain(2.75), Gain(2.87));
    let best = screen.session.versions[5].clone();
    let why = screen.session.chain_broken(&best).unwrap();
    assert!(
        why.starts_with("4.22× of v2 and 1.63× over it do not make 2.82×"),
        "{why}"
    );
    assert!(screen.text().contains("do not make 2.82×"));
}

#[test]
fn figures_beside_a_gain_are_those_that_gave_it() {
    let mut screen = finished();
    assert!(
        screen
            .line_with("▲ v2       faster")
            .contains("412 ms → 97.8 ms")
    );
    assert!(
        screen
            .line_with("★ v5       best")
            .contains("412 ms → 60.3 ms")
    );
    // The figure of one that was only compared with another version is of another moment than those above and below it.
    let v4 = screen.line_with("= v4       no difference");
    assert!(!v4.contains(" ms"), "{v4}");
    // A bench's figure by its name, in its unit, before all others.
    let c = screen.best_over_v0();
    c.metric = Metric::ReportedTime;
    c.reported_name = Some("longest_run".into());
    c.incumbent_figures.reported = Some(749_000.0);
    c.candidate_figures.reported = Some(9_120.0);
    let shown = screen.text();
    assert!(shown.contains("in longest_run"), "{shown}");
    let row = screen.line_with("  longest_run ");
    assert!(
        row.contains("749 µs  →  9.12 µs") && row.contains("6.85×"),
        "{row}"
    );
    assert!(
        !shown.contains("integral  "),
        "the compiler's memory: {shown}"
    );
    assert!(!shown.contains("that the command says"), "{shown}");
}

#[test]
fn nothing_undecided_has_a_figure_and_no_gain_is_beyond_telling() {
    let mut screen = finished();
    let v4 = &mut screen.session.versions[4];
    let c = v4.comparison.as_mut().unwrap();
    c.incumbent = "v0".into();
    c.answer = Answer::Undecided;
    (c.gain, c.low, c.high, c.pairs) = (Gain(0.37), Gain(0.12), Gain(249.77), 5);
    screen.decide(4, Decision::Accepted, 4, false);
    let header = screen.text().lines().next().unwrap().to_owned();
    assert!(header.contains("★ v4 not told from v0"), "{header}");
    let shown = screen.text();
    assert!(!shown.contains("0.37×"), "{shown}");
    assert!(shown.contains("between 0.12× and 250×"), "{shown}");
    assert!(!text::session(&screen.session).contains("0.37×"));
    // Of one pair not even a range is told.
    let c = screen.session.versions[4].comparison.as_mut().unwrap();
    (c.low, c.high, c.pairs) = (Gain(13.4), Gain(13.4), 1);
    assert!(!screen.text().contains("13.4"));
    let c = screen.best_over_v0();
    (c.gain, c.low, c.high) = (Gain(1_899_461.0), Gain(1_348_000.0), Gain(2_799_000.0));
    let told = text::session(&screen.session);
    assert!(
        told.contains(">1000×") && !told.contains("[>1000"),
        "{told}"
    );
}

#[test]
fn a_reason_can_be_read_whole_on_the_smallest_screen() {
    for (width, height) in [(40, 12), (80, 24), (160, 45)] {
        let mut screen = TestScreen::at(width, height, Moment::Finished);
        screen.app.state.nav.selected = Some(VersionId(1));
        if height < 30 {
            assert!(screen.text().contains("I why"), "{}", screen.text());
        }
        screen.press("I");
        let mut seen = String::new();
        for _ in 0..12 {
            seen += &screen.text();
            screen.press("down");
        }
        for words in ["wrong answer", "3911", "1955", "never timed"] {
            assert!(seen.contains(words), "{words} at {width}: {seen}");
        }
        screen.press("esc");
        assert!(!screen.text().contains("the verdict on v1"));
    }
}

#[test]
fn gains_on_other_terms_stay_in_sight() {
    let mut screen = finished();
    assert!(screen.session.other_gains().is_empty());
    // v5 was timed on one case alone afterwards.
    let before = screen.best_over_v0().clone();
    let alone = Comparison {
        only: Some("07".into()),
        gain: Gain(9.5),
        low: Gain(9.1),
        high: Gain(9.9),
        ..before.clone()
    };
    let v5 = &mut screen.session.versions[5];
    v5.against_original = Some(alone);
    v5.otherwise = vec![before];
    screen.session.only = Some("07".into());
    let shown = screen.text();
    let head = "v5 is 9.50× faster than the original  [9.10–9.90] in CPU time on case 07";
    assert!(shown.contains(head), "{shown}");
    let also = "v5: 6.85× [6.54–7.17] faster in CPU time on all cases";
    assert!(
        shown.matches(also).count() == 2,
        "in summary and verdict: {shown}"
    );
    let header = shown.lines().next().unwrap();
    assert!(
        header.contains("★ v5 9.50× [9.10–9.90] on case 07"),
        "{header}"
    );
    let detail = crate::report::headline::headline(&screen.session).detail;
    assert!(detail.contains("in CPU time on case 07, "), "{detail}");
    assert!(!detail.contains("over 7 cases"), "{detail}");
    // And where another figure is to become better, those of the versions that it was made from.
    let v5 = &mut screen.session.versions[5];
    v5.otherwise.clear();
    let c = v5.against_original.as_mut().unwrap();
    (c.metric, c.only) = (Metric::Peak, None);
    let also = "v2, from which it was made: 4.22× [4.03–4.42] faster in CPU time on all cases";
    assert_eq!(screen.session.other_gains(), [also]);
    let told = text::session(&screen.session);
    assert!(told.contains(&format!("Also {also}.")), "{told}");
}

#[test]
fn of_calls_the_cases_say_what_calls_take_and_not_whole_processes() {
    let mut screen = finished();
    screen.press("5");
    assert!(
        screen
            .text()
            .contains("one run of each, from the start of its process")
    );
    let calls = Launches {
        cases: vec![("07".into(), [Nanos(3_000_000), Nanos(500_000)])],
        ..Launches::default()
    };
    screen.best_over_v0().launches = Some(calls);
    let row = screen.line_with("✓ 07");
    assert!(row.contains("3.00 ms") && row.contains("500 µs"), "{row}");
    let head = screen.line_with("case   verdict");
    assert!(
        !head.contains("peak") && head.contains("v0") && head.contains("v5"),
        "{head}"
    );
    let shown = screen.text();
    assert!(
        shown.contains("CPU time of the calls of each, medians of 12 launches"),
        "{shown}"
    );
}

#[test]
fn what_is_to_become_better_goes_from_the_header_after_the_language() {
    let header = |width| {
        let mut screen = TestScreen::at(width, 30, Moment::Finished);
        screen.text().lines().next().unwrap().to_owned()
    };
    let all: Vec<String> = (50..=100).map(header).collect();
    for header in &all {
        assert!(
            header.contains("· time") || !header.contains("python"),
            "{header}"
        );
    }
    let without = |h: &&String| h.contains("pairs · time") && !h.contains("python");
    assert!(all.iter().any(|h| without(&h)), "{all:#?}");
}

#[test]
fn what_is_taken_back_leaves_no_trace_in_chart_tree_and_report() {
    let mut screen = finished();
    screen.app.state.nav.tab = Some(Tab::Charts);
    let later = jiff::SignedDuration::from_secs(60);
    screen.app.state.now += later;
    let (before, told) = (screen.text(), text::session(&screen.session));
    let decision = screen.session.versions[4].decision.clone();
    screen.decide(4, Decision::Accepted, 4, false);
    assert!(
        screen
            .text()
            .contains("v4 is the best version now, by your hand")
    );
    screen.decide(4, Decision::Rejected, 5, true);
    assert_eq!(screen.session.versions[4].decision, decision);
    screen.app.state.now += later;
    assert_eq!(screen.text(), before);
    assert_eq!(text::session(&screen.session), told);
}

#[test]
fn a_verdict_is_told_in_a_sentence_while_it_is_fresh() {
    for (width, height) in [(160, 45), (80, 24)] {
        let mut screen = TestScreen::at(width, height, Moment::NoDifference);
        let line = screen.line_with("v4: no difference from v2; v2 stays the best");
        assert!(line.starts_with(" = "), "{line}");
        assert!(!screen.text().contains("comparing v4 with v2"));
        screen.happen(E::StageChanged {
            stage: Stage::Asking,
        });
        assert!(screen.text().contains("asking"), "{}", screen.text());
    }
}

#[test]
fn any_version_is_measured_again_by_key_and_shows_that_it_is() {
    let mut screen = finished();
    screen.app.state.nav.selected = Some(VersionId(4));
    let again = Command::SideRequest(SideRequest::MeasureAgain(VersionId(4)));
    assert_eq!(screen.press("L"), [Effect::Send(again)]);
    assert!(
        screen
            .text()
            .contains("v4 is measured again, for twice as long")
    );
    screen.happen(E::StageChanged {
        stage: Stage::Comparing {
            version: VersionId(4),
            against: VersionId(5),
            pairs: 3,
            left_ns: None,
        },
    });
    let row = screen.line_with("v4◦ comparing");
    assert!(row.contains("comparing · 3"), "{row}");
}

#[test]
fn a_candidate_that_was_second_is_faster_and_not_undecided() {
    let mut screen = finished();
    let c = screen.session.versions[4].comparison.as_mut().unwrap();
    c.answer = Answer::Undecided;
    c.second_to = Some("v5".into());
    (c.gain, c.low, c.high) = (Gain(1.31), Gain(1.28), Gain(1.33));
    screen.app.state.nav.selected = Some(VersionId(4));
    let shown = screen.text();
    assert!(
        shown.contains("faster, second to v5  1.31× [1.28–1.33]"),
        "{shown}"
    );
    assert!(!shown.contains("undecided"), "{shown}");
    let table = text::table(&screen.session);
    assert!(table.contains("faster, second to v5"), "{table}");
}

#[test]
fn the_gain_is_whole_and_the_headline_is_not_cut_at_any_size() {
    for (width, height) in [(120, 36), (80, 24), (60, 20), (40, 12)] {
        let mut screen = TestScreen::at(width, height, Moment::Finished);
        let head = screen.line_with("v5 is 6.85× faster than the original");
        assert!(!head.contains('…'), "{head}");
        assert!(screen.line_with("wall time").contains("6.83×"));
        let memory = screen.line_with("memory × time");
        assert!(
            memory.contains("5.00×") && memory.contains("1.25 MB·s"),
            "{memory}"
        );
    }
}

#[test]
fn of_what_is_not_measured_no_gain_is_shown() {
    let mut screen = TestScreen::at(120, 36, Moment::Asking);
    assert!(screen.line_with("v0 original").contains("1×"));
    screen.session.versions[0].evaluation = None;
    assert!(!screen.line_with("v0 not measured").contains("1×"));
}

#[test]
fn what_is_undecided_has_no_height_in_the_chart_of_gains() {
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    let c = screen.session.versions[4].comparison.as_mut().unwrap();
    c.answer = Answer::Undecided;
    let axis = screen.line_with(" 1× ─●");
    assert!(axis.contains('?'), "{}", screen.text());
}

#[test]
fn the_summary_tells_nothing_passes_from_nothing_is_better() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.session.incumbent = Some(VersionId::ORIGINAL);
    assert!(
        screen.text().contains("better by enough"),
        "{}",
        screen.text()
    );
    screen.session.versions.truncate(2);
    let shown = screen.text();
    assert!(
        shown.contains("The original stands. Nothing that was tried passes."),
        "{shown}"
    );
}

#[test]
fn what_is_charged_stands_beside_a_time_and_nothing_else() {
    let mut screen = finished();
    let c = screen.best_over_v0();
    c.launches = Some(Launches {
        charged: vec![Charge {
            place: ChargePlace::Outside,
            ns: Nanos(164_000),
        }],
        ..Launches::default()
    });
    let both = |c: &Comparison| c.compared_figures().unwrap().join(" → ");
    assert_eq!(both(c), "412 ms → 60.3 ms + 164 µs");
    c.metric = Metric::Integral;
    assert_eq!(both(c), "6.23 MB·s → 1.25 MB·s");
    c.metric = Metric::Peak;
    assert_eq!(both(c), "18.4 MB → 33.6 MB");
}
