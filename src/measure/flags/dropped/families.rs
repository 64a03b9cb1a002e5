//! What is looked for: families of what a reader would miss.

use super::super::code::{Code, Word, parts};
use super::does::{
    gathers_differences, has, having_part, is_statement, logs, raises, takes_a_lock,
};
use crate::task::calls::LeftKind;
use crate::task::region::Grammar;

/// Something that a reader would miss.
pub(super) struct Family {
    /// What the original does: `the original {}`.
    pub(super) does: &'static str,
    /// Whether a word does it.
    pub(super) is: fn(&Word<'_>, &Code) -> bool,
    /// How much of what can stand for it is in a text.
    pub(super) instead: fn(&Code, &[Word<'_>]) -> usize,
    /// Whether it must stay in each function that has it.
    pub(super) everywhere: bool,
    /// How one of several is told from the others.
    pub(super) several: Several,
    /// What a user says who does not want it to be compared.
    pub(super) ignored_as: Option<LeftKind>,
    /// Whether the end of a program does it as well.
    pub(super) ends_with_program: bool,
    /// Whether the driver of calls sees that it is missing.
    pub(super) driver_sees: bool,
}

/// How one of several of a family is told from the others.
pub(super) enum Several {
    /// Not at all: one is as good as two.
    Alike,
    /// By its name: `validate_row`.
    Named,
    /// By what it is done to.
    Each,
}

/// A family of which one is as good as two, that has to be somewhere.
const ANY: Family = Family {
    does: "",
    is: |_, _| false,
    instead: |_, _| 0,
    everywhere: false,
    several: Several::Alike,
    ignored_as: None,
    ends_with_program: false,
    driver_sees: false,
};

pub(super) const FAMILIES: [Family; 11] = [
    Family {
        does: "makes sure that its data are on the disk",
        is: |w, _| {
            let known = [
                "fsync",
                "fdatasync",
                "sync_all",
                "sync_data",
                "fsyncSync",
                "fdatasyncSync",
                "datasync",
                "F_FULLFSYNC",
                "msync",
                "syncfs",
                "FlushFileBuffers",
            ];
            known.contains(&w.text)
                || matches!((w.text, w.owner()), ("Sync" | "force", _))
                    && w.is_member()
                    && w.is_called()
                || w.text == "sync" && w.owner() == "os"
        },
        everywhere: true,
        several: Several::Each,
        ..ANY
    },
    Family {
        does: "compares in constant time",
        is: |w, code| {
            let known = [
                "compare_digest",
                "timingSafeEqual",
                "constant_time_eq",
                "ConstantTimeCompare",
                "CRYPTO_memcmp",
                "ct_eq",
                "timingsafe_bcmp",
                "timingsafe_memcmp",
                "sodium_memcmp",
                "secure_compare",
                "fixed_length_secure_compare",
                "consttime_memequal",
                "verify_slices_are_equal",
                "constant_time_compare",
            ];
            known.contains(&w.text)
                || w.owner() == "MessageDigest" && w.text == "isEqual"
                || gathers_differences(w, code)
        },
        everywhere: true,
        ..ANY
    },
    Family {
        does: "takes a lock",
        is: takes_a_lock,
        instead: |_, words| {
            let known = [
                "atomic", "fetch", "exchange", "thread", "local", "queue", "channel", "deque",
            ];
            having_part(words, &known)
        },
        everywhere: true,
        several: Several::Each,
        ignored_as: Some(LeftKind::Locks),
        ..ANY
    },
    Family {
        does: "waits or limits its rate",
        is: |w, _| {
            let known = [
                "sleep",
                "usleep",
                "nanosleep",
                "msleep",
                "sleep_ms",
                "sleep_for",
                "sleep_until",
                "Sleep",
                "setTimeout",
            ];
            let parts = w.parts();
            // No time at all is no pause.
            let nothing = ["(0)", "(0.0)", "(0);"]
                .iter()
                .any(|n| w.after.starts_with(n));
            known.contains(&w.text) && (w.is_called() || w.is_member()) && !nothing
                || has(
                    &parts,
                    &[
                        "throttle",
                        "throttled",
                        "ratelimit",
                        "ratelimiter",
                        "limiter",
                        "backoff",
                    ],
                )
                || parts
                    .windows(2)
                    .any(|p| p[0] == "rate" && p[1].starts_with("limit"))
        },
        instead: |_, words| {
            let known = ["wait", "poll", "select", "epoll", "notify", "condition"];
            having_part(words, &known)
        },
        everywhere: true,
        ignored_as: Some(LeftKind::Sleep),
        ..ANY
    },
    Family {
        does: "raises an error for what it does not accept",
        is: raises,
        instead: |code, words| {
            let known = [
                "fail", "raise", "throw", "error", "invalid", "reject", "require", "validate",
                "check", "verify", "assert", "ensure", "expect", "panic",
            ];
            // The exception that is raised is no help beside the raising.
            let raised = |w: &Word<'_>| {
                let before = w.before.trim_end();
                ["raise", "throw", "throw new"]
                    .iter()
                    .any(|r| before.ends_with(r))
            };
            let called = words.iter().filter(|w| {
                w.text == "assert" || w.is_called() && !raised(w) && has(&w.parts(), &known)
            });
            // Rust hands an error on without naming it.
            let handed = words.iter().filter(|w| {
                let on = w.after.trim_start_matches(|c: char| c != ')' && c != '?');
                ["ok_or", "ok_or_else", "map_err"].contains(&w.text) || on.contains(")?")
            });
            let rust = code.grammar == Some(Grammar::Rust);
            called.count() + if rust { handed.count() } else { 0 }
        },
        ..ANY
    },
    Family {
        does: "asserts what must hold",
        is: |w, _| {
            let begins = w.text == "assert" && w.before.trim_start().is_empty();
            let named = begins || w.is_called() && parts(w.text).iter().any(|p| p == "assert");
            // What always holds is no assertion.
            let of = w.after.trim_start_matches(['!', '(', ' ']);
            let idle = ["True", "true", "1)", "1;"]
                .iter()
                .any(|t| of.starts_with(t));
            named && !idle
        },
        instead: |code, words| words.iter().filter(|w| raises(w, code)).count(),
        ..ANY
    },
    Family {
        does: "logs or warns",
        is: logs,
        ignored_as: Some(LeftKind::Logging),
        ..ANY
    },
    Family {
        does: "checks its data",
        is: |w, code| {
            let known = [
                "validate",
                "validates",
                "check",
                "verify",
                "ensure",
                "authorize",
                "authenticate",
            ];
            let first = w
                .parts()
                .first()
                .is_some_and(|p| known.contains(&p.as_str()));
            first
                && w.is_called()
                && !w.is_defined()
                && !code.defined.contains(w.text)
                && is_statement(w)
        },
        instead: |code, words| words.iter().filter(|w| raises(w, code)).count(),
        several: Several::Named,
        ..ANY
    },
    Family {
        does: "escapes or sanitises what it gives",
        is: |w, code| {
            let known = ["escape", "escaped", "sanitize", "sanitise", "quote"];
            let named = has(&w.parts(), &known)
                || matches!(w.text, "encodeURIComponent" | "quote_plus" | "escapeHtml");
            named
                && w.is_called()
                && !w.is_defined()
                && !code.defined.contains(w.text)
                && !matches!(w.owner(), "re" | "regex" | "RegExp")
        },
        instead: |code, words| {
            let known = [
                "replace",
                "translate",
                "maketrans",
                "sub",
                "replaceAll",
                "gsub",
            ];
            let entities = code
                .tight
                .iter()
                .filter(|l| l.contains("&amp;") || l.contains("&lt;"));
            having_part(words, &known) + entities.count()
        },
        several: Several::Named,
        ..ANY
    },
    Family {
        does: "works on a copy",
        is: |w, code| {
            let known = ["deepcopy", "structuredClone", "cloneDeep", "Marshal"];
            let dynamic = matches!(
                code.grammar,
                Some(Grammar::Python | Grammar::JavaScript | Grammar::Ruby | Grammar::Java)
            );
            // What a call has just given needs no copy.
            let of = w.after.trim_start_matches("(JSON.stringify").trim_start();
            let of = of.strip_prefix('(').and_then(|of| of.split(')').next());
            let is_fresh = of.is_some_and(|of| of.contains('('));
            let shallow = ["copy", "clone", "dup"].contains(&w.text)
                && w.is_called()
                && !w.owner().is_empty();
            let json = w.text == "parse" && w.after.starts_with("(JSON.stringify(");
            let deep = (known.contains(&w.text) || json) && !is_fresh;
            dynamic && !w.is_defined() && (deep || shallow)
        },
        instead: |code, words| {
            let known = [
                "list",
                "dict",
                "set",
                "tuple",
                "bytearray",
                "sorted",
                "replace",
                "slice",
                "concat",
                "map",
                "filter",
                "toSorted",
                "toReversed",
                "toSpliced",
                "with",
            ];
            let called = words
                .iter()
                .filter(|w| w.is_called() && known.contains(&w.text));
            let assigned = words.iter().filter(|w| {
                matches!(
                    (w.owner(), w.text),
                    ("Object", "assign") | ("Array", "from")
                )
            });
            let spread = code.tight.iter().map(|l| {
                ["[:]", "{**", "[*", "...", "{'", "{\"", "({", "={"]
                    .iter()
                    .filter(|s| l.contains(**s))
                    .count()
            });
            called.count() + assigned.count() + spread.sum::<usize>()
        },
        driver_sees: true,
        ..ANY
    },
    Family {
        does: "closes what it opens",
        is: |w, code| {
            let with = w.text == "with" && w.after.contains("open(") && w.before.trim().is_empty();
            let closes =
                matches!(w.text, "close" | "fclose" | "closeSync" | "Close") && w.is_called();
            (with || closes) && !matches!(code.grammar, Some(Grammar::Rust))
        },
        // Without opening there is nothing to close.
        instead: |_, words| {
            let opens = [
                "open", "fopen", "openSync", "Open", "OpenFile", "Create", "fdopen",
            ];
            let opened = words
                .iter()
                .any(|w| opens.contains(&w.text) && w.is_called());
            usize::from(!opened) * usize::MAX
        },
        ends_with_program: true,
        ..ANY
    },
];
