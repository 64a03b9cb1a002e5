//! The developer's hand on a running loop: hints, edits, decisions, pauses and stops are obeyed, and told as events.

use std::time::Duration;

use crate::support::home::{FAST, Home, WRONG, reply, squares};
use crate::support::live::{self, LiveSession};
use reheat::engine::side_requests::SideRequest;
use reheat::engine::{Command, Setup};
use reheat::measure::Verdict;
use reheat::session::event::{Author, Event, Finish, Mode, Stage, VersionId};
use reheat::task::HoldOut;

fn start(mode: Mode, replies: &[String], speed: f64) -> LiveSession {
    start_holding_out(mode, replies, speed, None)
}

fn start_holding_out(
    mode: Mode,
    replies: &[String],
    speed: f64,
    held_out: Option<HoldOut>,
) -> LiveSession {
    let home = Home::new();
    squares(&home);
    start_in(home, mode, replies, speed, held_out)
}

fn start_in(
    home: Home,
    mode: Mode,
    replies: &[String],
    speed: f64,
    held_out: Option<HoldOut>,
) -> LiveSession {
    let task = live::task(&home, held_out);
    let setup = Setup {
        mode,
        ..live::setup(&home, task, live::on_tape(replies, speed))
    };
    LiveSession::start(home, setup)
}

impl LiveSession {
    fn incumbent(&self) -> Option<u32> {
        self.session.incumbent.map(|v| v.0)
    }
}

#[test]
fn a_hint_that_quotes_a_held_out_case_is_warned_of() {
    let held = HoldOut::Named(vec!["02".into()]);
    let mut w = start_holding_out(Mode::Manual, &[reply(WRONG)], 1000.0, Some(held));
    w.until_waiting();
    let warned = |w: &LiveSession| {
        w.session
            .notes
            .iter()
            .any(|n| n.text.contains("the hint quotes"))
    };
    for (hint, wanted) in [
        ("think of 0 as well", false),
        ("for 40000 it is 21332533340000", true),
    ] {
        w.handle.send(Command::Hint(hint.into()));
        w.until("the hint is taken", |_, s| s.hint == hint);
        assert_eq!(warned(&w), wanted, "{hint}");
    }
}

#[test]
fn hand_edits_are_measured_and_decisions_can_be_made_and_taken_back() {
    let mut w = start(Mode::Manual, &[reply(WRONG)], 1000.0);
    w.until_waiting();
    assert!(
        w.session.rounds.is_empty(),
        "a round began by itself in manual mode"
    );
    assert_eq!(w.incumbent(), Some(0));

    w.handle.send(Command::HandEdit {
        parent: VersionId::ORIGINAL,
        text: FAST.into(),
    });
    w.until("the edit is decided", |e, _| {
        matches!(
            e,
            Event::Decided {
                version: VersionId(1),
                ..
            }
        )
    });
    assert_eq!(
        w.incumbent(),
        Some(1),
        "{:?}",
        w.session.version(VersionId(1)).unwrap().decision
    );

    w.handle.send(Command::Accept(VersionId::ORIGINAL));
    w.until("v0 is chosen", |e, _| {
        matches!(e, Event::Decided { by_hand: true, .. })
    });
    assert_eq!(w.incumbent(), Some(0));
    w.handle.send(Command::Undo);
    w.until("that is taken back", |e, _| {
        matches!(
            e,
            Event::Decided {
                taken_back: true,
                ..
            }
        )
    });
    assert_eq!(w.incumbent(), Some(1));
    w.handle.send(Command::Reject(VersionId(1)));
    w.until("v1 is rejected", |e, _| {
        matches!(
            e,
            Event::Decided {
                by_hand: true,
                taken_back: false,
                ..
            }
        )
    });
    assert_eq!(
        w.incumbent(),
        Some(0),
        "the nearest ancestor that passes inherits"
    );

    w.handle.send(Command::Hint("mind the zero".into()));
    w.handle.send(Command::Parent(Some(VersionId(1))));
    w.handle.send(Command::NextRound);
    w.until("the round is over", |e, _| {
        matches!(
            e,
            Event::Decided {
                version: VersionId(2),
                ..
            }
        )
    });
    let round = w.session.round().unwrap();
    assert_eq!(
        (round.hint.as_str(), round.parent),
        ("mind the zero", VersionId(1))
    );
    assert!(
        round.prompt.contains("mind the zero") && round.prompt.contains(FAST.trim()),
        "{}",
        round.prompt
    );
    assert_eq!(
        w.session.version(VersionId(2)).unwrap().verdict(),
        Some(Verdict::WrongAnswer)
    );
    w.handle.send(Command::Accept(VersionId(2)));
    w.until("a note", |e, _| {
        matches!(e, Event::Noted { error: true, .. })
    });
    assert_eq!(
        w.incumbent(),
        Some(0),
        "a version that fails was made the incumbent"
    );
    w.handle.send(Command::Quit);
    w.until("the end", |e, _| matches!(e, Event::SessionFinished { .. }));
}

#[test]
fn a_stream_is_held_and_let_go_and_stopped_at_once() {
    let long = format!("{}\n{}", "word ".repeat(2000), reply(FAST));
    let mut w = start(Mode::Auto, &[long.clone(), long], 2.0);
    w.until("text comes", |e, _| matches!(e, Event::ReplyDelta { .. }));
    w.handle.send(Command::Pause(true));
    w.until("it is held", |e, _| {
        matches!(
            e,
            Event::StageChanged {
                stage: Stage::Paused
            }
        )
    });
    assert!(
        w.handle
            .events
            .recv_timeout(Duration::from_millis(600))
            .is_err(),
        "text came while it was held"
    );
    w.handle.send(Command::Pause(false));
    w.until("text comes again", |e, _| {
        matches!(e, Event::ReplyDelta { .. })
    });
    w.handle.send(Command::Stop);
    w.until("the reply ended", |e, _| {
        matches!(e, Event::ReplyEnded { .. })
    });
    let Some(Event::ReplyEnded { finish, text, .. }) = w.seen.last() else {
        panic!()
    };
    assert_eq!(*finish, Finish::Stopped);
    assert!(!text.is_empty(), "what had come was thrown away");
    w.until_waiting();
    assert_eq!(w.session.versions.len(), 1, "a stopped reply was evaluated");
}

#[test]
fn a_run_is_stopped_and_the_loop_waits_for_the_developer() {
    let sleeper = "import time\ntime.sleep(9)\n";
    let mut w = start(Mode::Auto, &[reply(sleeper), reply(FAST)], 1000.0);
    w.until("the sleeper runs", |e, s| {
        matches!(
            e,
            Event::Progressed {
                version: VersionId(1),
                ..
            }
        ) && !s.live.case.is_empty()
    });
    w.handle.send(Command::Stop);
    w.until_waiting();
    // Had it waited for the run it would have judged it.
    assert!(
        w.session
            .version(VersionId(1))
            .unwrap()
            .evaluation
            .is_none()
    );
    w.handle.send(Command::NextRound);
    w.until("the next round ends", |e, _| {
        matches!(
            e,
            Event::Decided {
                version: VersionId(2),
                ..
            }
        )
    });
    assert_eq!(w.incumbent(), Some(2));
}

#[test]
fn step_mode_does_one_round_and_waits() {
    let mut w = start(Mode::Step, &[reply(WRONG), reply(FAST)], 1000.0);
    w.until_waiting();
    assert_eq!(w.session.rounds.len(), 1);
    w.handle.send(Command::Mode(Mode::Auto));
    w.until("the end", |e, _| matches!(e, Event::SessionFinished { .. }));
    assert_eq!(w.session.rounds.len(), 2);
    assert_eq!(
        w.session.finished.as_ref().unwrap().reason,
        reheat::session::event::EndReason::Rounds
    );
    drop(w.handle);
}

#[test]
fn stopping_the_run_of_an_edit_breaks_off_nothing_that_comes_later() {
    let mut w = start(Mode::Manual, &[reply(FAST)], 1000.0);
    w.until_waiting();
    w.handle.send(Command::HandEdit {
        parent: VersionId::ORIGINAL,
        text: "import time\ntime.sleep(9)\n".into(),
    });
    w.until("the edit runs", |e, s| {
        matches!(
            e,
            Event::Progressed {
                version: VersionId(1),
                ..
            }
        ) && !s.live.case.is_empty()
    });
    w.handle.send(Command::Stop);
    w.until_waiting();
    w.handle.send(Command::NextRound);
    w.until("the round ends", |e, _| {
        matches!(e, Event::Decided { .. } | Event::RoundFailed { .. })
    });
    assert_eq!(w.incumbent(), Some(2));
}

#[test]
fn an_edit_that_waits_is_kept_when_the_workbench_ends() {
    let sleeper = "import time\ntime.sleep(9)\n";
    let mut w = start(Mode::Auto, &[reply(sleeper), reply(FAST)], 1000.0);
    w.until("the sleeper runs", |e, s| {
        matches!(
            e,
            Event::Progressed {
                version: VersionId(1),
                ..
            }
        ) && !s.live.case.is_empty()
    });
    w.handle.send(Command::HandEdit {
        parent: VersionId::ORIGINAL,
        text: FAST.into(),
    });
    w.handle.send(Command::Quit);
    w.until("the end", |e, _| matches!(e, Event::SessionFinished { .. }));
    let edit = w.session.versions.last().unwrap();
    assert_eq!((&*edit.source.text, &edit.author), (FAST, &Author::Hand));
    assert!(edit.evaluation.is_none());
}

#[test]
fn stopping_before_the_original_is_known_only_waits() {
    let home = Home::new();
    home.write(
        "slow.py",
        "import time\ntime.sleep(1)\nprint(int(input()) ** 2)\n",
    );
    for n in 1..9 {
        home.write(&format!("cases/{n}.in"), &format!("{n}\n"));
    }
    let mut w = start_in(home, Mode::Auto, &[reply(FAST)], 1000.0, None);
    w.until("the original is asked", |e, _| {
        matches!(
            e,
            Event::VersionCreated {
                version: VersionId::ORIGINAL,
                ..
            }
        )
    });
    w.handle.send(Command::Stop);
    w.until_waiting();
    w.handle.send(Command::NextRound);
    w.until("the original is measured", |e, _| {
        matches!(
            e,
            Event::VersionEvaluated {
                version: VersionId::ORIGINAL,
                ..
            }
        )
    });
    assert!(w.session.finished.is_none());
}

#[test]
fn a_version_is_measured_again_and_what_comes_of_it_counts() {
    let mut w = start(Mode::Manual, &[reply(WRONG)], 1000.0);
    w.until_waiting();
    let decided = |e: &Event| {
        matches!(
            e,
            Event::Decided {
                by_hand: false,
                version: VersionId(1),
                ..
            }
        )
    };
    w.handle.send(Command::HandEdit {
        parent: VersionId::ORIGINAL,
        text: FAST.into(),
    });
    w.until("the edit is decided", |e, _| decided(e));
    let again = |w: &LiveSession, version| {
        let request = SideRequest::MeasureAgain(VersionId(version));
        w.handle.send(Command::SideRequest(request));
    };
    // The best version is measured against v0, and nothing is decided by that.
    again(&w, 1);
    w.until("it is known anew", |e, _| {
        matches!(
            e,
            Event::ComparedAnew {
                version: VersionId(1),
                ..
            }
        )
    });
    assert_eq!(w.incumbent(), Some(1));
    // Another one is measured against the best, by the rule that holds for every version.
    w.handle.send(Command::Reject(VersionId(1)));
    w.until("v1 is rejected", |_, s| s.incumbent == Some(VersionId(0)));
    again(&w, 1);
    w.until("it is decided again", |e, _| decided(e));
    assert_eq!(w.incumbent(), Some(1));
    let version = w.session.version(VersionId(1)).unwrap();
    assert!(version.comparison.as_ref().unwrap().confirmed);
    again(&w, 0);
    w.until("v0 is none to measure", |e, _| {
        matches!(e, Event::Noted { error: true, text } if text.contains("v0 is what the others"))
    });
}
