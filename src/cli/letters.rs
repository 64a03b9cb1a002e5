//! Signs that a terminal without UTF-8 cannot show, in letters that it can.

use std::borrow::Cow;
use std::sync::OnceLock;

/// The text as the locale can show it: unchanged, unless the environment names one without UTF-8 (`LC_ALL=C`).
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    static PLAIN: OnceLock<bool> = OnceLock::new();
    if *PLAIN.get_or_init(is_plain) && !text.is_ascii() {
        plain(text).into()
    } else {
        text.into()
    }
}

/// Whether the locale is named and is one without UTF-8. Where none is named (most containers) nothing is known of the terminal.
fn is_plain() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .is_some_and(|value| !value.to_lowercase().contains("utf"))
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '✓' => out.push('+'),
            '✗' | '×' => out.push('x'),
            '–' | '—' | '−' | '·' => out.push('-'),
            '★' => out.push('*'),
            '⚑' => out.push('!'),
            '±' => out.push_str("+-"),
            '…' => out.push_str("..."),
            '→' => out.push_str("->"),
            '≤' => out.push_str("<="),
            '≥' => out.push_str(">="),
            'µ' | 'μ' => out.push('u'),
            '‘' | '’' => out.push('\''),
            '“' | '”' => out.push('"'),
            _ => out.push('?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_become_letters() {
        assert_eq!(plain("✓ 1.58× · 3 µs – é"), "+ 1.58x - 3 us - ?");
    }
}
