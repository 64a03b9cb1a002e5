//! A JavaScript project: its packages, those that are linked from elsewhere, the version of Node it asks for.

use std::path::{Path, PathBuf};

use super::additions::LanguageAdditions;
use super::files::{name_of, text_of};
use super::guest::GUEST_DEPS;
use super::host_environment::HostEnvironment;
use super::python::numbers;
use super::root::ProjectLocation;
use super::view::ProjectView;

/// Where Node looks last, whatever folder a file lies in.
const LAST_RESORT: &str = "/node_modules";

/// Most linked packages that are shown one by one.
const MOST_LINKED: usize = 200;

pub(super) fn inspect(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
    found: &mut LanguageAdditions,
) {
    let mut any = false;
    for folder in place.upward() {
        let packages = folder.join("node_modules");
        if packages.is_dir() {
            any = true;
            linked(place, &packages, machine, view);
        }
    }
    any |= above(place, machine, view);
    plug_and_play(place, view, found);
    let manifest = text_of(&place.package.join("package.json"));
    let needs = manifest.as_deref().is_some_and(has_dependencies);
    if needs && !any && !place.base().join(".pnp.cjs").is_file() {
        view.note(format!(
            "{} names dependencies, and there is no node_modules folder: run `npm install` there first",
            place.package.join("package.json").display()
        ));
    }
    global(machine, view, found);
    found.tool = node(place, machine, view);
}

fn has_dependencies(manifest: &str) -> bool {
    let value: serde_json::Value = serde_json::from_str(manifest).unwrap_or_default();
    let list = value.get("dependencies").and_then(|d| d.as_object());
    list.is_some_and(|list| !list.is_empty())
}

/// Packages that are links out of the project (`npm link`, a workspace elsewhere): shown where Node looks last.
fn linked(
    place: &ProjectLocation,
    packages: &Path,
    machine: &HostEnvironment,
    view: &mut ProjectView,
) {
    let entries = |folder: &Path| {
        let all = std::fs::read_dir(folder).into_iter().flatten().flatten();
        all.map(|e| e.path()).collect::<Vec<_>>()
    };
    let scoped = |p: &PathBuf| name_of(p).starts_with('@');
    let all = entries(packages).into_iter().flat_map(|path| {
        if scoped(&path) {
            entries(&path)
        } else {
            vec![path]
        }
    });
    let mut told = 0;
    for link in all.filter(|p| p.is_symlink()) {
        let Ok(target) = std::fs::canonicalize(&link) else {
            continue;
        };
        let relative = std::fs::read_link(&link).is_ok_and(|l| l.is_relative());
        if target.starts_with(place.base()) && relative {
            continue;
        }
        let Ok(inside) = link.strip_prefix(packages) else {
            continue;
        };
        let guest = super::guest::join(LAST_RESORT, inside).filter(|_| told < MOST_LINKED);
        // In a store of packages those that it needs lie beside it.
        let stored = target.iter().any(|part| part == "node_modules");
        let fits = !machine.is_too_much(&target) && !stored;
        told += 1;
        let shown = guest
            .filter(|_| fits)
            .and_then(|guest| view.show_linked(&target, &guest));
        if shown.is_none() {
            view.note(format!(
                "the package {} is a link to {}, which programs are not shown; write [sandbox] read = [\"{}\"] in the config file",
                inside.display(),
                target.display(),
                target.display()
            ));
        }
    }
}

/// A `node_modules` folder above the project.
fn above(place: &ProjectLocation, machine: &HostEnvironment, view: &mut ProjectView) -> bool {
    let higher = place.base().ancestors().skip(1);
    let folder = higher
        .take_while(|f| !machine.is_too_much(f))
        .map(|f| f.join("node_modules"))
        .find(|f| f.is_dir());
    if let Some(folder) = &folder {
        view.show(folder, LAST_RESORT);
    }
    folder.is_some()
}

/// Yarn's way without a `node_modules` folder.
fn plug_and_play(place: &ProjectLocation, view: &mut ProjectView, found: &mut LanguageAdditions) {
    let file = place.base().join(".pnp.cjs");
    let Some(guest) = view.guest(&file).filter(|_| file.is_file()) else {
        return;
    };
    found.set("NODE_OPTIONS", format!("--require {guest}"));
    if !place.base().join(".yarn/cache").is_dir() {
        view.note(
            "Yarn keeps this project's packages in a folder of the home, which programs are not shown; run `yarn config set enableGlobalCache false`, or `yarn config set nodeLinker node-modules`, and then `yarn install`",
        );
    }
}

/// Folders of `NODE_PATH`.
fn global(machine: &HostEnvironment, view: &mut ProjectView, found: &mut LanguageAdditions) {
    let Some(list) = machine.variables.get(std::ffi::OsStr::new("NODE_PATH")) else {
        return;
    };
    let mut guests = Vec::new();
    for (n, folder) in std::env::split_paths(list).enumerate() {
        if folder.is_absolute() && folder.is_dir() && !machine.is_too_much(&folder) {
            let guest = format!("{GUEST_DEPS}/node/{n}");
            view.show(&folder, &guest);
            guests.push(guest);
        }
    }
    if !guests.is_empty() {
        found.set("NODE_PATH", guests.join(":"));
    }
}

/// The Node that `.nvmrc` or `.node-version` asks for, where a version manager has it.
fn node(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
) -> Option<PathBuf> {
    place.root.as_ref()?;
    let files = [".nvmrc", ".node-version"];
    let said = place
        .upward()
        .find_map(|f| files.iter().find_map(|n| text_of(&f.join(n))))?;
    let said = said.lines().next().unwrap_or_default().trim().to_owned();
    let wanted = said.trim_start_matches('v');
    if !wanted.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let fits = |name: &str| {
        let rest = name.trim_start_matches('v').strip_prefix(wanted);
        rest.is_some_and(|r| r.is_empty() || r.starts_with('.'))
    };
    let stores = [
        (
            machine
                .folder("NVM_DIR")
                .or_else(|| machine.in_home(".nvm"))
                .map(|p| p.join("versions/node")),
            "bin/node",
        ),
        (
            machine.in_home(".local/share/fnm/node-versions"),
            "installation/bin/node",
        ),
        (machine.in_home(".volta/tools/image/node"), "bin/node"),
        (machine.in_home(".asdf/installs/nodejs"), "bin/node"),
        (
            machine.in_home(".local/share/mise/installs/node"),
            "bin/node",
        ),
    ];
    let mut best: Option<(Vec<u32>, PathBuf)> = None;
    let mut managed = false;
    for (store, inside) in stores {
        let Some(store) = store.filter(|s| s.is_dir()) else {
            continue;
        };
        managed = true;
        for entry in std::fs::read_dir(&store).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let program = entry.path().join(inside);
            if fits(&name) && program.is_file() {
                best = best.max(Some((numbers(&name), program)));
            }
        }
    }
    if best.is_none() && managed {
        view.note(format!(
            "the project asks for Node {said}, which was not found; the usual node is used (--tool chooses another)"
        ));
    }
    best.map(|(_, program)| program)
}
