#include "glob.h"

#include <stddef.h>

/* One backtracking point is enough: a later star makes every earlier one irrelevant. */
static bool matches(const char *glob, const char *end, const char *name)
{
    const char *star = NULL, *resume = NULL;
    for (;;) {
        if (glob < end && *glob == '*') {
            star = ++glob;
            resume = name;
        } else if (*name && glob < end && (*glob == '?' || *glob == *name)) {
            glob++;
            name++;
        } else if (!*name && glob == end) {
            return true;
        } else if (star && *resume) {
            glob = star;
            name = ++resume;
        } else {
            return false;
        }
    }
}

bool glob_any(const char *globs, const char *name)
{
    while (*globs) {
        const char *end = globs;
        while (*end && *end != ',')
            end++;
        if (end > globs && matches(globs, end, name))
            return true;
        globs = *end ? end + 1 : end;
    }
    return false;
}
