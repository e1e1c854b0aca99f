/* What a thread needs to write one event. Under a global lock slot 0 serves every event; interpreters with locks of
   their own and free-threaded builds use more. A slot belongs to one thread at a time, so nothing in it is shared. */
#ifndef AUDITRULES_SLOTS_H
#define AUDITRULES_SLOTS_H

#include "callers.h"
#include "names.h"

enum { SLOTS = 16 };

struct slot {
    _Atomic uint32_t busy; /* 0, or 1 + the serial of the oldest segment that its thread may look at */
    uint32_t index;
    struct names names;
    struct codes codes;
    uint8_t buffer[WRITER_SIZE];
};

/* Makes the slots; false when there is no memory for them. */
bool slots_start(void);

/* Null when all are busy and stay so. `serial` is that of a segment no newer than the one in use. */
struct slot *slot_acquire(uint32_t serial);
void slot_release(struct slot *slot);

/* The slot's thread looks at no segment while it waits; it goes on with that of the serial. */
void slot_wait(struct slot *slot);
void slot_resume(struct slot *slot, uint32_t serial);

/* Threads in other slots than this one look at no segment that is older than the answer. */
uint32_t slots_oldest(const struct slot *mine);

/* In a forked child, where the threads that held slots do not exist. */
void slots_reset(void);

#endif
