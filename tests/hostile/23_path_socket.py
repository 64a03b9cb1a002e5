#: prints refused
#: path_socket
# A service of this machine that listens at a name in a folder; and a socket that is turned to it afterwards.
import array, socket, sys
path = sys.argv[5]
got = []
def stream():
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    s.sendall(b"secret")
def datagram():
    s, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.sendto(b"secret", path + ".d")
def message():
    s, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.sendmsg([b"secret"], [], 0, path + ".d")
def raw():
    s, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW)  # datagrams by another name
    s.sendto(b"secret", path + ".d")
for way in (stream, datagram, message, raw):
    try:
        way()
        got.append(way.__name__)
    except OSError:
        pass
print(got or "refused")
