#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use super::*;
use crate::task::Languages;
use crate::task::bundled;

/// A task with inputs of these sizes; the cases are named 00, 01 …
fn task(sizes: &[usize]) -> Task {
    let mut task = bundled::load("pairs", &Languages::load(None).unwrap()).unwrap();
    task.statement = String::new();
    task.workload = Workload {
        cases: sizes
            .iter()
            .enumerate()
            .map(|(i, size)| Case {
                name: format!("{i:02}"),
                input: vec![b'a' + i as u8; *size].into(),
                expected: Some(Arc::from(&b"1\n"[..])),
                status: None,
                held_out: false,
            })
            .collect(),
        ..Workload::default()
    };
    task
}

fn drawn(task: &Task, seed: u32) -> Vec<String> {
    let mut task = task.clone();
    choose(&mut task, seed);
    names(&task)
}

#[test]
fn about_a_quarter_is_held_out_and_the_same_seed_draws_the_same() {
    for (count, wanted) in [(1, 0), (2, 0), (3, 1), (4, 1), (6, 2), (20, 5), (100, 25)] {
        let task = task(&vec![10; count]);
        assert_eq!(drawn(&task, 7).len(), wanted, "{count} cases");
        assert_eq!(drawn(&task, 7), drawn(&task, 7));
    }
    let task = task(&[10; 20]);
    let all: BTreeSet<Vec<String>> = (0..20).map(|seed| drawn(&task, seed)).collect();
    assert!(all.len() > 15, "{all:?}");
}

#[test]
fn shown_cases_come_first_and_one_always_stays() {
    let mut task = task(&[5, 5, 5, 5]);
    task.workload.hold_out = HoldOut::Count(99);
    choose(&mut task, 1);
    let held: Vec<bool> = task.workload.cases.iter().map(|c| c.held_out).collect();
    assert_eq!(held, [false, true, true, true]);
    task.workload.hold_out = HoldOut::Count(0);
    choose(&mut task, 1);
    assert!(names(&task).is_empty());
}

#[test]
fn a_heavy_case_is_held_out_and_another_stays_shown() {
    let small = task(&[1, 1, 1, 1, 1, 1, 1, 1000]);
    let two = task(&[1, 1, 1, 1, 1, 1, 900, 1000]);
    for seed in 0..50 {
        assert!(drawn(&small, seed).contains(&"07".to_owned()));
        let held = drawn(&two, seed);
        assert_eq!(held.len(), 2);
        let heavy = held
            .iter()
            .filter(|n| ["06", "07"].contains(&n.as_str()))
            .count();
        assert_eq!(heavy, 1, "{held:?}");
    }
}

#[test]
fn what_the_statement_shows_stays_shown() {
    let languages = Languages::load(None).unwrap();
    let mut pairs = bundled::load("pairs", &languages).unwrap();
    pairs.workload.hold_out = HoldOut::Count(2);
    assert_eq!(drawn(&pairs, 3).len(), 2);
    assert!(!drawn(&pairs, 3).contains(&"01".to_owned()));
    let mut task = task(&[10; 4]);
    task.workload.shown = vec!["00".into(), "02".into(), "03".into()];
    task.workload.hold_out = HoldOut::Count(3);
    assert_eq!(drawn(&task, 3), ["01"]);
}

#[test]
fn names_are_checked() {
    let wrong = |hold_out: HoldOut, shown: &[&str]| {
        let mut task = task(&[1, 1]);
        task.workload.hold_out = hold_out;
        task.workload.shown = shown.iter().map(|s| (*s).to_owned()).collect();
        check(&task.workload).unwrap_err().to_string()
    };
    let named = |names: &[&str]| HoldOut::Named(names.iter().map(|s| (*s).to_owned()).collect());
    assert!(wrong(named(&["x"]), &[]).contains("`held_out` names the case `x`"));
    assert!(wrong(HoldOut::default(), &["y"]).contains("`shown` names the case `y`"));
    assert!(wrong(named(&["00"]), &["00"]).contains("decide for one"));
    assert!(wrong(named(&["00", "01"]), &[]).contains("at least one"));
}

#[test]
fn shares_are_read_and_nonsense_is_refused() {
    assert_eq!("25%".parse(), Ok(HoldOut::Percent(25)));
    assert_eq!(" 3 ".parse(), Ok(HoldOut::Count(3)));
    assert_eq!("0".parse(), Ok(HoldOut::Count(0)));
    for bad in [
        "",
        "x",
        "-1",
        "91%",
        "1.5",
        "100 %%",
        "999999999999999999999",
    ] {
        assert!(HoldOut::from_str(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_hint_that_quotes_a_held_out_case_is_noticed() {
    let mut task = task(&[10, 10, 10]);
    recall(&mut task, &["01".to_owned()]);
    assert_eq!(quoted_by(&task, "think of bbbbbbbbb as well"), Some("01"));
    assert_eq!(quoted_by(&task, "think of aaaaaaaaa as well"), None);
    assert_eq!(quoted_by(&task, "bb is short"), None);
}
