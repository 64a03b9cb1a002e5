//! A folder that stays when a run is over, in every tier that this machine has, with programs that mean harm.

use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use crate::support::COMPARISON;
use reheat::base::units::Bytes;
use reheat::sandbox::{
    CancelToken, Limits, MemorySource, Mount, Outcome, Program, RunVerdict, Sandbox, SandboxError,
    Settings, Tier, TreeHolder, WritableTree,
};

/// What each tier does without; the last has no isolation at all.
fn tiers() -> Vec<(&'static str, &'static [&'static str])> {
    let mut tiers: Vec<(&str, &[&str])> = vec![
        ("full", &[]),
        ("no cgroup", &["cgroup"]),
        ("weak", &["user", "namespaces"]),
        ("none", &["user", "namespaces", "landlock", "seccomp"]),
    ];
    if rustix::process::geteuid().is_root() {
        tiers.push(("no user namespace", &["user"]));
    }
    tiers
}

fn settings() -> Settings {
    let launcher = std::env::var_os("HOSTILE_LAUNCHER").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_reheat")),
        PathBuf::from,
    );
    Settings {
        launcher: Some(launcher),
        unsafe_no_isolation: true,
    }
}

/// A sandbox of one tier with a tree of its own.
struct Place {
    name: &'static str,
    sandbox: Sandbox,
    holder: TreeHolder,
    most: Bytes,
}

impl Place {
    fn open(name: &'static str, without: &[&str]) -> Self {
        let sandbox = Sandbox::open_without(&settings(), without).expect("it opens");
        let weak_root = sandbox.guest_owner().is_some() && sandbox.guards().tier == Tier::Weak;
        let holder = TreeHolder::fresh(&std::env::temp_dir(), weak_root).unwrap();
        std::fs::create_dir(holder.path().join("project")).unwrap();
        let place = Self {
            name,
            sandbox,
            holder,
            most: Bytes::mib(64),
        };
        place.give(&place.host());
        place
    }

    fn host(&self) -> PathBuf {
        self.holder.path().join("project")
    }

    fn give(&self, path: &Path) {
        if let Some(id) = self.sandbox.guest_owner() {
            chown(path, Some(id), Some(id)).unwrap();
        }
    }

    fn try_run(&mut self, script: &str, mounts: Vec<Mount>) -> Result<Outcome, SandboxError> {
        let program = Program {
            argv: vec!["/bin/sh".into(), "-c".into(), script.into()],
            mounts,
            trees: vec![WritableTree {
                host: self.host(),
                guest: "/project".into(),
                most: self.most,
                most_files: 3_000,
            }],
            folder: Some("/project".into()),
            ..Program::default()
        };
        self.sandbox.run(
            &program,
            &Limits {
                // Whoever watches a folder has little of a crowded machine.
                time: COMPARISON,
                ..Limits::default()
            },
            &mut |_| {},
            &CancelToken::new(),
        )
    }

    fn run(&mut self, script: &str) -> Outcome {
        self.try_run(script, Vec::new()).expect("it runs")
    }

    fn isolated(&self) -> bool {
        self.sandbox.guards().tier > Tier::None
    }
}

fn everywhere(mut test: impl FnMut(&mut Place)) {
    for (name, without) in tiers() {
        test(&mut Place::open(name, without));
    }
}

/// Python with a text as its program, in words of a shell.
fn python(text: &str) -> String {
    format!("python3 -I -S - <<'END'\n{text}\nEND\n")
}

fn out(outcome: &Outcome) -> String {
    String::from_utf8_lossy(&outcome.stdout.bytes).into_owned()
}

fn err(outcome: &Outcome) -> String {
    String::from_utf8_lossy(&outcome.stderr.bytes).into_owned()
}

#[test]
fn what_is_written_there_stays_and_all_that_builds_do_works() {
    everywhere(|place| {
        let name = place.name;
        let outcome = place.run(
            "set -e; pwd; mkdir -p a/b; echo one > a/b/x; chmod 755 a/b/x; mv a/b/x a/x; ln -s a/x link; \
             ln a/x hard; touch -d 2001-02-03 old; rm hard; mkfifo pipe; : > a/x; echo two > a/x; rm -r a/b",
        );
        assert_eq!(outcome.verdict, RunVerdict::Ok, "{name}: {outcome:?}");
        if place.sandbox.guards().tier > Tier::Weak {
            assert_eq!(out(&outcome), "/project\n", "{name}");
        }
        let outcome = place.run(&python(
            "import fcntl, os\nfor how in (fcntl.flock, fcntl.lockf):\n    f = open('lock', 'w'); how(f, fcntl.LOCK_EX)\nprint(open('link').read(), int(os.stat('old').st_mtime) // 86400)",
        ));
        assert_eq!(out(&outcome), "two\n 11356\n", "{name}: {}", err(&outcome));
        let host = place.host();
        assert_eq!(std::fs::read_to_string(host.join("a/x")).unwrap(), "two\n");
        assert_eq!(host.join("a/x").metadata().unwrap().mode() & 0o777, 0o755);
        // The private folders are still fresh each time.
        place.run("echo x > /work/left; echo x > /tmp/left");
        let outcome = place.run("ls /work /tmp");
        assert!(!out(&outcome).contains("left"), "{name}");
        let path = place.holder.path().to_path_buf();
        drop(std::mem::replace(
            &mut place.holder,
            TreeHolder::fresh(&std::env::temp_dir(), false).unwrap(),
        ));
        assert!(!path.exists(), "{name}");
    });
}

#[test]
fn files_that_stay_are_no_memory() {
    let mut place = Place::open("full", &[]);
    if place.sandbox.guards().memory_source != MemorySource::Cgroup {
        println!("skipped: needs a cgroup");
        return;
    }
    let outcome = place.run("head -c 50000000 /dev/zero > large; cat large > /dev/null");
    assert_eq!(outcome.verdict, RunVerdict::Ok, "{outcome:?}");
    assert!(outcome.peak.bytes < Bytes::mib(10), "{:?}", outcome.peak);
    assert!(outcome.files < Bytes::mib(1), "{}", outcome.files);
}

#[test]
fn a_run_cannot_write_beside_its_tree() {
    everywhere(|place| {
        if !place.isolated() {
            return;
        }
        let beside = place.holder.path().join("beside");
        std::fs::write(&beside, "kept").unwrap();
        std::fs::set_permissions(&beside, std::os::unix::fs::PermissionsExt::from_mode(0o666))
            .unwrap();
        let outcome = place.run(&format!(
            "ln -s {0} out; echo x > out; echo x > ../beside; echo x >> {0}; chmod 777 ../beside out; touch -d 2001-01-01 out ../beside; \
             ln {0} hard; mv ../beside .; cat out; ls / /project/.. >&2; true",
            beside.display()
        ));
        assert_eq!(std::fs::read_to_string(&beside).unwrap(), "kept");
        let facts = beside.metadata().unwrap();
        assert_eq!(facts.mode() & 0o777, 0o666, "{}", place.name);
        assert!(facts.mtime() > 1_000_000_000, "{}", place.name);
        assert!(!out(&outcome).contains("kept"), "{}", place.name);
        assert!(!place.host().join("hard").exists(), "{}", place.name);
    });
}

#[test]
fn no_file_there_gives_anybody_rights_and_none_is_a_device() {
    everywhere(|place| {
        if !place.isolated() {
            return;
        }
        let outcome = place.run(&python(
            "import os, stat\n\
             def attempt(f, *a):\n    try: f(*a)\n    except OSError: pass\n\
             open('a', 'w').close(); open('b', 'w').close()\n\
             for m in (0o4755, 0o2755, 0o6777):\n    attempt(os.chmod, 'a', m)\n    attempt(os.fchmod, os.open('b', os.O_RDONLY), m)\n\
             \x20   attempt(os.open, 'c%o' % m, os.O_CREAT | os.O_WRONLY, m)\n    attempt(os.mknod, 'd%o' % m, m | stat.S_IFREG)\n\
             attempt(os.mknod, 'null', 0o666 | stat.S_IFCHR, os.makedev(1, 3))\n\
             attempt(os.mknod, 'disk', 0o666 | stat.S_IFBLK, os.makedev(254, 0))\n\
             os.chmod('a', 0o755); os.close(os.open('plain', os.O_CREAT | os.O_WRONLY, 0o755))\nprint('done')",
        ));
        assert_eq!(out(&outcome), "done\n", "{}: {}", place.name, err(&outcome));
        let mut seen = 0;
        for entry in std::fs::read_dir(place.host()).unwrap() {
            let entry = entry.unwrap();
            let facts = entry.metadata().unwrap();
            let kind = facts.file_type();
            assert!(!kind.is_char_device() && !kind.is_block_device());
            let name = entry.file_name();
            assert_eq!(facts.mode() & 0o6000, 0, "{}: {name:?}", place.name);
            seen += 1;
        }
        assert!(seen >= 3, "{}", place.name);
    });
}

#[test]
fn links_that_a_run_leaves_lead_nowhere_when_the_next_is_laid_out() {
    let given = tempfile::tempdir().unwrap();
    std::fs::write(given.path().join("f"), "given").unwrap();
    std::fs::set_permissions(
        given.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let precious = tempfile::tempdir().unwrap();
    everywhere(|place| {
        let name = place.name;
        let mount = |guest: &str| {
            vec![Mount {
                host: given.path().into(),
                guest: guest.into(),
            }]
        };
        // First as it is meant: a folder of the machine's, shown inside the tree, read-only where that can be.
        let outcome = place
            .try_run(
                "cat deps/in/f; echo x > deps/in/f",
                mount("/project/deps/in"),
            )
            .expect("it runs");
        assert!(out(&outcome).starts_with("given"), "{name}: {outcome:?}");
        if place.isolated() {
            assert_eq!(std::fs::read(given.path().join("f")).unwrap(), b"given");
        }
        std::fs::write(given.path().join("f"), "given").unwrap();
        let again = place.try_run("cat deps/in/f", mount("/project/deps/in"));
        assert_eq!(out(&again.expect("it runs")), "given", "{name}");
        // Then with a link to elsewhere on the way.
        place.run(&format!(
            "rm -rf deps; ln -s {} deps; ln -s /etc etc",
            precious.path().display()
        ));
        let outcome = place.try_run("true", mount("/project/deps/in"));
        let outcome = outcome.and_then(|_| place.try_run("true", mount("/project/etc/in")));
        assert!(
            outcome.is_err() || place.name != "weak",
            "{name}: {outcome:?}"
        );
        assert_eq!(
            std::fs::read_dir(precious.path()).unwrap().count(),
            0,
            "{name}"
        );
        assert!(!Path::new("/etc/in").exists(), "{name}");
        // And the sandbox still works.
        assert_eq!(place.run("exit 3").exit_code, Some(3), "{name}");
    });
}

#[test]
fn whoever_fills_the_disk_is_stopped() {
    everywhere(|place| {
        let name = place.name;
        place.most = Bytes::mib(24);
        let outcome = place.run("while :; do head -c 1000000 /dev/zero >> $$; done");
        let reason = outcome.reason.clone().unwrap_or_default();
        assert_eq!(outcome.verdict, RunVerdict::RuntimeError, "{name}");
        assert!(
            reason.contains("copy of its work tree grew to") || reason.contains("25.2 MB"),
            "{name}: {reason}"
        );
        place.run("rm -f [0-9]*");
        let outcome = place.run("head -c 40000000 /dev/zero > large");
        assert_ne!(outcome.verdict, RunVerdict::Ok, "{name}: one file");
        place.run("rm -f large");
        let outcome = place.run("i=0; while [ $i -lt 100000 ]; do : > f$i; i=$((i+1)); done");
        let reason = outcome.reason.unwrap_or_default();
        assert!(reason.contains("may hold 3000 files"), "{name}: {reason}");
    });
}

#[test]
fn nobody_goes_on_writing_when_the_run_is_over() {
    everywhere(|place| {
        if !place.isolated() {
            return;
        }
        let outcome = place.run(
            "(setsid sh -c 'while :; do echo x >> log; done' >/dev/null 2>&1 &) ; while ! [ -s log ]; do :; done",
        );
        assert_eq!(outcome.verdict, RunVerdict::Ok, "{}", place.name);
        let length = || std::fs::metadata(place.host().join("log")).unwrap().len();
        let before = length();
        // Long enough for thousands of lines.
        let wait = place_wait();
        assert!(wait > 0);
        assert_eq!(length(), before, "{}", place.name);
    });
}

/// Keeps this process busy for a moment without a clock.
fn place_wait() -> usize {
    (0..200)
        .map(|_| std::fs::read_dir("/proc").unwrap().count())
        .sum()
}

#[test]
fn two_trees_may_be_lent_at_once() {
    everywhere(|place| {
        let home = place.holder.path().join("home");
        std::fs::create_dir(&home).unwrap();
        place.give(&home);
        symlink("/nowhere", home.join("broken")).unwrap();
        let lent = |host: PathBuf, guest: &str| WritableTree {
            host,
            guest: guest.into(),
            most: Bytes::mib(8),
            most_files: 100,
        };
        let program = Program {
            argv: [
                "/bin/sh",
                "-c",
                "echo x > /project/p; echo y > $HOME/h; cat /cache/h",
            ]
            .map(String::from)
            .to_vec(),
            environment: vec![("HOME".into(), "/cache".into())],
            trees: vec![lent(place.host(), "/project"), lent(home.clone(), "/cache")],
            ..Program::default()
        };
        let outcome = place
            .sandbox
            .run(
                &program,
                &Limits::default(),
                &mut |_| {},
                &CancelToken::new(),
            )
            .unwrap();
        assert_eq!(out(&outcome), "y\n", "{}: {outcome:?}", place.name);
        assert_eq!(std::fs::read_to_string(home.join("h")).unwrap(), "y\n");
        assert!(place.host().join("p").exists());
    });
}
