#ifndef AUDITRULES_GLOB_H
#define AUDITRULES_GLOB_H

#include <stdbool.h>

/* True when one of the globs, separated by commas, matches the whole name (S3). */
bool glob_any(const char *globs, const char *name);

#endif
