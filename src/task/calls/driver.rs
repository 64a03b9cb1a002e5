//! Stand-in.

/// The first line of a driver's standard input.
#[must_use]
pub fn header(passes: u32, prepare: u32, keep: bool) -> Vec<u8> {
    format!("{{\"passes\": {passes}, \"prepare\": {prepare}, \"keep\": {keep}}}\n").into_bytes()
}
