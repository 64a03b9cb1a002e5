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
use http::header::{AUTHORIZATION, CONTENT_TYPE};

use super::api_error::{ApiError, ApiErrorKind, Endpoint, printable};

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
        if self.streamed {
            self.open_stream(response).await
        } else {
            Ok(response)
        }
    }

    fn silent(&self) -> ApiError {
        let seconds = self.idle.as_secs_f64();
        ApiError::new(
            ApiErrorKind::Stalled,
            format!(
                "{} has said nothing for {seconds:.0} s; idle_timeout in the config file allows more",
                self.asked.base_url
            ),
        )
    }

    async fn short_body(&self, response: reqwest::Response) -> String {
        let mut body = Vec::new();
        let mut bytes = response.bytes_stream();
        // More than this would not be shown anyway.
        let limit = self.idle.min(Duration::from_secs(10));
        while let Ok(Some(Ok(piece))) = tokio::time::timeout(limit, bytes.next()).await {
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
            transport: self.clone(),
        };
        let mut first = Vec::new();
        while !declared.starts_with("text/event-stream") {
            match body.next().await? {
                Some(piece) => first.extend_from_slice(&piece),
                None => break,
            }
            if first
                .iter()
                .any(|b| !b.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(b))
            {
                break;
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
                    printable(&start)
                ),
            ));
        }
        let mut lines = Lines {
            body,
            waiting: first,
            ready: VecDeque::new(),
            seen: 0,
            fresh: true,
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
        let text = String::from_utf8_lossy(&first);
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
        Ok(event_stream(reqwest::Body::from(format!(
            "data: {value}\n\ndata: [DONE]\n\n"
        ))))
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
    transport: Transport,
}

impl Body {
    async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        match tokio::time::timeout(self.idle, self.bytes.next()).await {
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
        }
        // A comment only keeps the connection alive.
        if !text.starts_with(':') {
            self.ready.push_back(Bytes::from(format!("{text}\n")));
        }
    }

    fn end(&mut self, fault: Option<ApiError>) {
        self.over = true;
        // Half a line after an error is half a chunk: it needs no error of its own.
        let rest = std::mem::take(&mut self.waiting);
        if fault.is_none() && !rest.is_empty() {
            self.push_line(&rest);
        }
        self.ready.push_back(Bytes::from_static(b"\n\n"));
        *self
            .body
            .transport
            .broken
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = fault;
    }
}
