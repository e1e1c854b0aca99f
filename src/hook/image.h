/* The image: one program run in this process, until a fork or an exec begins another. */
#ifndef AUDITRULES_IMAGE_H
#define AUDITRULES_IMAGE_H

#include "segment.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { MAP_MOST = 3580 };

struct image {
    pid_t pid, parent;
    uint64_t nonce, parent_nonce;
    uint64_t ticks;
    uint64_t mono, wall;
    uint8_t reason;
    uint32_t map_size;
    uint8_t map[MAP_MOST];
};

extern struct image image;

/* In the constructor: the clocks, and the page that tells a fork. */
bool image_start(void);

/* True in the process that began this image: one load. */
bool image_is_mine(void);

/* Begins the image of a process that has none yet: the first event after the start or after a fork. */
void image_begin(void);

/* Of a process that cannot be recorded at all: leaves its mark (S41). */
void image_lost(enum loss reason);

#endif
