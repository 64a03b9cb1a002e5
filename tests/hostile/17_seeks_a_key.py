#: prints nothing found
#: key
# The key stands in the environment of the workbench; the argument is its name, never its value.
import glob, os, sys
found = [k for k in os.environ if "PLANTED" in k]
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/task/*/environ"):
    try:
        if b"PLANTED" in open(path, "rb").read():
            found.append(path)
    except OSError:
        pass
print(found or "nothing found")
