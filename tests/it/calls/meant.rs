//! What is called is the text that was meant: bodies of properties and setters, names that lead elsewhere, processes of pools.

use super::driven::Project;

const GAUGE: &str = r#"
import functools

class Lazy:
    def __init__(self, body):
        self.body = body
    def __set_name__(self, owner, name):
        self.name = name
    def __get__(self, it, owner=None):
        if it is None:
            return self
        found = it.__dict__[self.name] = self.body(it)
        return found

class Opaque:
    def __init__(self, body):
        self.known = {"body": [body]}
    def __get__(self, it, owner=None):
        return self if it is None else self.known["body"][0](it)

class Gauge:
    def __init__(self, marks):
        self.marks, self._peak = marks, None
    @functools.cached_property
    def spread(self):
        print("spread")
        return max(self.marks) - min(self.marks)
    @property
    def peak(self):
        if self._peak is None:
            print("peak")
            self._peak = max(self.marks)
        return self._peak
    @peak.setter
    def peak(self, mark):
        self.marks = [min(m, mark) for m in self.marks]
        self._peak = None
    @peak.deleter
    def peak(self):
        self.marks.remove(max(self.marks))
    @Lazy
    def low(self):
        print("low")
        return min(self.marks)
    @Opaque
    def closed(self):
        return len(self.marks)
    @property
    @functools.lru_cache(None)
    def number(self):
        return len(self.marks)
"#;

#[test]
fn the_body_of_a_property_is_called_however_it_is_kept() {
    let project = Project::python(&[("gauge.py", GAUGE)]);
    let object = r#"{"init": {"args": [[4, 9, 2]]}}"#;
    for (name, want) in [
        (
            "get Gauge.spread",
            r#"{"call":1,"returned":7,"printed":"spread\n"}"#,
        ),
        (
            "Gauge.spread",
            r#"{"call":1,"returned":7,"printed":"spread\n"}"#,
        ),
        ("Gauge.low", r#"{"call":1,"returned":2,"printed":"low\n"}"#),
        ("get Gauge.number", r#"{"call":1,"returned":3}"#),
    ] {
        assert_eq!(project.outcomes(name, object), want, "{name}");
        // In every pass.
        let many = project.output(name, &[object; 3].join("\n"), 5);
        assert!(!many.contains("\"pass\""), "{name}: {many}");
    }
    let got = project.outcomes("get Gauge.peak#1", object);
    assert!(
        got.contains(r#""returned":9"#)
            && got.contains(r#""_peak":9"#)
            && got.contains(r#""printed":"peak\n""#),
        "{got}"
    );
    // What it raises is an outcome.
    let got = project.outcomes("get Gauge.spread", r#"{"init": {"args": [[]]}}"#);
    assert!(got.contains(r#""raised":"ValueError""#), "{got}");
    let why = project.refusal(
        "get Gauge.spread",
        r#"{"args": [1], "init": {"args": [[1]]}}"#,
    );
    assert!(
        why.contains("call 1 does not fit Gauge.spread(self): too many positional arguments"),
        "{why}"
    );
    let why = project.refusal("Gauge.closed", object);
    assert!(
        why.contains("Gauge.closed is kept by a gauge.Opaque"),
        "{why}"
    );
}

#[test]
fn a_setter_and_a_deleter_are_judged_by_what_they_leave() {
    let project = Project::python(&[("gauge.py", GAUGE)]);
    let got = project.outcomes(
        "set Gauge.peak#2",
        r#"{"args": [5], "init": {"args": [[4, 9, 2]]}}"#,
    );
    assert!(
        got.contains(r#""returned":null,"changed":{"self":"#) && got.contains(r#""marks":[4,5,2]"#),
        "{got}"
    );
    let got = project.outcomes("set Gauge.peak#3", r#"{"init": {"args": [[4, 9, 2]]}}"#);
    assert!(got.contains(r#""marks":[4,2]"#), "{got}");
    let why = project.refusal("set Gauge.peak#2", r#"{"init": {"args": [[1]]}}"#);
    assert!(why.contains("missing a required argument: 'mark'"), "{why}");
    let nothing = GAUGE.replace("self.marks = [min(m, mark) for m in self.marks]", "pass");
    let got = Project::python(&[("gauge.py", GAUGE)])
        .version(&nothing)
        .outcomes(
            "set Gauge.peak#2",
            r#"{"args": [5], "init": {"args": [[4, 9, 2]]}}"#,
        );
    assert!(!got.contains("changed"), "{got}");
}

#[test]
fn accessors_of_javascript_are_called_and_what_they_keep_is_read_back() {
    let text = "export class Tank {
  #level = 1;
  constructor(most) { this.most = most; }
  get level() { console.log('read'); return this.#level; }
  set level(to) { this.#level = Math.min(to, this.most); }
  static get unit() { return 'l'; }
  pour(n) { this.#level += n; }
}
export const panel = { lamps: [1, 2], get lit() { return this.lamps.length; } };
";
    let Some(project) = Project::javascript(&[("tank.mjs", text)]) else {
        return;
    };
    let set = r#"{"args": [7], "init": {"args": [5]}}"#;
    let got = project.outcomes("set Tank.level#2", set);
    assert_eq!(
        got,
        r##"{"call":1,"returned":5,"changed":{"this":{"$type":"Tank","fields":{"#level":5,"most":5}}}}"##
    );
    let got = project.outcomes("get Tank.level#1", r#"{"init": {"args": [5]}}"#);
    assert_eq!(got, r#"{"call":1,"returned":1,"printed":"read\n"}"#);
    assert!(
        project
            .outcomes("get Tank.unit", "[]")
            .contains(r#""returned":"l""#)
    );
    assert!(
        project
            .outcomes("get panel.lit", "[]")
            .contains(r#""returned":2"#)
    );
    // A private field is seen where a method changes it.
    let got = project.outcomes("Tank.pour", set);
    assert!(got.contains(r##""#level":8"##), "{got}");
    let nothing = text.replace("this.#level = Math.min(to, this.most);", "");
    let got = Project::javascript(&[("tank.mjs", text)])
        .unwrap()
        .version(&nothing)
        .outcomes("set Tank.level#2", set);
    assert_eq!(got, r#"{"call":1,"returned":1}"#);
    let why = project.refusal("set Tank.level#2", r#"{"init": {"args": [5]}}"#);
    assert!(
        why.contains("Tank.level is a setter, which takes one"),
        "{why}"
    );
    let why = project.refusal("get Tank.level#1", set);
    assert!(
        why.contains("Tank.level is a getter, which takes none"),
        "{why}"
    );
}

#[test]
fn a_name_that_leads_elsewhere_once_the_file_is_loaded_is_refused_with_the_line() {
    for (text, name, want) in [
        (
            "def f(x):\n    return x\n\nfrom math import floor as f\n",
            "f",
            "line 4 gives the name to something else (from math import floor as f)",
        ),
        (
            "import functools\ndef f(x):\n    return x\nf = functools.lru_cache(None)(f)\n",
            "f",
            "line 4 gives the name to something else (f = functools.lru_cache(None)(f))",
        ),
        (
            "def f(x):\n    return x\n\n\ndef f(x):\n    return -x\n",
            "f#1",
            "line 5 gives the name",
        ),
        (
            "def f(x):\n    return x\nif True:\n    def f(x):\n        return -x\n",
            "f#1",
            "line 4 gives the name",
        ),
        (
            "class A:\n    def f(self, x):\n        return x\n    f = len\n",
            "A.f",
            "line 4 gives the name to something else (f = len)",
        ),
        (
            "class A:\n    def f(self, x):\n        return x\ndef other(self, x):\n    return 1\nA.f = other\n",
            "A.f",
            "line 6 gives the name",
        ),
        (
            "class A:\n    def f(self, x):\n        return x\ntry:\n    from fractions import Fraction as A\nexcept ImportError:\n    pass\nA.f = abs\n",
            "A.f",
            "line 8",
        ),
        (
            "def f(x):\n    return x\nglobals()['f'] = len\n",
            "f",
            "it is then another one",
        ),
    ] {
        let project = Project::python(&[("m.py", text)]);
        let why = project.refusal(name, "[[1]]");
        assert!(
            why.contains("is not what stands in line") && why.contains(want),
            "{text}: {why}"
        );
    }
}

#[test]
fn a_name_that_leads_to_the_text_in_a_roundabout_way_is_called() {
    for (text, name) in [
        (
            "def f(x):\n    return x\ntry:\n    from nowhere_at_all import f\nexcept ImportError:\n    pass\n",
            "f",
        ),
        (
            "import functools\ndef loud(g):\n    def inner(*a):\n        return g(*a)\n    return inner\n@loud\n@functools.lru_cache(None)\ndef f(x):\n    return x\n",
            "f",
        ),
        (
            "class Fast:\n    def __init__(self, g):\n        self.g = {1: g}\n    def __call__(self, *a):\n        return self.g[1](*a)\n@Fast\ndef f(x):\n    return x\n",
            "f",
        ),
        (
            "from typing import overload\n@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\ndef f(x):\n    return x\n",
            "f#3",
        ),
        (
            "if 1 > 2:\n    def f(x):\n        return -x\nelse:\n    def f(x):\n        return x\n",
            "f#2",
        ),
        ("f = lambda x: x\n", "f"),
        (
            "import functools\n@functools.singledispatch\ndef f(x):\n    return x\n@f.register(str)\ndef _(x):\n    return 0\n",
            "f",
        ),
    ] {
        let got = Project::python(&[("m.py", text)]).outcomes(name, "[5]");
        assert_eq!(got, r#"{"call":1,"returned":5}"#, "{text}");
    }
}

#[test]
fn a_name_of_javascript_that_leads_elsewhere_is_refused_with_the_line() {
    for (file, text, name, want) in [
        (
            "m.js",
            "function f(x) { return x; }\nconst plain = f;\nf = Math.abs;\n",
            "f",
            "line 3 gives the name to something else (f = Math.abs;)",
        ),
        (
            "m.js",
            "function f(x) { return x; }\nfunction f(x) { return -x; }\n",
            "f#1",
            "line 2 gives the name",
        ),
        (
            "m.mjs",
            "export class A {\n  f(x) { return x; }\n}\nA.prototype.f = function (x) { return 1; };\n",
            "A.f#1",
            "line 4 gives the name",
        ),
        (
            "m.js",
            "let f = function (x) { return x; };\nif (process.version) {\n  f = ((g) => (x) => g(x))(f);\n}\n",
            "f",
            "line 3 gives the name",
        ),
    ] {
        let Some(project) = Project::javascript(&[(file, text)]) else {
            return;
        };
        let why = project.refusal(name, r#"{"args": [1]}"#);
        assert!(
            why.contains("is not what stands in line") && why.contains(want),
            "{text}: {why}"
        );
    }
    for (file, text, name) in [
        (
            "m.js",
            "function f(x) { return x; }\nexports.f = f;\nmodule.exports = { f, g: 1 };\n",
            "f",
        ),
        (
            "m.mjs",
            "const meta = import.meta.url;\nexport function f(x) { return import.meta.url === meta ? x : 0; }\nexport default f;\n",
            "f",
        ),
        ("m.js", "exports.f = function (x) { return x; };\n", "f"),
        (
            "m.js",
            "const A = { f: (x) => x };\nmodule.exports = A;\n",
            "A.f",
        ),
    ] {
        let got = Project::javascript(&[(file, text)])
            .unwrap()
            .outcomes(name, "[5]");
        assert_eq!(got, r#"{"call":1,"returned":5}"#, "{text}");
    }
}

#[test]
fn processes_that_are_started_anew_see_the_versions_text() {
    let old = "def squares(ns):\n    return [n * n for n in ns]\n";
    let new = "import multiprocessing\nfrom concurrent.futures import ProcessPoolExecutor\n\n\ndef _square(n):\n    return n * n\n\n\ndef squares(ns):\n    context = multiprocessing.get_context(KIND)\n    with ProcessPoolExecutor(2, mp_context=context) as pool:\n        return list(pool.map(_square, ns))\n";
    for kind in ["fork", "spawn", "forkserver"] {
        let project = Project::python(&[("tools/sums.py", old), ("tools/__init__.py", "")]);
        let project = project.version(&new.replace("KIND", &format!("\"{kind}\"")));
        let got = project.outcomes("squares", "[[1, 2, 3]]");
        assert_eq!(got, r#"{"call":1,"returned":[1,4,9]}"#, "{kind}");
    }
}

#[test]
fn the_folder_by_which_processes_find_the_text_is_nobodys_and_is_removed() {
    // A Python that is started keeps there what it compiled of the file.
    let text = "import os, subprocess, sys\nos.environ[\"TMPDIR\"] = os.path.abspath(\"tmp\")\nos.environ.pop(\"PYTHONDONTWRITEBYTECODE\", None)\nos.makedirs(\"tmp/taken\", exist_ok=True)\nimport multiprocessing.util\n\n\ndef beside():\n    subprocess.run([sys.executable, \"-c\", \"pass\"], check=True)\n    return os.listdir()\n";
    let project = Project::python(&[("beside.py", text)]);
    let outcome = project.run("beside", "[]", 1);
    let got = String::from_utf8_lossy(&outcome.stdout.bytes);
    assert!(
        got.ends_with("{\"call\":1,\"returned\":[\"tmp\"]}\n"),
        "{got} {}",
        String::from_utf8_lossy(&outcome.stderr.bytes)
    );
    let left: Vec<&str> = (outcome.collected.iter())
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(left, ["tmp/taken/"]);
}
