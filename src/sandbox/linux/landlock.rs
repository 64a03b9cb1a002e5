//! Landlock rulesets, made by the launcher and put on by each guest.
//!
//! Inside namespaces the file system is private already, so only sockets and signals are handled. In the
//! weak tier Landlock is the wall itself: nothing but the named paths may be read or written.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, Scope, path_beneath_rules,
};

/// The newest version of the interface that is asked for; older kernels give what they have.
const NEWEST: ABI = ABI::V6;

/// A ruleset that forbids TCP, and abstract sockets and signals beyond the guest's own processes.
pub(crate) fn network_and_signals() -> Option<OwnedFd> {
    let made = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessNet::from_all(NEWEST))
        .and_then(|r| r.scope(Scope::from_all(NEWEST)))
        .and_then(|r| r.create());
    descriptor(made.ok()?)
}

/// A ruleset that allows reading and executing below some paths, listing folders below others, everything below the last,
/// and nothing else.
pub(crate) fn files(read: &[PathBuf], list: &[PathBuf], write: &[PathBuf]) -> Option<OwnedFd> {
    let reading = AccessFs::from_read(NEWEST);
    let made = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|r| r.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|r| r.scope(Scope::from_all(NEWEST)))
        .and_then(|r| r.create())
        .and_then(|r| r.add_rules(path_beneath_rules(read, reading)))
        .and_then(|r| r.add_rules(path_beneath_rules(list, AccessFs::ReadDir)))
        .and_then(|r| r.add_rules(path_beneath_rules(write, AccessFs::from_all(NEWEST))));
    descriptor(made.ok()?)
}

fn descriptor(ruleset: RulesetCreated) -> Option<OwnedFd> {
    Option::<OwnedFd>::from(ruleset)
}
