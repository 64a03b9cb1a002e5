//! Languages as data: how a version is built and run. Read from `assets/languages/*.toml` and the user's own folder.
//!
//! Only names live here (`python3`, `gcc`); where they are on this machine is the sandbox's business. What a language
//! file may say is written at the top of `assets/languages/python.toml`; reading one is in `file`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::reading::{parse_toml, plain_name, read_text};
use super::{Source, TaskError};
use crate::base::units::Bytes;

pub(super) mod choice;
mod file;
mod public_type;

static COMPILED_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets/languages");

/// How versions in one language are named, built and run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Language {
    /// The id for flags and task files: `python`.
    pub id: String,
    /// The name for display: `Python`.
    pub name: String,
    /// Endings of file names, without the dot.
    pub extensions: Vec<String>,
    /// Tags that models write behind an opening fence.
    pub fences: Vec<String>,
    /// Name of the file that a version is written to: `main.py`.
    pub source_file: String,
    /// What a version's file is called.
    pub naming: Naming,
    /// How it is built; `None` for interpreted languages.
    pub compile: Option<Compile>,
    /// Program and arguments of a run, with placeholders.
    pub run: Vec<String>,
    /// Added to the environment of builds and runs.
    pub environment: BTreeMap<String, String>,
    /// What its runtime writes to standard error when its own share of the memory is exhausted: a run that ends badly
    /// and says so has reached the limit of memory.
    pub out_of_memory: Vec<String>,
    /// The shortest program of the language, to measure what a run takes before any code of its own; none where it is not known.
    pub empty_program: Option<String>,
    /// Program and arguments that print the version of the compiler or interpreter.
    pub version: Vec<String>,
    /// One sentence: how to get the compiler or interpreter.
    pub install_hint: String,
    /// Name by which the highlighter knows it.
    pub highlight: String,
}

/// What a version's file is called when it is built or run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Naming {
    /// [`Language::source_file`], with the ending that the text came with.
    #[default]
    #[serde(rename = "fixed")]
    Fixed,
    /// After the public type that the text declares, as Java requires; else as it was called before.
    #[serde(rename = "public type")]
    PublicType,
}

/// How a language is built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compile {
    /// Program and arguments, with placeholders.
    pub argv: Vec<String>,
    /// Name of what the compiler makes in the work folder: a file (`main`), or a folder (`classes/`).
    pub product: String,
    /// Added to the environment of the compiler alone.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// What is built once for each version of the compiler and shared by all builds.
    #[serde(default)]
    pub base: Option<PrebuiltFolder>,
}

/// A folder that every build may read, never write: a compiled standard library.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrebuiltFolder {
    /// Program and arguments that fill the folder `{base}`; `{compiler}` is the compiler.
    pub argv: Vec<String>,
}

/// What the placeholders of a language stand for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Placeholders<'a> {
    /// The version's file inside the sandbox.
    pub source: &'a str,
    /// What the compiler makes, or has made.
    pub product: &'a str,
    /// The type that the program starts with, where the language has such; else the stem of the file.
    pub main: &'a str,
    /// The folder of what is built once.
    pub base: &'a str,
    /// The compiler, by name or path.
    pub compiler: &'a str,
}

/// What a version's file is called, and where the program in it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLayout {
    /// The file name: `Solver.java`.
    pub file: String,
    /// The type that the program starts with: `shop.Solver`.
    pub main: String,
}

impl Compile {
    /// The product's name without the slash that makes it a folder.
    pub(crate) fn product_name(&self) -> &str {
        self.product.trim_end_matches('/')
    }

    /// Whether the compiler makes a whole folder.
    pub(crate) fn makes_folder(&self) -> bool {
        self.product.ends_with('/')
    }
}

impl Language {
    /// The name that decides whether the language can be used here: the compiler, or else the interpreter.
    #[must_use]
    pub fn program<'a>(&'a self, tool: Option<&'a str>) -> &'a str {
        let argv = self.compile.as_ref().map_or(&self.run, |c| &c.argv);
        tool.or(argv.first().map(String::as_str))
            .unwrap_or_default()
    }

    /// The compiler's argv; the user's choice of tool takes the first place.
    #[must_use]
    pub fn compile_argv(
        &self,
        tool: Option<&str>,
        places: &Placeholders<'_>,
    ) -> Option<Vec<String>> {
        let mut argv = fill(&self.compile.as_ref()?.argv, places);
        if let (Some(tool), Some(first)) = (tool, argv.first_mut()) {
            tool.clone_into(first);
        }
        Some(argv)
    }

    /// The argv of a run; the user's choice of tool takes the place of an interpreter. `{memory}` is still in it: see
    /// [`with_memory`].
    #[must_use]
    pub fn run_argv(&self, tool: Option<&str>, places: &Placeholders<'_>) -> Vec<String> {
        let mut argv = fill(&self.run, places);
        if let (Some(tool), Some(first), None) = (tool, argv.first_mut(), &self.compile) {
            tool.clone_into(first);
        }
        argv
    }

    /// The argv that prints the version of the tool.
    #[must_use]
    pub fn version_argv(&self, tool: Option<&str>) -> Vec<String> {
        let mut argv = self.version.clone();
        if let (Some(tool), Some(first)) = (tool, argv.first_mut()) {
            tool.clone_into(first);
        }
        argv
    }

    /// What a text's file is called for a build or a run, and where its program starts.
    ///
    /// With [`Naming::Fixed`] that is `main` with the ending it came with, where the language knows that ending
    /// (`main.mjs`), else [`Language::source_file`].
    #[must_use]
    pub fn layout(&self, source: &Source) -> SourceLayout {
        let given = Path::new(&source.file_name);
        let part =
            |p: Option<&std::ffi::OsStr>| p.and_then(|p| p.to_str()).unwrap_or_default().to_owned();
        let (stem, ending) = (part(given.file_stem()), part(given.extension()));
        let (usual_stem, usual_ending) = self
            .source_file
            .rsplit_once('.')
            .unwrap_or((&self.source_file, ""));
        let known = self.extensions.contains(&ending) && !usual_ending.is_empty();
        let ending = if known { &ending } else { usual_ending };
        let named = |stem: &str| {
            let file = format!("{stem}.{ending}");
            (!ending.is_empty() && plain_name(&file)).then_some(file)
        };
        match self.naming {
            Naming::Fixed => SourceLayout {
                file: named(usual_stem).unwrap_or_else(|| self.source_file.clone()),
                main: usual_stem.to_owned(),
            },
            Naming::PublicType => {
                let declared = public_type::read(&source.text);
                let stem = declared
                    .public
                    .clone()
                    .or(Some(stem).filter(|s| known && public_type::is_name(s)))
                    .unwrap_or_else(|| usual_stem.to_owned());
                SourceLayout {
                    file: named(&stem).unwrap_or_else(|| self.source_file.clone()),
                    main: declared.main_type(&stem),
                }
            }
        }
    }
}

/// Puts the limit of memory of a run into its argv: `{memory}` in bytes, `{memory:75%}` a part of it.
pub(crate) fn with_memory(argv: &[String], limit: Bytes) -> Vec<String> {
    argv.iter()
        .map(|arg| {
            let Some((before, rest)) = arg.split_once("{memory") else {
                return arg.clone();
            };
            match rest.split_once('}') {
                Some((part, after)) => match share(part) {
                    Some(percent) => {
                        format!("{before}{}{after}", limit.0 / 100 * percent)
                    }
                    None => arg.clone(),
                },
                None => arg.clone(),
            }
        })
        .collect()
}

/// The percentage that `:75%` or nothing at all asks for.
fn share(part: &str) -> Option<u64> {
    if part.is_empty() {
        return Some(100);
    }
    let percent = part.strip_prefix(':')?.strip_suffix('%')?.parse().ok()?;
    (1..=100).contains(&percent).then_some(percent)
}

/// A text with its placeholders filled; `{memory}` stays.
pub(crate) fn filled(text: &str, places: &Placeholders<'_>) -> String {
    text.replace("{source}", places.source)
        .replace("{product}", places.product)
        .replace("{main}", places.main)
        .replace("{base}", places.base)
        .replace("{compiler}", places.compiler)
}

/// As [`filled`], for a whole argv.
pub(crate) fn fill(argv: &[String], places: &Placeholders<'_>) -> Vec<String> {
    argv.iter().map(|a| filled(a, places)).collect()
}

/// All languages known here, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub struct Languages {
    by_id: BTreeMap<String, Arc<Language>>,
}

impl Languages {
    /// The languages that are compiled in, changed and extended by the `*.toml` files of the user's folder
    /// (which need not exist). A user's file with a known id changes the keys that it has; a new id needs
    /// `extensions` and `run` at least.
    ///
    /// # Errors
    /// A file that cannot be read, is not TOML, has an unknown key (with line and column) or lacks something.
    pub fn load(user_dir: Option<&Path>) -> Result<Self, TaskError> {
        let mut all = Self::default();
        for file in COMPILED_IN.files() {
            let name = file.path().display().to_string();
            all.add(file.contents_utf8().unwrap_or_default(), &name)?;
        }
        let Some(dir) = user_dir else { return Ok(all) };
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(all),
            Err(why) => {
                return Err(TaskError::read(dir, why));
            }
        };
        let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
        paths.retain(|p| p.extension().is_some_and(|e| e == "toml"));
        paths.sort();
        for path in paths {
            all.add(
                &read_text(&path, "language file")?,
                &path.display().to_string(),
            )?;
        }
        Ok(all)
    }

    fn add(&mut self, text: &str, file: &str) -> Result<(), TaskError> {
        let new: file::LanguageFile = parse_toml(text, file)?;
        let stem = Path::new(file)
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        let id = new.id.clone().unwrap_or(stem);
        let base = self.get(&id).map(|l| (*l).clone()).unwrap_or_default();
        let language = new.laid_over(base, id);
        file::check(&language, file)?;
        self.by_id.insert(language.id.clone(), Arc::new(language));
        Ok(())
    }

    /// The language with this id or a common name for it (`py`, `c++`, `js`).
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Language>> {
        let wanted = id.to_ascii_lowercase();
        self.by_id
            .get(&wanted)
            .or_else(|| self.by_id.values().find(|l| l.fences.contains(&wanted)))
            .cloned()
    }

    /// The language of files with this ending (without the dot).
    pub(crate) fn for_extension(&self, extension: &str) -> Option<Arc<Language>> {
        let has = |l: &&Arc<Language>, e: &str| l.extensions.iter().any(|x| x == e);
        let lower = extension.to_ascii_lowercase();
        let all = || self.by_id.values();
        all()
            .find(|l| has(l, extension))
            .or_else(|| all().find(|l| has(l, &lower)))
            .cloned()
    }

    /// Every language, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Language>> {
        self.by_id.values()
    }

    /// The ids for a complaint: `c, cpp, go, java, javascript, python, ruby, rust, tsx, typescript`.
    #[must_use]
    pub fn known(&self) -> String {
        self.by_id.keys().cloned().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests;
