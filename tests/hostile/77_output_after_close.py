#: prints_bytes 0
# A file takes the place of the closed output; its bytes are the file's.
import os
os.close(1)
fd = os.open(os.environ["HOME"] + "/instead", os.O_CREAT | os.O_WRONLY)
os.write(1, b"not output")
os._exit(0 if fd == 1 else 1)
