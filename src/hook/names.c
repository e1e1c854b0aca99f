#include "names.h"

#include "environment.h"
#include "glob.h"
#include "settings.h"

#include <string.h>

enum { LONGEST = 255 };

static void resolve(struct name *name)
{
    const char *text = name->text;
    name->kept = !glob_any(settings.exclude, text) && (settings.profile_all || glob_any(settings.include, text) ||
                                                       !glob_any(security_drop, text));
    name->trim_import = !settings.profile_all && strcmp(text, "import") == 0;
    name->environment = (int8_t)environment_place(text);
    name->watch = strncmp(text, "cpython.run_", 12) == 0                  ? WATCH_EXPECTED
                  : strcmp(text, "cpython._PySys_ClearAuditHooks") == 0 ? WATCH_SEEN
                                                                        : WATCH_NOTHING;
}

static struct name *loose(struct names *names, const char *event)
{
    size_t size = strnlen(event, 4096);
    names->loose = (struct name){.text = event, .size = (uint16_t)size};
    resolve(&names->loose);
    return &names->loose;
}

static struct name *add(struct names *names, uint32_t place, const char *event, size_t size, uint32_t hash)
{
    char *text = names->text + names->text_used;
    memcpy(text, event, size + 1);
    names->text_used += (uint32_t)size + 1;
    struct name *name = &names->entries[names->count++];
    *name = (struct name){.text = text, .hash = hash, .size = (uint16_t)size};
    resolve(name);
    names->table[place] = name;
    return name;
}

struct name *names_find(struct names *names, const char *event, uint32_t slot, uint32_t slots)
{
    struct name **near = &names->near[((uintptr_t)event >> 3 ^ (uintptr_t)event >> 11) % NAMES_NEAR];
    if (*near && strcmp((*near)->text, event) == 0)
        return *near;
    uint32_t hash = 2166136261u;
    size_t size = 0;
    for (; event[size] && size <= LONGEST; size++)
        hash = (hash ^ (uint8_t)event[size]) * 16777619u;
    if (size > LONGEST)
        return loose(names, event);
    uint32_t place = hash % NAMES_TABLE;
    struct name *name;
    while ((name = names->table[place])) {
        if (name->hash == hash && strcmp(name->text, event) == 0)
            return *near = name;
        place = (place + 1) % NAMES_TABLE;
    }
    if (names->count == NAMES_MOST || names->text_used + size + 1 > NAMES_TEXT)
        return loose(names, event);
    name = add(names, place, event, size, hash);
    name->id = names->count * slots + slot;
    return *near = name;
}
