//! stub
use std::path::Path;
#[derive(Clone, Debug, Default, serde::Serialize)]
#[allow(missing_docs)]
pub struct FailureContext { pub case: String, pub reason: String, pub input: String, pub expected: String, pub got: String, pub stderr: String }
#[derive(Clone, Debug, Default, serde::Serialize)]
#[allow(missing_docs)]
pub struct HistoryEntry { pub version: String, pub idea: String, pub verdict: String, pub outcome: String }
#[derive(Clone, Debug, Default, serde::Serialize)]
#[allow(missing_docs)]
pub struct PromptContext { pub statement: String, pub objective: String, pub objective_words: String, pub language: String, pub language_tag: String, pub language_version: String, pub file_name: String, pub code: String, pub version: String, pub passes: bool, pub verdict: String, pub cases_passed: usize, pub cases_total: usize, pub figures: String, pub against_baseline: String, pub failure: Option<FailureContext>, pub history: Vec<HistoryEntry>, pub hint: String, pub cores: usize, pub machine: String, pub time_limit: String, pub memory_limit: String }
/// stub
#[derive(Clone, Debug, Default)]
pub struct Template;
impl Template {
    /// stub
    pub fn load(_name: &str, _dir: Option<&Path>) -> Result<Self, String> { Ok(Self) }
    /// stub
    pub fn render(&self, c: &PromptContext) -> Result<String, String> { serde_json::to_string_pretty(c).map_err(|e| e.to_string()) }
}
