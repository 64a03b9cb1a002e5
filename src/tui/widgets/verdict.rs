//! What became of the selected version, so that one learns from it: the figures behind the verdict, or where it failed.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::base::words::count;
use crate::measure::{Answer, Comparison, Evaluation, Failure, Metric};
use crate::session::event::{Decision, Stage, VersionId};
use crate::session::fold::Version;
use crate::tui::component::View;
use crate::tui::core::action::Action;
use crate::tui::core::scale::interval;
use crate::tui::core::text::{cut, visible};
use crate::tui::core::theme::Role;
use crate::tui::state::version_status::version_status;

/// The version that is looked at, with who made it: `v3 by qwen2.5-coder`.
pub(crate) fn title<'a>(cx: View<'a>, version: &Version) -> Line<'a> {
    Line::from(vec![
        Span::raw(" "),
        cx.span(version.id.to_string(), Role::Title),
        cx.span(author(version), Role::Muted),
        Span::raw(" "),
    ])
}

fn author(version: &Version) -> String {
    use crate::session::event::Author;
    match &version.author {
        Author::Original => " the original".into(),
        Author::Model { name } => format!(" by {}", cut(&visible(name), 30)),
        Author::Tape { name } => format!(" by {}, recorded", cut(&visible(name), 30)),
        Author::Hand => " by your hand".into(),
    }
}

/// The verdict and what stands behind it, most important first.
#[must_use]
pub(crate) fn lines<'a>(cx: View<'a>, version: &'a Version, room: usize) -> Vec<Line<'a>> {
    let mut lines = verdict(cx, version, room);
    let recorded = cx.state.recorded.as_ref();
    if let Some(words) = recorded.and_then(|r| r.of_version(version)) {
        let words = format!("  recorded: {}", visible(&words));
        lines.insert(1.min(lines.len()), Line::from(cx.span(words, Role::Info)));
    }
    if !version.note.is_empty() {
        let note = format!("  your note: {}", visible(&version.note));
        // Behind the verdict: what is cut off below is the least telling.
        lines.insert(1.min(lines.len()), Line::from(cx.span(note, Role::Info)));
    }
    lines
}

fn verdict<'a>(cx: View<'a>, version: &'a Version, room: usize) -> Vec<Line<'a>> {
    let Some(evaluation) = &version.evaluation else {
        return in_work(cx, version);
    };
    if !evaluation.verdict.accepted() {
        return failed(cx, evaluation, room);
    }
    let mut lines = Vec::new();
    match (&version.comparison, version.id) {
        (Some(c), _) => lines.extend(compared(cx, version, c)),
        (None, VersionId::ORIGINAL) => {
            let f = evaluation.figures;
            lines.push(Line::from(vec![
                cx.span("● ", Role::Baseline),
                cx.span(
                    format!(
                        "passes {}: {} CPU, all starts included, peak {}",
                        count(evaluation.passed(), "case"),
                        f.cpu_ns,
                        f.peak_bytes
                    ),
                    Role::Text,
                ),
            ]));
            lines.push(Line::from(
                cx.span("everything is measured against it", Role::Muted),
            ));
        }
        (None, _) => {
            let words = format!(
                "passes {} of {} cases",
                evaluation.passed(),
                evaluation.cases_total
            );
            lines.push(Line::from(vec![
                cx.span("▲ ", Role::Heat2),
                cx.span(words, Role::Text),
            ]));
        }
    }
    for flag in &evaluation.flags {
        lines.push(Line::from(vec![
            cx.span("⚑ ", Role::Warn),
            cx.span(
                format!("for you to judge: {}", visible(&flag.reason)),
                Role::Warn,
            ),
        ]));
    }
    if let Some((decision, reason)) = &version.decision {
        let word = if *decision == Decision::Accepted {
            "  accepted: "
        } else {
            "  not accepted: "
        };
        lines.push(Line::from(vec![
            cx.span(word, Role::Muted),
            cx.span(visible(reason).into_owned(), Role::Muted),
        ]));
    }
    lines
}

/// What is being done to a version right now, and why in this way.
fn in_work<'a>(cx: View<'a>, version: &Version) -> Vec<Line<'a>> {
    let mark = version_status(cx.session, cx.state, version);
    let cases = cx.session.task.as_ref().map_or(0, |t| t.cases.len());
    let again = cx.state.prefs.keys.shown(Action::MeasureAgain);
    let (now, why) = match &cx.session.stage {
        Stage::Comparing {
            version: v,
            against,
            ..
        } if *v == version.id => (
            format!("passes all {cases} cases; timed side by side with {against}"),
            "both run next to each other in shuffled order, until the interval says better, worse or the same",
        ),
        Stage::Confirming {
            version: v,
            against,
            ..
        } if *v == version.id => (
            format!("passes all {cases} cases and beats {against}; measured a second time"),
            "a win counts only if fresh runs confirm it, and only their figures are reported",
        ),
        Stage::Waiting | Stage::Finished => (
            mark.word,
            "stopped before it had a verdict; {again} measures it",
        ),
        _ if cx.session.live.version.is_some_and(|v| v != version.id) => (
            mark.word,
            "it has no verdict: it waits for its turn, or was stopped; {again} measures it",
        ),
        _ => (
            mark.word,
            "every case is checked first; only a version that passes them all is timed",
        ),
    };
    vec![
        Line::from(vec![
            cx.span(format!("{} ", mark.glyph), mark.role),
            cx.span(now, Role::Text),
        ]),
        Line::from(cx.span(format!("  {}", why.replace("{again}", &again)), Role::Muted)),
    ]
}

fn failed<'a>(cx: View<'a>, evaluation: &'a Evaluation, room: usize) -> Vec<Line<'a>> {
    let empty = Failure::default();
    let failure = evaluation.failure.as_ref().unwrap_or(&empty);
    let place = match &failure.case {
        None => String::new(),
        Some(case) => format!(" on case {} of {}", visible(case), evaluation.cases_total),
    };
    let mut first = vec![
        cx.span("✗ ", Role::Error),
        Span::styled(
            format!("{}{place}", evaluation.in_words()),
            cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD),
        ),
    ];
    if !failure.reason.is_empty() {
        first.push(cx.span(format!(" · {}", visible(&failure.reason)), Role::Text));
    }
    let mut lines = vec![Line::from(first)];
    let one = |text: &str, cells: usize| {
        cut(&visible(text.trim_end()).replace('␊', " ⏎ "), cells).into_owned()
    };
    if !failure.expected.is_empty() || !failure.got.is_empty() {
        let third = (room.saturating_sub(30) / 3).max(8);
        lines.push(Line::from(vec![
            cx.span("  input ", Role::Muted),
            cx.span(one(&failure.input, third), Role::Text),
            cx.span("   expected ", Role::Muted),
            cx.span(one(&failure.expected, third), Role::Added),
            cx.span("   got ", Role::Muted),
            cx.span(one(&failure.got, third), Role::Removed),
        ]));
    }
    if let Some(last) = failure.stderr.lines().rev().find(|l| !l.trim().is_empty()) {
        lines.push(Line::from(vec![
            cx.span("  says ", Role::Muted),
            cx.span(one(last, room.saturating_sub(7)), Role::Removed),
        ]));
    }
    let passed = evaluation.passed();
    let before = match passed {
        0 => "no case passed".to_owned(),
        1 => "1 case passed".to_owned(),
        n => format!("{n} of {} cases passed", evaluation.cases_total),
    };
    let why = "not timed: a wrong program is never timed · the next prompt says where it fails";
    lines.push(Line::from(
        cx.span(format!("  {before} · {why}"), Role::Muted),
    ));
    lines
}

fn compared<'a>(cx: View<'a>, version: &Version, c: &Comparison) -> Vec<Line<'a>> {
    let mark = version_status(cx.session, cx.state, version);
    let word = c.word();
    let fresh = if c.confirmed {
        " fresh pairs"
    } else if c.pairs == 1 {
        " pair"
    } else {
        " pairs"
    };
    let second = c
        .second_to
        .as_ref()
        .map_or_else(String::new, |by| format!(", second to {}", visible(by)));
    let mut first = vec![
        cx.span(format!("{} ", mark.glyph), mark.role),
        Span::styled(
            format!("{word}{second}  "),
            cx.theme.fg(Role::Title).add_modifier(Modifier::BOLD),
        ),
    ];
    if c.is_decided() {
        first.push(Span::styled(
            c.gain.to_string(),
            cx.theme.heat(c.gain.0).add_modifier(Modifier::BOLD),
        ));
        if c.pairs > 1 {
            first.push(cx.span(interval(c.low.0, c.high.0), Role::Text));
        }
    } else {
        first.push(cx.span(c.gain_in_words(), Role::Text));
    }
    first.push(cx.span(
        format!(
            " against {} in {}, {}{fresh}",
            visible(&c.incumbent),
            visible(&cx.session.compared_on(c)),
            c.pairs
        ),
        Role::Muted,
    ));
    if c.answer == Answer::NoDifference {
        first.push(cx.span(
            format!(": within ±{} %", trim(c.margin * 100.0)),
            Role::Muted,
        ));
    }
    let mut lines = vec![Line::from(first)];
    // Of the same two it is another comparison where the version was measured again, or on other cases: the one that the header has.
    if let Some(o) = version
        .against_original
        .as_ref()
        .filter(|o| o.incumbent != c.incumbent || (o.gain, o.pairs) != (c.gain, c.pairs))
    {
        let told = if o.is_decided() {
            Span::styled(o.gain.to_string(), cx.theme.heat(o.gain.0))
        } else {
            cx.span(o.gain_in_words(), Role::Muted)
        };
        let between = if o.is_decided() {
            interval(o.low.0, o.high.0)
        } else {
            String::new()
        };
        let before = if o.incumbent == c.incumbent {
            "  measured again "
        } else {
            "  against the original "
        };
        let mut spans = vec![
            cx.span(before, Role::Muted),
            told,
            cx.span(between, Role::Text),
        ];
        if o.incumbent == c.incumbent || !o.measures_what(c) {
            let of = format!(" in {}", visible(&cx.session.compared_on(o)));
            spans.push(cx.span(of, Role::Muted));
        }
        lines.push(Line::from(spans));
    }
    if cx.session.incumbent == Some(version.id) {
        for words in cx.session.other_gains() {
            let words = format!("  also {}", visible(&words));
            lines.push(Line::from(cx.span(words, Role::Muted)));
        }
    }
    if let Some(words) = cx.session.chain_broken(version) {
        let words = format!("  {}", visible(&words));
        lines.push(Line::from(cx.span(words, Role::Warn)));
    }
    lines.extend(figures(cx, c));
    if let Some(words) = floor_words(c).filter(|_| c.is_decided()) {
        lines.push(Line::from(cx.span(format!("  {words}"), Role::Warn)));
    }
    if let Some(noise) = c
        .noise
        .filter(|n| n.level > crate::measure::noise::Level::Quiet)
    {
        // What was decided was decided by pairs in spite of it; only what was not may be the noise's doing.
        let decided = matches!(c.answer, Answer::Better | Answer::Worse);
        let words = match noise.reasons() {
            why if decided && why.is_empty() => "  decided in spite of a noisy machine".into(),
            why if decided => format!("  decided in spite of the noise: {why}"),
            _ => format!("  the machine was {}", noise.in_words()),
        };
        lines.push(Line::from(cx.span(words, Role::Warn)));
    }
    if let Some(words) = timed_otherwise(cx, c) {
        lines.push(Line::from(cx.span(format!("  {words}"), Role::Warn)));
    }
    if !c.note.is_empty() {
        lines.push(Line::from(
            cx.span(format!("  {}", visible(&c.note)), Role::Muted),
        ));
    }
    if c.answer == Answer::Undecided && c.second_to.is_none() && version.id != VersionId::ORIGINAL {
        let key = cx.state.prefs.keys.shown(Action::MeasureAgain);
        let words = format!("  {key} measures it again, for twice as long");
        lines.push(Line::from(cx.span(words, Role::Info)));
    }
    lines
}

/// What was compared, first; then what else was measured in the same runs.
fn figures<'a>(cx: View<'a>, c: &Comparison) -> Option<Line<'a>> {
    let (old, new) = (c.incumbent_figures, c.candidate_figures);
    let [before, after] = c.compared_figures()?;
    let name = match c.metric {
        Metric::Cpu => "CPU".into(),
        Metric::Wall => "wall".into(),
        _ => visible(c.compared()),
    };
    let mut spans = vec![
        cx.span(format!("  {name} "), Role::Muted),
        cx.span(format!("{before} → {after}"), Role::Text),
    ];
    let whole_runs = !c.metric.is_reported() && c.launches.is_none();
    let beside = [
        (
            Metric::Peak,
            "peak",
            format!("{} → {}", old.peak_bytes, new.peak_bytes),
        ),
        (
            Metric::Integral,
            "integral",
            format!("{} → {}", old.integral_byte_ns, new.integral_byte_ns),
        ),
    ];
    for (_, name, figures) in beside.into_iter().filter(|b| whole_runs && b.0 != c.metric) {
        spans.push(cx.span(format!("   {name} "), Role::Muted));
        spans.push(cx.span(figures, Role::Text));
    }
    if c.launches.is_some() {
        spans.push(cx.span(" a pass over the calls", Role::Muted));
    }
    Some(Line::from(spans))
}

/// What to know where other cases are timed now than were timed then.
fn timed_otherwise(cx: View<'_>, c: &Comparison) -> Option<String> {
    let now = cx.session.only.as_ref();
    if c.only.as_ref() == now {
        return None;
    }
    let on = |case: Option<&String>| {
        case.map_or_else(
            || "the workload".to_owned(),
            |c| format!("case {} only", visible(c)),
        )
    };
    Some(format!(
        "timed on {}; what is timed now is {}",
        on(c.only.as_ref()),
        on(now)
    ))
}

/// What to know where most of a figure is the language's own start.
fn floor_words(c: &Comparison) -> Option<String> {
    let floors = c.floors.as_ref()?;
    let figures = [&c.incumbent_figures, &c.candidate_figures];
    let share = floors
        .shares(figures, c.metric)
        .into_iter()
        .fold(0.0, f64::max);
    (share > 0.5).then(|| {
        let beyond = c.gain_beyond_floor();
        let beyond = beyond.map_or_else(String::new, |g| format!("; beyond it {g}"));
        format!(
            "{:.0} % of the figure is what an empty program takes{beyond}",
            share * 100.0
        )
    })
}

fn trim(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
