//! What a [`Tape`] promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;

fn question() -> Question {
    Question {
        round: 1,
        prompt: Arc::from("how?"),
        temperature: None,
        max_tokens: None,
    }
}

fn heard(tape: &Tape) -> (String, String, End) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (mut text, mut reasoning, mut end) = (String::new(), String::new(), None);
        let mut parts = tape.ask(question());
        while let Some(part) = parts.next().await {
            assert!(end.is_none(), "nothing comes after the end");
            match part {
                Delta::Text(t) => text.push_str(&t),
                Delta::Reasoning(t) => reasoning.push_str(&t),
                Delta::End(e) => end = Some(e),
                other => panic!("{other:?}"),
            }
        }
        (text, reasoning, end.unwrap())
    })
}

const TWO: &str = "{\"model\":\"m\",\"text\":\"<think>hm, so</think>one é  two\\n\"}\n\n{\"model\":\"m\",\"text\":\"b\",\"reasoning\":\"why\",\"chunks\":[[900,1]]}\n";

#[test]
fn replies_come_in_order_and_then_the_tape_has_ended() {
    for speed in [0.0, 1.0, 40.0, f64::INFINITY, f64::NAN] {
        let tape = Tape::from_text("t", TWO).unwrap().with_speed(speed);
        let (text, reasoning, end) = heard(&tape);
        assert_eq!(
            (text.as_str(), reasoning.as_str(), end.finish),
            ("one é  two\n", "hm, so", Finish::Stop),
            "{speed}"
        );
        assert_eq!(heard(&tape).1, "why");
        let (_, _, end) = heard(&tape);
        assert_eq!(
            (end.finish, end.error.as_str(), end.again),
            (Finish::Failed, "the tape has ended", false)
        );
    }
    assert_eq!(heard(&Tape::from_text("t", TWO).unwrap().skip(1)).0, "b");
    assert_eq!(Tape::from_text("t", TWO).unwrap().name(), "tape of m");
}

#[test]
fn what_nobody_heard_to_its_end_is_played_again() {
    let tape = Tape::from_text("t", TWO).unwrap().with_speed(0.0);
    drop(tape.ask(question()));
    assert_eq!(heard(&tape).0, "one é  two\n");
}

#[test]
fn a_tape_takes_its_time_and_can_be_held() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let tape = Tape::from_text("t", TWO).unwrap().skip(1);
        let started = tokio::time::Instant::now();
        let _ = tape.ask(question()).collect::<Vec<_>>().await;
        assert!(
            started.elapsed() >= Duration::from_millis(890),
            "it was recorded with 900 ms"
        );
        let tape = Tape::from_text("t", TWO).unwrap();
        tape.pace().hold(true);
        tape.pace().set_speed(0.0);
        let mut parts = tape.ask(question());
        assert!(
            tokio::time::timeout(Duration::from_millis(100), parts.next())
                .await
                .is_err()
        );
        tape.pace().hold(false);
        assert!(parts.next().await.is_some());
    });
}

#[test]
fn journals_are_tapes_even_with_half_a_last_line() {
    let usage = "\"usage\":{\"prompt_tokens\":1,\"reply_tokens\":1,\"counted\":true}";
    let journal = format!(
        "{{\"reheat_journal\":1}}\n{{\"at\":\"2026-01-01T00:00:00Z\",\"event\":\"noted\",\"text\":\"x\"}}\n\
         {{\"event\":\"reply_ended\",\"round\":1,\"model\":\"q\",\"text\":\"a\",{usage},\"finish\":\"stop\"}}\n\
         {{\"event\":\"reply_ended\",\"round\":2,\"model\":\"q\",\"text\":\"\",{usage},\"finish\":\"failed\"}}\n{{\"event\":\"rep"
    );
    assert_eq!(Tape::from_text("j", &journal).unwrap().len(), 1);
}

#[test]
fn bad_tapes_are_named() {
    for (text, expected) in [
        ("", "no reply"),
        ("{\"text\":1}", "line 1"),
        (
            "{\"model\":\"m\",\"text\":\"a\"}\n{\"mod",
            "line 2: not JSON",
        ),
        ("[]", "line 1"),
    ] {
        let error = Tape::from_text("t", text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let odd = Tape::from_text("t", "{\"text\":\"é\",\"chunks\":[[1,1],[5,900],[2,0]]}").unwrap();
    assert_eq!(heard(&odd).0, "é");
}

#[test]
fn a_folder_of_replies_is_a_tape() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("10.md", "ten"),
        ("02.md", "two"),
        ("README.md", "no"),
        ("01.md", "one"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let tape = Tape::from_path(folder.path()).unwrap();
    assert_eq!(
        (heard(&tape).0, heard(&tape).0, heard(&tape).0),
        ("one".into(), "two".into(), "ten".into())
    );
    assert!(Tape::from_path(&folder.path().join("none")).is_err());
}
