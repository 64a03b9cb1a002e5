//! Results that a version keeps between calls. A bench calls with the same input again and again, so that all but the first call
//! cost nothing, and nobody can know whether the real callers repeat themselves as well. What is kept within one call, tables
//! that are made once and never changed, and room to compute in say nothing.

use std::collections::{HashMap, HashSet};

use super::MOST;
use super::code::{Code, Word, chain, is_assignment, members, words_of};
use super::outside::is_shared;
use crate::measure::{Flag, FlagKind};
use crate::task::region::{Change, Grammar, Owner};
use crate::task::{Harness, Task};

/// Lines of a version that keep results, for commands: what a driver of ours calls has a fresh module for each pass.
pub(super) fn find(task: &Task, original: &Code, code: &Code) -> Vec<Flag> {
    if !matches!(task.harness, Harness::Commands(_)) {
        return Vec::new();
    }
    // A member that the file knows is a part of its objects; a new one is kept for the next call.
    let of_file = members(task.region.as_ref().map_or("", |r| &*r.file));
    let of_original: HashSet<&str> = original.bare.iter().flat_map(|l| members(l)).collect();
    let is_member = |name: &str| {
        let member = name.rsplit('.').next().unwrap_or(name);
        original.changes.own_members.contains(name)
            || of_original.contains(member)
            || of_file.contains(member.trim_start_matches('#'))
    };
    let places = |code: &Code| match code.grammar {
        Some(Grammar::Python | Grammar::JavaScript | Grammar::Go) => changed(code, &is_member),
        Some(Grammar::Rust) => in_rust(code),
        Some(Grammar::C | Grammar::Cpp) => in_c(code),
        Some(Grammar::Java) => in_java(code),
        Some(Grammar::Ruby) => in_ruby(code, &is_member),
        _ => Vec::new(),
    };
    let mut known: HashSet<String> = places(original).into_iter().map(|(_, name)| name).collect();
    let found = places(code)
        .into_iter()
        .filter(|(_, name)| known.insert(name.clone()));
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

/// Methods that put something into a container.
const PUTS: [&str; 22] = [
    "setdefault",
    "update",
    "append",
    "appendleft",
    "add",
    "insert",
    "extend",
    "__setitem__",
    "__setattr__",
    "put",
    "set",
    "push",
    "unshift",
    "Store",
    "LoadOrStore",
    "Swap",
    "CompareAndSwap",
    "Add",
    "Set",
    "Put",
    "Push",
    "PushBack",
];

/// What is changed in a function and outlives its call. `is_member`: whether the objects of the original have a member.
fn changed(code: &Code, is_member: &dyn Fn(&str) -> bool) -> Vec<(usize, String)> {
    let name = |c: &Change| {
        let members = c.path.iter().take_while(|p| *p != "[]");
        let all = std::iter::once(&c.root).chain(members);
        all.map(String::as_str).collect::<Vec<_>>().join(".")
    };
    let of_own_class = |c: &Change| {
        let own = ["self", "cls"]
            .map(|own| format!("{own}.{}", c.path.first().map_or("", String::as_str)));
        own.iter().any(|own| code.changes.own_members.contains(own))
    };
    let keeps = |c: &&Change| {
        let put = c.method.as_deref().is_none_or(|m| PUTS.contains(&m));
        let lives_on = match &c.owner {
            Owner::Top | Owner::Default | Owner::Enclosing { once: true } => true,
            Owner::Elsewhere => !is_shared(code, &c.root),
            Owner::Own => {
                c.is_alone
                    && c.by_given
                    && !c.in_constructor
                    && !c.path.is_empty()
                    && !is_member(&name(c))
            }
            // What was never there before is put onto an object that the caller has.
            Owner::Local => {
                code.grammar == Some(Grammar::Python)
                    && c.is_of_parameter
                    && c.method.is_none()
                    && c.path.first().is_some_and(|m| m != "[]")
                    && !is_member(&name(c))
                    && !of_own_class(c)
            }
            Owner::Imported(_) | Owner::Enclosing { once: false } => false,
        };
        c.in_function && put && lives_on && !c.is_table && !c.is_scratch && !is_pool(code, c)
    };
    let mut found: Vec<(usize, String)> = code
        .changes
        .all
        .iter()
        .filter(keeps)
        .map(|c| (c.line, name(c)))
        .collect();
    let cached = code.changes.cached.iter();
    found.extend(cached.map(|c| {
        let of = if c.function.is_empty() {
            "a function"
        } else {
            &c.function
        };
        (c.line, format!("{} of {of}", c.by))
    }));
    found.sort();
    found
}

/// Whether something is given back to a pool of Go.
fn is_pool(code: &Code, change: &Change) -> bool {
    code.grammar == Some(Grammar::Go) && change.method.as_deref() == Some("Put")
}

/// Statics that can be changed. One that is set once for ever (`OnceLock<Regex>`) holds a table.
fn in_rust(code: &Code) -> Vec<(usize, String)> {
    let emptied = is_emptied(code);
    let lines = code.bare.iter().enumerate();
    let found = lines.filter_map(|(i, line)| {
        if let Some(kept) = ["#[cached", "#[memoize"]
            .iter()
            .find(|k| line.trim_start().starts_with(**k))
        {
            return Some((i, kept[2..].to_owned()));
        }
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
        // The type may stand in the next lines.
        let more = code.bare.iter().skip(i + 1).take(3).map(String::as_str);
        let of: String = std::iter::once(&rest[end..]).chain(more).collect();
        let of = of.split([';', '=']).next().unwrap_or_default();
        let room = ["RefCell<Vec<", "RefCell<String", "Cell<Vec<"]
            .iter()
            .any(|k| of.contains(k))
            && !["Option", "Map", "("].iter().any(|k| of.contains(k));
        if room && emptied {
            return None;
        }
        let lifetime = line[..at].ends_with('\'') || line[..at].ends_with('&');
        (!lifetime && (mutable || kinds.iter().any(|k| of.contains(k))))
            .then(|| (i, format!("static {}", rest[..end].trim())))
    });
    found.collect()
}

/// Whether what is borrowed is emptied first.
fn is_emptied(code: &Code) -> bool {
    let says = |line: &String, any: &[&str]| any.iter().any(|a| line.contains(a));
    let borrowed = code
        .bare
        .windows(3)
        .filter(|w| says(&w[0], &[".borrow_mut()", ".take()"]));
    let mut emptied = borrowed.map(|w| w.iter().any(|l| says(l, &[".clear()", ".fill("])));
    emptied.next() == Some(true) && emptied.all(|e| e)
}

/// Variables of C that outlive a call, where a function asks them for what it is given: `if (x == last) return found;`. A table that is
/// filled once is asked only whether it is there.
fn in_c(code: &Code) -> Vec<(usize, String)> {
    let mut names: HashMap<String, usize> = HashMap::new();
    for (i, line) in code.bare.iter().enumerate() {
        let rest = line.trim_start();
        let top = rest.len() == line.len();
        let begins = ["static ", "thread_local ", "_Thread_local ", "__thread "];
        let is_static = begins.iter().any(|b| rest.starts_with(b));
        let value = rest.find('=').unwrap_or(rest.len());
        let declares = rest.trim_end().ends_with([';', '{', ','])
            && !rest[..value].contains(['(', ')', '}'])
            && ![
                "#",
                "typedef",
                "enum ",
                "extern ",
                "using ",
                "return",
                "namespace",
                "class ",
            ]
            .iter()
            .any(|b| rest.starts_with(b))
            && (words_of(i, rest).count() > 2 || !rest.starts_with("struct "));
        let constant = ["const ", "constexpr "]
            .iter()
            .any(|c| rest.contains(c) && !rest.contains("const char *") && !pointed(rest));
        if !(is_static || top && declares) || constant || rest[..value].contains('(') {
            continue;
        }
        // The last word before each comma, index or value is a name.
        for part in rest.split(',') {
            let end = part.find(['=', ';', '[', '{']).unwrap_or(part.len());
            let name = words_of(i, &part[..end]).last();
            if let Some(name) = name {
                names.entry(name.text.to_owned()).or_insert(i);
            }
        }
    }
    if names.is_empty() {
        return Vec::new();
    }
    // Parameters of the function that a line stands in: its head is the last line before it that begins at the margin.
    let mut given: HashSet<String> = HashSet::new();
    let mut found: Vec<(usize, String)> = Vec::new();
    for (i, line) in code.bare.iter().enumerate() {
        let head = line.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && line.contains('(')
            && !line.trim_end().ends_with(';');
        if head {
            let inside = line.split_once('(').map_or("", |(_, inside)| inside);
            given = words_of(i, inside).map(|w| w.text.to_owned()).collect();
            continue;
        }
        let says = |any: &[&str]| any.iter().any(|a| line.contains(a));
        let same = says(&[
            "==",
            "!=",
            "memcmp",
            "strcmp",
            ".find(",
            ".count(",
            ".contains(",
        ]);
        if !same && !says(&["if (", "if(", "while (", "?"]) {
            continue;
        }
        let words: Vec<Word<'_>> = words_of(i, line).collect();
        if !words
            .iter()
            .any(|w| given.contains(w.text) && !w.is_member())
        {
            continue;
        }
        for word in &words {
            // Room that grows is asked whether it is large enough.
            let at = chain(word.after).map_or("", |(path, _)| path);
            let by_given =
                || at.starts_with('[') && words_of(0, at).any(|w| given.contains(w.text));
            if let Some(defined) = names.get(word.text)
                && !word.is_member()
                && !given.contains(word.text)
                && (same || by_given())
            {
                found.push((*defined, format!("static {}", word.text)));
            }
        }
    }
    // What nothing sets is a table after all.
    let (changed, _) = changed_names(code);
    found.retain(|(_, name)| changed.contains(name.trim_start_matches("static ")));
    found.sort();
    found.dedup();
    found
}

/// Whether the variable itself can be changed, and only what it points to cannot.
fn pointed(declaration: &str) -> bool {
    let end = declaration.find(['=', ';']).unwrap_or(declaration.len());
    declaration[..end].contains('*') && !declaration[..end].contains("* const")
}

/// Whether a word is assigned, or a part of it, or something is put into it.
fn is_changed(w: &Word<'_>) -> bool {
    let puts = [
        "put",
        "insert",
        "emplace",
        "push_back",
        "computeIfAbsent",
        "putIfAbsent",
        "add",
        "set",
        "store",
    ];
    let Some((path, rest)) = chain(w.after) else {
        return false;
    };
    let last = path.rsplit('.').next().unwrap_or_default();
    let copied = ["memcpy(", "strcpy(", "memmove("]
        .iter()
        .any(|c| w.before.ends_with(c));
    // A declaration with a value is no change.
    let is_declared = path.is_empty()
        && w.before
            .trim_end()
            .ends_with(|c: char| c.is_alphanumeric() || c == '*');
    is_assignment(rest) && !is_declared
        || rest.starts_with('(') && path.contains('.') && puts.contains(&last)
        || rest.starts_with("<<") && path.is_empty()
        || w.before.ends_with("++")
        || copied
}

/// Names that are changed in a function, and those that are changed in a line that names a parameter.
fn changed_names(code: &Code) -> (HashSet<String>, HashSet<String>) {
    let (mut all, mut by_given) = (HashSet::new(), HashSet::new());
    let mut given: HashSet<String> = HashSet::new();
    for (i, line) in code.bare.iter().enumerate() {
        let text = line.trim();
        let begins = [
            "if", "for", "while", "switch", "else", "try", "catch", "}", "return", "do",
        ];
        let first = words_of(i, text).next().map_or("", |w| w.text);
        let head = !begins.contains(&first)
            && (text.ends_with('{') && text.contains('(') && !text.contains('=') || first == "def");
        if head {
            let inside = text.split_once('(').map_or("", |(_, inside)| inside);
            given = words_of(i, inside).map(|w| w.text.to_owned()).collect();
        }
        let words: Vec<Word<'_>> = words_of(i, line).collect();
        let names_given = words.iter().any(|w| given.contains(w.text));
        for word in words.iter().filter(|w| is_changed(w)) {
            all.insert(word.text.to_owned());
            if names_given && !head {
                by_given.insert(word.text.to_owned());
            }
        }
    }
    (all, by_given)
}

/// Static fields of Java that a method changes by what it is given.
fn in_java(code: &Code) -> Vec<(usize, String)> {
    let (_, changed) = changed_names(code);
    let lines = code.bare.iter().enumerate();
    let found = lines.filter_map(|(i, line)| {
        let rest = line.trim_start();
        let end = rest.find(['=', ';']).unwrap_or(rest.len());
        let declared = &rest[..end];
        let is_field =
            words_of(i, declared).any(|w| w.text == "static") && !declared.contains(['(', '{']);
        let name = words_of(i, declared).last()?.text;
        (is_field && changed.contains(name)).then(|| (i, format!("static {name}")))
    });
    found.collect()
}

/// Variables of Ruby that belong to a class or to everybody, and constants, that a method changes by what it is given.
fn in_ruby(code: &Code, is_member: &dyn Fn(&str) -> bool) -> Vec<(usize, String)> {
    let (_, changed) = changed_names(code);
    let mut found = Vec::new();
    let mut in_method = false;
    for (i, line) in code.bare.iter().enumerate() {
        in_method |= line.trim_start().starts_with("def ");
        for word in words_of(i, line).filter(|w| in_method && is_changed(w)) {
            let of_class = word.before.ends_with("@@");
            let own = word.before.ends_with('@') && !of_class && !is_member(word.text);
            let constant = word.text.starts_with(|c: char| c.is_uppercase()) && !word.is_member();
            let shared = of_class || own || word.text.starts_with('$') || constant;
            if shared && changed.contains(word.text) {
                let sign = match (of_class, own) {
                    (true, _) => "@@",
                    (_, true) => "@",
                    _ => "",
                };
                found.push((i, format!("{sign}{}", word.text)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
