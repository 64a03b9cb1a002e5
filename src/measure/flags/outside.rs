//! State that a version puts where its module owns nothing: another module, a built-in class, the environment, a file. What is kept
//! there outlives a fresh instance of the module, and whoever else uses the place finds it changed.
//!
//! A program is a fresh process in a fresh file system for each case, so that none of it is kept there.

use std::collections::HashSet;

use super::MOST;
use super::code::{Code, Word, squeezed};
use super::dropped::{chain, is_assignment};
use crate::measure::{Flag, FlagKind};
use crate::task::region::{Grammar, Syntax};
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

/// Other ways into what is not the module's own, as they look in a line without its blanks.
const WAYS: [(&str, &str); 43] = [
    ("setattr(builtins", "the builtins"),
    ("setattr(sys", "another module"),
    ("setattr(type(", "a class of its arguments"),
    (".__class__.__dict__", "a class of its arguments"),
    ("__builtins__", "the builtins"),
    ("sys.modules[", "the table of modules"),
    ("sys.modules.setdefault", "the table of modules"),
    ("vars(sys", "another module"),
    ("vars(builtins", "the builtins"),
    ("forbiddenfruit", "a built-in class"),
    ("os.putenv(", "the environment"),
    ("Object.setPrototypeOf(", "the class of a value"),
    ("defineProperty(globalThis", "the global object"),
    ("defineProperty(global,", "the global object"),
    ("assign(globalThis", "the global object"),
    ("Reflect.set(globalThis", "the global object"),
    (".prototype,", "a class"),
    (".__proto__=", "the class of a value"),
    ("getPrototypeOf(", "the class of a value"),
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
    ("shm_open(", "shared memory"),
    ("memfd_create(", "shared memory"),
    ("shelve.open(", "a file"),
    ("sqlite3.connect(", "a file"),
    ("writeFileSync(", "a file"),
    ("System.setProperty(", "the properties of the process"),
    ("set_var(", "the environment"),
    ("setenv(", "the environment"),
];

/// Ways to write a file, where the original writes none.
const WRITES: [&str; 12] = [
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
pub(super) fn find(
    task: &Task,
    original_text: &str,
    original: &Code,
    text: &str,
    code: &Code,
) -> Vec<Flag> {
    if matches!(task.harness, Harness::Program) {
        return Vec::new();
    }
    let mut found: Vec<(usize, String)> = Vec::new();
    let known: HashSet<String> = original.spoken.iter().map(|l| squeezed(l)).collect();
    let owners = owners(task, original_text, text);
    let before: HashSet<String> = puts(original, &owners)
        .into_iter()
        .map(|(_, place)| place)
        .collect();
    found.extend(
        puts(code, &owners)
            .into_iter()
            .filter(|(_, place)| !before.contains(place)),
    );
    for (i, line) in code.spoken.iter().enumerate() {
        let line = squeezed(line);
        if known.contains(&line) || code.is_import(i) && !line.contains("require(") {
            continue;
        }
        let way = WAYS
            .iter()
            .find(|(way, _)| stands(&line, way) && !original.says(way));
        let written = WRITES
            .iter()
            .find(|way| line.contains(**way) && !original.says(way));
        if let Some((way, place)) = way {
            found.push((
                i,
                format!(
                    "{place} ({})",
                    way.trim_matches(['(', '.', ',', '\'', '"', '=', '[', '{'])
                ),
            ));
        } else if let Some(way) = written {
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

/// Whether a way stands in a line, and not as the end of a longer name.
fn stands(line: &str, way: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(way).any(|(at, _)| {
        let joined = way.starts_with(inside) && line[..at].chars().next_back().is_some_and(inside);
        !joined
    })
}

/// Names of modules and of what is taken from them, as a version sees them, and the built-in ones.
fn owners(task: &Task, original: &str, text: &str) -> HashSet<String> {
    let syntax = Syntax::of(&task.language);
    let mut names: HashSet<String> = HashSet::new();
    let file = task.region.as_ref().map(|r| &*r.file);
    for text in [Some(original), Some(text), file].into_iter().flatten() {
        names.extend(syntax.outline(text).map(|o| o.imported).unwrap_or_default());
        names.extend(required(text));
    }
    match Grammar::of(&task.language).map(Grammar::family) {
        Some(Grammar::Python) => names.extend(["builtins", "sys", "os"].map(String::from)),
        Some(Grammar::JavaScript) => names.extend(GLOBALS.map(String::from)),
        _ => names.clear(),
    }
    names
}

/// Names that are given to what `require` gives.
fn required(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|l| l.contains("= require("));
    let named = lines.filter_map(|l| {
        let name = l.split('=').next()?.trim().rsplit(' ').next()?;
        Some(name.to_owned())
    });
    named.collect()
}

/// Assignments into these objects, and calls that put something into one of their members: the line from 0, with the place.
fn puts(code: &Code, owners: &HashSet<String>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for word in code.words() {
        if word.is_member() || word.is_defined() {
            continue;
        }
        if matches!(word.text, "setattr" | "vars") && word.is_called() {
            found.extend(by_call(&word, owners).map(|place| (word.line, place)));
        }
        if !owners.contains(word.text) {
            continue;
        }
        let Some((path, rest)) = chain(word.after) else {
            continue;
        };
        if path.is_empty() || is_stream(word.text, path) {
            continue;
        }
        let members: Vec<&str> = path
            .split(['.', '[', ']'])
            .filter(|p| !p.is_empty())
            .collect();
        let stores = [
            "environ",
            "__dict__",
            "modules",
            "env",
            "cache",
            "prototype",
        ];
        let put = rest.starts_with('(')
            && members.last().is_some_and(|m| PUTS.contains(m))
            && members.iter().any(|m| stores.contains(m));
        if is_assignment(rest) || put {
            let end = path.find('[').unwrap_or(path.len());
            let path = if put {
                path.rfind('.').map_or(path, |i| &path[..i])
            } else {
                &path[..end]
            };
            found.push((word.line, format!("{}{path}", word.text)));
        }
    }
    for (i, line) in code.bare.iter().enumerate() {
        let line = squeezed(line);
        let class = ["type(", ".__class__.", ".constructor."]
            .iter()
            .find(|c| line.contains(**c));
        let Some(class) = class else {
            continue;
        };
        let after = line.split_once(class).map_or("", |(_, after)| after);
        let after = if *class == "type(" {
            after.split_once(").").map_or("", |(_, after)| after)
        } else {
            after
        };
        if let Some((path, rest)) = chain(after)
            && !path.is_empty()
            && is_assignment(rest)
        {
            found.push((i, format!("the class of a value ({path})")));
        }
    }
    found
}

/// What `setattr(NAME` and `vars(NAME)[…] =` reach into.
fn by_call(word: &Word<'_>, owners: &HashSet<String>) -> Option<String> {
    let inside = word.after.trim_start().strip_prefix('(')?;
    let end = inside.find([',', ')', '.'])?;
    let name = inside[..end].trim();
    let read =
        word.text == "vars" && !is_assignment(chain(inside[end..].trim_start_matches(')'))?.1);
    (owners.contains(name) && !read).then(|| name.to_owned())
}

/// The streams of a process and its limits, which programs set for reasons of their own.
fn is_stream(owner: &str, path: &str) -> bool {
    let known = [".stdin", ".stdout", ".stderr", ".exitCode", ".exports"];
    matches!(owner, "sys" | "process" | "module") && known.iter().any(|k| path.starts_with(k))
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
        "newWorker(",
        "setInterval(",
        "start_new_thread(",
    ];
    let lines = code.bare.iter().enumerate();
    let mut started = lines.filter_map(|(i, line)| {
        let at_import = !line.starts_with([' ', '\t', '}']);
        let line = squeezed(line);
        let way = ways
            .iter()
            .find(|way| line.contains(**way) && !original.says(way))?;
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

    use super::super::tests::language;
    use super::*;

    fn told(id: &str, original: &str, text: &str) -> Vec<String> {
        let languages = crate::task::Languages::load(None).unwrap();
        let mut task = crate::task::bundled::load("pairs", &languages).unwrap();
        task.language = language(id).into();
        task.harness = Harness::Calls(crate::task::harness::Calls::default());
        let (old, new) = (
            Code::of(&task.language, original),
            Code::of(&task.language, text),
        );
        let flags = find(&task, original, &old, text, &new);
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
        ] {
            let text = format!("{line}\n{body}");
            assert!(
                told("javascript", body, &text).is_empty(),
                "{text}: {:?}",
                told("javascript", body, &text)
            );
        }
    }
}
