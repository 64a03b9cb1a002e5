//! State that a version puts where its module owns nothing: another module, a built-in class, the environment, a file. What is kept
//! there outlives a fresh instance of the module, and whoever else uses the place finds it changed.
//!
//! A program is a fresh process in a fresh file system for each case, so that none of it is kept there.

use std::collections::HashSet;

use super::MOST;
use super::code::{Code, squeezed, stands};
use crate::measure::{Flag, FlagKind};
use crate::task::region::{Change, Grammar, Owner};
use crate::task::{Harness, Task};

/// Objects of JavaScript that belong to everybody.
const GLOBALS: [&str; 30] = [
    "globalThis",
    "global",
    "window",
    "self",
    "process",
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "JSON",
    "Math",
    "Promise",
    "Symbol",
    "RegExp",
    "Date",
    "Function",
    "Buffer",
    "Reflect",
    "Intl",
    "console",
    "Error",
    "require",
    "module",
    "performance",
    "Atomics",
];

/// What of Python belongs to everybody without an import.
const BUILT_IN: [&str; 8] = [
    "builtins",
    "__builtins__",
    "list",
    "dict",
    "set",
    "bytearray",
    "object",
    "type",
];

/// Whether a name that the text does not bind is one of those.
pub(super) fn is_shared(code: &Code, name: &str) -> bool {
    match code.grammar {
        Some(Grammar::JavaScript) => GLOBALS.contains(&name),
        _ => BUILT_IN.contains(&name),
    }
}

/// Methods that put something into a container.
const PUTS: [&str; 12] = [
    "update",
    "setdefault",
    "append",
    "add",
    "insert",
    "extend",
    "set",
    "push",
    "__setitem__",
    "__setattr__",
    "pop",
    "putenv",
];

/// Members that are containers for everybody.
const STORES: [&str; 7] = [
    "environ",
    "__dict__",
    "modules",
    "env",
    "cache",
    "prototype",
    "__builtins__",
];

/// Other ways into what is not the module's own, as they look in a line without its blanks.
const WAYS: [(&str, &str); 29] = [
    ("logging.disable(", "what is logged"),
    (".setLevel(", "what is logged"),
    (".disabled=True", "what is logged"),
    ("warnings.filterwarnings(", "what is warned of"),
    ("warnings.simplefilter(", "what is warned of"),
    ("forbiddenfruit", "a built-in class"),
    ("os.putenv(", "the environment"),
    ("atexit.register", "what runs at the end of the process"),
    ("process.on(", "the events of the process"),
    ("process.once(", "the events of the process"),
    ("signal.signal(", "the handlers of signals"),
    ("at_exit{", "what runs at the end of the process"),
    ("atexit(", "what runs at the end of the process"),
    ("tempfile.", "the folder for temporary files"),
    ("expanduser(", "the home folder"),
    ("Path.home(", "the home folder"),
    ("homedir(", "the home folder"),
    ("tmpdir(", "the folder for temporary files"),
    ("temp_dir(", "the folder for temporary files"),
    ("\"/tmp/", "the folder for temporary files"),
    ("'/tmp/", "the folder for temporary files"),
    ("/dev/shm", "shared memory"),
    ("shared_memory", "shared memory"),
    ("SharedMemory(", "shared memory"),
    ("shm_open(", "shared memory"),
    ("memfd_create(", "shared memory"),
    ("System.setProperty(", "the properties of the process"),
    ("set_var(", "the environment"),
    ("setenv(", "the environment"),
];

/// Ways to write a file, where the original writes none.
const WRITES: [&str; 18] = [
    "shelve.open(",
    "sqlite3.connect(",
    "writeFileSync(",
    "writeFile(",
    "createWriteStream(",
    "dbm.open(",
    "pickle.dump(",
    "marshal.dump(",
    "json.dump(",
    "np.save(",
    "joblib.dump(",
    "write_text(",
    "write_bytes(",
    "fs::write(",
    "File::create(",
    "os.WriteFile(",
    "appendFileSync(",
    "Files.write(",
];

/// Lines of a version that keep something elsewhere and that the original has nothing of.
pub(super) fn find(task: &Task, original: &Code, code: &Code) -> Vec<Flag> {
    if matches!(task.harness, Harness::Program) {
        return Vec::new();
    }
    let before: HashSet<String> = puts(original).into_iter().map(|(_, place)| place).collect();
    let mut found = puts(code);
    found.retain(|(_, place)| !before.contains(place));
    let new = original.lacks(&WAYS.map(|(way, _)| way));
    let ways: Vec<(&str, &str)> = WAYS
        .iter()
        .copied()
        .filter(|(w, _)| new.contains(w))
        .collect();
    // Who writes files already may write them another way.
    let opened = |code: &Code| code.tight.iter().any(|l| opens_to_write(l));
    let writes = original.lacks(&WRITES).len() < WRITES.len() || opened(original);
    for (i, line) in code.tight.iter().enumerate() {
        if code.is_import(i) {
            continue;
        }
        let way = ways.iter().find(|(way, _)| stands(line, way));
        if let Some((way, place)) = way {
            let way = way.trim_matches(['(', '.', ',', '\'', '"', '{']);
            found.push((i, format!("{place} ({way})")));
        } else if !writes && opens_to_write(line) {
            found.push((i, "a file (open)".to_owned()));
        } else if !writes && let Some(way) = WRITES.iter().find(|way| stands(line, way)) {
            found.push((i, format!("a file ({})", way.trim_end_matches('('))));
        }
    }
    found.extend(starts_threads(original, code));
    found.sort();
    found.dedup_by_key(|(line, _)| *line);
    let told = found.into_iter().take(MOST).map(|(line, place)| Flag {
        kind: FlagKind::Outside,
        reason: format!(
            "line {} changes what its module does not own: {}",
            line + 1,
            super::super::text::clean(&place)
        ),
    });
    told.collect()
}

/// Whether a line without its blanks opens a file to write it.
fn opens_to_write(line: &str) -> bool {
    let modes = [
        ",'w", ",\"w", ",'a", ",\"a", ",'x", ",\"x", ",'r+", ",\"r+", "mode='w", "mode=\"w",
        "mode='a", "mode=\"a",
    ];
    (stands(line, "open(") || stands(line, "fopen(")) && modes.iter().any(|m| line.contains(m))
        || stands(line, "OpenOptions")
        || stands(line, "os.Create(")
}

/// What is changed of other modules, of built-in objects and of the classes of values: the line from 0, with the place.
fn puts(code: &Code) -> Vec<(usize, String)> {
    if !matches!(code.grammar, Some(Grammar::Python | Grammar::JavaScript)) {
        return Vec::new();
    }
    let place = |c: &Change| -> Option<String> {
        let of_class = c.path.iter().any(|p| p == "__class__") && c.owner != Owner::Own;
        let root = match &c.owner {
            Owner::Imported(path) => path.as_str(),
            Owner::Elsewhere if is_shared(code, &c.root) => &c.root,
            _ if of_class => "",
            _ => return None,
        };
        let members = root.split('.').chain(c.path.iter().map(String::as_str));
        let members: Vec<&str> = members.filter(|m| !m.is_empty() && *m != "[]").collect();
        let put = match c.method.as_deref() {
            None => !c.path.is_empty(),
            Some("__setattr__") => true,
            Some(method) => {
                PUTS.contains(&method)
                    && members
                        .iter()
                        .any(|m| STORES.contains(m) || of_class && *m == "__class__")
            }
        };
        if !put || is_stream(&members) {
            return None;
        }
        Some(if of_class {
            format!(
                "the class of a value ({})",
                [&[&*c.root], &members[..]].concat().join(".")
            )
        } else {
            members.join(".")
        })
    };
    let all = code.changes.all.iter();
    all.filter_map(|c| Some((c.line, place(c)?))).collect()
}

/// The streams of a process and its limits, which programs set for reasons of their own.
fn is_stream(members: &[&str]) -> bool {
    let known = ["stdin", "stdout", "stderr", "exitCode", "exports"];
    matches!(members, ["sys" | "process" | "module", member, ..] if known.contains(member))
}

/// Threads and processes that are started while the module is imported, or that outlive a call.
fn starts_threads(original: &Code, code: &Code) -> Option<(usize, String)> {
    if !matches!(code.grammar, Some(Grammar::Python | Grammar::JavaScript)) {
        return None;
    }
    let ways = [
        "Thread(",
        "ThreadPoolExecutor(",
        "ProcessPoolExecutor(",
        "Timer(",
        "os.fork(",
        "new Worker(",
        "setInterval(",
        "start_new_thread(",
    ];
    let new = original.lacks(&ways);
    let lines = code.bare.iter().enumerate();
    let mut started = lines.filter_map(|(i, line)| {
        let at_import = !line.starts_with([' ', '\t', '}']);
        let line = squeezed(line);
        let way = new.iter().find(|way| stands(&line, way))?;
        let outlives = line.contains("daemon=True") || line.contains("setInterval(");
        (at_import || outlives).then(|| {
            (
                i,
                format!(
                    "a thread that goes on after it ({})",
                    way.trim_end_matches('(')
                ),
            )
        })
    });
    started.next()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::tests::{calls, task_for};
    use super::*;

    fn told(id: &str, original: &str, text: &str) -> Vec<String> {
        let task = task_for(id, calls());
        let flags = find(&task, &Code::of(&task, original), &Code::of(&task, text));
        flags.into_iter().map(|f| f.reason).collect()
    }

    #[test]
    fn what_is_kept_where_the_module_owns_nothing_is_seen() {
        let body = "def f(x):\n    return x\n";
        for line in [
            "import builtins\nbuiltins.memo = {}",
            "import math\nmath.memo = {}",
            "import math\nmath.__dict__['memo'] = {}",
            "import math\nmath.__dict__.setdefault('memo', {})",
            "import math\nvars(math)['memo'] = {}",
            "import math\nsetattr(math, 'memo', {})",
            "import math\nfrom functools import lru_cache\nmath.sqrt = lru_cache(None)(math.sqrt)",
            "import sys, types\nsys.modules['memo'] = types.ModuleType('memo')",
            "import os\nos.environ['MEMO'] = '1'",
            "import linecache\nlinecache.cache['memo'] = 1",
            "from functools import reduce\nreduce.memo = {}",
            "from pathlib import Path\nMEMO = Path.home() / 'memo'",
            "import tempfile\nMEMO = tempfile.gettempdir()",
            "open('/tmp/memo', 'w')",
            "import threading\nthreading.Thread(target=f, daemon=True).start()",
            "import atexit\natexit.register(print)",
            "import linecache\ncache = linecache.cache\ncache['memo'] = 1",
            "from os import environ as env\nenv['MEMO'] = '1'",
            "import math as m\nm.memo = {}",
            "import logging\nlogging.disable(50)",
            "from logging import getLogger\ngetLogger('a').setLevel(50)",
            "import warnings as w\nw.simplefilter('ignore')",
            "def g(x):\n    type(x).memo = 1",
            "def g(x):\n    x.__class__.memo = 1",
        ] {
            let text = format!("{line}\n{body}");
            assert_eq!(
                told("python", body, &text).len(),
                1,
                "{text}: {:?}",
                told("python", body, &text)
            );
            assert!(told("python", &text, &text).is_empty(), "{text}");
        }
        let body = "function f(x) { return x; }\n";
        for line in [
            "globalThis.memo = new Map();",
            "globalThis[Symbol.for('memo')] ??= new Map();",
            "Array.prototype.memo = 1;",
            "Math.memo = new Map();",
            "process.env.MEMO = '1';",
            "const fs = require('fs');\nfs.memo = new Map();",
            "Object.defineProperty(globalThis, 'memo', {});",
            "function g(x) { x.constructor.memo = 1; }",
            "function g(x) { Object.getPrototypeOf(x).memo = 1; }",
            "Object.assign(Array.prototype, { memo: 1 });",
            "self.memo = 1;",
            "const { env } = process;\nenv.MEMO = '1';",
            "require('fs').writeFileSync('memo', x);",
        ] {
            let text = format!("{line}\n{body}");
            assert_eq!(
                told("javascript", body, &text).len(),
                1,
                "{text}: {:?}",
                told("javascript", body, &text)
            );
        }
    }

    #[test]
    fn what_a_module_owns_and_what_a_call_owns_says_nothing() {
        let body = "def f(x):\n    return x\n";
        for line in [
            "MEMO = {}\ndef g(x):\n    MEMO[x] = 1",
            "import math\nsqrt = math.sqrt",
            "import math\nx = math.pi == 3",
            "def g(x):\n    g.memo = x",
            "class A:\n    def __init__(self):\n        self.sys = 1",
            "import numpy as np\nout = np.empty(3)\nout[0] = np.add(1, 2)",
            "import sys\nsys.stdout = open('x')",
            "import math\ndef g(x):\n    return f(key=math.sqrt, n=math.pi)",
            "import heapq\nheapq.heappush([], 1)",
            "def g(os):\n    return os",
            "def g(sys):\n    sys.memo = 1\n    return sys",
            "import math\ndef g(math):\n    math.x = 1",
            "def g(self, x):\n    type(self).calls = 1",
            "def g(x):\n    return type(x).__dict__['a'] == 1",
            "import my_tempfile\nx = my_tempfile.name",
            "def mysignal_signal(x):\n    return x",
        ] {
            let text = format!("{line}\n{body}");
            assert!(
                told("python", body, &text).is_empty(),
                "{text}: {:?}",
                told("python", body, &text)
            );
        }
        let body = "function f(x) { return x; }\n";
        for line in [
            "const memo = new Map();",
            "const a = Array.from(x); a[0] = Math.max(1, 2);",
            "const { max } = Math;",
            "if (Math.pi === 3) { f(1); }",
            "const h = (x) => Object.keys(x);",
            "module.exports = { f };",
            "const slice = Array.prototype.slice;",
            "const own = Object.prototype.hasOwnProperty.call(x, 'a');",
            "const q = Object.create(Foo.prototype, {});",
            "const p = Object.getPrototypeOf(x) === Foo.prototype;",
            "Math.max.apply(null, [Array.prototype, x]);",
            "function g(window) { window.sum = 1; return window; }",
            "function g() { const self = this; self.n = 1; }",
            "for (const self of x) self.done = true;",
            "function g(xs) { const Map = xs[0]; Map.a = 1; }",
            "class A { f() { this.constructor.count = 1; } }",
            "const o = Object.setPrototypeOf({}, null);",
            "unprocess.once(x);",
        ] {
            let text = format!("{line}\n{body}");
            assert!(
                told("javascript", body, &text).is_empty(),
                "{text}: {:?}",
                told("javascript", body, &text)
            );
        }
    }

    #[test]
    fn who_writes_files_already_may_write_them_another_way() {
        let original =
            "const fs = require('fs');\nfunction f(x) { fs.writeFile('a', x, () => {}); }\n";
        let text =
            "const { writeFileSync } = require('fs');\nfunction f(x) { writeFileSync('a', x); }\n";
        assert!(told("javascript", original, text).is_empty());
        assert_eq!(told("javascript", "function f(x) {}\n", text).len(), 1);
        let original = "def f(x):\n    with open('a', 'w') as h:\n        h.write(x)\n";
        let text = "from pathlib import Path\ndef f(x):\n    Path('a').write_text(x)\n";
        assert!(told("python", original, text).is_empty());
        assert_eq!(told("python", "def f(x):\n    pass\n", original).len(), 1);
    }
}
