//! A checker as a task file names it.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::Checker;

/// A checker as a task file says it: the name of a rule, or `{ program = "check.py" }`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CheckerFile {
    /// One of the rules.
    Rule(Checker),
    Program {
        /// Its file, in the task's folder.
        program: String,
        /// Id of its language, where the ending does not tell.
        language: Option<String>,
    },
}

impl Serialize for CheckerFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        match self {
            Self::Rule(rule) => serializer.collect_str(rule),
            Self::Program { program, language } => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("program", program)?;
                if let Some(language) = language {
                    map.serialize_entry("language", language)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for CheckerFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CheckerFileVisitor;
        impl<'de> Visitor<'de> for CheckerFileVisitor {
            type Value = CheckerFile;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a checker, or { program = \"check.py\" }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<CheckerFile, E> {
                Checker::parse(text)
                    .map(CheckerFile::Rule)
                    .map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CheckerFile, A::Error> {
                let (mut program, mut language) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "program" => program = Some(map.next_value()?),
                        "language" => language = Some(map.next_value()?),
                        other => {
                            return Err(de::Error::unknown_field(other, &["program", "language"]));
                        }
                    }
                }
                let program = program.ok_or_else(|| de::Error::missing_field("program"))?;
                Ok(CheckerFile::Program { program, language })
            }
        }
        deserializer.deserialize_any(CheckerFileVisitor)
    }
}
