CFLAGS = -O2 -w

.PHONY: check bench

check: checker
	./checker

bench: timer
	./timer

checker: check.c miniz.c
	$(CC) $(CFLAGS) -o $@ check.c

timer: bench.c miniz.c
	$(CC) $(CFLAGS) -o $@ bench.c
