//! Makes a version ready to run: compiles it in the sandbox (or just lays its source out) and keeps the product by content.
//!
//! Every version is found at the same guest path under `/prog`, so that a path's length can never make one
//! faster than another. A build never counts as run time.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::judge::{Judge, JudgeError, Watch, ending, environment};
use super::{BuildReport, Failure, Progress, text};
use crate::sandbox::{Control, Limits, Mount, Program, RunVerdict, WORK};
use crate::task::{Case, Language, Source, Task};
use crate::units::{Bytes, Nanos};

/// Where every version lies inside the sandbox.
const PROG: &str = "/prog";

/// What diagnostics are cut to.
const DIAGNOSTICS: usize = 4_000;

/// Builds that nobody asked for in so long are thrown away.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// A version that can be run, or the reason why not.
#[derive(Clone, Debug)]
pub struct Built {
    /// Identity of the build: source, language, tool and its version.
    pub hash: String,
    /// Program and arguments inside the sandbox, without those of the task.
    pub argv: Vec<String>,
    /// What its runs must see.
    pub mounts: Vec<Mount>,
    /// Added to the environment of its runs.
    pub environment: Vec<(String, String)>,
    /// What the compiler said and cost; `None` for interpreted languages.
    pub report: Option<BuildReport>,
    /// Why there is nothing to run: the version's verdict is then `compile error`.
    pub failure: Option<Failure>,
}

impl Built {
    /// The program for one case of a task.
    #[must_use]
    pub fn program(&self, task: &Task, case: &Case) -> Program {
        let mut mounts = self.mounts.clone();
        mounts.extend(task.files.iter().map(|f| Mount { host: f.host.clone(), guest: format!("{WORK}/{}", f.name) }));
        Program {
            argv: self.argv.iter().chain(&task.args).cloned().collect(),
            environment: self.environment.clone(),
            stdin: case.input.clone(),
            mounts,
            folder: None,
            collect: Vec::new(),
        }
    }
}

/// What a compiler may use.
fn compile_limits() -> Limits {
    Limits { time: Duration::from_secs(60), memory: Bytes::mib(2048), output: Bytes::mib(1), processes: 256, disk: Bytes::mib(512) }
}

impl Judge {
    /// Makes a source ready to run. `tool` is the user's choice of compiler or interpreter.
    ///
    /// # Errors
    /// No compiler or interpreter here, no place to write, the sandbox failed, or stopped. A source that does not
    /// compile is no error: [`Built::failure`] says what the compiler said.
    pub fn build(&mut self, source: &Source, language: &Language, tool: Option<&str>, control: &Control, watch: Watch<'_>) -> Result<Built, JudgeError> {
        let version = self.toolchain(language, tool, control)?;
        let name = language.source_name(&source.file_name);
        let guest_source = format!("{PROG}/{name}");
        let product = language.compile.as_ref().map(|c| c.product.clone());
        let guest_product = format!("{PROG}/{}", product.as_deref().unwrap_or(&name));
        let compile = language.compile_argv(tool, &guest_source, &format!("{WORK}/{}", product.as_deref().unwrap_or_default()));
        let hash = identity(source, &name, language, compile.as_deref(), &version);

        let mut built = Built { hash, argv: language.run_argv(tool, &guest_source, &guest_product), mounts: Vec::new(), environment: Vec::new(), report: None, failure: None };
        self.resolve_runner(language, &mut built)?;
        let (Some(argv), Some(product)) = (compile, product) else {
            let file = self.cache.source(&built.hash, &name, source.text.as_bytes())?;
            built.mounts.push(Mount { host: file, guest: guest_source });
            return Ok(built);
        };
        let found = match self.cache.find(&built.hash, &product) {
            Some(file) => {
                built.report = Some(BuildReport { cached: true, diagnostics: self.cache.diagnostics(&built.hash), ..BuildReport::default() });
                Some(file)
            }
            None => {
                watch(Progress::Building);
                self.compile(source, language, argv, &name, &product, &mut built, control)?
            }
        };
        built.mounts.extend(found.map(|host| Mount { host, guest: guest_product }));
        Ok(built)
    }

    /// Finds the interpreter (or runtime) that a run starts with, unless it starts with the product itself.
    fn resolve_runner(&mut self, language: &Language, built: &mut Built) -> Result<(), JudgeError> {
        built.environment = language.environment.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        let Some(first) = built.argv.first_mut().filter(|first| !first.starts_with(PROG)) else { return Ok(()) };
        let tool = self.tool(language, first)?;
        first.clone_from(&tool.program);
        built.mounts.clone_from(&tool.mounts);
        built.environment = environment(language, &tool);
        Ok(())
    }

    /// Runs the compiler; the product's place in the cache, or `None` and the failure noted.
    #[allow(clippy::too_many_arguments)]
    fn compile(&mut self, source: &Source, language: &Language, mut argv: Vec<String>, name: &str, product: &str, built: &mut Built, control: &Control) -> Result<Option<PathBuf>, JudgeError> {
        let compiler = argv.first().cloned().unwrap_or_default();
        let tool = self.tool(language, &compiler)?;
        if let Some(first) = argv.first_mut() {
            first.clone_from(&tool.program);
        }
        let file = self.cache.source(&source_identity(source, name), name, source.text.as_bytes())?;
        let mut mounts = tool.mounts.clone();
        mounts.push(Mount { host: file, guest: format!("{PROG}/{name}") });
        let program = Program { argv, environment: environment(language, &tool), mounts, collect: vec![product.to_owned()], ..Program::default() };
        let limits = compile_limits();
        let outcome = self.run(&program, &limits, &mut |_| {}, control)?;
        if outcome.verdict == RunVerdict::SandboxError {
            return Err(JudgeError::Sandbox(outcome.reason.unwrap_or_else(|| "the compiler could not be run".to_owned())));
        }
        let mut said = outcome.stderr.bytes.clone();
        said.extend_from_slice(&outcome.stdout.bytes);
        let diagnostics = guest_paths(text::head(&said, DIAGNOSTICS).trim(), &format!("{PROG}/{name}"));
        let wall_ns = outcome.wall;
        let collected = outcome.collected.iter().find(|(n, bytes)| n == product && !bytes.is_empty());
        let failed = |reason: String| Failure { reason, stderr: diagnostics.clone(), ..Failure::default() };
        match (outcome.verdict, collected) {
            (RunVerdict::Ok, Some((_, bytes))) => {
                built.report = Some(BuildReport { wall_ns, cached: false, diagnostics: diagnostics.clone() });
                self.cache.keep(&built.hash, product, bytes, &diagnostics).map(Some)
            }
            (verdict, _) => {
                built.failure = Some(match verdict {
                    RunVerdict::Ok => failed(format!("{compiler} made no program")),
                    _ => failed(format!("{compiler}: {}", ending(&outcome, &limits))),
                });
                built.report = Some(BuildReport { wall_ns, cached: false, diagnostics });
                Ok(None)
            }
        }
    }
}

/// Cuts off whatever stands before the guest's path of the source: without isolation the compiler sees it deeper down.
fn guest_paths(said: &str, guest: &str) -> String {
    let mut out = String::with_capacity(said.len());
    let mut rest = said;
    while let Some(at) = rest.find(guest) {
        let before = &rest[..at];
        let path = before.rfind(|c: char| c.is_whitespace() || "\"'`‘“<>()[]:,=".contains(c));
        let keep = path.map_or(0, |i| i + before[i..].chars().next().map_or(0, char::len_utf8));
        out.push_str(&before[..keep]);
        out.push_str(guest);
        rest = &rest[at + guest.len()..];
    }
    out.push_str(rest);
    out
}

fn identity(source: &Source, name: &str, language: &Language, compile: Option<&[String]>, version: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    let argv = compile.unwrap_or_default().join("\0");
    let environment: Vec<String> = language.environment.iter().map(|(k, v)| format!("{k}={v}")).collect();
    for part in ["reheat build 1", &language.id, name, &source.text, &argv, version, &environment.join("\0")] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn source_identity(source: &Source, name: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(name.as_bytes());
    hasher.update(&[0]);
    hasher.update(source.text.as_bytes());
    format!("s{}", &hasher.finalize().to_hex()[..31])
}

/// The folder of builds: one folder a build, named by content, written beside and moved into place at once.
pub(super) struct Cache {
    folder: PathBuf,
    /// Said once to people, when the wanted folder could not be used.
    pub(super) note: Option<String>,
    _temporary: Option<tempfile::TempDir>,
}

impl Cache {
    /// Opens the folder; a temporary one instead (with a note) where it cannot be written.
    pub(super) fn open(wanted: Option<&Path>) -> Result<Self, JudgeError> {
        let mut note = None;
        if let Some(folder) = wanted {
            match Self::prepare(folder) {
                Ok(()) => return Ok(Self { folder: folder.to_path_buf(), note, _temporary: None }),
                Err(why) => note = Some(format!("builds are kept for this run only: {} cannot be used ({why})", folder.display())),
            }
        }
        let temporary = tempfile::Builder::new().prefix("reheat-builds-").tempdir().map_err(|why| JudgeError::Cache { path: std::env::temp_dir(), why })?;
        Ok(Self { folder: temporary.path().to_path_buf(), note, _temporary: Some(temporary) })
    }

    fn prepare(folder: &Path) -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        drop(tempfile::tempfile_in(folder)?);
        for entry in fs::read_dir(folder)?.filter_map(Result::ok) {
            let old = entry.metadata().and_then(|m| m.modified()).ok().and_then(|t| t.elapsed().ok()).is_some_and(|age| age > KEPT_FOR);
            // Only what has the look of ours: the user may have pointed us anywhere.
            if old && entry.file_name().to_str().is_some_and(|n| n.len() == 32 && n.bytes().all(|b| b.is_ascii_alphanumeric())) {
                drop(fs::remove_dir_all(entry.path()));
            }
        }
        Ok(())
    }

    /// A product that was kept earlier and is still whole.
    fn find(&self, hash: &str, name: &str) -> Option<PathBuf> {
        let entry = self.folder.join(hash);
        let sum = fs::read_to_string(entry.join("sum")).ok()?;
        let file = entry.join(name);
        let bytes = fs::read(&file).ok()?;
        if sum != blake3::hash(&bytes).to_hex().as_str() {
            return None;
        }
        // Keeps it from being thrown away as old; no harm if it fails.
        drop(fs::File::open(&entry).and_then(|f| f.set_modified(SystemTime::now())));
        Some(file)
    }

    fn diagnostics(&self, hash: &str) -> String {
        fs::read_to_string(self.folder.join(hash).join("diagnostics")).unwrap_or_default()
    }

    /// Keeps a source; its place.
    fn source(&self, hash: &str, name: &str, text: &[u8]) -> Result<PathBuf, JudgeError> {
        match self.find(hash, name) {
            Some(file) => Ok(file),
            None => self.keep(hash, name, text, ""),
        }
    }

    /// Keeps a file under a hash: written beside, then moved into place, so that nobody ever sees half of it.
    fn keep(&self, hash: &str, name: &str, bytes: &[u8], diagnostics: &str) -> Result<PathBuf, JudgeError> {
        let path = self.folder.join(hash);
        self.write(&path, name, bytes, diagnostics).map_err(|why| JudgeError::Cache { path: path.clone(), why })?;
        Ok(path.join(name))
    }

    fn write(&self, entry: &Path, name: &str, bytes: &[u8], diagnostics: &str) -> std::io::Result<()> {
        let beside = tempfile::Builder::new().prefix(".new-").tempdir_in(&self.folder)?;
        let put = |name: &str, bytes: &[u8], mode: u32| {
            let path = beside.path().join(name);
            let mut file = fs::File::create(&path)?;
            file.write_all(bytes)?;
            file.set_permissions(fs::Permissions::from_mode(mode))
        };
        put(name, bytes, 0o755)?;
        put("sum", blake3::hash(bytes).to_hex().as_bytes(), 0o644)?;
        put("diagnostics", diagnostics.as_bytes(), 0o644)?;
        fs::set_permissions(beside.path(), fs::Permissions::from_mode(0o755))?;
        match fs::rename(beside.path(), entry) {
            Ok(()) => {}
            // Somebody else was first, with the same content; unless theirs is broken, take it.
            Err(_) if self.find(&entry.file_name().unwrap_or_default().to_string_lossy(), name).is_some() => return Ok(()),
            Err(_) => {
                fs::remove_dir_all(entry)?;
                fs::rename(beside.path(), entry)?;
            }
        }
        drop(beside.keep());
        Ok(())
    }
}

/// The time a build took, where it was not from the cache.
#[must_use]
pub fn build_time(built: &Built) -> Option<Nanos> {
    built.report.as_ref().filter(|r| !r.cached).map(|r| r.wall_ns)
}

/// A source from a text and the name of its file.
#[must_use]
pub fn source(file_name: &str, text: impl Into<Arc<str>>) -> Source {
    Source { file_name: file_name.to_owned(), text: text.into() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_name_guest_paths_only() {
        let said = "/tmp/x-1/prog/main.c:1:2: error in ‘/tmp/x-1/prog/main.c’\n  --> /prog/main.c:3\nélan";
        let clean = "/prog/main.c:1:2: error in ‘/prog/main.c’\n  --> /prog/main.c:3\nélan";
        assert_eq!(guest_paths(said, "/prog/main.c"), clean);
    }

    #[test]
    fn the_cache_gives_back_only_what_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("deep/down");
        let cache = Cache::open(Some(&folder)).unwrap();
        assert!(cache.note.is_none());
        let hash = "0123456789abcdef0123456789abcdef";
        assert!(cache.find(hash, "main").is_none());
        let file = cache.keep(hash, "main", b"product", "a warning").unwrap();
        assert_eq!(cache.find(hash, "main"), Some(file.clone()));
        assert_eq!(cache.diagnostics(hash), "a warning");
        fs::write(&file, b"half").unwrap();
        assert!(cache.find(hash, "main").is_none(), "a damaged product must not be used");
        cache.keep(hash, "main", b"product", "").unwrap();
        assert_eq!(fs::read(cache.find(hash, "main").unwrap()).unwrap(), b"product");
        // Nothing is left beside.
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn many_may_keep_the_same_build_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(dir.path())).unwrap();
        let hash = "0123456789abcdef0123456789abcdef";
        std::thread::scope(|s| {
            for _ in 0..8 {
                s.spawn(|| {
                    for _ in 0..20 {
                        cache.keep(hash, "main", b"product", "").unwrap();
                        assert!(cache.find(hash, "main").is_some());
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_told_and_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "in the way").unwrap();
        let cache = Cache::open(Some(&file.join("builds"))).unwrap();
        assert!(cache.note.as_ref().unwrap().contains("cannot be used"), "{:?}", cache.note);
        cache.keep("0123456789abcdef0123456789abcdef", "main", b"x", "").unwrap();
    }
}
