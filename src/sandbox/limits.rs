//! What one run may use, and the defaults for runs, builds and the user's own commands.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::units::Bytes;

/// What one run may use before it is stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Wall-clock time.
    pub time: Duration,
    /// Memory of the whole process tree.
    pub memory: Bytes,
    /// Standard output and standard error, each.
    pub output: Bytes,
    /// Processes and threads alive at once.
    pub processes: u32,
    /// What may be written to the private folders.
    pub disk: Bytes,
}

impl Limits {
    /// The default for compilers.
    #[must_use]
    pub fn for_builds() -> Self {
        Self {
            time: Duration::from_secs(60),
            memory: Bytes::mib(2048),
            output: Bytes::mib(1),
            processes: 256,
            disk: Bytes::mib(512),
        }
    }

    /// The default for the user's own check and bench commands, which may build and test a whole project.
    #[must_use]
    pub fn for_commands() -> Self {
        Self {
            time: Duration::from_secs(600),
            memory: Bytes::mib(4096),
            output: Bytes::mib(16),
            processes: 512,
            disk: Bytes::mib(1024),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(10),
            memory: Bytes::mib(512),
            output: Bytes::mib(64),
            processes: 64,
            disk: Bytes::mib(64),
        }
    }
}
