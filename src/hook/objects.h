/* Objects that are no plain values: type, identity and facts (S32). */
#ifndef AUDITRULES_OBJECTS_H
#define AUDITRULES_OBJECTS_H

#include "python.h"
#include "writer.h"

void write_object(struct writer *w, py_object *object, const char *type, unsigned long flags);

#endif
