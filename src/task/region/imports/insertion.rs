//! What is put into a file.

/// Something to put into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Insertion {
    /// The byte of the file that it goes before.
    pub(crate) at: usize,
    /// What; line ends are line feeds.
    pub(crate) text: String,
}
