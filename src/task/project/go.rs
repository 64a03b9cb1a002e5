//! A Go module: the modules that Go keeps, modules beside the project.

use super::additions::LanguageAdditions;
use super::files::text_of;
use super::guest::GUEST_DEPS;
use super::host_environment::HostEnvironment;
use super::root::ProjectLocation;
use super::view::ProjectView;

pub(super) fn inspect(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
    found: &mut LanguageAdditions,
) {
    let module = place.upward().find(|f| f.join("go.mod").is_file());
    let module = module.map(std::path::Path::to_path_buf);
    if module.is_none() && !place.base().join("go.work").is_file() {
        return;
    }
    let path = machine.variables.get(std::ffi::OsStr::new("GOPATH"));
    let first = path.and_then(|list| std::env::split_paths(list).next());
    let cache = machine
        .folder("GOMODCACHE")
        .or_else(|| first.map(|p| p.join("pkg/mod")).filter(|p| p.is_dir()))
        .or_else(|| machine.in_home("go/pkg/mod"));
    let guest = format!("{GUEST_DEPS}/go/mod");
    let text = module.as_ref().and_then(|m| text_of(&m.join("go.mod")));
    let text = text.unwrap_or_default();
    let vendored = place
        .upward()
        .any(|f| f.join("vendor/modules.txt").is_file());
    let mut toolchains = false;
    match &cache {
        Some(cache) => {
            view.show(cache, &guest);
            found.set("GOMODCACHE", guest);
            let kept = std::fs::read_dir(cache.join("golang.org")).into_iter();
            toolchains = kept
                .flatten()
                .flatten()
                .any(|e| e.file_name().to_string_lossy().starts_with("toolchain@"));
        }
        None if text.contains("require") && !vendored => view.note(
            "Go has no modules on this machine yet: builds have no network, so run `go mod download` first (--prepare \"go mod download\")",
        ),
        None => {}
    }
    for (name, value) in [
        ("GOPROXY", "off"),
        ("GOSUMDB", "off"),
        ("GOTELEMETRY", "off"),
    ] {
        found.set(name, value);
    }
    // There is no network: another version of Go can only be used if it was fetched before.
    found.set("GOTOOLCHAIN", if toolchains { "auto" } else { "local" });
    let Some(module) = module else { return };
    for line in text.lines() {
        let Some((_, path)) = line.split_once("=>") else {
            continue;
        };
        let path = path.split_whitespace().next().unwrap_or_default();
        if !path.starts_with("..") {
            continue;
        }
        if let Ok(target) = std::fs::canonicalize(module.join(path)) {
            view.show_neighbour(&target, machine, &format!("replace … => {path}"));
        }
    }
}
