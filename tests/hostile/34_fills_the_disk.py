#: prints refused
#: disk 16MiB
#: weak disk
for folder in ("/work", "/tmp"):
    try:
        for i in range(1000):
            with open(f"{folder}/f{i}", "wb") as f:
                f.write(b"x" * 1_000_000)
        print("no end in", folder)
    except OSError:
        pass
print("refused")
