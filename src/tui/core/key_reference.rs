//! The keys in force as a text: for `reheat keys`, and as the README's reference.

use std::fmt::Write as _;

use crate::tui::core::action::{Scope, TypingKeys};
use crate::tui::core::keymap::{Bound, Keymap};
use crate::tui::core::text::{pad, width};

/// Headings in the order of their first rows.
fn groups(map: &Keymap) -> Vec<&'static str> {
    let mut groups: Vec<&'static str> = Vec::new();
    for bound in map.rows() {
        if !groups.contains(&bound.row.group) {
            groups.push(bound.row.group);
        }
    }
    groups
}

/// The keys in columns: keys, name for the config file, what it does. Keys of the developer's own carry a `*`.
#[must_use]
pub(crate) fn plain(map: &Keymap, typing: &[TypingKeys]) -> String {
    let mut text = String::new();
    let keys = |b: &Bound| {
        let all: Vec<String> = b.keys.iter().map(ToString::to_string).collect();
        let all = all.join("  ");
        let all = if all.is_empty() { "–".into() } else { all };
        if b.own { format!("{all} *") } else { all }
    };
    let room =
        |of: &dyn Fn(&Bound) -> String| map.rows().iter().map(|b| width(&of(b))).max().unwrap_or(0);
    let (first, second) = (room(&keys), room(&|b| b.row.action.name()));
    for group in groups(map) {
        let _ = writeln!(text, "{group}");
        for bound in map.rows().iter().filter(|b| b.row.group == group) {
            let _ = writeln!(
                text,
                "  {}  {}  {}{}",
                pad(&keys(bound), first),
                pad(&bound.row.action.name(), second),
                bound.row.help,
                place(bound)
            );
        }
        text.push('\n');
    }
    for (heading, rows) in typing {
        let _ = writeln!(text, "{heading}");
        for (keys, help) in *rows {
            let _ = writeln!(text, "  {}  {help}", pad(keys, first));
        }
        text.push('\n');
    }
    text.push_str("Another key: [keys] NAME = \"KEY\" in the config file, or [\"KEY\", \"KEY\"]; \"\" for none.\n");
    text
}

/// ` (start screen)` and the like, where a key means something only there.
fn place(bound: &Bound) -> String {
    match bound.row.scope {
        Scope::Start | Scope::Search | Scope::Recorded => {
            format!(" ({})", bound.row.scope.in_words())
        }
        _ => String::new(),
    }
}

/// The keys as a Markdown table, in headings of the third level.
#[must_use]
pub(crate) fn markdown(map: &Keymap, typing: &[TypingKeys]) -> String {
    let code = |key: &str| match key {
        "`" => "`` ` ``".to_owned(),
        // A bar would end the cell.
        key => format!("`{}`", key.replace('|', "\\|")),
    };
    let mut text = String::new();
    for group in groups(map) {
        let _ = write!(text, "### {group}\n\n| key | name | |\n|---|---|---|\n");
        for bound in map.rows().iter().filter(|b| b.row.group == group) {
            let keys: Vec<String> = bound.keys.iter().map(|k| code(&k.to_string())).collect();
            let _ = writeln!(
                text,
                "| {} | {} | {}{} |",
                keys.join(" "),
                bound.row.action.name(),
                bound.row.help,
                place(bound)
            );
        }
        text.push('\n');
    }
    for (heading, rows) in typing {
        let _ = write!(text, "### {heading}\n\n| key | |\n|---|---|\n");
        for (keys, help) in *rows {
            let keys: Vec<String> = keys.split("  ").map(code).collect();
            let _ = writeln!(text, "| {} | {help} |", keys.join(" "));
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
