#include "image.h"

#include "segment.h"
#include "segment_file.h"
#include "slots.h"
#include "startmap.h"
#include "system.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

struct image image;

/* A private page that a forked child finds zero. */
enum { NOT_BEGUN = 0, BEGINNING = 1, BEGUN = 2 };
static _Atomic uint32_t *mark;

static void forget(void)
{
    atomic_store(mark, NOT_BEGUN);
}

bool image_start(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return false;
    mark = page;
    /* Linux before 4.14 does not know the advice. */
    if (madvise(page, 4096, MADV_WIPEONFORK) != 0 && pthread_atfork(NULL, NULL, forget) != 0)
        return false;
    image.mono = system_mono();
    image.wall = system_wall();
    image.pid = getpid();
    return true;
}

bool image_is_mine(void)
{
    return atomic_load_explicit(mark, memory_order_acquire) == BEGUN;
}

static void name_image(void)
{
    do
        system_random(&image.nonce, sizeof image.nonce);
    while (!image.nonce);
}

void image_lost(enum loss reason)
{
    image.pid = getpid();
    name_image();
    segment_file_mark(reason);
}

static void begin(void)
{
    pid_t pid = getpid();
    if (pid != image.pid || image.nonce) {
        image.reason = 1;
        image.parent_nonce = image.nonce;
        image.mono = system_mono();
        image.wall = system_wall();
        slots_reset();
        segment_forget();
    }
    image.pid = pid;
    name_image();
    system_stat(pid, &image.parent, &image.ticks);
    image.parent = getppid();
    image.map_size = startmap_write(image.map, sizeof image.map);
    atomic_store(mark, BEGUN);
}

void image_begin(void)
{
    sigset_t before;
    uint32_t seen = NOT_BEGUN;
    system_hold_signals(&before);
    if (atomic_compare_exchange_strong(mark, &seen, BEGINNING))
        begin();
    while (atomic_load(mark) == BEGINNING)
        sched_yield();
    system_free_signals(&before);
}
