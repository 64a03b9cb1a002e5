//! Functions and calls that are not as one would wish, each with its sentence.

use std::time::Duration;

use super::driven::{Project, RESULTS};
use reheat::sandbox::RunVerdict;
use reheat::task::calls::problem;

const ODD: &str = r#"
import asyncio, os, random, socket, sys, time
def clock(): return time.time()
def chance(): return random.random()
def order(xs): return list(set(xs))
total = 0
def counts():
    global total
    total += 1
    return total
def network():
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=2).close()
    except OSError as error:
        raise ConnectionError("no network") from None
def reads(path): return open(path).read()
def handle(): return {"file": [sys.stdin]}
def speaks(n):
    for i in range(n): print("line", i)
    return n
def numbers(n):
    yield from range(n)
    if n > 2: raise KeyError(n)
async def later(n):
    await asyncio.sleep(0)
    return n * 2
async def stream(n):
    for i in range(n): yield i
def fall(n): return fall(n + 1)
def leave(): sys.exit(4)
def sort(xs, key=None): xs.sort()
class Broken:
    def __init__(self, x): raise RuntimeError("no " + x)
    def work(self): return 1
def never():
    while True: pass
def drop(): os._exit(0)
def outer():
    def inner(): return 1
    return inner
"#;

fn odd() -> Project {
    Project::python(&[("odd.py", ODD)])
}

#[test]
fn what_varies_is_named() {
    let project = odd();
    for name in ["clock", "chance"] {
        let (a, b) = (project.output(name, "[]", 1), project.output(name, "[]", 1));
        let why = RESULTS.varies(&[a.as_bytes(), b.as_bytes()]).unwrap();
        assert!(
            why.contains("call 1: the result differs")
                && why.contains("clock, chance, or the order"),
            "{why}"
        );
    }
    let xs = r#"[["a","b","c","d","e","f","g","h","i","j","k"]]"#;
    let first = project.output("order", xs, 1);
    let why = (0..20)
        .map(|_| project.output("order", xs, 1))
        .find_map(|o| RESULTS.varies(&[first.as_bytes(), o.as_bytes()]))
        .unwrap();
    assert!(why.contains("call 1: result["), "{why}");
    // A global that calls change is the same for each pass.
    assert_eq!(
        project.output("counts", "[]\n[]", 5),
        project.output("counts", "[]\n[]", 1)
    );
}

#[test]
fn odd_ways_of_ending_are_outcomes() {
    let project = odd();
    for (name, call, want) in [
        ("network", "[]", r#""raised":"ConnectionError""#),
        ("reads", r#"["/etc/shadow"]"#, r#""raised":""#),
        (
            "reads",
            r#"["/project/odd.py"]"#,
            r#""returned":"\nimport asyncio"#,
        ),
        (
            "speaks",
            "[2]",
            r#""returned":2,"printed":"line 0\nline 1\n""#,
        ),
        ("numbers", "[2]", r#""returned":{"$iter":[0,1]}"#),
        (
            "numbers",
            "[3]",
            r#""returned":{"$iter":[0,1,2],"raised":"KeyError"}"#,
        ),
        ("later", "[4]", r#""returned":8"#),
        ("stream", "[2]", r#""returned":{"$iter":[0,1]}"#),
        ("fall", "[1]", r#""raised":"RecursionError""#),
        ("leave", "[]", r#""raised":"SystemExit","message":"4""#),
        (
            "sort",
            "[[2, 1]]",
            r#""returned":null,"changed":{"args[0]":[1,2]}"#,
        ),
        (
            "sort",
            r#"{"kwargs": {"xs": [2, 1]}}"#,
            r#""changed":{"xs":[1,2]}"#,
        ),
    ] {
        for passes in [1, 6] {
            let got = project.output(name, call, passes);
            assert!(
                got.contains(want) && !got.contains("pass\""),
                "{name} {passes}: {got}"
            );
        }
    }
    let got = project.output("handle", "[]", 1);
    let why = problem(got.as_bytes()).unwrap();
    assert!(
        why.contains("call 1: result[\"file\"][0] is a _io.TextIOWrapper"),
        "{why}"
    );
    let gone = project.run("drop", "[]", 1);
    let why = RESULTS
        .check(got.as_bytes(), &gone.stdout.bytes)
        .unwrap_err()
        .reason;
    assert_eq!(why, "no call came to its end: the program ended before");
}

#[test]
fn a_function_that_never_returns_meets_the_limit() {
    let mut project = odd();
    project.time = Duration::from_secs(2);
    let outcome = project.run("never", "[]", 1);
    assert_eq!(outcome.verdict, RunVerdict::TimeLimit);
    assert!(outcome.stdout.bytes.is_empty());
}

#[test]
fn recursion_goes_through_the_new_version() {
    let text = "def f(n):\n    return ['old'] + (f(n - 1) if n else [])\n";
    let new = text.replace("old", "new");
    let project = Project::python(&[("pkg/f.py", text), ("pkg/__init__.py", "")]).version(&new);
    let got = project.output("f", "[2]", 5);
    assert!(got.contains(r#""returned":["new","new","new"]"#), "{got}");
}

#[test]
fn calls_that_cannot_be_made_are_refused_in_a_sentence() {
    let project = odd();
    for (name, call, want) in [
        (
            "sort",
            "[[1]]\n[]",
            "call 2 does not fit sort(xs, key=None): missing a required argument: 'xs'",
        ),
        (
            "sort",
            r#"{"args": [[]], "kwargs": {"keys": 1}}"#,
            "got an unexpected keyword argument 'keys'",
        ),
        (
            "Broken.work",
            r#"{"init": {"args": ["way"]}}"#,
            "making the receiver Broken raised RuntimeError: no way",
        ),
        ("Broken.work", "[]", r#"it is a method: write "init""#),
        (
            "sort",
            r#"{"args": [[]], "init": {}}"#,
            r#"call 1 has an "init", but sort is not a method"#,
        ),
        (
            "sort",
            r#"[{"$new": {"class": "Nope"}}]"#,
            "call 1 cannot be made: there is no class Nope",
        ),
        (
            "sort",
            r#"[{"$new": {"class": "Broken", "args": ["x"]}}]"#,
            "making a Broken raised RuntimeError: no x",
        ),
        ("missing", "[]", "odd has no missing once it is loaded"),
        (
            "outer.inner",
            "[]",
            "inner is defined inside the function outer",
        ),
    ] {
        let why = project.refusal(name, call);
        assert!(why.contains(want), "{name} {call}: {why}");
    }
    for (text, want) in [
        (
            "import nowhere.at.all\ndef f(): pass\n",
            "f.py cannot be imported: ModuleNotFoundError: No module named 'nowhere' (f.py, line 1); the package nowhere is not there",
        ),
        ("def f(:\n", "f.py cannot be read as Python"),
        (
            "x = 1 / 0\ndef f(): pass\n",
            "f.py cannot be imported: ZeroDivisionError: division by zero (f.py, line 1)",
        ),
        (
            "import sys\nsys.exit(0)\n",
            "f.py cannot be imported: SystemExit: 0",
        ),
    ] {
        let why = Project::python(&[("f.py", text)]).refusal("f", "[]");
        assert!(why.contains(want), "{text}: {why}");
    }
}
