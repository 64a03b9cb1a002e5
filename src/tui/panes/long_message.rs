//! A word of the screen or of the loop that is too long for the line it belongs on: whole, on the rows above that line, for
//! as long as it is fresh. Where even these do not suffice it says which key shows all of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use crate::tui::component::View;
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::text::{cut, pad, width, wrap};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::state::hits::Target;
use crate::tui::widgets::put;

/// Rows that it takes at most.
pub(crate) const MOST: usize = 3;
/// Rows of the screen for each of them: a small screen is not given up to a message.
const SHARE: u16 = 5;

/// Draws a word on the lowest rows of an area, on so many at most; gives how many it took, none where there is too little room.
pub(crate) fn above(
    cx: View<'_>,
    area: Rect,
    most: usize,
    (word, error): (&str, bool),
    buffer: &mut Buffer,
    hits: &mut HitMap,
) -> u16 {
    let most = most.min(usize::from(area.height / SHARE));
    let room = usize::from(area.width).saturating_sub(4);
    if most == 0 || room < 20 {
        return 0;
    }
    let mut rows = wrap(word, room);
    if rows.len() > most {
        let sign = whole(cx);
        rows.truncate(most);
        if let Some(last) = rows.last_mut() {
            let short = cut(&format!("{last} …"), room.saturating_sub(width(&sign))).into_owned();
            *last = pad(&short, room.saturating_sub(width(&sign))) + &sign;
        }
    }
    let taken = u16::try_from(rows.len()).unwrap_or(0);
    let place = Rect {
        y: area.y + area.height - taken,
        height: taken,
        ..area
    };
    Clear.render(place, buffer);
    buffer.set_style(place, cx.theme.base().patch(cx.theme.bg(Role::Panel)));
    let (glyph, role) = if error {
        ("✗", Role::Error)
    } else {
        ("·", Role::Info)
    };
    for (n, row) in rows.into_iter().enumerate() {
        let sign = if n == 0 { glyph } else { " " };
        let line = Line::from(vec![cx.span(format!(" {sign} "), role), cx.span(row, role)]);
        put(buffer, place, n as u16, &line);
    }
    if let Some(keys) = cx
        .state
        .prefs
        .keys
        .key(Action::Dialog(DialogName::Messages))
    {
        hits.targets.push((place, Target::Keys(keys.clone())));
    }
    taken
}

/// A word that must do with so many cells, whatever is lost; says which key shows all of it.
#[must_use]
pub(crate) fn within(cx: View<'_>, word: &str, cells: usize) -> String {
    let sign = whole(cx);
    if width(word) <= cells || cells < width(&sign) + 12 {
        return cut(word, cells).into_owned();
    }
    cut(word, cells - width(&sign)).into_owned() + &sign
}

/// ` ! shows all`, with the key in force.
fn whole(cx: View<'_>) -> String {
    match cx
        .state
        .prefs
        .keys
        .shown(Action::Dialog(DialogName::Messages))
    {
        none if none.is_empty() => String::new(),
        key => format!(" {key} shows all"),
    }
}
