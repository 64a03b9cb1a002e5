//! Is it real? The pairs as they fall, and the interval closing in, look by look, on one axis of ratios.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::base::words::count;
use crate::measure::stats::LOOKS;
use crate::measure::{Answer, Look};
use crate::session::Session;
use crate::session::event::{Stage, VersionId};
use crate::tui::component::View;
use crate::tui::core::scale::interval;
use crate::tui::core::text::{visible, width};
use crate::tui::core::theme::Role;
use crate::tui::widgets::plot::Plot;
use crate::tui::widgets::{put, put_both};

/// What the panel shows, whether it is live or long decided.
struct Shown {
    candidate: String,
    incumbent: String,
    /// What is compared, in words.
    compared: Option<String>,
    /// ln of every ratio that is shown.
    ratios: Vec<f64>,
    looks: Vec<Look>,
    /// The figures that count now.
    now: Option<Look>,
    answer: Option<Answer>,
    /// The answer in the word of what was compared.
    word: &'static str,
    /// What is said in place of a gain, where the answer gives none.
    instead: Option<String>,
    confirming: bool,
    confirmed: bool,
    margin: f64,
}

/// Draws it in its frame.
pub(crate) fn draw(cx: View<'_>, area: Rect, buffer: &mut Buffer) {
    let view = view(cx);
    let title = match &view {
        Some(v) => format!(
            "{} against {}{}",
            v.candidate,
            v.incumbent,
            v.compared
                .as_ref()
                .map_or(String::new(), |m| format!(" · {}", visible(m)))
        ),
        None => "comparison".into(),
    };
    let inner = cx.framed(&title, area, buffer);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    panel(cx, view, inner, buffer);
}

/// Draws it without a frame, with its title on the first row.
pub(crate) fn inside(cx: View<'_>, area: Rect, buffer: &mut Buffer) {
    let view = view(cx);
    let mut rest = area;
    if let Some(v) = view.as_ref().filter(|_| area.height >= 6) {
        let metric = v
            .compared
            .as_ref()
            .map_or(String::new(), |m| format!(" · {}", visible(m)));
        let title = format!("{} against {}{metric}", v.candidate, v.incumbent);
        put(buffer, area, 0, &Line::from(cx.span(title, Role::Title)));
        rest = Rect {
            y: area.y + 1,
            height: area.height - 1,
            ..area
        };
    }
    panel(cx, view, rest, buffer);
}

/// The comparison that is on, if it is about the version that is looked at; else that version's own.
fn view(cx: View<'_>) -> Option<Shown> {
    let session = cx.session;
    let looked_at = cx.state.version(session);
    let on = match &session.stage {
        Stage::Comparing {
            version, against, ..
        } => Some((*version, *against, false)),
        Stage::Confirming {
            version, against, ..
        } => Some((*version, *against, true)),
        _ => None,
    };
    if let Some((version, against, confirming)) = on.filter(|o| Some(o.0) == looked_at) {
        let looks = session
            .version(version)
            .map(|v| v.looks.clone())
            .unwrap_or_default();
        return Some(Shown {
            candidate: version.to_string(),
            incumbent: against.to_string(),
            compared: session.live.look.map(|l| l.1.in_words().to_owned()),
            ratios: session
                .live
                .pairs
                .iter()
                .filter(|p| p.confirming == confirming)
                .map(|p| p.log_ratio)
                .collect(),
            now: match confirming {
                true => session.latest_look(),
                false => looks.last().copied(),
            },
            looks,
            answer: None,
            word: "",
            instead: None,
            confirming,
            confirmed: false,
            margin: 0.025,
        });
    }
    let version = session.version(looked_at?)?;
    let c = version.comparison.as_ref()?;
    Some(Shown {
        candidate: c.candidate.clone(),
        incumbent: c.incumbent.clone(),
        compared: Some(c.compared().to_owned()),
        ratios: if c.confirming.is_empty() {
            c.log_ratios.clone()
        } else {
            c.confirming.clone()
        },
        looks: c.looks.clone(),
        now: Some(Look {
            pairs: c.pairs,
            gain: c.gain,
            low: c.low,
            high: c.high,
        }),
        answer: Some(c.answer),
        word: c.word(),
        instead: (!c.is_decided()).then(|| c.gain_in_words()),
        confirming: false,
        confirmed: c.confirmed,
        margin: c.margin,
    })
}

fn panel(cx: View<'_>, view: Option<Shown>, area: Rect, buffer: &mut Buffer) {
    if area.height < 1 || area.width < 12 {
        return;
    }
    let Some(view) = view else {
        let words = match cx.state.version(cx.session) {
            Some(VersionId::ORIGINAL) | None => {
                "candidates are compared with the best version so far"
            }
            Some(version) => why_not_compared(cx.session, version),
        };
        for (n, line) in crate::tui::core::text::wrap(words, area.width.into())
            .into_iter()
            .enumerate()
        {
            put(
                buffer,
                area,
                area.height / 2 + n as u16,
                &Line::from(cx.span(line, Role::Faint)),
            );
        }
        return;
    };
    headline(cx, &view, area, buffer);
    let chart = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    if chart.height >= 3 {
        funnel(cx, &view, chart, buffer);
    }
}

/// Why there are no pairs of a version: it is not so far yet, or it was never to be timed.
fn why_not_compared(session: &Session, looked_at: VersionId) -> &'static str {
    let judged = session
        .version(looked_at)
        .is_some_and(|v| v.evaluation.is_some());
    match &session.stage {
        _ if judged => "it was not timed",
        Stage::Building { version } if *version == looked_at => "it is being built",
        Stage::Checking { version, .. } if *version == looked_at => "its cases are being checked",
        Stage::Comparing { version, .. } | Stage::Confirming { version, .. }
            if *version == looked_at =>
        {
            "it is being compared"
        }
        Stage::Finished => "it was not judged",
        _ => "it was not judged yet",
    }
}

fn headline(cx: View<'_>, view: &Shown, area: Rect, buffer: &mut Buffer) {
    let dim = view.answer.is_none();
    let mut left: Vec<Span<'_>> = Vec::new();
    match view.now {
        _ if let Some(words) = &view.instead => left.push(cx.span(words.clone(), Role::Text)),
        Some(look) => {
            let heat = cx.theme.heat(look.gain.0);
            left.push(Span::styled(
                look.gain.to_string(),
                if dim {
                    heat
                } else {
                    heat.add_modifier(Modifier::BOLD)
                },
            ));
            left.push(cx.span(interval(look.low.0, look.high.0), Role::Text));
        }
        None => {
            let words = match view.confirming {
                true => "no look at these yet".to_owned(),
                false => format!("first look after {} pairs", LOOKS[0]),
            };
            left.push(cx.span(words, Role::Muted));
        }
    }
    let word = match (view.answer, view.confirming) {
        (None, true) => format!("{} fresh", view.ratios.len()),
        (None, false) => count(view.ratios.len(), "pair"),
        (Some(Answer::Better), _) if view.confirmed => "confirmed".to_owned(),
        (Some(_), _) => view.word.to_owned(),
    };
    put_both(
        buffer,
        area,
        0,
        &Line::from(left),
        &Line::from(cx.span(word, Role::Muted)),
    );
}

/// ln of the ratio from which on 1× need not be on the axis.
const FAR: f64 = 0.2;

/// An axis of ratios, logarithmic: twice as fast and half as fast are equally far from 1.
struct Axis {
    low: f64,
    high: f64,
    x: u16,
    cells: u16,
}

impl Axis {
    fn of(view: &Shown, x: u16, cells: u16) -> Self {
        let looks = view
            .looks
            .iter()
            .chain(view.now.iter())
            .flat_map(|l| [l.low.0.ln(), l.high.0.ln()]);
        let all: Vec<f64> = looks
            .chain(view.ratios.iter().copied())
            .filter(|v| v.is_finite())
            .collect();
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Where everything lies far from 1 the axis stays with it, so that the interval can be seen closing in.
        let far = !all.is_empty() && (low > FAR || high < -FAR);
        let (low, high) = if far {
            (low, high)
        } else {
            (low.min(-view.margin), high.max(view.margin))
        };
        // Ratios beyond a million say that something is wrong; they must not carry the axis away.
        let (low, high) = (low.clamp(-14.0, 14.0), high.clamp(-14.0, 14.0));
        let air = (high - low).max(0.02) * 0.08;
        Self {
            low: low - air,
            high: high + air,
            x,
            cells,
        }
    }

    fn holds(&self, log: f64) -> bool {
        self.low < log && log < self.high
    }

    fn share(&self, log: f64) -> f64 {
        ((log - self.low) / (self.high - self.low).max(1e-9)).clamp(0.0, 1.0)
    }

    fn column(&self, log: f64) -> u16 {
        self.x + (self.share(log) * f64::from(self.cells.saturating_sub(1))).round() as u16
    }
}

fn funnel(cx: View<'_>, view: &Shown, area: Rect, buffer: &mut Buffer) {
    let margin = 4u16;
    let axis = Axis::of(view, area.x + margin, area.width.saturating_sub(margin));
    let rows = area.height - 1;
    let cloud = if rows >= 9 {
        3
    } else if rows >= 4 {
        2
    } else {
        1
    };
    let bottom = Rect {
        y: area.y + rows,
        height: 1,
        ..area
    };
    let one = axis.column(0.0);
    let faint = cx.theme.fg(Role::Faint);
    for row in (0..rows).filter(|_| axis.holds(0.0)) {
        buffer.set_stringn(one, area.y + row, "┊", 1, faint);
    }
    pairs_cloud(
        cx,
        view,
        &axis,
        Rect {
            height: cloud,
            ..area
        },
        buffer,
    );
    let mut looks: Vec<(Look, bool)> = view.looks.iter().map(|l| (*l, false)).collect();
    if let Some(now) = view.now {
        match looks.last_mut() {
            Some(last) if last.0 == now => last.1 = true,
            _ => looks.push((now, true)),
        }
    }
    let room = usize::from(rows - cloud);
    let skip = looks.len().saturating_sub(room);
    for (n, (look, last)) in looks.iter().skip(skip).enumerate() {
        let row = area.y + cloud + n as u16;
        let style = if *last {
            cx.theme.fg(Role::Candidate)
        } else {
            cx.theme.fg(Role::Muted)
        };
        whisker(&axis, look, row, *last, style, buffer);
        let pairs = if *last && view.confirmed {
            "2nd".into()
        } else {
            format!("{:>3}", look.pairs)
        };
        let style = if *last {
            cx.theme.fg(Role::Text)
        } else {
            faint
        };
        buffer.set_stringn(area.x, row, pairs, usize::from(margin) - 1, style);
    }
    scale(cx, view, &axis, bottom, buffer);
}

/// Every pair as a dot, piled up where they fall together.
fn pairs_cloud(cx: View<'_>, view: &Shown, axis: &Axis, area: Rect, buffer: &mut Buffer) {
    let mut plot = Plot::new(axis.cells, area.height);
    let wide = plot.dots_wide();
    let mut piles = vec![0usize; wide];
    for ratio in &view.ratios {
        let x = (axis.share(*ratio) * wide.saturating_sub(1) as f64).round() as usize;
        if let Some(pile) = piles.get_mut(x) {
            *pile += 1;
        }
    }
    let highest = piles.iter().copied().max().unwrap_or(0).max(1);
    let high = plot.dots_high();
    for (x, pile) in piles.iter().enumerate() {
        let dots = if highest <= high {
            *pile
        } else {
            (pile * high).div_ceil(highest)
        };
        for y in 0..dots {
            plot.dot(x, high - 1 - y, Role::Heat2);
        }
    }
    plot.render(
        Rect {
            x: axis.x,
            width: axis.cells,
            ..area
        },
        buffer,
        cx.theme,
    );
}

fn whisker(axis: &Axis, look: &Look, row: u16, last: bool, style: Style, buffer: &mut Buffer) {
    let (low, high) = (axis.column(look.low.0.ln()), axis.column(look.high.0.ln()));
    let middle = axis.column(look.gain.0.ln());
    for x in low..=high {
        let glyph = match x {
            x if x == middle => {
                if last {
                    "●"
                } else {
                    "•"
                }
            }
            x if x == low => {
                if last {
                    "┣"
                } else {
                    "├"
                }
            }
            x if x == high => {
                if last {
                    "┫"
                } else {
                    "┤"
                }
            }
            _ => {
                if last {
                    "━"
                } else {
                    "─"
                }
            }
        };
        buffer.set_stringn(x, row, glyph, 1, style);
    }
}

/// Figures under the axis: 1×, and the ends of the last interval where they do not collide.
fn scale(cx: View<'_>, view: &Shown, axis: &Axis, area: Rect, buffer: &mut Buffer) {
    let end = area.x + area.width;
    let mut taken: Vec<(u16, u16)> = Vec::new();
    let mut label = |column: u16, text: &str, style: Style, buffer: &mut Buffer| {
        let wide = width(text) as u16;
        let x = column
            .saturating_sub(wide / 2)
            .clamp(area.x, end.saturating_sub(wide).max(area.x));
        if taken.iter().all(|(from, to)| x > *to || x + wide < *from) {
            buffer.set_stringn(x, area.y, text, wide.into(), style);
            taken.push((x, x + wide));
        }
    };
    let one = if axis.holds(0.0) {
        "1×"
    } else if axis.low > 0.0 {
        "◂ 1×"
    } else {
        "1× ▸"
    };
    label(axis.column(0.0), one, cx.theme.fg(Role::Muted), buffer);
    if let Some(look) = view.now.filter(|_| view.instead.is_none()) {
        let middle = look.gain.to_string();
        label(
            axis.column(look.gain.0.ln()),
            &middle,
            cx.theme.heat(look.gain.0),
            buffer,
        );
    }
    for (log, text) in ticks(axis) {
        label(axis.column(log), &text, cx.theme.fg(Role::Faint), buffer);
    }
}

/// Round ratios on the axis, neither too many nor none.
fn ticks(axis: &Axis) -> Vec<(f64, String)> {
    let (low, high) = (axis.low.exp(), axis.high.exp());
    let step = [
        0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0,
    ]
    .into_iter()
    .find(|s| (high - low) / s <= 6.0)
    .unwrap_or(1_000.0);
    let digits = if step < 0.1 {
        2
    } else {
        usize::from(step < 1.0)
    };
    let first = (low / step).ceil();
    (0..8)
        .map(|i| (first + f64::from(i)) * step)
        .filter(|v| *v > low && *v < high)
        .map(|v| (v.ln(), format!("{v:.digits$}×")))
        .collect()
}
