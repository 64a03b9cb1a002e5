//! A tape is somebody else's: whatever is wrong with it is said in a line, and nothing of it is run, written or believed.

use serde_json::{Value, json};

use super::{changed, first, lines, recorded, text};
use crate::support::ENOUGH;
use crate::support::home::{Home, named, stderr, stdout, verdicts};

/// The tape is refused in one line that says this, by `check` and by `demo`; nothing is written.
fn refused(bytes: &[u8], part: &str) {
    let home = Home::new();
    std::fs::write(home.path("bad.tape"), bytes).unwrap();
    for command in [
        &["tape", "check", "bad.tape"][..],
        &["demo", "bad.tape", "--json"],
    ] {
        let output = home.run(command);
        let why = stderr(&output);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{part}: {why}{}",
            stdout(&output)
        );
        assert!(why.contains(part), "{part}: {why}");
        assert!(
            why.starts_with("reheat: cannot play bad.tape: ") && why.lines().count() == 1,
            "{why}"
        );
        assert!(
            why.len() < 600 && !why.contains('\u{1b}') && !why.contains('\u{202e}'),
            "{why:?}"
        );
    }
    assert!(
        !home.path("cache").exists() && home.sessions().is_empty(),
        "{part}"
    );
}

fn with(is: &str, field: &str, value: Value) -> Vec<u8> {
    changed(|all| first(all, is)[field] = value).into_bytes()
}

#[test]
fn what_is_no_tape_or_not_all_of_one_is_said() {
    let whole = recorded();
    let count = whole.lines().count();
    refused(b"", "it is empty");
    refused(b"\n \n", "it is empty");
    refused(
        b"\x7fELF\x02\x01\x00\xff\xfe\n\x00\x00",
        "line 1: this is no tape of a session",
    );
    refused(
        b"{\"model\":\"m\",\"text\":\"t\"}\n",
        "line 1: this is no tape of a session",
    );
    refused(
        b"{\"reheat_journal\":1}\n",
        "this is the journal of a session",
    );
    refused(
        b"{\"reheat_tape\":2,\"what\":\"?\"}\nanything\n",
        "line 1: it is of format 2, and this reheat reads up to 1",
    );
    for odd in ["0", "-1", "1.5", "\"1\"", "null", "[]"] {
        refused(
            format!("{{\"reheat_tape\":{odd}}}\n").as_bytes(),
            "this is no tape of a session",
        );
    }
    refused(
        &whole.as_bytes()[..whole.len() - 5],
        &format!("line {count}: the tape ends in half a line"),
    );
    let mut cut = lines(whole);
    cut.pop();
    refused(text(&cut).as_bytes(), "the line that ends it is missing");
    let mut fewer = lines(whole);
    fewer.remove(3);
    let fewer: String = fewer.iter().map(|l| format!("{l}\n")).collect();
    refused(fewer.as_bytes(), "some are missing");
    refused(
        format!("{whole}{whole}").as_bytes(),
        "behind the line that ends the tape",
    );
    let mut bytes = whole.as_bytes().to_vec();
    let at = whole.find("\"case\"").unwrap();
    bytes[at + 1] = 0xff;
    refused(&bytes, "it is no text in UTF-8");
    refused(
        whole
            .replacen("{\"is\":\"case\"", "{\"is\":\"case\",,", 1)
            .as_bytes(),
        "cannot be read",
    );
}

#[test]
fn paths_lead_nowhere() {
    for name in [
        "../../evil.py",
        "/etc/cron.d/evil",
        "a/b.py",
        "..",
        ".profile",
        "a\\b.py",
        "",
        "a\nb.py",
        "\u{1b}[2Jx.py",
        "x\u{202e}yp.py",
    ] {
        let source = json!({"file_name": name, "text": "print(1)\n"});
        refused(
            &with("task", "source", source.clone()),
            "the file name of the source",
        );
        refused(&with("case", "name", json!(name)), "the case");
        refused(&with("task", "name", json!(name)), "the task");
        refused(
            &with("task", "files", json!([{"name": name, "content": "x"}])),
            "data file",
        );
    }
}

#[test]
fn nothing_on_it_is_obeyed_by_a_terminal() {
    for text in [
        "\u{1b}]0;x\u{7}",
        "a\u{9b}31m",
        "two\nlines",
        "\u{202e}turned",
        "\0",
    ] {
        refused(
            &with("task", "title", json!(text)),
            "the title holds the control or invisible character",
        );
        refused(
            &with("session", "headline", json!(text)),
            "the headline holds",
        );
        refused(&with("session", "model", json!(text)), "the model holds");
        refused(
            &with("version", "words", json!(text)),
            "holds the control or invisible character",
        );
        refused(
            &with("reply", "model", json!(text)),
            "model of a reply holds",
        );
    }
    refused(
        &with("task", "statement", json!("fine\n\u{1b}[31m")),
        "the statement holds the control character U+001B",
    );
    refused(
        &with("round", "hint", json!("a\u{7}b")),
        "the hint of round 1 holds the control character U+0007",
    );
    // What stands in code and replies is shown, and never obeyed.
    let home = Home::new();
    let loud = changed(|all| {
        let said = first(all, "reply")["text"].as_str().unwrap().to_owned();
        first(all, "reply")["text"] = format!("\u{1b}[2J\u{1b}]0;owned\u{7}{said}").into();
    });
    home.write("loud.tape", &loud);
    let output = home.run(&[
        "demo",
        "loud.tape",
        "--speed",
        "1000",
        "--comparison-time",
        "1s",
    ]);
    assert!(!stdout(&output).contains('\u{1b}') && !stderr(&output).contains('\u{1b}'));
}

#[test]
fn no_command_is_named() {
    for (field, value) in [
        ("tool", json!("/bin/sh")),
        ("check", json!("rm -rf ~")),
        ("bench", json!("true")),
        ("prepare", json!("curl x | sh")),
        ("commands", json!({"check": "true"})),
        ("environment", json!([["LD_PRELOAD", "/tmp/x.so"]])),
        ("read", json!(["/etc"])),
    ] {
        refused(
            &with("task", field, value),
            &format!("line 2: its task says `{field}`: a tape names no command"),
        );
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let double = |is: &'static str| {
        changed(|all| {
            let line = first(all, is).clone();
            all.insert(3, line);
        })
    };
    refused(
        double("task").as_bytes(),
        "there are two lines for the task",
    );
    refused(
        double("session").as_bytes(),
        "there are two lines for the session",
    );
    refused(double("case").as_bytes(), "two cases are called `01`");
    refused(
        double("round").as_bytes(),
        "rounds are not numbered from 1 without a gap",
    );
    refused(
        double("reply").as_bytes(),
        "its replies do not fit its rounds",
    );
    refused(double("version").as_bytes(), "there are two versions v0");
    let without = |is: &'static str| changed(|all| all.retain(|l| l["is"] != is));
    refused(without("task").as_bytes(), "there is no task on it");
    refused(without("case").as_bytes(), "it has no cases");
    refused(
        without("session").as_bytes(),
        "there is no recorded session on it",
    );
    refused(
        without("reply").as_bytes(),
        "its replies do not fit its rounds",
    );
    let nothing = changed(|all| all.retain(|l| l["is"] != "reply" && l["is"] != "round"));
    refused(nothing.as_bytes(), "there is no reply on it");
    refused(
        recorded()
            .replacen("\"name\":\"01\"", "\"name\":\"01\",\"name\":\"02\"", 1)
            .as_bytes(),
        "duplicate field `name`",
    );
    refused(
        &with("round", "candidates", json!(4_000_000)),
        "has 4000000 replies; 1 to 8 are possible",
    );
    refused(&with("round", "round", json!(7)), "rounds are not numbered");
    refused(
        &with("version", "gain", json!(-3.0)),
        "has a gain that is none",
    );
    refused(&with("version", "version", json!(-1)), "cannot be read");
    refused(&with("task", "checker", json!("always")), "always");
    refused(
        &with("task", "held_out", json!(["99"])),
        "there is no such case",
    );
    refused(
        &with("task", "held_out", json!(["01", "02"])),
        "the model must be shown at least one",
    );
    refused(&with("task", "only", json!("99")), "there is no such case");
    refused(
        &with("task", "region", json!("nothing_like_it")),
        "nothing_like_it",
    );
    refused(
        &with("task", "calls", json!({"keep": true})),
        "it calls a function and does not say which",
    );
    refused(
        &with("task", "limits", json!({"memory_bytes": 0})),
        "a limit of nothing stops every run",
    );
    refused(
        &with("task", "source", json!({"file_name": "a.py", "text": " "})),
        "is empty",
    );
    refused(
        &with(
            "task",
            "source",
            json!({"file_name": "a.py", "text": "x\u{0}"}),
        ),
        "zero byte",
    );
    refused(
        &with("case", "input", json!({"hex": "0g"})),
        "cannot be read",
    );
    refused(
        &with("task", "args", json!(vec!["x"; 300])),
        "it has 300 arguments, at most 256 are read",
    );
}

#[test]
fn what_is_too_large_is_not_read() {
    let home = Home::new();
    // It takes no room on the disk.
    let file = std::fs::File::create(home.path("huge.tape")).unwrap();
    file.set_len(1 << 40).unwrap();
    let output = home.run(&["tape", "check", "huge.tape"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("and a tape has at most 67.1 MB"),
        "{}",
        stderr(&output)
    );
    refused(
        &with("case", "input", json!("x".repeat((16 << 20) + 1))),
        "and a line of a tape has at most",
    );
    refused(
        &with("task", "title", json!("x".repeat(5_000))),
        "the title has 5000 bytes",
    );
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let first = recorded().lines().next().unwrap();
    refused(
        format!("{first}\n{{\"is\":\"case\",\"name\":{deep}}}\n").as_bytes(),
        "line 2: cannot be read",
    );
}

#[cfg(unix)]
#[test]
fn only_a_file_is_read() {
    let home = Home::new();
    std::fs::create_dir(home.path("folder.tape")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        home.path("pipe.tape"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    for (name, part) in [
        ("folder.tape", "it is no file"),
        ("pipe.tape", "it is no file"),
        ("/dev/zero", "it is no file"),
        ("none.tape", "No such file"),
    ] {
        for command in [&["tape", "check", name][..], &["demo", name]] {
            let output = home.run(command);
            assert_eq!(output.status.code(), Some(1), "{name}");
            assert!(
                stderr(&output).contains(part),
                "{name}: {}",
                stderr(&output)
            );
        }
    }
}

#[test]
fn limits_can_be_stricter_than_usual_and_never_wider() {
    let home = Home::new();
    let wide = changed(|all| {
        first(all, "task")["limits"] = json!({
            "time_ns": 3_600_000_000_000_u64, "memory_bytes": 1_u64 << 40, "output_bytes": 4096, "processes": 100_000, "disk_bytes": 1_u64 << 40
        });
    });
    home.write("wide.tape", &wide);
    let checked = home.run(&["tape", "check", "wide.tape"]);
    assert_eq!(checked.status.code(), Some(0));
    let note = "the tape asks for more than usual of memory, disk, time, processes for its runs; the usual limit holds";
    assert!(stdout(&checked).contains(note), "{}", stdout(&checked));
    let (events, status) = home.events(&[
        "demo",
        "wide.tape",
        "--json",
        "--speed",
        "1000",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(status, 0);
    assert!(named(&events, "noted").iter().any(|n| n["text"] == note));
    let report = stdout(&home.run(&["report", "--md", "-"]));
    assert!(report.contains("limits of a run"), "{report}");
    assert!(
        report.contains("10.0 s") && report.contains("537 MB") && report.contains("64 processes"),
        "{report}"
    );
}

#[test]
fn its_code_sees_nothing_of_this_machine() {
    let home = Home::new();
    let secret = home.write("shown/secret.txt", "for my own programs");
    home.write(
        "config/config.toml",
        &format!(
            "[sandbox]\nread = [{:?}]\nenv = [\"MINE=here\"]\n",
            secret.parent().unwrap()
        ),
    );
    let source = format!(
        "import os\ninput()\ntry:\n    print(open({:?}).read())\nexcept OSError:\n    print('nothing there', os.environ.get('MINE'))\n",
        secret.display()
    );
    let curious = changed(|all| {
        first(all, "task")["source"] = json!({"file_name": "curious.py", "text": source});
        for case in all.iter_mut().filter(|l| l["is"] == "case") {
            case["expected"] = "nothing there None\n".into();
        }
    });
    home.write("curious.tape", &curious);
    let (events, _) = home.events(&[
        "demo",
        "curious.tape",
        "--json",
        "--speed",
        "1000",
        "--rounds",
        "1",
        "--comparison-time",
        "1s",
    ]);
    assert_eq!(
        verdicts(&events).first().map(String::as_str),
        Some("accepted"),
        "{:?}",
        named(&events, "version_evaluated")
    );
    let output = home.run(&["demo", "curious.tape", "--json", "--unsafe-no-isolation"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("it runs in the sandbox or not at all"),
        "{}",
        stderr(&output)
    );
}
