//! Answers the calls that the filter passes on, and keeps a list of what a guest tried and was refused.
//!
//! The filter, the namespaces and Landlock are the guards; this file lets nothing through that they hold back. What is
//! read of the guest's memory here is only ever noted, or acted upon as it was read: the guest can change it meanwhile,
//! so no call of its own is let through because of it.

use std::os::fd::BorrowedFd;
use std::path::Path;

use super::attributes;
use super::seccomp::{INTERNET, OPENING, OWN_FILES_ONLY, REFUSED};
use super::sys::{self, PendingCall};
use crate::base::text::harmless_line;
use crate::sandbox::{Attempt, AttemptKind};

/// Different attempts that are kept; more would add nothing.
const MOST: usize = 64;

/// Longest description in bytes, before it is made harmless.
const LONGEST: usize = 200;

/// Files that are the run's own, so that it may lock them.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnFiles {
    /// Devices of its private file systems.
    pub(crate) devices: Vec<u64>,
    /// Mounts of folders that it may write in, by the kernel's numbers.
    pub(crate) mounts: Vec<u64>,
    /// Where it has no file system of its own: its private folder, and those that it may write in.
    pub(crate) folders: Vec<String>,
}

/// Answers calls for one run and lists its attempts.
#[derive(Debug)]
pub(crate) struct SyscallSupervisor {
    own: OwnFiles,
    namespaces: bool,
    list: Vec<Attempt>,
}

/// What to do about a call, and what to note.
struct CallDecision {
    /// Error number; 0 says that it was done, `None` lets it through.
    refuse: Option<i32>,
    note: Option<(AttemptKind, String)>,
}

impl SyscallSupervisor {
    /// Nothing tried yet.
    pub(crate) fn new(own: OwnFiles, namespaces: bool) -> Self {
        Self {
            own,
            namespaces,
            list: Vec::new(),
        }
    }

    /// Everything that was tried.
    pub(crate) fn into_list(self) -> Vec<Attempt> {
        self.list
    }

    /// Answers the call that waits. Gives the attempt, if it is the first of its kind.
    pub(crate) fn attend(&mut self, listener: BorrowedFd<'_>) -> Option<Attempt> {
        let asked = sys::asked(listener)?;
        let answer = self.consider(&asked);
        sys::answer(listener, &asked, answer.refuse);
        let (kind, what) = answer.note?;
        self.write_down(kind, what)
    }

    fn write_down(&mut self, kind: AttemptKind, what: String) -> Option<Attempt> {
        let what = harmless(&what);
        if let Some(known) = self
            .list
            .iter_mut()
            .find(|a| a.kind == kind && a.what == what)
        {
            known.times = known.times.saturating_add(1);
            return None;
        }
        if self.list.len() >= MOST {
            return None;
        }
        let new = Attempt {
            kind,
            what,
            times: 1,
        };
        self.list.push(new.clone());
        Some(new)
    }

    fn consider(&self, asked: &PendingCall) -> CallDecision {
        let refuse = |number, kind, what: String| CallDecision {
            refuse: Some(number),
            note: Some((kind, what)),
        };
        let allow = |note| CallDecision { refuse: None, note };
        let argument = |n: usize| asked.args[n];
        let small = |n: usize| argument(n) as u32;
        match asked.number {
            n if OPENING.contains(&n) => allow(opened(asked)),
            n if OWN_FILES_ONLY.contains(&n) => self.attribute(asked),
            libc::SYS_flock => self.lock(asked),
            libc::SYS_fcntl => self.lock(asked),
            libc::SYS_socket => {
                let family = small(0).cast_signed();
                let number = if INTERNET.contains(&family) {
                    libc::EACCES
                } else {
                    libc::EAFNOSUPPORT
                };
                refuse(number, AttemptKind::Network, family_in_words(family))
            }
            libc::SYS_connect if self.namespaces => {
                allow(address(asked.pid, argument(1), small(2), "connect to"))
            }
            libc::SYS_connect => CallDecision {
                refuse: Some(libc::EACCES),
                note: address(asked.pid, argument(1), small(2), "connect to"),
            },
            libc::SYS_sendto => allow(address(asked.pid, argument(4), small(5), "send to")),
            libc::SYS_clone => refuse(
                libc::EPERM,
                AttemptKind::System,
                "clone into new namespaces".into(),
            ),
            libc::SYS_prlimit64 => refuse(
                libc::EPERM,
                AttemptKind::Processes,
                "set another process's limits (prlimit)".into(),
            ),
            libc::SYS_ioctl => refuse(
                libc::EPERM,
                AttemptKind::System,
                "type into the terminal (TIOCSTI)".into(),
            ),
            n => match REFUSED.iter().find(|(number, _, _)| *number == n) {
                Some((_, name, kind)) => refuse(libc::EPERM, *kind, (*name).to_owned()),
                None => allow(None),
            },
        }
    }

    /// The mode or the times of a file: done for the guest where the file is its own.
    fn attribute(&self, asked: &PendingCall) -> CallDecision {
        let mut done = Err(rustix::io::Errno::PERM);
        for folder in &self.own.folders {
            done = attributes::set(folder, asked);
            if done != Err(rustix::io::Errno::PERM) {
                break;
            }
        }
        CallDecision {
            refuse: Some(done.err().map_or(0, rustix::io::Errno::raw_os_error)),
            note: None,
        }
    }

    /// A guest may lock its own files; a lock on a file that others share would reach beyond the run.
    fn lock(&self, asked: &PendingCall) -> CallDecision {
        let link = format!("/proc/{}/fd/{}", asked.pid, asked.args[0] as u32);
        let Ok(facts) = rustix::fs::stat(&link) else {
            // A descriptor that is not there; the kernel says so better.
            return CallDecision {
                refuse: Some(libc::EBADF),
                note: None,
            };
        };
        let name = || {
            std::fs::read_link(&link)
                .map(|p| p.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        // What has no name in any folder was made by the run, or for it.
        let own = facts.st_nlink == 0
            || self.own.devices.contains(&facts.st_dev)
            || (!self.own.mounts.is_empty()
                && super::root::number_of(&link).is_some_and(|n| self.own.mounts.contains(&n)))
            || (!self.own.folders.is_empty() && {
                let name = name();
                self.own
                    .folders
                    .iter()
                    .any(|f| Path::new(&name).starts_with(f))
            });
        if own {
            CallDecision {
                refuse: None,
                note: None,
            }
        } else {
            CallDecision {
                refuse: Some(libc::ENOLCK),
                note: Some((AttemptKind::Files, format!("lock on {}", name()))),
            }
        }
    }
}

/// The address of a call, if it is one of the internet, or of a service of this machine.
fn address(pid: u32, at: u64, length: u32, doing: &str) -> Option<(AttemptKind, String)> {
    let mut bytes = [0u8; 128];
    let length = (length as usize).min(bytes.len());
    let n = sys::read_memory(pid, at, &mut bytes[..length]);
    let bytes = &bytes[..n];
    let family = i32::from(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?));
    let port = || {
        Some(u16::from_be_bytes(
            bytes.get(2..4).and_then(|b| b.try_into().ok())?,
        ))
    };
    let what = match family {
        libc::AF_INET => {
            let ip: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            std::net::SocketAddr::from((ip, port()?)).to_string()
        }
        libc::AF_INET6 => {
            let ip: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
            std::net::SocketAddr::from((ip, port()?)).to_string()
        }
        libc::AF_UNIX => {
            let path = bytes.get(2..)?.split(|b| *b == 0).next()?;
            let path = String::from_utf8_lossy(path).into_owned();
            foreign(&path)?;
            path
        }
        _ => return None,
    };
    Some((AttemptKind::Network, format!("{doing} {what}")))
}

fn family_in_words(family: i32) -> String {
    let name = match family {
        libc::AF_INET | libc::AF_INET6 => "internet",
        libc::AF_PACKET => "raw packets",
        libc::AF_VSOCK => "virtual machine",
        libc::AF_ALG => "kernel cryptography",
        libc::AF_BLUETOOTH => "Bluetooth",
        _ => return format!("a socket of family {family}"),
    };
    format!("a socket ({name})")
}

/// The file of a call that opens one, if it is none of the guest's business.
fn opened(asked: &PendingCall) -> Option<(AttemptKind, String)> {
    let by_name_alone = OPENING.get(1) == Some(&asked.number);
    let (folder, at, flags) = if by_name_alone {
        (libc::AT_FDCWD, asked.args[0], asked.args[1])
    } else {
        (
            (asked.args[0] as u32).cast_signed(),
            asked.args[1],
            asked.args[2],
        )
    };
    let mut bytes = [0u8; 512];
    let n = sys::read_memory(asked.pid, at, &mut bytes);
    let path = bytes[..n].split(|b| *b == 0).next()?;
    let path = String::from_utf8_lossy(path);
    let path = if path.starts_with('/') {
        path.into_owned()
    } else {
        let from = match folder {
            libc::AT_FDCWD => format!("/proc/{}/cwd", asked.pid),
            fd => format!("/proc/{}/fd/{fd}", asked.pid),
        };
        format!("{}/{path}", std::fs::read_link(from).ok()?.display())
    };
    let path = normal(&path);
    let writing = flags as i32 & libc::O_ACCMODE != libc::O_RDONLY;
    if writing && (path.starts_with("/sys/") || path.starts_with("/proc/sys/")) {
        return Some((AttemptKind::System, path));
    }
    if let Some(pid) = other_process(&path) {
        let own = pid == asked.pid.to_string()
            || Path::new(&format!("/proc/{pid}/task/{}", asked.pid)).exists();
        // It may look at its own children; inside a pid namespace everything but pid 1 is its own.
        let whole_namespace = std::process::id() == 1 && pid != "1";
        return (!own && !whole_namespace).then_some((AttemptKind::Processes, path));
    }
    foreign(&path).map(|kind| (kind, path))
}

/// The path without `.`, `..` and doubled strokes, as far as that can be told without looking.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The number in `/proc/<number>/…`.
fn other_process(path: &str) -> Option<&str> {
    let (pid, _) = path.strip_prefix("/proc/")?.split_once('/')?;
    pid.bytes().all(|b| b.is_ascii_digit()).then_some(pid)
}

/// What a guest would be after with a file that no honest program needs; `None` for every other.
///
/// Runtimes look into many places by themselves: libraries and headers where their makers' home folders were, the
/// kernel's settings, name service daemons. Those are left out. A guest that reads headers goes unnoticed, but finds nothing
/// secret there.
fn foreign(path: &str) -> Option<AttemptKind> {
    const FILES: [&str; 17] = [
        "/etc/shadow",
        "/etc/shadow-",
        "/etc/gshadow",
        "/etc/gshadow-",
        "/etc/sudoers",
        "/etc/sudoers.d",
        "/etc/ssh",
        "/root",
        "/home",
        "/boot",
        "/mnt",
        "/media",
        "/srv",
        "/var/lib",
        "/var/log",
        "/var/spool",
        "/run",
    ];
    const SYSTEM: [&str; 11] = [
        "/proc/kcore",
        "/proc/kallsyms",
        "/proc/kmsg",
        "/proc/sysrq-trigger",
        "/dev/mem",
        "/dev/kmem",
        "/dev/port",
        "/dev/kmsg",
        "/dev/ptmx",
        "/dev/kvm",
        "/dev/fuse",
    ];
    const SECRETS: [&str; 8] = [
        ".ssh",
        ".aws",
        ".gnupg",
        ".netrc",
        ".git-credentials",
        ".kube",
        ".docker",
        ".bash_history",
    ];
    const RUNTIMES: [&str; 12] = [
        "lib",
        "lib32",
        "lib64",
        "include",
        "ssl",
        ".pyenv",
        ".rustup",
        ".cargo",
        ".nvm",
        "nscd",
        "systemd",
        "linuxbrew",
    ];
    let under = |root: &&str| {
        path.strip_prefix(*root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let disk = ["/dev/sd", "/dev/vd", "/dev/nvme", "/dev/loop", "/dev/rtc"];
    if SYSTEM.iter().any(under) || disk.iter().any(|d| path.starts_with(d)) {
        return Some(AttemptKind::System);
    }
    if path.split('/').any(|part| SECRETS.contains(&part)) {
        return Some(AttemptKind::Files);
    }
    // `/var/lib` itself is named above; below it the same word means a library.
    let below = |root: &&str| {
        let rest = path.strip_prefix(*root).unwrap_or_default();
        !rest.split('/').any(|part| RUNTIMES.contains(&part))
    };
    let found = FILES.iter().find(|root| under(root))?;
    below(found).then_some(AttemptKind::Files)
}

/// The text cut to size and without anything that a terminal obeys.
fn harmless(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST);
    let mut shown = harmless_line(&text[..end]).into_owned();
    shown.truncate(shown.floor_char_boundary(LONGEST));
    shown
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_foreign_and_what_runtimes_read_is_not() {
        for path in [
            "/etc/shadow",
            "/root",
            "/root/.bashrc",
            "/home/ada/notes.txt",
            "/work/.ssh/id_ed25519",
            "/run/docker.sock",
            "/var/lib/dpkg/status",
            "/dev/mem",
            "/dev/sda1",
        ] {
            assert!(foreign(path).is_some(), "{path}");
        }
        for path in [
            "/etc/passwd",
            "/etc/shadowy",
            "/rooted",
            "/usr/lib/x",
            "/root/.pyenv/versions/3.12/lib/libpython3.so",
            "/home/builder/include/x.h",
            "/run/nscd/socket",
            "/run/systemd/resolve/io.systemd.Resolve",
            "/proc/self/maps",
            "/proc/cpuinfo",
            "/sys/fs/cgroup/memory.max",
            "/dev/null",
            "/work/x",
        ] {
            assert!(foreign(path).is_none(), "{path}");
        }
    }

    #[test]
    fn paths_are_made_plain_and_texts_harmless() {
        assert_eq!(normal("/a/./b//../c/"), "/a/c");
        assert_eq!(normal("/../../etc/shadow"), "/etc/shadow");
        assert_eq!(normal("/"), "/");
        assert_eq!(other_process("/proc/12/environ"), Some("12"));
        assert_eq!(other_process("/proc/self/environ"), None);
        assert_eq!(other_process("/proc/12"), None);
        assert_eq!(
            harmless("/a\u{1b}[2J\u{202e}\u{9b}x"),
            "/a␛[2J⟨202E⟩⟨009B⟩x"
        );
        assert!(harmless(&"ä".repeat(500)).len() <= LONGEST);
    }

    #[test]
    fn the_same_attempt_is_one_note_and_the_list_ends() {
        let mut supervisor = SyscallSupervisor::new(OwnFiles::default(), true);
        assert!(
            supervisor
                .write_down(AttemptKind::Clock, "settimeofday".into())
                .is_some()
        );
        assert!(
            supervisor
                .write_down(AttemptKind::Clock, "settimeofday".into())
                .is_none()
        );
        for i in 0..1_000 {
            supervisor.write_down(AttemptKind::Files, format!("/home/{i}"));
        }
        let list = supervisor.into_list();
        assert_eq!((list.len(), list[0].times), (MOST, 2));
    }
}
