//! The cases of a task, and how many of them are held out.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The inputs that the code is run on.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    /// The cases in the order of their names, held-out ones last; a usable task has at least one.
    pub cases: Vec<Case>,
    /// How many of them a session is to hold out; [`held_out::choose`](super::held_out::choose) marks them.
    pub hold_out: HoldOut,
    /// Names of cases that always stay shown.
    pub shown: Vec<String>,
    /// The folder or file that the cases were read from, if any; versions must never see it.
    pub place: Option<PathBuf>,
    /// The only case that is timed, by name, where the developer chose one to optimise. Every case is still checked.
    pub only: Option<String>,
}

impl Workload {
    /// Whether some case has no expected output yet, so that the original must serve as the oracle.
    #[must_use]
    pub fn needs_oracle(&self) -> bool {
        self.cases.iter().any(|c| c.expected.is_none())
    }
}

/// One input with the output that is expected.
#[derive(Clone, Debug)]
pub struct Case {
    /// Unique within the workload: `04`.
    pub name: String,
    /// Standard input of the run; for calls, the calls; any bytes.
    pub input: Arc<[u8]>,
    /// The right standard output; `None` until the oracle has been run.
    pub expected: Option<Arc<[u8]>>,
    /// The exit status that is right on this case; `None` where any will do that the task allows.
    pub status: Option<u8>,
    /// Never shown to the model, neither in a prompt nor in the description of a failure.
    pub held_out: bool,
}

/// How many cases are held out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldOut {
    /// A share of all cases in per cent, at least one from three cases on; 0 is none.
    Percent(u8),
    /// A number of cases, but never all.
    Count(usize),
    /// Exactly these, by name.
    Named(Vec<String>),
}

impl Default for HoldOut {
    fn default() -> Self {
        Self::Percent(25)
    }
}

impl FromStr for HoldOut {
    type Err = String;

    /// Reads `25%`, `3` or `0`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let read = match text.strip_suffix('%') {
            Some(share) => share
                .trim()
                .parse()
                .ok()
                .filter(|p| *p <= 90)
                .map(Self::Percent),
            None => text.parse().ok().map(Self::Count),
        };
        read.ok_or_else(|| {
            format!("`{text}` is not a share of the cases; write for example 25% (at most 90%), a number of cases, or 0 for none")
        })
    }
}

impl fmt::Display for HoldOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(share) => write!(f, "{share}%"),
            Self::Count(n) => write!(f, "{n}"),
            Self::Named(names) => f.write_str(&names.join(", ")),
        }
    }
}

impl Serialize for HoldOut {
    /// As it is read: `"25%"`, a number, or a list of names.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Percent(_) => serializer.collect_str(self),
            Self::Count(n) => n.serialize(serializer),
            Self::Named(names) => names.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for HoldOut {
    /// `"25%"`, a number, or a list of names.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HoldOutVisitor;
        impl<'de> de::Visitor<'de> for HoldOutVisitor {
            type Value = HoldOut;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a share such as \"25%\", a number of cases, or a list of their names")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<HoldOut, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<HoldOut, E> {
                usize::try_from(n)
                    .map(HoldOut::Count)
                    .map_err(|_| E::custom("a number of cases is 0 or more"))
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<HoldOut, E> {
                Ok(HoldOut::Count(usize::try_from(n).unwrap_or(usize::MAX)))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut all: A) -> Result<HoldOut, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = all.next_element()? {
                    names.push(name);
                }
                Ok(HoldOut::Named(names))
            }
        }
        deserializer.deserialize_any(HoldOutVisitor)
    }
}
