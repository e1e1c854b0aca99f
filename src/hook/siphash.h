/* SipHash-2-4 (Aumasson and Bernstein, 2012), fed in pieces. */
#ifndef AUDITRULES_SIPHASH_H
#define AUDITRULES_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash {
    uint64_t v0, v1, v2, v3;
    uint64_t pending; /* the bytes of an unfinished word, the first lowest */
    size_t length;
};

void siphash_begin(struct siphash *state, const uint8_t key[16]);
void siphash_add(struct siphash *state, const void *bytes, size_t count);
uint64_t siphash_end(struct siphash *state);

#endif
