#ifndef AUDITRULES_PATHS_H
#define AUDITRULES_PATHS_H

#include "python.h"
#include "writer.h"

/* The facts of a pathlib path, read from its slots; false when it is none or its text has not been made. */
bool write_path(struct writer *w, py_object *object, const char *type);

#endif
