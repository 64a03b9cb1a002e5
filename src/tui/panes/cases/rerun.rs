//! The last single run of the marked case, beside the run of the evaluation.

use ratatui::text::{Line, Span};

use crate::measure::CaseResult;
use crate::session::fold::Version;
use crate::tui::component::View;
use crate::tui::core::text::{pad, visible};
use crate::tui::core::theme::Role;

/// Nothing where the case was not run once more; else both runs, one under the other.
#[must_use]
pub(crate) fn lines<'a>(cx: View<'a>, version: &Version, case: &str, room: usize) -> Vec<Line<'a>> {
    let Some(again) = version.rerun(case) else {
        return Vec::new();
    };
    let of_case = version.reruns.iter().filter(|r| r.result.case == case);
    let (runs, passed) = of_case.fold((0, 0), |(all, ok), r| {
        (all + 1, ok + usize::from(r.result.verdict.accepted()))
    });
    let title = match runs {
        1 => "once more".to_owned(),
        n => format!("once more, run {n}"),
    };
    let mut lines = vec![run(cx, &title, &again.result, room)];
    let checked = version.evaluation.as_ref();
    let first = checked.and_then(|e| e.cases.iter().find(|c| c.case == case));
    lines.extend(first.map(|r| run(cx, "as checked", r, room)));
    if version.flaky(case) {
        let words = format!(
            "  flaky: it does not end the same on every run ({passed} of {runs} single runs passed)"
        );
        lines.push(Line::from(cx.span(words, Role::Warn)));
    }
    lines
}

fn run<'a>(cx: View<'a>, title: &str, result: &CaseResult, room: usize) -> Line<'a> {
    let ok = result.verdict.accepted();
    let (glyph, word, role) = if ok {
        ("✓", "passes", Role::Added)
    } else {
        ("✗", result.verdict.in_words(), Role::Error)
    };
    let f = &result.figures;
    let name = format!("case {}, {title}", visible(&result.case));
    let mut spans = vec![
        Span::styled(format!("{glyph} "), cx.theme.fg(role)),
        cx.span(pad(&name, 28), Role::Title),
        cx.span(pad(word, 14), role),
    ];
    let figures = [
        ("CPU", f.cpu_ns.to_string()),
        ("peak", f.peak_bytes.to_string()),
        ("wall", f.wall_ns.to_string()),
    ];
    let fit = room.saturating_sub(44) / 17;
    for (title, text) in figures.into_iter().take(fit) {
        spans.push(cx.span(format!(" {title} "), Role::Muted));
        spans.push(cx.span(pad(&text, 11), Role::Text));
    }
    Line::from(spans)
}
