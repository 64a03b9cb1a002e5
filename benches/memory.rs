//! Memory figures against the truth, and against what a sampler of resident sets says of the same program.
//!
//! Each program touches a known amount. The sampler is what most scripts do: read the resident set of the
//! process they started, once a millisecond, and keep the largest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};
use std::time::Duration;

use reheat::sandbox::{Control, Limits, Outcome, Program, Sandbox, Settings};
use reheat::units::Bytes;

const PYTHON: [&str; 4] = ["/usr/bin/python3", "-I", "-S", "-c"];

/// Name, true peak in MiB beyond the interpreter's own, program.
const PROGRAMS: [(&str, f64, &str); 7] = [
    (
        "100 touched",
        100.0,
        "import time; a=bytearray(b'x')*(100<<20); time.sleep(.2)",
    ),
    (
        "parent 50 + child 200",
        250.0,
        "import os,time\na=bytearray(b'x')*(50<<20)\nif os.fork()==0: b=bytearray(b'x')*(200<<20); time.sleep(.2); os._exit(0)\nos.wait()",
    ),
    (
        "two × 100 at a time",
        200.0,
        "import os,time\nfor _ in range(2):\n  if os.fork()==0: a=bytearray(b'x')*(100<<20); time.sleep(.5); os._exit(0)\nos.wait();os.wait()",
    ),
    (
        "100 shared by four forks",
        100.0,
        "import os,time\na=bytearray(b'x')*(100<<20)\nfor _ in range(4):\n  if os.fork()==0: time.sleep(.2); os._exit(0)\ntime.sleep(.3)",
    ),
    (
        "100 in a memory file",
        100.0,
        "import os,time\nf=os.memfd_create('m')\nfor _ in range(100): os.write(f,b'x'*(1<<20))\ntime.sleep(.2)",
    ),
    (
        "a file of 60 written",
        0.0,
        "import os,time\nf=open(os.environ.get('TMPDIR','/tmp')+'/reheat-bench','wb')\nfor _ in range(60): f.write(b'x'*(1<<20))\nf.flush(); time.sleep(.2); os.remove(f.name)",
    ),
    (
        "a daemon of 200",
        200.0,
        "import os,time\nif os.fork()==0:\n  os.setsid()\n  if os.fork()==0: a=bytearray(b'x')*(200<<20); time.sleep(.4); os._exit(0)\n  os._exit(0)\nos.wait();time.sleep(.7)",
    ),
];

fn sandboxed(sandbox: &mut Sandbox, text: &str) -> Outcome {
    let argv = PYTHON
        .iter()
        .chain([&text])
        .map(|a| (*a).to_owned())
        .collect();
    let program = Program {
        argv,
        ..Program::default()
    };
    let limits = Limits {
        memory: Bytes::mib(1024),
        ..Limits::default()
    };
    sandbox
        .run(&program, &limits, &mut |_| {}, &Control::new())
        .unwrap()
}

/// The largest resident set of the process itself, read once a millisecond.
fn by_resident_set(text: &str) -> u64 {
    let mut child = Command::new(PYTHON[0])
        .args(&PYTHON[1..])
        .arg(text)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let statm =
            std::fs::read_to_string(format!("/proc/{}/statm", child.id())).unwrap_or_default();
        let pages: u64 = statm
            .split_whitespace()
            .nth(1)
            .and_then(|w| w.parse().ok())
            .unwrap_or(0);
        most = most.max(pages * rustix::param::page_size() as u64);
        std::thread::sleep(Duration::from_millis(1));
    }
    most
}

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    if !std::path::Path::new(PYTHON[0]).exists() {
        println!("skipped: needs {}", PYTHON[0]);
        return;
    }
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    let mut sandbox = Sandbox::open(&settings).unwrap();
    let mib = |bytes: u64| bytes as f64 / (1024.0 * 1024.0);
    let rest = "import time; time.sleep(.1)";
    let floor = mib(sandboxed(&mut sandbox, rest).peak.bytes.0);
    let floor_rss = mib(by_resident_set(rest));
    println!(
        "peak in MiB beyond the interpreter at rest ({floor:.1}; its resident set: {floor_rss:.1})"
    );
    println!(
        "{:<28} {:>8} {:>8} {:>8} {:>12}",
        "program", "truth", "reheat", "error", "1 ms RSS"
    );
    for (name, truth, text) in PROGRAMS {
        let ours = mib(sandboxed(&mut sandbox, text).peak.bytes.0) - floor;
        let theirs = mib(by_resident_set(text)) - floor_rss;
        let error = if truth > 0.0 {
            format!("{:+.1} %", (ours / truth - 1.0) * 100.0)
        } else {
            "–".to_owned()
        };
        println!("{name:<28} {truth:>8.0} {ours:>8.1} {error:>8} {theirs:>12.1}");
    }
    let text = "import time\nnow=time.monotonic\nheld=[];area=0\nfor _ in range(5):\n  held.append(bytearray(b'x')*(40<<20)); t=now(); time.sleep(.1); area+=len(held)*40*(now()-t)\nprint(area)";
    let outcome = sandboxed(&mut sandbox, text);
    let truth: f64 = String::from_utf8_lossy(&outcome.stdout.bytes)
        .trim()
        .parse()
        .unwrap_or(f64::NAN);
    let ours = outcome.integral.0 / 1e9 / (1024.0 * 1024.0) - floor * outcome.wall.seconds();
    println!(
        "integral of five steps of 40 MiB: truth at least {truth:.1} MiB·s, measured {ours:.1} (climbing included)"
    );
}
