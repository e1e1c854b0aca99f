/* What the session told this process (segment.md, section 1). Read once, in the constructor. */
#ifndef AUDITRULES_SETTINGS_H
#define AUDITRULES_SETTINGS_H

#include <stdbool.h>

enum { ENVIRONMENT_NONE = 0, ENVIRONMENT_KEYS = 1, ENVIRONMENT_ALL = 2 };

struct settings {
    char folder[3072];
    bool profile_all;
    bool frames;
    bool redact;
    unsigned char environment;
    /* Globs separated by commas, as they were given. */
    char include[2048];
    char exclude[2048];
};

extern struct settings settings;

/* What the profile `security` drops, separated by commas. */
extern const char security_drop[];

/* False when nothing is to be recorded. */
bool settings_read(void);

#endif
