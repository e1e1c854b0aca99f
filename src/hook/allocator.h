/* The interpreter's memory for our entry in its list of hooks. */
#ifndef AUDITRULES_ALLOCATOR_H
#define AUDITRULES_ALLOCATOR_H

#include "python.h"

#include <stdbool.h>
#include <string.h>

/* Adds the hook, and notes where the interpreter put its entry. */
bool allocator_add_hook(py_audit_hook hook);

/* The interpreter is about to free the entry. */
void allocator_hooks_cleared(void);

static inline bool allocator_is_clear(const char *event)
{
    return event[0] == 'c' && strcmp(event, "cpython._PySys_ClearAuditHooks") == 0;
}

#endif
