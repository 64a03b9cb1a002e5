//! Figures against the truth: programs that know what they use and say so, measured in every tier that this machine has.

use crate::support::truth::{MIB, Measured, Truth};
use reheat::sandbox::{MemorySource, RunVerdict, Sandbox, Settings};

const TIERS: [(&str, &[&str]); 3] = [
    ("full", &[]),
    ("no cgroup", &["cgroup"]),
    ("weak", &["user", "namespaces"]),
];

fn open(forbid: &[&str]) -> Sandbox {
    let settings = Settings {
        launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
        unsafe_no_isolation: false,
    };
    Sandbox::open_without(&settings, forbid).expect("the sandbox opens")
}

fn skipped(what: &str) {
    assert!(
        std::env::var_os("REHEAT_TESTS_NO_SKIP").is_none(),
        "needs {what}, and nothing may be skipped here"
    );
    println!("skipped: needs {what}");
}

fn truth() -> Option<Truth> {
    let truth = Truth::compile();
    if truth.is_none() {
        skipped("gcc");
    }
    truth
}

/// Runs one of the programs; it must end well.
fn measured(truth: &Truth, sandbox: &mut Sandbox, name: &str) -> Measured {
    let measured = truth.measure(sandbox, name);
    assert_eq!(
        measured.outcome.verdict,
        RunVerdict::Ok,
        "{name}: {:?}",
        measured.outcome
    );
    measured
}

/// Within 2 % of the truth, and a mebibyte for the page tables' sake of nobody: stacks, libraries' own pages.
fn near(got: f64, wanted: f64) -> bool {
    (got - wanted).abs() <= 0.02 * wanted + 1.0 * MIB
}

#[test]
fn peaks_are_true_and_where_only_a_range_is_known_it_holds_the_truth() {
    let Some(truth) = truth() else { return };
    for (tier, forbid) in TIERS {
        let mut sandbox = open(forbid);
        let counted = sandbox.guards().memory_source == MemorySource::Cgroup;
        for name in [
            "nothing",
            "touch",
            "parent-child",
            "two",
            "shared",
            "memfd",
            "file",
            "daemon",
        ] {
            if name == "memfd" && !counted {
                // Where nobody counts files in memory nobody may make one.
                let refused = truth.measure(&mut sandbox, name).outcome;
                assert_eq!(
                    refused.verdict,
                    RunVerdict::RuntimeError,
                    "{tier}: {refused:?}"
                );
                continue;
            }
            let m = measured(&truth, &mut sandbox, name);
            let wanted = m.said("peak") + m.said("base");
            let peak = m.outcome.peak;
            let what = format!("{tier}, {name}: {:.1} MiB wanted, {peak:?}", wanted / MIB);
            match (peak.low, peak.high) {
                (Some(low), Some(high)) if !counted => {
                    assert!(low < high, "{what}");
                    assert!(low.0 as f64 <= wanted + 1.5 * MIB, "{what}");
                    assert!(high.0 as f64 >= 0.98 * wanted - MIB, "{what}");
                }
                _ => assert!(near(peak.bytes.0 as f64, wanted), "{what}"),
            }
            if !counted && matches!(name, "shared" | "parent-child") {
                assert!(
                    peak.low.is_some(),
                    "pages are shared here, and it claims to know: {what}"
                );
            }
        }
    }
}

#[test]
fn memory_over_time_is_the_area_that_the_program_itself_has_drawn() {
    let Some(truth) = truth() else { return };
    for (tier, forbid) in TIERS {
        let m = measured(&truth, &mut open(forbid), "steps");
        let base = m.said("base") * m.outcome.wall.0 as f64;
        let (got, wanted) = (m.outcome.integral.0 - base, m.said("integral"));
        assert!(
            (got / wanted - 1.0).abs() <= 0.02,
            "{tier}: {:.4} of the truth, {} readings",
            got / wanted,
            m.outcome.samples.len()
        );
    }
}

#[test]
fn cpu_time_is_what_the_programs_have_spun() {
    let Some(truth) = truth() else { return };
    for (tier, forbid) in TIERS {
        let mut sandbox = open(forbid);
        for name in ["spin", "spin-three", "daemon"] {
            let m = measured(&truth, &mut sandbox, name);
            let (got, wanted) = (m.outcome.cpu.0 as f64, m.said("cpu"));
            // Starting and ending a process is not in its own account: a few milliseconds.
            assert!(
                got >= 0.98 * wanted && got <= 1.02 * wanted + 8e6,
                "{tier}, {name}: {got} ns, the truth is {wanted}"
            );
        }
    }
}

#[test]
fn wall_time_is_what_a_program_says_that_starts_another_and_waits_for_it() {
    let Some(truth) = truth() else { return };
    for (tier, forbid) in TIERS {
        let mut sandbox = open(forbid);
        // Beyond what the inner program sees of itself there is its start before `main` and its end; a crowded machine
        // can stretch either, so the least of many runs counts.
        let mut least = |name: &str, figure: fn(&Measured) -> f64| {
            let beyond = (0..25).map(|_| {
                let m = measured(&truth, &mut sandbox, name);
                let beyond = figure(&m) - m.said("wall");
                assert!(
                    beyond >= 0.0,
                    "{tier}, {name}: shorter than itself by {beyond} ns"
                );
                beyond
            });
            beyond.fold(f64::INFINITY, f64::min)
        };
        let ours = least("clock", |m| m.outcome.wall.0 as f64);
        let theirs = least("clocked", |m| m.said("outer"));
        assert!(
            (ours - theirs).abs() <= 1e6 && ours <= 3e6,
            "{tier}: {ours} ns beyond the program's own time, {theirs} by a parent's clock"
        );
    }
}

#[test]
fn a_workbench_of_a_gibibyte_changes_nothing() {
    let Some(truth) = truth() else { return };
    let mut sandbox = open(&[]);
    let small = measured(&truth, &mut sandbox, "nothing").outcome.peak;
    let ours = vec![1_u8; 1 << 30];
    let mut fresh = open(&[]);
    for sandbox in [&mut sandbox, &mut fresh] {
        let large = measured(&truth, sandbox, "nothing").outcome.peak;
        assert!(
            large.bytes.0 <= small.bytes.0 + (MIB as u64),
            "{small:?} {large:?}"
        );
        let m = measured(&truth, sandbox, "touch");
        assert!(
            near(m.outcome.peak.bytes.0 as f64, m.said("peak")),
            "{:?}",
            m.outcome.peak
        );
    }
    std::hint::black_box(&ours);
}

#[test]
fn interpreters_at_rest_take_what_they_themselves_see() {
    let mut sandbox = open(&[]);
    for resting in crate::support::truth::at_rest() {
        let Some(resting) = resting else {
            skipped("python3 or java");
            continue;
        };
        let m = crate::support::truth::run(&mut sandbox, &resting.program);
        assert_eq!(m.outcome.verdict, RunVerdict::Ok, "{:?}", m.outcome);
        let (got, wanted) = (m.outcome.peak.bytes.0 as f64, m.said("peak"));
        assert!(
            near(got, wanted),
            "{}: {} of {} MiB",
            resting.name,
            got / MIB,
            wanted / MIB
        );
    }
}
