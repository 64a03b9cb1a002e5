//! What the program must do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::session::event::TaskRecord;
use crate::tui::component::{Context, Pane, View};
use crate::tui::core::tab::Tab;
use crate::tui::core::text::visible;
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::widgets::long_text::long_text;
use crate::tui::widgets::put;

/// The task pane.
pub(crate) struct Task;

impl Pane for Task {
    fn tab(&self) -> Tab {
        Tab::Task
    }

    fn info(&self, cx: View<'_>, _: usize) -> String {
        let task = cx.session.task.as_ref();
        task.map_or_else(String::new, |t| format!(" {} cases ", t.cases.len()))
    }

    fn prepare(&self, cx: &mut Context<'_>, area: Rect) {
        let text = cx.session.task.as_ref().map(text).unwrap_or_default();
        cx.state.caches.page.wrap((Tab::Task, 0), &text, area.width);
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let Some(task) = &cx.session.task else {
            put(
                buffer,
                area,
                0,
                &Line::from(cx.span("opening …", Role::Muted)),
            );
            return;
        };
        let title = visible(&task.title).into_owned();
        put(
            buffer,
            area,
            0,
            &Line::from(Span::styled(
                title,
                cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD),
            )),
        );
        let machine = cx.session.machine.as_ref().map_or(String::new(), |m| {
            format!(" · {} cores · {}", m.cores, visible(&m.system))
        });
        let (first, now) = (task.objective, cx.session.objective);
        let before = match first == now {
            true => String::new(),
            false => format!(" (at first {})", first.in_words()),
        };
        let words = format!(
            "make it {}{before} · {}{machine}",
            now.in_words(),
            visible(&task.toolchain_in_words())
        );
        if area.height > 3 {
            put(buffer, area, 1, &Line::from(cx.span(words, Role::Muted)));
            let rest = Rect {
                y: area.y + 3,
                height: area.height - 3,
                ..area
            };
            hits.room = rest.height.into();
            long_text(cx, Tab::Task, "there is no statement", rest, buffer, hits);
        }
    }
}

/// The problem in words, and how a version is judged.
fn text(task: &TaskRecord) -> String {
    let judged = task.judged_by.join("\n\n");
    match (task.statement.trim_end(), judged.is_empty()) {
        (statement, true) => statement.to_owned(),
        ("", false) => judged,
        (statement, false) => format!("{statement}\n\n# How it is judged\n{judged}"),
    }
}
