#: verdict time_limit
#: time 300ms
import time
time.sleep(1_000_000)
