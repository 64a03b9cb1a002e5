//! What the prompt contains: the session so far, gathered for the prompt's template. Pure.

use crate::base::units::Bytes;
use crate::base::words::count;
use crate::engine::Setup;
use crate::measure::{Answer, Comparison, Evaluation, Failure, FlagKind, Verdict, text};
use crate::model::prompt::{ExampleContext, FailureContext, HistoryEntry, PromptContext};
use crate::session::Session;
use crate::session::event::{Finish, VersionId};
use crate::session::fold::{Round, Version};
use crate::task::harness::Calls;
use crate::task::{Harness, Objective, Task};

/// How many earlier rounds a prompt describes, the newest ones.
const HISTORY: usize = 8;
/// What is shown of a region's file at most, in bytes.
const SURROUNDINGS: usize = 12_000;
/// Lines above which the model is asked for changes in place of the whole code.
const LONG: usize = 300;
/// How many earlier attempts a prompt describes at most, where a round makes several.
const ATTEMPTS: usize = 16;
/// Bytes of an input that is shown as an example.
const EXAMPLE: usize = 600;

/// What a prompt asks for.
struct PromptRequest<'a> {
    parent: VersionId,
    objective: Objective,
    hint: &'a str,
    /// Rounds before it.
    past: usize,
}

/// The whole prompt of the round that has begun.
///
/// # Errors
/// A sentence, when the template is broken.
pub(super) fn write(session: &Session, setup: &Setup, parent: VersionId) -> Result<String, String> {
    let round = session.round();
    let about = PromptRequest {
        parent,
        objective: round.map_or(session.objective, |r| r.objective),
        hint: round.map_or("", |r| &r.hint),
        past: session.rounds.len().saturating_sub(1),
    };
    render(session, setup, &about)
}

/// What the next round would be asked, as things are now.
///
/// # Errors
/// A sentence, when the template is broken.
pub(super) fn preview(session: &Session, setup: &Setup) -> Result<String, String> {
    let about = PromptRequest {
        parent: session.next_parent(),
        objective: session.objective,
        hint: &session.hint,
        past: session.rounds.len(),
    };
    render(session, setup, &about)
}

fn render(session: &Session, setup: &Setup, about: &PromptRequest<'_>) -> Result<String, String> {
    setup
        .template
        .render(&context(session, setup, about))
        .map_err(|e| e.to_string())
}

/// The same prompt once more, after a reply that held no code.
pub(super) fn insist(prompt: &str, why: &str, session: &Session, task: &Task) -> String {
    let whole = match &task.region {
        Some(region) => format!("the whole of {} as it is to be", region.name),
        None => "the whole file".to_owned(),
    };
    let shown = session.round().and_then(|r| session.version(r.parent));
    let what = if shown.is_some_and(|v| is_long(&v.source.text)) {
        format!(
            "SEARCH/REPLACE blocks, whose SEARCH lines are copied exactly from the code above, or with {whole} in one fenced code block"
        )
    } else {
        format!("{whole} in one fenced code block")
    };
    format!(
        "{prompt}\n\nYour last reply could not be used: {why}. Answer with nothing but {what}.\n"
    )
}

/// Whether a code is so long that a reply should tell changes in place of all of it.
fn is_long(code: &str) -> bool {
    code.lines().count() > LONG
}

/// How a version is judged, where that is not by its standard output.
fn judged_by(task: &Task) -> String {
    match &task.harness {
        Harness::Program if task.ok_status.is_default() => String::new(),
        Harness::Program => format!(
            "Its exit status is part of its output: one of {}, and on every input the one that is right there.",
            task.ok_status
        ),
        Harness::Calls(calls) => {
            called(calls)
                + ", and every outcome is compared with the original's: what it returns or raises, what it prints, and what becomes of its arguments and of the object it belongs to. What it leaves elsewhere counts as well: log records, warnings, standard error, globals, the environment, files, waiting, and which objects are shared. "
                + if calls.keep {
                    "Calls are timed when the code is warm; results kept from one call to the next count."
                } else {
                    "Calls are timed when the code is warm, and when they have never been made before: results kept from one call to the next gain nothing."
                }
        }
        Harness::Commands(commands) => {
            let mut said = String::new();
            if let Some(check) = &commands.check {
                said.push_str(&format!("`{check}` must succeed. "));
            }
            match (&commands.bench, &commands.metric) {
                (Some(bench), Some(metric)) => {
                    said.push_str(&format!("What counts is the metric {metric} of `{bench}`."))
                }
                (Some(bench), None) => said.push_str(&format!("What counts is `{bench}`.")),
                (None, _) => said.push_str("What counts is the time of that command."),
            }
            said
        }
    }
}

/// The function that is called, where it is not the region.
fn called_elsewhere(task: &Task) -> Option<&str> {
    match &task.harness {
        Harness::Calls(calls) => calls.of.as_deref(),
        _ => None,
    }
}

/// What is called, as the beginning of a sentence.
fn called(calls: &Calls) -> String {
    match &calls.of {
        Some(function) => {
            format!("It is judged by calls of `{function}` in the same file")
        }
        None => "It is judged by calls".to_owned(),
    }
}

fn context(session: &Session, setup: &Setup, about: &PromptRequest<'_>) -> PromptContext {
    let parent = about.parent;
    let version = session.version(parent);
    let evaluation = version.and_then(|v| v.evaluation.as_ref());
    let record = session.task.as_ref();
    let limits = &setup.task.limits;
    let cases = &setup.task.workload.cases;
    PromptContext {
        statement: setup.task.statement.clone(),
        objective: about.objective.to_string(),
        objective_words: about.objective.in_words().to_owned() + &on_one_case(setup),
        language: setup.task.language.name.clone(),
        language_tag: setup
            .task
            .language
            .fences
            .first()
            .cloned()
            .unwrap_or_else(|| setup.task.language.id.clone()),
        language_version: record.map(|r| r.toolchain.clone()).unwrap_or_default(),
        file_name: version
            .map(|v| v.source.file_name.clone())
            .unwrap_or_default(),
        code: version
            .map(|v| v.source.text.trim_end().to_owned())
            .unwrap_or_default(),
        edits: version.is_some_and(|v| is_long(&v.source.text)),
        region: (setup.task.region.as_ref()).map_or_else(String::new, |t| t.name.clone()),
        surroundings: (setup.task.region.as_ref()).map_or_else(String::new, |t| {
            t.context(SURROUNDINGS, called_elsewhere(&setup.task))
        }),
        judged_by: judged_by(&setup.task),
        version: parent.to_string(),
        passes: evaluation.is_some_and(|e| e.verdict.accepted()),
        verdict: evaluation
            .map(|e| e.in_words().to_owned())
            .unwrap_or_default(),
        cases_passed: evaluation.map_or(0, |e| shown_passed(e, &setup.task)),
        cases_total: cases.iter().filter(|c| !c.held_out).count(),
        held_out: cases.iter().filter(|c| c.held_out).count(),
        figures: evaluation
            .filter(|e| e.verdict.accepted())
            .map(figures)
            .unwrap_or_default(),
        against_baseline: version
            .filter(|v| !v.id.is_original())
            .and_then(Version::original_comparison)
            .map(|c| told(c, "the original") + &by_call(session, c))
            .unwrap_or_default(),
        failure: evaluation.and_then(failure),
        example: evaluation
            .filter(|e| e.failure.is_none() && !knows_cases(session))
            .and_then(|e| example(of_original(session).unwrap_or(e), &setup.task)),
        history: history(session, about.past),
        hint: about.hint.to_owned(),
        cores: session.machine.as_ref().map_or(1, |m| m.cores),
        machine: session
            .machine
            .as_ref()
            .map(|m| format!("{}, {}", m.cpu, m.system))
            .unwrap_or_default(),
        time_limit: crate::base::units::Nanos::from(limits.time).to_string(),
        memory_limit: limits.memory.to_string(),
    }
}

/// Where one case alone is timed the model may know which, unless that case is held out.
fn on_one_case(setup: &Setup) -> String {
    let workload = &setup.task.workload;
    let timed = workload.only.as_ref().and_then(|only| {
        let mut shown = workload.cases.iter().filter(|c| !c.held_out);
        shown.find(|c| c.name == *only)
    });
    timed.map_or_else(String::new, |case| {
        format!(", timed on case {} only", case.name)
    })
}

/// How many of the shown cases pass.
fn shown_passed(evaluation: &Evaluation, task: &Task) -> usize {
    let held = |name: &str| {
        let case = task.workload.cases.iter().find(|c| c.name == name);
        case.is_some_and(|c| c.held_out)
    };
    let passed = evaluation.cases.iter().filter(|c| c.verdict.accepted());
    passed.filter(|c| !held(&c.case)).count()
}

/// Where a version fails, as far as the model may know it: of a held-out case nothing but how the run ended.
fn failure(evaluation: &Evaluation) -> Option<FailureContext> {
    let f = evaluation.failure.as_ref()?;
    if f.held_out {
        return Some(FailureContext {
            reason: unseen(evaluation, f),
            ..FailureContext::default()
        });
    }
    Some(FailureContext {
        case: f.case.clone().unwrap_or_default(),
        reason: f.reason.clone(),
        input: f.input.clone(),
        expected: f.expected.clone(),
        got: f.got.clone(),
        stderr: f.stderr.clone(),
    })
}

/// Whether a version of this session held constants of its cases: then an example would only feed it.
fn knows_cases(session: &Session) -> bool {
    let of = |v: &Version| {
        v.evaluation
            .iter()
            .flat_map(|e| &e.flags)
            .any(|f| f.kind == FlagKind::Constants)
    };
    session.versions.iter().any(of)
}

/// The original's evaluation, if it passes: what its inputs cost stays the same from round to round.
fn of_original(session: &Session) -> Option<&Evaluation> {
    let original = session.version(VersionId::ORIGINAL)?.evaluation.as_ref();
    original.filter(|e| e.verdict.accepted())
}

/// The shown input that costs most, beyond what an empty program takes. Where a function makes the calls the inputs are only seeds.
fn example(evaluation: &Evaluation, task: &Task) -> Option<ExampleContext> {
    if matches!(&task.harness, Harness::Calls(calls) if calls.generator.is_some()) {
        return None;
    }
    let shown: Vec<_> = (task.workload.cases.iter())
        .filter(|case| !case.held_out)
        .collect();
    let cpu = |name: &str| {
        let result = evaluation.cases.iter().find(|c| c.case == name);
        let floor = evaluation.floor.map_or(0, |f| f.cpu_ns.0);
        // One that is little more than the start of the program differs by chance.
        let beyond = |cpu: u64| Some(cpu.saturating_sub(floor)).filter(|net| *net > floor / 4);
        result.and_then(|c| beyond(c.figures.cpu_ns.0)).unwrap_or(0)
    };
    let all: u64 = shown.iter().map(|case| cpu(&case.name)).sum();
    let case = (shown.iter()).max_by_key(|case| (cpu(&case.name), case.input.len()))?;
    if case.input.is_empty() || case.input.contains(&0) {
        return None;
    }
    let about = match &task.harness {
        Harness::Calls(_) => {
            let calls = case.input.split(|b| *b == b'\n').count();
            format!("holds {}, as arguments in JSON", count(calls, "call"))
        }
        _ if shown.len() > 1 && all > 0 => format!(
            "is {} long and takes {:.0} % of the CPU time of all of them",
            Bytes(case.input.len() as u64),
            100.0 * cpu(&case.name) as f64 / all as f64
        ),
        _ => format!("is {} long", Bytes(case.input.len() as u64)),
    };
    Some(ExampleContext {
        case: case.name.clone(),
        about,
        input: text::head(&case.input, EXAMPLE),
    })
}

/// What a prompt says about a failure on a held-out case.
fn unseen(evaluation: &Evaluation, failure: &Failure) -> String {
    let mut cases = evaluation.cases.iter();
    let case = cases.find(|c| Some(&c.case) == failure.case.as_ref());
    let verdict = case.map_or(evaluation.verdict, |c| c.verdict);
    let how = match verdict {
        // It passed at first: the failure came in a timed run.
        Verdict::Accepted => {
            return "it passed every case, but failed when it was run again, on an input that you were not shown; what it does must not vary from run to run".into();
        }
        Verdict::WrongAnswer => "its output is wrong",
        Verdict::TimeLimit => "it is stopped at the limit of time",
        Verdict::MemoryLimit => "it is stopped at the limit of memory",
        Verdict::OutputLimit => "it is stopped at the limit of output",
        Verdict::RuntimeError => "it breaks off with an error",
        _ => "it fails",
    };
    format!(
        "it passes every case that you were shown, but {how} on inputs that you were not shown; solve the problem in general"
    )
}

fn figures(evaluation: &Evaluation) -> String {
    let f = evaluation.figures;
    format!(
        "wall time {}, CPU time {}, peak memory {}, memory integrated over time {} (all cases together)",
        f.wall_ns, f.cpu_ns, f.peak_bytes, f.integral_byte_ns
    )
}

/// A comparison in a sentence that a model cannot misread.
fn told(c: &Comparison, other: &str) -> String {
    let interval = format!(
        "{} of {other}'s {} divided by its own, interval {:.3} to {:.3}, above 1 is better",
        c.gain,
        c.compared(),
        c.low.0,
        c.high.0
    );
    match c.answer {
        Answer::Better => format!("better than {other} ({interval})"),
        Answer::Worse => format!("worse than {other} ({interval})"),
        Answer::NoDifference => format!("no measurable difference from {other} ({interval})"),
        Answer::NotBetter => format!("not better than {other} ({interval})"),
        Answer::Undecided if let Some(by) = &c.second_to => {
            format!(
                "looked better than {other}, but was not measured again, since {by} of the same round looked better still ({interval})"
            )
        }
        Answer::Undecided if c.low.0 > 1.0 => {
            format!(
                "looked better than {other}, but was not measured again to be sure ({interval})"
            )
        }
        Answer::Undecided => {
            format!("no clear difference from {other} within the time for it ({interval})")
        }
    }
}

/// Which calls gained and which lost, as far as a model may know of them.
fn by_call(session: &Session, c: &Comparison) -> String {
    let task = session.task.as_ref();
    let held_out = |name: &str| task.is_some_and(|t| t.holds_out(name));
    c.by_call(held_out)
        .map_or_else(String::new, |calls| format!("; by call: {calls}"))
}

/// Earlier attempts and their outcome, oldest first.
fn history(session: &Session, past: usize) -> Vec<HistoryEntry> {
    let skip = past.saturating_sub(HISTORY);
    let mut entries: Vec<HistoryEntry> = session
        .rounds
        .iter()
        .take(past)
        .skip(skip)
        .flat_map(|r| of_round(session, r))
        .collect();
    entries.drain(..entries.len().saturating_sub(ATTEMPTS));
    entries.extend(
        session
            .versions
            .iter()
            .filter(|v| v.round == 0 && !v.id.is_original())
            .map(|v| HistoryEntry {
                version: v.id.to_string(),
                idea: "made by hand by the developer".into(),
                verdict: v.verdict_in_words().into(),
                outcome: outcome(session, v),
            }),
    );
    entries
}

/// The attempts of a round: one for each of its versions, or for each reply that gave none.
fn of_round(session: &Session, round: &Round) -> Vec<HistoryEntry> {
    // What was broken off in the middle of a sentence is no idea.
    let whole = |candidate: u32| round.reply(candidate).filter(|r| r.finish == Finish::Stop);
    let said = |candidate: u32| whole(candidate).map(|r| idea(&r.text));
    let made = round.versions.iter().filter_map(|id| session.version(*id));
    let mut entries: Vec<HistoryEntry> = made
        .map(|v| HistoryEntry {
            version: format!("{} (from {})", v.id, round.parent),
            idea: said(v.candidate).unwrap_or_default(),
            verdict: v.verdict_in_words().into(),
            outcome: outcome(session, v),
        })
        .collect();
    let nothing = |candidate: u32, why: &str| HistoryEntry {
        version: format!("round {}", round.number),
        idea: said(candidate).unwrap_or_default(),
        verdict: "no version".into(),
        outcome: why.to_owned(),
    };
    // A reply that failed says nothing of ideas; one that was the code of another version does.
    let reply_failures = round.reply_failures.iter();
    entries.extend(
        reply_failures
            .filter(|(n, _)| (round.reply(**n)).is_some_and(|r| r.finish == Finish::Stop))
            .map(|(n, why)| nothing(*n, why)),
    );
    if entries.is_empty() {
        entries.push(nothing(0, round.failed.as_deref().unwrap_or_default()));
    }
    entries
}

fn outcome(session: &Session, version: &Version) -> String {
    let Some(evaluation) = &version.evaluation else {
        return "it was not measured".into();
    };
    if version.refused_as_flagged {
        let mut why: Vec<&str> = evaluation.flags.iter().map(|f| f.to_the_model()).collect();
        why.dedup();
        return format!(
            "it passes, but is not taken: {}; do without that",
            why.join("; ")
        );
    }
    if let Some(f) = &evaluation.failure {
        if f.held_out {
            return unseen(evaluation, f);
        }
        let mut text = match &f.case {
            None => f.reason.clone(),
            Some(case) => format!("case {case}: {}", f.reason),
        };
        if let Some(line) = f.stderr.trim_end().lines().last() {
            text = format!("{text} ({})", line.trim());
        }
        return text;
    }
    match &version.comparison {
        Some(c) => told(c, &c.incumbent) + &by_call(session, c),
        None => version
            .decision
            .as_ref()
            .map(|d| d.1.clone())
            .unwrap_or_default(),
    }
}

/// The first words of the explanation: everything before the code, cut to size.
fn idea(reply: &str) -> String {
    let code = ["```", "<<<<<<< SEARCH"];
    let starts = code.iter().filter_map(|mark| reply.find(mark));
    let before = starts.min().map_or(reply, |at| &reply[..at]);
    let after = reply.rsplit("```").next().unwrap_or_default();
    let said = if before.trim().is_empty() {
        after
    } else {
        before
    };
    let words: Vec<&str> = said.split_whitespace().take(50).collect();
    words.join(" ")
}

#[cfg(test)]
#[path = "prompt_tests.rs"]
mod tests;
