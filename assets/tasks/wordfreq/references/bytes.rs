use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io::{self, Read, Write};

#[derive(Default)]
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        let mut h = self.0 ^ 0xcbf29ce484222325;
        for b in bytes {
            h = (h ^ u64::from(*b)).wrapping_mul(0x100000001b3);
        }
        self.0 = h;
    }
}

fn main() -> io::Result<()> {
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text)?;
    text.make_ascii_lowercase();

    let mut counts: HashMap<&[u8], u32, BuildHasherDefault<Fnv>> = HashMap::default();
    for run in text.split(|b| !b.is_ascii_lowercase() && *b != b'\'') {
        let Some(start) = run.iter().position(|b| *b != b'\'') else { continue };
        let end = run.iter().rposition(|b| *b != b'\'').map_or(start, |e| e + 1);
        *counts.entry(&run[start..end]).or_default() += 1;
    }

    let mut list: Vec<(&[u8], u32)> = counts.into_iter().collect();
    list.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut out = Vec::with_capacity(list.len() * 12);
    for (word, n) in list {
        write!(out, "{n} ")?;
        out.extend_from_slice(word);
        out.push(b'\n');
    }
    io::stdout().write_all(&out)
}
