//! A small canvas of braille dots: lines, steps and marks, layer over layer, each in its role.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::core::theme::{Role, Theme};

/// How a line is drawn, so that lines differ without colour as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// Every dot.
    Solid,
    /// Three dots on, one off.
    Dashed,
    /// Every other dot.
    Dotted,
}

/// Dots in cells of 2 × 4.
pub(crate) struct Plot {
    width: usize,
    height: usize,
    cells: Vec<(u8, Role)>,
}

impl Plot {
    /// An empty canvas of so many cells.
    #[must_use]
    pub(crate) fn new(width: u16, height: u16) -> Self {
        let (width, height) = (usize::from(width), usize::from(height));
        Self {
            width,
            height,
            cells: vec![(0, Role::Text); width * height],
        }
    }

    /// Dots across.
    #[must_use]
    pub(crate) fn dots_wide(&self) -> usize {
        self.width * 2
    }

    /// Dots down.
    #[must_use]
    pub(crate) fn dots_high(&self) -> usize {
        self.height * 4
    }

    /// Sets one dot; (0, 0) is at the top left. Outside nothing happens.
    pub(crate) fn dot(&mut self, x: usize, y: usize, role: Role) {
        const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        if x >= self.dots_wide() || y >= self.dots_high() {
            return;
        }
        let cell = &mut self.cells[y / 4 * self.width + x / 2];
        cell.0 |= BITS[x % 2][y % 4];
        cell.1 = role;
    }

    /// Draws a line through points in 0..=1 × 0..=1 (0 is left and bottom), in order of x.
    pub(crate) fn line(
        &mut self,
        points: impl IntoIterator<Item = (f64, f64)>,
        role: Role,
        stroke: Stroke,
    ) {
        let (w, h) = (self.dots_wide(), self.dots_high());
        if w == 0 || h == 0 {
            return;
        }
        let place = |x: f64, y: f64| {
            let scale =
                |v: f64, dots: usize| (v.clamp(0.0, 1.0) * (dots - 1) as f64).round() as i64;
            (scale(x, w), h as i64 - 1 - scale(y, h))
        };
        let mut before: Option<(i64, i64)> = None;
        for (x, y) in points {
            if !(x.is_finite() && y.is_finite()) {
                continue;
            }
            let to = place(x, y);
            self.segment(before.unwrap_or(to), to, role, stroke);
            before = Some(to);
        }
    }

    fn segment(&mut self, from: (i64, i64), to: (i64, i64), role: Role, stroke: Stroke) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs()).max(1);
        for i in 0..=steps {
            let (x, y) = (
                from.0 + (dx * i + dx.signum() * steps / 2) / steps,
                from.1 + (dy * i + dy.signum() * steps / 2) / steps,
            );
            // The rhythm hangs on the place, so that it does not restart at every point.
            let beat = (x + y).rem_euclid(12);
            let on = match stroke {
                Stroke::Solid => true,
                Stroke::Dashed => beat % 4 < 3,
                Stroke::Dotted => beat % 2 == 0,
            };
            if on && let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) {
                self.dot(x, y, role);
            }
        }
    }

    /// Puts the dots on the screen; empty cells leave what is there.
    pub(crate) fn render(&self, area: Rect, buffer: &mut Buffer, theme: &Theme) {
        for row in 0..self.height.min(area.height.into()) {
            for column in 0..self.width.min(area.width.into()) {
                let (bits, role) = self.cells[row * self.width + column];
                if bits != 0
                    && let Some(c) = char::from_u32(0x2800 + u32::from(bits))
                    && let Some(cell) =
                        buffer.cell_mut((area.x + column as u16, area.y + row as u16))
                {
                    cell.set_char(c).set_style(theme.fg(role));
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::tui::core::theme::Depth;

    #[test]
    fn a_rising_line_runs_from_corner_to_corner() {
        let mut plot = Plot::new(4, 2);
        plot.line([(0.0, 0.0), (1.0, 1.0)], Role::Text, Stroke::Solid);
        let area = Rect::new(0, 0, 4, 2);
        let mut buffer = Buffer::empty(area);
        plot.render(area, &mut buffer, &Theme::dark(Depth::None));
        let row = |y: u16| {
            (0..4)
                .map(|x| buffer[(x, y)].symbol().to_owned())
                .collect::<String>()
        };
        assert_eq!((row(0).as_str(), row(1).as_str()), ("  ⡠⠊", "⡠⠊  "));
    }

    #[test]
    fn nothing_is_drawn_outside_and_nothing_breaks() {
        let mut plot = Plot::new(0, 0);
        plot.line([(0.0, 0.0), (1.0, f64::NAN)], Role::Text, Stroke::Dotted);
        let mut plot = Plot::new(3, 1);
        plot.line(
            [(-5.0, 9.0), (7.0, f64::INFINITY), (2.0, 2.0)],
            Role::Text,
            Stroke::Dashed,
        );
        plot.dot(99, 99, Role::Text);
    }
}
