#: stdin the input of every run
#: prints the input of every run
#: rounds 3
# Every run gets an input without a mark of an earlier one.
import os
said = os.read(0, 100).decode()
facts = os.fstat(0)
marks = []
try:
    marks += os.listxattr(0)
except OSError:
    pass
if facts.st_mtime < 10:
    marks.append("mtime")
if facts.st_mode & 0o7777 != 0o444:
    marks.append("mode")
for attempt in [lambda: os.setxattr(0, "user.answer", b"42"), lambda: os.setxattr("/proc/self/fd/0", "user.answer", b"42"),
                lambda: os.utime(0, (1, 1)), lambda: os.utime("/proc/self/fd/0", (1, 1)), lambda: os.fchmod(0, 0o604)]:
    try:
        attempt()
    except OSError:
        pass
print(said if not marks else marks)
