//! Whether a word of a text does something that a reader would miss.

use super::super::code::{Code, Word, parts};
use crate::task::region::Grammar;

pub(super) fn has(parts: &[String], known: &[&str]) -> bool {
    parts.iter().any(|p| known.contains(&p.as_str()))
}

pub(super) fn having_part(words: &[Word<'_>], known: &[&str]) -> usize {
    words.iter().filter(|w| has(&w.parts(), known)).count()
}

/// `result |= a ^ b`, the loop of a comparison that takes as long for any input.
pub(super) fn gathers_differences(word: &Word<'_>, code: &Code) -> bool {
    let line = code.bare.get(word.line).map_or("", String::as_str);
    word.before.trim().is_empty() && line.contains("|=") && line.contains('^')
}

pub(super) fn takes_a_lock(word: &Word<'_>, code: &Code) -> bool {
    let known = [
        "lock",
        "rlock",
        "rwlock",
        "mutex",
        "semaphore",
        "synchronized",
        "flock",
        "lockf",
        "spinlock",
        "locked",
    ];
    let parts = word.parts();
    let after = word.after.trim_start();
    let used = word.text == "synchronized"
        || word.is_called()
        || ["with ", "with(", "synchronized", "guard"]
            .iter()
            .any(|w| word.before.contains(w))
        || [".", "->", "::", "<"].iter().any(|j| after.starts_with(j));
    let named = has(&parts, &known) || code.locks.contains(word.text);
    if !named || word.is_defined() || !used {
        return false;
    }
    // The standard streams have locks that only cost time.
    !code.locks_streams || has(&parts, &["mutex", "rwlock"])
}

pub(super) fn raises(word: &Word<'_>, code: &Code) -> bool {
    // What a container raises by itself, and what belongs to a protocol.
    let usual = [
        "KeyError",
        "IndexError",
        "StopIteration",
        "StopAsyncIteration",
        "NotImplementedError",
        "SystemExit",
        "GeneratorExit",
    ];
    let after = word.after.trim_start();
    match (code.grammar, word.text) {
        (Some(Grammar::Python | Grammar::Ruby), "raise") | (None, "raise") => {
            !after.is_empty() && !word.is_member() && !usual.iter().any(|u| after.starts_with(u))
        }
        (Some(Grammar::JavaScript | Grammar::Java | Grammar::Cpp), "throw") | (None, "throw") => {
            after != ";"
        }
        (Some(Grammar::Rust), "panic" | "bail" | "ensure") => word.after.starts_with('!'),
        (Some(Grammar::Rust), "Err") => {
            let arm = word.after.contains("=>") && !word.before.contains("=>");
            word.is_called() && !arm && !word.before.contains("let ")
        }
        (Some(Grammar::Go), "panic") => word.is_called(),
        (Some(Grammar::Go), "New") => word.owner() == "errors",
        (Some(Grammar::Go), "Errorf") => word.owner() == "fmt",
        (Some(Grammar::C | Grammar::Cpp), "abort" | "err" | "errx") => word.is_called(),
        _ => false,
    }
}

pub(super) fn logs(word: &Word<'_>, code: &Code) -> bool {
    let any = ["info", "debug", "warning", "critical"];
    let levels = [
        "info",
        "debug",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "log",
        "trace",
        "fatal",
        "Printf",
        "Println",
        "Print",
        "write",
        "emit",
    ];
    let loggers = [
        "log", "logger", "logging", "console", "audit", "auditlog", "slog", "tracing", "stderr",
        "syslog", "cerr",
    ];
    let owner = parts(word.owner());
    let macros = [
        "info", "warn", "error", "debug", "trace", "eprintln", "eprint",
    ];
    // A member that is no call may be any flag or field; a call without arguments says nothing to a log.
    let speaks = word.is_called() && !word.after.trim_start().starts_with("()");
    let near = |text: &str| word.after.contains(text) || word.before.contains(text);
    let member = word.is_member()
        && (any.contains(&word.text) && speaks
            || levels.contains(&word.text) && has(&owner, &loggers));
    member
        || word.text == "warn"
            && matches!(word.owner(), "" | "warnings")
            && word.is_called()
            && code.grammar != Some(Grammar::Rust)
        || matches!(word.text, "emitWarning" | "syslog" | "warn_explicit")
        || code.grammar == Some(Grammar::Rust)
            && word.after.starts_with('!')
            && macros.contains(&word.text)
        || matches!(word.text, "stderr" | "cerr")
            && ["file=", "printf", "<<", "fputs"].into_iter().any(near)
}

/// Whether a call stands for itself, gives a name its value, or is what a condition denies.
pub(super) fn is_statement(word: &Word<'_>) -> bool {
    let before = word.before.trim_start();
    let path = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | ':'))
    };
    let alone = path(
        before
            .trim_start_matches("await ")
            .trim_start_matches("return "),
    );
    let named = before.contains('=') && !before.starts_with("if") && !before.starts_with("while");
    let denied = before.starts_with("if not ")
        || before.starts_with("if (!")
        || before.starts_with("if !")
        || before.starts_with("unless ");
    alone || named && before.ends_with("= ") || denied
}
