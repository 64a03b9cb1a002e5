//! Asks any server that speaks the OpenAI chat protocol, relying only on what such servers have in common.
//!
//! Built on async-openai with types of our own; HTTP itself is in `transport`, the meaning of errors in [`api_error`](super::api_error).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, StreamExt};
use http::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Uri};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::api_error::{ApiError, ApiErrorKind, Endpoint, printable};
use super::chunk::Chunk;
use super::parameter_support::{ParameterSupport, known_forms};
use super::reply::ReplyAssembler;
use super::retry::Tries;
use super::secrets::{Secrets, is_secret_name, shown_url};
use super::server::{http_client, model_names};
use super::transport::{Broken, Transport};
use super::{Delta, DeltaStream, End, Price, Provider, Question, answer};

/// Malformed chunks after which a stream is given up.
const MALFORMED: u32 = 20;
/// Longest reply that is kept, in bytes.
const LONGEST_REPLY: usize = 8 << 20;
/// How long to wait for the usage after the model has said that it is done.
const USAGE_WAIT: Duration = Duration::from_secs(3);

/// How a server is asked.
#[derive(Clone, Debug)]
pub struct OpenAiSettings {
    /// Up to and including `/v1`; a slash at the end does not matter. May hold user and password, and a query.
    pub base_url: String,
    /// The key, if the server needs one.
    pub key: Option<String>,
    /// Where the key came from, for messages: `OPENAI_API_KEY`.
    pub key_from: String,
    /// Name of the model.
    pub model: String,
    /// Sent with every request.
    pub headers: BTreeMap<String, String>,
    /// Only if the developer set one; that of a question overrides it.
    pub temperature: Option<f64>,
    /// Most tokens of a reply; that of a question overrides it.
    pub max_tokens: Option<u64>,
    /// Silence that ends a request.
    pub idle_timeout: Duration,
    /// First pause before a request is sent again.
    pub retry_pause: Duration,
    /// What tokens cost.
    pub price: Option<Price>,
}

impl OpenAiSettings {
    /// The usual settings for a model at a server.
    #[must_use]
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        let base_url = base_url.into();
        let host = reqwest::Url::parse(&base_url).ok();
        let host = host.as_ref().and_then(reqwest::Url::host_str);
        // A small machine reads a long prompt for minutes before it says the first word.
        let minutes = if host.is_some_and(is_near) { 10 } else { 2 };
        Self {
            base_url,
            key: None,
            key_from: String::new(),
            model: model.into(),
            headers: BTreeMap::new(),
            temperature: None,
            max_tokens: None,
            idle_timeout: Duration::from_secs(60 * minutes),
            retry_pause: Duration::from_secs(1),
            price: None,
        }
    }
}

/// A model behind an HTTP API.
#[derive(Clone)]
pub struct OpenAi {
    /// Its base URL is one that may be shown.
    settings: Arc<OpenAiSettings>,
    headers: HeaderMap,
    /// What stands behind the `?` of the base URL.
    query: Option<Arc<str>>,
    secrets: Secrets,
    http: reqwest::Client,
}

impl OpenAi {
    /// Prepares the client; sends nothing yet.
    ///
    /// # Errors
    /// A base URL, key or header that can never work, named.
    pub fn new(mut settings: OpenAiSettings) -> Result<Self, ApiError> {
        let wrong = |what: String| ApiError::new(ApiErrorKind::Other, what);
        let base = settings.base_url.trim();
        let shown = shown_url(base);
        let mut url: reqwest::Url = base.parse().map_err(|_| wrong(format!("the base URL `{shown}` is not an address; write for example http://localhost:8080/v1")))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if !matches!(url.scheme(), "http" | "https") || host.is_empty() {
            return Err(wrong(format!(
                "the base URL `{shown}` must begin with http:// or https://"
            )));
        }
        let http = http_client(&host).map_err(|e| wrong(format!("cannot set up HTTP: {e}")))?;
        let mut headers = headers(&settings, &host).map_err(wrong)?;
        // A request moves user and password from its address into a header.
        let of_address = http.get(url.clone()).build().ok();
        let of_address = of_address.and_then(|r| r.headers().get(AUTHORIZATION).cloned());
        if let Some(mut basic) = of_address
            && !headers.contains_key(AUTHORIZATION)
        {
            basic.set_sensitive(true);
            headers.insert(AUTHORIZATION, basic);
        }
        let secrets = secrets(&settings, &headers, &url);
        let query = url.query().filter(|q| !q.is_empty()).map(Arc::from);
        url.set_query(None);
        url.set_fragment(None);
        // Neither fails for an address with a host.
        let _ = (url.set_username(""), url.set_password(None));
        settings.base_url = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self {
            settings: Arc::new(settings),
            headers,
            query,
            secrets,
            http,
        })
    }

    fn asked(&self) -> Endpoint {
        let s = &self.settings;
        Endpoint {
            base_url: s.base_url.clone(),
            model: s.model.clone(),
            key_from: s.key_from.clone(),
            secrets: self.secrets.clone(),
        }
    }

    fn client(&self, transport: Transport) -> Client<OpenAIConfig> {
        // The transport sets all headers; values set here only keep async-openai from reading the environment.
        let config = OpenAIConfig::new()
            .with_api_base(&self.settings.base_url)
            .with_api_key("")
            .with_org_id("")
            .with_project_id("");
        Client::build(self.http.clone(), config).with_http_service(transport)
    }

    fn transport(&self, streamed: bool, broken: Broken) -> Transport {
        Transport {
            client: self.http.clone(),
            headers: self.headers.clone(),
            query: self.query.clone(),
            asked: self.asked(),
            idle: self.settings.idle_timeout,
            streamed,
            broken,
        }
    }

    /// Names of the models that the server offers.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn list_models(&self) -> Result<Vec<String>, ApiError> {
        let client = self.client(self.transport(false, Broken::default()));
        let models = client.models();
        let list = tokio::time::timeout(LIST_TIME, models.list_byot::<Value>()).await;
        let list = list.map_err(|_| {
            let (url, seconds) = (&self.settings.base_url, LIST_TIME.as_secs());
            let why = format!("{url} has not sent its list of models in {seconds} s");
            ApiError::new(ApiErrorKind::Stalled, why)
        })?;
        let list = list.map_err(|e| self.fault_of(e))?;
        if list.get("error").is_some_and(|e| !e.is_null()) {
            return Err(ApiError::from_object(&list, &self.asked()));
        }
        let names = model_names(&list).into_iter();
        Ok(names.map(|name| self.secrets.hide(&name)).collect())
    }

    fn fault_of(&self, error: OpenAIError) -> ApiError {
        let other = match error {
            OpenAIError::Boxed(inner) => match inner.downcast::<ApiError>() {
                Ok(fault) => return *fault,
                Err(inner) => inner.to_string(),
            },
            OpenAIError::Reqwest(e) => return ApiError::from_connection(&e, &self.asked()),
            other => other.to_string(),
        };
        ApiError::new(
            ApiErrorKind::Other,
            format!(
                "{} answered with something that cannot be read: {}",
                self.settings.base_url,
                printable(&self.secrets.hide(&other))
            ),
        )
    }

    /// The request body, with the parameters that this model is known to support.
    fn request(&self, question: &Question, support: &ParameterSupport) -> Value {
        let mut request = json!({
            "model": self.settings.model,
            "messages": [{"role": "user", "content": &*question.prompt}],
            "stream": true,
        });
        if support.stream_options {
            request["stream_options"] = json!({"include_usage": true});
        }
        if let Some(temperature) = question
            .temperature
            .or(self.settings.temperature)
            .filter(|_| support.temperature)
        {
            request["temperature"] = json!(temperature);
        }
        if let (Some(limit), Some(name)) = (
            question.max_tokens.or(self.settings.max_tokens),
            support.limit,
        ) {
            request[name] = json!(limit);
        }
        request
    }

    async fn work(self, question: Question, mut parts: DeltaStream) -> End {
        let mut tries = Tries::new(self.settings.retry_pause);
        loop {
            let key = (self.settings.base_url.clone(), self.settings.model.clone());
            let support = *known_forms()
                .entry(key.clone())
                .or_insert_with(|| ParameterSupport::usual(&self.settings.base_url));
            let fault = match self.once(&question, &support, &mut parts).await {
                Ok(end) => return end,
                Err(fault) => fault,
            };
            if let ApiErrorKind::Unsupported(parameter) = &fault.kind
                && let Some((support, note)) = support.without(parameter, &fault.message)
            {
                known_forms().insert(key, support);
                parts
                    .give(Delta::Note(format!(
                        "{} does not take {parameter}: {note}",
                        self.settings.model
                    )))
                    .await;
                continue;
            }
            let Some(pause) = tries.next(&fault) else {
                return self.failed(&fault).await;
            };
            let in_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            parts
                .give(Delta::Retrying {
                    why: fault.message,
                    in_ms,
                })
                .await;
            tokio::time::sleep(pause).await;
        }
    }

    async fn failed(&self, fault: &ApiError) -> End {
        let mut error = fault.message.clone();
        if fault.kind == ApiErrorKind::Refused {
            let found = super::discover::discover().await;
            if let Some(f) = found.first() {
                error = format!("{error} found instead: {} at {}", f.name, f.base_url);
            }
        }
        End {
            again: fault.again(),
            ..End::failed(error)
        }
    }

    /// One request. An error means that no part of an answer has arrived yet; later errors are reported in the [`End`].
    async fn once(
        &self,
        question: &Question,
        support: &ParameterSupport,
        parts: &mut DeltaStream,
    ) -> Result<End, ApiError> {
        let broken = Broken::default();
        let client = self.client(self.transport(true, broken.clone()));
        let stream = client
            .chat()
            .create_stream_byot::<_, Value>(self.request(question, support))
            .await;
        let mut stream = stream.map_err(|e| self.fault_of(e))?;
        let mut reply = ReplyAssembler::new(&self.secrets);
        // Counts from the last chunk that held something: what holds nothing must not keep a reply alive.
        let (mut grown, mut since) = ((0, false), Instant::now());
        let mut unreadable = 0;
        loop {
            let now = (reply.length, reply.finish.is_some());
            if now != grown {
                (grown, since) = (now, Instant::now());
            }
            let patience = if reply.finish.is_some() {
                USAGE_WAIT
            } else {
                self.settings.idle_timeout.saturating_mul(5)
            };
            let chunk = match tokio::time::timeout_at(since + patience, stream.next()).await {
                Err(_) if reply.finish.is_some() => break,
                Err(_) => {
                    let seconds = patience.as_secs_f64();
                    reply.trouble = Some(ApiError::new(
                        ApiErrorKind::Stalled,
                        format!(
                            "the server keeps the connection alive, but for {seconds:.0} s the model has sent nothing; a line idle_timeout = \"20m\" below the provider in the config file allows more (reheat config --path)"
                        ),
                    ));
                    break;
                }
                Ok(None) => break,
                Ok(Some(chunk)) => chunk,
            };
            match chunk {
                Ok(value) => {
                    let chunk = Chunk::read(&value);
                    if let Some(error) = &chunk.error {
                        reply.trouble = Some(ApiError::from_object(error, &self.asked()));
                        break;
                    }
                    reply.take(chunk, parts).await;
                }
                Err(error) => {
                    unreadable += 1;
                    reply.holes += usize::from(!is_ping(&error));
                }
            }
            if unreadable > MALFORMED || reply.length > LONGEST_REPLY {
                let what = if reply.length > LONGEST_REPLY {
                    "the reply does not end"
                } else {
                    "the stream is not readable"
                };
                reply.trouble = Some(ApiError::new(
                    ApiErrorKind::Other,
                    format!("{what}; stopped"),
                ));
                break;
            }
        }
        drop(stream);
        let cause = broken.lock().unwrap_or_else(PoisonError::into_inner).take();
        reply.trouble = reply.trouble.take().or(cause);
        if reply.silent()
            && let Some(fault) = reply
                .trouble
                .take_if(|f| !matches!(f.kind, ApiErrorKind::Broken | ApiErrorKind::Stalled))
        {
            return Err(fault);
        }
        Ok(reply.end(question, parts).await)
    }
}

/// How long any server may take to list its models.
const LIST_TIME: Duration = Duration::from_secs(10);
/// How long a server on this machine or local network may take to list its models.
const LIST_PATIENCE: Duration = Duration::from_secs(3);

/// Whether a host is this machine or on the local network: a private address, or a name that only a local network knows.
fn is_near(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        Err(_) => !bare.contains('.') || bare.ends_with(".local") || bare.ends_with(".localhost"),
    }
}

impl Provider for OpenAi {
    fn name(&self) -> String {
        self.settings.model.clone()
    }

    fn price(&self) -> Option<Price> {
        self.settings.price
    }

    /// Asks a local server for its list of models; remote services are not contacted without need.
    fn is_there(&self) -> Option<BoxFuture<'static, Result<(), String>>> {
        let uri: Uri = self.settings.base_url.parse().ok()?;
        let near = uri.host().is_some_and(is_near);
        let this = self.clone();
        near.then(|| {
            let ask = async move {
                let url = this.settings.base_url.clone();
                match tokio::time::timeout(LIST_PATIENCE, this.list_models()).await {
                    Ok(Ok(_)) => Ok(()),
                    // A small server may have no list of its models, or be busy: it is there all the same.
                    Ok(Err(fault)) if fault.is_an_answer() => Ok(()),
                    Ok(Err(fault)) => Err(fault.message),
                    Err(_) => Err(format!("{url} does not answer")),
                }
            };
            ask.boxed()
        })
    }

    fn has_temperature(&self) -> bool {
        true
    }

    fn temperature(&self) -> Option<f64> {
        self.settings.temperature
    }

    fn with_model(&self, model: &str) -> Option<Arc<dyn Provider>> {
        let settings = OpenAiSettings {
            model: model.to_owned(),
            // The price is that of the configured model only.
            price: self.settings.price.filter(|_| model == self.settings.model),
            ..(*self.settings).clone()
        };
        Some(Arc::new(Self {
            settings: Arc::new(settings),
            ..self.clone()
        }))
    }

    fn ask(&self, question: Question) -> BoxStream<'static, Delta> {
        let this = self.clone();
        answer(move |parts| this.work(question, parts))
    }
}

/// Whether what cannot be read is a word that keeps a connection alive, so that nothing is missing without it.
fn is_ping(error: &OpenAIError) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || " -_.".contains(c);
    matches!(error, OpenAIError::JSONDeserialize(_, data) if data.len() < 24 && data.chars().all(word))
}

/// What a request carries to prove who asks.
fn secrets(settings: &OpenAiSettings, headers: &HeaderMap, url: &reqwest::Url) -> Secrets {
    let of_headers = headers.iter().filter_map(|(name, value)| {
        (is_secret_name(name.as_str()).then_some(value))?
            .to_str()
            .ok()
    });
    let of_query: Vec<String> = url
        .query_pairs()
        .filter(|(name, _)| is_secret_name(name))
        .map(|(_, value)| value.into_owned())
        .collect();
    let password = url.password().unwrap_or_default();
    let plain = percent_decoded(password);
    let all = of_headers
        .chain(settings.key.as_deref())
        .chain(of_query.iter().map(String::as_str))
        .chain([password, plain.as_str()]);
    Secrets::new(all)
}

/// The text with `%40` and the like read.
fn percent_decoded(text: &str) -> String {
    let text = text.replace('+', "%2B");
    let url = reqwest::Url::parse(&format!("http://localhost/?p={text}")).ok();
    let value = url.and_then(|url| Some(url.query_pairs().next()?.1.into_owned()));
    value.unwrap_or_default()
}

fn headers(settings: &OpenAiSettings, host: &str) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static(concat!("reheat/", env!("CARGO_PKG_VERSION"))),
    );
    let key = settings
        .key
        .as_deref()
        .map(str::trim)
        .filter(|k| !k.is_empty());
    if let Some(key) = key {
        let from = &settings.key_from;
        let value = |text: &str| {
            let mut value = HeaderValue::from_str(text).map_err(|_| {
                format!("the key in {from} holds characters that cannot be sent; copy it again")
            })?;
            value.set_sensitive(true);
            Ok::<_, String>(value)
        };
        headers.insert(AUTHORIZATION, value(&format!("Bearer {key}"))?);
        if host == "api.anthropic.com" {
            headers.insert("x-api-key", value(key)?);
            headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        }
    }
    for (name, value) in &settings.headers {
        let parsed = (
            HeaderName::from_bytes(name.trim().as_bytes()),
            HeaderValue::from_str(value.trim()),
        );
        let (Ok(n), Ok(v)) = parsed else {
            return Err(format!(
                "the header `{}` of the config file cannot be sent",
                printable(name)
            ));
        };
        headers.insert(n, v);
    }
    Ok(headers)
}
