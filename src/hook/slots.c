#include "slots.h"

#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

static struct slot *slots;

bool slots_start(void)
{
    /* Untouched pages cost nothing: a program with one lock touches one slot. */
    void *memory = mmap(NULL, sizeof *slots * SLOTS, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    slots = memory;
    return true;
}

/* A full barrier: what the thread loads afterwards is no older than what others see it promise. */
static bool claim(struct slot *slot, uint32_t promise)
{
    uint32_t free = 0;
    return atomic_compare_exchange_strong(&slot->busy, &free, promise);
}

struct slot *slot_acquire(uint32_t serial)
{
    for (int round = 0; round < 1000; round++) {
        for (uint32_t i = 0; i < SLOTS; i++)
            if (!atomic_load_explicit(&slots[i].busy, memory_order_relaxed) && claim(&slots[i], serial + 1)) {
                slots[i].index = i;
                return &slots[i];
            }
        sched_yield();
    }
    return NULL;
}

void slot_release(struct slot *slot)
{
    atomic_store_explicit(&slot->busy, 0, memory_order_release);
}

void slot_wait(struct slot *slot)
{
    atomic_store(&slot->busy, UINT32_MAX);
}

void slot_resume(struct slot *slot, uint32_t serial)
{
    atomic_store(&slot->busy, serial + 1);
}

uint32_t slots_oldest(const struct slot *mine)
{
    uint32_t oldest = UINT32_MAX;
    for (uint32_t i = 0; i < SLOTS; i++) {
        uint32_t promise = &slots[i] == mine ? 0 : atomic_load(&slots[i].busy);
        if (promise && promise - 1 < oldest)
            oldest = promise - 1;
    }
    return oldest;
}

void slots_reset(void)
{
    for (uint32_t i = 0; i < SLOTS; i++)
        if (atomic_exchange(&slots[i].busy, 0)) {
            /* Its owner may have been half way through an entry. */
            slots[i].names.count = slots[i].names.text_used = 0;
            memset(slots[i].names.near, 0, sizeof slots[i].names.near);
            memset(slots[i].names.table, 0, sizeof slots[i].names.table);
            memset(&slots[i].codes.entries, 0, sizeof slots[i].codes.entries);
        }
}
