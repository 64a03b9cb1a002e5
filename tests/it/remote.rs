//! The whole loop against an OpenAI-compatible server: real HTTP and server-sent events over loopback.

use crate::support::ENOUGH;
use crate::support::home::{FAST, Home, WRONG, events, named, reply, squares, stderr, verdicts};
use crate::support::server::{Act, Reply, Server, delta, event, finish};
use serde_json::json;

const ARGS: [&str; 8] = [
    "optimize",
    "slow.py",
    "--cases",
    "cases",
    "--json",
    "--comparison-time",
    ENOUGH,
    "--rounds",
];

fn against(
    home: &Home,
    server: &Server,
    rounds: &str,
    more: &[&str],
) -> (Vec<serde_json::Value>, i32) {
    let url = server.base_url();
    let args = [
        &ARGS[..],
        &[rounds, "--base-url", &url, "--model", "test-model"],
        more,
    ]
    .concat();
    home.events(&args)
}

#[test]
fn a_server_is_asked_told_what_came_of_it_and_asked_again() {
    let home = Home::new();
    squares(&home);
    let server = Server::start(vec![Reply::text(&reply(WRONG)), Reply::text(&reply(FAST))]);
    let (events, status) = against(&home, &server, "2", &[]);
    assert_eq!(status, 0, "{:?}", events.last());
    assert_eq!(verdicts(&events), ["accepted", "wrong_answer", "accepted"]);
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    let ended = named(&events, "reply_ended");
    assert_eq!(ended[0]["finish"], "stop");
    assert!(ended[0]["usage"]["reply_tokens"].as_u64().unwrap() > 0);
    assert!(
        !ended[0]["chunks"].as_array().unwrap().is_empty(),
        "a reply keeps how it streamed"
    );
    assert!(
        ended[0]["reasoning"]
            .as_str()
            .unwrap()
            .contains("Let me see"),
        "reasoning is kept apart from the answer"
    );
    assert!(!ended[0]["text"].as_str().unwrap().contains("<think>"));
}

#[test]
fn the_environment_is_enough_to_name_a_server() {
    let home = Home::new();
    squares(&home);
    let server = Server::start(vec![Reply::text(&reply(FAST))]);
    let output = home
        .command(&[&ARGS[..], &["1", "--model", "test-model"]].concat())
        .env("OPENAI_BASE_URL", server.base_url())
        .env("OPENAI_API_KEY", "sk-test\n")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(verdicts(&events(&output)), ["accepted", "accepted"]);
    assert_eq!(
        server.asked()[0].header("authorization"),
        Some("Bearer sk-test")
    );
}

#[test]
fn a_wrong_key_and_an_unknown_model_end_the_loop_with_one_clear_reason() {
    for (status, body, hint) in [
        (401, "invalid api key", "OPENAI_API_KEY"),
        (404, "model not found", "test-model"),
    ] {
        let home = Home::new();
        squares(&home);
        let server = Server::start(vec![Reply::json(
            status,
            &json!({"error": {"message": body}}),
        )]);
        let (events, exit) = against(&home, &server, "5", &[]);
        assert_eq!(exit, 3, "{:?}", events.last());
        assert_eq!(events.last().unwrap()["reason"], "provider");
        let failed = named(&events, "round_failed");
        assert_eq!(failed.len(), 1, "asked again although it cannot help");
        assert!(
            failed[0]["reason"].as_str().unwrap().contains(hint),
            "{}",
            failed[0]
        );
    }
}

#[test]
fn a_server_that_fails_for_a_moment_is_asked_again_and_a_reply_that_breaks_off_is_never_evaluated()
{
    let home = Home::new();
    squares(&home);
    let cut = Reply::stream(vec![event(&delta("```python\nprint(1)\n```\n")), Act::Cut]);
    let server = Server::start(vec![
        Reply::json(500, &json!({"error": {"message": "oops"}})),
        cut,
        Reply::text(&reply(FAST)),
    ]);
    let (events, status) = against(&home, &server, "1", &[]);
    assert_eq!(status, 0, "{:?}", events.last());
    assert_eq!(
        verdicts(&events),
        ["accepted", "accepted"],
        "half a reply was evaluated"
    );
    assert_eq!(named(&events, "reply_ended")[0]["finish"], "incomplete");
}

#[test]
fn a_server_that_hangs_is_left_when_the_time_is_up() {
    let home = Home::new();
    squares(&home);
    let server = Server::start(vec![Reply::stream(vec![
        event(&delta("Let me think")),
        Act::Hang,
    ])]);
    let (events, status) = against(&home, &server, "3", &["--max-time", "5s"]);
    assert_eq!(status, 1);
    assert_eq!(events.last().unwrap()["reason"], "time");
    let ended = named(&events, "reply_ended");
    assert_eq!(
        (ended[0]["finish"].as_str(), ended[0]["text"].as_str()),
        (Some("stopped"), Some("Let me think")),
        "what came is kept"
    );
    assert!(server.left(), "the connection was kept open");
}

/// An answer whose usage says what it cost, if it does.
fn costing(cost: Option<f64>) -> Reply {
    let mut usage = json!({"prompt_tokens": 3_000, "completion_tokens": 1_000});
    if let Some(cost) = cost {
        usage["cost"] = json!(cost);
    }
    Reply::chunks(&[
        delta(&reply(WRONG)),
        finish("stop"),
        json!({"choices": [], "usage": usage}),
    ])
}

#[test]
fn what_replies_cost_is_kept_and_ends_the_session_when_it_is_enough() {
    // Said by the service.
    let home = Home::new();
    squares(&home);
    let server = Server::start(vec![costing(Some(0.02)), costing(Some(0.02))]);
    let (events, _) = against(&home, &server, "5", &["--max-cost", "0.015"]);
    let cost = &named(&events, "reply_ended")[0]["usage"]["cost"];
    assert_eq!(cost["amount"], 0.02);
    assert_eq!(cost["currency"], "$");
    assert_eq!(named(&events, "round_started").len(), 1);
    assert_eq!(events.last().unwrap()["reason"], "cost");
    let shown: serde_json::Value =
        serde_json::from_slice(&home.run(&["show", "--json"]).stdout).unwrap();
    assert_eq!(
        shown["cost"]["sums"][0]["amount"], 0.02,
        "{}",
        shown["cost"]
    );
    let text = String::from_utf8(home.run(&["show"]).stdout).unwrap();
    assert!(text.contains("cost      $0.02"), "{text}");
    // Worked out from the price in the config file: 3 000 at 2 and 1 000 at 10 per million.
    let home = Home::new();
    squares(&home);
    let server = Server::start(vec![costing(None)]);
    let url = server.base_url();
    home.write("config/config.toml", &format!("[provider.x]\nbase_url = \"{url}\"\nmodel = \"test-model\"\nprice_in = 2.0\nprice_out = 10.0\ncurrency = \"CHF\"\n"));
    let args = [&ARGS[..], &["1", "--provider", "x"]].concat();
    let (events, _) = home.events(&args);
    let cost = &named(&events, "reply_ended")[0]["usage"]["cost"];
    assert!(
        (cost["amount"].as_f64().unwrap() - 0.016).abs() < 1e-9,
        "{cost}"
    );
    assert_eq!(cost["currency"], "CHF");
}

#[test]
fn a_cost_that_nobody_knows_is_not_made_up() {
    let home = Home::new();
    squares(&home);
    let server = Server::start(vec![costing(None), costing(None)]);
    let (events, _) = against(&home, &server, "1", &["--max-cost", "0.01"]);
    assert_eq!(events.last().unwrap()["reason"], "rounds");
    let ended = named(&events, "reply_ended");
    assert!(ended[0]["usage"].get("cost").is_none(), "{}", ended[0]);
    let told = named(&events, "noted");
    assert!(
        told.iter().any(|n| n["text"]
            .as_str()
            .unwrap()
            .contains("what the replies cost is not known")),
        "{told:?}"
    );
    let text = String::from_utf8(home.run(&["show"]).stdout).unwrap();
    assert!(!text.contains("\ncost "), "{text}");
}

#[test]
fn a_model_that_is_not_there_is_told_before_anything_is_measured() {
    let home = Home::new();
    squares(&home);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}/v1", silent.local_addr().unwrap());
    drop(silent);
    let of_server = ["--base-url", nobody.as_str(), "--model", "m"];
    let of_command = ["--model-command", "no-such-model-here --print"];
    for (more, says) in [
        (&of_server[..], nobody.as_str()),
        (&of_command[..], "no-such-model-here is not on the path"),
    ] {
        let (events, status) = home.events(&[&ARGS[..], &["2"], more].concat());
        let notes = named(&events, "noted");
        let told = |e: &&&serde_json::Value| e["text"].as_str().unwrap().contains(says);
        assert!(
            notes.iter().any(|e| told(&e) && e["error"] == true),
            "{events:?}"
        );
        assert!(named(&events, "version_evaluated").is_empty(), "{events:?}");
        assert_eq!(events.last().unwrap()["reason"], "provider", "{events:?}");
        assert_eq!(status, 3, "{events:?}");
    }
}
