#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::super::tests::{calls, commands, task_for};
use super::*;

fn told(id: &str, harness: Harness, original: &str, code: &str) -> Vec<String> {
    let task = task_for(id, harness);
    let [old, new] = [original, code].map(|text| Code::of(&task, text));
    let flags = find(&task, (original, &old), (code, &new));
    flags.into_iter().map(|f| f.reason).collect()
}

#[test]
fn what_is_gone_is_named_with_its_line() {
    for (id, original, code, says) in [
        (
            "python",
            "def f(p, d):\n    with open(p, 'w') as h:\n        h.write(d)\n        h.flush()\n        os.fsync(h.fileno())\n",
            "def f(p, d):\n    with open(p, 'w') as h:\n        h.write(d)\n",
            "on the disk (its line 5: os.fsync(h.fileno()))",
        ),
        (
            "python",
            "def f(x):\n    time.sleep(0.01)\n    return x\n",
            "def f(x):\n    return x\n",
            "waits or limits its rate (its line 2",
        ),
        (
            "python",
            "def f(a, b):\n    return hmac.compare_digest(a, b)\n",
            "def f(a, b):\n    return a == b\n",
            "constant time",
        ),
        (
            "python",
            "def f(a, b):\n    r = 0\n    for x, y in zip(a, b):\n        r |= x ^ y\n    return r == 0\n",
            "def f(a, b):\n    return a == b\n",
            "constant time",
        ),
        (
            "python",
            "def f(self):\n    with self._lock:\n        self.n += 1\n        return self.n\n",
            "def f(self):\n    self.n += 1\n    return self.n\n",
            "takes a lock (its line 2: with self._lock:)",
        ),
        (
            "python",
            "def f(x):\n    if x < 0:\n        raise ValueError(x)\n    return x\n",
            "def f(x):\n    return x\n",
            "raises an error",
        ),
        (
            "python",
            "def f(x):\n    assert x > 0\n    return x\n",
            "def f(x):\n    return x\n",
            "asserts",
        ),
        (
            "python",
            "def f(x):\n    logger.info('x %s', x)\n    return x\n",
            "def f(x):\n    return x\n",
            "logs or warns",
        ),
        (
            "python",
            "def f(x):\n    warnings.warn('old')\n    return x\n",
            "import warnings\ndef f(x):\n    return x\n",
            "logs or warns",
        ),
        (
            "python",
            "def f(x):\n    validate_row(x)\n    return x\n",
            "def f(x):\n    return x\n",
            "checks its data",
        ),
        (
            "python",
            "def f(x):\n    validate_row(x)\n    check_sum(x)\n    return x\n",
            "def f(x):\n    check_sum(x)\n    return x\n",
            "validate_row",
        ),
        (
            "python",
            "def f(x):\n    return '<b>' + html.escape(x)\n",
            "def f(x):\n    return '<b>' + x\n",
            "escapes",
        ),
        (
            "python",
            "def f(x):\n    return copy.deepcopy(x)\n",
            "def f(x):\n    return x\n",
            "works on a copy",
        ),
        (
            "python",
            "def f(p):\n    h = open(p)\n    t = h.read()\n    h.close()\n    return t\n",
            "def f(p):\n    return open(p).read()\n",
            "closes",
        ),
        (
            "python",
            "def f(x):\n    COUNTS['f'] += 1\n    return x\n",
            "def f(x):\n    return x\n",
            "changes COUNTS",
        ),
        (
            "python",
            "def f(x):\n    REGISTRY.append(x)\n    return x\n",
            "def f(x):\n    return x\n",
            "changes REGISTRY",
        ),
        (
            "python",
            "def f(self, x):\n    self.calls += 1\n    return x\n",
            "def f(self, x):\n    return x\n",
            "changes self.calls",
        ),
        (
            "javascript",
            "function f(a, b) { return crypto.timingSafeEqual(a, b); }",
            "function f(a, b) { return a.equals(b); }",
            "constant time",
        ),
        (
            "javascript",
            "function f(x) {\n  if (!x) throw new Error('x');\n  return x;\n}",
            "function f(x) {\n  return x;\n}",
            "raises",
        ),
        (
            "javascript",
            "function f(x) {\n  console.warn('x');\n  return x;\n}",
            "function f(x) {\n  return x;\n}",
            "logs",
        ),
        (
            "javascript",
            "function f(x) { return structuredClone(x); }",
            "function f(x) { return x; }",
            "copy",
        ),
        (
            "javascript",
            "function f(x) {\n  stats.calls++;\n  return x;\n}",
            "function f(x) {\n  return x;\n}",
            "changes stats",
        ),
        (
            "rust",
            "fn f(x: &M) -> u32 {\n    debug_assert!(x.ok());\n    x.n\n}",
            "fn f(x: &M) -> u32 {\n    x.n\n}",
            "asserts",
        ),
        (
            "rust",
            "fn f(f: &File) {\n    f.sync_all().unwrap();\n}",
            "fn f(f: &File) {\n}",
            "on the disk",
        ),
        (
            "rust",
            "fn f(m: &Mutex<u32>) -> u32 {\n    *m.lock().unwrap()\n}",
            "fn f(m: &M) -> u32 {\n    *m.get()\n}",
            "takes a lock",
        ),
        (
            "rust",
            "fn f(x: i32) -> Result<i32, E> {\n    if x < 0 { return Err(E); }\n    Ok(x)\n}",
            "fn f(x: i32) -> Result<i32, E> {\n    Ok(x)\n}",
            "raises",
        ),
        (
            "c",
            "int f(int fd) {\n  fsync(fd);\n  return 0;\n}",
            "int f(int fd) {\n  return 0;\n}",
            "on the disk",
        ),
        (
            "c",
            "int f(int x) {\n  assert(x > 0);\n  return x;\n}",
            "int f(int x) {\n  return x;\n}",
            "asserts",
        ),
        (
            "c",
            "int f(struct s *x) {\n  pthread_mutex_lock(&x->m);\n  int n = x->n;\n  pthread_mutex_unlock(&x->m);\n  return n;\n}",
            "int f(struct s *x) {\n  return x->n;\n}",
            "lock",
        ),
        (
            "java",
            "class A { synchronized int f() { return n; } }",
            "class A { int f() { return n; } }",
            "lock",
        ),
        (
            "go",
            "func f(x int) error {\n\tif x < 0 {\n\t\treturn errors.New(\"x\")\n\t}\n\treturn nil\n}",
            "func f(x int) error {\n\treturn nil\n}",
            "raises",
        ),
    ] {
        let found = told(id, commands(), original, code);
        assert!(found.iter().any(|r| r.contains(says)), "{code}: {found:?}");
        assert!(
            told(id, commands(), original, original).is_empty(),
            "{original}"
        );
    }
}

#[test]
fn one_of_several_functions_that_loses_its_lock_is_seen() {
    let function = |name: &str, lock: bool| {
        let body = if lock {
            "    with LOCK:\n        return x\n"
        } else {
            "    return x\n"
        };
        format!("def {name}(x):\n{body}\n")
    };
    let both = function("a", true) + &function("b", true);
    let one = function("a", true) + &function("b", false);
    let found = told("python", commands(), &both, &one);
    assert_eq!(found.len(), 1, "{found:?}");
    // It may have moved.
    let moved = function("a", true) + &function("b", false) + &function("c", true);
    assert!(told("python", commands(), &both, &moved).is_empty());
}

#[test]
fn what_is_replaced_by_an_equal_thing_is_no_loss() {
    for (id, original, code) in [
        (
            "python",
            "def f(self):\n    self._lock.acquire()\n    try:\n        return self.n\n    finally:\n        self._lock.release()\n",
            "def f(self):\n    with self._lock:\n        return self.n\n",
        ),
        (
            "python",
            "def f(x):\n    if x < 0:\n        raise ValueError(x)\n    return x\n",
            "def _ok(x):\n    if x < 0:\n        raise ValueError(x)\ndef f(x):\n    _ok(x)\n    return x\n",
        ),
        (
            "python",
            "def f(x):\n    assert x > 0, x\n    return x\n",
            "def f(x):\n    if x <= 0:\n        raise AssertionError(x)\n    return x\n",
        ),
        (
            "python",
            "def f(x):\n    y = copy.copy(x)\n    y.sort()\n    return y\n",
            "def f(x):\n    return sorted(x)\n",
        ),
        (
            "python",
            "def f(x):\n    return copy.deepcopy(x)\n",
            "def f(x):\n    return [{**r} for r in x]\n",
        ),
        (
            "python",
            "def f(xs):\n    for x in xs:\n        logger.info('x %s', x)\n",
            "def f(xs):\n    info = logger.info\n    for x in xs:\n        info('x %s', x)\n",
        ),
        (
            "python",
            "def f(x):\n    logging.getLogger(__name__).info('x')\n",
            "LOG = logging.getLogger(__name__)\ndef f(x):\n    LOG.info('x')\n",
        ),
        (
            "python",
            "def f(p):\n    h = open(p)\n    t = h.read()\n    h.close()\n    return t\n",
            "def f(p):\n    with open(p) as h:\n        return h.read()\n",
        ),
        (
            "python",
            "def f(p):\n    h = open(p)\n    t = h.read()\n    h.close()\n    return t\n",
            "def f(p):\n    return Path(p).read_text()\n",
        ),
        (
            "python",
            "def f(d, k):\n    for a, b in d:\n        if a == k:\n            return b\n    raise KeyError(k)\n",
            "def f(d, k):\n    return dict(d)[k]\n",
        ),
        (
            "python",
            "def f(x):\n    return html.escape(x)\n",
            "T = str.maketrans({'&': '&amp;'})\ndef f(x):\n    return x.translate(T)\n",
        ),
        (
            "python",
            "def f(x):\n    validate(x)\n    return x\n",
            "def f(x):\n    if not x:\n        raise ValueError(x)\n    return x\n",
        ),
        (
            "python",
            "def f(n):\n    def check(k):\n        return k * k <= n\n    return check(3)\n",
            "def f(n):\n    return math.isqrt(n) >= 3\n",
        ),
        (
            "python",
            "def f(xs):\n    for x in xs:\n        COUNTS[x] += 1\n",
            "def f(xs):\n    COUNTS.update(xs)\n",
        ),
        (
            "python",
            "def f(self, xs):\n    for x in xs:\n        self.total += x\n",
            "def f(self, xs):\n    self.total += sum(xs)\n",
        ),
        (
            "python",
            "def f(x):\n    return [math.log(y) for y in x]\n",
            "def f(x):\n    return list(map(math.log, x))\n",
        ),
        (
            "python",
            "from time import sleep\ndef f(x):\n    sleep(1)\n",
            "from time import sleep as nap\ndef f(x):\n    nap(1)\n",
        ),
        (
            "python",
            "def f(q):\n    while not q.done():\n        time.sleep(0.1)\n",
            "def f(q):\n    q.wait()\n",
        ),
        (
            "python",
            "def f(x):\n    \"\"\"Takes a lock and raises ValueError.\"\"\"\n    # raise or assert\n    return x\n",
            "def f(x):\n    return x\n",
        ),
        (
            "python",
            "def f(x):\n    out = np.zeros(3)\n    block = clock(x)\n    out = np.append(out, x)\n    return out\n",
            "def f(x):\n    return np.concatenate([x])\n",
        ),
        (
            "python",
            "def f(x):\n    return re.compile(re.escape(x)).search(t)\n",
            "def f(x):\n    return t.find(x)\n",
        ),
        (
            "javascript",
            "function f(x) {\n  const y = x.slice();\n  return y.sort();\n}",
            "function f(x) {\n  return x.toSorted();\n}",
        ),
        (
            "javascript",
            "function f(x) {\n  return JSON.parse(JSON.stringify(x.split(','))).length;\n}\n",
            "function f(x) {\n  return x.split(',').length;\n}\n",
        ),
        (
            "python",
            "class A:\n    def __init__(self):\n        self.keys = []\n    def add(self, x):\n        self.keys.append(x)\n",
            "class A:\n    def __init__(self):\n        self.at = {}\n    def add(self, x):\n        self.at[x] = 1\n",
        ),
        (
            "python",
            "class A:\n    def __init__(self, n):\n        self.n = n\n    def add(self, x):\n        return self.n + x\n",
            "class A:\n    def __init__(self, n):\n        self.n = n\n    def add(self, x):\n        return x + self.n\n",
        ),
        (
            "javascript",
            "const f = (x) => structuredClone(x);",
            "const f = (x) => x.map((r) => ({ ...r }));",
        ),
        (
            "rust",
            "fn main() {\n    let out = io::stdout();\n    let mut out = out.lock();\n    writeln!(out, \"x\").unwrap();\n}",
            "fn main() {\n    print!(\"{}\", \"x\");\n}",
        ),
        (
            "rust",
            "fn f(x: &[u8]) -> Vec<u8> {\n    let y = x.to_vec().clone();\n    y\n}",
            "fn f(x: &[u8]) -> Vec<u8> {\n    x.to_vec()\n}",
        ),
        (
            "rust",
            "fn f(r: Result<u8, E>) -> u8 {\n    match r {\n        Ok(x) => x,\n        Err(_) => 0,\n    }\n}",
            "fn f(r: Result<u8, E>) -> u8 {\n    r.unwrap_or(0)\n}",
        ),
        (
            "c",
            "int f(FILE *h) {\n  fclose(h);\n  return 0;\n}",
            "int f(FILE *h) {\n  return fclose(h) ? 0 : 0;\n}",
        ),
        (
            "python",
            "def f(x):\n    if x < 0:\n        raise ValueError(x)\n    return x\n",
            "def f(x):\n    assert x >= 0, x\n    return x\n",
        ),
        (
            "python",
            "def f(lock):\n    lock = lock + 1\n    return lock\n",
            "def f(turns):\n    return turns + 1\n",
        ),
        (
            "rust",
            "fn f(s: &str) -> Result<i32, E> {\n    match s.parse() {\n        Ok(n) => Ok(n),\n        Err(_) => return Err(E),\n    }\n}",
            "fn f(s: &str) -> Result<i32, E> {\n    Ok(s.parse().map_err(|_| E)?)\n}",
        ),
        (
            "go",
            "func f() {\n\tm.Lock()\n\tn++\n\tm.Unlock()\n}",
            "func f() {\n\tatomic.AddInt64(&n, 1)\n}",
        ),
    ] {
        let found = told(id, commands(), original, code);
        assert!(found.is_empty(), "{code}: {found:?}");
    }
    // Where calls are driven, shared results are seen as such.
    let found = told(
        "python",
        calls(),
        "def f(x):\n    y = x.copy()\n    return sum(y)\n",
        "def f(x):\n    return sum(x)\n",
    );
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn what_is_not_to_be_compared_is_not_missed() {
    let mut task = task_for("python", calls());
    let original = "def f(x):\n    log.info('f')\n    time.sleep(1)\n    COUNT[0] += 1\n    with LOCK:\n        return x\n";
    let code = "def f(x):\n    return x\n";
    for (ignored, flags) in [
        ("", 3),
        ("logging", 3),
        ("logging,sleep,globals", 1),
        ("logging,sleep,globals,locks", 0),
    ] {
        task.checker = Checker::Results {
            tolerance: 1e-9,
            messages: false,
            ignore: ignored.parse().unwrap_or_default(),
        };
        let [old, new] = [original, code].map(|text| Code::of(&task, text));
        let found = find(&task, (original, &old), (code, &new));
        assert_eq!(found.len(), flags, "{ignored}");
    }
}

#[test]
fn one_of_two_is_missed_even_in_the_same_function() {
    for (id, original, code, says) in [
        (
            "python",
            "def f(a, b, d):\n    a.write(d)\n    os.fsync(a.fileno())\n    b.write(d)\n    os.fsync(b.fileno())\n",
            "def f(a, b, d):\n    a.write(d)\n    b.write(d)\n    os.fsync(b.fileno())\n",
            "on the disk (its line 3",
        ),
        (
            "python",
            "A = threading.Lock()\nB = threading.Lock()\ndef f():\n    with A:\n        with B:\n            return N\n",
            "A = threading.Lock()\nB = threading.Lock()\ndef f():\n    with A:\n        return N\n",
            "takes a lock (its line 5",
        ),
        (
            "python",
            "def f(self):\n    with self._a_lock:\n        with self._b_lock:\n            return self.n\n",
            "def f(self):\n    with self._a_lock:\n        return self.n\n",
            "takes a lock (its line 3",
        ),
        (
            "c",
            "int f(struct s *x) {\n  pthread_mutex_lock(&x->a);\n  pthread_mutex_lock(&x->b);\n  x->n++;\n  pthread_mutex_unlock(&x->b);\n  pthread_mutex_unlock(&x->a);\n  return 0;\n}\n",
            "int f(struct s *x) {\n  pthread_mutex_lock(&x->a);\n  x->n++;\n  pthread_mutex_unlock(&x->a);\n  return 0;\n}\n",
            "takes a lock (its line 3",
        ),
        (
            "rust",
            "fn f(a: &File, b: &File) {\n    a.sync_all();\n    b.sync_all();\n}\n",
            "fn f(a: &File, b: &File) {\n    a.sync_all();\n}\n",
            "on the disk (its line 3",
        ),
        (
            "go",
            "package p\n\nfunc f() {\n\ta.Lock()\n\tb.Lock()\n\tn++\n\tb.Unlock()\n\ta.Unlock()\n}\n",
            "package p\n\nfunc f() {\n\ta.Lock()\n\tn++\n\ta.Unlock()\n}\n",
            "takes a lock (its line 5",
        ),
    ] {
        let found = told(id, commands(), original, code);
        assert!(found.iter().any(|r| r.contains(says)), "{code}: {found:?}");
    }
    for (id, original, code) in [
        // One sync of a file is as good as two.
        (
            "python",
            "def f(h, a, b):\n    h.write(a)\n    os.fsync(h.fileno())\n    h.write(b)\n    os.fsync(h.fileno())\n",
            "def f(h, a, b):\n    h.write(a + b)\n    os.fsync(h.fileno())\n",
        ),
        (
            "python",
            "def f(a, b):\n    os.fsync(a.fileno())\n    os.fsync(b.fileno())\n",
            "def f(a, b):\n    for h in (a, b):\n        os.fsync(h.fileno())\n",
        ),
        (
            "python",
            "def f(self):\n    with self._lock:\n        self.n += 1\n    with self._lock:\n        self.m += 1\n",
            "def f(self):\n    with self._lock:\n        self.n += 1\n        self.m += 1\n",
        ),
        (
            "cpp",
            "void f() {\n  std::lock_guard<std::mutex> lock(guard);\n  n++;\n}\n",
            "static void g() {\n  std::scoped_lock lock(guard);\n  n++;\n}\nvoid f() {\n  g();\n}\n",
        ),
        (
            "python",
            "def f(self):\n    with self._lock:\n        self.n += 1\n",
            "def f(self):\n    lock = self._lock\n    with lock:\n        self.n += 1\n",
        ),
    ] {
        let found = told(id, commands(), original, code);
        assert!(found.is_empty(), "{code}: {found:?}");
    }
}

#[test]
fn imports_may_be_written_in_any_way() {
    let original = "import time\nimport hmac\ndef f(a, b):\n    time.sleep(1)\n    return hmac.compare_digest(a, b)\n";
    for code in [
        "from time import (\n    sleep as nap,\n)\nfrom hmac import compare_digest as same\ndef f(a, b):\n    nap(1)\n    return same(a, b)\n",
        "import time as t, hmac as h\ndef f(a, b):\n    nap = t.sleep\n    nap(1)\n    return h.compare_digest(a, b)\n",
    ] {
        assert!(
            told("python", commands(), original, code).is_empty(),
            "{code}"
        );
    }
    // What is imported and not used does nothing.
    let code = "from time import (\n    sleep,\n)\nfrom hmac import (\n    compare_digest as same,\n)\ndef f(a, b):\n    return a == b\n";
    assert_eq!(told("python", commands(), original, code).len(), 2);
    let code = "import time; from hmac import compare_digest\ndef f(a, b):\n    return a == b\n";
    assert_eq!(told("python", commands(), original, code).len(), 2);
}

#[test]
fn fields_that_are_called_like_levels_are_no_log_records() {
    for (id, original, code) in [
        (
            "python",
            "def f(self, x):\n    if self.debug:\n        x = x + 1\n    return x.info\n",
            "def f(self, x):\n    return x\n",
        ),
        (
            "python",
            "def f(frame):\n    frame.info()\n    return 1\n",
            "def f(frame):\n    return 1\n",
        ),
        (
            "javascript",
            "function f(x) {\n  const n = x.info.length;\n  return n;\n}\n",
            "function f(x) {\n  return 1;\n}\n",
        ),
    ] {
        let found = told(id, commands(), original, code);
        assert!(found.is_empty(), "{code}: {found:?}");
    }
    for (id, original) in [
        (
            "python",
            "def f(x):\n    LOG.info('x %s', x)\n    return x\n",
        ),
        (
            "python",
            "def f(x):\n    from logging import info as say\n    say('x')\n    return x\n",
        ),
        (
            "python",
            "def f(self, x):\n    self.logger.debug(x)\n    return x\n",
        ),
    ] {
        let found = told(id, commands(), original, "def f(x):\n    return x\n");
        assert_eq!(found.len(), 1, "{original}: {found:?}");
    }
}

#[test]
fn a_cache_that_is_not_needed_is_no_loss_and_a_counter_is_one() {
    for (original, code) in [
        (
            "def f(x):\n    if x not in CACHE:\n        CACHE[x] = g(x)\n    return CACHE[x]\n",
            "def f(x):\n    return x * 2\n",
        ),
        (
            "def f(self, x):\n    self._memo[x] = g(x)\n    return self._memo[x]\n",
            "def f(self, x):\n    return x * 2\n",
        ),
        (
            "def f(self, x):\n    self.items.append(x)\n",
            "def f(self, x):\n    heapq.heappush(self.items, x)\n",
        ),
        (
            "def f(x):\n    REGISTRY.append(x)\n",
            "def f(x):\n    registry = REGISTRY\n    registry.append(x)\n",
        ),
        (
            "def f(self, x):\n    self.total += x\n",
            "def f(self, x):\n    self._count(x)\n",
        ),
        (
            "def f(xs):\n    for x in xs:\n        COUNTS[x] += 1\n",
            "def f(xs):\n    counts = COUNTS\n    for x in xs:\n        counts[x] += 1\n",
        ),
    ] {
        let found = told("python", commands(), original, code);
        assert!(found.is_empty(), "{code}: {found:?}");
    }
    for (original, code, says) in [
        // Another member whose name begins alike.
        (
            "def f(self, x):\n    self.n += 1\n    return self.name\n",
            "def f(self, x):\n    return self.name\n",
            "changes self.n ",
        ),
        // A class that still has it, and does not count any more.
        (
            "class A:\n    def __init__(self):\n        self.n = 0\n    def add(self, x):\n        self.n += 1\n        return x\n",
            "class A:\n    def __init__(self):\n        self.n = 0\n    def add(self, x):\n        return x\n",
            "changes self.n ",
        ),
        // It is read, and not changed.
        (
            "def f(self, x):\n    self.calls += 1\n    return self.calls\n",
            "def f(self, x):\n    return self.calls\n",
            "changes self.calls",
        ),
        // A helper of its own that does not do it.
        (
            "def f(self, x):\n    self.calls += 1\n    return x\n",
            "def _g(self, x):\n    return x\ndef f(self, x):\n    return self._g(x)\n",
            "changes self.calls",
        ),
        (
            "def f(x):\n    COUNTS[x] = COUNTS.get(x, 0) + 1\n    return x\n",
            "def f(x):\n    n = COUNTS.get(x, 0)\n    return x\n",
            "changes COUNTS",
        ),
        (
            "def f(x):\n    COUNTS[x] += 1\n    return x\n",
            "def f(x):\n    COUNTS = {}\n    COUNTS[x] = 1\n    return x\n",
            "changes COUNTS",
        ),
    ] {
        let found = told("python", commands(), original, code);
        assert!(found.iter().any(|r| r.contains(says)), "{code}: {found:?}");
    }
}

#[test]
fn what_is_only_there_to_be_read_does_nothing() {
    for (original, code, says) in [
        (
            "def f(x):\n    time.sleep(0.01)\n    return x\n",
            "def f(x):\n    if False:\n        time.sleep(0.01)\n    return x\n",
            "waits",
        ),
        (
            "def f(x):\n    time.sleep(0.01)\n    return x\n",
            "def f(x):\n    time.sleep(0)\n    return x\n",
            "waits",
        ),
        (
            "def f(x):\n    assert x > 0\n    return x\n",
            "def f(x):\n    assert True\n    return x\n",
            "asserts",
        ),
        (
            "def f(h):\n    fsync(h.fileno())\n    return h\n",
            "def fsync(fd):\n    pass\ndef f(h):\n    fsync(h.fileno())\n    return h\n",
            "on the disk",
        ),
    ] {
        let found = told("python", commands(), original, code);
        assert!(found.iter().any(|r| r.contains(says)), "{code}: {found:?}");
    }
    let original = "def f(h):\n    os.fsync(h.fileno())\n    return h\n";
    let code = "def _fsync(h):\n    os.fsync(h.fileno())\ndef f(h):\n    _fsync(h)\n    return h\n";
    assert!(told("python", commands(), original, code).is_empty());
}
