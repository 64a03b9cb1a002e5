//! TypeScript: called where Node.js removes types, and what to do is said where it does not.

use std::process::Command;

use super::driven::Project;

const FILES: [(&str, &str); 5] = [
    (
        "src/geo.ts",
        r#"import { dist, type Point } from "./util";
import { Unit } from "./types.js";
import { Kind } from "./kind.ts";
export class Grid<T extends Point> {
  #n = 0;
  constructor(private points: T[], readonly kind: Kind = Kind.Square) {}
  nearest(x: number): T { return this.points.reduce((a, b) => (dist(b, x) < dist(a, x) ? b : a)); }
  get size(): number { return this.points.length as number; }
}
export function twice(a: string): string;
export function twice(a: Unit): Unit;
export function twice(a: any): any { return a + a; }
const arrow = <T,>(a: T): T => a!;
"#,
    ),
    (
        "src/util.ts",
        "export type Point = number;\nexport const dist = (a: Point, b: number) => Math.abs(a - b);\n",
    ),
    ("src/types.ts", "export type Unit = number;\n"),
    ("src/kind.ts", "export enum Kind { Round, Square }\n"),
    ("package.json", "{\"type\": \"module\"}"),
];

/// Whether the Node.js here removes types. Those that many systems install do not, so that is only asked for by name.
fn removes_types() -> bool {
    let question = "const m = require('module'); process.exit(m.stripTypeScriptTypes && m.registerHooks ? 0 : 1)";
    let asked = Command::new("node").args(["-e", question]).status();
    let removes = asked.is_ok_and(|status| status.success());
    if !removes {
        let asked_for = std::env::var("REHEAT_TESTS_NO_SKIP").is_ok_and(|v| v == "typescript");
        assert!(!asked_for, "this Node.js does not remove types");
        println!("skipped: needs a Node.js that removes types");
    }
    removes
}

#[test]
fn functions_are_called_without_their_types_or_what_to_do_is_said() {
    let Some(project) = Project::javascript(&FILES) else {
        return;
    };
    if !removes_types() {
        let why = project.refusal("twice", "[1]");
        for part in ["src/geo.ts is TypeScript", "22.18 or later", "--bench"] {
            assert!(why.contains(part), "{why}");
        }
        return;
    }
    let of_grid = r#"{"args": [8], "init": {"args": [[1, 9]]}}"#;
    for (name, call, want) in [
        ("Grid.nearest", of_grid, r#""returned":9"#),
        (
            "get Grid.size",
            r#"{"init": {"args": [[1, 9]]}}"#,
            r#""returned":2"#,
        ),
        ("twice", "[3]", r#""returned":6"#),
        ("arrow", "[[3]]", r#""returned":[3]"#),
    ] {
        for passes in [1, 6] {
            let got = project.output(name, call, passes);
            assert!(
                got.contains(want) && !got.contains("\"pass\""),
                "{name} {passes}: {got}"
            );
        }
    }
    let version = project.version("export function twice(a: number): number { return a * 2; }");
    let got = version.outcomes("twice", "[4]");
    assert!(got.contains(r#""returned":8"#), "{got}");
    let why = version
        .version("export const twice = (a: number => a;")
        .refusal("twice", "[4]");
    assert!(why.contains("cannot be read as TypeScript"), "{why}");
}

#[test]
fn modules_of_both_kinds_and_those_that_import_themselves_are_loaded() {
    if !removes_types() {
        return;
    }
    for (name, call, files) in [
        (
            "near",
            "[3, 5]",
            [
                (
                    "a.cts",
                    "const { dist } = require('./b.cts');\nfunction near(a: number, b: number): number { return dist(a, b); }\nmodule.exports = { near };\n",
                ),
                (
                    "b.cts",
                    "exports.dist = (a: number, b: number) => Math.abs(a - b);\n",
                ),
            ],
        ),
        (
            "one",
            "[5]",
            [
                (
                    "a.ts",
                    "import { two } from './b.ts';\nexport const one = (a: number): number => (a < 1 ? 1 : two(a - 1));\n",
                ),
                (
                    "b.ts",
                    "import { one } from './a.js';\nexport const two = (a: number): number => (a < 1 ? 2 : one(a - 1));\n",
                ),
            ],
        ),
    ] {
        let Some(project) = Project::javascript(&files) else {
            return;
        };
        let got = project.outcomes(name, call);
        assert!(got.contains(r#""returned":2"#), "{name}: {got}");
    }
}
