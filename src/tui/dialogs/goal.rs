//! Changing on the run when a session ends: rounds, gain, time, tokens, cost.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use tui_textarea::TextArea;

use crate::base::units::{Gain, parse_duration};
use crate::engine::Command;
use crate::session::cost::parse_amount;
use crate::session::event::Goal;
use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::text::{cut, pad, width};
use crate::tui::core::theme::Role;
use crate::tui::core::typing::{line, place_cursor, type_into, typed};
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::{HitMap, Target};
use crate::tui::widgets::hint_line::HintLine;
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::{box_ground, sheet, typed as text_box};

/// Cells of the names at the left, and of the boxes.
const NAME: u16 = 8;
const BOX: u16 = 12;

/// The boxes: their names, and what may stand in them.
const FIELDS: [(&str, &str); 5] = [
    ("rounds", "rounds at most, from the first on"),
    ("gain", "enough is enough, such as 2x; empty: go on"),
    ("time", "from now on, such as 10m; empty: no limit"),
    ("tokens", "in all, such as 50k; empty: no limit"),
    ("cost", "in all, such as 0.50; empty: no limit"),
];

/// The open form.
pub(crate) struct GoalForm {
    /// What stands in the boxes, in the order of [`FIELDS`].
    boxes: [TextArea<'static>; 5],
    /// The one that has the keyboard.
    at: usize,
    /// What is wrong with one of them.
    wrong: Option<String>,
}

/// Opens the form with the goal in force.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let goal = &cx.session.goal;
    let or_empty = |text: Option<String>| line(&text.unwrap_or_default());
    Outcome::open(GoalForm {
        boxes: [
            line(&goal.rounds.to_string()),
            or_empty(goal.gain.map(|g| format!("{}x", g.0))),
            or_empty(goal.time_ns.map(|t| span(t.seconds()))),
            or_empty(goal.tokens.map(|t| t.to_string())),
            or_empty(goal.cost.map(|c| c.to_string())),
        ],
        at: 0,
        wrong: None,
    })
}

/// Seconds as they are written: `90s`, `10m`.
fn span(seconds: f64) -> String {
    if seconds >= 60.0 && (seconds / 60.0).fract() == 0.0 {
        format!("{:.0}m", seconds / 60.0)
    } else {
        format!("{seconds}s")
    }
}

impl Dialog for GoalForm {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(enter), "take it"),
            Hint::new(key!(tab), "next box"),
            Hint::new(key!(esc), "leave"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        match key {
            key!(esc) | key!(ctrl - 'c') => return Outcome::close(),
            key!(tab) | key!(down) => self.at = (self.at + 1) % FIELDS.len(),
            key!(backtab) | key!(up) => self.at = (self.at + FIELDS.len() - 1) % FIELDS.len(),
            key!(enter) => match self.read() {
                Ok(goal) if goal == cx.session.goal => return Outcome::close(),
                Ok(goal) => {
                    let words = format!("the goal is now {}", in_words(&goal));
                    cx.state.say(words, false);
                    return Outcome::close().and(Effect::Send(Command::Goal(goal)));
                }
                Err((at, why)) => {
                    self.at = at;
                    self.wrong = Some(why);
                }
            },
            _ => {
                self.wrong = None;
                if let Some(area) = self.boxes.get_mut(self.at) {
                    type_into(area, key);
                }
            }
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some(area) = self.boxes.get_mut(self.at) {
            area.insert_str(text.replace('\n', " "));
        }
    }

    fn on_field(&mut self, number: usize, area: Rect, click: Position) {
        self.at = number;
        if let Some(text) = self.boxes.get_mut(number) {
            place_cursor(text, area, click);
        }
    }

    fn on_wheel(&mut self, rows: isize, cx: &mut Context<'_>) -> Outcome {
        self.on_key(if rows > 0 { key!(down) } else { key!(up) }, cx)
    }

    fn closes_at_a_click_beside(&self) -> bool {
        false
    }

    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let inner = sheet(cx, centred(area, 68, 10), "it ends after", buffer, hits);
        for (n, ((name, about), text)) in FIELDS.iter().zip(&self.boxes).enumerate() {
            let row = n as u16;
            if row >= inner.height {
                return;
            }
            let lit = n == self.at;
            let role = if lit { Role::Key } else { Role::Text };
            put(
                buffer,
                inner,
                row,
                &Line::from(cx.span(pad(name, NAME.into()), role)),
            );
            let place = Rect {
                x: inner.x + NAME.min(inner.width),
                y: inner.y + row,
                width: BOX.min(inner.width.saturating_sub(NAME)),
                height: 1,
            };
            choose_box(inner, place, n, hits);
            text_box(cx, place, text, lit, buffer);
            // Its cursor stays reversed: only the ground is laid under it.
            let cursor = lit.then(|| reversed(buffer, place)).flatten();
            buffer.set_style(place, box_ground(cx));
            if let Some(cell) = cursor.and_then(|at| buffer.cell_mut(at)) {
                cell.set_style(Style::new().add_modifier(Modifier::REVERSED));
            }
            let from = NAME + BOX + 2;
            let beside = Rect {
                x: inner.x + from.min(inner.width),
                width: inner.width.saturating_sub(from),
                ..inner
            };
            let words = Line::from(cx.span(*about, Role::Faint));
            if width(about) <= usize::from(beside.width) {
                put(buffer, beside, row, &words);
            } else if lit {
                // No room beside the boxes: the one that is typed into is told below them.
                put(buffer, inner, FIELDS.len() as u16, &words);
            }
        }
        let last = FIELDS.len() as u16 + 1;
        match &self.wrong {
            Some(why) => put(
                buffer,
                inner,
                last,
                &Line::from(cx.span(cut(why, inner.width.into()).into_owned(), Role::Error)),
            ),
            None => {
                let (rounds, usage) = (cx.session.rounds.len(), &cx.session.usage);
                let bill = cx.session.bill.in_words();
                let cost = bill.map_or_else(String::new, |c| format!(", {c}"));
                let words = format!(
                    "so far: {rounds} rounds, {} tokens{cost}",
                    usage.prompt_tokens + usage.reply_tokens
                );
                put(
                    buffer,
                    inner,
                    last,
                    &Line::from(cx.span(words, Role::Muted)),
                );
            }
        }
        HintLine::of(cx, &self.hints(cx)).put(buffer, inner, last + 1, hits);
    }
}

/// A click on a box, or on its name or its words, goes into it.
fn choose_box(inner: Rect, place: Rect, number: usize, hits: &mut HitMap) {
    let row = Rect {
        y: place.y,
        height: 1,
        ..inner
    };
    // The box goes on to the right edge: a click beyond its end is one at its end.
    let rest = Rect {
        width: row.right().saturating_sub(place.x),
        ..place
    };
    hits.targets.push((row, Target::Field(number)));
    hits.targets.push((rest, Target::Field(number)));
}

/// Where the cursor stands in a box.
fn reversed(buffer: &Buffer, place: Rect) -> Option<Position> {
    place.positions().find(|at| {
        let cell = buffer.cell(*at);
        cell.is_some_and(|c| c.modifier.contains(Modifier::REVERSED))
    })
}

impl GoalForm {
    /// The goal that the boxes say, or the first that says none, and why.
    fn read(&self) -> Result<Goal, (usize, String)> {
        let [rounds, gain, time, tokens, cost] = &self.boxes;
        let filled = |area| Some(typed(area)).filter(|t| !t.is_empty());
        Ok(Goal {
            rounds: typed(rounds)
                .parse()
                .ok()
                .filter(|n| *n > 0)
                .ok_or((0, "rounds: a whole number from 1 on is needed".to_owned()))?,
            gain: filled(gain)
                .map(|t| read_gain(&t))
                .transpose()
                .map_err(|w| (1, w))?,
            time_ns: filled(time)
                .map(|t| parse_duration(&t).map(Into::into))
                .transpose()
                .map_err(|w| (2, w))?,
            tokens: filled(tokens)
                .map(|t| read_count(&t))
                .transpose()
                .map_err(|w| (3, w))?,
            cost: filled(cost)
                .map(|t| parse_amount(&t))
                .transpose()
                .map_err(|w| (4, w))?,
        })
    }
}

fn read_gain(text: &str) -> Result<Gain, String> {
    match text.trim_end_matches(['x', 'X', '×']).trim().parse::<f64>() {
        Ok(g) if g.is_finite() && g > 1.0 => Ok(Gain(g)),
        _ => Err(format!(
            "`{text}` is not a gain; write for example 2x (a number above 1)"
        )),
    }
}

/// `50000`, `50 000`, `50k`, `1.5M`.
fn read_count(text: &str) -> Result<u64, String> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '_' | ','))
        .collect();
    let (number, scale) = match plain.chars().last() {
        Some('k' | 'K') => (&plain[..plain.len() - 1], 1e3),
        Some('m' | 'M') => (&plain[..plain.len() - 1], 1e6),
        _ => (plain.as_str(), 1.0),
    };
    match number.parse::<f64>() {
        Ok(n) if n >= 1.0 && n * scale < 1e15 => Ok((n * scale) as u64),
        _ => Err(format!(
            "`{text}` is not a number of tokens; write for example 50000 or 50k"
        )),
    }
}

/// `8 rounds, 2.00×, 10 min`.
fn in_words(goal: &Goal) -> String {
    let mut parts = vec![match goal.rounds {
        1 => "1 round".to_owned(),
        n => format!("{n} rounds"),
    }];
    parts.extend(goal.gain.map(|g| format!("a gain of {g}")));
    parts.extend(goal.time_ns.map(|t| format!("{t} from now")));
    parts.extend(goal.tokens.map(|t| format!("{t} tokens")));
    parts.extend(goal.cost.map(|c| format!("a cost of {c}")));
    parts.join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::Event;

    use crate::tui::app::App;
    use crate::tui::core::theme::{Depth, Theme};
    use crate::tui::draw::paint;
    use crate::tui::input::terminal_event;
    use crate::tui::sample::{Moment, session};

    fn form(boxes: [&str; 5]) -> GoalForm {
        GoalForm {
            boxes: boxes.map(line),
            at: 0,
            wrong: None,
        }
    }

    #[test]
    fn a_goal_is_read_as_people_write_it() {
        let goal = form(["12", "2.5x", "10m", "50k", "$0.5"]).read().unwrap();
        assert_eq!(
            (goal.rounds, goal.gain, goal.tokens),
            (12, Some(Gain(2.5)), Some(50_000))
        );
        assert_eq!(goal.cost, Some(0.5));
        assert_eq!(goal.time_ns.map(|t| t.seconds()), Some(600.0));
        assert_eq!(
            in_words(&form(["1", "", "", "", ""]).read().unwrap()),
            "1 round"
        );
        for (n, wrong) in [
            ["0", "", "", "", ""],
            ["3", "1x", "", "", ""],
            ["3", "", "soon", "", ""],
            ["3", "", "", "many", ""],
            ["3", "", "", "", "free"],
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(form(wrong).read().unwrap_err().0, n, "{wrong:?}");
        }
        assert_eq!(
            form(["99999999999", "", "", "", ""]).read().unwrap_err().0,
            0
        );
    }

    #[test]
    fn without_colours_the_cursor_is_the_one_thing_reversed_and_every_box_is_seen() {
        for (width, height) in [(120, 36), (40, 12)] {
            let session = session(Moment::Finished);
            let theme = Theme::dark(Depth::None);
            let mut app = App::new(theme, None, session.last_at.unwrap());
            app.state.size = Rect::new(0, 0, width, height);
            let keys = Event::Key(key!(ctrl - 'g').into());
            terminal_event(&mut app, &session, &keys);
            let mut buffer = Buffer::empty(app.state.size);
            let hits = paint(&mut buffer, app.view(&session));
            let sheet = hits
                .targets
                .iter()
                .find_map(|(r, t)| (*t == Target::Sheet).then_some(*r));
            let sheet = sheet.unwrap();
            let count = |modifier| {
                let cells = sheet.positions().filter_map(|at| buffer.cell(at));
                cells.filter(|c| c.modifier.contains(modifier)).count()
            };
            assert_eq!(count(Modifier::REVERSED), 1, "{width}x{height}");
            let boxes = FIELDS.len() * usize::from(BOX);
            assert_eq!(count(Modifier::UNDERLINED), boxes, "{width}x{height}");
        }
    }
}
