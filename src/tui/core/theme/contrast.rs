//! Whether every shipped theme can be read: contrast of text against every ground that it is written on.
//!
//! Contrast ratio and relative luminance as in WCAG 2.1 (success criterion 1.4.3, "Contrast (Minimum)"): 4.5 : 1 for text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ratatui::style::Color;

use super::depth::of_256;
use super::{BUNDLED, Depth, Role, Theme};

fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.03928 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn shown(colour: Color) -> Option<(u8, u8, u8)> {
    match colour {
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(i) if i >= 16 => Some(of_256(i)),
        // The terminal's own colours are the terminal's own affair.
        _ => None,
    }
}

/// What is written, as code or otherwise.
const CODE: [Role; 10] = [
    Role::Text,
    Role::Keyword,
    Role::Str,
    Role::Comment,
    Role::Function,
    Role::Type,
    Role::Number,
    Role::Operator,
    Role::Added,
    Role::Removed,
];
const WORDS: [Role; 17] = [
    Role::Muted,
    Role::Faint,
    Role::Title,
    Role::Key,
    Role::Heat1,
    Role::Heat2,
    Role::Heat3,
    Role::Heat4,
    Role::Fail,
    Role::Error,
    Role::Warn,
    Role::Info,
    Role::Baseline,
    Role::Incumbent,
    Role::Candidate,
    Role::Added,
    Role::Removed,
];

#[test]
fn text_of_every_theme_can_be_read_on_every_ground_it_stands_on() {
    let mut poor = Vec::new();
    for (name, _) in BUNDLED {
        for (depth, least) in [(Depth::True, 4.5), (Depth::Indexed, 4.5)] {
            let theme = Theme::load(name, None, depth).unwrap().0;
            let mut look = |text: Role, ground: Role| {
                if let (Some(a), Some(b)) = (shown(theme.colour(text)), shown(theme.colour(ground)))
                    && contrast(a, b) < least
                {
                    poor.push(format!(
                        "{name} {depth:?}: {text:?} on {ground:?} {:.2}",
                        contrast(a, b)
                    ));
                }
            };
            for text in CODE.into_iter().chain(WORDS) {
                for ground in [Role::Background, Role::Panel, Role::Selection] {
                    look(text, ground);
                }
            }
            for text in CODE {
                for ground in [
                    Role::AddedLine,
                    Role::RemovedLine,
                    Role::AddedWord,
                    Role::RemovedWord,
                ] {
                    look(text, ground);
                }
            }
            for text in [Role::Muted, Role::Faint] {
                look(text, Role::AddedLine);
                look(text, Role::RemovedLine);
            }
        }
    }
    assert!(poor.is_empty(), "{}", poor.join("\n"));
}

#[test]
fn the_ratio_is_that_of_the_standard() {
    assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 1e-9);
    assert!((contrast((119, 119, 119), (255, 255, 255)) - 4.48).abs() < 0.01);
}
