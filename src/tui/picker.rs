//! Choosing a theme: what is under the cursor is shown at once, enter keeps it, escape goes back.

use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay};
use crate::tui::theme::Theme;

/// Opens the list of themes with the present one chosen.
pub fn open(app: &mut App) {
    let names = Theme::names(app.theme_folder.as_deref());
    let cursor = names.iter().position(|n| *n == app.theme_name).unwrap_or(0);
    app.overlay = Some(Overlay::Themes {
        names,
        cursor,
        before: Box::new((app.theme_name.clone(), app.theme.clone())),
    });
}

/// What a key does in the list.
pub fn key(
    app: &mut App,
    name: &str,
    names: Vec<String>,
    cursor: usize,
    before: Box<(String, Theme)>,
) -> Vec<Effect> {
    let last = names.len().saturating_sub(1);
    let next = match name {
        "esc" | "ctrl-c" | "q" => {
            (app.theme_name, app.theme) = *before;
            return Vec::new();
        }
        "enter" | "t" => {
            let kept = app.theme.name.clone();
            app.say(format!("the theme is {kept}"), false);
            return vec![Effect::KeepTheme(
                names.get(cursor).cloned().unwrap_or(kept),
            )];
        }
        "up" | "k" => cursor.checked_sub(1).unwrap_or(last),
        "down" | "j" => {
            if cursor >= last {
                0
            } else {
                cursor + 1
            }
        }
        "home" | "g" => 0,
        "end" | "G" => last,
        _ => cursor,
    };
    if next != cursor {
        show(app, names.get(next).map_or("", String::as_str));
    }
    app.overlay = Some(Overlay::Themes {
        names,
        cursor: next,
        before,
    });
    Vec::new()
}

/// Shows a theme; one that cannot be read says why and leaves the one that is shown.
pub fn show(app: &mut App, name: &str) {
    match Theme::load(name, app.theme_folder.as_deref(), app.theme.depth()) {
        Ok((theme, warnings)) => {
            app.theme = theme;
            app.theme_name = name.to_owned();
            if let Some(warning) = warnings.first() {
                app.say(warning.clone(), true);
            }
        }
        Err(why) => app.say(why, true),
    }
}
