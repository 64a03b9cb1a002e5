//! Whether two encoded values are the same: floats within a tolerance, sets and dicts in any order, cycles and shared parts
//! followed wherever they lead.
//!
//! A value of a driver is JSON at most some fifty levels deep; what lies deeper, or occurs twice, is in a table beside
//! it. References are queued and compared one after the other, so that neither depth nor cycles use up the stack.

use std::collections::HashSet;

use serde_json::{Map, Value};

/// Most steps that are spent on matching the items of sets that have no exact equal.
const TRIALS: usize = 2_000_000;

/// How strictly values are compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strictness {
    /// By how much floats may differ, absolute or relative, whichever allows more; with 0 also the sign of zero counts.
    pub(super) tolerance: f64,
    /// Whether the language has only one kind of number.
    pub(super) one_number: bool,
    /// Whether what could not be encoded of the expected value may be anything.
    pub(super) unknown_fits: bool,
}

/// Where two values differ first.
#[derive(Debug)]
pub(super) struct Difference<'a> {
    /// Into the value: `[2].x`; empty for the whole.
    pub(super) path: String,
    /// What is different.
    pub(super) what: DifferenceKind<'a>,
}

/// How they differ there.
#[derive(Debug)]
pub(super) enum DifferenceKind<'a> {
    Values(&'a Value, &'a Value),
    /// One has more items: expected, got.
    Lengths(usize, usize),
    /// This key or item is expected and not there.
    Missing(&'a Value),
    /// This key or item is there and not expected.
    Extra(&'a Value),
    /// As `Missing`, for a named key.
    MissingKey(&'a str),
    /// As `Extra`, for a named key.
    ExtraKey(&'a str),
}

/// The table of the expected value, and that of the other one.
type Tables<'a> = (&'a [Value], &'a [Value]);

#[derive(Clone, Debug)]
enum PathStep<'a> {
    Index(usize),
    Key(&'a str),
    Field(&'a str),
    Entry(&'a Value),
}

struct Pending<'a> {
    expected: &'a Value,
    got: &'a Value,
    /// What the references in them lead to.
    tables: Tables<'a>,
    /// The pending pair that contains this one, and the path from there.
    from: usize,
    steps: Vec<PathStep<'a>>,
}

struct ValueComparison<'a> {
    rule: Strictness,
    tables: Tables<'a>,
    seen: HashSet<(usize, usize)>,
    pending: Vec<Pending<'a>>,
    at: usize,
    steps: Vec<PathStep<'a>>,
    trials: usize,
}

/// Compares two values as a driver wrote them.
///
/// # Errors
/// The first difference.
pub(super) fn same<'a>(
    expected: &'a Value,
    got: &'a Value,
    rule: Strictness,
) -> Result<(), Difference<'a>> {
    let mut comparison = ValueComparison {
        rule,
        tables: (&[], &[]),
        seen: HashSet::new(),
        pending: Vec::new(),
        at: 0,
        steps: Vec::new(),
        trials: TRIALS,
    };
    comparison.all(expected, got)
}

/// A value with a table of its own. It may be the whole, or an item of an iterator that was encoded when it came.
fn graph(value: &Value) -> Option<(&Value, &[Value])> {
    match (value.get("$graph"), value.get("table")) {
        (Some(inner), Some(Value::Array(table))) => Some((inner, table)),
        _ => None,
    }
}

/// A tagged object: its tag and its contents.
fn tag(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    map.iter()
        .find(|(k, _)| k.starts_with('$'))
        .map(|(k, v)| (k.as_str(), v))
}

fn reference<'a>(value: &'a Value, table: &'a [Value]) -> Option<&'a Value> {
    let at = value.as_object()?.get("$ref")?.as_u64()?;
    table.get(usize::try_from(at).ok()?)
}

fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

impl<'a> ValueComparison<'a> {
    fn all(&mut self, expected: &'a Value, got: &'a Value) -> Result<(), Difference<'a>> {
        self.pending.push(Pending {
            expected,
            got,
            tables: self.tables,
            from: 0,
            steps: Vec::new(),
        });
        while let Some(next) = self.pending.get(self.at) {
            let (expected, got) = (next.expected, next.got);
            self.tables = next.tables;
            self.steps.clear();
            self.value(expected, got).map_err(|what| Difference {
                path: self.path(),
                what,
            })?;
            self.at += 1;
        }
        Ok(())
    }

    /// The path to the current position of the comparison; only its beginning and end, if it is long.
    fn path(&self) -> String {
        let (mut parts, mut at) = (vec![self.steps.as_slice()], self.at);
        while at > 0 {
            let pending = &self.pending[at];
            parts.push(&pending.steps);
            at = pending.from;
        }
        let steps: Vec<&PathStep<'_>> = parts.into_iter().rev().flatten().collect();
        let mut text = String::new();
        for (i, step) in steps.iter().enumerate() {
            if (12..steps.len().saturating_sub(4)).contains(&i) {
                if i == 12 {
                    text += " … ";
                }
                continue;
            }
            text += &match step {
                PathStep::Index(i) => format!("[{i}]"),
                PathStep::Field(name) => format!(".{}", super::display::plain(name, 40)),
                PathStep::Key(key) => format!("[{}]", super::display::quoted(key, 40)),
                PathStep::Entry(key) => format!("[{}]", super::display::value(key, 40, true)),
            };
        }
        text
    }

    fn value(&mut self, expected: &'a Value, got: &'a Value) -> Result<(), DifferenceKind<'a>> {
        let (left, right) = (
            reference(expected, self.tables.0),
            reference(got, self.tables.1),
        );
        if left.is_some() || right.is_some() {
            let (expected, got) = (left.unwrap_or(expected), right.unwrap_or(got));
            self.later(expected, got, self.tables);
            return Ok(());
        }
        let (left, right) = (graph(expected), graph(got));
        if left.is_some() || right.is_some() {
            let (expected, left) = left.unwrap_or((expected, self.tables.0));
            let (got, right) = right.unwrap_or((got, self.tables.1));
            self.later(expected, got, (left, right));
            return Ok(());
        }
        let differ = Err(DifferenceKind::Values(expected, got));
        if self.rule.unknown_fits && expected.get("$unencodable").is_some() {
            return Ok(());
        }
        match (expected, got) {
            (Value::Number(a), Value::Number(b)) if self.numbers(a, b) => Ok(()),
            (Value::Array(a), Value::Array(b)) => self.list(a, b),
            (Value::Object(a), Value::Object(b)) => match (tag(a), tag(b)) {
                (None, None) => self.fields(a, b, false),
                (Some((t, a_in)), Some((u, b_in))) if t == u => {
                    self.tagged(t, (expected, a, a_in), (got, b, b_in))
                }
                _ => differ,
            },
            _ if expected == got && !expected.is_number() => Ok(()),
            _ => differ,
        }
    }

    fn later(&mut self, expected: &'a Value, got: &'a Value, tables: Tables<'a>) {
        // A pair that was visited before counts as equal: that is how cycles end.
        if self.seen.insert((address(expected), address(got))) {
            self.pending.push(Pending {
                expected,
                got,
                tables,
                from: self.at,
                steps: self.steps.clone(),
            });
        }
    }

    fn numbers(&self, a: &serde_json::Number, b: &serde_json::Number) -> bool {
        if !a.is_f64() && !b.is_f64() {
            return a == b;
        }
        if a.is_f64() != b.is_f64() && !self.rule.one_number {
            return false;
        }
        let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else {
            return false;
        };
        if self.rule.tolerance == 0.0 {
            return a.to_bits() == b.to_bits();
        }
        (a - b).abs() <= self.rule.tolerance * a.abs().max(b.abs()).max(1.0)
    }

    fn list(&mut self, a: &'a [Value], b: &'a [Value]) -> Result<(), DifferenceKind<'a>> {
        for (i, (x, y)) in a.iter().zip(b).enumerate() {
            self.step(PathStep::Index(i), x, y)?;
        }
        match a.len() == b.len() {
            true => Ok(()),
            false => Err(DifferenceKind::Lengths(a.len(), b.len())),
        }
    }

    fn step(
        &mut self,
        step: PathStep<'a>,
        a: &'a Value,
        b: &'a Value,
    ) -> Result<(), DifferenceKind<'a>> {
        self.steps.push(step);
        self.value(a, b)?;
        self.steps.pop();
        Ok(())
    }

    fn fields(
        &mut self,
        a: &'a Map<String, Value>,
        b: &'a Map<String, Value>,
        object: bool,
    ) -> Result<(), DifferenceKind<'a>> {
        for (key, x) in a {
            let Some(y) = b.get(key) else {
                return Err(DifferenceKind::MissingKey(key));
            };
            let step = if object {
                PathStep::Field(key)
            } else {
                PathStep::Key(key)
            };
            self.step(step, x, y)?;
        }
        match b.keys().find(|k| !a.contains_key(*k)) {
            Some(key) => Err(DifferenceKind::ExtraKey(key)),
            None => Ok(()),
        }
    }

    fn tagged(
        &mut self,
        tag: &str,
        (expected, a, a_in): (&'a Value, &'a Map<String, Value>, &'a Value),
        (got, b, b_in): (&'a Value, &'a Map<String, Value>, &'a Value),
    ) -> Result<(), DifferenceKind<'a>> {
        let differ = Err(DifferenceKind::Values(expected, got));
        match (tag, a_in, b_in) {
            ("$tuple" | "$complex" | "$pairs", Value::Array(a), Value::Array(b)) => self.list(a, b),
            ("$set" | "$frozenset", Value::Array(a), Value::Array(b)) => self.set(a, b),
            ("$dict" | "$map", Value::Array(a), Value::Array(b)) => self.dict(a, b),
            ("$iter", Value::Array(x), Value::Array(y)) => {
                self.list(x, y)?;
                let end =
                    |m: &Map<String, Value>| (m.get("cut").cloned(), m.get("raised").cloned());
                if end(a) == end(b) { Ok(()) } else { differ }
            }
            ("$type", _, _) => {
                if a_in != b_in || a.len() != b.len() {
                    return differ;
                }
                for (key, x) in a.iter().filter(|(k, _)| *k != "$type") {
                    match (x, b.get(key)) {
                        (Value::Object(x), Some(Value::Object(y))) if key == "fields" => {
                            self.fields(x, y, true)?;
                        }
                        (x, Some(y)) if key == "value" => self.value(x, y)?,
                        (x, Some(y)) => self.step(PathStep::Field(key), x, y)?,
                        (_, None) => return differ,
                    }
                }
                Ok(())
            }
            ("$digest", ..) => {
                if a_in == b_in && a.get("size") == b.get("size") {
                    Ok(())
                } else {
                    differ
                }
            }
            ("$unencodable", ..) => differ,
            _ if a == b => Ok(()),
            _ => differ,
        }
    }

    /// Whether each item has a partner. Items with equal texts are partners; the few that are left are compared.
    fn set(&mut self, a: &'a [Value], b: &'a [Value]) -> Result<(), DifferenceKind<'a>> {
        let (left, right) = self.unpaired(a, b, |v| v);
        self.pair_up(left, right, |v| v).map(drop)
    }

    fn dict(&mut self, a: &'a [Value], b: &'a [Value]) -> Result<(), DifferenceKind<'a>> {
        fn key(pair: &Value) -> &Value {
            pair.get(0).unwrap_or(pair)
        }
        let mut partners = std::collections::HashMap::new();
        for pair in b {
            partners.insert(key(pair).to_string(), pair);
        }
        let mut left = Vec::new();
        for pair in a {
            match partners.remove(&key(pair).to_string()) {
                Some(other) => self.entry(pair, other)?,
                None => left.push(pair),
            }
        }
        let right: Vec<&Value> = b
            .iter()
            .filter(|pair| partners.contains_key(&key(pair).to_string()))
            .collect();
        for (pair, other) in self.pair_up(left, right, key)? {
            self.entry(pair, other)?;
        }
        Ok(())
    }

    fn entry(&mut self, a: &'a Value, b: &'a Value) -> Result<(), DifferenceKind<'a>> {
        let (Some(key), Some(x), Some(y)) = (a.get(0), a.get(1), b.get(1)) else {
            return Err(DifferenceKind::Values(a, b));
        };
        self.step(PathStep::Entry(key), x, y)
    }

    /// The items of two collections without those that both have.
    fn unpaired(
        &self,
        a: &'a [Value],
        b: &'a [Value],
        key: fn(&Value) -> &Value,
    ) -> (Vec<&'a Value>, Vec<&'a Value>) {
        // References mean different things on the two sides.
        let plain = |v: &Value| {
            let text = key(v).to_string();
            (!text.contains("\"$ref\"")).then_some(text)
        };
        let mut count = std::collections::HashMap::new();
        for text in b.iter().filter_map(plain) {
            *count.entry(text).or_insert(0_usize) += 1;
        }
        let mut took = std::collections::HashMap::new();
        let mut left = Vec::new();
        for item in a {
            match plain(item).filter(|t| count.get(t).is_some_and(|n| *n > 0)) {
                Some(text) => {
                    count.entry(text.clone()).and_modify(|n| *n -= 1);
                    *took.entry(text).or_insert(0_usize) += 1;
                }
                None => left.push(item),
            }
        }
        let mut right = Vec::new();
        for item in b {
            match plain(item).and_then(|t| took.get_mut(&t)) {
                Some(n) if *n > 0 => *n -= 1,
                _ => right.push(item),
            }
        }
        (left, right)
    }

    /// Finds a partner for each by trying one after the other.
    fn pair_up(
        &mut self,
        left: Vec<&'a Value>,
        mut right: Vec<&'a Value>,
        key: fn(&Value) -> &Value,
    ) -> Result<Vec<(&'a Value, &'a Value)>, DifferenceKind<'a>> {
        let mut pairs = Vec::with_capacity(left.len());
        for item in left {
            let found = right
                .iter()
                .position(|other| self.alike(key(item), key(other)));
            match found {
                Some(at) => pairs.push((item, right.swap_remove(at))),
                None => return Err(DifferenceKind::Missing(key(item))),
            }
        }
        match right.first() {
            Some(extra) => Err(DifferenceKind::Extra(key(extra))),
            None => Ok(pairs),
        }
    }

    fn alike(&mut self, a: &'a Value, b: &'a Value) -> bool {
        let Some(left) = self.trials.checked_sub(1) else {
            return false;
        };
        let mut trial = ValueComparison {
            rule: self.rule,
            tables: self.tables,
            seen: HashSet::new(),
            pending: Vec::new(),
            at: 0,
            steps: Vec::new(),
            trials: left,
        };
        let found = trial.all(a, b).is_ok();
        self.trials = trial.trials.saturating_sub(trial.pending.len());
        found
    }
}
