/* Preloaded beside the hook: counts by a hook of its own what the interpreter raises, and writes the number into the
 * file that COUNT_EVENTS names when the process exits. It can also raise events while the hook is at work. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

extern int PySys_AddAuditHook(int (*hook)(const char *, void *, void *), void *data) __attribute__((weak));
extern int PySys_Audit(const char *event, const char *format, ...) __attribute__((weak));

static _Atomic long raised;
static int depth, burst;

static int count(const char *event, void *arguments, void *data)
{
    (void)event, (void)arguments, (void)data;
    raised++;
    return 0;
}

/* The next events of the hook's thread are raised within one another, so many deep. */
void nest(int levels)
{
    depth = levels;
}

/* Within the next event so many others are raised, one after the other. */
void flood(int events)
{
    burst = events;
}

/* The hook asks for the time at the beginning of an event. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    Dl_info caller;
    if ((depth > 0 || burst > 0) && dladdr(__builtin_return_address(0), &caller) && caller.dli_fname
        && strstr(caller.dli_fname, "libauditrules_hook")) {
        if (depth > 0) {
            depth--;
            PySys_Audit("nested", NULL);
        } else {
            int events = burst;
            burst = 0;
            while (events--)
                PySys_Audit("flood", "i", events);
        }
    }
    return (int)syscall(SYS_clock_gettime, clock, now);
}

__attribute__((constructor)) static void start(void)
{
    if (PySys_AddAuditHook)
        PySys_AddAuditHook(count, NULL);
}

__attribute__((destructor)) static void stop(void)
{
    const char *path = getenv("COUNT_EVENTS");
    FILE *file = path && raised ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%ld", raised);
        fclose(file);
    }
}
