//! Values that are not the same are told differently; what cannot be told is refused with the way to it.

use super::driven::{Project, RESULTS};
use reheat::task::calls::problem;

const KINDS: &str = r#"
import array, collections, datetime, decimal, hashlib, io, random, threading, types, weakref
class Day(datetime.date): pass
class Moment(datetime.datetime): pass
class Price(decimal.Decimal):
    def __init__(self, text):
        self.currency = "EUR"
class Bytes(array.array): pass
class Count(int): pass
class Reel(random.Random): pass
class Imaginary(complex): pass
class Slotted(array.array):
    __slots__ = ("unit",)
class Node:
    def __init__(self, name, up=None):
        self.name, self.up, self.lock = name, up and weakref.ref(up), threading.Lock()
class Memo:
    __slots__ = ("x", "_hash")
    def __init__(self, x): self.x = x
    def __hash__(self):
        self._hash = hash(self.x)
        return self._hash
MISSING, OTHER = object(), object()
def text(s):
    out = io.StringIO(s); out.read(len(s) // 2); return out
def slotted(n):
    out = Slotted("i", [1]); out.unit = n; return out
def memo(n):
    out = Memo(3)
    if n: hash(out)
    return out
def node(n):
    up = Node("up" if n else "Up"); node.kept = up; return Node("down", up)
def held(n):
    lock = threading.Lock()
    if n: lock.acquire()
    return [lock]
MADE = {
    "day": lambda n: Day(2024, 1, 1 + n), "moment": lambda n: Moment(2024, 1, 1, 1, n),
    "fold": lambda n: datetime.datetime(2024, 10, 27, 2, fold=n),
    "price": lambda n: Price(str(n)), "array": lambda n: Bytes("i", [n]), "unit": slotted, "count": lambda n: Count(n),
    "reel": lambda n: Reel(n), "random": lambda n: random.Random(n), "complex": lambda n: Imaginary(n, 1),
    "sentinel": lambda n: OTHER if n else MISSING, "io": lambda n: text("ab" if n else "abcd"),
    "deque": lambda n: collections.deque([1], maxlen=5 + n), "method": lambda n: [n].append, "bound": lambda n: Node(n).__init__,
    "hash": lambda n: hashlib.md5(b"a" * n), "error": lambda n: FileNotFoundError(2, "no", "abc"[n]),
    "weak": node, "lock": held,
}
def made(what, n): return MADE[what](n)
def same(n): return memo(n)
def closure(n): return [lambda: n]
class Box:
    def __init__(self, v): self.v, self.key = v, lambda x: x
    def put(self, v): self.v = v
def box(n): return Box(n)
class Deep:
    def __init__(self): self.inner = {"k": [1, Slow()]}
class Slow:
    def __init__(self): self.thread = threading.local()
def deep(): return (Deep(),)
def draw(rng): return 4
"#;

#[test]
fn values_of_classes_in_c_differ_where_they_do() {
    let project = Project::python(&[("kinds.py", KINDS)]);
    let names = [
        "day", "moment", "fold", "price", "array", "unit", "count", "reel", "random", "complex",
        "sentinel", "io", "deque", "method", "bound", "hash", "error", "weak", "lock",
    ];
    let calls = |n: u32| {
        let lines: Vec<String> = (names.iter())
            .map(|name| format!("[\"{name}\", {n}]"))
            .collect();
        project.outcomes("made", &lines.join("\n"))
    };
    let (zero, one) = (calls(0), calls(1));
    assert_eq!(zero.matches("$unencodable").count(), 0, "{zero}");
    for ((a, b), name) in zero.lines().zip(one.lines()).zip(&names) {
        let output = |line: &str| format!("{{\"reheat\":\"outcomes\",\"calls\":1}}\n{line}\n");
        assert!(
            RESULTS
                .check(output(a).as_bytes(), output(b).as_bytes())
                .is_err(),
            "{name}: {a} {b}"
        );
    }
    assert_eq!(zero, calls(0));
    // A hash that was asked for once is no part of a value.
    assert_eq!(
        project.outcomes("same", "[0]"),
        project.outcomes("same", "[1]")
    );
}

#[test]
fn what_cannot_be_told_is_refused_with_the_way_to_it() {
    let project = Project::python(&[("kinds.py", KINDS)]);
    for (name, call, want) in [
        (
            "deep",
            "[]",
            "call 1: result[0].inner[\"k\"][1].thread is a _thread._local, which cannot be compared by value",
        ),
        (
            "closure",
            "[1]",
            "call 1: result[0] is a function (kinds.closure.<locals>.<lambda>), which",
        ),
    ] {
        let why = problem(project.output(name, call, 1).as_bytes()).unwrap();
        assert!(why.contains(want), "{why}");
    }
    // A function that an object keeps is told by its name.
    for (name, call) in [
        ("box", "[1]"),
        ("Box.put", r#"{"args": [2], "init": {"args": [1]}}"#),
    ] {
        let got = project.output(name, call, 1);
        assert_eq!(problem(got.as_bytes()), None, "{got}");
    }
}

#[test]
fn a_generator_of_random_numbers_that_is_left_alone_is_seen() {
    let text = "def draw(rng, n):\n    return [rng.random() for _ in range(n)]\n";
    let thief = "import random\ndef draw(rng, n):\n    own = random.Random()\n    own.setstate(rng.getstate())\n    return [own.random() for _ in range(n)]\n";
    let files = [
        ("draw.py", text),
        (
            "gen.py",
            "import random\ndef make(seed):\n    return [[random.Random(seed), 3]]\n",
        ),
    ];
    let run = |version: &str| {
        let project = Project::python(&files)
            .generator("gen.py", "make")
            .version(version);
        project.output("draw", r#"{"seed": 1}"#, 1)
    };
    let why = RESULTS
        .check(run(text).as_bytes(), run(thief).as_bytes())
        .unwrap_err()
        .reason;
    assert!(why.contains("its argument args[0] is as before"), "{why}");
}

#[test]
fn items_are_looked_at_as_they_come() {
    let text = r#"
import asyncio, itertools
class Cell:
    def __init__(self): self.n = 0
def reused(n):
    row = []
    for i in range(n):
        row.append(i)
        yield row
def fresh(n):
    for i in range(n): yield list(range(i + 1))
def nested(n):
    row = {"a": [0]}
    for i in range(n):
        row["a"][0] = i
        yield row
def cells(n):
    cell = Cell()
    for i in range(n):
        cell.n = i
        yield cell
def groups(n): return itertools.groupby(range(n), lambda i: i // 2)
async def later(n):
    row = [0]
    for i in range(n):
        row[0] = i
        yield row
def inside(n): return [reused(n)]
def tree(n):
    up = Cell(); up.kids = []
    for i in range(n):
        kid = Cell(); kid.up = up; up.kids.append(kid)
    yield from up.kids
"#;
    let project = Project::python(&[("items.py", text)]);
    for (name, want) in [
        ("reused", r#"{"$iter":[[0],[0,1],[0,1,2]]}"#),
        ("fresh", r#"{"$iter":[[0],[0,1],[0,1,2]]}"#),
        ("nested", r#"{"$iter":[{"a":[0]},{"a":[1]},{"a":[2]}]}"#),
        (
            "cells",
            r#"{"$iter":[{"$type":"items.Cell","fields":{"n":0}},{"$type":"items.Cell","fields":{"n":1}},{"$type":"items.Cell","fields":{"n":2}}]}"#,
        ),
        (
            "groups",
            r#"{"$iter":[{"$tuple":[0,{"$iter":[0,1]}]},{"$tuple":[1,{"$iter":[2]}]}]}"#,
        ),
        ("later", r#"{"$iter":[[0],[1],[2]]}"#),
        ("inside", r#"[{"$iter":[[0],[0,1],[0,1,2]]}]"#),
    ] {
        let got = project.output(name, "[3]", 4);
        assert!(
            got.contains(want) && !got.contains("\"pass\""),
            "{name}: {got}"
        );
    }
    // Who keeps the items of these sees them change, and must not get them for those that stay.
    for name in ["reused", "nested", "cells", "later", "inside"] {
        let got = project.outcomes(name, "[3]");
        assert!(got.ends_with(",\"reused\":true}"), "{name}: {got}");
    }
    assert!(!project.outcomes("groups", "[3]").contains("reused"));
    let (fresh, reused) = (
        project.output("fresh", "[3]", 1),
        project.output("reused", "[3]", 1),
    );
    let check = |a: &str, b: &str| RESULTS.check(a.as_bytes(), b.as_bytes());
    assert!(check(&fresh, &reused).is_err() && check(&reused, &fresh).is_ok());
    // What they have in common is told once.
    let got = project.outcomes("tree", "[40]");
    assert!(
        got.len() < 10_000 && got.contains("$graph"),
        "{}",
        got.len()
    );
    let script = "export function* reused(n) { const row = []; for (let i = 0; i < n; i++) { row.push({ i }); yield row; } }
export function* fresh(n) { for (let i = 0; i < n; i++) yield Array.from({ length: i + 1 }, (_, i) => ({ i })); }
export async function* later(n) { const row = [0]; for (let i = 0; i < n; i++) { row[0] = i; yield row; } }
";
    let Some(project) = Project::javascript(&[("items.mjs", script)]) else {
        return;
    };
    let rows = r#"{"$iter":[[{"i":0}],[{"i":0},{"i":1}]]}"#;
    for (name, want) in [
        ("reused", rows),
        ("fresh", rows),
        ("later", r#"{"$iter":[[0],[1]]}"#),
    ] {
        let got = project.output(name, "[2]", 4);
        assert!(
            got.contains(want) && !got.contains("\"pass\""),
            "{name}: {got}"
        );
        assert_eq!(got.contains("\"reused\":true"), name != "fresh", "{got}");
    }
    // Items that are changed for long need not be copied before they are told from others.
    let long = project.outcomes("reused", "[3000]");
    assert!(
        long.contains("$digest") && long.contains("\"reused\""),
        "{long}"
    );
}

#[test]
fn functions_that_stand_in_the_module_or_were_given_have_a_name() {
    let text = "const OPS = { add: (a, b) => a + b, sub(a, b) { return a - b; } };
function hidden() {}
export function pick(name) { return { chosen: OPS[name], hidden }; }
export function last(given) { return [given.at(-1)]; }
export function bound(n) { return [() => n]; }
export function* reused(n) { const o = { hidden, n: 0 }; for (let i = 0; i < n; i++) { o.n++; yield o; } }
const wrapped = ((f) => (x) => f(x))((x) => x);
export function whole() { return [wrapped]; }
export class Bus { constructor() { this.on = [() => 1, () => 2]; } handlers(n) { return this.on.slice(n); } }
export function* make() { yield [[() => 1, () => 2]]; }
";
    let Some(project) = Project::javascript(&[("ops.mjs", text)]) else {
        return;
    };
    let (add, sub) = (
        project.output("pick", "[\"add\"]", 3),
        project.output("pick", "[\"sub\"]", 3),
    );
    assert_eq!(problem(add.as_bytes()), None);
    for want in ["{\"$name\":\"OPS.add\"}", "{\"$name\":\"hidden\"}"] {
        assert!(add.contains(want), "{add}");
    }
    assert!(RESULTS.check(add.as_bytes(), sub.as_bytes()).is_err());
    for (name, call) in [("reused", "[2]"), ("whole", "[]")] {
        let told = project.output(name, call, 1);
        assert_eq!(problem(told.as_bytes()), None, "{told}");
    }
    let handlers = project.outcomes("Bus.handlers", r#"{"args":[1],"init":{"args":[]}}"#);
    assert_eq!(
        handlers,
        r#"{"call":1,"returned":[{"$name":"this.on[1]"}]}"#
    );
    // What the call makes itself may do anything.
    let why = problem(project.output("bound", "[1]", 1).as_bytes());
    assert!(why.is_some_and(|why| why.contains("result[0] is a function")));
    let project = project.generator("ops.mjs", "make");
    let given = project.outcomes("last", r#"{"seed":1}"#);
    assert_eq!(given, r#"{"call":1,"returned":[{"$name":"args[0][1]"}]}"#);
}

#[test]
fn objects_of_javascript_differ_where_they_do() {
    let text = "class Shut { #n; constructor(n) { this.#n = { n: [n] }; } }
class Symbolic { constructor(n) { this[Symbol('n')] = n; } }
class Keeps { constructor(n) { this.n = n; this.key = () => n; } }
const made = {
  shut: (n) => new Shut(n), symbolic: (n) => [new Symbolic(n)], keeps: (n) => new Keeps(n),
  format: (n) => new Intl.NumberFormat('en', { minimumFractionDigits: n }),
};
export function make(what, n) { return made[what](n); }
export function closure(n) { return { get: () => n }; }
export function texts() { return [new TextDecoder(), new WeakRef({})]; }
";
    let Some(project) = Project::javascript(&[("kinds.mjs", text)]) else {
        return;
    };
    for name in ["shut", "symbolic", "keeps", "format"] {
        let of = |n: u32| project.output("make", &format!("[\"{name}\", {n}]"), 1);
        assert_eq!(of(0), of(0));
        assert_eq!(problem(of(0).as_bytes()), None, "{}", of(0));
        assert!(
            RESULTS.check(of(0).as_bytes(), of(1).as_bytes()).is_err(),
            "{name}: {} {}",
            of(0),
            of(1)
        );
    }
    assert!(
        project
            .outcomes("make", r#"["shut", 3]"#)
            .contains(r##"{"$type":"Shut","fields":{"#n":{"n":[3]}}}"##)
    );
    for (name, want) in [
        ("closure", "result[\"get\"] is a function (get)"),
        ("texts", "result[1] is a WeakRef"),
    ] {
        let why = problem(project.output(name, "[1]", 1).as_bytes()).unwrap();
        assert!(why.contains(want), "{why}");
    }
}
