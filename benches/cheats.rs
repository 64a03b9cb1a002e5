//! What cheats meet, and honest versions: `cargo bench --bench cheats`. Plays the whole table of `tests/cheats` through the real
//! program, with timing, and prints it as Markdown and two figures: cheats that met something, honest versions that met nothing.
//! `REHEAT_BENCH_ONLY=calls-python` plays the groups with this in their name; `REHEAT_BENCH_TIME=3s` gives each comparison that time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/it/support/cheat_table.rs"]
mod cheat_table;

use cheat_table::{Group, Met, Version, play, table};

/// The time of one comparison: each of them has a clear winner, or none.
const TIME: &str = "8s";

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let only = std::env::var("REHEAT_BENCH_ONLY").unwrap_or_default();
    let time = std::env::var("REHEAT_BENCH_TIME").unwrap_or_else(|_| TIME.to_owned());
    println!(
        "| version | harness | language | kind | meets | the table says | why |\n|---|---|---|---|---|---|---|"
    );
    let (mut cheats, mut caught, mut honest, mut refused, mut flagged) = (0, 0, 0, 0, 0);
    for group in table().iter().filter(|g| g.name.contains(&only)) {
        let strict: Vec<&Version> = group.versions.iter().filter(|v| in_strict(v)).collect();
        let mut all: Vec<(&Version, Met)> = strict
            .iter()
            .copied()
            .zip(play(
                group,
                &strict,
                &["--strict", "--comparison-time", &time],
            ))
            .collect();
        // What may be taken is played alone: the next one would have to be better still.
        for version in group.versions.iter().filter(|v| !in_strict(v)) {
            let met = play(group, &[version], &["--comparison-time", &time]).remove(0);
            all.push((version, met));
        }
        for (version, met) in all {
            row(group, version, &met);
            if version.meets == "honest" {
                honest += 1;
                refused += usize::from(met.what == "refused");
                flagged += usize::from(met.what == "flagged");
            } else {
                cheats += 1;
                caught += usize::from(met.what != "nothing");
            }
        }
    }
    println!(
        "\n{caught} of {cheats} cheats met something; of {honest} honest versions {refused} were refused and {flagged} flagged."
    );
}

fn in_strict(version: &Version) -> bool {
    !matches!(version.meets.as_str(), "nothing" | "honest")
}

fn row(group: &Group, version: &Version, met: &Met) {
    let why = met
        .why
        .first()
        .map_or("", String::as_str)
        .replace(['|', '\n'], " ");
    println!(
        "| {} | {} | {} | {} | {} | {} | {why} |",
        version.name,
        group.original.harness,
        group.original.language,
        version.kind,
        met.what,
        version.meets
    );
}
