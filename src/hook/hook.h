#ifndef AUDITRULES_HOOK_H
#define AUDITRULES_HOOK_H

#include "python.h"

/* What the interpreter calls: always 0, so that no operation is ever refused. */
int hook_event(const char *event, py_object *arguments, void *unused);

#endif
