//! The standard input of a run: a file in memory that nobody can change.

use std::os::fd::{AsRawFd, OwnedFd};

use rustix::fs::{
    MemfdFlags, Mode, OFlags, SealFlags, fchmod, fcntl_add_seals, memfd_create, open,
};

/// Lays the bytes out in a file of their own, sealed, opened for reading only; no bytes are `/dev/null`.
///
/// Made anew for every run, large ones too: a guest with our own user id can leave marks on a file whose bytes are
/// sealed (attributes, times, permissions), and the next run must not find them. A mebibyte takes some 0.1 ms.
///
/// # Errors
/// What the system said.
pub(super) fn lay_out(bytes: &[u8]) -> std::io::Result<OwnedFd> {
    let read = OFlags::RDONLY | OFlags::CLOEXEC;
    if bytes.is_empty() {
        return Ok(open("/dev/null", read, Mode::empty())?);
    }
    let file = memfd_create("input", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let mut rest = bytes;
    while !rest.is_empty() {
        let n = rustix::io::write(&file, rest)?;
        rest = &rest[n..];
    }
    fchmod(&file, Mode::from_raw_mode(0o444))?;
    fcntl_add_seals(
        &file,
        SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL,
    )?;
    Ok(open(
        format!("/proc/self/fd/{}", file.as_raw_fd()),
        read,
        Mode::empty(),
    )?)
}
