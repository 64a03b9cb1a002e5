//! What the original's outcomes can prove: calls that all raise, or all give the same, tell a right version from a wrong one badly.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::display;
use crate::base::words::plural;

/// Characters of a value or message in a sentence.
const SHORT: usize = 60;

/// What the outcomes of the original are worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Calls differ in what comes of them.
    Enough,
    /// Little: a sentence to tell before the first round.
    Little(String),
    /// None, so that nonsense would be right: a sentence with what to do.
    Nothing(String),
}

/// Judges the outcomes of all cases, each as a driver wrote them.
pub(crate) fn evidence(outputs: &[&[u8]]) -> Evidence {
    let mut calls: Vec<Map<String, Value>> = Vec::new();
    let mut python = true;
    for output in outputs {
        let mut lines = output.split(|b| *b == b'\n').filter(|l| !l.is_empty());
        let header = lines
            .next()
            .and_then(|h| serde_json::from_slice::<Value>(h).ok());
        python &= header.is_none_or(|h| h.get("numbers").is_none());
        calls.extend(lines.filter_map(|line| serde_json::from_slice(line).ok()));
    }
    if calls.is_empty() {
        return Evidence::Enough;
    }
    let number = calls.len();
    if calls.iter().all(|call| call.contains_key("raised")) {
        return Evidence::Nothing(all_raise(&calls));
    }
    let raised = calls.iter().filter(|call| call.contains_key("raised"));
    let raised: Vec<Map<String, Value>> = raised.cloned().collect();
    if raised.len() * 2 >= number {
        return Evidence::Little(format!(
            "{} of the {number} calls raise {}: do they fit the function?",
            raised.len(),
            raises(&raised)
        ));
    }
    let (number, raised) = (number - raised.len(), raised.len());
    let returning = calls.iter().filter(|call| !call.contains_key("raised"));
    let Some(first) = returning.clone().next() else {
        return Evidence::Enough;
    };
    let outcomes: BTreeSet<String> = returning
        .map(|call| {
            let mut outcome = call.clone();
            outcome.remove("call");
            Value::Object(outcome).to_string()
        })
        .collect();
    if outcomes.len() > 1 {
        return Evidence::Enough;
    }
    let returned = first.get("returned").unwrap_or(&Value::Null);
    let leaves_something = ["changed", "printed", "left"]
        .iter()
        .any(|part| first.contains_key(*part));
    let nothing = returned.is_null() || returned.get("$undefined").is_some();
    let shown = display::value(returned, SHORT, python);
    if raised > 0 {
        let what = if nothing && !leaves_something {
            format!("return {shown}, and nothing is printed or changed")
        } else if leaves_something {
            "come to the same outcome".to_owned()
        } else {
            format!("return the same ({shown})")
        };
        return Evidence::Little(format!(
            "all {number} calls that raise nothing {what}: only by {raised} that raise{} is a right version told from one that does no work; give calls that differ",
            if raised == 1 { "s" } else { "" }
        ));
    }
    if nothing && !leaves_something {
        let whose = if number == 1 {
            "the only call returns".to_owned()
        } else {
            format!("all {number} calls return")
        };
        return Evidence::Nothing(format!(
            "{whose} {shown}, and nothing is printed or changed, so that a version that does nothing would be right; choose a function whose results show what it did, or judge it by commands (--check, --bench)"
        ));
    }
    Evidence::Little(if number == 1 {
        "there is one call only: a version that always gives its outcome would be right; give more calls, with arguments that differ".to_owned()
    } else if leaves_something {
        format!(
            "all {number} calls come to the same outcome: a version that always gives it would be right; give calls that differ"
        )
    } else {
        format!(
            "all {number} calls return the same ({shown}): a version that returns it without any work would be right; give calls that differ"
        )
    })
}

/// The sentence for calls none of which returns.
fn all_raise(calls: &[Map<String, Value>]) -> String {
    let number = calls.len();
    format!(
        "none of the {number} call{} returns: {} {}. Nonsense that raises the same would be right, so do the calls fit the function? What JSON lacks is tagged ({{\"$bytes\": …}}, {{\"$tuple\": […]}}, an object of a class {{\"$new\": {{\"class\": \"Name\", \"args\": […]}}}}), or a generator makes the calls (--calls gen.py::calls)",
        plural(number),
        if number == 1 {
            "it raises"
        } else {
            "all raise"
        },
        raises(calls),
    )
}

/// What calls raise: the kinds, and the first message.
fn raises(calls: &[Map<String, Value>]) -> String {
    let text = |call: &Map<String, Value>, key| {
        let said = call.get(key).and_then(Value::as_str);
        said.unwrap_or_default().to_owned()
    };
    let kinds: BTreeSet<String> = (calls.iter())
        .map(|call| display::plain(&text(call, "raised"), SHORT))
        .collect();
    let kinds: Vec<String> = kinds.into_iter().collect();
    let message = (calls.first()).map(|call| display::quoted(&text(call, "message"), SHORT));
    format!("{} ({})", kinds.join(" or "), message.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn of(lines: &[&str]) -> Evidence {
        let mut text = format!("{{\"reheat\":\"outcomes\",\"calls\":{}}}\n", lines.len());
        for (at, line) in lines.iter().enumerate() {
            text += &format!("{{\"call\":{},{line}}}\n", at + 1);
        }
        evidence(&[text.as_bytes()])
    }

    fn nothing(lines: &[&str]) -> String {
        match of(lines) {
            Evidence::Nothing(why) => why,
            other => panic!("{other:?}"),
        }
    }

    fn little(lines: &[&str]) -> String {
        match of(lines) {
            Evidence::Little(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn exceptions_alone_prove_nothing() {
        let key = "\"raised\":\"KeyError\",\"message\":\"'x'\"";
        let kind = "\"raised\":\"TypeError\",\"message\":\"no\"";
        let why = nothing(&[key, kind, key]);
        assert!(
            why.starts_with(
                "none of the 3 calls returns: all raise KeyError or TypeError (\"'x'\")"
            ),
            "{why}"
        );
        assert!(nothing(&[key]).starts_with("none of the 1 call returns: it raises KeyError"));
        assert!(
            little(&[key, "\"returned\":1"])
                .starts_with("1 of the 2 calls raise KeyError (\"'x'\")")
        );
        assert_eq!(
            of(&[key, "\"returned\":1", "\"returned\":2"]),
            Evidence::Enough
        );
        // What is printed or changed before does not make up for it.
        assert!(
            nothing(&["\"raised\":\"E\",\"message\":\"\",\"printed\":\"x\""])
                .contains("it raises E")
        );
    }

    #[test]
    fn the_same_outcome_of_all_calls_is_said() {
        assert!(
            little(&["\"returned\":true", "\"returned\":true"])
                .starts_with("all 2 calls return the same (True):")
        );
        assert!(little(&["\"returned\":[1]"]).starts_with("there is one call only"));
        let changed = "\"returned\":null,\"changed\":{\"args[0]\":[1]}";
        assert!(little(&[changed, changed]).starts_with("all 2 calls come to the same outcome"));
        assert_eq!(of(&[changed, "\"returned\":null"]), Evidence::Enough);
        // An exception among them does not make up for it.
        let key = "\"raised\":\"KeyError\",\"message\":\"'x'\"";
        let none = "\"returned\":null";
        let why = little(&[none, key, none, none]);
        assert!(
            why.starts_with("all 3 calls that raise nothing return None, and nothing is printed or changed: only by 1 that raises is a right version told"),
            "{why}"
        );
        let why = little(&["\"returned\":[]", key, "\"returned\":[]"]);
        assert!(why.contains("return the same ([])"), "{why}");
        let why = little(&[changed, changed, key]);
        assert!(why.contains("come to the same outcome"), "{why}");
        assert!(
            nothing(&["\"returned\":null", "\"returned\":null"])
                .starts_with("all 2 calls return None, and nothing")
        );
        assert!(
            nothing(&["\"returned\":{\"$undefined\":true}"])
                .starts_with("the only call returns undefined")
        );
        assert_eq!(of(&["\"returned\":1", "\"returned\":2"]), Evidence::Enough);
    }

    #[test]
    fn calls_of_several_cases_are_judged_together() {
        let one = b"{\"reheat\":\"outcomes\",\"calls\":1}\n{\"call\":1,\"returned\":1}\n";
        let two = b"{\"reheat\":\"outcomes\",\"calls\":1}\n{\"call\":1,\"returned\":2}\n";
        assert_eq!(evidence(&[one, two]), Evidence::Enough);
        assert!(
            matches!(evidence(&[one, one]), Evidence::Little(why) if why.contains("all 2 calls"))
        );
    }
}
