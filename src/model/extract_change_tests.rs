//! What [`cut`] promises of replies that change the code that the model was shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::tests::{about, python, wanted, why};
use super::*;
use crate::task::{Language, Syntax};

const SHOWN: &str = "def f(items):\n    out = []\n    for item in items:\n        if item not in out:\n            out.append(item)\n    return out\n";
const BETTER: &str = "def f(items):\n    out = []\n    seen = set()\n    for item in items:\n        if item not in seen:\n            seen.add(item)\n            out.append(item)\n    return out\n";

#[test]
fn search_and_replace_blocks_are_applied_exactly() {
    let w = about(SHOWN, &["f"]);
    let first =
        "<<<<<<< SEARCH\n    out = []\n=======\n    out = []\n    seen = set()\n>>>>>>> REPLACE\n";
    let second = "<<<<<<< SEARCH\n        if item not in out:\n=======\n        if item not in seen:\n            seen.add(item)\n>>>>>>> REPLACE\n";
    for reply in [
        format!("Two places.\n\n```python\n{first}```\n\n```python\n{second}```\n"),
        format!("Two places.\n\nsolution.py\n{first}\n{second}"),
        format!("src/solution.py\n```python\n{first}{second}```\nDone.\n"),
        format!("<solution>\n{first}{second}</solution>\n"),
        format!("```\n{first}{second}```\n").replace("\n    ", "\n"),
        format!("{first}{second}").replace("    out = []\n=", "    out = []   \n="),
    ] {
        let t = cut(&reply, &w).unwrap_or_else(|e| panic!("{e}\n{reply}"));
        assert_eq!(t.code, BETTER, "{reply}");
        assert!(t.which.contains("2 SEARCH/REPLACE blocks"), "{}", t.which);
    }
}

#[test]
fn search_and_replace_blocks_that_do_not_fit_are_refused() {
    let w = about(SHOWN, &["f"]);
    let of = |search: &str, replace: &str| {
        format!("<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n")
    };
    for (reply, parts) in [
        (
            of("    out = {}\n", "    x\n"),
            &["no line", "`out = {}`"][..],
        ),
        (
            of("    out = []\n    for item in item:\n", "    x\n"),
            &["first 1 line", "`for item in item:`"],
        ),
        (
            of("    out = []\n        for item in items:\n", "x\n"),
            &["another indentation"],
        ),
        (of("", "x\n"), &["no line by which"]),
        (
            of("    out = []\n", "    o = []\n") + &of("    out = []\n", "    p = []\n"),
            &["block 2 of 2", "no line"],
        ),
        (
            format!("other.py\n{}", of("    out = []\n", "    o\n")),
            &["other.py"],
        ),
        (
            "<<<<<<< SEARCH\n    out = []\n=======\n".into(),
            &["not closed"],
        ),
        (
            "<<<<<<< SEARCH\n    out = []\n>>>>>>> REPLACE\n".into(),
            &["no line `=======`"],
        ),
    ] {
        let said = why(&reply, &w);
        for part in parts {
            assert!(said.contains(part), "{part} is not in: {said}");
        }
        assert!(said.contains("SEARCH/REPLACE block"), "{said}");
    }
    let twice = about("a = 1\nb = 2\na = 1\n", &[]);
    let said = why(&of("a = 1\n", "a = 2\n"), &twice);
    assert!(said.contains("2 times") && said.contains("1, 3"), "{said}");
    assert!(why(&of("a\n", "b\n"), &about("", &[])).contains("no code yet"));
    // A program that knows such blocks itself is a program.
    let own = format!("s = '''\n{}'''\n", of("a\n", "b\n"));
    let t = cut(&format!("```python\n{own}```\n"), &about(&own, &[])).unwrap();
    assert_eq!(t.code, own);
    // Of several lines that look like the middle the one is taken with which the block fits.
    let title = about("s = '''\nTitle\n'''\n", &[]);
    let t = cut(&of("Title\n", "Name\n=======\n"), &title).unwrap();
    assert_eq!(t.code, "s = '''\nName\n=======\n'''\n");
    let ruled = about("s = '''\nTitle\n=======\n'''\n", &[]);
    let said = why(&of("Title\n=======\n", "Name\n"), &ruled);
    assert!(said.contains("not clear which one divides it"), "{said}");
}

#[test]
fn diffs_are_applied_by_their_lines_alone() {
    let w = about(SHOWN, &["f"]);
    let one = "--- a/solution.py\n+++ b/solution.py\n@@ -41,6 +77,8 @@ class A:\n def f(items):\n     out = []\n+    seen = set()\n     for item in items:\n-        if item not in out:\n+        if item not in seen:\n+            seen.add(item)\n             out.append(item)\n     return out\n";
    let two = "@@ -1 +1 @@\n     out = []\n+    seen = set()\n@@ ... @@\n-        if item not in out:\n+        if item not in seen:\n+            seen.add(item)\n\n";
    for reply in [
        format!("A set.\n\n```diff\n{one}```\n"),
        format!("A set.\n\n```python\n{one}```\n"),
        format!("A set.\n\n{one}\nThat is all.\n"),
        format!("```diff\n{two}```\n"),
        format!("Try it: ```python\nprint(f([1]))\n```\n```diff\n{one}```\n"),
        format!("```diff\n{one}```\nTry it:\n```python\nprint(f([1]))\n```\n"),
    ] {
        let t = cut(&reply, &w).unwrap_or_else(|e| panic!("{e}\n{reply}"));
        assert_eq!(t.code, BETTER, "{reply}");
        assert!(t.which.starts_with("a diff of"), "{}", t.which);
    }
    let both =
        format!("```diff\n{one}```\nso that it is\n```python\ndef f(items):\n    return 1\n```\n");
    assert_eq!(
        cut(&both, &w).unwrap().code,
        "def f(items):\n    return 1\n"
    );
    for (reply, part) in [
        (one.replace("     out = []", "     out = [ ]"), "hunk"),
        (one.replace("     out = []", "out = []"), "neither a blank"),
        (one.replace("b/solution.py", "b/other.py"), "other.py"),
        ("@@ -1 +1 @@\n+import x\n".into(), "no line by which"),
        ("@@ -1 +1 @@\n def f(items):\n".into(), "changes nothing"),
    ] {
        let said = why(&format!("```diff\n{reply}```\n"), &w);
        assert!(said.contains(part) && said.contains("diff"), "{said}");
    }
}

fn of_language(id: &str, file_name: &str) -> CodeRequest {
    CodeRequest {
        fences: vec![id.into()],
        language: id.into(),
        syntax: Syntax::of(&Language {
            id: id.into(),
            ..Language::default()
        }),
        file_name: file_name.into(),
        ..wanted()
    }
}

fn fenced(tag: &str, code: &str) -> String {
    format!("```{tag}\n{code}```\n")
}

fn replacing(search: &str, replace: &str) -> String {
    format!("<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n")
}

#[test]
fn a_whole_code_goes_before_a_diff_that_only_illustrates_it() {
    let w = about(SHOWN, &["f"]);
    let abbreviated =
        "@@ ... @@\n-    out = []\n+    seen = set()\n ...\n-        if item not in out:\n";
    let reply = [
        fenced("python", BETTER),
        "In short:\n".into(),
        fenced("diff", abbreviated),
    ]
    .concat();
    assert_eq!(cut(&reply, &w).unwrap().code, BETTER);
    // One that could be made is not all of the change either.
    let part = "@@ ... @@\n     out = []\n+    seen = set()\n";
    let reply = [fenced("python", BETTER), fenced("diff", part)].concat();
    assert_eq!(cut(&reply, &w).unwrap().code, BETTER);
    // The shown code, quoted, is no answer beside a diff, wherever it stands.
    let diff = "@@ ... @@\n-    out = []\n+    out = list()\n";
    let changed = SHOWN.replace("out = []", "out = list()");
    for reply in [
        fenced("python", SHOWN) + &fenced("diff", diff),
        fenced("diff", diff) + "was:\n" + &fenced("python", SHOWN),
    ] {
        assert_eq!(cut(&reply, &w).unwrap().code, changed, "{reply}");
    }
    // Nor is a part of it.
    let part = SHOWN.replace("    out = []\n", "    ...\n");
    let reply = fenced("python", &part) + &fenced("diff", diff);
    assert_eq!(cut(&reply, &w).unwrap().code, changed);
    // Of a program without functions nothing tells the whole from an example.
    let script = about("n = int(input())\nprint(n + 1)\n", &[]);
    let diff = fenced("diff", "@@ ... @@\n-print(n + 1)\n+print(1 + n)\n");
    let example = fenced("python", "print(7)\n");
    assert_eq!(
        cut(&(example + &diff), &script).unwrap().code,
        "n = int(input())\nprint(1 + n)\n"
    );
}

#[test]
fn the_whole_code_stands_in_for_changes_that_cannot_be_made() {
    let w = about(SHOWN, &["f"]);
    let bad = replacing("    out = {}\n", "    out = []\n");
    for reply in [
        format!(
            "{bad}Here is the full function:\n{}",
            fenced("python", BETTER)
        ),
        fenced("python", &bad) + &fenced("python", BETTER),
        fenced("python", BETTER) + &fenced("", &bad),
    ] {
        assert_eq!(cut(&reply, &w).unwrap().code, BETTER, "{reply}");
    }
    let good = replacing("    out = []\n", "    out = list()\n");
    let reply = good + &fenced("python", BETTER);
    assert!(cut(&reply, &w).unwrap().code.contains("out = list()"));
    // Neither the old code nor an example does.
    for other in [SHOWN, "print(f([1]))\n"] {
        let said = why(&format!("{bad}{}", fenced("python", other)), &w);
        assert!(said.contains("`out = {}`"), "{said}");
    }
    let first = about("", &["f"]);
    let reply = format!("{bad}{}", fenced("python", BETTER));
    assert_eq!(cut(&reply, &first).unwrap().code, BETTER);
}

#[test]
fn many_lines_that_could_divide_a_change_are_refused() {
    let w = about(SHOWN, &["f"]);
    let said = why(&replacing("    out = []\n", &"=======\n".repeat(8)), &w);
    assert!(said.contains("9 lines `=======`"), "{said}");
    let said = why(&replacing("    out = {}\n", &"=======\n".repeat(7)), &w);
    assert!(said.contains("`out = {}`"), "{said}");
}

#[test]
fn blank_lines_are_no_place_in_a_code_that_is_gone() {
    let w = about("a = 1\n", &[]);
    let reply = replacing("a = 1\n", "") + &replacing("\n\n", "b = 2\n");
    assert_eq!(cut(&reply, &w).unwrap().code, "b = 2\n");
    assert!(why(&replacing("a = 1\n", ""), &w).contains("leave no code"));
}

#[test]
fn a_quoted_function_is_not_added_to_a_whole_program() {
    let old = "func solve(n int) int {\n\treturn n\n}\n";
    let parent = format!("package main\n\n{old}\nfunc main() {{\n\tprintln(solve(1))\n}}\n");
    let w = CodeRequest {
        parent,
        ..of_language("go", "main.go")
    };
    let program = "package main\n\nfunc main() {\n\tprintln(1)\n}\n";
    let reply = format!("Not\n{}but\n{}", fenced("go", old), fenced("go", program));
    assert_eq!(cut(&reply, &w).unwrap().code, program);
    // What is needed goes below the head of the file.
    let program = "package main\n\nfunc main() {\n\tprintln(solve(2))\n}\n";
    let reply = format!(
        "First\n{}then\n{}",
        fenced("go", old),
        fenced("go", program)
    );
    assert_eq!(cut(&reply, &w).unwrap().code, format!("{program}\n\n{old}"));
}

#[test]
fn a_word_with_a_dot_above_a_change_is_no_other_file() {
    let w = about(SHOWN, &["f"]);
    let change = replacing("    out = []\n", "    out = list()\n");
    for above in ["### Grid.find", "**v1.2**", "`deque.pop`:", "solution.py"] {
        let reply = format!("{above}\n{change}");
        assert!(cut(&reply, &w).is_ok(), "{above}: {:?}", cut(&reply, &w));
    }
    for above in ["other.py", "**src/other.rs**", "lib\\a.c"] {
        let said = why(&format!("{above}\n{change}"), &w);
        assert!(said.contains("only solution.py may change"), "{said}");
    }
}

#[test]
fn changes_of_a_reply_that_was_cut_off_are_not_made() {
    let cut_off = |finish| CodeRequest {
        finish,
        ..about(SHOWN, &["f"])
    };
    let diff = "--- a/solution.py\n+++ b/solution.py\n@@ -1 +1 @@\n     out = []\n+    see\n";
    let change = replacing("    out = []\n", "    out = list()\n");
    assert!(cut(diff, &about(SHOWN, &["f"])).is_ok());
    for reply in [diff, &change] {
        let said = why(reply, &cut_off(Finish::Length));
        assert!(said.contains("allow more tokens"), "{said}");
        let said = why(reply, &cut_off(Finish::Incomplete));
        assert!(said.contains("broke off"), "{said}");
    }
    for reply in [
        format!("<solution>\n{diff}</solution>\nSo"),
        format!("<solution>\n{change}</solution>\nSo"),
        format!("```diff\n{diff}```\nSo"),
        format!("```python\n{change}```\nSo"),
    ] {
        assert!(cut(&reply, &cut_off(Finish::Length)).is_ok(), "{reply}");
    }
}

#[test]
fn each_block_of_a_diff_is_a_diff_by_itself() {
    let w = about(SHOWN, &["f"]);
    let first = "     out = []\n+    seen = set()\n";
    let second = "-        if item not in out:\n+        if item not in seen:\n+            seen.add(item)\n";
    let reply = fenced("diff", first) + "and\n" + &fenced("diff", second);
    let t = cut(&reply, &w).unwrap();
    assert_eq!((&*t.code, &*t.which), (BETTER, "a diff of 2 hunks"));
    let reply = fenced("diff", first) + &fenced("diff", &second.replace("item not", "it not"));
    let said = why(&reply, &w);
    assert!(said.contains("hunk 2 of 2 of the diff"), "{said}");
}

#[test]
fn a_quoted_helper_that_the_file_has_is_not_added() {
    let file = "from math import pi\n\n\ndef _g(x):\n    y = x * pi\n    return y\n\n\ndef f(xs):\n    return xs\n";
    let spec = crate::task::region::RegionSpec::Name("f".into());
    let path = std::path::Path::new("solution.py");
    let region = crate::task::Region::find_in(path, file, &python(), &spec).unwrap();
    let w = CodeRequest {
        region: Some(std::sync::Arc::new(region)),
        ..about("def f(xs):\n    return xs\n", &["f"])
    };
    let quoted = fenced("python", "def _g(x):\n    ...\n    return y\n");
    let import = fenced("python", "from numpy import pi\n");
    let new = "def f(xs):\n    return [_g(x) * _h(pi) for x in xs]\n";
    let helper = "def _h(x):\n    return x\n";
    let reply = [
        quoted,
        import,
        fenced("python", helper),
        fenced("python", new),
    ]
    .concat();
    assert_eq!(cut(&reply, &w).unwrap().code, format!("{helper}\n\n{new}"));
}

#[test]
fn new_code_that_does_not_parse_goes_before_the_old_code() {
    let w = about(SHOWN, &["f"]);
    let torn = BETTER.replace("set()", "set(");
    for reply in [
        fenced("python", SHOWN) + "becomes\n" + &fenced("python", &torn),
        fenced("python", &torn) + "where it was\n" + &fenced("python", SHOWN),
        fenced("python", &torn) + "So:\n" + &fenced("python", "print(f([1]))\n"),
    ] {
        assert_eq!(cut(&reply, &w).unwrap().code, torn, "{reply}");
    }
    // A sketch of the new code does not go before it.
    let js = CodeRequest {
        names: vec!["f".into()],
        ..of_language("javascript", "a.js")
    };
    let new = "function f(x) {\n  return x + 1;\n}\n";
    for mark in ["...", "// ..."] {
        let sketch = format!("function f(x) {{\n  {mark} the rest as before\n}}\n");
        let reply = fenced("javascript", new) + &fenced("javascript", &sketch);
        assert_eq!(cut(&reply, &js).unwrap().code, new);
    }
}
