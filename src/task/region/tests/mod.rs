//! Regions are found, put back byte for byte, and replaced by nothing but what fits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod assemble;
mod broken;
mod find;
mod hostile;
mod looks;
mod misfit;

use std::path::Path;

use super::{Misfit, Region, RegionSpec};
use crate::task::Language;

fn language(id: &str) -> Language {
    Language {
        id: id.to_owned(),
        name: id.to_owned(),
        ..Language::default()
    }
}

/// The language of a file's name.
fn of_file(file: &str) -> Language {
    language(match file.rsplit('.').next().unwrap() {
        "py" => "python",
        "js" => "javascript",
        "ts" => "typescript",
        "rs" => "rust",
        "go" => "go",
        "java" => "java",
        "c" => "c",
        "cpp" => "cpp",
        "rb" => "ruby",
        other => other,
    })
}

/// A region of a text: `geo.py::Grid.nearest`, as somebody would ask for it.
fn region(text: &str, asked: &str) -> Region {
    found(text, asked).unwrap_or_else(|e| panic!("{asked}: {e}"))
}

fn found(text: &str, asked: &str) -> Result<Region, String> {
    let (file, spec) = RegionSpec::split(asked);
    let file = file.display().to_string();
    let spec = spec.or_else(|| RegionSpec::of_markers(text)).unwrap();
    Region::find_in(Path::new(&file), text, &of_file(&file), &spec).map_err(|e| e.to_string())
}

fn misfit(text: &str, asked: &str, version: &str) -> String {
    let Misfit(sentence) = region(text, asked)
        .assemble(version)
        .expect_err("the version should not fit");
    sentence
}
