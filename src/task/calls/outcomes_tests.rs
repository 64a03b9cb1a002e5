#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::task::Checker;

const RESULTS: Checker = Checker::Results {
    tolerance: 1e-9,
    messages: false,
    ignore: LeftKinds::NONE,
};

fn output(lines: &[&str]) -> Vec<u8> {
    let mut all = format!("{{\"reheat\":\"outcomes\",\"calls\":{}}}\n", lines.len());
    for line in lines {
        all += line;
        all += "\n";
    }
    all.into_bytes()
}

fn returned(value: &str) -> Vec<u8> {
    output(&[&format!("{{\"call\":1,\"returned\":{value}}}")])
}

fn reason(expected: &str, got: &str) -> String {
    RESULTS
        .check(&returned(expected), &returned(got))
        .unwrap_err()
        .reason
}

#[test]
fn values_that_are_the_same() {
    for (a, b) in [
        ("1.0", "1.0000000000001"),
        ("1e20", "100000000000000000000.0"),
        ("0.0", "-0.0"),
        ("{\"$float\":\"nan\"}", "{\"$float\":\"nan\"}"),
        ("{\"$set\":[0.1,0.2]}", "{\"$set\":[0.2000000000001,0.1]}"),
        (
            "{\"$dict\":[[1,2],[0.1,4]]}",
            "{\"$dict\":[[0.10000000000001,4],[1,2]]}",
        ),
        ("{\"a\":1,\"b\":[2.5]}", "{\"b\":[2.5],\"a\":1}"),
        // A shared row is as good as two equal ones, and a cycle as one that was unrolled.
        (
            "{\"$graph\":[{\"$ref\":0},{\"$ref\":0}],\"table\":[[1,2]]}",
            "[[1,2],[1,2]]",
        ),
        (
            "{\"$graph\":{\"$ref\":0},\"table\":[[1,{\"$ref\":0}]]}",
            "{\"$graph\":[1,{\"$ref\":0}],\"table\":[[1,[1,{\"$ref\":0}]]]}",
        ),
        (
            "{\"$graph\":{\"$set\":[{\"$ref\":0},{\"$ref\":1}]},\"table\":[{\"$tuple\":[1]},{\"$tuple\":[2]}]}",
            "{\"$graph\":{\"$set\":[{\"$ref\":0},{\"$ref\":1}]},\"table\":[{\"$tuple\":[2]},{\"$tuple\":[1]}]}",
        ),
    ] {
        assert_eq!(RESULTS.check(&returned(a), &returned(b)), Ok(()), "{a} {b}");
    }
}

#[test]
fn differences_are_named_with_their_place() {
    for (a, b, want) in [
        (
            "1",
            "1.0",
            "call 1: the result differs: expected 1, got 1.0 (a float for an int)",
        ),
        (
            "[1,2,{\"x\":3}]",
            "[1,2,{\"x\":4}]",
            "call 1: result[2][\"x\"] differs: expected 3, got 4",
        ),
        (
            "[1,2]",
            "[1,2,3]",
            "call 1: the result has 3 items, expected 2",
        ),
        (
            "[1]",
            "{\"$tuple\":[1]}",
            "call 1: the result differs: expected [1], got (1,)",
        ),
        ("true", "1", "expected True, got 1"),
        (
            "{\"$set\":[1,2]}",
            "{\"$set\":[1,3]}",
            "call 1: the result lacks 2",
        ),
        (
            "{\"$set\":[1]}",
            "{\"$set\":[1,3]}",
            "call 1: the result has 3, which is not expected",
        ),
        (
            "{\"a\":1}",
            "{\"a\":1,\"b\":2}",
            "call 1: the result has \"b\", which is not expected",
        ),
        (
            "{\"$type\":\"pkg.Point\",\"fields\":{\"x\":1,\"y\":2}}",
            "{\"$type\":\"pkg.Point\",\"fields\":{\"x\":1,\"y\":3}}",
            "call 1: result.y differs: expected 2, got 3",
        ),
        (
            "{\"$type\":\"a.Point\",\"fields\":{}}",
            "{\"$type\":\"a.Vector\",\"fields\":{}}",
            "expected Point(), got Vector()",
        ),
        (
            "{\"$dict\":[[1,[5]]]}",
            "{\"$dict\":[[1,[6]]]}",
            "call 1: result[1][0] differs: expected 5, got 6",
        ),
        (
            "{\"$graph\":{\"$ref\":0},\"table\":[[7,{\"$ref\":0}]]}",
            "{\"$graph\":[7,[8,{\"$ref\":0}]],\"table\":[[7,{\"$ref\":0}]]}",
            "call 1: result[1][0] differs: expected 7, got 8",
        ),
        ("1.0", "1.1", "expected 1.0, got 1.1"),
        ("{\"$float\":\"inf\"}", "1.0", "expected inf, got 1.0"),
        (
            "{\"$iter\":[1]}",
            "{\"$iter\":[1],\"raised\":\"ValueError\"}",
            "iterator of [1]",
        ),
    ] {
        let why = reason(a, b);
        assert!(why.contains(want), "{a} {b}: {why}");
    }
}

#[test]
fn items_that_change_after_they_were_given_are_told_apart() {
    let fresh = output(&["{\"call\":1,\"returned\":{\"$iter\":[[0],[1]]}}"]);
    let reused = output(&["{\"call\":1,\"returned\":{\"$iter\":[[0],[1]]},\"reused\":true}"]);
    let why = RESULTS.check(&fresh, &reused).unwrap_err().reason;
    assert!(why.contains("changed after they were given"), "{why}");
    assert!(RESULTS.check(&reused, &fresh).is_ok());
    assert!(RESULTS.check(&reused, &reused).is_ok());
}

#[test]
fn an_item_of_an_iterator_may_have_a_table_of_its_own() {
    let item = |table: &str, at: u32| format!("{{\"$graph\":{{\"$ref\":{at}}},\"table\":{table}}}");
    let one = format!("{{\"$iter\":[{},[2]]}}", item("[[1.0],[7]]", 0));
    let other = format!("{{\"$iter\":[{},[2]]}}", item("[[8],[1.0000000000001]]", 1));
    let whole = "{\"$graph\":{\"$iter\":[{\"$ref\":1},[2]]},\"table\":[[3],[1.0]]}";
    for (a, b) in [(&*one, &*other), (&*one, whole), (whole, &*other)] {
        assert!(RESULTS.check(&returned(a), &returned(b)).is_ok(), "{a} {b}");
    }
    let why = reason(&one, &other.replace("[[8],[1", "[[1.0],[3"));
    assert!(why.contains("result[0][0] differs: expected 1.0"), "{why}");
}

#[test]
fn zero_tolerance_means_bit_for_bit() {
    let exact = Checker::Results {
        tolerance: 0.0,
        messages: false,
        ignore: LeftKinds::NONE,
    };
    assert!(exact.check(&returned("0.0"), &returned("-0.0")).is_err());
    assert!(
        exact
            .check(&returned("[1.5,1]"), &returned("[1.5, 1]"))
            .is_ok()
    );
}

#[test]
fn exceptions_changes_and_prints() {
    let a = output(&["{\"call\":1,\"raised\":\"KeyError\",\"message\":\"'x'\"}"]);
    let b = output(&["{\"call\":1,\"raised\":\"KeyError\",\"message\":\"'y'\"}"]);
    let c = output(&["{\"call\":1,\"raised\":\"IndexError\",\"message\":\"no\"}"]);
    let d = output(&["{\"call\":1,\"returned\":5}"]);
    assert_eq!(RESULTS.check(&a, &b), Ok(()));
    let strict: Checker = "results:1e-9:messages".parse().unwrap();
    let why = |c: &Checker, e: &[u8], g: &[u8]| c.check(e, g).unwrap_err().reason;
    assert_eq!(
        why(&strict, &a, &b),
        "call 1: raised KeyError with the message \"'y'\", expected \"'x'\""
    );
    assert_eq!(
        why(&RESULTS, &a, &c),
        "call 1: raised IndexError (\"no\"), expected KeyError"
    );
    assert_eq!(
        why(&RESULTS, &a, &d),
        "call 1: returned 5, expected that it raised KeyError (\"'x'\")"
    );
    let m = output(&["{\"call\":1,\"returned\":5,\"changed\":{\"args[0]\":[1]}}"]);
    assert_eq!(
        why(&RESULTS, &d, &m),
        "call 1: its argument args[0] was changed to [1], expected it to be as before"
    );
    assert_eq!(
        why(&RESULTS, &m, &d),
        "call 1: its argument args[0] is as before, expected the call to change it to [1]"
    );
    let n = output(&["{\"call\":1,\"returned\":5,\"changed\":{\"args[0]\":[2]}}"]);
    assert_eq!(
        why(&RESULTS, &m, &n),
        "call 1: args[0][0] differs: expected 1, got 2"
    );
    let p = output(&["{\"call\":1,\"returned\":5,\"printed\":\"a\\n\"}"]);
    assert_eq!(
        why(&RESULTS, &d, &p),
        "call 1: printed \"a\\n\", expected \"\""
    );
    assert_eq!(
        why(&RESULTS, &d, b""),
        "no call came to its end: the program ended before"
    );
    assert_eq!(
        why(&RESULTS, &d, b"hello"),
        "the outcomes of the calls cannot be read"
    );
    let late = b"{\"reheat\":\"outcomes\",\"calls\":1,\"pass\":7}\n{\"call\":1,\"returned\":6}\n";
    assert_eq!(
        why(&RESULTS, &d, late),
        "call 1 of repetition 7: the result differs: expected 5, got 6"
    );
}

#[test]
fn what_cannot_be_compared_or_varies_is_said() {
    let odd = output(&["{\"call\":1,\"returned\":[{\"$unencodable\":\"socket.socket\"}]}"]);
    let why = problem(&odd).unwrap();
    assert!(
        why.starts_with("call 1: result[0] is a socket.socket, which cannot be compared by value"),
        "{why}"
    );
    assert_eq!(problem(&returned("\"$unencodable\"")), None);
    assert!(problem(b"").is_some());
    let (a, b) = (returned("1"), returned("2"));
    assert_eq!(RESULTS.varies(&[&a, &a]), None);
    let why = RESULTS.varies(&[&a, &a, &b]).unwrap();
    assert!(
        why.contains("call 1: the result differs: first 1, got 2"),
        "{why}"
    );
}

#[test]
fn one_kind_of_number_where_the_language_has_one() {
    let js = |v: &str| {
        format!("{{\"reheat\":\"outcomes\",\"calls\":1,\"numbers\":\"one\"}}\n{{\"call\":1,\"returned\":{v}}}\n")
            .into_bytes()
    };
    assert_eq!(RESULTS.check(&js("1"), &js("1.0000000000001")), Ok(()));
    assert_eq!(
        RESULTS
            .check(&js("null"), &js("{\"$undefined\":true}"))
            .unwrap_err()
            .reason,
        "call 1: the result differs: expected null, got undefined"
    );
}

#[test]
fn the_form_of_a_task_file_is_read_back() {
    for text in [
        "results",
        "results:1e-6",
        "results:1e-6:messages",
        "results:messages",
    ] {
        let checker: Checker = text.parse().unwrap();
        assert_eq!(
            checker.to_string().parse::<Checker>().unwrap(),
            checker,
            "{text}"
        );
    }
    assert!(
        "results:x"
            .parse::<Checker>()
            .unwrap_err()
            .contains("results:1e-6")
    );
    assert!("results:1:loud".parse::<Checker>().is_err());
}
