//! Before a prompt goes out: how many replies it asks for, at which temperature, and the developer's own hand on its text.

use std::collections::HashSet;

use crate::engine::event_loop::Loop;
use crate::engine::prompt;
use crate::model::MOST_AT_ONCE;
use crate::session::Event;
use crate::session::event::{Stage, Steer};
use crate::task::held_out;

/// Temperatures that models take.
const TEMPERATURES: std::ops::RangeInclusive<f64> = 0.0..=2.0;

impl Loop {
    /// So many replies from the next round on.
    pub(super) fn choose_candidates(&mut self, wanted: u32) {
        let candidates = wanted.clamp(1, MOST_AT_ONCE);
        let most = self.setup.provider.at_once();
        if candidates > most {
            let name = self.setup.provider.name();
            self.note(
                format!("`{name}` gives {most} at a time: a round asks for no more"),
                false,
            );
        }
        if candidates != self.session.asks_for() {
            self.emit(Event::Steered {
                steer: Steer::Candidates { candidates },
            });
        }
    }

    /// Another temperature from the next question on.
    pub(super) fn choose_temperature(&mut self, wanted: Option<f64>) {
        if wanted.is_some_and(|t| !TEMPERATURES.contains(&t)) {
            return self.note("a temperature is a number from 0 to 2".into(), true);
        }
        if wanted.is_some() && !self.setup.provider.has_temperature() {
            let name = self.setup.provider.name();
            return self.note(format!("`{name}` has no temperature to set"), true);
        }
        self.temperature = wanted;
        let temperature = wanted.or(self.setup.provider.temperature());
        if temperature != self.session.temperature {
            self.emit(Event::Steered {
                steer: Steer::Temperature { temperature },
            });
        }
    }

    /// The developer wants to see the next prompt: at once while the loop waits, else when this round is over.
    pub(super) fn prepare(&mut self) {
        self.prompt_asked = true;
        match self.session.stage {
            Stage::Waiting => {}
            Stage::Finished => self.tell_prompt(true),
            _ => self.note(
                "the next round will wait until you have seen its prompt".into(),
                false,
            ),
        }
    }

    /// Starts the next round with exactly this prompt.
    pub(super) fn send_prompt(&mut self, text: String) {
        if text.trim().is_empty() {
            return self.note("an empty prompt is not sent".into(), true);
        }
        // Only what the developer added can quote what the model was never meant to see.
        let before = prompt::preview(&self.session, &self.setup).unwrap_or_default();
        let known: HashSet<&str> = before.lines().collect();
        let added: Vec<&str> = text.lines().filter(|l| !known.contains(l)).collect();
        if let Some(case) = held_out::quoted_by(&self.setup.task, &added.join("\n")) {
            self.note(
                format!("the prompt quotes case {case}, which is held out: the model will see that part of it"),
                false,
            );
        }
        self.own_prompt = Some(text);
        self.ask_for_round();
    }

    /// Where the developer has asked to see the prompt first, no round begins before they have.
    pub(super) fn hold_for_prompt(&mut self) {
        if self.prompt_asked {
            self.halted = true;
            self.asked_for = 0;
        }
    }

    /// While the loop waits it says what it would ask, whenever that has changed.
    pub(super) fn offer_prompt(&mut self) {
        let asked = std::mem::take(&mut self.prompt_asked);
        if self.session.stage == Stage::Waiting && self.dead_end.is_none() {
            self.tell_prompt(asked);
        }
    }

    fn tell_prompt(&mut self, asked: bool) {
        if self.session.task.is_none() {
            return;
        }
        let prompt = match prompt::preview(&self.session, &self.setup) {
            Ok(prompt) => prompt,
            Err(why) if asked => return self.note(why, true),
            Err(_) => return,
        };
        let known = (self.session.prepared.as_ref()).is_some_and(|p| *p.prompt == *prompt);
        if asked || !known {
            let prompt = prompt.into();
            self.emit(Event::PromptPrepared { prompt, asked });
        }
    }
}
