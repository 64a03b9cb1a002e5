//! What writing and reading a tape promise one another; what is refused is tried in `tests/it/tapes`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::session::event::Finish;
use crate::task::Source;
use crate::task::portable::Blob;

fn tape() -> SessionTape {
    let reply = |round, candidate, text: &str| TapeReply {
        round,
        candidate,
        reply: Recorded {
            model: "m".into(),
            text: text.into(),
            reasoning: "so".into(),
            chunks: vec![(5, 1), (900_000_000, 2)],
            finish: Finish::Stop,
        },
    };
    let version = |version, round, candidate| TapeVersion {
        version,
        round,
        candidate,
        gain: Some(Gain(1.5)),
        ..TapeVersion::default()
    };
    let round = |round, parent, candidates| TapeRound {
        round,
        parent,
        candidates,
        hint: "é\n".into(),
        ..TapeRound::default()
    };
    SessionTape {
        header: TapeHeader {
            reheat_tape: FORMAT,
            ..TapeHeader::default()
        },
        task: PortableTask {
            name: "t".into(),
            language: "python".into(),
            source: Some(Source {
                file_name: "t.py".into(),
                text: "print(input())\n".into(),
            }),
            ..PortableTask::default()
        },
        cases: vec![PortableCase {
            name: "1".into(),
            input: Blob((*b"\xff\n").into()),
            expected: Some(Blob((*b"\xff\n").into())),
            status: None,
        }],
        rounds: vec![round(1, 0, 2), round(2, 2, 1), round(3, 4, 1)],
        replies: vec![
            reply(1, 1, "ab"),
            reply(1, 2, "cd"),
            reply(2, 0, "ef"),
            reply(3, 0, "gh"),
        ],
        // v4 was made by hand.
        versions: vec![
            version(0, 0, 0),
            version(1, 1, 1),
            version(2, 1, 2),
            version(3, 2, 0),
            version(4, 0, 0),
        ],
        ..SessionTape::default()
    }
}

#[test]
fn what_was_written_is_read_and_no_reply_waits_for_ever() {
    let text = tape().to_text().unwrap();
    assert!(is_session_tape(text.as_bytes()) && !is_session_tape(b"{\"model\":\"m\"}\n"));
    let mut back = read_text("t", text.as_bytes()).unwrap();
    let half_an_hour = 30 * 60 * 1_000;
    for reply in &mut back.replies {
        assert_eq!(reply.reply.chunks[1].0, half_an_hour);
        reply.reply.chunks[1].0 = 900_000_000;
    }
    assert_eq!(back.to_text().unwrap(), text);
    assert_eq!(back.provider().len(), 4);
}

#[test]
fn a_round_shows_what_its_reply_was_written_for() {
    let parents: Vec<_> = tape().script().into_iter().map(|r| r.parent).collect();
    assert_eq!(parents, [Some((0, 0)), Some((1, 2)), None]);
}

#[test]
fn what_nobody_could_read_is_not_written() {
    let mut large = tape();
    large.cases[0].input = Blob(vec![b'x'; LONGEST_LINE].into());
    assert!(
        large
            .to_text()
            .unwrap_err()
            .contains("a case of it would be a line of")
    );
    let mut many = tape();
    many.cases = vec![large.cases[0].clone(); 5];
    for case in &mut many.cases {
        case.input = Blob(vec![b'x'; LONGEST_LINE - 1_000].into());
    }
    assert!(
        many.to_text()
            .unwrap_err()
            .contains("its cases are too large")
    );
}
