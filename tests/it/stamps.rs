//! What a run that stays alive promises: bursts cost what they do, whatever the program says of them.

use reheat::sandbox::toolchain::{self, Tool};
use reheat::sandbox::{
    Burst, CancelToken, Limits, Program, RunVerdict, Sandbox, SandboxError, Settings,
};
use std::time::Duration;

fn open(forbid: &[&str]) -> Sandbox {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    Sandbox::open_without(&settings, forbid).expect("the sandbox opens")
}

fn python() -> Tool {
    toolchain::find("python3").expect("there is a Python")
}

/// A program that does `work(n)` where it is asked for `n`, and ends at 0.
fn program(work: &str) -> Program {
    program_of(&python(), work)
}

fn program_of(tool: &Tool, work: &str) -> Program {
    let text = format!(
        "import os, sys, time
def spin(n):
    x = 0
    for i in range(n * 1000):
        x += i
{work}
while True:
    n = int(os.read(100, 1 << 16))
    if n == 0:
        print('end')
        break
    os.write(100, b'r')
    assert os.read(100, 16) == b'g'
    work(n)
    os.write(100, b'd%d' % n)
"
    );
    Program {
        argv: vec![tool.program.clone(), "-c".into(), text],
        environment: tool.environment.clone(),
        mounts: tool.mounts.clone(),
        ..Program::default()
    }
}

const HONEST: &str = "def work(n): spin(n)";

/// Bursts of these sizes, and the outcome.
fn bursts(sandbox: &mut Sandbox, program: &Program, sizes: &[u32]) -> (Vec<Burst>, RunVerdict) {
    let (limits, cancel) = (Limits::default(), CancelToken::new());
    let mut run = sandbox
        .start(program, &limits, &cancel, None)
        .expect("it starts");
    let mut all = Vec::new();
    for n in sizes {
        run.ask(n.to_string().as_bytes()).unwrap();
        match run.burst().unwrap() {
            Some(burst) => all.push(burst),
            None => break,
        }
    }
    run.ask(b"0").unwrap();
    (all, run.finish().unwrap().verdict)
}

fn cpu(burst: &Burst) -> f64 {
    (burst.after.cpu.0 - burst.before.cpu.0) as f64
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn twice_the_work_costs_twice_the_time(program: &Program, forbid: &[&str]) {
    let sizes: Vec<u32> = (0..40).map(|i| 40 * (1 + i % 2)).collect();
    let (all, verdict) = bursts(&mut open(forbid), program, &sizes);
    assert_eq!((all.len(), verdict), (40, RunVerdict::Ok));
    assert_eq!(all[1].reply, b"d80");
    // Neighbours, since a core is slower where something else works on its other half.
    let ratios = all
        .chunks_exact(2)
        .map(|pair| cpu(&pair[1]) / cpu(&pair[0]));
    let ratio = median(ratios.collect());
    assert!((1.7..2.4).contains(&ratio), "{ratio}");
    // On a crowded machine a single stamp may be behind.
    let wall = |b: &Burst| (b.after.wall.0 - b.before.wall.0) as f64;
    let right = all.iter().filter(|b| wall(b) > 0.8 * cpu(b)).count();
    assert!(right >= 35, "{right} of 40");
}

#[test]
fn a_burst_of_twice_the_work_costs_twice_the_time() {
    twice_the_work_costs_twice_the_time(&program(HONEST), &[]);
}

#[test]
fn so_it_does_without_namespaces() {
    // Another user must be able to run it.
    let Ok(tool) = toolchain::find("/usr/bin/python3") else {
        println!("skipped: needs /usr/bin/python3");
        return;
    };
    twice_the_work_costs_twice_the_time(&program_of(&tool, HONEST), &["user", "namespaces"]);
}

#[test]
fn two_are_alive_at_the_same_time() {
    let (mut one, mut other) = (open(&[]), open(&[]));
    let (limits, cancel, program) = (Limits::default(), CancelToken::new(), program(HONEST));
    let mut runs = [
        one.start(&program, &limits, &cancel, None).unwrap(),
        other.start(&program, &limits, &cancel, None).unwrap(),
    ];
    for _ in 0..3 {
        for run in &mut runs {
            run.ask(b"5").unwrap();
        }
        for run in &mut runs {
            assert_eq!(run.burst().unwrap().unwrap().reply, b"d5");
        }
    }
    for mut run in runs {
        run.ask(b"0").unwrap();
        let outcome = run.finish().unwrap();
        assert_eq!(outcome.stdout.bytes, b"end\n");
    }
}

#[test]
fn who_says_too_early_that_it_is_done_gains_nothing() {
    let honest = bursts(&mut open(&[]), &program(HONEST), &[60; 9]).0;
    let honest = median(honest.iter().map(cpu).collect());
    // It goes on working: the burst is not over before it sleeps.
    let early = program("def work(n):\n    os.write(100, b'd')\n    spin(n)");
    let (all, _) = bursts(&mut open(&[]), &early, &[60; 4]);
    let early = median(all.iter().map(cpu).collect());
    assert!(early > 0.3 * honest, "{early} {honest}");
    // It works while nobody looks: then that is seen between the bursts.
    let later = "todo = []
def work(n): todo.append(n)
_read = os.read
def read(*how):
    data = _read(*how)
    if data != b'g':
        while todo: spin(todo.pop())
    return data
os.read = read";
    let (all, _) = bursts(&mut open(&[]), &program(later), &[60; 9]);
    let gaps = all
        .windows(2)
        .map(|w| (w[1].before.cpu.0 - w[0].after.cpu.0) as f64);
    let gap = median(gaps.collect());
    assert!(gap > 0.3 * honest, "{gap} {honest}");
}

/// Engines have threads that only wait; a crowd must not make a computation look as if it waited too.
#[test]
fn the_wait_for_a_core_is_known_of_a_program_with_several_threads() {
    let busy = || {
        std::process::Command::new("sh")
            .args(["-c", "while :; do :; done"])
            .spawn()
    };
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut crowd: Vec<_> = (0..2 * cores).map(|_| busy().unwrap()).collect();
    let threads = "import threading
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
def work(n): spin(n)";
    let (all, _) = bursts(&mut open(&[]), &program(threads), &[200; 10]);
    for child in &mut crowd {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(all.len(), 10);
    let waited = |b: &Burst| Some(b.after.delayed?.0 - b.before.delayed?.0);
    let waited: Option<u64> = all.iter().map(waited).sum();
    assert!(waited > Some(0), "{waited:?}");
}

#[test]
fn what_children_work_is_in_the_tree() {
    let forks = program(
        "def work(n):
    child = os.fork()
    if child == 0:
        spin(n)
        os._exit(0)
    os.waitpid(child, 0)",
    );
    // So much that making a child, which takes longer where other programs push the caches, is little beside it.
    let (all, verdict) = bursts(&mut open(&[]), &forks, &[400; 5]);
    assert_eq!((all.len(), verdict), (5, RunVerdict::Ok));
    let honest = bursts(&mut open(&[]), &program(HONEST), &[400; 5]).0;
    let honest = median(honest.iter().map(cpu).collect());
    assert!(median(all.iter().map(cpu).collect()) < 0.3 * honest);
    let tree = |b: &Burst| Some((b.after.tree?.0 - b.before.tree?.0) as f64);
    // Without a cgroup nobody counts them.
    if let Some(all) = all.iter().map(tree).collect::<Option<Vec<f64>>>() {
        assert!(median(all) > 0.3 * honest);
    }
}

#[test]
fn a_program_that_ends_or_loses_its_line_is_over() {
    for (work, verdict) in [
        ("def work(n): sys.exit(3)", RunVerdict::RuntimeError),
        ("def work(n): os._exit(0)", RunVerdict::Ok),
        ("def work(n): os.close(100)", RunVerdict::RuntimeError),
        (
            "def work(n): os.kill(os.getpid(), 9)",
            RunVerdict::RuntimeError,
        ),
    ] {
        let (all, ended) = bursts(&mut open(&[]), &program(work), &[1, 1]);
        assert_eq!((all.len(), ended), (0, verdict), "{work}");
    }
}

#[test]
fn limits_hold_in_every_burst() {
    let mut sandbox = open(&[]);
    let cancel = CancelToken::new();
    let limits = Limits {
        time: Duration::from_millis(800),
        ..Limits::default()
    };
    let endless = program("def work(n):\n    while True: pass");
    let mut run = sandbox.start(&endless, &limits, &cancel, None).unwrap();
    run.ask(b"1").unwrap();
    assert_eq!(run.burst().unwrap(), None);
    assert_eq!(run.finish().unwrap().verdict, RunVerdict::TimeLimit);
    // The next run finds nothing of it.
    let (all, verdict) = bursts(&mut sandbox, &program(HONEST), &[1]);
    assert_eq!((all.len(), verdict), (1, RunVerdict::Ok));
}

#[test]
fn a_stop_ends_a_burst_and_a_dropped_run_is_gone() {
    let mut sandbox = open(&[]);
    let (limits, cancel) = (Limits::default(), CancelToken::new());
    let endless = program("def work(n):\n    while True: pass");
    std::thread::scope(|scope| {
        let mut run = sandbox.start(&endless, &limits, &cancel, None).unwrap();
        run.ask(b"1").unwrap();
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(50));
            cancel.stop();
        });
        assert_eq!(run.burst().unwrap(), None);
        assert!(matches!(run.finish(), Err(SandboxError::Stopped)));
    });
    cancel.rearm();
    drop(sandbox.start(&endless, &limits, &cancel, None).unwrap());
    let (all, verdict) = bursts(&mut sandbox, &program(HONEST), &[1]);
    assert_eq!((all.len(), verdict), (1, RunVerdict::Ok));
}

#[test]
fn a_run_stays_on_the_core_that_was_named_from_its_second_request_on() {
    let cores = reheat::sandbox::cores();
    let (Some(core), true) = (cores.last(), cores.len() > 1) else {
        println!("skipped: needs two processors");
        return;
    };
    // Another user must be able to run it, without namespaces.
    let Ok(tool) = toolchain::find("/usr/bin/python3") else {
        println!("skipped: needs /usr/bin/python3");
        return;
    };
    let tells = "def work(n): os.write(100, ('d%s' % sorted(os.sched_getaffinity(0))).encode())";
    let program = program_of(&tool, tells);
    let (limits, cancel) = (Limits::default(), CancelToken::new());
    for forbid in [&[][..], &["user", "namespaces"]] {
        let mut sandbox = open(forbid);
        let mut run = sandbox
            .start(&program, &limits, &cancel, Some(*core))
            .unwrap();
        let mut said = Vec::new();
        for _ in 0..2 {
            run.ask(b"1").unwrap();
            said.push(String::from_utf8(run.burst().unwrap().unwrap().reply).unwrap());
        }
        assert_eq!(said, [format!("d{cores:?}"), format!("d[{core}]")]);
        run.ask(b"0").unwrap();
        assert_eq!(run.finish().unwrap().verdict, RunVerdict::Ok);
    }
}
