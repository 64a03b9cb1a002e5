//! The library as commands: sessions are listed, found, marked, removed and brought back, and what nobody needs is collected.

mod damage;
mod garbage;
mod words;

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use reheat::session::event::{Event, EventRecord};
use reheat::session::{Journal, journal};
use serde_json::Value;

use crate::support::fabricated;
use crate::support::home::{Home, stderr, stdout};

/// A home with sessions in it.
pub(crate) struct Shelf {
    pub home: Home,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        Self { home: Home::new() }
    }

    pub(crate) fn folder(&self, id: &str) -> PathBuf {
        self.home.path("data/sessions").join(id)
    }

    /// Puts the fabricated session there, as `change` makes it, written last so many hours after some morning.
    pub(crate) fn put(&self, id: &str, hour: u64, change: impl Fn(&mut EventRecord)) -> PathBuf {
        let folder = self.folder(id);
        let mut journal = Journal::create(&folder).unwrap();
        for mut record in fabricated() {
            if let Event::SessionStarted { session, .. } = &mut record.event {
                id.clone_into(session);
            }
            change(&mut record);
            journal.write(&record).unwrap();
        }
        drop(journal);
        self.age(id, hour);
        folder
    }

    /// As it is left where it was stopped after its first version.
    pub(crate) fn put_open(&self, id: &str, hour: u64) -> PathBuf {
        let folder = self.put(id, hour, |_| {});
        let file = folder.join(journal::FILE);
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().take(3).collect();
        fs::write(&file, lines.join("\n") + "\n").unwrap();
        self.age(id, hour);
        folder
    }

    pub(crate) fn age(&self, id: &str, hour: u64) {
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 3600 * hour);
        let file = File::options()
            .append(true)
            .open(self.folder(id).join(journal::FILE))
            .unwrap();
        file.set_modified(then).unwrap();
    }

    /// Exit status and everything that was said.
    pub(crate) fn run(&self, args: &[&str]) -> (i32, String) {
        let output = self.home.run(args);
        let said = stdout(&output) + &stderr(&output);
        (output.status.code().unwrap_or(-1), said)
    }

    pub(crate) fn ls(&self, args: &[&str]) -> Vec<Value> {
        let (status, said) = self.run(&[&["ls", "--json"], args].concat());
        assert_eq!(status, 0, "{args:?}: {said}");
        serde_json::from_str(&said).unwrap_or_else(|e| panic!("{args:?}: {e}: {said}"))
    }

    pub(crate) fn ids(&self, args: &[&str]) -> Vec<String> {
        let id = |s: &Value| s["session"].as_str().unwrap().to_owned();
        self.ls(args).iter().map(id).collect()
    }
}

fn renamed(task_name: &'static str, model_name: &'static str) -> impl Fn(&mut EventRecord) {
    move |record| {
        if let Event::SessionStarted { task, model, .. } = &mut record.event {
            task_name.clone_into(&mut task.name);
            model_name.clone_into(model);
        }
    }
}

/// Three sessions: the oldest finished, one that is open, the newest of another task.
fn three() -> Shelf {
    let shelf = Shelf::new();
    shelf.put("2026-01-01-pairs-aaaa", 1, |_| {});
    shelf.put_open("2026-01-02-pairs-bbbb", 2);
    shelf.put("2026-01-03-knots-cccc", 3, renamed("knots", "Qwen-coder"));
    shelf
}

const A: &str = "2026-01-01-pairs-aaaa";
const B: &str = "2026-01-02-pairs-bbbb";
const C: &str = "2026-01-03-knots-cccc";

#[test]
fn an_empty_library_is_an_empty_array() {
    let shelf = Shelf::new();
    assert_eq!(shelf.run(&["ls", "--json"]), (0, "[]\n".into()));
    let (status, said) = shelf.run(&["ls"]);
    assert!(
        status == 0 && said.starts_with("no sessions yet in "),
        "{said}"
    );
    for name in [&[][..], &["last"], &["anything"]] {
        let (status, said) = shelf.run(&[&["show"], name].concat());
        assert!(status == 2 && said.starts_with("reheat: "), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn every_session_is_an_object_that_keeps_the_contract() {
    let shelf = three();
    let all = shelf.ls(&[]);
    let ids: Vec<&str> = all.iter().map(|s| s["session"].as_str().unwrap()).collect();
    assert_eq!(ids, [C, B, A], "the newest first");
    for s in &all {
        let mut fields: Vec<&String> = s.as_object().unwrap().keys().collect();
        fields.sort();
        assert_eq!(
            fields,
            [
                "archived",
                "best",
                "bytes",
                "date",
                "gain",
                "language",
                "model",
                "objective",
                "pinned",
                "rounds",
                "session",
                "started",
                "state",
                "tags",
                "task",
                "title",
                "trouble"
            ]
        );
        assert!(s["date"].as_str().unwrap().starts_with("2023-11-1"), "{s}");
        assert!(s["bytes"].as_u64().unwrap() > 100, "{s}");
        assert_eq!(s["objective"], "time");
        assert_eq!(s["tags"], Value::Array(Vec::new()));
        assert_eq!(
            (s["pinned"].as_bool(), s["archived"].as_bool()),
            (Some(false), Some(false))
        );
        assert!(s["title"].is_null() && s["trouble"].is_null(), "{s}");
    }
    // What it says is what the session says.
    let (_, shown) = shelf.run(&["show", A, "--json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let a = &all[2];
    assert_eq!(a["best"], shown["best_version"]);
    assert_eq!(a["rounds"], shown["rounds"].as_array().unwrap().len());
    assert_eq!(
        (&a["model"], &a["task"], &a["state"]),
        (&shown["model"], &shown["task"]["name"], &"finished".into())
    );
    let measured = &shown["comparison"];
    let (gain, low) = (&a["gain"]["value"], &a["gain"]["low"]);
    assert!(
        gain == &measured["gain"]
            && low == &measured["low"]
            && a["gain"]["high"] == measured["high"],
        "{a}"
    );
    // One that found nothing yet.
    let b = &all[1];
    assert_eq!(
        (&b["state"], b["rounds"].as_u64()),
        (&"open".into(), Some(0))
    );
    assert!(b["gain"].is_null() && b["best"].is_null(), "{b}");
}

#[test]
fn the_table_has_a_line_a_session_and_show_list_is_the_same() {
    let shelf = three();
    let (status, table) = shelf.run(&["ls"]);
    assert_eq!(status, 0);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    for (line, id) in lines[1..].iter().zip([C, B, A]) {
        assert!(line.starts_with(id), "{table}");
    }
    assert!(
        lines[1].contains("knots") && lines[1].contains("Qwen-coder"),
        "{table}"
    );
    assert!(
        lines[2].contains("open") && lines[3].contains("finished"),
        "{table}"
    );
    assert_eq!(shelf.run(&["show", "--list"]), (0, table));
}

#[test]
fn lists_are_sorted_and_filtered() {
    let shelf = three();
    for (args, expected) in [
        (&["--sort", "date"][..], &[C, B, A][..]),
        (&["--sort", "gain"], &[C, A, B]),
        (&["--sort", "rounds"], &[C, A, B]),
        (&["--sort", "task"], &[C, B, A]),
        (&["--task", "pair"], &[B, A]),
        (&["--model", "qwen-C"], &[C]),
        (&["--state", "open"], &[B]),
        (&["--state", "finished,open"], &[C, B, A]),
        (&["--state", "damaged"], &[]),
        (&["--state", "finished", "--task", "pairs"], &[A]),
        (&["--archived"], &[]),
    ] {
        assert_eq!(shelf.ids(args), expected, "{args:?}");
    }
    assert_eq!(shelf.ids(&["--sort", "size"])[2], B);
    let (status, said) = shelf.run(&["ls", "--state", "tired"]);
    assert!(status == 2 && said.contains("unreadable"), "{said}");
    let (status, said) = shelf.run(&["ls", "--task", "nothing like it"]);
    assert_eq!((status, said.as_str()), (0, "none of 3 sessions fits\n"));
}

#[test]
fn a_session_is_named_by_its_id_its_beginning_a_part_of_it_or_as_the_last() {
    let shelf = three();
    // Its beginning goes before a part: here one that another id has in it.
    shelf.put("knots-dddd", 0, |_| {});
    let named = |name: &str| {
        let (status, said) = shelf.run(&["show", name]);
        let first = said.lines().next().unwrap_or_default().to_owned();
        (status, first.replace("session   ", ""))
    };
    for (name, id) in [
        (A, A),
        ("2026-01-02", B),
        ("bbbb", B),
        ("knots", "knots-dddd"),
        ("last", C),
    ] {
        assert_eq!(named(name), (0, id.to_owned()), "{name}");
    }
    assert_eq!(shelf.run(&["show"]), shelf.run(&["show", "last"]));
    for command in [&["show"][..], &["resume"], &["write"], &["rm"], &["mark"]] {
        let (status, said) = shelf.run(&[command, &["2026-01-0"]].concat());
        assert_eq!(status, 2, "{command:?}: {said}");
        assert!(
            said.contains("fits 3 sessions") && [A, B, C].iter().all(|id| said.contains(id)),
            "{command:?}: {said}"
        );
        let (status, said) = shelf.run(&[command, &["nowhere"]].concat());
        assert_eq!(status, 2, "{command:?}: {said}");
        assert!(
            said.contains("no session `nowhere`") && said.contains(C),
            "{command:?}: {said}"
        );
        // Nothing outside of the folder of sessions has a name.
        let (status, said) = shelf.run(&[command, &["../sessions"]].concat());
        assert!(
            status == 2 && said.contains("no session"),
            "{command:?}: {said}"
        );
    }
    assert_eq!(shelf.ids(&[]).len(), 4);
}

#[test]
fn marks_are_kept_beside_the_journal_and_seen_at_once() {
    let shelf = three();
    assert_eq!(shelf.ids(&[]), [C, B, A]);
    let before = fs::read(shelf.folder(A).join(journal::FILE)).unwrap();
    // Somebody has it open.
    let (open, _) = Journal::reopen(&shelf.folder(A)).unwrap();
    let (status, said) = shelf.run(&[
        "mark",
        "aaaa",
        "--title",
        "sorted input",
        "--tag",
        "paper",
        "--tag",
        "v2",
        "--pin",
    ]);
    assert_eq!(
        (status, said.as_str()),
        (
            0,
            &*format!("{A}: “sorted input” · #paper · #v2 · pinned\n")
        )
    );
    drop(open);
    assert_eq!(
        fs::read(shelf.folder(A).join(journal::FILE)).unwrap(),
        before
    );
    let all = shelf.ls(&[]);
    let a = &all[0];
    assert_eq!(a["session"], A, "pinned, it comes first");
    assert_eq!(
        (&a["title"], &a["tags"], &a["pinned"]),
        (
            &"sorted input".into(),
            &serde_json::json!(["paper", "v2"]),
            &true.into()
        )
    );
    assert_eq!(shelf.ids(&["--tag", "paper", "--tag", "v2"]), [A]);
    assert_eq!(shelf.ids(&["--tag", "pap"]), [""; 0]);
    let (_, table) = shelf.run(&["ls"]);
    assert!(
        table
            .lines()
            .nth(1)
            .unwrap()
            .contains("#paper · #v2 · “sorted input”"),
        "{table}"
    );
    // Each change at once, whatever the index holds.
    shelf.run(&["mark", A, "--untag", "paper", "--title", "", "--unpin"]);
    assert_eq!(shelf.ids(&[]), [C, B, A]);
    assert_eq!(shelf.ls(&[])[2]["tags"], serde_json::json!(["v2"]));
    assert_eq!(shelf.run(&["mark", A]), (0, format!("{A}: #v2\n")));
    // Several at once; archived, they are left out.
    assert_eq!(shelf.run(&["mark", A, B, "--archive"]).0, 0);
    assert_eq!(shelf.ids(&[]), [C]);
    assert_eq!(shelf.ids(&["--archived"]), [B, A]);
    assert_eq!(shelf.ids(&["--all"]), [C, B, A]);
    let library = reheat::session::Library::new(&shelf.home.path("data"));
    assert_eq!(library.recent(5).len(), 1);
    shelf.run(&["mark", B, "--unarchive"]);
    assert_eq!(shelf.ids(&[]), [C, B]);
}

#[test]
fn what_is_no_mark_is_refused_and_changes_nothing() {
    let shelf = three();
    let long = "x".repeat(300);
    for args in [
        &["--tag", "two words"][..],
        &["--tag", ""],
        &["--tag", "a,b"],
        &["--title", "red \u{1b}[31m"],
        &["--title", "two\nlines"],
        &["--title", &long],
    ] {
        let (status, said) = shelf.run(&[&["mark", A], args].concat());
        assert!(status == 1 && said.contains("at most"), "{args:?}: {said}");
        assert!(!said.contains('\u{1b}'), "{said}");
    }
    assert!(!shelf.folder(A).join("marks.json").exists());
    let (status, _) = shelf.run(&["mark", A, "--pin", "--unpin"]);
    assert_eq!(status, 2);
    // Damaged ones are said, and hide nothing.
    for text in ["{", "7", "{\"title\": \"\\u001b[31m\"}", "{\"tags\": 7}"] {
        fs::write(shelf.folder(A).join("marks.json"), text).unwrap();
        let a = shelf.ls(&[]).remove(2);
        assert_eq!(
            (&a["session"], &a["state"]),
            (&A.into(), &"finished".into())
        );
        assert!(a["trouble"].as_str().unwrap().contains("marks.json"), "{a}");
        assert!(!a["gain"].is_null(), "{a}");
        let (status, said) = shelf.run(&["mark", A, "--pin"]);
        assert!(status == 1 && said.contains("to begin anew"), "{said}");
        let (_, table) = shelf.run(&["ls"]);
        assert!(
            table.contains("finished · its marks cannot be read"),
            "{table}"
        );
    }
}

#[test]
fn what_is_removed_can_be_brought_back() {
    let shelf = three();
    let all = shelf.ls(&[]);
    let (status, said) = shelf.run(&["rm", "aaaa", "knots", A]);
    assert!(
        status == 0 && said.starts_with("2 sessions") && said.contains("--undo"),
        "{said}"
    );
    assert_eq!(shelf.ids(&[]), [B]);
    assert_eq!(shelf.run(&["rm", "last"]).0, 0);
    assert_eq!(shelf.ids(&[]), [""; 0]);
    // The last removal first.
    assert_eq!(
        shelf.run(&["rm", "--undo"]),
        (0, format!("session {B} is there again\n"))
    );
    assert_eq!(shelf.ids(&[]), [B]);
    assert_eq!(shelf.run(&["rm", "--undo"]).0, 0);
    assert_eq!(shelf.ls(&[]), all);
    let (status, said) = shelf.run(&["rm", "--undo"]);
    assert!(
        status == 1 && said.contains("nothing that was removed"),
        "{said}"
    );
    // Another one has its name meanwhile.
    shelf.run(&["rm", A]);
    shelf.put(A, 9, |_| {});
    let (status, said) = shelf.run(&["rm", "--undo"]);
    assert!(status == 1 && said.contains("has its name now"), "{said}");
    assert_eq!(shelf.run(&["rm"]).0, 2);
}

#[test]
fn what_is_open_elsewhere_or_pinned_is_not_removed_and_nothing_with_it() {
    let shelf = three();
    let (open, _) = Journal::reopen(&shelf.folder(B)).unwrap();
    let (status, said) = shelf.run(&["rm", A, B]);
    assert!(
        status == 1 && said.contains("open in another reheat"),
        "{said}"
    );
    assert_eq!(shelf.ids(&[]), [C, B, A]);
    if cfg!(target_os = "linux") {
        assert_eq!(shelf.ids(&["--state", "running"]), [B]);
        assert_eq!(shelf.ids(&["--state", "open"]), [""; 0]);
    }
    drop(open);
    assert_eq!(shelf.ids(&["--state", "open"]), [B]);
    shelf.run(&["mark", C, "--pin"]);
    let (status, said) = shelf.run(&["rm", B, C]);
    assert!(status == 1 && said.contains("--unpin"), "{said}");
    assert_eq!(shelf.ids(&[]).len(), 3);
}
