//! Python: how modules are loaded, passes made and values told.

use super::driven::{Project, RESULTS};
use reheat::task::calls::driver;

const GEO: &str = r#"
from .util import dist
from . import shapes

class Grid:
    def __init__(self, points):
        self.points = list(points)

    def nearest(self, x):
        self.last = x
        return min(self.points, key=lambda p: dist(p, x))

    @staticmethod
    def unit(n):
        return Grid([n])

    @classmethod
    def named(cls, n):
        return cls.__name__ * n

    @property
    def size(self):
        return len(self.points)

    def __secret(self):
        return "secret"

def corner():
    return shapes.Corner(Grid([1]))
"#;

fn package() -> Project {
    Project::python(&[
        ("src/pkg/geo.py", GEO),
        ("src/pkg/__init__.py", "from .geo import Grid\n"),
        (
            "src/pkg/util.py",
            "def dist(a, b):\n    return abs(a - b)\n",
        ),
        (
            "src/pkg/shapes.py",
            "class Corner:\n    def __init__(self, grid):\n        from .geo import Grid\n        self.same = type(grid) is Grid\n",
        ),
    ])
}

#[test]
fn the_version_is_loaded_under_the_projects_own_name() {
    let project = package();
    let method = r#"{"args": [8], "init": {"args": [[1, 9, 30]]}}"#;
    assert_eq!(
        project.outcomes("Grid.nearest", method),
        r#"{"call":1,"returned":9,"changed":{"self":{"$type":"pkg.geo.Grid","fields":{"last":8,"points":[1,9,30]}}}}"#
    );
    for (name, call, want) in [
        (
            "Grid.unit",
            "[3]",
            r#""returned":{"$type":"pkg.geo.Grid","fields":{"points":[3]}}"#,
        ),
        ("Grid.named", "[2]", r#""returned":"GridGrid""#),
        (
            "Grid.size",
            r#"{"init": {"args": [[1, 2]]}}"#,
            r#""returned":2"#,
        ),
        (
            "Grid.__secret",
            r#"{"init": {"args": [[]]}}"#,
            r#""returned":"secret""#,
        ),
        (
            "Grid.__init__",
            "[[5]]",
            r#""returned":{"$type":"pkg.geo.Grid""#,
        ),
        ("Grid", "[[5]]", r#""returned":{"$type":"pkg.geo.Grid""#),
    ] {
        let got = project.outcomes(name, call);
        assert!(got.contains(want), "{name}: {got}");
    }
    // In every pass the neighbours see the instance of the module that is called.
    let got = project.output("corner", "[]", 6);
    assert!(
        got.contains(r#""fields":{"same":true}"#) && !got.contains("pass"),
        "{got}"
    );
    let faster = GEO.replace("min(self.points", "max(self.points");
    let got = package().version(&faster).outcomes("Grid.nearest", method);
    assert!(got.contains(r#""returned":30"#), "{got}");
}

const STATE: &str = "
import functools, sys
seen = []
def count():
    seen.append(1)
    print('call', file=sys.stderr)
    return len(seen)
@functools.lru_cache(None)
def hits(n):
    return n
def info(n):
    hits(n)
    return hits.cache_info().hits
class Box:
    kept = {}
    def put(self, k):
        self.kept[k] = 1
        return len(self.kept)
def default(x, known=[]):
    known.append(x)
    return list(known)
";

#[test]
fn what_a_module_keeps_does_not_reach_the_next_pass() {
    let mut project = Project::python(&[("state.py", STATE)]);
    for (name, calls) in [
        ("count", "[]\n[]"),
        ("info", "[1]\n[1]"),
        ("Box.put", "[1]\n[2]"),
        ("default", "[1]"),
    ] {
        let once = project.output(name, calls, 1);
        for passes in [2, 3, 4, 9] {
            assert_eq!(project.output(name, calls, passes), once, "{name} {passes}");
        }
    }
    // Within a pass the calls follow one another.
    assert!(
        project
            .outcomes("count", "[]\n[]")
            .contains(r#""call":2,"returned":2,"#)
    );
    // All passes are really made.
    for passes in [1, 7] {
        let outcome = project.run("count", "[]\n[]", passes);
        let said = String::from_utf8_lossy(&outcome.stderr.bytes).into_owned();
        assert_eq!(said.matches("call").count(), 2 * passes as usize);
    }
    project.keep = true;
    let kept = project.output("count", "[]", 9);
    assert!(kept.contains("\"pass\":"), "{kept}");
}

#[test]
fn a_module_that_cannot_be_loaded_twice_serves_all_passes() {
    let text = "import builtins\nif hasattr(builtins, 'mine'):\n    raise ValueError('already there')\nbuiltins.mine = 1\ndef f(x):\n    return x + 1\n";
    let outcome = Project::python(&[("once.py", text)]).run("f", "[1]", 5);
    let why = driver::kept(&outcome.stderr.bytes).unwrap();
    assert!(why.contains("ValueError: already there"), "{why}");
    assert!(String::from_utf8_lossy(&outcome.stdout.bytes).contains(r#""returned":2"#));
}

const VALUES: &str = r#"
import collections, dataclasses, datetime, decimal, enum, fractions, itertools, math, pathlib, re
@dataclasses.dataclass
class Point:
    x: int
    y: int = 0
class Slots:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1
class Colour(enum.Enum):
    RED = 1
Pair = collections.namedtuple("Pair", "left right")
class Mine(list):
    pass
def cycle():
    a = [1]; a.append(a); return a
def deep():
    a = None
    for i in range(50_000): a = [a, i]
    return a
MADE = {
    "tuple": (1, [2], 2.0), "set": {3, 1, 2}, "frozen": frozenset("a"), "bytes": b"hi", "nan": math.nan,
    "zero": -0.0, "complex": 1j, "big": 2 ** 70, "dict": {1: "a", (2,): "b"}, "dollar": {"$x": 1},
    "point": Point(1), "slots": Slots(), "enum": Colour.RED, "pair": Pair(1, 2), "mine": Mine([1]),
    "deque": collections.deque([1, 2]), "counter": collections.Counter("aab"),
    "ordered": collections.OrderedDict([("b", 1), ("a", 2)]), "default": collections.defaultdict(list, {"k": [1]}),
    "date": datetime.date(2024, 5, 6), "decimal": decimal.Decimal("1.50"), "fraction": fractions.Fraction(1, 3),
    "path": pathlib.PurePosixPath("/a/b"), "range": range(3), "pattern": re.compile("a+"), "function": len,
    "method": Point, "surrogate": "\ud800", "unicode": "żółw", "array": bytearray(b"x"), "error": ValueError("x"),
}
def made(what): return MADE[what]
def gen(n): yield from range(n)
def endless(): return itertools.count()
"#;

#[test]
fn values_of_many_kinds_are_told_by_value() {
    let project = Project::python(&[("values.py", VALUES)]);
    let kinds = [
        ("tuple", r#"{"$tuple":[1,[2],2.0]}"#),
        ("set", r#"{"$set":[1,2,3]}"#),
        ("frozen", r#"{"$frozenset":["a"]}"#),
        ("bytes", r#"{"$bytes":"aGk="}"#),
        ("nan", r#"{"$float":"nan"}"#),
        ("zero", "-0.0"),
        ("complex", r#"{"$complex":[0.0,1.0]}"#),
        ("big", r#"{"$int":"1180591620717411303424"}"#),
        ("dict", r#"{"$dict":[[1,"a"],[{"$tuple":[2]},"b"]]}"#),
        ("dollar", r#"{"$dict":[["$x",1]]}"#),
        (
            "point",
            r#"{"$type":"values.Point","fields":{"x":1,"y":0}}"#,
        ),
        ("slots", r#"{"$type":"values.Slots","fields":{"a":1}}"#),
        ("enum", r#"{"$enum":"values.Colour.RED"}"#),
        (
            "pair",
            r#"{"$type":"values.Pair","fields":{"left":1,"right":2}}"#,
        ),
        ("mine", r#"{"$type":"values.Mine","value":[1]}"#),
        ("deque", r#"{"$type":"collections.deque","value":[1,2]}"#),
        (
            "counter",
            r#"{"$type":"collections.Counter","value":{"a":2,"b":1}}"#,
        ),
        (
            "ordered",
            r#"{"$type":"collections.OrderedDict","value":{"$pairs":[["b",1],["a",2]]}}"#,
        ),
        (
            "default",
            r#"{"$type":"collections.defaultdict","value":{"k":[1]}}"#,
        ),
        ("date", r#"{"$type":"datetime.date","value":"2024-05-06"}"#),
        ("decimal", r#"{"$type":"decimal.Decimal","value":"1.50"}"#),
        (
            "fraction",
            r#"{"$type":"fractions.Fraction","value":"1/3"}"#,
        ),
        ("range", r#"{"$type":"range","value":[0,3,1]}"#),
        ("function", r#"{"$name":"len"}"#),
        ("method", r#"{"$name":"values.Point"}"#),
        ("surrogate", r#"{"$str":"\\ud800"}"#),
        ("unicode", "\"żółw\""),
        (
            "array",
            r#"{"$type":"bytearray","value":{"$bytes":"eA=="}}"#,
        ),
        ("error", r#"{"$type":"ValueError","value":["x"]}"#),
    ];
    let calls: Vec<String> = kinds.iter().map(|(k, _)| format!("[\"{k}\"]")).collect();
    let got = project.outcomes("made", &calls.join("\n"));
    for ((kind, want), line) in kinds.iter().zip(got.lines()) {
        assert!(
            line.ends_with(&format!("\"returned\":{want}}}")),
            "{kind}: {line}"
        );
    }
    assert_eq!(
        project.outcomes("gen", "[3]"),
        r#"{"call":1,"returned":{"$iter":[0,1,2]}}"#
    );
    let cut = project.outcomes("endless", "[]");
    assert!(cut.contains("$digest"), "{}", &cut[..200.min(cut.len())]);
    // However deep or cyclic: readable, and equal to itself by value.
    for name in ["deep", "cycle"] {
        let a = project.output(name, "[]", 1);
        let b = a.replacen("\"call\":1", "\"call\": 1", 1);
        assert_ne!(a, b);
        RESULTS.check(a.as_bytes(), b.as_bytes()).unwrap();
    }
}

#[test]
fn arguments_of_many_kinds_are_made() {
    let text = "class P:\n    def __init__(self, x):\n        self.x = x\ndef show(a):\n    return type(a).__name__, repr(getattr(a, 'x', a))\n";
    let project = Project::python(&[("pkg/args.py", text), ("pkg/__init__.py", "")]);
    let kinds = [
        (r#"{"$tuple": [1, [2]]}"#, "tuple", "(1, [2])"),
        (r#"{"$set": [1]}"#, "set", "{1}"),
        (r#"{"$bytes": "aGk="}"#, "bytes", "b'hi'"),
        (r#"{"$float": "-inf"}"#, "float", "-inf"),
        (r#"{"$complex": [1, 2]}"#, "complex", "(1+2j)"),
        (
            r#"{"$int": "99999999999999999999999"}"#,
            "int",
            "99999999999999999999999",
        ),
        (r#"{"$dict": [[1, {"$tuple": []}]]}"#, "dict", "{1: ()}"),
        (
            r#"{"$date": "2024-05-06"}"#,
            "date",
            "datetime.date(2024, 5, 6)",
        ),
        (r#"{"$undefined": true}"#, "NoneType", "None"),
        (r#"{"$new": {"class": "P", "args": [7]}}"#, "P", "7"),
        (
            r#"{"$new": {"class": "decimal.Decimal", "args": ["1.5"]}}"#,
            "Decimal",
            "Decimal('1.5')",
        ),
        (r#"{"$literal": {"$set": [1]}}"#, "dict", "{'$set': [1]}"),
    ];
    let calls: Vec<String> = kinds.iter().map(|(k, ..)| format!("[{k}]")).collect();
    let got = project.outcomes("show", &calls.join("\n"));
    for ((kind, name, repr), line) in kinds.iter().zip(got.lines()) {
        let want = format!("\"returned\":{{\"$tuple\":[\"{name}\",\"{repr}\"]}}");
        assert!(line.contains(&want), "{kind}: {line}");
    }
}

#[test]
fn a_generator_makes_the_calls() {
    let text = "import random\nfrom pkg.geo import Grid\ndef make(seed):\n    for i in range(3):\n        yield {'args': [random.randrange(100)], 'init': {'args': [{1, 50}]}}\ndef once():\n    return [([5],)]\n";
    let mut files = vec![("src/pkg/geo.py", GEO)];
    files.extend([
        ("src/pkg/__init__.py", ""),
        (
            "src/pkg/util.py",
            "def dist(a, b):\n    return abs(a - b)\n",
        ),
        ("src/pkg/shapes.py", ""),
        ("bench/gen.py", text),
    ]);
    let project = Project::python(&files).generator("bench/gen.py", "make");
    let one = project.output("Grid.nearest", r#"{"seed": 1}"#, 4);
    assert!(
        one.starts_with(r#"{"reheat":"outcomes","calls":3,"left":{"names":[]}}"#),
        "{one}"
    );
    assert_eq!(one, project.output("Grid.nearest", r#"{"seed": 1}"#, 1));
    assert_ne!(one, project.output("Grid.nearest", r#"{"seed": 2}"#, 1));
    let both = project.output("Grid.nearest", r#"{"seeds": [1, 2]}"#, 1);
    assert!(both.contains("\"calls\":6"), "{both}");
    let once = Project::python(&files).generator("bench/gen.py", "once");
    let got = once.outcomes("Grid", "{}");
    assert!(got.contains(r#""fields":{"points":[5]}"#), "{got}");
}

/// Functions of all manners, each with calls.
#[cfg(target_os = "linux")]
const MANNERS: &str = "import asyncio
import itertools


class Box:
    def __init__(self, start):
        self.n = start

    def add(self, x):
        self.n += x
        return [self.n, x]

    @property
    def double(self):
        return self.n * 2


def yields(x):
    for i in range(x):
        yield i


async def waits(x):
    await asyncio.sleep(0)
    return x * 2


async def comes(x):
    for i in range(x):
        yield i


def changes(x):
    x.append(1)
    return len(x)


def raises(x, *, limit=3):
    if x > limit:
        raise ValueError('too much')
    return x + limit


def prints(x):
    print('x is', x)
    return x


held = []


def aliased(x):
    held.append(x)
    del held[:-1]
    return held


count = itertools.count(1)


def counted():
    return next(count)
";

/// Outcomes without what is told of single passes alone.
#[cfg(target_os = "linux")]
fn without_states(outcomes: &str) -> String {
    let mut out = String::new();
    for line in outcomes.lines() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(left) = line.get_mut("left").and_then(|l| l.as_object_mut()) {
            // Of calls that are made by halves the one before may not be among them.
            for kind in ["names", "globals", "files", "sharing"] {
                left.remove(kind);
            }
            if left.is_empty() {
                line.as_object_mut().unwrap().remove("left");
            }
        }
        out += &format!("{line}\n");
    }
    out
}

#[cfg(target_os = "linux")]
#[test]
fn bursts_come_to_what_single_passes_do() {
    let project = Project::python(&[("m.py", MANNERS)]);
    for (name, calls) in [
        ("yields", "[3]\n[4]"),
        ("waits", "[3]\n[4]\n[5]"),
        ("comes", "[3]\n[2]"),
        ("changes", "[[3]]\n[[4, 5]]"),
        (
            "raises",
            "[1]\n[7]\n{\"args\": [7], \"kwargs\": {\"limit\": 9}}",
        ),
        ("prints", "[3]\n[4]"),
        ("aliased", "[3]\n[4]"),
        ("raises", "[2]\n[2]"),
        (
            "Box.add",
            "{\"init\": {\"args\": [1]}, \"args\": [2]}\n{\"init\": {\"args\": [5]}, \"args\": [2]}",
        ),
        ("Box.double", "{\"init\": {\"args\": [4]}}"),
    ] {
        let once = project.output(name, calls, 1);
        for fresh in [false, true] {
            let bursts = project.bursts(name, calls, fresh);
            assert_eq!(
                without_states(&bursts),
                without_states(&once),
                "{name} {fresh}"
            );
        }
    }
    // What it keeps changes what comes of it, unless every pass has an instance of its own.
    assert!(project.bursts("counted", "[]", false).contains("\"pass\":"));
    assert_eq!(
        without_states(&project.bursts("counted", "[]", true)),
        without_states(&project.output("counted", "[]", 1))
    );
}

/// Where a version's objects lie in memory would follow from the length of its text, each time alike, and make it a little
/// faster or slower than it is.
#[test]
fn the_code_of_a_version_lies_elsewhere_each_time() {
    let text = "def place():\n    return id(place.__code__) % 4096\n";
    let project = Project::python(&[("place.py", text)]);
    let places: std::collections::HashSet<String> =
        (0..8).map(|_| project.output("place", "[]", 1)).collect();
    assert!(places.len() > 1, "{places:?}");
}
