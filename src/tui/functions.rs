//! The functions of a file, to choose the one that is to become faster; then by what it is judged.

use std::path::{Path, PathBuf};

use ratatui::crossterm::event::KeyEvent;
use tui_textarea::TextArea;

use crate::task::region::{self, FunctionItem};
use crate::task::{Language, Languages};
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay};
use crate::tui::files::Files;
use crate::tui::judged::Form;
use crate::tui::keys::name_of;
use crate::tui::typing::{line, type_into, typed};

/// Bytes of a file whose functions are listed at once; a larger one is nobody's hand-written source.
const LARGEST: u64 = 2 << 20;

/// The open list.
pub struct Functions {
    /// The file.
    pub file: PathBuf,
    /// Id of its language.
    pub language: String,
    /// All functions, in the order of the file.
    pub items: Vec<FunctionItem>,
    /// What matches: places in `items`; none is the program as a whole.
    pub found: Vec<Option<usize>>,
    /// The chosen one of these.
    pub cursor: usize,
    /// What was typed to find one.
    pub input: TextArea<'static>,
}

/// The functions of a file; `None` where it has none that we can see, so that it can only be meant as a whole.
#[must_use]
pub fn of(file: &Path, own_languages: Option<&Path>) -> Option<Functions> {
    let small = std::fs::metadata(file).is_ok_and(|m| m.is_file() && m.len() <= LARGEST);
    if !small {
        return None;
    }
    let language = language_of(file, own_languages)?;
    let bytes = std::fs::read(file).ok()?;
    let items = region::list(&String::from_utf8_lossy(&bytes), &language);
    if items.is_empty() {
        return None;
    }
    let mut functions = Functions {
        file: file.to_owned(),
        language: language.id.clone(),
        items,
        found: Vec::new(),
        cursor: 0,
        input: line(""),
    };
    functions.find();
    Some(functions)
}

fn language_of(file: &Path, own: Option<&Path>) -> Option<std::sync::Arc<Language>> {
    let own = own.filter(|folder| folder.is_dir());
    let languages = Languages::load(own).or_else(|_| Languages::load(None));
    let ending = file.extension()?.to_str()?;
    languages.ok()?.for_extension(ending)
}

/// Folder with the developer's own languages.
#[must_use]
pub fn own_languages(app: &App) -> Option<PathBuf> {
    let config = app.config_file.as_deref()?.parent()?;
    Some(config.join("languages"))
}

impl Functions {
    /// What matches, the whole program first; the choice stays on the first function.
    fn find(&mut self) {
        let wanted = typed(&self.input).to_lowercase();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let fits = |item: &FunctionItem| {
            let text = format!("{} {}", item.name, item.signature).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let whole = words.is_empty().then_some(None);
        let items = self.items.iter().enumerate();
        let mut found: Vec<(bool, usize)> = items
            .filter(|(_, item)| fits(item))
            .map(|(n, item)| (!item.name.to_lowercase().contains(&wanted), n))
            .collect();
        // Those that are called so come before those that only take such a thing.
        found.sort_by_key(|(elsewhere, _)| *elsewhere);
        self.found = whole
            .into_iter()
            .chain(found.into_iter().map(|(_, n)| Some(n)))
            .collect();
        self.cursor = usize::from(words.is_empty()).min(self.found.len().saturating_sub(1));
    }

    /// Pasted text goes into the box.
    pub fn paste(&mut self, text: &str) {
        self.input.insert_str(text.replace('\n', " "));
        self.find();
    }
}

/// What a key does in the list.
pub fn key(app: &mut App, key: &KeyEvent, mut open: Box<Functions>) -> Vec<Effect> {
    let last = open.found.len().saturating_sub(1);
    match name_of(key).as_str() {
        "esc" if !typed(&open.input).is_empty() => {
            open.input = line("");
            open.find();
        }
        "esc" => {
            let folder = open.file.parent().map(Path::to_owned).unwrap_or_default();
            app.overlay = Some(Overlay::Files(Box::new(Files::at(folder, None))));
            return Vec::new();
        }
        "ctrl-c" => return Vec::new(),
        "up" | "ctrl-p" => open.cursor = open.cursor.saturating_sub(1),
        "down" | "ctrl-n" => open.cursor = (open.cursor + 1).min(last),
        "pgup" => open.cursor = open.cursor.saturating_sub(10),
        "pgdn" => open.cursor = (open.cursor + 10).min(last),
        "enter" => {
            match open.found.get(open.cursor) {
                Some(Some(n)) => {
                    if let Some(item) = open.items.get(*n) {
                        let form = Form::new(&open.file, &open.language, item);
                        app.overlay = Some(Overlay::Judged(Box::new(form)));
                    }
                }
                Some(None) => {
                    let folder = open.file.parent().map(Path::to_owned).unwrap_or_default();
                    let files = Files::at(folder, Some(open.file));
                    app.overlay = Some(Overlay::Files(Box::new(files)));
                }
                None => app.overlay = Some(Overlay::Functions(open)),
            }
            return Vec::new();
        }
        _ => {
            let before = typed(&open.input);
            type_into(&mut open.input, key);
            if typed(&open.input) != before {
                open.find();
            }
        }
    }
    app.overlay = Some(Overlay::Functions(open));
    Vec::new()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_by_what_they_are_called_first() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("geo.py");
        std::fs::write(
            &file,
            "def far(nearest):\n    return nearest\n\nclass Grid:\n    def nearest(self, p):\n        return p\n",
        )
        .unwrap();
        let mut open = of(&file, None).unwrap();
        assert_eq!(open.found, [None, Some(0), Some(1)]);
        assert_eq!(open.cursor, 1, "not on the program as a whole");
        open.paste("near");
        assert_eq!(open.found, [Some(1), Some(0)]);
        open.paste(" nothing is called so");
        assert!(open.found.is_empty());
        std::fs::write(&file, "print(1)\n").unwrap();
        assert!(of(&file, None).is_none());
        assert!(of(&folder.path().join("none.py"), None).is_none());
        assert!(of(folder.path(), None).is_none());
    }
}
