//! `reheat remeasure`: the accepted versions of a session are measured again, here and now, and it is said which gains hold.

use std::process::ExitCode;

use clap::Args;

use super::app_context::AppContext;
use super::recorded::{AgainFlags, Recorded};
use super::{CliError, NOTHING, USAGE, print, print_exactly};
use crate::report::remeasured;
use crate::session::event::VersionId;

/// Flags of `reheat remeasure`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat remeasure                      the accepted versions of the latest session
  reheat remeasure pairs v3 v5          these of the session whose id contains `pairs`
  reheat remeasure last --json | jq '.versions[] | {version, finding}'
  reheat remeasure perf/pairs           a folder that `reheat pack` made

Every version is built and run on all cases again; those that are right are timed against the original as they were in the session, fresh
runs included. The session stays as it is. Of each gain it is said whether it holds, is smaller or larger (the intervals of the two do not
meet), is there not any more, whether the version is wrong now, and whether the two gains can be compared at all: on another machine,
with another compiler, or with other cases they cannot.

Exit status: 0 done, 1 there is nothing to measure again, 2 wrong use, 3 something is missing here. `reheat verify` says by its status
whether the best version holds.")]
pub(crate) struct RemeasureArgs {
    /// Id of the session or a part of it, or a packed folder (the latest session where left out), and versions of it: v3 v5 (all that
    /// were accepted where left out).
    #[arg(value_name = "SESSION|FOLDER|vN")]
    names: Vec<String>,
    /// One JSON object (docs/reproduce.md).
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    again: AgainFlags,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &RemeasureArgs) -> ExitCode {
    let app = match AppContext::read() {
        Ok(app) => app,
        Err(status) => return status,
    };
    match obey(&app, args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refusal.into(),
    }
}

fn obey(app: &AppContext, args: &RemeasureArgs) -> Result<(), CliError> {
    let (name, wanted) = split(&args.names)?;
    let recorded = Recorded::open(app, name)?;
    let versions = chosen(&recorded, wanted)?;
    let today = recorded.measure(app, &versions, &args.again, true)?;
    recorded.check(&today)?;
    let found = recorded.beside(&today);
    if args.json {
        print_exactly(&format!("{}\n", remeasured::remeasured_json(&found)));
    } else {
        print(&remeasured::remeasured(&found));
    }
    Ok(())
}

/// The name of a session, and versions.
fn split(names: &[String]) -> Result<(Option<&str>, Vec<VersionId>), CliError> {
    let (mut session, mut versions) = (None, Vec::new());
    for name in names {
        let number = name.strip_prefix(['v', 'V']).and_then(|n| n.parse().ok());
        match (number.map(VersionId), session) {
            (Some(version), _) if versions.contains(&version) => {}
            (Some(version), _) => versions.push(version),
            (None, None) => session = Some(name.as_str()),
            (None, Some(first)) => {
                return Err(CliError::new(
                    USAGE,
                    format_args!(
                        "`{first}` and `{name}` cannot both be the session; versions are named v3 v5"
                    ),
                ));
            }
        }
    }
    Ok((session, versions))
}

/// The versions that are measured: those that were named, else all that were accepted.
fn chosen(recorded: &Recorded, wanted: Vec<VersionId>) -> Result<Vec<VersionId>, CliError> {
    let session = &recorded.session;
    if wanted.is_empty() {
        let accepted = recorded.accepted();
        return if accepted.is_empty() {
            Err(CliError::new(
                NOTHING,
                format_args!(
                    "no version of session {} was accepted, so there is nothing to measure again; name one all the same: v1",
                    session.id
                ),
            ))
        } else {
            Ok(accepted)
        };
    }
    for id in &wanted {
        let known = session.version(*id);
        let why = match known {
            _ if id.is_original() => {
                "v0 is the original, which the others are measured against".to_owned()
            }
            Some(version) if version.source.text.trim().is_empty() => {
                format!("{id} has no text")
            }
            Some(_) => continue,
            None => {
                let last = session.versions.last().map_or(0, |v| v.id.0);
                format!(
                    "there is no {id} in session {}; the last is v{last}",
                    session.id
                )
            }
        };
        return Err(CliError::new(USAGE, why));
    }
    Ok(wanted)
}
