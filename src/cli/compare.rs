//! `reheat compare`: two versions side by side, or two sessions.

use std::process::ExitCode;

use clap::Args;

use super::report::read;
use super::{CliError, ENVIRONMENT, USAGE, print, print_exactly};
use crate::config::Folders;
use crate::report::compare::{self, Couple, Pair, Side};
use crate::session::event::VersionId;
use crate::session::{Library, Session};

/// Flags of `reheat compare`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat compare v2 v5                  two versions of the latest session: figures, gains, cases, difference
  reheat compare pairs-43e2:v5 v3       a version is SESSION:vN, or vN of the latest session
  reheat compare pairs-43e2 pairs-9k2m  two sessions: round by round, and the best of each
  reheat compare v0 v5 --md             for a pull request
  reheat compare v2 v5 --json | jq .ahead

Figures are those that were recorded. Gains of two sessions are held against one another only where original, workload, machine,
toolchain and metric are the same; else what differs is said.

Exit status: 0 done, 1 a session cannot be shown, 2 wrong use, 3 something is missing here.")]
pub(crate) struct CompareArgs {
    /// A version (v2, SESSION:v2) or a session, by its id or a part of it.
    a: String,
    /// What it is held against.
    b: String,
    /// One JSON object (docs/report.md).
    #[arg(long, conflicts_with = "md")]
    json: bool,
    /// Markdown.
    #[arg(long)]
    md: bool,
}

/// One of the two, as it is named.
#[derive(Debug, PartialEq, Eq)]
struct Name<'n> {
    session: Option<&'n str>,
    version: Option<VersionId>,
}

impl<'n> Name<'n> {
    fn parse(text: &'n str) -> Result<Self, CliError> {
        let number = |text: &str| text.strip_prefix(['v', 'V'])?.parse().ok().map(VersionId);
        if let Some(version) = number(text) {
            return Ok(Self {
                session: None,
                version: Some(version),
            });
        }
        let Some((session, version)) = text.rsplit_once(':') else {
            return Ok(Self {
                session: Some(text),
                version: None,
            });
        };
        let known = number(version).or_else(|| version.parse().ok().map(VersionId));
        match known.filter(|_| !session.is_empty()) {
            Some(version) => Ok(Self {
                session: Some(session),
                version: Some(version),
            }),
            None => Err(CliError::new(
                USAGE,
                format_args!(
                    "`{text}` is neither a version nor a session; write for example v3 or SESSION:v3"
                ),
            )),
        }
    }

    fn find(&self, library: &Library) -> Result<Session, CliError> {
        let id = library.find(self.session);
        read(library, &id.map_err(|why| CliError::new(USAGE, why))?)
    }
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &CompareArgs) -> ExitCode {
    match obey(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refusal.into(),
    }
}

fn obey(args: &CompareArgs) -> Result<(), CliError> {
    let folders = Folders::find().map_err(|e| CliError::new(ENVIRONMENT, e))?;
    let library = Library::new(&folders.data);
    let names = [Name::parse(&args.a)?, Name::parse(&args.b)?];
    if names[0].version.is_some() != names[1].version.is_some() {
        return Err(CliError::new(
            USAGE,
            "one of the two is a version, the other a session; write SESSION:vN for a version of it",
        ));
    }
    let (a, b) = (names[0].find(&library)?, names[1].find(&library)?);
    if let [Some(one), Some(two)] = names.map(|name| name.version) {
        let pair = Pair::new(side(&a, one)?, side(&b, two)?);
        tell(
            args,
            || compare::versions_json(&pair),
            || compare::versions_markdown(&pair),
            || compare::versions(&pair),
        );
    } else {
        let couple = Couple::new(&a, &b);
        tell(
            args,
            || compare::sessions_json(&couple),
            || compare::sessions_markdown(&couple),
            || compare::sessions(&couple),
        );
    }
    Ok(())
}

fn side(session: &Session, id: VersionId) -> Result<Side<'_>, CliError> {
    let version = session.version(id).ok_or_else(|| {
        let there = match session.versions.last() {
            Some(last) => format!("it has v0 to {}", last.id),
            None => "it has none".to_owned(),
        };
        CliError::new(
            USAGE,
            format_args!("there is no {id} in session {}; {there}", session.id),
        )
    })?;
    Ok(Side { session, version })
}

fn tell(
    args: &CompareArgs,
    json: impl Fn() -> serde_json::Value,
    markdown: impl Fn() -> String,
    text: impl Fn() -> String,
) {
    match (args.json, args.md) {
        (true, _) => print_exactly(&format!("{}\n", json())),
        (_, true) => print_exactly(&markdown()),
        _ => print(&text()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_version_a_session_or_both() {
        let name = |session, version: Option<u32>| Name {
            session,
            version: version.map(VersionId),
        };
        for (text, is) in [
            ("v3", name(None, Some(3))),
            ("pairs", name(Some("pairs"), None)),
            ("pairs:v3", name(Some("pairs"), Some(3))),
            ("pairs:3", name(Some("pairs"), Some(3))),
            ("vector", name(Some("vector"), None)),
            ("last:v0", name(Some("last"), Some(0))),
        ] {
            assert_eq!(Name::parse(text).unwrap(), is, "{text}");
        }
        for wrong in ["pairs:best", ":v3", "pairs:", "v3:"] {
            assert_eq!(Name::parse(wrong).unwrap_err().status, USAGE, "{wrong}");
        }
    }
}
