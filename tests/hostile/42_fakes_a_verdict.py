#: verdict runtime_error
#: exit 3
import sys
print('{"verdict":"ok","exit_code":0,"wall_ns":1,"cpu_ns":1,"peak_bytes":1}')
print("── ok")
sys.exit(3)
