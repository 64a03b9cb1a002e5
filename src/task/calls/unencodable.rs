//! Where in an outcome something is that cannot be compared by value.

use std::collections::{HashSet, VecDeque};

use serde_json::Value;

use super::display;

/// Steps of a path that are shown.
const STEPS: usize = 12;

/// The way to it (`result.children[0]._lock`) and what it is; of several the one with the shortest way. `root` is what the value
/// itself is called.
pub(super) fn find(root: &str, value: &Value) -> Option<(String, String)> {
    let (value, table) = match (value.get("$graph"), value.get("table")) {
        (Some(inner), Some(Value::Array(table))) => (inner, table.as_slice()),
        _ => (value, &[][..]),
    };
    let mut seen = HashSet::new();
    let mut todo = VecDeque::from([(root.to_owned(), 0_usize, value)]);
    while let Some((path, steps, value)) = todo.pop_front() {
        let further = |step: &str| match steps {
            0..STEPS => format!("{path}{step}"),
            STEPS => format!("{path} …"),
            _ => path.clone(),
        };
        let mut add = |step: &str, value| todo.push_back((further(step), steps + 1, value));
        match value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    add(&format!("[{at}]"), item);
                }
            }
            Value::Object(map) => {
                if let Some(kind) = map.get("$unencodable").and_then(Value::as_str) {
                    return Some((path, display::plain(kind, 200)));
                }
                if let Some(at) = map.get("$ref").and_then(Value::as_u64) {
                    let row = usize::try_from(at).ok().and_then(|at| table.get(at));
                    if let Some(row) = row.filter(|_| seen.insert(at)) {
                        todo.push_back((path, steps, row));
                    }
                    continue;
                }
                let tagged = map.keys().any(|key| key.starts_with('$'));
                for (key, inner) in map {
                    match (key.as_str(), inner) {
                        ("$dict" | "$map" | "$pairs", Value::Array(pairs)) => {
                            for pair in pairs {
                                let (Some(key), Some(value)) = (pair.get(0), pair.get(1)) else {
                                    continue;
                                };
                                let step = display::value(key, 40, true);
                                add(&format!("[{step}]"), value);
                                add(&format!(" (the key {step})"), key);
                            }
                        }
                        ("fields", Value::Object(fields)) if tagged => {
                            for (name, field) in fields {
                                add(&format!(".{}", display::plain(name, 40)), field);
                            }
                        }
                        (_, inner) if tagged => add("", inner),
                        _ => add(&format!("[{}]", display::quoted(key, 40)), inner),
                    }
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn the_way_to_it_is_told() {
        for (value, want) in [
            ("{\"$unencodable\":\"a.B\"}", "result"),
            ("[1,{\"k\":{\"$unencodable\":\"a.B\"}}]", "result[1][\"k\"]"),
            (
                "{\"$type\":\"m.Node\",\"fields\":{\"_lock\":{\"$unencodable\":\"a.B\"}}}",
                "result._lock",
            ),
            ("{\"$tuple\":[1,{\"$unencodable\":\"a.B\"}]}", "result[1]"),
            ("{\"$dict\":[[3,{\"$unencodable\":\"a.B\"}]]}", "result[3]"),
            (
                "{\"$graph\":{\"$ref\":0},\"table\":[[{\"$ref\":0},{\"$type\":\"T\",\"value\":{\"$ref\":1}}],[{\"$unencodable\":\"a.B\"}]]}",
                "result[1][0]",
            ),
        ] {
            let value = serde_json::from_str(value).unwrap();
            assert_eq!(
                find("result", &value).unwrap(),
                (want.to_owned(), "a.B".to_owned())
            );
        }
        assert_eq!(find("result", &serde_json::json!([{"a": [1]}])), None);
    }
}
