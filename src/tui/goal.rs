//! Changing on the run when a session ends: rounds, gain, time, tokens, cost.

use ratatui::crossterm::event::KeyEvent;
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::session::Session;
use crate::session::cost::parse_amount;
use crate::session::event::Goal;
use crate::tui::act::Effect;
use crate::tui::app::{App, Overlay};
use crate::tui::keys::name_of;
use crate::tui::typing::{line, type_into, typed};
use crate::units::{Gain, parse_duration};

/// The boxes: their names, and what may stand in them.
pub const FIELDS: [(&str, &str); 5] = [
    ("rounds", "rounds at most, from the first on"),
    ("gain", "enough is enough, such as 2x; empty: go on"),
    ("time", "from now on, such as 10m; empty: no limit"),
    ("tokens", "in all, such as 50k; empty: no limit"),
    ("cost", "in all, such as 0.50; empty: no limit"),
];

/// The open form.
pub struct Form {
    /// What stands in the boxes, in the order of [`FIELDS`].
    pub boxes: [TextArea<'static>; 5],
    /// The one that has the keyboard.
    pub at: usize,
    /// What is wrong with one of them.
    pub wrong: Option<String>,
}

/// Opens the form with the goal in force.
pub fn open(app: &mut App, session: &Session) {
    let goal = &session.goal;
    let or_empty = |text: Option<String>| line(&text.unwrap_or_default());
    app.overlay = Some(Overlay::Goal(Box::new(Form {
        boxes: [
            line(&goal.rounds.to_string()),
            or_empty(goal.gain.map(|g| format!("{}x", g.0))),
            or_empty(goal.time_ns.map(|t| span(t.seconds()))),
            or_empty(goal.tokens.map(|t| t.to_string())),
            or_empty(goal.cost.map(|c| c.to_string())),
        ],
        at: 0,
        wrong: None,
    })));
}

/// Seconds as they are written: `90s`, `10m`.
fn span(seconds: f64) -> String {
    if seconds >= 60.0 && (seconds / 60.0).fract() == 0.0 {
        format!("{:.0}m", seconds / 60.0)
    } else {
        format!("{seconds}s")
    }
}

/// What a key does in the form.
pub fn key(app: &mut App, session: &Session, key: &KeyEvent, mut form: Box<Form>) -> Vec<Effect> {
    match name_of(key).as_str() {
        "esc" | "ctrl-c" => return Vec::new(),
        "tab" | "down" => form.at = (form.at + 1) % FIELDS.len(),
        "backtab" | "up" => form.at = (form.at + FIELDS.len() - 1) % FIELDS.len(),
        "enter" => match form.read() {
            Ok(goal) if goal == session.goal => return Vec::new(),
            Ok(goal) => {
                app.say(format!("the goal is now {}", in_words(&goal)), false);
                return vec![Effect::Send(Command::Goal(goal))];
            }
            Err((at, why)) => {
                form.at = at;
                form.wrong = Some(why);
            }
        },
        _ => {
            form.wrong = None;
            if let Some(area) = form.boxes.get_mut(form.at) {
                type_into(area, key);
            }
        }
    }
    app.overlay = Some(Overlay::Goal(form));
    Vec::new()
}

impl Form {
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
#[must_use]
pub fn in_words(goal: &Goal) -> String {
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

    fn form(boxes: [&str; 5]) -> Form {
        Form {
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
}
