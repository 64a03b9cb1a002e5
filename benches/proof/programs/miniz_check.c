/* Known sums, a sum in two parts, and a text that is packed and unpacked. */
#include <stdio.h>
#include <string.h>

#include "miniz.c"

static int wrong(const char *what)
{
    fprintf(stderr, "%s is wrong\n", what);
    return 1;
}

int main(void)
{
    const unsigned char *digits = (const unsigned char *)"123456789";
    unsigned char text[5000], packed[6000], back[5000];
    mz_ulong packed_length = sizeof packed, length = sizeof back;
    size_t n;
    for (n = 0; n < sizeof text; n++)
        text[n] = (unsigned char)((n * n) >> 3);
    if (mz_crc32(MZ_CRC32_INIT, digits, 0) != 0)
        return wrong("the sum of nothing");
    if (mz_crc32(MZ_CRC32_INIT, digits, 9) != 0xCBF43926UL)
        return wrong("the sum of nine digits");
    for (n = 0; n <= sizeof text; n += 13) {
        mz_ulong whole = mz_crc32(MZ_CRC32_INIT, text, sizeof text);
        mz_ulong parts = mz_crc32(mz_crc32(MZ_CRC32_INIT, text, n), text + n, sizeof text - n);
        if (whole != parts)
            return wrong("a sum in two parts");
    }
    if (mz_compress(packed, &packed_length, text, sizeof text) != MZ_OK)
        return wrong("packing");
    if (mz_uncompress(back, &length, packed, packed_length) != MZ_OK || length != sizeof text)
        return wrong("unpacking");
    return memcmp(text, back, length) ? wrong("the text") : 0;
}
