//! The part of the fold that handles replies.

use super::Session;
use crate::session::event::{Event, EventRecord, Stage};
use crate::session::replies::{Reply, StreamingReply};

impl Session {
    /// How many replies the next round asks for.
    #[must_use]
    pub fn asks_for(&self) -> u32 {
        self.candidates.max(1)
    }

    /// Bytes of text and reasoning that the last round has heard so far, of all its replies.
    #[must_use]
    pub fn received_bytes(&self) -> usize {
        let Some(round) = self.rounds.last() else {
            return 0;
        };
        let of = |n: u32| match (round.reply(n), self.live.replies.get(&n)) {
            (Some(r), _) => r.text.len() + r.reasoning.len(),
            (None, Some(g)) => g.text.len() + g.reasoning.len(),
            (None, None) => 0,
        };
        round.numbers().map(of).sum()
    }

    /// Applies prompts and replies.
    pub(super) fn apply_reply_event(&mut self, entry: &EventRecord) {
        match &entry.event {
            Event::PromptSent {
                model,
                prompt,
                candidate,
                edited,
                ..
            } => {
                let Some(r) = self.rounds.last_mut() else {
                    return;
                };
                let asked = StreamingReply::asked(entry.at);
                r.model.clone_from(model);
                if *candidate == 0 {
                    r.prompt = prompt.clone();
                    r.edited = *edited;
                    r.replies.clear();
                    let all = r.numbers().map(|n| (n, asked.clone()));
                    self.live.replies = all.collect();
                    self.stage = Stage::Asking;
                } else {
                    // The others are still coming.
                    self.live.replies.insert(*candidate, asked);
                    r.replies.remove(candidate);
                }
            }
            Event::ReplyDelta {
                candidate,
                reasoning,
                text,
                ..
            } => {
                let at = entry.at;
                let growing = (self.live.replies.entry(*candidate))
                    .or_insert_with(|| StreamingReply::asked(at));
                growing.first_text_at.get_or_insert(at);
                growing.last_text_at = Some(at);
                let whole = if *reasoning {
                    &mut growing.reasoning
                } else {
                    &mut growing.text
                };
                whole.push_str(text);
                self.stage = Stage::Streaming;
            }
            Event::ReplyEnded {
                round,
                candidate,
                text,
                reasoning,
                chunks,
                usage,
                finish,
                error,
                ..
            } => {
                self.usage.prompt_tokens += usage.prompt_tokens;
                self.usage.reply_tokens += usage.reply_tokens;
                self.usage.counted |= usage.counted;
                self.bill.add(usage);
                let reply = Reply {
                    text: text.clone(),
                    reasoning: reasoning.clone(),
                    chunks: chunks.clone(),
                    usage: *usage,
                    finish: *finish,
                    error: error.clone(),
                };
                if let Some(r) = self.rounds.iter_mut().find(|r| r.number == *round) {
                    r.replies.insert(*candidate, reply);
                }
                if let Some(growing) = self.live.replies.get_mut(candidate) {
                    // The text is kept once.
                    growing.text = String::new();
                    growing.reasoning = String::new();
                }
            }
            _ => {}
        }
    }
}
