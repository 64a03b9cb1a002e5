//! Results that a version keeps between calls. A bench calls with the same input again and again, so that all but the first call
//! cost nothing, and nobody can know whether the real callers repeat themselves as well. What is kept within one call, and tables
//! that are made once and never changed, say nothing.

use std::collections::HashSet;

use super::MOST;
use super::code::{Code, Word, squeezed, words_of};
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
            let outer = code.grammar == Some(Grammar::JavaScript) || is_global(code, name);
            let global = path.is_empty()
                && is_assignment(rest)
                && w.before.trim().is_empty()
                && outer
                && !is_table(code, w.line, name);
            w.text == name && inner && !w.is_member() && (put || set || global)
        })
    };
    names
        .iter()
        .filter(|(line, name)| is_changed(name) && !is_shadowed(code, *line, name))
        .cloned()
        .collect()
}

/// Whether a function of Python declares that it changes a name of the module.
fn is_global(code: &Code, name: &str) -> bool {
    let declared = |w: &Word<'_>| w.text == name && w.before.trim_start().starts_with("global ");
    code.words().iter().any(declared)
}

/// Whether a function has a name of its own like this: what it changes is then that one.
fn is_shadowed(code: &Code, defined: usize, name: &str) -> bool {
    code.words().iter().any(|w| {
        let line = code.bare.get(w.line).map_or("", String::as_str);
        if w.text != name || w.line == defined || w.is_member() {
            return false;
        }
        let before = w.before.trim_start();
        let heads = [
            "def ",
            "async def ",
            "function ",
            "export function ",
            "lambda ",
        ];
        let parameter = heads.iter().any(|h| before.starts_with(h)) && before.contains('(');
        let after = w.after.trim_start();
        let local =
            line.starts_with([' ', '\t']) && after.starts_with('=') && !after.starts_with("==");
        let own = match code.grammar {
            Some(Grammar::Python) => before.is_empty() && !is_global(code, name),
            _ => ["const", "let", "var"].contains(&before.trim()),
        };
        parameter || local && own
    })
}

/// Whether an assignment fills a table once: it stands behind the question whether there is one, and needs nothing that the function
/// is given.
fn is_table(code: &Code, line: usize, name: &str) -> bool {
    let above = code.bare.iter().take(line).rev();
    let mut above = above.filter(|l| !l.trim().is_empty());
    let asked = above.next().map_or(String::new(), |l| squeezed(l));
    let guards = [
        format!("if{name}isNone:"),
        format!("ifnot{name}:"),
        format!("if(!{name}){{"),
        format!("if({name}===undefined){{"),
        format!("if({name}===null){{"),
    ];
    let Some(head) = above.find(|l| l.contains("def ") || l.contains("function ")) else {
        return false;
    };
    let given = head.split_once('(').map_or("", |(_, given)| given);
    let value = code.bare.get(line).and_then(|l| l.split_once('='));
    let words = words_of(0, value.map_or("", |(_, value)| value));
    guards.contains(&asked)
        && !words
            .into_iter()
            .any(|w| words_of(0, given).any(|g| g.text == w.text))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::tests::language;
    use super::*;

    fn told(id: &str, original: &str, text: &str) -> Vec<String> {
        let languages = crate::task::Languages::load(None).unwrap();
        let mut task = crate::task::bundled::load("pairs", &languages).unwrap();
        task.language = language(id).into();
        task.harness = Harness::Commands(crate::task::harness::Commands::default());
        let (old, new) = (
            Code::of(&task.language, original),
            Code::of(&task.language, text),
        );
        let flags = find(&task, &old, &new);
        flags.into_iter().map(|f| f.reason).collect()
    }

    #[test]
    fn results_that_are_kept_are_seen() {
        for (id, text) in [
            (
                "python",
                "M = {}\ndef f(x):\n    M[x] = g(x)\n    return M[x]\n",
            ),
            (
                "python",
                "LAST = None\ndef f(x):\n    global LAST\n    LAST = x\n    return LAST\n",
            ),
            (
                "python",
                "def f(x, memo={}):\n    memo[x] = 1\n    return memo[x]\n",
            ),
            ("python", "def f(x):\n    f.last = x\n    return x\n"),
            ("python", "@lru_cache(None)\ndef f(x):\n    return x\n"),
            (
                "javascript",
                "const M = new Map();\nfunction f(x) {\n  M.set(x, 1);\n}\n",
            ),
            ("javascript", "let last;\nfunction f(x) {\n  last = x;\n}\n"),
            ("rust", "static M: Mutex<u32> = Mutex::new(0);\n"),
            ("rust", "static mut M: u32 = 0;\n"),
            (
                "c",
                "long f(long x) {\n  static long last, found;\n  if (x == found) return last;\n  return 0;\n}\n",
            ),
            (
                "go",
                "var memo = map[int]int{}\n\nfunc f(x int) int {\n\tmemo[x] = 1\n\treturn x\n}\n",
            ),
        ] {
            assert_eq!(
                told(id, "", text).len(),
                1,
                "{text}: {:?}",
                told(id, "", text)
            );
            assert!(told(id, text, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn tables_and_names_of_a_call_say_nothing() {
        for (id, text) in [
            ("python", "T = {1: 2}\ndef f(x):\n    return T[x]\n"),
            (
                "python",
                "T = None\ndef f(x):\n    global T\n    if T is None:\n        T = make()\n    return T[x]\n",
            ),
            (
                "python",
                "out = []\ndef f(x):\n    out = []\n    out.append(x)\n    return out\n",
            ),
            (
                "python",
                "memo = 1\ndef f(x, memo):\n    memo[x] = 1\n    return x\n",
            ),
            (
                "python",
                "def f(x):\n    @lru_cache(None)\n    def g(y):\n        return y\n    return g(x)\n",
            ),
            (
                "python",
                "def f(x):\n    m = {}\n    m[x] = 1\n    return m\n",
            ),
            (
                "javascript",
                "const T = [1, 2];\nfunction f(x) {\n  const m = new Map();\n  m.set(x, T[0]);\n  return m;\n}\n",
            ),
            (
                "rust",
                "static T: [u8; 2] = [1, 2];\nfn f(x: &'static str) -> u8 {\n    T[0]\n}\n",
            ),
            ("rust", "static R: OnceLock<Regex> = OnceLock::new();\n"),
            (
                "c",
                "static const int T[2] = {1, 2};\nlong f(long x) {\n  static int ready;\n  if (!ready) fill();\n  return T[x];\n}\n",
            ),
        ] {
            assert!(
                told(id, "", text).is_empty(),
                "{text}: {:?}",
                told(id, "", text)
            );
        }
    }
}
