#include "segment.h"

#include "header.h"
#include "msgpack.h"
#include "names.h"
#include "segment_file.h"
#include "settings.h"
#include "slots.h"
#include "system.h"

#include <sched.h>
#include <string.h>
#include <sys/mman.h>

static const uint64_t MAGIC = 0x1a0a0d4745535241u; /* the bytes ARSEG, CR, LF, SUB */
static const uint64_t RETRY = 100 * 1000000u, PATIENCE = 1000 * 1000000u;
static const uint32_t COMMITTED = 0xa5d10000u;

/* One in use, the others full but perhaps still held by a thread that writes its last event into them. */
enum { MAPPED = 64, BLOCK_LEAST = 16 };
static struct segment mapped[MAPPED];
static struct segment *_Atomic current;
static _Atomic uint32_t current_serial; /* stored behind `current`: never newer */
static _Atomic uint32_t lock;
static uint32_t serial, sequence;
static size_t wanted = SEGMENT_FIRST;
static uint64_t failed_at;
static enum loss failed_for;
static bool marked, closed;
static _Atomic uint32_t watched; /* goes on in a forked child, whose interpreter is the same */

/* What was counted before there was a segment. */
static _Atomic uint64_t early_filtered, early_first, early_last, early_lost[16];

static struct header *header_of(const struct segment *segment)
{
    return (struct header *)segment->base;
}

struct segment *segment_current(void)
{
    return atomic_load(&current);
}

uint32_t segment_serial(void)
{
    return atomic_load_explicit(&current_serial, memory_order_relaxed);
}

/* With signals held back: a handler that raises events would wait for ever for the code that it interrupts. */
static void begin_lock(sigset_t *before)
{
    system_hold_signals(before);
    while (atomic_exchange(&lock, 1))
        sched_yield();
}

/* At exit, which must go on whatever other threads do: not for ever. */
static bool try_lock(sigset_t *before)
{
    uint64_t began = system_mono();
    system_hold_signals(before);
    while (atomic_exchange(&lock, 1)) {
        if (system_mono() - began > PATIENCE) {
            system_free_signals(before);
            return false;
        }
        sched_yield();
    }
    return true;
}

static void end_lock(const sigset_t *before)
{
    atomic_store(&lock, 0);
    system_free_signals(before);
}

static void write_header(struct header *header, size_t size)
{
    header->major = 1;
    header->minor = on_exit != NULL;
    header->first = HEADER_SIZE;
    header->size = size;
    header->pid = (uint32_t)image.pid;
    header->parent = (uint32_t)image.parent;
    header->nonce = image.nonce;
    header->parent_nonce = image.parent_nonce;
    header->ticks = image.ticks;
    header->sequence = sequence;
    header->hook = 1;
    header->reason = image.reason;
    header->environment = settings.environment;
    header->flags = (settings.frames ? 1 : 0) | (settings.redact ? 4 : 0);
    header->mono = system_mono();
    header->wall = system_wall();
    header->image_mono = image.mono;
    header->image_wall = image.wall;
    header->filtered = atomic_exchange(&early_filtered, 0);
    header->first_lost = atomic_exchange(&early_first, 0);
    header->last_lost = atomic_exchange(&early_last, 0);
    for (int i = 0; i < 16; i++)
        header->lost[i] = atomic_exchange(&early_lost[i], 0);
    header->watch = watched;
    if (closed) {
        header->ended = header->mono;
        header->state = STATE_CLOSED;
    }
    header->map_size = image.map_size;
    memcpy(header->map, image.map, image.map_size);
    atomic_store_explicit(&header->magic, MAGIC, memory_order_release);
}

/* A full segment is let go once every thread within the hook has begun after it was full. */
static void unmap_full(const struct slot *mine)
{
    uint32_t oldest = slots_oldest(mine);
    for (int i = 0; i < MAPPED; i++)
        if (mapped[i].base && &mapped[i] != atomic_load(&current) && mapped[i].serial < oldest) {
            munmap(mapped[i].base, mapped[i].size);
            mapped[i].base = NULL;
        }
}

/* Where all are held by threads that write a last event they are waited for: not for ever, one may be our own. */
static struct segment *unused(const struct slot *mine)
{
    for (int round = 0; round < 1000; round++) {
        for (int i = 0; i < MAPPED; i++)
            if (!mapped[i].base)
                return &mapped[i];
        sched_yield();
        unmap_full(mine);
    }
    return NULL;
}

static struct segment *open_next(const struct slot *mine, enum loss *reason)
{
    struct segment *next = unused(mine);
    *reason = LOSS_INTERNAL;
    if (!next)
        return NULL;
    size_t size = wanted;
    uint8_t *base = segment_file_make(sequence, &size, reason);
    if (!base)
        return NULL;
    write_header((struct header *)base, size);
    next->base = base;
    next->size = size;
    next->serial = ++serial;
    atomic_store(&next->tail, HEADER_SIZE);
    sequence++;
    if (wanted < SEGMENT_MOST)
        wanted *= 2;
    return next;
}

/* Size 0: all that is left. */
static uint8_t *reserve(struct segment *segment, size_t asked)
{
    size_t at = atomic_load_explicit(&segment->tail, memory_order_relaxed);
    while (segment->size - at >= (asked ? asked : BLOCK_LEAST)) {
        _Atomic uint32_t *length = (_Atomic uint32_t *)(segment->base + at);
        size_t room = segment->size - at, size = asked ? asked : room;
        uint32_t found = 0;
        if (atomic_compare_exchange_strong(length, &found, (uint32_t)size)) {
            atomic_store_explicit(&segment->tail, at + size, memory_order_relaxed);
            return segment->base + at;
        }
        /* Another thread's block; or the program wrote over it, and then this segment is of no more use. */
        if (found % 8 || found < BLOCK_LEAST || found > room)
            break;
        at += found;
    }
    return NULL;
}

uint8_t *segment_reserve(struct segment *segment, uint32_t size)
{
    return reserve(segment, size);
}

void segment_commit(uint8_t *block, uint32_t padding)
{
    atomic_store_explicit((_Atomic uint32_t *)(block + 4), COMMITTED + padding, memory_order_release);
}

/* A thread that holds a full segment still must find no room in it (S50). The file is made of zeros. */
static void fill_up(struct segment *full)
{
    uint8_t *block = reserve(full, 0);
    if (!block)
        return;
    size_t payload = full->size - (size_t)(block - full->base) - 8;
    put32(put_uint(put_array(block + 8, 2), 0), 0xc6, payload - 7);
    segment_commit(block, 0);
}

static void retire(struct segment *full)
{
    struct header *header = header_of(full);
    fill_up(full);
    atomic_store(&header->ended, system_mono());
    atomic_store_explicit(&header->state, STATE_FULL, memory_order_release);
}

static struct segment *replace(struct segment *full, const struct slot *mine, enum loss *reason)
{
    uint64_t now = system_mono();
    if (failed_at && now - failed_at < RETRY) {
        *reason = failed_for;
        return NULL;
    }
    struct segment *next = open_next(mine, reason);
    if (next) {
        failed_at = 0;
        atomic_store(&current, next);
        atomic_store(&current_serial, next->serial);
        if (full)
            retire(full);
        unmap_full(mine);
    } else if (*reason != LOSS_INTERNAL) {
        failed_at = now;
        failed_for = *reason;
        if (!full && !marked)
            marked = segment_file_mark(*reason);
    }
    return next;
}

struct segment *segment_next(struct segment *full, struct slot *mine, enum loss *reason)
{
    sigset_t before;
    uint32_t was = full ? full->serial : 0;
    slot_wait(mine);
    begin_lock(&before);
    struct segment *next = atomic_load(&current);
    if (!next || next->serial == was)
        next = replace(next, mine, reason);
    slot_resume(mine, segment_serial());
    end_lock(&before);
    return next;
}

void segment_count_filtered(void)
{
    struct segment *segment = segment_current();
    atomic_fetch_add_explicit(segment ? &header_of(segment)->filtered : &early_filtered, 1, memory_order_relaxed);
}

void segment_count_lost(enum loss reason, uint64_t mono)
{
    struct segment *segment = segment_current();
    struct header *header = segment ? header_of(segment) : NULL;
    uint64_t none = 0;
    atomic_fetch_add(header ? &header->lost[reason] : &early_lost[reason], 1);
    atomic_compare_exchange_strong(header ? &header->first_lost : &early_first, &none, mono);
    atomic_store(header ? &header->last_lost : &early_last, mono);
}

/* Without a slot nothing keeps the segment mapped but the lock. */
void segment_count_busy(uint64_t mono)
{
    sigset_t before;
    begin_lock(&before);
    segment_count_lost(LOSS_BUSY, mono);
    end_lock(&before);
}

void segment_watch(uint32_t watch)
{
    struct segment *segment = segment_current();
    atomic_store(&watched, watch);
    if (segment)
        atomic_store(&header_of(segment)->watch, watch);
}

void segment_see_more(void)
{
    if (atomic_load_explicit(&watched, memory_order_relaxed) == WATCH_SEEN)
        segment_watch(WATCH_EXPECTED);
}

void segment_forget(void)
{
    for (int i = 0; i < MAPPED; i++)
        if (mapped[i].base) {
            munmap(mapped[i].base, mapped[i].size);
            mapped[i].base = NULL;
        }
    atomic_store(&current, NULL);
    atomic_store(&current_serial, 0);
    atomic_store(&lock, 0);
    sequence = 0;
    wanted = SEGMENT_FIRST;
    failed_at = 0;
    marked = closed = false;
    early_filtered = early_first = early_last = 0;
    for (int i = 0; i < 16; i++)
        early_lost[i] = 0;
}

/* Other threads may still raise events, fill the segment and let it go: nothing but the lock keeps it mapped. */
void segment_close(void)
{
    sigset_t before;
    if (!try_lock(&before))
        return;
    struct segment *segment = segment_current();
    closed = true;
    if (segment) {
        struct header *header = header_of(segment);
        atomic_store(&header->ended, system_mono());
        atomic_store_explicit(&header->state, STATE_CLOSED, memory_order_release);
    }
    end_lock(&before);
}

void segment_exited(int status)
{
    sigset_t before;
    if (!try_lock(&before))
        return;
    struct segment *segment = segment_current();
    if (segment)
        atomic_store(&header_of(segment)->exited, EXITED + ((uint32_t)status & 0xff));
    end_lock(&before);
}
