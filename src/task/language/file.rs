//! The text of a language file: its keys, how files override one another, and what is refused.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Compile, Language, Naming, share};
use crate::task::TaskError;
use crate::task::reading::{invalid, plain_name};

/// A language file: every key optional, so that a user's file may change a single one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageFile {
    pub(super) id: Option<String>,
    name: Option<String>,
    extensions: Option<Vec<String>>,
    fences: Option<Vec<String>>,
    source_file: Option<String>,
    naming: Option<Naming>,
    compile: Option<Compile>,
    run: Option<Vec<String>>,
    environment: Option<BTreeMap<String, String>>,
    out_of_memory: Option<Vec<String>>,
    empty_program: Option<String>,
    version: Option<Vec<String>>,
    install_hint: Option<String>,
    highlight: Option<String>,
}

impl LanguageFile {
    /// The language that results when this file overrides one that is known already (or an empty one).
    pub(super) fn laid_over(self, base: Language, id: String) -> Language {
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
            naming: self.naming.unwrap_or(base.naming),
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
            out_of_memory: self.out_of_memory.unwrap_or(base.out_of_memory),
            empty_program: self.empty_program.or(base.empty_program),
            id,
            name,
            extensions,
            compile,
            run,
            environment,
        }
    }
}

/// Whether a language can be used at all; the complaint names the file and the key.
pub(super) fn check(language: &Language, file: &str) -> Result<(), TaskError> {
    let complain = |key: &str, what: &str| Err(invalid(format!("{file}: `{key}` {what}")));
    if !plain_name(&language.id) || language.id.contains(char::is_whitespace) {
        return complain(
            "id",
            "must be a short name without spaces, for example id = \"go\"",
        );
    }
    if language.extensions.is_empty() {
        return complain(
            "extensions",
            "is missing; name at least one ending, for example extensions = [\"go\"]",
        );
    }
    if !plain_name(&language.source_file) {
        return complain(
            "source_file",
            "must be a plain file name, for example source_file = \"main.go\"",
        );
    }
    if language.run.first().is_none_or(String::is_empty) {
        return complain(
            "run",
            "is missing; give program and arguments, for example run = [\"ruby\", \"{source}\"]",
        );
    }
    if language.out_of_memory.iter().any(|sign| sign.len() < 8) {
        return complain(
            "out_of_memory",
            "has a text of fewer than 8 letters; give what the runtime really writes, for example out_of_memory = [\"java.lang.OutOfMemoryError\"]",
        );
    }
    check_placeholders(
        &language.run,
        &["source", "product", "main", "memory"],
        "run",
        file,
    )?;
    let Some(compile) = &language.compile else {
        if language.run.iter().any(|a| a.contains("{product}")) {
            return complain(
                "run",
                "uses {product}, but there is no [compile] that makes one",
            );
        }
        return Ok(());
    };
    if compile.argv.first().is_none_or(String::is_empty) {
        return complain(
            "compile.argv",
            "is empty; give the compiler and its arguments",
        );
    }
    if !plain_name(compile.product_name()) {
        return complain(
            "compile.product",
            "must be a plain file name, for example product = \"main\", or the name of a folder with a slash at its end, product = \"classes/\"",
        );
    }
    check_placeholders(
        &compile.argv,
        &["source", "product", "main", "base", "memory"],
        "compile.argv",
        file,
    )?;
    let values: Vec<String> = compile.environment.values().cloned().collect();
    check_placeholders(&values, &["base"], "compile.environment", file)?;
    let Some(base) = &compile.base else {
        let uses = |texts: &[String]| texts.iter().any(|a| a.contains("{base}"));
        if uses(&compile.argv) || uses(&values) {
            return complain(
                "compile",
                "uses {base}, but there is no [compile.base] that makes one",
            );
        }
        return Ok(());
    };
    if base.argv.first().is_none_or(String::is_empty) {
        return complain(
            "compile.base.argv",
            "is empty; give a program and arguments that fill the folder {base}",
        );
    }
    check_placeholders(&base.argv, &["base", "compiler"], "compile.base.argv", file)
}

/// Refuses a placeholder that is not allowed here.
fn check_placeholders(
    argv: &[String],
    allowed: &[&str],
    key: &str,
    file: &str,
) -> Result<(), TaskError> {
    for arg in argv {
        for tail in arg.split('{').skip(1) {
            let Some((inner, _)) = tail.split_once('}') else {
                continue;
            };
            let (name, part) = inner.split_at(inner.find(':').unwrap_or(inner.len()));
            let placeholder =
                !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let fine = allowed.contains(&name)
                && (part.is_empty() || (name == "memory" && share(part).is_some()));
            if placeholder && !fine {
                let there = allowed
                    .iter()
                    .map(|a| match *a {
                        "memory" => "{memory}, {memory:75%}".to_owned(),
                        a => format!("{{{a}}}"),
                    })
                    .collect::<Vec<_>>()
                    .join(", ");
                return Err(invalid(format!(
                    "{file}: `{key}` has an unknown placeholder {{{inner}}}; there are {there}"
                )));
            }
        }
    }
    Ok(())
}
