//! Reading the calls of a workload: a file of JSON lines, or a function of the user that makes them.

use std::path::{Path, PathBuf};

use serde_json::Value;
use serde_json::value::RawValue;

use super::{non_finite, tags};
use crate::task::harness::CallGenerator;
use crate::task::reading::{invalid, plain_name, read_bytes, read_text};
use crate::task::{Case, TaskError};

/// Help for a user who has no calls yet.
pub(crate) const HOW_CALLS_LOOK: &str = "\
Calls are a file of JSON lines, one call a line:
    {\"args\": [3, \"abc\"], \"kwargs\": {\"limit\": 10}}
    {\"args\": [[1.5, 2.5]], \"init\": {\"args\": [100]}}      for a method: `init` makes its object
    [3, \"abc\"]                                           only arguments
or a function that makes them, named like a target: calls.py::make (it may take a seed, and gives a list of such calls).";

/// Most cases into which lines are grouped.
const CASES: usize = 12;
/// Number of seeds for a generator that takes one.
const SEEDS: u64 = 8;
/// Largest file of calls.
const MAX_BYTES: u64 = 256_000_000;

/// The calls that were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallSet {
    /// In order; the expected outcomes are not known yet.
    pub(crate) cases: Vec<Case>,
    /// The function that makes the calls, where one does: a case's input is then its seed.
    pub(crate) generator: Option<CallGenerator>,
    /// Remarks for the user.
    pub(crate) notes: Vec<String>,
}

/// Reads what `--calls` names: a file of JSON lines, or `FILE.py::function`. A case is one line, up to twelve lines; more
/// are grouped into twelve cases of about the same size. A generator that takes a seed makes eight cases, another one case.
///
/// # Errors
/// A sentence that names the file and the line, and says what to write.
pub(crate) fn read(said: &str) -> Result<CallSet, TaskError> {
    if let Some((file, function)) = said.rsplit_once("::")
        && !Path::new(said).exists()
    {
        return generator(Path::new(file), function.trim());
    }
    let path = Path::new(said);
    let is_code = path.extension().is_some_and(|e| {
        ["py", "js", "mjs", "cjs", "ts", "mts", "cts"]
            .iter()
            .any(|c| e == *c)
    });
    if is_code {
        let text = read_text(path, "file with a generator")?;
        let names = functions(&text, path);
        let example = names.first().map_or("make", String::as_str);
        return Err(invalid(format!(
            "{said} is code, so say which of its functions makes the calls: {said}::{example}{}",
            listed(&names)
        )));
    }
    lines(path)
}

fn lines(path: &Path) -> Result<CallSet, TaskError> {
    if !path.exists() {
        return Err(invalid(format!(
            "there are no calls at {}: no such file\n{HOW_CALLS_LOOK}",
            path.display()
        )));
    }
    let bytes = read_bytes(path, "file of calls", MAX_BYTES)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut read = CallSet::default();
    let calls = match listed_in_brackets(text) {
        Some(items) => {
            read.notes.push(format!(
                "{} is one JSON list: each of its {} items is a call",
                path.display(),
                items.len()
            ));
            let items = items.into_iter().enumerate();
            named(
                path,
                items.map(|(i, item)| (format!("item {}", i + 1), item)),
            )?
        }
        None => {
            let lines = text.split(|b| *b == b'\n').enumerate();
            named(
                path,
                lines.map(|(i, line)| ((i + 1).to_string(), line.trim_ascii().to_vec())),
            )?
        }
    };
    if calls.is_empty() {
        return Err(invalid(format!(
            "{} has no calls in it\n{HOW_CALLS_LOOK}",
            path.display()
        )));
    }
    for range in dealt(&calls.iter().map(|(line, _)| line.len()).collect::<Vec<_>>()) {
        let (first, last) = (range.start + 1, range.end);
        let said = calls[range.start].1.as_deref();
        let free = |n: &&str| plain_name(n) && !read.cases.iter().any(|c| c.name == **n);
        let name = match said.filter(|n| first == last && free(n)) {
            Some(name) => name.to_owned(),
            None if first == last => first.to_string(),
            None => format!("{first}-{last}"),
        };
        let part: Vec<&[u8]> = calls[range].iter().map(|(line, _)| &**line).collect();
        read.cases.push(case(name, part.join(&b'\n')));
    }
    if calls.len() > CASES {
        read.notes.push(format!(
            "the {} calls of {} are judged and timed as {} cases of about the same size",
            calls.len(),
            path.display(),
            read.cases.len()
        ));
    }
    Ok(read)
}

/// A call as JSON on one line, and its name, if it has one.
type NamedCall = (Vec<u8>, Option<String>);

/// Calls with their names; empty ones are left out.
fn named(
    path: &Path,
    calls: impl Iterator<Item = (String, Vec<u8>)>,
) -> Result<Vec<NamedCall>, TaskError> {
    calls
        .filter(|(_, text)| !text.is_empty())
        .map(|(at, text)| {
            let text = non_finite::tagged(&text).into_owned();
            let name =
                call(&text).map_err(|why| invalid(format!("{}:{at}: {why}", path.display())))?;
            Ok((text, name))
        })
        .collect()
}

/// The items of a text that is one JSON list of calls, each on one line. `None` for lines of JSON, which a list of several
/// calls on one line would be too, unless all of its items are calls written as objects.
fn listed_in_brackets(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let text = text.trim_ascii();
    if !text.starts_with(b"[") {
        return None;
    }
    let whole = non_finite::tagged(text);
    let items: Vec<&RawValue> = serde_json::from_slice(&whole).ok()?;
    let is_object = |item: &&RawValue| {
        let value: Option<Value> = serde_json::from_str(item.get()).ok();
        value.is_some_and(|v| v.get("args").is_some_and(Value::is_array))
    };
    let is_call = |item: &&RawValue| item.get().starts_with(['[', '{']);
    let several_lines = text.contains(&b'\n');
    let are_calls = if several_lines {
        items.iter().all(is_call)
    } else {
        items.iter().all(is_object)
    };
    // A line break stands between the parts of a value, never within a text.
    let one_line = |item: &RawValue| item.get().replace(['\n', '\r'], " ").into_bytes();
    (are_calls && !items.is_empty()).then(|| items.into_iter().map(one_line).collect())
}

fn case(name: String, input: Vec<u8>) -> Case {
    Case {
        name,
        input: input.into(),
        expected: None,
        status: None,
        held_out: false,
    }
}

/// Checks one line; returns its name if it has one.
fn call(line: &[u8]) -> Result<Option<String>, String> {
    let value: Value = serde_json::from_slice(line).map_err(|e| {
        let what = e.to_string();
        let what = what.split(" at line ").next().unwrap_or_default();
        let hint = if line == b"[" || line == b"{" {
            "; a call must be on one line"
        } else {
            ""
        };
        format!(
            "this is not JSON ({what}, column {}){hint}; write {{\"args\": [1, 2]}}",
            e.column()
        )
    })?;
    match &value {
        Value::Array(_) => tags::check(&value).map(|()| None),
        Value::Object(map) => {
            tags::parts(map, "a call", &["args", "kwargs", "init", "name"])?;
            if let Some(init) = map.get("init").and_then(Value::as_object) {
                tags::parts(init, "`init`", &["args", "kwargs", "class"])?;
            }
            Ok(map.get("name").and_then(Value::as_str).map(str::to_owned))
        }
        _ => Err("a call is an object or a list of arguments; write {\"args\": [1, 2]}".into()),
    }
}

/// Neighbouring lines in at most [`CASES`] groups of about the same size.
fn dealt(sizes: &[usize]) -> Vec<std::ops::Range<usize>> {
    if sizes.len() <= CASES {
        return (0..sizes.len()).map(|i| i..i + 1).collect();
    }
    let total: usize = sizes.iter().sum();
    let (mut groups, mut start, mut seen) = (Vec::with_capacity(CASES), 0, 0);
    for (i, size) in sizes.iter().enumerate() {
        seen += size;
        let left = CASES - groups.len();
        // A group ends where its share of all bytes is reached, or where every line that is left needs a group.
        let full = seen * CASES >= total * (groups.len() + 1);
        if left > 1 && (full || sizes.len() - i == left) {
            groups.push(start..i + 1);
            start = i + 1;
        }
    }
    if start < sizes.len() {
        groups.push(start..sizes.len());
    }
    groups
}

fn generator(file: &Path, function: &str) -> Result<CallSet, TaskError> {
    let text = read_text(file, "file with a generator")?;
    let names = functions(&text, file);
    if !names.iter().any(|n| n == function) {
        return Err(invalid(format!(
            "{} has no function `{function}` at its top level{}",
            file.display(),
            listed(&names)
        )));
    }
    let absolute: PathBuf = std::path::absolute(file).map_err(|why| TaskError::read(file, why))?;
    let cases = if takes_nothing(&text, function) {
        vec![case("1".into(), b"{}".to_vec())]
    } else {
        (1..=SEEDS)
            .map(|seed| {
                case(
                    format!("seed-{seed}"),
                    format!("{{\"seed\": {seed}}}").into_bytes(),
                )
            })
            .collect()
    };
    Ok(CallSet {
        cases,
        generator: Some(CallGenerator {
            file: absolute,
            function: function.to_owned(),
        }),
        notes: Vec::new(),
    })
}

fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => {
            let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
            format!(" (it has {})", shown.join(", "))
        }
    }
}

/// Functions at the top level of a Python or JavaScript file, found by their usual forms.
fn functions(text: &str, file: &Path) -> Vec<String> {
    let python = file.extension().is_some_and(|e| e == "py");
    text.lines()
        .filter_map(|line| function_in(line, python))
        .collect()
}

fn function_in(line: &str, python: bool) -> Option<String> {
    let mut rest = line.trim_end();
    if python {
        rest = rest
            .strip_prefix("async ")
            .unwrap_or(rest)
            .strip_prefix("def ")?;
        return name_at(rest);
    }
    for word in ["export ", "default ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    if let Some(after) = rest.strip_prefix("function") {
        return name_at(after.trim_start_matches([' ', '*']));
    }
    let assigned = ["const ", "let ", "var ", "exports.", "module.exports."]
        .iter()
        .find_map(|word| rest.strip_prefix(word))?;
    let is_function = assigned.contains("=>") || assigned.contains("function");
    name_at(assigned).filter(|_| is_function)
}

fn name_at(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// Whether the parentheses behind the function's name are empty.
fn takes_nothing(text: &str, function: &str) -> bool {
    let python_or_js = [
        format!("def {function}"),
        format!("function {function}"),
        format!("function* {function}"),
        format!("{function} ="),
    ];
    python_or_js.iter().any(|head| {
        text.match_indices(head.as_str()).any(|(at, _)| {
            let rest = &text[at + head.len()..];
            let inside = rest.find('(').map(|open| rest[open + 1..].trim_start());
            let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
            let near = rest.find('(').is_some_and(|open| {
                ends && rest[..open]
                    .chars()
                    .all(|c| c.is_alphanumeric() || " *=".contains(c))
            });
            near && inside.is_some_and(|i| i.starts_with(')'))
        })
    })
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
