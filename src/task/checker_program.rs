//! A checker that is a program of the user's, and how a task file names a checker. Holds it; the judge runs it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::load::language_for;
use super::{Checker, Language, Languages, Source, TaskError};

/// A program that says whether an output is right.
///
/// It is run as `PROGRAM input got expected` (the order of testlib), the three being files in its own work folder
/// (`/work/input`, `/work/got`, `/work/expected`), in a run of its own with limits: no version is there at the time.
/// Exit status 0 means right. Status 1 means wrong, with what it prints as the reason. The `_wa` and `_pe` of testlib
/// (status 1 and 2, the reason on standard error, beginning with `wrong`) are understood. Anything else, also a
/// status 1 with nothing but an error text, is the checker's own failure and never the version's.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckerProgram {
    /// Its text.
    pub source: Source,
    /// What it is written in.
    pub language: Arc<Language>,
}

impl CheckerProgram {
    /// A checker of this text; its language by id, or by the ending of its file.
    ///
    /// # Errors
    /// The language is not known.
    pub fn new(
        source: Source,
        language: Option<&str>,
        languages: &Languages,
    ) -> Result<Self, TaskError> {
        let language = language_for(language, Some(Path::new(&source.file_name)), languages)?;
        Ok(Self { source, language })
    }
}

/// A checker as a task file says it: the name of a rule, or `{ program = "check.py" }`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CheckerFile {
    /// One of the rules.
    Rule(Checker),
    /// A program.
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
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
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
        deserializer.deserialize_any(Reader)
    }
}
