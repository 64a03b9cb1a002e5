//! What the original does for the sake of safety or of others, and the version does not: a lock, a check, a log record. No
//! output shows it, and a benchmark only shows that without it all is faster.
//!
//! Families are compared, not words: a lock that is taken another way, an exception that is raised in a helper which the version
//! brings along, a record of the same logger under another name are still there. One is gone where the original has some and the
//! version has neither any nor more of what can stand for it.

use std::collections::HashSet;

use super::MOST;
use super::code::{Code, Word, parts, squeezed};
use crate::measure::{Flag, FlagKind};
use crate::task::calls::LeftKind;
use crate::task::region::{self, Grammar, Syntax};
use crate::task::{Checker, Harness, Task};

/// Something that a reader would miss.
struct Family {
    /// What the original does: `the original {}`.
    does: &'static str,
    /// Whether a word does it.
    is: fn(&Word<'_>, &Code) -> bool,
    /// How much of what can stand for it is in a text.
    instead: fn(&Code, &[Word<'_>]) -> usize,
    /// Whether it must stay in each function that has it.
    everywhere: bool,
}

const FAMILIES: [Family; 11] = [
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
        instead: |_, _| 0,
        everywhere: true,
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
        instead: |_, _| 0,
        everywhere: true,
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
    },
    Family {
        does: "waits or limits its rate",
        is: |w, code| {
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
            known.contains(&w.text) && (w.is_called() || code.is_import(w.line))
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
        everywhere: false,
    },
    Family {
        does: "asserts what must hold",
        is: |w, _| {
            let begins = w.text == "assert" && w.before.trim_start().is_empty();
            begins || w.is_called() && parts(w.text).iter().any(|p| p == "assert")
        },
        instead: |code, words| words.iter().filter(|w| raises(w, code)).count(),
        everywhere: false,
    },
    Family {
        does: "logs or warns",
        is: logs,
        instead: |_, _| 0,
        everywhere: false,
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
            first && w.is_called() && !w.is_defined() && !is_own(w, code) && is_statement(w, code)
        },
        instead: |code, words| words.iter().filter(|w| raises(w, code)).count(),
        everywhere: false,
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
                && !is_own(w, code)
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
                .spoken
                .iter()
                .filter(|l| l.contains("&amp;") || l.contains("&lt;"));
            having_part(words, &known) + entities.count()
        },
        everywhere: false,
    },
    Family {
        does: "works on a copy",
        is: |w, code| {
            let known = ["deepcopy", "structuredClone", "cloneDeep", "Marshal"];
            let dynamic = matches!(
                code.grammar,
                Some(Grammar::Python | Grammar::JavaScript | Grammar::Ruby | Grammar::Java)
            );
            let shallow = ["copy", "clone", "dup"].contains(&w.text) && w.is_called();
            let json = w.text == "parse" && w.after.starts_with("(JSON.stringify(");
            dynamic && !w.is_defined() && (known.contains(&w.text) || shallow || json)
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
            let spread = code.spoken.iter().map(|l| squeezed(l)).map(|l| {
                ["[:]", "{**", "[*", "...", "{'", "{\"", "({", "={"]
                    .iter()
                    .filter(|s| l.contains(**s))
                    .count()
            });
            called.count() + assigned.count() + spread.sum::<usize>()
        },
        everywhere: false,
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
        everywhere: false,
    },
];

/// At most [`MOST`] flags.
pub(super) fn find(task: &Task, original: &str, code: &str) -> Vec<Flag> {
    let old = Code::of(&task.language, original);
    let new = Code::of(&task.language, code);
    let (old_words, new_words) = (old.words(), new.words());
    let driven = matches!(task.harness, Harness::Calls(_));
    // What the user does not want to be compared is not missed either.
    let ignored = |kind: LeftKind| matches!(&task.checker, Checker::Results { ignore, .. } if ignore.has(kind));
    let mut found: Vec<Flag> = Vec::new();
    for family in &FAMILIES {
        let places = |code: &Code, words: &[Word<'_>]| -> Vec<(usize, String)> {
            let is = words.iter().filter(|w| (family.is)(w, code));
            is.map(|w| (w.line, w.text.to_owned())).collect()
        };
        let (had, has) = (places(&old, &old_words), places(&new, &new_words));
        let Some(first) = had.first() else {
            continue;
        };
        // A program that ends gives its files back.
        if family.does == "closes what it opens" && matches!(task.harness, Harness::Program) {
            continue;
        }
        let is_ignored = match family.does {
            "logs or warns" => ignored(LeftKind::Logging),
            "waits or limits its rate" => ignored(LeftKind::Sleep),
            _ => false,
        };
        if is_ignored {
            continue;
        }
        // What is shared instead of copied is seen where calls are driven.
        if driven && family.does == "works on a copy" {
            continue;
        }
        let stands_for = (family.instead)(&new, &new_words) > (family.instead)(&old, &old_words);
        let gone = if has.is_empty() {
            (!stands_for).then_some(first)
        } else if family.everywhere {
            gone_from_a_function(task, (original, &had), (code, &has))
        } else {
            None
        };
        if let Some((line, _)) = gone {
            found.push(flag(&old, *line, family.does));
        }
    }
    found.extend(names_gone(&old, &old_words, &new, &new_words, &found));
    if !ignored(LeftKind::Globals) {
        found.extend(state_left_alone(task, original, &old, &new));
    }
    found.truncate(MOST);
    found
}

fn flag(original: &Code, line: usize, does: &str) -> Flag {
    Flag {
        kind: FlagKind::Dropped,
        reason: format!(
            "the original {does} (its line {}: {}), and this version does not",
            line + 1,
            super::super::text::clean(&original.quote(line))
        ),
    }
}

fn has(parts: &[String], known: &[&str]) -> bool {
    parts.iter().any(|p| known.contains(&p.as_str()))
}

fn having_part(words: &[Word<'_>], known: &[&str]) -> usize {
    words.iter().filter(|w| has(&w.parts(), known)).count()
}

/// `result |= a ^ b`, the loop of a comparison that takes as long for any input.
fn gathers_differences(word: &Word<'_>, code: &Code) -> bool {
    let line = code.bare.get(word.line).map_or("", String::as_str);
    word.before.trim().is_empty() && line.contains("|=") && line.contains('^')
}

fn takes_a_lock(word: &Word<'_>, code: &Code) -> bool {
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
    if !has(&parts, &known) || word.is_defined() || !used {
        return false;
    }
    // The standard streams have locks that only cost time.
    let stream = |line: &str| {
        ["stdin", "stdout", "stderr", "StdoutLock", "StdinLock"]
            .iter()
            .any(|s| line.contains(s))
    };
    let only_stream = code.grammar == Some(Grammar::Rust)
        && !has(&parts, &["mutex", "rwlock"])
        && code.bare.iter().any(|l| stream(l))
        && !code
            .bare
            .iter()
            .any(|l| l.contains("Mutex") || l.contains("RwLock"));
    !only_stream
}

fn raises(word: &Word<'_>, code: &Code) -> bool {
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

fn logs(word: &Word<'_>, code: &Code) -> bool {
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
    let line = code.bare.get(word.line).map_or("", String::as_str);
    let member = word.is_member()
        && (any.contains(&word.text) || levels.contains(&word.text) && has(&owner, &loggers));
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
            && (line.contains("file=")
                || line.contains("printf")
                || line.contains("<<")
                || line.contains("fputs"))
}

/// Whether the text itself defines a function of this name.
fn is_own(word: &Word<'_>, code: &Code) -> bool {
    let owns = |line: &String| {
        line.match_indices(word.text).any(|(at, _)| {
            let here = Word {
                line: 0,
                text: word.text,
                before: &line[..at],
                after: &line[at + word.text.len()..],
            };
            here.is_defined()
        })
    };
    code.bare.iter().any(owns)
}

/// Whether a call stands for itself, gives a name its value, or is what a condition denies.
fn is_statement(word: &Word<'_>, code: &Code) -> bool {
    let line = code.bare.get(word.line).map_or("", |l| l.trim_start());
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
    let named = before.contains('=') && !line.starts_with("if") && !line.starts_with("while");
    let denied = before.starts_with("if not ")
        || before.starts_with("if (!")
        || before.starts_with("if !")
        || before.starts_with("unless ");
    alone || named && before.ends_with("= ") || denied
}

/// A place of a family in a function of the original that has none in the version's function of that name, where nothing else of
/// the version has more than before.
fn gone_from_a_function<'o>(
    task: &Task,
    (original, had): (&str, &'o [(usize, String)]),
    (code, has): (&str, &[(usize, String)]),
) -> Option<&'o (usize, String)> {
    if has.len() >= had.len() {
        return None;
    }
    let counts = |text: &str, places: &[(usize, String)]| -> Vec<(String, usize, usize)> {
        let functions = region::list(text, &task.language).into_iter();
        let counted = functions.map(|f| {
            let inside =
                |(line, _): &&(usize, String)| (f.lines.0..=f.lines.1).contains(&(line + 1));
            (f.name, places.iter().filter(inside).count(), f.lines.0)
        });
        counted.collect()
    };
    let (before, now) = (counts(original, had), counts(code, has));
    let of = |name: &str| {
        before
            .iter()
            .find(|(n, ..)| n == name)
            .map_or(0, |(_, c, _)| *c)
    };
    if now.iter().any(|(name, count, _)| *count > of(name)) {
        return None;
    }
    let lost = before
        .iter()
        .find(|(name, count, _)| *count > 0 && now.iter().any(|(n, c, _)| n == name && *c == 0))?;
    had.iter().find(|(line, _)| line + 1 >= lost.2)
}

/// One of several checks or escapes by name: gone where the version has fewer of its family in all.
fn names_gone(
    old: &Code,
    old_words: &[Word<'_>],
    new: &Code,
    new_words: &[Word<'_>],
    found: &[Flag],
) -> Option<Flag> {
    let families = FAMILIES
        .iter()
        .filter(|f| f.does.starts_with("checks") || f.does.starts_with("escapes"));
    families.into_iter().find_map(|family| {
        if found.iter().any(|f| f.reason.contains(family.does)) {
            return None;
        }
        let of = |code: &Code, words: &[Word<'_>]| -> Vec<(usize, String)> {
            let is = words.iter().filter(|w| (family.is)(w, code));
            is.map(|w| (w.line, w.text.to_owned())).collect()
        };
        let (had, has) = (of(old, old_words), of(new, new_words));
        let stands_for = (family.instead)(new, new_words) > (family.instead)(old, old_words);
        if stands_for || has.is_empty() || has.len() >= had.len() {
            return None;
        }
        let left: HashSet<&str> = new_words.iter().map(|w| w.text).collect();
        let (line, _) = had.iter().find(|(_, name)| !left.contains(name.as_str()))?;
        Some(flag(old, *line, family.does))
    })
}

/// Something outside of the function that the original changes and the version does not.
fn state_left_alone(task: &Task, original: &str, old: &Code, new: &Code) -> Option<Flag> {
    if matches!(task.harness, Harness::Program)
        || !matches!(old.grammar, Some(Grammar::Python | Grammar::JavaScript))
    {
        return None;
    }
    let outer = outer_names(task, original);
    let changed = changes(old, &outer);
    let still: HashSet<String> = changes(new, &outer)
        .into_iter()
        .map(|(_, name)| name)
        .collect();
    let says = |name: &str| new.bare.iter().any(|l| squeezed(l).contains(name));
    let own_methods = |code: &Code| -> HashSet<String> {
        let words = code.words().into_iter();
        words
            .filter(|w| w.is_called() && matches!(w.owner(), "self" | "this"))
            .map(|w| w.text.to_owned())
            .collect()
    };
    let delegates = own_methods(new)
        .difference(&own_methods(old))
        .next()
        .is_some();
    let (line, name) = changed
        .into_iter()
        .find(|(_, name)| match name.split_once('.') {
            Some(("self" | "this", _)) => !delegates && !says(name),
            _ => !still.contains(name) && !hands_on(new, name),
        })?;
    Some(Flag {
        kind: FlagKind::Dropped,
        reason: format!(
            "the original changes {name} (its line {}: {}), and this version does not",
            line + 1,
            super::super::text::clean(&old.quote(line))
        ),
    })
}

/// Whether a name is handed to a function or gets another name, so that it may be changed there.
fn hands_on(code: &Code, name: &str) -> bool {
    code.words().iter().any(|w| {
        let after = w.after.trim_start();
        w.text == name
            && !w.is_member()
            && (after.is_empty()
                || after.starts_with([',', ')', ';'])
                || after.starts_with('.') && !after.contains('('))
    })
}

/// Names that a function has from its file, without those that the file has from elsewhere.
fn outer_names(task: &Task, original: &str) -> HashSet<String> {
    let syntax = Syntax::of(&task.language);
    let Some(outline) = syntax.outline(original) else {
        return HashSet::new();
    };
    let file = task.region.as_ref().and_then(|r| syntax.outline(&r.file));
    let imported = file.map(|o| o.imported).unwrap_or_default();
    let mut names = outline.free;
    names.retain(|n| !imported.contains(n) && !outline.imported.contains(n));
    names
}

/// What a text changes of these names, and of the object that it is a method of: the lines from 0, with `NAME` or `self.name`.
fn changes(code: &Code, outer: &HashSet<String>) -> Vec<(usize, String)> {
    const CHANGING: [&str; 20] = [
        "append",
        "add",
        "update",
        "extend",
        "insert",
        "remove",
        "discard",
        "setdefault",
        "inc",
        "increment",
        "push",
        "set",
        "unshift",
        "observe",
        "record",
        "register",
        "appendleft",
        "popleft",
        "emit",
        "delete",
    ];
    let mut found = Vec::new();
    for word in code.words() {
        let own = matches!(word.text, "self" | "this");
        if word.is_member() || !(own || outer.contains(word.text)) {
            continue;
        }
        let Some((path, rest)) = chain(word.after) else {
            continue;
        };
        let assigned = is_assignment(rest) && (!path.is_empty() || word.before.trim().is_empty());
        let last = path.rsplit('.').next().unwrap_or_default();
        // What gives something back to be used may change nothing, as `np.append` does.
        let alone = word.before.trim().is_empty() || matches!(last, "setdefault" | "popleft");
        let called = rest.starts_with('(') && alone && CHANGING.contains(&last);
        if !(assigned || called) {
            continue;
        }
        if !own {
            found.push((word.line, word.text.to_owned()));
        } else if let Some(member) = path.strip_prefix('.') {
            let end = member.find(['.', '[']).unwrap_or(member.len());
            if !(called && end == member.len()) {
                found.push((word.line, format!("{}.{}", word.text, &member[..end])));
            }
        }
    }
    found
}

/// Members and indices behind a name, and what follows them.
pub(super) fn chain(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            c if c.is_alphanumeric() || matches!(c, '.' | '_' | '$') => {}
            _ => return Some((&text[..at], text[at..].trim_start())),
        }
    }
    Some((text, ""))
}

/// Whether a text begins with an assignment, or the increment of JavaScript.
pub(super) fn is_assignment(text: &str) -> bool {
    let rest =
        text.trim_start_matches(['+', '-', '*', '/', '%', '|', '&', '^', '<', '>', '?', '@']);
    let operator = text.len() - rest.len();
    let compared = rest.starts_with("==")
        || rest.starts_with("=>")
        || operator == 1 && text.starts_with(['<', '>']);
    rest.starts_with('=') && !compared || text.starts_with("++") || text.starts_with("--")
}

#[cfg(test)]
#[path = "dropped_tests.rs"]
mod tests;
