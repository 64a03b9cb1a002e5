//! Values that are not what they seem: that claim to be equal to anything, or that do the work only when they are looked at.

use super::MOST;
use super::code::{Code, squeezed, stands};
use crate::measure::{Flag, FlagKind};
use crate::task::region::Grammar;

/// Flags for both, where the original has fewer of the kind, by whatever name.
pub(super) fn find(original: &Code, code: &Code) -> Vec<Flag> {
    let mut found = Vec::new();
    let mut add = |kind, [before, now]: [Vec<(usize, String)>; 2], what: &str| {
        if now.len() <= before.len() {
            return;
        }
        let is_new = |(_, name): &&(usize, String)| !before.iter().any(|(_, n)| n == name);
        let new: Vec<_> = now.iter().filter(is_new).collect();
        let all = if new.is_empty() {
            now.iter().collect()
        } else {
            new
        };
        found.extend(all.into_iter().take(MOST).map(|(line, name)| Flag {
            kind,
            reason: format!("line {} makes {what} ({name})", line + 1),
        }));
    };
    add(
        FlagKind::Equality,
        [original, code].map(equal_to_anything),
        "values that are equal to anything",
    );
    add(
        FlagKind::Lazy,
        [original, code].map(lazy),
        "a value that may do its work only when it is looked at",
    );
    found.truncate(MOST);
    found
}

/// What a method must give, so that its object is equal to anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lie {
    /// True, and nothing else.
    True,
    /// False, and nothing else.
    False,
    /// Always the same.
    Constant,
    /// That both are equal.
    Equal,
}

/// How lines without their blanks begin that define what is equal, by a part of them.
const METHODS: [(&str, &str, Lie); 16] = [
    ("def __eq__(", "__eq__", Lie::True),
    ("def __ne__(", "__ne__", Lie::False),
    ("def __instancecheck__(", "__instancecheck__", Lie::True),
    ("def __subclasscheck__(", "__subclasscheck__", Lie::True),
    ("__eq__=", "__eq__", Lie::True),
    ("__ne__=", "__ne__", Lie::False),
    ("[Symbol.toPrimitive]", "Symbol.toPrimitive", Lie::Constant),
    ("[Symbol.hasInstance]", "Symbol.hasInstance", Lie::True),
    ("valueOf(", "valueOf", Lie::Constant),
    ("equals(", "equals", Lie::True),
    ("fn eq(&self", "fn eq", Lie::True),
    ("fn cmp(&self", "fn cmp", Lie::Equal),
    ("bool operator==(", "operator==", Lie::True),
    ("bool operator!=(", "operator!=", Lie::False),
    ("def==(", "def ==", Lie::True),
    ("func Equal(", "Equal", Lie::True),
];

/// Methods by which values are equal to anything, and what is so by itself.
fn equal_to_anything(code: &Code) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (i, line) in code.tight.iter().enumerate() {
        if stands(line, "mock.ANY") {
            found.push((i, "mock.ANY".to_owned()));
        }
        // A method that is put in by its name.
        let put = ["'__eq__'", "\"__eq__\""]
            .iter()
            .find_map(|name| line.split_once(name));
        if let Some((_, value)) = put
            && value.contains("lambda")
            && lies(&tokens([value].into_iter()), Lie::True)
        {
            found.push((i, "__eq__".to_owned()));
            continue;
        }
        let start = [
            "public",
            "static",
            "inline",
            "constexpr",
            "boolean",
            "@Override",
        ]
        .iter()
        .fold(line.as_str(), |l, word| {
            l.strip_prefix(word).unwrap_or(l).trim_start()
        });
        // `func (a A) Equal(b A) bool`
        let of_go = start.strip_prefix("func(").and_then(|l| l.split_once(')'));
        let of_go = of_go.map(|(_, method)| format!("func {method}"));
        let start = of_go.as_deref().unwrap_or(start);
        let method = METHODS.iter().find(|(begin, ..)| start.starts_with(begin));
        if let Some((_, what, lie)) = method
            && lies(&tokens(body(code, i)), *lie)
        {
            found.push((i, (*what).to_owned()));
        }
    }
    found
}

/// A line and those below it that are deeper, without comments.
fn body(code: &Code, line: usize) -> impl Iterator<Item = &str> {
    let indent = |l: &str| l.len() - l.trim_start().len();
    let first = code.spoken(line);
    let inner = (line + 1..code.tight.len()).map(|i| code.spoken(i));
    let inner = inner.take_while(move |l| l.trim().is_empty() || indent(l) > indent(first));
    std::iter::once(first).chain(inner)
}

/// The words, numbers and signs of some lines; the end of a line is one as well.
fn tokens<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<&'l str> {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for line in lines.take(200) {
        let mut rest = line.trim();
        while let Some(first) = rest.chars().next() {
            let end = match first {
                c if inside(c) => rest.find(|c| !inside(c)).unwrap_or(rest.len()),
                '=' | ':' if rest.starts_with("=>") || rest.starts_with("::") => 2,
                c => c.len_utf8(),
            };
            found.push(&rest[..end]);
            rest = rest[end..].trim_start();
        }
        if found.last().is_some_and(|last| *last != "\n") {
            found.push("\n");
        }
    }
    found
}

/// Whether all that a method gives is what makes its object equal to anything, and it never looks at what its object holds.
fn lies(body: &[&str], lie: Lie) -> bool {
    let looks = body.windows(2).any(|w| {
        matches!(w, ["self" | "this" | "@", _]) && matches!(w[1], "." | "-") || w[0] == "@"
    });
    let given = given(body);
    let is_true = |v: &[&str]| matches!(v, ["true" | "True" | "1"]);
    let is_false = |v: &[&str]| matches!(v, ["false" | "False" | "0"]);
    let is_passed = |v: &[&str]| matches!(v, ["NotImplemented"]);
    let is_literal = |v: &[&str]| {
        let quoted = |v: &&str| v.starts_with(['"', '\'', '`']);
        is_true(v)
            || is_false(v)
            || matches!(v, [n] if n.starts_with(|c: char| c.is_ascii_digit()))
            || v.first().is_some_and(quoted) && v.last().is_some_and(quoted)
    };
    let all = |is: &dyn Fn(&[&str]) -> bool| {
        given.iter().all(|v| is(v) || is_passed(v)) && given.iter().any(|v| is(v))
    };
    !looks
        && match lie {
            Lie::True => all(&is_true),
            Lie::False => all(&is_false),
            Lie::Constant => all(&is_literal),
            Lie::Equal => all(&|v: &[&str]| v.last() == Some(&"Equal")),
        }
}

/// So many values of a method are looked at.
const SEEN: usize = 50;

/// What a method gives: behind each `return`, a `lambda` or an arrow; else what stands last in it.
fn given<'b>(body: &'b [&'b str]) -> Vec<&'b [&'b str]> {
    let until = |from: usize| {
        let rest = body.get(from..).unwrap_or_default();
        let mut depth = 0_i32;
        let end = rest.iter().position(|t| {
            match *t {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            depth < 0 || depth == 0 && matches!(*t, "\n" | ";" | ",")
        });
        let mut value = &rest[..end.unwrap_or(rest.len())];
        while let ["(", inner @ .., ")"] = value {
            value = inner;
        }
        value
    };
    let places = |is: &dyn Fn(usize, &str) -> bool| -> Vec<usize> {
        let all = body.iter().enumerate();
        all.filter(|(i, t)| is(*i, t)).map(|(i, _)| i + 1).collect()
    };
    let mut from = places(&|_, t| t == "return");
    from.extend(places(&|i, t| t == "=>" && body.get(i + 1) != Some(&"{")));
    if let Some(lambda) = body.iter().position(|t| *t == "lambda") {
        let colon = body[lambda..].iter().position(|t| *t == ":");
        from.extend(colon.map(|c| lambda + c + 1));
    }
    from.truncate(SEEN);
    if !from.is_empty() {
        return from.into_iter().map(until).collect();
    }
    let closing = |t: &&&str| matches!(**t, "\n" | "}" | "end" | ";");
    let end = body.len() - body.iter().rev().take_while(closing).count();
    let opened = body[..end]
        .iter()
        .rposition(|t| matches!(*t, "\n" | "{" | ";" | "="));
    opened.map(|o| vec![&body[o + 1..end]]).unwrap_or_default()
}

/// Built-in classes of Python that hold several values, and those that are one.
const CONTAINERS: [&str; 7] = [
    "list",
    "dict",
    "tuple",
    "set",
    "frozenset",
    "UserList",
    "UserDict",
];
const SCALARS: [&str; 5] = ["str", "int", "float", "bytes", "UserString"];

/// Classes of built-in values that answer themselves when they are asked for what they hold, getters of objects, and proxies.
fn lazy(code: &Code) -> Vec<(usize, String)> {
    match code.grammar {
        Some(Grammar::Python) => lazy_in_python(code),
        Some(Grammar::JavaScript) => lazy_in_javascript(code),
        _ => Vec::new(),
    }
}

fn lazy_in_python(code: &Code) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (i, line) in code.tight.iter().enumerate() {
        if line.starts_with("def __getattribute__(") || line.starts_with("def __class__(") {
            let name = line[4..].split('(').next().unwrap_or_default();
            found.push((i, name.to_owned()));
        }
        let Some((name, bases)) = line.strip_prefix("class ").and_then(|b| b.split_once('('))
        else {
            continue;
        };
        let bases = bases.trim_end_matches([')', ':']).split(',');
        let bases: Vec<&str> = bases.map(|b| b.rsplit('.').next().unwrap_or(b)).collect();
        let is_of = |known: &[&str]| bases.iter().any(|b| known.contains(b));
        let asked: &[&str] = if is_of(&CONTAINERS) {
            &[
                "getitem",
                "iter",
                "len",
                "reduce",
                "reduce_ex",
                "get",
                "items",
                "values",
            ]
        } else if is_of(&SCALARS) {
            &[
                "repr",
                "str",
                "index",
                "int",
                "float",
                "reduce",
                "reduce_ex",
                "iter",
                "len",
                "bytes",
            ]
        } else {
            continue;
        };
        let is_asked = |l: &str| {
            let method = l
                .trim_start()
                .strip_prefix("def ")
                .and_then(|l| l.split('(').next());
            method.is_some_and(|m| asked.contains(&m.trim().trim_matches('_')))
        };
        if body(code, i).skip(1).any(is_asked) {
            found.push((i, format!("class {name}")));
        }
    }
    found
}

fn lazy_in_javascript(code: &Code) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_class: Vec<usize> = Vec::new();
    for (i, line) in code.bare.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let bare = squeezed(line);
        if !bare.is_empty() {
            in_class.retain(|of| *of < indent);
        }
        let getter = |l: &str| {
            let rest = l.trim_start().strip_prefix("get ");
            let name = rest.and_then(|r| r.split('(').next()).map(str::trim);
            name.is_some_and(|n| {
                !n.is_empty()
                    && n.chars()
                        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '[' | ']'))
            })
        };
        if stands(&bare, "new Proxy(") || stands(&bare, "Proxy.revocable(") {
            found.push((i, "Proxy".to_owned()));
        } else if bare.starts_with("toJSON(")
            || bare.contains("{toJSON(")
            || bare.contains("toJSON:")
        {
            found.push((i, "toJSON".to_owned()));
        } else if bare.contains("defineProperty(") || bare.contains("defineProperties(") {
            // Its getter may stand in one of the next lines.
            let near = code.bare.iter().skip(i).take(4).map(|l| squeezed(l));
            if near
                .into_iter()
                .any(|l| l.contains("get(") || l.contains("get:"))
            {
                found.push((i, "defineProperty".to_owned()));
            }
        } else if in_class.is_empty()
            && (getter(line) || line.split(['{', ',']).skip(1).any(getter))
            && !bare.contains("class")
        {
            found.push((i, "a getter".to_owned()));
        }
        if bare.starts_with("class")
            || bare.contains("=class")
            || bare.starts_with("export class")
            || bare.starts_with("export default class")
        {
            in_class.push(indent);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests::{calls, task_for};
    use super::*;

    fn told(id: &str, original: &str, text: &str) -> Vec<FlagKind> {
        let task = task_for(id, calls());
        let flags = find(&Code::of(&task, original), &Code::of(&task, text));
        flags.into_iter().map(|f| f.kind).collect()
    }

    #[test]
    fn values_that_lie_are_seen() {
        for (id, text) in [
            (
                "python",
                "class A(int):\n    def __eq__(self, other):\n        return True\n",
            ),
            (
                "python",
                "class A:\n    def __eq__(self, o): return (True)\n",
            ),
            (
                "python",
                "class A:\n    __eq__ = lambda self, other: True\n",
            ),
            (
                "python",
                "class A:\n    def __ne__(self, o):\n        return False\n",
            ),
            (
                "python",
                "class A:\n    def __eq__(self, o):\n        if isinstance(o, A):\n            return True\n        return NotImplemented\n",
            ),
            (
                "python",
                "A = type('A', (int,), {'__eq__': lambda s, o: True})\n",
            ),
            (
                "python",
                "from unittest.mock import ANY\ndef f(x):\n    return ANY\n",
            ),
            ("javascript", "class A {\n  valueOf() { return 1; }\n}\n"),
            (
                "javascript",
                "class A {\n  equals(o) {\n    return true;\n  }\n}\n",
            ),
            (
                "javascript",
                "const a = {\n  [Symbol.toPrimitive]: () => 'x',\n};\n",
            ),
            (
                "rust",
                "impl PartialEq for A {\n    fn eq(&self, _: &A) -> bool {\n        true\n    }\n}\n",
            ),
            (
                "rust",
                "impl Ord for A {\n    fn cmp(&self, _: &A) -> Ordering {\n        Ordering::Equal\n    }\n}\n",
            ),
            ("go", "func (a A) Equal(b A) bool { return true }\n"),
            (
                "java",
                "class A {\n    public boolean equals(Object o) {\n        return true;\n    }\n}\n",
            ),
            (
                "cpp",
                "bool operator==(const A &a, const A &b) { return true; }\n",
            ),
            ("ruby", "class A\n  def ==(o)\n    true\n  end\nend\n"),
        ] {
            assert_eq!(told(id, "", text), [FlagKind::Equality], "{text}");
            assert_eq!(told(id, text, text), [], "{text}");
        }
    }

    #[test]
    fn values_that_compare_do_not_lie() {
        for (id, text) in [
            (
                "python",
                "class A:\n    __slots__ = ('x',)\n    def __eq__(self, other):\n        if not isinstance(other, A):\n            return NotImplemented\n        return self.x == other.x\n",
            ),
            (
                "python",
                "class A:\n    def __eq__(self, o):\n        if self.x != o.x:\n            return False\n        return True\n",
            ),
            (
                "python",
                "class A:\n    def __eq__(self, o):\n        returnTrue = self.x == o.x\n        return returnTrue\n",
            ),
            (
                "python",
                "class A:\n    def __eq__(self, o):\n        return len(self) == 1 or True is o\n",
            ),
            (
                "python",
                "class A:\n    def __eq__(self, o):\n        for a, b in zip(self, o):\n            if a != b:\n                return False\n        return True\n",
            ),
            (
                "javascript",
                "class A {\n  valueOf() { return this.x; }\n  equals(o) { return o.x === this.x; }\n}\n",
            ),
            (
                "javascript",
                "class A {\n  equals(o) {\n    if (o.length !== 1) return false;\n    return true;\n  }\n}\n",
            ),
            (
                "rust",
                "impl PartialEq for A {\n    fn eq(&self, o: &A) -> bool {\n        self.x == o.x\n    }\n}\n",
            ),
            (
                "rust",
                "impl Ord for A {\n    fn cmp(&self, o: &A) -> Ordering {\n        o.d.cmp(&self.d)\n    }\n}\n",
            ),
            (
                "cpp",
                "bool operator==(const A &a, const A &b) { return a.x == b.x; }\n",
            ),
        ] {
            assert_eq!(told(id, "", text), [], "{text}");
        }
    }

    #[test]
    fn values_that_wait_are_seen_and_containers_with_methods_of_their_own_are_not() {
        let lazy = "class Later(list):\n    def __init__(self, f):\n        self.f = f\n    def __iter__(self):\n        return iter(self.f())\n";
        assert_eq!(told("python", "", lazy), [FlagKind::Lazy]);
        for text in [
            "const r = new Proxy([], h);\n",
            "function f(x) {\n  return { toJSON() { return g(x); } };\n}\n",
            "function f(x) {\n  return {\n    get total() { return g(x); },\n  };\n}\n",
            "function f(x) {\n  return { get total() { return g(x); } };\n}\n",
            "Object.defineProperty(out, 'a', {\n  enumerable: true,\n  get() { return 1; },\n});\n",
        ] {
            assert_eq!(told("javascript", "", text), [FlagKind::Lazy], "{text}");
        }
        let honest = "class Stack(list):\n    def top(self):\n        return self[-1]\nclass Node:\n    def __iter__(self):\n        yield 1\nclass P(tuple):\n    def __repr__(self):\n        return 'P'\n";
        assert_eq!(told("python", "", honest), []);
        let honest = "class Heap {\n  get size() { return this.a.length; }\n}\nconst getAll = (m) => m.get(1);\n";
        assert_eq!(told("javascript", "", honest), []);
    }

    /// A name is of the original where the original has the like of it, however its blanks stand and whatever it is called.
    #[test]
    fn what_the_original_does_already_is_nobodys_trick() {
        for (id, original, text) in [
            (
                "python",
                "class Rows( list ):\n    def __iter__(self):\n        return iter([])\n",
                "class Rows(list):\n    def __iter__(self):\n        return iter(())\n",
            ),
            (
                "python",
                "class Rows(list):\n    def __len__(self):\n        return 1\n",
                "class Lines(list):\n    def __len__(self):\n        return 1\n",
            ),
            (
                "rust",
                "impl PartialEq for A {\n    fn eq( &self, _: &A ) -> bool {\n        true\n    }\n}\n",
                "impl PartialEq for A {\n    fn eq(&self, _: &A) -> bool { true }\n}\n",
            ),
            (
                "ruby",
                "class A\n  def ==( o )\n    true\n  end\nend\n",
                "class A\n  def ==(o)\n    true\n  end\nend\n",
            ),
        ] {
            assert_eq!(told(id, original, text), [], "{text}");
        }
        let one = "class A(int):\n    def __eq__(self, o):\n        return True\n";
        let two = format!("{one}class B(int):\n    def __eq__(self, o):\n        return True\n");
        assert!(!told("python", one, &two).is_empty());
    }
}
