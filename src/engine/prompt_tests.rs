#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::measure::{CaseResult, Figures};
use crate::model::prompt::Template;
use crate::model::tape::Tape;
use crate::sandbox::{self, MemorySource};
use crate::session::Library;
use crate::session::event::{Author, Decision, Goal, Mode, Origin};
use crate::task::{Languages, Source, bundled, held_out};

const SECRET: &str = "s3cr3t";

fn setup(template: &str) -> Setup {
    let mut task = bundled::load("pairs", &Languages::load(None).unwrap()).unwrap();
    held_out::recall(&mut task, &["03".to_owned()]);
    Setup {
        task,
        origin: Origin::Kept,
        provider: Arc::new(Tape::from_text("none", "{\"model\": \"m\", \"text\": \"x\"}").unwrap()),
        reached_by: Default::default(),
        mode: Mode::Auto,
        goal: Goal::default(),
        library: Library::new(std::path::Path::new("nowhere")),
        resume: None,
        candidates: None,
        temperature: None,
        sandbox: sandbox::Settings::default(),
        cache: None,
        template: Template::load(template, None).unwrap(),
        strict: false,
        comparison_budget: Duration::ZERO,
        comparison_clock: None,
        demo_pause: Duration::ZERO,
        script: Vec::new(),
    }
}

/// A version that fails the held-out case 03 with this verdict; every text that the failure has is a secret.
fn version(id: u32, verdict: Verdict, in_case: Verdict) -> Version {
    let result = |case: &str, verdict| CaseResult {
        case: case.into(),
        verdict,
        figures: Figures::default(),
        trace: Vec::new(),
    };
    let secret = || SECRET.to_owned();
    Version {
        id: VersionId(id),
        parent: (id > 0).then_some(VersionId::ORIGINAL),
        round: id,
        candidate: 0,
        author: Author::Hand,
        source: Source {
            file_name: "a.py".into(),
            text: "print()".into(),
        },
        evaluation: Some(Evaluation {
            files_bytes: crate::base::units::Bytes(0),
            verdict,
            figures: Figures::default(),
            cases: vec![
                result("01", Verdict::Accepted),
                result("02", Verdict::Accepted),
                result("03", in_case),
            ],
            cases_total: 3,
            build: None,
            failure: Some(Failure {
                case: Some("03".into()),
                held_out: true,
                misfit: false,
                reason: secret(),
                input: secret(),
                expected: secret(),
                got: secret(),
                stderr: secret(),
                hint: Some(secret()),
            }),
            floor: None,
            flags: vec![crate::measure::Flag {
                kind: crate::measure::FlagKind::Constants,
                reason: secret(),
            }],
            memory_source: MemorySource::Cgroup,
        }),
        comparison: None,
        against_original: None,
        decision: Some((Decision::Rejected, secret())),
        pinned: false,
        note: secret(),
        looks: Vec::new(),
        reruns: Vec::new(),
        otherwise: Vec::new(),
        refused_as_flagged: false,
        checks: Default::default(),
    }
}

#[test]
fn the_shown_input_that_costs_most_is_an_example() {
    let setup = setup("default");
    let mut passes = version(1, Verdict::Accepted, Verdict::Accepted);
    let evaluation = passes.evaluation.as_mut().unwrap();
    evaluation.failure = None;
    let flags = std::mem::take(&mut evaluation.flags);
    for (case, cpu) in evaluation.cases.iter_mut().zip([1_000, 3_000, 9_000]) {
        case.figures.cpu_ns.0 = cpu;
    }
    let session = Session {
        versions: vec![passes],
        ..Session::default()
    };
    let prompt = write(&session, &setup, VersionId(1)).unwrap();
    let (_, example) = prompt.split_once("## One of the inputs").unwrap();
    let input = &setup.task.workload.cases[1].input;
    let first = String::from_utf8_lossy(input);
    let first = first.lines().next().unwrap().chars().take(40);
    assert!(example.contains("Case 02 is "), "{prompt}");
    assert!(
        example.contains("takes 75 % of the CPU time of all of them"),
        "{prompt}"
    );
    assert!(example.contains(&first.collect::<String>()), "{prompt}");
    assert!(!prompt.contains("Case 03"), "{prompt}");
    // Whoever has learned cases by heart is shown no more of them.
    let mut session = session;
    let knows = session.versions[0].evaluation.as_mut().unwrap();
    knows.flags = flags;
    let prompt = write(&session, &setup, VersionId(1)).unwrap();
    assert!(!prompt.contains("## One of the inputs"), "{prompt}");
}

#[test]
fn no_template_tells_anything_of_a_held_out_case() {
    let round = |number: u32| Round {
        number,
        parent: VersionId::ORIGINAL,
        objective: Default::default(),
        hint: String::new(),
        model: String::new(),
        prompt: "".into(),
        edited: false,
        candidates: 1,
        replies: Default::default(),
        reply_failures: Default::default(),
        versions: vec![VersionId(number)],
        failed: None,
    };
    let session = Session {
        versions: vec![
            version(0, Verdict::WrongAnswer, Verdict::WrongAnswer),
            version(1, Verdict::Overfitted, Verdict::TimeLimit),
            // Passed at first, and failed in a timed run.
            version(2, Verdict::WrongAnswer, Verdict::Accepted),
        ],
        rounds: (1..4).map(round).collect(),
        ..Session::default()
    };
    for template in ["default", "afterburner"] {
        let setup = setup(template);
        let told: Vec<String> = (0..3)
            .map(|id| write(&session, &setup, VersionId(id)).unwrap())
            .collect();
        for prompt in &told {
            for secret in [SECRET, "03"] {
                assert!(!prompt.contains(secret), "{template}: {secret} in {prompt}");
            }
            assert!(prompt.contains("not shown"), "{prompt}");
        }
        assert!(
            told[0].contains("its output is wrong on inputs"),
            "{}",
            told[0]
        );
        assert!(
            told[1].contains("at the limit of time on inputs"),
            "{}",
            told[1]
        );
        assert!(
            told[2].contains("must not vary from run to run"),
            "{}",
            told[2]
        );
    }
    let default = write(&session, &setup("default"), VersionId(1)).unwrap();
    assert!(
        default.contains("overfitted, 2 of 2 shown cases pass"),
        "{default}"
    );
    // What is held out is told again once it is shown.
    let mut open = setup("default");
    held_out::recall(&mut open.task, &[]);
    let mut session = session;
    let failure = session.versions[1]
        .evaluation
        .as_mut()
        .and_then(|e| e.failure.as_mut());
    failure.unwrap().held_out = false;
    assert!(
        write(&session, &open, VersionId(1))
            .unwrap()
            .contains(SECRET)
    );
}

#[test]
fn what_was_broken_off_in_a_sentence_is_no_idea() {
    let ideas = |finish: Finish| {
        let usage = Default::default();
        let reply = crate::session::replies::Reply {
            text: "Count them in a table, which is".into(),
            reasoning: "".into(),
            chunks: Vec::new(),
            usage,
            finish,
            error: String::new(),
        };
        let round = Round {
            number: 1,
            parent: VersionId::ORIGINAL,
            objective: crate::task::Objective::Time,
            hint: String::new(),
            model: "m".into(),
            prompt: "".into(),
            edited: false,
            candidates: 1,
            replies: [(0, reply)].into(),
            reply_failures: Default::default(),
            versions: Vec::new(),
            failed: Some("the reply was stopped".into()),
        };
        let session = Session {
            rounds: vec![round],
            ..Session::default()
        };
        let entries = history(&session, 1);
        assert_eq!(entries.len(), 1);
        entries[0].idea.clone()
    };
    assert_eq!(ideas(Finish::Stop), "Count them in a table, which is");
    assert_eq!(ideas(Finish::Stopped), "");
    assert_eq!(ideas(Finish::Incomplete), "");
}
