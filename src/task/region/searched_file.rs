//! A file in which a region is looked for, and the making of a region from what was found.

use std::path::Path;
use std::sync::Arc;

use super::grammar::{Grammar, ParseError};
use super::items::FunctionNode;
use super::{Region, RegionKind, callee, tree};
use crate::task::{Language, TaskError};

/// The file that is searched.
pub(super) struct SearchedFile<'a> {
    /// The file's name in messages.
    pub(crate) file: String,
    pub(crate) path: &'a Path,
    pub(crate) text: &'a str,
    pub(crate) language: &'a Language,
    pub(crate) grammar: Option<Grammar>,
}

impl<'a> SearchedFile<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str, language: &'a Language) -> Self {
        let name = path.file_name();
        Self {
            file: name.map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
            path,
            text,
            language,
            grammar: Grammar::of(language),
        }
    }

    /// A region without a function in it.
    pub(super) fn region(
        &self,
        name: String,
        span: std::ops::Range<usize>,
        kind: RegionKind,
    ) -> Region {
        Region {
            name,
            path: self.path.to_path_buf(),
            language: self.language.id.clone(),
            file: Arc::from(self.text),
            span,
            grammar: self.grammar,
            kind,
            notes: Vec::new(),
        }
    }

    /// The tree of the file.
    pub(super) fn parsed(&self, grammar: Grammar) -> Result<tree_sitter::Tree, TaskError> {
        grammar.parse(self.text).ok_or_else(|| {
            TaskError::Invalid(format!(
                "{} takes too long to parse; take a smaller file",
                self.path.display()
            ))
        })
    }

    /// The region that is a found function.
    pub(super) fn function(
        &self,
        grammar: Grammar,
        tree: &tree_sitter::Tree,
        found: &FunctionNode<'_>,
        parse_errors: &[ParseError],
    ) -> Result<Region, TaskError> {
        let span = found.start(grammar, self.text)..tree::trimmed_end(found.unit, self.text);
        let mut notes = Vec::new();
        let inside = parse_errors
            .iter()
            .find(|s| (span.start..span.end).contains(&s.at));
        if let Some(parse_error) = inside.or(parse_errors.first()) {
            let where_ = format!("{}:{}:{}", self.file, parse_error.line, parse_error.column);
            if inside.is_some() && !grammar.has_preprocessor() {
                return Err(TaskError::Invalid(format!(
                    "{} does not parse, so it cannot be replaced safely: {where_}: {}",
                    found.name(grammar),
                    parse_error.what
                )));
            }
            notes.push(if grammar.has_preprocessor() {
                format!("{where_} does not parse without the preprocessor; versions are checked by the compiler alone there")
            } else {
                format!("{where_} does not parse ({}), outside of the function", parse_error.what)
            });
        }
        let callee = callee::of(grammar, found, tree.root_node(), self.text);
        let mut region = self.region(found.name(grammar), span, RegionKind::Function(callee));
        region.notes = notes;
        Ok(region)
    }
}
