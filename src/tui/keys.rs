//! Every key with what it does: one table that the handler, the key line, the help and the palette share.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::app::Tab;

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// The start screen.
    Start,
    /// The workbench.
    Work,
    /// Both.
    Both,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "each is told in the table below, in words that the screen shows"
)]
pub enum Action {
    Stop,
    Pause,
    NextRound,
    Retry,
    Accept,
    Reject,
    Branch,
    Undo,
    Pin,
    Edit,
    EditOutside,
    Objective,
    Mode,
    Save,
    Steer,
    Follow,
    Show(Tab),
    NextTab,
    PreviousTab,
    Newer,
    Older,
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    Top,
    Bottom,
    NextChange,
    PreviousChange,
    NextFold,
    PreviousFold,
    AllFolds,
    Columns,
    Wrap,
    Mark,
    FindVersion,
    HideFailures,
    SortCases,
    Against,
    Zoom,
    Left,
    Right,
    Open,
    Help,
    Theme,
    Settings,
    OpenFile,
    TakeModel,
    Redraw,
    Suspend,
    Interrupt,
    Quit,
}

/// One row of the table.
pub struct Binding {
    /// The first is the one that is shown.
    pub keys: &'static [&'static str],
    /// Where.
    pub context: Context,
    /// What.
    pub action: Action,
    /// One or two words for the key line.
    pub short: &'static str,
    /// One sentence for the help.
    pub help: &'static str,
    /// Heading in the help.
    pub group: &'static str,
}

const fn row(
    keys: &'static [&'static str],
    context: Context,
    action: Action,
    short: &'static str,
    help: &'static str,
    group: &'static str,
) -> Binding {
    Binding {
        keys,
        context,
        action,
        short,
        help,
        group,
    }
}

const LOOP: &str = "The loop";
const VERSIONS: &str = "The selected version";
const LOOK: &str = "Looking around";
const OTHER: &str = "Everything else";

/// All keys. One row a key, as in the help: the formatter would make eight lines of each.
#[rustfmt::skip]
pub const BINDINGS: &[Binding] = &[
    row(&["esc"], Context::Work, Action::Stop, "stop", "Stop the reply or the run that is on; what was had so far stays", LOOP),
    row(&["space"], Context::Work, Action::Pause, "pause", "Hold everything at the next safe moment, or go on", LOOP),
    row(&["n"], Context::Work, Action::NextRound, "next round", "Start the next round now (after the end: one more)", LOOP),
    row(&["r"], Context::Work, Action::Retry, "retry", "Stop what is on and do this round again", LOOP),
    row(&["h", "i"], Context::Work, Action::Steer, "hint", "Write a hint for the next round", LOOP),
    row(&["m"], Context::Work, Action::Mode, "mode", "Change how it goes on: auto, step, manual", LOOP),
    row(&["o"], Context::Work, Action::Objective, "objective", "Change what is to become better from the next round on: time, memory, integral", LOOP),
    row(&["a"], Context::Work, Action::Accept, "accept", "Make it the best version, whatever the rule said", VERSIONS),
    row(&["x"], Context::Work, Action::Reject, "reject", "Take that rank from it; its best ancestor that passes gets it", VERSIONS),
    row(&["u"], Context::Work, Action::Undo, "undo", "Take back your last decision", VERSIONS),
    row(&["b"], Context::Work, Action::Branch, "branch", "Let the next round start from it (again: from the best one)", VERSIONS),
    row(&["p"], Context::Work, Action::Pin, "pin", "Pin it, or release it", VERSIONS),
    row(&["e"], Context::Work, Action::Edit, "edit", "Edit it here; ctrl-s measures the result as a version of yours", VERSIONS),
    row(&["E"], Context::Work, Action::EditOutside, "editor", "Edit it in $EDITOR; leaving the editor measures it", VERSIONS),
    row(&["s"], Context::Work, Action::Save, "save best", "Save the best version to a file", VERSIONS),
    row(&["K", "left", "shift-up"], Context::Work, Action::Older, "older", "Select the version before", LOOK),
    row(&["J", "right", "shift-down"], Context::Work, Action::Newer, "newer", "Select the version after", LOOK),
    row(&["f"], Context::Work, Action::Follow, "follow", "Let the screen follow what happens again", LOOK),
    row(&["tab"], Context::Work, Action::NextTab, "pane", "Show the next pane", LOOK),
    row(&["backtab"], Context::Work, Action::PreviousTab, "pane before", "Show the pane before", LOOK),
    row(&["1"], Context::Work, Action::Show(Tab::Task), "task", "Show the task: what the program must do", LOOK),
    row(&["2"], Context::Work, Action::Show(Tab::Stream), "stream", "Show the reply as it comes", LOOK),
    row(&["3"], Context::Work, Action::Show(Tab::Code), "code", "Show the selected version's code", LOOK),
    row(&["4"], Context::Work, Action::Show(Tab::Diff), "diff", "Show what the selected version changed", LOOK),
    row(&["5"], Context::Work, Action::Show(Tab::Cases), "cases", "Show its cases, and where it fails", LOOK),
    row(&["6"], Context::Work, Action::Show(Tab::Prompt), "prompt", "Show the prompt that it came from", LOOK),
    row(&["7"], Context::Work, Action::Show(Tab::Charts), "charts", "Show the charts, large", LOOK),
    row(&["8"], Context::Work, Action::Show(Tab::Summary), "summary", "Show all versions with their figures", LOOK),
    row(&["j", "down"], Context::Both, Action::Down, "down", "Down", LOOK),
    row(&["k", "up"], Context::Both, Action::Up, "up", "Up", LOOK),
    row(&["pgdn", "ctrl-f"], Context::Both, Action::PageDown, "page down", "A page down", LOOK),
    row(&["pgup", "ctrl-b"], Context::Both, Action::PageUp, "page up", "A page up", LOOK),
    row(&["ctrl-d"], Context::Work, Action::HalfDown, "half down", "Half a page down", LOOK),
    row(&["ctrl-u"], Context::Work, Action::HalfUp, "half up", "Half a page up", LOOK),
    row(&["g", "home"], Context::Both, Action::Top, "top", "To the start", LOOK),
    row(&["G", "end"], Context::Both, Action::Bottom, "end", "To the end", LOOK),
    row(&["]", "N"], Context::Work, Action::NextChange, "change", "To the next change of the diff", LOOK),
    row(&["[", "P"], Context::Work, Action::PreviousChange, "change before", "To the change before", LOOK),
    row(&["d"], Context::Work, Action::Against, "against", "Compare with the parent, the original or the best", LOOK),
    row(&["M"], Context::Work, Action::Mark, "mark", "Mark the version, to compare any other with it (d comes to it last); again: no longer", LOOK),
    row(&["v"], Context::Work, Action::FindVersion, "find version", "Find a version: type part of its name, verdict, author or note", LOOK),
    row(&["V"], Context::Work, Action::HideFailures, "hide failures", "Hide branches on which nothing passes, or show them again", LOOK),
    row(&["S"], Context::Work, Action::SortCases, "sort cases", "Sort the cases by the next column; at last in their own order again", LOOK),
    row(&["D"], Context::Work, Action::Columns, "columns", "Diff side by side, or one under the other", LOOK),
    row(&["w"], Context::Work, Action::Wrap, "wrap", "Break long lines to fit, or let them go on beyond the edge", LOOK),
    row(&["}"], Context::Work, Action::NextFold, "fold", "To the next folded stretch of the diff; enter opens it", LOOK),
    row(&["{"], Context::Work, Action::PreviousFold, "fold before", "To the folded stretch before", LOOK),
    row(&["F"], Context::Work, Action::AllFolds, "all folds", "Open all folded stretches of the diff, or fold them again", LOOK),
    row(&["z"], Context::Work, Action::Zoom, "zoom", "Give the main pane the whole width, or take it back", LOOK),
    row(&["enter"], Context::Both, Action::Open, "open", "Open what is folded; on the start screen: open the entry", LOOK),
    row(&["<"], Context::Work, Action::Left, "left", "Move long lines to the right", LOOK),
    row(&[">"], Context::Work, Action::Right, "right", "Move long lines to the left", LOOK),
    row(&["?", ":", "f1"], Context::Both, Action::Help, "help", "Show this help; type to search it, enter does it", OTHER),
    row(&["o"], Context::Start, Action::OpenFile, "open a file", "Choose a program of yours, and its cases", OTHER),
    row(&["m"], Context::Start, Action::TakeModel, "use the model", "Use the model server that answers on this machine from now on", OTHER),
    row(&[","], Context::Both, Action::Settings, "settings", "Change the settings: model, objective, rounds, limits, theme", OTHER),
    row(&["t"], Context::Both, Action::Theme, "theme", "Choose a theme; it is shown at once, enter keeps it", OTHER),
    row(&["ctrl-l"], Context::Both, Action::Redraw, "redraw", "Draw the whole screen again", OTHER),
    row(&["ctrl-z"], Context::Both, Action::Suspend, "suspend", "Go to the shell for a while (fg comes back)", OTHER),
    row(&["ctrl-c"], Context::Both, Action::Interrupt, "stop, quit", "First stops what is on, then quits", OTHER),
    row(&["q"], Context::Both, Action::Quit, "quit", "Quit; the session is kept and can be resumed", OTHER),
];

/// The row of an action.
#[must_use]
pub fn binding(action: Action) -> Option<&'static Binding> {
    BINDINGS.iter().find(|b| b.action == action)
}

/// What a key does in a context.
#[must_use]
pub fn action_of(key: &KeyEvent, context: Context) -> Option<Action> {
    let name = name_of(key);
    BINDINGS
        .iter()
        .find(|b| {
            (b.context == context || b.context == Context::Both) && b.keys.contains(&name.as_str())
        })
        .map(|b| b.action)
}

/// The name of a key as the table writes it: `q`, `G`, `ctrl-c`, `shift-up`, `pgdn`.
#[must_use]
pub fn name_of(key: &KeyEvent) -> String {
    let mut name = String::new();
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        name.push_str("ctrl-");
    }
    if key.modifiers.contains(KeyModifiers::ALT) {
        name.push_str("alt-");
    }
    // The shift of a letter is in the letter.
    if key.modifiers.contains(KeyModifiers::SHIFT)
        && !matches!(key.code, KeyCode::Char(_) | KeyCode::BackTab)
    {
        name.push_str("shift-");
    }
    match key.code {
        KeyCode::Char(' ') => name.push_str("space"),
        KeyCode::Char(c) => name.push(c),
        KeyCode::F(n) => name.push_str(&format!("f{n}")),
        KeyCode::Esc => name.push_str("esc"),
        KeyCode::Enter => name.push_str("enter"),
        KeyCode::Tab => name.push_str("tab"),
        KeyCode::BackTab => name.push_str("backtab"),
        KeyCode::Up => name.push_str("up"),
        KeyCode::Down => name.push_str("down"),
        KeyCode::Left => name.push_str("left"),
        KeyCode::Right => name.push_str("right"),
        KeyCode::PageUp => name.push_str("pgup"),
        KeyCode::PageDown => name.push_str("pgdn"),
        KeyCode::Home => name.push_str("home"),
        KeyCode::End => name.push_str("end"),
        KeyCode::Backspace => name.push_str("backspace"),
        KeyCode::Delete => name.push_str("delete"),
        _ => name.push_str("other"),
    }
    name
}

/// A key as the screen writes it: arrows as arrows.
#[must_use]
pub fn shown(key: &str) -> String {
    match key {
        "up" => "↑".into(),
        "down" => "↓".into(),
        "left" => "←".into(),
        "right" => "→".into(),
        "tab" => "⇥".into(),
        "backtab" => "⇧⇥".into(),
        "enter" => "⏎".into(),
        other => match other.strip_prefix("shift-") {
            Some(rest) => format!("⇧{}", shown(rest)),
            None => other.to_owned(),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        for context in [Context::Start, Context::Work] {
            let mut seen = std::collections::HashMap::new();
            for b in BINDINGS
                .iter()
                .filter(|b| b.context == context || b.context == Context::Both)
            {
                for key in b.keys {
                    assert!(
                        seen.insert(*key, b.action).is_none(),
                        "{key} twice in {context:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn keys_are_named_as_the_table_writes_them() {
        let name = |code, modifiers| name_of(&KeyEvent::new(code, modifiers));
        assert_eq!(name(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(name(KeyCode::Char('c'), KeyModifiers::CONTROL), "ctrl-c");
        assert_eq!(name(KeyCode::Up, KeyModifiers::SHIFT), "shift-up");
        assert_eq!(name(KeyCode::Char(' '), KeyModifiers::NONE), "space");
        assert_eq!(
            action_of(
                &KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT),
                Context::Start
            ),
            Some(Action::Help)
        );
    }
}
