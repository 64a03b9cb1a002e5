use super::*;
use crate::task::region::{FunctionKind, RegionKind, list};

const PYTHON: &str = r#"import functools

class Grid:
    size = 3

    def __init__(self, points):
        self.points = points

    @functools.lru_cache(
        maxsize=None)
    def nearest(self, p):
        def inner(q):
            return q
        return min(self.points, key=inner)

    @property
    def width(self):
        return 1

    @width.setter
    def width(self, value):
        pass

    @staticmethod
    async def make():
        yield 1

    class Cell:
        def nearest(self):
            return 0

square = lambda x: x * x

def nearest_of(a): return a
"#;

#[test]
fn functions_of_python_have_their_names_and_kinds() {
    let all: Vec<(String, FunctionKind, (usize, usize))> = list(PYTHON, &language("python"))
        .into_iter()
        .map(|i| (i.name, i.kind, i.lines))
        .collect();
    use FunctionKind::*;
    let expected = [
        ("Grid.__init__", Constructor, (6, 7)),
        ("Grid.nearest", Method, (9, 14)),
        ("Grid.nearest.inner", Nested, (12, 13)),
        ("Grid.width#1", Getter, (16, 18)),
        ("Grid.width#2", Setter, (20, 22)),
        ("Grid.make", StaticMethod, (24, 26)),
        ("Grid.Cell.nearest", Method, (29, 30)),
        ("square", Function, (32, 32)),
        ("nearest_of", Function, (34, 34)),
    ];
    assert_eq!(all, expected.map(|(n, k, l)| (n.to_owned(), k, l)));
    let make = region(PYTHON, "g.py::Grid.make");
    let callee = make.callee().unwrap();
    assert!(callee.is_async && callee.is_generator && callee.is_exported);
    assert_eq!(callee.path, ["Grid", "make"]);
    for (asked, name) in [
        ("g.py::Grid.make", "Grid.make"),
        ("g.py::Grid.width#1", "get Grid.width#1"),
        ("g.py::Grid.width#2", "set Grid.width#2"),
        ("g.py::square", "square"),
    ] {
        assert_eq!(region(PYTHON, asked).name_for_driver(), name);
    }
}

#[test]
fn each_language_finds_its_functions() {
    let names = |id: &str, text: &str| -> Vec<String> {
        list(text, &language(id))
            .into_iter()
            .map(|i| i.name)
            .collect()
    };
    assert_eq!(
        names(
            "javascript",
            "export const dedupe = (xs) => xs;\nfunction* g() {}\nclass A { static m() {} #p() {} f = () => 1 }\n\
             A.prototype.late = function () {};\nmodule.exports.x = async function () {};\n\
             const o = { inner() {}, 'quoted': x => x };\nexport default function () {}\n"
        ),
        [
            "dedupe", "g", "A.m", "A.#p", "A.f", "A.late", "x", "o.inner", "o.quoted", "default"
        ]
    );
    assert_eq!(
        names(
            "typescript",
            "export function f(a: string): string;\nexport function f(a: any): any { return <T>a; }\n\
             const g = (<T>(x: T): T => x) as Same;\nconst o = { p() {} } satisfies O;\n\
             abstract class A<T> { private static m(): void {} f = (): T => 1; @dec() h() {} abstract n(): void; get x() { return 1 } }\n\
             namespace N.M { export function inner() {} }\ninterface I { open(): number }\nenum E { B }\ndeclare function d(): void;\n"
        ),
        ["f", "g", "o.p", "A.m", "A.f", "A.h", "A.x", "N.M.inner"]
    );
    assert_eq!(
        names(
            "tsx",
            "export const Row = ({ x }: Props): JSX.Element => <td>{x}</td>;\n"
        ),
        ["Row"]
    );
    assert_eq!(
        names(
            "rust",
            "mod a { pub fn f<T>(x: T) {} }\nimpl<'a> Parser<'a> { fn next(&mut self) {} }\n\
             impl Iterator for Parser<'_> { fn next(&mut self) {} }\ntrait T { fn given(&self) {} fn open(&self); }\n"
        ),
        ["a::f", "Parser::next#1", "Parser::next#2", "T::given"]
    );
    assert_eq!(
        names(
            "go",
            "package m\nfunc Solve[T any](x T) {}\nfunc (s *Stack[T]) Push(x T) {}\nvar F = func() {}\n"
        ),
        ["Solve", "Stack.Push", "F"]
    );
    assert_eq!(
        names(
            "java",
            "class A { A() {} int merge(int[] a, int[] b) { return 0; } int merge(int a) { return a; } \
             static class B { void f() {} } }\ninterface I { int open(); default int given() { return 1; } }"
        ),
        [
            "A.A",
            "A.merge(int[], int[])",
            "A.merge(int)",
            "A.B.f",
            "I.given"
        ]
    );
    assert_eq!(
        names(
            "cpp",
            "namespace n { template <class T> T blur(const T* a) { return *a; }\nstruct S { S() {} bool operator()(int x) const { return x; } }; }\n\
             int n::S::late() { return 1; }\nint *pointer(void) { return 0; }\n"
        ),
        [
            "n::blur",
            "n::S::S",
            "n::S::operator()",
            "n::S::late",
            "pointer"
        ]
    );
    assert_eq!(
        names("c", "static int f(int a) { return a; }\nint g(int);\n"),
        ["f"]
    );
    assert_eq!(
        names(
            "ruby",
            "module M\n  class A\n    def self.make; end\n    def run(x)\n      x\n    end\n  end\nend\n"
        ),
        ["M.A.make", "M.A.run"]
    );
}

#[test]
fn a_name_may_be_short_if_it_is_clear() {
    assert_eq!(region(PYTHON, "g.py::make").name, "Grid.make");
    assert_eq!(
        region(PYTHON, "g.py::Cell.nearest").name,
        "Grid.Cell.nearest"
    );
    assert_eq!(region(PYTHON, "g.py::Grid.width#2").lines(), (20, 22));
    assert_eq!(region(PYTHON, "g.py::width:21").lines(), (20, 22));
    let several = found(PYTHON, "g.py::nearest").unwrap_err();
    assert!(several.contains("g.py::Grid.nearest  (line 9"), "{several}");
    assert!(
        several.contains("g.py::Grid.Cell.nearest  (line 29"),
        "{several}"
    );
    let java = "class A {\n int m(int[] a, int b) { return 0; }\n int m(int a) { return a; }\n}\n";
    assert_eq!(region(java, "A.java::A.m( int [], int )").lines(), (2, 2));
    assert_eq!(region(java, "A.java::A.m#2").lines(), (3, 3));
    let several = found(java, "A.java::A.m").unwrap_err();
    assert!(several.contains("A.java::A.m(int[], int)"), "{several}");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let near = found(PYTHON, "g.py::Grid.neerest").unwrap_err();
    assert!(
        near.contains("did you mean `Grid.nearest` (line 9)"),
        "{near}"
    );
    assert!(near.contains("9 functions"), "{near}");
    let nothing = found("x = 1\n", "g.py::f").unwrap_err();
    assert!(nothing.contains("no functions"), "{nothing}");
    let hidden = found("def f(:\n  pass\n", "g.py::g").unwrap_err();
    assert!(hidden.contains("line 1 does not parse"), "{hidden}");
    assert!(found("", "g.py::f").unwrap_err().contains("is empty"));
    assert!(
        found("\u{feff}\n", "g.py::f")
            .unwrap_err()
            .contains("is empty")
    );
    let no_grammar = found("x\n", "g.cobol::f").unwrap_err();
    assert!(no_grammar.contains("give lines"), "{no_grammar}");
}

#[test]
fn an_error_counts_only_where_it_is() {
    let text = "def good():\n    return 1\n\n\ndef bad():\n    return ((1\n";
    let good = region(text, "g.py::good");
    assert!(
        good.notes.iter().any(|n| n.contains("does not parse")),
        "{:?}",
        good.notes
    );
    let inside = "def bad():\n    x = = 1\n    return x\n\ndef good():\n    return 1\n";
    let error = found(inside, "g.py::bad").unwrap_err();
    assert!(error.contains("g.py:2:"), "{error}");
}

#[test]
fn lines_hold_whole_statements() {
    let text = "def f(xs):\n    a = 1\n    for x in xs:\n        a += x\n    return a\n";
    let two = region(text, "f.py:3-5");
    assert_eq!(two.original(), "for x in xs:\n    a += x\nreturn a");
    let cut = found(text, "f.py:2-3").unwrap_err();
    assert!(cut.contains("lines 3–4"), "{cut}");
    assert!(cut.contains("f.py:2-4"), "{cut}");
    assert!(found(text, "f.py:3-9").unwrap_err().contains("has 5 lines"));
    assert!(found(text, "f.py:0-2").unwrap_err().contains("from 1"));
    assert!(found(text, "f.py:4-2").unwrap_err().contains("f.py:2-4"));
    let whole = region(text, "f.py:1-5");
    assert!(
        whole.callee().is_some(),
        "a function's lines are the function"
    );
    let at = region(text, "f.py:4");
    assert_eq!(at.name, "f");
    assert!(at.notes[0].contains("line 4 is in `f`"), "{:?}", at.notes);
    let inside = found("x = [\n  1,\n  2,\n]\n", "f.py:2-3").unwrap_err();
    assert!(inside.contains("f.py:1-4"), "{inside}");
    assert_eq!(
        region("one\ntwo\nthree\n", "a.txt:2-3").original(),
        "two\nthree"
    );
}

#[test]
fn marked_parts_go_by_name() {
    let text = "def f():\n    # reheat: begin a\n    x = 1\n    # reheat: end\n    return x\n# reheat: begin b\ny = 2\n# reheat: end b\n";
    assert_eq!(region(text, "f.py::@a").original(), "x = 1");
    assert_eq!(region(text, "f.py::@b").original(), "y = 2");
    let several = found(text, "f.py").unwrap_err();
    assert!(several.contains("@a (line 2), @b (line 6)"), "{several}");
    assert!(found(text, "f.py::@c").unwrap_err().contains("marked are"));
    assert!(
        found("x = 1\n", "f.py::@")
            .unwrap_err()
            .contains("reheat: begin")
    );
}

#[test]
fn files_that_are_no_text_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let python = language("python");
    let spec = RegionSpec::Name("f".to_owned());
    let error = |path: &Path| Region::find(path, &python, &spec).unwrap_err().to_string();
    assert!(error(dir.path()).contains("is a folder"));
    assert!(error(&dir.path().join("none.py")).contains("cannot read"));
    let file = dir.path().join("a.py");
    std::fs::write(&file, b"x = 1\ny = '\xff'\n").unwrap();
    assert!(error(&file).contains("line 2"));
    std::fs::write(&file, b"\x00").unwrap();
    assert!(error(&file).contains("binary"));
    std::fs::write(&file, "def f():\n    return 1\n").unwrap();
    let link = dir.path().join("link.py");
    std::os::unix::fs::symlink("a.py", &link).unwrap();
    let linked = Region::find(&link, &python, &spec).unwrap();
    assert_eq!(linked.path, file.canonicalize().unwrap());
    assert!(
        linked.notes[0].contains("is a link to a.py"),
        "{:?}",
        linked.notes
    );
}

const WRAPPED: &str = "const slug = once(function slug(text) {\n  return text;\n});\n\
    export const load = retry(limit(async (url) => url, 3), 2);\n\
    const upper = xs.map((x) => x.toUpperCase());\n\
    const both = { trim: once((text) => text.trim()) };\n\
    const short = once(helper);\n\
    const shorter = short;\n\
    function helper(text) {\n  const inner = once((x) => x);\n  return inner(text);\n}\n\
    export { helper as aid };\n\
    export default once((text) => text + 1);\n";

#[test]
fn functions_that_are_made_by_a_call_have_their_names() {
    let lines = |name: &str| region(WRAPPED, &format!("w.js::{name}")).lines();
    assert_eq!(lines("slug"), (1, 3));
    assert_eq!(lines("load"), (4, 4));
    assert_eq!(lines("both.trim"), (6, 6));
    assert_eq!(lines("default"), (14, 14));
    let whole = region(WRAPPED, "w.js::default");
    assert_eq!(whole.original(), "export default once((text) => text + 1);");
    let none = found(WRAPPED, "w.js::upper").unwrap_err();
    assert!(
        none.contains("`slug` (line 1)") && none.contains("`default` (line 14)"),
        "{none}"
    );
    assert!(!none.contains("inner"), "a part of a function: {none}");
    let python = "f = cache(lambda x: x)\nbest = max(xs, key=lambda x: x)\nworst = sorted(map(lambda x: x, xs))\n";
    assert_eq!(region(python, "w.py::f").lines(), (1, 1));
    let none = found(python, "w.py::worst").unwrap_err();
    assert!(none.contains("one function: `f` (line 1)"), "{none}");
}

#[test]
fn another_name_leads_to_the_function_and_says_so() {
    let leads = |text: &str, asked: &str, to: &str, said: &str| {
        let region = region(text, asked);
        assert_eq!(region.name, to, "{asked}");
        let note = region.notes.first().unwrap();
        assert!(note.contains(said), "{asked}: {note}");
    };
    leads(
        WRAPPED,
        "w.js::short",
        "helper",
        "made of `helper` (line 9) in line 7",
    );
    leads(WRAPPED, "w.js::shorter", "helper", "another name");
    leads(
        WRAPPED,
        "w.js::aid",
        "helper",
        "another name of `helper` (line 9)",
    );
    let named = "export default function pick(xs) {\n  return xs[0];\n}\n";
    leads(
        named,
        "n.js::default",
        "pick",
        "the default export of n.js is `pick`",
    );
    let common = "function pick(xs) {\n  return xs[0];\n}\nmodule.exports = once(pick);\n";
    leads(common, "n.js::default", "pick", "--calls-of module.exports");
    leads(
        "module.exports = once(function pick(xs) {});\n",
        "n.js::default",
        "pick",
        "is `pick`",
    );
    let python = "import functools\n\n\ndef _area(r):\n    return r * r\n\n\narea = functools.lru_cache(None)(_area)\n\
        class Disc:\n    def _edge(self):\n        return 1\n    edge = property(_edge)\nloop = loop_\nloop_ = loop\n";
    leads(
        python,
        "p.py::area",
        "_area",
        "`area` is made of `_area` (line 4) in line 8",
    );
    leads(
        python,
        "p.py::Disc.edge",
        "Disc._edge",
        "made of `Disc._edge`",
    );
    let elsewhere = "export { parse as default } from './fast.js';\nfunction parse(s) {}\n";
    assert!(found(elsewhere, "r.js::default").is_err());
    let none = found(python, "p.py::loop").unwrap_err();
    assert!(none.contains("no function `loop`"), "{none}");
}

#[test]
fn the_function_that_is_called_may_be_another_one_of_the_file() {
    let text = "import re\nWORD = re.compile('a+')\n\n\ndef _first(t):\n    def inner():\n        return t\n    return inner()\n\n\nfirst = cache(_first)\n";
    let region = region(text, "w.py:2-2");
    let python = language("python");
    let called = |name: &str| {
        let name = region.name_to_call(name, &python);
        name.map_err(|e| e.to_string())
    };
    assert_eq!(called("_first").unwrap(), "_first");
    assert_eq!(called("first").unwrap(), "first");
    let inner = called("_first.inner").unwrap_err();
    assert!(inner.contains("name the outer one (`_first`)"), "{inner}");
    assert!(called("WORDS").unwrap_err().contains("`_first` (line 5)"));
    // A constant may be made by a call that is given a function; its lines stay lines.
    for (text, file) in [
        ("COUNTS = defaultdict(lambda: 0)\n", "c.py:1-1"),
        ("const T = make(9, (i) => i * i);\n", "c.js:1-1"),
        ("const T = make(\n  9,\n  (i) => i * i,\n);\n", "c.js:1-4"),
    ] {
        assert_eq!(found(text, file).unwrap().kind, RegionKind::Lines, "{file}");
    }
    let context = region.context(2000, Some("_first"));
    assert!(context.contains("def _first(t):"), "{context}");
    assert!(!region.context(2000, None).contains("def _first"));
}
