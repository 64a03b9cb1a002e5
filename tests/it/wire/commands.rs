//! Commands as models: what they are given, and what becomes of what they print.

use super::*;
use reheat::model::command::CommandProvider;

fn run(line: &str) -> Heard {
    hear(&CommandProvider::new(line), question())
}

/// A killed process needs a moment to go.
fn dies(pid: &str) -> bool {
    (0..30_000).any(|_| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let gone = status.is_empty() || status.contains("State:\tZ");
        if !gone {
            std::thread::sleep(Duration::from_millis(10));
        }
        gone
    })
}

#[test]
fn the_prompt_goes_in_and_the_answer_comes_out() {
    let heard = run(
        "read -r line; printf '<think>hm</think>you said: %s\\n' \"$line\"; printf '\\303'; sleep 0.1; printf '\\251\\377'",
    );
    assert_eq!(
        (heard.text.as_str(), heard.reasoning.as_str()),
        ("you said: make it faster\né\u{fffd}", "hm")
    );
    assert_eq!(
        (heard.end().finish, heard.end().usage.counted),
        (Finish::Stop, false)
    );
    assert_eq!(run("echo ignores its input").text, "ignores its input\n");
}

#[test]
fn long_prompts_and_answers_do_not_block_each_other() {
    let long = Question {
        prompt: Arc::from("x".repeat(3 << 20)),
        ..question()
    };
    let heard = hear(&CommandProvider::new("cat; echo >&2 done"), long);
    assert_eq!(
        (heard.text.len(), heard.end().finish),
        (3 << 20, Finish::Stop)
    );
}

#[test]
fn a_failure_says_what_the_command_said() {
    let heard = run("echo half; echo 'first' >&2; printf 'not \\033[31mlogged in\\n' >&2; exit 3");
    let end = heard.end();
    assert_eq!(
        (heard.text.as_str(), end.finish, end.again),
        ("half\n", Finish::Failed, true)
    );
    assert!(
        end.error.contains("exit status: 3") && end.error.contains("first · not"),
        "{}",
        end.error
    );
    assert!(!end.error.contains('\u{1b}'));
    let end = run("no-such-command-at-all -p").end.unwrap();
    assert!(
        !end.again && end.error.contains("not found"),
        "{}",
        end.error
    );
    assert!(run("kill -9 $$").end().error.contains("signal: 9"));
    assert!(run("true").end().error.contains("no answer"));
}

#[test]
fn a_command_that_takes_too_long_is_ended() {
    let heard = hear(
        &CommandProvider::new("echo half; sleep 1000").with_timeout(Duration::from_millis(300)),
        question(),
    );
    assert_eq!(
        (heard.text.as_str(), heard.end().finish),
        ("half\n", Finish::Failed)
    );
    assert!(heard.end().error.contains("not done after"));
}

#[test]
fn nothing_of_a_command_outlives_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let line = format!(
        "sleep 1000 & echo $! > {f}; echo started; wait",
        f = file.display()
    );
    block_on(async {
        let mut parts = CommandProvider::new(line).ask(question());
        assert_eq!(parts.next().await, Some(Delta::Text("started\n".into())));
    });
    let pid = std::fs::read_to_string(&file).unwrap();
    assert!(
        dies(pid.trim()),
        "its child still runs after the answer was dropped"
    );
    // What it leaves behind when it ends by itself goes too, and is not waited for.
    let heard = run(&format!(
        "sleep 1000 & echo $! > {f}; echo done",
        f = file.display()
    ));
    assert_eq!(
        (heard.text.as_str(), heard.end().finish),
        ("done\n", Finish::Stop)
    );
    let pid = std::fs::read_to_string(&file).unwrap();
    assert!(dies(pid.trim()), "its child still runs after its end");
    // Neither does what has made a session of its own, and has no parent any more.
    let heard = run(&format!(
        "(setsid sh -c 'echo $$ > {f}; exec sleep 1000' > /dev/null 2>&1 &); while ! [ -s {f} ]; do :; done; echo done",
        f = folder.path().join("daemon").display()
    ));
    assert_eq!(heard.text, "done\n");
    let pid = std::fs::read_to_string(folder.path().join("daemon")).unwrap();
    assert!(dies(pid.trim()), "a daemon of it still runs");
}
