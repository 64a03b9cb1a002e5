//! From a version of a task to something that can be run: the region put into its file, then a build, a driver for its
//! calls, or a copy of the work tree for its commands.

use std::path::Path;

use super::Failure;
use super::build::{Built, PROG};
use super::judge::{Judge, JudgeError, Watch, environment};
use crate::sandbox::{CancelToken, Mount};
use crate::task::calls::driver::{self, DriverPaths};
use crate::task::harness::Calls;
use crate::task::project::GUEST_ROOT;
use crate::task::{Harness, Source, Task};

impl Judge {
    /// Makes a version of a task ready to run. One that does not fit into its file, or does not compile, is no error:
    /// [`Built::failure`] says why.
    ///
    /// # Errors
    /// As [`Judge::build`].
    pub fn prepare(
        &mut self,
        task: &Task,
        source: &Source,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<Built, JudgeError> {
        self.limit_builds(&task.build);
        let text = match task.assemble(&source.text) {
            Ok(text) => text,
            Err(misfit) => return Ok(Built::unfit(&misfit)),
        };
        let source = Source {
            text: text.into(),
            ..source.clone()
        };
        let tool = task.tool.as_deref().or(task.project.tool.as_deref());
        let mut built = match &task.harness {
            Harness::Program => self.build(&source, &task.language, tool, cancel, watch)?,
            Harness::Calls(calls) => self.lay_out_calls(task, calls, &source, tool, cancel)?,
            // They see the project by themselves.
            Harness::Commands(_) => return self.build_commands(task, &source.text, watch),
        };
        self.hide_private(task, &mut built);
        // What was there when the session began and is gone now, most likely nobody needs: whoever does need it says so.
        let there = task.project.shown.iter().filter(|s| s.host.exists());
        built.mounts.extend(there.map(|s| Mount {
            host: s.host.clone(),
            guest: s.guest.clone(),
        }));
        built
            .environment
            .extend(task.project.environment.iter().cloned());
        Ok(built)
    }
}

impl Judge {
    /// Lays out a version whose function is called by a driver of ours: interpreter, driver, the version's file, and the
    /// user's generator of calls. The driver loads the file in the place of the project's.
    fn lay_out_calls(
        &mut self,
        task: &Task,
        calls: &Calls,
        source: &Source,
        tool: Option<&str>,
        cancel: &CancelToken,
    ) -> Result<Built, JudgeError> {
        let language = &task.language;
        let version = self.toolchain(language, tool, cancel)?;
        let (Some(region), Some(driver)) = (&task.region, driver::for_language(&language.id))
        else {
            return Err(JudgeError::Task(format!(
                "functions of {} cannot be called by themselves",
                language.name
            )));
        };
        let interpreter = tool.unwrap_or_else(|| language.run.first().map_or("", String::as_str));
        let runner = self.tool(language, interpreter)?;
        let mut mounts = runner.mounts.clone();
        let mut lay = |judge: &mut Self, name: &str, text: &[u8]| -> Result<String, JudgeError> {
            let sum = blake3::hash(&[name.as_bytes(), b"\0", text].concat()).to_hex();
            let host = judge
                .cache
                .source(&format!("s{}", &sum[..31]), name, text)?;
            let guest = format!("{PROG}/{name}");
            mounts.push(Mount {
                host,
                guest: guest.clone(),
            });
            Ok(guest)
        };
        let ending = Path::new(&source.file_name).extension();
        let ending = ending.map_or_else(String::new, |e| format!(".{}", e.to_string_lossy()));
        let driver_file = lay(self, driver.file_name, driver.text.as_bytes())?;
        let version_file = lay(self, &format!("version{ending}"), source.text.as_bytes())?;
        let generator = match &calls.generator {
            Some(g) if task.project.guest_path(&g.file).is_some() => task
                .project
                .guest_path(&g.file)
                .map(|file| (file, g.function.clone())),
            Some(g) => {
                let text = std::fs::read(&g.file).map_err(|why| {
                    JudgeError::Task(format!("cannot read {}: {why}", g.file.display()))
                })?;
                let name = g.file.file_name().map_or_else(
                    || "calls".into(),
                    |n| format!("calls-{}", n.to_string_lossy()),
                );
                Some((lay(self, &name, &text)?, g.function.clone()))
            }
            None => None,
        };
        let Some(place) = task.project.guest_path(&region.path) else {
            return Err(JudgeError::Task(format!(
                "{} lies where the sandbox shows nothing; say with --project which folder is the project's",
                region.path.display()
            )));
        };
        let module = place.strip_prefix(GUEST_ROOT).unwrap_or(&place);
        let argv = driver::argv(
            &runner.program,
            &DriverPaths {
                driver: &driver_file,
                target: &version_file,
                root: GUEST_ROOT,
                module: module.trim_start_matches('/'),
                name: &calls.of.clone().unwrap_or_else(|| region.name_for_driver()),
                generator: generator.as_ref().map(|(f, g)| (f.as_str(), g.as_str())),
            },
        );
        let identity = [
            "reheat calls 1",
            &language.id,
            tool.unwrap_or_default(),
            &version,
            &source.text,
            &argv.join("\0"),
        ]
        .join("\0");
        Ok(Built {
            hash: blake3::hash(identity.as_bytes()).to_hex()[..32].to_owned(),
            argv,
            mounts,
            hidden: Vec::new(),
            environment: environment(language, &runner),
            report: None,
            failure: None,
            commands: None,
        })
    }
}

impl Built {
    /// A version that cannot take its place in the file.
    fn unfit(misfit: &crate::task::region::Misfit) -> Self {
        Self {
            hash: blake3::hash(misfit.0.as_bytes()).to_hex()[..32].to_owned(),
            argv: Vec::new(),
            mounts: Vec::new(),
            hidden: Vec::new(),
            environment: Vec::new(),
            report: None,
            failure: Some(Failure {
                reason: misfit.to_string(),
                misfit: true,
                ..Failure::default()
            }),
            commands: None,
        }
    }
}
