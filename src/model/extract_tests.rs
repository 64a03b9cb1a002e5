//! What [`cut`] promises, one reply after the other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::task::{Language, Syntax};

fn python() -> Language {
    Language {
        id: "python".into(),
        ..Language::default()
    }
}

fn wanted() -> CodeRequest {
    CodeRequest {
        fences: vec!["python".into(), "py".into(), "python3".into()],
        language: "python".into(),
        syntax: Syntax::of(&python()),
        file_name: "solution.py".into(),
        names: Vec::new(),
        parent: String::new(),
        region: None,
        finish: Finish::Stop,
    }
}

fn taken(reply: &str) -> ExtractedCode {
    cut(reply, &wanted()).unwrap_or_else(|e| panic!("{e}: {reply}"))
}

fn why(reply: &str, wanted: &CodeRequest) -> String {
    cut(reply, wanted).expect_err(reply).why
}

#[test]
fn one_block_is_the_usual_case() {
    let t = taken("Use a set.\n\n```python\nprint(1)\n```\nDone.");
    assert_eq!(
        (t.code.as_str(), t.which.as_str(), t.unclosed),
        ("print(1)\n", "the only block, python", false)
    );
    assert_eq!(
        taken("```\r\na = 1\r\nb = 2\r\n```\r\n").code,
        "a = 1\nb = 2\n"
    );
    assert_eq!(taken("~~~py\nx = `1`\n~~~").code, "x = `1`\n");
    assert_eq!(
        taken("Here it is: ```python\nprint(1)\n```").code,
        "print(1)\n"
    );
    assert_eq!(
        taken("\u{feff}```Python3 title=\"a.py\"\n\n    \nprint(1)\n\n```").code,
        "print(1)\n"
    );
}

#[test]
fn of_ten_blocks_the_last_of_the_right_language_is_taken() {
    let mut reply = String::new();
    for i in 0..8 {
        reply.push_str(&format!("Step {i}:\n```py\nprint({i})\n```\n"));
    }
    reply.push_str("Run it:\n```bash\npython x.py\n```\nIt prints:\n```text\n7\n```\n");
    let t = taken(&reply);
    assert_eq!(
        (t.code.as_str(), t.which.as_str()),
        ("print(7)\n", "block 8 of 10, py")
    );
}

#[test]
fn the_right_tag_beats_the_last_block() {
    assert_eq!(
        taken("```python\na = 1\n```\n```\nb = 2\n```").code,
        "a = 1\n"
    );
    assert_eq!(
        taken("```cython\na = 1\n```\n```\nb = 2\n```").code,
        "b = 2\n"
    );
    assert_eq!(
        taken("```python solution.py\na = 1\n```\n```python\nb = 2\n```").code,
        "a = 1\n"
    );
    assert_eq!(
        taken("```python\na = 1\n```\n```python\nb = (\n").code,
        "a = 1\n"
    );
}

#[test]
fn names_must_be_there() {
    let w = CodeRequest {
        names: vec!["solve".into()],
        ..wanted()
    };
    let t = cut(
        "```python\ndef solve(x): return x\n```\n```python\nprint(resolve(1))\n```",
        &w,
    )
    .unwrap();
    assert_eq!(t.which, "block 1 of 2, python");
    assert_eq!(
        why("```python\nprint(1)\n```", &w),
        "no block of code holds `solve`"
    );
    assert!(cut("def solve(x):\n    return x\n", &w).is_ok());
    assert!(cut("def other(x):\n    return x\n", &w).is_err());
}

#[test]
fn longer_fences_hold_shorter_ones() {
    assert_eq!(
        taken("````python\ns = '''\n```\nx\n```\n'''\n````").code,
        "s = '''\n```\nx\n```\n'''\n"
    );
    assert_eq!(
        taken("````markdown\nHere:\n```python\nprint(1)\n```\n````").code,
        "print(1)\n"
    );
    assert_eq!(taken("~~~python\n```\n~~~").code, "```\n");
}

#[test]
fn a_fence_in_a_list_gives_its_indentation_back() {
    let t = taken("1. So:\n\n   ```python\n   def f():\n       return 1\n\n  x = f()\n   ```\n");
    assert_eq!(t.code, "def f():\n    return 1\n\nx = f()\n");
}

#[test]
fn reasoning_is_dropped_with_all_its_drafts() {
    let t = taken("<think>\n```python\ndraft\n```\n</think>\n```python\nfinal = 1\n```");
    assert_eq!(
        (t.code.as_str(), t.which.as_str()),
        ("final = 1\n", "the only block, python")
    );
    assert_eq!(
        taken("draft\n```python\na=1\n```\n</think>\n\n```python\nb=2\n```").code,
        "b=2\n"
    );
    assert_eq!(
        why("<think>\n```python\ndraft()\n```\n", &wanted()),
        "only reasoning came, no answer"
    );
    let w = CodeRequest {
        finish: Finish::Length,
        ..wanted()
    };
    assert!(why("<think>\nhm", &w).contains("spent on reasoning"));
    assert_eq!(
        taken("```python\nx = '''\n<think>\n'''\n```").code,
        "x = '''\n<think>\n'''\n"
    );
}

#[test]
fn the_papers_form_is_understood() {
    let t = taken(
        "<thinking>\nfaster\n</thinking>\n<solution>\n```python\nprint(2)\n```\n</solution>\nUse it with\n```python\nrun()\n```",
    );
    assert_eq!(
        (t.code.as_str(), t.which.as_str()),
        ("print(2)\n", "<solution>, the only block, python")
    );
    assert_eq!(
        taken("<solution>a = 1</solution><solution>\nb = 2\n</solution>").code,
        "b = 2\n"
    );
    assert_eq!(
        taken("I put it in <solution> tags.\n```python\nprint(3)\n```").code,
        "print(3)\n"
    );
    assert_eq!(
        taken("<solution>\n```python\nprint(4)\n```\n").code,
        "print(4)\n"
    );
    assert!(
        cut(
            "<solution>sorry, I could not find one</solution>",
            &wanted()
        )
        .is_err()
    );
}

#[test]
fn an_unclosed_block_needs_a_finished_and_whole_program() {
    let t = taken("```python\nprint(1)\n");
    assert_eq!(
        (t.code.as_str(), t.unclosed, t.which.as_str()),
        ("print(1)\n", true, "the only block, python, never closed")
    );
    assert!(why("```python\nprint((1)\n", &wanted()).contains("never closed"));
    for (finish, word) in [
        (Finish::Length, "allow more tokens"),
        (Finish::Incomplete, "broke off"),
        (Finish::Stopped, "broke off"),
    ] {
        let w = CodeRequest { finish, ..wanted() };
        assert!(
            why("```python\nprint(1)\n", &w).contains(word),
            "{finish:?}"
        );
    }
}

#[test]
fn without_a_fence_only_pure_code_counts() {
    assert_eq!(
        taken("import sys\nprint(sum(map(int, sys.stdin)))").which,
        "the whole text, without a fence"
    );
    assert_eq!(
        why("I cannot help with that.", &wanted()),
        "the reply holds no fenced block of code"
    );
    assert_eq!(
        why(
            "Sure! Use print(1) instead of what you have there.",
            &wanted()
        ),
        "the reply holds no fenced block of code"
    );
    assert_eq!(
        why(
            "x = 1\n",
            &CodeRequest {
                finish: Finish::Incomplete,
                ..wanted()
            }
        ),
        "the reply ended before any code came"
    );
}

#[test]
fn what_is_no_code_is_told_apart() {
    assert_eq!(why("", &wanted()), "the reply is empty");
    assert_eq!(why(" \n\t", &wanted()), "the reply is empty");
    assert_eq!(
        why("```python\n\n```", &wanted()),
        "the block of code is empty"
    );
    assert_eq!(
        why("```bash\npip install x\n```", &wanted()),
        "no block of code is python (there is: bash)"
    );
    assert_eq!(
        why("```text\nthis is only some prose here\n```", &wanted()),
        "no block of code is python (there is: text)"
    );
}

#[test]
fn no_text_makes_it_fall() {
    let pieces = [
        "```",
        "~~~~",
        "\n",
        "python",
        "<think>",
        "</think>",
        "<solution>",
        "</solution>",
        " ",
        "é",
        "\r\n",
        "x=(",
        "'",
        "\\",
        "\n<<<<<<< SEARCH\n",
        "\n=======\n",
        "\n>>>>>>> REPLACE\n",
        "\n@@ -1 +1 @@\n",
        "\n-",
        "\n+",
    ];
    let some = about("x=(\n\n \n'\n", &[]);
    let mut seed = 7u64;
    for i in 0..20_000 {
        let mut reply = String::new();
        for _ in 0..12 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            reply.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
        }
        let wanted = if i % 2 == 0 { wanted() } else { some.clone() };
        if let Ok(t) = cut(&reply, &wanted) {
            assert!(!t.code.trim().is_empty(), "{reply:?}");
        }
    }
}

/// A request for a better `f` of a file, or of a whole program where no function is named.
fn about(parent: &str, names: &[&str]) -> CodeRequest {
    CodeRequest {
        names: names.iter().map(|n| (*n).to_owned()).collect(),
        parent: parent.into(),
        ..wanted()
    }
}

#[test]
fn a_fence_inside_of_a_string_does_not_end_the_code() {
    let code = "def f(x):\n    '''Doc:\n\n```\nx = 1\n```\n    '''\n    return x\n";
    let reply = format!("Here:\n\n```python\n{code}```\n\nDone, see ```x```.\n");
    assert_eq!(taken(&reply).code, code);
    let two = format!("```python\n{code}```\nand\n```python\ny = 1\n```\n");
    assert_eq!(taken(&two).code, "y = 1\n");
    // What is torn stays as it was.
    let torn = taken("```python\ns = '''\n```\nprose\n```python\nx = 1\n```\n");
    assert_eq!(torn.code, "x = 1\n");
    let js = CodeRequest {
        fences: vec!["js".into()],
        language: "javascript".into(),
        syntax: Syntax::of(&Language {
            id: "javascript".into(),
            ..Language::default()
        }),
        ..wanted()
    };
    let code = "const f = (x) => `\n\\`\\`\\`\n```\n`;\n".replace("```\n`", "${x}\n`");
    assert_eq!(cut(&format!("```js\n{code}```\n"), &js).unwrap().code, code);
    let code =
        "find(x) {\n  const s = `a\n${\"b\"}\n\n`;\n  /*\n```\nx\n```\n  */\n  return s;\n}\n";
    assert_eq!(cut(&format!("```js\n{code}```\n"), &js).unwrap().code, code);
}

#[test]
fn a_reply_is_not_parsed_at_each_of_its_fences() {
    let code = "s = \"\"\"\n```\nx\n\"\"\"\n";
    let after_torn = |fences: usize| {
        let torn = format!("```python\nt = '''\n{}", "```\n".repeat(fences));
        taken(&format!("{torn}```python\n{code}```\n")).code
    };
    assert_eq!(after_torn(3), code);
    assert_eq!(after_torn(71), "s = \"\"\"\n");
}

#[test]
fn blocks_that_need_each_other_are_put_together() {
    let parent = "def f(xs):\n    return sorted(xs)\n";
    let w = about(parent, &["f"]);
    let helper = "def _g(x):\n    return x\n";
    let main = "def f(xs):\n    seen = math.pi\n    return [_g(x) for x in xs if x < seen]\n";
    let block = |code: &str| format!("```python\n{code}```\n");
    let reply = [
        "First:\n",
        &block("import math\n"),
        &block(helper),
        "then\n",
        &block(main),
        "Use it so:\n",
        &block("result = f([1])\nprint(result)\n"),
        "where this is the point:\n",
        &block("seen = set()\n"),
    ]
    .concat();
    let t = cut(&reply, &w).unwrap();
    assert_eq!(t.code, format!("import math\n\n\n{helper}\n\n{main}"));
    assert_eq!(t.which, "blocks 1 and 2 and 3 of 5, put together, python");
    // The old code, or another way, is not the new one.
    let reply = [&*block(parent), "becomes\n", &block(main)].concat();
    assert_eq!(cut(&reply, &w).unwrap().code, main);
    let reply = [
        &*block("def _g(x):\n    return -x\n"),
        &block(helper),
        &block(main),
    ]
    .concat();
    assert_eq!(cut(&reply, &w).unwrap().code, format!("{helper}\n\n{main}"));
    // A table and the loop that fills it.
    let table = "_T = {}\nfor _i in range(9):\n    _T[_i] = _i\n";
    let main = "def f(xs):\n    return [_T[x] for x in xs]\n";
    let reply = [&*block(table), &block(main)].concat();
    assert_eq!(cut(&reply, &w).unwrap().code, format!("{table}\n\n{main}"));
    // The functions of a program, one by one.
    let program = about(
        "import sys\n\ndef solve(n):\n    return n\n\ndef main():\n    print(solve(int(sys.stdin.read())))\n\nmain()\n",
        &[],
    );
    let solve = "def solve(n):\n    return n + 0\n";
    let rest = "import sys\n\ndef main():\n    print(solve(int(sys.stdin.read())))\n\nmain()\n";
    let reply = [&*block(solve), &block(rest)].concat();
    assert_eq!(
        cut(&reply, &program).unwrap().code,
        format!("{solve}\n\n{rest}")
    );
    let whole =
        "def solve(n):\n    return n\n\ndef main():\n    print(solve(int(input())))\n\nmain()\n";
    let reply = [&*block(&whole.replace("main", "other")), &block(whole)].concat();
    assert_eq!(cut(&reply, &program).unwrap().code, whole);
}

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
