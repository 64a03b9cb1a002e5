//! What is written, what is kept of the file, and taking it back.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::{Duration, SystemTime};

use reheat::session::written::WriteMethod;
use reheat::write_back::{FileState, Replacement, WriteError, take_back};

use super::bed::{Bed, NEW, OLD};

#[test]
fn a_version_is_written_and_taken_back_with_permissions_and_attributes() {
    let bed = Bed::new();
    fs::set_permissions(&bed.file, fs::Permissions::from_mode(0o751)).unwrap();
    let flags = rustix::fs::XattrFlags::empty();
    let marked = rustix::fs::setxattr(&bed.file, "user.mine", b"kept", flags).is_ok();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&bed.file, Some(1234), Some(4321)).unwrap();
    }
    let long_ago = SystemTime::now() - Duration::from_secs(1000);
    fs::File::open(&bed.file)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    let before = fs::metadata(&bed.file).unwrap();

    let plan = bed.plan();
    assert!(
        plan.diff().starts_with("@@ -1,10 +1,7 @@ def slow(n):\n"),
        "{}",
        plan.diff()
    );
    let done = bed.write(&plan, false).unwrap();
    assert_eq!(bed.text(), NEW);
    assert_eq!(done.record.how, WriteMethod::File);
    assert_eq!(done.lost, Vec::<String>::new());
    let kept = |before: &fs::Metadata| {
        let now = fs::metadata(&bed.file).unwrap();
        assert_eq!(now.mode(), before.mode());
        assert_eq!((now.uid(), now.gid()), (before.uid(), before.gid()));
        assert!(now.modified().unwrap() > before.modified().unwrap());
        if marked {
            let mut value = [0; 8];
            let n = rustix::fs::getxattr(&bed.file, "user.mine", &mut value).unwrap();
            assert_eq!(&value[..n], b"kept");
        }
    };
    kept(&before);
    assert_eq!(bed.names(), ["slow.py"]);

    take_back(&done.record, &bed.backups).unwrap();
    assert_eq!(bed.text(), OLD);
    kept(&before);
    let again = take_back(&done.record, &bed.backups).unwrap_err();
    assert!(matches!(again, WriteError::AsBefore(_)), "{again}");
}

#[test]
fn what_came_after_the_write_is_not_taken_back() {
    let bed = Bed::new();
    let done = bed.write(&bed.plan(), false).unwrap();
    let later = format!("{NEW}# mine\n");
    fs::write(&bed.file, &later).unwrap();
    let why = take_back(&done.record, &bed.backups).unwrap_err();
    assert!(
        why.to_string().contains("has changed since it was written"),
        "{why}"
    );
    assert_eq!(bed.text(), later);
    // What the sentence names is what was there before.
    let WriteError::Later(_, kept) = why else {
        panic!("{why}")
    };
    assert_eq!(fs::read_to_string(kept).unwrap(), OLD);
}

#[test]
fn line_endings_byte_order_marks_and_a_missing_last_newline_stay() {
    let windows = |text: &str| text.replace('\n', "\r\n");
    let shapes: [&dyn Fn(&str) -> String; 5] = [
        &|t| windows(t),
        &|t| format!("\u{feff}{t}"),
        &|t| t.trim_end().to_owned(),
        &|t| format!("\u{feff}{}", windows(t).trim_end()),
        // Both kinds of ending in one file: lines that stay keep theirs.
        &|t| {
            t.replace(
                "def other():\n    return 1\n",
                "def other():\r\n    return 1\r\n",
            )
        },
    ];
    for shape in shapes {
        let bed = Bed::with("slow.py", &shape(OLD));
        // The version comes with plain endings, whatever the file has.
        let plan = Replacement::make(&bed.file, &shape(OLD), NEW).unwrap();
        let done = bed.write(&plan, false).unwrap();
        assert_eq!(bed.text(), shape(NEW));
        take_back(&done.record, &bed.backups).unwrap();
        assert_eq!(bed.text(), shape(OLD));
    }
}

#[test]
fn a_link_stays_and_its_file_is_written() {
    let bed = Bed::new();
    let link = bed.path("link.py");
    std::os::unix::fs::symlink("project/slow.py", &link).unwrap();
    fs::hard_link(&bed.file, bed.path("twin.py")).unwrap();
    let plan = Replacement::make(&link, OLD, NEW).unwrap();
    let notes = plan.place.notes().join("\n");
    assert!(notes.contains("is a link; it stays"), "{notes}");
    assert!(
        notes.contains("1 other name (a hard link), which keeps the old text"),
        "{notes}"
    );
    let done = bed.write(&plan, false).unwrap();
    assert!(link.is_symlink());
    assert_eq!(bed.text(), NEW);
    assert_eq!(fs::read_to_string(bed.path("twin.py")).unwrap(), OLD);
    take_back(&done.record, &bed.backups).unwrap();
    assert_eq!(fs::read_to_string(&link).unwrap(), OLD);
    assert!(link.is_symlink());
}

#[test]
fn a_changed_file_is_merged_only_when_asked_and_only_without_conflict() {
    let bed = Bed::new();
    let mine = OLD.replace("return 1", "return 2");
    fs::write(&bed.file, mine.replace('\n', "\r\n")).unwrap();
    let plan = bed.plan();
    let why = bed.write(&plan, false).unwrap_err().to_string();
    assert!(
        why.contains("--merge") && why.contains("nothing is written"),
        "{why}"
    );
    assert_eq!(bed.text(), mine.replace('\n', "\r\n"));
    let done = bed.write(&plan, true).unwrap();
    assert_eq!(done.record.how, WriteMethod::Merged);
    let both = NEW.replace("return 1", "return 2").replace('\n', "\r\n");
    assert_eq!(bed.text(), both);
    take_back(&done.record, &bed.backups).unwrap();
    assert_eq!(bed.text(), mine.replace('\n', "\r\n"));

    let mine = OLD.replace("total += i", "total += i * 1");
    fs::write(&bed.file, &mine).unwrap();
    let plan = bed.plan();
    let FileState::Conflicts(conflicts) = &plan.state else {
        panic!("{:?}", plan.state)
    };
    assert_eq!(conflicts.len(), 1);
    assert!(
        conflicts[0].file.contains("total += i * 1"),
        "{conflicts:?}"
    );
    assert!(
        conflicts[0].version.contains("return n * (n - 1) // 2"),
        "{conflicts:?}"
    );
    let why = bed.write(&plan, true).unwrap_err().to_string();
    assert!(
        why.contains("same places") && why.contains("line 4"),
        "{why}"
    );
    assert_eq!(bed.text(), mine);
}

#[test]
fn an_editor_that_saves_at_the_last_moment_wins() {
    let bed = Bed::new();
    let plan = bed.plan();
    let mut save = || fs::write(&bed.file, "mine\n").unwrap();
    let (done, told) = bed.write_and(&plan, false, None, Some(&mut save));
    let why = done.unwrap_err().to_string();
    assert!(why.contains("at this very moment"), "{why}");
    assert_eq!(bed.text(), "mine\n");
    assert_eq!(told, []);
    assert_eq!(bed.names(), ["slow.py"]);
}

#[test]
fn killed_between_writing_and_renaming_the_old_file_is_whole_and_nothing_stays() {
    const HERE: &str = "REHEAT_TEST_KILLED_IN";
    if let Some(file) = std::env::var_os(HERE) {
        // The child: dies at the worst moment.
        let bed = Bed::new();
        let plan = Replacement::make(file.as_ref(), OLD, NEW).unwrap();
        let me = rustix::process::getpid();
        let mut die = || rustix::process::kill_process(me, rustix::process::Signal::KILL).unwrap();
        let _ = bed.write_and(&plan, false, None, Some(&mut die));
        unreachable!("it was killed");
    }
    let bed = Bed::new();
    let name = std::thread::current().name().unwrap().to_owned();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--test-threads=1"])
        .env(HERE, &bed.file)
        .output()
        .unwrap()
        .status;
    assert_eq!(status.signal(), Some(9), "{status}");
    assert_eq!(bed.text(), OLD);
    let names = bed.names();
    let left: Vec<_> = names.iter().filter(|n| *n != "slow.py").collect();
    assert_eq!(left.len(), 1, "{names:?}");
    // The new text lay there whole; once it is old the next write clears it away.
    let left = bed.file.with_file_name(left[0]);
    assert_eq!(fs::read_to_string(&left).unwrap(), NEW);
    let old = SystemTime::now() - Duration::from_secs(600);
    fs::File::open(&left).unwrap().set_modified(old).unwrap();
    bed.write(&bed.plan(), false).unwrap();
    assert_eq!(bed.text(), NEW);
    assert_eq!(bed.names(), ["slow.py"]);
}

#[test]
fn a_check_that_fails_takes_the_change_back_and_says_why() {
    let bed = Bed::new();
    let mut seen = String::new();
    let mut check = |path: &std::path::Path| {
        seen = fs::read_to_string(path).unwrap();
        Err("2 tests failed".to_owned())
    };
    let (done, told) = bed.write_and(&bed.plan(), false, Some(&mut check), None);
    let why = done.unwrap_err().to_string();
    assert!(why.contains("taken back: 2 tests failed"), "{why}");
    assert_eq!(seen, NEW);
    assert_eq!(bed.text(), OLD);
    assert_eq!(
        told,
        [None, Some("the check failed: 2 tests failed".to_owned())]
    );

    let mut check = |_: &std::path::Path| Ok(());
    let (done, told) = bed.write_and(&bed.plan(), false, Some(&mut check), None);
    done.unwrap();
    assert_eq!((bed.text().as_str(), told), (NEW, vec![None]));
}

#[test]
fn a_check_that_writes_the_file_itself_is_told_of_and_not_overruled() {
    let bed = Bed::new();
    let mut check = |path: &std::path::Path| {
        fs::write(path, "formatted\n").unwrap();
        Err("no".to_owned())
    };
    let (done, told) = bed.write_and(&bed.plan(), false, Some(&mut check), None);
    let why = done.unwrap_err().to_string();
    assert!(why.contains("could not be taken back"), "{why}");
    assert_eq!(bed.text(), "formatted\n");
    assert_eq!(told, [None]);
}

#[test]
fn a_check_says_its_last_words_and_ends_with_all_that_it_started() {
    use reheat::write_back::check::{CheckOutput, run};
    let here = tempfile::tempdir().unwrap();
    let kept = |command: &str, stopped: &dyn Fn() -> bool| {
        run(command, here.path(), CheckOutput::Kept, stopped)
    };
    kept("pwd > where", &|| false).unwrap();
    let place = fs::read_to_string(here.path().join("where")).unwrap();
    assert_eq!(
        fs::canonicalize(place.trim()).unwrap(),
        here.path().canonicalize().unwrap()
    );
    let why = kept("echo one; echo two >&2; exit 3", &|| false).unwrap_err();
    assert!(
        why.contains("exit status: 3") && why.contains("one") && why.contains("two"),
        "{why}"
    );
    // What it leaves in the background neither holds us up nor stays.
    let why = kept("sleep 1000 & echo $! > pid; exit 1", &|| false).unwrap_err();
    assert!(why.contains("exit status: 1"), "{why}");
    let gone = |name: &str| {
        let pid = fs::read_to_string(here.path().join(name)).unwrap();
        let pid: i32 = pid.trim().parse().unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        crate::support::home::wait_for(|| {
            let state = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
            state.map_or(true, |s| s.contains(") Z "))
        });
    };
    gone("pid");
    let begun = here.path().join("begun");
    let why = kept("echo $$ > begun; sleep 1000", &|| {
        fs::read_to_string(&begun).is_ok_and(|s| s.ends_with('\n'))
    });
    assert!(why.unwrap_err().contains("interrupted"));
    gone("begun");
}
