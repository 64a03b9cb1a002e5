//! What the screens look like at several sizes, and that no size and no event breaks them.

use super::start::home;
use super::{TestScreen, text_of};
use crate::sandbox::Tier;
use crate::session::Session;
use crate::session::event::VersionId;
use crate::tui::core::tab::Tab;
use crate::tui::core::theme::{Depth, Theme};
use crate::tui::sample::{self, Moment, session};
use crate::tui::state::effect::Effect;

const MOMENTS: [Moment; 8] = [
    Moment::Asking,
    Moment::Streaming,
    Moment::Checking,
    Moment::Failed,
    Moment::Comparing,
    Moment::Confirming,
    Moment::NoDifference,
    Moment::Finished,
];

#[test]
fn every_moment_at_every_common_size() {
    for (width, height) in [(160, 45), (120, 36), (80, 24), (40, 12)] {
        for moment in MOMENTS {
            let mut screen = TestScreen::at(width, height, moment);
            insta::assert_snapshot!(format!("{moment:?}_{width}x{height}"), screen.text());
        }
    }
}

#[test]
fn every_pane() {
    for tab in Tab::ALL {
        let mut screen = TestScreen::at(120, 36, Moment::Finished);
        screen.app.state.nav.tab = Some(tab);
        insta::assert_snapshot!(format!("pane_{}", tab.title()), screen.text());
    }
}

#[test]
fn start_help_and_questions() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut screen = TestScreen::new(width, height, Session::default(), Some(home()));
        insta::assert_snapshot!(format!("start_{width}x{height}"), screen.text());
        screen.press(",");
        insta::assert_snapshot!(format!("settings_{width}x{height}"), screen.text());
    }
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("?");
    insta::assert_snapshot!("help_120x36", screen.text());
    screen.press("d i f");
    insta::assert_snapshot!("help_searched_120x36", screen.text());
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    screen.press("q");
    insta::assert_snapshot!("quit_120x36", screen.text());
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    screen.press("e");
    insta::assert_snapshot!("editor_120x36", screen.text());
}

#[test]
fn no_size_breaks_the_screen() {
    for moment in [
        Moment::Streaming,
        Moment::Failed,
        Moment::Comparing,
        Moment::Finished,
    ] {
        let mut screen = TestScreen::at(1, 1, moment);
        for width in 1..=60 {
            for height in 1..=30 {
                let tab = Tab::ALL[usize::from(width + height) % Tab::ALL.len()];
                screen.app.state.nav.tab = (height % 3 == 0).then_some(tab);
                screen.app.state.hint_box.active = width % 5 == 0;
                screen.resize(width, height);
                let shown = screen.text();
                assert!(
                    !shown.trim().is_empty() || width < 4,
                    "{width}×{height} {moment:?} is blank"
                );
                if (width + height) % 7 == 0 {
                    screen.press("?");
                    screen.draw();
                    screen.press("esc");
                }
            }
        }
    }
    let mut screen = TestScreen::new(1, 1, Session::default(), Some(home()));
    for width in 1..=60 {
        for height in 1..=30 {
            screen.resize(width, height);
            screen.draw();
        }
    }
}

#[test]
fn no_event_breaks_the_screen() {
    for (width, height) in [(160, 45), (100, 24), (60, 15), (33, 9)] {
        let mut screen = TestScreen::at(width, height, Moment::Asking);
        screen.session = Session::default();
        for (n, happened) in sample::events().iter().enumerate() {
            screen.session.apply(happened);
            screen.app.state.now = happened.at;
            screen.app.observe(&screen.session);
            // Some seconds are nothing but tokens and samples; every one of them would only take long.
            if happened.event.durable() || n % 5 == 0 {
                let shown = screen.text();
                assert!(!shown.contains("NaN") && !shown.contains("inf×"), "{shown}");
            }
        }
    }
}

#[test]
fn absurd_figures_are_drawn_as_well_as_they_can_be() {
    use crate::base::units::Gain;
    use crate::measure::{Look, Metric, Progress};
    use crate::session::EventRecord;
    use crate::session::event::{Event as E, Stage};
    let id = VersionId(2);
    for gain in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300, 1e-300, 1.0] {
        let mut screen = TestScreen::at(160, 45, Moment::Comparing);
        let at = screen.session.last_at.unwrap();
        let look = Look {
            pairs: 20,
            gain: Gain(gain),
            low: Gain(gain / 2.0),
            high: Gain(gain * 2.0),
        };
        let figures = screen.session.live.pairs[0].incumbent;
        for event in [
            E::Progressed {
                version: id,
                progress: Progress::Paired {
                    pairs: 20,
                    log_ratio: gain,
                    incumbent: figures,
                    candidate: figures,
                    confirming: false,
                    left_ns: None,
                },
            },
            E::LookTaken {
                version: id,
                against: VersionId::ORIGINAL,
                metric: Metric::Wall,
                look,
            },
            E::StageChanged {
                stage: Stage::Comparing {
                    version: id,
                    against: VersionId::ORIGINAL,
                    pairs: 20,
                    left_ns: None,
                },
            },
        ] {
            screen.session.apply(&EventRecord { at, event });
            screen.draw();
        }
        screen.app.state.nav.tab = Some(Tab::Charts);
        screen.draw();
    }
}

#[test]
fn missing_isolation_is_said_at_every_size_and_at_every_moment() {
    for (tier, word) in [
        (Tier::None, "NOT isolated"),
        (Tier::Weak, "weakly isolated"),
    ] {
        for (width, height) in [(200, 60), (120, 36), (80, 24), (60, 20), (40, 12)] {
            for moment in [Moment::Streaming, Moment::Comparing, Moment::Finished] {
                let mut session = session(moment);
                session.guards.as_mut().unwrap().tier = tier;
                let shown = TestScreen::new(width, height, session, None).text();
                assert!(
                    shown.lines().next().unwrap().contains(word),
                    "{width}×{height} {moment:?}:\n{shown}"
                );
            }
        }
    }
}

#[test]
fn ten_by_three_says_what_is_on() {
    let mut screen = TestScreen::at(10, 3, Moment::Comparing);
    assert!(screen.text().contains("compar"), "{}", screen.text());
}

#[test]
fn hostile_text_is_shown_and_never_obeyed() {
    use crate::session::EventRecord;
    use crate::session::event::{Author, Event as E};
    use crate::task::Source;
    let evil = "x = \"\u{1b}]0;pwned\u{7} \u{1b}[2J\" # \u{202e}gnp.exe\r\n日本語 = 'e\u{301}'\n";
    let mut screen = TestScreen::at(120, 36, Moment::Asking);
    let at = screen.session.last_at.unwrap();
    for event in [
        E::ReplyDelta {
            round: 1,
            candidate: 0,
            reasoning: false,
            text: format!("see \u{1b}[31m{evil}"),
        },
        E::VersionCreated {
            version: VersionId(1),
            parent: Some(VersionId::ORIGINAL),
            round: 1,
            candidate: 0,
            author: Author::Hand,
            source: Source {
                file_name: "a.py".into(),
                text: evil.into(),
            },
        },
        E::Noted {
            text: evil.into(),
            error: true,
        },
    ] {
        screen.session.apply(&EventRecord { at, event });
    }
    for tab in Tab::ALL {
        screen.app.state.nav.tab = Some(tab);
        let buffer = screen.draw().clone();
        for cell in buffer.content() {
            assert!(
                !cell
                    .symbol()
                    .chars()
                    .any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)),
                "{tab:?} {:?}",
                cell.symbol()
            );
        }
        // The frame at the right edge stands where it stands on every row: nothing has pushed it.
        let right = text_of(&buffer);
        let rows: Vec<&str> = right.lines().skip(1).take(20).collect();
        assert!(
            rows.iter().all(|r| r.ends_with(['│', '╮', '╯'])),
            "{tab:?}\n{right}"
        );
    }
    screen.app.state.nav.tab = Some(Tab::Code);
    assert!(screen.text().contains("␛]0;pwned␇"));
}

#[test]
fn without_colours_nothing_is_coloured_and_verdicts_have_words() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.app.state.prefs.theme = Theme::dark(Depth::None);
    let buffer = screen.draw().clone();
    let reset = ratatui::style::Color::Reset;
    assert!(
        buffer
            .content()
            .iter()
            .all(|c| c.fg == reset && c.bg == reset)
    );
    let shown = text_of(&buffer);
    for word in ["★", "✗", "wrong", "crash", "no difference", "faster"] {
        assert!(shown.contains(word), "{word}\n{shown}");
    }
}

#[test]
fn drawing_depends_on_nothing_but_session_and_app() {
    let mut one = TestScreen::at(160, 45, Moment::Comparing);
    let mut two = TestScreen::new(160, 45, Session::of(&sample::events()), None);
    two.session = session(Moment::Comparing);
    two.app.state.now = one.app.state.now;
    two.app.state.observed.stage_since = one.app.state.observed.stage_since;
    assert_eq!(one.draw(), two.draw());
}

#[test]
fn a_theme_is_shown_while_it_is_chosen_and_escape_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("mine.toml"),
        "name = \"mine\"\ninherits = \"night\"\n[colours]\ntext = \"#abcdef\"\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("broken.toml"), "name = \n").unwrap();
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    screen.app.state.prefs.theme_folder = Some(folder.path().into());
    let ground = |screen: &mut TestScreen| screen.draw()[(0, 5)].bg;
    let dark = ground(&mut screen);
    screen.press("t down");
    assert_eq!(screen.app.state.prefs.theme.name, "light");
    assert_ne!(ground(&mut screen), dark);
    insta::assert_snapshot!("theme_picker_120x36", screen.text());
    screen.press("esc");
    assert_eq!(screen.app.state.prefs.theme.name, "dark");
    assert_eq!(ground(&mut screen), dark);
    // The last one is the developer's own; the one before it cannot be read and says why.
    screen.press("t up");
    assert_eq!(screen.app.state.prefs.theme.name, "mine");
    assert_eq!(
        screen.press("enter"),
        [Effect::KeepTheme("mine".to_owned())]
    );
    screen.press("t up");
    assert_eq!(screen.app.state.prefs.theme.name, "mine");
    assert!(
        screen.text().contains("broken.toml:1:8"),
        "{}",
        screen.text()
    );
}

/// Long enough for no line of any screen here.
fn long_word() -> String {
    let middle =
        "which listens at http://127.0.0.1:9/v1 and cannot be reached from here ".repeat(3);
    format!("the model could not be asked, {middle}and this is the end of it")
}

#[test]
fn a_long_word_is_whole_where_there_is_room_and_else_says_which_key_shows_it() {
    for (width, height) in [(200, 60), (160, 45), (120, 36), (100, 30)] {
        let mut screen = TestScreen::at(width, height, Moment::Comparing);
        screen.app.state.say(long_word(), true);
        let shown = screen.text();
        let squeezed = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            squeezed.contains("this is the end of it"),
            "{width}×{height}\n{shown}"
        );
        assert!(
            shown.lines().last().unwrap().contains("comparing v2"),
            "{shown}"
        );
        let mut start = TestScreen::new(width, height, Session::default(), Some(home()));
        start.app.state.say(long_word(), true);
        let shown = start.text();
        assert!(shown.contains("end of it"), "{width}×{height}\n{shown}");
        assert!(shown.contains("q quit"), "{shown}");
    }
    for (width, height) in [(80, 24), (40, 12)] {
        let mut screen = TestScreen::at(width, height, Moment::Comparing);
        screen.app.state.say(long_word().repeat(2), true);
        let shown = screen.text();
        assert!(shown.contains("! shows all"), "{width}×{height}\n{shown}");
        assert!(shown.contains("v1✗ ─ v2"), "{width}×{height}\n{shown}");
        assert!(screen.press("!").is_empty());
        let shown = screen.text();
        let squeezed: String = shown.chars().filter(|c| c.is_alphanumeric()).collect();
        assert!(squeezed.contains("thisistheendofit"), "{shown}");
    }
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    screen.app.state.say(long_word(), true);
    insta::assert_snapshot!("long_word_120x36", screen.text());
    // Where something is typed just above the line it keeps to the line.
    screen.press("h");
    assert!(
        screen.text().contains("what should it try"),
        "{}",
        screen.text()
    );
}

#[test]
fn the_summary_says_the_whole_reason_why_the_model_could_not_be_asked() {
    use crate::session::EventRecord;
    use crate::session::event::Event as E;
    let mut screen = TestScreen::at(120, 36, Moment::Asking);
    let at = screen.session.last_at.unwrap();
    for event in [
        E::RoundFailed {
            round: 1,
            reason: long_word(),
        },
        E::SessionFinished {
            session: "s".into(),
            best_version: Some(VersionId::ORIGINAL),
            comparison: None,
            flags: Vec::new(),
            reason: crate::session::event::EndReason::Provider,
        },
    ] {
        screen.session.apply(&EventRecord { at, event });
    }
    screen.app.observe(&screen.session);
    let shown = screen.text();
    assert!(shown.contains("The original stands."), "{shown}");
    assert!(shown.contains("the end of it"), "{shown}");
}

#[test]
fn every_end_of_a_session_is_said() {
    use crate::session::event::{EndReason, Event as E, EventRecord};
    for (reason, said) in [
        (EndReason::Disk, "finished: the journal cannot be written"),
        (EndReason::Task, "finished: the task cannot be judged"),
        (EndReason::Prompt, "finished: the prompt cannot be written"),
        (
            EndReason::Environment,
            "finished: something is missing here",
        ),
        (
            EndReason::Other("un\u{202e}heard".into()),
            "finished: un⟨202E⟩heard",
        ),
    ] {
        let mut screen = TestScreen::at(120, 36, Moment::Asking);
        let at = screen.session.last_at.unwrap();
        let event = E::SessionFinished {
            session: "s".into(),
            best_version: Some(VersionId(0)),
            comparison: None,
            flags: Vec::new(),
            reason,
        };
        screen.session.apply(&EventRecord { at, event });
        screen.app.observe(&screen.session);
        let shown = screen.text();
        assert!(shown.contains(said), "{said}: {shown}");
    }
}

#[test]
fn a_version_that_a_later_case_proves_wrong_glows_no_more() {
    use crate::measure::Verdict;
    use crate::session::EventRecord;
    use crate::session::event::Event as E;
    use crate::tui::core::theme::Role;
    use ratatui::style::Color;
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    let best = screen.session.incumbent.unwrap();
    let version = screen.session.version(best).unwrap();
    let gain = version.gain_over_original().unwrap().0.to_string();
    let mut result = version.evaluation.as_ref().unwrap().cases[0].clone();
    let colour = |screen: &mut TestScreen| -> Color {
        screen.draw();
        let tree = screen.app.state.layout().tree.unwrap();
        let buffer = screen.terminal.backend().buffer();
        let row = |y: u16| -> Vec<&str> {
            (0..tree.width)
                .map(|x| buffer[(tree.x + x, y)].symbol())
                .collect()
        };
        let is_it = |y: &u16| row(*y).concat().contains(&format!("{best}"));
        let y = (tree.y + 1..tree.bottom()).find(is_it).unwrap();
        let line = row(y).concat();
        let before = line.split(&gain).next().unwrap().chars().count();
        buffer[(tree.x + before as u16, y)].fg
    };
    let ash = screen.app.state.prefs.theme.fg(Role::Fail).fg.unwrap();
    assert_ne!(colour(&mut screen), ash);
    result.verdict = Verdict::WrongAnswer;
    let at = screen.session.last_at.unwrap();
    let event = E::CaseChecked {
        version: best,
        result,
        failure: None,
    };
    screen.session.apply(&EventRecord { at, event });
    assert_eq!(colour(&mut screen), ash);
}

#[test]
fn what_is_resumed_is_compared_anew_and_the_chart_shows_one_sitting() {
    use crate::base::units::Gain;
    use crate::measure::{Look, Metric};
    use crate::session::EventRecord;
    use crate::session::event::Event as E;
    let mut session = session(Moment::Comparing);
    let id = session.live.version.unwrap();
    let at = session.last_at.unwrap();
    let look = |pairs| E::LookTaken {
        version: id,
        against: VersionId::ORIGINAL,
        metric: Metric::Cpu,
        look: Look {
            pairs,
            gain: Gain(2.0),
            low: Gain(1.9),
            high: Gain(2.1),
        },
    };
    let resumed = E::SessionResumed {
        guards: session.guards.clone().unwrap(),
        model: "m".into(),
        strict: false,
        reached_by: Default::default(),
        terms: Default::default(),
    };
    for event in [look(20), resumed, look(5)] {
        session.apply(&EventRecord { at, event });
    }
    let looks: Vec<usize> = session
        .version(id)
        .unwrap()
        .looks
        .iter()
        .map(|l| l.pairs)
        .collect();
    assert_eq!(looks, [5]);
}
