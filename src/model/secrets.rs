//! Keeps what a request carried to prove who asks (keys, passwords, tokens) out of whatever a server sends back.
//!
//! A server may repeat its request anywhere: in an error, a redirect, a list of models, the text of a reply, cut anywhere.
//! What is hidden here never reaches the screen, a message or the journal.

use std::sync::Arc;

use reqwest::Url;

/// Stands where a secret was.
const HIDDEN: &str = "[hidden]";
/// Shortest secret (bytes) that is hidden in messages; "none" and "x" are no secrets.
const SHORTEST: usize = 5;
/// Secrets of plain letters below this length (bytes) are no secrets either but words that stand for a missing key
/// (`ollama`, `not-needed`), which may well stand in code.
const SHORTEST_WORD: usize = 12;

/// Everything of a request that must not be repeated, the longest first, in lower case.
#[derive(Clone, Default)]
pub(super) struct Secrets {
    /// Hidden in messages.
    all: Arc<[String]>,
    /// Hidden in replies, which are mostly code.
    sure: Arc<[String]>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.all.len())
    }
}

impl Secrets {
    /// Of these texts; each also as it stands in an address.
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<String> = Vec::new();
        for text in texts {
            // "Bearer …" and "Basic …" say how, not what.
            for part in [
                text.trim(),
                text.split_whitespace().next_back().unwrap_or(""),
            ] {
                let mut address = Url::parse("http://localhost").ok();
                let encoded = address.as_mut().and_then(|url| {
                    url.set_password(Some(part)).ok()?;
                    url.password().map(str::to_owned)
                });
                all.extend(encoded.into_iter().chain([part.to_owned()]));
            }
        }
        all.iter_mut().for_each(|s| s.make_ascii_lowercase());
        all.retain(|s| s.len() >= SHORTEST);
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        let word = |s: &str| {
            s.bytes()
                .all(|b| b.is_ascii_alphabetic() || b"-_".contains(&b))
        };
        let sure = |s: &&String| s.len() >= SHORTEST_WORD || (s.len() >= 8 && !word(s));
        Self {
            sure: all.iter().filter(sure).cloned().collect(),
            all: all.into(),
        }
    }

    /// A message of the server without any of them.
    pub(super) fn hide(&self, text: &str) -> String {
        hide(&self.all, text)
    }

    /// A piece of code without any that is surely a secret.
    pub(super) fn hide_in_code(&self, text: &str) -> String {
        hide(&self.sure, text)
    }
}

fn hide(secrets: &[String], text: &str) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        let lower = text.to_ascii_lowercase();
        let places: Vec<usize> = lower.match_indices(secret.as_str()).map(|m| m.0).collect();
        for at in places.into_iter().rev() {
            text.replace_range(at..at + secret.len(), HIDDEN);
        }
    }
    text
}

/// Hides secrets in a text that arrives in pieces.
#[derive(Debug, Default)]
pub(super) struct HidingStream {
    secrets: Secrets,
    /// The end of what came, as long as a secret may be beginning in it.
    held: String,
}

impl HidingStream {
    pub(super) fn new(secrets: &Secrets) -> Self {
        Self {
            secrets: secrets.clone(),
            held: String::new(),
        }
    }

    /// Adds a piece; returns what is certain so far.
    pub(super) fn push(&mut self, piece: String) -> String {
        if self.secrets.sure.is_empty() {
            return piece;
        }
        self.held.push_str(&piece);
        let mut text = self.secrets.hide_in_code(&self.held);
        let lower = text.to_ascii_lowercase();
        let begins = |at: &usize| {
            let rest = &lower[*at..];
            self.secrets.sure.iter().any(|s| s.starts_with(rest))
        };
        let longest = self.secrets.sure.first().map_or(0, String::len);
        let from = text.floor_char_boundary(text.len().saturating_sub(longest));
        let held = (from..text.len())
            .filter(|at| text.is_char_boundary(*at))
            .find(begins);
        self.held = text.split_off(held.unwrap_or(text.len()));
        text
    }

    /// What was held back. The greater part of a secret is hidden like the whole.
    pub(super) fn finish(&mut self) -> String {
        let rest = std::mem::take(&mut self.held);
        let lower = rest.to_ascii_lowercase();
        let most = |s: &String| rest.len() * 2 >= s.len() && s.starts_with(&lower);
        if !rest.is_empty() && self.secrets.sure.iter().any(most) {
            HIDDEN.to_owned()
        } else {
            rest
        }
    }
}

/// Whether the name of a header or of a parameter in an address sounds like that of a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "key", "token", "secret", "auth", "cookie", "password", "sig", "code",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// An address as it may be shown and kept: without user and password, and without the values of parameters that sound secret.
pub(crate) fn shown_url(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |at| start + at);
    let host = url[start..end]
        .rfind('@')
        .map_or(start, |at| start + at + 1);
    let (path, query) = match url[host..].split_once('?') {
        Some((path, query)) => (path, query),
        None => (&url[host..], ""),
    };
    let shown = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret_name(name) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    };
    let pairs: Vec<String> = query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(shown)
        .collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    format!("{}{path}{mark}{}", &url[..start], pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-Proj-0123456789abcdef";

    #[test]
    fn a_secret_is_hidden_wherever_it_is_cut_and_however_it_is_written() {
        let secrets = Secrets::new([KEY, "Bearer tok3n-of-mine", "p@ss/word9"]);
        let text = format!(
            "a {KEY} b {} c tok3n-of-mine d p%40ss%2Fword9 é",
            KEY.to_uppercase()
        );
        let wanted = "a [hidden] b [hidden] c [hidden] d [hidden] é";
        assert_eq!(secrets.hide(&text), wanted);
        for step in 1..text.len() {
            let mut stream = HidingStream::new(&secrets);
            let chars: Vec<char> = text.chars().collect();
            let mut out: String = chars
                .chunks(step)
                .map(|c| stream.push(c.iter().collect()))
                .collect();
            out.push_str(&stream.finish());
            assert_eq!(out, wanted, "in steps of {step}");
        }
        let mut cut = HidingStream::new(&secrets);
        let out = cut.push(format!("x = {}", &KEY[..20])) + &cut.finish();
        assert_eq!(out, "x = [hidden]");
    }

    #[test]
    fn words_in_place_of_a_key_and_honest_beginnings_stay() {
        for key in ["ollama", "not-needed", "none", "x", "EMPTY"] {
            let mut stream = HidingStream::new(&Secrets::new([key]));
            let text = format!("def {key}(): return '{key}'");
            assert_eq!(stream.push(text.clone()) + &stream.finish(), text);
        }
        let mut stream = HidingStream::new(&Secrets::new([KEY]));
        let text = "task = 'sk-' # ends with s";
        assert_eq!(stream.push(text.into()) + &stream.finish(), text);
    }

    #[test]
    fn an_address_is_shown_without_what_proves_who_asks() {
        for (url, shown) in [
            ("http://localhost:8080/v1", "http://localhost:8080/v1"),
            ("https://me:p%40ss@host/v1", "https://host/v1"),
            (
                "https://me:p@ss@host:1/v1?api-version=1&key=abc",
                "https://host:1/v1?api-version=1&key=[hidden]",
            ),
            ("me:pass@host", "host"),
            ("http://host/a@b", "http://host/a@b"),
        ] {
            assert_eq!(shown_url(url), shown);
        }
    }
}
