//! What to do when a program or a compiler says that something is missing: one sentence, with the line to add or the
//! command to run.

use std::path::{Path, PathBuf};

use super::Project;
use super::guest::{GUEST_ROOT, SharedPath, join};

/// Turns what a program or a compiler wrote to its standard error into what to do about it; `None` where nothing in it
/// speaks of something missing.
#[must_use]
pub fn hint_for(stderr: &str, project: &Project) -> Option<String> {
    // A tail is enough, and keeps this quick whatever was written.
    const MOST: usize = 64 << 10;
    let mut start = stderr.len().saturating_sub(MOST);
    while !stderr.is_char_boundary(start) {
        start += 1;
    }
    let said = &stderr[start..];
    let kinds: [fn(&str, &Project) -> Option<String>; 10] = [
        shared_library,
        python_module,
        node_package,
        cargo,
        go,
        java,
        header,
        variable,
        file,
        command,
    ];
    kinds
        .iter()
        .find_map(|kind| kind(said, project))
        .or_else(|| network(said))
}

/// What stands between two marks, at the last place where both are found on one line.
fn last_between<'a>(said: &'a str, before: &str, after: &str) -> Option<&'a str> {
    said.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once(before)?;
        let inner = if after.is_empty() {
            rest
        } else {
            rest.split_once(after)?.0
        };
        let inner = inner.trim();
        (!inner.is_empty() && inner.len() < 300).then_some(inner)
    })
}

fn python_module(said: &str, project: &Project) -> Option<String> {
    let module = last_between(said, "No module named '", "'")?;
    let first = module.split('.').next().unwrap_or(module);
    if let Some(folder) = holder(project, first) {
        return Some(format!(
            "Python cannot import `{module}`, which lies in the project; write [sandbox] env = [\"PYTHONPATH={folder}\"] in the config file"
        ));
    }
    // It is there; whatever keeps Python from it, no package is missing.
    let is_it = |shown: &SharedPath| shown.host.file_stem().is_some_and(|stem| stem == first);
    if project.shown.iter().any(is_it) {
        return None;
    }
    Some(match &project.tool {
        Some(tool) => format!(
            "Python cannot import `{module}`: it is not installed for {tool}; run `{tool} -m pip install …` with the package that has it"
        ),
        None => format!(
            "Python cannot import `{module}`, and no virtual environment was found for the project; make one (`python3 -m venv .venv`, then install what the project needs), or name one with --tool FOLDER/bin/python"
        ),
    })
}

/// The guest path of a folder of the project in which a Python module of that name lies.
fn holder(project: &Project, name: &str) -> Option<String> {
    let root = project.root.as_ref()?;
    if name.is_empty() || name.contains('/') {
        return None;
    }
    let inner = std::fs::read_dir(root).into_iter().flatten().flatten();
    let folders = inner.map(|e| e.path()).filter(|p| p.is_dir());
    let holds = |folder: &PathBuf| {
        folder.join(format!("{name}.py")).is_file()
            || folder.join(name).join("__init__.py").is_file()
    };
    let found = std::iter::once(root.clone()).chain(folders).find(holds)?;
    project
        .guest_path(&found)
        .or_else(|| join(GUEST_ROOT, found.strip_prefix(root).ok()?))
}

fn node_package(said: &str, project: &Project) -> Option<String> {
    if said.contains("ENOTCACHED") || said.contains("ENOTFOUND registry") {
        return Some(
            "npm does not have everything, and builds have no network: fetch it first with `npm ci`, or let it be done with --prepare \"npm ci\""
                .to_owned(),
        );
    }
    let name = last_between(said, "Cannot find module '", "'")
        .or_else(|| last_between(said, "Cannot find package '", "'"))?;
    if name.starts_with(['.', '/']) || name.starts_with("file:") {
        let host = host_of(name, project);
        return host.map(|host| {
            format!(
                "Node cannot find {}: it is not among what programs are shown; write [sandbox] read = [\"{}\"] in the config file",
                host.display(),
                host.display()
            )
        });
    }
    let mut parts = name.split('/');
    let package = match (parts.next(), parts.next()) {
        (Some(scope), Some(inner)) if scope.starts_with('@') => format!("{scope}/{inner}"),
        (first, _) => first.unwrap_or(name).to_owned(),
    };
    let place = project.root.as_ref().map_or_else(
        || "the file's folder".to_owned(),
        |r| r.display().to_string(),
    );
    Some(format!(
        "Node cannot find the package `{package}`: run `npm install` in {place} (or `npm install {package}`); if it is there as a link out of the project, write [sandbox] read = [\"…\"] with the folder it leads to in the config file"
    ))
}

fn cargo(said: &str, _: &Project) -> Option<String> {
    let signs = [
        "no matching package named",
        "failed to download",
        "--offline was specified",
        "unable to update registry",
        "Unable to update registry",
        "failed to get `",
        "failed to fetch `",
        "failed to load source for dependency",
        "in offline mode",
        "offline mode was specified",
        "without the offline flag",
    ];
    let cargos = said.contains("error: ") && signs.iter().any(|s| said.contains(s));
    if !cargos {
        return None;
    }
    let named = last_between(said, "package named `", "`")
        .or_else(|| last_between(said, "failed to get `", "`"))
        .or_else(|| last_between(said, "failed to download `", "`"));
    let what = named.map_or_else(|| "a crate".to_owned(), |n| format!("the crate `{n}`"));
    Some(format!(
        "Cargo does not have {what}, and builds have no network: fetch it first with `cargo fetch`, or let it be done with --prepare \"cargo fetch\""
    ))
}

fn go(said: &str, _: &Project) -> Option<String> {
    let signs = [
        "module lookup disabled by GOPROXY=off",
        "cannot find module providing package",
        "no required module provides package",
        "missing go.sum entry",
    ];
    if !signs.iter().any(|s| said.contains(s)) {
        return None;
    }
    let named = last_between(said, "providing package ", "")
        .or_else(|| last_between(said, "no required module provides package ", ""))
        .and_then(|n| n.split([':', ';', ' ']).next());
    let what = named.map_or_else(|| "a module".to_owned(), |n| format!("`{n}`"));
    Some(format!(
        "Go does not have {what}, and builds have no network: fetch it first with `go mod download`, or let it be done with --prepare \"go mod download\""
    ))
}

fn java(said: &str, project: &Project) -> Option<String> {
    if said.contains("was not found in") && said.contains("offline")
        || said.contains("Could not transfer artifact")
        || said.contains("in offline mode and the artifact")
        || said.contains("Could not find artifact")
        || said.contains("No cached version of")
    {
        return Some(
            "Maven or Gradle does not have everything, and builds have no network: fetch it first, or let it be done with --prepare \"mvn dependency:go-offline\" (or \"gradle dependencies\")"
                .to_owned(),
        );
    }
    let package = last_between(said, "error: package ", " does not exist").or_else(|| {
        let class = last_between(said, "NoClassDefFoundError: ", "")?;
        Some(class.split(' ').next().unwrap_or(class))
    })?;
    let known = project.environment.iter().any(|(n, _)| n == "CLASSPATH");
    Some(if known {
        format!(
            "Java does not find `{package}` on the class path of the project: build the project once (`mvn compile`, `gradle classes`), and put archives that are missing into its lib folder"
        )
    } else {
        format!(
            "Java does not find `{package}`: no class path was found for the project; build it once (`mvn compile`, `gradle classes`), or write [sandbox] read = [\"/folder\"] and env = [\"CLASSPATH=/folder/name.jar\"] in the config file"
        )
    })
}

fn header(said: &str, _: &Project) -> Option<String> {
    let name = last_between(said, "fatal error: ", ": No such file or directory")
        .or_else(|| last_between(said, "fatal error: '", "' file not found"))?;
    Some(format!(
        "the header `{name}` was not found; write [sandbox] read = [\"/folder\"] and env = [\"CPATH=/folder\"] with the folder it lies in, in the config file"
    ))
}

fn shared_library(said: &str, _: &Project) -> Option<String> {
    let before = last_between(said, "", ": cannot open shared object file")?;
    let name = before
        .rsplit([' ', ':', '\'', '"'])
        .find(|w| !w.is_empty())?;
    let search = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let conda = std::env::var_os("CONDA_PREFIX").map(|p| PathBuf::from(p).join("lib"));
    let folder = std::env::split_paths(&search)
        .chain(conda)
        .find(|f| f.is_absolute() && f.join(name).is_file());
    let folder = folder.map_or_else(|| "/folder".to_owned(), |f| f.display().to_string());
    Some(format!(
        "the library `{name}` was not found; write [sandbox] read = [\"{folder}\"] and env = [\"LD_LIBRARY_PATH={folder}\"]{} in the config file",
        if folder == "/folder" {
            " with the folder it lies in"
        } else {
            ""
        }
    ))
}

/// A variable of the environment that Python or Rust was asked for.
fn variable(said: &str, _: &Project) -> Option<String> {
    let plain = |name: &&str| {
        let fine = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        !name.is_empty() && name.chars().all(fine)
    };
    let python = || {
        let asked = said.contains("<frozen os>") || said.contains("/os.py\"");
        last_between(said, "KeyError: '", "'").filter(|_| asked)
    };
    let rust = || last_between(said, "environment variable `", "` not defined");
    let name = python().or_else(rust).filter(plain)?;
    Some(format!(
        "programs do not have the variable {name} in their environment; write [sandbox] env = [\"{name}\"] in the config file to pass yours on, or env = [\"{name}=value\"]"
    ))
}

/// A file of this machine that is there, but not shown, or shown and not readable.
fn file(said: &str, project: &Project) -> Option<String> {
    if let Some(path) = last_between(said, "Permission denied: '", "'")
        .or_else(|| last_between(said, "EACCES: permission denied, open '", "'"))
    {
        let host = host_of(path, project).filter(|h| h.exists())?;
        return Some(format!(
            "programs run as nobody in particular and may not read {}; let others read it (`chmod o+r`), or leave it out",
            host.display()
        ));
    }
    let path = last_between(said, "No such file or directory: '", "'")
        .or_else(|| last_between(said, "ENOENT: no such file or directory, open '", "'"))
        .or_else(|| last_between(said, "open ", ": no such file or directory"))?;
    let given = Path::new(path);
    if given.is_absolute() {
        let host = host_of(path, project)?;
        let there = host.exists() && !super::secret::is_private(&host, host.is_dir());
        let folder = if host.is_dir() {
            host.as_path()
        } else {
            host.parent()?
        };
        return there.then(|| {
            format!(
                "programs are not shown {}; write [sandbox] read = [\"{}\"] in the config file",
                host.display(),
                folder.display()
            )
        });
    }
    let inside = project.root.as_ref().map(|r| r.join(given))?;
    (inside.exists() && !project.shown.is_empty()).then(|| {
        format!(
            "`{path}` was looked for in the current folder, and runs start in an empty one: open it by the place of the source file, or as {}",
            project
                .guest_path(&inside)
                .unwrap_or_else(|| format!("{GUEST_ROOT}/{path}"))
        )
    })
}

/// The path on this machine of a guest path.
fn host_of(guest: &str, project: &Project) -> Option<PathBuf> {
    let path = guest.trim_start_matches("file://");
    if let Some(inside) = path.strip_prefix(&format!("{GUEST_ROOT}/")) {
        return Some(project.root.as_ref()?.join(inside));
    }
    path.starts_with('/').then(|| PathBuf::from(path))
}

fn command(said: &str, _: &Project) -> Option<String> {
    let name = said.lines().rev().find_map(|line| {
        let line = line.trim();
        // Only a shell and what is like it speak of commands so; programs call other things not found.
        let of_shell = || {
            line.strip_suffix(": not found")
                .filter(|l| l.contains("sh: "))
        };
        let of_make = || {
            let before = line.strip_suffix(": No such file or directory");
            before.filter(|l| l.starts_with("make"))
        };
        let before = line
            .strip_suffix(": command not found")
            .or_else(of_shell)
            .or_else(of_make)?;
        let name = before.rsplit(": ").next()?.trim();
        let fine = |c: char| c.is_alphanumeric() || "._+-/".contains(c);
        (!name.is_empty() && name.len() < 100 && name.chars().all(fine)).then_some(name)
    })?;
    Some(format!(
        "the command `{name}` was not found: install it for the whole system or put its folder on your PATH; if it lies in a folder that programs are not shown, write [sandbox] read = [\"/folder\"] in the config file"
    ))
}

fn network(said: &str) -> Option<String> {
    let signs = [
        "Temporary failure in name resolution",
        "Name or service not known",
        "getaddrinfo EAI_AGAIN",
        "getaddrinfo ENOTFOUND",
        "Network is unreachable",
        "ENETUNREACH",
        "Could not resolve host",
        "dial tcp: lookup",
    ];
    signs.iter().any(|s| said.contains(s)).then(|| {
        "programs have no network: what is to be measured must do without, and what is to be fetched is fetched before (--prepare)"
            .to_owned()
    })
}
