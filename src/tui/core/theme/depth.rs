//! How many colours a terminal shows, and the nearest of them to a colour of 24 bits.

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

/// Levels of a channel in xterm's cube of colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Which way a colour may stray when it is fitted to 256: text must not come nearer to its ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// As bright or brighter.
    Brighter,
    /// As dark or darker.
    Darker,
}

/// The nearest colour of xterm's 6×6×6 cube and grey ramp on one side of the true one.
pub(super) fn nearest_256(r: u8, g: u8, b: u8, stray: Stray) -> u8 {
    // Rec. 709 weights on the coded values: near enough to order colours by brightness.
    let bright =
        |(r, g, b): (u8, u8, u8)| 213 * i32::from(r) + 715 * i32::from(g) + 72 * i32::from(b);
    let true_one = bright((r, g, b));
    let distance = |a: (u8, u8, u8)| {
        let d = |x: u8, y: u8| (i32::from(x) - i32::from(y)).pow(2);
        // The eye sees green best and blue least.
        3 * d(a.0, r) + 4 * d(a.1, g) + 2 * d(a.2, b)
    };
    let allowed = |i: &u8| match stray {
        Stray::Brighter => bright(of_256(*i)) >= true_one,
        Stray::Darker => bright(of_256(*i)) <= true_one,
    };
    (16..=255)
        .filter(allowed)
        .min_by_key(|i| distance(of_256(*i)))
        .unwrap_or(if stray == Stray::Brighter { 231 } else { 16 })
}

/// What xterm shows for one of its colours from 16 on.
pub(super) fn of_256(index: u8) -> (u8, u8, u8) {
    if index >= 232 {
        let level = 8 + 10 * (index - 232);
        return (level, level, level);
    }
    let i = index - 16;
    (
        STEPS[usize::from(i / 36)],
        STEPS[usize::from(i / 6 % 6)],
        STEPS[usize::from(i % 6)],
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

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
    fn colours_degrade_to_near_ones_and_never_towards_their_ground() {
        for stray in [Stray::Brighter, Stray::Darker] {
            assert_eq!(nearest_256(255, 255, 255, stray), 231);
            assert_eq!(nearest_256(0, 0, 0, stray), 16);
            assert_eq!(nearest_256(95, 0, 0, stray), 52);
            assert_eq!(nearest_256(118, 118, 118, stray), 243);
        }
        assert_eq!(of_256(nearest_256(120, 120, 120, Stray::Brighter)).0, 128);
        assert_eq!(of_256(nearest_256(120, 120, 120, Stray::Darker)).0, 118);
    }
}
