//! The code of a version as flags read it: words in lines, without comments and literals.

use std::collections::HashSet;
use std::ops::Range;

use crate::task::Task;
use crate::task::region::{Changes, Grammar, Syntax};

/// A text by its lines, from which comments and documentation are taken. An imported name reads as what it stands for: `nap(1)` as
/// `time.sleep(1)` below `from time import sleep as nap`.
pub(super) struct Code {
    /// The language that it is read as, where it has a grammar: JavaScript for TypeScript.
    pub(super) grammar: Option<Grammar>,
    /// The lines without what stands in literals.
    pub(super) bare: Vec<String>,
    /// The lines with their literals and without their blanks.
    pub(super) tight: Vec<String>,
    /// What it changes, and whose that is.
    pub(super) changes: Changes,
    /// Names of the functions that it defines.
    pub(super) defined: HashSet<String>,
    /// Names that are given to locks, in it or in its file.
    pub(super) locks: HashSet<String>,
    /// Whether the only locks in it are those of the standard streams.
    pub(super) locks_streams: bool,
    /// Lines that are never reached: below `if False:`.
    dead: HashSet<usize>,
    /// The lines with their literals, as they are written.
    spoken: Vec<String>,
    is_import: Vec<bool>,
}

/// A name or keyword in a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'c> {
    /// The line, from 0.
    pub(super) line: usize,
    pub(super) text: &'c str,
    /// What stands before it in its line, and behind it, as far as anybody looks.
    pub(super) before: &'c str,
    pub(super) after: &'c str,
}

/// Bytes beside a word that are looked at. A line may be as long as its text.
const BESIDE: usize = 400;

/// Modules of the standard libraries that flags know by name: what is imported from another one is known by its own name alone.
const KNOWN: [&str; 58] = [
    "asyncio",
    "atexit",
    "builtins",
    "child_process",
    "copy",
    "crypto",
    "ctypes",
    "debug",
    "errors",
    "fcntl",
    "fmt",
    "forbiddenfruit",
    "fs",
    "functools",
    "gc",
    "hmac",
    "html",
    "inspect",
    "joblib",
    "json",
    "linecache",
    "logging",
    "marshal",
    "math",
    "mmap",
    "mock",
    "multiprocessing",
    "np",
    "numpy",
    "os",
    "pathlib",
    "perf_hooks",
    "pickle",
    "platform",
    "process",
    "psutil",
    "re",
    "runtime",
    "secrets",
    "shared_memory",
    "shelve",
    "shutil",
    "signal",
    "slog",
    "sqlite3",
    "subprocess",
    "subtle",
    "sync",
    "sys",
    "tempfile",
    "threading",
    "time",
    "timeit",
    "traceback",
    "unittest",
    "v8",
    "warnings",
    "worker_threads",
];

impl Code {
    pub(super) fn of(task: &Task, text: &str) -> Self {
        let language = &task.language;
        let syntax = Syntax::of(language);
        let grammar = Grammar::of(language).map(Grammar::family);
        let file = task.region.as_ref().map(|r| &*r.file);
        let changes = syntax.changes(text, file);
        let [bare, spoken] = [false, true].map(|l| syntax.without_comments(text, l));
        let lines = |text: &str| -> Vec<String> { text.lines().map(String::from).collect() };
        // Imports bring names in and use none of them.
        let with_imports = lines(&bare);
        let bare = without(bare, &changes.import_spans);
        let only_names = |line: &str| {
            let declares = |w: &str| matches!(w, "const" | "let" | "var");
            words_of(0, line).all(|w| declares(w.text))
        };
        let is_import = match grammar {
            Some(_) => {
                let both = with_imports.iter().zip(bare.lines());
                both.map(|(before, now)| before != now && only_names(now))
                    .collect()
            }
            None => with_imports.iter().map(|l| is_import(l)).collect(),
        };
        let [bare, renamed] = [bare, spoken.clone()].map(|t| with_names(&t, &changes));
        let bare = lines(&bare);
        let mut code = Self {
            dead: dead(&bare),
            grammar,
            tight: renamed.lines().map(squeezed).collect(),
            spoken: lines(&spoken),
            bare,
            changes,
            is_import,
            defined: HashSet::new(),
            locks: HashSet::new(),
            locks_streams: false,
        };
        code.locks = locks(file.unwrap_or_default()).chain(locks(text)).collect();
        let words = code.words();
        let defined = words.iter().filter(|w| w.is_defined());
        let defined = defined.map(|w| w.text.to_owned()).collect();
        let says = |any: &[&str]| code.bare.iter().any(|l| any.iter().any(|a| l.contains(a)));
        let streams = ["stdin", "stdout", "stderr", "StdoutLock", "StdinLock"];
        let locks_streams =
            grammar == Some(Grammar::Rust) && says(&streams) && !says(&["Mutex", "RwLock"]);
        (code.defined, code.locks_streams) = (defined, locks_streams);
        code
    }

    /// All words but those of lines that only bring names in.
    pub(super) fn words(&self) -> Vec<Word<'_>> {
        let lines = self.bare.iter().enumerate();
        let used = lines.filter(|(i, _)| !self.is_import(*i) && !self.dead.contains(i));
        used.flat_map(|(i, line)| words_of(i, line)).collect()
    }

    /// Whether a line brings names in.
    pub(super) fn is_import(&self, line: usize) -> bool {
        self.is_import.get(line).copied().unwrap_or_default()
    }

    /// Those of some texts that stand in none of the lines without their blanks.
    pub(super) fn lacks<'p>(&self, texts: &[&'p str]) -> Vec<&'p str> {
        let says = |what: &str| self.tight.iter().any(|line| stands(line, what));
        texts.iter().copied().filter(|what| !says(what)).collect()
    }

    /// A line with its literals, as it is written.
    pub(super) fn spoken(&self, line: usize) -> &str {
        self.spoken.get(line).map_or("", String::as_str)
    }

    /// A line of the text, short enough for a sentence.
    pub(super) fn quote(&self, line: usize) -> String {
        let line = self.spoken(line).trim();
        if line.chars().nth(LONG).is_none() {
            return line.to_owned();
        }
        line.chars().take(LONG).chain(['…']).collect()
    }
}

/// Lines of conditions that never hold, and those below them that are deeper.
fn dead(lines: &[String]) -> HashSet<usize> {
    let never = [
        "if False:",
        "if 0:",
        "while False:",
        "while 0:",
        "if (false)",
        "if (0)",
        "if false",
    ];
    let mut dead = HashSet::new();
    let mut deeper_than = None;
    for (i, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if text.is_empty() {
            continue;
        }
        deeper_than = deeper_than.filter(|of| indent > *of);
        if deeper_than.is_none() && never.iter().any(|n| text.starts_with(n)) {
            deeper_than = Some(indent);
            dead.insert(i);
        } else if deeper_than.is_some() {
            dead.insert(i);
        }
    }
    dead
}

/// The members of something that a text names.
pub(super) fn members(text: &str) -> HashSet<&str> {
    let words = text.lines().flat_map(|l| words_of(0, l));
    let members = words.filter(|w| w.before.trim_end_matches('#').ends_with(['.', '@']));
    members.map(|w| w.text).collect()
}

/// Names that a text gives to locks: `WRITES = threading.Lock()`.
fn locks(text: &str) -> impl Iterator<Item = String> + '_ {
    let makers = ["Lock()", "RLock()", "Semaphore(", "Mutex()", "Mutex::new("];
    text.lines().filter_map(move |line| {
        let (name, value) = line.split_once('=')?;
        let name = words_of(0, name).last()?.text;
        makers
            .iter()
            .any(|maker| stands(value, maker))
            .then(|| name.to_owned())
    })
}

/// Characters of a line that a reason quotes at most.
const LONG: usize = 60;

/// A text with blanks in the place of some spans. Lines stay lines.
fn without(text: String, spans: &[Range<usize>]) -> String {
    let mut bytes = text.clone().into_bytes();
    for span in spans {
        for byte in bytes.get_mut(span.clone()).unwrap_or_default() {
            if !matches!(*byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
    String::from_utf8(bytes).unwrap_or(text)
}

/// A text in which imported names are replaced by what they stand for. Lines stay lines.
fn with_names(text: &str, changes: &Changes) -> String {
    let mut renamed: Vec<_> = changes.renamed.iter().collect();
    renamed.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, path) in renamed {
        let kept = text.get(at..range.start);
        let said = text.get(range.clone());
        let (Some(kept), Some(said)) = (kept, said) else {
            continue;
        };
        // What stood in a literal or a comment is blank now.
        if said.contains('\n') || said.trim().is_empty() {
            continue;
        }
        let path = path.replace("::", ".");
        let known = path.split('.').any(|part| KNOWN.contains(&part));
        out.push_str(kept);
        out.push_str(if known {
            &path
        } else {
            path.rsplit('.').next().unwrap_or(said)
        });
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Whether a line of a language without a grammar brings names in.
fn is_import(line: &str) -> bool {
    let line = line.trim_start();
    let starts = [
        "import ", "use ", "#include", "using ", "package ", "require ",
    ];
    starts.iter().any(|s| line.starts_with(s))
        || line.starts_with("from ") && line.contains(" import ")
        || line.contains("= require(")
}

/// Whether a text stands in a line, and not as a part of a longer name. One that ends with an underscore begins a name.
pub(super) fn stands(line: &str, what: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let ends = what.ends_with(|c: char| c.is_alphanumeric());
    line.match_indices(what).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + what.len()..].chars().next();
        let joined = what.starts_with(inside) && before.is_some_and(inside)
            || ends && after.is_some_and(inside);
        !joined
    })
}

/// A line without its blanks, but for one between two words.
pub(super) fn squeezed(line: &str) -> String {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut out = String::with_capacity(line.len());
    let mut blank = false;
    for c in line.chars() {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && inside(c) && out.ends_with(inside) {
            out.push(' ');
        }
        blank = false;
        out.push(c);
    }
    out
}

/// The words of one line.
pub(super) fn words_of(line: usize, text: &str) -> impl Iterator<Item = Word<'_>> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let from = at + text.get(at..)?.find(inside)?;
            let rest = &text[from..];
            let end = from + rest.find(|c| !inside(c)).unwrap_or(rest.len());
            at = end;
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            let mut first = from.saturating_sub(BESIDE);
            while !text.is_char_boundary(first) {
                first += 1;
            }
            let mut last = text.len().min(end + BESIDE);
            while !text.is_char_boundary(last) {
                last -= 1;
            }
            return Some(Word {
                line,
                text: &text[from..end],
                before: &text[first..from],
                after: &text[end..last],
            });
        }
    })
}

/// Members and indices behind a name, and what follows them.
pub(super) fn chain(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            c if c.is_alphanumeric() || matches!(c, '.' | '_' | '$') => {}
            _ => return Some((&text[..at], text[at..].trim_start())),
        }
    }
    Some((text, ""))
}

/// Whether a text begins with an assignment, or with an increment.
pub(super) fn is_assignment(text: &str) -> bool {
    let rest =
        text.trim_start_matches(['+', '-', '*', '/', '%', '|', '&', '^', '<', '>', '?', '@']);
    let operator = text.len() - rest.len();
    let compared = rest.starts_with("==")
        || rest.starts_with("=>")
        || operator == 1 && text.starts_with(['<', '>']);
    rest.starts_with('=') && !compared || text.starts_with("++") || text.starts_with("--")
}

impl<'c> Word<'c> {
    /// Whether it is called, or used as a macro.
    pub(super) fn is_called(&self) -> bool {
        self.after.trim_start().starts_with('(')
            || self.after.starts_with('!') && !self.after.starts_with("!=")
    }

    /// Whether it is defined here.
    pub(super) fn is_defined(&self) -> bool {
        let before = self.before.trim_end();
        ["def", "function", "fn", "func", "class", "function*"]
            .iter()
            .any(|d| before.ends_with(d))
    }

    /// Whether it is a member of something.
    pub(super) fn is_member(&self) -> bool {
        let before = self.before.trim_end();
        [".", "->", "::"].iter().any(|j| before.ends_with(j))
    }

    /// The name that it is a member of; empty where that is no name.
    pub(super) fn owner(&self) -> &'c str {
        let before = self.before.trim_end();
        let joint = [".", "->", "::"]
            .iter()
            .find_map(|j| before.strip_suffix(j));
        let owner = joint.map_or("", |b| b.trim_end_matches('?'));
        let from = owner.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
        &owner[from.map_or(0, |i| {
            i + owner[i..].chars().next().map_or(1, char::len_utf8)
        })..]
    }

    /// The parts of the name, in lower case: `rate`, `limit` of `rateLimit` and `RATE_LIMIT`.
    pub(super) fn parts(&self) -> Vec<String> {
        parts(self.text)
    }
}

/// The parts of a name, in lower case.
pub(super) fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before = '_';
    for c in name.chars() {
        let begins = before == '_' || c.is_uppercase() && before.is_lowercase();
        if c != '_' {
            match parts.last_mut() {
                Some(part) if !begins => part.extend(c.to_lowercase()),
                _ => parts.push(c.to_lowercase().collect()),
            }
        }
        before = c;
    }
    parts
}
