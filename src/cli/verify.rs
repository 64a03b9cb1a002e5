//! `reheat verify`: is the best version of a session still right, and still better than its original? For a CI.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::app_context::AppContext;
use super::recorded::{AgainFlags, Recorded};
use super::report::{is_standard_output, possible, write};
use super::{CliError, NOTHING, USAGE, fail, print, print_exactly};
use crate::report::remeasured::{self, passes};

/// Flags of `reheat verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat verify                         the best version of the latest session
  reheat verify pairs                   of the session whose id contains `pairs`
  reheat verify perf/pairs              of a folder that `reheat pack` made: what a CI can keep beside its code
  reheat verify perf/pairs --md - >> \"$GITHUB_STEP_SUMMARY\"

The best version is run on every case, and timed against the original until fresh runs confirm that it is better. On another machine
than the session's the gain may be another: what counts is that there is one. What is measured is the text that the session or the folder
holds, also where it was written into a file of yours. docs/reproduce.md has a workflow for GitHub Actions.

Exit status: 0 it holds; 1 it does not: it is wrong, not better, or that could not be confirmed in the time there was; 2 wrong use;
3 something is missing here.")]
pub(crate) struct VerifyArgs {
    /// Id of the session or a part of it, or a packed folder; the latest session where left out.
    #[arg(value_name = "SESSION|FOLDER")]
    name: Option<String>,
    /// One JSON object (docs/reproduce.md).
    #[arg(long)]
    json: bool,
    /// A summary in Markdown; - is standard output.
    #[arg(long, value_name = "FILE")]
    md: Option<PathBuf>,
    #[command(flatten)]
    again: AgainFlags,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &VerifyArgs) -> ExitCode {
    let app = match AppContext::read() {
        Ok(app) => app,
        Err(status) => return status,
    };
    match obey(&app, args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(NOTHING),
        Err(refusal) => refusal.into(),
    }
}

fn obey(app: &AppContext, args: &VerifyArgs) -> Result<bool, CliError> {
    let md = args.md.as_deref();
    if let Some(file) = md {
        possible(file)?;
        if args.json && is_standard_output(file) {
            return Err(CliError::new(
                USAGE,
                "JSON and Markdown cannot both go to standard output; name a file for --md",
            ));
        }
    }
    let recorded = Recorded::open(app, args.name.as_deref())?;
    let session = &recorded.session;
    let best = session.best().filter(|best| !best.id.is_original());
    let Some(best) = best.map(|best| best.id) else {
        let why = if passes(session) {
            "the original stands; there is nothing better to verify"
        } else {
            "no version passes"
        };
        return Err(CliError::new(
            NOTHING,
            format_args!("session {}: {why}", session.id),
        ));
    };
    let today = recorded.measure(app, &[best], &args.again, true)?;
    recorded.check(&today)?;
    let found = recorded.beside(&today);
    let Some(row) = found.rows.first() else {
        return Err(CliError::new(NOTHING, format_args!("there is no {best}")));
    };
    if let Some(file) = md {
        let text = remeasured::verified_markdown(&found, row);
        if is_standard_output(file) {
            print_exactly(&text);
            let _ = fail(0, remeasured::sentence(&found, row));
        } else {
            write(file, &text)?;
        }
    }
    if args.json {
        print_exactly(&format!("{}\n", remeasured::verified_json(&found, row)));
    } else if !md.is_some_and(is_standard_output) {
        print(&remeasured::verified(&found, row));
    }
    Ok(found.stands(row))
}
