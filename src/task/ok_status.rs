//! Exit statuses that are meant: which of them a program may end with.
//!
//! A linter or a `grep` ends with 1 where it finds something, and is right. A task lists such statuses; without a list 0
//! alone is fine. Signals, limits and guards are no statuses, so no list can allow them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::reading::invalid;
use super::{TaskError, Workload};

/// The exit statuses that a program may end with; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OkStatus(BTreeSet<u8>);

impl Default for OkStatus {
    /// 0 alone.
    fn default() -> Self {
        Self(BTreeSet::from([0]))
    }
}

impl OkStatus {
    /// Whether a program may end with this status.
    #[must_use]
    pub fn allows(&self, status: u8) -> bool {
        self.0.contains(&status)
    }

    /// Whether it is 0 alone, as where nothing was said.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The list with one more status.
    #[must_use]
    pub(crate) fn and(&self, status: u8) -> Self {
        let mut all = self.0.clone();
        all.insert(status);
        Self(all)
    }

    /// Checks that every case expects a status of the list.
    ///
    /// # Errors
    /// A sentence that names the case.
    pub(super) fn check(&self, workload: &Workload) -> Result<(), TaskError> {
        let refused = |status: Option<u8>| status.filter(|s| !self.allows(*s));
        let mut cases = workload.cases.iter();
        match cases.find_map(|c| Some((&c.name, refused(c.status)?))) {
            Some((name, status)) => Err(invalid(format!(
                "case {name} expects exit status {status}, and allowed are {self}; allow it with --ok-status or ok_status = {:?}",
                Vec::from_iter(self.and(status).0)
            ))),
            None => Ok(()),
        }
    }

    /// The statuses in order; empty where it is 0 alone.
    #[must_use]
    pub(crate) fn unusual(&self) -> Vec<u8> {
        if self.is_default() {
            return Vec::new();
        }
        self.0.iter().copied().collect()
    }
}

impl FromStr for OkStatus {
    type Err = String;

    /// Reads `0,1`.
    fn from_str(text: &str) -> Result<Self, String> {
        let status = |part: &str| {
            let part = part.trim();
            let digits = part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|_| digits)
        };
        let all: Option<BTreeSet<u8>> = text.split(',').map(status).collect();
        all.map(Self).ok_or_else(|| {
            format!("`{text}` is not a list of exit statuses; write for example 0,1 (each from 0 to 255)")
        })
    }
}

impl fmt::Display for OkStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(u8::to_string).collect();
        f.write_str(&all.join(","))
    }
}

impl<'de> Deserialize<'de> for OkStatus {
    /// A list such as `[0, 1]`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = Vec::<i64>::deserialize(deserializer)?;
        if all.is_empty() {
            return Err(de::Error::custom(
                "an empty list lets no program end well; write for example [0, 1]",
            ));
        }
        let status = |n: &i64| {
            u8::try_from(*n).map_err(|_| {
                de::Error::custom(format!(
                    "{n} is not an exit status; write numbers from 0 to 255"
                ))
            })
        };
        all.iter().map(status).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_written_in_order_and_nothing_else_is_one() {
        for (text, read) in [("0,1", "0,1"), (" 3 , 0,3", "0,3"), ("255", "255")] {
            assert_eq!(text.parse::<OkStatus>().unwrap().to_string(), read);
        }
        for text in [
            "", ",", "0,", "0,,1", "256", "-1", "+1", "1.5", "0 1", "one", "0;1", "any",
        ] {
            let said = text.parse::<OkStatus>().unwrap_err();
            assert!(
                said.contains(&format!("`{text}` is not a list of exit statuses")),
                "{said}"
            );
        }
    }

    #[test]
    fn where_nothing_is_said_0_alone_is_fine() {
        let usual = OkStatus::default();
        assert!(usual.is_default() && usual.allows(0) && !usual.allows(1));
        assert!(usual.unusual().is_empty());
        let both: OkStatus = "1,0".parse().unwrap();
        assert!(!both.is_default() && both.allows(0) && both.allows(1) && !both.allows(2));
        assert_eq!(both.unusual(), [0, 1]);
        assert_eq!(both.and(7).to_string(), "0,1,7");
        let only: OkStatus = "1".parse().unwrap();
        assert!(!only.allows(0));
    }
}
