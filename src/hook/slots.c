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

struct slot *slot_acquire(void)
{
    for (int round = 0; round < 1000; round++) {
        for (uint32_t i = 0; i < SLOTS; i++)
            if (!atomic_load_explicit(&slots[i].busy, memory_order_relaxed) && !atomic_exchange(&slots[i].busy, 1)) {
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

bool slots_quiet(const struct slot *mine)
{
    for (uint32_t i = 0; i < SLOTS; i++)
        if (&slots[i] != mine && atomic_load(&slots[i].busy))
            return false;
    return true;
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
