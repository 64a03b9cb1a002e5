//! What calls leave behind besides results, arguments and output: log records, the environment, files and the like.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

use super::display;
use super::values::{self, Strictness};
use crate::task::left_kind::LeftKind::{self, Files, Folder, Globals, Locale, Locks, Sharing};
use crate::task::left_kind::{ALL, LeftKinds};

/// Characters of a value in a reason.
const SHORT: usize = 100;

/// What the header of outcomes says of this.
#[derive(Clone, Debug, Default)]
pub(super) struct LeftHeader {
    /// Names of the data that the modules keep; `None` where states were not compared.
    names: Option<BTreeSet<String>>,
    /// Outcomes of several runs in a row: states are those of other runs.
    joined: bool,
}

impl LeftHeader {
    /// Reads it; `None` where nothing of what calls leave behind was looked at.
    pub(super) fn read(header: &Value) -> Option<Self> {
        let left = header.get("left")?;
        let names = left.get("names").and_then(Value::as_array);
        Some(Self {
            names: names.map(|all| {
                let all = all.iter().filter_map(Value::as_str);
                all.map(str::to_owned).collect()
            }),
            joined: header.get("joined").is_some(),
        })
    }
}

/// What is different, with the call where one is to be named.
#[derive(Debug)]
pub(super) struct LeftDifference {
    pub(super) kind: LeftKind,
    /// The number of the call.
    pub(super) call: Option<usize>,
    /// What is left, as the rest of a sentence.
    pub(super) reason: String,
    /// Expected, got.
    pub(super) excerpts: (String, String),
}

/// Compares what calls left behind.
pub(super) struct LeftComparison<'a> {
    wanted: &'a LeftHeader,
    states: bool,
    ignore: LeftKinds,
    rule: Strictness,
    python: bool,
    merged: [BTreeMap<(LeftKind, String), (usize, Value)>; 2],
}

impl<'a> LeftComparison<'a> {
    pub(super) fn new(
        wanted: &'a LeftHeader,
        came: &LeftHeader,
        ignore: LeftKinds,
        rule: Strictness,
        python: bool,
    ) -> Self {
        Self {
            wanted,
            states: [wanted, came]
                .iter()
                .all(|header| header.names.is_some() && !header.joined),
            ignore,
            rule,
            python,
            merged: Default::default(),
        }
    }

    /// Compares what one call left; globals and files are kept for the end.
    pub(super) fn call(
        &mut self,
        number: usize,
        e: &Map<String, Value>,
        g: &Map<String, Value>,
    ) -> Result<(), LeftDifference> {
        for (kind, name, _) in ALL {
            if self.ignore.has(kind) || kind.is_state() && !self.states {
                continue;
            }
            let of =
                |m: &Map<String, Value>| m.get("left").and_then(|left| left.get(name)).cloned();
            let (e, g) = (of(e), of(g));
            if kind == Globals || kind == Files {
                for (who, left) in [e, g].into_iter().enumerate() {
                    let Some(Value::Object(left)) = left else {
                        continue;
                    };
                    let all = left.into_iter();
                    self.merged[who].extend(all.map(|(k, v)| ((kind, k), (number, v))));
                }
                continue;
            }
            if kind == Sharing {
                self.sharing(number, e.as_ref(), g.as_ref())?;
                continue;
            }
            if kind == Locks {
                self.locks(number, e.as_ref(), g.as_ref())?;
                continue;
            }
            self.values(kind, number, e.as_ref(), g.as_ref())?;
        }
        Ok(())
    }

    fn values(
        &self,
        kind: LeftKind,
        call: usize,
        e: Option<&Value>,
        g: Option<&Value>,
    ) -> Result<(), LeftDifference> {
        let same = match (e, g) {
            (Some(e), Some(g)) => values::same(e, g, self.rule).is_ok(),
            (None, None) => true,
            _ => false,
        };
        if same {
            return Ok(());
        }
        let what = kind.in_words();
        let shown = |v: &Value| self.shown(kind, v);
        let reason = match (e, g) {
            (Some(e), Some(g)) => {
                let what = match kind {
                    Folder => "another working folder".to_owned(),
                    Locale => "another locale".to_owned(),
                    _ => format!("other {what}"),
                };
                format!(
                    "leaves {what} behind: {}; the original: {}",
                    shown(g),
                    shown(e)
                )
            }
            (Some(e), None) => format!(
                "leaves no {} behind; the original: {}",
                what.trim_start_matches("a "),
                shown(e)
            ),
            (_, g) => format!(
                "leaves {what} behind, which the original does not: {}",
                g.map(shown).unwrap_or_default()
            ),
        };
        Err(self.difference(kind, Some(call), reason, e, g))
    }

    fn sharing(
        &self,
        call: usize,
        e: Option<&Value>,
        g: Option<&Value>,
    ) -> Result<(), LeftDifference> {
        let (wanted, came) = (names(e), names(g));
        // A list that was cut says nothing of what is not in it.
        let cut = wanted.len() >= MOST_SHARED;
        let more = came.iter().find(|s| !cut && !wanted.contains(s));
        // Fewer shared objects harm nobody, but where the result itself is an argument a caller may rely on it.
        let less = wanted.iter().find(|s| is_whole(s) && !came.contains(s));
        let reason = match (more, less) {
            (Some(shared), _) => format!(
                "gives objects twice that the original keeps apart ({shared}): whoever changes one changes both"
            ),
            (None, Some(shared)) => format!("gives a copy, where in the original {shared}"),
            (None, None) => return Ok(()),
        };
        Err(self.difference(Sharing, Some(call), reason, e, g))
    }

    /// More locks harm nobody; one that is not taken lets others in.
    fn locks(
        &self,
        call: usize,
        e: Option<&Value>,
        g: Option<&Value>,
    ) -> Result<(), LeftDifference> {
        let (wanted, came) = (names(e), names(g));
        let Some(missing) = wanted.iter().find(|lock| !came.contains(lock)) else {
            return Ok(());
        };
        let reason = match missing.as_str() {
            "Event.wait" => "waits for no event, where the original does".to_owned(),
            lock => format!("does not take {lock}, which the original takes"),
        };
        Err(self.difference(Locks, Some(call), reason, e, g))
    }

    /// Compares what all calls together left in globals and files.
    pub(super) fn end(self) -> Result<(), LeftDifference> {
        let [wanted, came] = &self.merged;
        let keys: BTreeSet<&(LeftKind, String)> = wanted.keys().chain(came.keys()).collect();
        for key in keys {
            let (kind, name) = (key.0, key.1.as_str());
            let (e, g) = (wanted.get(key).map(|e| &e.1), came.get(key).map(|g| &g.1));
            let what = match kind {
                Files => format!("the file {name}"),
                _ => format!("the global {name}"),
            };
            // What cannot be told of the original's value says nothing of the version's.
            let rule = Strictness {
                unknown_fits: true,
                ..self.rule
            };
            let reason = match (e, g) {
                (Some(e), Some(g)) => {
                    if values::same(e, g, rule).is_ok() {
                        continue;
                    }
                    format!(
                        "leave {what} at {}; the original: {}",
                        self.shown(kind, g),
                        self.shown(kind, e)
                    )
                }
                (Some(e), None) => format!(
                    "leave {what} as it was; the original: {}",
                    self.shown(kind, e)
                ),
                (None, Some(g)) => {
                    let known = self.wanted.names.as_ref().is_some_and(|n| n.contains(name));
                    if kind == Globals && !known {
                        continue;
                    }
                    format!(
                        "change {what}, which the original does not: {}",
                        self.shown(kind, g)
                    )
                }
                (None, None) => continue,
            };
            return Err(self.difference(kind, None, reason, e, g));
        }
        Ok(())
    }

    fn shown(&self, kind: LeftKind, value: &Value) -> String {
        match (kind, value) {
            (Files, Value::Object(file)) => match file.get("size") {
                Some(size) => format!("{size} bytes"),
                None => "other content".to_owned(),
            },
            (Files, _) => "gone".to_owned(),
            _ if value.get("$unencodable").is_some() => {
                "something that cannot be compared by value".to_owned()
            }
            _ => display::value(value, SHORT, self.python),
        }
    }

    fn difference(
        &self,
        kind: LeftKind,
        call: Option<usize>,
        reason: String,
        e: Option<&Value>,
        g: Option<&Value>,
    ) -> LeftDifference {
        let long = |v: Option<&Value>| {
            v.map_or_else(
                || "(nothing left behind)".to_owned(),
                |v| display::value(v, 400, self.python),
            )
        };
        LeftDifference {
            kind,
            call,
            reason: format!(
                "{reason} (--ignore {} if that does not matter)",
                kind.name()
            ),
            excerpts: (long(e), long(g)),
        }
    }
}

fn names(list: Option<&Value>) -> Vec<String> {
    let all = list.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect()
}

/// Shared places that a driver tells of one kind at most.
const MOST_SHARED: usize = 20;

/// Whether it is the result itself that is an argument.
fn is_whole(shared: &str) -> bool {
    shared.starts_with("result is ") && !shared.ends_with(" gave")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use crate::task::Checker;

    fn output(header: &str, lefts: &[&str]) -> Vec<u8> {
        let mut all = format!(
            "{{\"reheat\":\"outcomes\",\"calls\":{}{header}}}\n",
            lefts.len()
        );
        for (i, left) in lefts.iter().enumerate() {
            let left = if left.is_empty() {
                String::new()
            } else {
                format!(",\"left\":{{{left}}}")
            };
            all += &format!("{{\"call\":{},\"returned\":1{left}}}\n", i + 1);
        }
        all.into_bytes()
    }

    const NAMES: &str = ",\"left\":{\"names\":[\"COUNT\",\"Grid.made\"]}";

    fn differs(rule: &str, e: (&str, &[&str]), g: (&str, &[&str])) -> Option<String> {
        let checker: Checker = rule.parse().unwrap();
        let why = checker.check(&output(e.0, e.1), &output(g.0, g.1)).err()?;
        Some(why.reason)
    }

    fn why(e: &[&str], g: &[&str]) -> String {
        differs("results", (NAMES, e), (NAMES, g)).unwrap_or_default()
    }

    #[test]
    fn what_is_left_behind_is_compared_by_kind() {
        let record = "\"logging\":[[\"INFO\",\"app\",\"done\"]]";
        assert!(
            why(&["", record], &["", ""])
                .starts_with("call 2: leaves no log records behind; the original: [[\"INFO\"")
        );
        assert!(
            why(&[""], &[record])
                .contains("leaves log records behind, which the original does not")
        );
        assert!(
            why(&["\"sleep\":0.5"], &[""]).contains("no seconds slept behind; the original: 0.5")
        );
        assert_eq!(
            why(&["\"sleep\":0.5"], &["\"sleep\":0.5000000000000001"]),
            ""
        );
        assert!(
            why(&["\"folder\":\"/a\""], &["\"folder\":\"/b\""])
                .contains("another working folder behind: \"/b\"")
        );
        assert!(
            why(&["\"files\":{\"a\":\"gone\"}"], &[""])
                .contains("the calls: leave the file a as it was; the original: gone")
        );
        assert!(
            why(
                &[""],
                &["\"files\":{\"memo\":{\"size\":3,\"digest\":\"0\"}}"]
            )
            .contains("change the file memo, which the original does not: 3 bytes")
        );
    }

    #[test]
    fn kinds_that_are_ignored_are_no_difference() {
        let record = "\"logging\":[[\"INFO\",\"app\",\"done\"]]";
        let ignored = |rule: &str| differs(rule, (NAMES, &[record]), (NAMES, &[""]));
        assert_eq!(ignored("results:1e-9:ignore=stderr,logging"), None);
        assert!(ignored("results:1e-9:messages:ignore=stderr").is_some());
        for rule in [
            "results:1e-9:ignore=logging,stderr",
            "results:1e-9:messages:ignore=sleep",
        ] {
            let checker: Checker = rule.parse().unwrap();
            assert_eq!(checker.to_string(), rule);
        }
        let error = Checker::parse("results:ignore=logs").unwrap_err();
        assert!(
            error.contains("`logs`") && error.contains("logging, warnings, stderr"),
            "{error}"
        );
    }

    #[test]
    fn globals_are_those_after_all_calls() {
        let last = |n: u32| format!("\"globals\":{{\"COUNT\":{n}}}");
        assert_eq!(why(&[&last(1), &last(2)], &["", &last(2)]), "");
        let said = why(&[&last(1), &last(2)], &[&last(1), ""]);
        assert!(
            said.contains("leave the global COUNT at 1; the original: 2"),
            "{said}"
        );
        assert!(
            why(&[&last(3)], &[""]).contains("leave the global COUNT as it was; the original: 3")
        );
        assert!(
            why(&[""], &["\"globals\":{\"Grid.made\":3}"]).contains("change the global Grid.made")
        );
        // A name of the version's own is nobody's business.
        assert_eq!(why(&[""], &["\"globals\":{\"TABLE\":[1]}"]), "");
        let odd = "\"globals\":{\"COUNT\":{\"$unencodable\":\"Handle\"}}";
        assert_eq!(why(&[odd], &[&last(1)]), "");
        // What the version makes of it must be as comparable as it was.
        let said = why(&[&last(1)], &[odd]);
        assert!(
            said.contains("leave the global COUNT at something that cannot be compared by value; the original: 1"),
            "{said}"
        );
        let pool = |handle: &str, size: u32| {
            format!("\"globals\":{{\"COUNT\":{{\"handle\":{handle},\"size\":{size}}}}}")
        };
        let (handle, other) = ("{\"$unencodable\":\"Handle\"}", "[7]");
        assert_eq!(why(&[&pool(handle, 3)], &[&pool(other, 3)]), "");
        assert!(why(&[&pool(handle, 3)], &[&pool(handle, 4)]).contains("leave the global COUNT"));
        assert!(why(&[&pool(other, 3)], &[&pool(handle, 3)]).contains("leave the global COUNT"));
        let gone = "\"globals\":{\"COUNT\":{\"$name\":\"(gone)\"}}";
        assert_eq!(why(&[gone], &[gone]), "");
        assert!(why(&[gone], &[&last(1)]).contains("the original: (gone)"));
        assert!(why(&[&last(1)], &[gone]).contains("leave the global COUNT at (gone)"));
    }

    #[test]
    fn more_shared_objects_are_a_difference_and_fewer_are_none() {
        let rows = "\"sharing\":[\"result[1] is result[0]\"]";
        assert!(why(&[""], &[rows]).contains("result[1] is result[0]"));
        assert_eq!(why(&[rows], &[""]), "");
        let again = "\"sharing\":[\"result is what an earlier call gave\"]";
        assert_eq!(why(&[again], &[""]), "");
        assert!(why(&[""], &[again]).contains("result is what an earlier call gave"));
        let whole = "\"sharing\":[\"result is args[0]\"]";
        assert!(
            why(&[whole], &[""]).contains("gives a copy, where in the original result is args[0]")
        );
    }

    #[test]
    fn states_are_compared_where_both_runs_began_alike() {
        let count = "\"globals\":{\"COUNT\":3},\"environment\":{\"A\":\"1\"}";
        let record = "\"logging\":[[\"INFO\",\"app\",\"done\"]]";
        for header in [",\"left\":{}", ",\"left\":{\"names\":[]},\"joined\":true"] {
            assert_eq!(differs("results", (header, &[count]), (NAMES, &[""])), None);
            assert_eq!(differs("results", (NAMES, &[count]), (header, &[""])), None);
            assert!(differs("results", (header, &[record]), (NAMES, &[""])).is_some());
        }
        let lock = "\"locks\":[\"LOCK\"]";
        assert!(
            differs("results", (NAMES, &[lock]), (NAMES, &[""])).is_some_and(|why| why
                .contains("call 1: does not take LOCK, which the original takes (--ignore locks"))
        );
        assert_eq!(differs("results", (NAMES, &[""]), (NAMES, &[lock])), None);
        assert_eq!(
            differs("results", (NAMES, &[lock]), (",\"left\":{}", &[""])),
            None
        );
        // Outcomes of before there was any of this.
        assert_eq!(differs("results", ("", &[""]), (NAMES, &[record])), None);
    }
}
