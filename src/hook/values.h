/* Values (segment.md, section 6). Nothing here calls code of the recorded program. */
#ifndef AUDITRULES_VALUES_H
#define AUDITRULES_VALUES_H

#include "python.h"
#include "secrets.h"
#include "writer.h"

/* One value; `depth` counts the containers around it. */
void write_value(struct writer *w, py_object *value, int depth);

/* One value that an option or key before it may have made a secret (S66). */
void write_asked_value(struct writer *w, py_object *value, enum redact_asks asks, int depth);

/* The items of a container that may be written, having taken them from the event's budget. */
uint32_t writer_take(struct writer *w, size_t items, uint32_t values_each);

#endif
