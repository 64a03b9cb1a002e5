//! Why a machine refuses namespaces, as far as it can be told from outside, and what would allow them.

use std::fs::read_to_string;

/// The reason, and behind it what can be done about it, where that is known.
pub(super) fn with_way_out(why: &str) -> String {
    match way_out(why) {
        Some(way) => format!("{why}; {way}"),
        None => why.to_owned(),
    }
}

/// Why memory cannot be limited here.
pub(super) const HIDDEN: &str =
    "/proc is mounted with hidepid, so nobody can count what a program's processes hold";

fn way_out(why: &str) -> Option<&'static str> {
    if why.contains(HIDDEN) {
        return Some(
            "`systemd-run --user --scope -p Delegate=yes reheat …` gives it a cgroup that counts, and `sudo mount -o remount,hidepid=0 /proc` shows them",
        );
    }
    let denied = ["not permitted", "denied", "No space left"].iter();
    if !denied.clone().any(|word| why.contains(word)) {
        return None;
    }
    if why.contains("mounting /proc") {
        return Some(
            "this container hides parts of /proc: start it with --security-opt systempaths=unconfined (Kubernetes: procMount: Unmasked)",
        );
    }
    if !why.contains("namespace") && !why.contains("root of its own") {
        return None;
    }
    let says = |name: &str, value: &str| {
        read_to_string(format!("/proc/sys/{name}")).is_ok_and(|text| text.trim() == value)
    };
    let unprivileged = !rustix::process::geteuid().is_root();
    if unprivileged && says("kernel/apparmor_restrict_unprivileged_userns", "1") {
        return Some(
            "AppArmor keeps user namespaces from programs without a profile: `reheat doctor` shows one to copy",
        );
    }
    if unprivileged && says("kernel/unprivileged_userns_clone", "0") {
        return Some("`sudo sysctl kernel.unprivileged_userns_clone=1` allows them");
    }
    if says("user/max_user_namespaces", "0") {
        return Some("`sudo sysctl user.max_user_namespaces=10000` allows them");
    }
    let filtered = read_to_string("/proc/self/status").is_ok_and(|text| {
        text.lines()
            .any(|l| l.starts_with("Seccomp:") && l.ends_with('2'))
    });
    filtered.then_some(
        "a seccomp filter around this process, most likely the container's, refuses them: start it with --security-opt seccomp=unconfined",
    )
}
