//! Several cases of calls as one: their calls in a row, and their expected outcomes.

use std::sync::Arc;

use crate::task::Case;

/// Start of the header line.
const HEADER: &str = "{\"reheat\":\"outcomes\",\"calls\":";
/// Start of the line of an outcome.
const CALL: &str = "{\"call\":";

/// All calls of some cases as one case, in their order; the outcomes are numbered consecutively.
pub(crate) fn join(cases: &[&Case]) -> Case {
    let expected: Option<Vec<&[u8]>> = cases.iter().map(|c| c.expected.as_deref()).collect();
    Case {
        name: match cases {
            [one] => one.name.clone(),
            _ => "all calls".into(),
        },
        input: inputs(cases),
        expected: expected.map(|all| outcomes(&all)),
        status: None,
        // A failure in calls that the model never saw must not be described to it.
        held_out: cases.iter().any(|c| c.held_out),
    }
}

fn inputs(cases: &[&Case]) -> Arc<[u8]> {
    if let [one] = cases {
        return one.input.clone();
    }
    let seed = |c: &&Case| -> Option<serde_json::Value> {
        serde_json::from_slice::<serde_json::Map<_, _>>(&c.input)
            .ok()
            .filter(|m| m.len() == 1)?
            .remove("seed")
    };
    if let Some(seeds) = cases.iter().map(seed).collect::<Option<Vec<_>>>() {
        let all = serde_json::json!({ "seeds": seeds });
        return Arc::from(format!("{all}\n").as_bytes());
    }
    let mut all = Vec::new();
    for case in cases {
        all.extend_from_slice(&case.input);
        if !case.input.is_empty() && !case.input.ends_with(b"\n") {
            all.push(b'\n');
        }
    }
    all.into()
}

/// The outcomes of several runs as those of one: one header, and the calls numbered consecutively.
fn outcomes(all: &[&[u8]]) -> Arc<[u8]> {
    if let [one] = all {
        return Arc::from(*one);
    }
    let mut lines: Vec<Vec<u8>> = Vec::new();
    // What the header says besides the number of calls is the same in all.
    let mut rest_of_header: &[u8] = b"}";
    for text in all {
        for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            if let Some(rest) = line.strip_prefix(HEADER.as_bytes()) {
                let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
                rest_of_header = &rest[digits..];
                continue;
            }
            let renumbered = line.strip_prefix(CALL.as_bytes()).map(|rest| {
                let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
                let mut new = format!("{CALL}{}", lines.len() + 1).into_bytes();
                new.extend_from_slice(&rest[digits..]);
                new
            });
            lines.push(renumbered.unwrap_or_else(|| line.to_vec()));
        }
    }
    let mut out = format!("{HEADER}{}", lines.len()).into_bytes();
    // What calls leave behind is told from run to run, and here several are put together.
    let looked = rest_of_header
        .strip_suffix(b"}")
        .filter(|rest| rest.windows(7).any(|w| w == b"\"left\":"));
    match looked {
        Some(rest) => out.extend([rest, &b",\"joined\":true}"[..]].concat()),
        None => out.extend_from_slice(rest_of_header),
    }
    out.push(b'\n');
    for line in lines {
        out.extend_from_slice(&line);
        out.push(b'\n');
    }
    out.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn case(name: &str, input: &str, expected: &str) -> Case {
        Case {
            name: name.into(),
            input: Arc::from(input.as_bytes()),
            expected: Some(Arc::from(expected.as_bytes())),
            status: None,
            held_out: name == "2",
        }
    }

    #[test]
    fn joined_calls_keep_their_order_and_are_numbered_on() {
        let all = [
            case(
                "1",
                "[1]\n[2]\n",
                "{\"reheat\":\"outcomes\",\"calls\":2}\n{\"call\":1,\"returned\":1}\n{\"call\":2,\"returned\":2}\n",
            ),
            case(
                "2",
                "[3]",
                "{\"reheat\":\"outcomes\",\"calls\":1}\n{\"call\":1,\"returned\":3}\n",
            ),
        ];
        let one = join(&[&all[0], &all[1]]);
        assert_eq!(&*one.input, b"[1]\n[2]\n[3]\n");
        let expected = String::from_utf8(one.expected.unwrap().to_vec()).unwrap();
        assert_eq!(
            expected,
            "{\"reheat\":\"outcomes\",\"calls\":3}\n{\"call\":1,\"returned\":1}\n{\"call\":2,\"returned\":2}\n{\"call\":3,\"returned\":3}\n"
        );
        assert!(one.held_out);
        let only = join(&[&all[1]]);
        assert_eq!(only.expected, all[1].expected);
    }

    #[test]
    fn seeds_are_joined_to_a_list() {
        let all = [
            case("1", "{\"seed\": 1}", ""),
            case("2", "{\"seed\":2}", ""),
        ];
        let one = join(&[&all[0], &all[1]]);
        assert_eq!(&*one.input, b"{\"seeds\":[1,2]}\n");
    }
}
