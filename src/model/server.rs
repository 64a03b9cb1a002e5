//! What asking a server and looking for one share: the HTTP client, and how a list of models is read.

use std::net::IpAddr;
use std::sync::Once;
use std::time::Duration;

use serde_json::Value;

/// A client for that host: no proxy for this machine, no redirects (they turn a POST into a GET).
pub(super) fn http_client(host: &str) -> Result<reqwest::Client, reqwest::Error> {
    static CRYPTO: Once = Once::new();
    CRYPTO.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let builder = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none());
    if is_loopback(host) {
        builder.no_proxy().build()
    } else {
        builder.build()
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Longest list of models that is read, in bytes.
const LONGEST_LIST: usize = 4 << 20;

/// The whole of an answer that must be short: `None` if it is longer than any list of models.
///
/// # Errors
/// What the connection said.
pub(super) async fn short_answer(
    mut response: reqwest::Response,
) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LONGEST_LIST {
            return Ok(None);
        }
    }
    Ok(Some(bytes))
}

/// Names in a list of models, whatever it is called.
pub(super) fn model_names(list: &Value) -> Vec<String> {
    let models = ["data", "models"]
        .into_iter()
        .filter_map(|k| list.get(k)?.as_array())
        .next()
        .or_else(|| list.as_array());
    let name = |m: &Value| {
        ["id", "name", "model"]
            .into_iter()
            .find_map(|k| m.get(k)?.as_str())
            .or(m.as_str())
            .map(str::to_owned)
    };
    models.into_iter().flatten().filter_map(name).collect()
}
