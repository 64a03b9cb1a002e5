//! Which types a Java text declares: enough of its grammar to know the file's name and where the program starts.
//!
//! Reads words and braces; comments, strings and characters are skipped. Never fails: of a text that is not Java
//! the compiler will say so.

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Declared {
    /// `shop.orders`; `None` for the package without a name.
    package: Option<String>,
    /// The public top-level type: its file must be called so.
    pub(crate) public: Option<String>,
    /// The first top-level type that has a `main`, the public one if it has one too.
    main: Option<String>,
    /// The first top-level type.
    first: Option<String>,
}

impl Declared {
    /// The whole name of the type that the program starts with; `stem` where the text declares none.
    pub(super) fn main_type(&self, stem: &str) -> String {
        let name = self
            .main
            .as_ref()
            .or(self.public.as_ref())
            .or(self.first.as_ref());
        let name = name.map_or(stem, String::as_str);
        match &self.package {
            Some(package) => format!("{package}.{name}"),
            None => name.to_owned(),
        }
    }
}

/// Whether a word can be the name of a type.
pub(super) fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$')
        && word.chars().all(in_word)
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Reads a text.
pub(super) fn read(text: &str) -> Declared {
    let words = words(text);
    let mut found = Declared::default();
    let (mut depth, mut public, mut mains) = (0_usize, false, Vec::new());
    // The top-level type whose braces the reading is in.
    let mut inside: Option<String> = None;
    let mut i = 0;
    while i < words.len() {
        let next = |n: usize| words.get(i + n).copied().unwrap_or_default();
        match words[i] {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    (inside, public) = (None, false);
                }
            }
            ";" if depth == 0 => public = false,
            "package" if depth == 0 && found.package.is_none() => {
                let name: String = words[i + 1..]
                    .iter()
                    .take_while(|w| **w != ";")
                    .copied()
                    .collect();
                i += 1;
                found.package = Some(name).filter(|n| n.split('.').all(is_name));
            }
            "public" if depth == 0 => public = true,
            kind @ ("class" | "interface" | "enum" | "record")
                if depth == 0
                    && is_name(next(1))
                    && (kind != "record" || matches!(next(2), "(" | "<")) =>
            {
                let name = next(1).to_owned();
                if public && found.public.is_none() {
                    found.public = Some(name.clone());
                }
                found.first.get_or_insert_with(|| name.clone());
                inside = Some(name);
                public = false;
                i += 1;
            }
            "void" if depth == 1 && next(1) == "main" && next(2) == "(" => {
                mains.extend(inside.clone());
            }
            _ => {}
        }
        i += 1;
    }
    found.main = mains
        .iter()
        .find(|m| found.public.as_ref() == Some(*m))
        .or(mains.first())
        .cloned();
    found
}

/// Words and single marks, without comments, strings and characters.
fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").map_or(rest.len(), |at| at + 4)
        } else if rest.starts_with("\"\"\"") {
            quoted(rest, "\"\"\"")
        } else if c == '"' || c == '\'' {
            quoted(rest, if c == '"' { "\"" } else { "'" })
        } else if in_word(c) {
            let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
            found.push(&rest[..end]);
            end
        } else {
            if !c.is_whitespace() {
                found.push(&rest[..c.len_utf8()]);
            }
            c.len_utf8()
        };
        rest = &rest[skip..];
    }
    found
}

/// Length of a quoted text that `rest` starts with, its quotes included. A string ends with its line at the latest.
fn quoted(rest: &str, quote: &str) -> usize {
    let mut at = quote.len();
    while let Some(c) = rest[at..].chars().next() {
        if rest[at..].starts_with(quote) {
            return at + quote.len();
        }
        if c == '\n' && quote.len() == 1 {
            return at;
        }
        at += c.len_utf8();
        if c == '\\' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    rest.len()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(text: &str, public: Option<&str>, main: &str) {
        let found = read(text);
        assert_eq!(
            (found.public.as_deref(), found.main_type("Stem").as_str()),
            (public, main),
            "{text}"
        );
    }

    #[test]
    fn the_public_type_names_the_file_and_main_is_where_it_stands() {
        says(
            "public class Solver { public static void main(String[] a) {} }",
            Some("Solver"),
            "Solver",
        );
        says(
            "import java.util.*;\nclass Help { void run() {} }\n@Deprecated public final class Go2 { static public void main(final String... a) { if (a != null) { } } }",
            Some("Go2"),
            "Go2",
        );
        says(
            "package shop . orders;\nclass A {}\nclass B { public static void main(String[] x) {} }",
            None,
            "shop.orders.B",
        );
        says(
            "public record P(int x) {}\nclass M { static void main(String[] a) {} }",
            Some("P"),
            "M",
        );
        says(
            "public interface Run { static void main(String[] a) {} }",
            Some("Run"),
            "Run",
        );
        says("class Only { int record = 1; }", None, "Only");
    }

    #[test]
    fn comments_and_strings_declare_nothing() {
        says(
            "// public class No {\n/* public class Nope { */ class Yes { String s = \"public class X { \\\" {\"; char c = '{'; char d = '\\''; String t = \"\"\"\n public class T { \" {{ \"\"\"; public static void main(String[] a) {} }",
            None,
            "Yes",
        );
        // Types inside types do not name the file.
        says(
            "class Out { public static class In { public static void main(String[] a) {} } static void main(String[] a) {} }",
            None,
            "Out",
        );
    }

    #[test]
    fn a_text_that_is_no_java_does_no_harm() {
        says("void main() { System.out.println(1); }", None, "Stem");
        for text in [
            "",
            "}}}}{",
            "\"",
            "'",
            "/*",
            "\"\"\"\\",
            "class",
            "package",
            "package 1.2;",
            "public class é{",
            "\u{feff}public class 日本 {}",
            "'\\",
        ] {
            let _ = read(text).main_type("S");
        }
        assert_eq!(read("public class 日本 {}").public.as_deref(), Some("日本"));
        assert!(!is_name("1a") && !is_name("") && !is_name("a b") && is_name("_a$1"));
    }
}
