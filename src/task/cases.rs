//! Reading the cases of a workload: a folder of `NAME.in` and `NAME.out`, or JSON lines.
//!
//! Inputs are bytes and stay bytes. Every complaint names the file, the line where there is one, and what to do.

use crate::base::words::plural;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::reading::{invalid, plain_name};
use super::{Case, TaskError};
use crate::base::units::Bytes;

/// All inputs and outputs of a workload together may have at most this many bytes.
pub(crate) const MAX_TOTAL: u64 = 1_000_000_000;

/// Help for a user who has no cases yet.
pub(crate) const HOW_CASES_LOOK: &str = "\
Cases are a folder with an input and, if you have it, the expected output of each case:
    cases/01.in     what the program reads on standard input
    cases/01.out    what it should print (leave it out and the original's own output is expected)
or a file of JSON lines, one case a line:
    {\"input\": \"3\\n1 2 3\\n\", \"output\": \"6\\n\"}";

/// The cases that were read, and what was noticed on the way.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    /// In natural order of their names.
    pub cases: Vec<Case>,
    /// Remarks for the user that are no errors, such as files that were ignored.
    pub notes: Vec<String>,
}

/// Reads the cases of a folder or a file of JSON lines, in natural order of their names.
///
/// # Errors
/// What is wrong, in one sentence that names the file and the line.
pub fn read_cases(path: &Path) -> Result<Cases, TaskError> {
    read_capped(path, MAX_TOTAL)
}

fn read_capped(path: &Path, cap: u64) -> Result<Cases, TaskError> {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(invalid(format!(
                "there are no cases at {}: no such file or folder\n{HOW_CASES_LOOK}",
                path.display()
            )));
        }
        Err(why) => {
            return Err(TaskError::read(path, why));
        }
    };
    let mut found = if meta.is_dir() {
        from_folder(path, cap)?
    } else {
        from_lines(path, cap)?
    };
    found.cases.sort_by(|a, b| natural(&a.name, &b.name));
    Ok(found)
}

/// Keeps count of what was read, so that a wrong path does not fill the memory.
struct ReadBudget<'a> {
    left: u64,
    cap: u64,
    path: &'a Path,
}

impl ReadBudget<'_> {
    fn read(&mut self, path: &Path) -> Result<Vec<u8>, TaskError> {
        let fail = |why| TaskError::read(path, why);
        let meta = std::fs::metadata(path).map_err(fail)?;
        if !meta.is_file() {
            return Err(invalid(format!(
                "{} is not a regular file, so it cannot be read as a case",
                path.display()
            )));
        }
        self.left = self.left.checked_sub(meta.len()).ok_or_else(|| {
            invalid(format!(
                "the cases in {} are too large: {} and more with {}, at most {} in all; use fewer or smaller cases",
                self.path.display(),
                Bytes(self.cap - self.left + meta.len()),
                path.display(),
                Bytes(self.cap)
            ))
        })?;
        std::fs::read(path).map_err(fail)
    }
}

fn from_folder(dir: &Path, cap: u64) -> Result<Cases, TaskError> {
    let fail = |why| TaskError::read(dir, why);
    let (mut inputs, mut outputs, mut ignored) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for entry in std::fs::read_dir(dir).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let file = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        if let Some(name) = file.strip_suffix(".in").filter(|n| !n.is_empty()) {
            inputs.insert(name.to_owned(), path);
        } else if let Some(name) = file.strip_suffix(".out").filter(|n| !n.is_empty()) {
            outputs.insert(name.to_owned(), path);
        } else if !file.starts_with('.') {
            ignored.push(file);
        }
    }
    if let Some(name) = outputs.keys().find(|n| !inputs.contains_key(*n)) {
        return Err(invalid(format!(
            "{}: there is {name}.out but no {name}.in; every case needs an input (an empty file if it reads nothing)",
            dir.display()
        )));
    }
    if inputs.is_empty() {
        let seen = match ignored.as_slice() {
            [] => "it is empty".to_owned(),
            [one, ..] => format!(
                "it holds {} other file{} ({one}{})",
                ignored.len(),
                plural(ignored.len()),
                if ignored.len() > 1 { ", …" } else { "" }
            ),
        };
        return Err(invalid(format!(
            "{} holds no cases: {seen}\n{HOW_CASES_LOOK}",
            dir.display()
        )));
    }
    let mut budget = ReadBudget {
        left: cap,
        cap,
        path: dir,
    };
    let mut cases = Vec::with_capacity(inputs.len());
    for (name, path) in inputs {
        let input = Arc::from(budget.read(&path)?);
        let expected = outputs
            .get(&name)
            .map(|p| budget.read(p))
            .transpose()?
            .map(Arc::from);
        cases.push(Case {
            name,
            input,
            expected,
            status: None,
            held_out: false,
        });
    }
    ignored.sort_by(|a, b| natural(a, b));
    let notes = match ignored.len() {
        0 => Vec::new(),
        n => vec![format!(
            "{}: ignored {n} file{} that {} neither .in nor .out: {}{}",
            dir.display(),
            plural(n),
            if n == 1 { "is" } else { "are" },
            ignored[..n.min(3)].join(", "),
            if n > 3 { ", …" } else { "" }
        )],
    };
    Ok(Cases { cases, notes })
}

fn from_lines(path: &Path, cap: u64) -> Result<Cases, TaskError> {
    let bytes = ReadBudget {
        left: cap,
        cap,
        path,
    }
    .read(path)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let lines: Vec<(usize, &[u8])> = text
        .split(|b| *b == b'\n')
        .enumerate()
        .map(|(i, l)| (i + 1, l.trim_ascii()))
        .filter(|(_, l)| !l.is_empty())
        .collect();
    if lines.is_empty() {
        return Err(invalid(format!(
            "{} holds no cases: it is empty\n{HOW_CASES_LOOK}",
            path.display()
        )));
    }
    let width = lines.len().to_string().len().max(2);
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut cases = Vec::with_capacity(lines.len());
    for (i, (number, line)) in lines.iter().enumerate() {
        let at = format!("{}:{number}", path.display());
        let case = case_of_line(line, &at, format!("{:0width$}", i + 1))?;
        if let Some(first) = taken.insert(case.name.clone(), *number) {
            return Err(invalid(format!(
                "{at}: the name `{}` is already taken by line {first}; every case needs a name of its own",
                case.name
            )));
        }
        cases.push(case);
    }
    Ok(Cases {
        cases,
        notes: Vec::new(),
    })
}

/// One line of JSON as a case; `at` is the place for complaints.
fn case_of_line(line: &[u8], at: &str, default_name: String) -> Result<Case, TaskError> {
    let line = std::str::from_utf8(line).map_err(|e| {
        invalid(format!("{at}: not valid UTF-8 at byte {} of the line; put binary input into a folder as NAME.in instead", e.valid_up_to() + 1))
    })?;
    let parsed: Value = serde_json::from_str(line).map_err(|e| {
        let column = e.column();
        let why = e.to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        invalid(format!("{at}: not JSON ({why}, column {column}); each line is one case: {{\"input\": \"…\", \"output\": \"…\"}}"))
    })?;
    let Value::Object(mut fields) = parsed else {
        let hint = if parsed.is_array() {
            "; write one object a line instead of a list"
        } else {
            ""
        };
        return Err(invalid(format!(
            "{at}: a case must be an object {{\"input\": \"…\", \"output\": \"…\"}}, this is {}{hint}",
            kind_of(&parsed)
        )));
    };
    let input = match fields.remove("input") {
        Some(v) => text_of(v, "input", at)?,
        None => {
            let there: Vec<_> = fields
                .keys()
                .take(5)
                .map(|k| format!("`{}`", k.escape_debug()))
                .collect();
            let there = if there.is_empty() {
                "no keys at all".into()
            } else {
                there.join(", ")
            };
            return Err(invalid(format!(
                "{at}: a case without `input` (it has {there}); give the text that the program reads, \"\" if it reads nothing"
            )));
        }
    };
    let expected = match fields.remove("output") {
        None | Some(Value::Null) => None,
        Some(v) => Some(Arc::from(text_of(v, "output", at)?.into_bytes())),
    };
    let name = match fields.remove("name") {
        None | Some(Value::Null) => default_name,
        Some(v) => text_of(v, "name", at)?,
    };
    // Data sets have keys of their own, which are ignored; a misspelt key of ours would be ignored silently as well.
    let meant = fields.keys().find_map(|key| {
        let near = ["output", "name"]
            .into_iter()
            .find(|k| strsim::levenshtein(k, key) <= 2)?;
        Some((key.escape_debug().to_string(), near))
    });
    if let Some((key, near)) = meant {
        return Err(invalid(format!(
            "{at}: the key `{key}` is not known; did you mean `{near}`?"
        )));
    }
    if !plain_name(&name) {
        return Err(invalid(format!(
            "{at}: the name {name:?} cannot be used; a name becomes a file name, so keep it short and without / \\ : * ? \" < > |"
        )));
    }
    Ok(Case {
        name,
        input: Arc::from(input.into_bytes()),
        expected,
        status: None,
        held_out: false,
    })
}

fn text_of(value: Value, key: &str, at: &str) -> Result<String, TaskError> {
    match value {
        Value::String(s) => Ok(s),
        other => {
            let hint = match key {
                "name" => "put it in quotes",
                _ => {
                    "the program reads and prints plain text, so write that text as a string, for example \"3\\n1 2 3\\n\""
                }
            };
            Err(invalid(format!(
                "{at}: `{key}` must be a string, this is {}; {hint}",
                kind_of(&other)
            )))
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The order in which people number things: `2` before `10`, `case-9` before `case-10`.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.as_bytes(), b.as_bytes());
    loop {
        let (Some(p), Some(q)) = (x.first(), y.first()) else {
            // Equal but for leading zeros: the bytes decide, so that the order is total.
            return x.len().cmp(&y.len()).then_with(|| a.cmp(b));
        };
        if p.is_ascii_digit() && q.is_ascii_digit() {
            let (m, rest_x) = leading_number(x);
            let (n, rest_y) = leading_number(y);
            match m.len().cmp(&n.len()).then_with(|| m.cmp(n)) {
                Ordering::Equal => (x, y) = (rest_x, rest_y),
                order => return order,
            }
        } else if p != q {
            return p.cmp(q);
        } else {
            (x, y) = (&x[1..], &y[1..]);
        }
    }
}

/// The digits at the start without leading zeros, and what follows them.
fn leading_number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text
        .iter()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(text.len());
    let zeros = text[..end].iter().position(|b| *b != b'0').unwrap_or(end);
    (&text[zeros..end], &text[end..])
}

#[cfg(test)]
#[path = "cases_tests.rs"]
mod tests;
