//! Outcomes of calls: comparing them with the expected ones, and naming calls whose outcomes cannot be compared.

use crate::base::words::plural;

use serde_json::{Map, Value};

use super::display;
use super::left::{LeftComparison, LeftDifference, LeftHeader};
use super::unencodable;
use super::values::{self, DifferenceKind, Strictness};
use crate::task::left_kind::LeftKinds;
use crate::task::mismatch::Mismatch;

/// Characters of a value in a reason, and in an excerpt.
const SHORT: usize = 60;
const LONG: usize = 400;

/// The outcomes of a run: the header, and a line for each call.
struct Outcomes<'a> {
    /// The first repetition that differs from the others.
    pass: Option<u64>,
    one_number: bool,
    left: Option<LeftHeader>,
    calls: Vec<&'a [u8]>,
}

impl<'a> Outcomes<'a> {
    fn read(output: &'a [u8]) -> Option<Self> {
        let mut lines = output.split(|b| *b == b'\n').filter(|l| !l.is_empty());
        let header: Value = serde_json::from_slice(lines.next()?).ok()?;
        if header.get("reheat")?.as_str()? != "outcomes" {
            return None;
        }
        Some(Self {
            pass: header.get("pass").and_then(Value::as_u64),
            one_number: header.get("numbers").and_then(Value::as_str) == Some("one"),
            left: LeftHeader::read(&header),
            calls: lines.collect(),
        })
    }
}

/// Compares two outputs of a driver.
///
/// # Errors
/// The first difference: which call, where in its result, both values.
pub(crate) fn differs(
    expected: &[u8],
    got: &[u8],
    tolerance: f64,
    messages: bool,
    ignore: LeftKinds,
) -> Result<(), Mismatch> {
    if expected == got {
        return Ok(());
    }
    let simple = |reason: &str| Mismatch {
        reason: reason.to_owned(),
        line: 1,
        ..Mismatch::default()
    };
    let Some(wanted) = Outcomes::read(expected) else {
        return Err(simple("the expected outcomes cannot be read"));
    };
    let Some(came) = Outcomes::read(got) else {
        return Err(simple(if got.is_empty() {
            "no call came to its end: the program ended before"
        } else {
            "the outcomes of the calls cannot be read"
        }));
    };
    let rule = Strictness {
        tolerance,
        one_number: wanted.one_number,
        unknown_fits: false,
    };
    let mut left = match (&wanted.left, &came.left) {
        (Some(a), Some(b)) => Some(LeftComparison::new(a, b, ignore, rule, !wanted.one_number)),
        _ => None,
    };
    let place = |call: usize| match came.pass.filter(|_| wanted.pass.is_none()) {
        Some(pass) => format!("call {call} of repetition {pass}"),
        None => format!("call {call}"),
    };
    let left_behind = |difference: LeftDifference| Mismatch {
        reason: match difference.call {
            Some(call) => format!("{}: {}", place(call), difference.reason),
            None => format!("the calls: {}", difference.reason),
        },
        line: difference.call.map_or(1, |call| call + 1),
        expected_excerpt: difference.excerpts.0,
        got_excerpt: difference.excerpts.1,
        left: Some(difference.kind),
    };
    for (i, (e, g)) in wanted.calls.iter().zip(&came.calls).enumerate() {
        // What globals and files are in the end takes all lines that speak of them.
        let speaks = |line: &&[u8]| contains(line, b"\"left\":{");
        if e == g && !(left.is_some() && speaks(e)) {
            continue;
        }
        let read = |line: &[u8]| serde_json::from_slice::<Value>(line).ok();
        let (Some(Value::Object(e)), Some(Value::Object(g))) = (read(e), read(g)) else {
            return Err(simple(&format!(
                "the outcome of call {} cannot be read",
                i + 1
            )));
        };
        let words = OutcomeFormat {
            rule,
            messages,
            python: !wanted.one_number,
        };
        if let Err((reason, excerpts)) = words.call(&e, &g) {
            return Err(Mismatch {
                reason: format!("{}: {reason}", place(i + 1)),
                line: i + 2,
                expected_excerpt: excerpts.0,
                got_excerpt: excerpts.1,
                left: None,
            });
        }
        if let Some(left) = &mut left {
            left.call(i + 1, &e, &g).map_err(left_behind)?;
        }
    }
    if wanted.calls.len() != came.calls.len() {
        return Err(simple(&format!(
            "there are outcomes of {} calls, expected of {}",
            came.calls.len(),
            wanted.calls.len()
        )));
    }
    left.map_or(Ok(()), LeftComparison::end)
        .map_err(left_behind)
}

type Excerpts = (String, String);

struct OutcomeFormat {
    rule: Strictness,
    messages: bool,
    python: bool,
}

impl OutcomeFormat {
    fn call(
        &self,
        e: &Map<String, Value>,
        g: &Map<String, Value>,
    ) -> Result<(), (String, Excerpts)> {
        let excerpts = || (self.outcome(e, LONG), self.outcome(g, LONG));
        let text = |m: &Map<String, Value>, key| {
            m.get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        match (e.get("returned"), g.get("returned")) {
            (Some(a), Some(b)) => {
                self.values("the result", "result", a, b)?;
                let reused = |m: &Map<String, Value>| m.contains_key("reused");
                if reused(g) && !reused(e) {
                    let reason = "the items that the result yields are changed after they were given: a caller who keeps them, as in a list, has other values than expected".to_owned();
                    return Err((reason, excerpts()));
                }
            }
            (None, None) => {
                let (a, b) = (text(e, "raised"), text(g, "raised"));
                if a != b {
                    let why = display::quoted(&text(g, "message"), SHORT);
                    let reason = format!("raised {b} ({why}), expected {a}");
                    return Err((reason, excerpts()));
                }
                let (a, b) = (text(e, "message"), text(g, "message"));
                if self.messages && a != b {
                    let (a, b) = (display::quoted(&a, SHORT), display::quoted(&b, SHORT));
                    let reason = format!(
                        "raised {} with the message {b}, expected {a}",
                        text(e, "raised")
                    );
                    return Err((reason, excerpts()));
                }
            }
            _ => {
                let reason = format!(
                    "{}, expected that it {}",
                    self.outcome(g, SHORT),
                    self.outcome(e, SHORT)
                );
                return Err((reason, excerpts()));
            }
        }
        self.changes(e.get("changed"), g.get("changed"))?;
        let (a, b) = (e.get("printed"), g.get("printed"));
        let nothing = Value::String(String::new());
        let (a, b) = (a.unwrap_or(&nothing), b.unwrap_or(&nothing));
        if a != b {
            let long = |v| display::value(v, LONG, self.python);
            let short = |v| display::value(v, SHORT, self.python);
            return Err((
                format!("printed {}, expected {}", short(b), short(a)),
                (long(a), long(b)),
            ));
        }
        Ok(())
    }

    /// `returned 5` or `raised KeyError ("x")`.
    fn outcome(&self, m: &Map<String, Value>, room: usize) -> String {
        match m.get("returned") {
            Some(value) => format!("returned {}", display::value(value, room, self.python)),
            None => {
                let text = |key| m.get(key).and_then(Value::as_str).unwrap_or_default();
                format!(
                    "raised {} ({})",
                    text("raised"),
                    display::quoted(text("message"), room)
                )
            }
        }
    }

    fn changes(&self, e: Option<&Value>, g: Option<&Value>) -> Result<(), (String, Excerpts)> {
        let none = Map::new();
        let of = |v: Option<&'_ Value>| {
            v.and_then(Value::as_object)
                .cloned()
                .unwrap_or(none.clone())
        };
        let (e, g) = (of(e), of(g));
        let short = |v| display::value(v, SHORT, self.python);
        let long = |v| display::value(v, LONG, self.python);
        for (name, a) in &e {
            match g.get(name) {
                Some(b) => self.values(&format!("{} after the call", whose(name)), name, a, b)?,
                None => {
                    return Err((
                        format!(
                            "{} is as before, expected the call to change it to {}",
                            whose(name),
                            short(a)
                        ),
                        (long(a), "(unchanged)".to_owned()),
                    ));
                }
            }
        }
        match g.iter().find(|(name, _)| !e.contains_key(*name)) {
            Some((name, b)) => Err((
                format!(
                    "{} was changed to {}, expected it to be as before",
                    whose(name),
                    short(b)
                ),
                ("(unchanged)".to_owned(), long(b)),
            )),
            None => Ok(()),
        }
    }

    fn values(
        &self,
        whole: &str,
        root: &str,
        a: &Value,
        b: &Value,
    ) -> Result<(), (String, Excerpts)> {
        let Err(difference) = values::same(a, b, self.rule) else {
            return Ok(());
        };
        let short = |v| display::value(v, SHORT, self.python);
        let long = |v| display::value(v, LONG, self.python);
        let place = if difference.path.is_empty() {
            whole.to_owned()
        } else {
            format!("{root}{}", difference.path)
        };
        let mut excerpts = (long(a), long(b));
        let reason = match difference.what {
            DifferenceKind::Values(a, b) => {
                excerpts = (long(a), long(b));
                let (mut want, mut came) = (short(a), short(b));
                if want == came {
                    (want, came) = (long(a), long(b));
                }
                let note =
                    if a.is_number() && b.is_number() && self.python && a.is_f64() != b.is_f64() {
                        let kind = |v: &Value| if v.is_f64() { "a float" } else { "an int" };
                        format!(" ({} for {})", kind(b), kind(a))
                    } else {
                        String::new()
                    };
                format!("{place} differs: expected {want}, got {came}{note}")
            }
            DifferenceKind::Lengths(a, b) => {
                format!("{place} has {b} item{}, expected {a}", plural(b))
            }
            DifferenceKind::Missing(v) => format!("{place} lacks {}", short(v)),
            DifferenceKind::Extra(v) => format!("{place} has {}, which is not expected", short(v)),
            DifferenceKind::MissingKey(k) => format!("{place} lacks {}", display::quoted(k, SHORT)),
            DifferenceKind::ExtraKey(k) => format!(
                "{place} has {}, which is not expected",
                display::quoted(k, SHORT)
            ),
        };
        Err((reason, excerpts))
    }
}

/// The name of a changed object in a sentence.
fn whose(name: &str) -> String {
    match name {
        "self" | "this" => "its object".to_owned(),
        other => format!("its argument {other}"),
    }
}

/// Why the original's outcomes cannot serve as expected ones, for example results that cannot be compared: one sentence, with what to do.
#[must_use]
pub fn problem(output: &[u8]) -> Option<String> {
    let Some(outcomes) = Outcomes::read(output) else {
        return Some(
            "the original's outcomes cannot be read: it ended before its calls did".to_owned(),
        );
    };
    for (i, line) in outcomes.calls.iter().enumerate() {
        if !contains(line, b"\"$unencodable\"") {
            continue;
        }
        let Ok(value) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        let changed = value.get("changed").and_then(Value::as_object);
        let found = (value.get("returned"))
            .and_then(|returned| unencodable::find("result", returned))
            .or_else(|| (changed?.iter()).find_map(|(name, now)| unencodable::find(name, now)));
        let Some((path, kind)) = found else {
            continue;
        };
        let sentence = format!(
            "call {}: {path} is a {kind}, which cannot be compared by value; choose a function that returns plain data, perhaps one of your own that calls this one and shows what came of it, or judge it by commands (--check, --bench)",
            i + 1
        );
        return Some(sentence);
    }
    None
}

fn contains(line: &[u8], part: &[u8]) -> bool {
    line.windows(part.len()).any(|w| w == part)
}

#[cfg(test)]
#[path = "outcomes_tests.rs"]
mod tests;
