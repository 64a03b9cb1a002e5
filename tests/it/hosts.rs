//! Containers and other hosts that allow one thing and refuse another: in each of them a program runs, in the strongest tier
//! that works there as a whole, and what would allow more is said.

use std::process::{Command, Output};

use serde_json::Value;

use crate::support::home::{Home, stdout};

/// Whether a test must be left out, and says so.
fn skipped(need: &str) {
    assert!(
        std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
        "needs {need}, and nothing may be skipped here"
    );
    println!("skipped: needs {need}");
}

/// What a container hides of `/proc`, as Docker and Kubernetes do it.
const MASK: &str = "mount -t tmpfs -o ro none /proc/irq && mount --bind -o ro /proc/sys /proc/sys";
/// The capabilities that Docker leaves to root.
const DOCKER: &str = "setpriv --inh-caps=-all --bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap";
const NO_CAPABILITIES: &str = "setpriv --inh-caps=-all --bounding-set=-all";
const SOMEBODY: &str = "setpriv --reuid=1234 --regid=1234 --clear-groups --inh-caps=-all";

/// A command in such a host; `None` where it cannot be played here.
fn inside(host: &str, args: &[&str]) -> Option<Output> {
    let home = tempfile::tempdir_in("/var/tmp").unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(home.path(), open).unwrap();
    // Where no host mounts anything: the project itself may lie in a folder for temporary files.
    let filter = home.path().join("filter.py");
    std::fs::write(&filter, include_str!("hosts/filter.py")).unwrap();
    // At a place where everybody may start it.
    let reheat = home.path().join("reheat");
    let binary = env!("CARGO_BIN_EXE_reheat");
    if std::fs::hard_link(binary, &reheat).is_err() {
        std::fs::copy(binary, &reheat).unwrap();
    }
    let script = host
        .replace("MASK", MASK)
        .replace("DOCKER", DOCKER)
        .replace("NO_CAPABILITIES", NO_CAPABILITIES)
        .replace("SOMEBODY", SOMEBODY)
        .replace("FILTER", &format!("/usr/bin/python3 {}", filter.display()));
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", &script, "sh"])
        .arg(&reheat)
        .args(args)
        .current_dir(home.path())
        .env("REHEAT_CONFIG_DIR", home.path().join("config"))
        .env("REHEAT_DATA_DIR", home.path().join("data"))
        .env("REHEAT_CACHE_DIR", home.path().join("cache"))
        .output()
        .ok()?;
    (output.status.code() != Some(77)).then_some(output)
}

fn possible() -> bool {
    let can = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    let fits = cfg!(target_arch = "x86_64") && rustix::process::geteuid().is_root();
    let mounts = || {
        let output = Command::new("unshare").args(["--mount", "true"]).output();
        output.is_ok_and(|o| o.status.success())
    };
    fits && can("setpriv") && can("unshare") && can("/usr/bin/python3") && mounts()
}

const ASK: [&str; 4] = ["--", "/usr/bin/python3", "-c", "print(6 * 7)"];

/// Tier, what is missing and why; fails unless the program ran.
fn ran(host: &str, flags: &[&str]) -> Option<(String, Vec<(String, String)>)> {
    let output = inside(host, &[&["run", "--json"], flags, &ASK].concat())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{host} {flags:?}: {said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["stdout"], "42\n", "{host}: {report}");
    let guards = &report["guards"];
    let missing = serde_json::from_value(guards["missing"].clone()).unwrap();
    Some((guards["tier"].as_str().unwrap().to_owned(), missing))
}

#[test]
fn a_program_runs_in_every_container_and_what_is_missing_is_explained() {
    if !possible() {
        return skipped("root on x86-64 with mounts, unshare, setpriv and python3");
    }
    let isolated = &["full", "namespaces"][..];
    let weak = &["weak"][..];
    for (name, host, tiers, words) in [
        ("nothing special", "exec \"$@\"", isolated, ""),
        (
            "masked /proc, all rights",
            "MASK || exit 77; exec \"$@\"",
            isolated,
            "",
        ),
        (
            "Kubernetes, Docker unconfined",
            "MASK || exit 77; exec DOCKER \"$@\"",
            weak,
            "procMount: Unmasked",
        ),
        (
            "the same as an ordinary user",
            "MASK || exit 77; exec SOMEBODY \"$@\"",
            weak,
            "procMount: Unmasked",
        ),
        (
            "Docker",
            "MASK || exit 77; exec DOCKER FILTER namespaces \"$@\"",
            weak,
            "seccomp=unconfined",
        ),
        (
            "Docker as an ordinary user",
            "MASK || exit 77; exec SOMEBODY FILTER namespaces \"$@\"",
            weak,
            "seccomp=unconfined",
        ),
        ("--cap-drop ALL", "exec NO_CAPABILITIES \"$@\"", weak, ""),
        (
            "--cap-drop ALL, masked",
            "MASK || exit 77; exec NO_CAPABILITIES \"$@\"",
            weak,
            "",
        ),
        (
            "--cap-drop ALL, Docker's profile",
            "MASK || exit 77; exec NO_CAPABILITIES FILTER namespaces \"$@\"",
            weak,
            "seccomp=unconfined",
        ),
        (
            "--cap-drop ALL --cap-add SETUID",
            "MASK || exit 77; exec NO_CAPABILITIES,+setuid,+setgid FILTER namespaces \"$@\"",
            weak,
            "",
        ),
        (
            "--cap-drop ALL --cap-add SYS_ADMIN",
            "exec NO_CAPABILITIES,+sys_admin \"$@\"",
            &["full", "namespaces", "weak"],
            "",
        ),
        (
            "--cap-drop SETUID",
            "exec setpriv --inh-caps=-all --bounding-set=-setuid,-setgid \"$@\"",
            &["full", "namespaces", "weak"],
            "",
        ),
        (
            "no new privileges",
            "exec setpriv --no-new-privs \"$@\"",
            isolated,
            "",
        ),
        (
            "an ordinary user",
            "exec SOMEBODY \"$@\"",
            &["full", "namespaces", "weak"],
            "",
        ),
        (
            "--read-only",
            "mount -o remount,bind,ro / && mount -t tmpfs none /tmp || exit 77; exec \"$@\"",
            isolated,
            "",
        ),
        (
            "--read-only, Docker's profile",
            "mount -o remount,bind,ro / && mount -t tmpfs none /tmp && MASK || exit 77; exec DOCKER FILTER namespaces \"$@\"",
            weak,
            "",
        ),
        (
            "hidden processes",
            "exec unshare -p -f sh -c 'mount -t proc -o hidepid=2 proc /proc || exit 77; exec \"$@\"' sh \"$@\"",
            &["full", "namespaces", "weak"],
            "",
        ),
        (
            "hidden processes as an ordinary user",
            "exec unshare -p -f sh -c 'mount -t proc -o hidepid=2 proc /proc || exit 77; exec SOMEBODY \"$@\"' sh \"$@\"",
            &["full", "namespaces"],
            "",
        ),
        (
            "no cgroup",
            "mount -t tmpfs none /sys/fs/cgroup || exit 77; exec \"$@\"",
            &["namespaces"],
            "",
        ),
        (
            "a read-only cgroup",
            "for m in $(grep -o ' /sys/fs/cgroup[^ ]*' /proc/self/mountinfo); do mount -o remount,bind,ro $m || exit 77; done; exec \"$@\"",
            &["namespaces"],
            "",
        ),
        (
            "an old kernel's mounts",
            "exec FILTER mounts \"$@\"",
            weak,
            "",
        ),
        (
            "no filters of one's own",
            "exec FILTER seccomp \"$@\"",
            &["full", "namespaces", "weak"],
            "",
        ),
        (
            "a user namespace",
            "exec unshare --map-root-user \"$@\"",
            &["full", "namespaces", "weak"],
            "",
        ),
        (
            "no further user namespaces",
            "exec unshare --map-root-user sh -c 'echo 0 > /proc/sys/user/max_user_namespaces || exit 77; exec \"$@\"' sh \"$@\"",
            weak,
            "max_user_namespaces",
        ),
    ] {
        let Some((tier, missing)) = ran(host, &[]) else {
            skipped(&format!("a host like {name}"));
            continue;
        };
        println!("{name}: {tier}, missing {missing:?}");
        assert!(
            tiers.contains(&tier.as_str()),
            "{name}: {tier}, missing {missing:?}"
        );
        let why = missing.iter().find(|(guard, _)| guard == "namespaces");
        assert_eq!(tier == "weak", why.is_some(), "{name}: {missing:?}");
        let why = why.map_or("", |(_, why)| why.as_str());
        assert!(why.contains(words), "{name}: {why}");
        // Who accepts the risk gets no less than who does not.
        let (accepted, _) = ran(host, &["--unsafe-no-isolation"]).unwrap();
        assert_eq!(accepted, tier, "{name}");
    }
}

#[test]
fn where_nothing_works_the_last_resort_is_reached() {
    if !possible() {
        return skipped("root on x86-64 with mounts, unshare, setpriv and python3");
    }
    for host in [
        "exec DOCKER FILTER namespaces,landlock \"$@\"",
        "exec NO_CAPABILITIES FILTER namespaces,landlock \"$@\"",
        "exec SOMEBODY FILTER namespaces,landlock \"$@\"",
        "exec DOCKER FILTER namespaces,seccomp \"$@\"",
    ] {
        let Some(output) = inside(host, &[&["run"][..], &ASK].concat()) else {
            skipped("seccomp filters");
            continue;
        };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{host}: {said}");
        assert!(
            said.contains("offers no isolation") && said.contains("--unsafe-no-isolation"),
            "{said}"
        );
        let (tier, _) = ran(host, &["--unsafe-no-isolation"]).unwrap();
        assert_eq!(tier, "none", "{host}");
    }
}

#[test]
fn what_only_root_may_read_its_programs_read_in_every_host() {
    if !possible() {
        return skipped("root on x86-64 with mounts, unshare, setpriv and python3");
    }
    // The files of a project, made inside of the host: on a file system that cannot map owners where it is an overlay.
    let files = r#"umask 077; mkdir p p/cases; printf 'W = 1\n' > p/helper.py
printf 'import helper\n\ndef slow(n):\n    t = 0\n    for _ in range(n):\n        t += helper.W\n    return t\n\nif __name__ == "__main__":\n    print(slow(int(input())))\n' > p/prog.py
printf '10\n' > p/cases/1.in; printf '10\n' > p/cases/1.out; printf '[10]\n[20]\n' > p/calls.jsonl; cd p
PATH=/usr/sbin:/usr/bin:/sbin:/bin; "#;
    let overlay = "mkdir o; mount -t tmpfs none o && mkdir o/low o/up o/work o/all && mount -t overlay overlay -o lowerdir=o/low,upperdir=o/up,workdir=o/work o/all || exit 77; cd o/all; ";
    let optimize = |what| {
        [
            "optimize",
            what,
            "--rounds",
            "1",
            "--comparison-time",
            "1s",
            "--model-command",
            "echo no",
            "--headless",
        ]
    };
    for place in ["", overlay] {
        for host in [
            "exec \"$@\"",
            "MASK || exit 77; exec DOCKER \"$@\"",
            "MASK || exit 77; exec DOCKER FILTER namespaces \"$@\"",
            "exec NO_CAPABILITIES \"$@\"",
        ] {
            for mode in ["0700", "0711"] {
                let host = format!("{place}{files}chmod {mode} .; {host}");
                let said = |args: &[&str]| {
                    let output = inside(&host, args)?;
                    Some(
                        String::from_utf8_lossy(&[output.stdout, output.stderr].concat())
                            .into_owned(),
                    )
                };
                let Some(ran) = said(&[
                    "run",
                    "--",
                    "/usr/bin/python3",
                    "-c",
                    "import helper; print(helper.W + 41)",
                ]) else {
                    skipped(&format!("a host like {host}"));
                    continue;
                };
                assert!(ran.contains("42"), "{host}: {ran}");
                for (what, more) in [
                    ("prog.py::slow", ["--cases", "cases"]),
                    ("prog.py::slow", ["--calls", "calls.jsonl"]),
                ] {
                    let told = said(&[&optimize(what)[..], &more].concat()).unwrap();
                    assert!(
                        told.contains("v0  passes"),
                        "{host} {what} {more:?}: {told}"
                    );
                }
            }
        }
    }
}

/// The kernel does not count the processes of a root, even of one whose capabilities are gone.
#[test]
fn processes_are_limited_for_a_root_without_capabilities_too() {
    if !possible() {
        return skipped("root on x86-64 with mounts, unshare, setpriv and python3");
    }
    let program = "import os, time
for _ in range(40):
    if not os.fork(): time.sleep(20); os._exit(0)
time.sleep(20)";
    let args = ["run", "--json", "--processes", "8", "--"];
    let args = [&args[..], &["/usr/bin/python3", "-c", program]].concat();
    for host in [
        "MASK || exit 77; exec NO_CAPABILITIES FILTER namespaces \"$@\"",
        "MASK || exit 77; exec DOCKER FILTER namespaces \"$@\"",
    ] {
        let Some(output) = inside(host, &args) else {
            skipped("seccomp filters");
            continue;
        };
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["verdict"], "runtime_error", "{host}: {report}");
        let wall = report["wall_ns"].as_u64().unwrap();
        assert!(wall < 15_000_000_000, "it went on: {report}");
    }
}

#[test]
fn memory_is_limited_where_processes_are_hidden_or_it_is_said_that_it_cannot_be() {
    if !possible() {
        return skipped("root on x86-64 with mounts, unshare, setpriv and python3");
    }
    let hidden = |start: &str| {
        format!(
            "exec unshare -p -f sh -c 'mount -t proc -o hidepid=2 proc /proc || exit 77; exec {start} \"$@\"' sh \"$@\""
        )
    };
    let program = "x = b'x' * 300_000_000; import time; time.sleep(2)";
    let args = ["run", "--json", "--memory-limit", "100MB", "--"];
    let args = [&args[..], &["/usr/bin/python3", "-c", program]].concat();
    let Some(limited) = inside(&hidden("SOMEBODY"), &args) else {
        return skipped("a /proc of one's own");
    };
    let report: Value = serde_json::from_slice(&limited.stdout).unwrap();
    assert_eq!(report["verdict"], "memory_limit", "{report}");
    assert!(report["peak_bytes"].as_u64() > Some(90_000_000), "{report}");
    // Without namespaces nobody can look.
    let Some(refused) = inside(&hidden("SOMEBODY FILTER namespaces"), &args) else {
        return skipped("a filter of system calls");
    };
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && said.contains("hidepid"),
        "{said}"
    );
}

/// A cgroup counts what lies in a folder of memory, and without a file system of its own a run's files lie beside those of others.
#[test]
fn files_are_no_memory_where_the_folder_for_temporary_ones_is() {
    if !possible() {
        return skipped("root on x86-64 with mounts, unshare, setpriv and python3");
    }
    let program = "import time
with open('/tmp/big', 'wb') as f:
    for _ in range(80): f.write(bytes(1_000_000))
    f.flush()
    time.sleep(.3)";
    let args = ["run", "--json", "--disk", "200MB", "--"];
    let args = [&args[..], &["/usr/bin/python3", "-c", program]].concat();
    let host = "mount -t tmpfs none /tmp || exit 77; exec DOCKER FILTER namespaces \"$@\"";
    let Some(output) = inside(host, &args) else {
        return skipped("a /tmp of one's own");
    };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "ok", "{report}");
    assert!(report["peak_bytes"].as_u64() < Some(50_000_000), "{report}");
}

/// The kernel counts processes by user.
#[test]
fn programs_of_several_workbenches_have_their_own_numbers_of_processes() {
    if !possible() {
        return skipped("root on x86-64 with mounts, unshare, setpriv and python3");
    }
    let many = "import os, time
n = 0
try:
    while n < 500:
        if not os.fork(): time.sleep(4); os._exit(0)
        n += 1
except OSError: pass
print('started', n)
time.sleep(4)";
    let started = || {
        let host = "MASK || exit 77; exec DOCKER \"$@\"";
        let output = inside(host, &["run", "--", "/usr/bin/python3", "-c", many])?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let count = said.split("started ").nth(1);
        let count = count.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        Some(count.unwrap_or_else(|| panic!("{output:?}")))
    };
    let all: Vec<Option<u32>> = std::thread::scope(|scope| {
        let threads = [(); 3].map(|()| scope.spawn(started));
        threads.map(|thread| thread.join().unwrap()).into()
    });
    if all.contains(&None) {
        return skipped("mounts over /proc");
    }
    assert!(all.iter().all(|n| *n > Some(40)), "{all:?}");
}

#[test]
fn the_doctor_names_the_way_to_a_stronger_tier() {
    if !possible() {
        return skipped("root on x86-64 with mounts, unshare, setpriv and python3");
    }
    let Some(output) = inside("MASK || exit 77; exec DOCKER \"$@\"", &["doctor"]) else {
        return skipped("mounts over /proc");
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("weak isolation") && said.contains("systempaths=unconfined"),
        "{said}"
    );
}

#[test]
fn a_bad_folder_for_temporary_files_alone_keeps_nothing_from_working() {
    let home = Home::new();
    let output = home
        .command(&["doctor"])
        .env("TMPDIR", home.path("nowhere"))
        .output()
        .unwrap();
    let usual = home.run(&["doctor"]);
    assert_eq!(
        output.status.code(),
        usual.status.code(),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_locale_without_utf_8_gets_only_letters_that_it_has() {
    let home = Home::new();
    let said = |locale: Option<&str>| {
        let mut command = home.command(&["doctor"]);
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            command.env_remove(name);
        }
        stdout(
            &command
                .envs(locale.map(|l| ("LC_ALL", l)))
                .output()
                .unwrap(),
        )
    };
    for locale in ["C", "POSIX", "en_US.ISO-8859-1"] {
        assert!(said(Some(locale)).is_ascii(), "{locale}");
    }
    for locale in [None, Some("C.UTF-8"), Some("de_DE.utf8")] {
        assert!(said(locale).contains('✓'), "{locale:?}");
    }
}
