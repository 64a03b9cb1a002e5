//! Writing one setting into the config file as a person would: everything else, comments included, stays as it is.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Table};

use super::ConfigError;
use crate::base::files::write_whole;

/// Sets a key (`["theme"]`, `["limits", "time"]`) to a value in the file, which is made if there is none.
/// The file is replaced as a whole or not at all; a link to it stays a link.
///
/// # Errors
/// A file that is not TOML, or in which the key is something else (it is left alone), or that cannot be written.
pub(crate) fn save_setting(
    file: &Path,
    key: &[&str],
    value: impl Into<toml_edit::Value>,
) -> Result<(), ConfigError> {
    let cannot = |e: std::io::Error| ConfigError(format!("cannot write {}: {e}", file.display()));
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(ConfigError(format!("cannot read {}: {e}", file.display()))),
    };
    let text = with(&text, key, value.into())
        .map_err(|why| ConfigError(format!("{}: {why}; it was left as it is", file.display())))?;
    let target = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(cannot)?;
    write_whole(&target, text.as_bytes()).map_err(cannot)?;
    Ok(())
}

/// The text of a config file with one key set.
fn with(text: &str, key: &[&str], value: toml_edit::Value) -> Result<String, String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|e: toml_edit::TomlError| format!("is not TOML: {}", e.message()))?;
    let Some((last, tables)) = key.split_last() else {
        return Ok(text.to_owned());
    };
    let mut table: &mut Table = document.as_table_mut();
    for name in tables {
        table = table
            .entry(name)
            .or_insert(Item::Table(Table::new()))
            .as_table_mut()
            .ok_or_else(|| format!("`{name}` is not a [{name}] table"))?;
    }
    match table.get_mut(last).and_then(Item::as_value_mut) {
        // White space and comments around the old value stay.
        Some(old) => {
            let around = old.decor().clone();
            *old = value;
            *old.decor_mut() = around;
        }
        None => {
            table.insert(last, Item::Value(value));
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn everything_else_stays_as_it_is() {
        let text = "# mine\ntheme = \"dark\"   # at night\n\n[limits]\ntime = \"5s\"\n";
        assert_eq!(
            with(text, &["theme"], "light".into()).unwrap(),
            "# mine\ntheme = \"light\"   # at night\n\n[limits]\ntime = \"5s\"\n"
        );
        assert_eq!(
            with(text, &["limits", "time"], "9s".into()).unwrap(),
            "# mine\ntheme = \"dark\"   # at night\n\n[limits]\ntime = \"9s\"\n"
        );
        // A new key of the top comes before the first table, or it would belong to that.
        let more = with(text, &["rounds"], 7.into()).unwrap();
        assert!(
            more.find("rounds = 7").unwrap() < more.find("[limits]").unwrap(),
            "{more}"
        );
        assert_eq!(
            with("", &["theme"], "night".into()).unwrap(),
            "theme = \"night\"\n"
        );
    }

    #[test]
    fn a_file_that_is_wrong_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, "theme = \n").unwrap();
        assert!(save_setting(&file, &["theme"], "light").is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "theme = \n");
        std::fs::write(&file, "limits = 1\n").unwrap();
        assert!(save_setting(&file, &["limits", "time"], "1s").is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "limits = 1\n");
    }

    #[test]
    fn a_first_setting_makes_the_file_and_a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/b/config.toml");
        save_setting(&file, &["theme"], "light").unwrap();
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            "theme = \"light\"\n"
        );
        let link = folder.path().join("config.toml");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        save_setting(&link, &["theme"], "dark").unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            "theme = \"dark\"\n"
        );
    }
}
