//! The reply as it comes, or several side by side.

mod one_reply;
pub(crate) mod replies;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::session::event::Stage;
use crate::tui::component::{Context, Pane, View};
use crate::tui::core::tab::Tab;
use crate::tui::core::theme::Role;
use crate::tui::panes::stream::one_reply::{figures, one};
use crate::tui::state::hits::HitMap;
use crate::tui::state::navigation::Direction;
use crate::tui::state::replies::reply_progress;
use crate::tui::widgets::put;

/// Whether a reply grows that was scrolled away from: the developer should know that there is more.
#[must_use]
pub(crate) fn runs_ahead(cx: View<'_>) -> bool {
    cx.session.stage == Stage::Streaming
        && cx
            .state
            .nav
            .scroll
            .get(&Tab::Stream)
            .is_some_and(|row| *row != usize::MAX)
        && (cx.state.round(cx.session)).is_some_and(|r| !r.is_answered())
}

/// The stream pane.
pub(crate) struct Stream;

impl Pane for Stream {
    fn tab(&self) -> Tab {
        Tab::Stream
    }

    fn info(&self, cx: View<'_>, _: usize) -> String {
        let Some(round) = cx.state.round(cx.session) else {
            return String::new();
        };
        let mut words = vec![format!("round {}", round.number)];
        if round.candidates > 1 {
            words.extend(replies::info(cx, round));
            return format!(" {} ", words.join(" · "));
        }
        if let Some(cost) = round.reply(0).and_then(|r| r.usage.cost) {
            words.push(cost.to_string());
        }
        words.extend(figures(reply_progress(cx.session, round, 0), "first after"));
        match cx.state.caches.reply.block() {
            Some(block) if block.open => words.push(format!("block {} open", block.number)),
            Some(block) if block.number > 1 => words.push(format!("{} blocks", block.number)),
            Some(_) => words.push("1 block".into()),
            None => {}
        }
        format!(" {} ", words.join(" · "))
    }

    fn prepare(&self, cx: &mut Context<'_>, area: Rect) {
        let language = cx.session.task.as_ref().map(|t| t.language.clone());
        let language = language.unwrap_or_default();
        cx.state
            .prepare_stream(cx.session, area.width.into(), &language);
    }

    fn on_step(&self, cx: &mut Context<'_>, to: Direction) -> bool {
        let forward = to == Direction::Forward;
        cx.state.step_reply(cx.session, forward) || cx.state.step_round(cx.session, forward)
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        draw(cx, area, buffer, hits);
    }
}

/// Why there is no reply to show.
fn no_round(cx: View<'_>) -> String {
    match cx.state.nav.selected {
        Some(version) if !cx.session.rounds.is_empty() => {
            format!("{version} came from no reply")
        }
        _ => "no round yet".to_owned(),
    }
}

fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let Some(round) = cx.state.round(cx.session) else {
        put(
            buffer,
            area,
            0,
            &Line::from(cx.span(no_round(cx), Role::Muted)),
        );
        return;
    };
    if round.candidates > 1 {
        replies::draw(cx, round, area, buffer, hits);
    } else {
        one(cx, round, 0, area, buffer, hits);
    }
}
