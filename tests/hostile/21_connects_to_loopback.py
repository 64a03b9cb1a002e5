#: prints refused
#: noted network
# There is nobody to reach; but the socket alone would do: the network of a run counts and keeps what is done in it (flow labels, packets).
import socket, sys
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"), (socket.AF_INET, "1.1.1.1")):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            s = socket.socket(family, kind)
            print("got a socket", family, kind)
            s.settimeout(2)
            s.connect((address, int(sys.argv[2])))
            s.sendall(b"secret")
            print("connected to", address)
        except OSError:
            pass
print("refused")
