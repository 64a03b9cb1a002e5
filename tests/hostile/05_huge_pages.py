#: verdict memory_limit
#: memory 128MiB
#: overshoot
import mmap
m = mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
m.madvise(mmap.MADV_HUGEPAGE)
for at in range(0, 1 << 30, 4096):
    m[at] = 1
