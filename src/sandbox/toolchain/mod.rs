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

mod scripted;

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
        return scripted::python(&found);
    }
    if name.starts_with("ruby") {
        return scripted::ruby(&found);
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
    if let Some(elsewhere) = elsewhere(name_or_path) {
        return Ok(elsewhere);
    }
    Err(match hidden {
        Some((path, e)) => unreadable(&path, &e),
        None => ToolMissing(format!(
            "`{name_or_path}` was not found; install it, or put its folder on the PATH"
        )),
    })
}

/// Where some tools are when no `PATH` leads to them: the variable that people set instead, and the usual place.
const ELSEWHERE: [(&str, &str, &str); 3] = [
    ("java", "JAVA_HOME", "/usr/local/java"),
    ("javac", "JAVA_HOME", "/usr/local/java"),
    ("go", "GOROOT", "/usr/local/go"),
];

fn elsewhere(name: &str) -> Option<PathBuf> {
    let (_, variable, usual) = ELSEWHERE.iter().find(|(tool, ..)| *tool == name)?;
    let set = std::env::var_os(variable).filter(|v| !v.is_empty());
    set.map(PathBuf::from)
        .into_iter()
        .chain([PathBuf::from(usual)])
        .map(|folder| folder.join("bin").join(name))
        .find(|tool| std::fs::metadata(tool).is_ok_and(|f| f.is_file() && is_executable(&f)))
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

/// Runs one of the user's tools outside the sandbox to learn where it really is. Returns the trimmed lines of its standard
/// output.
fn ask(tool: &Path, args: &[&str]) -> Option<Vec<String>> {
    let (said, _) = hear(tool, args)?;
    said.first().is_some_and(|l| !l.is_empty()).then_some(said)
}

/// As [`ask`]: the lines of its standard output, and those of its standard error.
fn hear(tool: &Path, args: &[&str]) -> Option<(Vec<String>, Vec<String>)> {
    let answer = Command::new(tool)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let lines = |bytes| {
        let text = String::from_utf8(bytes).ok()?;
        Some(text.lines().map(|l| l.trim().to_owned()).collect())
    };
    let (out, err) = (lines(answer.stdout)?, lines(answer.stderr));
    answer
        .status
        .success()
        .then(|| (out, err.unwrap_or_default()))
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
        "java" | "javac" => java_home(found, name).map(|home| home.join("bin").join(name)),
        "rustc" => ask(found, &["--print", "sysroot"]).map(|l| Path::new(&l[0]).join("bin/rustc")),
        // `go1.22` is what `go install golang.org/dl/go1.22` makes: a small program that starts the real one.
        _ if name == "go" || name.strip_prefix("go").is_some_and(starts_with_digit) => {
            ask(found, &["env", "GOROOT"]).map(|l| Path::new(&l[0]).join("bin/go"))
        }
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

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Where a Java lives, in its own words: its commands may be shims of a version manager.
fn java_home(found: &Path, name: &str) -> Option<PathBuf> {
    let args = match name {
        "javac" => ["-J-XshowSettings:properties", "-version"],
        _ => ["-XshowSettings:properties", "-version"],
    };
    // Which of the two outputs has them differs between versions.
    let (out, err) = hear(found, &args)?;
    out.iter()
        .chain(&err)
        .find_map(|l| Some(PathBuf::from(l.strip_prefix("java.home = ")?)))
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

fn silent(found: &Path) -> ToolMissing {
    ToolMissing(format!(
        "{} is there but does not run; try `{} --version`",
        found.display(),
        found.display()
    ))
}

#[cfg(test)]
mod tests;
