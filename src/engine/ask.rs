//! One question and its answer: the stream is passed on as it comes, broken off when asked, and the code cut out of it.

use std::sync::Arc;

use futures::StreamExt;
use tokio::time::Instant;

use crate::engine::run::{Interrupt, Loop};
use crate::engine::{cost, prompt};
use crate::model::extract::{self, Wanted};
use crate::model::{End, Part, Question};
use crate::session::Event;
use crate::session::event::{Finish, Stage, Usage, VersionId};

/// A reply longer than this (bytes) is broken off: no answer to our prompts needs so much.
const LONGEST: usize = 4 * 1024 * 1024;

/// What came of a question.
pub(super) enum Answered {
    /// The whole text of a candidate.
    Code(String),
    /// Nothing to measure, and why.
    Nothing(String),
}

/// A reply that ended, one way or another.
struct Heard {
    text: String,
    candidate: Option<String>,
    end: End,
}

impl Loop {
    /// Asks for a better version of `parent`. Asks a second time if the first reply broke off or held no code.
    pub(super) async fn answer(&mut self, round: u32, parent: VersionId) -> Answered {
        let first = match prompt::write(&self.session, &self.setup, parent) {
            Ok(prompt) => prompt,
            Err(why) => {
                self.dead_end = Some("prompt");
                return Answered::Nothing(why);
            }
        };
        let heard = self.ask(round, first.clone()).await;
        let missing = match self.code_of(heard) {
            Ok(answered) => return answered,
            Err(missing) => missing,
        };
        if self.interrupt.is_some() || self.setup.provider.recorded() {
            return Answered::Nothing(missing.why);
        }
        self.note(format!("{}; asking once more", missing.why), false);
        let again = if missing.broke_off {
            first
        } else {
            prompt::insist(&first, &missing.why)
        };
        let heard = self.ask(round, again).await;
        match self.code_of(heard) {
            Ok(answered) => answered,
            Err(missing) => Answered::Nothing(missing.why),
        }
    }

    async fn ask(&mut self, round: u32, prompt: String) -> Heard {
        let model = self.setup.provider.name();
        let prompt: Arc<str> = prompt.into();
        self.emit(Event::PromptSent {
            round,
            model: model.clone(),
            prompt: prompt.clone(),
        });
        self.breathe(2).await;
        let question = Question {
            round,
            prompt: prompt.clone(),
            temperature: self.temperature,
            max_tokens: self.tokens_left(),
        };
        let mut stream = self.setup.provider.ask(question);
        let began = Instant::now();
        let (mut text, mut reasoning, mut chunks, mut candidate) =
            (String::new(), String::new(), Vec::new(), None);
        let end = loop {
            if let Some(interrupt) = self.interrupt {
                break broken_off(interrupt, &prompt, &text, &reasoning);
            }
            let (held, deadline) = (self.is_paused(), self.deadline());
            let part = tokio::select! {
                biased;
                () = self.heard() => continue,
                () = Self::time_is_up(deadline) => {
                    self.interrupt = Some(Interrupt::Deadline);
                    continue;
                }
                part = stream.next(), if !held => part,
            };
            match part {
                Some(Part::Text(piece)) => {
                    text.push_str(&piece);
                    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                    chunks.push((ms, text.len()));
                    self.emit(Event::ReplyDelta {
                        round,
                        reasoning: false,
                        text: piece,
                    });
                }
                Some(Part::Reasoning(piece)) => {
                    reasoning.push_str(&piece);
                    self.emit(Event::ReplyDelta {
                        round,
                        reasoning: true,
                        text: piece,
                    });
                }
                Some(Part::Candidate(code)) => candidate = Some(code),
                Some(Part::Retrying { why, in_ms }) => self.stage(Stage::Retrying { why, in_ms }),
                Some(Part::Note(note)) => self.note(note, false),
                Some(Part::End(end)) => break end,
                None => {
                    break incomplete(
                        "the stream ended without an end",
                        &prompt,
                        &text,
                        &reasoning,
                    );
                }
            }
            if text.len() + reasoning.len() > LONGEST {
                break incomplete(
                    "the reply grew beyond 4 MB and was broken off",
                    &prompt,
                    &text,
                    &reasoning,
                );
            }
        };
        self.emit(Event::ReplyEnded {
            round,
            model,
            text: text.as_str().into(),
            reasoning: reasoning.into(),
            chunks,
            usage: cost::priced(&*self.setup.provider, end.usage),
            finish: end.finish,
            error: end.error.clone(),
        });
        Heard {
            text,
            candidate,
            end,
        }
    }

    fn code_of(&mut self, heard: Heard) -> Result<Answered, Missing> {
        let Heard {
            text,
            candidate,
            end,
        } = heard;
        let said = |fallback: &str| {
            if end.error.is_empty() {
                fallback.to_owned()
            } else {
                end.error.clone()
            }
        };
        match end.finish {
            Finish::Failed => {
                self.failures += 1;
                if !end.again {
                    self.dead_end = Some(if self.setup.provider.recorded() {
                        "tape_ended"
                    } else {
                        "provider"
                    });
                } else if self.failures >= 3 {
                    self.dead_end = Some("provider");
                }
                return Ok(Answered::Nothing(said("the provider failed")));
            }
            Finish::Stopped => return Ok(Answered::Nothing("the reply was stopped".into())),
            Finish::Refused => return Ok(Answered::Nothing(said("the model refused to answer"))),
            Finish::Incomplete => {
                return Err(Missing {
                    why: said("the reply broke off before its end"),
                    broke_off: true,
                });
            }
            Finish::Length => {
                return Err(Missing {
                    why: said("the reply reached its limit of tokens"),
                    broke_off: true,
                });
            }
            Finish::Stop => {}
        }
        if let Some(code) = candidate {
            return Ok(Answered::Code(code));
        }
        let language = &self.setup.task.language;
        let file_name = self
            .setup
            .task
            .source
            .as_ref()
            .map_or(language.source_file.as_str(), |s| s.file_name.as_str());
        let wanted = Wanted {
            fences: language.fences.clone(),
            language: language.id.clone(),
            file_name: file_name.to_owned(),
            names: Vec::new(),
            finish: end.finish,
        };
        match extract::cut(&text, &wanted) {
            Ok(taken) => Ok(Answered::Code(with_newline(taken.code))),
            Err(no) => Err(Missing {
                why: no.to_string(),
                broke_off: false,
            }),
        }
    }

    fn tokens_left(&self) -> Option<u64> {
        let used = self.session.usage.prompt_tokens + self.session.usage.reply_tokens;
        self.session
            .goal
            .tokens
            .map(|most| most.saturating_sub(used).max(256))
    }
}

struct Missing {
    why: String,
    /// Whether the reply was cut (the same question is asked again) or held no code (the code alone is asked for).
    broke_off: bool,
}

fn with_newline(mut code: String) -> String {
    if !code.ends_with('\n') {
        code.push('\n');
    }
    code
}

fn incomplete(why: &str, prompt: &str, text: &str, reasoning: &str) -> End {
    End {
        finish: Finish::Incomplete,
        usage: estimate(prompt, text, reasoning),
        error: why.into(),
        again: true,
    }
}

fn broken_off(interrupt: Interrupt, prompt: &str, text: &str, reasoning: &str) -> End {
    let error = if interrupt == Interrupt::Deadline {
        "the time for the session was up"
    } else {
        ""
    };
    End {
        finish: Finish::Stopped,
        usage: estimate(prompt, text, reasoning),
        error: error.into(),
        again: true,
    }
}

/// About four bytes a token: good enough to say how much was spent where nobody counted.
fn estimate(prompt: &str, text: &str, reasoning: &str) -> Usage {
    Usage {
        prompt_tokens: prompt.len() as u64 / 4,
        reply_tokens: (text.len() + reasoning.len()) as u64 / 4,
        counted: false,
        cost: None,
    }
}
