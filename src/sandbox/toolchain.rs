//! Finding a compiler or interpreter and what must be mounted so that it works inside.
//!
//! The system's own tools (`/usr`) are in every sandbox. A tool that lives under a home folder is
//! followed through its shim to where it really is, and just that folder is mounted, read-only, at a
//! neutral path below `/opt`, so that nothing else of the home is ever seen.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Mount;

/// A compiler or interpreter as a run can use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The real file on this machine, behind all shims and links.
    pub host: PathBuf,
    /// What to put into `argv[0]`: its path inside the sandbox.
    pub program: String,
    /// What it needs besides the system's folders.
    pub mounts: Vec<Mount>,
    /// What it needs in its environment.
    pub environment: Vec<(String, String)>,
}

/// A tool that is not there or cannot be used inside; the sentence says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ToolMissing(pub String);

/// Folders whose contents every sandbox has at the same place.
const SYSTEM: [&str; 8] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
];

/// Finds a tool by its name on `PATH` or by its path. Answers are remembered: asking a shim takes a while.
///
/// # Errors
/// [`ToolMissing`] with a sentence that says what is missing and what to do.
pub fn find(name_or_path: &str) -> Result<Tool, ToolMissing> {
    static KNOWN: OnceLock<Mutex<HashMap<String, Tool>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    if let Some(tool) = known
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(name_or_path)
    {
        return Ok(tool.clone());
    }
    let tool = resolve(name_or_path)?;
    known
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(name_or_path.to_owned(), tool.clone());
    Ok(tool)
}

fn resolve(name_or_path: &str) -> Result<Tool, ToolMissing> {
    let found = locate(name_or_path)?;
    let name = found
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let real = std::fs::canonicalize(&found).map_err(|e| unreadable(&found, &e))?;
    if is_system(&found) && is_system(&real) {
        let program = found.to_string_lossy().into_owned();
        return Ok(Tool {
            host: real,
            program,
            mounts: Vec::new(),
            environment: Vec::new(),
        });
    }
    if name.starts_with("python") || name.starts_with("pypy") {
        return python(&found);
    }
    let real = ask_where(&found, &real, &name)?;
    if is_system(&real) {
        let program = real.to_string_lossy().into_owned();
        return Ok(Tool {
            host: real,
            program,
            mounts: Vec::new(),
            environment: Vec::new(),
        });
    }
    Ok(mounted(&real))
}

/// The file that the name stands for, as the shell would find it.
fn locate(name_or_path: &str) -> Result<PathBuf, ToolMissing> {
    if name_or_path.is_empty() {
        return Err(ToolMissing("no program was named".to_owned()));
    }
    if name_or_path.contains('/') {
        let path = std::path::absolute(name_or_path).unwrap_or_else(|_| name_or_path.into());
        return match std::fs::metadata(&path) {
            Ok(facts) if facts.is_file() => Ok(path),
            Ok(_) => Err(ToolMissing(format!(
                "{} is not a file that can be run",
                path.display()
            ))),
            Err(e) => Err(unreadable(&path, &e)),
        };
    }
    let mut hidden = None;
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        let candidate = folder.join(name_or_path);
        match std::fs::metadata(&candidate) {
            Ok(facts) if facts.is_file() && is_executable(&facts) => return Ok(candidate),
            Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => {
                hidden = Some((candidate, e))
            }
            _ => {}
        }
    }
    Err(match hidden {
        Some((path, e)) => unreadable(&path, &e),
        None => ToolMissing(format!(
            "`{name_or_path}` was not found; install it, or put its folder on the PATH"
        )),
    })
}

fn is_executable(facts: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    facts.permissions().mode() & 0o111 != 0
}

fn is_system(path: &Path) -> bool {
    SYSTEM.iter().any(|folder| path.starts_with(folder))
}

fn unreadable(path: &Path, error: &std::io::Error) -> ToolMissing {
    if error.kind() == std::io::ErrorKind::PermissionDenied {
        ToolMissing(format!(
            "{} lies in a folder that this user may not read, so it cannot be shown to a sandbox; install it for this user or for the whole system",
            path.display()
        ))
    } else {
        ToolMissing(format!("{} cannot be used: {error}", path.display()))
    }
}

/// Runs a tool of the user's own, outside, to hear where it really is. Its first lines, trimmed.
fn ask(tool: &Path, args: &[&str]) -> Option<Vec<String>> {
    let answer = Command::new(tool)
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    let lines: Vec<String> = text.lines().map(|l| l.trim().to_owned()).collect();
    (answer.status.success() && lines.first().is_some_and(|l| !l.is_empty())).then_some(lines)
}

/// The real file behind a shim of a version manager; any other file is its own.
fn ask_where(found: &Path, real: &Path, name: &str) -> Result<PathBuf, ToolMissing> {
    let behind = real.file_name().is_some_and(|n| n == "rustup");
    let said = match name {
        _ if behind => {
            let compiler = found.with_file_name("rustc");
            ask(&compiler, &["--print", "sysroot"]).map(|l| Path::new(&l[0]).join("bin").join(name))
        }
        "node" | "nodejs" => ask(found, &["-p", "process.execPath"]).map(|l| PathBuf::from(&l[0])),
        "ruby" => ask(found, &["-e", "print RbConfig.ruby"]).map(|l| PathBuf::from(&l[0])),
        "go" => ask(found, &["env", "GOROOT"]).map(|l| Path::new(&l[0]).join("bin/go")),
        _ => Some(real.to_path_buf()),
    };
    let said = said.ok_or_else(|| {
        ToolMissing(format!(
            "{} is there but does not run; try `{name} --version`",
            found.display()
        ))
    })?;
    std::fs::canonicalize(&said).map_err(|e| unreadable(&said, &e))
}

/// A tool at its neutral place.
fn mounted(real: &Path) -> Tool {
    let (prefix, inside) = prefix_of(real);
    let guest = neutral(&prefix, real);
    let program = match &inside {
        Some(inside) => format!("{guest}/{}", inside.display()),
        None => guest.clone(),
    };
    let folder = Path::new(&program)
        .parent()
        .map(|p| p.display().to_string())
        .unwrap_or_default();
    Tool {
        host: real.to_path_buf(),
        environment: vec![path_with(&folder)],
        mounts: vec![Mount {
            host: prefix,
            guest,
        }],
        program,
    }
}

fn path_with(folder: &str) -> (String, String) {
    (
        "PATH".to_owned(),
        format!("{folder}:/usr/local/bin:/usr/bin:/bin"),
    )
}

/// The folder that belongs to a tool, and the tool's path within it; the file alone where the folder holds more than tools.
fn prefix_of(real: &Path) -> (PathBuf, Option<PathBuf>) {
    let alone = (real.to_path_buf(), None);
    let Some(folder) = real
        .parent()
        .filter(|f| f.file_name().is_some_and(|n| n == "bin"))
    else {
        return alone;
    };
    let Some(prefix) = folder.parent().filter(|p| p.components().count() > 2) else {
        return alone;
    };
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let shared = home.is_some_and(|home| {
        let home = std::fs::canonicalize(&home).unwrap_or(home);
        home.starts_with(prefix)
            || [".local", ".cargo", "go"]
                .iter()
                .any(|f| home.join(f) == prefix)
    });
    match real.strip_prefix(prefix) {
        Ok(inside) if !shared => (prefix.to_path_buf(), Some(inside.to_path_buf())),
        _ => alone,
    }
}

/// A path below `/opt` that says what it is and nothing of where it was.
fn neutral(prefix: &Path, tool: &Path) -> String {
    let name = |p: &Path| {
        p.file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let last = name(prefix);
    if prefix != tool && last.starts_with(|c: char| c.is_ascii_digit()) {
        format!("/opt/{}-{last}", name(tool))
    } else {
        format!("/opt/{last}")
    }
}

/// Python says itself where it is; a virtual environment is rebuilt around the interpreter it was made from.
fn python(found: &Path) -> Result<Tool, ToolMissing> {
    const QUESTION: &str = "import sys,os;b=getattr(sys,'_base_executable',sys.executable);print(os.path.realpath(b));print(sys.prefix);print(sys.base_prefix)";
    let silent = || {
        ToolMissing(format!(
            "{} is there but does not run; try `{} --version`",
            found.display(),
            found.display()
        ))
    };
    let said = ask(found, &["-I", "-c", QUESTION])
        .filter(|l| l.len() >= 3)
        .ok_or_else(silent)?;
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
        if base
            .join("lib")
            .read_dir()
            .into_iter()
            .flatten()
            .flatten()
            .any(|f| is_python_library(&f.path()))
        {
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

fn is_python_library(path: &Path) -> bool {
    path.file_name().is_some_and(|n| {
        let n = n.to_string_lossy();
        n.starts_with("libpython") && n.contains(".so")
    })
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
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        // The guest may be somebody else.
        file.as_file()
            .set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        file.persist(&path).map_err(|e| e.error)?;
    }
    Ok(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_never_drags_a_home_along() {
        let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
        let at = |p: &str| prefix_of(&Path::new(&home).join(p));
        assert_eq!(at("bin/tool").1, None);
        assert_eq!(at(".local/bin/tool").1, None);
        assert_eq!(at("x/tool").1, None);
        let (prefix, inside) = at(".nvm/versions/node/v20/bin/node");
        assert_eq!(prefix, Path::new(&home).join(".nvm/versions/node/v20"));
        assert_eq!(inside, Some("bin/node".into()));
    }

    #[test]
    fn neutral_places_say_what_they_are() {
        assert_eq!(
            neutral(
                Path::new("/home/ada/.pyenv/versions/3.11.7"),
                Path::new("/home/ada/.pyenv/versions/3.11.7/bin/python3.11")
            ),
            "/opt/python3.11-3.11.7"
        );
        assert_eq!(
            neutral(
                Path::new("/h/toolchains/stable-x"),
                Path::new("/h/toolchains/stable-x/bin/rustc")
            ),
            "/opt/stable-x"
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        assert!(
            find("no-such-tool-anywhere")
                .unwrap_err()
                .0
                .contains("was not found")
        );
        assert!(find("/etc").is_err());
        assert!(find("").is_err());
    }
}
