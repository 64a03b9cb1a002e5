//! A case by hand: its input, the expected output, and whether the model is shown it.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Widget;
use tui_textarea::TextArea;

use crate::engine::Command;
use crate::engine::side_requests::{NewCase, SideRequest};
use crate::tui::component::{Context, Dialog, Outcome, View};
use crate::tui::core::action::TypingKeys;
use crate::tui::core::hint::{Hint, Hints};
use crate::tui::core::key::{Key, key};
use crate::tui::core::layout::centred;
use crate::tui::core::text::cut;
use crate::tui::core::theme::Role;
use crate::tui::state::effect::Effect;
use crate::tui::state::hits::HitMap;
use crate::tui::state::panes::CaseDraft;
use crate::tui::widgets::hint_line::HintLine;
use crate::tui::widgets::put;
use crate::tui::widgets::sheet::sheet;

/// The boxes of the form: the input, the expected output, and whether the model is shown the case.
const BOXES: usize = 3;
/// Place of the last of them.
const SHOWN: usize = 2;

/// Its keys, for the help.
#[rustfmt::skip]
pub(crate) const TYPING: TypingKeys = (
    "While typing a case",
    &[
        ("ctrl-s", "Add it"),
        ("tab", "To the next box"),
        ("esc", "Leave; what was typed stays"),
    ],
);

/// The open form.
pub(crate) struct CaseForm {
    draft: CaseDraft,
    /// What is wrong with it.
    wrong: Option<&'static str>,
}

/// Opens the form, with what was typed when it was left.
pub(crate) fn open(cx: &mut Context<'_>) -> Outcome {
    let draft = cx.state.panes.cases.draft.take().unwrap_or_default();
    Outcome::open(CaseForm { draft, wrong: None })
}

impl CaseForm {
    /// The case, its texts ending with a line break as those of files do.
    fn read(&self) -> NewCase {
        let [input, expected] = &self.draft.texts;
        NewCase {
            input: whole(input),
            expected: Some(whole(expected)).filter(|t| !t.is_empty()),
            held_out: self.draft.held_out,
        }
    }

    fn is_empty(&self) -> bool {
        self.draft.texts.iter().all(|t| whole(t).is_empty())
    }
}

impl Dialog for CaseForm {
    fn hints(&self, _: View<'_>) -> Hints {
        vec![
            Hint::new(key!(ctrl - 's'), "add it"),
            Hint::new(key!(tab), "next box"),
            Hint::new(key!(esc), "leave"),
        ]
    }

    fn on_key(&mut self, key: Key, cx: &mut Context<'_>) -> Outcome {
        let draft = &mut self.draft;
        match key {
            key!(esc) | key!(ctrl - 'c') => {
                let kept = (!self.is_empty()).then(|| std::mem::take(&mut self.draft));
                cx.state.panes.cases.draft = kept;
                return Outcome::close();
            }
            key!(tab) => draft.at = (draft.at + 1) % BOXES,
            key!(backtab) => draft.at = (draft.at + BOXES - 1) % BOXES,
            key!(ctrl - 's') => {
                let case = self.read();
                if case.input.is_empty() {
                    self.draft.at = 0;
                    self.wrong = Some("a case needs an input");
                    return Outcome::stay();
                }
                let words = match &case.expected {
                    Some(_) => "the case is added as soon as nothing is measured",
                    None => "the original is asked for the output as soon as nothing is measured",
                };
                cx.state.say(words, false);
                let add = Command::SideRequest(SideRequest::Add(case));
                return Outcome::close().and(Effect::Send(add));
            }
            key!(space) | key!(enter) | key!(left) | key!(right) if draft.at == SHOWN => {
                draft.held_out = !draft.held_out;
            }
            _ => {
                self.wrong = None;
                if let Some(area) = draft.texts.get_mut(draft.at) {
                    area.input(KeyEvent::from(key));
                }
            }
        }
        Outcome::stay()
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some(area) = self.draft.texts.get_mut(self.draft.at) {
            area.insert_str(text);
            self.wrong = None;
        }
    }

    /// Two boxes that share the room, the choice, and the keys.
    fn draw(&self, cx: View<'_>, area: Rect, buffer: &mut Buffer, hits: &mut HitMap) {
        let inner = sheet(cx, centred(area, 78, 22), "a case of yours", buffer, hits);
        let room = usize::from(inner.width);
        let line = |row: u16, text: &str, role: Role, buffer: &mut Buffer| {
            if row < inner.height {
                let text = cut(text, room).into_owned();
                put(buffer, inner, row, &Line::from(cx.span(text, role)));
            }
        };
        let title = |at: usize| {
            if self.draft.at == at {
                Role::Key
            } else {
                Role::Title
            }
        };
        // Two titles, the choice, a word and the keys are fixed; small screens go without the last two.
        let fixed = if inner.height >= 10 { 6 } else { 3 };
        let boxes = inner.height.saturating_sub(fixed);
        let first = boxes.div_ceil(2);
        line(0, "input", title(0), buffer);
        text_box(
            cx,
            part(inner, 1, first),
            &self.draft.texts[0],
            self.draft.at == 0,
            buffer,
        );
        let row = first + 1;
        let about = "expected output (empty: what the original writes)";
        line(row, about, title(1), buffer);
        let second = boxes - first;
        text_box(
            cx,
            part(inner, row + 1, second),
            &self.draft.texts[1],
            self.draft.at == 1,
            buffer,
        );
        let row = row + 1 + second;
        let choice = if self.draft.held_out {
            "the model is never shown it  ⊘"
        } else {
            "the model may be shown it"
        };
        line(row, choice, title(SHOWN), buffer);
        if fixed < 6 {
            return;
        }
        let (word, role) = match self.wrong {
            Some(why) => (why, Role::Error),
            None if self.draft.at == SHOWN => ("space changes it", Role::Muted),
            None => (
                "whatever passes is checked on it at once, and every later version",
                Role::Muted,
            ),
        };
        line(row + 1, word, role, buffer);
        HintLine::of(cx, &self.hints(cx)).put(buffer, inner, row + 2, hits);
    }
}

fn whole(area: &TextArea<'_>) -> String {
    let text = area.lines().join("\n");
    let text = text.trim_end_matches('\n');
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}\n")
    }
}

fn part(inner: Rect, row: u16, height: u16) -> Rect {
    let row = row.min(inner.height);
    Rect {
        y: inner.y + row,
        height: height.min(inner.height - row),
        ..inner
    }
}

fn text_box(cx: View<'_>, area: Rect, text: &TextArea<'static>, lit: bool, buffer: &mut Buffer) {
    buffer.set_style(area, cx.theme.bg(Role::Selection));
    let mut shown = text.clone();
    shown.set_style(cx.theme.fg(Role::Text).patch(cx.theme.bg(Role::Selection)));
    shown.set_cursor_style(if lit {
        Style::new().add_modifier(Modifier::REVERSED)
    } else {
        Style::new()
    });
    shown.render(area, buffer);
}
