use std::collections::HashMap;
use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    text.make_ascii_lowercase();

    let mut counts: HashMap<&str, u32> = HashMap::new();
    for word in text.split(|c: char| !(c.is_ascii_lowercase() || c == '\'')) {
        let word = word.trim_matches('\'');
        if !word.is_empty() {
            *counts.entry(word).or_default() += 1;
        }
    }

    let mut list: Vec<(&str, u32)> = counts.into_iter().collect();
    list.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (word, n) in list {
        writeln!(out, "{n} {word}")?;
    }
    out.flush()
}
