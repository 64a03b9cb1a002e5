//! Plain ASCII for terminals and fonts that have nothing else: braille, boxes, arrows and signs get a stand-in.
//!
//! Works on what was drawn, cell by cell, so that no pane needs to know; what has no stand-in becomes `?`.

use ratatui::buffer::Buffer;

/// Whether only ASCII is drawn: `REHEAT_ASCII` decides for one start, then the config file, then the locale.
#[must_use]
pub(crate) fn chosen(said: Option<bool>, get: impl Fn(&str) -> Option<String>) -> bool {
    let once = get("REHEAT_ASCII").is_some_and(|v| !v.is_empty());
    said.filter(|_| !once).unwrap_or_else(|| wanted(get))
}

/// Whether the environment asks for ASCII: `REHEAT_ASCII` says so, or the locale has no UTF-8.
#[must_use]
pub(crate) fn wanted(get: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| get(name).filter(|v| !v.is_empty());
    if let Some(value) = set("REHEAT_ASCII") {
        return !matches!(value.as_str(), "0" | "no" | "false" | "off");
    }
    // The first that is set counts, as in setlocale(3). None at all says nothing about the terminal.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_some_and(|l| {
        let l = l.to_lowercase();
        let utf = l.contains("utf-8") || l.contains("utf8");
        // `C` and `POSIX` are what a bare container has; its terminal is as a rule a modern one.
        let bare = matches!(l.as_str(), "c" | "posix");
        !utf && !bare
    })
}

/// Replaces everything that is not ASCII.
pub(crate) fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let wide = crate::tui::core::text::width(cell.symbol()) > 1;
        let first = cell.symbol().chars().next().unwrap_or(' ');
        // The second cell of a wide character holds a blank already.
        cell.set_symbol(if wide { "?" } else { ascii(first) });
    }
}

/// The stand-in of a character.
#[must_use]
pub(crate) fn ascii(c: char) -> &'static str {
    match c {
        '\u{2800}'..='\u{28ff}' => braille(u32::from(c) - 0x2800),
        '│' | '┃' | '┊' | '╎' | '▏' | '▎' | '▌' | '▐' => "|",
        '─' | '━' | '┈' | '╌' | '╍' | '┄' | '–' | '—' | '−' => "-",
        '▔' => "\"",
        '╭' | '╮' | '╯' | '╰' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '┏' | '┗'
        | '┣' | '┫' | '┓' | '┛' | '±' => "+",
        '╴' | '╶' | '╵' | '╷' => "-",
        '▁' | '▂' | '⋯' | '…' | '·' => ".",
        '▃' | '▄' => ":",
        '▅' | '▆' => "=",
        '▇' | '█' => "#",
        '★' => "*",
        '●' | '◆' => "@",
        '○' | '◌' | '◇' | '◦' | '⊘' | '◐' => "o",
        '◎' | '◉' => "@",
        '≈' => "~",
        '•' => "*",
        '✗' | '×' => "x",
        '✓' => "v",
        '▲' | '△' | '↑' | '⇧' => "^",
        '▼' | '▾' | '↓' => "v",
        '▸' | '→' | '▶' | '⇥' | '›' | '↪' => ">",
        '◂' | '←' | '‹' | '⏎' => "<",
        '≤' => "<",
        '≥' => ">",
        '⚑' => "!",
        '✎' => "/",
        '‖' => "\"",
        '■' | '▪' => "#",
        'µ' => "u",
        '␊' | '␍' | '␛' | '␡' => "^",
        '⟨' => "<",
        '⟩' => ">",
        '“' | '”' => "\"",
        '‘' | '’' => "'",
        '²' => "2",
        _ => "?",
    }
}

/// Dots in ASCII: where they are counts more than how many.
fn braille(bits: u32) -> &'static str {
    let upper = bits & 0b0001_1011;
    let lower = bits & 0b1110_0100;
    match (upper, lower, bits.count_ones()) {
        (0, 0, _) => " ",
        (_, _, 7..) => "#",
        (0, _, _) => ".",
        (_, 0, _) => "'",
        _ => ":",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_asks_for_ascii() {
        let with = |pairs: &'static [(&str, &str)]| {
            wanted(move |name| {
                let found = pairs.iter().find(|(n, _)| *n == name);
                found.map(|(_, v)| (*v).to_owned())
            })
        };
        assert!(!with(&[]));
        assert!(with(&[("REHEAT_ASCII", "1"), ("LANG", "en_GB.UTF-8")]));
        assert!(!with(&[
            ("REHEAT_ASCII", "0"),
            ("LANG", "en_GB.ISO-8859-1")
        ]));
        assert!(with(&[("LANG", "en_GB.ISO-8859-1")]));
        assert!(!with(&[("LC_ALL", "C.utf8"), ("LANG", "de_DE@euro")]));
        assert!(!with(&[("LC_ALL", ""), ("LANG", "C")]));
        let latin = |name: &str| (name == "LANG").then(|| "de_DE@euro".to_owned());
        let asked = |name: &str| (name == "REHEAT_ASCII").then(|| "1".to_owned());
        let nothing = |_: &str| None;
        assert!(chosen(None, latin) && !chosen(Some(false), latin));
        assert!(chosen(Some(true), nothing) && !chosen(None, nothing));
        assert!(chosen(Some(false), asked), "one start goes before the file");
    }
}
