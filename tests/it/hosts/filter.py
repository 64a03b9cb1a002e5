"""Refuses some system calls (x86-64) as the profile of a container does, then becomes the given command.

    filter.py REFUSAL,… COMMAND …

`namespaces`: EPERM for making and entering them and for mounts; `landlock`: EPERM, as a profile that does not know it;
`mounts`: ENOSYS for the mount calls of Linux 5.2 and later; `seccomp`: EPERM for filters of one's own.
"""

import ctypes
import os
import struct
import sys

EPERM, ENOSYS = 1, 38
NAMESPACES = 0x7E020000
CALLS = {
    "namespaces": [(n, EPERM) for n in (272, 308, 165, 166, 155)] + [(435, ENOSYS)],
    "landlock": [(n, EPERM) for n in (444, 445, 446)],
    "mounts": [(n, ENOSYS) for n in (428, 429, 430, 431, 432, 433, 442)],
    "seccomp": [(317, EPERM)],
}


def statement(code, k, true=0, false=0):
    return struct.pack("HBBI", code, true, false, k)


def program(wanted):
    allow, refuse = statement(6, 0x7FFF0000), lambda error: statement(6, 0x00050000 | error)
    out = [statement(0x20, 4), statement(0x15, 0xC000003E, 1, 0), allow, statement(0x20, 0)]
    for name in wanted:
        for number, error in CALLS[name]:
            out += [statement(0x15, number, 0, 1), refuse(error)]
    if "namespaces" in wanted:
        # clone with any of the flags that make namespaces.
        out += [statement(0x15, 56, 0, 3), statement(0x20, 16)]
        out += [statement(0x45, NAMESPACES, 0, 1), refuse(EPERM)]
    return b"".join(out + [allow])


def main():
    code = program(sys.argv[1].split(","))
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, header, 0, 0) != 0 and (
        libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, header, 0, 0) != 0
    ):
        sys.exit(77)
    os.execvp(sys.argv[2], sys.argv[2:])


main()
