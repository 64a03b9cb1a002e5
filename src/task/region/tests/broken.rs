//! Functions broken on purpose.

use super::region;
use crate::task::region::broken_file;

#[test]
fn a_function_is_broken_where_it_stands_and_nothing_else_is_touched() {
    for (text, asked, broken) in [
        (
            "import a\n\n@a.b\ndef f(x):\n    \"\"\"Doc.\"\"\"\n    if x:\n        return 1\n    return 2\n\ndef g(): pass\n",
            "m.py::f",
            &[
                "import a\n\n@a.b\ndef f(x):\n    raise RuntimeError(\"broken on purpose\")\n    \"\"\"Doc.\"\"\"\n    if x:\n        return 1\n    return 2\n\ndef g(): pass\n",
                "import a\n\n@a.b\ndef f(x):\n    return 987654321\n\ndef g(): pass\n",
                "import a\n\n@a.b\ndef f(x):\n    pass\n\ndef g(): pass\n",
            ][..],
        ),
        (
            "class A:\n    def f(self): return 1\n",
            "m.py::A.f",
            &[
                "class A:\n    def f(self): raise RuntimeError(\"broken on purpose\"); return 1\n",
                "class A:\n    def f(self): return 987654321\n",
                "class A:\n    def f(self): pass\n",
            ],
        ),
        (
            "exports.f = (a) => {\n  return a;\n};\n",
            "m.js::f",
            &[
                "exports.f = (a) => { if (true) throw new Error(\"broken on purpose\"); \n  return a;\n};\n",
                "exports.f = (a) => { return 987654321; };\n",
                "exports.f = (a) => {};\n",
            ],
        ),
        (
            "export const f = (a: number): number => { return a; };\n",
            "m.ts::f",
            &[
                "export const f = (a: number): number => { if (true) throw new Error(\"broken on purpose\");  return a; };\n",
            ],
        ),
        (
            "pub fn f(a: &[u64]) -> impl Iterator<Item = u64> { a.iter().copied() }\n",
            "m.rs::f",
            &[
                "pub fn f(a: &[u64]) -> impl Iterator<Item = u64> { if true { panic!(\"broken on purpose\"); }  a.iter().copied() }\n",
            ],
        ),
        (
            "package p\n\nfunc F(a int) int {\n\treturn a\n}\n",
            "m.go::F",
            &[
                "package p\n\nfunc F(a int) int { if true { panic(\"broken on purpose\") }; \n\treturn a\n}\n",
            ],
        ),
        (
            "int f(int a) { return a; }\n",
            "m.c::f",
            &["int f(int a) { __builtin_trap();  return a; }\n"],
        ),
        ("exports.f = (a) => a;\n", "m.js::f", &[]),
        ("a = 1\nb = 2\n", "m.py:1-2", &[]),
    ] {
        let found = region(text, asked).broken();
        let texts: Vec<&str> = found.iter().map(|b| &*b.text).collect();
        assert_eq!(texts, broken, "{asked}");
    }
}

#[test]
fn a_whole_file_is_broken_at_its_end() {
    let found = broken_file("a.py", "import b\nx = 1\n").unwrap();
    assert_eq!(
        found.text,
        "import b\nx = 1\n\nraise RuntimeError(\"broken on purpose\")\n"
    );
    assert_eq!(broken_file("a.c", "int x;\n"), None);
}

#[test]
fn an_idle_function_gives_back_as_little_as_its_type_allows() {
    for (text, asked, first) in [
        ("def f(x):\n    return x\n", "m.py::f", "return 987654321"),
        (
            "exports.f = function (a) { return a; };\n",
            "m.js::f",
            "return 987654321;",
        ),
        (
            "export function f(a: number): number { return a; }\n",
            "m.ts::f",
            "{ if (true) return undefined as any;  return a; }",
        ),
        (
            "pub fn f(a: u64) -> u64 { a }\n",
            "m.rs::f",
            "{ if true { return Default::default(); }  a }",
        ),
        (
            "package p\n\nfunc F(a int) (int, error) { return a, nil }\n",
            "m.go::F",
            "{ if true { return *new(int), *new(error) };  return a, nil }",
        ),
        (
            "package p\n\nfunc F(a int) (b, c int) { return a, a }\n",
            "m.go::F",
            "{ if true { return  };  return a, a }",
        ),
        (
            "package p\n\nfunc F(a []int) { a[0] = 1 }\n",
            "m.go::F",
            "{ if true { return  };  a[0] = 1 }",
        ),
        (
            "package p\n\nfunc F(a int) []int { return nil }\n",
            "m.go::F",
            "{ if true { return *new([]int) };  return nil }",
        ),
        (
            "int f(int a) { return a; }\n",
            "m.c::f",
            "{ if (1) return 0;  return a; }",
        ),
        (
            "static void f(int *a) { *a = 1; }\n",
            "m.c::f",
            "{ if (1) return;  *a = 1; }",
        ),
        (
            "void *f(void *a) { return a; }\n",
            "m.c::f",
            "{ if (1) return 0;  return a; }",
        ),
        (
            "class A { static boolean f(int a) { return a > 0; } }\n",
            "A.java::A.f",
            "{ if (true) return false;  return a > 0; }",
        ),
    ] {
        let found = region(text, asked).idle().map(|b| b.text);
        let found = found.unwrap_or_default();
        assert!(found.contains(first), "{asked}: {found}");
    }
    assert_eq!(region("a = 1\nb = 2\n", "m.py:1-2").idle(), None);
}
