//! Versions that are judged by the user's commands, each version in its own private copy of the work tree.
//!
//! A version is the text of one file, put into its copy. The check says by its exit status whether the version is right; the
//! bench is timed, from outside, and may say a figure of its own (see [`metric`]). Both run in the sandbox, without a
//! network, and write only to the copy and to a home that goes with it.

mod build_step;
mod building;
mod diagnostics;
mod ends;
mod evaluate;
mod facts;
mod master;
pub(crate) mod metric;
mod prepared;
mod reading;
mod runners;
mod second_opinion;
mod shown;
mod surroundings;
mod tree_copy;
mod tree_state;
mod trial;
mod verdict;

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use self::master::{Master, Passed};
use self::metric::Unit;
use self::prepared::Prepared;
use self::reading::FixedFigure;
use self::shown::Shown;
use self::surroundings::Surroundings;
use self::tree_copy::{CARRIED, CopyLocation, TreeCopy};
use self::tree_state::TreeState;
use self::trial::Trial;
use super::build::Built;
use super::judge::{Judge, JudgeError, Watch};
use super::{Flag, Metric, Progress};
use crate::base::units::{Bytes, Nanos};
use crate::sandbox::{CancelToken, Program, RunVerdict, Tier, TreeHolder};
use crate::task::harness::{BENCH, Commands, Harness};
use crate::task::project::{GUEST_ROOT, is_everybodys, root_of};
use crate::task::tree::{self, TreeBounds, WorkTree};
use crate::task::{Case, Task};

/// Copies that are kept at once, besides the original's; the oldest goes first and is made again when it is needed.
const COPIES: usize = 8;

/// Bytes that they may take together.
const COPIES_BYTES: Bytes = Bytes::mib(16 * 1024);

/// Files that are run as they stand.
const SCRIPTS: [&str; 9] = ["py", "js", "mjs", "cjs", "rb", "sh", "pl", "php", "lua"];

/// What a judge keeps about the commands of a task.
#[derive(Default)]
pub(super) struct CommandState {
    /// The task's tree and surroundings, and where copies are made.
    base: Option<Arc<CopyTemplate>>,
    /// Whether the original was evaluated and has passed, and check and bench were tried.
    original_passed: bool,
    /// The copy of the original before its first run and after each, until it has passed.
    states: Vec<TreeState>,
    /// What the original has built; `None` also where that is too large to be copied again.
    master: Option<Arc<Master>>,
    /// How long the first run of each case took with the original: it built everything.
    first_runs: HashMap<String, Nanos>,
    /// What the runs of each case show with the original.
    shown: HashMap<String, Shown>,
    /// How the interpreters of silent commands end with the original.
    ends: HashMap<String, Vec<String>>,
    /// What came of trying check and bench with the function broken.
    trial: Option<Trial>,
    /// The calls that check and bench make, as a task of their own, once that was tried.
    recorded: Option<Option<Box<Task>>>,
    /// What the original was refused: no version is suspicious for it.
    refused: Vec<crate::sandbox::Attempt>,
    /// The figure that the bench says itself, fixed by the original.
    reported_figure: Option<FixedFigure>,
    /// Copies in the order in which they were last needed.
    kept: Vec<Weak<VersionCopy>>,
}

/// What all copies of a task have in common.
#[derive(Debug)]
struct CopyTemplate {
    tree: WorkTree,
    surroundings: Surroundings,
    location: CopyLocation,
    /// The file that a version takes the place of, below the root.
    file: PathBuf,
}

/// A version in its copy.
#[derive(Debug)]
pub struct VersionCopy {
    base: Arc<CopyTemplate>,
    text: Arc<str>,
    is_original: bool,
    /// Whether its text can print the figure of the bench, once that was looked at.
    printed: OnceLock<Option<Flag>>,
    /// `None` where it was given up to make room, or because the version has failed.
    copy: Mutex<Option<LaidOut>>,
}

/// The copy of a version, and what it holds when it is prepared.
#[derive(Debug)]
struct LaidOut {
    copy: TreeCopy,
    /// `None` for the first runs of the original, which are what all others begin with.
    prepared: Option<(Arc<Master>, Prepared)>,
    /// Cases of which everything is built, besides those that build nothing.
    ready: HashSet<String>,
    /// Whether building has begun.
    begun: bool,
}

/// The command that a case stands for.
fn command_of<'a>(commands: &'a Commands, case: &str) -> &'a str {
    let command = if case == BENCH {
        &commands.bench
    } else {
        &commands.check
    };
    command.as_deref().unwrap_or("true")
}

/// The command that a case of a task stands for.
fn command_in<'a>(task: &'a Task, case: &Case) -> &'a str {
    of(task).map_or("true", |commands| command_of(commands, &case.name))
}

/// The commands of a task that has some.
pub(super) fn of(task: &Task) -> Option<&Commands> {
    match &task.harness {
        Harness::Commands(commands) => Some(commands),
        _ => None,
    }
}

impl VersionCopy {
    /// The program that runs one of the task's commands. A copy that was given up must be made ready before
    /// ([`Judge::prepare_commands`]).
    pub(super) fn program(&self, task: &Task, case: &Case) -> Program {
        let command = command_in(task, case);
        let copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        let surroundings = &self.base.surroundings;
        Program {
            argv: ["/bin/sh", "-c", command].map(str::to_owned).to_vec(),
            environment: surroundings.environment.clone(),
            mounts: surroundings.mounts.clone(),
            hidden: surroundings.hidden.clone(),
            trees: copy
                .as_ref()
                .map(|laid_out| laid_out.copy.trees(task.limits.disk))
                .unwrap_or_default(),
            folder: Some(GUEST_ROOT.to_owned()),
            ..Program::default()
        }
    }

    /// Whether it is the text that the user has.
    pub(super) fn is_original(&self) -> bool {
        self.is_original
    }

    fn has_copy(&self) -> bool {
        self.bytes().is_some()
    }

    /// Bytes of its copy, where it has one.
    fn bytes(&self) -> Option<Bytes> {
        let copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        copy.as_ref().map(|laid_out| laid_out.copy.bytes())
    }

    /// Gives the copy up; its files go.
    fn release(&self) {
        *self.copy.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Makes the copy, from what the original has built where that is there.
    fn make(&self, master: Option<&Arc<Master>>) -> io::Result<()> {
        let base = &self.base;
        let carried = match master {
            Some(master) => TreeCopy::of_copy(&base.location, &master.copy)?,
            None => None,
        };
        let master = master.filter(|_| carried.is_some());
        let fresh = match carried {
            Some(copy) => copy,
            None => TreeCopy::of_tree(&base.location, &base.tree)?,
        };
        base.surroundings.furnish(&fresh)?;
        let own = fresh.read(&base.file).as_deref() != Some(&*self.text);
        if own {
            fresh.put(&base.file, self.text.as_bytes())?;
        } else if master.is_none() {
            // What an earlier build has left in the work tree is built anew, as it is for a version: so it is seen to be a
            // product.
            fresh.touch(&base.file)?;
        }
        let prepared = match master {
            Some(master) => {
                let own = own.then_some(&*base.file);
                let state = Prepared::new(&fresh, own, self.is_script(), master)?;
                Some((master.clone(), state))
            }
            None => None,
        };
        let made = LaidOut {
            copy: fresh,
            prepared,
            ready: HashSet::new(),
            begun: false,
        };
        *self.copy.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(())
    }

    /// Does something with the copy.
    fn with<T>(&self, ask: impl FnOnce(&mut LaidOut) -> io::Result<T>) -> io::Result<Option<T>> {
        let mut copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        copy.as_mut().map(ask).transpose()
    }

    /// Puts the copy back as it was prepared, for a run of a case.
    fn restore(&self, case: &str) -> Result<(), JudgeError> {
        let restored = self.with(|laid_out| match &mut laid_out.prepared {
            Some((master, prepared)) => {
                prepared.restore(&laid_out.copy, master)?;
                let mut outputs = master.outputs(case).iter();
                outputs.try_for_each(|path| master.lay_before(&laid_out.copy, path))
            }
            None => Ok(()),
        });
        self.or_environment(restored).map(drop)
    }

    /// Keeps what a run of a case has built in the copy, and puts everything else back.
    fn keep_products(&self, case: &str) -> Result<(), JudgeError> {
        let kept = self.with(|laid_out| {
            laid_out.ready.insert(case.to_owned());
            match &mut laid_out.prepared {
                Some((master, prepared)) => prepared.keep_products(&laid_out.copy, master),
                None => Ok(()),
            }
        });
        match kept {
            Err(why) if why.kind() == io::ErrorKind::FileTooLarge => Err(JudgeError::Task(
                format!("what it builds is too large to be kept: more than {CARRIED}"),
            )),
            kept => self.or_environment(kept).map(drop),
        }
    }

    /// The copy in which the original has passed, as what all others are made from. Its own is to be laid out anew.
    fn take_master(&self, task: &Task, states: Vec<TreeState>) -> io::Result<Option<Master>> {
        let mut copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = |first: LaidOut| Passed {
            copy: first.copy,
            cases: (task.workload.cases.iter())
                .map(|c| c.name.as_str())
                .collect(),
            states,
            root: &self.base.tree.root,
        };
        copy.take().map(passed).map(Master::new).transpose()
    }

    /// Whether the copy is put back before each run.
    fn is_restored(&self) -> bool {
        self.is_laid_out_and(|laid_out| laid_out.prepared.is_some())
    }

    /// Whether its file is read by an interpreter, so that nothing of it is built.
    fn is_script(&self) -> bool {
        let extension = self.base.file.extension().and_then(OsStr::to_str);
        extension.is_some_and(|e| SCRIPTS.contains(&e))
    }

    /// What Python has compiled of a file of the project, below its root, where the original's commands have made some.
    fn compiled_python(&self, file: &Path) -> Vec<PathBuf> {
        let copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        let prepared = copy
            .as_ref()
            .and_then(|laid_out| laid_out.prepared.as_ref());
        let stem = file.file_stem().and_then(OsStr::to_str);
        let (Some((master, _)), Some(stem)) = (prepared, stem) else {
            return Vec::new();
        };
        let folder = file.parent().unwrap_or(Path::new("")).join("__pycache__");
        let begins = format!("{stem}.");
        let mut names = master.names_in(&folder);
        names.retain(|name| name.starts_with(&begins) && name.ends_with(".pyc"));
        names.into_iter().map(|name| folder.join(name)).collect()
    }

    /// Python files that the commands make of scripts.
    fn python_products(&self) -> Vec<PathBuf> {
        let copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        let prepared = copy
            .as_ref()
            .and_then(|laid_out| laid_out.prepared.as_ref());
        let products = prepared.filter(|_| self.is_script());
        let products = products
            .into_iter()
            .flat_map(|(master, _)| master.python_products());
        products.map(Path::to_path_buf).collect()
    }

    /// Keeps files as they are now, and everything else.
    fn take(&self, paths: &[PathBuf]) -> Result<(), JudgeError> {
        let kept = self.with(|laid_out| match &mut laid_out.prepared {
            Some((_, prepared)) => prepared.take(&laid_out.copy, paths),
            None => Ok(()),
        });
        self.or_environment(kept).map(drop)
    }

    /// Whether this is the first time that something is built in the copy.
    fn starts_building(&self) -> bool {
        let mut copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        let first = |laid_out: &mut LaidOut| !std::mem::replace(&mut laid_out.begun, true);
        copy.as_mut().is_some_and(first)
    }

    /// Whether runs of a case find everything built.
    fn is_ready(&self, case: &str) -> bool {
        let is_built = |laid_out: &LaidOut| laid_out.ready.contains(case);
        self.is_restored() && (self.is_original || !self.makes(case))
            || self.is_laid_out_and(is_built)
    }

    /// Whether the runs of a case build something of its file.
    fn makes(&self, case: &str) -> bool {
        self.is_laid_out_and(|laid_out| {
            let master = laid_out.prepared.as_ref().map(|(master, _)| master);
            master.is_none_or(|master| master.makes(case, self.is_script()))
        })
    }

    fn is_laid_out_and(&self, ask: impl FnOnce(&LaidOut) -> bool) -> bool {
        let copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        copy.as_ref().is_some_and(ask)
    }

    /// Lays another text over its file, for one run.
    fn lay_over(&self, text: &str) -> Result<(), JudgeError> {
        let file = &self.base.file;
        let laid = self.with(|laid_out| laid_out.copy.put(file, text.as_bytes()));
        self.or_environment(laid).map(drop)
    }

    fn or_environment<T>(&self, done: io::Result<T>) -> Result<T, JudgeError> {
        done.map_err(|why| {
            JudgeError::Environment(format!(
                "the private copy of {} cannot be put back as it was: {why}",
                self.base.tree.root.display()
            ))
        })
    }
}

impl Judge {
    /// Lays a version out in a private copy of the work tree: `text` is the whole file with the version in it. Nothing is
    /// built yet; the first command does that.
    ///
    /// # Errors
    /// The work tree cannot be copied: it is too large, or the disk refuses.
    pub fn build_commands(
        &mut self,
        task: &Task,
        text: &str,
        watch: Watch<'_>,
    ) -> Result<Built, JudgeError> {
        watch(Progress::Building);
        let version = self.copy_of(task, text)?;
        let hash = blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
        Ok(Built::of_commands(hash, version))
    }

    /// A private copy with a text in the place of its file.
    fn copy_of(&mut self, task: &Task, text: &str) -> Result<Arc<VersionCopy>, JudgeError> {
        let base = self.copy_template(task)?;
        let is_original = original_text(task).is_some_and(|original| *original == *text);
        let version = Arc::new(VersionCopy {
            base,
            text: Arc::from(text),
            is_original,
            printed: OnceLock::new(),
            copy: Mutex::new(None),
        });
        self.lay_out(&version)?;
        Ok(version)
    }

    /// Sees to it that the copy of a version is there and built, before its commands are timed.
    ///
    /// # Errors
    /// The copy cannot be made again, the sandbox failed, or stopped.
    pub fn prepare_commands(
        &mut self,
        built: &Built,
        task: &Task,
        cancel: &CancelToken,
    ) -> Result<(), JudgeError> {
        let Some(version) = built.commands.clone() else {
            return Ok(());
        };
        self.know_original(task, cancel)?;
        self.lay_out(&version)?;
        self.build_or_run(
            &version,
            task,
            &task.limits,
            |outcome| outcome.verdict == RunVerdict::Ok,
            cancel,
        )
    }

    /// Puts the copy of a version back as it was prepared, before its next run: nothing that a run has left there, be it a file
    /// that an interpreter reads by itself, a test or a setting of the build, meets the next one.
    ///
    /// # Errors
    /// The disk refuses.
    pub(in crate::measure) fn restore_commands(
        &self,
        built: &Built,
        case: &Case,
    ) -> Result<(), JudgeError> {
        let version = built.commands.as_ref();
        version.map_or(Ok(()), |version| version.restore(&case.name))
    }

    /// Sees to it that the original was evaluated by this judge: a session that is resumed has its evaluation, but neither
    /// its products nor the name of the figure that its bench says.
    fn know_original(&mut self, task: &Task, cancel: &CancelToken) -> Result<(), JudgeError> {
        self.copy_template(task)?;
        if self.commands.original_passed {
            return Ok(());
        }
        let Some(text) = original_text(task) else {
            return Ok(());
        };
        let built = self.build_commands(task, text, &mut |_| {})?;
        self.evaluate_commands(&built, task, cancel, &mut |_| {})?;
        Ok(())
    }

    /// The figure by which versions are compared for time, where the bench says one itself. Known once the original was
    /// evaluated.
    #[must_use]
    pub fn commands_metric(&self, task: &Task) -> Option<Metric> {
        let fixed = self.commands.reported_figure.as_ref()?;
        let commands = of(task)?;
        Some(match fixed.unit {
            _ if commands.higher_is_better => Metric::ReportedRate,
            Unit::Rate => Metric::ReportedRate,
            Unit::Time => Metric::ReportedTime,
            _ => Metric::Reported,
        })
    }

    fn copy_template(&mut self, task: &Task) -> Result<Arc<CopyTemplate>, JudgeError> {
        let path = task.path.as_deref().ok_or_else(|| {
            JudgeError::Task("commands need a file in a project; this task has none".into())
        })?;
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let root = task.project.root.clone().unwrap_or_else(|| root_of(&path));
        let root = std::fs::canonicalize(&root).unwrap_or(root);
        if let Some(known) = &self.commands.base
            && known.tree.root == root
        {
            return Ok(known.clone());
        }
        if is_everybodys(&root) {
            return Err(JudgeError::Task(format!(
                "{} belongs to no project: commands run in a private copy of the project's folder, and {} is none; put the file into a folder of its own",
                path.display(),
                root.display()
            )));
        }
        let tree = tree::list(&root, TreeBounds::default())?;
        let file = inside(&path, &root).ok_or_else(|| {
            JudgeError::Task(format!(
                "{} is not in the project at {}, of which the commands get a private copy",
                path.display(),
                root.display()
            ))
        })?;
        for note in &tree.notes {
            self.note(note.clone());
        }
        let passable = self.guest.is_some() && self.guards().tier == Tier::Weak;
        let place = if passable {
            crate::sandbox::place_for_others()
        } else {
            self.cache.folder().to_path_buf()
        };
        TreeHolder::sweep(&place);
        let base = Arc::new(CopyTemplate {
            surroundings: Surroundings::find(task, &tree, self.guards().tier > Tier::Weak),
            tree,
            location: CopyLocation {
                place,
                owner: self.guest,
                passable,
            },
            file,
        });
        self.commands = CommandState {
            base: Some(base.clone()),
            ..CommandState::default()
        };
        Ok(base)
    }

    /// Makes a version's copy unless it is there, and gives others up where there are too many.
    fn lay_out(&mut self, version: &Arc<VersionCopy>) -> Result<(), JudgeError> {
        let state = &mut self.commands;
        state
            .kept
            .retain(|w| w.upgrade().is_some_and(|v| !Arc::ptr_eq(&v, version)));
        if !version.has_copy() {
            let master = state.master.clone();
            let base = version.base.clone();
            version.make(master.as_ref()).map_err(|why| {
                JudgeError::Task(format!(
                    "no private copy of {} can be made in {}: {why}",
                    base.tree.root.display(),
                    base.location.place.display()
                ))
            })?;
        }
        state.kept.push(Arc::downgrade(version));
        let size = |v: &VersionCopy| v.bytes().map_or(0, |bytes| bytes.0);
        loop {
            let living: Vec<Arc<VersionCopy>> =
                state.kept.iter().filter_map(Weak::upgrade).collect();
            let held: Vec<&Arc<VersionCopy>> = living
                .iter()
                .filter(|v| v.has_copy() && !v.is_original)
                .collect();
            let bytes: u64 = held.iter().map(|v| size(v)).sum();
            // Two are compared, and the original with them.
            if held.len() <= 2 || (held.len() <= COPIES && bytes <= COPIES_BYTES.0) {
                return Ok(());
            }
            held[0].release();
        }
    }
}

/// The whole file as the user has it.
fn original_text(task: &Task) -> Option<&str> {
    match (&task.region, &task.source) {
        (Some(region), _) => Some(&region.file),
        (None, Some(source)) => Some(&source.text),
        (None, None) => None,
    }
}

/// Where a file lies below the root: behind its links, or itself where these lead out.
fn inside(path: &Path, root: &Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(path).ok();
    let real = real.and_then(|p| p.strip_prefix(root).ok().map(Path::to_path_buf));
    real.or_else(|| {
        let folder = std::fs::canonicalize(path.parent()?).ok()?;
        let inside = folder.strip_prefix(root).ok()?;
        Some(inside.join(path.file_name()?))
    })
}
