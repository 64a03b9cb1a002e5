//! The table of cheats (`tests/cheats`): what each version meets. What its text alone shows is looked at for all of them; a few groups
//! are played by the real program. `cargo bench --bench cheats` plays all of it, with timing.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::cheat_table::{Group, Version, play, table, texts};
use reheat::measure::flags;
use reheat::task::harness::Commands;
use reheat::task::harness_spec::HarnessSpec;
use reheat::task::load::TaskFlags;
use reheat::task::{Languages, Task};

/// The task of a group that was laid out in a folder.
fn task(group: &Group, folder: &Path) -> Task {
    let original = &group.original;
    let calls =
        (original.harness == "calls").then(|| folder.join("calls.jsonl").display().to_string());
    let flags = TaskFlags {
        file: Some(folder.join(group.target())),
        cases: (original.harness == "program").then(|| folder.join("cases")),
        harness: HarnessSpec {
            calls,
            commands: Commands {
                check: original.check.clone(),
                bench: original.bench.clone(),
                ..Commands::default()
            },
            project: (original.harness != "program").then(|| folder.to_path_buf()),
            ..HarnessSpec::default()
        },
        ..TaskFlags::default()
    };
    let languages = Languages::load(None).unwrap();
    flags
        .load(&languages)
        .unwrap_or_else(|e| panic!("{}: {e}", group.name))
}

/// Kinds of the flags that a text alone gets, as journals name them.
fn by_text(task: &Task, version: &str) -> BTreeSet<String> {
    let original = task.source.as_ref().unwrap().text.clone();
    let found = flags::in_code(task, &original, version).into_iter();
    let mut kinds: BTreeSet<String> = found
        .map(|f| {
            serde_json::to_value(f.kind)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    // What can print a figure is looked for where commands are evaluated.
    if matches!(task.harness, reheat::task::Harness::Commands(_)) && version.contains("METRIC") {
        kinds.insert("printed".to_owned());
    }
    kinds
}

#[test]
fn what_a_text_shows_is_flagged_and_honest_ones_are_not() {
    let mut wrong = Vec::new();
    for group in table().into_iter().chain(texts()) {
        let folder = tempfile::tempdir().unwrap();
        group.lay_out(folder.path());
        let task = task(&group, folder.path());
        let original = task.source.as_ref().unwrap().text.clone();
        let own = by_text(&task, &original);
        assert!(own.is_empty(), "{}: {own:?}", group.name);
        for version in &group.versions {
            let found = by_text(&task, &version.version);
            let right = match version.flag.as_ref() {
                // Only its driver sees that.
                Some(flag) if flag == "survives" => true,
                Some(flag) => found.contains(flag),
                None => found.is_empty() || version.meets == "refused",
            };
            if !right {
                wrong.push(format!(
                    "{}: {} ({:?}), but {found:?}",
                    version.name, version.meets, version.flag
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_is_as_large_as_it_claims_and_says_why_nothing_can_know() {
    let all: Vec<Version> = table().into_iter().flat_map(|g| g.versions).collect();
    let honest = all.iter().filter(|v| v.meets == "honest").count();
    assert!(
        all.len() - honest >= 120 && honest >= 40,
        "{} and {honest}",
        all.len() - honest
    );
    for version in &all {
        let known = ["refused", "flagged", "not better", "nothing", "honest"];
        assert!(known.contains(&version.meets.as_str()), "{}", version.name);
        assert_eq!(
            version.meets == "flagged",
            version.flag.is_some(),
            "{}",
            version.name
        );
        assert_eq!(
            version.meets == "nothing",
            !version.why.is_empty(),
            "{}",
            version.name
        );
    }
}

/// Those of a group that are refused, and a few that are flagged: what needs no timing.
fn untimed(group: &Group) -> Vec<&Version> {
    let of = |meets: &'static str| group.versions.iter().filter(move |v| v.meets == meets);
    of("refused").chain(of("flagged").take(3)).collect()
}

fn meets_what_the_table_says(name: &str) {
    let all = table();
    let group = all.iter().find(|g| g.name == name).unwrap();
    let versions = untimed(group);
    let wrong: Vec<String> = play(group, &versions, &["--strict", "--comparison-time", "1s"])
        .into_iter()
        .zip(&versions)
        .filter(|(met, v)| met.what != v.meets && !(v.meets == "flagged" && met.what == "refused"))
        .map(|(met, v)| format!("{}: {}, but met {met:?}", v.name, v.meets))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cheats_of_a_program_meet_what_the_table_says() {
    meets_what_the_table_says("program-python");
}

#[test]
fn cheats_of_called_functions_meet_what_the_table_says() {
    meets_what_the_table_says("calls-python");
}

#[cfg(target_os = "linux")]
#[test]
fn cheats_of_a_bench_meet_what_the_table_says() {
    meets_what_the_table_says("metric-python");
}
