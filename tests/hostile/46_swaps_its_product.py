#: collects mine
#: rounds 8
# While the product is copied out, a child swaps it: a file of its own, a link to somebody else's, a FIFO, a folder.
import os
os.chdir(os.environ["HOME"])
def put(make):
    make("next")
    os.rename("next", "result")
def own(name):
    with open(name, "w") as f:
        f.write("mine")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            for make in (own, lambda n: os.symlink("/etc/passwd", n), own, lambda n: os.symlink("../../../etc/passwd", n), os.mkfifo):
                try:
                    put(make)
                except OSError:
                    pass
    os._exit(0)
os.wait()
while not os.path.lexists("result"):
    pass
