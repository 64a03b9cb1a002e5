//! A recorded session on the screen: it is stepped, played and gone back in, and shows what it showed then.

use std::time::{Duration, Instant};

use super::TestScreen;
use crate::session::event::{Stage, VersionId};
use crate::session::{History, Session};
use crate::tui::core::tab::Tab;
use crate::tui::sample;
use crate::tui::state::effect::Effect;
use crate::tui::state::playback::Playback;

impl TestScreen {
    /// On the fabricated session as its journal holds it, before its first moment.
    fn recorded(width: u16, height: u16) -> Self {
        let events = sample::events();
        let events = events.into_iter().filter(|r| r.event.durable()).collect();
        let mut screen = Self::new(width, height, Session::default(), None);
        let history = History::new(events, Vec::new());
        screen.app.state.look_into(&mut screen.session, history);
        screen.drawn = false;
        screen
    }

    /// Presses keys, and goes where they lead.
    fn travel(&mut self, keys: &str) {
        for name in keys.split_whitespace() {
            for effect in self.press(name) {
                match effect {
                    Effect::Travel(to) => {
                        let now = Instant::now();
                        self.app.state.travel(&mut self.session, to, now);
                    }
                    Effect::GoTo(share) => {
                        let at = self.playback().hold_at(share);
                        self.app.state.go_to(&mut self.session, at);
                    }
                    other => panic!("{other:?}"),
                }
            }
            self.drawn = false;
        }
    }

    fn playback(&mut self) -> &mut Playback {
        self.app.state.playback.as_mut().unwrap()
    }
}

#[test]
fn it_is_stepped_forth_and_back_and_shows_the_same_both_times() {
    let mut screen = TestScreen::recorded(160, 45);
    let mut seen = Vec::new();
    loop {
        seen.push((screen.playback().at, screen.text()));
        let before = screen.playback().at;
        screen.travel("right");
        if screen.playback().at == before {
            break;
        }
    }
    assert!(seen.len() > 20, "{}", seen.len());
    let stages = [
        "asking",
        "comparing v2 with",
        "it is the best version now",
        "finished",
    ];
    for words in stages {
        assert!(seen.iter().any(|(_, text)| text.contains(words)), "{words}");
    }
    for (at, text) in seen.into_iter().rev() {
        assert_eq!(screen.playback().at, at);
        let now = screen.text();
        // A word that is said once is not said on the way back; all else is the same.
        let but_the_word = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.pop();
            lines.join("\n")
        };
        assert_eq!(but_the_word(&now), but_the_word(&text), "at {at}");
        screen.travel("left");
    }
    let first = screen.playback().history.first();
    assert_eq!(screen.playback().at, first);
}

#[test]
fn verdicts_the_best_and_failures_are_a_key_away() {
    let mut screen = TestScreen::recorded(120, 36);
    screen.travel("b");
    assert_eq!(screen.session.incumbent, Some(VersionId(2)));
    assert!(screen.text().contains("it is the best version now"));
    screen.travel("x");
    let failed = screen.session.versions.last().unwrap();
    assert!(!failed.verdict().unwrap().accepted());
    screen.travel("home n");
    assert!(screen.session.versions.len() == 2, "{}", screen.text());
    screen.travel("end");
    assert!(matches!(screen.session.stage, Stage::Finished));
    screen.travel("n");
    assert!(screen.text().contains("no verdict comes after this"));
    screen.travel("N N");
    assert!(!matches!(screen.session.stage, Stage::Finished));
}

#[test]
fn it_plays_as_it_went_faster_or_at_once_and_is_held() {
    let mut screen = TestScreen::recorded(120, 36);
    let first = screen.playback().at;
    screen.travel("space");
    assert!(screen.text().contains("plays"));
    let now = Instant::now() + Duration::from_secs(20);
    assert!(screen.app.state.play_on(&mut screen.session, now));
    let some = screen.playback().at;
    assert!(some > first && some < screen.playback().history.len());
    assert!(screen.app.state.heartbeat(&screen.session).is_some());
    screen.travel("space");
    assert!(screen.text().contains("held"));
    assert!(
        !screen
            .app
            .state
            .play_on(&mut screen.session, now + Duration::from_secs(60))
    );
    assert_eq!(screen.app.state.heartbeat(&screen.session), None);
    // Waits are cut, so that the whole of it is over in a time that can be said.
    screen.travel("s s space");
    assert!(screen.text().contains("at once"));
    screen
        .app
        .state
        .play_on(&mut screen.session, Instant::now());
    let playback = screen.playback();
    assert_eq!(playback.at, playback.history.len());
    assert!(matches!(screen.session.stage, Stage::Finished));
    // From the end it plays from the start.
    screen
        .app
        .state
        .play_on(&mut screen.session, Instant::now());
    screen.travel("s space");
    assert_eq!(screen.playback().at, first);
}

#[test]
fn a_reply_comes_as_it_came() {
    let mut screen = TestScreen::recorded(120, 36);
    let end = screen.playback().history.len();
    let mut lengths = Vec::new();
    for at in screen.playback().at..=end {
        screen.app.state.go_to(&mut screen.session, at);
        let replies = &screen.session.live.replies;
        lengths.extend(replies.values().map(|r| r.text.len()).filter(|n| *n > 0));
        if screen.session.stage == Stage::Streaming {
            assert_eq!(screen.app.state.pane(&screen.session), Tab::Stream);
        }
    }
    lengths.dedup();
    assert!(lengths.len() > 20, "{lengths:?}");
}

#[test]
fn nothing_of_the_loop_can_be_asked_of_it() {
    let mut screen = TestScreen::recorded(120, 36);
    for key in [
        "esc", "r", "h", "a", "u", "e", "w", "L", "m", "o", "C", "ctrl-e", "A", "c",
    ] {
        assert_eq!(screen.press(key), [], "{key}");
        assert!(!screen.app.covered(), "{key}");
        assert!(screen.text().contains("only looked at"), "{key}");
    }
    screen.paste("a hint");
    assert!(!screen.app.state.hint_box.active);
    screen.press(":");
    assert!(!screen.text().contains("retry"));
    screen.press("esc ?");
    let help = screen.text();
    assert!(
        help.contains("A recorded session") && !help.contains("The loop"),
        "{help}"
    );
    screen.press("esc");
    assert_eq!(screen.press("q"), [Effect::Quit], "it is not asked");
}

#[test]
fn it_says_where_it_is_on_every_screen_and_a_click_goes_there() {
    for (width, height) in [(160, 45), (120, 36), (80, 24), (40, 12)] {
        let mut screen = TestScreen::recorded(width, height);
        screen.travel("n");
        let shown = screen.text();
        assert!(shown.contains("recorded · step"), "{shown}");
        assert!(shown.contains("v1: "), "what happened is said: {shown}");
    }
    let mut screen = TestScreen::recorded(120, 36);
    let text = screen.text();
    let row = text
        .lines()
        .position(|l| l.contains("★───") || l.contains("───★"));
    let row = row.expect("the line of the session") as u16;
    let effects = screen.click_at((116, row));
    let [Effect::GoTo(share)] = effects[..] else {
        panic!("{effects:?}")
    };
    assert!(share > 0.99, "{share}");
}
