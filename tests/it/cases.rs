//! Beside the rounds: a case is run once more, added, or made the only one that is timed; references are measured.

use crate::support::home::{FAST, Home, SLOW, WRONG, reply, squares};
use crate::support::live::{self, LiveSession};
use reheat::engine::side_requests::{NewCase, SideRequest};
use reheat::engine::{Command, Setup};
use reheat::measure::{Answer, Verdict};
use reheat::session::event::{Decision, Event, Goal, VersionId};
use reheat::task::{ReferenceSolution, Source, Task};

/// Right on the two cases of the task, and on nothing else.
const FITTED: &str =
    "import sys\nn = int(sys.stdin.readline())\nprint({0: 0, 40000: 21332533340000}.get(n, 7))\n";

fn setup(home: &Home, change: impl FnOnce(&mut Task)) -> Setup {
    let mut task = live::task(home, None);
    change(&mut task);
    Setup {
        goal: Goal {
            rounds: 9,
            ..Goal::default()
        },
        ..live::setup(home, task, live::on_tape(&[reply(WRONG)], 1000.0))
    }
}

fn start() -> LiveSession {
    start_with(|_| {})
}

fn start_with(change: impl FnOnce(&mut Task)) -> LiveSession {
    let home = Home::new();
    squares(&home);
    let setup = setup(&home, change);
    start_waiting(home, setup)
}

fn start_waiting(home: Home, setup: Setup) -> LiveSession {
    let mut live = LiveSession::start(home, setup);
    live.until_waiting();
    live
}

impl LiveSession {
    fn ask(&self, request: SideRequest) {
        self.handle.send(Command::SideRequest(request));
    }

    fn add(&self, input: &str, expected: Option<&str>) {
        self.ask(SideRequest::Add(NewCase {
            input: input.into(),
            expected: expected.map(Into::into),
            held_out: false,
        }));
    }

    /// A version by hand, and what it came to.
    fn edit(&mut self, text: &str) -> VersionId {
        let parent = VersionId::ORIGINAL;
        let text = text.to_owned();
        self.handle.send(Command::HandEdit { parent, text });
        let decided = self.until("it is decided", |e, _| matches!(e, Event::Decided { .. }));
        match decided {
            Event::Decided { version, .. } => version,
            other => panic!("{other:?}"),
        }
    }

    /// The same, made the best version: by the rule, or by hand where a busy machine left it undecided.
    fn best(&mut self, text: &str) -> VersionId {
        let version = self.edit(text);
        if self.session.incumbent != Some(version) {
            self.handle.send(Command::Accept(version));
            self.until("it is the best", |_, s| s.incumbent == Some(version));
        }
        version
    }

    fn until_note(&mut self, words: &str) -> String {
        let event = self.until(
            words,
            |e, _| matches!(e, Event::Noted { text, .. } if text.contains(words)),
        );
        match event {
            Event::Noted { text, .. } => text,
            other => panic!("{other:?}"),
        }
    }

    /// Ends the sitting and begins another one on the same session.
    fn resume(self) -> Self {
        let Self {
            handle,
            session,
            home,
            ..
        } = self;
        handle.send(Command::Quit);
        while handle.events.recv().is_ok() {}
        let setup = Setup {
            resume: Some(session.id),
            ..setup(&home, |_| {})
        };
        start_waiting(home, setup)
    }

    fn cases(&self, version: VersionId) -> Vec<(String, Verdict)> {
        let evaluation = self.session.version(version).unwrap().evaluation.as_ref();
        let cases = evaluation.unwrap().cases.iter();
        cases.map(|c| (c.case.clone(), c.verdict)).collect()
    }
}

#[test]
fn an_added_case_is_said_by_the_original_and_takes_the_rank_from_what_fails_it() {
    let mut w = start();
    let fitted = w.best(FITTED);
    assert_eq!(w.session.incumbent, Some(fitted));
    // Unlike the two of the task: v1 prints 7 where 0 + 1 + 4 is right.
    w.add("3\n", None);
    w.until("the case is there", |e, _| matches!(e, Event::CaseAdded { case } if case.name == "03" && case.by_original && &*case.expected == "5\n"));
    w.until(
        "the rank is taken",
        |e, _| matches!(e, Event::Decided { decision: Decision::Rejected, by_hand: false, version, incumbent: Some(VersionId::ORIGINAL), .. } if *version == fitted),
    );
    let note = w.until_note("fails case 03");
    assert!(note.contains("v0 is the best version now"), "{note}");
    let ok = |name: &str| (name.to_owned(), Verdict::Accepted);
    assert_eq!(w.cases(VersionId::ORIGINAL), [ok("01"), ok("02"), ok("03")]);
    let failed = w.session.version(fitted).unwrap();
    assert_eq!(failed.verdict(), Some(Verdict::WrongAnswer));
    let failure = failed.evaluation.as_ref().unwrap().failure.clone().unwrap();
    assert_eq!(
        (failure.case.as_deref(), failure.got.trim()),
        (Some("03"), "7")
    );
    // Later versions are checked on it, in this sitting and in the next one.
    let fitted = w.edit(&format!("# again\n{FITTED}"));
    let verdict = |w: &LiveSession, v| w.session.version(v).unwrap().verdict().unwrap();
    assert_eq!(verdict(&w, fitted), Verdict::WrongAnswer);
    let mut w = w.resume();
    assert_eq!(w.session.task.as_ref().unwrap().cases.len(), 3);
    assert_eq!(w.session.incumbent, Some(VersionId::ORIGINAL));
    let fitted = w.edit(&format!("# and again\n{FITTED}"));
    assert_eq!(verdict(&w, fitted), Verdict::WrongAnswer);
    let fast = w.best(FAST);
    assert_eq!(w.cases(fast), [ok("01"), ok("02"), ok("03")]);
    assert_eq!(w.session.incumbent, Some(fast));
}

#[test]
fn an_added_case_keeps_the_exit_status_that_the_original_ends_with() {
    let mut w = start_with(|task| {
        task.ok_status = "0,1".parse().unwrap();
        task.source = Some(Source {
            file_name: "slow.py".into(),
            text: format!("{SLOW}sys.exit(1 if n == 3 else 0)\n").into(),
        });
    });
    // It always ends with 0.
    let fast = w.best(FAST);
    w.add("3\n", None);
    w.until(
        "the case is there",
        |e, _| matches!(e, Event::CaseAdded { case } if case.status == Some(1)),
    );
    w.until_note("fails case 03");
    let failed = w.session.version(fast).unwrap();
    assert_eq!(failed.verdict(), Some(Verdict::WrongAnswer));
    let evaluation = failed.evaluation.as_ref().unwrap();
    assert_eq!(
        evaluation.failure.as_ref().unwrap().reason,
        "exit status 0, where 1 is expected"
    );
}

#[test]
fn an_added_case_is_taken_back_with_all_that_came_of_it() {
    let mut w = start();
    let fitted = w.best(FITTED);
    w.add("3\n", None);
    w.until_note("fails case 03");
    assert_eq!(w.session.incumbent, Some(VersionId::ORIGINAL));
    w.ask(SideRequest::Withdraw("01".into()));
    w.until_note("only a case that was added can be taken back");
    w.ask(SideRequest::Withdraw("03".into()));
    let note = w.until_note("case 03 is taken back");
    assert!(
        note.contains(&format!("{fitted} is the best version again")),
        "{note}"
    );
    let ok = |name: &str| (name.to_owned(), Verdict::Accepted);
    let as_before = |w: &LiveSession| {
        assert_eq!(w.session.incumbent, Some(fitted));
        assert_eq!(w.session.task.as_ref().unwrap().cases.len(), 2);
        for version in [VersionId::ORIGINAL, fitted] {
            assert_eq!(w.cases(version), [ok("01"), ok("02")]);
        }
        let version = w.session.version(fitted).unwrap();
        assert_eq!(version.verdict(), Some(Verdict::Accepted));
        assert!(version.evaluation.as_ref().unwrap().failure.is_none());
    };
    as_before(&w);
    // It is gone in the next sitting too, and later versions do not run on it.
    let mut w = w.resume();
    as_before(&w);
    let again = w.edit(&format!("# again\n{FITTED}"));
    assert_eq!(w.cases(again), [ok("01"), ok("02")]);
}

#[test]
fn what_cannot_be_a_case_is_refused_with_its_reason() {
    let mut w = start();
    w.add("0\n", None);
    w.until_note("case 01 has this input already");
    w.add("not a number\n", None);
    let note = w.until_note("the case is not added");
    assert!(
        note.contains("the original") && note.contains("ValueError"),
        "{note}"
    );
    assert_eq!(w.session.task.as_ref().unwrap().cases.len(), 2);
    // A slip of the hand does not make a wrong program of an original that passes.
    w.add("2\n", Some("100\n"));
    let note = w.until_note("the case is not added");
    assert!(
        note.contains("the original writes `1` on this input, not `100`"),
        "{note}"
    );
    assert_eq!(w.session.incumbent, Some(VersionId::ORIGINAL));
    assert_eq!(w.session.task.as_ref().unwrap().cases.len(), 2);
    w.ask(SideRequest::TimeOnly(Some("nonsense".into())));
    w.until_note("there is no case nonsense");
    w.ask(SideRequest::Rerun {
        version: VersionId(9),
        case: "01".into(),
    });
    w.until_note("there is no case 01 of v9");
}

#[test]
fn the_model_is_shown_an_added_case_unless_it_is_held_out() {
    for held_out in [false, true] {
        let mut w = start();
        w.ask(SideRequest::Add(NewCase {
            input: "12345\n".into(),
            expected: None,
            held_out,
        }));
        w.until(
            "the original is checked",
            |e, _| matches!(e, Event::CaseChecked { result, .. } if result.verdict.accepted()),
        );
        assert_eq!(w.session.task.as_ref().unwrap().holds_out("03"), held_out);
        // Right on the first two, wrong on the third: the next prompt tells of it, or does not.
        let version = w.edit(FITTED);
        let verdict = w.session.version(version).unwrap().verdict().unwrap();
        let wanted = if held_out {
            Verdict::Overfitted
        } else {
            Verdict::WrongAnswer
        };
        assert_eq!(verdict, wanted);
        w.handle.send(Command::Parent(Some(version)));
        w.handle.send(Command::NextRound);
        let sent = w.until("a prompt is sent", |e, _| {
            matches!(e, Event::PromptSent { .. })
        });
        let Event::PromptSent { prompt, .. } = sent else {
            panic!()
        };
        assert_eq!(prompt.contains("12345"), !held_out, "{prompt}");
    }
}

#[test]
fn a_case_is_run_once_more_and_what_varies_is_told() {
    let mut w = start();
    w.ask(SideRequest::Rerun {
        version: VersionId::ORIGINAL,
        case: "02".into(),
    });
    w.until("it ran", |e, _| matches!(e, Event::CaseRerun { version: VersionId::ORIGINAL, result, .. } if result.case == "02" && result.figures.wall_ns.0 > 0));
    let original = w.session.version(VersionId::ORIGINAL).unwrap();
    assert!(original.rerun("02").is_some() && !original.flaky("02"));
    assert_eq!(original.reruns.len(), 1);
    // Right every other time, by lot.
    let lot = "import os, sys\nn = int(sys.stdin.readline())\nprint((n - 1) * n * (2 * n - 1) // 6 + os.urandom(1)[0] % 2 if n else 0)\n";
    let version = w.edit(lot);
    for _ in 0..60 {
        if w.session.version(version).unwrap().flaky("02") {
            break;
        }
        let case = "02".to_owned();
        w.ask(SideRequest::Rerun { version, case });
        w.until("it ran", |e, _| matches!(e, Event::CaseRerun { .. }));
    }
    let varies = w.session.version(version).unwrap();
    assert!(varies.flaky("02") && !varies.flaky("01"));
}

#[test]
fn one_case_alone_is_timed_and_what_was_timed_otherwise_is_timed_anew() {
    let home = Home::new();
    squares(&home);
    home.write("cases/03.in", "30000\n");
    home.write("cases/03.out", "8999550005000\n");
    let setup = Setup {
        strict: false,
        comparison_budget: crate::support::COMPARISON,
        comparison_clock: None,
        ..setup(&home, |t| t.workload.hold_out = "0".parse().unwrap())
    };
    let mut w = start_waiting(home, setup);
    let fast = w.best(FAST);
    assert_eq!(w.session.incumbent, Some(fast));
    let timed = |w: &LiveSession, v: VersionId| {
        let c = w.session.version(v).unwrap().original_comparison().unwrap();
        // On a busy machine even an empty run may look like more than the start of the program.
        let names = c.per_case.iter().map(|(n, _)| n.clone());
        let cases: Vec<String> = names.filter(|n| n != "01").collect();
        (c.only.clone(), cases)
    };
    assert_eq!(timed(&w, fast), (None, vec!["02".into(), "03".into()]));
    w.ask(SideRequest::TimeOnly(Some("03".into())));
    w.until(
        "the best is timed anew",
        |e, _| matches!(e, Event::ComparedAnew { version, .. } if *version == fast),
    );
    assert_eq!(timed(&w, fast), (Some("03".into()), vec!["03".into()]));
    // The choice is kept over sittings and holds for what comes later.
    let mut w = w.resume();
    assert_eq!(w.session.only.as_deref(), Some("03"));
    let slow = w.edit(&format!("# slower\n{SLOW}"));
    let against = w.session.version(slow).unwrap().comparison.clone().unwrap();
    assert_eq!(
        (against.only.as_deref(), against.answer),
        (Some("03"), Answer::Worse)
    );
    assert!(
        against.note.contains("timed on case 03 only"),
        "{}",
        against.note
    );
    w.ask(SideRequest::TimeOnly(None));
    // What was measured on the workload counts again at once; no figure of the one case is taken for it.
    w.until("all cases count", |e, _| matches!(e, Event::Steered { .. }));
    assert_eq!(timed(&w, fast), (None, vec!["02".into(), "03".into()]));
}

#[test]
fn references_are_measured_once_and_a_version_has_its_place_among_them() {
    let reference = |name: &str, text: &str| ReferenceSolution {
        name: name.into(),
        source: Source {
            file_name: "slow.py".into(),
            text: text.into(),
        },
    };
    let tenth = SLOW.replace("range(40)", "range(4)");
    let mut w = start_with(|task| {
        task.references = vec![
            reference("a tenth of the work", &tenth),
            reference("a wrong one", WRONG),
        ];
    });
    let place = |w: &LiveSession| w.session.reference_rank(w.session.best().unwrap());
    assert_eq!(place(&w), None);
    w.ask(SideRequest::References);
    w.until("both are measured", |_, s| s.references.len() == 2);
    let [first, second] = &w.session.references[..] else {
        panic!()
    };
    assert!(first.comparison.as_ref().unwrap().gain.0 > 1.0, "{first:?}");
    assert_eq!(
        (second.verdict, &second.comparison),
        (Verdict::WrongAnswer, &None)
    );
    let original = place(&w).unwrap();
    assert_eq!((original.ahead_of, original.of), (0, 1));
    w.best(FAST);
    // How much of it is ahead is a matter of the machine; a test of the chart holds the rule.
    assert_eq!(place(&w).unwrap().of, 1);
    // A second time there is nothing to do.
    let before = w.session.references.clone();
    w.ask(SideRequest::References);
    w.ask(SideRequest::TimeOnly(Some("nonsense".into())));
    w.until_note("there is no case nonsense");
    assert_eq!(w.session.references, before);
}
