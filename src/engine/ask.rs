//! Questions and their answers: one prompt, one or several replies at once. The streams are passed on as they come, broken
//! off when asked, and the code is cut out of each.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::event_loop::{Interrupt, Loop};
use crate::engine::pending_reply::{PendingReply, broken_off, incomplete, next_of, with_newline};
use crate::engine::{cost, prompt};
use crate::model::extract::{self, CodeRequest};
use crate::model::{Delta, End, Question};
use crate::session::Event;
use crate::session::event::{EndReason, Finish, Stage, VersionId};
use crate::session::replies::{Reply, numbers};
use crate::task::Syntax;

/// A reply longer than this (bytes) is broken off: no answer to our prompts needs so much.
const LONGEST: usize = 4 * 1024 * 1024;

/// The answers to a round's question.
#[derive(Default)]
pub(super) struct Answers {
    /// Whole texts of candidates, with the numbers of their replies.
    pub(super) codes: Vec<(u32, String)>,
    /// Replies with nothing to measure, and why.
    pub(super) nothing: Vec<(u32, String)>,
    /// Whether the developer broke off the rest of the replies: what came goes on, and then the loop waits.
    pub(super) cut_short: bool,
}

/// What a finished reply gives.
enum ReplyOutcome {
    Code(String),
    Nothing(String),
    /// The provider failed; `again` says whether it makes sense to ask it once more in this session.
    Failed {
        why: String,
        again: bool,
    },
    /// The reply broke off or held no code: worth asking a second time.
    Missing {
        why: String,
        /// Whether the reply was cut (the same question is asked again) or held no code (the code alone is asked for).
        broke_off: bool,
    },
}

impl Loop {
    /// Asks for so many better versions of `parent` at once. Asks a second time where a reply broke off or held no code.
    pub(super) async fn answers(
        &mut self,
        round: u32,
        parent: VersionId,
        candidates: u32,
    ) -> Answers {
        let written = prompt::write(&self.session, &self.setup, parent);
        let (first, edited) = match (self.own_prompt.take(), written) {
            (Some(own), Ok(written)) if own.trim_end() == written.trim_end() => (written, false),
            (Some(own), _) => (own, true),
            (None, Ok(written)) => (written, false),
            (None, Err(why)) => {
                self.dead_end = Some(EndReason::Prompt);
                return Answers {
                    nothing: vec![(0, why)],
                    ..Answers::default()
                };
            }
        };
        let first: Arc<str> = first.into();
        self.emit(Event::PromptSent {
            round,
            candidate: 0,
            model: self.setup.provider.name(),
            prompt: first.clone(),
            edited,
        });
        self.demo_pause(2).await;
        let before = self.own_file();
        let mut lines: Vec<PendingReply> = numbers(candidates)
            .map(|n| self.line(round, n, first.clone(), candidates))
            .collect();
        let mut came = Vec::new();
        let mut from = 0;
        let mut cut_short = false;
        while lines.iter().any(|l| l.stream.is_some()) {
            if let Some(interrupt) = self.interrupt {
                self.break_off((round, parent), &mut lines, interrupt, &mut came);
                let some = came.iter().any(|(_, c)| matches!(c, ReplyOutcome::Code(_)));
                if interrupt == Interrupt::Stop && some && self.journal.is_some() {
                    self.interrupt = None;
                    cut_short = true;
                    self.note(
                        "the replies that were still coming are stopped; those that came are checked (stop again ends that too)"
                            .into(),
                        false,
                    );
                }
                break;
            }
            // A tape is held. A model works on all the same, and what it says is taken in.
            let held = self.is_paused() && self.setup.provider.recorded();
            let deadline = self.deadline();
            let (at, part) = tokio::select! {
                biased;
                () = self.heard() => continue,
                () = Self::time_is_up(deadline) => {
                    self.interrupt = Some(Interrupt::Deadline);
                    continue;
                }
                next = next_of(&mut lines, from), if !held => next,
            };
            from = at + 1;
            let alone = lines.len() == 1;
            let Some(line) = lines.get_mut(at) else {
                break;
            };
            let Some(end) = self.take(round, line, part, alone) else {
                continue;
            };
            let number = line.number;
            self.reply_ended(round, line, &end);
            let answer = self.read(parent, &line.text, line.code.take(), end);
            match answer {
                ReplyOutcome::Missing { why, broke_off }
                    if !line.again
                        && self.interrupt.is_none()
                        && !self.setup.provider.recorded() =>
                {
                    self.note(format!("{}{why}; asking once more", who(number)), false);
                    let prompt: Arc<str> = if broke_off {
                        first.clone()
                    } else {
                        prompt::insist(&first, &why, &self.session, &self.setup.task).into()
                    };
                    self.emit(Event::PromptSent {
                        round,
                        candidate: number,
                        model: self.setup.provider.name(),
                        prompt: prompt.clone(),
                        edited,
                    });
                    let mut line = self.line(round, number, prompt, candidates);
                    line.again = true;
                    lines[at] = line;
                }
                answer => came.push((number, answer)),
            }
        }
        self.tell_if_changed(before);
        // What follows is measured, and that waits.
        while self.is_paused() && self.interrupt.is_none() {
            self.heard().await;
        }
        self.sum_up(came, cut_short)
    }

    /// What the developer's file holds, where whoever answers could write into it.
    fn own_file(&self) -> Option<(PathBuf, Vec<u8>)> {
        let task = &self.setup.task;
        let region = || task.region.as_ref().map(|r| r.path.clone());
        let path = task.path.clone().or_else(region)?;
        let bytes = self
            .setup
            .provider
            .touches_files()
            .then(|| std::fs::read(&path).ok());
        Some((path, bytes??))
    }

    /// An agent that edits the file instead of answering leaves the session with a text that nobody measured.
    fn tell_if_changed(&mut self, before: Option<(PathBuf, Vec<u8>)>) {
        let Some((path, before)) = before else { return };
        if std::fs::read(&path).ok().as_ref() != Some(&before) {
            let (path, model) = (path.display(), self.setup.provider.name());
            self.note(
                format!("{path} has changed while `{model}` answered, perhaps by it: the session goes on with what it held when it began, and nothing of the change was measured"),
                true,
            );
        }
    }

    /// A question on its way.
    fn line(&self, round: u32, number: u32, prompt: Arc<str>, candidates: u32) -> PendingReply {
        let question = Question {
            round,
            prompt: prompt.clone(),
            temperature: self.temperature,
            max_tokens: self.tokens_left(candidates),
        };
        PendingReply::new(number, prompt, self.setup.provider.ask(question))
    }

    /// Processes a part of a reply; returns its end, if this is the end.
    fn take(
        &mut self,
        round: u32,
        line: &mut PendingReply,
        part: Option<Delta>,
        alone: bool,
    ) -> Option<End> {
        let candidate = line.number;
        match part {
            Some(Delta::Text(text)) => {
                line.push(&text);
                self.emit(Event::ReplyDelta {
                    round,
                    candidate,
                    reasoning: false,
                    text,
                });
            }
            Some(Delta::Reasoning(text)) => {
                line.reasoning.push_str(&text);
                self.emit(Event::ReplyDelta {
                    round,
                    candidate,
                    reasoning: true,
                    text,
                });
            }
            Some(Delta::Candidate(code)) => line.code = Some(code),
            Some(Delta::Retrying { why, in_ms }) if alone => {
                self.stage(Stage::Retrying { why, in_ms });
            }
            Some(Delta::Retrying { why, in_ms }) => {
                let seconds = in_ms.div_ceil(1_000);
                self.note(
                    format!("{}{why}; again in {seconds} s", who(candidate)),
                    false,
                );
            }
            Some(Delta::Note(note)) => self.note(format!("{}{note}", who(candidate)), false),
            Some(Delta::End(end)) => return Some(end),
            None => return Some(incomplete("the stream ended without an end", line)),
        }
        (line.text.len() + line.reasoning.len() > LONGEST)
            .then(|| incomplete("the reply grew beyond 4 MB and was broken off", line))
    }

    fn reply_ended(&mut self, round: u32, line: &mut PendingReply, end: &End) {
        line.stream = None;
        self.emit(Event::ReplyEnded {
            round,
            candidate: line.number,
            model: self.setup.provider.name(),
            text: line.text.as_str().into(),
            reasoning: line.reasoning.as_str().into(),
            chunks: std::mem::take(&mut line.chunks),
            usage: cost::priced(&*self.setup.provider, end.usage),
            finish: end.finish,
            error: end.error.clone(),
        });
    }

    /// Ends all replies that are still coming; what had come of them is kept.
    fn break_off(
        &mut self,
        (round, parent): (u32, VersionId),
        lines: &mut [PendingReply],
        interrupt: Interrupt,
        came: &mut Vec<(u32, ReplyOutcome)>,
    ) {
        for line in lines.iter_mut().filter(|l| l.stream.is_some()) {
            let end = broken_off(interrupt, line);
            self.reply_ended(round, line, &end);
            let answer = self.read(parent, &line.text, None, end);
            came.push((line.number, answer));
        }
    }

    /// What all replies together come to, and whether the provider is worth asking again.
    fn sum_up(&mut self, mut came: Vec<(u32, ReplyOutcome)>, cut_short: bool) -> Answers {
        came.sort_by_key(|c| c.0);
        let mut answers = Answers {
            cut_short,
            ..Answers::default()
        };
        let (mut failed, mut for_good) = (false, false);
        for (number, came) in came {
            match came {
                ReplyOutcome::Code(code) => answers.codes.push((number, code)),
                ReplyOutcome::Nothing(why) | ReplyOutcome::Missing { why, .. } => {
                    answers.nothing.push((number, why));
                }
                ReplyOutcome::Failed { why, again } => {
                    failed = true;
                    for_good |= !again;
                    answers.nothing.push((number, why));
                }
            }
        }
        let recorded = self.setup.provider.recorded();
        if !answers.codes.is_empty() {
            self.failures = 0;
            if for_good && recorded {
                self.dead_end = Some(EndReason::TapeEnded);
            }
        } else if failed {
            self.failures += 1;
            if for_good {
                self.dead_end = Some(if recorded {
                    EndReason::TapeEnded
                } else {
                    EndReason::Provider
                });
            } else if self.failures >= 3 {
                self.dead_end = Some(EndReason::Provider);
            }
        }
        answers
    }

    /// What replies that ended in an earlier sitting give, which ended before versions were made of them: nobody pays for them twice.
    pub(super) fn answers_kept(
        &mut self,
        parent: VersionId,
        replies: Vec<(u32, Reply)>,
    ) -> Answers {
        let came = replies
            .into_iter()
            .map(|(number, reply)| {
                let end = End {
                    finish: reply.finish,
                    usage: reply.usage,
                    error: reply.error,
                    again: true,
                };
                (number, self.read(parent, &reply.text, None, end))
            })
            .collect();
        self.sum_up(came, false)
    }

    /// What a finished reply to a question about `parent` gives; `code` where the provider gives such apart from the text.
    fn read(&self, parent: VersionId, text: &str, code: Option<String>, end: End) -> ReplyOutcome {
        let said = |fallback: &str| {
            if end.error.is_empty() {
                fallback.to_owned()
            } else {
                end.error.clone()
            }
        };
        match end.finish {
            Finish::Failed => {
                return ReplyOutcome::Failed {
                    why: said("the provider failed"),
                    again: end.again,
                };
            }
            Finish::Stopped => return ReplyOutcome::Nothing("the reply was stopped".into()),
            Finish::Refused => return ReplyOutcome::Nothing(said("the model refused to answer")),
            Finish::Incomplete => {
                return ReplyOutcome::Missing {
                    why: said("the reply broke off before its end"),
                    broke_off: true,
                };
            }
            Finish::Length => {
                return ReplyOutcome::Missing {
                    why: said("the reply reached its limit of tokens"),
                    broke_off: true,
                };
            }
            Finish::Stop => {}
        }
        if let Some(code) = code {
            return ReplyOutcome::Code(code);
        }
        match extract::cut(text, &self.wanted(parent, end.finish)) {
            Ok(taken) => ReplyOutcome::Code(with_newline(taken.code)),
            Err(no) => ReplyOutcome::Missing {
                why: said(&no.to_string()),
                broke_off: false,
            },
        }
    }

    /// What is looked for in a reply to a question about `parent`.
    fn wanted(&self, parent: VersionId, finish: Finish) -> CodeRequest {
        let task = &self.setup.task;
        let language = &task.language;
        let file_name = task
            .source
            .as_ref()
            .map_or(language.source_file.as_str(), |s| s.file_name.as_str());
        CodeRequest {
            fences: language.fences.clone(),
            language: language.id.clone(),
            syntax: Syntax::of(language),
            file_name: file_name.to_owned(),
            names: (task.region.as_ref())
                .and_then(|t| Some(t.callee()?.path.last()?.clone()))
                .into_iter()
                .collect(),
            parent: (self.session.version(parent))
                .map_or_else(String::new, |v| v.source.text.to_string()),
            region: task.region.clone(),
            finish,
        }
    }

    /// Tokens that each of so many replies may have, where there is a limit for all.
    fn tokens_left(&self, candidates: u32) -> Option<u64> {
        let used = self.session.usage.prompt_tokens + self.session.usage.reply_tokens;
        let most = self.session.goal.tokens?;
        Some((most.saturating_sub(used) / u64::from(candidates.max(1))).max(256))
    }
}

/// Who a sentence is about, where several answer.
fn who(number: u32) -> String {
    if number == 0 {
        String::new()
    } else {
        format!("reply {number}: ")
    }
}
