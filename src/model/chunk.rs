//! One chunk of a streamed completion, read leniently: every field is optional, malformed ones are ignored.

use serde_json::Value;

use crate::session::cost::{Currency, Money};
use crate::session::event::{Finish, Usage};

/// The contents of a chunk.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Chunk {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) refusal: String,
    /// Fragments of the arguments of tool calls: (index, fragment).
    pub(crate) tool_arguments: Vec<(u64, String)>,
    pub(crate) finish: Option<Finish>,
    pub(crate) usage: Option<Usage>,
    /// An error object in place of a chunk.
    pub(crate) error: Option<Value>,
}

impl Chunk {
    /// Reads a chunk, or a whole completion that was not streamed.
    pub(crate) fn read(value: &Value) -> Self {
        let mut chunk = Self {
            usage: usage(value),
            ..Self::default()
        };
        let body = value.get(0).unwrap_or(value);
        if let Some(error) = body
            .get("error")
            .filter(|e| !matches!(e, Value::Null | Value::Bool(_)) && e.as_str() != Some(""))
        {
            chunk.error = Some(error.clone());
        }
        let choices = body.get("choices").and_then(Value::as_array);
        for choice in choices
            .into_iter()
            .flatten()
            .filter(|c| c.get("index").and_then(Value::as_u64).unwrap_or(0) == 0)
        {
            chunk.read_choice(choice);
        }
        chunk
    }

    fn read_choice(&mut self, choice: &Value) {
        if let Some(error) = choice.get("error").filter(|e| e.is_object()) {
            self.error = Some(error.clone());
        }
        let delta = ["delta", "message"]
            .into_iter()
            .filter_map(|k| choice.get(k))
            .find(|d| d.is_object());
        if let Some(delta) = delta {
            read_content(delta.get("content"), &mut self.text, &mut self.reasoning);
            let reasoning = ["reasoning_content", "reasoning"]
                .into_iter()
                .filter_map(|k| delta.get(k)?.as_str())
                .find(|t| !t.is_empty());
            self.reasoning.push_str(reasoning.unwrap_or_default());
            self.refusal.push_str(
                delta
                    .get("refusal")
                    .and_then(Value::as_str)
                    .unwrap_or_default(),
            );
            let calls = delta
                .get("tool_calls")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            for call in calls.chain(delta.get("function_call").map(|_| delta)) {
                let function = call.get("function").or_else(|| call.get("function_call"));
                if let Some(arguments) = function.and_then(|f| f.get("arguments")?.as_str()) {
                    self.tool_arguments.push((
                        call.get("index").and_then(Value::as_u64).unwrap_or(0),
                        arguments.to_owned(),
                    ));
                }
            }
        } else if let Some(text) = choice.get("text").and_then(Value::as_str) {
            self.text.push_str(text);
        }
        self.finish = choice
            .get("finish_reason")
            .and_then(Value::as_str)
            .and_then(finish);
    }
}

/// Content is a text, or an array of parts of which some are thoughts.
fn read_content(content: Option<&Value>, text: &mut String, reasoning: &mut String) {
    match content {
        Some(Value::String(s)) => text.push_str(s),
        Some(Value::Array(parts)) => {
            for part in parts {
                if let Some(thinking) = part.get("thinking") {
                    reasoning.push_str(&all_text(thinking));
                } else {
                    text.push_str(&all_text(part));
                }
            }
        }
        _ => {}
    }
}

/// The text of a part: itself, its `text`, or those of its own parts.
fn all_text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Array(parts) => parts.iter().map(all_text).collect(),
        Value::Object(fields) => fields.get("text").map(all_text).unwrap_or_default(),
        _ => String::new(),
    }
}

fn finish(reason: &str) -> Option<Finish> {
    match reason.to_ascii_lowercase().as_str() {
        "" | "null" => None,
        "length" | "max_tokens" | "max_output_tokens" => Some(Finish::Length),
        "content_filter" | "refusal" | "safety" | "recitation" | "blocklist"
        | "prohibited_content" => Some(Finish::Refused),
        "error" | "abort" | "aborted" | "cancelled" => Some(Finish::Incomplete),
        _ => Some(Finish::Stop),
    }
}

fn usage(value: &Value) -> Option<Usage> {
    let usage = [value.get("usage"), value.pointer("/x_groq/usage")]
        .into_iter()
        .flatten()
        .find(|u| u.is_object())?;
    let count = |names: [&str; 2]| {
        names
            .into_iter()
            .find_map(|n| usage.get(n)?.as_f64())
            .filter(|n| *n >= 0.0)
            .map(|n| n as u64)
    };
    let prompt_tokens = count(["prompt_tokens", "input_tokens"]).unwrap_or(0);
    let reply_tokens = count(["completion_tokens", "output_tokens"]).unwrap_or(0);
    // Some servers send zeros until the last chunk.
    (prompt_tokens + reply_tokens > 0).then_some(Usage {
        prompt_tokens,
        reply_tokens,
        counted: true,
        cost: cost(usage),
    })
}

/// The cost of the reply in dollars, if the service reports a plausible one.
fn cost(usage: &Value) -> Option<Money> {
    let said = ["cost", "total_cost"].into_iter();
    let amount = said.filter_map(|n| usage.get(n)?.as_f64()).next()?;
    (amount.is_finite() && amount >= 0.0).then_some(Money {
        amount,
        currency: Currency::DOLLAR,
    })
}

/// The code inside the arguments of a tool call: the field with a usual name, or else the longest text of several lines.
pub(super) fn code_of_arguments(arguments: &str) -> Option<String> {
    let value: Value = serde_json::from_str(arguments).ok()?;
    let fields = value.as_object()?;
    let named = ["code", "source", "content", "solution", "text"]
        .into_iter()
        .find_map(|n| fields.get(n)?.as_str());
    let longest = || {
        fields
            .values()
            .filter_map(Value::as_str)
            .filter(|t| t.contains('\n'))
            .max_by_key(|t| t.len())
    };
    named
        .or_else(longest)
        .filter(|t| !t.trim().is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    #[test]
    fn odd_chunks_are_read_as_far_as_they_go() {
        for odd in [
            json!(null),
            json!([]),
            json!({}),
            json!({"choices": null}),
            json!({"choices": [null, 1, {}]}),
            json!({"choices": [{"delta": "x"}], "usage": {}}),
            json!({"choices": [{"delta": {"content": {"a": 1}, "tool_calls": [1]}, "finish_reason": 3}], "created": 1.5, "error": null}),
        ] {
            assert_eq!(Chunk::read(&odd), Chunk::default(), "{odd}");
        }
    }

    #[test]
    fn all_known_forms_are_read() {
        let c = Chunk::read(
            &json!({"choices": [{"delta": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}, "b"]}}, {"index": 1, "delta": {"content": "other"}}]}),
        );
        assert_eq!((c.text.as_str(), c.reasoning.as_str()), ("ab", "hm"));
        let c = Chunk::read(
            &json!({"choices": [{"message": {"content": "a", "reasoning": "r", "reasoning_content": ""}, "finish_reason": "STOP"}], "usage": {"prompt_tokens": 3.0, "completion_tokens": 2}}),
        );
        assert_eq!(
            (c.text.as_str(), c.reasoning.as_str(), c.finish),
            ("a", "r", Some(Finish::Stop))
        );
        assert_eq!(
            c.usage,
            Some(Usage {
                prompt_tokens: 3,
                reply_tokens: 2,
                counted: true,
                cost: None,
            })
        );
        assert_eq!(
            Chunk::read(&json!({"choices": [{"text": "legacy"}]})).text,
            "legacy"
        );
        assert!(
            Chunk::read(&json!([{"error": {"code": 500}}]))
                .error
                .is_some()
        );
        assert_eq!(
            Chunk::read(&json!({"choices": [{"delta": {}, "finish_reason": "MAX_TOKENS"}]})).finish,
            Some(Finish::Length)
        );
        let c = Chunk::read(
            &json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "write", "arguments": "{\"co"}}]}}]}),
        );
        assert_eq!(c.tool_arguments, vec![(0, "{\"co".to_owned())]);
    }

    #[test]
    fn code_is_found_in_arguments() {
        assert_eq!(
            code_of_arguments(r#"{"path":"a.py","code":"x = 1"}"#).as_deref(),
            Some("x = 1")
        );
        assert_eq!(
            code_of_arguments(r#"{"a":"short","b":"x\ny"}"#).as_deref(),
            Some("x\ny")
        );
        for none in ["", "{", "[]", "{\"a\":\"one line\"}", "{\"code\":\"  \"}"] {
            assert_eq!(code_of_arguments(none), None, "{none}");
        }
    }
}
