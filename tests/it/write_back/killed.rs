//! `reheat write` killed at any moment: the file is whole, and what is in it the session knows of.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::command::Written;

#[test]
fn whenever_a_write_is_killed_it_can_be_taken_back() {
    let it = Written::new();
    let (old, new) = (it.version(0), it.version(5));
    let began = Instant::now();
    assert_eq!(it.write(&[]).0, 0);
    let whole = began.elapsed();
    assert_eq!(it.write(&["--undo"]).0, 0);
    let mut written = 0;
    for n in 0..100_u32 {
        let mut child = it
            .command(&[])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Most of the time it reads; what matters happens towards its end.
        let share = f64::from(n % 50) / 50.0;
        let share = if n < 50 { share } else { 0.6 + 0.5 * share };
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * share));
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        let _ = kill_process(pid, Signal::KILL);
        child.wait().unwrap();
        let now = it.now();
        assert!(now == old || now == new, "{now}");
        let (status, out, err) = it.write(&["--undo"]);
        assert_eq!(it.now(), old, "kill {n}: {out}{err}");
        if now == new {
            written += 1;
            assert_eq!(status, 0, "kill {n}: the file was written, but {err}");
        } else {
            assert_eq!(status, 1, "kill {n}: {out}");
            assert!(
                err.contains("as it was before") || err.contains("not taken back"),
                "{err}"
            );
        }
        let show = it.show();
        assert!(!show.contains("hole"), "{show}");
    }
    println!("{written} of 100 killed writes had written the file");
}
