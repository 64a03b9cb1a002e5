//! What can go wrong with a model server, in sentences that say what to do.
//!
//! An [`ApiError`] is made from a status, headers and body, or from a failed connection; nothing else reads those.

use std::time::Duration;

use http::HeaderMap;
use jiff::fmt::rfc2822::DateTimeParser;
use serde_json::Value;

use super::secrets::{Secrets, shown_url};
use crate::base::text::{harmless_line, is_hostile};

/// Kinds of errors, as far as they decide what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// The key is missing, wrong or not allowed to do this.
    Key,
    /// No credit is left.
    Credit,
    /// There is no such model or address.
    NotFound,
    /// The prompt does not fit into the model.
    TooLong,
    /// A parameter is not supported; its name, and whether the server asks for `max_completion_tokens` instead.
    Unsupported(String),
    /// Too many requests.
    Busy,
    /// The server reports an internal error.
    Server,
    /// The model is still being loaded.
    Loading,
    /// Nothing listens at that address.
    Refused,
    /// The connection broke off, or could not be made.
    Broken,
    /// The server was silent for too long.
    Stalled,
    /// Anything else: the request or the address is wrong.
    Other,
}

/// What happened, to what, and what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The kind, which decides whether a retry can help.
    pub kind: ApiErrorKind,
    /// A sentence for the user: what happened and what to do.
    pub message: String,
    /// How long the server asked to wait.
    pub(crate) retry_after: Option<Duration>,
}

impl ApiError {
    /// Whether a server answered that would answer a question, too, as far as this tells.
    pub(crate) fn is_an_answer(&self) -> bool {
        use ApiErrorKind as K;
        !matches!(
            self.kind,
            K::Key | K::Credit | K::Refused | K::Broken | K::Stalled
        )
    }
}

/// The server and model that were asked, for the text of an error.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endpoint {
    pub(crate) base_url: String,
    /// Name of the model.
    pub(crate) model: String,
    /// Where the key came from: `OPENAI_API_KEY`; empty if there was none.
    pub(crate) key_from: String,
    /// What the server may not repeat.
    pub(super) secrets: Secrets,
}

impl Endpoint {
    /// Words of the server on one line, as they may be shown.
    pub(super) fn printable(&self, text: &str) -> String {
        printable(&self.secrets.hide(text))
    }
}

/// Longest text of a server that is shown.
const SHOWN: usize = 300;
/// Dates as HTTP writes them; a wrong day of the week is accepted.
static DATES: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
/// Longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl ApiError {
    /// An error of that kind.
    #[must_use]
    pub fn new(kind: ApiErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after: None,
        }
    }

    /// Whether asking again later may help.
    #[must_use]
    pub fn again(&self) -> bool {
        self.passes() || self.kind == ApiErrorKind::Stalled
    }

    /// Whether a retry after a short pause may help.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(
            self.kind,
            ApiErrorKind::Busy
                | ApiErrorKind::Server
                | ApiErrorKind::Loading
                | ApiErrorKind::Broken
        )
    }

    /// From an answer whose status is not a success.
    pub(crate) fn from_status(
        status: u16,
        headers: &HeaderMap,
        body: &str,
        asked: &Endpoint,
    ) -> Self {
        let location = headers.get("location").and_then(|v| v.to_str().ok());
        if let (300..=399, Some(to)) = (status, location) {
            let to = asked.printable(&shown_url(to));
            return Self::new(
                ApiErrorKind::Other,
                format!(
                    "{} redirects to {to}; use that address as the base URL",
                    asked.base_url
                ),
            );
        }
        let mut fault = Self::from_words(Some(status), &ErrorBody::of(body), asked);
        fault.retry_after = retry_after(headers);
        fault
    }

    /// From an error object, inside a stream or in place of an answer.
    pub(crate) fn from_object(value: &Value, asked: &Endpoint) -> Self {
        let words = ErrorBody::of_value(value);
        let status = words.code.parse().ok().filter(|s| (400..600).contains(s));
        Self::from_words(status, &words, asked)
    }

    fn from_words(status: Option<u16>, words: &ErrorBody, asked: &Endpoint) -> Self {
        let Endpoint {
            base_url,
            model,
            key_from,
            ..
        } = asked;
        let said = words.said(asked);
        let what = status.map_or_else(|| "an error".to_owned(), |s| format!("status {s}"));
        let all = format!("{} {} {}", words.message, words.code, words.kind).to_lowercase();
        let has = |needles: &[&str]| needles.iter().any(|n| all.contains(n));

        let too_long = [
            "context_length_exceeded",
            "context length",
            "maximum context",
            "context window",
            "context size",
            "prompt is too long",
            "prompt too long",
            "exceed_context",
        ];
        if has(&too_long) {
            return Self::new(
                ApiErrorKind::TooLong,
                format!(
                    "the prompt does not fit into {model}{said}; use a model with more room, or a shorter statement or history"
                ),
            );
        }
        if has(&[
            "insufficient_quota",
            "insufficient balance",
            "credit balance",
            "exceeded your current quota",
        ]) || status == Some(402)
        {
            return Self::new(
                ApiErrorKind::Credit,
                format!("no credit is left at {base_url}{said}"),
            );
        }
        match status {
            Some(401 | 403) => {
                let key = if key_from.is_empty() {
                    "no key was sent; set OPENAI_API_KEY or key_env in the config file".into()
                } else {
                    format!("check the key in {key_from}")
                };
                Self::new(
                    ApiErrorKind::Key,
                    format!(
                        "{base_url} refuses the key (status {}){said}; {key}",
                        status.unwrap_or_default()
                    ),
                )
            }
            Some(404) => {
                let hint = if has(&["model"]) {
                    format!(
                        "there is no model {model} at {base_url}{said}; `reheat doctor` lists the models there"
                    )
                } else {
                    format!(
                        "there is nothing at {base_url} (status 404){said}; is the base URL right? most end in /v1"
                    )
                };
                Self::new(ApiErrorKind::NotFound, hint)
            }
            Some(400 | 422) | None if words.parameter().is_some() => {
                let name = words.parameter().unwrap_or_default();
                Self::new(
                    ApiErrorKind::Unsupported(name.to_owned()),
                    format!("{model} does not take {name}{said}"),
                )
            }
            Some(503 | 500) | None
                if has(&[
                    "loading model",
                    "model is loading",
                    "loading the model",
                    "still loading",
                ]) =>
            {
                Self::new(
                    ApiErrorKind::Loading,
                    format!("the server is still loading {model}"),
                )
            }
            Some(429) => Self::new(
                ApiErrorKind::Busy,
                format!("too many requests at {base_url}{said}"),
            ),
            None if has(&[
                "rate limit",
                "rate_limit",
                "overloaded",
                "too many requests",
            ]) =>
            {
                Self::new(
                    ApiErrorKind::Busy,
                    format!("{base_url} is overloaded{said}"),
                )
            }
            Some(408 | 500..=599) => Self::new(
                ApiErrorKind::Server,
                format!("the server at {base_url} failed with {what}{said}"),
            ),
            None if has(&["server_error", "internal", "unavailable"]) => Self::new(
                ApiErrorKind::Server,
                format!("the server at {base_url} failed{said}"),
            ),
            _ => Self::new(
                ApiErrorKind::Other,
                format!("{base_url} answered with {what}{said}"),
            ),
        }
    }

    /// From a request that got no answer.
    pub(crate) fn from_connection(error: &reqwest::Error, asked: &Endpoint) -> Self {
        let cause = deepest(error);
        let url = &asked.base_url;
        if error.is_builder() {
            return Self::new(
                ApiErrorKind::Other,
                format!("{url} is not an address that can be asked: {cause}"),
            );
        }
        if error.is_connect() && cause.to_lowercase().contains("refused") {
            return Self::new(
                ApiErrorKind::Refused,
                format!("nothing listens at {url}; is the server running?"),
            );
        }
        let lower = cause.to_lowercase();
        let never = [
            "certificate",
            "not known",
            "no address associated",
            "unknownissuer",
        ];
        if error.is_connect() && never.iter().any(|word| lower.contains(word)) {
            let cause = asked.printable(&cause);
            return Self::new(ApiErrorKind::Other, format!("cannot reach {url}: {cause}"));
        }
        if error.is_timeout() {
            return Self::new(
                ApiErrorKind::Broken,
                format!("{url} did not answer in time"),
            );
        }
        let what = if error.is_connect() {
            "cannot reach"
        } else {
            "lost the connection to"
        };
        Self::new(
            ApiErrorKind::Broken,
            format!("{what} {url}: {}", asked.printable(&cause)),
        )
    }
}

/// The words of an error body, whatever its shape.
#[derive(Clone, Debug, Default)]
struct ErrorBody {
    message: String,
    code: String,
    kind: String,
    param: String,
}

impl ErrorBody {
    fn of(body: &str) -> Self {
        if let Ok(value) = serde_json::from_str::<Value>(body) {
            return Self::of_value(&value);
        }
        // A proxy's page: its title says more than its markup.
        let lower = body.to_ascii_lowercase();
        let title = lower
            .find("<title>")
            .and_then(|a| Some((a + 7, a + lower[a..].find("</title>")?)))
            .and_then(|(a, b)| body.get(a..b));
        Self {
            message: title.unwrap_or(body).to_owned(),
            ..Self::default()
        }
    }

    /// `{"error": {…}}`, `{"error": "…"}`, `[{"error": …}]`, `{"detail": …}`, `{"message": …}`, or the error itself.
    fn of_value(value: &Value) -> Self {
        let value = value.get(0).unwrap_or(value);
        let error = value.get("error").filter(|e| !e.is_null()).unwrap_or(value);
        let text = |key: &str| match error.get(key) {
            Some(Value::String(s)) => s.clone(),
            Some(Value::Number(n)) => n.to_string(),
            _ => String::new(),
        };
        let detail = |key: &str| {
            error
                .get(key)
                .filter(|v| !v.is_null())
                .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
        };
        let message = match error {
            Value::String(s) => s.clone(),
            _ => detail("message")
                .or_else(|| detail("detail"))
                .or_else(|| detail("error"))
                .unwrap_or_else(|| error.to_string()),
        };
        let kind = if text("type").is_empty() {
            text("status")
        } else {
            text("type")
        };
        // OpenRouter has a separate field for the message of the provider behind it.
        let raw = error
            .pointer("/metadata/raw")
            .and_then(Value::as_str)
            .map(|raw| format!(" {raw}"))
            .unwrap_or_default();
        Self {
            message: message + &raw,
            code: text("code"),
            kind,
            param: text("param"),
        }
    }

    /// `: MESSAGE`, cut and with control characters escaped; empty if there is none.
    fn said(&self, asked: &Endpoint) -> String {
        let text = asked.printable(&self.message);
        if text.is_empty() {
            String::new()
        } else {
            format!(": {text}")
        }
    }

    /// Which of the parameters that we send the message complains about.
    fn parameter(&self) -> Option<&'static str> {
        const OURS: [&str; 4] = [
            "max_completion_tokens",
            "max_tokens",
            "temperature",
            "stream_options",
        ];
        let exact = OURS.into_iter().find(|p| *p == self.param);
        let complains = [
            "support",
            "unrecogni",
            "unknown",
            "unexpected",
            "not permitted",
            "not allowed",
            "invalid",
            "extra",
            "deprecated",
            "must be",
            "range",
            "less than",
            "greater than",
        ];
        let message = self.message.to_lowercase();
        exact.or_else(|| {
            // "use max_completion_tokens instead of max_tokens" names both: the shorter one is the culprit.
            let named = OURS.into_iter().filter(|p| message.contains(p));
            let culprit = named.min_by_key(|p| {
                if message.contains("instead") && *p == "max_completion_tokens" {
                    usize::MAX
                } else {
                    message.find(*p).unwrap_or(0)
                }
            });
            culprit.filter(|_| complains.iter().any(|c| message.contains(c)))
        })
    }
}

/// One line without control characters, cut to a length that can be shown.
pub(crate) fn printable(text: &str) -> String {
    let mut line = String::new();
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
    {
        if line.len() + word.len() > SHOWN {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&harmless_line(word));
    }
    if line == "…" {
        text.chars()
            .filter(|c| !is_hostile(*c))
            .take(SHOWN / 4)
            .chain(['…'])
            .collect()
    } else {
        line
    }
}

/// `Retry-After` as seconds or as a date, `retry-after-ms`; a minute at most.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::trim)
    };
    let seconds = |s: f64| {
        (s.is_finite() && s >= 0.0)
            .then(|| Duration::from_secs_f64(s.min(LONGEST_WAIT.as_secs_f64())))
    };
    if let Some(ms) = text("retry-after-ms").and_then(|t| t.parse::<f64>().ok()) {
        return seconds(ms / 1e3);
    }
    let value = text("retry-after")?;
    if let Ok(n) = value.parse::<f64>() {
        return seconds(n);
    }
    let date = DATES.parse_zoned(value).ok()?;
    let wait = date.timestamp().as_second() - jiff::Timestamp::now().as_second();
    seconds(wait.max(0) as f64)
}

fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

#[cfg(test)]
#[path = "api_error_tests.rs"]
mod tests;
