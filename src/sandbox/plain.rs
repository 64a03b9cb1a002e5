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
use super::limit_breach::{self, Breach, LimitsReached};
#[cfg(target_os = "linux")]
use super::linux::Access;
use super::trace::Trace;
use super::writable_tree::{self, Growth};
use super::{
    CancelToken, Limits, Mount, Outcome, Peak, Program, RunVerdict, Sample, SandboxError, WORK,
    WritableTree, cleanup, process_tree,
};
use crate::base::units::{Bytes, Nanos};

/// Runs the program as an ordinary child.
///
/// # Errors
/// [`SandboxError::CannotStart`], [`SandboxError::Stopped`], or [`SandboxError::Failed`] when the temporary folder cannot be made.
pub(crate) fn run(
    program: &Program,
    limits: &Limits,
    watch: &mut dyn FnMut(Sample),
    cancel: &CancelToken,
) -> Result<Outcome, SandboxError> {
    let mut stage = StagedRoot::build(program, &std::env::temp_dir())?;
    let mut growth = Growth::new(&program.trees);
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
    let mut several = false;
    let mut breach = None;
    let mut stopped = false;
    let status = loop {
        capture::wait(&[&out, &err], &[], pace(start.elapsed()));
        out.drain();
        err.drain();
        if process_tree::has_ended(root) {
            cpu = cpu.max(process_tree::cpu_of(root));
        }
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => {}
            Err(e) => {
                process_tree::kill_all(root);
                return Err(SandboxError::Failed(format!(
                    "waiting for the program: {e}"
                )));
            }
        }
        let seen = process_tree::read(root);
        let t = Nanos::from(start.elapsed());
        if seen.tasks > 0 {
            most_tasks = most_tasks.max(seen.tasks);
            cpu = cpu.max(seen.cpu);
            several |= seen.processes > 1;
            let sample = Sample {
                t,
                memory: seen.memory,
            };
            trace.push(sample);
            watch(sample);
        }
        if breach.is_none() {
            breach = breached(limits, t, seen.memory, seen.tasks, [&out, &err])
                .or_else(|| stage.overflowing(limits, false))
                .or_else(|| growth.overflowing(false));
        }
        stopped |= cancel.stopped();
        if stopped || breach.is_some() {
            process_tree::kill_all(root);
        }
    };
    let wall = Nanos::from(start.elapsed());
    process_tree::kill_all(root);
    if stopped {
        return Err(SandboxError::Stopped);
    }
    let stdout = out.finish();
    let stderr = err.finish();
    if breach.is_none() && (stdout.truncated || stderr.truncated) {
        breach = Some(Breach::Output {
            errors: !stdout.truncated,
        });
    }
    let breach = breach
        .or_else(|| stage.overflowing(limits, true))
        .or_else(|| growth.overflowing(true));
    let (exit_code, signal) = ending(status);
    let (verdict, mut reason) = match breach {
        Some(breach) => (breach.verdict(), Some(breach.in_words(limits, cpu))),
        None => limit_breach::verdict_of(exit_code, signal),
    };
    let reached = LimitsReached {
        processes: most_tasks >= limits.processes,
        ..LimitsReached::default()
    };
    let more = reached
        .in_words(limits)
        .filter(|_| verdict == RunVerdict::RuntimeError);
    let limited = breach.is_some() || more.is_some();
    if let (Some(reason), Some(more)) = (reason.as_mut(), more) {
        reason.push_str("; ");
        reason.push_str(&more);
    }
    let peak = trace.peak();
    let (samples, integral) = trace.finish(wall);
    Ok(Outcome {
        verdict,
        reason,
        exit_code,
        signal,
        limited,
        wall,
        cpu,
        cpu_at_least: several,
        delayed: None,
        peak: Peak {
            bytes: peak,
            low: None,
            high: None,
        },
        integral,
        samples,
        files: stage.most(),
        tasks: (most_tasks > 0).then_some(most_tasks),
        stdout,
        stderr,
        attempts: Vec::new(),
        collected: stage.collect(program),
    })
}

/// How long to wait before the next reading: 1 ms in the first second, then 4 ms.
pub(crate) fn pace(elapsed: Duration) -> Duration {
    if elapsed < Duration::from_secs(1) {
        Duration::from_millis(1)
    } else {
        Duration::from_millis(4)
    }
}

/// Processes that the kernel, where it counts them, allows beyond the limit: those that a program is started by.
const SPARE: u32 = 2;

/// Which limit is broken now, if any. `tasks`: processes and threads that were seen; the kernel limits them by user, but not those of a
/// root whose capabilities are gone.
pub(crate) fn breached(
    limits: &Limits,
    t: Nanos,
    memory: Bytes,
    tasks: u32,
    [out, err]: [&Stream; 2],
) -> Option<Breach> {
    if out.over() || err.over() {
        Some(Breach::Output {
            errors: !out.over(),
        })
    } else if memory > limits.memory {
        Some(Breach::Memory(memory))
    } else if tasks > limits.processes.saturating_add(SPARE) {
        Some(Breach::Processes(tasks))
    } else if t >= Nanos::from(limits.time) {
        Some(Breach::Time)
    } else {
        None
    }
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
pub(crate) fn pipe() -> Result<(OwnedFd, OwnedFd), SandboxError> {
    let (reader, writer) = std::io::pipe().map_err(failed("making a pipe"))?;
    Ok((reader.into(), writer.into()))
}

/// Wraps a system error into a sentence that says what was being done.
pub(crate) fn failed<E: std::fmt::Display>(doing: &'static str) -> impl Fn(E) -> SandboxError {
    move |e| SandboxError::Failed(format!("{doing}: {e}"))
}

/// A temporary folder that stands in for the sandbox's file system.
///
/// Guest paths are realised as links below it, and every mention of them in arguments, environment
/// and current folder is rewritten to where they really are.
#[derive(Debug)]
pub(crate) struct StagedRoot {
    folder: PathBuf,
    /// The lock that says that the folder is in use.
    _held: OwnedFd,
    /// Guest prefixes, longest first.
    guests: Vec<String>,
    /// When it is looked at again how full it is.
    next_look: Instant,
    /// Most bytes that it was seen to hold.
    most: Bytes,
}

impl StagedRoot {
    /// Lays out work folder, temporary folder and mounts in a fresh folder in `parent`.
    ///
    /// # Errors
    /// [`SandboxError::Failed`] when the disk refuses.
    pub(crate) fn build(program: &Program, parent: &Path) -> Result<Self, SandboxError> {
        let (folder, held) = cleanup::fresh(parent).map_err(failed("making a temporary folder"))?;
        let mut stage = Self {
            folder,
            _held: held,
            guests: Vec::new(),
            next_look: Instant::now(),
            most: Bytes(0),
        };
        let mut guests = vec![WORK.to_owned(), "/tmp".to_owned()];
        for guest in &guests {
            std::fs::create_dir(inside(&stage.folder, guest))
                .map_err(failed("making a temporary folder"))?;
        }
        for tree in &program.trees {
            let mount = Mount {
                host: tree.host.clone(),
                guest: tree.place().to_owned(),
            };
            place(&stage.folder, &mount)?;
            guests.push(mount.guest);
        }
        for mount in &program.mounts {
            match tree_around(program, mount) {
                Some(tree) => {
                    let host = std::path::absolute(&mount.host).unwrap_or(mount.host.clone());
                    writable_tree::link_into(tree, &mount.guest, &host)
                        .map_err(|e| not_laid_out(mount, &e))?;
                }
                None => place(&stage.folder, mount)?,
            }
            guests.extend(folders_around(mount));
            guests.push(mount.guest.trim_end_matches('/').to_owned());
        }
        guests.sort_by_key(|g| std::cmp::Reverse(g.len()));
        guests.dedup();
        stage.guests = guests;
        Ok(stage)
    }

    /// Makes the private folders somebody else's; the others may only pass through to them.
    ///
    /// # Errors
    /// What the system said.
    #[cfg(target_os = "linux")]
    pub(crate) fn give_to(&self, id: u32) -> std::io::Result<()> {
        use std::os::unix::fs::{PermissionsExt, chown};
        std::fs::set_permissions(&self.folder, std::fs::Permissions::from_mode(0o711))?;
        for guest in [WORK, "/tmp"] {
            chown(inside(&self.folder, guest), Some(id), Some(id))?;
        }
        Ok(())
    }

    /// Whether the limit of its disk is broken. Looks once when the run has ended; before, seldom enough to cost a twentieth of the time at most; what a program
    /// has deleted but still holds open is not seen.
    pub(crate) fn overflowing(&mut self, limits: &Limits, ended: bool) -> Option<Breach> {
        let start = Instant::now();
        if start < self.next_look && !ended {
            return None;
        }
        let most = limit_breach::most_files(limits.disk);
        let filled = cleanup::measure(&self.folder, most);
        self.most = self.most.max(Bytes(filled.bytes));
        self.next_look = start + (start.elapsed() * 20).max(Duration::from_millis(30));
        if filled.bytes > limits.disk.0 {
            Some(Breach::Disk(Bytes(filled.bytes)))
        } else {
            (filled.files >= most).then_some(Breach::Files)
        }
    }

    /// Most bytes that its files were seen to hold.
    pub(crate) fn most(&self) -> Bytes {
        self.most
    }

    /// The private work folder on this machine.
    pub(crate) fn work(&self) -> PathBuf {
        inside(&self.folder, WORK)
    }

    /// The paths that a program may reach and how, for a guard that knows only paths.
    #[cfg(target_os = "linux")]
    pub(crate) fn reachable(&self, program: &Program) -> Vec<(PathBuf, Access)> {
        let mut hosts = Vec::new();
        for mount in &program.mounts {
            if let Ok(host) = std::fs::canonicalize(&mount.host) {
                around_hidden(host, &program.hidden, &mut hosts);
            }
        }
        hosts
            .into_iter()
            .chain([(self.folder.clone(), Access::Write)])
            .chain(
                program
                    .trees
                    .iter()
                    .map(|t| (t.host.clone(), Access::Write)),
            )
            .collect()
    }

    /// The text with every guest path in it replaced by where it really is.
    pub(crate) fn rewrite(&self, text: &str) -> String {
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
                        done.push_str(&inside(&self.folder, guest).to_string_lossy());
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
        let mut environment = super::program::base_environment();
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
    pub(crate) fn workdir_fd(&self) -> std::io::Result<OwnedFd> {
        Ok(std::fs::File::open(&self.folder)?.into())
    }

    /// The files asked for, as far as they are regular files of the work folder, reached through no link.
    #[must_use]
    fn collect(&self, program: &Program) -> Vec<(String, Vec<u8>)> {
        let mut collected = Vec::new();
        for name in &program.collect {
            let mut path = self.work();
            let real = name.trim_end_matches('/').split('/').all(|part| {
                path.push(part);
                let link = std::fs::symlink_metadata(&path).is_ok_and(|f| f.is_symlink());
                !part.is_empty() && part != ".." && !link
            });
            if real && (name.ends_with('/') || path.is_file()) {
                gather(&path, name.trim_end_matches('/'), 0, &mut collected);
            }
        }
        collected
    }
}

/// A guard that knows only paths cannot take one away from a folder that it allows: the folder's other parts are allowed
/// one by one, and of the folder itself the names, since programs look for their modules by them.
#[cfg(target_os = "linux")]
fn around_hidden(host: PathBuf, hidden: &[PathBuf], paths: &mut Vec<(PathBuf, Access)>) {
    if hidden.contains(&host) {
        return;
    }
    if !hidden.iter().any(|h| h.starts_with(&host)) {
        paths.push((host, Access::Read));
        return;
    }
    for part in std::fs::read_dir(&host).into_iter().flatten().flatten() {
        // A link counts by what it leads to.
        if !part.file_type().is_ok_and(|t| t.is_symlink()) {
            around_hidden(part.path(), hidden, paths);
        }
    }
    paths.push((host, Access::List));
}

/// A regular file, or all of those below a folder; no link is followed.
fn gather(path: &Path, name: &str, depth: usize, collected: &mut Vec<(String, Vec<u8>)>) {
    let Ok(facts) = std::fs::symlink_metadata(path) else {
        return;
    };
    if facts.is_file() && collected.len() < super::program::COLLECT_FILES {
        collected.extend(std::fs::read(path).ok().map(|b| (name.to_owned(), b)));
    } else if facts.is_dir() && depth <= super::program::COLLECT_DEPTH {
        let entries: Vec<_> = std::fs::read_dir(path)
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        if entries.is_empty() {
            collected.push((format!("{name}/"), Vec::new()));
        }
        for entry in entries {
            if let Some(inner) = entry.file_name().to_str() {
                gather(
                    &entry.path(),
                    &format!("{name}/{inner}"),
                    depth + 1,
                    collected,
                );
            }
        }
    }
}

/// Where a guest path is below the stage.
fn inside(stage: &Path, guest: &str) -> PathBuf {
    stage.join(guest.trim_start_matches('/'))
}

/// The tree that a mount's place lies in.
fn tree_around<'a>(program: &'a Program, mount: &Mount) -> Option<&'a WritableTree> {
    program.trees.iter().find(|tree| {
        let inside = mount.guest.strip_prefix(tree.place());
        inside.is_some_and(|rest| rest.starts_with('/'))
    })
}

fn not_laid_out(mount: &Mount, error: &std::io::Error) -> SandboxError {
    SandboxError::Failed(format!(
        "laying out {} as {}: {error}",
        mount.host.display(),
        mount.guest
    ))
}

/// Links the mount's host path to its place on the stage.
fn place(stage: &Path, mount: &Mount) -> Result<(), SandboxError> {
    let doing = |e: std::io::Error| not_laid_out(mount, &e);
    let host = std::path::absolute(&mount.host).map_err(doing)?;
    std::fs::metadata(&host).map_err(doing)?;
    let link = inside(stage, &mount.guest);
    if let Some(parent) = link.parent() {
        std::fs::create_dir_all(parent).map_err(doing)?;
        // A umask of 077 would close them to guests that are another user.
        let mut folder = stage.to_path_buf();
        for name in parent.strip_prefix(stage).into_iter().flatten() {
            folder.push(name);
            if folder.is_symlink() {
                break;
            }
            let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(&folder, open).map_err(doing)?;
        }
    }
    std::os::unix::fs::symlink(host, link).map_err(doing)
}

/// Guest folders that are there only because something is mounted in them: names of the machine's own are never among them.
fn folders_around(mount: &Mount) -> Vec<String> {
    const OWN: [&str; 11] = [
        "usr", "bin", "sbin", "lib", "lib32", "lib64", "nix", "etc", "opt", "dev", "proc",
    ];
    let guest = Path::new(&mount.guest);
    let top = guest.iter().nth(1).and_then(|name| name.to_str());
    if mount.host == guest || top.is_none_or(|name| OWN.contains(&name)) {
        return Vec::new();
    }
    let around = guest.ancestors().skip(1).filter(|a| a.parent().is_some());
    around
        .filter_map(|a| a.to_str().map(str::to_owned))
        .collect()
}

impl Drop for StagedRoot {
    fn drop(&mut self) {
        cleanup::remove(&self.folder);
    }
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
