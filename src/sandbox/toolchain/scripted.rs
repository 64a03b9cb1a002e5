//! Interpreters that must be told where their libraries are once they are mounted elsewhere: Python with its virtual
//! environments, and Ruby.

use std::path::{Path, PathBuf};

use super::{Tool, ToolMissing, ask, is_system, mounted, neutral, path_with, silent, unreadable};
use crate::base::files::write_whole;
use crate::sandbox::Mount;

/// Ruby says itself where it is and where its libraries are: it knows only the places it was built for, so it must be
/// told their new ones.
pub(super) fn ruby(found: &Path) -> Result<Tool, ToolMissing> {
    const QUESTION: &str = "c=RbConfig::CONFIG; puts RbConfig.ruby, c['prefix'], c['rubylibdir'], c['rubyarchdir'], c['sitelibdir'], c['sitearchdir']";
    let said = ask(found, &["--disable-gems", "-e", QUESTION])
        .filter(|l| l.len() >= 6)
        .ok_or_else(|| silent(found))?;
    let real =
        |path: &str| std::fs::canonicalize(path).map_err(|e| unreadable(Path::new(path), &e));
    let program = real(&said[0])?;
    if is_system(&program) {
        return Ok(Tool {
            program: program.to_string_lossy().into_owned(),
            host: program,
            mounts: Vec::new(),
            environment: Vec::new(),
        });
    }
    let mut tool = mounted(&program);
    let base = real(&said[1])?;
    if let Some(mount) = tool.mounts.iter().find(|m| m.host == base) {
        let guest = mount.guest.clone();
        let inside = |path: &String| {
            let inner = std::fs::canonicalize(path).ok()?;
            let inner = inner.strip_prefix(&base).ok()?;
            Some(format!("{guest}/{}", inner.display()))
        };
        // As Ruby orders them: what a site has added goes first.
        let order = [&said[4], &said[5], &said[2], &said[3]];
        let places: Vec<String> = order.into_iter().filter_map(inside).collect();
        tool.environment
            .push(("RUBYLIB".to_owned(), places.join(":")));
        if has_library(&base.join("lib"), "libruby") {
            tool.environment
                .push(("LD_LIBRARY_PATH".to_owned(), format!("{guest}/lib")));
        }
    }
    Ok(tool)
}

/// Whether a folder holds a shared library whose name begins so.
fn has_library(folder: &Path, name: &str) -> bool {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    entries.map(|f| f.file_name()).any(|n| {
        let n = n.to_string_lossy();
        n.starts_with(name) && n.contains(".so")
    })
}

/// Python says itself where it is; a virtual environment is rebuilt around the interpreter it was made from.
pub(super) fn python(found: &Path) -> Result<Tool, ToolMissing> {
    const QUESTION: &str = "import sys,os;b=getattr(sys,'_base_executable',sys.executable);print(os.path.realpath(b));print(sys.prefix);print(sys.base_prefix)";
    let said = ask(found, &["-I", "-c", QUESTION])
        .filter(|l| l.len() >= 3)
        .ok_or_else(|| silent(found))?;
    let real = std::fs::canonicalize(&said[0]).map_err(|e| unreadable(Path::new(&said[0]), &e))?;
    let base = std::fs::canonicalize(&said[2]).map_err(|e| unreadable(Path::new(&said[2]), &e))?;
    let mut tool = if is_system(&real) {
        let program = real.to_string_lossy().into_owned();
        Tool {
            host: real.clone(),
            program,
            mounts: Vec::new(),
            environment: Vec::new(),
        }
    } else {
        let guest = neutral(&base, &real);
        let inside = real.strip_prefix(&base).unwrap_or(&real).to_path_buf();
        let program = format!("{guest}/{}", inside.display());
        let mut environment = vec![path_with(&format!("{guest}/bin"))];
        if has_library(&base.join("lib"), "libpython") {
            environment.push(("LD_LIBRARY_PATH".to_owned(), format!("{guest}/lib")));
        }
        Tool {
            host: real,
            program,
            mounts: vec![Mount { host: base, guest }],
            environment,
        }
    };
    if said[1] != said[2] {
        around_virtual(&mut tool, Path::new(&said[1]))?;
    }
    Ok(tool)
}

/// Where virtual environments are mounted.
const VIRTUAL: &str = "/opt/venv";

/// Adds a virtual environment: its packages, and a `pyvenv.cfg` that names the interpreter's place inside.
fn around_virtual(tool: &mut Tool, prefix: &Path) -> Result<(), ToolMissing> {
    let home = Path::new(&tool.program)
        .parent()
        .map(|p| p.display().to_string())
        .unwrap_or_default();
    let theirs =
        std::fs::read_to_string(prefix.join("pyvenv.cfg")).map_err(|e| unreadable(prefix, &e))?;
    let mut ours = format!("home = {home}\nexecutable = {}\n", tool.program);
    for line in theirs
        .lines()
        .filter(|l| l.starts_with("include-system-site-packages") || l.starts_with("version"))
    {
        ours.push_str(line);
        ours.push('\n');
    }
    let kept = keep(&ours)
        .map_err(|e| ToolMissing(format!("the virtual environment cannot be laid out: {e}")))?;
    let guest = |name: &str| format!("{VIRTUAL}/{name}");
    tool.mounts.push(Mount {
        host: kept,
        guest: guest("pyvenv.cfg"),
    });
    for folder in ["lib", "lib64"] {
        let host = prefix.join(folder);
        if std::fs::symlink_metadata(&host).is_ok_and(|m| m.is_dir()) {
            tool.mounts.push(Mount {
                host,
                guest: guest(folder),
            });
        }
    }
    tool.mounts.push(Mount {
        host: tool.host.clone(),
        guest: guest("bin/python"),
    });
    tool.program = guest("bin/python");
    tool.environment
        .push(("VIRTUAL_ENV".to_owned(), VIRTUAL.to_owned()));
    Ok(())
}

/// Keeps a small file in the user's cache, by its content.
fn keep(text: &str) -> std::io::Result<PathBuf> {
    let folder = directories::ProjectDirs::from("", "", "reheat")
        .map_or_else(
            || std::env::temp_dir().join("reheat"),
            |dirs| dirs.cache_dir().to_path_buf(),
        )
        .join("venv");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!(
        "{}.cfg",
        &blake3::hash(text.as_bytes()).to_hex()[..16]
    ));
    if std::fs::read_to_string(&path).ok().as_deref() != Some(text) {
        // Mode 0644 for a new file: the guest may be somebody else.
        write_whole(&path, text.as_bytes())?;
    }
    Ok(path)
}
