//! Choosing a theme: what is under the cursor is shown at once, enter keeps it, escape goes back.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::component::{Context, Dialog, List, Outcome, View};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::text::{cut, pad, visible};
use crate::tui::core::theme::{BUNDLED, Role, Theme};
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{choose, sheet};

/// The list of themes.
pub(crate) struct Themes {
    names: Vec<String>,
    cursor: usize,
    /// The one to go back to, by its name.
    before: (String, Theme),
}

/// Opens the list with the present theme chosen.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let prefs = &cx.state.prefs;
    let names = Theme::names(prefs.theme_folder.as_deref());
    let cursor = names.iter().position(|n| *n == prefs.theme_name);
    Outcome::open(Themes {
        names,
        cursor: cursor.unwrap_or(0),
        before: (prefs.theme_name.clone(), prefs.theme.clone()),
    })
}

impl Themes {
    fn show(&self, cx: &mut Context<'_>) {
        if let Some(name) = self.names.get(self.cursor) {
            cx.state.show_theme(name);
        }
    }
}

impl Dialog for Themes {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::up_down("look"),
            Hint::new(key!(enter), "keep"),
            Hint::new(key!(esc), "back"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        let last = self.names.len().saturating_sub(1);
        let next = match key {
            key!(esc) | key!(ctrl - 'c') | key!('q') => {
                let (name, theme) = self.before.clone();
                cx.state.prefs.theme_name = name;
                cx.state.prefs.theme = theme;
                return Outcome::close();
            }
            key!(enter) | key!('t') => {
                let shown = cx.state.prefs.theme.name.clone();
                cx.state.say(format!("the theme is {shown}"), false);
                let kept = self.names.get(self.cursor).cloned().unwrap_or(shown);
                return Outcome::close().and(Effect::KeepTheme(kept));
            }
            key!(up) | key!('k') => self.cursor.checked_sub(1).unwrap_or(last),
            key!(down) | key!('j') if self.cursor >= last => 0,
            key!(down) | key!('j') => self.cursor + 1,
            key!(home) | key!('g') => 0,
            key!(end) | key!('G') => last,
            _ => self.cursor,
        };
        if next != self.cursor {
            self.cursor = next;
            self.show(cx);
        }
        Outcome::stay()
    }

    fn list(&mut self, _: &Context<'_>) -> Option<List<'_>> {
        Some(List {
            rows: self.names.len(),
            cursor: &mut self.cursor,
        })
    }

    fn on_chosen(&mut self, cx: &mut Context<'_>) {
        self.show(cx);
    }

    /// The list stands at the side, so that the screen behind it shows what the theme does.
    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let wide = 30.min(area.width);
        let high = (self.names.len() as u16 + 3).min(area.height);
        let place = Rect {
            x: area.x + area.width - wide,
            y: area.y + (area.height - high) / 2,
            width: wide,
            height: high,
        };
        let inner = sheet(cx, place, "theme", buffer, hits);
        if inner.height < 2 {
            return;
        }
        let rows = usize::from(inner.height - 1);
        let first = (self.cursor + 1).saturating_sub(rows);
        for (n, name) in self.names.iter().skip(first).take(rows).enumerate() {
            let chosen = first + n == self.cursor;
            let own = !BUNDLED.iter().any(|(b, _)| b == name);
            let style = if chosen {
                cx.theme.fg(Role::Title).patch(cx.theme.bg(Role::Selection))
            } else {
                cx.theme.fg(Role::Text)
            };
            let words = format!(
                "{} {}{}",
                if chosen { "▸" } else { " " },
                cut(&visible(name), 16),
                if own { " (yours)" } else { "" }
            );
            let line = Line::from(Span::styled(pad(&words, inner.width.into()), style));
            put(buffer, inner, n as u16, &line);
            choose(inner, n, first + n, hits);
        }
        let heat =
            [Role::Heat1, Role::Heat2, Role::Heat3, Role::Heat4].map(|role| cx.span("▇▇", role));
        let mut line = vec![cx.span("gain ", Role::Muted)];
        line.extend(heat);
        line.extend([cx.span(" + ", Role::Added), cx.span("− ", Role::Removed)]);
        line.push(cx.span("✗ fail", Role::Fail));
        put(buffer, inner, inner.height - 1, &Line::from(line));
    }
}
