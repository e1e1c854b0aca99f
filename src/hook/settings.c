#include "settings.h"

#include <stdlib.h>
#include <string.h>

struct settings settings;

const char security_drop[] = "array.__new__,builtins.id,code.__new__,marshal.*,object.__delattr__,object.__getattr__,"
                             "object.__setattr__,sys._getframe,sys._getframemodulename,time.sleep";

/* A value that does not fit counts as absent (S2): half a glob would mean something else. */
static void copy(char *to, size_t size, const char *name)
{
    const char *value = getenv(name);
    size_t length = value ? strlen(value) : 0;
    if (length >= size)
        length = 0;
    if (length)
        memcpy(to, value, length);
    to[length] = 0;
}

static bool is(const char *name, const char *expected)
{
    const char *value = getenv(name);
    return value && strcmp(value, expected) == 0;
}

bool settings_read(void)
{
    copy(settings.folder, sizeof settings.folder, "AUDITRULES_DIR");
    if (settings.folder[0] != '/')
        return false;
    copy(settings.include, sizeof settings.include, "AUDITRULES_INCLUDE");
    copy(settings.exclude, sizeof settings.exclude, "AUDITRULES_EXCLUDE");
    settings.profile_all = is("AUDITRULES_PROFILE", "all");
    settings.frames = !is("AUDITRULES_FRAMES", "0");
    settings.redact = !is("AUDITRULES_REDACT", "0");
    settings.environment = is("AUDITRULES_ENV", "all")    ? ENVIRONMENT_ALL
                           : is("AUDITRULES_ENV", "none") ? ENVIRONMENT_NONE
                                                          : ENVIRONMENT_KEYS;
    return true;
}
