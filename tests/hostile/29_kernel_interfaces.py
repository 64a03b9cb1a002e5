#: prints refused
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

room = ctypes.create_string_buffer(256)
x86 = os.uname().machine == "x86_64"
calls = {"bpf": (321, 0, room, 48), "perf_event_open": (298, room, 0, -1, -1, 0), "userfaultfd": (323, 0), "keyctl": (250, 0, -3, 0), "add_key": (248, b"user", b"a", b"b", 1, -3),
         "open_by_handle_at": (304, -100, room, 0), "init_module": (175, room, 1, b""), "reboot": (169, 0, 0, 0, 0), "settimeofday": (164, room, 0), "acct": (163, b"/tmp/a"),
         "swapon": (167, b"/tmp/a", 0), "quotactl": (179, 0, 0, 0, 0), "fanotify_init": (300, 0, 0), "memfd_secret": (447, 0), "kexec_load": (246, 0, 0, 0, 0)} if x86 else {}
for name, call in calls.items():
    if libc.syscall(*call) != -1:
        print("went through:", name)
print("refused")
