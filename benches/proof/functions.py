"""The functions: which release made which function faster, and a workload for it.

Every entry was checked by hand first: the later release gives the same results on the workload, and is at least 1.2 times
as fast. No code of the packages is here; it is cut out of what is fetched.
"""

import base64
import random


def octets(data):
    """Bytes as a call writes them."""
    return {"$bytes": base64.b64encode(bytes(data)).decode()}


def calls(*arguments):
    """Calls with these positional arguments."""
    return [{"args": list(one)} for one in arguments]


def word(chance, length, letters="abcdefghijklmnopqrstuvwxyz0123456789"):
    """Some letters."""
    return "".join(chance.choice(letters) for _ in range(length))


def project_names():
    chance = random.Random(1)
    parts = ["zope", "google", "cloud", "backports", "typing", "extensions", "lru", "cache", "Flask", "PyYAML", "oslo"]
    made = []
    for _ in range(400):
        count = chance.randint(1, 4)
        joints = [chance.choice(["-", "_", ".", "--", "_.", "-_-"]) for _ in range(count)]
        made.append("".join(p + j for p, j in zip(chance.sample(parts, count), joints)).rstrip("-_."))
    return calls(*[[name] for name in made])


def trees():
    chance = random.Random(3)

    def tree(depth):
        return [tree(depth - 1) if depth and chance.random() < 0.5 else chance.randrange(1000) for _ in range(4)]

    made = [[tree(depth)] for depth in (0, 2, 4, 6, 8, 9, 10) for _ in range(2)]
    return calls(*made, [[]], [[["a", "bc"], [["d"]]]], [[1, [2, [3, [4, [5]]]]], None, 2])


def lists():
    return calls(*[[list(range(n))] for n in (0, 1, 2, 3, 10, 100, 700, 3000)], ["abracadabra" * 40])


def windows():
    made = [[list(range(n)), size] for n in (0, 3, 60, 900) for size in (1, 2, 3, 5, 12, 25)]
    return calls(*made)


def predicted_rows():
    chance = random.Random(2)
    made = []
    for columns, rows in ((1, 9), (4, 120), (5, 400), (16, 80), (64, 40), (200, 30)):
        data = bytearray()
        for _ in range(rows):
            data.append(chance.choice((0, 1, 2, 2, 2, 3, 4)))
            data.extend(chance.randrange(256) for _ in range(columns))
        made.append([octets(data), columns, columns + 1])
    return calls(*made)


def broken_paths():
    chance = random.Random(2)
    made = [octets(chance.randrange(256) for _ in range(n)) for n in (0, 10, 100, 1000, 3000, 9000)]
    return calls(*[[path] for path in made], [octets("/é/ü/plain/".encode() * 60)])


def messages():
    chance = random.Random(4)
    made = [octets(chance.randrange(256) for _ in range(n)) for n in (0, 1, 3, 5, 125, 1000, 4000, 16000)]
    return calls(*[[data, octets(b"\x12\xfe\x00\x7f")] for data in made])


def tiles():
    chance = random.Random(5)
    made = []
    for _ in range(300):
        zoom = chance.randrange(20)
        made.append([chance.randrange(2**zoom), chance.randrange(2**zoom), zoom])
    return calls(*made)


def similar_words():
    chance = random.Random(6)
    made = [["", ""], ["a", ""], ["", "b"], ["same", "same"], ["kitten", "sitting"]]
    for _ in range(60):
        head, tail, middle = (word(chance, chance.randint(0, 30)) for _ in range(3))
        made.append([head + middle + tail, head + middle[::-1] + tail])
    return calls(*made)


def clusters():
    chance = random.Random(7)
    made = []
    for n in (5, 40, 80, 150, 250):
        for count in (1, 2, 3, 6):
            made.append([[round(chance.gauss(chance.choice((0, 50, 200)), 8), 3) for _ in range(n)], min(n, count)])
    return calls(*made, [[7, 7, 7], 2])


def cookies():
    chance = random.Random(8)
    made = ["", "a", "a=", "=b", "a=1; a=2", 'q="quoted"; x=%C3%BC', "broken=%E0%A4%A; y=2"]
    for _ in range(60):
        pairs = [f"{word(chance, chance.randint(3, 10))}={word(chance, chance.randint(0, 40))}" for _ in range(20)]
        made.append("; ".join(pairs))
    return calls(*[[header] for header in made])


FUNCTIONS = [
    {
        "name": "canonicalize_name",
        "registry": "pypi",
        "package": "packaging",
        "old": "25.0",
        "new": "26.0",
        "file": "packaging/utils.py",
        "target": "canonicalize_name",
        "workload": "400 names of projects",
        "calls": project_names,
    },
    {
        "name": "collapse",
        "registry": "pypi",
        "package": "more-itertools",
        "old": "8.12.0",
        "new": "10.8.0",
        "file": "more_itertools/more.py",
        "target": "collapse",
        "workload": "17 nested lists; a generator",
        "calls": trees,
    },
    {
        "name": "triplewise",
        "registry": "pypi",
        "package": "more-itertools",
        "old": "8.12.0",
        "new": "10.8.0",
        "file": "more_itertools/recipes.py",
        "target": "triplewise",
        "workload": "9 lists; a generator",
        "calls": lists,
    },
    {
        "name": "sliding_window",
        "registry": "pypi",
        "package": "more-itertools",
        "old": "8.12.0",
        "new": "10.8.0",
        "file": "more_itertools/recipes.py",
        "target": "sliding_window",
        "helpers": ["_sliding_window_islice", "_sliding_window_deque"],
        "workload": "24 lists and sizes; a generator",
        "calls": windows,
    },
    {
        "name": "png_prediction",
        "registry": "pypi",
        "package": "pypdf",
        "old": "3.1.0",
        "new": "5.1.0",
        "file": "pypdf/filters.py",
        "target": "FlateDecode._decode_png_prediction",
        # The later release also corrects a type hint; a signature may not change.
        "adapt": [("data: bytes", "data: str")],
        "workload": "6 images; a static method",
        "calls": predicted_rows,
    },
    {
        "name": "repercent",
        "registry": "pypi",
        "package": "Django",
        "old": "3.2",
        "new": "5.1",
        "file": "django/utils/encoding.py",
        "target": "repercent_broken_unicode",
        "needs": ["asgiref", "pytz", "sqlparse"],
        "workload": "7 paths; needs its virtual environment",
        "calls": broken_paths,
    },
    {
        "name": "apply_mask",
        "registry": "pypi",
        "package": "websockets",
        "old": "9.1",
        "new": "10.4",
        "file": "websockets/utils.py",
        "target": "apply_mask",
        "imports": ["import sys"],
        "workload": "8 messages",
        "calls": messages,
    },
    {
        "name": "bounds",
        "registry": "pypi",
        "package": "mercantile",
        "old": "1.1.6",
        "new": "1.2.1",
        "file": "mercantile/__init__.py",
        "target": "bounds",
        "workload": "300 tiles; floats",
        "calls": tiles,
    },
    {
        "name": "leven",
        "registry": "npm",
        "package": "leven",
        "old": "1.0.2",
        "new": "2.1.0",
        "file": "index.js",
        "target": "module.exports",
        "starts": {"module.exports": r"module\.exports = function"},
        "workload": "65 pairs of words",
        "calls": similar_words,
    },
    {
        "name": "ckmeans",
        "registry": "npm",
        "package": "simple-statistics",
        "old": "2.0.0",
        "new": "2.2.0",
        "file": "src/ckmeans.js",
        "target": "ckmeans",
        "helpers": ["ssq", "fillMatrixColumn", "fillMatrices"],
        "workload": "21 sets of numbers",
        "calls": clusters,
    },
    {
        "name": "cookie",
        "registry": "npm",
        "package": "cookie",
        "old": "0.3.1",
        "new": "0.5.0",
        "file": "index.js",
        "target": "parse",
        "workload": "67 headers",
        "calls": cookies,
    },
    {
        "name": "damerau_levenshtein",
        "registry": "cargo",
        "package": "strsim",
        "old": "0.10.0",
        "new": "0.11.1",
        "file": "src/lib.rs",
        "target": "damerau_levenshtein",
        "helpers": [
            "RowId",
            "Default for RowId",
            "GrowingHashmapMapElemChar",
            "GrowingHashmapChar",
            "Default for GrowingHashmapChar",
            "impl GrowingHashmapChar",
            "HybridGrowingHashmapChar",
            "impl HybridGrowingHashmapChar",
            "Default for HybridGrowingHashmapChar",
            "damerau_levenshtein_impl",
        ],
        "imports": ["use std::convert::TryFrom;", "use std::mem;"],
        "starts": {
            "RowId": r"struct RowId\b",
            "Default for RowId": r"impl Default for RowId\b",
            "GrowingHashmapMapElemChar": r"struct GrowingHashmapMapElemChar\b",
            "GrowingHashmapChar": r"struct GrowingHashmapChar\b",
            "Default for GrowingHashmapChar": r"impl<ValueType> Default for GrowingHashmapChar\b",
            "impl GrowingHashmapChar": r"impl<ValueType> GrowingHashmapChar\b",
            "HybridGrowingHashmapChar": r"struct HybridGrowingHashmapChar\b",
            "impl HybridGrowingHashmapChar": r"impl<ValueType> HybridGrowingHashmapChar\b",
            "Default for HybridGrowingHashmapChar": r"impl<ValueType> Default for HybridGrowingHashmapChar\b",
        },
        "added": {"examples/workload.rs": "@strsim.rs"},
        "check": "cargo test --quiet",
        "bench": "cargo run --quiet --release --example workload",
        "workload": "its own tests; a bench of 40 pairs",
    },
    {
        "name": "diff_chars",
        "registry": "cargo",
        "package": "diff",
        "old": "0.1.10",
        "new": "0.1.13",
        "file": "src/lib.rs",
        "target": "chars",
        "helpers": ["do_diff", "Vec2", "impl Vec2"],
        "starts": {"Vec2": r"struct Vec2\b", "impl Vec2": r"impl<T> Vec2\b"},
        "added": {"examples/workload.rs": "@diff.rs", "tests/tests.rs": "@diff_tests.rs"},
        "check": "cargo test --quiet --test tests",
        "bench": "cargo run --quiet --release --example workload",
        "workload": "tests and a bench of 40 pairs",
    },
    {
        "name": "mz_crc32",
        "registry": "cargo",
        "package": "miniz-sys",
        "old": "0.1.10",
        "new": "0.1.11",
        "file": "miniz.c",
        "target": "mz_crc32",
        "added": {"Makefile": "@miniz.mk", "check.c": "@miniz_check.c", "bench.c": "@miniz_bench.c"},
        "check": "make -s check",
        "bench": "make -s bench",
        "workload": "known sums; a bench of 4 MiB",
    },
]
