//! The figures of a control group: files of the kernel that are read again and again, and what stands in them.

use std::fs::File;
use std::path::Path;

/// A kernel file that is kept open: reading it anew costs one system call instead of three.
#[derive(Debug)]
pub(crate) struct OpenKernelFile(Option<File>);

impl OpenKernelFile {
    /// Opens it for reading; where that fails every reading is `None`.
    pub(crate) fn open(path: &Path) -> Self {
        Self(File::open(path).ok())
    }

    /// Opens it for reading and writing; where that fails every reading is `None`.
    pub(crate) fn open_to_write(path: &Path) -> Self {
        Self(File::options().read(true).write(true).open(path).ok())
    }

    /// Whether there is such a file.
    pub(crate) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Reads what stands in it now, as far as it fits.
    pub(crate) fn read<'a>(&self, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
        let n = rustix::io::pread(self.0.as_ref()?, &mut *buffer, 0).ok()?;
        buffer.get(..n)
    }

    /// The number that stands in it, alone.
    pub(crate) fn number(&self) -> Option<u64> {
        let mut text = [0u8; 32];
        let text = self.read(&mut text)?;
        std::str::from_utf8(text).ok()?.trim().parse().ok()
    }

    /// The number behind a name.
    pub(crate) fn field(&self, name: &[u8]) -> Option<u64> {
        let mut text = [0u8; 1024];
        field(self.read(&mut text)?, name)
    }

    /// Writes to it; one that cannot be written to is closed, because what it shows is then not what was asked for.
    pub(crate) fn write_or_close(&mut self, text: &[u8]) {
        let done = self
            .0
            .as_ref()
            .is_some_and(|f| rustix::io::pwrite(f, text, 0).is_ok());
        if !done {
            self.0 = None;
        }
    }
}

/// Value of the line that starts with the name and a blank.
/// `None` where there is none.
pub(crate) fn field(text: &[u8], name: &[u8]) -> Option<u64> {
    text.split(|b| *b == b'\n').find_map(|line| {
        let value = line.strip_prefix(name)?.strip_prefix(b" ")?;
        std::str::from_utf8(value).ok()?.trim().parse().ok()
    })
}

/// Anonymous and shared memory, from either version's `memory.stat`.
pub(crate) fn parse_memory(text: &[u8]) -> Option<u64> {
    let anonymous = field(text, b"total_rss").or_else(|| field(text, b"anon"))?;
    let shared = field(text, b"total_shmem")
        .or_else(|| field(text, b"shmem"))
        .unwrap_or(0);
    Some(anonymous + shared)
}

/// Memory that the kernel holds for the group and that goes with its processes (page tables, stacks, pipes, sockets), from
/// version 2's `memory.stat`: all but what it caches of files. Version 1 does not say it there.
pub(crate) fn parse_kernel(text: &[u8]) -> Option<u64> {
    let cached = field(text, b"slab_reclaimable").unwrap_or(0);
    Some(field(text, b"kernel")?.saturating_sub(cached))
}

/// CPU time in nanoseconds, from `cpuacct.usage` or `cpu.stat`.
pub(crate) fn parse_cpu(text: &[u8]) -> Option<u64> {
    if let Some(micros) = field(text, b"usage_usec") {
        return Some(micros * 1_000);
    }
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_both_versions_are_read() {
        assert_eq!(
            parse_memory(b"rss 1\nshmem 2\ntotal_rss 10\ntotal_shmem 20\n"),
            Some(30)
        );
        assert_eq!(parse_memory(b"anon 7\nfile 9\nshmem 2\n"), Some(9));
        assert_eq!(parse_memory(b"nonsense"), None);
        assert_eq!(
            parse_kernel(b"anon 7\nkernel 90\nkernel_stack 9\nslab_reclaimable 20\n"),
            Some(70)
        );
        assert_eq!(parse_kernel(b"total_rss 10\n"), None);
        assert_eq!(parse_cpu(b"12345\n"), Some(12_345));
        assert_eq!(parse_cpu(b"usage_usec 12\nuser_usec 3\n"), Some(12_000));
        assert_eq!(
            field(
                b"oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
                b"oom_kill"
            ),
            Some(3)
        );
    }
}
