/* Loading and unloading. In a program that is no Python, or is not recorded, nothing happens beyond two look-ups. */
#include "allocator.h"
#include "hook.h"
#include "image.h"
#include "key.h"
#include "redact.h"
#include "segment.h"
#include "settings.h"
#include "slots.h"
#include "system.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static bool started;

/* Registered before any other handler, and so called behind them and behind `stop`. */
static void exited(int status, void *unused)
{
    (void)unused;
    if (image_is_mine() && getpid() == image.pid)
        segment_exited(status);
}

__attribute__((constructor)) static void start(void)
{
    if (PySys_AddAuditHook == NULL)
        return;
    int error = errno;
    if (settings_read()) {
        redact_start();
        bool ready = slots_start() && image_start();
        if (ready) {
            key_load();
            started = allocator_add_hook(hook_event);
        }
        if (started && on_exit != NULL)
            on_exit(exited, NULL);
        if (!started)
            image_lost(ready ? LOSS_INTERNAL : LOSS_MEMORY);
    }
    errno = error;
}

/* Runs in `exit`, not in `_exit`, exec or death by signal; not for a forked child without a segment of its own. */
__attribute__((destructor)) static void stop(void)
{
    if (started && image_is_mine())
        segment_close();
}
