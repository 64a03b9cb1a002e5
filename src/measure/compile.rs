//! Runs a compiler as what it is: a guest, under limits of its own. Keeps what it made, and also that it refused.
//!
//! A compiler works on code that nobody has read: templates that never end, files that it should not read,
//! floods of messages. It sees what a run sees, without network and without a home.

use std::path::PathBuf;
use std::time::Duration;

use super::build::{Built, PROG};
use super::judge::{Judge, JudgeError, Watch, ending, environment};
use super::{BuildReport, Failure, Progress, text};
use crate::base::units::{Bytes, Nanos};
use crate::sandbox::toolchain::Tool;
use crate::sandbox::{Limits, Mount, Outcome, Program, RunVerdict, WORK};
use crate::task::language::{Compile, Placeholders, SourceLayout, filled, with_memory};
use crate::task::{Language, Source};

/// What diagnostics are cut to.
const DIAGNOSTICS: usize = 4_000;

/// Where the folder of what is made once lies in a build.
const BASE: &str = "/opt/base";

/// Where it is made, below the work folder.
const BASE_MADE: &str = "base";

/// One build to be done.
pub(super) struct CompileRequest<'a> {
    pub source: &'a Source,
    pub language: &'a Language,
    pub compile: &'a Compile,
    /// The user's choice of compiler.
    pub tool: Option<&'a str>,
    /// The compiler's version, in its own words.
    pub version: &'a str,
    pub layout: &'a SourceLayout,
}

/// The name that people know a compiler by: without folders, which are nobody's business.
fn known_as(compiler: &str) -> &str {
    compiler.rsplit('/').next().unwrap_or(compiler)
}

impl Judge {
    /// Runs the compiler; the product's place in the cache, or `None` and the failure noted.
    pub(super) fn compile(
        &mut self,
        request: &CompileRequest<'_>,
        built: &mut Built,
        cancel: &crate::sandbox::CancelToken,
        watch: Watch<'_>,
    ) -> Result<Option<PathBuf>, JudgeError> {
        watch(Progress::Building);
        let asked = request.language.program(request.tool).to_owned();
        let compiler = self.tool(request.language, &asked)?;
        let base = self.base(request, &compiler, cancel)?;
        let name = request.compile.product_name();
        let guest_source = format!("{PROG}/{}", request.layout.file);
        let places = Placeholders {
            source: &guest_source,
            product: &format!("{WORK}/{name}"),
            main: &request.layout.main,
            // Without a base the compiler makes what it needs for itself.
            base: if base.is_some() { BASE } else { "/work/.base" },
            compiler: &compiler.program,
        };
        let mut argv = request
            .language
            .compile_argv(request.tool, &places)
            .unwrap_or_default();
        if let Some(first) = argv.first_mut() {
            first.clone_from(&compiler.program);
        }
        let file = self.cache.source(
            &source_identity(request.source, &request.layout.file),
            &request.layout.file,
            request.source.text.as_bytes(),
        )?;
        let mut mounts = compiler.mounts.clone();
        mounts.push(Mount {
            host: file,
            guest: guest_source.clone(),
        });
        mounts.extend(base.map(|host| Mount {
            host,
            guest: BASE.to_owned(),
        }));
        let limits = self.build_limits().clone();
        let program = Program {
            argv: with_memory(&argv, limits.memory),
            environment: build_environment(request, &compiler, &places),
            mounts,
            collect: vec![request.compile.product.clone()],
            ..Program::default()
        };
        let outcome = self.run(&program, &limits, &mut |_| {}, cancel)?;
        if outcome.verdict == RunVerdict::SandboxError {
            return Err(JudgeError::Sandbox(
                outcome
                    .reason
                    .unwrap_or_else(|| "the compiler could not be run".to_owned()),
            ));
        }
        let diagnostics = diagnostics(&outcome, &guest_source);
        built.report = Some(BuildReport {
            wall_ns: outcome.wall,
            cached: false,
            diagnostics: diagnostics.clone(),
        });
        let made: Vec<(&str, &[u8])> = outcome
            .collected
            .iter()
            .filter(|(_, bytes)| request.compile.makes_folder() || !bytes.is_empty())
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        if outcome.verdict == RunVerdict::Ok && !made.is_empty() {
            return self
                .cache
                .keep_all(&built.hash, name, &made, &diagnostics)
                .map(Some);
        }
        let failure = Failure {
            reason: refusal(known_as(&asked), &outcome, &limits, &diagnostics),
            stderr: diagnostics,
            ..Failure::default()
        };
        if says_something(&outcome, &failure.stderr) {
            self.keep_failure(built, &failure)?;
        }
        built.failure = Some(failure);
        Ok(None)
    }

    /// Whether this very build has failed before, under the same limits: then its failure is noted.
    pub(super) fn failed_before(&mut self, built: &mut Built) -> bool {
        let kept = self
            .cache
            .find(&self.failure_identity(built), FAILURE)
            .and_then(|file| std::fs::read(file).ok())
            .and_then(|bytes| serde_json::from_slice::<Failure>(&bytes).ok());
        let Some(failure) = kept else { return false };
        built.report = Some(BuildReport {
            cached: true,
            diagnostics: failure.stderr.clone(),
            ..BuildReport::default()
        });
        built.failure = Some(failure);
        true
    }

    fn keep_failure(&mut self, built: &Built, failure: &Failure) -> Result<(), JudgeError> {
        let Ok(bytes) = serde_json::to_vec(failure) else {
            return Ok(());
        };
        self.cache
            .keep(&self.failure_identity(built), FAILURE, &bytes, "")
            .map(drop)
    }

    fn failure_identity(&self, built: &Built) -> String {
        let text = format!("failed {} {:?}", built.hash, self.build_limits());
        blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
    }

    /// The folder of what is made once for this version of the compiler, made now if it is not there yet. `None` where
    /// the language has none or where it could not be made: builds then do without, and take longer.
    fn base(
        &mut self,
        request: &CompileRequest<'_>,
        compiler: &Tool,
        cancel: &crate::sandbox::CancelToken,
    ) -> Result<Option<PathBuf>, JudgeError> {
        let Some(base) = &request.compile.base else {
            return Ok(None);
        };
        let made = format!("{WORK}/{BASE_MADE}");
        let places = Placeholders {
            base: &made,
            compiler: &compiler.program,
            ..Placeholders::default()
        };
        let program = Program {
            argv: base.argv.iter().map(|a| filled(a, &places)).collect(),
            environment: build_environment(request, compiler, &places),
            mounts: compiler.mounts.clone(),
            collect: vec![format!("{BASE_MADE}/")],
            ..Program::default()
        };
        let text = format!(
            "base {} {} {:?} {:?}",
            request.language.id, request.version, program.argv, program.environment
        );
        let hash = blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
        if let Some(known) = self.bases.get(&hash) {
            return Ok(known.clone());
        }
        let place = match self.cache.find(&hash, BASE_MADE) {
            Some(place) => Some(place),
            None => self.make_base(request, &program, &hash, cancel)?,
        };
        self.bases.insert(hash, place.clone());
        Ok(place)
    }

    fn make_base(
        &mut self,
        request: &CompileRequest<'_>,
        program: &Program,
        hash: &str,
        cancel: &crate::sandbox::CancelToken,
    ) -> Result<Option<PathBuf>, JudgeError> {
        let own = self.build_limits();
        let limits = Limits {
            time: own.time.max(Duration::from_secs(300)),
            memory: own.memory.max(Bytes::mib(2048)),
            disk: own.disk.max(Bytes::mib(1024)),
            ..own.clone()
        };
        let outcome = match self.run(program, &limits, &mut |_| {}, cancel) {
            Ok(outcome) => outcome,
            Err(JudgeError::Environment(why)) => {
                self.note(format!("{}: {why}", request.language.name));
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if outcome.verdict != RunVerdict::Ok {
            let said = diagnostics(&outcome, PROG);
            self.note(format!(
                "{}: what builds share could not be made ({}), so that every build takes longer{}{}",
                request.language.name,
                ending(&outcome, &limits),
                if said.is_empty() { "" } else { ": " },
                said.lines().next().unwrap_or_default()
            ));
            return Ok(None);
        }
        let files: Vec<(&str, &[u8])> = outcome
            .collected
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        if files.is_empty() {
            return Ok(None);
        }
        self.cache.keep_all(hash, BASE_MADE, &files, "").map(Some)
    }
}

/// Name of the file that holds a failure.
const FAILURE: &str = "failure";

fn build_environment(
    request: &CompileRequest<'_>,
    compiler: &Tool,
    places: &Placeholders<'_>,
) -> Vec<(String, String)> {
    let mut all = environment(request.language, compiler);
    all.extend(
        request
            .compile
            .environment
            .iter()
            .map(|(k, v)| (k.clone(), filled(v, places))),
    );
    all
}

/// What the compiler said, cut to size, with the guest's paths only.
fn diagnostics(outcome: &Outcome, guest_source: &str) -> String {
    let mut said = outcome.stderr.bytes.clone();
    said.extend_from_slice(&outcome.stdout.bytes);
    let said = text::head(&said, DIAGNOSTICS);
    unstaged(&guest_paths(said.trim(), guest_source))
}

/// What a full folder and a full table of processes make programs say; some write the first letter small.
const FULL: [&str; 2] = ["o space left on device", "ile too large"];
const CROWDED: &str = "esource temporarily unavailable";

/// Why there is no program, in one sentence; a limit is named.
fn refusal(compiler: &str, outcome: &Outcome, limits: &Limits, said: &str) -> String {
    match outcome.verdict {
        RunVerdict::Ok => format!("{compiler} made no program"),
        RunVerdict::TimeLimit => format!(
            "{compiler} was stopped after {}, its limit of time",
            Nanos::from(limits.time)
        ),
        RunVerdict::MemoryLimit => {
            format!("{compiler} ran into its limit of memory, {}", limits.memory)
        }
        RunVerdict::OutputLimit => format!(
            "{compiler} was stopped after {} of messages, its limit of output",
            limits.output
        ),
        _ => {
            let plain = format!("{compiler}: {}", ending(outcome, limits));
            if FULL.iter().any(|full| said.contains(full)) {
                format!(
                    "{plain}; its folders were full, they hold {}, its limit of disk",
                    limits.disk
                )
            } else if said.contains(CROWDED) {
                format!(
                    "{plain}; it wanted more than {} processes, its limit",
                    limits.processes
                )
            } else {
                plain
            }
        }
    }
}

/// Whether a failure says something about the source, so that it would be the same another time. Time, and whatever a
/// machine lacked for a moment, may be the machine's.
fn says_something(outcome: &Outcome, said: &str) -> bool {
    let momentary = [FULL[0], CROWDED, "annot allocate memory", "Killed"];
    match outcome.verdict {
        RunVerdict::Ok | RunVerdict::OutputLimit | RunVerdict::MemoryLimit => true,
        RunVerdict::RuntimeError => {
            outcome.signal.is_none() && !momentary.iter().any(|m| said.contains(m))
        }
        _ => false,
    }
}

/// What the names of such stand-ins begin with; see `sandbox::plain`.
const STAGE: &str = "/reheat-run-";

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

/// Cuts the stand-in for the sandbox's root out of every path.
fn unstaged(said: &str) -> String {
    let mut out = String::with_capacity(said.len());
    let mut rest = said;
    while let Some(at) = rest.find(STAGE) {
        let before = &rest[..at];
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, c)| *c == '/' || c.is_alphanumeric() || "._-".contains(*c))
            .last()
            .map_or(at, |(i, _)| i);
        out.push_str(&before[..start]);
        rest = &rest[at + STAGE.len()..];
        rest = rest.trim_start_matches(|c: char| c.is_alphanumeric());
    }
    out.push_str(rest);
    out
}

fn source_identity(source: &Source, name: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(name.as_bytes());
    hasher.update(&[0]);
    hasher.update(source.text.as_bytes());
    format!("s{}", &hasher.finalize().to_hex()[..31])
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
        let said = "ld: cannot open (/tmp/reheat-run-a1B2/work/main): full\nsee /var/tmp/reheat-run-x/opt/é, reheat-run-";
        assert_eq!(
            unstaged(said),
            "ld: cannot open (/work/main): full\nsee /opt/é, reheat-run-"
        );
    }

    #[test]
    fn a_compiler_is_known_by_its_name() {
        assert_eq!(known_as("/home/ada/bin/gcc-13"), "gcc-13");
        assert_eq!(known_as("rustc"), "rustc");
    }
}
