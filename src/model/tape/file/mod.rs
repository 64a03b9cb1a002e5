//! A session in one file, for others to play: the task, the replies with their pace, the hints, and the figures of the machine it
//! was recorded on. JSON lines; docs/tape.md describes them.
//!
//! What is here is the format alone: [`read`] takes in a file that anybody may have written, [`SessionTape::to_text`] writes one.
//! How a session becomes a tape is `report::tape`'s business.

mod read;
#[cfg(test)]
mod tests;

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::read::{is_session_tape, read, read_text};
use super::{Recorded, Tape};
use crate::base::units::{Gain, Nanos};
use crate::measure::Metric;
use crate::session::event::Machine;
use crate::task::portable::{PortableCase, PortableTask};
use crate::task::{Languages, Objective, PathOrText, Task, TaskDefaults, TaskError};

/// The format that this program writes, and the newest that it reads.
pub const FORMAT: u64 = 1;
/// Most bytes of a tape.
pub(crate) const MOST_BYTES: usize = 64 << 20;
/// Most bytes of one of its lines.
pub(crate) const LONGEST_LINE: usize = 16 << 20;

/// The first line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TapeHeader {
    /// The format's number.
    pub reheat_tape: u64,
    /// The program that wrote it.
    #[serde(default)]
    pub written_by: String,
    /// What the file is, for whoever opens it in an editor.
    #[serde(default)]
    pub what: String,
}

/// A session as others can play it.
#[derive(Clone, Debug, Default)]
pub struct SessionTape {
    /// The first line.
    pub header: TapeHeader,
    /// What is optimised.
    pub task: PortableTask,
    /// Its cases.
    pub cases: Vec<PortableCase>,
    /// Where it was recorded, and what it came to there.
    pub recorded: Recording,
    /// The rounds, numbered from 1 without a gap.
    pub rounds: Vec<TapeRound>,
    /// The replies in the order in which they are played.
    pub replies: Vec<TapeReply>,
    /// The versions as they were judged when it was recorded.
    pub versions: Vec<TapeVersion>,
    /// Lines of kinds that this program does not know.
    pub skipped: usize,
}

/// Where a session was recorded, and what it came to there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Who wrote the replies.
    #[serde(default)]
    pub model: String,
    /// On what.
    #[serde(default)]
    pub machine: Machine,
    /// How well programs were isolated there.
    #[serde(default)]
    pub isolation: String,
    /// Version line of the compiler or interpreter.
    #[serde(default)]
    pub toolchain: String,
    /// What it came to, in one sentence.
    #[serde(default)]
    pub headline: String,
    /// The best version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<u32>,
    /// Whether flagged versions were not taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// The clock, where one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Metric>,
    /// Time that one comparison could take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison_ns: Option<Nanos>,
}

/// A round as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TapeRound {
    /// From 1.
    pub round: u32,
    /// What was to become better.
    #[serde(default)]
    pub objective: Objective,
    /// The developer's hint.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The version that its prompt showed.
    #[serde(default)]
    pub parent: u32,
    /// Replies of the round.
    #[serde(default = "one")]
    pub candidates: u32,
}

fn one() -> u32 {
    1
}

/// A reply with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TapeReply {
    /// Its round.
    pub round: u32,
    /// Its number in it: 0 is the only one, several count from 1.
    #[serde(default)]
    pub candidate: u32,
    /// What was said, and at which pace.
    #[serde(flatten)]
    pub reply: Recorded,
}

/// A version as it was judged when the tape was recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TapeVersion {
    /// Its number then.
    pub version: u32,
    /// The round whose reply it was cut out of; 0 for the original and for versions by hand.
    #[serde(default)]
    pub round: u32,
    /// The number of that reply.
    #[serde(default)]
    pub candidate: u32,
    /// Who made it: `original`, `model` or `hand`.
    #[serde(default)]
    pub by: String,
    /// Its verdict, as journals name it; empty where it was not measured.
    #[serde(default)]
    pub verdict: String,
    /// What became of it, in words: `better than v2`.
    #[serde(default)]
    pub words: String,
    /// Whether it became the best version when it was decided.
    #[serde(default)]
    pub accepted: bool,
    /// Why it was taken or not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Gain over v0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain: Option<Gain>,
    /// Lower end of its interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Gain>,
    /// Upper end of its interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Gain>,
    /// What was compared, in words: `CPU time`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub metric: String,
}

impl TapeVersion {
    /// Whether nothing on the tape makes it again: it was made by hand, or its reply is not on it.
    #[must_use]
    pub fn is_unplayed(&self) -> bool {
        self.version > 0 && self.round == 0
    }
}

/// The last line: without it the file was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct TapeEnd {
    /// Lines before it.
    lines: usize,
}

/// A round as it is played.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayedRound {
    /// What is to become better.
    pub objective: Objective,
    /// The hint.
    pub hint: String,
    /// Replies of the round.
    pub candidates: u32,
    /// What its prompt shows: a version by the round and number of the reply it came from, zeros for the original; `None` where nothing
    /// on the tape makes it.
    pub parent: Option<(u32, u32)>,
}

#[derive(Serialize)]
struct TapeLine<'a, T> {
    is: &'static str,
    #[serde(flatten)]
    line: &'a T,
}

impl SessionTape {
    /// The file's text.
    ///
    /// # Errors
    /// It is larger than what is read; or it cannot be written as JSON.
    pub fn to_text(&self) -> Result<String, String> {
        let mut lines = vec![serde_json::to_string(&self.header).map_err(|e| e.to_string())?];
        lines.push(line("task", &self.task)?);
        for case in &self.cases {
            lines.push(line("case", case)?);
        }
        lines.push(line("session", &self.recorded)?);
        for round in &self.rounds {
            lines.push(line("round", round)?);
        }
        for reply in &self.replies {
            lines.push(line("reply", reply)?);
        }
        for version in &self.versions {
            lines.push(line("version", version)?);
        }
        let end = TapeEnd { lines: lines.len() };
        lines.push(line("end", &end)?);
        let text = lines.join("\n") + "\n";
        if text.len() > MOST_BYTES {
            return Err(format!(
                "it would have {}, and a tape has at most {}: its cases are too large",
                crate::base::units::Bytes(text.len() as u64),
                crate::base::units::Bytes(MOST_BYTES as u64)
            ));
        }
        Ok(text)
    }

    /// The replies as a provider plays them.
    #[must_use]
    pub fn provider(&self) -> Tape {
        let replies = self.replies.iter().map(|r| r.reply.clone()).collect();
        Tape::new(self.task.name.clone(), replies)
    }

    /// The task, with its files in a folder; without one it is only checked. The replies are with it, so that a session of it can be
    /// resumed when the tape is gone.
    ///
    /// # Errors
    /// As [`PortableTask::unpack`].
    pub fn task(
        &self,
        folder: Option<&Path>,
        languages: &Languages,
        usual: &TaskDefaults,
    ) -> Result<Task, TaskError> {
        let mut task = self.task.unpack(&self.cases, folder, languages, usual)?;
        let lines = self
            .replies
            .iter()
            .filter_map(|r| serde_json::to_string(&r.reply).ok());
        let replies: String = lines.map(|line| line + "\n").collect();
        task.tape = Some(PathOrText::Text(replies.into()));
        Ok(task)
    }

    /// The rounds as they are played.
    #[must_use]
    pub fn script(&self) -> Vec<PlayedRound> {
        let parent = |number: u32| {
            let version = self.versions.iter().find(|v| v.version == number)?;
            (!version.is_unplayed()).then_some((version.round, version.candidate))
        };
        let played = |r: &TapeRound| PlayedRound {
            objective: r.objective,
            hint: r.hint.clone(),
            candidates: r.candidates,
            parent: if r.parent == 0 {
                Some((0, 0))
            } else {
                parent(r.parent)
            },
        };
        self.rounds.iter().map(played).collect()
    }

    /// A name for the folder that its files are unpacked to: the same for the same content.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = blake3::Hasher::new();
        for text in [line("task", &self.task)]
            .into_iter()
            .chain(self.cases.iter().map(|c| line("case", c)))
        {
            hash.update(text.unwrap_or_default().as_bytes());
        }
        hash.finalize().to_hex()[..32].to_owned()
    }
}

fn line<T: Serialize>(is: &'static str, of: &T) -> Result<String, String> {
    let text = serde_json::to_string(&TapeLine { is, line: of }).map_err(|e| e.to_string())?;
    if text.len() > LONGEST_LINE {
        return Err(format!(
            "a {is} of it would be a line of {}, and a tape has none of more than {}",
            crate::base::units::Bytes(text.len() as u64),
            crate::base::units::Bytes(LONGEST_LINE as u64)
        ));
    }
    Ok(text)
}
