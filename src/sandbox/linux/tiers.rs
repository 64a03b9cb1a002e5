//! Which combinations of guards are tried, the strongest first, and what is said of the one that works and of those that do not.

use super::cgroup::{Cgroup, CgroupVersion};
use super::wire::LauncherSetup;
use super::{advice, ids, sys};
use crate::sandbox::{Guards, MemorySource, Tier};

/// The version of Landlock from which on it keeps signals in.
const SCOPED_SIGNALS: i64 = 6;

/// The combinations of guards that are tried, the strongest first.
pub(super) fn combinations(root: bool, allowed: &dyn Fn(&str) -> bool) -> Vec<LauncherSetup> {
    let mut all = Vec::new();
    // Guests of root are another user where it has the right to make them one.
    let guests = if root { vec![true, false] } else { vec![false] };
    // Namespaces without a filter hold more than a filter without namespaces.
    for (user, namespaces, filter) in [
        (true, true, true),
        (false, true, true),
        (true, true, false),
        (false, true, false),
        (false, false, true),
    ] {
        for &root in &guests {
            let possible = match (user, namespaces) {
                (true, _) => allowed("user"),
                (false, true) => root && allowed("namespaces"),
                (false, false) => true,
            };
            let setup = LauncherSetup {
                root,
                outside: ids::outside(),
                user,
                namespaces,
                landlock: allowed("landlock"),
                filter: filter && allowed("seccomp"),
            };
            if possible && !all.contains(&setup) {
                all.push(setup);
            }
        }
    }
    all
}

/// What was tried in vain, and why it does not work here.
#[derive(Debug, Default)]
pub(super) struct Refused {
    pub(super) all: Vec<(LauncherSetup, String)>,
    pub(super) cgroup: Option<String>,
}

impl Refused {
    /// Why no stronger combination of that kind works: of several the first, which got furthest.
    fn why(&self, kind: impl Fn(&LauncherSetup) -> bool) -> String {
        let found = self.all.iter().find(|(setup, _)| kind(setup));
        found.map_or_else(
            || "switched off".to_owned(),
            |(_, why)| advice::with_way_out(why),
        )
    }

    pub(super) fn in_words(&self) -> String {
        let mut reasons: Vec<String> = Vec::new();
        for (_, why) in &self.all {
            let why = advice::with_way_out(why);
            if !reasons.contains(&why) {
                reasons.push(why);
            }
        }
        reasons.join("; ")
    }
}

/// The guards of an opened handle, in words. `root`: guests could have been given another user id.
pub(super) fn describe(
    setup: &LauncherSetup,
    root: bool,
    on: Vec<String>,
    cgroup: Option<&Cgroup>,
    refused: &Refused,
) -> Guards {
    let mut guards = Guards {
        tier: Tier::Weak,
        on: Vec::new(),
        missing: Vec::new(),
        memory_source: if cgroup.is_some() {
            MemorySource::Cgroup
        } else {
            MemorySource::ProcessTree
        },
    };
    if setup.user {
        guards.on.push("user".into());
    } else {
        let why = refused.why(|tried| tried.user);
        guards.missing.push(("user".into(), why));
    }
    if setup.namespaces {
        guards.tier = if cgroup.is_some() {
            Tier::Full
        } else {
            Tier::Namespaces
        };
        guards
            .on
            .extend(["mount", "pid", "network", "ipc", "uts"].map(String::from));
    } else {
        let why = refused.why(|tried| tried.namespaces);
        guards.missing.push(("namespaces".into(), why));
        if !setup.root && sys::landlock_version() < SCOPED_SIGNALS {
            let why = "this kernel's Landlock cannot keep a program from ending your other programs (Linux 6.12 can)";
            guards.missing.push(("signals".into(), why.into()));
        }
    }
    for (guard, wanted) in [("seccomp", setup.filter), ("landlock", setup.landlock)] {
        if !on.iter().any(|g| g == guard) {
            let why = match (guard, wanted) {
                (_, true) => "this kernel has none".to_owned(),
                ("seccomp", false) => refused.why(|tried| tried.filter && tried.namespaces),
                (_, false) => "switched off".to_owned(),
            };
            guards.missing.push((guard.into(), why));
        }
    }
    if setup.filter && !on.iter().any(|g| g == "attempts") {
        let why =
            "this kernel cannot tell of refused calls; files that all runs share can be locked";
        guards.missing.push(("attempts".into(), why.into()));
    }
    guards.on.extend(on);
    match cgroup.map(Cgroup::version) {
        Some(CgroupVersion::One) => guards.on.push("cgroup v1".into()),
        Some(CgroupVersion::Two) => guards.on.push("cgroup v2".into()),
        None => guards
            .missing
            .push(("cgroup".into(), refused.cgroup.clone().unwrap_or_default())),
    }
    if root && !setup.root {
        let why = refused.why(|tried| tried.root);
        let why = format!("programs run as root itself, though without its capabilities: {why}");
        guards.missing.push(("another user".into(), why));
    }
    guards
}
