#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use super::gains::too_good;
use super::*;
use crate::base::units::{Gain, Nanos};
use crate::measure::{Answer, CaseResult, Figures, Metric, Verdict};
use crate::sandbox::MemorySource;
use crate::task::{Case, Harness, Languages, Workload, bundled, held_out};

/// A task in a language, as the files of flags look at one.
pub(super) fn task_for(id: &str, harness: Harness) -> Task {
    let mut task = bundled::load("pairs", &Languages::load(None).unwrap()).unwrap();
    task.language = Arc::new(crate::task::Language {
        id: id.to_owned(),
        ..crate::task::Language::default()
    });
    task.harness = harness;
    task
}

pub(super) fn calls() -> Harness {
    Harness::Calls(crate::task::harness::Calls::default())
}

pub(super) fn commands() -> Harness {
    Harness::Commands(crate::task::harness::Commands::default())
}

fn task(cases: &[(&str, &str, &str)]) -> Task {
    let mut task = bundled::load("pairs", &Languages::load(None).unwrap()).unwrap();
    task.workload = Workload {
        cases: cases
            .iter()
            .map(|(name, input, expected)| Case {
                name: (*name).into(),
                input: Arc::from(input.as_bytes()),
                expected: Some(Arc::from(expected.as_bytes())),
                status: None,
                held_out: false,
            })
            .collect(),
        ..Workload::default()
    };
    task
}

fn reasons(task: &Task, code: &str) -> Vec<String> {
    let flags = in_code(task, "print(12345678)\n", code);
    flags.into_iter().map(|f| f.reason).collect()
}

#[test]
fn answers_that_stand_in_the_code_are_found() {
    let squares = task(&[
        ("01", "0\n", "0\n"),
        ("02", "40000\n", "21332533340000\n"),
        ("03", "7\n", "71537\n"),
        ("04", "8\n", "-3.141590\n"),
        ("05", "9\n", "one fine day in May\n"),
        ("06", "10\n", "a\nthe line with the long answer\nb\n"),
    ]);
    for (code, wanted) in [
        (
            "x = 1\nif n == 40000: print(21332533340000)\n",
            "line 2 holds 21332533340000, which is the whole output of case 02",
        ),
        ("print(21_332_533_340_000)", "output of case 02"),
        ("long x = 21'332'533'340'000LL;", "output of case 02"),
        ("print('21332533340000')", "output of case 02"),
        ("print(0x1366de126760)", "output of case 02"),
        (
            "T = {7: 71537}",
            "71537, which is the whole output of case 03",
        ),
        (
            "puts(\"one fine day in May\\n\");",
            "line 1 holds the whole output of case 05",
        ),
        (
            "print('''a\nthe line with the long answer\nb''')",
            "line 2 holds a line that stands in the output of case 06",
        ),
        (
            "if hash(x) == '0123456789abcdef0123456789abcdef':",
            "32 hexadecimal digits",
        ),
    ] {
        let told = reasons(&squares, code);
        assert!(told.iter().any(|r| r.contains(wanted)), "{code}: {told:?}");
    }
    for code in [
        "print(71538)",
        "x = 3 + 4",
        "# one fine day",
        "print(12345678)",
        "print('yes')",
    ] {
        assert!(reasons(&squares, code).is_empty(), "{code}");
    }
}

#[test]
fn inputs_that_stand_in_the_code_are_found() {
    let task = task(&[
        ("01", "8675309 3\n", "1\n"),
        ("02", "some words that are long enough\nand more\n", "2\n"),
    ]);
    let told = reasons(
        &task,
        "if n == 8675309:\n    pass\nif s.startswith('some words that are long'):",
    );
    assert!(
        told[0].contains("8675309, which stands in the input of case 01"),
        "{told:?}"
    );
    assert!(
        told[1].contains("the input of case 02, or its beginning"),
        "{told:?}"
    );
}

#[test]
fn chance_and_custom_are_no_flags() {
    let many: String = (0..3000)
        .map(|i| format!("{}\n", 123_457 + i * 7))
        .collect();
    let both = task(&[
        ("01", &many, "1000000007\n"),
        ("02", "1\n", "65536\n"),
        ("03", "1\n", "1000000000\n"),
        ("04", "1\n", "4294967295\n"),
    ]);
    let code =
        "MOD = 1000000007\nBLOCK = 65536\nx = 1_000_000_000\nMASK = 0xffffffff\nP = 123457\n";
    assert!(
        reasons(&both, code).is_empty(),
        "{:?}",
        reasons(&both, code)
    );
    let same = task(&[("01", "1\n", "IMPOSSIBLE\n"), ("02", "2\n", "IMPOSSIBLE\n")]);
    assert!(reasons(&same, "print('IMPOSSIBLE')").is_empty());
    // With two of them it is no chance any more.
    assert!(!reasons(&both, "T = [123457, 123464]").is_empty());
}

#[test]
fn at_most_three_are_told_and_the_rest_counted() {
    let cases: Vec<(String, String)> = (0..9)
        .map(|i| (format!("{i}"), format!("{}\n", 7_654_321 + i * 11)))
        .collect();
    let cases: Vec<(&str, &str, &str)> = cases
        .iter()
        .map(|(n, e)| (n.as_str(), "x", e.as_str()))
        .collect();
    let code: String = (0..9)
        .map(|i| format!("t{i} = {}\n", 7_654_321 + i * 11))
        .collect();
    let told = reasons(&task(&cases), &code);
    assert_eq!(told.len(), 3);
    assert!(told[2].ends_with("(and 6 other lines)"), "{told:?}");
}

#[test]
fn clocks_that_are_replaced_are_noted_and_clocks_that_are_read_are_not() {
    let task = task(&[("01", "1\n", "1\n")]);
    for code in [
        "import time\ntime.perf_counter = lambda: 0",
        "t.process_time=f",
        "setattr(time, 'time', lambda: 0)",
        "Date.now = () => 0;",
        "os.environ['LD_PRELOAD'] = '/work/x.so'",
        "int clock_gettime(clockid_t id, struct timespec *t) {",
    ] {
        let flags = in_code(&task, "", code);
        assert_eq!(flags.len(), 1, "{code}: {flags:?}");
        assert_eq!(flags[0].kind, FlagKind::Clock);
    }
    for code in [
        "start = time.perf_counter()",
        "if time.time == x: pass",
        "# time.time = 3",
        "int clock_gettime(clockid_t, struct timespec *);",
        "runtime.time_left = 3",
        "startDate = 1",
        "mytime.time = 3",
    ] {
        assert!(in_code(&task, "", code).is_empty(), "{code}");
    }
}

#[test]
fn refused_attempts_are_told_once_each_and_those_of_the_original_left_out() {
    let attempt = |kind, what: &str| Attempt {
        kind,
        what: what.into(),
        times: 2,
    };
    let mut refusals = Refusals::default();
    refusals.see(
        &[attempt(AttemptKind::Network, "connect to 127.0.0.1:80")],
        "01",
    );
    refusals.see(
        &[
            attempt(AttemptKind::Network, "connect to 127.0.0.1:80"),
            attempt(AttemptKind::Files, "/etc/shadow\x1b"),
        ],
        "02",
    );
    let mut flags = refusals.flags();
    assert_eq!(flags.len(), 2);
    assert!(
        flags[0]
            .reason
            .contains("127.0.0.1:80, refused, first on case 01"),
        "{flags:?}"
    );
    assert!(!flags[1].reason.contains('\x1b'));
    let mut original = evaluation(&[]);
    original.flags = flags[..1].to_vec();
    without_those_of(&original, &mut flags);
    assert_eq!(flags.len(), 1);
}

fn evaluation(cases: &[(&str, u64)]) -> Evaluation {
    Evaluation {
        files_bytes: crate::base::units::Bytes(0),
        verdict: Verdict::Accepted,
        figures: Figures::default(),
        cases: cases
            .iter()
            .map(|(name, ms)| CaseResult {
                case: (*name).into(),
                verdict: Verdict::Accepted,
                figures: Figures {
                    cpu_ns: Nanos(ms * 1_000_000),
                    ..Figures::default()
                },
                trace: Vec::new(),
            })
            .collect(),
        cases_total: cases.len(),
        build: None,
        failure: None,
        floor: None,
        flags: Vec::new(),
        memory_source: MemorySource::Cgroup,
    }
}

fn compared(per_case: &[(&str, f64)]) -> Comparison {
    Comparison {
        candidate: "v1".into(),
        incumbent: "v0".into(),
        metric: Metric::Cpu,
        gain: Gain(1.0),
        low: Gain(1.0),
        high: Gain(1.0),
        pairs: 10,
        confirmed: false,
        answer: Answer::Better,
        looks: Vec::new(),
        log_ratios: Vec::new(),
        confirming: Vec::new(),
        per_case: per_case
            .iter()
            .map(|(n, g)| ((*n).to_owned(), Gain(*g)))
            .collect(),
        incumbent_figures: Figures::default(),
        candidate_figures: Figures::default(),
        smallest_effect: 0.01,
        margin: 0.025,
        repeats: 1,
        floors: None,
        noise: None,
        only: None,
        launches: None,
        slope: None,
        second_to: None,
        reported_name: None,
        not_borne_out: None,
        watched: Vec::new(),
        note: String::new(),
    }
}

#[test]
fn memory_that_went_into_files_is_a_flag() {
    let with = |peak: u64, files: u64| {
        let mut evaluation = evaluation(&[]);
        evaluation.figures.peak_bytes = crate::base::units::Bytes::mib(peak);
        evaluation.files_bytes = crate::base::units::Bytes::mib(files);
        evaluation
    };
    let original = with(80, 2);
    let told = |peak, files| elsewhere(&original, &with(peak, files));
    let flag = told(10, 70).unwrap();
    assert_eq!(flag.kind, FlagKind::Elsewhere);
    let held = crate::base::units::Bytes::mib(70).to_string();
    assert!(flag.reason.contains(&held) && flag.reason.contains("files of its own"));
    assert_eq!(told(10, 2), None, "as the original");
    assert_eq!(told(10, 3), None, "a mebibyte is nothing");
    assert_eq!(told(10, 8), None, "far less than it saves");
    assert!(told(40, 8).is_some());
    assert_eq!(told(80, 60), None, "it saves nothing");
}

#[test]
fn a_huge_gain_is_asked_about_unless_larger_inputs_gain_more() {
    let task = task(&[("01", "1\n", "1\n"), ("02", "2\n", "2\n")]);
    let before = evaluation(&[("01", 10), ("02", 1000)]);
    let told = |gain: f64, small: f64, large: f64| {
        let mut comparison = compared(&[("01", small), ("02", large)]);
        (comparison.gain, comparison.low) = (Gain(gain), Gain(gain * 0.9));
        let flags = too_good(&task, &before, &comparison);
        assert!(flags.iter().all(|f| f.kind == FlagKind::TooGood));
        flags.into_iter().map(|f| f.reason).collect::<Vec<_>>()
    };
    let found = told(400.0, 400.0, 400.0);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("on small inputs as on large ones"),
        "{found:?}"
    );
    // From the square of the size to the size itself: ten times the size gains ten times as much.
    assert!(told(400.0, 50.0, 500.0).is_empty());
    assert!(told(69.0, 69.0, 69.0).is_empty());
    // The smallest loses, which is long enough to mean something.
    let found = told(3.0, 0.5, 4.0);
    assert!(
        found.len() == 1 && found[0].contains("on the smallest (01) 2.00 times worse"),
        "{found:?}"
    );
    assert!(told(3.0, 0.95, 4.0).is_empty());
    let single = {
        let mut comparison = compared(&[("02", 400.0)]);
        (comparison.gain, comparison.low) = (Gain(400.0), Gain(390.0));
        too_good(&task, &before, &comparison)
    };
    assert!(
        single[0]
            .reason
            .contains("nothing shows whether larger inputs gain more")
    );
}

/// Calls have the names that their file gives them, or those of a group; what a generator makes has no size.
#[test]
fn calls_are_sized_by_what_they_are_given_whatever_they_are_called() {
    let large = format!("{{\"args\": [{}]}}", "1, ".repeat(300));
    let mut task = task(&[
        ("small", "{\"args\": [1]}", ""),
        ("2-4", &[&*large; 3].join("\n"), ""),
    ]);
    task.harness = calls();
    let told = |task: &Task, small: f64, large: f64| {
        let mut comparison = compared(&[("small", small), ("2-4", large)]);
        (comparison.gain, comparison.low) = (Gain(400.0), Gain(390.0));
        let mut flags = too_good(task, &evaluation(&[]), &comparison);
        flags.pop().map(|f| f.reason).unwrap_or_default()
    };
    assert!(told(&task, 400.0, 400.0).contains("on small inputs as on large ones"));
    assert_eq!(told(&task, 20.0, 900.0), "");
    task.harness = Harness::Calls(crate::task::harness::Calls {
        generator: Some(crate::task::harness::CallGenerator {
            file: "gen.py".into(),
            function: "make".to_owned(),
        }),
        ..crate::task::harness::Calls::default()
    });
    assert!(told(&task, 20.0, 900.0).contains("nothing shows whether larger inputs gain more"));
}

#[test]
fn time_that_only_moved_is_asked_about() {
    let task = task(&[("01", "1\n", "1\n")]);
    let before = evaluation(&[("01", 10)]);
    let told = |old: (u64, u64), new: (u64, u64)| {
        let mut comparison = compared(&[]);
        let figures = |(wall, cpu): (u64, u64)| Figures {
            wall_ns: Nanos(wall),
            cpu_ns: Nanos(cpu),
            ..Figures::default()
        };
        comparison.incumbent_figures = figures(old);
        comparison.candidate_figures = figures(new);
        let mut flags = too_good(&task, &before, &comparison);
        flags.pop().map(|f| f.reason).unwrap_or_default()
    };
    assert!(
        told((100, 100), (50, 190))
            .contains("2.00 times faster by the clock and takes 1.90 times the processor time")
    );
    assert!(told((100, 100), (200, 20)).contains("who does the work"));
    assert_eq!(told((100, 100), (50, 110)), "");
    assert_eq!(told((100, 100), (50, 50)), "");
    assert_eq!(told((0, 0), (0, 0)), "");
}

/// What a call of nothing takes is not to be measured, and its gain may be anything.
#[test]
fn a_gain_on_a_call_that_is_given_nothing_says_nothing() {
    let given = |n: usize| format!("{{\"args\": [[{}]]}}", "1, ".repeat(n));
    let mut task = task(&[
        ("1", &given(300), ""),
        ("2", &given(200), ""),
        ("3", &given(0), ""),
    ]);
    task.harness = calls();
    held_out::recall(&mut task, &["2".to_owned()]);
    let before = evaluation(&[("1", 10), ("2", 10), ("3", 10)]);
    let told = |first: f64, empty: f64| {
        repeats(
            &task,
            &before,
            &compared(&[("1", first), ("2", 6.0), ("3", empty)]),
        )
    };
    assert_eq!(told(6.0, 8539.0), None);
    assert!(told(60.0, 1.0).is_some());
}

#[test]
fn a_gain_on_shown_cases_alone_is_a_flag() {
    let mut task = task(&[
        ("01", "1\n", "1\n"),
        ("02", "2\n", "2\n"),
        ("03", "3\n", "3\n"),
    ]);
    held_out::recall(&mut task, &["03".to_owned()]);
    let before = evaluation(&[("01", 1), ("02", 400), ("03", 300)]);
    let flag = repeats(
        &task,
        &before,
        &compared(&[("01", 1.0), ("02", 20.0), ("03", 1.02)]),
    )
    .unwrap();
    assert_eq!(flag.kind, FlagKind::Repeats);
    assert!(
        flag.reason.contains("case 02") && flag.reason.contains("held-out case 03"),
        "{}",
        flag.reason
    );
    // Quadratic that became linear: more on the larger, as it must be.
    assert!(
        repeats(
            &task,
            &before,
            &compared(&[("01", 1.1), ("02", 20.0), ("03", 17.0)])
        )
        .is_none()
    );
    // The held-out one is far lighter: nothing can be said.
    let light = evaluation(&[("01", 1), ("02", 400), ("03", 10)]);
    assert!(
        repeats(
            &task,
            &light,
            &compared(&[("01", 1.0), ("02", 20.0), ("03", 1.02)])
        )
        .is_none()
    );
}

/// An early exit pays most on one input; the held-out one gains as the other shown ones do.
#[test]
fn inputs_may_gain_unlike_one_another() {
    let names = ["1", "2", "3", "4"];
    let mut task = task(&names.map(|name| (name, "1\n", "1\n")));
    held_out::recall(&mut task, &["4".to_owned()]);
    let before = evaluation(&names.map(|name| (name, 100)));
    let told = |gains: [f64; 4]| {
        let per_case: Vec<(&str, f64)> = names.into_iter().zip(gains).collect();
        repeats(&task, &before, &compared(&per_case)).is_some()
    };
    assert!(!told([94.0, 6.0, 7.0, 6.3]));
    assert!(!told([94.0, 6.0, 7.0, 3.3]));
    assert!(
        told([94.0, 60.0, 70.0, 6.3]),
        "all shown ones gain far more"
    );
    assert!(told([94.0, 1.0, 1.0, 1.0]), "one alone is known");
    assert!(
        told([94.0, 4.0, 4.0, 1.5]),
        "and the rest is a little quicker"
    );
}

/// Long texts of every kind are looked at in a time that grows with their length. That takes no clock to see: with the cube of the
/// length this test takes days.
#[test]
fn the_longest_texts_of_every_kind_are_read_in_bounded_time() {
    const LONG: usize = 30_000;
    let many = |part: &str| part.repeat(LONG / part.len() + 1);
    let numbered = |part: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        let mut n = 0;
        while text.len() < LONG {
            text.push_str(&part(n));
            n += 1;
        }
        text
    };
    for (id, text) in [
        ("python", many("x = 1\n")),
        ("python", numbered(&|n| format!("N{n} = {{}}\n"))),
        (
            "python",
            numbered(&|n| format!("M{n} = {{}}\ndef f{n}(x):\n    global M{n}\n    M{n}[x] = 1\n")),
        ),
        (
            "python",
            numbered(&|n| {
                format!("M{n} = None\ndef f{n}(x):\n    if M{n} is None:\n        M{n} = x\n")
            }),
        ),
        (
            "python",
            format!("M = {{}}\ndef f(x):\n{}", many("    M[x] = M\n")),
        ),
        (
            "python",
            numbered(&|n| format!("from m import a{n} as b{n}\nb{n}()\n")),
        ),
        ("python", numbered(&|n| format!("self.a{n} += 1\n"))),
        (
            "python",
            numbered(&|n| {
                format!("class A{n}(list):\n    def __iter__(self):\n        return 1\n")
            }),
        ),
        ("python", many("def __eq__(self, o):\n    return True\n")),
        (
            "python",
            numbered(&|n| format!("def f{n}(x):\n    with lock{n}: os.fsync(x)\n")),
        ),
        ("python", many("validate(x); check(y); ")),
        ("python", format!("x = {}", many("a."))),
        (
            "python",
            format!("x = {}1{}", "(".repeat(LONG / 2), ")".repeat(LONG / 2)),
        ),
        ("python", format!("x = [{}]", many("'METRIC ', "))),
        ("python", format!("'{}'", many("METRIC "))),
        ("python", many("gc.disable()\nsys.argv\nbuiltins.x = 1\n")),
        ("python", format!("x{}\n", many(" lock"))),
        ("python", many("@lru_cache(None)\ndef f(x): pass\n")),
        ("javascript", many("const a=b=>c=>d[e].push(f);")),
        ("javascript", many("x=>")),
        (
            "javascript",
            numbered(&|n| format!("let a{n};function f{n}(x){{a{n}=x;stats.n++}}")),
        ),
        ("javascript", many("stderr file= ")),
        ("javascript", many("a.get(b)")),
        ("javascript", many("valueOf() { return 1 }\n")),
        ("javascript", format!("x = {}", many("a = "))),
        ("javascript", many("{ get a() {} }, ")),
        ("javascript", format!("f({})", many("if (a) b = "))),
        ("rust", many("static A: Mutex<u8> = x;\n")),
        ("rust", many("out.lock(); stdout; ")),
        ("rust", many("fn f() { Err(x)? }\n")),
        (
            "c",
            numbered(&|n| {
                format!(
                    "static int a{n};\nint f{n}(int x) {{\n  if (a{n} == x) return 1;\n  a{n} = x;\n}}\n"
                )
            }),
        ),
        ("c", many("static int a, ")),
        ("c", many("{")),
        (
            "go",
            format!(
                "package p\n{}",
                numbered(&|n| format!("var m{n} = 1\nfunc f{n}(x int) {{ m{n} = x }}\n"))
            ),
        ),
        ("java", many("static int a = f(b);\n")),
        ("ruby", many("def f(x)\n  @@a = x\nend\n")),
        ("sh", many("flock x; sleep 1\n")),
        ("sh", many("'")),
        ("python", many("\u{1f980}\u{e9}")),
    ] {
        let task = task_for(id, commands());
        for original in ["", &*text] {
            let flags = in_code(&task, original, &text);
            assert!(flags.len() < 100, "{id}");
        }
    }
}

#[test]
fn two_steps_that_may_be_true_are_held_against_the_original_together() {
    let task = task(&[("01", "1\n", "1\n"), ("02", "2\n", "2\n")]);
    let known = evaluation(&[("01", 10), ("02", 1000)]);
    let gains = |gain: f64| {
        let mut comparison = compared(&[("01", gain), ("02", gain)]);
        (comparison.gain, comparison.low) = (Gain(gain), Gain(gain * 0.9));
        comparison
    };
    let kinds = |step: f64, whole: f64| -> Vec<FlagKind> {
        let compared = (&gains(step), Some(&gains(whole)));
        let flags = in_comparison(&task, [Some(&known); 2], &known, compared);
        flags.into_iter().map(|f| f.kind).collect()
    };
    assert_eq!(kinds(20.0, 60.0), []);
    assert_eq!(kinds(20.0, 400.0), [FlagKind::TooGood]);
    assert_eq!(kinds(400.0, 400.0), [FlagKind::TooGood], "once");
}
