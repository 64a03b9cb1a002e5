//! What a colour means. A widget names a [`Role`], never a colour.

use ratatui::style::Color;

macro_rules! roles {
    ($($name:ident $key:literal $ansi:ident $doc:literal;)*) => {
        /// What a colour means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Role { $(#[doc = $doc] $name,)* }

        /// All roles with their names in theme files.
        pub(crate) const ROLES: &[(Role, &str)] = &[$((Role::$name, $key),)*];

        impl Role {
            /// Whether it is a ground that text stands on.
            pub(super) fn is_ground(self) -> bool {
                matches!(
                    self,
                    Role::Background
                        | Role::Panel
                        | Role::Selection
                        | Role::AddedLine
                        | Role::RemovedLine
                        | Role::AddedWord
                        | Role::RemovedWord
                )
            }

            /// The nearest of the terminal's own 16 colours; `Reset` leaves the terminal's ground.
            pub(super) fn ansi(self) -> Color {
                match self { $(Role::$name => Color::$ansi,)* }
            }
        }
    };
}

roles! {
    Background "background" Reset "The ground.";
    Panel "panel" Reset "The ground of what lies on top.";
    Text "text" Reset "What is read.";
    Muted "muted" Reset "What stands back.";
    Faint "faint" DarkGray "What is hardly there: rules, axes, line numbers.";
    Border "border" DarkGray "Frames.";
    BorderFocus "border_focus" Yellow "The frame that has the keyboard.";
    Title "title" Reset "Names of things.";
    Key "key" Yellow "A key to press.";
    Selection "selection" Reset "The ground of what is chosen.";
    Heat1 "heat_1" Reset "A gain, barely warm.";
    Heat2 "heat_2" Yellow "A gain, warm.";
    Heat3 "heat_3" Yellow "A gain, hot.";
    Heat4 "heat_4" LightYellow "A gain, white-hot.";
    Fail "fail" DarkGray "A version that failed: ash.";
    Error "error" Red "Something went wrong with us or with the provider.";
    Warn "warn" Yellow "Take care.";
    Info "info" Cyan "Good to know.";
    Baseline "baseline" DarkGray "v0's traces and figures.";
    Incumbent "incumbent" Cyan "The incumbent's traces and figures.";
    Candidate "candidate" Yellow "The candidate's traces and figures.";
    Added "added" Green "Sign of an added line.";
    Removed "removed" Red "Sign of a removed line.";
    AddedLine "added_line" Reset "Ground of an added line.";
    RemovedLine "removed_line" Reset "Ground of a removed line.";
    AddedWord "added_word" Reset "Ground of an added word.";
    RemovedWord "removed_word" Reset "Ground of a removed word.";
    Keyword "keyword" Magenta "Code: keywords.";
    Str "string" Green "Code: strings.";
    Comment "comment" DarkGray "Code: comments.";
    Function "function" Blue "Code: names of functions.";
    Type "type" Cyan "Code: types.";
    Number "number" Red "Code: numbers and constants.";
    Operator "operator" Reset "Code: operators and punctuation.";
}
