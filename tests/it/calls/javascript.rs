//! JavaScript: CommonJS and ES modules, exported or not.

use super::driven::{Project, RESULTS};
use reheat::sandbox::RunVerdict;
use reheat::task::calls::problem;

const BODY: &str = r#"
const memo = new Map();
let count = 0;
class Grid {
  constructor(points) { this.points = points; }
  nearest(x) { this.last = x; return this.points.reduce((a, b) => (dist(b, x) < dist(a, x) ? b : a)); }
  get size() { return this.points.length; }
  static unit(n) { return new Grid([n]); }
}
function values() {
  return { a: new Set([2, 1]), b: [1.5, NaN, -0, undefined, 10n, null, , "x"], d: new Date(0), r: /a/g, m: new Map([[1, { x: 1 }]]), t: new Float32Array([1, 2]), e: new TypeError("x"), o: { $x: 1 } };
}
function counted() { console.error("call"); return ++count; }
function fact(n) { return n < 2 ? ["here"] : fact(n - 1); }
function cycle() { const a = [1]; a.push(a); return a; }
function deep() { let a = null; for (let i = 0; i < 50000; i++) a = [a, i]; return a; }
function* numbers(n) { for (let i = 0; i < n; i++) yield i; if (n > 2) throw new RangeError("x"); }
async function later(n) { await null; console.log("hi", n); return n * 2; }
async function refuses() { throw new TypeError("x"); }
async function* stream(n) { for (let i = 0; i < n; i++) yield i; }
function clock() { return performance.now(); }
function leave() { process.exit(3); }
function sort(xs) { xs.sort(); }
function never() { return new Promise(() => {}); }
function promises() { return [Promise.resolve(1)]; }
function spin() { for (;;); }
const arrow = (a) => a + 1;
const tools = { twice(x) { return x * 2; } };
"#;

fn common() -> Option<Project> {
    let text = format!(
        "\"use strict\";\nconst {{ dist }} = require(\"./util\");\n{BODY}\nmodule.exports = {{ Grid }}; // end"
    );
    Project::javascript(&[
        ("lib/geo.js", &text),
        ("lib/util.js", "exports.dist = (a, b) => Math.abs(a - b);"),
        (
            "bench/gen.js",
            "const { Grid } = require('../lib/geo.js');\nexports.make = (seed) => [{ args: [seed], init: { args: [[1, 9]] } }, { args: [8], init: { args: [[1, 9]] } }];\n",
        ),
    ])
}

fn modern() -> Option<Project> {
    let text = format!(
        "import {{ dist }} from \"./util.mjs\";\nimport * as path from 'node:path';\n{BODY}\nconst here = path.basename(import.meta.url);\nexport {{ Grid as Raster }};\nexport default function (a) {{ return here + a; }}"
    );
    Project::javascript(&[
        ("lib/geo.mjs", &text),
        (
            "lib/util.mjs",
            "export const dist = (a, b) => Math.abs(a - b);",
        ),
    ])
}

#[test]
fn functions_and_methods_of_both_kinds_of_modules_are_called() {
    for project in [common(), modern()].into_iter().flatten() {
        for (name, call, want) in [
            (
                "Grid.nearest",
                r#"{"args": [8], "init": {"args": [[1, 9]]}}"#,
                r#""returned":9,"changed":{"this":{"$type":"Grid","fields":{"last":8,"points":[1,9]}}}"#,
            ),
            (
                "Grid.size",
                r#"{"init": {"args": [[1, 9]]}}"#,
                r#""returned":2"#,
            ),
            (
                "Grid.unit",
                "[3]",
                r#""returned":{"$type":"Grid","fields":{"points":[3]}}"#,
            ),
            ("arrow", r#"[{"$int": "5"}]"#, r#""raised":"TypeError""#),
            ("tools.twice", "[4]", r#""returned":8"#),
            ("fact", "[3]", r#""returned":["here"]"#),
            ("numbers", "[2]", r#""returned":{"$iter":[0,1]}"#),
            (
                "numbers",
                "[3]",
                r#""returned":{"$iter":[0,1,2],"raised":"RangeError"}"#,
            ),
            ("later", "[4]", r#""returned":8,"printed":"hi 4\n""#),
            ("refuses", "[]", r#""raised":"TypeError","message":"x""#),
            ("stream", "[2]", r#""returned":{"$iter":[0,1]}"#),
            ("leave", "[]", r#""raised":"process.exit""#),
            ("sort", "[[2, 1]]", r#""changed":{"args[0]":[1,2]}"#),
            (
                "sort",
                r#"[{"$new": {"class": "Grid", "args": [1]}}]"#,
                r#""raised":"TypeError""#,
            ),
        ] {
            for passes in [1, 6] {
                let got = project.output(name, call, passes);
                assert!(
                    got.contains(want) && !got.contains("\"pass\""),
                    "{name} {passes}: {got}"
                );
            }
        }
        let got = project.outcomes("values", "[]");
        for part in [
            r#""a":{"$set":[1,2]}"#,
            r#""b":[1.5,{"$float":"nan"},-0.0,{"$undefined":true},{"$int":"10"},null,{"$hole":true},"x"]"#,
            r#""d":{"$date":"1970-01-01T00:00:00.000Z"}"#,
            r#""m":{"$map":[[1,{"x":1}]]}"#,
            r#""t":{"$type":"Float32Array","value":[1,2]}"#,
            r#""e":{"$type":"TypeError","value":"x"}"#,
            r#""o":{"$dict":[["$x",1]]}"#,
        ] {
            assert!(got.contains(part), "{part}: {got}");
        }
        for name in ["deep", "cycle"] {
            let a = project.output(name, "[]", 1);
            let b = a.replacen("\"call\":1", "\"call\": 1", 1);
            RESULTS.check(a.as_bytes(), b.as_bytes()).unwrap();
        }
    }
}

#[test]
fn every_pass_has_an_instance_of_its_own() {
    for mut project in [common(), modern()].into_iter().flatten() {
        let once = project.output("counted", "[]\n[]", 1);
        assert!(once.contains("\"call\":2,\"returned\":2,"), "{once}");
        for passes in [2, 3, 9] {
            assert_eq!(project.output("counted", "[]\n[]", passes), once);
        }
        let outcome = project.run("counted", "[]\n[]", 7);
        let said = String::from_utf8_lossy(&outcome.stderr.bytes).into_owned();
        assert_eq!(said.matches("call").count(), 14);
        project.keep = true;
        assert!(project.output("counted", "[]", 9).contains("\"pass\":"));
    }
}

#[test]
fn exports_need_no_name_of_their_own() {
    let Some(project) = modern() else { return };
    assert!(
        project
            .outcomes("default", r#"["!"]"#)
            .contains(r#""returned":"geo.mjs!""#)
    );
    assert!(project.outcomes("Raster.unit", "[1]").contains("Grid"));
    let project = Project::javascript(&[(
        "a.js",
        "module.exports = function (x) { return x + 1; };\nexports.b = 1;",
    )])
    .unwrap();
    assert!(
        project
            .outcomes("exports", "[1]")
            .contains("\"returned\":2")
    );
    let files = [
        (
            "a.js",
            "export const f = (x) => x + 1;\nexport const g = (await null, 3);",
        ),
        ("package.json", "{\"type\": \"module\"}"),
    ];
    let project = Project::javascript(&files).unwrap();
    assert!(project.outcomes("f", "[1]").contains("\"returned\":2"));
}

#[test]
fn modules_that_import_one_another_see_the_version() {
    let a = "const b = require('./b');\nlet n = 0;\nfunction f(x) { return x > 0 ? b.g(x) : 'old' + ++n; }\nmodule.exports = { f };";
    let b = "exports.g = (x) => require('./a').f(x - 1);";
    let Some(project) = Project::javascript(&[("a.js", a), ("b.js", b)]) else {
        return;
    };
    let project = project.version(&a.replace("old", "new"));
    let got = project.output("f", "[3]", 6);
    assert!(
        got.contains("\"returned\":\"new1\"") && !got.contains("\"pass\""),
        "{got}"
    );
    let a = "import { g } from './b.mjs';\nexport function f(x) { return x > 0 ? g(x) : 'old'; }";
    let b = "import { f } from './a.mjs';\nexport const g = (x) => f(x - 1);";
    let project = Project::javascript(&[("a.mjs", a), ("b.mjs", b)]).unwrap();
    let project = project.version(&a.replace("old", "new"));
    let outcome = project.run("f", "[3]", 6);
    let got = String::from_utf8_lossy(&outcome.stdout.bytes).into_owned();
    assert!(
        got.contains("\"returned\":\"new\""),
        "{got} {}",
        String::from_utf8_lossy(&outcome.stderr.bytes)
    );
}

#[test]
fn a_generator_makes_the_calls() {
    let Some(project) = common() else { return };
    let project = project.generator("bench/gen.js", "make");
    let got = project.output("Grid.nearest", r#"{"seed": 2}"#, 4);
    assert!(
        got.contains("\"calls\":2")
            && got.contains("\"returned\":1")
            && got.contains("\"returned\":9"),
        "{got}"
    );
}

#[test]
fn what_cannot_be_judged_is_said() {
    let Some(mut project) = common() else { return };
    let (a, b) = (
        project.output("clock", "[]", 1),
        project.output("clock", "[]", 1),
    );
    assert!(RESULTS.varies(&[a.as_bytes(), b.as_bytes()]).is_some());
    assert!(
        problem(project.output("promises", "[]", 1).as_bytes())
            .unwrap()
            .contains("result[0] is a Promise")
    );
    for (name, call, want) in [
        ("never", "[]", "call 1 waits for something that never comes"),
        ("nothing", "[]", "has no nothing at its top"),
        (
            "Grid.nearest",
            r#"{"args": [1], "kwargs": {"x": 1}}"#,
            "no keyword arguments",
        ),
        (
            "sort",
            r#"[{"$new": {"class": "Nope"}}]"#,
            "there is no class Nope",
        ),
        ("sort", r#"{"init": {}}"#, "is not a method"),
    ] {
        let why = project.refusal(name, call);
        assert!(why.contains(want), "{name}: {why}");
    }
    for (text, want) in [
        (
            "const x = require('nowhere');\nfunction f() {}",
            "f.js cannot be imported: Error: Cannot find module 'nowhere'",
        ),
        (
            "import x from 'nowhere';\nexport function f() {}",
            "the package nowhere is not there",
        ),
        ("function f( {\n", "f.js cannot be read as JavaScript"),
        (
            "null.x;\nfunction f() {}",
            "f.js cannot be imported: TypeError",
        ),
    ] {
        let why = Project::javascript(&[("f.js", text)])
            .unwrap()
            .refusal("f", "[]");
        assert!(why.contains(want), "{text}: {why}");
    }
    project.time = std::time::Duration::from_secs(2);
    assert_eq!(project.run("spin", "[]", 1).verdict, RunVerdict::TimeLimit);
}

#[cfg(target_os = "linux")]
#[test]
fn bursts_come_to_what_single_passes_do() {
    let text = "class Box { constructor(n) { this.n = n } add(x) { this.n += x; return [this.n, x] } get double() { return this.n * 2 } }
function* yields(x) { for (let i = 0; i < x; i++) yield i }
async function waits(x) { await null; return x * 2 }
async function* comes(x) { for (let i = 0; i < x; i++) yield i }
function changes(x) { x.push(1); return x.length }
function raises(x, y) { if (x > 3) throw new RangeError('too much'); return [x, y] }
function prints(x) { console.log('x is', x); return x }
const held = [];
function aliased(x) { held[0] = x; return held }
let count = 0;
function counted() { return ++count }
module.exports = { Box, yields, waits, comes, changes, raises, prints, aliased, counted };
";
    let Some(project) = Project::javascript(&[("m.js", text)]) else {
        return;
    };
    for (name, calls) in [
        ("yields", "[3]\n[4]"),
        ("waits", "[3]\n[4]\n[5]"),
        ("comes", "[3]\n[2]"),
        ("changes", "[[3]]\n[[4, 5]]"),
        ("raises", "[1]\n[7, 2]\n[2, 3]"),
        ("prints", "[3]\n[4]"),
        ("aliased", "[3]\n[4]"),
        (
            "Box.add",
            "{\"init\": {\"args\": [1]}, \"args\": [2]}\n{\"init\": {\"args\": [5]}, \"args\": [2]}",
        ),
        ("Box.double", "{\"init\": {\"args\": [4]}}"),
    ] {
        // What calls leave behind is seen in single passes.
        let once = without_left(&project.output(name, calls, 1));
        for fresh in [false, true] {
            let bursts = without_left(&project.bursts(name, calls, fresh));
            assert_eq!(bursts, once, "{name}, fresh: {fresh}");
        }
    }
    assert!(project.bursts("counted", "[]", false).contains("\"pass\":"));
    assert_eq!(
        without_left(&project.bursts("counted", "[]", true)),
        without_left(&project.output("counted", "[]", 1))
    );
}

/// Outcomes without what calls left behind, which stands at the end of a line.
#[cfg(target_os = "linux")]
fn without_left(output: &str) -> String {
    let lines = output
        .lines()
        .map(|line| match line.split_once(",\"left\":") {
            Some((outcome, _)) => format!("{outcome}}}\n"),
            None => format!("{line}\n"),
        });
    lines.collect()
}

#[test]
fn the_driver_parses_as_many_texts_for_a_version_as_for_the_original_and_each_once() {
    // What it does before the first call counts as if the version did it.
    for (file, head) in [("lib/f.mjs", "export "), ("lib/f.cjs", "exports.f = f;\n")] {
        let text = format!("{head}function f(x) {{ return x + 1; }}\n");
        let other = format!("{head}function f(x) {{ return 1 + x; }}\nfunction more() {{}}\n");
        let Some(project) = Project::javascript(&[(file, &text)]) else {
            return;
        };
        let original = project.parsed("f", "[1]");
        assert_eq!(original, [text.len(), text.len()], "{file}");
        let version = project.version(&other).parsed("f", "[1]");
        assert_eq!(version, [text.len(), other.len()], "{file}");
    }
}
