//! The judge: owns the sandbox, the cache of builds and the found toolchains; runs programs, trying again where the
//! sandbox itself failed. The files beside this one say what is run and what it means.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::build::Built;
use super::cache::Cache;
use super::checker_runs::CheckerState;
use super::contender::Contender;
pub(crate) use super::judge_error::{JudgeError, Watch};
use super::{Figures, Metric, text};
use crate::sandbox::toolchain::{self, Tool};
use crate::sandbox::{
    self, CancelToken, Guards, Limits, Outcome, Program, RunVerdict, Sample, Sandbox, SandboxError,
};
use crate::task::project::secret;
use crate::task::{Language, Task};

/// Builds, checks, times and compares.
pub struct Judge {
    settings: sandbox::Settings,
    sandbox: Option<Sandbox>,
    /// For runs that are alive at the same time.
    beside: Vec<Sandbox>,
    guards: Guards,
    pub(super) cache: Cache,
    pub(super) checkers: CheckerState,
    pub(super) commands: super::commands::CommandState,
    /// Who must own what guests write to, if another.
    pub(super) guest: Option<u32>,
    tools: HashMap<String, Arc<Tool>>,
    versions: HashMap<Vec<String>, String>,
    pub(super) floors: HashMap<String, Figures>,
    /// Versions that were seen to keep a core busy, by what they were built from.
    computing: HashSet<String>,
    held: Duration,
    build_limits: Limits,
    /// Folders of what builds share, by their identity; `None` where there is none.
    pub(super) bases: HashMap<String, Option<std::path::PathBuf>>,
    /// What the runtimes of the languages that were built write when their share of the memory is used up.
    out_of_memory: Vec<String>,
    /// What stays hidden in folders that the user has programs read, by these folders.
    hidden: HashMap<Vec<PathBuf>, Vec<PathBuf>>,
    said: Vec<String>,
}

impl Judge {
    /// Opens the sandbox and the folder for builds (a temporary one where `cache` is `None` or cannot be used:
    /// [`Judge::notes`] then says so).
    ///
    /// # Errors
    /// No isolation on this machine, or no place to write at all.
    pub fn open(settings: sandbox::Settings, cache: Option<&Path>) -> Result<Self, JudgeError> {
        let sandbox = Sandbox::open(&settings)?;
        let guards = sandbox.guards().clone();
        let guest = sandbox.guest_owner();
        Ok(Self {
            settings,
            sandbox: Some(sandbox),
            beside: Vec::new(),
            guards,
            cache: Cache::open(cache)?,
            checkers: CheckerState::default(),
            commands: super::commands::CommandState::default(),
            guest,
            tools: HashMap::new(),
            versions: HashMap::new(),
            floors: HashMap::new(),
            computing: HashSet::new(),
            held: Duration::ZERO,
            build_limits: Limits::for_builds(),
            bases: HashMap::new(),
            out_of_memory: Vec::new(),
            hidden: HashMap::new(),
            said: Vec::new(),
        })
    }

    /// Which protections the runs have.
    #[must_use]
    pub fn guards(&self) -> &Guards {
        &self.guards
    }

    /// Notes for the user about how this judge works here (a cache that could not be used, …).
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.cache.note.iter().chain(&self.said).cloned().collect()
    }

    /// Adds a note for the user, once.
    pub(super) fn note(&mut self, sentence: String) {
        if !self.said.contains(&sentence) {
            self.said.push(sentence);
        }
    }

    /// Which of these were seen to keep a core busy in a comparison before.
    pub(super) fn known_to_compute(&self, contenders: &[Contender<'_>]) -> Vec<bool> {
        let known = |c: &Contender<'_>| self.computing.contains(&c.built.hash);
        contenders.iter().map(known).collect()
    }

    /// Remembers by which clock these were timed, so that a crowded machine does not change it from one version to the next.
    pub(super) fn remember_clock(&mut self, contenders: &[Contender<'_>], clock: Metric) {
        if clock == Metric::Cpu {
            let hashes = contenders.iter().map(|c| c.built.hash.clone());
            self.computing.extend(hashes);
        }
    }

    /// What compilers may use from now on, instead of [`Limits::for_builds`].
    pub fn limit_builds(&mut self, limits: &Limits) {
        self.build_limits.clone_from(limits);
    }

    /// Limits of a compiler.
    pub(super) fn build_limits(&self) -> &Limits {
        &self.build_limits
    }

    /// From now on a program that ends badly and has written one of these has reached the limit of memory.
    pub(super) fn expect_out_of_memory(&mut self, signs: &[String]) {
        for sign in signs {
            if !self.out_of_memory.contains(sign) {
                self.out_of_memory.push(sign.clone());
            }
        }
    }

    /// Notes what a version must not see although it lies in a folder that it is shown: of a tool, or one that the user has
    /// programs read. [`Judge::prepare`] does so by itself.
    pub fn hide_private(&mut self, task: &Task, built: &mut Built) {
        let known = self.hidden.get(&task.read).cloned();
        let mut hidden = known.unwrap_or_else(|| secret::in_read(&task.read));
        self.hidden.insert(task.read.clone(), hidden.clone());
        hidden.extend(
            built
                .mounts
                .iter()
                .flat_map(|m| secret::directly_in(&m.host)),
        );
        built.hidden = hidden;
    }

    /// Whether the language can be built and run here, and with what: its version in one line.
    ///
    /// # Errors
    /// The compiler or interpreter is missing (with the hint how to get it), or does not answer.
    pub fn toolchain(
        &mut self,
        language: &Language,
        tool: Option<&str>,
        cancel: &CancelToken,
    ) -> Result<String, JudgeError> {
        let mut argv = language.version_argv(tool);
        if let Some(known) = self.versions.get(&argv) {
            return Ok(known.clone());
        }
        let asked = argv.clone();
        let found = self.tool(language, argv.first().map_or("", String::as_str))?;
        if let Some(first) = argv.first_mut() {
            first.clone_from(&found.program);
        }
        let program = Program {
            argv,
            environment: environment(language, &found),
            mounts: found.mounts.clone(),
            ..Program::default()
        };
        let outcome = self.run(&program, &Limits::default(), &mut |_| {}, cancel)?;
        if outcome.verdict != RunVerdict::Ok {
            let why = text::tail(&outcome.stderr.bytes, 400);
            let name = &asked[0];
            return Err(JudgeError::Environment(format!(
                "`{}` does not work in the sandbox ({}){}{why}\n{}",
                asked.join(" "),
                ending(&outcome, &Limits::default()),
                if why.is_empty() { "" } else { ": " },
                format_args!(
                    "It was found at {}. {}",
                    found.host.display(),
                    hint(language, name)
                ),
            )));
        }
        let said = if outcome.stdout.bytes.is_empty() {
            &outcome.stderr.bytes
        } else {
            &outcome.stdout.bytes
        };
        let line = text::head(said, 200)
            .lines()
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        self.versions.insert(asked, line.clone());
        Ok(line)
    }

    /// Where a compiler or interpreter is, and what must be mounted for it.
    pub(super) fn tool(
        &mut self,
        language: &Language,
        name: &str,
    ) -> Result<Arc<Tool>, JudgeError> {
        if let Some(known) = self.tools.get(name) {
            return Ok(known.clone());
        }
        let found = toolchain::find(name).map_err(|missing| {
            JudgeError::Environment(format!("{missing}\n{}", hint(language, name)))
        })?;
        let found = Arc::new(found);
        self.tools.insert(name.to_owned(), found.clone());
        Ok(found)
    }

    /// Runs one program. Where the sandbox itself failed it is opened anew and the run repeated once; the
    /// second failure is given back as it is. Waits before the run while the developer holds.
    pub(super) fn run(
        &mut self,
        program: &Program,
        limits: &Limits,
        watch: &mut dyn FnMut(Sample),
        cancel: &CancelToken,
    ) -> Result<Outcome, JudgeError> {
        self.wait_while_held(cancel);
        let mut tries = 0;
        loop {
            if cancel.stopped() {
                return Err(JudgeError::Stopped);
            }
            tries += 1;
            match self.sandbox()?.run(program, limits, watch, cancel) {
                Ok(outcome) if outcome.verdict == RunVerdict::SandboxError && tries == 1 => {}
                Err(SandboxError::Failed(_)) if tries == 1 => self.sandbox = None,
                Err(error) => {
                    if matches!(error, SandboxError::Failed(_)) {
                        self.sandbox = None;
                    }
                    return Err(error.into());
                }
                Ok(outcome) => return Ok(self.heard(outcome)),
            }
        }
    }

    /// A runtime that has its own share of the memory ends by itself when that is used up: the verdict is the same.
    fn heard(&self, mut outcome: Outcome) -> Outcome {
        if outcome.verdict == RunVerdict::RuntimeError && !self.out_of_memory.is_empty() {
            let said = String::from_utf8_lossy(&outcome.stderr.bytes);
            if self.out_of_memory.iter().any(|sign| said.contains(sign)) {
                outcome.verdict = RunVerdict::MemoryLimit;
                outcome.reason = None;
            }
        }
        outcome
    }

    /// How long runs have been held up by the developer, in all; never counted into a budget.
    pub(super) fn held(&self) -> Duration {
        self.held
    }

    pub(super) fn wait_while_held(&mut self, cancel: &CancelToken) {
        if cancel.paused() {
            let since = Instant::now();
            cancel.wait_while_paused();
            self.held += since.elapsed();
        }
    }

    /// So many sandboxes for runs that are alive at the same time.
    pub(super) fn sandboxes(&mut self, count: usize) -> Result<&mut [Sandbox], JudgeError> {
        while self.beside.len() < count {
            self.beside.push(Sandbox::open(&self.settings)?);
        }
        Ok(&mut self.beside[..count])
    }

    /// The next such runs get new ones.
    pub(super) fn forget_sandboxes(&mut self) {
        self.beside.clear();
    }

    fn sandbox(&mut self) -> Result<&mut Sandbox, JudgeError> {
        let open = match self.sandbox.take() {
            Some(open) => open,
            None => Sandbox::open(&self.settings)?,
        };
        Ok(self.sandbox.insert(open))
    }
}

/// The environment that builds and runs of a language have.
pub(super) fn environment(language: &Language, tool: &Tool) -> Vec<(String, String)> {
    let mut all = tool.environment.clone();
    all.extend(
        language
            .environment
            .iter()
            .map(|(k, v)| (k.clone(), v.clone())),
    );
    all
}

fn hint(language: &Language, name: &str) -> String {
    if language.program(None) == name {
        language.install_hint.clone()
    } else {
        format!(
            "It was asked for as the tool for {}; see that the name is right and that it is on your PATH.",
            language.name
        )
    }
}

/// How a run ended, as half a sentence: `exit status 1`, `ended by signal 11 (SIGSEGV)`, `stopped after 10 s`.
#[must_use]
pub(crate) fn ending(outcome: &Outcome, limits: &Limits) -> String {
    use crate::base::units::Nanos;
    // The sandbox's own sentence says most: which limit, how far it got, what to raise.
    if let (Some(reason), false) = (
        &outcome.reason,
        matches!(
            outcome.verdict,
            RunVerdict::Ok | RunVerdict::Forbidden | RunVerdict::SandboxError
        ),
    ) {
        return reason.clone();
    }
    let (time, memory, output) = (Nanos::from(limits.time), limits.memory, limits.output);
    let plain = match outcome.verdict {
        RunVerdict::Ok => "exit status 0".to_owned(),
        RunVerdict::RuntimeError => match (outcome.signal, outcome.exit_code) {
            (Some(signal), _) => format!("ended by signal {signal}{}", signal_name(signal)),
            (None, Some(code)) => format!("exit status {code}"),
            (None, None) => "ended abnormally".to_owned(),
        },
        RunVerdict::TimeLimit => format!("stopped after {time}, the limit of time"),
        RunVerdict::MemoryLimit if outcome.exit_code.is_some() => {
            format!("ran out of memory; the limit is {memory}")
        }
        RunVerdict::MemoryLimit => format!("stopped at {memory}, the limit of memory"),
        RunVerdict::OutputLimit => format!("stopped after {output} of output, the limit"),
        RunVerdict::Forbidden => {
            "ended by a guard of the sandbox: it tried something that is forbidden".to_owned()
        }
        RunVerdict::SandboxError => {
            "the sandbox failed; this says nothing about the program".to_owned()
        }
    };
    match (&outcome.reason, outcome.verdict) {
        (Some(reason), RunVerdict::Forbidden | RunVerdict::SandboxError) if !reason.is_empty() => {
            format!("{plain}: {reason}")
        }
        _ => plain,
    }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        4 => " (SIGILL: illegal instruction)",
        6 => " (SIGABRT: aborted)",
        7 => " (SIGBUS: bad memory access)",
        8 => " (SIGFPE: arithmetic error, such as a division by zero)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV: bad memory access, or the stack ran out)",
        13 => " (SIGPIPE)",
        15 => " (SIGTERM)",
        _ => "",
    }
}
