use super::super::Syntax;
use super::Owner;
use crate::task::Language;

fn changes(id: &str, text: &str) -> super::Changes {
    let language = Language {
        id: id.to_owned(),
        ..Language::default()
    };
    Syntax::of(&language).changes(text, None)
}

/// The last change of a text, in a function if there is one: what it is of, and whose that is.
fn last(id: &str, text: &str) -> (String, Owner) {
    let mut all = changes(id, text).all;
    all.sort_by_key(|c| c.in_function);
    let change = all.pop();
    change.map_or_else(
        || (String::new(), Owner::Local),
        |c| {
            let path = std::iter::once(c.root).chain(c.path);
            (path.collect::<Vec<_>>().join("."), c.owner)
        },
    )
}

#[test]
fn a_change_is_of_what_the_name_stands_for() {
    let imported = |path: &str| Owner::Imported(path.to_owned());
    for (id, text, of, owner) in [
        (
            "python",
            "M = {}\ndef f(x):\n    M[x] = 1\n",
            "M.[]",
            Owner::Top,
        ),
        (
            "python",
            "def f(M, x):\n    M[x] = 1\n",
            "M.[]",
            Owner::Local,
        ),
        (
            "python",
            "def f(x):\n    M[x] = 1\n",
            "M.[]",
            Owner::Elsewhere,
        ),
        (
            "python",
            "def f(x, m={}):\n    m[x] = 1\n",
            "m.[]",
            Owner::Default,
        ),
        (
            "python",
            "def f(x):\n    global n\n    n = x\n",
            "n",
            Owner::Elsewhere,
        ),
        ("python", "n = 1\ndef f(x):\n    n = x\n", "n", Owner::Local),
        (
            "python",
            "M = {}\ndef f(x):\n    m = M\n    m[x] = 1\n",
            "M.[]",
            Owner::Top,
        ),
        (
            "python",
            "def f(self):\n    a = self.b\n    a.c.append(1)\n",
            "self.b.c",
            Owner::Own,
        ),
        (
            "python",
            "import os as o\no.environ['a'] = 1\n",
            "o.environ.[]",
            imported("os"),
        ),
        (
            "python",
            "from os import environ as e\ndef f():\n    e['a'] = 1\n",
            "e.[]",
            imported("os.environ"),
        ),
        (
            "python",
            "def f(x):\n    vars(x)['a'] = 1\n",
            "x.__dict__.[]",
            Owner::Local,
        ),
        (
            "python",
            "def f(x):\n    type(x).a = 1\n",
            "x.__class__.a",
            Owner::Local,
        ),
        (
            "python",
            "def f(x):\n    m = {}\n    def g(y):\n        m[y] = 1\n    return g(x)\n",
            "m.[]",
            Owner::Enclosing { once: false },
        ),
        (
            "python",
            "def f():\n    m = {}\n    def g(y):\n        m[y] = 1\n    return g\ng = f()\n",
            "m.[]",
            Owner::Enclosing { once: true },
        ),
        (
            "javascript",
            "function f(self) {\n  self.a = 1;\n}\n",
            "self.a",
            Owner::Local,
        ),
        ("javascript", "self.a = 1;\n", "self.a", Owner::Elsewhere),
        (
            "javascript",
            "const { env } = process;\nenv.A = 1;\n",
            "process.env.A",
            Owner::Elsewhere,
        ),
        (
            "javascript",
            "find(x) {\n  this.n += 1;\n}",
            "this.n",
            Owner::Own,
        ),
        (
            "javascript",
            "x.constructor.a = 1;\n",
            "x.__class__.a",
            Owner::Elsewhere,
        ),
        (
            "javascript",
            "const f = require('fs');\nf.a = 1;\n",
            "f.a",
            imported("fs"),
        ),
        (
            "go",
            "package p\n\nvar m = 1\n\nfunc f(x int) {\n\tm = x\n}\n",
            "m",
            Owner::Top,
        ),
        (
            "go",
            "package p\n\nfunc f(x int) {\n\tm := 1\n\tm = x\n}\n",
            "m",
            Owner::Local,
        ),
    ] {
        assert_eq!(last(id, text), (of.to_owned(), owner), "{text}");
    }
}

#[test]
fn lines_of_a_member_without_its_class_are_those_of_the_text() {
    let found = changes("javascript", "find(x) {\n  this.n += 1;\n  return x;\n}");
    assert_eq!(found.all.first().map(|c| c.line), Some(1));
    assert!(found.own_members.contains("this.n"));
}

#[test]
fn imports_are_known_by_their_places() {
    let text = "import gc; gc.disable()\nfrom time import (\n    sleep as nap,\n)\nnap(1)\n";
    let found = changes("python", text);
    let spans: Vec<&str> = found
        .import_spans
        .iter()
        .map(|s| &text[s.clone()])
        .collect();
    assert_eq!(spans[0], "import gc");
    assert!(
        spans[1].starts_with("from time") && spans.len() == 2,
        "{spans:?}"
    );
    let renamed: Vec<&str> = found.renamed.iter().map(|(_, path)| &**path).collect();
    assert_eq!(renamed, ["time.sleep"]);
}
