//! What is collected is what nobody needs, and nothing else.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use reheat::session::event::Event;
use reheat::session::journal::{self, Journal, LARGE};

use super::Shelf;

/// Makes a file or a folder an hour older.
fn age(path: &Path) {
    let then = SystemTime::now() - Duration::from_secs(3600);
    File::open(path).unwrap().set_modified(then).unwrap();
}

fn everything(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        all.push(path.display().to_string());
        if path.is_dir() {
            left.extend(fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        }
    }
    all.sort();
    all
}

#[test]
fn nothing_that_is_needed_is_collected() {
    let shelf = Shelf::new();
    assert_eq!(shelf.run(&["gc"]), (0, "0 B freed\n".into()));
    let folder = shelf.put("whole", 1, |record| {
        if let Event::VersionCreated { source, .. } = &mut record.event {
            source.text = format!("{}{}", source.text, "# more\n".repeat(LARGE / 5)).into();
        }
    });
    let mentioned = fs::read_dir(folder.join("texts")).unwrap().count();
    assert!(mentioned > 2);
    let unmentioned = |id: &str, text: &str| {
        let texts = shelf.folder(id).join("texts");
        fs::create_dir_all(&texts).unwrap();
        let name = blake3::hash(text.as_bytes()).to_hex();
        fs::write(texts.join(name.as_str()), text).unwrap();
    };
    unmentioned("whole", "nobody wants me");
    for half in [
        folder.join("texts"),
        folder.clone(),
        shelf.home.path("data"),
    ] {
        fs::write(half.join(".reheat-Ab12"), "half").unwrap();
        age(&half.join(".reheat-Ab12"));
    }
    fs::write(folder.join(".reheat-now"), "half").unwrap();
    // Not ours.
    fs::write(folder.join("texts/notes.txt"), "mine").unwrap();
    fs::create_dir(folder.join("before")).unwrap();
    fs::write(folder.join("before").join("a".repeat(64)), "the user's").unwrap();

    let make = |id: &str, journal: &str| {
        fs::create_dir_all(shelf.folder(id)).unwrap();
        let file = shelf.folder(id).join(journal::FILE);
        fs::write(&file, journal).unwrap();
        age(&file);
    };
    make("never-began", "{\"reheat_journal\":1}\n");
    make("cut-at-once", "{\"reheat_journal\":1}\n{\"at\":\"2026");
    make("empty", "");
    // Nobody knows what these are, or what else they mention.
    make("garbage", "what is this");
    make("future", "{\"reheat_journal\":99}\n{}\n");
    unmentioned("future", "mentioned in a way of tomorrow?");
    make("with-more", "");
    fs::write(shelf.folder("with-more").join("notes.txt"), "mine").unwrap();
    make("pinned", "");
    shelf.run(&["mark", "pinned", "--pin"]);
    fs::create_dir(shelf.folder("no-journal")).unwrap();
    fs::write(shelf.folder("no-journal").join("notes.txt"), "mine").unwrap();
    // One is being made this moment, another is on, and has written a text that it will mention next.
    fs::create_dir(shelf.folder("just-made")).unwrap();
    shelf.put_open("on", 1);
    unmentioned("on", "soon");
    let (on, _) = Journal::reopen(&shelf.folder("on")).unwrap();
    let on_at_once = Journal::create(&shelf.folder("on-at-once")).unwrap();
    age(&shelf.folder("on-at-once").join(journal::FILE));
    // Removed.
    shelf.put("removed", 1, |_| {});
    assert_eq!(shelf.run(&["rm", "removed"]).0, 0);

    let before = everything(&shelf.home.path("data"));
    let (status, said) = shelf.run(&["gc", "--dry-run"]);
    assert_eq!(status, 0, "{said}");
    for line in [
        "1 session in the trash: ",
        "3 sessions that never began: ",
        "1 text that no journal mentions: ",
        "3 files of programs that were killed: 12 B",
        " would be freed",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert_eq!(everything(&shelf.home.path("data")), before);
    let (status, freed) = shelf.run(&["gc"]);
    assert_eq!(
        (status, freed),
        (0, said.replace("would be freed", "freed"))
    );
    let gone: Vec<String> = {
        let after = everything(&shelf.home.path("data"));
        before.into_iter().filter(|p| !after.contains(p)).collect()
    };
    for kept in [
        "before",
        ".reheat-now",
        "notes.txt",
        "garbage",
        "future",
        "with-more",
        "pinned",
        "no-journal",
        "just-made",
        "on",
    ] {
        assert!(
            shelf.folder("whole").is_dir() && !gone.iter().any(|p| p.contains(&format!("/{kept}"))),
            "{kept}: {gone:?}"
        );
    }
    assert_eq!(
        fs::read_dir(folder.join("texts")).unwrap().count(),
        mentioned + 1
    );
    assert_eq!(shelf.ls(&["--state", "damaged"]).len(), 0);
    assert_eq!(shelf.run(&["gc"]), (0, "0 B freed\n".into()));
    let (status, said) = shelf.run(&["rm", "--undo"]);
    assert!(
        status == 1 && said.contains("nothing that was removed"),
        "{said}"
    );
    drop((on, on_at_once));
    // With nobody at it the text of the one that was on is like any other, and the other has not begun.
    let (_, said) = shelf.run(&["gc"]);
    assert!(
        said.contains("1 session that never began") && said.contains("1 text that no journal"),
        "{said}"
    );
}
