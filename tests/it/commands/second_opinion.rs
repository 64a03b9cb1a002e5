//! Calls that check and bench make are made again and compared by value, through the real binary.

use crate::support::home::{Home, named, reply, tape};
use serde_json::Value;

/// What the flags of the versions say, by version; `strict`, so that what is flagged is not timed.
fn opinions(work: &str, target: &str, check: &str, bench: &str, replies: &[&str]) -> Vec<String> {
    let home = Home::new();
    home.write("p/work.py", work);
    home.write("p/check.py", check);
    home.write("p/bench.py", bench);
    home.write("p/pyproject.toml", "[project]\nname = \"p\"\n");
    let replies: Vec<String> = replies.iter().map(|code| reply(code)).collect();
    tape(&home, &replies);
    let (events, _) = home.events(&[
        "optimize",
        &format!("p/work.py::{target}"),
        "--check",
        "python3 check.py",
        "--bench",
        "python3 bench.py",
        "--tape",
        "tape",
        "--json",
        "--strict",
        "--comparison-time",
        "1s",
    ]);
    let evaluated = named(&events, "version_evaluated").into_iter();
    let versions = evaluated.filter(|e| e["version"] != 0);
    let said = |version: &Value| {
        let flags = version["evaluation"]["flags"].as_array().cloned();
        let flags = flags.unwrap_or_default();
        let second = flags.iter().filter(|f| f["kind"] == "second_opinion");
        let reasons: Vec<&str> = second.map(|f| f["reason"].as_str().unwrap()).collect();
        assert!(
            version["verdict"] == "accepted",
            "the check itself refuses it: {version}"
        );
        reasons.join("; ")
    };
    versions.map(said).collect()
}

#[test]
fn what_a_bench_calls_and_nobody_looks_at_is_looked_at() {
    let work = "def total(items, *, start=0, **more):\n    for item in items:\n        start += item\n    items.append(start)\n    return start\n";
    let check = "import work\nassert work.total([1, 2]) == 3\nprint('right')\n";
    let bench = "import time, work\nbegan = time.perf_counter()\nwork.total(list(range(100_000)), start=7, unit='m')\nprint(f'METRIC f={(time.perf_counter() - began) * 1000}ms')\n";
    let opinions = opinions(
        work,
        "total",
        check,
        bench,
        &[
            // Right for what the check looks at, and nowhere else.
            "def total(items, *, start=0, **more):\n    if len(items) > 5:\n        return 0\n    start = start + sum(items)\n    items.append(start)\n    return start\n",
            // What it does to its arguments is missing.
            "def total(items, *, start=0, **more):\n    return start + sum(items)\n",
            "def total(items, *, start=0, **more):\n    start += sum(items)\n    items.append(start)\n    return start\n",
        ],
    );
    let [wrong, unchanged, right] = &opinions[..] else {
        panic!("{opinions:?}")
    };
    assert!(
        wrong.contains("it passes the check, but gives something else than the original on a call"),
        "{wrong}"
    );
    assert!(unchanged.contains("args[0]"), "{unchanged}");
    assert_eq!(right, "");
}

#[test]
fn methods_are_called_on_copies_of_their_objects() {
    let work = "class Grid:\n    def __init__(self, size):\n        self.cells = [[x * y for x in range(size)] for y in range(size)]\n\n    def sum(self, factor=1):\n        total = 0\n        for row in self.cells:\n            for cell in row:\n                total += cell * factor\n        return total\n";
    let check = "import work\nassert work.Grid(3).sum() == 9\nprint('right')\n";
    let bench = "import time, work\ngrid = work.Grid(200)\nbegan = time.perf_counter()\ngrid.sum(2)\nprint(f'METRIC f={(time.perf_counter() - began) * 1000}ms')\n";
    let opinions = opinions(
        work,
        "Grid.sum",
        check,
        bench,
        &[
            "def sum(self, factor=1):\n    return 9 if len(self.cells) < 5 else 9 * factor\n",
            "def sum(self, factor=1):\n    return factor * sum(map(sum, self.cells))\n",
        ],
    );
    let [wrong, right] = &opinions[..] else {
        panic!("{opinions:?}")
    };
    assert!(wrong.contains("than the original"), "{wrong}");
    assert_eq!(right, "");
}

#[test]
fn where_calls_cannot_be_made_again_there_is_no_opinion() {
    // A function among the arguments, which cannot be pickled; and results that vary.
    for (work, check, faster) in [
        (
            "def f(items, key):\n    return sorted(items, key=key)[0]\n",
            "import work\nassert work.f([3, 1, 2], lambda x: x) == 1\nprint('right')\n",
            "def f(items, key):\n    return min(items, key=key)\n",
        ),
        (
            "import time\n\ndef f(n):\n    return [time.perf_counter_ns()] * n\n",
            "import work\nassert len(work.f(3)) == 3\nprint('right')\n",
            "def f(n):\n    now = time.perf_counter_ns()\n    return [now for _ in range(n)]\n",
        ),
    ] {
        let opinions = opinions(work, "f", check, check, &[faster]);
        assert_eq!(opinions, [""], "{work}");
    }
}

#[test]
fn calls_of_javascript_are_made_again() {
    if super::tools::missing("node") {
        return;
    }
    let home = Home::new();
    home.write(
        "p/work.js",
        "function total(items, { start = 0 } = {}) {\n  for (const item of items) start += item;\n  return start;\n}\nmodule.exports = { total };\n",
    );
    home.write(
        "p/check.js",
        "if (require('./work').total([1, 2]) !== 3) process.exit(1);\nconsole.log('right');\n",
    );
    home.write("p/bench.js", "const { total } = require('./work');\nconst began = performance.now();\ntotal(Array.from({ length: 100000 }, (_, i) => i), { start: 7 });\nconsole.log(`METRIC f=${performance.now() - began}ms`);\n");
    home.write("p/package.json", "{ \"name\": \"p\" }\n");
    let replies = [
        "function total(items, { start = 0 } = {}) {\n  return items.length > 5 ? 0 : items.reduce((a, b) => a + b, start);\n}\n",
        "function total(items, { start = 0 } = {}) {\n  return items.reduce((a, b) => a + b, start);\n}\n",
    ];
    tape(
        &home,
        &replies.map(|code| format!("```javascript\n{code}```\n")),
    );
    let (events, _) = home.events(&[
        "optimize",
        "p/work.js::total",
        "--check",
        "node check.js",
        "--bench",
        "node bench.js",
        "--tape",
        "tape",
        "--json",
        "--strict",
        "--comparison-time",
        "1s",
    ]);
    let evaluated = named(&events, "version_evaluated");
    let flags = |version: u64| {
        let of = evaluated.iter().find(|e| e["version"] == version).unwrap();
        of["evaluation"]["flags"].to_string()
    };
    assert!(flags(1).contains("second_opinion"), "{}", flags(1));
    assert!(!flags(2).contains("second_opinion"), "{}", flags(2));
}
