//! How a session was measured, row by row, and the commands that make it again: what every report ends with.

use crate::base::units::{Bytes, Nanos};
use crate::base::words::count;
use crate::measure::Comparison;
use crate::report::headline::best_comparison;
use crate::report::text;
use crate::sandbox::{Limits, MemorySource, Tier};
use crate::session::Session;
use crate::session::event::{Origin, TaskRecord};
use crate::write_back::table;

/// One row: what it is about, and what is to be said of it. Texts of the session in it are as they came.
pub(crate) type Fact = (&'static str, String);

/// Everything that a figure of this session depends on. Limits stand in the task, not in the session.
pub(crate) fn facts(session: &Session, limits: Option<&Limits>) -> Vec<Fact> {
    let mut rows: Vec<Fact> = Vec::new();
    if let Some(task) = &session.task {
        rows.push(("objective", text::objectives(session, task)));
        rows.push(("workload", workload(session, task)));
    }
    if let Some(c) = best_comparison(session) {
        compared(&mut rows, session, c);
    }
    if let Some(limits) = limits {
        rows.push(("limits of a run", limits_in_words(limits)));
    }
    if let Some(task) = &session.task {
        rows.push(("toolchain", task.toolchain_in_words()));
    }
    if let Some(m) = &session.machine {
        let memory = Some(m.memory_bytes).filter(|bytes| *bytes > 0);
        let memory = memory.map_or_else(String::new, |b| format!(", {} of memory", Bytes(b)));
        let cores = count(m.cores, "core");
        rows.push((
            "machine",
            format!("{}, {cores}{memory}, {}", m.cpu, m.system),
        ));
    }
    if let Some(g) = &session.guards {
        let tier = match g.tier {
            Tier::Full => "full: ",
            Tier::Namespaces => "namespaces, no cgroup: ",
            Tier::Weak | Tier::None => "",
        };
        rows.push(("isolation", format!("{tier}{}", text::guards(g))));
        let memory = match g.memory_source {
            MemorySource::Cgroup => {
                "anonymous and shared memory of the whole tree, as the cgroup counts it"
            }
            MemorySource::ProcessTree => {
                "sum over the processes of the tree; an upper bound where pages are shared"
            }
            MemorySource::ResidentSet => "resident set of single processes; a stand-in",
        };
        rows.push(("memory", memory.into()));
    }
    rows.push(("model", session.model.clone()));
    let usage = &session.usage;
    if usage.prompt_tokens + usage.reply_tokens > 0 {
        let about = if usage.counted { "" } else { "about " };
        let cost = session.bill.in_words();
        let cost = cost.map_or_else(String::new, |cost| format!(", {cost}"));
        rows.push((
            "tokens",
            format!(
                "{about}{} of prompts, {about}{} of replies{cost}",
                usage.prompt_tokens, usage.reply_tokens
            ),
        ));
    }
    if let Some(rank) = session.best().and_then(|best| session.rank_in_words(best)) {
        rows.push(("references", rank));
    }
    for written in &session.written {
        let undone = written.undone.as_ref();
        let undone = undone.map_or_else(String::new, |why| format!(", taken back: {why}"));
        rows.push((
            "written back",
            format!("{}{undone}", written.record.in_words()),
        ));
    }
    let began = session
        .started_at
        .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
    rows.push((
        "session",
        format!(
            "{}, {}, {}",
            session.id,
            began.unwrap_or_default(),
            elapsed(session)
        ),
    ));
    rows.retain(|(_, text)| !text.trim().is_empty());
    rows
}

fn elapsed(session: &Session) -> String {
    let Nanos(ns) = session.elapsed();
    Nanos(ns / 1_000_000_000 * 1_000_000_000).to_string()
}

fn workload(session: &Session, task: &TaskRecord) -> String {
    let mut words = text::cases(task);
    if !session.added.is_empty() {
        words += &format!(", {} added by hand", session.added.len());
    }
    if let Some(only) = &session.only {
        words += &format!("; timed on case {only} only");
    }
    words
}

fn compared(rows: &mut Vec<Fact>, session: &Session, c: &Comparison) {
    let of = session
        .figures_are_of()
        .unwrap_or_else(|| c.compared().to_owned());
    rows.push(("metric", of));
    let fresh = if c.confirmed { "fresh pair" } else { "pair" };
    rows.push((
        "gain",
        format!(
            "v0's figure divided by the version's, the middle of the ratios of {}; less than {} % counts as nothing, ±{} % as no difference",
            count(c.pairs, fresh),
            c.smallest_effect * 100.0,
            c.margin * 100.0
        ),
    ));
    rows.push(("how", table::how(c)));
    if let Some(noise) = &c.noise {
        rows.push(("noise", noise.in_words()));
    }
    if let Some(gain) = c.gain_beyond_floor() {
        rows.push((
            "beyond the floor",
            format!("{gain}, without what an empty program takes"),
        ));
    }
}

/// `10.0 s, 537 MB, 64 processes, …`
pub(crate) fn limits_in_words(limits: &Limits) -> String {
    format!(
        "{} of wall time, {} of memory, {} of output, {} of files, {} processes",
        Nanos::from(limits.time),
        limits.memory,
        limits.output,
        limits.disk,
        limits.processes
    )
}

/// The commands that do it again, each with what it does.
pub(crate) fn reproduce(session: &Session) -> Vec<(String, &'static str)> {
    let Some(task) = &session.task else {
        return Vec::new();
    };
    let mut again = match &task.origin {
        Origin::Bundled { name } => format!("reheat demo {}", quoted(name)),
        Origin::Kept => format!("reheat optimize sessions/{}/task", quoted(&session.id)),
    };
    let kept = |name: &str| session.reached_by.get(name).filter(|v| !v.is_empty());
    for (key, flag) in [
        ("provider", "--provider"),
        ("model", "--model"),
        ("command", "--model-command"),
    ] {
        if let Some(value) = kept(key) {
            again += &format!(" {flag} {}", quoted(value));
        }
    }
    again += &format!(" --rounds {}", session.goal.rounds.max(1));
    let from_start = match &task.origin {
        Origin::Bundled { .. } => "the whole session once more, measured here and now",
        Origin::Kept => {
            "the whole session once more, in the data folder that `reheat doctor` names; the task is kept with the session"
        }
    };
    let show = format!("reheat show {} --json", quoted(&session.id));
    let remeasure = format!("reheat remeasure {}", quoted(&session.id));
    vec![
        (
            remeasure,
            "the accepted versions, measured again here and now: which gains hold",
        ),
        (again, from_start),
        (show, "all figures of this session as JSON"),
    ]
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_to_a_shell() {
        assert_eq!(quoted("qwen2.5-coder"), "qwen2.5-coder");
        assert_eq!(quoted("claude -p"), "'claude -p'");
        assert_eq!(quoted("it's; rm -rf ~"), "'it'\\''s; rm -rf ~'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn limits_read_as_a_sentence() {
        assert_eq!(
            limits_in_words(&Limits::default()),
            "10.0 s of wall time, 537 MB of memory, 67.1 MB of output, 67.1 MB of files, 64 processes"
        );
    }
}
