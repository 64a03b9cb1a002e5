#: input 1GiB
#: prints not one byte
# A gibibyte waits at its door. Whoever pumped it through a pipe would now stand still.
print("not one byte")
