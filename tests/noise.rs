//! What a crowded machine does to a comparison: it takes longer, says so, and never lies. A program of its
//! own: Cargo runs it alone, so that the crowd disturbs no other test.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};

use serde_json::Value;

/// Compares two programs of a folder; the comparison.
fn compare(folder: &std::path::Path, [old, new]: [&str; 2], budget: &str) -> Value {
    let out = Command::new(env!("CARGO_BIN_EXE_reheat"))
        .args([
            "measure", old, new, "--cases", "cases", "--json", "--budget", budget,
        ])
        .current_dir(folder)
        .env("REHEAT_CACHE_DIR", folder.join("cache"))
        .env("REHEAT_CONFIG_DIR", folder.join("config"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(0), "{said}");
    let found: Value = serde_json::from_slice(&out.stdout).unwrap();
    found["comparisons"][0].clone()
}

/// A program that adds up numbers, `times` over; its answer is the same whatever `times` is.
fn adds(times: u32) -> String {
    format!(
        "n = int(input())\nfor _ in range({times}):\n    total = 0\n    for i in range(n):\n        total += i * i % 7\nprint(total)\n"
    )
}

/// Programs that keep cores busy until they are dropped.
struct Crowd(Vec<std::process::Child>);

impl Crowd {
    fn of(size: usize) -> Self {
        let spin = || {
            Command::new("sh")
                .args(["-c", "while :; do :; done"])
                .spawn()
                .unwrap()
        };
        Self((0..size).map(|_| spin()).collect())
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for child in &mut self.0 {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

#[test]
fn a_crowded_machine_is_said_to_be_so_and_never_lies() {
    if !Command::new("python3")
        .arg("--version")
        .output()
        .is_ok_and(|o| o.status.success())
    {
        assert!(
            std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
            "needs python3, and nothing may be skipped here"
        );
        println!("skipped: needs python3");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    std::fs::create_dir(folder.join("cases")).unwrap();
    for (name, text) in [
        ("cases/1.in", "60000\n".to_owned()),
        ("old.py", adds(24)),
        ("same.py", adds(24)),
        ("fast.py", adds(12)),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let crowd = Crowd::of(cores);

    // A single false alarm has a chance of one or two in a hundred; two in a row next to none.
    let same: Vec<Value> = (0..2)
        .map(|_| compare(folder, ["old.py", "same.py"], "8s"))
        .collect();
    let alarm = |c: &Value| c["answer"] == "better" || c["answer"] == "worse";
    assert!(!same.iter().all(alarm), "{same:?}");

    let c = compare(folder, ["old.py", "fast.py"], "60s");
    assert_eq!(
        (c["answer"].as_str(), c["confirmed"].as_bool()),
        (Some("better"), Some(true)),
        "nearly a true 2×: {c}"
    );
    let noise = &c["noise"];
    // Our crowd is as large as the machine; of a larger one (a build beside the tests), or of a hypervisor that takes cores
    // away, the waiting cannot all be told from sleep.
    let ours_alone = noise["others"].as_f64().unwrap() < 0.75
        && noise["steal"].as_f64().is_none_or(|steal| steal < 0.02);
    assert!(
        c["metric"] == "cpu" || !ours_alone,
        "it is kept waiting, but it does not sleep: {c}"
    );
    assert!(
        noise["level"] == "noisy" || noise["level"] == "too_noisy",
        "{noise}"
    );
    assert!(noise["others"].as_f64().unwrap() > 0.2, "{noise}");
    // Where the crowd left as much as a whole core there need not have been much waiting.
    let had_a_core = noise["others"].as_f64().unwrap() <= 1.0 - 1.0 / cores as f64;
    let least = if had_a_core { 0.01 } else { 0.05 };
    assert!(noise["delayed"].as_f64().unwrap() > least, "{noise}");
    drop(crowd);

    // One that sleeps is timed by the wall, crowd or no crowd. A program that computes for less than that sleep is not
    // beaten by it because the crowd kept it waiting.
    let sleeps = |seconds: f64| format!("import time\ntime.sleep({seconds})\nprint(input())\n");
    for (name, text) in [("old.py", sleeps(0.06)), ("same.py", sleeps(0.02))] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let computes = "import time\nwhile time.process_time() < .2: pass\nprint(input())\n";
    for (name, text) in [
        ("computes.py", computes.to_owned()),
        ("naps.py", sleeps(0.25)),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let _crowd = Crowd::of(cores);
    let c = compare(folder, ["old.py", "same.py"], "8s");
    assert_eq!(c["metric"], "wall", "{c}");
    let c = compare(folder, ["computes.py", "naps.py"], "20s");
    assert_eq!(c["metric"], "wall", "{c}");
    assert_ne!(c["answer"], "better", "{c}");
}
