//! A line through points by least squares, and how well it is known.

/// What a figure does from round to round.
pub(crate) struct Line {
    /// Per round.
    pub(crate) slope: f64,
    /// Its standard error.
    pub(crate) error: f64,
    /// Rounds between the first and the last point.
    span: f64,
}

impl Line {
    pub(crate) fn through(points: &[(f64, f64)]) -> Self {
        let n = points.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
        let (x, y) = (mean(|p| p.0), mean(|p| p.1));
        let spread: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
        let slope = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>() / spread;
        let left: f64 = points
            .iter()
            .map(|p| (p.1 - y - slope * (p.0 - x)).powi(2))
            .sum();
        Self {
            slope,
            error: (left / (n - 2.0) / spread).sqrt(),
            span: points[points.len() - 1].0 - points[0].0,
        }
    }

    /// Whether it surely rises, and by more than that from the first point to the last.
    pub(crate) fn grows(&self, more_than: f64) -> bool {
        self.slope > 2.0 * self.error && self.slope * self.span > more_than
    }
}
