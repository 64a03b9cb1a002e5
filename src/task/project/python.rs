//! A Python project: its virtual environment, where its packages lie, what is installed from elsewhere.

use std::path::{Path, PathBuf};

use super::additions::LanguageAdditions;
use super::files::{name_of, text_of};
use super::guest::GUEST_DEPS;
use super::host_environment::HostEnvironment;
use super::module::{imports, path_and_names};
use super::root::ProjectLocation;
use super::view::ProjectView;

/// Names that people give the folder of an environment.
const NAMES: [&str; 5] = [".venv", "venv", "env", ".env", ".conda"];

/// Where a user's own packages are shown.
const USER: &str = "user";

pub(super) fn inspect(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
    found: &mut LanguageAdditions,
) {
    let environment = environment(place, machine, view);
    let mut paths: Vec<String> = Vec::new();
    let (own, _) = path_and_names(&place.file, place.base());
    paths.extend(view.guest(&own));
    for folder in place.upward() {
        let (source, packages) = (folder.join("src"), folder.join("__pypackages__"));
        if source.is_dir() && folder == place.package {
            paths.extend(view.guest(&source));
        }
        paths.extend(pypackages(&packages).and_then(|lib| view.guest(&lib)));
    }
    let text = text_of(&place.file).unwrap_or_default();
    let in_root = |folder: &Path| {
        imports(&text).any(|n| {
            let from = |f: &Path| f.join(format!("{n}.py")).is_file() || is_package(&f.join(n));
            from(folder) && !from(&own)
        })
    };
    for folder in [place.package.as_path(), place.base()] {
        if in_root(folder) {
            paths.extend(view.guest(folder));
        }
    }
    match &environment {
        Some(prefix) => {
            found.tool = interpreter(prefix);
            paths.extend(editable(prefix, machine, view));
        }
        None => {
            found.tool = chosen_version(place, machine, view);
            user_packages(machine, view, found);
        }
    }
    let mut said: Vec<String> = Vec::new();
    for path in paths {
        if !said.contains(&path) {
            said.push(path);
        }
    }
    if !said.is_empty() {
        found.set("PYTHONPATH", said.join(":"));
    }
}

/// The folder of the environment that belongs to the project: its own, the active one, or one that a tool keeps for it.
fn environment(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
) -> Option<PathBuf> {
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .iter()
        .filter_map(|v| machine.folder(v))
        .find(|p| interpreter(p).is_some());
    let project = place.root.is_some();
    let inside = active.clone().filter(|a| a.starts_with(place.base()));
    let own = inside.or_else(|| {
        let mut folders = place.upward().filter(|_| project);
        folders.find_map(|folder| {
            let usual = NAMES.iter().map(|n| folder.join(n));
            let pixi = folder.join(".pixi/envs/default");
            usual
                .chain([pixi])
                .find(|p| is_environment(p) && interpreter(p).is_some())
                .or_else(|| pdm(folder))
        })
    });
    let kept = || {
        own.is_none()
            .then(|| kept_elsewhere(place, machine))
            .flatten()
    };
    let chosen = own.clone().or_else(kept).or_else(|| active.clone());
    match (&chosen, &active) {
        (Some(chosen), Some(active)) if chosen != active => view.note(format!(
            "Python is that of {}, which belongs to the project; the active environment {} is not used",
            chosen.display(),
            active.display()
        )),
        (Some(chosen), _) => view.note(format!("Python is that of {}", chosen.display())),
        (None, _) => {
            let broken = NAMES.iter().map(|n| place.package.join(n));
            let broken = broken.into_iter().find(|p| is_environment(p));
            if let Some(broken) = broken {
                view.note(format!(
                    "the environment {} has no interpreter that is there: what it was made from is gone; make it anew",
                    broken.display()
                ));
            }
        }
    }
    chosen
}

fn is_environment(prefix: &Path) -> bool {
    prefix.join("pyvenv.cfg").is_file() || prefix.join("conda-meta").is_dir()
}

fn is_package(folder: &Path) -> bool {
    let python = |e: std::fs::DirEntry| e.path().extension().is_some_and(|x| x == "py");
    std::fs::read_dir(folder).is_ok_and(|all| all.flatten().any(python))
}

fn interpreter(prefix: &Path) -> Option<PathBuf> {
    ["bin/python", "bin/python3"]
        .iter()
        .map(|name| prefix.join(name))
        .find(|p| p.is_file())
}

/// PDM notes the interpreter it uses.
fn pdm(folder: &Path) -> Option<PathBuf> {
    let said = text_of(&folder.join(".pdm-python"))?;
    let prefix = Path::new(said.trim()).parent()?.parent()?.to_path_buf();
    (prefix.is_absolute() && is_environment(&prefix) && interpreter(&prefix).is_some())
        .then_some(prefix)
}

/// Environments that Poetry, Pipenv, virtualenvwrapper, pyenv and conda keep outside of the projects they are for.
fn kept_elsewhere(place: &ProjectLocation, machine: &HostEnvironment) -> Option<PathBuf> {
    place.root.as_ref()?;
    let folder = &place.package;
    let usable = |p: &PathBuf| is_environment(p) && interpreter(p).is_some();
    let named = |store: Option<PathBuf>, wanted: &dyn Fn(&str) -> bool| {
        let entries = std::fs::read_dir(store?).ok()?.flatten();
        let mut fit: Vec<PathBuf> = entries
            .filter(|e| e.file_name().to_str().is_some_and(wanted))
            .map(|e| e.path())
            .filter(usable)
            .collect();
        // Of several (of several versions of Python) the one made last.
        fit.sort_by_key(|p| std::fs::metadata(p).and_then(|m| m.modified()).ok());
        fit.pop()
    };
    if let Some(name) = version_file(place).filter(|n| !n.starts_with(|c: char| c.is_ascii_digit()))
    {
        let pyenv = pyenv(machine).map(|root| root.join("versions").join(name));
        if let Some(found) = pyenv.filter(usable) {
            return Some(found);
        }
    }
    let project = text_of(&folder.join("pyproject.toml"));
    if let Some(text) = project.filter(|t| t.contains("[tool.poetry") || t.contains("poetry-core"))
    {
        let store = machine
            .folder("POETRY_VIRTUALENVS_PATH")
            .or_else(|| machine.in_home(".cache/pypoetry/virtualenvs"));
        let name = project_name(&text).unwrap_or_else(|| name_of(folder));
        let prefix = format!("{}-", name.to_lowercase().replace(' ', "_"));
        let wanted = |n: &str| n.strip_prefix(&prefix).is_some_and(is_hash_and_version);
        if let Some(found) = named(store, &wanted) {
            return Some(found);
        }
    }
    let workon = || {
        machine
            .folder("WORKON_HOME")
            .or_else(|| machine.in_home(".local/share/virtualenvs"))
            .or_else(|| machine.in_home(".virtualenvs"))
    };
    let prefix = format!("{}-", name_of(folder));
    if folder.join("Pipfile").is_file() {
        let wanted = |n: &str| n.strip_prefix(&prefix).is_some_and(|r| r.len() == 8);
        if let Some(found) = named(workon(), &wanted) {
            return Some(found);
        }
    }
    let own_name = name_of(folder);
    named(workon(), &|n| n == own_name).or_else(|| conda(folder, machine))
}

/// The environment that an `environment.yml` names, where conda has it.
fn conda(folder: &Path, machine: &HostEnvironment) -> Option<PathBuf> {
    let text = text_of(&folder.join("environment.yml"))
        .or_else(|| text_of(&folder.join("environment.yaml")))?;
    let name = text.lines().find_map(|l| l.strip_prefix("name:"))?.trim();
    let stores = [
        "miniconda3",
        "anaconda3",
        "miniforge3",
        "mambaforge",
        ".conda",
    ];
    let root = machine.folder("CONDA_ROOT").or_else(|| {
        let exe = machine.variables.get(std::ffi::OsStr::new("CONDA_EXE"))?;
        Some(Path::new(exe).parent()?.parent()?.to_path_buf())
    });
    root.into_iter()
        .chain(stores.iter().filter_map(|s| machine.in_home(s)))
        .map(|root| root.join("envs").join(name))
        .find(|p| is_environment(p) && interpreter(p).is_some())
}

/// `abcd1234-py3.12`, as Poetry ends the names of its environments.
fn is_hash_and_version(rest: &str) -> bool {
    rest.split_once("-py").is_some_and(|(hash, version)| {
        hash.len() == 8 && version.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn project_name(text: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(text).ok()?;
    let poetry = table.get("tool").and_then(|t| t.get("poetry"));
    let name = |t: Option<&toml::Value>| Some(t?.get("name")?.as_str()?.to_owned());
    name(table.get("project")).or_else(|| name(poetry))
}

fn pyenv(machine: &HostEnvironment) -> Option<PathBuf> {
    machine
        .folder("PYENV_ROOT")
        .or_else(|| machine.in_home(".pyenv"))
}

/// What the nearest `.python-version` says.
fn version_file(place: &ProjectLocation) -> Option<String> {
    place.root.as_ref()?;
    let text = place
        .upward()
        .find_map(|f| text_of(&f.join(".python-version")))?;
    let line = text.lines().map(str::trim);
    let said = line
        .into_iter()
        .find(|l| !l.is_empty() && !l.starts_with('#'))?;
    (!said.contains('/') && !said.starts_with('.')).then(|| said.to_owned())
}

/// The interpreter that `.python-version` asks for, where pyenv or uv has it.
fn chosen_version(
    place: &ProjectLocation,
    machine: &HostEnvironment,
    view: &mut ProjectView,
) -> Option<PathBuf> {
    let wanted = version_file(place)?;
    let exact = |name: &str| {
        let rest = name.strip_prefix(wanted.as_str());
        rest.is_some_and(|r| r.is_empty() || r.starts_with('.'))
    };
    let best = |store: Option<PathBuf>, start: &str| {
        let entries = std::fs::read_dir(store?).ok()?.flatten();
        let versions = entries.filter_map(|e| {
            let name = e.file_name().to_str()?.to_owned();
            let version = name.strip_prefix(start)?.split('-').next()?.to_owned();
            exact(&version).then_some((numbers(&version), e.path()))
        });
        let usable = versions.filter_map(|(n, p)| Some((n, interpreter(&p)?)));
        usable.max().map(|(_, p)| p)
    };
    let here = best(pyenv(machine).map(|p| p.join("versions")), "")
        .or_else(|| best(machine.in_home(".local/share/uv/python"), "cpython-"));
    if here.is_none() {
        let name = format!("python{wanted}");
        let on_path = machine.variables.get(std::ffi::OsStr::new("PATH"));
        let on_path = on_path
            .into_iter()
            .flat_map(std::env::split_paths)
            .any(|f| f.join(&name).is_file());
        if on_path {
            return Some(PathBuf::from(name));
        }
        view.note(format!(
            ".python-version asks for Python {wanted}, which was not found; the usual python3 is used (--tool chooses another)"
        ));
    }
    here
}

/// The numbers of a version, to compare by.
pub(super) fn numbers(version: &str) -> Vec<u32> {
    version
        .split(['.', '-', 'v'])
        .filter_map(|n| n.parse().ok())
        .collect()
}

/// The newest folder of packages in a `__pypackages__`.
fn pypackages(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let versions = entries.map(|e| e.path().join("lib")).filter(|p| p.is_dir());
    versions.max_by_key(|p| numbers(&p.parent().map(name_of).unwrap_or_default()))
}

/// Packages that were installed for the user alone: shown only where no environment hides them anyway.
fn user_packages(machine: &HostEnvironment, view: &mut ProjectView, found: &mut LanguageAdditions) {
    let Some(lib) = machine.in_home(".local/lib") else {
        return;
    };
    let base = format!("{GUEST_DEPS}/{USER}");
    let mut any = false;
    for entry in std::fs::read_dir(lib).into_iter().flatten().flatten() {
        let packages = entry.path().join("site-packages");
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("python3") && packages.is_dir() {
            view.show(&packages, &format!("{base}/lib/{name}/site-packages"));
            any = true;
        }
    }
    if any {
        found.set("PYTHONUSERBASE", base);
    }
}

/// Folders that were installed for editing: those outside of the environment that its `.pth` files and finders name.
fn editable(prefix: &Path, machine: &HostEnvironment, view: &mut ProjectView) -> Vec<String> {
    let mut guests = Vec::new();
    let (folders, packages) = named_folders(prefix);
    for folder in folders {
        let place = view.free_place("python", &folder);
        let shown = if machine.is_too_much(&folder) {
            view.guest(&folder)
        } else {
            view.show_vetted(&folder, &place)
        };
        guests.push((folder, shown));
    }
    for package in packages {
        // The package alone, in a folder of its own: what lies beside it is not meant.
        let place = view.free_place("python", &package);
        let parent = package.parent().and_then(|p| view.guest(p));
        let shown = parent.or_else(|| {
            view.show_vetted(&package, &format!("{place}/{}", name_of(&package)))?;
            Some(place)
        });
        guests.push((package, shown));
    }
    let mut paths = Vec::new();
    for (host, guest) in guests {
        match guest {
            Some(guest) => paths.push(guest),
            None => view.note(format!(
                "the environment has packages from {}, which cannot be shown to programs; install them without --editable",
                host.display()
            )),
        }
    }
    paths
}

/// What the `.pth` files of an environment add to `sys.path`, and the packages that the finders of setuptools name.
fn named_folders(prefix: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut folders, mut named) = (Vec::new(), Vec::new());
    for packages in site_packages(prefix) {
        for entry in std::fs::read_dir(packages).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = name_of(&path);
            let text = || text_of(&path).unwrap_or_default();
            if name.ends_with(".pth") {
                let text = text();
                let lines = text.lines().map(str::trim).filter(|l| l.starts_with('/'));
                folders.extend(lines.map(PathBuf::from));
            } else if name.starts_with("__editable__") && name.ends_with("finder.py") {
                named.extend(finder_packages(&text()));
            }
        }
    }
    let tidy = |list: Vec<PathBuf>| {
        let real = list.iter().filter_map(|p| std::fs::canonicalize(p).ok());
        let mut real: Vec<PathBuf> = real
            .filter(|p| !p.starts_with(prefix) && p.is_dir())
            .collect();
        real.sort();
        real.dedup();
        real
    };
    (tidy(folders), tidy(named))
}

pub(super) fn site_packages(prefix: &Path) -> Vec<PathBuf> {
    let libs = std::fs::read_dir(prefix.join("lib")).into_iter().flatten();
    libs.flatten()
        .filter(|e| e.file_name().to_string_lossy().starts_with("python"))
        .map(|e| e.path().join("site-packages"))
        .filter(|p| p.is_dir())
        .collect()
}

/// The packages in the `MAPPING` of a finder: `{'pkg': '/where/it/is/pkg'}`.
fn finder_packages(text: &str) -> Vec<PathBuf> {
    let line = text.lines().find(|l| l.starts_with("MAPPING"));
    let Some((_, mapping)) = line.and_then(|l| l.split_once('{')) else {
        return Vec::new();
    };
    let quoted = mapping.split(['\'', '"']).skip(1).step_by(2);
    quoted
        .filter(|q| q.starts_with('/'))
        .map(PathBuf::from)
        .collect()
}
