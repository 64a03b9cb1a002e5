//! Which parts of this machine an untrusted program may see: never a home folder, never a folder that contains one.

use std::fs::FileType;
use std::path::{Path, PathBuf};

use crate::config::{Config, Folders};
use crate::sandbox::Mount;

/// The settings for commands that can do without: defaults where there is no config folder.
///
/// # Errors
/// The config file cannot be read or cannot be right.
pub(crate) fn settings() -> Result<Config, String> {
    match Folders::find() {
        Ok(folders) => Config::load(&folders).map_err(|e| e.to_string()),
        Err(_) => Ok(Config::default()),
    }
}

/// Folders of which every run has its own, or that reveal too much of this machine.
const OWN: [&str; 9] = [
    "/work", "/tmp", "/prog", "/data", "/proc", "/sys", "/dev", "/run", "/etc",
];

/// The paths of `[sandbox] read` as they can be mounted: they exist, are whole, and show no home.
///
/// # Errors
/// Which path cannot be shown, why, and what to do.
pub(crate) fn readable(wanted: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found: Vec<PathBuf> = Vec::new();
    for path in wanted {
        let refuse = |why: String| {
            Err(format!(
                "[sandbox] read = [\"{}\"] in the config file cannot be: {why}",
                path.display()
            ))
        };
        let real = match std::fs::canonicalize(path) {
            Ok(real) => real,
            Err(e) => return refuse(format!("{e}; see that the path is right, or take it out")),
        };
        if let Some(what) = too_much(&real) {
            return refuse(format!(
                "programs would see {what}; name only the folder that they need"
            ));
        }
        if let Some(own) = OWN.iter().find(|own| real.starts_with(own)) {
            return refuse(format!(
                "{own} is not shown to any program; put the files somewhere else, for example below /srv or /opt"
            ));
        }
        if real.to_str().is_none() {
            return refuse("its name is not UTF-8; rename it".into());
        }
        if let Some(way_out) = ways_out(&real, 1).first() {
            return refuse(format!(
                "through {} {} programs could reach what runs outside; name a folder without it",
                way_out.what,
                way_out.path.display()
            ));
        }
        // What is in every sandbox already needs no mount of its own.
        if !real.starts_with("/usr") && !found.iter().any(|f| real.starts_with(f)) {
            found.retain(|f| !f.starts_with(&real));
            found.push(real);
        }
    }
    Ok(found)
}

/// Most ways out of a shown folder that are hidden one by one.
const MOST_HIDDEN: usize = 256;

/// A file through which a program can reach other programs even from a read-only folder.
struct WayOut {
    path: PathBuf,
    /// In words, with its article.
    what: &'static str,
}

/// Mounts that cover each way out of `here`, which programs see as `guest`, with a device that cannot be opened.
///
/// # Errors
/// What cannot be hidden, and what to do.
pub(crate) fn hidden(here: &Path, guest: &str) -> Result<Vec<Mount>, String> {
    let found = ways_out(here, MOST_HIDDEN + 1);
    if found.len() > MOST_HIDDEN {
        return Err(format!(
            "more than {MOST_HIDDEN} sockets, pipes and devices lie in {}, too many to hide from the program; run it in a folder without them",
            here.display()
        ));
    }
    let mount = |way_out: WayOut| {
        let inside = way_out.path.strip_prefix(here).ok().and_then(Path::to_str);
        match inside {
            Some(inside) => Ok(Mount {
                host: "/dev/null".into(),
                guest: format!("{guest}/{inside}"),
            }),
            None => Err(format!(
                "{} is {}, and cannot be hidden from the program because its name is not UTF-8; rename it or take it away",
                way_out.path.display(),
                way_out.what
            )),
        }
    };
    found.into_iter().map(mount).collect()
}

/// Refuses a folder with ways out where nothing can be hidden from a program.
///
/// # Errors
/// What it is, and what to do.
pub(crate) fn nothing_to_hide(here: &Path) -> Result<(), String> {
    let found = ways_out(here, MOST_HIDDEN);
    let Some(way_out) = found.iter().find(|w| w.what != SOCKET) else {
        return Ok(());
    };
    Err(format!(
        "the program could reach others through {} {}, which cannot be hidden from it without namespaces; run it in a folder without it",
        way_out.what,
        way_out.path.display()
    ))
}

const SOCKET: &str = "the socket";

/// Sockets, pipes and devices below a folder, up to `most`. Links are not followed, and folders that the program
/// cannot enter are left out. Opens no file, only reads folders.
fn ways_out(shown: &Path, most: usize) -> Vec<WayOut> {
    let mut found = Vec::new();
    let mut folders = vec![shown.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                if may_enter(&entry.path(), shown) {
                    folders.push(entry.path());
                }
            } else if let Some(what) = way_out(kind) {
                if found.len() == most {
                    return found;
                }
                found.push(WayOut {
                    path: entry.path(),
                    what,
                });
            }
        }
    }
    found
}

fn way_out(kind: FileType) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_socket() {
        Some(SOCKET)
    } else if kind.is_fifo() {
        Some("the pipe")
    } else if kind.is_block_device() || kind.is_char_device() {
        Some("the device")
    } else {
        None
    }
}

/// As root, programs run under another user id, and see as their own what belongs to the owner of `shown`, the folder that
/// they are shown. A folder of a third user that is closed to others is closed to them, and to the process that lays out
/// their files.
fn may_enter(folder: &Path, shown: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let facts = |path| std::fs::symlink_metadata(path).ok();
    !rustix::process::geteuid().is_root()
        || facts(folder).is_some_and(|f| {
            f.mode() & 0o001 != 0 || facts(shown).is_some_and(|shown| shown.uid() == f.uid())
        })
}

/// The personal folder that a program would see if it saw this path; `None` if there is none.
pub(crate) fn too_much(here: &Path) -> Option<String> {
    let homes = homes();
    let shown = homes.iter().find(|home| {
        home.starts_with(here) || (home.parent() == Some(Path::new("/home")) && *home == here)
    });
    match shown {
        _ if here == Path::new("/") => Some("the whole file system".to_owned()),
        Some(home) if home == here => Some(format!("the home folder {}", here.display())),
        Some(home) => Some(format!(
            "{}, in which the home folder {} lies",
            here.display(),
            home.display()
        )),
        None => homes
            .iter()
            .filter_map(|home| here.strip_prefix(home).ok())
            .filter_map(|inside| inside.components().next())
            .find(|first| first.as_os_str().to_string_lossy().starts_with('.'))
            .map(|first| {
                format!(
                    "the hidden folder {} of a home, where settings and keys are kept",
                    first.as_os_str().display()
                )
            }),
    }
}

/// The home folders of this machine, as far as they are known.
fn homes() -> Vec<PathBuf> {
    let mut homes: Vec<PathBuf> = std::env::var_os("HOME")
        .map(PathBuf::from)
        .into_iter()
        .collect();
    homes.extend(directories::BaseDirs::new().map(|d| d.home_dir().to_path_buf()));
    homes.extend(
        std::fs::read_to_string("/etc/passwd")
            .unwrap_or_default()
            .lines()
            .filter_map(home_in_passwd),
    );
    homes.push(PathBuf::from("/home"));
    homes
        .into_iter()
        .map(|home| std::fs::canonicalize(&home).unwrap_or(home))
        .filter(|home| home != Path::new("/"))
        .collect()
}

/// The home folder of a person's account; those of system accounts are arbitrary folders.
fn home_in_passwd(line: &str) -> Option<PathBuf> {
    let mut fields = line.split(':');
    let id: u32 = fields.nth(2)?.parse().ok()?;
    let home = fields.nth(2)?;
    let person = id == 0 || (1000..60_000).contains(&id);
    (person && home.starts_with('/') && home != "/").then(|| PathBuf::from(home))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn homes_and_what_holds_them_are_too_much() {
        assert!(too_much(Path::new("/")).is_some());
        assert!(too_much(Path::new("/home")).is_some());
        assert!(too_much(Path::new("/home/nobody-here/.ssh")).is_none_or(|w| w.contains("hidden")));
        assert!(too_much(Path::new("/usr/share")).is_none());
    }

    #[test]
    fn what_may_be_read_is_looked_at_first() {
        let paths = |p: &[&str]| readable(&p.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(paths(&["/usr/share"]).unwrap(), Vec::<PathBuf>::new());
        for (path, why) in [
            ("/home", "cannot be"),
            ("/", "the whole file system"),
            ("/proc", "not shown"),
            ("/no/such/folder", "see that the path is right"),
        ] {
            let said = paths(&[path]).unwrap_err();
            assert!(said.contains(why) && said.contains(path), "{said}");
        }
    }
}
