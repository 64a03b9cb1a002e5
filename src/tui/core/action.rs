//! Every action with its usual keys: one table that the key handler, the key line, the help, the palette, `reheat keys`
//! and the README's reference are all made from.
//!
//! [`crate::tui::core::keymap::Keymap`] is the table in force, with the developer's own keys in it. A key is written as
//! [`crate::tui::core::key::KeySequence`] reads it; two with a space between them are pressed one after the other (`y c`).

use crate::tui::core::layout::ScreenPart;
use crate::tui::core::tab::Tab;
use crate::tui::core::travel::Travel;

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The start screen.
    Start,
    /// The workbench.
    Work,
    /// Both.
    Both,
    /// The workbench while a search is on; goes before [`Scope::Work`].
    Search,
    /// The workbench on a recorded session; goes before [`Scope::Work`].
    Recorded,
}

impl Scope {
    /// Whether one key can be meant in either of the two at the same time.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        match (self, other) {
            (Self::Search | Self::Recorded, _) | (_, Self::Search | Self::Recorded) => {
                self == other
            }
            _ => self == other || self == Self::Both || other == Self::Both,
        }
    }

    /// In a word or two.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Start => "start screen",
            Self::Work => "workbench",
            Self::Both => "everywhere",
            Self::Search => "while a search is on",
            Self::Recorded => "in a recorded session",
        }
    }
}

/// What can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopySource {
    /// The selected version's text.
    Code,
    /// What it changed, as a patch.
    Diff,
    /// The prompt that it came from.
    Prompt,
    /// The reply that it came from.
    Reply,
    /// The figures of all versions.
    Figures,
    /// The line that is marked.
    Selection,
}

/// What can be done.
///
/// The name of an action in the config file is that of its variant: `NextRound` is `next-round`, `Show(Tab::Code)` is
/// `show-code`; a dialog's is its own. A test holds the list, because renaming one breaks somebody's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    EditOutside,
    Objective,
    Candidates,
    Temperature,
    Mode,
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
    RerunCase,
    TimeCase,
    References,
    MeasureAgain,
    Against,
    Zoom,
    ZoomNext,
    Hide(ScreenPart),
    Wider,
    Narrower,
    BorderLeft,
    BorderRight,
    BorderUp,
    BorderDown,
    ChartsLeft,
    ChartsRight,
    UsualSizes,
    Left,
    Right,
    Open,
    Search,
    NextMatch,
    PreviousMatch,
    EndSearch,
    Copy(CopySource),
    Dialog(DialogName),
    Mouse,
    Help,
    TakeModel,
    LookInto,
    Travel(Travel),
    Redraw,
    Suspend,
    Interrupt,
    Quit,
}

impl Action {
    /// Its name in the config file and in `reheat keys`.
    #[must_use]
    pub fn name(self) -> String {
        let mut name = String::new();
        let variant = match self {
            Self::Dialog(dialog) => format!("{dialog:?}"),
            other => format!("{other:?}"),
        };
        for c in variant.chars() {
            match c {
                '(' => name.push('-'),
                ')' => {}
                c if c.is_ascii_uppercase() => {
                    if !name.is_empty() && !name.ends_with('-') {
                        name.push('-');
                    }
                    name.push(c.to_ascii_lowercase());
                }
                c => name.push(c),
            }
        }
        name
    }

    /// Whether it asks something of the loop, or changes what the loop would do next: nothing for a recorded session.
    #[must_use]
    pub fn is_of_the_loop(self) -> bool {
        use DialogName as D;
        match self {
            Self::Stop
            | Self::Pause
            | Self::NextRound
            | Self::Retry
            | Self::Accept
            | Self::Reject
            | Self::Branch
            | Self::Undo
            | Self::Pin
            | Self::EditOutside
            | Self::Objective
            | Self::Candidates
            | Self::Temperature
            | Self::Mode
            | Self::Steer
            | Self::RerunCase
            | Self::TimeCase
            | Self::References
            | Self::MeasureAgain => true,
            Self::Dialog(dialog) => matches!(
                dialog,
                D::EditPrompt
                    | D::Model
                    | D::Annotate
                    | D::Edit
                    | D::WriteBack
                    | D::AddCase
                    | D::Goal
            ),
            _ => false,
        }
    }

    /// Whether its key cannot be changed: there must always be a way out, and the way to the shell is the terminal's.
    #[must_use]
    pub fn is_fixed(self) -> bool {
        matches!(self, Self::Interrupt | Self::Suspend)
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Binding {
    /// The first is the one that is shown.
    pub keys: &'static [&'static str],
    /// Where.
    pub scope: Scope,
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
    scope: Scope,
    action: Action,
    short: &'static str,
    help: &'static str,
    group: &'static str,
) -> Binding {
    Binding {
        keys,
        scope,
        action,
        short,
        help,
        group,
    }
}

const LOOP: &str = "The loop";
const VERSIONS: &str = "The selected version";
const LOOK: &str = "Looking around";
const CASES: &str = "Cases";
const FIND: &str = "Finding and copying";
const TIME: &str = "A recorded session (reheat history)";
const ROOM: &str = "Room on the screen";
const OTHER: &str = "Everything else";

/// The table, handed to another macro. One row a key, as in the help: the formatter would make eight lines of each.
///
/// `row` is an action. `dialog` is an action that opens a dialog, and all that a dialog needs beside its file: the file's
/// name in `dialogs`, the action's name, then as in a row. From it the action, the module and what opens it are made.
#[rustfmt::skip]
macro_rules! table {
    ($then:ident) => { $then! {
        row(&["esc"], Scope::Work, Action::Stop, "stop", "Stop the reply or the run that is on; what was had so far stays", LOOP),
        row(&["space"], Scope::Work, Action::Pause, "pause", "Hold everything at the next safe moment, or go on", LOOP),
        row(&["n"], Scope::Work, Action::NextRound, "next round", "Start the next round now (after the end: one more); it asks the model", LOOP),
        row(&["r"], Scope::Work, Action::Retry, "retry", "Stop the round that is on and do it again", LOOP),
        row(&["h", "i"], Scope::Work, Action::Steer, "hint", "Write a hint for the next round", LOOP),
        row(&["m"], Scope::Work, Action::Mode, "mode", "Change how it goes on: auto, step, manual", LOOP),
        row(&["o"], Scope::Work, Action::Objective, "objective", "Change what is to become better from the next round on: time, memory, integral", LOOP),
        dialog(prompt, EditPrompt, &["ctrl-e"], Scope::Work, "edit prompt", "Read and edit the next round's prompt before it goes out", LOOP),
        dialog(model, Model, &["ctrl-o"], Scope::Work, "model", "Ask another model, or another command, from the next round on", LOOP),
        row(&["C"], Scope::Work, Action::Candidates, "candidates", "Change how many replies a round asks for side by side: 1 to 8", LOOP),
        row(&["ctrl-t"], Scope::Work, Action::Temperature, "temperature", "Change the model's temperature from the next question on", LOOP),
        row(&["a"], Scope::Work, Action::Accept, "accept", "Make it the best version, whatever the rule said", VERSIONS),
        row(&["x"], Scope::Work, Action::Reject, "reject", "Take that rank from it; its best ancestor that passes gets it", VERSIONS),
        row(&["u"], Scope::Work, Action::Undo, "undo", "Take back your last decision", VERSIONS),
        row(&["b"], Scope::Work, Action::Branch, "branch", "Let the next round start from it (again: from the best one)", VERSIONS),
        dialog(verdict, Verdict, &["I"], Scope::Work, "why", "Show its whole verdict: the figures behind it, or where it fails", VERSIONS),
        row(&["L"], Scope::Work, Action::MeasureAgain, "measure again", "Measure it again, for twice as long: against the best version, or against v0 where it is the best", VERSIONS),
        row(&["p"], Scope::Work, Action::Pin, "pin", "Pin it, or release it", VERSIONS),
        dialog(note, Annotate, &["c"], Scope::Work, "note", "Write a note on it; it is shown in the tree, and v finds it", VERSIONS),
        dialog(edit, Edit, &["e"], Scope::Work, "edit", "Edit it here; ctrl-s measures the result as a version of yours", VERSIONS),
        row(&["E"], Scope::Work, Action::EditOutside, "editor", "Edit it in $EDITOR; leaving the editor measures it", VERSIONS),
        dialog(write, WriteBack, &["w"], Scope::Work, "write back", "Put it (or the best version) into your own file, a patch or a branch; what would be done is shown first", VERSIONS),
        dialog(save, Save, &["s"], Scope::Work, "save best", "Save the best version to a file", VERSIONS),
        row(&["K", "left", "shift-up"], Scope::Work, Action::Older, "older", "Select the version before; in the stream the reply before", LOOK),
        row(&["J", "right", "shift-down"], Scope::Work, Action::Newer, "newer", "Select the version after; in the stream the reply after", LOOK),
        row(&["f"], Scope::Work, Action::Follow, "follow", "Let the screen follow what happens again", LOOK),
        row(&["tab"], Scope::Work, Action::NextTab, "pane", "Show the next pane", LOOK),
        row(&["backtab"], Scope::Work, Action::PreviousTab, "pane before", "Show the pane before", LOOK),
        row(&["1"], Scope::Work, Action::Show(Tab::Task), "task", "Show the task: what the program must do", LOOK),
        row(&["2"], Scope::Work, Action::Show(Tab::Stream), "stream", "Show the reply as it comes", LOOK),
        row(&["3"], Scope::Work, Action::Show(Tab::Code), "code", "Show the selected version's code", LOOK),
        row(&["4"], Scope::Work, Action::Show(Tab::Diff), "diff", "Show what the selected version changed", LOOK),
        row(&["5"], Scope::Work, Action::Show(Tab::Cases), "cases", "Show its cases, and where it fails", LOOK),
        row(&["6"], Scope::Work, Action::Show(Tab::Prompt), "prompt", "Show the prompt that it came from", LOOK),
        row(&["7"], Scope::Work, Action::Show(Tab::Charts), "charts", "Show the charts, large", LOOK),
        row(&["8"], Scope::Work, Action::Show(Tab::Summary), "summary", "Show all versions with their figures", LOOK),
        row(&["j", "down"], Scope::Both, Action::Down, "down", "Down", LOOK),
        row(&["k", "up"], Scope::Both, Action::Up, "up", "Up", LOOK),
        row(&["pgdn", "ctrl-f"], Scope::Both, Action::PageDown, "page down", "A page down", LOOK),
        row(&["pgup", "ctrl-b"], Scope::Both, Action::PageUp, "page up", "A page up", LOOK),
        row(&["ctrl-d"], Scope::Work, Action::HalfDown, "half down", "Half a page down", LOOK),
        row(&["ctrl-u"], Scope::Work, Action::HalfUp, "half up", "Half a page up", LOOK),
        row(&["g", "home"], Scope::Both, Action::Top, "top", "To the start", LOOK),
        row(&["G", "end"], Scope::Both, Action::Bottom, "end", "To the end", LOOK),
        row(&["]", "N"], Scope::Work, Action::NextChange, "change", "To the next change of the diff", LOOK),
        row(&["[", "P"], Scope::Work, Action::PreviousChange, "change before", "To the change before", LOOK),
        row(&["d"], Scope::Work, Action::Against, "against", "Compare with the parent, the original or the best", LOOK),
        row(&["M"], Scope::Work, Action::Mark, "mark", "Mark the version, to compare any other with it (d comes to it last); again: no longer", LOOK),
        row(&["v"], Scope::Work, Action::FindVersion, "find version", "Find a version: type part of its name, verdict, author or note", LOOK),
        row(&["V"], Scope::Work, Action::HideFailures, "hide failures", "Hide branches on which nothing passes, or show them again", LOOK),
        row(&["S"], Scope::Work, Action::SortCases, "sort cases", "Sort the cases by the next column; at last in their own order again", LOOK),
        row(&["D"], Scope::Work, Action::Columns, "columns", "Diff or several replies side by side, or one at a time", LOOK),
        row(&["W"], Scope::Work, Action::Wrap, "wrap", "Break long lines to fit, or let them go on beyond the edge", LOOK),
        row(&["}"], Scope::Work, Action::NextFold, "fold", "To the next folded stretch of the diff; enter opens it", LOOK),
        row(&["{"], Scope::Work, Action::PreviousFold, "fold before", "To the folded stretch before", LOOK),
        row(&["F"], Scope::Work, Action::AllFolds, "all folds", "Open all folded stretches of the diff, or fold them again", LOOK),
        row(&["enter"], Scope::Both, Action::Open, "open", "Open what is folded; on the start screen: open the entry", LOOK),
        row(&["<"], Scope::Work, Action::Left, "left", "Move long lines to the right", LOOK),
        row(&[">"], Scope::Work, Action::Right, "right", "Move long lines to the left", LOOK),
        row(&["R"], Scope::Work, Action::RerunCase, "run again", "Run the marked case once more, outside of any comparison", CASES),
        dialog(case, AddCase, &["A"], Scope::Work, "add a case", "Add a case by hand; without an expected output the original says it", CASES),
        row(&["T"], Scope::Work, Action::TimeCase, "time it alone", "Time the marked case only, from the next comparison on; again: the workload", CASES),
        row(&["ctrl-r"], Scope::Work, Action::References, "references", "Time the task's reference solutions, to see the best version's place among them", CASES),
        row(&["/"], Scope::Work, Action::Search, "search", "Search the pane; lower case finds both cases", FIND),
        row(&["n", "]", "enter"], Scope::Search, Action::NextMatch, "next match", "To the next match", FIND),
        row(&["N", "["], Scope::Search, Action::PreviousMatch, "match before", "To the match before", FIND),
        row(&["esc"], Scope::Search, Action::EndSearch, "end search", "End the search; n is the next round again", FIND),
        row(&["y c"], Scope::Work, Action::Copy(CopySource::Code), "copy code", "Copy the selected version's code to the clipboard", FIND),
        row(&["y d"], Scope::Work, Action::Copy(CopySource::Diff), "copy diff", "Copy what it changed, as a patch", FIND),
        row(&["y p"], Scope::Work, Action::Copy(CopySource::Prompt), "copy prompt", "Copy the prompt that it came from", FIND),
        row(&["y r"], Scope::Work, Action::Copy(CopySource::Reply), "copy reply", "Copy the reply that it came from", FIND),
        row(&["y f"], Scope::Work, Action::Copy(CopySource::Figures), "copy figures", "Copy the figures of all versions, as a table", FIND),
        row(&["y s"], Scope::Work, Action::Copy(CopySource::Selection), "copy line", "Copy the line that is marked: the match, the case or the version", FIND),
        row(&["right"], Scope::Recorded, Action::Travel(Travel::On), "step", "To the next thing that happened", TIME),
        row(&["left"], Scope::Recorded, Action::Travel(Travel::Back), "back", "To the thing before", TIME),
        row(&["space"], Scope::Recorded, Action::Travel(Travel::Play), "play", "Play it, or hold it", TIME),
        row(&["s"], Scope::Recorded, Action::Travel(Travel::Pace), "speed", "Play as it went, four times as fast, or all that is left at once", TIME),
        row(&["n"], Scope::Recorded, Action::Travel(Travel::NextVerdict), "next verdict", "To the next verdict", TIME),
        row(&["N"], Scope::Recorded, Action::Travel(Travel::VerdictBefore), "verdict before", "To the verdict before", TIME),
        row(&["b"], Scope::Recorded, Action::Travel(Travel::NextBest), "next best", "To the next version that became the best one; after the last to the first", TIME),
        row(&["x"], Scope::Recorded, Action::Travel(Travel::NextFailure), "next failure", "To the next version that failed, or round that gave none; after the last to the first", TIME),
        row(&["home"], Scope::Recorded, Action::Travel(Travel::Start), "start", "To the start of the session", TIME),
        row(&["end"], Scope::Recorded, Action::Travel(Travel::End), "end", "To its end", TIME),
        row(&["z"], Scope::Work, Action::Zoom, "zoom", "Give the main pane the whole screen, or take it back", ROOM),
        row(&["Z"], Scope::Work, Action::ZoomNext, "zoom another", "Give the whole screen to the next part: versions, charts, main pane", ROOM),
        row(&["+", "="], Scope::Work, Action::Wider, "wider", "Make the main pane wider", ROOM),
        row(&["-"], Scope::Work, Action::Narrower, "narrower", "Make the main pane narrower", ROOM),
        row(&["ctrl-left"], Scope::Work, Action::BorderLeft, "border left", "Move the main pane's left border to the left", ROOM),
        row(&["ctrl-right"], Scope::Work, Action::BorderRight, "border right", "Move the main pane's left border to the right", ROOM),
        row(&["alt-left"], Scope::Work, Action::ChartsLeft, "charts wider", "Move the charts' border to the left", ROOM),
        row(&["alt-right"], Scope::Work, Action::ChartsRight, "charts narrower", "Move the charts' border to the right", ROOM),
        row(&["ctrl-up"], Scope::Work, Action::BorderUp, "border up", "Move the main pane's lower border up", ROOM),
        row(&["ctrl-down"], Scope::Work, Action::BorderDown, "border down", "Move the main pane's lower border down", ROOM),
        row(&["ctrl-w t"], Scope::Work, Action::Hide(ScreenPart::Tree), "hide tree", "Hide the versions, or show them again", ROOM),
        row(&["ctrl-w c"], Scope::Work, Action::Hide(ScreenPart::Charts), "hide charts", "Hide the charts, or show them again", ROOM),
        row(&["ctrl-w d"], Scope::Work, Action::Hide(ScreenPart::Card), "hide verdict", "Hide the verdict below the main pane, or show it again", ROOM),
        row(&["ctrl-w h"], Scope::Work, Action::Hide(ScreenPart::Steer), "hide hint box", "Hide the hint box while it is not used, or show it again", ROOM),
        row(&["ctrl-w ="], Scope::Work, Action::UsualSizes, "usual sizes", "Give every part its usual place and size again", ROOM),
        row(&["ctrl-w m"], Scope::Both, Action::Mouse, "mouse", "Leave the mouse to the terminal, to select with it, or take it back", ROOM),
        dialog(goal, Goal, &["ctrl-g"], Scope::Work, "goal", "Change when it ends: rounds, gain, time, tokens, cost", LOOP),
        row(&["?", "f1"], Scope::Both, Action::Help, "help", "Show this help; type to search it, enter does it", OTHER),
        dialog(palette, Palette, &[":", "ctrl-p"], Scope::Both, "commands", "Find and do anything: versions, panes, themes, tasks, every key's action", OTHER),
        dialog(messages, Messages, &["!"], Scope::Both, "messages", "Show all that was said lately, whole", OTHER),
        dialog(program, OpenFile, &["o"], Scope::Start, "open a file", "Choose a program of yours, and its cases", OTHER),
        row(&["h"], Scope::Start, Action::LookInto, "look into", "Look into the chosen session, step by step, without going on with it", OTHER),
        row(&["m"], Scope::Start, Action::TakeModel, "use the model", "Use the model server that answers on this machine from now on", OTHER),
        dialog(sessions, Sessions, &["l"], Scope::Start, "all sessions", "List all sessions: found by words, sorted, looked into or gone on with", OTHER),
        dialog(settings, Settings, &[","], Scope::Both, "settings", "Change the settings: model, objective, rounds, limits, theme", OTHER),
        dialog(themes, Theme, &["t"], Scope::Both, "theme", "Choose a theme; it is shown at once, enter keeps it", OTHER),
        row(&["ctrl-l"], Scope::Both, Action::Redraw, "redraw", "Draw the whole screen again", OTHER),
        row(&["ctrl-z"], Scope::Both, Action::Suspend, "suspend", "Go to the shell for a while (fg comes back)", OTHER),
        row(&["ctrl-c"], Scope::Both, Action::Interrupt, "stop, quit", "First stops what is on, then quits", OTHER),
        row(&["q"], Scope::Both, Action::Quit, "quit", "Quit; the session is kept and can be resumed", OTHER),
    } };
}
pub(crate) use table;

/// Makes what this file has of the table.
macro_rules! bindings {
    ($(
        $(row $row:tt)?
        $(dialog($file:ident, $name:ident, $keys:expr, $scope:expr, $short:expr, $help:expr, $group:expr))?
    ,)*) => {
        /// A dialog that an action opens.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each is told in the table, in words that the screen shows")]
        pub enum DialogName {
            $($($name,)?)*
        }

        /// All keys.
        pub(crate) const BINDINGS: &[Binding] = &[$(
            $(row $row)?
            $(row($keys, $scope, Action::Dialog(DialogName::$name), $short, $help, $group))?
        ,)*];
    };
}
table!(bindings);

/// Keys where text is typed: not actions, and not to be changed. The heading, and the keys (two spaces between them) with
/// what they do.
pub(crate) type TypingKeys = (&'static str, &'static [(&'static str, &'static str)]);

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::tui::core::key::KeySequence;

    fn read(keys: &[&str]) -> Vec<KeySequence> {
        keys.iter().map(|k| k.parse().unwrap()).collect()
    }

    #[test]
    fn no_key_means_two_things_and_none_hides_a_sequence() {
        for (n, a) in BINDINGS.iter().enumerate() {
            for b in &BINDINGS[n + 1..] {
                if !a.scope.overlaps(b.scope) {
                    continue;
                }
                for x in read(a.keys) {
                    for y in read(b.keys) {
                        assert!(
                            !x.collides(&y),
                            "{x} and {y}: {:?}, {:?}",
                            a.action,
                            b.action
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn every_key_is_written_as_it_is_read() {
        for row in BINDINGS {
            for key in row.keys {
                let read = key.parse::<KeySequence>().map(|k| k.to_string());
                assert_eq!(read.as_deref(), Ok(*key), "{:?}", row.action);
            }
        }
    }

    #[test]
    fn every_action_has_a_name_of_its_own_and_one_row() {
        let mut names: Vec<String> = BINDINGS.iter().map(|b| b.action.name()).collect();
        names.sort();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        assert_eq!(Action::NextRound.name(), "next-round");
        assert_eq!(Action::Show(Tab::Code).name(), "show-code");
        assert_eq!(Action::Copy(CopySource::Code).name(), "copy-code");
    }
}
