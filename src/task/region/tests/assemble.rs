use super::*;
use crate::task::region::list;

/// The file with a version in the place of a function.
fn put(text: &str, asked: &str, version: &str) -> String {
    region(text, asked)
        .assemble(version)
        .unwrap_or_else(|Misfit(e)| panic!("{asked}: {e}\n{version}"))
}

#[test]
fn every_function_goes_back_byte_for_byte() {
    let here = [
        (
            "a.py",
            "import x\n\nclass A:\n\n    @d\n    def f(self,\n          a):\n        \"\"\"Doc.\n\n        More.\n      odd\n        \"\"\"\n        s = '''\n  raw\n'''\n   # odd comment\n        return s  \n\n\n    def g(self): pass",
        ),
        (
            "b.py",
            "class A:\r\n\tdef f(self):\r\n\t\tx = 1\r\n\r\n\t\treturn x\r\n\tdef g(self):\n\t\tpass\r\n",
        ),
        ("c.py", "\u{feff}def f():\n    return 1\n"),
        (
            "d.js",
            "class A {\n  /** Doc. */\n  f(a) {\n    return `x\n  ${a}\n    y`;\n  }\n  get g() { return 1 } h() {}\n}\nconst o = {\n  k: function () {\n    return 1;\n  },\n};\n",
        ),
        (
            "e.rs",
            "impl A {\n    /// Doc.\n    #[inline]\n    // Why.\n    fn f(&self) -> &str {\n        r#\"a\nb\"#\n    }\n}\n",
        ),
        (
            "f.go",
            "package m\n\n// F does.\nfunc F() string {\n\treturn `a\n  b`\n}\n",
        ),
        (
            "g.java",
            "class A {\n    /** Doc. */\n    @Override\n    public int f() {\n        return 1;\n    }\n}\n",
        ),
        (
            "h.cpp",
            "namespace n {\n    template <class T>\n    T f(T a) {\n#ifdef X\n        return a;\n#endif\n    }\n}\n",
        ),
        (
            "i.rb",
            "class A\n  def f\n    <<~EOS\n      a\n     b\n    EOS\n  end\n\n  def g = 1\nend\n",
        ),
        (
            "j.js",
            "export const f = once(function f(a) {\n  return a;\n});\n\n// Loud.\nexport default once((a) =>\n  a + 1);\nmodule.exports = memo(function g() {}, 3);\n",
        ),
    ];
    for (file, text) in here {
        let items = list(text, &of_file(file));
        assert!(!items.is_empty(), "{file}");
        for item in items {
            let region = region(text, &format!("{file}::{}", item.name));
            let original = region.original();
            assert!(!original.starts_with([' ', '\t']), "{original}");
            assert_eq!(
                region.assemble(&original).unwrap(),
                text,
                "{file}::{}",
                item.name
            );
        }
    }
}

#[test]
fn the_inside_of_literals_is_not_indented() {
    let text = "class A:\n    def f(self):\n        return 0\n";
    let version = "def f(self):\n    s = '''\nraw\n  raw'''\n    return (s +\n        'x')\n";
    assert_eq!(
        put(text, "a.py::A.f", version),
        "class A:\n    def f(self):\n        s = '''\nraw\n  raw'''\n        return (s +\n            'x')\n"
    );
    let text = "class A {\n    f() {\n        return 0;\n    }\n}\n";
    let version = "f() {\n    return `a\n  b\n${1}`;\n}";
    assert_eq!(
        put(text, "a.js::A.f", version),
        "class A {\n    f() {\n        return `a\n  b\n${1}`;\n    }\n}\n"
    );
}

#[test]
fn line_ends_and_steps_are_those_of_the_file() {
    let text = "class A:\r\n\tdef f(self):\r\n\t\treturn 0\r\n";
    let version =
        "import math\n\ndef f(self):\n    if self:\n        return math.pi\n    return 1\n";
    assert_eq!(
        put(text, "a.py::A.f", version),
        "import math\r\n\r\nclass A:\r\n\tdef f(self):\r\n\t\tif self:\r\n\t\t\treturn math.pi\r\n\t\treturn 1\r\n"
    );
    let text = "function f(a) {\n  if (a) {\n    return 1;\n  }\n}\n";
    let version = "function f(a) {\n    if (a) {\n        return 2;\n    }\n}\n";
    assert_eq!(put(text, "a.js::f", version), text.replace('1', "2"));
    // The version has the indentation of the file, or its first line has lost it.
    let text = "class A:\n    def f(self):\n        return 0\n";
    let wanted = "class A:\n    def f(self):\n        return 1\n";
    assert_eq!(
        put(text, "a.py::A.f", "    def f(self):\n        return 1\n"),
        wanted
    );
    assert_eq!(
        put(text, "a.py::A.f", "def f(self):\n        return 1"),
        wanted
    );
    assert_eq!(
        put(
            text,
            "a.py::A.f",
            "import os\n\n    def f(self):\n        return 1\n"
        ),
        format!("import os\n\n{wanted}")
    );
}

#[test]
fn helpers_and_imports_go_where_they_belong_in_python() {
    let text = "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\nimport os\nfrom typing import List, Dict\n\nLIMIT = 3\n\n\nclass Grid:\n    size = 1\n\n    def other(self):\n        pass\n\n    # About it.\n    @staticmethod\n    def nearest(p):\n        return p\n\n\nif __name__ == '__main__':\n    print(1)\n";
    let version = "import os\nfrom typing import Dict, Set\nimport bisect\n\n_TABLE = {}\n\n\ndef _outer(a):\n    return a\n\n\n@staticmethod\ndef _inner(p):\n    return _outer(p)\n\n\n@staticmethod\ndef nearest(p):\n    return Grid._inner(p)\n\n\nif __name__ == '__main__':\n    print(nearest(2))\n";
    let wanted = "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\nimport os\nfrom typing import List, Dict\nfrom typing import Set\nimport bisect\n\nLIMIT = 3\n\n\n_TABLE = {}\n\n\ndef _outer(a):\n    return a\n\n\nclass Grid:\n    size = 1\n\n    def other(self):\n        pass\n\n    # About it.\n    @staticmethod\n    def _inner(p):\n        return _outer(p)\n\n    @staticmethod\n    def nearest(p):\n        return Grid._inner(p)\n\n\nif __name__ == '__main__':\n    print(1)\n";
    assert_eq!(put(text, "g.py::Grid.nearest", version), wanted);
}

#[test]
fn the_class_or_the_file_again_is_cut_down() {
    let text = "import os\n\nclass Grid(object):\n    def __init__(self):\n        self.a = 1\n\n    def nearest(self, p):\n        return p\n\ndef after():\n    return 1\n";
    let class = "class Grid:\n    def __init__(self):\n        ...\n\n    def _far(self):\n        return 2\n\n    def nearest(self, p):\n        return self._far()\n";
    let wanted = "import os\n\nclass Grid(object):\n    def __init__(self):\n        self.a = 1\n\n    def _far(self):\n        return 2\n\n    def nearest(self, p):\n        return self._far()\n\ndef after():\n    return 1\n";
    assert_eq!(put(text, "g.py::Grid.nearest", class), wanted);
    let file = wanted
        .replace("return 1", "return (1)")
        .replace("(1)", "1  # said");
    assert_eq!(put(text, "g.py::Grid.nearest", &file), wanted);
    let twice = "use a::B;\n\nmod x {\n    use super::*;\n\n    fn f() {}\n}\n\nmod y {\n    fn f() {}\n}\n\n#[cfg(a)]\nfn g() {}\n\n#[cfg(not(a))]\nfn g() {}\n";
    for (asked, from, to) in [
        (
            "t.rs::x::f",
            "fn f() {}\n}\n\nmod y",
            "fn f() { 1; }\n}\n\nmod y",
        ),
        ("t.rs::g#2", "(a))]\nfn g() {}", "(a))]\nfn g() { 1; }"),
    ] {
        let changed = twice.replace(from, to);
        assert_eq!(put(twice, asked, &changed), changed, "{asked}");
    }
    let changed = wanted.replace("self.a = 1", "self.a = 2");
    let said = misfit(text, "g.py::Grid.nearest", &changed);
    assert!(
        said.contains("`__init__`") && said.contains("line 4"),
        "{said}"
    );
}

#[test]
fn members_of_javascript_are_parsed_as_such() {
    let text = "const fs = require('fs');\n\nclass A {\n  size() { return 1; }\n\n  /** Doc. */\n  find(x) {\n    return x;\n  }\n}\n\nmodule.exports = { A };\n";
    let version = "const { inspect } = require('util');\n\nfunction helper(x) {\n  return x;\n}\n\n#seen = new Map();\n\nfind(x) {\n  return helper(inspect(x));\n}";
    let wanted = "const fs = require('fs');\nconst { inspect } = require('util');\n\nfunction helper(x) {\n  return x;\n}\n\nclass A {\n  size() { return 1; }\n\n  #seen = new Map();\n\n  /** Doc. */\n  find(x) {\n    return helper(inspect(x));\n  }\n}\n\nmodule.exports = { A };\n";
    assert_eq!(put(text, "a.js::A.find", version), wanted);
    let said = misfit(
        text,
        "a.js::A.find",
        &version.replace(
            "const { inspect } = require('util')",
            "import { inspect } from 'util'",
        ),
    );
    assert!(said.contains("CommonJS"), "{said}");
    let two = "const a = (x) => x, b = 2;\n";
    assert_eq!(
        put(two, "a.js::a", "const a = (x) => 1;"),
        "const a = (x) => 1, b = 2;\n"
    );
    let object = "const o = {\n  a: 1,\n  f(x) {\n    return x;\n  },\n};\n";
    assert_eq!(
        put(
            object,
            "o.js::o.f",
            "g(x) {\n  return x;\n},\n\nf(x) {\n  return this.g(x);\n},"
        ),
        "const o = {\n  a: 1,\n  g(x) {\n    return x;\n  },\n\n  f(x) {\n    return this.g(x);\n  },\n};\n"
    );
}

/// A name that is imported can be used as a type; one that is imported as a type can be nothing else.
#[test]
fn a_value_is_imported_beside_its_type_and_not_the_other_way_round() {
    let file =
        |import: &str| format!("{import}\n\nexport function f(n: number) {{\n  return n;\n}}\n");
    let version = |import: &str| {
        format!("{import}\n\nexport function f(n: number) {{\n  return new P(n);\n}}\n")
    };
    let (value, of_type) = (
        "import { P } from './p.ts';",
        "import type { P } from './p.ts';",
    );
    let inline = "import { type P } from './p.ts';";
    for had in [of_type, inline] {
        let made = put(&file(had), "s.ts::f", &version(value));
        assert!(made.contains(had) && made.contains(value), "{made}");
    }
    for more in [of_type, inline, value] {
        let made = put(&file(value), "s.ts::f", &version(more));
        assert_eq!(made.matches("import").count(), 1, "{made}");
    }
}

#[test]
fn types_of_typescript_stay_in_what_is_written_back() {
    let text = "import { a } from './a.ts';\n\nexport interface Options {\n  sep?: string;\n}\n\nexport function slug(text: string, options: Options = {}): string {\n  return a(text);\n}\n\nexport const after: number = 1;\n";
    let version = "import type { Part } from './a.ts';\n\nexport interface Options {\n  sep?: string;\n}\n\ntype Parts = readonly Part[];\n\nfunction join<T extends Parts>(parts: T): string {\n  return parts.join('');\n}\n\nexport function slug(text: string, options: Options = {}): string {\n  return join(<Parts>[...text]);\n}\n";
    let wanted = "import { a } from './a.ts';\nimport type { Part } from './a.ts';\n\nexport interface Options {\n  sep?: string;\n}\n\ntype Parts = readonly Part[];\n\nfunction join<T extends Parts>(parts: T): string {\n  return parts.join('');\n}\n\nexport function slug(text: string, options: Options = {}): string {\n  return join(<Parts>[...text]);\n}\n\nexport const after: number = 1;\n";
    assert_eq!(put(text, "s.ts::slug", version), wanted);
    let said = misfit(
        text,
        "s.ts::slug",
        "export function slug(text, options = {}) {\n  return a(text);\n}\n",
    );
    assert!(said.contains("signature"), "{said}");
    for (changed, named) in [
        ("sep: string;", "`sep`"),
        ("sep?: string;\n  more: number;", "`Options`"),
    ] {
        let version = version.replace("sep?: string;", changed);
        let said = misfit(text, "s.ts::slug", &version);
        assert!(said.contains(named), "{said}");
    }
    let class = "class A {\n  @memo()\n  private f(x: number): number {\n    return x;\n  }\n}\n";
    let faster = class.replace("return x", "return x | 0");
    for version in [
        "private f(x: number): number {\n  return x | 0;\n}",
        "@memo()\nprivate f(x: number): number {\n  return x | 0;\n}",
        &faster,
    ] {
        assert_eq!(put(class, "a.ts::A.f", version), faster);
    }
    let overloads = "export function f(a: string): string;\nexport function f(a: number): number;\nexport function f(a: any): any {\n  return a;\n}\n";
    let faster = overloads.replace("return a", "return +a");
    assert_eq!(put(overloads, "f.ts::f", &faster), faster);
    let last = "export function f(a: any): any {\n  return +a;\n}\n";
    assert_eq!(put(overloads, "f.ts::f", last), faster);
}

#[test]
fn documentation_that_a_version_leaves_out_is_shown_with_it_since_it_stays() {
    let rust = "struct P;\n\nimpl P {\n    /// Doc.\n    #[inline]\n    fn f(&self) -> u8 {\n        1\n    }\n}\n";
    let js = "class A {\n  /** Doc. */\n  f(a) {\n    return a;\n  }\n}\n";
    let python = "import x\n\n# Why.\ndef f(a):\n    return a\n";
    for (file, asked, version, wanted) in [
        // A comment is no part of a Python function: it is not shown as gone either.
        (
            rust,
            "p.rs::P::f",
            "fn f(&self) -> u8 {\n    2\n}",
            "/// Doc.\n#[inline]\nfn f(&self) -> u8 {\n    2\n}",
        ),
        (
            rust,
            "p.rs::P::f",
            "fn g() -> u8 {\n    2\n}\n\nimpl P {\n    fn f(&self) -> u8 {\n        g()\n    }\n}\n",
            "fn g() -> u8 {\n    2\n}\n\nimpl P {\n    /// Doc.\n    #[inline]\n    fn f(&self) -> u8 {\n        g()\n    }\n}\n",
        ),
        // Its own documentation is the version's.
        (
            rust,
            "p.rs::P::f",
            "/// Other.\nfn f(&self) -> u8 {\n    2\n}",
            "/// Other.\nfn f(&self) -> u8 {\n    2\n}",
        ),
        (
            js,
            "a.js::A.f",
            "f(a) {\n  return +a;\n}",
            "/** Doc. */\nf(a) {\n  return +a;\n}",
        ),
        (
            python,
            "a.py::f",
            "def g(a):\n    return 2 * a\n",
            "def g(a):\n    return 2 * a\n",
        ),
    ] {
        let region = region(file, asked);
        let whole = region.with_lead(version.to_owned());
        assert_eq!(whole, wanted, "{asked}");
        let assembled = |v: &str| region.assemble(v).ok();
        assert_eq!(assembled(&whole), assembled(version), "{asked}: {version}");
    }
}

#[test]
fn rust_keeps_uses_and_impls_apart() {
    let text = "//! Doc.\n\nuse std::collections::{HashMap, HashSet};\n\npub struct P {\n    a: u8,\n}\n\nimpl P {\n    /// Doc.\n    #[inline]\n    pub fn next(&mut self) -> u8 {\n        self.a\n    }\n}\n";
    let version = "use std::collections::{BTreeMap, HashMap};\n\nfn free(a: u8) -> u8 {\n    a\n}\n\nimpl P {\n    fn step(&self) -> u8 {\n        free(self.a)\n    }\n\n    pub fn next(&mut self) -> u8 {\n        self.step()\n    }\n}\n";
    let wanted = "//! Doc.\n\nuse std::collections::{HashMap, HashSet};\nuse std::collections::BTreeMap;\n\npub struct P {\n    a: u8,\n}\n\nfn free(a: u8) -> u8 {\n    a\n}\n\nimpl P {\n    fn step(&self) -> u8 {\n        free(self.a)\n    }\n\n    /// Doc.\n    #[inline]\n    pub fn next(&mut self) -> u8 {\n        self.step()\n    }\n}\n";
    assert_eq!(put(text, "p.rs::P::next", version), wanted);
    let bare =
        "fn step(&self) -> u8 {\n    1\n}\n\npub fn next(&mut self) -> u8 {\n    self.step()\n}\n";
    assert!(
        put(text, "p.rs::P::next", bare)
            .contains("    fn step(&self) -> u8 {\n        1\n    }\n\n    /// Doc.")
    );
    let inside = "mod inner {\n    use std::fmt;\n\n    fn f() {}\n}\n";
    assert_eq!(
        put(
            inside,
            "p.rs::inner::f",
            "use std::rc::Rc;\n\nfn f() {\n    let _: Rc<u8>;\n}"
        ),
        "mod inner {\n    use std::fmt;\n    use std::rc::Rc;\n\n    fn f() {\n        let _: Rc<u8>;\n    }\n}\n"
    );
}

#[test]
fn go_java_c_and_ruby_take_what_they_need() {
    let go = "package main\n\nimport (\n\t\"fmt\" // out\n)\n\n// Solve does.\nfunc Solve(a int) int {\n\treturn a\n}\n";
    assert_eq!(
        put(
            go,
            "m.go::Solve",
            "package main\n\nimport (\n\t\"fmt\"\n\t\"sort\"\n)\n\nfunc help() {}\n\nfunc Solve(a int) int {\n\thelp()\n\treturn sort.SearchInts(nil, a)\n}\n"
        ),
        "package main\n\nimport (\n\t\"fmt\" // out\n\t\"sort\"\n)\n\nfunc help() {}\n\n// Solve does.\nfunc Solve(a int) int {\n\thelp()\n\treturn sort.SearchInts(nil, a)\n}\n"
    );
    assert_eq!(
        put(
            "package main\n\nfunc F() {}\n",
            "m.go::F",
            "import \"os\"\n\nfunc F() { os.Exit(1) }"
        ),
        "package main\n\nimport \"os\"\n\nfunc F() { os.Exit(1) }\n"
    );
    let java = "package p;\n\nimport java.util.List;\n\npublic class A {\n    int f(int a) {\n        return a;\n    }\n}\n";
    assert_eq!(
        put(
            java,
            "A.java::A.f",
            "import java.util.*;\n\nprivate static int help(int a) {\n    return a;\n}\n\nint f(int a) {\n    return help(a);\n}\n"
        ),
        "package p;\n\nimport java.util.List;\nimport java.util.*;\n\npublic class A {\n    private static int help(int a) {\n        return a;\n    }\n\n    int f(int a) {\n        return help(a);\n    }\n}\n"
    );
    let c =
        "#ifndef H\n#define H\n#include <stdio.h>\n\nint f(int a) {\n    return a;\n}\n#endif\n";
    assert_eq!(
        put(
            c,
            "k.c::f",
            "#include <stdio.h>\n#include <string.h>\n\nstatic int g(int a) { return a; }\n\nint f(int a) {\n    return g(a);\n}\n"
        ),
        "#ifndef H\n#define H\n#include <stdio.h>\n#include <string.h>\n\nstatic int g(int a) { return a; }\n\nint f(int a) {\n    return g(a);\n}\n#endif\n"
    );
    let ruby = "require 'json'\n\nclass A\n  def f(a)\n    a\n  end\nend\n";
    assert_eq!(
        put(
            ruby,
            "a.rb::A.f",
            "require 'set'\n\ndef g(a)\n  a\nend\n\ndef f(a)\n  g(a)\nend\n"
        ),
        "require 'json'\nrequire 'set'\n\nclass A\n  def g(a)\n    a\n  end\n\n  def f(a)\n    g(a)\n  end\nend\n"
    );
}

#[test]
fn lines_and_marked_parts_are_replaced_as_they_are() {
    let text = "def f(xs):\n    a = 1\n    for x in xs:\n        a += x\n    return a\n";
    assert_eq!(
        put(text, "f.py:2-4", "a = sum(xs)"),
        "def f(xs):\n    a = sum(xs)\n    return a\n"
    );
    assert_eq!(
        put(text, "f.py:2-4", "    a = sum(xs)\n"),
        "def f(xs):\n    a = sum(xs)\n    return a\n"
    );
    let whole = "def f(xs):\n    a = sum(xs)\n    return a\n";
    assert_eq!(put(text, "f.py:2-4", whole), whole);
    let said = misfit(text, "f.py:2-4", "a = = 1");
    assert!(said.contains("line 1"), "{said}");
    let marked = "a\n-- reheat: begin\nb\n-- reheat: end\nc\n";
    assert_eq!(
        put(marked, "f.sql", "x\ny"),
        marked.replace("\nb\n", "\nx\ny\n")
    );
    let region = region(marked, "f.sql");
    assert_eq!(region.assemble(&region.original()).unwrap(), marked);
    assert_eq!(
        put(
            "a\n# reheat: begin\nb\n# reheat: end\nc\n",
            "f.py",
            "a\n# reheat: begin\nz\n# reheat: end\nc\n"
        ),
        "a\n# reheat: begin\nz\n# reheat: end\nc\n"
    );
}

#[test]
fn a_region_is_kept_with_its_session() {
    let region = region("def f():\n    return 1\n", "f.py::f");
    let kept = serde_json::to_string(&region).unwrap();
    assert_eq!(serde_json::from_str::<Region>(&kept).unwrap(), region);
}

#[test]
fn markers_that_a_version_repeats_are_cut_off() {
    let text = "import sys\n\ndata = sys.stdin.read()\n# reheat: begin\nout = 1\n# reheat: end\nprint(out)\n";
    let wanted = text.replace("out = 1", "out = 2");
    for version in [
        "out = 2\n",
        "# reheat: begin\nout = 2\n# reheat: end\n",
        "out = 2\n# reheat: end\nprint(out)\n",
        "out = 2\n# reheat: end\n",
        "data = sys.stdin.read()\n# reheat: begin\nout = 2\n",
        &wanted,
        "import sys\n\ndata = sys.stdin.read()\nout = 2\nprint(out)\n",
    ] {
        assert_eq!(put(text, "m.py", version), wanted, "{version}");
    }
    for (version, part) in [
        (
            "# reheat: begin\nout = 2\n# reheat: end\n# reheat: begin\nout = 3\n# reheat: end\n",
            "2 times",
        ),
        (
            "import bisect\n# reheat: begin\nout = 2\n# reheat: end\n",
            "`import bisect` stands outside",
        ),
        (
            "out = 2\n# reheat: end\nprint(out + 1)\n",
            "`print(out + 1)` stands outside",
        ),
        ("# reheat: end\nout = 2\n# reheat: begin\n", "before"),
    ] {
        let said = misfit(text, "m.py", version);
        assert!(said.contains(part), "{said}");
    }
    let two = "# reheat: begin\na = 1\n# reheat: end\n# reheat: begin b\nb = 1\n# reheat: end b\n";
    let changed = two.replace("b = 1", "b = 2");
    assert_eq!(put(two, "m.py::@b", &changed), changed);
    assert_eq!(
        put(two, "m.py::@b", "# reheat: begin\nb = 2\n# reheat: end\n"),
        changed
    );
}

#[test]
fn what_is_made_at_load_stands_behind_what_it_needs() {
    let text = "import enum\n\n\ndef name_of(codes):\n    return codes\n\n\nSUFFIX = \"!\"  # loud\n\n\nclass Light(enum.Enum):\n    RED = 1\n\n\ndef after():\n    return 1\n\n\nif __name__ == \"__main__\":\n    print(name_of([1]))\n";
    let function = "def name_of(codes):\n    return [_NAMES[c] for c in codes]\n";
    let table = "_NAMES = {light.value: light.name + SUFFIX for light in Light}\n";
    let changed = text.replace("def name_of(codes):\n    return codes\n", function);
    let light = "    RED = 1\n";
    assert_eq!(
        put(text, "l.py::name_of", &format!("{table}\n\n{function}")),
        changed.replace(light, &format!("{light}\n\n{table}"))
    );
    let filled =
        "for _light in Light:\n    _NAMES[_light.value] = _light.name + SUFFIX\ndel _light\n";
    assert_eq!(
        put(
            text,
            "l.py::name_of",
            &format!("_NAMES = {{}}\n{filled}\n\n{function}")
        ),
        changed
            .replace("def name_of", "_NAMES = {}\n\n\ndef name_of")
            .replace(light, &format!("{light}\n\n{filled}"))
    );
    // By way of a function that is called to make it; a function itself may stand above what it needs.
    let made = "def _make():\n    return {l.value: SUFFIX for l in Light}\n";
    assert_eq!(
        put(
            text,
            "l.py::name_of",
            &format!("{made}\n\n_NAMES = _make()\n\n\n{function}")
        ),
        changed
            .replace("def name_of", &format!("{made}\n\ndef name_of"))
            .replace(light, &format!("{light}\n\n_NAMES = _make()\n"))
    );
    // What the table needs stands above, or is the function itself.
    let above = "A = 1\n\n\ndef f(x):\n    return x\n\n\nB = 2\n";
    assert_eq!(
        put(
            above,
            "f.py::f",
            "_T = [A]\n\n\ndef f(x):\n    return _T[x]\n"
        ),
        "A = 1\n\n\n_T = [A]\n\n\ndef f(x):\n    return _T[x]\n\n\nB = 2\n"
    );
    assert_eq!(
        put(
            above,
            "f.py::f",
            "def f(x):\n    return x\n\n\n_T = [f(A)]\n"
        ),
        "A = 1\n\n\ndef f(x):\n    return x\n\n\n_T = [f(A)]\n\n\nB = 2\n"
    );
    // Beside a class that the function is in.
    let class = "class P:\n    def f(self):\n        return 1\n\n\nB = 2\n";
    assert_eq!(
        put(
            class,
            "p.py::P.f",
            "_P = P()\n_T = [B]\n\n\ndef f(self):\n    return _T\n"
        ),
        "class P:\n    def f(self):\n        return _T\n\n\n_P = P()\n\n\nB = 2\n\n\n_T = [B]\n"
    );
    let js = "function f(x) {\n  return x;\n}\n\nconst LIMIT = 3;\n\nfunction double(x) {\n  return x * LIMIT;\n}\n";
    assert_eq!(
        put(
            js,
            "f.js::f",
            "const T = [1, 2].map(double);\n\nfunction f(x) {\n  return T[x];\n}\n"
        ),
        js.replace("return x;", "return T[x];").replace(
            "LIMIT = 3;\n",
            "LIMIT = 3;\n\nconst T = [1, 2].map(double);\n"
        )
    );
}

#[test]
fn names_of_a_piece_of_its_own_move_no_helper() {
    let before = |text: &str, asked: &str, table: &str, new: &str| {
        let version = format!("{table}\n{new}");
        let put = put(text, asked, &version);
        let (table_at, at) = (put.find(table).unwrap(), put.find(new).unwrap());
        assert!(table_at < at, "{put}");
    };
    let old = "def f(n):\n    return n\n";
    let later = "\n\nfor i in range(3):\n    print(f(i))\n\nB = [k for k in range(3)]\n\nif B:\n    def later(q):\n        r = q\n        return r\n\nprint(f(1))\n";
    let text = format!("{old}{later}");
    let new = "def f(n):\n    return _SQ[n]\n";
    for table in [
        "_SQ = [i * i for i in range(100)]\n",
        "_SQ = list(map(lambda i: i * i, range(100)))\n",
        "_SQ = {k: q for k, q in [(1, 2)]}\n",
        "_SQ = [r for r in range(9) if (lambda k=1: k)()]\n",
        "for i in range(9):\n    globals()['_SQ'] = i\n",
        "def _make(B):\n    i = B\n    return [i]\n\n\n_SQ = _make(3)\n",
        "_SQ = []\nfor i in range(9):\n    _SQ.append(i)\ndel i\n",
    ] {
        before(&text, "a.py::f", table, new);
    }
    // Names that only a comprehension or a lambda of the file binds are not the file's.
    let text = format!("{old}\n\nprint([g for g in range(3)], (lambda h: h)(1))\n");
    for table in ["_SQ = [g(1)]\n", "_SQ = [h]\n"] {
        before(&text, "a.py::f", table, new);
    }
    // What is free in it still moves it.
    let text = format!("{old}\n\nfor i in range(3):\n    pass\n");
    let moved = put(&text, "a.py::f", &format!("_SQ = [i]\n\n{new}"));
    assert!(moved.find("_SQ = [i]") > moved.find("pass"), "{moved}");
    let old = "function f(n) {\n  return n;\n}\n";
    let text = format!(
        "{old}\nfor (let i = 0; i < 3; i++) console.log(f(i));\n\nconst [a, b] = [1, 2];\n"
    );
    let new = "function f(n) {\n  return T[n];\n}\n";
    for table in [
        "const T = Array.from({ length: 9 }, (_, i) => i);\n",
        "const T = Array.from({ length: 9 }, function (a, b) {\n  return b;\n});\n",
        "const T = [[1, 2]].map(([a, b]) => a + b);\n",
        "const T = [];\nfor (let i = 0; i < 9; i++) T.push(i);\n",
        "const T = [1].map((x) => {\n  const a = x;\n  return a;\n});\n",
    ] {
        before(&text, "a.js::f", table, new);
    }
    let text = format!("{old}\nif (f(1)) {{\n  let a = 1;\n  var b = 2;\n}}\n");
    before(&text, "a.js::f", "const T = [1, a];\n", new);
    let moved = put(&text, "a.js::f", &format!("const T = [1, b];\n\n{new}"));
    assert!(moved.find("[1, b]") > moved.find("var b"), "{moved}");
    let old = "def f(n)\n  n\nend\n";
    let text = format!("{old}\n3.times {{ |i| puts f(i) }}\n\nfor j in 1..3\n  puts j\nend\n");
    let new = "def f(n)\n  T[n]\nend\n";
    before(&text, "a.rb::f", "T = 9.times.map { |i| i }\n", new);
    before(&text, "a.rb::f", "T = 9.times.map { |j| j }\n", new);
}

#[test]
fn of_a_function_that_is_made_by_a_call_the_statement_is_replaced() {
    let text = "const once = (f) => f;\n\nexport const slug = once(function slug(text) {\n  return text;\n});\nexport default once(text => text + 1);\n";
    let version = "const SPACES = /\\s+/g;\nexport const slug = once(function slug(text) {\n  return text.replace(SPACES, \"-\");\n});\n";
    let whole = put(text, "a.js::slug", version);
    let ours = "export const slug = once(function slug(text) {\n  return text.replace(SPACES, \"-\");\n});\nexport default once(text => text + 1);\n";
    assert!(whole.ends_with(ours), "{whole}");
    assert!(whole.contains("const SPACES"), "{whole}");
    let whole = put(
        text,
        "a.js::default",
        "export default once((text) => `${text}1`);",
    );
    assert!(
        whole.ends_with("});\nexport default once((text) => `${text}1`);\n"),
        "{whole}"
    );
    let bare = misfit(
        text,
        "a.js::slug",
        "function slug(text) {\n  return text;\n}\n",
    );
    assert!(
        bare.contains(
            "the signature of `slug` changed from `export const slug = once(function slug(text)`"
        ),
        "{bare}"
    );
    let other = misfit(
        text,
        "a.js::slug",
        "export const slug = twice(function slug(text) {\n  return text;\n});\n",
    );
    assert!(other.contains("changed"), "{other}");
}
