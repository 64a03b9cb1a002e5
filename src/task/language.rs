//! Languages as data: how a version is built and run. Read from `assets/languages/*.toml` and the user's own folder.
//!
//! Only names live here (`python3`, `gcc`); where they are on this machine is the sandbox's business.
//!
//! In `run` and `compile.argv` two placeholders stand for paths inside the sandbox: `{source}`, the
//! version's file (`/prog/main.py`), and `{product}`, what the compiler makes of it. Sources are mounted
//! read-only; the compiler writes its product to the private work folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::TaskError;
use super::reading::{invalid, parse_toml, plain_name, read_text};

static COMPILED_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets/languages");

/// One language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Language {
    /// `python`.
    pub id: String,
    /// `Python`.
    pub name: String,
    /// Endings of file names, without the dot.
    pub extensions: Vec<String>,
    /// Tags that models write behind an opening fence.
    pub fences: Vec<String>,
    /// Name of the file that a version is written to: `main.py`.
    pub source_file: String,
    /// How it is built; `None` for interpreted languages.
    pub compile: Option<Compile>,
    /// Program and arguments of a run, with placeholders.
    pub run: Vec<String>,
    /// Added to the environment of builds and runs.
    pub environment: BTreeMap<String, String>,
    /// Program and arguments that print the version of the compiler or interpreter.
    pub version: Vec<String>,
    /// One sentence: how to get the compiler or interpreter.
    pub install_hint: String,
    /// Name by which the highlighter knows it.
    pub highlight: String,
}

/// How a language is built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compile {
    /// Program and arguments, with placeholders.
    pub argv: Vec<String>,
    /// Name of the file that the compiler makes, in the work folder.
    pub product: String,
}

impl Language {
    /// The name that decides whether the language can be used here: the compiler, or else the interpreter.
    #[must_use]
    pub fn program<'a>(&'a self, tool: Option<&'a str>) -> &'a str {
        let argv = self.compile.as_ref().map_or(&self.run, |c| &c.argv);
        tool.or(argv.first().map(String::as_str))
            .unwrap_or_default()
    }

    /// The compiler's argv for the given guest paths; the user's choice of tool takes the first place.
    #[must_use]
    pub fn compile_argv(
        &self,
        tool: Option<&str>,
        source: &str,
        product: &str,
    ) -> Option<Vec<String>> {
        let mut argv = fill(&self.compile.as_ref()?.argv, source, product);
        if let (Some(tool), Some(first)) = (tool, argv.first_mut()) {
            tool.clone_into(first);
        }
        Some(argv)
    }

    /// The argv of a run for the given guest paths; the user's choice of tool takes the place of an interpreter.
    #[must_use]
    pub fn run_argv(&self, tool: Option<&str>, source: &str, product: &str) -> Vec<String> {
        let mut argv = fill(&self.run, source, product);
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

    /// The name under which a text is written for a build or a run: `main` with the ending it came with, where
    /// the language knows that ending (`main.mjs`), else [`Language::source_file`].
    #[must_use]
    pub fn source_name(&self, file_name: &str) -> String {
        let ending = Path::new(file_name)
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        match self.source_file.rsplit_once('.') {
            Some((stem, _)) if self.extensions.iter().any(|e| e == ending) => {
                format!("{stem}.{ending}")
            }
            _ => self.source_file.clone(),
        }
    }

    fn check(&self, file: &str) -> Result<(), TaskError> {
        let complain = |key: &str, what: &str| Err(invalid(format!("{file}: `{key}` {what}")));
        if !plain_name(&self.id) || self.id.contains(char::is_whitespace) {
            return complain(
                "id",
                "must be a short name without spaces, for example id = \"go\"",
            );
        }
        if self.extensions.is_empty() {
            return complain(
                "extensions",
                "is missing; name at least one ending, for example extensions = [\"go\"]",
            );
        }
        if !plain_name(&self.source_file) {
            return complain(
                "source_file",
                "must be a plain file name, for example source_file = \"main.go\"",
            );
        }
        if self.run.first().is_none_or(String::is_empty) {
            return complain(
                "run",
                "is missing; give program and arguments, for example run = [\"ruby\", \"{source}\"]",
            );
        }
        check_placeholders(&self.run, "run", file)?;
        match &self.compile {
            Some(c) => {
                if c.argv.first().is_none_or(String::is_empty) {
                    return complain(
                        "compile.argv",
                        "is empty; give the compiler and its arguments",
                    );
                }
                if !plain_name(&c.product) {
                    return complain(
                        "compile.product",
                        "must be a plain file name, for example product = \"main\"",
                    );
                }
                check_placeholders(&c.argv, "compile.argv", file)
            }
            None if self.run.iter().any(|a| a.contains("{product}")) => complain(
                "run",
                "uses {product}, but there is no [compile] that makes one",
            ),
            None => Ok(()),
        }
    }
}

fn fill(argv: &[String], source: &str, product: &str) -> Vec<String> {
    argv.iter()
        .map(|a| a.replace("{source}", source).replace("{product}", product))
        .collect()
}

fn check_placeholders(argv: &[String], key: &str, file: &str) -> Result<(), TaskError> {
    for arg in argv {
        let rest = arg.replace("{source}", "").replace("{product}", "");
        if let Some((_, tail)) = rest.split_once('{')
            && let Some((name, _)) = tail.split_once('}')
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        {
            return Err(invalid(format!(
                "{file}: `{key}` has an unknown placeholder {{{name}}}; there are {{source}} and {{product}}"
            )));
        }
    }
    Ok(())
}

/// A language file: every key optional, so that a user's file may change a single one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LanguageFile {
    id: Option<String>,
    name: Option<String>,
    extensions: Option<Vec<String>>,
    fences: Option<Vec<String>>,
    source_file: Option<String>,
    compile: Option<Compile>,
    run: Option<Vec<String>>,
    environment: Option<BTreeMap<String, String>>,
    version: Option<Vec<String>>,
    install_hint: Option<String>,
    highlight: Option<String>,
}

impl LanguageFile {
    fn laid_over(self, base: Language, id: String) -> Language {
        let name = self.name.unwrap_or_else(|| {
            if base.name.is_empty() {
                id.clone()
            } else {
                base.name
            }
        });
        let mut extensions = self.extensions.unwrap_or(base.extensions);
        for e in &mut extensions {
            *e = e.trim_start_matches('.').to_owned();
        }
        let or = |new: Option<String>, old: String, fallback: String| {
            new.unwrap_or(if old.is_empty() { fallback } else { old })
        };
        let run = self.run.unwrap_or(base.run);
        let compile = self.compile.or(base.compile);
        let program = compile
            .as_ref()
            .map_or(&run, |c| &c.argv)
            .first()
            .cloned()
            .unwrap_or_default();
        let mut environment = base.environment;
        environment.extend(self.environment.unwrap_or_default());
        let ending = extensions.first().cloned().unwrap_or_default();
        Language {
            install_hint: or(
                self.install_hint,
                base.install_hint,
                format!("Install {name} and see that `{program}` is on your PATH."),
            ),
            source_file: or(self.source_file, base.source_file, format!("main.{ending}")),
            highlight: or(self.highlight, base.highlight, id.clone()),
            fences: self.fences.unwrap_or(if base.fences.is_empty() {
                vec![id.clone()]
            } else {
                base.fences
            }),
            version: self.version.unwrap_or(if base.version.is_empty() {
                vec![program, "--version".into()]
            } else {
                base.version
            }),
            id,
            name,
            extensions,
            compile,
            run,
            environment,
        }
    }
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
                return Err(TaskError::Read {
                    path: dir.to_path_buf(),
                    why,
                });
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
        let new: LanguageFile = parse_toml(text, file)?;
        let stem = Path::new(file)
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        let id = new.id.clone().unwrap_or(stem);
        let base = self.get(&id).map(|l| (*l).clone()).unwrap_or_default();
        let language = new.laid_over(base, id);
        language.check(file)?;
        self.by_id.insert(language.id.clone(), Arc::new(language));
        Ok(())
    }

    /// The language with this id, or one that is commonly called so (`py`, `c++`, `js`).
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Language>> {
        let wanted = id.to_ascii_lowercase();
        self.by_id
            .get(&wanted)
            .or_else(|| self.by_id.values().find(|l| l.fences.contains(&wanted)))
            .cloned()
    }

    /// The language of files with this ending (without the dot).
    #[must_use]
    pub fn for_extension(&self, extension: &str) -> Option<Arc<Language>> {
        let has = |l: &&Arc<Language>, e: &str| l.extensions.iter().any(|x| x == e);
        let lower = extension.to_ascii_lowercase();
        let all = || self.by_id.values();
        all()
            .find(|l| has(l, extension))
            .or_else(|| all().find(|l| has(l, &lower)))
            .cloned()
    }

    /// All of them, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Language>> {
        self.by_id.values()
    }

    /// The ids for a complaint: `c, cpp, javascript, python, rust`.
    #[must_use]
    pub fn known(&self) -> String {
        self.by_id.keys().cloned().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn five_languages_are_compiled_in() {
        let all = Languages::load(None).unwrap();
        assert_eq!(all.known(), "c, cpp, javascript, python, rust");
        assert_eq!(all.for_extension("py").unwrap().id, "python");
        assert_eq!(all.for_extension("C").unwrap().id, "c");
        assert_eq!(all.get("C++").unwrap().id, "cpp");
        assert!(all.get("cobol").is_none() && all.for_extension("cob").is_none());
        assert_eq!(
            all.for_extension("mjs").unwrap().source_name("tool.mjs"),
            "main.mjs"
        );
        assert_eq!(all.get("python").unwrap().source_name("odd.txt"), "main.py");
    }

    #[test]
    fn a_tool_takes_the_place_of_compiler_or_interpreter() {
        let all = Languages::load(None).unwrap();
        let py = all.get("python").unwrap();
        assert_eq!(
            py.run_argv(Some("python3.12"), "/prog/main.py", ""),
            ["python3.12", "/prog/main.py"]
        );
        assert_eq!(py.compile_argv(None, "", ""), None);
        let c = all.get("c").unwrap();
        assert_eq!(c.run_argv(Some("clang"), "s", "/prog/main"), ["/prog/main"]);
        let argv = c
            .compile_argv(Some("clang"), "/prog/main.c", "/work/main")
            .unwrap();
        assert_eq!(argv.first().unwrap(), "clang");
        assert!(argv.contains(&"/prog/main.c".into()) && argv.contains(&"/work/main".into()));
        assert_eq!((c.program(None), c.program(Some("tcc"))), ("gcc", "tcc"));
    }

    #[test]
    fn a_users_file_changes_one_key_or_adds_a_language() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(
            dir.path().join("python.toml"),
            "run = [\"pypy3\", \"{source}\"]\n",
        )
        .unwrap();
        std::fs::write(
            dir.path().join("ruby.toml"),
            "extensions = [\".rb\"]\nrun = [\"ruby\", \"{source}\"]\n",
        )
        .unwrap();
        std::fs::write(dir.path().join("notes.txt"), "not a language").unwrap();
        let all = Languages::load(Some(dir.path())).unwrap();
        let py = all.get("python").unwrap();
        assert_eq!((py.run[0].as_str(), py.name.as_str()), ("pypy3", "Python"));
        let rb = all.for_extension("rb").unwrap();
        assert_eq!(
            (
                rb.id.as_str(),
                rb.source_file.as_str(),
                rb.version.as_slice()
            ),
            (
                "ruby",
                "main.rb",
                &["ruby".to_owned(), "--version".to_owned()][..]
            )
        );
        assert!(Languages::load(Some(&dir.path().join("nowhere"))).is_ok());
    }

    #[test]
    fn complaints_name_file_line_and_key() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("go.toml");
        for (text, wanted) in [
            (
                "extensions = [\"go\"]\nrunn = [\"x\"]\n",
                "go.toml:2:1: unknown field `runn`",
            ),
            ("run = 3\n", "go.toml:1:7: invalid type"),
            ("run = [\"a\"\n", "go.toml:"),
            ("extensions = [\"go\"]\n", "`run` is missing"),
            ("run = [\"go\"]\n", "`extensions` is missing"),
            (
                "extensions = [\"go\"]\nrun = [\"{product}\"]\n",
                "no [compile]",
            ),
            (
                "extensions = [\"go\"]\nrun = [\"{sorce}\"]\n",
                "unknown placeholder {sorce}",
            ),
            (
                "extensions = [\"go\"]\nrun = [\"{product}\"]\n[compile]\nargv = []\nproduct = \"m\"\n",
                "`compile.argv` is empty",
            ),
            (
                "extensions = [\"go\"]\nrun = [\"{product}\"]\n[compile]\nargw = []\nproduct = \"m\"\n",
                "go.toml:4:1: in [compile]: unknown field `argw`",
            ),
        ] {
            std::fs::write(&file, text).unwrap();
            let said = Languages::load(Some(dir.path())).unwrap_err().to_string();
            assert!(said.contains(wanted), "{said}\nlacks {wanted}");
        }
    }
}
