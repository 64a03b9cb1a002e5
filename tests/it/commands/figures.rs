//! The figures that a bench says: which decides, which are watched, and what of them tells nothing.

use std::time::Duration;

use reheat::measure::{
    Answer, Built, Comparison, ComparisonPlan, Contender, Contest, ContestOutcome, Evaluation,
    FlagKind, Metric,
};
use reheat::task::Objective;
use reheat::task::harness::Commands;

use super::project::{Bench, Project};

/// A file whose variables are what the bench says.
fn project(original: &str, bench: &str) -> Project {
    Project::new(&[("work.sh", original), ("bench.sh", bench)])
}

fn opened(project: &Project, metric: Option<&str>) -> Bench {
    let commands = Commands {
        bench: Some("sh bench.sh".into()),
        metric: metric.map(str::to_owned),
        ..Commands::default()
    };
    Bench::open(project, project.task_with("work.sh", commands))
}

fn contest(bench: &mut Bench, old: &(Built, Evaluation), new: &(Built, Evaluation)) -> Comparison {
    let plan = ComparisonPlan::new(Objective::Time, Duration::from_secs(20));
    let [old, new] = [("v0", old), ("v1", new)].map(|(name, (built, evaluation))| Contender {
        name,
        built,
        evaluation,
    });
    let outcome = bench
        .judge
        .contest(
            &Contest {
                original: Some(old),
                ..Contest::new(old, new, &bench.task, &plan)
            },
            &bench.cancel,
            &mut |_| {},
        )
        .unwrap();
    match outcome {
        ContestOutcome::Done { comparison, .. } => comparison,
        ContestOutcome::Disqualified(why) => panic!("{why:?}"),
    }
}

#[test]
fn a_figure_of_nothing_is_too_coarse_to_tell_and_never_a_gain() {
    let project = project("time=50\n", ". ./work.sh; echo \"METRIC fib=${time}ms\"\n");
    let mut bench = opened(&project, None);
    let old = bench.original();
    for said in ["0.0", "-1", "nan", "inf"] {
        let new = bench.version(&format!("time={said}\n"));
        assert!(new.1.verdict.accepted(), "{:?}", new.1);
        let found = contest(&mut bench, &old, &new);
        assert_eq!(found.answer, Answer::Undecided, "{found:?}");
        assert_eq!(found.gain.0, 1.0, "{found:?}");
        assert!(
            found
                .note
                .contains("v1: too coarse to tell: the bench says fib = ")
                && found.note.contains("The whole command takes"),
            "{}",
            found.note
        );
    }
    // The time of the command decides nothing where the original's figure is of no use either.
    let project = self::project("time=0\n", ". ./work.sh; echo \"METRIC fib=${time}ms\"\n");
    let mut bench = opened(&project, None);
    bench.original();
    let notes = bench.judge.notes().join("\n");
    assert!(notes.contains("too coarse to tell anything"), "{notes}");
}

#[test]
fn a_figure_that_the_version_prints_itself_is_flagged_and_never_better() {
    let project = project("cost=50\n", ". ./work.sh; echo \"METRIC steps=$cost\"\n");
    let mut bench = opened(&project, None);
    let old = bench.original();
    assert!(old.1.flags.is_empty());
    let cases = [
        // By its text, and in the output.
        ("echo 'METRIC steps=1'; cost=1\n", "line 1 can print"),
        // Its text does not show it.
        (
            "printf 'MET%s steps=1\\n' RIC; cost=50\n",
            "steps is printed 2 times, and 1 with the original",
        ),
        // Instead of the bench.
        ("echo METRIC steps=1; exit 0\n", "line 1 can print"),
    ];
    for (code, why) in cases {
        let new = bench.version(code);
        let flag = new.1.flags.iter().find(|f| f.reason.contains(why));
        assert!(
            flag.is_some_and(|f| f.kind == FlagKind::Printed),
            "{:?}",
            new.1
        );
        let found = contest(&mut bench, &old, &new);
        assert_eq!(found.answer, Answer::Undecided, "{found:?}");
        assert!(found.note.contains("cannot be trusted"), "{}", found.note);
    }
    let honest = bench.version("cost=25\n");
    assert!(honest.1.flags.is_empty());
    assert_eq!(contest(&mut bench, &old, &honest).answer, Answer::Better);
}

#[test]
fn the_other_figures_of_a_bench_are_watched() {
    let project = project(
        "large=50 small=2ms count=3\n",
        ". ./work.sh; echo \"METRIC large last=$large\"; echo \"METRIC small first=$small\"; echo \"METRIC count=$count\"\n",
    );
    let mut bench = opened(&project, None);
    let old = bench.original();
    let notes = bench.judge.notes().join("\n");
    assert!(
        notes.contains(
            "says 3 figures: large last, small first, count. The first, large last, decides"
        ) && notes.contains("--metric NAME"),
        "{notes}"
    );
    let new = bench.version("large=25 small=200ms count=3\n");
    let found = contest(&mut bench, &old, &new);
    assert_eq!(found.answer, Answer::Better, "{found:?}");
    let [watched, _] = &found.watched[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (watched.name.as_str(), watched.worse),
        ("small first", true)
    );
    assert!((watched.gain.0 - 0.01).abs() < 1e-9, "{watched:?}");
    assert!(
        found
            .note
            .contains("other figures of the bench became worse: small first by a factor of 100.00"),
        "{}",
        found.note
    );
    let fine = bench.version("large=25 small=2ms count=3\n");
    let found = contest(&mut bench, &old, &fine);
    assert!(
        !found.watched[0].worse && !found.note.contains("worse"),
        "{found:?}"
    );
    // Whether a count should grow is a guess: it is said, and stands in nobody's way.
    let other = bench.version("large=25 small=2ms count=9\n");
    let found = contest(&mut bench, &old, &other);
    assert_eq!(found.answer, Answer::Better, "{found:?}");
    assert!(
        !found.watched[1].worse
            && found
                .note
                .contains("for better or worse: count by a factor of 3.00"),
        "{found:?}"
    );
    // Nothing is won where one of them tells nothing any more.
    for (code, why) in [
        (
            "large=25 small=0ms count=3\n",
            "v1: the bench says small first = 0",
        ),
        (
            "large=25 small=nan count=3\n",
            "v1: the bench says small first = NaN",
        ),
        (
            "large=25 small=x count=3\n",
            "v1: the bench does not say small first any more",
        ),
    ] {
        let new = bench.version(code);
        let found = contest(&mut bench, &old, &new);
        assert_eq!(found.answer, Answer::Undecided, "{found:?}");
        assert!(found.note.contains(why), "{}", found.note);
    }
}

#[test]
fn a_bench_that_chooses_its_rounds_may_say_its_figure_more_often() {
    let say = ". ./work.sh; for i in $(seq $rounds); do echo \"METRIC steps=$cost\"; done\n";
    let project = project("cost=50 rounds=1\n", say);
    let mut bench = opened(&project, None);
    let old = bench.original();
    let new = bench.version("cost=25 rounds=4\n");
    assert!(new.1.flags.is_empty(), "{:?}", new.1.flags);
    assert_eq!(contest(&mut bench, &old, &new).answer, Answer::Better);
}

#[test]
fn a_name_with_blanks_is_chosen_whole_and_one_that_is_not_there_is_refused() {
    let say = ". ./work.sh; echo 'Name (time in us)  Min  Median'; echo \"test_join[a few parts]  1.0 (1.0)  2.0 (1.0)\"; echo \"test_join[many parts (slow)]  $low (1.0)  9.0 (1.0)\"\n";
    let project = project("low=3.0\n", say);
    let mut bench = opened(&project, Some("test_join[many parts (slow)]"));
    let (_, old) = bench.original();
    assert_eq!(old.figures.reported, Some(9000.0));
    assert_eq!(
        bench.judge.commands_metric(&bench.task),
        Some(Metric::ReportedTime)
    );
    let refused = opened(&project, Some("test_join")).refused();
    assert!(
        refused.contains("--metric test_join")
            && refused.contains("it says test_join[a few parts], test_join[many parts (slow)]"),
        "{refused}"
    );
    let silent = self::project("low=1\n", "echo done\n");
    let refused = opened(&silent, Some("x")).refused();
    assert!(refused.contains("no figure is found"), "{refused}");
}

#[test]
fn a_rate_is_better_where_it_grows() {
    let project = project(
        "rate=1,000\n",
        ". ./work.sh; echo \"count x $rate ops/sec ±0.61% (92 runs sampled)\"\n",
    );
    let mut bench = opened(&project, None);
    let old = bench.original();
    assert_eq!(
        bench.judge.commands_metric(&bench.task),
        Some(Metric::ReportedRate)
    );
    let new = bench.version("rate=3,000\n");
    let found = contest(&mut bench, &old, &new);
    assert_eq!(found.answer, Answer::Better, "{found:?}");
    assert!((found.gain.0 - 3.0).abs() < 1e-9, "{found:?}");
}
