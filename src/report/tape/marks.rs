//! What tells a stranger who somebody is, or opens a door: keys, paths of this machine, names of people and machines.
//!
//! Pure: what is known of this machine and its user comes in as [`Own`].

use std::ops::Range;

use crate::task::project::secret::{KEY_NAMES, PRIVATE_KEY, begins_with_password};

/// What is known of this machine and who uses it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    /// Names of the user and of the machine.
    pub(crate) names: Vec<String>,
    /// Folders of the user: the home, the project, where sessions are.
    pub(crate) folders: Vec<String>,
    /// Names of the folders at the top of this machine: `home`, `usr`.
    pub(crate) roots: Vec<String>,
    /// Keys that are known word for word.
    pub(crate) secrets: Vec<String>,
}

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MarkKind {
    /// A key, a token, a password.
    Key,
    /// A path of this machine.
    Path,
    /// The name of a user or a machine.
    Name,
}

/// Something in a text that must not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) range: Range<usize>,
    pub(crate) kind: MarkKind,
}

impl Own {
    /// The same without names that stand for nobody, and with the longest first.
    pub(crate) fn sorted(mut self) -> Self {
        self.names
            .retain(|n| n.len() >= 3 && !EVERYBODYS.contains(&n.to_ascii_lowercase().as_str()));
        self.folders.retain(|f| f.len() > 1 && f.starts_with('/'));
        self.secrets.retain(|s| is_secret(s));
        for list in [&mut self.names, &mut self.folders, &mut self.secrets] {
            list.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            list.dedup();
        }
        self
    }

    /// Everything in a text that must not leave, in order, none inside another one.
    pub(crate) fn marks(&self, text: &str) -> Vec<Mark> {
        let mut all = Vec::new();
        let mut add = |range: Range<usize>, kind| all.push(Mark { range, kind });
        for secret in &self.secrets {
            for (at, _) in text.match_indices(secret.as_str()) {
                add(at..at + secret.len(), MarkKind::Key);
            }
        }
        keys(text, &mut add);
        self.paths(text, &mut add);
        let lower = text.to_ascii_lowercase();
        for name in &self.names {
            for (at, _) in lower.match_indices(&name.to_ascii_lowercase()) {
                let range = at..at + name.len();
                if stands_alone(text, &range) {
                    add(range, MarkKind::Name);
                }
            }
        }
        all.sort_by_key(|m| (m.range.start, std::cmp::Reverse(m.range.end)));
        let mut end = 0;
        all.retain(|m| {
            let outside = m.range.start >= end;
            end = end.max(m.range.end);
            outside
        });
        all
    }

    /// Paths of this machine: below a folder of the user, in a place where users live, or in a folder that this machine has at its top
    /// and that is not the same everywhere.
    fn paths(&self, text: &str, add: &mut impl FnMut(Range<usize>, MarkKind)) {
        let is_part = |c: char| c.is_alphanumeric() || "._-+@~/".contains(c);
        let mut from = 0;
        while let Some(at) = text[from..].find('/').map(|at| from + at) {
            let before = text[..at].chars().next_back();
            let address = text[..at].ends_with("://");
            let rest = &text[at..];
            if rest.starts_with("//") {
                // A comment, or an address: what stands behind it begins anew.
                from = at + 2;
                continue;
            }
            let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
            let path = rest[..end].trim_end_matches(['.', '/', '-', '~', '@', '+']);
            from = at + end.max(1);
            if before.is_some_and(|c| is_part(c) || matches!(c, '<' | ')' | ']' | '}' | '*' | '\\'))
                && !address
            {
                continue;
            }
            if self.is_own(path) {
                add(at..at + path.len(), MarkKind::Path);
            }
        }
        for (at, _) in text.match_indices(":\\Users\\") {
            let start = text[..at].char_indices().next_back().map_or(at, |(i, _)| i);
            let rest = &text[at + 1..];
            let end = rest.find(|c: char| c.is_whitespace() || "\"'<>|;,)".contains(c));
            add(start..at + 1 + end.unwrap_or(rest.len()), MarkKind::Path);
        }
    }

    fn is_own(&self, path: &str) -> bool {
        let below = |folder: &String| {
            let rest = path.strip_prefix(folder.as_str());
            rest.is_some_and(|r| r.is_empty() || r.starts_with('/'))
        };
        if self.folders.iter().any(below) {
            return true;
        }
        let mut parts = path.split('/').skip(1);
        let (Some(first), Some(second)) = (parts.next(), parts.next()) else {
            return false;
        };
        if second.is_empty() {
            return false;
        }
        USERS.contains(&first)
            || (self.roots.iter().any(|r| r == first) && !SAME_EVERYWHERE.contains(&first))
    }
}

/// Folders in which users have theirs.
const USERS: [&str; 4] = ["home", "Users", "root", "Volumes"];

/// Folders at the top that tell nothing of a machine, and the places that reheat's sandbox has.
const SAME_EVERYWHERE: [&str; 22] = [
    "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "dev", "proc", "sys", "run",
    "boot", "tmp", "var", "opt", "work", "prog", "project", "deps", "data", "checker",
];

/// Names of users and machines that stand for nobody.
const EVERYBODYS: [&str; 34] = [
    "root",
    "user",
    "users",
    "admin",
    "guest",
    "test",
    "tests",
    "tester",
    "runner",
    "build",
    "builder",
    "ubuntu",
    "debian",
    "fedora",
    "arch",
    "alpine",
    "linux",
    "localhost",
    "localdomain",
    "node",
    "python",
    "dev",
    "developer",
    "main",
    "app",
    "docker",
    "container",
    "vagrant",
    "vscode",
    "codespace",
    "git",
    "www-data",
    "nobody",
    "server",
];

/// Whether a text is long and odd enough to be a key; "true" and "ollama" are none.
fn is_secret(text: &str) -> bool {
    let word = text
        .bytes()
        .all(|b| b.is_ascii_alphabetic() || b"-_/. ".contains(&b));
    text.len() >= 8 && (!word || text.len() >= 24) && !text.starts_with('/')
}

/// How keys of well-known services begin, and how many characters follow at least.
const BEGINNINGS: [(&str, usize); 19] = [
    ("sk-", 18),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("github_pat_", 22),
    ("glpat-", 18),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xapp-", 20),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("hf_", 30),
    ("npm_", 30),
    ("pypi-", 30),
    ("gsk_", 30),
];

fn keys(text: &str, add: &mut impl FnMut(Range<usize>, MarkKind)) {
    for word in PRIVATE_KEY {
        for (at, _) in text.match_indices(word) {
            // From the line on which it begins to its end, or to the end of the text.
            let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
            let rest = &text[at..];
            let end = rest
                .find("-----END")
                .and_then(|e| Some(e + rest[e + 5..].find("-----")? + 10));
            add(start..at + end.unwrap_or(word.len()), MarkKind::Key);
        }
    }
    for (beginning, least) in BEGINNINGS {
        for (at, _) in text.match_indices(beginning) {
            let length = token(&text[at + beginning.len()..]);
            let odd = text[at + beginning.len()..][..length]
                .bytes()
                .any(|b| b.is_ascii_digit());
            if length >= least && odd && !text[..at].ends_with(is_token) {
                add(at..at + beginning.len() + length, MarkKind::Key);
            }
        }
    }
    // Signed tokens: three parts, the first two JSON in base64.
    for (at, _) in text.match_indices("eyJ") {
        let rest = &text[at..];
        let end = rest
            .find(|c| !is_token(c) && c != '.')
            .unwrap_or(rest.len());
        let parts: Vec<&str> = rest[..end].split('.').collect();
        if parts.len() == 3 && parts[1].starts_with("eyJ") && !text[..at].ends_with(is_token) {
            add(at..at + end, MarkKind::Key);
        }
    }
    for (at, _) in text.match_indices("://") {
        let rest = &text[at + 3..];
        if begins_with_password(rest) {
            add(
                at + 3..at + 3 + rest.find('@').unwrap_or_default(),
                MarkKind::Key,
            );
        }
    }
    given(text, add);
}

/// What is given to a name that says that it is a key: `api_key = "x7Gh…"`, `Authorization: Bearer x7Gh…`.
fn given(text: &str, add: &mut impl FnMut(Range<usize>, MarkKind)) {
    let lower = text.to_ascii_lowercase();
    for name in KEY_NAMES
        .iter()
        .chain(&["authorization", "bearer", "credential"])
    {
        for (at, _) in lower.match_indices(name) {
            let mut from = at + name.len();
            from += text[from..]
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or_default();
            let said = &text[from..];
            let value = said.trim_start_matches([' ', '\t', '=', ':', '"', '\'', '`']);
            let value = value.strip_prefix("Bearer ").unwrap_or(value);
            let start = text.len() - value.len();
            if start - from > 20 || start == from {
                continue;
            }
            let length = value
                .find(|c: char| !is_token(c) && !"+/=.~".contains(c))
                .unwrap_or(value.len());
            let bytes = &value.as_bytes()[..length];
            let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
            let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
            if length >= 16 && digits >= 3 && letters >= 3 && !value[..length].contains("..") {
                add(start..start + length, MarkKind::Key);
            }
        }
    }
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// Bytes of a token at the beginning of a text.
fn token(text: &str) -> usize {
    text.find(|c| !is_token(c)).unwrap_or(text.len())
}

/// Whether a word is no part of another one.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    let before = text.get(..range.start).and_then(|t| t.chars().next_back());
    let after = text.get(range.end..).and_then(|t| t.chars().next());
    !before.is_some_and(joins) && !after.is_some_and(joins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Own {
        Own {
            names: vec!["ada".into(), "root".into(), "difference-engine".into()],
            folders: vec!["/srv/ada".into(), "/".into()],
            roots: ["usr", "etc", "srv", "nfs"].map(String::from).into(),
            secrets: vec!["hunter2-hunter2".into(), "ollama".into()],
        }
        .sorted()
    }

    fn found(text: &str) -> Vec<String> {
        own()
            .marks(text)
            .into_iter()
            .map(|m| text[m.range].to_owned())
            .collect()
    }

    #[test]
    fn keys_paths_and_names_are_found() {
        for (text, mark) in [
            (
                "key: sk-abcdefghij0123456789xyz!",
                "sk-abcdefghij0123456789xyz",
            ),
            (
                "x = 'ghp_0123456789abcdefghijABCDEFGHIJ012345'",
                "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            ),
            ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
            ("api_key = \"q7Wd82hhGs9aLmP04x\"", "q7Wd82hhGs9aLmP04x"),
            (
                "Authorization: Bearer q7Wd82hhGs9aLmP04x",
                "q7Wd82hhGs9aLmP04x",
            ),
            ("https://me:pw@example.org/x", "me:pw"),
            ("so hunter2-hunter2 it is", "hunter2-hunter2"),
            ("open('/home/x/words.txt')", "/home/x/words.txt"),
            ("file:///Users/x/a.py", "/Users/x/a.py"),
            ("see /srv/ada/p.py.", "/srv/ada/p.py"),
            ("see /nfs/team/p.py, then", "/nfs/team/p.py"),
            ("C:\\Users\\ada\\x.py", "C:\\Users\\ada\\x.py"),
            ("# by Ada", "Ada"),
            ("ada@difference-engine:~$", "ada"),
        ] {
            assert_eq!(
                found(text).first().map(String::as_str),
                Some(mark),
                "{text}"
            );
        }
        let pem = "x\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\ny";
        assert_eq!(found(pem), [&pem[2..pem.len() - 2]]);
    }

    #[test]
    fn code_that_only_looks_like_it_is_left_alone() {
        for fine in [
            "token = tokens[i]",
            "secret = input().strip()",
            "password: str = ''",
            "for token in text.split('/'):",
            "#!/usr/bin/env python3",
            "open('/etc/hosts'); open('/tmp/x/y')",
            "a/home/b",
            "http://example.org/home/x",
            "</home/x>",
            "x = a /srv/ b",
            "adapt the Canada",
            "File \"/prog/main.py\", line 3",
            "re.compile(r'[a-z]/[0-9]')",
            "sk-learn and task-0123456789012345678901234",
            "root of the tree",
            "api_key_is_missing_in_the_configuration_1",
            "tokens_per_second = 0.123456789012345678",
            "ollama",
        ] {
            assert_eq!(found(fine), Vec::<String>::new(), "{fine}");
        }
    }
}
