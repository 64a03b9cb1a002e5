//! Several replies of a round on the screen, and the next prompt before it goes out.

use crate::support::screen;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use reheat::engine::Command;
use reheat::session::event::{Author, Event as E, Finish, Stage, Steer, Usage, VersionId};
use reheat::session::{EventRecord, Session};
use reheat::task::{Objective, Source};
use reheat::tui::app::App;
use reheat::tui::core::tab::Tab;
use reheat::tui::core::theme::{Depth, Theme};
use reheat::tui::dialogs::prompt::Prompt;
use reheat::tui::input::terminal_event;
use reheat::tui::sample::{Moment, session};
use reheat::tui::state::effect::Effect;

/// A screen on which a person could type.
struct Bench {
    session: Session,
    app: App,
    at: Timestamp,
    terminal: Terminal<TestBackend>,
}

impl Bench {
    fn new(width: u16, height: u16, session: Session) -> Self {
        let at = session.last_at.unwrap();
        let mut app = App::new(Theme::dark(Depth::True), None, at);
        app.observe(&session);
        Self {
            session,
            app,
            at,
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
        }
    }

    fn happen(&mut self, after_ms: i64, event: E) {
        self.at += SignedDuration::from_millis(after_ms);
        let at = self.at;
        self.session.apply(&EventRecord { at, event });
        self.app.now = at;
        self.app.observe(&self.session);
    }

    fn say(&mut self, candidate: u32, after_ms: i64, text: &str) {
        let event = E::ReplyDelta {
            round: 9,
            candidate,
            reasoning: false,
            text: text.into(),
        };
        self.happen(after_ms, event);
    }

    fn draw(&mut self) -> &Buffer {
        screen::draw(&self.session, &mut self.app, &mut self.terminal)
    }

    fn text(&mut self) -> String {
        screen::text(self.draw())
    }

    fn press(&mut self, keys: &[&str]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for key in keys {
            self.draw();
            let event = Event::Key(screen::key(key));
            effects.extend(terminal_event(&mut self.app, &self.session, &event));
        }
        effects
    }

    fn click(&mut self, words: &str) {
        let screen = self.text();
        let (row, line) = (screen.lines().enumerate())
            .find(|(_, l)| l.contains(words))
            .unwrap_or_else(|| panic!("{words} is not on the screen:\n{screen}"));
        let column = line[..line.find(words).unwrap()].chars().count();
        let event = Event::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: column as u16 + 1,
            row: row as u16,
            modifiers: KeyModifiers::NONE,
        });
        terminal_event(&mut self.app, &self.session, &event);
    }

    fn shown(&self) -> u32 {
        let round = self.session.round().unwrap();
        self.app.shown_reply(&self.session, round)
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
fn bench(width: u16, height: u16, candidates: u32) -> Bench {
    let mut bench = Bench::new(width, height, session(Moment::Asking));
    bench.happen(
        0,
        E::RoundStarted {
            round: 9,
            parent: VersionId::ORIGINAL,
            objective: Objective::Time,
            hint: String::new(),
            candidates,
        },
    );
    let prompt = E::PromptSent {
        round: 9,
        candidate: 0,
        model: "qwen2.5-coder".into(),
        prompt: "make it faster".into(),
        edited: false,
    };
    bench.happen(0, prompt);
    bench.say(1, 800, "Count instead ");
    let done = code("alpha", 4) + "```\n";
    bench.say(2, 200, &code("beta", 60));
    bench.happen(900, ended(1, &done, Finish::Stop, ""));
    bench.say(2, 500, "    last_line_of_beta = 1\n");
    if candidates > 2 {
        let thinking = E::ReplyDelta {
            round: 9,
            candidate: 3,
            reasoning: true,
            text: "Sorting would do, but a table of counts is linear. ".into(),
        };
        bench.happen(100, thinking);
    }
    bench
}

#[test]
fn replies_stand_side_by_side_where_there_is_room() {
    let mut wide = bench(200, 50, 3);
    let shown = wide.text();
    insta::assert_snapshot!("replies_200x50", shown);
    for words in ["alpha_3", "last_line_of_beta", "Sorting would do"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(
        !shown.contains("beta_0 ="),
        "the end of a growing reply is not followed"
    );
    wide.press(&["g"]);
    assert!(wide.text().contains("beta_0 ="));
    wide.press(&["f"]);
    assert!(wide.text().contains("last_line_of_beta"));
}

#[test]
fn where_there_is_no_room_one_stands_under_a_line_for_each() {
    let mut narrow = bench(80, 24, 3);
    assert_eq!(narrow.shown(), 2, "the one that is coming is shown");
    insta::assert_snapshot!("replies_80x24", narrow.text());
    narrow.press(&["left"]);
    assert_eq!(narrow.shown(), 1);
    assert!(narrow.text().contains("alpha_3"));
    narrow.press(&["right", "right"]);
    assert_eq!(narrow.shown(), 3);
    narrow.click(" 1  ");
    assert_eq!(narrow.shown(), 1, "a click does not choose");
    let mut small = bench(40, 12, 8);
    insta::assert_snapshot!("replies_40x12", small.text());
}

#[test]
fn one_of_several_can_have_the_whole_pane() {
    let mut wide = bench(200, 50, 3);
    wide.press(&["2", "D"]);
    let shown = wide.text();
    assert!(
        shown.contains("last_line_of_beta") && !shown.contains("alpha_3"),
        "{shown}"
    );
    wide.press(&["D"]);
    assert!(wide.text().contains("alpha_3"));
    for (width, height) in [(1, 1), (20, 5), (41, 13), (300, 100)] {
        bench(width, height, 8).text();
    }
}

#[test]
fn what_became_of_each_reply_is_said() {
    let mut bench = bench(200, 50, 3);
    bench.happen(
        0,
        ended(2, "sorry", Finish::Refused, "the model refused: no"),
    );
    bench.happen(0, ended(3, "```python\nx\n```\n", Finish::Stop, ""));
    for (candidate, reason) in [
        (2, "the model refused: no"),
        (3, "the reply is the same code as v0"),
    ] {
        let reason = reason.to_owned();
        bench.happen(
            0,
            E::CandidateFailed {
                round: 9,
                candidate,
                reason,
            },
        );
    }
    let version = VersionId(bench.session.versions.last().unwrap().id.0 + 1);
    bench.happen(
        0,
        E::VersionCreated {
            version,
            parent: Some(VersionId::ORIGINAL),
            round: 9,
            candidate: 1,
            author: Author::Model { name: "m".into() },
            source: Source {
                file_name: "a.py".into(),
                text: "x".into(),
            },
        },
    );
    bench.app.nav.tab = Some(Tab::Stream);
    let shown = bench.text();
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
        bench.shown(),
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
    let mut bench = Bench::new(120, 36, session(Moment::Finished));
    bench.happen(
        0,
        E::StageChanged {
            stage: Stage::Waiting,
        },
    );
    bench.happen(0, prepared("Make it faster.\nPlease.\n", false));
    bench.press(&["6"]);
    let shown = bench.text();
    assert!(
        shown.contains("Make it faster.") && shown.contains("as it would go out now"),
        "{shown}"
    );
    assert!(bench.press(&["ctrl-e"]).is_empty());
    insta::assert_snapshot!("prompt_editor_120x36", bench.text());
    // Read only: exactly what was written is sent.
    assert_eq!(
        bench.press(&["ctrl-s"]),
        [Effect::Send(Command::SendPrompt(
            "Make it faster.\nPlease.\n".into()
        ))]
    );
    assert!(!bench.app.covered());
    bench.press(&["ctrl-e", "O", "h"]);
    bench.press(&["esc"]);
    assert!(
        bench
            .text()
            .contains("Throw your changes of the prompt away?")
    );
    bench.press(&["n"]);
    assert_eq!(
        bench.press(&["ctrl-s"]),
        [Effect::Send(Command::SendPrompt(
            "OhMake it faster.\nPlease.\n".into()
        ))]
    );
    bench.press(&["ctrl-e", "!", "esc", "y"]);
    assert!(!bench.app.covered());
    assert!(bench.text().contains("stays as it was written"));
}

#[test]
fn while_a_round_is_on_the_next_prompt_opens_when_it_is_there() {
    let mut bench = bench(120, 36, 1);
    assert_eq!(bench.press(&["ctrl-e"]), [Effect::Send(Command::Prepare)]);
    assert!(!bench.app.covered());
    bench.happen(
        0,
        E::StageChanged {
            stage: Stage::Waiting,
        },
    );
    bench.press(&["h"]);
    bench.happen(0, prepared("later", true));
    assert!(
        !bench.app.covered(),
        "it took the keyboard from the hint box"
    );
    assert!(
        bench
            .text()
            .contains("the next prompt is ready, waiting for you"),
        "{}",
        bench.text()
    );
    bench.press(&["esc"]);
    bench.happen(
        0,
        E::Noted {
            text: "x".into(),
            error: false,
        },
    );
    assert!(bench.app.dialog_as::<Prompt>().is_some());
    let shown = bench.text();
    assert!(shown.contains("which you asked for with ctrl-e"), "{shown}");
}

#[test]
fn long_lines_of_a_prompt_are_broken_to_fit() {
    let mut bench = Bench::new(80, 24, session(Moment::Finished));
    bench.happen(
        0,
        E::StageChanged {
            stage: Stage::Waiting,
        },
    );
    let line = "Many words on one line ".repeat(20) + "and the last one";
    bench.happen(0, prepared(&format!("{line}\nx\n"), false));
    bench.press(&["ctrl-e"]);
    assert!(bench.text().contains("last one"), "{}", bench.text());
    // What is sent has the lines that it had.
    assert_eq!(
        bench.press(&["ctrl-s"]),
        [Effect::Send(Command::SendPrompt(format!("{line}\nx\n")))]
    );
}

#[test]
fn every_reply_on_its_way_has_a_row_in_the_tree_and_a_click_shows_it() {
    let mut bench = bench(160, 45, 3);
    let shown = bench.text();
    for row in ["reply 1", "reply 2", "reply 3"] {
        assert!(shown.contains(row), "{row}\n{shown}");
    }
    bench.app.nav.tab = Some(Tab::Task);
    bench.click("reply 3");
    assert_eq!(bench.app.nav.tab, Some(Tab::Stream));
    let round = bench.session.round().unwrap();
    assert_eq!(bench.app.shown_reply(&bench.session, round), 3);
}

#[test]
fn replies_and_temperature_are_asked_for_by_key_and_shown() {
    let mut bench = Bench::new(160, 45, session(Moment::Finished));
    assert_eq!(bench.press(&["C"]), [Effect::Send(Command::Candidates(2))]);
    assert_eq!(
        bench.press(&["ctrl-t"]),
        [Effect::Send(Command::Temperature(Some(0.0)))]
    );
    bench.happen(
        0,
        E::Steered {
            steer: Steer::Candidates { candidates: 8 },
        },
    );
    bench.happen(
        0,
        E::Steered {
            steer: Steer::Temperature {
                temperature: Some(1.3),
            },
        },
    );
    assert_eq!(bench.press(&["C"]), [Effect::Send(Command::Candidates(1))]);
    assert_eq!(
        bench.press(&["ctrl-t"]),
        [Effect::Send(Command::Temperature(None))]
    );
    assert!(
        bench.text().contains("8 replies · temp 1.3"),
        "{}",
        bench.text()
    );
    bench.press(&[":"]);
    for letter in "temperature".chars() {
        bench.press(&[&letter.to_string()]);
    }
    assert!(
        bench.text().contains("temperature: the model's own"),
        "{}",
        bench.text()
    );
}
