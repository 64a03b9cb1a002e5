//! Numbers and sizes as sentences need them.

/// Tokens that a text of so many bytes will be, roughly: providers count their own, and four bytes a token come near for
/// code and English. Rounded up, so that no text is said to cost nothing.
#[must_use]
pub fn estimate_tokens(bytes: usize) -> u64 {
    u64::try_from(bytes.div_ceil(4)).unwrap_or(u64::MAX)
}

/// The end of a word that is counted: none for one, `s` for any other number.
#[must_use]
pub fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// `1 pair`, `2 pairs`.
#[must_use]
pub fn count(n: usize, word: &str) -> String {
    let e = if word.ends_with("ch") && n != 1 {
        "e"
    } else {
        ""
    };
    format!("{n} {word}{e}{}", plural(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted() {
        assert_eq!(
            [0, 1, 2].map(|n| count(n, "pair")),
            ["0 pairs", "1 pair", "2 pairs"]
        );
        assert_eq!(
            [1, 2].map(|n| count(n, "launch")),
            ["1 launch", "2 launches"]
        );
    }

    #[test]
    fn a_token_is_four_bytes_or_the_rest_of_them() {
        assert_eq!([0, 1, 4, 5, 4000].map(estimate_tokens), [0, 1, 1, 2, 1000]);
    }
}
