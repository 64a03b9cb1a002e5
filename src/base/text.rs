//! Text of unknown origin: what a terminal, a commit message or a prompt would obey or hide is shown instead.
//!
//! Everything that comes from a model, a program or a file passes through here before it leaves the program. There is one
//! set of hostile characters ([`is_hostile`]) and one way to show them; who needs another way (an escape inside a string)
//! asks for the set alone.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character must not be passed on as it is: control characters, and all that has no width of its own but
/// changes or hides what stands beside it. Joiners count as well; [`harmless`] lets them stand where a script needs them.
/// Combining and wide characters are harmless.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, joiners, marks of Arabic and Mongolian, fillers that look like nothing.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{3164}' | '\u{ffa0}'
            // Separators of lines, direction of text, invisible operators, byte order mark, annotations.
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            // Control of shorthand and of music, tags.
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text, safe to print: line feeds and tabs stay, other control characters become their pictures (`␛`), and what is
/// invisible or turns text around becomes its number (`⟨202E⟩`).
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    shown(text, |c, _| matches!(c, '\n' | '\t'))
}

/// As [`harmless`], on one line: line feeds become pictures too, and a tab is a blank.
#[must_use]
pub fn harmless_line(text: &str) -> Cow<'_, str> {
    shown(text, |c, out| {
        if c == '\t' {
            out.push(' ');
        }
        false
    })
}

/// The text with every hostile character shown. `own` is asked first for control characters: it lets one pass by `true`, or
/// adds what is to stand for a tab itself.
fn shown<'a>(text: &'a str, own: impl Fn(char, &mut String) -> bool) -> Cow<'a, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) || !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (c, joins) in with_joiners(text) {
        let before = out.len();
        if joins || !is_hostile(c) || own(c, &mut out) {
            out.push(c);
        } else if out.len() == before {
            show(c, &mut out);
        }
    }
    Cow::Owned(out)
}

/// The characters of a text, each with whether it is a joiner in its place: between two characters of a script that knows
/// joiners, as in emoji of several people.
pub fn with_joiners(text: &str) -> impl Iterator<Item = (char, bool)> {
    let joined = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && !is_hostile(c));
    let mut before = None;
    text.char_indices().map(move |(at, c)| {
        let joiner = matches!(c, '\u{200c}' | '\u{200d}');
        let after = || text[at + c.len_utf8()..].chars().next();
        let joins = joiner && joined(before) && joined(after());
        before = Some(c);
        (c, joins)
    })
}

/// Adds the stand-in of a hostile character.
pub fn show(c: char, out: &mut String) {
    match c {
        '\u{0}'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('�')),
        '\u{7f}' => out.push('␡'),
        c => drop(write!(out, "⟨{:04X}⟩", c as u32)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that there is.
    fn all() -> impl Iterator<Item = char> {
        '\0'..=char::MAX
    }

    #[test]
    fn no_character_that_is_obeyed_or_hidden_passes_as_itself() {
        // By name, so that nothing falls out of the set unseen.
        let named = |c: char| {
            c.is_control()
                || matches!(c,
                    '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}'
                    | '\u{e0020}'..='\u{e007f}')
        };
        for c in all() {
            for text in [c.to_string(), format!("a{c}b"), format!("{c}{c}")] {
                let (whole, line) = (harmless(&text), harmless_line(&text));
                let kept = matches!(c, '\n' | '\t');
                assert_eq!(
                    whole.contains(c),
                    kept || !is_hostile(c),
                    "{:04X}",
                    c as u32
                );
                assert_eq!(line.contains(c), !is_hostile(c), "{:04X}", c as u32);
                assert!(!named(c) || is_hostile(c), "{:04X}", c as u32);
                assert_eq!(harmless(&whole), whole, "{:04X}", c as u32);
                assert_eq!(harmless_line(&line), line, "{:04X}", c as u32);
            }
        }
    }

    #[test]
    fn combining_and_wide_characters_and_scripts_from_right_to_left_stay() {
        for fine in [
            "é",
            "e\u{301}",
            "漢字",
            "한",
            "👩\u{200d}👧",
            "क\u{94d}\u{200d}ष",
            "☀\u{fe0f}",
            "العربية",
            "עברית",
        ] {
            assert_eq!(harmless(fine), fine);
        }
    }

    #[test]
    fn hostile_text_is_shown_never_obeyed() {
        assert_eq!(harmless("a\u{1b}[31m\r\n\tb"), "a␛[31m␍\n\tb");
        assert_eq!(harmless_line("a\u{1b}\n\tb\u{7f}"), "a␛␊ b␡");
        assert_eq!(
            harmless("x\u{202e}y\u{200d}z\u{9b}"),
            "x⟨202E⟩y⟨200D⟩z⟨009B⟩"
        );
    }
}
