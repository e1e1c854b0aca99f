/* The header page (S11), as it lies in the file. */
#ifndef AUDITRULES_HEADER_H
#define AUDITRULES_HEADER_H

#include "image.h"

#include <stdatomic.h>
#include <stddef.h>

enum { HEADER_SIZE = 4096, STATE_OPEN = 0, STATE_FULL = 1, STATE_CLOSED = 2, EXITED = 256 };

struct header {
    _Atomic uint64_t magic;
    uint16_t major, minor;
    uint32_t first;
    uint64_t size;
    uint32_t pid, parent;
    uint64_t nonce, parent_nonce;
    uint64_t ticks;
    uint32_t sequence;
    uint8_t hook, reason, environment, flags;
    uint64_t mono, wall;
    uint64_t image_mono, image_wall;
    uint8_t zero_96[32];
    _Atomic uint32_t state;
    _Atomic uint32_t exited; /* EXITED + the status; 0: not known */
    _Atomic uint64_t ended;
    _Atomic uint32_t watch;
    uint8_t zero_148[44];
    _Atomic uint64_t filtered;
    uint64_t zero_200;
    _Atomic uint64_t first_lost, last_lost;
    uint8_t zero_224[32];
    _Atomic uint64_t lost[16];
    uint8_t zero_384[128];
    uint32_t map_size;
    uint8_t map[MAP_MOST];
};

_Static_assert(offsetof(struct header, mono) == 64, "S11");
_Static_assert(offsetof(struct header, state) == 128, "S11");
_Static_assert(offsetof(struct header, watch) == 144, "S11");
_Static_assert(offsetof(struct header, exited) == 132, "S11");
_Static_assert(offsetof(struct header, filtered) == 192, "S11");
_Static_assert(offsetof(struct header, first_lost) == 208, "S11");
_Static_assert(offsetof(struct header, lost) == 256, "S11");
_Static_assert(offsetof(struct header, map_size) == 512, "S11");
_Static_assert(sizeof(struct header) == HEADER_SIZE, "S11");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "segments are little-endian");

#endif
