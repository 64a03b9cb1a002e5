#: prints refused
# Arguments and an environment as long as they may be, handed on and on until the kernel says no.
import os, sys
n = int(os.environ.get("N", "1000"))
try:
    os.execve(sys.executable, [sys.executable, *sys.argv[:4], *["x" * 100] * n], {"N": str(n * 2), "HOME": os.environ["HOME"], **{f"V{i}": "y" * 1000 for i in range(n // 10)}})
except OSError:
    print("refused")
