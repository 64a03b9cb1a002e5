//! Where the program may be started: under limits that are tighter than its own, in a user namespace without other ids.

use std::process::{Command, Output};

const REHEAT: &str = env!("CARGO_BIN_EXE_reheat");

/// Starts the words in a folder of their own; `None` where the machine lacks the first of them or will not let it.
fn start(words: &[&str], works: &[&str]) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(folder.path());
        for name in ["CONFIG", "DATA", "CACHE"] {
            let path = folder.path().join(name.to_lowercase());
            command.env(format!("REHEAT_{name}_DIR"), path);
        }
        command.output()
    };
    if !run(works).is_ok_and(|o| o.status.success()) {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "needs {works:?}, and nothing may be skipped here"
        );
        println!("skipped: needs {works:?}");
        return None;
    }
    Some(run(words).unwrap())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn limits_that_are_tighter_than_ours_hold_and_do_not_keep_it_from_running() {
    for limit in [
        "--memlock=65536:65536",
        "--nofile=256:256",
        "--stack=4194304:4194304",
        "--fsize=1000000:1000000",
        "--sigpending=100:100",
        "--msgqueue=1000:1000",
    ] {
        let works = ["prlimit", limit, "true"];
        let ended = |more: &[&str]| start(&[&["prlimit", limit, REHEAT], more].concat(), &works);
        let Some(output) = ended(&["run", "--", "/bin/sh", "-c", "ulimit -H -n; ulimit -H -s"])
        else {
            return;
        };
        assert!(output.status.success(), "{limit}: {output:?}");
        let said = text(&output.stdout);
        match limit {
            "--nofile=256:256" => assert!(said.contains("256\n"), "{said}"),
            "--stack=4194304:4194304" => assert!(said.contains("4096\n"), "{said}"),
            _ => {}
        }
        let doctor = ended(&["doctor"]).unwrap();
        assert!(text(&doctor.stdout).contains("✓"), "{limit}: {doctor:?}");
    }
}

#[test]
fn in_a_user_namespace_with_one_id_guests_have_no_other_but_no_rights_either() {
    let alone = ["unshare", "--user", "--map-root-user"];
    let script =
        "id -u; cat /etc/shadow 2>&1; grep -c 'Cap[IPEBA].*:.0000000000000000$' /proc/self/status";
    let words = [&alone[..], &[REHEAT, "run", "--", "/bin/sh", "-c", script]].concat();
    let Some(output) = start(&words, &[&alone[..], &["true"]].concat()) else {
        return;
    };
    assert!(output.status.success(), "{output:?}");
    let said = text(&output.stdout);
    assert!(
        said.starts_with("1000\n") && said.contains("No such file"),
        "{said}"
    );
    assert!(said.contains("\n5\n"), "{said}");
}

#[test]
fn a_stack_that_is_too_small_is_made_larger_or_told_of() {
    let small = ["prlimit", "--stack=65536:65536"];
    let words = [&small[..], &[REHEAT, "run", "--", "true"]].concat();
    let Some(output) = start(&words, &[&small[..], &["true"]].concat()) else {
        return;
    };
    let check = |output: &Output| {
        let said = text(&output.stderr);
        let told = output.status.code() == Some(3) && said.contains("ulimit -s");
        assert!(output.status.success() || told, "{output:?}");
        told
    };
    check(&output);
    // There nobody may raise it.
    let alone = ["unshare", "--user", "--map-root-user"];
    let words = [&alone[..], &words].concat();
    if let Some(output) = start(&words, &[&alone[..], &["true"]].concat()) {
        assert!(check(&output), "{output:?}");
    }
}
