//! Which answer two programs get, with which figures, in how much time.

use super::place::{Place, adds, missing, sums, text};
use crate::support::ENOUGH;

#[test]
fn a_program_and_its_copy_are_neither_better_nor_worse() {
    if missing("python3") {
        return;
    }
    let place = sums().with("old.py", &adds(3)).with("new.py", &adds(3));
    // Two false alarms in a row have a chance of less than 1 in 400 each time the rule holds, far less if confirmed.
    let answers: Vec<String> = (0..2)
        .map(|_| {
            place.json(&["old.py", "new.py", "--comparison-time", "6s"], 0)["comparisons"][0]["answer"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(
        answers.iter().any(|a| a != "better" && a != "worse"),
        "{answers:?}"
    );
}

#[test]
fn a_program_that_is_five_times_faster_is_better_and_confirmed_and_the_other_way_round_worse() {
    if missing("python3") {
        return;
    }
    let place = sums().with("slow.py", &adds(60)).with("fast.py", &adds(1));
    let found = place.json(
        &[
            "slow.py",
            "fast.py",
            "--expect",
            "better",
            "--comparison-time",
            ENOUGH,
        ],
        0,
    );
    let c = &found["comparisons"][0];
    assert_eq!(
        (c["answer"].as_str(), c["confirmed"].as_bool()),
        (Some("better"), Some(true)),
        "{c}"
    );
    assert!(
        c["pairs"].as_u64().unwrap() >= 8,
        "only the fresh pairs are reported: {c}"
    );
    assert!(
        c["low"].as_f64().unwrap() > 1.2
            && c["low"].as_f64() <= c["gain"].as_f64()
            && c["gain"].as_f64() <= c["high"].as_f64(),
        "{c}"
    );
    assert_eq!(
        (c["candidate"].as_str(), c["incumbent"].as_str()),
        (Some("fast.py"), Some("slow.py"))
    );

    let found = place.json(
        &[
            "fast.py",
            "slow.py",
            "--expect",
            "better",
            "--comparison-time",
            ENOUGH,
        ],
        1,
    );
    let c = &found["comparisons"][0];
    assert_eq!(
        (c["answer"].as_str(), c["confirmed"].as_bool()),
        (Some("worse"), Some(false)),
        "{c}"
    );
    assert!(c["high"].as_f64().unwrap() < 1.0, "{c}");
}

#[test]
fn the_json_keeps_its_contract() {
    if missing("python3") {
        return;
    }
    let place = sums()
        .with("old.py", &adds(1))
        .with("new.py", "import sys\nsys.exit(3)\n")
        .with("./third.py", &adds(1));
    let found = place.json(
        &["old.py", "new.py", "./third.py", "--comparison-time", "2s"],
        0,
    );
    let versions = found["versions"].as_array().unwrap();
    let names: Vec<_> = versions
        .iter()
        .map(|v| v["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["old.py", "new.py", "./third.py"],
        "the names are the paths as given"
    );
    let verdicts: Vec<_> = versions
        .iter()
        .map(|v| v["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["accepted", "runtime_error", "accepted"]);
    for figure in ["wall_ns", "cpu_ns", "peak_bytes"] {
        assert!(
            versions[0][figure].as_u64().unwrap() > 1000,
            "{figure} of {}",
            versions[0]
        );
    }
    assert!(versions[0]["integral_byte_ns"].as_f64().unwrap() > 0.0);
    let comparisons = found["comparisons"].as_array().unwrap();
    assert_eq!(
        comparisons.len(),
        1,
        "a program that fails is never timed: {comparisons:?}"
    );
    let c = &comparisons[0];
    assert_eq!(
        (c["incumbent"].as_str(), c["candidate"].as_str()),
        (Some("old.py"), Some("./third.py"))
    );
    assert!(["wall", "cpu"].contains(&c["metric"].as_str().unwrap()));
    assert!(
        [
            "better",
            "worse",
            "no_difference",
            "not_better",
            "undecided"
        ]
        .contains(&c["answer"].as_str().unwrap())
    );
    assert!(
        c["gain"].is_f64()
            && c["low"].is_f64()
            && c["high"].is_f64()
            && c["pairs"].is_u64()
            && c["confirmed"].is_boolean(),
        "{c}"
    );
}

#[test]
fn memory_and_integral_are_objectives_too() {
    if missing("python3") {
        return;
    }
    let hog = "n = int(input())\nx = list(range(2_000_000))\nt = 0\nfor i in range(400_000):\n    t += x[i] % 7\nprint(t)\n";
    let thrifty = "n = int(input())\nt = 0\nfor i in range(400_000):\n    t += i % 7\nprint(t)\n";
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("hog.py", hog)
        .with("thrifty.py", thrifty);
    for (objective, metric) in [("memory", "peak"), ("integral", "integral")] {
        let found = place.json(
            &[
                "hog.py",
                "thrifty.py",
                "--objective",
                objective,
                "--comparison-time",
                ENOUGH,
            ],
            0,
        );
        let c = &found["comparisons"][0];
        assert_eq!(
            (
                c["metric"].as_str(),
                c["answer"].as_str(),
                c["confirmed"].as_bool()
            ),
            (Some(metric), Some("better"), Some(true)),
            "{c}"
        );
        assert!(c["gain"].as_f64().unwrap() > 2.0, "{c}");
    }
    let same = place.json(&["thrifty.py", "thrifty.py", "--objective", "memory"], 0);
    assert_eq!(same["comparisons"][0]["answer"], "no_difference", "{same}");
}

/// The judge without the command line: incumbent, candidate and original are three programs.
#[test]
fn a_win_is_confirmed_against_the_incumbent_and_the_original_in_the_same_runs() {
    use reheat::measure::{
        Answer, ComparisonPlan, Contender, Contest, ContestOutcome, Judge, Progress,
    };
    use reheat::sandbox::{CancelToken, Settings};
    use reheat::task::load::TaskFlags;
    use reheat::task::{Languages, Objective};

    if missing("python3") {
        return;
    }
    let place = sums()
        .with("v0.py", &adds(24))
        .with("v1.py", &adds(12))
        .with("v2.py", &adds(1));
    let languages = Languages::load(None).unwrap();
    let flags = TaskFlags {
        file: Some(place.path("v0.py")),
        cases: Some(place.path("cases")),
        ..TaskFlags::default()
    };
    let mut task = flags.load(&languages).unwrap();
    let launcher = Some(std::path::PathBuf::from(env!("CARGO_BIN_EXE_reheat")));
    let mut judge = Judge::open(
        Settings {
            launcher,
            unsafe_no_isolation: false,
        },
        None,
    )
    .unwrap();
    let cancel = CancelToken::new();
    judge
        .complete_with_oracle(&mut task, &cancel, &mut |_| {})
        .unwrap();
    let ready: Vec<_> = ["v0.py", "v1.py", "v2.py"]
        .iter()
        .map(|name| {
            let source = reheat::task::load::load_source(&place.path(name)).unwrap();
            let built = judge
                .build(&source, &task.language, None, &cancel, &mut |_| {})
                .unwrap();
            let evaluation = judge.evaluate(&built, &task, &cancel, &mut |_| {}).unwrap();
            (*name, built, evaluation)
        })
        .collect();
    assert!(
        ready.windows(2).all(|w| w[0].1.argv == w[1].1.argv),
        "every version is found at the same path"
    );
    let [v0, v1, v2] = [0, 1, 2].map(|i| Contender {
        name: ready[i].0,
        built: &ready[i].1,
        evaluation: &ready[i].2,
    });

    let mut plan = ComparisonPlan::new(Objective::Time, std::time::Duration::from_secs(90));
    plan.seed = Some(1);
    let (mut first, mut fresh, mut warmed) = (0, 0, false);
    let against = |incumbent| Contest {
        original: Some(v0),
        ..Contest::new(incumbent, v2, &task, &plan)
    };
    let contested = judge
        .contest(&against(v1), &cancel, &mut |p| match p {
            Progress::WarmingUp => warmed = true,
            Progress::Paired {
                confirming: false, ..
            } => first += 1,
            Progress::Paired {
                confirming: true, ..
            } => fresh += 1,
            _ => {}
        })
        .unwrap();
    let ContestOutcome::Done {
        comparison,
        against_original: Some(original),
    } = contested
    else {
        panic!("{contested:?}")
    };
    assert!(
        warmed && first >= 5 && fresh >= 8,
        "{first} pairs, then {fresh}"
    );
    assert_eq!(
        (comparison.answer, comparison.confirmed),
        (Answer::Better, true),
        "{comparison:?}"
    );
    assert_eq!(
        (
            comparison.log_ratios.len(),
            comparison.confirming.len(),
            comparison.pairs
        ),
        (first, fresh, fresh)
    );
    assert_eq!(
        (original.incumbent.as_str(), original.candidate.as_str()),
        ("v0.py", "v2.py")
    );
    assert!(
        original.confirmed && original.pairs == fresh && original.gain > comparison.gain,
        "{original:?}"
    );

    // The same again, where the incumbent is the original: one set of figures under both names.
    let contested = judge.contest(&against(v0), &cancel, &mut |_| {}).unwrap();
    let ContestOutcome::Done {
        comparison,
        against_original: Some(original),
    } = contested
    else {
        panic!("{contested:?}")
    };
    assert_eq!(
        (comparison.gain, comparison.low, comparison.high),
        (original.gain, original.low, original.high)
    );

    // Stopped in the middle of the pairs: an error of its own, and the judge goes on afterwards.
    let halt = CancelToken::new();
    let stopped = judge.contest(&against(v0), &halt, &mut |p| {
        if matches!(p, Progress::Paired { .. }) {
            halt.stop();
        }
    });
    assert!(
        matches!(stopped, Err(reheat::measure::JudgeError::Stopped)),
        "{stopped:?}"
    );
    assert!(
        judge
            .evaluate(&ready[2].1, &task, &cancel, &mut |_| {})
            .unwrap()
            .verdict
            .accepted()
    );
}

#[test]
fn the_floor_is_known_shown_and_warned_of() {
    if missing("python3") {
        return;
    }
    let place = Place::new()
        .with("cases/1.in", "5\n")
        .with("old.py", "print(input())\n")
        .with("new.py", "print(int(input()))\n");
    let found = place.json(&["old.py", "new.py", "--comparison-time", "3s"], 0);
    let floor = &found["versions"][0]["floor"];
    assert!(floor["wall_ns"].as_u64().unwrap() > 100_000, "{floor}");
    assert!(floor["peak_bytes"].as_u64().unwrap() > 100_000, "{floor}");
    let c = &found["comparisons"][0];
    let said = c["note"].as_str().unwrap();
    assert!(
        said.contains("what an empty program takes: larger inputs"),
        "{c}"
    );
    assert!(
        c["floors"]["incumbent"]["cpu_ns"].as_u64().unwrap() > 0,
        "{c}"
    );

    let out = place.measure(&[
        "old.py",
        "new.py",
        "--cases",
        "cases",
        "--comparison-time",
        "1s",
    ]);
    assert!(
        text(&out.stdout).contains("floor: an empty Python program takes"),
        "{}",
        text(&out.stdout)
    );

    // Of two cases the one that is all floor is checked but not timed.
    let place = place
        .with("cases/2.in", "4000000\n")
        .with("old.py", &adds(2))
        .with("new.py", &adds(1));
    let found = place.json(&["old.py", "new.py", "--comparison-time", "10s"], 0);
    let c = &found["comparisons"][0];
    let timed: Vec<&str> = c["per_case"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|p| p[0].as_str())
        .collect();
    assert_eq!(timed, ["2"], "{c}");
    assert_eq!(found["versions"][0]["cases_passed"], 2);
    let (gain, beyond) = (
        c["gain"].as_f64().unwrap(),
        c["gain_beyond_floor"].as_f64().unwrap(),
    );
    assert!(beyond > gain, "{c}");
}

#[test]
fn a_budget_is_kept_where_the_fewest_pairs_allow_it() {
    if missing("python3") {
        return;
    }
    // A second a pair: five pairs and six fresh ones do not fit into twice the budget of one, and so small a gain is not worth more.
    let place = Place::new()
        .with("cases/1.in", "1\n")
        .with("old.py", "import time\ntime.sleep(.6)\nprint(input())\n")
        .with("new.py", "import time\ntime.sleep(.2)\nprint(input())\n")
        .with("like.py", "import time\ntime.sleep(.54)\nprint(input())\n");
    let found = place.json(&["old.py", "like.py", "--comparison-time", "1s"], 0);
    let c = &found["comparisons"][0];
    assert_eq!(c["answer"], "undecided", "{c}");
    assert!(c["pairs"].as_u64().unwrap() < 5, "{c}");
    assert!(
        c["note"].as_str().unwrap().contains("--comparison-time"),
        "{c}"
    );
    // A gain that every pair shows is waited for and confirmed all the same.
    let found = place.json(&["old.py", "new.py", "--comparison-time", "1s"], 0);
    let c = &found["comparisons"][0];
    assert_eq!(
        (c["answer"].as_str(), c["confirmed"].as_bool()),
        (Some("better"), Some(true)),
        "{c}"
    );
    // Ten seconds hold eleven pairs of 0.8 s with next to nothing to spare: a win, looked at once.
    let found = place.json(&["old.py", "new.py", "--comparison-time", "7s"], 0);
    let c = &found["comparisons"][0];
    assert_eq!(
        (c["answer"].as_str(), c["confirmed"].as_bool()),
        (Some("better"), Some(true)),
        "{c}"
    );
    assert_eq!(c["pairs"], 6, "{c}");
}
