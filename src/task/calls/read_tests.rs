#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn file(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

fn refusal(text: &str) -> String {
    let (_dir, path) = file("calls.jsonl", text);
    let why = read(&path).unwrap_err().to_string();
    why.replace(&path, "calls.jsonl")
}

#[test]
fn a_few_lines_are_a_case_each() {
    let (_dir, path) = file(
        "calls.jsonl",
        "\u{feff}[1, 2]\r\n\n{\"args\": [{\"$tuple\": [1]}], \"name\": \"small\", \"init\": {\"kwargs\": {\"a\": 1}}}\n",
    );
    let read = read(&path).unwrap();
    let names: Vec<&str> = read.cases.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["1", "small"]);
    assert_eq!(&*read.cases[0].input, b"[1, 2]");
    assert!(read.notes.is_empty() && read.generator.is_none());
}

#[test]
fn many_lines_are_dealt_into_twelve_cases_of_about_the_same_size() {
    let lines: Vec<String> = (0..1000).map(|i| format!("[{i}]")).collect();
    let (_dir, path) = file("calls.jsonl", &lines.join("\n"));
    let found = read(&path).unwrap();
    assert_eq!(found.cases.len(), 12);
    let all: Vec<&[u8]> = found.cases.iter().map(|c| &*c.input).collect();
    assert_eq!(all.join(&b'\n'), lines.join("\n").into_bytes());
    let sizes: Vec<usize> = all.iter().map(|i| i.len()).collect();
    assert!(
        sizes.iter().max().unwrap() - sizes.iter().min().unwrap() < 40,
        "{sizes:?}"
    );
    assert!(found.cases[0].name.starts_with("1-"));
    assert_eq!(found.notes.len(), 1);
    // One huge line does not swallow the others, nor leave a case empty.
    for at in [0, 6, 12] {
        let mut lines = vec!["[1]".to_owned(); 13];
        lines[at] = format!("[\"{}\"]", "x".repeat(5000));
        let (_dir, path) = file("calls.jsonl", &lines.join("\n"));
        let cases = read(&path).unwrap().cases;
        assert!((2..=12).contains(&cases.len()) && cases.iter().all(|c| !c.input.is_empty()));
        let all: Vec<&[u8]> = cases.iter().map(|c| &*c.input).collect();
        assert_eq!(all.join(&b'\n'), lines.join("\n").into_bytes());
    }
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (text, want) in [
        ("[1]\n[1,\n", "calls.jsonl:2: this is not JSON"),
        (
            "3\n",
            "calls.jsonl:1: a call is an object or a list of arguments",
        ),
        (
            "{\"arg\": []}\n",
            "calls.jsonl:1: `arg` is not a part of a call; there are args, kwargs, init, name; do you mean `args`?",
        ),
        ("{\"args\": 3}\n", "calls.jsonl:1: `args` must be a list"),
        (
            "{\"kwargs\": []}\n",
            "calls.jsonl:1: `kwargs` must be an object",
        ),
        (
            "[{\"$tupel\": []}]\n",
            "calls.jsonl:1: `$tupel` is not known; do you mean {\"$tuple\": [1, 2]}?",
        ),
        ("[[{\"$whatever\": 1}]]\n", "there are $tuple, $set"),
        (
            "[{\"$set\": 1}]\n",
            "calls.jsonl:1: `$set` is written {\"$set\": [1, 2]}",
        ),
        ("[{\"$set\": [], \"a\": 1}]\n", "a tag must be its only key"),
        ("[{\"$bytes\": \"a\"}]\n", "(base64)"),
        ("[{\"$int\": \"1.5\"}]\n", "`$int` is written"),
        ("[{\"$new\": {\"args\": []}}]\n", "`$new` is written"),
        (
            "{\"args\": [], \"init\": {\"args\": [{\"$nwe\": 1}]}}\n",
            "do you mean {\"$new\"",
        ),
        ("\n\n", "calls.jsonl has no calls in it"),
    ] {
        let why = refusal(text);
        assert!(why.contains(want), "{text:?}: {why}");
    }
    assert!(
        read("nowhere/calls.jsonl")
            .unwrap_err()
            .to_string()
            .contains("no such file")
    );
}

#[test]
fn numbers_that_json_lacks_are_read_as_python_writes_them() {
    let (_dir, path) = file(
        "calls.jsonl",
        "[[1.0, NaN, \"NaN\"]]\n{\"args\": [-Infinity, 1e999]}\n",
    );
    let cases = read(&path).unwrap().cases;
    assert_eq!(&*cases[0].input, b"[[1.0, {\"$float\": \"nan\"}, \"NaN\"]]");
    assert_eq!(
        &*cases[1].input,
        b"{\"args\": [{\"$float\": \"-inf\"}, {\"$float\": \"inf\"}]}"
    );
    assert!(refusal("[nan]\n").contains("calls.jsonl:1: this is not JSON"));
}

#[test]
fn a_json_list_of_calls_is_read_as_its_items() {
    for text in [
        "[\n  {\"args\": [1,\n   NaN]},\n  [2]\n]\n",
        "[{\"args\": [1, NaN]}, {\"args\": [2]}]",
    ] {
        let (_dir, path) = file("calls.json", text);
        let read = read(&path).unwrap();
        assert_eq!(read.cases.len(), 2, "{text}");
        assert!(read.notes[0].contains("each of its 2 items is a call"));
        let first: serde_json::Value = serde_json::from_slice(&read.cases[0].input).unwrap();
        assert_eq!(first["args"][1]["$float"], "nan");
        assert!(!read.cases[0].input.contains(&b'\n'));
    }
    // One call whose arguments are lists, in the form of lines; and a list that one line of which is wrong.
    let (_dir, path) = file("calls.jsonl", "[[1], [2]]\n");
    assert_eq!(read(&path).unwrap().cases.len(), 1);
    assert!(refusal("[\n[1],\n{\"arg\": [2]}\n]").contains("calls.jsonl:item 2: `arg` is not"));
}

#[test]
fn literals_and_other_keys_with_a_dollar_are_left_alone() {
    let (_dir, path) = file(
        "calls.jsonl",
        "[{\"$literal\": {\"$tupel\": 1}}, {\"$price\": 1, \"$cur\": 2}]\n",
    );
    assert_eq!(read(&path).unwrap().cases.len(), 1);
}

#[test]
fn a_generator_is_asked_for_eight_seeds_or_once() {
    let text = "import random\ndef makeall():\n    pass\ndef make(seed):\n    return [[seed]]\ndef plain ( ):\n    return [[1]]\n";
    let (_dir, path) = file("gen.py", text);
    let seeded = read(&format!("{path}::make")).unwrap();
    assert_eq!(seeded.cases.len(), 8);
    assert_eq!(&*seeded.cases[2].input, b"{\"seed\": 3}");
    let generator = seeded.generator.unwrap();
    assert!(generator.file.is_absolute() && generator.function == "make");
    assert_eq!(read(&format!("{path}::plain")).unwrap().cases.len(), 1);
    let why = read(&format!("{path}::mak")).unwrap_err().to_string();
    assert!(
        why.contains("no function `mak`") && why.contains("makeall, make, plain"),
        "{why}"
    );
    let why = read(&path).unwrap_err().to_string();
    assert!(why.contains("gen.py::makeall"), "{why}");
    let (_dir, path) = file(
        "gen.mjs",
        "export function* make() {}\nexport const other = (seed) => [];\n",
    );
    assert_eq!(read(&format!("{path}::make")).unwrap().cases.len(), 1);
    assert_eq!(read(&format!("{path}::other")).unwrap().cases.len(), 8);
}
