//! Choosing the language of a source.

use std::path::Path;
use std::sync::Arc;

use super::{Language, Languages};
use crate::task::error::TaskError;
use crate::task::reading::invalid;

/// The language by its id, or else by the ending of a file.
pub(crate) fn language_for(
    id: Option<&str>,
    file: Option<&Path>,
    languages: &Languages,
) -> Result<Arc<Language>, TaskError> {
    let known = languages.known();
    if let Some(id) = id {
        return languages.get(id).ok_or_else(|| {
            invalid(format!("the language `{id}` is not known; there are {known} (add your own as a file in the languages folder of your configuration)"))
        });
    }
    let Some(file) = file else {
        return Err(invalid(format!(
            "without a source file the language must be said: --language with one of {known}"
        )));
    };
    let all: Vec<String> = languages
        .iter()
        .flat_map(|l| l.extensions.iter().map(|e| format!(".{e}")))
        .collect();
    match file.extension().map(|e| e.to_string_lossy()) {
        Some(e) => languages.for_extension(&e).ok_or_else(|| {
            let meant = meant_function(file, &e, languages).or_else(|| meant_path(file, languages));
            invalid(meant.unwrap_or_else(|| {
                let place = if file.exists() {
                    String::new()
                } else {
                    format!("; a function is named by its file and two colons: path/to/file.py::{e}")
                };
                format!("{}: no language is known for .{e} files; known are {}; say which it is with --language ({known}){place}", file.display(), all.join(" "))
            }))
        }),
        None => Err(invalid(format!("{}: a file without an ending does not tell its language; say which it is with --language ({known})", file.display()))),
    }
}

/// What to say of `search.py:rank`, which names a function with one colon too few.
fn meant_function(file: &Path, ending: &str, languages: &Languages) -> Option<String> {
    let (of, function) = ending.split_once(':')?;
    languages.for_extension(of)?;
    let name = file.display().to_string();
    let stem = name.strip_suffix(ending)?;
    let function = function.trim_start_matches(':');
    Some(format!(
        "there is no file {name}; did you mean {stem}{of}::{function}?"
    ))
}

/// What to say of `shop.search.rank`, which names a function as its language does, where there is a file for it.
fn meant_path(name: &Path, languages: &Languages) -> Option<String> {
    let said = name
        .to_str()
        .filter(|s| !s.contains('/') && !name.exists())?;
    let (module, function) = said.rsplit_once('.')?;
    let module = module.replace('.', "/");
    let endings = languages.iter().flat_map(|l| &l.extensions);
    let files = endings.flat_map(|e| ["", "src/", "lib/"].map(|f| format!("{f}{module}.{e}")));
    let file = files.into_iter().find(|f| Path::new(f).is_file())?;
    Some(format!(
        "there is no file {said}; did you mean {file}::{function}?"
    ))
}
