//! Writes the prompt: one of our templates or the user's own, filled with what is known.
//!
//! Templates are text with `{{ name }}`, `{% if name %}…{% endif %}` and `{% for x in list %}…{% endfor %}` (minijinja).
//! [`PromptContext`] lists the names; an unknown name is an error, so that a typo is seen at once.

use std::path::Path;
use std::sync::Arc;

use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

/// Templates that come with the program.
const OWN: [(&str, &str); 2] = [
    ("default", include_str!("../../assets/prompts/default.md")),
    (
        "afterburner",
        include_str!("../../assets/prompts/afterburner.md"),
    ),
];

/// What a template can use. Texts are ready to be shown; empty ones count as false in `{% if … %}`.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct PromptContext {
    /// The problem in words; may be empty.
    pub(crate) statement: String,
    /// `time`, `memory` or `integral`.
    pub(crate) objective: String,
    /// `faster (less time)`.
    pub(crate) objective_words: String,
    /// `Python`.
    pub(crate) language: String,
    /// Tag of a fenced block: `python`.
    pub(crate) language_tag: String,
    /// `Python 3.11.2`.
    pub(crate) language_version: String,
    /// `solution.py`.
    pub(crate) file_name: String,
    /// The code to change; empty when there is none yet.
    pub(crate) code: String,
    /// Whether the code is so long that SEARCH/REPLACE blocks are asked for in place of all of it.
    pub(crate) edits: bool,
    /// `Grid.nearest`, `lines 40–80`: the part of the file that the code is; empty where it is the whole file.
    #[serde(rename = "target")]
    pub(crate) region: String,
    /// What the region calls and needs of its file, as code; may be empty.
    pub(crate) surroundings: String,
    /// How a version is judged, where it is not a program that reads standard input: one or two sentences.
    pub(crate) judged_by: String,
    /// `v2`.
    pub(crate) version: String,
    /// Whether the code passes every case.
    pub(crate) passes: bool,
    /// `accepted`, `wrong answer` …
    pub(crate) verdict: String,
    /// Cases that it passes, held-out ones not counted.
    pub(crate) cases_passed: usize,
    /// Cases in all, held-out ones not counted.
    pub(crate) cases_total: usize,
    /// Held-out cases: checked like the others, but never described to the model.
    pub(crate) held_out: usize,
    /// Its figures with units; empty if it was not timed.
    pub(crate) figures: String,
    /// Its figures against v0, in words; empty for v0 itself.
    pub(crate) against_baseline: String,
    /// Where it fails, if it does.
    pub(crate) failure: Option<FailureContext>,
    /// One of the shown inputs; `None` where inputs say nothing, or where one that fails is shown.
    pub(crate) example: Option<ExampleContext>,
    /// What was tried in earlier rounds, oldest first.
    pub(crate) history: Vec<HistoryEntry>,
    /// The developer's hint; may be empty.
    pub(crate) hint: String,
    /// Cores that may be used.
    pub(crate) cores: usize,
    /// Processor and system.
    pub(crate) machine: String,
    /// `10.0 s`.
    pub(crate) time_limit: String,
    /// `512 MB`.
    pub(crate) memory_limit: String,
}

/// Where the code fails; every text is cut to size.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct FailureContext {
    /// Name of the case; empty for a build that failed.
    pub(crate) case: String,
    pub(crate) reason: String,
    /// Start of the input.
    pub(crate) input: String,
    /// What was expected.
    pub(crate) expected: String,
    /// What came instead.
    pub(crate) got: String,
    /// End of standard error, or the compiler's words.
    pub(crate) stderr: String,
}

/// One input, that which costs most.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ExampleContext {
    /// Name of the case.
    pub(crate) case: String,
    /// Its size, and its part of what all cost, as the rest of a sentence: `is 1.2 MB long`.
    pub(crate) about: String,
    /// Start of the input.
    pub(crate) input: String,
}

/// One earlier try.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct HistoryEntry {
    /// `v3`.
    pub(crate) version: String,
    /// What it tried, in the model's own words.
    pub(crate) idea: String,
    pub(crate) verdict: String,
    /// How it compared, or why it failed.
    pub(crate) outcome: String,
}

/// A template cannot be found, read or filled: which, where, why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(String);

/// A prompt's template, known to be well formed.
#[derive(Clone, Debug)]
pub struct Template {
    name: String,
    text: Arc<str>,
}

impl Template {
    /// The template of that name: from the folder where there is one (`NAME.md`), else one of ours. A path is taken as it is.
    ///
    /// # Errors
    /// The names there are, or the line that is not well formed.
    pub fn load(name: &str, folder: Option<&Path>) -> Result<Self, TemplateError> {
        let is_path =
            name.contains(['/', '\\']) || Path::new(name).extension().is_some_and(|e| e == "md");
        let file = if is_path {
            Some(Path::new(name).to_owned())
        } else {
            folder.map(|f| f.join(format!("{name}.md")))
        };
        if let Some(file) = file.filter(|f| is_path || f.is_file()) {
            let text = std::fs::read_to_string(&file).map_err(|e| {
                TemplateError(format!("cannot read the template {}: {e}", file.display()))
            })?;
            return Self::new(file.display().to_string(), &text);
        }
        match OWN.iter().find(|(own, _)| *own == name) {
            Some((_, text)) => Self::new(name, text),
            None => Err(TemplateError(format!(
                "there is no template `{name}`; there is {}",
                names(folder).join(", ")
            ))),
        }
    }

    /// A template of this text.
    ///
    /// # Errors
    /// The line that is not well formed, or a name that does not exist.
    pub fn new(name: impl Into<String>, text: &str) -> Result<Self, TemplateError> {
        let template = Self {
            name: name.into(),
            text: text.trim_start_matches('\u{feff}').into(),
        };
        // Filled once with every value and once with none, so that an error shows now and not in round 7.
        template.render(&everything())?;
        template.render(&PromptContext::default())?;
        Ok(template)
    }

    /// The name by which it was loaded.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The prompt.
    ///
    /// # Errors
    /// The line that cannot be filled.
    pub(crate) fn render(&self, context: &PromptContext) -> Result<String, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.add_function("fence", fence);
        let prompt = environment.render_str(&self.text, context).map_err(|e| {
            let line = e.line().map(|l| format!(" line {l}")).unwrap_or_default();
            let detail = e.detail().map(|d| format!(": {d}")).unwrap_or_default();
            TemplateError(format!(
                "the template {}{line} is not right: {}{detail}",
                self.name,
                e.kind()
            ))
        })?;
        Ok(few_blank_lines(&prompt))
    }
}

/// Names of all templates: ours, and those of the folder.
pub(crate) fn names(folder: Option<&Path>) -> Vec<String> {
    let own = OWN.iter().map(|(name, _)| (*name).to_owned());
    let files = folder
        .and_then(|f| std::fs::read_dir(f).ok())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let theirs = files
        .filter(|f| f.extension().is_some_and(|e| e == "md"))
        .filter_map(|f| Some(f.file_stem()?.to_str()?.to_owned()));
    let mut all: Vec<String> = own.chain(theirs).collect();
    all.sort();
    all.dedup();
    all
}

/// `{{ fence(text, "python") }}`: the text in a fenced block whose fence is longer than any inside.
fn fence(text: &str, tag: Option<&str>) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let mark = "`".repeat((longest + 1).max(3));
    format!(
        "{mark}{}\n{}\n{mark}",
        tag.unwrap_or(""),
        text.trim_end_matches('\n')
    )
}

/// Parts that are left out leave gaps: outside of fenced blocks one blank line in a row is enough.
fn few_blank_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    let mut blank = true;
    for line in text.lines() {
        let run = line.chars().take_while(|c| *c == '`').count();
        open = match open {
            None if run >= 3 => Some(run),
            Some(n) if run >= n && line.trim_end().len() == run => None,
            as_before => as_before,
        };
        let empty = line.trim().is_empty();
        if !(empty && blank && open.is_none()) {
            out.push_str(line);
            out.push('\n');
        }
        blank = empty;
    }
    format!("{}\n", out.trim_end())
}

fn everything() -> PromptContext {
    let text = || "x".to_owned();
    PromptContext {
        statement: text(),
        objective: text(),
        objective_words: text(),
        region: text(),
        surroundings: text(),
        judged_by: text(),
        language: text(),
        language_tag: text(),
        language_version: text(),
        file_name: text(),
        code: text(),
        edits: true,
        version: text(),
        passes: true,
        verdict: text(),
        cases_passed: 1,
        cases_total: 1,
        held_out: 1,
        figures: text(),
        against_baseline: text(),
        failure: Some(FailureContext {
            case: text(),
            reason: text(),
            input: text(),
            expected: text(),
            got: text(),
            stderr: text(),
        }),
        example: Some(ExampleContext {
            case: text(),
            about: text(),
            input: text(),
        }),
        history: vec![HistoryEntry {
            version: text(),
            idea: text(),
            verdict: text(),
            outcome: text(),
        }],
        hint: text(),
        cores: 1,
        machine: text(),
        time_limit: text(),
        memory_limit: text(),
    }
}

#[cfg(test)]
#[path = "prompt_tests.rs"]
mod tests;
