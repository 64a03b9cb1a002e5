//! The loop without a screen: readable text, or one event a line as JSON. Prints what events say; computes nothing.

use std::io::{self, Write};

use super::escaping_writer::EscapingWriter;
use super::exit::note_lost;
use crate::base::units::Nanos;
use crate::engine::{Command, Handle};
use crate::measure::Progress;
use crate::report::played::RecordedFigures;
use crate::report::text;
use crate::session::event::{Decision, Event, Finish, Stage, VersionId};
use crate::session::{EventRecord, Session};

/// The format of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputFormat {
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Follows a loop to its end and returns the session. A closed pipe ends the loop in good order. `recorded` are the figures of the
/// tape that is played: they are told beside those that were measured, to programs before the last event.
pub(crate) fn follow(
    handle: &Handle,
    style: OutputFormat,
    opening: &str,
    recorded: Option<&RecordedFigures>,
) -> Session {
    let mut session = Session::default();
    let mut out = io::stdout().lock();
    let lost = |told: io::Result<()>| told.inspect_err(note_lost).is_err();
    let mut gone = style == OutputFormat::Text
        && lost(writeln!(EscapingWriter(&mut out), "{opening}").and_then(|()| out.flush()));
    if gone {
        handle.send(Command::Quit);
    }
    for (n, happened) in handle.events.iter().enumerate() {
        session.apply(&happened);
        let old = n < handle.replayed;
        if !gone && !old {
            let told = match style {
                OutputFormat::Text => tell(&mut EscapingWriter(&mut out), &session, &happened),
                OutputFormat::Json => {
                    let over = matches!(happened.event, Event::SessionFinished { .. });
                    let beside = recorded.filter(|_| over);
                    let beside = beside.map(|r| r.json(&session, happened.at));
                    let told = beside.map_or(Ok(()), |b| writeln!(out, "{b}"));
                    told.and_then(|()| line(&mut out, &happened))
                }
            };
            gone = lost(told.and_then(|()| out.flush()));
            if gone {
                handle.send(Command::Quit);
            }
        }
        if !old && matches!(happened.event, Event::SessionFinished { .. }) {
            handle.send(Command::Quit);
        }
    }
    if style == OutputFormat::Text && !gone && session.task.is_some() {
        let beside = recorded.map_or_else(String::new, |r| format!("\n{}", r.text(&session)));
        let table = format!(
            "\n{}\n{}\n{beside}",
            text::table(&session),
            text::ending(&session)
        );
        lost(
            EscapingWriter(&mut out)
                .write_all(table.as_bytes())
                .and_then(|()| out.flush()),
        );
    }
    session
}

/// Transient events (streamed text, samples) are left out of the JSON lines: the event that closes them has what matters.
fn line(out: &mut impl Write, happened: &EventRecord) -> io::Result<()> {
    let loud = match &happened.event {
        Event::ReplyDelta { .. } | Event::PromptPrepared { .. } | Event::WritePlanned { .. } => {
            false
        }
        Event::Progressed { progress, .. } => !matches!(progress, Progress::Sampled { .. }),
        _ => true,
    };
    if loud {
        writeln!(
            out,
            "{}",
            serde_json::to_string(happened).map_err(io::Error::other)?
        )
    } else {
        Ok(())
    }
}

fn tell(out: &mut impl Write, session: &Session, happened: &EventRecord) -> io::Result<()> {
    match &happened.event {
        Event::SessionStarted {
            task,
            guards,
            model,
            ..
        } => {
            writeln!(
                out,
                "task     {} — {} ({}, {}, aim: {})",
                task.name,
                text::safe(&task.title),
                text::safe(&task.toolchain_in_words()),
                text::cases(task),
                task.objective
            )?;
            writeln!(out, "sandbox  {}", text::guards(guards))?;
            writeln!(out, "model    {}\n", text::safe(model))
        }
        Event::SessionResumed { model, .. } => writeln!(
            out,
            "going on with {} · model {}\n",
            session.id,
            text::safe(model)
        ),
        Event::RoundStarted {
            round,
            parent,
            objective,
            hint,
            candidates,
        } => {
            let of = if session.last_round() >= *round && session.goal.rounds > 0 {
                format!("/{}", session.last_round())
            } else {
                String::new()
            };
            let hint = if hint.is_empty() {
                String::new()
            } else {
                format!(" · hint: {}", text::clip(hint, 80))
            };
            let replies = if *candidates > 1 {
                format!(" · {candidates} replies")
            } else {
                String::new()
            };
            writeln!(
                out,
                "round {round}{of} · from {parent} · {objective}{replies}{hint}"
            )
        }
        Event::CandidateFailed {
            candidate, reason, ..
        } => writeln!(
            out,
            "      nothing came of reply {candidate}: {}",
            text::safe(reason)
        ),
        Event::ReplyEnded {
            candidate,
            usage,
            finish,
            error,
            ..
        } => {
            let asked_at = session.live.replies.get(candidate).map(|g| g.asked_at);
            let number = if *candidate > 0 {
                format!(" {candidate}")
            } else {
                String::new()
            };
            let took = asked_at.map(|t| {
                Nanos(
                    u64::try_from((happened.at.as_nanosecond() - t.as_nanosecond()).max(0))
                        .unwrap_or(0),
                )
            });
            let took = took.map_or_else(String::new, |t| format!(" in {t}"));
            match finish {
                Finish::Stop => writeln!(
                    out,
                    "      reply{number} of {}{} tokens{took}{}",
                    if usage.counted { "" } else { "about " },
                    usage.reply_tokens,
                    usage.cost.map_or_else(String::new, |c| format!(", {c}"))
                ),
                other if error.is_empty() || *other == Finish::Failed => {
                    writeln!(out, "      reply{number} {}{took}", finish_word(*other))
                }
                other => writeln!(
                    out,
                    "      reply{number} {}{took}: {}",
                    finish_word(*other),
                    text::safe(error)
                ),
            }
        }
        Event::StageChanged {
            stage: Stage::Retrying { why, in_ms },
        } => {
            writeln!(
                out,
                "      {}; trying again in {}",
                text::safe(why),
                Nanos(in_ms.saturating_mul(1_000_000))
            )
        }
        Event::VersionEvaluated { version, .. } => evaluated(out, session, *version),
        Event::Decided {
            decision,
            incumbent,
            reason,
            ..
        } => {
            let word = if *decision == Decision::Accepted {
                "accepted"
            } else {
                "rejected"
            };
            let stands =
                incumbent.map_or_else(|| "no version passes yet".into(), |i| format!("best: {i}"));
            writeln!(out, "      {word}: {} · {stands}\n", text::safe(reason))
        }
        Event::RoundFailed { reason, .. } => writeln!(
            out,
            "      nothing came of this round: {}\n",
            text::safe(reason)
        ),
        Event::Noted { text: note, error } => writeln!(
            out,
            "{}: {}",
            if *error { "error" } else { "note" },
            text::safe(note)
        ),
        _ => Ok(()),
    }
}

fn finish_word(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "complete",
        Finish::Length => "cut at the limit of tokens",
        Finish::Refused => "refused",
        Finish::Incomplete => "incomplete",
        Finish::Stopped => "stopped",
        Finish::Failed => "failed",
    }
}

fn evaluated(out: &mut impl Write, session: &Session, id: VersionId) -> io::Result<()> {
    let Some(version) = session.version(id) else {
        return Ok(());
    };
    let Some(verdict) = version.verdict() else {
        return Ok(());
    };
    let glyph = if verdict.accepted() { "✓" } else { "✗" };
    let case = version
        .evaluation
        .as_ref()
        .and_then(|e| e.failure.as_ref())
        .and_then(|f| Some((f.case.as_ref()?, f.held_out)));
    let case = case.map_or_else(String::new, |(case, held_out)| {
        let held = if held_out { "held-out " } else { "" };
        format!(" on {held}case {case}")
    });
    let mark = text::mark(version);
    // "Accepted" is said of the best version alone.
    let word = if verdict.accepted() {
        "passes"
    } else {
        version.verdict_in_words()
    };
    writeln!(out, "{glyph} {id}{mark}  {word}{case}")?;
    out.write_all(text::lesson(session, version).as_bytes())
}
