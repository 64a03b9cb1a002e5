//! What [`cut`] promises, one reply after the other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::task::{Language, Syntax};

pub(super) fn python() -> Language {
    Language {
        id: "python".into(),
        ..Language::default()
    }
}

pub(super) fn wanted() -> CodeRequest {
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

pub(super) fn why(reply: &str, wanted: &CodeRequest) -> String {
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
pub(super) fn about(parent: &str, names: &[&str]) -> CodeRequest {
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
