//! How keys are written: as the table, the config file and the screen name them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Names of keys that are no character, as they may be written, and as the table writes them.
const NAMES: &[(&str, &str)] = &[
    ("esc", "esc"),
    ("escape", "esc"),
    ("enter", "enter"),
    ("return", "enter"),
    ("cr", "enter"),
    ("tab", "tab"),
    ("backtab", "backtab"),
    ("space", "space"),
    ("up", "up"),
    ("down", "down"),
    ("left", "left"),
    ("right", "right"),
    ("pgup", "pgup"),
    ("pageup", "pgup"),
    ("pgdn", "pgdn"),
    ("pagedown", "pgdn"),
    ("home", "home"),
    ("end", "end"),
    ("backspace", "backspace"),
    ("delete", "delete"),
    ("del", "delete"),
    ("insert", "insert"),
    ("ins", "insert"),
    ("minus", "-"),
    ("plus", "+"),
];

/// The name of a key as the table writes it: `q`, `G`, `ctrl-c`, `shift-up`, `pgdn`.
#[must_use]
pub fn name_of(key: &KeyEvent) -> String {
    let mut name = String::new();
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        name.push_str("ctrl-");
    }
    if key.modifiers.contains(KeyModifiers::ALT) {
        name.push_str("alt-");
    }
    // The shift of a letter is in the letter.
    if key.modifiers.contains(KeyModifiers::SHIFT)
        && !matches!(key.code, KeyCode::Char(_) | KeyCode::BackTab)
    {
        name.push_str("shift-");
    }
    match key.code {
        KeyCode::Char(' ') => name.push_str("space"),
        KeyCode::Char(c) => name.push(c),
        KeyCode::F(n) => name.push_str(&format!("f{n}")),
        KeyCode::Esc => name.push_str("esc"),
        KeyCode::Enter => name.push_str("enter"),
        KeyCode::Tab => name.push_str("tab"),
        KeyCode::BackTab => name.push_str("backtab"),
        KeyCode::Up => name.push_str("up"),
        KeyCode::Down => name.push_str("down"),
        KeyCode::Left => name.push_str("left"),
        KeyCode::Right => name.push_str("right"),
        KeyCode::PageUp => name.push_str("pgup"),
        KeyCode::PageDown => name.push_str("pgdn"),
        KeyCode::Home => name.push_str("home"),
        KeyCode::End => name.push_str("end"),
        KeyCode::Backspace => name.push_str("backspace"),
        KeyCode::Delete => name.push_str("delete"),
        KeyCode::Insert => name.push_str("insert"),
        _ => name.push_str("other"),
    }
    name
}

/// Reads a key, or keys that are pressed one after the other, as people write them (`Ctrl-X`, `C-x`, `PageDown`, `y c`)
/// and writes it as the table does.
///
/// # Errors
/// What is wrong with it and how a key is written.
pub fn parse(text: &str) -> Result<String, String> {
    let keys: Vec<String> = if text == " " {
        vec!["space".to_owned()]
    } else {
        text.split_whitespace().map(one).collect::<Result<_, _>>()?
    };
    match keys.len() {
        0 => Err("no key is named; write \"\" alone to unbind".into()),
        1..=3 => Ok(keys.join(" ")),
        _ => Err(format!("`{text}` is more than three keys in a row")),
    }
}

fn one(text: &str) -> Result<String, String> {
    let (mut ctrl, mut alt, mut shift) = (false, false, false);
    let mut rest = text;
    while let Some((head, tail)) = rest
        .split_once(['-', '+'])
        .filter(|(h, t)| !h.is_empty() && !t.is_empty())
    {
        match head.to_ascii_lowercase().as_str() {
            "ctrl" | "control" | "c" => ctrl = true,
            "alt" | "meta" | "m" | "a" => alt = true,
            "shift" | "s" => shift = true,
            _ => return Err(unreadable(text)),
        }
        rest = tail;
    }
    let mut characters = rest.chars();
    let name = match (characters.next(), characters.next()) {
        (Some(c), None) if !c.is_control() => {
            // A terminal sends one and the same for ctrl-a and ctrl-shift-a.
            let c = match (ctrl, shift) {
                (true, _) => c.to_ascii_lowercase(),
                (false, true) => c.to_uppercase().next().unwrap_or(c),
                _ => c,
            };
            shift = false;
            c.to_string()
        }
        _ => {
            let lower = rest.to_ascii_lowercase();
            let function = lower
                .strip_prefix('f')
                .and_then(|n| n.parse::<u8>().ok())
                .filter(|n| (1..=24).contains(n));
            match (NAMES.iter().find(|(n, _)| *n == lower), function) {
                (Some((_, name)), _) => (*name).to_owned(),
                (None, Some(n)) => format!("f{n}"),
                (None, None) => return Err(unreadable(text)),
            }
        }
    };
    let name = if shift && name == "tab" {
        shift = false;
        "backtab".to_owned()
    } else {
        name
    };
    Ok(format!(
        "{}{}{}{name}",
        if ctrl { "ctrl-" } else { "" },
        if alt { "alt-" } else { "" },
        if shift { "shift-" } else { "" },
    ))
}

fn unreadable(text: &str) -> String {
    format!(
        "`{text}` is no key; write for example \"x\", \"G\", \"ctrl-x\", \"alt-left\", \"f5\", \"pgdn\", or \"y c\" for one after the other"
    )
}

/// A key as the screen writes it: arrows as arrows.
#[must_use]
pub fn shown(key: &str) -> String {
    if key.contains(' ') {
        return key.split(' ').map(shown).collect::<Vec<_>>().join(" ");
    }
    match key {
        "up" => "↑".into(),
        "down" => "↓".into(),
        "left" => "←".into(),
        "right" => "→".into(),
        "tab" => "⇥".into(),
        "backtab" => "⇧⇥".into(),
        "enter" => "⏎".into(),
        other => match ["shift-", "ctrl-", "alt-"]
            .iter()
            .find_map(|m| other.strip_prefix(m).map(|r| (*m, r)))
        {
            Some(("shift-", rest)) => format!("⇧{}", shown(rest)),
            Some((modifier, rest)) if !rest.is_empty() => format!("{modifier}{}", shown(rest)),
            _ => other.to_owned(),
        },
    }
}

/// The key that the screen writes so: [`shown`] read backwards.
#[must_use]
pub fn unshown(text: &str) -> String {
    [
        ("⇧⇥", "backtab"),
        ("⇧", "shift-"),
        ("↑", "up"),
        ("↓", "down"),
        ("←", "left"),
        ("→", "right"),
        ("⇥", "tab"),
        ("⏎", "enter"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (sign, name)| {
        text.replace(sign, name)
    })
}

/// The press of a key that is written as in the table: [`name_of`] read backwards; nothing where no key is called so.
#[must_use]
pub fn key_of(name: &str) -> Option<KeyEvent> {
    let (mut rest, mut modifiers) = (name, KeyModifiers::NONE);
    for (word, modifier) in [
        ("ctrl-", KeyModifiers::CONTROL),
        ("alt-", KeyModifiers::ALT),
        ("shift-", KeyModifiers::SHIFT),
    ] {
        if let Some(tail) = rest.strip_prefix(word).filter(|t| !t.is_empty()) {
            rest = tail;
            modifiers |= modifier;
        }
    }
    let code = match rest {
        "esc" => KeyCode::Esc,
        "enter" => KeyCode::Enter,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "insert" => KeyCode::Insert,
        one if one.chars().count() == 1 => KeyCode::Char(one.chars().next()?),
        function => KeyCode::F(function.strip_prefix('f')?.parse().ok()?),
    };
    Some(KeyEvent::new(code, modifiers))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_as_the_table_writes_them() {
        let name = |code, modifiers| name_of(&KeyEvent::new(code, modifiers));
        assert_eq!(name(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(name(KeyCode::Char('c'), KeyModifiers::CONTROL), "ctrl-c");
        assert_eq!(name(KeyCode::Up, KeyModifiers::SHIFT), "shift-up");
        assert_eq!(name(KeyCode::Char(' '), KeyModifiers::NONE), "space");
    }

    #[test]
    fn every_key_of_the_table_is_pressed_as_it_is_written_and_as_it_is_shown() {
        for row in crate::tui::keys::BINDINGS {
            for key in row.keys.iter().flat_map(|k| k.split(' ')) {
                let pressed = key_of(key).unwrap();
                assert_eq!(name_of(&pressed), key, "{:?}", row.action);
                assert_eq!(unshown(&shown(key)), key, "{:?}", row.action);
            }
        }
        assert_eq!(key_of("nokey"), None);
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
            ("shift-tab", "backtab"),
            ("y  c", "y c"),
            (" ", "space"),
            ("é", "é"),
        ] {
            assert_eq!(parse(written).as_deref(), Ok(key), "{written}");
        }
        for wrong in ["", "ctrl-", "hyper-x", "f99", "nokey", "a b c d", "\u{7}"] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
