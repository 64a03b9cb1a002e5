//! A Cargo package: the crates that Cargo keeps, packages beside the project, the toolchain it asks for.

use std::path::{Path, PathBuf};

use super::additions::LanguageAdditions;
use super::files::text_of;
use super::guest::GUEST_DEPS;
use super::host_environment::HostEnvironment;
use super::root::ProjectLocation;
use super::view::ProjectView;

/// The parts of Cargo's home that builds read.
const KEPT: [&str; 4] = ["registry/index", "registry/cache", "registry/src", "git"];

pub(super) fn inspect(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
    found: &mut LanguageAdditions,
) {
    let packaged = place.upward().any(|f| f.join("Cargo.toml").is_file());
    if !packaged {
        return;
    }
    let home = machine
        .folder("CARGO_HOME")
        .or_else(|| machine.in_home(".cargo"));
    let guest = format!("{GUEST_DEPS}/cargo");
    let mut any = false;
    if let Some(home) = &home {
        for part in KEPT {
            let folder = home.join(part);
            if folder.is_dir() {
                view.show(&folder, &format!("{guest}/{part}"));
                any = true;
            }
        }
        settings(home, &guest, view);
    }
    let vendored = place.upward().any(|f| f.join("vendor").is_dir());
    if !any && !vendored && needs_crates(place) {
        view.note("Cargo has no crates on this machine yet: builds have no network, so run `cargo fetch` first (--prepare \"cargo fetch\")");
    }
    found.set("CARGO_HOME", guest);
    found.set("CARGO_NET_OFFLINE", "true");
    neighbours(place, machine, view);
    found.tool = toolchain(place, machine, view);
}

/// Cargo's own settings count as well, unless they hold a key.
fn settings(home: &Path, guest: &str, view: &mut ProjectView) {
    let file = home.join("config.toml");
    if !file.is_file() {
        return;
    }
    if super::secret::is_private(&file, false)
        || text_of(&file).is_some_and(|t| t.contains("token"))
    {
        view.note(format!(
            "{} is not shown to builds, because there is a key in it; keep keys in credentials.toml, where `cargo login` puts them",
            file.display()
        ));
    } else {
        view.show(&file, &format!("{guest}/config.toml"));
    }
}

fn needs_crates(place: &ProjectLocation) -> bool {
    let lock = place.upward().find_map(|f| text_of(&f.join("Cargo.lock")));
    lock.is_none_or(|text| text.contains("\nsource = "))
}

/// Packages outside of the project that a `path = "../other"` names: they lie at the same place beside it.
fn neighbours(place: &ProjectLocation, machine: &HostEnvironment, view: &mut ProjectView) {
    let mut folders = vec![place.package.clone(), place.base().to_path_buf()];
    let mut next = 0;
    while next < folders.len().min(64) {
        let folder = folders[next].clone();
        next += 1;
        let Some(text) = text_of(&folder.join("Cargo.toml")) else {
            continue;
        };
        let table: toml::Table = toml::from_str(&text).unwrap_or_default();
        for path in paths_in(&toml::Value::Table(table)) {
            let Ok(target) = std::fs::canonicalize(folder.join(&path)) else {
                continue;
            };
            if target.starts_with(place.base()) || folders.contains(&target) {
                continue;
            }
            view.show_neighbour(&target, machine, &format!("path = \"{path}\""));
            folders.push(target);
        }
    }
}

/// Every `path = "…"` of a manifest that leads upward.
fn paths_in(value: &toml::Value) -> Vec<String> {
    let mut found = Vec::new();
    if let toml::Value::Table(table) = value {
        for (key, inner) in table {
            match inner {
                toml::Value::String(path) if key == "path" && path.contains("..") => {
                    found.push(path.clone());
                }
                _ => found.extend(paths_in(inner)),
            }
        }
    }
    found
}

/// The compiler that `rust-toolchain.toml` asks for.
fn toolchain(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
) -> Option<PathBuf> {
    let said = place.upward().find_map(|folder| {
        let table = text_of(&folder.join("rust-toolchain.toml"))
            .or_else(|| text_of(&folder.join("rust-toolchain")))?;
        let parsed: Option<toml::Table> = toml::from_str(&table).ok();
        let channel = parsed.and_then(|t| {
            let channel = t.get("toolchain")?.get("channel")?;
            Some(channel.as_str()?.to_owned())
        });
        channel.or_else(|| Some(table.trim().to_owned()).filter(|t| is_plain(t)))
    })?;
    let store = machine
        .folder("RUSTUP_HOME")
        .or_else(|| machine.in_home(".rustup"))?
        .join("toolchains");
    let entries = std::fs::read_dir(store).ok()?.flatten();
    let fits = |name: &str| {
        let rest = name.strip_prefix(said.as_str());
        rest.is_some_and(|r| r.is_empty() || r.starts_with('-') || r.starts_with('.'))
    };
    let mut fit: Vec<PathBuf> = entries
        .filter(|e| e.file_name().to_str().is_some_and(fits))
        .map(|e| e.path().join("bin/rustc"))
        .filter(|p| p.is_file())
        .collect();
    fit.sort();
    if fit.is_empty() {
        view.note(format!(
            "the project asks for the Rust toolchain {said}, which is not installed: run `rustup toolchain install {said}`"
        ));
    }
    fit.pop()
}

fn is_plain(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    !name.is_empty() && name.chars().all(fine)
}
