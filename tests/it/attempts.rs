//! What a program has tried and was refused is known; what runtimes do by themselves is not held against anybody.

use std::time::Duration;

use reheat::base::units::Bytes;
use reheat::sandbox::toolchain::{self, Tool};
use reheat::sandbox::{
    Attempt, AttemptKind, CancelToken, Limits, Mount, Outcome, Program, RunVerdict, Sandbox,
    Settings,
};

/// Whether a test must be left out, and says so.
fn skipped(need: &str) {
    assert!(
        std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
        "needs {need}, and nothing may be skipped here"
    );
    println!("skipped: needs {need}");
}

fn open(forbid: &[&str]) -> Option<Sandbox> {
    if !std::path::Path::new("/usr/bin/python3").exists() {
        skipped("/usr/bin/python3");
        return None;
    }
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    let sandbox = Sandbox::open_without(&settings, forbid).expect("it opens");
    if sandbox.guards().on.iter().any(|g| g == "attempts") {
        return Some(sandbox);
    }
    // A machine may lack it and say so; that is the machine's affair.
    assert!(
        sandbox
            .guards()
            .missing
            .iter()
            .any(|(g, why)| g == "attempts" && !why.is_empty())
    );
    skipped("Linux 5.7");
    None
}

fn run(sandbox: &mut Sandbox, program: &Program) -> Outcome {
    let limits = Limits {
        time: Duration::from_secs(60),
        memory: Bytes::mib(2048),
        ..Limits::default()
    };
    sandbox
        .run(program, &limits, &mut |_| {}, &CancelToken::new())
        .expect("it runs")
}

fn python(text: &str, watched: bool) -> Program {
    Program {
        argv: ["/usr/bin/python3", "-c", text].map(String::from).to_vec(),
        watched,
        ..Program::default()
    }
}

/// A tool with a source file and arguments in which `{}` is that file.
fn with(tool: &Tool, source: &std::path::Path, name: &str, args: &[&str]) -> Program {
    let guest = format!("/prog/{name}");
    let mut mounts = tool.mounts.clone();
    mounts.push(Mount {
        host: source.to_owned(),
        guest: guest.clone(),
    });
    Program {
        argv: std::iter::once(tool.program.clone())
            .chain(args.iter().map(|a| a.replace("{}", &guest)))
            .collect(),
        environment: tool.environment.clone(),
        mounts,
        collect: vec!["made".into()],
        watched: true,
        ..Program::default()
    }
}

const PYTHON: &str = "
import bisect, collections, ctypes, decimal, glob, hashlib, heapq, itertools, json, math, mmap, multiprocessing, os, pathlib, pwd, random, re, shutil, sqlite3, subprocess, sys, tempfile, threading, time, zlib
import concurrent.futures, asyncio, getpass, locale, platform, statistics, uuid
pwd.getpwuid(os.getuid()); platform.platform(); locale.setlocale(locale.LC_ALL, ''); os.cpu_count(); time.localtime(); os.listdir('/'); os.path.expanduser('~')
d = sqlite3.connect(os.environ['HOME'] + '/x.db'); d.execute('create table t(a)'); d.executemany('insert into t values(?)', [(i,) for i in range(100)]); d.commit()
with tempfile.TemporaryFile() as f: f.write(b'x'); f.flush()
subprocess.run(['/bin/sh', '-c', 'true'], check=True)
t = threading.Thread(target=lambda: sum(range(1000))); t.start(); t.join()
asyncio.run(asyncio.sleep(0))
with concurrent.futures.ProcessPoolExecutor(2) as p: assert sum(p.map(abs, range(10))) == 45
open('/proc/self/status').read(); open('/proc/cpuinfo').read(); open('/proc/meminfo').read()
print('done')
";
const NODE: &str = "const fs=require('fs'),os=require('os'),c=require('crypto'),{Worker}=require('worker_threads');os.cpus();os.userInfo();os.totalmem();fs.writeFileSync(os.homedir()+'/x','y');c.randomBytes(8);require('child_process').execSync('true');require('zlib').gzipSync('x');
new Worker('require(\"worker_threads\").parentPort.postMessage(1)',{eval:true}).on('message',()=>console.log('done'));";
const JAVA: &str = "import java.util.*;import java.util.stream.*;public class main{public static void main(String[] a)throws Exception{Thread t=new Thread(()->{});t.start();t.join();System.gc();IntStream.range(0,1000).parallel().sum();java.nio.file.Files.writeString(java.nio.file.Path.of(System.getenv(\"HOME\"),\"x\"),\"y\");System.out.println(\"done\");}}";
const C: &str = "#include <stdio.h>\n#include <stdlib.h>\n#include <math.h>\n#include <time.h>\nint main(void){time_t t=time(0);localtime(&t);puts(\"done\");return 0;}\n";
const CPP: &str = "#include <bits/stdc++.h>\nint main(){std::vector<int> v{3,1,2};std::sort(v.begin(),v.end());std::thread t([]{});t.join();std::cout<<\"done\\n\";}\n";
const RUST: &str = "use std::collections::HashMap;fn main(){let m:HashMap<u8,u8>=HashMap::new();std::thread::spawn(||{}).join().unwrap();println!(\"done{}\",&\"x\"[m.len()+1..]);}\n";

#[test]
fn programs_that_do_nothing_wrong_have_tried_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // A tool with its arguments, its source, and whether what it makes is to be run.
    let compile: [&str; 4] = ["-o", "/work/made", "{}", "-lm"];
    let all: [(&str, &[&str], &str, &str, bool); 7] = [
        ("/usr/bin/python3", &["{}"], "main.py", PYTHON, false),
        ("python3", &["{}"], "main.py", PYTHON, false),
        ("node", &["{}"], "main.js", NODE, false),
        ("java", &["-Xmx256m", "{}"], "main.java", JAVA, false),
        ("gcc", &compile, "main.c", C, true),
        (
            "g++",
            &["-pthread", "-o", "/work/made", "{}"],
            "main.cpp",
            CPP,
            true,
        ),
        (
            "rustc",
            &["-O", "-o", "/work/made", "{}"],
            "main.rs",
            RUST,
            true,
        ),
    ];
    for (tier, forbid) in [("full", &[][..]), ("weak", &["user", "namespaces"][..])] {
        let Some(mut sandbox) = open(forbid) else {
            return;
        };
        for (name, args, file, text, makes) in all {
            let Ok(tool) = toolchain::find(name) else {
                skipped(name);
                continue;
            };
            if tier == "weak" && !tool.mounts.is_empty() {
                // Below root's home; a guest of this tier is somebody else and cannot enter it.
                continue;
            }
            std::fs::write(path(file), text).unwrap();
            let mut outcome = run(&mut sandbox, &with(&tool, &path(file), file, args));
            let told = |o: &Outcome| {
                format!(
                    "{tier} {name}: {:?} {:?} {} {}",
                    o.verdict,
                    o.reason,
                    String::from_utf8_lossy(&o.stdout.bytes),
                    String::from_utf8_lossy(&o.stderr.bytes)
                )
            };
            // A runtime without a compiler cannot run a source file; which it is it says itself.
            let javac_missing = name == "java" && toolchain::find("javac").is_err();
            if javac_missing {
                skipped("javac");
                continue;
            }
            // In the weakest tier a runtime may miss something and fail; it must not be blamed for it.
            assert!(
                outcome.verdict == RunVerdict::Ok || tier == "weak",
                "{}",
                told(&outcome)
            );
            // Java's own question whether there is IPv4 is seen; the program before it asked the same, and what that one
            // tried too is held against nobody.
            if name == "java" {
                outcome.attempts.retain(|a| {
                    !(a.kind == AttemptKind::Network && a.what == "a socket (internet)")
                });
            }
            assert_eq!(outcome.attempts, [], "{}", told(&outcome));
            if makes && outcome.verdict == RunVerdict::Ok {
                let (_, bytes) = outcome.collected.remove(0);
                std::fs::write(path("made"), bytes).unwrap();
                use std::os::unix::fs::PermissionsExt;
                std::fs::set_permissions(path("made"), std::fs::Permissions::from_mode(0o755))
                    .unwrap();
                let product = Tool {
                    host: path("made"),
                    program: "/prog/made".into(),
                    mounts: Vec::new(),
                    environment: Vec::new(),
                };
                outcome = run(&mut sandbox, &with(&product, &path("made"), "made", &[]));
                assert_eq!(outcome.attempts, [], "{}", told(&outcome));
            }
            assert!(
                String::from_utf8_lossy(&outcome.stdout.bytes).contains("done") || tier == "weak",
                "{}",
                told(&outcome)
            );
        }
    }
}

#[test]
fn each_kind_of_attempt_is_noted_with_what_and_how_often() {
    let Some(mut sandbox) = open(&[]) else { return };
    let text = "
import ctypes, os, socket, time
libc = ctypes.CDLL(None)
for _ in range(3):
    try: socket.create_connection(('192.0.2.7', 443), 1)
    except OSError: pass
    try: open('/root/.ssh/id_rsa')
    except OSError: pass
for _ in range(2):
    try: time.clock_settime(time.CLOCK_REALTIME, 0)
    except OSError: pass
    libc.ptrace(16, 1, 0, 0)
libc.mount(b'a', b'/tmp', b'tmpfs', 0, 0)
try: open('/home/\\x1b]0;x\\x07/\\u202eevil')
except OSError: pass
";
    let outcome = run(&mut sandbox, &python(text, true));
    let attempt = |kind, what: &str, times| Attempt {
        kind,
        what: what.into(),
        times,
    };
    let mut wanted = vec![
        attempt(AttemptKind::Network, "a socket (internet)", 3),
        attempt(AttemptKind::Files, "/root/.ssh/id_rsa", 3),
        attempt(AttemptKind::Clock, "clock_settime", 2),
        attempt(AttemptKind::Processes, "ptrace", 2),
        attempt(AttemptKind::System, "mount", 1),
        attempt(AttemptKind::Files, "/home/␛]0;x␇/⟨202E⟩evil", 1),
    ];
    let by = |a: &Attempt| (a.kind as u8, a.what.clone());
    let mut got = outcome.attempts.clone();
    got.sort_by_key(by);
    wanted.sort_by_key(by);
    assert_eq!(got, wanted, "{outcome:?}");

    // A timed run does not look at every file; what is refused is refused and noted all the same.
    let outcome = run(&mut sandbox, &python(text, false));
    assert!(
        outcome
            .attempts
            .iter()
            .all(|a| a.kind != AttemptKind::Files)
    );
    assert_eq!(outcome.attempts.len(), 4, "{outcome:?}");
}

#[test]
fn a_stopped_run_still_says_what_it_tried() {
    let Some(mut sandbox) = open(&[]) else { return };
    let text = "import ctypes\nctypes.CDLL(None).ptrace(16, 1, 0, 0)\nwhile True: pass";
    let limits = Limits {
        time: Duration::from_millis(400),
        ..Limits::default()
    };
    let outcome = sandbox
        .run(
            &python(text, false),
            &limits,
            &mut |_| {},
            &CancelToken::new(),
        )
        .expect("it runs");
    assert_eq!(outcome.verdict, RunVerdict::TimeLimit);
    assert_eq!(outcome.attempts.len(), 1, "{outcome:?}");
    assert_eq!(outcome.attempts[0].what, "ptrace");
}

#[test]
fn reheat_run_tells_what_was_refused_when_it_is_asked_to_watch() {
    if open(&[]).is_none() {
        return;
    }
    let here = tempfile::tempdir().unwrap();
    let reheat = |watch: &[&str]| {
        let guest = "try:\n open('/root/.ssh/id_rsa')\nexcept OSError: print('refused')";
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_reheat"))
            .args(["run", "--json"])
            .args(watch)
            .args(["--", "/usr/bin/python3", "-c", guest])
            .current_dir(here.path())
            .env("REHEAT_CONFIG_DIR", here.path())
            .output()
            .unwrap();
        serde_json::from_slice::<serde_json::Value>(&out.stdout).unwrap()
    };
    let watched = reheat(&["--watch"]);
    assert_eq!(watched["stdout"], "refused\n");
    assert_eq!(
        watched["attempts"],
        serde_json::json!([{"kind": "files", "what": "/root/.ssh/id_rsa", "times": 1}])
    );
    assert!(reheat(&[]).get("attempts").is_none());
}
