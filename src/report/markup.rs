//! Markup that is built piece by piece: what is written here goes out as it is, what comes from a session goes out escaped.

use std::fmt::Write as _;

use minijinja::Value;

use crate::base::text::harmless;

/// A piece of HTML or SVG. Only literals of this program get into it unescaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl Markup {
    /// Adds markup.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text of unknown origin, in an element or in a quoted attribute.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for c in harmless(text).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
        self
    }

    /// Adds a coordinate, to a tenth of a pixel. What is no number stands at 0, so that a chart is never broken.
    pub(crate) fn number(&mut self, number: f64) -> &mut Self {
        let rounded = (number * 10.0).round() / 10.0;
        let usable = if rounded.is_finite() {
            rounded + 0.0
        } else {
            0.0
        };
        let _ = write!(self.0, "{usable}");
        self
    }

    /// Adds another piece.
    pub(crate) fn piece(&mut self, piece: &Self) -> &mut Self {
        self.0.push_str(&piece.0);
        self
    }

    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// For a template, which does not escape it once more.
    pub(crate) fn value(self) -> Value {
        Value::from_safe_string(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literals_are_markup() {
        let mut made = Markup::default();
        made.raw("<a title=\"")
            .text("\"><svg onload='x'>&\u{1b}\u{202e}");
        made.raw("\">").number(1.04).raw(" ").number(f64::NAN);
        assert_eq!(
            made.as_str(),
            "<a title=\"&quot;&gt;&lt;svg onload=&#39;x&#39;&gt;&amp;␛⟨202E⟩\">1 0"
        );
    }
}
