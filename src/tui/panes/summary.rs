//! All versions with their figures; when a session has ended, what came of it and what can be done next.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::measure::Comparison;
use crate::session::event::{EndReason, Origin, TaskRecord};
use crate::session::fold::Version;
use crate::tui::component::{Pane, View};
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::scale::interval;
use crate::tui::core::tab::Tab;
use crate::tui::core::text::{pad, pad_left, visible, wrap};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::state::version_status::version_status;
use crate::tui::widgets::put;

/// The summary pane.
pub(crate) struct Summary;

impl Pane for Summary {
    fn tab(&self) -> Tab {
        Tab::Summary
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        draw(cx, area, buffer, hits);
    }
}

fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
    let mut lines = Vec::new();
    if cx.session.finished.is_some() {
        lines.extend(outcome(cx, area.width.into()));
        lines.extend(place_and_cost(cx));
        let word = crate::report::text::isolation(cx.session).trim();
        if !word.is_empty() {
            lines.push(Line::from(cx.span(word, Role::Error)));
        }
        lines.push(Line::default());
    }
    lines.extend(table(cx, area.width.into()));
    if cx.session.finished.is_some() {
        lines.push(Line::default());
        lines.extend(next(cx, area.width.into()));
    }
    hits.total = lines.len();
    hits.first = cx.first_row(Tab::Summary, hits);
    for (n, line) in lines
        .iter()
        .skip(hits.first)
        .take(area.height.into())
        .enumerate()
    {
        put(buffer, area, n as u16, line);
    }
}

fn against_original(cx: View<'_>, best: &Version) -> Option<Comparison> {
    let last = cx
        .session
        .finished
        .as_ref()
        .filter(|f| f.best == Some(best.id))
        .and_then(|f| f.comparison.clone());
    best.original_comparison().cloned().or(last)
}

/// Where the best version stands among the references, and what the replies cost; as far as either is known.
fn place_and_cost(cx: View<'_>) -> Option<Line<'_>> {
    let best = cx.session.best();
    let place = best.and_then(|b| cx.session.reference_rank(b));
    let place = place.map(|p| p.in_words(cx.session.objective));
    let cost = cx.session.bill.in_words().map(|c| format!("cost {c}"));
    let words: Vec<String> = place.into_iter().chain(cost).collect();
    (!words.is_empty()).then(|| Line::from(cx.span(words.join(" · "), Role::Muted)))
}

fn outcome(cx: View<'_>, room: usize) -> Vec<Line<'_>> {
    let strong =
        |text: String, role| Span::styled(text, cx.theme.fg(role).add_modifier(Modifier::BOLD));
    let Some(best) = cx.session.best() else {
        return vec![Line::from(strong(
            "No version passes yet.".into(),
            Role::Warn,
        ))];
    };
    if best.id.is_original() {
        let reason = cx.session.finished.as_ref().map(|f| &f.reason);
        let failed = cx
            .session
            .rounds
            .iter()
            .rev()
            .find_map(|r| r.failed.clone());
        let words = match (reason, failed) {
            (Some(EndReason::Provider), Some(why)) => {
                format!("The model could not be asked: {}", visible(&why))
            }
            (Some(EndReason::Stopped), _) => {
                "The session was stopped; reheat resume goes on with it.".to_owned()
            }
            _ if cx.session.versions.len() < 2 => "Nothing was tried.".to_owned(),
            _ => "Nothing that was tried is better by enough to matter.".to_owned(),
        };
        return stands(cx, &words, room);
    }
    let Some(c) = against_original(cx, best) else {
        return vec![Line::from(strong(
            format!("{} passes.", best.id),
            Role::Heat3,
        ))];
    };
    let word = cx.session.objective.comparative();
    let head = Line::from(vec![
        strong(format!("{} is ", best.id), Role::Title),
        Span::styled(
            c.gain.to_string(),
            cx.theme.heat(c.gain.0).add_modifier(Modifier::BOLD),
        ),
        strong(format!(" {word} than the original"), Role::Title),
        cx.span(
            format!("  {}", interval(c.low.0, c.high.0).trim()),
            Role::Text,
        ),
        cx.span(
            format!(
                " in {}{}",
                c.metric.in_words(),
                if c.confirmed {
                    ", measured again on fresh runs"
                } else {
                    ""
                }
            ),
            Role::Muted,
        ),
    ]);
    let (old, new) = (c.incumbent_figures, c.candidate_figures);
    let ratio = |a: f64, b: f64| {
        if b > 0.0 {
            crate::base::units::Gain(a / b).to_string()
        } else {
            String::new()
        }
    };
    let row = |name: &str, a: String, b: String, times: String| {
        Line::from(vec![
            cx.span(format!("  {}", pad(name, 10)), Role::Muted),
            cx.span(pad_left(&a, 11), Role::Baseline),
            cx.span("  →  ", Role::Faint),
            cx.span(pad(&b, 11), Role::Text),
            cx.span(pad_left(&times, 8), Role::Muted),
        ])
    };
    let mut lines = vec![head];
    for flag in best.flags() {
        let words = format!(
            "⚑ look at it before you trust it: {}",
            visible(&flag.reason)
        );
        let rows = wrap(&words, room).into_iter();
        lines.extend(rows.map(|row| Line::from(cx.span(row, Role::Warn))));
    }
    lines.extend([
        Line::default(),
        row(
            "CPU time",
            old.cpu_ns.to_string(),
            new.cpu_ns.to_string(),
            ratio(old.cpu_ns.seconds(), new.cpu_ns.seconds()),
        ),
        row(
            "wall time",
            old.wall_ns.to_string(),
            new.wall_ns.to_string(),
            ratio(old.wall_ns.seconds(), new.wall_ns.seconds()),
        ),
        row(
            "peak",
            old.peak_bytes.to_string(),
            new.peak_bytes.to_string(),
            ratio(old.peak_bytes.0 as f64, new.peak_bytes.0 as f64),
        ),
        row(
            "integral",
            old.integral_byte_ns.to_string(),
            new.integral_byte_ns.to_string(),
            ratio(old.integral_byte_ns.0, new.integral_byte_ns.0),
        ),
    ]);
    lines
}

/// That the original stands, and why, on as many rows as it takes.
fn stands<'a>(cx: View<'a>, why: &str, room: usize) -> Vec<Line<'a>> {
    let head = "The original stands.";
    let bold = cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD);
    wrap(&format!("{head} {}", why.replace('␊', " ")), room)
        .into_iter()
        .enumerate()
        .map(|(n, row)| match row.strip_prefix(head) {
            Some(rest) if n == 0 => Line::from(vec![
                Span::styled(head, bold),
                cx.span(rest.to_owned(), Role::Muted),
            ]),
            _ => Line::from(cx.span(row, Role::Muted)),
        })
        .collect()
}

fn table(cx: View<'_>, room: usize) -> Vec<Line<'_>> {
    let interval_too = room >= 76;
    let figures = room >= 58;
    let mut head = format!("  {}{}", pad("version", 9), pad("verdict", 20));
    head.push_str(&pad_left("× v0", 8));
    if interval_too {
        head.push_str(&pad("  interval", 16));
    }
    if figures {
        head.push_str(&pad_left("CPU", 10));
        head.push_str(&pad_left("peak", 10));
    }
    let mut lines = vec![Line::from(cx.span(head, Role::Muted))];
    for version in &cx.session.versions {
        let mark = version_status(cx.session, cx.state, version);
        let gain = version.gain_over_original();
        let ash = version.verdict().is_some_and(|v| !v.accepted());
        let best = cx.session.incumbent == Some(version.id);
        let flag = if version.flags().is_empty() {
            ""
        } else {
            "⚑"
        };
        let flag_cells = 9_usize.saturating_sub(version.id.to_string().len());
        let name = cx.theme.fg(if best { Role::Title } else { Role::Text });
        let mut spans = vec![
            Span::styled(format!("{} ", mark.glyph), cx.theme.fg(mark.role)),
            Span::styled(version.id.to_string(), name),
            cx.span(pad(flag, flag_cells), Role::Warn),
            Span::styled(pad(&mark.word, 20), cx.theme.fg(mark.role)),
            Span::styled(
                pad_left(
                    &gain.map_or("–".into(), |g| {
                        if version.id.0 == 0 {
                            "1×".into()
                        } else {
                            g.0.to_string()
                        }
                    }),
                    8,
                ),
                match gain {
                    Some(_) if ash => cx.theme.fg(Role::Fail),
                    Some(g) => cx.theme.heat(g.0.0),
                    None => cx.theme.fg(Role::Faint),
                },
            ),
        ];
        if interval_too {
            let text = gain
                .filter(|_| version.id.0 > 0)
                .map_or(String::new(), |g| interval(g.1.0, g.2.0));
            spans.push(cx.span(pad(&format!(" {text}"), 16), Role::Muted));
        }
        if figures {
            let known = version
                .evaluation
                .as_ref()
                .filter(|e| e.verdict.accepted())
                .map(|e| e.figures);
            let cell = |text: Option<String>| pad_left(&text.unwrap_or_else(|| "–".into()), 10);
            spans.push(cx.span(cell(known.map(|f| f.cpu_ns.to_string())), Role::Text));
            spans.push(cx.span(cell(known.map(|f| f.peak_bytes.to_string())), Role::Text));
        }
        lines.push(Line::from(spans));
    }
    lines
}

/// What can be done now, on as many rows as it takes.
fn next(cx: View<'_>, room: usize) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut spans = vec![cx.span("next  ", Role::Muted)];
    let mut used = 6;
    let words = [
        (
            Action::Dialog(DialogName::WriteBack),
            " write it into your file   ",
        ),
        (
            Action::Dialog(DialogName::Save),
            " save the best version   ",
        ),
        (Action::NextRound, " one more round   "),
        (Action::Steer, " give a hint   "),
        (Action::Dialog(DialogName::Edit), " edit by hand   "),
        (Action::Quit, " quit (kept: reheat resume)"),
    ];
    let kept = |t: &TaskRecord| t.origin == Origin::Kept;
    let best = cx.session.incumbent.is_some_and(|v| !v.is_original());
    let own_file = best && cx.session.task.as_ref().is_some_and(kept);
    let offered = |a: Action| a != Action::Dialog(DialogName::WriteBack) || own_file;
    for (action, word) in words.into_iter().filter(|w| offered(w.0)) {
        let key = &cx.state.prefs.keys.shown(action);
        let cells = crate::tui::core::text::width(key) + crate::tui::core::text::width(word);
        if used + cells > room && used > 6 {
            lines.push(Line::from(std::mem::replace(
                &mut spans,
                vec![cx.span("      ", Role::Muted)],
            )));
            used = 6;
        }
        used += cells;
        spans.push(cx.span(key, Role::Key));
        spans.push(cx.span(word, Role::Text));
    }
    lines.push(Line::from(spans));
    lines
}
