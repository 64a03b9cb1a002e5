//! Identity-mapped mounts: views of a file or folder in which another user is its owner.
//!
//! The mapping is described by a user namespace. A short-lived launcher process makes each one; what is kept is its
//! descriptor. Needs Linux 5.12, a file system that takes part (ext4, XFS, Btrfs; tmpfs since 6.3; not overlay, 9p or NFS),
//! and rights over the file system, which root in a container has not.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::Child;

use super::super::ids;
use super::super::wire::{self, LauncherSetup, Message};
use super::super::{LauncherHandle, root, sys};
use crate::sandbox::Settings;

/// User and group that own a file.
type Owner = (u32, u32);

/// The mappings from owners of files to the guest.
#[derive(Debug)]
pub(super) struct IdMaps {
    settings: Settings,
    namespaces: HashMap<Owner, OwnedFd>,
    /// Why there can be no namespace: not tried again.
    impossible: Option<String>,
}

impl IdMaps {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            settings: settings.clone(),
            namespaces: HashMap::new(),
            impossible: None,
        }
    }

    /// A detached read-only mount of a folder or file in which what belongs to its owner belongs to the guest.
    ///
    /// # Errors
    /// Why there is none, in a few words.
    pub(super) fn mount(&mut self, path: &Path) -> Result<OwnedFd, String> {
        let tree = root::take(path).map_err(|e| format!("no mount of it: {e}"))?;
        // Of the mount, not of the path: that may have changed meanwhile.
        let facts = rustix::fs::fstat(&tree).map_err(|e| e.to_string())?;
        let map = self.namespace((facts.st_uid, facts.st_gid))?;
        let mapped = |recursive, attributes| {
            sys::set_mount_attributes(tree.as_fd(), c"", recursive, attributes, Some(map))
        };
        // What is mounted below it may be on a file system that takes no part; it is then shown as it is.
        mapped(true, root::READ_ONLY)
            .or_else(|_| {
                mapped(false, 0)?;
                sys::set_mount_attributes(tree.as_fd(), c"", true, root::READ_ONLY, None)
            })
            .map_err(|e| format!("its file system or this kernel cannot: {e}"))?;
        Ok(tree)
    }

    fn namespace(&mut self, owner: Owner) -> Result<BorrowedFd<'_>, String> {
        if let Some(why) = &self.impossible {
            return Err(why.clone());
        }
        let namespace: &OwnedFd = match self.namespaces.entry(owner) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => match make(&self.settings, owner) {
                Ok(made) => new.insert(made),
                Err(why) => {
                    let why = format!("no user namespace to describe the mapping: {why}");
                    self.impossible = Some(why.clone());
                    return Err(why);
                }
            },
        };
        Ok(namespace.as_fd())
    }
}

/// A user namespace that nobody is in, with the one mapping.
fn make(settings: &Settings, owner: Owner) -> Result<OwnedFd, String> {
    let (mut child, socket) = LauncherHandle::spawn(settings)?;
    let made = ask(&child, &socket, owner);
    drop(socket);
    let _ = child.kill();
    let _ = child.wait();
    made
}

fn ask(child: &Child, socket: &OwnedFd, owner: Owner) -> Result<OwnedFd, String> {
    let in_words = |e: std::io::Error| e.to_string();
    let setup = LauncherSetup {
        user: true,
        ..LauncherSetup::default()
    };
    wire::send(socket.as_fd(), &Message::Setup(setup), &[]).map_err(in_words)?;
    match wire::receive(socket.as_fd()).map_err(in_words)? {
        Some((Message::Unshared, _)) => {}
        Some((Message::Unable(why), _)) => return Err(why),
        _ => return Err("the launcher ended".to_owned()),
    }
    let process = format!("/proc/{}", child.id());
    // On the disk's side the owner, on the mount's side the guest.
    for (map, id) in [("uid_map", owner.0), ("gid_map", owner.1)] {
        let line = format!("{id} {} 1\n", ids::outside());
        std::fs::write(format!("{process}/{map}"), line).map_err(in_words)?;
    }
    let namespace = File::open(format!("{process}/ns/user")).map_err(in_words)?;
    Ok(namespace.into())
}
