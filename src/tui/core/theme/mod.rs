//! Colours by role: read from a theme file, fitted to what the terminal can show.
//!
//! A widget names a [`Role`], never a colour. Where colours are missing, weight, underline and reverse
//! carry what they can; glyphs and words always carry the meaning.

use std::path::{Path, PathBuf};

use ratatui::style::{Color, Modifier, Style};

#[cfg(test)]
mod contrast;
mod depth;
mod role;

pub use depth::Depth;
use depth::{Stray, nearest_256};
pub(crate) use role::ROLES;
pub use role::Role;

const COUNT: usize = ROLES.len();

/// The themes that are compiled in. The first dark and the first light one lend what a theme of one's own leaves out.
pub(crate) const BUNDLED: &[(&str, &str)] = &[
    ("dark", include_str!("../../../../themes/dark.toml")),
    ("light", include_str!("../../../../themes/light.toml")),
    ("night", include_str!("../../../../themes/night.toml")),
    ("clear", include_str!("../../../../themes/clear.toml")),
    ("console", include_str!("../../../../themes/console.toml")),
];

/// The terminal's own sixteen colours by the names that theme files use.
const NAMED: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// A colour as a theme file gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paint {
    /// Red, green and blue, fitted to the terminal.
    Rgb(u8, u8, u8),
    /// One of the terminal's own, or its ground.
    Own(Color),
}

/// A theme fitted to a terminal.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Whether its ground is light.
    pub light: bool,
    depth: Depth,
    colours: [Paint; COUNT],
    /// The nearest of 256 for each, worked out once.
    indexed: [u8; COUNT],
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
        if let Some(path) = Self::file(name, folder) {
            let text = std::fs::read_to_string(&path)
                .map_err(|e| format!("cannot read the theme {}: {e}", path.display()))?;
            let said = |e: String| format!("{}:{e}", path.display());
            let (theme, warnings) = Self::parse(&text, depth).map_err(said)?;
            return Ok((theme, warnings.into_iter().map(said).collect()));
        }
        match BUNDLED.iter().find(|(n, _)| *n == name) {
            Some((_, text)) => Self::parse(text, depth),
            None => Err(format!(
                "there is no theme `{}`; there are {}",
                crate::report::text::clip(name, 60),
                Self::names(folder).join(", ")
            )),
        }
    }

    /// The user's file of that name, if there is one.
    #[must_use]
    pub fn file(name: &str, folder: Option<&Path>) -> Option<PathBuf> {
        // A name is a name, never a way out of the folder.
        let plain = !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.');
        folder
            .filter(|_| plain)
            .map(|f| f.join(format!("{name}.toml")))
            .filter(|p| p.is_file())
    }

    /// Every theme that can be had: those compiled in, then the user's own by name.
    #[must_use]
    pub fn names(folder: Option<&Path>) -> Vec<String> {
        let mut names: Vec<String> = BUNDLED.iter().map(|(n, _)| (*n).to_owned()).collect();
        let files = folder.and_then(|f| std::fs::read_dir(f).ok());
        let mut own: Vec<String> = files
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|e| {
                e.file_name()
                    .to_str()?
                    .strip_suffix(".toml")
                    .map(str::to_owned)
            })
            .filter(|n| !names.contains(n))
            .collect();
        own.sort();
        names.extend(own);
        names
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
            colours: [Paint::Own(Color::Reset); COUNT],
            indexed: [0; COUNT],
        };
        BUNDLED
            .get(index)
            .and_then(|(_, text)| Self::parse(text, depth).ok())
            .map_or(fallback, |(theme, _)| theme)
    }

    /// Reads a theme file; roles that it leaves out are those of the theme it inherits from, or of the bundled theme
    /// of the same ground. Errors and warnings begin with the line, and where it is known the column.
    fn parse(text: &str, depth: Depth) -> Result<(Self, Vec<String>), String> {
        let file: File = toml::from_str(text).map_err(|e| {
            let at = e.span().map_or(0, |s| s.start);
            let before = text.get(..at).unwrap_or(text);
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            format!(
                "{}:{column}: {}",
                before.matches('\n').count() + 1,
                e.message().trim()
            )
        })?;
        let mut theme = Self {
            name: file.name,
            light: file.light,
            depth,
            colours: [Paint::Own(Color::Reset); COUNT],
            indexed: [0; COUNT],
        };
        let line = |key: &str| {
            let starts = |l: &str| l.trim_start().trim_start_matches('"').starts_with(key);
            text.lines().position(starts).map_or(1, |n| n + 1)
        };
        let mut warnings = Vec::new();
        let ground = if file.light { "light" } else { "dark" };
        let wanted = file.inherits.as_deref().unwrap_or(ground);
        let base = BUNDLED.iter().find(|(n, _)| *n == wanted);
        if let (None, Some(_)) = (base, &file.inherits) {
            warnings.push(format!(
                "{}: inherits = \"{wanted}\", but only a bundled theme can be inherited from",
                line("inherits")
            ));
        }
        if let Some((_, base)) = base.filter(|(_, t)| *t != text)
            && let Ok((base, _)) = Self::parse(base, depth)
        {
            theme.colours = base.colours;
        }
        for key in file.rest.keys() {
            warnings.push(format!(
                "{}: the key `{key}` is not known and does nothing",
                line(key)
            ));
        }
        for (key, value) in &file.colours {
            let at = line(key);
            let Some((role, _)) = ROLES.iter().find(|(_, k)| k == key) else {
                warnings.push(format!(
                    "{at}: colours.{key} is not a role and does nothing"
                ));
                continue;
            };
            match value.as_str().and_then(paint) {
                Some(paint) => theme.colours[*role as usize] = paint,
                None => warnings.push(format!(
                    "{at}: colours.{key} is not a colour; write \"#ff9d3d\", or one of the terminal's own such as \"yellow\", \"bright-black\" or \"default\""
                )),
            }
        }
        theme.fit();
        Ok((theme, warnings))
    }

    /// Works out the colours for a terminal that shows 256.
    fn fit(&mut self) {
        for (role, _) in ROLES {
            if let Paint::Rgb(r, g, b) = self.colours[*role as usize] {
                // Text strays away from its ground, a ground away from its text.
                let stray = if role.is_ground() == self.light {
                    Stray::Brighter
                } else {
                    Stray::Darker
                };
                self.indexed[*role as usize] = nearest_256(r, g, b, stray);
            }
        }
    }

    /// How many colours are shown.
    #[must_use]
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The colour of a role as this terminal can show it.
    #[must_use]
    pub fn colour(&self, role: Role) -> Color {
        match (self.colours[role as usize], self.depth) {
            (_, Depth::None) => Color::Reset,
            (Paint::Own(colour), _) => colour,
            (Paint::Rgb(..), Depth::Ansi) => role.ansi(),
            (Paint::Rgb(..), Depth::Indexed) => Color::Indexed(self.indexed[role as usize]),
            (Paint::Rgb(r, g, b), Depth::True) => Color::Rgb(r, g, b),
        }
    }

    /// Whether weight, underline and reverse must say what colours cannot: few colours, or only the terminal's own.
    fn weighty(&self) -> bool {
        self.depth <= Depth::Ansi
            || matches!(self.colours[Role::Background as usize], Paint::Own(_))
    }

    /// Writing in a role. With few colours weight stands in.
    #[must_use]
    pub fn fg(&self, role: Role) -> Style {
        let style = Style::new().fg(self.colour(role));
        if !self.weighty() {
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
        if !self.weighty() {
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

/// A theme file.
#[derive(serde::Deserialize)]
struct File {
    name: String,
    #[serde(default)]
    light: bool,
    inherits: Option<String>,
    #[serde(default)]
    colours: toml::Table,
    #[serde(flatten)]
    rest: toml::Table,
}

/// A colour from its text: `#ff9d3d`, or a name of the terminal's own.
fn paint(text: &str) -> Option<Paint> {
    let own = NAMED.iter().find(|(name, _)| *name == text);
    own.map(|(_, colour)| Paint::Own(*colour))
        .or_else(|| parse_hex(text).map(|(r, g, b)| Paint::Rgb(r, g, b)))
}

fn parse_hex(text: &str) -> Option<(u8, u8, u8)> {
    let digits = text
        .strip_prefix('#')
        .filter(|d| d.len() == 6 && d.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some((part(0)?, part(2)?, part(4)?))
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
    fn every_role_key_and_theme_is_told_to_those_who_write_themes() {
        let told = include_str!("../../../../themes/README.md");
        let row = |name: &str| {
            let start = format!("| `{name}` | ");
            told.lines().filter(|l| l.starts_with(&start)).count()
        };
        let roles = ROLES.iter().map(|(_, key)| *key);
        let themes = BUNDLED.iter().map(|(name, _)| *name);
        for name in roles.chain(themes).chain(["name", "light", "inherits"]) {
            // `light` is a key and a theme.
            let wanted = if name == "light" { 2 } else { 1 };
            assert_eq!(row(name), wanted, "{name}");
        }
        let (_, rest) = told.split_once("## Roles").unwrap();
        let (table, _) = rest.split_once("\n## ").unwrap();
        let rows = table.lines().filter(|l| l.starts_with("| `")).count();
        assert_eq!(rows, ROLES.len(), "a role that is told and is not there");
        for (name, _) in NAMED {
            let base = name.strip_prefix("bright-").unwrap_or(name);
            assert!(told.contains(&format!("`{base}`")), "{name}");
        }
    }

    #[test]
    fn a_theme_of_ones_own_may_be_small_and_wrong_keys_are_told() {
        let text = "name = \"mine\"\nlight = true\n[colours]\ntext = \"#010203\"\ntexd = \"#000000\"\nkey = \"reddish\"\nwarn = \"yellow\"";
        let (theme, warnings) = Theme::parse(text, Depth::True).unwrap();
        assert_eq!(theme.colour(Role::Text), Color::Rgb(1, 2, 3));
        assert_eq!(
            theme.colour(Role::Border),
            Theme::light(Depth::True).colour(Role::Border)
        );
        assert_eq!(theme.colour(Role::Warn), Color::Yellow);
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[0].starts_with("6: colours.key"), "{warnings:?}");
        assert!(warnings[1].starts_with("5: colours.texd"), "{warnings:?}");
        let error = Theme::parse("name = \"x\"\n[colours]\ntext = #ff", Depth::True).unwrap_err();
        assert!(error.starts_with("3:8: "), "{error}");
        let (heir, _) = Theme::parse("name = \"x\"\ninherits = \"clear\"", Depth::True).unwrap();
        let clear = Theme::load("clear", None, Depth::True).unwrap().0;
        assert_eq!(heir.colour(Role::Added), clear.colour(Role::Added));
        assert!(Theme::load("nope", None, Depth::True).is_err());
        assert!(Theme::load("../dark", Some(Path::new("/etc")), Depth::True).is_err());
    }
}
