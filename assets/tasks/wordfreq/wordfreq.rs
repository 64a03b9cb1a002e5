use std::collections::HashMap;
use std::io::{self, BufRead};

fn clean(word: &str) -> String {
    let word = word.to_lowercase();
    let chars: Vec<char> = word.chars().collect();
    let mut start = 0;
    let mut end = chars.len();
    while start < end && chars[start] == '\'' {
        start += 1;
    }
    while end > start && chars[end - 1] == '\'' {
        end -= 1;
    }
    chars[start..end].to_vec().into_iter().collect()
}

fn words_of(line: String) -> Vec<String> {
    line.split(|c: char| !c.is_ascii_alphabetic() && c != '\'')
        .map(|w| w.to_string())
        .map(|w| clean(&w))
        .filter(|w| !w.is_empty())
        .collect()
}

fn count(words: Vec<String>) -> HashMap<String, usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for word in words.clone() {
        if !counts.contains_key(&word) {
            counts.insert(word.clone(), 0);
        }
        let n = counts.get(&word).unwrap().clone();
        counts.insert(word.clone(), n + 1);
    }
    counts
}

fn main() {
    let mut words = Vec::new();
    for line in io::stdin().lock().lines() {
        let line = line.unwrap();
        words.extend(words_of(line.clone()));
    }

    let counts = count(words);
    let mut sorted: Vec<(String, usize)> = counts.iter().map(|(w, n)| (w.clone(), n.clone())).collect();
    sorted.sort_by_key(|(word, n)| (usize::MAX - n, word.clone()));

    let mut report = String::new();
    for (word, n) in sorted.clone() {
        report = report.clone() + &format!("{} {}\n", n, word);
    }
    print!("{}", report);
}
