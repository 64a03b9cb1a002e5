//! What a hostile or broken server sends: no end of it, nothing in it, the key that it was sent, half of it.

use super::*;
use crate::support::home::{Home, stderr, stdout};

/// A key as services make them, and a password with signs that an address must escape.
const KEY: &str = "sk-proj-Zm9vYmFyMTIzNDU2Nzg5MA";
const PASSWORD: &str = "pa55/word@home";

fn quick(server: &Server) -> OpenAiSettings {
    OpenAiSettings {
        idle_timeout: Duration::from_millis(200),
        ..settings(server)
    }
}

fn list(server: &Server) -> Result<Vec<String>, String> {
    let provider = OpenAi::new(settings(server)).unwrap();
    block_on(provider.list_models()).map_err(|e| e.message)
}

#[test]
fn a_list_of_models_without_an_end_is_not_read_to_its_end() {
    let flood = Act::Forever(vec![b' '; 1 << 20], Duration::ZERO);
    let (start, rest) = (b"{\"data\":[".to_vec(), flood);
    let endless = Reply::new(200, "application/json", "").acting(vec![Act::Bytes(start), rest]);
    let server = Server::with_models(vec![], endless);
    let why = list(&server).unwrap_err();
    assert!(why.contains("far too much"), "{why}");
    assert!(
        block_on(reheat::model::discover::discover_at(&[(
            server.port(),
            "any"
        )]))
        .is_empty()
    );
    let provider = OpenAi::new(settings(&server)).unwrap();
    let there = block_on(provider.is_there().unwrap());
    // A server that answers is there, whatever its list is worth; and the question has an end.
    assert!(there.is_ok());
}

#[test]
fn a_list_of_models_that_never_comes_is_not_waited_for() {
    for acts in [
        vec![Act::Hang],
        vec![Act::Forever(b" ".to_vec(), Duration::from_millis(50))],
    ] {
        let never = Reply::new(200, "application/json", "").acting(acts);
        let server = Server::with_models(vec![], never);
        let why = list(&server).unwrap_err();
        assert!(
            why.contains("has not sent its list of models in 10 s"),
            "{why}"
        );
    }
}

#[test]
fn what_holds_nothing_does_not_keep_a_reply_alive() {
    let pause = Duration::from_millis(20);
    for (what, forever) in [
        ("no choices", "data: {\"choices\":[]}\n\n".to_owned()),
        ("empty text", format!("data: {}\n\n", delta(""))),
        ("comments", ": still here\n\n".to_owned()),
        ("empty lines", "\n\n".to_owned()),
        ("empty calls", "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":7,\"function\":{\"arguments\":\"\"}}]}}]}\n\n".to_owned()),
    ] {
        let acts = vec![event(&delta("half")), Act::Forever(forever.into_bytes(), pause)];
        let server = Server::start(vec![Reply::stream(acts)]);
        let heard = hear(&OpenAi::new(quick(&server)).unwrap(), question());
        assert_eq!((heard.text.as_str(), heard.end().finish), ("half", Finish::Incomplete), "{what}");
        assert!(heard.end().error.contains("idle_timeout"), "{what}: {heard:?}");
    }
    // What comes after the end is no part of the reply.
    let acts = vec![
        event(&delta("whole")),
        event(&finish("stop")),
        Act::Forever(b"data: {\"choices\":[]}\n\n".to_vec(), pause),
    ];
    assert_eq!(one(Reply::stream(acts)).end().finish, Finish::Stop);
    // An answer that is not streamed may take a while, but not for ever, whether it is blank or begun.
    for (kind, start) in [("text/plain", ""), ("application/json", "{\"choices\":")] {
        let acts = vec![Act::Bytes(start.into()), Act::Forever(b" ".to_vec(), pause)];
        let reply = Reply::new(200, kind, "").acting(acts);
        let server = Server::start(vec![reply]);
        let heard = hear(&OpenAi::new(quick(&server)).unwrap(), question());
        assert_ne!(heard.end().finish, Finish::Stop);
        assert!(!heard.end().error.is_empty());
    }
}

#[test]
fn slow_models_are_waited_for() {
    // Ten times as long as a silence may be, but never silent.
    let mut acts = Vec::new();
    for n in 0..40 {
        acts.push(event(&delta(&format!("{n} "))));
        acts.push(Act::Pause(Duration::from_millis(50)));
    }
    acts.push(event(&finish("stop")));
    let server = Server::start(vec![Reply::stream(acts)]);
    let heard = hear(&OpenAi::new(quick(&server)).unwrap(), question());
    assert_eq!(
        (heard.end().finish, heard.text.split(' ').count()),
        (Finish::Stop, 41)
    );
}

/// Everything that a server can send back with this in it.
fn echoes(secret: &str) -> Vec<(&'static str, Reply)> {
    let error = |status, message: String| {
        Reply::json(
            status,
            &json!({"error": {"message": message, "code": secret, "param": secret}}),
        )
    };
    let words: Vec<Act> = secret
        .chars()
        .map(|c| event(&delta(&c.to_string())))
        .collect();
    let with_end = |mut acts: Vec<Act>| {
        acts.push(event(&finish("stop")));
        Reply::stream(acts)
    };
    let long = format!("{} {secret}", "x".repeat(280));
    let call = json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "w", "arguments": json!({"code": format!("a = '{secret}'\n")}).to_string()}}]}}]});
    let thought = json!({"choices": [{"delta": {"reasoning_content": format!("hm {secret}")}}]});
    let refusal = json!({"choices": [{"delta": {"refusal": format!("not for {secret}")}}]});
    vec![
        ("400", error(400, format!("bad {secret}"))),
        (
            "401",
            error(401, format!("Incorrect API key provided: {secret}")),
        ),
        ("402", error(402, format!("no credit for {secret}"))),
        ("404", error(404, format!("no model for {secret}"))),
        (
            "502",
            Reply::new(502, "text/html", format!("<title>{secret}</title>")),
        ),
        (
            "plain",
            Reply::new(500, "text/plain", format!("you sent {secret}")),
        ),
        ("cut", error(400, long)),
        ("upper case", error(403, secret.to_uppercase())),
        (
            "detail",
            Reply::json(422, &json!({"detail": [{"input": {"key": secret}}]})),
        ),
        (
            "Location",
            Reply::new(302, "text/html", "")
                .header("location", &format!("https://elsewhere/?k={secret}")),
        ),
        (
            "encoding",
            Reply::new(200, "text/event-stream", "x").header("content-encoding", secret),
        ),
        (
            "no stream",
            Reply::new(200, "text/plain", format!("hello {secret}")),
        ),
        (
            "no events",
            Reply::new(200, "text/event-stream", format!("hello {secret}")),
        ),
        ("JSON", Reply::json(200, &json!({"error": secret}))),
        (
            "in the stream",
            Reply::stream(vec![
                event(&delta("a")),
                event(&json!({"error": {"message": secret}})),
            ]),
        ),
        (
            "as llama.cpp",
            Reply::stream(vec![
                event(&delta("a")),
                Act::Bytes(format!("error: {{\"message\":\"{secret}\"}}\n\n").into_bytes()),
            ]),
        ),
        (
            "text",
            with_end(vec![event(&delta(&format!(
                "```python\nkey = '{secret}'\n```\n"
            )))]),
        ),
        ("text letter by letter", with_end(words)),
        (
            "text cut off",
            Reply::stream(vec![event(&delta(&secret[..secret.len() - 2]))]),
        ),
        ("reasoning", with_end(vec![event(&thought)])),
        ("refusal", with_end(vec![event(&refusal)])),
        (
            "call",
            Reply::stream(vec![event(&call), event(&finish("tool_calls"))]),
        ),
        (
            "whole",
            Reply::json(
                200,
                &json!({"choices": [{"message": {"content": secret}, "finish_reason": "stop"}]}),
            ),
        ),
    ]
}

#[test]
fn a_key_that_a_server_repeats_goes_no_further() {
    let basic = "dXNlcjpwYTU1L3dvcmRAaG9tZQ==";
    for secret in [
        KEY,
        "hdr-9d8f7g6h5j4k3l2",
        "qry-1q2w3e4r5t6y7u8",
        PASSWORD,
        basic,
    ] {
        for (what, reply) in echoes(secret) {
            let server = Server::start(vec![reply]);
            let address = server
                .base_url()
                .replace("http://", "http://user:pa55%2Fword%40home@");
            let with_key = secret != basic && secret != PASSWORD;
            let provider = OpenAi::new(OpenAiSettings {
                base_url: format!("{address}?api-version=1&key=qry-1q2w3e4r5t6y7u8"),
                key: with_key.then(|| KEY.to_owned()),
                headers: [("api-key".to_owned(), "hdr-9d8f7g6h5j4k3l2".to_owned())].into(),
                ..settings(&server)
            });
            let heard = format!("{:?}", hear(&provider.unwrap(), question()));
            let shown = heard.to_lowercase();
            let part = &secret[..secret.len() - 3].to_lowercase();
            assert!(!shown.contains(part.as_str()), "{secret} {what}: {heard}");
            assert!(!shown.contains("pa55"), "{what}: {heard}");
            let asked = &server.asked()[0];
            assert!(
                asked
                    .line
                    .contains("/v1/chat/completions?api-version=1&key=qry-"),
                "{}",
                asked.line
            );
            let sent = asked.header("authorization").unwrap();
            assert_eq!(
                sent,
                if with_key {
                    format!("Bearer {KEY}")
                } else {
                    format!("Basic {basic}")
                }
            );
        }
    }
}

#[test]
fn nothing_that_proves_who_asks_is_printed_or_kept() {
    let home = Home::new();
    crate::support::home::squares(&home);
    let models = Reply::json(
        401,
        &json!({"error": {"message": format!("bad key {KEY} of {PASSWORD}")}}),
    );
    let text = crate::support::home::reply(&format!("key = '{KEY}'\nprint('{PASSWORD}')\n"));
    for reply in [
        Reply::text(&text),
        Reply::json(
            401,
            &json!({"error": {"message": format!("bad key {KEY}")}}),
        ),
    ] {
        let server = Server::with_models(vec![reply], models.clone());
        let url = server
            .base_url()
            .replace("http://", "http://user:pa55%2Fword%40home@");
        let asked = [
            "optimize",
            "slow.py",
            "--cases",
            "cases",
            "--rounds",
            "1",
            "--comparison-time",
            "1s",
            "--base-url",
            &url,
        ];
        for more in [
            &["--model", "tiny", "--json"][..],
            &["--model", "tiny"],
            &[],
        ] {
            let output = home
                .command(&[&asked[..], more].concat())
                .env("OPENAI_API_KEY", KEY)
                .output()
                .unwrap();
            let printed = stdout(&output) + &stderr(&output);
            assert!(
                printed.contains("[hidden]") || more.contains(&"--model"),
                "{printed}"
            );
            for secret in [KEY, PASSWORD, "pa55"] {
                assert!(!printed.contains(secret), "{secret}: {printed}");
            }
        }
    }
    for folder in home.sessions() {
        let journal = std::fs::read_to_string(folder.join("journal.jsonl")).unwrap();
        assert!(
            !journal.contains(KEY) && !journal.contains("pa55"),
            "{journal}"
        );
        assert!(
            journal.contains("\"base_url\":\"http://127.0.0.1:"),
            "{journal}"
        );
    }
    assert!(!home.sessions().is_empty());
}

#[test]
fn keys_in_the_journal_do_not_hinder_honest_replies() {
    // A key that is a mere word, as local servers are given, may stand in any code.
    for key in ["ollama", "none", "EMPTY", "not-needed", "lm-studio"] {
        let text = format!("```python\nkey = '{key}'\nprint(key)\n```\n");
        let server = Server::start(vec![Reply::text(&text)]);
        let provider = OpenAi::new(OpenAiSettings {
            key: Some(key.to_owned()),
            ..settings(&server)
        });
        assert_eq!(hear(&provider.unwrap(), question()).text, text);
    }
}

#[test]
fn a_reply_with_a_hole_is_none() {
    let (a, b, end) = (delta("first "), delta("second"), finish("stop"));
    for (what, body) in [
        (
            "half a chunk",
            format!("data: {a}\n\ndata: {{\"choices\":[{{\"del\n\ndata: {b}\n\ndata: {end}\n\n"),
        ),
        (
            "the end of one",
            format!("data: {a}\n\ndata: tent\":\"x = 1\"}}}}]}}\n\ndata: {b}\n\ndata: {end}\n\n"),
        ),
        (
            "half a character",
            format!(
                "data: {a}\n\ndata: {}\n\ndata: {b}\n\ndata: {end}\n\n",
                escaped("x\\ud83d")
            ),
        ),
        (
            "half at the end",
            format!(
                "data: {a}\n\ndata: {b}\n\ndata: {}\n\ndata: {end}\n\ndata: [DONE]\n\n",
                escaped("x\\ud83d")
            ),
        ),
        (
            "the second half",
            format!(
                "data: {a}\n\ndata: {}\n\ndata: {b}\n\ndata: {end}\n\n",
                escaped("\\ude42x")
            ),
        ),
    ] {
        let heard = one(Reply::new(200, "text/event-stream", body));
        assert_eq!(heard.end().finish, Finish::Incomplete, "{what}: {heard:?}");
        assert!(
            heard
                .end()
                .error
                .contains("something of the reply is missing"),
            "{what}: {heard:?}"
        );
    }
}

fn escaped(text: &str) -> String {
    delta("MARK").to_string().replace("MARK", text)
}

#[test]
fn a_character_whose_halves_come_in_two_chunks_is_whole() {
    let chunks = [
        escaped("a \\ud83d"),
        escaped("\\ude42 \\ud83d\\ude00 \\\\ud83d"),
        finish("stop").to_string(),
    ];
    let body: String = chunks.iter().map(|c| format!("data: {c}\n\n")).collect();
    let heard = one(Reply::new(200, "text/event-stream", body));
    assert_eq!(
        (heard.text.as_str(), heard.end().finish),
        ("a 🙂 😀 \\ud83d", Finish::Stop)
    );
}

#[test]
fn causes_are_named() {
    let call = |text: &str| json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "w", "arguments": text}}]}}]});
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    for (what, reply, words) in [
        (
            "llama.cpp",
            Reply::new(
                200,
                "text/event-stream",
                "error: {\"code\":400,\"message\":\"the request exceeds the available context size\",\"type\":\"exceed_context_size_error\"}\n\n",
            ),
            "does not fit",
        ),
        (
            "llama.cpp later",
            Reply::stream(vec![
                event(&delta("a")),
                Act::Bytes(b"error: {\"message\":\"slot crashed\"}\n\n".to_vec()),
            ]),
            "slot crashed",
        ),
        (
            "an error under the type of a stream",
            Reply::new(
                200,
                "text/event-stream",
                "{\"error\":{\"message\":\"model is gone\"}}",
            ),
            "model is gone",
        ),
        (
            "on several lines",
            Reply::new(
                200,
                "text/event-stream",
                "{\n \"error\": {\n  \"message\": \"model is gone\"\n }\n}\n",
            ),
            "model is gone",
        ),
        (
            "a page under the type of a stream",
            Reply::new(200, "text/event-stream", "Service starting"),
            "no event stream: Service starting",
        ),
        (
            "gzip",
            Reply::new(200, "text/event-stream", gzip).header("content-encoding", "gzip"),
            "encoding gzip",
        ),
        (
            "br",
            Reply::new(200, "application/json", gzip).header("content-encoding", "br"),
            "encoding br",
        ),
        (
            "deflate",
            Reply::new(200, "text/plain", gzip).header("content-encoding", "deflate"),
            "encoding deflate",
        ),
        (
            "gzip without a word",
            Reply::new(200, "text/event-stream", gzip),
            "no event stream",
        ),
        (
            "a call that was cut",
            Reply::chunks(&[call("{\"code\":\"x = "), finish("tool_calls")]),
            "called a tool",
        ),
        (
            "a call after thoughts",
            Reply::chunks(&[
                json!({"choices": [{"delta": {"reasoning": "hm"}}]}),
                call("{\"co"),
                finish("stop"),
            ]),
            "called a tool",
        ),
        (
            "only thoughts",
            Reply::chunks(&[
                json!({"choices": [{"delta": {"reasoning": "hm"}}]}),
                finish("stop"),
            ]),
            "only reasoning",
        ),
    ] {
        let heard = one(reply);
        assert!(heard.end().error.contains(words), "{what}: {heard:?}");
    }
    let whole =
        "{\"choices\":[{\"message\":{\"content\":\"all at once\"},\"finish_reason\":\"stop\"}]}";
    let heard = one(Reply::new(200, "text/event-stream", whole));
    assert_eq!(
        (heard.text.as_str(), heard.end().finish),
        ("all at once", Finish::Stop)
    );
}

#[test]
fn the_loop_names_the_cause_too() {
    let thought = json!({"choices": [{"delta": {"reasoning_content": "hm"}}]});
    let server = Server::start(vec![Reply::chunks(&[thought, finish("stop")])]);
    let url = server.base_url();
    for (model, words) in [
        (
            ["--base-url", &url, "--model", "tiny"],
            "only reasoning came",
        ),
        (
            ["--model-command", "echo not logged in >&2", "--rounds", "1"],
            "has printed no answer: not logged in",
        ),
        (
            [
                "--model-command",
                "printf '{\"result\":\"def f()\"}'",
                "--rounds",
                "1",
            ],
            "JSON, not code",
        ),
        (
            ["--model-command", "printf 'p\\0r\\0i\\0'", "--rounds", "1"],
            "UTF-16",
        ),
    ] {
        let home = Home::new();
        crate::support::home::squares(&home);
        let asked = [
            "optimize",
            "slow.py",
            "--cases",
            "cases",
            "--rounds",
            "1",
            "--headless",
        ];
        let asked = &asked[..if model.contains(&"--rounds") { 4 } else { 6 }];
        let output = home.run(&[asked, &model[..]].concat());
        assert!(
            stdout(&output).contains(words),
            "{words}: {}{}",
            stdout(&output),
            stderr(&output)
        );
    }
    let home = Home::new();
    crate::support::home::squares(&home);
    let output = home.run(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--model-command",
        " ",
    ]);
    assert!(stderr(&output).contains("is empty"), "{}", stderr(&output));
}

#[test]
fn a_name_that_nobody_has_is_not_looked_up_again_and_again() {
    let provider = OpenAi::new(OpenAiSettings::new("http://no-such-host.invalid/v1", "m")).unwrap();
    let heard = hear(&provider, question());
    if heard.end().error.contains("Temporary failure") {
        return println!("skipped: needs a resolver that answers");
    }
    assert!(heard.retries.is_empty(), "{heard:?}");
    assert!(
        heard
            .end()
            .error
            .contains("cannot reach http://no-such-host.invalid/v1"),
        "{heard:?}"
    );
}

/// A server that shows a certificate of its own making: its process and its port.
fn with_a_certificate_of_its_own(folder: &std::path::Path) -> Option<(std::process::Child, u16)> {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let openssl = |args: &[&str]| {
        let mut command = Command::new("openssl");
        command
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let mut made = openssl(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]);
    if !made.output().ok()?.status.success() {
        return None;
    }
    let mut serving = openssl(&[
        "s_server", "-accept", "0", "-key", "key.pem", "-cert", "cert.pem", "-www",
    ]);
    let mut child = serving.stdout(Stdio::piped()).spawn().ok()?;
    let mut lines = BufReader::new(child.stdout.take()?).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.strip_prefix("ACCEPT ")?.rsplit_once(':')?;
        port.trim().parse().ok()
    })?;
    // What it says of every connection is read, too: it would end otherwise.
    std::thread::spawn(move || lines.for_each(drop));
    Some((child, port))
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_not_tried_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some((mut server, port)) = with_a_certificate_of_its_own(folder.path()) else {
        return println!("skipped: needs openssl");
    };
    let address = format!("https://localhost:{port}/v1");
    let provider = OpenAi::new(OpenAiSettings::new(&address, "m")).unwrap();
    let heard = hear(&provider, question());
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(heard.retries.is_empty(), "{heard:?}");
    let why = &heard.end().error;
    assert!(
        why.contains(&format!("cannot reach {address}")) && why.contains("certificate"),
        "{why}"
    );
}

#[test]
fn a_query_of_the_address_goes_with_every_question() {
    let server = Server::start(vec![]);
    let provider = OpenAi::new(OpenAiSettings {
        base_url: format!("{}/?api-version=7", server.base_url()),
        ..settings(&server)
    });
    assert_eq!(block_on(provider.unwrap().list_models()).unwrap(), ["tiny"]);
    let line = &server.all()[0].line;
    assert!(line.contains("/v1/models?api-version=7"), "{line}");
}

#[test]
fn an_agent_that_edits_the_file_itself_does_not_go_unnoticed() {
    let home = Home::new();
    crate::support::home::squares(&home);
    let edits = "echo '# mine' >> slow.py; echo done";
    let output = home.run(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--rounds",
        "1",
        "--model-command",
        edits,
    ]);
    assert!(
        stdout(&output).contains("slow.py has changed while"),
        "{}",
        stdout(&output)
    );
    let output = home.run(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--rounds",
        "1",
        "--model-command",
        "touch slow.py; echo done",
    ]);
    assert!(
        !stdout(&output).contains("has changed while"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_model_nearby_may_think_for_longer() {
    let patience = |url: &str| OpenAiSettings::new(url, "m").idle_timeout.as_secs();
    for near in [
        "http://localhost:8080/v1",
        "http://192.168.1.7:1234/v1",
        "http://[::1]:80/v1",
    ] {
        assert_eq!(patience(near), 600, "{near}");
    }
    assert_eq!(patience("https://api.example.com/v1"), 120);
}
