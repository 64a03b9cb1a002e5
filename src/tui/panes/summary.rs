//! All versions with their figures; when a session has ended, what came of it and what can be done next.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::base::words::count;
use crate::measure::{Answer, Metric};
use crate::report::headline;
use crate::session::event::{Origin, TaskRecord};
use crate::tui::component::{Pane, View};
use crate::tui::core::action::{Action, DialogName};
use crate::tui::core::scale::interval;
use crate::tui::core::tab::Tab;
use crate::tui::core::text::{cut, pad, pad_left, visible, width, wrap};
use crate::tui::core::theme::Role;
use crate::tui::state::hits::HitMap;
use crate::tui::state::version_status::{gain, version_status};
use crate::tui::widgets::{line_width, put};

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
        if let Some(words) = place_and_cost(cx) {
            lines.extend(wrapped(cx, &words, Role::Muted, area.width.into()));
        }
        if let Some(recorded) = &cx.state.recorded {
            let words = format!("recorded: {} ({})", recorded.headline(), recorded.origin());
            lines.extend(wrapped(cx, &visible(&words), Role::Info, area.width.into()));
        }
        let word = crate::report::text::isolation(cx.session).trim();
        if !word.is_empty() {
            lines.extend(wrapped(cx, word, Role::Error, area.width.into()));
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

/// Where the best version stands among the references, and what the replies cost; as far as either is known.
fn place_and_cost(cx: View<'_>) -> Option<String> {
    let best = cx.session.best();
    let place = best.and_then(|b| cx.session.rank_in_words(b));
    let cost = cx.session.bill.in_words().map(|c| format!("cost {c}"));
    let words: Vec<String> = place.into_iter().chain(cost).collect();
    (!words.is_empty()).then(|| words.join(" · "))
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
        let words = headline::why_the_original_stands(cx.session);
        return stands(cx, &visible(&words), room);
    }
    let Some(c) = headline::best_comparison(cx.session) else {
        return vec![Line::from(strong(
            format!("{} passes.", best.id),
            Role::Heat3,
        ))];
    };
    let word = c.word();
    let differs = matches!(c.answer, Answer::Better | Answer::Worse);
    let mut lines = if differs {
        let of = cx.session.compared_on(c);
        let of = visible(&of);
        let mut head = Line::from(vec![
            strong(format!("{} is ", best.id), Role::Title),
            Span::styled(
                c.gain.to_string(),
                cx.theme.heat(c.gain.0).add_modifier(Modifier::BOLD),
            ),
            strong(format!(" {word} than the original"), Role::Title),
        ]);
        let again = if c.confirmed {
            ", measured again on fresh runs"
        } else {
            ""
        };
        // What matters less goes whole where there is no room for it.
        for (words, role) in [
            (
                format!("  {}", interval(c.low.0, c.high.0).trim()),
                Role::Text,
            ),
            (format!(" in {of}"), Role::Muted),
            (again.to_owned(), Role::Muted),
        ] {
            if line_width(&head) + width(&words) > room {
                break;
            }
            head.push_span(cx.span(words, role));
        }
        vec![head]
    } else {
        let head = format!("{} is the best version", best.id);
        let why = format!(
            "against v0 in {}: {}, {}",
            visible(c.compared()),
            c.word(),
            c.gain_in_words()
        );
        let mut lines = vec![Line::from(strong(head, Role::Title))];
        lines.extend(wrapped(cx, &why, Role::Muted, room));
        lines
    };
    let (old, new) = (c.incumbent_figures, c.candidate_figures);
    let ratio = |a: f64, b: f64| {
        if b > 0.0 {
            crate::base::units::Gain(a / b).to_string()
        } else {
            String::new()
        }
    };
    let names = width(c.compared()).clamp(NAME, 24);
    let row = |name: &str, a: String, b: String, times: String| {
        if room < names + 37 {
            // The gain stands before what may be cut.
            return Line::from(vec![
                cx.span(pad(name, NAME), Role::Muted),
                cx.span(pad_left(&times, 7), Role::Text),
                cx.span(format!("  {}", old_to_new(&a, &b)), Role::Muted),
            ]);
        }
        Line::from(vec![
            cx.span(format!("  {}", pad(&cut(name, names), names)), Role::Muted),
            cx.span(pad_left(&a, 11), Role::Baseline),
            cx.span("  →  ", Role::Faint),
            cx.span(pad(&b, 11), Role::Text),
            cx.span(pad_left(&times, 8), Role::Muted),
        ])
    };
    for words in cx.session.other_gains() {
        lines.extend(wrapped(cx, &visible(&words), Role::Muted, room));
    }
    for flag in best.flags() {
        let words = format!(
            "⚑ look at it before you trust it: {}",
            visible(&flag.reason)
        );
        lines.extend(wrapped(cx, &words, Role::Warn, room));
    }
    lines.push(Line::default());
    // The figure that was compared comes first, with the gain that it gave; the others were measured beside it.
    if let Some([old, new]) = c.compared_figures() {
        let gain = if c.is_decided() {
            c.gain.to_string()
        } else {
            String::new()
        };
        lines.push(row(&visible(c.compared()), old, new, gain));
    }
    let beside = [
        (
            Metric::Cpu,
            old.cpu_ns.to_string(),
            new.cpu_ns.to_string(),
            ratio(old.cpu_ns.seconds(), new.cpu_ns.seconds()),
        ),
        (
            Metric::Wall,
            old.wall_ns.to_string(),
            new.wall_ns.to_string(),
            ratio(old.wall_ns.seconds(), new.wall_ns.seconds()),
        ),
        (
            Metric::Peak,
            old.peak_bytes.to_string(),
            new.peak_bytes.to_string(),
            ratio(old.peak_bytes.0 as f64, new.peak_bytes.0 as f64),
        ),
        (
            Metric::Integral,
            old.integral_byte_ns.to_string(),
            new.integral_byte_ns.to_string(),
            ratio(old.integral_byte_ns.0, new.integral_byte_ns.0),
        ),
    ];
    // Of a command that says its own figure only the whole command's time is known besides: it builds and starts things.
    let shown =
        |metric: Metric| metric != c.metric && (!c.metric.is_reported() || metric == Metric::Wall);
    for (metric, old, new, times) in beside.into_iter().filter(|b| shown(b.0)) {
        let name = match metric {
            Metric::Wall if c.metric.is_reported() => "whole command",
            other => other.in_words(),
        };
        lines.push(row(name, old, new, times));
    }
    if let Some(what) = cx.session.figures_are_of().filter(|_| c.is_decided()) {
        let what = format!("{}, medians of {}", visible(&what), count(c.pairs, "pair"));
        // Divided, they need not give the gain to the last digit. Where there is no room for it, that is left out.
        let why = "; gain: middle of their ratios";
        let fits = width(&what) + width(why) + 2 <= room;
        let what = if fits { what + why } else { what };
        let rows = wrap(&what, room.saturating_sub(2)).into_iter();
        lines.extend(rows.map(|row| Line::from(cx.span(format!("  {row}"), Role::Faint))));
    }
    lines
}

/// Cells of the name of a figure at least.
const NAME: usize = 13;

/// `412 → 60.3 ms`: a unit that both have is said once.
fn old_to_new(old: &str, new: &str) -> String {
    match (old.rsplit_once(' '), new.rsplit_once(' ')) {
        (Some((figure, unit)), Some((_, same))) if unit == same => format!("{figure} → {new}"),
        _ => format!("{old} → {new}"),
    }
}

/// A sentence on as many rows as it takes.
fn wrapped<'a>(cx: View<'a>, words: &str, role: Role, room: usize) -> Vec<Line<'a>> {
    let rows = wrap(words, room).into_iter();
    rows.map(|row| Line::from(cx.span(row, role))).collect()
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

/// Cells of the figures beside a gain.
const BESIDE: usize = 22;

fn table(cx: View<'_>, room: usize) -> Vec<Line<'_>> {
    let interval_too = room >= 80;
    let figures = room >= 62;
    // The gains keep their column, whatever the verdicts lose.
    let verdicts = room.saturating_sub(19).clamp(8, 20);
    let mut head = format!("  {}{}", pad("version", 9), pad("verdict", verdicts));
    head.push_str(&pad_left("× v0", 8));
    if interval_too {
        head.push_str(&pad("  interval", 16));
    }
    if figures {
        head.push_str(&pad_left("v0's → its own", BESIDE));
    }
    let mut lines = vec![Line::from(cx.span(head, Role::Muted))];
    for version in &cx.session.versions {
        let mark = version_status(cx.session, cx.state, version);
        let gain = gain(version);
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
            Span::styled(pad(&mark.word, verdicts), cx.theme.fg(mark.role)),
            Span::styled(
                pad_left(
                    &gain.map_or("–".into(), |g| {
                        if version.id.0 == 0 {
                            "1×".into()
                        } else if cx.session.is_gain_apart(version) {
                            format!("{}*", g.0)
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
            // Its own figure beside another version is of another moment: in a column with those beside v0 it would be read
            // as better or worse than they are.
            let cell = match cx.session.figures_beside_gain(version) {
                Some((Some(old), new)) => format!("{old} → {new}"),
                Some((None, own)) => own,
                None => "–".into(),
            };
            spans.push(cx.span(pad_left(&cell, BESIDE), Role::Text));
        }
        lines.push(Line::from(spans));
    }
    if let Some(words) = cx.session.gains_apart() {
        lines.extend(wrapped(cx, &visible(&words), Role::Warn, room));
    }
    for (round, why) in (cx.session.rounds.iter()).filter_map(|r| Some((r, r.failed.as_ref()?))) {
        let words = format!("round {} gave no version: {}", round.number, visible(why));
        lines.extend(wrapped(cx, &words, Role::Muted, room));
    }
    lines
}

/// What a stranger at a stand is told: nothing that he sees can be pressed.
const AT_A_STAND: &str = "It begins again by itself. Your own: `reheat optimize slow.py --cases cases/` makes a program of yours faster, `reheat demo` shows this loop without a model, `reheat doctor` says what is there.";

/// What can be done now, on as many rows as it takes.
fn next(cx: View<'_>, room: usize) -> Vec<Line<'_>> {
    if cx.state.kiosk {
        return wrapped(cx, AT_A_STAND, Role::Text, room);
    }
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
        (
            Action::Quit,
            if cx.session.was_refused() {
                " quit"
            } else {
                " quit (kept: reheat resume)"
            },
        ),
    ];
    let kept = |t: &TaskRecord| t.origin == Origin::Kept;
    let best = cx.session.incumbent.is_some_and(|v| !v.is_original());
    let own_file = best && cx.session.task.as_ref().is_some_and(kept);
    let offered = |a: Action| match a {
        Action::Dialog(DialogName::WriteBack) => own_file,
        Action::Dialog(DialogName::Save) => best,
        _ => true,
    };
    for (action, word) in words.into_iter().filter(|w| offered(w.0)) {
        let key = &cx.state.prefs.keys.shown(action);
        let cells = width(key) + width(word);
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
