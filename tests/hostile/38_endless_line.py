#: verdict output_limit
#: output 1MB
import os
while True:
    os.write(1, b'x' * 65536)
