#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn lines(text: impl AsRef<[u8]>) -> Result<Vec<Case>, String> {
    let file = tempfile::NamedTempFile::with_suffix(".jsonl").unwrap();
    std::fs::write(file.path(), text).unwrap();
    let shown = file.path().display().to_string();
    read_cases(file.path())
        .map(|c| c.cases)
        .map_err(|e| e.to_string().replace(&shown, "c.jsonl"))
}

fn folder(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Result<Cases, String>) {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    let read = read_cases(dir.path()).map_err(|e| e.to_string());
    (dir, read)
}

fn names(cases: &[Case]) -> Vec<&str> {
    cases.iter().map(|c| c.name.as_str()).collect()
}

#[test]
fn a_folder_is_read_in_natural_order() {
    let (_dir, read) = folder(&[
        ("10.in", b"x"),
        ("2.in", b"\xff\x00"),
        ("2.out", b""),
        ("readme.md", b""),
        (".DS_Store", b""),
    ]);
    let read = read.unwrap();
    assert_eq!(names(&read.cases), ["2", "10"]);
    assert_eq!(&*read.cases[0].input, b"\xff\x00");
    assert_eq!(read.cases[0].expected.as_deref(), Some(&b""[..]));
    assert!(read.cases[1].expected.is_none());
    assert!(
        read.notes.len() == 1
            && read.notes[0].contains("readme.md")
            && !read.notes[0].contains("DS_Store")
    );
}

#[test]
fn folders_that_are_wrong_say_so() {
    assert!(folder(&[]).1.unwrap_err().contains("it is empty"));
    assert!(
        folder(&[("a.txt", b"")])
            .1
            .unwrap_err()
            .contains("1 other file (a.txt)")
    );
    assert!(
        folder(&[("a.in", b""), ("b.out", b"")])
            .1
            .unwrap_err()
            .contains("there is b.out but no b.in")
    );
    assert!(
        read_cases(Path::new("/nowhere/at/all"))
            .unwrap_err()
            .to_string()
            .contains("cases/01.in")
    );
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("a.in")).unwrap();
    assert!(
        read_cases(dir.path())
            .unwrap_err()
            .to_string()
            .contains("not a regular file")
    );
}

#[test]
fn too_much_is_refused_before_it_is_read() {
    let (dir, _) = folder(&[("a.in", &[b'x'; 600]), ("b.in", &[b'x'; 600])]);
    assert!(read_capped(dir.path(), 1200).is_ok());
    let said = read_capped(dir.path(), 1199).unwrap_err().to_string();
    assert!(
        said.contains("too large") && said.contains("b.in") && said.contains("1.20 kB"),
        "{said}"
    );
    assert!(
        read_capped(&dir.path().join("a.in"), 599)
            .unwrap_err()
            .to_string()
            .contains("too large")
    );
}

#[test]
fn json_lines_as_people_and_tools_write_them() {
    let cases = lines("\u{feff}{\"input\": \"1\\n\", \"output\": \"a\"}\r\n\r\n  {\"input\": \"\", \"output\": null, \"extra\": [1]}\n{\"name\":\"big\",\"input\":\"\\u0000é\"}").unwrap();
    assert_eq!(names(&cases), ["01", "02", "big"]);
    assert_eq!(
        (&*cases[0].input, cases[0].expected.as_deref()),
        (&b"1\n"[..], Some(&b"a"[..]))
    );
    assert!(cases[1].input.is_empty() && cases[1].expected.is_none());
    assert_eq!(&*cases[2].input, "\0é".as_bytes());
}

#[test]
fn json_lines_that_are_wrong_name_the_line() {
    for (text, wanted) in [
        ("", "holds no cases: it is empty"),
        ("\n \r\n", "holds no cases"),
        (
            "{\"input\":\"1\"}\n\n{\"output\":\"1\"}\n",
            "c.jsonl:3: a case without `input` (it has `output`)",
        ),
        (
            "{}",
            "c.jsonl:1: a case without `input` (it has no keys at all)",
        ),
        (
            "{\"input\":\"1\"}\n{\"input\":\"1\"",
            "c.jsonl:2: not JSON (EOF while parsing",
        ),
        (
            "[{\"input\":\"1\"}]",
            "c.jsonl:1: a case must be an object {\"input\": \"…\", \"output\": \"…\"}, this is a list; write one object a line",
        ),
        ("7", "this is a number"),
        (
            "{\"input\": [1, 2]}",
            "c.jsonl:1: `input` must be a string, this is a list; the program reads",
        ),
        ("{\"input\": {\"n\": 1}}", "this is an object"),
        (
            "{\"input\": \"\", \"output\": 6}",
            "`output` must be a string, this is a number",
        ),
        (
            "{\"input\": null}",
            "`input` must be a string, this is null",
        ),
        (
            "{\"input\":\"\",\"name\":\"a\"}\n{\"input\":\"\",\"name\":\"a\"}",
            "c.jsonl:2: the name `a` is already taken by line 1",
        ),
        (
            "{\"input\":\"\",\"name\":\"02\"}\n{\"input\":\"\"}",
            "the name `02` is already taken by line 1",
        ),
        ("{\"input\":\"\",\"name\":\"../x\"}", "cannot be used"),
        (
            "{\"input\":\"\",\"name\":3}",
            "`name` must be a string, this is a number; put it in quotes",
        ),
        ("{\"input\":\"\\ud800\"}", "c.jsonl:1: not JSON"),
    ] {
        let said = lines(text).unwrap_err();
        assert!(
            said.contains(wanted),
            "{text:?} says {said:?}, which lacks {wanted:?}"
        );
    }
    assert!(
        lines(b"{\"input\":\"1\"}\n{\"input\":\"\xff\"}")
            .unwrap_err()
            .contains("c.jsonl:2: not valid UTF-8 at byte 11")
    );
    let deep = "[".repeat(100_000);
    assert!(lines(deep).unwrap_err().contains("c.jsonl:1: not JSON"));
}

#[test]
fn people_count_naturally() {
    let mut names = vec!["b1", "a10", "a2", "a02", "10", "9", "a", "2x", "", "a2b"];
    names.sort_by(|a, b| natural(a, b));
    assert_eq!(
        names,
        ["", "2x", "9", "10", "a", "a02", "a2", "a2b", "a10", "b1"]
    );
    let long = "9".repeat(1000);
    assert_eq!(natural(&long, &format!("{long}0")), Ordering::Less);
}
