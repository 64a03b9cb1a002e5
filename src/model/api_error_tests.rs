//! What an [`ApiError`] promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

fn asked() -> Endpoint {
    Endpoint {
        base_url: "http://x/v1".into(),
        model: "m".into(),
        key_from: "OPENAI_API_KEY".into(),
        secrets: Secrets::default(),
    }
}

fn kind(status: u16, body: &str) -> ApiErrorKind {
    ApiError::from_status(status, &HeaderMap::new(), body, &asked()).kind
}

#[test]
fn bodies_of_all_shapes_are_understood() {
    assert_eq!(kind(401, ""), ApiErrorKind::Key);
    assert_eq!(kind(402, "{}"), ApiErrorKind::Credit);
    assert_eq!(
        kind(
            429,
            r#"{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}"#
        ),
        ApiErrorKind::Credit
    );
    assert_eq!(
        kind(429, r#"{"error":{"code":429,"message":"slow down"}}"#),
        ApiErrorKind::Busy
    );
    assert_eq!(
        kind(
            429,
            r#"[{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}]"#
        ),
        ApiErrorKind::Busy
    );
    assert_eq!(
        kind(
            503,
            r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#
        ),
        ApiErrorKind::Loading
    );
    assert_eq!(kind(500, "<html><title>Oops</title>"), ApiErrorKind::Server);
    assert_eq!(kind(529, "overloaded"), ApiErrorKind::Server);
    assert_eq!(
        kind(404, r#"{"error":"model 'x' not found"}"#),
        ApiErrorKind::NotFound
    );
    assert_eq!(
        kind(
            400,
            r#"{"error":{"message":"This model's maximum context length is 8192 tokens, you requested max_tokens 9000, which is invalid"}}"#
        ),
        ApiErrorKind::TooLong
    );
    assert_eq!(kind(418, "\u{1b}[31m"), ApiErrorKind::Other);
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
        assert_eq!(
            kind(422, body),
            ApiErrorKind::Unsupported(name.into()),
            "{body}"
        );
    }
    assert_eq!(
        kind(400, r#"{"error":"bad temperature sensor"}"#),
        ApiErrorKind::Other
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
