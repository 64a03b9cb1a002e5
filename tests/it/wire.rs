//! What becomes of an answer on its way: real HTTP and server-sent events over loopback, with all that goes wrong there.

/// Commands are run by a shell.
#[cfg(unix)]
mod commands;
mod faults;

use std::sync::Arc;
use std::time::Duration;

use crate::support::server::{Act, Reply, Server, delta, event, finish};
use futures::StreamExt;
use reheat::model::api_error::ApiErrorKind;
use reheat::model::openai::{OpenAi, OpenAiSettings};
use reheat::model::{Delta, End, Provider, Question};
use reheat::session::event::Finish;
use serde_json::json;

/// Everything that came of one question.
#[derive(Debug, Default)]
struct Heard {
    text: String,
    reasoning: String,
    retries: Vec<(String, u64)>,
    notes: Vec<String>,
    end: Option<End>,
}

impl Heard {
    fn end(&self) -> &End {
        self.end.as_ref().unwrap()
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

fn question() -> Question {
    Question {
        round: 1,
        prompt: Arc::from("make it faster"),
        temperature: None,
        max_tokens: None,
    }
}

fn hear(provider: &dyn Provider, question: Question) -> Heard {
    block_on(async {
        let mut heard = Heard::default();
        let mut parts = provider.ask(question);
        while let Some(part) = parts.next().await {
            assert!(
                heard.end.is_none(),
                "something came after the end: {part:?}"
            );
            match part {
                Delta::Text(t) => heard.text.push_str(&t),
                Delta::Reasoning(t) => heard.reasoning.push_str(&t),
                Delta::Retrying { why, in_ms } => heard.retries.push((why, in_ms)),
                Delta::Note(n) => heard.notes.push(n),
                Delta::End(e) => heard.end = Some(e),
                Delta::Candidate(c) => panic!("{c}"),
            }
        }
        assert!(heard.end.is_some(), "no end came");
        heard
    })
}

fn settings(server: &Server) -> OpenAiSettings {
    OpenAiSettings {
        retry_pause: Duration::from_millis(5),
        ..OpenAiSettings::new(server.base_url(), "tiny")
    }
}

fn ask(script: Vec<Reply>) -> (Heard, Server) {
    let server = Server::start(script);
    let heard = hear(&OpenAi::new(settings(&server)).unwrap(), question());
    (heard, server)
}

fn one(reply: Reply) -> Heard {
    ask(vec![reply]).0
}

#[test]
fn a_usual_answer_arrives_whole() {
    let (heard, server) = ask(vec![Reply::text(
        "Use a set. \n```python\nprint('é')\n```\n",
    )]);
    assert_eq!(heard.text, "Use a set. \n```python\nprint('é')\n```\n");
    let end = heard.end();
    assert_eq!((end.finish, end.error.as_str()), (Finish::Stop, ""));
    assert_eq!(
        (
            end.usage.prompt_tokens,
            end.usage.reply_tokens,
            end.usage.counted
        ),
        (11, 7, true)
    );
    let asked = &server.asked()[0];
    assert_eq!(asked.body["messages"][0]["content"], "make it faster");
    assert_eq!(
        (&asked.body["stream"], &asked.body["model"]),
        (&json!(true), &json!("tiny"))
    );
    for unset in ["temperature", "max_tokens", "max_completion_tokens"] {
        assert!(
            asked.body.get(unset).is_none(),
            "{unset} was sent though nobody set it"
        );
    }
    assert_eq!(asked.header("authorization"), None, "no key, no header");
}

#[test]
fn key_headers_and_limits_are_sent_as_they_were_set() {
    let server = Server::start(vec![Reply::text("ok")]);
    let provider = OpenAi::new(OpenAiSettings {
        base_url: format!(" {}/ ", server.base_url()),
        key: Some("secret\n".into()),
        headers: [("x-title".to_owned(), "reheat".to_owned())].into(),
        max_tokens: Some(99),
        ..settings(&server)
    });
    let heard = hear(
        &provider.unwrap(),
        Question {
            temperature: Some(0.5),
            ..question()
        },
    );
    assert_eq!(heard.text, "ok");
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(
        (asked.header("authorization"), asked.header("x-title")),
        (Some("Bearer secret"), Some("reheat"))
    );
    assert_eq!(
        (&asked.body["temperature"], &asked.body["max_tokens"]),
        (&json!(0.5), &json!(99))
    );
}

#[test]
fn reasoning_stays_apart_whatever_it_is_called() {
    for field in ["reasoning_content", "reasoning"] {
        let heard = one(Reply::chunks(&[
            json!({"choices": [{"delta": {field: "hm"}}]}),
            delta("answer"),
            finish("stop"),
        ]));
        assert_eq!(
            (heard.reasoning.as_str(), heard.text.as_str()),
            ("hm", "answer")
        );
    }
    let heard = one(Reply::chunks(&[
        delta("<thi"),
        delta("nk>hm</th"),
        delta("ink>answer"),
        finish("stop"),
    ]));
    assert_eq!(
        (heard.reasoning.as_str(), heard.text.as_str()),
        ("hm", "answer")
    );
    let parts = json!({"choices": [{"delta": {"content": [{"type": "text", "text": "an"}, {"type": "text", "text": "swer"}]}}]});
    assert_eq!(one(Reply::chunks(&[parts, finish("stop")])).text, "answer");
}

#[test]
fn characters_may_be_split_anywhere() {
    let bytes = format!(
        "data: {}\n\ndata: {}\n\ndata: [DONE]\n\n",
        delta("é 漢字 🙂"),
        finish("stop")
    )
    .into_bytes();
    let acts = bytes.iter().map(|b| Act::Bytes(vec![*b])).collect();
    assert_eq!(one(Reply::stream(acts)).text, "é 漢字 🙂");
}

#[test]
fn odd_framing_is_understood() {
    let chunk = delta("hi");
    let end = finish("stop");
    for (what, body) in [
        (
            "keep-alive comments",
            format!(": keep-alive\n\ndata: {chunk}\n\n: ping\n\ndata: {end}\n\ndata: [DONE]\n\n"),
        ),
        ("no [DONE]", format!("data: {chunk}\n\ndata: {end}\n\n")),
        (
            "no blank line at the end",
            format!("data: {chunk}\n\ndata: {end}"),
        ),
        (
            "byte-order mark",
            format!("\u{feff}data: {chunk}\n\ndata: {end}\n\n"),
        ),
        (
            "CRLF",
            format!("event: message\r\ndata: {chunk}\r\n\r\ndata:{end}\r\n\r\n"),
        ),
        (
            "second finish",
            format!(
                "data: {chunk}\n\ndata: {end}\n\ndata: {}\n\ndata: {}\n\n",
                delta("late"),
                finish("length")
            ),
        ),
        (
            "a word that keeps it alive",
            format!("data: ping\n\ndata: {chunk}\n\ndata: null\n\ndata: {end}\n\n"),
        ),
    ] {
        let heard = one(Reply::new(200, "text/event-stream", body));
        assert_eq!(
            (heard.text.as_str(), heard.end().finish),
            ("hi", Finish::Stop),
            "{what}: {heard:?}"
        );
    }
    let heard = one(Reply::new(
        200,
        "text/plain",
        format!("data: {chunk}\n\ndata: {end}\n\n"),
    ));
    assert_eq!(heard.text, "hi", "the bytes count, not the content type");
    let mut broken = format!("data: {chunk}\n\ndata: {end}\n\n").into_bytes();
    let at = broken.windows(2).position(|w| w == b"hi").unwrap();
    broken[at] = 0xff;
    assert_eq!(
        one(Reply::stream(vec![Act::Bytes(broken)])).text,
        "\u{fffd}i"
    );
}

#[test]
fn a_huge_line_is_no_trouble() {
    let text = "x".repeat(3 << 20);
    let heard = one(Reply::chunks(&[delta(&text), finish("stop")]));
    assert_eq!(
        (heard.text.len(), heard.end().finish),
        (text.len(), Finish::Stop)
    );
    let heard = one(Reply::stream(vec![
        event(&delta("a")),
        Act::Bytes(vec![b'x'; 9 << 20]),
        Act::Hang,
    ]));
    assert_eq!(heard.end().finish, Finish::Incomplete);
    assert!(heard.end().error.contains("8 MB"), "{heard:?}");
}

#[test]
fn what_breaks_off_is_incomplete_and_kept() {
    for (what, acts) in [
        ("cut", vec![event(&delta("half")), Act::Cut]),
        ("ends without a finish", vec![event(&delta("half"))]),
        (
            "[DONE] without a finish",
            vec![
                event(&delta("half")),
                Act::Bytes(b"data: [DONE]\n\n".to_vec()),
            ],
        ),
        (
            "empty finish",
            vec![event(&delta("half")), event(&finish(""))],
        ),
        (
            "error in the stream",
            vec![
                event(&delta("half")),
                event(&json!({"error": {"code": 502, "message": "upstream died"}})),
            ],
        ),
    ] {
        let heard = one(Reply::stream(acts));
        let end = heard.end();
        assert_eq!(
            (heard.text.as_str(), end.finish, end.again),
            ("half", Finish::Incomplete, true),
            "{what}"
        );
        assert!(!end.error.is_empty(), "{what}");
        assert!(what != "error in the stream" || end.error.contains("upstream died"));
    }
}

#[test]
fn a_stalled_stream_is_given_up() {
    let server = Server::start(vec![Reply::stream(vec![event(&delta("half")), Act::Hang])]);
    let provider = OpenAi::new(OpenAiSettings {
        idle_timeout: Duration::from_millis(200),
        ..settings(&server)
    })
    .unwrap();
    let heard = hear(&provider, question());
    assert_eq!(
        (heard.text.as_str(), heard.end().finish),
        ("half", Finish::Incomplete)
    );
    assert!(heard.end().error.contains("nothing for"), "{heard:?}");
    assert!(server.left());
}

#[test]
fn dropping_the_answer_drops_the_connection() {
    let server = Server::start(vec![Reply::stream(vec![event(&delta("first")), Act::Hang])]);
    let provider = OpenAi::new(settings(&server)).unwrap();
    block_on(async {
        let mut parts = provider.ask(question());
        assert_eq!(parts.next().await, Some(Delta::Text("first".into())));
        drop(parts);
        // The connection is closed by a task of the runtime, which must get its turn.
        tokio::time::sleep(Duration::from_millis(50)).await;
    });
    assert!(server.left(), "the server still waits");
}

#[test]
fn a_wrong_key_names_its_variable_and_is_not_tried_again() {
    let server = Server::start(vec![Reply::json(
        401,
        &json!({"error": {"message": "Incorrect API key"}}),
    )]);
    let provider = OpenAi::new(OpenAiSettings {
        key: Some("k".into()),
        key_from: "MY_KEY".into(),
        ..settings(&server)
    })
    .unwrap();
    let heard = hear(&provider, question());
    let end = heard.end();
    assert_eq!(
        (end.finish, end.again, server.asked().len()),
        (Finish::Failed, false, 1)
    );
    assert!(
        end.error.contains("MY_KEY") && end.error.contains("Incorrect API key"),
        "{}",
        end.error
    );
}

#[test]
fn what_cannot_help_is_not_tried_again() {
    for (status, body, word) in [
        (
            404,
            json!({"error": {"message": "The model `tiny` does not exist", "code": "model_not_found"}}),
            "no model tiny",
        ),
        (
            402,
            json!({"error": {"message": "Payment required"}}),
            "no credit",
        ),
        (
            429,
            json!({"error": {"message": "quota", "code": "insufficient_quota"}}),
            "no credit",
        ),
        (
            400,
            json!({"error": {"message": "maximum context length is 8192 tokens"}}),
            "does not fit",
        ),
        (400, json!({"error": "bad request"}), "bad request"),
    ] {
        let (heard, server) = ask(vec![Reply::json(status, &body)]);
        assert_eq!(
            (heard.end().finish, heard.end().again, server.asked().len()),
            (Finish::Failed, false, 1),
            "{status}"
        );
        assert!(
            heard.end().error.contains(word),
            "{status}: {}",
            heard.end().error
        );
    }
}

#[test]
fn what_passes_is_tried_again_and_told() {
    for (reply, word) in [
        (
            Reply::json(
                429,
                &json!([{"error": {"code": 429, "message": "slow down"}}]),
            )
            .header("retry-after", "0"),
            "too many requests",
        ),
        (
            Reply::new(500, "text/html", "<html><title>Oops</title></html>"),
            "Oops",
        ),
        (
            Reply::json(
                503,
                &json!({"error": {"code": 503, "message": "Loading model"}}),
            ),
            "loading",
        ),
        (
            Reply::chunks(&[json!({"error": {"code": 429, "message": "rate limit"}})]),
            "too many requests",
        ),
        (
            Reply::json(
                200,
                &json!({"error": {"code": 503, "message": "overloaded"}}),
            ),
            "overloaded",
        ),
    ] {
        let (heard, server) = ask(vec![reply.clone(), reply, Reply::text("ok")]);
        assert_eq!(
            (
                heard.text.as_str(),
                heard.retries.len(),
                server.asked().len()
            ),
            ("ok", 2, 3),
            "{heard:?}"
        );
        assert!(heard.retries[0].0.contains(word), "{heard:?}");
    }
    let (heard, server) = ask(vec![Reply::new(500, "text/plain", "no")]);
    assert_eq!(
        (heard.end().finish, heard.end().again, server.asked().len()),
        (Finish::Failed, true, 5)
    );
}

#[test]
fn a_wait_that_was_asked_for_is_kept_and_can_be_cancelled() {
    let server = Server::start(vec![
        Reply::json(429, &json!({"error": "busy"})).header("retry-after", "30"),
    ]);
    let provider = OpenAi::new(settings(&server)).unwrap();
    block_on(async {
        let mut parts = provider.ask(question());
        let Some(Delta::Retrying { in_ms, .. }) = parts.next().await else {
            panic!("no retry was told")
        };
        assert!((30_000..31_000).contains(&in_ms), "{in_ms}");
        assert!(
            tokio::time::timeout(Duration::from_millis(100), parts.next())
                .await
                .is_err()
        );
    });
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn what_is_no_stream_is_understood_or_named() {
    let whole = json!({"choices": [{"message": {"role": "assistant", "content": "all at once"}, "finish_reason": "stop"}]});
    let heard = one(Reply::json(200, &whole));
    assert_eq!(
        (heard.text.as_str(), heard.end().finish),
        ("all at once", Finish::Stop)
    );
    for (reply, word) in [
        (
            Reply::new(200, "text/html; charset=utf-8", "<!DOCTYPE html><html>"),
            "web page",
        ),
        (
            Reply::new(200, "text/plain", "It works!"),
            "no event stream",
        ),
        (
            Reply::new(301, "text/html", "").header("location", "https://elsewhere/v1"),
            "https://elsewhere/v1",
        ),
        (
            Reply::json(200, &json!({"message": "hello \u{1b}[31m"})),
            "hello",
        ),
    ] {
        let heard = one(reply);
        assert_eq!(heard.end().finish, Finish::Failed, "{word}");
        assert!(
            heard.end().error.contains(word) && !heard.end().error.contains('\u{1b}'),
            "{}",
            heard.end().error
        );
    }
}

#[test]
fn a_parameter_that_is_not_taken_is_left_out_once_and_for_all() {
    let no = |name: &str| {
        Reply::json(
            400,
            &json!({"error": {"message": format!("Unsupported value: '{name}' is not supported"), "param": name}}),
        )
    };
    let rename = json!({"error": {"message": "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."}});
    let server = Server::start(vec![
        no("temperature"),
        Reply::json(422, &rename),
        no("stream_options"),
        Reply::text("ok"),
    ]);
    let provider = OpenAi::new(settings(&server)).unwrap();
    let question = Question {
        temperature: Some(0.3),
        max_tokens: Some(50),
        ..question()
    };
    let heard = hear(&provider, question.clone());
    assert_eq!(
        (heard.text.as_str(), heard.notes.len(), heard.retries.len()),
        ("ok", 3, 0),
        "{heard:?}"
    );
    assert!(hear(&provider, question).notes.is_empty(), "it was learnt");
    let asked = server.asked();
    assert_eq!(asked.len(), 5);
    for body in [&asked[3].body, &asked[4].body] {
        assert!(
            body.get("temperature").is_none()
                && body.get("max_tokens").is_none()
                && body.get("stream_options").is_none()
        );
        assert_eq!(body["max_completion_tokens"], 50);
    }
    let (heard, server) = ask(vec![no("temperature")]);
    assert_eq!(
        (heard.end().finish, server.asked().len()),
        (Finish::Failed, 2),
        "what was never sent cannot be left out for ever"
    );
}

#[test]
fn odd_endings_say_what_they_are() {
    let thought = json!({"choices": [{"delta": {"reasoning_content": "hm"}}]});
    for (chunks, finished, word) in [
        (
            vec![delta("```python\nx"), finish("length")],
            Finish::Length,
            "cut off",
        ),
        (
            vec![thought.clone(), finish("length")],
            Finish::Length,
            "spent on reasoning",
        ),
        (
            vec![thought, finish("stop")],
            Finish::Stop,
            "only reasoning",
        ),
        (vec![finish("stop")], Finish::Stop, "empty"),
        (
            vec![delta("no"), finish("content_filter")],
            Finish::Refused,
            "refused",
        ),
        (
            vec![
                json!({"choices": [{"delta": {"refusal": "I will not"}}]}),
                finish("stop"),
            ],
            Finish::Refused,
            "I will not",
        ),
    ] {
        let heard = one(Reply::chunks(&chunks));
        assert_eq!(heard.end().finish, finished, "{word}");
        assert!(heard.end().error.contains(word), "{word}: {heard:?}");
    }
}

#[test]
fn code_is_taken_from_a_tool_call() {
    let call = |text: &str| json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "write_file", "arguments": text}}]}}]});
    let heard = one(Reply::chunks(&[
        call("{\"path\":\"a.py\",\"content\":\"print"),
        call("(1)\\n\"}"),
        finish("tool_calls"),
    ]));
    assert_eq!(
        (heard.text.as_str(), heard.end().finish),
        ("````\nprint(1)\n````\n", Finish::Stop)
    );
    assert_eq!(heard.notes.len(), 1);
    let heard = one(Reply::chunks(&[
        call("{\"path\":\"a.py\"}"),
        finish("tool_calls"),
    ]));
    assert!(heard.text.is_empty() && heard.end().error.contains("tool"));
}

#[test]
fn nobody_listening_is_said_at_once() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}/v1");
    let heard = hear(
        &OpenAi::new(OpenAiSettings::new(&url, "m")).unwrap(),
        question(),
    );
    assert_eq!(
        (heard.end().finish, heard.end().again, heard.retries.len()),
        (Finish::Failed, false, 0)
    );
    assert!(heard.end().error.contains(&url), "{}", heard.end().error);
}

#[test]
fn settings_that_can_never_work_are_refused() {
    for url in ["", "localhost:8080/v1", "ftp://x/v1", "http://", "::"] {
        let fault = OpenAi::new(OpenAiSettings::new(url, "m"))
            .err()
            .unwrap_or_else(|| panic!("{url} was taken"));
        assert_eq!(fault.kind, ApiErrorKind::Other);
    }
    let key = OpenAiSettings {
        key: Some("a\u{1}b".into()),
        key_from: "K".into(),
        ..OpenAiSettings::new("http://localhost/v1", "m")
    };
    assert!(
        OpenAi::new(key)
            .err()
            .unwrap()
            .message
            .contains("the key in K")
    );
}

#[test]
fn models_are_listed_and_servers_found() {
    let server = Server::start(vec![]);
    let provider = OpenAi::new(settings(&server)).unwrap();
    assert_eq!(block_on(provider.list_models()).unwrap(), ["tiny"]);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let ports = [
        (silent.local_addr().unwrap().port(), "nobody"),
        (server.port(), "somebody"),
        (1, "closed"),
    ];
    let found = block_on(reheat::model::discover::discover_at(&ports));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].name.as_str(), found[0].models.len()),
        ("llama.cpp", 1)
    );
}

#[test]
fn the_developers_hand_is_a_provider_too() {
    let (provider, handle) = reheat::model::manual::ManualProvider::new();
    assert!(handle.write("print(1)\n"));
    drop(handle);
    block_on(async {
        let parts: Vec<Delta> = provider.ask(question()).collect().await;
        assert_eq!(parts[0], Delta::Candidate("print(1)\n".into()));
        assert!(matches!(&parts[1], Delta::End(e) if e.finish == Finish::Stop));
        let parts: Vec<Delta> = provider.ask(question()).collect().await;
        assert!(matches!(&parts[..], [Delta::End(e)] if e.finish == Finish::Failed && !e.again));
    });
}

#[test]
fn a_table_without_a_model_takes_the_only_one_there_is() {
    use reheat::config::{Config, Selection, resolve_provider};
    let server = Server::start(vec![Reply::text("ok")]);
    let text = format!(
        "[provider.x]\nbase_url = \"{}/\"\nheaders = {{ \"X-Title\" = \"t\" }}\n",
        server.base_url()
    );
    let config = Config::from_text(std::path::Path::new("config.toml"), &text).unwrap();
    let provider = resolve_provider(
        &config,
        &Selection {
            temperature: Some(0.25),
            ..Selection::default()
        },
    )
    .unwrap();
    assert_eq!(
        (provider.name().as_str(), provider.recorded()),
        ("tiny", false)
    );
    assert_eq!(hear(&*provider, question()).text, "ok");
    let other = provider.with_model("other").unwrap();
    hear(&*other, question());
    let asked = server.asked();
    assert_eq!(
        (&asked[0].body["temperature"], asked[0].header("x-title")),
        (&json!(0.25), Some("t"))
    );
    assert_eq!(asked[1].body["model"], "other");
    assert_eq!(server.all()[0].line, "GET /v1/models HTTP/1.1");
}
