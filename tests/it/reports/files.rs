//! Where reports go: files that are there whole or as they were, standard output, and nowhere else.

use std::fs;

use super::journals::{ID, fabricated_home};
use crate::support::home::{stderr, stdout};

#[test]
fn without_a_flag_a_page_is_written_here_and_that_is_said() {
    let home = fabricated_home();
    let output = home.run(&["report"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).starts_with(&format!("{ID}.html written, ")),
        "{}",
        stdout(&output)
    );
    let page = fs::read_to_string(home.path(&format!("{ID}.html"))).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
}

#[test]
fn several_are_written_at_once_and_two_never_to_one_place() {
    let home = fabricated_home();
    let output = home.run(&[
        "report", "pairs", "--html", "a.html", "--svg", "a.svg", "--json", "a.json", "--md", "-",
    ]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with("## Count") && stderr(&output).contains("a.svg written"));
    assert!(
        ["a.html", "a.svg", "a.json"]
            .iter()
            .all(|f| home.path(f).is_file())
    );
    for place in ["-", "same"] {
        let output = home.run(&["report", "--html", place, "--md", place]);
        assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
        assert!(
            stderr(&output).contains("two reports cannot both go to"),
            "{}",
            stderr(&output)
        );
    }
    assert!(!home.path("same").exists());
}

#[test]
fn a_file_that_is_there_is_replaced_whole_or_stays() {
    let home = fabricated_home();
    home.write("kept/page.html", "mine");
    let limited = |args: &str| {
        let mut command = home.command(&[]);
        let program = command.get_program().to_owned();
        let mut shell = std::process::Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("ulimit -f 8; exec \"$0\" {args}"))
            .arg(program);
        shell.current_dir(home.path("kept"));
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        command.stdin(std::process::Stdio::null());
        shell.output().unwrap()
    };
    let output = limited("report --html page.html");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("cannot write page.html"),
        "{}",
        stderr(&output)
    );
    assert_eq!(stderr(&output).lines().count(), 1);
    assert_eq!(
        fs::read_to_string(home.path("kept/page.html")).unwrap(),
        "mine"
    );
    assert_eq!(
        fs::read_dir(home.path("kept")).unwrap().count(),
        1,
        "nothing half-written is left"
    );
    let output = home.run(&["report", "--html", "kept/page.html"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        fs::read_to_string(home.path("kept/page.html"))
            .unwrap()
            .starts_with("<!doctype html>")
    );
}

#[test]
fn what_is_no_file_is_never_replaced() {
    let home = fabricated_home();
    fs::create_dir(home.path("folder")).unwrap();
    for place in ["folder", "/dev/null", "none/page.html"] {
        let output = home.run(&["report", "--html", place]);
        assert_eq!(output.status.code(), Some(2), "{place}");
        assert!(
            stderr(&output).contains(&format!("cannot write {place}: ")),
            "{}",
            stderr(&output)
        );
    }
    use std::os::unix::fs::FileTypeExt as _;
    assert!(
        fs::metadata("/dev/null")
            .unwrap()
            .file_type()
            .is_char_device()
    );
    let unknown = home.run(&["report", "nothing-like-it"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("no session `nothing-like-it`"));
}
