//! User and group ids: which of them there are, and which a launcher's user namespace gets.

use std::ops::RangeInclusive;

/// User and group id of a guest as it sees itself.
pub(super) const GUEST_ID: u32 = 1000;

/// User and group ids of guests outside when the workbench is root: nobody's.
const OUTSIDE_IDS: RangeInclusive<u32> = 64_500..=64_999;

/// Which of them the guests of this workbench get. The kernel counts processes by user, and lets those of one user send one another
/// signals, so two workbenches do not share one.
pub(super) fn outside() -> u32 {
    let ids = OUTSIDE_IDS.end() - OUTSIDE_IDS.start() + 1;
    OUTSIDE_IDS.start() + std::process::id() % ids
}

/// Whether there is an id here that guests of root can be given. In a user namespace that maps root alone
/// (`unshare --map-root-user`, some containers) there is none: its root is an ordinary user in disguise.
pub(super) fn has_another() -> bool {
    ["uid_map", "gid_map"].iter().all(|file| {
        // Without the file there are no user namespaces, and every id exists.
        std::fs::read_to_string(format!("/proc/self/{file}"))
            .map_or(true, |map| OUTSIDE_IDS.clone().all(|id| holds(&map, id)))
    })
}

/// Whether the id stands in a map of lines `first id inside, first id outside, how many`.
fn holds(map: &str, id: u32) -> bool {
    map.lines().any(|line| {
        let mut numbers = line.split_whitespace().map(str::parse::<u64>);
        let (Some(Ok(first)), Some(Ok(_)), Some(Ok(count))) =
            (numbers.next(), numbers.next(), numbers.next())
        else {
            return false;
        };
        (first..first.saturating_add(count)).contains(&u64::from(id))
    })
}

/// Root's guests become somebody who is nobody; an ordinary user's guests stay that user, seen as another.
///
/// # Errors
/// What the system said.
pub(super) fn map(pid: u32, root: bool) -> std::io::Result<()> {
    let (uid, gid) = (
        rustix::process::geteuid().as_raw(),
        rustix::process::getegid().as_raw(),
    );
    let write = |file: &str, text: String| std::fs::write(format!("/proc/{pid}/{file}"), text);
    if root {
        let map = format!("0 0 1\n{GUEST_ID} {} 1\n", outside());
        write("uid_map", map.clone())?;
        write("gid_map", map)
    } else {
        write("setgroups", "deny".to_owned())?;
        write("uid_map", format!("{GUEST_ID} {uid} 1\n"))?;
        write("gid_map", format!("{GUEST_ID} {gid} 1\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_there_if_a_line_of_the_map_covers_it() {
        assert!(holds("         0          0 4294967295\n", 64_999));
        assert!(holds("0 1000 1\n1 100000 65536\n", 64_999));
        assert!(!holds("         0       1000          1\n", 64_999));
        assert!(!holds("0 1000 1\n1 100000 64998\n", 64_999));
        assert!(!holds("", 64_999) && !holds("nonsense", 64_999));
    }
}
