#: verdict time_limit
#: time 500ms
while True:
    pass
