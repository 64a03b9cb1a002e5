//! Why a session, or one sitting of it, ended.

use serde::{Deserialize, Serialize};

/// Why a session, or one sitting of it, ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// All rounds were made.
    Rounds,
    /// The gain that was wanted is reached.
    Goal,
    /// The time for it is up.
    Time,
    /// The tokens for it are spent.
    Tokens,
    /// The money for it is spent.
    Cost,
    /// The developer stopped it.
    Stopped,
    /// The tape that stood in for a model has no more replies.
    TapeEnded,
    /// The model cannot be asked any more.
    Provider,
    /// The prompt cannot be written.
    Prompt,
    /// The journal can no longer be written.
    Disk,
    /// The task cannot be judged as it is.
    Task,
    /// A tool is missing on this machine, or the sandbox failed.
    Environment,
    /// What a newer version of Reheat wrote, in its word.
    #[serde(untagged)]
    Other(String),
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::EndReason;

    #[test]
    fn an_end_is_written_as_a_word_and_one_that_is_not_known_is_kept() {
        for (word, reason) in [
            ("rounds", EndReason::Rounds),
            ("goal", EndReason::Goal),
            ("time", EndReason::Time),
            ("tokens", EndReason::Tokens),
            ("cost", EndReason::Cost),
            ("stopped", EndReason::Stopped),
            ("tape_ended", EndReason::TapeEnded),
            ("provider", EndReason::Provider),
            ("prompt", EndReason::Prompt),
            ("disk", EndReason::Disk),
            ("task", EndReason::Task),
            ("environment", EndReason::Environment),
            ("boredom", EndReason::Other("boredom".into())),
        ] {
            let json = format!("\"{word}\"");
            assert_eq!(serde_json::from_str::<EndReason>(&json).unwrap(), reason);
            assert_eq!(serde_json::to_string(&reason).unwrap(), json);
        }
    }
}
