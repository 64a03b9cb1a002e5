//! At a stand: everybody may press everything, and nothing happens but the demo; and the figures that came with a tape.

use ratatui::crossterm::event::{MouseButton, MouseEventKind};

use crate::base::units::Gain;
use crate::model::tape::file::{Recording, SessionTape, TapeVersion};
use crate::report::played::RecordedFigures;
use crate::tui::sample::Moment;
use crate::tui::state::effect::Effect;

use super::TestScreen;

#[test]
fn no_key_and_no_click_does_anything_but_the_key_that_leaves() {
    for moment in [Moment::Streaming, Moment::Finished] {
        for (width, height) in [(120, 36), (80, 24), (40, 12)] {
            let mut screen = TestScreen::at(width, height, moment);
            screen.app.state.kiosk = true;
            let before = screen.text();
            assert!(before.contains("ctrl-q leaves"), "{before}");
            let pressed = screen
                .press("q ctrl-c ctrl-c ctrl-z esc enter h x : ? w n space tab 1 ctrl-w m / a u");
            assert!(pressed.is_empty(), "{pressed:?}");
            for row in 0..height {
                for column in (0..width).step_by(3) {
                    let down = MouseEventKind::Down(MouseButton::Left);
                    assert!(screen.mouse(down, (column, row)).is_empty());
                }
            }
            assert_eq!(screen.text(), before);
            assert!(matches!(screen.press("ctrl-q")[..], [Effect::Quit]));
        }
    }
}

#[test]
fn a_finished_demo_says_how_to_start_ones_own() {
    let mut screen = TestScreen::at(100, 30, Moment::Finished);
    screen.app.state.kiosk = true;
    screen.app.state.nav.tab = Some(crate::tui::core::tab::Tab::Summary);
    let text = screen.text();
    assert!(
        text.contains("It begins again by itself. Your own: `reheat optimize"),
        "{text}"
    );
}

#[test]
fn recorded_figures_stand_beside_those_of_here() {
    let tape = SessionTape {
        recorded: Recording {
            model: "qwen".into(),
            headline: "9.99× faster than the original".into(),
            ..Recording::default()
        },
        versions: vec![TapeVersion {
            version: 1,
            round: 1,
            words: "better than v0".into(),
            gain: Some(Gain(9.99)),
            ..TapeVersion::default()
        }],
        ..SessionTape::default()
    };
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.app.state.recorded = Some(RecordedFigures::of(&tape));
    screen.app.state.nav.tab = Some(crate::tui::core::tab::Tab::Summary);
    let version = screen
        .session
        .versions
        .iter()
        .find(|v| v.round == 1)
        .unwrap()
        .id;
    screen.app.state.nav.selected = Some(version);
    let text = screen.text();
    assert!(
        text.contains("recorded: 9.99× faster than the original (replies by qwen)"),
        "{text}"
    );
    assert!(text.contains("recorded: better than v0, 9.99×"), "{text}");
}
