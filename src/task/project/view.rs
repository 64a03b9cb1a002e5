//! Which folders around a file the guest sees. A folder is shown as a whole where nothing in it has to stay hidden, and
//! else entry by entry: what is not mounted needs no guard, whatever the sandbox can do on a machine.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::FileType;
use std::path::{Path, PathBuf};

use super::files::name_of;
use super::guest::{GUEST_DEPS, GUEST_ROOT, SharedPath, guest_path, join};
use super::host_environment::HostEnvironment;
use super::root::ProjectLocation;
use super::secret;

/// Most files and folders that are visited in one folder and all below it.
const MOST_SEEN: usize = 300_000;

/// The same for the folder of a file that stands alone: a larger folder is not a project.
const MOST_BESIDE: usize = 20_000;

/// Most entries by which one folder is shown.
const MOST_PARTS: usize = 256;

/// Most notes about links that lead out of the project.
const MOST_LINKS: usize = 3;

/// The paths to show, as they are collected.
#[derive(Debug)]
pub(super) struct ProjectView {
    pub(crate) shown: Vec<SharedPath>,
    pub(crate) notes: Vec<String>,
    pub(crate) links: Vec<SharedPath>,
    /// The project's folder, or that of the file.
    base: PathBuf,
    file: PathBuf,
}

/// How much of a folder can be shown.
#[derive(Debug)]
enum Visibility {
    Whole,
    Parts(Vec<FolderPart>),
    Nothing,
}

#[derive(Debug)]
struct FolderPart {
    path: PathBuf,
    what: PartKind,
}

#[derive(Debug)]
enum PartKind {
    File,
    Folder(Visibility),
    Link,
}

/// A folder contains more entries than may be visited.
#[derive(Debug)]
struct TooManyEntries;

impl ProjectView {
    /// The project's folder, or, for a file that stands alone, the part of its folder that belongs to it.
    pub(crate) fn of(place: &ProjectLocation, machine: &HostEnvironment) -> Self {
        let mut view = Self {
            shown: Vec::new(),
            notes: Vec::new(),
            links: Vec::new(),
            base: place.base().to_path_buf(),
            file: place.file.clone(),
        };
        if place.root.is_none() {
            view.beside(place, machine);
            return view;
        }
        if view.vetted(place.base(), GUEST_ROOT, MOST_SEEN).is_ok() {
            return view;
        }
        for folder in [&place.package, &place.folder] {
            let inside = folder.strip_prefix(place.base()).ok();
            let guest = inside.and_then(|inside| join(GUEST_ROOT, inside));
            let Some(guest) = guest.filter(|_| folder != place.base()) else {
                continue;
            };
            if view.vetted(folder, &guest, MOST_SEEN).is_ok() {
                view.notes.push(format!(
                    "{} holds too much to look through: programs are shown {} alone; what else they need is shown by [sandbox] read = [\"…\"] in the config file",
                    place.base().display(),
                    folder.display()
                ));
                return view;
            }
        }
        view.notes.push(format!(
            "{} holds too much to look through: programs are shown the file alone",
            place.folder.display()
        ));
        view
    }

    fn beside(&mut self, place: &ProjectLocation, machine: &HostEnvironment) {
        let folder = &place.folder;
        let fits = !machine.is_too_much(folder);
        if !fits || self.vetted(folder, GUEST_ROOT, MOST_BESIDE).is_err() {
            self.notes.push(format!(
                "{} belongs to no project: programs are shown the file alone; if it needs others, put them into a folder of their own",
                place.file.display()
            ));
        }
    }

    /// Shows a file or folder as it is, without looking for secrets: only for what a package manager has installed.
    pub(crate) fn show(&mut self, host: &Path, guest: &str) {
        let host = std::fs::canonicalize(host).unwrap_or_else(|_| host.to_path_buf());
        if !host.exists() || self.shown.iter().any(|s| s.guest == guest) {
            return;
        }
        self.shown.push(SharedPath {
            host,
            guest: guest.to_owned(),
        });
    }

    /// Shows a folder of the user outside of the project, without what must stay hidden. Returns the guest path
    /// of it; `None` if it contains too much or nothing.
    pub(crate) fn show_vetted(&mut self, host: &Path, guest: &str) -> Option<String> {
        if let Some(known) = self.guest(host) {
            return Some(known);
        }
        let before = self.shown.len();
        let host = std::fs::canonicalize(host).ok()?;
        let looked = self.vetted(&host, guest, MOST_SEEN);
        (looked.is_ok() && self.shown.len() > before).then(|| guest.to_owned())
    }

    /// Shows the package that a link leads to in the place of the link, without what must stay hidden, or not at all.
    pub(crate) fn show_linked(&mut self, target: &Path, guest: &str) -> Option<String> {
        let before = self.shown.len();
        let looked = self.vetted(target, guest, MOST_SEEN);
        (looked.is_ok() && self.shown.len() > before).then(|| guest.to_owned())
    }

    /// Shows a folder beside the project that `said` names, at the same place seen from the project: `/other` for
    /// `../other`.
    pub(crate) fn show_neighbour(&mut self, target: &Path, machine: &HostEnvironment, said: &str) {
        let guest = self.beside_root(target);
        let fits = !machine.is_too_much(target);
        let shown = guest
            .filter(|_| fits)
            .and_then(|guest| self.show_vetted(target, &guest));
        if shown.is_none() {
            self.note(format!(
                "{said} leads to {}, which programs cannot be shown; move it into the project's repository",
                target.display()
            ));
        }
    }

    /// Where a folder outside of the project lies, seen from [`GUEST_ROOT`]; `None` where the sandbox has something else.
    fn beside_root(&self, target: &Path) -> Option<String> {
        const TAKEN: [&str; 22] = [
            "bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "dev", "proc", "sys",
            "work", "tmp", "prog", "data", "opt", "nix", "run", "var", "project", "deps", "boot",
        ];
        // Above the root of the file system there is nothing: every step further up stays there.
        let mut above = self.base.parent()?;
        loop {
            if let Ok(inside) = target.strip_prefix(above) {
                let first = inside.components().next()?.as_os_str().to_str()?;
                return (!TAKEN.contains(&first))
                    .then(|| join("", inside))
                    .flatten();
            }
            above = above.parent()?;
        }
    }

    /// An unused path below [`GUEST_DEPS`].
    pub(crate) fn free_place(&self, kind: &str, host: &Path) -> String {
        let name = name_of(host);
        let taken = |guest: &str| {
            let below = format!("{guest}/");
            self.shown
                .iter()
                .any(|s| s.guest == guest || s.guest.starts_with(&below))
        };
        let plain = format!("{GUEST_DEPS}/{kind}/{name}");
        let numbered = (2..).map(|n| format!("{GUEST_DEPS}/{kind}/{name}-{n}"));
        std::iter::once(plain)
            .chain(numbered)
            .find(|g| !taken(g))
            .unwrap_or_default()
    }

    /// Where the guest finds a file or folder of this machine.
    pub(crate) fn guest(&self, host: &Path) -> Option<String> {
        guest_path(&self.shown, Some(&self.base), host)
    }

    /// The file itself is always shown, wherever it lies.
    pub(crate) fn always(&mut self, file: &Path) {
        if !file.is_file() || self.guest(file).is_some() {
            return;
        }
        let inside = file.strip_prefix(&self.base).ok();
        let guest = inside.and_then(|inside| join(GUEST_ROOT, inside));
        if let Some(guest) = guest {
            self.show(file, &guest);
        }
    }

    /// Adds a note unless it is there already.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    fn vetted(&mut self, folder: &Path, guest: &str, most: usize) -> Result<(), TooManyEntries> {
        let mut walk = FolderWalk {
            base: folder.to_path_buf(),
            file: self.file.clone(),
            left: most,
            hidden: BTreeSet::new(),
        };
        let mut look = walk.look(folder, false)?;
        // A link whose name is private was found: what it leads to may have been passed before.
        if !walk.hidden.is_empty() {
            walk.left = most;
            look = walk.look(folder, false)?;
        }
        let mut links = Vec::new();
        let mut left_out = 0;
        self.emit(&mut walk, folder, guest, look, &mut links, &mut left_out);
        if left_out > 0 {
            self.note(format!(
                "{left_out} files of {} are not shown to programs: too many lie in one folder with others that must stay hidden",
                folder.display()
            ));
        }
        let more = links.len().saturating_sub(MOST_LINKS);
        for link in links.iter().take(MOST_LINKS) {
            self.note(format!(
                "{} leads to {}, which programs are not shown; if they need it, write [sandbox] read = [\"{}\"] in the config file",
                link.guest.trim_start_matches(GUEST_ROOT).trim_start_matches('/'),
                link.host.display(),
                link.host.display()
            ));
        }
        if more > 0 {
            self.note(format!(
                "{more} more links lead out of {}",
                folder.display()
            ));
        }
        self.links.extend(links);
        Ok(())
    }

    fn emit(
        &mut self,
        walk: &mut FolderWalk,
        path: &Path,
        guest: &str,
        look: Visibility,
        links: &mut Vec<SharedPath>,
        left_out: &mut usize,
    ) {
        let parts = match look {
            Visibility::Nothing => return,
            Visibility::Whole => return self.show(path, guest),
            Visibility::Parts(parts) => parts,
        };
        let mut files = 0;
        for part in parts {
            let Some(name) = part.path.file_name().and_then(|n| n.to_str()) else {
                *left_out += 1;
                continue;
            };
            let inside = format!("{guest}/{name}");
            match part.what {
                PartKind::Folder(look) => {
                    self.emit(walk, &part.path, &inside, look, links, left_out)
                }
                PartKind::File => {
                    files += 1;
                    if files <= MOST_PARTS {
                        self.show(&part.path, &inside);
                    } else {
                        *left_out += 1;
                    }
                }
                PartKind::Link => self.emit_link(walk, &part.path, inside, links),
            }
        }
    }

    fn emit_link(
        &mut self,
        walk: &mut FolderWalk,
        link: &Path,
        guest: String,
        links: &mut Vec<SharedPath>,
    ) {
        let Ok(target) = std::fs::canonicalize(link) else {
            return;
        };
        if !target.starts_with(&walk.base) {
            links.push(SharedPath {
                host: target,
                guest,
            });
        } else if !link.starts_with(&target) && walk.is_whole(&target) {
            self.show(&target, &guest);
        }
    }
}

/// A walk through folders that follows no links.
#[derive(Debug)]
struct FolderWalk {
    base: PathBuf,
    file: PathBuf,
    left: usize,
    /// What links with private names lead to.
    hidden: BTreeSet<PathBuf>,
}

impl FolderWalk {
    /// How much of a folder can be shown. In what is `published` (a package that anybody can fetch) no name is private.
    fn look(&mut self, folder: &Path, published: bool) -> Result<Visibility, TooManyEntries> {
        let mut parts = Vec::new();
        let mut whole = true;
        let mut entries: Vec<(OsString, FileType)> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|e| Some((e.file_name(), e.file_type().ok()?)))
            .collect();
        self.left = self.left.checked_sub(entries.len()).ok_or(TooManyEntries)?;
        if !self.file.starts_with(folder) && is_product(&entries) {
            return Ok(Visibility::Nothing);
        }
        // Folders and files of the same language first: they matter most where not everything can be shown.
        let kind = self.file.extension().map(OsString::from);
        entries.sort_by_key(|(name, what)| {
            let alike = Path::new(name).extension() == kind.as_deref();
            (!what.is_dir(), !alike, name.clone())
        });
        for (name, what) in entries {
            let path = folder.join(&name);
            if !published && self.hidden.contains(&path) {
                whole = false;
            } else if what.is_symlink() {
                if let Some(target) = secret::hidden_by_link(&path).filter(|_| !published) {
                    self.hidden.insert(target);
                    whole = false;
                    continue;
                }
                whole &= published || self.is_harmless(folder, &path);
                parts.push(FolderPart {
                    path,
                    what: PartKind::Link,
                });
            } else if what.is_dir() {
                if !published && (secret::is_private(&path, true) || secret::is_useless(&name)) {
                    whole = false;
                    continue;
                }
                let inner = published || folder.file_name().is_some_and(secret::is_published);
                let look = self.look(&path, inner)?;
                whole &= matches!(look, Visibility::Whole);
                parts.push(FolderPart {
                    path,
                    what: PartKind::Folder(look),
                });
            } else if what.is_file() && (published || !secret::is_private(&path, false)) {
                parts.push(FolderPart {
                    path,
                    what: PartKind::File,
                });
            } else {
                whole = false;
            }
        }
        Ok(if whole {
            Visibility::Whole
        } else {
            Visibility::Parts(parts)
        })
    }

    /// Whether a link leads to the same place in the sandbox as outside of it, or nowhere.
    fn is_harmless(&self, folder: &Path, link: &Path) -> bool {
        let Ok(said) = std::fs::read_link(link) else {
            return true;
        };
        match std::fs::canonicalize(folder.join(&said)) {
            Err(_) => true,
            Ok(target) if said.is_absolute() => ["/usr", "/bin", "/lib", "/lib64", "/nix/store"]
                .iter()
                .any(|f| target.starts_with(f)),
            Ok(target) => target.starts_with(&self.base),
        }
    }

    fn is_whole(&mut self, target: &Path) -> bool {
        if target.is_dir() {
            !secret::is_private(target, true)
                && matches!(self.look(target, false), Ok(Visibility::Whole))
        } else {
            target.is_file() && !secret::is_private(target, false)
        }
    }
}

/// Whether a folder with these entries holds an environment or build products, which no run needs from there.
fn is_product(entries: &[(OsString, FileType)]) -> bool {
    let has = |wanted: &str| entries.iter().any(|(name, _)| name == wanted);
    has("pyvenv.cfg") || has("conda-meta") || has(".rustc_info.json")
}
