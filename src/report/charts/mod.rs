//! The charts that leave the program, as SVG: gain by version and by case, time against memory, memory over
//! time, the pairs' ratios.
//!
//! Each is drawn from a session into a size that is given. Where something stands is worked out by `base::scale`, as on the
//! screen; colours and letters are classes of `assets/report/chart.css`, so that a page in light and one in dark need one drawing.

mod alone;
mod cases;
mod gains;
mod memory;
mod pairs;
mod plane;
mod svg;

pub(crate) use alone::alone;
pub(crate) use cases::cases;
pub(crate) use gains::{class_and_sign, gains, strips};
pub(crate) use memory::memory;
pub(crate) use pairs::pairs;
pub(crate) use plane::plane;
pub(crate) use svg::Size;

/// The colours of pages and charts, in light and dark.
pub(crate) const COLOURS: &str = include_str!("../../../assets/report/colours.css");
/// The parts of charts in these colours.
pub(crate) const CSS: &str = include_str!("../../../assets/report/chart.css");
