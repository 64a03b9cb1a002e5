//! The table in force: the usual keys with the developer's own in their places.

use std::collections::BTreeMap;

use crate::tui::core::action::{Action, BINDINGS, Binding, Scope};
use crate::tui::core::key::KeySequence;

/// One row of the table in force.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The row with the usual keys.
    pub row: &'static Binding,
    /// The keys in force; the first is the one that is shown. Empty: only the palette does it.
    pub keys: Vec<KeySequence>,
    /// Whether the developer chose them.
    pub own: bool,
}

/// Who has a key that two want.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Fixed,
    Own,
    Usual,
}

impl Bound {
    fn rank(&self) -> Rank {
        match (self.row.action.is_fixed(), self.own) {
            (true, _) => Rank::Fixed,
            (false, true) => Rank::Own,
            (false, false) => Rank::Usual,
        }
    }
}

/// What pressed keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Nothing.
    Nothing,
    /// The first of keys that are pressed one after the other.
    Begun,
    /// An action.
    Action(Action),
}

/// The keys in force.
#[derive(Clone, Debug)]
pub struct Keymap {
    rows: Vec<Bound>,
}

impl Default for Keymap {
    fn default() -> Self {
        let rows = BINDINGS
            .iter()
            .map(|row| Bound {
                row,
                // That all of them can be read is held by a test.
                keys: row.keys.iter().filter_map(|k| k.parse().ok()).collect(),
                own: false,
            })
            .collect();
        Self { rows }
    }
}

impl Keymap {
    /// The usual keys with the developer's: by action, the keys that it has from now on; none unbinds it.
    ///
    /// Never fails. What cannot be meant does nothing and comes back as a sentence: what, and what to do about it.
    #[must_use]
    pub fn new(wishes: &BTreeMap<String, Vec<String>>) -> (Self, Vec<String>) {
        let mut map = Self::default();
        let mut told = Vec::new();
        for (name, keys) in wishes {
            map.wish(name, keys, &mut told);
        }
        map.settle(&mut told);
        (map, told)
    }

    fn wish(&mut self, name: &str, keys: &[String], told: &mut Vec<String>) {
        let Some(bound) = self.rows.iter_mut().find(|b| b.row.action.name() == name) else {
            let near = nearest(name);
            told.push(format!(
                "keys.{name}: there is no such action; {near}`reheat keys` lists them"
            ));
            return;
        };
        if bound.row.action.is_fixed() {
            told.push(format!(
                "keys.{name}: {} cannot be changed",
                bound.row.keys.join(" and ")
            ));
            return;
        }
        let mut read = Vec::new();
        for key in keys.iter().filter(|k| !k.is_empty()) {
            match key.parse::<KeySequence>() {
                Ok(key) if !read.contains(&key) => read.push(key),
                Ok(_) => {}
                Err(why) => told.push(format!("keys.{name}: {why}")),
            }
        }
        let unbind = keys.iter().all(String::is_empty);
        if unbind || !read.is_empty() {
            bound.keys = read;
            bound.own = true;
        }
    }

    /// Where two actions have one key: the developer's wish goes before a usual key, the earlier row before the later.
    fn settle(&mut self, told: &mut Vec<String>) {
        for a in 0..self.rows.len() {
            for b in 0..self.rows.len() {
                let (first, second) = (&self.rows[a], &self.rows[b]);
                let goes_before = match (first.rank(), second.rank()) {
                    (Rank::Own, Rank::Own) => a < b,
                    (one, other) => one < other,
                };
                if a == b || !goes_before || !first.row.scope.overlaps(second.row.scope) {
                    continue;
                }
                let lost: Vec<KeySequence> = second
                    .keys
                    .iter()
                    .filter(|k| first.keys.iter().any(|f| f.collides(k)))
                    .cloned()
                    .collect();
                if lost.is_empty() {
                    continue;
                }
                let (winner, loser) = (first.row.action.name(), second.row.action.name());
                let both_own = second.own;
                self.rows[b].keys.retain(|k| !lost.contains(k));
                let keys: Vec<String> = lost.iter().map(ToString::to_string).collect();
                let keys = keys.join("`, `");
                if both_own {
                    told.push(format!(
                        "keys.{loser}: `{keys}` is the key of {winner} as well and does that; give one of them another"
                    ));
                } else if self.rows[b].keys.is_empty() {
                    told.push(format!(
                        "keys.{winner}: `{keys}` was the only key of {loser}, which now has none; give it one: {loser} = \"…\" (or \"\" to leave it so)"
                    ));
                }
            }
        }
    }

    /// The rows, in the order of the table.
    #[must_use]
    pub fn rows(&self) -> &[Bound] {
        &self.rows
    }

    /// The row of an action.
    #[must_use]
    pub fn of(&self, action: Action) -> Option<&Bound> {
        self.rows.iter().find(|b| b.row.action == action)
    }

    /// The key of an action, if it has one.
    #[must_use]
    pub fn key(&self, action: Action) -> Option<&KeySequence> {
        self.of(action)?.keys.first()
    }

    /// The key of an action as the screen writes it; empty where it has none.
    #[must_use]
    pub fn shown(&self, action: Action) -> String {
        self.key(action)
            .map(KeySequence::symbols)
            .unwrap_or_default()
    }

    /// What keys mean, pressed one after the other (`y c`), in the first of these scopes that knows them.
    #[must_use]
    pub fn find(&self, typed: &KeySequence, scopes: &[Scope]) -> Lookup {
        for scope in scopes {
            let mut begun = false;
            for bound in self.rows.iter().filter(|b| b.row.scope == *scope) {
                if bound.keys.contains(typed) {
                    return Lookup::Action(bound.row.action);
                }
                begun |= bound.keys.iter().any(|k| k.after(typed).is_some());
            }
            if begun {
                return Lookup::Begun;
            }
        }
        Lookup::Nothing
    }

    /// Rows whose keys begin with what was typed, with the keys that are left.
    pub fn going_on<'a>(
        &'a self,
        typed: &'a KeySequence,
        scopes: &'a [Scope],
    ) -> impl Iterator<Item = (KeySequence, &'a Bound)> {
        self.rows
            .iter()
            .filter(|b| scopes.contains(&b.row.scope))
            .flat_map(move |b| {
                b.keys
                    .iter()
                    .filter_map(move |k| Some((k.after(typed)?, b)))
            })
    }
}

/// `did you mean …? ` where some action is called nearly so.
fn nearest(name: &str) -> String {
    let names: Vec<String> = BINDINGS.iter().map(|b| b.action.name()).collect();
    names
        .iter()
        .map(|n| (strsim::levenshtein(n, name), n))
        .min()
        .filter(|(far, _)| *far <= 3)
        .map_or_else(String::new, |(_, n)| format!("did you mean {n}? "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn map(wishes: &[(&str, &[&str])]) -> (Keymap, Vec<String>) {
        let wishes = wishes
            .iter()
            .map(|(n, k)| ((*n).to_owned(), k.iter().map(|k| (*k).to_owned()).collect()))
            .collect();
        Keymap::new(&wishes)
    }

    fn keys(text: &str) -> KeySequence {
        text.parse().unwrap()
    }

    const WORK: &[Scope] = &[Scope::Work, Scope::Both];

    #[test]
    fn a_key_of_ones_own_takes_the_place_of_the_usual_one() {
        let (map, told) = map(&[("next-round", &["F5", "ctrl-n"])]);
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(
            map.find(&keys("f5"), WORK),
            Lookup::Action(Action::NextRound)
        );
        assert_eq!(
            map.find(&keys("ctrl-n"), WORK),
            Lookup::Action(Action::NextRound)
        );
        assert_eq!(map.find(&keys("n"), WORK), Lookup::Nothing);
        assert_eq!(map.shown(Action::NextRound), "f5");
    }

    #[test]
    fn nothing_wrong_is_fatal_and_everything_wrong_is_said() {
        let (map, told) = map(&[
            ("acept", &["A"]),
            ("accept", &["nokey"]),
            ("interrupt", &["q"]),
            ("pin", &[""]),
            ("branch", &["x"]),
            ("undo", &["ctrl-c"]),
        ]);
        let said = told.join("\n");
        for part in [
            "keys.acept: there is no such action; did you mean accept?",
            "keys.accept: `nokey` is no key",
            "keys.interrupt: ctrl-c cannot be changed",
            "keys.branch: `x` was the only key of reject",
            "keys.undo: `ctrl-c` is the key of interrupt",
        ] {
            assert!(said.contains(part), "{part}\n{said}");
        }
        assert_eq!(told.len(), 5, "{said}");
        assert_eq!(map.find(&keys("a"), WORK), Lookup::Action(Action::Accept));
        assert_eq!(map.find(&keys("x"), WORK), Lookup::Action(Action::Branch));
        assert_eq!(map.find(&keys("p"), WORK), Lookup::Nothing, "\"\" unbinds");
        assert_eq!(
            map.find(&keys("ctrl-c"), WORK),
            Lookup::Action(Action::Interrupt)
        );
    }

    #[test]
    fn two_wishes_for_one_key_are_a_conflict_and_the_first_row_has_it() {
        let (map, told) = map(&[("accept", &["Y"]), ("reject", &["Y", "Q"])]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(map.find(&keys("Y"), WORK), Lookup::Action(Action::Accept));
        assert_eq!(map.find(&keys("Q"), WORK), Lookup::Action(Action::Reject));
    }

    #[test]
    fn a_key_that_begins_others_takes_them_over() {
        let (map, told) = map(&[("pin", &["y"])]);
        assert_eq!(map.find(&keys("y"), WORK), Lookup::Action(Action::Pin));
        assert_eq!(map.find(&keys("y c"), WORK), Lookup::Nothing);
        assert!(told.iter().any(|t| t.contains("copy-code")), "{told:?}");
        let usual = Keymap::default();
        assert_eq!(usual.find(&keys("y"), WORK), Lookup::Begun);
        assert_eq!(usual.going_on(&keys("y"), WORK).count(), 6);
    }

    #[test]
    fn while_a_search_is_on_its_keys_go_first() {
        let usual = Keymap::default();
        let search = [Scope::Search, Scope::Work, Scope::Both];
        assert_eq!(
            usual.find(&keys("n"), &search),
            Lookup::Action(Action::NextMatch)
        );
        assert_eq!(
            usual.find(&keys("n"), WORK),
            Lookup::Action(Action::NextRound)
        );
        assert_eq!(
            usual.find(&keys("a"), &search),
            Lookup::Action(Action::Accept)
        );
    }
}
