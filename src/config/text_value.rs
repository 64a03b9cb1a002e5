//! Values of the config file that are written as text: spans of time, amounts, limits.

use std::fmt;
use std::time::Duration;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

use crate::base::units::{Bytes, parse_duration};
use crate::task::limits::{PROCESSES, parse_size_limit, parse_time_limit};

/// `true`, `false` or `"auto"`, which is none of the two.
pub(super) fn switch<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    struct SwitchVisitor;
    impl Visitor<'_> for SwitchVisitor {
        type Value = Option<bool>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false or \"auto\"")
        }
        fn visit_bool<E: Error>(self, on: bool) -> Result<Self::Value, E> {
            Ok(Some(on))
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            match text {
                "auto" => Ok(None),
                _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
            }
        }
    }
    from.deserialize_any(SwitchVisitor)
}

/// A duration: `"30s"`, or a number of seconds.
pub(super) fn span<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    from.deserialize_any(TextVisitor {
        what: "a span of time such as \"30s\"",
        read: parse_duration,
    })
    .map(Some)
}

/// A limit of time: a duration that is not zero.
pub(super) fn time_limit<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    from.deserialize_any(TextVisitor {
        what: "a span of time such as \"30s\"",
        read: parse_time_limit,
    })
    .map(Some)
}

/// A limit in bytes: `"512MB"`, or a number of bytes.
pub(super) fn amount<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Bytes>, D::Error> {
    from.deserialize_any(TextVisitor {
        what: "an amount such as \"512MiB\"",
        read: parse_size_limit,
    })
    .map(Some)
}

/// A limit of processes.
pub(super) fn processes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    from.deserialize_any(TextVisitor {
        what: "a number of processes such as 64",
        read: |text| {
            text.parse()
                .ok()
                .filter(|n| PROCESSES.contains(n))
                .ok_or_else(|| {
                    format!(
                        "{text} is no limit of processes; write a number from {} to {}",
                        PROCESSES.start(),
                        PROCESSES.end()
                    )
                })
        },
    })
    .map(Some)
}

struct TextVisitor<T> {
    what: &'static str,
    read: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
}
