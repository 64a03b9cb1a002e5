//! The tagged objects for values that JSON lacks, as they may be written in a file of calls.

use serde_json::{Map, Value};

/// Every tag, with an example.
const TAGS: [(&str, &str); 13] = [
    ("$tuple", "{\"$tuple\": [1, 2]}"),
    ("$set", "{\"$set\": [1, 2]}"),
    ("$frozenset", "{\"$frozenset\": [1, 2]}"),
    ("$bytes", "{\"$bytes\": \"aGVsbG8=\"} (base64)"),
    ("$float", "{\"$float\": \"nan\"} (or inf, -inf, 1e-5)"),
    ("$complex", "{\"$complex\": [0.0, 1.0]}"),
    ("$int", "{\"$int\": \"123456789012345678901\"}"),
    ("$dict", "{\"$dict\": [[1, \"one\"], [2, \"two\"]]}"),
    ("$map", "{\"$map\": [[1, \"one\"], [2, \"two\"]]}"),
    ("$date", "{\"$date\": \"2024-05-06T07:08:09Z\"}"),
    ("$undefined", "{\"$undefined\": true}"),
    (
        "$new",
        "{\"$new\": {\"class\": \"Point\", \"args\": [1, 2]}}",
    ),
    ("$literal", "{\"$literal\": {\"$price\": 3}}"),
];

/// Checks a value for tags that are unknown or malformed.
///
/// # Errors
/// What is wrong, and what to write.
pub(super) fn check(value: &Value) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(map) => match tag(map)? {
            None => map.values().try_for_each(check),
            Some(("$literal", _)) => Ok(()),
            Some((tag, inner)) => tagged(tag, inner),
        },
        _ => Ok(()),
    }
}

/// The tag of an object, if it is a tagged one.
fn tag(map: &Map<String, Value>) -> Result<Option<(&'static str, &Value)>, String> {
    let Some((key, inner)) = map.iter().find(|(k, _)| k.starts_with('$')) else {
        return Ok(None);
    };
    let known = TAGS.iter().find(|(tag, _)| tag == key).map(|(tag, _)| *tag);
    match (known, map.len()) {
        (Some(tag), 1) => Ok(Some((tag, inner))),
        (Some(tag), _) => Err(format!(
            "`{tag}` is in an object with other keys; a tag must be its only key: {}. If it is meant as it is, write {{\"$literal\": {{\"{tag}\": …}}}}",
            how(tag)
        )),
        (None, 1) => Err(unknown(key)),
        (None, _) => Ok(None),
    }
}

fn unknown(key: &str) -> String {
    let near = TAGS
        .iter()
        .map(|(tag, _)| (strsim::levenshtein(key, tag), *tag))
        .min()
        .filter(|(d, _)| *d <= 2);
    let names: Vec<&str> = TAGS.iter().map(|(tag, _)| *tag).collect();
    match near {
        Some((_, tag)) => format!("`{key}` is not known; do you mean {}?", how(tag)),
        None => format!(
            "`{key}` is not known; there are {}. If it is meant as it is, write {{\"$literal\": {{\"{key}\": …}}}}",
            names.join(", ")
        ),
    }
}

fn how(tag: &str) -> &'static str {
    TAGS.iter()
        .find(|(t, _)| *t == tag)
        .map_or("", |(_, how)| how)
}

fn tagged(tag: &'static str, inner: &Value) -> Result<(), String> {
    let right = match tag {
        "$tuple" | "$set" | "$frozenset" => inner.is_array(),
        "$bytes" => inner.as_str().is_some_and(base64),
        "$float" => {
            inner.is_number()
                || inner
                    .as_str()
                    .is_some_and(|t| t.trim().parse::<f64>().is_ok())
        }
        "$complex" => inner.as_array().is_some_and(|parts| parts.len() == 2),
        "$int" => inner.as_str().is_some_and(integer),
        "$dict" | "$map" => inner.as_array().is_some_and(|pairs| {
            let pair = |p: &Value| p.as_array().is_some_and(|p| p.len() == 2);
            pairs.iter().all(pair)
        }),
        "$date" => inner.is_string(),
        "$undefined" => *inner == Value::Bool(true),
        "$new" => return new(inner),
        _ => true,
    };
    if !right {
        return Err(format!("`{tag}` is written {}", how(tag)));
    }
    check(inner)
}

fn new(inner: &Value) -> Result<(), String> {
    let wrong = || format!("`$new` is written {}", how("$new"));
    let map = inner.as_object().ok_or_else(wrong)?;
    if !map.get("class").is_some_and(Value::is_string) {
        return Err(wrong());
    }
    parts(map, "$new", &["class", "args", "kwargs"])
}

/// Checks the arguments in an object: `args` is an array, `kwargs` an object, nothing but the allowed keys is there.
///
/// # Errors
/// What is wrong, and what to write.
pub(super) fn parts(map: &Map<String, Value>, whose: &str, allowed: &[&str]) -> Result<(), String> {
    for (key, value) in map {
        if !allowed.contains(&key.as_str()) {
            let near = allowed
                .iter()
                .find(|a| strsim::levenshtein(a, key) <= 2)
                .map(|a| format!("; do you mean `{a}`?"));
            return Err(format!(
                "`{key}` is not a part of {whose}; there are {}{}",
                allowed.join(", "),
                near.unwrap_or_default()
            ));
        }
        let right = match key.as_str() {
            "args" => value.is_array(),
            "kwargs" | "init" => value.is_object(),
            "name" | "class" => value.is_string(),
            _ => true,
        };
        if !right {
            let form = match key.as_str() {
                "args" => "a list: \"args\": [1, \"two\"]",
                "kwargs" => "an object: \"kwargs\": {\"key\": 1}",
                "init" => "an object: \"init\": {\"args\": [1]}",
                _ => "a text in quotes",
            };
            return Err(format!("`{key}` must be {form}"));
        }
    }
    if let Some(kwargs) = map.get("kwargs").and_then(Value::as_object) {
        kwargs.values().try_for_each(check)?;
    }
    map.get("args").map_or(Ok(()), check)
}

fn base64(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let known = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    text.len().is_multiple_of(4) && text.len() - bare.len() <= 2 && bare.bytes().all(known)
}

fn integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}
