#include "siphash.h"

#include <string.h>

static uint64_t rotate(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

static void round_of(struct siphash *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static void word(struct siphash *s, uint64_t value)
{
    s->v3 ^= value;
    round_of(s);
    round_of(s);
    s->v0 ^= value;
}

void siphash_begin(struct siphash *s, const uint8_t key[16])
{
    uint64_t k0, k1;
    memcpy(&k0, key, 8);
    memcpy(&k1, key + 8, 8);
    s->v0 = k0 ^ 0x736f6d6570736575u;
    s->v1 = k1 ^ 0x646f72616e646f6du;
    s->v2 = k0 ^ 0x6c7967656e657261u;
    s->v3 = k1 ^ 0x7465646279746573u;
    s->pending = 0;
    s->length = 0;
}

void siphash_add(struct siphash *s, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    while (count && s->length % 8) {
        s->pending |= (uint64_t)*at++ << 8 * (s->length % 8);
        count--;
        if (++s->length % 8 == 0) {
            word(s, s->pending);
            s->pending = 0;
        }
    }
    for (; count >= 8; count -= 8, at += 8, s->length += 8) {
        uint64_t value;
        memcpy(&value, at, 8);
        word(s, value);
    }
    for (; count; count--)
        s->pending |= (uint64_t)*at++ << 8 * (s->length++ % 8);
}

uint64_t siphash_end(struct siphash *s)
{
    word(s, s->pending | (uint64_t)(s->length & 0xff) << 56);
    s->v2 ^= 0xff;
    for (int i = 0; i < 4; i++)
        round_of(s);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}
