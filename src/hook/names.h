/* The event names that a slot has met, each with what is to be done with it: resolved once, found by address. */
#ifndef AUDITRULES_NAMES_H
#define AUDITRULES_NAMES_H

#include <stdbool.h>
#include <stdint.h>

enum { NAMES_MOST = 768, NAMES_TABLE = 1024, NAMES_NEAR = 256, NAMES_TEXT = 48 * 1024 };

/* What an event says of the interpreter's end: nothing, that it is to be expected, that it has come (S70). */
enum watch { WATCH_NOTHING = 0, WATCH_EXPECTED = 1, WATCH_SEEN = 2 };

struct name {
    const char *text;
    uint32_t hash;
    uint16_t size;
    bool kept;
    bool trim_import;   /* S37 */
    int8_t environment; /* environment_place */
    uint8_t watch;      /* enum watch */
    uint32_t id;        /* 0: no id, write the text itself */
    uint32_t segment;   /* the serial of the segment that defines it */
};

struct names {
    struct name *near[NAMES_NEAR]; /* by the address of the caller's text, which may be reused: compare */
    struct name *table[NAMES_TABLE];
    struct name entries[NAMES_MOST];
    struct name loose; /* when there is no room */
    uint32_t count;
    uint32_t text_used;
    char text[NAMES_TEXT];
};

/* Never null. `slot` and `slots` keep the ids of different slots apart. */
struct name *names_find(struct names *names, const char *event, uint32_t slot, uint32_t slots);

#endif
