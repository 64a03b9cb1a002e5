#: collects nothing
import os
work = os.environ["HOME"]
os.symlink("/etc/passwd", work + "/result")
os.mkfifo(work + "/fifo")
os.symlink("/", work + "/folder")
os.mkdir(work + "/dir")
