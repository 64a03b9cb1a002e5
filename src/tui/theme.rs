//! Colours by role: read from a theme file, fitted to what the terminal can show.
//!
//! A widget names a [`Role`], never a colour. Where colours are missing, weight, underline and reverse
//! carry what they can; glyphs and words always carry the meaning.

use std::path::Path;

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: weight only.
    None,
    /// The 16 of the terminal's own palette.
    Ansi,
    /// The 256 of xterm.
    Indexed,
    /// 24 bits.
    True,
}

impl Depth {
    /// What the environment says: `NO_COLOR`, `COLORTERM`, `TERM`.
    #[must_use]
    pub fn detect(get: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| get(name).filter(|v| !v.is_empty());
        if set("NO_COLOR").is_some() {
            return Self::None;
        }
        let term = get("TERM").unwrap_or_default();
        if term == "dumb" {
            return Self::None;
        }
        let colorterm = get("COLORTERM").unwrap_or_default();
        if colorterm.contains("truecolor")
            || colorterm.contains("24bit")
            || term.ends_with("-direct")
        {
            return Self::True;
        }
        if set("WT_SESSION").is_some()
            || matches!(
                term.as_str(),
                "xterm-kitty" | "xterm-ghostty" | "alacritty" | "foot" | "wezterm"
            )
        {
            return Self::True;
        }
        if term.contains("256") {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }
}

macro_rules! roles {
    ($($name:ident $key:literal $ansi:ident $doc:literal;)*) => {
        /// What a colour means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Role { $(#[doc = $doc] $name,)* }

        /// All roles with their names in theme files.
        pub const ROLES: &[(Role, &str)] = &[$((Role::$name, $key),)*];

        impl Role {
            /// The nearest of the terminal's own 16 colours; `Reset` leaves the terminal's ground.
            fn ansi(self) -> Color {
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

const COUNT: usize = ROLES.len();

/// The themes that are compiled in.
pub const BUNDLED: &[(&str, &str)] = &[
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
];

/// A theme fitted to a terminal.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Whether its ground is light.
    pub light: bool,
    depth: Depth,
    colours: [(u8, u8, u8); COUNT],
}

impl Theme {
    /// A theme by its name: from the user's folder, else compiled in. Warnings are for the developer to see.
    ///
    /// # Errors
    /// One line that names the theme, the file and what is wrong with it.
    pub fn load(
        name: &str,
        folder: Option<&Path>,
        depth: Depth,
    ) -> Result<(Self, Vec<String>), String> {
        let own = folder
            .map(|f| f.join(format!("{name}.toml")))
            .filter(|p| p.is_file());
        if let Some(path) = own {
            let text = std::fs::read_to_string(&path)
                .map_err(|e| format!("cannot read the theme {}: {e}", path.display()))?;
            return Self::parse(&text, depth).map_err(|e| format!("{}: {e}", path.display()));
        }
        match BUNDLED.iter().find(|(n, _)| *n == name) {
            Some((_, text)) => Self::parse(text, depth),
            None => {
                let known: Vec<&str> = BUNDLED.iter().map(|(n, _)| *n).collect();
                Err(format!(
                    "there is no theme `{name}`; known are {}",
                    known.join(", ")
                ))
            }
        }
    }

    /// The theme to use when none was named: light where the terminal says so, else dark.
    #[must_use]
    pub fn default_name(get: impl Fn(&str) -> Option<String>) -> &'static str {
        // COLORFGBG is "foreground;background", both numbers of the 16-colour palette.
        let ground =
            get("COLORFGBG").and_then(|v| v.rsplit(';').next().and_then(|n| n.parse::<u8>().ok()));
        if matches!(ground, Some(7 | 15)) {
            "light"
        } else {
            "dark"
        }
    }

    /// The compiled-in dark theme.
    #[must_use]
    pub fn dark(depth: Depth) -> Self {
        Self::bundled(0, depth)
    }

    /// The compiled-in light theme.
    #[must_use]
    pub fn light(depth: Depth) -> Self {
        Self::bundled(1, depth)
    }

    fn bundled(index: usize, depth: Depth) -> Self {
        let fallback = Self {
            name: "plain".into(),
            light: false,
            depth: Depth::None,
            colours: [(0, 0, 0); COUNT],
        };
        BUNDLED
            .get(index)
            .and_then(|(_, text)| Self::parse(text, depth).ok())
            .map_or(fallback, |(theme, _)| theme)
    }

    /// Reads a theme file; roles that it leaves out are those of the bundled theme of the same ground.
    fn parse(text: &str, depth: Depth) -> Result<(Self, Vec<String>), String> {
        #[derive(serde::Deserialize)]
        struct File {
            name: String,
            #[serde(default)]
            light: bool,
            #[serde(default)]
            colours: toml::Table,
        }
        let file: File = toml::from_str(text).map_err(|e| e.to_string().trim_end().to_owned())?;
        let mut theme = Self {
            name: file.name,
            light: file.light,
            depth,
            colours: [(128, 128, 128); COUNT],
        };
        let base = BUNDLED
            .get(usize::from(file.light))
            .filter(|(n, _)| *n != theme.name)
            .map(|(_, text)| *text);
        if let Some(base) = base
            && base != text
            && let Ok((base, _)) = Self::parse(base, depth)
        {
            theme.colours = base.colours;
        }
        let mut warnings = Vec::new();
        for (key, value) in &file.colours {
            let Some((role, _)) = ROLES.iter().find(|(_, k)| k == key) else {
                warnings.push(format!("theme {}: colours.{key} is not a role", theme.name));
                continue;
            };
            match value.as_str().and_then(parse_hex) {
                Some(rgb) => theme.colours[*role as usize] = rgb,
                None => warnings.push(format!(
                    "theme {}: colours.{key} is not a colour like \"#ff9d3d\"",
                    theme.name
                )),
            }
        }
        Ok((theme, warnings))
    }

    /// How many colours are shown.
    #[must_use]
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The colour of a role as this terminal can show it.
    #[must_use]
    pub fn colour(&self, role: Role) -> Color {
        let (r, g, b) = self.colours[role as usize];
        match self.depth {
            Depth::None => Color::Reset,
            Depth::Ansi => role.ansi(),
            Depth::Indexed => Color::Indexed(nearest_256(r, g, b)),
            Depth::True => Color::Rgb(r, g, b),
        }
    }

    /// Writing in a role. With few colours weight stands in.
    #[must_use]
    pub fn fg(&self, role: Role) -> Style {
        let style = Style::new().fg(self.colour(role));
        if self.depth > Depth::Ansi {
            return style;
        }
        match role {
            Role::Title
            | Role::Key
            | Role::BorderFocus
            | Role::Heat3
            | Role::Heat4
            | Role::Candidate
            | Role::Error
            | Role::Keyword => style.add_modifier(Modifier::BOLD),
            Role::Faint | Role::Muted | Role::Border | Role::Comment | Role::Baseline
                if self.depth == Depth::None =>
            {
                style.add_modifier(Modifier::DIM)
            }
            _ => style,
        }
    }

    /// A ground in a role. With few colours the chosen row is reversed and changed words are underlined.
    #[must_use]
    pub fn bg(&self, role: Role) -> Style {
        if self.depth > Depth::Ansi {
            return Style::new().bg(self.colour(role));
        }
        match role {
            Role::Selection => Style::new().add_modifier(Modifier::REVERSED),
            Role::AddedWord | Role::RemovedWord => {
                Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
            }
            _ => Style::new(),
        }
    }

    /// Writing on the theme's own ground: the base of every frame.
    #[must_use]
    pub fn base(&self) -> Style {
        self.fg(Role::Text).patch(self.bg(Role::Background))
    }

    /// How hot a gain is: the larger, the brighter.
    #[must_use]
    pub fn heat(&self, gain: f64) -> Style {
        let role = match gain {
            g if g < 1.0 => Role::Fail,
            g if g < 1.05 => Role::Muted,
            g if g < 1.5 => Role::Heat1,
            g if g < 3.0 => Role::Heat2,
            g if g < 10.0 => Role::Heat3,
            _ => Role::Heat4,
        };
        self.fg(role)
    }
}

fn parse_hex(text: &str) -> Option<(u8, u8, u8)> {
    let digits = text
        .strip_prefix('#')
        .filter(|d| d.len() == 6 && d.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some((part(0)?, part(2)?, part(4)?))
}

/// The nearest colour of xterm's 6×6×6 cube and grey ramp.
fn nearest_256(r: u8, g: u8, b: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |a: (u8, u8, u8)| {
        let d = |x: u8, y: u8| (i32::from(x) - i32::from(y)).pow(2);
        // The eye sees green best and blue least.
        3 * d(a.0, r) + 4 * d(a.1, g) + 2 * d(a.2, b)
    };
    let step = |v: u8| {
        (0..6u8)
            .min_by_key(|i| (i32::from(STEPS[*i as usize]) - i32::from(v)).abs())
            .unwrap_or(0)
    };
    let (cr, cg, cb) = (step(r), step(g), step(b));
    let cube = (STEPS[cr as usize], STEPS[cg as usize], STEPS[cb as usize]);
    let grey = (0..24u8)
        .min_by_key(|i| distance((8 + 10 * i, 8 + 10 * i, 8 + 10 * i)))
        .unwrap_or(0);
    let level = 8 + 10 * grey;
    if distance((level, level, level)) < distance(cube) {
        232 + grey
    } else {
        16 + 36 * cr + 6 * cg + cb
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn bundled_themes_name_every_role_and_nothing_else() {
        for (name, text) in BUNDLED {
            let (theme, warnings) = Theme::parse(text, Depth::True).unwrap();
            assert_eq!((theme.name.as_str(), warnings), (*name, vec![]));
            for (_, key) in ROLES {
                assert!(
                    text.lines().any(|l| l.starts_with(&format!("{key} = "))),
                    "{name} lacks {key}"
                );
            }
        }
    }

    #[test]
    fn a_theme_of_ones_own_may_be_small_and_wrong_keys_are_told() {
        let text = "name = \"mine\"\nlight = true\n[colours]\ntext = \"#010203\"\ntexd = \"#000000\"\nkey = \"red\"";
        let (theme, warnings) = Theme::parse(text, Depth::True).unwrap();
        assert_eq!(theme.colour(Role::Text), Color::Rgb(1, 2, 3));
        assert_eq!(
            theme.colour(Role::Border),
            Theme::light(Depth::True).colour(Role::Border)
        );
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(Theme::load("nope", None, Depth::True).is_err());
    }

    #[test]
    fn the_environment_decides_the_depth() {
        let depth = |vars: &[(&str, &str)]| {
            let vars: Vec<(String, String)> = vars
                .iter()
                .map(|(a, b)| ((*a).into(), (*b).into()))
                .collect();
            Depth::detect(move |k| vars.iter().find(|(n, _)| n == k).map(|(_, v)| v.clone()))
        };
        assert_eq!(
            depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
            Depth::True
        );
        assert_eq!(depth(&[("TERM", "xterm-256color")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "xterm")]), Depth::Ansi);
        assert_eq!(
            depth(&[
                ("TERM", "xterm"),
                ("COLORTERM", "truecolor"),
                ("NO_COLOR", "1")
            ]),
            Depth::None
        );
        assert_eq!(depth(&[("TERM", "dumb")]), Depth::None);
    }

    #[test]
    fn colours_degrade_to_near_ones() {
        assert_eq!(nearest_256(255, 255, 255), 231);
        assert_eq!(nearest_256(0, 0, 0), 16);
        assert_eq!(nearest_256(95, 0, 0), 52);
        assert_eq!(nearest_256(118, 118, 118), 243);
    }
}
