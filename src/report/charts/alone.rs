//! The chart of gains as a picture of its own: with its heading, its ground and its colours in light and dark.

use super::svg::{Anchor, Size, Svg};
use super::{COLOURS, CSS, gains};
use crate::report::headline::headline;
use crate::report::text::clip;
use crate::session::Session;

/// Rows above the chart.
const HEAD: f64 = 64.0;
const CHART: Size = Size {
    width: 912.0,
    height: 400.0,
};

/// A whole SVG file.
///
/// # Errors
/// A sentence, where the session has nothing beside the original, or has a hole.
pub(crate) fn alone(session: &Session) -> Result<String, String> {
    if let Some(loss) = session.loss() {
        return Err(loss);
    }
    let chart = gains(session, CHART, false)
        .ok_or("it has no version beside the original, so there is nothing to draw")?;
    let task = session.task.as_ref();
    let heading = task.map_or(session.id.as_str(), |task| &task.title);
    let sentence = headline(session).sentence();
    let size = Size {
        width: CHART.width,
        height: CHART.height + HEAD,
    };
    let mut svg = Svg::new(size, &format!("{heading}: {sentence}"));
    svg.raw("<style>");
    svg.raw(COLOURS);
    svg.raw(CSS);
    svg.raw("</style>");
    svg.rect("ground", (0.0, 0.0), (size.width, size.height));
    svg.text("heading", Anchor::Start, (12.0, 30.0), &clip(heading, 90));
    svg.text("name", Anchor::Start, (12.0, 52.0), &clip(&sentence, 130));
    svg.raw("<g transform=\"translate(0 64)\">");
    svg.piece(&chart);
    svg.raw("</g>");
    Ok(svg.finish().as_str().to_owned() + "\n")
}
