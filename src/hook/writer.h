/* An event under construction in a slot's buffer. */
#ifndef AUDITRULES_WRITER_H
#define AUDITRULES_WRITER_H

#include "msgpack.h"

/* The limits of S30. Past `WRITER_SOFT` bytes a value takes at most WRITER_LEAST bytes, so that the whole fits. */
enum {
    LIMIT_TEXT = 4096,
    LIMIT_ITEMS = 1024,
    LIMIT_DEPTH = 8,
    LIMIT_ARGUMENTS = 255,
    LIMIT_VALUES = 4096,
    LIMIT_TYPE_NAME = 256,
    WRITER_SOFT = 64 * 1024,
    WRITER_LEAST = 32,
    /* Definitions and the last value before the soft end: a name, a file and a function or facts, each of LIMIT_TEXT. */
    WRITER_SIZE = WRITER_SOFT + LIMIT_VALUES * WRITER_LEAST + 8 * LIMIT_TEXT,
};

struct writer {
    uint8_t *at;
    uint8_t *soft;
    uint32_t values; /* how many values more this event may hold */
    bool item;       /* what is written is a member of a list or map */
};

static inline bool writer_spent(const struct writer *w)
{
    return w->at > w->soft;
}

/* A truncated value without digest and head: at most WRITER_LEAST bytes. */
static inline void write_cut(struct writer *w, int kind, uint64_t length)
{
    uint8_t *body = open_ext(w->at, EXT_TRUNCATED);
    uint8_t *at = put_array(body, 4);
    at = put_uint(at, (uint64_t)kind);
    at = put_uint(at, length);
    at = put_bin_head(at, 0);
    w->at = put_nil(at);
    close_ext(body, w->at);
}

#endif
