//! Whether the demo's story depends on luck: it is played again and again while other programs keep the machine busy, and its wins are
//! counted. `cargo bench --bench story`.
//!
//! The bench makes the load itself: `REHEAT_BENCH_LOAD` busy loops (4). It plays the demo `REHEAT_BENCH_RUNS` times (20) with it, and a
//! fifth as often without. What is told is in how many runs all three wins of the recorded replies were found and confirmed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

/// Replies of the tape that are better than all before them.
const WINS: usize = 3;

/// Busy loops. They end with it.
struct Load(Vec<Child>);

impl Load {
    fn of(loops: usize) -> Self {
        let busy = || {
            let mut command = Command::new("sh");
            command.args(["-c", "while :; do :; done"]);
            command.spawn().expect("there is a shell")
        };
        Self((0..loops).map(|_| busy()).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn main() {
    let number = |name: &str, usual: usize| {
        let said = std::env::var(name).ok();
        said.map_or(usual, |n| n.parse().expect("a number"))
    };
    let (runs, load) = (
        number("REHEAT_BENCH_RUNS", 20),
        number("REHEAT_BENCH_LOAD", 4),
    );
    let told = |what: &str, runs: usize| {
        let mut whole = 0;
        for n in 1..=runs {
            let began = Instant::now();
            let wins = wins();
            let all = wins.len() >= WINS;
            whole += usize::from(all);
            println!(
                "{what}, run {n:>2}: {} of {WINS} wins ({}) in {:.0} s",
                wins.len(),
                wins.join(", "),
                began.elapsed().as_secs_f64()
            );
        }
        println!("{what}: the whole story in {whole} of {runs} runs");
    };
    told("alone", runs.div_ceil(5));
    let busy = Load::of(load);
    told(&format!("beside {load} busy loops"), runs);
    drop(busy);
}

/// The versions that were taken as better, in one run of the demo.
fn wins() -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_reheat"))
        .args(["demo", "--json", "--speed", "1000"])
        .env("REHEAT_DATA_DIR", home.path().join("data"))
        .env("REHEAT_CONFIG_DIR", home.path().join("config"))
        .env("REHEAT_CACHE_DIR", home.path().join("cache"))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    events
        .filter(|e| e["event"] == "decided" && e["decision"] == "accepted" && e["version"] != 0)
        .map(|e| format!("v{}", e["version"]))
        .collect()
}
