//! What a region reads that may differ from run to run.
/// What.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// A clock.
    Clock,
}
impl super::Target {
    /// Stand-in.
    #[must_use]
    pub fn reads(&self) -> Vec<(Reads, usize, String)> {
        Vec::new()
    }
}
