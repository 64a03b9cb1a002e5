//! Finds model servers on this machine by asking the ports they usually listen on. Asks no other machine.

use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;

use super::server::{http_client, model_names, short_answer};

/// How long a port may take to answer.
const PATIENCE: Duration = Duration::from_millis(300);

/// Ports of local servers and who usually listens there.
const PORTS: [(u16, &str); 8] = [
    (11434, "Ollama"),
    (8080, "llama.cpp"),
    (8000, "vLLM or llama-cpp-python"),
    (1234, "LM Studio"),
    (30000, "SGLang"),
    (4000, "LiteLLM"),
    (1337, "Jan"),
    (5001, "KoboldCpp"),
];

/// A server that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalServer {
    /// `Ollama`, `llama.cpp`.
    pub name: String,
    /// To be used as the base URL.
    pub base_url: String,
    /// Models that it offers.
    pub models: Vec<String>,
}

/// Looks for servers on the usual ports of this machine; takes 300 ms at most.
pub async fn discover() -> Vec<LocalServer> {
    discover_at(&PORTS).await
}

/// As [`discover`], for callers outside of the runtime.
pub(crate) fn discover_blocking() -> Vec<LocalServer> {
    let look = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .ok()?;
        Some(runtime.block_on(discover()))
    };
    // A thread of its own, so that it works wherever it is called from.
    std::thread::spawn(look)
        .join()
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// Looks for servers on these ports.
pub async fn discover_at(ports: &[(u16, &str)]) -> Vec<LocalServer> {
    let Ok(client) = http_client("localhost") else {
        return Vec::new();
    };
    let found = join_all(
        ports
            .iter()
            .map(|(port, usual)| look(&client, *port, usual)),
    )
    .await;
    found.into_iter().flatten().collect()
}

async fn look(client: &reqwest::Client, port: u16, usual: &str) -> Option<LocalServer> {
    let list = get(client, &format!("http://127.0.0.1:{port}/v1/models")).await?;
    if !["data", "models"]
        .iter()
        .any(|k| list.get(k).is_some_and(Value::is_array))
    {
        return None;
    }
    let owner = list
        .pointer("/data/0/owned_by")
        .and_then(Value::as_str)
        .unwrap_or("");
    let name = match owner {
        "llamacpp" => "llama.cpp",
        "vllm" => "vLLM",
        "sglang" => "SGLang",
        "koboldcpp" => "KoboldCpp",
        _ if port != 11434
            && get(client, &format!("http://127.0.0.1:{port}/api/version"))
                .await
                .is_some() =>
        {
            "Ollama"
        }
        _ => usual,
    };
    Some(LocalServer {
        name: name.to_owned(),
        base_url: format!("http://localhost:{port}/v1"),
        models: model_names(&list),
    })
}

async fn get(client: &reqwest::Client, url: &str) -> Option<Value> {
    let ask = async {
        let response = client.get(url).send().await.ok()?.error_for_status().ok()?;
        serde_json::from_slice(&short_answer(response).await.ok()??).ok()
    };
    tokio::time::timeout(PATIENCE, ask).await.ok().flatten()
}
