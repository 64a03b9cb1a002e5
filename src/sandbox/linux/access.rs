//! Lets guests of root read what only the owner of a file may read.
//!
//! Root's guests run as another user ([`super::ids::outside`]), so folders of mode 0700 and files of mode 0600 would be closed to
//! them, though they are open to the guests of an ordinary user, who run as that user. Each mount of a run is therefore
//! provided in the first of these ways that works:
//!
//! 1. An identity-mapped mount: what belongs to the owner of the mounted file or folder is seen as belonging to the guest.
//!    Nothing changes on the disk, and no other mount of this machine is affected.
//! 2. As it is, if every user may read all of it.
//! 3. A copy that only the guest's group may read, up to a size.
//! 4. As it is, with a note about what stays closed. Where the guest could not even enter it, the run does not start.
//!
//! Nothing is provided but what the program asks for, and none of it may be written to.

mod copies;
mod idmap;

use std::collections::HashSet;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use copies::{Copies, Survey};
use idmap::IdMaps;

use super::root;
use crate::sandbox::{Mount, Program, SandboxError, Settings, cleanup};

/// Mounts that are handed over as descriptors at most; the launcher takes further ones by their paths.
const MOST_DESCRIPTORS: usize = 512;

/// Provides the mounts of one launcher's runs.
#[derive(Debug)]
pub(super) struct FileAccess {
    /// Guests see files through mounts; without it they find them by this machine's own paths.
    mounted: bool,
    /// `None` where it is switched off.
    maps: Option<IdMaps>,
    copies: Copies,
    /// Device and inode of folders that were found to be open to every user.
    open: HashSet<(u64, u64)>,
}

/// What a run is given.
#[derive(Debug)]
pub(super) struct Provided {
    /// The program; mounts that had to be copied are mounts of their copies.
    pub(super) program: Program,
    /// Detached mounts for the program's mounts and then its trees. `None`: the launcher takes it by its path.
    pub(super) descriptors: Vec<Option<OwnedFd>>,
    /// What stays closed to the guest, in sentences.
    pub(super) notes: Vec<String>,
}

impl FileAccess {
    pub(super) fn new(settings: &Settings, mounted: bool, map: bool) -> Self {
        Self {
            mounted,
            maps: (map && mounted).then(|| IdMaps::new(settings)),
            copies: Copies::new(!mounted),
            open: HashSet::new(),
        }
    }

    /// Makes the program's mounts readable for the guest.
    ///
    /// # Errors
    /// [`SandboxError::CannotStart`] if the guest could not enter one of them.
    pub(super) fn provide(&mut self, program: &Program) -> Result<Provided, SandboxError> {
        let mut provided = Provided {
            program: program.clone(),
            descriptors: Vec::new(),
            notes: Vec::new(),
        };
        self.copies.next_run();
        for mount in &mut provided.program.mounts {
            let original = std::fs::canonicalize(&mount.host).ok();
            let descriptor = self.one(mount, &mut provided.notes);
            // What is hidden in a folder is hidden in its copy.
            if let (Some(original), Ok(real)) = (original, std::fs::canonicalize(&mount.host))
                && original != real
            {
                let inside = |h: &PathBuf| Some(real.join(h.strip_prefix(&original).ok()?));
                let copied = program.hidden.iter().filter_map(inside);
                provided.program.hidden.extend(copied);
            }
            provided.descriptors.push(descriptor.map_err(|why| {
                let program = program.argv.first().cloned().unwrap_or_default();
                SandboxError::CannotStart { program, why }
            })?);
        }
        if self.mounted {
            let trees = program.trees.iter().map(|t| root::lend(&t.host).ok());
            provided.descriptors.extend(trees);
            for further in provided.descriptors.iter_mut().skip(MOST_DESCRIPTORS) {
                *further = None;
            }
        } else {
            provided.descriptors.clear();
        }
        Ok(provided)
    }

    /// Provides one mount; its host becomes that of a copy where one was made. The error is a sentence.
    fn one(
        &mut self,
        mount: &mut Mount,
        notes: &mut Vec<String>,
    ) -> Result<Option<OwnedFd>, String> {
        // What is not there is named by whoever mounts it; what is neither folder nor file has no owner that matters.
        let real = std::fs::canonicalize(&mount.host);
        let real = real.and_then(|host| Ok((std::fs::metadata(&host)?, host)));
        let Some((facts, host)) = real.ok().filter(|(f, _)| f.is_dir() || f.is_file()) else {
            return Ok(self.as_it_is(&mount.host));
        };
        let whole = facts.is_file() && is_open(facts.mode());
        // A link may stand where the guest cannot go, though it leads to where it can.
        let link = std::path::absolute(&mount.host).is_ok_and(|link| !cleanup::is_passable(&link));
        if !self.mounted && link {
            mount.host.clone_from(&host);
        }
        let reachable = self.mounted || cleanup::is_passable(&host);
        if whole && reachable {
            return Ok(self.as_it_is(&host));
        }
        let unmapped = match &mut self.maps {
            Some(maps) => match maps.mount(&host) {
                Ok(descriptor) => return Ok(Some(descriptor)),
                Err(why) => why,
            },
            None => "no mounts of its own".to_owned(),
        };
        let identity = (facts.dev(), facts.ino());
        if reachable && self.open.contains(&identity) {
            return Ok(self.as_it_is(&host));
        }
        let survey = Survey::of(&host);
        if reachable && survey.open {
            self.open.insert(identity);
            return Ok(self.as_it_is(&host));
        }
        let uncopied = match self.copies.of(&host, &survey) {
            Ok(copy) => {
                mount.host = copy;
                return Ok(self.as_it_is(&mount.host));
            }
            Err(why) => why,
        };
        let closed = |may_not_read: &str| {
            format!(
                "root's programs run as another user, who may not read {may_not_read}{}: it can neither be mapped to that user ({unmapped}) nor copied ({uncopied}); let every user read it, or run reheat as its owner",
                host.display()
            )
        };
        if reachable && is_open(facts.mode()) {
            notes.push(closed("everything in "));
            return Ok(self.as_it_is(&host));
        }
        Err(closed(""))
    }

    /// A plain mount, made here because the launcher may not pass through folders of every owner.
    fn as_it_is(&self, host: &Path) -> Option<OwnedFd> {
        self.mounted.then(|| root::borrow(host).ok()).flatten()
    }
}

/// Whether every user may read it, and enter or execute it if its owner may.
fn is_open(mode: u32) -> bool {
    let (owner, others) = (mode >> 6, mode);
    others & 0o4 != 0 && (owner & 0o1 == 0 || others & 0o1 != 0)
}
