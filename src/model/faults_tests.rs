//! What a [`Fault`] promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

fn asked() -> Asked {
    Asked {
        base_url: "http://x/v1".into(),
        model: "m".into(),
        key_from: "OPENAI_API_KEY".into(),
    }
}

fn kind(status: u16, body: &str) -> Kind {
    Fault::from_status(status, &HeaderMap::new(), body, &asked()).kind
}

#[test]
fn bodies_of_all_shapes_are_understood() {
    assert_eq!(kind(401, ""), Kind::Key);
    assert_eq!(kind(402, "{}"), Kind::Credit);
    assert_eq!(
        kind(
            429,
            r#"{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}"#
        ),
        Kind::Credit
    );
    assert_eq!(
        kind(429, r#"{"error":{"code":429,"message":"slow down"}}"#),
        Kind::Busy
    );
    assert_eq!(
        kind(
            429,
            r#"[{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}]"#
        ),
        Kind::Busy
    );
    assert_eq!(
        kind(
            503,
            r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#
        ),
        Kind::Loading
    );
    assert_eq!(kind(500, "<html><title>Oops</title>"), Kind::Server);
    assert_eq!(kind(529, "overloaded"), Kind::Server);
    assert_eq!(
        kind(404, r#"{"error":"model 'x' not found"}"#),
        Kind::NotFound
    );
    assert_eq!(
        kind(
            400,
            r#"{"error":{"message":"This model's maximum context length is 8192 tokens, you requested max_tokens 9000, which is invalid"}}"#
        ),
        Kind::TooLong
    );
    assert_eq!(kind(418, "\u{1b}[31m"), Kind::Other);
}

#[test]
fn a_parameter_that_is_not_taken_is_named() {
    for (body, name) in [
        (
            r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens"}}"#,
            "max_tokens",
        ),
        (
            r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}}"#,
            "max_tokens",
        ),
        (
            r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0.2","param":"temperature"}}"#,
            "temperature",
        ),
        (
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}"#,
            "stream_options",
        ),
    ] {
        assert_eq!(kind(422, body), Kind::Unsupported(name.into()), "{body}");
    }
    assert_eq!(
        kind(400, r#"{"error":"bad temperature sensor"}"#),
        Kind::Other
    );
}

#[test]
fn waits_are_seconds_or_dates_and_never_long() {
    let wait = |name: &'static str, value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        retry_after(&headers)
    };
    assert_eq!(wait("retry-after", "2"), Some(Duration::from_secs(2)));
    assert_eq!(wait("retry-after", "99999999"), Some(LONGEST_WAIT));
    assert_eq!(
        wait("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"),
        Some(Duration::ZERO)
    );
    assert_eq!(
        wait("retry-after", "Wed, 21 Oct 2215 07:28:00 GMT"),
        Some(LONGEST_WAIT)
    );
    assert_eq!(
        wait("retry-after-ms", "1500"),
        Some(Duration::from_millis(1500))
    );
    for bad in ["-1", "soon", "NaN", ""] {
        assert_eq!(wait("retry-after", bad), None, "{bad}");
    }
}

#[test]
fn what_a_server_says_is_harmless_and_short() {
    assert_eq!(printable("a\u{1b}[2J b\r\nc"), "a [2J b c");
    assert!(printable(&"long words ".repeat(1000)).len() < 320);
    assert!(printable(&"x".repeat(1000)).len() < 320);
}
