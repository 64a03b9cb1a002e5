//! Several replies of a round on the screen, and the next prompt before it goes out.

use super::TestScreen;
use crate::engine::Command;
use crate::session::event::{Author, Event as E, Finish, Stage, Steer, Usage, VersionId};
use crate::task::{Objective, Source};
use crate::tui::core::tab::Tab;
use crate::tui::dialogs::prompt::Prompt;
use crate::tui::sample::Moment;
use crate::tui::state::effect::Effect;

impl TestScreen {
    fn say(&mut self, candidate: u32, after_ms: i64, text: &str) {
        let event = E::ReplyDelta {
            round: 9,
            candidate,
            reasoning: false,
            text: text.into(),
        };
        self.later(after_ms, event);
    }

    fn shown(&self) -> u32 {
        let round = self.session.round().unwrap();
        self.app.state.shown_reply(&self.session, round)
    }
}

fn ended(candidate: u32, text: &str, finish: Finish, error: &str) -> E {
    E::ReplyEnded {
        round: 9,
        candidate,
        model: "m".into(),
        text: text.into(),
        reasoning: "".into(),
        chunks: vec![(900, 2), (2_900, text.len())],
        usage: Usage {
            prompt_tokens: 700,
            reply_tokens: 120,
            counted: true,
            cost: None,
        },
        finish,
        error: error.into(),
    }
}

fn code(name: &str, lines: usize) -> String {
    let body: String = (0..lines)
        .map(|n| format!("    {name}_{n} = seen.get({n}, 0)\n"))
        .collect();
    format!("Count instead of comparing.\n\n```python\ndef {name}(seen):\n{body}")
}

/// A round with so many replies on their way: one that is done, one that fails, the others in different states.
fn replying(width: u16, height: u16, candidates: u32) -> TestScreen {
    let mut screen = TestScreen::at(width, height, Moment::Asking);
    screen.happen(E::RoundStarted {
        round: 9,
        parent: VersionId::ORIGINAL,
        objective: Objective::Time,
        hint: String::new(),
        candidates,
    });
    let prompt = E::PromptSent {
        round: 9,
        candidate: 0,
        model: "qwen2.5-coder".into(),
        prompt: "make it faster".into(),
        edited: false,
    };
    screen.happen(prompt);
    screen.say(1, 800, "Count instead ");
    let done = code("alpha", 4) + "```\n";
    screen.say(2, 200, &code("beta", 60));
    screen.later(900, ended(1, &done, Finish::Stop, ""));
    screen.say(2, 500, "    last_line_of_beta = 1\n");
    if candidates > 2 {
        let thinking = E::ReplyDelta {
            round: 9,
            candidate: 3,
            reasoning: true,
            text: "Sorting would do, but a table of counts is linear. ".into(),
        };
        screen.later(100, thinking);
    }
    screen
}

#[test]
fn replies_stand_side_by_side_where_there_is_room() {
    let mut wide = replying(200, 50, 3);
    let shown = wide.text();
    insta::assert_snapshot!("replies_200x50", shown);
    for words in ["alpha_3", "last_line_of_beta", "Sorting would do"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(
        !shown.contains("beta_0 ="),
        "the end of a growing reply is not followed"
    );
    wide.press("g");
    assert!(wide.text().contains("beta_0 ="));
    wide.press("f");
    assert!(wide.text().contains("last_line_of_beta"));
}

#[test]
fn where_there_is_no_room_one_stands_under_a_line_for_each() {
    let mut narrow = replying(80, 24, 3);
    assert_eq!(narrow.shown(), 2, "the one that is coming is shown");
    insta::assert_snapshot!("replies_80x24", narrow.text());
    narrow.press("left");
    assert_eq!(narrow.shown(), 1);
    assert!(narrow.text().contains("alpha_3"));
    narrow.press("right right");
    assert_eq!(narrow.shown(), 3);
    narrow.click(" 1  ");
    assert_eq!(narrow.shown(), 1, "a click does not choose");
    let mut small = replying(40, 12, 8);
    insta::assert_snapshot!("replies_40x12", small.text());
}

#[test]
fn one_of_several_can_have_the_whole_pane() {
    let mut wide = replying(200, 50, 3);
    wide.press("2 D");
    let shown = wide.text();
    assert!(
        shown.contains("last_line_of_beta") && !shown.contains("alpha_3"),
        "{shown}"
    );
    wide.press("D");
    assert!(wide.text().contains("alpha_3"));
    for (width, height) in [(1, 1), (20, 5), (41, 13), (300, 100)] {
        replying(width, height, 8).text();
    }
}

#[test]
fn what_became_of_each_reply_is_said() {
    let mut screen = replying(200, 50, 3);
    screen.happen(ended(2, "sorry", Finish::Refused, "the model refused: no"));
    screen.happen(ended(3, "```python\nx\n```\n", Finish::Stop, ""));
    for (candidate, reason) in [
        (2, "the model refused: no"),
        (3, "the reply is the same code as v0"),
    ] {
        let reason = reason.to_owned();
        screen.happen(E::CandidateFailed {
            round: 9,
            candidate,
            reason,
        });
    }
    let version = VersionId(screen.session.versions.last().unwrap().id.0 + 1);
    screen.happen(E::VersionCreated {
        version,
        parent: Some(VersionId::ORIGINAL),
        round: 9,
        candidate: 1,
        author: Author::Model { name: "m".into() },
        source: Source {
            file_name: "a.py".into(),
            text: "x".into(),
        },
    });
    screen.app.state.nav.tab = Some(Tab::Stream);
    let shown = screen.text();
    for words in [
        &format!("{version} waits"),
        "refused",
        "same code as v0",
        "no version came of it",
        "120 tok · 60 tok/s · first 900 ms",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert_eq!(
        screen.shown(),
        1,
        "the version that came is not the one that is shown"
    );
}

fn prepared(prompt: &str, asked: bool) -> E {
    E::PromptPrepared {
        prompt: prompt.into(),
        asked,
    }
}

#[test]
fn the_next_prompt_is_shown_edited_and_sent() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.happen(E::StageChanged {
        stage: Stage::Waiting,
    });
    screen.happen(prepared("Make it faster.\nPlease.\n", false));
    screen.press("6");
    let shown = screen.text();
    assert!(
        shown.contains("Make it faster.") && shown.contains("as it would go out now"),
        "{shown}"
    );
    assert!(screen.press("ctrl-e").is_empty());
    insta::assert_snapshot!("prompt_editor_120x36", screen.text());
    // Read only: exactly what was written is sent.
    assert_eq!(
        screen.press("ctrl-s"),
        [Effect::Send(Command::SendPrompt(
            "Make it faster.\nPlease.\n".into()
        ))]
    );
    assert!(!screen.app.covered());
    screen.press("ctrl-e O h");
    screen.press("esc");
    assert!(
        screen
            .text()
            .contains("Throw your changes of the prompt away?")
    );
    screen.press("n");
    assert_eq!(
        screen.press("ctrl-s"),
        [Effect::Send(Command::SendPrompt(
            "OhMake it faster.\nPlease.\n".into()
        ))]
    );
    screen.press("ctrl-e ! esc y");
    assert!(!screen.app.covered());
    assert!(screen.text().contains("stays as it was written"));
}

#[test]
fn while_a_round_is_on_the_next_prompt_opens_when_it_is_there() {
    let mut screen = replying(120, 36, 1);
    assert_eq!(screen.press("ctrl-e"), [Effect::Send(Command::Prepare)]);
    assert!(!screen.app.covered());
    screen.happen(E::StageChanged {
        stage: Stage::Waiting,
    });
    screen.press("h");
    screen.happen(prepared("later", true));
    assert!(
        !screen.app.covered(),
        "it took the keyboard from the hint box"
    );
    assert!(
        screen
            .text()
            .contains("the next prompt is ready, waiting for you"),
        "{}",
        screen.text()
    );
    screen.press("esc");
    screen.happen(E::Noted {
        text: "x".into(),
        error: false,
    });
    assert!(screen.app.dialog_as::<Prompt>().is_some());
    let shown = screen.text();
    assert!(shown.contains("which you asked for with ctrl-e"), "{shown}");
}

#[test]
fn long_lines_of_a_prompt_are_broken_to_fit() {
    let mut screen = TestScreen::at(80, 24, Moment::Finished);
    screen.happen(E::StageChanged {
        stage: Stage::Waiting,
    });
    let line = "Many words on one line ".repeat(20) + "and the last one";
    screen.happen(prepared(&format!("{line}\nx\n"), false));
    screen.press("ctrl-e");
    assert!(screen.text().contains("last one"), "{}", screen.text());
    // What is sent has the lines that it had.
    assert_eq!(
        screen.press("ctrl-s"),
        [Effect::Send(Command::SendPrompt(format!("{line}\nx\n")))]
    );
}

#[test]
fn every_reply_on_its_way_has_a_row_in_the_tree_and_a_click_shows_it() {
    let mut screen = replying(160, 45, 3);
    let shown = screen.text();
    for row in ["reply 1", "reply 2", "reply 3"] {
        assert!(shown.contains(row), "{row}\n{shown}");
    }
    screen.app.state.nav.tab = Some(Tab::Task);
    screen.click("reply 3");
    assert_eq!(screen.app.state.nav.tab, Some(Tab::Stream));
    let round = screen.session.round().unwrap();
    assert_eq!(screen.app.state.shown_reply(&screen.session, round), 3);
}

#[test]
fn replies_and_temperature_are_asked_for_by_key_and_shown() {
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    assert_eq!(screen.press("C"), [Effect::Send(Command::Candidates(2))]);
    assert_eq!(
        screen.press("ctrl-t"),
        [Effect::Send(Command::Temperature(Some(0.0)))]
    );
    screen.happen(E::Steered {
        steer: Steer::Candidates { candidates: 8 },
    });
    screen.happen(E::Steered {
        steer: Steer::Temperature {
            temperature: Some(1.3),
        },
    });
    assert_eq!(screen.press("C"), [Effect::Send(Command::Candidates(1))]);
    assert_eq!(
        screen.press("ctrl-t"),
        [Effect::Send(Command::Temperature(None))]
    );
    assert!(
        screen.text().contains("8 replies · temp 1.3"),
        "{}",
        screen.text()
    );
    screen.press(":");
    screen.types("temperature");
    assert!(
        screen.text().contains("temperature: the model's own"),
        "{}",
        screen.text()
    );
}

#[test]
fn the_end_of_a_reply_that_is_over_can_be_gone_to() {
    let mut screen = TestScreen::at(80, 24, Moment::Finished);
    screen.press("2");
    let start = screen.text();
    screen.press("G");
    let end = screen.text();
    assert_ne!(start, end);
    screen.press("g");
    assert_eq!(screen.text(), start);
    screen.press("G");
    assert_eq!(screen.text(), end);
}
