//! Results that a version keeps between calls. A bench calls with the same input again and again, so that all but the first call
//! cost nothing, and nobody can know whether the real callers repeat themselves as well. What is kept within one call, and tables
//! that are made once and never changed, say nothing.

use std::collections::HashSet;

use super::MOST;
use super::code::{Code, squeezed};
use super::dropped::{chain, is_assignment};
use crate::measure::{Flag, FlagKind};
use crate::task::region::Grammar;
use crate::task::{Harness, Task};

/// Lines of a version that keep results, for commands: what a driver of ours calls has a fresh module for each pass.
pub(super) fn find(task: &Task, original: &Code, code: &Code) -> Vec<Flag> {
    if !matches!(task.harness, Harness::Commands(_)) {
        return Vec::new();
    }
    let places = |code: &Code| match code.grammar {
        Some(Grammar::Python) => in_python(code),
        Some(Grammar::JavaScript) => in_javascript(code),
        Some(Grammar::Rust) => in_rust(code),
        Some(Grammar::C | Grammar::Cpp) => in_c(code),
        Some(Grammar::Go) => in_go(code),
        _ => Vec::new(),
    };
    let before: HashSet<String> = places(original).into_iter().map(|(_, name)| name).collect();
    let found = places(code)
        .into_iter()
        .filter(|(_, name)| !before.contains(name));
    let told = found.take(MOST).map(|(line, name)| Flag {
        kind: FlagKind::Kept,
        reason: format!(
            "line {} keeps results between calls ({}): a bench that calls it again with the same input finds them there",
            line + 1,
            super::super::text::clean(&name)
        ),
    });
    told.collect()
}

/// Names that stand at the top of a text and are changed in one of its functions.
fn changed_within(
    code: &Code,
    names: &[(usize, String)],
    changing: &[&str],
) -> Vec<(usize, String)> {
    let words = code.words();
    let is_changed = |name: &str| {
        words.iter().any(|w| {
            let inner = code
                .bare
                .get(w.line)
                .is_some_and(|l| l.starts_with([' ', '\t']));
            let Some((path, rest)) = chain(w.after) else {
                return false;
            };
            let last = path.rsplit('.').next().unwrap_or_default();
            let put = rest.starts_with('(') && path.starts_with('.') && changing.contains(&last);
            let set = is_assignment(rest) && !path.is_empty();
            let global = squeezed(w.before) == "global"
                || is_assignment(rest)
                    && w.before.trim().is_empty()
                    && code.grammar == Some(Grammar::JavaScript);
            w.text == name && inner && !w.is_member() && (put || set || global)
        })
    };
    names
        .iter()
        .filter(|(_, name)| is_changed(name))
        .cloned()
        .collect()
}

fn in_python(code: &Code) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let mut found = Vec::new();
    for (i, line) in code.bare.iter().enumerate() {
        let cached = [
            "@lru_cache",
            "@functools.lru_cache",
            "@cache",
            "@functools.cache",
            "@functools.cached_property",
            "@cached_property",
        ];
        let bare = line.trim();
        if !line.starts_with([' ', '\t'])
            && cached
                .iter()
                .any(|c| bare == *c || bare.starts_with(&format!("{c}(")))
        {
            let defined = code.bare.iter().skip(i + 1).find(|l| l.contains("def "));
            let name = defined.map_or("", |l| {
                l.trim_start()
                    .trim_start_matches("async ")
                    .trim_start_matches("def ")
            });
            let end = name.find('(').unwrap_or(name.len());
            found.push((
                i,
                format!(
                    "{} of {}",
                    bare.split('(').next().unwrap_or(bare),
                    &name[..end]
                ),
            ));
        }
        let name: String = line
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let rest = line[name.len()..].trim_start();
        if !name.is_empty()
            && (rest.starts_with('=') || rest.starts_with(':'))
            && !matches!(name.as_str(), "else" | "try" | "finally")
        {
            names.push((i, name));
        }
        // A default that is changed, and an attribute of the function itself.
        let default = line.trim_start().starts_with("def ")
            && ["={}", "=dict()", "=[]"]
                .iter()
                .any(|d| squeezed(line).contains(d));
        if default {
            let bare = squeezed(line);
            let at = ["={}", "=dict()", "=[]"]
                .iter()
                .find_map(|d| bare.find(d))
                .unwrap_or_default();
            let from = bare[..at].rfind([',', '(', '*']).map_or(0, |i| i + 1);
            let name = bare[from..at]
                .split(':')
                .next()
                .unwrap_or_default()
                .to_owned();
            names.push((i, name));
        }
    }
    let functions: Vec<(usize, String)> = code
        .words()
        .iter()
        .filter(|w| w.is_defined() && w.before.trim() == "def")
        .map(|w| (w.line, w.text.to_owned()))
        .collect();
    names.extend(functions);
    found.extend(changed_within(
        code,
        &names,
        &["setdefault", "update", "append", "add", "insert", "extend"],
    ));
    found
}

fn in_javascript(code: &Code) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for (i, line) in code.bare.iter().enumerate() {
        let line = line.strip_prefix("export ").unwrap_or(line);
        let declared = ["const ", "let ", "var "]
            .iter()
            .find_map(|d| line.strip_prefix(d));
        if let Some(rest) = declared {
            let name: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
                .collect();
            if !name.is_empty() {
                names.push((i, name));
            }
        }
    }
    let functions: Vec<(usize, String)> = code
        .words()
        .iter()
        .filter(|w| w.is_defined() && matches!(w.before.trim(), "function" | "export function"))
        .map(|w| (w.line, w.text.to_owned()))
        .collect();
    names.extend(functions);
    changed_within(code, &names, &["set", "push", "add", "unshift"])
}

/// Statics that can be changed. One that is set once for ever (`OnceLock<Regex>`) holds a table.
fn in_rust(code: &Code) -> Vec<(usize, String)> {
    let lines = code.bare.iter().enumerate();
    let found = lines.filter_map(|(i, line)| {
        let at = line.find("static ")?;
        let rest = &line[at + "static ".len()..];
        let mutable = rest
            .strip_prefix("mut ")
            .or_else(|| rest.strip_prefix("ref "))
            .map(|r| (r, true));
        let (rest, mutable) = mutable.unwrap_or((rest, false));
        let end = rest.find(':')?;
        let kinds = [
            "Mutex",
            "RwLock",
            "RefCell",
            "Cell<",
            "Atomic",
            "UnsafeCell",
            "DashMap",
            "OnceMap",
        ];
        let lifetime = line[..at].ends_with('\'') || line[..at].ends_with('&');
        (!lifetime && (mutable || kinds.iter().any(|k| rest[end..].contains(k))))
            .then(|| (i, format!("static {}", rest[..end].trim())))
    });
    found.collect()
}

/// Statics within functions and at the top that are no constants.
fn in_c(code: &Code) -> Vec<(usize, String)> {
    let lines = code.bare.iter().enumerate();
    let found = lines.filter_map(|(i, line)| {
        let rest = line.trim_start();
        let local = rest
            .strip_prefix("static ")
            .or_else(|| rest.strip_prefix("thread_local "))?;
        let constant = local.contains("const ") || local.contains("constexpr ");
        let function = local.contains('(') && !local.contains('=');
        let end = local.find(['=', ';', '[', '{', '(']).unwrap_or(local.len());
        let name = local[..end].trim_end().rsplit([' ', '*']).next()?;
        (!constant && !function && !name.is_empty()).then(|| (i, format!("static {name}")))
    });
    // A table that is filled once is changed under a condition on itself only; that cannot be told from a memo by its line.
    found
        .filter(|(_, name)| is_compared(code, name.trim_start_matches("static ")))
        .collect()
}

/// Whether what a function is given is compared with what is kept under this name, or looked up in it.
fn is_compared(code: &Code, name: &str) -> bool {
    code.words().iter().any(|w| {
        let line = code.bare.get(w.line).map_or("", String::as_str);
        let asked = ["==", "memcmp", "strcmp", ".find(", ".count(", ".contains("]
            .iter()
            .any(|c| line.contains(c));
        w.text == name && asked
    })
}

/// Maps at the top of a file.
fn in_go(code: &Code) -> Vec<(usize, String)> {
    let lines = code.bare.iter().enumerate();
    let names: Vec<(usize, String)> = lines
        .filter_map(|(i, line)| {
            let rest = line.strip_prefix("var ")?;
            let name: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            (!name.is_empty()).then_some((i, name))
        })
        .collect();
    changed_within(code, &names, &["Store", "LoadOrStore", "Add", "Set", "Put"])
}
