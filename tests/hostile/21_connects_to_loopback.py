#: prints refused
#: noted network
import socket, sys
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"), (socket.AF_INET, "1.1.1.1")):
    try:
        s = socket.socket(family, socket.SOCK_STREAM)
        s.settimeout(2)
        s.connect((address, int(sys.argv[2])))
        print("connected to", address)
    except OSError:
        pass
try:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"secret", ("127.0.0.1", int(sys.argv[2])))
    print("sent a datagram")
except OSError:
    pass
print("refused")
