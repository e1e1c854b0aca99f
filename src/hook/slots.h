/* What a thread needs to write one event. Under a global lock slot 0 serves every event; interpreters with locks of
   their own and free-threaded builds use more. A slot belongs to one thread at a time, so nothing in it is shared. */
#ifndef AUDITRULES_SLOTS_H
#define AUDITRULES_SLOTS_H

#include "callers.h"
#include "names.h"

enum { SLOTS = 16 };

struct slot {
    _Atomic uint32_t busy;
    uint32_t index;
    struct names names;
    struct codes codes;
    uint8_t buffer[WRITER_SIZE];
};

/* Makes the slots; false when there is no memory for them. */
bool slots_start(void);

/* Null when all are busy and stay so. */
struct slot *slot_acquire(void);
void slot_release(struct slot *slot);

/* True when no slot but this one is in use: nobody else can hold an old segment then. */
bool slots_quiet(const struct slot *mine);

/* In a forked child, where the threads that held slots do not exist. */
void slots_reset(void);

#endif
