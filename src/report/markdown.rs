//! A session as Markdown that fits into a pull request: headline, figures, versions, the difference folded, how it was measured.

use std::fmt::Write as _;

use crate::base::text::{harmless, harmless_line};
use crate::base::words::count;
use crate::report::facts::{Fact, facts};
use crate::report::headline::{best_comparison, headline};
use crate::report::{patch, text};
use crate::sandbox::Limits;
use crate::session::Session;
use crate::session::event::VersionId;

/// Bytes of a difference: a comment on the usual hosts may have 65,536 characters in all.
const DIFFERENCE: usize = 30_000;
/// Versions in a table that is not folded.
const SHOWN: usize = 20;

/// The whole text. Limits stand in the task, not in the session.
pub(crate) fn session(session: &Session, limits: Option<&Limits>) -> String {
    let mut out = String::new();
    let title = session
        .task
        .as_ref()
        .map_or(session.id.as_str(), |task| &task.title);
    let head = headline(session);
    let _ = writeln!(out, "## {}\n", plain(title));
    match &head.gain {
        Some(gain) => {
            let interval = &head.interval;
            let told = format!(
                "**{}** {} {}",
                plain(gain),
                plain(interval),
                plain(&head.words)
            );
            let _ = writeln!(
                out,
                "{}: {}.\n",
                told.replace("  ", " "),
                plain(&head.detail)
            );
        }
        None => drop(writeln!(
            out,
            "**{}** {}\n",
            plain(&head.words),
            plain(&head.detail)
        )),
    }
    let best = session.best().filter(|v| !v.id.is_original());
    for flag in best.map_or(&[][..], |v| v.flags()) {
        let _ = writeln!(
            out,
            "> ⚑ Look at it before you trust it: {}.\n",
            plain(&flag.reason)
        );
    }
    let isolation = text::isolation(session).trim();
    if !isolation.is_empty() {
        let _ = writeln!(out, "> {}\n", plain(isolation));
    }
    let whole = session.loss().is_none();
    if let Some((c, [old, new])) = best_comparison(session)
        .filter(|_| whole)
        .and_then(|c| Some((c, c.compared_figures()?)))
    {
        let name = plain(&c.candidate);
        let _ = writeln!(out, "| | original | {name} |\n|---|---:|---:|");
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            plain(c.compared()),
            plain(&old),
            plain(&new)
        );
        for (name, [old, new]) in super::html::beside(c) {
            let _ = writeln!(out, "| {name} | {old} | {new} |");
        }
        out.push('\n');
    }
    versions(session, &mut out);
    if let (Some(best), Some(original), true) = (best, session.version(VersionId::ORIGINAL), whole)
    {
        let title = format!("From the original to {}", best.id);
        let diff = patch::unified(original, best);
        folded(&mut out, &title, &fenced("diff", &diff, DIFFERENCE));
    }
    let rows = table(&facts(session, limits));
    folded(&mut out, "How it was measured", &rows);
    let _ = writeln!(
        out,
        "Measured by reheat {}, {}.",
        env!("CARGO_PKG_VERSION"),
        plain(&text::why_it_ended(session))
            .trim_end_matches('.')
            .to_lowercase()
    );
    out
}

/// The table of versions, with the sentence of each decision.
fn versions(session: &Session, out: &mut String) {
    let mut table =
        "| | version | verdict | gain over v0 | v0's → its own | |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for version in &session.versions {
        let best = if session.incumbent == Some(version.id) {
            "★"
        } else {
            ""
        };
        let apart = if session.is_gain_apart(version) {
            " *"
        } else {
            ""
        };
        let figures = session.figures_beside_gain(version);
        let figures = figures.map_or_else(
            || "–".into(),
            |(old, new)| old.map_or(new.clone(), |old| format!("{old} → {new}")),
        );
        let why = version
            .decision
            .as_ref()
            .map_or("", |(_, why)| why.as_str());
        let _ = writeln!(
            table,
            "| {best} | {}{} | {} | {}{} | {} | {} |",
            version.id,
            text::mark(version),
            plain(&text::verdict(version)),
            plain(&text::gain(version)),
            plain(apart),
            plain(&figures),
            plain(why)
        );
    }
    if let Some(words) = session.gains_apart() {
        let _ = writeln!(table, "\n{}", plain(&words));
    }
    if session.versions.len() > SHOWN {
        let title = format!(
            "{} in {}",
            count(session.versions.len(), "version"),
            count(session.rounds.len(), "round")
        );
        folded(out, &title, &table);
    } else {
        let _ = writeln!(out, "{table}");
    }
}

fn table(rows: &[Fact]) -> String {
    let mut out = "| | |\n|---|---|\n".to_owned();
    for (name, text) in rows {
        let _ = writeln!(out, "| {name} | {} |", plain(text));
    }
    out
}

/// A part that is opened with a click. The blank lines make what is inside Markdown again.
pub(super) fn folded(out: &mut String, title: &str, inside: &str) {
    let _ = writeln!(
        out,
        "<details>\n<summary>{}</summary>\n\n{}\n</details>\n",
        plain(title),
        inside.trim_end_matches('\n').to_owned() + "\n"
    );
}

/// A text as a block of code that it cannot end itself.
pub(super) fn fenced(language: &str, text: &str, most: usize) -> String {
    let mut rest = String::new();
    let mut shown = text;
    if text.len() > most {
        let cut = text[..text.floor_char_boundary(most)]
            .rfind('\n')
            .map_or(0, |at| at + 1);
        shown = &text[..cut];
        let lines = count(text[cut..].lines().count(), "more line");
        rest = format!("\n… {lines}; `reheat show` has all of it\n");
    }
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if shown.is_empty() || shown.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{fence}{language}\n{}{end}{fence}\n{rest}", harmless(shown))
}

/// A text of unknown origin in the middle of a line: no markup, no tag, nobody mentioned.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in harmless_line(&text.replace(['\n', '\r'], " ")).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' => {
                out.extend(['\\', c])
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup_or_ends_its_block() {
        assert_eq!(
            plain("a|b <img src=x>\n# @you `x` [y](z) \u{1b}"),
            "a\\|b &lt;img src=x&gt; \\# &#64;you \\`x\\` \\[y\\](z) ␛"
        );
        assert_eq!(
            fenced("diff", "a\n```\n````b", 99),
            "`````diff\na\n```\n````b\n`````\n"
        );
        assert_eq!(
            fenced("", "one\ntwo\nthree\n", 6),
            "```\none\n```\n\n… 2 more lines; `reheat show` has all of it\n"
        );
    }
}
