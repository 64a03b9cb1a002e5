//! What a session came to, in one sentence and its parts: the same words on the screen and in every report.

use crate::base::words::count;
use crate::measure::{Answer, Comparison, Verdict};
use crate::report::text;
use crate::session::Session;
use crate::session::event::{EndReason, VersionId};

/// What a session came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Headline {
    /// The gain alone, `6.85×`, where the best version differs from the original.
    pub(crate) gain: Option<String>,
    /// Its interval, `[6.54–7.17]`; empty where there is none.
    pub(crate) interval: String,
    /// What stands behind the gain (`faster than the original`), or the whole statement where there is none.
    pub(crate) words: String,
    /// What it was measured on, or why there is nothing to tell: a further sentence without its full stop.
    pub(crate) detail: String,
}

impl Headline {
    /// All of it on one line, in plain text.
    pub(crate) fn sentence(&self) -> String {
        let gain = self.gain.as_ref().map_or_else(String::new, |gain| {
            format!("{gain} {}", self.interval).trim_end().to_owned() + " "
        });
        let detail = match self.detail.as_str() {
            "" => String::new(),
            detail if self.gain.is_some() => format!(": {detail}"),
            detail => format!(" {detail}"),
        };
        format!("{gain}{}{detail}", self.words)
    }
}

/// The best version against v0, as it was measured last.
pub(crate) fn best_comparison(session: &Session) -> Option<&Comparison> {
    let best = session.best().filter(|best| !best.id.is_original())?;
    let finished = session.finished.as_ref();
    let at_end = || {
        let of_it = finished.filter(|f| f.best == Some(best.id));
        of_it.and_then(|f| f.comparison.as_ref())
    };
    best.original_comparison().or_else(at_end)
}

/// What a session came to.
pub(crate) fn headline(session: &Session) -> Headline {
    let plain = |words: &str, detail: String| Headline {
        gain: None,
        interval: String::new(),
        words: words.to_owned(),
        detail,
    };
    if let Some(loss) = session.loss() {
        return plain("What this session came to is not known.", loss);
    }
    let Some(best) = session.best() else {
        let measured = session.versions.iter().any(|v| v.evaluation.is_some());
        return match (measured, session.finished.is_some()) {
            (false, _) => plain("Nothing was measured.", String::new()),
            (true, true) => plain("No version passes every case.", String::new()),
            (true, false) => plain("No version passes yet.", String::new()),
        };
    };
    if best.id.is_original() {
        return plain("The original stands.", why_the_original_stands(session));
    }
    let Some(c) = best_comparison(session) else {
        let words = format!("{} passes every case.", best.id);
        return plain(&words, "It was not compared with the original.".into());
    };
    if !matches!(c.answer, Answer::Better | Answer::Worse) {
        let words = format!("{} is the best version.", best.id);
        let told = format!("Against v0: {}.", text::comparison(c));
        return plain(&words, told);
    }
    let told = c.gain_in_words();
    let gain = c.gain.to_string();
    let interval = told.strip_prefix(&gain).unwrap_or_default().trim();
    Headline {
        interval: interval.to_owned(),
        words: format!("{} than the original", c.word()),
        detail: format!("{}, {}", best.id, measured_on(session, c)),
        gain: Some(gain),
    }
}

/// `measured in CPU time, 12 fresh pairs over 7 cases, 2 held out`; where fewer cases were timed, those.
fn measured_on(session: &Session, c: &Comparison) -> String {
    let pairs = count(c.pairs, if c.confirmed { "fresh pair" } else { "pair" });
    let cases = match &session.task {
        Some(task)
            if session.cases_behind(c).is_none()
                && !task.cases.is_empty()
                && !c.metric.is_reported() =>
        {
            format!(" over {}", text::cases(task))
        }
        _ => String::new(),
    };
    format!("measured in {}, {pairs}{cases}", session.compared_on(c))
}

/// Why there is nothing better than the original, in a sentence.
pub(crate) fn why_the_original_stands(session: &Session) -> String {
    let reason = session.finished.as_ref().map(|f| &f.reason);
    let failed = (session.rounds.iter().rev()).find_map(|r| r.failed.as_deref());
    let passes = |id: VersionId| {
        let version = session.version(id);
        version.is_some_and(|v| v.verdict().is_some_and(Verdict::accepted))
    };
    let tried = session.versions.iter().skip(1);
    match (reason, failed) {
        (Some(EndReason::Provider), Some(why)) => format!("The model could not be asked: {why}"),
        (Some(EndReason::Stopped), _) => {
            "The session was stopped; reheat resume goes on with it.".to_owned()
        }
        _ if session.versions.len() < 2 => "Nothing was tried.".to_owned(),
        _ if !tried.map(|v| v.id).any(passes) => "Nothing that was tried passes.".to_owned(),
        _ => "Nothing that was tried is better by enough to matter.".to_owned(),
    }
}
