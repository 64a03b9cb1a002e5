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
    // What the original does as well is nobody's trick.
    let original = Project::python(files).run(name, calls, 2);
    let known = driver::survives(&original.stderr.bytes);
    let mut survives = driver::survives(&outcome.stderr.bytes);
    survives.retain(|sentence| !known.contains(sentence));
    (why, survives)
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
    // What its comments speak of the original does not do.
    let original = "# memo kept argv default disable freeze Thread\ndef f(n):\n    \"kept memo disable\"\n    return n * 2\n";
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
        (
            "import signal\nsignal.setitimer(signal.ITIMER_REAL, 1000)\ndef f(n):\n    return n * 2\n",
            "a timer that it set still runs after its calls",
        ),
        // Names that Python gives to other modules, and those of caches.
        (
            "import json\njson.argv = {}\ndef f(n):\n    return json.argv.setdefault(n, n * 2)\n",
            "a name `argv` was added to json",
        ),
        (
            "import json\njson.__warningregistry__ = {}\ndef f(n):\n    return json.__warningregistry__.setdefault(n, n * 2)\n",
            "a name `__warningregistry__` was added to json",
        ),
        (
            "import json\nsetattr(json, 'me' + 'mo', {})\ndef f(n):\n    return vars(json)['me' + 'mo'].setdefault(n, n * 2)\n",
            "a name `memo` was added to json",
        ),
        // What nobody can ask for afterwards, or that seems to be a list of texts.
        (
            "import sys\nsys.addaudithook(lambda *about: None)\ndef f(n):\n    return n * 2\n",
            "something that stays was given to addaudithook",
        ),
        (
            "import codecs\ncodecs.register_error('kept', lambda error: ('', 1))\ndef f(n):\n    return n * 2\n",
            "something that stays was given to register_error",
        ),
        (
            "import signal\nsignal.signal(signal.SIGUSR1, lambda *about: None)\ndef f(n):\n    return n * 2\n",
            "a handler was given to SIGUSR1",
        ),
        (
            "import sys\nsys.path.append({})\ndef f(n):\n    return sys.path[-1].setdefault(n, n * 2)\n",
            "it keeps things in sys.path",
        ),
        (
            "import sys\nclass Kept:\n    @classmethod\n    def find_spec(cls, *about):\n        return None\nsys.meta_path.append(Kept)\ndef f(n):\n    return n * 2\n",
            "something was put among the finders of modules",
        ),
        // Objects that are shared by all.
        (
            "import logging\nLOG = logging.getLogger('a')\ndef f(n):\n    return vars(LOG).setdefault('kept', {}).setdefault(n, n * 2)\n",
            "a name `kept` was added to the logger a",
        ),
        (
            "import sys\ndef f(n):\n    return vars(sys.stdout).setdefault('kept', {}).setdefault(n, n * 2)\n",
            "a name `kept` was added to sys.__stdout__",
        ),
        // Methods, and the content of what is as long as before.
        (
            "import json\njson.JSONEncoder.default = lambda *a: 0\ndef f(n):\n    return n * 2\n",
            "`default` of json.encoder.JSONEncoder was replaced",
        ),
        (
            "import keyword\ndef f(n):\n    keyword.kwlist[0] = n\n    return n * 2\n",
            "it keeps things in keyword.kwlist",
        ),
        // Modules that the text never names.
        (
            "import sys, functools\nit = getattr(sys, 'mod' + 'ules')['opera' + 'tor']\nit.mul = functools.lru_cache(None)(it.mul)\ndef f(n):\n    return it.mul(n, 2)\n",
            "`mul` of operator was replaced",
        ),
        (
            "import sys\nit = getattr(sys, 'mod' + 'ules')['key' + 'word']\ndef f(n):\n    it.kwlist[0] = n\n    return n * 2\n",
            "it keeps things in keyword.kwlist",
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
    gc.disable(); gc.enable(); inspect.getmodule(f); warnings.simplefilter('ignore'); mimetypes.add_type('a/b', '.zzq')
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

#[test]
fn numbers_that_somebody_reads_are_compared_and_places_are_not() {
    let of_log = |said: &str, helper: &str| {
        format!(
            "import logging, sys, tempfile, threading\n{helper}def f(n):\n    logging.getLogger('a').error({said})\n    return n\n"
        )
    };
    for (original, version) in [
        ("'line 17'", "'line 18'"),
        ("'colour 0xff0000'", "'colour 0x00ff00'"),
        ("'page 3 of %s' % n", "'page 4 of %s' % n"),
        ("'<unknown>, line 2'", "'<unknown>, line 3'"),
        (
            "'Traceback (most recent call last):\\n  one\\n'",
            "'Traceback (most recent call last):\\n  two\\n'",
        ),
    ] {
        let (why, _) = of(&of_log(original, ""), &of_log(version, ""));
        assert!(
            why.contains("leaves other log records behind"),
            "{version}: {why}"
        );
    }
    for said in [
        "repr(object())",
        "tempfile.mkdtemp(prefix='made-')",
        "threading.Thread().name",
        "'%s:%d' % (__file__, sys._getframe().f_lineno)",
    ] {
        let moved = of_log(
            said,
            "\n\nthreading.Thread()\ndef other(n):\n    return n\n",
        );
        let (why, survives) = of(&of_log(said, ""), &moved);
        assert_eq!((why, survives), (String::new(), Vec::new()), "{said}");
    }
}

#[test]
fn names_that_are_drawn_are_no_difference() {
    let original = "import tempfile, os\ndef f(n):\n    for _ in range(2):\n        handle, name = tempfile.mkstemp(prefix='part-', suffix='.txt')\n        os.write(handle, b'x' * n)\n        os.close(handle)\n    with tempfile.NamedTemporaryFile(delete=False) as file:\n        file.write(b'y')\n    return n\n";
    assert_eq!(of(original, original), (String::new(), Vec::new()));
    let once = |version: &str| meets(&[("m.py", original)], "f", "[1]", version).0;
    let why = once(&original.replace("b'x' * n", "b'z' * n"));
    assert!(why.contains("leave the file TMPDIR/part-?.txt"), "{why}");
    let why = once(&original.replace("range(2)", "range(1)"));
    assert!(
        why.contains("leave the file TMPDIR/part-?.txt (2) as it was"),
        "{why}"
    );
}

#[test]
fn keys_in_another_order_are_the_same_value() {
    let text = |order: &str, change: &str| {
        format!(
            "class P:\n    def __init__(self, x):\n        self.x = x\n    def __hash__(self):\n        return self.x[0]\n    def __eq__(self, other):\n        return self is other\ndef f(n, grow=0):\n    a, b = [n, {{'x': [n]}}], [7 + n, 'x' * 7 * grow]\n    keys = {{'p': a, 'q': b, 'r': a, 's': b, 1: a, (1, 2): b, P(a): a, P(b): b}} if not grow else {{'p': a, 'q': b, 'r': a, 's': b}}\n    {change}\n    return {{k: keys[k] for k in {order}(list(keys))}}\n"
        )
    };
    let original = text("list", "pass");
    for calls in ["[1]", "[1, 300000]"] {
        let found = |version: &str| meets(&[("m.py", &original)], "f", calls, version).0;
        assert_eq!(found(&text("reversed", "pass")), "", "{calls}");
        assert!(found(&text("list", "keys['r'] = b")).contains("result"));
    }
    // An argument whose keys come back in another order was not changed.
    let leaves = "def f(d):\n    d['b'] = d['a']\n    return 1\n";
    let moves = "def f(d):\n    a = d.pop('a')\n    d['b'] = a\n    d['a'] = a\n    return 1\n";
    let call = r#"[{"a": [1], "b": [1]}]"#;
    assert_eq!(meets(&[("m.py", leaves)], "f", call, moves).0, "");
}

#[test]
fn an_object_that_is_handed_out_twice_is_shared() {
    let calls = "[1]\n[2]\n[1]";
    let original = "def f(n):\n    return {'rows': [n, n]}\n";
    let found = |original: &str, version: &str| meets(&[("m.py", original)], "f", calls, version).0;
    for version in [
        "KEPT = {}\ndef f(n):\n    if n not in KEPT:\n        KEPT[n] = {'rows': [n, n]}\n    return KEPT[n]\n",
        "KEPT = {}\ndef f(n):\n    return {'rows': KEPT.setdefault(n, [n, n])}\n",
        "import functools\n@functools.lru_cache(None)\ndef rows(n):\n    return [n, n]\ndef f(n):\n    return {'rows': rows(n)}\n",
    ] {
        let why = found(original, version);
        assert!(
            why.starts_with("call 3: gives objects twice that the original keeps apart (result")
                && why.contains("is what an earlier call gave"),
            "{why}"
        );
    }
    // What nobody can change may be the same, and so may what the original hands out twice itself.
    let original = "def f(n):\n    return (n, 'text', frozenset([n]))\n";
    let version =
        "MADE = {n: (n, 'text', frozenset([n])) for n in (1, 2)}\ndef f(n):\n    return MADE[n]\n";
    assert_eq!(found(original, version), "");
    let original = "ALL = {}\ndef f(n):\n    return ALL.setdefault(n, [n])\n";
    assert_eq!(found(original, original), "");
    let version = "ALL = {}\ndef f(n):\n    ALL.setdefault(n, [n])\n    return [n]\n";
    assert_eq!(found(original, version), "");
}

#[test]
fn locks_that_are_not_taken_are_missed() {
    let original = "import threading\nfrom threading import RLock\nLOCK, INNER = threading.Lock(), RLock()\nREADY = threading.Event()\nREADY.set()\nclass Box:\n    lock = threading.Lock()\n    def __init__(self):\n        self.own = threading.Lock()\nBOX = Box()\ndef f(n):\n    READY.wait()\n    with LOCK, INNER, Box.lock, BOX.own:\n        return n * 2\n";
    for (left_out, want) in [
        ("LOCK, ", "does not take LOCK, which the original takes"),
        (" INNER,", "does not take INNER, which the original takes"),
        (" Box.lock,", "does not take Box.lock, which the original"),
        (
            ", BOX.own",
            "does not take a lock, which the original takes",
        ),
        (
            "    READY.wait()\n",
            "waits for no event, where the original does",
        ),
    ] {
        let (before, body) = original.split_once("def f(n)").unwrap();
        let version = format!("{before}def f(n){}", body.replacen(left_out, "", 1));
        let (why, _) = of(original, &version);
        assert!(why.contains(want), "{version}: {why}");
    }
    // One that the call has made itself keeps nobody out, and more of them harm nobody; nor is it another value.
    let original = "import threading, queue, concurrent.futures\ndef f(n):\n    with threading.Lock():\n        pass\n    threading.Thread(target=len, args=('',)).start()\n    return [n, threading.Lock()]\n";
    let version = "import threading\nLOCK = threading.RLock()\ndef f(n):\n    with LOCK:\n        assert isinstance(LOCK, type(threading.RLock()))\n        return [n, threading.Lock()]\n";
    assert_eq!(of(original, version), (String::new(), Vec::new()));
}

#[test]
fn what_is_waited_for_in_vain_was_slept() {
    let original = "import time\ndef f(n):\n    time.sleep(0.02)\n    return n\n";
    for waits in [
        "threading.Event().wait(0.02)",
        "queue.Queue().get(timeout=0.02)",
    ] {
        let version = format!(
            "import threading, queue\ndef f(n):\n    try: {waits}\n    except queue.Empty: pass\n    return n\n"
        );
        assert_eq!(of(original, &version).0, "", "{waits}");
        let (why, _) = of(&version, "def f(n):\n    return n\n");
        assert!(why.contains("leaves no seconds slept behind"), "{why}");
    }
}

/// A version may find out when it is looked at; where it is not, its records are counted.
#[cfg(target_os = "linux")]
#[test]
fn what_is_told_only_while_somebody_looks_is_missed() {
    for tells in [
        "logging.getLogger('a').error('n')",
        "print('n')",
        "print('n', file=sys.stderr)",
        "time.sleep(0.002)",
    ] {
        let text = |when: &str| {
            format!(
                "import logging, sys, time\nSEEN = []\ndef f(n):\n    if {when}:\n        SEEN.append(n)\n        {tells}\n    return n\n"
            )
        };
        let calls = "[1]\n[2]\n[3]";
        let project = Project::python(&[("m.py", &text("True"))]);
        let expected = project.output("f", calls, 1);
        let check = |got: &str| RESULTS.check(expected.as_bytes(), got.as_bytes());
        let got = project.bursts("f", calls, false);
        assert_eq!(check(&got), Ok(()), "{tells}: {got}");
        let looked = Project::python(&[("m.py", &text("True"))]).version(&text("len(SEEN) < 8"));
        let got = looked.bursts("f", calls, false);
        assert!(check(&got).is_err(), "{tells}: {got}");
    }
    // What stands in the place of others does so always.
    let text = "import time, logging\nWAS = []\ndef f(n):\n    WAS.append((time.sleep, logging.Logger.handle))\n    return all(one == WAS[0] for one in WAS)\n";
    let project = Project::python(&[("m.py", text)]);
    assert!(!project.bursts("f", "[1]\n[2]", false).contains("false"));
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
