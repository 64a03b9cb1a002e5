//! Versions that keep results between calls, and honest ones that look like them, language by language.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::measure::flags::tests::{commands, task_for};

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
