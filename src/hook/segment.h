/* The files that a recorded process writes (segment.md, sections 2 to 4). */
#ifndef AUDITRULES_SEGMENT_H
#define AUDITRULES_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slot;

enum loss {
    LOSS_DISK_FULL = 0,
    LOSS_FILE_LIMIT = 1,
    LOSS_DESCRIPTORS = 2,
    LOSS_ACCESS = 3,
    LOSS_MEMORY = 4,
    LOSS_OVERSIZE = 5,
    LOSS_BUSY = 6,
    LOSS_INTERNAL = 7,
};

struct segment {
    uint8_t *base; /* null: unused */
    size_t size;
    uint32_t serial; /* never 0, never the same twice in a process and its forks */
    _Atomic size_t tail;
};

/* The largest block that a segment of this size can hold. */
#define SEGMENT_ROOM(segment) ((segment)->size - 4096)

/* The segment to write into, or null when none could be made. */
struct segment *segment_current(void);

/* The serial of that segment or of one before it, 0 when there is none: what `slot_acquire` is given. */
uint32_t segment_serial(void);

/* The segment after one that is full (null: the first). Null with a reason when there can be none now. */
struct segment *segment_next(struct segment *full, struct slot *mine, enum loss *reason);

/* Room for a block of that size, its length published; null when the segment is full. */
uint8_t *segment_reserve(struct segment *segment, uint32_t size);

/* Makes the block valid: an event is acknowledged after this. */
void segment_commit(uint8_t *block, uint32_t padding);

void segment_count_filtered(void);
void segment_count_lost(enum loss reason, uint64_t mono);

/* An event for which there was no slot. */
void segment_count_busy(uint64_t mono);

/* In a forked child: lets go of the parent's segments without touching them. */
void segment_forget(void);

/* Notes whether the interpreter's end is expected or was seen: an enum watch (S70). */
void segment_watch(uint32_t watch);

/* An event came: an end that was seen was not the interpreter's, whose event is the last of all (S70). */
void segment_see_more(void);

/* At exit: marks the current segment closed. */
void segment_close(void);

/* At the end of exit: the status that was given to it. */
void segment_exited(int status);

#endif
