#: prints all its own
#: needs attempts
# Threads and processes that wait for each other's locks on a file of their own: they get them, one after the other.
import fcntl, os, threading
path = os.environ["HOME"] + "/lock"
open(path, "w").close()
def turn():
    for _ in range(20):
        with open(path) as f:
            fcntl.flock(f, fcntl.LOCK_EX)
            fcntl.flock(f, fcntl.LOCK_UN)
threads = [threading.Thread(target=turn) for _ in range(4)]
child = os.fork()
if child == 0:
    turn()
    os._exit(0)
for t in threads:
    t.start()
for t in threads:
    t.join()
print("all its own" if os.waitpid(child, 0)[1] == 0 else "lost")
