//! From a version of a task to something that can be run: the target put into its file, then a build, a driver for its
//! calls, or a copy of the work tree for its commands.

use super::Failure;
use super::build::Built;
use super::judge::{Judge, JudgeError, Watch};
use crate::sandbox::{Control, Mount};
use crate::task::{Harness, Source, Task};

impl Judge {
    /// Makes a version of a task ready to run. One that does not fit into its file, or does not compile, is no error:
    /// [`Built::failure`] says why.
    ///
    /// # Errors
    /// As [`Judge::build`].
    pub fn ready(
        &mut self,
        task: &Task,
        source: &Source,
        control: &Control,
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
            Harness::Program => self.build(&source, &task.language, tool, control, watch)?,
            Harness::Calls(calls) => self.lay_out_calls(task, calls, &source, tool, control)?,
            Harness::Commands(_) => {
                return Err(JudgeError::Task(
                    "commands cannot be run here yet".to_owned(),
                ));
            }
        };
        built.mounts.extend(task.project.shown.iter().map(|s| Mount {
            host: s.host.clone(),
            guest: s.guest.clone(),
        }));
        built
            .environment
            .extend(task.project.environment.iter().cloned());
        Ok(built)
    }
}

impl Built {
    /// A version that cannot take its place in the file.
    fn unfit(misfit: &crate::task::target::Misfit) -> Self {
        Self {
            hash: blake3::hash(misfit.0.as_bytes()).to_hex()[..32].to_owned(),
            argv: Vec::new(),
            mounts: Vec::new(),
            environment: Vec::new(),
            report: None,
            failure: Some(Failure {
                reason: format!("it does not fit into the file: {misfit}"),
                ..Failure::default()
            }),
        }
    }
}
