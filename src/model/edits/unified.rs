//! Reading unified diffs. The line numbers of models are seldom right: hunks are found by their lines alone.

use super::edit::{Edit, Reading, is_file, numbered};

/// Whether a text begins as a unified diff does.
pub(super) fn is_diff(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|l| l.trim().is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next());
    first.starts_with("diff --git ")
        || first.starts_with("@@ ") && !first.starts_with("@@ =")
        || first.starts_with("--- ") && second.is_some_and(|l| l.starts_with("+++ "))
}

/// The diff in a text without fences.
pub(super) fn bare(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let start = (0..lines.len()).find(|i| {
        let after = lines.get(i + 1).copied().unwrap_or_default();
        lines[*i].starts_with("--- ") && after.starts_with("+++ ")
    })?;
    let ours = |l: &&&str| {
        l.is_empty()
            || l.starts_with([' ', '+', '-', '@', '\\'])
            || l.starts_with("diff ")
            || l.starts_with("index ")
    };
    let body: Vec<&str> = lines[start..].iter().take_while(ours).copied().collect();
    Some(body.join("\n"))
}

/// All hunks of diffs, of which each begins anew.
///
/// # Errors
/// What is not well formed.
pub(super) fn read(texts: &[&str], file_name: &str) -> Result<Vec<Edit>, String> {
    let mut hunks = Vec::new();
    for text in texts {
        hunks.extend(hunks_of(text, file_name)?);
    }
    if hunks.is_empty() {
        return Err("the diff changes nothing".to_owned());
    }
    let count = hunks.len();
    let mut edits = Vec::new();
    for (index, mut hunk) in hunks.into_iter().enumerate() {
        let name = numbered("hunk", index, count) + " of the diff";
        while hunk.last().is_some_and(|l| l.is_empty()) {
            hunk.pop();
        }
        let mut reading = Reading::default();
        for line in hunk {
            let (sign, said) = match line.chars().next() {
                // The blank that such a line begins with is easily lost.
                None => (' ', ""),
                Some(sign) => (sign, line.get(sign.len_utf8()..).unwrap_or_default()),
            };
            match sign {
                ' ' => {
                    reading.search.push(said.to_owned());
                    reading.replace.push(said.to_owned());
                }
                '-' => reading.search.push(said.to_owned()),
                '+' => reading.replace.push(said.to_owned()),
                _ => {
                    return Err(format!(
                        "{name} has the line `{}`, which begins with neither a blank, a plus nor a minus",
                        line.trim()
                    ));
                }
            }
        }
        edits.push(Edit {
            name,
            readings: vec![reading],
        });
    }
    Ok(edits)
}

/// The hunks of one diff that change something, as lines with their signs.
fn hunks_of<'a>(text: &'a str, file_name: &str) -> Result<Vec<Vec<&'a str>>, String> {
    let mut hunks: Vec<Vec<&str>> = Vec::new();
    let mut in_head = true;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("--- ") && lines.peek().is_some_and(|l| l.starts_with("+++ ")) {
            let named = lines.next().unwrap_or_default();
            let named = named.trim_start_matches('+').trim();
            let named = named.split('\t').next().unwrap_or_default();
            if !is_file(named, file_name) && named != "/dev/null" {
                return Err(format!(
                    "the diff is for {named}, but only {file_name} may change"
                ));
            }
            in_head = true;
        } else if line.starts_with("@@") {
            in_head = false;
            hunks.push(Vec::new());
        } else if line.starts_with("diff --git ") {
            in_head = true;
        } else if line.starts_with('\\') {
            // `\ No newline at end of file`
        } else if !in_head {
            if let Some(hunk) = hunks.last_mut() {
                hunk.push(line);
            }
        } else if line.starts_with([' ', '+', '-']) && !line.trim().is_empty() {
            // Hunks without a head of their own.
            in_head = false;
            hunks.push(vec![line]);
        }
    }
    hunks.retain(|hunk| hunk.iter().any(|l| l.starts_with(['+', '-'])));
    Ok(hunks)
}
