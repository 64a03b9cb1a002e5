//! Which protections a sandbox has, and how it is opened.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Which protections a sandbox has on this machine, probed once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guards {
    /// The overall strength.
    pub tier: Tier,
    /// Guards that are on, short names: `user`, `mount`, `pid`, `network`, `ipc`, `seccomp`, `landlock`, `cgroup v1` …
    pub on: Vec<String>,
    /// Guards that are missing, each with a reason a person understands.
    pub missing: Vec<(String, String)>,
    /// Where memory figures come from.
    pub memory_source: MemorySource,
}

impl Guards {
    /// Why programs are not kept in namespaces, and what would allow it where that is known; `None` where they are.
    #[must_use]
    pub fn why_weak(&self) -> Option<&str> {
        let weak = ["namespaces", "isolation"];
        let found = self
            .missing
            .iter()
            .find(|(name, _)| weak.contains(&name.as_str()));
        found.map(|(_, why)| why.as_str())
    }
}

/// Strength of the isolation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// No isolation at all; only with `--unsafe-no-isolation`.
    None,
    /// Landlock, seccomp and resource limits only.
    Weak,
    /// Namespaces, seccomp, Landlock; no cgroup.
    Namespaces,
    /// Namespaces, seccomp, Landlock and a cgroup.
    Full,
}

/// Where memory figures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemorySource {
    /// Anonymous and shared memory as the cgroup counts it.
    Cgroup,
    /// Sum over the processes of the tree: an upper bound where pages are shared.
    ProcessTree,
    /// Resident set of single processes: a stand-in.
    ResidentSet,
}

/// How a sandbox is to be opened.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The `reheat` binary that plays the launcher; `None` is this very program.
    pub launcher: Option<PathBuf>,
    /// Allows running without any isolation where the machine offers none.
    pub unsafe_no_isolation: bool,
}

/// The hidden command. Looks like an option, so that a program that is no launcher refuses it.
pub(super) const LAUNCHER_FLAG: &str = "--reheat-launcher";
