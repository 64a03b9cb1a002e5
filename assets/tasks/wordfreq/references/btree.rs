use std::collections::BTreeMap;
use std::io::{stdin, BufRead};

fn main() {
    let mut counts = BTreeMap::new();
    for line in stdin().lock().lines() {
        let line = line.unwrap().to_lowercase();
        for raw in line.split(|c: char| c != '\'' && !c.is_ascii_lowercase()) {
            let word = raw.trim_matches('\'');
            if word.is_empty() {
                continue;
            }
            *counts.entry(word.to_string()).or_insert(0usize) += 1;
        }
    }
    let mut by_count: Vec<_> = counts.into_iter().collect();
    // the map is in alphabetical order already and the sort is stable
    by_count.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let lines: Vec<String> = by_count.iter().map(|(w, n)| format!("{n} {w}\n")).collect();
    print!("{}", lines.concat());
}
