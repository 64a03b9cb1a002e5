//! Output for people: control characters in foreign text are shown, never obeyed.

use std::io::{self, Write};

use super::letters;
use crate::report::text::safe;

/// A writer that escapes what a terminal would obey; line breaks and tabs stay.
pub(crate) struct EscapingWriter<W: Write>(pub(crate) W);

impl<W: Write> Write for EscapingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .write_all(letters::shown(&safe(&String::from_utf8_lossy(bytes))).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        let mut out = Vec::new();
        let hostile = "case \u{1b}[2J\tok";
        let written = writeln!(EscapingWriter(&mut out), "{hostile}");
        assert!(written.is_ok());
        assert_eq!(String::from_utf8_lossy(&out), "case ␛[2J\tok\n");
    }
}
