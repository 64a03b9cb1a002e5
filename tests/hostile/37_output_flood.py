#: verdict output_limit
#: output 1MB
while True:
    print('x' * 100)
