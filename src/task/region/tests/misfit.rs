use super::*;

#[test]
fn what_does_not_fit_is_told() {
    let text = "from typing import List\n\n\ndef dist(a):\n    return a\n\n\ndef near(p, q: int = 1, *rest, **kw) -> int:\n    return dist(p)\n";
    let says = |version: &str, parts: &[&str]| {
        let said = misfit(text, "g.py::near", version);
        for part in parts {
            assert!(said.contains(part), "{part} not in: {said}");
        }
    };
    let head = "def near(p, q: int = 1, *rest, **kw) -> int:\n";
    says("", &["no code"]);
    says(
        &format!("{head}    return ((1\n"),
        &["does not parse", "line"],
    );
    says(
        "def nearer(p):\n    return 1\n",
        &["`near` is missing", "`nearer`"],
    );
    says("x = 1\n", &["`near` is missing", "no function"]);
    says(
        "def near(p, q: int = 2, *rest, **kw) -> int:\n    return 1\n",
        &["signature", "q: int = 1", "q: int = 2"],
    );
    says(
        "def near(p, q=1, *rest, **kw) -> int:\n    return 1\n",
        &["signature"],
    );
    says(
        "def near(p, q: int = 1, *rest, **kw):\n    return 1\n",
        &["signature"],
    );
    says(
        &format!("async {head}    return 1\n"),
        &["signature", "async"],
    );
    says(
        &format!("@staticmethod\n{head}    return 1\n"),
        &["@staticmethod"],
    );
    says(
        &format!("def dist(a):\n    return -a\n\n{head}    return 1\n"),
        &["`dist`", "line 4", "another name"],
    );
    says(
        &format!("def List(a):\n    return -a\n\n{head}    return 1\n"),
        &["`List`", "line 1"],
    );
    says(
        &format!(
            "class A:\n    {}",
            head.replace("p,", "self, p,") + "        return 1\n"
        ),
        &["missing", "A.near"],
    );
    let fits = |version: String| {
        let t = region(text, "g.py::near");
        t.assemble(&version)
            .unwrap_or_else(|Misfit(e)| panic!("{e}\n{version}"));
    };
    fits("def near(p: int, q: int = 1, *rest: int, **kw) -> int:\n    return 1\n".to_owned());
    fits(format!(
        "from functools import lru_cache\n\n@lru_cache(maxsize=None)\n{head}    return 1\n"
    ));
    fits("def near(\n    p,\n    q: int = 1,  # why\n    *rest,\n    **kw,\n) -> int:\n    return 1\n".to_owned());
    fits(format!(
        "{head}    return 1\n\n\ndef dist(a):\n    # the same\n    return a\n"
    ));
}

#[test]
fn signatures_of_typed_languages_stay() {
    let changed = |text: &str, asked: &str, version: &str| {
        let said = misfit(text, asked, version);
        assert!(said.contains("signature"), "{said}");
    };
    let rust =
        "impl P {\n    pub fn f<T: Copy>(&self, a: T) -> Option<T> {\n        None\n    }\n}\n";
    changed(
        rust,
        "p.rs::P::f",
        "fn f<T: Copy>(&self, a: T) -> Option<T> {\n    None\n}",
    );
    changed(
        rust,
        "p.rs::P::f",
        "pub fn f<T: Clone>(&self, a: T) -> Option<T> {\n    None\n}",
    );
    changed(
        rust,
        "p.rs::P::f",
        "pub unsafe fn f<T: Copy>(&self, a: T) -> Option<T> {\n    None\n}",
    );
    changed(
        "#[no_mangle]\npub fn f() {}\n",
        "p.rs::f",
        "#[inline]\npub fn f() { }",
    );
    assert!(
        region(rust, "p.rs::P::f")
            .assemble(
                "#[inline(always)]\npub fn f<T: Copy>(&self, mut a: T) -> Option<T> {\n    None\n}"
            )
            .is_ok()
    );
    changed(
        "package m\nfunc F(a int) int { return a }\n",
        "m.go::F",
        "func F(a int64) int { return 1 }",
    );
    changed(
        "class A { static int f(int a) { return a; } }",
        "A.java::A.f",
        "int f(int a) { return 1; }",
    );
    changed(
        "int f(const int* a) { return *a; }\n",
        "k.cpp::f",
        "int f(int* a) { return 1; }\n",
    );
    changed(
        "export function f(a) { return a }\n",
        "f.js::f",
        "function f(a) { return 1 }\n",
    );
    changed(
        "export const f = (a) => a;\n",
        "f.js::f",
        "export const f = async (a) => a;\n",
    );
    assert!(
        region("export const f = (a) => a;\n", "f.js::f")
            .assemble("export const f = a => 1;\n")
            .is_ok()
    );
    assert!(
        region("int f(int a) { return a; }\n", "k.cpp::f")
            .assemble("inline int f(int a) { return 1; }\n")
            .is_ok()
    );
}

#[test]
fn an_overload_may_be_added_and_the_right_one_is_replaced() {
    let java = "class A {\n    int m(int a) {\n        return 1;\n    }\n\n    int m(long a) {\n        return 2;\n    }\n}\n";
    let t = region(java, "A.java::A.m(long)");
    let file = t
        .assemble("int m(short a) {\n    return 4;\n}\n\nint m(long a) {\n    return 3;\n}\n")
        .unwrap();
    assert!(
        file.contains("return 1") && file.contains("return 3") && file.contains("return 4"),
        "{file}"
    );
    assert!(!file.contains("return 2"), "{file}");
}
