use std::collections::HashMap;
use std::io::{self, Read};

fn main() {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).unwrap();

    let mut counts: HashMap<String, u32> = HashMap::new();
    for word in text.split(|c: char| !(c.is_ascii_alphabetic() || c == '\'')) {
        let word = word.trim_matches('\'').to_ascii_lowercase();
        if !word.is_empty() {
            *counts.entry(word).or_insert(0) += 1;
        }
    }

    let mut list: Vec<_> = counts.into_iter().collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (word, n) in list {
        println!("{n} {word}");
    }
}
