//! Cases of `markup`: plain notes to HTML.

use super::seeded_random::SeededRandom;
use super::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    let mut chance = SeededRandom::new(3);
    vec![
        question(
            "01",
            "if a < b && c > d:\n\n\nsay \"A&B\" &amp; go\nhome\n".into(),
        ),
        question("02", notes(&mut chance, 300)),
        question("03", notes(&mut chance, 19_000)),
    ]
}

fn notes(chance: &mut SeededRandom, words: u32) -> String {
    const PLAIN: [&str; 12] = [
        "the", "pump", "was", "checked", "again", "before", "noon", "and", "runs", "quietly",
        "valve", "seven",
    ];
    const SPECIAL: [&str; 8] = ["<b>", "R&D", "\"ok\"", "x>y", "&lt;", "a<b", "\"", "&&"];
    let mut text = String::new();
    for _ in 0..words {
        let pick = |list: &[&'static str], chance: &mut SeededRandom| {
            list[chance.below(list.len() as u32) as usize]
        };
        text += if chance.below(9) == 0 {
            pick(&SPECIAL, chance)
        } else {
            pick(&PLAIN, chance)
        };
        text += match chance.below(60) {
            0 => "\n\n",
            1..5 => "\n\n\n",
            5..9 => "\n",
            _ => " ",
        };
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn question(name: &str, input: String) -> Case {
    let mut out = String::new();
    let mut open = false;
    for line in input.lines() {
        if line.trim().is_empty() {
            out += if open { "</p>\n" } else { "" };
            open = false;
            continue;
        }
        out += if open { "<br>\n" } else { "<p>" };
        open = true;
        for c in line.trim().chars() {
            match c {
                '&' => out += "&amp;",
                '<' => out += "&lt;",
                '>' => out += "&gt;",
                '"' => out += "&quot;",
                c => out.push(c),
            }
        }
    }
    out += if open { "</p>\n" } else { "" };
    case(name, input, out)
}
