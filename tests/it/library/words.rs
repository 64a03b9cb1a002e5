//! Sessions are found by what was written in them.

use std::fs;

use reheat::session::Journal;
use reheat::session::event::{Event, EventRecord, Steer, VersionId};
use reheat::session::journal::LARGE;

use super::Shelf;

fn steer(steer: Steer) -> EventRecord {
    EventRecord {
        at: jiff::Timestamp::UNIX_EPOCH,
        event: Event::Steered { steer },
    }
}

#[test]
fn words_are_found_in_code_prompts_replies_hints_and_notes() {
    let shelf = Shelf::new();
    let word = |n: usize| format!("Zyx{n}q");
    let kept = |n: usize, change: &dyn Fn(&mut EventRecord, &str)| {
        shelf.put(&format!("s{n}"), n as u64, |record| {
            change(record, &word(n))
        });
    };
    kept(0, &|record, word| {
        if let Event::VersionCreated { source, .. } = &mut record.event {
            source.text = format!("{}# {word}\n", source.text).into();
        }
    });
    kept(1, &|record, word| {
        if let Event::PromptSent { prompt, .. } = &mut record.event {
            *prompt = word.into();
        }
    });
    kept(2, &|record, word| {
        if let Event::ReplyEnded { text, .. } = &mut record.event {
            *text = format!("“{word}”, \\ it says").into();
        }
    });
    kept(3, &|record, word| {
        if let Event::RoundStarted { hint, .. } = &mut record.event {
            word.clone_into(hint);
        }
    });
    // A text that lies beside the journal, across the pieces that it is read in.
    kept(4, &|record, word| {
        if let Event::ReplyEnded { text, .. } = &mut record.event {
            let before = "é".repeat((1 << 19) - 2);
            *text = format!("{before}{word}{}", "x".repeat(LARGE)).into();
        }
    });
    for n in [5, 6] {
        let folder = shelf.put(&format!("s{n}"), n, |_| {});
        let (mut journal, _) = Journal::reopen(&folder).unwrap();
        let text = word(n as usize);
        let steered = match n {
            5 => steer(Steer::Hint { text }),
            _ => steer(Steer::Annotate {
                version: VersionId::ORIGINAL,
                note: text,
            }),
        };
        journal.write(&steered).unwrap();
        drop(journal);
        shelf.age(&format!("s{n}"), n);
    }
    for n in 0..7 {
        for word in [word(n), word(n).to_uppercase(), word(n)[1..].to_owned()] {
            assert_eq!(shelf.ids(&["--find", &word]), [format!("s{n}")], "{word}");
        }
    }
    assert_eq!(shelf.ids(&["--find", "zyx"]).len(), 7);
    // All words, wherever each of them stands, and nothing of what else a journal holds.
    assert_eq!(shelf.ids(&["--find", "zyx4q é"]), ["s4"]);
    assert_eq!(shelf.ids(&["--find", "zyx4q zyx3q"]), [""; 0]);
    for word in ["reheat_journal", "version_created", "peak_bytes"] {
        assert_eq!(shelf.ids(&["--find", word]), [""; 0], "{word}");
    }
    // Of what is damaged the rest is still looked through.
    let texts = fs::read_dir(shelf.folder("s4").join("texts")).unwrap();
    texts.for_each(|t| fs::remove_file(t.unwrap().path()).unwrap());
    assert_eq!(shelf.ids(&["--find", "zyx4q"]), [""; 0]);
    assert!(shelf.ids(&["--find", "def"]).contains(&"s4".to_owned()));
}
