//: prints_bytes 65536
//: verdict ok|output_limit
// Fills its output as far as it goes without waiting, makes it larger, and is gone.
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>
static char block[4096];
int main(void) {
    fcntl(1, F_SETPIPE_SZ, 1 << 20); fcntl(1, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 16; i++) { for (int k = 0; k < 4096; k++) block[k] = 'x'; if (write(1, block, 4096) != 4096) i--; }
    _exit(0);
}
