#: verdict memory_limit|ok
#: memory 96MiB
#: prints refused
try:
    for i in range(1000):
        with open(f"/dev/shm/f{i}", "wb") as f:
            for _ in range(64):
                f.write(b"x" * 1_000_000)
except OSError:
    print("refused")
