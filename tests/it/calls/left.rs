//! What calls leave behind besides their results, and what a version changes that is not its own: each cheat is refused or told,
//! and honest versions meet nothing.

use super::driven::{Project, RESULTS};
use reheat::task::calls::driver;

/// What comes of a version: why it is wrong, and what it changed that outlives it.
fn meets(files: &[(&str, &str)], name: &str, calls: &str, version: &str) -> (String, Vec<String>) {
    let expected = Project::python(files).output(name, calls, 1);
    let outcome = Project::python(files).version(version).run(name, calls, 2);
    let said = String::from_utf8_lossy(&outcome.stderr.bytes);
    assert!(!outcome.stdout.bytes.is_empty(), "{version}: {said}");
    let compared = RESULTS.check(expected.as_bytes(), &outcome.stdout.bytes);
    let why = compared.err().map(|why| why.reason).unwrap_or_default();
    (why, driver::survives(&outcome.stderr.bytes))
}

/// One file with a function `f`, called with 1, 2 and 3.
fn of(original: &str, version: &str) -> (String, Vec<String>) {
    meets(&[("m.py", original)], "f", "[1]\n[2]\n[3]", version)
}

#[test]
fn what_a_version_leaves_out_is_a_wrong_answer() {
    for (original, version, want) in [
        (
            "import logging\nlog = logging.getLogger('app')\ndef f(n):\n    log.warning('n is %d', n)\n    return n\n",
            "def f(n):\n    return n\n",
            "call 1: leaves no log records behind; the original: [[\"WARNING\", \"app\", \"n is 1\"]]",
        ),
        (
            "import warnings\ndef f(n):\n    warnings.warn('rounded')\n    return n\n",
            "import warnings\ndef f(n):\n    if n == 1: warnings.warn('rounded')\n    return n\n",
            "call 2: leaves no warnings behind; the original: [[\"UserWarning\", \"rounded\"]]",
        ),
        (
            "import sys\ndef f(n):\n    print('slow', n, file=sys.stderr)\n    return n\n",
            "def f(n):\n    return n\n",
            "call 1: leaves no text on standard error behind; the original: \"slow 1",
        ),
        (
            "import os\ndef f(n):\n    os.environ['LAST'] = str(n)\n    return n\n",
            "import os\ndef f(n):\n    if n < 3: os.environ['LAST'] = str(n)\n    return n\n",
            "call 3: leaves no environment variables behind",
        ),
        (
            "import os\ndef f(n):\n    os.chdir('/')\n    return n\n",
            "def f(n):\n    return n\n",
            "leaves no working folder behind; the original: \"/\"",
        ),
        (
            "import locale\ndef f(n):\n    locale.setlocale(locale.LC_CTYPE, 'C' if n == 1 else None)\n    return n\n",
            "def f(n):\n    return n\n",
            "leaves no locale behind",
        ),
        (
            "import signal\ndef f(n):\n    signal.signal(signal.SIGUSR1, signal.SIG_IGN)\n    return n\n",
            "def f(n):\n    return n\n",
            "leaves no signal handlers behind; the original: {\"SIGUSR1\"",
        ),
        (
            "COUNT = 0\ndef f(n):\n    global COUNT\n    COUNT += n\n    return n\n",
            "COUNT = 0\ndef f(n):\n    return n\n",
            "the calls: leave the global COUNT as it was; the original: 6",
        ),
        (
            "SEEN = []\ndef f(n):\n    SEEN.append(n)\n    return n\n",
            "SEEN = []\ndef f(n):\n    if not SEEN: SEEN.append(n)\n    return n\n",
            "the calls: leave the global SEEN at [1]; the original: [1, 2, 3]",
        ),
        (
            "class Grid:\n    made = 0\n    def __init__(self):\n        Grid.made += 1\ndef f(n):\n    Grid()\n    return n\n",
            "class Grid:\n    made = 0\n    def __init__(self):\n        Grid.made += 1\ndef f(n):\n    return n\n",
            "leave the global Grid.made as it was; the original: 3",
        ),
        (
            "class Engine:\n    def __init__(self):\n        self.runs = 0\nENGINE = Engine()\ndef f(n):\n    ENGINE.runs += 1\n    return n\n",
            "class Engine:\n    def __init__(self):\n        self.runs = 0\nENGINE = Engine()\ndef f(n):\n    return n\n",
            "leave the global ENGINE.runs as it was; the original: 3",
        ),
        (
            "def f(n, seen=[]):\n    seen.append(n)\n    return n\n",
            "def f(n, seen=[]):\n    return n\n",
            "leave the global f(seen) as it was; the original: [1, 2, 3]",
        ),
        (
            "def f(n):\n    f.calls = getattr(f, 'calls', 0) + 1\n    return n\n",
            "def f(n):\n    return n\n",
            "leave the global f.calls as it was; the original: 3",
        ),
        (
            "import os\ndef f(n):\n    with open('out.txt', 'w') as file: file.write(str(n))\n    return n\n",
            "def f(n):\n    return n\n",
            "leave the file out.txt as it was; the original: 1 bytes",
        ),
        (
            "def f(n):\n    return n * 2\n",
            "import os\ndef f(n):\n    if not os.path.exists(str(n)):\n        open(str(n), 'w').write(str(n * 2))\n    return int(open(str(n)).read())\n",
            "change the file 1, which the original does not: 1 bytes",
        ),
        (
            "import time\nfrom time import sleep\ndef f(n):\n    sleep(0.001)\n    time.sleep(0.001)\n    return n\n",
            "import time\ndef f(n):\n    time.sleep(0.001)\n    return n\n",
            "leaves other seconds slept behind: 0.001; the original: 0.002",
        ),
        (
            "def f(n):\n    return [[0] * 3 for _ in range(n)]\n",
            "def f(n):\n    return [[0] * 3] * n\n",
            "call 2: gives objects twice that the original keeps apart (result[1] is result[0])",
        ),
        (
            "def f(n):\n    f.calls = 1\n    return {'k': [n]}\n",
            "MADE = {n: [n] for n in range(9)}\nMADE[2] = MADE[1]\ndef f(n):\n    f.calls = 2\n    return {'k': [n]}\n",
            "leave the global f.calls at 2; the original: 1",
        ),
    ] {
        let (why, survives) = of(original, version);
        assert!(why.contains(want), "{version}: {why}");
        assert!(survives.is_empty(), "{version}: {survives:?}");
        // And the original differs from itself in nothing.
        assert_eq!(of(original, original).0, "", "{original}");
    }
}

#[test]
fn rows_and_objects_of_an_argument_are_not_given_back_where_copies_were() {
    let call = "[[[1, 2], [3]]]";
    let original = "def f(rows):\n    return [list(row) for row in rows]\n";
    let version = "def f(rows):\n    return rows[:]\n";
    let (why, _) = meets(&[("m.py", original)], "f", call, version);
    assert!(why.contains("(result[0] is args[0][0])"), "{why}");
    // The result that was the argument itself is a copy.
    let original = "def f(rows):\n    rows.sort()\n    return rows\n";
    let version = "def f(rows):\n    rows.sort()\n    return list(rows)\n";
    let (why, _) = meets(&[("m.py", original)], "f", call, version);
    assert!(
        why.contains("gives a copy, where in the original result is args[0]"),
        "{why}"
    );
}

#[test]
fn what_the_projects_other_modules_keep_is_seen_too() {
    let files = [
        (
            "pkg/m.py",
            "from . import registry\nfrom .registry import ALL\ndef f(n):\n    ALL[n] = 'made'\n    registry.TOTAL += n\n    return n\n",
        ),
        ("pkg/registry.py", "ALL = {}\nTOTAL = 0\n"),
        ("pkg/__init__.py", ""),
    ];
    let version = "from . import registry\nfrom .registry import ALL\ndef f(n):\n    registry.TOTAL += n\n    return n\n";
    let (why, _) = meets(&files, "f", "[1]\n[2]", version);
    assert!(
        why.contains(
            "leave the global pkg.registry.ALL as it was; the original: {1: \"made\", 2: \"made\"}"
        ),
        "{why}"
    );
}

#[test]
fn what_is_kept_outside_of_the_module_is_told_and_put_back() {
    let original = "def f(n):\n    return n * 2\n";
    for (version, want) in [
        (
            "import builtins\nbuiltins.memo = {}\ndef f(n):\n    if n not in memo: memo[n] = n * 2\n    return memo[n]\n",
            "a name `memo` was added to builtins",
        ),
        (
            "import builtins\ndef f(n):\n    kept = vars(builtins).setdefault('kept', {})\n    return kept.setdefault(n, n * 2)\n",
            "a name `kept` was added to builtins",
        ),
        (
            "import json\ndef f(n):\n    return vars(json).setdefault('kept', {}).setdefault(n, n * 2)\n",
            "a name `kept` was added to json",
        ),
        (
            "import bisect\ndef f(n):\n    return getattr(__import__('string'), '__dict__').setdefault('kept', {}).setdefault(n, n * 2)\n",
            "a name `kept` was added to string",
        ),
        (
            "import json\ndef f(n):\n    return vars(json.dumps).setdefault('kept', {}).setdefault(n, n * 2)\n",
            "a name `kept` was added to json.dumps",
        ),
        (
            "import collections\ncollections.Counter.kept = {}\ndef f(n):\n    return collections.Counter.kept.setdefault(n, n * 2)\n",
            "a name `kept` was added to collections.Counter",
        ),
        (
            "import functools, operator\noperator.mul = functools.lru_cache(None)(operator.mul)\ndef f(n):\n    return operator.mul(n, 2)\n",
            "`mul` of operator was replaced",
        ),
        (
            "from json import decoder\ndef f(n):\n    return decoder.BACKSLASH.setdefault(n, n * 2)\n",
            "it keeps things in json.decoder.BACKSLASH",
        ),
        (
            "import sys\nsys.modules['kept'] = {}\ndef f(n):\n    return sys.modules['kept'].setdefault(n, n * 2)\n",
            "`kept`, which is no module of a file, was put among the modules",
        ),
        (
            "import sys, types\ndef f(n):\n    kept = sys.modules.setdefault('kept', types.ModuleType('kept'))\n    return vars(kept).setdefault(n, n * 2)\n",
            "`kept`, which is no module of a file, was put among the modules",
        ),
        (
            "import gc\ngc.disable()\ndef f(n):\n    return n * 2\n",
            "the garbage collector was switched off",
        ),
        (
            "import gc\ndef f(n):\n    gc.set_threshold(100000)\n    return n * 2\n",
            "the thresholds of the garbage collector were changed",
        ),
        (
            "import gc\ngc.freeze()\ndef f(n):\n    return n * 2\n",
            "objects were hidden from the garbage collector (freeze)",
        ),
        (
            "import sys\nsys.setswitchinterval(1)\ndef f(n):\n    return n * 2\n",
            "the interval at which threads take turns was changed",
        ),
        (
            "import sys\ndef f(n):\n    sys.setprofile(lambda *a: None)\n    return n * 2\n",
            "a hook was set with sys.setprofile",
        ),
        (
            "import threading, time\ndef f(n):\n    threading.Thread(target=threading.Event().wait, args=(9,), daemon=True).start()\n    return n * 2\n",
            "a thread that it started still runs after its calls",
        ),
    ] {
        let (why, survives) = of(original, version);
        assert!(
            survives.iter().any(|s| s == want),
            "{version}: {survives:?} {why}"
        );
    }
}

/// A memo that is put back gives nothing in a second pass: the calls are made again.
#[test]
fn nothing_that_is_kept_outside_reaches_the_next_pass() {
    let original = "def f(n):\n    print('work')\n    return n * 2\n";
    for version in [
        "import json\njson.kept = {}\ndef f(n):\n    if n not in json.kept:\n        print('work')\n        json.kept[n] = n * 2\n    return json.kept[n]\n",
        "import builtins\ndef f(n):\n    kept = vars(builtins).setdefault('kept', {})\n    if n not in kept:\n        print('work')\n        kept[n] = n * 2\n    return kept[n]\n",
    ] {
        let (why, survives) = of(original, version);
        assert_eq!(why, "", "{version}");
        assert_eq!(survives.len(), 1, "{survives:?}");
    }
}

const USUAL: &str = "
import json, re, datetime, collections, dataclasses, enum, random, decimal, functools, typing, abc, logging, tempfile, locale, mimetypes
import fractions, statistics, copy, warnings, asyncio, concurrent.futures, urllib.parse, hashlib, struct, textwrap, inspect, pickle, gettext
import platform, string, contextlib, unicodedata, calendar, uuid, shutil, fnmatch, gc, os, traceback, threading
@dataclasses.dataclass
class P:
    x: int
class E(enum.Enum):
    A = 1
class S(collections.abc.Sequence):
    def __len__(self): return 1
    def __getitem__(self, i): return 1
collections.abc.Mapping.register(S)
@functools.singledispatch
def sd(x): return 1
@functools.lru_cache(None)
def square(x): return x * x
_TABLE = {}
T = typing.TypeVar('T')
def f(n):
    re.compile('a%s' % n).match('aa'); json.dumps({'a': 1}); json.loads('[1]', object_hook=dict)
    datetime.datetime.strptime('2024-01-01', '%Y-%m-%d'); random.seed(1); random.random()
    decimal.getcontext().prec = 50; decimal.Decimal(1) / 3
    isinstance(S(), collections.abc.Sequence); typing.List[int]; typing.get_type_hints(P)
    logging.getLogger('a').addHandler(logging.NullHandler()); logging.getLogger('a').debug('no'); mimetypes.guess_type('a.txt')
    fractions.Fraction(1, 3); statistics.mean([1, 2]); copy.deepcopy([P(1)]); warnings.warn('x', DeprecationWarning)
    asyncio.run(asyncio.sleep(0))
    with concurrent.futures.ThreadPoolExecutor(2) as e: list(e.map(abs, [1, 2]))
    with tempfile.TemporaryDirectory() as d: open(d + '/a', 'w').close()
    urllib.parse.urlparse('http://a/b'); hashlib.md5(b'a'); struct.pack('i', 1); textwrap.wrap('a b'); inspect.signature(f)
    pickle.dumps(P(1)); gettext.gettext('a'); platform.platform(); traceback.format_exc(); string.Template('$a').substitute(a=1)
    'a'.encode('cp1252'); unicodedata.normalize('NFC', 'a'); fnmatch.fnmatch('a', '*'); shutil.which('ls'); uuid.uuid4()
    gc.disable(); gc.enable()
    _TABLE[n] = square(n)
    import colorsys, html
    return n * 2
";

#[test]
fn honest_versions_meet_nothing() {
    let traced = |helper: &str| {
        format!(
            "import logging, sys, traceback\n{helper}def f(n):\n    try:\n        return 1 // 0\n    except ZeroDivisionError:\n        logging.getLogger('x').exception('failed')\n        traceback.print_exc()\n    return n\n"
        )
    };
    let moved = "import logging, sys, traceback\ndef divide(a):\n    return a // 0\n\n\ndef f(n):\n    try:\n        divide(1)\n    except ZeroDivisionError:\n        logging.getLogger('x').exception('failed')\n        traceback.print_exc()\n    return n\n";
    for (original, version) in [
        ("def f(n):\n    return n * 2\n", USUAL),
        (&*traced(""), moved),
        (
            "import logging\nlog = logging.getLogger('a')\ndef f(n):\n    log.debug('n %d', n)\n    return n\n",
            "def f(n):\n    return n\n",
        ),
        (
            "_cache = {}\nMEMO = {}\ndef f(n):\n    _cache[n] = n\n    MEMO[n] = n\n    return n\n",
            "def f(n):\n    return n\n",
        ),
        (
            "def fib(n, memo={}):\n    memo[n] = n\n    return n\ndef f(n):\n    return fib(n)\n",
            "import functools\n@functools.lru_cache(None)\ndef fib(n):\n    return n\ndef f(n):\n    return fib(n)\n",
        ),
        (
            "import warnings\ndef f(n):\n    warnings.warn('w')\n    return n\n",
            "import warnings\ndef tell():\n    warnings.warn('w')\n\n\ndef f(n):\n    tell()\n    return n\n",
        ),
        (
            "def f(n):\n    return [[0] * n] * 2\n",
            "def f(n):\n    return [[0] * n for _ in range(2)]\n",
        ),
        (
            "import time\ndef f(n):\n    for _ in range(4): time.sleep(0.001)\n    return n\n",
            "from time import sleep\ndef f(n):\n    sleep(0.004)\n    return n\n",
        ),
        (
            "TOTAL = 0.0\ndef f(n):\n    global TOTAL\n    for _ in range(10): TOTAL += n / 10\n    return n\n",
            "TOTAL = 0.0\nSQUARES = []\ndef f(n):\n    global TOTAL\n    SQUARES.append(n * n)\n    TOTAL += n\n    return n\n",
        ),
        // What the original does to others too.
        (
            "import json, gc, builtins\ngc.disable()\nbuiltins.memo = {}\njson.kept = 1\ndef f(n):\n    return memo.setdefault(n, n)\n",
            "import json, gc, builtins\ngc.disable()\nbuiltins.memo = {}\njson.kept = 1\ndef f(n):\n    return n\n",
        ),
    ] {
        let (why, survives) = of(original, version);
        assert_eq!((why, survives), (String::new(), Vec::new()), "{version}");
    }
}

/// The pace of stamped bursts tells no states, and what is looked at there is compared with what a pass by itself left.
#[cfg(target_os = "linux")]
#[test]
fn bursts_tell_events_call_by_call() {
    let text = "import logging\nCOUNT = 0\ndef f(n):\n    global COUNT\n    COUNT += 1\n    logging.getLogger('a').error('n %d', n)\n    return n\n";
    let project = Project::python(&[("m.py", text)]);
    let calls = "[1]\n[2]\n[3]";
    let expected = project.output("f", calls, 1);
    assert!(expected.contains("\"COUNT\":3"), "{expected}");
    for fresh in [false, true] {
        let got = project.bursts("f", calls, fresh);
        assert_eq!(
            RESULTS.check(expected.as_bytes(), got.as_bytes()),
            Ok(()),
            "{got}"
        );
        assert!(got.contains("\"n 2\"") && !got.contains("COUNT"), "{got}");
    }
    let silent = Project::python(&[("m.py", text)]).version("COUNT = 0\ndef f(n):\n    return n\n");
    let got = silent.bursts("f", calls, false);
    assert!(RESULTS.check(expected.as_bytes(), got.as_bytes()).is_err());
}

/// An object that does its work when it is looked at would have it done outside of what is timed.
#[test]
fn work_that_an_object_puts_off_is_a_wrong_answer() {
    let slots = "class R:\n    __slots__ = ('n', 'total')\n    def __init__(self, n):\n        self.n = n\nEND\n";
    let dict = "class R:\n    def __init__(self, n):\n        self.n = n\nEND\n";
    let now = "        self.total = sum(range(n))\ndef f(n):\n    return R(n)";
    let later = "    def __getattr__(self, name):\n        self.total = sum(range(self.n))\n        return self.total\ndef f(n):\n    return R(n)";
    let told = "    @property\n    def __dict__(self):\n        return {'n': self.n, 'total': sum(range(self.n))}\ndef f(n):\n    return R(n)";
    for (class, later) in [(slots, later), (dict, told)] {
        let (original, version) = (class.replace("END", now), class.replace("END", later));
        let (why, _) = of(&original, &version);
        assert!(
            why.starts_with("call 1: ") && why.contains("result"),
            "{why}"
        );
        assert_eq!(of(&original, &original).0, "");
    }
}
