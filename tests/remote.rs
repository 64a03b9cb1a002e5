//! The whole loop against an OpenAI-compatible server: real HTTP and server-sent events over loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::json;
use support::home::{FAST, Home, WRONG, events, named, reply, squares, stderr, verdicts};
use support::server::{Act, Reply, Server, delta, event};

const ARGS: [&str; 8] = [
    "optimize",
    "slow.py",
    "--cases",
    "cases",
    "--json",
    "--comparison-time",
    "20s",
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

#[test]
fn a_server_that_is_not_there_is_named() {
    let home = Home::new();
    squares(&home);
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/v1", listener.local_addr().unwrap())
    };
    let (events, status) =
        home.events(&[&ARGS[..], &["3", "--base-url", &gone, "--model", "m"]].concat());
    assert_eq!(status, 3, "{:?}", events.last());
    let failed = named(&events, "round_failed");
    assert!(
        failed[0]["reason"].as_str().unwrap().contains(&gone),
        "{}",
        failed[0]
    );
}
