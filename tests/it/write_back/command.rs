//! `reheat write` and the flags of `reheat optimize`, through the real binary.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use reheat::base::units::Gain;
use reheat::measure::{Flag, FlagKind, WatchedFigure};
use reheat::session::event::{Event, EventRecord, VersionId};
use reheat::session::{Journal, Session};

use super::bed::{clean, git, lacks, repository};
use crate::support::fabricated;
use crate::support::home::{FAST, Home, SLOW, WRONG, reply, squares, stderr, stdout, tape};

/// Id of the fabricated session.
const ID: &str = "20260504-093000-pairs";

/// A home with the fabricated session in it and the file that it is about.
pub(super) struct Written {
    home: Home,
    file: PathBuf,
    session: Session,
}

impl Written {
    pub(super) fn new() -> Self {
        Self::with(fabricated())
    }

    fn with(events: Vec<EventRecord>) -> Self {
        let home = Home::new();
        let session = Session::of(&events);
        let mut journal = Journal::create(&home.path("data/sessions").join(ID)).unwrap();
        events.iter().for_each(|e| journal.write(e).unwrap());
        let file = home.write("project/pairs.py", &text(&session, 0));
        Self {
            home,
            file,
            session,
        }
    }

    pub(super) fn version(&self, id: u32) -> String {
        text(&self.session, id)
    }

    pub(super) fn now(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(&["write"]);
        if !args.contains(&"--undo") {
            command.arg("--file").arg(&self.file);
        }
        command.args(args);
        clean(&mut command);
        command
    }

    pub(super) fn write(&self, args: &[&str]) -> (i32, String, String) {
        said(&self.command(args).output().unwrap())
    }

    pub(super) fn show(&self) -> String {
        stdout(&self.home.run(&["show"]))
    }
}

fn text(session: &Session, id: u32) -> String {
    session
        .version(VersionId(id))
        .unwrap()
        .source
        .text
        .to_string()
}

fn said(output: &Output) -> (i32, String, String) {
    (
        output.status.code().unwrap(),
        stdout(output),
        stderr(output),
    )
}

#[test]
fn the_best_version_is_shown_written_remembered_and_taken_back() {
    let it = Written::new();
    let (status, out, err) = it.write(&["--dry-run"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains("v5 would be written"), "{out}");
    assert_eq!(it.now(), it.version(0));

    let (status, out, err) = it.write(&[]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert_eq!(it.now(), it.version(5));
    for words in [
        "@@ -",
        "gain      6.85× faster than the original",
        "12 fresh pairs",
        "memory    peak",
        "Measured by reheat",
        "--undo",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    let show = it.show();
    assert!(show.contains("written back: v5 written to "), "{show}");

    let (status, _, err) = it.write(&[]);
    assert_eq!(status, 1);
    assert!(err.contains("holds this version already"), "{err}");

    let (status, out, err) = it.write(&["--undo"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("is as it was before v5 was written"), "{out}");
    assert_eq!(it.now(), it.version(0));
    assert!(it.show().contains("taken back: by hand"), "{}", it.show());
    let (status, _, err) = it.write(&["--undo"]);
    assert_eq!(status, 1, "{err}");
    assert_eq!(it.now(), it.version(0));
}

#[test]
fn another_version_must_pass_and_what_is_not_better_is_said() {
    let it = Written::new();
    for (version, words) in [
        ("v1", "does not pass"),
        ("v0", "v0 is the original"),
        ("v9", "the session has v0 to v5"),
    ] {
        let (status, out, err) = it.write(&["--version", version]);
        assert_eq!((status, out.as_str()), (1, ""), "{err}");
        assert!(err.contains(words), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }
    assert_eq!(it.write(&["--version", "best"]).0, 2);
    assert_eq!(it.now(), it.version(0));
    let (status, _, err) = it.write(&["--version", "v4"]);
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("v4 is not the best version"), "{err}");
    assert!(
        err.contains("v4 was not compared") || err.contains("no difference"),
        "{err}"
    );
    assert_eq!(it.now(), it.version(4));
}

#[test]
fn a_version_takes_the_place_of_one_that_was_written_before() {
    let it = Written::new();
    assert_eq!(it.write(&["--version", "v4"]).0, 0);
    assert_eq!(it.now(), it.version(4));
    let (status, out, err) = it.write(&["--version", "v5"]);
    assert_eq!(status, 0, "{out}{err}");
    assert_eq!(it.now(), it.version(5));
    assert_eq!(it.write(&["--undo"]).0, 0);
    assert_eq!(it.now(), it.version(4));
    assert_eq!(it.write(&["--undo"]).0, 0);
    assert_eq!(it.now(), it.version(0));

    // What somebody changed afterwards is no write of its own.
    assert_eq!(it.write(&["--version", "v4"]).0, 0);
    let changed = format!("{}\n# mine\n", it.now());
    std::fs::write(&it.file, &changed).unwrap();
    let (status, _, err) = it.write(&["--version", "v5"]);
    assert_eq!((status, it.now()), (1, changed), "{err}");
}

#[test]
fn without_a_better_version_there_is_nothing_to_write() {
    let before_any_win = |h: &EventRecord| !matches!(h.event, Event::Decided { version, .. } if !version.is_original());
    let it = Written::with(
        fabricated()
            .into_iter()
            .take_while(before_any_win)
            .collect(),
    );
    let (status, out, err) = it.write(&[]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert_eq!(
        err,
        "reheat: no better version was found: there is nothing to write\n"
    );
    assert_eq!(it.now(), it.version(0));
}

#[test]
fn what_should_be_looked_at_first_needs_a_yes() {
    let mut events = fabricated();
    for happened in &mut events {
        if let Event::VersionEvaluated {
            version,
            evaluation,
            ..
        } = &mut happened.event
            && *version == VersionId(5)
        {
            evaluation.flags.push(Flag {
                kind: FlagKind::Constants,
                reason: "line 3 holds the expected output of case 04".into(),
            });
        }
    }
    let it = Written::with(events);
    let (status, _, err) = it.write(&[]);
    assert_eq!(status, 1);
    assert!(
        err.contains("line 3 holds the expected output") && err.contains("--yes"),
        "{err}"
    );
    assert_eq!(it.now(), it.version(0));
    let (status, out, err) = it.write(&["--yes"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("look at"), "{out}");
    assert_eq!(it.now(), it.version(5));
}

#[test]
fn a_figure_of_the_bench_that_became_worse_must_be_allowed_by_its_name() {
    let mut events = fabricated();
    for happened in &mut events {
        let Event::VersionEvaluated {
            comparison,
            against_original,
            ..
        } = &mut happened.event
        else {
            continue;
        };
        let both = [comparison.as_mut(), against_original.as_mut()];
        for found in both.into_iter().flatten() {
            for (name, gain, worse) in [("small first", 0.5, true), ("other", 0.99, false)] {
                found.watched.push(WatchedFigure {
                    name: name.into(),
                    gain: Gain(gain),
                    low: Gain(gain * 0.9),
                    high: Gain(gain * 1.01),
                    worse,
                    unknown: false,
                    vanished: false,
                });
            }
        }
    }
    let it = Written::with(events);
    for args in [&[][..], &["--yes"], &["--allow-worse", "other"]] {
        let (status, _, err) = it.write(args);
        assert_eq!(status, 1, "{args:?}: {err}");
        assert!(
            err.contains("the figure small first of the bench became worse by a factor of 2.00")
                && err.contains("--allow-worse 'small first'"),
            "{err}"
        );
        assert_eq!(it.now(), it.version(0));
    }
    let (status, _, err) = it.write(&["--allow-worse", "small first"]);
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("became worse by a factor of 2.00"), "{err}");
    assert_eq!(it.now(), it.version(5));
}

#[test]
fn a_changed_file_is_told_of_and_conflicts_are_shown_but_never_written() {
    let it = Written::new();
    let mine = it.version(0).replacen("Counts", "Tells", 1);
    fs::write(&it.file, &mine).unwrap();
    let (status, _, err) = it.write(&[]);
    assert_eq!(status, 1);
    assert!(err.contains("has changed since"), "{err}");
    assert_eq!(it.now(), mine);
    let (status, out, err) = it.write(&["--merge", "--dry-run"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("v5 would be merged"), "{out}");
    assert!(err.contains("the result has not been measured"), "{err}");
    assert_eq!(it.now(), mine);
    // Every line is the developer's own now: nothing goes together.
    let mine: String = it
        .version(0)
        .lines()
        .map(|l| format!("{l}  # mine\n"))
        .collect();
    fs::write(&it.file, &mine).unwrap();
    let (status, _, err) = it.write(&["--merge"]);
    assert_eq!(status, 1);
    assert!(
        err.contains("changed by both") && err.contains("is now  | "),
        "{err}"
    );
    assert_eq!(it.now(), mine);
    fs::set_permissions(&it.file, fs::Permissions::from_mode(0o444)).unwrap();
    fs::write(it.home.path("x"), "").unwrap();
    let (status, _, err) = it.write(&[]);
    assert_eq!(status, 1);
    assert!(err.contains("read-only"), "{err}");
}

#[test]
fn a_check_has_the_last_word() {
    let it = Written::new();
    let (status, _, err) = it.write(&["--check", "echo looked; grep -q nothing pairs.py"]);
    assert_eq!(status, 1, "{err}");
    assert!(
        err.contains("looked") && err.contains("taken back"),
        "{err}"
    );
    assert_eq!(it.now(), it.version(0));
    assert!(
        it.show().contains("taken back: the check failed"),
        "{}",
        it.show()
    );
    let (status, _, err) = it.write(&["--check", "grep -q import pairs.py"]);
    assert_eq!(status, 0, "{err}");
    assert_eq!(it.now(), it.version(5));
}

#[test]
fn a_session_that_is_open_elsewhere_is_left_alone() {
    let it = Written::new();
    let (_journal, _) = Journal::reopen(&it.home.path("data/sessions").join(ID)).unwrap();
    let (status, _, err) = it.write(&[]);
    assert_eq!(status, 1);
    assert!(err.contains("open in another reheat"), "{err}");
    assert_eq!(it.now(), it.version(0));
}

#[test]
fn a_patch_comes_on_standard_output_or_in_a_file_and_fits() {
    let it = Written::new();
    let (status, patch, err) = it.write(&["--patch", "-"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        patch
            .lines()
            .take_while(|l| l.starts_with('#'))
            .all(|l| l.chars().count() <= 74),
        "{patch}"
    );
    assert!(patch.contains("# gain      6.85× faster"), "{patch}");
    let (status, _, err) = it.write(&["--patch", "nowhere/best.patch"]);
    assert_eq!(status, 2, "{err}");
    let file = it.home.path("best.patch");
    let (status, out, err) = it.write(&["--patch", file.to_str().unwrap()]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("git apply"), "{out}");
    assert_eq!(fs::read_to_string(&file).unwrap(), patch);
    assert_eq!(it.now(), it.version(0));
    if !lacks("patch") {
        let applied = Command::new("patch")
            .args(["-p1", "-i"])
            .arg(&file)
            .current_dir(it.file.parent().unwrap())
            .output()
            .unwrap();
        assert!(applied.status.success(), "{}", stdout(&applied));
        assert_eq!(it.now(), it.version(5));
    }
}

#[test]
fn a_branch_has_the_table_in_its_message_and_needs_git_and_a_name_for_its_author() {
    if lacks("git") {
        return;
    }
    let it = Written::new();
    let root = it.file.parent().unwrap();
    repository(root);
    let (status, out, err) = it.write(&["--branch", "faster"]);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert_eq!(it.now(), it.version(0));
    let message = git(root, &["log", "-1", "--format=%B", "faster"]);
    assert!(
        message.starts_with("Make pairs.py 6.85× faster\n\ngain "),
        "{message}"
    );
    assert!(message.contains("Measured by reheat"), "{message}");
    assert!(
        message.lines().all(|l| l.chars().count() <= 72),
        "{message}"
    );
    assert!(
        it.show().contains("on the new branch faster"),
        "{}",
        it.show()
    );
    let (status, _, err) = it.write(&["--branch", "faster"]);
    assert_eq!(status, 2, "{err}");

    let nobody = it
        .command(&["--branch", "other"])
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "user.useConfigOnly")
        .env("GIT_CONFIG_VALUE_0", "true")
        .env_remove("GIT_AUTHOR_NAME")
        .env_remove("GIT_AUTHOR_EMAIL")
        .env_remove("GIT_COMMITTER_NAME")
        .env_remove("GIT_COMMITTER_EMAIL")
        .env_remove("EMAIL")
        .output()
        .unwrap();
    let (status, _, err) = said(&nobody);
    assert_eq!(status, 1, "{err}");
    assert!(err.contains("git config"), "{err}");
    assert_eq!(git(root, &["branch", "--list", "other"]), "");
    let without = it
        .command(&["--branch", "other"])
        .env("PATH", "/nowhere")
        .output()
        .unwrap();
    let (status, _, err) = said(&without);
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("git is not on"), "{err}");
}

#[test]
fn a_run_writes_its_winner_when_asked_and_only_then() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG), reply(FAST)]);
    let args = [
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--held-out",
        "0",
        "--tape",
        "tape",
        "--rounds",
        "2",
        "--comparison-time",
        "8s",
        "--headless",
    ];
    let run = |more: &[&str]| home.run(&[&args[..], more].concat());
    let refused = run(&["--patch", "-"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    let refused = run(&["--write", "--branch", "x"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(home.sessions().is_empty());

    let now = || fs::read_to_string(home.path("slow.py")).unwrap();
    let output = run(&["--patch", "won.patch"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(now(), SLOW);
    let patch = fs::read_to_string(home.path("won.patch")).unwrap();
    assert!(patch.contains("+++ b/slow.py"), "{patch}");

    let output = run(&["--write"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(
        said.contains("\n@@ -") && said.contains("Measured by reheat"),
        "{said}"
    );
    assert_eq!(now(), FAST);
    let output = home.run(&["write", "--undo"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(now(), SLOW);
}
