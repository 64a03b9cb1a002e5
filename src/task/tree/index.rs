//! Reading file names from a repository's index, so that git need not be installed. Only names are read; an index that is not
//! understood yields none, and the rules about ignored files alone decide.
//!
//! Source of the format: `Documentation/gitformat-index.adoc` of git, versions 2 to 4.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

/// No work tree that is small enough to be copied has a larger index.
const LARGEST: u64 = 256 << 20;

/// Paths of the files under version control, relative to the root. Empty where the root is not the top of a repository.
pub(super) fn tracked(root: &Path) -> BTreeSet<PathBuf> {
    let Some(folder) = folder_of(root) else {
        return BTreeSet::new();
    };
    let file = folder.join("index");
    let small = std::fs::metadata(&file).is_ok_and(|f| f.is_file() && f.len() <= LARGEST);
    let bytes = if small {
        std::fs::read(file).ok()
    } else {
        None
    };
    names(&bytes.unwrap_or_default()).unwrap_or_default()
}

/// The repository's own folder: `.git`, or the folder that the file `.git` names.
fn folder_of(root: &Path) -> Option<PathBuf> {
    let place = root.join(".git");
    let facts = std::fs::metadata(&place).ok()?;
    if facts.is_dir() {
        return Some(place);
    }
    let text = std::fs::read_to_string(&place).ok()?;
    Some(root.join(text.strip_prefix("gitdir:")?.trim()))
}

/// The names in an index; `None` where it is not one.
fn names(bytes: &[u8]) -> Option<BTreeSet<PathBuf>> {
    const FIXED: usize = 62;
    let number = |at: usize| {
        let word = bytes.get(at..at + 4)?;
        Some(u32::from_be_bytes(word.try_into().ok()?))
    };
    if bytes.get(..4)? != b"DIRC" {
        return None;
    }
    let (version, count) = (number(4)?, number(8)?);
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut found = BTreeSet::new();
    let mut last: Vec<u8> = Vec::new();
    let mut at = 12;
    for _ in 0..count {
        let flags = u16::from_be_bytes(bytes.get(at + 60..at + 62)?.try_into().ok()?);
        let mode = number(at + 24)?;
        let mut name_at = at + FIXED;
        if version >= 3 && flags & 0x4000 != 0 {
            name_at += 2;
        }
        let rest = bytes.get(name_at..)?;
        if version == 4 {
            let (strip, taken) = variable(rest)?;
            let rest = rest.get(taken..)?;
            let end = rest.iter().position(|b| *b == 0)?;
            last.truncate(last.len().checked_sub(strip)?);
            last.extend_from_slice(&rest[..end]);
            at = name_at + taken + end + 1;
        } else {
            let end = rest.iter().position(|b| *b == 0)?;
            last = rest[..end].to_vec();
            // Entries are filled up with one to eight zero bytes.
            at += (name_at - at + end + 8) & !7;
        }
        // Files and links; another repository inside this one is read as a folder.
        let path = PathBuf::from(OsStr::from_bytes(&last));
        let plain = path.components().all(|c| matches!(c, Component::Normal(_)));
        if matches!(mode >> 12, 0o10 | 0o12) && plain && !last.is_empty() {
            found.insert(path);
        }
    }
    Some(found)
}

/// A number of variable width, encoded like the offsets of packs, and how many bytes it took.
fn variable(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value: usize = 0;
    for (i, byte) in bytes.iter().enumerate().take(5) {
        if i > 0 {
            value = (value + 1) << 7;
        }
        value |= usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, i + 1));
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn entry(mode: u32, name: &[u8], fill: bool) -> Vec<u8> {
        let mut e = vec![0; 24];
        e.extend(mode.to_be_bytes());
        e.resize(60, 0);
        e.extend((name.len() as u16).to_be_bytes());
        e.extend_from_slice(name);
        e.push(0);
        while fill && !e.len().is_multiple_of(8) {
            e.push(0);
        }
        e
    }

    fn index(version: u32, entries: &[Vec<u8>]) -> Vec<u8> {
        let mut all = b"DIRC".to_vec();
        all.extend(version.to_be_bytes());
        all.extend((entries.len() as u32).to_be_bytes());
        all.extend(entries.concat());
        all
    }

    fn said(bytes: &[u8]) -> Vec<String> {
        let all = names(bytes).unwrap();
        all.iter().map(|p| p.display().to_string()).collect()
    }

    #[test]
    fn names_are_read_from_the_versions_there_are() {
        let file = 0o100_644;
        let two = [
            entry(file, b"a", true),
            entry(0o160_000, b"module", true),
            entry(0o120_000, b"src/link", true),
            entry(file, b"../up", true),
        ];
        assert_eq!(said(&index(2, &two)), ["a", "src/link"]);
        let four = [
            entry(file, b"\0src/one", false),
            entry(file, b"\x03two", false),
        ];
        assert_eq!(said(&index(4, &four)), ["src/one", "src/two"]);
    }

    #[test]
    fn what_is_no_index_gives_no_names() {
        for bytes in [
            &b""[..],
            b"DIRC",
            b"DIRC\0\0\0\x02\0\0\0\x09",
            b"nonsense that is long",
        ] {
            assert_eq!(names(bytes), None);
        }
        let whole = index(2, &[entry(0o100_644, b"abc", true)]);
        for cut in 12..whole.len() - 6 {
            assert_eq!(names(&whole[..cut]), None);
        }
        let four = index(4, &[entry(0o100_644, b"\x09x", false)]);
        assert_eq!(names(&four), None);
        assert_eq!(tracked(Path::new("/no/such/folder")), BTreeSet::new());
    }
}
