//! Keys of the config file, and the log, through the real binary.

/// The program with a config file of this text; gives the exit status, what it printed and what it complained of.
fn reheat(config: &str, arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_reheat"));
    for name in ["CONFIG", "DATA", "CACHE"] {
        command.env(format!("REHEAT_{name}_DIR"), folder.path());
    }
    let output = command.args(arguments).output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn keys_of_the_config_file_are_printed_and_what_is_wrong_with_them_is_named() {
    let (status, out, err) = reheat("[keys]\nnext-round = [\"ctrl-n\", \"f5\"]\n", &["keys"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains("ctrl-n  f5 *"), "{out}");
    let wrong = "bell = true\n[keys]\nnext-rond = \"x\"\npin = \"nokey\"\nundo = 7\n";
    let (status, out, err) = reheat(wrong, &["keys"]);
    assert_eq!(status, 2);
    assert!(out.contains("accept"), "the table is printed all the same");
    for words in [
        "config.toml: keys.next-rond: there is no such action; did you mean next-round?",
        "keys.pin: `nokey` is no key",
        "keys.undo is not a key; write for example undo = \"x\"",
    ] {
        assert!(err.contains(words), "{words}\n{err}");
    }
    // Nowhere is it fatal.
    let (status, out, _) = reheat(wrong, &["config", "--show"]);
    assert_eq!(status, 0);
    assert!(
        out.contains("keys.next-rond") && out.contains("keys.undo"),
        "{out}"
    );
    let (status, out, _) = reheat("", &["keys", "--usual", "--markdown"]);
    assert_eq!(status, 0);
    let readme = std::fs::read_to_string("README.md").unwrap();
    assert!(readme.contains(out.trim()), "{out}");
}

#[test]
fn a_log_that_cannot_be_written_is_said_before_anything_starts() {
    let (status, out, err) = reheat("", &["keys", "--log", "/no/such/folder/log"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.contains("cannot write the log /no/such/folder/log"),
        "{err}"
    );
}
