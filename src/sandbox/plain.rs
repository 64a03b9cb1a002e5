//! Running a program without isolation: process group, polling, capped output, kill, sampling.
//!
//! For `--unsafe-no-isolation` and for systems that have nothing better. Nothing here keeps a program
//! from reading or writing what its user may; it only keeps time, memory and output in bounds and
//! cleans up. Holds no `unsafe` and no call that only one system has, apart from reading `/proc`.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::capture::{self, Stream};
use super::trace::Trace;
use super::{
    Control, Limits, Mount, Outcome, Peak, Program, RunVerdict, Sample, SandboxError, WORK, tree,
};
use crate::units::{Bytes, Nanos};

/// Runs the program as an ordinary child.
///
/// # Errors
/// [`SandboxError::CannotStart`], [`SandboxError::Stopped`], or [`SandboxError::Failed`] when the temporary folder cannot be made.
pub fn run(
    program: &Program,
    limits: &Limits,
    watch: &mut dyn FnMut(Sample),
    control: &Control,
) -> Result<Outcome, SandboxError> {
    let stage = Stage::build(program)?;
    let mut command = stage.command(program)?;
    let (out_read, out_write) = pipe()?;
    let (err_read, err_write) = pipe()?;
    command
        .stdin(stdin_file(&program.stdin)?)
        .stdout(out_write)
        .stderr(err_write);
    let mut out = Stream::new(out_read, limits.output).map_err(failed("preparing the output"))?;
    let mut err = Stream::new(err_read, limits.output).map_err(failed("preparing the output"))?;

    let start = Instant::now();
    let mut child = command.spawn().map_err(|e| SandboxError::CannotStart {
        program: program.argv.first().cloned().unwrap_or_default(),
        why: e.to_string(),
    })?;
    // The command holds the writing ends; while it lives, the outputs never end.
    drop(command);
    let root = child.id();

    let mut trace = Trace::new();
    let mut most_tasks = 0;
    let mut cpu = Nanos(0);
    let mut breach: Option<(RunVerdict, String)> = None;
    let mut stopped = false;
    let status = loop {
        capture::wait(&[&out, &err], &[], pace(start.elapsed()));
        out.drain();
        err.drain();
        if tree::has_ended(root) {
            cpu = cpu.max(tree::cpu_of(root));
        }
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => {}
            Err(e) => {
                tree::kill_all(root);
                return Err(SandboxError::Failed(format!(
                    "waiting for the program: {e}"
                )));
            }
        }
        let seen = tree::look(root);
        let t = Nanos::from(start.elapsed());
        if seen.tasks > 0 {
            most_tasks = most_tasks.max(seen.tasks);
            cpu = cpu.max(seen.cpu);
            let sample = Sample {
                t,
                memory: seen.memory,
            };
            trace.push(sample);
            watch(sample);
        }
        if breach.is_none() {
            breach = breached(limits, t, seen.memory, &out, &err);
        }
        stopped |= control.stopped();
        if stopped || breach.is_some() {
            tree::kill_all(root);
        }
    };
    let wall = Nanos::from(start.elapsed());
    tree::kill_all(root);
    if stopped {
        return Err(SandboxError::Stopped);
    }
    let stdout = out.finish();
    let stderr = err.finish();
    if breach.is_none() && (stdout.truncated || stderr.truncated) {
        breach = Some((RunVerdict::OutputLimit, over_output(limits)));
    }
    let (exit_code, signal) = ending(status);
    let (verdict, reason) = match breach {
        Some((verdict, reason)) => (verdict, Some(reason)),
        None => verdict_of(exit_code, signal),
    };
    let peak = trace.peak();
    let (samples, integral) = trace.finish(wall);
    Ok(Outcome {
        verdict,
        reason,
        exit_code,
        signal,
        wall,
        cpu,
        delayed: None,
        peak: Peak {
            bytes: peak,
            low: None,
            high: None,
        },
        integral,
        samples,
        tasks: (most_tasks > 0).then_some(most_tasks),
        stdout,
        stderr,
        attempts: Vec::new(),
        collected: stage.collect(program),
    })
}

/// How long to wait before the next reading: 1 ms in the first second, then 4 ms.
#[must_use]
pub fn pace(elapsed: Duration) -> Duration {
    if elapsed < Duration::from_secs(1) {
        Duration::from_millis(1)
    } else {
        Duration::from_millis(4)
    }
}

/// Which limit is broken now, if any, with the sentence that says how far it got.
#[must_use]
pub fn breached(
    limits: &Limits,
    t: Nanos,
    memory: Bytes,
    out: &Stream,
    err: &Stream,
) -> Option<(RunVerdict, String)> {
    if out.over() || err.over() {
        Some((RunVerdict::OutputLimit, over_output(limits)))
    } else if memory > limits.memory {
        Some((RunVerdict::MemoryLimit, over_memory(limits, memory)))
    } else if t >= Nanos::from(limits.time) {
        Some((RunVerdict::TimeLimit, over_time(limits)))
    } else {
        None
    }
}

/// The sentence for the limit of output.
#[must_use]
pub fn over_output(limits: &Limits) -> String {
    format!("wrote more than {}", limits.output)
}

/// The sentence for the limit of memory.
#[must_use]
pub fn over_memory(limits: &Limits, reached: Bytes) -> String {
    format!(
        "reached {} of {} allowed",
        reached.max(limits.memory),
        limits.memory
    )
}

/// The sentence for the limit of time.
#[must_use]
pub fn over_time(limits: &Limits) -> String {
    format!("stopped after {}", Nanos::from(limits.time))
}

/// Verdict and reason of a program that ended by itself.
#[must_use]
pub fn verdict_of(exit_code: Option<i32>, signal: Option<i32>) -> (RunVerdict, Option<String>) {
    match (exit_code, signal) {
        (Some(0), _) => (RunVerdict::Ok, None),
        (Some(code), _) => (
            RunVerdict::RuntimeError,
            Some(format!("exit status {code}")),
        ),
        (None, Some(signal)) => (
            RunVerdict::RuntimeError,
            Some(format!("ended by {}", signal_name(signal))),
        ),
        (None, None) => (
            RunVerdict::RuntimeError,
            Some("ended in an unknown way".into()),
        ),
    }
}

/// A signal in words a person knows.
#[must_use]
pub fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL (illegal instruction)",
        5 => "SIGTRAP",
        6 => "SIGABRT (aborted)",
        7 => "SIGBUS (bad memory access)",
        8 => "SIGFPE (arithmetic error)",
        9 => "SIGKILL",
        11 => "SIGSEGV (bad memory access or too deep recursion)",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ (file too large)",
        31 => "SIGSYS (forbidden system call)",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}

/// Exit status and signal of an ended child.
fn ending(status: std::process::ExitStatus) -> (Option<i32>, Option<i32>) {
    use std::os::unix::process::ExitStatusExt;
    (status.code(), status.signal())
}

/// The standard input as an unnamed file: nothing to pump, so nothing can deadlock.
fn stdin_file(bytes: &[u8]) -> Result<Stdio, SandboxError> {
    use std::io::{Seek, Write};
    if bytes.is_empty() {
        return Ok(Stdio::null());
    }
    let make = || -> std::io::Result<std::fs::File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(bytes)?;
        file.rewind()?;
        Ok(file)
    };
    make()
        .map(Stdio::from)
        .map_err(failed("laying out the standard input"))
}

/// A pipe that no program started meanwhile inherits.
pub fn pipe() -> Result<(OwnedFd, OwnedFd), SandboxError> {
    let (reader, writer) = std::io::pipe().map_err(failed("making a pipe"))?;
    Ok((reader.into(), writer.into()))
}

/// Wraps a system error into a sentence that says what was being done.
pub fn failed<E: std::fmt::Display>(doing: &'static str) -> impl Fn(E) -> SandboxError {
    move |e| SandboxError::Failed(format!("{doing}: {e}"))
}

/// A temporary folder that stands in for the sandbox's file system.
///
/// Guest paths are realised as links below it, and every mention of them in arguments, environment
/// and current folder is rewritten to where they really are.
pub struct Stage {
    folder: tempfile::TempDir,
    /// Guest prefixes, longest first.
    guests: Vec<String>,
}

impl Stage {
    /// Lays out work folder, temporary folder and mounts.
    ///
    /// # Errors
    /// [`SandboxError::Failed`] when the disk refuses.
    pub fn build(program: &Program) -> Result<Self, SandboxError> {
        let folder = tempfile::Builder::new()
            .prefix("reheat-run-")
            .tempdir()
            .map_err(failed("making a temporary folder"))?;
        let mut guests = vec![WORK.to_owned(), "/tmp".to_owned()];
        for guest in &guests {
            std::fs::create_dir(inside(folder.path(), guest))
                .map_err(failed("making a temporary folder"))?;
        }
        for mount in &program.mounts {
            place(folder.path(), mount)?;
            guests.push(mount.guest.trim_end_matches('/').to_owned());
        }
        guests.sort_by_key(|g| std::cmp::Reverse(g.len()));
        guests.dedup();
        Ok(Self { folder, guests })
    }

    /// Makes the private folders somebody else's; the others may only pass through to them.
    ///
    /// # Errors
    /// What the system said.
    #[cfg(target_os = "linux")]
    pub fn give_to(&self, id: u32) -> std::io::Result<()> {
        use std::os::unix::fs::{PermissionsExt, chown};
        std::fs::set_permissions(self.folder.path(), std::fs::Permissions::from_mode(0o711))?;
        for guest in [WORK, "/tmp"] {
            chown(inside(self.folder.path(), guest), Some(id), Some(id))?;
        }
        Ok(())
    }

    /// The private work folder on this machine.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        inside(self.folder.path(), WORK)
    }

    /// Paths that may be read, and the one that may be written (`w`), for a guard that knows only paths.
    #[cfg(target_os = "linux")]
    #[must_use]
    pub fn paths(&self, program: &Program) -> Vec<(Vec<u8>, Vec<u8>)> {
        let bytes = |p: &Path| p.as_os_str().as_encoded_bytes().to_vec();
        let hosts = program
            .mounts
            .iter()
            .filter_map(|m| std::fs::canonicalize(&m.host).ok());
        hosts
            .map(|h| (bytes(&h), b"r".to_vec()))
            .chain([(bytes(self.folder.path()), b"w".to_vec())])
            .collect()
    }

    /// The text with every guest path in it replaced by where it really is.
    #[must_use]
    pub fn rewrite(&self, text: &str) -> String {
        let flag = text.starts_with('-');
        let mut done = String::with_capacity(text.len());
        let mut rest = text;
        'next: while !rest.is_empty() {
            let before = done.chars().next_back();
            let free = before.is_none_or(|c| {
                !(c == '/' || c == '.' || c == '_' || (c.is_alphanumeric() && !flag))
            });
            if free && rest.starts_with('/') {
                for guest in &self.guests {
                    let after = rest.strip_prefix(guest.as_str()).map(|r| r.chars().next());
                    if matches!(after, Some(None | Some('/' | ':' | ',' | ';' | ' '))) {
                        done.push_str(&inside(self.folder.path(), guest).to_string_lossy());
                        rest = &rest[guest.len()..];
                        continue 'next;
                    }
                }
            }
            let c = rest.chars().next().unwrap_or_default();
            done.push(c);
            rest = &rest[c.len_utf8()..];
        }
        done
    }

    /// The command with everything rewritten, in a process group of its own.
    fn command(&self, program: &Program) -> Result<Command, SandboxError> {
        use std::os::unix::process::CommandExt;
        let Some(first) = program.argv.first() else {
            return Err(SandboxError::CannotStart {
                program: String::new(),
                why: "no program was named".into(),
            });
        };
        let mut environment = super::base_environment();
        environment.extend(program.environment.iter().cloned());
        let path = environment
            .iter()
            .rev()
            .find(|(k, _)| k == "PATH")
            .map(|(_, v)| self.rewrite(v));
        let real = find_on_path(&self.rewrite(first), path.as_deref().unwrap_or_default());
        let mut command = Command::new(real);
        command.args(program.argv[1..].iter().map(|a| self.rewrite(a)));
        command.env_clear().envs(
            environment
                .iter()
                .map(|(k, v)| (k.clone(), self.rewrite(v))),
        );
        command.current_dir(self.rewrite(program.folder.as_deref().unwrap_or(WORK)));
        command.process_group(0);
        Ok(command)
    }

    /// A descriptor of the folder that holds the work folder.
    ///
    /// # Errors
    /// What the system said.
    #[cfg(target_os = "linux")]
    pub fn door(&self) -> std::io::Result<OwnedFd> {
        Ok(std::fs::File::open(self.folder.path())?.into())
    }

    /// The files asked for, as far as they are regular files of the work folder, reached through no link.
    #[must_use]
    fn collect(&self, program: &Program) -> Vec<(String, Vec<u8>)> {
        let mut collected = Vec::new();
        for name in &program.collect {
            let mut path = self.work();
            let parts: Vec<&str> = name.split('/').collect();
            let real = parts.iter().enumerate().all(|(i, part)| {
                path.push(part);
                let last = i + 1 == parts.len();
                let facts = std::fs::symlink_metadata(&path);
                !part.is_empty()
                    && *part != ".."
                    && facts.is_ok_and(|f| if last { f.is_file() } else { f.is_dir() })
            });
            if real && let Ok(bytes) = std::fs::read(&path) {
                collected.push((name.clone(), bytes));
            }
        }
        collected
    }
}

/// Where a guest path is below the stage.
fn inside(stage: &Path, guest: &str) -> PathBuf {
    stage.join(guest.trim_start_matches('/'))
}

/// Links the mount's host path to its place on the stage.
fn place(stage: &Path, mount: &Mount) -> Result<(), SandboxError> {
    let doing = |e: std::io::Error| {
        SandboxError::Failed(format!(
            "laying out {} as {}: {e}",
            mount.host.display(),
            mount.guest
        ))
    };
    let host = std::path::absolute(&mount.host).map_err(doing)?;
    std::fs::metadata(&host).map_err(doing)?;
    let link = inside(stage, &mount.guest);
    if let Some(parent) = link.parent() {
        std::fs::create_dir_all(parent).map_err(doing)?;
    }
    std::os::unix::fs::symlink(host, link).map_err(doing)
}

/// A bare name is looked for on the given path; anything else stays.
fn find_on_path(name: &str, path: &str) -> PathBuf {
    if !name.contains('/') {
        for folder in path.split(':').filter(|f| !f.is_empty()) {
            let candidate = Path::new(folder).join(name);
            if candidate.is_file() {
                return candidate;
            }
        }
    }
    PathBuf::from(name)
}
