//! What writing a version back would do: in words, as a difference, and the keys for it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{sheet, typed};
use crate::tui::app::Seen;
use crate::tui::mouse::Target;
use crate::tui::text::{cut, width, wrap};
use crate::tui::theme::Role;
use crate::tui::view::press::Keys;
use crate::tui::view::{Context, diff, put};
use crate::tui::write::{Kind, WriteBox, head, keys, places};

/// Draws it.
pub fn draw(cx: Context<'_>, _: Rect, open: &WriteBox, buffer: &mut Buffer, seen: &mut Seen) {
    let places = places(cx.app.size, open);
    let pair = open.pair();
    let laid = pair.and_then(|pair| open.pane.laid(pair));
    let mut title = match &open.plan {
        Some(plan) if plan.version.0 > 0 => format!("write back {}", plan.version),
        _ => "write back".to_owned(),
    };
    if let Some(laid) = laid.filter(|l| !l.diff.is_empty()) {
        title = format!("{title} · +{} −{}", laid.diff.added, laid.diff.removed);
    }
    let room = usize::from(places.sheet.width).saturating_sub(6);
    sheet(cx, places.sheet, &cut(&title, room), buffer, seen);
    let said = head(open, places.head.width.into())
        .into_iter()
        .flat_map(|(text, role)| {
            wrap(&text, places.head.width.into())
                .into_iter()
                .map(move |row| (row, role))
        });
    let said: Vec<(String, Role)> = said.collect();
    let rows = usize::from(places.head.height);
    for (n, (row, role)) in said.iter().take(rows).enumerate() {
        let more = n + 1 == rows && said.len() > rows;
        let row = if more {
            let kept = cut(row, usize::from(places.head.width).saturating_sub(1));
            format!("{}…", kept.trim_end_matches('…'))
        } else {
            row.clone()
        };
        put(
            buffer,
            places.head,
            n as u16,
            &Line::from(cx.span(row, *role)),
        );
    }
    if let (Some(pair), Some(laid)) = (pair, laid.filter(|l| !l.diff.is_empty())) {
        // What is scrolled and clicked below the sheet is not this.
        let mut own = Seen::default();
        let at = (pair, laid);
        diff::draw_laid(
            cx,
            &open.pane,
            at,
            open.scroll,
            places.diff,
            buffer,
            &mut own,
        );
        seen.lines += own.lines;
    }
    foot(cx, places.foot, open, buffer, seen);
}

/// The name that is typed, and the keys that there is room for.
fn foot(cx: Context<'_>, area: Rect, open: &WriteBox, buffer: &mut Buffer, seen: &mut Seen) {
    if area.height == 0 {
        return;
    }
    if let Some((kind, text)) = &open.typing {
        let name = match kind {
            Kind::Patch => "patch ",
            Kind::Branch => "branch ",
        };
        put(buffer, area, 0, &Line::from(cx.span(name, Role::Muted)));
        let used = (width(name) as u16).min(area.width);
        let place = Rect {
            x: area.x + used,
            width: area.width - used,
            height: 1,
            ..area
        };
        typed(cx, place, text, true, buffer);
        seen.targets.push((place, Target::Field(0)));
        if area.height < 2 {
            return;
        }
    }
    let all = keys(open, cx.session);
    let cells = |pairs: &[(&str, &str)]| -> usize {
        pairs.iter().map(|(k, w)| width(k) + width(w) + 4).sum()
    };
    let mut shown = all.clone();
    // The last one, which leaves, always stays.
    while shown.len() > 1 && cells(&shown) > usize::from(area.width) + 3 {
        shown.remove(shown.len() - 2);
    }
    Keys::of(cx, &shown).put(buffer, area, area.height - 1, seen);
}
