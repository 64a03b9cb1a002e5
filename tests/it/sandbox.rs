//! What a run promises: its verdict, its figures, its output, and that nothing of it stays.

use std::time::Duration;

use reheat::base::units::Bytes;
use reheat::sandbox::{
    CancelToken, Limits, MemorySource, Outcome, Program, RunVerdict, Sandbox, SandboxError,
    Settings,
};

use crate::support::home::wait_for;

fn open() -> Sandbox {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: true,
    };
    Sandbox::open(&settings).expect("the sandbox opens")
}

fn shell(script: &str) -> Program {
    Program {
        argv: vec!["/bin/sh".into(), "-c".into(), script.into()],
        ..Program::default()
    }
}

fn run_with(program: &Program, limits: &Limits) -> Result<Outcome, SandboxError> {
    open().run(program, limits, &mut |_| {}, &CancelToken::new())
}

fn run(program: &Program) -> Outcome {
    run_with(program, &Limits::default()).expect("it runs")
}

#[test]
fn exit_status_and_signal_come_back() {
    let outcome = run(&shell("exit 0"));
    assert_eq!(
        (outcome.verdict, outcome.exit_code),
        (RunVerdict::Ok, Some(0))
    );
    let outcome = run(&shell("exit 7"));
    assert_eq!(
        (outcome.verdict, outcome.exit_code),
        (RunVerdict::RuntimeError, Some(7))
    );
    let outcome = run(&shell("kill -SEGV $$"));
    assert_eq!(
        (outcome.verdict, outcome.exit_code, outcome.signal),
        (RunVerdict::RuntimeError, None, Some(11))
    );
}

#[test]
fn output_of_any_bytes_comes_back_and_a_flood_is_stopped() {
    let outcome = run(&shell("printf 'a\\377\\000b'; printf oops >&2"));
    assert_eq!(outcome.stdout.bytes, b"a\xff\0b");
    assert_eq!(outcome.stderr.bytes, b"oops");
    let limits = Limits {
        output: Bytes(100_000),
        ..Limits::default()
    };
    let outcome = run_with(&shell("yes"), &limits).expect("it runs");
    assert_eq!(outcome.verdict, RunVerdict::OutputLimit);
    assert_eq!(outcome.stdout.bytes.len(), 100_000);
    assert!(outcome.stdout.truncated);
}

#[test]
fn a_large_input_arrives_and_an_unread_one_does_no_harm() {
    let mut program = shell("wc -c");
    program.stdin = vec![b'x'; 50_000_000].into();
    assert_eq!(
        String::from_utf8_lossy(&run(&program).stdout.bytes).trim(),
        "50000000"
    );
    program.argv[2] = "exit 0".into();
    assert_eq!(run(&program).verdict, RunVerdict::Ok);
}

#[test]
fn a_loop_without_end_is_stopped_by_the_clock() {
    let limits = Limits {
        time: Duration::from_millis(200),
        ..Limits::default()
    };
    let outcome = run_with(&shell("while :; do :; done"), &limits).expect("it runs");
    assert_eq!(outcome.verdict, RunVerdict::TimeLimit);
    assert!(outcome.wall.0 >= 200_000_000);
}

#[test]
fn how_long_it_waited_for_a_core_is_known_where_the_machine_tells() {
    if std::fs::read_to_string("/proc/self/schedstat").is_err() || !counted() {
        println!("skipped: needs a kernel with schedstat, and isolation");
        return;
    }
    let outcome = run(&shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"));
    let delayed = outcome.delayed.expect("it ran long enough to be asked");
    assert!(delayed < outcome.wall, "{delayed} of {}", outcome.wall);
}

#[test]
fn a_program_that_is_not_there_is_no_verdict() {
    let program = Program {
        argv: vec!["/usr/bin/no-such-program".into()],
        ..Program::default()
    };
    assert!(matches!(
        run_with(&program, &Limits::default()),
        Err(SandboxError::CannotStart { .. })
    ));
}

#[test]
fn files_are_mounted_where_the_program_expects_them_and_products_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.txt"), "hello").expect("written");
    let mut program = shell("cp /prog/given.txt /work/made.txt; cat /data/a.txt; pwd");
    program.mounts = vec![
        reheat::sandbox::Mount {
            host: folder.path().join("a.txt"),
            guest: "/prog/given.txt".into(),
        },
        reheat::sandbox::Mount {
            host: folder.path().into(),
            guest: "/data".into(),
        },
    ];
    program.collect = vec!["made.txt".into(), "absent".into()];
    let outcome = run(&program);
    assert!(
        String::from_utf8_lossy(&outcome.stdout.bytes).starts_with("hello"),
        "{outcome:?}"
    );
    assert_eq!(
        outcome.collected,
        vec![("made.txt".to_owned(), b"hello".to_vec())]
    );
}

#[test]
fn a_stopped_run_says_so() {
    let cancel = CancelToken::new();
    let canceller = cancel.clone();
    let mut seen = 0;
    let ended = open().run(
        &shell("sleep 100"),
        &Limits::default(),
        &mut |_| {
            seen += 1;
            if seen == 5 {
                canceller.stop();
            }
        },
        &cancel,
    );
    assert!(matches!(ended, Err(SandboxError::Stopped)), "{ended:?}");
}

fn python(text: &str) -> Option<Program> {
    if !std::path::Path::new("/usr/bin/python3").exists() {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "needs /usr/bin/python3"
        );
        println!("skipped: needs /usr/bin/python3");
        return None;
    }
    let argv = ["/usr/bin/python3", "-I", "-S", "-c", text]
        .map(String::from)
        .to_vec();
    Some(Program {
        argv,
        ..Program::default()
    })
}

/// What an interpreter at rest needs.
fn floor() -> Option<u64> {
    let program = python("import time; time.sleep(0.1)")?;
    Some(run(&program).peak.bytes.0)
}

fn close(got: f64, wanted: f64, share: f64) -> bool {
    (got / wanted - 1.0).abs() <= share
}

fn counted() -> bool {
    let there = open().guards().memory_source == MemorySource::Cgroup;
    if !there {
        println!("skipped: needs a cgroup");
    }
    there
}

const MIB: f64 = 1024.0 * 1024.0;

#[test]
fn a_hundred_mebibytes_are_a_hundred_mebibytes_however_large_the_workbench_is() {
    let (Some(program), Some(floor)) = (
        python("import time; a = bytearray(b'x') * (100 << 20); time.sleep(0.2)"),
        floor(),
    ) else {
        return;
    };
    let ours = vec![1u8; 300 << 20];
    let outcome = run(&program);
    std::hint::black_box(&ours);
    let touched = outcome.peak.bytes.0.saturating_sub(floor) as f64;
    assert!(close(touched, 100.0 * MIB, 0.02), "{touched} {outcome:?}");
}

#[test]
fn memory_of_a_tree_is_counted_once_and_whole() {
    if !counted() {
        return;
    }
    let Some(floor) = floor() else { return };
    // Shared by four forks: once. In two at a time: both. In memory files: counted. In files of the work folder: not.
    let cases = [
        (
            100.0,
            "import os,time\na=bytearray(b'x')*(100<<20)\nfor _ in range(4):\n  if os.fork()==0: time.sleep(.3); os._exit(0)\ntime.sleep(.3)",
        ),
        (
            200.0,
            "import os,time\nfor _ in range(2):\n  if os.fork()==0: a=bytearray(b'x')*(100<<20); time.sleep(.6); os._exit(0)\ntime.sleep(.7)",
        ),
        (
            100.0,
            "import os,time\nf=os.memfd_create('m')\nfor _ in range(100): os.write(f,b'x'*(1<<20))\ntime.sleep(.2)",
        ),
        (
            0.0,
            "import time\nf=open('/work/f','wb')\nfor _ in range(60): f.write(b'x'*(1<<20))\nf.flush(); time.sleep(.2)",
        ),
    ];
    for (truth, text) in cases {
        let Some(program) = python(text) else { return };
        let outcome = run(&program);
        assert_eq!(outcome.verdict, RunVerdict::Ok, "{outcome:?}");
        let touched = outcome.peak.bytes.0.saturating_sub(floor) as f64;
        // Children of a fork need a little memory of their own.
        assert!(
            (touched - truth * MIB).abs() <= 0.02 * truth * MIB + 3.0 * MIB,
            "{truth}: {touched} {text}"
        );
    }
}

#[test]
fn what_pipes_hold_is_memory_where_a_cgroup_tells() {
    // 32 pipes of a mebibyte each, all full.
    let text = "import os, fcntl, time\nfor i in range(32):\n r, w = os.pipe(); fcntl.fcntl(w, 1031, 1 << 20); os.write(w, bytes(1 << 20))\ntime.sleep(0.05)\n";
    let (Some(program), Some(floor)) = (python(text), floor()) else {
        return;
    };
    if !counted() {
        return;
    }
    let outcome = run(&program);
    assert_eq!(outcome.verdict, RunVerdict::Ok, "{outcome:?}");
    let peak = outcome.peak.bytes.0.saturating_sub(floor);
    // A few mebibytes of the kernel's are every program's own.
    assert!(
        peak > Bytes::mib(27).0 && peak < Bytes::mib(36).0,
        "{peak} {:?}",
        outcome.peak
    );
}

#[test]
fn what_files_hold_is_no_memory_but_told() {
    let text = "f = open('/tmp/x', 'wb')\nfor i in range(30): f.write(bytes(1 << 20))\n";
    let (Some(program), Some(floor)) = (python(text), floor()) else {
        return;
    };
    let outcome = run(&program);
    assert_eq!(outcome.verdict, RunVerdict::Ok, "{outcome:?}");
    let held = outcome.files;
    assert!(
        held >= Bytes::mib(30) && held < Bytes::mib(32),
        "{outcome:?}"
    );
    let peak = outcome.peak.bytes.0.saturating_sub(floor);
    assert!(peak < Bytes::mib(8).0, "{peak}");
}

#[test]
fn memory_over_time_is_the_area_under_the_steps() {
    // Each step is as long as the program says; the machine may stretch it, so the truth is what the program saw itself.
    let text = "import time\nnow=time.monotonic\nheld=[]\narea=0\nfor _ in range(5):\n  held.append(bytearray(b'x')*(40<<20)); t=now(); time.sleep(.12); area+=len(held)*(40<<20)*(now()-t)\nprint(area)";
    let (Some(program), Some(floor)) = (python(text), floor()) else {
        return;
    };
    let outcome = run(&program);
    let truth: f64 = String::from_utf8_lossy(&outcome.stdout.bytes)
        .trim()
        .parse()
        .expect("a number");
    let base = floor as f64 * outcome.wall.seconds();
    let area = outcome.integral.0 / 1e9 - base;
    // Climbing to a step takes time too, in which the memory is between the steps: at most the share of time that is not sleep.
    let climbing = (outcome.wall.seconds() - 0.6) * 200.0 * MIB;
    assert!(
        area >= truth * 0.97 && area <= truth * 1.03 + climbing,
        "{area} {truth} {climbing}"
    );
}

#[test]
fn cpu_time_is_that_of_the_whole_tree() {
    if !counted() {
        return;
    }
    let text = "import os,time\ndef spin(s):\n  e=time.process_time()+s\n  while time.process_time()<e: pass\nfor _ in range(2):\n  if os.fork()==0: spin(.2); os._exit(0)\nspin(.2)\nos.wait()\nos.wait()";
    let Some(program) = python(text) else { return };
    let outcome = run(&program);
    let seconds = outcome.cpu.seconds();
    // Starting the interpreter is not part of the spin.
    assert!((0.59..0.72).contains(&seconds), "{seconds}");
}

#[test]
fn a_daemon_is_counted_and_does_not_outlive_the_run() {
    if !counted() {
        return;
    }
    let text = "import os,time\nif os.fork()==0:\n  os.setsid()\n  if os.fork()==0:\n    a=bytearray(b'x')*(200<<20)\n    e=time.process_time()+.3\n    while time.process_time()<e: pass\n    time.sleep(100)\n  os._exit(0)\nos.wait()\ntime.sleep(1.5)";
    let Some(program) = python(text) else { return };
    let outcome = run(&program);
    assert!(outcome.peak.bytes.0 as f64 >= 196.0 * MIB, "{outcome:?}");
    assert!(outcome.cpu.seconds() >= 0.3, "{outcome:?}");
}

#[test]
fn a_launcher_that_dies_is_replaced_and_the_run_repeated() {
    let mut sandbox = open();
    let mut killed = false;
    let program = shell("sleep 0.3; echo done");
    let outcome = sandbox
        .run(
            &program,
            &Limits::default(),
            &mut |_| {
                if !std::mem::replace(&mut killed, true) {
                    for pid in children_named("reheat-launcher") {
                        let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
                        rustix::process::kill_process(pid, rustix::process::Signal::KILL)
                            .expect("killed");
                    }
                }
            },
            &CancelToken::new(),
        )
        .expect("it runs");
    assert_eq!(outcome.stdout.bytes, b"done\n");
}

/// Launchers that this very thread has started (tests run side by side, each in its own thread).
fn children_named(name: &str) -> Vec<i32> {
    let me = std::fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    me.split_whitespace()
        .filter(|pid| {
            std::fs::read(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|c| c.starts_with(name.as_bytes()))
        })
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

/// Processes of this machine with the marker among their arguments.
fn alive(marker: &str) -> usize {
    let entries = std::fs::read_dir("/proc").expect("proc").flatten();
    entries
        .filter(|e| {
            std::fs::read(e.path().join("cmdline"))
                .is_ok_and(|c| c.split(|b| *b == 0).any(|a| a == marker.as_bytes()))
        })
        .count()
}

#[test]
fn everything_dies_with_a_workbench_that_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let marker = format!("marker-{}", std::process::id());
    let mut workbench = std::process::Command::new(env!("CARGO_BIN_EXE_reheat"))
        .args([
            "run",
            "--",
            "/bin/sh",
            "-c",
            "sleep 1000 & setsid sleep 1000 & sleep 1000",
            &marker,
        ])
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    // The workbench's own command line holds the marker; the guest's shell is the second.
    wait_for(|| alive(&marker) >= 2);
    workbench.kill().expect("killed");
    workbench.wait().expect("reaped");
    wait_for(|| alive(&marker) == 0);
}

fn reheat_run(folder: &std::path::Path, args: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_reheat"))
        .arg("run")
        .args(args)
        .current_dir(folder)
        .output()
        .expect("it starts")
}

#[test]
fn reheat_run_prints_one_object_with_every_field() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("given.txt"), "from here").expect("written");
    let script = "cat given.txt; cat; pwd; echo $HOME; echo x > /work/f; touch /data/f 2>/dev/null || echo read-only; exit 3";
    std::fs::write(folder.path().join("in.txt"), "input\n").expect("written");
    let output = reheat_run(
        folder.path(),
        &["--json", "--stdin", "in.txt", "--", "sh", "-c", script],
    );
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let object: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("one JSON object");
    for field in [
        "verdict",
        "exit_code",
        "signal",
        "wall_ns",
        "cpu_ns",
        "peak_bytes",
        "integral_byte_ns",
        "samples",
        "stdout",
        "stdout_truncated",
        "stderr",
        "stderr_truncated",
        "guards",
    ] {
        assert!(object.get(field).is_some(), "{field} is missing");
    }
    assert_eq!(object["verdict"], "runtime_error");
    assert_eq!(object["exit_code"], 3);
    assert!(object["signal"].is_null());
    assert_eq!(
        object["stdout"],
        "from hereinput\n/data\n/work\nread-only\n"
    );
    assert!(object["samples"].as_array().is_some_and(
        |s| s.len() <= 2_000 && s.iter().all(|p| p.as_array().is_some_and(|p| p.len() == 2))
    ));
    assert!(!folder.path().join("f").exists());
}

#[test]
fn reheat_run_hands_its_standard_input_on_and_needs_no_dashes() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("in.txt");
    std::fs::write(&place, "from a file").expect("written");
    let run = |stdin: std::process::Stdio, args: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_reheat"))
            .args(args)
            .current_dir(folder.path())
            .stdin(stdin)
            .output()
            .expect("it starts");
        let object: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (
            object["stdout"].as_str().unwrap_or_default().to_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let file = || std::fs::File::open(&place).expect("it is there");
    let (out, err) = run(file().into(), &["run", "--json", "--", "cat"]);
    assert_eq!(out, "from a file", "{err}");
    let (out, err) = run(file().into(), &["run", "--json", "cat"]);
    assert_eq!(out, "from a file", "{err}");
    let mut piped = std::process::Command::new("printf")
        .arg("from a pipe")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let pipe = piped.stdout.take().expect("piped");
    let (out, err) = run(pipe.into(), &["run", "--json", "--", "cat"]);
    assert_eq!(out, "from a pipe", "{err}");
    piped.wait().expect("it ends");
    // A device that never ends is not read.
    let zero = std::fs::File::open("/dev/zero").expect("it is there");
    let (out, err) = run(zero.into(), &["run", "--json", "--", "cat"]);
    assert_eq!(out, "", "{err}");
    let (_, err) = run(std::process::Stdio::null(), &["run", "--", "cat in.txt"]);
    assert!(
        err.contains("without the quotes: reheat run -- cat in.txt"),
        "{err}"
    );
}

#[test]
fn reheat_run_ends_with_the_promised_status() {
    let folder = tempfile::tempdir().expect("a folder");
    let status = |args: &[&str]| reheat_run(folder.path(), args).status.code();
    assert_eq!(status(&["--", "true"]), Some(0));
    assert_eq!(status(&["--", "false"]), Some(1));
    assert_eq!(
        status(&["--time-limit", "100ms", "--", "sleep", "9"]),
        Some(1)
    );
    assert_eq!(status(&["--time-limit", "soon", "--", "true"]), Some(2));
    assert_eq!(status(&["--stdin", "absent", "--", "true"]), Some(2));
    assert_eq!(status(&["--stdin", "/dev/zero", "--", "true"]), Some(2));
    let full = std::process::Command::new("sh")
        .args(["-c", "exec \"$0\" run -- echo hi > /dev/full"])
        .arg(env!("CARGO_BIN_EXE_reheat"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(full.status.code(), Some(3), "{full:?}");
    let hostile = reheat_run(folder.path(), &["--", "no\u{1b}]0;owned\u{7}such"]);
    let said = String::from_utf8_lossy(&hostile.stderr).into_owned();
    assert!(!said.contains('\u{1b}') && said.contains('␛'), "{said}");
    assert_eq!(status(&[]), Some(2));
    assert_eq!(status(&["--", "no-such-program"]), Some(3));
    let verdict = |args: &[&str]| {
        let output = reheat_run(folder.path(), args);
        let object: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("one JSON object");
        object["verdict"]
            .as_str()
            .map(str::to_owned)
            .unwrap_or_default()
    };
    assert_eq!(
        verdict(&["--json", "--time-limit", "100ms", "--", "sleep", "9"]),
        "time_limit"
    );
    assert_eq!(
        verdict(&["--json", "--output-limit", "1kB", "--", "yes"]),
        "output_limit"
    );
    assert_eq!(
        verdict(&["--json", "--", "sh", "-c", "kill -ABRT $$"]),
        "runtime_error"
    );
}

#[test]
fn reheat_run_does_not_show_a_home() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("me");
    std::fs::create_dir_all(home.join("project")).expect("made");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&home, &link).expect("linked");
    for (place, status) in [
        (home.clone(), 2),
        (folder.path().into(), 2),
        (link, 2),
        ("/".into(), 2),
        (home.join("project"), 0),
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_reheat"))
            .args(["run", "--", "true"])
            .env("HOME", &home)
            .current_dir(&place)
            .output()
            .expect("it starts");
        assert_eq!(
            output.status.code(),
            Some(status),
            "{} {}",
            place.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn nothing_is_left_of_a_sandbox_that_is_closed() {
    let groups = || -> usize {
        let mine = format!("reheat-{}-", std::process::id());
        let own = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let memory = own
            .lines()
            .find_map(|l| l.split_once(":memory:"))
            .map(|(_, p)| p.to_owned())
            .unwrap_or_default();
        let folder = format!("/sys/fs/cgroup/memory{memory}");
        std::fs::read_dir(folder).map_or(0, |d| {
            d.flatten()
                .filter(|e| e.file_name().to_string_lossy().starts_with(&mine))
                .count()
        })
    };
    let mut sandbox = open();
    let with = groups();
    sandbox
        .run(
            &shell("sleep 1000 & exit 0"),
            &Limits::default(),
            &mut |_| {},
            &CancelToken::new(),
        )
        .expect("it runs");
    let launchers = children_named("reheat-launcher");
    assert_eq!(launchers.len(), 1);
    drop(sandbox);
    assert!(children_named("reheat-launcher").is_empty());
    // Other tests open and close theirs meanwhile; only if nobody else has one does the count say something.
    if with == 1 {
        assert_eq!(groups(), 0);
    }
}

#[test]
fn a_virtual_environment_works_inside() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = std::process::Command::new("python3")
        .args(["-m", "venv", "--without-pip"])
        .arg(folder.path().join("v"))
        .output();
    if !made.is_ok_and(|m| m.status.success()) {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "needs python3 with venv, and nothing may be skipped here"
        );
        println!("skipped: needs python3 with venv");
        return;
    }
    let lib = std::fs::read_dir(folder.path().join("v/lib"))
        .expect("lib")
        .flatten()
        .next()
        .expect("a version");
    std::fs::write(
        lib.path().join("site-packages/planted.py"),
        "word = 'found'\n",
    )
    .expect("written");
    let tool = reheat::sandbox::toolchain::find(
        folder.path().join("v/bin/python").to_str().expect("utf-8"),
    )
    .expect("found");
    let program = Program {
        argv: vec![
            tool.program,
            "-c".into(),
            "import planted, sys; print(planted.word, sys.prefix)".into(),
        ],
        mounts: tool.mounts,
        environment: tool.environment,
        ..Program::default()
    };
    let outcome = run(&program);
    assert_eq!(
        String::from_utf8_lossy(&outcome.stdout.bytes),
        "found /opt/venv\n",
        "{outcome:?}"
    );
}
