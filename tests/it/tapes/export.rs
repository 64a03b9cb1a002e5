//! What goes on a tape, and what does not leave the machine.

use super::{lines, recorded, recorded_home};
use crate::support::ENOUGH;
use crate::support::home::{FAST, Home, reply, squares, stderr, stdout, tape};

const KEY: &str = "sk-proj-Zx81hQw03lmVb72TtReY5510";

/// A session whose one reply is this text.
fn session(text: &str, source: &str) -> Home {
    let home = Home::new();
    squares(&home);
    let slow = std::fs::read_to_string(home.path("slow.py")).unwrap();
    home.write("slow.py", &format!("{source}{slow}"));
    tape(&home, &[text.to_owned()]);
    let (_, status) = home.events(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "1",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(status, 0);
    home
}

#[test]
fn one_file_has_all_of_a_session() {
    let all = lines(recorded());
    let of = |is: &str| all.iter().filter(|l| l["is"] == is).count();
    assert_eq!(
        [
            "task", "case", "session", "round", "reply", "version", "end"
        ]
        .map(of),
        [1, 2, 1, 2, 2, 3, 1]
    );
    let task = all.iter().find(|l| l["is"] == "task").unwrap();
    assert_eq!(
        (&task["name"], &task["language"]),
        (&"slow".into(), &"python".into())
    );
    assert!(
        task["source"]["text"]
            .as_str()
            .unwrap()
            .contains("for i in range(n)")
    );
    let reply = all.iter().find(|l| l["is"] == "reply").unwrap();
    assert!(
        !reply["chunks"].as_array().unwrap().is_empty(),
        "its pace: {reply}"
    );
    assert_eq!(all.last().unwrap()["lines"], all.len() - 1);
}

#[test]
fn a_key_and_a_path_stay_at_home_unless_they_can_be_taken_out() {
    let text = reply(FAST).replace(
        "This is quicker.",
        &format!("Found in /home/ada/work/slow.py. This, with {KEY}, is quicker."),
    );
    let home = session(&text, "");
    let refused = home.run(&["tape", "export", "last", "out.tape"]);
    let why = stderr(&refused);
    assert_eq!(refused.status.code(), Some(1), "{why}");
    assert!(
        why.contains(
            "the reply of round 1, line 1: a path of this machine: /home/ada/work/slow.py"
        ),
        "{why}"
    );
    assert!(
        why.contains("what looks like a key: sk-p…") && !why.contains(KEY),
        "{why}"
    );
    assert!(why.contains("--clean takes them out"), "{why}");
    assert!(!home.path("out.tape").exists());
    let cleaned = home.run(&["tape", "export", "last", "out.tape", "--clean"]);
    assert_eq!(cleaned.status.code(), Some(0), "{}", stderr(&cleaned));
    assert!(
        stdout(&cleaned).contains("taken out of texts that nothing runs: 2 private things"),
        "{}",
        stdout(&cleaned)
    );
    let written = std::fs::read_to_string(home.path("out.tape")).unwrap();
    assert!(
        !written.contains(KEY) && !written.contains("/home/ada"),
        "{written}"
    );
    assert!(
        written.contains("Found in …/slow.py. This, with [removed], is quicker."),
        "{written}"
    );
    // Times still fit the text.
    let said = lines(&written)
        .into_iter()
        .find(|l| l["is"] == "reply")
        .unwrap();
    let last = said["chunks"].as_array().unwrap().last().unwrap()[1]
        .as_u64()
        .unwrap();
    assert_eq!(last as usize, said["text"].as_str().unwrap().len());
    let played = home.run(&["tape", "check", "out.tape"]);
    assert_eq!(played.status.code(), Some(0), "{}", stderr(&played));
}

#[test]
fn nothing_is_taken_out_of_code() {
    let home = session(&reply(FAST), &format!("KEY = '{KEY}'\n"));
    for flags in [&[][..], &["--clean"]] {
        let args = [&["tape", "export", "last", "out.tape"], flags].concat();
        let refused = home.run(&args);
        let why = stderr(&refused);
        assert_eq!(refused.status.code(), Some(1), "{why}");
        assert!(
            why.contains("the source, line 1: what looks like a key")
                && why.contains("--clean takes nothing out"),
            "{why}"
        );
        assert!(!home.path("out.tape").exists());
    }
    let anyway = home.run(&["tape", "export", "last", "out.tape", "--anyway"]);
    assert_eq!(anyway.status.code(), Some(0), "{}", stderr(&anyway));
    assert!(
        stdout(&anyway).contains("still in it, as you asked:"),
        "{}",
        stdout(&anyway)
    );
    assert!(
        std::fs::read_to_string(home.path("out.tape"))
            .unwrap()
            .contains(KEY)
    );
}

#[test]
fn keys_of_the_environment_and_names_are_looked_for_word_for_word() {
    let text = reply(FAST).replace(
        "This is quicker.",
        "Ask ada.lovelace; the word is difference/engine-1842.",
    );
    let home = session(&text, "");
    let mut command = home.command(&["tape", "export", "last", "-"]);
    command
        .env("USER", "ada.lovelace")
        .env("SOME_SERVICE_TOKEN", "difference/engine-1842");
    let refused = command.output().unwrap();
    let why = stderr(&refused);
    assert_eq!(refused.status.code(), Some(1), "{why}");
    assert!(
        why.contains("the name of a user or a machine: ada.lovelace")
            && why.contains("looks like a key: diff…"),
        "{why}"
    );
    assert!(stdout(&refused).is_empty());
}

#[test]
fn what_cannot_go_on_a_tape_is_said_in_one_line() {
    let home = recorded_home();
    for (args, status, part) in [
        (
            &["tape", "export", "nothing-like-it", "a.tape"][..],
            2,
            "no session `nothing-like-it`",
        ),
        (
            &["tape", "export", "last", "no/such/folder/a.tape"],
            2,
            "there is no folder",
        ),
        (&["tape", "export", "last", "cases"], 2, "it is a folder"),
    ] {
        let output = home.run(args);
        assert_eq!(output.status.code(), Some(status), "{args:?}");
        assert!(
            stderr(&output).contains(part),
            "{args:?}: {}",
            stderr(&output)
        );
    }
    let empty = Home::new();
    let output = empty.run(&["tape", "export", "last", "a.tape"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no session yet"));
    // A file that is there is replaced whole; a session without a reply has nothing to play.
    let unanswered = Home::new();
    squares(&unanswered);
    let args = [
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--model-command",
        "false",
        "--rounds",
        "1",
        "--json",
    ];
    drop(unanswered.run(&args));
    unanswered.write("a.tape", "as it was");
    let output = unanswered.run(&["tape", "export", "last", "a.tape"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("there is nothing to play"),
        "{}",
        stderr(&output)
    );
    assert_eq!(
        std::fs::read_to_string(unanswered.path("a.tape")).unwrap(),
        "as it was"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_session_of_commands_is_refused() {
    let home = Home::new();
    home.write("f.py", "def f():\n    return sum(range(10))\n");
    home.write("t.py", "import f\nassert f.f() == 45\n");
    tape(&home, &[reply("def f():\n    return 45\n")]);
    let args = [
        "optimize",
        "f.py::f",
        "--check",
        "python3 t.py",
        "--tape",
        "tape",
        "--rounds",
        "1",
        "--json",
        "--comparison-time",
        "1s",
    ];
    let (events, _) = home.events(&args);
    assert!(
        !crate::support::home::named(&events, "reply_ended").is_empty(),
        "{:?}",
        events.last()
    );
    let output = home.run(&["tape", "export", "last", "a.tape"]);
    let why = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{why}");
    assert!(
        why.contains("it is judged by commands (--check, --bench)") && why.lines().count() == 1,
        "{why}"
    );
    assert!(!home.path("a.tape").exists());
}
