//! Programs that mean harm, each run through the real sandbox in every tier that this machine has, as root and as an ordinary user.
//!
//! The programs are in `tests/hostile/`; the first lines of each say what must come of it. After every run
//! no process of it may be left. A program that is "refused" has tried, was told no, and says so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use reheat::sandbox::{
    Control, Limits, MemorySource, Mount, Outcome, Program, RunVerdict, Sandbox, Settings, Tier,
};
use reheat::units::{parse_bytes, parse_duration};

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

#[test]
fn hostile_programs_do_no_harm_to_whoever_runs_the_tests() {
    inner(
        Command::new(std::env::current_exe().unwrap()),
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
    std::fs::create_dir(&programs).unwrap();
    readable(&programs);
    for file in std::fs::read_dir(programs_folder()).unwrap().flatten() {
        std::fs::copy(file.path(), programs.join(file.file_name())).unwrap();
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
    inner(command, &programs, launcher.to_str().unwrap());
}

fn readable(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn programs_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile")
}

/// Runs the test below in a process of its own, with a secret in its environment.
fn inner(mut command: Command, programs: &Path, launcher: &str) {
    let output = command
        .args([
            "--ignored",
            "--exact",
            "every_program_in_every_tier",
            "--nocapture",
        ])
        .env_clear()
        .envs(std::env::var("REHEAT_TESTS_NO_SKIP").map(|v| ("REHEAT_TESTS_NO_SKIP", v)))
        .envs(std::env::var("HOSTILE_ONLY").map(|v| ("HOSTILE_ONLY", v)))
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("PLANTED_KEY", "PLANTED-sk-0123456789")
        .env("HOSTILE_PROGRAMS", programs)
        .env("HOSTILE_LAUNCHER", launcher)
        .current_dir("/")
        .output()
        .unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// One program with what must come of it.
struct Hostile {
    name: String,
    argv: Vec<String>,
    mounts: Vec<Mount>,
    wants: HashMap<String, String>,
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
    let programs: Vec<Hostile> = collect(Path::new(&folder), built.path())
        .into_iter()
        .filter(|p| p.name.contains(&only))
        .collect();
    let tiers: &[(&str, &[&str])] = if rustix::process::geteuid().is_root() {
        &[
            ("full", &[]),
            ("no cgroup", &["cgroup"]),
            ("no user namespace", &["user"]),
            ("weak", &["user", "namespaces"]),
        ]
    } else {
        &[("user", &[]), ("user, weak", &["user"])]
    };
    let launcher = PathBuf::from(std::env::var_os("HOSTILE_LAUNCHER").unwrap());
    let settings = Settings {
        launcher: Some(launcher),
        unsafe_no_isolation: false,
    };
    let mut faults = Vec::new();
    for (tier, forbid) in tiers {
        let mut sandbox = match Sandbox::open_without(&settings, forbid) {
            Ok(sandbox) => sandbox,
            Err(e) => {
                println!("tier {tier}: {e}");
                faults.push(format!("tier {tier} does not open: {e}"));
                continue;
            }
        };
        println!(
            "tier {tier}: {:?} {:?}",
            sandbox.guards().tier,
            sandbox.guards().on
        );
        for program in &programs {
            match attack(&mut sandbox, program, tier) {
                Ok(said) => println!("  {:<34} {said}", program.name),
                Err(fault) => {
                    println!("  {:<34} FAULT: {fault}", program.name);
                    faults.push(format!("{tier}: {}: {fault}", program.name));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// Reads the programs and compiles those that need it.
fn collect(folder: &Path, built: &Path) -> Vec<Hostile> {
    let mut programs = Vec::new();
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        let path = file.path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let wants: HashMap<String, String> = text
            .lines()
            .filter_map(|l| l.strip_prefix("#: ").or_else(|| l.strip_prefix("//: ")))
            .map(|l| l.split_once(' ').unwrap_or((l, "")))
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect();
        if wants
            .get("machine")
            .is_some_and(|m| m != std::env::consts::ARCH)
        {
            skipped(&format!("{} for {name}", wants["machine"]));
            continue;
        }
        let (host, argv) = if path.extension().is_some_and(|e| e == "c") {
            let binary = built.join(&name);
            let compiled = Command::new("gcc")
                .args(["-O0", "-w", "-o"])
                .arg(&binary)
                .arg(&path)
                .status();
            if !compiled.is_ok_and(|s| s.success()) {
                skipped(&format!("gcc for {name}"));
                continue;
            }
            (binary, vec![format!("/prog/{name}")])
        } else {
            (
                path,
                vec!["/usr/bin/python3".to_owned(), format!("/prog/{name}.py")],
            )
        };
        let guest = argv.last().unwrap().clone();
        programs.push(Hostile {
            name,
            argv,
            mounts: vec![Mount { host, guest }],
            wants,
        });
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!programs.is_empty());
    programs
}

/// Runs one program and compares what came of it with what must.
fn attack(sandbox: &mut Sandbox, hostile: &Hostile, tier: &str) -> Result<String, String> {
    let want = |key: &str| hostile.wants.get(key).map(String::as_str);
    let weak = sandbox.guards().tier < Tier::Namespaces;
    if weak && want("not") == Some("weak") {
        // What this tier cannot keep out it must not claim to.
        return if sandbox
            .guards()
            .missing
            .iter()
            .any(|(guard, _)| guard == "namespaces")
        {
            Ok("cannot be kept out in this tier, which says so".to_owned())
        } else {
            Err("the tier hides that it has no namespaces".to_owned())
        };
    }
    let marker = format!(
        "hostile-{}-{}-{}",
        std::process::id(),
        hostile.name,
        tier.replace([' ', ','], "-")
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    use std::os::linux::net::SocketAddrExt;
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&marker).unwrap();
    let _abstract = std::os::unix::net::UnixListener::bind_addr(&address).unwrap();

    let mut limits = Limits {
        time: std::time::Duration::from_secs(20),
        ..Limits::default()
    };
    let bytes = |key: &str| want(key).map(|v| parse_bytes(v).unwrap());
    limits.time = want("time").map_or(limits.time, |t| parse_duration(t).unwrap());
    limits.memory = bytes("memory").unwrap_or(limits.memory);
    limits.output = bytes("output").unwrap_or(limits.output);
    limits.disk = bytes("disk").unwrap_or(limits.disk);
    let mut argv = hostile.argv.clone();
    argv.extend([
        marker.clone(),
        listener.local_addr().unwrap().port().to_string(),
        tier.to_owned(),
    ]);
    let program = Program {
        argv,
        mounts: hostile.mounts.clone(),
        collect: [
            "result",
            "fifo",
            "folder/etc/passwd",
            "dir",
            "../result",
            "/etc/passwd",
        ]
        .map(String::from)
        .to_vec(),
        ..Program::default()
    };
    let mut run = || {
        sandbox
            .run(&program, &limits, &mut |_| {}, &Control::new())
            .map_err(|e| e.to_string())
    };
    let mut outcome = run()?;
    if want("twice").is_some() {
        outcome = run()?;
    }
    let left = processes_with(&marker);
    if !left.is_empty() {
        return Err(format!("processes are left: {left:?}"));
    }
    if !outcome.collected.is_empty() {
        return Err(format!("collected {:?}", outcome.collected));
    }
    judge(
        &outcome,
        &hostile.wants,
        &limits,
        sandbox.guards().memory_source,
    )?;
    Ok(format!(
        "{} {}",
        outcome.verdict.in_words(),
        outcome.reason.unwrap_or_default()
    ))
}

fn judge(
    outcome: &Outcome,
    wants: &HashMap<String, String>,
    limits: &Limits,
    source: MemorySource,
) -> Result<(), String> {
    let want = |key: &str| wants.get(key).map(String::as_str);
    let told = || {
        format!(
            "{:?} {:?} exit {:?} signal {:?} wall {} cpu {} peak {} stdout {:?} stderr {:?}",
            outcome.verdict,
            outcome.reason,
            outcome.exit_code,
            outcome.signal,
            outcome.wall,
            outcome.cpu,
            outcome.peak.bytes,
            String::from_utf8_lossy(&outcome.stdout.bytes[..outcome.stdout.bytes.len().min(400)]),
            String::from_utf8_lossy(&outcome.stderr.bytes[..outcome.stderr.bytes.len().min(1200)])
        )
    };
    let verdict = serde_json::to_value(outcome.verdict)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    let allowed = want("verdict").unwrap_or("ok");
    if allowed != "any" && !allowed.split('|').any(|v| v == verdict) {
        return Err(format!("wanted {allowed}, got {}", told()));
    }
    let stdout = String::from_utf8_lossy(&outcome.stdout.bytes);
    if let Some(prints) = want("prints")
        && outcome.verdict == RunVerdict::Ok
        && stdout.trim() != prints
    {
        return Err(format!("wanted it to print {prints:?}, got {}", told()));
    }
    let number = |key: &str| want(key).map(|v| v.parse::<i32>().unwrap());
    if (number("signal").is_some() && outcome.signal != number("signal"))
        || (number("exit").is_some() && outcome.exit_code != number("exit"))
    {
        return Err(told());
    }
    let least = |key: &str| want(key).map_or(0, |v| parse_duration(v).unwrap().as_nanos() as u64);
    if outcome.wall.0 < least("wall")
        || (source == MemorySource::Cgroup && outcome.cpu.0 < least("cpu"))
    {
        return Err(format!("times too small: {}", told()));
    }
    if want("overshoot").is_some() && outcome.peak.bytes.0 > limits.memory.0 + limits.memory.0 / 10
    {
        return Err(format!(
            "went more than a tenth beyond its limit: {}",
            told()
        ));
    }
    Ok(())
}

/// Processes of this machine that carry the marker in their arguments, apart from this one.
fn processes_with(marker: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if arguments.split(|b| *b == 0).any(|a| a == marker.as_bytes()) {
            found.push(format!(
                "{} {}",
                entry.file_name().to_string_lossy(),
                String::from_utf8_lossy(&arguments)
            ));
        }
    }
    found
}
