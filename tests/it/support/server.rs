//! A small model server on loopback: real HTTP/1.1 and server-sent events over real sockets, with faults on demand.
//!
//! Each `POST …/chat/completions` gets the next scripted [`Reply`]; when the script is used up, the last one again.
//! `GET …/models` lists one model. Everything that was asked is kept for the test to look at.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// One step of an answer's body.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Sends these bytes as a piece of their own.
    Bytes(Vec<u8>),
    /// Sends these bytes again and again, with a pause after each, until the client has gone.
    Forever(Vec<u8>, Duration),
    /// Waits.
    Pause(Duration),
    /// Says nothing until the client has gone, then tells [`Server::left`].
    Hang,
    /// Closes the connection in the middle of the body.
    Cut,
}

/// A scripted answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    acts: Vec<Act>,
}

impl Reply {
    /// Any status with a whole body.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), content_type.into())],
            acts: vec![Act::Bytes(body.into())],
        }
    }

    /// A JSON answer.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// An event stream made of these steps.
    pub(crate) fn stream(acts: Vec<Act>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".into(), "text/event-stream".into())],
            acts,
        }
    }

    /// An event stream of these chunks, one event each, then `[DONE]`.
    pub(crate) fn chunks(chunks: &[Value]) -> Self {
        let mut acts: Vec<Act> = chunks
            .iter()
            .map(|c| Act::Bytes(format!("data: {c}\n\n").into_bytes()))
            .collect();
        acts.push(Act::Bytes(b"data: [DONE]\n\n".to_vec()));
        Self::stream(acts)
    }

    /// The usual answer: the text word by word, a finish, the usage.
    pub(crate) fn text(text: &str) -> Self {
        let mut chunks: Vec<Value> = text.split_inclusive(' ').map(delta).collect();
        chunks.push(finish("stop"));
        chunks.push(json!({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}));
        Self::chunks(&chunks)
    }

    /// With another body.
    pub(crate) fn acting(mut self, acts: Vec<Act>) -> Self {
        self.acts = acts;
        self
    }

    /// With one header more.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// A chunk with a piece of text.
pub(crate) fn delta(text: &str) -> Value {
    json!({"id": "c", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
}

/// A chunk that ends the reply.
pub(crate) fn finish(reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

/// Bytes of one event.
pub(crate) fn event(chunk: &Value) -> Act {
    Act::Bytes(format!("data: {chunk}\n\n").into_bytes())
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `POST /v1/chat/completions`.
    pub line: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// `Null` if there was none.
    pub body: Value,
}

impl Asked {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|h| h.0 == name)
            .map(|h| h.1.as_str())
    }
}

/// The server; runs until the test ends.
pub(crate) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    left: Receiver<()>,
}

impl Server {
    /// Listens on a free port and answers by the script.
    pub(crate) fn start(script: Vec<Reply>) -> Self {
        let models = json!({"object": "list", "data": [{"id": "tiny", "object": "model", "owned_by": "llamacpp"}]});
        Self::with_models(script, Reply::json(200, &models))
    }

    /// As [`Server::start`], with an own answer to the question for its models.
    pub(crate) fn with_models(script: Vec<Reply>, models: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (tell, left) = channel();
        let script = Arc::new(Mutex::new((0usize, script)));
        let log = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, log, tell) = (script.clone(), log.clone(), tell.clone());
                let models = models.clone();
                std::thread::spawn(move || {
                    let _ = serve(stream, &script, models, &log, &tell);
                });
            }
        });
        Self {
            address,
            asked,
            left,
        }
    }

    /// To be used as the base URL.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// All requests for a completion so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .filter(|a| a.line.contains("/chat/completions"))
            .cloned()
            .collect()
    }

    /// All requests so far.
    pub(crate) fn all(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Waits until a client has gone from an answer that hangs; false if it does not go.
    pub(crate) fn left(&self) -> bool {
        self.left.recv_timeout(super::PATIENCE).is_ok()
    }
}

fn serve(
    stream: TcpStream,
    script: &Mutex<(usize, Vec<Reply>)>,
    list: Reply,
    log: &Mutex<Vec<Asked>>,
    tell: &Sender<()>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    let Some(asked) = read_request(&mut reader)? else {
        return Ok(());
    };
    let completion = asked.line.contains("/chat/completions");
    let models = asked.line.contains("/models");
    log.lock().unwrap().push(asked);
    let reply = if completion {
        let mut script = script.lock().unwrap();
        let index = script.0.min(script.1.len().saturating_sub(1));
        script.0 += 1;
        script
            .1
            .get(index)
            .cloned()
            .unwrap_or_else(|| Reply::text("hello"))
    } else if models {
        list
    } else {
        Reply::new(404, "text/plain", "nothing here")
    };
    write!(
        writer,
        "HTTP/1.1 {} Scripted\r\ntransfer-encoding: chunked\r\nconnection: close\r\n",
        reply.status
    )?;
    for (name, value) in &reply.headers {
        write!(writer, "{name}: {value}\r\n")?;
    }
    write!(writer, "\r\n")?;
    writer.flush()?;
    for act in reply.acts {
        match act {
            Act::Bytes(bytes) if bytes.is_empty() => {}
            Act::Bytes(bytes) => {
                write!(writer, "{:x}\r\n", bytes.len())?;
                writer.write_all(&bytes)?;
                writer.write_all(b"\r\n")?;
                writer.flush()?;
            }
            Act::Forever(bytes, pause) => loop {
                write!(writer, "{:x}\r\n", bytes.len())?;
                writer.write_all(&bytes)?;
                writer.write_all(b"\r\n")?;
                writer.flush()?;
                std::thread::sleep(pause);
            },
            Act::Pause(time) => std::thread::sleep(time),
            Act::Hang => {
                // Nothing more is sent to us: a read ends when the client has gone.
                let gone = !matches!(reader.read(&mut [0]), Ok(n) if n > 0);
                if gone {
                    let _ = tell.send(());
                }
                return Ok(());
            }
            Act::Cut => return writer.shutdown(std::net::Shutdown::Both),
        }
    }
    writer.write_all(b"0\r\n\r\n")?;
    writer.flush()
}

fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let length = headers
        .iter()
        .find(|h| h.0 == "content-length")
        .and_then(|h| h.1.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Asked {
        line: line.trim().to_owned(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }))
}
