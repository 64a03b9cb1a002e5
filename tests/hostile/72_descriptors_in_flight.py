#: prints ended
# Sockets that are sent into themselves and closed: nobody holds them but they hold each other.
import array, os, socket
sent = 0
try:
    for _ in range(20_000):
        a, b = socket.socketpair()
        a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [a.fileno(), b.fileno()] * 100))])
        a.close()
        b.close()
        sent += 1
except OSError:
    pass
print("ended")
