/* Times mz_crc32 on 4 MiB. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "miniz.c"

int main(void)
{
    size_t length = 4 << 20, n;
    unsigned char *data = malloc(length);
    int times;
    for (n = 0; n < length; n++)
        data[n] = (unsigned char)((n * 2654435761u) >> 13);
    for (times = 0; times < 10; times++) {
        struct timespec start, end;
        volatile mz_ulong sum;
        clock_gettime(CLOCK_MONOTONIC, &start);
        sum = mz_crc32(MZ_CRC32_INIT, data, length);
        clock_gettime(CLOCK_MONOTONIC, &end);
        printf("METRIC crc=%.1fus\n", (end.tv_sec - start.tv_sec) * 1e6 + (end.tv_nsec - start.tv_nsec) / 1e3);
        (void)sum;
    }
    return 0;
}
