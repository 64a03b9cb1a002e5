//! The HTTP side of a request, as a service below async-openai: sends once and makes any answer a clean event stream.
//!
//! Errors come out as [`ApiError`] while status and headers are still known; the caller decides whether to
//! try again. The stream that goes up consists of whole lines of valid UTF-8 without a byte-order mark and ends with a blank line; if it broke off, the
//! cause is left in [`Broken`], because the layers above cannot tell a cut connection from an end.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use tokio::time::Instant;

use super::api_error::{ApiError, ApiErrorKind, Endpoint, printable};
use super::server::short_answer;
use super::surrogates;

/// Longest line of an event stream.
const LONGEST_LINE: usize = 8 << 20;
/// Longest answer, framing included.
const LONGEST_ANSWER: usize = 64 << 20;
/// Longest error body that is read.
const LONGEST_ERROR: usize = 64 << 10;

/// Why a stream broke off, if it did.
pub(super) type Broken = Arc<Mutex<Option<ApiError>>>;

/// One request's way to the server.
#[derive(Clone)]
pub(super) struct Transport {
    pub(crate) client: reqwest::Client,
    /// Sent instead of what async-openai would send.
    pub(crate) headers: HeaderMap,
    /// Put behind the address.
    pub(crate) query: Option<Arc<str>>,
    pub(crate) asked: Endpoint,
    /// Silence that ends a request.
    pub(crate) idle: Duration,
    pub(crate) broken: Broken,
    /// Whether the answer is to be an event stream.
    pub(crate) streamed: bool,
}

impl tower::Service<HttpRequestFactory> for Transport {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            this.send(request)
                .await
                .map_err(|fault| OpenAIError::Boxed(Box::new(fault)))
        })
    }
}

impl Transport {
    async fn send(&self, request: HttpRequestFactory) -> Result<reqwest::Response, ApiError> {
        let mut request = request.build().await.map_err(|e| match e {
            OpenAIError::Reqwest(e) => ApiError::from_connection(&e, &self.asked),
            other => ApiError::new(
                ApiErrorKind::Other,
                format!(
                    "{} cannot be asked: {}",
                    self.asked.base_url,
                    printable(&other.to_string())
                ),
            ),
        })?;
        if let Some(query) = &self.query {
            request.url_mut().set_query(Some(query));
        }
        request.headers_mut().remove(AUTHORIZATION);
        request.headers_mut().extend(self.headers.clone());
        let response = tokio::time::timeout(self.idle, self.client.execute(request))
            .await
            .map_err(|_| self.silent())?
            .map_err(|e| ApiError::from_connection(&e, &self.asked))?;
        if !response.status().is_success() {
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = self.short_body(response).await;
            return Err(ApiError::from_status(status, &headers, &body, &self.asked));
        }
        let encoding = response.headers().get(CONTENT_ENCODING);
        if let Some(encoding) = encoding.filter(|e| *e != "identity") {
            let encoding = self
                .asked
                .printable(&String::from_utf8_lossy(encoding.as_bytes()));
            let url = &self.asked.base_url;
            let why = format!("{url} answered in the encoding {encoding}, which was not asked for");
            return Err(ApiError::new(ApiErrorKind::Other, why));
        }
        if self.streamed {
            return self.open_stream(response).await;
        }
        match short_answer(response).await {
            Ok(Some(bytes)) => Ok(http::Response::new(reqwest::Body::from(bytes)).into()),
            Ok(None) => {
                let why = format!("{} answered with far too much", self.asked.base_url);
                Err(ApiError::new(ApiErrorKind::Other, why))
            }
            Err(e) => Err(ApiError::from_connection(&e, &self.asked)),
        }
    }

    fn silent(&self) -> ApiError {
        let seconds = self.idle.as_secs_f64();
        ApiError::new(
            ApiErrorKind::Stalled,
            format!(
                "{} has said nothing for {seconds:.0} s; a line idle_timeout = \"20m\" below the provider in the config file allows more (reheat config --path)",
                self.asked.base_url
            ),
        )
    }

    async fn short_body(&self, response: reqwest::Response) -> String {
        let mut body = Vec::new();
        let mut bytes = response.bytes_stream();
        // More than this would not be shown anyway.
        let until = Instant::now() + self.idle.min(Duration::from_secs(10));
        while let Ok(Some(Ok(piece))) = tokio::time::timeout_at(until, bytes.next()).await {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST_ERROR {
                break;
            }
        }
        String::from_utf8_lossy(&body).into_owned()
    }

    /// Decides by the first bytes, not by the content type: events, a plain JSON answer, or a web page.
    async fn open_stream(
        &self,
        response: reqwest::Response,
    ) -> Result<reqwest::Response, ApiError> {
        let declared = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("")
            .to_owned();
        let idle = self.idle;
        let mut body = Body {
            bytes: response.bytes_stream().boxed(),
            idle,
            until: None,
            transport: self.clone(),
        };
        let mut first = Vec::new();
        let events = declared.starts_with("text/event-stream");
        if !events {
            body.until = Some(Instant::now() + idle.saturating_mul(5));
            let blank = |b: &u8| b.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(b);
            while first.iter().all(blank) {
                match body.next().await? {
                    Some(piece) => first.extend_from_slice(&piece),
                    None => break,
                }
                if first.len() > LONGEST_LINE {
                    return Err(self.too_long());
                }
            }
        }
        let start = String::from_utf8_lossy(&first)
            .trim_start_matches('\u{feff}')
            .trim_start()
            .to_owned();
        if start.starts_with(['{', '[']) {
            return self.read_json(first, body).await;
        }
        if start.starts_with('<') {
            let url = &self.asked.base_url;
            return Err(ApiError::new(
                ApiErrorKind::Other,
                format!(
                    "{url} answered with a web page instead of a reply; is the base URL right? most end in /v1"
                ),
            ));
        }
        let events = start.is_empty()
            || ["data:", "event:", "id:", "retry:", ":"]
                .iter()
                .any(|f| start.starts_with(f) || f.starts_with(&start));
        if !events {
            return Err(ApiError::new(
                ApiErrorKind::Other,
                format!(
                    "{} answered with something that is no event stream: {}",
                    self.asked.base_url,
                    self.asked.printable(&start)
                ),
            ));
        }
        // Events may come for as long as they hold something.
        body.until = None;
        let mut lines = Lines {
            body,
            waiting: first,
            ready: VecDeque::new(),
            seen: 0,
            fresh: true,
            strange: None,
            high: None,
            over: false,
        };
        lines.split();
        let stream = stream::unfold(lines, |mut lines| async move {
            Some((Ok::<_, std::io::Error>(lines.next().await?), lines))
        });
        Ok(event_stream(reqwest::Body::wrap_stream(stream)))
    }

    /// An answer that was not streamed is one long chunk.
    async fn read_json(
        &self,
        mut first: Vec<u8>,
        mut body: Body,
    ) -> Result<reqwest::Response, ApiError> {
        while let Some(piece) = body.next().await? {
            first.extend_from_slice(&piece);
            if first.len() > LONGEST_ANSWER {
                return Err(self.too_long());
            }
        }
        let chunk = self.one_chunk(&String::from_utf8_lossy(&first))?;
        Ok(event_stream(reqwest::Body::from(format!(
            "{chunk}data: [DONE]\n\n"
        ))))
    }

    /// A whole answer in JSON as the one event of a stream.
    fn one_chunk(&self, text: &str) -> Result<String, ApiError> {
        let value: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|e| {
                ApiError::new(
                    ApiErrorKind::Broken,
                    format!("{} answered with broken JSON ({e})", self.asked.base_url),
                )
            })?;
        let has_choices = value
            .get("choices")
            .is_some_and(serde_json::Value::is_array);
        if !has_choices {
            return Err(ApiError::from_object(&value, &self.asked));
        }
        Ok(format!("data: {value}\n\n"))
    }

    fn too_long(&self) -> ApiError {
        ApiError::new(
            ApiErrorKind::Other,
            format!(
                "the reply of {} is longer than {} MB",
                self.asked.model,
                LONGEST_ANSWER >> 20
            ),
        )
    }
}

fn event_stream(body: reqwest::Body) -> reqwest::Response {
    let mut response = http::Response::new(body);
    response.headers_mut().insert(
        CONTENT_TYPE,
        http::HeaderValue::from_static("text/event-stream"),
    );
    response.into()
}

/// The bytes of an answer, with limits on silence and size.
struct Body {
    bytes: BoxStream<'static, Result<Bytes, reqwest::Error>>,
    idle: Duration,
    /// When it must be there.
    until: Option<Instant>,
    transport: Transport,
}

impl Body {
    async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        let idle = Instant::now() + self.idle;
        let until = self.until.map_or(idle, |until| until.min(idle));
        match tokio::time::timeout_at(until, self.bytes.next()).await {
            Err(_) => Err(self.transport.silent()),
            Ok(None) => Ok(None),
            Ok(Some(Ok(piece))) => Ok(Some(piece)),
            Ok(Some(Err(e))) => Err(ApiError::from_connection(&e, &self.transport.asked)),
        }
    }
}

/// Makes whole, clean lines of bytes: the parser above is quadratic in unfinished lines and fails on broken UTF-8.
struct Lines {
    body: Body,
    /// What came after the last line end.
    waiting: Vec<u8>,
    ready: VecDeque<Bytes>,
    seen: usize,
    fresh: bool,
    /// Everything so far, as long as no line of it was one of an event stream.
    strange: Option<String>,
    /// The first half of a character beyond U+FFFF, where the second is in a later line.
    high: Option<String>,
    over: bool,
}

impl Lines {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Some(line);
            }
            if self.over {
                return None;
            }
            match self.body.next().await {
                Ok(Some(piece)) => self.take(&piece),
                Ok(None) => self.end(None),
                Err(fault) => self.end(Some(fault)),
            }
        }
    }

    fn take(&mut self, piece: &[u8]) {
        self.seen += piece.len();
        self.waiting.extend_from_slice(piece);
        self.split();
        let transport = &self.body.transport;
        if self.waiting.len() > LONGEST_LINE {
            let why = format!(
                "{} sent a line of more than {} MB",
                transport.asked.base_url,
                LONGEST_LINE >> 20
            );
            self.end(Some(ApiError::new(ApiErrorKind::Other, why)));
        } else if self.seen > LONGEST_ANSWER {
            let fault = transport.too_long();
            self.end(Some(fault));
        }
    }

    fn split(&mut self) {
        let Some(last) = self.waiting.iter().rposition(|b| *b == b'\n') else {
            return;
        };
        let rest = self.waiting.split_off(last + 1);
        let whole = std::mem::replace(&mut self.waiting, rest);
        for line in whole.split_inclusive(|b| *b == b'\n') {
            self.push_line(line);
        }
    }

    fn push_line(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let mut text = text.trim_end_matches(['\n', '\r']);
        if std::mem::take(&mut self.fresh) {
            text = text.trim_start_matches('\u{feff}');
            self.strange = Some(String::new());
        }
        let field = |name: &str| text.strip_prefix(name);
        if let Some(all) = &mut self.strange {
            let known = ["data:", "event:", "id:", "retry:", "error:", ":"];
            if known.iter().any(|name| text.starts_with(name)) {
                self.strange = None;
            } else {
                all.push_str(text);
                all.push('\n');
            }
        }
        // A comment only keeps the connection alive.
        if field(":").is_some() {
            return;
        }
        let line = match (field("error:"), field("data:")) {
            // As llama.cpp reports what went wrong in the middle.
            (Some(error), _) => {
                let value = serde_json::from_str(error);
                let value = value.unwrap_or_else(|_| serde_json::Value::from(error.trim()));
                format!("data: {}\n\n", serde_json::json!({"error": value}))
            }
            (_, Some(_)) => {
                let waited = self.high.clone();
                let joined = surrogates::joined(text, &mut self.high);
                let lost = waited.is_some() && waited == self.high;
                if lost {
                    self.high = None;
                }
                // What was lost is a chunk that cannot be read.
                let hole = if lost { "data: {\n\n" } else { "" };
                format!("{hole}{joined}\n")
            }
            _ => format!("{text}\n"),
        };
        self.ready.push_back(Bytes::from(line));
    }

    /// What came instead of events: a whole answer after all, or something else.
    fn no_events(&mut self, all: &str) -> Option<ApiError> {
        let transport = &self.body.transport;
        let all = all.trim();
        if all.is_empty() {
            return None;
        }
        if !all.starts_with(['{', '[']) {
            let (url, all) = (&transport.asked.base_url, transport.asked.printable(all));
            let why = format!("{url} answered with something that is no event stream: {all}");
            return Some(ApiError::new(ApiErrorKind::Other, why));
        }
        match transport.one_chunk(all) {
            Ok(chunk) => self.ready.push_back(Bytes::from(chunk)),
            Err(fault) => return Some(fault),
        }
        None
    }

    fn end(&mut self, fault: Option<ApiError>) {
        self.over = true;
        // Half a line after an error is half a chunk: it needs no error of its own.
        let rest = std::mem::take(&mut self.waiting);
        if fault.is_none() && !rest.is_empty() {
            self.push_line(&rest);
        }
        let strange = self.strange.take().filter(|_| fault.is_none());
        let fault = fault.or_else(|| self.no_events(&strange?));
        self.ready.push_back(Bytes::from_static(b"\n\n"));
        *self
            .body
            .transport
            .broken
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = fault;
    }
}
