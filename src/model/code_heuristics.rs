//! Tells code from prose, and complete code from truncated code, without a compiler.
//!
//! Used where nothing else shows that a text is a program: an unclosed fence, a reply without any fence.
//! Errs on the side of "no": asking again is cheap, running prose wastes a round.

/// A text without its strings and comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CodeShape {
    /// Every bracket, string and comment that was opened is closed, in order.
    pub(crate) balanced: bool,
    /// Whether it ends inside of a string or comment of several lines.
    pub(crate) in_literal: bool,
    /// The text with the insides of strings and comments blanked.
    pub(crate) bare: String,
}

/// Scans a text as code of that language.
pub(crate) fn shape(text: &str, language: &str) -> CodeShape {
    let mut scan = Scan {
        rest: text,
        bare: String::with_capacity(text.len()),
        open: Vec::new(),
        sound: true,
        in_literal: false,
    };
    let hash_comments = matches!(language, "python" | "ruby");
    while let Some(c) = scan.rest.chars().next() {
        match c {
            '#' if hash_comments => scan.skip_line(),
            '/' if !hash_comments && scan.rest.starts_with("//") => scan.skip_line(),
            '/' if !hash_comments && scan.rest.starts_with("/*") => scan.skip_to("/*", "*/", false),
            '"' | '\''
                if language == "python" && scan.rest.starts_with(&c.to_string().repeat(3)) =>
            {
                let quote = c.to_string().repeat(3);
                scan.skip_to(&quote, &quote, true);
            }
            '"' if raw_hashes(scan.rest, &scan.bare, language).is_some() => {
                let close = format!(
                    "\"{}",
                    "#".repeat(raw_hashes(scan.rest, &scan.bare, language).unwrap_or(0))
                );
                scan.skip_to("\"", &close, false);
            }
            '\'' if language == "rust" => scan.rust_quote(),
            '`' if matches!(language, "javascript" | "typescript" | "tsx" | "go") => {
                scan.skip_to("`", "`", language != "go")
            }
            '"' | '\'' => scan.skip_string(c, language == "rust"),
            '(' | '[' | '{' => {
                scan.open.push(c);
                scan.keep(1);
            }
            ')' | ']' | '}' => {
                let opener = match c {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                scan.sound &= scan.open.pop() == Some(opener);
                scan.keep(1);
            }
            _ => scan.keep(c.len_utf8()),
        }
    }
    let dangling = language == "python" && scan.bare.trim_end().ends_with([':', '\\']);
    CodeShape {
        balanced: scan.sound && scan.open.is_empty() && !dangling,
        in_literal: scan.in_literal,
        bare: scan.bare,
    }
}

/// Whether a text could be a whole program: brackets and strings are closed and no line reads like prose.
pub(crate) fn reads_as_code(text: &str, language: &str) -> bool {
    let shape = shape(text, language);
    let lines: Vec<&str> = shape
        .bare
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    shape.balanced
        && lines.iter().any(|l| has_code_marks(l))
        && !lines.iter().any(|l| reads_as_prose(l))
}

/// Whether a text contains a name as a whole word.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            !text[..at].chars().next_back().is_some_and(part_of_word)
                && !text[at + word.len()..]
                    .chars()
                    .next()
                    .is_some_and(part_of_word)
        })
}

fn has_code_marks(line: &str) -> bool {
    line.contains(['(', '=', '{', '}', ';', '['])
        || line.starts_with("import ")
        || line.starts_with("#include")
}

/// Words next to words without a mark of code or a keyword between them: code has such a pair once in a line at most (`int x`).
fn reads_as_prose(line: &str) -> bool {
    const KEYWORDS: [&str; 28] = [
        "and", "or", "not", "in", "is", "if", "else", "elif", "for", "while", "return", "import",
        "from", "as", "lambda", "yield", "del", "const", "static", "unsigned", "long", "int",
        "struct", "new", "public", "global", "nonlocal", "await",
    ];
    let plain = |w: &str| {
        let bare = w.trim_end_matches(['.', ',', ':', '!', '?']);
        !KEYWORDS.contains(&bare)
            && bare.starts_with(char::is_alphabetic)
            && bare
                .chars()
                .all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let pairs = words
        .windows(2)
        .filter(|w| plain(w[0]) && plain(w[1]))
        .count();
    pairs >= 2
        || (pairs == 1 && line.ends_with(['.', '!', '?']))
        || line.starts_with("```")
        || line.starts_with("**")
}

/// For a quote in `rest` that opens a raw string after `bare` (`r"`, `r##"`): how many hashes close it.
fn raw_hashes(rest: &str, bare: &str, language: &str) -> Option<usize> {
    if language != "rust" || !rest.starts_with('"') {
        return None;
    }
    let before = bare.trim_end_matches('#');
    let hashes = bare.len() - before.len();
    let name = before
        .strip_suffix('r')
        .map(|b| b.strip_suffix('b').unwrap_or(b))?;
    (!name.ends_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(hashes)
}

struct Scan<'a> {
    rest: &'a str,
    bare: String,
    open: Vec<char>,
    sound: bool,
    in_literal: bool,
}

impl Scan<'_> {
    fn keep(&mut self, n: usize) {
        self.bare.push_str(&self.rest[..n]);
        self.rest = &self.rest[n..];
    }

    fn skip_line(&mut self) {
        self.rest = &self.rest[self.rest.find('\n').unwrap_or(self.rest.len())..];
    }

    /// From an opening mark to its closing mark, over lines.
    fn skip_to(&mut self, open: &str, close: &str, escapes: bool) {
        let body = &self.rest[open.len()..];
        let mut from = 0;
        while let Some(at) = body[from..].find(close).map(|i| from + i) {
            let slashes = body[..at].len() - body[..at].trim_end_matches('\\').len();
            if escapes && slashes % 2 == 1 {
                from = at + 1;
                continue;
            }
            self.bare.push_str("\"\"");
            self.rest = &body[at + close.len()..];
            return;
        }
        self.sound = false;
        self.in_literal = true;
        self.rest = "";
    }

    /// A string that ends on its own line, unless the language lets it run on.
    fn skip_string(&mut self, quote: char, over_lines: bool) {
        let mut escaped = false;
        for (i, c) in self.rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' if !over_lines => {
                    self.sound = false;
                    self.rest = &self.rest[i..];
                    return;
                }
                _ if c == quote => {
                    self.bare.push_str("\"\"");
                    self.rest = &self.rest[i + 1..];
                    return;
                }
                _ => {}
            }
        }
        self.sound = false;
        self.in_literal = over_lines;
        self.rest = "";
    }

    /// A character literal is skipped, a lifetime is kept.
    fn rust_quote(&mut self) {
        let mut inside = self.rest.char_indices().skip(1);
        let literal = match (inside.next(), inside.next()) {
            (Some((_, '\\')), Some((at, c))) => {
                let after = at + c.len_utf8();
                self.rest[after..].find('\'').map(|i| after + i + 1)
            }
            (Some(_), Some((at, '\''))) => Some(at + 1),
            _ => None,
        };
        match literal {
            Some(end) => self.rest = &self.rest[end..],
            None => self.keep(1),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn whole_programs_are_balanced() {
        for (language, code) in [
            (
                "python",
                "def f(x):\n    '''it's (odd'''\n    return {'a': \"]\"}  # :-(\nprint(f(1))\n",
            ),
            (
                "rust",
                "fn f<'a>(x: &'a str) -> char { let _ = r#\"(\"#; let b = br\"\\\"; '\\'' }\nfn main() { f(\"{\\\"\n(\"); let c = '('; }\n",
            ),
            (
                "javascript",
                "const f = (x) => `${x} (`;\n// it's\nconsole.log(f('\\''));\n",
            ),
            (
                "cpp",
                "#include <cstdio>\nint main() { /* { */ char c = '{'; puts(\"}\"); }\n",
            ),
        ] {
            assert!(
                shape(code, language).balanced,
                "{language}: {:?}",
                shape(code, language)
            );
            assert!(reads_as_code(code, language), "{language}");
        }
    }

    #[test]
    fn torsos_and_prose_are_not_programs() {
        for (language, text) in [
            ("python", "def f(x):\n    return (x"),
            ("python", "def f(x):"),
            ("python", "def f(x):\n    '''doc"),
            (
                "python",
                "I am sorry, but I cannot make solve(x) any faster.",
            ),
            ("python", "The trick is a set:\nseen = set()\n"),
            ("python", "ok"),
            ("rust", "fn main() { println!(\"a"),
            ("rust", "'\\"),
            ("rust", "'"),
            ("cpp", "int main() { return 0; "),
            ("javascript", "x = `"),
        ] {
            assert!(!reads_as_code(text, language), "{language}: {text}");
        }
    }

    #[test]
    fn names_are_whole_words() {
        assert!(has_word("def solve(x):", "solve"));
        assert!(!has_word("def resolve(x): solver", "solve"));
        assert!(!has_word("x", ""));
    }
}
