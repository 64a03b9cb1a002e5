//! Results that a version keeps between calls. A bench calls with the same input again and again, so that all but the first call
//! cost nothing, and nobody can know whether the real callers repeat themselves as well. What is kept within one call, tables
//! that are made once and never changed, and room to compute in say nothing.

use std::collections::{HashMap, HashSet};

use super::MOST;
use super::code::{Code, Word, chain, is_assignment, members, words_of};
use super::outside::is_shared;
use crate::measure::{Flag, FlagKind};
use crate::task::region::{Change, Grammar, Owner};
use crate::task::{Harness, Task};

/// Lines of a version that keep results, for commands: what a driver of ours calls has a fresh module for each pass.
pub(super) fn find(task: &Task, original: &Code, code: &Code) -> Vec<Flag> {
    if !matches!(task.harness, Harness::Commands(_)) {
        return Vec::new();
    }
    // A member that the file knows is a part of its objects; a new one is kept for the next call.
    let of_file = members(task.region.as_ref().map_or("", |r| &*r.file));
    let of_original: HashSet<&str> = original.bare.iter().flat_map(|l| members(l)).collect();
    let is_member = |name: &str| {
        let member = name.rsplit('.').next().unwrap_or(name);
        original.changes.own_members.contains(name)
            || of_original.contains(member)
            || of_file.contains(member.trim_start_matches('#'))
    };
    let places = |code: &Code| match code.grammar {
        Some(Grammar::Python | Grammar::JavaScript | Grammar::Go) => changed(code, &is_member),
        Some(Grammar::Rust) => in_rust(code),
        Some(Grammar::C | Grammar::Cpp) => in_c(code),
        Some(Grammar::Java) => in_java(code),
        Some(Grammar::Ruby) => in_ruby(code, &is_member),
        _ => Vec::new(),
    };
    let mut known: HashSet<String> = places(original).into_iter().map(|(_, name)| name).collect();
    let found = places(code)
        .into_iter()
        .filter(|(_, name)| known.insert(name.clone()));
    let told = found.take(MOST).map(|(line, name)| Flag {
        kind: FlagKind::Kept,
        reason: format!(
            "line {} keeps results between calls ({}): a bench that calls it again with the same input finds them there",
            line + 1,
            super::super::text::clean(&name)
        ),
    });
    told.collect()
}

/// Methods that put something into a container.
const PUTS: [&str; 22] = [
    "setdefault",
    "update",
    "append",
    "appendleft",
    "add",
    "insert",
    "extend",
    "__setitem__",
    "__setattr__",
    "put",
    "set",
    "push",
    "unshift",
    "Store",
    "LoadOrStore",
    "Swap",
    "CompareAndSwap",
    "Add",
    "Set",
    "Put",
    "Push",
    "PushBack",
];

/// What is changed in a function and outlives its call. `is_member`: whether the objects of the original have a member.
fn changed(code: &Code, is_member: &dyn Fn(&str) -> bool) -> Vec<(usize, String)> {
    let name = |c: &Change| {
        let members = c.path.iter().take_while(|p| *p != "[]");
        let all = std::iter::once(&c.root).chain(members);
        all.map(String::as_str).collect::<Vec<_>>().join(".")
    };
    let of_own_class = |c: &Change| {
        let own = ["self", "cls"]
            .map(|own| format!("{own}.{}", c.path.first().map_or("", String::as_str)));
        own.iter().any(|own| code.changes.own_members.contains(own))
    };
    let keeps = |c: &&Change| {
        let put = c.method.as_deref().is_none_or(|m| PUTS.contains(&m));
        let lives_on = match &c.owner {
            Owner::Top | Owner::Default | Owner::Enclosing { once: true } => true,
            Owner::Elsewhere => !is_shared(code, &c.root),
            Owner::Own => {
                c.is_alone
                    && c.by_given
                    && !c.in_constructor
                    && !c.path.is_empty()
                    && !is_member(&name(c))
            }
            // What was never there before is put onto an object that the caller has.
            Owner::Local => {
                code.grammar == Some(Grammar::Python)
                    && c.is_of_parameter
                    && c.method.is_none()
                    && c.path.first().is_some_and(|m| m != "[]")
                    && !is_member(&name(c))
                    && !of_own_class(c)
            }
            Owner::Imported(_) | Owner::Enclosing { once: false } => false,
        };
        c.in_function && put && lives_on && !c.is_table && !c.is_scratch && !is_pool(code, c)
    };
    let mut found: Vec<(usize, String)> = code
        .changes
        .all
        .iter()
        .filter(keeps)
        .map(|c| (c.line, name(c)))
        .collect();
    let cached = code.changes.cached.iter();
    found.extend(cached.map(|c| {
        let of = if c.function.is_empty() {
            "a function"
        } else {
            &c.function
        };
        (c.line, format!("{} of {of}", c.by))
    }));
    found.sort();
    found
}

/// Whether something is given back to a pool of Go.
fn is_pool(code: &Code, change: &Change) -> bool {
    code.grammar == Some(Grammar::Go) && change.method.as_deref() == Some("Put")
}

/// Statics that can be changed. One that is set once for ever (`OnceLock<Regex>`) holds a table.
fn in_rust(code: &Code) -> Vec<(usize, String)> {
    let emptied = is_emptied(code);
    let lines = code.bare.iter().enumerate();
    let found = lines.filter_map(|(i, line)| {
        if let Some(kept) = ["#[cached", "#[memoize"]
            .iter()
            .find(|k| line.trim_start().starts_with(**k))
        {
            return Some((i, kept[2..].to_owned()));
        }
        let at = line.find("static ")?;
        let rest = &line[at + "static ".len()..];
        let mutable = rest
            .strip_prefix("mut ")
            .or_else(|| rest.strip_prefix("ref "))
            .map(|r| (r, true));
        let (rest, mutable) = mutable.unwrap_or((rest, false));
        let end = rest.find(':')?;
        let kinds = [
            "Mutex",
            "RwLock",
            "RefCell",
            "Cell<",
            "Atomic",
            "UnsafeCell",
            "DashMap",
            "OnceMap",
        ];
        // The type may stand in the next lines.
        let more = code.bare.iter().skip(i + 1).take(3).map(String::as_str);
        let of: String = std::iter::once(&rest[end..]).chain(more).collect();
        let of = of.split([';', '=']).next().unwrap_or_default();
        let room = ["RefCell<Vec<", "RefCell<String", "Cell<Vec<"]
            .iter()
            .any(|k| of.contains(k))
            && !["Option", "Map", "("].iter().any(|k| of.contains(k));
        if room && emptied {
            return None;
        }
        let lifetime = line[..at].ends_with('\'') || line[..at].ends_with('&');
        (!lifetime && (mutable || kinds.iter().any(|k| of.contains(k))))
            .then(|| (i, format!("static {}", rest[..end].trim())))
    });
    found.collect()
}

/// Whether what is borrowed is emptied first.
fn is_emptied(code: &Code) -> bool {
    let says = |line: &String, any: &[&str]| any.iter().any(|a| line.contains(a));
    let borrowed = code
        .bare
        .windows(3)
        .filter(|w| says(&w[0], &[".borrow_mut()", ".take()"]));
    let mut emptied = borrowed.map(|w| w.iter().any(|l| says(l, &[".clear()", ".fill("])));
    emptied.next() == Some(true) && emptied.all(|e| e)
}

/// Variables of C that outlive a call, where a function asks them for what it is given: `if (x == last) return found;`. A table that is
/// filled once is asked only whether it is there.
fn in_c(code: &Code) -> Vec<(usize, String)> {
    let mut names: HashMap<String, usize> = HashMap::new();
    for (i, line) in code.bare.iter().enumerate() {
        let rest = line.trim_start();
        let top = rest.len() == line.len();
        let begins = ["static ", "thread_local ", "_Thread_local ", "__thread "];
        let is_static = begins.iter().any(|b| rest.starts_with(b));
        let value = rest.find('=').unwrap_or(rest.len());
        let declares = rest.trim_end().ends_with([';', '{', ','])
            && !rest[..value].contains(['(', ')', '}'])
            && ![
                "#",
                "typedef",
                "enum ",
                "extern ",
                "using ",
                "return",
                "namespace",
                "class ",
            ]
            .iter()
            .any(|b| rest.starts_with(b))
            && (words_of(i, rest).count() > 2 || !rest.starts_with("struct "));
        let constant = ["const ", "constexpr "]
            .iter()
            .any(|c| rest.contains(c) && !rest.contains("const char *") && !pointed(rest));
        if !(is_static || top && declares) || constant || rest[..value].contains('(') {
            continue;
        }
        // The last word before each comma, index or value is a name.
        for part in rest.split(',') {
            let end = part.find(['=', ';', '[', '{']).unwrap_or(part.len());
            let name = words_of(i, &part[..end]).last();
            if let Some(name) = name {
                names.entry(name.text.to_owned()).or_insert(i);
            }
        }
    }
    if names.is_empty() {
        return Vec::new();
    }
    // Parameters of the function that a line stands in: its head is the last line before it that begins at the margin.
    let mut given: HashSet<String> = HashSet::new();
    let mut found: Vec<(usize, String)> = Vec::new();
    for (i, line) in code.bare.iter().enumerate() {
        let head = line.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && line.contains('(')
            && !line.trim_end().ends_with(';');
        if head {
            let inside = line.split_once('(').map_or("", |(_, inside)| inside);
            given = words_of(i, inside).map(|w| w.text.to_owned()).collect();
            continue;
        }
        let says = |any: &[&str]| any.iter().any(|a| line.contains(a));
        let same = says(&[
            "==",
            "!=",
            "memcmp",
            "strcmp",
            ".find(",
            ".count(",
            ".contains(",
        ]);
        if !same && !says(&["if (", "if(", "while (", "?"]) {
            continue;
        }
        let words: Vec<Word<'_>> = words_of(i, line).collect();
        if !words
            .iter()
            .any(|w| given.contains(w.text) && !w.is_member())
        {
            continue;
        }
        for word in &words {
            // Room that grows is asked whether it is large enough.
            let at = chain(word.after).map_or("", |(path, _)| path);
            let by_given =
                || at.starts_with('[') && words_of(0, at).any(|w| given.contains(w.text));
            if let Some(defined) = names.get(word.text)
                && !word.is_member()
                && !given.contains(word.text)
                && (same || by_given())
            {
                found.push((*defined, format!("static {}", word.text)));
            }
        }
    }
    // What nothing sets is a table after all.
    let (changed, _) = changed_names(code);
    found.retain(|(_, name)| changed.contains(name.trim_start_matches("static ")));
    found.sort();
    found.dedup();
    found
}

/// Whether the variable itself can be changed, and only what it points to cannot.
fn pointed(declaration: &str) -> bool {
    let end = declaration.find(['=', ';']).unwrap_or(declaration.len());
    declaration[..end].contains('*') && !declaration[..end].contains("* const")
}

/// Whether a word is assigned, or a part of it, or something is put into it.
fn is_changed(w: &Word<'_>) -> bool {
    let puts = [
        "put",
        "insert",
        "emplace",
        "push_back",
        "computeIfAbsent",
        "putIfAbsent",
        "add",
        "set",
        "store",
    ];
    let Some((path, rest)) = chain(w.after) else {
        return false;
    };
    let last = path.rsplit('.').next().unwrap_or_default();
    let copied = ["memcpy(", "strcpy(", "memmove("]
        .iter()
        .any(|c| w.before.ends_with(c));
    // A declaration with a value is no change.
    let is_declared = path.is_empty()
        && w.before
            .trim_end()
            .ends_with(|c: char| c.is_alphanumeric() || c == '*');
    is_assignment(rest) && !is_declared
        || rest.starts_with('(') && path.contains('.') && puts.contains(&last)
        || rest.starts_with("<<") && path.is_empty()
        || w.before.ends_with("++")
        || copied
}

/// Names that are changed in a function, and those that are changed in a line that names a parameter.
fn changed_names(code: &Code) -> (HashSet<String>, HashSet<String>) {
    let (mut all, mut by_given) = (HashSet::new(), HashSet::new());
    let mut given: HashSet<String> = HashSet::new();
    for (i, line) in code.bare.iter().enumerate() {
        let text = line.trim();
        let begins = [
            "if", "for", "while", "switch", "else", "try", "catch", "}", "return", "do",
        ];
        let first = words_of(i, text).next().map_or("", |w| w.text);
        let head = !begins.contains(&first)
            && (text.ends_with('{') && text.contains('(') && !text.contains('=') || first == "def");
        if head {
            let inside = text.split_once('(').map_or("", |(_, inside)| inside);
            given = words_of(i, inside).map(|w| w.text.to_owned()).collect();
        }
        let words: Vec<Word<'_>> = words_of(i, line).collect();
        let names_given = words.iter().any(|w| given.contains(w.text));
        for word in words.iter().filter(|w| is_changed(w)) {
            all.insert(word.text.to_owned());
            if names_given && !head {
                by_given.insert(word.text.to_owned());
            }
        }
    }
    (all, by_given)
}

/// Static fields of Java that a method changes by what it is given.
fn in_java(code: &Code) -> Vec<(usize, String)> {
    let (_, changed) = changed_names(code);
    let lines = code.bare.iter().enumerate();
    let found = lines.filter_map(|(i, line)| {
        let rest = line.trim_start();
        let end = rest.find(['=', ';']).unwrap_or(rest.len());
        let declared = &rest[..end];
        let is_field =
            words_of(i, declared).any(|w| w.text == "static") && !declared.contains(['(', '{']);
        let name = words_of(i, declared).last()?.text;
        (is_field && changed.contains(name)).then(|| (i, format!("static {name}")))
    });
    found.collect()
}

/// Variables of Ruby that belong to a class or to everybody, and constants, that a method changes by what it is given.
fn in_ruby(code: &Code, is_member: &dyn Fn(&str) -> bool) -> Vec<(usize, String)> {
    let (_, changed) = changed_names(code);
    let mut found = Vec::new();
    let mut in_method = false;
    for (i, line) in code.bare.iter().enumerate() {
        in_method |= line.trim_start().starts_with("def ");
        for word in words_of(i, line).filter(|w| in_method && is_changed(w)) {
            let of_class = word.before.ends_with("@@");
            let own = word.before.ends_with('@') && !of_class && !is_member(word.text);
            let constant = word.text.starts_with(|c: char| c.is_uppercase()) && !word.is_member();
            let shared = of_class || own || word.text.starts_with('$') || constant;
            if shared && changed.contains(word.text) {
                let sign = match (of_class, own) {
                    (true, _) => "@@",
                    (_, true) => "@",
                    _ => "",
                };
                found.push((i, format!("{sign}{}", word.text)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::tests::{commands, task_for};
    use super::*;

    fn told(id: &str, original: &str, text: &str) -> Vec<String> {
        let task = task_for(id, commands());
        let flags = find(&task, &Code::of(&task, original), &Code::of(&task, text));
        flags.into_iter().map(|f| f.reason).collect()
    }

    #[test]
    fn results_that_are_kept_are_seen() {
        for (id, text) in [
            (
                "python",
                "M = {}\ndef f(x):\n    M[x] = g(x)\n    return M[x]\n",
            ),
            (
                "python",
                "LAST = None\ndef f(x):\n    global LAST\n    LAST = x\n    return LAST\n",
            ),
            (
                "python",
                "def f(x, memo={}):\n    memo[x] = 1\n    return memo[x]\n",
            ),
            ("python", "def f(x):\n    f.last = x\n    return x\n"),
            ("python", "@lru_cache(None)\ndef f(x):\n    return x\n"),
            (
                "javascript",
                "const M = new Map();\nfunction f(x) {\n  M.set(x, 1);\n}\n",
            ),
            ("javascript", "let last;\nfunction f(x) {\n  last = x;\n}\n"),
            (
                "python",
                "M = {}\ndef f(x):\n    m = M\n    m[x] = g(x)\n    return m[x]\n",
            ),
            (
                "python",
                "class Kept:\n    at = {}\ndef f(x):\n    Kept.at[x] = g(x)\n    return Kept.at[x]\n",
            ),
            (
                "python",
                "def f(x):\n    globals()['last'] = x\n    return x\n",
            ),
            (
                "python",
                "def keep(g):\n    memo = {}\n    def f(x):\n        memo[x] = g(x)\n        return memo[x]\n    return f\n@keep\ndef f(x):\n    return x\n",
            ),
            (
                "python",
                "def make():\n    memo = {}\n    def f(x):\n        memo[x] = 1\n        return memo[x]\n    return f\nf = make()\n",
            ),
            (
                "python",
                "from functools import lru_cache as keep\n@keep(None)\ndef f(x):\n    return x\n",
            ),
            (
                "python",
                "from functools import (\n    lru_cache,\n)\ndef g(x):\n    return x\nf = lru_cache(None)(g)\n",
            ),
            (
                "python",
                "def f(self, x):\n    if x in self.memo:\n        return self.memo[x]\n    self.memo[x] = x * 2\n    return self.memo[x]\n",
            ),
            (
                "javascript",
                "const f = (() => {\n  const memo = new Map();\n  return (x) => {\n    memo.set(x, 1);\n    return memo.get(x);\n  };\n})();\n",
            ),
            (
                "javascript",
                "class M {\n  static memo = new Map();\n}\nfunction f(x) {\n  M.memo.set(x, 1);\n}\n",
            ),
            (
                "javascript",
                "const memo = {};\nfunction f(x) {\n  return memo[x] ??= g(x);\n}\n",
            ),
            (
                "javascript",
                "import { memoize as keep } from 'lodash';\nconst f = keep((x) => x * 2);\n",
            ),
            (
                "c",
                "long last;\nlong found;\nlong f(long x) {\n  if (x == last) return found;\n  last = x;\n  return 0;\n}\n",
            ),
            (
                "c",
                "static long memo[1000];\nlong f(int n) {\n  if (memo[n]) return memo[n];\n  memo[n] = slow(n);\n  return memo[n];\n}\n",
            ),
            (
                "c",
                "struct entry { int k; long v; };\nstatic struct entry seen[64];\nlong f(int n) {\n  if (seen[n % 64].k == n) return seen[n % 64].v;\n  seen[n % 64].k = n;\n  return 1;\n}\n",
            ),
            (
                "go",
                "package p\n\nvar (\n\tmemo = map[int]int{}\n)\n\nfunc f(x int) int {\n\tmemo[x] = 1\n\treturn x\n}\n",
            ),
            (
                "go",
                "package p\n\nvar last, found int\n\nfunc f(x int) int {\n\tlast = x\n\treturn found\n}\n",
            ),
            (
                "go",
                "package p\n\nvar memo sync.Map\n\nfunc f(x int) int {\n\tmemo.Store(x, 1)\n\treturn x\n}\n",
            ),
            (
                "java",
                "class A {\n    static final Map<Integer, Long> MEMO = new HashMap<>();\n    static long f(int n) {\n        return MEMO.computeIfAbsent(n, k -> slow(k));\n    }\n}\n",
            ),
            ("ruby", "MEMO = {}\ndef f(x)\n  MEMO[x] ||= slow(x)\nend\n"),
            (
                "ruby",
                "def f(x)\n  @memo ||= {}\n  @memo[x] ||= slow(x)\nend\n",
            ),
            (
                "python",
                "def f(graph, x):\n    if not hasattr(graph, 'last'):\n        graph.last = (x, slow(graph, x))\n    return graph.last[1]\n",
            ),
            (
                "javascript",
                "function f(x) {\n  this.memo[x] = this.memo[x] || slow(x);\n  return this.memo[x];\n}\n",
            ),
            ("rust", "#[cached]\nfn f(x: u32) -> u32 {\n    x\n}\n"),
            ("rust", "static M: Mutex<u32> = Mutex::new(0);\n"),
            ("rust", "static mut M: u32 = 0;\n"),
            (
                "c",
                "long f(long x) {\n  static long last, found;\n  if (x == found) return last;\n  found = x;\n  return 0;\n}\n",
            ),
            (
                "go",
                "package p\n\nvar memo = map[int]int{}\n\nfunc f(x int) int {\n\tmemo[x] = 1\n\treturn x\n}\n",
            ),
        ] {
            assert_eq!(
                told(id, "", text).len(),
                1,
                "{text}: {:?}",
                told(id, "", text)
            );
            assert!(told(id, text, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn tables_and_names_of_a_call_say_nothing() {
        for (id, text) in [
            ("python", "T = {1: 2}\ndef f(x):\n    return T[x]\n"),
            (
                "python",
                "T = None\ndef f(x):\n    global T\n    if T is None:\n        T = make()\n    return T[x]\n",
            ),
            (
                "python",
                "out = []\ndef f(x):\n    out = []\n    out.append(x)\n    return out\n",
            ),
            (
                "python",
                "memo = 1\ndef f(x, memo):\n    memo[x] = 1\n    return x\n",
            ),
            (
                "python",
                "def f(x):\n    @lru_cache(None)\n    def g(y):\n        return y\n    return g(x)\n",
            ),
            (
                "python",
                "def f(x):\n    m = {}\n    m[x] = 1\n    return m\n",
            ),
            (
                "javascript",
                "const T = [1, 2];\nfunction f(x) {\n  const m = new Map();\n  m.set(x, T[0]);\n  return m;\n}\n",
            ),
            (
                "python",
                "T = []\ndef f(x):\n    if not T:\n        for i in range(256):\n            T.append(i * i)\n    return T[x]\n",
            ),
            (
                "python",
                "T = []\ndef _fill():\n    for i in range(256):\n        T.append(i * i)\n_fill()\ndef f(x):\n    return T[x]\n",
            ),
            (
                "python",
                "@lru_cache(None)\ndef table():\n    return make()\n",
            ),
            (
                "python",
                "def f(n):\n    memo = {}\n    def g(k):\n        memo[k] = k\n        return memo[k]\n    return g(n)\nprint(f(3))\n",
            ),
            (
                "python",
                "class Heap:\n    def __init__(self, a):\n        self.a = a\n    def push(self, x):\n        self.a.append(x)\ndef f(xs):\n    h = Heap([])\n    h.push(xs)\n    return h.a\n",
            ),
            (
                "python",
                "BUF = bytearray(64)\ndef f(xs):\n    for i in range(64):\n        BUF[i] = 0\n    return bytes(BUF)\n",
            ),
            (
                "javascript",
                "let room = new Float64Array(64);\nfunction f(xs) {\n  if (room.length < xs.length) room = new Float64Array(xs.length);\n  for (let i = 0; i < xs.length; i++) room[i] = xs[i] * 2;\n  return room[0];\n}\n",
            ),
            (
                "javascript",
                "class Queue {\n  constructor() { this.items = []; }\n  add(x) { this.items.push(x); }\n}\nfunction f(x) {\n  const q = new Queue();\n  q.add(x);\n  return q.items.length;\n}\n",
            ),
            (
                "javascript",
                "let table;\nfunction f(x) {\n  if (!table) {\n    table = [];\n    for (let i = 0; i < 9; i++) table.push(i * i);\n  }\n  return table[x];\n}\n",
            ),
            (
                "go",
                "package p\n\nvar pool = sync.Pool{New: func() any { return new(bytes.Buffer) }}\n\nfunc f(x int) {\n\tb := pool.Get()\n\tdefer pool.Put(b)\n}\n",
            ),
            (
                "go",
                "package p\n\nvar once sync.Once\nvar table []int\n\nfunc f(x int) int {\n\tonce.Do(func() {\n\t\ttable = build()\n\t})\n\treturn table[x]\n}\n",
            ),
            (
                "c",
                "static double *room;\nstatic size_t size;\ndouble f(size_t n) {\n  if (n > size) {\n    room = realloc(room, n);\n    size = n;\n  }\n  return room[0];\n}\n",
            ),
            (
                "c",
                "static unsigned counts[256];\nint f(const unsigned char *s, int n) {\n  memset(counts, 0, sizeof counts);\n  for (int i = 0; i < n; i++) counts[s[i]]++;\n  return counts[0];\n}\n",
            ),
            (
                "java",
                "class A {\n    private static int[] table;\n    static int f(int n) {\n        if (table == null) table = build();\n        return table[n];\n    }\n}\n",
            ),
            (
                "rust",
                "thread_local! {\n    static ROOM: RefCell<Vec<u8>> = RefCell::new(Vec::new());\n}\nfn f(x: &[u8]) -> usize {\n    ROOM.with(|r| {\n        let mut r = r.borrow_mut();\n        r.clear();\n        r.extend_from_slice(x);\n        r.len()\n    })\n}\n",
            ),
            (
                "rust",
                "static T: [u8; 2] = [1, 2];\nfn f(x: &'static str) -> u8 {\n    T[0]\n}\n",
            ),
            ("rust", "static R: OnceLock<Regex> = OnceLock::new();\n"),
            (
                "ruby",
                "def f(x)\n  @index ||= build(@items)\n  @index[x]\nend\n",
            ),
            (
                "python",
                "class Node:\n    def __init__(self):\n        self.next = None\ndef link(node, other):\n    node.next = other\n    return node\n",
            ),
            (
                "javascript",
                "function Node(v) {\n  this.v = v;\n}\nfunction f(xs) {\n  return xs.map((x) => new Node(x));\n}\n",
            ),
            (
                "python",
                "def f(xs):\n    out = []\n    for x in xs:\n        list.append(out, x)\n    return out\n",
            ),
            (
                "c",
                "static const int T[2] = {1, 2};\nlong f(long x) {\n  static int ready;\n  if (!ready) fill();\n  return T[x];\n}\n",
            ),
        ] {
            assert!(
                told(id, "", text).is_empty(),
                "{text}: {:?}",
                told(id, "", text)
            );
        }
    }
}
