//! State that the original changes outside of the function and the version leaves alone: a counter, a registry, the object of a method.
//! No result shows it. A cache that is not needed any more is no loss.

use std::collections::{HashMap, HashSet};

use super::code::{Code, is_assignment, parts, words_of};
use crate::measure::{Flag, FlagKind};
use crate::task::region::{Change, Grammar, Owner};
use crate::task::{Harness, Task};

/// Methods that change what they belong to.
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

/// Something of that kind.
struct State {
    line: usize,
    /// `COUNTS`, or `self.total`.
    name: String,
    is_own: bool,
    /// Whether its method stands without its class.
    is_alone: bool,
    /// Whether it is assigned, and not only what it holds.
    is_assigned: bool,
}

/// A flag for the first state that is left alone.
pub(super) fn find(task: &Task, original: &Code, code: &Code) -> Option<Flag> {
    if matches!(task.harness, Harness::Program)
        || !matches!(
            original.grammar,
            Some(Grammar::Python | Grammar::JavaScript)
        )
    {
        return None;
    }
    // What a constructor sets has to be changed somewhere else as well.
    let later = |c: &&Change| !c.in_constructor;
    let still = code.changes.all.iter().filter(later).filter_map(state);
    let still: HashSet<String> = still.map(|s| s.name).collect();
    let handed = handed_on(code);
    let delegates = delegates(original, code);
    let same_functions = original.defined.is_subset(&code.defined);
    let private = private(task, original);
    let is_private = |name: &str| {
        let member = name.rsplit('.').next().unwrap_or(name);
        let bare = member.trim_start_matches('#');
        (member.starts_with('_') || member.len() > bare.len()) && private.contains(bare)
    };
    let is_gone = |s: &State| {
        if still.contains(&s.name) || is_cache(&s.name) {
            return false;
        }
        // A class that is written anew may do without a member; one that still has it changes it.
        if s.is_own && !s.is_alone {
            return code.changes.own_members.contains(&s.name) && !delegates;
        }
        if s.is_own {
            let mentioned = !s.is_assigned && code.changes.own_members.contains(&s.name);
            return !delegates && !mentioned && !is_private(&s.name);
        }
        !handed.contains(s.name.as_str())
    };
    let of_original = original.changes.all.iter().filter(later).filter(|c| {
        c.owner == Owner::Elsewhere || c.owner == Owner::Own && (c.is_alone || same_functions)
    });
    let gone = of_original.filter_map(state).find(is_gone)?;
    Some(Flag {
        kind: FlagKind::Dropped,
        reason: format!(
            "the original changes {} (its line {}: {}), and this version does not",
            gone.name,
            gone.line + 1,
            super::super::text::clean(&original.quote(gone.line))
        ),
    })
}

/// What a change is of, where it is neither a local name's nor an import's.
fn state(c: &Change) -> Option<State> {
    // What gives something back to be used may change nothing, as `np.append` does.
    let changes = c.method.as_deref().is_none_or(|method| {
        let alone = c.alone || matches!(method, "setdefault" | "popleft");
        alone && CHANGING.contains(&method) || method == "__setattr__"
    });
    let is_own = c.owner == Owner::Own;
    let name = match c.owner {
        Owner::Own => format!("{}.{}", c.root, c.path.first()?),
        Owner::Elsewhere | Owner::Top => c.root.clone(),
        _ => return None,
    };
    changes.then_some(State {
        line: c.line,
        name,
        is_own,
        is_alone: c.is_alone,
        is_assigned: c.method.is_none() && c.path.len() <= usize::from(is_own),
    })
}

/// Whether a name says that it only holds what can be computed again.
fn is_cache(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let known = ["cache", "cached", "caches", "memo", "memoized", "memos"];
    parts(last).iter().any(|p| known.contains(&p.as_str()))
}

/// Whether a version calls a method of its object that the original does not call and that is not in its own text: that one may do it.
fn delegates(original: &Code, code: &Code) -> bool {
    let methods = |code: &Code| -> HashSet<String> {
        let words = code.words().into_iter();
        words
            .filter(|w| w.is_called() && matches!(w.owner(), "self" | "this"))
            .map(|w| w.text.to_owned())
            .collect()
    };
    let known = methods(original);
    methods(code)
        .iter()
        .any(|m| !known.contains(m) && !code.defined.contains(m))
}

/// Names that are handed to a function or get another name, so that they may be changed there.
fn handed_on(code: &Code) -> HashSet<String> {
    let words = code.words().into_iter();
    let handed = words.filter(|w| {
        let after = w.after.trim_start();
        !w.is_member()
            && (after.is_empty()
                || after.starts_with([',', ')', ';'])
                || after.starts_with('.') && !after.contains('('))
    });
    handed.map(|w| w.text.to_owned()).collect()
}

/// Members that nobody else reads in the file.
fn private(task: &Task, original: &Code) -> HashSet<String> {
    let Some(region) = &task.region else {
        return HashSet::new();
    };
    let reads = |text: &str| -> HashMap<String, usize> {
        let mut found = HashMap::new();
        for word in text.lines().flat_map(|l| words_of(0, l)) {
            let is_member = word.before.trim_end_matches('#').ends_with('.');
            let is_set =
                word.after.trim_start().starts_with('=') && is_assignment(word.after.trim_start());
            if is_member {
                *found.entry(word.text.to_owned()).or_default() += usize::from(!is_set);
            }
        }
        found
    };
    let own = reads(&original.bare.join("\n"));
    let of_file = reads(&region.file).into_iter();
    let alone = of_file.filter(|(name, times)| own.get(name).is_some_and(|own| own >= times));
    alone.map(|(name, _)| name).collect()
}
