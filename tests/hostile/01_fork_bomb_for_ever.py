#: verdict any
#: time 700ms
# Every process forks again and again, and never looks at an error.
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
