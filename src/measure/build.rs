//! Makes a version ready to run: has it compiled (or just lays its source out) and keeps the product by content.
//!
//! Every version is found at the same guest path under `/prog`, so that a path's length can never make one
//! faster than another. A build never counts as run time.

use std::path::PathBuf;
use std::sync::Arc;

use super::compile::CompileRequest;
use super::judge::{Judge, JudgeError, Watch, environment};
use super::{BuildReport, Failure};
use crate::sandbox::{CancelToken, Mount, Program, WORK};
use crate::task::calls::driver;
use crate::task::language::{Compile, Placeholders, with_memory};
use crate::task::project::GUEST_ROOT;
use crate::task::{Case, Harness, Language, Source, Task};

/// Where every version lies inside the sandbox.
pub(super) const PROG: &str = "/prog";

/// A version that can be run, or the reason why not.
#[derive(Clone, Debug)]
pub struct Built {
    /// Identity of the build: source, language, tool and its version.
    pub hash: String,
    /// Program and arguments inside the sandbox, without those of the task; where a runtime must know the limit of
    /// memory `{memory}` stands for it.
    pub argv: Vec<String>,
    /// What its runs must see.
    pub mounts: Vec<Mount>,
    /// What of the folders that it may read is private, and not shown.
    pub hidden: Vec<PathBuf>,
    /// Added to the environment of its runs.
    pub environment: Vec<(String, String)>,
    /// What the compiler said and cost; `None` for interpreted languages.
    pub report: Option<BuildReport>,
    /// Why there is nothing to run: the version's verdict is then `compile error`.
    pub failure: Option<Failure>,
    /// The private copy of a work tree that it is in, where commands judge it.
    pub commands: Option<Arc<super::commands::VersionCopy>>,
}

impl Built {
    /// A version that commands judge.
    pub(super) fn of_commands(hash: String, version: Arc<super::commands::VersionCopy>) -> Self {
        Self {
            hash,
            argv: Vec::new(),
            mounts: Vec::new(),
            hidden: Vec::new(),
            environment: Vec::new(),
            report: None,
            failure: None,
            commands: Some(version),
        }
    }

    /// The program for one case of a task.
    #[must_use]
    pub fn program(&self, task: &Task, case: &Case) -> Program {
        if let Some(version) = &self.commands {
            return version.program(task, case);
        }
        let argv = with_memory(&self.argv, task.limits.memory);
        let mut mounts = self.mounts.clone();
        mounts.extend(task.files.iter().map(|f| Mount {
            host: f.host.clone(),
            guest: format!("{WORK}/{}", f.name),
        }));
        mounts.extend(task.read.iter().map(|path| Mount {
            host: path.clone(),
            guest: path.to_string_lossy().into_owned(),
        }));
        Program {
            argv: argv.into_iter().chain(task.args.iter().cloned()).collect(),
            environment: self.environment.clone(),
            stdin: stdin_of(task, case),
            mounts,
            hidden: self.hidden.clone(),
            trees: Vec::new(),
            // A function's data files are looked for from the project's folder.
            folder: (matches!(task.harness, Harness::Calls(_)) && task.project.root.is_some())
                .then(|| GUEST_ROOT.to_owned()),
            collect: Vec::new(),
            watched: false,
        }
    }
}

/// What a run of a case reads: its input, and before calls how often they are to be made.
fn stdin_of(task: &Task, case: &Case) -> Arc<[u8]> {
    match &task.harness {
        Harness::Calls(calls) => {
            let mut stdin = driver::header(1, 1, calls.keep);
            stdin.extend_from_slice(&case.input);
            stdin.into()
        }
        _ => case.input.clone(),
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
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<Built, JudgeError> {
        let version = self.toolchain(language, tool, cancel)?;
        let layout = language.layout(source);
        let guest_source = format!("{PROG}/{}", layout.file);
        let product = language.compile.as_ref().map(Compile::product_name);
        let guest_product = format!("{PROG}/{}", product.unwrap_or(&layout.file));
        let places = Placeholders {
            source: &guest_source,
            product: &guest_product,
            main: &layout.main,
            ..Placeholders::default()
        };
        let mut built = Built {
            hash: identity(source, &layout.file, language, tool, &version),
            argv: language.run_argv(tool, &places),
            mounts: Vec::new(),
            hidden: Vec::new(),
            environment: Vec::new(),
            report: None,
            failure: None,
            commands: None,
        };
        self.expect_out_of_memory(&language.out_of_memory);
        self.resolve_runner(language, tool, &mut built)?;
        let Some(compile) = &language.compile else {
            let file = self
                .cache
                .source(&built.hash, &layout.file, source.text.as_bytes())?;
            built.mounts.push(Mount {
                host: file,
                guest: guest_source,
            });
            return Ok(built);
        };
        let found = match self.cache.find(&built.hash, compile.product_name()) {
            Some(place) => {
                built.report = Some(BuildReport {
                    cached: true,
                    diagnostics: self.cache.diagnostics(&built.hash),
                    ..BuildReport::default()
                });
                Some(place)
            }
            None if self.failed_before(&mut built) => None,
            None => {
                let order = CompileRequest {
                    source,
                    language,
                    compile,
                    tool,
                    version: &version,
                    layout: &layout,
                };
                self.compile(&order, &mut built, cancel, watch)?
            }
        };
        built.mounts.extend(found.map(|host| Mount {
            host,
            guest: guest_product,
        }));
        Ok(built)
    }

    /// Finds the interpreter (or runtime) that a run starts with, unless it starts with the product itself. A runtime is
    /// first looked for beside its compiler: what one version makes another may not run.
    fn resolve_runner(
        &mut self,
        language: &Language,
        tool: Option<&str>,
        built: &mut Built,
    ) -> Result<(), JudgeError> {
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
        let mut name = first.clone();
        if language.compile.is_some() && !name.contains('/') {
            let compiler = self.tool(language, language.program(tool))?;
            let beside = compiler.host.with_file_name(&name);
            if beside.is_file() {
                name = beside.to_string_lossy().into_owned();
            }
        }
        let runner = self.tool(language, &name)?;
        first.clone_from(&runner.program);
        built.mounts.clone_from(&runner.mounts);
        built.environment = environment(language, &runner);
        Ok(())
    }
}

/// What a build's product depends on, as one name.
fn identity(
    source: &Source,
    name: &str,
    language: &Language,
    tool: Option<&str>,
    version: &str,
) -> String {
    let mut hasher = blake3::Hasher::new();
    let table = |t: &std::collections::BTreeMap<String, String>| {
        let lines: Vec<String> = t.iter().map(|(k, v)| format!("{k}={v}")).collect();
        lines.join("\0")
    };
    let compile = language.compile.as_ref();
    for part in [
        "reheat build 2",
        &language.id,
        name,
        &source.text,
        tool.unwrap_or_default(),
        &compile.map(|c| c.argv.join("\0")).unwrap_or_default(),
        compile.map(|c| c.product.as_str()).unwrap_or_default(),
        &compile.map(|c| table(&c.environment)).unwrap_or_default(),
        version,
        &table(&language.environment),
    ] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// A source from a text and the name of its file.
#[must_use]
pub(crate) fn source(file_name: &str, text: impl Into<Arc<str>>) -> Source {
    Source {
        file_name: file_name.to_owned(),
        text: text.into(),
    }
}
