//! Steering: what a key asks before it costs something, what is answered, and what is told of rounds that came to nothing.

use super::TestScreen;
use crate::engine::Command;
use crate::measure::{Failure, Verdict};
use crate::report::text;
use crate::session::event::{Author, Decision, Event as E, Finish, Stage, Steer, VersionId};
use crate::task::Objective;
use crate::tui::core::tab::Tab;
use crate::tui::sample::Moment;
use crate::tui::state::effect::Effect;

fn finished() -> TestScreen {
    TestScreen::at(160, 45, Moment::Finished)
}

#[test]
fn a_round_without_a_version_is_told_and_can_be_reached() {
    let mut screen = finished();
    screen.happen(E::RoundStarted {
        round: 6,
        parent: VersionId(5),
        objective: Objective::Time,
        hint: String::new(),
        candidates: 1,
    });
    screen.happen(E::RoundFailed {
        round: 6,
        reason: "the reply is the same code as v5".into(),
    });
    let said = "round 6 gave no version: the reply is the same code as v5";
    assert!(screen.text().contains(said), "{}", screen.text());
    screen.press("8");
    screen.app.state.messages.last = None;
    let summary = screen.text();
    assert!(summary.contains("round 6 gave no version"), "{summary}");
    screen.app.state.nav.selected = Some(VersionId(5));
    screen.press("2");
    assert!(screen.text().contains(" round 5 "));
    screen.press("J");
    let shown = screen.text();
    assert!(
        shown.contains(" round 6 ") && shown.contains("no version came of this round"),
        "{shown}"
    );
    screen.press("K");
    assert!(screen.text().contains(" round 5 "));
}

#[test]
fn stopping_a_reply_that_costs_is_asked() {
    let mut screen = TestScreen::at(120, 36, Moment::Streaming);
    assert!(screen.press("esc").is_empty());
    assert!(screen.text().contains("esc once more stops the reply"));
    assert_eq!(screen.press("esc"), [Effect::Send(Command::Stop)]);
    // A tape costs nothing.
    screen.session.reached_by.insert("tape".into(), "t".into());
    assert_eq!(screen.press("esc"), [Effect::Send(Command::Stop)]);
    // What a comparison has measured so far would be lost.
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    assert!(screen.press("esc").is_empty());
    let said = "esc once more stops the comparison; v2 is kept, and L measures it again";
    assert!(screen.text().contains(said), "{}", screen.text());
    assert!(screen.press("r").is_empty(), "another key asks for itself");
    assert!(screen.press("esc").is_empty());
    assert_eq!(screen.press("esc"), [Effect::Send(Command::Stop)]);
}

#[test]
fn doing_the_round_again_is_not_meant_for_a_version_by_hand() {
    let mut screen = TestScreen::at(120, 36, Moment::Comparing);
    screen.session.versions[2].author = Author::Hand;
    assert!(screen.press("r").is_empty());
    let said = "v2 is yours and of no round: esc stops it, L measures it again";
    assert!(screen.text().contains(said), "{}", screen.text());
}

#[test]
fn a_failed_round_does_not_stand_over_a_version_that_came_after_it() {
    let mut screen = finished();
    let round = |number| E::RoundStarted {
        round: number,
        parent: VersionId(5),
        objective: Objective::Time,
        hint: String::new(),
        candidates: 1,
    };
    screen.happen(round(6));
    screen.happen(E::RoundFailed {
        round: 6,
        reason: "the server does not answer".into(),
    });
    screen.happen(E::StageChanged {
        stage: Stage::Waiting,
    });
    assert_eq!(screen.app.state.pane(&screen.session), Tab::Stream);
    screen.session.live.version = Some(VersionId(5));
    assert_eq!(screen.app.state.pane(&screen.session), Tab::Diff);
}

#[test]
fn a_hint_that_no_model_heard_holds_for_the_next_round() {
    let mut screen = finished();
    let ended = |finish, text: &str| E::ReplyEnded {
        round: 6,
        candidate: 0,
        model: "m".into(),
        text: text.into(),
        reasoning: "".into(),
        chunks: Vec::new(),
        usage: Default::default(),
        finish,
        error: "the server is busy".into(),
    };
    for (finish, text, left) in [
        (Finish::Failed, "", "use a set"),
        // It was heard, whatever came of it.
        (Finish::Incomplete, "I would", ""),
        (Finish::Stop, "no code", ""),
    ] {
        let rounds = screen.session.last_round();
        screen.happen(E::RoundStarted {
            round: 6,
            parent: VersionId(5),
            objective: Objective::Time,
            hint: "use a set".into(),
            candidates: 1,
        });
        assert_eq!(screen.session.hint, "");
        screen.happen(ended(finish, text));
        screen.happen(E::RoundFailed {
            round: 6,
            reason: "nothing came".into(),
        });
        assert_eq!(screen.session.hint, left, "{finish:?}");
        assert_eq!(
            screen.session.last_round() - rounds,
            u32::from(!left.is_empty())
        );
        screen.session.rounds.pop();
    }
}

#[test]
fn the_signs_are_explained() {
    let mut screen = finished();
    screen.press("?");
    screen.paste("recorded reply");
    let shown = screen.text();
    assert!(shown.contains("Signs beside versions"), "{shown}");
    assert!(shown.contains("▪  ◦  ✎"), "{shown}");
}

#[test]
fn a_version_that_does_not_fit_its_place_is_no_compile_error() {
    let mut screen = finished();
    let failed = screen.session.versions[3].evaluation.as_mut().unwrap();
    failed.verdict = Verdict::CompileError;
    failed.failure = Some(Failure {
        reason: "its parameters are (a), and were (a, b)".into(),
        misfit: true,
        ..Failure::default()
    });
    assert!(screen.line_with("✗ v3◦").contains("does not fit"));
    screen.app.state.nav.selected = Some(VersionId(3));
    let shown = screen.text();
    assert!(
        shown.contains("does not fit its place · its parameters are (a)"),
        "{shown}"
    );
    let told = text::session(&screen.session);
    assert!(
        told.contains("does not fit its place") && !told.contains("compile error"),
        "{told}"
    );
}

#[test]
fn the_task_pane_says_how_it_is_judged() {
    let mut screen = finished();
    let task = screen.session.task.as_mut().unwrap();
    task.statement = "".into();
    task.judged_by = vec![
        "It is judged by 12 calls of it.".into(),
        "One call: `[1, 2]`".into(),
    ];
    screen.press("1");
    let shown = screen.text();
    assert!(
        shown.contains("It is judged by 12 calls of it.") && shown.contains("`[1, 2]`"),
        "{shown}"
    );
    screen.session.task.as_mut().unwrap().statement = "Count pairs.".into();
    let shown = screen.text();
    assert!(
        shown.contains("Count pairs.") && shown.contains("How it is judged"),
        "{shown}"
    );
}

#[test]
fn a_note_goes_with_what_it_belongs_to_and_an_error_stays() {
    for (error, stays) in [(false, false), (true, true)] {
        let mut screen = TestScreen::at(160, 45, Moment::Asking);
        screen.later(
            100,
            E::Noted {
                text: "asking once more".into(),
                error,
            },
        );
        assert!(screen.text().contains("asking once more"));
        let stage = Stage::Building {
            version: VersionId(1),
        };
        screen.later(500, E::StageChanged { stage });
        assert!(screen.text().contains("asking once more"), "it can be read");
        screen.app.state.now += jiff::SignedDuration::from_secs(4);
        assert_eq!(screen.text().contains("asking once more"), stays, "{error}");
    }
}

#[test]
fn keys_that_decide_are_answered() {
    let mut screen = finished();
    screen.app.state.nav.selected = Some(VersionId(2));
    screen.press("b");
    assert!(screen.text().contains("the next round starts from v2"));
    screen.decide(2, Decision::Rejected, 5, false);
    let said = "v2 is rejected by your hand; v5 stays the best version; u takes it back";
    assert!(screen.text().contains(said), "{}", screen.text());
}

#[test]
fn the_model_can_be_replaced_and_stays_so() {
    let mut screen = finished();
    let by = &mut screen.session.reached_by;
    by.insert("command".into(), "./old".into());
    screen.press("ctrl-o");
    assert!(screen.text().contains("./old"));
    screen.press("ctrl-u");
    screen.types("./new --fast");
    let model = "./new --fast".to_owned();
    let asked = screen.press("enter");
    assert_eq!(asked, [Effect::Send(Command::Model(model.clone()))]);
    screen.happen(E::Steered {
        steer: Steer::Model {
            model: model.clone(),
        },
    });
    assert_eq!(screen.session.reached_by.get("command"), Some(&model));
    // A tape is nobody that could be replaced.
    screen.session.reached_by.insert("tape".into(), "t".into());
    screen.press("ctrl-o");
    assert!(screen.text().contains("a tape answers in this session"));
}

#[test]
fn a_hint_that_went_out_is_not_offered_once_more() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    screen.press("h");
    screen.paste("use a set");
    screen.press("enter");
    screen.session.hint = "use a set".into();
    screen.press("h esc");
    assert_eq!(
        screen.app.state.hint_box.text.lines(),
        ["use a set"],
        "it waits, and can be changed"
    );
    screen.session.hint.clear();
    screen.session.rounds.last_mut().unwrap().hint = "use a set".into();
    screen.press("h");
    assert_eq!(screen.app.state.hint_box.text.lines(), [""]);
}

#[test]
fn after_the_end_prompt_and_reply_are_those_of_the_version_that_is_shown() {
    let mut screen = TestScreen::at(160, 45, Moment::Finished);
    screen.session.incumbent = Some(crate::session::event::VersionId(2));
    screen.press("6");
    let shown = screen.text();
    assert!(shown.contains(" round 2 "), "{shown}");
}

#[test]
fn retrying_never_spends_a_round_unasked() {
    let mut screen = TestScreen::at(120, 36, Moment::Finished);
    assert_eq!(screen.press("r"), []);
    assert!(
        screen.text().contains("n starts a new one"),
        "{}",
        screen.text()
    );
    let mut busy = TestScreen::at(120, 36, Moment::Streaming);
    assert_eq!(
        busy.press("r"),
        [],
        "it costs what is on, and is asked first"
    );
    assert!(
        busy.text().contains("r once more asks the model again"),
        "{}",
        busy.text()
    );
    assert_eq!(busy.press("r"), [Effect::Send(Command::Retry)]);
}

#[test]
fn a_key_that_stops_changes_nothing_where_nothing_is_on() {
    let mut screen = finished();
    screen.press("K K");
    let looked_at = screen.app.state.nav.selected;
    assert!(looked_at.is_some());
    assert_eq!(screen.press("esc"), []);
    assert_eq!(screen.app.state.nav.selected, looked_at);
    assert!(
        screen
            .text()
            .contains("nothing is on that could be stopped")
    );
}

#[test]
fn what_a_version_is_slower_than_is_said() {
    let mut screen = finished();
    let v3 = &mut screen.session.versions[4];
    let c = v3.comparison.as_mut().unwrap();
    c.answer = crate::measure::Answer::Worse;
    let words = format!("{} than {}", c.word(), c.incumbent);
    assert!(screen.text().contains(&words), "{words}");
}
