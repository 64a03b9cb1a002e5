//! Encoded values as a person reads them: `{1, 2}` for `{"$set":[1,2]}`, cut to size.

use crate::base::text::{harmless_line, is_hostile};
use serde_json::{Map, Value};

/// Writes a value in a few characters, in the notation of the language it came from.
pub(super) struct ValueDisplay {
    text: String,
    left: usize,
    python: bool,
}

/// A value in at most about `room` characters.
pub(super) fn value(value: &Value, room: usize, python: bool) -> String {
    let mut shown = ValueDisplay {
        text: String::new(),
        left: room,
        python,
    };
    shown.value(value);
    if shown.left == 0 {
        shown.text.push('…');
    }
    shown.text
}

/// A text in quotes, cut to size, control characters made visible.
pub(super) fn quoted(text: &str, room: usize) -> String {
    let mut shown = ValueDisplay {
        text: String::new(),
        left: room,
        python: true,
    };
    shown.quoted(text);
    if shown.left == 0 {
        shown.text.push('…');
    }
    shown.text
}

impl ValueDisplay {
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            self.text.push(c);
        }
    }

    fn quoted(&mut self, text: &str) {
        self.push("\"");
        // Never more than can be shown, however long the text is.
        for c in text.chars().take(self.left + 1) {
            match c {
                '"' | '\\' => {
                    self.push("\\");
                    self.push(c.encode_utf8(&mut [0; 4]));
                }
                '\n' => self.push("\\n"),
                c if is_hostile(c) => self.push(&c.escape_unicode().to_string()),
                c => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        self.push("\"");
    }

    fn plain(&mut self, text: &str) {
        let start: String = text.chars().take(200).collect();
        self.push(&harmless_line(&start));
    }

    fn value(&mut self, value: &Value) {
        if self.left == 0 {
            return;
        }
        match value {
            Value::Null => self.push(if self.python { "None" } else { "null" }),
            Value::Bool(b) => self.push(match (b, self.python) {
                (true, true) => "True",
                (false, true) => "False",
                (true, false) => "true",
                (false, false) => "false",
            }),
            Value::Number(n) => self.push(&n.to_string()),
            Value::String(s) => self.quoted(s),
            Value::Array(items) => self.list("[", items, "]"),
            Value::Object(map) => self.object(map),
        }
    }

    fn list(&mut self, open: &str, items: &[Value], close: &str) {
        self.push(open);
        for (i, item) in items.iter().enumerate() {
            if self.left == 0 {
                return;
            }
            if i > 0 {
                self.push(", ");
            }
            self.value(item);
        }
        self.push(close);
    }

    fn pairs(&mut self, pairs: &[Value]) {
        self.push("{");
        for (i, pair) in pairs.iter().enumerate() {
            if self.left == 0 {
                return;
            }
            if i > 0 {
                self.push(", ");
            }
            self.value(pair.get(0).unwrap_or(&Value::Null));
            self.push(": ");
            self.value(pair.get(1).unwrap_or(&Value::Null));
        }
        self.push("}");
    }

    fn object(&mut self, map: &Map<String, Value>) {
        let Some((tag, inner)) = map.iter().find(|(k, _)| k.starts_with('$')) else {
            return self.fields("{", map, ": ", "}");
        };
        let items = inner.as_array().map_or(&[][..], Vec::as_slice);
        match tag.as_str() {
            "$tuple" if items.len() == 1 => self.list("(", items, ",)"),
            "$tuple" => self.list("(", items, ")"),
            "$set" if self.python && items.is_empty() => self.push("set()"),
            "$set" if self.python => self.list("{", items, "}"),
            "$set" => self.list("Set {", items, "}"),
            "$frozenset" => self.list("frozenset({", items, "})"),
            "$iter" => self.list("iterator of [", items, "]"),
            "$dict" | "$pairs" => self.pairs(items),
            "$map" => {
                self.push("Map ");
                self.pairs(items);
            }
            "$complex" => self.list("complex(", items, ")"),
            "$bytes" => {
                self.push("bytes ");
                self.value(inner);
            }
            "$undefined" => self.push("undefined"),
            "$hole" => self.push("(nothing)"),
            "$ref" => self.push("…"),
            "$graph" => self.value(inner),
            "$digest" => {
                self.plain(map.get("head").and_then(Value::as_str).unwrap_or_default());
                let size = map.get("size").and_then(Value::as_u64).unwrap_or_default();
                self.push(&format!("… ({size} characters)"));
            }
            "$unencodable" => {
                self.push("something that cannot be compared: ");
                self.plain(inner.as_str().unwrap_or_default());
            }
            "$type" => self.typed(inner.as_str().unwrap_or_default(), map),
            _ => match inner {
                Value::String(text) => self.plain(text),
                other => self.value(other),
            },
        }
    }

    fn typed(&mut self, name: &str, map: &Map<String, Value>) {
        self.plain(name.rsplit('.').next().unwrap_or(name));
        self.push("(");
        if let Some(value) = map.get("value") {
            self.value(value);
        }
        if let Some(fields) = map.get("fields").and_then(Value::as_object) {
            if map.contains_key("value") {
                self.push(", ");
            }
            self.fields("", fields, "=", "");
        }
        self.push(")");
    }

    fn fields(&mut self, open: &str, map: &Map<String, Value>, is: &str, close: &str) {
        self.push(open);
        for (i, (key, value)) in map.iter().enumerate() {
            if self.left == 0 {
                return;
            }
            if i > 0 {
                self.push(", ");
            }
            match is {
                "=" => self.plain(key),
                _ => self.quoted(key),
            }
            self.push(is);
            self.value(value);
        }
        self.push(close);
    }
}

/// A name or type, cut to size, without control characters.
pub(super) fn plain(text: &str, room: usize) -> String {
    let mut shown = ValueDisplay {
        text: String::new(),
        left: room,
        python: true,
    };
    shown.plain(text);
    shown.text
}
