//! The line on top: what is optimised, how far it has come, on which ground it is measured.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::sandbox::Tier;
use crate::session::event::{Mode, Stage};
use crate::tui::component::View;
use crate::tui::core::scale::interval;
use crate::tui::core::text::{cut, visible};
use crate::tui::core::theme::Role;
use crate::tui::state::model_params;
use crate::tui::widgets::{line_width, put};

/// Draws it. Parts that matter less go first when there is little room.
pub(crate) fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width);
    let mut left = task(cx, room, Left::Whole);
    let mut right: Vec<Vec<Span<'_>>> = vec![
        tokens(cx),
        badges(cx, room),
        best(cx, room),
        round(cx, room),
    ];
    let gap = if room >= 100 { 4 } else { 2 };
    // The best version and the round stay longest; tokens and the badge's words go first.
    let total = |left: &Vec<Span<'_>>, right: &Vec<Vec<Span<'_>>>| {
        let used: usize = right
            .iter()
            .filter(|p| !p.is_empty())
            .map(|p| spans(p) + gap)
            .sum();
        spans(left) + used + 1
    };
    // A warning of missing isolation never goes.
    let open = cx
        .session
        .guards
        .as_ref()
        .is_some_and(|g| g.tier < Tier::Namespaces);
    if total(&left, &right) > room {
        right[0].clear();
    }
    if total(&left, &right) > room && !open {
        right[1] = badge_only(cx);
    }
    for less in [Left::NoLanguage, Left::Name] {
        if total(&left, &right) > room {
            left = task(cx, room, less);
        }
    }
    if total(&left, &right) > room && !open {
        right[1].clear();
    }
    if total(&left, &right) > room {
        right[3].clear();
    }
    if total(&left, &right) > room {
        right[2].clear();
    }
    let mut line = Vec::new();
    for part in right.into_iter().rev().filter(|p| !p.is_empty()) {
        if !line.is_empty() {
            line.push(Span::raw(" ".repeat(gap)));
        }
        line.extend(part);
    }
    line.push(Span::raw(" "));
    let line = Line::from(line);
    put(buffer, area, 0, &Line::from(left));
    let wide = line_width(&line).min(room);
    let at = Rect {
        x: area.x + (room - wide) as u16,
        width: wide as u16,
        ..area
    };
    put(buffer, at, 0, &line);
}

fn spans(parts: &[Span<'_>]) -> usize {
    parts
        .iter()
        .map(|s| crate::tui::core::text::width(&s.content))
        .sum()
}

/// How much is said of the task. What is to become better goes after the language: a gain means nothing without it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Whole,
    NoLanguage,
    Name,
}

fn task(cx: View<'_>, room: usize, said: Left) -> Vec<Span<'static>> {
    let Some(task) = &cx.session.task else {
        return vec![own(cx, " reheat", Role::Key)];
    };
    let mut spans = Vec::new();
    if room >= 100 {
        spans.push(own(cx, " reheat ▸ ", Role::Heat2));
    } else {
        spans.push(own(cx, " ", Role::Heat2));
    }
    spans.push(own(cx, &cut(&visible(&task.name), 24), Role::Title));
    if said == Left::Name {
        return spans;
    }
    // A hash of the compiler's build, or the system that built it, tells nobody anything here.
    let toolchain = task.toolchain_in_words();
    let toolchain = visible(&toolchain);
    let toolchain = toolchain.split(" (").next().unwrap_or_default();
    let language = if room >= 120 && !toolchain.is_empty() {
        toolchain.to_lowercase()
    } else {
        task.language.clone()
    };
    let before = match said {
        Left::Whole => format!("  {} · ", cut(&language, 24)),
        _ => " · ".to_owned(),
    };
    spans.push(own(cx, &before, Role::Muted));
    spans.push(own(cx, &cx.session.objective.to_string(), Role::Text));
    if let Some(case) = &cx.session.only {
        let words = format!(" on case {} only", cut(&visible(case), 12));
        spans.push(own(cx, &words, Role::Info));
    }
    spans
}

fn own(cx: View<'_>, text: &str, role: Role) -> Span<'static> {
    Span::styled(text.to_owned(), cx.theme.fg(role))
}

fn round<'a>(cx: View<'a>, room: usize) -> Vec<Span<'a>> {
    let now = cx.session.round().map_or(0, |r| r.number);
    let count = if cx.session.goal.rounds > 0 {
        format!("{now}/{}", cx.session.last_round().max(now))
    } else {
        now.to_string()
    };
    let mode = match cx.session.mode {
        Mode::Auto => "auto",
        Mode::Step => "step by step",
        Mode::Manual => "manual",
    };
    let mut spans = vec![cx.span("round ", Role::Muted), cx.span(count, Role::Text)];
    if room >= 60 {
        spans.push(cx.span(format!(" {mode}"), Role::Muted));
    }
    if let Some(words) = model_params::in_words(cx.session).filter(|_| room >= 100) {
        spans.push(cx.span(format!(" · {words}"), Role::Muted));
    }
    spans
}

fn best<'a>(cx: View<'a>, room: usize) -> Vec<Span<'a>> {
    let Some(best) = cx.session.best().filter(|b| !b.id.is_original()) else {
        let word = if cx.session.incumbent.is_some() {
            "original stands"
        } else {
            "nothing passes yet"
        };
        return vec![cx.span(word, Role::Muted)];
    };
    let mut spans = vec![
        cx.span("★ ", Role::Heat3),
        cx.span(best.id.to_string(), Role::Text),
        cx.span(if best.flags().is_empty() { " " } else { "⚑ " }, Role::Warn),
    ];
    match best.gain_over_original() {
        Some((gain, low, high)) => {
            spans.push(Span::styled(
                gain.to_string(),
                cx.theme
                    .heat(gain.0)
                    .add_modifier(ratatui::style::Modifier::BOLD),
            ));
            spans.push(cx.span(interval(low.0, high.0), Role::Muted));
            // A gain keeps its own word where something else is to become better now.
            let c = best.original_comparison();
            let some = c.and_then(|c| cx.session.cases_behind(c));
            if let Some(some) = some.filter(|_| room >= 120) {
                let words = format!(" on {}", cut(&visible(&some), 16));
                spans.push(cx.span(words, Role::Muted));
            }
            let of = c.map(|c| c.metric);
            if let Some(of) = of.filter(|m| m.objective() != cx.session.objective) {
                spans.push(cx.span(format!(" {}", of.comparative()), Role::Muted));
            }
        }
        None if best.original_comparison().is_some() => {
            spans.push(cx.span("not told from v0", Role::Muted));
        }
        None => spans.push(cx.span("passes", Role::Heat2)),
    }
    spans
}

/// What the badge says of the isolation.
#[must_use]
pub(crate) fn tier(tier: Tier) -> (&'static str, &'static str, Role) {
    match tier {
        Tier::Full => ("◆", "isolated", Role::Added),
        Tier::Namespaces => ("◆", "isolated, no cgroup", Role::Added),
        Tier::Weak => ("◇", "weakly isolated", Role::Warn),
        Tier::None => ("○", "NOT isolated", Role::Error),
    }
}

/// What the badge says of the noise while figures are taken; nothing where the machine does not tell.
fn noise<'a>(cx: View<'a>, words: bool) -> Vec<Span<'a>> {
    use crate::measure::noise::Level;
    let measuring = matches!(
        cx.session.stage,
        Stage::Comparing { .. } | Stage::Confirming { .. }
    );
    let Some(noise) = cx.session.live.noise.filter(|_| measuring) else {
        return Vec::new();
    };
    let (glyph, role) = match noise.level {
        Level::Unknown => return Vec::new(),
        Level::Quiet => ("●", Role::Added),
        Level::Noisy => ("◐", Role::Warn),
        Level::TooNoisy => ("○", Role::Error),
    };
    let word = if words || noise.level == Level::TooNoisy {
        format!(" {}", noise.level.in_words())
    } else {
        String::new()
    };
    let muted = if noise.level == Level::Quiet {
        Role::Muted
    } else {
        role
    };
    vec![Span::raw("  "), cx.span(glyph, role), cx.span(word, muted)]
}

/// Isolation and noise.
fn badges<'a>(cx: View<'a>, room: usize) -> Vec<Span<'a>> {
    let mut both = guards(cx, room);
    both.extend(noise(cx, room >= 100));
    both
}

fn guards<'a>(cx: View<'a>, room: usize) -> Vec<Span<'a>> {
    let Some(guards) = &cx.session.guards else {
        return Vec::new();
    };
    let (glyph, word, role) = tier(guards.tier);
    if room < 100 && guards.tier >= Tier::Namespaces {
        return vec![cx.span(glyph, role)];
    }
    vec![
        cx.span(glyph, role),
        cx.span(
            format!(" {word}"),
            if role == Role::Added {
                Role::Muted
            } else {
                role
            },
        ),
    ]
}

fn badge_only<'a>(cx: View<'a>) -> Vec<Span<'a>> {
    let Some(guards) = &cx.session.guards else {
        return Vec::new();
    };
    let (glyph, _, role) = tier(guards.tier);
    let mut both = vec![cx.span(glyph, role)];
    both.extend(noise(cx, false));
    both
}

fn tokens<'a>(cx: View<'a>) -> Vec<Span<'a>> {
    let usage = cx.session.usage;
    let sum = usage.prompt_tokens + usage.reply_tokens;
    if sum == 0 {
        return Vec::new();
    }
    let about = if usage.counted { "" } else { "~" };
    let count = if sum < 1_000 {
        sum.to_string()
    } else {
        format!("{:.1}k", sum as f64 / 1e3)
    };
    let cost = cx.session.bill.in_words();
    let cost = cost.map_or_else(String::new, |c| format!(" · {c}"));
    vec![cx.span(format!("{about}{count} tok{cost}"), Role::Muted)]
}
