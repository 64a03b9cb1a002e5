//! Checks and benches that are tried with a broken function before they are believed, and figures that must be borne out, through
//! the real binary.

use super::tools::missing;
use crate::support::ENOUGH;
use crate::support::home::{Home, named, reply, tape};
use serde_json::Value;

const WORK: &str = "def other(n):\n    return n\n\n\ndef f(n):\n    total = 0\n    for i in range(n):\n        for j in range(200):\n            total += i * j\n    return total\n";

/// Several times faster: a hundred times would be a question by itself.
const FAST: &str = "def f(n):\n    total = 0\n    for i in range(n):\n        total += i * sum(range(200))\n    return total\n";

const CHECK: &str = "import work\nassert work.f(3) == 59700\nprint('right')\n";

const BENCH: &str = "import time, work\nbegan = time.perf_counter()\nfor _ in range(20):\n    work.f(200)\nprint(f'METRIC f={(time.perf_counter() - began) * 1000}ms')\n";

/// What comes of these replies.
fn optimized(check: &str, bench: &str, replies: &[&str]) -> Vec<Value> {
    let home = Home::new();
    home.write("p/work.py", WORK);
    home.write("p/check.py", check);
    home.write("p/bench.py", bench);
    home.write("p/pyproject.toml", "[project]\nname = \"p\"\n");
    let replies: Vec<String> = replies.iter().map(|code| reply(code)).collect();
    tape(&home, &replies);
    let (events, _) = home.events(&[
        "optimize",
        "p/work.py::f",
        "--check",
        "python3 check.py",
        "--bench",
        "python3 bench.py",
        "--tape",
        "tape",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    events
}

fn notes(events: &[Value]) -> String {
    let notes = named(events, "noted").into_iter();
    let texts: Vec<&str> = notes.filter_map(|e| e["text"].as_str()).collect();
    texts.join("\n")
}

/// Kinds of the flags of a version.
fn flags(events: &[Value], version: u64) -> Vec<String> {
    let evaluated = named(events, "version_evaluated");
    let of = evaluated.iter().find(|e| e["version"] == version);
    let of = of.unwrap_or_else(|| panic!("{}", notes(events)));
    let flags = of["evaluation"]["flags"].as_array().cloned();
    let kinds = flags.unwrap_or_default();
    kinds
        .iter()
        .map(|f| f["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// The decision on a version, and its reason.
fn decided(events: &[Value], version: u64) -> (String, String) {
    let all = named(events, "decided");
    let of = all.iter().find(|e| e["version"] == version).unwrap();
    let text = |name: &str| of[name].as_str().unwrap().to_owned();
    (text("decision"), text("reason"))
}

#[test]
fn a_check_that_does_not_test_the_function_is_named_before_the_first_round() {
    for check in [
        "import work\nprint('right')\n",
        "import work\nassert work.other(3) == 3\nprint('right')\n",
        "import work\ntry:\n    assert work.f(3) == 59700\nexcept Exception:\n    pass\nprint('right')\n",
    ] {
        let events = optimized(check, BENCH, &[FAST]);
        let said = notes(&events);
        assert!(
            said.contains("the check passes although `f` is broken (it raises an error at once, or always returns the same number, or does nothing): it does not test it"),
            "{said}"
        );
        let place = |name: &str| events.iter().position(|e| e["event"] == name).unwrap();
        let first = events
            .iter()
            .position(|e| e["text"].as_str().is_some_and(|t| t.contains("is broken")));
        assert!(first.unwrap() < place("round_started"), "{events:?}");
        assert_eq!(flags(&events, 1), ["untested"]);
    }
    // What it calls, it may still not look at.
    let events = optimized("import work\nwork.f(3)\nprint('right')\n", BENCH, &[FAST]);
    let said = notes(&events);
    assert!(
        said.contains("the check passes although `f` always returns the same number, or does nothing: it looks little at what that gives back"),
        "{said}"
    );
    assert_eq!(flags(&events, 1), [] as [String; 0]);
}

#[test]
fn a_check_and_a_bench_of_the_function_are_believed_without_a_word() {
    let events = optimized(CHECK, BENCH, &[FAST]);
    let said = notes(&events);
    assert!(
        !said.contains("broken") && !said.contains("although"),
        "{said}"
    );
    assert_eq!(flags(&events, 1), [] as [String; 0]);
    assert_eq!(
        decided(&events, 1).0,
        "accepted",
        "{:?}",
        decided(&events, 1)
    );
}

#[test]
fn a_bench_that_goes_on_until_the_clock_ends_it_is_believed_as_well() {
    let bench = "import time, work\nbegan = time.perf_counter()\ntimes = 0\nwhile time.perf_counter() - began < 0.3:\n    work.f(100)\n    times += 1\nprint(f'METRIC f={(time.perf_counter() - began) * 1000 / times}ms')\n";
    let counting = format!("{bench}print(f'METRIC iterations={{times}}')\n");
    for bench in [bench, &counting] {
        let events = optimized(CHECK, bench, &[FAST]);
        let (decision, reason) = decided(&events, 1);
        assert_eq!(decision, "accepted", "{reason}");
        assert_eq!(flags(&events, 1), [] as [String; 0]);
    }
}

#[test]
fn a_bench_that_does_not_run_the_function_is_named() {
    let bench = "import work\nprint(f'METRIC steps={work.other(100)}')\n";
    let events = optimized(CHECK, bench, &[FAST]);
    let said = notes(&events);
    assert!(
        said.contains("the bench says the same although `f` raises an error at once: it does not seem to run it"),
        "{said}"
    );
}

#[test]
fn a_gain_of_a_replaced_clock_is_not_borne_out_and_wins_nothing() {
    let slow = &WORK[WORK.find("def f").unwrap()..];
    let body = slow.strip_prefix("def f(n):\n").unwrap();
    let cheats = [
        format!(
            "import time\n\n\ndef f(n):\n    if not hasattr(time, 'real'):\n        real, began = time.perf_counter, time.perf_counter()\n        vars(time).update(real=real, perf_counter=lambda: began + (real() - began) / 1000)\n{body}"
        ),
        // What is printed is changed on its way.
        format!(
            "import builtins\n\n\ndef f(n):\n    builtins.print = lambda text, say=print: say(text.split('=')[0] + '=0.01ms' if '=' in text else text)\n{body}"
        ),
    ];
    for cheat in cheats {
        let events = optimized(CHECK, BENCH, &[&cheat]);
        let (decision, reason) = decided(&events, 1);
        assert_eq!(decision, "rejected", "{cheat}: {reason}");
        assert!(
            flags(&events, 1).contains(&"not_borne_out".to_owned()),
            "{cheat}: {reason}: {:?}",
            flags(&events, 1)
        );
        assert!(
            reason.contains("its command takes as long as before"),
            "{reason}"
        );
    }
}

#[test]
fn where_it_is_not_known_whether_the_clock_ends_a_bench_its_gain_is_asked_about_and_counts() {
    // It looks at what comes back, so that it fails with a function that does nothing.
    let bench = "import time, work\nbegan = time.perf_counter()\ntimes = 0\nwhile time.perf_counter() - began < 0.3:\n    assert work.f(100) == 98505000\n    times += 1\nprint(f'METRIC f={(time.perf_counter() - began) * 1000 / times}ms')\n";
    let events = optimized(CHECK, bench, &[FAST]);
    let (decision, reason) = decided(&events, 1);
    assert_eq!(decision, "accepted", "{reason}");
    assert_eq!(flags(&events, 1), ["not_borne_out"]);
    let evaluated = named(&events, "version_evaluated");
    let of = evaluated.iter().find(|e| e["version"] == 1).unwrap();
    let reason = of["comparison"]["not_borne_out"].as_str();
    assert!(
        reason.unwrap_or_default().contains("METRIC iterations=N"),
        "{of}"
    );
}

#[test]
fn a_small_part_of_a_busy_bench_may_become_faster() {
    let bench = BENCH.replace(
        "print(",
        "took = time.perf_counter() - began\nsum(i * i for i in range(9_000_000))\nbegan = time.perf_counter() - took\nprint(",
    );
    let events = optimized(CHECK, &bench, &[FAST]);
    let (decision, reason) = decided(&events, 1);
    assert_eq!(decision, "accepted", "{reason}");
    assert_eq!(flags(&events, 1), [] as [String; 0]);
}

#[test]
fn a_check_that_never_ends_with_a_broken_function_has_noticed_it() {
    let check = "import work\ntry:\n    while work.f(3) != 59700:\n        pass\nexcept ZeroDivisionError:\n    pass\nexcept Exception:\n    pass\nprint('right')\n";
    let events = optimized(check, BENCH, &[FAST]);
    let said = notes(&events);
    assert!(
        said.contains("the check passes although `f` raises an error at once: it looks little"),
        "{said}"
    );
    assert_eq!(flags(&events, 1), [] as [String; 0]);
}

/// C, whose functions have types: a check, and a bench that goes on until the clock ends it.
#[test]
fn a_bench_in_c_that_goes_on_until_the_clock_ends_it_is_believed_as_well() {
    if missing("cc") {
        return;
    }
    let home = Home::new();
    let slow = "long f(long n) {\n    volatile long total = 0;\n    for (long i = 0; i < n * 40; i++) total += i % 7;\n    return n;\n}\n";
    home.write("p/work.c", slow);
    home.write(
        "p/main.c",
        "#include <stdio.h>\n#include <time.h>\nlong f(long n);\nstatic double now(void) {\n    struct timespec t;\n    clock_gettime(CLOCK_MONOTONIC, &t);\n    return t.tv_sec + t.tv_nsec / 1e9;\n}\nint main(int args, char **arg) {\n    if (args < 2) return f(3) == 3 ? puts(\"right\"), 0 : 1;\n    double began = now();\n    long times = 0;\n    for (; now() - began < 0.2; times++) f(1000);\n    printf(\"METRIC f=%fus\\n\", (now() - began) * 1e6 / times);\n    return 0;\n}\n",
    );
    home.write(
        "p/Makefile",
        "main: main.c work.c\n\tcc -O1 -o main main.c work.c\n",
    );
    tape(&home, &[reply(&slow.replace("n * 40", "n * 10"))]);
    let (events, _) = home.events(&[
        "optimize",
        "p/work.c::f",
        "--check",
        "make -s && ./main",
        "--bench",
        "./main bench",
        "--tape",
        "tape",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    let (decision, reason) = decided(&events, 1);
    assert_eq!(decision, "accepted", "{reason}");
    assert_eq!(flags(&events, 1), [] as [String; 0]);
}

#[test]
fn beside_a_bench_the_time_of_the_check_is_no_part_of_a_gain() {
    let check = format!("import time\n{CHECK}time.sleep(0.5)\n");
    let bench = "import work\nfor _ in range(40):\n    work.f(200)\n";
    let events = optimized(&check, bench, &[FAST]);
    let evaluated = named(&events, "version_evaluated");
    let of = evaluated.iter().find(|e| e["version"] == 1).unwrap();
    let timed: Vec<&str> = (of["comparison"]["per_case"].as_array().unwrap().iter())
        .filter_map(|c| c[0].as_str())
        .collect();
    assert_eq!(timed, ["bench"], "{}", of["comparison"]);
    assert_eq!(decided(&events, 1).0, "accepted");
}

#[test]
fn a_bench_without_a_check_says_nothing_of_whether_a_version_is_right() {
    let home = Home::new();
    home.write("p/work.py", WORK);
    home.write("p/bench.py", BENCH);
    home.write("p/pyproject.toml", "[project]\nname = \"p\"\n");
    tape(&home, &[reply(FAST)]);
    let args = [
        "optimize",
        "p/work.py::f",
        "--bench",
        "python3 bench.py",
        "--tape",
        "tape",
        "--json",
        "--comparison-time",
        ENOUGH,
    ];
    let (events, _) = home.events(&args);
    assert_eq!(flags(&events, 1), ["unchecked"]);
    assert_eq!(decided(&events, 1).0, "accepted");
    let (events, _) = home.events(&[&args[..], &["--strict"]].concat());
    assert_eq!(
        decided(&events, 1).0,
        "rejected",
        "{:?}",
        decided(&events, 1)
    );
}
