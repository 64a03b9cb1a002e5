//! Files that are left alone: the sentence says what lies there and what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use reheat::write_back::{FileRefusal, Replacement};

use super::bed::{Bed, NEW, OLD};

fn refused(path: &Path) -> FileRefusal {
    Replacement::make(path, OLD, NEW).expect_err("it was to be refused")
}

#[test]
fn what_is_no_text_file_is_left_alone() {
    let bed = Bed::new();
    let missing = bed.path("missing.py");
    assert!(matches!(refused(&missing), FileRefusal::Gone(_)));
    // A file where a folder was.
    assert!(matches!(
        refused(&bed.file.join("x.py")),
        FileRefusal::Gone(_)
    ));
    let link = bed.path("link.py");
    std::os::unix::fs::symlink(&missing, &link).unwrap();
    assert!(matches!(refused(&link), FileRefusal::LeadsNowhere(_)));
    let circle = bed.path("circle.py");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    assert!(matches!(refused(&circle), FileRefusal::Unreadable { .. }));
    assert!(matches!(
        refused(&bed.path("project")),
        FileRefusal::Folder(_)
    ));
    let pipe = bed.path("pipe.py");
    let kind = rustix::fs::FileType::Fifo;
    let mode = rustix::fs::Mode::from_raw_mode(0o666);
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
    assert!(matches!(refused(&pipe), FileRefusal::NotAFile(_)));
    fs::write(&bed.file, b"one\ntwo \xff\n").unwrap();
    let why = refused(&bed.file);
    assert!(matches!(why, FileRefusal::NotText { line: 2, .. }), "{why}");
    fs::write(&bed.file, vec![b'x'; 9 << 20]).unwrap();
    assert!(matches!(refused(&bed.file), FileRefusal::TooLarge { .. }));
    for path in [
        &missing,
        &link,
        &circle,
        &bed.path("project"),
        &pipe,
        &bed.file,
    ] {
        let why = refused(path).to_string();
        assert!(why.contains(&path.display().to_string()), "{why}");
        assert!(!why.contains('\n'), "{why}");
    }
}

#[test]
fn what_is_read_only_stays_so_even_for_an_administrator() {
    let bed = Bed::new();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&bed.file, 0o444);
    let why = refused(&bed.file);
    assert!(matches!(why, FileRefusal::ReadOnly(_)), "{why}");
    assert!(why.to_string().contains("chmod u+w"), "{why}");
    mode(&bed.file, 0o644);
    let folder = bed.file.parent().unwrap();
    mode(folder, 0o555);
    let why = refused(&bed.file);
    mode(folder, 0o755);
    assert!(matches!(why, FileRefusal::FolderReadOnly(_)), "{why}");
    assert!(why.to_string().contains("--patch"), "{why}");
    assert_eq!(bed.text(), OLD);
    assert_eq!(bed.names(), ["slow.py"]);
}

#[test]
fn a_file_that_goes_between_plan_and_write_stays_gone() {
    let bed = Bed::new();
    let plan = bed.plan();
    fs::remove_file(&bed.file).unwrap();
    assert!(bed.write(&plan, false).is_err());
    assert!(bed.names().is_empty(), "{:?}", bed.names());
}

#[test]
fn what_is_written_already_is_said() {
    let bed = Bed::with("slow.py", &NEW.replace('\n', "\r\n"));
    let why = bed.write(&bed.plan(), false).unwrap_err().to_string();
    assert!(why.contains("holds this version already"), "{why}");
    // Also where it was read-only meanwhile: nothing is to be written to it.
    fs::set_permissions(&bed.file, fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(bed.plan().diff(), "");
}
