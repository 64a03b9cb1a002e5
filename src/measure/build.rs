//! Makes a version ready to run: compiles it in the sandbox (or just lays its source out) and keeps the product by content.
//!
//! Every version is found at the same guest path under `/prog`, so that a path's length can never make one
//! faster than another. A build never counts as run time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::judge::{Judge, JudgeError, Watch, ending, environment};
use super::{BuildReport, Failure, Progress, text};
use crate::sandbox::{Control, Limits, Mount, Program, RunVerdict, WORK};
use crate::task::{Case, Language, Source, Task};
use crate::units::{Bytes, Nanos};

/// Where every version lies inside the sandbox.
const PROG: &str = "/prog";

/// What diagnostics are cut to.
const DIAGNOSTICS: usize = 4_000;

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
        mounts.extend(task.files.iter().map(|f| Mount {
            host: f.host.clone(),
            guest: format!("{WORK}/{}", f.name),
        }));
        Program {
            argv: self.argv.iter().chain(&task.args).cloned().collect(),
            environment: self.environment.clone(),
            stdin: case.input.clone(),
            mounts,
            folder: None,
            collect: Vec::new(),
            watched: false,
        }
    }
}

/// What a compiler may use.
fn compile_limits() -> Limits {
    Limits {
        time: Duration::from_secs(60),
        memory: Bytes::mib(2048),
        output: Bytes::mib(1),
        processes: 256,
        disk: Bytes::mib(512),
    }
}

impl Judge {
    /// Makes a source ready to run. `tool` is the user's choice of compiler or interpreter.
    ///
    /// # Errors
    /// No compiler or interpreter here, no place to write, the sandbox failed, or stopped. A source that does not
    /// compile is no error: [`Built::failure`] says what the compiler said.
    pub fn build(
        &mut self,
        source: &Source,
        language: &Language,
        tool: Option<&str>,
        control: &Control,
        watch: Watch<'_>,
    ) -> Result<Built, JudgeError> {
        let version = self.toolchain(language, tool, control)?;
        let name = language.source_name(&source.file_name);
        let guest_source = format!("{PROG}/{name}");
        let product = language.compile.as_ref().map(|c| c.product.clone());
        let guest_product = format!("{PROG}/{}", product.as_deref().unwrap_or(&name));
        let compile = language.compile_argv(
            tool,
            &guest_source,
            &format!("{WORK}/{}", product.as_deref().unwrap_or_default()),
        );
        let hash = identity(source, &name, language, compile.as_deref(), &version);

        let mut built = Built {
            hash,
            argv: language.run_argv(tool, &guest_source, &guest_product),
            mounts: Vec::new(),
            environment: Vec::new(),
            report: None,
            failure: None,
        };
        self.resolve_runner(language, &mut built)?;
        let (Some(argv), Some(product)) = (compile, product) else {
            let file = self
                .cache
                .source(&built.hash, &name, source.text.as_bytes())?;
            built.mounts.push(Mount {
                host: file,
                guest: guest_source,
            });
            return Ok(built);
        };
        let found = match self.cache.find(&built.hash, &product) {
            Some(file) => {
                built.report = Some(BuildReport {
                    cached: true,
                    diagnostics: self.cache.diagnostics(&built.hash),
                    ..BuildReport::default()
                });
                Some(file)
            }
            None => {
                watch(Progress::Building);
                self.compile(source, language, argv, &name, &product, &mut built, control)?
            }
        };
        built.mounts.extend(found.map(|host| Mount {
            host,
            guest: guest_product,
        }));
        Ok(built)
    }

    /// Finds the interpreter (or runtime) that a run starts with, unless it starts with the product itself.
    fn resolve_runner(&mut self, language: &Language, built: &mut Built) -> Result<(), JudgeError> {
        built.environment = language
            .environment
            .iter()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        let Some(first) = built
            .argv
            .first_mut()
            .filter(|first| !first.starts_with(PROG))
        else {
            return Ok(());
        };
        let tool = self.tool(language, first)?;
        first.clone_from(&tool.program);
        built.mounts.clone_from(&tool.mounts);
        built.environment = environment(language, &tool);
        Ok(())
    }

    /// Runs the compiler; the product's place in the cache, or `None` and the failure noted.
    #[allow(clippy::too_many_arguments)]
    fn compile(
        &mut self,
        source: &Source,
        language: &Language,
        mut argv: Vec<String>,
        name: &str,
        product: &str,
        built: &mut Built,
        control: &Control,
    ) -> Result<Option<PathBuf>, JudgeError> {
        let compiler = argv.first().cloned().unwrap_or_default();
        let tool = self.tool(language, &compiler)?;
        if let Some(first) = argv.first_mut() {
            first.clone_from(&tool.program);
        }
        let file =
            self.cache
                .source(&source_identity(source, name), name, source.text.as_bytes())?;
        let mut mounts = tool.mounts.clone();
        mounts.push(Mount {
            host: file,
            guest: format!("{PROG}/{name}"),
        });
        let program = Program {
            argv,
            environment: environment(language, &tool),
            mounts,
            collect: vec![product.to_owned()],
            ..Program::default()
        };
        let limits = compile_limits();
        let outcome = self.run(&program, &limits, &mut |_| {}, control)?;
        if outcome.verdict == RunVerdict::SandboxError {
            return Err(JudgeError::Sandbox(
                outcome
                    .reason
                    .unwrap_or_else(|| "the compiler could not be run".to_owned()),
            ));
        }
        let mut said = outcome.stderr.bytes.clone();
        said.extend_from_slice(&outcome.stdout.bytes);
        let diagnostics = guest_paths(
            text::head(&said, DIAGNOSTICS).trim(),
            &format!("{PROG}/{name}"),
        );
        let wall_ns = outcome.wall;
        let collected = outcome
            .collected
            .iter()
            .find(|(n, bytes)| n == product && !bytes.is_empty());
        let failed = |reason: String| Failure {
            reason,
            stderr: diagnostics.clone(),
            ..Failure::default()
        };
        match (outcome.verdict, collected) {
            (RunVerdict::Ok, Some((_, bytes))) => {
                built.report = Some(BuildReport {
                    wall_ns,
                    cached: false,
                    diagnostics: diagnostics.clone(),
                });
                self.cache
                    .keep(&built.hash, product, bytes, &diagnostics)
                    .map(Some)
            }
            (verdict, _) => {
                built.failure = Some(match verdict {
                    RunVerdict::Ok => failed(format!("{compiler} made no program")),
                    _ => failed(format!("{compiler}: {}", ending(&outcome, &limits))),
                });
                built.report = Some(BuildReport {
                    wall_ns,
                    cached: false,
                    diagnostics,
                });
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
        let keep = path.map_or(0, |i| {
            i + before[i..].chars().next().map_or(0, char::len_utf8)
        });
        out.push_str(&before[..keep]);
        out.push_str(guest);
        rest = &rest[at + guest.len()..];
    }
    out.push_str(rest);
    out
}

fn identity(
    source: &Source,
    name: &str,
    language: &Language,
    compile: Option<&[String]>,
    version: &str,
) -> String {
    let mut hasher = blake3::Hasher::new();
    let argv = compile.unwrap_or_default().join("\0");
    let environment: Vec<String> = language
        .environment
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    for part in [
        "reheat build 1",
        &language.id,
        name,
        &source.text,
        &argv,
        version,
        &environment.join("\0"),
    ] {
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

/// The time a build took, where it was not from the cache.
#[must_use]
pub fn build_time(built: &Built) -> Option<Nanos> {
    built
        .report
        .as_ref()
        .filter(|r| !r.cached)
        .map(|r| r.wall_ns)
}

/// A source from a text and the name of its file.
#[must_use]
pub fn source(file_name: &str, text: impl Into<Arc<str>>) -> Source {
    Source {
        file_name: file_name.to_owned(),
        text: text.into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_name_guest_paths_only() {
        let said =
            "/tmp/x-1/prog/main.c:1:2: error in ‘/tmp/x-1/prog/main.c’\n  --> /prog/main.c:3\nélan";
        let clean = "/prog/main.c:1:2: error in ‘/prog/main.c’\n  --> /prog/main.c:3\nélan";
        assert_eq!(guest_paths(said, "/prog/main.c"), clean);
    }
}
