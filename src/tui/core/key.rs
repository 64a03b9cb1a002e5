//! Keys: a key with its modifiers, and several pressed one after the other.
//!
//! One type and one table of names for the whole room: what the terminal sends is turned into a [`Key`] once, the table
//! of actions and the config file are read into [`KeySequence`]s, handlers match on [`key!`] patterns, and the screen
//! writes what [`Key::symbol`] says.

use std::fmt;
use std::str::FromStr;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::{Serialize, Serializer};

/// A key with the modifiers that are held. The shift of a character is in the character: `G`, never shift-g.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The key itself.
    pub code: KeyCode,
    /// What is held with it.
    pub mods: KeyModifiers,
}

/// A key as a pattern and as a value: `key!(esc)`, `key!('q')`, `key!(ctrl - 's')`, `key!(shift - up)`, `key!(f 1)`.
macro_rules! key {
    (ctrl - $($code:tt)+) => {
        $crate::tui::core::key::Key {
            code: key!(@code $($code)+),
            mods: ratatui::crossterm::event::KeyModifiers::CONTROL,
        }
    };
    (alt - $($code:tt)+) => {
        $crate::tui::core::key::Key {
            code: key!(@code $($code)+),
            mods: ratatui::crossterm::event::KeyModifiers::ALT,
        }
    };
    (shift - $($code:tt)+) => {
        $crate::tui::core::key::Key {
            code: key!(@code $($code)+),
            mods: ratatui::crossterm::event::KeyModifiers::SHIFT,
        }
    };
    (@code esc) => { ratatui::crossterm::event::KeyCode::Esc };
    (@code enter) => { ratatui::crossterm::event::KeyCode::Enter };
    (@code tab) => { ratatui::crossterm::event::KeyCode::Tab };
    (@code backtab) => { ratatui::crossterm::event::KeyCode::BackTab };
    (@code space) => { ratatui::crossterm::event::KeyCode::Char(' ') };
    (@code up) => { ratatui::crossterm::event::KeyCode::Up };
    (@code down) => { ratatui::crossterm::event::KeyCode::Down };
    (@code left) => { ratatui::crossterm::event::KeyCode::Left };
    (@code right) => { ratatui::crossterm::event::KeyCode::Right };
    (@code pgup) => { ratatui::crossterm::event::KeyCode::PageUp };
    (@code pgdn) => { ratatui::crossterm::event::KeyCode::PageDown };
    (@code home) => { ratatui::crossterm::event::KeyCode::Home };
    (@code end) => { ratatui::crossterm::event::KeyCode::End };
    (@code backspace) => { ratatui::crossterm::event::KeyCode::Backspace };
    (@code delete) => { ratatui::crossterm::event::KeyCode::Delete };
    (@code f $n:literal) => { ratatui::crossterm::event::KeyCode::F($n) };
    (@code $c:literal) => { ratatui::crossterm::event::KeyCode::Char($c) };
    ($($code:tt)+) => {
        $crate::tui::core::key::Key {
            code: key!(@code $($code)+),
            mods: ratatui::crossterm::event::KeyModifiers::NONE,
        }
    };
}
pub(crate) use key;

/// Keys that are no character: how they are written, other ways in which people write them, and how the screen does.
#[rustfmt::skip]
const NAMED: &[(KeyCode, &str, &[&str], Option<&str>)] = &[
    (KeyCode::Esc, "esc", &["escape"], None),
    (KeyCode::Enter, "enter", &["return", "cr"], Some("⏎")),
    (KeyCode::Tab, "tab", &[], Some("⇥")),
    (KeyCode::BackTab, "backtab", &[], Some("⇧⇥")),
    (KeyCode::Char(' '), "space", &[], None),
    (KeyCode::Up, "up", &[], Some("↑")),
    (KeyCode::Down, "down", &[], Some("↓")),
    (KeyCode::Left, "left", &[], Some("←")),
    (KeyCode::Right, "right", &[], Some("→")),
    (KeyCode::PageUp, "pgup", &["pageup"], None),
    (KeyCode::PageDown, "pgdn", &["pagedown"], None),
    (KeyCode::Home, "home", &[], None),
    (KeyCode::End, "end", &[], None),
    (KeyCode::Backspace, "backspace", &[], None),
    (KeyCode::Delete, "delete", &["del"], None),
    (KeyCode::Insert, "insert", &["ins"], None),
];

/// Characters that people may write as a word, since they also divide a key's parts.
const WORDS: &[(&str, char)] = &[("minus", '-'), ("plus", '+')];

impl Key {
    /// The character that it types, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.mods.is_empty() => Some(c),
            _ => None,
        }
    }

    /// As the screen writes it: arrows as arrows, `⇧` for shift.
    #[must_use]
    pub fn symbol(self) -> String {
        let name = NAMED
            .iter()
            .find(|(code, ..)| *code == self.code)
            .and_then(|(.., symbol)| *symbol);
        self.written("⇧", name)
    }

    /// The modifiers in their order, then the name; `other` replaces the name of the table.
    fn written(self, shift: &str, other: Option<&str>) -> String {
        let mut text = String::new();
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, shift),
        ] {
            if self.mods.contains(modifier) {
                text.push_str(name);
            }
        }
        let named = NAMED.iter().find(|(code, ..)| *code == self.code);
        match (other.or(named.map(|n| n.1)), self.code) {
            (Some(name), _) => text.push_str(name),
            (None, KeyCode::Char(c)) => text.push(c),
            (None, KeyCode::F(n)) => text.push_str(&format!("f{n}")),
            (None, _) => text.push_str("other"),
        }
        text
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let mut mods =
            event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        if matches!(event.code, KeyCode::Char(_) | KeyCode::BackTab) {
            mods -= KeyModifiers::SHIFT;
        }
        Self {
            code: event.code,
            mods,
        }
    }
}

impl From<Key> for KeyEvent {
    fn from(key: Key) -> Self {
        Self::new(key.code, key.mods)
    }
}

/// As the table of actions and the config file write it: `q`, `G`, `ctrl-c`, `shift-up`, `pgdn`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written("shift-", None))
    }
}

/// Reads a key as people write it: `Ctrl-X`, `C-x`, `PageDown`.
impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut mods = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((head, tail)) = rest
            .split_once(['-', '+'])
            .filter(|(h, t)| !h.is_empty() && !t.is_empty())
        {
            mods |= match head.to_ascii_lowercase().as_str() {
                "ctrl" | "control" | "c" => KeyModifiers::CONTROL,
                "alt" | "meta" | "m" | "a" => KeyModifiers::ALT,
                "shift" | "s" => KeyModifiers::SHIFT,
                _ => return Err(unreadable(text)),
            };
            rest = tail;
        }
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            (Some(c), None) if !c.is_control() => {
                // A terminal sends one and the same for ctrl-a and ctrl-shift-a.
                let c = if mods.contains(KeyModifiers::CONTROL) {
                    c.to_ascii_lowercase()
                } else if mods.contains(KeyModifiers::SHIFT) {
                    c.to_uppercase().next().unwrap_or(c)
                } else {
                    c
                };
                KeyCode::Char(c)
            }
            _ => named(&rest.to_ascii_lowercase()).ok_or_else(|| unreadable(text))?,
        };
        let code = match code {
            KeyCode::Tab if mods.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        Ok(KeyEvent::new(code, mods).into())
    }
}

fn named(name: &str) -> Option<KeyCode> {
    let function = || name.strip_prefix('f')?.parse::<u8>().ok();
    let table = NAMED
        .iter()
        .find(|(_, usual, others, _)| *usual == name || others.contains(&name));
    let word = WORDS.iter().find(|(word, _)| *word == name);
    table
        .map(|(code, ..)| *code)
        .or_else(|| word.map(|(_, c)| KeyCode::Char(*c)))
        .or_else(|| function().filter(|n| (1..=24).contains(n)).map(KeyCode::F))
}

fn unreadable(text: &str) -> String {
    format!(
        "`{text}` is no key; write for example \"x\", \"G\", \"ctrl-x\", \"alt-left\", \"f5\", \"pgdn\", or \"y c\" for one after the other"
    )
}

/// Keys that are pressed one after the other; most have only one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeySequence(Vec<Key>);

impl KeySequence {
    /// The keys, in order.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Whether no key is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// With one key more.
    pub fn push(&mut self, key: Key) {
        self.0.push(key);
    }

    /// What follows after these first keys; `None` where it does not begin with them or ends with them.
    #[must_use]
    pub fn after(&self, first: &Self) -> Option<Self> {
        let rest = self.0.strip_prefix(first.0.as_slice())?;
        (!rest.is_empty()).then(|| Self(rest.to_vec()))
    }

    /// Whether one of the two is the other or its beginning: they cannot both have a meaning.
    #[must_use]
    pub fn collides(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }

    /// As the screen writes it.
    #[must_use]
    pub fn symbols(&self) -> String {
        let all: Vec<String> = self.0.iter().map(|k| k.symbol()).collect();
        all.join(" ")
    }
}

impl From<Key> for KeySequence {
    fn from(key: Key) -> Self {
        Self(vec![key])
    }
}

impl fmt::Display for KeySequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, key) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            key.fmt(f)?;
        }
        Ok(())
    }
}

/// Reads one to three keys with spaces between them; a single space is the space bar.
impl FromStr for KeySequence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let keys: Vec<Key> = if text == " " {
            vec![key!(space)]
        } else {
            text.split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()?
        };
        match keys.len() {
            0 => Err("no key is named; write \"\" alone to unbind".into()),
            1..=3 => Ok(Self(keys)),
            _ => Err(format!("`{text}` is more than three keys in a row")),
        }
    }
}

impl Serialize for KeySequence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn what_the_terminal_sends_is_written_as_in_the_table() {
        let name = |code, mods| Key::from(KeyEvent::new(code, mods)).to_string();
        assert_eq!(name(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(name(KeyCode::Char('c'), KeyModifiers::CONTROL), "ctrl-c");
        assert_eq!(name(KeyCode::Up, KeyModifiers::SHIFT), "shift-up");
        assert_eq!(name(KeyCode::Char(' '), KeyModifiers::NONE), "space");
        assert_eq!(name(KeyCode::BackTab, KeyModifiers::SHIFT), "backtab");
    }

    #[test]
    fn the_pattern_is_the_key_that_is_written_so() {
        for (key, written) in [
            (key!(esc), "esc"),
            (key!('q'), "q"),
            (key!(ctrl - 's'), "ctrl-s"),
            (key!(alt - enter), "alt-enter"),
            (key!(shift - up), "shift-up"),
            (key!(f 1), "f1"),
            (key!(space), "space"),
        ] {
            assert_eq!(written.parse(), Ok(key));
            assert_eq!(key.to_string(), written);
        }
        assert!(matches!(key!(ctrl - 'c'), key!(esc) | key!(ctrl - 'c')));
    }

    #[test]
    fn every_named_key_is_read_as_it_is_written_with_every_modifier() {
        for (code, ..) in NAMED {
            for bits in 0..8 {
                let mods = KeyModifiers::from_bits_truncate(bits);
                let key = Key::from(KeyEvent::new(*code, mods));
                let again: Key = key.to_string().parse().unwrap();
                // Shift and tab are one key.
                let same = again == key || (again.code, *code) == (KeyCode::BackTab, KeyCode::Tab);
                assert!(same, "{key} {again:?}");
            }
        }
    }

    #[test]
    fn keys_are_read_as_people_write_them() {
        for (written, key) in [
            ("x", "x"),
            ("G", "G"),
            ("shift-g", "G"),
            ("Ctrl-X", "ctrl-x"),
            ("C-x", "ctrl-x"),
            ("ctrl+alt+Left", "ctrl-alt-left"),
            ("PageDown", "pgdn"),
            ("F5", "f5"),
            ("-", "-"),
            ("+", "+"),
            ("ctrl--", "ctrl--"),
            ("minus", "-"),
            ("shift-tab", "backtab"),
            ("y  c", "y c"),
            (" ", "space"),
            ("é", "é"),
        ] {
            let read = written.parse::<KeySequence>().map(|k| k.to_string());
            assert_eq!(read.as_deref(), Ok(key), "{written}");
        }
        for wrong in ["", "ctrl-", "hyper-x", "f99", "nokey", "a b c d", "\u{7}"] {
            assert!(wrong.parse::<KeySequence>().is_err(), "{wrong:?}");
        }
    }
}
