//! A small canvas: shapes by their classes, in pixels, and the frame that a chart stands in.

use crate::base::scale::{LogScale, Scale, Unit, ratio_tick};
use crate::report::markup::Markup;

/// Pixels of a character, about: for what must be laid out before any browser has seen it.
pub(super) const LETTER: f64 = 6.6;
/// The same of a strong text.
pub(super) const STRONG_LETTER: f64 = 8.4;

/// Width and height of a drawing in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing in progress.
#[derive(Debug, Default)]
pub(super) struct Svg(Markup);

impl Svg {
    /// Begins a drawing that says in words what it shows. What stands around it decides how wide it is at most.
    pub(super) fn new(size: Size, title: &str) -> Self {
        let mut out = Markup::default();
        out.raw(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" viewBox=\"0 0 ",
        );
        out.number(size.width).raw(" ").number(size.height);
        out.raw("\" width=\"").number(size.width);
        out.raw("\" height=\"")
            .number(size.height)
            .raw("\"><title>");
        out.text(title).raw("</title>");
        Self(out)
    }

    /// Adds markup.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.0.raw(markup);
    }

    /// Adds what was drawn elsewhere.
    pub(super) fn piece(&mut self, piece: &Markup) {
        self.0.piece(piece);
    }

    /// Begins a group that says what it is when it is pointed at.
    pub(super) fn group(&mut self, title: &str) {
        self.0.raw("<g><title>").text(title).raw("</title>");
    }

    /// Ends it.
    pub(super) fn end_group(&mut self) {
        self.0.raw("</g>");
    }

    /// Begins a link to a place on the same page.
    pub(super) fn link(&mut self, place: &str) {
        self.0.raw("<a href=\"#").text(place).raw("\">");
    }

    /// Ends it.
    pub(super) fn end_link(&mut self) {
        self.0.raw("</a>");
    }

    pub(super) fn line(&mut self, class: &'static str, from: (f64, f64), to: (f64, f64)) {
        self.0.raw("<line class=\"").raw(class);
        self.numbers([("\" x1=\"", from.0), ("\" y1=\"", from.1)]);
        self.numbers([("\" x2=\"", to.0), ("\" y2=\"", to.1)]);
        self.0.raw("\"/>");
    }

    pub(super) fn rect(&mut self, class: &'static str, from: (f64, f64), to: (f64, f64)) {
        let (x, y) = (from.0.min(to.0), from.1.min(to.1));
        self.0.raw("<rect class=\"").raw(class);
        self.numbers([("\" x=\"", x), ("\" y=\"", y)]);
        self.numbers([
            ("\" width=\"", (to.0 - from.0).abs()),
            ("\" height=\"", (to.1 - from.1).abs()),
        ]);
        self.0.raw("\"/>");
    }

    pub(super) fn circle(&mut self, class: &'static str, (x, y): (f64, f64), radius: f64) {
        self.0.raw("<circle class=\"").raw(class);
        self.numbers([("\" cx=\"", x), ("\" cy=\"", y), ("\" r=\"", radius)]);
        self.0.raw("\"/>");
    }

    /// A line through points.
    pub(super) fn path(
        &mut self,
        class: &'static str,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) {
        self.0
            .raw("<polyline class=\"")
            .raw(class)
            .raw("\" points=\"");
        for (n, (x, y)) in points.into_iter().enumerate() {
            if n > 0 {
                self.0.raw(" ");
            }
            self.0.number(x).raw(",").number(y);
        }
        self.0.raw("\"/>");
    }

    /// A text on its base line.
    pub(super) fn text(
        &mut self,
        class: &'static str,
        anchor: Anchor,
        (x, y): (f64, f64),
        text: &str,
    ) {
        self.0.raw("<text class=\"").raw(class);
        self.numbers([("\" x=\"", x), ("\" y=\"", y)]);
        self.0.raw(match anchor {
            Anchor::Start => "\">",
            Anchor::Middle => "\" text-anchor=\"middle\">",
            Anchor::End => "\" text-anchor=\"end\">",
        });
        self.0.text(text).raw("</text>");
    }

    /// The mark of something, around a point.
    pub(super) fn mark(&mut self, mark: Mark, at: (f64, f64)) {
        let (x, y) = at;
        match mark {
            Mark::Original => self.circle("mark original", at, 4.5),
            Mark::Kept => self.polygon("mark kept", at, 3, 8.0, 4.0),
            Mark::Passed => self.circle("mark passed", at, 4.5),
            Mark::Best => self.polygon("mark best", at, 5, 8.5, 3.6),
            Mark::Failed => {
                self.line("mark failed", (x - 3.5, y - 3.5), (x + 3.5, y + 3.5));
                self.line("mark failed", (x - 3.5, y + 3.5), (x + 3.5, y - 3.5));
            }
            Mark::Open => self.circle("mark open", at, 2.0),
        }
    }

    /// A star of so many points, or a triangle, where its inner corners lie on its sides.
    fn polygon(
        &mut self,
        class: &'static str,
        (x, y): (f64, f64),
        points: u32,
        outer: f64,
        inner: f64,
    ) {
        self.0
            .raw("<polygon class=\"")
            .raw(class)
            .raw("\" points=\"");
        for n in 0..points * 2 {
            let angle = std::f64::consts::PI * f64::from(n) / f64::from(points);
            let radius = if n.is_multiple_of(2) { outer } else { inner };
            if n > 0 {
                self.0.raw(" ");
            }
            self.0.number(x + radius * angle.sin()).raw(",");
            self.0.number(y - radius * angle.cos());
        }
        self.0.raw("\"/>");
    }

    fn numbers<const N: usize>(&mut self, all: [(&'static str, f64); N]) {
        for (name, number) in all {
            self.0.raw(name).number(number);
        }
    }

    /// The drawing, ended.
    pub(super) fn finish(mut self) -> Markup {
        self.0.raw("</svg>");
        self.0
    }
}

/// What became of a version, as a shape: shapes differ where colours cannot be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// v0.
    Original,
    /// The best version.
    Best,
    /// Was the best once.
    Kept,
    /// Passes, and was not taken.
    Passed,
    /// Does not pass.
    Failed,
    /// Was not measured.
    Open,
}

/// The part of a drawing in which values stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Frame {
    /// Where a share of the width stands.
    pub(super) fn x(&self, share: f64) -> f64 {
        self.left + share * (self.right - self.left)
    }

    /// Where a share of the height stands; 0 is at the bottom.
    pub(super) fn y(&self, share: f64) -> f64 {
        self.bottom - share * (self.bottom - self.top)
    }

    /// A linear axis below, with the unit at its end.
    pub(super) fn axis_below(&self, svg: &mut Svg, scale: &Scale, unit: Unit, name: &str) {
        svg.line("axis", (self.left, self.bottom), (self.right, self.bottom));
        for tick in scale.ticks() {
            let at = self.x(scale.share(tick));
            svg.line("axis", (at, self.bottom), (at, self.bottom + 4.0));
            let place = (at, self.bottom + 18.0);
            svg.text("figure", Anchor::Middle, place, &unit.tick(tick, scale));
        }
        let words = format!("{name}, {}", unit.name(scale));
        let words = words.trim_end_matches([',', ' ']);
        svg.text("name", Anchor::End, (self.right, self.bottom + 36.0), words);
    }

    /// A linear axis at the left with its lines across; the unit stands above.
    pub(super) fn axis_left(&self, svg: &mut Svg, scale: &Scale, unit: Unit, name: &str) {
        for tick in scale.ticks() {
            let at = self.y(scale.share(tick));
            svg.line("grid", (self.left, at), (self.right, at));
            let place = (self.left - 8.0, at + 4.0);
            svg.text("figure", Anchor::End, place, &unit.tick(tick, scale));
        }
        let words = format!("{name}, {}", unit.name(scale));
        svg.text("name", Anchor::Start, (4.0, self.top - 12.0), &words);
    }

    /// A logarithmic axis of ratios at the left; 1 is drawn as the line that it is.
    pub(super) fn ratios_left(&self, svg: &mut Svg, scale: &LogScale, most: usize) {
        for tick in scale.ticks(most) {
            let at = self.y(scale.share(tick));
            svg.line("grid", (self.left, at), (self.right, at));
            let place = (self.left - 8.0, at + 4.0);
            svg.text("figure", Anchor::End, place, &ratio_tick(tick));
        }
        let one = self.y(scale.share(1.0));
        svg.line("one", (self.left, one), (self.right, one));
    }

    /// A logarithmic axis of ratios below.
    pub(super) fn ratios_below(&self, svg: &mut Svg, scale: &LogScale, most: usize) {
        svg.line("axis", (self.left, self.bottom), (self.right, self.bottom));
        for tick in scale.ticks(most) {
            let at = self.x(scale.share(tick));
            svg.line("axis", (at, self.bottom), (at, self.bottom + 4.0));
            let place = (at, self.bottom + 18.0);
            svg.text("figure", Anchor::Middle, place, &ratio_tick(tick));
        }
        if scale.low <= 1.0 {
            let one = self.x(scale.share(1.0));
            svg.line("one", (one, self.top), (one, self.bottom));
        }
    }
}

/// Every so manieth of some labels, so that none stands on its neighbour.
pub(super) fn every(labels: usize, longest: usize, room: f64) -> usize {
    let wide = (longest + 1) as f64 * LETTER;
    let fit = (room / wide).floor().max(1.0) as usize;
    labels.div_ceil(fit).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_places_and_zero_is_at_the_bottom() {
        let frame = Frame {
            left: 10.0,
            top: 20.0,
            right: 110.0,
            bottom: 220.0,
        };
        assert_eq!(
            (frame.x(0.0), frame.x(1.0), frame.x(0.5)),
            (10.0, 110.0, 60.0)
        );
        assert_eq!((frame.y(0.0), frame.y(1.0)), (220.0, 20.0));
    }

    #[test]
    fn labels_are_thinned_until_they_fit() {
        assert_eq!(every(5, 2, 500.0), 1);
        assert_eq!(every(100, 3, 900.0), 3);
        assert_eq!(every(0, 0, 0.0), 1);
    }
}
