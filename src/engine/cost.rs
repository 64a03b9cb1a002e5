//! What a reply cost: as its provider says, else from the price that the developer has written down, else unknown.

use crate::engine::event_loop::Loop;
use crate::model::Provider;
use crate::session::event::Usage;

/// A reply's usage with its cost, where that is known.
pub(super) fn priced(provider: &dyn Provider, usage: Usage) -> Usage {
    let spent = usage.prompt_tokens + usage.reply_tokens > 0;
    let worked_out = || provider.price().map(|price| price.of(usage));
    Usage {
        cost: usage.cost.or_else(|| worked_out().filter(|_| spent)),
        ..usage
    }
}

impl Loop {
    /// Says once that a limit of money cannot be kept where nobody knows what the replies cost.
    pub(super) fn warn_of_unknown_cost(&mut self) {
        if self.session.goal.cost.is_none() || !self.session.bill.partial || self.cost_told {
            return;
        }
        self.cost_told = true;
        let text = "what the replies cost is not known, so the limit of money does not end the session; write price_in and price_out into the model's [provider.NAME] table";
        self.note(text.into(), true);
    }
}
