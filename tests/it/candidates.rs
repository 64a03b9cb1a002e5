//! Several candidates a round: asked at once, checked all, the best one confirmed; and what becomes of the others when one
//! fails, is stopped or says the same as another.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use crate::support::ENOUGH;
use crate::support::home::{
    CRASH, FAST, Home, SLOW, WRONG, named, reply, squares, stdout, tape, verdicts,
};
use crate::support::live::{self, LiveSession};
use crate::support::server::{Act, Reply, Server, delta, event, finish};
use reheat::engine::{Command, Setup};
use reheat::measure::Verdict;
use reheat::model::Provider;
use reheat::model::openai::{OpenAi, OpenAiSettings};
use reheat::session::Session;
use reheat::session::event::{Author, Event, Finish, Mode, Stage, VersionId};
use serde_json::Value;

/// Half as slow as the original.
const BETTER: &str = "import sys\nn = int(sys.stdin.readline())\ntotal = 0\nfor _ in range(20):\n    total = 0\n    for i in range(n):\n        total += i * i\nprint(total)\n";

const LOOP: [&str; 7] = [
    "optimize",
    "slow.py",
    "--cases",
    "cases",
    "--json",
    "--comparison-time",
    ENOUGH,
];

/// A loop on the squares, as the program itself runs it.
fn optimize(home: &Home, more: &[&str]) -> (Vec<Value>, i32) {
    let args: Vec<&str> = LOOP.iter().chain(more).copied().collect();
    home.events(&args)
}

fn start(mode: Mode, provider: Arc<dyn Provider>, candidates: u32) -> LiveSession {
    let home = Home::new();
    squares(&home);
    let setup = Setup {
        mode,
        candidates: Some(candidates),
        ..live::setup(&home, live::task(&home, None), provider)
    };
    LiveSession::start(home, setup)
}

fn start_on_tape(mode: Mode, replies: &[String], speed: f64, candidates: u32) -> LiveSession {
    start(mode, live::on_tape(replies, speed), candidates)
}

#[test]
fn of_several_candidates_the_best_is_confirmed_and_the_others_stay_as_siblings() {
    let home = Home::new();
    squares(&home);
    // Large enough that noise cannot change their order.
    home.write("cases/02.in", "80000\n");
    home.write("cases/02.out", "170663466680000\n");
    tape(&home, &[reply(WRONG), reply(BETTER), reply(FAST)]);
    let (events, status) = optimize(
        &home,
        &["--tape", "tape", "--rounds", "2", "--candidates", "3"],
    );
    assert_eq!(status, 0, "{:?}", events.last());
    assert_eq!(named(&events, "round_started")[0]["candidates"], 3);
    let prompts = named(&events, "prompt_sent");
    assert_eq!(prompts.len(), 2, "one prompt a round for all");
    let second = prompts[1]["prompt"].as_str().unwrap();
    assert!(
        second.contains("looked better than v0, but was not measured again"),
        "{second}"
    );
    let numbers: Vec<u64> = named(&events, "reply_ended")
        .iter()
        .map(|e| e["candidate"].as_u64().unwrap())
        .collect();
    assert_eq!(
        numbers
            .iter()
            .copied()
            .collect::<std::collections::BTreeSet<_>>(),
        [1, 2, 3].into()
    );
    let created = named(&events, "version_created");
    for (n, e) in created.iter().skip(1).enumerate() {
        assert_eq!((&e["parent"], &e["round"]), (&0.into(), &1.into()), "{e}");
        assert_eq!(e["candidate"], n + 1);
    }
    let mut all = verdicts(&events);
    all.sort();
    assert_eq!(all, ["accepted", "accepted", "accepted", "wrong_answer"]);
    let last = events.last().unwrap();
    assert_eq!(last["best_version"], 3, "{last}");
    assert_eq!(last["comparison"]["confirmed"], true);
    // Both looked better; only the best one was measured again.
    let of = |version: u64| {
        *named(&events, "version_evaluated")
            .iter()
            .find(|e| e["version"] == version)
            .unwrap()
    };
    assert_eq!(of(3)["comparison"]["answer"], "better");
    let other = &of(2)["comparison"];
    assert_eq!(other["answer"], "undecided", "{other}");
    assert!(other["low"].as_f64() > Some(1.0), "{other}");
    assert!(other["note"].as_str().unwrap().contains("v3"), "{other}");
    let why = named(&events, "decided");
    let why = why.iter().find(|e| e["version"] == 2).unwrap();
    assert!(
        why["reason"]
            .as_str()
            .unwrap()
            .contains("v3 of the same round"),
        "{why}"
    );
    let confirming = |e: &&&Value| e["confirming"] == true;
    let progressed = named(&events, "progressed");
    let confirmed: std::collections::BTreeSet<u64> = progressed
        .iter()
        .filter(confirming)
        .map(|e| e["version"].as_u64().unwrap())
        .collect();
    assert_eq!(confirmed, [3].into(), "more than one was confirmed");
    let json: Value = serde_json::from_slice(&home.run(&["show", "--json"]).stdout).unwrap();
    assert_eq!(json["rounds"][0]["replies"].as_array().unwrap().len(), 3);
}

#[test]
fn candidates_that_are_the_same_code_are_run_once() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(SLOW), reply(FAST), reply(FAST)]);
    let (events, status) = optimize(
        &home,
        &["--tape", "tape", "--rounds", "1", "--candidates", "3"],
    );
    assert_eq!(status, 0);
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
    let failed = named(&events, "candidate_failed");
    let of = |n: usize| failed[n]["reason"].as_str().unwrap();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert_eq!(failed[0]["candidate"], 1);
    assert!(of(0).contains("same code as v0"), "{failed:?}");
    assert_eq!(failed[1]["candidate"], 3);
    assert!(of(1).contains("same code as v1"), "{failed:?}");
    assert!(named(&events, "round_failed").is_empty());
}

#[test]
fn where_nothing_passes_yet_the_first_that_does_is_taken_and_the_next_must_beat_it() {
    let home = Home::new();
    squares(&home);
    home.write("slow.py", WRONG);
    tape(&home, &[reply(CRASH), reply(SLOW), reply(FAST)]);
    let (events, status) = optimize(
        &home,
        &["--tape", "tape", "--rounds", "1", "--candidates", "3"],
    );
    assert_eq!(status, 0, "{:?}", events.last());
    assert_eq!(
        verdicts(&events),
        ["wrong_answer", "runtime_error", "accepted", "accepted"]
    );
    assert_eq!(events.last().unwrap()["best_version"], 3);
}

#[test]
fn a_reply_that_fails_does_not_end_the_round_of_the_others() {
    let home = Home::new();
    squares(&home);
    // Who comes first to the server gets the first answer: one is refused for good, one breaks off, one is whole.
    let server = Server::start(vec![
        Reply::json(
            404,
            &serde_json::json!({"error": {"message": "no such model"}}),
        ),
        Reply::text("I would rather talk about the weather."),
        Reply::text(&reply(FAST)),
    ]);
    let args = [
        "--base-url",
        &server.base_url(),
        "--model",
        "m",
        "--rounds",
        "1",
        "--candidates",
        "3",
    ];
    let (events, status) = optimize(&home, &args);
    assert_eq!(status, 0, "{events:?}");
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
    let failed = named(&events, "candidate_failed");
    assert_eq!(
        failed.len(),
        2,
        "the refused one, and the one that says the same when asked again: {failed:?}"
    );
    let text = failed
        .iter()
        .map(|e| e["reason"].as_str().unwrap())
        .collect::<String>();
    assert!(
        text.contains("no such model") && text.contains("same code"),
        "{text}"
    );
    assert_eq!(
        named(&events, "prompt_sent").len(),
        2,
        "one for all, one once more"
    );
    assert_eq!(events.last().unwrap()["reason"], "rounds");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn replies_stream_side_by_side() {
    let piece = |text: &str| event(&delta(text));
    let slow = |code: &str| {
        let mut acts = vec![piece("Let me see.\n\n```python\n")];
        for line in code.lines() {
            acts.push(Act::Pause(Duration::from_millis(60)));
            acts.push(piece(&format!("{line}\n")));
        }
        acts.push(piece("```\n"));
        acts.push(event(&finish("stop")));
        Reply::stream(acts)
    };
    let server = Server::start(vec![slow(WRONG), slow(FAST)]);
    let provider = OpenAi::new(OpenAiSettings::new(server.base_url(), "m")).unwrap();
    let mut w = start(Mode::Step, Arc::new(provider), 2);
    w.until("both replies grow", |_, s| {
        let speaks = |n| s.live.replies.get(&n).is_some_and(|g| !g.text.is_empty());
        s.rounds.last().is_some_and(|r| r.replies.is_empty()) && speaks(1) && speaks(2)
    });
    w.until_waiting();
    let round = w.session.rounds.last().unwrap();
    assert!(round.is_answered() && round.candidates == 2);
    for n in [1, 2] {
        let reply = round.reply(n).unwrap();
        assert_eq!(reply.finish, Finish::Stop);
        assert!(reply.chunks.len() > 2, "{:?}", reply.chunks);
    }
    assert_eq!(w.session.versions.len(), 3);
}

#[test]
fn stopping_the_rest_of_the_replies_goes_on_with_those_that_came() {
    let server = Server::start(vec![
        Reply::text(&reply(FAST)),
        Reply::stream(vec![event(&delta("I am thinking")), Act::Hang]),
    ]);
    let provider = OpenAi::new(OpenAiSettings::new(server.base_url(), "m")).unwrap();
    let mut w = start(Mode::Auto, Arc::new(provider), 2);
    w.until("one came, one hangs", |_, s| {
        let round = s.rounds.last();
        let hangs = |s: &Session| s.live.replies.values().any(|g| g.text.contains("thinking"));
        round.is_some_and(|r| r.replies.len() == 1) && hangs(s)
    });
    w.handle.send(Command::Stop);
    assert!(server.left(), "the hanging reply was not broken off");
    w.until_waiting();
    let round = w.session.rounds.last().unwrap();
    let ends: Vec<Finish> = round.replies.values().map(|r| r.finish).collect();
    assert!(ends.contains(&Finish::Stop) && ends.contains(&Finish::Stopped));
    assert_eq!(w.session.rounds.len(), 1, "it did not wait after a stop");
    assert_eq!(
        w.session.incumbent,
        Some(VersionId(1)),
        "what came was lost"
    );
    w.handle.send(Command::Quit);
}

#[test]
fn stop_retry_and_pause_hold_for_all_replies() {
    let long = format!("{}\n{}", "word ".repeat(2000), reply(FAST));
    let mut w = start_on_tape(Mode::Auto, &[long.clone(), long], 2.0, 2);
    let both = |s: &Session| {
        s.live
            .replies
            .values()
            .filter(|g| !g.text.is_empty())
            .count()
            == 2
    };
    w.until("both stream", |_, s| both(s));
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
    w.handle.send(Command::Retry);
    w.until("the round is done again", |e, _| {
        matches!(e, Event::RoundStarted { round: 2, .. })
    });
    let first = &w.session.rounds[0];
    assert!(first.failed.is_some() && first.replies.values().all(|r| r.finish == Finish::Stopped));
    assert!(
        first.replies.values().all(|r| !r.text.is_empty()),
        "what had come was thrown away"
    );
    // The tape gives back what nobody heard to its end.
    w.until("both stream again", |_, s| both(s));
    w.handle.send(Command::Stop);
    w.until_waiting();
    assert_eq!(w.session.versions.len(), 1);
}

#[test]
fn a_session_with_several_candidates_plays_back_as_a_tape_and_is_resumed() {
    let home = Home::new();
    squares(&home);
    let replies = [WRONG, FAST, BETTER, CRASH].map(reply);
    tape(&home, &replies);
    let flags = ["--tape", "tape", "--rounds", "1", "--candidates", "2"];
    let (events, _) = optimize(&home, &flags);
    assert_eq!(events.last().unwrap()["best_version"], 2);
    // The second sitting asks for as many, and the tape goes on where it was.
    let resumed = home.events(&[
        "resume",
        "--rounds",
        "2",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    let started = named(&resumed.0, "round_started");
    assert_eq!(started[0]["candidates"], 2, "{started:?}");
    let created: Vec<&str> = named(&resumed.0, "version_created")
        .iter()
        .map(|e| e["source"]["text"].as_str().unwrap())
        .collect();
    assert_eq!(created, [BETTER, CRASH]);

    let journal = home.sessions().pop().unwrap();
    let folder = journal.display().to_string();
    let flags = ["--tape", &folder, "--rounds", "2", "--candidates", "2"];
    let (again, _) = optimize(&home, &flags);
    let texts: Vec<&str> = named(&again, "version_created")
        .iter()
        .skip(1)
        .map(|e| e["source"]["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, [WRONG, FAST, BETTER, CRASH]);
    let told = stdout(&home.run(&["show"]));
    assert!(told.contains("v4"), "{told}");
}

#[test]
fn a_tape_that_ends_within_a_round_is_played_to_its_end() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(FAST)]);
    let flags = ["--tape", "tape", "--rounds", "5", "--candidates", "3"];
    let (events, status) = optimize(&home, &flags);
    assert_eq!(status, 0, "{:?}", events.last());
    assert_eq!(events.last().unwrap()["reason"], "tape_ended");
    assert_eq!(named(&events, "round_started").len(), 1);
    assert_eq!(events.last().unwrap()["best_version"], 1);
}

#[test]
fn the_model_is_told_of_all_candidates_of_a_round() {
    let home = Home::new();
    squares(&home);
    let slip = "What if I skip the loop?\n\n".to_owned() + &reply(WRONG);
    let crash = "An early exit.\n\n".to_owned() + &reply(CRASH);
    tape(&home, &[slip, crash, reply(FAST), reply(BETTER)]);
    let flags = ["--tape", "tape", "--rounds", "2", "--candidates", "2"];
    let (events, _) = optimize(&home, &flags);
    let prompts = named(&events, "prompt_sent");
    let second = prompts[1]["prompt"].as_str().unwrap();
    for told in [
        "v1 (from v0)",
        "v2 (from v0)",
        "skip the loop",
        "An early exit",
    ] {
        assert!(second.contains(told), "{told}: {second}");
    }
}

#[test]
fn the_number_of_candidates_and_the_temperature_are_changed_on_the_run() {
    let server = Server::start(vec![Reply::text(&reply(WRONG)), Reply::text(&reply(CRASH))]);
    let provider = OpenAi::new(OpenAiSettings {
        temperature: Some(0.25),
        ..OpenAiSettings::new(server.base_url(), "m")
    })
    .unwrap();
    let mut w = start(Mode::Manual, Arc::new(provider), 1);
    w.until_waiting();
    assert_eq!(
        (w.session.asks_for(), w.session.temperature),
        (1, Some(0.25))
    );
    w.handle.send(Command::Candidates(2));
    w.handle.send(Command::Temperature(Some(1.5)));
    w.handle.send(Command::Temperature(Some(7.0)));
    w.until("the last is refused", |_, s| {
        s.notes.iter().any(|n| n.error)
    });
    assert_eq!(
        (w.session.asks_for(), w.session.temperature),
        (2, Some(1.5))
    );
    w.handle.send(Command::NextRound);
    w.until("the round is over", |_, s| {
        s.versions.len() == 3 && s.versions.iter().all(|v| v.verdict().is_some())
    });
    for asked in server.asked() {
        assert_eq!(asked.body["temperature"], 1.5);
    }
    assert_eq!(server.asked().len(), 2);
    w.handle.send(Command::Temperature(None));
    w.until("it is the model's own again", |_, s| {
        s.temperature == Some(0.25)
    });
}

#[test]
fn a_prompt_is_read_and_edited_before_it_goes_out() {
    let replies = [reply(WRONG), reply(FAST)];
    let mut w = start_on_tape(Mode::Manual, &replies, 1000.0, 1);
    w.until_waiting();
    w.until("the next prompt is told", |_, s| s.prepared.is_some());
    let written = w.session.prepared.as_ref().unwrap().prompt.to_string();
    assert!(written.contains("total += i * i"), "{written}");
    // It follows what is steered meanwhile.
    w.handle.send(Command::Hint("think of Gauss".into()));
    w.until("the hint is in it", |_, s| {
        s.prepared
            .as_ref()
            .is_some_and(|p| p.prompt.contains("think of Gauss"))
    });
    let own = written.clone() + "\nAnswer in rhyme.\n";
    w.handle.send(Command::SendPrompt(own.clone()));
    w.until("it goes out", |e, _| matches!(e, Event::PromptSent { .. }));
    let Some(Event::PromptSent { prompt, edited, .. }) = w.seen.last() else {
        panic!()
    };
    assert_eq!((&**prompt, *edited), (own.as_str(), true));
    w.until_waiting();
    assert!(w.session.rounds[0].edited);
    assert_eq!(
        w.session.version(VersionId(1)).unwrap().verdict(),
        Some(Verdict::WrongAnswer)
    );

    // What was only read is sent as it was, and is no edit.
    w.until("the next prompt is told", |_, s| s.prepared.is_some());
    let read = w.session.prepared.as_ref().unwrap().prompt.to_string();
    w.handle.send(Command::SendPrompt(read.clone()));
    w.until("it goes out", |e, _| matches!(e, Event::PromptSent { .. }));
    assert!(
        matches!(w.seen.last(), Some(Event::PromptSent { prompt, edited: false, .. }) if **prompt == *read)
    );
    w.until_waiting();
    assert_eq!(w.session.incumbent, Some(VersionId(2)));
    w.handle.send(Command::SendPrompt(" \n".into()));
    w.until("an empty one is refused", |_, s| {
        s.notes.iter().any(|n| n.error)
    });
    assert_eq!(w.session.rounds.len(), 2);
}

#[test]
fn in_automatic_mode_the_loop_waits_with_the_next_prompt_when_it_is_asked_for() {
    let long = format!("{}\n{}", "word ".repeat(60), reply(WRONG));
    let mut w = start_on_tape(Mode::Auto, &[long, reply(FAST)], 2.0, 1);
    w.until("text comes", |e, _| matches!(e, Event::ReplyDelta { .. }));
    w.handle.send(Command::Prepare);
    w.until("the prompt is ready", |e, _| {
        matches!(e, Event::PromptPrepared { asked: true, .. })
    });
    assert_eq!(w.session.rounds.len(), 1, "the next round did not wait");
    assert_eq!(w.session.stage, Stage::Waiting);
    let prompt = w.session.prepared.as_ref().unwrap().prompt.to_string();
    assert!(
        prompt.contains("wrong answer"),
        "it does not tell of the round before: {prompt}"
    );
    w.handle.send(Command::NextRound);
    w.until("it goes on by itself", |e, _| {
        matches!(e, Event::SessionFinished { .. })
    });
    assert_eq!(
        w.session.finished.as_ref().unwrap().reason,
        reheat::session::event::EndReason::Rounds
    );
    assert_eq!(w.session.incumbent, Some(VersionId(2)));
    // After the end it is told at once.
    w.handle.send(Command::Prepare);
    w.until("the prompt of one more round", |e, _| {
        matches!(e, Event::PromptPrepared { asked: true, .. })
    });
}

#[test]
fn a_journal_of_before_there_were_candidates_is_still_read() {
    let old = [
        r#"{"at":"2025-01-01T00:00:00.000Z","event":"round_started","round":1,"parent":0,"objective":"time"}"#,
        r#"{"at":"2025-01-01T00:00:00.001Z","event":"prompt_sent","round":1,"model":"m","prompt":"p"}"#,
        r#"{"at":"2025-01-01T00:00:01.000Z","event":"reply_ended","round":1,"model":"m","text":"t","usage":{"prompt_tokens":1,"reply_tokens":1,"counted":true},"finish":"stop"}"#,
        r#"{"at":"2025-01-01T00:00:02.000Z","event":"version_created","version":1,"parent":0,"round":1,"author":{"by":"hand"},"source":{"file_name":"a.py","text":"x"}}"#,
    ];
    let events: Vec<reheat::session::EventRecord> = old
        .iter()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let session = Session::of(&events);
    let round = &session.rounds[0];
    assert_eq!((round.candidates, round.edited), (1, false));
    assert!(round.is_answered());
    assert_eq!(&*round.reply(0).unwrap().text, "t");
    assert_eq!(session.versions[0].candidate, 0);
    assert!(matches!(session.versions[0].author, Author::Hand));
    // What is one reply is written as before.
    for (line, happened) in old.iter().zip(&events) {
        let mut new: Value = serde_json::to_value(happened).unwrap();
        let old: Value = serde_json::from_str(line).unwrap();
        new["at"] = old["at"].clone();
        assert_eq!(new, old);
    }
}

#[test]
fn a_wrong_number_of_candidates_is_one_clear_error() {
    let home = Home::new();
    squares(&home);
    for wrong in [
        ["--candidates", "0"],
        ["--candidates", "9"],
        ["--temperature", "3"],
    ] {
        let output = home.run(&[
            "optimize", "slow.py", "--cases", "cases", wrong[0], wrong[1],
        ]);
        assert_eq!(output.status.code(), Some(2));
        let said = crate::support::home::stderr(&output);
        assert!(said.contains(wrong[0]), "{said}");
    }
    home.write("config/config.toml", "candidates = 20\n");
    let output = home.run(&["optimize", "slow.py", "--cases", "cases"]);
    let said = crate::support::home::stderr(&output);
    assert!(said.contains("candidates is 20"), "{said}");
    fs::write(home.path("config/config.toml"), "candidates = 2\n").unwrap();
    tape(&home, &[reply(FAST), reply(WRONG)]);
    let (events, _) = optimize(&home, &["--tape", "tape", "--rounds", "1"]);
    assert_eq!(named(&events, "round_started")[0]["candidates"], 2);
}

#[test]
fn code_that_differs_in_white_space_and_comments_alone_is_not_measured_and_the_model_is_told() {
    let home = Home::new();
    squares(&home);
    let dressed = SLOW.replace('\n', "  # as before\n\n");
    tape(&home, &[reply(&dressed), reply("print(\n")]);
    let (events, status) = optimize(&home, &["--tape", "tape", "--rounds", "2"]);
    assert_eq!(status, 1, "nothing is better: {:?}", events.last());
    let failed = named(&events, "round_failed");
    assert_eq!(
        failed[0]["reason"],
        "the reply is the same code as v0, white space and comments aside; nothing to measure"
    );
    assert_eq!(named(&events, "version_created").len(), 2, "{events:?}");
    let prompts = named(&events, "prompt_sent");
    let second = prompts[1]["prompt"].as_str().unwrap();
    assert!(
        second.contains("the same code as v0, white space and comments aside"),
        "{second}"
    );
}

#[test]
fn changes_that_do_not_fit_are_told_and_asked_for_once_more() {
    let home = Home::new();
    squares(&home);
    let block =
        |search: &str| format!("<<<<<<< SEARCH\n{search}\n=======\ntotal = 1\n>>>>>>> REPLACE\n");
    let server = Server::start(vec![
        Reply::text(&block("nothing_like_it = 0")),
        Reply::text(&reply(FAST)),
    ]);
    let args = [
        "--base-url",
        &server.base_url(),
        "--model",
        "m",
        "--rounds",
        "1",
    ];
    let (events, status) = optimize(&home, &args);
    assert_eq!(status, 0, "{events:?}");
    let prompts = named(&events, "prompt_sent");
    let second = prompts[1]["prompt"].as_str().unwrap();
    assert!(
        second.contains("the SEARCH/REPLACE block cannot be applied: no line of the code that was shown is `nothing_like_it = 0`"),
        "{second}"
    );
    assert_eq!(verdicts(&events), ["accepted", "accepted"]);
}
