//! What a run promises: its verdict, its figures, its output, and that nothing of it stays.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use reheat::sandbox::{
    Control, Limits, Outcome, Program, RunVerdict, Sandbox, SandboxError, Settings,
};
use reheat::units::Bytes;

fn open() -> Sandbox {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: true,
    };
    let sandbox = Sandbox::open(&settings).expect("the sandbox opens");
    println!("{:?}", sandbox.guards());
    sandbox
}

fn shell(script: &str) -> Program {
    Program {
        argv: vec!["/bin/sh".into(), "-c".into(), script.into()],
        ..Program::default()
    }
}

fn run_with(program: &Program, limits: &Limits) -> Result<Outcome, SandboxError> {
    open().run(program, limits, &mut |_| {}, &Control::new())
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
    let control = Control::new();
    let hand = control.clone();
    let mut seen = 0;
    let ended = open().run(
        &shell("sleep 100"),
        &Limits::default(),
        &mut |_| {
            seen += 1;
            if seen == 5 {
                hand.stop();
            }
        },
        &control,
    );
    assert!(matches!(ended, Err(SandboxError::Stopped)), "{ended:?}");
}
