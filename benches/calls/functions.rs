//! Functions of real packages (packaging, inflection, python-slugify, boltons, more-itertools, jellyfish, toolz, networkx, textwrap,
//! shlex, lodash, semver, fast-levenshtein), shortened to what is timed, each with another version of itself.

pub(crate) struct Function {
    pub name: &'static str,
    pub python: bool,
    pub called: &'static str,
    pub old: &'static str,
    pub new: &'static str,
    /// Lines of a file of calls.
    pub calls: fn() -> Vec<String>,
}

/// Numbers that look drawn and are always the same.
fn numbers(seed: u64, count: usize, below: u64) -> Vec<u64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    (0..count).map(|_| next()).collect()
}

fn words(seed: u64, count: usize) -> Vec<String> {
    let parts = [
        "Some", "pkg", "Name", "thing", "HTTP", "Response", "x", "value", "of", "Data",
    ];
    let joins = ["_", "-", ".", "--", " ", ""];
    let picked = |n: u64| {
        let picks = numbers(n + 7, 4, 10);
        let mut word = String::new();
        for (i, p) in picks.iter().enumerate() {
            word += parts[*p as usize];
            if i < 3 {
                word += joins[(n as usize + i) % joins.len()];
            }
        }
        format!("{word}{n}")
    };
    (0..count as u64).map(|i| picked(seed * 1000 + i)).collect()
}

fn call(args: serde_json::Value) -> String {
    serde_json::json!({ "args": args }).to_string()
}

fn one_word_each() -> Vec<String> {
    words(1, 60)
        .into_iter()
        .map(|w| call(serde_json::json!([w])))
        .collect()
}

fn texts() -> Vec<String> {
    let text = |i: u64| {
        let lines: Vec<String> = words(i, 30)
            .iter()
            .map(|w| format!("    {w} <b> & \"c\""))
            .collect();
        call(serde_json::json!([lines.join("\n")]))
    };
    (0..12).map(text).collect()
}

fn lists() -> Vec<String> {
    let list = |i: u64| {
        call(serde_json::json!([numbers(
            i + 1,
            100 + 40 * i as usize,
            60 + 10 * i
        )]))
    };
    (0..10).map(list).collect()
}

fn pairs_of_words() -> Vec<String> {
    let (a, b) = (words(3, 12), words(5, 12));
    a.iter()
        .zip(&b)
        .map(|(a, b)| call(serde_json::json!([a, b])))
        .collect()
}

fn large() -> Vec<String> {
    [20_000, 50_000, 120_000]
        .iter()
        .map(|n| call(serde_json::json!([n])))
        .collect()
}

fn graphs() -> Vec<String> {
    let graph = |i: u64| {
        let n = 200 + 60 * i;
        let edges = numbers(i + 3, 6 * n as usize, n);
        let edges: Vec<[u64; 2]> = edges.chunks_exact(2).map(|e| [e[0], e[1]]).collect();
        call(serde_json::json!([n, edges, 0]))
    };
    (0..4).map(graph).collect()
}

fn points() -> Vec<String> {
    let list = |i: u64| {
        let xs: Vec<f64> = numbers(i + 9, 2000, 10_000)
            .iter()
            .map(|x| *x as f64 / 7.0)
            .collect();
        call(serde_json::json!([xs]))
    };
    (0..4).map(list).collect()
}

fn versions() -> Vec<String> {
    let of = |n: &[u64]| format!("{}.{}.{}", n[0], n[1], n[2]);
    let all = numbers(4, 240, 12);
    all.chunks_exact(6)
        .map(|n| call(serde_json::json!([of(&n[..3]), of(&n[3..])])))
        .collect()
}

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "canonicalize_name (packaging)",
        python: true,
        called: "canonicalize_name",
        old: "import re

_canonicalize_regex = re.compile(r'[-_.]+')


def canonicalize_name(name):
    return _canonicalize_regex.sub('-', name).lower()
",
        new: "def canonicalize_name(name):
    value = name.lower().replace('_', '-').replace('.', '-')
    while '--' in value:
        value = value.replace('--', '-')
    return value
",
        calls: one_word_each,
    },
    Function {
        name: "underscore (inflection)",
        python: true,
        called: "underscore",
        old: "import re


def underscore(word):
    word = re.sub(r'([A-Z]+)([A-Z][a-z])', r'\\1_\\2', word)
    word = re.sub(r'([a-z\\d])([A-Z])', r'\\1_\\2', word)
    word = word.replace('-', '_')
    return word.lower()
",
        new: "_first = __import__('re').compile(r'([A-Z]+)([A-Z][a-z])').sub
_second = __import__('re').compile(r'([a-z\\d])([A-Z])').sub


def underscore(word):
    return _second(r'\\1_\\2', _first(r'\\1_\\2', word)).replace('-', '_').lower()
",
        calls: one_word_each,
    },
    Function {
        name: "quote (shlex)",
        python: true,
        called: "quote",
        old: "import re

_find_unsafe = re.compile(r'[^\\w@%+=:,./-]', re.ASCII).search


def quote(s):
    if not s:
        return \"''\"
    if _find_unsafe(s) is None:
        return s
    return \"'\" + s.replace(\"'\", \"'\\\"'\\\"'\") + \"'\"
",
        new: "_safe = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-')


def quote(s):
    if not s:
        return \"''\"
    if _safe.issuperset(s):
        return s
    return \"'\" + s.replace(\"'\", \"'\\\"'\\\"'\") + \"'\"
",
        calls: one_word_each,
    },
    Function {
        name: "dedent (textwrap)",
        python: true,
        called: "dedent",
        old: "import re

_whitespace_only_re = re.compile('^[ \\t]+$', re.MULTILINE)
_leading_whitespace_re = re.compile('(^[ \\t]*)(?:[^ \\t\\n])', re.MULTILINE)


def dedent(text):
    margin = None
    text = _whitespace_only_re.sub('', text)
    indents = _leading_whitespace_re.findall(text)
    for indent in indents:
        if margin is None:
            margin = indent
        elif indent.startswith(margin):
            pass
        elif margin.startswith(indent):
            margin = indent
        else:
            for i, (x, y) in enumerate(zip(margin, indent)):
                if x != y:
                    margin = margin[:i]
                    break
    if margin:
        text = re.sub(r'(?m)^' + margin, '', text)
    return text
",
        new: "import os


def dedent(text):
    lines = [line if line.strip(' \\t') else '' for line in text.split('\\n')]
    full = [line for line in lines if line]
    low, high = min(full, default=''), max(full, default='')
    margin = 0
    for margin, c in enumerate(low):
        if c not in ' \\t' or c != high[margin]:
            break
    return '\\n'.join([line[margin:] for line in lines])
",
        calls: texts,
    },
    Function {
        name: "escape (html), no gain",
        python: true,
        called: "escape",
        old: "def escape(s):
    s = s.replace('&', '&amp;')
    s = s.replace('<', '&lt;')
    s = s.replace('>', '&gt;')
    s = s.replace('\"', '&quot;')
    s = s.replace('\\'', '&#x27;')
    return s
",
        new: "def escape(s):
    return s.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('\"', '&quot;').replace('\\'', '&#x27;')
",
        calls: texts,
    },
    Function {
        name: "unique (boltons)",
        python: true,
        called: "unique",
        old: "def unique(src):
    seen = []
    out = []
    for item in src:
        if item not in seen:
            seen.append(item)
            out.append(item)
    return out
",
        new: "def unique(src):
    return list(dict.fromkeys(src))
",
        calls: lists,
    },
    Function {
        name: "groupby (toolz)",
        python: true,
        called: "groupby",
        old: "def groupby(seq):
    d = {}
    for item in seq:
        key = item % 7
        if key not in d:
            d[key] = []
        d[key].append(item)
    return d
",
        new: "import collections


def groupby(seq):
    d = collections.defaultdict(list)
    for item in seq:
        d[item % 7].append(item)
    return dict(d)
",
        calls: lists,
    },
    Function {
        name: "weights, a local for append, no gain",
        python: true,
        called: "weights",
        old: "def weights(xs):
    out = []
    total = 0
    for x in xs:
        total += x
        out.append(total % 13)
    return out
",
        new: "def weights(xs):
    out = []
    append = out.append
    total = 0
    for x in xs:
        total += x
        append(total % 13)
    return out
",
        calls: lists,
    },
    Function {
        name: "levenshtein_distance (jellyfish)",
        python: true,
        called: "levenshtein_distance",
        old: "def levenshtein_distance(s1, s2):
    if s1 == s2:
        return 0
    rows = len(s1) + 1
    cols = len(s2) + 1
    prev = None
    cur = list(range(cols))
    for r in range(1, rows):
        prev, cur = cur, [r] + [0] * (cols - 1)
        for c in range(1, cols):
            deletion = prev[c] + 1
            insertion = cur[c - 1] + 1
            edit = prev[c - 1] + (0 if s1[r - 1] == s2[c - 1] else 1)
            cur[c] = min(edit, deletion, insertion)
    return cur[-1]
",
        new: "def levenshtein_distance(s1, s2):
    if s1 == s2:
        return 0
    cur = list(range(len(s2) + 1))
    for r, a in enumerate(s1, 1):
        prev, cur = cur, [r]
        left, corner = r, prev[0]
        for b, above in zip(s2, prev[1:]):
            edit = corner if a == b else corner + 1
            if above < left:
                left = above
            left += 1
            if edit < left:
                left = edit
            cur.append(left)
            corner = above
    return cur[-1]
",
        calls: pairs_of_words,
    },
    Function {
        name: "bfs (networkx)",
        python: true,
        called: "distances",
        old: "def distances(n, edges, source):
    near = {i: [] for i in range(n)}
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    found = {source: 0}
    todo = [source]
    while todo:
        at = todo.pop(0)
        for other in near[at]:
            if other not in found:
                found[other] = found[at] + 1
                todo.append(other)
    return found
",
        new: "def distances(n, edges, source):
    near = [[] for _ in range(n)]
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    found, level, depth = {source: 0}, [source], 0
    while level:
        depth += 1
        following = []
        for at in level:
            for other in near[at]:
                if other not in found:
                    found[other] = depth
                    following.append(other)
        level = following
    return found
",
        calls: graphs,
    },
    Function {
        name: "pvariance (statistics)",
        python: true,
        called: "pvariance",
        old: "from fractions import Fraction


def pvariance(xs):
    n = len(xs)
    mean = sum(map(Fraction, xs)) / n
    return float(sum((Fraction(x) - mean) ** 2 for x in xs) / n)
",
        new: "from fractions import Fraction


def pvariance(xs):
    n = len(xs)
    total = squares = Fraction(0)
    ratios = [x.as_integer_ratio() for x in xs]
    common = max(d for _, d in ratios)
    whole = [p * (common // d) for p, d in ratios]
    total, squares = sum(whole), sum(w * w for w in whole)
    return float(Fraction(n * squares - total * total, n * n * common * common))
",
        calls: points,
    },
    Function {
        name: "primes (sympy)",
        python: true,
        called: "primes",
        old: "def primes(n):
    sieve = [True] * (n + 1)
    sieve[0] = sieve[1] = False
    for i in range(2, int(n ** 0.5) + 1):
        if sieve[i]:
            for j in range(i * i, n + 1, i):
                sieve[j] = False
    return [i for i in range(n + 1) if sieve[i]]
",
        new: "def primes(n):
    sieve = [True] * (n + 1)
    sieve[0] = sieve[1] = False
    i = 2
    while i * i <= n:
        if sieve[i]:
            j = i * i
            while j <= n:
                sieve[j] = False
                j += i
        i += 1
    return [i for i, prime in enumerate(sieve) if prime]
",
        calls: large,
    },
    Function {
        name: "camelCase (lodash)",
        python: false,
        called: "camelCase",
        old: "function camelCase(s) {
  const words = s.replace(/['\\u2019]/g, '').match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\\d+/g) || [];
  return words.reduce((result, word, index) => {
    word = word.toLowerCase();
    return result + (index ? word.charAt(0).toUpperCase() + word.slice(1) : word);
  }, '');
}
module.exports = { camelCase };
",
        new: "function camelCase(s) {
  const words = s.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\\d+/g) || [];
  let result = '';
  for (let i = 0; i < words.length; i++) {
    const word = words[i].toLowerCase();
    result += i ? word[0].toUpperCase() + word.slice(1) : word;
  }
  return result;
}
module.exports = { camelCase };
",
        calls: one_word_each,
    },
    Function {
        name: "compare (semver)",
        python: false,
        called: "compare",
        old: "function compare(a, b) {
  const parse = (v) => v.match(/^(\\d+)\\.(\\d+)\\.(\\d+)$/).slice(1).map(Number);
  const [x, y] = [parse(a), parse(b)];
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}
module.exports = { compare };
",
        new: "function compare(a, b) {
  const x = a.split('.');
  const y = b.split('.');
  for (let i = 0; i < 3; i++) {
    const p = +x[i];
    const q = +y[i];
    if (p !== q) return p < q ? -1 : 1;
  }
  return 0;
}
module.exports = { compare };
",
        calls: versions,
    },
    Function {
        name: "uniq (lodash)",
        python: false,
        called: "uniq",
        old: "function uniq(items) {
  const out = [];
  for (const item of items) if (!out.includes(item)) out.push(item);
  return out;
}
module.exports = { uniq };
",
        new: "function uniq(items) {
  return [...new Set(items)];
}
module.exports = { uniq };
",
        calls: lists,
    },
    Function {
        name: "get (fast-levenshtein), no gain",
        python: false,
        called: "get",
        old: "function get(a, b) {
  let prev = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const edit = prev[j] + (a[i] === b[j] ? 0 : 1);
      row.push(Math.min(edit, prev[j + 1] + 1, row[j] + 1));
    }
    prev = row;
  }
  return prev[b.length];
}
module.exports = { get };
",
        new: "function get(a, b) {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const edit = before[j] + (a[i] === b[j] ? 0 : 1);
      row.push(Math.min(edit, before[j + 1] + 1, row[j] + 1));
    }
    before = row;
  }
  return before[b.length];
}
module.exports = { get };
",
        calls: pairs_of_words,
    },
];
