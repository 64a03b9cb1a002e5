//! A project made up for a test, and the judge that looks at versions of one of its files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reheat::measure::Built;
use reheat::measure::{Evaluation, Judge, JudgeError};
use reheat::sandbox::{CancelToken, Limits, Settings};
use reheat::task::harness::{Commands, Harness};
use reheat::task::{Languages, Source, Task};

/// A project in a temporary folder.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    cache: tempfile::TempDir,
}

impl Project {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
            cache: tempfile::tempdir().unwrap(),
        };
        for (name, text) in files {
            project.put(name, text);
        }
        project
    }

    pub(crate) fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        std::fs::canonicalize(self.folder.path())
            .unwrap()
            .join(name)
    }

    pub(crate) fn cache(&self) -> &Path {
        self.cache.path()
    }

    /// The task of making one of its files better.
    pub(crate) fn task(&self, file: &str, check: Option<&str>, bench: Option<&str>) -> Task {
        let commands = Commands {
            check: check.map(str::to_owned),
            bench: bench.map(str::to_owned),
            ..Commands::default()
        };
        self.task_with(file, commands)
    }

    pub(crate) fn task_with(&self, file: &str, commands: Commands) -> Task {
        let languages = Languages::load(None).unwrap();
        let mut task = reheat::task::bundled::load("pairs", &languages).unwrap();
        let path = self.path(file);
        task.source = Some(Source {
            file_name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: Arc::from(std::fs::read_to_string(&path).unwrap()),
        });
        task.path = Some(path);
        task.project.root = Some(self.path(""));
        task.workload = commands.workload();
        task.harness = Harness::Commands(commands);
        task.limits = Limits::for_commands();
        task
    }

    /// Everything in the project with its text, to see that nothing of it was touched.
    pub(crate) fn picture(&self) -> Vec<(String, Vec<u8>)> {
        let mut all = Vec::new();
        let mut open = vec![self.path("")];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let facts = std::fs::symlink_metadata(&path).unwrap();
                if facts.is_dir() {
                    open.push(path.clone());
                }
                let text = if facts.is_file() {
                    std::fs::read(&path).unwrap()
                } else {
                    Vec::new()
                };
                all.push((path.display().to_string(), text));
            }
        }
        all.sort();
        all
    }
}

/// A judge with one task.
pub(crate) struct Bench {
    pub judge: Judge,
    pub task: Task,
    pub cancel: CancelToken,
}

impl Bench {
    pub(crate) fn open(project: &Project, task: Task) -> Self {
        let settings = Settings {
            launcher: Some(env!("CARGO_BIN_EXE_reheat").into()),
            unsafe_no_isolation: false,
        };
        Self {
            judge: Judge::open(settings, Some(project.cache())).unwrap(),
            task,
            cancel: CancelToken::new(),
        }
    }

    pub(crate) fn build(&mut self, text: &str) -> Built {
        self.judge
            .build_commands(&self.task, text, &mut |_| {})
            .unwrap()
    }

    pub(crate) fn try_version(&mut self, text: &str) -> Result<(Built, Evaluation), JudgeError> {
        let built = self.judge.build_commands(&self.task, text, &mut |_| {})?;
        let evaluation =
            self.judge
                .evaluate_commands(&built, &self.task, &self.cancel, &mut |_| {})?;
        Ok((built, evaluation))
    }

    pub(crate) fn version(&mut self, text: &str) -> (Built, Evaluation) {
        self.try_version(text).unwrap()
    }

    pub(crate) fn original(&mut self) -> (Built, Evaluation) {
        let text = self.task.source.clone().unwrap().text;
        self.version(&text)
    }

    /// What is wrong with the original.
    pub(crate) fn refused(&mut self) -> String {
        let text = self.task.source.clone().unwrap().text;
        self.try_version(&text)
            .map(|(_, e)| e)
            .unwrap_err()
            .to_string()
    }
}
