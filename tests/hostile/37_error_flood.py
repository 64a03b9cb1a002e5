#: verdict output_limit
#: output 1MB
import sys
while True:
    sys.stderr.write('x' * 100 + '\n')
