//! What reports say: the same as `reheat show`, of every kind of session, and nothing that a browser would obey.

use std::collections::BTreeSet;

use super::journals::{
    ATTACK, ID, fabricated_home, fabricated_lines, golden_home, hostile, long, put,
};
use crate::support::ENOUGH;
use crate::support::home::{FAST, Home, WRONG, reply, squares, stderr, stdout, tape};
use serde_json::Value;

fn report(home: &Home, session: &str, kind: &str) -> String {
    let output = home.run(&["report", session, kind, "-"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{session} {kind}: {}",
        stderr(&output)
    );
    stdout(&output)
}

/// Tags of a page or a picture with their attributes, outside of styles.
fn tags(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').expect("every tag ends") + at;
        found.push(&rest[at + 1..end]);
        rest = &rest[end + 1..];
    }
    found
}

/// Only what the templates write is markup, and nothing runs.
fn is_tame(page: &str) {
    let known: BTreeSet<&str> = [
        "!doctype",
        "html",
        "head",
        "meta",
        "link",
        "title",
        "style",
        "body",
        "main",
        "header",
        "section",
        "footer",
        "p",
        "b",
        "i",
        "h1",
        "h2",
        "h3",
        "div",
        "span",
        "small",
        "dl",
        "dt",
        "dd",
        "details",
        "summary",
        "pre",
        "code",
        "figure",
        "figcaption",
        "svg",
        "g",
        "a",
        "line",
        "rect",
        "circle",
        "polyline",
        "polygon",
        "text",
    ]
    .into();
    for tag in tags(page) {
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap();
        assert!(known.contains(name), "<{tag}>");
        assert!(
            !tag.contains(" on") && !tag.contains("src=") && !tag.contains("javascript"),
            "<{tag}>"
        );
        if let Some((_, link)) = tag.split_once("href=\"") {
            assert!(
                link.starts_with('#') || link.starts_with("data:,"),
                "<{tag}>"
            );
        }
    }
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    let obeyed = |c: &char| (c.is_control() && *c != '\n') || hidden(*c);
    assert_eq!(page.chars().find(obeyed), None);
}

#[test]
fn a_real_session_reads_the_same_in_every_report() {
    let home = Home::new();
    squares(&home);
    tape(&home, &[reply(WRONG), reply(FAST)]);
    let (_, status) = home.events(&[
        "optimize",
        "slow.py",
        "--cases",
        "cases",
        "--tape",
        "tape",
        "--rounds",
        "2",
        "--json",
        "--comparison-time",
        ENOUGH,
    ]);
    assert_eq!(status, 0);
    let shown = stdout(&home.run(&["show"]));
    let told = shown.split_once("faster than the original: ").unwrap().1;
    let (gain, rest) = told.split_once(' ').unwrap();
    let interval = rest.split_once(']').unwrap().0;
    let html = report(&home, "slow", "--html");
    assert!(
        html.contains(&format!(
            "<p class=\"gain\">{gain}<small>{interval}]</small></p>"
        )),
        "{told}\n{html}"
    );
    for words in [
        "faster than the original",
        "measured in CPU time",
        "wrong answer, case 02",
        "From the original to v2",
        "This is quicker.",
        "limits of a run",
        "10.0 s of wall time",
        "reheat optimize sessions/",
        "fresh pairs",
    ] {
        assert!(
            html.contains(&words.replace('/', "&#x2f;")) || html.contains(words),
            "{words}\n{html}"
        );
    }
    is_tame(&html);
    let md = report(&home, "slow", "--md");
    assert!(
        md.contains(&format!("**{gain}** ")) && md.contains("+print((n - 1)"),
        "{md}"
    );
    let svg = report(&home, "slow", "--svg");
    assert!(
        svg.starts_with("<svg xmlns=") && svg.contains(gain),
        "{svg}"
    );
    is_tame(&svg);
    let json: Value = serde_json::from_str(&report(&home, "slow", "--json")).unwrap();
    let show: Value = serde_json::from_slice(&home.run(&["show", "--json"]).stdout).unwrap();
    assert_eq!(json, show);
    let again = home.run(&[
        "optimize",
        &format!("data/sessions/{}/task", json["session"].as_str().unwrap()),
        "--tape",
        "tape",
        "--rounds",
        "1",
        "--json",
    ]);
    assert_eq!(
        again.status.code(),
        Some(1),
        "the kept task can be run again: {}",
        stderr(&again)
    );
}

#[test]
fn the_fabricated_session_has_its_story_on_one_page() {
    let home = fabricated_home();
    let html = report(&home, ID, "--html");
    for words in [
        "6.85×",
        "[6.54–7.17]",
        "faster than the original",
        "12 fresh pairs over 7 cases, 2 held out",
        "Count the pairs with a given sum",
        "Full",
        "no difference (v2)",
        "runtime error",
        "A fabricated processor",
        "reheat demo pairs --rounds 5",
        "What it changed in v2",
    ] {
        assert!(
            html.contains(words) || html.to_lowercase().contains(&words.to_lowercase()),
            "{words}"
        );
    }
    for part in ["rounds", "change", "versions", "measured", "again"] {
        assert!(html.contains(&format!("<section id=\"{part}\"")), "{part}");
    }
    assert_eq!(html.matches("<details class=\"version ").count(), 6);
    is_tame(&html);
    let md = report(&home, ID, "--md");
    assert!(md.starts_with("## Count the pairs with a given sum\n\n**6.85×** \\[6.54–7.17\\] faster than the original: v5"), "{md}");
    assert!(md.contains("```diff\n--- solution.py (v0)"), "{md}");
}

#[test]
fn every_kind_of_session_has_every_report_or_one_clear_sentence() {
    let (home, names) = golden_home();
    let mut drawn = 0;
    for name in &names {
        let html = report(&home, name, "--html");
        is_tame(&html);
        assert!(html.contains("<p class=\"words\">"), "{name}");
        let md = report(&home, name, "--md");
        assert!(md.contains("How it was measured"), "{name}");
        let json = report(&home, name, "--json");
        assert!(serde_json::from_str::<Value>(&json).unwrap()["versions"].is_array());
        let svg = home.run(&["report", name, "--svg", "-"]);
        if svg.status.success() {
            is_tame(&stdout(&svg));
            drawn += 1;
        } else {
            assert_eq!(svg.status.code(), Some(1));
            assert!(
                stderr(&svg).ends_with(
                    "it has no version beside the original, so there is nothing to draw\n"
                )
            );
            assert_eq!(stderr(&svg).lines().count(), 1);
        }
    }
    assert!(drawn >= 8, "{drawn}");
    let html = |name| report(&home, name, "--html");
    assert!(
        html("memory").contains("The original stands.")
            && html("memory").contains("better by enough to matter")
    );
    assert!(
        html("goal").contains("memory × time")
            && html("goal").contains("lighter than the original")
    );
    assert!(html("function").contains("a pass over the calls"));
    assert!(html("provider").contains("The model could not be asked"));
    assert!(html("time").contains("Nothing was measured."));
}

#[test]
fn a_figure_of_a_bench_and_a_peak_are_told_in_their_own_words() {
    let home = Home::new();
    let judged_by = |metric: &str, name: Option<&str>| {
        let mut lines = fabricated_lines();
        for line in &mut lines {
            for comparison in ["comparison", "against_original"] {
                let Some(c) = line.get_mut(comparison).filter(|c| c.is_object()) else {
                    continue;
                };
                c["metric"] = metric.into();
                if let Some(name) = name {
                    c["reported_name"] = name.into();
                    c["incumbent_figures"]["reported"] = 12.5.into();
                    c["candidate_figures"]["reported"] = 3.25.into();
                }
            }
        }
        put(&home, metric, &lines);
        report(&home, metric, "--html")
    };
    let bench = judged_by("reported_time", Some("parse<1>"));
    is_tame(&bench);
    for words in [
        "faster than the original",
        "measured in parse&lt;1&gt;, 12 fresh pairs<",
        "12.50 ns →",
        "as the bench says it",
    ] {
        assert!(bench.contains(words), "{words}");
    }
    assert!(
        !bench.contains("Time and memory"),
        "whole runs say nothing of it"
    );
    let rate = judged_by("reported_rate", Some("requests"));
    assert!(rate.contains("better than the original"));
    let peak = judged_by("peak", None);
    assert!(peak.contains("leaner than the original") && peak.contains("measured in peak memory"));
}

#[test]
fn a_session_that_never_began_is_one_sentence_and_one_with_a_hole_claims_nothing() {
    let home = Home::new();
    let lines = fabricated_lines();
    put(&home, "never", &lines[..1]);
    for kind in ["--html", "--md", "--json", "--svg"] {
        let output = home.run(&["report", "never", kind, "-"]);
        assert_eq!(
            (output.status.code(), stdout(&output).as_str()),
            (Some(1), "")
        );
        assert!(stderr(&output).contains("it never began") && stderr(&output).lines().count() == 1);
    }
    let mut text: String = lines.iter().map(|l| format!("{l}\n")).collect();
    text.insert_str(text.find("{\"at\"").unwrap(), "{\"event\": torn\n");
    home.write("data/sessions/torn/journal.jsonl", &text);
    for kind in ["--html", "--md"] {
        let told = report(&home, "torn", kind);
        assert!(told.contains("This session has a hole"), "{told}");
        assert!(
            !told.contains("faster than the original") && !told.contains("From the original to"),
            "{told}"
        );
    }
    put(&home, "open", &lines[..lines.len() - 1]);
    let open = report(&home, "open", "--html");
    assert!(open.contains("was left before its end") && open.contains("6.85×"));
}

#[test]
fn nothing_of_a_session_is_obeyed() {
    let home = Home::new();
    put(&home, "hostile", &hostile());
    let html = report(&home, "hostile", "--html");
    is_tame(&html);
    assert!(
        html.contains("&lt;svg onload=alert(2)&gt;") && html.contains("{{ 7 * 7 }}"),
        "the attack is there, as text"
    );
    assert!(html.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
    let svg = report(&home, "hostile", "--svg");
    is_tame(&svg);
    let md = report(&home, "hostile", "--md");
    assert!(!md.contains('\u{1b}') && !md.contains('\u{202e}'));
    let outside: String = {
        // Outside of blocks of code nothing is a tag but what folds.
        let mut outside = String::new();
        let mut fence = None;
        for line in md.lines() {
            let ticks = line.chars().take_while(|c| *c == '`').count();
            match fence {
                None if ticks >= 3 => fence = Some(ticks),
                Some(n) if ticks >= n && line.trim_matches('`').is_empty() => fence = None,
                None => outside += &format!("{line}\n"),
                Some(_) => {}
            }
        }
        assert_eq!(fence, None, "{md}");
        outside
    };
    for tag in tags(&outside) {
        assert!(
            ["details", "/details", "summary", "/summary"].contains(&tag),
            "<{tag}>"
        );
    }
    assert!(!outside.contains("@everyone"));
    for args in [
        ["compare", "hostile:v2", "hostile:v5"],
        ["compare", "hostile", "hostile"],
    ] {
        let told = stdout(&home.run(&args));
        assert!(
            told.contains("v5") && !told.contains('\u{1b}') && !told.contains('\u{202e}'),
            "{told}"
        );
    }
    assert!(ATTACK.contains('\u{1b}'));
}

#[test]
fn a_page_of_fifty_versions_is_small_and_of_a_hundred_too() {
    for rounds in [50, 100] {
        let home = Home::new();
        put(&home, "long", &long(rounds, 400));
        let html = report(&home, "long", "--html");
        assert!(html.len() < 1_000_000, "{} bytes", html.len());
        assert_eq!(
            html.matches("<details class=\"version ").count(),
            rounds as usize + 1
        );
        assert!(
            html.contains("reheat show long --json") || html.contains("more lines"),
            "what is left out is said"
        );
        let svg = report(&home, "long", "--svg");
        assert!(svg.len() < 200_000, "{} bytes", svg.len());
        let md = report(&home, "long", "--md");
        assert!(md.len() < 65_536, "{} bytes", md.len());
    }
}
