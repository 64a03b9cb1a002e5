//! What the launcher is asked to do for one run: mounts, folders, limits, environment.

use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;

use super::wire::{self, BindMount, Message, PathGrant, RunRequest};
use super::{LauncherHandle, RunFailure};
use crate::base::units::Bytes;
use crate::sandbox::plain::{self, StagedRoot};
use crate::sandbox::{Limits, Mount, Program, SandboxError, TreeHolder, WORK};

impl LauncherHandle {
    /// Sends the mounts that are descriptors: of the request's mounts and then of its trees.
    pub(super) fn hand_over(
        &self,
        request: &mut RunRequest,
        descriptors: Vec<Option<OwnedFd>>,
    ) -> Result<(), RunFailure> {
        let all = request.mounts.iter_mut().chain(&mut request.trees);
        for (mount, descriptor) in all.zip(&descriptors) {
            mount.handed = descriptor.is_some();
        }
        let fds: Vec<_> = descriptors.iter().flatten().map(|fd| fd.as_fd()).collect();
        for some in fds.chunks(wire::MOST_DESCRIPTORS) {
            self.tell(&Message::Mounts, some)?;
        }
        Ok(())
    }

    /// The weak tier's stand-in for a root of its own, writable for the guest where it is to be.
    pub(super) fn stage(&self, program: &Program) -> Result<StagedRoot, SandboxError> {
        let stage = StagedRoot::build(program, &super::stage_place(&self.setup))?;
        if self.setup.root {
            stage
                .give_to(self.setup.outside)
                .map_err(plain::failed("giving the work folder to the guest"))?;
        }
        Ok(stage)
    }

    /// What is mounted over each hidden file or folder, wherever a mount shows it: a device that cannot be opened, or an
    /// empty folder.
    pub(super) fn covers(&mut self, program: &Program) -> std::io::Result<Vec<Mount>> {
        let mut covers = Vec::new();
        for mount in &program.mounts {
            let host = std::fs::canonicalize(&mount.host)?;
            for hidden in &program.hidden {
                let Some(inside) = hidden
                    .strip_prefix(&host)
                    .ok()
                    .filter(|inside| !inside.as_os_str().is_empty())
                else {
                    continue;
                };
                let Ok(facts) = std::fs::symlink_metadata(hidden) else {
                    continue;
                };
                let inside = inside.to_str().ok_or_else(|| {
                    std::io::Error::other(format!(
                        "the name of {} is not UTF-8; rename it",
                        hidden.display()
                    ))
                })?;
                let cover = if facts.is_dir() {
                    let place = std::env::temp_dir();
                    if self.empty.is_none() {
                        self.empty = Some(TreeHolder::fresh(&place, true)?);
                    }
                    self.empty
                        .as_ref()
                        .map_or(place, |holder| holder.path().to_path_buf())
                } else {
                    "/dev/null".into()
                };
                covers.push(Mount {
                    host: cover,
                    guest: format!("{}/{inside}", mount.guest.trim_end_matches('/')),
                });
            }
        }
        Ok(covers)
    }

    /// What the launcher is asked to do.
    pub(super) fn request(
        &self,
        program: &Program,
        limits: &Limits,
        stage: Option<&StagedRoot>,
    ) -> RunRequest {
        let mut environment = crate::sandbox::program::base_environment();
        environment.extend(program.environment.iter().cloned());
        let mut last: Vec<(String, String)> = Vec::with_capacity(environment.len());
        for (name, value) in environment {
            last.retain(|(n, _)| *n != name);
            last.push((name, value));
        }
        let real = |text: &str| {
            stage
                .map_or_else(|| text.to_owned(), |s| s.rewrite(text))
                .into_bytes()
        };
        let folder = program.folder.as_deref().unwrap_or(WORK);
        let limited_by_cgroup = self
            .cgroup
            .as_ref()
            .is_some_and(super::Cgroup::limits_processes);
        let mounts = program.mounts.iter().map(|m| BindMount {
            host: bytes(&m.host),
            guest: m.guest.trim_end_matches('/').as_bytes().to_vec(),
            handed: false,
        });
        let trees = program.trees.iter().map(|t| BindMount {
            host: bytes(&t.host),
            guest: t.place().as_bytes().to_vec(),
            handed: false,
        });
        let (mounts, trees, grants) = match stage {
            None => (mounts.collect(), trees.collect(), Vec::new()),
            Some(stage) => {
                let reachable = stage.reachable(program).into_iter();
                let grants = reachable.map(|(path, access)| PathGrant {
                    path: bytes(&path),
                    access,
                });
                (Vec::new(), Vec::new(), grants.collect())
            }
        };
        let in_memory = match stage {
            Some(_) => limits.disk.0,
            None => limits.disk.0.max(limits.memory.0),
        };
        RunRequest {
            argv: program.argv.iter().map(|a| real(a)).collect(),
            environment: last
                .iter()
                .map(|(n, v)| [n.as_bytes(), b"=", &real(v)].concat())
                .collect(),
            folder: real(folder),
            mounts,
            disk: limits.disk.0.max(4096),
            // Files in memory have their own limit; on a real disk a file is never larger than the disk is to be.
            file_size: in_memory.max(program.trees.iter().map(|t| t.most.0).max().unwrap_or(0)),
            shared: in_memory,
            trees,
            grants,
            may_keep: !program.trees.is_empty(),
            // With a cgroup this is the second wall; init and launcher are counted with the guest.
            processes: u64::from(limits.processes) + if limited_by_cgroup { 16 } else { 2 },
            // Only a second wall behind the readings: runtimes reserve far more than they use.
            data: self
                .cgroup
                .is_none()
                .then(|| limits.memory.0 * 4 + Bytes::mib(1024).0),
            watched: program.watched,
            core: None,
        }
    }
}

/// A path as the kernel takes it.
fn bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}
