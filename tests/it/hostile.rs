//! Programs that mean harm, each run through the real sandbox in every tier that this machine has, as root and as an ordinary user.
//!
//! The programs are in `tests/hostile/`; the first lines of each say what must come of it. After every run
//! no process of it may be left. A program that is "refused" has tried, was told no, and says so. The table of
//! all of them, a row a program and a column a tier, is printed and written to `target/hostile-<user>.md`.

mod attack;
mod judged;
mod killed;
mod programs;
mod terminal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use reheat::sandbox::{Sandbox, Settings};

use crate::support::test_name;

/// An id that no account has.
const NOBODY: &str = "54321";

/// What the tests may need from the machine, or a word of why not.
fn skipped(need: &str) {
    assert!(
        std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
        "needs {need}, and nothing may be skipped here"
    );
    println!("skipped: needs {need}");
}

/// The tiers that the user of this process can have, and what each does without.
fn tiers() -> &'static [(&'static str, &'static [&'static str])] {
    if rustix::process::geteuid().is_root() {
        &[
            ("full", &[]),
            ("no cgroup", &["cgroup"]),
            ("no user namespace", &["user"]),
            ("weak", &["user", "namespaces"]),
        ]
    } else {
        &[("user", &[]), ("user, weak", &["user"])]
    }
}

/// The launcher that the tests use; an ordinary user gets a copy that may be read.
fn settings() -> Settings {
    let launcher = std::env::var_os("HOSTILE_LAUNCHER").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_reheat")),
        PathBuf::from,
    );
    Settings {
        launcher: Some(launcher),
        unsafe_no_isolation: false,
    }
}

#[test]
fn hostile_programs_do_no_harm_to_whoever_runs_the_tests() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.envs(
        ["HOME", "CARGO_HOME", "RUSTUP_HOME"]
            .into_iter()
            .filter_map(|k| Some((k, std::env::var_os(k)?))),
    );
    inner(
        command,
        "root",
        &programs_folder(),
        env!("CARGO_BIN_EXE_reheat"),
    );
}

#[test]
fn hostile_programs_do_no_harm_to_an_ordinary_user() {
    if !rustix::process::geteuid().is_root() {
        return skipped("root, to become somebody else");
    }
    if Command::new("setpriv").arg("--version").output().is_err() {
        return skipped("setpriv");
    }
    let folder = tempfile::Builder::new()
        .prefix("reheat-hostile-")
        .tempdir()
        .unwrap();
    readable(folder.path());
    let copy = |from: &Path| {
        let to = folder.path().join(from.file_name().unwrap());
        std::fs::copy(from, &to).unwrap();
        to
    };
    let test = copy(&std::env::current_exe().unwrap());
    let launcher = copy(Path::new(env!("CARGO_BIN_EXE_reheat")));
    let programs = folder.path().join("programs");
    for (from, to) in [
        (programs_folder(), programs.clone()),
        (programs_folder().join("with"), programs.join("with")),
    ] {
        std::fs::create_dir(&to).unwrap();
        readable(&to);
        for file in std::fs::read_dir(from).unwrap().flatten() {
            if file.path().is_file() {
                std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
            }
        }
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid",
            NOBODY,
            "--regid",
            NOBODY,
            "--clear-groups",
            "--inh-caps=-all",
        ])
        .arg(test);
    inner(command, "user", &programs, launcher.to_str().unwrap());
}

fn readable(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn programs_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile")
}

/// Runs the test below in a process of its own, with a secret in its environment.
fn inner(mut command: Command, user: &str, programs: &Path, launcher: &str) {
    let kept = ["HOME", "CARGO_HOME", "RUSTUP_HOME"];
    let home: Vec<(String, std::ffi::OsString)> = command
        .get_envs()
        .filter(|(k, _)| kept.iter().any(|n| k == n))
        .filter_map(|(k, v)| Some((k.to_string_lossy().into_owned(), v?.to_owned())))
        .collect();
    let output = command
        .args([
            "--ignored",
            "--exact",
            &test_name(module_path!(), "every_program_in_every_tier"),
            "--nocapture",
        ])
        .env_clear()
        .envs(home)
        .envs(
            ["REHEAT_TESTS_NO_SKIP", "HOSTILE_ONLY", "PATH"]
                .into_iter()
                .filter_map(|k| Some((k, std::env::var_os(k)?))),
        )
        .env("PLANTED_KEY", "PLANTED-sk-0123456789")
        .env("HOSTILE_PROGRAMS", programs)
        .env("HOSTILE_LAUNCHER", launcher)
        .current_dir("/")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    let table: Vec<&str> = said.lines().filter(|l| l.starts_with('|')).collect();
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    if std::env::var_os("HOSTILE_ONLY").is_none() && target.is_dir() {
        std::fs::write(
            target.join(format!("hostile-{user}.md")),
            table.join("\n") + "\n",
        )
        .unwrap();
    }
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn every_program_in_every_tier() {
    let Some(folder) = std::env::var_os("HOSTILE_PROGRAMS") else {
        return;
    };
    if !Path::new("/usr/bin/python3").exists() {
        return skipped("/usr/bin/python3");
    }
    let built = tempfile::tempdir().unwrap();
    readable(built.path());
    let only = std::env::var("HOSTILE_ONLY").unwrap_or_default();
    let programs = programs::collect(Path::new(&folder), built.path(), &only);
    let mut faults = Vec::new();
    let mut table: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut columns = Vec::new();
    for (tier, forbid) in tiers() {
        columns.push(*tier);
        let mut sandbox = match Sandbox::open_without(&settings(), forbid) {
            Ok(sandbox) => sandbox,
            Err(e) => {
                faults.push(format!("tier {tier} does not open: {e}"));
                continue;
            }
        };
        let guards = sandbox.guards();
        println!("tier {tier}: {:?} {:?}", guards.tier, guards.on);
        for program in &programs {
            let cell = match &program.lacks {
                // A compiler below another user's home is no fault of this machine.
                Some(why) if rustix::process::geteuid().is_root() => {
                    skipped(&format!("{why} ({})", program.name));
                    "not here".to_owned()
                }
                Some(_) => "not for this user".to_owned(),
                None => match attack::attack(&mut sandbox, program, tier) {
                    Ok(said) => said,
                    Err(fault) => {
                        faults.push(format!("{tier}: {}: {fault}", program.name));
                        "FAULT".to_owned()
                    }
                },
            };
            println!("  {:<34} {cell}", program.name);
            table
                .entry(&program.name)
                .or_default()
                .push(cell.replace('|', "/"));
        }
        if !only.is_empty() && !only.starts_with("53") {
            continue;
        }
        for (name, ended) in [
            ("53_workbench_killed", killed::workbench_killed_in(tier)),
            (
                "53_launcher_killed",
                killed::launcher_killed_in(&mut sandbox, tier),
            ),
        ] {
            let cell = match ended {
                Ok(()) => "every descendant died".to_owned(),
                Err(fault) => {
                    faults.push(format!("{tier}: {name}: {fault}"));
                    "FAULT".to_owned()
                }
            };
            table.entry(name).or_default().push(cell);
        }
    }
    println!("| program | {} |", columns.join(" | "));
    println!("|---|{}", "---|".repeat(columns.len()));
    for (name, cells) in &table {
        println!("| {name} | {} |", cells.join(" | "));
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
