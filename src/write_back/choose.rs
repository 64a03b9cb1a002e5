//! Which version is written back: the best one if it is really better, or another one that passes and was named.

use crate::measure::{Answer, Comparison, Flag, WatchedFigure};
use crate::session::Session;
use crate::session::event::VersionId;
use crate::session::fold::Version;

/// The version that is written.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    /// The version to write.
    pub version: &'a Version,
    /// The original, v0.
    pub original: &'a Version,
    /// Its comparison with the original, if there is one.
    pub comparison: Option<&'a Comparison>,
    /// Whether fresh runs confirmed that it is better than the original.
    pub better: bool,
    /// Whether it is the best version of the session.
    pub best: bool,
}

impl Chosen<'_> {
    /// What a person should review before it is written.
    #[must_use]
    pub fn flags(&self) -> &[Flag] {
        self.version.flags()
    }

    /// Figures of the bench, other than the one that decides, that are worse than the original's.
    pub(crate) fn worse(&self) -> Vec<&WatchedFigure> {
        let watched = self.comparison.map_or(&[][..], |c| &c.watched);
        watched.iter().filter(|w| w.worse).collect()
    }

    /// A remark about the choice: that it is not the best, or not better. Empty for the best one.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let id = self.version.id;
        let mut doubts = Vec::new();
        if !self.best {
            doubts.push(format!("{id} is not the best version of the session"));
        }
        if !self.better {
            doubts.push(match self.comparison {
                Some(c) if c.answer == Answer::Better => {
                    format!(
                        "{id} looked better than the original, but fresh runs did not confirm it"
                    )
                }
                Some(c) => format!("{id} against the original: {}", c.answer.in_words()),
                None => format!("{id} was not compared with the original"),
            });
        }
        doubts
    }
}

/// The sentence on a figure that became worse.
pub(crate) fn worse_in_words(figure: &WatchedFigure) -> String {
    format!(
        "the figure {} of the bench became worse by a factor of {:.2}",
        figure.name,
        1.0 / figure.gain.0
    )
}

/// Chooses: `None` is the best version, and only if it is confirmed to be better than the original.
///
/// # Errors
/// One sentence: there is no such version, or it does not pass.
pub(crate) fn choose(session: &Session, wanted: Option<VersionId>) -> Result<Chosen<'_>, String> {
    if let Some(loss) = session.loss() {
        return Err(loss);
    }
    let nothing = || "no better version was found: there is nothing to write".to_owned();
    let original = session.version(VersionId::ORIGINAL).ok_or_else(nothing)?;
    let id = match wanted {
        Some(VersionId::ORIGINAL) => {
            return Err(
                "v0 is the original; --undo puts back what was there before a version was written"
                    .into(),
            );
        }
        Some(id) => id,
        None => session
            .incumbent
            .filter(|id| !id.is_original())
            .ok_or_else(nothing)?,
    };
    let Some(version) = session.version(id) else {
        return Err(match session.versions.last() {
            Some(last) => format!("there is no {id}; the session has v0 to {}", last.id),
            None => format!("there is no {id}"),
        });
    };
    match version.verdict() {
        Some(verdict) if verdict.accepted() => {}
        Some(_) => {
            return Err(format!(
                "{id} does not pass ({}), and only a version that passes is written",
                version.verdict_in_words()
            ));
        }
        None => {
            return Err(format!(
                "{id} was not measured, and only a version that passes is written"
            ));
        }
    }
    let comparison = version.original_comparison();
    let chosen = Chosen {
        version,
        original,
        comparison,
        better: comparison.is_some_and(|c| c.answer == Answer::Better && c.confirmed),
        best: session.incumbent == Some(id),
    };
    if wanted.is_none() && !chosen.better {
        let doubt = chosen.doubts().concat();
        return Err(format!(
            "{doubt}; nothing is written. --version {id} writes it all the same"
        ));
    }
    Ok(chosen)
}
