#: verdict time_limit
#: time 300ms
import os
fifo = os.environ["TMPDIR"] + "/fifo"
os.mkfifo(fifo)
open(fifo).read()
