//! On a breach the user is told which limit it was, how far the program got, and what to raise; also where nothing isolates it.

use std::time::Duration;

use reheat::base::units::Bytes;
use reheat::sandbox::{
    CancelToken, Limits, MemorySource, Outcome, Program, RunVerdict, Sandbox, SandboxError,
    Settings, Tier,
};

use crate::support::{PATIENCE, in_own_process};

/// Every tier that this machine has, the last of them without any isolation.
fn tiers() -> Vec<(&'static str, Sandbox)> {
    let all: [(&str, &[&str]); 4] = [
        ("full", &[]),
        ("no cgroup", &["cgroup"]),
        ("weak", &["user", "namespaces"]),
        ("none", &["user", "namespaces", "landlock", "seccomp"]),
    ];
    all.into_iter()
        .map(|(name, forbid)| (name, open(forbid)))
        .collect()
}

fn open(forbid: &[&str]) -> Sandbox {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: true,
    };
    Sandbox::open_without(&settings, forbid).expect("it opens")
}

fn unisolated() -> Sandbox {
    open(&["user", "namespaces", "landlock", "seccomp"])
}

fn shell(script: &str) -> Program {
    Program {
        argv: ["/bin/sh", "-c", script].map(String::from).to_vec(),
        ..Program::default()
    }
}

fn run(sandbox: &mut Sandbox, program: &Program, limits: &Limits) -> Outcome {
    sandbox
        .run(program, limits, &mut |_| {}, &CancelToken::new())
        .expect("it runs")
}

fn small() -> Limits {
    Limits {
        time: Duration::from_secs(120),
        memory: Bytes::mib(64),
        output: Bytes(50_000),
        processes: 12,
        disk: Bytes::mib(8),
    }
}

/// Runs the script in every tier and compares verdict and reason.
fn everywhere(script: &str, change: impl Fn(&mut Limits), verdict: RunVerdict, words: &[&str]) {
    for (tier, mut sandbox) in tiers() {
        let mut limits = small();
        change(&mut limits);
        let outcome = run(&mut sandbox, &shell(script), &limits);
        assert_eq!(outcome.verdict, verdict, "{tier}: {outcome:?}");
        let reason = outcome.reason.clone().unwrap_or_default();
        for word in words {
            assert!(reason.contains(word), "{tier}: {word:?} in {reason:?}");
        }
    }
}

#[test]
fn time_says_when_it_was_stopped_and_what_it_had_used() {
    everywhere(
        "sleep 100",
        |l| l.time = Duration::from_millis(200),
        RunVerdict::TimeLimit,
        &[
            "stopped after 200 ms, the limit of time; used ",
            " of CPU time (--time-limit)",
        ],
    );
}

#[test]
fn memory_says_how_much_it_had() {
    everywhere(
        "x=0123456789abcdef; while :; do x=$x$x; done",
        |_| {},
        RunVerdict::MemoryLimit,
        &[
            "reached ",
            " of memory; the limit is 67.1 MB (--memory-limit)",
        ],
    );
}

#[test]
fn output_says_which_and_how_much() {
    everywhere(
        "while :; do echo 0123456789; done",
        |_| {},
        RunVerdict::OutputLimit,
        &["wrote more than 50.0 kB to its standard output, the limit of output (--output-limit)"],
    );
    everywhere(
        "while :; do echo 0123456789 >&2; done",
        |_| {},
        RunVerdict::OutputLimit,
        &["to its standard error"],
    );
}

#[test]
fn processes_and_disk_are_no_verdicts_but_reasons() {
    for (tier, mut sandbox) in tiers() {
        if tier == "none" && rustix::process::geteuid().is_root() {
            // Root's own processes cannot be counted without a cgroup; they are only watched.
            continue;
        }
        // A shell that cannot make a process ends at once; the one around it lives on for long enough to be looked at.
        let script = "(i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done); j=0; while [ $j -lt 100000 ]; do j=$((j+1)); done; exit 3";
        let outcome = run(&mut sandbox, &shell(script), &small());
        let reason = outcome.reason.clone().unwrap_or_default();
        assert_eq!(
            outcome.verdict,
            RunVerdict::RuntimeError,
            "{tier}: {outcome:?}"
        );
        assert!(
            reason.contains(
                "wanted more than 12 processes and threads at once, the limit (--processes)"
            ),
            "{tier}: {reason}"
        );
    }
    for (tier, mut sandbox) in tiers() {
        // One file larger than the disk, and many that are so together.
        for script in [
            "exec head -c 9000000 /dev/zero > $HOME/f",
            "i=0; while [ $i -lt 100 ]; do head -c 1000000 /dev/zero > $HOME/f$i || exit 4; i=$((i+1)); done; sleep 5; exit 4",
            "i=0; while :; do mkdir $HOME/$i || exit 5; i=$((i+1)); done",
        ] {
            let outcome = run(&mut sandbox, &shell(script), &small());
            let reason = outcome.reason.clone().unwrap_or_default();
            assert_eq!(
                outcome.verdict,
                RunVerdict::RuntimeError,
                "{tier}: {outcome:?}"
            );
            let named = reason.contains("(--disk)");
            // A file that is too large is refused by the kernel itself with a signal where there is no disk of its own.
            assert!(
                named || reason.contains("SIGXFSZ"),
                "{tier}: {script}: {reason}"
            );
        }
    }
}

#[test]
fn a_program_that_fails_of_something_else_is_not_told_of_limits() {
    for (tier, mut sandbox) in tiers() {
        let outcome = run(&mut sandbox, &shell("echo x > $HOME/f; exit 3"), &small());
        assert_eq!(outcome.reason.as_deref(), Some("exit status 3"), "{tier}");
        let outcome = run(&mut sandbox, &shell("exit 0"), &small());
        assert_eq!(
            (outcome.verdict, outcome.reason),
            (RunVerdict::Ok, None),
            "{tier}"
        );
    }
}

#[test]
fn without_isolation_it_says_so_and_keeps_its_limits() {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    let forbid = ["user", "namespaces", "landlock", "seccomp"];
    let refused = Sandbox::open_without(&settings, &forbid);
    assert!(
        matches!(&refused, Err(e @ SandboxError::NoIsolation(_)) if e.to_string().contains("--unsafe-no-isolation")),
        "{refused:?}"
    );
    let mut sandbox = unisolated();
    let guards = sandbox.guards().clone();
    assert_eq!(
        (guards.tier, guards.memory_source),
        (Tier::None, MemorySource::ResidentSet)
    );
    assert!(
        guards
            .missing
            .iter()
            .any(|(g, why)| g == "isolation" && why.contains("your own rights"))
    );

    let outcome = run(&mut sandbox, &shell("cat; echo bad >&2; exit 7"), &small());
    assert_eq!(
        (outcome.verdict, outcome.exit_code),
        (RunVerdict::RuntimeError, Some(7))
    );
    assert_eq!(outcome.stderr.bytes, b"bad\n");
    let outcome = run(&mut sandbox, &shell("kill -SEGV $$"), &small());
    assert_eq!((outcome.exit_code, outcome.signal), (None, Some(11)));

    let mut program = shell("cat; echo made > /work/product");
    program.stdin = b"input".as_slice().into();
    program.collect = vec!["product".into(), "../product".into(), "/etc/passwd".into()];
    let outcome = run(&mut sandbox, &program, &small());
    assert_eq!(outcome.stdout.bytes, b"input");
    assert_eq!(
        outcome.collected,
        [("product".to_owned(), b"made\n".to_vec())]
    );

    for argv in [
        vec![],
        vec!["/no/such/program".to_owned()],
        vec!["/etc".to_owned()],
    ] {
        let program = Program {
            argv,
            ..Program::default()
        };
        let ended = sandbox.run(&program, &small(), &mut |_| {}, &CancelToken::new());
        assert!(
            matches!(ended, Err(SandboxError::CannotStart { .. })),
            "{ended:?}"
        );
    }
}

#[test]
fn without_isolation_descendants_die_and_a_stop_is_heeded() {
    let mut sandbox = unisolated();
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().to_string_lossy().into_owned();
    let mut program = shell("sleep 1000 & sh -c 'sleep 1000; :' $0 & sleep 1000");
    program.argv.push(marker.clone());
    let limits = Limits {
        time: Duration::from_millis(300),
        ..small()
    };
    let outcome = run(&mut sandbox, &program, &limits);
    assert_eq!(outcome.verdict, RunVerdict::TimeLimit);
    assert!(gone(&marker));

    let cancel = CancelToken::new();
    let canceller = cancel.clone();
    let mut seen = 0;
    let ended = sandbox.run(
        &program,
        &Limits {
            time: Duration::from_secs(60),
            ..small()
        },
        &mut |_| {
            seen += 1;
            if seen == 5 {
                canceller.stop();
            }
        },
        &cancel,
    );
    assert!(matches!(ended, Err(SandboxError::Stopped)), "{ended:?}");
    assert!(gone(&marker));
}

/// Whether no process with the marker is left, or comes to its end within a long time.
fn gone(marker: &str) -> bool {
    let there = || {
        std::fs::read_dir("/proc").is_ok_and(|entries| {
            entries.flatten().any(|e| {
                std::fs::read(e.path().join("cmdline"))
                    .is_ok_and(|c| c.split(|b| *b == 0).any(|a| a == marker.as_bytes()))
            })
        })
    };
    (0..30_000).any(|_| {
        let gone = !there();
        if !gone {
            std::thread::sleep(Duration::from_millis(10));
        }
        gone
    })
}

#[test]
fn the_folders_of_runs_without_a_file_system_of_their_own_are_swept() {
    // The test's own temporary folder, so that nobody else's are counted: a process of its own is needed for that.
    let place = tempfile::tempdir().unwrap();
    let done = in_own_process(module_path!(), "litters")
        .env("TMPDIR", place.path())
        .env("LIMITS_LITTERS", "1")
        .status()
        .unwrap();
    assert!(done.success());
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn the_folder_of_a_run_whose_workbench_was_killed_is_swept_by_the_next() {
    let place = tempfile::tempdir().unwrap();
    let folders = || {
        let entries = std::fs::read_dir(place.path()).unwrap().flatten();
        entries.map(|e| e.path()).collect::<Vec<_>>()
    };
    let start = |name: &str| {
        in_own_process(module_path!(), name)
            .env("TMPDIR", place.path())
            .env("LIMITS_LITTERS", "1")
            .spawn()
            .unwrap()
    };
    let running = |but: &[std::path::PathBuf]| {
        let mut all = folders().into_iter().filter(|f| !but.contains(f));
        all.rfind(|f| f.join("work/here").exists())
    };
    let wait = |what: &dyn Fn() -> bool| {
        let start = std::time::Instant::now();
        while !what() {
            assert!(start.elapsed() < PATIENCE);
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let mut killed = start("stays");
    wait(&|| running(&[]).is_some());
    let abandoned = running(&[]).unwrap();
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(abandoned.exists());
    let mut living = start("stays");
    wait(&|| running(std::slice::from_ref(&abandoned)).is_some());
    assert!(!abandoned.exists(), "{:?}", folders());
    let held = running(&[]).unwrap();
    assert!(start("litters").wait().unwrap().success());
    assert!(held.exists(), "that one is in use");
    living.kill().unwrap();
    living.wait().unwrap();
    assert!(start("litters").wait().unwrap().success());
    assert_eq!(folders(), Vec::<std::path::PathBuf>::new());
}

#[test]
#[ignore = "run by the test above, which ends it"]
fn stays() {
    if std::env::var_os("LIMITS_LITTERS").is_some() {
        let limits = Limits {
            time: Duration::from_secs(100),
            ..Limits::default()
        };
        let mut sandbox = open(&["user", "namespaces"]);
        run(&mut sandbox, &shell("touch $HOME/here; sleep 90"), &limits);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn cpu_time_that_may_be_lost_is_a_lower_bound() {
    let alone = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done";
    for (tier, mut sandbox) in tiers() {
        let counted = sandbox.guards().memory_source == MemorySource::Cgroup;
        let mut at_least = |script: &str| {
            let outcome = run(&mut sandbox, &shell(script), &small());
            assert_eq!(outcome.verdict, RunVerdict::Ok, "{tier}: {outcome:?}");
            outcome.cpu_at_least
        };
        assert!(!at_least(alone), "{tier}");
        let children = format!("({alone}) & ({alone}) & wait");
        assert_eq!(at_least(&children), !counted, "{tier}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn page_tables_are_held_back_without_a_cgroup() {
    // One page of tables a touch, 40 MiB in all, over a mapping that holds nothing but zeros.
    let text = "import mmap, time\nm = mmap.mmap(-1, 10000 << 21, flags=0x4022, prot=mmap.PROT_READ)\nm.madvise(15)\nfor i in range(10000): m[i << 21]\ntime.sleep(90)\n";
    if !std::path::Path::new("/usr/bin/python3").exists() {
        assert!(std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none());
        println!("skipped: needs /usr/bin/python3");
        return;
    }
    for forbid in [&["cgroup"][..], &["user", "namespaces"]] {
        let program = Program {
            argv: ["/usr/bin/python3", "-c", text].map(String::from).to_vec(),
            ..Program::default()
        };
        let limits = Limits {
            memory: Bytes::mib(32),
            ..small()
        };
        let outcome = run(&mut open(forbid), &program, &limits);
        assert_eq!(outcome.verdict, RunVerdict::MemoryLimit, "{outcome:?}");
    }
}

#[test]
#[ignore = "run by the tests above, with a temporary folder of its own"]
fn litters() {
    if std::env::var_os("LIMITS_LITTERS").is_none() {
        return;
    }
    let script = "cd $HOME; mkdir -p a/b/c; chmod 0 a/b; ln -s / root; mkfifo fifo; i=0; while [ $i -lt 300 ]; do mkdir d 2>/dev/null; cd d; i=$((i+1)); done; exit 0";
    run(&mut unisolated(), &shell(script), &Limits::default());
}

/// As well as can be told here: nothing outside its folder names what only Linux has.
#[test]
fn what_only_linux_has_is_kept_in_its_folder() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let only_linux = [
        "libc::SYS_",
        "libc::CLONE_",
        "rustix::mount",
        "rustix::thread",
        "memfd_create",
        "pidfd",
        "prctl",
        "openat2",
        "signalfd",
        "pivot_root",
        "os::linux",
        "landlock::",
        "seccomp_",
        "fstatvfs",
        "statvfs",
        "ResolveFlags",
        "epoll",
        "inotify",
    ];
    let mut folders = vec![source.clone()];
    let mut faults = Vec::new();
    while let Some(folder) = folders.pop() {
        if folder == source.join("sandbox/linux") {
            continue;
        }
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                // What is only looked for in somebody's text is no call.
                let code: String = code.split('"').step_by(2).collect();
                if let Some(word) = only_linux.iter().find(|w| code.contains(**w)) {
                    faults.push(format!("{}:{}: {word}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
