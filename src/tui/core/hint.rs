//! Hints: a key and what it does now, as the key line and the foot of a dialog say it.

use crate::tui::core::key::{Key, KeySequence, key};
use crate::tui::core::text::width;

/// Which key a hint is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// One key, or keys one after the other.
    One(KeySequence),
    /// Two keys for two directions.
    Either(KeySequence, KeySequence),
    /// Whatever is not among the other hints; a click presses escape, which never is.
    AnyOther,
}

/// A key and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key.
    pub press: Press,
    /// What it does, in a word or two.
    pub word: &'static str,
}

impl Hint {
    /// What one key does.
    #[must_use]
    pub fn new(key: Key, word: &'static str) -> Self {
        Self::sequence(key.into(), word)
    }

    /// What keys pressed one after the other do.
    #[must_use]
    pub fn sequence(keys: KeySequence, word: &'static str) -> Self {
        Self {
            press: Press::One(keys),
            word,
        }
    }

    /// What the arrows up and down do.
    #[must_use]
    pub fn up_down(word: &'static str) -> Self {
        Self {
            press: Press::Either(key!(up).into(), key!(down).into()),
            word,
        }
    }

    /// What every other key does.
    #[must_use]
    pub fn any_other(word: &'static str) -> Self {
        Self {
            press: Press::AnyOther,
            word,
        }
    }

    /// The keys as the screen writes them.
    #[must_use]
    pub fn symbols(&self) -> String {
        match &self.press {
            Press::One(keys) => keys.symbols(),
            Press::Either(one, other) => {
                format!("{}{}{}", one.symbols(), self.gap(), other.symbols())
            }
            Press::AnyOther => "any other key".into(),
        }
    }

    /// What stands between two keys: arrows are told apart without.
    #[must_use]
    pub fn gap(&self) -> &'static str {
        match &self.press {
            Press::Either(one, other) if is_arrow(one) && is_arrow(other) => "",
            Press::Either(..) => " ",
            _ => "",
        }
    }

    /// Cells of the keys and the word.
    #[must_use]
    pub fn width(&self) -> usize {
        width(&self.symbols()) + 1 + width(self.word)
    }
}

fn is_arrow(keys: &KeySequence) -> bool {
    matches!(
        keys.keys(),
        [key!(up) | key!(down) | key!(left) | key!(right)]
    )
}

/// The hints of a moment, the most needed first.
pub(crate) type Hints = Vec<Hint>;
